// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A submission: an operation in flight, with what it names held and what it borrows copied, and the pool that a queue's
// submissions come from. For the queue alone.
//
// SYNC(submission). Free submissions form a stack by index; the head carries a tag that grows with every
// change, so that an index that left and came back is not taken for the same head. A submission's memory
// stays where it is until the queue ends, so a loser's read of `next_free` is stale but harmless.

#ifndef RDO_HAL_SUBMISSION_H_
#define RDO_HAL_SUBMISSION_H_

#include "async/watch.h"
#include "hal/queue.h"

// WAITING and TRANSFERRING can be cancelled. HELD: for the few steps that cancelling takes, or beginning a
// transfer; who wants to change the state waits for the one before to come back.
enum rdo_submission_state { RDO_SUBMISSION_FREE, RDO_SUBMISSION_WAITING, RDO_SUBMISSION_TRANSFERRING, RDO_SUBMISSION_HELD, RDO_SUBMISSION_READY };

// Whether the queue's scheduler has been told that what was posted starts.
enum rdo_submission_start { RDO_START_UNTOLD, RDO_START_TELLING, RDO_START_TOLD };

// What a DISPATCH needs until it is over.
struct rdo_kept_dispatch {
  struct rdo_dispatch copy;              // constants stand in the submission's data, bindings in its bindings
  struct rdo_buffer_ref workgroup_ref;
  struct rdo_one_dispatch one;
};

struct rdo_submission {
  struct rdo_process process;    // compute: drains `execution`
  struct rdo_queue *queue;       // const
  uint32_t index;                // const
  rdo_atomic_u32 next_free;      // SYNC(submission)
  rdo_atomic_u32 state;          // enum rdo_submission_state; SYNC(pending), and cancel
  rdo_atomic_u32 failure;        // SYNC(pending): of the wait, or CANCELLED
  struct rdo_fence_watch watch;  // of the wait
  struct rdo_timed timed;        // of a scheduled execution
  bool is_scheduled;             // owner: the queue's scheduler has had it
  rdo_atomic_u32 start;          // enum rdo_submission_start; SYNC(start)
  struct rdo_file_transfer transfer;  // READ, WRITE
  struct rdo_submission *next;   // owner: ready list
  bool executes;                 // owner: it has executed last
  bool is_late;                  // owner: became active when the queue was closing; not in active_count
  const struct rdo_worker *launched_by;  // the donor that made it run, hint
  struct rdo_operation operation;        // with holds on what it names; `wait` is NULL
  struct rdo_buffer_ref *bindings;       // owned, kept for the next operation, as the following ones
  struct rdo_timepoint *timepoints;
  uint8_t *data;
  size_t binding_capacity, timepoint_capacity, data_capacity;
  struct rdo_execution execution;
  // What only lists and dispatches look at, off the lines of the others.
  struct rdo_execution_item *items;
  size_t item_capacity;
  uint32_t item_index;                   // owner: EXECUTE_LIST: of the recording that `execution` is about
  struct rdo_kept_dispatch *dispatch;        // owned, kept; NULL before the first DISPATCH
};

// A submission with a copy of the operation and holds on what it names, and on the queue's owner.
enum rondo_status rdo_submission_acquire(struct rdo_queue *queue, const struct rdo_operation *o, struct rdo_submission **out, struct rondo_diag *diag);

// To the pool and from it; NULL: none is free.
void rdo_submission_push_free(struct rdo_queue *queue, struct rdo_submission *submission);
//   executes  whether it is wanted for an execution
struct rdo_submission *rdo_submission_pop_free(struct rdo_queue *queue, bool executes);

// Number `index` of those that were ever made.
struct rdo_submission *rdo_submission_at(const struct rdo_queue *queue, uint32_t index);

// Frees what it keeps for the next operation.
void rdo_submission_free_kept(struct rdo_submission *submission);

#endif  // RDO_HAL_SUBMISSION_H_
