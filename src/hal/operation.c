// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/operation.h"

#include "base/checked.h"

static enum rondo_status read_file(const struct rdo_operation *o, struct rondo_diag *diag) {
  RDO_TRY(rdo_buffer_check_writable(o->target, diag));
  uint64_t length = o->length;
  RDO_TRY(rdo_buffer_check_range(o->target, o->target_offset, &length, diag));
  if (!rdo_range_fits(o->source_offset, length, o->file->byte_length)) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "read of %llu bytes at %llu lies outside the file of %llu", (unsigned long long)length,
                    (unsigned long long)o->source_offset, (unsigned long long)o->file->byte_length);
  }
  uint8_t *target = rdo_buffer_data(o->target);
  if (target == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "read into a buffer without memory");
  memmove(target + o->target_offset, o->file->data + o->source_offset, (size_t)length);  // may be the same memory
  return RONDO_OK;
}

static enum rondo_status write_file(const struct rdo_operation *o, struct rondo_diag *diag) {
  uint64_t length = o->length;
  RDO_TRY(rdo_buffer_check_range(o->source, o->source_offset, &length, diag));
  if (!o->file->is_writable) return rdo_fail(diag, RONDO_PERMISSION_DENIED, "write to a read-only file");
  if (!rdo_range_fits(o->target_offset, length, o->file->byte_length)) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "write of %llu bytes at %llu lies outside the file of %llu", (unsigned long long)length,
                    (unsigned long long)o->target_offset, (unsigned long long)o->file->byte_length);
  }
  const uint8_t *source = rdo_buffer_data(o->source);
  if (source == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "write from a buffer without memory");
  memmove(o->file->data + o->target_offset, source + o->source_offset, (size_t)length);
  return RONDO_OK;
}

static enum rondo_status update_buffer(const struct rdo_operation *o, struct rondo_diag *diag) {
  RDO_TRY(rdo_buffer_check_writable(o->target, diag));
  uint64_t length = o->data.size;
  RDO_TRY(rdo_buffer_check_range(o->target, o->target_offset, &length, diag));
  uint8_t *target = rdo_buffer_data(o->target);
  if (target == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "update of a buffer without memory");
  if (length != 0) memmove(target + o->target_offset, o->data.data, (size_t)length);
  return RONDO_OK;
}

enum rondo_status rdo_operation_perform(const struct rdo_operation *o, bool is_null, struct rondo_diag *diag) {
  switch (o->kind) {
    case RDO_OPERATION_BARRIER: return RONDO_OK;
    case RDO_OPERATION_ALLOCA: return rdo_buffer_commit(o->target, is_null, diag);
    case RDO_OPERATION_DEALLOCA: rdo_buffer_decommit(o->target); return RONDO_OK;
    case RDO_OPERATION_FILL: return rdo_transfer_fill(o->target, o->target_offset, o->length, o->pattern, o->pattern_length, diag);
    case RDO_OPERATION_UPDATE: return update_buffer(o, diag);
    case RDO_OPERATION_COPY: return rdo_transfer_copy(o->source, o->source_offset, o->target, o->target_offset, o->length, diag);
    case RDO_OPERATION_READ: return read_file(o, diag);
    case RDO_OPERATION_WRITE: return write_file(o, diag);
    case RDO_OPERATION_EXECUTE: return o->recording == NULL ? RONDO_OK : rdo_replay(o->recording, &o->bindings, is_null, NULL, diag);
    case RDO_OPERATION_HOST_CALL: return o->host.call(o->host.user, diag);
  }
  return RONDO_INTERNAL;
}

static void apply_to_all(const struct rdo_operation *o, void (*apply)(struct rdo_object *)) {
  if (o->signal != NULL) apply(&o->signal->object);
  if (o->source != NULL) apply(&o->source->object);
  if (o->target != NULL) apply(&o->target->object);
  if (o->file != NULL) apply(&o->file->object);
  if (o->recording != NULL) apply(&o->recording->object);
  for (uint32_t i = 0; o->kind == RDO_OPERATION_EXECUTE && i < o->bindings.count; ++i) {
    if (o->bindings.entries[i].buffer != NULL) apply(&o->bindings.entries[i].buffer->object);
  }
}

void rdo_operation_retain(const struct rdo_operation *operation) { apply_to_all(operation, rdo_object_retain); }
void rdo_operation_release(const struct rdo_operation *operation) { apply_to_all(operation, rdo_object_release); }
