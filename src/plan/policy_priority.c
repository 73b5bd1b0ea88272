// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A run-time job shop by priority, 0 to 255, first come first served within one.
//
// Key: 255 - priority in bits 56..63, sequence in bits 0..55.

#include "plan/policy_impl.h"

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  rdo_policy_place(options, node, lanes, lane_count, out_decision);
  out_decision->key = rdo_policy_priority_key(node);
}

const struct rdo_policy rdo_policy_priority = {
    .name = "priority",
    .description = "priority 0-255, first come first served within one",
    .decide = decide,
};
