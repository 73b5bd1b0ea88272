// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One page of HTML about a table: picture, histograms of start delays, jobs, targets, misses, nodes. Everything is in
// it; it opens without a network.

#ifndef RDO_TRACE_REPORT_H_
#define RDO_TRACE_REPORT_H_

#include "rondo/trace.h"
#include "trace/summary.h"

//   options  as for rdo_picture_write
//   returns  OK, INVALID_ARGUMENT (see there), RESOURCE_EXHAUSTED
enum rondo_status rdo_report_write(const struct rondo_trace_summary *summary, const struct rondo_trace_write_options *options,
                                   struct rdo_text_out *out, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_REPORT_H_
