// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Work that one worker does at a given time. The worker keeps it in a heap of its own, which nobody else
// touches, so nothing can hold a release up but that worker's CPU.
//
// SYNC(wake). Posting: push onto the worker's inbox, then look at its token; a worker that goes to rest sets
// its token, then looks at its inbox. All seq_cst, so the poster wakes it or it sees the inbox.

#ifndef RDO_TASK_TIMED_H_
#define RDO_TASK_TIMED_H_

#include "base/clock.h"
#include "task/executor.h"

// Storage is the caller's, from post until `run` is called or it is cancelled.
struct rdo_timed {
  struct rdo_timer timer;  // owner: the worker; deadline_ns is the release on CLOCK_MONOTONIC
  int64_t release_ns;      // const while posted
  // On the worker, at the release or as soon as possible after it. May post this or other timed work.
  void (*run)(struct rdo_timed *timed, struct rdo_worker *worker);
  struct rdo_timed *next;  // inbox
  bool is_held;            // owner: in the worker's heap
  // const while posted. It keeps its worker from work that would end after it, if that comes after it in the order of keys too; what
  // comes before it may end later by so much. 0 and 0 = from everything.
  uint64_t key;
  int64_t yield_ns;        // INT64_MAX = by as much as it likes
};

enum {
  // A shorter gap is an interrupt, or noise of the clock.
  RDO_STOLEN_NS_MIN = 20000,
  // Work ends so long before a release that it has to give way to: time for an interrupt that makes it late.
  RDO_HOLD_BACK_NS = 40000,
  // What a process on the list needs; what it does is short, but nobody knows how short.
  RDO_LISTED_ROOM_NS = 10000,
};

// Hands timed work to a worker. From any thread; wait-free but for the push. RT safe.
//   release_ns  in the past: as soon as the worker has ended what it does
void rdo_timed_post(struct rdo_worker *worker, struct rdo_timed *timed, int64_t release_ns);

// For timed work: drains a process of budget 1 here and now, rather than on the worker that comes to the list first; an ordinary thread there may
// lose its CPU in the middle. Right before a release of this worker it is left to the others nevertheless.
void rdo_timed_run_process(struct rdo_process *process, struct rdo_worker *worker);

// Takes timed work back, on the worker that it was posted to.
//   returns  false: it is not there (any more)
bool rdo_timed_cancel(struct rdo_worker *worker, struct rdo_timed *timed);

// For the worker: runs what is due.
//   returns  whether anything was
bool rdo_timed_run_due(struct rdo_worker *worker);

// For the worker, with a release ahead and nothing else to do: spins until then.
//   returns  false: something else has come up
bool rdo_timed_spin(struct rdo_worker *worker);

// For the worker: a stretch without a look at the clock is over. If it took much longer than it should, the machine may have taken the CPU.
void rdo_worker_note_gap(struct rdo_worker *worker, int64_t begin_ns, int64_t end_ns);

// For the worker: what comes may end in such a stretch. One system call; else what has happened since the one before, or since the last
// release, counts as well.
void rdo_worker_begin_stretch(struct rdo_worker *worker);

static inline void rdo_worker_note_stretch(struct rdo_worker *worker, int64_t begin_ns, int64_t end_ns, int64_t expected_ns) {
  if (end_ns - begin_ns - expected_ns > RDO_STOLEN_NS_MIN) rdo_worker_note_gap(worker, begin_ns, end_ns);
}

// Whether the worker should end what it does between two tiles: posted work has not been looked at.
static inline bool rdo_worker_is_called(const struct rdo_worker *worker) {
  return rdo_atomic_load(&worker->inbox, rdo_relaxed) != NULL;  // relaxed: hint
}

// Time that the worker may spend before its next release; INT64_MAX = there is none.
static inline int64_t rdo_worker_room_ns(const struct rdo_worker *worker) {
  return worker->next_release_ns == INT64_MAX ? INT64_MAX : worker->next_release_ns - rdo_clock_now_ns();
}

// Whether the worker's next release may keep it from work of a key.
static inline bool rdo_worker_is_reserved(const struct rdo_worker *worker, uint64_t key) {
  return worker->next_release_ns != INT64_MAX && (key >= worker->next_release_key || worker->next_release_yield_ns != INT64_MAX);
}

// How long work of a key may take that begins now, so that the next release can be met.
static inline int64_t rdo_worker_room_for(const struct rdo_worker *worker, uint64_t key, int64_t now_ns) {
  if (!rdo_worker_is_reserved(worker, key)) return INT64_MAX;
  int64_t room_ns = worker->next_release_ns - now_ns;
  return key < worker->next_release_key ? room_ns + worker->next_release_yield_ns : room_ns - RDO_HOLD_BACK_NS;
}

// Whether it may begin something that takes `work_ns` and cannot be interrupted. What is too long for any gap may begin right
// after a release; the next one may then be late by its rest.
static inline bool rdo_worker_has_room(const struct rdo_worker *worker, uint64_t key, int64_t now_ns, int64_t work_ns) {
  if (rdo_worker_room_for(worker, key, now_ns) >= work_ns) return true;
  int64_t gap_ns = worker->next_release_ns - worker->last_release_ns;
  return gap_ns - RDO_HOLD_BACK_NS < work_ns && now_ns - worker->last_release_ns < gap_ns / 4;
}

#endif  // RDO_TASK_TIMED_H_
