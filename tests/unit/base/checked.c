// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/checked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// Values where 64-bit arithmetic turns over.
static const uint64_t edges[] = {
    0, 1, 2, 3, 7, 8, 63, 64, UINT32_MAX - 1, UINT32_MAX, UINT64_C(1) << 32, (UINT64_C(1) << 32) + 1,
    INT64_MAX, UINT64_C(1) << 63, (UINT64_C(1) << 63) + 1, UINT64_MAX - 64, UINT64_MAX - 63, UINT64_MAX - 1, UINT64_MAX,
};
enum { EDGE_COUNT = sizeof edges / sizeof edges[0] };

static void test_add_and_multiply(void **state) {
  (void)state;
  for (int i = 0; i < EDGE_COUNT; ++i) {
    for (int k = 0; k < EDGE_COUNT; ++k) {
      uint64_t a = edges[i], b = edges[k], out, wanted;
      assert_int_equal(rdo_checked_add(a, b, &out), !__builtin_add_overflow(a, b, &wanted));
      assert_int_equal(out, wanted);
      assert_int_equal(rdo_checked_mul(a, b, &out), !__builtin_mul_overflow(a, b, &wanted));
      assert_int_equal(out, wanted);
    }
  }
}

static void test_align(void **state) {
  (void)state;
  for (int shift = 0; shift < 64; ++shift) {
    uint64_t alignment = UINT64_C(1) << shift;
    for (int i = 0; i < EDGE_COUNT; ++i) {
      uint64_t out, sum;
      bool fits = !__builtin_add_overflow(edges[i], alignment - 1, &sum);
      assert_int_equal(rdo_checked_align(edges[i], alignment, &out), fits);
      if (!fits) continue;
      assert_int_equal(out % alignment, 0);
      assert_true(out >= edges[i] && out - edges[i] < alignment);
    }
  }
}

static void test_range(void **state) {
  (void)state;
  for (int i = 0; i < EDGE_COUNT; ++i) {
    for (int k = 0; k < EDGE_COUNT; ++k) {
      for (int m = 0; m < EDGE_COUNT; ++m) {
        uint64_t end;
        bool fits = !__builtin_add_overflow(edges[i], edges[k], &end) && end <= edges[m];
        assert_int_equal(rdo_range_fits(edges[i], edges[k], edges[m]), fits);
      }
    }
  }
}

static void test_power_of_two(void **state) {
  (void)state;
  assert_false(rdo_is_power_of_two(0));
  assert_false(rdo_is_power_of_two(UINT64_MAX));
  for (int shift = 0; shift < 64; ++shift) {
    assert_true(rdo_is_power_of_two(UINT64_C(1) << shift));
    if (shift > 1) assert_false(rdo_is_power_of_two((UINT64_C(1) << shift) - 1));
    if (shift > 0) assert_false(rdo_is_power_of_two((UINT64_C(1) << shift) + 1));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_add_and_multiply),
      cmocka_unit_test(test_align),
      cmocka_unit_test(test_range),
      cmocka_unit_test(test_power_of_two),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
