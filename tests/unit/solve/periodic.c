// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A perception net of 20 nodes and 17 periods of a controller of 5, on two clusters that run one node at a time: how
// periodic jobs are written as a problem. Times in microseconds and edges are those of a published schedule for a
// RISC-V board (ucb-bar/merlin, periodic profile), which lets two nodes overlap to end after 32567; without that the
// least is 32649.

#include "solve_test.h"

enum { CLUSTER_P, CLUSTER_E, NET_NODES = 20, PERIODS = 17, PERIOD = 2000, CONTROLLER_NODES = 5, BEST = 32649 };

static const struct {
  int cluster;
  int64_t duration;
  int predecessors[2];  // -1: none
} net[NET_NODES] = {
    {CLUSTER_P, 242, {-1, -1}}, {CLUSTER_P, 6210, {0, -1}}, {CLUSTER_P, 886, {1, -1}},  {CLUSTER_P, 400, {2, -1}},  {CLUSTER_P, 3990, {3, -1}},
    {CLUSTER_P, 4300, {4, -1}}, {CLUSTER_P, 1000, {2, 5}},  {CLUSTER_P, 314, {6, -1}},  {CLUSTER_P, 2330, {7, -1}}, {CLUSTER_P, 4260, {8, -1}},
    {CLUSTER_P, 203, {6, 9}},   {CLUSTER_P, 212, {10, -1}}, {CLUSTER_P, 2630, {11, -1}}, {CLUSTER_P, 4900, {12, -1}}, {CLUSTER_P, 411, {10, 13}},
    {CLUSTER_P, 125, {14, -1}}, {CLUSTER_E, 82, {15, -1}},  {CLUSTER_E, 82, {15, -1}},  {CLUSTER_E, 72, {16, -1}},  {CLUSTER_P, 69, {17, -1}},
};
static const int64_t controller[CONTROLLER_NODES] = {73, 78, 84, 64, 67};

static void add_node(struct rondo_problem *problem, int job, int cluster, int64_t duration, int64_t release, bool is_fixed) {
  const struct rondo_problem_use use = {.machine = cluster, .width = 1};
  const struct rondo_problem_mode mode = {.duration = duration, .uses = &use, .use_count = 1};
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = job, .release = release, .is_fixed = is_fixed, .phase_weight = is_fixed, .modes = &mode, .mode_count = 1}, &diag));
}

static struct rondo_problem *make_problem(int64_t controller_deadline) {
  struct rondo_problem *problem = create_problem(2, 1);
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){0}, &diag));
  for (int i = 0; i < NET_NODES; ++i) {
    add_node(problem, 0, net[i].cluster, net[i].duration, 0, false);
    for (int k = 0; k < 2 && net[i].predecessors[k] >= 0; ++k) add_edge(problem, net[i].predecessors[k], i, 0);
  }
  for (int period = 0; period < PERIODS; ++period) {
    int64_t release = (int64_t)period * PERIOD;
    expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.release = release, .deadline = release + controller_deadline}, &diag));
    for (int i = 0; i < CONTROLLER_NODES; ++i) {
      add_node(problem, period + 1, CLUSTER_E, controller[i], release, i == 0);
      if (i > 0) add_edge(problem, (int)problem->node_count - 2, (int)problem->node_count - 1, 0);
    }
  }
  expect_ok(rondo_problem_finish(problem, &diag));
  return problem;
}

static struct rondo_schedule_info solve(const struct rondo_problem *problem) {
  struct rondo_schedule *schedule;
  struct rondo_schedule_info info;
  expect_ok(rondo_solve(problem, &(struct rondo_solve_options){.iteration_limit = 2000, .thread_count = 1}, &schedule, &diag));
  expect_ok(rondo_schedule_check(problem, rondo_schedule_nodes(schedule), (int)problem->node_count, &diag));
  rondo_schedule_info(schedule, &info);
  rondo_schedule_release(&schedule);
  return info;
}

static void test_phase_locks(void **state) {
  (void)state;
  struct rondo_problem *problem = make_problem(500);
  struct rondo_schedule_info info = solve(problem);
  assert_int_equal(info.makespan, BEST);
  assert_true(info.is_feasible);
  assert_int_equal(info.tardiness, 0);
  assert_int_equal(info.phase_error, 0);
  rondo_problem_release(&problem);
}

// A deadline that no schedule meets is missed by as little as can be, in every period.
static void test_deadline_too_early(void **state) {
  (void)state;
  struct rondo_problem *problem = make_problem(300);
  struct rondo_schedule_info info = solve(problem);
  assert_int_equal(info.tardiness, PERIODS * (73 + 78 + 84 + 64 + 67 - 300));
  assert_int_equal(info.makespan, BEST);
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_phase_locks), cmocka_unit_test(test_deadline_too_early)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
