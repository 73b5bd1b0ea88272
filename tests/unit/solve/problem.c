// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve_test.h"

static const struct rondo_problem_use first_machine = {.machine = 0, .width = 1};

// Adds a node with one mode, which may be wrong.
static enum rondo_status try_mode(struct rondo_problem *problem, struct rondo_problem_mode mode) {
  const struct rondo_problem_node node = {.job = -1, .modes = &mode, .mode_count = 1};
  return rondo_problem_add_node(problem, &node, &diag);
}

static void test_nothing(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  expect_failure(rondo_problem_finish(problem, &diag), RONDO_INVALID_ARGUMENT, "no nodes");
  rondo_problem_release(&problem);
  rondo_problem_release(&problem);
  rondo_problem_release(NULL);
}

static void test_machines(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 4);
  expect_failure(rondo_problem_add_machine(problem, 0, &diag), RONDO_OUT_OF_RANGE, "capacity of machine 1 is 0");
  expect_failure(rondo_problem_add_resource(problem, -3, &diag), RONDO_OUT_OF_RANGE, "capacity of resource 1 is -3");
  expect_ok(rondo_problem_add_resource(problem, 1, &diag));
  expect_failure(rondo_problem_set_transition(problem, 0, 1, 5, &diag), RONDO_INVALID_ARGUMENT, "no machine");
  expect_failure(rondo_problem_set_transition(problem, 0, 2, 5, &diag), RONDO_INVALID_ARGUMENT, "no machine");
  expect_failure(rondo_problem_set_transition(problem, 0, 0, -1, &diag), RONDO_OUT_OF_RANGE, "delay is -1");
  for (int i = 2; i < RONDO_PROBLEM_MACHINES_MAX; ++i) expect_ok(rondo_problem_add_machine(problem, 1, &diag));
  expect_failure(rondo_problem_add_machine(problem, 1, &diag), RONDO_OUT_OF_RANGE, "too many machines");
  rondo_problem_release(&problem);
}

static void test_nodes(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(2, 4);
  const struct rondo_problem_use wide = {.machine = 1, .width = 5}, nowhere = {.machine = 2, .width = 1};
  const struct rondo_problem_use twice[] = {{.machine = 1, .width = 1}, {.machine = 1, .width = 2}};
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.duration = -1}), RONDO_OUT_OF_RANGE, "its duration is -1: not in 0 .. ");
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.duration = RONDO_PROBLEM_TIME_MAX + 1}), RONDO_OUT_OF_RANGE, "its duration is");
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.energy = -1}), RONDO_OUT_OF_RANGE, "its energy is -1");
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.uses = &wide, .use_count = 1}), RONDO_INVALID_ARGUMENT, "width 5 on machine 1: not in 1 .. 4");
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.uses = &nowhere, .use_count = 1}), RONDO_INVALID_ARGUMENT, "no machine 2: there are 2");
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.uses = twice, .use_count = 2}), RONDO_INVALID_ARGUMENT, "names machine 1 twice; mode 0; node 0");
  expect_failure(try_mode(problem, (struct rondo_problem_mode){.use_count = -1}), RONDO_INVALID_ARGUMENT, "names -1 machines of 2");
  const struct rondo_problem_mode mode = {.duration = 1, .uses = &first_machine, .use_count = 1};
  expect_failure(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 0, .modes = &mode, .mode_count = 1}, &diag), RONDO_INVALID_ARGUMENT, "no job 0");
  expect_failure(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1}, &diag), RONDO_INVALID_ARGUMENT, "it has no mode; node 0");
  expect_failure(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .release = -5, .modes = &mode, .mode_count = 1}, &diag), RONDO_OUT_OF_RANGE, "its release is -5");
  expect_failure(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .phase_weight = 1 << 30, .modes = &mode, .mode_count = 1}, &diag), RONDO_OUT_OF_RANGE, "phase weight");
  expect_failure(rondo_problem_add_job(problem, &(struct rondo_problem_job){.weight = -1}, &diag), RONDO_OUT_OF_RANGE, "a job's weight is -1");
  struct rondo_problem_info info;
  rondo_problem_info(problem, &info);
  assert_int_equal(info.node_count, 0);
  assert_int_equal(info.mode_count, 0);
  rondo_problem_release(&problem);
}

static void test_edges(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  for (int i = 0; i < 4; ++i) add_simple_node(problem, 0, 1);
  expect_failure(rondo_problem_add_edge(problem, 0, 4, 0, &diag), RONDO_INVALID_ARGUMENT, "there are 4 nodes");
  expect_failure(rondo_problem_add_edge(problem, -1, 0, 0, &diag), RONDO_INVALID_ARGUMENT, "edge from node -1");
  expect_failure(rondo_problem_add_edge(problem, 2, 2, 0, &diag), RONDO_INVALID_ARGUMENT, "edge to itself");
  expect_failure(rondo_problem_add_edge(problem, 2, 3, -1, &diag), RONDO_OUT_OF_RANGE, "delay is -1");
  add_edge(problem, 0, 1, 0);
  add_edge(problem, 1, 2, 0);
  add_edge(problem, 2, 3, 0);
  add_edge(problem, 3, 1, 0);
  expect_failure(rondo_problem_finish(problem, &diag), RONDO_INVALID_ARGUMENT, "cycle");
  rondo_problem_release(&problem);
}

static void test_overflow(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  for (int i = 0; i < 3; ++i) add_simple_node(problem, 0, RONDO_PROBLEM_TIME_MAX / 3);
  expect_ok(rondo_problem_finish(problem, &diag));
  rondo_problem_release(&problem);
  problem = create_problem(1, 1);
  for (int i = 0; i < 4; ++i) add_simple_node(problem, 0, RONDO_PROBLEM_TIME_MAX / 3);
  expect_failure(rondo_problem_finish(problem, &diag), RONDO_OUT_OF_RANGE, "up to node 3 add up to more than");
  rondo_problem_release(&problem);
}

static void test_windows(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  const struct rondo_problem_mode mode = {.duration = 1, .uses = &first_machine, .use_count = 1};
  const struct rondo_problem_node node = {.job = -1, .latest_start = 4, .modes = &mode, .mode_count = 1};
  add_simple_node(problem, 0, 3);
  expect_ok(rondo_problem_add_node(problem, &node, &diag));
  add_edge(problem, 0, 1, 2);
  expect_failure(rondo_problem_finish(problem, &diag), RONDO_INVALID_ARGUMENT, "node 1 cannot start before 5, but its latest start is 4");
  rondo_problem_release(&problem);
}

static void test_finished(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  add_simple_node(problem, 0, 3);
  expect_ok(rondo_problem_finish(problem, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  expect_failure(rondo_problem_add_machine(problem, 1, &diag), RONDO_FAILED_PRECONDITION, "finished");
  expect_failure(rondo_problem_add_edge(problem, 0, 0, 0, &diag), RONDO_FAILED_PRECONDITION, "finished");
  struct rondo_problem_info info;
  rondo_problem_info(problem, &info);
  assert_true(info.is_unary);
  const struct rondo_problem_use *uses;
  assert_int_equal(rondo_problem_mode_uses(problem, 0, 0, &uses), 1);
  assert_int_equal(uses[0].machine, 0);
  assert_int_equal(rondo_problem_mode_uses(problem, 0, 1, &uses), 0);
  assert_int_equal(rondo_problem_mode_uses(problem, 1, 0, &uses), 0);
  assert_int_equal(rondo_problem_node_job(problem, 0), -1);
  rondo_problem_release(&problem);
}

// Between sets of machines the largest transition of a pair counts.
static void test_transitions(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(3, 1);
  const struct rondo_problem_use both[] = {{.machine = 0, .width = 1}, {.machine = 1, .width = 1}};
  const struct rondo_problem_mode wide = {.duration = 1, .uses = both, .use_count = 2};
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .modes = &wide, .mode_count = 1}, &diag));
  add_simple_node(problem, 2, 1);
  expect_ok(rondo_problem_set_transition(problem, 0, 2, 5, &diag));
  expect_ok(rondo_problem_set_transition(problem, 1, 2, 7, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  assert_int_equal(rdo_problem_transition(problem, &problem->modes[0], &problem->modes[1]), 7);
  assert_int_equal(rdo_problem_transition(problem, &problem->modes[1], &problem->modes[0]), 0);
  assert_false(problem->is_unary);
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_machines),
      cmocka_unit_test(test_nodes),
      cmocka_unit_test(test_edges),
      cmocka_unit_test(test_overflow),
      cmocka_unit_test(test_windows),
      cmocka_unit_test(test_finished),
      cmocka_unit_test(test_transitions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
