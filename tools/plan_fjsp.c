// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan --fjsp`: flexible job shops.

#include <inttypes.h>
#include <string.h>

#include "files.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "plan.h"

enum {
  CHART_COLUMNS = 84,
  OPERATION_TEXT_BYTES = 160,
};

static const uint64_t file_bytes_max = UINT64_C(256) << 20;

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

int rdo_tool_plan_fjsp(const struct plan_args *args) {
  struct rondo_problem *problem = NULL;
  struct rondo_schedule *schedule = NULL;
  struct rondo_diag diag = {0};
  int code;
  enum rondo_status status = read_problem(args->fjsp_path, &problem, &diag);
  if (status == RONDO_OK && rdo_tool_plan_wants_cpsat(args)) {  // our reader's word about the file comes first
    rondo_problem_release(&problem);
    return rdo_tool_plan_cpsat(args);
  }
  if (status == RONDO_OK) status = rondo_solve(problem, &args->solve, &schedule, &diag);
  rdo_tool_plan_clear_progress();
  if (status == RONDO_OK) code = print_result(args, problem, schedule);
  else code = fail(&diag);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
  return code;
}
