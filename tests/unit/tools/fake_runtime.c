// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A stand-in for the library under the tool's tests: plain memory, and one fixed model for every file
// that exists. Its functions:
//
//   view(any) -> any        two(any, any) -> any, any      i32 i64 f32 f64: a scalar, returned
//   shaped(%x: 2x?xf32) -> any                             none()
//   fail() fails            later$async(any, wait, signal) fulfils its fence
//   never(any, wait, signal) fails its fence
//
// It counts what is alive, so that a test can see that everything was released.

#include "fake_runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rondo/inspect.h"
#include "rondo/machine.h"
#include "rondo/trace.h"

int fake_live_count;

struct rondo_runtime {
  uint64_t budget_bytes;
};

struct rondo_tensor {
  int hold_count;
  uint32_t element_type;
  int rank;
  int64_t dims[RONDO_RANK_MAX];
  uint64_t byte_length;
  uint8_t *data;
};

struct rondo_buffer {
  int hold_count;
  uint64_t byte_length;
  uint8_t *data;
};

struct rondo_fence {
  enum rondo_status status;  // DEFERRED while pending
};

struct rondo_function {
  const char *name;
  int argument_count;
  int result_count;
  enum rondo_value_kind kind;  // of the first argument and result
};

static const struct rondo_function functions[] = {
    {"view", 1, 1, RONDO_VALUE_OBJECT},   {"two", 2, 2, RONDO_VALUE_OBJECT}, {"i32", 1, 1, RONDO_VALUE_I32},
    {"i64", 1, 1, RONDO_VALUE_I64},       {"f32", 1, 1, RONDO_VALUE_F32},    {"f64", 1, 1, RONDO_VALUE_F64},
    {"shaped", 1, 1, RONDO_VALUE_TENSOR}, {"none", 0, 0, RONDO_VALUE_NONE},  {"fail", 0, 0, RONDO_VALUE_NONE},
    {"later$async", 3, 1, RONDO_VALUE_OBJECT}, {"never", 3, 1, RONDO_VALUE_OBJECT},
    {"released", 1, 1, RONDO_VALUE_OBJECT},
};
enum { FUNCTION_COUNT = sizeof functions / sizeof functions[0] };

static void *create_object(size_t size) {
  ++fake_live_count;
  return calloc(1, size);
}

static void destroy_object(void *object) {
  --fake_live_count;
  free(object);
}

static enum rondo_status fail(struct rondo_diag *diag, enum rondo_status status, const char *message) {
  if (diag != NULL && diag->status == RONDO_OK) {
    diag->status = status;
    diag->message_length = snprintf(diag->message, sizeof diag->message, "%s", message);
  }
  return status;
}

// Types

static const struct {
  const char *name;
  uint32_t type;
} type_names[] = {
    {"i1", RONDO_ELEMENT_I1},     {"i4", RONDO_ELEMENT_I4},     {"si4", RONDO_ELEMENT_SI4},
    {"ui4", RONDO_ELEMENT_UI4},   {"i8", RONDO_ELEMENT_I8},     {"si8", RONDO_ELEMENT_SI8},
    {"ui8", RONDO_ELEMENT_UI8},   {"i16", RONDO_ELEMENT_I16},   {"si16", RONDO_ELEMENT_SI16},
    {"ui16", RONDO_ELEMENT_UI16}, {"i32", RONDO_ELEMENT_I32},   {"si32", RONDO_ELEMENT_SI32},
    {"ui32", RONDO_ELEMENT_UI32}, {"i64", RONDO_ELEMENT_I64},   {"si64", RONDO_ELEMENT_SI64},
    {"ui64", RONDO_ELEMENT_UI64}, {"f16", RONDO_ELEMENT_F16},   {"f32", RONDO_ELEMENT_F32},
    {"f64", RONDO_ELEMENT_F64},   {"bf16", RONDO_ELEMENT_BF16}, {"cf64", RONDO_ELEMENT_CF64},
    {"cf128", RONDO_ELEMENT_CF128}, {"f8E5M2", RONDO_ELEMENT_F8E5M2}, {"f8E4M3FN", RONDO_ELEMENT_F8E4M3FN},
    {"f8E5M2FNUZ", RONDO_ELEMENT_F8E5M2FNUZ}, {"f8E4M3FNUZ", RONDO_ELEMENT_F8E4M3FNUZ},
    {"f8E8M0FNU", RONDO_ELEMENT_F8E8M0FNU},
};

void rondo_element_type_format(uint32_t element_type, char *buffer, size_t capacity) {
  for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; ++i) {
    if (type_names[i].type != element_type) continue;
    snprintf(buffer, capacity, "%s", type_names[i].name);
    return;
  }
  if (element_type >> 8 == 0) snprintf(buffer, capacity, "*%u", (unsigned)element_type);
  else snprintf(buffer, capacity, "%08X", (unsigned)element_type);
}

enum rondo_status rondo_element_type_parse(const char *text, size_t length, uint32_t *out_element_type) {
  for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; ++i) {
    if (strlen(type_names[i].name) != length || memcmp(type_names[i].name, text, length) != 0) continue;
    *out_element_type = type_names[i].type;
    return RONDO_OK;
  }
  if (length < 2 || length > 4 || text[0] != '*') return RONDO_INVALID_ARGUMENT;
  uint32_t bits = 0;
  for (size_t i = 1; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return RONDO_INVALID_ARGUMENT;
    bits = bits * 10 + (uint32_t)(text[i] - '0');
  }
  if (bits == 0 || bits > 255) return RONDO_INVALID_ARGUMENT;
  *out_element_type = bits;
  return RONDO_OK;
}

const char *rondo_status_name(enum rondo_status status) {
  switch (status) {
    case RONDO_OK: return "OK";
    case RONDO_INVALID_ARGUMENT: return "INVALID_ARGUMENT";
    case RONDO_NOT_FOUND: return "NOT_FOUND";
    case RONDO_OUT_OF_RANGE: return "OUT_OF_RANGE";
    case RONDO_UNIMPLEMENTED: return "UNIMPLEMENTED";
    case RONDO_ABORTED: return "ABORTED";
    case RONDO_DATA_LOSS: return "DATA_LOSS";
    case RONDO_RESOURCE_EXHAUSTED: return "RESOURCE_EXHAUSTED";
    case RONDO_FAILED_PRECONDITION: return "FAILED_PRECONDITION";
    default: return "UNKNOWN";
  }
}

// Runtime

enum rondo_status rondo_runtime_create(const struct rondo_runtime_options *options, struct rondo_runtime **out_runtime,
                                       struct rondo_diag *diag) {
  *out_runtime = NULL;
  if (options != NULL && options->device != NULL && strncmp(options->device, "local-sync", 10) != 0) {
    return fail(diag, RONDO_NOT_FOUND, "no such device");
  }
  *out_runtime = create_object(sizeof **out_runtime);
  return RONDO_OK;
}

void rondo_runtime_release(struct rondo_runtime **runtime) {
  if (runtime == NULL || *runtime == NULL) return;
  destroy_object(*runtime);
  *runtime = NULL;
}

void rondo_runtime_memory(const struct rondo_runtime *runtime, struct rondo_memory_stats *out_stats) {
  *out_stats = (struct rondo_memory_stats){.budget_bytes = runtime->budget_bytes};
}

void rondo_runtime_dump(const struct rondo_runtime *runtime, FILE *file) { fprintf(file, "budget %llu\n", (unsigned long long)runtime->budget_bytes); }

const char *rondo_current_dispatch(void) { return NULL; }
const char *rondo_current_phase(void) { return NULL; }

const char *rondo_version(void) { return "0.0.0-fake"; }

// Tensors and buffers

enum rondo_status rondo_tensor_create(struct rondo_runtime *runtime, uint32_t element_type, int rank,
                                      const int64_t *dims, const void *data, struct rondo_tensor **out_tensor,
                                      struct rondo_diag *diag) {
  (void)runtime;
  (void)diag;
  uint64_t count = 1;
  struct rondo_tensor *tensor = create_object(sizeof *tensor);
  tensor->hold_count = 1;
  tensor->element_type = element_type;
  tensor->rank = rank;
  for (int axis = 0; axis < rank; ++axis) count *= (uint64_t)(tensor->dims[axis] = dims[axis]);
  tensor->byte_length = (count * rondo_element_bits(element_type) + 7) / 8;
  tensor->data = calloc(1, (size_t)tensor->byte_length + 1);
  if (data != NULL) memcpy(tensor->data, data, (size_t)tensor->byte_length);
  *out_tensor = tensor;
  return RONDO_OK;
}

void rondo_tensor_release(struct rondo_tensor **tensor) {
  if (tensor == NULL || *tensor == NULL) return;
  if (--(*tensor)->hold_count == 0) {
    free((*tensor)->data);
    destroy_object(*tensor);
  }
  *tensor = NULL;
}

uint32_t rondo_tensor_element_type(const struct rondo_tensor *tensor) { return tensor->element_type; }
int rondo_tensor_rank(const struct rondo_tensor *tensor) { return tensor->rank; }
int64_t rondo_tensor_dim(const struct rondo_tensor *tensor, int axis) { return tensor->dims[axis]; }
uint64_t rondo_tensor_byte_length(const struct rondo_tensor *tensor) { return tensor->byte_length; }
void *rondo_tensor_data(const struct rondo_tensor *tensor) { return tensor->data; }

int64_t rondo_tensor_element_count(const struct rondo_tensor *tensor) {
  int64_t count = 1;
  for (int axis = 0; axis < tensor->rank; ++axis) count *= tensor->dims[axis];
  return count;
}

enum rondo_status rondo_buffer_create(struct rondo_runtime *runtime, uint64_t byte_length,
                                      struct rondo_buffer **out_buffer, struct rondo_diag *diag) {
  (void)runtime;
  (void)diag;
  struct rondo_buffer *buffer = create_object(sizeof *buffer);
  buffer->hold_count = 1;
  buffer->byte_length = byte_length;
  buffer->data = calloc(1, (size_t)byte_length + 1);
  *out_buffer = buffer;
  return RONDO_OK;
}

void rondo_buffer_release(struct rondo_buffer **buffer) {
  if (buffer == NULL || *buffer == NULL) return;
  if (--(*buffer)->hold_count == 0) {
    free((*buffer)->data);
    destroy_object(*buffer);
  }
  *buffer = NULL;
}

uint64_t rondo_buffer_byte_length(const struct rondo_buffer *buffer) { return buffer->byte_length; }
void *rondo_buffer_data(const struct rondo_buffer *buffer) { return buffer->data; }

// Fences

enum rondo_status rondo_fence_create(struct rondo_runtime *runtime, struct rondo_fence **out_fence,
                                     struct rondo_diag *diag) {
  (void)runtime;
  (void)diag;
  *out_fence = create_object(sizeof **out_fence);
  (*out_fence)->status = RONDO_DEFERRED;
  return RONDO_OK;
}

void rondo_fence_release(struct rondo_fence **fence) {
  if (fence == NULL || *fence == NULL) return;
  destroy_object(*fence);
  *fence = NULL;
}

enum rondo_status rondo_fence_wait(const struct rondo_fence *fence, int64_t timeout_ns) {
  (void)timeout_ns;
  return fence->status;
}

// Values

void rondo_value_release(struct rondo_value *value) {
  if (value == NULL) return;
  if (value->kind == RONDO_VALUE_TENSOR) rondo_tensor_release(&value->tensor);
  if (value->kind == RONDO_VALUE_BUFFER) rondo_buffer_release(&value->buffer);
  value->kind = RONDO_VALUE_NONE;
}

const char *rondo_value_type_name(const struct rondo_value *value) {
  static const char *const names[] = {"null", "i32",             "i64",        "f32",       "f64",
                                      "hal.buffer_view", "hal.buffer", "hal.fence", "object"};
  return names[value->kind];
}

// The fake has no lists.
int64_t rondo_list_count(const struct rondo_value *value) {
  (void)value;
  return -1;
}

enum rondo_status rondo_list_get(const struct rondo_value *value, int64_t index, struct rondo_value *out_element) {
  (void)value, (void)index;
  *out_element = (struct rondo_value){.kind = RONDO_VALUE_NONE};
  return RONDO_INVALID_ARGUMENT;
}

// Models

enum rondo_status rondo_model_load(struct rondo_runtime *runtime, const struct rondo_module_source *sources,
                                   int source_count, struct rondo_model **out_model, struct rondo_diag *diag) {
  (void)runtime;
  for (int i = 0; i < source_count; ++i) {
    FILE *file = fopen(sources[i].path, "rb");
    if (file == NULL) return fail(diag, RONDO_NOT_FOUND, "cannot open the file");
    fclose(file);
  }
  *out_model = create_object(1);
  return RONDO_OK;
}

void rondo_model_release(struct rondo_model **model) {
  if (model == NULL || *model == NULL) return;
  destroy_object(*model);
  *model = NULL;
}

int rondo_model_function_count(const struct rondo_model *model) {
  (void)model;
  return FUNCTION_COUNT;
}

const struct rondo_function *rondo_model_function(const struct rondo_model *model, int index) {
  (void)model;
  return &functions[index];
}

enum rondo_status rondo_model_find(const struct rondo_model *model, const char *name,
                                   const struct rondo_function **out_function, struct rondo_diag *diag) {
  (void)model;
  for (int i = 0; i < FUNCTION_COUNT && name != NULL; ++i) {
    if (strcmp(functions[i].name, name) != 0) continue;
    *out_function = &functions[i];
    return RONDO_OK;
  }
  *out_function = NULL;
  return fail(diag, RONDO_NOT_FOUND, "no such function");
}

const char *rondo_function_name(const struct rondo_function *function) { return function->name; }
int rondo_function_argument_count(const struct rondo_function *function) { return function->argument_count; }
int rondo_function_result_count(const struct rondo_function *function) { return function->result_count; }
bool rondo_function_is_async(const struct rondo_function *function) { return strcmp(function->name, "never") == 0; }

void rondo_function_argument(const struct rondo_function *function, int index, struct rondo_parameter *out_parameter) {
  *out_parameter = (struct rondo_parameter){.kind = index == 0 ? function->kind : RONDO_VALUE_OBJECT};
  if (function->kind != RONDO_VALUE_TENSOR) return;
  out_parameter->has_shape = true;
  out_parameter->element_type = RONDO_ELEMENT_F32;
  out_parameter->rank = 2;
  out_parameter->dims[0] = 2;
  out_parameter->dims[1] = -1;
  snprintf(out_parameter->name, sizeof out_parameter->name, "%%x");
}

void rondo_function_result(const struct rondo_function *function, int index, struct rondo_parameter *out_parameter) {
  *out_parameter = (struct rondo_parameter){.kind = index == 0 ? function->kind : RONDO_VALUE_OBJECT};
}

enum rondo_status rondo_function_invoke(const struct rondo_function *function, int input_count,
                                        const struct rondo_value *inputs, int output_count, struct rondo_value *outputs,
                                        struct rondo_diag *diag) {
  if (strcmp(function->name, "fail") == 0) return fail(diag, RONDO_ABORTED, "failed as asked");
  if (input_count != function->argument_count) return fail(diag, RONDO_INVALID_ARGUMENT, "arity");
  for (int i = 0; i < output_count; ++i) {
    outputs[i] = inputs[i];
    if (outputs[i].kind == RONDO_VALUE_TENSOR) ++outputs[i].tensor->hold_count;
    if (outputs[i].kind == RONDO_VALUE_BUFFER) ++outputs[i].buffer->hold_count;
    if (strcmp(function->name, "released") != 0) continue;
    free(outputs[i].tensor->data);
    outputs[i].tensor->data = NULL;
  }
  if (input_count == 3 && inputs[2].kind == RONDO_VALUE_FENCE) {
    inputs[2].fence->status = strcmp(function->name, "never") == 0 ? RONDO_ABORTED : RONDO_OK;
  }
  return RONDO_OK;
}

// The inspect verb is linked, but no unit test calls it.
enum rondo_status rondo_inspect_module(const struct rondo_module_source *source, unsigned sections, rondo_write_fn write,
                                       void *user, struct rondo_diag *diag) {
  (void)source, (void)sections, (void)write, (void)user;
  return fail(diag, RONDO_UNIMPLEMENTED, "the fake looks into nothing");
}

void rondo_inspect_new_recordings(struct rondo_runtime *runtime, rondo_write_fn write, void *user) {
  (void)runtime;
  (void)write;
  (void)user;
}

int rondo_inspect_recordings(const struct rondo_model *model, rondo_write_fn write, void *user) {
  (void)model, (void)write, (void)user;
  return 0;
}

// Traces

enum rondo_status rondo_trace_start(const struct rondo_trace_options *options, struct rondo_trace **out_trace,
                                    struct rondo_diag *diag) {
  (void)options;
  *out_trace = NULL;
  return fail(diag, RONDO_UNIMPLEMENTED, "the fake traces nothing");
}

enum rondo_status rondo_trace_stop(struct rondo_trace **trace, struct rondo_trace_stats *out_stats, struct rondo_diag *diag) {
  (void)diag;
  *trace = NULL;
  *out_stats = (struct rondo_trace_stats){0};
  return RONDO_OK;
}

// Threads

void rondo_thread_keep_off(const char *name) { (void)name; }
