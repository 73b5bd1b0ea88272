// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/heap.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../huge_allocations.h"

static struct rondo_diag diag;

static struct rdo_heap *make(uint64_t budget_bytes) {
  struct rdo_heap *heap = NULL;
  assert_int_equal(rdo_heap_create(budget_bytes, &heap, NULL), RONDO_OK);
  diag = (struct rondo_diag){.status = RONDO_OK};
  return heap;
}

static void end(struct rdo_heap *heap) { rdo_object_release(&heap->object); }

static uint8_t *acquire(struct rdo_heap *heap, uint64_t byte_length, bool is_zeroed) {
  uint8_t *data = NULL;
  if (rdo_heap_acquire(heap, byte_length, is_zeroed, &data, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return data;
}

static uint64_t read_counter(rdo_atomic_u64 *counter) { return rdo_atomic_load(counter, rdo_relaxed); }  // relaxed: counter

static void expect_zero(const uint8_t *data, uint64_t size) {
  for (uint64_t i = 0; i < size; ++i) {
    if (data[i] != 0) fail_msg("byte %d of %d is not zero", (int)i, (int)size);
  }
}

static void expect_guards(const uint8_t *data, uint64_t byte_length) {
  expect_zero(data - RDO_BLOCK_GUARD_BYTES, RDO_BLOCK_GUARD_BYTES);
  expect_zero(data + byte_length, RDO_BLOCK_GUARD_BYTES);
}

static const uint64_t lengths[] = {0, 1, 7, 8, 63, 64, 65, 100, 127, 128, 129, 1000, 2048, 2049, 4095, 4096, 4097, 5000, 70000, 1 << 20};
enum { LENGTH_COUNT = sizeof lengths / sizeof lengths[0] };

// Twice, so that small blocks come back used, and under lengths of their class other than before.
static void test_alignment_and_guards(void **state) {
  (void)state;
  struct rdo_heap *heap = make(0);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < LENGTH_COUNT; ++i) {
      uint8_t *data = acquire(heap, lengths[i], false);
      assert_int_equal((uintptr_t)data % RDO_BUFFER_ALIGNMENT, 0);
      expect_guards(data, lengths[i]);
      memset(data, 0xFF, (size_t)lengths[i]);
      expect_guards(data, lengths[i]);
      rdo_heap_return(heap, data, lengths[i]);
    }
  }
  end(heap);
}

static void test_zeroed(void **state) {
  (void)state;
  struct rdo_heap *heap = make(0);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < LENGTH_COUNT; ++i) {
      uint8_t *data = acquire(heap, lengths[i], true);
      expect_zero(data, lengths[i]);
      memset(data, 0xFF, (size_t)lengths[i]);
      rdo_heap_return(heap, data, lengths[i]);
    }
  }
  end(heap);
}

// Allocations that live together do not overlap, guards included.
static void test_apart(void **state) {
  (void)state;
  struct rdo_heap *heap = make(0);
  uint8_t *data[LENGTH_COUNT];
  for (int i = 0; i < LENGTH_COUNT; ++i) {
    data[i] = acquire(heap, lengths[i], false);
    memset(data[i], i + 1, (size_t)lengths[i]);
  }
  for (int i = 0; i < LENGTH_COUNT; ++i) {
    expect_guards(data[i], lengths[i]);
    for (uint64_t k = 0; k < lengths[i]; ++k) assert_int_equal(data[i][k], i + 1);
    rdo_heap_return(heap, data[i], lengths[i]);
  }
  end(heap);
}

// A returned block serves the next allocation of its class, whatever its exact length, and no other.
static void test_class_reuse(void **state) {
  (void)state;
  struct rdo_heap *heap = make(0);
  uint8_t *data = acquire(heap, 65, false);
  rdo_heap_return(heap, data, 65);
  assert_int_equal(heap->cached_count[1], 1);
  uint8_t *other = acquire(heap, 64, false);
  assert_ptr_not_equal(other, data);
  uint8_t *same = acquire(heap, 128, false);
  assert_ptr_equal(same, data);
  assert_int_equal(heap->cached_count[1], 0);
  rdo_heap_return(heap, other, 64);
  rdo_heap_return(heap, same, 128);
  end(heap);
}

static void test_bounded_cache(void **state) {
  (void)state;
  enum { COUNT = RDO_BLOCKS_CACHED_MAX + 10 };
  struct rdo_heap *heap = make(0);
  uint8_t *data[COUNT];
  for (int i = 0; i < COUNT; ++i) data[i] = acquire(heap, 4096, false);
  for (int i = 0; i < COUNT; ++i) rdo_heap_return(heap, data[i], 4096);
  assert_int_equal(heap->cached_count[RDO_BLOCK_SMALL_CLASS_COUNT - 1], RDO_BLOCKS_CACHED_MAX);
  for (int i = 0; i + 1 < RDO_BLOCK_SMALL_CLASS_COUNT; ++i) assert_int_equal(heap->cached_count[i], 0);
  rdo_heap_trim(heap);
  assert_int_equal(heap->cached_count[RDO_BLOCK_SMALL_CLASS_COUNT - 1], 0);
  end(heap);
}

// Large blocks are kept by size, within a quarter of a power of two, a few of each, up to a limit together.
static void test_large_cache(void **state) {
  (void)state;
  static const uint64_t sizes[] = {4097, 5120, 5121, 6144, 8192, 8193, 10240, 100000, 1 << 20, (1 << 20) + 1, 3 << 20, 40 << 20};
  struct rdo_heap *heap = make(0);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    uint8_t *data = acquire(heap, sizes[i], false);
    memset(data, 0xA5, (size_t)sizes[i]);
    rdo_heap_return(heap, data, sizes[i]);
    uint64_t kept = heap->large_cached_bytes;
    assert_true(kept >= sizes[i] && kept <= sizes[i] + sizes[i] / 4);
    uint8_t *again = acquire(heap, sizes[i], true);
    assert_ptr_equal(again, data);
    assert_int_equal(heap->large_cached_bytes, 0);
    assert_int_equal(again[0] | again[sizes[i] - 1], 0);
    for (int k = 0; k < RDO_BLOCK_GUARD_BYTES; ++k) assert_int_equal(again[sizes[i] + (uint64_t)k] | again[-1 - k], 0);
    rdo_heap_return(heap, again, sizes[i]);
    rdo_heap_trim(heap);
    assert_int_equal(heap->large_cached_bytes, 0);
  }
  uint8_t *data[RDO_LARGE_BLOCKS_CACHED_MAX + 1];
  for (int i = 0; i <= RDO_LARGE_BLOCKS_CACHED_MAX; ++i) data[i] = acquire(heap, 5000, false);
  for (int i = 0; i <= RDO_LARGE_BLOCKS_CACHED_MAX; ++i) rdo_heap_return(heap, data[i], 5000);
  assert_int_equal(heap->large_cached_bytes, RDO_LARGE_BLOCKS_CACHED_MAX * 5120);
  uint8_t *huge = acquire(heap, RDO_LARGE_BYTES_CACHED_MAX, false);
  rdo_heap_return(heap, huge, RDO_LARGE_BYTES_CACHED_MAX);
  assert_int_equal(heap->large_cached_bytes, RDO_LARGE_BLOCKS_CACHED_MAX * 5120);
  end(heap);
}

static void expect_counters(struct rdo_heap *heap, uint64_t live, uint64_t peak, uint64_t allocated, uint64_t count) {
  assert_int_equal(read_counter(&heap->live_bytes), live);
  assert_int_equal(read_counter(&heap->peak_bytes), peak);
  assert_int_equal(read_counter(&heap->allocated_bytes), allocated);
  assert_int_equal(read_counter(&heap->allocation_count), count);
}

static void test_counters(void **state) {
  (void)state;
  struct rdo_heap *heap = make(0);
  expect_counters(heap, 0, 0, 0, 0);
  uint8_t *a = acquire(heap, 100, false), *b = acquire(heap, 5000, false);
  expect_counters(heap, 5100, 5100, 5100, 2);
  rdo_heap_return(heap, a, 100);
  uint8_t *c = acquire(heap, 30, true), *empty = acquire(heap, 0, true);
  expect_counters(heap, 5030, 5100, 5130, 4);
  rdo_heap_return(heap, b, 5000);
  rdo_heap_return(heap, c, 30);
  rdo_heap_return(heap, empty, 0);
  expect_counters(heap, 0, 5100, 5130, 4);
  end(heap);
}

static void expect_refusal(struct rdo_heap *heap, uint64_t byte_length, const char *words) {
  uint8_t *data = (uint8_t *)heap;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_heap_acquire(heap, byte_length, false, &data, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_null(data);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
}

static void test_budget(void **state) {
  (void)state;
  struct rdo_heap *heap = make(1000);
  uint8_t *a = acquire(heap, 600, false);
  expect_refusal(heap, 401, "allocation of 401 bytes with 600 live is over the memory budget of 1000 bytes");
  expect_refusal(heap, UINT64_MAX, "budget");
  expect_refusal(heap, UINT64_MAX - 599, "budget");  // would wrap to within the budget
  uint8_t *b = acquire(heap, 400, false);
  expect_refusal(heap, 1, "budget");
  uint8_t *empty = acquire(heap, 0, false);
  expect_counters(heap, 1000, 1000, 1000, 3);
  rdo_heap_return(heap, a, 600);
  a = acquire(heap, 600, false);
  rdo_heap_return(heap, a, 600);
  rdo_heap_return(heap, b, 400);
  rdo_heap_return(heap, empty, 0);
  expect_counters(heap, 0, 1000, 1600, 4);
  end(heap);
}

// What the system refuses leaves no trace in the counters either.
static void test_more_than_there_is(void **state) {
  (void)state;
  struct rdo_heap *heap = make(0);
  uint8_t *data = acquire(heap, 100, false);
  expect_refusal(heap, UINT64_C(1) << 60, "out of memory allocating 1152921504606846976 bytes");
  expect_refusal(heap, UINT64_MAX - 100, "out of memory");
  expect_refusal(heap, UINT64_MAX, "budget");
  expect_counters(heap, 100, 100, 100, 1);
  rdo_heap_return(heap, data, 100);
  end(heap);
}

enum { THREAD_COUNT = 4, ROUND_COUNT = 3000, THREAD_BUDGET = 5 * 256 };

static void *use_heap(void *user) {
  struct rdo_heap *heap = user;
  uintptr_t refused = 0;
  for (int i = 0; i < ROUND_COUNT; ++i) {
    uint64_t byte_length = (uint64_t)(i % 256 + 1);
    uint8_t *data;
    if (rdo_heap_acquire(heap, UINT64_MAX / 2, false, &data, NULL) == RONDO_OK) return (void *)UINTPTR_MAX;
    if (rdo_heap_acquire(heap, byte_length, false, &data, NULL) != RONDO_OK) {
      ++refused;
      continue;
    }
    memset(data, 1, (size_t)byte_length);
    rdo_heap_return(heap, data, byte_length);
  }
  return (void *)refused;
}

// Together the threads never need the budget: somebody else's refused request must not cost them theirs.
static void test_threads(void **state) {
  (void)state;
  struct rdo_heap *heap = make(THREAD_BUDGET);
  pthread_t threads[THREAD_COUNT];
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_create(&threads[i], NULL, use_heap, heap), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    void *refused = NULL;
    pthread_join(threads[i], &refused);
    assert_null(refused);
  }
  assert_int_equal(read_counter(&heap->live_bytes), 0);
  assert_int_equal(read_counter(&heap->allocation_count), THREAD_COUNT * ROUND_COUNT);
  assert_true(read_counter(&heap->peak_bytes) >= 256 && read_counter(&heap->peak_bytes) <= THREAD_BUDGET);
  end(heap);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_alignment_and_guards),
      cmocka_unit_test(test_zeroed),
      cmocka_unit_test(test_apart),
      cmocka_unit_test(test_class_reuse),
      cmocka_unit_test(test_bounded_cache),
      cmocka_unit_test(test_large_cache),
      cmocka_unit_test(test_counters),
      cmocka_unit_test(test_budget),
      cmocka_unit_test(test_more_than_there_is),
      cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
