// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo simulate`: a plan on a virtual clock.

#define _POSIX_C_SOURCE 200809L

#include "rondo/simulate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "tool.h"

enum { NAME_COLUMNS_MAX = 32,
       TIME_TEXT_BYTES = 32,
       POLICY_HELP_BYTES = 1024 };

struct simulate_args {
  const char *path;
  const char *trace_path;
  const char *sweep_job;
  const char *stall;  // as typed
  double noise_percent, interference_percent, late_us;
  int64_t iteration_count, run_count, seed;
  bool wants_all;  // policies
  bool wants_json;
  struct rondo_simulation_options options;
};

// Progress: one line, on a terminal only, once a simulation takes longer than a second ------------------------

static const double progress_after_s = 1, progress_every_s = 0.1;

static double now_s(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double progress_next_s;
static bool has_progress_line;

static void report_progress(void *user, const struct rondo_simulation_progress *progress) {
  (void)user;
  double at_s = now_s();
  if (at_s < progress_next_s) return;
  progress_next_s = at_s + progress_every_s;
  fputc('\r', stderr);
  if (progress->probe > 0) fprintf(stderr, "simulation %d, ", progress->probe);
  if (progress->run_count > 1) fprintf(stderr, "run %" PRIu64 " of %" PRIu64 ", ", progress->run + 1, progress->run_count);
  fprintf(stderr, "iteration %" PRIu64 " of %" PRIu64 "\x1b[K", progress->iteration, progress->iteration_count);
  fflush(stderr);
  has_progress_line = true;
}

static void begin_progress(struct rondo_simulation_options *options) {
  if (!isatty(STDERR_FILENO)) return;
  progress_next_s = now_s() + progress_after_s;
  options->report = report_progress;
}

static void clear_progress(void) {
  if (has_progress_line) fputs("\r\x1b[K", stderr);
  has_progress_line = false;
}

static int fail(const struct rondo_diag *diag) {
  clear_progress();
  rdo_tool_message("%s", diag->message);
  return TOOL_EXIT_FAILURE;
}

// Small texts ------------------------------------------------------------------------------------------

// Microseconds: two decimals below 10, one above.
static const char *format_us(double time_ns, char buffer[TIME_TEXT_BYTES]) {
  double us = time_ns / 1000;
  snprintf(buffer, TIME_TEXT_BYTES, us < 10 ? "%.2f" : "%.1f", us);
  return buffer;
}

static const char *plural(uint64_t count) { return count == 1 ? "" : "s"; }

static int name_width(int least, const char *name) {
  int length = (int)strlen(name);
  return length > NAME_COLUMNS_MAX ? NAME_COLUMNS_MAX : length > least ? length : least;
}

static void print_name(const char *name, int width) {
  char text[TOOL_NAME_TEXT_BYTES];
  printf("%-*.*s", width, NAME_COLUMNS_MAX, rdo_tool_printable(name, text, sizeof text));
}

static const char *format_misses(uint64_t misses, uint64_t deadlines, char *buffer, size_t size) {
  if (deadlines == 0) return "-";
  snprintf(buffer, size, "%" PRIu64 "/%" PRIu64, misses, deadlines);
  return buffer;
}

// "+- 1.2" behind a mean of several runs.
static void print_half_width(const struct rondo_simulation_estimate *estimate, uint64_t run_count, double unit, const char *unit_name) {
  if (run_count > 1) printf(" +- %.3g%s", estimate->half_width / unit, unit_name);
}

// Tables -----------------------------------------------------------------------------------------------

static void print_totals(const struct rondo_simulation_totals *totals) {
  double planned_ns = (double)totals->planned_makespan_ns, mean_ns = totals->makespan_mean_ns.mean;
  printf("%s: %d dispatch%s of %d job%s on %d lane%s, %" PRIu64 " iteration%s", totals->policy, totals->node_count, totals->node_count == 1 ? "" : "es", totals->job_count,
         plural((uint64_t)totals->job_count), totals->lane_count, plural((uint64_t)totals->lane_count), totals->iteration_count, plural(totals->iteration_count));
  if (totals->run_count > 1) printf(" in each of %" PRIu64 " runs", totals->run_count);
  printf("\nmakespan %.3f ms", mean_ns * 1e-6);
  print_half_width(&totals->makespan_mean_ns, totals->run_count, 1e6, "");
  if (totals->makespan.count > 1) printf(" on average, longest %.3f ms", (double)totals->makespan.max_ns * 1e-6);
  printf("; planned %.3f ms", planned_ns * 1e-6);
  if (planned_ns > 0) printf(" (%+.1f %%)", 100 * (mean_ns / planned_ns - 1));
  if (totals->deadline_count > 0) printf("\ndeadlines: %" PRIu64 " of %" PRIu64 " missed", totals->miss_count, totals->deadline_count);
  if (totals->moved_count > 0) printf("\n%" PRIu64 " dispatch%s not where planned", totals->moved_count, totals->moved_count == 1 ? "" : "es");
  putchar('\n');
}

static void print_job(const struct rondo_simulation_job *job, int width, uint64_t run_count) {
  char texts[7][TIME_TEXT_BYTES], misses[48];
  const struct rondo_trace_spread *delay = &job->start_delay, *latency = &job->latency;
  print_name(job->name, width);
  printf("  %9" PRIu64 "  %13s ", job->instance_count, format_misses(job->miss_count, job->deadline_count, misses, sizeof misses));
  if (delay->count > 0) {
    printf(" %9s %9s %9s %9s ", format_us((double)delay->p50_ns, texts[0]), format_us((double)delay->p99_ns, texts[1]), format_us((double)delay->p999_ns, texts[2]),
           format_us((double)delay->max_ns, texts[3]));
  } else {
    printf(" %9s %9s %9s %9s ", "-", "-", "-", "-");
  }
  printf(" %9s %9s %9s %9s", format_us((double)latency->p50_ns, texts[0]), format_us((double)latency->p99_ns, texts[1]), format_us((double)latency->p999_ns, texts[2]),
         format_us((double)latency->max_ns, texts[3]));
  if (run_count > 1) {
    printf("  %9s %9s", format_us(job->latency_mean_ns.mean, texts[4]), format_us(job->latency_mean_ns.half_width, texts[5]));
    if (job->deadline_count > 0) printf("  %7.3f %6.3f", 100 * job->miss_ratio.mean, 100 * job->miss_ratio.half_width);
  }
  putchar('\n');
}

static void print_jobs(const struct rondo_simulation_job *jobs, const struct rondo_simulation_totals *totals) {
  int width = 3;
  bool has_runs = totals->run_count > 1;
  for (int i = 0; i < totals->job_count; ++i) width = name_width(width, jobs[i].name);
  printf("\n%-*s  %9s  %13s  %-39s  %-39s%s\n", width, "job", "instances", "misses", "   start delay us: p50, p99, p99.9, max", "       latency us: p50, p99, p99.9, max",
         has_runs ? "    mean of runs, +-  misses %, +-" : "");
  for (int i = 0; i < totals->job_count; ++i) print_job(&jobs[i], width, totals->run_count);
  if (has_runs) printf("+- is half of the 95 %% interval over runs.\n");
}

static void print_lanes(const struct rondo_simulation_lane *lanes, int count, uint64_t run_count) {
  int width = 4;
  for (int i = 0; i < count; ++i) width = name_width(width, lanes[i].name);
  printf("\n%-*s  %7s  %10s  %11s  %11s\n", width, "lane", "workers", "dispatches", "busy ms", run_count > 1 ? "utilisation, +-" : "utilisation");
  for (int i = 0; i < count; ++i) {
    print_name(lanes[i].name, width);
    printf("  %7u  %10" PRIu64 "  %11.3f  %9.1f %%", (unsigned)lanes[i].worker_count, lanes[i].dispatch_count, lanes[i].busy_ns * 1e-6, 100 * lanes[i].utilization);
    if (run_count > 1) printf("  %.3g", 100 * lanes[i].utilization_mean.half_width);
    putchar('\n');
  }
}

static void print_text(const struct rondo_simulation *simulation) {
  const struct rondo_simulation_totals *totals = rondo_simulation_totals(simulation);
  print_totals(totals);
  print_jobs(rondo_simulation_jobs(simulation), totals);
  print_lanes(rondo_simulation_lanes(simulation), totals->lane_count, totals->run_count);
}

// JSON -------------------------------------------------------------------------------------------------

static void print_json_text(const char *text) {
  putchar('"');
  for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') printf("\\%c", *c);
    else if (*c < 0x20) printf("\\u%04x", *c);
    else putchar(*c);
  }
  putchar('"');
}

static void print_json_spread(const char *name, const struct rondo_trace_spread *spread, const char *after) {
  printf("\"%s\": {\"count\": %" PRIu64, name, spread->count);
  if (spread->count > 0) {
    printf(", \"mean_ns\": %.1f, \"min_ns\": %" PRId64 ", \"p50_ns\": %" PRId64 ", \"p90_ns\": %" PRId64 ", \"p99_ns\": %" PRId64 ", \"p999_ns\": %" PRId64 ", \"max_ns\": %" PRId64,
           spread->mean_ns, spread->min_ns, spread->p50_ns, spread->p90_ns, spread->p99_ns, spread->p999_ns, spread->max_ns);
  }
  printf("}%s", after);
}

static void print_json_estimate(const char *name, const struct rondo_simulation_estimate *estimate, const char *after) {
  printf("\"%s\": {\"mean\": %.9g, \"half_width\": %.9g}%s", name, estimate->mean, estimate->half_width, after);
}

static void print_json_job(const struct rondo_simulation_job *job, const char *after) {
  printf("    {\"name\": ");
  print_json_text(job->name);
  printf(", \"instances\": %" PRIu64 ", \"deadlines\": %" PRIu64 ", \"misses\": %" PRIu64 ",\n     ", job->instance_count, job->deadline_count, job->miss_count);
  print_json_spread("start_delay", &job->start_delay, ",\n     ");
  print_json_spread("latency", &job->latency, ",\n     ");
  print_json_estimate("miss_ratio", &job->miss_ratio, ", ");
  print_json_estimate("latency_mean_ns", &job->latency_mean_ns, ", ");
  print_json_estimate("latency_p99_ns", &job->latency_p99_ns, ", ");
  print_json_estimate("start_delay_p99_ns", &job->start_delay_p99_ns, "");
  printf("}%s\n", after);
}

static void print_json(const struct rondo_simulation *simulation, const char *after) {
  const struct rondo_simulation_totals *totals = rondo_simulation_totals(simulation);
  const struct rondo_simulation_job *jobs = rondo_simulation_jobs(simulation);
  const struct rondo_simulation_lane *lanes = rondo_simulation_lanes(simulation);
  printf("{\n  \"policy\": \"%s\", \"runs\": %" PRIu64 ", \"iterations\": %" PRIu64 ", \"dispatches\": %d, \"planned_makespan_ns\": %" PRId64 ",\n", totals->policy, totals->run_count,
         totals->iteration_count, totals->node_count, totals->planned_makespan_ns);
  printf("  \"instances\": %" PRIu64 ", \"deadlines\": %" PRIu64 ", \"misses\": %" PRIu64 ", \"moved\": %" PRIu64 ",\n  ", totals->instance_count, totals->deadline_count, totals->miss_count,
         totals->moved_count);
  print_json_spread("makespan", &totals->makespan, ",\n  ");
  print_json_estimate("makespan_mean_ns", &totals->makespan_mean_ns, ",\n  \"jobs\": [\n");
  for (int i = 0; i < totals->job_count; ++i) print_json_job(&jobs[i], i + 1 < totals->job_count ? "," : "");
  printf("  ],\n  \"lanes\": [\n");
  for (int i = 0; i < totals->lane_count; ++i) {
    printf("    {\"name\": ");
    print_json_text(lanes[i].name);
    printf(", \"workers\": %u, \"dispatches\": %" PRIu64 ", \"busy_ns\": %.0f, \"utilization\": %.6f, ", (unsigned)lanes[i].worker_count, lanes[i].dispatch_count, lanes[i].busy_ns,
           lanes[i].utilization);
    print_json_estimate("utilization_mean", &lanes[i].utilization_mean, "");
    printf("}%s\n", i + 1 < totals->lane_count ? "," : "");
  }
  printf("  ]\n}%s\n", after);
}

// The verb ---------------------------------------------------------------------------------------------

static void print_notes(const struct rondo_simulation *simulation) {
  const char *text;
  for (int i = 0; (text = rondo_simulation_note(simulation, i)) != NULL; ++i) rdo_tool_message("note: %s", text);
}

static int simulate_once(const struct simulate_args *args) {
  struct rondo_simulation *simulation = NULL;
  struct rondo_diag diag = {0};
  const struct rondo_trace_write_options csv = {.format = RONDO_TRACE_CSV};
  enum rondo_status status = rondo_simulation_run(args->path, &args->options, &simulation, &diag);
  clear_progress();
  if (status == RONDO_OK && args->trace_path != NULL) status = rondo_trace_table_write(rondo_simulation_table(simulation), &csv, args->trace_path, &diag);
  if (status == RONDO_OK) print_notes(simulation);
  if (status == RONDO_OK && args->wants_json) print_json(simulation, "");
  else if (status == RONDO_OK) print_text(simulation);
  rondo_simulation_release(&simulation);
  return status == RONDO_OK ? TOOL_EXIT_OK : fail(&diag);
}

// The job whose start delays are the worst says most.
static void print_policy(const struct rondo_simulation *simulation) {
  const struct rondo_simulation_totals *totals = rondo_simulation_totals(simulation);
  const struct rondo_simulation_job *jobs = rondo_simulation_jobs(simulation);
  char texts[2][TIME_TEXT_BYTES], misses[48];
  int worst = 0;
  for (int i = 1; i < totals->job_count; ++i) {
    if (jobs[i].start_delay.p99_ns > jobs[worst].start_delay.p99_ns) worst = i;
  }
  printf("%-9s  %11.3f  %13s  %11s  %11s  %10" PRIu64 "  ", totals->policy, totals->makespan_mean_ns.mean * 1e-6, format_misses(totals->miss_count, totals->deadline_count, misses, sizeof misses),
         format_us((double)jobs[worst].start_delay.p99_ns, texts[0]), format_us((double)jobs[worst].start_delay.max_ns, texts[1]), totals->moved_count);
  print_name(jobs[worst].name, 0);
  putchar('\n');
}

// The same with each policy, in one table.
static int simulate_all(struct simulate_args *args) {
  struct rondo_diag diag = {0};
  enum rondo_status status = RONDO_OK;
  int shown_count = 0;
  if (args->wants_json) printf("[\n");
  for (int i = 0; (args->options.policy = rondo_simulation_policy(i, NULL)) != NULL && status == RONDO_OK; ++i) {
    struct rondo_simulation *simulation = NULL;
    status = rondo_simulation_run(args->path, &args->options, &simulation, &diag);
    clear_progress();
    if (status == RONDO_FAILED_PRECONDITION) {  // it follows a plan, and there is none
      status = RONDO_OK;
      diag = (struct rondo_diag){0};
      continue;
    }
    if (status == RONDO_OK && shown_count == 0) print_notes(simulation);
    if (status == RONDO_OK && !args->wants_json && shown_count == 0) printf("%-9s  %11s  %13s  %11s  %11s  %10s  %s\n", "policy", "makespan ms", "misses", "delay p99us", "delay maxus", "moved", "worst job");
    if (status == RONDO_OK && args->wants_json) print_json(simulation, rondo_simulation_policy(i + 1, NULL) != NULL ? "," : "");
    else if (status == RONDO_OK) print_policy(simulation);
    shown_count += status == RONDO_OK;
    rondo_simulation_release(&simulation);
  }
  if (args->wants_json) printf("]\n");
  return status == RONDO_OK ? TOOL_EXIT_OK : fail(&diag);
}

static int sweep(const struct simulate_args *args) {
  struct rondo_simulation_rate rate;
  struct rondo_diag diag = {0};
  char name[TOOL_NAME_TEXT_BYTES];
  if (rondo_simulation_sweep(args->path, &args->options, args->sweep_job, &rate, &diag) != RONDO_OK) return fail(&diag);
  clear_progress();
  if (args->wants_json) {
    printf("{\"job\": ");
    print_json_text(args->sweep_job);
    printf(", \"rate_hz\": %.6f, \"period_ns\": %" PRId64 ", \"failed_period_ns\": %" PRId64 ", \"planned_period_ns\": %" PRId64 ", \"probes\": %d}\n", rate.rate_hz, rate.period_ns, rate.failed_period_ns,
           rate.planned_period_ns, rate.probe_count);
    return TOOL_EXIT_OK;
  }
  printf("%s holds every deadline at %.1f Hz: every %.6g ms, planned every %.6g ms", rdo_tool_printable(args->sweep_job, name, sizeof name), rate.rate_hz, (double)rate.period_ns * 1e-6,
         (double)rate.planned_period_ns * 1e-6);
  if (rate.failed_period_ns > 0) printf("; not every %.6g ms", (double)rate.failed_period_ns * 1e-6);
  printf(" (%d simulations)\n", rate.probe_count);
  return TOOL_EXIT_OK;
}

// "PROBABILITY,US"
static bool parse_stall(struct simulate_args *args) {
  char *end;
  if (args->stall == NULL) return true;
  args->options.stall_probability = strtod(args->stall, &end);
  if (end == args->stall || *end != ',') return false;
  const char *us_text = end + 1;
  double us = strtod(us_text, &end);
  if (end == us_text || *end != '\0' || !(us >= 0 && us <= 1e9) || !(args->options.stall_probability >= 0 && args->options.stall_probability <= 1)) return false;
  args->options.stall_ns = (int64_t)(us * 1000 + 0.5);
  return true;
}

static int check_args(struct simulate_args *args, const struct tool_strings *positional) {
  if (positional->count != 1) {
    rdo_tool_message(positional->count == 0 ? "rondo simulate needs a plan" : "rondo simulate takes one plan");
  } else if (!parse_stall(args)) {
    rdo_tool_message("--stall is a probability from 0 to 1, a comma, and microseconds: --stall=0.01,50");
  } else if (args->late_us > 1e9) {
    rdo_tool_message("--late-us is at most 1e9");
  } else if (args->sweep_job != NULL && (args->trace_path != NULL || args->wants_all)) {
    rdo_tool_message("--sweep simulates many times: leave --trace and --policy=all out");
  } else if (args->wants_all && args->trace_path != NULL) {
    rdo_tool_message("--trace is of one policy, not of all");
  } else {
    return TOOL_EXIT_OK;
  }
  fprintf(stderr, "Try 'rondo simulate --help'.\n");
  return TOOL_EXIT_USAGE;
}

static int run(struct simulate_args *args, const char *path) {
  args->path = path;
  args->options.iteration_count = (uint64_t)args->iteration_count;
  args->options.run_count = (uint64_t)args->run_count;
  args->options.seed = (uint64_t)args->seed;
  args->options.noise = args->noise_percent / 100;
  args->options.interference = args->interference_percent / 100;
  args->options.late_ns = (int64_t)(args->late_us * 1000 + 0.5);
  args->options.keeps_table = args->trace_path != NULL;
  begin_progress(&args->options);
  if (args->sweep_job != NULL) return sweep(args);
  return args->wants_all ? simulate_all(args) : simulate_once(args);
}

// The names of all policies, for the help.
static const char *describe_policies(char *buffer, size_t size) {
  const char *name, *description;
  int length = snprintf(buffer, size, "How dispatches are placed and ordered:");
  for (int i = 0; (name = rondo_simulation_policy(i, &description)) != NULL && (size_t)length < size; ++i) {
    length += snprintf(buffer + length, size - (size_t)length, " %s (%s);", name, description);
  }
  if ((size_t)length < size) snprintf(buffer + length, size - (size_t)length, " all: one line for each. Default: planned, for a graph without times dynamic, with --sweep dynamic.");
  return buffer;
}

int rdo_tool_simulate(int argc, char **argv) {
  struct simulate_args args = {0};
  char policies[POLICY_HELP_BYTES];
  const struct tool_option options[] = {
      {"policy", TOOL_OPTION_TEXT, &args.options.policy, "NAME", describe_policies(policies, sizeof policies)},
      {"iterations", TOOL_OPTION_POSITIVE, &args.iteration_count, "COUNT", "Run the whole plan so often, one after the other; default 1."},
      {"runs", TOOL_OPTION_POSITIVE, &args.run_count, "COUNT", "Simulate so often, with other noise each time; means get an interval of 95 %. Default 1."},
      {"seed", TOOL_OPTION_COUNT, &args.seed, "NUMBER", "Seed of noise and stalls; default 0. Every policy meets the same durations with the same seed."},
      {"noise", TOOL_OPTION_NUMBER, &args.noise_percent, "PERCENT", "Let durations vary: log-normal, with this standard deviation; the mean stays. Default 0."},
      {"stall", TOOL_OPTION_TEXT, &args.stall, "PROBABILITY,US", "Let each dispatch take so many microseconds longer with this probability."},
      {"interference", TOOL_OPTION_NUMBER, &args.interference_percent, "PERCENT", "Let a dispatch take so much longer when all other lanes are busy as it starts; with some of them, a part of it."},
      {"late_us", TOOL_OPTION_NUMBER, &args.late_us, "US", "planned: dispatches that are later become urgent and may change lanes. Default 0: never."},
      {"load_ratio", TOOL_OPTION_NUMBER, &args.options.load_ratio, "RATIO", "Leave the previous lane for one that has less than this of its load. Default 0.7."},
      {"machine", TOOL_OPTION_TEXT, &args.options.machine_file, "FILE", "Machine file: workers and speeds of lanes. Default: the plan's own; without one a lane has as many workers as its widest dispatch, and all are equally fast."},
      {"trace", TOOL_OPTION_TEXT, &args.trace_path, "FILE", "Write the first run as a table of played nodes (CSV), for 'rondo trace'."},
      {"sweep", TOOL_OPTION_TEXT, &args.sweep_job, "JOB", "Search the highest rate of a periodic job at which no job misses a deadline."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print JSON; times in ns."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "simulate",
      .synopsis = "PLAN.json [flags]",
      .about = "Runs a plan, or a schedule of another tool, on a virtual clock: how late does each job start, how\n"
               "long does it take, which deadlines are missed, how busy is each lane? With exact durations it shows\n"
               "whether the plan holds together; with noise and stalls, how much it bears; with another policy, what\n"
               "it is worth. Nothing is executed and no model is read, so plans for other machines will do.\n"
               "\n"
               "A start delay is the time from when a job's first dispatch was ready, which for a phase-locked one\n"
               "is its planned start, to when it began. A latency is the time from there to the job's last end.\n"
               "Percentiles are exact, over all runs.",
      .options = options,
      .examples = "  rondo simulate plan.json\n"
                  "  rondo simulate plan.json --policy=all --noise=10 --runs=100\n"
                  "  rondo simulate plan.json --policy=edf --stall=0.01,500 --trace=edf.csv\n"
                  "  rondo trace plot edf.csv -o edf.svg\n"
                  "  rondo simulate plan.json --sweep=control --runs=20 --noise=10",
      .exit_codes = "  0  it was simulated, also when deadlines were missed\n"
                    "  1  a file could not be read or is malformed, or cannot be simulated so\n"
                    "  2  the command line is wrong",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    args.wants_all = args.options.policy != NULL && strcmp(args.options.policy, "all") == 0;
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = check_args(&args, &positional);
    if (code == TOOL_EXIT_OK && !wants_help) code = run(&args, positional.items[0]);
  }
  rdo_tool_strings_release(&positional);
  return code;
}
