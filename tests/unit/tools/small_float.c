// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Every encoding of every format goes to f32 and back unchanged; every midpoint between two
// neighbours, and the f32 values beside it, round to the right one; and numpy's results for a few
// awkward values.

#include "small_float.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "rondo/tensor.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct format {
  uint32_t type;
  int bits;
  uint32_t largest;  // encoding of the largest finite value
  uint32_t above;    // what a value beyond it becomes
};

static const struct format formats[] = {
    {RONDO_ELEMENT_F16, 16, 0x7BFF, 0x7C00},    {RONDO_ELEMENT_BF16, 16, 0x7F7F, 0x7F80},
    {RONDO_ELEMENT_F8E5M2, 8, 0x7B, 0x7C},      {RONDO_ELEMENT_F8E4M3FN, 8, 0x7E, 0x7F},
    {RONDO_ELEMENT_F8E5M2FNUZ, 8, 0x7F, 0x80},  {RONDO_ELEMENT_F8E4M3FNUZ, 8, 0x7F, 0x80},
};

static float decode(uint32_t type, uint32_t bits) { return rdo_tool_small_float_decode(type, (uint16_t)bits); }

static void test_round_trip(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(formats); ++i) {
    for (uint32_t bits = 0; bits < 1u << formats[i].bits; ++bits) {
      float value = decode(formats[i].type, bits);
      uint16_t back = rdo_tool_small_float_encode(formats[i].type, value);
      if (isnan(value)) assert_true(isnan(decode(formats[i].type, back)));
      else assert_int_equal(back, bits);
    }
  }
  for (uint32_t bits = 0; bits < 256; ++bits) {
    float value = decode(RONDO_ELEMENT_F8E8M0FNU, bits);
    assert_int_equal(rdo_tool_small_float_encode(RONDO_ELEMENT_F8E8M0FNU, value), bits);
  }
}

static void test_rounding(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(formats); ++i) {
    uint32_t type = formats[i].type;
    for (uint32_t bits = 0; bits < formats[i].largest; ++bits) {
      float low = decode(type, bits), high = decode(type, bits + 1);
      assert_true(low < high);
      float middle = (float)(((double)low + (double)high) / 2);
      uint32_t even = (bits & 1) == 0 ? bits : bits + 1;
      assert_int_equal(rdo_tool_small_float_encode(type, middle), even);
      assert_int_equal(rdo_tool_small_float_encode(type, nextafterf(middle, 0.0f)), bits);
      assert_int_equal(rdo_tool_small_float_encode(type, nextafterf(middle, INFINITY)), bits + 1);
    }
  }
}

static void test_overflow(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(formats); ++i) {
    assert_int_equal(rdo_tool_small_float_encode(formats[i].type, INFINITY), formats[i].above);
    assert_int_equal(rdo_tool_small_float_encode(formats[i].type, 3.4028235e38f), formats[i].above);
    assert_true(isnan(decode(formats[i].type, rdo_tool_small_float_encode(formats[i].type, NAN))));
  }
}

static void test_numpy_values(void **state) {
  (void)state;
  static const float values[] = {0.1f,     -0.1f,   1.0f / 3.0f, 3.14159274f, 65504.0f, 65519.99f, 65520.0f,
                                 448.0f,   464.0f,  465.0f,      240.0f,      247.0f,   248.0f,    57344.0f,
                                 61440.0f, 1e-8f,   6e-8f,       2.9e-8f,     3e-5f,    0.0009765625f,
                                 0.001f,   0.00097f, 0.00098f,   1e38f,       3.4e38f,  -1e-9f};
  static const uint16_t expected[][COUNT(values)] = {
      {0x2E66, 0xAE66, 0x3555, 0x4248, 0x7BFF, 0x7BFF, 0x7C00, 0x5F00, 0x5F40, 0x5F44, 0x5B80, 0x5BB8, 0x5BC0,
       0x7B00, 0x7B80, 0x0,    0x1,    0x0,    0x1F7,  0x1400, 0x1419, 0x13F2, 0x1404, 0x7C00, 0x7C00, 0x8000},
      {0x3DCD, 0xBDCD, 0x3EAB, 0x4049, 0x4780, 0x4780, 0x4780, 0x43E0, 0x43E8, 0x43E8, 0x4370, 0x4377, 0x4378,
       0x4760, 0x4770, 0x322C, 0x3381, 0x32F9, 0x37FC, 0x3A80, 0x3A83, 0x3A7E, 0x3A80, 0x7E96, 0x7F80, 0xB089},
      {0x2E, 0xAE, 0x35, 0x42, 0x7C, 0x7C, 0x7C, 0x5F, 0x5F, 0x5F, 0x5C, 0x5C, 0x5C,
       0x7B, 0x7C, 0x0,  0x0,  0x0,  0x2,  0x14, 0x14, 0x14, 0x14, 0x7C, 0x7C, 0x80},
      {0x1D, 0x9D, 0x2B, 0x45, 0x7F, 0x7F, 0x7F, 0x7E, 0x7E, 0x7F, 0x77, 0x77, 0x78,
       0x7F, 0x7F, 0x0,  0x0,  0x0,  0x0,  0x0,  0x1,  0x0,  0x1,  0x7F, 0x7F, 0x80},
      {0x32, 0xB2, 0x39, 0x46, 0x80, 0x80, 0x80, 0x63, 0x63, 0x63, 0x60, 0x60, 0x60,
       0x7F, 0x80, 0x0,  0x0,  0x0,  0x4,  0x18, 0x18, 0x18, 0x18, 0x80, 0x80, 0x0},
      {0x25, 0xA5, 0x33, 0x4D, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F, 0x7F, 0x80,
       0x80, 0x80, 0x0,  0x0,  0x0,  0x0,  0x1,  0x1,  0x1,  0x1,  0x80, 0x80, 0x0},
  };
  for (size_t i = 0; i < COUNT(formats); ++i) {
    for (size_t j = 0; j < COUNT(values); ++j) {
      assert_int_equal(rdo_tool_small_float_encode(formats[i].type, values[j]), expected[i][j]);
    }
  }
}

static void test_powers_of_two(void **state) {
  (void)state;
  uint32_t type = RONDO_ELEMENT_F8E8M0FNU;
  static const struct { float value; uint16_t bits; } cases[] = {
      {1.0f, 127}, {1.49f, 127}, {1.5f, 128}, {3.0f, 129}, {6.0f, 130}, {5.0f, 129}, {0.1f, 124},
      {0.0f, 0}, {-1.0f, 0}, {1e-39f, 0}, {1e38f, 253}, {3.4e38f, 255}, {INFINITY, 255}, {NAN, 255}};
  for (size_t i = 0; i < COUNT(cases); ++i) {
    assert_int_equal(rdo_tool_small_float_encode(type, cases[i].value), cases[i].bits);
  }
  assert_true(rdo_tool_small_float_is(type));
  assert_false(rdo_tool_small_float_is(RONDO_ELEMENT_F32));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_rounding),      cmocka_unit_test(test_overflow),
      cmocka_unit_test(test_numpy_values), cmocka_unit_test(test_powers_of_two),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
