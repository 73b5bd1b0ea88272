// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan`: searches for a schedule.

#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "plan.h"
#include "reading.h"
#include "tool.h"

static const double progress_after_s = 1;

// Progress: one line, on a terminal only, once a search takes longer than a second ---------------------------

static bool has_progress_line;

static void report_progress(void *user, const struct rondo_solve_progress *progress) {
  (void)user;
  if (progress->seconds < progress_after_s) return;
  double gap = progress->bound > 0 ? 100.0 * (double)(progress->makespan - progress->bound) / (double)progress->bound : 0;
  fprintf(stderr, "\r%7.1f s  makespan %" PRId64 "  bound %" PRId64 "  gap %.2f %%  steps %" PRId64 "\x1b[K", progress->seconds, progress->makespan,
          progress->bound, gap, progress->iteration_count);
  fflush(stderr);
  has_progress_line = true;
}

void rdo_tool_plan_clear_progress(void) {
  if (has_progress_line) fputs("\r\x1b[K", stderr);
  has_progress_line = false;
}

// The verb -------------------------------------------------------------------------------------------------

static int fail_usage(void) {
  fprintf(stderr, "Try 'rondo plan --help'.\n");
  return TOOL_EXIT_USAGE;
}

// "tardiness,makespan": the most important first.
static int read_objectives(struct plan_args *args) {
  static const char *const names[] = {"makespan", "tardiness", "phase", "energy"};
  struct rondo_solve_options *solve = &args->solve;
  for (const char *at = args->objectives; at != NULL && *at != '\0';) {
    size_t length = strcspn(at, ",");
    int found = -1;
    for (int i = 0; i < RONDO_OBJECTIVE_COUNT; ++i) {
      if (strlen(names[i]) == length && memcmp(names[i], at, length) == 0) found = i;
    }
    for (int i = 0; i < solve->objective_count && found >= 0; ++i) {
      if (solve->objectives[i] == (enum rondo_objective)found) found = -1;
    }
    if (found < 0) {
      rdo_tool_message("--objective: '%.*s' is none of makespan, tardiness, phase, energy, or stands there twice", (int)(length < 60 ? length : 60),
                       at);
      return fail_usage();
    }
    solve->objectives[solve->objective_count++] = (enum rondo_objective)found;
    at += length + (at[length] == ',');
  }
  return TOOL_EXIT_OK;
}

// What is positional: a jobs file or schedule, or with --modules more of them.
static int take_files(struct plan_args *args, const struct tool_strings *positional) {
  int first = 0;
  if (args->modules.count == 0 && args->fjsp_path == NULL && args->check_path == NULL && positional->count > 0) {
    args->planner.input_path = positional->items[first++];
  }
  for (; first < positional->count && args->modules.count > 0; ++first) {
    const char *suffix = strrchr(positional->items[first], '.');
    if (suffix != NULL && strcmp(suffix, ".json") == 0) {
      rdo_tool_message("%.200s is no module: plan it, or --modules", positional->items[first]);
      return fail_usage();
    }
    if (!rdo_tool_strings_append(&args->modules, positional->items[first])) return TOOL_EXIT_FAILURE;
  }
  if (first == positional->count) return TOOL_EXIT_OK;
  rdo_tool_message("unexpected argument '%.60s'", positional->items[first]);
  return fail_usage();
}

static int check_args(struct plan_args *args, const struct tool_strings *positional) {
  static const int64_t threads_max = 256, overlap_max = 256, windows_max = 10000, calls_max = 1000000;
  static const double horizon_ms_max = 1e9;
  bool has_windows = args->window_ms > 0 || args->window_count > 0;
  int code = take_files(args, positional);
  if (code != TOOL_EXIT_OK) return code;
  int input_count = (args->fjsp_path != NULL) + (args->check_path != NULL) + (args->planner.input_path != NULL) + (args->modules.count > 0);
  if (input_count == 0) {
    rdo_tool_message("rondo plan needs a problem: --fjsp=FILE, a jobs file or schedule, or --modules");
  } else if (input_count > 1) {
    rdo_tool_message("one of --fjsp, --check, --modules and a file can be planned at a time");
  } else if (args->thread_count > threads_max) {
    rdo_tool_message("--threads is at most %" PRId64, threads_max);
  } else if (args->check_path == NULL && args->check_modules.vmfb_dir != NULL) {
    rdo_tool_message("--vmfb-dir is for --check");
  } else if (args->overlap_count > overlap_max) {
    rdo_tool_message("--overlap is at most %" PRId64, overlap_max);
  } else if (args->horizon_ms > horizon_ms_max) {
    rdo_tool_message("--horizon is at most %g ms", horizon_ms_max);
  } else if (args->free_call_count > calls_max) {
    rdo_tool_message("--calls is at most %" PRId64, calls_max);
  } else if (args->window_ms > horizon_ms_max || args->window_count > windows_max) {
    rdo_tool_message("--window is at most %g ms, --windows at most %" PRId64, horizon_ms_max, windows_max);
  } else if (args->window_overlap_ms > 0 && !has_windows) {
    rdo_tool_message("--window-overlap needs --window or --windows");
  } else if (args->window_ms > 0 && args->window_overlap_ms >= args->window_ms) {
    rdo_tool_message("--window-overlap is to be less than --window");
  } else if (has_windows && (args->fjsp_path != NULL || args->check_path != NULL)) {
    rdo_tool_message("--window and --windows are for jobs and schedules");
  } else if (args->solver != NULL && strcmp(args->solver, "rondo") != 0 && !rdo_tool_plan_wants_cpsat(args)) {
    rdo_tool_message("--solver: '%.60s' is none of rondo, cpsat", args->solver);
  } else if (rdo_tool_plan_wants_cpsat(args) && args->fjsp_path == NULL) {
    rdo_tool_message("--solver=cpsat is for job shops: --fjsp=FILE");
  } else if (rdo_tool_plan_wants_cpsat(args) && (args->iterations > 0 || args->wants_chart)) {
    rdo_tool_message("--solver=cpsat knows neither --iterations nor --show");
  } else {
    return read_objectives(args);
  }
  return fail_usage();
}

static int plan(struct plan_args *args) {
  args->solve.time_limit_s = args->time_limit_s < 0 ? 0 : args->time_limit_s == 0 ? -1 : args->time_limit_s;
  args->solve.iteration_limit = args->iterations;
  args->solve.thread_count = (int)args->thread_count;
  args->solve.seed = (uint64_t)args->seed;
  args->solve.stop = &rdo_tool_was_interrupted;
  args->solve.report = isatty(STDERR_FILENO) ? report_progress : NULL;
  if (args->check_path != NULL) return rdo_tool_plan_check(args);
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(NULL, NULL);
  return args->fjsp_path != NULL ? rdo_tool_plan_fjsp(args) : rdo_tool_plan_files(args);
}

int rdo_tool_plan(int argc, char **argv) {
  if (argc > 0 && strcmp(argv[0], "graph") == 0) return rdo_tool_plan_graph(argc - 1, argv + 1);
  if (argc > 0 && strcmp(argv[0], "annotate") == 0) return rdo_tool_plan_annotate(argc - 1, argv + 1);
  struct plan_args args = {.time_limit_s = -1, .slack_percent = RONDO_SLACK_PERCENT_DEFAULT};
  const struct tool_option options[] = {
      {"machine", TOOL_OPTION_TEXT, &args.planner.machine_path, "FILE",
       "Machine file; default the one that the jobs name, or the schedule carries. --hardware-config is the same."},
      {"hardware_config", TOOL_OPTION_TEXT, &args.planner.machine_path, "FILE", "See --machine."},
      {"profile", TOOL_OPTION_TEXT, &args.planner.profile_path, "FILE",
       "What dispatches cost: a file of 'rondo profile', or a hand-written workload. Schedules have durations of their own."},
      {"modules", TOOL_OPTION_LIST, &args.modules, "FILE",
       "Plan these modules, instead of a jobs file; more of them follow as arguments. Attributes of their functions, such as rondo.period_ms, say how they "
       "are run."},
      {"dispatch_graph", TOOL_OPTION_LIST, &args.graphs, "FILE",
       "What the dispatches of the model with the same file name wait for, in a dump of the compiler (.dot, .mlir), for a hand-written profile. A model "
       "may be such a file itself. Repeat it for several models."},
      {"dependencies", TOOL_OPTION_TEXT, &args.planner.dependencies_path, "FILE",
       "What modules take from each other: {\"b.input\": \"a.output\"}; a function in place of a port is the whole call."},
      {"deadlines", TOOL_OPTION_TEXT, &args.planner.deadlines_path, "FILE", "Deadlines of the modules' functions, in nanoseconds."},
      {"slack", TOOL_OPTION_NUMBER, &args.slack_percent, "PERCENT", "Plan a dispatch with its p50 and so much of what p99 is above it; default 50."},
      {"horizon", TOOL_OPTION_NUMBER, &args.horizon_ms, "MS",
       "Plan so much: a multiple of the hyperperiod, after which all periods repeat, unless --once; default one, or as many as jobs without a period need."},
      {"once", TOOL_OPTION_SWITCH, &args.planner.is_once, NULL,
       "Make a plan for one time: of the releases of one hyperperiod, or before --horizon, wherever it ends. Without it a plan can be repeated, or is refused."},
      {"calls", TOOL_OPTION_POSITIVE, &args.free_call_count, "COUNT",
       "Plan so many calls of each job without a period, one after the other; default as many as fit best, 1 with --once, --horizon, --window, or without periods."},
      {"window", TOOL_OPTION_NUMBER, &args.window_ms, "MS",
       "Plan long horizons in windows of this length, one after the other, what was planned before fixed. With --windows and without --horizon "
       "the releases of all windows are planned."},
      {"windows", TOOL_OPTION_POSITIVE, &args.window_count, "COUNT",
       "Plan in so many windows; without --window they reach the last release. Limits of time and iterations are divided over them."},
      {"window_overlap", TOOL_OPTION_NUMBER, &args.window_overlap_ms, "MS",
       "What begins in so much of a window's end is planned again with the next one; default 0. As long as the longest dispatch is a good choice."},
      {"objective", TOOL_OPTION_TEXT, &args.objectives, "LIST",
       "What to make small, the most important first: makespan, tardiness, phase, energy; default tardiness,phase,makespan,energy. Deadlines come "
       "first in any case, unless --allow-late."},
      {"move", TOOL_OPTION_LIST, &args.moves, "JOB=LANES",
       "Of a schedule: let a job use these lanes instead of its own, as in dronet=CPU_P,CPU_E; A+B is both at once. Repeat it for several jobs."},
      {"overlap", TOOL_OPTION_POSITIVE, &args.overlap_count, "COUNT",
       "Of a schedule: so many dispatches that do not tell their workers may share a lane at a time; default 1."},
      {"allow_late", TOOL_OPTION_SWITCH, &args.planner.allows_late, NULL, "Write a plan even if it misses deadlines."},
      {"check", TOOL_OPTION_TEXT, &args.check_path, "PLAN",
       "Check a plan, or a schedule of another tool, instead of making one, and list all that is wrong with it, and what is remarkable."},
      {"vmfb_dir", TOOL_OPTION_TEXT, &args.check_modules.vmfb_dir, "DIR", "With --check: look for the dispatch module of each dispatch, as 'rondo play --vmfb-dir' does."},
      {"platform", TOOL_OPTION_TEXT, &args.check_modules.platform, "NAME", "Of --vmfb_dir: part of the folders; default spacemit_x60."},
      {"suffix", TOOL_OPTION_TEXT, &args.check_modules.suffix, "TEXT", "Of --vmfb_dir: behind the family in the folders; default .q.int8."},
      {"variant", TOOL_OPTION_LIST, &args.variants, "TARGET=NAME", "Of --vmfb_dir: what a target's modules are compiled for; default as the machine says, else RVV for CPU_P and scalar for others."},
      TOOL_READING_OPTIONS(args.planner.reading),
      {"fjsp", TOOL_OPTION_TEXT, &args.fjsp_path, "FILE",
       "A flexible job shop in the standard text format: a line with the numbers of jobs and machines, then a line a job: its number of operations, "
       "and for each of them the number of alternatives with a machine and a duration each."},
      {"solver", TOOL_OPTION_TEXT, &args.solver, "NAME",
       "Of a job shop: rondo (default), or cpsat, as a cross-check: CP-SAT of the Python package ortools, which python3, or the Python in RONDO_PYTHON, "
       "has to have. Bound and gap are then CP-SAT's."},
      {"time_limit", TOOL_OPTION_NUMBER, &args.time_limit_s, "SECONDS",
       "Search for so long; default 10, or without end when --iterations is given; 0: only the first schedule. --time is the same."},
      {"time", TOOL_OPTION_NUMBER, &args.time_limit_s, "SECONDS", "See --time_limit."},
      {"iterations", TOOL_OPTION_POSITIVE, &args.iterations, "COUNT",
       "Let each thread take so many steps. Without --time_limit the result then depends on the files, the seed and the number of threads only."},
      {"threads", TOOL_OPTION_POSITIVE, &args.thread_count, "COUNT",
       "Search with so many threads; default one for each CPU that the process may use."},
      {"seed", TOOL_OPTION_COUNT, &args.seed, "NUMBER", "Seed of the random numbers; default 0."},
      {"output", TOOL_OPTION_TEXT, &args.output_path, "FILE",
       "Write the plan there; of a job shop job, operation, machine, start and end of each operation."},
      {"show", TOOL_OPTION_SWITCH, &args.wants_chart, NULL, "Draw the plan on the terminal: a line a lane, a symbol a job."},
      {"plot", TOOL_OPTION_TEXT, &args.plot_path, "FILE", "Draw it as SVG."},
      {"graph", TOOL_OPTION_TEXT, &args.graph_path, "FILE", "Write its graph for Graphviz, and print critical path, stages and parallelism."},
      {"critical_path", TOOL_OPTION_SWITCH, &args.wants_graph, NULL, "Print critical path, stages and parallelism."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print the result as one line of JSON."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "plan",
      .synopsis = "JOBS.json|SCHEDULE.json|--modules FILE...|--fjsp=FILE|--check=PLAN [flags]",
      .about =
          "Decides ahead of time where and when each dispatch of each job runs: all releases of one\n"
          "hyperperiod or several, each dispatch on the lane and with the number of workers that serve the whole\n"
          "best. A plan of periodic jobs can be repeated for ever: what ends behind its period leaves room for\n"
          "what begins again.\n"
          "A jobs file, or modules with what is said of them, is planned with a profile; a schedule, or an\n"
          "earlier plan, is planned again. If deadlines cannot be kept, the jobs and the reasons are told,\n"
          "and nothing is written.\n"
          "A first schedule is there within milliseconds and gets better until it is proved to be the best,\n"
          "or the time is up. Printed with it: a bound that no schedule can beat, and the gap between the\n"
          "two, (makespan - bound) / bound. Every schedule is verified before it is printed.\n"
          "Ctrl-C ends the search with the best schedule so far, a second one at once.\n"
          "'rondo plan graph' shows what the compiler's dumps, or schedules, let run at once;\n"
          "'rondo plan annotate' writes a plan into the compiler's stream-level IR. A model may be such IR, or a DOT\n"
          "graph: what its dispatches wait for comes from there, what they cost from the profile.",
      .options = options,
      .examples =
          "  rondo plan jobs.json --machine=machine.json --profile=profile.json -o plan.json --show\n"
          "  rondo plan --modules a.vmfb b.vmfb --hardware-config=machine.json --profile=profile.json -o plan.json\n"
          "  rondo plan jobs.json --profile=profile.json --window=100 --windows=10 --window-overlap=20 -o plan.json\n"
          "  rondo plan schedule.json --move=dronet=CPU_P,CPU_E --time=1 -o plan.json\n"
          "  rondo plan --check=plan.json\n"
          "  rondo plan --fjsp=mk10.txt --time_limit=60 --output=mk10.json\n"
          "  RONDO_PYTHON=build/venv-cpsat/bin/python rondo plan --fjsp=mk10.txt --solver=cpsat",
      .exit_codes =
          "  0  a plan was found that keeps all deadlines; or nothing is wrong with the one that was checked\n"
          "  1  there is none, or it could not be found; or a file could not be read, or is malformed\n"
          "  2  the command line is wrong\n  130  ended by Ctrl-C, 143 by SIGTERM; the best schedule so far was printed",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = check_args(&args, &positional);
    if (code == TOOL_EXIT_OK && !wants_help) code = plan(&args);
  }
  rdo_tool_strings_release(&positional);
  rdo_tool_strings_release(&args.modules);
  rdo_tool_strings_release(&args.moves);
  rdo_tool_strings_release(&args.graphs);
  rdo_tool_strings_release(&args.variants);
  return code;
}
