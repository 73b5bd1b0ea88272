// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether all nodes of a plan can run: nothing waits for itself, by whatever way. What a node waits for comes from three sides:
//
//   the plan      predecessors, and under policies that keep it the order of lanes: the graph's successors
//   the calls     of one function follow each other, and wait for the calls whose results they read: a *gap* between two instances waits for all nodes
//                 of the first
//   the models    a recording's own order, which is known once a call has submitted it
//
// The first two are checked when models are loaded, all three when a call submits a recording that it has not submitted before.
// SYNC(calls): what a part's recording says is written by whoever drains its call, with `lock` held, and read by all with `lock` held.

#ifndef RDO_PLAY_PLAN_ORDER_H_
#define RDO_PLAY_PLAN_ORDER_H_

#include <pthread.h>

#include "hal/graph.h"
#include "play/node.h"

struct rdo_plan_call;

struct rdo_plan_order {
  const struct rdo_node_graph *graph;  // borrowed: that of the first round; the others' are the same
  struct rdo_plan_call *const *calls;  // borrowed, [call_count]
  uint32_t call_count;
  pthread_mutex_t lock;    // leaf lock: the recorded orders of all parts, and
  uint32_t vertex_count;   // nodes, gaps, and commands without a node
};

// The order of the commands of a recording.
struct rdo_recorded_order {
  uint32_t (*edges)[2];       // owned: vertices
  uint32_t edge_count;
  size_t edge_capacity;
  uint32_t command_begin, command_count;  // vertices of its commands, used for those without a node
};

void rdo_recorded_order_destroy(struct rdo_recorded_order *recorded);

// After all instances have been added.
//   returns  OK, INVALID_ARGUMENT (a node would wait for ever: its instance is named), RESOURCE_EXHAUSTED; end it in any case
enum rondo_status rdo_plan_order_init(struct rdo_plan_order *order, const struct rdo_node_graph *graph, struct rdo_plan_call *const *calls, uint32_t call_count,
                                      struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_plan_order_deinit(struct rdo_plan_order *order);

// Whether a recording has the order that is known of it.
//   node_of_command  UINT32_MAX = no node
bool rdo_recorded_order_is(const struct rdo_recorded_order *recorded, const struct rdo_graph *graph, const uint32_t *node_of_command);

// Sets it. The lock is held.
enum rondo_status rdo_recorded_order_set_locked(struct rdo_plan_order *order, struct rdo_recorded_order *recorded, const struct rdo_graph *graph,
                                                const uint32_t *node_of_command, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether all nodes can run by what is known now. The lock is held.
//   returns  OK, INVALID_ARGUMENT (two nodes are named whose order in the model is not that of the plan), RESOURCE_EXHAUSTED
enum rondo_status rdo_plan_order_check_locked(const struct rdo_plan_order *order, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAY_PLAN_ORDER_H_
