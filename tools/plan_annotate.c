// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan annotate`: a plan into stream-level IR, or IR planned and annotated at once.

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "plan.h"

enum { PATH_TEXT_BYTES = 4096 };

struct annotate_args {
  const char *plan_path;
  bool solves;
  const char *output_path, *plan_output_path;
  struct rondo_annotate_options annotate;
  struct rondo_planner_options planner;
  double time_limit_s;
  int64_t iterations, seed, thread_count;
};

static int fail(enum rondo_status status, const struct rondo_diag *diag) {
  rdo_tool_print_failure(NULL, status, diag);
  return TOOL_EXIT_FAILURE;
}

static int fail_usage(const char *message) {
  rdo_tool_message("%s", message);
  fprintf(stderr, "Try 'rondo plan annotate --help'.\n");
  return TOOL_EXIT_USAGE;
}

// Where a file's copy goes: the output, or in it if it is a folder.
static bool make_path(const char *output, const char *file, char *buffer) {
  struct stat info;
  const char *slash = strrchr(file, '/');
  bool is_folder = stat(output, &info) == 0 && S_ISDIR(info.st_mode);
  int length = is_folder ? snprintf(buffer, PATH_TEXT_BYTES, "%s/%s", output, slash != NULL ? slash + 1 : file)
                         : snprintf(buffer, PATH_TEXT_BYTES, "%s", output);
  return length >= 0 && length < PATH_TEXT_BYTES;
}

static int annotate_file(const struct annotate_args *args, const struct rondo_file *plan, const char *file) {
  char path[PATH_TEXT_BYTES], name[TOOL_NAME_TEXT_BYTES];
  struct rondo_annotated annotated;
  struct rondo_diag diag = {0};
  if (!make_path(args->output_path, file, path)) {
    rdo_tool_message("the path of %.60s is too long", file);
    return TOOL_EXIT_FAILURE;
  }
  enum rondo_status status = rondo_plan_annotate(plan, file, &args->annotate, path, &annotated, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  printf("%s: %d dispatches", rdo_tool_printable(path, name, sizeof name), annotated.dispatch_count);
  printf(" with the times of %s", annotated.job[0] != '\0' ? rdo_tool_printable(annotated.job, name, sizeof name) : "the plan");
  if (annotated.other_count > 0) printf(", the first of %d calls", annotated.other_count + 1);
  putchar('\n');
  return TOOL_EXIT_OK;
}

static int annotate_files(const struct annotate_args *args, const struct rondo_file *plan, const struct tool_strings *files) {
  for (int i = 0; i < files->count; ++i) {
    int code = annotate_file(args, plan, files->items[i]);
    if (code != TOOL_EXIT_OK) return code;
  }
  return TOOL_EXIT_OK;
}

static int use_plan(const struct annotate_args *args, const struct tool_strings *files) {
  const struct rondo_file_options options = {.machine_file = args->planner.machine_path};
  struct rondo_file *plan;
  struct rondo_diag diag = {0};
  enum rondo_status status = rondo_file_read(args->plan_path, RONDO_FILE_PLAN, &options, &plan, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  int code = annotate_files(args, plan, files);
  rondo_file_release(&plan);
  return code;
}

static int use_planning(const struct annotate_args *args, const struct rondo_planning *planning, const struct tool_strings *files) {
  struct rondo_planning_info info;
  struct rondo_diag diag = {0};
  const struct rondo_file *plan = rondo_planning_file(planning);
  const char *text;
  rondo_planning_info(planning, &info);
  for (int i = 0; (text = rondo_planning_note(planning, i)) != NULL; ++i) rdo_tool_message("note: %s", text);
  for (int i = 0; (text = rondo_planning_reason(planning, i)) != NULL; ++i) rdo_tool_message("%s", text);
  if (plan == NULL) {
    rdo_tool_message("there is no plan that keeps all deadlines, or none was found: nothing is written");
    return TOOL_EXIT_FAILURE;
  }
  printf("%d dispatches of %d calls on %d lanes, makespan %.6f ms, bound %.6f ms\n", info.dispatch_count, info.call_count, info.lane_count,
         (double)info.solved.makespan / 1e6, (double)info.solved.bound / 1e6);
  enum rondo_status status = args->plan_output_path == NULL ? RONDO_OK : rondo_file_write(plan, args->plan_output_path, &diag);
  return status == RONDO_OK ? annotate_files(args, plan, files) : fail(status, &diag);
}

static int solve(struct annotate_args *args, const struct tool_strings *files) {
  struct rondo_planner_options *options = &args->planner;
  struct rondo_planning *planning;
  struct rondo_diag diag = {0};
  options->slack_percent = RONDO_SLACK_PERCENT_DEFAULT;
  options->module_paths = files->items;
  options->module_count = files->count;
  options->output_path = args->plan_output_path;
  options->solve.time_limit_s = args->time_limit_s < 0 ? 0 : args->time_limit_s == 0 ? -1
                                                                                     : args->time_limit_s;
  options->solve.iteration_limit = args->iterations;
  options->solve.seed = (uint64_t)args->seed;
  options->solve.thread_count = (int)args->thread_count;
  options->solve.stop = &rdo_tool_was_interrupted;
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(NULL, NULL);
  enum rondo_status status = rondo_planning_create(options, &planning, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  int code = use_planning(args, planning, files);
  rondo_planning_release(&planning);
  return code;
}

static int run(struct annotate_args *args, const struct tool_strings *files) {
  static const int64_t threads_max = 256;
  struct stat info;
  if (files->count == 0) return fail_usage("rondo plan annotate needs stream-level IR: FILE.mlir, one or more");
  if (args->output_path == NULL) return fail_usage("say with --output where the annotated copy goes: a file, or a folder");
  if ((args->plan_path != NULL) == args->solves) return fail_usage("rondo plan annotate takes a plan, --plan=FILE, or makes one, --solve");
  if (args->thread_count > threads_max) return fail_usage("--threads is at most 256");
  if (files->count > 1 && !(stat(args->output_path, &info) == 0 && S_ISDIR(info.st_mode))) return fail_usage("--output is to be a folder that is there, for more than one file");
  if (files->count > 1 && (args->annotate.function != NULL || args->annotate.job != NULL)) return fail_usage("--function and --job are for one file");
  return args->solves ? solve(args, files) : use_plan(args, files);
}

int rdo_tool_plan_annotate(int argc, char **argv) {
  struct annotate_args args = {.time_limit_s = -1};
  const struct tool_option options[] = {
      {"plan", TOOL_OPTION_TEXT, &args.plan_path, "FILE", "The plan, or schedule, that is written into the IR."},
      {"solve", TOOL_OPTION_SWITCH, &args.solves, NULL, "Plan the files themselves, each as a model of its file's name, with --machine and --profile."},
      {"output", TOOL_OPTION_TEXT, &args.output_path, "PATH", "The annotated copy, or a folder for copies with the same names."},
      {"job", TOOL_OPTION_TEXT, &args.annotate.job, "NAME",
       "Write the times of this call of a plan, such as mlp3; default the first that has all of the dispatches."},
      {"function", TOOL_OPTION_TEXT, &args.annotate.function, "NAME", "Annotate this function; default the only one with dispatches."},
      {"machine", TOOL_OPTION_TEXT, &args.planner.machine_path, "FILE",
       "Machine file; default the one that the plan carries. Its lanes' CPUs become affinities. --hardware-config is the same."},
      {"hardware_config", TOOL_OPTION_TEXT, &args.planner.machine_path, "FILE", "See --machine."},
      {"profile", TOOL_OPTION_TEXT, &args.planner.profile_path, "FILE",
       "With --solve: what dispatches cost. What they wait for says the IR."},
      {"dependencies", TOOL_OPTION_TEXT, &args.planner.dependencies_path, "FILE", "With --solve: what models take from each other."},
      {"deadlines", TOOL_OPTION_TEXT, &args.planner.deadlines_path, "FILE", "With --solve: deadlines of functions, in nanoseconds."},
      {"allow_late", TOOL_OPTION_SWITCH, &args.planner.allows_late, NULL, "With --solve: write a plan even if it misses deadlines."},
      {"plan_output", TOOL_OPTION_TEXT, &args.plan_output_path, "FILE", "With --solve: write the plan there, too."},
      {"time_limit", TOOL_OPTION_NUMBER, &args.time_limit_s, "SECONDS", "With --solve: search for so long; see 'rondo plan --help'."},
      {"iterations", TOOL_OPTION_POSITIVE, &args.iterations, "COUNT", "With --solve: let each thread take so many steps."},
      {"threads", TOOL_OPTION_POSITIVE, &args.thread_count, "COUNT", "With --solve: search with so many threads."},
      {"seed", TOOL_OPTION_COUNT, &args.seed, "NUMBER", "With --solve: seed of the random numbers; default 0."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "plan annotate",
      .synopsis = "IR.mlir... --plan=FILE|--solve --output=PATH [flags]",
      .about =
          "Writes when and where each dispatch runs into stream-level IR, which iree-compile\n"
          "--compile-to=stream writes, as attributes of its dispatches: iree.scheduling.start_time_ns, .affinity,\n"
          ".priority, .resource, and what else a plan says in the namespace rondo. All else of the text stays as\n"
          "it is, byte for byte; what was annotated before is replaced. 'rondo plan graph' reads it again.",
      .options = options,
      .examples =
          "  rondo plan annotate mlp.mlir --plan=plan.json -o mlp_planned.mlir\n"
          "  rondo plan annotate mlp.mlir dronet.mlir --solve --machine=machine.json --profile=workload.json -o planned/",
      .exit_codes =
          "  0  annotated\n"
          "  1  a file could not be read, is malformed, or does not fit the plan; or there is no plan\n"
          "  2  the command line is wrong",
  };
  struct tool_strings files;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &files, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = run(&args, &files);
  }
  rdo_tool_strings_release(&files);
  return code;
}
