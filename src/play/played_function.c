// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/played_function.h"

#include "rondo/model.h"
#include "rondo/tensor.h"

enum rondo_status rdo_played_model_load(struct rdo_executor *executor, const char *path, uint64_t memory_budget_bytes, struct rondo_runtime **out_runtime,
                                        struct rondo_model **out_model, struct rondo_diag *diag) {
  const struct rdo_device_options device_options = {"local-task", memory_budget_bytes, NULL, 1, &executor};
  const struct rondo_runtime_options runtime_options = {.memory_budget_bytes = memory_budget_bytes};
  const struct rondo_module_source source = {.path = path};
  struct rdo_device *device;
  RDO_TRY(rdo_device_create(&device_options, &device, diag));
  RDO_TRY(rdo_runtime_create_over(device, &runtime_options, out_runtime, diag));
  return rondo_model_load(*out_runtime, &source, 1, out_model, diag);
}

enum rondo_status rdo_played_function_find(const struct rondo_model *model, const char *job, const char *name, const struct rondo_function **out_function,
                                           struct rondo_diag *diag) {
  RDO_TRY(rondo_model_find(model, name, out_function, diag));
  if (!rondo_function_is_async(*out_function)) return RONDO_OK;
  return rdo_fail(diag, RONDO_UNIMPLEMENTED, "job %s: function %s takes fences; play its synchronous twin", job, rondo_function_name(*out_function));
}

enum rondo_status rdo_played_function_make_tensor(const struct rondo_function *function, struct rondo_runtime *runtime, const char *job, int argument,
                                                  struct rondo_value *out_value, struct rondo_diag *diag) {
  struct rondo_parameter parameter;
  rondo_function_argument(function, argument, &parameter);
  bool has_dims = parameter.has_shape && (parameter.kind == RONDO_VALUE_TENSOR || parameter.kind == RONDO_VALUE_OBJECT);
  for (int i = 0; has_dims && i < parameter.rank; ++i) has_dims = parameter.dims[i] >= 0;
  if (!has_dims) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: the model's file does not tell the shape of argument %d of function %s: give it a value", job, argument,
                    rondo_function_name(function));
  }
  RDO_TRY(rondo_tensor_create(runtime, parameter.element_type, parameter.rank, parameter.dims, NULL, &out_value->tensor, diag));
  out_value->kind = RONDO_VALUE_TENSOR;
  return RONDO_OK;
}

enum rondo_status rdo_played_function_make_zero(const struct rondo_function *function, struct rondo_runtime *runtime, const char *job, int argument,
                                                struct rondo_value *out_value, struct rondo_diag *diag) {
  struct rondo_parameter parameter;
  rondo_function_argument(function, argument, &parameter);
  if (parameter.kind == RONDO_VALUE_TENSOR || parameter.kind == RONDO_VALUE_OBJECT || parameter.kind == RONDO_VALUE_BUFFER) {
    return rdo_played_function_make_tensor(function, runtime, job, argument, out_value, diag);
  }
  *out_value = (struct rondo_value){.kind = parameter.kind, .i64 = 0};
  return RONDO_OK;
}
