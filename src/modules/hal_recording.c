// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// hal.command_buffer functions.

#include "modules/hal_arguments.h"

enum rondo_status rdo_hal_recording_create(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_recording *recording;
  RDO_TRY(rdo_arg_device(call, 0, &device));
  RDO_TRY(rdo_recording_create((uint32_t)rdo_arg_i32(call, 1), (uint32_t)rdo_arg_i32(call, 4), &recording, call->diag));
  call->results[0].ref = &recording->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_recording_finalize(void *self, struct rdo_native_call *call) {
  const struct rdo_device *device = self;
  struct rdo_recording *recording;
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  RDO_TRY(rdo_recording_finalize(recording, call->diag));
  if (device->recorded != NULL) device->recorded(device->recorded_user, recording);
  return RONDO_OK;
}

// Labels and hints change nothing.
enum rondo_status rdo_hal_recording_note(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  return rdo_arg_recording(call, 0, &recording);
}

enum rondo_status rdo_hal_recording_barrier(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  return rdo_recording_barrier(recording, call->diag);
}

enum { DISPATCH_FLAGS = 6, SPAN_CONSTANTS = 7, SPAN_BINDINGS = 8, BINDING_TUPLE = 5 };

// Of a dispatch. Two say when indirect counts may be read, which is at execution in any case; two allow what is not
// done. Others change what the arguments mean. (None is a condition: what data decides about is an indirect dispatch, and
// counts of zero run nothing.)
enum { FLAG_DYNAMIC_COUNTS = 1, FLAG_STATIC_COUNTS = 2, FLAG_ALLOW_INLINE = 0x20, FLAG_BORROW = 0x40,
       FLAGS_KNOWN = FLAG_DYNAMIC_COUNTS | FLAG_STATIC_COUNTS | FLAG_ALLOW_INLINE | FLAG_BORROW };

static enum rondo_status check_dispatch_flags(const struct rdo_native_call *call) {
  uint64_t flags = (uint64_t)rdo_arg_i64(call, DISPATCH_FLAGS);
  if ((flags & ~(uint64_t)FLAGS_KNOWN) == 0) return RONDO_OK;
  return rdo_fail(call->diag, RONDO_UNIMPLEMENTED, "dispatch with flags 0x%llx: only 0x%x are supported; custom and indirect arguments are not",
                  (unsigned long long)flags, (unsigned)FLAGS_KNOWN);
}

// Constants and bindings follow the seven fixed operands.
static enum rondo_status record_dispatch(struct rdo_native_call *call, struct rdo_recording *recording, struct rdo_dispatch_info *info) {
  struct rdo_object *executable;
  RDO_TRY(check_dispatch_flags(call));
  RDO_TRY(rdo_arg_object(call, 1, &rdo_executable_type, &executable));
  info->executable = RDO_CONTAINER(executable, struct rdo_executable, object);
  info->function_id = rdo_arg_i64(call, 2);
  info->constant_count = call->spans[SPAN_CONSTANTS];
  info->binding_count = call->spans[SPAN_BINDINGS];
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  RDO_TRY(rdo_recording_dispatch(recording, info, &constants, &bindings, call->diag));
  uint32_t operand = SPAN_CONSTANTS;
  for (uint32_t i = 0; i < info->constant_count; ++i) constants[i] = (uint32_t)rdo_arg_i32(call, operand++);
  for (uint32_t i = 0; i < info->binding_count; ++i, operand += BINDING_TUPLE) {
    RDO_TRY(rdo_arg_buffer_or_null(call, operand + 2, &bindings[i].buffer));
    bindings[i].slot = (uint32_t)rdo_arg_i32(call, operand + 1);
    bindings[i].offset = (uint64_t)rdo_arg_i64(call, operand + 3);
    bindings[i].length = (uint64_t)rdo_arg_i64(call, operand + 4);
    RDO_TRY(rdo_recording_check_ref(recording, &bindings[i], call->diag));
  }
  rdo_recording_complete(recording);
  return RONDO_OK;
}

enum rondo_status rdo_hal_recording_dispatch(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  struct rdo_dispatch_info info = {
      .workgroup_count = {(uint32_t)rdo_arg_i32(call, 3), (uint32_t)rdo_arg_i32(call, 4), (uint32_t)rdo_arg_i32(call, 5)},
  };
  return record_dispatch(call, recording, &info);
}

enum rondo_status rdo_hal_recording_dispatch_indirect(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  struct rdo_buffer_ref workgroup_ref = {.slot = (uint32_t)rdo_arg_i32(call, 3), .offset = (uint64_t)rdo_arg_i64(call, 5), .length = 12};
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  RDO_TRY(rdo_arg_buffer_or_null(call, 4, &workgroup_ref.buffer));
  struct rdo_dispatch_info info = {.workgroup_ref = &workgroup_ref};
  return record_dispatch(call, recording, &info);
}

enum rondo_status rdo_hal_recording_fill(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  struct rdo_buffer_ref target = {
      .slot = (uint32_t)rdo_arg_i32(call, 4), .offset = (uint64_t)rdo_arg_i64(call, 2), .length = (uint64_t)rdo_arg_i64(call, 3)};
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  RDO_TRY(rdo_arg_buffer_or_null(call, 1, &target.buffer));
  return rdo_recording_fill(recording, &target, (uint64_t)rdo_arg_i64(call, 5), (uint32_t)rdo_arg_i32(call, 6), call->diag);
}

enum rondo_status rdo_hal_recording_copy(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  uint64_t length = (uint64_t)rdo_arg_i64(call, 7);
  struct rdo_buffer_ref source = {.slot = (uint32_t)rdo_arg_i32(call, 1), .offset = (uint64_t)rdo_arg_i64(call, 4), .length = length};
  struct rdo_buffer_ref target = {.slot = (uint32_t)rdo_arg_i32(call, 2), .offset = (uint64_t)rdo_arg_i64(call, 6), .length = length};
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  RDO_TRY(rdo_arg_buffer_or_null(call, 3, &source.buffer));
  RDO_TRY(rdo_arg_buffer_or_null(call, 5, &target.buffer));
  return rdo_recording_copy(recording, &source, &target, call->diag);
}

enum rondo_status rdo_hal_recording_update(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_recording *recording;
  struct rdo_bytes source;
  uint64_t offset = (uint64_t)rdo_arg_i64(call, 2);
  uint64_t length = (uint64_t)rdo_arg_i64(call, 5);
  struct rdo_buffer_ref target = {.slot = (uint32_t)rdo_arg_i32(call, 6), .offset = (uint64_t)rdo_arg_i64(call, 4), .length = length};
  RDO_TRY(rdo_arg_recording(call, 0, &recording));
  RDO_TRY(rdo_arg_bytes(call, 1, &source));
  RDO_TRY(rdo_arg_buffer_or_null(call, 3, &target.buffer));
  if (offset > source.size || length > source.size - offset) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "update reads outside its source");
  return rdo_recording_update(recording, (struct rdo_bytes){source.data + offset, length}, &target, call->diag);
}
