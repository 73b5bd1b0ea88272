// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Playing: functions of several models, each at its own rate, on the workers of one machine. A job is a
// function with a period (or none: then it starts again as soon as it has ended). Each start of a job is an
// instance, with a release: the time at which it should start.
//
//   create → add jobs → give inputs → run → statistics → release
//
// How a release is met within a microsecond while other jobs use the same cores: docs/play.md.

#ifndef RONDO_PLAY_H_
#define RONDO_PLAY_H_

#include <stdbool.h>
#include <stdio.h>

#include "rondo/model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_player;
struct rondo_job;

// Zero-initialise, then set what should differ from the defaults.
struct rondo_player_options {
  // CPUs that workers are pinned to, such as "0-3,6"; NULL = one of each physical core that this process may use.
  const char *cpus;
  int worker_count;  // 0 = one for each of these CPUs
};

// What to do when an instance has not ended at the release of the next one.
enum rondo_overrun {
  RONDO_OVERRUN_SKIP,   // releases that have passed are left out, and counted
  RONDO_OVERRUN_QUEUE,  // they follow as soon as possible, late
};

// One start of a job. Times are on CLOCK_MONOTONIC, in nanoseconds.
struct rondo_instance {
  uint64_t index;      // of the release, counting skipped ones
  int64_t release_ns;  // of jobs without a period when it began
  int64_t start_ns;    // just before its first kernel; 0 = it never came so far
  int64_t run_end_ns;  // its last kernel had ended
  int64_t end_ns;      // its results were there
  enum rondo_status status;
  bool is_missed;      // end_ns was after the deadline
  bool is_stolen;      // the machine took the CPU away around the release (see rondo_job_stats)
};

// Zero-initialise, then set what should differ from the defaults.
struct rondo_job_options {
  const char *name;      // NULL = the function's
  const char *path;      // the model, a .vmfb file
  const char *function;  // NULL = the only one
  int64_t period_ns;     // 0 = starts again as soon as it has ended
  int64_t offset_ns;     // of the first release from the start of the run
  int64_t deadline_ns;   // of an instance's end, after its release; 0 = the period
  enum rondo_overrun overrun;
  // The worker on which instances start, from 0; -1 = the player's choice.
  int worker;
  uint64_t memory_budget_bytes;  // of its tensors, 0 = no limit
  // Told of each instance when it has ended, on a worker: must return soon, not wait, and call nothing of the player.
  // NULL = nobody.
  //   outputs  borrowed for the call; none when instance->status is not OK
  void (*ended)(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count);
  void *user;
};

// Creates a player and starts its workers.
//   options     borrowed, NULL = all defaults
//   out_player  owned by caller, end with rondo_player_release; NULL on error
//   diag        optional, filled unless OK
//   returns     OK, INVALID_ARGUMENT (list of CPUs, number of workers), RESOURCE_EXHAUSTED (memory, threads), NOT_FOUND,
//               PERMISSION_DENIED or UNAVAILABLE (a CPU that there is not, that may not be used, that is offline)
//   thread      any                phase  setup
RONDO_API enum rondo_status rondo_player_create(const struct rondo_player_options *options, struct rondo_player **out_player, struct rondo_diag *diag)
    RONDO_MUST_USE;

// Ends the workers, releases all jobs and nulls the pointer.
//   player  may be NULL or point to NULL; no run is in progress
//   thread  one at a time, not from a callback      phase  setup
RONDO_API void rondo_player_release(struct rondo_player **player);

// How many workers it has.
//   thread  any                phase  rt
RONDO_API int rondo_player_worker_count(const struct rondo_player *player);

// Writes what workers and jobs do right now, for people who look for the reason why nothing comes; see rondo_runtime_dump.
//   file    borrowed; flushed
//   thread  any, but not while jobs are added; not in a signal handler      phase  steady
RONDO_API void rondo_player_dump(const struct rondo_player *player, FILE *file);

// Loads a model and adds a job. Each job has a copy of the model's state and a queue of its own.
//   options  borrowed
//   out_job  borrowed, lives as long as the player; NULL on error
//   diag     optional, filled unless OK
//   returns  OK, INVALID_ARGUMENT or OUT_OF_RANGE (times, worker), UNIMPLEMENTED (a function that takes fences), and what
//            rondo_model_load and rondo_model_find say; on error the player is as before
//   thread   one at a time, not during a run      phase  setup
RONDO_API enum rondo_status rondo_player_add_job(struct rondo_player *player, const struct rondo_job_options *options, struct rondo_job **out_job,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// What a job is called, and the function that it plays.
//   returns  borrowed, live as long as the player
//   thread   any                phase  rt
RONDO_API const char *rondo_job_name(const struct rondo_job *job);
RONDO_API const struct rondo_function *rondo_job_function(const struct rondo_job *job);

// For making tensors that are inputs of the job.
//   returns  borrowed, lives as long as the player
//   thread   any                phase  rt
RONDO_API struct rondo_runtime *rondo_job_runtime(const struct rondo_job *job);

// Gives the inputs of every instance from the next one on.
//   inputs  [count], the array borrowed; what they refer to is the job's from here on. The bytes of a tensor may be written
//           at any time; an instance reads them while it runs
//   returns INVALID_ARGUMENT (another number, other kinds): then they are still the caller's
//   thread  one at a time, not during a run      phase  setup
RONDO_API enum rondo_status rondo_job_set_inputs(struct rondo_job *job, int count, const struct rondo_value *inputs, struct rondo_diag *diag) RONDO_MUST_USE;

// Plays all jobs, then waits until their last instances have ended. The calling thread sleeps meanwhile.
//   warm_up_ns   played first, not counted
//   duration_ns  then for so long; jobs' instances that were released by then are played to the end
//   returns      OK, also when deadlines were missed; FAILED_PRECONDITION (no job, inputs missing); the first
//                failure of an instance: its job stops there, others go on
//   thread       one at a time, not from a callback      phase  steady
RONDO_API enum rondo_status rondo_player_run(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a run early, or the next one at its beginning. What waits for its release is taken back and does not count; what has
// started is played to its end.
//   thread  any, also in a signal handler      phase  rt
RONDO_API void rondo_player_stop(struct rondo_player *player);

// Percentiles of a set of times, in nanoseconds.
struct rondo_percentiles {
  uint64_t count;
  int64_t min, p50, p90, p99, p999, max;  // exact; 0 when there are none
};

struct rondo_job_stats {
  uint64_t released, ended, missed, skipped, failed;
  uint64_t stolen;  // instances around whose release the machine took the worker's CPU for over 20 us
  uint64_t missed_not_stolen;
  struct rondo_percentiles start_delay;             // start - release
  struct rondo_percentiles start_delay_not_stolen;  // without those instances
  struct rondo_percentiles run;                     // run_end - start
  struct rondo_percentiles latency;                 // end - release, or - start without a period
};

// Figures of the last run.
//   diag     optional, filled unless OK
//   returns  OK, RESOURCE_EXHAUSTED
//   thread   any, not during a run      phase  setup
RONDO_API enum rondo_status rondo_job_statistics(const struct rondo_job *job, struct rondo_job_stats *out_stats, struct rondo_diag *diag) RONDO_MUST_USE;

// The instances of the last run, in order: the first 2^20 at most, of a job without a period fewer when it is
// faster than one in 10 us. Counts in the statistics are of all, percentiles of these.
//   returns  how many; *out_instances is borrowed until the next run
//   thread   any, not during a run      phase  rt
RONDO_API uint64_t rondo_job_instances(const struct rondo_job *job, const struct rondo_instance **out_instances);

#ifdef __cplusplus
}
#endif

#endif  // RONDO_PLAY_H_
