// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether a trace can be true: what the definitions of its columns, the graph and the machine demand. It knows nothing
// of the player, only the rows.

#ifndef RDO_TRACE_TABLE_CHECK_H_
#define RDO_TRACE_TABLE_CHECK_H_

#include "rondo/trace.h"
#include "trace/trace_table.h"

// A node as the plan has it: for checks of a trace against it. The reader of schedule files fills it.
struct rdo_check_plan_node {
  struct rdo_node_facts facts;
  int64_t planned_start_ns;
  int64_t planned_duration_ns;
  const char *const *targets;  // where it may run [target_count]; 0 = anywhere
  size_t target_count;
};

// Counts findings and hands them on.
struct rdo_check {
  const struct rondo_trace_finder *finder;  // may be NULL
  uint64_t finding_count;
};

// The identities of the 22 columns, of one line.
void rdo_check_line(struct rdo_check *check, const struct rdo_csv_line *line);

// All that follows from the table.
//   returns  OK (whatever was found), RESOURCE_EXHAUSTED
enum rondo_status rdo_check_table(struct rdo_check *check, const struct rondo_trace_table *table, struct rondo_diag *diag) RONDO_MUST_USE;

// Compares a table to a plan, and tells the table the plan's graph; call it before the table has its index.
enum rondo_status rdo_check_plan(struct rdo_check *check, struct rdo_table *table, const struct rdo_check_plan_node *nodes, size_t count,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_TABLE_CHECK_H_
