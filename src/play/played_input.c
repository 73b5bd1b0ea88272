// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/played_input.h"

#include <stdio.h>
#include <string.h>

#include "plan/model_facts.h"
#include "play/played_function.h"
#include "rondo/tensor.h"

int rdo_played_port_find(const struct rondo_function *function, const char *text, bool is_result) {
  int count = is_result ? rondo_function_result_count(function) : rondo_function_argument_count(function);
  for (int i = 0; i < count; ++i) {
    struct rondo_parameter parameter;
    if (is_result) rondo_function_result(function, i, &parameter);
    else rondo_function_argument(function, i, &parameter);
    if (strcmp(parameter.name, text) == 0) return i;
  }
  return rdo_port_index(text, count, is_result);
}

enum rondo_status rdo_played_input_find(const struct rondo_function *function, const struct rdo_job_input *input, int place, int *out_argument,
                                        struct rondo_diag *diag) {
  int count = rondo_function_argument_count(function);
  *out_argument = input->argument[0] == '\0' ? place : rdo_played_port_find(function, input->argument, false);
  if (*out_argument >= 0 && *out_argument < count) return RONDO_OK;
  return rdo_fail(diag, RONDO_NOT_FOUND, "function %s has no argument \"%s\" (it has %d)", rondo_function_name(function),
                  input->argument[0] == '\0' ? "behind the last" : input->argument, count);
}

enum rondo_status rdo_played_input_text(const struct rdo_job_input *input, char *buffer, const char **out_text, struct rondo_diag *diag) {
  int length = input->kind == RDO_INPUT_FILE    ? snprintf(buffer, RDO_INPUT_TEXT_BYTES, "@%s", input->path)
               : input->kind == RDO_INPUT_SPLAT ? snprintf(buffer, RDO_INPUT_TEXT_BYTES, "%s=%.17g", input->text, input->number)
                                                : 0;
  *out_text = input->kind == RDO_INPUT_CONSTANT ? input->text : buffer;
  if (length < RDO_INPUT_TEXT_BYTES) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "longer than %d characters", RDO_INPUT_TEXT_BYTES - 1);
}

enum rondo_status rdo_played_result_copy(const struct rondo_value *output, int result, const char *reader, uint64_t byte_length, void *to,
                                         struct rondo_diag *diag) {
  if (output->kind != RONDO_VALUE_TENSOR) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "result %d is no tensor, and job %s reads it", result, reader);
  }
  const void *data = rondo_tensor_data(output->tensor);
  uint64_t result_length = data == NULL ? 0 : rondo_tensor_byte_length(output->tensor);
  if (result_length != byte_length || data == NULL) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "result %d has %llu bytes, job %s reads %llu", result, (unsigned long long)result_length, reader,
                    (unsigned long long)byte_length);
  }
  if (byte_length != 0) memcpy(to, data, (size_t)byte_length);
  return RONDO_OK;
}

static enum rondo_status make_given(const struct rdo_played_inputs *given, const struct rondo_function *function, struct rondo_runtime *runtime, int place,
                                    struct rondo_value *out_values, struct rondo_diag *diag) {
  const struct rdo_job_input *input = &given->items[place];
  char buffer[RDO_INPUT_TEXT_BYTES];
  const char *text;
  int argument;
  RDO_TRY(rdo_played_input_find(function, input, place, &argument, diag));
  if (out_values[argument].kind != RONDO_VALUE_NONE) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "argument %d has an input already", argument);
  if (input->kind == RDO_INPUT_RING || input->kind == RDO_INPUT_JOB) {
    return rdo_played_function_make_tensor(function, runtime, given->job, argument, &out_values[argument], diag);
  }
  RDO_TRY(rdo_played_input_text(input, buffer, &text, diag));
  if (given->read == NULL) return rdo_fail(diag, RONDO_UNIMPLEMENTED, "the program that plays the file reads no such inputs: give it zeros");
  return given->read(given->user, runtime, function, argument, text, &out_values[argument], diag);
}

static enum rondo_status make_typed(const struct rdo_played_inputs *given, const struct rondo_function *function, struct rondo_runtime *runtime,
                                    struct rondo_value *out_values, int *out_count, struct rondo_diag *diag) {
  int argument_count = rondo_function_argument_count(function);
  *out_count = 0;
  for (int i = 0; i < given->typed_count; ++i) {
    if (strcmp(given->typed[i].job, given->job) != 0) continue;
    if (*out_count == argument_count) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: more inputs than the %d arguments of function %s", given->job, argument_count, rondo_function_name(function));
    }
    int argument = (*out_count)++;
    if (given->read == NULL) return rdo_fail(diag, RONDO_UNIMPLEMENTED, "job %s: nobody reads its inputs", given->job);
    enum rondo_status status = given->read(given->user, runtime, function, argument, given->typed[i].text, &out_values[argument], diag);
    if (status != RONDO_OK) {
      rdo_prefix(diag, "job %s", given->job);
      return status;
    }
  }
  return RONDO_OK;
}

enum rondo_status rdo_played_inputs_make(const struct rdo_played_inputs *given, const struct rondo_function *function, struct rondo_runtime *runtime,
                                         struct rondo_value *out_values, struct rondo_diag *diag) {
  int typed_count;
  RDO_TRY(make_typed(given, function, runtime, out_values, &typed_count, diag));
  for (int i = 0; i < given->count && typed_count == 0; ++i) {
    enum rondo_status status = make_given(given, function, runtime, i, out_values, diag);
    if (status == RONDO_OK) continue;
    rdo_prefix(diag, "job %s: inputs[%d]", given->job, i);
    return status;
  }
  for (int i = 0; i < rondo_function_argument_count(function); ++i) {
    if (out_values[i].kind != RONDO_VALUE_NONE) continue;
    RDO_TRY(rdo_played_function_make_zero(function, runtime, given->job, i, &out_values[i], diag));
  }
  return RONDO_OK;
}
