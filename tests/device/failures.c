// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A failure reaches what waits for it, with the first error, and nothing else.

#include "suite.h"

static enum rondo_status fail_with(void *user, struct rondo_diag *diag) {
  enum rondo_status status = (enum rondo_status)(uintptr_t)user;
  return status == RONDO_OK ? RONDO_OK : rdo_fail(diag, status, "call that fails");
}

static struct rdo_operation op_status(enum rondo_status status) { return op_call(fail_with, (void *)(uintptr_t)status); }

static uint32_t word(struct rdo_buffer *buffer, uint32_t index) { return suite_words(buffer)[index]; }

// In the middle of a chain: what came before stays done, what comes behind is not done.
static void test_chain(void **state) {
  (void)state;
  enum { LENGTH = 30, FAILING = 11 };
  for (int is_later = 0; is_later < 2; ++is_later) {
    struct rdo_buffer *buffer = suite_zeroes(4 * LENGTH);
    struct rdo_fence *start = is_later ? suite_fence() : NULL, *fences[LENGTH];
    for (uint32_t i = 0; i < LENGTH; ++i) {
      struct rdo_operation operation = i == FAILING ? op_status(RONDO_DATA_LOSS) : op_fill(buffer, 4 * (uint64_t)i, 4, 1, 4);
      fences[i] = suite_submit(operation, i == 0 ? start : fences[i - 1]);
    }
    rdo_fence_signal(start);
    for (uint32_t i = 0; i < LENGTH; ++i) suite_wait_failure(fences[i], i < FAILING ? RONDO_OK : RONDO_DATA_LOSS);
    for (uint32_t i = 0; i < LENGTH; ++i) assert_int_equal(word(buffer, i), i < FAILING);
    // The device goes on.
    suite_run(op_fill(buffer, 0, 4 * LENGTH, 9, 4));
    suite_expect_word_each(buffer, LENGTH, 9);
  }
}

// Only the branch that hangs on it.
static void test_siblings(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_zeroes(16);
  struct rdo_fence *start = suite_fence(), *root = suite_submit(op_fill(buffer, 0, 4, 1, 4), start);
  struct rdo_fence *bad = suite_submit(op_status(RONDO_ABORTED), root), *good = suite_submit(op_fill(buffer, 4, 4, 2, 4), root);
  struct rdo_fence *after_bad = suite_submit(op_fill(buffer, 8, 4, 3, 4), bad), *after_good = suite_submit(op_fill(buffer, 12, 4, 4, 4), good);
  struct rdo_fence *both = suite_submit(op_fill(buffer, 0, 16, 9, 4), suite_join((struct rdo_fence *[]){after_good, after_bad}, 2));
  rdo_fence_signal(start);
  suite_wait_failure(both, RONDO_ABORTED);
  suite_wait_ok(after_good);
  suite_wait_failure(after_bad, RONDO_ABORTED);
  assert_memory_equal(suite_words(buffer), ((const uint32_t[]){1, 2, 0, 4}), 16);
}

// Of several failures the first stays; and an operation ends when all that it waits for has.
static void test_first_error(void **state) {
  (void)state;
  struct rdo_fence *fences[3] = {suite_fence(), suite_fence(), suite_fence()};
  struct rdo_buffer *buffer = suite_zeroes(4);
  struct rdo_fence *end = suite_submit(op_fill(buffer, 0, 4, 1, 4), suite_join(fences, 3));
  struct rdo_fence *behind = suite_submit(op_fill(buffer, 0, 4, 1, 4), end);
  rdo_fence_fail(fences[1], RONDO_OUT_OF_RANGE);
  assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
  rdo_fence_fail(fences[0], RONDO_DATA_LOSS);
  rdo_fence_signal(fences[2]);
  suite_wait_failure(end, RONDO_OUT_OF_RANGE);
  suite_wait_failure(behind, RONDO_OUT_OF_RANGE);
  rdo_fence_fail(end, RONDO_INTERNAL);  // later ones change nothing
  suite_wait_failure(end, RONDO_OUT_OF_RANGE);
  assert_int_equal(word(buffer, 0), 0);
}

// A wait that has failed before the submission.
static void test_failed_before(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_zeroes(4), *transient = suite_transient(64);
  struct rdo_fence *failed = suite_fence();
  rdo_fence_fail(failed, RONDO_UNAVAILABLE);
  const struct rdo_operation operations[] = {op_fill(buffer, 0, 4, 1, 4), op_alloca(transient), op_dealloca(buffer), op_barrier(),
                                             {.kind = RDO_OPERATION_EXECUTE}};
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; ++i) suite_wait_failure(suite_submit(operations[i], failed), RONDO_UNAVAILABLE);
  assert_int_equal(word(buffer, 0), 0);
  assert_null(rdo_buffer_data(transient));
  // Without a signal the caller hears of it.
  const struct rdo_operation operation = {.kind = RDO_OPERATION_BARRIER, .wait = failed};
  assert_int_equal(rdo_device_submit(suite.device, &operation, NULL), RONDO_UNAVAILABLE);
}

// A wait that nobody can end any more.
static void test_abandoned_wait(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_zeroes(4);
  struct rdo_fence *abandoned = NULL;
  suite_expect_ok(rdo_fence_create(&abandoned, &suite.diag));
  struct rdo_fence *end = suite_submit(op_fill(buffer, 0, 4, 1, 4), abandoned), *behind = suite_submit(op_fill(buffer, 0, 4, 1, 4), end);
  assert_int_equal(rdo_fence_query(behind), RONDO_DEFERRED);
  rdo_object_release(&abandoned->object);
  suite_wait_failure(behind, RONDO_CANCELLED);
  suite_wait_failure(end, RONDO_CANCELLED);
  assert_int_equal(word(buffer, 0), 0);
}

// A transient whose alloca fails has no memory for anybody, and its dealloca is still fine.
static void test_failed_alloca(void **state) {
  (void)state;
  struct rdo_buffer *transient = suite_transient(100000), *target = suite_zeroes(4);
  suite.heap->budget_bytes = rdo_atomic_load(&suite.heap->live_bytes, rdo_acquire) + 1000;
  struct rdo_fence *start = suite_fence(), *ready = suite_submit(op_alloca(transient), start);
  struct rdo_fence *filled = suite_submit(op_fill(transient, 0, 4, 0, 4), ready), *copied = suite_submit(op_copy(transient, 0, target, 0, 4), filled);
  struct rdo_fence *gone = suite_submit(op_dealloca(transient), start);
  rdo_fence_signal(start);
  suite_wait_failure(copied, RONDO_RESOURCE_EXHAUSTED);
  suite_wait_words(ready, RONDO_RESOURCE_EXHAUSTED, "over the memory budget");
  suite_wait_ok(gone);
}

// One failure among many that run at the same time.
static void test_one_of_many(void **state) {
  (void)state;
  enum { COUNT = 100 };
  struct rdo_buffer *buffer = suite_zeroes(4 * COUNT);
  struct rdo_fence *start = suite_fence(), *ends[COUNT], *behind[COUNT];
  for (uint32_t i = 0; i < COUNT; ++i) {
    ends[i] = suite_submit(i % 10 == 3 ? op_status(RONDO_INTERNAL) : op_barrier(), start);
    behind[i] = suite_submit(op_fill(buffer, 4 * (uint64_t)i, 4, 1, 4), ends[i]);
  }
  rdo_fence_signal(start);
  for (uint32_t i = 0; i < COUNT; ++i) suite_wait_failure(behind[i], i % 10 == 3 ? RONDO_INTERNAL : RONDO_OK);
  for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(word(buffer, i), i % 10 != 3);
}

// The last failure's words are those that explain it, whatever failed before it in the same place.
static void test_words(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_zeroes(64);
  struct rdo_recording *recording = suite_recording(3);
  const struct rdo_buffer_ref ref = ref_slot(2, 0, 64);
  suite_expect_ok(rdo_recording_fill(recording, &ref, 1, 1, &suite.diag));
  suite_finalize(recording);
  const struct rdo_buffer_ref whole = ref_whole(buffer), entries[3] = {whole, whole, whole};
  for (int round = 0; round < 40; ++round) {  // so that submissions are used again
    suite_wait_words(suite_submit(op_execute(recording, entries, 1), NULL), RONDO_OUT_OF_RANGE, "names 3 binding slots, the table has 1");
    suite_wait_words(suite_submit(op_execute(recording, entries, 2), NULL), RONDO_OUT_OF_RANGE, "the table has 2");
    suite_wait_words(suite_submit(op_fill(buffer, 60, 8, 0, 4), NULL), RONDO_OUT_OF_RANGE, "bytes 60 + 8 lie outside");
    const struct rdo_buffer_ref small[3] = {whole, whole, ref_direct(buffer, 0, 32)};
    suite_wait_words(suite_submit(op_execute(recording, small, 3), NULL), RONDO_OUT_OF_RANGE, "binding slot 2: bytes 0 + 64 lie outside the 32 bound");
    suite_run(op_execute(recording, entries, 3));
  }
}

// Recordings that cannot be executed as they are.
static void test_tables(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_zeroes(64), *transient = suite_transient(64);
  struct rdo_recording *recording = suite_recording(2), *open = suite_recording(0);
  const struct rdo_buffer_ref ref = ref_slot(1, 32, 32);
  suite_expect_ok(rdo_recording_fill(recording, &ref, 1, 1, &suite.diag));
  suite_finalize(recording);
  suite_wait_words(suite_submit(op_execute(open, NULL, 0), NULL), RONDO_FAILED_PRECONDITION, "not finalized");
  struct rdo_buffer_ref entries[2] = {{.buffer = NULL}, {.buffer = NULL}};
  suite_wait_words(suite_submit(op_execute(recording, entries, 2), NULL), RONDO_INVALID_ARGUMENT, "binding slot 1 has no buffer");
  entries[1] = ref_direct(buffer, 32, 33);
  suite_wait_words(suite_submit(op_execute(recording, entries, 2), NULL), RONDO_OUT_OF_RANGE, "lie outside the buffer");
  entries[1] = ref_whole(transient);
  suite_wait_words(suite_submit(op_execute(recording, entries, 2), NULL), RONDO_FAILED_PRECONDITION, "no memory");
  entries[1] = ref_whole(buffer);
  suite_run(op_execute(recording, entries, 2));
  for (uint32_t i = 0; i < 64; ++i) assert_int_equal(rdo_buffer_data(buffer)[i], i >= 32);
}

int suite_run_failures(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_chain),
      SUITE_TEST(test_siblings),
      SUITE_TEST(test_first_error),
      SUITE_TEST(test_failed_before),
      SUITE_TEST(test_abandoned_wait),
      SUITE_TEST(test_failed_alloca),
      SUITE_TEST(test_one_of_many),
      SUITE_TEST(test_words),
      SUITE_TEST(test_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
