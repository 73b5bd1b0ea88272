// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Meant to run with the leak sanitizer alone too (-fsanitize=leak), under which the pool keeps its lists.

#include "base/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void *acquire(size_t size) {
  void *memory = NULL;
  if (rdo_pool_acquire(size, &memory, NULL) != RONDO_OK) return NULL;
  return memory;
}

static int is_zero(const void *memory, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (((const uint8_t *)memory)[i] != 0) return 0;
  }
  return 1;
}

// Every size around the classes, twice, so that the second round finds used blocks.
static void test_zeroed(void **state) {
  (void)state;
  for (int round = 0; round < 2; ++round) {
    for (size_t size = 1; size <= RDO_POOL_BYTES_MAX + 2 * RDO_POOL_CLASS_BYTES; ++size) {
      uint8_t *memory = acquire(size);
      assert_non_null(memory);
      assert_true(is_zero(memory, size));
      memset(memory, 0xA5, size);
      rdo_pool_return(memory, size);
    }
  }
  rdo_pool_return(NULL, 64);
}

// More blocks than a list keeps, all alive at once and apart.
static void test_many(void **state) {
  (void)state;
  enum { COUNT = 3 * RDO_POOL_BLOCKS_CACHED_MAX, SIZE = 200 };
  uint8_t *blocks[COUNT];
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < COUNT; ++i) {
      blocks[i] = acquire(SIZE);
      assert_true(is_zero(blocks[i], SIZE));
      memset(blocks[i], i & 0xFF, SIZE);
    }
    for (int i = 0; i < COUNT; ++i) {
      for (int k = 0; k < SIZE; ++k) assert_int_equal(blocks[i][k], i & 0xFF);
      rdo_pool_return(blocks[i], SIZE);
    }
  }
}

enum { CROSS_COUNT = 200, CROSS_SIZE = 128 };

static void *return_all(void *user) {
  uint8_t **blocks = user;
  for (int i = 0; i < CROSS_COUNT; ++i) rdo_pool_return(blocks[i], CROSS_SIZE);
  // What this thread returned it may use itself; the rest goes back when it ends.
  for (int i = 0; i < 10; ++i) {
    blocks[i] = acquire(CROSS_SIZE);
    if (blocks[i] == NULL || !is_zero(blocks[i], CROSS_SIZE)) return NULL;
    memset(blocks[i], 1, CROSS_SIZE);
  }
  return blocks;
}

static void test_across_threads(void **state) {
  (void)state;
  uint8_t *blocks[CROSS_COUNT];
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < CROSS_COUNT; ++i) {
      blocks[i] = acquire(CROSS_SIZE);
      assert_non_null(blocks[i]);
      memset(blocks[i], 0xFF, CROSS_SIZE);
    }
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(pthread_create(&thread, NULL, return_all, blocks), 0);
    pthread_join(thread, &result);
    assert_ptr_equal(result, blocks);
    for (int i = 0; i < 10; ++i) rdo_pool_return(blocks[i], CROSS_SIZE);
  }
}

static pthread_key_t late_key;

static void return_late(void *user) { rdo_pool_return(user, 64); }

static void *use_late(void *user) {
  void *early = acquire(64);
  pthread_setspecific(late_key, acquire(64));
  rdo_pool_return(early, 64);
  return user;
}

// A block returned by another destructor of the same thread, maybe after the pool's own, is not lost.
static void test_return_while_thread_ends(void **state) {
  (void)state;
  assert_int_equal(pthread_key_create(&late_key, return_late), 0);
  for (int i = 0; i < 4; ++i) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, use_late, NULL), 0);
    pthread_join(thread, NULL);
  }
  pthread_key_delete(late_key);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_zeroed),
      cmocka_unit_test(test_many),
      cmocka_unit_test(test_across_threads),
      cmocka_unit_test(test_return_while_thread_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
