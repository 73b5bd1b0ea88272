// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// hal.buffer: device memory. A buffer owns its memory, views part of another one, or wraps memory of
// somebody else. A transient buffer exists before its memory does: alloca makes the handle, the queue
// commits memory to it when its turn comes and takes it back at dealloca, or with the last hold.
//
//   UNCOMMITTED → COMMITTED  queue alloca runs        queue
//   COMMITTED → RELEASED     queue dealloca runs      queue
// All other buffers are COMMITTED from creation to destruction.

#ifndef RDO_HAL_BUFFER_H_
#define RDO_HAL_BUFFER_H_

#include <stdbool.h>

#include "hal/heap.h"
#include "hal/types.h"

struct rdo_buffer {
  struct rdo_object object;
  uint8_t *data;                // NULL while not committed; of a view: unused
  uint64_t byte_length;         // const after create
  uint32_t memory_type;         // const after create
  uint32_t usage;               // const after create
  struct rdo_buffer *parent;    // of a view, retained
  uint64_t parent_offset;       // bytes
  struct rdo_heap *heap;        // retained; NULL for wrapped memory and views
  bool is_transient;            // memory comes and goes with the queue
  bool is_read_only;            // const after create: over a module's rodata
  rdo_atomic_u32 owner_count;   // preserve and discard count here; counter
  void (*release)(void *user);  // of wrapped memory
  void *release_user;
};

extern const struct rdo_object_type rdo_buffer_type;

static inline struct rdo_buffer *rdo_buffer_of(struct rdo_object *object) { return RDO_CONTAINER(object, struct rdo_buffer, object); }

// Allocates memory at once. `is_zeroed` clears it.
enum rondo_status rdo_buffer_create(struct rdo_heap *heap, uint32_t memory_type, uint32_t usage, uint64_t byte_length,
                                    bool is_zeroed, struct rdo_buffer **out_buffer, struct rondo_diag *diag);

// Makes a transient buffer without memory.
enum rondo_status rdo_buffer_create_transient(struct rdo_heap *heap, uint32_t memory_type, uint32_t usage, uint64_t byte_length,
                                              struct rdo_buffer **out_buffer, struct rondo_diag *diag);
enum rondo_status rdo_buffer_commit(struct rdo_buffer *buffer, bool is_zeroed, struct rondo_diag *diag);
// Gives the memory back early. Nothing happens to a buffer that is not a committed transient.
void rdo_buffer_decommit(struct rdo_buffer *buffer);

// Wraps `data`; `release` runs with the last hold and may be NULL.
enum rondo_status rdo_buffer_wrap(void *data, uint64_t byte_length, uint32_t memory_type, uint32_t usage, void (*release)(void *user),
                                  void *user, struct rdo_buffer **out_buffer, struct rondo_diag *diag);

// A view of [offset, offset + length); the whole range is the buffer itself, retained.
enum rondo_status rdo_buffer_subspan(struct rdo_buffer *buffer, uint64_t offset, uint64_t length, struct rdo_buffer **out_buffer,
                                     struct rondo_diag *diag);

// The memory; NULL while there is none.
static inline uint8_t *rdo_buffer_data(const struct rdo_buffer *buffer) {
  if (buffer->parent == NULL) return buffer->data;
  return buffer->parent->data == NULL ? NULL : buffer->parent->data + buffer->parent_offset;
}

// PERMISSION_DENIED for a buffer over read-only memory.
enum rondo_status rdo_buffer_check_writable(const struct rdo_buffer *buffer, struct rondo_diag *diag);

// Checks a range and resolves RDO_WHOLE_BUFFER to what is left behind `offset`.
enum rondo_status rdo_buffer_check_range(const struct rdo_buffer *buffer, uint64_t offset, uint64_t *length, struct rondo_diag *diag);

#endif  // RDO_HAL_BUFFER_H_
