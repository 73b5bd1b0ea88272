// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What started what: arrows between rows of a table. Where the trace tells the graph they are its edges; otherwise one
// is inferred for each row that was ready exactly when one other row ended.

#ifndef RDO_TRACE_TABLE_GRAPH_H_
#define RDO_TRACE_TABLE_GRAPH_H_

#include "trace/table_index.h"

enum rdo_edge_kind {
  RDO_EDGE_DATA,
  RDO_EDGE_TIME,  // one that only the plan's order wants
  RDO_EDGE_INFERRED,
};

struct rdo_edge {
  uint32_t from;  // row
  uint32_t to;    // row
  enum rdo_edge_kind kind;
};

// Zero-initialise; end with rdo_edges_deinit.
struct rdo_edges {
  struct rdo_edge *items;  // owned [count], by `to`'s place in the index' order
  size_t count;
  size_t capacity;
};

// Finds the arrows within one iteration, or within all.
//   pass_begin, pass_end  iterations of the index
//   returns               OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_edges_find(struct rdo_edges *edges, const struct rdo_table_index *index, size_t pass_begin, size_t pass_end,
                                 struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_edges_deinit(struct rdo_edges *edges);

#endif  // RDO_TRACE_TABLE_GRAPH_H_
