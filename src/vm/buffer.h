// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// vm.buffer: bytes of the host program: rodata of a module, or memory the program allocated.

#ifndef RDO_VM_BUFFER_H_
#define RDO_VM_BUFFER_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "vm/heap.h"

struct rdo_vm_buffer {
  struct rdo_object object;
  uint8_t *data;             // const after create; contents mutable only if is_mutable
  uint64_t length;           // bytes
  bool is_mutable;
  struct rdo_object *owner;  // what keeps `data` alive when the buffer does not own it
  struct rdo_vm_heap *heap;  // what the memory was counted against, NULL for borrowed data
  uint64_t counted_bytes;    // in `heap`
};

extern const struct rdo_object_type rdo_vm_buffer_type;

// New zeroed, mutable memory. `alignment` 0 or a power of two; at least 16 is used.
enum rondo_status rdo_vm_buffer_create(struct rdo_vm_heap *heap, uint64_t length, uint64_t alignment,
                                       struct rdo_vm_buffer **out_buffer, struct rondo_diag *diag);

// A view of bytes that `owner` (retained, may be NULL) keeps alive.
enum rondo_status rdo_vm_buffer_wrap(struct rdo_bytes bytes, bool is_mutable, struct rdo_object *owner,
                                     struct rdo_vm_buffer **out_buffer, struct rondo_diag *diag);

// The object as a buffer; NULL when it is null or something else.
static inline struct rdo_vm_buffer *rdo_vm_buffer_cast(struct rdo_object *object) {
  return object != NULL && object->type == &rdo_vm_buffer_type ? RDO_CONTAINER(object, struct rdo_vm_buffer, object) : NULL;
}

// SipHash-2-4 under the key 00 01 .. 0F. (Aumasson, Bernstein: SipHash, 2012, section 2.)
uint64_t rdo_siphash(const uint8_t *data, uint64_t length);

#endif  // RDO_VM_BUFFER_H_
