// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How the functions of the `hal` module read their arguments, and the functions themselves, by file.

#ifndef RDO_MODULES_HAL_ARGUMENTS_H_
#define RDO_MODULES_HAL_ARGUMENTS_H_

#include "hal/device.h"
#include "hal/tensor.h"
#include "vm/native.h"

static inline enum rondo_status rdo_arg_device(const struct rdo_native_call *call, uint32_t index, struct rdo_device **out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object(call, index, &rdo_device_type, &object));
  *out = RDO_CONTAINER(object, struct rdo_device, object);
  return RONDO_OK;
}

static inline enum rondo_status rdo_arg_buffer(const struct rdo_native_call *call, uint32_t index, struct rdo_buffer **out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object(call, index, &rdo_buffer_type, &object));
  *out = rdo_buffer_of(object);
  return RONDO_OK;
}

static inline enum rondo_status rdo_arg_buffer_or_null(const struct rdo_native_call *call, uint32_t index, struct rdo_buffer **out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object_or_null(call, index, &rdo_buffer_type, &object));
  *out = object == NULL ? NULL : rdo_buffer_of(object);
  return RONDO_OK;
}

static inline enum rondo_status rdo_arg_tensor(const struct rdo_native_call *call, uint32_t index, struct rondo_tensor **out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object(call, index, &rdo_tensor_type, &object));
  *out = rdo_tensor_of(object);
  return RONDO_OK;
}

static inline enum rondo_status rdo_arg_fence_or_null(const struct rdo_native_call *call, uint32_t index, struct rdo_fence **out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object_or_null(call, index, &rdo_fence_type, &object));
  *out = object == NULL ? NULL : RDO_CONTAINER(object, struct rdo_fence, object);
  return RONDO_OK;
}

static inline enum rondo_status rdo_arg_recording(const struct rdo_native_call *call, uint32_t index, struct rdo_recording **out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object(call, index, &rdo_recording_type, &object));
  *out = rdo_recording_of(object);
  return RONDO_OK;
}

// What all queue operations begin with: device, affinity, wait and signal fence, at arguments 0 to 3.
static inline enum rondo_status rdo_arg_queue(const struct rdo_native_call *call, struct rdo_device **out_device, struct rdo_operation *out) {
  RDO_TRY(rdo_arg_device(call, 0, out_device));
  out->affinity = (uint64_t)rdo_arg_i64(call, 1);
  RDO_TRY(rdo_arg_fence_or_null(call, 2, &out->wait));
  return rdo_arg_fence_or_null(call, 3, &out->signal);
}

// Functions of the module. All: `self` is the device, see hal_module.c for their signatures.
#define RDO_HAL_FUNCTIONS(X) \
  X(allocator_allocate) X(allocator_import) X(allocator_select) X(buffer_preserve) X(buffer_discard) X(buffer_is_terminal) X(buffer_assert) \
  X(buffer_length) X(buffer_load) X(buffer_store) X(buffer_subspan) X(tensor_assert) X(tensor_buffer) X(tensor_create) X(tensor_dim) \
  X(tensor_element_type) X(tensor_encoding) X(tensor_rank) X(tensor_trace) X(recording_create) X(recording_dispatch) \
  X(recording_dispatch_indirect) X(recording_barrier) X(recording_fill) X(recording_copy) X(recording_update) X(recording_finalize) \
  X(recording_note) X(device_allocator) X(device_query) X(devices_count) X(devices_get) X(queue_alloca) X(queue_dealloca) X(queue_fill) \
  X(queue_update) X(queue_copy) X(queue_read) X(queue_write) X(queue_barrier) X(queue_execute) X(queue_execute_indirect) X(queue_flush) \
  X(file_from_memory) X(executable_create) X(executable_lookup) X(fence_await) X(fence_create) X(fence_fail) X(fence_join) X(fence_query) \
  X(fence_signal) X(not_supported)

#define RDO_HAL_DECLARE(name) enum rondo_status rdo_hal_##name(void *self, struct rdo_native_call *call);
RDO_HAL_FUNCTIONS(RDO_HAL_DECLARE)
#undef RDO_HAL_DECLARE

#endif  // RDO_MODULES_HAL_ARGUMENTS_H_
