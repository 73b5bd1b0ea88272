// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/windows.h"

#include "base/alloc.h"
#include "solve_test.h"

enum { SEEDS = 60 };

static struct rdo_window *windows;
static size_t window_count;

static const struct rondo_solve_options quick = {.iteration_limit = 400, .thread_count = 1};

static struct rondo_schedule *solve_windows(const struct rondo_problem *problem, int64_t length, int64_t overlap, int count) {
  const struct rdo_window_options layout = {.length = length, .overlap = overlap, .count = count};
  struct rondo_schedule *schedule;
  rdo_free(windows);
  expect_ok(rdo_windows_solve(problem, &quick, &layout, &schedule, &windows, &window_count, &diag));
  assert_string_equal(schedule->info.method, "windows");
  if (schedule->info.is_feasible) expect_ok(rondo_schedule_check(problem, schedule->nodes, (int)problem->node_count, &diag));
  return schedule;
}

static int add_job(struct rondo_problem *problem, int64_t release, int64_t deadline, bool is_relative) {
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.release = release, .deadline = deadline, .is_relative = is_relative}, &diag));
  return (int)problem->job_count - 1;
}

static int add_node(struct rondo_problem *problem, int job, int machine, int64_t duration, int64_t release, bool is_fixed) {
  const struct rondo_problem_use use = {.machine = machine, .width = 1};
  const struct rondo_problem_mode mode = {.duration = duration, .uses = &use, .use_count = 1};
  const struct rondo_problem_node node = {.job = job, .release = release, .is_fixed = is_fixed, .modes = &mode, .mode_count = 1};
  expect_ok(rondo_problem_add_node(problem, &node, &diag));
  return (int)problem->node_count - 1;
}

// Jobs with periods on two clusters and a token, chains of nodes of one or two workers; the last node of a job may wait for the
// last one of the job before.
static struct rondo_problem *random_periodic(uint64_t seed, int64_t *out_horizon) {
  struct rdo_random random = rdo_random_seed(seed);
  struct rondo_problem *problem = create_problem(2, 2);
  *out_horizon = 240;
  expect_ok(rondo_problem_add_resource(problem, 1, &diag));
  expect_ok(rondo_problem_set_transition(problem, 0, 1, 1, &diag));
  int last = -1;
  for (int kind = 0; kind < 3; ++kind) {
    int64_t period = kind == 0 ? 20 : kind == 1 ? 40 : 60;
    int length = 2 + below(&random, 3);
    for (int64_t release = 0; release < *out_horizon; release += period) {
      int job = add_job(problem, release, below(&random, 5) == 0 ? period : release + period, false);
      for (int i = 0; i < length; ++i) {
        struct rondo_problem_use uses[3][2];
        struct rondo_problem_mode modes[3];
        int64_t work = 2 + below(&random, kind == 0 ? 4 : 12);
        bool has_token = below(&random, 4) == 0;
        for (int m = 0; m < 3; ++m) {
          uses[m][0] = (struct rondo_problem_use){.machine = m == 2, .width = m == 1 ? 2 : 1};
          uses[m][1] = (struct rondo_problem_use){.machine = 2, .width = 1};
          modes[m] = (struct rondo_problem_mode){.duration = m == 1 ? (work + 1) / 2 : m == 2 ? work * 2 : work, .uses = uses[m], .use_count = 1 + has_token};
        }
        expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = job, .modes = modes, .mode_count = 3}, &diag));
        int node = (int)problem->node_count - 1;
        if (i > 0) add_edge(problem, node - 1, node, 0);
        else if (last >= 0 && below(&random, 3) == 0) add_edge(problem, last, node, below(&random, 3));
        last = node;
      }
    }
    last = -1;
  }
  expect_ok(rondo_problem_finish(problem, &diag));
  return problem;
}

// Windows pass the check as one plan, and end at most a quarter later than the whole; one window is the whole.
static void test_periodic(void **state) {
  (void)state;
  int64_t whole_tardiness = 0, tardiness = 0;
  for (uint64_t seed = 0; seed < SEEDS; ++seed) {
    int64_t horizon;
    struct rondo_problem *problem = random_periodic(seed, &horizon);
    struct rondo_schedule *whole, *schedule = solve_windows(problem, horizon, 0, 0);
    expect_ok(rondo_solve(problem, &quick, &whole, &diag));
    assert_int_equal(window_count, 1);
    assert_int_equal(schedule->info.makespan, whole->info.makespan);
    assert_int_equal(schedule->info.tardiness, whole->info.tardiness);
    rondo_schedule_release(&schedule);
    for (int count = 2; count <= 6; count += 2) {
      int64_t length = horizon / count;
      schedule = solve_windows(problem, length, length / 4, 0);
      assert_int_equal(window_count, count);
      assert_true(schedule->info.is_feasible);
      if (schedule->info.makespan * 4 > whole->info.makespan * 5) fail_msg("seed %llu: %d windows end at %lld, the whole at %lld", (unsigned long long)seed, count, (long long)schedule->info.makespan, (long long)whole->info.makespan);
      int placed = 0, again = 0;
      for (size_t i = 0; i < window_count; ++i) {
        assert_int_equal(windows[i].begin, (int64_t)i * length);
        placed += windows[i].node_count;
        again += windows[i].again_count;
      }
      assert_int_equal(placed - again, problem->node_count);
      whole_tardiness += whole->info.tardiness;
      tardiness += schedule->info.tardiness;
      rondo_schedule_release(&schedule);
    }
    rondo_schedule_release(&whole);
    rondo_problem_release(&problem);
  }
  if (tardiness > 2 * whole_tardiness) fail_msg("late by %lld, the whole by %lld", (long long)tardiness, (long long)whole_tardiness);
}

// Any problem, with whatever there is of modes, transitions, relative deadlines and edges.
static void test_random(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEEDS; ++seed) {
    struct rondo_problem *problem = seed % 2 == 0 ? random_general(seed, 30) : random_shop(seed, 5, 5, 3, true);
    for (int64_t length = 3; length < 12; length += 4) {
      struct rondo_schedule *schedule = solve_windows(problem, length, length / 3, 0);
      assert_true(schedule->info.is_feasible);
      rondo_schedule_release(&schedule);
    }
    rondo_problem_release(&problem);
  }
}

static void test_crosses_border(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  add_node(problem, -1, 0, 15, 0, false);
  add_node(problem, -1, 0, 3, 10, false);
  add_node(problem, -1, 0, 2, 40, false);
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule *schedule = solve_windows(problem, 10, 0, 0);
  assert_int_equal(window_count, 5);
  assert_int_equal(schedule->nodes[0].start, 0);
  assert_int_equal(schedule->nodes[1].start, 15);
  assert_int_equal(schedule->nodes[2].start, 40);
  assert_int_equal(windows[1].node_count, 1);
  assert_int_equal(windows[1].fixed_count, 1);
  assert_int_equal(windows[1].info.makespan, 18);
  assert_int_equal(windows[2].node_count, 0);
  assert_int_equal(windows[4].fixed_count, 0);
  rondo_schedule_release(&schedule);
  // As many windows as told: the last one takes the rest.
  schedule = solve_windows(problem, 10, 0, 2);
  assert_int_equal(window_count, 2);
  assert_int_equal(windows[1].node_count, 2);
  assert_int_equal(windows[1].end, 20);
  assert_int_equal(schedule->nodes[2].start, 40);
  rondo_schedule_release(&schedule);
  // Without a length they reach the last release.
  schedule = solve_windows(problem, 0, 0, 2);
  assert_int_equal(windows[0].end, 21);
  assert_int_equal(windows[1].node_count, 1);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

// An edge with a delay and a transition goes from what is fixed, and over, on other machines, to the window after the next.
static void test_precedence_over_border(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(3, 1);
  expect_ok(rondo_problem_set_transition(problem, 0, 1, 2, &diag));
  add_node(problem, -1, 0, 9, 0, false);
  add_node(problem, -1, 1, 5, 10, false);
  add_node(problem, -1, 2, 1, 20, false);
  // Released early, but what it waits for is not: both belong to the last window.
  add_node(problem, -1, 0, 1, 0, false);
  add_edge(problem, 0, 1, 4);
  add_edge(problem, 0, 2, 30);
  add_edge(problem, 2, 3, 0);
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule *schedule = solve_windows(problem, 10, 0, 0);
  assert_int_equal(window_count, 3);
  assert_int_equal(schedule->nodes[1].start, 9 + 4 + 2);
  assert_int_equal(schedule->nodes[2].start, 39);
  assert_int_equal(schedule->nodes[3].start, 40);
  assert_int_equal(windows[0].node_count, 1);
  assert_int_equal(windows[1].fixed_count, 1);
  assert_int_equal(windows[2].node_count, 2);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

// What begins in the overlap makes room for an urgent job that is released behind the border.
static void test_overlap(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  int calm = add_job(problem, 0, 40, false), urgent = add_job(problem, 10, 14, false);
  add_node(problem, calm, 0, 6, 0, false);
  add_node(problem, calm, 0, 8, 0, false);
  add_edge(problem, 0, 1, 0);
  add_node(problem, urgent, 0, 3, 10, false);
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule *schedule = solve_windows(problem, 10, 0, 0);
  assert_int_equal(schedule->nodes[2].start, 14);
  assert_int_equal(schedule->info.tardiness, 3);
  rondo_schedule_release(&schedule);
  schedule = solve_windows(problem, 10, 5, 0);
  assert_int_equal(schedule->nodes[2].start, 10);
  assert_int_equal(schedule->nodes[1].start, 13);
  assert_int_equal(schedule->info.tardiness, 0);
  assert_int_equal(windows[1].again_count, 1);
  assert_int_equal(windows[1].fixed_count, 1);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

// A deadline from a job's own start counts from a node that was fixed two windows before.
static void test_relative_deadline(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(2, 1);
  int job = add_job(problem, 0, 25, true);
  add_node(problem, job, 0, 2, 0, false);
  add_node(problem, job, 0, 2, 20, false);
  int other = add_job(problem, 20, 0, false);
  add_node(problem, other, 0, 10, 20, false);
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule *schedule = solve_windows(problem, 10, 0, 0);
  assert_int_equal(schedule->info.tardiness, 0);
  assert_int_equal(schedule->nodes[1].start, 20);
  assert_int_equal(windows[2].fixed_count, 1);
  assert_int_equal(windows[2].info.tardiness, 0);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

// A start that is fixed behind the border is not foreseen: what is placed stays, and the result says that it is not feasible; an
// overlap as long as the node helps.
static void test_fixed_start(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  add_node(problem, -1, 0, 4, 0, false);
  add_node(problem, -1, 0, 8, 0, false);
  add_node(problem, -1, 0, 2, 11, true);
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule *schedule = solve_windows(problem, 10, 0, 0);
  assert_false(schedule->info.is_feasible);
  assert_int_equal(schedule->info.violation, 1);
  assert_int_equal(schedule->nodes[2].start, 12);
  rondo_schedule_release(&schedule);
  schedule = solve_windows(problem, 10, 8, 0);
  assert_true(schedule->info.is_feasible);
  assert_int_equal(schedule->nodes[2].start, 11);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

// Moving what is fixed would miss its start by less than the other does: it stays all the same.
static void test_nothing_is_displaced(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  add_node(problem, -1, 0, 9, 0, false);
  add_node(problem, -1, 0, 5, 0, false);
  add_node(problem, -1, 0, 1, 10, true);
  add_edge(problem, 0, 1, 0);
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rondo_schedule *schedule = solve_windows(problem, 10, 0, 0);
  assert_int_equal(schedule->nodes[1].start, 9);
  assert_int_equal(schedule->nodes[2].start, 14);
  assert_int_equal(schedule->info.violation, 4);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
}

static void test_refused(void **state) {
  (void)state;
  const struct {
    struct rdo_window_options layout;
    enum rondo_status status;
    const char *words;
  } cases[] = {
      {{0, 0, 0}, RONDO_INVALID_ARGUMENT, "neither the length nor the number"},
      {{20, 20, 0}, RONDO_INVALID_ARGUMENT, "windows of 20 cannot overlap by 20"},
      {{0, 60000, 2}, RONDO_INVALID_ARGUMENT, "windows of 50001 cannot overlap by 60000"},
      {{-1, 0, 0}, RONDO_OUT_OF_RANGE, "0 windows of -1"},
      {{10, -1, 0}, RONDO_OUT_OF_RANGE, "overlap by -1"},
      {{10, 0, -1}, RONDO_OUT_OF_RANGE, "-1 windows"},
      {{9, 0, 0}, RONDO_OUT_OF_RANGE, "11112 windows of 9 are too many: at most 10000"},
  };
  struct rondo_problem *problem = create_problem(1, 1);
  struct rondo_schedule *schedule;
  add_node(problem, -1, 0, 1, 100000, false);
  rdo_free(windows);
  expect_failure(rdo_windows_solve(problem, &quick, &cases[0].layout, &schedule, &windows, &window_count, &diag), RONDO_FAILED_PRECONDITION, "not finished");
  expect_ok(rondo_problem_finish(problem, &diag));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    expect_failure(rdo_windows_solve(problem, &quick, &cases[i].layout, &schedule, &windows, &window_count, &diag), cases[i].status, cases[i].words);
    assert_null(schedule);
    assert_null(windows);
  }
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_periodic), cmocka_unit_test(test_random),            cmocka_unit_test(test_crosses_border), cmocka_unit_test(test_precedence_over_border),
      cmocka_unit_test(test_overlap),  cmocka_unit_test(test_relative_deadline), cmocka_unit_test(test_fixed_start),    cmocka_unit_test(test_nothing_is_displaced),
      cmocka_unit_test(test_refused),
  };
  int code = cmocka_run_group_tests(tests, NULL, NULL);
  rdo_free(windows);
  return code;
}
