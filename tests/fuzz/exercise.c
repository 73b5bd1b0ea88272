// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "exercise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hal/buffer.h"
#include "rondo/inspect.h"
#include "rondo/model.h"

enum {
  MODULE_ALIGNMENT = 64,
  MEMORY_BUDGET_BYTES = 4 << 20,
  STEP_LIMIT = 20000,
  WAIT_LIMIT_NS = 2000000,
  TENSOR_BYTES_MAX = 64 << 10,  // larger inputs are left null
  VALUES_MAX = 64,              // functions with more arguments or results are not called
  FUNCTIONS_MAX = 32,
  LIST_DEPTH = 2,
  LIST_ELEMENTS_MAX = 100,
  ROUNDS = 3,                   // calls with other inputs, and after a failed one
};

static void require(bool condition, const char *what, const struct rondo_diag *diag) {
  if (condition) return;
  fprintf(stderr, "broken promise: %s; status %d, message '%s'\n", what, diag == NULL ? 0 : (int)diag->status,
          diag == NULL ? "" : diag->message);
  abort();
}

static void check_failure(enum rondo_status status, const struct rondo_diag *diag) {
  require(status != RONDO_OK && status != RONDO_DEFERRED, "a failure has a status", diag);
  require(diag->status != RONDO_OK, "a failure fills the diag", diag);
  require(diag->message_length > 0 && diag->message_length < RONDO_DIAG_MESSAGE_BYTES, "a failure has words", diag);
  require(strlen(diag->message) == (size_t)diag->message_length, "words end where their length says", diag);
  require(strpbrk(diag->message, "\n\r\033") == NULL, "words are one line of text", diag);
}

// Inputs ---------------------------------------------------------------------------------------------

static struct rondo_tensor *make_tensor(struct rondo_runtime *runtime, const struct rondo_parameter *parameter) {
  static const int64_t plain_dims[] = {4};
  int64_t dims[RONDO_PARAMETER_RANK_MAX];
  uint64_t bytes = 64;
  struct rondo_tensor *tensor = NULL;
  if (!parameter->has_shape) {
    (void)!rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 1, plain_dims, NULL, &tensor, NULL);
    return tensor;
  }
  for (int i = 0; i < parameter->rank; ++i) {
    dims[i] = parameter->dims[i] < 0 ? 2 : parameter->dims[i];
    bytes = bytes > TENSOR_BYTES_MAX || dims[i] > TENSOR_BYTES_MAX ? UINT64_MAX / 2 : bytes * (uint64_t)dims[i];
    if (bytes > 64 * (uint64_t)TENSOR_BYTES_MAX) return NULL;
  }
  (void)!rondo_tensor_create(runtime, parameter->element_type, parameter->rank, dims, NULL, &tensor, NULL);
  return tensor;
}

static void make_input(struct rondo_runtime *runtime, const struct rondo_parameter *parameter, int round, struct rondo_value *out) {
  static const int32_t numbers[ROUNDS] = {3, -1, 1000};
  *out = (struct rondo_value){.kind = parameter->kind};
  switch (parameter->kind) {
    case RONDO_VALUE_I32: out->i32 = numbers[round]; return;
    case RONDO_VALUE_I64: out->i64 = numbers[round]; return;
    case RONDO_VALUE_F32: out->f32 = (float)numbers[round]; return;
    case RONDO_VALUE_F64: out->f64 = numbers[round]; return;
    case RONDO_VALUE_BUFFER:
      if (rondo_buffer_create(runtime, 64, &out->buffer, NULL) == RONDO_OK) return;
      break;
    case RONDO_VALUE_OBJECT: case RONDO_VALUE_TENSOR:
      out->kind = RONDO_VALUE_TENSOR;
      out->tensor = round == 1 ? NULL : make_tensor(runtime, parameter);
      if (out->tensor != NULL) return;
      break;
    case RONDO_VALUE_FENCE: case RONDO_VALUE_NONE: break;
  }
  out->kind = RONDO_VALUE_NONE;
}

// Outputs --------------------------------------------------------------------------------------------

static volatile unsigned sink;  // keeps the reads

static unsigned read_bytes(const uint8_t *data, uint64_t length) {
  unsigned sum = 0;
  for (uint64_t i = 0; data != NULL && i < length; ++i) sum += data[i];
  return sum;
}

// Reads everything that the result says is there.
static void read_output(const struct rondo_value *value, int list_depth) {
  require(rondo_value_type_name(value) != NULL, "a result has a type's name", NULL);
  if (value->kind == RONDO_VALUE_TENSOR) {
    sink += read_bytes(rondo_tensor_data(value->tensor), rondo_tensor_byte_length(value->tensor));
    for (int i = 0; i < rondo_tensor_rank(value->tensor); ++i) sink += (unsigned)rondo_tensor_dim(value->tensor, i);
    sink += (unsigned)rondo_tensor_element_count(value->tensor);
  } else if (value->kind == RONDO_VALUE_BUFFER) {
    sink += read_bytes(rondo_buffer_data(value->buffer), rondo_buffer_byte_length(value->buffer));
  } else if (value->kind == RONDO_VALUE_FENCE) {
    sink += (unsigned)rondo_fence_query(value->fence);
  }
  int64_t count = list_depth > 0 ? rondo_list_count(value) : 0;
  for (int64_t i = 0; i < count && i < LIST_ELEMENTS_MAX; ++i) {
    struct rondo_value element;
    require(rondo_list_get(value, i, &element) == RONDO_OK, "a list has as many elements as it says", NULL);
    read_output(&element, list_depth - 1);
    rondo_value_release(&element);
  }
}

// Calls ----------------------------------------------------------------------------------------------

static void call_function(struct rondo_runtime *runtime, const struct rondo_function *function, int round, struct exercise_counts *counts) {
  struct rondo_value inputs[VALUES_MAX], outputs[VALUES_MAX];
  int input_count = rondo_function_argument_count(function);
  int output_count = rondo_function_result_count(function);
  if (input_count > VALUES_MAX || output_count > VALUES_MAX) return;
  for (int i = 0; i < input_count; ++i) {
    struct rondo_parameter parameter;
    rondo_function_argument(function, i, &parameter);
    make_input(runtime, &parameter, round, &inputs[i]);
  }
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_function_invoke(function, input_count, inputs, output_count, outputs, &diag);
  if (status != RONDO_OK) check_failure(status, &diag);
  ++*(status == RONDO_OK ? &counts->call_ok_count : &counts->call_failed_count);
  for (int i = 0; i < output_count; ++i) {
    require(status == RONDO_OK || outputs[i].kind == RONDO_VALUE_NONE, "a failed call has no outputs", &diag);
    read_output(&outputs[i], LIST_DEPTH);
    rondo_value_release(&outputs[i]);
  }
  for (int i = 0; i < input_count; ++i) rondo_value_release(&inputs[i]);
}

static void discard_text(void *user, const char *text, size_t length) {
  unsigned *sum = user;
  *sum += read_bytes((const uint8_t *)text, length);
}

static void use_model(struct rondo_runtime *runtime, const struct rondo_model *model, struct exercise_counts *counts) {
  unsigned sum = 0;
  int function_count = rondo_model_function_count(model);
  for (int round = 0; round < ROUNDS; ++round) {
    for (int i = 0; i < function_count && i < FUNCTIONS_MAX; ++i) {
      call_function(runtime, rondo_model_function(model, i), round, counts);
    }
  }
  (void)rondo_inspect_recordings(model, discard_text, &sum);
}

static void inspect_module(const struct rondo_module_source *source) {
  unsigned sum = 0;
  struct rondo_diag diag = {.status = RONDO_OK};
  // All but RONDO_INSPECT_DISPATCHES, which runs native code.
  unsigned sections = RONDO_INSPECT_SUMMARY | RONDO_INSPECT_FUNCTIONS | RONDO_INSPECT_IMPORTS | RONDO_INSPECT_EXECUTABLES |
                      RONDO_INSPECT_DISASSEMBLY;
  enum rondo_status status = rondo_inspect_module(source, sections, discard_text, &sum, &diag);
  if (status != RONDO_OK) check_failure(status, &diag);
}

static void load_and_use(struct rondo_runtime *runtime, const struct rondo_module_source *source, struct exercise_counts *counts) {
  struct rondo_model *model;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_model_load(runtime, source, 1, &model, &diag);
  if (status == RONDO_OK) {
    ++counts->loaded_count;
    use_model(runtime, model, counts);
  } else {
    ++counts->refused_count;
    check_failure(status, &diag);
    require(model == NULL, "a failed load gives no model", &diag);
  }
  rondo_model_release(&model);
}

static uint64_t live_bytes(const struct rdo_heap *heap) {
  return rdo_atomic_load(&heap->live_bytes, rdo_relaxed);  // relaxed: nobody else is left
}

void exercise_module(const uint8_t *data, size_t size, struct exercise_counts *counts) {
  static const struct rondo_runtime_options options = {
      .device = "null", .memory_budget_bytes = MEMORY_BUDGET_BYTES, .step_limit = STEP_LIMIT, .wait_limit_ns = WAIT_LIMIT_NS};
  struct rondo_runtime *runtime;
  void *copy = NULL;  // exactly as long as the module, so that a sanitizer sees a read behind it
  if (posix_memalign(&copy, MODULE_ALIGNMENT, size == 0 ? 1 : size) != 0) abort();
  if (size != 0) memcpy(copy, data, size);
  if (rondo_runtime_create(&options, &runtime, NULL) != RONDO_OK) abort();
  // Keeps the memory pool when the runtime is gone: only that ends what a program left waiting for itself.
  struct rondo_buffer *probe;
  if (rondo_buffer_create(runtime, 1, &probe, NULL) != RONDO_OK) abort();
  const struct rdo_heap *heap = ((const struct rdo_buffer *)(const void *)probe)->heap;
  const uint64_t live_before = live_bytes(heap);
  const struct rondo_module_source source = {.path = "module", .data = copy, .size = size};
  inspect_module(&source);
  load_and_use(runtime, &source, counts);
  rondo_runtime_release(&runtime);
  require(live_bytes(heap) == live_before, "all tensor memory is returned", NULL);
  rondo_buffer_release(&probe);
  free(copy);
}
