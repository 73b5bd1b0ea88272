// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stands behind the public handles.

#ifndef RDO_RUNTIME_RUNTIME_H_
#define RDO_RUNTIME_RUNTIME_H_

#include <pthread.h>

#include "hal/device.h"
#include "hal/tensor.h"
#include "rondo/model.h"
#include "vm/module.h"

struct rondo_runtime {
  struct rdo_object object;
  struct rdo_device *device;  // retained
  uint64_t memory_budget_bytes;
  int64_t step_limit;
  struct {  // of rondo_inspect_new_recordings
    void (*write)(void *user, const char *text, size_t length);
    void *user;
    uint32_t count;
  } inspected;
};

struct rondo_function {
  struct rondo_model *model;
  const struct rdo_module *module;
  const struct rdo_function *function;
  const char *name;
  const char *module_name;
  bool is_async;
  bool is_cpu_checked;  // lock: model->lock: the CPU requirement is met
};

struct rondo_model {
  struct rondo_runtime *runtime;  // retained
  struct rdo_context context;     // lock: lock, after load
  struct rdo_arena arena;
  struct rondo_function *functions;
  int function_count;
  union rdo_slot *slots;  // lock: lock: arguments, then results, of the call in progress; enough for any function
  pthread_mutex_t lock;
};

// Public names for internal objects: the handles are the objects themselves.
static inline struct rdo_buffer *rdo_buffer_from(const struct rondo_buffer *buffer) { return (struct rdo_buffer *)(uintptr_t)buffer; }
static inline struct rondo_buffer *rdo_buffer_public(struct rdo_buffer *buffer) { return (struct rondo_buffer *)(uintptr_t)buffer; }
static inline struct rdo_fence *rdo_fence_from(const struct rondo_fence *fence) { return (struct rdo_fence *)(uintptr_t)fence; }
static inline struct rondo_fence *rdo_fence_public(struct rdo_fence *fence) { return (struct rondo_fence *)(uintptr_t)fence; }

// Whether the last two arguments of `function` are fences, as far as the file tells.
bool rdo_function_has_fences(const struct rondo_function *function);

// OK when this machine has what the function's "rondo.cpu.<arch>" attribute asks for.
enum rondo_status rdo_function_check_cpu(const struct rondo_function *function, struct rondo_diag *diag);

enum rondo_status rdo_function_check_arity(const struct rondo_function *function, int input_count, int output_count, struct rondo_diag *diag);

// Between values and what a call takes and gives. Nothing is retained.
enum rondo_status rdo_function_convert_inputs(const struct rondo_function *function, const struct rondo_value *inputs, union rdo_slot *arguments,
                                              struct rondo_diag *diag);
void rdo_function_convert_outputs(const struct rondo_function *function, const union rdo_slot *results, struct rondo_value *outputs);

// A runtime over a device that the caller has made; takes the caller's hold on it, also on failure.
enum rondo_status rdo_runtime_create_over(struct rdo_device *device, const struct rondo_runtime_options *options, struct rondo_runtime **out_runtime,
                                          struct rondo_diag *diag);

#endif  // RDO_RUNTIME_RUNTIME_H_
