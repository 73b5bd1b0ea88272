// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A run-time job shop by absolute deadline: earliest deadline first.
//
// Key: with a deadline, it in bits 16..62 (47 bits of 1.024 us, 4.5 years) and the sequence in bits 0..15; without one, bit 63
// and the sequence, so that of those none is passed by a later one.

#include "plan/policy_impl.h"

static void decide(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                   struct rdo_policy_decision *out_decision) {
  rdo_policy_place(options, node, lanes, lane_count, out_decision);
  if (node->deadline_ns == INT64_MAX) {
    out_decision->key = UINT64_C(1) << 63 | rdo_policy_tie(node->sequence, 63);
  } else {
    out_decision->key = rdo_policy_field(rdo_policy_time(node->deadline_ns), 47, 16) | rdo_policy_tie(node->sequence, 16);
  }
}

const struct rdo_policy rdo_policy_edf = {
    .name = "edf",
    .description = "earliest absolute deadline first; what has none comes last",
    .decide = decide,
};
