// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Policies that follow a plan.

#include "policy_test.h"

static struct rdo_policy_node planned_node(uint64_t sequence, uint32_t lane_count, uint32_t lane, int64_t start_ns) {
  struct rdo_policy_node node = plain_node(sequence, lane_count);
  node.planned_lane = lane;
  node.planned_start_ns = start_ns;
  node.planned_width = 2;
  node.width_max = 8;
  return node;
}

static const struct rdo_policy_lane four[] = {{4, 0, 0}, {4, 4, 9 * MS}};

// Lane and width are the plan's, however loaded the lane is; planned starts when it can, strict at the planned start.
static void test_follow(void **state) {
  (void)state;
  struct rdo_policy_node node = planned_node(1, 2, 1, 5 * MS);
  node.now_ns = 2 * MS;
  node.release_ns = 1 * MS;
  struct rdo_policy_decision decision = decide("planned", &node, four, 2);
  assert_int_equal(decision.lane, 1);
  assert_int_equal(decision.width, 2);
  assert_int_equal(decision.start_ns, 1 * MS);
  decision = decide("strict", &node, four, 2);
  assert_int_equal(decision.lane, 1);
  assert_int_equal(decision.width, 2);
  assert_int_equal(decision.start_ns, 5 * MS);
  node.release_ns = 6 * MS;
  assert_int_equal(decide("planned", &node, four, 2).start_ns, 6 * MS);
  assert_int_equal(decide("strict", &node, four, 2).start_ns, 6 * MS);
}

// A start that is far away is a time to wait for, no reason to give up.
static void test_far_start(void **state) {
  (void)state;
  struct rdo_policy_node node = planned_node(1, 2, 0, INT64_C(3600000) * MS);
  assert_int_equal(decide("strict", &node, four, 2).start_ns, INT64_C(3600000) * MS);
  assert_int_equal(decide("planned", &node, four, 2).start_ns, 0);
}

static void test_widths(void **state) {
  (void)state;
  static const struct {
    uint32_t planned, width_max, busy, width;
  } cases[] = {{2, 8, 0, 2}, {9, 8, 0, 4}, {3, 2, 0, 2}, {2, 8, 4, 2}, {0, 8, 0, 4}, {0, 8, 3, 1}, {0, 8, 4, 1}, {0, 2, 0, 2}};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    const struct rdo_policy_lane lane = {.worker_count = 4, .busy_count = cases[i].busy};
    struct rdo_policy_node node = planned_node(1, 1, 0, 0);
    node.planned_width = cases[i].planned;
    node.width_max = cases[i].width_max;
    assert_int_equal(decide("planned", &node, &lane, 1).width, cases[i].width);
    assert_int_equal(decide("strict", &node, &lane, 1).width, cases[i].width);
  }
}

// What becomes ready first does not come first for that.
static void test_ties(void **state) {
  (void)state;
  static const char *const names[] = {"planned", "strict"};
  for (size_t i = 0; i < COUNT_OF(names); ++i) {
    struct rdo_policy_node early = planned_node(1, 1, 0, 5 * MS), late = planned_node(2, 1, 0, 5 * MS + 100);
    early.tie = 1;
    assert_true(key_of(names[i], &late) < key_of(names[i], &early));
    early.planned_start_ns = late.planned_start_ns = INT64_MAX;
    assert_true(key_of(names[i], &early) < key_of(names[i], &late));
  }
}

// By planned start; equal ones in the plan's order, without a plan in that in which they became ready. Only "planned" looks at the priority before.
static void test_order(void **state) {
  (void)state;
  static const int64_t starts[] = {0, 1024, 1 * MS, 33 * MS, INT64_C(1) << 57, INT64_MAX};
  for (size_t i = 0; i < COUNT_OF(starts); ++i) {
    struct rdo_policy_node first = planned_node(30, 1, 0, starts[i]), second = planned_node(31, 1, 0, starts[i]);
    second.tie = 1;
    assert_true(key_of("planned", &first) < key_of("planned", &second));
    assert_true(key_of("strict", &first) < key_of("strict", &second));
    if (i == 0) continue;
    second = planned_node(29, 1, 0, starts[i - 1]);
    second.tie = 7;
    assert_true(key_of("planned", &second) < key_of("planned", &first));
    assert_true(key_of("strict", &second) < key_of("strict", &first));
    first.priority = 129;
    assert_true(key_of("planned", &first) < key_of("planned", &second));
    assert_true(key_of("strict", &second) < key_of("strict", &first));
  }
}

struct late_case {
  const char *what;
  int64_t late_by_ns;
  uint8_t priority, like;  // it comes where one of priority `like` comes that is not late
  uint32_t busy[3];        // workers of 2
  uint64_t lanes;
  uint32_t lane;
};

// Planned on lane 1 of three, for 10 ms; late beyond 1 ms.
static const struct late_case late_cases[] = {
    {"in time", -1 * MS, 128, 128, {0, 2, 0}, 7, 1},
    {"late by as much as is allowed", 1 * MS, 128, 128, {0, 2, 0}, 7, 1},
    {"later", 1 * MS + 1, 128, 178, {0, 2, 0}, 7, 0},
    {"its lane has a worker", 5 * MS, 128, 178, {0, 1, 0}, 7, 1},
    {"the other lane with a worker", 5 * MS, 128, 178, {2, 2, 1}, 7, 2},
    {"no lane has a worker", 5 * MS, 128, 178, {2, 2, 2}, 7, 1},
    {"no other lane is allowed", 5 * MS, 128, 178, {0, 2, 0}, 2, 1},
    {"priorities end at 255", 5 * MS, 230, 255, {2, 2, 2}, 7, 1},
    {"205 and 50 are 255", 5 * MS, 205, 255, {2, 2, 2}, 7, 1},
};

static void test_late(void **state) {
  (void)state;
  const struct rdo_policy_options options = {.late_ns = 1 * MS};
  for (size_t i = 0; i < COUNT_OF(late_cases); ++i) {
    const struct late_case *c = &late_cases[i];
    struct rdo_policy_lane lanes[3];
    for (int k = 0; k < 3; ++k) lanes[k] = (struct rdo_policy_lane){.worker_count = 2, .busy_count = c->busy[k], .backlog_ns = c->busy[k] * MS};
    struct rdo_policy_node node = planned_node(1, 3, 1, 10 * MS), like = planned_node(1, 3, 1, 10 * MS);
    node.now_ns = 10 * MS + c->late_by_ns;
    node.lanes = c->lanes;
    node.priority = c->priority;
    like.priority = c->like;
    struct rdo_policy_decision decision, in_time;
    find_policy("planned")->decide(&options, &node, lanes, 3, &decision);
    find_policy("planned")->decide(&options, &like, lanes, 3, &in_time);
    if (decision.lane != c->lane) fail_msg("%s: lane %u", c->what, (unsigned)decision.lane);
    if (decision.key != in_time.key) fail_msg("%s: key %llx, not %llx", c->what, (unsigned long long)decision.key, (unsigned long long)in_time.key);
    // Without a threshold, and under "strict", nothing is ever late.
    assert_int_equal(decide("planned", &node, lanes, 3).lane, 1);
    find_policy("strict")->decide(&options, &node, lanes, 3, &decision);
    assert_int_equal(decision.lane, 1);
  }
}

// What has no plan, or one for a lane where it may not run, is placed by load and comes last.
static void test_without_plan(void **state) {
  (void)state;
  static const char *const names[] = {"planned", "strict"};
  for (size_t i = 0; i < COUNT_OF(names); ++i) {
    struct rdo_policy_node free_node = plain_node(1, 2), node = planned_node(2, 2, 1, 1 * MS);
    struct rdo_policy_decision decision = decide(names[i], &free_node, four, 2);
    assert_int_equal(decision.lane, 0);
    assert_int_equal(decision.start_ns, 0);
    assert_true(decide(names[i], &node, four, 2).key < decision.key);
    node.lanes = 1;
    assert_int_equal(decide(names[i], &node, four, 2).lane, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_follow), cmocka_unit_test(test_far_start), cmocka_unit_test(test_widths),
                                     cmocka_unit_test(test_order), cmocka_unit_test(test_ties),  cmocka_unit_test(test_late),      cmocka_unit_test(test_without_plan)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
