// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(pending). When the watch of its wait fence ends, a submission goes to the ready list and the control
// process is scheduled.
//
// SYNC(closing). Making a submission active: count, then look at is_closing. Closing: set is_closing, then
// look at the count. All seq_cst: either the closer waits for the submission, or the submission runs on its
// own thread and leaves the executor alone.

#include "hal/queue.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/futex.h"
#include "hal/submission.h"

// What the calling thread holds or has captured.
static _Thread_local struct {
  struct rdo_submission *held;       // submitted, given to nobody yet
  struct rdo_queue *donates_to;      // this thread is inside rdo_queue_wait with a seat
  struct rdo_worker *seat;
  struct rdo_submission *captured;   // became ready through this thread's donation, to be run alone, next
  const struct rdo_fence *awaited;
  struct late_frame *late;           // closing queues whose operations this thread runs, innermost first
} here;

struct late_frame {
  struct rdo_queue *queue;
  struct late_frame *outer;
  bool has_more;
};

// SYNC(closing): the closer may go on as soon as it sees 0; the caller holds the owner, and so the executor's
// memory. Without workers the closer is a donor and sleeps on the bell.
static void end_active(struct rdo_queue *queue) {
  if (rdo_atomic_sub(&queue->active_count, 1, rdo_seq_cst) != 1 || rdo_atomic_load(&queue->is_closing, rdo_seq_cst) == 0) return;
  rdo_futex_wake_all(&queue->active_count);
  if (queue->executor != NULL && queue->executor->worker_count == 0) rdo_executor_ring_bell(queue->executor);
}

// Lets go of what a complete submission names and makes its memory free.
static void return_submission(struct rdo_submission *submission) {
  struct rdo_queue *queue = submission->queue;
  struct rdo_object *owner = queue->owner;
  bool is_late = submission->is_late;
  rdo_operation_release(&submission->operation);
  rdo_atomic_store(&submission->state, RDO_SUBMISSION_FREE, rdo_release);  // SYNC(pending): cancel leaves it alone
  rdo_submission_push_free(queue, submission);
  if (!is_late) end_active(queue);
  rdo_object_release(owner);
}

// Ends -------------------------------------------------------------------------------------------

// Before the operation is counted: both are changes of one word, so nobody sees the second without the first.
static void note_failure(struct rdo_queue *queue, enum rondo_status status, const struct rondo_diag *diag) {
  rdo_atomic_or(&queue->frontier, RDO_FRONTIER_FAILED, rdo_relaxed);  // relaxed: counter
  if (diag == NULL || diag->message[0] == 0) return;
  pthread_mutex_lock(&queue->lock);
  queue->failure = *diag;
  queue->failure.status = status;
  pthread_mutex_unlock(&queue->lock);
}

void rdo_queue_dump(const struct rdo_queue *queue, FILE *file) {
  uint32_t counts[RDO_SUBMISSION_READY + 1] = {0};
  uint64_t frontier = rdo_queue_frontier(queue);
  uint32_t count = rdo_atomic_load(&queue->submission_count, rdo_acquire);  // SYNC(submission)
  for (uint32_t i = 0; i < count; ++i) ++counts[rdo_atomic_load(&rdo_submission_at(queue, i)->state, rdo_relaxed)];  // relaxed: hint
  fprintf(file, "queue %u: %llu operations have ended%s; %u wait for fences, %u move bytes of files, %u are ready or run\n", queue->index,
          (unsigned long long)(frontier & ~RDO_FRONTIER_FAILED), (frontier & RDO_FRONTIER_FAILED) != 0 ? ", some have failed" : "", counts[RDO_SUBMISSION_WAITING],
          counts[RDO_SUBMISSION_TRANSFERRING], counts[RDO_SUBMISSION_READY]);
}

void rdo_queue_explain(struct rdo_queue *queue, enum rondo_status status, struct rondo_diag *diag) {
  pthread_mutex_lock(&queue->lock);
  if (queue->failure.status == status && queue->failure.message[0] != 0) rdo_annotate(diag, "%s", queue->failure.message);
  pthread_mutex_unlock(&queue->lock);
}

// Tells whoever waits, as early as possible.
static void signal_end(struct rdo_submission *submission, enum rondo_status status, const struct rondo_diag *diag) {
  struct rdo_queue *queue = submission->queue;
  rdo_event_emit(RDO_EVENT_COMPLETE, submission->execution.event_id, status, 0);
  if (submission->is_scheduled) queue->scheduler->ended(queue->scheduler, submission);
  if (status != RONDO_OK) note_failure(queue, status, diag);
  rdo_atomic_add(&queue->frontier, 1, rdo_relaxed);  // relaxed: counter
  if (status == RONDO_OK) {
    rdo_fence_signal(submission->operation.signal);
  } else {
    rdo_fence_fail(submission->operation.signal, status);
  }
}

static void finish(struct rdo_submission *submission, enum rondo_status status, const struct rondo_diag *diag) {
  signal_end(submission, status, diag);
  return_submission(submission);
}

// Compute processes ------------------------------------------------------------------------------

static struct rdo_submission *submission_of(struct rdo_process *process) { return RDO_CONTAINER(process, struct rdo_submission, process); }

static bool has_next_item(const struct rdo_submission *submission) {
  const struct rdo_operation *o = &submission->operation;
  return o->kind == RDO_OPERATION_EXECUTE_LIST && submission->item_index + 1 < o->list.count;
}

static void go_on(struct rdo_submission *submission, enum rondo_status status);

static enum rdo_drain_result drain_alone(struct rdo_process *process, struct rdo_worker *worker) {
  struct rdo_execution *execution = &submission_of(process)->execution;
  const struct rdo_scratch scratch = {worker, worker->index, execution->event_id};
  enum rondo_status status = rdo_execution_replay(execution, &scratch, &execution->diag);
  if (status != RONDO_OK) (void)rdo_process_fail(process, status);
  return RDO_DRAIN_DONE;
}

static enum rdo_drain_result drain_together(struct rdo_process *process, struct rdo_worker *worker) {
  return rdo_execution_drain(&submission_of(process)->execution, worker);
}

static void tell_start(struct rdo_submission *submission, struct rdo_worker *worker) {
  submission->queue->scheduler->starting(submission->queue->scheduler, submission, worker);
}

// What was posted and gives way starts when the first worker comes to it. SYNC(start): that one tells, which may write what kernels read; others that
// come meanwhile go away, and are told afterwards that there is work.
static bool has_started(struct rdo_submission *submission, struct rdo_worker *worker) {
  uint32_t start = rdo_atomic_load(&submission->start, rdo_acquire);  // SYNC(start): acquires what the teller wrote
  if (start == RDO_START_TOLD) return true;
  if (start != RDO_START_UNTOLD || !rdo_atomic_cas(&submission->start, &start, RDO_START_TELLING, rdo_acq_rel, rdo_acquire)) return false;  // SYNC(start)
  tell_start(submission, worker);
  rdo_atomic_store(&submission->start, RDO_START_TOLD, rdo_release);  // SYNC(start): before telling the others
  if (submission->process.budget > 1) rdo_process_announce(&submission->process, submission->process.budget - 1);
  return true;
}

static enum rdo_drain_result drain_posted(struct rdo_process *process, struct rdo_worker *worker) {
  struct rdo_submission *submission = submission_of(process);
  return has_started(submission, worker) ? rdo_execution_drain(&submission->execution, worker) : RDO_DRAIN_IDLE;
}

// As early as possible; the state of the execution is still in use.
static void complete_compute(struct rdo_process *process, enum rondo_status status) {
  struct rdo_submission *submission = submission_of(process);
  if (status == RONDO_OK && has_next_item(submission)) return;
  if (status != RONDO_OK) rdo_operation_name_item(&submission->operation, submission->item_index, &submission->execution.diag);
  signal_end(submission, status, &submission->execution.diag);
}

// SYNC(slot): the last drainer has left, so process and execution are free for the next recording.
static void release_compute(struct rdo_process *process) {
  struct rdo_submission *submission = submission_of(process);
  if (rdo_process_status(process) == RONDO_OK && has_next_item(submission)) {
    go_on(submission, RONDO_OK);
  } else {
    return_submission(submission);
  }
}

static const struct rdo_process_type alone_type = {"recording", drain_alone, complete_compute, release_compute};
static const struct rdo_process_type together_type = {"recording", drain_together, complete_compute, release_compute};
static const struct rdo_process_type posted_type = {"recording", drain_posted, complete_compute, release_compute};

static void run_alone(struct rdo_submission *submission, struct rdo_worker *worker) {
  struct rdo_execution *execution = &submission->execution;
  const struct rdo_scratch scratch = {worker, worker->index, execution->event_id};
  go_on(submission, rdo_execution_replay(execution, &scratch, &execution->diag));
}

// Every so often an execution is timed, so that later ones know how many workers a node is worth.
enum { SAMPLE_INTERVAL = 16 };

// Gives an execution to its workers.
//   returns  DEFERRED, and this thread has nothing to do with it any more; else it is over
static enum rondo_status share(struct rdo_submission *submission) {
  struct rdo_execution *execution = &submission->execution;
  if (submission->process.type != &alone_type) {
    execution->is_sampled = rdo_queue_frontier(submission->queue) % SAMPLE_INTERVAL < 2;
    if (!rdo_execution_begin(execution, &submission->process)) return rdo_process_status(&submission->process);
  }
  rdo_process_resume(&submission->process);
  return RONDO_DEFERRED;
}

static void hand_over(struct rdo_submission *submission) { go_on(submission, share(submission)); }

// Resolves what a submission executes now.
//   out_recording  NULL: nothing
static enum rondo_status bind_item(struct rdo_submission *submission, uint32_t concurrency, const struct rdo_recording **out_recording) {
  const struct rdo_operation *o = &submission->operation;
  struct rdo_execution *execution = &submission->execution;
  const struct rdo_recording *recording = o->recording;
  const struct rdo_binding_table *table = &o->bindings;
  if (o->kind == RDO_OPERATION_EXECUTE_LIST) {
    *out_recording = NULL;
    if (o->list.count == 0) return RONDO_OK;
    recording = o->list.items[submission->item_index].recording;
    table = &o->list.items[submission->item_index].bindings;
  } else if (o->kind == RDO_OPERATION_DISPATCH) {
    static const struct rdo_binding_table empty;
    struct rdo_one_dispatch *one = &submission->dispatch->one;
    rdo_diag_clear(&execution->diag);
    RDO_TRY(rdo_one_dispatch_init(one, &o->dispatch->info, o->dispatch->constants, o->dispatch->bindings, &execution->diag));
    recording = &one->recording;
    table = &empty;
  }
  *out_recording = recording;
  if (recording == NULL) return RONDO_OK;
  return rdo_execution_bind(execution, recording, table, submission->queue->is_null, concurrency, &execution->diag);
}

// Binds the next execution of a submission and makes its process.
//   out_width  how many workers it is worth; 0: there is nothing to execute
static enum rondo_status make_process(struct rdo_submission *submission, uint32_t *out_width) {
  struct rdo_executor *executor = submission->queue->executor;
  const struct rdo_queue_place *place = &submission->queue->place;
  uint32_t concurrency = executor->worker_count == 0 ? 1 : executor->worker_count;
  const struct rdo_recording *recording;
  *out_width = 0;
  if (place->width_max != 0 && place->width_max < concurrency) concurrency = place->width_max;
  RDO_TRY(bind_item(submission, concurrency, &recording));
  if (recording == NULL) return RONDO_OK;
  const struct rdo_process_type *type = &alone_type;
  *out_width = rdo_execution_width(recording, concurrency);
  if (submission->is_scheduled && place->gives_way) {
    type = &posted_type;
  } else if (*out_width > 1) {
    type = &together_type;
  } else if (executor->is_played && !submission->is_scheduled) {
    // In a slot, where tiles give way to releases; but at its own release an execution is alone.
    type = &together_type;
    if (place->lane == 0 || concurrency > 1) *out_width = 2;
  }
  rdo_process_init(&submission->process, type, executor, *out_width);
  rdo_process_place(&submission->process, place->lane, place->key);
  return RONDO_OK;
}

// Starts the next execution of a submission whose wait is over.
//   returns  as share
static enum rondo_status launch_item(struct rdo_submission *submission, bool may_hold) {
  struct rdo_queue *queue = submission->queue;
  if (queue->scheduler != NULL && !submission->is_scheduled) {
    submission->is_scheduled = true;
    queue->scheduler->ready(queue->scheduler, submission);
    return RONDO_DEFERRED;
  }
  uint32_t width;
  RDO_TRY(make_process(submission, &width));
  if (width == 0) return RONDO_OK;
  // What has a lane is for its workers, who are none of those that wait.
  if (queue->place.lane != 0) return share(submission);
  if (here.donates_to == queue) {
    submission->launched_by = here.seat;
    // One at a time: what else became ready with it is for the others.
    if (width == 1 && here.captured == NULL) {
      here.captured = submission;
      return RONDO_DEFERRED;
    }
  } else if (may_hold) {
    here.held = submission;
    return RONDO_DEFERRED;
  }
  return share(submission);
}

// What comes after one recording of a submission, which ended with `status`, or is under way (DEFERRED): the
// next one, or the end.
static void go_on(struct rdo_submission *submission, enum rondo_status status) {
  while (status == RONDO_OK && has_next_item(submission)) {
    ++submission->item_index;
    status = launch_item(submission, false);
  }
  if (status == RONDO_DEFERRED) return;
  if (status != RONDO_OK) rdo_operation_name_item(&submission->operation, submission->item_index, &submission->execution.diag);
  finish(submission, status, &submission->execution.diag);
}

static void launch(struct rdo_submission *submission, bool may_hold) { go_on(submission, launch_item(submission, may_hold)); }

static void start_posted(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rdo_submission *submission = RDO_CONTAINER(timed, struct rdo_submission, timed);
  uint32_t width;
  bool gives_way = submission->queue->place.gives_way;
  rdo_atomic_store(&submission->start, gives_way ? RDO_START_UNTOLD : RDO_START_TOLD, rdo_relaxed);  // relaxed: ordered by SYNC(slot), it opens later
  if (!gives_way) tell_start(submission, worker);
  enum rondo_status status = make_process(submission, &width);
  bool is_shared = status == RONDO_OK && width != 0 && submission->process.type != &alone_type;
  if (status == RONDO_OK && width == 1 && !is_shared) {
    run_alone(submission, worker);
    return;
  }
  if (is_shared) status = share(submission);
  // What is over already has had nobody who could tell.
  if (status != RONDO_DEFERRED && gives_way) tell_start(submission, worker);
  go_on(submission, status);
}

void rdo_submission_post(struct rdo_submission *submission, struct rdo_worker *worker, int64_t release_ns) {
  submission->timed.run = start_posted;
  submission->timed.is_held = false;
  rdo_timed_post(worker, &submission->timed, release_ns);
}

static const struct rdo_process_type placed_type = {"recording", NULL, complete_compute, release_compute};

const struct rdo_recording *rdo_submission_recording(const struct rdo_submission *submission) {
  return submission->operation.kind == RDO_OPERATION_EXECUTE ? submission->operation.recording : NULL;
}

bool rdo_submission_place(struct rdo_submission *submission, const struct rdo_execution_placer *placer) {
  uint32_t width;
  enum rondo_status status = make_process(submission, &width);
  rdo_process_init(&submission->process, &placed_type, submission->queue->executor, 1);
  if (status != RONDO_OK) (void)rdo_process_fail(&submission->process, status);
  if (status != RONDO_OK || width == 0) return true;
  submission->execution.placer = placer;
  return !rdo_execution_begin(&submission->execution, &submission->process);
}

void rdo_submission_signal_placed(struct rdo_submission *submission) { rdo_process_finish(&submission->process); }

void rdo_submission_end_placed(struct rdo_submission *submission) {
  submission->execution.placer = NULL;
  rdo_process_release(&submission->process);
}

bool rdo_submission_take_back(struct rdo_submission *submission, struct rdo_worker *worker) { return rdo_timed_cancel(worker, &submission->timed); }

void rdo_submission_cancel(struct rdo_submission *submission) {
  rdo_diag_clear(&submission->execution.diag);
  finish(submission, RONDO_CANCELLED, &submission->execution.diag);
}

void rdo_queue_flush(void) {
  struct rdo_submission *submission = here.held;
  if (submission == NULL) return;
  here.held = NULL;
  hand_over(submission);
}

// Files ------------------------------------------------------------------------------------------

// From `from` to READY; cancel may have the submission for a moment.
static void leave_cancellable(struct rdo_submission *submission, uint32_t from) {
  uint32_t expected = from;
  // SYNC(pending): cancel gives the submission back at once.
  while (!rdo_atomic_cas_weak(&submission->state, &expected, RDO_SUBMISSION_READY, rdo_acq_rel, rdo_acquire)) {
    expected = from;
    rdo_cpu_relax();
  }
}

static void end_transfer(void *user, enum rondo_status status, uint64_t bytes_done) {
  struct rdo_submission *submission = user;
  struct rondo_diag diag;
  rdo_diag_clear(&diag);
  leave_cancellable(submission, RDO_SUBMISSION_TRANSFERRING);
  if (status != RONDO_OK) {
    rdo_fail(&diag, status, "file transfer ended after %llu of %llu bytes", (unsigned long long)bytes_done,
             (unsigned long long)submission->operation.length);
  }
  finish(submission, status, &diag);
}

static void start_transfer(struct rdo_submission *submission) {
  struct rdo_queue *queue = submission->queue;
  struct rondo_diag diag;
  rdo_diag_clear(&diag);
  submission->transfer.callback = end_transfer;
  submission->transfer.user = submission;
  // SYNC(closing): hold, then look; close sets is_closing, then waits for what is held and cancels it.
  rdo_atomic_store(&submission->state, RDO_SUBMISSION_HELD, rdo_seq_cst);
  enum rondo_status status = RONDO_CANCELLED;
  if (rdo_atomic_load(&queue->is_closing, rdo_seq_cst) == 0) status = rdo_operation_transfer(&submission->operation, &submission->transfer, &diag);
  if (status == RONDO_DEFERRED) {
    // SYNC(pending): the callback may be waiting for this; then the submission is gone.
    rdo_atomic_store(&submission->state, RDO_SUBMISSION_TRANSFERRING, rdo_seq_cst);
    return;
  }
  rdo_atomic_store(&submission->state, RDO_SUBMISSION_READY, rdo_seq_cst);  // SYNC(pending)
  finish(submission, status, &diag);
}

// The control process ----------------------------------------------------------------------------

// An operation on this thread: as the worker of this queue that it is, or with local memory of its own and
// an id that no worker has.
static enum rondo_status perform_here(struct rdo_submission *submission, struct rdo_worker *worker, struct rondo_diag *diag) {
  struct rdo_executor *executor = submission->queue->executor;
  bool is_null = submission->queue->is_null;
  if (executor == NULL) return rdo_operation_perform(&submission->operation, is_null, NULL, diag);
  bool is_own = worker != NULL && worker->executor == executor;
  const struct rdo_scratch scratch = {is_own ? worker : NULL, is_own ? worker->index : executor->worker_count + RDO_DONORS_MAX,
                                      submission->execution.event_id};
  if (is_own || !rdo_operation_is_compute(&submission->operation)) return rdo_operation_perform(&submission->operation, is_null, &scratch, diag);
  pthread_mutex_lock(&submission->queue->late_lock);
  enum rondo_status status = rdo_operation_perform(&submission->operation, is_null, &scratch, diag);
  pthread_mutex_unlock(&submission->queue->late_lock);
  return status;
}

static void run_ready(struct rdo_submission *submission, struct rdo_worker *worker) {
  struct rdo_queue *queue = submission->queue;
  struct rondo_diag diag;
  rdo_diag_clear(&diag);
  enum rondo_status status = (enum rondo_status)rdo_atomic_load(&submission->failure, rdo_acquire);  // SYNC(pending)
  rdo_event_emit(RDO_EVENT_READY, submission->execution.event_id, status, 0);
  bool is_inline = queue->executor == NULL || rdo_atomic_load(&queue->is_closing, rdo_seq_cst) != 0;  // SYNC(closing)
  is_inline |= submission->operation.may_inline;
  if (status == RONDO_OK && rdo_operation_is_compute(&submission->operation) && !is_inline) {
    launch(submission, false);
    return;
  }
  bool is_transfer = submission->operation.kind == RDO_OPERATION_READ || submission->operation.kind == RDO_OPERATION_WRITE;
  if (status == RONDO_OK && is_transfer && queue->executor != NULL) {
    start_transfer(submission);
    return;
  }
  if (status == RONDO_OK) status = perform_here(submission, worker, &diag);
  finish(submission, status, &diag);
}

static void drain_ready(struct rdo_queue *queue, struct rdo_worker *worker) {
  // SYNC(pending): acquires what every pusher wrote.
  struct rdo_submission *newest = rdo_atomic_exchange(&queue->ready, NULL, rdo_acq_rel), *oldest = NULL;
  while (newest != NULL) {  // reverse: first come, first served
    struct rdo_submission *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != NULL) {
    struct rdo_submission *next = oldest->next;
    run_ready(oldest, worker);
    oldest = next;
    // A worker that lists a process comes to the list next and wakes nobody; not this one.
    bool has_more = oldest != NULL && queue->executor != NULL;
    // relaxed: hint, this thread sees what it has listed itself
    if (has_more && rdo_atomic_load(&queue->executor->immediate, rdo_relaxed) != NULL) rdo_executor_wake(queue->executor, 1);
  }
}

static enum rdo_drain_result drain_control(struct rdo_process *process, struct rdo_worker *worker) {
  drain_ready(RDO_CONTAINER(process, struct rdo_queue, control), worker);
  return RDO_DRAIN_IDLE;
}

static const struct rdo_process_type control_type = {"queue", drain_control, NULL, NULL};

// What is ready in a queue that is closing, on this thread: the executor may have stopped, and no thread should have to do
// the work of others that go on submitting. An end may make more ready, and comes back here: the loop that runs already
// takes that, so that nothing nests.
static void run_late(struct rdo_queue *queue) {
  for (struct late_frame *frame = here.late; frame != NULL; frame = frame->outer) {
    if (frame->queue != queue) continue;
    frame->has_more = true;
    return;
  }
  struct late_frame frame = {.queue = queue, .outer = here.late, .has_more = true};
  here.late = &frame;
  while (frame.has_more) {
    frame.has_more = false;
    drain_ready(queue, here.seat);
  }
  here.late = frame.outer;
}

static void make_active(struct rdo_submission *submission) {
  struct rdo_queue *queue = submission->queue;
  rdo_atomic_store(&submission->state, RDO_SUBMISSION_READY, rdo_release);  // SYNC(pending)
  rdo_atomic_add(&queue->active_count, 1, rdo_seq_cst);                 // SYNC(closing): before is_closing is looked at
  submission->is_late = rdo_atomic_load(&queue->is_closing, rdo_seq_cst) != 0;  // SYNC(closing)
  // The closer does not wait for what needs no executor, or there might be no end to it.
  if (submission->is_late) end_active(queue);
}

// Gives an active submission to the control process: here, where this thread may run it, else on a worker.
static void push_ready(struct rdo_submission *submission) {
  struct rdo_queue *queue = submission->queue;
  void *head = rdo_atomic_load(&queue->ready, rdo_relaxed);  // relaxed: hint
  do {
    submission->next = head;
    // SYNC(pending): release what this thread and the signallers wrote.
  } while (!rdo_atomic_cas_weak(&queue->ready, &head, submission, rdo_acq_rel, rdo_relaxed));  // relaxed: hint
  if (rdo_atomic_load(&queue->is_closing, rdo_seq_cst) != 0) {  // SYNC(closing)
    // The control process may stand on the list of an executor that has stopped.
    run_late(queue);
  } else if (queue->executor == NULL || here.donates_to == queue) {
    rdo_process_schedule_here(&queue->control, here.seat);
  } else {
    rdo_process_schedule(&queue->control);
  }
}

// Waits ------------------------------------------------------------------------------------------

static void make_ready(struct rdo_submission *submission) {
  struct rdo_object *owner = submission->queue->owner;
  leave_cancellable(submission, RDO_SUBMISSION_WAITING);
  rdo_object_retain(owner);  // running the operation may drop the last hold on it
  make_active(submission);
  push_ready(submission);
  rdo_object_release(owner);
}

static void finish_wait(void *user, enum rondo_status status) {
  struct rdo_submission *submission = user;
  uint32_t expected = RONDO_OK;
  // SYNC(pending): cancel may have failed it already.
  if (status != RONDO_OK) (void)rdo_atomic_cas(&submission->failure, &expected, (uint32_t)status, rdo_acq_rel, rdo_acquire);
  make_ready(submission);
}

// Takes a submission that can be cancelled.
//   out_from  what it was
static bool hold(struct rdo_submission *submission, uint32_t *out_from) {
  uint32_t state = rdo_atomic_load(&submission->state, rdo_seq_cst);  // SYNC(closing): after is_closing
  for (;;) {
    if (state == RDO_SUBMISSION_WAITING || state == RDO_SUBMISSION_TRANSFERRING) {
      *out_from = state;
      if (rdo_atomic_cas_weak(&submission->state, &state, RDO_SUBMISSION_HELD, rdo_seq_cst, rdo_seq_cst)) return true;  // SYNC(pending)
    } else if (state == RDO_SUBMISSION_HELD) {
      rdo_cpu_relax();
      state = rdo_atomic_load(&submission->state, rdo_seq_cst);  // SYNC(pending)
    } else {
      return false;
    }
  }
}

void rdo_queue_cancel(struct rdo_queue *queue) {
  uint32_t count = rdo_atomic_load(&queue->submission_count, rdo_acquire);  // SYNC(submission)
  for (uint32_t i = 0; i < count; ++i) {
    struct rdo_submission *submission = rdo_submission_at(queue, i);
    uint32_t from, expected = RONDO_OK;
    if (!hold(submission, &from)) continue;
    struct rdo_fence *signal = NULL;
    if (from == RDO_SUBMISSION_WAITING) {
      // SYNC(pending): as in finish_wait; should its wait end yet, it does not run.
      (void)rdo_atomic_cas(&submission->failure, &expected, (uint32_t)RONDO_CANCELLED, rdo_acq_rel, rdo_acquire);
      signal = submission->operation.signal;
      if (signal != NULL) rdo_object_retain(&signal->object);
    } else {
      (void)rdo_file_cancel(submission->operation.file, &submission->transfer);
    }
    rdo_atomic_store(&submission->state, from, rdo_seq_cst);  // SYNC(pending): may end from here on
    if (signal == NULL) continue;
    rdo_fence_fail(signal, RONDO_CANCELLED);
    rdo_object_release(&signal->object);
  }
}

// Submitting -------------------------------------------------------------------------------------

// Done by whoever finds them ready: they take less than handing them over.
static bool is_trivial(enum rdo_operation_kind kind) {
  return kind == RDO_OPERATION_BARRIER || kind == RDO_OPERATION_ALLOCA || kind == RDO_OPERATION_DEALLOCA;
}

static enum rondo_status perform_now(struct rdo_queue *queue, const struct rdo_operation *o, struct rondo_diag *diag) {
  struct rondo_diag own;
  if (diag == NULL) {
    rdo_diag_clear(&own);
    diag = &own;
  }
  enum rondo_status status = rdo_operation_perform(o, queue->is_null, NULL, diag);
  if (status != RONDO_OK) note_failure(queue, status, diag);
  rdo_count_add_u64(&queue->frontier, 1, rdo_relaxed);  // relaxed: counter
  if (status == RONDO_OK) {
    rdo_fence_signal(o->signal);
    return RONDO_OK;
  }
  rdo_fence_fail(o->signal, status);
  return o->signal != NULL ? RONDO_OK : status;
}

// An operation whose wait has failed already.
static enum rondo_status pass_on(struct rdo_queue *queue, const struct rdo_operation *o, enum rondo_status status) {
  note_failure(queue, status, NULL);
  rdo_count_add_u64(&queue->frontier, 1, rdo_relaxed);  // relaxed: counter
  rdo_fence_fail(o->signal, status);
  return o->signal != NULL ? RONDO_OK : status;
}

// Kept apart, so that the synchronous device's calls need not make room for all of this on the stack.
__attribute__((noinline)) static enum rondo_status submit_later(struct rdo_queue *queue, const struct rdo_operation *o, bool is_waiting, bool may_hold,
                                                                struct rondo_diag *diag) {
  struct rdo_submission *submission;
  RDO_TRY(rdo_submission_acquire(queue, o, &submission, diag));
  if (is_waiting) {
    rdo_atomic_init(&submission->failure, RONDO_OK);
    rdo_atomic_store(&submission->state, RDO_SUBMISSION_WAITING, rdo_release);  // SYNC(pending): cancel may see it from here on
    rdo_fence_watch_begin(&submission->watch, o->wait, submission->timepoints, finish_wait, submission);
    return RONDO_OK;
  }
  rdo_atomic_init(&submission->failure, RONDO_OK);
  make_active(submission);
  if (rdo_worker_current() != NULL) may_hold = false;
  if (here.held != NULL) rdo_queue_flush();
  if (rdo_operation_is_compute(o) && !o->may_inline && !submission->is_late) {
    rdo_event_emit(RDO_EVENT_READY, submission->execution.event_id, RONDO_OK, 0);
    launch(submission, may_hold);
  } else {
    push_ready(submission);
  }
  return RONDO_OK;
}

enum rondo_status rdo_queue_submit(struct rdo_queue *queue, const struct rdo_operation *o, bool may_hold, struct rondo_diag *diag) {
  enum rondo_status status = rdo_fence_query(o->wait);
  if (status == RONDO_OK) {
    if (queue->executor == NULL || is_trivial(o->kind)) return perform_now(queue, o, diag);
  } else if (status != RONDO_DEFERRED) {
    return pass_on(queue, o, status);
  }
  return submit_later(queue, o, status == RONDO_DEFERRED, may_hold, diag);
}

// Waiting ----------------------------------------------------------------------------------------

// Whether a compute process is what this donor waits for.
static bool is_wanted(const struct rdo_process *process, void *user) {
  (void)user;
  if (process->type != &together_type) return false;
  const struct rdo_submission *submission = RDO_CONTAINER(process, struct rdo_submission, process);
  if (submission->launched_by == here.seat) return true;
  const struct rdo_fence *signal = submission->operation.signal, *awaited = here.awaited;
  for (uint32_t i = 0; signal != NULL && i < signal->count; ++i) {
    for (uint32_t k = 0; k < awaited->count; ++k) {
      if (signal->points[i].semaphore == awaited->points[k].semaphore) return true;
    }
  }
  return false;
}

static void start_held(void) {
  struct rdo_submission *submission = here.held;
  here.held = NULL;
  submission->launched_by = here.seat;
  if (submission->process.budget == 1) {
    run_alone(submission, here.seat);
  } else {
    hand_over(submission);
  }
}

static bool donate_once(struct rdo_queue *queue) {
  if (here.seat == NULL) {  // without workers a caller that finds no seat waits for one
    here.seat = rdo_executor_seat_acquire(queue->executor);
    if (here.seat == NULL) return false;
    here.donates_to = queue;
  }
  struct rdo_submission *captured = here.captured;
  if (captured != NULL) {
    here.captured = NULL;
    run_alone(captured, here.seat);
    return true;
  }
  return queue->executor->worker_count == 0 ? rdo_worker_pump(here.seat) : rdo_worker_visit_slots(here.seat, is_wanted, NULL);
}

static bool is_past(int64_t deadline_ns) { return deadline_ns != RDO_DEADLINE_NONE && rdo_clock_now_ns() >= deadline_ns; }

// Drains until the fence is over, or there is nothing that this thread could do about it.
static void donate(struct rdo_queue *queue, const struct rdo_fence *fence, int64_t deadline_ns) {
  int64_t spin_end_ns = 0;
  while (rdo_fence_query(fence) == RONDO_DEFERRED && !is_past(deadline_ns)) {
    if (donate_once(queue)) {
      spin_end_ns = 0;
      continue;
    }
    int64_t now_ns = spin_end_ns == 0 ? rdo_clock_now_ns() : rdo_clock_spin_ns(spin_end_ns);
    if (spin_end_ns == 0) spin_end_ns = now_ns + queue->executor->spin_ns;
    if (now_ns >= spin_end_ns) return;
    for (int i = 0; i < 16; ++i) rdo_cpu_relax();
  }
}

// Drains everything there is until one point of the fence is over, or the fence has failed.
static void donate_until(struct rdo_queue *queue, const struct rdo_fence *fence, const struct rdo_fence_point *point, int64_t deadline_ns) {
  struct rdo_executor *executor = queue->executor;
  while (rdo_semaphore_query(point->semaphore, point->value) == RONDO_DEFERRED && rdo_fence_query(fence) == RONDO_DEFERRED &&
         !is_past(deadline_ns)) {
    uint32_t heard = rdo_executor_bell(executor);
    if (donate_once(queue)) continue;
    // Its bell may have rung between the query above and `heard`.
    if (rdo_semaphore_query(point->semaphore, point->value) == RONDO_DEFERRED) rdo_executor_wait_bell(executor, heard, deadline_ns);
  }
}

// Without workers a donor also sleeps for work, on the executor's bell: the fence has to ring it as well.
struct bell {
  struct rdo_timepoint timepoint;
  struct rdo_executor *executor;
  rdo_atomic_u32 is_over;  // nobody will touch this any more; SYNC(timeline)
};

static void ring_bell(void *user, enum rondo_status status) {
  (void)status;
  struct bell *bell = user;
  rdo_executor_ring_bell(bell->executor);
  rdo_atomic_store(&bell->is_over, 1, rdo_release);  // SYNC(timeline): pairs with the load in rdo_queue_wait
}

// One bell for each point that is not reached, in turn: a fence is over when all are, or when one fails.
static void donate_with_bells(struct rdo_queue *queue, const struct rdo_fence *fence, int64_t deadline_ns) {
  for (uint32_t i = 0; i < fence->count && rdo_fence_query(fence) == RONDO_DEFERRED; ++i) {
    const struct rdo_fence_point *point = &fence->points[i];
    struct bell bell = {.timepoint = {.value = point->value, .callback = ring_bell}, .executor = queue->executor};
    bell.timepoint.user = &bell;
    rdo_atomic_init(&bell.is_over, 0);
    if (rdo_semaphore_arm(point->semaphore, &bell.timepoint) != RONDO_DEFERRED) continue;
    donate_until(queue, fence, point, deadline_ns);
    if (rdo_semaphore_disarm(point->semaphore, &bell.timepoint)) continue;
    while (rdo_atomic_load(&bell.is_over, rdo_acquire) == 0) rdo_cpu_relax();  // SYNC(timeline): it rings this moment
  }
}

enum rondo_status rdo_queue_wait(struct rdo_queue *queue, const struct rdo_fence *fence, int64_t deadline_ns) {
  enum rondo_status status = rdo_fence_query(fence);
  if (status != RONDO_DEFERRED) return status;
  struct rdo_executor *executor = queue->executor;
  if (executor == NULL || rdo_atomic_load(&queue->is_closing, rdo_acquire) != 0) {  // SYNC(closing)
    rdo_queue_flush();
    return rdo_fence_wait(fence, deadline_ns);
  }
  if (rdo_worker_current() != NULL) return RONDO_FAILED_PRECONDITION;
  if (here.held != NULL && here.held->queue != queue) rdo_queue_flush();
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  if (seat == NULL) {
    rdo_queue_flush();
    if (executor->worker_count != 0) return rdo_fence_wait(fence, deadline_ns);
  }
  here.donates_to = seat == NULL ? NULL : queue;
  here.seat = seat;
  here.awaited = fence;
  if (here.held != NULL) start_held();
  if (executor->worker_count == 0) {
    donate_with_bells(queue, fence, deadline_ns);
  } else {
    donate(queue, fence, deadline_ns);
  }
  // What became ready in the last moment is for the workers.
  struct rdo_submission *left = here.captured;
  seat = here.seat;
  here.captured = NULL;
  here.donates_to = NULL;
  here.seat = NULL;
  if (seat != NULL) rdo_executor_seat_return(seat);
  // Others may sleep until there is a seat.
  if (executor->worker_count == 0) rdo_executor_ring_bell(executor);
  if (left != NULL) hand_over(left);
  return rdo_fence_wait(fence, deadline_ns);
}

// Life -------------------------------------------------------------------------------------------

void rdo_queue_init(struct rdo_queue *queue, uint32_t index, struct rdo_executor *executor, bool is_null, struct rdo_object *owner) {
  queue->executor = executor;
  queue->is_null = is_null;
  queue->index = index;
  queue->owner = owner;
  queue->scheduler = NULL;
  queue->place = (struct rdo_queue_place){.lane = 0};
  rdo_atomic_init(&queue->ready, NULL);
  rdo_atomic_init(&queue->active_count, 0);
  rdo_atomic_init(&queue->is_closing, 0);
  rdo_atomic_init(&queue->frontier, 0);
  rdo_atomic_init(&queue->free_lists[0], 0);
  rdo_atomic_init(&queue->free_lists[1], 0);
  rdo_atomic_init(&queue->submission_count, 0);
  for (int i = 0; i < RDO_SUBMISSION_CHUNK_COUNT; ++i) rdo_atomic_init(&queue->chunks[i], NULL);
  pthread_mutex_init(&queue->lock, NULL);
  pthread_mutex_init(&queue->late_lock, NULL);
  rdo_diag_clear(&queue->failure);
  rdo_process_init(&queue->control, &control_type, executor, 1);
  rdo_process_start_idle(&queue->control);
}

// One look at what there is to do, for a closer without workers; else sleeps until there may be more.
static void help_close(struct rdo_queue *queue) {
  struct rdo_executor *executor = queue->executor;
  uint32_t heard = rdo_executor_bell(executor);  // SYNC(wake): before looking for work, and at the count
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  bool is_worked = seat != NULL && rdo_worker_pump(seat);
  if (seat != NULL) rdo_executor_seat_return(seat);
  if (is_worked || rdo_atomic_load(&queue->active_count, rdo_seq_cst) == 0) return;  // SYNC(closing)
  rdo_executor_wait_bell(executor, heard, RDO_DEADLINE_NONE);
}

void rdo_queue_close(struct rdo_queue *queue) {
  rdo_queue_flush();  // nobody else can do what this thread holds
  // SYNC(closing): from here on whoever makes a submission active runs it on its own thread.
  rdo_atomic_store(&queue->is_closing, 1, rdo_seq_cst);
  rdo_queue_cancel(queue);
  uint32_t active;
  while ((active = rdo_atomic_load(&queue->active_count, rdo_seq_cst)) != 0) {  // SYNC(closing)
    if (queue->executor != NULL && queue->executor->worker_count == 0) {
      help_close(queue);
    } else {
      rdo_futex_wait(&queue->active_count, active, RDO_DEADLINE_NONE);
    }
  }
}

void rdo_queue_trim(struct rdo_queue *queue) {
  struct rdo_submission *trimmed = NULL, *submission;
  // Who finds no free submission meanwhile would make a new chunk; under the lock he looks again afterwards.
  pthread_mutex_lock(&queue->lock);
  while ((submission = rdo_submission_pop_free(queue, false)) != NULL) {
    rdo_submission_free_kept(submission);
    submission->next = trimmed;
    trimmed = submission;
  }
  while (trimmed != NULL) {
    submission = trimmed;
    trimmed = submission->next;
    rdo_submission_push_free(queue, submission);
  }
  pthread_mutex_unlock(&queue->lock);
}

void rdo_queue_deinit(struct rdo_queue *queue) {
  uint32_t count = rdo_atomic_load(&queue->submission_count, rdo_acquire);  // SYNC(submission)
  for (uint32_t i = 0; i < count; ++i) rdo_submission_free_kept(rdo_submission_at(queue, i));
  for (int i = 0; i < RDO_SUBMISSION_CHUNK_COUNT; ++i) rdo_free(rdo_atomic_load(&queue->chunks[i], rdo_acquire));  // SYNC(submission)
  pthread_mutex_destroy(&queue->lock);
  pthread_mutex_destroy(&queue->late_lock);
}
