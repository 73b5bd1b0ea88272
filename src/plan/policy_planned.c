// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The plan, adapted: a node runs on its planned lane with its planned width as soon as it is ready and released. The plan's
// order decides only among what is runnable, so work that waits for nothing fills the gap that something late leaves. Later
// than options.late_ns it is urgent: its priority grows by 50, and where its lane has no idle worker another one that has may
// take it. What has no plan is placed as `dynamic` does, and comes behind what is planned and as urgent.
//
// Key: 255 - priority in bits 56..63, planned start in bits 8..55 (48 bits of 1.024 us, 9 years), in bits 0..7 the place among
// what is planned for the same time, or the sequence of what has no plan.

#include "plan/policy_impl.h"

enum { LATE_PRIORITY = 50 };

// Of the allowed lanes with an idle worker the one where it ends first; false = there is none.
static bool place_idle(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                       struct rdo_policy_decision *out_decision) {
  struct rdo_policy_node late = *node;
  late.lanes = 0;
  late.previous_lane = RDO_POLICY_NONE;
  for (uint64_t rest = node->lanes; rest != 0; rest &= rest - 1) {
    uint32_t lane = (uint32_t)__builtin_ctzll(rest);
    if (lane < lane_count && rdo_policy_idle(&lanes[lane]) > 0) late.lanes |= UINT64_C(1) << lane;
  }
  if (late.lanes == 0) return false;
  rdo_policy_place(options, &late, lanes, lane_count, out_decision);
  return true;
}

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  int64_t priority = node->priority;
  uint32_t lane = node->planned_lane;
  if (lane >= lane_count || (node->lanes >> lane & 1) == 0) {
    rdo_policy_place(options, node, lanes, lane_count, out_decision);
  } else {
    bool is_late = options->late_ns > 0 && node->planned_start_ns < node->now_ns && node->now_ns - node->planned_start_ns > options->late_ns;
    if (is_late) priority = priority + LATE_PRIORITY < RDO_POLICY_PRIORITY_MAX ? priority + LATE_PRIORITY : RDO_POLICY_PRIORITY_MAX;
    if (!is_late || rdo_policy_idle(&lanes[lane]) > 0 || !place_idle(options, node, lanes, lane_count, out_decision)) rdo_policy_follow(node, lanes, out_decision);
  }
  out_decision->key = rdo_policy_field(RDO_POLICY_PRIORITY_MAX - priority, 8, 56) | rdo_policy_field(rdo_policy_time(node->planned_start_ns), 48, 8) |
                      rdo_policy_plan_tie(node, 8);
}

const struct rdo_policy rdo_policy_planned = {
    .name = "planned",
    .description = "lanes and order of the plan, each node as soon as it can; what is late may move",
    .needs_plan = true,
    .decide = decide,
};
