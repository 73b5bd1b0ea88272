// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/buffer.h"

#include "base/pool.h"
#include "base/checked.h"

static void free_data(struct rdo_buffer *buffer) {
  if (buffer->heap != NULL && buffer->data != NULL) rdo_heap_return(buffer->heap, buffer->data, buffer->byte_length);
  buffer->data = NULL;
}

static void destroy_buffer(struct rdo_object *object) {
  struct rdo_buffer *buffer = rdo_buffer_of(object);
  if (buffer->release != NULL) buffer->release(buffer->release_user);
  free_data(buffer);
  if (buffer->heap != NULL) rdo_object_release(&buffer->heap->object);
  if (buffer->parent != NULL) rdo_object_release(&buffer->parent->object);
  rdo_pool_return(buffer, sizeof *buffer);
}

const struct rdo_object_type rdo_buffer_type = {"hal.buffer", destroy_buffer};

static enum rondo_status create_handle(uint32_t memory_type, uint32_t usage, uint64_t byte_length, struct rdo_buffer **out_buffer,
                                       struct rondo_diag *diag) {
  RDO_TRY(rdo_pool_acquire(sizeof **out_buffer, out_buffer, diag));
  struct rdo_buffer *buffer = *out_buffer;
  rdo_object_init(&buffer->object, &rdo_buffer_type);
  buffer->memory_type = (memory_type | RDO_MEMORY_CPU) & ~(uint32_t)RDO_MEMORY_OPTIMAL;
  buffer->usage = usage | RDO_USAGE_MAPPING;
  buffer->byte_length = byte_length;
  rdo_atomic_init(&buffer->owner_count, 1);
  return RONDO_OK;
}

enum rondo_status rdo_buffer_create_transient(struct rdo_heap *heap, uint32_t memory_type, uint32_t usage, uint64_t byte_length,
                                              struct rdo_buffer **out_buffer, struct rondo_diag *diag) {
  RDO_TRY(create_handle(memory_type, usage, byte_length, out_buffer, diag));
  (*out_buffer)->is_transient = true;
  (*out_buffer)->heap = heap;
  rdo_object_retain(&heap->object);
  return RONDO_OK;
}

enum rondo_status rdo_buffer_commit(struct rdo_buffer *buffer, bool is_zeroed, struct rondo_diag *diag) {
  return rdo_heap_acquire(buffer->heap, buffer->byte_length, is_zeroed, &buffer->data, diag);
}

void rdo_buffer_decommit(struct rdo_buffer *buffer) {
  if (buffer->is_transient) free_data(buffer);
}

enum rondo_status rdo_buffer_create(struct rdo_heap *heap, uint32_t memory_type, uint32_t usage, uint64_t byte_length,
                                    bool is_zeroed, struct rdo_buffer **out_buffer, struct rondo_diag *diag) {
  struct rdo_buffer *buffer;
  *out_buffer = NULL;
  RDO_TRY(rdo_buffer_create_transient(heap, memory_type, usage, byte_length, &buffer, diag));
  enum rondo_status status = rdo_buffer_commit(buffer, is_zeroed, diag);
  buffer->is_transient = false;
  if (status != RONDO_OK) {
    rdo_object_release(&buffer->object);
    return status;
  }
  *out_buffer = buffer;
  return RONDO_OK;
}

enum rondo_status rdo_buffer_wrap(void *data, uint64_t byte_length, uint32_t memory_type, uint32_t usage, void (*release)(void *user),
                                  void *user, struct rdo_buffer **out_buffer, struct rondo_diag *diag) {
  RDO_TRY(create_handle(memory_type, usage, byte_length, out_buffer, diag));
  (*out_buffer)->data = data;
  (*out_buffer)->release = release;
  (*out_buffer)->release_user = user;
  return RONDO_OK;
}

enum rondo_status rdo_buffer_check_writable(const struct rdo_buffer *buffer, struct rondo_diag *diag) {
  return buffer->is_read_only ? rdo_fail(diag, RONDO_PERMISSION_DENIED, "write to a buffer over read-only memory") : RONDO_OK;
}

enum rondo_status rdo_buffer_check_range(const struct rdo_buffer *buffer, uint64_t offset, uint64_t *length, struct rondo_diag *diag) {
  if (*length == RDO_WHOLE_BUFFER && offset <= buffer->byte_length) *length = buffer->byte_length - offset;
  if (rdo_range_fits(offset, *length, buffer->byte_length)) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "bytes %llu + %llu lie outside the buffer of %llu bytes", (unsigned long long)offset,
                  (unsigned long long)*length, (unsigned long long)buffer->byte_length);
}

enum rondo_status rdo_buffer_subspan(struct rdo_buffer *buffer, uint64_t offset, uint64_t length, struct rdo_buffer **out_buffer,
                                     struct rondo_diag *diag) {
  *out_buffer = NULL;
  RDO_TRY(rdo_buffer_check_range(buffer, offset, &length, diag));
  if (offset == 0 && length == buffer->byte_length) {
    rdo_object_retain(&buffer->object);
    *out_buffer = buffer;
    return RONDO_OK;
  }
  // Views of views refer to the memory's owner, so finding the memory takes one step.
  struct rdo_buffer *owner = buffer->parent != NULL ? buffer->parent : buffer;
  RDO_TRY(create_handle(buffer->memory_type, buffer->usage, length, out_buffer, diag));
  (*out_buffer)->parent = owner;
  (*out_buffer)->is_read_only = owner->is_read_only;
  (*out_buffer)->parent_offset = buffer->parent_offset + offset;
  rdo_object_retain(&owner->object);
  return RONDO_OK;
}
