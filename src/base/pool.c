// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(RDO_HOSTILE)
#define POOL_IS_CACHING 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define POOL_IS_CACHING 0
#endif
#endif
#ifndef POOL_IS_CACHING
#define POOL_IS_CACHING 1
#endif

enum {
  CLASS_COUNT = RDO_POOL_BYTES_MAX / RDO_POOL_CLASS_BYTES,
  BATCH_BLOCKS = RDO_POOL_BLOCKS_CACHED_MAX / 2,
  DEPOT_BATCHES_MAX = 16,
};

struct free_block {
  struct free_block *next;
};

struct cache {
  struct free_block *blocks[CLASS_COUNT];
  uint16_t counts[CLASS_COUNT];
  bool is_registered;  // the thread's end will empty it
};

// What a full thread gives and an empty one takes: half a cache at a time, so that objects which one thread
// makes and another one ends go round without the heap.
struct batch {
  struct free_block first;  // and, linked behind it, the others
  struct batch *next;
};

// SYNC(depot): pushed one at a time, taken whole; see docs/sync.md.
static rdo_atomic_ptr depots[CLASS_COUNT];
static rdo_atomic_u32 depot_counts[CLASS_COUNT];  // batches in each; hint

static _Thread_local struct cache thread_cache;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

static void empty_cache(void *user) {
  struct cache *cache = user;
  for (int i = 0; i < CLASS_COUNT; ++i) {
    while (cache->blocks[i] != NULL) {
      struct free_block *block = cache->blocks[i];
      cache->blocks[i] = block->next;
      rdo_free(block);
    }
    cache->counts[i] = 0;
  }
  cache->is_registered = false;
}

static void create_key(void) { has_key = pthread_key_create(&key, empty_cache) == 0; }

// Without a registration a thread's end would lose its blocks, so then nothing is kept.
static bool register_cache(struct cache *cache) {
  pthread_once(&key_once, create_key);
  cache->is_registered = has_key && pthread_setspecific(key, cache) == 0;
  return cache->is_registered;
}

static bool may_keep(struct cache *cache) { return cache->is_registered || register_cache(cache); }

static void push_batches(size_t index, struct batch *first, struct batch *last) {
  void *head = rdo_atomic_load(&depots[index], rdo_relaxed);  // relaxed: hint, the exchange confirms it
  do {
    last->next = head;
    // SYNC(depot): release what the blocks' last users wrote.
  } while (!rdo_atomic_cas_weak(&depots[index], &head, first, rdo_release, rdo_relaxed));  // relaxed: hint
}

// Moves half of a full list into the depot; frees it where there is enough already.
static void give_batch(struct cache *cache, size_t index) {
  struct free_block *first = cache->blocks[index], *last = first;
  for (int i = 1; i < BATCH_BLOCKS; ++i) last = last->next;
  cache->blocks[index] = last->next;
  cache->counts[index] = (uint16_t)(cache->counts[index] - BATCH_BLOCKS);
  last->next = NULL;
  if (rdo_atomic_load(&depot_counts[index], rdo_relaxed) < DEPOT_BATCHES_MAX) {  // relaxed: hint
    rdo_atomic_add(&depot_counts[index], 1, rdo_relaxed);                        // relaxed: hint
    push_batches(index, (struct batch *)first, (struct batch *)first);
    return;
  }
  while (first != NULL) {
    struct free_block *next = first->next;
    rdo_free(first);
    first = next;
  }
}

// Takes a batch for an empty list; the others go back.
static bool take_batch(struct cache *cache, size_t index) {
  if (rdo_atomic_load(&depots[index], rdo_relaxed) == NULL) return false;           // relaxed: hint
  struct batch *batch = rdo_atomic_exchange(&depots[index], NULL, rdo_acquire);  // SYNC(depot): acquires every push
  if (batch == NULL) return false;
  if (batch->next != NULL) {
    struct batch *last = batch->next;
    while (last->next != NULL) last = last->next;
    push_batches(index, batch->next, last);
  }
  rdo_atomic_sub(&depot_counts[index], 1, rdo_relaxed);  // relaxed: hint
  cache->blocks[index] = &batch->first;
  cache->counts[index] = BATCH_BLOCKS;
  return true;
}

void rdo_pool_trim(void) {
  empty_cache(&thread_cache);
  for (size_t index = 0; index < CLASS_COUNT; ++index) {
    struct batch *batch = rdo_atomic_exchange(&depots[index], NULL, rdo_acquire);  // SYNC(depot)
    while (batch != NULL) {
      struct batch *next = batch->next;
      rdo_atomic_sub(&depot_counts[index], 1, rdo_relaxed);  // relaxed: hint
      for (struct free_block *block = &batch->first; block != NULL;) {
        struct free_block *after = block->next;
        rdo_free(block);
        block = after;
      }
      batch = next;
    }
  }
}

static size_t class_of(size_t size) { return (size - 1) / RDO_POOL_CLASS_BYTES; }

enum rondo_status rdo_pool_acquire(size_t size, void *out, struct rondo_diag *diag) {
  if (!POOL_IS_CACHING || size > RDO_POOL_BYTES_MAX) return rdo_alloc(size, out, diag);
  size_t index = class_of(size);
  struct free_block *block = thread_cache.blocks[index];
  if (block == NULL && (!may_keep(&thread_cache) || !take_batch(&thread_cache, index))) {
    return rdo_alloc((index + 1) * RDO_POOL_CLASS_BYTES, out, diag);
  }
  block = thread_cache.blocks[index];
  thread_cache.blocks[index] = block->next;
  --thread_cache.counts[index];
  memset(block, 0, size);
  memcpy(out, &block, sizeof block);
  return RONDO_OK;
}

void rdo_pool_return(void *memory, size_t size) {
  if (memory == NULL) return;
  struct cache *cache = &thread_cache;
  size_t index = class_of(size);
  if (!POOL_IS_CACHING || size > RDO_POOL_BYTES_MAX || !may_keep(cache)) {
    rdo_free(memory);
    return;
  }
  if (cache->counts[index] >= RDO_POOL_BLOCKS_CACHED_MAX) give_batch(cache, index);
  struct free_block *block = memory;
  block->next = cache->blocks[index];
  cache->blocks[index] = block;
  ++cache->counts[index];
}
