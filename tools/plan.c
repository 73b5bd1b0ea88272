// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan`: searches for a schedule.

#define _POSIX_C_SOURCE 200809L

#include "rondo/plan.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "tool.h"

enum {
  CHART_COLUMNS = 84,
  OPERATION_TEXT_BYTES = 160,
};

static const uint64_t file_bytes_max = UINT64_C(256) << 20;
static const double progress_after_s = 1;

struct plan_args {
  const char *fjsp_path;
  const char *output_path;
  double time_limit_s;  // negative: not given
  int64_t iterations;
  int64_t thread_count;
  int64_t seed;
  bool wants_json;
  bool wants_chart;
};

// Progress: one line, on a terminal only, once a search takes longer than a second ---------------------------

static bool has_progress_line;

static void report_progress(void *user, const struct rondo_solve_progress *progress) {
  (void)user;
  if (progress->seconds < progress_after_s) return;
  double gap = progress->bound > 0 ? 100.0 * (double)(progress->makespan - progress->bound) / (double)progress->bound : 0;
  fprintf(stderr, "\r%7.1f s  makespan %" PRId64 "  bound %" PRId64 "  gap %.2f %%  steps %" PRId64 "\x1b[K", progress->seconds, progress->makespan, progress->bound, gap, progress->iteration_count);
  fflush(stderr);
  has_progress_line = true;
}

static void clear_progress(void) {
  if (has_progress_line) fputs("\r\x1b[K", stderr);
  has_progress_line = false;
}

// Results --------------------------------------------------------------------------------------------------

// Where an operation is in its job: nodes of a job stand side by side.
struct plan_operation {
  int job, index;
  int machine;
  int64_t start, end;
};

static void find_operation(const struct rondo_problem *problem, const struct rondo_schedule *schedule, int node, struct plan_operation *operation) {
  const struct rondo_placed_node *placed = &rondo_schedule_nodes(schedule)[node];
  const struct rondo_problem_use *uses;
  int job = rondo_problem_node_job(problem, node);
  operation->index = job == operation->job ? operation->index + 1 : 0;
  operation->job = job;
  rondo_problem_mode_uses(problem, node, placed->mode, &uses);
  operation->machine = uses[0].machine;
  operation->start = placed->start;
  operation->end = placed->end;
}

static char job_symbol(int job) {
  static const char symbols[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return symbols[job % (int)(sizeof symbols - 1)];
}

// One line a machine, one column a span of time: the job that runs in the middle of it.
static void print_chart(const struct rondo_problem *problem, const struct rondo_schedule *schedule) {
  struct rondo_problem_info info;
  struct rondo_schedule_info result;
  rondo_problem_info(problem, &info);
  rondo_schedule_info(schedule, &result);
  double span = (double)result.makespan / CHART_COLUMNS;
  for (int machine = 0; machine < info.machine_count; ++machine) {
    char line[CHART_COLUMNS + 1];
    struct plan_operation operation = {.job = -1};
    memset(line, '.', CHART_COLUMNS);
    line[CHART_COLUMNS] = '\0';
    for (int i = 0; i < info.node_count; ++i) {
      find_operation(problem, schedule, i, &operation);
      if (operation.machine != machine) continue;
      for (int column = 0; column < CHART_COLUMNS; ++column) {
        double middle = (column + 0.5) * span;
        if (middle >= (double)operation.start && middle < (double)operation.end) line[column] = job_symbol(operation.job);
      }
    }
    printf("  %4d  %s\n", machine, line);
  }
  printf("        0%*" PRId64 "\n", CHART_COLUMNS - 1, result.makespan);
}

static enum rondo_status write_operations(const struct rondo_problem *problem, const struct rondo_schedule *schedule, const char *path, struct rondo_diag *diag) {
  struct tool_bytes bytes = {0};
  struct rondo_problem_info info;
  struct rondo_schedule_info result;
  char text[OPERATION_TEXT_BYTES];
  struct plan_operation operation = {.job = -1};
  rondo_problem_info(problem, &info);
  rondo_schedule_info(schedule, &result);
  int length = snprintf(text, sizeof text, "{\n  \"makespan\": %" PRId64 ",\n  \"bound\": %" PRId64 ",\n  \"operations\": [\n", result.makespan, result.bound);
  enum rondo_status status = rdo_tool_bytes_append(&bytes, text, (size_t)length, diag);
  for (int i = 0; i < info.node_count && status == RONDO_OK; ++i) {
    find_operation(problem, schedule, i, &operation);
    length = snprintf(text, sizeof text, "    {\"job\": %d, \"operation\": %d, \"machine\": %d, \"start\": %" PRId64 ", \"end\": %" PRId64 "}%s\n",
                      operation.job, operation.index, operation.machine, operation.start, operation.end, i + 1 < info.node_count ? "," : "");
    status = rdo_tool_bytes_append(&bytes, text, (size_t)length, diag);
  }
  if (status == RONDO_OK) status = rdo_tool_bytes_append(&bytes, "  ]\n}\n", 6, diag);
  if (status == RONDO_OK) status = rdo_tool_file_write(path, bytes.data, bytes.size, false, diag);
  rdo_tool_bytes_release(&bytes);
  return status;
}

static void print_json(const struct plan_args *args, const struct rondo_problem_info *info, const struct rondo_schedule_info *result) {
  printf("{\"makespan\": %" PRId64 ", \"bound\": %" PRId64 ", \"gap\": %.6f, \"seconds\": %.3f, \"optimal\": %s, ",
         result->makespan, result->bound, result->gap, result->seconds, result->is_optimal ? "true" : "false");
  printf("\"first_makespan\": %" PRId64 ", \"first_seconds\": %.6f, \"best_seconds\": %.3f, \"iterations\": %" PRId64 ", \"threads\": %d, \"seed\": %" PRId64 ", \"method\": \"%s\", ",
         result->first_makespan, result->first_seconds, result->best_seconds, result->iteration_count, result->thread_count, args->seed, result->method);
  printf("\"jobs\": %d, \"machines\": %d, \"operations\": %d, \"modes\": %" PRId64 ", \"interrupted\": %s}\n",
         info->job_count, info->machine_count, info->node_count, info->mode_count, rdo_tool_was_interrupted ? "true" : "false");
}

static void print_text(const struct rondo_problem_info *info, const struct rondo_schedule_info *result) {
  printf("%d operations of %d jobs on %d machines\n", info->node_count, info->job_count, info->machine_count);
  printf("makespan  %" PRId64 "%s\n", result->makespan, result->is_optimal ? ", proved to be the best" : "");
  printf("bound     %" PRId64 ", gap %.2f %%\n", result->bound, 100 * result->gap);
  printf("found     after %.2f s of %.2f s, %" PRId64 " steps; the list schedule, after %.1f ms, has %" PRId64 "\n",
         result->best_seconds, result->seconds, result->iteration_count, 1e3 * result->first_seconds, result->first_makespan);
}

static int fail(const struct rondo_diag *diag) {
  rdo_tool_message("%s", diag->message);
  return TOOL_EXIT_FAILURE;
}

static int print_result(const struct plan_args *args, const struct rondo_problem *problem, const struct rondo_schedule *schedule) {
  struct rondo_problem_info info;
  struct rondo_schedule_info result;
  struct rondo_diag diag = {0};
  rondo_problem_info(problem, &info);
  rondo_schedule_info(schedule, &result);
  if (args->wants_json) print_json(args, &info, &result);
  else print_text(&info, &result);
  if (args->wants_chart) print_chart(problem, schedule);
  if (args->output_path != NULL && write_operations(problem, schedule, args->output_path, &diag) != RONDO_OK) return fail(&diag);
  return rdo_tool_was_interrupted ? rdo_tool_interrupt_exit_code() : TOOL_EXIT_OK;
}

// The verb -------------------------------------------------------------------------------------------------

static enum rondo_status read_problem(const char *path, struct rondo_problem **out_problem, struct rondo_diag *diag) {
  struct tool_bytes bytes = {0};
  char name[TOOL_NAME_TEXT_BYTES];
  *out_problem = NULL;
  enum rondo_status status = rdo_tool_file_read(path, file_bytes_max, &bytes, diag);
  if (status == RONDO_OK) {
    status = rondo_problem_read_fjsp((const char *)bytes.data, bytes.size, rdo_tool_printable(path, name, sizeof name), out_problem, diag);
  }
  rdo_tool_bytes_release(&bytes);
  return status;
}

static int plan(const struct plan_args *args) {
  struct rondo_problem *problem = NULL;
  struct rondo_schedule *schedule = NULL;
  struct rondo_diag diag = {0};
  const struct rondo_solve_options options = {
      .time_limit_s = args->time_limit_s < 0 ? 0 : args->time_limit_s == 0 ? -1 : args->time_limit_s,
      .iteration_limit = args->iterations,
      .thread_count = (int)args->thread_count,
      .seed = (uint64_t)args->seed,
      .stop = &rdo_tool_was_interrupted,
      .report = isatty(STDERR_FILENO) ? report_progress : NULL,
  };
  int code;
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(NULL, NULL);
  enum rondo_status status = read_problem(args->fjsp_path, &problem, &diag);
  if (status == RONDO_OK) status = rondo_solve(problem, &options, &schedule, &diag);
  clear_progress();
  if (status == RONDO_OK) code = print_result(args, problem, schedule);
  else code = fail(&diag);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
  return code;
}

static int check_args(const struct plan_args *args, const struct tool_strings *positional) {
  static const int64_t threads_max = 256;
  if (positional->count > 0) {
    rdo_tool_message("unexpected argument '%.60s'", positional->items[0]);
  } else if (args->fjsp_path == NULL) {
    rdo_tool_message("rondo plan needs a problem: --fjsp=FILE");
  } else if (args->thread_count > threads_max) {
    rdo_tool_message("--threads is at most %" PRId64, threads_max);
  } else {
    return TOOL_EXIT_OK;
  }
  fprintf(stderr, "Try 'rondo plan --help'.\n");
  return TOOL_EXIT_USAGE;
}

int rdo_tool_plan(int argc, char **argv) {
  struct plan_args args = {.time_limit_s = -1};
  const struct tool_option options[] = {
      {"fjsp", TOOL_OPTION_TEXT, &args.fjsp_path, "FILE",
       "A flexible job shop in the standard text format: a line with the numbers of jobs and machines, then a line a job: its number of operations, "
       "and for each of them the number of alternatives with a machine and a duration each."},
      {"time_limit", TOOL_OPTION_NUMBER, &args.time_limit_s, "SECONDS", "Search for so long; default 10, or without end when --iterations is given; 0: only the first schedule."},
      {"iterations", TOOL_OPTION_POSITIVE, &args.iterations, "COUNT",
       "Let each thread take so many steps. Without --time_limit the result then depends on the file, the seed and the number of threads only."},
      {"threads", TOOL_OPTION_POSITIVE, &args.thread_count, "COUNT", "Search with so many threads; default one for each CPU that the process may use."},
      {"seed", TOOL_OPTION_COUNT, &args.seed, "NUMBER", "Seed of the random numbers; default 0."},
      {"show", TOOL_OPTION_SWITCH, &args.wants_chart, NULL, "Draw the schedule: a line a machine, a symbol a job."},
      {"output", TOOL_OPTION_TEXT, &args.output_path, "FILE", "Write the schedule as JSON: job, operation, machine, start and end of each operation."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print the result as one line of JSON."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "plan",
      .synopsis = "--fjsp=FILE [flags]",
      .about = "Searches for a schedule: which operation runs where and when, so that the last one ends as early as\n"
               "possible. A first schedule is there within milliseconds and gets better until it is proved to be the\n"
               "best, or the time is up. Printed with it: a bound that no schedule can beat, and the gap between\n"
               "the two, (makespan - bound) / bound. Every schedule is verified before it is printed.\n"
               "Ctrl-C ends the search with the best schedule so far, a second one at once.",
      .options = options,
      .examples = "  rondo plan --fjsp=mk01.txt --show\n"
                  "  rondo plan --fjsp=mk10.txt --time_limit=60 --output=mk10.json\n"
                  "  rondo plan --fjsp=mk10.txt --iterations=100000 --threads=2 --seed=7 --json",
      .exit_codes = "  0  a schedule was found\n  1  the file could not be read, or is malformed\n"
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
  return code;
}
