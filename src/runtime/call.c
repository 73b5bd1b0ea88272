// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/call.h"

#include "base/alloc.h"
#include "base/event.h"

enum rondo_status rdo_call_init(struct rdo_call *call, struct rondo_function *function, struct rondo_diag *diag) {
  memset(call, 0, sizeof *call);
  RDO_TRY(rdo_function_check_cpu(function, diag));
  const struct rdo_cconv *cconv = &function->function->cconv;
  RDO_TRY(rdo_alloc_array((size_t)cconv->argument_length + cconv->result_length + 1, sizeof *call->slots, &call->slots, diag));
  RDO_TRY(rdo_invocation_init(&call->invocation, function->model->context.invocation.heap, diag));
  call->function = function;
  return RONDO_OK;
}

void rdo_call_deinit(struct rdo_call *call) {
  rdo_invocation_deinit(&call->invocation);
  rdo_free(call->slots);
  memset(call, 0, sizeof *call);
}

enum rondo_status rdo_call_begin(struct rdo_call *call, const struct rondo_value *inputs, struct rondo_diag *diag) {
  RDO_TRY(rdo_function_convert_inputs(call->function, inputs, call->slots, diag));
  return rdo_invocation_begin(&call->invocation, call->function->function, call->slots, call->function->model->context.step_limit, diag);
}

enum rondo_status rdo_call_run(struct rdo_call *call, struct rondo_value *outputs) {
  const struct rdo_function *function = call->function->function;
  rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, call->function->name, 0, 0);
  enum rondo_status status = rdo_invocation_run(&call->invocation);
  rdo_event_emit(RDO_EVENT_HOST_CALL_END, 0, (uint32_t)status, 0);
  if (status != RONDO_OK) return status;
  union rdo_slot *results = call->slots + function->cconv.argument_length;
  rdo_invocation_end(&call->invocation, function, results);
  rdo_function_convert_outputs(call->function, results, outputs);
  return RONDO_OK;
}

enum rondo_status rdo_call_watch(struct rdo_call *call, void (*resume)(void *user), void *user) {
  struct rdo_invocation *invocation = &call->invocation;
  enum rondo_status status = RONDO_OK;
  if (invocation->wait == NULL) {
    resume(user);
  } else if (invocation->wait->watch == NULL) {
    status = rdo_fail(invocation->diag, RONDO_UNIMPLEMENTED, "function %s waits for something that only blocks", call->function->name);
  } else {
    status = invocation->wait->watch(invocation->wait_user, resume, user, invocation->diag);
  }
  if (status != RONDO_OK) rdo_invocation_unwind(invocation);
  return status;
}
