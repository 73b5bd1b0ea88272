// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Traces: what every thread did and when, as a file for Perfetto's viewer (https://ui.perfetto.dev).
// A trace covers the whole process: all runtimes and models, from its start to its end.

#ifndef RONDO_TRACE_H_
#define RONDO_TRACE_H_

#include <stdint.h>

#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_trace;

// What to trace. Zero-initialise, then set what should differ from the defaults.
struct rondo_trace_options {
  // File to write, replaced if it exists. It gets its name when the trace ends; until then it grows
  // under another one beside it. Never NULL.
  const char *path;
  // Bytes after which no more events are written; they are counted as dropped. 0 = 1 GiB.
  uint64_t size_limit_bytes;
};

// What became of the events of a trace.
struct rondo_trace_stats {
  uint64_t event_count;    // in the file
  uint64_t dropped_count;  // emitted, but not in the file: threads were faster than the file, or it was full
  uint64_t byte_count;     // size of the file
};

// Begins a trace. A thread of low priority writes it while it lasts, on CPUs that have no worker if there are
// any; threads that run models write to memory only (a clock reading and some 3 ns an event), and never wait for it.
//   options    borrowed
//   out_trace  owned by caller, end with rondo_trace_stop; NULL on error
//   diag       optional, filled unless OK
//   returns    OK, ALREADY_EXISTS (a trace is under way), NOT_FOUND or PERMISSION_DENIED (of the file),
//              RESOURCE_EXHAUSTED, UNAVAILABLE (other trouble with the file)
//   thread     any                phase  setup
RONDO_API enum rondo_status rondo_trace_start(const struct rondo_trace_options *options,
                                              struct rondo_trace **out_trace,
                                              struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a trace and gives the file its name; nulls the pointer, also on error. NULL and pointer to NULL
// are fine.
//   out_stats  optional, filled
//   diag       optional, filled unless OK
//   returns    OK, or what kept the file from being written: then there is none of this trace
//   thread     one at a time      phase  setup
RONDO_API enum rondo_status rondo_trace_stop(struct rondo_trace **trace, struct rondo_trace_stats *out_stats,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_TRACE_H_
