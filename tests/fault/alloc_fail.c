// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Allocation failure: load a module and call all its functions while the n-th allocation fails, for
// n = 1, 2, 3, ... until nothing is left to fail; once with only that allocation failing, once with
// all from it on. Each time the failure must come back as RESOURCE_EXHAUSTED with words, or not matter;
// the same call must work right after it, on the same model; and nothing may be left behind.
//
// Usage: alloc_fail MODULE.vmfb...   Exit code 77: the machine lacks CPU features.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inject.h"
#include "rondo/inspect.h"
#include "rondo/model.h"

// Injection ------------------------------------------------------------------------------------------

enum { MAPPINGS = INJECT_OTHER, KEYS = INJECT_OTHER << 1, ALL = INJECT_MEMORY | MAPPINGS | KEYS };

static int32_t live_mappings;

// What is wrapped beside that of inject.h.
void *__real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__real_mremap(void *address, size_t old_length, size_t new_length, int flags, ...);
int __real_munmap(void *address, size_t length);
int __real_pthread_key_create(pthread_key_t *key, void (*destroy)(void *));
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void *__wrap_mremap(void *address, size_t old_length, size_t new_length, int flags);
int __wrap_munmap(void *address, size_t length);
int __wrap_pthread_key_create(pthread_key_t *key, void (*destroy)(void *));

void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (inject_fails(MAPPINGS, ENOMEM)) return MAP_FAILED;
  void *memory = __real_mmap(address, length, protection, flags, fd, offset);
  live_mappings += memory != MAP_FAILED && (flags & MAP_FIXED) == 0;  // a fixed one replaces part of another
  return memory;
}

void *__wrap_mremap(void *address, size_t old_length, size_t new_length, int flags) {
  return inject_fails(MAPPINGS, ENOMEM) ? MAP_FAILED : __real_mremap(address, old_length, new_length, flags);
}

int __wrap_munmap(void *address, size_t length) {
  --live_mappings;
  return __real_munmap(address, length);
}

int __wrap_pthread_key_create(pthread_key_t *key, void (*destroy)(void *)) {
  return inject_fails(KEYS, ENOMEM) ? ENOMEM : __real_pthread_key_create(key, destroy);
}

// A run: what came back from each step of using a module ---------------------------------------------

enum { STEPS_MAX = 512, VALUES_MAX = 32, TENSOR_BYTES_MAX = 1 << 20 };

struct run {
  const char *path;
  const char *device;
  bool is_reference;                 // records; else compares with `expected`
  const struct run *expected;
  enum rondo_status status[STEPS_MAX];
  int step_count;
  uint64_t hash;                     // of all outputs and texts
  bool has_failed;                   // an injected failure came back
};

static void stop(const struct run *run, const char *what, enum rondo_status status, const struct rondo_diag *diag) {
  inject_end();
  fprintf(stderr, "%s on %s, allocation %u%s, step %d: %s: %s (%s)\n", run->path, run->device, inject.target,
          inject.fails_from_on ? " and all after it" : "", run->step_count, what, rondo_status_name(status),
          diag == NULL ? "no words" : diag->message);
  exit(1);
}

// Takes down the outcome of a step. An outcome that is not the reference's must be the injected failure;
// nothing fails after that.
//   diag     NULL where the step has none
//   returns  true when the step went as in the reference
static bool take(struct run *run, enum rondo_status status, const struct rondo_diag *diag) {
  if (run->step_count == STEPS_MAX) stop(run, "more steps than expected", status, diag);
  if (status != RONDO_OK && diag != NULL && (diag->status == RONDO_OK || diag->message_length <= 0)) stop(run, "failure without words", status, diag);
  if (run->is_reference) {
    run->status[run->step_count++] = status;
    return true;
  }
  if (status == run->expected->status[run->step_count]) {
    ++run->step_count;
    return true;
  }
  if (!inject_has_failed() || run->has_failed) stop(run, "differs without a cause", status, diag);
  if (status != RONDO_RESOURCE_EXHAUSTED) stop(run, "failed allocation reported as something else", status, diag);
  inject_end();
  run->has_failed = true;
  return false;
}

static void hash_bytes(struct run *run, const void *data, uint64_t length) {
  const uint8_t *bytes = data;
  for (uint64_t i = 0; bytes != NULL && i < length; ++i) run->hash = (run->hash ^ bytes[i]) * UINT64_C(0x100000001B3);
}

static void hash_text(void *user, const char *text, size_t length) { hash_bytes(user, text, length); }

// Calls ----------------------------------------------------------------------------------------------

static bool make_tensor(struct run *run, struct rondo_runtime *runtime, const struct rondo_parameter *parameter, struct rondo_value *out) {
  static uint8_t data[TENSOR_BYTES_MAX];
  int64_t dims[RONDO_PARAMETER_RANK_MAX] = {4};
  int rank = parameter->has_shape ? parameter->rank : 1;
  uint32_t type = parameter->has_shape ? parameter->element_type : RONDO_ELEMENT_F32;
  uint64_t bits = rondo_element_bits(type);
  for (int i = 0; i < rank; ++i) {
    if (parameter->has_shape) dims[i] = parameter->dims[i] < 0 ? 2 : parameter->dims[i];
    bits *= (uint64_t)dims[i];
  }
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_tensor_create(runtime, type, rank, dims, bits / 8 <= TENSOR_BYTES_MAX ? data : NULL, &out->tensor, &diag);
  out->kind = status == RONDO_OK ? RONDO_VALUE_TENSOR : RONDO_VALUE_NONE;
  return take(run, status, &diag);
}

// False when an allocation failed.
static bool make_input(struct run *run, struct rondo_runtime *runtime, const struct rondo_parameter *parameter, struct rondo_value *out) {
  enum rondo_status status = RONDO_OK;
  struct rondo_diag diag = {.status = RONDO_OK};
  *out = (struct rondo_value){.kind = parameter->kind};
  switch (parameter->kind) {
    case RONDO_VALUE_I32: out->i32 = 5; return true;
    case RONDO_VALUE_I64: out->i64 = 5; return true;
    case RONDO_VALUE_F32: out->f32 = 5; return true;
    case RONDO_VALUE_F64: out->f64 = 5; return true;
    case RONDO_VALUE_TENSOR: case RONDO_VALUE_OBJECT: return make_tensor(run, runtime, parameter, out);
    case RONDO_VALUE_BUFFER: status = rondo_buffer_create(runtime, 64, &out->buffer, &diag); break;
    case RONDO_VALUE_FENCE: status = rondo_fence_create(runtime, &out->fence, &diag); break;
    case RONDO_VALUE_NONE: break;
  }
  if (status != RONDO_OK) out->kind = RONDO_VALUE_NONE;
  return take(run, status, &diag);
}

// What an asynchronous call waits for is over; what it promised must come.
static bool finish_async(struct run *run, const struct rondo_value *fences) {
  rondo_fence_signal(fences[0].fence);
  enum rondo_status status = rondo_fence_wait(fences[1].fence, 0);
  if (status == RONDO_DEADLINE_EXCEEDED) stop(run, "signal fence was forgotten", status, NULL);
  return take(run, status, NULL);
}

static bool call_with(struct run *run, const struct rondo_function *function, int input_count, struct rondo_value *inputs) {
  struct rondo_value outputs[VALUES_MAX];
  struct rondo_diag diag = {.status = RONDO_OK};
  int output_count = rondo_function_result_count(function);
  enum rondo_status status = rondo_function_invoke(function, input_count, inputs, output_count, outputs, &diag);
  bool is_expected = take(run, status, &diag);
  if (is_expected && status == RONDO_OK && rondo_function_is_async(function)) {
    is_expected = finish_async(run, &inputs[input_count - 2]);
  }
  for (int i = 0; i < output_count; ++i) {
    const struct rondo_value *output = &outputs[i];
    if (is_expected && output->kind == RONDO_VALUE_TENSOR) hash_bytes(run, rondo_tensor_data(output->tensor), rondo_tensor_byte_length(output->tensor));
    if (is_expected && (output->kind == RONDO_VALUE_I32 || output->kind == RONDO_VALUE_F32)) hash_bytes(run, &output->i32, 4);
    rondo_value_release(&outputs[i]);
  }
  return is_expected;
}

static bool call(struct run *run, struct rondo_runtime *runtime, const struct rondo_function *function) {
  struct rondo_value inputs[VALUES_MAX];
  int input_count = rondo_function_argument_count(function);
  if (input_count > VALUES_MAX || rondo_function_result_count(function) > VALUES_MAX) return true;
  int made_count = 0;
  bool is_expected = true;
  for (; is_expected && made_count < input_count; ++made_count) {
    struct rondo_parameter parameter;
    rondo_function_argument(function, made_count, &parameter);
    is_expected = make_input(run, runtime, &parameter, &inputs[made_count]);
  }
  if (is_expected) is_expected = call_with(run, function, input_count, inputs);
  while (made_count > 0) rondo_value_release(&inputs[--made_count]);
  return is_expected;
}

// After the injected failure the same call must go as if nothing had been.
static void call_all(struct run *run, struct rondo_runtime *runtime, const struct rondo_model *model) {
  for (int i = 0; i < rondo_model_function_count(model); ++i) {
    int first_step = run->step_count;
    if (call(run, runtime, rondo_model_function(model, i))) continue;
    run->step_count = first_step;
    if (!call(run, runtime, rondo_model_function(model, i))) stop(run, "call after a failed one", RONDO_UNKNOWN, NULL);
  }
}

// One run: everything a program does with a module ---------------------------------------------------

static void use_model(struct run *run, struct rondo_runtime *runtime, const struct rondo_module_source *source) {
  struct rondo_model *model;
  const struct rondo_function *function;
  struct rondo_diag diag = {.status = RONDO_OK}, find_diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_model_load(runtime, source, 1, &model, &diag);
  if (!take(run, status, &diag) || status != RONDO_OK) return;
  status = rondo_model_find(model, NULL, &function, &find_diag);
  if (!take(run, status, &find_diag)) stop(run, "find allocates", status, &find_diag);
  call_all(run, runtime, model);
  (void)rondo_inspect_recordings(model, hash_text, run);
  rondo_model_release(&model);
}

static void use_runtime(struct run *run) {
  const struct rondo_runtime_options options = {.device = run->device, .step_limit = 100000};
  const struct rondo_module_source source = {.path = run->path};
  struct rondo_runtime *runtime;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (!take(run, rondo_runtime_create(&options, &runtime, &diag), &diag)) return;
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (take(run, rondo_inspect_module(&source, ~0u, hash_text, run, &diag), &diag)) use_model(run, runtime, &source);
  struct rondo_memory_stats memory;
  rondo_runtime_memory(runtime, &memory);
  if (memory.live_bytes != 0) stop(run, "tensor memory is left", RONDO_UNKNOWN, NULL);
  rondo_runtime_release(&runtime);
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCKS_ARE_CACHED 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(RDO_HOSTILE)
#define BLOCKS_ARE_CACHED 0
#endif
#ifndef BLOCKS_ARE_CACHED
#define BLOCKS_ARE_CACHED 1  // base/pool.c keeps some for the thread's next object
#endif

static void perform(struct run *run) {
  uint32_t blocks = inject_live_blocks();
  int32_t mappings = live_mappings;
  int files = inject_count_entries("/proc/self/fd");
  inject_begin(run->is_reference ? 0 : ALL);
  use_runtime(run);
  inject_end();
  if (!BLOCKS_ARE_CACHED && inject_live_blocks() != blocks) stop(run, "memory is left", RONDO_UNKNOWN, NULL);
  if (live_mappings != mappings) stop(run, "a mapping is left", RONDO_UNKNOWN, NULL);
  if (inject_count_entries("/proc/self/fd") != files) stop(run, "a file is left open", RONDO_UNKNOWN, NULL);
}

// All of one module on one device in one mode; returns how many allocations were made to fail.
static uint32_t fail_each(const struct run *reference, bool fails_from_on) {
  inject.fails_from_on = fails_from_on;
  for (inject.target = 1;; ++inject.target) {
    struct run run = {.path = reference->path, .device = reference->device, .expected = reference};
    perform(&run);
    if (run.has_failed) continue;
    if (run.hash != reference->hash || run.step_count != reference->step_count) stop(&run, "other results", RONDO_UNKNOWN, NULL);
    if (!inject_has_failed()) return inject.target - 1;
  }
}

static bool try_module(const char *path, const char *device) {
  static struct run reference, again;
  reference = (struct run){.path = path, .device = device, .is_reference = true};
  perform(&reference);
  for (int i = 0; i < reference.step_count; ++i) {
    if (reference.status[i] == RONDO_INCOMPATIBLE) return false;
  }
  uint32_t single_count = fail_each(&reference, false), all_count = fail_each(&reference, true);
  again = (struct run){.path = path, .device = device, .is_reference = true};
  perform(&again);
  if (again.hash != reference.hash) stop(&again, "other results after all failures", RONDO_UNKNOWN, NULL);
  printf("%s on %s: %d steps, %u + %u allocations failed\n", path, device, reference.step_count, single_count, all_count);
  return true;
}

int main(int argc, char **argv) {
  int tried_count = 0;
  for (int i = 1; i < argc; ++i) {
    tried_count += try_module(argv[i], "null");
    tried_count += try_module(argv[i], "local-sync");
  }
  return tried_count == 0 ? 77 : 0;
}
