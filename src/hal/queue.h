// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A queue: takes operations, keeps those whose wait is not over, and sees that each is done once, signals
// its fence, and lets go of what it named. Order comes from fences alone.
//
//   submission  WAITING → READY → RUNNING → free     ended waits, the control process, release
//
// A queue without an executor is synchronous: an operation whose wait is over is done inside submit, others
// on the thread that ends the wait, one after the other, never nested.
//
// SYNC(pending): when an operation runs. SYNC(submission): how its memory is reused. SYNC(closing): how the
// queue ends. See queue.c and docs/sync.md.

#ifndef RDO_HAL_QUEUE_H_
#define RDO_HAL_QUEUE_H_

#include "hal/execution.h"
#include "hal/operation.h"
#include "task/timed.h"

struct rdo_submission;

// Who says when and on which worker an execution runs whose wait is over; without one it runs at once.
struct rdo_queue_scheduler {
  // Keeps the submission until rdo_submission_post or rdo_submission_cancel. On the thread that made it
  // ready, which may be any.
  void (*ready)(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission);
  // What was posted starts now: on the worker that it was posted to, or, where it gives way, on one of its lane.
  void (*starting)(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission, struct rdo_worker *worker);
  // Its last kernel has ended; its fence is signalled next.
  void (*ended)(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission);
};

// Which workers run a queue's executions, and in which order: as in rdo_process_place. Zeros: all, in turn.
struct rdo_queue_place {
  uint32_t lane;       // of a played executor
  uint32_t width_max;  // workers at once; 0 = any number
  uint64_t key;
  bool gives_way;      // something with a smaller key may come up: what was posted does not run alone, but in a slot
};

enum { RDO_SUBMISSION_CHUNK_COUNT = 24, RDO_SUBMISSION_CHUNK_FIRST = 16 };  // each chunk is twice the one before

struct rdo_queue {
  // const after init
  struct rdo_executor *executor;  // borrowed; NULL = synchronous
  bool is_null;
  uint32_t index;
  struct rdo_object *owner;       // retained by every submission in flight
  struct rdo_queue_scheduler *scheduler;  // borrowed, NULL = none; set before the first submission
  struct rdo_queue_place place;   // set while nothing is submitted
  // shared
  struct rdo_process control;     // budget 1: takes ready operations in turn
  rdo_atomic_ptr ready;           // SYNC(pending): newest first
  rdo_atomic_u32 active_count;    // SYNC(closing): submissions that are READY or RUNNING
  rdo_atomic_u32 is_closing;      // SYNC(closing)
  rdo_atomic_u64 frontier;        // see rdo_queue_frontier; counter
  // Those that have executed, and so have room for it, and the others: whatever comes and goes around executions does not spread their arrays.
  rdo_atomic_u64 free_lists[2];   // SYNC(submission): {tag 32, index + 1}, by `executes`
  rdo_atomic_u32 submission_count;                            // made so far
  rdo_atomic_ptr chunks[RDO_SUBMISSION_CHUNK_COUNT];          // SYNC(submission)
  pthread_mutex_t lock;           // leaf lock: making a chunk; the words of a failure
  pthread_mutex_t late_lock;      // leaf lock: performing an execution while the queue is closing: its processor id is one for all
  struct rondo_diag failure;      // lock: lock: of the last operation that failed
};

// Initialises a queue. `owner` is the object it is part of.
void rdo_queue_init(struct rdo_queue *queue, uint32_t index, struct rdo_executor *executor, bool is_null, struct rdo_object *owner);

// Fails, as CANCELLED, the signals of all operations that wait, and waits until none is running; from then on
// no operation needs its executor. What still waits ends when its fence does.
void rdo_queue_close(struct rdo_queue *queue);
// Ends a queue that has no submission in flight.
void rdo_queue_deinit(struct rdo_queue *queue);

// Frees what submissions that are not in use keep for the next operation.
void rdo_queue_trim(struct rdo_queue *queue);

// Fails the signals of operations that wait; others are left alone.
void rdo_queue_cancel(struct rdo_queue *queue);

// Submits an operation.
//   may_hold  the calling thread promises to call rdo_queue_wait or rdo_queue_flush soon
//   returns   OK: it has run, or will; its failure goes to the signal fence (and, when there is none and it
//             ran at once, comes back from here). RESOURCE_EXHAUSTED: it could not be kept.
enum rondo_status rdo_queue_submit(struct rdo_queue *queue, const struct rdo_operation *operation, bool may_hold, struct rondo_diag *diag);

// Runs what the scheduler kept on `worker`, of the queue's executor, at `release_ns` or as soon as possible after
// it. Bindings are resolved then. What one worker is enough for runs on it at once; the rest goes to a slot. From any
// thread. RT safe.
void rdo_submission_post(struct rdo_submission *submission, struct rdo_worker *worker, int64_t release_ns);

// Runs what the scheduler kept, each dispatch where and when the placer says, as soon as it is ready. Bindings are resolved now. From
// any thread.
//   placer   borrowed, until rdo_submission_end_placed; a list of recordings cannot be placed
//   returns  whether its last dispatch has ended, or could not begin: it is the caller's to signal, as it would be that drainer's, and
//            the placer is told of nothing any more
bool rdo_submission_place(struct rdo_submission *submission, const struct rdo_execution_placer *placer);

// The last dispatch has ended: signals, success or the first failure. Then, when no process of the placer's is inside any more,
// nor a call of rdo_submission_place: lets go of it.
void rdo_submission_signal_placed(struct rdo_submission *submission);
void rdo_submission_end_placed(struct rdo_submission *submission);

// Of what the scheduler kept: its recording, NULL if it is not one.
const struct rdo_recording *rdo_submission_recording(const struct rdo_submission *submission);

// Takes back what was posted to the calling worker.
//   returns  false: it has started
bool rdo_submission_take_back(struct rdo_submission *submission, struct rdo_worker *worker);

// Ends what the scheduler kept with CANCELLED.
void rdo_submission_cancel(struct rdo_submission *submission);

// Hands what the calling thread holds to the workers.
void rdo_queue_flush(void);

// Waits for a fence, draining what the calling thread holds and whatever signals the fence.
//   returns  as rdo_fence_wait
enum rondo_status rdo_queue_wait(struct rdo_queue *queue, const struct rdo_fence *fence, int64_t deadline_ns);

// How far a queue has come: the number of operations that have ended, in whatever order they did, and
// RDO_FRONTIER_FAILED once one of them has failed.
//   - What submit took is counted once, when it ends: done, failed, or not run because its wait failed or it was
//     cancelled. (The signal of one that is cancelled fails at once; it is counted when its wait is over.) A list
//     of recordings is one operation. What submit refused is not counted.
//   - It is counted before its signal: who knows that an operation is over finds it counted.
//   - A failure sets the bit before it is counted, and the bit stays. So a count that includes a failure never
//     looks like one of successes, and none after it does.
// It orders nothing else: whoever needs what an operation wrote waits for its signal.
//   thread  any       phase  rt
#define RDO_FRONTIER_FAILED (UINT64_C(1) << 63)
static inline uint64_t rdo_queue_frontier(const struct rdo_queue *queue) {
  return rdo_atomic_load(&queue->frontier, rdo_relaxed);  // relaxed: counter, see above
}

// Writes how many operations have ended, and how many wait or run: for diagnosis, from any thread at any time until
// deinit.
void rdo_queue_dump(const struct rdo_queue *queue, FILE *file);

// Adds the words of the queue's last failure to `diag` if it was `status`.
void rdo_queue_explain(struct rdo_queue *queue, enum rondo_status status, struct rondo_diag *diag);

#endif  // RDO_HAL_QUEUE_H_
