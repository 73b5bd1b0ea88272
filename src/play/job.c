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

static void keep_ready(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission) {
  struct rondo_job *job = job_of(scheduler);
  rdo_submission_post(submission, job->worker, job->instance.release_ns);
  rdo_atomic_store(&job->armed, submission, rdo_release);  // SYNC(job): pairs with the stopper; it may have run meanwhile
}

static void note_start(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission, struct rdo_worker *worker) {
  (void)submission;
  struct rondo_instance *instance = &job_of(scheduler)->instance;
  if (instance->start_ns != 0) return;
  instance->start_ns = rdo_clock_now_ns();
  instance->is_stolen = worker->stolen_end_ns > instance->release_ns && worker->stolen_begin_ns < instance->start_ns;
}

static void note_end(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission) {
  (void)submission;
  job_of(scheduler)->instance.run_end_ns = rdo_clock_now_ns();
}

const struct rdo_queue_scheduler rdo_job_scheduler = {keep_ready, note_start, note_end};

// The process --------------------------------------------------------------------------------------

static void release_outputs(struct rondo_job *job) {
  for (int i = 0; i < job->output_count; ++i) rondo_value_release(&job->outputs[i]);
}

// Nobody drains the job any more.
static void release_job(struct rdo_process *process) {
  struct rondo_job *job = RDO_CONTAINER(process, struct rondo_job, process);
  rdo_atomic_store(&job->is_over, 1, rdo_release);  // SYNC(job)
  rdo_job_end_active(job->player);
}

void rdo_job_end_active(struct rondo_player *player) {
  // SYNC(job): release what this job wrote; the runner acquires it.
  (void)rdo_atomic_sub(&player->active_count, 1, rdo_acq_rel);
  rdo_player_tell(player);
}

enum { STOP_AGAIN_NS = 1000000 };

// On the job's worker: takes back an instance whose release is still to come. It may be about to be posted, or may
// hand in more, so this comes again until the job is over.
void rdo_job_stop(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rondo_job *job = RDO_CONTAINER(timed, struct rondo_job, stopper);
  if (rdo_atomic_load(&job->is_over, rdo_acquire) != 0) {  // SYNC(job)
    rdo_job_end_active(job->player);
    return;
  }
  struct rdo_submission *armed = rdo_atomic_load(&job->armed, rdo_acquire);  // SYNC(job)
  if (armed != NULL && rdo_submission_take_back(armed, worker)) rdo_submission_cancel(armed);
  rdo_timed_post(worker, timed, rdo_clock_now_ns() + STOP_AGAIN_NS);
}

// When the next instance is released; periods that have passed meanwhile are skipped or follow at once.
static int64_t next_release(struct rondo_job *job, int64_t now_ns) {
  const struct rondo_player *player = job->player;
  if (job->period_ns == 0) return now_ns;
  int64_t first_ns = player->begin_ns + job->offset_ns;
  int64_t release_ns = first_ns + (int64_t)job->next_index * job->period_ns;
  if (release_ns < now_ns && job->overrun == RONDO_OVERRUN_SKIP && job->next_index != 0) {
    int64_t late_count = (now_ns - release_ns + job->period_ns - 1) / job->period_ns;
    // Those count that are released while counting is on.
    int64_t until_ns = release_ns + late_count * job->period_ns;
    if (until_ns > player->end_ns) until_ns = player->end_ns;
    int64_t from_ns = release_ns;
    if (from_ns < player->count_ns) from_ns += (player->count_ns - from_ns + job->period_ns - 1) / job->period_ns * job->period_ns;
    if (from_ns < until_ns) job->skipped_count += (uint64_t)((until_ns - from_ns + job->period_ns - 1) / job->period_ns);
    release_ns += late_count * job->period_ns;
    job->next_index += (uint64_t)late_count;
  }
  return release_ns;
}

static enum rondo_status begin_instance(struct rondo_job *job) {
  int64_t now_ns = rdo_clock_now_ns();
  int64_t release_ns = next_release(job, now_ns);
  // relaxed: hint, the runner waits for the end in any case
  if (release_ns >= job->player->end_ns || rdo_atomic_load(&job->player->is_stopping, rdo_relaxed) != 0) {
    job->phase = RDO_JOB_ENDED;
    return RONDO_OK;
  }
  job->instance = (struct rondo_instance){.index = job->next_index++, .release_ns = release_ns};
  if (job->period_ns == 0) job->instance.start_ns = now_ns;
  job->phase = RDO_JOB_RUN;
  return rdo_call_begin(&job->call, job->inputs, &job->diag);
}

static void end_instance(struct rondo_job *job, enum rondo_status status) {
  struct rondo_instance *instance = &job->instance;
  instance->end_ns = rdo_clock_now_ns();
  instance->status = status;
  if (instance->run_end_ns == 0) instance->run_end_ns = instance->end_ns;
  instance->is_missed = job->deadline_ns != 0 && instance->end_ns > instance->release_ns + job->deadline_ns;
  if (job->ended != NULL) job->ended(job->user, instance, job->outputs, status == RONDO_OK ? job->output_count : 0);
  if (status == RONDO_OK) release_outputs(job);
  // A job without a period begins while the others still wait for their first release.
  const struct rondo_player *player = job->player;
  if (instance->release_ns >= player->count_ns || player->count_ns == player->begin_ns) {
    if (job->instance_count < job->instance_capacity) {
      job->instances[job->instance_count++] = *instance;
    } else {
      ++job->dropped_count;
    }
    job->ended_count += status == RONDO_OK;
    job->failed_count += status != RONDO_OK;
    job->missed_count += instance->is_missed;
    job->stolen_count += instance->is_stolen;
    job->missed_not_stolen_count += instance->is_missed && !instance->is_stolen;
  }
  job->phase = RDO_JOB_BEGIN;
}

static void resume(void *user) { rdo_process_schedule(&((struct rondo_job *)user)->process); }

static enum rdo_drain_result drain_job(struct rdo_process *process, struct rdo_worker *worker) {
  (void)worker;
  struct rondo_job *job = RDO_CONTAINER(process, struct rondo_job, process);
  enum rondo_status status = RONDO_OK;
  if (job->phase == RDO_JOB_BEGIN) status = begin_instance(job);
  if (job->phase == RDO_JOB_ENDED) return RDO_DRAIN_DONE;
  if (status == RONDO_OK) status = rdo_call_run(&job->call, job->outputs);
  if (status == RONDO_OK) {
    end_instance(job, RONDO_OK);
    return RDO_DRAIN_MORE;
  }
  if (status == RONDO_DEFERRED) {
    status = rdo_call_watch(&job->call, resume, job);
    if (status == RONDO_OK) return RDO_DRAIN_IDLE;
  }
  // relaxed: hint. What was taken back is no failure, and counts as nothing.
  if (status == RONDO_CANCELLED && rdo_atomic_load(&job->player->is_stopping, rdo_relaxed) != 0) return RDO_DRAIN_DONE;
  end_instance(job, status);
  job->status = status;
  return RDO_DRAIN_DONE;
}

const struct rdo_process_type rdo_job_process_type = {"job", drain_job, NULL, release_job};

// Life ---------------------------------------------------------------------------------------------

enum { INSTANCES_MAX = 1 << 20, PERIOD_NS_LEAST = 10000 };

enum rondo_status rdo_job_prepare(struct rondo_job *job, struct rondo_diag *diag) {
  if (!job->has_inputs && job->input_count != 0) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "job %s has no inputs: function %s takes %d", job->name, rondo_function_name(job->function),
                    job->input_count);
  }
  // Room for every instance, so that none is kept waiting for memory.
  const struct rondo_player *player = job->player;
  int64_t period_ns = job->period_ns == 0 ? PERIOD_NS_LEAST : job->period_ns;
  int64_t wanted = (player->end_ns - player->count_ns) / period_ns + 2;
  uint64_t capacity = wanted > INSTANCES_MAX ? INSTANCES_MAX : (uint64_t)wanted;
  rdo_free(job->instances);
  job->instances = NULL;
  job->instance_capacity = 0;
  RDO_TRY(rdo_alloc_array((size_t)capacity, sizeof *job->instances, &job->instances, diag));
  job->instance_capacity = capacity;
  job->instance_count = job->dropped_count = job->skipped_count = job->failed_count = 0;
  job->ended_count = job->missed_count = job->stolen_count = job->missed_not_stolen_count = 0;
  job->next_index = 0;
  job->status = RONDO_OK;
  job->phase = RDO_JOB_BEGIN;
  rdo_diag_clear(&job->diag);
  job->stopper.run = rdo_job_stop;
  job->stopper.is_held = false;
  rdo_atomic_init(&job->armed, NULL);
  rdo_atomic_init(&job->is_over, 0);
  rdo_process_init(&job->process, &rdo_job_process_type, player->executor, 1);
  rdo_process_start_idle(&job->process);
  return RONDO_OK;
}

void rdo_job_destroy(struct rondo_job *job) {
  if (job == NULL) return;
  if (job->has_inputs) {
    for (int i = 0; i < job->input_count; ++i) rondo_value_release(&job->inputs[i]);
  }
  rdo_call_deinit(&job->call);
  rondo_model_release(&job->model);
  rondo_runtime_release(&job->runtime);
  rdo_free(job->instances);
  rdo_free(job->inputs);
  rdo_free(job->outputs);
  rdo_free(job->name);
  rdo_free(job);
}
