// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo demo: the bundled models, their recorded cases, how fast they run here, and two of them together.
//
// A model is DIR/NAME/NAME.vmfb; its case K is caseK_input0.npy, caseK_input1.npy, ... beside it, and
// the results that were recorded for it, caseK_output0.npy, ...

#define _XOPEN_SOURCE 700

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo_modes.h"
#include "interrupt.h"
#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "results.h"
#include "tensor_text.h"
#include "tool.h"

enum { PATH_BYTES = 4096, CASES_MAX = 100, FILES_MAX = 16 };

static const char *const model_names[] = {"dronet_f32", "dronet_int8", "mlp_f32", "mlp_int8"};
enum { MODEL_COUNT = sizeof model_names / sizeof model_names[0] };

static const struct tool_tolerance tolerance = {
    .rtol = 1e-3, .f16_atol = 1e-5, .f32_atol = 1e-5, .f64_atol = 1e-5, .bf16_atol = 1e-5};

struct demo {
  struct tool_model_args args;
  const char *directory;
  const char *output;
  double min_time_s, duration_s;
  bool has_colour;
};

// What is known of one model when its row prints.
struct demo_result {
  double load_ns;
  int case_count;
  int passed_count;
  double error_max;  // largest difference of a float result from its recording
  struct tool_summary latency;
  struct rondo_diag diag;  // why a case did not pass, or the model did not run
};

// "@DIR/NAME/caseK_inputJ.npy": files of one case, as strings for rdo_tool_values_read.
struct case_files {
  char paths[FILES_MAX][PATH_BYTES];
  const char *texts[FILES_MAX];
  struct tool_strings strings;
};

static void find_files(struct case_files *files, const struct demo *demo, const char *name, int case_index,
                       const char *role) {
  files->strings = (struct tool_strings){.items = files->texts};
  for (int i = 0; i < FILES_MAX; ++i) {
    char *path = files->paths[i];
    int length = snprintf(path, PATH_BYTES, "@%s/%s/case%d_%s%d.npy", demo->directory, name, case_index, role, i);
    if (length >= PATH_BYTES || access(path + 1, R_OK) != 0) return;
    files->texts[files->strings.count++] = path;
  }
}

static enum rondo_value_kind tensor_kind(const void *user, int index) {
  (void)user;
  (void)index;
  return RONDO_VALUE_TENSOR;
}

static enum rondo_status read_files(struct rondo_runtime *runtime, const struct case_files *files,
                                    struct tool_values *values, struct rondo_diag *diag) {
  return rdo_tool_values_read(runtime, "file", &files->strings, tensor_kind, NULL, FILES_MAX, values, diag);
}

// Checking

static double find_error(const struct tool_array *actual, const struct tool_array *expected) {
  double error = 0;
  if (!rdo_tool_text_is_float(actual->element_type)) return 0;
  for (uint64_t i = 0; i < actual->element_count; ++i) {
    error = fmax(error, fabs(rdo_tool_text_float_at(actual, i) - rdo_tool_text_float_at(expected, i)));
  }
  return error;
}

static enum rondo_status check_output(int index, const struct rondo_value *actual, const struct rondo_value *expected,
                                      struct demo_result *result) {
  struct tool_array a, b;
  if (actual->kind != RONDO_VALUE_TENSOR) {
    return rdo_tool_fail(&result->diag, RONDO_INVALID_ARGUMENT, "result %d is no tensor", index);
  }
  rdo_tool_array_view(&a, actual->tensor);
  rdo_tool_array_view(&b, expected->tensor);
  if (rondo_element_bits(a.element_type) != rondo_element_bits(b.element_type) || a.element_count != b.element_count) {
    return rdo_tool_fail(&result->diag, RONDO_INVALID_ARGUMENT, "result %d has another shape than its recording", index);
  }
  result->error_max = fmax(result->error_max, find_error(&a, &b));
  uint64_t at = 0;
  if (rdo_tool_arrays_match(&a, &b, &tolerance, &at)) return RONDO_OK;
  char actual_text[TOOL_ELEMENT_TEXT_BYTES], expected_text[TOOL_ELEMENT_TEXT_BYTES];
  rdo_tool_text_format_element(&a, at, actual_text, sizeof actual_text);
  rdo_tool_text_format_element(&b, at, expected_text, sizeof expected_text);
  return rdo_tool_fail(&result->diag, RONDO_DATA_LOSS, "result %d, element %llu is %s, recorded %s", index,
                       (unsigned long long)at, actual_text, expected_text);
}

static enum rondo_status check_outputs(const struct tool_call *call, const struct tool_values *expected,
                                       struct demo_result *result) {
  if (call->output_count != expected->count) {
    return rdo_tool_fail(&result->diag, RONDO_INVALID_ARGUMENT, "%d results, %d recorded", call->output_count,
                         expected->count);
  }
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < call->output_count && status == RONDO_OK; ++i) {
    status = check_output(i, &call->outputs[i], &expected->items[i], result);
  }
  return status;
}

static enum rondo_status check_case(const struct demo *demo, const char *name, int case_index, struct tool_model *model,
                                    const struct tool_call *call, struct demo_result *result) {
  static struct case_files files;
  struct tool_values expected;
  find_files(&files, demo, name, case_index, "output");
  enum rondo_status status = read_files(model->runtime, &files, &expected, &result->diag);
  if (status == RONDO_OK) status = check_outputs(call, &expected, result);
  rdo_tool_values_release(&expected);
  return status;
}

// Runs one case; the first one is also measured.
static enum rondo_status run_case(const struct demo *demo, const char *name, int case_index, struct tool_model *model,
                                  const struct rondo_function *function, const struct case_files *files,
                                  struct demo_result *result) {
  struct tool_values arguments;
  struct tool_call call = {0};
  enum rondo_status status = read_files(model->runtime, files, &arguments, &result->diag);
  if (status == RONDO_OK) status = rdo_tool_call_init(&call, model->runtime, function, &arguments, &result->diag);
  if (status == RONDO_OK) status = rdo_tool_call_invoke(&call, &result->diag);
  if (status == RONDO_OK) status = check_case(demo, name, case_index, model, &call, result);
  if (status == RONDO_OK && case_index == 0) {
    const struct tool_measure_plan plan = {.warmup_s = 0.1, .min_time_s = demo->min_time_s, .batch = 1};
    struct tool_measurement measurement;
    status = rdo_tool_measure(&call, &plan, &measurement, &result->diag);
    result->latency = measurement.summary;
  }
  rdo_tool_call_deinit(&call);
  rdo_tool_values_release(&arguments);
  return status;
}

static enum rondo_status load_model(const struct demo *demo, const char *name, struct tool_model *model,
                                    const struct rondo_function **out_function, struct demo_result *result) {
  char path[PATH_BYTES];
  if (snprintf(path, sizeof path, "%s/%s/%s.vmfb", demo->directory, name, name) >= PATH_BYTES) {
    return rdo_tool_fail(&result->diag, RONDO_INVALID_ARGUMENT, "path too long");
  }
  const struct rondo_runtime_options options = {.device = demo->args.device};
  const struct rondo_module_source source = {.path = path};
  int64_t start_ns = rdo_tool_clock_ns();
  enum rondo_status status = rondo_runtime_create(&options, &model->runtime, &result->diag);
  if (status == RONDO_OK) status = rondo_model_load(model->runtime, &source, 1, &model->model, &result->diag);
  result->load_ns = (double)(rdo_tool_clock_ns() - start_ns);
  if (status == RONDO_OK) status = rondo_model_find(model->model, NULL, out_function, &result->diag);
  return status;
}

static enum rondo_status run_cases(const struct demo *demo, const char *name, struct tool_model *model,
                                   const struct rondo_function *function, struct demo_result *result) {
  static struct case_files files;
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < CASES_MAX; ++i) {
    find_files(&files, demo, name, i, "input");
    if (files.strings.count == 0) break;
    ++result->case_count;
    enum rondo_status case_status = run_case(demo, name, i, model, function, &files, result);
    if (case_status == RONDO_OK) ++result->passed_count;
    else if (status == RONDO_OK) status = case_status;
  }
  if (result->case_count > 0) return status;
  return rdo_tool_fail(&result->diag, RONDO_NOT_FOUND, "no recorded cases");
}

// Printing

static const char *colour(const struct demo *demo, const char *code) { return demo->has_colour ? code : ""; }

static void print_result(const struct demo *demo, const char *name, const struct demo_result *result,
                         enum rondo_status status) {
  char load[TOOL_DURATION_TEXT_BYTES], p50[TOOL_DURATION_TEXT_BYTES], p99[TOOL_DURATION_TEXT_BYTES];
  const char *reset = colour(demo, "\033[0m");
  printf("%s  %-12s  ", demo->has_colour ? "\r\033[K" : "", name);
  if (status != RONDO_OK) {
    printf("%sFAILED%s  ", colour(demo, "\033[31m"), reset);
    if (result->case_count > 0) printf("%d of %d cases: ", result->case_count - result->passed_count, result->case_count);
    printf("%s%s%s\n", result->diag.message, result->diag.message[0] != '\0' ? ": " : "", rondo_status_name(status));
    return;
  }
  rdo_tool_format_duration(result->load_ns, load, sizeof load);
  rdo_tool_format_duration(result->latency.p50_ns, p50, sizeof p50);
  rdo_tool_format_duration(result->latency.p99_ns, p99, sizeof p99);
  printf("%10s   %s%d of %d ok%s   %13.1e   %s%10s%s   %10s\n", load, colour(demo, "\033[32m"), result->passed_count,
         result->case_count, reset, result->error_max, colour(demo, "\033[1m"), p50, reset, p99);
}

static bool demo_model(const struct demo *demo, const char *name) {
  struct tool_model model = {0};
  const struct rondo_function *function = NULL;
  struct demo_result result = {0};
  if (demo->has_colour) {  // a terminal: show what is being waited for
    printf("  %-12s  ...", name);
    fflush(stdout);
  }
  enum rondo_status status = load_model(demo, name, &model, &function, &result);
  if (status == RONDO_OK) status = run_cases(demo, name, &model, function, &result);
  rdo_tool_model_release(&model);
  print_result(demo, name, &result, status);
  fflush(stdout);
  return status == RONDO_OK;
}

static void print_header(const struct demo *demo) {
  char cpu[TOOL_CPU_TEXT_BYTES];
  rdo_tool_format_cpu(cpu, sizeof cpu);
  printf("%srondo %s%s  %s, one thread\n\n", colour(demo, "\033[1m"), rondo_version(), colour(demo, "\033[0m"), cpu);
  printf("  model               load   results       largest error   latency p50          p99\n");
}

static void print_next(const struct demo *demo) {
  const char *d = demo->directory;
  printf("\nNext:\n");
  printf("  rondo run %s/mlp_f32/mlp_f32.vmfb --input=@%s/mlp_f32/case0_input0.npy\n", d, d);
  printf("  rondo bench %s/dronet_f32/dronet_f32.vmfb --input=@%s/dronet_f32/case0_input0.npy\n", d, d);
  printf("  rondo play %s/dronet_f32/dronet_f32.vmfb %s/mlp_f32/mlp_f32.vmfb,period=2ms --trace=run.html\n", d, d);
  printf("  rondo help play\n");
}

static int run_demo(const struct demo *demo) {
  int failed_count = 0;
  print_header(demo);
  for (int i = 0; i < MODEL_COUNT; ++i) {
    if (!demo_model(demo, model_names[i])) ++failed_count;
  }
  if (failed_count != 0) {
    rdo_tool_message("%d of %d models failed", failed_count, MODEL_COUNT);
    return TOOL_EXIT_FAILURE;
  }
  printf("\nResults agree with the recorded ones within 0.1 %%.\n");
  const struct demo_modes_args modes = {
      .models = demo->directory, .directory = demo->output, .duration_s = demo->duration_s, .stop = &rdo_tool_was_interrupted};
  int code = demo->duration_s > 0 ? rdo_tool_demo_modes(&modes) : TOOL_EXIT_OK;
  if (code == TOOL_EXIT_OK) print_next(demo);
  return code;
}

// Finding the models

static bool has_models(const char *directory) {
  char path[PATH_BYTES];
  int length = snprintf(path, sizeof path, "%s/%s/%s.vmfb", directory, model_names[0], model_names[0]);
  return length < PATH_BYTES && access(path, R_OK) == 0;
}

// "<folder of the program>/../share/rondo/models", where installing puts them.
static bool find_installed(char *buffer, size_t capacity) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return false;
  program[length] = '\0';
  char *slash = strrchr(program, '/');
  if (slash == NULL) return false;
  *slash = '\0';
  return (size_t)snprintf(buffer, capacity, "%s/../share/rondo/models", program) < capacity;
}

static int find_models(struct demo *demo) {
  static char installed[PATH_MAX + 32];
  if (demo->directory == NULL) {
    demo->directory = "models";
    if (!has_models("models") && find_installed(installed, sizeof installed) && has_models(installed)) {
      demo->directory = installed;
    }
  }
  if (has_models(demo->directory)) return TOOL_EXIT_OK;
  rdo_tool_message("no bundled models in '%s': run it where the folder is, or name it with --models=DIR", demo->directory);
  return TOOL_EXIT_FAILURE;
}

static bool wants_colour(void) {
  const char *no_colour = getenv("NO_COLOR");
  return (no_colour == NULL || *no_colour == '\0') && isatty(STDOUT_FILENO) != 0;
}

static int check_no_arguments(const struct tool_strings *positional) {
  if (positional->count == 0) return TOOL_EXIT_OK;
  rdo_tool_message("demo takes no argument '%s'; a folder is --models=DIR", positional->items[0]);
  return TOOL_EXIT_USAGE;
}

int rdo_tool_demo(int argc, char **argv) {
  struct demo demo = {.min_time_s = 0.2, .duration_s = 5, .has_colour = wants_colour()};
  const struct tool_option options[] = {
      {"models", TOOL_OPTION_TEXT, &demo.directory, "DIR",
       "Folder with the models; default models here, else the installed ones."},
      {"device", TOOL_OPTION_TEXT, &demo.args.device, "NAME", "Device to run on; default local-sync."},
      {"min_time", TOOL_OPTION_NUMBER, &demo.min_time_s, "SECONDS", "Measure each model alone for so long; default 0.2."},
      {"duration", TOOL_OPTION_NUMBER, &demo.duration_s, "SECONDS", "Play each mode for so long; default 5; 0: play none."},
      {"output", TOOL_OPTION_TEXT, &demo.output, "DIR", "Folder for the reports; default build/demo in a source tree, else a new temporary one."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "demo",
      .synopsis = "[--models=DIR] [flags]",
      .about = "Runs the four bundled models on their recorded inputs, compares the results with the recorded ones\n"
               "(relative 1e-3, absolute 1e-5) and measures the latency of a call. Then it plays two of them\n"
               "together, a perception net as fast as it can and a controller every 2 ms, in four ways: by a plan\n"
               "of each dispatch that is made on the spot, with the controller's releases reserved on shared cores,\n"
               "as two threads that share the cores, and on a core each. It prints their times, and writes reports\n"
               "of the first two and a trace of the second. Colours and a live line appear on a terminal only;\n"
               "no colours with NO_COLOR set.",
      .options = options,
      .examples = "  rondo demo\n  rondo demo --models=/usr/local/share/rondo/models --duration=20",
      .exit_codes = "  0  all models gave the recorded results, also when deadlines were missed\n  1  one did not, or they are not there\n"
                    "  2  the command line is wrong\n  130  ended by Ctrl-C",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = check_no_arguments(&positional);
    if (code == TOOL_EXIT_OK && !wants_help) code = find_models(&demo);
    if (code == TOOL_EXIT_OK && !wants_help) code = run_demo(&demo);
  }
  rdo_tool_strings_release(&positional);
  return code;
}
