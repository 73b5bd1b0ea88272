// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// hal.device, its queue, hal.executable and hal.fence functions.

#include "async/watch.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/pool.h"
#include "modules/hal_arguments.h"
#include "vm/invocation.h"

// Devices --------------------------------------------------------------------------------------------

enum rondo_status rdo_hal_devices_count(void *self, struct rdo_native_call *call) {
  (void)self;
  call->results[0].i32 = 1;
  return RONDO_OK;
}

enum rondo_status rdo_hal_devices_get(void *self, struct rdo_native_call *call) {
  struct rdo_device *device = self;
  call->results[0].ref = NULL;
  if (rdo_arg_i32(call, 0) != 0) return RONDO_OK;
  rdo_object_retain(&device->object);
  call->results[0].ref = &device->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_device_allocator(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  RDO_TRY(rdo_arg_device(call, 0, &device));
  rdo_object_retain(&device->heap->object);
  call->results[0].ref = &device->heap->object;
  return RONDO_OK;
}

static bool query_device(const struct rdo_device *device, struct rdo_bytes category, struct rdo_bytes key, int64_t *out_value) {
  bool is_present = false;
  if (rdo_bytes_equal(category, "hal.device.id")) {
    *out_value = rdo_device_matches(device, key);
    return true;
  }
  if (rdo_bytes_equal(category, "hal.executable.format")) {
    *out_value = rdo_executable_format_supported(key);
    return true;
  }
  if (rdo_bytes_equal(category, "hal.cpu")) {
    if (!rdo_cpu_feature((const char *)key.data, (size_t)key.size, &is_present)) return false;
    *out_value = is_present;
    return true;
  }
  if (rdo_bytes_equal(key, "concurrency") && (rdo_bytes_equal(category, "hal.device") || rdo_bytes_equal(category, "hal.dispatch"))) {
    *out_value = rdo_device_concurrency(device);
    return true;
  }
  return false;
}

enum rondo_status rdo_hal_device_query(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_bytes category, key;
  int64_t value = 0;
  RDO_TRY(rdo_arg_device(call, 0, &device));
  RDO_TRY(rdo_arg_bytes(call, 1, &category));
  RDO_TRY(rdo_arg_bytes(call, 2, &key));
  bool is_known = query_device(device, category, key, &value);
  call->results[0].i32 = is_known;
  call->results[1].i64 = is_known ? value : 0;
  return RONDO_OK;
}

// Queues ---------------------------------------------------------------------------------------------

enum rondo_status rdo_hal_queue_alloca(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_ALLOCA};
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  if (rdo_arg_i64(call, 4) != 0) return rdo_fail(call->diag, RONDO_UNIMPLEMENTED, "allocation pools are not supported");
  RDO_TRY(rdo_buffer_create_transient(device->heap, (uint32_t)rdo_arg_i32(call, 5), (uint32_t)rdo_arg_i32(call, 6),
                                      (uint64_t)rdo_arg_i64(call, 7), &operation.target, call->diag));
  enum rondo_status status = rdo_device_submit(device, &operation, call->diag);
  if (status != RONDO_OK) {
    rdo_object_release(&operation.target->object);
    return status;
  }
  call->results[0].ref = &operation.target->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_queue_dealloca(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_DEALLOCA};
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_buffer(call, 4, &operation.target));
  return rdo_device_submit(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_fill(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_FILL};
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_buffer(call, 4, &operation.target));
  operation.target_offset = (uint64_t)rdo_arg_i64(call, 5);
  operation.length = (uint64_t)rdo_arg_i64(call, 6);
  operation.pattern = (uint64_t)rdo_arg_i64(call, 7);
  operation.pattern_length = (uint32_t)rdo_arg_i32(call, 8);
  return rdo_device_submit(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_update(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_UPDATE};
  struct rdo_bytes source;
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_bytes(call, 4, &source));
  RDO_TRY(rdo_arg_buffer(call, 6, &operation.target));
  uint64_t offset = (uint64_t)rdo_arg_i64(call, 5);
  uint64_t length = (uint64_t)rdo_arg_i64(call, 8);
  operation.target_offset = (uint64_t)rdo_arg_i64(call, 7);
  if (offset > source.size || length > source.size - offset) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "update reads outside its source");
  operation.data = (struct rdo_bytes){source.data + offset, length};
  return rdo_device_submit(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_copy(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_COPY};
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_buffer(call, 4, &operation.source));
  RDO_TRY(rdo_arg_buffer(call, 6, &operation.target));
  operation.source_offset = (uint64_t)rdo_arg_i64(call, 5);
  operation.target_offset = (uint64_t)rdo_arg_i64(call, 7);
  operation.length = (uint64_t)rdo_arg_i64(call, 8);
  return rdo_device_submit(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_read(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_READ};
  struct rdo_object *file;
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_object(call, 4, &rdo_file_type, &file));
  RDO_TRY(rdo_arg_buffer(call, 6, &operation.target));
  operation.file = rdo_file_of(file);
  operation.source_offset = (uint64_t)rdo_arg_i64(call, 5);
  operation.target_offset = (uint64_t)rdo_arg_i64(call, 7);
  operation.length = (uint64_t)rdo_arg_i64(call, 8);
  return rdo_device_submit(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_write(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_WRITE};
  struct rdo_object *file;
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_buffer(call, 4, &operation.source));
  RDO_TRY(rdo_arg_object(call, 6, &rdo_file_type, &file));
  operation.file = rdo_file_of(file);
  operation.source_offset = (uint64_t)rdo_arg_i64(call, 5);
  operation.target_offset = (uint64_t)rdo_arg_i64(call, 7);
  operation.length = (uint64_t)rdo_arg_i64(call, 8);
  return rdo_device_submit(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_barrier(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_BARRIER};
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  return rdo_device_submit(device, &operation, call->diag);
}

static enum rondo_status submit_recording(struct rdo_native_call *call, const struct rdo_buffer_ref *entries, uint32_t count) {
  struct rdo_device *device;
  struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .bindings = {entries, count}};
  struct rdo_object *recording;
  RDO_TRY(rdo_arg_queue(call, &device, &operation));
  RDO_TRY(rdo_arg_object_or_null(call, 4, &rdo_recording_type, &recording));
  if (recording != NULL) operation.recording = rdo_recording_of(recording);
  return rdo_device_submit_held(device, &operation, call->diag);
}

enum rondo_status rdo_hal_queue_execute(void *self, struct rdo_native_call *call) {
  (void)self;
  return submit_recording(call, NULL, 0);
}

enum rondo_status rdo_hal_queue_execute_indirect(void *self, struct rdo_native_call *call) {
  (void)self;
  enum { ENTRIES_INLINE = 256, TUPLE = 3, FIRST = 6 };
  struct rdo_buffer_ref entries[ENTRIES_INLINE];
  uint32_t count = call->spans[FIRST];
  if (count > ENTRIES_INLINE) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "binding table of %u entries (at most %d)", count, ENTRIES_INLINE);
  for (uint32_t i = 0; i < count; ++i) {
    struct rdo_buffer_ref *entry = &entries[i];
    RDO_TRY(rdo_arg_buffer_or_null(call, FIRST + TUPLE * i, &entry->buffer));
    entry->slot = i;
    entry->offset = (uint64_t)rdo_arg_i64(call, FIRST + TUPLE * i + 1);
    entry->length = (uint64_t)rdo_arg_i64(call, FIRST + TUPLE * i + 2);
  }
  return submit_recording(call, entries, count);
}

enum rondo_status rdo_hal_queue_flush(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  return rdo_arg_device(call, 0, &device);
}

// Executables ----------------------------------------------------------------------------------------

enum rondo_status rdo_hal_executable_create(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_bytes format, data;
  struct rdo_bytes constants = {NULL, 0};
  RDO_TRY(rdo_arg_device(call, 0, &device));
  RDO_TRY(rdo_arg_bytes(call, 2, &format));
  RDO_TRY(rdo_arg_bytes(call, 3, &data));
  if (rdo_arg_ref(call, 4) != NULL) RDO_TRY(rdo_arg_bytes(call, 4, &constants));
  if (constants.size % 4 != 0 || constants.size > UINT32_MAX) {
    return rdo_fail(call->diag, RONDO_INVALID_ARGUMENT, "executable constants of %llu bytes are not whole words", (unsigned long long)constants.size);
  }
  struct rdo_executable *executable;
  // The null device runs nothing of a module's native code, not even the function that lists it.
  if (device->is_null) {
    RDO_TRY(rdo_executable_load_unbound(format, data, &executable, call->diag));
  } else {
    RDO_TRY(rdo_executable_load(format, data, (const uint32_t *)(const void *)constants.data, (uint32_t)(constants.size / 4), &executable, call->diag));
  }
  call->results[0].ref = &executable->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_executable_lookup(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_object *object;
  struct rdo_bytes name;
  RDO_TRY(rdo_arg_object(call, 0, &rdo_executable_type, &object));
  RDO_TRY(rdo_arg_bytes(call, 1, &name));
  struct rdo_executable *executable = RDO_CONTAINER(object, struct rdo_executable, object);
  if (executable->is_unbound) {
    uint32_t index;
    RDO_TRY(rdo_executable_learn(executable, name, &index, call->diag));
    call->results[0].i64 = index;
    return RONDO_OK;
  }
  call->results[0].i64 = rdo_executable_find(executable, name);
  if (call->results[0].i64 >= 0) return RONDO_OK;
  return rdo_fail(call->diag, RONDO_NOT_FOUND, "executable has no dispatch '%.*s'", rdo_bytes_print_length(name), (const char *)name.data);
}

// Fences ---------------------------------------------------------------------------------------------

// What a suspended fence.await waits for.
struct await {
  struct rdo_object object;
  struct rdo_device *device;  // borrowed: the module that calls holds it
  struct rdo_fence *fence;
  int64_t deadline_ns;  // the program's or the runtime's limit, whichever is earlier
  bool is_limited;      // it is the runtime's
  int64_t limit_ns;     // the runtime's limit, 0 = none
  bool is_refused;      // this thread must not wait
  // When it is watched: storage of the watch, from the pool.
  struct rdo_fence_watch watch;
  struct rdo_timepoint *timepoints;
  void (*resume)(void *user);
  void *resume_user;
};

static void destroy_await(struct rdo_object *object);
static const struct rdo_object_type await_type = {"hal.await", destroy_await};

static void destroy_await(struct rdo_object *object) {
  struct await *await = RDO_CONTAINER(object, struct await, object);
  if (await->timepoints != NULL) rdo_pool_return(await->timepoints, await->fence->count * sizeof *await->timepoints);
  if (await->fence != NULL) rdo_object_release(&await->fence->object);
  rdo_pool_return(await, sizeof *await);
}

// What came of it is asked again when the program goes on.
static void wait_await(struct rdo_object *object) {
  struct await *await = RDO_CONTAINER(object, struct await, object);
  await->is_refused = rdo_device_wait(await->device, await->fence, await->deadline_ns) == RONDO_FAILED_PRECONDITION;
}

static void end_watch(void *user, enum rondo_status status) {
  (void)status;
  struct await *await = user;
  await->resume(await->resume_user);
}

static enum rondo_status watch_await(struct rdo_object *object, void (*resume)(void *), void *resume_user, struct rondo_diag *diag) {
  struct await *await = RDO_CONTAINER(object, struct await, object);
  if (await->deadline_ns != RDO_DEADLINE_NONE && !await->is_limited) {
    return rdo_fail(diag, RONDO_UNIMPLEMENTED, "program waits for a fence with a timeout, which a played job cannot");
  }
  await->resume = resume;
  await->resume_user = resume_user;
  if (await->timepoints == NULL) RDO_TRY(rdo_pool_acquire(await->fence->count * sizeof *await->timepoints, &await->timepoints, diag));
  rdo_fence_watch_begin(&await->watch, await->fence, await->timepoints, end_watch, await);
  return RONDO_OK;
}

static const struct rdo_wait_type await_wait = {wait_await, watch_await};

enum { FENCES_MAX = 512 };

static enum rondo_status read_fences(const struct rdo_native_call *call, uint32_t first, uint32_t count, struct rdo_fence **fences) {
  if (count > FENCES_MAX) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "%u fences in one call (at most %d)", count, FENCES_MAX);
  for (uint32_t i = 0; i < count; ++i) RDO_TRY(rdo_arg_fence_or_null(call, first + i, &fences[i]));
  return RONDO_OK;
}

// OK when all are reached, DEFERRED while some are not, else the first failure.
static enum rondo_status query_fences(struct rdo_fence *const *fences, uint32_t count) {
  enum rondo_status result = RONDO_OK;
  for (uint32_t i = 0; i < count; ++i) {
    enum rondo_status status = rdo_fence_query(fences[i]);
    if (status != RONDO_OK && status != RONDO_DEFERRED) return status;
    if (status == RONDO_DEFERRED) result = RONDO_DEFERRED;
  }
  return result;
}

static enum rondo_status begin_await(struct rdo_device *device, struct rdo_native_call *call, struct rdo_fence *const *fences, uint32_t count, uint32_t timeout_ms) {
  struct await *await;
  RDO_TRY(rdo_pool_acquire(sizeof *await, &await, call->diag));
  rdo_object_init(&await->object, &await_type);
  await->device = device;
  enum rondo_status status = rdo_fence_join(fences, count, &await->fence, call->diag);
  if (status != RONDO_OK) {
    rdo_object_release(&await->object);
    return status;
  }
  bool is_endless = timeout_ms == UINT32_MAX;
  await->deadline_ns = is_endless ? RDO_DEADLINE_NONE : rdo_clock_deadline_ns((int64_t)timeout_ms * 1000000);
  await->limit_ns = device->wait_limit_ns;
  if (is_endless && device->endless_wait_limit_ns != 0 && (await->limit_ns == 0 || device->endless_wait_limit_ns < await->limit_ns)) {
    await->limit_ns = device->endless_wait_limit_ns;
  }
  int64_t limit_ns = await->limit_ns == 0 ? RDO_DEADLINE_NONE : rdo_clock_deadline_ns(await->limit_ns);
  await->is_limited = limit_ns < await->deadline_ns;
  if (await->is_limited) await->deadline_ns = limit_ns;
  return rdo_invocation_defer(call->invocation, &await_wait, &await->object);
}

// A timeout is a value, a failure is an error.
enum rondo_status rdo_hal_fence_await(void *self, struct rdo_native_call *call) {
  struct rdo_fence *fences[FENCES_MAX];
  uint32_t count = call->spans[2];
  uint32_t timeout_ms = (uint32_t)rdo_arg_i32(call, 0);
  RDO_TRY(read_fences(call, 2, count, fences));
  enum rondo_status status = query_fences(fences, count);
  call->results[0].i32 = RONDO_OK;
  if (status == RONDO_OK) return RONDO_OK;
  if (status != RONDO_DEFERRED) {
    rdo_fail(call->diag, status, "failed to wait on timepoint");
    rdo_device_explain(self, status, call->diag);
    return status;
  }
  struct rdo_object *deferred = call->is_resumed ? rdo_invocation_deferred(call->invocation) : NULL;
  if (deferred == NULL && timeout_ms != 0) return begin_await(self, call, fences, count, timeout_ms);
  const struct await *await = deferred == NULL ? NULL : RDO_CONTAINER(deferred, struct await, object);
  if (await != NULL && await->is_refused) {
    return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "program waits for a fence on a thread that must not wait: a worker, or one that is waiting already");
  }
  if (await != NULL && rdo_clock_now_ns() < await->deadline_ns) return RONDO_DEFERRED;
  if (await != NULL && await->is_limited) {
    return rdo_fail(call->diag, RONDO_DEADLINE_EXCEEDED, "program waits for a fence longer than the limit of %lld ms",
                    (long long)(await->limit_ns / 1000000));
  }
  call->results[0].i32 = RONDO_DEADLINE_EXCEEDED;
  return RONDO_OK;
}

enum rondo_status rdo_hal_fence_create(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_fence *fence;
  RDO_TRY(rdo_fence_create(&fence, call->diag));
  call->results[0].ref = &fence->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_fence_join(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_fence *fences[FENCES_MAX];
  struct rdo_fence *joined;
  uint32_t count = call->spans[1];
  RDO_TRY(read_fences(call, 1, count, fences));
  RDO_TRY(rdo_fence_join(fences, count, &joined, call->diag));
  call->results[0].ref = joined == NULL ? NULL : &joined->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_fence_query(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_fence *fence;
  RDO_TRY(rdo_arg_fence_or_null(call, 0, &fence));
  call->results[0].i32 = (int32_t)rdo_fence_query(fence);
  return RONDO_OK;
}

enum rondo_status rdo_hal_fence_signal(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_fence *fence;
  RDO_TRY(rdo_arg_fence_or_null(call, 0, &fence));
  rdo_fence_signal(fence);
  return RONDO_OK;
}

enum rondo_status rdo_hal_fence_fail(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_fence *fence;
  RDO_TRY(rdo_arg_fence_or_null(call, 0, &fence));
  int32_t status = rdo_arg_i32(call, 1) & 0x1F;
  rdo_fence_fail(fence, status == RONDO_OK || status == RONDO_DEFERRED ? RONDO_UNKNOWN : (enum rondo_status)status);
  return RONDO_OK;
}
