// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Timed work: in the order of releases, never early, on the worker that it was posted to; taken back; posted to
// workers that sleep, by many threads.

#include "task/timed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "probe.h"
#include "task/urgent.h"

enum { COUNT = 40, THREADS = 4, MS = 1000000 };

struct entry {
  struct rdo_timed timed;
  int64_t ran_ns;
  const struct rdo_worker *worker;
  uint32_t place;  // in the order in which entries ran
};

static rdo_atomic_u32 ran_count, next_place;
static struct entry entries[THREADS * COUNT];

static void note(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct entry *entry = RDO_CONTAINER(timed, struct entry, timed);
  CHECK(rdo_worker_current() == worker);
  entry->ran_ns = rdo_clock_now_ns();
  entry->worker = worker;
  entry->place = count_up(&next_place);
  count_up(&ran_count);
}

static void reset(void) {
  memset(entries, 0, sizeof entries);
  for (int i = 0; i < THREADS * COUNT; ++i) entries[i].timed.run = note;
  rdo_atomic_init(&ran_count, 0);
  rdo_atomic_init(&next_place, 0);
}

static struct rdo_executor *create(uint32_t worker_count, bool is_stepped) {
  const struct rdo_executor_options options = {.worker_count = worker_count, .is_played = true, .is_stepped = is_stepped};
  struct rdo_executor *executor;
  assert_int_equal(rdo_executor_create(&options, &executor, NULL), RONDO_OK);
  return executor;
}

// Posted in any order, before and while the worker sleeps.
static void test_order(void **state) {
  (void)state;
  reset();
  struct rdo_executor *executor = create(2, false);
  int64_t begin_ns = rdo_clock_now_ns() + 5 * MS;
  for (int i = 0; i < COUNT; ++i) rdo_timed_post(&executor->workers[i % 2], &entries[i].timed, begin_ns + (i * 7 % COUNT) * (MS / 10));
  await_count(&ran_count, COUNT);
  for (int i = 0; i < COUNT; ++i) {
    assert_ptr_equal(entries[i].worker, &executor->workers[i % 2]);
    assert_true(entries[i].ran_ns >= entries[i].timed.release_ns);
    for (int k = i % 2; k < i; k += 2) {
      assert_int_equal(entries[k].timed.release_ns < entries[i].timed.release_ns, entries[k].place < entries[i].place);
    }
  }
  rdo_executor_destroy(executor);
}

// What is due at the same time runs in the order in which it was posted; what is in the past runs at once.
static void test_past(void **state) {
  (void)state;
  reset();
  struct rdo_executor *executor = create(1, true);
  struct rdo_worker *worker = &executor->workers[0];
  for (int i = 0; i < COUNT; ++i) rdo_timed_post(worker, &entries[i].timed, 1000 + i / 4);
  while (rdo_worker_step(worker)) continue;
  assert_int_equal(count_of(&ran_count), COUNT);
  for (uint32_t i = 0; i < COUNT; ++i) assert_int_equal(entries[i].place, i);
  assert_int_equal(rdo_worker_room_ns(worker), INT64_MAX);
  rdo_executor_destroy(executor);
}

static struct entry *victim;
static bool was_taken, was_taken_twice;

static void take_back(struct rdo_timed *timed, struct rdo_worker *worker) {
  was_taken = rdo_timed_cancel(worker, &victim->timed);
  was_taken_twice = rdo_timed_cancel(worker, &victim->timed);
  note(timed, worker);
}

// On its worker, also while it is still in the inbox; once only.
static void test_cancel(void **state) {
  (void)state;
  reset();
  struct rdo_executor *executor = create(1, true);
  struct rdo_worker *worker = &executor->workers[0];
  int64_t far_ns = rdo_clock_now_ns() + INT64_C(3600) * 1000 * MS;
  victim = &entries[0];
  entries[1].timed.run = take_back;
  rdo_timed_post(worker, &entries[0].timed, far_ns);
  assert_true(rdo_worker_is_called(worker));
  rdo_timed_post(worker, &entries[1].timed, 0);
  while (rdo_worker_step(worker)) continue;
  assert_true(was_taken);
  assert_false(was_taken_twice);
  assert_int_equal(count_of(&ran_count), 1);
  assert_int_equal(worker->next_release_ns, INT64_MAX);
  rdo_timed_post(worker, &entries[0].timed, far_ns);  // and is free for another post
  while (rdo_worker_step(worker)) continue;
  assert_int_equal(worker->next_release_ns, far_ns);
  assert_true(rdo_worker_room_ns(worker) < far_ns);
  rdo_executor_destroy(executor);
}

static struct rdo_executor *crowded;

static void *post_many(void *user) {
  struct entry *mine = user;
  for (int i = 0; i < COUNT; ++i) rdo_timed_post(&crowded->workers[i % 2], &mine[i].timed, rdo_clock_now_ns() + i % 5 * (MS / 20));
  return NULL;
}

static void test_threads(void **state) {
  (void)state;
  crowded = create(2, false);
  for (int round = 0; round < 20; ++round) {
    reset();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; ++i) assert_int_equal(pthread_create(&threads[i], NULL, post_many, &entries[i * COUNT]), 0);
    for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
    await_count(&ran_count, THREADS * COUNT);
    for (int i = 0; i < THREADS * COUNT; ++i) assert_true(entries[i].ran_ns >= entries[i].timed.release_ns);
    watchdog_tick();
  }
  rdo_executor_destroy(crowded);
}

// Timed work goes before the list, the list before the slots.
static rdo_atomic_u32 turn;
static uint32_t slot_turn, list_turn, timed_turn;

static enum rdo_drain_result drain_slot(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  slot_turn = count_up(&turn);
  return probe_end(probe);
}
static enum rdo_drain_result drain_list(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  list_turn = count_up(&turn);
  return probe_end(probe);
}
static void run_turn(struct rdo_timed *timed, struct rdo_worker *worker) {
  timed_turn = count_up(&turn);
  note(timed, worker);
}

static void test_before_others(void **state) {
  (void)state;
  reset();
  rdo_atomic_init(&turn, 0);
  struct rdo_executor *executor = create(1, true);
  struct probe wide, small;
  probe_init(&wide, executor, 2, drain_slot);
  probe_init(&small, executor, 1, drain_list);
  rdo_process_resume(&wide.process);
  rdo_process_resume(&small.process);
  entries[0].timed.run = run_turn;
  rdo_timed_post(&executor->workers[0], &entries[0].timed, 0);
  while (rdo_worker_step(&executor->workers[0])) continue;
  assert_int_equal(timed_turn, 0);
  assert_int_equal(list_turn, 1);
  assert_int_equal(slot_turn, 2);
  rdo_executor_destroy(executor);
}

// Whoever was raised for a release is an ordinary thread again some time after it.
static void test_class(void **state) {
  (void)state;
  reset();
  if (!rdo_urgent_is_allowed()) {
    print_message("real-time classes are not allowed here\n");
    skip();
  }
  struct rdo_executor *executor = create(2, false);
  for (int i = 0; i < COUNT; ++i) rdo_timed_post(&executor->workers[i % 2], &entries[i].timed, rdo_clock_now_ns() + (i + 1) * (MS / 4));
  await_count(&ran_count, COUNT);
  for (int i = 0; i < 2; ++i) {
    while (sched_getscheduler(executor->workers[i].thread_id) != SCHED_OTHER) nap();
  }
  rdo_executor_destroy(executor);
}

static rdo_atomic_u32 fifo_count;

static void note_class(struct rdo_timed *timed, struct rdo_worker *worker) {
  if (sched_getscheduler(0) != SCHED_OTHER) count_up(&fifo_count);
  note(timed, worker);
}

// Releases that follow close upon each other would take a worker through most of a second; all but the first
// find an ordinary thread.
static void test_dense(void **state) {
  (void)state;
  reset();
  rdo_atomic_init(&fifo_count, 0);
  struct rdo_executor *executor = create(1, false);
  int64_t begin_ns = rdo_clock_now_ns() + 5 * MS;
  for (int i = 0; i < COUNT; ++i) {
    entries[i].timed.run = note_class;
    rdo_timed_post(&executor->workers[0], &entries[i].timed, begin_ns + i * (MS / 10));
  }
  await_count(&ran_count, COUNT);
  assert_true(count_of(&fifo_count) <= 1);
  rdo_executor_destroy(executor);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_past),
      cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_threads),
      cmocka_unit_test(test_before_others),
      cmocka_unit_test(test_class),
      cmocka_unit_test(test_dense),
  };
  return cmocka_run_group_tests(tests, begin_watching, end_watching);
}
