// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The pool: threads acquire objects, fill them, and pass them to each other through a few places; whoever
// takes one out checks it and returns it. Objects are zero when acquired and nobody else's until returned.
// Threads end and begin in every round, with blocks in their lists.

#include <pthread.h>

#include "base/atomic.h"
#include "base/pool.h"
#include "stress.h"

enum { THREAD_COUNT = 4, PLACE_COUNT = 32, STEP_COUNT = 4000, BYTES_MAX = RDO_POOL_BYTES_MAX + 100 };

struct item {
  uint32_t byte_length;
  uint8_t stamp;
  uint8_t bytes[];
};

static rdo_atomic_u64 places[PLACE_COUNT];  // struct item *; exchanged, so each item has one owner

static struct item *make_item(uint64_t *random) {
  static const uint8_t zeros[BYTES_MAX];
  uint32_t byte_length = (uint32_t)sizeof(struct item) + stress_below(random, BYTES_MAX - (uint32_t)sizeof(struct item));
  struct item *item = NULL;
  STRESS_CHECK(rdo_pool_acquire(byte_length, &item, NULL) == RONDO_OK);
  STRESS_CHECK(memcmp(item, zeros, byte_length) == 0);
  uint8_t stamp = (uint8_t)(1 + stress_below(random, 255));
  memset(item, stamp, byte_length);
  item->byte_length = byte_length;
  item->stamp = stamp;
  return item;
}

static void end_item(struct item *item) {
  if (item == NULL) return;
  for (size_t i = 0; i < item->byte_length - offsetof(struct item, bytes); ++i) STRESS_CHECK(item->bytes[i] == item->stamp);
  rdo_pool_return(item, item->byte_length);
}

static struct item *swap_item(uint32_t place, struct item *item) {
  // acq_rel: what the one who put it in wrote is seen by the one who takes it out.
  return (struct item *)(uintptr_t)rdo_atomic_exchange(&places[place], (uint64_t)(uintptr_t)item, rdo_acq_rel);
}

static void *exchange(void *user) {
  uint64_t random = *(const uint64_t *)user;
  for (int i = 0; i < STEP_COUNT; ++i) {
    struct item *item = stress_below(&random, 3) == 0 ? NULL : make_item(&random);
    end_item(swap_item(stress_below(&random, PLACE_COUNT), item));
  }
  return NULL;
}

static void run_round(uint64_t random) {
  pthread_t threads[THREAD_COUNT];
  uint64_t seeds[THREAD_COUNT];
  for (int i = 0; i < THREAD_COUNT; ++i) {
    seeds[i] = stress_random(&random);
    STRESS_CHECK(pthread_create(&threads[i], NULL, exchange, &seeds[i]) == 0);
  }
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
  for (uint32_t i = 0; i < PLACE_COUNT; ++i) end_item(swap_item(i, NULL));
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  uint64_t seed;
  while (stress_next(&stress, &seed)) run_round(seed);
  return 0;
}
