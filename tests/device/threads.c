// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Several threads of the host at one device, and several threads of the device at one piece of work.

#include <pthread.h>
#include <sched.h>

#include "base/clock.h"
#include "suite.h"

enum { WORDS = 48, STAGES = 5 };

static enum rondo_status wait_here(const struct rdo_fence *fence) {
  return suite.way == SUITE_ASIDE ? rdo_fence_wait(fence, RDO_DEADLINE_NONE) : rdo_device_wait(suite.device, fence, RDO_DEADLINE_NONE);
}

static void rest_for(long microseconds) {
  const struct timespec time = {.tv_nsec = 1000 * microseconds};
  nanosleep(&time, NULL);
}

static struct rdo_recording *record_stages(uint32_t count) {
  struct rdo_recording *recording = suite_recording(1);
  for (uint32_t s = 0; s < STAGES; ++s) {
    suite_record_dispatch(recording, &(const struct suite_dispatch){KERNEL_STAGE, count, .constants = {3, s}, .bindings = {ref_slot_whole(0)}});
    suite_record_barrier(recording);
  }
  suite_finalize(recording);
  return recording;
}

static uint32_t staged(uint32_t x) {
  for (uint32_t s = 0; s < STAGES; ++s) x = x * 3 + s;
  return x;
}

// Host threads ------------------------------------------------------------------------------------------

enum { HOSTS = 24, ROUNDS = 25 };  // more than there are seats for callers that drain along

struct host {
  pthread_t thread;
  uint32_t number;
  struct rdo_recording *recording;
  struct rdo_buffer *x;
};

static rdo_atomic_u32 is_closed;

// Fill, then the recording, then a copy into the second half, each waiting for the one before, and a wait.
static enum rondo_status run_round(struct host *host, uint32_t value) {
  struct rdo_fence *fences[3];
  const struct rdo_buffer_ref entry = ref_direct(host->x, 0, 4 * WORDS);
  struct rdo_operation operations[3] = {op_fill(host->x, 0, 4 * WORDS, value, 4), op_execute(host->recording, &entry, 1),
                                        op_copy(host->x, 0, host->x, 4 * WORDS, 4 * WORDS)};
  for (int i = 0; i < 3; ++i) {
    SUITE_CHECK(rdo_fence_create(&fences[i], NULL) == RONDO_OK);
    operations[i].affinity = UINT64_C(1) << (host->number + value) % suite.queue_count;
    operations[i].wait = i == 0 ? NULL : fences[i - 1];
    operations[i].signal = fences[i];
    SUITE_CHECK((suite.way == SUITE_HOLDING ? rdo_device_submit_held : rdo_device_submit)(suite.device, &operations[i], NULL) == RONDO_OK);
  }
  enum rondo_status status = wait_here(fences[2]);
  // A cancel ends the copy at once, while what it was to wait for may still run, and use the buffer.
  for (int i = 0; i < 2 && status != RONDO_OK; ++i) (void)wait_here(fences[i]);
  for (int i = 0; i < 3; ++i) rdo_object_release(&fences[i]->object);
  return status;
}

static void *run_host(void *user) {
  struct host *host = user;
  for (uint32_t round = 0; round < ROUNDS; ++round) {
    uint32_t value = 1000 * host->number + round;
    SUITE_CHECK(run_round(host, value) == RONDO_OK);
    bool is_right = true;
    for (uint32_t i = 0; i < 2 * WORDS; ++i) is_right &= suite_words(host->x)[i] == staged(value);
    SUITE_CHECK(is_right);
  }
  return NULL;
}

static void start_hosts(struct host *hosts, void *(*run)(void *)) {
  struct rdo_recording *recording = record_stages(WORDS);
  for (uint32_t i = 0; i < HOSTS; ++i) {
    hosts[i] = (struct host){.number = i, .recording = recording, .x = suite_zeroes(4 * 2 * WORDS)};
    assert_int_equal(pthread_create(&hosts[i].thread, NULL, run, &hosts[i]), 0);
  }
}

static void join_hosts(struct host *hosts) {
  for (int i = 0; i < HOSTS; ++i) pthread_join(hosts[i].thread, NULL);
}

static void test_hosts(void **state) {
  (void)state;
  struct host hosts[HOSTS];
  start_hosts(hosts, run_host);
  join_hosts(hosts);
}

static void *run_until_closed(void *user) {
  struct host *host = user;
  for (uint32_t round = 0; rdo_atomic_load(&is_closed, rdo_acquire) == 0; ++round) {
    enum rondo_status status = run_round(host, round);
    SUITE_CHECK(status == RONDO_OK || status == RONDO_CANCELLED);
  }
  SUITE_CHECK(run_round(host, 1) == RONDO_OK);  // on this thread now
  return NULL;
}

// Whatever they are doing when the device is closed, they come back from it.
static void test_hosts_and_close(void **state) {
  for (int round = 0; round < 10; ++round) {
    struct host hosts[HOSTS];
    rdo_atomic_init(&is_closed, 0);
    start_hosts(hosts, run_until_closed);
    rest_for(150 * round);
    rdo_device_close(suite.device);
    rdo_atomic_store(&is_closed, 1, rdo_release);
    join_hosts(hosts);
    assert_int_equal(suite_end(state), 0);
    assert_int_equal(suite_begin(state), 0);
  }
}

static void *wait_for_fence(void *user) {
  return (void *)(uintptr_t)wait_here(user);
}

// Threads that are blocked in a wait when the device is closed.
static void test_waiters_and_close(void **state) {
  (void)state;
  enum { WAITERS = 20 };
  pthread_t threads[WAITERS];
  struct rdo_buffer *x = suite_zeroes(4);
  struct rdo_fence *start = suite_fence(), *end = suite_submit(op_fill(x, 0, 4, 1, 4), start);
  for (int i = 0; i < WAITERS; ++i) assert_int_equal(pthread_create(&threads[i], NULL, wait_for_fence, end), 0);
  rest_for(500);
  rdo_device_close(suite.device);
  for (int i = 0; i < WAITERS; ++i) {
    void *status;
    pthread_join(threads[i], &status);
    assert_int_equal((uintptr_t)status, RONDO_CANCELLED);
  }
}

// Without workers only callers that wait do anything, and not all of them have a seat to do it from. Those that
// have leave, and one that has none is still there.
static void test_without_a_seat(void **state) {
  (void)state;
  enum { TIMES = 20 };
  if (!suite.is_task || suite.worker_count != 0) skip();
  struct rdo_executor *executor = suite.device->executors[0];
  for (int i = 0; i < TIMES; ++i) {
    pthread_t seated[RDO_DONORS_MAX], late;
    void *status;
    struct rdo_fence *first = suite_fence(), *start = suite_fence();
    struct rdo_buffer *x = suite_zeroes(4);
    for (int k = 0; k < RDO_DONORS_MAX; ++k) assert_int_equal(pthread_create(&seated[k], NULL, wait_for_fence, first), 0);
    while (__builtin_popcount(rdo_atomic_load(&executor->donors_taken, rdo_acquire)) != RDO_DONORS_MAX) sched_yield();
    struct rdo_fence *end = suite_submit(op_fill(x, 0, 4, 1, 4), start);
    assert_int_equal(pthread_create(&late, NULL, wait_for_fence, end), 0);
    rest_for(1000);
    rdo_fence_signal(first);
    rdo_fence_signal(start);
    for (int k = 0; k < RDO_DONORS_MAX; ++k) pthread_join(seated[k], NULL);
    pthread_join(late, &status);
    assert_int_equal((uintptr_t)status, RONDO_OK);
    assert_int_equal(suite_words(x)[0], 1);
  }
}

// One submits, another waits, a third signals.
static void *signal_fence(void *user) {
  rdo_fence_signal(user);
  return NULL;
}

static void test_signalled_by_another(void **state) {
  (void)state;
  for (uint32_t round = 1; round <= 50; ++round) {
    pthread_t waiter, signaller;
    void *status;
    struct rdo_buffer *x = suite_zeroes(4 * WORDS);
    const struct rdo_buffer_ref entry = ref_whole(x);
    struct rdo_fence *start = suite_fence(), *filled = suite_submit(op_fill(x, 0, 4 * WORDS, round, 4), start);
    struct rdo_fence *end = suite_submit(op_execute(record_stages(WORDS), &entry, 1), filled);
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_fence, end), 0);
    assert_int_equal(pthread_create(&signaller, NULL, signal_fence, start), 0);
    pthread_join(signaller, NULL);
    pthread_join(waiter, &status);
    assert_int_equal((uintptr_t)status, RONDO_OK);
    suite_expect_word_each(x, WORDS, staged(round));
  }
}

// Deadlines ---------------------------------------------------------------------------------------------

static void test_deadline(void **state) {
  (void)state;
  struct rdo_buffer *x = suite_zeroes(4);
  struct rdo_fence *start = suite_fence(), *end = suite_submit(op_fill(x, 0, 4, 1, 4), start);
  for (int64_t timeout_ns = 0; timeout_ns <= 5000000; timeout_ns += 2500000) {
    int64_t begin_ns = rdo_clock_now_ns();
    assert_int_equal(rdo_device_wait(suite.device, end, begin_ns + timeout_ns), RONDO_DEADLINE_EXCEEDED);
    assert_true(rdo_clock_now_ns() >= begin_ns + timeout_ns);
  }
  rdo_fence_signal(start);
  suite_wait_ok(end);
  assert_int_equal(rdo_device_wait(suite.device, end, 0), RONDO_OK);  // reached is reached
}

// A caller that drains along leaves in the middle; what it left is done by the others.
static void test_leaving_early(void **state) {
  (void)state;
  enum { COUNT = 6, TIMES = 150, TOGETHER = 3 };
  struct rdo_recording *recording = record_stages(COUNT);
  for (int64_t round = 0; round < TIMES; ++round) {
    struct rdo_buffer *x[TOGETHER];
    struct rdo_fence *ends[TOGETHER];
    for (uint32_t i = 0; i < TOGETHER; ++i) {
      x[i] = suite_zeroes(4 * COUNT);
      const struct rdo_buffer_ref entry = ref_whole(x[i]);
      ends[i] = suite_submit(op_execute(recording, &entry, 1), NULL);
    }
    (void)rdo_device_wait(suite.device, ends[round % TOGETHER], rdo_clock_now_ns() + round * 500);
    rdo_queue_flush();  // a wait for what is over already hands nothing on
    for (uint32_t i = 0; i < TOGETHER; ++i) {
      if (suite_has_workers()) suite_expect_ok(rdo_fence_wait(ends[i], rdo_clock_now_ns() + INT64_C(60000000000)));
      suite_wait_ok(ends[i]);
      suite_expect_word_each(x[i], COUNT, staged(0));
    }
  }
}

// Side by side ------------------------------------------------------------------------------------------

// Opens the gate when as many workgroups have come as can run at once; else after a long time.
struct opener {
  uint32_t wanted;
  bool is_late;
};

static void *open_gate(void *user) {
  struct opener *opener = user;
  int64_t end_ns = rdo_clock_now_ns() + INT64_C(20000000000);
  while (suite_gate_count() < opener->wanted && rdo_clock_now_ns() < end_ns) sched_yield();
  opener->is_late = suite_gate_count() < opener->wanted;
  suite_open_gate();
  return NULL;
}

static void expect_gate(struct rdo_fence *end, uint32_t wanted) {
  pthread_t thread;
  struct opener opener = {.wanted = wanted};
  assert_int_equal(pthread_create(&thread, NULL, open_gate, &opener), 0);
  enum rondo_status status = suite_wait(end);
  pthread_join(thread, NULL);
  suite_expect_ok(status);
  if (opener.is_late) fail_msg("%u workgroups did not run at the same time", wanted);
}

static uint32_t together_count(void) {
  if (!suite_has_workers()) return 0;
  return suite.worker_count < 4 ? suite.worker_count : 4;
}

static void test_workgroups_together(void **state) {
  (void)state;
  uint32_t count = together_count();
  if (count < 2) skip();
  struct rdo_buffer *x = suite_zeroes(4 * (uint64_t)count);
  struct rdo_recording *recording = suite_record_one(&(const struct suite_dispatch){KERNEL_GATE, count, .bindings = {ref_whole(x)}}, 0);
  expect_gate(suite_submit(op_execute(recording, NULL, 0), NULL), count);
  suite_expect_word_each(x, count, 1);
}

// Recordings that one worker is enough for, started by one fence.
static void test_recordings_together(void **state) {
  (void)state;
  uint32_t count = together_count();
  if (count < 2) skip();
  struct rdo_buffer *x = suite_zeroes(4 * (uint64_t)count);
  struct rdo_fence *ends[4], *root = suite_submit(op_execute(suite_record_one(&(const struct suite_dispatch){KERNEL_COUNT, 1, .bindings = {ref_whole(x)}}, 0), NULL, 0), NULL);
  for (uint64_t i = 0; i < count; ++i) {
    struct rdo_recording *recording = suite_record_one(&(const struct suite_dispatch){KERNEL_GATE, 1, .bindings = {ref_direct(x, 4 * i, 4)}}, 0);
    ends[i] = suite_submit(op_execute(recording, NULL, 0), root);
  }
  expect_gate(suite_join(ends, count), count);
}

static enum rondo_status wait_for_gate(void *user, struct rondo_diag *diag) {
  (void)diag;
  return open_gate(user) == NULL ? RONDO_OK : RONDO_INTERNAL;
}

static enum rondo_status wait_for_flag(void *user, struct rondo_diag *diag) {
  (void)diag;
  while (rdo_atomic_load((rdo_atomic_u32 *)user, rdo_acquire) == 0) sched_yield();
  return RONDO_OK;
}

// A host call that takes its time does not keep other workers from what became ready with it. The first call
// keeps the queue busy until both are.
static void test_beside_a_host_call(void **state) {
  (void)state;
  if (together_count() < 2 || suite.queue_count > 1) skip();
  rdo_atomic_u32 is_armed;
  struct opener opener = {.wanted = 1};
  struct rdo_buffer *x = suite_zeroes(4);
  struct rdo_fence *start = suite_fence(), *ends[3];
  struct rdo_recording *recording = suite_record_one(&(const struct suite_dispatch){KERNEL_GATE, 1, .bindings = {ref_whole(x)}}, 0);
  rdo_atomic_init(&is_armed, 0);
  ends[0] = suite_submit(op_call(wait_for_flag, &is_armed), NULL);
  ends[1] = suite_submit(op_execute(recording, NULL, 0), start);
  ends[2] = suite_submit(op_call(wait_for_gate, &opener), start);
  rdo_fence_signal(start);
  rdo_atomic_store(&is_armed, 1, rdo_release);
  suite_wait_ok(suite_join(ends, 3));
  if (opener.is_late) fail_msg("the recording did not run beside the host call");
}

int suite_run_threads(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_hosts),
      SUITE_TEST(test_hosts_and_close),
      SUITE_TEST(test_waiters_and_close),
      SUITE_TEST(test_without_a_seat),
      SUITE_TEST(test_signalled_by_another),
      SUITE_TEST(test_deadline),
      SUITE_TEST(test_leaving_early),
      SUITE_TEST(test_workgroups_together),
      SUITE_TEST(test_recordings_together),
      SUITE_TEST(test_beside_a_host_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
