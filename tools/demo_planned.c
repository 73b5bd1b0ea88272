// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The demo's models by a plan that is made on the spot: each measured for a moment, their dispatches placed ahead, played again and again.

#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_modes.h"
#include "interrupt.h"
#include "message.h"
#include "play.h"
#include "rondo/play_schedule.h"

static const double calibration_s_most = 1, calibration_s_least = 0.1;

static void stop(void *user) { rondo_schedule_player_stop(user); }

static void write_text(FILE *file, const char *text) {
  fputc('"', file);
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') fprintf(file, "\\%c", *c);
    else if (*c < 0x20) fprintf(file, "\\u%04x", *c);
    else fputc(*c, file);
  }
  fputc('"', file);
}

// DIR/jobs.json: also for `rondo play` by hand.
static enum rondo_status write_jobs(const struct demo_modes_args *args, const char *path, struct rondo_diag *diag) {
  FILE *file = fopen(path, "w");
  if (file == NULL) return rdo_tool_fail(diag, RONDO_UNAVAILABLE, "%.3000s: cannot be written: %s", path, strerror(errno));
  fprintf(file, "{\"schema\": \"rondo.jobs/1\", \"jobs\": [");
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    char model[DEMO_PATH_BYTES], *whole;
    rdo_tool_demo_path(args, i, NULL, model);
    whole = realpath(model, NULL);
    fprintf(file, "%s\n  {\"name\": \"%s\", \"model\": ", i == 0 ? "" : ",", rdo_tool_demo_job_name(i));
    write_text(file, whole != NULL ? whole : model);
    free(whole);
    if (i == DEMO_CONTROL) fprintf(file, ", \"period_ns\": %" PRId64 ", \"deadline_ns\": %" PRId64 ", \"priority\": 200", demo_period_ns, demo_period_ns);
    fputc('}', file);
  }
  fprintf(file, "\n]}\n");
  bool is_bad = ferror(file) != 0;
  if (fclose(file) != 0 || is_bad) return rdo_tool_fail(diag, RONDO_UNAVAILABLE, "%.3000s: cannot be written", path);
  return RONDO_OK;
}

static void read_results(const struct rondo_trace_summary *summary, struct demo_result_of_mode *result) {
  for (int i = 0; i < rondo_trace_summary_totals(summary)->job_count; ++i) {
    const struct rondo_trace_job *job = &rondo_trace_summary_jobs(summary)[i];
    for (int k = 0; k < DEMO_JOB_COUNT; ++k) {
      if (strcmp(job->name, rdo_tool_demo_job_name(k)) != 0) continue;
      result->jobs[k] = (struct demo_job_result){
          .count = job->instance_count,
          .missed = job->miss_count,
          .delay_ns = {(double)job->start_delay.p50_ns, (double)job->start_delay.p99_ns, (double)job->start_delay.p999_ns},
          .latency_ns = {(double)job->latency.p50_ns, (double)job->latency.p99_ns}};
    }
  }
}

static enum rondo_status report(const struct demo_modes_args *args, struct rondo_schedule_player *player, struct demo_result_of_mode *out_result,
                                struct rondo_diag *diag) {
  char path[DEMO_PATH_BYTES];
  struct rondo_trace_table *table;
  struct rondo_trace_summary *summary = NULL;
  const struct rondo_trace_write_options write = {.title = "DroNet and MLP, planned", .format = RONDO_TRACE_HTML};
  snprintf(path, sizeof path, "%.4000s/planned.html", args->directory);
  enum rondo_status status = rondo_schedule_player_table(player, &table, diag);
  if (status == RONDO_OK) status = rondo_trace_table_summarize(table, 2, &summary, diag);
  if (status == RONDO_OK) read_results(summary, out_result);
  if (status == RONDO_OK) status = rondo_trace_table_write(table, &write, path, diag);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
  return status;
}

enum rondo_status rdo_tool_demo_planned(const struct demo_modes_args *args, struct demo_result_of_mode *out_result, struct rondo_diag *diag) {
  char jobs[DEMO_PATH_BYTES], texts[DEMO_JOB_COUNT][DEMO_PATH_BYTES + 1];
  struct rondo_schedule_input inputs[DEMO_JOB_COUNT];
  struct rondo_schedule_player *player = NULL;
  struct rondo_schedule_player_info info;
  snprintf(jobs, sizeof jobs, "%.4000s/jobs.json", args->directory);
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    texts[i][0] = '@';
    rdo_tool_demo_path(args, i, "case0_input0.npy", texts[i] + 1);
    inputs[i] = (struct rondo_schedule_input){.job = rdo_tool_demo_job_name(i), .text = texts[i]};
  }
  const struct rondo_schedule_play_options options = {
      .plans_jobs = true,
      .calibration_s = args->duration_s > calibration_s_most    ? calibration_s_most
                       : args->duration_s < calibration_s_least ? calibration_s_least
                                                                : args->duration_s,
      .duration_ns = (int64_t)(args->duration_s * 1e9),
      .warm_up_count = 1,
      .inputs = inputs,
      .input_count = DEMO_JOB_COUNT,
      .read_input = rdo_tool_play_read_input,
      .stop = args->stop,
  };
  enum rondo_status status = write_jobs(args, jobs, diag);
  if (status == RONDO_OK) status = rondo_schedule_player_create(jobs, &options, &player, diag);
  if (status != RONDO_OK) return status;
  double cpu_seconds = rdo_tool_demo_cpu_seconds();
  int64_t begin_ns = rdo_tool_clock_ns();
  rdo_tool_interrupt_ask(stop, player);
  if (*args->stop) rondo_schedule_player_stop(player);
  status = rondo_schedule_player_run(player, diag);
  rdo_tool_interrupt_end_asking();
  out_result->played_seconds = out_result->seconds = (double)(rdo_tool_clock_ns() - begin_ns) / 1e9;
  out_result->cpu_seconds = rdo_tool_demo_cpu_seconds() - cpu_seconds;
  rondo_schedule_player_info(player, &info);
  if (status == RONDO_CANCELLED && info.iteration_count != 0) status = RONDO_OK;  // what was played before the end is worth its line
  if (status == RONDO_OK) status = report(args, player, out_result, diag);
  rondo_schedule_player_release(&player);
  return status;
}
