// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Dispatches: every workgroup once, whoever runs it; grids, constants and bindings; local memory; kernels that
// fail.

#include "suite.h"

static struct rdo_operation op_direct(struct rdo_recording *recording) { return op_execute(recording, NULL, 0); }

static void test_every_workgroup_once(void **state) {
  (void)state;
  static const uint32_t counts[] = {1, 2, 3, 63, 64, 65, 1024, 4097, 100000};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    struct rdo_buffer *x = suite_zeroes(4 * (uint64_t)counts[i]);
    suite_run(op_direct(suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, counts[i], .bindings = {ref_whole(x)}}, 0)));
    suite_expect_word_each(x, counts[i], 1);
  }
}

static void test_grids(void **state) {
  (void)state;
  static const uint32_t grids[][3] = {{1, 1, 7}, {1, 9, 1}, {3, 4, 5}, {16, 8, 8}, {1, 1, 1024}, {1024, 1, 2}, {2, 1024, 3}};
  for (size_t i = 0; i < sizeof grids / sizeof grids[0]; ++i) {
    const uint32_t *grid = grids[i];
    uint32_t count = grid[0] * grid[1] * grid[2];
    struct rdo_buffer *x = suite_zeroes(4 * (uint64_t)count);
    suite_run(op_direct(suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, grid[0], grid[1], grid[2], .bindings = {ref_whole(x)}}, 0)));
    suite_expect_word_each(x, count, 1);
  }
}

static void test_empty_grids(void **state) {
  (void)state;
  static const uint32_t grids[][3] = {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {0, 0, 0}};
  struct rdo_buffer *x = suite_zeroes(4 * 50);
  struct rdo_recording *recording = suite_recording(0);
  for (int stage = 0; stage < 3; ++stage) {
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; ++i) {
      const uint32_t *grid = grids[i];
      suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, grid[0], grid[1], grid[2], .is_empty = true, .bindings = {ref_whole(x)}});
      if (i != 1) suite_record_barrier(recording);
    }
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, 50, .bindings = {ref_whole(x)}});
    suite_record_barrier(recording);
  }
  suite_finalize(recording);
  suite_run(op_direct(recording));
  suite_expect_word_each(x, 50, 3);
  // Nothing else at all.
  suite_run(op_direct(suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, .is_empty = true, .bindings = {ref_whole(x)}}, 0)));
  suite_expect_word_each(x, 50, 3);
}

// Parts of buffers, direct and from a table, in one dispatch.
static void test_bindings(void **state) {
  (void)state;
  enum { COUNT = 32 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT + 64), *y = suite_zeroes(4 * COUNT + 128);
  for (uint32_t i = 0; i < COUNT; ++i) suite_words(x)[16 + i] = 1000 + i;
  const struct suite_dispatch dispatch = {
      KERNEL_NEIGHBOUR, COUNT, .constants = {COUNT}, .bindings = {ref_direct(x, 64, 4 * COUNT), ref_slot(1, 64, 4 * COUNT)}};
  struct rdo_recording *recording = suite_record_one(&dispatch, 2);
  const struct rdo_buffer_ref entries[2] = {{.buffer = NULL}, ref_direct(y, 64, RDO_WHOLE_BUFFER)};
  suite_run(op_execute(recording, entries, 2));
  for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(suite_words(y)[32 + i], 1000 + (i + 7) % COUNT + i);
  for (uint32_t i = 0; i < 32; ++i) assert_int_equal(suite_words(y)[i], 0);
}

static void test_sequential(void **state) {
  (void)state;
  enum { COUNT = 300 };
  for (uint32_t round = 0; round < 5; ++round) {
    struct rdo_buffer *x = suite_zeroes(4 * (COUNT + 1)), *y = suite_zeroes(4 * 64);
    struct rdo_recording *recording = suite_recording(0);
    // Beside one that has its workgroups run by many.
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_ORDER, 10, 3, 10, .bindings = {ref_whole(x)}});
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, 64, .bindings = {ref_whole(y)}});
    suite_finalize(recording);
    suite_run(op_direct(recording));
    assert_int_equal(suite_words(x)[0], COUNT);
    for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(suite_words(x)[1 + i], i);
    suite_expect_word_each(y, 64, 1);
  }
}

static void test_local_memory(void **state) {
  (void)state;
  enum { COUNT = 200 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT);
  struct rdo_recording *recording = suite_record_one(&(const struct suite_dispatch){KERNEL_SCRATCH, COUNT, .bindings = {ref_slot_whole(0)}}, 1);
  const struct rdo_buffer_ref entry = ref_whole(x);
  for (int i = 0; i < 3; ++i) suite_run(op_execute(recording, &entry, 1));
  suite_expect_word_each(x, COUNT, 3);
}

// More than workers have: the submission fails, with the dispatch's name. The synchronous device takes it from
// the heap.
static void test_too_much_local_memory(void **state) {
  (void)state;
  enum { COUNT = 16 };
  for (uint32_t count = 1; count <= COUNT; count *= COUNT) {
    struct rdo_buffer *x = suite_zeroes(4 * COUNT), *y = suite_zeroes(4 * COUNT);
    struct rdo_recording *recording = suite_recording(0);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(x)}});
    suite_record_barrier(recording);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_HUGE, count, .bindings = {ref_whole(y)}});
    suite_record_barrier(recording);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(x)}});
    suite_finalize(recording);
    struct rdo_fence *end = suite_submit(op_direct(recording), NULL);
    if (suite.is_task) {
      suite_wait_words(end, RONDO_RESOURCE_EXHAUSTED, "dispatch huge needs");
      suite_expect_word_each(x, COUNT, 1);
      suite_expect_word_each(y, COUNT, 0);
    } else {
      suite_wait_ok(end);
      suite_expect_word_each(x, COUNT, 2);
      suite_expect_word_each(y, count, 1);
    }
    suite_run(op_direct(suite_record_one(&(const struct suite_dispatch){KERNEL_SCRATCH, COUNT, .bindings = {ref_whole(y)}}, 0)));
  }
}

// Whoever runs a workgroup does so under an id that nobody else has at that time.
static void test_processor_ids(void **state) {
  (void)state;
  enum { COUNT = 400, RECORDINGS = 6 };
  struct rdo_fence *start = suite_fence(), *ends[RECORDINGS];
  struct rdo_buffer *x[RECORDINGS];
  struct rdo_recording *recording = suite_record_one(&(const struct suite_dispatch){KERNEL_PROCESSOR, COUNT, .bindings = {ref_slot_whole(0)}}, 1);
  if (suite.queue_count > 1) skip();  // ids are those of one queue's workers
  for (int i = 0; i < RECORDINGS; ++i) {
    x[i] = suite_zeroes(4 * COUNT);
    const struct rdo_buffer_ref entry = ref_whole(x[i]);
    struct rdo_operation operation = op_execute(recording, &entry, 1);
    operation.may_inline = i % 2 == 1;  // by whoever drains the queue
    ends[i] = suite_submit(operation, start);
  }
  rdo_fence_signal(start);
  for (int i = 0; i < RECORDINGS; ++i) {
    suite_wait_ok(ends[i]);
    suite_expect_word_each(x[i], COUNT, 1);
  }
}

// Failing kernels ---------------------------------------------------------------------------------------

// One workgroup of many fails. No workgroup runs twice, nothing behind the region runs, and what else is in
// flight is not touched.
static void test_failing_workgroup(void **state) {
  (void)state;
  enum { COUNT = 500, OTHERS = 8 };
  static const uint32_t failing[] = {0, 1, 250, 499};
  for (size_t round = 0; round < sizeof failing / sizeof failing[0]; ++round) {
    struct rdo_buffer *x = suite_zeroes(4 * COUNT), *y = suite_zeroes(4 * COUNT), *others[OTHERS];
    struct rdo_recording *recording = suite_recording(0), *good = suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_slot_whole(0)}}, 1);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_FAIL, COUNT, .constants = {failing[round]}, .bindings = {ref_whole(x)}});
    suite_record_barrier(recording);
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(y)}});
    suite_finalize(recording);
    struct rdo_fence *start = suite_fence(), *ends[OTHERS], *bad = NULL;
    for (uint32_t i = 0; i < OTHERS; ++i) {
      if (i == OTHERS / 2) bad = suite_submit(op_direct(recording), start);
      others[i] = suite_zeroes(4 * COUNT);
      const struct rdo_buffer_ref entry = ref_whole(others[i]);
      ends[i] = suite_submit(op_execute(good, &entry, 1), start);
    }
    struct rdo_fence *behind = suite_submit(op_fill(y, 0, 4 * COUNT, 1, 4), bad);
    rdo_fence_signal(start);
    suite_wait_words(bad, RONDO_INTERNAL, "dispatch fail failed with 7");
    suite_wait_failure(behind, RONDO_INTERNAL);
    suite_expect_word_each(y, COUNT, 0);
    for (uint32_t i = 0; i < COUNT; ++i) assert_true(suite_words(x)[i] <= 1);
    assert_int_equal(suite_words(x)[failing[round]], 1);
    for (uint32_t i = 0; i < OTHERS; ++i) {
      suite_wait_ok(ends[i]);
      suite_expect_word_each(others[i], COUNT, 1);
    }
    suite_run(op_execute(good, (const struct rdo_buffer_ref[]){ref_whole(y)}, 1));
    suite_expect_word_each(y, COUNT, 1);
  }
}

// The same recording again, with and without failure, so that nothing of a failure stays behind.
static void test_failing_again(void **state) {
  (void)state;
  enum { COUNT = 64 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT), *y = suite_zeroes(4 * COUNT);
  struct rdo_recording *bad = suite_record_one(&(const struct suite_dispatch){KERNEL_FAIL, COUNT, .constants = {40}, .bindings = {ref_whole(x)}}, 0);
  struct rdo_recording *good = suite_record_one(&(const struct suite_dispatch){KERNEL_FAIL, COUNT, .constants = {COUNT}, .bindings = {ref_whole(y)}}, 0);
  for (uint32_t i = 1; i <= 50; ++i) {
    suite_wait_words(suite_submit(op_direct(bad), NULL), RONDO_INTERNAL, "dispatch fail failed");
    suite_run(op_direct(good));
    suite_expect_word_each(y, COUNT, i);
  }
}

// Words of an execution that could not begin, in the place of one whose kernel failed.
static void test_words_after_a_kernel(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(4);
  const struct rdo_buffer_ref entry = ref_whole(x);
  struct rdo_recording *bad = suite_record_one(&(const struct suite_dispatch){KERNEL_FAIL, 1, .constants = {0}, .bindings = {ref_slot_whole(0)}}, 1);
  for (int i = 0; i < 40; ++i) {
    suite_wait_words(suite_submit(op_execute(bad, &entry, 1), NULL), RONDO_INTERNAL, "dispatch fail failed with 7");
    suite_wait_words(suite_submit(op_execute(bad, NULL, 0), NULL), RONDO_OUT_OF_RANGE, "names 1 binding slots, the table has 0");
  }
}

int suite_run_executions(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_every_workgroup_once),
      SUITE_TEST(test_grids),
      SUITE_TEST(test_empty_grids),
      SUITE_TEST(test_bindings),
      SUITE_TEST(test_sequential),
      SUITE_TEST(test_local_memory),
      SUITE_TEST(test_too_much_local_memory),
      SUITE_TEST(test_processor_ids),
      SUITE_TEST(test_failing_workgroup),
      SUITE_TEST(test_failing_again),
      SUITE_TEST(test_words_after_a_kernel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
