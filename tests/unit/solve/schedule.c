// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve_test.h"

#include "solve/greedy.h"

// Whatever the list and the modes, what the builder makes passes the check.
static void test_random(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    struct rondo_problem *problem = seed % 2 == 0 ? random_general(seed, 40) : random_shop(seed, 5, 6, 4, true);
    struct rdo_random random = rdo_random_seed(seed + 1000);
    struct rdo_builder builder;
    uint32_t order[64];
    int32_t modes[64];
    expect_ok(rdo_builder_init(&builder, problem, &diag));
    for (int round = 0; round < 3; ++round) {
      random_list(problem, &random, order);
      for (size_t i = 0; i < problem->node_count; ++i) modes[i] = below(&random, (int)problem->nodes[i].mode_count + 1) - 1;
      expect_ok(rdo_builder_build(&builder, order, modes, &diag));
      expect_ok(rondo_schedule_check(problem, builder.nodes, (int)problem->node_count, &diag));
      for (size_t i = 0; i < problem->node_count; ++i) {
        if (modes[i] != RDO_MODE_EARLIEST) assert_int_equal(builder.nodes[i].mode, modes[i]);
      }
    }
    // Pushed towards the end: still a list with none before its predecessors.
    bool is_listed[64] = {false};
    expect_ok(rdo_builder_justify(&builder, order, &diag));
    for (size_t i = 0; i < problem->node_count; ++i) {
      const struct rdo_node *node = &problem->nodes[order[i]];
      for (uint32_t k = 0; k < node->predecessor_count; ++k) assert_true(is_listed[problem->predecessors[node->predecessor_begin + k].node]);
      assert_false(is_listed[order[i]]);
      is_listed[order[i]] = true;
    }
    expect_ok(rdo_builder_build(&builder, order, modes, &diag));
    expect_ok(rondo_schedule_check(problem, builder.nodes, (int)problem->node_count, &diag));
    expect_ok(rdo_greedy_order(problem, order, &diag));
    expect_ok(rdo_builder_build(&builder, order, NULL, &diag));
    expect_ok(rondo_schedule_check(problem, builder.nodes, (int)problem->node_count, &diag));
    rdo_builder_deinit(&builder);
    rondo_problem_release(&problem);
  }
}

static void test_costs(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 2);
  const struct rondo_problem_use use = {.machine = 0, .width = 1};
  const struct rondo_problem_mode mode = {.duration = 10, .energy = 3, .uses = &use, .use_count = 1};
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.release = 5, .deadline = 12, .weight = 2}, &diag));
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.release = 5, .deadline = 8, .is_relative = true}, &diag));
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 0, .modes = &mode, .mode_count = 1}, &diag));
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 1, .release = 7, .modes = &mode, .mode_count = 1}, &diag));
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .release = 6, .phase_weight = 4, .latest_start = 8, .modes = &mode, .mode_count = 1}, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  struct rdo_builder builder;
  const uint32_t order[] = {0, 1, 2};
  expect_ok(rdo_builder_init(&builder, problem, &diag));
  expect_ok(rdo_builder_build(&builder, order, NULL, &diag));
  // 0 runs 5 .. 15, 1 runs 7 .. 17, 2 runs 15 .. 25.
  assert_int_equal(builder.cost.values[RONDO_OBJECTIVE_MAKESPAN], 25);
  assert_int_equal(builder.cost.values[RONDO_OBJECTIVE_TARDINESS], 2 * 3 + 2);
  assert_int_equal(builder.cost.values[RONDO_OBJECTIVE_PHASE], 4 * 9);
  assert_int_equal(builder.cost.values[RONDO_OBJECTIVE_ENERGY], 9);
  assert_int_equal(builder.cost.violation, 7);
  // The list schedule serves what has a limit first.
  uint32_t list[3];
  expect_ok(rdo_greedy_order(problem, list, &diag));
  assert_int_equal(list[0], 2);
  rdo_builder_deinit(&builder);
  rondo_problem_release(&problem);
}

static void test_compare(void **state) {
  (void)state;
  const struct rdo_objectives objectives = {.items = {RONDO_OBJECTIVE_TARDINESS, RONDO_OBJECTIVE_MAKESPAN}, .count = 2};
  struct rdo_cost a = {.values = {10, 5, 1, 1}}, b = {.values = {9, 5, 2, 2}};
  assert_true(rdo_cost_compare(&objectives, &a, &b) > 0);
  a.values[RONDO_OBJECTIVE_TARDINESS] = 4;
  assert_true(rdo_cost_compare(&objectives, &a, &b) < 0);
  a.violation = 1;
  assert_true(rdo_cost_compare(&objectives, &a, &b) > 0);
  a = b;
  a.values[RONDO_OBJECTIVE_ENERGY] = 99;
  assert_int_equal(rdo_cost_compare(&objectives, &a, &b), 0);
}

// The use of a machine against an array with an entry for each moment.
static void test_usage(void **state) {
  (void)state;
  enum { SPAN = 200, LIMIT = 5 };
  for (uint64_t seed = 0; seed < 50; ++seed) {
    struct rdo_random random = rdo_random_seed(seed);
    struct rdo_usage usage = {0};
    int used[SPAN] = {0};
    expect_ok(rdo_usage_clear(&usage, LIMIT, &diag));
    for (int n = 0; n < 60; ++n) {
      int ready = below(&random, 100), duration = below(&random, 9), width = 1 + below(&random, LIMIT);
      int start = ready;
      for (int i = start; i < start + duration && i < SPAN; ++i) {
        if (used[i] + width > LIMIT) start = i + 1;
      }
      assert_int_equal(rdo_usage_find(&usage, ready, duration, width), start);
      if (start + duration > SPAN) continue;
      expect_ok(rdo_usage_take(&usage, start, start + duration, width, &diag));
      for (int i = start; i < start + duration; ++i) used[i] += width;
    }
    for (size_t i = 1; i < usage.count; ++i) {
      assert_true(usage.steps[i].time > usage.steps[i - 1].time);
      assert_true(usage.steps[i].used != usage.steps[i - 1].used);
    }
    assert_int_equal(usage.steps[usage.count - 1].used, 0);
    rdo_usage_deinit(&usage);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
      cmocka_unit_test(test_costs),
      cmocka_unit_test(test_compare),
      cmocka_unit_test(test_usage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
