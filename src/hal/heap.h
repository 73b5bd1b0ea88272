// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The device's memory: aligned host memory, counted and bounded. Buffers hold their heap, so the
// counters outlive the device.

#ifndef RDO_HAL_HEAP_H_
#define RDO_HAL_HEAP_H_

#include <pthread.h>
#include <stdbool.h>

#include "base/object.h"
#include "base/status.h"

enum {
  RDO_BUFFER_ALIGNMENT = 64,
  // Zeroed bytes in front of and behind every allocation. Kernels load whole vectors, and gathers read
  // before they mask; what they find there must be in the process and must be a number.
  RDO_BLOCK_GUARD_BYTES = 256,
  RDO_BLOCK_CLASS_COUNT = 7,      // 64, 128, ... 4096 bytes
  RDO_BLOCK_CLASS_BYTES_MIN = 64,
  RDO_BLOCKS_CACHED_MAX = 64,     // per class
};

struct rdo_block;

// All counters are exact; they are read one by one.
struct rdo_heap {
  struct rdo_object object;        // "hal.allocator": programs hold it as the device's allocator
  rdo_atomic_u64 live_bytes;
  rdo_atomic_u64 peak_bytes;
  rdo_atomic_u64 allocated_bytes;
  rdo_atomic_u64 allocation_count;
  uint64_t budget_bytes;           // const after create, UINT64_MAX = no limit
  pthread_mutex_t lock;            // leaf lock
  struct rdo_block *cached[RDO_BLOCK_CLASS_COUNT];      // lock: lock: small blocks to use again
  uint32_t cached_count[RDO_BLOCK_CLASS_COUNT];         // lock: lock
};

extern const struct rdo_object_type rdo_heap_type;

enum rondo_status rdo_heap_create(uint64_t budget_bytes, struct rdo_heap **out_heap, struct rondo_diag *diag);

// Allocates and counts a block of `byte_length` bytes, aligned to RDO_BUFFER_ALIGNMENT. Contents are
// undefined unless `is_zeroed`.
//   returns  OK, RESOURCE_EXHAUSTED (over the budget, or the system has no more)
enum rondo_status rdo_heap_acquire(struct rdo_heap *heap, uint64_t byte_length, bool is_zeroed, uint8_t **out_data,
                                   struct rondo_diag *diag);
// Returns a block with the length it was acquired with.
void rdo_heap_return(struct rdo_heap *heap, uint8_t *data, uint64_t byte_length);

#endif  // RDO_HAL_HEAP_H_
