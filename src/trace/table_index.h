// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What readers of a table need to know about all of it: its rows in order of time, its iterations on one axis, lanes,
// families of jobs, roots. Computed once, after the table is full.

#ifndef RDO_TRACE_TABLE_INDEX_H_
#define RDO_TRACE_TABLE_INDEX_H_

#include "trace/table.h"

// An iteration.
struct rdo_pass {
  int64_t iteration;
  size_t begin;       // of its rows in `order`
  size_t end;
  int64_t end_ns;     // the last end
};

// Where nodes run one at a time: a worker of a target, or a target whose workers the trace does not tell.
struct rdo_table_lane {
  uint32_t target;
  int32_t worker;  // -1 = not known
};

// Jobs that are instances of one: they name it as their source, or else their names are a stem and 0, 1, 2, ...
struct rdo_family {
  uint32_t name;    // text number
  int job_count;
  bool is_locked;   // its roots wait for their planned start
};

// Zero-initialise; end with rdo_table_index_deinit. `table` must not change meanwhile.
struct rdo_table_index {
  const struct rdo_table *table;
  uint32_t *order;  // owned [row_count]: rows by (iteration, start, end, row)
  struct rdo_pass *passes;  // owned [pass_count], by iteration
  size_t pass_count;
  struct rdo_table_lane *lanes;  // owned [lane_count], by (target, worker)
  size_t lane_count;
  uint32_t *lane_of_row;   // owned [row_count]
  int64_t *offsets_ns;     // owned [row_count]: a row's time + this = time on one axis that begins at 0
  bool *is_root;           // owned [node_count]: has no effective predecessor
  struct rdo_family *families;  // owned [family_count], in the order of their first nodes
  size_t family_count;
  uint32_t *family_of_node;     // owned [node_count]
  int64_t origin_ns;       // CLOCK_MONOTONIC at the axis' 0; RDO_TABLE_UNKNOWN when no t0 is known
};

// A family has at most as many names as the table has texts: its name may be a new one.
enum rondo_status rdo_table_index_init(struct rdo_table_index *out_index, struct rdo_table *table, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_table_index_deinit(struct rdo_table_index *index);

// Whether a node waits for this one: a dependency, or a time dependency in hard mode.
bool rdo_node_is_time_hard(const struct rdo_table_node *node);

static inline bool rdo_row_has_run(const struct rdo_table_row *row) { return row->state == RDO_PLAYED_COMPLETED; }

#endif  // RDO_TRACE_TABLE_INDEX_H_
