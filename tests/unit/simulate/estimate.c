// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "simulate/estimate.h"

#include <math.h>

#include "simulate_test.h"

static struct rondo_simulation_estimate estimate_of(const double *values, size_t count) {
  struct rdo_samples samples = {0};
  for (size_t i = 0; i < count; ++i) rdo_samples_add(&samples, values[i]);
  return rdo_samples_estimate(&samples);
}

static void expect_estimate(struct rondo_simulation_estimate estimate, double mean, double half_width) {
  assert_true(fabs(estimate.mean - mean) <= 1e-9 * fabs(mean) + 1e-12);
  if (fabs(estimate.half_width - half_width) > 2e-4 * half_width + 1e-12) fail_msg("half width is %.9g, not %.9g", estimate.half_width, half_width);
}

static void test_few(void **state) {
  (void)state;
  static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};  // variance 32 / 7
  expect_estimate(estimate_of(values, 0), 0, 0);
  expect_estimate(estimate_of(values, 1), 2, 0);
  expect_estimate(estimate_of(values, 2), 3, 12.7062 * sqrt(2.0 / 2));
  expect_estimate(estimate_of(values, 8), 5, 2.3646 * sqrt(32.0 / 7 / 8));
  expect_estimate(estimate_of(values + 1, 3), 4, 0);
}

// Beyond the table: 1, 2, 1, 2, ... has the variance count / 4 / (count - 1).
static void test_many(void **state) {
  (void)state;
  static const struct {
    size_t count;
    double quantile;
  } cases[] = {{32, 2.0395}, {62, 1.9996}, {122, 1.9798}, {1002, 1.9623}};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    double values[1002], count = (double)cases[i].count;
    for (size_t k = 0; k < cases[i].count; ++k) values[k] = 1 + (double)(k % 2);
    expect_estimate(estimate_of(values, cases[i].count), 1.5, cases[i].quantile * sqrt(0.25 / (count - 1)));
  }
}

// Values that differ little for their size keep their differences.
static void test_large(void **state) {
  (void)state;
  static const double values[] = {1e15 + 1, 1e15 + 2, 1e15 + 3};
  expect_estimate(estimate_of(values, 3), 1e15 + 2, 4.3027 * sqrt(1.0 / 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_few), cmocka_unit_test(test_many), cmocka_unit_test(test_large)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
