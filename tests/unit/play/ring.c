// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Rings: which entry is found, which slot is taken, and whole entries with many readers.

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "play/ring.h"
#include "rondo/play.h"

static struct rondo_ring *create(int slot_count, uint64_t slot_bytes) {
  struct rondo_ring *ring;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_ring_create("ring", slot_count, slot_bytes, &ring, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return ring;
}

static void put(struct rondo_ring *ring, uint64_t index) {
  uint64_t *slot = rdo_ring_begin(ring);
  assert_non_null(slot);
  if (ring->slot_bytes != 0) *slot = index;
  rdo_ring_end(ring, index, (int64_t)index * 10);
}

static void expect(struct rondo_ring *ring, int slot, uint64_t index) {
  assert_true(slot >= 0);
  assert_int_equal(ring->entries[slot].index, index);
  assert_int_equal(ring->entries[slot].time_ns, index * 10);
  if (ring->slot_bytes != 0) assert_int_equal(*(const uint64_t *)rdo_ring_data(ring, slot), index);
  rdo_ring_unpin(ring, slot);
}

static void test_refusals(void **state) {
  (void)state;
  struct rondo_ring *ring;
  assert_int_equal(rdo_ring_create(NULL, 1, 8, &ring, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rdo_ring_create(NULL, (1 << 16) + 1, 8, &ring, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rdo_ring_create(NULL, 2, UINT64_MAX, &ring, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_null(ring);
  rdo_ring_destroy(NULL);
}

static void test_entries(void **state) {
  (void)state;
  uint64_t number = 0;
  struct rondo_ring *ring = create(4, sizeof(uint64_t));
  assert_int_equal(rdo_ring_pin_newest(ring), -1);
  assert_int_equal(rdo_ring_pin_index(ring, 0), -1);
  assert_int_equal(rdo_ring_pin_after(ring, 0, &number), -1);
  for (uint64_t i = 1; i <= 6; ++i) {  // the first two are overwritten
    put(ring, 100 + i);
    expect(ring, rdo_ring_pin_newest(ring), 100 + i);
    assert_int_equal(rdo_ring_newest(ring), i);
  }
  assert_int_equal(rdo_ring_pin_index(ring, 102), -1);
  expect(ring, rdo_ring_pin_index(ring, 103), 103);
  expect(ring, rdo_ring_pin_after(ring, 0, &number), 103);
  assert_int_equal(number, 3);
  expect(ring, rdo_ring_pin_after(ring, 4, &number), 105);
  assert_int_equal(number, 5);
  assert_int_equal(rdo_ring_pin_after(ring, 6, &number), -1);
  rdo_ring_clear(ring);
  assert_int_equal(rdo_ring_pin_newest(ring), -1);
  rdo_ring_destroy(ring);
}

// The writer takes the oldest slot that nobody holds, and never the newest.
static void test_held(void **state) {
  (void)state;
  struct rondo_ring *ring = create(3, 0);
  for (uint64_t i = 1; i <= 3; ++i) put(ring, i);
  int oldest = rdo_ring_pin_index(ring, 1), again = rdo_ring_pin_index(ring, 1);
  assert_int_equal(oldest, again);
  put(ring, 4);  // over 2
  assert_int_equal(rdo_ring_pin_index(ring, 2), -1);
  int third = rdo_ring_pin_index(ring, 3);
  assert_null(rdo_ring_begin(ring));
  assert_int_equal(rondo_ring_write(ring, NULL, 0), RONDO_UNAVAILABLE);
  rdo_ring_end(ring, 5, 5);  // nothing was begun
  assert_int_equal(rdo_ring_newest(ring), 4);
  rdo_ring_unpin(ring, oldest);
  assert_null(rdo_ring_begin(ring));  // it was held twice
  rdo_ring_unpin(ring, again);
  put(ring, 5);
  assert_int_equal(rdo_ring_pin_index(ring, 1), -1);
  expect(ring, rdo_ring_pin_index(ring, 4), 4);
  rdo_ring_unpin(ring, third);
  rdo_ring_destroy(ring);
}

// What is being written is seen by nobody.
static void test_unfinished(void **state) {
  (void)state;
  struct rondo_ring *ring = create(2, sizeof(uint64_t));
  assert_non_null(rdo_ring_begin(ring));
  assert_int_equal(rdo_ring_pin_newest(ring), -1);
  rdo_ring_end(ring, 1, 10);
  *(uint64_t *)rdo_ring_begin(ring) = 7;
  int slot = rdo_ring_pin_newest(ring);
  assert_int_equal(ring->entries[slot].index, 1);
  rdo_ring_unpin(ring, slot);
  rdo_ring_destroy(ring);
}

enum { READER_COUNT = 3, WORD_COUNT = 64, WRITE_COUNT = 30000 };

struct reader {
  struct rondo_ring *ring;
  uint64_t torn_count, back_count, read_count;
  pthread_t thread;
};

static void *read_all(void *user) {
  struct reader *reader = user;
  uint64_t last = 0;
  while (last < WRITE_COUNT) {
    int slot = rdo_ring_pin_newest(reader->ring);
    if (slot < 0) continue;
    const uint64_t *words = rdo_ring_data(reader->ring, slot);
    uint64_t index = reader->ring->entries[slot].index;
    for (int i = 0; i < WORD_COUNT; ++i) reader->torn_count += words[i] != index;
    reader->back_count += index < last;
    ++reader->read_count;
    last = index;
    rdo_ring_unpin(reader->ring, slot);
  }
  return NULL;
}

static void test_threads(void **state) {
  (void)state;
  struct rondo_ring *ring = create(READER_COUNT + 2, WORD_COUNT * sizeof(uint64_t));
  struct reader readers[READER_COUNT];
  memset(readers, 0, sizeof readers);
  for (int i = 0; i < READER_COUNT; ++i) {
    readers[i].ring = ring;
    assert_int_equal(pthread_create(&readers[i].thread, NULL, read_all, &readers[i]), 0);
  }
  uint64_t refused_count = 0;
  for (uint64_t i = 1; i <= WRITE_COUNT; ++i) {
    uint64_t *words = rdo_ring_begin(ring);
    while (words == NULL) {  // never: there are two slots more than readers
      ++refused_count;
      words = rdo_ring_begin(ring);
    }
    for (int k = 0; k < WORD_COUNT; ++k) words[k] = i;
    rdo_ring_end(ring, i, (int64_t)i);
  }
  for (int i = 0; i < READER_COUNT; ++i) {
    pthread_join(readers[i].thread, NULL);
    assert_int_equal(readers[i].torn_count, 0);
    assert_int_equal(readers[i].back_count, 0);
    assert_true(readers[i].read_count > 0);
  }
  assert_int_equal(refused_count, 0);
  rdo_ring_destroy(ring);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_refusals),   cmocka_unit_test(test_entries), cmocka_unit_test(test_held),
      cmocka_unit_test(test_unfinished), cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
