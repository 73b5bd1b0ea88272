// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Functions: what the file tells about them, and calling them. Arguments and results are declaration.h.

#include "base/cpu.h"
#include "base/event.h"
#include "runtime/declaration.h"
#include "runtime/runtime.h"

// Descriptions ---------------------------------------------------------------------------------------

static const char *attribute_of(const struct rondo_function *function, const char *key) {
  return (const char *)rdo_module_file_attribute(&function->module->file, function->function->ordinal, key).data;
}

bool rdo_function_has_fences(const struct rondo_function *function) {
  return rdo_declaration_has_fences(&function->function->cconv, attribute_of(function, "iree.abi.model"));
}

enum rondo_status rdo_function_check_cpu(const struct rondo_function *function, struct rondo_diag *diag) {
  char key[64] = "rondo.cpu.";
  strcat(key, rdo_cpu_arch());
  const char *features = attribute_of(function, key);
  while (features != NULL && *features != 0) {
    size_t length = strcspn(features, ",");
    bool is_present = false;
    if (length != 0 && (!rdo_cpu_feature(features, length, &is_present) || !is_present)) {
      return rdo_fail(diag, RONDO_INCOMPATIBLE, "function %s needs CPU feature '%.*s', which this machine lacks", function->name, (int)length, features);
    }
    features += length + (features[length] == ',');
  }
  return RONDO_OK;
}

const char *rondo_function_name(const struct rondo_function *function) { return function->name; }
const char *rondo_function_module_name(const struct rondo_function *function) { return function->module_name; }
int rondo_function_argument_count(const struct rondo_function *function) { return function->function->cconv.argument_length; }
int rondo_function_result_count(const struct rondo_function *function) { return function->function->cconv.result_length; }
bool rondo_function_is_async(const struct rondo_function *function) { return function->is_async; }
const char *rondo_function_attribute(const struct rondo_function *function, const char *key) { return attribute_of(function, key); }

void rondo_function_argument(const struct rondo_function *function, int index, struct rondo_parameter *out_parameter) {
  rdo_declaration_argument(&function->function->cconv, attribute_of(function, "iree.abi.declaration"), function->is_async, index, out_parameter);
}

void rondo_function_result(const struct rondo_function *function, int index, struct rondo_parameter *out_parameter) {
  rdo_declaration_result(&function->function->cconv, attribute_of(function, "iree.abi.declaration"), index, out_parameter);
}

bool rondo_function_attribute_at(const struct rondo_function *function, int index, const char **out_key, const char **out_value) {
  const struct rdo_module_file *file = &function->module->file;
  const struct rdo_function_def *def = &file->functions[function->function->ordinal];
  if (index < 0 || (uint32_t)index >= def->attribute_count) return false;
  const struct rdo_attribute *attribute = &file->attributes[def->attribute_begin + (uint32_t)index];
  *out_key = (const char *)attribute->key.data;
  *out_value = attribute->value.data == NULL ? "" : (const char *)attribute->value.data;
  return true;
}

// Calls ----------------------------------------------------------------------------------------------

static struct rdo_object *object_of(const struct rondo_value *value) {
  switch (value->kind) {
    case RONDO_VALUE_TENSOR: return value->tensor == NULL ? NULL : &value->tensor->object;
    case RONDO_VALUE_BUFFER: return value->buffer == NULL ? NULL : &rdo_buffer_from(value->buffer)->object;
    case RONDO_VALUE_FENCE: return value->fence == NULL ? NULL : &rdo_fence_from(value->fence)->object;
    case RONDO_VALUE_OBJECT: return value->object;
    default: return NULL;
  }
}

static bool is_integer(const struct rondo_value *value) { return value->kind == RONDO_VALUE_I32 || value->kind == RONDO_VALUE_I64; }
static bool is_float(const struct rondo_value *value) { return value->kind == RONDO_VALUE_F32 || value->kind == RONDO_VALUE_F64; }
static bool is_ref(const struct rondo_value *value) { return !is_integer(value) && !is_float(value); }

static enum rondo_status convert_input(char letter, const struct rondo_value *value, union rdo_slot *out) {
  int64_t integer = value->kind == RONDO_VALUE_I64 ? value->i64 : value->i32;
  double number = value->kind == RONDO_VALUE_F64 ? value->f64 : (double)value->f32;
  out->i64 = 0;
  switch (letter) {
    case 'i': out->i32 = (int32_t)integer; return is_integer(value) ? RONDO_OK : RONDO_INVALID_ARGUMENT;
    case 'I': out->i64 = integer; return is_integer(value) ? RONDO_OK : RONDO_INVALID_ARGUMENT;
    case 'f': out->f32 = (float)number; return is_float(value) ? RONDO_OK : RONDO_INVALID_ARGUMENT;
    case 'F': out->f64 = number; return is_float(value) ? RONDO_OK : RONDO_INVALID_ARGUMENT;
    default: out->ref = object_of(value); return is_ref(value) ? RONDO_OK : RONDO_INVALID_ARGUMENT;
  }
}

static const char *type_name_of(char letter) {
  static const char *const names[] = {[RONDO_VALUE_I32] = "i32", [RONDO_VALUE_I64] = "i64", [RONDO_VALUE_F32] = "f32", [RONDO_VALUE_F64] = "f64"};
  return letter == 'r' ? "a reference" : names[rdo_declaration_kind(letter)];
}

static void convert_output(char letter, union rdo_slot slot, struct rondo_value *out) {
  out->kind = rdo_declaration_kind(letter);
  out->i64 = slot.i64;
  if (letter != 'r') return;
  if (slot.ref == NULL) {
    out->kind = RONDO_VALUE_NONE;
  } else if (slot.ref->type == &rdo_tensor_type) {
    out->kind = RONDO_VALUE_TENSOR;
    out->tensor = rdo_tensor_of(slot.ref);
  } else if (slot.ref->type == &rdo_buffer_type) {
    out->kind = RONDO_VALUE_BUFFER;
    out->buffer = rdo_buffer_public(rdo_buffer_of(slot.ref));
  } else if (slot.ref->type == &rdo_fence_type) {
    out->kind = RONDO_VALUE_FENCE;
    out->fence = rdo_fence_public(RDO_CONTAINER(slot.ref, struct rdo_fence, object));
  } else {
    out->object = slot.ref;
  }
}

enum rondo_status rdo_function_check_arity(const struct rondo_function *function, int input_count, int output_count, struct rondo_diag *diag) {
  const struct rdo_cconv *cconv = &function->function->cconv;
  if (input_count != cconv->argument_length) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "function %s takes %d inputs, but %d are given", function->name, cconv->argument_length, input_count);
  }
  if (output_count != cconv->result_length) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "function %s returns %d results, but room for %d is given", function->name, cconv->result_length, output_count);
  }
  return RONDO_OK;
}

enum rondo_status rdo_function_convert_inputs(const struct rondo_function *function, const struct rondo_value *inputs, union rdo_slot *arguments,
                                              struct rondo_diag *diag) {
  const struct rdo_cconv *cconv = &function->function->cconv;
  for (uint32_t i = 0; i < cconv->argument_length; ++i) {
    if (convert_input(cconv->arguments[i], &inputs[i], &arguments[i]) != RONDO_OK) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "input %u of function %s is %s, but %s is given", i, function->name, type_name_of(cconv->arguments[i]),
                      rondo_value_type_name(&inputs[i]));
    }
  }
  return RONDO_OK;
}

void rdo_function_convert_outputs(const struct rondo_function *function, const union rdo_slot *results, struct rondo_value *outputs) {
  const struct rdo_cconv *cconv = &function->function->cconv;
  for (uint32_t i = 0; i < cconv->result_length; ++i) convert_output(cconv->results[i], results[i], &outputs[i]);
}

static enum rondo_status invoke_locked(struct rondo_function *function, const struct rondo_value *inputs, struct rondo_value *outputs,
                                       struct rondo_diag *diag) {
  struct rondo_model *model = function->model;
  if (!function->is_cpu_checked) RDO_TRY(rdo_function_check_cpu(function, diag));
  function->is_cpu_checked = true;
  union rdo_slot *arguments = model->slots;
  union rdo_slot *results = model->slots + function->function->cconv.argument_length;
  RDO_TRY(rdo_function_convert_inputs(function, inputs, arguments, diag));
  enum rondo_status status = rdo_invoke(&model->context.invocation, function->function, arguments, model->context.step_limit, results, diag);
  rdo_queue_flush();  // what the program did not wait for
  RDO_TRY(status);
  rdo_function_convert_outputs(function, results, outputs);
  return RONDO_OK;
}

enum rondo_status rondo_function_invoke(const struct rondo_function *function, int input_count, const struct rondo_value *inputs, int output_count,
                                        struct rondo_value *outputs, struct rondo_diag *diag) {
  for (int i = 0; i < output_count; ++i) outputs[i].kind = RONDO_VALUE_NONE;
  RDO_TRY(rdo_function_check_arity(function, input_count, output_count, diag));
  struct rondo_model *model = function->model;
  pthread_mutex_lock(&model->lock);
  rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, function->name, 0, 0);
  enum rondo_status status = invoke_locked((struct rondo_function *)(uintptr_t)function, inputs, outputs, diag);
  rdo_event_emit(RDO_EVENT_HOST_CALL_END, 0, (uint32_t)status, 0);
  pthread_mutex_unlock(&model->lock);
  return status;
}
