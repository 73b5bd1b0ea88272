// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The same two models in four ways, one after the other, and what that does to their times.

#define _POSIX_C_SOURCE 200809L

#include "demo_modes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inputs.h"
#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "play.h"

static const char *const job_names[DEMO_JOB_COUNT] = {"perceive", "control"};
const char *rdo_tool_demo_job_name(int job) { return job_names[job]; }

static const char *const model_names[DEMO_JOB_COUNT] = {"dronet_f32", "mlp_f32"};

void rdo_tool_demo_path(const struct demo_modes_args *args, int job, const char *file, char *out_path) {
  const char *name = model_names[job];
  if (file != NULL) snprintf(out_path, DEMO_PATH_BYTES, "%.3000s/%s/%s", args->models, name, file);
  else snprintf(out_path, DEMO_PATH_BYTES, "%.3000s/%s/%s.vmfb", args->models, name, name);
}

// Reserved: the player ------------------------------------------------------------------------------------

static enum rondo_value_kind tensor_kind(const void *user, int index) {
  (void)user;
  (void)index;
  return RONDO_VALUE_TENSOR;
}

static enum rondo_status add_job(const struct demo_modes_args *args, struct rondo_player *player, int job, struct rondo_diag *diag) {
  char path[DEMO_PATH_BYTES], input[DEMO_PATH_BYTES + 1] = "@";
  struct tool_strings texts = {NULL, 0};
  struct tool_values values = {NULL, NULL, 0};
  struct rondo_job *added;
  rdo_tool_demo_path(args, job, NULL, path);
  rdo_tool_demo_path(args, job, "case0_input0.npy", input + 1);
  const struct rondo_job_options options = {.name = job_names[job], .path = path, .period_ns = job == DEMO_CONTROL ? demo_period_ns : 0, .worker = -1};
  enum rondo_status status = rondo_player_add_job(player, &options, &added, diag);
  if (status == RONDO_OK && !rdo_tool_strings_append(&texts, input)) status = RONDO_RESOURCE_EXHAUSTED;
  if (status == RONDO_OK) status = rdo_tool_values_read(rondo_job_runtime(added), "file", &texts, tensor_kind, NULL, 1, &values, diag);
  if (status == RONDO_OK) status = rondo_job_set_inputs(added, values.count, values.items, diag);
  if (status == RONDO_OK) {  // they are the job's now
    for (int i = 0; i < values.count; ++i) values.items[i].kind = RONDO_VALUE_NONE;
  }
  rdo_tool_values_release(&values);
  rdo_tool_strings_release(&texts);
  return status;
}

static enum rondo_status read_results(const struct rondo_player *player, struct demo_result_of_mode *result, struct rondo_diag *diag) {
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    struct rondo_job_stats stats;
    enum rondo_status status = rondo_job_statistics(rondo_player_job(player, i), &stats, diag);
    if (status != RONDO_OK) return status;
    result->jobs[i] = (struct demo_job_result){
        .count = stats.ended,
        .missed = stats.missed,
        .skipped = stats.skipped,
        .delay_ns = {(double)stats.start_delay.p50, (double)stats.start_delay.p99, (double)stats.start_delay.p999},
        .latency_ns = {(double)stats.latency.p50, (double)stats.latency.p99}};
  }
  return RONDO_OK;
}

// "DIR/report.html" and "DIR/trace.pftrace".
static int write_reports(const char *directory, const struct rondo_player *player) {
  char html[DEMO_PATH_BYTES], perfetto[DEMO_PATH_BYTES];
  snprintf(html, sizeof html, "%.4000s/report.html", directory);
  snprintf(perfetto, sizeof perfetto, "%.4000s/trace.pftrace", directory);
  const char *items[] = {html, perfetto};
  const struct tool_strings paths = {items, 2};
  return rdo_tool_play_write(&paths, NULL, player);
}

static enum rondo_status play_reserved(const struct demo_modes_args *args, struct demo_result_of_mode *out_result, struct rondo_diag *diag) {
  struct rondo_player *player;
  enum rondo_status status = rondo_player_create(NULL, &player, diag);
  for (int i = 0; i < DEMO_JOB_COUNT && status == RONDO_OK; ++i) status = add_job(args, player, i, diag);
  if (status == RONDO_OK) {
    struct tool_play_watch watch = {.player = player, .title = ""};
    double cpu_seconds = rdo_tool_demo_cpu_seconds();
    rdo_tool_play_watch_begin(&watch);
    status = rdo_tool_play_run(player, demo_warm_up_s, args->duration_s, NULL, diag);
    out_result->played_seconds = (double)(rdo_tool_clock_ns() - watch.begin_ns) / 1e9;
    out_result->seconds = out_result->played_seconds - demo_warm_up_s;
    rdo_tool_play_watch_end(&watch);
    out_result->cpu_seconds = rdo_tool_demo_cpu_seconds() - cpu_seconds;
    out_result->load_count = rondo_player_worker_count(player);
    memcpy(out_result->loads, watch.loads, sizeof out_result->loads);
  }
  if (status == RONDO_OK) status = read_results(player, out_result, diag);
  if (status == RONDO_OK && write_reports(args->directory, player) != TOOL_EXIT_OK) {
    status = rdo_tool_fail(diag, RONDO_UNAVAILABLE, "the reports could not be written to %.200s", args->directory);
  }
  rondo_player_release(&player);
  return status;
}

// Where reports go ----------------------------------------------------------------------------------------

static bool make_directory(const char *path) {
  struct stat info;
  if (mkdir(path, 0777) == 0) return true;
  return errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

// build/demo in a source tree, else a new folder for temporary files.
static const char *choose_directory(const struct demo_modes_args *args) {
  static char path[DEMO_PATH_BYTES];
  struct stat info;
  if (args->directory != NULL) return make_directory(args->directory) ? args->directory : NULL;
  if (stat("build", &info) == 0 && S_ISDIR(info.st_mode) && stat("src/play", &info) == 0 && make_directory("build/demo")) return "build/demo";
  const char *temporary = getenv("TMPDIR");
  snprintf(path, sizeof path, "%.3000s/rondo-demo-XXXXXX", temporary != NULL && *temporary != '\0' ? temporary : "/tmp");
  return mkdtemp(path);
}

// The table -----------------------------------------------------------------------------------------------

static const struct {
  const char *name, *about;
} modes[] = {
    {"planned", "rondo's planner: each dispatch placed ahead, after a second of measuring, and played again and again"},
    {"reserved", "rondo's player: the controller's releases are kept free on cores that both share"},
    {"dynamic", "a thread for each model, workers of both on all cores"},
    {"one core each", "a thread for each model, on a core of its own"},
};
enum { MODE_PLANNED, MODE_RESERVED, MODE_DYNAMIC, MODE_APART, MODE_COUNT };

static void print_time(double ns) {
  char text[TOOL_DURATION_TEXT_BYTES];
  rdo_tool_format_duration(ns, text, sizeof text);
  printf("%10s", text);
}

static void print_header(void) {
  printf("                                    start delay                       latency\n");
  printf("  mode           job         rate/s       p50       p99     p99.9       p50       p99   missed  skipped\n");
}

static void print_mode(const char *name, const struct demo_result_of_mode *result) {
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    const struct demo_job_result *job = &result->jobs[i];
    printf("  %-13s  %-9s %8.1f", i == 0 ? name : "", job_names[i], result->seconds > 0 ? (double)job->count / result->seconds : 0);
    for (int k = 0; k < 3; ++k) {
      if (i == DEMO_CONTROL) print_time(job->delay_ns[k]);
      else printf("%10s", "-");
    }
    for (int k = 0; k < 2; ++k) print_time(job->latency_ns[k]);
    if (i == DEMO_CONTROL) printf("%9" PRIu64 "%9" PRIu64 "\n", job->missed, job->skipped);
    else printf("%9s%9s\n", "-", "-");
  }
  printf("  %-13s  CPU time of the process: %.2f cores", "", result->played_seconds > 0 ? result->cpu_seconds / result->played_seconds : 0);
  for (int i = 0; i < result->load_count; ++i) printf("%s%.0f %%", i == 0 ? "; workers " : ", ", 100 * result->loads[i]);
  printf("\n");
}

static enum rondo_status play_mode(const struct demo_modes_args *args, int mode, struct demo_result_of_mode *result, struct rondo_diag *diag) {
  if (mode == MODE_PLANNED) return rdo_tool_demo_planned(args, result, diag);
  if (mode == MODE_RESERVED) return play_reserved(args, result, diag);
  return rdo_tool_demo_threads(args, mode == MODE_APART, result, diag);
}

// Whether a mode cannot be had on this machine, or in this build: too few cores; no plan, or too little room to measure what it needs.
static bool is_not_for_here(int mode, enum rondo_status status) {
  if (mode == MODE_APART) return status == RONDO_UNAVAILABLE;
  return mode == MODE_PLANNED && (status == RONDO_FAILED_PRECONDITION || status == RONDO_RESOURCE_EXHAUSTED);
}

// What the figures say, whatever they are.
static void print_verdict(const struct demo_result_of_mode *results, const bool *is_there) {
  const char *before = "";
  printf("\n  Releases of the controller that missed their deadline or were skipped: ");
  for (int i = 0; i < MODE_COUNT; ++i) {
    const struct demo_job_result *control = &results[i].jobs[DEMO_CONTROL];
    if (!is_there[i]) continue;
    printf("%s%s %" PRIu64 " of %" PRIu64, before, modes[i].name, control->missed + control->skipped, control->count + control->skipped);
    before = "; ";
  }
  printf(".\n  Start delay counts from the release to the first kernel; of threads, to the call.\n");
}

int rdo_tool_demo_modes(const struct demo_modes_args *given) {
  static struct demo_result_of_mode results[MODE_COUNT];
  struct demo_modes_args args = *given;
  bool is_there[MODE_COUNT] = {false};
  int code = TOOL_EXIT_OK;
  args.directory = choose_directory(given);
  if (args.directory == NULL) {
    rdo_tool_message("%.200s: no folder for the reports can be made: %s", given->directory != NULL ? given->directory : "TMPDIR", strerror(errno));
    return TOOL_EXIT_FAILURE;
  }
  printf("\nA perception net (DroNet) as fast as it can, beside a controller (MLP) every 2 ms, %.3g s each:\n", args.duration_s);
  for (int i = 0; i < MODE_COUNT; ++i) printf("  %-13s  %s\n", modes[i].name, modes[i].about);
  printf("\n");
  print_header();
  for (int i = 0; i < MODE_COUNT && !*args.stop; ++i) {
    struct rondo_diag diag = {.status = RONDO_OK};
    fflush(stdout);
    enum rondo_status status = play_mode(&args, i, &results[i], &diag);
    is_there[i] = status == RONDO_OK;
    if (is_there[i]) {
      print_mode(modes[i].name, &results[i]);
    } else if (is_not_for_here(i, status)) {
      printf("  %-13s  left out: %s\n", modes[i].name, diag.message);
    } else {
      rdo_tool_print_failure(modes[i].name, status, &diag);
      code = TOOL_EXIT_FAILURE;
    }
  }
  if (!is_there[MODE_RESERVED]) return code;
  print_verdict(results, is_there);
  printf("\n");
  if (is_there[MODE_PLANNED]) printf("  %s/planned.html\n", args.directory);
  printf("  %s/report.html  (reserved)\n  %s/trace.pftrace  (likewise; open it at https://ui.perfetto.dev)\n", args.directory, args.directory);
  return *args.stop ? rdo_tool_interrupt_exit_code() : code;
}
