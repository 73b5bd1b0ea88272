// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_setup.h"

#include <inttypes.h>
#include <string.h>

#include "measure.h"
#include "message.h"
#include "play.h"

// As of run: a kernel that does not come back for so long hangs, or is larger than any we know.
static const int64_t watchdog_default_ns = INT64_C(10000000000);
static const int64_t margin_max_ns = 1000000000;

static void tell_stuck(void *user, const struct rondo_stuck *stuck) {
  char kernel[TOOL_NAME_TEXT_BYTES], node[TOOL_NAME_TEXT_BYTES], job[TOOL_NAME_TEXT_BYTES], time[TOOL_DURATION_TEXT_BYTES];
  (void)user;
  rdo_tool_printable(stuck->kernel, kernel, sizeof kernel);
  rdo_tool_format_duration((double)stuck->busy_ns, time, sizeof time);
  if (stuck->node == NULL || stuck->job == NULL) {
    rdo_tool_message("worker %d has been in dispatch %s for %s", stuck->worker, kernel, time);
  } else {
    rdo_tool_message("worker %d has been in dispatch %s, node %s of job %s, for %s", stuck->worker, kernel, rdo_tool_printable(stuck->node, node, sizeof node),
                     rdo_tool_printable(stuck->job, job, sizeof job), time);
  }
}

bool rdo_tool_play_setup_read(const struct tool_play_setup_args *args, struct rondo_play_setup *out_setup) {
  *out_setup = (struct rondo_play_setup){.watchdog_ns = watchdog_default_ns, .stuck = tell_stuck, .memory_lock = RONDO_MEMORY_LOCK_IF_ALLOWED};
  if (args->watchdog != NULL && !rdo_tool_play_time(args->watchdog, &out_setup->watchdog_ns)) {
    rdo_tool_message("--watchdog=%.40s: not a time, such as 10s", args->watchdog);
    return false;
  }
  if (args->margin != NULL && (!rdo_tool_play_time(args->margin, &out_setup->margin_ns) || out_setup->margin_ns < 1 || out_setup->margin_ns > margin_max_ns)) {
    rdo_tool_message("--margin=%.40s: not a time up to 1s, such as 200us", args->margin);
    return false;
  }
  if (args->memory_lock == NULL || strcmp(args->memory_lock, "auto") == 0) return true;
  if (strcmp(args->memory_lock, "on") != 0 && strcmp(args->memory_lock, "off") != 0) {
    rdo_tool_message("--lock-memory=%.40s: auto, on or off", args->memory_lock);
    return false;
  }
  out_setup->memory_lock = strcmp(args->memory_lock, "on") == 0 ? RONDO_MEMORY_LOCK : RONDO_MEMORY_NOT_LOCKED;
  return true;
}

void rdo_tool_play_granted_print(const struct rondo_play_granted *granted, FILE *file) {
  char least[TOOL_DURATION_TEXT_BYTES], most[TOOL_DURATION_TEXT_BYTES];
  rdo_tool_format_duration((double)granted->margin_ns_min, least, sizeof least);
  rdo_tool_format_duration((double)granted->margin_ns_max, most, sizeof most);
  fprintf(file, "granted: real-time class %s; memory %s; ", granted->is_realtime ? "around releases" : "not allowed",
          granted->is_memory_locked ? "locked" : granted->memory_reason[0] == '\0' ? "not locked" : "not allowed to be locked");
  if (granted->timer_slack_ns >= 0) fprintf(file, "timer slack %" PRId64 " ns; ", granted->timer_slack_ns);
  fprintf(file, "%d of %d workers each on one CPU (%s); margin %s", granted->pinned_count, granted->worker_count, granted->cpus, least);
  if (granted->margin_ns_min != granted->margin_ns_max) fprintf(file, " to %s", most);
  fprintf(file, "%s; ", granted->is_margin_measured ? ", measured" : "");
  if (granted->sharing_count == 0) fprintf(file, "no other thread on their CPUs\n");
  else fprintf(file, "%d other thread%s on their CPUs: %s\n", granted->sharing_count, granted->sharing_count == 1 ? "" : "s", granted->sharing);
}

// Names of threads, and reasons, may hold anything.
static void put_text(FILE *file, const char *text) {
  fputc('"', file);
  for (const char *c = text; *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') fprintf(file, "\\%c", *c);
    else if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) fprintf(file, "\\u%04x", (unsigned)(unsigned char)*c);
    else fputc(*c, file);
  }
  fputc('"', file);
}

void rdo_tool_play_granted_json(const struct rondo_play_granted *granted, char *out_text) {
  out_text[0] = '\0';
  FILE *file = fmemopen(out_text, TOOL_GRANTED_JSON_BYTES, "w");
  if (file == NULL) return;
  fprintf(file, "\"granted\": {\"realtime\": %s, \"memory_locked\": %s, \"memory_reason\": ", granted->is_realtime ? "true" : "false",
          granted->is_memory_locked ? "true" : "false");
  put_text(file, granted->memory_reason);
  fprintf(file, ", \"timer_slack_ns\": %" PRId64 ", \"workers\": %d, \"pinned\": %d, \"cpus\": ", granted->timer_slack_ns, granted->worker_count, granted->pinned_count);
  put_text(file, granted->cpus);
  fprintf(file, ", \"margin_measured\": %s, \"margin_ns_min\": %" PRId64 ", \"margin_ns_max\": %" PRId64 ", \"sharing_count\": %d, \"sharing\": ",
          granted->is_margin_measured ? "true" : "false", granted->margin_ns_min, granted->margin_ns_max, granted->sharing_count);
  put_text(file, granted->sharing);
  fprintf(file, "}");
  fclose(file);
}
