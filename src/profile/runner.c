// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/runner.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum { SPIN_NS = 20000 };  // as the player's workers

// The process ----------------------------------------------------------------------------------------------

static void tell(struct rdo_runner *runner, bool *flag, bool value) {
  pthread_mutex_lock(&runner->lock);
  *flag = value;
  pthread_cond_broadcast(&runner->changed);
  pthread_mutex_unlock(&runner->lock);
}

static void resume(void *user) { rdo_process_schedule(&((struct rdo_runner *)user)->process); }

static bool is_over(const struct rdo_runner *runner) {
  if (runner->status != RONDO_OK) return true;
  if (runner->wanted_count > 0) return runner->done_count == runner->wanted_count;
  return rdo_atomic_load(&runner->must_stop, rdo_relaxed) != 0;  // relaxed: hint
}

static uint32_t next_function(const struct rdo_runner *runner) { return (runner->current + 1) % runner->function_count; }

static void end_call(struct rdo_runner *runner, enum rondo_status status) {
  struct rdo_runner_function *function = &runner->functions[runner->current];
  if (runner->current == 0) runner->ends_ns[runner->done_count % runner->capacity] = rdo_clock_now_ns();
  runner->is_calling = false;
  runner->status = status;
  if (status != RONDO_OK) return;
  if (runner->current == 0) ++runner->done_count;
  for (int i = 0; i < function->output_count; ++i) rondo_value_release(&function->outputs[i]);
  runner->current = next_function(runner);
}

static enum rondo_status begin_call(struct rdo_runner *runner) {
  struct rdo_runner_function *function = &runner->functions[runner->current];
  runner->is_calling = true;
  if (runner->current == 0) runner->begins_ns[runner->done_count % runner->capacity] = rdo_clock_now_ns();
  return rdo_call_begin(&function->call, function->inputs, &runner->diag);
}

static enum rdo_drain_result drain_runner(struct rdo_process *process, struct rdo_worker *worker) {
  (void)worker;
  struct rdo_runner *runner = RDO_CONTAINER(process, struct rdo_runner, process);
  if (runner->has_ended) return RDO_DRAIN_DONE;
  enum rondo_status status = runner->is_calling ? RONDO_OK : begin_call(runner);
  struct rdo_runner_function *function = &runner->functions[runner->current];
  if (status == RONDO_OK) status = rdo_call_run(&function->call, function->outputs);
  if (status == RONDO_DEFERRED) {
    status = rdo_call_watch(&function->call, resume, runner);
    if (status == RONDO_OK) return RDO_DRAIN_IDLE;
  }
  end_call(runner, status);
  if (!is_over(runner)) return RDO_DRAIN_MORE;
  tell(runner, &runner->is_running, false);
  return RDO_DRAIN_IDLE;
}

static void release_runner(struct rdo_process *process) {
  struct rdo_runner *runner = RDO_CONTAINER(process, struct rdo_runner, process);
  tell(runner, &runner->has_process, false);
}

static const struct rdo_process_type runner_type = {"profiled function", drain_runner, NULL, release_runner};

// Batches --------------------------------------------------------------------------------------------------

void rdo_runner_start(struct rdo_runner *runner, size_t count) {
  pthread_mutex_lock(&runner->lock);
  runner->is_running = true;
  pthread_mutex_unlock(&runner->lock);
  runner->wanted_count = count;
  runner->done_count = 0;
  runner->current = 1 % runner->function_count;  // the others come before each of its calls
  rdo_atomic_store(&runner->must_stop, 0, rdo_relaxed);  // relaxed: hint
  rdo_process_schedule(&runner->process);
}

void rdo_runner_stop(struct rdo_runner *runner) {
  rdo_atomic_store(&runner->must_stop, 1, rdo_relaxed);  // relaxed: hint
}

static void await(struct rdo_runner *runner, const bool *flag) {
  pthread_mutex_lock(&runner->lock);
  while (*flag) pthread_cond_wait(&runner->changed, &runner->lock);
  pthread_mutex_unlock(&runner->lock);
}

enum rondo_status rdo_runner_wait(struct rdo_runner *runner, struct rondo_diag *diag) {
  await(runner, &runner->is_running);
  if (runner->status == RONDO_OK) return RONDO_OK;
  if (diag != NULL) *diag = runner->diag;
  rdo_prefix(diag, "function %s", rondo_function_name(runner->functions[runner->current].function));
  return runner->status;
}

static void observe(void *user, const struct rdo_operation *operation) { rdo_call_graph_add(user, operation); }

enum rondo_status rdo_runner_observe(struct rdo_runner *runner, struct rdo_call_graph *graph, struct rondo_diag *diag) {
  struct rdo_device *device = runner->functions[0].runtime->device;
  device->observe_user = graph;
  device->observe = observe;
  rdo_runner_start(runner, 1);
  enum rondo_status status = rdo_runner_wait(runner, diag);
  device->observe = NULL;
  return status == RONDO_OK ? rdo_call_graph_finish(graph, diag) : status;
}

// Inputs ---------------------------------------------------------------------------------------------------

static enum rondo_status make_zero(struct rdo_runner_function *function, int index, struct rondo_value *out_value, struct rondo_diag *diag) {
  struct rondo_parameter parameter;
  rondo_function_argument(function->function, index, &parameter);
  *out_value = (struct rondo_value){.kind = parameter.kind};
  if (parameter.kind != RONDO_VALUE_TENSOR && parameter.kind != RONDO_VALUE_OBJECT) return RONDO_OK;
  out_value->kind = RONDO_VALUE_NONE;
  bool has_dims = parameter.has_shape;
  for (int i = 0; has_dims && i < parameter.rank; ++i) has_dims = parameter.dims[i] >= 0;
  if (!has_dims) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the file does not tell the shape of argument %d of %s: give inputs", index,
                    rondo_function_name(function->function));
  }
  RDO_TRY(rondo_tensor_create(function->runtime, parameter.element_type, parameter.rank, parameter.dims, NULL, &out_value->tensor, diag));
  out_value->kind = RONDO_VALUE_TENSOR;
  return RONDO_OK;
}

static enum rondo_status make_inputs(struct rdo_runner_function *function, const struct rondo_profile_call *call, struct rondo_diag *diag) {
  function->input_count = rondo_function_argument_count(function->function);
  function->output_count = rondo_function_result_count(function->function);
  RDO_TRY(rdo_alloc_array((size_t)function->input_count + 1, sizeof *function->inputs, &function->inputs, diag));
  RDO_TRY(rdo_alloc_array((size_t)function->output_count + 1, sizeof *function->outputs, &function->outputs, diag));
  if (call->make_inputs != NULL) return call->make_inputs(call->user, function->runtime, function->function, function->input_count, function->inputs, diag);
  for (int i = 0; i < function->input_count; ++i) RDO_TRY(make_zero(function, i, &function->inputs[i], diag));
  return RONDO_OK;
}

// Life -----------------------------------------------------------------------------------------------------

static enum rondo_status load(const struct rdo_runner *runner, const struct rondo_profile_call *call, struct rdo_runner_function *function, struct rondo_diag *diag) {
  static const struct rondo_runtime_options runtime_options;
  const struct rdo_device_options device_options = {"local-task", 0, NULL, 1, &runner->executor};
  struct rdo_device *device;
  RDO_TRY(rdo_device_create(&device_options, &device, diag));
  RDO_TRY(rdo_runtime_create_over(device, &runtime_options, &function->runtime, diag));
  const struct rondo_module_source source = {.path = call->path};
  RDO_TRY(rondo_model_load(function->runtime, &source, 1, &function->model, diag));
  RDO_TRY(rondo_model_find(function->model, call->function, &function->function, diag));
  if (rondo_function_is_async(function->function)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "function %s takes fences: profile its synchronous twin", rondo_function_name(function->function));
  }
  RDO_TRY(rdo_call_init(&function->call, (struct rondo_function *)(uintptr_t)function->function, diag));
  return make_inputs(function, call, diag);
}

static enum rondo_status load_all(struct rdo_runner *runner, const struct rdo_runner_options *options, struct rondo_diag *diag) {
  const struct rdo_executor_options executor = {.worker_count = options->worker_count,
                                                .worker_cpus = options->cpus,
                                                .worker_base = options->worker_base,
                                                .spin_ns = SPIN_NS,
                                                .is_played = options->is_played};
  RDO_TRY(rdo_executor_create(&executor, &runner->executor, diag));
  RDO_TRY(rdo_alloc_array((size_t)options->other_count + 1, sizeof *runner->functions, &runner->functions, diag));
  runner->function_count = options->other_count + 1;
  RDO_TRY(load(runner, options->call, &runner->functions[0], diag));
  for (uint32_t i = 0; i < options->other_count; ++i) {
    enum rondo_status status = load(runner, options->others[i], &runner->functions[1 + i], diag);
    if (status == RONDO_OK) continue;
    rdo_prefix(diag, "%s", options->others[i]->path);
    return status;
  }
  return RONDO_OK;
}

enum rondo_status rdo_runner_init(struct rdo_runner *runner, const struct rdo_runner_options *options, size_t capacity, struct rondo_diag *diag) {
  *runner = (struct rdo_runner){.capacity = capacity};
  pthread_mutex_init(&runner->lock, NULL);
  pthread_cond_init(&runner->changed, NULL);
  rdo_atomic_init(&runner->must_stop, 0);
  RDO_TRY(rdo_alloc_array(capacity, sizeof *runner->begins_ns, &runner->begins_ns, diag));
  RDO_TRY(rdo_alloc_array(capacity, sizeof *runner->ends_ns, &runner->ends_ns, diag));
  RDO_TRY(load_all(runner, options, diag));
  rdo_process_init(&runner->process, &runner_type, runner->executor, 1);
  runner->has_process = true;
  rdo_process_start_idle(&runner->process);
  return RONDO_OK;
}

// The process ends by itself, on a worker; it is idle.
static void end_process(struct rdo_runner *runner) {
  if (!runner->has_process) return;
  runner->has_ended = true;
  rdo_process_schedule(&runner->process);
  await(runner, &runner->has_process);
}

static void unload(struct rdo_runner_function *function) {
  for (int i = 0; i < function->input_count && function->inputs != NULL; ++i) rondo_value_release(&function->inputs[i]);
  if (function->call.function != NULL) rdo_call_deinit(&function->call);
  rondo_model_release(&function->model);
  rondo_runtime_release(&function->runtime);
  rdo_free(function->inputs);
  rdo_free(function->outputs);
}

void rdo_runner_deinit(struct rdo_runner *runner) {
  end_process(runner);
  for (uint32_t i = 0; i < runner->function_count; ++i) {
    if (runner->functions[i].runtime != NULL) rdo_device_close(runner->functions[i].runtime->device);
  }
  rdo_executor_stop(runner->executor);
  for (uint32_t i = 0; i < runner->function_count; ++i) unload(&runner->functions[i]);
  rdo_executor_destroy(runner->executor);
  rdo_free(runner->functions);
  rdo_free(runner->begins_ns);
  rdo_free(runner->ends_ns);
  pthread_cond_destroy(&runner->changed);
  pthread_mutex_destroy(&runner->lock);
  *runner = (struct rdo_runner){0};
}
