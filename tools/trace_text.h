// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What `rondo trace` prints for people, on stdout.

#ifndef RDO_TOOLS_TRACE_TEXT_H_
#define RDO_TOOLS_TRACE_TEXT_H_

#include "rondo/trace.h"

//   path    what to call the trace
//   factor  that nodes were flagged by
void rdo_tool_print_trace_stats(const char *path, const struct rondo_trace_summary *summary, double factor);

//   only_notable  leave out what is no regression and no improvement
void rdo_tool_print_trace_diff(const struct rondo_trace_diff *diff, bool only_notable);

#endif  // RDO_TOOLS_TRACE_TEXT_H_
