// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Several recordings in one operation: in order, each with its table, none after one that fails.

#include "suite.h"

enum { COUNT = 48 };

static struct rdo_operation op_list(const struct rdo_execution_item *items, uint32_t count, bool may_inline) {
  struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE_LIST, .may_inline = may_inline};
  operation.list.items = items;
  operation.list.count = count;
  return operation;
}

static struct rdo_recording *record_stage(uint32_t a, uint32_t b, uint32_t count) {
  return suite_record_one(&(const struct suite_dispatch){KERNEL_STAGE, count, .constants = {a, b}, .bindings = {ref_slot_whole(0)}}, 1);
}

// The order shows in the result; one is as wide as a single worker, one has nothing to do at all.
static void test_in_order(void **state) {
  (void)state;
  struct rdo_recording *three = record_stage(3, 1, COUNT), *five = record_stage(5, 2, COUNT), *one = record_stage(7, 4, 1);
  struct rdo_recording *none = suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, .is_empty = true, .bindings = {ref_slot_whole(0)}}, 1);
  for (int round = 0; round < 12; ++round) {
    struct rdo_buffer *x = suite_zeroes(4 * COUNT);
    const struct rdo_buffer_ref whole = ref_whole(x), first = ref_direct(x, 0, 4);
    const struct rdo_execution_item items[] = {{three, {&whole, 1}}, {one, {&first, 1}}, {NULL, {NULL, 0}}, {five, {&whole, 1}}, {none, {&whole, 1}}, {three, {&whole, 1}}};
    struct rdo_fence *start = round % 2 == 1 ? suite_fence() : NULL;
    struct rdo_fence *end = suite_submit(op_list(items, 6, round % 3 == 2), start);
    rdo_fence_signal(start);
    suite_wait_ok(end);
    uint32_t alone = ((0 * 3 + 1) * 7 + 4) * 5 + 2, others = (0 * 3 + 1) * 5 + 2;
    assert_int_equal(suite_words(x)[0], alone * 3 + 1);
    for (uint32_t i = 1; i < COUNT; ++i) assert_int_equal(suite_words(x)[i], others * 3 + 1);
  }
}

// Each has its own table, of another length.
static void test_tables(void **state) {
  (void)state;
  struct rdo_buffer *buffers[3] = {suite_zeroes(4 * COUNT), suite_zeroes(4 * COUNT), suite_zeroes(4 * COUNT)};
  struct rdo_recording *recordings[3];
  struct rdo_buffer_ref tables[3][3];
  struct rdo_execution_item items[3];
  for (uint32_t i = 0; i < 3; ++i) {
    recordings[i] = suite_record_one(&(const struct suite_dispatch){KERNEL_STAGE, COUNT, .constants = {10, i + 1}, .bindings = {ref_slot_whole(i)}}, i + 1);
    for (uint32_t k = 0; k < 3; ++k) tables[i][k] = k == i ? ref_whole(buffers[i]) : (struct rdo_buffer_ref){0};
    items[i] = (struct rdo_execution_item){recordings[i], {tables[i], i + 1}};
  }
  struct rdo_fence *end = suite_submit(op_list(items, 3, false), NULL);
  memset(tables, 0xEE, sizeof tables);  // borrowed until submit, no longer
  memset(items, 0xEE, sizeof items);
  suite_wait_ok(end);
  for (uint32_t i = 0; i < 3; ++i) suite_expect_word_each(buffers[i], COUNT, i + 1);
}

static void test_empty(void **state) {
  (void)state;
  const struct rdo_execution_item nothing[2] = {{0}};
  for (int may_inline = 0; may_inline < 2; ++may_inline) {
    suite_run(op_list(NULL, 0, may_inline != 0));
    suite_run(op_list(nothing, 2, may_inline != 0));
    struct rdo_fence *start = suite_fence(), *end = suite_submit(op_list(NULL, 0, may_inline != 0), start);
    assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
    rdo_fence_signal(start);
    suite_wait_ok(end);
  }
}

// The first stays done, the third does not run, and the words say which it was.
static void test_failing_middle(void **state) {
  (void)state;
  struct rdo_recording *good = suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_slot_whole(0)}}, 1);
  struct rdo_recording *bad[2];
  for (uint32_t wide = 0; wide < 2; ++wide) {
    bad[wide] = suite_record_one(&(const struct suite_dispatch){KERNEL_FAIL, wide ? COUNT : 1, .constants = {0}, .bindings = {ref_slot_whole(0)}}, 1);
  }
  for (int round = 0; round < 24; ++round) {
    struct rdo_buffer *x[3] = {suite_zeroes(4 * COUNT), suite_zeroes(4 * COUNT), suite_zeroes(4 * COUNT)};
    const struct rdo_buffer_ref refs[3] = {ref_whole(x[0]), ref_whole(x[1]), ref_whole(x[2])};
    const bool may_inline = round % 3 == 2, is_kernel = round % 4 != 3;
    // A kernel that fails, or a table that does not fit.
    const struct rdo_execution_item items[3] = {{good, {&refs[0], 1}}, {bad[round % 2], {&refs[1], is_kernel ? 1 : 0}}, {good, {&refs[2], 1}}};
    struct rdo_fence *start = round >= 12 ? suite_fence() : NULL;
    struct rdo_fence *end = suite_submit(op_list(items, 3, may_inline), start);
    struct rdo_fence *behind = suite_submit(op_fill(x[2], 0, 4 * COUNT, 9, 4), end);
    rdo_fence_signal(start);
    if (is_kernel) {
      suite_wait_words(end, RONDO_INTERNAL, "recording 2 of 3: dispatch fail failed with 7");
    } else {
      suite_wait_words(end, RONDO_OUT_OF_RANGE, "recording 2 of 3: recording names 1 binding slots, the table has 0");
    }
    suite_wait_failure(behind, is_kernel ? RONDO_INTERNAL : RONDO_OUT_OF_RANGE);
    suite_expect_word_each(x[0], COUNT, 1);
    suite_expect_word_each(x[2], COUNT, 0);
  }
  const struct rdo_buffer_ref whole = ref_whole(suite_zeroes(4 * COUNT));
  const struct rdo_execution_item items[2] = {{good, {&whole, 1}}, {good, {&whole, 1}}};
  suite_run(op_list(items, 2, false));
  suite_expect_word_each(whole.buffer, COUNT, 2);
}

// One list of waits, one of signals: nothing begins before all waits are over, nothing is signalled before the
// last recording is.
static void test_fences(void **state) {
  (void)state;
  struct rdo_semaphore *timelines[2] = {suite_timeline(), suite_timeline()};
  const uint64_t waits[2] = {3, 5}, signals[2] = {4, 6};
  struct rdo_buffer *x = suite_zeroes(4 * COUNT), *seen = suite_zeroes(4 * COUNT);
  struct rdo_recording *stage = record_stage(2, 1, COUNT);
  const struct rdo_buffer_ref whole = ref_whole(x);
  const struct rdo_execution_item items[3] = {{stage, {&whole, 1}}, {stage, {&whole, 1}}, {stage, {&whole, 1}}};
  suite_submit_to(op_list(items, 3, false), suite_fence_at(timelines, waits, 2), suite_fence_at(timelines, signals, 2));
  struct rdo_fence *copied = suite_submit(op_copy(x, 0, seen, 0, 4 * COUNT), suite_fence_at(&timelines[1], &signals[1], 1));
  rdo_semaphore_signal(timelines[0], 3);
  suite_run(op_barrier());
  suite_expect_word_each(x, COUNT, 0);
  rdo_semaphore_signal(timelines[1], 5);
  suite_wait_ok(copied);
  suite_expect_word_each(seen, COUNT, 7);
  suite_wait_ok(suite_fence_at(timelines, signals, 2));
}

// Everything that the operation names is released while it waits: recordings, buffers, fences.
static void test_released(void **state) {
  (void)state;
  struct rdo_buffer *out = suite_zeroes(4 * COUNT);
  struct rdo_fence *start = suite_fence();
  struct rdo_buffer *transient = NULL;
  suite_expect_ok(rdo_buffer_create_transient(suite.heap, 0, 0, 4 * COUNT, &transient, &suite.diag));
  struct rdo_recording *recordings[3];
  struct rdo_execution_item items[3];
  const struct rdo_buffer_ref ref = ref_whole(transient);
  for (uint32_t i = 0; i < 3; ++i) {
    const struct suite_dispatch dispatch = {KERNEL_STAGE, COUNT, .constants = {3 + i, 1}, .bindings = {ref_slot_whole(0)}};
    suite_expect_ok(rdo_recording_create(0, 1, &recordings[i], &suite.diag));
    suite_record_dispatch(recordings[i], &dispatch);
    suite_finalize(recordings[i]);
    items[i] = (struct rdo_execution_item){recordings[i], {&ref, 1}};
  }
  struct rdo_fence *fence = suite_submit(op_fill(transient, 0, 4 * COUNT, 1, 4), suite_submit(op_alloca(transient), start));
  fence = suite_submit(op_list(items, 3, false), fence);
  fence = suite_submit(op_copy(transient, 0, out, 0, 4 * COUNT), fence);
  fence = suite_submit(op_dealloca(transient), fence);
  for (int i = 0; i < 3; ++i) rdo_object_release(&recordings[i]->object);
  rdo_object_release(&transient->object);
  memset(items, 0xEE, sizeof items);
  rdo_fence_signal(start);
  suite_wait_ok(fence);
  suite_expect_word_each(out, COUNT, ((1 * 3 + 1) * 4 + 1) * 5 + 1);
}

// The same recordings in many operations at once.
static void test_many_in_flight(void **state) {
  (void)state;
  enum { OPERATIONS = 60, ITEMS = 5 };
  struct rdo_recording *recordings[ITEMS];
  static struct rdo_fence *ends[OPERATIONS];
  struct rdo_buffer *x[OPERATIONS];
  uint32_t wanted = 0;
  for (uint32_t k = 0; k < ITEMS; ++k) {
    recordings[k] = record_stage(3 + k, k, COUNT);
    wanted = wanted * (3 + k) + k;
  }
  struct rdo_fence *start = suite_fence();
  for (uint32_t i = 0; i < OPERATIONS; ++i) {
    x[i] = suite_zeroes(4 * COUNT);
    const struct rdo_buffer_ref whole = ref_whole(x[i]);
    struct rdo_execution_item items[ITEMS];
    for (uint32_t k = 0; k < ITEMS; ++k) items[k] = (struct rdo_execution_item){recordings[k], {&whole, 1}};
    ends[i] = suite_submit(op_list(items, ITEMS, i % 4 == 0), start);
  }
  rdo_fence_signal(start);
  for (uint32_t i = 0; i < OPERATIONS; ++i) {
    suite_wait_ok(ends[i]);
    suite_expect_word_each(x[i], COUNT, wanted);
  }
}

// The device goes while a list runs: the closer waits for all of it.
static void test_closed_in_flight(void **state) {
  (void)state;
  struct rdo_recording *stage = record_stage(2, 1, COUNT);
  struct rdo_buffer *x = suite_zeroes(4 * COUNT);
  const struct rdo_buffer_ref whole = ref_whole(x);
  const struct rdo_execution_item items[3] = {{stage, {&whole, 1}}, {stage, {&whole, 1}}, {stage, {&whole, 1}}};
  struct rdo_fence *end = suite_submit(op_list(items, 3, false), NULL);
  rdo_device_close(suite.device);
  assert_int_equal(rdo_fence_query(end), RONDO_OK);
  suite_expect_word_each(x, COUNT, 7);
}

int suite_run_lists(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_in_order),
      SUITE_TEST(test_tables),
      SUITE_TEST(test_empty),
      SUITE_TEST(test_failing_middle),
      SUITE_TEST(test_fences),
      SUITE_TEST(test_released),
      SUITE_TEST(test_many_in_flight),
      SUITE_TEST(test_closed_in_flight),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
