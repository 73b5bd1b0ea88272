// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "policy_test.h"

static void test_list(void **state) {
  (void)state;
  static const char *const names[] = {"dynamic", "fifo", "priority", "edf", "shortest", "planned", "strict"};
  const struct rdo_policy *const *list = rdo_policy_list();
  for (size_t i = 0; i < COUNT_OF(names); ++i) {
    assert_string_equal(list[i]->name, names[i]);
    assert_ptr_equal(rdo_policy_find(names[i]), list[i]);
    assert_true(strlen(list[i]->description) > 10);
    bool follows = strcmp(names[i], "planned") == 0 || strcmp(names[i], "strict") == 0;
    assert_int_equal(list[i]->needs_plan, follows);
    assert_int_equal(list[i]->keeps_order, strcmp(names[i], "strict") == 0);
  }
  assert_null(list[COUNT_OF(names)]);
  assert_null(rdo_policy_find(""));
  assert_null(rdo_policy_find("edfs"));
}

static uint64_t next_random(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 24;
}

// What each policy must answer whatever it is asked: an allowed lane, a width of it, no start before the release; and twice
// the same.
static void test_bounds(void **state) {
  (void)state;
  uint64_t random = 7;
  for (int round = 0; round < 20000; ++round) {
    struct rdo_policy_lane lanes[RDO_POLICY_LANES_MAX];
    int64_t lane_ns[RDO_POLICY_LANES_MAX];
    uint32_t lane_count = (uint32_t)(next_random(&random) % RDO_POLICY_LANES_MAX) + 1;
    for (uint32_t i = 0; i < lane_count; ++i) {
      lanes[i].worker_count = (uint32_t)(next_random(&random) % 8) + 1;
      lanes[i].busy_count = (uint32_t)(next_random(&random) % (lanes[i].worker_count + 2));  // hints may be wrong
      lanes[i].backlog_ns = (int64_t)(next_random(&random) % 1000000) - 10;
      lane_ns[i] = (int64_t)(next_random(&random) % 3 * 1000);
    }
    struct rdo_policy_node node = plain_node((uint64_t)round, lane_count);
    node.lanes = (next_random(&random) << 32 | next_random(&random)) | UINT64_C(1) << next_random(&random) % lane_count;
    node.now_ns = (int64_t)(next_random(&random) % 100000);
    node.release_ns = (int64_t)(next_random(&random) % 100000);
    if (next_random(&random) % 2 == 0) node.lane_ns = lane_ns;
    if (next_random(&random) % 2 == 0) node.planned_lane = (uint32_t)(next_random(&random) % 70);
    if (next_random(&random) % 2 == 0) node.planned_start_ns = (int64_t)(next_random(&random) % 100000);
    if (next_random(&random) % 2 == 0) node.previous_lane = (uint32_t)(next_random(&random) % 70);
    node.planned_width = (uint32_t)(next_random(&random) % 10);
    node.width_max = (uint32_t)(next_random(&random) % 10) + 1;
    node.priority = (uint8_t)next_random(&random);
    struct rdo_policy_options options = {.late_ns = (int64_t)(next_random(&random) % 2 * 1000), .load_ratio = (double)(next_random(&random) % 3) / 2};
    for (const struct rdo_policy *const *policy = rdo_policy_list(); *policy != NULL; ++policy) {
      struct rdo_policy_decision decision, again;
      memset(&decision, 0, sizeof decision);
      memset(&again, 0xFF, sizeof again);
      (*policy)->decide(&options, &node, lanes, lane_count, &decision);
      (*policy)->decide(&options, &node, lanes, lane_count, &again);
      assert_true(decision.lane < lane_count && (node.lanes >> decision.lane & 1) == 1);
      assert_in_range(decision.width, 1, lanes[decision.lane].worker_count);
      assert_true(decision.width <= node.width_max);
      assert_true(decision.start_ns >= node.release_ns);
      assert_true(again.lane == decision.lane && again.width == decision.width && again.start_ns == decision.start_ns && again.key == decision.key);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_list), cmocka_unit_test(test_bounds)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
