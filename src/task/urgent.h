// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Keeping the kernel from running somebody else when a release is near. A worker is an ordinary thread while it
// does bulk work and of the real-time class SCHED_FIFO from shortly before a release until what was released has
// been done: a few per cent of the time, so the kernel's throttling of real-time threads never bites.
//
// A worker that the kernel has switched away cannot raise itself. So workers look after each other: between
// two nodes each looks whether another one has a release at hand and is not urgent yet, and raises it. A thread
// of the real-time class, the guard, looks as well: all workers may be away at once, or in long tiles.
//
// SYNC(urgent). `is_urgent` is set before the class is raised, by the worker or by another one, whoever is first; only the
// worker clears it, before lowering its class: the kernel may switch away from an ordinary thread at once, and who found it set
// would not raise it again. A raise that comes late leaves an ordinary worker in the real-time class until the end of its
// next release. One that comes between the two leaves it ordinary and marked; so the guard raises once for each release, marked or not.

#ifndef RDO_TASK_URGENT_H_
#define RDO_TASK_URGENT_H_

#include "task/executor.h"

enum {
  RDO_URGENT_NS = 120000,  // before its release a worker raises itself
  RDO_URGENT_AFTER_NS = 50000,  // after its release it lowers itself, if it does not rest before
  RDO_GUARD_NS = 60000,    // before its release others raise it, if it has not
  RDO_GUARD_SLEEP_NS = 250000,  // the same for the guard's thread, which may wake up late; at the least
  RDO_GUARD_AHEAD_NS = 50000,   // and so long before the worker's own sleep is to end
  RDO_LOWER_NS = 20000,    // more than lowering takes
  // Releases that follow closer, or closer than two and a half margins, are left to ordinary threads: the kernel stops real-time threads
  // that take nearly all of a second. With what a worker spins before a release, it is urgent half of the time at most.
  RDO_URGENT_GAP_NS = 500000,
};

// Whether threads made by the calling one are ordinary, and the kernel lets them be real-time threads.
bool rdo_urgent_is_allowed(void);

enum { RDO_URGENT_LONGEST_NS = 1000000 };  // from a release on: whatever it started, the rest is work as any other

// RT safe: one system call, if it changes anything.
void rdo_urgent_raise(struct rdo_worker *worker);
void rdo_urgent_lower(struct rdo_worker *worker);

// Whether the guard may have raised the worker for its next release already.
static inline bool rdo_urgent_is_near(const struct rdo_worker *worker, int64_t now_ns) {
  return !worker->is_dense && worker->next_release_ns != INT64_MAX && worker->next_release_ns - now_ns < worker->guard_ns + RDO_LOWER_NS;
}

// Lowers the worker once its last release is long ago. For whoever works on for a while without coming back to it.
static inline void rdo_urgent_settle(struct rdo_worker *worker, int64_t now_ns) {
  bool is_urgent = rdo_atomic_load(&worker->is_urgent, rdo_relaxed) != 0;  // relaxed: hint
  if (!is_urgent || now_ns - worker->last_release_ns <= RDO_URGENT_LONGEST_NS) return;
  if (!rdo_urgent_is_near(worker, now_ns)) rdo_urgent_lower(worker);
}

// The same for the worker itself, unless its releases are too close to each other.
static inline void rdo_urgent_raise_self(struct rdo_worker *worker) {
  if (!worker->is_dense) rdo_urgent_raise(worker);
}

// For the guard: raises a worker of whose release it is time, whatever is known of its class.
void rdo_urgent_raise_anew(struct rdo_worker *worker);

// For a worker: raises those others that should be urgent and are not.
void rdo_urgent_guard(const struct rdo_worker *worker, int64_t now_ns);

// The calling thread, which is the guard's (guard.c).
void rdo_urgent_raise_guard(void);

#endif  // RDO_TASK_URGENT_H_
