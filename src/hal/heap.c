// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/heap.h"

#include <string.h>

#include "base/alloc.h"

// A cached block: the link stands in its data, so its guards stay zero.
struct rdo_block {
  struct rdo_block *next;
};

static void free_block(uint8_t *data) { rdo_free(data - RDO_BLOCK_GUARD_BYTES); }

// Returning memory to the system takes as long as it likes: not under the lock.
void rdo_heap_trim(struct rdo_heap *heap) {
  struct rdo_block *taken[RDO_BLOCK_CLASS_COUNT];
  pthread_mutex_lock(&heap->lock);
  memcpy(taken, heap->cached, sizeof taken);
  memset(heap->cached, 0, sizeof heap->cached);
  memset(heap->cached_count, 0, sizeof heap->cached_count);
  heap->large_cached_bytes = 0;
  pthread_mutex_unlock(&heap->lock);
  for (int i = 0; i < RDO_BLOCK_CLASS_COUNT; ++i) {
    while (taken[i] != NULL) {
      struct rdo_block *block = taken[i];
      taken[i] = block->next;
      free_block((uint8_t *)block);
    }
  }
}

static void destroy_heap(struct rdo_object *object) {
  struct rdo_heap *heap = RDO_CONTAINER(object, struct rdo_heap, object);
  rdo_heap_trim(heap);
  pthread_mutex_destroy(&heap->lock);
  rdo_free(heap);
}

const struct rdo_object_type rdo_heap_type = {"hal.allocator", destroy_heap};

enum rondo_status rdo_heap_create(uint64_t budget_bytes, struct rdo_heap **out_heap, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc(sizeof **out_heap, out_heap, diag));
  rdo_object_init(&(*out_heap)->object, &rdo_heap_type);
  (*out_heap)->budget_bytes = budget_bytes == 0 ? UINT64_MAX : budget_bytes;
  pthread_mutex_init(&(*out_heap)->lock, NULL);
  return RONDO_OK;
}

// Counting -------------------------------------------------------------------------------------------

static void raise_peak(struct rdo_heap *heap, uint64_t live) {
  uint64_t peak = rdo_atomic_load(&heap->peak_bytes, rdo_relaxed);  // relaxed: counter
  while (peak < live && !rdo_atomic_cas_weak(&heap->peak_bytes, &peak, live, rdo_relaxed, rdo_relaxed)) {  // relaxed: counter
  }
}

static enum rondo_status charge(struct rdo_heap *heap, uint64_t bytes, uint64_t *out_live, struct rondo_diag *diag) {
  uint64_t before;
  if (!rdo_count_try_add_u64(&heap->live_bytes, bytes, heap->budget_bytes, &before)) {
    return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "allocation of %llu bytes with %llu live is over the memory budget of %llu bytes",
                    (unsigned long long)bytes, (unsigned long long)before, (unsigned long long)heap->budget_bytes);
  }
  *out_live = before + bytes;
  return RONDO_OK;
}

// An allocation that was charged and has its memory.
static void count_allocation(struct rdo_heap *heap, uint64_t bytes, uint64_t live) {
  raise_peak(heap, live);
  rdo_count_add_u64(&heap->allocated_bytes, bytes, rdo_relaxed);  // relaxed: counter
  rdo_count_add_u64(&heap->allocation_count, 1, rdo_relaxed);     // relaxed: counter
}

static void refund(struct rdo_heap *heap, uint64_t bytes) {
  rdo_count_add_u64(&heap->live_bytes, 0 - bytes, rdo_relaxed);  // relaxed: counter
}

// Blocks ---------------------------------------------------------------------------------------------

// The smallest class that holds `byte_length`, RDO_BLOCK_CLASS_COUNT when none does, and what its blocks hold.
static int class_of(uint64_t byte_length, uint64_t *out_capacity) {
  uint64_t capacity = RDO_BLOCK_CLASS_BYTES_MIN;
  for (int index = 0; index < RDO_BLOCK_SMALL_CLASS_COUNT; ++index, capacity *= 2) {
    if (byte_length > capacity) continue;
    *out_capacity = capacity;
    return index;
  }
  // Between 2^k and 2^(k+1) in steps of a quarter of 2^k.
  int octave = 63 - __builtin_clzll(byte_length - 1);
  uint64_t step = UINT64_C(1) << (octave - 2);
  uint64_t quarters = (byte_length - 1) / step - 3;  // 1 .. 4
  int index = RDO_BLOCK_SMALL_CLASS_COUNT + 4 * (octave - 12) + (int)quarters - 1;
  *out_capacity = index < RDO_BLOCK_CLASS_COUNT ? step * (quarters + 4) : byte_length;
  return index < RDO_BLOCK_CLASS_COUNT ? index : RDO_BLOCK_CLASS_COUNT;
}

static uint64_t round_up(uint64_t capacity) { return (capacity + RDO_BUFFER_ALIGNMENT - 1) & ~(uint64_t)(RDO_BUFFER_ALIGNMENT - 1); }

static uint8_t *allocate_block(uint64_t capacity) {
  if (capacity > (uint64_t)INT64_MAX / 2) return NULL;
  uint64_t rounded = round_up(capacity);
  uint8_t *base = rdo_alloc_aligned((size_t)rounded + 2 * (size_t)RDO_BLOCK_GUARD_BYTES, RDO_BUFFER_ALIGNMENT);
  if (base == NULL) return NULL;
  memset(base, 0, RDO_BLOCK_GUARD_BYTES);
  memset(base + RDO_BLOCK_GUARD_BYTES + rounded, 0, RDO_BLOCK_GUARD_BYTES);
  return base + RDO_BLOCK_GUARD_BYTES;
}

// What the allocation leaves of its block is guard too, as far as guards reach.
static void clear_rest(uint8_t *data, uint64_t byte_length, uint64_t capacity) {
  uint64_t rest = capacity - byte_length;
  memset(data + byte_length, 0, rest < RDO_BLOCK_GUARD_BYTES ? (size_t)rest : RDO_BLOCK_GUARD_BYTES);
}

static uint8_t *take_cached(struct rdo_heap *heap, int class_index, uint64_t capacity) {
  pthread_mutex_lock(&heap->lock);
  struct rdo_block *block = heap->cached[class_index];
  if (block != NULL) {
    heap->cached[class_index] = block->next;
    --heap->cached_count[class_index];
    if (class_index >= RDO_BLOCK_SMALL_CLASS_COUNT) heap->large_cached_bytes -= capacity;
  }
  pthread_mutex_unlock(&heap->lock);
  return (uint8_t *)block;
}

static bool put_cached(struct rdo_heap *heap, int class_index, uint64_t capacity, uint8_t *data) {
  struct rdo_block *block = (struct rdo_block *)(void *)data;
  pthread_mutex_lock(&heap->lock);
  bool is_kept = heap->cached_count[class_index] < RDO_BLOCKS_CACHED_MAX;
  if (class_index >= RDO_BLOCK_SMALL_CLASS_COUNT) {
    is_kept = heap->cached_count[class_index] < RDO_LARGE_BLOCKS_CACHED_MAX && capacity <= RDO_LARGE_BYTES_CACHED_MAX - heap->large_cached_bytes;
    if (is_kept) heap->large_cached_bytes += capacity;
  }
  if (is_kept) {
    block->next = heap->cached[class_index];
    heap->cached[class_index] = block;
    ++heap->cached_count[class_index];
  }
  pthread_mutex_unlock(&heap->lock);
  return is_kept;
}

enum rondo_status rdo_heap_acquire(struct rdo_heap *heap, uint64_t byte_length, bool is_zeroed, uint8_t **out_data,
                                   struct rondo_diag *diag) {
  *out_data = NULL;
  uint64_t live;
  RDO_TRY(charge(heap, byte_length, &live, diag));
  uint64_t capacity;
  int class_index = class_of(byte_length, &capacity);
  uint8_t *data = class_index < RDO_BLOCK_CLASS_COUNT ? take_cached(heap, class_index, capacity) : NULL;
  if (data == NULL) data = allocate_block(capacity);
  if (data == NULL) {
    refund(heap, byte_length);
    return rdo_fail_no_memory(diag, byte_length);
  }
  count_allocation(heap, byte_length, live);
  if (is_zeroed) memset(data, 0, (size_t)byte_length);
  clear_rest(data, byte_length, round_up(capacity));
  *out_data = data;
  return RONDO_OK;
}

void rdo_heap_return(struct rdo_heap *heap, uint8_t *data, uint64_t byte_length) {
  refund(heap, byte_length);
  uint64_t capacity;
  int class_index = class_of(byte_length, &capacity);
  if (class_index >= RDO_BLOCK_CLASS_COUNT || !put_cached(heap, class_index, capacity, data)) free_block(data);
}
