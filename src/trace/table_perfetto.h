// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A table as a trace for Perfetto's viewer: tracks for workers, for each target planned and observed, for each job
// planned and observed; arrows along dependencies. docs/trace.md describes the packets.

#ifndef RDO_TRACE_TABLE_PERFETTO_H_
#define RDO_TRACE_TABLE_PERFETTO_H_

#include "trace/summary.h"

//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_table_write_perfetto(const struct rondo_trace_summary *summary, struct rdo_text_out *out,
                                           struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_TABLE_PERFETTO_H_
