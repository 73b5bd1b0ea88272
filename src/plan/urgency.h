// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Priority inheritance: a node is as urgent as the most urgent one that waits for it, directly or through others, or nothing urgent would
// be sooner than what it waits for. Policies are asked with inherited values (policy.h), in the player and in the simulator.

#ifndef RDO_PLAN_URGENCY_H_
#define RDO_PLAN_URGENCY_H_

#include <stdint.h>

struct rdo_urgency {
  uint8_t priority;     // 0..255, larger is more urgent
  int64_t deadline_ns;  // INT64_MAX = none
};

// What `before` is when `after` waits for it.
static inline struct rdo_urgency rdo_urgency_join(struct rdo_urgency before, struct rdo_urgency after) {
  if (after.priority > before.priority) before.priority = after.priority;
  if (after.deadline_ns < before.deadline_ns) before.deadline_ns = after.deadline_ns;
  return before;
}

// The nodes that wait for one.
struct rdo_urgency_successors {
  const uint32_t *nodes;  // [count]
  uint32_t count;
};

// Gives each node what it inherits. Linear in nodes and edges.
//   urgencies   [count], in place
//   order       [count]: all nodes, each behind those it waits for
//   successors  of a node
void rdo_urgency_inherit(struct rdo_urgency *urgencies, const uint32_t *order, uint32_t count,
                         struct rdo_urgency_successors (*successors)(const void *user, uint32_t node), const void *user);

#endif  // RDO_PLAN_URGENCY_H_
