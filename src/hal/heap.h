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
  // Small blocks: 64, 128, ... 4096 bytes. Large ones: four sizes for each power of two up to 2^36.
  RDO_BLOCK_SMALL_CLASS_COUNT = 7,
  RDO_BLOCK_CLASS_COUNT = RDO_BLOCK_SMALL_CLASS_COUNT + 4 * 24,
  RDO_BLOCK_CLASS_BYTES_MIN = 64,
  RDO_BLOCKS_CACHED_MAX = 64,        // per small class
  RDO_LARGE_BLOCKS_CACHED_MAX = 4,   // per large class: transients of that many instances of a model
};
// Large blocks that are kept, altogether. A model's transients come and go with every call, and the system
// would clear each page of them every time.
#define RDO_LARGE_BYTES_CACHED_MAX (UINT64_C(256) << 20)

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
  struct rdo_block *cached[RDO_BLOCK_CLASS_COUNT];      // lock: lock: blocks to use again
  uint32_t cached_count[RDO_BLOCK_CLASS_COUNT];         // lock: lock
  uint64_t large_cached_bytes;                          // lock: lock
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

// Gives blocks that are kept for later back to the system.
void rdo_heap_trim(struct rdo_heap *heap);

#endif  // RDO_HAL_HEAP_H_
