// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The plan to the letter: planned lane and width, not before the planned start, in the planned order. What is late shifts
// its lane. What has no plan is placed as `dynamic` does, and comes behind what is planned.
//
// Key: planned start in bits 16..63 (48 bits of 1.024 us, 9 years), in bits 0..15 the place among what is planned for the same time, or
// the sequence of what has no plan.

#include "plan/policy_impl.h"

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  uint32_t lane = node->planned_lane;
  if (lane >= lane_count || (node->lanes >> lane & 1) == 0) {
    rdo_policy_place(options, node, lanes, lane_count, out_decision);
  } else {
    rdo_policy_follow(node, lanes, out_decision);
    if (node->planned_start_ns != INT64_MAX && node->planned_start_ns > node->release_ns) out_decision->start_ns = node->planned_start_ns;
  }
  out_decision->key = rdo_policy_field(rdo_policy_time(node->planned_start_ns), 48, 16) | rdo_policy_plan_tie(node, 16);
}

const struct rdo_policy rdo_policy_strict = {
    .name = "strict",
    .description = "lanes, order and starts of the plan: nothing begins early, what is late shifts its lane",
    .needs_plan = true,
    .keeps_order = true,
    .decide = decide,
};
