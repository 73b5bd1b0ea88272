// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo_solve as a whole: optima of small problems, the same result from the same seed, bounds, limits, interrupts.

#include "solve_test.h"

#include "base/clock.h"
#include "solve/bound.h"

static struct rondo_schedule *solve(const struct rondo_problem *problem, const struct rondo_solve_options *options, struct rondo_schedule_info *out_info) {
  struct rondo_schedule *schedule;
  expect_ok(rondo_solve(problem, options, &schedule, &diag));
  rondo_schedule_info(schedule, out_info);
  if (out_info->is_feasible) expect_ok(rondo_schedule_check(problem, rondo_schedule_nodes(schedule), (int)problem->node_count, &diag));
  assert_true(out_info->bound <= out_info->makespan);
  return schedule;
}

static struct rondo_schedule_info solve_once(const struct rondo_problem *problem, const struct rondo_solve_options *options) {
  struct rondo_schedule_info info;
  struct rondo_schedule *schedule = solve(problem, options, &info);
  rondo_schedule_release(&schedule);
  assert_null(schedule);
  return info;
}

// Against all lists and all modes: branch and bound as it is, the other searches beside nodes that change nothing.
static void expect_optimum(const struct rondo_problem *small, struct rondo_problem *padded, const struct rondo_solve_options *options, const char *method) {
  int64_t optimum = find_optimum(small);
  struct rondo_schedule_info exact = solve_once(small, options), info = solve_once(padded, options);
  assert_int_equal(exact.makespan, optimum);
  assert_true(exact.is_optimal);
  assert_true(strcmp(exact.method, "exact") == 0 || strcmp(exact.method, "list") == 0);
  assert_int_equal(info.makespan, optimum);
  assert_true(strcmp(info.method, method) == 0 || strcmp(info.method, "list") == 0);
}

static void test_optima_of_shops(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 25; ++seed) {
    struct rondo_problem *small = random_shop(seed, 3, 2, 2, seed % 2 == 1), *padded = random_padded_shop(seed, 3, 2, 2, seed % 2 == 1, 20);
    expect_optimum(small, padded, &(struct rondo_solve_options){.iteration_limit = 2000, .thread_count = 1, .seed = seed}, "tabu");
    rondo_problem_release(&small);
    rondo_problem_release(&padded);
  }
}

static void test_optima_of_general_problems(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 25; ++seed) {
    struct rondo_problem *small = random_general(seed, 5), *padded = random_padded_general(seed, 5, 20);
    struct rondo_solve_options options = {.iteration_limit = 3000, .thread_count = 1, .seed = seed, .objective_count = 1};
    options.objectives[0] = RONDO_OBJECTIVE_MAKESPAN;
    expect_optimum(small, padded, &options, "lns");
    rondo_problem_release(&small);
    rondo_problem_release(&padded);
  }
}

static void expect_same(const struct rondo_problem *problem, const struct rondo_solve_options *options) {
  struct rondo_schedule_info first_info, second_info;
  struct rondo_schedule *first = solve(problem, options, &first_info), *second = solve(problem, options, &second_info);
  assert_int_equal(first_info.makespan, second_info.makespan);
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rondo_placed_node *a = &rondo_schedule_nodes(first)[i], *b = &rondo_schedule_nodes(second)[i];
    assert_int_equal(a->start, b->start);
    assert_int_equal(a->mode, b->mode);
  }
  rondo_schedule_release(&first);
  rondo_schedule_release(&second);
}

static void test_same_from_same_seed(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    struct rondo_problem *shop = random_shop(seed, 10, 6, 5, false), *general = random_general(seed, 40);
    for (int threads = 1; threads <= 3; ++threads) {
      expect_same(shop, &(struct rondo_solve_options){.iteration_limit = 5000, .thread_count = threads, .seed = seed});
      expect_same(general, &(struct rondo_solve_options){.iteration_limit = 500, .thread_count = threads, .seed = seed});
    }
    rondo_problem_release(&shop);
    rondo_problem_release(&general);
  }
}

// Equal to the optimum where that is easy: one chain, one machine, more work than room, a machine with head and tail.
static void test_easy_bounds(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int64_t makespan;
  } cases[] = {
      {"1 2\n3 1 0 3 1 1 4 1 0 5\n", 12},
      {"3 1\n1 1 0 3\n1 1 0 4\n1 1 0 5\n", 12},
      {"4 2\n1 2 0 4 1 4\n1 2 0 4 1 4\n1 2 0 4 1 4\n1 2 0 4 1 4\n", 8},
      {"2 3\n3 1 1 2 1 0 5 1 2 3\n3 1 1 2 1 0 5 1 2 3\n", 15},
      {"5 3\n1 2 0 3 1 3\n1 2 0 3 1 3\n1 2 0 3 1 3\n1 2 0 3 1 3\n1 3 0 9 1 9 2 3\n", 6},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    struct rondo_problem *problem = read_fjsp(cases[i].text);
    struct rondo_schedule_info info = solve_once(problem, &(struct rondo_solve_options){.iteration_limit = 1000, .thread_count = 1});
    assert_int_equal(info.makespan, cases[i].makespan);
    assert_int_equal(info.bound, cases[i].makespan);
    assert_true(info.is_optimal);
    assert_true(info.gap == 0);
    rondo_problem_release(&problem);
  }
}

// No bound is above what some list reaches.
static void test_bounds(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    struct rondo_problem *problem = seed % 2 == 0 ? random_shop(seed, 2, 2, 2, seed % 4 == 0) : random_general(seed, 4);
    struct rdo_cost floor;
    expect_ok(rdo_bound_find(problem, &floor, NULL, &diag));
    assert_true(floor.values[RONDO_OBJECTIVE_MAKESPAN] <= find_optimum(problem));
    rondo_problem_release(&problem);
  }
}

// Phase locks: nodes at fixed times, everything else around them; nobody is late.
static void test_fixed_starts(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  const struct rondo_problem_use use = {.machine = 0, .width = 1};
  const struct rondo_problem_mode brief = {.duration = 2, .uses = &use, .use_count = 1}, bulk = {.duration = 3, .uses = &use, .use_count = 1};
  for (int i = 0; i < 10; ++i) {
    expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.release = 5 * i, .deadline = 5 * i + 2}, &diag));
    expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = i, .release = 5 * i, .is_fixed = true, .modes = &brief, .mode_count = 1}, &diag));
    expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .modes = &bulk, .mode_count = 1}, &diag));
    if (i > 0) add_edge(problem, 2 * i - 1, 2 * i + 1, 0);
  }
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule_info info = solve_once(problem, &(struct rondo_solve_options){.iteration_limit = 100, .thread_count = 1});
  assert_true(info.is_feasible);
  assert_int_equal(info.tardiness, 0);
  assert_int_equal(info.makespan, 50);
  assert_true(info.is_optimal);
  rondo_problem_release(&problem);
}

// Two nodes that must both start now on one machine: said, not hidden.
static void test_infeasible(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  const struct rondo_problem_use use = {.machine = 0, .width = 1};
  const struct rondo_problem_mode mode = {.duration = 2, .uses = &use, .use_count = 1};
  for (int i = 0; i < 2; ++i) expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .is_fixed = true, .modes = &mode, .mode_count = 1}, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule_info info = solve_once(problem, &(struct rondo_solve_options){.iteration_limit = 100, .thread_count = 2});
  assert_false(info.is_feasible);
  assert_int_equal(info.violation, 2);
  rondo_problem_release(&problem);
}

// A list schedule of 10^5 nodes takes milliseconds, and a search of them heeds its limit.
static void test_many_nodes(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(8, 4);
  struct rdo_random random = rdo_random_seed(1);
  for (int i = 0; i < 100000; ++i) {
    struct rondo_problem_use uses[4];
    struct rondo_problem_mode modes[4];
    for (int k = 0; k < 4; ++k) {
      uses[k] = (struct rondo_problem_use){.machine = below(&random, 8), .width = 1 + k};
      modes[k] = (struct rondo_problem_mode){.duration = 1000 / (k + 1) + below(&random, 100), .uses = &uses[k], .use_count = 1};
    }
    expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .modes = modes, .mode_count = 4}, &diag));
    if (i >= 100) add_edge(problem, i - 100, i, 0);
  }
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule_info info = solve_once(problem, &(struct rondo_solve_options){.time_limit_s = 0.2, .thread_count = 2});
  print_message("100000 nodes: list schedule after %.1f ms, %.2f s in all, gap %.2f %%\n", 1e3 * info.first_seconds, info.seconds, 100 * info.gap);
  rondo_problem_release(&problem);
}

static int reports;

static void count_reports(void *user, const struct rondo_solve_progress *progress) {
  assert_true(progress->bound <= progress->makespan);
  assert_true(progress->seconds >= 0);
  ++reports;
  volatile int *stop = user;
  if (reports == 3) *stop = 1;
}

static void test_interrupt(void **state) {
  (void)state;
  struct rondo_problem *problem = random_shop(3, 20, 10, 10, false);
  volatile int stop = 0;
  reports = 0;
  struct rondo_schedule_info info = solve_once(problem, &(struct rondo_solve_options){.time_limit_s = 60, .thread_count = 2, .stop = &stop, .report = count_reports, .user = (void *)&stop});
  assert_true(info.seconds < 30);
  assert_true(info.is_optimal || reports >= 3);
  rondo_problem_release(&problem);
}

static void test_options(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  struct rondo_schedule *schedule;
  add_simple_node(problem, 0, 3);
  expect_failure(rondo_solve(problem, NULL, &schedule, &diag), RONDO_FAILED_PRECONDITION, "not finished");
  expect_ok(rondo_problem_finish(problem, &diag));
  expect_failure(rondo_solve(problem, &(struct rondo_solve_options){.thread_count = -1}, &schedule, &diag), RONDO_INVALID_ARGUMENT, "-1 threads");
  expect_failure(rondo_solve(problem, &(struct rondo_solve_options){.iteration_limit = -1}, &schedule, &diag), RONDO_INVALID_ARGUMENT, "negative");
  expect_failure(rondo_solve(problem, &(struct rondo_solve_options){.objective_count = 2}, &schedule, &diag), RONDO_INVALID_ARGUMENT, "named twice");
  assert_null(schedule);
  struct rondo_schedule_info info = solve_once(problem, NULL);
  assert_int_equal(info.makespan, 3);
  assert_string_equal(info.method, "list");
  assert_true(info.is_optimal);
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_optima_of_shops),
      cmocka_unit_test(test_optima_of_general_problems),
      cmocka_unit_test(test_same_from_same_seed),
      cmocka_unit_test(test_easy_bounds),
      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_fixed_starts),
      cmocka_unit_test(test_infeasible),
      cmocka_unit_test(test_many_nodes),
      cmocka_unit_test(test_interrupt),
      cmocka_unit_test(test_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
