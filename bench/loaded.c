// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "loaded.h"

#include <stdio.h>
#include <stdlib.h>

#include "support.h"

static void expect(enum rondo_status status, const struct rondo_diag *diag) {
  if (status == RONDO_OK) return;
  fprintf(stderr, "%s: %s\n", rondo_status_name(status), diag->message);
  exit(status == RONDO_INCOMPATIBLE || status == RONDO_UNAVAILABLE ? 77 : 1);
}

static void make_input(struct bench_loaded *loaded, int index) {
  struct rondo_parameter parameter;
  struct rondo_diag diag = {0};
  int64_t dims[RONDO_PARAMETER_RANK_MAX];
  rondo_function_argument(loaded->function, index, &parameter);
  BENCH_CHECK(parameter.kind == RONDO_VALUE_TENSOR && parameter.has_shape);
  for (int i = 0; i < parameter.rank; ++i) dims[i] = parameter.dims[i] < 0 ? 1 : parameter.dims[i];
  struct rondo_value *value = &loaded->inputs[index];
  expect(rondo_tensor_create(loaded->runtime, parameter.element_type, parameter.rank, dims, NULL, &value->tensor, &diag), &diag);
  value->kind = RONDO_VALUE_TENSOR;
}

void bench_load(struct bench_loaded *loaded, const char *path, int worker_count) {
  struct rondo_diag diag = {0};
  const struct rondo_runtime_options options = {.device = "local-task", .worker_count = worker_count};
  const struct rondo_module_source source = {.path = path};
  *loaded = (struct bench_loaded){0};
  expect(rondo_runtime_create(&options, &loaded->runtime, &diag), &diag);
  expect(rondo_model_load(loaded->runtime, &source, 1, &loaded->model, &diag), &diag);
  expect(rondo_model_find(loaded->model, NULL, &loaded->function, &diag), &diag);
  loaded->input_count = rondo_function_argument_count(loaded->function);
  loaded->output_count = rondo_function_result_count(loaded->function);
  BENCH_CHECK(loaded->input_count <= BENCH_VALUES_MAX && loaded->output_count <= BENCH_VALUES_MAX);
  for (int i = 0; i < loaded->input_count; ++i) make_input(loaded, i);
}

void bench_call(struct bench_loaded *loaded) {
  struct rondo_diag diag = {0};
  expect(rondo_function_invoke(loaded->function, loaded->input_count, loaded->inputs, loaded->output_count, loaded->outputs, &diag), &diag);
  for (int i = 0; i < loaded->output_count; ++i) rondo_value_release(&loaded->outputs[i]);
}

void bench_unload(struct bench_loaded *loaded) {
  for (int i = 0; i < loaded->input_count; ++i) rondo_value_release(&loaded->inputs[i]);
  rondo_model_release(&loaded->model);
  rondo_runtime_release(&loaded->runtime);
}
