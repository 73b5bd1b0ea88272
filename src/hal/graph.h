// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The dispatch graph of a recording: a node for each command that does something, with the number of nodes
// it waits for and the list of those that wait for it. Barriers become edges. Where several nodes stand
// on both sides of a barrier, a join stands between them: a node that does nothing, so that there are
// m + n edges and not m x n.

#ifndef RDO_HAL_GRAPH_H_
#define RDO_HAL_GRAPH_H_

#include "base/arena.h"
#include "base/atomic.h"

struct rdo_command;
struct rdo_recording;

struct rdo_graph_node {
  const struct rdo_command *command;  // NULL: a join
  uint32_t predecessor_count;
  uint32_t successor_begin;           // in graph->successors
  uint32_t successor_count;
  uint32_t binding_begin;             // its place among the bindings of all nodes
  uint32_t tile_count;                // as recorded: UINT32_MAX when indirect or more
};

// All const after build, but for what was measured.
struct rdo_graph {
  uint32_t node_count;
  uint32_t root_count;          // nodes [0, root_count) wait for nothing
  uint32_t successor_count;
  uint32_t binding_count;       // of all nodes
  uint32_t width;               // the most tiles that can be ready at once, UINT32_MAX = unknown
  struct rdo_graph_node *nodes;
  uint32_t *successors;
  rdo_atomic_u32 *work_ns;      // [node_count] measured work of a node on one worker, 0 = unknown; a hint
  rdo_atomic_u32 *tile_ns;      // [node_count] what a tile takes in all but about 1 of 100 cases, 0 = unknown; a hint
};

// Builds the graph of a recording whose text is complete; memory comes from `arena`.
enum rondo_status rdo_graph_build(const struct rdo_recording *recording, struct rdo_arena *arena, struct rdo_graph *out_graph,
                                  struct rondo_diag *diag);

// The graph of one command, in storage of the caller.
void rdo_graph_build_one(const struct rdo_command *command, struct rdo_graph_node *node, rdo_atomic_u32 *work_ns, rdo_atomic_u32 *tile_ns,
                         struct rdo_graph *out_graph);

#endif  // RDO_HAL_GRAPH_H_
