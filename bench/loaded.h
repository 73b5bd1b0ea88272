// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A loaded model with zeros as inputs, for programs that measure its calls.

#ifndef RDO_BENCH_LOADED_H_
#define RDO_BENCH_LOADED_H_

#include "rondo/model.h"

enum { BENCH_VALUES_MAX = 8 };

struct bench_loaded {
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
  struct rondo_value inputs[BENCH_VALUES_MAX], outputs[BENCH_VALUES_MAX];
  int input_count, output_count;
};

// Loads a model with one function on local-task; ends the program when that fails, with 77 where the model is not for this machine.
//   worker_count  0 = the default
void bench_load(struct bench_loaded *loaded, const char *path, int worker_count);

// Calls it and releases the results.
void bench_call(struct bench_loaded *loaded);

void bench_unload(struct bench_loaded *loaded);

#endif  // RDO_BENCH_LOADED_H_
