// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Recordings: regions and barriers, many of them, executed again and at the same time with other tables, over
// memory that comes later, with counts that an earlier dispatch writes.

#include "suite.h"

// A serial model of KERNEL_STAGE.
static uint32_t staged(uint32_t x, uint32_t stage_count) {
  for (uint32_t s = 0; s < stage_count; ++s) x = x * (2 * s + 3) + s;
  return x;
}

static void record_stages(struct rdo_recording *recording, struct rdo_buffer_ref ref, uint32_t count, uint32_t stage_count) {
  for (uint32_t s = 0; s < stage_count; ++s) {
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_STAGE, count, .constants = {2 * s + 3, s}, .bindings = {ref}});
    suite_record_barrier(recording);
  }
}

static void expect_staged(struct rdo_buffer *x, uint32_t count, uint32_t first, uint32_t stage_count) {
  for (uint32_t i = 0; i < count; ++i) {
    if (suite_words(x)[i] != staged(first + i, stage_count)) fail_msg("word %u is %u, should be %u", i, suite_words(x)[i], staged(first + i, stage_count));
  }
}

static void number_words(struct rdo_buffer *x, uint32_t count, uint32_t first) {
  for (uint32_t i = 0; i < count; ++i) suite_words(x)[i] = first + i;
}

// Barriers ----------------------------------------------------------------------------------------------

static void test_stages(void **state) {
  (void)state;
  static const struct {
    uint32_t count, stage_count;
  } shapes[] = {{1, 3}, {2, 50}, {64, 100}, {1024, 10}};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; ++i) {
    struct rdo_buffer *x = suite_zeroes(4 * (uint64_t)shapes[i].count);
    struct rdo_recording *recording = suite_recording(0);
    number_words(x, shapes[i].count, 5);
    record_stages(recording, ref_whole(x), shapes[i].count, shapes[i].stage_count);
    suite_finalize(recording);
    suite_run(op_execute(recording, NULL, 0));
    expect_staged(x, shapes[i].count, 5, shapes[i].stage_count);
  }
}

// Every workgroup reads what others wrote in the region before.
static void test_neighbours(void **state) {
  (void)state;
  enum { COUNT = 128, STAGES = 60 };
  struct rdo_buffer *buffers[2] = {suite_zeroes(4 * COUNT), suite_zeroes(4 * COUNT)};
  struct rdo_recording *recording = suite_recording(0);
  uint32_t model[2][COUNT];
  for (uint32_t i = 0; i < COUNT; ++i) model[0][i] = suite_words(buffers[0])[i] = i * i;
  for (uint32_t s = 0; s < STAGES; ++s) {
    suite_record_dispatch(recording, &(const struct suite_dispatch){
                                         KERNEL_NEIGHBOUR, COUNT, .constants = {COUNT}, .bindings = {ref_whole(buffers[s % 2]), ref_whole(buffers[(s + 1) % 2])}});
    suite_record_barrier(recording);
    for (uint32_t i = 0; i < COUNT; ++i) model[(s + 1) % 2][i] = model[s % 2][(i + 7) % COUNT] + i;
  }
  suite_finalize(recording);
  suite_run(op_execute(recording, NULL, 0));
  assert_memory_equal(suite_words(buffers[STAGES % 2]), model[STAGES % 2], 4 * COUNT);
}

// Regions of several commands of all kinds and sizes, between barriers in all numbers.
static void test_mixed_regions(void **state) {
  (void)state;
  enum { COUNT = 40, REGIONS = 30, LANES = 5 };
  struct rdo_buffer *lanes[LANES], *marks = suite_zeroes(4 * REGIONS);
  struct rdo_recording *recording = suite_recording(0);
  uint32_t stage_counts[LANES] = {0};
  for (uint32_t l = 0; l < LANES; ++l) number_words(lanes[l] = suite_zeroes(4 * COUNT), COUNT, l);
  suite_record_barrier(recording);  // before the first
  for (uint32_t r = 0; r < REGIONS; ++r) {
    for (uint32_t l = 0; l < LANES; ++l) {
      if ((r + l) % (l + 1) != 0) continue;
      uint32_t s = stage_counts[l]++;
      suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_STAGE, COUNT, .constants = {2 * s + 3, s}, .bindings = {ref_whole(lanes[l])}});
    }
    const struct rdo_buffer_ref mark = ref_direct(marks, 4 * (uint64_t)r, 4);
    suite_expect_ok(rdo_recording_fill(recording, &mark, r + 1, 4, &suite.diag));
    for (uint32_t i = 0; i <= r % 3; ++i) suite_record_barrier(recording);  // two and three separate no more than one
  }
  suite_finalize(recording);
  for (int again = 0; again < 2; ++again) {
    suite_run(op_execute(recording, NULL, 0));
    for (uint32_t l = 0; l < LANES; ++l) {
      expect_staged(lanes[l], COUNT, l, stage_counts[l]);
      number_words(lanes[l], COUNT, l);
    }
    for (uint32_t r = 0; r < REGIONS; ++r) assert_int_equal(suite_words(marks)[r], r + 1);
  }
}

static void test_empty(void **state) {
  (void)state;
  struct rdo_recording *empty = suite_recording(0), *barriers = suite_recording(0);
  suite_finalize(empty);
  for (int i = 0; i < 10; ++i) suite_record_barrier(barriers);
  suite_finalize(barriers);
  suite_run(op_execute(empty, NULL, 0));
  suite_run(op_execute(barriers, NULL, 0));
  struct rdo_fence *start = suite_fence(), *end = suite_submit(op_execute(barriers, NULL, 0), start);
  rdo_fence_signal(start);
  suite_wait_ok(end);
}

static void test_thousand_regions(void **state) {
  (void)state;
  enum { COUNT = 8, REGIONS = 1000 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT);
  struct rdo_recording *recording = suite_recording(0);
  record_stages(recording, ref_whole(x), COUNT, REGIONS);
  suite_finalize(recording);
  assert_int_equal(recording->region_count, REGIONS);
  for (int i = 0; i < 3; ++i) {
    number_words(x, COUNT, 77);
    suite_run(op_execute(recording, NULL, 0));
    expect_staged(x, COUNT, 77, REGIONS);
  }
}

// Side by side, and in regions of a hundred, some of them with workgroups.
static void test_many_commands(void **state) {
  (void)state;
  enum { COMMANDS = 100000, PER_REGION = 100, DISPATCH_EVERY = 50, GROUPS = 4 };
  for (int has_barriers = 0; has_barriers < 2; ++has_barriers) {
    struct rdo_buffer *x = suite_zeroes(4 * (COMMANDS + GROUPS));
    struct rdo_recording *recording = suite_recording(0);
    for (uint32_t i = 0; i < COMMANDS; ++i) {
      const struct rdo_buffer_ref ref = ref_direct(x, 4 * (uint64_t)i, 4);
      if (has_barriers && i % PER_REGION == 0) suite_record_barrier(recording);
      if (i % DISPATCH_EVERY == 0) {
        suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, GROUPS, .bindings = {ref_direct(x, 4 * (uint64_t)i, 4 * GROUPS)}});
      } else if (i % DISPATCH_EVERY >= GROUPS) {
        suite_expect_ok(rdo_recording_fill(recording, &ref, i, 4, &suite.diag));
      }
    }
    suite_finalize(recording);
    suite_run(op_execute(recording, NULL, 0));
    for (uint32_t i = 0; i < COMMANDS; ++i) assert_int_equal(suite_words(x)[i], i % DISPATCH_EVERY < GROUPS ? 1 : i);
  }
}

// Executed again and together ---------------------------------------------------------------------------

static void test_rebinding(void **state) {
  (void)state;
  enum { COUNT = 32, STAGES = 3, TIMES = 5 };
  struct rdo_recording *recording = suite_recording(1);
  record_stages(recording, ref_slot_whole(0), COUNT, STAGES);
  suite_finalize(recording);
  struct rdo_buffer *buffers[TIMES];
  for (uint32_t i = 0; i < TIMES; ++i) {
    number_words(buffers[i] = suite_zeroes(4 * COUNT), COUNT, i);
    const struct rdo_buffer_ref entry = ref_whole(buffers[i]);
    suite_run(op_execute(recording, &entry, 1));
  }
  for (uint32_t i = 0; i < TIMES; ++i) expect_staged(buffers[i], COUNT, i, STAGES);
}

static void test_eight_at_once(void **state) {
  (void)state;
  enum { COUNT = 100, STAGES = 20, TIMES = 8, ROUNDS = 5 };
  struct rdo_recording *recording = suite_recording(2);
  record_stages(recording, ref_slot_whole(1), COUNT, STAGES);
  const struct rdo_buffer_ref from = ref_slot_whole(1), to = ref_slot(0, 0, 4 * COUNT);
  suite_expect_ok(rdo_recording_copy(recording, &from, &to, &suite.diag));
  suite_finalize(recording);
  for (int round = 0; round < ROUNDS; ++round) {
    struct rdo_buffer *x[TIMES], *copies[TIMES];
    struct rdo_fence *start = round % 2 == 0 ? suite_fence() : NULL, *ends[TIMES];
    for (uint32_t i = 0; i < TIMES; ++i) {
      number_words(x[i] = suite_zeroes(4 * COUNT), COUNT, 1000 * i);
      copies[i] = suite_zeroes(4 * COUNT);
      const struct rdo_buffer_ref entries[2] = {ref_whole(copies[i]), ref_whole(x[i])};
      ends[i] = suite_submit(op_execute(recording, entries, 2), start);
    }
    rdo_fence_signal(start);
    for (uint32_t i = 0; i < TIMES; ++i) {
      suite_wait_ok(ends[i]);
      expect_staged(copies[i], COUNT, 1000 * i, STAGES);
    }
  }
}

// More than there are compute slots.
static void test_forty_at_once(void **state) {
  (void)state;
  enum { COUNT = 64, STAGES = 6, TIMES = 40 };
  struct rdo_recording *recording = suite_recording(1);
  record_stages(recording, ref_slot_whole(0), COUNT, STAGES);
  suite_finalize(recording);
  for (int round = 0; round < 3; ++round) {
    struct rdo_buffer *x[TIMES];
    struct rdo_fence *start = suite_fence(), *ends[TIMES];
    for (uint32_t i = 0; i < TIMES; ++i) {
      number_words(x[i] = suite_zeroes(4 * COUNT), COUNT, i);
      const struct rdo_buffer_ref entry = ref_whole(x[i]);
      ends[i] = suite_submit(op_execute(recording, &entry, 1), start);
    }
    rdo_fence_signal(start);
    for (uint32_t i = 0; i < TIMES; ++i) {
      suite_wait_ok(ends[i]);
      expect_staged(x[i], COUNT, i, STAGES);
    }
  }
}

// Memory that comes later -------------------------------------------------------------------------------

// Recorded and bound while the transients have no memory.
static void test_transients(void **state) {
  (void)state;
  enum { COUNT = 50, STAGES = 4 };
  for (int is_later = 0; is_later < 2; ++is_later) {
    struct rdo_buffer *direct = suite_transient(4 * COUNT), *bound = suite_transient(4 * COUNT), *source = suite_zeroes(4 * COUNT);
    struct rdo_buffer *results[2] = {suite_zeroes(4 * COUNT), suite_zeroes(4 * COUNT)};
    number_words(source, COUNT, 9);
    struct rdo_recording *recording = suite_recording(2);
    const struct rdo_buffer_ref from = ref_slot(1, 0, 4 * COUNT), here = ref_whole(direct), there = ref_slot(0, 0, 4 * COUNT);
    const struct rdo_buffer_ref tail = ref_direct(direct, 4 * (COUNT - 2), 8);
    suite_expect_ok(rdo_recording_copy(recording, &from, &here, &suite.diag));
    suite_expect_ok(rdo_recording_copy(recording, &from, &there, &suite.diag));
    suite_record_barrier(recording);
    record_stages(recording, ref_whole(direct), COUNT, STAGES);
    record_stages(recording, there, COUNT, STAGES);
    suite_expect_ok(rdo_recording_fill(recording, &tail, 0xABCD, 2, &suite.diag));
    suite_finalize(recording);
    struct rdo_fence *start = is_later ? suite_fence() : NULL;
    struct rdo_fence *ready[2] = {suite_submit(op_alloca(direct), start), suite_submit(op_alloca(bound), start)};
    const struct rdo_buffer_ref entries[2] = {ref_whole(bound), ref_whole(source)};
    struct rdo_fence *run = suite_submit(op_execute(recording, entries, 2), suite_join(ready, 2));
    struct rdo_fence *copied[2] = {suite_submit(op_copy(direct, 0, results[0], 0, 4 * COUNT), run),
                                   suite_submit(op_copy(bound, 0, results[1], 0, 4 * COUNT), run)};
    struct rdo_fence *ends[2] = {suite_submit(op_dealloca(direct), copied[0]), suite_submit(op_dealloca(bound), copied[1])};
    rdo_fence_signal(start);
    suite_wait_ok(suite_join(ends, 2));
    expect_staged(results[0], COUNT - 2, 9, STAGES);
    expect_staged(results[1], COUNT, 9, STAGES);
    assert_int_equal(suite_words(results[0])[COUNT - 1], 0xABCDABCD);
    // Now they have none any more.
    suite_wait_words(suite_submit(op_execute(recording, entries, 2), NULL), RONDO_FAILED_PRECONDITION, "no memory");
  }
}

// Pairs of alloca and execute that do not wait for each other.
static void test_pipelined_transients(void **state) {
  (void)state;
  enum { COUNT = 64, STAGES = 5, PAIRS = 6 };
  struct rdo_recording *recording = suite_recording(2);
  const struct rdo_buffer_ref from = ref_slot_whole(0), to = ref_slot_whole(1);
  suite_expect_ok(rdo_recording_copy(recording, &from, &to, &suite.diag));
  suite_record_barrier(recording);
  record_stages(recording, ref_slot_whole(1), COUNT, STAGES);
  suite_finalize(recording);
  struct rdo_buffer *sources[PAIRS], *transients[PAIRS], *results[PAIRS];
  struct rdo_fence *ends[PAIRS];
  for (uint32_t i = 0; i < PAIRS; ++i) {
    number_words(sources[i] = suite_zeroes(4 * COUNT), COUNT, 10 * i);
    transients[i] = suite_transient(4 * COUNT);
    results[i] = suite_zeroes(4 * COUNT);
    const struct rdo_buffer_ref entries[2] = {ref_whole(sources[i]), ref_whole(transients[i])};
    struct rdo_fence *fence = suite_submit(op_alloca(transients[i]), NULL);
    fence = suite_submit(op_execute(recording, entries, 2), fence);
    fence = suite_submit(op_copy(transients[i], 0, results[i], 0, 4 * COUNT), fence);
    ends[i] = suite_submit(op_dealloca(transients[i]), fence);
  }
  for (uint32_t i = 0; i < PAIRS; ++i) {
    suite_wait_ok(ends[i]);
    expect_staged(results[i], COUNT, 10 * i, STAGES);
  }
}

// Host data, two dispatches in two recordings, and back, over transients; reused with other buffers.
static void test_pipeline(void **state) {
  (void)state;
  enum { COUNT = 96 };
  struct rdo_recording *first = suite_record_one(
      &(const struct suite_dispatch){KERNEL_NEIGHBOUR, COUNT, .constants = {COUNT}, .bindings = {ref_slot_whole(0), ref_slot_whole(1)}}, 2);
  struct rdo_recording *second = suite_record_one(&(const struct suite_dispatch){KERNEL_STAGE, COUNT, .constants = {3, 1}, .bindings = {ref_slot_whole(0)}}, 1);
  uint32_t in[COUNT], out[COUNT];
  struct rdo_file *file = suite_file((uint8_t *)out, sizeof out, true);
  for (uint32_t round = 0; round < 3; ++round) {
    struct rdo_buffer *a = suite_transient(sizeof in), *b = suite_transient(sizeof in);
    for (uint32_t i = 0; i < COUNT; ++i) in[i] = i * 31 + round;
    struct rdo_fence *ready[2] = {suite_submit(op_alloca(a), NULL), suite_submit(op_alloca(b), NULL)};
    struct rdo_fence *fence = suite_submit(op_update(a, 0, in, sizeof in), suite_join(ready, 2));
    const struct rdo_buffer_ref entries[2] = {ref_whole(a), ref_whole(b)};
    fence = suite_submit(op_execute(first, entries, 2), fence);
    fence = suite_submit(op_execute(second, &entries[1], 1), fence);
    fence = suite_submit(op_write(b, 0, file, 0, sizeof out), fence);
    struct rdo_fence *gone[2] = {suite_submit(op_dealloca(a), fence), suite_submit(op_dealloca(b), fence)};
    suite_wait_ok(suite_join(gone, 2));
    for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(out[i], 3 * (in[(i + 7) % COUNT] + i) + 1);
  }
}

// Indirect counts ---------------------------------------------------------------------------------------

// Written by the dispatch before, inside the same recording.
static void test_indirect(void **state) {
  (void)state;
  static const uint32_t grids[][3] = {{5, 1, 1}, {3, 4, 5}, {0, 1, 1}, {1, 0, 7}, {1024, 2, 1}, {1, 1, 1}};
  for (size_t i = 0; i < sizeof grids / sizeof grids[0]; ++i) {
    const uint32_t *grid = grids[i];
    uint32_t count = grid[0] * grid[1] * grid[2];
    struct rdo_buffer *counts = suite_zeroes(64), *x = suite_zeroes(4 * 2048);
    struct rdo_recording *recording = suite_recording(1);
    const struct rdo_buffer_ref direct = ref_direct(counts, 16, 12), slot = ref_slot(0, 16, 12);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_GRID, 1, .constants = {grid[0], grid[1], grid[2]}, .bindings = {direct}});
    suite_record_barrier(recording);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, .indirect = &direct, .bindings = {ref_whole(x)}});
    suite_record_barrier(recording);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, .indirect = &slot, .bindings = {ref_whole(x)}});
    suite_finalize(recording);
    const struct rdo_buffer_ref entry = ref_whole(counts);
    suite_run(op_execute(recording, &entry, 1));
    suite_expect_word_each(x, count, 2);
    for (uint32_t k = count; k < 2048; ++k) assert_int_equal(suite_words(x)[k], 0);
  }
}

static void test_indirect_errors(void **state) {
  (void)state;
  struct rdo_buffer *counts = suite_zeroes(64), *x = suite_zeroes(64);
  const struct rdo_buffer_ref whole = ref_whole(counts), small = ref_direct(counts, 0, 8);
  struct rdo_recording *recording = suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, .indirect = &whole, .bindings = {ref_whole(x)}}, 0);
  memcpy(suite_words(counts), ((const uint32_t[]){1, 1, 65536}), 12);
  suite_wait_words(suite_submit(op_execute(recording, NULL, 0), NULL), RONDO_OUT_OF_RANGE, "z 65536 is over 65535");
  memcpy(suite_words(counts), ((const uint32_t[]){UINT32_MAX, UINT32_MAX, 65535}), 12);
  suite_wait_words(suite_submit(op_execute(recording, NULL, 0), NULL), RONDO_OUT_OF_RANGE, "workgroups");
  struct rdo_recording *short_recording = suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, .indirect = &small, .bindings = {ref_whole(x)}}, 0);
  suite_wait_words(suite_submit(op_execute(short_recording, NULL, 0), NULL), RONDO_OUT_OF_RANGE, "need 12 bytes");
  memcpy(suite_words(counts), ((const uint32_t[]){4, 1, 1}), 12);
  suite_run(op_execute(recording, NULL, 0));
  suite_expect_word_each(x, 4, 1);
  assert_int_equal(suite_words(x)[4], 0);
}

// A dispatch that cannot be prepared, in the middle of others: nothing behind it runs.
static void test_fails_in_the_middle(void **state) {
  (void)state;
  enum { COUNT = 64 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT), *y = suite_zeroes(4 * COUNT), *counts = suite_zeroes(64);
  const struct rdo_buffer_ref whole = ref_whole(counts);
  struct rdo_recording *recording = suite_recording(0);
  record_stages(recording, ref_whole(x), COUNT, 2);
  suite_words(counts)[2] = 65536;
  suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, .indirect = &whole, .bindings = {ref_whole(y)}});
  suite_record_barrier(recording);
  for (int i = 0; i < 20; ++i) {
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(y)}});
    if (i % 3 == 0) suite_record_barrier(recording);
  }
  suite_finalize(recording);
  number_words(x, COUNT, 0);
  suite_wait_words(suite_submit(op_execute(recording, NULL, 0), NULL), RONDO_OUT_OF_RANGE, "z 65536 is over 65535");
  expect_staged(x, COUNT, 0, 2);
  suite_expect_word_each(y, COUNT, 0);
}

int suite_run_recordings(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_stages),
      SUITE_TEST(test_neighbours),
      SUITE_TEST(test_mixed_regions),
      SUITE_TEST(test_empty),
      SUITE_TEST(test_thousand_regions),
      SUITE_TEST(test_many_commands),
      SUITE_TEST(test_rebinding),
      SUITE_TEST(test_eight_at_once),
      SUITE_TEST(test_forty_at_once),
      SUITE_TEST(test_transients),
      SUITE_TEST(test_pipelined_transients),
      SUITE_TEST(test_pipeline),
      SUITE_TEST(test_indirect),
      SUITE_TEST(test_indirect_errors),
      SUITE_TEST(test_fails_in_the_middle),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
