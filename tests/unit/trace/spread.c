// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

// The definition, word for word: the smallest value that at least so many are not above.
static int64_t naive_percentile(const int64_t *values, size_t count, size_t per_mille) {
  int64_t best = INT64_MAX;
  for (size_t i = 0; i < count; ++i) {
    size_t not_above = 0;
    for (size_t k = 0; k < count; ++k) not_above += values[k] <= values[i];
    if (not_above * 1000 >= count * per_mille && values[i] < best) best = values[i];
  }
  return best;
}

static uint64_t next_random(uint64_t *seed) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return *seed >> 33;
}

static void test_percentiles(void **state) {
  (void)state;
  static const size_t counts[] = {1, 2, 3, 7, 10, 17, 99, 100, 101, 200, 999, 1000, 1001, 1500};
  uint64_t seed = 1;
  for (size_t c = 0; c < sizeof counts / sizeof counts[0]; ++c) {
    for (uint64_t range = 3; range < 1u << 30; range = range * 97) {
      struct rdo_values values = {0};
      double sum = 0;
      int64_t *copy = malloc(counts[c] * sizeof *copy);
      assert_non_null(copy);
      for (size_t i = 0; i < counts[c]; ++i) {
        copy[i] = (int64_t)(next_random(&seed) % range) - 1;
        sum += (double)copy[i];
        assert_int_equal(rdo_values_add(&values, copy[i], NULL), RONDO_OK);
      }
      struct rondo_trace_spread spread = rdo_values_spread(&values);
      assert_int_equal(spread.count, counts[c]);
      assert_true(spread.mean_ns == sum / (double)counts[c]);
      assert_int_equal(spread.min_ns, values.items[0]);
      assert_int_equal(spread.p50_ns, naive_percentile(copy, counts[c], 500));
      assert_int_equal(spread.p90_ns, naive_percentile(copy, counts[c], 900));
      assert_int_equal(spread.p99_ns, naive_percentile(copy, counts[c], 990));
      assert_int_equal(spread.p999_ns, naive_percentile(copy, counts[c], 999));
      assert_int_equal(spread.max_ns, values.items[counts[c] - 1]);
      free(copy);
      rdo_values_deinit(&values);
    }
  }
}

static void test_nothing(void **state) {
  (void)state;
  struct rdo_values values = {0};
  struct rondo_trace_spread spread = rdo_values_spread(&values);
  assert_int_equal(spread.count, 0);
  assert_int_equal(spread.max_ns, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_percentiles), cmocka_unit_test(test_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
