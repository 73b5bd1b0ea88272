// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/process.h"

#include "task/worker.h"

void rdo_process_init(struct rdo_process *process, const struct rdo_process_type *type, struct rdo_executor *executor, uint32_t budget) {
  process->type = type;
  process->executor = executor;
  process->edges = NULL;
  process->budget = budget;
  process->lane = 0;
  process->key = 0;
  rdo_atomic_init(&process->slot, 0);
  process->next = NULL;
  rdo_atomic_init(&process->state, 0);
  rdo_atomic_init(&process->suspend_count, 1);
  rdo_atomic_init(&process->status, RONDO_OK);
}

void rdo_process_add_dependent(struct rdo_process *process, struct rdo_process_edge *edge, struct rdo_process *dependent) {
  edge->dependent = dependent;
  edge->next = process->edges;
  process->edges = edge;
  rdo_process_suspend(dependent);
}

void rdo_process_place(struct rdo_process *process, uint32_t lane, uint64_t key) {
  process->lane = lane;
  process->key = key;
}

static bool is_for_slots(const struct rdo_process *process) { return process->budget > 1 || process->lane != 0; }

void rdo_process_suspend(struct rdo_process *process) {
  // relaxed: ordered by SYNC(schedule), the caller's own count keeps it above zero
  rdo_atomic_add(&process->suspend_count, 1, rdo_relaxed);
}

bool rdo_process_fail(struct rdo_process *process, enum rondo_status status) {
  uint32_t expected = RONDO_OK;
  // SYNC(schedule): first error wins; release, so that whoever reads it sees what led to it.
  return rdo_atomic_cas(&process->status, &expected, (uint32_t)status, rdo_acq_rel, rdo_acquire);
}

void rdo_process_resume(struct rdo_process *process) {
  // SYNC(schedule): acq_rel, so that what every resumer wrote happens before the first drain.
  if (rdo_atomic_sub(&process->suspend_count, 1, rdo_acq_rel) != 1) return;
  // One that failed while suspended has nothing left to share out.
  bool is_listed = !is_for_slots(process) || rdo_process_status(process) != RONDO_OK;
  uint32_t now = RDO_PROCESS_ACTIVE | (is_listed ? (uint32_t)RDO_PROCESS_REQUESTED : (uint32_t)RDO_PROCESS_OWNED);
  uint32_t before = rdo_atomic_or(&process->state, now, rdo_acq_rel);  // SYNC(schedule): was 0, or cancelled while suspended
  if ((before & RDO_PROCESS_TERMINAL) != 0) {
    // The last of the two releases: this thread, or the one that is completing it and finds ACTIVE afterwards.
    if ((before & RDO_PROCESS_OWNED) == 0) rdo_process_release(process);
  } else if (is_listed) {
    rdo_executor_push_immediate(process->executor, process);
  } else {
    rdo_executor_put(process->executor, process);
  }
}

void rdo_process_schedule(struct rdo_process *process) {
  // SYNC(schedule): always a read-modify-write. If it comes before the owner's, the owner sees what this
  // thread wrote; if after, the owner finds REQUESTED when it wants to go.
  uint32_t before = rdo_atomic_or(&process->state, RDO_PROCESS_REQUESTED, rdo_acq_rel);
  if (before == RDO_PROCESS_ACTIVE) rdo_executor_push_immediate(process->executor, process);
}

void rdo_process_announce(struct rdo_process *process, uint32_t count) {
  // relaxed: hint, drainers got it with the slot; in the overflow list there is nobody to tell
  rdo_executor_announce(process->executor, rdo_atomic_load(&process->slot, rdo_relaxed), count);
}

void rdo_process_finish(struct rdo_process *process) {
  // SYNC(schedule): from here on schedule and cancel leave it alone.
  rdo_atomic_or(&process->state, RDO_PROCESS_TERMINAL, rdo_acq_rel);
  enum rondo_status status = rdo_process_status(process);
  struct rdo_process_edge *edge = process->edges;
  if (process->type->complete != NULL) process->type->complete(process, status);
  while (edge != NULL) {
    // The edge may be gone as soon as its dependent runs.
    struct rdo_process_edge *next = edge->next;
    struct rdo_process *dependent = edge->dependent;
    if (status != RONDO_OK) (void)rdo_process_fail(dependent, status);
    rdo_process_resume(dependent);
    edge = next;
  }
}

// Drains a process that this thread owns until it is idle or complete; after `visits` drains with more to
// do it goes back to the list, behind the others.
static void run_owned(struct rdo_process *process, struct rdo_worker *worker, uint32_t visits) {
  for (;;) {
    enum rdo_drain_result result = RDO_DRAIN_DONE;
    if (worker != NULL && worker->owes_wake) rdo_worker_pay_wake(worker);
    if (rdo_process_status(process) == RONDO_OK) result = process->type->drain(process, worker);
    if (result == RDO_DRAIN_DONE) {
      rdo_process_finish(process);
      rdo_process_release(process);
      return;
    }
    if (result == RDO_DRAIN_MORE && --visits != 0) continue;
    uint32_t expected = RDO_PROCESS_ACTIVE | RDO_PROCESS_OWNED;
    if (result == RDO_DRAIN_IDLE) {
      // SYNC(schedule): release gives what the drain wrote to the next owner.
      if (rdo_atomic_cas(&process->state, &expected, RDO_PROCESS_ACTIVE, rdo_acq_rel, rdo_acquire)) return;
      if (--visits != 0) {
        // SYNC(schedule): somebody asked meanwhile; take that request before looking.
        rdo_atomic_and(&process->state, ~(uint32_t)RDO_PROCESS_REQUESTED, rdo_acq_rel);
        continue;
      }
    }
    // SYNC(schedule): from owned to listed in one step; REQUESTED may be set already.
    rdo_atomic_or(&process->state, RDO_PROCESS_REQUESTED, rdo_acq_rel);
    rdo_atomic_and(&process->state, ~(uint32_t)RDO_PROCESS_OWNED, rdo_acq_rel);
    rdo_executor_push_immediate(process->executor, process);
    return;
  }
}

enum { DRAINS_PER_VISIT = 8 };

void rdo_process_run_listed(struct rdo_process *process, struct rdo_worker *worker) {
  // SYNC(schedule): acquire what every scheduler wrote before it asked.
  rdo_atomic_add(&process->state, (uint32_t)RDO_PROCESS_OWNED - RDO_PROCESS_REQUESTED, rdo_acq_rel);
  run_owned(process, worker, DRAINS_PER_VISIT);
}

void rdo_process_start_idle(struct rdo_process *process) {
  rdo_atomic_store(&process->suspend_count, 0, rdo_relaxed);               // relaxed: nobody knows it yet
  rdo_atomic_store(&process->state, RDO_PROCESS_ACTIVE, rdo_release);  // SYNC(schedule)
}

void rdo_process_schedule_here(struct rdo_process *process, struct rdo_worker *worker) {
  // SYNC(schedule): as schedule; who finds it idle owns it.
  uint32_t before = rdo_atomic_or(&process->state, RDO_PROCESS_REQUESTED, rdo_acq_rel);
  if (before != RDO_PROCESS_ACTIVE) return;
  rdo_atomic_add(&process->state, (uint32_t)RDO_PROCESS_OWNED - RDO_PROCESS_REQUESTED, rdo_acq_rel);  // SYNC(schedule)
  run_owned(process, worker, UINT32_MAX);
}

void rdo_process_cancel(struct rdo_process *process) {
  uint32_t state = rdo_atomic_load(&process->state, rdo_acquire);  // SYNC(schedule)
  if ((state & RDO_PROCESS_TERMINAL) != 0) return;
  (void)rdo_process_fail(process, RONDO_CANCELLED);
  for (;;) {
    if ((state & RDO_PROCESS_TERMINAL) != 0) return;
    if (state == 0) {
      // Suspended: complete here. The last resume releases, unless it has come before this is done.
      uint32_t owned = RDO_PROCESS_TERMINAL | RDO_PROCESS_OWNED;
      if (!rdo_atomic_cas(&process->state, &state, owned, rdo_acq_rel, rdo_acquire)) continue;  // SYNC(schedule)
      rdo_process_finish(process);
      uint32_t before = rdo_atomic_and(&process->state, ~(uint32_t)RDO_PROCESS_OWNED, rdo_acq_rel);  // SYNC(schedule)
      if ((before & RDO_PROCESS_ACTIVE) != 0) rdo_process_release(process);
      return;
    }
    if (state == RDO_PROCESS_ACTIVE) {
      if (!rdo_atomic_cas(&process->state, &state, RDO_PROCESS_ACTIVE | RDO_PROCESS_OWNED, rdo_acq_rel, rdo_acquire)) continue;  // SYNC(schedule)
      rdo_process_finish(process);
      rdo_process_release(process);
      return;
    }
    // Listed or draining: the status is looked at before the next drain. In a slot: by the drainers.
    if (is_for_slots(process)) {
      // `slot` is a hint to those inside; this thread may see an older one. A cancel can afford to tell all.
      for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) rdo_executor_announce(process->executor, i, 0);
      rdo_executor_wake_lane(process->executor, process->lane, 1);
    } else {
      rdo_process_schedule(process);  // it may have become idle since the look at its state
    }
    return;
  }
}
