// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "simulate/noise.h"

#include <math.h>

#include "simulate_test.h"

enum { DRAWS = 200000 };

static void test_none(void **state) {
  (void)state;
  const struct rdo_sim_noise noise = {.seed = 5};
  for (uint32_t i = 0; i < 100; ++i) {
    struct rdo_sim_draw draw = rdo_sim_noise_draw(&noise, i, i, i);
    assert_true(draw.factor == 1);
    assert_int_equal(draw.stall_ns, 0);
  }
}

// Mean 1 and the asked deviation; the logarithm is symmetric about its mean, as a normal distribution is.
static void test_spread(void **state) {
  (void)state;
  static const double spreads[] = {0.05, 0.3, 1};
  for (size_t k = 0; k < COUNT_OF(spreads); ++k) {
    const struct rdo_sim_noise noise = {.seed = 1, .spread = spreads[k]};
    double sum = 0, squares = 0, median = 1 / sqrt(1 + spreads[k] * spreads[k]), sigma = sqrt(log1p(spreads[k] * spreads[k]));
    int below = 0, within = 0;
    for (uint32_t i = 0; i < DRAWS; ++i) {
      double factor = rdo_sim_noise_draw(&noise, 0, i / 100, i % 100).factor;
      assert_true(factor > 0);
      sum += factor;
      squares += factor * factor;
      below += factor < median;
      within += fabs(log(factor / median)) < sigma;
    }
    double mean = sum / DRAWS, deviation = sqrt(squares / DRAWS - mean * mean);
    assert_true(fabs(mean - 1) < 0.01 * spreads[k] + 1e-9);
    assert_true(fabs(deviation / spreads[k] - 1) < 0.05);
    assert_true(abs(below - DRAWS / 2) < 1500);           // 6 standard deviations are 1342
    assert_true(abs(within - (int)(0.682689 * DRAWS)) < 1300);
  }
}

static void test_stalls(void **state) {
  (void)state;
  const struct rdo_sim_noise noise = {.seed = 2, .stall_probability = 0.1, .stall_ns = 700}, always = {.stall_probability = 1, .stall_ns = 9};
  int count = 0;
  for (uint32_t i = 0; i < DRAWS; ++i) {
    struct rdo_sim_draw draw = rdo_sim_noise_draw(&noise, i, 0, 0);
    assert_true(draw.factor == 1 && (draw.stall_ns == 0 || draw.stall_ns == 700));
    count += draw.stall_ns == 700;
    assert_int_equal(rdo_sim_noise_draw(&always, 0, i, 0).stall_ns, 9);
  }
  assert_true(abs(count - DRAWS / 10) < 900);  // 6 standard deviations are 805
}

// Where we are decides, and all of it.
static void test_place(void **state) {
  (void)state;
  const struct rdo_sim_noise noise = {.seed = 3, .spread = 0.2}, other = {.seed = 4, .spread = 0.2};
  double here = rdo_sim_noise_draw(&noise, 1, 2, 3).factor;
  assert_true(here == rdo_sim_noise_draw(&noise, 1, 2, 3).factor);
  assert_true(here != rdo_sim_noise_draw(&noise, 2, 2, 3).factor);
  assert_true(here != rdo_sim_noise_draw(&noise, 1, 3, 3).factor);
  assert_true(here != rdo_sim_noise_draw(&noise, 1, 2, 4).factor);
  assert_true(here != rdo_sim_noise_draw(&noise, 2, 1, 3).factor);
  assert_true(here != rdo_sim_noise_draw(&other, 1, 2, 3).factor);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_none), cmocka_unit_test(test_spread), cmocka_unit_test(test_stalls), cmocka_unit_test(test_place)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
