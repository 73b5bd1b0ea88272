// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/semaphore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

// Semaphores on the heap that count their ends.
struct test_semaphore {
  struct rdo_semaphore semaphore;
};

static int destroy_count;

static void destroy_semaphore(struct rdo_object *object) {
  struct rdo_semaphore *semaphore = RDO_CONTAINER(object, struct rdo_semaphore, object);
  rdo_semaphore_deinit(semaphore);
  ++destroy_count;
  free(RDO_CONTAINER(semaphore, struct test_semaphore, semaphore));
}

static const struct rdo_object_type test_semaphore_type = {"test.semaphore", destroy_semaphore};

static struct rdo_semaphore *make(uint64_t value) {
  struct test_semaphore *owner = malloc(sizeof *owner);
  assert_non_null(owner);
  rdo_semaphore_init(&owner->semaphore, &test_semaphore_type, value);
  return &owner->semaphore;
}

static void end(struct rdo_semaphore *semaphore) { rdo_object_release(&semaphore->object); }

// A waiter that remembers its call.
struct waiter {
  struct rdo_timepoint timepoint;
  int call_count;
  int order;  // 1 = called first
  enum rondo_status status;
  void (*then)(struct waiter *waiter);
  struct rdo_semaphore *semaphore;
  struct waiter *other;
};

static int calls;

static void note_call(void *user, enum rondo_status status) {
  struct waiter *waiter = user;
  ++waiter->call_count;
  waiter->order = ++calls;
  waiter->status = status;
  if (waiter->then != NULL) waiter->then(waiter);
}

static enum rondo_status arm(struct rdo_semaphore *semaphore, struct waiter *waiter, uint64_t value) {
  waiter->semaphore = semaphore;
  waiter->timepoint = (struct rdo_timepoint){.value = value, .callback = note_call, .user = waiter};
  return rdo_semaphore_arm(semaphore, &waiter->timepoint);
}

static int reset(void **state) {
  (void)state;
  calls = 0;
  destroy_count = 0;
  return 0;
}

static void expect_call(const struct waiter *waiter, int order, enum rondo_status status) {
  assert_int_equal(waiter->call_count, 1);
  assert_int_equal(waiter->order, order);
  assert_int_equal(waiter->status, status);
}

static void test_values(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(5);
  assert_int_equal(rdo_semaphore_query(semaphore, 0), RONDO_OK);
  assert_int_equal(rdo_semaphore_query(semaphore, 5), RONDO_OK);
  assert_int_equal(rdo_semaphore_query(semaphore, 6), RONDO_DEFERRED);
  rdo_semaphore_signal(semaphore, 3);
  assert_int_equal(rdo_semaphore_query(semaphore, 5), RONDO_OK);
  rdo_semaphore_signal(semaphore, 5);
  assert_int_equal(rdo_semaphore_query(semaphore, 6), RONDO_DEFERRED);
  rdo_semaphore_signal(semaphore, UINT64_MAX);
  assert_int_equal(rdo_semaphore_query(semaphore, UINT64_MAX), RONDO_OK);
  end(semaphore);
  assert_int_equal(destroy_count, 1);
}

static void test_failure(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(1);
  rdo_semaphore_fail(semaphore, RONDO_DATA_LOSS);
  rdo_semaphore_fail(semaphore, RONDO_INTERNAL);
  assert_int_equal(rdo_semaphore_query(semaphore, 1), RONDO_OK);  // reached before
  assert_int_equal(rdo_semaphore_query(semaphore, 2), RONDO_DATA_LOSS);
  rdo_semaphore_signal(semaphore, 2);
  assert_int_equal(rdo_semaphore_query(semaphore, 2), RONDO_OK);
  assert_int_equal(rdo_semaphore_query(semaphore, 3), RONDO_DATA_LOSS);
  end(semaphore);
}

// Nothing to wait for: not armed, never called.
static void test_arm_too_late(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(2);
  struct waiter reached = {.call_count = 0}, failed = {.call_count = 0};
  assert_int_equal(arm(semaphore, &reached, 2), RONDO_OK);
  assert_false(rdo_semaphore_disarm(semaphore, &reached.timepoint));
  rdo_semaphore_fail(semaphore, RONDO_ABORTED);
  assert_int_equal(arm(semaphore, &failed, 3), RONDO_ABORTED);
  assert_false(rdo_semaphore_disarm(semaphore, &failed.timepoint));
  rdo_semaphore_signal(semaphore, 9);
  assert_int_equal(reached.call_count + failed.call_count, 0);
  end(semaphore);
}

static void test_signal_calls_the_reached(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  struct waiter waiters[6] = {{.call_count = 0}};
  const uint64_t values[6] = {3, 1, 2, 1, 7, 2};
  for (int i = 0; i < 6; ++i) assert_int_equal(arm(semaphore, &waiters[i], values[i]), RONDO_DEFERRED);
  rdo_semaphore_signal(semaphore, 2);
  // In the order of arming.
  expect_call(&waiters[1], 1, RONDO_OK);
  expect_call(&waiters[2], 2, RONDO_OK);
  expect_call(&waiters[3], 3, RONDO_OK);
  expect_call(&waiters[5], 4, RONDO_OK);
  assert_int_equal(calls, 4);
  rdo_semaphore_signal(semaphore, 2);
  assert_int_equal(calls, 4);
  rdo_semaphore_signal(semaphore, 3);
  expect_call(&waiters[0], 5, RONDO_OK);
  rdo_semaphore_fail(semaphore, RONDO_UNAVAILABLE);
  expect_call(&waiters[4], 6, RONDO_UNAVAILABLE);
  rdo_semaphore_signal(semaphore, 100);
  assert_int_equal(calls, 6);
  end(semaphore);
}

static void test_disarm(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  struct waiter waiters[5] = {{.call_count = 0}};
  for (int i = 0; i < 5; ++i) assert_int_equal(arm(semaphore, &waiters[i], 1), RONDO_DEFERRED);
  // First, last and middle of the list.
  assert_true(rdo_semaphore_disarm(semaphore, &waiters[0].timepoint));
  assert_true(rdo_semaphore_disarm(semaphore, &waiters[4].timepoint));
  assert_true(rdo_semaphore_disarm(semaphore, &waiters[2].timepoint));
  assert_false(rdo_semaphore_disarm(semaphore, &waiters[2].timepoint));
  rdo_semaphore_signal(semaphore, 1);
  expect_call(&waiters[1], 1, RONDO_OK);
  expect_call(&waiters[3], 2, RONDO_OK);
  assert_int_equal(calls, 2);
  assert_false(rdo_semaphore_disarm(semaphore, &waiters[1].timepoint));
  // A timepoint may be used again.
  assert_int_equal(arm(semaphore, &waiters[0], 2), RONDO_DEFERRED);
  rdo_semaphore_signal(semaphore, 2);
  expect_call(&waiters[0], 3, RONDO_OK);
  end(semaphore);
}

static void arm_other_and_signal(struct waiter *waiter) {
  assert_int_equal(arm(waiter->semaphore, waiter->other, 2), RONDO_DEFERRED);
  rdo_semaphore_signal(waiter->semaphore, 2);
}

static void test_callback_may_arm_and_signal(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  struct waiter other = {.call_count = 0};
  struct waiter first = {.then = arm_other_and_signal, .other = &other};
  struct waiter bystander = {.call_count = 0};
  assert_int_equal(arm(semaphore, &first, 1), RONDO_DEFERRED);
  assert_int_equal(arm(semaphore, &bystander, 2), RONDO_DEFERRED);
  rdo_semaphore_signal(semaphore, 1);
  expect_call(&first, 1, RONDO_OK);
  expect_call(&bystander, 2, RONDO_OK);
  expect_call(&other, 3, RONDO_OK);
  end(semaphore);
}

static bool was_disarmed;

static void disarm_other(struct waiter *waiter) { was_disarmed = rdo_semaphore_disarm(waiter->semaphore, &waiter->other->timepoint); }

// Both are reached by the same signal: it is too late for the second one.
static void test_callback_disarms_a_reached_one(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  struct waiter second = {.call_count = 0};
  struct waiter first = {.then = disarm_other, .other = &second};
  assert_int_equal(arm(semaphore, &first, 1), RONDO_DEFERRED);
  assert_int_equal(arm(semaphore, &second, 1), RONDO_DEFERRED);
  was_disarmed = true;
  rdo_semaphore_signal(semaphore, 1);
  assert_false(was_disarmed);
  expect_call(&second, 2, RONDO_OK);
  end(semaphore);
}

static void release_semaphore(struct waiter *waiter) { end(waiter->semaphore); }

static void test_callback_releases_the_last_hold(void **state) {
  (void)state;
  for (int is_failure = 0; is_failure < 2; ++is_failure) {
    reset(NULL);
    struct rdo_semaphore *semaphore = make(0);
    struct waiter first = {.then = release_semaphore}, second = {.call_count = 0}, waiting = {.call_count = 0};
    assert_int_equal(arm(semaphore, &first, 1), RONDO_DEFERRED);
    assert_int_equal(arm(semaphore, &second, 1), RONDO_DEFERRED);
    if (!is_failure) assert_int_equal(arm(semaphore, &waiting, 2), RONDO_DEFERRED);
    if (is_failure) {
      rdo_semaphore_fail(semaphore, RONDO_ABORTED);
    } else {
      rdo_semaphore_signal(semaphore, 1);
    }
    assert_int_equal(destroy_count, 1);
    expect_call(&first, 1, is_failure ? RONDO_ABORTED : RONDO_OK);
    expect_call(&second, 2, is_failure ? RONDO_ABORTED : RONDO_OK);
    if (!is_failure) expect_call(&waiting, 3, RONDO_CANCELLED);
  }
}

// Nobody is left who could signal.
static void test_end_cancels_waits(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  struct waiter waiters[3] = {{.call_count = 0}};
  for (int i = 0; i < 3; ++i) assert_int_equal(arm(semaphore, &waiters[i], (uint64_t)i + 1), RONDO_DEFERRED);
  rdo_semaphore_signal(semaphore, 1);
  end(semaphore);
  expect_call(&waiters[0], 1, RONDO_OK);
  expect_call(&waiters[1], 2, RONDO_CANCELLED);
  expect_call(&waiters[2], 3, RONDO_CANCELLED);
  assert_int_equal(destroy_count, 1);
}

static void test_wait_after_signal(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  rdo_semaphore_signal(semaphore, 4);
  assert_int_equal(rdo_semaphore_wait(semaphore, 4, INT64_MAX), RONDO_OK);
  assert_int_equal(rdo_semaphore_wait(semaphore, 4, 0), RONDO_OK);  // reached: the deadline does not matter
  rdo_semaphore_fail(semaphore, RONDO_INTERNAL);
  assert_int_equal(rdo_semaphore_wait(semaphore, 4, INT64_MAX), RONDO_OK);
  assert_int_equal(rdo_semaphore_wait(semaphore, 5, INT64_MAX), RONDO_INTERNAL);
  end(semaphore);
}

static void test_deadline(void **state) {
  (void)state;
  struct rdo_semaphore *semaphore = make(0);
  assert_int_equal(rdo_semaphore_wait(semaphore, 1, 0), RONDO_DEADLINE_EXCEEDED);
  int64_t deadline_ns = rdo_clock_deadline_ns(20 * 1000000);
  assert_int_equal(rdo_semaphore_wait(semaphore, 1, deadline_ns), RONDO_DEADLINE_EXCEEDED);
  assert_true(rdo_clock_now_ns() >= deadline_ns);
  // Nothing is left behind.
  rdo_semaphore_signal(semaphore, 1);
  assert_int_equal(rdo_semaphore_wait(semaphore, 1, 0), RONDO_OK);
  end(semaphore);
}

static void test_deadline_conversion(void **state) {
  (void)state;
  assert_true(rdo_clock_deadline_ns(-1) == RDO_DEADLINE_NONE);
  assert_true(rdo_clock_deadline_ns(INT64_MAX) == RDO_DEADLINE_NONE);
  assert_true(rdo_clock_deadline_ns(INT64_MIN) == RDO_DEADLINE_NONE);
  int64_t before = rdo_clock_now_ns();
  int64_t deadline_ns = rdo_clock_deadline_ns(1000);
  assert_true(deadline_ns >= before + 1000 && deadline_ns <= rdo_clock_now_ns() + 1000);
}

struct blocked {
  struct rdo_semaphore *semaphore;
  uint64_t value;
  int64_t deadline_ns;
  const int *data;  // written by the signaller before its signal
  enum rondo_status status;
  int seen;
};

static void *block(void *user) {
  struct blocked *blocked = user;
  blocked->status = rdo_semaphore_wait(blocked->semaphore, blocked->value, blocked->deadline_ns);
  blocked->seen = *blocked->data;
  return NULL;
}

// A signal or a failure ends the waits of other threads, and what came before it is seen there.
static void test_blocked_threads(void **state) {
  (void)state;
  enum { COUNT = 4 };
  for (int is_failure = 0; is_failure < 2; ++is_failure) {
    struct rdo_semaphore *semaphore = make(0);
    struct blocked blocked[COUNT];
    pthread_t threads[COUNT];
    int data = 0;
    for (int i = 0; i < COUNT; ++i) {
      int64_t deadline_ns = i % 2 == 0 ? INT64_MAX : rdo_clock_deadline_ns(INT64_C(60) * 1000000000);
      blocked[i] = (struct blocked){semaphore, (uint64_t)i + 1, deadline_ns, &data, RONDO_UNKNOWN, 0};
      assert_int_equal(pthread_create(&threads[i], NULL, block, &blocked[i]), 0);
    }
    usleep(2000);  // some are blocked by now; if not, the test is no less right
    data = 42;
    if (is_failure) {
      rdo_semaphore_fail(semaphore, RONDO_DATA_LOSS);
    } else {
      for (uint64_t value = 1; value <= COUNT; ++value) rdo_semaphore_signal(semaphore, value);
    }
    for (int i = 0; i < COUNT; ++i) {
      pthread_join(threads[i], NULL);
      assert_int_equal(blocked[i].status, is_failure ? RONDO_DATA_LOSS : RONDO_OK);
      assert_int_equal(blocked[i].seen, 42);
    }
    end(semaphore);
  }
}

static void *reach_and_fail(void *user) {
  struct rdo_semaphore *semaphore = user;
  for (uint64_t value = 1; value < 1000; ++value) rdo_semaphore_signal(semaphore, value);
  rdo_semaphore_signal(semaphore, 1000);
  rdo_semaphore_fail(semaphore, RONDO_DATA_LOSS);
  return NULL;
}

// Both come between the looks of a query: what was reached before the failure is reached.
static void test_query_beside_failure(void **state) {
  (void)state;
  for (int round = 0; round < 300; ++round) {
    struct rdo_semaphore *semaphore = make(0);
    pthread_t thread;
    enum rondo_status status;
    assert_int_equal(pthread_create(&thread, NULL, reach_and_fail, semaphore), 0);
    while ((status = rdo_semaphore_query(semaphore, 1000)) == RONDO_DEFERRED) continue;
    pthread_join(thread, NULL);
    assert_int_equal(status, RONDO_OK);
    end(semaphore);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_values, reset),
      cmocka_unit_test_setup(test_failure, reset),
      cmocka_unit_test_setup(test_arm_too_late, reset),
      cmocka_unit_test_setup(test_signal_calls_the_reached, reset),
      cmocka_unit_test_setup(test_disarm, reset),
      cmocka_unit_test_setup(test_callback_may_arm_and_signal, reset),
      cmocka_unit_test_setup(test_callback_disarms_a_reached_one, reset),
      cmocka_unit_test_setup(test_callback_releases_the_last_hold, reset),
      cmocka_unit_test_setup(test_end_cancels_waits, reset),
      cmocka_unit_test_setup(test_wait_after_signal, reset),
      cmocka_unit_test_setup(test_deadline, reset),
      cmocka_unit_test_setup(test_deadline_conversion, reset),
      cmocka_unit_test_setup(test_blocked_threads, reset),
      cmocka_unit_test_setup(test_query_beside_failure, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
