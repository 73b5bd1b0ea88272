// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

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

enum { CLASS_COUNT = RDO_POOL_BYTES_MAX / RDO_POOL_CLASS_BYTES };

struct free_block {
  struct free_block *next;
};

struct cache {
  struct free_block *blocks[CLASS_COUNT];
  uint16_t counts[CLASS_COUNT];
  bool is_registered;  // the thread's end will empty it
};

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

static size_t class_of(size_t size) { return (size - 1) / RDO_POOL_CLASS_BYTES; }

enum rondo_status rdo_pool_acquire(size_t size, void *out, struct rondo_diag *diag) {
  if (!POOL_IS_CACHING || size > RDO_POOL_BYTES_MAX) return rdo_alloc(size, out, diag);
  size_t index = class_of(size);
  struct free_block *block = thread_cache.blocks[index];
  if (block == NULL) return rdo_alloc((index + 1) * RDO_POOL_CLASS_BYTES, out, diag);
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
  if (!POOL_IS_CACHING || size > RDO_POOL_BYTES_MAX || cache->counts[index] >= RDO_POOL_BLOCKS_CACHED_MAX ||
      (!cache->is_registered && !register_cache(cache))) {
    rdo_free(memory);
    return;
  }
  struct free_block *block = memory;
  block->next = cache->blocks[index];
  cache->blocks[index] = block;
  ++cache->counts[index];
}
