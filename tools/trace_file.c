// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace_file.h"

#include <inttypes.h>

#include "interrupt.h"
#include "message.h"
#include "model_args.h"

int rdo_tool_trace_check(const char *path) {
  if (path == NULL || *path != '\0') return TOOL_EXIT_OK;
  rdo_tool_message("--trace needs the name of a file, such as --trace=x.pftrace");
  return TOOL_EXIT_USAGE;
}

// The one that is under way, for a signal.
static const char *path_under_way;
static struct rondo_trace **trace_under_way;

static bool stop(const char *path, struct rondo_trace **trace) {
  struct rondo_diag diag = {0};
  struct rondo_trace_stats stats;
  enum rondo_status status = rondo_trace_stop(trace, &stats, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure("--trace", status, &diag);
    return false;
  }
  char name[TOOL_NAME_TEXT_BYTES];
  fprintf(stderr, "trace   %s: %" PRIu64 " events, %" PRIu64 " dropped, %.1f KB\n", rdo_tool_printable(path, name, sizeof name),
          stats.event_count, stats.dropped_count, (double)stats.byte_count / 1000);
  return true;
}

static void stop_before_end(void *user) {
  (void)user;
  (void)stop(path_under_way, trace_under_way);
}

int rdo_tool_trace_start(const char *path, struct rondo_trace **out_trace) {
  *out_trace = NULL;
  if (path == NULL) return TOOL_EXIT_OK;
  struct rondo_diag diag = {0};
  const struct rondo_trace_options options = {.path = path};
  enum rondo_status status = rondo_trace_start(&options, out_trace, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure("--trace", status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  path_under_way = path;
  trace_under_way = out_trace;
  rdo_tool_interrupt_before_end(stop_before_end, NULL);
  return TOOL_EXIT_OK;
}

int rdo_tool_trace_stop(const char *path, struct rondo_trace **trace, int code) {
  if (path == NULL) return code;
  rdo_tool_interrupt_before_end(NULL, NULL);
  if (*trace == NULL) return code;
  fflush(stdout);
  return stop(path, trace) || code != TOOL_EXIT_OK ? code : TOOL_EXIT_FAILURE;
}
