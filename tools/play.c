// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo play`: several models at their own rates on this machine's cores, and how well their times were kept.

#include "play.h"

#include <stdio.h>
#include <string.h>

#include "interrupt.h"
#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "play_planned.h"
#include "play_schedule.h"
#include "play_sensors.h"
#include "reading.h"
#include "tool.h"

static const int64_t ITERATIONS_MAX = INT64_C(1000000000000);
static const double typed_duration_s = 5;
static const double typed_warm_up_s = 0.2;
#define REPORT_EVERY_MAX 1e6

static void ask_to_end(void *player) { rondo_player_stop(player); }
static void show_player(void *player, FILE *file) { rondo_player_dump(player, file); }

enum rondo_status rdo_tool_play_run(struct rondo_player *player, double warm_up_s, double duration_s, bool *out_was_interrupted,
                                    struct rondo_diag *diag) {
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(ask_to_end, player);
  rdo_tool_interrupt_show(show_player, player);
  enum rondo_status status = rondo_player_run(player, (int64_t)(warm_up_s * 1e9), (int64_t)(duration_s * 1e9), diag);
  rdo_tool_interrupt_show(NULL, NULL);
  rdo_tool_interrupt_end_asking();
  if (out_was_interrupted != NULL) *out_was_interrupted = rdo_tool_was_interrupted != 0;
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
  struct tool_sensors sensors;
  bool is_interrupted;
  set_limits(args, player);
  if (!rdo_tool_sensors_parse(&args->sensors, &sensors) || !rdo_tool_sensors_begin(&sensors, player)) return TOOL_EXIT_USAGE;
  rdo_tool_play_watch_begin(&watch);
  enum rondo_status status = rdo_tool_play_run(player, args->warm_up_s, 0, &is_interrupted, &diag);
  double played_s = (double)(rdo_tool_clock_ns() - watch.begin_ns) / 1e9 - args->warm_up_s;
  rdo_tool_play_watch_end(&watch);
  rdo_tool_sensors_end(&sensors, args->wants_json ? NULL : stdout);
  double limit_s = (double)rondo_player_limits(player).duration_ns / 1e9;
  // The last instances may end behind the duration; rates are of those released in it.
  args->duration_s = played_s < 0 ? 0 : limit_s > 0 && played_s > limit_s ? limit_s : played_s;
  if (status != RONDO_OK) rdo_tool_print_failure(NULL, status, &diag);
  int code = rdo_tool_play_report(args, player, &watch);
  int write_code = rdo_tool_play_write(&args->trace_paths, args->summary_path, player);
  if (code == TOOL_EXIT_OK) code = write_code;
  if (is_interrupted && code == TOOL_EXIT_OK) code = rdo_tool_interrupt_exit_code();
  return status != RONDO_OK ? TOOL_EXIT_FAILURE : code;
}

// What can be known before anything is loaded.
static int check_args(struct tool_play_args *args, const struct tool_strings *positional) {
  enum rondo_trace_format format;
  if (!rdo_tool_play_setup_read(&args->setup_texts, &args->setup)) return TOOL_EXIT_USAGE;
  if (args->on_error != NULL && strcmp(args->on_error, "stop") != 0 && strcmp(args->on_error, "contain") != 0) {
    rdo_tool_message("--on-error=%.40s: stop or contain", args->on_error);
    return TOOL_EXIT_USAGE;
  }
  if (args->schedule.fallback != NULL && strcmp(args->schedule.fallback, "dynamic") != 0) {
    rdo_tool_message("--fallback=%.40s: there is only dynamic", args->schedule.fallback);
    return TOOL_EXIT_USAGE;
  }
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

// What a schedule's play tells beside its statistics.
static bool check_told(struct tool_play_args *args) {
  args->schedule.report_every = args->report_every_s <= REPORT_EVERY_MAX ? (int64_t)args->report_every_s : -1;
  if ((double)args->schedule.report_every != args->report_every_s) {
    rdo_tool_message("--report_every: of a schedule a whole number of iterations");
    return false;
  }
  if (!args->wants_json || (!args->schedule.wants_order && !args->schedule.wants_results)) return true;
  rdo_tool_message("--order and --results print text: they go without --json, whose topo_order is the same order");
  return false;
}

static int play_schedule(struct tool_play_args *args, const char *path, bool plans_jobs, bool *out_needs_jobs) {
  struct rondo_schedule_play_options *options = &args->schedule.options;
  const struct {
    const char *flag, *text;
    int64_t *ns;
  } times[] = {{"period", args->schedule.period, &options->period_ns}, {"tile", args->schedule.tile, &options->tile_ns}, {"late", args->schedule.late, &options->late_ns}};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; ++i) {
    if (times[i].text == NULL || rdo_tool_play_time(times[i].text, times[i].ns)) continue;
    rdo_tool_message("--%s=%.40s: not a time, such as 2ms", times[i].flag, times[i].text);
    return TOOL_EXIT_USAGE;
  }
  if (args->sensors.count != 0 || args->warm_up_s >= 0 || args->worker_count != 0) {
    rdo_tool_message("--sensor, --warmup_time and --workers are for jobs, and %.200s %s", path, plans_jobs ? "is played from a plan" : "is a schedule");
    return TOOL_EXIT_USAGE;
  }
  if (plans_jobs && args->cpus != NULL) {
    rdo_tool_message("--cpus: a plan is for the CPUs of a machine file, which rondo machine -o writes, and --machine names");
    return TOOL_EXIT_USAGE;
  }
  options->plans_jobs = plans_jobs;
  if (args->duration_s > 0) options->duration_ns = (int64_t)(args->duration_s * 1e9);
  if (args->duration_s == 0 && args->iteration_count == 0) args->iteration_count = ITERATIONS_MAX;  // until Ctrl-C
  options->cpus = args->cpus;
  options->machine_file = args->machine_path;
  options->iteration_count = args->iteration_count;
  if (!check_told(args)) return TOOL_EXIT_USAGE;
  return rdo_tool_play_planned(path, args, out_needs_jobs);
}

static int create_and_play(struct tool_play_args *args, const struct tool_strings *positional) {
  bool is_single = positional->count == 1, wants_plan = args->schedule.wants_plan || args->schedule.options.policy != NULL;
  bool is_schedule = is_single && rdo_tool_is_schedule(positional->items[0]), needs_jobs = false;
  if (is_schedule || (wants_plan && is_single && rdo_tool_is_jobs_file(positional->items[0]))) {
    int code = play_schedule(args, positional->items[0], !is_schedule, &needs_jobs);
    if (code != TOOL_EXIT_FAILURE || !needs_jobs) return code;
    if (is_schedule) args->machine_path = NULL;  // it was for the plan
    if (is_schedule && args->iteration_count == 0 && args->duration_s < 0) args->iteration_count = 1;  // as of a schedule
  } else if (wants_plan || args->schedule.fallback != NULL) {
    rdo_tool_message("--plan, --policy and --fallback go with a jobs file or a schedule, named alone%s", wants_plan ? "" : "; of a jobs file with --plan");
    return TOOL_EXIT_USAGE;
  }
  struct rondo_player *player;
  int code = rdo_tool_play_create(args, positional, &player);
  if (code == TOOL_EXIT_OK) code = play(args, player);
  rondo_player_release(&player);
  return code;
}

int rdo_tool_play(int argc, char **argv) {
  struct tool_play_args args = {.duration_s = -1, .warm_up_s = -1};
  const struct tool_option options[] = {
      {"duration", TOOL_OPTION_NUMBER, &args.duration_s, "SECONDS", "Play for so long; default 5, or what the jobs file says; 0: until Ctrl-C. Of a plan: no iteration begins later."},
      {"iterations", TOOL_OPTION_POSITIVE, &args.iteration_count, "COUNT", "End each job after so many instances, and without --duration there is no other end then; of a schedule or plan: how often it is played, of a schedule 1 without --duration."},
      {"warmup_time", TOOL_OPTION_NUMBER, &args.warm_up_s, "SECONDS", "Play for so long before, without counting; default 0.2, of a jobs file 0."},
      {"input", TOOL_OPTION_LIST, &args.inputs, "NAME:VALUE", "An argument of the job NAME, VALUE as for rondo run; one flag each, in order. Default zeros, or the file's."},
      {"sensor", TOOL_OPTION_LIST, &args.sensors, "RING=TIME", "A synthetic sensor that writes a ring of the jobs file so often, such as imu=5ms or imu=60hz; one flag each."},
      {"machine", TOOL_OPTION_TEXT, &args.machine_path, "FILE", "Machine file, in place of the one that the jobs file names, or the plan carries; without any a schedule has a worker for each target."},
      {"workers", TOOL_OPTION_COUNT, &args.worker_count, "COUNT", "Worker threads; default one for each physical core, or CPU of the machine file."},
      {"cpus", TOOL_OPTION_TEXT, &args.cpus, "LIST", "CPUs that workers are pinned to, such as 0-3,6."},
      {"trace", TOOL_OPTION_LIST, &args.trace_paths, "FILE",
       "When it is over, write all instances to FILE, as .csv, .pftrace (ui.perfetto.dev), .svg, .html, .json or .dot; repeat it for several."},
      {"summary", TOOL_OPTION_TEXT, &args.summary_path, "FILE", "Write the statistics of such a trace as JSON."},
      {"report_every", TOOL_OPTION_NUMBER, &args.report_every_s, "SECONDS", "Print a line to stderr so often; default a live line, on a terminal only. Of a schedule: every so many iterations; default none."},
      TOOL_PLAY_SETUP_OPTIONS(args.setup_texts),
      {"on-error", TOOL_OPTION_TEXT, &args.on_error, "stop|contain", "What the failure of a job ends that does not say: the run, or that job (default). Of a schedule it always ends the run."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print one JSON object; all times in ns."},
      {"plan", TOOL_OPTION_SWITCH, &args.schedule.wants_plan, NULL, "Of a jobs file: measure its models for a second, plan each of their dispatches, and play that."},
      {"policy", TOOL_OPTION_TEXT, &args.schedule.options.policy, "NAME", "Of a schedule, or a jobs file, which it plans: planned (default), strict, dynamic, fifo, priority, edf, shortest."},
      {"fallback", TOOL_OPTION_TEXT, &args.schedule.fallback, "dynamic", "When a plan is wrong, is not that of its models, cannot be made or does not fit the machine: play its dispatches, or else its jobs, without it."},
      {"model", TOOL_OPTION_LIST, &args.schedule.models, "JOB=FILE", "Of a schedule: the .vmfb of a job, by its name or what its instances have in common; default that of the jobs that a plan carries, else synthetic work."},
      {"module", TOOL_OPTION_LIST, &args.schedule.model_files, "FILE", "Of a schedule: the model of all jobs without another; of several each is that of the jobs called as its file, without folder and .vmfb."},
      {"function", TOOL_OPTION_LIST, &args.schedule.functions, "NAME", "Of --model and --module: the function that is called, or JOB=NAME for one of them; default its only one."},
      {"order", TOOL_OPTION_SWITCH, &args.schedule.wants_order, NULL, "Of a schedule: print its dispatches in topological order before."},
      {"results", TOOL_OPTION_SWITCH, &args.schedule.wants_results, NULL, "Of a schedule: print what the first call of each job's instance returned, as rondo run does."},
      {"synthetic", TOOL_OPTION_SWITCH, &args.schedule.options.is_synthetic, NULL, "Of a schedule: synthetic work, whatever models it has."},
      {"modules", TOOL_OPTION_SWITCH, &args.schedule.options.wants_modules, NULL, "Of a schedule: call a dispatch module, a .vmfb with one kernel, for each dispatch; default where it names files."},
      {"vmfb_dir", TOOL_OPTION_TEXT, &args.schedule.options.vmfb_dir, "DIR", "Of a schedule: where dispatch modules are; default its folder."},
      {"platform", TOOL_OPTION_TEXT, &args.schedule.options.platform, "NAME", "Of dispatch modules: part of their folders; default spacemit_x60."},
      {"suffix", TOOL_OPTION_TEXT, &args.schedule.options.suffix, "TEXT", "Of dispatch modules: behind the family in their folders; default .q.int8."},
      {"variant", TOOL_OPTION_LIST, &args.schedule.variants, "TARGET=NAME", "Of dispatch modules: what a target's are compiled for; default as the machine says, else RVV for CPU_P and scalar for others."},
      {"dispatch_iters", TOOL_OPTION_POSITIVE, &args.schedule.options.dispatch_iters, "COUNT", "Of dispatch modules: how often each runs its kernel in a call; default 1."},
      {"explain", TOOL_OPTION_SWITCH, &args.schedule.wants_explanation, NULL, "Of dispatch modules: print to stderr each place where a file is looked for."},
      {"anywhere", TOOL_OPTION_SWITCH, &args.schedule.options.is_anywhere, NULL, "Of a schedule: the machine's CPUs are those of another one; use the CPUs of this one in turn."},
      {"warmup", TOOL_OPTION_COUNT, &args.schedule.options.warm_up_count, "COUNT", "Of a schedule: iterations before, which do not count; default 0."},
      {"period", TOOL_OPTION_TEXT, &args.schedule.period, "TIME", "Of a schedule: between the begins of iterations, such as 40ms; default as in the file, else one follows the other."},
      {"lock_all", TOOL_OPTION_SWITCH, &args.schedule.options.locks_all, NULL, "Of a schedule: no dispatch starts before its planned start."},
      {"boost", TOOL_OPTION_SWITCH, &args.schedule.options.is_boosted, NULL, "Of a schedule: phase-locked starts are kept free, also from what the plan has before them and is late."},
      {"late", TOOL_OPTION_TEXT, &args.schedule.late, "TIME", "Of a schedule: what is later than this is urgent; default never."},
      {"ignore_time", TOOL_OPTION_SWITCH, &args.schedule.options.ignores_time, NULL, "Of a schedule: time dependencies are told only, not waited for."},
      {"baseline", TOOL_OPTION_AT_ONCE, &args.schedule.options.baseline_count, "COUNT", "Of a schedule: what it is compared with: its dispatches on all CPUs, one after the other, or COUNT at once; targets and planned times are ignored."},
      {"tile", TOOL_OPTION_TEXT, &args.schedule.tile, "TIME", "Of a schedule: synthetic work gives way to what comes before it so often; default not at all."},
      TOOL_READING_OPTIONS(args.schedule.options.reading),
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "play",
      .synopsis = "PLAN.json | JOBS.json | JOB... [flags]",
      .about = "Runs functions of several models side by side, each at its own rate, and prints how well\n"
               "their times were kept. JOBS.json is a jobs file (docs/files.md): rates, triggers, deadlines, and\n"
               "where inputs come from. Or a job is MODEL.vmfb[,period=TIME][,deadline=TIME][,offset=TIME]\n"
               "[,name=TEXT][,function=NAME][,overrun=skip|queue|cancel][,worker=N], with TIME such as 2ms.\n"
               "What it does not say attributes of its function do, such as rondo.period_ms (docs/files.md).\n"
               "Without a period it starts again as soon as it has ended. Each release of a job with a period is\n"
               "kept free on its worker, so that it starts within a microsecond while the other jobs use the same\n"
               "cores.\n"
               "\n"
               "With --plan a jobs file is planned before: its models are measured, a second in all, and each\n"
               "dispatch gets its lane and time (rondo profile, plan and play PLAN.json do the same with more care).\n"
               "\n"
               "PLAN.json is a plan of rondo plan or a schedule of another tool: each of its dispatches runs on the\n"
               "lane and at the time that the plan says, with the model's real data; or as synthetic work as long as\n"
               "planned where there is no model.\n"
               "\n"
               "Ctrl-C or SIGTERM ends early, and writes what was played; SIGUSR1 shows on stderr what jobs and workers\n"
               "do. Real-time scheduling is used around releases where the system allows it.",
      .options = options,
      .examples = "  rondo play plan.json --iterations=50 --trace=run.html\n"
                  "  rondo play plan.json --module=mlp.vmfb --function=mlp --results\n"
                  "  rondo play plan.json --baseline=2 --trace=baseline.csv\n"
                  "  rondo play jobs.json --duration=10 --trace=run.html --trace=run.pftrace\n"
                  "  rondo play jobs.json --plan --policy=strict --fallback=dynamic\n"
                  "  rondo play dronet.vmfb mlp.vmfb,period=2ms\n"
                  "  rondo play examples/sensor_pair.json --sensor=camera=60hz --sensor=imu=60hz\n"
                  "  rondo play mlp.vmfb,name=controller,period=2ms --input=controller:1x64xf32=0.5\n"
                  "  rondo play dronet.vmfb,period=33ms mlp.vmfb,name=controller,period=2ms,deadline=500us --json",
      .exit_codes = "  0  played, also when deadlines were missed\n"
                    "  1  a file or model could not be loaded, an instance failed, or a trace was not written\n"
                    "  2  the command line is wrong\n  130  ended by Ctrl-C, 143 by SIGTERM, after printing what has been played",
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
  rdo_tool_strings_release(&args.sensors);
  rdo_tool_strings_release(&args.trace_paths);
  rdo_tool_strings_release(&args.schedule.models);
  rdo_tool_strings_release(&args.schedule.model_files);
  rdo_tool_strings_release(&args.schedule.functions);
  rdo_tool_strings_release(&args.schedule.variants);
  rdo_tool_strings_release(&positional);
  return code;
}
