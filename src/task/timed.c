// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/timed.h"

#include <sys/resource.h>

#include "base/object.h"
#include "task/urgent.h"
#include "task/worker.h"

enum { STOLEN_NS_MIN = 20000 };

void rdo_timed_post(struct rdo_worker *worker, struct rdo_timed *timed, int64_t release_ns) {
  timed->release_ns = release_ns;
  void *head = rdo_atomic_load(&worker->inbox, rdo_relaxed);  // relaxed: hint, the compare-exchange confirms it
  do {
    timed->next = head;
    // SYNC(wake) half A: work made visible; release for what the poster wrote.
  } while (!rdo_atomic_cas_weak(&worker->inbox, &head, timed, rdo_seq_cst, rdo_relaxed));  // relaxed: hint
  if (worker != rdo_worker_current()) (void)rdo_worker_wake(worker, 0);
}

static void update_next(struct rdo_worker *worker) {
  worker->next_release_ns = worker->timers.first == NULL ? INT64_MAX : worker->timers.first->deadline_ns;
  if (worker->timers.first != NULL) {
    const struct rdo_timed *next = RDO_CONTAINER(worker->timers.first, struct rdo_timed, timer);
    worker->next_release_key = next->key;
    worker->next_release_yield_ns = next->yield_ns;
  }
  worker->is_dense = worker->next_release_ns - worker->last_release_ns < RDO_URGENT_GAP_NS;
  // SYNC(guard): the hint, then whether the guard dozes. What nobody should raise the worker for, nobody needs to know.
  rdo_atomic_store(&worker->release_hint_ns, worker->is_dense ? INT64_MAX : worker->next_release_ns, rdo_seq_cst);
  rdo_guard_call(worker->executor->guard);
}

// Posts that came in any order get the order of their releases; equal ones that of posting.
static void take_inbox(struct rdo_worker *worker) {
  struct rdo_timed *newest = rdo_atomic_exchange(&worker->inbox, NULL, rdo_acq_rel), *oldest = NULL;  // SYNC(wake): acquires the posts
  while (newest != NULL) {
    struct rdo_timed *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  for (; oldest != NULL; oldest = oldest->next) {
    oldest->is_held = true;
    rdo_timer_heap_insert(&worker->timers, &oldest->timer, oldest->release_ns);
  }
  update_next(worker);
}

bool rdo_timed_cancel(struct rdo_worker *worker, struct rdo_timed *timed) {
  if (rdo_worker_is_called(worker)) take_inbox(worker);
  if (!timed->is_held) return false;
  timed->is_held = false;
  rdo_timer_heap_remove(&worker->timers, &timed->timer);
  update_next(worker);
  return true;
}

bool rdo_timed_run_due(struct rdo_worker *worker) {
  if (rdo_worker_is_called(worker)) take_inbox(worker);
  if (worker->next_release_ns == INT64_MAX || rdo_clock_now_ns() < worker->next_release_ns) {
    // What was released has been drained in between, as far as this worker had a part in it.
    if (worker->calm_count < 2) ++worker->calm_count;
    // What follows a release is often more of the same, so the class is kept for a moment: changing it takes microseconds.
    bool is_urgent = rdo_atomic_load(&worker->is_urgent, rdo_relaxed) != 0;  // relaxed: hint
    if (is_urgent && worker->calm_count == 2 && rdo_clock_now_ns() - worker->last_release_ns > RDO_URGENT_AFTER_NS) rdo_urgent_lower(worker);
    return false;
  }
  worker->calm_count = 0;
  struct rdo_timed *timed = RDO_CONTAINER(worker->timers.first, struct rdo_timed, timer);
  timed->is_held = false;
  worker->last_release_ns = worker->next_release_ns;
  rdo_timer_heap_remove(&worker->timers, &timed->timer);
  update_next(worker);
  // What did not fit before this release may fit before the next one.
  for (; worker->held_slots != 0; worker->held_slots &= worker->held_slots - 1) worker->seen[__builtin_ctz(worker->held_slots)] = UINT64_MAX;
  if (worker->owes_wake) rdo_worker_pay_wake(worker);
  if (worker->owed_slot != 0) rdo_worker_pay_slot(worker);
  timed->run(timed, worker);
  if (worker->is_dense) rdo_urgent_lower(worker);
  return true;
}

// A gap between two reads of the clock, in a loop that does nothing else: if the kernel did not switch to
// another thread, somebody below the kernel took the CPU.
static void note_gap(struct rdo_worker *worker, int64_t begin_ns, int64_t end_ns) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  int64_t switch_count = usage.ru_nivcsw + usage.ru_nvcsw;
  if (switch_count == worker->switch_count) {
    worker->stolen_begin_ns = begin_ns;
    worker->stolen_end_ns = end_ns;
    worker->stolen_ns += end_ns - begin_ns;
  }
  worker->switch_count = switch_count;
}

bool rdo_timed_spin(struct rdo_worker *worker) {
  int64_t release_ns = worker->next_release_ns, before_ns = rdo_clock_now_ns(), now_ns = before_ns;
  int64_t begin_ns = now_ns;
  rdo_urgent_raise_self(worker);
  struct rusage usage;
  if (release_ns - now_ns > STOLEN_NS_MIN) {  // else there is no time for a system call
    getrusage(RUSAGE_THREAD, &usage);
    worker->switch_count = usage.ru_nivcsw + usage.ru_nvcsw;
    before_ns = rdo_clock_now_ns();
  }
  bool is_called = false;
  while ((now_ns = is_called ? rdo_clock_now_ns() : rdo_clock_spin_ns(release_ns)) < release_ns && !is_called) {
    if (now_ns - before_ns > STOLEN_NS_MIN) {
      note_gap(worker, before_ns, now_ns);
      now_ns = rdo_clock_now_ns();
    }
    before_ns = now_ns;
    is_called = rdo_worker_has_work(worker);
  }
  if (now_ns - before_ns > STOLEN_NS_MIN) note_gap(worker, before_ns, now_ns);
  worker->spun_ns += now_ns - begin_ns;
  return !is_called;
}
