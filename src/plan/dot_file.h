// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Dispatch graphs in the DOT language, as --iree-flow-dump-dispatch-graph writes them: a node for each operation of each
// function, whose label begins with what it is; an edge for each result that another operation takes.
//
// Dispatches are the nodes labelled `... = flow.dispatch...`. One depends on another if there is a path that meets no third.
// The label of another tool's graph has to have that form, too, or that of the graphs that rondo itself writes of schedules (dot_plan.h),
// where each node is a dispatch.

#ifndef RDO_PLAN_DOT_FILE_H_
#define RDO_PLAN_DOT_FILE_H_

#include "base/bytes.h"
#include "plan/schedule_file.h"

enum {
  RDO_DOT_NODES_MAX = 1 << 20,
  RDO_DOT_EDGES_MAX = 1 << 22,
  RDO_DOT_DEPTH_MAX = 64,      // of subgraphs
  RDO_DOT_STEPS_MAX = 1 << 27  // from dispatches back to dispatches, over all else
};

// Reads a graph into a schedule with a path; see dispatch_dump.h.
enum rondo_status rdo_dot_parse(struct rdo_bytes text, const struct rdo_schedule_options *options, struct rdo_schedule *schedule,
                                struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_DOT_FILE_H_
