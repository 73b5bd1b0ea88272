// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo run: one call of one function, its results printed, written to files or compared. Flags and
// output are those of IREE's iree-run-module.

#include <inttypes.h>
#include <string.h>

#include "call.h"
#include "interrupt.h"
#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "results.h"
#include "tool.h"
#include "trace_file.h"

struct run_args {
  struct tool_model_args model;
  struct tool_strings inputs;
  struct tool_strings outputs;
  struct tool_strings expected;
  int64_t element_limit;
  const char *equality_mode;
  struct tool_tolerance tolerance;
  bool wants_stats;
  const char *trace_path;
};

// Times of one run, for --stats.
struct run_times {
  int64_t load_ns;
  int64_t invoke_ns;
};

static enum rondo_value_kind result_kind(const void *user, int index) {
  const struct rondo_function *function = user;
  struct rondo_parameter parameter = {.kind = RONDO_VALUE_OBJECT};
  if (index < rondo_function_result_count(function)) rondo_function_result(function, index, &parameter);
  return parameter.kind;
}

static int compare_results(const struct run_args *args, struct tool_model *model, const struct tool_call *call) {
  struct rondo_diag diag = {0};
  struct tool_values expected;
  // One more than there are results may be read, so that a wrong number is told as such.
  enum rondo_status status = rdo_tool_values_read(model->runtime, "--expected_output", &args->expected, result_kind,
                                                  call->function, call->output_count + 1, &expected, &diag);
  bool all_match = false;
  if (status != RONDO_OK) rdo_tool_print_failure(NULL, status, &diag);
  else all_match = rdo_tool_results_compare(stdout, call->outputs, call->output_count, &expected, &args->tolerance);
  rdo_tool_values_release(&expected);
  return all_match ? TOOL_EXIT_OK : TOOL_EXIT_FAILURE;
}

static int deliver_results(const struct run_args *args, struct tool_model *model, const struct tool_call *call) {
  struct rondo_diag diag = {0};
  if (args->outputs.count > 0) {
    enum rondo_status status = rdo_tool_results_write(&args->outputs, call->outputs, args->element_limit, &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure("--output", status, &diag);
      return TOOL_EXIT_FAILURE;
    }
  }
  if (args->expected.count > 0) return compare_results(args, model, call);
  if (args->outputs.count == 0) {
    rdo_tool_results_print(stdout, call->outputs, call->output_count, args->element_limit);
  }
  return TOOL_EXIT_OK;
}

static void print_stats(const struct tool_model *model, const struct run_times *times) {
  struct rondo_memory_stats memory = {0};
  rondo_runtime_memory(model->runtime, &memory);
  fprintf(stderr, "load    %.3f ms\n", (double)times->load_ns / 1e6);
  fprintf(stderr, "call    %.3f ms\n", (double)times->invoke_ns / 1e6);
  fprintf(stderr, "memory  %" PRIu64 " bytes live, %" PRIu64 " at most, %" PRIu64 " allocated in %" PRIu64 " pieces\n",
          memory.live_bytes, memory.peak_bytes, memory.allocated_bytes, memory.allocation_count);
}

static int call_function(const struct run_args *args, struct tool_model *model, const struct rondo_function *function,
                         const struct tool_values *arguments, struct run_times *times) {
  struct rondo_diag diag = {0};
  struct tool_call call;
  char name[TOOL_NAME_TEXT_BYTES];
  printf("EXEC @%s\n", rdo_tool_printable(rondo_function_name(function), name, sizeof name));
  fflush(stdout);
  enum rondo_status status = rdo_tool_call_init(&call, model->runtime, function, arguments, &diag);
  int64_t start_ns = rdo_tool_clock_ns();
  if (status == RONDO_OK) status = rdo_tool_call_invoke(&call, &diag);
  times->invoke_ns = rdo_tool_clock_ns() - start_ns;
  int code = TOOL_EXIT_FAILURE;
  if (status != RONDO_OK) rdo_tool_call_print_failure(&args->model.modules, function, status, &diag);
  else code = deliver_results(args, model, &call);
  if (args->wants_stats) {
    fflush(stdout);
    print_stats(model, times);
  }
  rdo_tool_call_deinit(&call);
  return code;
}

static int check_outputs(const struct run_args *args, const struct rondo_function *function) {
  int count = rondo_function_result_count(function);
  if (args->outputs.count == 0 || args->outputs.count == count) return TOOL_EXIT_OK;
  rdo_tool_message("--output: given %d times, but @%s has %d result%s: %s", args->outputs.count,
                   rondo_function_name(function), count, count == 1 ? "" : "s", rondo_status_name(RONDO_OUT_OF_RANGE));
  return TOOL_EXIT_FAILURE;
}

static int run_model(const struct run_args *args, struct tool_model *model, struct run_times *times) {
  int64_t start_ns = rdo_tool_clock_ns();
  int code = rdo_tool_model_load(&args->model, model);
  times->load_ns = rdo_tool_clock_ns() - start_ns;
  const struct rondo_function *function = NULL;
  if (code == TOOL_EXIT_OK) code = rdo_tool_model_find(&args->model, model, &function);
  if (code == TOOL_EXIT_OK) code = check_outputs(args, function);
  if (code != TOOL_EXIT_OK) return code;
  struct tool_values arguments;
  code = rdo_tool_arguments_read(model->runtime, function, &args->inputs, &arguments);
  if (code == TOOL_EXIT_OK) code = call_function(args, model, function, &arguments, times);
  rdo_tool_values_release(&arguments);
  return code;
}

static int run_traced(const struct run_args *args, struct tool_model *model, struct run_times *times) {
  struct rondo_trace *trace = NULL;
  rdo_tool_interrupt_begin();
  int code = rdo_tool_trace_start(args->trace_path, &trace);
  if (code == TOOL_EXIT_OK) code = run_model(args, model, times);
  return rdo_tool_trace_stop(args->trace_path, &trace, code);
}

static int check_args(struct run_args *args) {
  args->tolerance.is_exact = strcmp(args->equality_mode, "exact") == 0;
  if (!args->tolerance.is_exact && strcmp(args->equality_mode, "approximate") != 0) {
    rdo_tool_message("--equality_mode is exact or approximate, not '%s'", args->equality_mode);
    return TOOL_EXIT_USAGE;
  }
  for (int i = 0; i < args->outputs.count; ++i) {
    if (rdo_tool_output_is_valid(args->outputs.items[i])) continue;
    rdo_tool_message("--output is -, @FILE, +FILE or nothing, not '%s'", args->outputs.items[i]);
    return TOOL_EXIT_USAGE;
  }
  return rdo_tool_trace_check(args->trace_path);
}

int rdo_tool_run(int argc, char **argv) {
  struct run_args args = {.element_limit = TOOL_ELEMENT_LIMIT_DEFAULT,
                          .equality_mode = "approximate",
                          .tolerance = TOOL_TOLERANCE_DEFAULT};
  const struct tool_option options[] = {
      TOOL_MODEL_OPTIONS(args.model),
      TOOL_FUNCTION_OPTION(args.model),
      {"input", TOOL_OPTION_LIST, &args.inputs, "VALUE",
       "An argument, one flag each:\n5 or 2.5 for a number;\n2x3xf32=[1 2 3][4 5 6] for a tensor (one value fills it, "
       "none are zeros);\n@a.npy for a file's first array, +a.npy for its next, *a.npy for all that follow;\n"
       "4xf32=@f.bin for raw bytes; &4xf32 for a buffer; (null)."},
      {"output", TOOL_OPTION_LIST, &args.outputs, "WHERE",
       "What becomes of a result, one flag each: - prints it, @FILE writes it, +FILE appends it, nothing drops it. "
       "FILE.npy is a numpy array, any other name raw bytes. Default: all are printed."},
      {"expected_output", TOOL_OPTION_LIST, &args.expected, "VALUE",
       "What a result should be, written like an input, one flag each; (ignored) is anything. Compares instead of "
       "printing."},
      {"equality_mode", TOOL_OPTION_TEXT, &args.equality_mode, "MODE",
       "exact: every bit. approximate (default): floats within atol + rtol * |expected|."},
      {"expected_rtol", TOOL_OPTION_NUMBER, &args.tolerance.rtol, "X", "rtol; default 1e-05."},
      {"expected_f16_threshold", TOOL_OPTION_NUMBER, &args.tolerance.f16_atol, "X", "atol of f16; default 0.001."},
      {"expected_f32_threshold", TOOL_OPTION_NUMBER, &args.tolerance.f32_atol, "X", "atol of f32; default 0.0001."},
      {"expected_f64_threshold", TOOL_OPTION_NUMBER, &args.tolerance.f64_atol, "X", "atol of f64; default 0.0001."},
      {"expected_bf16_threshold", TOOL_OPTION_NUMBER, &args.tolerance.bf16_atol, "X", "atol of bf16; default 0.01."},
      {"output_max_element_count", TOOL_OPTION_INTEGER, &args.element_limit, "COUNT",
       "Elements printed of one tensor; default 1024, negative: all."},
      {"stats", TOOL_OPTION_SWITCH, &args.wants_stats, NULL, "Print times and memory to stderr."},
      TOOL_TRACE_OPTION(args.trace_path),
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "run",
      .synopsis = "MODEL.vmfb [--function=NAME] [--input=VALUE]... [flags]",
      .about = "Loads a model, calls one of its functions and prints the results. An asynchronous function is\n"
               "waited for. Flags and output are those of iree-run-module. SIGUSR1 shows on stderr what queues and\n"
               "workers do.",
      .options = options,
      .examples = "  rondo run mlp.vmfb --input=1x64xf32=0.5\n"
                  "  rondo run dronet.vmfb --input=@image.npy --output=@steer.npy --output=@collision.npy",
      .exit_codes = "  0  the call succeeded and every expected result matched\n"
                    "  1  the model could not be loaded, the call failed, or a result differs\n"
                    "  2  the command line is wrong",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  struct tool_model model = {0};
  struct run_times times = {0};
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = rdo_tool_model_args_finish(&args.model, &positional, usage.verb);
    if (code == TOOL_EXIT_OK && !wants_help) code = check_args(&args);
    if (code == TOOL_EXIT_OK && !wants_help) code = run_traced(&args, &model, &times);
  }
  rdo_tool_model_release(&model);
  rdo_tool_model_args_release(&args.model);
  rdo_tool_strings_release(&args.inputs);
  rdo_tool_strings_release(&args.outputs);
  rdo_tool_strings_release(&args.expected);
  rdo_tool_strings_release(&positional);
  return code;
}
