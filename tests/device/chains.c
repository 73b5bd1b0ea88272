// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Operations ordered by fences alone: the host submits everything and waits once, at the end.

#include "suite.h"

enum { BYTES = 1024 };

// Whether the first operation finds its wait reached, or waits for what the host signals last.
enum { STARTS_AT_ONCE, STARTS_LATER, START_COUNT };

static struct rdo_fence *start_of(int start) { return start == STARTS_LATER ? suite_fence() : NULL; }
static void begin_chain(struct rdo_fence *start) { rdo_fence_signal(start); }

static void expect_fill(struct rdo_buffer *buffer, uint64_t begin, uint64_t end, uint8_t value) {
  for (uint64_t i = begin; i < end; ++i) {
    if (rdo_buffer_data(buffer)[i] != value) fail_msg("byte %llu is %#x, should be %#x", (unsigned long long)i, rdo_buffer_data(buffer)[i], value);
  }
}

static void test_fill_copy(void **state) {
  (void)state;
  for (int start = 0; start < START_COUNT; ++start) {
    struct rdo_fence *first = start_of(start);
    struct rdo_buffer *source = suite_zeroes(BYTES), *target = suite_zeroes(BYTES);
    struct rdo_fence *filled = suite_submit(op_fill(source, 0, BYTES, 0x1A, 1), first);
    struct rdo_fence *copied = suite_submit(op_copy(source, 100, target, 4, 900), filled);
    begin_chain(first);
    suite_wait_ok(copied);
    expect_fill(target, 4, 904, 0x1A);
    expect_fill(target, 904, BYTES, 0);
  }
}

static void test_update_copy(void **state) {
  (void)state;
  for (int start = 0; start < START_COUNT; ++start) {
    struct rdo_fence *first = start_of(start);
    struct rdo_buffer *source = suite_zeroes(BYTES), *target = suite_zeroes(BYTES);
    struct rdo_fence *updated = suite_submit(op_update(source, 10, "abcdef", 6), first);
    struct rdo_fence *copied = suite_submit(op_copy(source, 8, target, 0, 10), updated);
    begin_chain(first);
    suite_wait_ok(copied);
    assert_memory_equal(rdo_buffer_data(target), "\0\0abcdef\0\0\0", 11);
  }
}

// The second fill must not be seen by the copy, nor the copy by the second fill.
static void test_fill_copy_fill(void **state) {
  (void)state;
  for (int start = 0; start < START_COUNT; ++start) {
    struct rdo_fence *first = start_of(start);
    struct rdo_buffer *source = suite_zeroes(BYTES), *target = suite_zeroes(BYTES);
    struct rdo_fence *filled = suite_submit(op_fill(source, 0, BYTES, 0x0101, 2), first);
    struct rdo_fence *copied = suite_submit(op_copy(source, 0, target, 0, BYTES), filled);
    struct rdo_fence *again = suite_submit(op_fill(source, 0, BYTES / 2, 0x02020202, 4), copied);
    begin_chain(first);
    suite_wait_ok(again);
    expect_fill(target, 0, BYTES, 1);
    expect_fill(source, 0, BYTES / 2, 2);
    expect_fill(source, BYTES / 2, BYTES, 1);
  }
}

static void test_transients(void **state) {
  (void)state;
  for (int start = 0; start < START_COUNT; ++start) {
    struct rdo_fence *first = start_of(start);
    struct rdo_buffer *transient = suite_transient(BYTES), *target = suite_zeroes(BYTES);
    uint64_t before = rdo_atomic_load(&suite.heap->live_bytes, rdo_acquire);
    struct rdo_fence *ready = suite_submit(op_alloca(transient), first);
    struct rdo_fence *filled = suite_submit(op_fill(transient, 0, BYTES, 0x33, 1), ready);
    struct rdo_fence *copied = suite_submit(op_copy(transient, 0, target, 0, BYTES), filled);
    struct rdo_fence *gone = suite_submit(op_dealloca(transient), copied);
    if (first != NULL) assert_null(rdo_buffer_data(transient));
    begin_chain(first);
    suite_wait_ok(gone);
    expect_fill(target, 0, BYTES, 0x33);
    assert_null(rdo_buffer_data(transient));
    assert_int_equal(rdo_atomic_load(&suite.heap->live_bytes, rdo_acquire), before);
  }
}

static enum rondo_status add_one(void *user, struct rondo_diag *diag) {
  (void)diag;
  struct rdo_buffer *buffer = user;
  for (uint64_t i = 0; i < buffer->byte_length; ++i) ++rdo_buffer_data(buffer)[i];
  return RONDO_OK;
}

// One of each kind, on a buffer that has no memory yet when they are submitted and recorded.
static void test_every_kind(void **state) {
  (void)state;
  for (int start = 0; start < START_COUNT; ++start) {
    uint8_t in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[16] = {0};
    struct rdo_file *in_file = suite_file(in, sizeof in, false), *out_file = suite_file(out, sizeof out, true);
    struct rdo_buffer *transient = suite_transient(16), *other = suite_zeroes(16);
    struct rdo_recording *recording = suite_recording(1);
    const struct rdo_buffer_ref from = ref_direct(transient, 0, 4), to = ref_slot(0, 12, 4);
    suite_expect_ok(rdo_recording_copy(recording, &from, &to, &suite.diag));
    suite_finalize(recording);
    const struct rdo_buffer_ref entry = ref_whole(transient);
    struct rdo_fence *first = start_of(start), *fence = first;
    fence = suite_submit(op_alloca(transient), fence);
    fence = suite_submit(op_fill(transient, 0, 16, 0x10, 1), fence);
    fence = suite_submit(op_update(transient, 0, "\x20\x21", 2), fence);
    fence = suite_submit(op_read(in_file, 2, transient, 4, 6), fence);
    fence = suite_submit(op_call(add_one, transient), fence);
    fence = suite_submit(op_execute(recording, &entry, 1), fence);
    fence = suite_submit(op_barrier(), fence);
    fence = suite_submit(op_copy(transient, 0, other, 0, 16), fence);
    fence = suite_submit(op_dealloca(transient), fence);
    fence = suite_submit(op_write(other, 0, out_file, 0, 16), fence);
    begin_chain(first);
    suite_wait_ok(fence);
    assert_memory_equal(out, "\x21\x22\x11\x11\4\5\6\7\x8\x9\x11\x11\x21\x22\x11\x11", 16);
  }
}

// What waits for what is submitted after it.
static void test_submitted_backwards(void **state) {
  (void)state;
  struct rdo_buffer *a = suite_zeroes(64), *b = suite_zeroes(64), *c = suite_zeroes(64);
  struct rdo_fence *filled = suite_fence(), *copied = suite_fence(), *end = suite_fence();
  suite_submit_to(op_copy(b, 0, c, 0, 64), copied, end);
  suite_submit_to(op_copy(a, 0, b, 0, 64), filled, copied);
  assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
  suite_submit_to(op_fill(a, 0, 64, 0x66, 1), NULL, filled);
  suite_wait_ok(end);
  expect_fill(c, 0, 64, 0x66);
}

static rdo_atomic_u32 note_count;

static enum rondo_status note(void *user, struct rondo_diag *diag) {
  (void)user;
  (void)diag;
  rdo_atomic_add(&note_count, 1, rdo_acq_rel);
  return RONDO_OK;
}

// One timeline, several waits for different values of it, submitted in no order. Each signal starts those that
// it reaches and no others.
static void test_values_of_a_timeline(void **state) {
  (void)state;
  enum { COUNT = 6 };
  static const uint64_t values[COUNT] = {3, 1, 5, 2, 3, 9};
  struct rdo_semaphore *timeline = suite_timeline();
  struct rdo_fence *ends[COUNT];
  rdo_atomic_init(&note_count, 0);
  for (uint32_t i = 0; i < COUNT; ++i) ends[i] = suite_submit(op_call(note, NULL), suite_fence_at(&timeline, &values[i], 1));
  for (uint64_t value = 1; value <= 7; ++value) {
    if (value == 4) continue;  // 5 comes next and is over it
    rdo_semaphore_signal(timeline, value);
    uint32_t reached_count = 0;
    for (uint32_t i = 0; i < COUNT; ++i) {
      if (values[i] > value) continue;
      suite_wait_ok(ends[i]);
      ++reached_count;
    }
    for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(rdo_fence_query(ends[i]), values[i] <= value ? RONDO_OK : RONDO_DEFERRED);
    assert_int_equal(rdo_atomic_load(&note_count, rdo_acquire), reached_count);
  }
  rdo_semaphore_fail(timeline, RONDO_UNAVAILABLE);
  suite_wait_failure(ends[5], RONDO_UNAVAILABLE);
  assert_int_equal(rdo_atomic_load(&note_count, rdo_acquire), 5);
}

// Operations that advance one timeline step by step; one that waits for points of three; and what comes behind
// those points waits for that one, too.
static void test_lists_of_points(void **state) {
  (void)state;
  enum { TIMELINES = 3, STEPS = 4 };
  struct rdo_semaphore *timelines[TIMELINES];
  struct rdo_buffer *buffer = suite_zeroes(16), *seen = suite_zeroes(16);
  for (int t = 0; t < TIMELINES; ++t) timelines[t] = suite_timeline();
  const uint64_t points[TIMELINES] = {2, 4, 3};
  struct rdo_fence *start = suite_fence();
  struct rdo_fence *all = suite_submit(op_copy(buffer, 0, seen, 0, 16), suite_fence_at(timelines, points, TIMELINES));
  for (uint64_t step = STEPS; step >= 1; --step) {
    for (int t = 0; t < TIMELINES; ++t) {
      uint64_t before = step - 1;
      struct rdo_fence *wait = step == 1 ? start : suite_fence_at(&timelines[t], &before, 1);
      if (before == points[t]) wait = suite_join((struct rdo_fence *[]){wait, all}, 2);
      suite_submit_to(op_fill(buffer, 4 * (uint64_t)t, 4, step, 4), wait, suite_fence_at(&timelines[t], &step, 1));
    }
  }
  assert_int_equal(rdo_fence_query(all), RONDO_DEFERRED);
  rdo_fence_signal(start);
  suite_wait_ok(all);
  for (uint32_t t = 0; t < TIMELINES; ++t) assert_int_equal(suite_words(seen)[t], points[t]);
  const uint64_t ends[TIMELINES] = {STEPS, STEPS, STEPS};
  suite_wait_ok(suite_fence_at(timelines, ends, TIMELINES));
  for (int t = 0; t < TIMELINES; ++t) assert_int_equal(suite_words(buffer)[t], STEPS);
}

// One operation may signal several timelines.
static void test_signals_a_list(void **state) {
  (void)state;
  struct rdo_semaphore *timelines[2] = {suite_timeline(), suite_timeline()};
  const uint64_t values[2] = {7, 1}, six = 6, eight = 8;
  struct rdo_buffer *buffer = suite_zeroes(4);
  suite_submit_to(op_fill(buffer, 0, 4, 5, 4), NULL, suite_fence_at(timelines, values, 2));
  suite_wait_ok(suite_fence_at(&timelines[1], &values[1], 1));
  suite_wait_ok(suite_fence_at(&timelines[0], &six, 1));
  assert_int_equal(suite_words(buffer)[0], 5);
  assert_int_equal(rdo_fence_query(suite_fence_at(&timelines[0], &eight, 1)), RONDO_DEFERRED);
}

static void test_fork_join(void **state) {
  (void)state;
  enum { BRANCHES = 12, ROUNDS = 4 };
  struct rdo_buffer *root = suite_zeroes(4), *branches = suite_zeroes(4 * BRANCHES), *result = suite_zeroes(4 * BRANCHES);
  struct rdo_fence *fence = NULL;
  for (uint32_t round = 1; round <= ROUNDS; ++round) {
    struct rdo_fence *ends[BRANCHES], *filled = suite_submit(op_fill(root, 0, 4, round, 4), fence);
    for (uint64_t i = 0; i < BRANCHES; ++i) ends[i] = suite_submit(op_copy(root, 0, branches, 4 * i, 4), filled);
    fence = suite_submit(op_copy(branches, 0, result, 0, 4 * BRANCHES), suite_join(ends, BRANCHES));
  }
  suite_wait_ok(fence);
  suite_expect_word_each(result, BRANCHES, ROUNDS);
}

// Chains that have nothing to do with each other, all in flight.
static void test_many_chains(void **state) {
  (void)state;
  enum { CHAINS = 40, LENGTH = 25 };
  struct rdo_buffer *buffer = suite_zeroes(4 * CHAINS * 2);
  struct rdo_fence *start = suite_fence(), *ends[CHAINS];
  for (uint32_t c = 0; c < CHAINS; ++c) ends[c] = c % 2 == 0 ? start : NULL;
  for (uint32_t i = 0; i < LENGTH; ++i) {
    for (uint64_t c = 0; c < CHAINS; ++c) {
      uint64_t here = 8 * c + 4 * (i % 2), there = 8 * c + 4 * ((i + 1) % 2);
      struct rdo_operation operation = i % 5 == 4 ? op_fill(buffer, there, 4, i, 4) : op_copy(buffer, here, buffer, there, 4);
      ends[c] = suite_submit(operation, ends[c]);
    }
  }
  rdo_fence_signal(start);
  suite_wait_ok(suite_join(ends, CHAINS));
  for (uint32_t c = 0; c < CHAINS; ++c) assert_int_equal(suite_words(buffer)[2 * c + LENGTH % 2], LENGTH - 1);
}

// More than a queue has room for at first.
static void test_thousand_in_flight(void **state) {
  (void)state;
  enum { COUNT = 1200 };
  static struct rdo_fence *ends[COUNT];
  struct rdo_buffer *buffer = suite_zeroes(4 * COUNT);
  struct rdo_fence *start = suite_fence();
  for (int round = 1; round <= 2; ++round) {
    for (uint32_t i = 0; i < COUNT; ++i) ends[i] = suite_submit(op_fill(buffer, 4 * (uint64_t)i, 4, (uint64_t)round, 4), start);
    if (round == 1) suite_expect_word_each(buffer, COUNT, 0);
    rdo_fence_signal(start);
    for (uint32_t i = 0; i < COUNT; ++i) suite_wait_ok(ends[i]);
    suite_expect_word_each(buffer, COUNT, (uint32_t)round);
  }
}

static void test_long_chain(void **state) {
  (void)state;
  enum { LENGTH = 5000 };
  struct rdo_buffer *buffer = suite_zeroes(8);
  struct rdo_fence *start = suite_fence(), *end = start;
  for (uint64_t i = 1; i <= LENGTH; ++i) end = suite_submit(i % 2 == 0 ? op_copy(buffer, 0, buffer, 4, 4) : op_fill(buffer, 0, 4, i, 4), end);
  rdo_fence_signal(start);
  suite_wait_ok(end);
  assert_int_equal(suite_words(buffer)[0], LENGTH - 1);
  assert_int_equal(suite_words(buffer)[1], LENGTH - 1);
}

int suite_run_chains(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_fill_copy),
      SUITE_TEST(test_update_copy),
      SUITE_TEST(test_fill_copy_fill),
      SUITE_TEST(test_transients),
      SUITE_TEST(test_every_kind),
      SUITE_TEST(test_submitted_backwards),
      SUITE_TEST(test_values_of_a_timeline),
      SUITE_TEST(test_lists_of_points),
      SUITE_TEST(test_signals_a_list),
      SUITE_TEST(test_fork_join),
      SUITE_TEST(test_many_chains),
      SUITE_TEST(test_thousand_in_flight),
      SUITE_TEST(test_long_chain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
