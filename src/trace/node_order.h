// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The order in which nodes would be submitted: each behind its predecessors, ties by (planned start, id, ordinal, key).

#ifndef RDO_TRACE_NODE_ORDER_H_
#define RDO_TRACE_NODE_ORDER_H_

#include "trace/table.h"

// Orders all nodes. What lies on a cycle comes last.
//   planned_starts_ns  borrowed [node_count]
//   out_order          filled [node_count]: node indices
//   returns            OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_nodes_order(const struct rdo_table *table, const int64_t *planned_starts_ns, uint32_t *out_order,
                                  struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_NODE_ORDER_H_
