// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan` for jobs, modules and schedules: plans them, says what came out, and writes it in the forms that were asked for.

#include <inttypes.h>
#include <stdlib.h>

#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "plan.h"
#include "play_models.h"
#include "rondo/trace.h"

enum { FINDINGS_SHOWN_MAX = 100, CRITICAL_SHOWN_MAX = 12, WINDOWS_SHOWN_MAX = 20 };

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }

static int fail(enum rondo_status status, const struct rondo_diag *diag) {
  rdo_tool_print_failure(NULL, status, diag);
  return TOOL_EXIT_FAILURE;
}

// What came out ---------------------------------------------------------------------------------------------

static void print_windows(const struct rondo_planning *planning, int64_t tardiness_ns) {
  int count;
  const struct rondo_planned_window *windows = rondo_planning_windows(planning, &count);
  if (count > 0) printf("windows   %d, weighted tardiness %.6g ms in all\n", count, ms(tardiness_ns));
  for (int i = 0; i < count && i < WINDOWS_SHOWN_MAX; ++i) {
    const struct rondo_planned_window *window = &windows[i];
    printf("window %d, %.6g to %.6g ms: %d dispatches", i, ms(window->begin_ns), ms(window->end_ns), window->dispatch_count);
    if (window->again_count > 0) printf(", %d of them again", window->again_count);
    if (window->fixed_count > 0) printf(", beside %d that were fixed", window->fixed_count);
    if (window->dispatch_count > 0) printf(", end at %.6g ms, weighted tardiness %.6g ms, %.2f s", ms(window->makespan_ns), ms(window->tardiness_ns), window->seconds);
    putchar('\n');
  }
  if (count > WINDOWS_SHOWN_MAX) printf("... and %d windows more; --json tells all\n", count - WINDOWS_SHOWN_MAX);
}

static void print_text(const struct rondo_planning *planning) {
  struct rondo_planning_info info;
  char name[TOOL_NAME_TEXT_BYTES];
  int job_count;
  const struct rondo_planned_job *jobs = rondo_planning_jobs(planning, &job_count);
  rondo_planning_info(planning, &info);
  const struct rondo_schedule_info *solved = &info.solved;
  printf("%d dispatches of %d calls on %d lane%s", info.dispatch_count, info.call_count, info.lane_count, info.lane_count == 1 ? "" : "s");
  if (info.hyperperiod_ns > 0) printf(", hyperperiod %.6g ms", ms(info.hyperperiod_ns));
  if (info.hyperperiod_ns > 0 && info.period_ns == 0) printf(", for one time");
  else if (info.period_ns != info.hyperperiod_ns) printf(", repeated each %.6g ms", ms(info.period_ns));
  printf("\nmakespan  %.6f ms%s\n", ms(solved->makespan), solved->is_optimal ? ", proved to be the shortest" : "");
  printf("bound     %.6f ms, gap %.2f %%\n", ms(solved->bound), 100 * solved->gap);
  printf("found     after %.2f s of %.2f s, %" PRId64 " steps (%s)\n", solved->best_seconds, solved->seconds, solved->iteration_count,
         solved->method);
  print_windows(planning, solved->tardiness);
  for (int i = 0; i < job_count; ++i) {
    const struct rondo_planned_job *job = &jobs[i];
    printf("%s: %d call%s", rdo_tool_printable(job->name, name, sizeof name), job->call_count, job->call_count == 1 ? "" : "s");
    if (job->period_ns > 0) printf(" each %.6g ms", ms(job->period_ns));
    printf(", worst latency %.6g ms", ms(job->worst_latency_ns));
    if (job->deadline_ns > 0) printf(" of %.6g ms", ms(job->deadline_ns));
    if (job->late_count > 0) printf(", %d late", job->late_count);
    if (job->worst_delay_ns > 0) printf(", starts up to %.6g ms after its release", ms(job->worst_delay_ns));
    putchar('\n');
  }
}

void rdo_tool_plan_print_json_text(const char *text) {
  putchar('"');
  for (; *text != '\0'; ++text) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') printf("\\%c", c);
    else if (c < 0x20) printf("\\u%04x", c);
    else putchar(c);
  }
  putchar('"');
}

static void print_json_list(const char *key, const struct rondo_planning *planning,
                            const char *(*get)(const struct rondo_planning *planning, int index)) {
  const char *text;
  printf(", \"%s\": [", key);
  for (int i = 0; (text = get(planning, i)) != NULL; ++i) {
    if (i > 0) printf(", ");
    rdo_tool_plan_print_json_text(text);
  }
  putchar(']');
}

static void print_json_windows(const struct rondo_planning *planning) {
  int count;
  const struct rondo_planned_window *windows = rondo_planning_windows(planning, &count);
  for (int i = 0; i < count; ++i) {
    const struct rondo_planned_window *window = &windows[i];
    printf("%s{\"begin_ns\": %" PRId64 ", \"end_ns\": %" PRId64 ", \"dispatches\": %d, \"again\": %d, \"fixed\": %d, \"makespan_ns\": %" PRId64
           ", \"tardiness_ns\": %" PRId64 ", \"seconds\": %.3f}",
           i > 0 ? ", " : ", \"windows\": [", window->begin_ns, window->end_ns, window->dispatch_count, window->again_count, window->fixed_count,
           window->makespan_ns, window->tardiness_ns, window->seconds);
  }
  if (count > 0) putchar(']');
}

static void print_json(const struct plan_args *args, const struct rondo_planning *planning) {
  struct rondo_planning_info info;
  int job_count;
  const struct rondo_planned_job *jobs = rondo_planning_jobs(planning, &job_count);
  rondo_planning_info(planning, &info);
  const struct rondo_schedule_info *solved = &info.solved;
  printf("{\"admitted\": %s, \"dispatches\": %d, \"calls\": %d, \"lanes\": %d, \"hyperperiod_ns\": %" PRId64 ", \"repeats\": %s, \"period_ns\": %" PRId64,
         info.is_admitted ? "true" : "false", info.dispatch_count, info.call_count, info.lane_count, info.hyperperiod_ns, info.period_ns > 0 ? "true" : "false",
         info.period_ns);
  if (info.has_schedule) {
    printf(", \"makespan_ns\": %" PRId64 ", \"bound_ns\": %" PRId64 ", \"gap\": %.6f, \"optimal\": %s, \"tardiness_ns\": %" PRId64
           ", \"phase_error_ns\": %" PRId64,
           solved->makespan, solved->bound, solved->gap, solved->is_optimal ? "true" : "false", solved->tardiness, solved->phase_error);
    printf(", \"seconds\": %.3f, \"best_seconds\": %.3f, \"iterations\": %" PRId64 ", \"threads\": %d, \"seed\": %" PRId64 ", \"modes\": %" PRId64
           ", \"method\": \"%s\"",
           solved->seconds, solved->best_seconds, solved->iteration_count, solved->thread_count, args->seed, info.mode_count, solved->method);
  }
  print_json_windows(planning);
  if (info.scale > 0) printf(", \"scale\": %.4f", info.scale);
  printf(", \"jobs\": [");
  for (int i = 0; i < job_count; ++i) {
    printf("%s{\"name\": ", i > 0 ? ", " : "");
    rdo_tool_plan_print_json_text(jobs[i].name);
    printf(", \"calls\": %d, \"period_ns\": %" PRId64 ", \"deadline_ns\": %" PRId64 ", \"worst_latency_ns\": %" PRId64
           ", \"worst_delay_ns\": %" PRId64 ", \"late\": %d}",
           jobs[i].call_count, jobs[i].period_ns, jobs[i].deadline_ns, jobs[i].worst_latency_ns, jobs[i].worst_delay_ns, jobs[i].late_count);
  }
  putchar(']');
  print_json_list("reasons", planning, rondo_planning_reason);
  print_json_list("notes", planning, rondo_planning_note);
  printf(", \"interrupted\": %s}\n", rdo_tool_was_interrupted ? "true" : "false");
}

void rdo_tool_plan_print_notes(const struct rondo_file *file) {
  const char *text;
  size_t count;
  for (int i = 0; (text = rondo_file_note(file, i, &count)) != NULL; ++i) {
    if (count > 1) rdo_tool_message("note: %s (and %zu more)", text, count - 1);
    else rdo_tool_message("note: %s", text);
  }
}

// The graph -------------------------------------------------------------------------------------------------

static enum rondo_status print_graph(const struct rondo_file *plan, struct rondo_diag *diag) {
  struct rondo_file_info info;
  struct rondo_plan_graph graph;
  struct rondo_plan_dispatch dispatch;
  char name[TOOL_NAME_TEXT_BYTES];
  rondo_file_info(plan, &info);
  int *critical = calloc((size_t)info.dispatch_count + 1, sizeof *critical);
  enum rondo_status status = critical == NULL ? RONDO_RESOURCE_EXHAUSTED : rondo_plan_graph(plan, &graph, critical, NULL, diag);
  if (status == RONDO_OK) {
    printf("graph: %d dispatches in %d stages, the widest has %d; work %.6g ms, critical path %.6g ms\n", info.dispatch_count, graph.stage_count,
           graph.stage_width_max, ms(graph.work_ns), ms(graph.critical_ns));
    printf("parallelism: %.3g by the graph; the plan has up to %d dispatches at work at once\n", graph.parallelism, graph.planned_parallel_max);
    printf("critical path, %d dispatches:", graph.critical_count);
    for (int i = 0; i < graph.critical_count && i < CRITICAL_SHOWN_MAX; ++i) {
      rondo_plan_dispatch(plan, critical[i], &dispatch);
      printf(" %s", rdo_tool_printable(dispatch.key, name, sizeof name));
    }
    printf(graph.critical_count > CRITICAL_SHOWN_MAX ? " ...\n" : "\n");
  }
  free(critical);
  return status;
}

// Everything that is made of a plan, in files and on the terminal.
static int show(const struct plan_args *args, const struct rondo_file *plan) {
  struct rondo_diag diag = {0};
  struct rondo_trace_table *table = NULL;
  enum rondo_status status = RONDO_OK;
  if (args->wants_chart) rdo_tool_plan_chart(plan);
  if ((args->wants_graph || args->graph_path != NULL) && !args->wants_json) status = print_graph(plan, &diag);
  if (status == RONDO_OK && (args->plot_path != NULL || args->graph_path != NULL)) status = rondo_trace_table_of_plan(plan, &table, &diag);
  if (status == RONDO_OK && args->plot_path != NULL) {
    const struct rondo_trace_write_options options = {.format = RONDO_TRACE_SVG, .factor = 2, .title = "plan"};
    status = rondo_trace_table_write(table, &options, args->plot_path, &diag);
  }
  if (status == RONDO_OK && args->graph_path != NULL) {
    const struct rondo_trace_write_options options = {.format = RONDO_TRACE_DOT, .factor = 2};
    status = rondo_trace_table_write(table, &options, args->graph_path, &diag);
  }
  rondo_trace_table_release(&table);
  return status == RONDO_OK ? TOOL_EXIT_OK : fail(status, &diag);
}

// Planning --------------------------------------------------------------------------------------------------

// Beside a plan remarks are part of the result; without one they say why there is none.
static void print_remarks(const struct rondo_planning *planning, bool is_planned) {
  const char *text;
  char line[TOOL_NAME_TEXT_BYTES];
  for (int i = 0; (text = rondo_planning_note(planning, i)) != NULL; ++i) {
    if (is_planned) printf("note      %s\n", rdo_tool_printable(text, line, sizeof line));
    else rdo_tool_message("note: %s", text);
  }
  for (int i = 0; (text = rondo_planning_reason(planning, i)) != NULL; ++i) {
    if (is_planned) printf("late      %s\n", rdo_tool_printable(text, line, sizeof line));
    else rdo_tool_message("%s", text);
  }
}

static int report(const struct plan_args *args, const struct rondo_planning *planning) {
  struct rondo_diag diag = {0};
  const struct rondo_file *plan = rondo_planning_file(planning);
  if (args->wants_json) print_json(args, planning);
  else if (plan != NULL) print_text(planning);
  if (!args->wants_json) print_remarks(planning, plan != NULL);
  if (plan == NULL) {
    if (!args->wants_json) {
      rdo_tool_message(args->planner.allows_late ? "there is no plan, late or not, that can be repeated, or none was found: nothing is written"
                                                 : "there is no plan that keeps all deadlines, or none was found: nothing is written (--allow-late writes one all the same)");
    }
    return TOOL_EXIT_FAILURE;
  }
  enum rondo_status status = args->output_path == NULL ? RONDO_OK : rondo_file_write(plan, args->output_path, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  int code = show(args, plan);
  return code != TOOL_EXIT_OK ? code : rdo_tool_was_interrupted ? rdo_tool_interrupt_exit_code() : TOOL_EXIT_OK;
}

int rdo_tool_plan_files(struct plan_args *args) {
  struct rondo_planning *planning;
  struct rondo_diag diag = {0};
  args->planner.module_paths = args->modules.items;
  args->planner.module_count = args->modules.count;
  args->planner.graph_paths = args->graphs.items;
  args->planner.graph_count = args->graphs.count;
  args->planner.moves = args->moves.items;
  args->planner.move_count = args->moves.count;
  args->planner.overlap_count = (int)args->overlap_count;
  args->planner.slack_percent = args->slack_percent;
  args->planner.horizon_ns = (int64_t)(args->horizon_ms * 1e6);
  args->planner.free_call_count = (int)args->free_call_count;
  args->planner.window_ns = (int64_t)(args->window_ms * 1e6);
  args->planner.window_overlap_ns = (int64_t)(args->window_overlap_ms * 1e6);
  args->planner.window_count = (int)args->window_count;
  args->planner.output_path = args->output_path;
  args->planner.solve = args->solve;
  enum rondo_status status = rondo_planning_create(&args->planner, &planning, &diag);
  rdo_tool_plan_clear_progress();
  if (status != RONDO_OK) return fail(status, &diag);
  int code = report(args, planning);
  rondo_planning_release(&planning);
  return code;
}

// Checking --------------------------------------------------------------------------------------------------

struct shown_findings {
  const char *path;
  uint64_t count;
};

static void print_finding(void *user, const struct rondo_plan_finding *finding) {
  struct shown_findings *shown = user;
  char path[TOOL_NAME_TEXT_BYTES], place[TOOL_NAME_TEXT_BYTES], message[TOOL_NAME_TEXT_BYTES];
  if (shown->count++ >= FINDINGS_SHOWN_MAX) return;
  printf("%s: %s: %s: %s\n", rdo_tool_printable(shown->path, path, sizeof path), rdo_tool_printable(finding->place, place, sizeof place),
         finding->rule_name, rdo_tool_printable(finding->message, message, sizeof message));
}

// What is remarkable, and no error unless --strict says so.
static void print_file_notes(const struct rondo_file *file, int count) {
  char text[TOOL_NAME_TEXT_BYTES];
  size_t times;
  for (int i = 0; i < count; ++i) {
    const char *note = rondo_file_note(file, i, &times);
    printf("note: %s", rdo_tool_printable(note, text, sizeof text));
    if (times > 1) printf(" (and %zu more)", times - 1);
    putchar('\n');
  }
}

static enum rondo_status check_modules(const struct plan_args *args, const struct rondo_file *file, const struct rondo_plan_finder *finder, uint64_t *count,
                                       struct rondo_diag *diag) {
  struct rondo_plan_modules modules = args->check_modules;
  static char texts[TOOL_PAIRS_MAX][TOOL_PAIR_BYTES];
  static struct rondo_schedule_variant variants[TOOL_PAIRS_MAX];
  const char *names[TOOL_PAIRS_MAX], *values[TOOL_PAIRS_MAX];
  uint64_t missing_count = 0;
  if (!rdo_tool_split_pairs("variant", &args->variants, texts, names, values)) return RONDO_INVALID_ARGUMENT;
  for (int i = 0; i < args->variants.count; ++i) variants[i] = (struct rondo_schedule_variant){names[i], values[i]};
  modules.variants = variants;
  modules.variant_count = args->variants.count;
  enum rondo_status status = rondo_plan_check_modules(file, &modules, finder, &missing_count, diag);
  *count += missing_count;
  return status;
}

int rdo_tool_plan_check(const struct plan_args *args) {
  const struct rondo_file_options options = {.machine_file = args->planner.machine_path, .reading = args->planner.reading};
  struct rondo_file *file;
  struct rondo_file_info info;
  struct rondo_diag diag = {0};
  char path[TOOL_NAME_TEXT_BYTES];
  uint64_t finding_count = 0;
  struct shown_findings shown = {args->check_path, 0};
  const struct rondo_plan_finder finder = {print_finding, &shown};
  enum rondo_status status = rondo_file_read(args->check_path, RONDO_FILE_PLAN, &options, &file, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  rondo_file_info(file, &info);
  print_file_notes(file, info.note_count);
  status = rondo_plan_check(file, &finder, &finding_count, &diag);
  if (status == RONDO_OK && args->check_modules.vmfb_dir != NULL) status = check_modules(args, file, &finder, &finding_count, &diag);
  int code = status != RONDO_OK ? fail(status, &diag) : finding_count == 0 ? TOOL_EXIT_OK : TOOL_EXIT_FAILURE;
  if (status == RONDO_OK) {
    if (finding_count > FINDINGS_SHOWN_MAX) printf("and %" PRIu64 " more\n", finding_count - FINDINGS_SHOWN_MAX);
    printf("%s: %d dispatches, %" PRIu64 " finding%s", rdo_tool_printable(args->check_path, path, sizeof path), info.dispatch_count, finding_count,
           finding_count == 1 ? "" : "s");
    if (info.note_count > 0) printf(", %d note%s", info.note_count, info.note_count == 1 ? "" : "s");
    putchar('\n');
    if (show(args, file) != TOOL_EXIT_OK) code = TOOL_EXIT_FAILURE;
  }
  rondo_file_release(&file);
  return code;
}
