// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One call of a function that its caller runs in pieces: it never blocks, so workers can run it. It has a stack
// of its own, but the model's state is the model's: no two calls of a model may run at the same time, nor
// beside rondo_function_invoke.

#ifndef RDO_RUNTIME_CALL_H_
#define RDO_RUNTIME_CALL_H_

#include "runtime/runtime.h"

struct rdo_call {
  const struct rondo_function *function;  // borrowed
  struct rdo_invocation invocation;
  union rdo_slot *slots;  // arguments, then results
};

// Checks that the machine can run the function and makes room for its calls.
enum rondo_status rdo_call_init(struct rdo_call *call, struct rondo_function *function, struct rondo_diag *diag);
void rdo_call_deinit(struct rdo_call *call);

// Puts the call on the stack; no call may be there.
//   inputs  borrowed for the call to begin
//   diag    where a failure writes, until the call is over
enum rondo_status rdo_call_begin(struct rdo_call *call, const struct rondo_value *inputs, struct rondo_diag *diag);

// Runs until it is over or has to wait.
//   outputs  written when OK; references are the caller's
//   returns  DEFERRED: see rdo_call_watch
enum rondo_status rdo_call_run(struct rdo_call *call, struct rondo_value *outputs);

// For a call that is DEFERRED: `resume` is called once when running on makes sense, on whatever thread; that
// may be inside this call.
//   returns  not OK: it will not be called, and the call is over
enum rondo_status rdo_call_watch(struct rdo_call *call, void (*resume)(void *user), void *user);

#endif  // RDO_RUNTIME_CALL_H_
