// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/module_call.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "rondo/model.h"
#include "rondo/runtime.h"

static enum rondo_status run(struct rdo_module_call *call, int32_t batch_count, struct rondo_diag *diag) {
  const struct rondo_value input = {.kind = RONDO_VALUE_I32, .i32 = batch_count};
  RDO_TRY(rdo_call_begin(&call->call, &input, diag));
  enum rondo_status status = rdo_call_run(&call->call, call->outputs);
  if (status == RONDO_DEFERRED) return rdo_fail(diag, RONDO_UNIMPLEMENTED, "function %s waits for something that nobody does", rondo_function_name(call->function));
  for (int i = 0; status == RONDO_OK && i < call->output_count; ++i) rondo_value_release(&call->outputs[i]);
  return status;
}

// In one piece, on one worker.
static enum rdo_drain_result drain_module(struct rdo_node *node, struct rdo_worker *worker) {
  struct rdo_module_call *call = node->user;
  int64_t begin_ns = rdo_clock_now_ns();
  bool is_held = !node->is_released && rdo_worker_is_reserved(worker, node->process.key) && !rdo_worker_has_room(worker, node->process.key, begin_ns, node->duration_ns);
  if (is_held) return rdo_node_hold(node, worker);
  uint32_t expected = 0;
  if (!rdo_atomic_cas(&node->ended, &expected, 1, rdo_acq_rel, rdo_relaxed)) return RDO_DRAIN_IDLE;  // SYNC(nodes); relaxed: hint
  rdo_node_note_start(node, worker, rdo_clock_now_ns());
  node->is_abandoned = rdo_atomic_load(&node->graph->is_stopping, rdo_relaxed) != 0;  // relaxed: hint
  if (node->is_abandoned) return RDO_DRAIN_DONE;
  enum rondo_status status = run(call, call->batch_count, &call->diag);
  if (status == RONDO_OK) return RDO_DRAIN_DONE;
  if (call->status == RONDO_OK) {
    call->status = status;
    rdo_atomic_store(&call->failed_in, node->graph->iteration, rdo_release);  // SYNC(calls): pairs with failure
  }
  // The first failure ends the iteration: what has not begun does nothing.
  node->is_failed = true;
  rdo_atomic_store(&node->graph->is_stopping, 1, rdo_relaxed);  // relaxed: hint
  return RDO_DRAIN_DONE;
}

enum rondo_status rdo_module_call_failure(const struct rdo_module_call *call, uint64_t iteration) {
  return rdo_atomic_load(&call->failed_in, rdo_acquire) <= iteration ? call->status : RONDO_OK;  // SYNC(calls)
}

const struct rdo_node_body rdo_node_module = {"module", drain_module, NULL};

static bool takes_batch(const struct rondo_function *function) {
  struct rondo_parameter parameter;
  if (rondo_function_argument_count(function) != 1) return false;
  rondo_function_argument(function, 0, &parameter);
  return parameter.kind == RONDO_VALUE_I32;
}

static const struct rondo_function *choose_function(const struct rondo_model *model) {
  int count = rondo_model_function_count(model);
  for (int i = 0; i < count && count > 1; ++i) {
    if (takes_batch(rondo_model_function(model, i))) return rondo_model_function(model, i);
  }
  return rondo_model_function(model, 0);
}

static enum rondo_status load(struct rdo_module_call *call, struct rondo_diag *diag) {
  const struct rondo_module_source source = {.path = call->path};
  RDO_TRY(rondo_runtime_create(NULL, &call->runtime, diag));
  RDO_TRY(rondo_model_load(call->runtime, &source, 1, &call->model, diag));
  if (rondo_model_function_count(call->model) == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: exports no function", call->path);
  call->function = choose_function(call->model);
  if (rondo_function_is_async(call->function)) {
    return rdo_fail(diag, RONDO_UNIMPLEMENTED, "%s: function %s takes fences", call->path, rondo_function_name(call->function));
  }
  if (rondo_function_argument_count(call->function) != 0 && !takes_batch(call->function)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: function %s is not that of a dispatch module, which takes nothing or one i32", call->path,
                    rondo_function_name(call->function));
  }
  RDO_TRY(rdo_call_init(&call->call, (struct rondo_function *)(uintptr_t)call->function, diag));
  call->output_count = rondo_function_result_count(call->function);
  RDO_TRY(rdo_alloc_array((size_t)call->output_count + 1, sizeof *call->outputs, &call->outputs, diag));
  return run(call, 0, diag);
}

enum rondo_status rdo_module_call_create(const char *path, uint32_t lane, int32_t batch_count, struct rdo_module_call **out_call,
                                         struct rondo_diag *diag) {
  struct rdo_module_call *call;
  size_t path_size = strlen(path) + 1;
  *out_call = NULL;
  RDO_TRY(rdo_alloc(sizeof *call, &call, diag));
  call->lane = lane;
  call->batch_count = batch_count;
  rdo_atomic_init(&call->failed_in, UINT64_MAX);
  enum rondo_status status = rdo_alloc(path_size, &call->path, diag);
  if (status == RONDO_OK) memcpy(call->path, path, path_size);
  if (status == RONDO_OK) status = load(call, diag);
  if (status != RONDO_OK) {
    rdo_module_call_destroy(call);
    return status;
  }
  *out_call = call;
  return RONDO_OK;
}

void rdo_module_call_destroy(struct rdo_module_call *call) {
  if (call == NULL) return;
  rdo_call_deinit(&call->call);
  rondo_model_release(&call->model);
  rondo_runtime_release(&call->runtime);
  rdo_free(call->outputs);
  rdo_free(call->path);
  rdo_free(call);
}
