// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where it is expected to end first, by priority: what is done where there is no plan.
//
// Key: 255 - priority in bits 56..63, sequence in bits 0..55.

#include "plan/policy_impl.h"

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  rdo_policy_place(options, node, lanes, lane_count, out_decision);
  out_decision->key = rdo_policy_priority_key(node);
}

const struct rdo_policy rdo_policy_dynamic = {
    .name = "dynamic",
    .description = "where it is expected to end first, the more urgent first",
    .decide = decide,
};
