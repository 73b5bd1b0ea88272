// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo bench: latency of one function, called again and again with the same arguments.

#include <inttypes.h>
#include <string.h>

#include "bench_timer.h"
#include "interrupt.h"
#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "tool.h"
#include "trace_file.h"

enum { REPETITIONS_MAX = 1000 };

// A call shorter than this is told with a word about the clock.
static const double short_call_ns = 5000;

struct bench_args {
  struct tool_model_args model;
  struct tool_strings inputs;
  struct tool_measure_plan plan;
  int64_t repetitions;
  bool is_quick;
  bool wants_json;
  bool is_timer;  // --timer
  const char *trace_path;
};

// What all repetitions share.
struct bench_report {
  const struct bench_args *args;
  const struct rondo_function *function;
  double clock_cost_ns;
  uint64_t result_hash;
};

// FNV-1a over the bytes of all results: two runs that compute the same print the same.
static uint64_t hash_bytes(uint64_t hash, const void *data, uint64_t size) {
  const uint8_t *bytes = data;
  for (uint64_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
  return hash;
}

static uint64_t hash_results(const struct tool_call *call) {
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (int i = 0; i < call->output_count; ++i) {
    const struct rondo_value *value = &call->outputs[i];
    switch (value->kind) {
      case RONDO_VALUE_TENSOR:
        hash = hash_bytes(hash, rondo_tensor_data(value->tensor), rondo_tensor_byte_length(value->tensor));
        break;
      case RONDO_VALUE_I32:
      case RONDO_VALUE_F32: hash = hash_bytes(hash, &value->i32, sizeof value->i32); break;
      case RONDO_VALUE_I64:
      case RONDO_VALUE_F64: hash = hash_bytes(hash, &value->i64, sizeof value->i64); break;
      default: break;
    }
  }
  return hash;
}

// Table

static void print_cell(double ns) {
  char text[TOOL_DURATION_TEXT_BYTES];
  rdo_tool_format_duration(ns, text, sizeof text);
  printf("%11s", text);
}

static void print_header(const struct bench_report *report) {
  char cpu[TOOL_CPU_TEXT_BYTES], governor[TOOL_CPU_TEXT_BYTES];
  rdo_tool_format_cpu(cpu, sizeof cpu);
  rdo_tool_format_governor(governor, sizeof governor);
  const struct tool_strings *modules = &report->args->model.modules;
  const char *device = report->args->model.device;
  char file[TOOL_NAME_TEXT_BYTES], name[TOOL_NAME_TEXT_BYTES];
  rdo_tool_printable(modules->items[modules->count - 1], file, sizeof file);
  rdo_tool_printable(rondo_function_name(report->function), name, sizeof name);
  printf("%s @%s on %s\n", file, name, device != NULL ? device : "local-sync");
  printf("%s, governor %s, rondo %s\n\n", cpu, governor, rondo_version());
  printf("  samples        min       mean        p50        p90        p99      p99.9        max\n");
  fflush(stdout);
}

static void print_row(const struct tool_measurement *measurement) {
  const struct tool_summary *s = &measurement->summary;
  printf("%9" PRId64, s->sample_count);
  const double cells[] = {s->min_ns, s->mean_ns, s->p50_ns, s->p90_ns, s->p99_ns, s->p999_ns, s->max_ns};
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; ++i) print_cell(cells[i]);
  printf("\n");
}

static void print_footer(const struct bench_report *report, const struct tool_measurement *measurements, int count) {
  char text[TOOL_DURATION_TEXT_BYTES];
  double fastest_ns = 0;
  bool is_chosen = false;
  printf("\n");
  for (int i = 0; i < count; ++i) {
    const struct tool_measurement *m = &measurements[i];
    if (i == 0 || m->summary.p50_ns < fastest_ns) fastest_ns = m->summary.p50_ns;
    if (m->summary.kept_count < m->summary.sample_count) is_chosen = true;
    if (m->back_to_back_count == 0) continue;
    rdo_tool_format_duration(m->back_to_back_ns, text, sizeof text);
    printf("back to back  %s per call, the mean of %" PRId64 " calls between two clock readings\n", text,
           m->back_to_back_count);
  }
  rdo_tool_format_duration(report->clock_cost_ns, text, sizeof text);
  printf("clock         %s per reading", text);
  if (report->args->plan.batch <= 1 && fastest_ns < short_call_ns) printf(", part of every sample; see back to back, or --batch");
  printf("\n");
  if (report->args->plan.batch > 1) printf("batch         a sample is the mean of %" PRId64 " calls\n", report->args->plan.batch);
  if (is_chosen) printf("percentiles   of %d samples, chosen at random where there are more\n", TOOL_SAMPLES_MAX);
  printf("results       %016" PRIx64 "\n", report->result_hash);
}

// JSON

static void print_json_string(const char *name, const char *text) {
  printf("  \"%s\": \"", name);
  for (; *text != '\0'; ++text) {
    if (*text == '"' || *text == '\\') printf("\\%c", *text);
    else if ((unsigned char)*text < 0x20) printf("\\u%04x", (unsigned)(unsigned char)*text);
    else putchar(*text);
  }
  printf("\",\n");
}

static void print_json_row(const struct tool_measurement *m, bool is_last) {
  const struct tool_summary *s = &m->summary;
  printf("    {\"samples\": %" PRId64 ", \"kept_samples\": %" PRId64 ", \"min_ns\": %.1f, \"mean_ns\": %.1f, \"p50_ns\": %.1f, \"p90_ns\": %.1f, "
         "\"p99_ns\": %.1f, \"p99.9_ns\": %.1f, \"max_ns\": %.1f, \"warmup_calls\": %" PRId64
         ", \"back_to_back_ns\": %.1f, \"back_to_back_calls\": %" PRId64 "}%s\n",
         s->sample_count, s->kept_count, s->min_ns, s->mean_ns, s->p50_ns, s->p90_ns, s->p99_ns, s->p999_ns, s->max_ns,
         m->warmup_count, m->back_to_back_ns, m->back_to_back_count, is_last ? "" : ",");
}

static void print_json(const struct bench_report *report, const struct tool_measurement *measurements, int count) {
  char text[TOOL_CPU_TEXT_BYTES];
  const struct tool_strings *modules = &report->args->model.modules;
  printf("{\n");
  print_json_string("model", modules->items[modules->count - 1]);
  print_json_string("function", rondo_function_name(report->function));
  print_json_string("device", report->args->model.device != NULL ? report->args->model.device : "local-sync");
  rdo_tool_format_cpu(text, sizeof text);
  print_json_string("cpu", text);
  rdo_tool_format_governor(text, sizeof text);
  print_json_string("governor", text);
  print_json_string("rondo", rondo_version());
  snprintf(text, sizeof text, "%016" PRIx64, report->result_hash);
  print_json_string("results", text);
  printf("  \"clock_ns\": %.1f,\n  \"batch\": %" PRId64 ",\n  \"interrupted\": %s,\n  \"repetitions\": [\n",
         report->clock_cost_ns, report->args->plan.batch, rdo_tool_was_interrupted ? "true" : "false");
  for (int i = 0; i < count; ++i) print_json_row(&measurements[i], i + 1 == count);
  printf("  ]\n}\n");
}

// Running

static int measure_all(struct bench_report *report, struct tool_call *call) {
  static struct tool_measurement measurements[REPETITIONS_MAX];
  const struct bench_args *args = report->args;
  struct rondo_diag diag = {0};
  int count = 0;
  report->clock_cost_ns = rdo_tool_clock_cost_ns();
  if (!args->wants_json) print_header(report);
  while (count < args->repetitions && !rdo_tool_was_interrupted) {
    enum rondo_status status = rdo_tool_measure(call, &args->plan, &measurements[count], &diag);
    if (status != RONDO_OK) {
      rdo_tool_call_print_failure(&args->model.modules, report->function, status, &diag);
      return TOOL_EXIT_FAILURE;
    }
    if (measurements[count].summary.sample_count == 0) break;
    if (!args->wants_json) print_row(&measurements[count]);
    fflush(stdout);
    ++count;
  }
  report->result_hash = hash_results(call);
  if (args->wants_json) print_json(report, measurements, count);
  else print_footer(report, measurements, count);
  return rdo_tool_was_interrupted ? rdo_tool_interrupt_exit_code() : TOOL_EXIT_OK;
}

static int bench_function(const struct bench_args *args, struct tool_model *model,
                          const struct rondo_function *function) {
  struct tool_values arguments;
  struct tool_call call = {0};
  struct rondo_diag diag = {0};
  struct bench_report report = {.args = args, .function = function};
  int code = rdo_tool_arguments_read(model->runtime, function, &args->inputs, &arguments);
  if (code == TOOL_EXIT_OK) {
    enum rondo_status status = rdo_tool_call_init(&call, model->runtime, function, &arguments, &diag);
    if (status != RONDO_OK) {
      rdo_tool_call_print_failure(&args->model.modules, function, status, &diag);
      code = TOOL_EXIT_FAILURE;
    }
  }
  rdo_tool_interrupt_ask(NULL, NULL);
  if (code == TOOL_EXIT_OK) code = measure_all(&report, &call);
  rdo_tool_call_deinit(&call);
  rdo_tool_values_release(&arguments);
  return code;
}

static int bench_model(struct bench_args *args) {
  struct tool_model model = {0};
  const struct rondo_function *function = NULL;
  args->plan.stop = &rdo_tool_was_interrupted;
  if (args->is_quick) {
    args->plan.warmup_s = 0.01;
    args->plan.min_time_s = 0.05;
  }
  if (args->repetitions > REPETITIONS_MAX) {
    rdo_tool_message("--repetitions is at most %d", REPETITIONS_MAX);
    return TOOL_EXIT_USAGE;
  }
  struct rondo_trace *trace = NULL;
  rdo_tool_interrupt_begin();
  int code = rdo_tool_trace_start(args->trace_path, &trace);
  if (code == TOOL_EXIT_OK) code = rdo_tool_model_load(&args->model, &model);
  if (code == TOOL_EXIT_OK) code = rdo_tool_model_find(&args->model, &model, &function);
  if (code == TOOL_EXIT_OK) code = bench_function(args, &model, function);
  code = rdo_tool_trace_stop(args->trace_path, &trace, code);
  rdo_tool_model_release(&model);
  return code;
}

// --timer, which has nothing to do with a model.
static int bench_timer(const struct bench_args *args, const struct tool_strings *positional) {
  const struct tool_model_args *model = &args->model;
  bool names_model = positional->count > 0 || model->modules.count > 0 || model->function != NULL || args->inputs.count > 0;
  bool names_device = model->device != NULL || model->workers != NULL || model->cpus != NULL || model->queues != NULL || model->queue_cpus.count > 0 ||
                      model->spin_us != NULL || model->memory_budget_bytes != 0 || model->step_limit != 0;
  bool names_plan = args->repetitions != 1 || args->plan.batch != 1 || args->plan.pause_us != 0 || args->trace_path != NULL;
  if (!names_model && !names_device && !names_plan) return rdo_tool_bench_timer(args->is_quick, args->wants_json);
  rdo_tool_message("bench: --timer measures the machine and goes with --quick and --json only; for some of its CPUs: taskset -c LIST rondo bench --timer");
  return TOOL_EXIT_USAGE;
}

int rdo_tool_bench(int argc, char **argv) {
  struct bench_args args = {.plan = {.warmup_s = 0.1, .warmup_count = 1, .min_time_s = 1, .batch = 1}, .repetitions = 1};
  const struct tool_option options[] = {
      TOOL_MODEL_OPTIONS(args.model),
      TOOL_FUNCTION_OPTION(args.model),
      {"input", TOOL_OPTION_LIST, &args.inputs, "VALUE", "An argument, as for rondo run; one flag each."},
      {"min_time", TOOL_OPTION_NUMBER, &args.plan.min_time_s, "SECONDS", "Take samples for so long; default 1. Of more than 1000000 the percentiles are those of so many, chosen at random."},
      {"warmup_time", TOOL_OPTION_NUMBER, &args.plan.warmup_s, "SECONDS", "Call for so long before; default 0.1."},
      {"warmup", TOOL_OPTION_COUNT, &args.plan.warmup_count, "COUNT", "Call at least so often before; default 1."},
      {"repetitions", TOOL_OPTION_POSITIVE, &args.repetitions, "COUNT", "Measure so often, a line each; default 1, at most 1000."},
      {"batch", TOOL_OPTION_POSITIVE, &args.plan.batch, "COUNT",
       "Calls between two readings of the clock; default 1. A sample is then their mean, with releasing the results."},
      {"pause-us", TOOL_OPTION_COUNT, &args.plan.pause_us, "TIME",
       "Sleep for so many microseconds before each sample: what a call after idleness takes."},
      {"quick", TOOL_OPTION_SWITCH, &args.is_quick, NULL, "0.05 s of samples after 0.01 s of warm-up; with --timer a tenth of the time."},
      {"timer", TOOL_OPTION_SWITCH, &args.is_timer, NULL,
       "Measure the machine, not a model: on each CPU how late sleeps end and how soon a sleeper runs, and what that asks of the margin before releases. 3 s."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print one JSON object; all times in ns."},
      TOOL_TRACE_OPTION(args.trace_path),
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "bench",
      .synopsis = "MODEL.vmfb [--function=NAME] [--input=VALUE]... [flags]\n       rondo bench --timer [--quick] [--json]",
      .about = "Calls a function again and again and prints how long single calls took. A sample covers the call\n"
               "until its results are there. Calls back to back, with the clock read only twice, follow: their mean\n"
               "compares with what iree-benchmark-module prints. Ctrl-C or SIGTERM ends with what has been measured,\n"
               "a second one at once. SIGUSR1 shows on stderr what queues and workers do.",
      .options = options,
      .examples = "  rondo bench mlp.vmfb --input=1x64xf32=0.5\n"
                  "  rondo bench dronet.vmfb --input=@image.npy --min_time=5 --repetitions=3 --json\n"
                  "  rondo bench --timer\n"
                  "  chrt -f 1 rondo bench --timer",
      .exit_codes = "  0  measured\n  1  the model could not be loaded, or a call failed\n"
                    "  2  the command line is wrong\n  130  ended by Ctrl-C, 143 by SIGTERM",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    bool is_model = !wants_help && !args.is_timer;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else if (args.is_timer) code = bench_timer(&args, &positional);
    else code = rdo_tool_model_args_finish(&args.model, &positional, usage.verb);
    if (code == TOOL_EXIT_OK && is_model) code = rdo_tool_trace_check(args.trace_path);
    if (code == TOOL_EXIT_OK && is_model) code = bench_model(&args);
  }
  rdo_tool_model_args_release(&args.model);
  rdo_tool_strings_release(&args.inputs);
  rdo_tool_strings_release(&positional);
  return code;
}
