// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan graph`: what may run beside what, by a compiler's dump, a schedule or a plan.

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "model_args.h"
#include "plan.h"
#include "rondo/trace.h"

enum { STAGES_SHOWN_MAX = 100 };

struct graph_args {
  const char *machine_path;
  const char *profile_path;
  const char *function;
  const char *output_path;
  bool wants_path;
  bool wants_json;
};

// A graph that was read, and what was found in it.
struct graph {
  struct rondo_file *file;
  struct rondo_file_info info;
  struct rondo_plan_graph measures;
  int *critical, *stages;
};

static int fail(enum rondo_status status, const struct rondo_diag *diag) {
  rdo_tool_print_failure(NULL, status, diag);
  return TOOL_EXIT_FAILURE;
}

static const char *key_of(const struct graph *graph, int index, char *buffer, size_t size) {
  struct rondo_plan_dispatch dispatch;
  rondo_plan_dispatch(graph->file, index, &dispatch);
  return rdo_tool_printable(dispatch.key, buffer, size);
}

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }

// The dispatches of a stage, which may all run at once.
static void print_stage(const struct graph *graph, int stage) {
  char name[TOOL_NAME_TEXT_BYTES];
  printf("stage %d:", stage);
  for (int i = 0; i < graph->info.dispatch_count; ++i) {
    if (graph->stages[i] == stage) printf(" %s", key_of(graph, i, name, sizeof name));
  }
  putchar('\n');
}

static void print_text(const struct graph_args *args, const struct graph *graph) {
  const struct rondo_plan_graph *measures = &graph->measures;
  char name[TOOL_NAME_TEXT_BYTES];
  printf("%d dispatches in %d stages, the widest has %d", graph->info.dispatch_count, measures->stage_count, measures->stage_width_max);
  if (measures->is_timed) printf("; work %.6g ms, critical path %.6g ms", ms(measures->work_ns), ms(measures->critical_ns));
  printf("\nparallelism %.3g\n", measures->parallelism);
  printf("critical path, %d dispatches:", measures->critical_count);
  for (int i = 0; i < measures->critical_count; ++i) printf(" %s", key_of(graph, graph->critical[i], name, sizeof name));
  putchar('\n');
  for (int i = 0; i < measures->stage_count && !args->wants_path; ++i) {
    if (i < STAGES_SHOWN_MAX) print_stage(graph, i);
    else if (i == STAGES_SHOWN_MAX) printf("... and %d stages more; --json tells all\n", measures->stage_count - i);
  }
}

static void print_json_keys(const struct graph *graph, const int *indices, int count) {
  struct rondo_plan_dispatch dispatch;
  for (int i = 0; i < count; ++i) {
    rondo_plan_dispatch(graph->file, indices != NULL ? indices[i] : i, &dispatch);
    if (i > 0) printf(", ");
    rdo_tool_plan_print_json_text(dispatch.key);
  }
}

static void print_json(const struct graph *graph) {
  const struct rondo_plan_graph *measures = &graph->measures;
  printf("{\"dispatches\": %d, \"stages\": %d, \"stage_width_max\": %d, \"parallelism\": %.6f, \"timed\": %s, \"work_ns\": %" PRId64
         ", \"critical_ns\": %" PRId64 ", \"critical_path\": [",
         graph->info.dispatch_count, measures->stage_count, measures->stage_width_max, measures->parallelism, measures->is_timed ? "true" : "false",
         measures->work_ns, measures->critical_ns);
  print_json_keys(graph, graph->critical, measures->critical_count);
  printf("], \"keys\": [");
  print_json_keys(graph, NULL, graph->info.dispatch_count);
  printf("], \"stage_of\": [");
  for (int i = 0; i < graph->info.dispatch_count; ++i) printf("%s%d", i > 0 ? ", " : "", graph->stages[i]);
  printf("]}\n");
}

static bool ends_with(const char *path, const char *end) {
  size_t length = strlen(path), end_length = strlen(end);
  return length > end_length && strcmp(path + length - end_length, end) == 0;
}

// A graph for Graphviz, or the schedule.
static enum rondo_status write_graph(const char *path, const struct graph *graph, struct rondo_diag *diag) {
  const struct rondo_trace_write_options options = {.format = RONDO_TRACE_DOT, .factor = 2};
  struct rondo_trace_table *table = NULL;
  if (!ends_with(path, ".dot") && !ends_with(path, ".gv")) return rondo_file_write(graph->file, path, diag);
  enum rondo_status status = rondo_trace_table_of_plan(graph->file, &table, diag);
  if (status == RONDO_OK) status = rondo_trace_table_write(table, &options, path, diag);
  rondo_trace_table_release(&table);
  return status;
}

static enum rondo_status measure(struct graph *graph, struct rondo_diag *diag) {
  rondo_file_info(graph->file, &graph->info);
  graph->critical = calloc((size_t)graph->info.dispatch_count, sizeof *graph->critical);
  graph->stages = calloc((size_t)graph->info.dispatch_count, sizeof *graph->stages);
  if (graph->critical == NULL || graph->stages == NULL) return RONDO_RESOURCE_EXHAUSTED;
  return rondo_plan_graph(graph->file, &graph->measures, graph->critical, graph->stages, diag);
}

static int show(const char *path, const struct graph_args *args) {
  const struct rondo_file_options options = {.machine_file = args->machine_path, .profile_file = args->profile_path, .function = args->function};
  struct graph graph = {0};
  struct rondo_diag diag = {0};
  enum rondo_status status = rondo_file_read(path, RONDO_FILE_PLAN, &options, &graph.file, &diag);
  if (status == RONDO_OK) status = measure(&graph, &diag);
  if (status == RONDO_OK && args->output_path != NULL) status = write_graph(args->output_path, &graph, &diag);
  if (status == RONDO_OK) {
    if (args->wants_json) print_json(&graph);
    else print_text(args, &graph);
    rdo_tool_plan_print_notes(graph.file);
  }
  free(graph.critical);
  free(graph.stages);
  rondo_file_release(&graph.file);
  return status == RONDO_OK ? TOOL_EXIT_OK : fail(status, &diag);
}

int rdo_tool_plan_graph(int argc, char **argv) {
  struct graph_args args = {0};
  const struct tool_option options[] = {
      {"critical_path", TOOL_OPTION_SWITCH, &args.wants_path, NULL, "Print no stages."},
      {"function", TOOL_OPTION_TEXT, &args.function, "NAME", "Of stream-level IR: this function; default the only one with dispatches."},
      {"machine", TOOL_OPTION_TEXT, &args.machine_path, "FILE", "Machine file: the targets that there are; affinities that are annotated name its lanes."},
      {"profile", TOOL_OPTION_TEXT, &args.profile_path, "FILE",
       "Of a dump: what its dispatches cost, in a profile that knows a model with the file's name. Each counts with its median on one worker."},
      {"output", TOOL_OPTION_TEXT, &args.output_path, "FILE",
       "Write the graph there: FILE.dot for Graphviz, anything else as a schedule (docs/files.md), which `rondo plan` reads."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print the result as one line of JSON."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "plan graph",
      .synopsis = "GRAPH.dot|IR.mlir|SCHEDULE.json [flags]",
      .about =
          "Shows which dispatches may run at once: the critical path, stages, of which each has what waits for\n"
          "the ones before it, and parallelism, which is work by critical path: more workers than that are idle.\n"
          "Where no durations are known all dispatches count alike. The graph is one of\n"
          "  GRAPH.dot      what iree-compile --iree-flow-dump-dispatch-graph\n"
          "                 --iree-flow-dump-dispatch-graph-output-file=GRAPH.dot writes: the data that flows\n"
          "  IR.mlir        what iree-compile --compile-to=stream writes: what memory, too, puts in order\n"
          "  SCHEDULE.json  a schedule of another tool, or a plan",
      .options = options,
      .examples =
          "  rondo plan graph mlp.dot --critical-path\n"
          "  rondo plan graph dronet.mlir --machine=machine.json --profile=workload.json\n"
          "  rondo plan graph dronet.mlir -o dronet.json",
      .exit_codes =
          "  0  shown\n"
          "  1  the file could not be read, or is malformed\n"
          "  2  the command line is wrong",
  };
  struct tool_strings files;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &files, &wants_help)) {
    if (wants_help) {
      rdo_tool_usage_print(stdout, &usage);
      code = TOOL_EXIT_OK;
    } else if (files.count != 1) {
      rdo_tool_message("rondo plan graph takes one file, not %d", files.count);
      fprintf(stderr, "Try 'rondo plan graph --help'.\n");
    } else {
      code = show(files.items[0], &args);
    }
  }
  rdo_tool_strings_release(&files);
  return code;
}
