// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A process: the one unit of work. It has a drain function that does a bounded piece of work at a time, a
// suspend count that must reach zero before it runs, a budget of workers, dependents that its end resumes,
// and two callbacks: `complete` when the result is known, `release` when the last drainer has left.
//
// SYNC(schedule). One word says where a process stands; only read-modify-writes touch it, so each of them
// either sees what another one asked for or is seen by it.
//
//   0 → ACTIVE…                       the resume that ends the suspend count      any thread
//   ACTIVE → ACTIVE|REQUESTED         schedule; pushes it on the immediate list   any thread
//   …|REQUESTED → …|OWNED             taken from the list                         one worker
//   …|OWNED → …|OWNED|REQUESTED       schedule meanwhile: drained once more       any thread
//   …|OWNED → ACTIVE                  nothing more to do                          the owner
//   any → …|TERMINAL                  complete; never scheduled again             the owner, or cancel
//   0 → OWNED|TERMINAL → TERMINAL     cancelled while suspended, around complete  the canceller
//
// A process with a budget above 1, or on a lane, is OWNED by the compute slot it sits in, or by the overflow list.

#ifndef RDO_TASK_PROCESS_H_
#define RDO_TASK_PROCESS_H_

#include <stdbool.h>
#include <stddef.h>

#include "base/atomic.h"
#include "base/status.h"

struct rdo_executor;
struct rdo_process;
struct rdo_worker;

enum rdo_drain_result {
  RDO_DRAIN_IDLE,  // nothing to do now: a budget-1 process sleeps until it is scheduled
  RDO_DRAIN_MORE,  // did something, there may be more
  RDO_DRAIN_DONE,  // the process is complete; exactly one drain of its life returns this
};

struct rdo_process_type {
  const char *name;
  // Does a bounded piece of work. With a budget above 1 several workers are inside at once; each must end
  // soon after rdo_process_status is a failure, one of them with DONE.
  //   worker  who drains: index, local memory
  enum rdo_drain_result (*drain)(struct rdo_process *process, struct rdo_worker *worker);
  // Runs once, early: other drainers may still be inside. May signal, resume and schedule. NULL = nothing.
  void (*complete)(struct rdo_process *process, enum rondo_status status);
  // Runs once, late: nobody is inside and nobody refers to the process any more. May free it. NULL = nothing.
  void (*release)(struct rdo_process *process);
};

// A dependent of a process; storage is the caller's and stays until the process is complete.
struct rdo_process_edge {
  struct rdo_process *dependent;
  struct rdo_process_edge *next;
};

struct rdo_process {
  const struct rdo_process_type *type;  // const after init
  struct rdo_executor *executor;        // const after init
  struct rdo_process_edge *edges;       // const after the first resume
  uint32_t budget;                      // const after the first resume: workers that may drain at once, >= 1
  uint32_t lane;                        // likewise: 0 = it is not placed
  uint64_t key;                         // likewise: the smallest of a lane comes first
  rdo_atomic_u32 slot;                  // hint for announce: the compute slot it sits in; set before the slot opens
  struct rdo_process *next;             // owner: the list it is in
  rdo_atomic_u32 state;                 // SYNC(schedule)
  rdo_atomic_u32 suspend_count;         // SYNC(schedule)
  rdo_atomic_u32 status;                // SYNC(schedule): first failure
};

// A suspended process: suspend count 1. Storage is the caller's, until release.
void rdo_process_init(struct rdo_process *process, const struct rdo_process_type *type, struct rdo_executor *executor, uint32_t budget);

// Lets the end of `process` resume `dependent`, and its failure fail it. Raises the suspend count of
// `dependent`. Before the first resume of either.
void rdo_process_add_dependent(struct rdo_process *process, struct rdo_process_edge *edge, struct rdo_process *dependent);

// Lets only workers of a lane drain it, in the order of keys. Before the first resume. It goes to a slot, so its drain may end
// with MORE for the sake of others, but one that ends with IDLE is not drained again before it is announced.
//   lane  1 .. lane_count of the executor
void rdo_process_place(struct rdo_process *process, uint32_t lane, uint64_t key);

// Adds one to the suspend count of a process that is suspended.
void rdo_process_suspend(struct rdo_process *process);

// Takes one from the suspend count; at zero the process runs, handed to the workers by this very thread.
void rdo_process_resume(struct rdo_process *process);

// Asks for a drain of an active budget-1 process. Wait-free but for the push.
void rdo_process_schedule(struct rdo_process *process);

// Starts a budget-1 process that has nothing to do until it is scheduled. In place of the first resume.
void rdo_process_start_idle(struct rdo_process *process);

// The same as schedule, but drains on this thread, unless somebody is draining it.
//   worker  who this thread is; NULL = nobody, for processes whose drain does not care
void rdo_process_schedule_here(struct rdo_process *process, struct rdo_worker *worker);

// For the publisher inside a budget-n process that has new work for `count` more workers.
void rdo_process_announce(struct rdo_process *process, uint32_t count);

// Records a failure; the first one stays. The process still has to end by itself.
//   returns  whether it is this one
bool rdo_process_fail(struct rdo_process *process, enum rondo_status status);

// Ends a process early with CANCELLED: at once, on this thread, when it is suspended or idle; else as soon
// as its drainers see it. Nothing happens to a complete one. The caller sees to it that the process is not
// released meanwhile, as with schedule.
void rdo_process_cancel(struct rdo_process *process);

static inline enum rondo_status rdo_process_status(const struct rdo_process *process) {
  // SYNC(schedule): pairs with the compare-exchange in fail.
  return (enum rondo_status)rdo_atomic_load(&process->status, rdo_acquire);
}

// For the executor -------------------------------------------------------------------------------

enum {
  RDO_PROCESS_ACTIVE = 1,
  RDO_PROCESS_REQUESTED = 2,
  RDO_PROCESS_OWNED = 4,
  RDO_PROCESS_TERMINAL = 8,
};

// Drains a process taken from the immediate list.
void rdo_process_run_listed(struct rdo_process *process, struct rdo_worker *worker);

// Ends a process whose drain returned DONE: complete, then dependents. Release is the caller's next step.
void rdo_process_finish(struct rdo_process *process);

static inline void rdo_process_release(struct rdo_process *process) {
  if (process->type->release != NULL) process->type->release(process);
}

#endif  // RDO_TASK_PROCESS_H_
