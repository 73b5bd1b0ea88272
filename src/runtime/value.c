// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tensors, buffers, fences and values of the public API.

#include "base/clock.h"
#include "runtime/runtime.h"
#include "vm/list.h"

// Tensors --------------------------------------------------------------------------------------------

static enum rondo_status create_tensor(struct rdo_buffer *buffer, uint32_t element_type, int rank, const int64_t *dims,
                                       struct rondo_tensor **out_tensor, struct rondo_diag *diag) {
  enum rondo_status status = rdo_tensor_create(buffer, element_type, RDO_ENCODING_DENSE_ROW_MAJOR, rank, dims, out_tensor, diag);
  rdo_object_release(&buffer->object);  // the tensor holds it now
  return status;
}

enum rondo_status rondo_tensor_create(struct rondo_runtime *runtime, uint32_t element_type, int rank, const int64_t *dims, const void *data,
                                      struct rondo_tensor **out_tensor, struct rondo_diag *diag) {
  uint64_t byte_length;
  struct rdo_buffer *buffer;
  *out_tensor = NULL;
  RDO_TRY(rdo_shape_byte_length(element_type, rank, dims, &byte_length, diag));
  RDO_TRY(rdo_buffer_create(runtime->device->heap, RDO_MEMORY_DEVICE_LOCAL, RDO_USAGE_DEFAULT, byte_length, data == NULL, &buffer, diag));
  if (data != NULL && byte_length != 0) memcpy(buffer->data, data, (size_t)byte_length);
  return create_tensor(buffer, element_type, rank, dims, out_tensor, diag);
}

enum rondo_status rondo_tensor_wrap(struct rondo_runtime *runtime, uint32_t element_type, int rank, const int64_t *dims, void *data,
                                    uint64_t byte_length, void (*release)(void *user), void *user, struct rondo_tensor **out_tensor,
                                    struct rondo_diag *diag) {
  (void)runtime;
  uint64_t needed;
  struct rdo_buffer *buffer;
  *out_tensor = NULL;
  RDO_TRY(rdo_shape_byte_length(element_type, rank, dims, &needed, diag));
  if (byte_length < needed) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "tensor of %llu bytes over %llu bytes of memory", (unsigned long long)needed, (unsigned long long)byte_length);
  }
  if (data == NULL || (uintptr_t)data % RDO_BUFFER_ALIGNMENT != 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "tensor memory is not aligned to %d bytes", RDO_BUFFER_ALIGNMENT);
  }
  RDO_TRY(rdo_buffer_wrap(data, byte_length, RDO_MEMORY_DEVICE_LOCAL, RDO_USAGE_DEFAULT, NULL, NULL, &buffer, diag));
  rdo_object_retain(&buffer->object);
  enum rondo_status status = create_tensor(buffer, element_type, rank, dims, out_tensor, diag);
  if (status == RONDO_OK) {  // from here on the memory is the tensor's
    buffer->release = release;
    buffer->release_user = user;
  }
  rdo_object_release(&buffer->object);
  return status;
}

void rondo_tensor_retain(struct rondo_tensor *tensor) { rdo_object_retain(&tensor->object); }

void rondo_tensor_release(struct rondo_tensor **tensor) {
  if (tensor == NULL || *tensor == NULL) return;
  rdo_object_release(&(*tensor)->object);
  *tensor = NULL;
}

uint32_t rondo_tensor_element_type(const struct rondo_tensor *tensor) { return tensor->element_type; }
int rondo_tensor_rank(const struct rondo_tensor *tensor) { return tensor->rank; }
int64_t rondo_tensor_dim(const struct rondo_tensor *tensor, int axis) { return tensor->dims[axis]; }
void *rondo_tensor_data(const struct rondo_tensor *tensor) { return rdo_buffer_data(tensor->buffer); }

uint64_t rondo_tensor_byte_length(const struct rondo_tensor *tensor) {
  uint64_t byte_length = 0;
  // Cannot fail: the same shape was measured when the tensor was made.
  (void)!rdo_shape_byte_length(tensor->element_type, tensor->rank, tensor->dims, &byte_length, NULL);
  return byte_length;
}

// Buffers --------------------------------------------------------------------------------------------

enum rondo_status rondo_buffer_create(struct rondo_runtime *runtime, uint64_t byte_length, struct rondo_buffer **out_buffer,
                                      struct rondo_diag *diag) {
  struct rdo_buffer *buffer;
  *out_buffer = NULL;
  RDO_TRY(rdo_buffer_create(runtime->device->heap, RDO_MEMORY_DEVICE_LOCAL, RDO_USAGE_DEFAULT, byte_length, true, &buffer, diag));
  *out_buffer = rdo_buffer_public(buffer);
  return RONDO_OK;
}

void rondo_buffer_release(struct rondo_buffer **buffer) {
  if (buffer == NULL || *buffer == NULL) return;
  rdo_object_release(&rdo_buffer_from(*buffer)->object);
  *buffer = NULL;
}

uint64_t rondo_buffer_byte_length(const struct rondo_buffer *buffer) { return rdo_buffer_from(buffer)->byte_length; }
void *rondo_buffer_data(const struct rondo_buffer *buffer) { return rdo_buffer_data(rdo_buffer_from(buffer)); }

// Fences ---------------------------------------------------------------------------------------------

enum rondo_status rondo_fence_create(struct rondo_runtime *runtime, struct rondo_fence **out_fence, struct rondo_diag *diag) {
  struct rdo_fence *fence;
  *out_fence = NULL;
  RDO_TRY(rdo_fence_create(&fence, diag));
  fence->home = &runtime->device->object;
  rdo_object_retain(fence->home);
  *out_fence = rdo_fence_public(fence);
  return RONDO_OK;
}

void rondo_fence_retain(struct rondo_fence *fence) { rdo_object_retain(&rdo_fence_from(fence)->object); }

void rondo_fence_release(struct rondo_fence **fence) {
  if (fence == NULL || *fence == NULL) return;
  rdo_object_release(&rdo_fence_from(*fence)->object);
  *fence = NULL;
}

void rondo_fence_signal(struct rondo_fence *fence) { rdo_fence_signal(rdo_fence_from(fence)); }

void rondo_fence_fail(struct rondo_fence *fence, enum rondo_status status) {
  rdo_fence_fail(rdo_fence_from(fence), rdo_failure_of(status));
}

enum rondo_status rondo_fence_query(const struct rondo_fence *fence) { return rdo_fence_query(rdo_fence_from(fence)); }

enum rondo_status rondo_fence_wait(const struct rondo_fence *fence, int64_t timeout_ns) {
  const struct rdo_fence *f = rdo_fence_from(fence);
  int64_t deadline_ns = rdo_clock_deadline_ns(timeout_ns);
  if (f == NULL || f->home == NULL) return rdo_fence_wait(f, deadline_ns);
  return rdo_device_wait(RDO_CONTAINER(f->home, struct rdo_device, object), f, deadline_ns);
}

// Values ---------------------------------------------------------------------------------------------

void rondo_value_release(struct rondo_value *value) {
  if (value == NULL) return;
  switch (value->kind) {
    case RONDO_VALUE_TENSOR: rondo_tensor_release(&value->tensor); break;
    case RONDO_VALUE_BUFFER: rondo_buffer_release(&value->buffer); break;
    case RONDO_VALUE_FENCE: rondo_fence_release(&value->fence); break;
    case RONDO_VALUE_OBJECT: rdo_object_release(value->object); break;
    default: break;
  }
  value->kind = RONDO_VALUE_NONE;
}

const char *rondo_value_type_name(const struct rondo_value *value) {
  switch (value->kind) {
    case RONDO_VALUE_I32: return "i32";
    case RONDO_VALUE_I64: return "i64";
    case RONDO_VALUE_F32: return "f32";
    case RONDO_VALUE_F64: return "f64";
    case RONDO_VALUE_TENSOR: return rdo_tensor_type.name;
    case RONDO_VALUE_BUFFER: return rdo_buffer_type.name;
    case RONDO_VALUE_FENCE: return rdo_fence_type.name;
    case RONDO_VALUE_OBJECT: return ((const struct rdo_object *)value->object)->type->name;
    case RONDO_VALUE_NONE: break;
  }
  return "null";
}

// Lists ----------------------------------------------------------------------------------------------

static const struct rdo_list *list_of(const struct rondo_value *value) {
  return value->kind == RONDO_VALUE_OBJECT ? rdo_list_cast(value->object) : NULL;
}

// A new hold on a reference, or NONE.
static void hold_ref(struct rdo_object *ref, struct rondo_value *out) {
  *out = (struct rondo_value){.kind = RONDO_VALUE_NONE};
  if (ref == NULL) return;
  rdo_object_retain(ref);
  if (ref->type == &rdo_tensor_type) {
    *out = (struct rondo_value){.kind = RONDO_VALUE_TENSOR, .tensor = rdo_tensor_of(ref)};
  } else if (ref->type == &rdo_buffer_type) {
    *out = (struct rondo_value){.kind = RONDO_VALUE_BUFFER, .buffer = rdo_buffer_public(rdo_buffer_of(ref))};
  } else if (ref->type == &rdo_fence_type) {
    *out = (struct rondo_value){.kind = RONDO_VALUE_FENCE, .fence = rdo_fence_public(RDO_CONTAINER(ref, struct rdo_fence, object))};
  } else {
    *out = (struct rondo_value){.kind = RONDO_VALUE_OBJECT, .object = ref};
  }
}

int64_t rondo_list_count(const struct rondo_value *value) {
  const struct rdo_list *list = list_of(value);
  return list != NULL ? (int64_t)list->count : -1;
}

enum rondo_status rondo_list_get(const struct rondo_value *value, int64_t index, struct rondo_value *out_element) {
  const struct rdo_list *list = list_of(value);
  *out_element = (struct rondo_value){.kind = RONDO_VALUE_NONE};
  if (list == NULL) return RONDO_INVALID_ARGUMENT;
  if (index < 0 || index >= list->count) return RONDO_OUT_OF_RANGE;
  const struct rdo_variant *item = &list->items[index];
  switch (item->value) {
    case RDO_VALUE_NONE: hold_ref(item->ref, out_element); break;
    case RDO_VALUE_I8: case RDO_VALUE_I16: case RDO_VALUE_I32: *out_element = (struct rondo_value){.kind = RONDO_VALUE_I32, .i32 = item->i32}; break;
    case RDO_VALUE_I64: *out_element = (struct rondo_value){.kind = RONDO_VALUE_I64, .i64 = item->i64}; break;
    case RDO_VALUE_F32: *out_element = (struct rondo_value){.kind = RONDO_VALUE_F32, .f32 = item->f32}; break;
    case RDO_VALUE_F64: *out_element = (struct rondo_value){.kind = RONDO_VALUE_F64, .f64 = item->f64}; break;
  }
  return RONDO_OK;
}
