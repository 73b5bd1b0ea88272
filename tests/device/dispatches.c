// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Dispatches that are operations of their own: what a recording of one dispatch would do.

#include "suite.h"

static struct rdo_fence *submit_dispatch(const struct suite_dispatch *dispatch, bool may_inline, struct rdo_fence *wait) {
  struct suite_direct direct;
  struct rdo_operation operation = *suite_direct(&direct, dispatch);
  operation.may_inline = may_inline;
  struct rdo_fence *end = suite_submit(operation, wait);
  memset(&direct, 0xEE, sizeof direct);  // borrowed until submit, no longer
  return end;
}

static void test_direct(void **state) {
  (void)state;
  static const uint32_t counts[] = {1, 2, 7, 64, 1000};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    struct rdo_buffer *x = suite_zeroes(4 * (uint64_t)counts[i]);
    for (int round = 0; round < 6; ++round) {
      suite_wait_ok(submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, counts[i], .bindings = {ref_whole(x)}}, round % 2 == 1, NULL));
    }
    suite_expect_word_each(x, counts[i], 6);
  }
  struct rdo_buffer *x = suite_zeroes(4 * 3 * 5 * 7);
  suite_wait_ok(submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, 3, 5, 7, .bindings = {ref_whole(x)}}, false, NULL));
  suite_expect_word_each(x, 3 * 5 * 7, 1);
  suite_wait_ok(submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, 0, .is_empty = true, .bindings = {ref_whole(x)}}, false, NULL));
  suite_expect_word_each(x, 3 * 5 * 7, 1);
}

// Constants and parts of buffers.
static void test_arguments(void **state) {
  (void)state;
  enum { COUNT = 32 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT + 64), *y = suite_zeroes(4 * COUNT + 128);
  for (uint32_t i = 0; i < COUNT; ++i) suite_words(x)[16 + i] = 1000 + i;
  const struct suite_dispatch dispatch = {
      KERNEL_NEIGHBOUR, COUNT, .constants = {COUNT}, .bindings = {ref_direct(x, 64, 4 * COUNT), ref_direct(y, 128, RDO_WHOLE_BUFFER)}};
  for (int may_inline = 0; may_inline < 2; ++may_inline) {
    suite_wait_ok(submit_dispatch(&dispatch, may_inline != 0, NULL));
    for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(suite_words(y)[32 + i], 1000 + (i + 7) % COUNT + i);
    for (uint32_t i = 0; i < 32; ++i) assert_int_equal(suite_words(y)[i], 0);
    suite_run(op_fill(y, 0, RDO_WHOLE_BUFFER, 0, 1));
  }
  // Each workgroup alone, in order.
  struct rdo_buffer *order = suite_zeroes(4 * 101);
  suite_wait_ok(submit_dispatch(&(const struct suite_dispatch){KERNEL_ORDER, 100, .bindings = {ref_whole(order)}}, false, NULL));
  for (uint32_t i = 0; i < 100; ++i) assert_int_equal(suite_words(order)[1 + i], i);
}

// One behind the other by fences alone, some on the control process; started by the host or at once.
static void test_chained(void **state) {
  (void)state;
  enum { COUNT = 40, LENGTH = 60 };
  for (int is_later = 0; is_later < 2; ++is_later) {
    struct rdo_fence *start = is_later ? suite_fence() : NULL, *fence = start;
    struct rdo_buffer *x = suite_zeroes(4 * COUNT);
    uint32_t wanted = 0;
    for (uint32_t i = 0; i < LENGTH; ++i) {
      const uint32_t a = 3 + i % 4, b = 1 + i;
      fence = submit_dispatch(&(const struct suite_dispatch){KERNEL_STAGE, COUNT, .constants = {a, b}, .bindings = {ref_whole(x)}}, i % 3 == 1, fence);
      wanted = wanted * a + b;
    }
    rdo_fence_signal(start);
    suite_wait_ok(fence);
    suite_expect_word_each(x, COUNT, wanted);
  }
}

static void test_many_in_flight(void **state) {
  (void)state;
  enum { COUNT = 200, ROUNDS = 3 };
  struct rdo_buffer *x = suite_zeroes(4 * COUNT * 8);
  static struct rdo_fence *ends[COUNT];
  for (uint32_t round = 1; round <= ROUNDS; ++round) {
    struct rdo_fence *start = suite_fence();
    for (uint32_t i = 0; i < COUNT; ++i) {
      ends[i] = submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, 8, .bindings = {ref_direct(x, 32 * (uint64_t)i, 32)}}, i % 2 == 0, start);
    }
    rdo_fence_signal(start);
    for (uint32_t i = 0; i < COUNT; ++i) suite_wait_ok(ends[i]);
    suite_expect_word_each(x, COUNT * 8, round);
    // What was kept for them goes, and comes again.
    rdo_device_trim(suite.device);
  }
}

// Memory that there is only between alloca and dealloca; everything is named only by what is in flight.
static void test_on_transients(void **state) {
  (void)state;
  enum { COUNT = 64 };
  struct rdo_buffer *out = suite_zeroes(4 * COUNT);
  struct rdo_fence *start = suite_fence();
  struct rdo_buffer *transient = NULL;
  suite_expect_ok(rdo_buffer_create_transient(suite.heap, 0, 0, 4 * COUNT, &transient, &suite.diag));
  struct rdo_fence *fence = suite_submit(op_alloca(transient), start);
  fence = suite_submit(op_fill(transient, 0, 4 * COUNT, 5, 4), fence);
  fence = submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(transient)}}, false, fence);
  fence = submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(transient)}}, true, fence);
  fence = suite_submit(op_copy(transient, 0, out, 0, 4 * COUNT), fence);
  fence = suite_submit(op_dealloca(transient), fence);
  rdo_object_release(&transient->object);
  rdo_fence_signal(start);
  suite_wait_ok(fence);
  suite_expect_word_each(out, COUNT, 7);
  // After its dealloca, and before any alloca.
  struct rdo_buffer *gone = suite_transient(64);
  for (int may_inline = 0; may_inline < 2; ++may_inline) {
    suite_wait_words(submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, 1, .bindings = {ref_whole(gone)}}, may_inline != 0, NULL),
                     RONDO_FAILED_PRECONDITION, "buffer has no memory");
  }
}

// Workgroup counts that another operation writes.
static void test_indirect(void **state) {
  (void)state;
  struct rdo_buffer *counts = suite_zeroes(16), *x = suite_zeroes(4 * 60);
  struct rdo_buffer_ref from = ref_direct(counts, 0, 12);
  struct rdo_fence *fence = submit_dispatch(&(const struct suite_dispatch){KERNEL_GRID, 1, .constants = {3, 4, 5}, .bindings = {ref_whole(counts)}}, false, NULL);
  fence = submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, .indirect = &from, .bindings = {ref_whole(x)}}, false, fence);
  from = (struct rdo_buffer_ref){0};
  suite_wait_ok(fence);
  suite_expect_word_each(x, 60, 1);
}

static void test_failing_kernel(void **state) {
  (void)state;
  enum { COUNT = 50 };
  for (int may_inline = 0; may_inline < 2; ++may_inline) {
    struct rdo_buffer *x = suite_zeroes(4 * COUNT), *y = suite_zeroes(4 * COUNT);
    struct rdo_fence *start = suite_fence();
    struct rdo_fence *bad = submit_dispatch(&(const struct suite_dispatch){KERNEL_FAIL, COUNT, .constants = {20}, .bindings = {ref_whole(x)}}, may_inline != 0, start);
    struct rdo_fence *behind = submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(y)}}, may_inline != 0, bad);
    struct rdo_fence *beside = submit_dispatch(&(const struct suite_dispatch){KERNEL_COUNT, COUNT, .bindings = {ref_whole(y)}}, may_inline != 0, start);
    rdo_fence_signal(start);
    suite_wait_words(bad, RONDO_INTERNAL, "dispatch fail failed with 7");
    suite_wait_failure(behind, RONDO_INTERNAL);
    suite_wait_ok(beside);
    suite_expect_word_each(y, COUNT, 1);
    assert_int_equal(suite_words(x)[20], 1);
  }
}

// What recording it would refuse fails when it is its turn, and not before.
static void test_refused(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(64);
  const uint32_t constants[80] = {0};
  struct rdo_buffer_ref refs[80];
  for (int i = 0; i < 80; ++i) refs[i] = ref_whole(x);
  const struct rdo_buffer_ref outside = ref_direct(x, 32, 33), none = ref_slot_whole(0);
  const struct rdo_dispatch_info good = {.executable = &suite.fake->executable, .function_id = KERNEL_COUNT, .workgroup_count = {1, 1, 1}, .binding_count = 1};
  enum { CASES = 10 };
  struct {
    struct rdo_dispatch dispatch;
    enum rondo_status status;
    const char *words;
  } cases[CASES];
  for (int i = 0; i < CASES; ++i) cases[i].dispatch = (struct rdo_dispatch){good, constants, refs};
#define CASE(index, change, wanted, what) (cases[index].dispatch.change, cases[index].status = (wanted), cases[index].words = (what))
  CASE(0, info.function_id = KERNEL_TOTAL, RONDO_OUT_OF_RANGE, "function id 10 is not among the executable's 10");
  CASE(1, info.function_id = -1, RONDO_OUT_OF_RANGE, "function id -1");
  CASE(2, info.binding_count = 2, RONDO_INVALID_ARGUMENT, "dispatch count takes 0 constants and 1 bindings, but is given 0 and 2");
  CASE(3, info.binding_count = 0, RONDO_INVALID_ARGUMENT, "is given 0 and 0");
  CASE(4, info.constant_count = 1, RONDO_INVALID_ARGUMENT, "is given 1 and 1");
  CASE(5, info.binding_count = 80, RONDO_OUT_OF_RANGE, "0 constants and 80 bindings (at most 64 and 64)");
  CASE(6, info.constant_count = 80, RONDO_OUT_OF_RANGE, "80 constants and 1 bindings (at most");
  CASE(7, info.workgroup_count[2] = 70000, RONDO_OUT_OF_RANGE, "workgroup count z is over 65535");
  CASE(8, bindings = &outside, RONDO_OUT_OF_RANGE, "bytes 32 + 33 lie outside the buffer of 64");
  CASE(9, bindings = &none, RONDO_INVALID_ARGUMENT, "dispatch count: a binding has no buffer");
#undef CASE
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < CASES; ++i) {
      struct rdo_fence *start = round % 2 == 0 ? NULL : suite_fence();
      const struct rdo_operation operation = {.kind = RDO_OPERATION_DISPATCH, .may_inline = round < 2, .dispatch = &cases[i].dispatch};
      struct rdo_fence *end = suite_submit(operation, start);
      if (start != NULL) {
        assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
        rdo_fence_signal(start);
      }
      suite_wait_words(end, cases[i].status, cases[i].words);
    }
  }
  suite_expect_word_each(x, 16, 0);
}

int suite_run_dispatches(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_direct),
      SUITE_TEST(test_arguments),
      SUITE_TEST(test_chained),
      SUITE_TEST(test_many_in_flight),
      SUITE_TEST(test_on_transients),
      SUITE_TEST(test_indirect),
      SUITE_TEST(test_failing_kernel),
      SUITE_TEST(test_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
