// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Nodes and lanes for the tests of the policies.

#ifndef RDO_TEST_POLICY_TEST_H_
#define RDO_TEST_POLICY_TEST_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/policy.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define MS INT64_C(1000000)

static const struct rdo_policy_options no_options;

// A node that may run on lanes 0 .. lane_count - 1, with nothing else known of it.
static inline struct rdo_policy_node plain_node(uint64_t sequence, uint32_t lane_count) {
  return (struct rdo_policy_node){.index = (uint32_t)sequence,
                                  .sequence = sequence,
                                  .deadline_ns = INT64_MAX,
                                  .planned_start_ns = INT64_MAX,
                                  .planned_lane = RDO_POLICY_NONE,
                                  .lanes = UINT64_MAX >> (64 - lane_count),
                                  .previous_lane = RDO_POLICY_NONE,
                                  .width_max = 1,
                                  .priority = 128};
}

static inline const struct rdo_policy *find_policy(const char *name) {
  const struct rdo_policy *policy = rdo_policy_find(name);
  assert_non_null(policy);
  return policy;
}

static inline struct rdo_policy_decision decide(const char *name, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count) {
  struct rdo_policy_decision decision;
  memset(&decision, 0xEE, sizeof decision);
  find_policy(name)->decide(&no_options, node, lanes, lane_count, &decision);
  return decision;
}

// The key alone, on one idle lane.
static inline uint64_t key_of(const char *name, const struct rdo_policy_node *node) {
  static const struct rdo_policy_lane lane = {.worker_count = 1};
  return decide(name, node, &lane, 1).key;
}

#endif  // RDO_TEST_POLICY_TEST_H_
