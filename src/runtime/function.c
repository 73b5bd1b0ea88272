// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Functions: what the file tells about them, and calling them.

#include "base/cpu.h"
#include "base/event.h"
#include "runtime/runtime.h"

// Descriptions ---------------------------------------------------------------------------------------

static const char *attribute_of(const struct rondo_function *function, const char *key) {
  return (const char *)rdo_module_file_attribute(&function->module->file, function->function->ordinal, key).data;
}

static enum rondo_value_kind kind_of(char letter) {
  switch (letter) {
    case 'i': return RONDO_VALUE_I32;
    case 'I': return RONDO_VALUE_I64;
    case 'f': return RONDO_VALUE_F32;
    case 'F': return RONDO_VALUE_F64;
    default: return RONDO_VALUE_OBJECT;
  }
}

// Parses the inside of tensor<...>: "1x?x3xf32", perhaps with an encoding behind a comma.
static void parse_tensor(const char *text, const char *end, struct rondo_parameter *out) {
  int rank = 0;
  while (text < end && (*text == '?' || (*text >= '0' && *text <= '9'))) {
    if (rank == RONDO_PARAMETER_RANK_MAX) return;
    int64_t dim = 0;
    if (*text == '?') {
      dim = -1;
      ++text;
    } else {
      for (; text < end && *text >= '0' && *text <= '9'; ++text) {
        if (dim > INT64_MAX / 16) return;
        dim = dim * 10 + (*text - '0');
      }
    }
    if (text == end || *text != 'x') return;
    ++text;
    out->dims[rank++] = dim;
  }
  const char *comma = memchr(text, ',', (size_t)(end - text));
  size_t length = (size_t)((comma != NULL ? comma : end) - text);
  if (rondo_element_type_parse(text, length, &out->element_type) != RONDO_OK) return;
  out->rank = rank;
  out->has_shape = true;
}

static bool begins_with(const char *text, const char *end, const char *prefix) {
  size_t length = strlen(prefix);
  return (size_t)(end - text) >= length && memcmp(text, prefix, length) == 0;
}

// Parses "%input0: tensor<4xf32> {...}" into a parameter whose kind the calling convention gave.
static void parse_parameter(const char *text, const char *end, struct rondo_parameter *out) {
  static const char tensor_prefix[] = "tensor<";
  while (text < end && *text == ' ') ++text;
  const char *colon = memchr(text, ':', (size_t)(end - text));
  if (colon == NULL || *text != '%') return;
  size_t name_length = (size_t)(colon - text) - 1;
  if (name_length >= sizeof out->name) name_length = sizeof out->name - 1;
  memcpy(out->name, text + 1, name_length);
  out->name[name_length] = 0;
  text = colon + 1;
  while (text < end && *text == ' ') ++text;
  if (begins_with(text, end, tensor_prefix)) {
    const char *close = memchr(text, '>', (size_t)(end - text));
    out->kind = RONDO_VALUE_TENSOR;
    // complex<f32> and encodings nest; the last '>' closes the tensor.
    for (const char *at = close; at != NULL && at < end; ++at) close = *at == '>' ? at : close;
    if (close != NULL) parse_tensor(text + sizeof tensor_prefix - 1, close, out);
  } else if (begins_with(text, end, "!hal.buffer_view")) {
    out->kind = RONDO_VALUE_TENSOR;
  } else if (begins_with(text, end, "!hal.buffer")) {
    out->kind = RONDO_VALUE_BUFFER;
  } else if (begins_with(text, end, "!hal.fence")) {
    out->kind = RONDO_VALUE_FENCE;
  }
}

// Parses entry `wanted` of a parenthesised list, if there is one; returns what follows the list, NULL when there
// is none.
static const char *parse_list(const char *text, uint32_t wanted, struct rondo_parameter *out) {
  const char *at = text == NULL ? NULL : strchr(text, '(');
  if (at == NULL) return NULL;
  int depth = 0;
  uint32_t index = 0;
  const char *begin = at + 1;
  for (; *at != 0; ++at) {
    if (strchr("(<[{", *at) != NULL) ++depth;
    if (strchr(")>]}", *at) != NULL && !(*at == '>' && at[-1] == '-')) --depth;
    bool is_end = depth == 0;
    if (!is_end && !(depth == 1 && *at == ',')) continue;
    if (at > begin && index++ == wanted) parse_parameter(begin, at, out);
    begin = at + 1;
    if (is_end) return at + 1;
  }
  return NULL;
}

bool rdo_function_has_fences(const struct rondo_function *function) {
  const struct rdo_cconv *cconv = &function->function->cconv;
  const char *model = attribute_of(function, "iree.abi.model");
  return model != NULL && strcmp(model, "coarse-fences") == 0 && cconv->argument_length >= 2 &&
         memcmp(cconv->arguments + cconv->argument_length - 2, "rr", 2) == 0;
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
  const struct rdo_cconv *cconv = &function->function->cconv;
  int logical_count = cconv->argument_length - (function->is_async ? 2 : 0);
  *out_parameter = (struct rondo_parameter){.kind = kind_of(cconv->arguments[index])};
  if (index < logical_count) {
    (void)parse_list(attribute_of(function, "iree.abi.declaration"), (uint32_t)index, out_parameter);
  } else {
    out_parameter->kind = RONDO_VALUE_FENCE;
    memcpy(out_parameter->name, index == logical_count ? "wait" : "signal", index == logical_count ? 5 : 7);
  }
}

void rondo_function_result(const struct rondo_function *function, int index, struct rondo_parameter *out_parameter) {
  struct rondo_parameter ignored;
  *out_parameter = (struct rondo_parameter){.kind = kind_of(function->function->cconv.results[index])};
  const char *rest = parse_list(attribute_of(function, "iree.abi.declaration"), UINT32_MAX, &ignored);
  (void)parse_list(rest, (uint32_t)index, out_parameter);
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
  return letter == 'r' ? "a reference" : names[kind_of(letter)];
}

static void convert_output(char letter, union rdo_slot slot, struct rondo_value *out) {
  out->kind = kind_of(letter);
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
