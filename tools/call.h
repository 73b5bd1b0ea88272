// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A call that can be repeated: arguments, room for results, and the fences of asynchronous functions.

#ifndef RDO_TOOLS_CALL_H_
#define RDO_TOOLS_CALL_H_

#include "inputs.h"

struct tool_call {
  struct rondo_runtime *runtime;          // borrowed
  const struct rondo_function *function;  // borrowed
  struct rondo_value *inputs;             // inputs[input_count]; the holds belong to the arguments
  int input_count;
  struct rondo_value *outputs;  // outputs[output_count], NONE before a call; owned
  int output_count;
  bool takes_fences;  // the last two inputs are a wait fence and a signal fence
};

// Whether a function ends in a wait and a signal fence, by its declaration, its argument types or its
// name: such a call returns before its results are there.
bool rdo_tool_takes_fences(const struct rondo_function *function);

// Prepares a call. End with rdo_tool_call_deinit, also after an error.
//   arguments  what the user supplies, borrowed until deinit
//   returns    OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_call_init(struct tool_call *call, struct rondo_runtime *runtime,
                                     const struct rondo_function *function, const struct tool_values *arguments,
                                     struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_tool_call_deinit(struct tool_call *call);

// Calls, and waits until the results are there. The results of an earlier call must be released.
//   returns    OK, or what the call or its signal fence failed with, FAILED_PRECONDITION for a result
//              without memory; then there are no results
enum rondo_status rdo_tool_call_invoke(struct tool_call *call, struct rondo_diag *diag) RONDO_MUST_USE;

// Prints "rondo: FILE: @FUNCTION: MESSAGE: STATUS_NAME" to stderr.
//   modules  the files of the model; with several, all are named
void rdo_tool_call_print_failure(const struct tool_strings *modules, const struct rondo_function *function,
                                 enum rondo_status status, const struct rondo_diag *diag);

// Releases the results.
void rdo_tool_call_release_outputs(struct tool_call *call);

#endif  // RDO_TOOLS_CALL_H_
