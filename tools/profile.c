// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo profile`: what each dispatch of models costs on this machine, into a file that plans are made from.

#define _POSIX_C_SOURCE 200809L

#include "rondo/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inputs.h"
#include "measure.h"
#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "options.h"
#include "play.h"
#include "profile_progress.h"
#include "tool.h"

enum { WORKER_COUNTS_MAX = 256, WORKERS_MAX = 256, REPEAT_MAX = 100000, FILES_MAX = 16, PATH_BYTES = 4096 };

struct profile_args {
  const char *function;
  const char *machine;
  const char *workers;
  const char *plan;
  const char *output;
  struct tool_strings inputs;
  struct tool_strings merges;
  struct tool_strings traces;
  int64_t repeat, warm_up;
  const char *pause;
  int64_t pause_ns;
  bool wants_together, wants_interference, wants_nodes, wants_json;
  int worker_counts[WORKER_COUNTS_MAX];
  int worker_count_count;
};

// Inputs ---------------------------------------------------------------------------------------------------

static enum rondo_value_kind argument_kind(const void *user, int index) {
  struct rondo_parameter parameter = {.kind = RONDO_VALUE_OBJECT};
  rondo_function_argument(user, index, &parameter);
  return parameter.kind;
}

// Values from texts: what was typed, or the files beside a bundled model.
static enum rondo_status read_inputs(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int count, struct rondo_value *out_inputs,
                                     struct rondo_diag *diag) {
  const struct tool_strings *texts = user;
  struct tool_values values = {NULL, NULL, 0};
  enum rondo_status status = rdo_tool_values_read(runtime, "--input", texts, argument_kind, function, count, &values, diag);
  if (status == RONDO_OK && values.count < count) {
    status = rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "--input: %d of %d inputs of %s given", values.count, count, rondo_function_name(function));
  }
  for (int i = 0; i < count && status == RONDO_OK; ++i) {
    out_inputs[i] = values.items[i];
    values.items[i].kind = RONDO_VALUE_NONE;
  }
  rdo_tool_values_release(&values);
  return status;
}

// "@FOLDER/case0_inputK.npy" for the files that there are; the texts are to be freed.
static bool find_recorded_inputs(const char *model, struct tool_strings *texts) {
  const char *slash = strrchr(model, '/');
  int folder_length = slash != NULL ? (int)(slash - model) : 1;
  const char *folder = slash != NULL ? model : ".";
  for (int i = 0; i < FILES_MAX; ++i) {
    char path[PATH_BYTES];
    int length = snprintf(path, sizeof path, "@%.*s/case0_input%d.npy", folder_length, folder, i);
    if (length < 0 || (size_t)length >= sizeof path || access(path + 1, R_OK) != 0) return true;
    char *copy = strdup(path);
    if (copy == NULL || !rdo_tool_strings_append(texts, copy)) return false;
  }
  return true;
}

// A model as it is measured.
struct model_inputs {
  struct tool_strings typed;     // into argv
  struct tool_strings recorded;  // owned texts
};

static void release_inputs(struct model_inputs *inputs, int count) {
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k < inputs[i].recorded.count; ++k) free((void *)(uintptr_t)inputs[i].recorded.items[k]);
    rdo_tool_strings_release(&inputs[i].recorded);
    rdo_tool_strings_release(&inputs[i].typed);
  }
  free(inputs);
}

// What stands behind "NAME:" if NAME is the model's file without folder and ".vmfb", NULL if it is not.
static const char *value_for(const char *text, const char *model) {
  const char *slash = strrchr(model, '/'), *name = slash != NULL ? slash + 1 : model;
  size_t length = strlen(name);
  if (length > 5 && strcmp(name + length - 5, ".vmfb") == 0) length -= 5;
  return strncmp(text, name, length) == 0 && text[length] == ':' ? text + length + 1 : NULL;
}

// Each input is for one of the models: the only one, or the one that it names.
static int sort_inputs(const struct profile_args *args, const struct tool_strings *models, struct model_inputs *inputs) {
  for (int i = 0; i < args->inputs.count; ++i) {
    const char *text = args->inputs.items[i], *value = models->count == 1 ? text : NULL;
    int model = 0;
    for (int k = 0; k < models->count; ++k) {
      const char *named = value_for(text, models->items[k]);
      if (named == NULL) continue;
      value = named;
      model = k;
    }
    if (value == NULL) {
      rdo_tool_message("--input %.200s: with several models it begins with the name of one, as in NAME:VALUE", text);
      return TOOL_EXIT_USAGE;
    }
    if (!rdo_tool_strings_append(&inputs[model].typed, value)) return TOOL_EXIT_FAILURE;
  }
  return TOOL_EXIT_OK;
}

// Results --------------------------------------------------------------------------------------------------

static void print_duration(int64_t ns) {
  char text[TOOL_DURATION_TEXT_BYTES];
  rdo_tool_format_duration((double)ns, text, sizeof text);
  printf("%11s", text);
}

static void print_string(const char *text) {
  putchar('"');
  for (const char *c = text; *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') printf("\\%c", *c);
    else if ((unsigned char)*c < 0x20) printf("\\u%04x", (unsigned)(unsigned char)*c);
    else putchar(*c);
  }
  putchar('"');
}

// Calls print for each cluster and number of workers for which a whole call was measured.
static void for_each_setting(const struct rondo_profile *profile, int model, void (*print)(const struct rondo_profile *profile, int model, int cluster, int workers)) {
  for (int cluster = 0; rondo_profile_cluster(profile, cluster) != NULL; ++cluster) {
    for (int workers = 1; workers <= WORKERS_MAX; ++workers) {
      struct rondo_profile_cost cost;
      if (rondo_profile_find_cost(profile, model, RONDO_PROFILE_CALL, cluster, workers, &cost)) print(profile, model, cluster, workers);
    }
  }
}

static void print_setting(const struct rondo_profile *profile, int model, int cluster, int workers) {
  struct rondo_profile_cost call, program;
  char name[TOOL_NAME_TEXT_BYTES];
  if (!rondo_profile_find_cost(profile, model, RONDO_PROFILE_CALL, cluster, workers, &call)) return;
  printf("  %-16.40s%7d%9" PRIu64, rdo_tool_printable(rondo_profile_cluster(profile, cluster), name, sizeof name), workers, call.sample_count);
  print_duration(call.p50_ns);
  print_duration(call.p99_ns);
  print_duration(call.max_ns);
  if (rondo_profile_find_cost(profile, model, RONDO_PROFILE_PROGRAM, cluster, workers, &program)) print_duration(program.p50_ns);
  printf("\n");
}

// The node whose costs a row shows: callbacks have one place only.
static int shown_node;

static void print_node_cost(const struct rondo_profile *profile, int model, int cluster, int workers) {
  struct rondo_profile_cost cost;
  if (rondo_profile_find_cost(profile, model, shown_node, cluster, workers, &cost)) print_duration(cost.p50_ns);
  else printf("%11s", "");
}

static void print_nodes(const struct rondo_profile *profile, int model) {
  struct rondo_profile_node node;
  char name[TOOL_NAME_TEXT_BYTES];
  printf("\n  node  after            tiles       p50, in the order above\n");
  for (shown_node = 0; rondo_profile_node(profile, model, shown_node, &node); ++shown_node) {
    char after[64] = "";
    for (int i = 0, length = 0; i < node.predecessor_count && length < 12; ++i) length += snprintf(after + length, sizeof after - (size_t)length, i > 0 ? ",%u" : "%u", node.predecessors[i]);
    printf("  %4d  %-14s%8" PRIu64, shown_node, after, node.tile_count);
    for_each_setting(profile, model, print_node_cost);
    printf("  %.60s\n", rdo_tool_printable(node.name, name, sizeof name));
  }
}

static void print_model(const struct rondo_profile *profile, int index, bool wants_nodes) {
  struct rondo_profile_model model;
  char path[TOOL_NAME_TEXT_BYTES], function[TOOL_NAME_TEXT_BYTES];
  if (!rondo_profile_model(profile, index, &model)) return;
  printf("%s%s @%s: %d nodes\n\n", index > 0 ? "\n" : "", rdo_tool_printable(model.path, path, sizeof path), rdo_tool_printable(model.function, function, sizeof function), model.node_count);
  printf("  cluster         workers    calls        p50        p99        max  p50 of host program\n");
  for_each_setting(profile, index, print_setting);
  if (wants_nodes) print_nodes(profile, index);
  for (int i = 0; i < model.remark_count; ++i) printf("%s  not calibrated: %s\n", i == 0 ? "\n" : "", rondo_profile_remark(profile, index, i));
}

static void print_text(const struct rondo_profile *profile, bool wants_nodes) {
  struct rondo_profile_info info;
  struct rondo_profile_interference pair;
  struct rondo_profile_model model, beside;
  rondo_profile_info(profile, &info);
  for (int i = 0; i < info.model_count; ++i) print_model(profile, i, wants_nodes);
  if (info.interference_count > 0) printf("\ncalls beside another model, by calls alone\n");
  for (int i = 0; rondo_profile_interference(profile, i, &pair); ++i) {
    if (!rondo_profile_model(profile, pair.model, &model) || !rondo_profile_model(profile, pair.beside, &beside)) continue;
    printf("  %.3f  %.60s beside %.60s on %.40s\n", pair.factor, model.path, beside.path, rondo_profile_cluster(profile, pair.cluster));
  }
}

static bool is_first_json_setting;

static void print_json_setting(const struct rondo_profile *profile, int model, int cluster, int workers) {
  struct rondo_profile_cost call, program;
  if (!rondo_profile_find_cost(profile, model, RONDO_PROFILE_CALL, cluster, workers, &call)) return;
  printf("%s\n      {\"cluster\": ", is_first_json_setting ? "" : ",");
  is_first_json_setting = false;
  print_string(rondo_profile_cluster(profile, cluster));
  printf(", \"workers\": %d, \"samples\": %" PRIu64 ", \"p50_ns\": %" PRId64 ", \"p99_ns\": %" PRId64 ", \"min_ns\": %" PRId64 ", \"max_ns\": %" PRId64, workers, call.sample_count,
         call.p50_ns, call.p99_ns, call.min_ns, call.max_ns);
  if (rondo_profile_find_cost(profile, model, RONDO_PROFILE_PROGRAM, cluster, workers, &program)) printf(", \"program_p50_ns\": %" PRId64, program.p50_ns);
  printf("}");
}

static void print_json(const struct rondo_profile *profile) {
  struct rondo_profile_model model;
  struct rondo_profile_interference pair;
  printf("{\n  \"models\": [");
  for (int i = 0; rondo_profile_model(profile, i, &model); ++i) {
    printf("%s\n    {\"model\": ", i > 0 ? "," : "");
    print_string(model.path);
    printf(", \"function\": ");
    print_string(model.function);
    printf(", \"nodes\": %d, \"calibrated\": %s, \"remarks\": [", model.node_count, model.is_calibrated ? "true" : "false");
    for (int k = 0; k < model.remark_count; ++k) {
      if (k > 0) printf(", ");
      print_string(rondo_profile_remark(profile, i, k));
    }
    printf("], \"calls\": [");
    is_first_json_setting = true;
    for_each_setting(profile, i, print_json_setting);
    printf("\n    ]}");
  }
  printf("\n  ],\n  \"interference\": [");
  for (int i = 0; rondo_profile_interference(profile, i, &pair); ++i) {
    printf("%s\n    {\"model\": %d, \"beside\": %d, \"cluster\": ", i > 0 ? "," : "", pair.model, pair.beside);
    print_string(rondo_profile_cluster(profile, pair.cluster));
    printf(", \"factor\": %.6f}", pair.factor);
  }
  printf("\n  ]\n}\n");
}

// The verb -------------------------------------------------------------------------------------------------

static int fail(enum rondo_status status, const struct rondo_diag *diag) {
  rdo_tool_print_failure(NULL, status, diag);
  return TOOL_EXIT_FAILURE;
}

static int measure_models(const struct profile_args *args, const struct tool_strings *models, struct model_inputs *inputs, struct rondo_profile **out_profile) {
  struct rondo_profile_call *calls = calloc((size_t)models->count, sizeof *calls);
  struct rondo_diag diag = {.status = RONDO_OK};
  int code = calls != NULL ? sort_inputs(args, models, inputs) : TOOL_EXIT_FAILURE;
  for (int i = 0; i < models->count && code == TOOL_EXIT_OK; ++i) {
    calls[i] = (struct rondo_profile_call){.path = models->items[i], .function = args->function};
    if (inputs[i].typed.count == 0 && !find_recorded_inputs(models->items[i], &inputs[i].recorded)) code = TOOL_EXIT_FAILURE;
    const struct tool_strings *texts = inputs[i].typed.count > 0 ? &inputs[i].typed : &inputs[i].recorded;
    if (texts->count > 0) {
      calls[i].make_inputs = read_inputs;
      calls[i].user = (void *)(uintptr_t)texts;
    }
  }
  const struct rondo_profile_options options = {.machine_file = args->machine,
                                                .worker_counts = args->worker_count_count > 0 ? args->worker_counts : NULL,
                                                .worker_count_count = args->worker_count_count,
                                                .repeat = (int)args->repeat,
                                                .warm_up = (int)args->warm_up,
                                                .pause_ns = args->pause_ns,
                                                .wants_together = args->wants_together,
                                                .wants_interference = args->wants_interference,
                                                .report = rdo_tool_profile_progress,
                                                .stop = &rdo_tool_was_interrupted};
  if (code == TOOL_EXIT_OK) {
    rdo_tool_interrupt_begin();
    rdo_tool_interrupt_ask(NULL, NULL);
    enum rondo_status status = rondo_profile_measure(&options, calls, models->count, out_profile, &diag);
    rdo_tool_profile_progress_end();
    if (status == RONDO_CANCELLED && rdo_tool_was_interrupted) code = rdo_tool_interrupt_exit_code();
    else if (status != RONDO_OK) code = fail(status, &diag);
  }
  free(calls);
  return code;
}

// Puts a profile that was read into the one that there is, or makes it that.
static int merge_file(const struct profile_args *args, const char *path, struct rondo_profile **profile) {
  struct rondo_profile *other;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_profile_read(path, args->machine, &other, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  if (*profile == NULL) {
    *profile = other;
    return TOOL_EXIT_OK;
  }
  status = rondo_profile_merge(*profile, other, &diag);
  rondo_profile_release(&other);
  return status == RONDO_OK ? TOOL_EXIT_OK : fail(status, &diag);
}

static int merge_trace(const struct profile_args *args, const char *path, struct rondo_profile *profile) {
  struct rondo_diag diag = {.status = RONDO_OK};
  uint64_t row_count, used_count;
  char name[TOOL_NAME_TEXT_BYTES];
  enum rondo_status status = rondo_profile_merge_trace(profile, path, args->plan, args->machine, &row_count, &used_count, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  if (used_count < row_count) rdo_tool_message("%s: %" PRIu64 " of %" PRIu64 " rows are of nodes of the profile", rdo_tool_printable(path, name, sizeof name), used_count, row_count);
  return TOOL_EXIT_OK;
}

static int make_profile(const struct profile_args *args, const struct tool_strings *models) {
  struct rondo_profile *profile = NULL;
  struct rondo_diag diag = {.status = RONDO_OK};
  int code = TOOL_EXIT_OK;
  if (models->count > 0) {
    struct model_inputs *inputs = calloc((size_t)models->count, sizeof *inputs);
    if (inputs == NULL) return TOOL_EXIT_FAILURE;
    code = measure_models(args, models, inputs, &profile);
    release_inputs(inputs, models->count);
  }
  for (int i = 0; i < args->merges.count && code == TOOL_EXIT_OK; ++i) code = merge_file(args, args->merges.items[i], &profile);
  for (int i = 0; i < args->traces.count && code == TOOL_EXIT_OK; ++i) code = merge_trace(args, args->traces.items[i], profile);
  if (code == TOOL_EXIT_OK && args->output != NULL) {
    enum rondo_status status = rondo_profile_write(profile, args->output, &diag);
    if (status != RONDO_OK) code = fail(status, &diag);
  }
  if (code == TOOL_EXIT_OK && args->wants_json) print_json(profile);
  if (code == TOOL_EXIT_OK && !args->wants_json) print_text(profile, args->wants_nodes);
  rondo_profile_release(&profile);
  return code;
}

// "1,2,4"
static bool read_worker_counts(struct profile_args *args) {
  for (const char *at = args->workers; at != NULL && args->worker_count_count < WORKER_COUNTS_MAX;) {
    char *end;
    long count = strtol(at, &end, 10);
    if (end == at || count < 1 || count > WORKERS_MAX || (*end != '\0' && *end != ',')) break;
    args->worker_counts[args->worker_count_count++] = (int)count;
    if (*end == '\0') return true;
    at = end + 1;
  }
  return args->workers == NULL;
}

static int check_args(struct profile_args *args, const struct tool_strings *models) {
  if (models->count == 0 && args->merges.count == 0) {
    rdo_tool_message("which model? Name one, or give profiles with --merge");
    fprintf(stderr, "Try 'rondo profile --help'.\n");
    return TOOL_EXIT_USAGE;
  }
  if (args->plan != NULL && args->traces.count == 0) {
    rdo_tool_message("--plan says what traces are of: give one with --from-trace");
    return TOOL_EXIT_USAGE;
  }
  if (args->pause != NULL && !rdo_tool_play_time(args->pause, &args->pause_ns)) {
    rdo_tool_message("--pause=%.40s: not a time, such as 2ms", args->pause);
    return TOOL_EXIT_USAGE;
  }
  if (!read_worker_counts(args)) {
    rdo_tool_message("--workers=%.60s: numbers from 1 to %d are needed, as in 1,2,4", args->workers, WORKERS_MAX);
    return TOOL_EXIT_USAGE;
  }
  if (args->repeat <= REPEAT_MAX && args->warm_up <= REPEAT_MAX) return TOOL_EXIT_OK;
  rdo_tool_message("--repeat and --warmup are at most %d", REPEAT_MAX);
  return TOOL_EXIT_USAGE;
}

int rdo_tool_profile(int argc, char **argv) {
  struct profile_args args = {.repeat = 100};
  const struct tool_option options[] = {
      {"function", TOOL_OPTION_TEXT, &args.function, "NAME", "Function of each model; default its only one."},
      {"machine", TOOL_OPTION_TEXT, &args.machine, "FILE", "Machine file with the clusters to measure on; default those of this machine."},
      {"input", TOOL_OPTION_LIST, &args.inputs, "VALUE",
       "An argument as for rondo run, one flag each, in order; with several models NAME:VALUE, NAME being a model's file without .vmfb. Default the files case0_inputN.npy beside the model, else zeros."},
      {"workers", TOOL_OPTION_TEXT, &args.workers, "COUNTS", "Numbers of workers to measure with, such as 1,2; default 1, 2, 4, ... and all that a cluster has."},
      {"repeat", TOOL_OPTION_POSITIVE, &args.repeat, "COUNT", "Calls that count, for each cluster and number of workers; default 100."},
      {"warmup", TOOL_OPTION_COUNT, &args.warm_up, "COUNT", "Calls before; default a fifth of these, from 5 to 100."},
      {"pause", TOOL_OPTION_TEXT, &args.pause, "TIME", "Pause before each call, such as 2ms: as jobs have it whose periods are longer than their calls, when caches cool and workers sleep. Default none."},
      {"together", TOOL_OPTION_SWITCH, &args.wants_together, NULL, "Measure each model while the others run in turn with it, and on the CPUs that it leaves: as they are played."},
      {"interference", TOOL_OPTION_SWITCH, &args.wants_interference, NULL, "Also measure each model while each one of them runs on another CPU of its cluster."},
      {"merge", TOOL_OPTION_LIST, &args.merges, "FILE", "Add what another profile knows; repeat it for several. Without a MODEL nothing is measured."},
      {"from-trace", TOOL_OPTION_LIST, &args.traces, "FILE", "Add the durations that a trace of a played plan has observed (CSV, see rondo trace); repeat it for several."},
      {"plan", TOOL_OPTION_TEXT, &args.plan, "FILE", "The plan that traces are of: says which dispatch a row is, whatever its job is called."},
      {"output", TOOL_OPTION_TEXT, &args.output, "FILE", "Write the profile."},
      {"nodes", TOOL_OPTION_SWITCH, &args.wants_nodes, NULL, "Print a line for each dispatch, too."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print one JSON object; all times in ns."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "profile",
      .synopsis = "MODEL.vmfb... [-o profile.json] [flags]",
      .about = "Measures what each dispatch of each model costs: on each cluster of the machine, with each number of\n"
               "workers, in calls with real data. The graph comes from the model's recordings. Says when the\n"
               "numbers should not be trusted (\"not calibrated\"), and why. Nothing else should run meanwhile.",
      .options = options,
      .examples = "  rondo profile mlp.vmfb dronet.vmfb -o profile.json\n"
                  "  rondo profile mlp.vmfb --machine=machine.json --workers=1,2 --repeat=1000 --nodes\n"
                  "  rondo profile --merge=profile.json --from-trace=run.csv --plan=plan.json -o better.json\n"
                  "  rondo profile --merge=monday.json --merge=tuesday.json -o profile.json",
      .exit_codes = "  0  measured, also when not calibrated\n  1  a model could not be loaded or failed, or a file could not be read or written\n"
                    "  2  the command line is wrong\n  130  ended by Ctrl-C, 143 by SIGTERM; nothing was written",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = check_args(&args, &positional);
    if (code == TOOL_EXIT_OK && !wants_help) code = make_profile(&args, &positional);
  }
  rdo_tool_strings_release(&positional);
  rdo_tool_strings_release(&args.inputs);
  rdo_tool_strings_release(&args.merges);
  rdo_tool_strings_release(&args.traces);
  return code;
}
