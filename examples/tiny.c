// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The smallest honest program: prints the answer of models/mlp_f32/mlp_f32.vmfb to 64 ones.

#include <rondo/model.h>
#include <stdio.h>

int main(int argc, char **argv) {
  const struct rondo_module_source source = {.path = argc > 1 ? argv[1] : "models/mlp_f32/mlp_f32.vmfb"};
  const int64_t dims[] = {1, 64};
  float elements[64];
  for (int i = 0; i < 64; ++i) elements[i] = 1;

  struct rondo_runtime *runtime = NULL;
  struct rondo_model *model = NULL;
  const struct rondo_function *function = NULL;
  struct rondo_value input = {.kind = RONDO_VALUE_TENSOR}, output = {.kind = RONDO_VALUE_NONE};
  struct rondo_diag diag = {.status = RONDO_OK};

  enum rondo_status status = rondo_runtime_create(NULL, &runtime, &diag);
  if (status == RONDO_OK) status = rondo_model_load(runtime, &source, 1, &model, &diag);
  if (status == RONDO_OK) status = rondo_model_find(model, NULL, &function, &diag);
  if (status == RONDO_OK) status = rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 2, dims, elements, &input.tensor, &diag);
  if (status == RONDO_OK) status = rondo_function_invoke(function, 1, &input, 1, &output, &diag);
  if (status == RONDO_OK) {
    const float *answer = rondo_tensor_data(output.tensor);
    for (int64_t i = 0; i < rondo_tensor_element_count(output.tensor); ++i) printf("%.4f\n", (double)answer[i]);
  } else {
    fprintf(stderr, "tiny: %s: %s\n", rondo_status_name(status), diag.message);
  }

  rondo_value_release(&output);
  rondo_value_release(&input);
  rondo_model_release(&model);
  rondo_runtime_release(&runtime);
  return status != RONDO_OK;
}
