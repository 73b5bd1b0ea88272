// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// hal.allocator, hal.buffer, hal.buffer_view and hal.file functions.

#include <stdio.h>

#include "base/checked.h"
#include "modules/hal_arguments.h"
#include "vm/buffer.h"

static struct rdo_heap *heap_of(struct rdo_object *object) { return RDO_CONTAINER(object, struct rdo_heap, object); }

static void release_object(void *user) { rdo_object_release(user); }

// Allocators -----------------------------------------------------------------------------------------

enum rondo_status rdo_hal_allocator_allocate(void *self, struct rdo_native_call *call) {
  const struct rdo_device *device = self;
  struct rdo_object *allocator;
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_object(call, 0, &rdo_heap_type, &allocator));
  RDO_TRY(rdo_buffer_create(heap_of(allocator), (uint32_t)rdo_arg_i32(call, 2), (uint32_t)rdo_arg_i32(call, 3), (uint64_t)rdo_arg_i64(call, 4),
                            device->is_null, &buffer, call->diag));
  call->results[0].ref = &buffer->object;
  return RONDO_OK;
}

// A program that asks with `try` gets null where an import is impossible and then uploads instead.
enum rondo_status rdo_hal_allocator_import(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_object *allocator, *object;
  RDO_TRY(rdo_arg_object(call, 0, &rdo_heap_type, &allocator));
  bool may_fail = rdo_arg_i32(call, 1) != 0;
  uint32_t memory_type = (uint32_t)rdo_arg_i32(call, 3);
  uint32_t usage = (uint32_t)rdo_arg_i32(call, 4);
  RDO_TRY(rdo_arg_object(call, 5, &rdo_vm_buffer_type, &object));
  uint64_t offset = (uint64_t)rdo_arg_i64(call, 6);
  uint64_t length = (uint64_t)rdo_arg_i64(call, 7);
  struct rdo_vm_buffer *source = rdo_vm_buffer_cast(object);
  call->results[0].ref = NULL;
  if (length == RDO_WHOLE_BUFFER && offset <= source->length) length = source->length - offset;
  if (!rdo_range_fits(offset, length, source->length)) {
    return rdo_fail(call->diag, RONDO_INVALID_ARGUMENT, "import of bytes %llu + %llu of a buffer of %llu", (unsigned long long)offset,
                    (unsigned long long)length, (unsigned long long)source->length);
  }
  if (!source->is_mutable && (usage & RDO_USAGE_SHARING_IMMUTABLE) == 0) {
    return may_fail ? RONDO_OK : rdo_fail(call->diag, RONDO_PERMISSION_DENIED, "import of read-only memory without immutable usage");
  }
  if ((uintptr_t)(source->data + offset) % RDO_BUFFER_ALIGNMENT != 0) {
    return may_fail ? RONDO_OK : rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "import of memory that is not aligned to %d bytes", RDO_BUFFER_ALIGNMENT);
  }
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_buffer_wrap(source->data + offset, length, memory_type, usage, release_object, object, &buffer, call->diag));
  buffer->is_read_only = !source->is_mutable;
  rdo_object_retain(object);
  call->results[0].ref = &buffer->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_allocator_select(void *self, struct rdo_native_call *call) {
  (void)self;
  if (call->spans[3] == 0) return rdo_fail(call->diag, RONDO_INVALID_ARGUMENT, "no device to select from");
  struct rdo_object *device = rdo_arg_ref(call, 3);
  rdo_object_retain(device);
  call->results[0].ref = device;
  call->results[1].i64 = rdo_arg_i64(call, 4);
  return RONDO_OK;
}

enum rondo_status rdo_hal_file_from_memory(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_device *device;
  struct rdo_object *object;
  RDO_TRY(rdo_arg_device(call, 0, &device));
  RDO_TRY(rdo_arg_object(call, 3, &rdo_vm_buffer_type, &object));
  struct rdo_vm_buffer *source = rdo_vm_buffer_cast(object);
  uint64_t offset = (uint64_t)rdo_arg_i64(call, 4);
  uint64_t length = (uint64_t)rdo_arg_i64(call, 5);
  bool is_writable = (rdo_arg_i32(call, 2) & RDO_ACCESS_WRITE) != 0;
  if (is_writable && !source->is_mutable) return rdo_fail(call->diag, RONDO_PERMISSION_DENIED, "writable file over read-only memory");
  if (length == RDO_WHOLE_BUFFER && offset <= source->length) length = source->length - offset;
  if (!rdo_range_fits(offset, length, source->length)) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "file lies outside its memory");
  struct rdo_file *file;
  RDO_TRY(rdo_file_create_from_memory(source->data + offset, length, is_writable, object, &file, call->diag));
  call->results[0].ref = &file->object;
  return RONDO_OK;
}

// Buffers --------------------------------------------------------------------------------------------

enum rondo_status rdo_hal_buffer_preserve(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  rdo_atomic_add(&buffer->owner_count, 1, rdo_relaxed);  // relaxed: counter
  return RONDO_OK;
}

enum rondo_status rdo_hal_buffer_discard(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  call->results[0].i32 = rdo_atomic_sub(&buffer->owner_count, 1, rdo_acq_rel) == 1;
  return RONDO_OK;
}

enum rondo_status rdo_hal_buffer_is_terminal(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  call->results[0].i32 = rdo_atomic_load(&buffer->owner_count, rdo_acquire) == 1;
  return RONDO_OK;
}

static enum rondo_status fail_assert(const struct rdo_native_call *call, enum rondo_status status, const char *what, uint64_t have, uint64_t need) {
  struct rdo_bytes message = {NULL, 0};
  (void)rdo_arg_bytes(call, 1, &message);
  return rdo_fail(call->diag, status, "%.*s %s; need 0x%llX but have 0x%llX", rdo_bytes_print_length(message), (const char *)message.data, what,
                  (unsigned long long)need, (unsigned long long)have);
}

enum rondo_status rdo_hal_buffer_assert(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  uint64_t length_min = (uint64_t)rdo_arg_i64(call, 3);
  uint32_t memory_type = (uint32_t)rdo_arg_i32(call, 4);
  uint32_t usage = (uint32_t)rdo_arg_i32(call, 5);
  if (buffer->byte_length < length_min) return fail_assert(call, RONDO_INVALID_ARGUMENT, "buffer is too small", buffer->byte_length, length_min);
  if ((memory_type & ~buffer->memory_type) != 0) return fail_assert(call, RONDO_PERMISSION_DENIED, "memory type mismatch", buffer->memory_type, memory_type);
  if ((usage & ~buffer->usage) != 0) return fail_assert(call, RONDO_PERMISSION_DENIED, "buffer usage mismatch", buffer->usage, usage);
  return RONDO_OK;
}

enum rondo_status rdo_hal_buffer_length(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  call->results[0].i64 = (int64_t)buffer->byte_length;
  return RONDO_OK;
}

// The bytes of a scalar access of 1 to 4 bytes.
static enum rondo_status scalar_place(const struct rdo_native_call *call, uint32_t index, int64_t offset, int32_t byte_count, bool is_write,
                                      uint8_t **out) {
  struct rdo_buffer *buffer;
  RDO_TRY(rdo_arg_buffer(call, index, &buffer));
  if (is_write) RDO_TRY(rdo_buffer_check_writable(buffer, call->diag));
  if (byte_count < 1 || byte_count > 4) return rdo_fail(call->diag, RONDO_INVALID_ARGUMENT, "scalar of %d bytes", byte_count);
  uint64_t length = (uint64_t)byte_count;
  RDO_TRY(rdo_buffer_check_range(buffer, (uint64_t)offset, &length, call->diag));
  uint8_t *data = rdo_buffer_data(buffer);
  if (data == NULL) return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "scalar access to a buffer without memory");
  *out = data + offset;
  return RONDO_OK;
}

enum rondo_status rdo_hal_buffer_load(void *self, struct rdo_native_call *call) {
  (void)self;
  uint8_t *place;
  int32_t byte_count = rdo_arg_i32(call, 2);
  RDO_TRY(scalar_place(call, 0, rdo_arg_i64(call, 1), byte_count, false, &place));
  uint32_t value = 0;
  memcpy(&value, place, (size_t)byte_count);
  call->results[0].i32 = (int32_t)value;
  return RONDO_OK;
}

enum rondo_status rdo_hal_buffer_store(void *self, struct rdo_native_call *call) {
  (void)self;
  uint8_t *place;
  int32_t value = rdo_arg_i32(call, 0);
  int32_t byte_count = rdo_arg_i32(call, 3);
  RDO_TRY(scalar_place(call, 1, rdo_arg_i64(call, 2), byte_count, true, &place));
  memcpy(place, &value, (size_t)byte_count);
  return RONDO_OK;
}

enum rondo_status rdo_hal_buffer_subspan(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer, *view;
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  RDO_TRY(rdo_buffer_subspan(buffer, (uint64_t)rdo_arg_i64(call, 1), (uint64_t)rdo_arg_i64(call, 2), &view, call->diag));
  call->results[0].ref = &view->object;
  return RONDO_OK;
}

// Tensors --------------------------------------------------------------------------------------------

// Reads the dims of a span that begins at operand `first`.
static enum rondo_status read_dims(const struct rdo_native_call *call, uint32_t first, uint16_t rank, int64_t *dims) {
  if (rank > RONDO_RANK_MAX) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "rank %u is over %d", rank, RONDO_RANK_MAX);
  for (uint32_t i = 0; i < rank; ++i) dims[i] = rdo_arg_i64(call, first + i);
  return RONDO_OK;
}

enum rondo_status rdo_hal_tensor_create(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rdo_buffer *buffer, *view;
  int64_t dims[RONDO_RANK_MAX];
  uint16_t rank = call->spans[5];
  RDO_TRY(rdo_arg_buffer(call, 0, &buffer));
  RDO_TRY(read_dims(call, 5, rank, dims));
  RDO_TRY(rdo_buffer_subspan(buffer, (uint64_t)rdo_arg_i64(call, 1), (uint64_t)rdo_arg_i64(call, 2), &view, call->diag));
  struct rondo_tensor *tensor;
  enum rondo_status status = rdo_tensor_create(view, (uint32_t)rdo_arg_i32(call, 3), (uint32_t)rdo_arg_i32(call, 4), rank, dims, &tensor, call->diag);
  rdo_object_release(&view->object);  // the tensor holds it
  if (status == RONDO_OK) call->results[0].ref = &tensor->object;
  return status;
}

enum rondo_status rdo_hal_tensor_assert(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rondo_tensor *tensor;
  int64_t dims[RONDO_RANK_MAX];
  uint16_t rank = call->spans[4];
  RDO_TRY(rdo_arg_tensor(call, 0, &tensor));
  RDO_TRY(read_dims(call, 4, rank, dims));
  struct rdo_bytes message;
  RDO_TRY(rdo_arg_bytes(call, 1, &message));
  return rdo_tensor_check(tensor, (uint32_t)rdo_arg_i32(call, 2), (uint32_t)rdo_arg_i32(call, 3), rank, dims, (const char *)message.data,
                          rdo_bytes_print_length(message), call->diag);
}

enum rondo_status rdo_hal_tensor_buffer(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rondo_tensor *tensor;
  RDO_TRY(rdo_arg_tensor(call, 0, &tensor));
  rdo_object_retain(&tensor->buffer->object);
  call->results[0].ref = &tensor->buffer->object;
  return RONDO_OK;
}

enum rondo_status rdo_hal_tensor_dim(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rondo_tensor *tensor;
  RDO_TRY(rdo_arg_tensor(call, 0, &tensor));
  int32_t axis = rdo_arg_i32(call, 1);
  // Programs ask before they assert the rank; past the end is 0 there.
  call->results[0].i64 = axis >= 0 && axis < tensor->rank ? tensor->dims[axis] : 0;
  return RONDO_OK;
}

static enum rondo_status get_property(struct rdo_native_call *call, int32_t (*get)(const struct rondo_tensor *tensor)) {
  struct rondo_tensor *tensor;
  RDO_TRY(rdo_arg_tensor(call, 0, &tensor));
  call->results[0].i32 = get(tensor);
  return RONDO_OK;
}

static int32_t get_rank(const struct rondo_tensor *tensor) { return tensor->rank; }
static int32_t get_element_type(const struct rondo_tensor *tensor) { return (int32_t)tensor->element_type; }
static int32_t get_encoding(const struct rondo_tensor *tensor) { return (int32_t)tensor->encoding; }

enum rondo_status rdo_hal_tensor_rank(void *self, struct rdo_native_call *call) { (void)self; return get_property(call, get_rank); }
enum rondo_status rdo_hal_tensor_element_type(void *self, struct rdo_native_call *call) { (void)self; return get_property(call, get_element_type); }
enum rondo_status rdo_hal_tensor_encoding(void *self, struct rdo_native_call *call) { (void)self; return get_property(call, get_encoding); }
