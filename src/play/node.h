// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Nodes: what a plan is made of, played on an executor. A node runs once in an iteration, after its predecessors;
// when it becomes ready the policy says where, how wide and from when on. In between there is no queue and no thread:
// whoever ends the last predecessor places it.
//
// SYNC(nodes). What a node is belongs to whoever sets the graph up; from rdo_node_graph_begin until `over`
//   pending   only falls: predecessors that have not ended, and 1 more until the body is there; the one that
//             brings it to 0 acquires what the others wrote, and places the node
//   start_ns  only falls, from INT64_MAX: the earliest start of its drainers
//   ended     the one drainer that ends the node
//   posted_to written once what is posted is; who finds itself there may look whether it holds it
//   left      nodes that have not been released, their turns that are on, and actors; grows for a turn of a node that is in it, else
//             it only falls; the one that brings it to 0 ends the iteration
// Times are written by the drainer that claimed, or ended, and read after `over`, or by successors.

#ifndef RDO_PLAY_NODE_H_
#define RDO_PLAY_NODE_H_

#include "plan/policy.h"
#include "plan/urgency.h"
#include "play/resource.h"
#include "task/timed.h"

struct rdo_node;
struct rdo_node_graph;

struct rdo_node_body {
  const char *name;
  // Does a bounded piece of a node on a worker of its lane: as in a process type. DONE exactly once.
  enum rdo_drain_result (*drain)(struct rdo_node *node, struct rdo_worker *worker);
  // Nobody is inside the node any more. NULL = nothing.
  void (*release)(struct rdo_node *node);
};

struct rdo_node {
  struct rdo_process process;
  struct rdo_process turn;        // at whose end it asks for its resources
  struct rdo_timed timed;
  struct rdo_node_graph *graph;
  // const during an iteration
  const struct rdo_node_body *body;
  void *user;                     // of the body
  const uint32_t *successors;     // indices
  uint32_t successor_count, predecessor_count;
  const uint32_t *resources;      // [resource_count] of the graph, ascending: held until it ends
  uint32_t resource_count;
  struct rdo_urgency ceiling;     // of the most urgent node that uses one of them; as urgency
  bool needs_body;                // it also waits for rdo_node_resume, when its body is there
  bool is_locked;                 // it does not start before release_ns
  bool is_boosted;                // it keeps workers from what would run past its start, whatever their keys
  struct rdo_urgency urgency;     // with what it inherits; the deadline from the iteration's begin
  uint32_t planned_lane, width_max, planned_width;
  uint32_t planned_place;         // which of the lane's workers the plan leaves free for it; a start that lies ahead is this one's
  uint64_t lanes;                 // bits
  int64_t release_ns, planned_start_ns, deadline_ns;  // from the iteration's begin; deadline INT64_MAX = none
  int64_t duration_ns;            // planned; 0 = not known
  int64_t tile_ns;                // synthetic: looks up so often; 0 = never
  const int64_t *lane_ns;         // [lane_count] likewise, by lane; NULL = duration_ns everywhere
  // SYNC(nodes)
  rdo_atomic_u32 pending;
  rdo_atomic_u32 ended;
  rdo_atomic_i64 start_ns;        // on CLOCK_MONOTONIC
  bool is_released;               // owner: the worker of its release, until it goes to a slot; bodies begin whatever comes next
  // observed, on CLOCK_MONOTONIC
  int64_t ready_ns, end_ns, spent_ns;
  struct rdo_resource_wait wait;  // for the next resource
  uint32_t held_count;            // resources that it has
  bool is_raised;                 // it comes before its own key while it has them
  int64_t backlog_ns;             // what it put on its lane's
  uint32_t lane;
  rdo_atomic_u32 posted_to;       // SYNC(nodes): worker that its release was posted to; UINT32_MAX = none yet
  uint32_t worker;                // that began it
  rdo_atomic_u32 preemption_count;  // counter
  bool is_abandoned;              // its body will not come, or had nothing to do any more
  bool is_failed;
  bool is_stolen;                 // the machine took its worker's CPU around its release
};

struct rdo_node_lane {
  const char *name;               // borrowed
  uint32_t worker_count;
  uint16_t workers[RDO_WORKERS_MAX];
  rdo_atomic_u32 busy_count;      // counter: nodes that run, of all graphs on it
  rdo_atomic_i64 backlog_ns;      // counter: of nodes that are placed and have not ended
};

// Two graphs may share an executor, its lanes and resources: iterations that overlap.
struct rdo_node_graph {
  struct rdo_executor *executor;  // its lane i + 1 is lane i here
  const struct rdo_policy *policy;
  struct rdo_policy_options policy_options;
  struct rdo_node_lane *lanes;
  uint32_t lane_count;
  struct rdo_resource *resources; // all free while no iteration is on
  uint32_t resource_count;
  struct rdo_node *nodes;
  uint32_t node_count;
  uint32_t actor_count;           // others that an iteration waits for: each calls rdo_node_graph_leave once
  void (*over)(struct rdo_node_graph *graph);  // on the thread that released the last node; the graph may have begun again meanwhile
  void *user;                     // of `over`
  uint64_t iteration;             // const during an iteration
  int64_t begin_ns;               // likewise
  int64_t overdue_ns;             // likewise: from when on it is late and what can be left out is; INT64_MAX = never
  rdo_atomic_u64 sequence;        // counter
  rdo_atomic_u32 left;            // SYNC(nodes)
  rdo_atomic_u32 is_stopping;     // hint: bodies end at once
};

// Starts an iteration: all nodes are reset, and those that wait for nothing are placed. Nobody is inside the graph.
//   iteration  its number: what came first has the lower one
//   begin_ns   of the iteration, on CLOCK_MONOTONIC; may lie ahead, or behind
void rdo_node_graph_begin(struct rdo_node_graph *graph, uint64_t iteration, int64_t begin_ns);

// Whether nobody is inside the graph: acquires all its nodes.
static inline bool rdo_node_graph_is_over(const struct rdo_node_graph *graph) {
  return rdo_atomic_load(&graph->left, rdo_acquire) == 0;  // SYNC(nodes)
}

// An actor has done its part of the iteration. The graph may be over afterwards.
void rdo_node_graph_leave(struct rdo_node_graph *graph);

// One of the things that a node waits for is there. From any thread.
void rdo_node_resume(struct rdo_node *node);

// Ends the wait of those nodes for their release that were posted to this worker, for a graph that is stopping.
void rdo_node_graph_hurry(struct rdo_node_graph *graph, struct rdo_worker *worker);

// A body that spins for the planned time of its node.
extern const struct rdo_node_body rdo_node_synthetic;

// A body that has nothing to do.
extern const struct rdo_node_body rdo_node_empty;

// For bodies: this worker began at `begin_ns`; the earliest counts.
void rdo_node_note_start(struct rdo_node *node, const struct rdo_worker *worker, int64_t begin_ns);

static inline bool rdo_node_is_started(const struct rdo_node *node) {
  return rdo_atomic_load(&node->start_ns, rdo_acquire) != INT64_MAX;  // SYNC(nodes)
}

// For bodies: this worker has to keep its next release free. Others of the lane are told, once.
//   returns  what the drain returns
enum rdo_drain_result rdo_node_hold(struct rdo_node *node, struct rdo_worker *worker);

#endif  // RDO_PLAY_NODE_H_
