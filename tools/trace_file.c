// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace_file.h"

#include <inttypes.h>

#include "message.h"
#include "model_args.h"

int rdo_tool_trace_start(const char *path, struct rondo_trace **out_trace) {
  *out_trace = NULL;
  if (path == NULL) return TOOL_EXIT_OK;
  struct rondo_diag diag = {0};
  const struct rondo_trace_options options = {.path = path};
  enum rondo_status status = rondo_trace_start(&options, out_trace, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  rdo_tool_print_failure("--trace", status, &diag);
  return TOOL_EXIT_FAILURE;
}

int rdo_tool_trace_stop(const char *path, struct rondo_trace **trace, int code) {
  if (*trace == NULL) return code;
  struct rondo_diag diag = {0};
  struct rondo_trace_stats stats;
  enum rondo_status status = rondo_trace_stop(trace, &stats, &diag);
  fflush(stdout);
  if (status != RONDO_OK) {
    rdo_tool_print_failure("--trace", status, &diag);
    return code == TOOL_EXIT_OK ? TOOL_EXIT_FAILURE : code;
  }
  char name[TOOL_NAME_TEXT_BYTES];
  fprintf(stderr, "trace   %s: %" PRIu64 " events, %" PRIu64 " dropped, %.1f KB\n", rdo_tool_printable(path, name, sizeof name),
          stats.event_count, stats.dropped_count, (double)stats.byte_count / 1000);
  return code;
}
