// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the policies share: how a node that is free to choose is placed, and how keys are packed.

#ifndef RDO_PLAN_POLICY_IMPL_H_
#define RDO_PLAN_POLICY_IMPL_H_

#include <assert.h>

#include "plan/policy.h"

// Places a node where it is expected to end first: on each lane the backlog of one worker and its own time there. It
// stays where its last predecessor ran unless another lane's sum is below load_ratio of that one's: its data is there. Of
// equal lanes the first is taken. The width is what is idle, at least 1. All but the key is filled.
void rdo_policy_place(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                      struct rdo_policy_decision *out_decision);

// Places a node on its planned lane, with its planned width as far as lane and node go; as wide as above where the plan says
// none. All but the key is filled.
void rdo_policy_follow(const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, struct rdo_policy_decision *out_decision);

// The workers for a node on a lane that nobody has fixed: those that are idle, at least 1, at most what it can use.
uint32_t rdo_policy_width(const struct rdo_policy_node *node, const struct rdo_policy_lane *lane);

static inline uint32_t rdo_policy_idle(const struct rdo_policy_lane *lane) {
  return lane->busy_count < lane->worker_count ? lane->worker_count - lane->busy_count : 0;
}

// A value in the bits shift .. shift + bits - 1 of a key; what is below 0 is 0, what does not fit the largest that does.
static inline uint64_t rdo_policy_field(int64_t value, unsigned bits, unsigned shift) {
  uint64_t max = (UINT64_C(1) << bits) - 1;
  uint64_t field = value < 0 ? 0 : (uint64_t)value;
  return (field < max ? field : max) << shift;
}

// The low bits of a key: what became ready first comes first. Once in 2^bits nodes the sequence wraps, and of two that are
// equal in all else the later one may then come first.
static inline uint64_t rdo_policy_tie(uint64_t sequence, unsigned bits) { return sequence & ((UINT64_C(1) << bits) - 1); }

// What comes first of nodes that are planned for the same time: the plan's order says it. What has no plan comes in the order of becoming ready.
static inline uint64_t rdo_policy_plan_tie(const struct rdo_policy_node *node, unsigned bits) {
  return rdo_policy_tie(node->planned_start_ns == INT64_MAX ? node->sequence : node->tie, bits);
}

// Clocks in keys: units of 1.024 us; 48 bits of them are 9 years.
enum { RDO_POLICY_TIME_SHIFT = 10 };
static_assert(1 << RDO_POLICY_TIME_SHIFT == RDO_POLICY_TIME_UNIT_NS, "ties are told for this unit");

static inline int64_t rdo_policy_time(int64_t ns) { return ns < 0 ? 0 : ns >> RDO_POLICY_TIME_SHIFT; }

// 255 - priority in bits 56..63, the sequence in bits 0..55, which wraps after more nodes than a machine runs.
static inline uint64_t rdo_policy_priority_key(const struct rdo_policy_node *node) {
  return rdo_policy_field(RDO_POLICY_PRIORITY_MAX - node->priority, 8, 56) | rdo_policy_tie(node->sequence, 56);
}

extern const struct rdo_policy rdo_policy_dynamic, rdo_policy_fifo, rdo_policy_priority, rdo_policy_edf, rdo_policy_shortest, rdo_policy_planned, rdo_policy_strict;

#endif  // RDO_PLAN_POLICY_IMPL_H_
