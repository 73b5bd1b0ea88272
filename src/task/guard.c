// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The guard: a thread of the real-time class that raises workers whose release is near. A worker raises itself, and workers
// raise each other between two nodes; this is for when the kernel has switched all of them away, or they are in long tiles.
// It looks once a release and once a millisecond, a few microseconds each.
//
// SYNC(guard). Dozing, while nothing has a release: the guard sets `is_dozing`, then looks at the hints; a worker sets its hint, then
// looks at `is_dozing`. All seq_cst: either the guard sees the release or the worker wakes it.

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "machine/keep_off.h"
#include "task/urgent.h"
#include "task/worker.h"

enum {
  LOOK_NS = 1000000,  // at least so often: releases are told without a system call
  CALM_LOOKS = 50,    // without any release, before it dozes
};

struct rdo_guard {
  struct rdo_executor *executor;
  pthread_t thread;
  rdo_atomic_u32 call;        // SYNC(guard): futex word, grows with each reason to wake
  rdo_atomic_u32 is_dozing;   // SYNC(guard)
  rdo_atomic_u32 is_stopping;
  int64_t raised_for_ns[RDO_WORKERS_MAX];  // the release that it raised each worker for last
};

static bool has_release(const struct rdo_executor *executor) {
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    if (rdo_atomic_load(&executor->workers[i].release_hint_ns, rdo_seq_cst) != INT64_MAX) return true;  // SYNC(guard)
  }
  return false;
}

// Raises the workers whose release is near, each once.
//   returns  when one will have to be looked at; INT64_MAX = none has a release
static int64_t look(struct rdo_guard *guard, int64_t now_ns) {
  int64_t next_ns = INT64_MAX;
  for (uint32_t i = 0; i < guard->executor->worker_count; ++i) {
    struct rdo_worker *worker = &guard->executor->workers[i];
    int64_t release_ns = rdo_atomic_load(&worker->release_hint_ns, rdo_relaxed);  // relaxed: hint
    if (release_ns == INT64_MAX || release_ns == guard->raised_for_ns[i]) continue;
    if (release_ns - worker->guard_ns <= now_ns) {
      guard->raised_for_ns[i] = release_ns;
      rdo_urgent_raise_anew(worker);
    } else if (release_ns - worker->guard_ns < next_ns) {
      next_ns = release_ns - worker->guard_ns;
    }
  }
  return next_ns;
}

static void doze(struct rdo_guard *guard) {
  uint32_t heard = rdo_atomic_load(&guard->call, rdo_seq_cst);  // SYNC(guard): before looking
  rdo_atomic_store(&guard->is_dozing, 1, rdo_seq_cst);          // SYNC(guard)
  if (!has_release(guard->executor) && rdo_atomic_load(&guard->is_stopping, rdo_seq_cst) == 0) rdo_futex_wait(&guard->call, heard, INT64_MAX);  // SYNC(guard)
  rdo_atomic_store(&guard->is_dozing, 0, rdo_seq_cst);  // SYNC(guard)
}

static void *run_guard(void *user) {
  struct rdo_guard *guard = user;
  (void)rdo_keep_off_begin("rondo/guard");
  rdo_urgent_raise_guard();
  int calm_count = 0;
  while (rdo_atomic_load(&guard->is_stopping, rdo_seq_cst) == 0) {  // SYNC(guard)
    uint32_t heard = rdo_atomic_load(&guard->call, rdo_seq_cst);    // SYNC(guard)
    int64_t now_ns = rdo_clock_now_ns();
    int64_t next_ns = look(guard, now_ns);
    calm_count = has_release(guard->executor) ? 0 : calm_count + 1;
    if (calm_count == CALM_LOOKS) {
      doze(guard);
      calm_count = 0;
      continue;
    }
    if (next_ns > now_ns + LOOK_NS) next_ns = now_ns + LOOK_NS;
    if (rdo_atomic_load(&guard->is_stopping, rdo_seq_cst) == 0) rdo_futex_wait(&guard->call, heard, next_ns);  // SYNC(guard)
  }
  return NULL;
}

void rdo_guard_call(struct rdo_guard *guard) {
  if (guard == NULL || rdo_atomic_load(&guard->is_dozing, rdo_seq_cst) == 0) return;  // SYNC(guard): after the hint
  rdo_atomic_add(&guard->call, 1, rdo_seq_cst);                                       // SYNC(guard)
  rdo_futex_wake(&guard->call);
}

enum rondo_status rdo_guard_create(struct rdo_executor *executor, struct rdo_guard **out_guard, struct rondo_diag *diag) {
  struct rdo_guard *guard;
  *out_guard = NULL;
  RDO_TRY(rdo_alloc(sizeof *guard, &guard, diag));
  guard->executor = executor;
  rdo_atomic_init(&guard->call, 0);
  rdo_atomic_init(&guard->is_dozing, 0);
  rdo_atomic_init(&guard->is_stopping, 0);
  int error = pthread_create(&guard->thread, NULL, run_guard, guard);
  if (error == 0) {
    *out_guard = guard;
    return RONDO_OK;
  }
  rdo_free(guard);
  return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "cannot create the guard's thread: %s", strerror(error));
}

void rdo_guard_destroy(struct rdo_guard *guard) {
  if (guard == NULL) return;
  rdo_atomic_store(&guard->is_stopping, 1, rdo_seq_cst);  // SYNC(guard)
  rdo_atomic_add(&guard->call, 1, rdo_seq_cst);           // SYNC(guard)
  rdo_futex_wake(&guard->call);
  pthread_join(guard->thread, NULL);
  rdo_free(guard);
}
