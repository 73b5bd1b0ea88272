// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// First come, first served, across all priorities.
//
// Key: the sequence.

#include "plan/policy_impl.h"

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  rdo_policy_place(options, node, lanes, lane_count, out_decision);
  out_decision->key = node->sequence;
}

const struct rdo_policy rdo_policy_fifo = {
    .name = "fifo",
    .description = "first come, first served",
    .decide = decide,
};
