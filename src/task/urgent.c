// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/urgent.h"

#include <sched.h>

#include "base/clock.h"

enum { FIFO_PRIORITY = 1 };  // the lowest: above every ordinary thread, below everybody who means it

bool rdo_urgent_is_allowed(void) {
  const struct sched_param fifo = {.sched_priority = FIFO_PRIORITY};
  struct sched_param before;
  // Workers have the class of whoever makes them, and get it back after a release: only ordinary ones are raised.
  if (sched_getscheduler(0) != SCHED_OTHER || sched_getparam(0, &before) != 0) return false;
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo) != 0) return false;
  return sched_setscheduler(0, SCHED_OTHER, &before) == 0;
}

static void raise(struct rdo_worker *worker) {
  const struct sched_param fifo = {.sched_priority = FIFO_PRIORITY};
  (void)sched_setscheduler(worker->thread_id, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo);
  rdo_atomic_store(&worker->raised_ns, rdo_clock_now_ns(), rdo_relaxed);  // relaxed: hint
}

void rdo_urgent_raise(struct rdo_worker *worker) {
  uint32_t expected = 0;
  if (!worker->executor->is_urgent_allowed || !rdo_atomic_cas(&worker->is_urgent, &expected, 1, rdo_acq_rel, rdo_relaxed)) return;  // SYNC(urgent); relaxed: hint
  raise(worker);
}

void rdo_urgent_lower(struct rdo_worker *worker) {
  const struct sched_param other = {.sched_priority = 0};
  if (rdo_atomic_load(&worker->is_urgent, rdo_relaxed) == 0) return;  // relaxed: hint
  rdo_atomic_store(&worker->is_urgent, 0, rdo_release);  // SYNC(urgent): before, or whoever looks while it is switched away is deceived
  (void)sched_setscheduler(worker->thread_id, SCHED_OTHER, &other);
}

void rdo_urgent_raise_guard(void) {
  const struct sched_param fifo = {.sched_priority = FIFO_PRIORITY};
  (void)sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo);
}

void rdo_urgent_raise_anew(struct rdo_worker *worker) {
  if (!worker->executor->is_urgent_allowed) return;
  rdo_atomic_store(&worker->is_urgent, 1, rdo_release);  // SYNC(urgent)
  raise(worker);
}

void rdo_urgent_guard(const struct rdo_worker *worker, int64_t now_ns) {
  const struct rdo_executor *executor = worker->executor;
  for (uint32_t i = 0; i < executor->worker_count && executor->is_urgent_allowed; ++i) {
    struct rdo_worker *other = &executor->workers[i];
    // relaxed: hint, both
    int64_t release_ns = rdo_atomic_load(&other->release_hint_ns, rdo_relaxed);
    if (other == worker || release_ns == INT64_MAX || rdo_atomic_load(&other->is_urgent, rdo_relaxed) != 0) continue;  // relaxed: hint
    if (release_ns - RDO_GUARD_NS <= now_ns) rdo_urgent_raise(other);
  }
}
