// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Operations that cannot be kept: the n-th allocation of a submission fails, for n = 1, 2, ... until none is left
// to fail. Each time the caller or the signal says so and nothing is held; and an operation that has been done
// before, by a queue that has done it before, allocates nothing at all.
//
// One thread: the workers are stepped.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/hal/fake_executable.h"
#include "hal/device.h"
#include "inject.h"

#define CHECK(condition)                                                                                \
  do {                                                                                                  \
    if (!(condition)) {                                                                                 \
      fprintf(stderr, "%s:%d: not true: %s (allocation %u)\n", __FILE__, __LINE__, #condition, inject.target); \
      abort();                                                                                          \
    }                                                                                                   \
  } while (0)

static struct fake_executable *fake;
static struct rdo_recording *recording;
static struct rdo_buffer *buffer;

static int count_up(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  ((uint32_t *)state->binding_ptrs[0])[workgroup->workgroup_id_x] += state->constants[0];
  return 0;
}

static void record(void) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {8, 1, 1}, .constant_count = 1, .binding_count = 1};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  CHECK(rdo_recording_create(0, 1, &recording, NULL) == RONDO_OK);
  CHECK(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL) == RONDO_OK);
  constants[0] = 1;
  bindings[0] = (struct rdo_buffer_ref){.length = RDO_WHOLE_BUFFER};
  CHECK(rdo_recording_check_ref(recording, &bindings[0], NULL) == RONDO_OK);
  rdo_recording_complete(recording);
  CHECK(rdo_recording_finalize(recording, NULL) == RONDO_OK);
}

static struct rdo_device *make_device(uint32_t worker_count) {
  struct rdo_device *device = NULL;
  const struct rdo_executor_options queue = {.worker_count = worker_count, .is_stepped = true};
  CHECK(rdo_device_create(&(const struct rdo_device_options){.name = "local-task", .queues = &queue, .queue_count = 1}, &device, NULL) == RONDO_OK);
  return device;
}

static void step_all(struct rdo_device *device) {
  struct rdo_executor *executor = device->executors[0];
  for (uint32_t idle_count = 0, i = 0; idle_count <= executor->worker_count; i = (i + 1) % executor->worker_count) {
    idle_count = rdo_worker_step(&executor->workers[i]) ? 0 : idle_count + 1;
  }
}

// Submits, lets it run, and tells how it ended.
//   target  number of its allocation that fails, 0 = none
static enum rondo_status run(struct rdo_device *device, const struct rdo_operation *operation, uint32_t target) {
  struct rdo_operation one = *operation;
  CHECK(rdo_fence_create(&one.signal, NULL) == RONDO_OK);
  inject.target = target;
  inject_begin(INJECT_MEMORY);
  enum rondo_status status = rdo_device_submit(device, &one, NULL);
  if (status == RONDO_OK) {
    step_all(device);
    status = rdo_fence_query(one.signal);
  }
  inject_end();
  rdo_object_release(&one.signal->object);
  return status;
}

static uint32_t word(uint32_t index) { return ((uint32_t *)(void *)rdo_buffer_data(buffer))[index]; }

static void fail_each(const char *name, const struct rdo_operation *operation, uint32_t worker_count) {
  uint32_t failed_count = 0;
  for (uint32_t target = 1;; ++target) {
    struct rdo_device *device = make_device(worker_count);
    enum rondo_status status = run(device, operation, target);
    bool is_failed = inject_has_failed();
    CHECK(status == (is_failed ? RONDO_RESOURCE_EXHAUSTED : RONDO_OK));
    failed_count += is_failed;
    // The next one is fine, and then there is nothing more to allocate.
    CHECK(run(device, operation, 0) == RONDO_OK);
    CHECK(run(device, operation, 0) == RONDO_OK);
    CHECK(inject_count() == 0);
    rdo_device_close(device);
    CHECK(rdo_atomic_load(&device->object.ref_count, rdo_acquire) == 1);
    rdo_object_release(&device->object);
    CHECK(rdo_atomic_load(&fake->executable.object.ref_count, rdo_acquire) == 2);
    CHECK(rdo_atomic_load(&recording->object.ref_count, rdo_acquire) == 1);
    CHECK(rdo_atomic_load(&buffer->object.ref_count, rdo_acquire) == 1);
    if (!is_failed) break;
  }
  CHECK(failed_count > 1);
  printf("%s, %u workers: %u allocations failed\n", name, worker_count, failed_count);
}

int main(void) {
  fake = fake_executable_create();
  fake_executable_add(fake, "count_up", count_up, 1, 1);
  record();
  struct rdo_device *device = make_device(1);
  CHECK(rdo_buffer_create(device->heap, 0, 0, 64, true, &buffer, NULL) == RONDO_OK);
  const struct rdo_buffer_ref whole = {.buffer = buffer, .length = RDO_WHOLE_BUFFER};
  const struct rdo_execution_item items[3] = {{recording, {&whole, 1}}, {recording, {&whole, 1}}, {recording, {&whole, 1}}};
  const uint32_t one = 1;
  const struct rdo_dispatch dispatch = {
      {.executable = &fake->executable, .workgroup_count = {8, 1, 1}, .constant_count = 1, .binding_count = 1}, &one, &whole};
  const struct rdo_operation execute = {.kind = RDO_OPERATION_EXECUTE, .recording = recording, .bindings = {&whole, 1}};
  const struct rdo_operation direct = {.kind = RDO_OPERATION_DISPATCH, .dispatch = &dispatch};
  struct rdo_operation list = {.kind = RDO_OPERATION_EXECUTE_LIST};
  list.list.items = items;
  list.list.count = 3;
  CHECK(run(device, &list, 0) == RONDO_OK);  // what the C library and the thread keep for good
  CHECK(word(0) == 3 && word(7) == 3);
  for (uint32_t worker_count = 1; worker_count <= 2; ++worker_count) {
    fail_each("execute", &execute, worker_count);
    fail_each("list", &list, worker_count);
    fail_each("dispatch", &direct, worker_count);
  }
  rdo_object_release(&buffer->object);
  rdo_object_release(&recording->object);
  rdo_object_release(&fake->executable.object);
  rdo_device_close(device);
  rdo_object_release(&device->object);
  return 0;
}
