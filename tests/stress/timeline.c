// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(timeline): threads signal rising values of one semaphore, and in some rounds fail it at last, while
// others arm, disarm and wait. Every armed callback runs exactly once or was taken back, none runs before its
// value, no wait is lost, and what a lone signaller wrote before a value is seen by those who waited for it.

#include <pthread.h>
#include <sched.h>

#include "async/semaphore.h"
#include "stress.h"

enum { SIGNALLERS_MAX = 3, WAITER_COUNT = 3, VALUE_COUNT = 2000, SLOT_COUNT = 16 };

// One wait, used again and again.
struct slot {
  struct rdo_timepoint timepoint;
  struct round *round;
  bool is_armed;                // owner: the waiter's thread
  rdo_atomic_u32 call_count;    // written by the callback
  enum rondo_status status;     // written before call_count, read after it
};

struct round {
  struct rdo_semaphore semaphore;
  rdo_atomic_u64 next_value;    // the signallers draw from it
  uint32_t signaller_count;
  bool is_failing;              // the last signaller fails the semaphore instead of reaching the end
  rdo_atomic_u32 signallers_left;
  uint32_t data[VALUE_COUNT + 1];  // [v] = v, written before v is signalled
};

struct thread {
  pthread_t id;
  struct round *round;
  uint64_t random;
};

static void destroy_nothing(struct rdo_object *object) { (void)object; }
static const struct rdo_object_type semaphore_type = {"stress.semaphore", destroy_nothing};

static void *signal_values(void *user) {
  struct thread *thread = user;
  struct round *round = thread->round;
  for (;;) {
    uint64_t value = rdo_atomic_add(&round->next_value, 1, rdo_relaxed) + 1;  // relaxed: counter
    if (value > VALUE_COUNT) break;
    round->data[value] = (uint32_t)value;
    rdo_semaphore_signal(&round->semaphore, value);
    if (stress_below(&thread->random, 16) == 0) sched_yield();
  }
  if (rdo_atomic_sub(&round->signallers_left, 1, rdo_acq_rel) != 1) return NULL;
  if (round->is_failing) {
    rdo_semaphore_fail(&round->semaphore, RONDO_ABORTED);
  } else {
    rdo_semaphore_signal(&round->semaphore, UINT64_MAX);
  }
  return NULL;
}

// What must hold when a wait for `value` has ended with `status`.
static void check_end(struct round *round, uint64_t value, enum rondo_status status) {
  STRESS_CHECK(rdo_semaphore_query(&round->semaphore, value) == status || status == RONDO_ABORTED);
  if (status == RONDO_ABORTED) {
    STRESS_CHECK(round->is_failing && value > VALUE_COUNT);
  } else {
    STRESS_CHECK(status == RONDO_OK);
    // With several signallers a later value may be signalled before this one is written.
    if (value <= VALUE_COUNT && round->signaller_count == 1) STRESS_CHECK(round->data[value] == value);
  }
}

static void finish(void *user, enum rondo_status status) {
  struct slot *slot = user;
  check_end(slot->round, slot->timepoint.value, status);
  slot->status = status;
  rdo_atomic_add(&slot->call_count, 1, rdo_release);  // pairs with the loads of the waiter's thread
}

static void arm(struct round *round, struct slot *slot, uint64_t value) {
  slot->round = round;
  slot->timepoint = (struct rdo_timepoint){.value = value, .callback = finish, .user = slot};
  rdo_atomic_store(&slot->call_count, 0, rdo_relaxed);  // relaxed: ordered by SYNC(timeline), arm comes after it
  enum rondo_status status = rdo_semaphore_arm(&round->semaphore, &slot->timepoint);
  slot->is_armed = status == RONDO_DEFERRED;
  if (!slot->is_armed) check_end(round, value, status);
}

static void await_callback(struct slot *slot) {
  while (rdo_atomic_load(&slot->call_count, rdo_acquire) == 0) sched_yield();
  STRESS_CHECK(rdo_atomic_load(&slot->call_count, rdo_acquire) == 1);
  slot->is_armed = false;
}

static void end_slot(struct round *round, struct slot *slot, bool is_patient) {
  if (!slot->is_armed) return;
  if (!is_patient && rdo_semaphore_disarm(&round->semaphore, &slot->timepoint)) {
    STRESS_CHECK(rdo_atomic_load(&slot->call_count, rdo_acquire) == 0);
    slot->is_armed = false;
    return;
  }
  await_callback(slot);  // it has run, is running or is about to
}

static void wait_blocked(struct round *round, uint64_t value, uint64_t *random) {
  int64_t deadline_ns = stress_below(random, 2) == 0 ? INT64_MAX : rdo_clock_now_ns() + (int64_t)stress_below(random, 200000);
  enum rondo_status status = rdo_semaphore_wait(&round->semaphore, value, deadline_ns);
  if (status == RONDO_DEADLINE_EXCEEDED) {
    STRESS_CHECK(deadline_ns != INT64_MAX && rdo_clock_now_ns() >= deadline_ns);
  } else {
    check_end(round, value, status);
  }
}

static void *wait_for_values(void *user) {
  struct thread *thread = user;
  struct round *round = thread->round;
  struct slot slots[SLOT_COUNT] = {{.is_armed = false}};
  uint64_t value = 0;
  while (value < VALUE_COUNT) {
    struct slot *slot = &slots[stress_below(&thread->random, SLOT_COUNT)];
    value += stress_below(&thread->random, 8);
    switch (stress_below(&thread->random, 8)) {
      case 0: wait_blocked(round, value, &thread->random); break;
      case 1: end_slot(round, slot, true); break;
      case 2: end_slot(round, slot, false); break;
      default:
        end_slot(round, slot, stress_below(&thread->random, 2) == 0);
        arm(round, slot, value + stress_below(&thread->random, 16));
        break;
    }
  }
  // Beyond the last value: ended by the last signaller, one way or the other.
  for (int i = 0; i < SLOT_COUNT; ++i) {
    end_slot(round, &slots[i], i % 2 == 0);
    arm(round, &slots[i], VALUE_COUNT + 1 + (uint64_t)i);
  }
  for (int i = 0; i < SLOT_COUNT; ++i) end_slot(round, &slots[i], i % 4 != 0);
  wait_blocked(round, VALUE_COUNT + 1, &thread->random);
  return NULL;
}

static void run_round(uint64_t random) {
  static struct round round;
  struct thread threads[SIGNALLERS_MAX + WAITER_COUNT];
  rdo_semaphore_init(&round.semaphore, &semaphore_type, 0);
  rdo_atomic_init(&round.next_value, 0);
  round.signaller_count = 1 + stress_below(&random, SIGNALLERS_MAX);
  round.is_failing = stress_below(&random, 2) == 0;
  rdo_atomic_init(&round.signallers_left, round.signaller_count);
  memset(round.data, 0, sizeof round.data);
  uint32_t thread_count = round.signaller_count + WAITER_COUNT;
  for (uint32_t i = 0; i < thread_count; ++i) {
    threads[i] = (struct thread){.round = &round, .random = stress_random(&random)};
    STRESS_CHECK(pthread_create(&threads[i].id, NULL, i < WAITER_COUNT ? wait_for_values : signal_values, &threads[i]) == 0);
  }
  for (uint32_t i = 0; i < thread_count; ++i) pthread_join(threads[i].id, NULL);
  STRESS_CHECK(rdo_atomic_load(&round.semaphore.waiter_count, rdo_acquire) == 0);
  STRESS_CHECK(round.semaphore.waiters == NULL);
  STRESS_CHECK(rdo_atomic_load(&round.semaphore.object.ref_count, rdo_acquire) == 1);
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  uint64_t seed;
  while (stress_next(&stress, &seed)) run_round(seed);
  return 0;
}
