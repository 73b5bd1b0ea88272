// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Waiting without memory: timelines, fences, callbacks, waits for one of many and asynchronous calls, while the
// n-th allocation of this thread fails, for n = 1, 2, 3, ... until nothing is left to fail. What fails says
// RESOURCE_EXHAUSTED and leaves nothing behind (the address sanitizer looks for leaks); a callback that was not
// registered is not called, one that was is called once. Usage: wait_fail async.vmfb

#include <stdio.h>
#include <stdlib.h>

#include "inject.h"
#include "rondo/model.h"
#include "rondo/timeline.h"

enum { FENCE_COUNT = 40 };  // more points than a wait has room for without memory

static const char *device;

static void stop(int line, enum rondo_status status) {
  inject_end();
  fprintf(stderr, "%s, allocation %u: line %d: %s\n", device, inject.target, line, rondo_status_name(status));
  exit(1);
}

// A step: OK, or the failure that was injected.
#define STEP(call)                                                       \
  if (status == RONDO_OK) {                                              \
    status = (call);                                                     \
    if (status != RONDO_OK && status != RONDO_RESOURCE_EXHAUSTED) stop(__LINE__, status); \
  }
#define CHECK(condition) \
  if (!(condition)) stop(__LINE__, RONDO_INTERNAL)

static void count_call(void *user, enum rondo_status status) {
  (void)status;
  ++*(int *)user;
}

struct used {
  struct rondo_timeline *timeline;
  struct rondo_fence *fences[FENCE_COUNT], *joined, *signal;
  struct rondo_fence_callback *callback;
  struct rondo_value output;
};

static enum rondo_status expect_timeout(enum rondo_status status) {
  return status == RONDO_DEADLINE_EXCEEDED ? RONDO_OK : status == RONDO_OK ? RONDO_INTERNAL : status;
}

static enum rondo_status use(struct rondo_runtime *runtime, const struct rondo_function *function, const struct rondo_value *tensor, struct used *u) {
  enum rondo_status status = RONDO_OK;
  int call_count = 0, index;
  STEP(rondo_timeline_create(runtime, 0, &u->timeline, NULL));
  STEP(rondo_fence_at(u->timeline, 1, &u->fences[0], NULL));
  for (int i = 1; i < FENCE_COUNT; ++i) STEP(rondo_fence_create(runtime, &u->fences[i], NULL));
  STEP(rondo_fence_join(u->fences, FENCE_COUNT, &u->joined, NULL));
  STEP(rondo_fence_then(u->joined, count_call, &call_count, &u->callback, NULL));
  STEP(expect_timeout(rondo_fence_wait_any(u->fences, FENCE_COUNT, 1000, &index)));
  STEP(expect_timeout(rondo_fence_wait(u->joined, 1000)));
  STEP(rondo_fence_create(runtime, &u->signal, NULL));
  const struct rondo_value wait = {.kind = RONDO_VALUE_FENCE, .fence = u->joined}, signal = {.kind = RONDO_VALUE_FENCE, .fence = u->signal};
  const struct rondo_value inputs[] = {*tensor, *tensor, wait, signal};
  STEP(rondo_function_invoke(function, 4, inputs, 1, &u->output, NULL));
  CHECK(call_count == 0);
  bool is_called = status == RONDO_OK, is_registered = u->callback != NULL;
  if (u->timeline != NULL) rondo_timeline_signal(u->timeline, 1);
  for (int i = 1; i < FENCE_COUNT; ++i) {
    if (u->fences[i] != NULL) rondo_fence_signal(u->fences[i]);
  }
  CHECK(call_count == is_registered);
  if (is_called) STEP(rondo_fence_wait(u->signal, -1));
  if (is_called && status == RONDO_OK) CHECK(((const float *)rondo_tensor_data(u->output.tensor))[0] == 2);
  rondo_fence_callback_cancel(&u->callback);
  CHECK(call_count == is_registered);
  return status;
}

static void release(struct used *u) {
  rondo_value_release(&u->output);
  rondo_fence_release(&u->joined);
  rondo_fence_release(&u->signal);
  for (int i = 0; i < FENCE_COUNT; ++i) rondo_fence_release(&u->fences[i]);
  rondo_timeline_release(&u->timeline);
}

static void run(const struct rondo_runtime_options *options, const char *path) {
  const struct rondo_module_source source = {.path = path};
  struct rondo_runtime *runtime = NULL;
  struct rondo_model *model = NULL;
  const struct rondo_function *function = NULL;
  struct rondo_value tensor = {.kind = RONDO_VALUE_TENSOR};
  enum rondo_status status = RONDO_OK;
  uint32_t count = 0;
  device = options->device;
  STEP(rondo_runtime_create(options, &runtime, NULL));
  STEP(rondo_model_load(runtime, &source, 1, &model, NULL));
  STEP(rondo_model_find(model, NULL, &function, NULL));
  STEP(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 1, (const int64_t[]){4}, (const float[]){1, 1, 1, 1}, &tensor.tensor, NULL));
  CHECK(status == RONDO_OK);
  do {
    struct used u = {.timeline = NULL};
    rondo_runtime_trim(runtime);  // nothing is kept from the round before
    ++inject.target;
    inject_begin(INJECT_MEMORY);
    status = use(runtime, function, &tensor, &u);
    inject_end();
    count = inject_count();
    release(&u);
    // The same works right after it.
    u = (struct used){.timeline = NULL};
    if (status != RONDO_OK) status = use(runtime, function, &tensor, &u);
    CHECK(status == RONDO_OK);
    release(&u);
  } while (count >= inject.target);
  printf("%s: %u allocations\n", device, count);
  inject.target = 0;
  rondo_value_release(&tensor);
  rondo_model_release(&model);
  rondo_runtime_release(&runtime);
}

int main(int argc, char **argv) {
  if (argc != 2) return 77;
  inject.is_for_one_thread = inject_is_here = true;
  run(&(const struct rondo_runtime_options){.device = "local-sync"}, argv[1]);
  run(&(const struct rondo_runtime_options){.device = "local-task", .worker_count = -1}, argv[1]);
  run(&(const struct rondo_runtime_options){.device = "local-task", .worker_count = 2}, argv[1]);
  return 0;
}
