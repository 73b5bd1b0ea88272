// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/buffer.h"

#include "base/alloc.h"
#include "base/checked.h"

enum { BUFFER_ALIGNMENT_MIN = 16, BUFFER_ALIGNMENT_MAX = 1 << 20 };

static void destroy_buffer(struct rdo_object *object) {
  struct rdo_vm_buffer *buffer = RDO_CONTAINER(object, struct rdo_vm_buffer, object);
  if (buffer->heap != NULL) {
    rdo_free(buffer->data);
    rdo_vm_heap_return(buffer->heap, buffer->counted_bytes);
    rdo_object_release(&buffer->heap->object);
  }
  rdo_object_release(buffer->owner);
  rdo_free(buffer);
}

const struct rdo_object_type rdo_vm_buffer_type = {"vm.buffer", destroy_buffer};

static enum rondo_status fill_buffer(struct rdo_vm_buffer *buffer, struct rdo_vm_heap *heap, uint64_t length,
                                     uint64_t alignment, struct rondo_diag *diag) {
  if (alignment < BUFFER_ALIGNMENT_MIN) alignment = BUFFER_ALIGNMENT_MIN;
  uint64_t bytes;  // the padding of a small buffer with a large alignment may be most of it
  if (!rdo_checked_add(length, alignment + sizeof *buffer, &bytes)) return rdo_fail_no_memory(diag, length);
  RDO_TRY(rdo_vm_heap_acquire(heap, bytes, diag));
  buffer->data = length < SIZE_MAX / 2 ? rdo_alloc_aligned(length == 0 ? 1 : (size_t)length, (size_t)alignment) : NULL;
  if (buffer->data == NULL) {
    rdo_vm_heap_return(heap, bytes);
    return rdo_fail_no_memory(diag, length);
  }
  memset(buffer->data, 0, (size_t)length);
  rdo_object_retain(&heap->object);
  buffer->heap = heap;
  buffer->counted_bytes = bytes;
  buffer->length = length;
  return RONDO_OK;
}

enum rondo_status rdo_vm_buffer_create(struct rdo_vm_heap *heap, uint64_t length, uint64_t alignment,
                                       struct rdo_vm_buffer **out_buffer, struct rondo_diag *diag) {
  *out_buffer = NULL;
  if (alignment != 0 && (!rdo_is_power_of_two(alignment) || alignment > BUFFER_ALIGNMENT_MAX)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "buffer alignment %llu is not a power of two up to %d",
                    (unsigned long long)alignment, BUFFER_ALIGNMENT_MAX);
  }
  struct rdo_vm_buffer *buffer;
  RDO_TRY(rdo_alloc(sizeof *buffer, &buffer, diag));
  rdo_object_init(&buffer->object, &rdo_vm_buffer_type);
  buffer->is_mutable = true;
  enum rondo_status status = fill_buffer(buffer, heap, length, alignment, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&buffer->object);
    return status;
  }
  *out_buffer = buffer;
  return RONDO_OK;
}

enum rondo_status rdo_vm_buffer_wrap(struct rdo_bytes bytes, bool is_mutable, struct rdo_object *owner,
                                     struct rdo_vm_buffer **out_buffer, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc(sizeof **out_buffer, out_buffer, diag));
  struct rdo_vm_buffer *buffer = *out_buffer;
  rdo_object_init(&buffer->object, &rdo_vm_buffer_type);
  buffer->data = (uint8_t *)(uintptr_t)bytes.data;  // writes are refused by is_mutable
  buffer->length = bytes.size;
  buffer->is_mutable = is_mutable;
  buffer->owner = owner;
  rdo_object_retain(owner);
  return RONDO_OK;
}

static uint64_t rotate_left(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

static void sip_round(uint64_t v[4]) {
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotate_left(v[1], 13) ^ v[0];
  v[3] = rotate_left(v[3], 16) ^ v[2];
  v[0] = rotate_left(v[0], 32);
  v[2] += v[1];
  v[0] += v[3];
  v[1] = rotate_left(v[1], 17) ^ v[2];
  v[3] = rotate_left(v[3], 21) ^ v[0];
  v[2] = rotate_left(v[2], 32);
}

static void sip_compress(uint64_t v[4], uint64_t word) {
  v[3] ^= word;
  sip_round(v);
  sip_round(v);
  v[0] ^= word;
}

uint64_t rdo_siphash(const uint8_t *data, uint64_t length) {
  const uint64_t k0 = 0x0706050403020100u;
  const uint64_t k1 = 0x0F0E0D0C0B0A0908u;
  uint64_t v[4] = {k0 ^ 0x736F6D6570736575u, k1 ^ 0x646F72616E646F6Du, k0 ^ 0x6C7967656E657261u, k1 ^ 0x7465646279746573u};
  uint64_t whole = length & ~(uint64_t)7;
  for (uint64_t i = 0; i < whole; i += 8) sip_compress(v, rdo_load_u64(data + i));
  uint64_t tail = length << 56;
  for (uint64_t i = whole; i < length; ++i) tail |= (uint64_t)data[i] << (8 * (i - whole));
  sip_compress(v, tail);
  v[2] ^= 0xFF;
  for (int i = 0; i < 4; ++i) sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
