// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The flag --trace of the verbs that run models.

#ifndef RDO_TOOLS_TRACE_FILE_H_
#define RDO_TOOLS_TRACE_FILE_H_

#include "options.h"
#include "rondo/trace.h"

// Line for a verb's table of options; `path` is a const char *.
// clang-format off
#define TOOL_TRACE_OPTION(path)                                                                            \
  {"trace", TOOL_OPTION_TEXT, &(path), "FILE",                                                             \
   "Write what every thread did and when, from loading on, to FILE, such as x.pftrace; https://ui.perfetto.dev shows it."}
// clang-format on

// Whether it can be the name of a file; says on stderr if not, before anything is done.
//   path       NULL = no trace is asked for
//   returns    TOOL_EXIT_OK or TOOL_EXIT_USAGE
int rdo_tool_trace_check(const char *path);

// Begins a trace; says on stderr what went wrong.
//   path       NULL = no trace is asked for
//   out_trace  NULL then, and on failure; stays where it is until stop: a signal that ends the process ends the trace
//   returns    TOOL_EXIT_OK or TOOL_EXIT_FAILURE
int rdo_tool_trace_start(const char *path, struct rondo_trace **out_trace);

// Ends it, before the models in it are released, and says on stderr where it is and what is missing in it.
//   code       what the verb would exit with
//   returns    `code`, or TOOL_EXIT_FAILURE when all else went well but there is no trace
int rdo_tool_trace_stop(const char *path, struct rondo_trace **trace, int code);

#endif  // RDO_TOOLS_TRACE_FILE_H_
