// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo play`: several models at their own rates on this machine's cores, and how well their times were kept.

#include "play.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "tool.h"

static const double typed_duration_s = 5;
static const double typed_warm_up_s = 0.2;

static struct rondo_player *running;
static volatile sig_atomic_t was_interrupted;

// The first one asks for an end; the second one means it.
static void handle_interrupt(int signal_number) {
  (void)signal_number;
  if (was_interrupted) _exit(TOOL_EXIT_INTERRUPTED);
  was_interrupted = 1;
  rondo_player_stop(running);
}

enum rondo_status rdo_tool_play_run(struct rondo_player *player, double warm_up_s, double duration_s, bool *out_was_interrupted,
                                    struct rondo_diag *diag) {
  struct sigaction action, before;
  memset(&action, 0, sizeof action);
  action.sa_handler = handle_interrupt;
  sigemptyset(&action.sa_mask);
  running = player;
  was_interrupted = 0;
  sigaction(SIGINT, &action, &before);
  enum rondo_status status = rondo_player_run(player, (int64_t)(warm_up_s * 1e9), (int64_t)(duration_s * 1e9), diag);
  sigaction(SIGINT, &before, NULL);
  if (out_was_interrupted != NULL) *out_was_interrupted = was_interrupted != 0;
  return status;
}

// Flags come before the file, the file before what is usual for jobs as typed.
static void set_limits(struct tool_play_args *args, struct rondo_player *player) {
  struct rondo_limits limits = rondo_player_limits(player);
  if (args->iteration_count != 0) limits.iteration_count = args->iteration_count;
  if (args->duration_s >= 0) limits.duration_ns = (int64_t)(args->duration_s * 1e9);
  else if (!args->is_file && args->iteration_count == 0) limits.duration_ns = (int64_t)(typed_duration_s * 1e9);
  rondo_player_set_limits(player, &limits);
  if (args->warm_up_s < 0) args->warm_up_s = args->is_file ? 0 : typed_warm_up_s;
}

static int play(struct tool_play_args *args, struct rondo_player *player) {
  struct tool_play_watch watch = {.player = player, .title = "", .report_every_s = args->report_every_s};
  struct rondo_diag diag = {.status = RONDO_OK};
  bool is_interrupted;
  set_limits(args, player);
  rdo_tool_play_watch_begin(&watch);
  enum rondo_status status = rdo_tool_play_run(player, args->warm_up_s, 0, &is_interrupted, &diag);
  double played_s = (double)(rdo_tool_clock_ns() - watch.begin_ns) / 1e9 - args->warm_up_s;
  rdo_tool_play_watch_end(&watch);
  double limit_s = (double)rondo_player_limits(player).duration_ns / 1e9;
  // The last instances may end behind the duration; rates are of those released in it.
  args->duration_s = played_s < 0 ? 0 : limit_s > 0 && played_s > limit_s ? limit_s : played_s;
  if (status != RONDO_OK) rdo_tool_print_failure(NULL, status, &diag);
  int code = rdo_tool_play_report(args, player, watch.loads);
  int write_code = rdo_tool_play_write(&args->trace_paths, args->summary_path, player);
  if (code == TOOL_EXIT_OK) code = write_code;
  if (is_interrupted && code == TOOL_EXIT_OK) code = TOOL_EXIT_INTERRUPTED;
  return status != RONDO_OK ? TOOL_EXIT_FAILURE : code;
}

// What can be known before anything is loaded.
static int check_args(const struct tool_play_args *args, const struct tool_strings *positional) {
  enum rondo_trace_format format;
  for (int i = 0; i < args->trace_paths.count; ++i) {
    if (rdo_tool_play_format(args->trace_paths.items[i], &format)) continue;
    rdo_tool_message("--trace %.200s: a name that ends in .csv, .pftrace, .svg, .html, .json or .dot says what to write", args->trace_paths.items[i]);
    return TOOL_EXIT_USAGE;
  }
  if (positional->count == 0 || positional->count > TOOL_PLAY_JOBS_MAX) {
    if (positional->count == 0) rdo_tool_message("play what? Name a jobs file, or at least one MODEL.vmfb");
    else rdo_tool_message("more than %d jobs", TOOL_PLAY_JOBS_MAX);
  } else if (args->worker_count > TOOL_PLAY_WORKERS_MAX || args->duration_s > 1e6 || args->warm_up_s > 1e6 || args->report_every_s > 1e6) {
    rdo_tool_message("at most %d workers and 1000000 seconds", TOOL_PLAY_WORKERS_MAX);
  } else {
    return TOOL_EXIT_OK;
  }
  fprintf(stderr, "Try 'rondo play --help'.\n");
  return TOOL_EXIT_USAGE;
}

static int create_and_play(struct tool_play_args *args, const struct tool_strings *positional) {
  struct rondo_player *player;
  int code = rdo_tool_play_create(args, positional, &player);
  if (code == TOOL_EXIT_OK) code = play(args, player);
  rondo_player_release(&player);
  return code;
}

int rdo_tool_play(int argc, char **argv) {
  struct tool_play_args args = {.duration_s = -1, .warm_up_s = -1};
  const struct tool_option options[] = {
      {"duration", TOOL_OPTION_NUMBER, &args.duration_s, "SECONDS", "Play for so long; default 5, or what the jobs file says; 0: until Ctrl-C."},
      {"iterations", TOOL_OPTION_POSITIVE, &args.iteration_count, "COUNT", "End each job after so many instances; without --duration there is no other end then."},
      {"warmup_time", TOOL_OPTION_NUMBER, &args.warm_up_s, "SECONDS", "Play for so long before, without counting; default 0.2, of a jobs file 0."},
      {"input", TOOL_OPTION_LIST, &args.inputs, "NAME:VALUE", "An argument of the job NAME, VALUE as for rondo run; one flag each, in order. Default zeros, or the file's."},
      {"machine", TOOL_OPTION_TEXT, &args.machine_path, "FILE", "Machine file, in place of the one that the jobs file names."},
      {"workers", TOOL_OPTION_COUNT, &args.worker_count, "COUNT", "Worker threads; default one for each physical core, or CPU of the machine file."},
      {"cpus", TOOL_OPTION_TEXT, &args.cpus, "LIST", "CPUs that workers are pinned to, such as 0-3,6."},
      {"trace", TOOL_OPTION_LIST, &args.trace_paths, "FILE",
       "When it is over, write all instances to FILE, as .csv, .pftrace (ui.perfetto.dev), .svg, .html, .json or .dot; repeat it for several."},
      {"summary", TOOL_OPTION_TEXT, &args.summary_path, "FILE", "Write the statistics of such a trace as JSON."},
      {"report_every", TOOL_OPTION_NUMBER, &args.report_every_s, "SECONDS", "Print a line to stderr so often; default a live line, on a terminal only."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print one JSON object; all times in ns."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "play",
      .synopsis = "JOBS.json | JOB... [flags]",
      .about = "Runs functions of several models side by side, each at its own rate, and prints how well\n"
               "their times were kept. JOBS.json is a jobs file (docs/files.md): rates, triggers, deadlines, and\n"
               "where inputs come from. Or a job is MODEL.vmfb[,period=TIME][,deadline=TIME][,offset=TIME]\n"
               "[,name=TEXT][,function=NAME][,overrun=skip|queue|cancel][,worker=N], with TIME such as 2ms.\n"
               "Without a period it starts again as soon as it has ended. Each release of a job with a period is\n"
               "kept free on its worker, so that it starts within a microsecond while the other jobs use the same\n"
               "cores. Ctrl-C ends early, and writes what was played. Real-time scheduling is used around releases\n"
               "where the system allows it.",
      .options = options,
      .examples = "  rondo play jobs.json --duration=10 --trace=run.html --trace=run.pftrace\n"
                  "  rondo play dronet.vmfb mlp.vmfb,period=2ms\n"
                  "  rondo play mlp.vmfb,name=controller,period=2ms --input=controller:1x64xf32=0.5\n"
                  "  rondo play dronet.vmfb,period=33ms mlp.vmfb,name=controller,period=2ms,deadline=500us --json",
      .exit_codes = "  0  played, also when deadlines were missed\n"
                    "  1  a file or model could not be loaded, an instance failed, or a trace was not written\n"
                    "  2  the command line is wrong\n  130  ended by Ctrl-C, after printing what has been played",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = check_args(&args, &positional);
    if (code == TOOL_EXIT_OK && !wants_help) code = create_and_play(&args, &positional);
  }
  rdo_tool_strings_release(&args.inputs);
  rdo_tool_strings_release(&args.trace_paths);
  rdo_tool_strings_release(&positional);
  return code;
}
