// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "model_args.h"

#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "message.h"
#include "tensor_trace.h"

// With one thread a wait without a timeout that is not over at once never will be.
#define WAIT_LIMIT_NS INT64_C(2000000000)

enum { WORKERS_MAX = 256, SPIN_US_MAX = 1000000 };

// A flag that was typed as a number up to `max`; false after saying what is wrong.
static bool parse_count(const char *name, const char *text, int max, int *out) {
  char *end = NULL;
  long value = strtol(text, &end, 10);
  if (*text >= '0' && *text <= '9' && *end == '\0' && value <= max) {
    *out = (int)value;
    return true;
  }
  rdo_tool_message("--%s=%s is not a number from 0 to %d", name, text, max);
  return false;
}

void rdo_tool_print_failure(const char *where, enum rondo_status status, const struct rondo_diag *diag) {
  const char *message = diag != NULL ? diag->message : "";
  char place[TOOL_NAME_TEXT_BYTES] = "";
  if (where != NULL) rdo_tool_printable(where, place, sizeof place);
  if (strstr(message, place) != NULL) place[0] = '\0';  // as it is printed, so the diag has it
  rdo_tool_message("%s%s%s%s%s", place, *place != '\0' ? ": " : "", message, *message != '\0' ? ": " : "",
                   rondo_status_name(status));
}

int rdo_tool_model_args_finish(struct tool_model_args *args, const struct tool_strings *positional, const char *verb) {
  for (int i = 0; i < positional->count; ++i) {
    if (!rdo_tool_strings_append(&args->modules, positional->items[i])) return TOOL_EXIT_FAILURE;
  }
  int value;
  if (args->workers != NULL && !parse_count("workers", args->workers, WORKERS_MAX, &value)) return TOOL_EXIT_USAGE;
  if (args->spin_us != NULL && !parse_count("spin-us", args->spin_us, SPIN_US_MAX, &value)) return TOOL_EXIT_USAGE;
  if (args->queues != NULL && strcmp(args->queues, "nodes") != 0 && strcmp(args->queues, "clusters") != 0) {
    rdo_tool_message("--queues=%s is neither nodes nor clusters", args->queues);
    return TOOL_EXIT_USAGE;
  }
  if (args->queue_cpus.count != 0 && (args->queues != NULL || args->cpus != NULL)) {
    rdo_tool_message("--queue says which CPUs each queue has: it excludes --queues and --cpus");
    return TOOL_EXIT_USAGE;
  }
  if (args->modules.count > 0) return TOOL_EXIT_OK;
  fprintf(stderr, "rondo: %s needs a model: a .vmfb file\nTry 'rondo %s --help'.\n", verb, verb);
  return TOOL_EXIT_USAGE;
}

void rdo_tool_model_args_release(struct tool_model_args *args) {
  rdo_tool_strings_release(&args->modules);
  rdo_tool_strings_release(&args->queue_cpus);
}

static enum rondo_status load_modules(const struct tool_strings *modules, struct tool_model *model,
                                      struct rondo_diag *diag) {
  struct rondo_module_source *sources = calloc((size_t)modules->count, sizeof *sources);
  if (sources == NULL) return RONDO_RESOURCE_EXHAUSTED;
  for (int i = 0; i < modules->count; ++i) sources[i].path = modules->items[i];
  enum rondo_status status = rondo_model_load(model->runtime, sources, modules->count, &model->model, diag);
  free(sources);
  return status;
}

// A kernel that does not come back for so long hangs, or is larger than any we know.
#define WATCHDOG_NS INT64_C(10000000000)

static void tell_stuck(void *user, int worker, const char *dispatch, int64_t busy_ns) {
  (void)user;
  char name[TOOL_NAME_TEXT_BYTES];
  rdo_tool_printable(dispatch, name, sizeof name);
  long long busy_s = (long long)(busy_ns / 1000000000);
  if (worker < 0) rdo_tool_message("the caller, who works along, has been in dispatch %s for %lld s", name, busy_s);
  else rdo_tool_message("worker %d has been in dispatch %s for %lld s", worker, name, busy_s);
}

static void show_runtime(void *runtime, FILE *file) { rondo_runtime_dump(runtime, file); }

int rdo_tool_model_load(const struct tool_model_args *args, struct tool_model *out_model) {
  *out_model = (struct tool_model){0};
  struct rondo_diag diag = {0};
  struct rondo_runtime_options options = {.device = args->device,
                                          .memory_budget_bytes = args->memory_budget_bytes,
                                          .step_limit = (uint64_t)args->step_limit,
                                          .cpus = args->cpus};
  bool is_task = args->device != NULL && strcmp(args->device, "local-task") == 0;
  if (!is_task) options.endless_wait_limit_ns = WAIT_LIMIT_NS;
  if (is_task) {
    options.watchdog_ns = WATCHDOG_NS;
    options.stuck = tell_stuck;
  }
  // The library's 0 means "default".
  if (args->workers != NULL) options.worker_count = strcmp(args->workers, "0") == 0 ? -1 : atoi(args->workers);
  if (args->spin_us != NULL) options.spin_ns = strcmp(args->spin_us, "0") == 0 ? -1 : INT64_C(1000) * atoi(args->spin_us);
  if (args->queues != NULL) options.queue_unit = strcmp(args->queues, "nodes") == 0 ? RONDO_QUEUE_PER_NODE : RONDO_QUEUE_PER_CLUSTER;
  options.queue_cpus = args->queue_cpus.items;
  options.queue_cpus_count = args->queue_cpus.count;
  options.trace = rdo_tool_tensor_trace;
  enum rondo_status status = rondo_runtime_create(&options, &out_model->runtime, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(args->device, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  rdo_tool_interrupt_show(show_runtime, out_model->runtime);
  status = load_modules(&args->modules, out_model, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  // With several modules the diag says which one it was about.
  rdo_tool_print_failure(args->modules.count == 1 ? args->modules.items[0] : NULL, status, &diag);
  return TOOL_EXIT_FAILURE;
}

void rdo_tool_model_release(struct tool_model *model) {
  if (model == NULL) return;
  rdo_tool_interrupt_show(NULL, NULL);
  rondo_model_release(&model->model);
  rondo_runtime_release(&model->runtime);
}

int rdo_tool_model_find(const struct tool_model_args *args, const struct tool_model *model,
                        const struct rondo_function **out_function) {
  struct rondo_diag diag = {0};
  enum rondo_status status = rondo_model_find(model->model, args->function, out_function, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  rdo_tool_print_failure(args->modules.items[args->modules.count - 1], status, &diag);
  return TOOL_EXIT_FAILURE;
}
