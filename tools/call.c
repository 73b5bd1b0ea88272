// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

static bool is_fence(const struct rondo_function *function, int index) {
  struct rondo_parameter parameter = {.kind = RONDO_VALUE_OBJECT};
  rondo_function_argument(function, index, &parameter);
  return parameter.kind == RONDO_VALUE_FENCE;
}

bool rdo_tool_takes_fences(const struct rondo_function *function) {
  int count = rondo_function_argument_count(function);
  if (count < 2) return false;
  if (rondo_function_is_async(function)) return true;
  if (is_fence(function, count - 2) && is_fence(function, count - 1)) return true;
  // The twins that the ONNX and PyTorch importers make declare nothing but their name.
  return strstr(rondo_function_name(function), "$async") != NULL;
}

enum rondo_status rdo_tool_call_init(struct tool_call *call, struct rondo_runtime *runtime,
                                     const struct rondo_function *function, const struct tool_values *arguments,
                                     struct rondo_diag *diag) {
  *call = (struct tool_call){.runtime = runtime, .function = function};
  call->takes_fences = rdo_tool_takes_fences(function);
  call->input_count = arguments->count + (call->takes_fences ? 2 : 0);
  call->output_count = rondo_function_result_count(function);
  call->inputs = calloc((size_t)call->input_count + 1, sizeof *call->inputs);
  call->outputs = calloc((size_t)call->output_count + 1, sizeof *call->outputs);
  if (call->inputs == NULL || call->outputs == NULL) {
    call->output_count = 0;
    return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory for the arguments");
  }
  if (arguments->count > 0) {
    memcpy(call->inputs, arguments->items, sizeof *call->inputs * (size_t)arguments->count);
  }
  return RONDO_OK;
}

void rdo_tool_call_release_outputs(struct tool_call *call) {
  for (int i = 0; i < call->output_count; ++i) rondo_value_release(&call->outputs[i]);
}

void rdo_tool_call_deinit(struct tool_call *call) {
  rdo_tool_call_release_outputs(call);
  free(call->inputs);
  free(call->outputs);
  *call = (struct tool_call){0};
}

static enum rondo_status invoke_function(struct tool_call *call, struct rondo_diag *diag) {
  return rondo_function_invoke(call->function, call->input_count, call->inputs, call->output_count, call->outputs,
                               diag);
}

// Nothing to wait for before the call; a new fence to wait for after it.
static enum rondo_status invoke_with_fences(struct tool_call *call, struct rondo_diag *diag) {
  struct rondo_fence *done = NULL;
  enum rondo_status status = rondo_fence_create(call->runtime, &done, diag);
  if (status != RONDO_OK) return status;
  call->inputs[call->input_count - 2] = (struct rondo_value){.kind = RONDO_VALUE_NONE};
  call->inputs[call->input_count - 1] = (struct rondo_value){.kind = RONDO_VALUE_FENCE, .fence = done};
  status = invoke_function(call, diag);
  if (status == RONDO_OK) {
    status = rondo_fence_wait(done, -1);
    if (status != RONDO_OK) {
      rdo_tool_fail(diag, status, "the signal fence of @%s failed", rondo_function_name(call->function));
      rdo_tool_call_release_outputs(call);
    }
  }
  call->inputs[call->input_count - 1] = (struct rondo_value){.kind = RONDO_VALUE_NONE};
  rondo_fence_release(&done);
  return status;
}

static bool has_memory(const struct rondo_value *value) {
  switch (value->kind) {
    case RONDO_VALUE_TENSOR: return rondo_tensor_data(value->tensor) != NULL || rondo_tensor_byte_length(value->tensor) == 0;
    case RONDO_VALUE_BUFFER: return rondo_buffer_data(value->buffer) != NULL || rondo_buffer_byte_length(value->buffer) == 0;
    default: return true;
  }
}

enum rondo_status rdo_tool_call_invoke(struct tool_call *call, struct rondo_diag *diag) {
  enum rondo_status status = call->takes_fences ? invoke_with_fences(call, diag) : invoke_function(call, diag);
  for (int i = 0; i < call->output_count && status == RONDO_OK; ++i) {
    if (has_memory(&call->outputs[i])) continue;
    status = rdo_tool_fail(diag, RONDO_FAILED_PRECONDITION, "@%s has released the memory of result %d", rondo_function_name(call->function), i);
    rdo_tool_call_release_outputs(call);
  }
  return status;
}

void rdo_tool_call_print_failure(const struct tool_strings *modules, const struct rondo_function *function,
                                 enum rondo_status status, const struct rondo_diag *diag) {
  char files[TOOL_NAME_TEXT_BYTES] = "";
  size_t length = 0;
  for (int i = 0; i < modules->count && length < sizeof files; ++i) {
    length += (size_t)snprintf(files + length, sizeof files - length, "%s%s", i > 0 ? ", " : "", modules->items[i]);
  }
  const char *message = diag->message;
  rdo_tool_message("%s: @%s: %s%s%s", files, rondo_function_name(function), message, *message != '\0' ? ": " : "",
                   rondo_status_name(status));
}
