// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where nodes go that are free to choose.

#include "policy_test.h"

static const char *const free_policies[] = {"dynamic", "fifo", "priority", "edf", "shortest"};

struct placement {
  const char *what;
  struct rdo_policy_lane lanes[3];
  int64_t lane_ns[3];  // all 0: not told at all
  uint64_t allowed;
  uint32_t previous;
  double load_ratio;
  uint32_t lane;
};

static const struct placement placements[] = {
    {"idle lanes: the first", {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, {0}, 7, RDO_POLICY_NONE, 0, 0},
    {"idle lanes: where it was", {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, {0}, 7, 2, 0, 2},
    {"the least backlog", {{1, 1, 500}, {1, 1, 300}, {1, 1, 400}}, {0}, 7, RDO_POLICY_NONE, 0, 1},
    {"of allowed lanes", {{1, 1, 500}, {1, 1, 300}, {1, 1, 400}}, {0}, 5, RDO_POLICY_NONE, 0, 2},
    {"a previous lane that is not allowed says nothing", {{1, 1, 500}, {1, 1, 390}, {1, 1, 400}}, {0}, 5, 1, 0, 2},
    {"the backlog is shared by the workers", {{1, 1, 500}, {4, 4, 1600}, {1, 1, 450}}, {0}, 7, RDO_POLICY_NONE, 0, 1},
    {"its own time counts", {{1, 1, 100}, {1, 1, 300}, {1, 1, 400}}, {1000, 500, 700}, 7, RDO_POLICY_NONE, 0, 1},
    {"an idle slow lane loses to a busy fast one", {{1, 0, 0}, {1, 1, 300}, {1, 1, 900}}, {1000, 200, 200}, 7, RDO_POLICY_NONE, 0, 1},
    {"an unknown time is no better than the known ones", {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}, {0, 900, 800}, 7, RDO_POLICY_NONE, 0, 2},
    {"700 of 1000 is not below 0.7", {{1, 1, 1000}, {1, 1, 700}, {1, 1, 1000}}, {0}, 7, 0, 0, 0},
    {"699 of 1000 is", {{1, 1, 1000}, {1, 1, 699}, {1, 1, 1000}}, {0}, 7, 0, 0, 1},
    {"with its own time 780 + 199 of 1000 + 400", {{1, 1, 1000}, {1, 1, 780}, {1, 1, 1000}}, {400, 199, 400}, 7, 0, 0, 1},
    {"with its own time 800 + 180 of 1000 + 400", {{1, 1, 1000}, {1, 1, 800}, {1, 1, 1000}}, {400, 180, 400}, 7, 0, 0, 0},
    {"another ratio", {{1, 1, 1000}, {1, 1, 750}, {1, 1, 1000}}, {0}, 7, 0, 0.8, 1},
    {"ratio 1: whatever is less loaded", {{1, 1, 1000}, {1, 1, 999}, {1, 1, 1000}}, {0}, 7, 0, 1, 1},
};

static void test_placements(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT_OF(placements); ++i) {
    const struct placement *p = &placements[i];
    struct rdo_policy_node node = plain_node(5, 3);
    node.lanes = p->allowed;
    node.previous_lane = p->previous;
    if (p->lane_ns[0] + p->lane_ns[1] + p->lane_ns[2] > 0) node.lane_ns = p->lane_ns;
    const struct rdo_policy_options options = {.load_ratio = p->load_ratio};
    for (size_t k = 0; k < COUNT_OF(free_policies); ++k) {
      struct rdo_policy_decision decision;
      find_policy(free_policies[k])->decide(&options, &node, p->lanes, 3, &decision);
      if (decision.lane != p->lane) fail_msg("%s: %s took lane %u", p->what, free_policies[k], (unsigned)decision.lane);
    }
  }
}

static void test_width(void **state) {
  (void)state;
  static const struct {
    uint32_t workers, busy, width_max, width;
  } cases[] = {{4, 0, 8, 4}, {4, 0, 3, 3}, {4, 1, 8, 3}, {4, 4, 8, 1}, {4, 9, 8, 1}, {1, 0, 1, 1}};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    struct rdo_policy_node node = plain_node(1, 1);
    node.width_max = cases[i].width_max;
    const struct rdo_policy_lane lane = {.worker_count = cases[i].workers, .busy_count = cases[i].busy};
    for (size_t k = 0; k < COUNT_OF(free_policies); ++k) assert_int_equal(decide(free_policies[k], &node, &lane, 1).width, cases[i].width);
  }
}

static void test_release(void **state) {
  (void)state;
  struct rdo_policy_node node = plain_node(1, 1);
  const struct rdo_policy_lane lane = {.worker_count = 1};
  node.now_ns = 100;
  node.release_ns = 250;
  for (size_t k = 0; k < COUNT_OF(free_policies); ++k) assert_int_equal(decide(free_policies[k], &node, &lane, 1).start_ns, 250);
}

// Eight cores, each a lane of its own, two clusters of four; four nodes become ready at once. They go to the four least loaded
// cores, across the clusters: the mask is 10010101.
static void test_least_loaded_cores(void **state) {
  (void)state;
  static const int64_t loads[8] = {100, 900, 200, 800, 300, 700, 600, 400};  // core 0 is the last digit of the mask
  for (size_t k = 0; k < COUNT_OF(free_policies); ++k) {
    struct rdo_policy_lane cores[8];
    uint64_t mask = 0;
    for (int i = 0; i < 8; ++i) cores[i] = (struct rdo_policy_lane){.worker_count = 1, .busy_count = 1, .backlog_ns = loads[i]};
    for (uint64_t i = 0; i < 4; ++i) {
      struct rdo_policy_node node = plain_node(i, 8);
      uint32_t lane = decide(free_policies[k], &node, cores, 8).lane;
      mask |= UINT64_C(1) << lane;
      cores[lane].backlog_ns += 1000;
    }
    assert_int_equal(mask, 0x95);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_placements), cmocka_unit_test(test_width), cmocka_unit_test(test_release),
                                     cmocka_unit_test(test_least_loaded_cores)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
