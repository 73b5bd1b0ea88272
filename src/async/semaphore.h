// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Timeline semaphores: a 64-bit value that only grows, or fails once and for all. Waiting means
// reaching a value; a signal may come before or after the wait that it answers.
//
// SYNC(timeline). A signal publishes the value and then looks for waiters; a waiter announces itself
// and then looks at the value. Both halves are seq_cst, so at least one of them sees the other and no
// wake is lost. What happened before a signal happens before whatever the reached wait starts.

#ifndef RDO_ASYNC_SEMAPHORE_H_
#define RDO_ASYNC_SEMAPHORE_H_

#include <pthread.h>
#include <stdbool.h>

#include "base/object.h"
#include "base/status.h"

struct rdo_timepoint;

struct rdo_semaphore {
  struct rdo_object object;
  rdo_atomic_u64 value;           // SYNC(timeline)
  rdo_atomic_u32 failure;         // SYNC(timeline): enum rondo_status, OK = not failed
  rdo_atomic_u32 waiter_count;    // SYNC(timeline): timepoints in the list
  pthread_mutex_t lock;           // leaf lock: nothing is called while it is held
  struct rdo_timepoint *waiters;  // lock: lock
};

extern const struct rdo_object_type rdo_semaphore_type;

// A place on a timeline that somebody waits for. Storage is the caller's and stays until the callback
// has run or disarm returned true.
struct rdo_timepoint {
  struct rdo_timepoint *next;
  struct rdo_timepoint **link;  // what points at this one; NULL when not in a list
  uint64_t value;
  // Runs exactly once, on the thread that signals or fails, with no lock held. Waits that end together
  // end in the order in which they were armed.
  void (*callback)(void *user, enum rondo_status status);
  void *user;
};

// Initialises a semaphore inside another object; `type` says how that object ends.
void rdo_semaphore_init(struct rdo_semaphore *semaphore, const struct rdo_object_type *type, uint64_t value);

// For the end of that object, when nobody holds it: waits that are still armed end with CANCELLED, as
// nobody is left who could end them. A timepoint alone does not keep its semaphore alive. (The mutex
// needs no end: on Linux a default one holds no resources, and programs make a semaphore for every
// queue operation.)
void rdo_semaphore_deinit(struct rdo_semaphore *semaphore);

// OK when `value` is reached, else DEFERRED, or what the semaphore failed with.
enum rondo_status rdo_semaphore_query(const struct rdo_semaphore *semaphore, uint64_t value);

// Advances to `value`; a smaller or equal one changes nothing.
void rdo_semaphore_signal(struct rdo_semaphore *semaphore, uint64_t value);

// Fails every wait that is not reached yet; the first failure stays.
void rdo_semaphore_fail(struct rdo_semaphore *semaphore, enum rondo_status status);

// Arms a timepoint.
//   returns  DEFERRED: armed, the callback will run; OK or a failure: nothing to wait for, not armed
enum rondo_status rdo_semaphore_arm(struct rdo_semaphore *semaphore, struct rdo_timepoint *timepoint);

// Takes an armed timepoint back.
//   returns  true: the callback will not run; false: it has run, is running or is about to
bool rdo_semaphore_disarm(struct rdo_semaphore *semaphore, struct rdo_timepoint *timepoint);

// Blocks until `value` is reached or the semaphore fails.
//   deadline_ns  on CLOCK_MONOTONIC; INT64_MAX = none
//   returns      OK, the failure, DEADLINE_EXCEEDED
enum rondo_status rdo_semaphore_wait(struct rdo_semaphore *semaphore, uint64_t value, int64_t deadline_ns);

#endif  // RDO_ASYNC_SEMAPHORE_H_
