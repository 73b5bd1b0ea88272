// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where a node goes that is free to choose.

#include <stddef.h>

#include "plan/policy_impl.h"

#define LOAD_RATIO_DEFAULT 0.7

uint32_t rdo_policy_width(const struct rdo_policy_node *node, const struct rdo_policy_lane *lane) {
  uint32_t idle = rdo_policy_idle(lane), width = node->width_max < idle ? node->width_max : idle;
  return width > 0 ? width : 1;
}

void rdo_policy_follow(const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, struct rdo_policy_decision *out_decision) {
  const struct rdo_policy_lane *lane = &lanes[node->planned_lane];
  uint32_t width = node->planned_width < node->width_max ? node->planned_width : node->width_max;
  if (node->planned_width == 0) width = rdo_policy_width(node, lane);
  out_decision->lane = node->planned_lane;
  out_decision->width = width < lane->worker_count ? width : lane->worker_count;
  out_decision->start_ns = node->release_ns;
}

// The longest expected time that is known: a lane of which nothing is known is taken to be no better.
static int64_t longest_ns(const struct rdo_policy_node *node, uint64_t allowed) {
  int64_t longest = 0;
  for (; node->lane_ns != NULL && allowed != 0; allowed &= allowed - 1) {
    int64_t ns = node->lane_ns[__builtin_ctzll(allowed)];
    if (ns > longest) longest = ns;
  }
  return longest;
}

// Expected time from now to its end there. Floating point: backlogs are hints, and their sums may not overflow.
static double finish_ns(const struct rdo_policy_node *node, const struct rdo_policy_lane *lane, uint32_t index, int64_t unknown_ns) {
  int64_t own_ns = node->lane_ns != NULL && node->lane_ns[index] > 0 ? node->lane_ns[index] : unknown_ns;
  return (double)lane->backlog_ns / lane->worker_count + (double)own_ns;
}

void rdo_policy_place(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                      struct rdo_policy_decision *out_decision) {
  uint64_t allowed = lane_count < RDO_POLICY_LANES_MAX ? node->lanes & ((UINT64_C(1) << lane_count) - 1) : node->lanes;
  uint32_t best = (uint32_t)__builtin_ctzll(allowed), previous = node->previous_lane;
  if (allowed != (UINT64_C(1) << best)) {
    int64_t unknown_ns = longest_ns(node, allowed);
    double best_ns = finish_ns(node, &lanes[best], best, unknown_ns);
    for (uint64_t rest = allowed & (allowed - 1); rest != 0; rest &= rest - 1) {
      uint32_t lane = (uint32_t)__builtin_ctzll(rest);
      double lane_ns = finish_ns(node, &lanes[lane], lane, unknown_ns);
      if (lane_ns < best_ns) {
        best = lane;
        best_ns = lane_ns;
      }
    }
    double ratio = options->load_ratio > 0 ? options->load_ratio : LOAD_RATIO_DEFAULT;
    bool had_lane = previous < lane_count && (allowed >> previous & 1) != 0;
    if (had_lane && !(best_ns < ratio * finish_ns(node, &lanes[previous], previous, unknown_ns))) best = previous;
  }
  out_decision->lane = best;
  out_decision->width = rdo_policy_width(node, &lanes[best]);
  out_decision->start_ns = node->release_ns;
}
