// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What outlives what: handles that are released right after submit, devices that are closed with work waiting
// and in flight.

#include <pthread.h>
#include <sched.h>

#include "suite.h"

enum { COUNT = 64 };

static struct rdo_fence *make_fence(void) {
  struct rdo_fence *fence = NULL;
  suite_expect_ok(rdo_fence_create(&fence, NULL));
  return fence;
}

// Records x = x * 3 + 1 over slot 0, without kernels where none run: then x = 1.
static struct rdo_recording *record_something(void) {
  struct rdo_recording *recording = suite_recording(1);
  const struct rdo_buffer_ref ref = ref_slot(0, 0, 4 * COUNT);
  suite_expect_ok(rdo_recording_fill(recording, &ref, 1, 4, &suite.diag));
  suite_record_barrier(recording);
  suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_STAGE, COUNT, .constants = {3, 1}, .bindings = {ref}});
  suite_finalize(recording);
  return recording;
}

static uint32_t something(void) { return suite.is_null ? 1 : 4; }

// Only the first and the last fence and the result are kept by the host.
static void test_released_after_submit(void **state) {
  (void)state;
  for (int is_later = 0; is_later < 2; ++is_later) {
    struct rdo_fence *start = is_later ? make_fence() : NULL, *end = make_fence();
    struct rdo_buffer *result = NULL;
    uint8_t data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    suite_expect_ok(rdo_buffer_create(suite.heap, 0, 0, 4 * COUNT, true, &result, NULL));
    struct rdo_buffer *transient = suite_transient(4 * COUNT), *view = NULL;
    suite_expect_ok(rdo_buffer_subspan(transient, 0, 4 * COUNT - 4, &view, &suite.diag));
    suite_keep(&view->object);
    struct rdo_file *file = NULL;
    struct rdo_buffer *owner = suite_buffer(64);
    suite_expect_ok(rdo_file_create_from_memory(rdo_buffer_data(owner), 64, false, &owner->object, &file, &suite.diag));
    suite_keep(&file->object);
    const struct rdo_buffer_ref entry = ref_whole(transient);
    struct rdo_fence *fence = suite_submit(op_alloca(transient), start);
    fence = suite_submit(op_read(file, 0, view, 0, 64), fence);
    fence = suite_submit(op_update(view, 0, data, sizeof data), fence);
    fence = suite_submit(op_execute(record_something(), &entry, 1), fence);
    fence = suite_submit(op_copy(transient, 0, result, 0, 4 * COUNT), fence);
    suite_submit_to(op_dealloca(transient), fence, end);
    suite_end_objects();
    rdo_fence_signal(start);
    suite_wait_ok(end);
    suite_expect_word_each(result, COUNT, something());
    rdo_object_release(&result->object);
    rdo_object_release(&end->object);
    if (start != NULL) rdo_object_release(&start->object);
  }
}

// Operations that nobody holds anything of.
static void test_released_altogether(void **state) {
  (void)state;
  for (int i = 0; i < 50; ++i) {
    struct rdo_buffer *x = suite_zeroes(4 * COUNT);
    const struct rdo_buffer_ref entry = ref_whole(x);
    suite_submit_to(op_execute(record_something(), &entry, 1), i % 2 == 0 ? NULL : suite_submit(op_fill(x, 0, 4, 1, 4), NULL), NULL);
    suite_end_objects();
  }
}

// Closing -----------------------------------------------------------------------------------------------

static void *close_device(void *user) {
  rdo_device_close(user);
  return NULL;
}

static void test_close_idle(void **state) {
  (void)state;
  rdo_device_close(suite.device);
  rdo_device_close(suite.device);
}

// Those that wait are cancelled, and never run, whatever becomes of their wait.
static void test_close_with_waits(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(4 * COUNT), *transient = suite_transient(64);
  struct rdo_fence *start = suite_fence(), *circle[3] = {suite_fence(), suite_fence(), suite_fence()}, *ends[8];
  const struct rdo_buffer_ref entry = ref_whole(x);
  ends[0] = suite_submit(op_execute(record_something(), &entry, 1), start);
  ends[1] = suite_submit(op_fill(x, 0, 4, 9, 4), ends[0]);
  ends[2] = suite_submit(op_alloca(transient), start);
  ends[3] = suite_submit(op_dealloca(transient), ends[2]);
  ends[4] = suite_submit(op_barrier(), start);
  for (int i = 0; i < 3; ++i) suite_submit_to(op_fill(x, 0, 4, 9, 4), circle[i], circle[(i + 1) % 3]);
  suite_submit_to(op_fill(x, 0, 4, 9, 4), start, NULL);
  rdo_device_close(suite.device);
  for (int i = 0; i < 5; ++i) assert_int_equal(rdo_fence_query(ends[i]), RONDO_CANCELLED);
  for (int i = 0; i < 3; ++i) assert_int_equal(rdo_fence_query(circle[i]), RONDO_CANCELLED);
  rdo_fence_signal(start);
  for (int i = 0; i < 5; ++i) assert_int_equal(rdo_fence_query(ends[i]), RONDO_CANCELLED);
  suite_expect_word_each(x, COUNT, 0);
  assert_null(rdo_buffer_data(transient));
}

// With all kinds of work under way. What ran is done, what waited is cancelled, nothing is left open.
static void test_close_in_flight(void **state) {
  enum { CHAINS = 6, LENGTH = 8, ROUNDS = 20 };
  for (int round = 0; round < ROUNDS; ++round) {
    struct rdo_buffer *x[CHAINS];
    struct rdo_fence *fences[CHAINS][LENGTH], *start = suite_fence();
    struct rdo_recording *recording = record_something();
    for (int c = 0; c < CHAINS; ++c) {
      x[c] = suite_zeroes(4 * COUNT);
      for (int i = 0; i < LENGTH; ++i) {
        const struct rdo_buffer_ref entry = ref_whole(x[c]);
        struct rdo_fence *before = i == 0 ? (c % 3 == 2 ? start : NULL) : fences[c][i - 1];
        fences[c][i] = suite_submit(i % 2 == 0 ? op_execute(recording, &entry, 1) : op_fill(x[c], 0, 4, 1, 4), before);
      }
    }
    rdo_queue_flush();
    if (round % 2 == 0) rdo_fence_signal(start);
    rdo_device_close(suite.device);
    for (int c = 0; c < CHAINS; ++c) {
      enum rondo_status before = RONDO_OK;
      for (int i = 0; i < LENGTH; ++i) {
        enum rondo_status status = rdo_fence_query(fences[c][i]);
        assert_true(status == RONDO_CANCELLED || (status == RONDO_OK && before == RONDO_OK));
        before = status;
      }
    }
    assert_int_equal(suite_end(state), 0);
    assert_int_equal(suite_begin(state), 0);
  }
}

// What this thread holds back is done, too.
static void test_close_with_held(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(4 * COUNT);
  const struct rdo_buffer_ref entry = ref_whole(x);
  struct rdo_fence *end = suite_submit(op_execute(record_something(), &entry, 1), NULL);
  rdo_device_close(suite.device);
  assert_int_equal(rdo_fence_query(end), RONDO_OK);
  suite_expect_word_each(x, COUNT, something());
}

// Closing waits for kernels that run.
static void test_close_waits_for_kernels(void **state) {
  (void)state;
  if (!suite_has_workers()) skip();
  enum { GROUPS = 3 };
  struct rdo_buffer *x = suite_zeroes(4 * GROUPS);
  pthread_t thread;
  struct rdo_fence *end = suite_submit(op_execute(suite_record_one(&(const struct suite_dispatch){KERNEL_GATE, GROUPS, .bindings = {ref_whole(x)}}, 0), NULL, 0), NULL);
  rdo_queue_flush();
  while (suite_gate_count() == 0) sched_yield();
  assert_int_equal(pthread_create(&thread, NULL, close_device, suite.device), 0);
  for (int i = 0; i < 100; ++i) sched_yield();
  assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
  suite_open_gate();
  pthread_join(thread, NULL);
  assert_int_equal(rdo_fence_query(end), RONDO_OK);
  suite_expect_word_each(x, GROUPS, 1);
}

// A closed device does what it is given on the thread that gives it.
static void test_after_close(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(4 * COUNT);
  const struct rdo_buffer_ref entry = ref_whole(x);
  struct rdo_fence *start = suite_fence();
  rdo_device_close(suite.device);
  struct rdo_fence *end = suite_submit(op_execute(record_something(), &entry, 1), start);
  struct rdo_fence *behind = suite_submit(op_fill(x, 0, 4, 77, 4), end);
  assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
  rdo_fence_signal(start);
  suite_wait_ok(behind);
  assert_int_equal(suite_words(x)[0], 77);
  assert_int_equal(suite_words(x)[1], something());
  suite_wait_ok(suite_submit(op_fill(x, 0, 4 * COUNT, 5, 4), NULL));
  suite_expect_word_each(x, COUNT, 5);
  // Waiting for what comes later still ends in time.
  struct rdo_fence *never = suite_fence();
  assert_int_equal(rdo_device_wait(suite.device, never, 0), RONDO_DEADLINE_EXCEEDED);
}

// The host's hold on the device goes first, then the wait of an operation ends.
static void test_device_goes_first(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(4);
  struct rdo_fence *start = suite_fence(), *end = suite_submit(op_fill(x, 0, 4, 1, 4), start);
  rdo_device_close(suite.device);
  rdo_object_release(&suite.device->object);
  suite.device = NULL;
  rdo_fence_signal(start);
  assert_int_equal(rdo_fence_query(end), RONDO_CANCELLED);
  assert_int_equal(suite_words(x)[0], 0);
}

int suite_run_lifetime(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_released_after_submit),
      SUITE_TEST(test_released_altogether),
      SUITE_TEST(test_close_idle),
      SUITE_TEST(test_close_with_waits),
      SUITE_TEST(test_close_in_flight),
      SUITE_TEST(test_close_with_held),
      SUITE_TEST(test_close_waits_for_kernels),
      SUITE_TEST(test_after_close),
      SUITE_TEST(test_device_goes_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
