// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What `rondo play` prints when a run is over, and the files it writes.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "play.h"
#include "rondo/trace.h"

// Results ------------------------------------------------------------------------------------------------

static void print_times(const char *title, const struct rondo_percentiles *times) {
  const int64_t cells[] = {times->p50, times->p90, times->p99, times->p999, times->max};
  if (times->count == 0) return;
  printf("  %-14s%9" PRIu64, title, times->count);
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; ++i) {
    char text[TOOL_DURATION_TEXT_BYTES];
    rdo_tool_format_duration((double)cells[i], text, sizeof text);
    printf("%11s", text);
  }
  printf("\n");
}

static void print_job(const struct rondo_job *job, const struct rondo_job_stats *stats, double duration_s) {
  char name[TOOL_NAME_TEXT_BYTES];
  printf("%s: %.1f a second, %" PRIu64 " missed", rdo_tool_printable(rondo_job_name(job), name, sizeof name), duration_s > 0 ? (double)stats->ended / duration_s : 0,
         stats->missed);
  if (stats->skipped != 0) printf(", %" PRIu64 " skipped", stats->skipped);
  if (stats->stolen != 0) printf(", %" PRIu64 " releases in stolen time (%" PRIu64 " missed or skipped without them)", stats->stolen,
                                stats->missed_not_stolen + stats->skipped_not_stolen);
  if (stats->cancelled != 0) printf(", %" PRIu64 " cancelled", stats->cancelled);
  if (stats->degraded != 0) printf(", %" PRIu64 " degraded", stats->degraded);
  if (stats->failed != 0) printf(", %" PRIu64 " failed", stats->failed);
  printf(stats->ended == 0 ? "\n" : "\n                        n        p50        p90        p99      p99.9        max\n");
  print_times("start delay", &stats->start_delay);
  if (stats->stolen != 0) print_times("  not stolen", &stats->start_delay_not_stolen);
  print_times("run", &stats->run);
  print_times("latency", &stats->latency);
  print_times("age of inputs", &stats->age);
}

static void print_json_times(const char *name, const struct rondo_percentiles *t, const char *after) {
  printf("\"%s\": {\"n\": %" PRIu64 ", \"min\": %" PRId64 ", \"p50\": %" PRId64 ", \"p90\": %" PRId64 ", \"p99\": %" PRId64 ", \"p99.9\": %" PRId64
         ", \"max\": %" PRId64 "}%s",
         name, t->count, t->min, t->p50, t->p90, t->p99, t->p999, t->max, after);
}

static void print_json_text(const char *text) {
  putchar('"');
  for (const char *c = text; *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') printf("\\%c", *c);
    else if ((unsigned char)*c < 0x20) printf("\\u%04x", (unsigned)(unsigned char)*c);
    else putchar(*c);
  }
  putchar('"');
}

// Workers of a cluster together; the names come in any order.
static void print_json_clusters(const struct rondo_player *player, const double *loads) {
  int worker_count = rondo_player_worker_count(player);
  bool is_first = true;
  printf("  \"clusters\": [");
  for (int i = 0; i < worker_count; ++i) {
    const char *name = rondo_player_worker_cluster(player, i);
    double load = 0;
    int count = 0;
    bool is_told = false;
    for (int k = 0; k < worker_count; ++k) {
      if (strcmp(name, rondo_player_worker_cluster(player, k)) != 0) continue;
      is_told |= k < i;
      load += loads[k];
      ++count;
    }
    if (is_told) continue;
    printf(is_first ? "{\"name\": " : ", {\"name\": ");
    print_json_text(name);
    printf(", \"workers\": %d, \"load\": %.3f}", count, load / count);
    is_first = false;
  }
  printf("],\n");
}

static void print_json_job(const struct rondo_job *job, const struct rondo_job_stats *s, bool is_last) {
  struct rondo_counters counters;
  rondo_job_counters(job, &counters);
  printf("    {\"name\": ");
  print_json_text(rondo_job_name(job));
  printf(", \"scheduled\": %" PRIu64 ", \"ready\": %" PRIu64, counters.scheduled, counters.ready);
  printf(", \"released\": %" PRIu64 ", \"ended\": %" PRIu64 ", \"missed\": %" PRIu64 ", \"missed_not_stolen\": %" PRIu64 ", \"skipped\": %" PRIu64
         ", \"skipped_not_stolen\": %" PRIu64 ", \"cancelled\": %" PRIu64 ", \"degraded\": %" PRIu64
         ", \"failed\": %" PRIu64 ", \"stolen\": %" PRIu64 ",\n     ",
         s->released, s->ended, s->missed, s->missed_not_stolen, s->skipped, s->skipped_not_stolen, s->cancelled, s->degraded, s->failed, s->stolen);
  print_json_times("start_delay_ns", &s->start_delay, ",\n     ");
  print_json_times("start_delay_not_stolen_ns", &s->start_delay_not_stolen, ",\n     ");
  print_json_times("run_ns", &s->run, ",\n     ");
  print_json_times("age_ns", &s->age, ",\n     ");
  print_json_times("latency_ns", &s->latency, is_last ? "}\n" : "},\n");
}

int rdo_tool_play_report(const struct tool_play_args *args, const struct rondo_player *player, const struct tool_play_watch *watch) {
  struct rondo_play_granted granted;
  char granted_json[TOOL_GRANTED_JSON_BYTES];
  rondo_player_granted(player, &granted);
  int job_count = rondo_player_job_count(player), worker_count = rondo_player_worker_count(player);
  if (args->wants_json) {
    printf("{\n  \"workers\": %d,\n  \"duration_s\": %.3f,\n  \"loads\": [", worker_count, args->duration_s);
    for (int i = 0; i < worker_count; ++i) printf("%s%.3f", i == 0 ? "" : ", ", watch->loads[i]);
    rdo_tool_play_granted_json(&granted, granted_json);
    printf("],\n  \"spun_share\": %.4f,\n", watch->spun_share);
    print_json_clusters(player, watch->loads);
    printf("  %s,\n  \"jobs\": [\n", granted_json);
  } else {
    printf("%d jobs on %d workers, %.1f s; %.1f %% of their time spent spinning for releases\n", job_count, worker_count, args->duration_s, watch->spun_share * 100);
    rdo_tool_play_granted_print(&granted, stdout);
    printf("\n");
  }
  for (int i = 0; i < job_count; ++i) {
    struct rondo_job_stats stats;
    const struct rondo_job *job = rondo_player_job(player, i);
    struct rondo_diag diag = {.status = RONDO_OK};
    enum rondo_status status = rondo_job_statistics(job, &stats, &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure(rondo_job_name(job), status, &diag);
      return TOOL_EXIT_FAILURE;
    }
    if (args->wants_json) print_json_job(job, &stats, i + 1 == job_count);
    else print_job(job, &stats, args->duration_s);
  }
  if (args->wants_json) printf("  ]\n}\n");
  return TOOL_EXIT_OK;
}

// Files --------------------------------------------------------------------------------------------------

bool rdo_tool_play_format(const char *path, enum rondo_trace_format *out_format) {
  static const struct {
    const char *ending;
    enum rondo_trace_format format;
  } formats[] = {{".csv", RONDO_TRACE_CSV}, {".json", RONDO_TRACE_JSON},   {".pftrace", RONDO_TRACE_PERFETTO},
                 {".svg", RONDO_TRACE_SVG}, {".html", RONDO_TRACE_HTML}, {".dot", RONDO_TRACE_DOT}};
  size_t length = strlen(path);
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; ++i) {
    size_t ending = strlen(formats[i].ending);
    if (length <= ending || strcmp(path + length - ending, formats[i].ending) != 0) continue;
    *out_format = formats[i].format;
    return true;
  }
  return false;
}

static int write_table(const struct rondo_trace_table *table, const char *path, enum rondo_trace_format format) {
  const struct rondo_trace_write_options options = {.format = format, .title = "rondo play"};
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_trace_table_write(table, &options, path, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  rdo_tool_print_failure(path, status, &diag);
  return TOOL_EXIT_FAILURE;
}

int rdo_tool_play_write(const struct tool_strings *paths, const char *summary_path, const struct rondo_player *player) {
  struct rondo_trace_table *table;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (paths->count == 0 && summary_path == NULL) return TOOL_EXIT_OK;
  enum rondo_status status = rondo_player_trace(player, &table, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure("trace", status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  int code = TOOL_EXIT_OK;
  for (int i = 0; i < paths->count; ++i) {
    enum rondo_trace_format format;
    if (!rdo_tool_play_format(paths->items[i], &format) || write_table(table, paths->items[i], format) != TOOL_EXIT_OK) code = TOOL_EXIT_FAILURE;
  }
  if (summary_path != NULL && write_table(table, summary_path, RONDO_TRACE_JSON) != TOOL_EXIT_OK) code = TOOL_EXIT_FAILURE;
  rondo_trace_table_release(&table);
  return code;
}
