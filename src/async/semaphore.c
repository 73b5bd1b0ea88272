// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/semaphore.h"

#include <errno.h>
#include <time.h>

#include "base/event.h"

void rdo_semaphore_init(struct rdo_semaphore *semaphore, const struct rdo_object_type *type, uint64_t value) {
  rdo_object_init(&semaphore->object, type);
  rdo_atomic_init(&semaphore->value, value);
  rdo_atomic_init(&semaphore->failure, RONDO_OK);
  rdo_atomic_init(&semaphore->waiter_count, 0);
  semaphore->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
  semaphore->waiters = NULL;
}

enum rondo_status rdo_semaphore_query(const struct rdo_semaphore *semaphore, uint64_t value) {
  // SYNC(timeline): pairs with the stores in signal and fail.
  if (rdo_atomic_load(&semaphore->value, rdo_seq_cst) >= value) return RONDO_OK;
  uint32_t failure = rdo_atomic_load(&semaphore->failure, rdo_seq_cst);
  if (failure == RONDO_OK) return RONDO_DEFERRED;
  // Both may have come since the first look: what was reached before a failure stays reached.
  return rdo_atomic_load(&semaphore->value, rdo_seq_cst) >= value ? RONDO_OK : (enum rondo_status)failure;
}

static void unlink_waiter(struct rdo_semaphore *semaphore, struct rdo_timepoint *timepoint) {
  *timepoint->link = timepoint->next;
  if (timepoint->next != NULL) timepoint->next->link = timepoint->link;
  timepoint->link = NULL;
  // SYNC(timeline): a signal that still reads the old count only takes the lock for nothing.
  rdo_atomic_sub(&semaphore->waiter_count, 1, rdo_seq_cst);
}

// Takes the waiters that need not wait any longer off the list, then calls them without the lock.
static void wake_waiters(struct rdo_semaphore *semaphore) {
  struct rdo_timepoint *reached = NULL;
  pthread_mutex_lock(&semaphore->lock);
  struct rdo_timepoint *next;
  for (struct rdo_timepoint *timepoint = semaphore->waiters; timepoint != NULL; timepoint = next) {
    next = timepoint->next;
    if (rdo_semaphore_query(semaphore, timepoint->value) == RONDO_DEFERRED) continue;
    unlink_waiter(semaphore, timepoint);
    timepoint->next = reached;
    reached = timepoint;
  }
  pthread_mutex_unlock(&semaphore->lock);
  while (reached != NULL) {
    struct rdo_timepoint *timepoint = reached;
    reached = timepoint->next;
    timepoint->callback(timepoint->user, rdo_semaphore_query(semaphore, timepoint->value));
  }
}

void rdo_semaphore_signal(struct rdo_semaphore *semaphore, uint64_t value) {
  // relaxed: hint, the compare-exchange below confirms it
  uint64_t current = rdo_atomic_load(&semaphore->value, rdo_relaxed);
  do {
    if (current >= value) return;
    // SYNC(timeline) half A: publish, then look for waiters. Pairs with half B in arm.
  } while (!rdo_atomic_cas_weak(&semaphore->value, &current, value, rdo_seq_cst, rdo_relaxed));  // relaxed: hint
  rdo_event_emit(RDO_EVENT_FENCE_SIGNAL, (uint64_t)(uintptr_t)semaphore, RONDO_OK, value);
  if (rdo_atomic_load(&semaphore->waiter_count, rdo_seq_cst) == 0) return;
  // A callback may drop the last hold on the semaphore.
  rdo_object_retain(&semaphore->object);
  wake_waiters(semaphore);
  rdo_object_release(&semaphore->object);
}

void rdo_semaphore_fail(struct rdo_semaphore *semaphore, enum rondo_status status) {
  uint32_t expected = RONDO_OK;
  // SYNC(timeline) half A, as in signal.
  if (!rdo_atomic_cas(&semaphore->failure, &expected, (uint32_t)status, rdo_seq_cst, rdo_seq_cst)) return;
  rdo_event_emit(RDO_EVENT_FENCE_SIGNAL, (uint64_t)(uintptr_t)semaphore, status, 0);
  if (rdo_atomic_load(&semaphore->waiter_count, rdo_seq_cst) == 0) return;
  rdo_object_retain(&semaphore->object);
  wake_waiters(semaphore);
  rdo_object_release(&semaphore->object);
}

void rdo_semaphore_deinit(struct rdo_semaphore *semaphore) {
  // relaxed: ordered by SYNC(refcount), every other hold has been released
  if (rdo_atomic_load(&semaphore->waiter_count, rdo_relaxed) == 0) return;
  uint32_t expected = RONDO_OK;
  (void)rdo_atomic_cas(&semaphore->failure, &expected, (uint32_t)RONDO_CANCELLED, rdo_seq_cst, rdo_seq_cst);
  wake_waiters(semaphore);
}

enum rondo_status rdo_semaphore_arm(struct rdo_semaphore *semaphore, struct rdo_timepoint *timepoint) {
  pthread_mutex_lock(&semaphore->lock);
  // SYNC(timeline) half B: announce, then look at the value. Forbidden: the value is not seen here
  // and the waiter is not seen there, a wait that nobody ends.
  rdo_atomic_add(&semaphore->waiter_count, 1, rdo_seq_cst);
  timepoint->next = semaphore->waiters;
  timepoint->link = &semaphore->waiters;
  if (timepoint->next != NULL) timepoint->next->link = &timepoint->next;
  semaphore->waiters = timepoint;
  enum rondo_status status = rdo_semaphore_query(semaphore, timepoint->value);
  if (status != RONDO_DEFERRED) unlink_waiter(semaphore, timepoint);
  pthread_mutex_unlock(&semaphore->lock);
  return status;
}

bool rdo_semaphore_disarm(struct rdo_semaphore *semaphore, struct rdo_timepoint *timepoint) {
  pthread_mutex_lock(&semaphore->lock);
  bool is_armed = timepoint->link != NULL;
  if (is_armed) unlink_waiter(semaphore, timepoint);
  pthread_mutex_unlock(&semaphore->lock);
  return is_armed;
}

// A blocked thread: set once by the callback.
struct host_wait {
  pthread_mutex_t lock;
  pthread_cond_t condition;
  bool is_done;  // lock: lock
  enum rondo_status status;
};

static void finish_host_wait(void *user, enum rondo_status status) {
  struct host_wait *wait = user;
  pthread_mutex_lock(&wait->lock);
  wait->is_done = true;
  wait->status = status;
  pthread_cond_signal(&wait->condition);
  // The waiter's storage may go as soon as the lock does; nothing touches it after this line.
  pthread_mutex_unlock(&wait->lock);
}

static void init_host_wait(struct host_wait *wait) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&wait->condition, &attributes);
  pthread_condattr_destroy(&attributes);
  pthread_mutex_init(&wait->lock, NULL);
}

// Waits for the callback; false when the deadline came first.
static bool block_until(struct host_wait *wait, int64_t deadline_ns) {
  struct timespec deadline = {.tv_sec = (time_t)(deadline_ns / 1000000000), .tv_nsec = (long)(deadline_ns % 1000000000)};
  int error = 0;
  pthread_mutex_lock(&wait->lock);
  while (!wait->is_done && error != ETIMEDOUT) {
    error = deadline_ns == INT64_MAX ? pthread_cond_wait(&wait->condition, &wait->lock)
                                     : pthread_cond_timedwait(&wait->condition, &wait->lock, &deadline);
  }
  bool is_done = wait->is_done;
  pthread_mutex_unlock(&wait->lock);
  return is_done;
}

enum rondo_status rdo_semaphore_wait(struct rdo_semaphore *semaphore, uint64_t value, int64_t deadline_ns) {
  enum rondo_status status = rdo_semaphore_query(semaphore, value);
  if (status != RONDO_DEFERRED) return status;
  struct host_wait wait = {.is_done = false};
  init_host_wait(&wait);
  struct rdo_timepoint timepoint = {.value = value, .callback = finish_host_wait, .user = &wait};
  status = rdo_semaphore_arm(semaphore, &timepoint);
  if (status == RONDO_DEFERRED) {
    if (!block_until(&wait, deadline_ns) && rdo_semaphore_disarm(semaphore, &timepoint)) {
      status = RONDO_DEADLINE_EXCEEDED;
    } else {
      (void)block_until(&wait, INT64_MAX);  // the callback is on its way and still needs the storage
      status = wait.status;
    }
  }
  pthread_cond_destroy(&wait.condition);
  pthread_mutex_destroy(&wait.lock);
  return status;
}
