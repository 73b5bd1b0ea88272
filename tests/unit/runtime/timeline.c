// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Timelines, fences on them and callbacks, through the public API.

#include "rondo/timeline.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { THREAD_COUNT = 16, ROUND_COUNT = 200, RING_ROUND_COUNT = 20 };

static const int64_t FAR_NS = INT64_C(60) * 1000000000;
static struct rondo_runtime *runtime;

static int open_sync(void **state) {
  (void)state;
  return rondo_runtime_create(NULL, &runtime, NULL) == RONDO_OK ? 0 : -1;
}

static int open_task(void **state) {
  (void)state;
  const struct rondo_runtime_options options = {.device = "local-task", .worker_count = 2};
  return rondo_runtime_create(&options, &runtime, NULL) == RONDO_OK ? 0 : -1;
}

static int open_task_without_workers(void **state) {
  (void)state;
  const struct rondo_runtime_options options = {.device = "local-task", .worker_count = -1};
  return rondo_runtime_create(&options, &runtime, NULL) == RONDO_OK ? 0 : -1;
}

static int close_runtime(void **state) {
  (void)state;
  rondo_runtime_release(&runtime);
  return 0;
}

static struct rondo_timeline *timeline_at(uint64_t value) {
  struct rondo_timeline *timeline = NULL;
  assert_int_equal(rondo_timeline_create(runtime, value, &timeline, NULL), RONDO_OK);
  return timeline;
}

static struct rondo_fence *fence_at(struct rondo_timeline *timeline, uint64_t value) {
  struct rondo_fence *fence = NULL;
  assert_int_equal(rondo_fence_at(timeline, value, &fence, NULL), RONDO_OK);
  return fence;
}

static struct rondo_fence *join(struct rondo_fence *a, struct rondo_fence *b) {
  struct rondo_fence *fence = NULL, *const both[] = {a, b};
  assert_int_equal(rondo_fence_join(both, 2, &fence, NULL), RONDO_OK);
  return fence;
}

static void check_value(const struct rondo_timeline *timeline, enum rondo_status status, uint64_t expected) {
  uint64_t value = expected + 1;
  assert_int_equal(rondo_timeline_query(timeline, &value), status);
  assert_int_equal(value, expected);
}

// Values -------------------------------------------------------------------------------------------------

static void test_values(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(7);
  check_value(timeline, RONDO_OK, 7);
  rondo_timeline_signal(timeline, 3);
  check_value(timeline, RONDO_OK, 7);
  rondo_timeline_signal(timeline, 9);
  rondo_timeline_signal(timeline, 9);
  check_value(timeline, RONDO_OK, 9);
  rondo_timeline_retain(timeline);
  struct rondo_timeline *second = timeline;
  rondo_timeline_release(&timeline);
  assert_null(timeline);
  check_value(second, RONDO_OK, 9);
  rondo_timeline_release(&second);
  rondo_timeline_release(&second);
  rondo_timeline_release(NULL);
}

static void test_failure(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(1);
  struct rondo_fence *reached = fence_at(timeline, 1), *pending = fence_at(timeline, 2);
  rondo_timeline_fail(timeline, RONDO_DATA_LOSS);
  rondo_timeline_fail(timeline, RONDO_ABORTED);
  check_value(timeline, RONDO_DATA_LOSS, 1);
  assert_int_equal(rondo_fence_query(reached), RONDO_OK);
  assert_int_equal(rondo_fence_query(pending), RONDO_DATA_LOSS);
  assert_int_equal(rondo_fence_wait(pending, -1), RONDO_DATA_LOSS);
  rondo_timeline_signal(timeline, 2);
  assert_int_equal(rondo_fence_query(pending), RONDO_OK);
  check_value(timeline, RONDO_DATA_LOSS, 2);
  rondo_fence_release(&reached);
  rondo_fence_release(&pending);
  rondo_timeline_release(&timeline);
  // What is no failure becomes one.
  static const int no_failures[] = {RONDO_OK, RONDO_DEFERRED, 999, -1};
  for (size_t i = 0; i < sizeof no_failures / sizeof no_failures[0]; ++i) {
    timeline = timeline_at(0);
    rondo_timeline_fail(timeline, (enum rondo_status)no_failures[i]);
    check_value(timeline, RONDO_UNKNOWN, 0);
    rondo_timeline_release(&timeline);
  }
  // Also at the last value there is.
  timeline = timeline_at(UINT64_MAX);
  rondo_timeline_fail(timeline, RONDO_ABORTED);
  check_value(timeline, RONDO_ABORTED, UINT64_MAX);
  rondo_timeline_release(&timeline);
}

static void test_fences_of_a_timeline(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(0);
  struct rondo_fence *fences[5];
  for (int i = 0; i < 5; ++i) fences[i] = fence_at(timeline, (uint64_t)i * 10);
  assert_int_equal(rondo_fence_query(fences[0]), RONDO_OK);
  rondo_timeline_signal(timeline, 20);
  for (int i = 0; i < 5; ++i) assert_int_equal(rondo_fence_query(fences[i]), i <= 2 ? RONDO_OK : RONDO_DEFERRED);
  rondo_fence_signal(fences[3]);  // advances the timeline
  check_value(timeline, RONDO_OK, 30);
  rondo_fence_signal(fences[1]);
  check_value(timeline, RONDO_OK, 30);
  assert_int_equal(rondo_fence_wait(fences[4], 1000), RONDO_DEADLINE_EXCEEDED);
  rondo_timeline_release(&timeline);
  rondo_fence_signal(fences[4]);  // they keep it
  assert_int_equal(rondo_fence_wait(fences[4], -1), RONDO_OK);
  for (int i = 0; i < 5; ++i) rondo_fence_release(&fences[i]);
}

static void test_join(void **state) {
  (void)state;
  struct rondo_timeline *a = timeline_at(0), *b = timeline_at(0);
  struct rondo_fence *a1 = fence_at(a, 1), *a2 = fence_at(a, 2), *b1 = fence_at(b, 1), *none = NULL, *joined;
  assert_int_equal(rondo_fence_join(&none, 0, &joined, NULL), RONDO_OK);
  assert_null(joined);
  assert_int_equal(rondo_fence_join(&none, 1, &joined, NULL), RONDO_OK);
  assert_null(joined);
  assert_int_equal(rondo_fence_join(&none, -1, &joined, NULL), RONDO_INVALID_ARGUMENT);
  struct rondo_fence *same = join(a1, a2), *both = join(same, b1), *alone = join(NULL, b1);
  rondo_timeline_signal(a, 1);
  assert_int_equal(rondo_fence_query(same), RONDO_DEFERRED);
  rondo_timeline_signal(a, 2);
  assert_int_equal(rondo_fence_query(same), RONDO_OK);
  assert_int_equal(rondo_fence_query(both), RONDO_DEFERRED);
  rondo_fence_signal(both);
  check_value(b, RONDO_OK, 1);
  assert_int_equal(rondo_fence_query(alone), RONDO_OK);
  struct rondo_fence *a3 = fence_at(a, 3), *b3 = fence_at(b, 3), *later = join(a3, b3);
  rondo_timeline_fail(b, RONDO_ABORTED);
  assert_int_equal(rondo_fence_query(later), RONDO_ABORTED);
  assert_int_equal(rondo_fence_wait(later, -1), RONDO_ABORTED);  // although `a` never comes
  struct rondo_fence **const all[] = {&a1, &a2, &b1, &same, &both, &alone, &a3, &b3, &later};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; ++i) rondo_fence_release(all[i]);
  rondo_timeline_release(&a);
  rondo_timeline_release(&b);
}

static void test_wait_any(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(0);
  struct rondo_fence *fences[] = {fence_at(timeline, 3), fence_at(timeline, 2), NULL};
  int index = 7;
  assert_int_equal(rondo_fence_wait_any(fences, 0, 0, &index), RONDO_INVALID_ARGUMENT);
  assert_int_equal(index, -1);
  assert_int_equal(rondo_fence_wait_any(fences, 2, 0, &index), RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(index, -1);
  assert_int_equal(rondo_fence_wait_any(fences, 2, 1000000, NULL), RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(rondo_fence_wait_any(fences, 3, -1, &index), RONDO_OK);
  assert_int_equal(index, 2);
  rondo_timeline_signal(timeline, 2);
  assert_int_equal(rondo_fence_wait_any(fences, 2, -1, &index), RONDO_OK);
  assert_int_equal(index, 1);
  rondo_timeline_fail(timeline, RONDO_RESOURCE_EXHAUSTED);  // as if it were the wait's own
  assert_int_equal(rondo_fence_wait_any(fences, 2, INT64_MAX, &index), RONDO_RESOURCE_EXHAUSTED);
  assert_int_equal(index, 0);
  rondo_fence_release(&fences[0]);
  rondo_fence_release(&fences[1]);
  rondo_timeline_release(&timeline);
}

// Callbacks ----------------------------------------------------------------------------------------------

struct noted {
  int call_count;
  enum rondo_status status;
  struct rondo_timeline *then_signal;  // NULL = nobody
  uint64_t then_value;
};

static void note(void *user, enum rondo_status status) {
  struct noted *noted = user;
  ++noted->call_count;
  noted->status = status;
  if (noted->then_signal != NULL) rondo_timeline_signal(noted->then_signal, noted->then_value);
}

static struct rondo_fence_callback *then(struct rondo_fence *fence, struct noted *noted) {
  struct rondo_fence_callback *callback = NULL;
  assert_int_equal(rondo_fence_then(fence, note, noted, &callback, NULL), RONDO_OK);
  return callback;
}

static void expect_note(const struct noted *noted, int call_count, enum rondo_status status) {
  assert_int_equal(noted->call_count, call_count);
  assert_int_equal(noted->status, status);
}

static void test_callbacks_before_and_after(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(0);
  struct noted noted[5] = {{.call_count = 0}};
  struct rondo_fence_callback *callbacks[5];
  for (int i = 0; i < 4; ++i) {
    struct rondo_fence *fence = fence_at(timeline, (uint64_t)i);  // 0 is reached
    callbacks[i] = then(fence, &noted[i]);
    rondo_fence_release(&fence);
  }
  callbacks[4] = then(NULL, &noted[4]);
  expect_note(&noted[0], 1, RONDO_OK);
  expect_note(&noted[4], 1, RONDO_OK);
  expect_note(&noted[1], 0, RONDO_OK);
  rondo_timeline_signal(timeline, 2);
  expect_note(&noted[1], 1, RONDO_OK);
  expect_note(&noted[2], 1, RONDO_OK);
  expect_note(&noted[3], 0, RONDO_OK);
  rondo_timeline_fail(timeline, RONDO_UNAVAILABLE);
  expect_note(&noted[3], 1, RONDO_UNAVAILABLE);
  for (int i = 0; i < 5; ++i) {
    rondo_fence_callback_cancel(&callbacks[i]);
    assert_null(callbacks[i]);
    rondo_fence_callback_cancel(&callbacks[i]);
    assert_int_equal(noted[i].call_count, 1);
  }
  rondo_fence_callback_cancel(NULL);
  rondo_timeline_release(&timeline);
}

static void test_callback_cancelled_before(void **state) {
  (void)state;
  struct rondo_timeline *a = timeline_at(0), *b = timeline_at(0);
  struct rondo_fence *a1 = fence_at(a, 1), *b1 = fence_at(b, 1), *both = join(a1, b1);
  struct noted whole = {.call_count = 0}, half = {.call_count = 0};
  struct rondo_fence_callback *whole_callback = then(both, &whole), *half_callback = then(both, &half);
  rondo_fence_callback_cancel(&whole_callback);
  expect_note(&whole, 1, RONDO_CANCELLED);
  rondo_timeline_signal(a, 1);
  expect_note(&half, 0, RONDO_OK);
  rondo_fence_callback_cancel(&half_callback);
  expect_note(&half, 1, RONDO_CANCELLED);
  rondo_timeline_signal(b, 1);
  expect_note(&whole, 1, RONDO_CANCELLED);
  expect_note(&half, 1, RONDO_CANCELLED);
  rondo_fence_release(&a1);
  rondo_fence_release(&b1);
  rondo_fence_release(&both);
  rondo_timeline_release(&a);
  rondo_timeline_release(&b);
}

// Each callback signals what the next one waits for.
static void test_callbacks_that_signal(void **state) {
  (void)state;
  enum { COUNT = 20 };
  struct rondo_timeline *timelines[COUNT + 1];
  struct noted noted[COUNT];
  struct rondo_fence_callback *callbacks[COUNT];
  for (int i = 0; i <= COUNT; ++i) timelines[i] = timeline_at(0);
  for (int i = 0; i < COUNT; ++i) {
    struct rondo_fence *fence = fence_at(timelines[i], 5);
    noted[i] = (struct noted){.then_signal = timelines[i + 1], .then_value = 5};
    callbacks[i] = then(fence, &noted[i]);
    rondo_fence_release(&fence);
  }
  rondo_timeline_signal(timelines[0], 5);
  check_value(timelines[COUNT], RONDO_OK, 5);
  for (int i = 0; i < COUNT; ++i) {
    expect_note(&noted[i], 1, RONDO_OK);
    rondo_fence_callback_cancel(&callbacks[i]);
  }
  for (int i = 0; i <= COUNT; ++i) rondo_timeline_release(&timelines[i]);
}

// A fence that only its callback holds is not over.
static void test_callback_keeps_its_fence(void **state) {
  (void)state;
  struct rondo_fence *fence;
  struct noted noted = {.call_count = 0};
  assert_int_equal(rondo_fence_create(runtime, &fence, NULL), RONDO_OK);
  struct rondo_fence_callback *callback = then(fence, &noted);
  rondo_fence_retain(fence);
  struct rondo_fence *second = fence;
  rondo_fence_release(&fence);
  rondo_fence_release(&second);
  expect_note(&noted, 0, RONDO_OK);
  rondo_fence_callback_cancel(&callback);
  expect_note(&noted, 1, RONDO_CANCELLED);
}

// They outlive the runtime, and work without it.
static void test_after_the_runtime(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(0);
  struct rondo_fence *fences[] = {fence_at(timeline, 1), fence_at(timeline, 2)};
  struct noted noted = {.call_count = 0};
  int index;
  rondo_runtime_release(&runtime);
  struct rondo_fence_callback *callback = then(fences[1], &noted);
  assert_int_equal(rondo_fence_wait(fences[0], 1000), RONDO_DEADLINE_EXCEEDED);
  rondo_timeline_signal(timeline, 1);
  assert_int_equal(rondo_fence_wait(fences[0], -1), RONDO_OK);
  assert_int_equal(rondo_fence_wait_any(fences, 2, -1, &index), RONDO_OK);
  rondo_timeline_signal(timeline, 2);
  expect_note(&noted, 1, RONDO_OK);
  rondo_fence_callback_cancel(&callback);
  rondo_timeline_release(&timeline);
  rondo_fence_release(&fences[0]);
  rondo_fence_release(&fences[1]);
}

// Threads ------------------------------------------------------------------------------------------------

struct waiting {
  pthread_t thread;
  struct rondo_fence *fence;
  enum rondo_status status;
};

static void *wait_for_fence(void *user) {
  struct waiting *waiting = user;
  waiting->status = rondo_fence_wait(waiting->fence, FAR_NS);
  return NULL;
}

// Sixteen threads wait, each for another value; half of them are reached, then the timeline fails.
static void test_waits_of_threads(void **state) {
  (void)state;
  struct rondo_timeline *timeline = timeline_at(0);
  struct waiting waiting[THREAD_COUNT];
  for (int i = 0; i < THREAD_COUNT; ++i) {
    waiting[i].fence = fence_at(timeline, (uint64_t)i + 1);
    assert_int_equal(pthread_create(&waiting[i].thread, NULL, wait_for_fence, &waiting[i]), 0);
  }
  for (int i = 0; i < THREAD_COUNT / 2; ++i) rondo_timeline_signal(timeline, (uint64_t)i + 1);
  rondo_timeline_fail(timeline, RONDO_ABORTED);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    assert_int_equal(pthread_join(waiting[i].thread, NULL), 0);
    assert_int_equal(waiting[i].status, i < THREAD_COUNT / 2 ? RONDO_OK : RONDO_ABORTED);
    rondo_fence_release(&waiting[i].fence);
  }
  rondo_timeline_release(&timeline);
}

// A ring of threads: each waits for its neighbour's step, by turns with wait and wait_any, and makes its own.
struct ring_member {
  pthread_t thread;
  struct rondo_timeline *before, *own;
  int offset;  // of the first: it begins
  const int *payload_before;
  int payload;
  bool has_failed;
};

static void *run_ring(void *user) {
  struct ring_member *m = user;
  for (int i = 1; i <= RING_ROUND_COUNT && !m->has_failed; ++i) {
    struct rondo_fence *fence, *never;
    int index = 0;
    m->has_failed = rondo_fence_at(m->before, (uint64_t)(i - m->offset), &fence, NULL) != RONDO_OK;
    if (m->has_failed) break;
    m->has_failed = rondo_fence_create(runtime, &never, NULL) != RONDO_OK;
    if (!m->has_failed) {
      struct rondo_fence *const any[] = {never, fence};
      enum rondo_status status = i % 2 == 0 ? rondo_fence_wait(fence, FAR_NS) : rondo_fence_wait_any(any, 2, FAR_NS, &index);
      m->has_failed = status != RONDO_OK || index != i % 2 || *m->payload_before != i - m->offset;
      m->payload = i;
      rondo_fence_release(&never);
    }
    rondo_fence_release(&fence);
    rondo_timeline_signal(m->own, (uint64_t)i);
  }
  return NULL;
}

static void test_ring_of_threads(void **state) {
  (void)state;
  static struct ring_member members[THREAD_COUNT];
  memset(members, 0, sizeof members);
  for (int i = 0; i < THREAD_COUNT; ++i) members[i].own = timeline_at(0);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    members[i].offset = i == 0;
    members[i].before = members[(i + THREAD_COUNT - 1) % THREAD_COUNT].own;
    members[i].payload_before = &members[(i + THREAD_COUNT - 1) % THREAD_COUNT].payload;
  }
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_create(&members[i].thread, NULL, run_ring, &members[i]), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_join(members[i].thread, NULL), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    assert_false(members[i].has_failed);
    rondo_timeline_release(&members[i].own);
  }
}

static void *signal_timeline(void *user) {
  struct rondo_timeline *timeline = user;
  rondo_timeline_signal(timeline, 1);
  rondo_timeline_release(&timeline);
  return NULL;
}

struct slow_note {
  struct noted noted;
  struct rondo_fence *entered;
};

static void note_slowly(void *user, enum rondo_status status) {
  struct slow_note *slow = user;
  const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
  rondo_fence_signal(slow->entered);
  nanosleep(&pause, NULL);
  note(&slow->noted, status);
}

static void test_cancel_while_the_callback_runs(void **state) {
  (void)state;
  pthread_t thread;
  struct slow_note slow = {.noted = {.call_count = 0}};
  struct rondo_fence_callback *callback;
  struct rondo_timeline *timeline = timeline_at(0);
  struct rondo_fence *fence = fence_at(timeline, 1);
  assert_int_equal(rondo_fence_create(runtime, &slow.entered, NULL), RONDO_OK);
  assert_int_equal(rondo_fence_then(fence, note_slowly, &slow, &callback, NULL), RONDO_OK);
  rondo_timeline_retain(timeline);
  assert_int_equal(pthread_create(&thread, NULL, signal_timeline, timeline), 0);
  assert_int_equal(rondo_fence_wait(slow.entered, FAR_NS), RONDO_OK);
  rondo_fence_callback_cancel(&callback);
  expect_note(&slow.noted, 1, RONDO_OK);  // it has run, and returned
  assert_int_equal(pthread_join(thread, NULL), 0);
  rondo_fence_release(&slow.entered);
  rondo_fence_release(&fence);
  rondo_timeline_release(&timeline);
}

static void test_cancel_races_signal(void **state) {
  (void)state;
  for (int i = 0; i < ROUND_COUNT; ++i) {
    pthread_t thread;
    struct noted noted = {.call_count = 0};
    struct rondo_timeline *timeline = timeline_at(0);
    struct rondo_fence *fence = fence_at(timeline, 1);
    struct rondo_fence_callback *callback = then(fence, &noted);
    rondo_timeline_retain(timeline);
    assert_int_equal(pthread_create(&thread, NULL, signal_timeline, timeline), 0);
    rondo_fence_callback_cancel(&callback);
    assert_int_equal(noted.call_count, 1);
    assert_true(noted.status == RONDO_OK || noted.status == RONDO_CANCELLED);
    // The other thread has a hold of its own: ours may go before it has returned.
    rondo_fence_release(&fence);
    rondo_timeline_release(&timeline);
    assert_int_equal(pthread_join(thread, NULL), 0);
  }
}

static int run(const char *name, int (*open)(void **state)) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_values, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_failure, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_fences_of_a_timeline, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_join, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_wait_any, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_callbacks_before_and_after, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_callback_cancelled_before, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_callbacks_that_signal, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_callback_keeps_its_fence, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_after_the_runtime, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_waits_of_threads, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_ring_of_threads, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_cancel_while_the_callback_runs, open, close_runtime),
      cmocka_unit_test_setup_teardown(test_cancel_races_signal, open, close_runtime),
  };
  printf("on %s\n", name);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
  return run("local-sync", open_sync) + run("local-task", open_task) + run("local-task without workers", open_task_without_workers);
}
