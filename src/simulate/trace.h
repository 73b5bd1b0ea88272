// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a simulation did as a table of played nodes: the tools for played plans work on it.

#ifndef RDO_SIMULATE_TRACE_H_
#define RDO_SIMULATE_TRACE_H_

#include "simulate/simulator.h"
#include "trace/trace_table.h"

struct rdo_sim_trace {
  struct rdo_table table;
  const struct rdo_sim_model *model;
  uint32_t *nodes, *targets;  // owned [node_count], [lane_count]: indices in the table
};

// Room for all rows of one run of iteration_count iterations.
//   model         made from a schedule as it is
//   follows_plan  false: time dependencies were not waited for, and are told as soft ones
//   returns       OK, OUT_OF_RANGE (too many rows, lanes or workers for a table), INVALID_ARGUMENT (names that a table cannot tell apart),
//                 RESOURCE_EXHAUSTED; end with rdo_sim_trace_deinit, also after an error
enum rondo_status rdo_sim_trace_init(struct rdo_sim_trace *out_trace, const struct rdo_sim_model *model, bool follows_plan, uint64_t iteration_count,
                                     struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_sim_trace_deinit(struct rdo_sim_trace *trace);

// A node has ended.
enum rondo_status rdo_sim_trace_add(struct rdo_sim_trace *trace, const struct rdo_simulator *simulator, uint32_t node, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SIMULATE_TRACE_H_
