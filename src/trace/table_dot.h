// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The graph of a table's nodes for Graphviz: solid edges are dependencies, dashed ones of time, dotted ones inferred.

#ifndef RDO_TRACE_TABLE_DOT_H_
#define RDO_TRACE_TABLE_DOT_H_

#include "trace/summary.h"

//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_table_write_dot(const struct rondo_trace_summary *summary, struct rdo_text_out *out,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_TABLE_DOT_H_
