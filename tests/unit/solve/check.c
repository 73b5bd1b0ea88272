// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve_test.h"

enum { NODES = 3 };

// Node 0 (job released at 2) before node 1 after a delay of 1 and a transition of 4 from machine 0 to 1; node 2 has a
// window and takes one of two workers of machine 1, node 1 both.
static struct rondo_problem *make_problem(void) {
  struct rondo_problem *problem = create_problem(1, 1);
  const struct rondo_problem_use first = {.machine = 0, .width = 1}, both = {.machine = 1, .width = 2}, one = {.machine = 1, .width = 1};
  const struct rondo_problem_mode modes[] = {{.duration = 3, .uses = &first, .use_count = 1}, {.duration = 5, .uses = &both, .use_count = 1}, {.duration = 2, .uses = &one, .use_count = 1}};
  expect_ok(rondo_problem_add_machine(problem, 2, &diag));
  expect_ok(rondo_problem_set_transition(problem, 0, 1, 4, &diag));
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.release = 2}, &diag));
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 0, .modes = &modes[0], .mode_count = 1}, &diag));
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 0, .modes = &modes[1], .mode_count = 1}, &diag));
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .release = 1, .latest_start = 20, .modes = &modes[2], .mode_count = 1}, &diag));
  add_edge(problem, 0, 1, 1);
  expect_ok(rondo_problem_finish(problem, &diag));
  return problem;
}

static const struct rondo_placed_node right[NODES] = {{.start = 2, .end = 5}, {.start = 10, .end = 15}, {.start = 15, .end = 17}};

static void expect_broken(const struct rondo_problem *problem, int node, struct rondo_placed_node placed, const char *words) {
  struct rondo_placed_node nodes[NODES];
  memcpy(nodes, right, sizeof nodes);
  nodes[node] = placed;
  expect_failure(rondo_schedule_check(problem, nodes, NODES, &diag), RONDO_INVALID_ARGUMENT, words);
}

static void test_rules(void **state) {
  (void)state;
  struct rondo_problem *problem = make_problem();
  expect_ok(rondo_schedule_check(problem, right, NODES, &diag));
  expect_failure(rondo_schedule_check(problem, right, NODES - 1, &diag), RONDO_INVALID_ARGUMENT, "has 2 nodes, the problem 3");
  expect_broken(problem, 0, (struct rondo_placed_node){.start = 2, .end = 5, .mode = 1}, "node 0 has mode 1 of 1");
  expect_broken(problem, 0, (struct rondo_placed_node){.start = 2, .end = 5, .mode = -1}, "node 0 has mode -1 of 1");
  expect_broken(problem, 0, (struct rondo_placed_node){.start = 2, .end = 6}, "its mode 0 lasts 3");
  expect_broken(problem, 0, (struct rondo_placed_node){.start = -1, .end = 2}, "node 0 runs from -1 to 2");
  expect_broken(problem, 0, (struct rondo_placed_node){.start = 1, .end = 4}, "before its release at 2");
  expect_broken(problem, 1, (struct rondo_placed_node){.start = 9, .end = 14}, "less than 5 after the end of its predecessor 0 at 5");
  expect_broken(problem, 2, (struct rondo_placed_node){.start = 0, .end = 2}, "before its release at 1");
  expect_broken(problem, 2, (struct rondo_placed_node){.start = 21, .end = 23}, "after its latest start at 20");
  expect_broken(problem, 2, (struct rondo_placed_node){.start = 14, .end = 16}, "machine 1 has 2, but 3 are in use when node 2 starts at 14");
  expect_broken(problem, 2, (struct rondo_placed_node){.start = 9, .end = 11}, "machine 1 has 2, but 3 are in use when node 1 starts at 10");
  rondo_problem_release(&problem);
}

static void test_unfinished(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  add_simple_node(problem, 0, 1);
  expect_failure(rondo_schedule_check(problem, right, 1, &diag), RONDO_FAILED_PRECONDITION, "not finished");
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules), cmocka_unit_test(test_unfinished)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
