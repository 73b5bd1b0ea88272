// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What one call of a function has run: the commands of the recordings that its program submitted, in order, and what
// each of them waits for. Filled while the call lasts, from a device that is observed (hal/device.h).
//
// Invariant once built: nodes stand in the order of recordings, then of commands; a node's ordinal in its recording is
// its index less that of the recording's first node.

#ifndef RDO_PROFILE_CALL_GRAPH_H_
#define RDO_PROFILE_CALL_GRAPH_H_

#include "hal/operation.h"
#include "profile/hazard.h"

struct rdo_call_node {
  const char *name;       // of its kernel; "fill", "copy", "update"
  uint64_t tile_count;    // UINT64_MAX = the program decides in each call
  uint64_t bytes_touched;
};

struct rdo_call_graph {
  struct rdo_call_node *nodes;
  struct rdo_hazard_node *places;    // of the same nodes
  struct rdo_access *accesses;
  uint32_t *recording_begins;        // [recording_count]: first node of each
  size_t node_count, node_capacity, place_capacity;
  size_t access_count, access_capacity;
  size_t recording_count, recording_capacity;
  struct rdo_hazard_edges edges;     // after finish
  struct rdo_arena arena;            // names, edges
  enum rondo_status status;          // the first failure
  struct rondo_diag diag;
};

// Adds what an operation runs; others than executions add nothing. A failure stays in the graph.
//   operation  as it is submitted
void rdo_call_graph_add(struct rdo_call_graph *graph, const struct rdo_operation *operation);

// Finds the edges.
//   returns  OK, or what went wrong first
enum rondo_status rdo_call_graph_finish(struct rdo_call_graph *graph, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether two calls have run the same.
bool rdo_call_graph_equals(const struct rdo_call_graph *a, const struct rdo_call_graph *b);

// A zeroed graph is ready for use, and so is one after this.
void rdo_call_graph_deinit(struct rdo_call_graph *graph);

#endif  // RDO_PROFILE_CALL_GRAPH_H_
