// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A job's life: its host program runs as a process on whatever worker is free, instance after instance; the
// kernels start on the job's worker at the release.

#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "base/object.h"
#include "play/player.h"

// The scheduler of a job's queue -------------------------------------------------------------------

static struct rondo_job *job_of(struct rdo_queue_scheduler *scheduler) { return RDO_CONTAINER(scheduler, struct rondo_job, scheduler); }

static void set_state(struct rondo_job *job, enum rondo_instance_state state) {
  job->instance.state = state;
  rdo_atomic_store(&job->counts.state, (uint32_t)state, rdo_relaxed);  // relaxed: counter
}

// What stands in `armed` once the submission that was posted last has started, or has been taken back.
static void *started(struct rondo_job *job) { return &job->armed; }

static void keep_ready(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission) {
  struct rondo_job *job = job_of(scheduler);
  void *none = NULL;
  rdo_atomic_add(&job->posted_count, 1, rdo_seq_cst);  // SYNC(job)
  rdo_atomic_store(&job->armed_index, job->instance.index, rdo_relaxed);  // relaxed: ordered by SYNC(job), the exchange
  rdo_atomic_store(&job->armed, NULL, rdo_relaxed);                       // relaxed: likewise
  rdo_submission_post(submission, job->worker, job->instance.ready_ns);
  // SYNC(job): unless it has started meanwhile; from then on its memory may be another one's.
  (void)rdo_atomic_cas(&job->armed, &none, submission, rdo_acq_rel, rdo_acquire);
}

// On the job's worker: takes back what is posted and has not started, of an instance below `index_end`.
static void take_back_armed(struct rondo_job *job, struct rdo_worker *worker, uint64_t index_end) {
  struct rdo_submission *armed = rdo_atomic_load(&job->armed, rdo_acquire);  // SYNC(job)
  if (armed == NULL || (void *)armed == started(job)) return;
  if (rdo_atomic_load(&job->armed_index, rdo_relaxed) >= index_end) return;  // relaxed: ordered by SYNC(job), the exchange
  if (!rdo_submission_take_back(armed, worker)) return;
  rdo_atomic_store(&job->armed, started(job), rdo_release);  // SYNC(job)
  rdo_submission_cancel(armed);
}

static void note_start(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission, struct rdo_worker *worker) {
  (void)submission;
  struct rondo_job *job = job_of(scheduler);
  struct rondo_instance *instance = &job->instance;
  rdo_atomic_store(&job->armed, started(job), rdo_release);  // SYNC(job): nobody takes it back any more
  if (instance->start_ns != 0) return;
  instance->start_ns = rdo_clock_now_ns();
  instance->is_stolen = worker->stolen_end_ns > instance->ready_ns && worker->stolen_begin_ns < instance->start_ns;
  rdo_atomic_store(&job->counts.state, RONDO_INSTANCE_RUNNING, rdo_relaxed);  // relaxed: counter
  rdo_job_latch(job, instance->start_ns);
}

// Whether this thread has done nothing since note_start but run what was posted to it: a worker that has looked for due
// work in between, and found none, has counted that.
static bool is_still_at_it(const struct rondo_job *job) { return rdo_worker_current() == job->worker && job->worker->calm_count == 0; }

// SYNC(job): either this sees that the job waits for what it has posted, or the job sees that there is nothing.
static void end_posted(struct rondo_job *job) {
  if (rdo_atomic_sub(&job->posted_count, 1, rdo_seq_cst) != 1 || rdo_atomic_load(&job->is_settling, rdo_seq_cst) == 0) return;
  rdo_process_schedule(&job->process);
}

static void note_end(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission) {
  (void)submission;
  struct rondo_job *job = job_of(scheduler);
  job->instance.run_end_ns = rdo_clock_now_ns();
  bool is_first = job->instance.worker == -1 && !job->has_run;
  job->has_run = true;
  job->instance.worker = is_still_at_it(job) && (is_first || job->instance.worker >= 0) ? (int)job->worker->index : -1;
  end_posted(job);
}

const struct rdo_queue_scheduler rdo_job_scheduler = {keep_ready, note_start, note_end};

// The process --------------------------------------------------------------------------------------

static void release_outputs(struct rondo_job *job) {
  for (int i = 0; i < job->output_count; ++i) rondo_value_release(&job->outputs[i]);
}

static bool has_ticker(const struct rondo_job *job) { return job->overrun == RONDO_OVERRUN_CANCEL && job->release == RDO_RELEASE_PERIODIC; }

// Nobody drains the job any more.
static void release_job(struct rdo_process *process) {
  struct rondo_job *job = RDO_CONTAINER(process, struct rondo_job, process);
  rdo_job_give_back(job);
  rdo_job_decide(job, UINT64_MAX);
  rdo_atomic_store(&job->counts.state, RONDO_INSTANCE_PENDING, rdo_relaxed);  // relaxed: counter
  rdo_atomic_store(&job->is_over, 1, rdo_release);  // SYNC(job)
  if (has_ticker(job)) rdo_timed_post(job->worker, &job->closer, 0);
  rdo_job_end_active(job->player);
}

void rdo_job_end_active(struct rondo_player *player) {
  // SYNC(job): release what this job wrote; the runner acquires it.
  (void)rdo_atomic_sub(&player->active_count, 1, rdo_acq_rel);
  rdo_player_tell(player);
}

enum { STOP_AGAIN_NS = 1000000 };

// On the job's worker, which is still of the real-time class if what it released has just ended. An ordinary worker that takes the host program
// from the list may lose its CPU in the middle, and the next release comes and goes before it is armed.
static void wake(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, waker);
  rdo_atomic_store(&job->is_resumed, 1, rdo_release);  // SYNC(job): pairs with is_waiting
  rdo_timed_run_process(&job->process, worker);
}

// What the call waits for is over. Once for each watch: the job does not go on, nor end, before `is_resumed` is set.
void rdo_job_resume(void *user) {
  struct rondo_job *job = user;
  if (job->release == RDO_RELEASE_PERIODIC) {
    job->waker.run = wake;
    job->waker.is_held = false;
    rdo_timed_post(job->worker, &job->waker, rdo_clock_now_ns());
    return;
  }
  rdo_atomic_store(&job->is_resumed, 1, rdo_release);  // SYNC(job): pairs with is_waiting
  rdo_process_schedule(&job->process);
}

// On the job's worker: takes back an instance whose release is still to come. It may be about to be posted, or may
// hand in more, so this comes again until the job is over.
void rdo_job_stop(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, stopper);
  if (rdo_atomic_load(&job->is_over, rdo_acquire) != 0) {  // SYNC(job)
    rdo_job_end_active(job->player);
    return;
  }
  take_back_armed(job, worker, UINT64_MAX);
  if (rdo_timed_cancel(worker, &job->holder)) job->holder.run(&job->holder, worker);
  rdo_process_schedule(&job->process);  // it may wait for a job, or for the program
  rdo_timed_post(worker, timed, rdo_clock_now_ns() + STOP_AGAIN_NS);
}

// On the job's worker, at each release of a job that cancels: what is still held of an instance before is taken back.
static void tick(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, ticker);
  uint64_t due_index = job->tick_index++;
  uint64_t live_index = rdo_atomic_load(&job->live_index, rdo_relaxed);  // relaxed: hint
  if (live_index != 0 && live_index - 1 < due_index) {
    take_back_armed(job, worker, due_index);
    rdo_process_schedule(&job->process);
  }
  rdo_timed_post(worker, timed, timed->release_ns + job->period_ns);
}

// On the job's worker, when the job is over.
static void close_ticker(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, closer);
  (void)rdo_timed_cancel(worker, &job->ticker);
  rdo_job_end_active(job->player);
}

static void count(rdo_atomic_u64 *counter, uint64_t n) {
  (void)rdo_atomic_add(counter, n, rdo_relaxed);  // relaxed: counter
}

static void count_end(struct rondo_job *job, const struct rondo_instance *instance) {
  struct rdo_job_counts *counts = &job->counts;
  count(&counts->completed, instance->state == RONDO_INSTANCE_COMPLETED);
  count(&counts->failed, instance->state == RONDO_INSTANCE_FAILED);
  count(&counts->cancelled, instance->state == RONDO_INSTANCE_CANCELLED);
  count(&counts->skipped, instance->state == RONDO_INSTANCE_SKIPPED);
  count(&counts->missed, instance->is_missed);
  count(&counts->degraded, instance->is_degraded);
  if (instance->state == RONDO_INSTANCE_COMPLETED) count(&counts->latency_ns, (uint64_t)(instance->end_ns - instance->release_ns));
  if (!rdo_job_is_counted(job, instance->release_ns)) return;
  rdo_job_keep(job, instance);
  job->ended_count += instance->state == RONDO_INSTANCE_COMPLETED;
  job->failed_count += instance->state == RONDO_INSTANCE_FAILED;
  job->cancelled_count += instance->state == RONDO_INSTANCE_CANCELLED;
  job->skipped_count += instance->state == RONDO_INSTANCE_SKIPPED;
  job->skipped_not_stolen_count += instance->state == RONDO_INSTANCE_SKIPPED;
  job->degraded_count += instance->is_degraded;
  job->missed_count += instance->is_missed;
  job->stolen_count += instance->is_stolen;
  job->missed_not_stolen_count += instance->is_missed && !instance->is_stolen;
  if (instance->state == RONDO_INSTANCE_SKIPPED) --job->iteration_count;
}

// The instance is over; its outputs are there if it has completed.
static enum rondo_status end_instance(struct rondo_job *job, enum rondo_instance_state state, enum rondo_status status) {
  struct rondo_instance *instance = &job->instance;
  bool has_outputs = status == RONDO_OK;
  instance->end_ns = rdo_clock_now_ns();
  rdo_job_give_back(job);
  if (state == RONDO_INSTANCE_COMPLETED) {
    status = rdo_job_publish(job, &job->diag);
    if (status != RONDO_OK) state = RONDO_INSTANCE_FAILED;
  }
  instance->status = state == RONDO_INSTANCE_CANCELLED ? RONDO_CANCELLED : status;
  set_state(job, state);
  if (state == RONDO_INSTANCE_SKIPPED) instance->is_degraded = false;
  if (instance->run_end_ns == 0) instance->run_end_ns = instance->end_ns;
  bool is_late = job->deadline_ns != 0 && instance->end_ns > instance->release_ns + job->deadline_ns;
  instance->is_missed = (state == RONDO_INSTANCE_COMPLETED || state == RONDO_INSTANCE_FAILED) && (is_late || job->is_stale);
  rdo_atomic_store(&job->live_index, 0, rdo_relaxed);  // relaxed: hint
  job->last_end_ns = instance->end_ns;
  if (job->ended != NULL && state != RONDO_INSTANCE_SKIPPED) {
    job->ended(job->user, instance, job->outputs, state == RONDO_INSTANCE_COMPLETED ? job->output_count : 0);
  }
  if (has_outputs) release_outputs(job);
  count_end(job, instance);
  rdo_job_pass_late(job);
  job->phase = RDO_JOB_BEGIN;
  rdo_job_decide(job, instance->index + 1);
  return status;
}

static enum rondo_status begin_call(struct rondo_job *job, int64_t ready_ns) {
  struct rondo_instance *instance = &job->instance;
  bool has_scheduler = job->runtime->device->queues[0].scheduler != NULL;
  if (ready_ns > instance->ready_ns) instance->ready_ns = ready_ns;
  rdo_atomic_store(&job->counts.ready_ns, instance->ready_ns, rdo_relaxed);  // relaxed: counter
  job->phase = RDO_JOB_RUN;
  job->has_run = job->has_waited = job->is_watching = false;
  count(&job->counts.scheduled, 1);
  set_state(job, has_scheduler ? RONDO_INSTANCE_SCHEDULED : RONDO_INSTANCE_RUNNING);
  if (!has_scheduler) {
    instance->start_ns = rdo_clock_now_ns();
    rdo_job_latch(job, instance->start_ns);
  }
  return rdo_call_begin(instance->is_degraded ? &job->degraded_call : &job->call, job->inputs, &job->diag);
}

// Whether the call waits for something that is not over: then it must not be run.
static bool is_waiting(struct rondo_job *job) {
  if (job->is_watching && rdo_atomic_load(&job->is_resumed, rdo_acquire) == 0) return true;  // SYNC(job)
  job->is_watching = false;
  return false;
}

static bool is_stopping(const struct rondo_job *job) {
  return rdo_atomic_load(&job->player->is_stopping, rdo_relaxed) != 0;  // relaxed: hint, the stopper comes again
}

// From here on the job has no more instances.
static enum rdo_drain_result fail_job(struct rondo_job *job, enum rondo_status status) {
  job->status = status;
  if (job->on_error == RONDO_ON_ERROR_STOP) rondo_player_stop(job->player);
  return RDO_DRAIN_DONE;
}

static enum rdo_drain_result start_call(struct rondo_job *job, int64_t ready_ns) {
  enum rondo_status status = begin_call(job, ready_ns);
  if (status == RONDO_OK) return RDO_DRAIN_MORE;
  (void)end_instance(job, RONDO_INSTANCE_FAILED, status);
  return fail_job(job, status);
}

// On the job's worker, at the release, or before it when everything stops.
static void ask_released(struct rdo_timed *timed, struct rdo_worker *worker) {
  (void)worker;
  rdo_job_ask(RDO_CONTAINER(timed, struct rondo_job, holder));
}

// What others may want is not held ahead of the release.
static enum rdo_drain_result ask_at(struct rondo_job *job, int64_t ready_ns) {
  if (ready_ns > job->instance.ready_ns) job->instance.ready_ns = ready_ns;
  job->phase = RDO_JOB_ASK;
  job->is_watching = true;
  rdo_atomic_store(&job->is_resumed, 0, rdo_relaxed);  // relaxed: nobody resumes it yet
  if (job->instance.ready_ns > rdo_clock_now_ns()) {
    job->holder.run = ask_released;
    rdo_timed_post(job->worker, &job->holder, job->instance.ready_ns);
  } else {
    rdo_job_ask(job);
  }
  return RDO_DRAIN_IDLE;
}

static enum rdo_drain_result wait_instance(struct rondo_job *job) {
  int64_t ready_ns;
  switch (rdo_job_look(job, &ready_ns)) {
    case RDO_WAIT_NOT_YET:
      if (is_stopping(job)) return RDO_DRAIN_DONE;
      if (!rdo_job_is_late(job, rdo_clock_now_ns())) return RDO_DRAIN_IDLE;
      (void)end_instance(job, RONDO_INSTANCE_CANCELLED, RONDO_CANCELLED);
      return RDO_DRAIN_MORE;
    case RDO_WAIT_ENDED: return RDO_DRAIN_DONE;
    case RDO_WAIT_NEVER:
      (void)end_instance(job, RONDO_INSTANCE_SKIPPED, RONDO_CANCELLED);
      return RDO_DRAIN_MORE;
    default: break;
  }
  set_state(job, RONDO_INSTANCE_READY);
  return job->resource_count == 0 ? start_call(job, ready_ns) : ask_at(job, ready_ns);
}

// It has its resources, or still waits for them; nobody takes a request back.
static enum rdo_drain_result take_resources(struct rondo_job *job) {
  if (is_waiting(job)) return RDO_DRAIN_IDLE;
  if (is_stopping(job)) return RDO_DRAIN_DONE;
  if (!rdo_job_is_late(job, rdo_clock_now_ns())) return start_call(job, job->instance.ready_ns);
  (void)end_instance(job, RONDO_INSTANCE_CANCELLED, RONDO_CANCELLED);
  return RDO_DRAIN_MORE;
}

// On the job's worker, for an instance that is over and has something posted: takes it back if it has not started.
static void take_back(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, holder);
  take_back_armed(job, worker, UINT64_MAX);
  end_posted(job);
}

// An instance is over when nothing of it is on a worker any more: a program may fail, or end, before its kernels do.
static enum rdo_drain_result settle(struct rondo_job *job) {
  if (rdo_atomic_load(&job->posted_count, rdo_seq_cst) != 0) {  // SYNC(job)
    if (job->phase != RDO_JOB_SETTLE) {
      job->phase = RDO_JOB_SETTLE;
      job->holder.run = take_back;
      rdo_atomic_add(&job->posted_count, 1, rdo_seq_cst);  // SYNC(job): until it has run
      rdo_timed_post(job->worker, &job->holder, 0);
    }
    rdo_atomic_store(&job->is_settling, 1, rdo_seq_cst);                                     // SYNC(job): before looking once more
    if (rdo_atomic_load(&job->posted_count, rdo_seq_cst) != 0) return RDO_DRAIN_IDLE;  // SYNC(job)
  }
  rdo_atomic_store(&job->is_settling, 0, rdo_relaxed);  // relaxed: nothing is posted
  if (job->is_silent) return RDO_DRAIN_DONE;
  enum rondo_status status = end_instance(job, job->ending_state, job->ending_status);
  return status == RONDO_OK || job->instance.state != RONDO_INSTANCE_FAILED ? RDO_DRAIN_MORE : fail_job(job, status);
}

// The call has ended, as OK or otherwise.
static enum rdo_drain_result finish_instance(struct rondo_job *job, enum rondo_status status) {
  if (status == RONDO_OK && job->fill_status != RONDO_OK) {
    release_outputs(job);
    status = rdo_fail(&job->diag, job->fill_status, "its program could not fill argument %d", job->unfilled);
  }
  bool is_late = (status == RONDO_OK || status == RONDO_CANCELLED) && rdo_job_is_late(job, rdo_clock_now_ns());
  job->ending_status = status;
  job->ending_state = is_late ? RONDO_INSTANCE_CANCELLED : status == RONDO_OK ? RONDO_INSTANCE_COMPLETED : RONDO_INSTANCE_FAILED;
  // What was taken back is no failure, and counts as nothing.
  job->is_silent = !is_late && status == RONDO_CANCELLED && is_stopping(job);
  return settle(job);
}

static enum rdo_drain_result abandon(struct rondo_job *job) {
  struct rdo_call *call = job->instance.is_degraded ? &job->degraded_call : &job->call;
  rdo_invocation_unwind(&call->invocation);
  job->ending_status = RONDO_CANCELLED;
  job->ending_state = RONDO_INSTANCE_CANCELLED;
  job->is_silent = false;
  return settle(job);
}

// On the job's worker, at the release, or before it when everything stops.
static void end_hold(struct rdo_timed *timed, struct rdo_worker *worker) {
  (void)worker;
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, holder);
  job->instance.start_ns = job->instance.run_end_ns = rdo_clock_now_ns();
  rdo_job_resume(job);
}

// A program without kernels has its results before its release; they are held until then.
static enum rdo_drain_result hold(struct rondo_job *job) {
  int64_t now_ns = rdo_clock_now_ns();
  if (job->phase != RDO_JOB_HOLD && job->instance.ready_ns > now_ns) {
    job->phase = RDO_JOB_HOLD;
    job->is_watching = true;
    rdo_atomic_store(&job->is_resumed, 0, rdo_relaxed);  // relaxed: nobody resumes it yet
    job->holder.run = end_hold;
    rdo_timed_post(job->worker, &job->holder, job->instance.ready_ns);
  }
  if (is_waiting(job)) return RDO_DRAIN_IDLE;
  if (job->phase == RDO_JOB_HOLD && job->instance.start_ns < job->instance.ready_ns) {  // taken back
    release_outputs(job);
    return RDO_DRAIN_DONE;
  }
  if (job->instance.start_ns == 0) job->instance.start_ns = now_ns;
  return finish_instance(job, RONDO_OK);
}

static enum rdo_drain_result run_instance(struct rondo_job *job) {
  struct rdo_call *call = job->instance.is_degraded ? &job->degraded_call : &job->call;
  if (is_waiting(job)) {
    if (!job->is_asked && rdo_job_is_late(job, rdo_clock_now_ns())) {
      job->is_asked = true;
      rdo_queue_cancel(&job->runtime->device->queues[0]);
    }
    return RDO_DRAIN_IDLE;
  }
  if (job->has_waited && rdo_job_is_late(job, rdo_clock_now_ns())) return abandon(job);
  enum rondo_status status = rdo_call_run(call, job->outputs);
  // SYNC(job): with nothing posted, nobody else writes the instance's times.
  if (status == RONDO_OK && rdo_atomic_load(&job->posted_count, rdo_seq_cst) == 0 && job->instance.start_ns == 0) return hold(job);
  if (status != RONDO_DEFERRED) return finish_instance(job, status);
  job->is_watching = job->has_waited = true;
  rdo_atomic_store(&job->is_resumed, 0, rdo_relaxed);  // relaxed: nobody resumes it yet
  status = rdo_call_watch(call, rdo_job_resume, job);
  return status == RONDO_OK ? RDO_DRAIN_IDLE : finish_instance(job, status);
}

static enum rdo_drain_result drain_job(struct rdo_process *process, struct rdo_worker *worker) {
  (void)worker;
  struct rondo_job *job = RDO_CONTAINER(process, struct rondo_job, process);
  if (job->phase == RDO_JOB_BEGIN && !rdo_job_choose(job, rdo_clock_now_ns())) {
    return job->phase == RDO_JOB_ENDED ? RDO_DRAIN_DONE : RDO_DRAIN_IDLE;
  }
  switch (job->phase) {
    case RDO_JOB_WAIT: return wait_instance(job);
    case RDO_JOB_ASK: return take_resources(job);
    case RDO_JOB_RUN: return run_instance(job);
    case RDO_JOB_HOLD: return hold(job);
    case RDO_JOB_SETTLE: return settle(job);
    default: return RDO_DRAIN_DONE;
  }
}

const struct rdo_process_type rdo_job_process_type = {"job", drain_job, NULL, release_job};

// Life ---------------------------------------------------------------------------------------------

enum { INSTANCES_MAX = 1 << 20, PERIOD_NS_LEAST = 10000 };

static enum rondo_status check_inputs(struct rondo_job *job, struct rondo_diag *diag) {
  int given_count = 0, missing = -1;
  for (int i = 0; i < job->input_count; ++i) {
    given_count += job->is_given[i];
    if (!job->is_given[i] && missing < 0) missing = i;
  }
  if (given_count == 0 && missing >= 0) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "job %s has no inputs: function %s takes %d", job->name, rondo_function_name(job->function),
                    job->input_count);
  }
  if (missing >= 0) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "job %s has no input for argument %d", job->name, missing);
  return rdo_function_convert_inputs(job->function, job->inputs, job->call.slots, diag);
}

// Room for every instance, so that none is kept waiting for memory.
static enum rondo_status reserve_instances(struct rondo_job *job, struct rondo_diag *diag) {
  int64_t period_ns = job->period_ns == 0 ? PERIOD_NS_LEAST : job->period_ns;
  int64_t wanted = (job->end_ns - job->player->count_ns) / period_ns + 2;
  uint64_t capacity = wanted > INSTANCES_MAX ? INSTANCES_MAX : (uint64_t)(wanted < 2 ? 2 : wanted);
  rdo_free(job->instances);
  job->instances = NULL;
  job->instance_capacity = 0;
  RDO_TRY(rdo_alloc_array((size_t)capacity, sizeof *job->instances, &job->instances, diag));
  job->instance_capacity = capacity;
  return RONDO_OK;
}

static void clear_counts(struct rondo_job *job) {
  rdo_atomic_u64 *const counters[] = {&job->counts.scheduled, &job->counts.completed, &job->counts.missed, &job->counts.failed,
                                      &job->counts.cancelled, &job->counts.skipped, &job->counts.degraded, &job->counts.latency_ns};
  for (size_t i = 0; i < sizeof counters / sizeof counters[0]; ++i) rdo_atomic_store(counters[i], 0, rdo_relaxed);  // relaxed: counter
  rdo_atomic_store(&job->counts.state, RONDO_INSTANCE_PENDING, rdo_relaxed);                                       // relaxed: counter
  job->instance_count = job->dropped_count = job->skipped_count = job->failed_count = job->cancelled_count = 0;
  job->degraded_count = job->ended_count = job->missed_count = job->stolen_count = 0;
  job->missed_not_stolen_count = job->skipped_not_stolen_count = 0;
}

enum rondo_status rdo_job_prepare(struct rondo_job *job, struct rondo_diag *diag) {
  const struct rondo_player *player = job->player;
  RDO_TRY(check_inputs(job, diag));
  job->end_ns = player->end_ns;
  if (job->duration_limit_ns != 0 && player->count_ns + job->duration_limit_ns < job->end_ns) job->end_ns = player->count_ns + job->duration_limit_ns;
  RDO_TRY(reserve_instances(job, diag));
  clear_counts(job);
  rdo_job_data_clear(job);
  job->next_index = job->taken = 0;
  job->iteration_count = job->last_end_ns = 0;
  job->status = RONDO_OK;
  job->phase = RDO_JOB_BEGIN;
  job->is_watching = job->has_waited = job->is_asked = false;
  job->held_count = 0;
  rdo_diag_clear(&job->diag);
  job->stopper.run = rdo_job_stop;
  job->ticker.run = tick;
  job->closer.run = close_ticker;
  job->stopper.is_held = job->ticker.is_held = job->holder.is_held = job->closer.is_held = false;
  job->tick_index = 1;
  rdo_atomic_init(&job->armed, NULL);
  rdo_atomic_init(&job->armed_index, 0);
  rdo_atomic_init(&job->live_index, 0);
  rdo_atomic_init(&job->posted_count, 0);
  rdo_atomic_init(&job->is_settling, 0);
  rdo_atomic_init(&job->is_resumed, 0);
  rdo_atomic_init(&job->decided, 0);
  rdo_atomic_init(&job->is_over, 0);
  rdo_process_init(&job->process, &rdo_job_process_type, player->executor, 1);
  rdo_process_place(&job->process, 0, job->runtime->device->queues[0].place.key);  // its place among those on the list
  rdo_process_start_idle(&job->process);
  return RONDO_OK;
}

uint32_t rdo_job_active_count(const struct rondo_job *job) { return has_ticker(job) ? 2 : 1; }

void rdo_job_start(struct rondo_job *job) {
  if (has_ticker(job)) rdo_timed_post(job->worker, &job->ticker, job->player->begin_ns + job->offset_ns + job->period_ns);
  rdo_process_schedule(&job->process);
}

// Calls that do not count: state and caches are then as in a run.
enum rondo_status rdo_job_warm_up(struct rondo_job *job, struct rondo_diag *diag) {
  if (job->warm_up_count == 0) return RONDO_OK;
  RDO_TRY(check_inputs(job, diag));
  for (int i = 0; i < job->warm_up_count; ++i) {
    job->instance = (struct rondo_instance){.age_ns = -1, .worker = -1};
    RDO_TRY(rondo_function_invoke(job->function, job->input_count, job->inputs, job->output_count, job->outputs, diag));
    release_outputs(job);
  }
  return RONDO_OK;
}

void rdo_job_destroy(struct rondo_job *job) {
  if (job == NULL) return;
  rdo_job_data_deinit(job);
  rdo_call_deinit(&job->call);
  rdo_call_deinit(&job->degraded_call);
  rondo_model_release(&job->model);
  rondo_runtime_release(&job->runtime);
  rdo_free(job->instances);
  rdo_free(job->outputs);
  rdo_free(job->resources);
  rdo_free(job->name);
  rdo_free(job);
}
