// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/timed.h"

#include <sys/resource.h>

#include "base/object.h"
#include "task/urgent.h"
#include "task/worker.h"

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
  worker->is_dense = worker->next_release_ns - worker->last_release_ns < worker->urgent_gap_ns;
  // SYNC(guard): the hint, then whether the guard dozes. What nobody should raise the worker for, nobody needs to know.
  rdo_atomic_store(&worker->release_hint_ns, worker->is_dense ? INT64_MAX : worker->next_release_ns, rdo_seq_cst);
  rdo_guard_call(worker->executor->guard);
}

// The last of what is spun before a release is spun as a worker that is not at rest and looks for nothing else: leaving its rest takes longer
// than a look at the clock.
enum { LAST_SPIN_NS = 3000 };

// What takes the CPU from a thread that does not wait for anything, as far as the kernel knows of it: another thread, or a page from a file.
static int64_t count_interruptions(void) {
  struct rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw + usage.ru_majflt;
}

void rdo_worker_begin_stretch(struct rdo_worker *worker) { worker->interruption_count = count_interruptions(); }

void rdo_worker_note_gap(struct rdo_worker *worker, int64_t begin_ns, int64_t end_ns) {
  int64_t count = count_interruptions();
  if (count == worker->interruption_count) {
    worker->stolen_begin_ns = begin_ns;
    worker->stolen_end_ns = end_ns;
    worker->stolen_ns += end_ns - begin_ns;
  }
  worker->interruption_count = count;
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

void rdo_timed_run_process(struct rdo_process *process, struct rdo_worker *worker) {
  bool has_room = rdo_worker_room_ns(worker) > RDO_LISTED_ROOM_NS;
  worker->calm_count = 1;  // what the process does is not what was released
  if (has_room) rdo_process_schedule_here(process, worker);
  else rdo_process_schedule(process);
}

// Nothing is due: what was released has been drained in between, as far as this worker had a part in it.
static void calm_down(struct rdo_worker *worker) {
  if (worker->calm_count < 2) ++worker->calm_count;
  if (rdo_atomic_load(&worker->is_urgent, rdo_relaxed) == 0 || worker->calm_count < 2) return;  // relaxed: hint
  // What follows a release is often more of the same, so the class is kept for a moment: changing it takes microseconds.
  // Who was raised for the next release stays so: nobody looks again.
  int64_t now_ns = rdo_clock_now_ns();
  if (now_ns - worker->last_release_ns > RDO_URGENT_AFTER_NS && !rdo_urgent_is_near(worker, now_ns)) rdo_urgent_lower(worker);
}

// Whether the next release has come, or is so near that it is waited for here.
static bool is_due(struct rdo_worker *worker) {
  int64_t before_ns = worker->looked_ns, release_ns = worker->next_release_ns;
  worker->looked_ns = 0;
  if (release_ns == INT64_MAX) return false;
  int64_t now_ns = rdo_clock_now_ns();
  if (now_ns < release_ns - LAST_SPIN_NS) {
    worker->looked_ns = now_ns;
    return false;
  }
  for (;; now_ns = rdo_clock_spin_ns(release_ns)) {
    if (before_ns != 0) rdo_worker_note_stretch(worker, before_ns, now_ns, 0);
    before_ns = now_ns;
    if (now_ns >= release_ns) return true;
  }
}

bool rdo_timed_run_due(struct rdo_worker *worker) {
  if (rdo_worker_is_called(worker)) take_inbox(worker);
  if (!is_due(worker)) {
    calm_down(worker);
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
  else rdo_worker_begin_stretch(worker);
  return true;
}

bool rdo_timed_spin(struct rdo_worker *worker) {
  int64_t release_ns = worker->next_release_ns - LAST_SPIN_NS, before_ns = rdo_clock_now_ns(), now_ns = before_ns;
  int64_t begin_ns = now_ns;
  rdo_urgent_raise_self(worker);
  if (release_ns - now_ns > RDO_STOLEN_NS_MIN) {  // else there is no time for a system call
    rdo_worker_begin_stretch(worker);
    before_ns = rdo_clock_now_ns();
  }
  bool is_called = false;
  while ((now_ns = is_called ? rdo_clock_now_ns() : rdo_clock_spin_ns(release_ns)) < release_ns && !is_called) {
    if (now_ns - before_ns > RDO_STOLEN_NS_MIN) {
      rdo_worker_note_gap(worker, before_ns, now_ns);
      now_ns = rdo_clock_now_ns();
    }
    before_ns = now_ns;
    is_called = rdo_worker_has_work(worker);
  }
  rdo_worker_note_stretch(worker, before_ns, now_ns, 0);
  int64_t spun_ns = rdo_atomic_load(&worker->spun_ns, rdo_relaxed) + now_ns - begin_ns;  // relaxed: counter, only this thread writes it
  rdo_atomic_store(&worker->spun_ns, spun_ns, rdo_relaxed);                              // relaxed: counter
  return !is_called;
}
