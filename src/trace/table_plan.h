// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A table and the schedule that it was played from: what a CSV of 22 columns does not tell, the graph and the policies,
// the schedule does, and what the two disagree in is a finding.

#ifndef RDO_TRACE_TABLE_PLAN_H_
#define RDO_TRACE_TABLE_PLAN_H_

#include "trace/table_check.h"

// Reads a schedule file, of any variant, and applies it; call it before the table has its index.
//   check    receives findings
//   returns  OK, or what reading the schedule failed with
enum rondo_status rdo_table_apply_plan_file(struct rdo_table *table, const char *path, struct rdo_check *check, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_TABLE_PLAN_H_
