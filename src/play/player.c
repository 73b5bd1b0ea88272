// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/player.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "machine/local_memory.h"
#include "machine/placement.h"
#include "play/played_function.h"

enum {
  SPIN_NS = 20000,          // unplanned idleness before a worker sleeps
  BUSY_SPIN_NS = 200000,    // and while others are at work
  START_DELAY_NS = 2000000, // from run to the first release: arming, waking
};
static const int64_t TIME_NS_MAX = INT64_C(366) * 24 * 3600 * 1000000000;  // a year

// Players ------------------------------------------------------------------------------------------

static enum rondo_status place_workers(const struct rondo_player_options *options, const struct rdo_topology *topology, struct rdo_placement *out_placement,
                                       struct rondo_diag *diag) {
  struct rdo_cpu_set cpus;
  if (options->cpus == NULL) return rdo_placement_make(topology, RDO_PLACEMENT_CORE, NULL, out_placement, diag);
  RDO_TRY(rdo_cpu_set_parse((struct rdo_bytes){(const uint8_t *)options->cpus, strlen(options->cpus)}, &cpus, diag));
  return rdo_placement_from_set(topology, &cpus, out_placement, diag);
}

//   cpus  [RDO_WORKERS_MAX], filled: where each worker goes
static enum rondo_status plan_executor(const struct rondo_player_options *options, const struct rdo_topology *topology, struct rdo_cpu_set *cpus,
                                       struct rdo_executor_options *out, struct rondo_diag *diag) {
  struct rdo_placement placement;
  RDO_TRY(place_workers(options, topology, &placement, diag));
  int count = options->worker_count == 0 ? placement.worker_count : options->worker_count;
  enum rondo_status status = RONDO_OK;
  if (count < 1 || count > RDO_WORKERS_MAX) status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d workers (1 to %d)", count, RDO_WORKERS_MAX);
  struct rdo_cpu_set all = rdo_cpu_set_none();
  for (int i = 0; i < count && status == RONDO_OK; ++i) {
    cpus[i] = placement.workers[i % placement.worker_count].cpus;
    all = rdo_cpu_set_or(all, &cpus[i]);
  }
  rdo_placement_deinit(&placement);
  RDO_TRY(status);
  *out = (struct rdo_executor_options){.worker_count = (uint32_t)count,
                                       .worker_cpus = cpus,
                                       .spin_ns = SPIN_NS, .busy_spin_ns = BUSY_SPIN_NS,
                                       .local_memory_bytes = rdo_local_memory_bytes(topology, &all),
                                       .is_played = true};
  return RONDO_OK;
}

static enum rondo_status create_executor(const struct rondo_player_options *options, const struct rdo_player_lane_maker *maker, struct rdo_executor **out_executor,
                                         struct rondo_diag *diag) {
  struct rdo_topology topology;
  struct rdo_cpu_set cpus[RDO_WORKERS_MAX];
  struct rdo_executor_options executor;
  struct rdo_player_lanes more = {.count = 0};
  struct rdo_lane lanes[RDO_LANES_MAX - 1] = {{{0}}};
  enum rondo_status status = rdo_topology_read(NULL, &topology, diag);
  if (status == RONDO_OK) status = plan_executor(options, &topology, cpus, &executor, diag);
  rdo_topology_deinit(&topology);
  RDO_TRY(status);
  if (maker != NULL) RDO_TRY(maker->make(maker->user, cpus, executor.worker_count, &more, diag));
  for (uint32_t i = 0; i < executor.worker_count; ++i) lanes[0].workers[i / 64] |= UINT64_C(1) << i % 64;
  memcpy(lanes + 1, more.lanes, more.count * sizeof *lanes);
  executor.lanes = lanes;
  executor.lane_count = more.count + 1;
  return rdo_executor_create(&executor, out_executor, diag);
}

enum rondo_status rondo_player_create(const struct rondo_player_options *options, struct rondo_player **out_player, struct rondo_diag *diag) {
  return rdo_player_create(options, NULL, out_player, diag);
}

enum rondo_status rdo_player_create(const struct rondo_player_options *options, const struct rdo_player_lane_maker *maker, struct rondo_player **out_player,
                                    struct rondo_diag *diag) {
  static const struct rondo_player_options defaults;
  *out_player = NULL;
  struct rondo_player *player;
  RDO_TRY(rdo_alloc(sizeof *player, &player, diag));
  rdo_atomic_init(&player->is_stopping, 0);
  rdo_atomic_init(&player->active_count, 0);
  rdo_atomic_init(&player->changes, 0);
  pthread_mutex_init(&player->call_lock, NULL);
  enum rondo_status status = create_executor(options == NULL ? &defaults : options, maker, &player->executor, diag);
  if (status != RONDO_OK) {
    pthread_mutex_destroy(&player->call_lock);
    rdo_free(player);
    return status;
  }
  *out_player = player;
  return RONDO_OK;
}

void rondo_player_release(struct rondo_player **player) {
  if (player == NULL || *player == NULL) return;
  for (struct rondo_job *job = (*player)->jobs; job != NULL; job = job->next) rdo_device_close(job->runtime->device);  // what failed jobs have left
  rdo_executor_stop((*player)->executor);  // a worker may still be leaving the process of a job's queue
  for (struct rondo_job *job = (*player)->jobs, *next; job != NULL; job = next) {
    next = job->next;
    rdo_job_destroy(job);
  }
  for (struct rondo_ring *ring = (*player)->rings, *next; ring != NULL; ring = next) {
    next = ring->next;
    rdo_ring_destroy(ring);
  }
  rdo_executor_destroy((*player)->executor);
  rdo_free((*player)->resources);
  pthread_mutex_destroy(&(*player)->call_lock);
  rdo_free(*player);
  *player = NULL;
}

struct rondo_limits rondo_player_limits(const struct rondo_player *player) { return player->limits; }
void rondo_player_set_limits(struct rondo_player *player, const struct rondo_limits *limits) { player->limits = *limits; }

int rondo_player_worker_count(const struct rondo_player *player) { return (int)player->executor->worker_count; }

void rondo_player_dump(const struct rondo_player *player, FILE *file) {
  rdo_executor_dump(player->executor, file);
  for (const struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    fprintf(file, "job %s, ", job->name);
    rdo_queue_dump(&job->runtime->device->queues[0], file);
  }
  fflush(file);
}

// Jobs ---------------------------------------------------------------------------------------------

static enum rondo_status check_options(const struct rondo_player *player, const struct rondo_job_options *options, struct rondo_diag *diag) {
  const char *name = options->name == NULL ? options->path : options->name;
  if (options->path == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job without a model");
  if (options->period_ns < 0 || options->offset_ns < 0 || options->deadline_ns < RONDO_DEADLINE_NONE) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: period, offset and deadline are not negative", name);
  }
  if (options->period_ns > TIME_NS_MAX || options->offset_ns > TIME_NS_MAX || options->deadline_ns > TIME_NS_MAX || options->duration_ns > TIME_NS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "job %s: period, offset, deadline and duration are at most a year", name);
  }
  if ((options->period_ns != 0) + (options->trigger != NULL) + options->is_called > 1) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: more than one of period, trigger and call: keep one of them", name);
  }
  if (options->warm_up_count < 0 || options->iteration_count < 0 || options->duration_ns < 0 || options->wait_count < 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: counts and duration are not negative", name);
  }
  if (options->overrun < RONDO_OVERRUN_SKIP || options->overrun > RONDO_OVERRUN_DEGRADE) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: no overrun rule has number %d", name, (int)options->overrun);
  }
  if ((options->overrun == RONDO_OVERRUN_DEGRADE) != (options->degrade_function != NULL)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: overrun degrade goes with a function to degrade to", name);
  }
  if (options->priority < 0 || options->priority > RDO_PLAYER_PRIORITY_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "job %s: priority %d (0 to %d)", name, options->priority, RDO_PLAYER_PRIORITY_MAX);
  }
  if (options->worker < -1 || options->worker >= (int)player->executor->worker_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: worker %d (there are %u)", name, options->worker, player->executor->worker_count);
  }
  return RONDO_OK;
}

static enum rondo_status find_degraded(struct rondo_job *job, const struct rondo_job_options *options, struct rondo_diag *diag) {
  if (options->degrade_function == NULL) return RONDO_OK;
  RDO_TRY(rdo_played_function_find(job->model, job->name, options->degrade_function, &job->degraded_function, diag));
  const struct rondo_function *other = job->degraded_function;
  if (rondo_function_argument_count(other) != job->input_count || rondo_function_result_count(other) != job->output_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: function %s takes %d and returns %d, %s to degrade to takes %d and returns %d", job->name,
                    rondo_function_name(job->function), job->input_count, job->output_count, rondo_function_name(other),
                    rondo_function_argument_count(other), rondo_function_result_count(other));
  }
  return rdo_call_init(&job->degraded_call, (struct rondo_function *)(uintptr_t)other, diag);
}

static enum rondo_status load_job(struct rondo_job *job, const struct rondo_job_options *options, const struct rdo_job_placing *placing, struct rondo_diag *diag) {
  RDO_TRY(rdo_played_model_load(job->player->executor, options->path, options->memory_budget_bytes, &job->runtime, &job->model, diag));
  RDO_TRY(rdo_played_function_find(job->model, options->name == NULL ? "" : options->name, options->function, &job->function, diag));
  RDO_TRY(rdo_call_init(&job->call, (struct rondo_function *)(uintptr_t)job->function, diag));
  job->input_count = rondo_function_argument_count(job->function);
  job->output_count = rondo_function_result_count(job->function);
  RDO_TRY(rdo_alloc_array((size_t)job->input_count + 1, sizeof *job->inputs, &job->inputs, diag));
  RDO_TRY(rdo_alloc_array((size_t)job->input_count + 1, sizeof *job->is_given, &job->is_given, diag));
  RDO_TRY(rdo_alloc_array((size_t)job->input_count + 1, sizeof *job->sources, &job->sources, diag));
  RDO_TRY(rdo_alloc_array((size_t)job->output_count + 1, sizeof *job->outputs, &job->outputs, diag));
  const char *name = options->name == NULL ? rondo_function_name(job->function) : options->name;
  size_t name_size = strlen(name) + 1;
  RDO_TRY(rdo_alloc(name_size, &job->name, diag));
  memcpy(job->name, name, name_size);
  RDO_TRY(rdo_alloc_array((size_t)placing->resource_count + 1, sizeof *job->resources, &job->resources, diag));
  if (placing->resource_count != 0) memcpy(job->resources, placing->resources, placing->resource_count * sizeof *job->resources);
  job->resource_count = placing->resource_count;
  RDO_TRY(find_degraded(job, options, diag));
  // Initializers have run; from here on executions wait for their release, and what may be cancelled for its worker.
  if (options->period_ns != 0 || options->overrun == RONDO_OVERRUN_CANCEL) job->runtime->device->queues[0].scheduler = &job->scheduler;
  return RONDO_OK;
}

// What the job waits for: jobs that are there already, so none of them waits for it.
static enum rondo_status link_job(struct rondo_job *job, const struct rondo_job_options *options, struct rondo_diag *diag) {
  enum { CALLS_KEPT = 64 };
  if (options->is_called) RDO_TRY(rdo_ring_create(NULL, CALLS_KEPT, 0, &job->calls, diag));
  if (options->trigger != NULL) RDO_TRY(rdo_job_link(options->trigger, job, -1, 0, true, &job->calls, diag));
  job->trigger = options->trigger;
  for (int i = 0; i < options->wait_count; ++i) {
    struct rondo_ring *ring;
    RDO_TRY(rdo_job_link(options->waits_for[i], job, -1, 0, true, &ring, diag));
    RDO_TRY(rdo_job_add_wait(job, options->waits_for[i], ring, diag));
  }
  return RONDO_OK;
}

enum rondo_status rondo_player_add_job(struct rondo_player *player, const struct rondo_job_options *options, struct rondo_job **out_job,
                                       struct rondo_diag *diag) {
  return rdo_player_add_job(player, options, NULL, out_job, diag);
}

enum rondo_status rdo_player_add_job(struct rondo_player *player, const struct rondo_job_options *options, const struct rdo_job_placing *placing,
                                     struct rondo_job **out_job, struct rondo_diag *diag) {
  static const struct rdo_job_placing anywhere = {.lane = RDO_PLAYER_LANE_ALL};
  if (placing == NULL) placing = &anywhere;
  *out_job = NULL;
  RDO_TRY(check_options(player, options, diag));
  struct rondo_job *job;
  RDO_TRY(rdo_alloc(sizeof *job, &job, diag));
  job->scheduler = rdo_job_scheduler;
  job->player = player;
  job->period_ns = options->period_ns;
  job->offset_ns = options->offset_ns;
  job->deadline_ns = options->deadline_ns == 0 ? options->period_ns : options->deadline_ns == RONDO_DEADLINE_NONE ? 0 : options->deadline_ns;
  job->release = options->period_ns != 0 ? RDO_RELEASE_PERIODIC : options->trigger != NULL || options->is_called ? RDO_RELEASE_TRIGGER : RDO_RELEASE_FREE;
  job->priority = options->priority;
  job->lane = placing->lane;
  job->width_max = placing->width_max;
  job->overrun = options->overrun;
  job->on_error = options->on_error;
  job->warm_up_count = options->warm_up_count;
  job->iteration_limit = options->iteration_count;
  job->duration_limit_ns = options->duration_ns;
  job->ended = options->ended;
  job->user = options->user;
  // The first worker is where interrupts and other programs most often are.
  uint32_t count = player->executor->worker_count;
  uint32_t index = options->worker >= 0 ? (uint32_t)options->worker : count - 1 - (uint32_t)player->job_count % count;
  job->worker = &player->executor->workers[index];
  enum rondo_status status = load_job(job, options, placing, diag);
  if (status == RONDO_OK) status = link_job(job, options, diag);
  if (status != RONDO_OK) {
    rdo_job_unlink(job);
    if (job->trigger != NULL) job->calls = NULL;
    rdo_job_destroy(job);
    return status;
  }
  struct rondo_job **end = &player->jobs;
  while (*end != NULL) end = &(*end)->next;
  *end = job;
  ++player->job_count;
  *out_job = job;
  return RONDO_OK;
}

const char *rondo_job_name(const struct rondo_job *job) { return job->name; }
const struct rondo_function *rondo_job_function(const struct rondo_job *job) { return job->function; }
struct rondo_runtime *rondo_job_runtime(const struct rondo_job *job) { return job->runtime; }

int rondo_player_job_count(const struct rondo_player *player) { return player->job_count; }

struct rondo_job *rondo_player_job(const struct rondo_player *player, int index) {
  struct rondo_job *job = player->jobs;
  while (job != NULL && index-- > 0) job = job->next;
  return job;
}

struct rondo_job *rondo_player_find_job(const struct rondo_player *player, const char *name) {
  struct rondo_job *job = player->jobs;
  while (job != NULL && strcmp(job->name, name) != 0) job = job->next;
  return job;
}

void rondo_job_call(struct rondo_job *job) {
  struct rondo_player *player = job->player;
  if (job->release != RDO_RELEASE_TRIGGER || job->trigger != NULL) return;
  pthread_mutex_lock(&player->call_lock);  // one writer at a time, and the process stays
  if (player->is_callable && rdo_ring_begin(job->calls) != NULL) {
    rdo_ring_end(job->calls, job->calls->entry_count, rdo_clock_now_ns());
    rdo_process_schedule(&job->process);
  }
  pthread_mutex_unlock(&player->call_lock);
}

// Runs ---------------------------------------------------------------------------------------------

void rdo_player_tell(struct rondo_player *player) {
  rdo_atomic_add(&player->changes, 1, rdo_seq_cst);  // SYNC(job): after what has changed
  rdo_futex_wake_all(&player->changes);
}

void rondo_player_stop(struct rondo_player *player) {
  rdo_atomic_store(&player->is_stopping, 1, rdo_seq_cst);  // SYNC(job)
  rdo_player_tell(player);
}

static void stop_jobs(struct rondo_player *player) {
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    rdo_atomic_add(&player->active_count, 1, rdo_acq_rel);  // SYNC(job)
    rdo_timed_post(job->worker, &job->stopper, 0);
  }
}

static bool is_called(const struct rondo_job *job) { return job->release == RDO_RELEASE_TRIGGER && job->trigger == NULL; }

// Nobody but the program wakes a job that it calls: when its time is over the runner does.
//   returns  when to come again
static int64_t end_called(struct rondo_player *player, int64_t now_ns) {
  int64_t next_ns = INT64_MAX;
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    if (!is_called(job)) continue;
    if (job->end_ns <= now_ns) rdo_process_schedule(&job->process);
    else if (job->end_ns < next_ns) next_ns = job->end_ns;
  }
  return next_ns;
}

// Until all jobs have ended; once somebody wants it, their instances that have not begun are taken back.
static void await_jobs(struct rondo_player *player) {
  for (bool is_told = false;;) {
    uint32_t heard = rdo_atomic_load(&player->changes, rdo_seq_cst);  // SYNC(job): before looking
    if (rdo_atomic_load(&player->active_count, rdo_acquire) == 0) return;  // SYNC(job)
    if (!is_told && rdo_atomic_load(&player->is_stopping, rdo_seq_cst) != 0) {  // SYNC(job)
      is_told = true;
      stop_jobs(player);
    } else {
      rdo_futex_wait(&player->changes, heard, end_called(player, rdo_clock_now_ns()));
    }
  }
}

static void set_callable(struct rondo_player *player, bool is_callable) {
  pthread_mutex_lock(&player->call_lock);
  player->is_callable = is_callable;
  pthread_mutex_unlock(&player->call_lock);
}

static enum rondo_status prepare_jobs(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns, struct rondo_diag *diag) {
  rdo_player_place_jobs(player);
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    enum rondo_status status = rdo_job_warm_up(job, diag);
    if (status == RONDO_OK) continue;
    rdo_annotate(diag, "job %s, before its first release", job->name);
    return status;
  }
  player->begin_ns = rdo_clock_now_ns() + START_DELAY_NS;
  player->count_ns = player->begin_ns + warm_up_ns;
  player->end_ns = player->count_ns + duration_ns;
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) RDO_TRY(rdo_job_prepare(job, diag));
  return RONDO_OK;
}

enum rondo_status rondo_player_run(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns, struct rondo_diag *diag) {
  if (player->jobs == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "player without jobs");
  if (duration_ns == 0) duration_ns = player->limits.duration_ns;
  if (duration_ns == 0) duration_ns = TIME_NS_MAX;
  if (warm_up_ns < 0 || duration_ns < 0 || warm_up_ns > TIME_NS_MAX || duration_ns > TIME_NS_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "run of %lld ns after %lld ns", (long long)duration_ns, (long long)warm_up_ns);
  }
  RDO_TRY(prepare_jobs(player, warm_up_ns, duration_ns, diag));
  uint32_t active_count = 0;
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) active_count += rdo_job_active_count(job);
  rdo_atomic_store(&player->active_count, active_count, rdo_release);  // SYNC(job)
  set_callable(player, true);
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) rdo_job_start(job);
  await_jobs(player);
  set_callable(player, false);
  rdo_atomic_store(&player->is_stopping, 0, rdo_relaxed);  // relaxed: hint
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    if (job->status == RONDO_OK) continue;
    if (diag != NULL) *diag = job->diag;
    rdo_annotate(diag, "job %s", job->name);
    return job->status;
  }
  return RONDO_OK;
}
