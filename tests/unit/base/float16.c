// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// All values of both 16-bit floats against the formula of their format.

#include "base/float16.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// The value of a float with `mantissa_bits` and the exponent bias 2^(15 - mantissa_bits - 1) - 1.
static double reference(uint16_t bits, int mantissa_bits) {
  int exponent_max = (1 << (15 - mantissa_bits)) - 1;
  int bias = exponent_max / 2;
  int exponent = bits >> mantissa_bits & exponent_max;
  int mantissa = bits & ((1 << mantissa_bits) - 1);
  double sign = bits & 0x8000 ? -1.0 : 1.0;
  if (exponent == exponent_max) return mantissa != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * ldexp(mantissa, 1 - bias - mantissa_bits);
  return sign * ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
}

static void expect_same(float value, double wanted, uint32_t bits) {
  if (isnan(wanted)) {
    if (!isnan(value)) fail_msg("%04x is %g, not NaN", bits, (double)value);
    return;
  }
  if ((double)value != wanted || !signbit(value) != !signbit(wanted)) fail_msg("%04x is %g, not %g", bits, (double)value, wanted);
}

static void test_f16(void **state) {
  (void)state;
  for (uint32_t bits = 0; bits <= UINT16_MAX; ++bits) expect_same(rdo_f16_to_f32((uint16_t)bits), reference((uint16_t)bits, 10), bits);
}

static void test_bf16(void **state) {
  (void)state;
  for (uint32_t bits = 0; bits <= UINT16_MAX; ++bits) expect_same(rdo_bf16_to_f32((uint16_t)bits), reference((uint16_t)bits, 7), bits);
}

// Sign and payload of a NaN survive.
static void test_nan_bits(void **state) {
  (void)state;
  const float values[] = {rdo_f16_to_f32(0x7E01), rdo_f16_to_f32(0xFE01), rdo_bf16_to_f32(0x7FC1), rdo_bf16_to_f32(0xFFC1)};
  const uint32_t wanted[] = {0x7FC02000, 0xFFC02000, 0x7FC10000, 0xFFC10000};
  assert_memory_equal(values, wanted, sizeof values);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_f16),
      cmocka_unit_test(test_bf16),
      cmocka_unit_test(test_nan_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
