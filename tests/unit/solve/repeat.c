// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Problems that repeat: room is looked for modulo the period, what does not fit is a violation, and the checker sees both.

#include "solve_test.h"

#include "solve/random.h"
#include "solve/usage.h"

enum { PERIOD = 12, LIMIT = 3 };

// Room against a table of moments.
static bool is_free(const int *used, int64_t start, int64_t duration, int width) {
  for (int64_t t = start; t < start + duration; ++t) {
    if (used[t % PERIOD] + width > LIMIT) return false;
  }
  return true;
}

static int64_t find_slowly(const int *used, int64_t ready, int64_t duration, int width) {
  if (duration > PERIOD) return duration == 0 ? ready : RDO_USAGE_NONE;
  for (int64_t start = ready; start < ready + PERIOD; ++start) {
    if (is_free(used, start, duration, width)) return start;
  }
  return RDO_USAGE_NONE;
}

static void test_room(void **state) {
  (void)state;
  int none_count = 0, wrapped_count = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    struct rdo_random random = rdo_random_seed(seed);
    struct rdo_usage usage = {0};
    int used[PERIOD] = {0};
    expect_ok(rdo_usage_clear(&usage, LIMIT, &diag));
    for (int i = 0; i < 20; ++i) {
      int64_t ready = rdo_random_below(&random, 3 * PERIOD), duration = rdo_random_below(&random, PERIOD + 2);
      int width = 1 + (int)rdo_random_below(&random, LIMIT);
      int64_t start = rdo_usage_find_again(&usage, ready, duration, width, PERIOD);
      assert_int_equal(start, find_slowly(used, ready, duration, width));
      none_count += start == RDO_USAGE_NONE;
      if (start == RDO_USAGE_NONE) continue;
      wrapped_count += start % PERIOD + duration > PERIOD;
      expect_ok(rdo_usage_take_again(&usage, start, duration, width, PERIOD, &diag));
      for (int64_t t = start; t < start + duration; ++t) used[t % PERIOD] += width;
    }
    rdo_usage_deinit(&usage);
  }
  assert_true(none_count > 100 && wrapped_count > 100);
}

// Two machines of one, a chain over both that is longer than the period, and an order of the chain's ends across the border.
static struct rondo_problem *make_chain(int64_t period, int64_t duration, bool is_ordered) {
  struct rondo_problem *problem;
  expect_ok(rondo_problem_create(&problem, &diag));
  for (int i = 0; i < 2; ++i) expect_ok(rondo_problem_add_machine(problem, 1, &diag));
  rdo_problem_set_period(problem, period);
  for (int i = 0; i < 2; ++i) {
    const struct rondo_problem_use use = {i, 1};
    const struct rondo_problem_mode mode = {.duration = duration, .uses = &use, .use_count = 1};
    const struct rondo_problem_node node = {.job = -1, .modes = &mode, .mode_count = 1};
    expect_ok(rondo_problem_add_node(problem, &node, &diag));
  }
  expect_ok(rondo_problem_add_edge(problem, 0, 1, 0, &diag));
  if (is_ordered) expect_ok(rdo_problem_add_return(problem, 1, 0, 0, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  return problem;
}

static void expect_chain(int64_t period, int64_t duration, bool is_ordered, bool is_feasible) {
  struct rondo_problem *problem = make_chain(period, duration, is_ordered);
  struct rondo_schedule *schedule;
  struct rondo_schedule_info info;
  const struct rondo_solve_options options = {.iteration_limit = 50, .thread_count = 1};
  expect_ok(rondo_solve(problem, &options, &schedule, &diag));
  rondo_schedule_info(schedule, &info);
  assert_int_equal(info.is_feasible, is_feasible);
  enum rondo_status status = rondo_schedule_check(problem, rondo_schedule_nodes(schedule), 2, &diag);
  assert_int_equal(status, is_feasible ? RONDO_OK : RONDO_INVALID_ARGUMENT);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

static void test_chain(void **state) {
  (void)state;
  expect_chain(100, 80, false, true);   // a pipeline: its second half runs beside the next one's first
  expect_chain(100, 80, true, false);   // unless it is not to overlap itself
  expect_chain(160, 80, true, true);
  expect_chain(100, 101, false, false);  // longer than the period on one machine
  expect_chain(101, 101, false, true);
}

// Whatever is called feasible is so moment by moment; and what a single machine has time for fits wherever it begins.
static void test_full_machine(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    struct rdo_random random = rdo_random_seed(seed);
    struct rondo_problem *problem;
    struct rondo_schedule *schedule;
    struct rondo_schedule_info info;
    const struct rondo_problem_use use = {0, 1};
    int used[PERIOD] = {0}, count = 1 + (int)rdo_random_below(&random, 5);
    int64_t sum = 0;
    expect_ok(rondo_problem_create(&problem, &diag));
    expect_ok(rondo_problem_add_machine(problem, 1, &diag));
    rdo_problem_set_period(problem, PERIOD);
    for (int i = 0; i < count; ++i) {
      const struct rondo_problem_mode mode = {.duration = 1 + rdo_random_below(&random, 5), .uses = &use, .use_count = 1};
      const struct rondo_problem_node node = {.job = -1, .release = rdo_random_below(&random, 2 * PERIOD), .modes = &mode, .mode_count = 1};
      sum += mode.duration;
      expect_ok(rondo_problem_add_node(problem, &node, &diag));
    }
    expect_ok(rondo_problem_finish(problem, &diag));
    expect_ok(rondo_solve(problem, &(struct rondo_solve_options){.iteration_limit = 200, .thread_count = 1, .seed = seed}, &schedule, &diag));
    rondo_schedule_info(schedule, &info);
    if (sum > PERIOD) assert_false(info.is_feasible);
    for (int i = 0; i < count && info.is_feasible; ++i) {
      const struct rondo_placed_node *placed = &rondo_schedule_nodes(schedule)[i];
      for (int64_t t = placed->start; t < placed->end; ++t) assert_int_equal(used[t % PERIOD]++, 0);
    }
    if (sum <= PERIOD / 2) assert_true(info.is_feasible);
    rondo_schedule_release(&schedule);
    rondo_problem_release(&problem);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_room), cmocka_unit_test(test_chain), cmocka_unit_test(test_full_machine)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
