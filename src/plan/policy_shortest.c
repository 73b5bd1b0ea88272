// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A run-time job shop by expected time, that of the lane where the node was placed: shortest first. What is not known counts
// as longer than anything: it cannot be promised to be short.
//
// Key: the time in bits 24..63 (40 bits of ns, 18 minutes), sequence in bits 0..23.

#include <stddef.h>

#include "plan/policy_impl.h"

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  rdo_policy_place(options, node, lanes, lane_count, out_decision);
  int64_t ns = node->lane_ns != NULL ? node->lane_ns[out_decision->lane] : 0;
  out_decision->key = rdo_policy_field(ns > 0 ? ns : INT64_MAX, 40, 24) | rdo_policy_tie(node->sequence, 24);
}

const struct rdo_policy rdo_policy_shortest = {
    .name = "shortest",
    .description = "shortest expected time first",
    .decide = decide,
};
