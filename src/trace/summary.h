// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Statistics of a table: what rondo/trace.h shows of it, and its JSON.

#ifndef RDO_TRACE_SUMMARY_H_
#define RDO_TRACE_SUMMARY_H_

#include "rondo/trace.h"
#include "trace/run_config.h"
#include "trace/table_index.h"
#include "trace/text_out.h"

#define RDO_SUMMARY_FACTOR 2.0

struct rondo_trace_summary {
  const struct rdo_table_index *index;  // borrowed
  double factor;
  struct rondo_trace_totals totals;
  struct rondo_trace_job *jobs;        // owned, one for each family
  struct rondo_trace_target *targets;  // owned
  struct rondo_trace_node *nodes;      // owned
  uint32_t *order;                     // owned: nodes as they would be submitted
};

enum rondo_status rdo_summary_create(const struct rdo_table_index *index, double factor, struct rondo_trace_summary **out_summary,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

//   config   NULL = not known
//   members  as in rondo_trace_write_options; NULL = none
//   returns  OK, RESOURCE_EXHAUSTED: then what was written is to be thrown away
enum rondo_status rdo_summary_write_json(const struct rondo_trace_summary *summary, const struct rdo_run_config *config,
                                         const char *members, struct rdo_text_out *out, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_SUMMARY_H_
