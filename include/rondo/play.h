// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Playing: functions of several models, each at its own rate, on the workers of one machine. A job is a
// function with a period, or with a trigger: another job, or the program; without either it starts again as soon
// as it has ended. Each start of a job is an instance, with a release: the time at which it should start.
//
//   create → add jobs → give inputs → run → statistics, trace → release
//   load (the first three, from a file) → run → ...
//
// How a release is met within a microsecond while other jobs use the same cores: docs/play.md.

#ifndef RONDO_PLAY_H_
#define RONDO_PLAY_H_

#include <stdbool.h>
#include <stdio.h>

#include "rondo/job.h"
#include "rondo/model.h"
#include "rondo/play_setup.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_player;
struct rondo_job;
struct rondo_ring;
struct rondo_trace_table;

// Zero-initialise, then set what should differ from the defaults.
struct rondo_player_options {
  // CPUs that workers are pinned to, such as "0-3,6"; NULL = one of each physical core that this process may use.
  const char *cpus;
  int worker_count;  // 0 = one for each of these CPUs
  struct rondo_play_setup setup;
};

// Where an instance is.
//
//   PENDING → READY        what it waits for is there                  its job
//   READY → SCHEDULED      its kernels have been handed to a worker    its job
//   SCHEDULED → RUNNING    its first kernel begins, at its release     that worker
//   RUNNING → COMPLETED    its results are there                       its job
//   any of them → FAILED, CANCELLED    PENDING → SKIPPED               its job
enum rondo_instance_state {
  RONDO_INSTANCE_PENDING,
  RONDO_INSTANCE_READY,
  RONDO_INSTANCE_SCHEDULED,
  RONDO_INSTANCE_RUNNING,
  RONDO_INSTANCE_COMPLETED,
  RONDO_INSTANCE_FAILED,
  RONDO_INSTANCE_CANCELLED,  // it was late: taken back, or its result dropped
  RONDO_INSTANCE_SKIPPED,    // its release did not take place
};

// One start of a job. Times are on CLOCK_MONOTONIC, in nanoseconds.
// How a worker came to what it began: it went on with it, or had spun, or slept, until it came.
enum rondo_wake { RONDO_WAKE_DIRECT,
                  RONDO_WAKE_SPIN,
                  RONDO_WAKE_SLEEP };

struct rondo_instance {
  uint64_t index;      // of the release, counting skipped ones; of a job with a trigger, that of the trigger's instance
  int64_t release_ns;  // of jobs without a period when it began, or its trigger came
  int64_t ready_ns;    // its release, or the end of what it waits for if that is later
  int64_t start_ns;    // just before its first kernel; 0 = it never came so far
  int64_t run_end_ns;  // its last kernel had ended
  int64_t end_ns;      // its results were there, or it was given up
  int64_t age_ns;      // of the oldest of its inputs from rings and other jobs, when it read them; -1 = none had anything
  enum rondo_status status;
  enum rondo_instance_state state;
  int worker;          // that ran its kernels, all of them and one after the other; -1 = several had a part in them, or none
  enum rondo_wake wake;  // to its first kernel, if it has one that began
  bool is_missed;      // it has ended after its deadline, or read an input that was too old
  bool is_degraded;    // it called the other function
  bool is_stolen;      // the machine took the CPU away around the release (see rondo_job_stats)
};

enum { RONDO_DEADLINE_NONE = -1 };

// Zero-initialise, then set what should differ from the defaults.
struct rondo_job_options {
  const char *name;      // NULL = the function's
  const char *path;      // the model, a .vmfb file
  const char *function;  // NULL = the only one
  // When it is released; at most one of the three. None: again as soon as it has ended.
  int64_t period_ns;          // at offset + n * period
  struct rondo_job *trigger;  // whenever an instance of that job has completed
  bool is_called;             // by rondo_job_call
  int64_t offset_ns;     // of the first release from the start of the run
  int64_t deadline_ns;   // of an instance's end, after its release; 0 = the period; RONDO_DEADLINE_NONE
  int priority;          // 0..255, larger is more urgent: its kernels go before those of others, between two tiles
  enum rondo_overrun overrun;
  const char *degrade_function;  // of the same model, with as many arguments and results; needed by RONDO_OVERRUN_DEGRADE alone
  enum rondo_on_error on_error;
  // Jobs whose instance of the same index comes first. When that one does not complete, this one is skipped.
  struct rondo_job *const *waits_for;  // borrowed [wait_count]
  int wait_count;
  int warm_up_count;        // calls before the first release, on the thread that runs the player
  int64_t iteration_count;  // instances until it ends; 0 = no limit
  int64_t duration_ns;      // time until it ends; 0 = no limit
  // The worker on which instances start, from 0; -1 = the player's choice.
  int worker;
  uint64_t memory_budget_bytes;  // of its tensors, 0 = no limit
  // Told of each instance when it has ended, on a worker: must return soon, not wait, and call nothing of the player.
  // NULL = nobody.
  //   outputs  borrowed for the call; none when the instance has not completed
  void (*ended)(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count);
  void *user;
};

// Takes over what attributes of the function say (docs/files.md), where the options say nothing: are 0. Those for plans, such as lanes, are left
// out. A function without attributes, and a model that is not there or comes through a pipe, change nothing.
//   options     path and function are read
//   diag        optional, filled unless OK: model, attribute, reason
//   returns     OK; what rondo_model_load says of such a file; INVALID_ARGUMENT, OUT_OF_RANGE (an attribute), UNIMPLEMENTED (degrade)
//   thread      any                phase  setup
RONDO_API enum rondo_status rondo_job_options_use_attributes(struct rondo_job_options *options, struct rondo_diag *diag) RONDO_MUST_USE;

// Creates a player and starts its workers.
//   options     borrowed, NULL = all defaults
//   out_player  owned by caller, end with rondo_player_release; NULL on error
//   diag        optional, filled unless OK
//   returns     OK, INVALID_ARGUMENT (list of CPUs, number of workers, times), RESOURCE_EXHAUSTED (memory, threads), NOT_FOUND,
//               PERMISSION_DENIED or UNAVAILABLE (a CPU that there is not, that may not be used, that is offline; memory that cannot be locked)
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

// What it has for real time. Threads that share CPUs are those of this moment.
//   thread  any                phase  setup
RONDO_API void rondo_player_granted(const struct rondo_player *player, struct rondo_play_granted *out_granted);

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

// Gives one input.
//   argument  0 .. count - 1
//   input     what it refers to is the job's when this returns OK
RONDO_API enum rondo_status rondo_job_set_input(struct rondo_job *job, int argument, const struct rondo_value *input, struct rondo_diag *diag) RONDO_MUST_USE;

// Gives zeros to all arguments that have no input yet.
//   returns  OK, INVALID_ARGUMENT (the file does not tell the shape of one), RESOURCE_EXHAUSTED
RONDO_API enum rondo_status rondo_job_set_zeros(struct rondo_job *job, struct rondo_diag *diag) RONDO_MUST_USE;

// Lets an argument read a ring buffer, which the program writes: each instance takes the newest slot that is complete, at
// its release if it has a period, else when it begins. Zeros until something was written.
//   name        of the player's ring; made if there is none. Other jobs may read it too
//   slot_count  2 or more; of a ring that is there already it is not used
//   out_ring    borrowed, lives as long as the player
//   returns     OK, INVALID_ARGUMENT (shape not told, or of another size than the ring's slots), RESOURCE_EXHAUSTED
//   phase       setup; not during a run
RONDO_API enum rondo_status rondo_job_read_ring(struct rondo_job *job, int argument, const char *name, int slot_count, struct rondo_ring **out_ring,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// Lets an argument read a result of another job of the player: the latest there is, as from a ring; or that of the same
// index, and then an instance is released when that one has completed, and skipped when it does not.
//   waits       of the same index
//   age_ns_max  an older one counts as a missed deadline; 0 = any age
//   returns     OK, INVALID_ARGUMENT (shape not told, no such result, a job that would wait for itself), RESOURCE_EXHAUSTED
//   phase       setup; not during a run
RONDO_API enum rondo_status rondo_job_read_result(struct rondo_job *job, int argument, struct rondo_job *source, int result, bool waits,
                                                  int64_t age_ns_max, struct rondo_diag *diag) RONDO_MUST_USE;

// Lets an argument be written by the program, for each instance just when a ring would be read: at its release if it has a period, else when
// it begins. Before the first, and in warm-up calls, it is zeros; so it is for a program without kernels, with a period, which runs ahead.
//   fill     writes the argument's tensor (f32[n][h][w][c] and the like, row-major, 64-byte aligned); what it does not write stays as the
//            instance before had it. `instance` is borrowed: its index, release, ready and start mean something. OK, or the instance fails with
//            what it returns, once its kernels have run; its results are dropped
//   thread   of `fill`: a worker, one at a time for a job; for jobs beside each other at once   phase  rt: what it takes comes between release and
//            first kernel, and holds its worker. It must not wait, nor call anything of the player but rondo_ring_*
//   returns  OK, INVALID_ARGUMENT (no such argument, shape not told), FAILED_PRECONDITION (it reads a ring or another job), RESOURCE_EXHAUSTED
//   phase    setup; not during a run
RONDO_API enum rondo_status rondo_job_fill_input(struct rondo_job *job, int argument,
                                                 enum rondo_status (*fill)(void *user, const struct rondo_instance *instance, void *bytes,
                                                                           uint64_t byte_length),
                                                 void *user, struct rondo_diag *diag) RONDO_MUST_USE;

// Releases a job with `is_called` now. Before or after a run: nothing.
//   thread  any      phase  steady
RONDO_API void rondo_job_call(struct rondo_job *job);

// Rings: one writer at a time, any number of jobs that read. Neither ever waits for the other.
RONDO_API struct rondo_ring *rondo_player_find_ring(const struct rondo_player *player, const char *name);  // NULL = none
RONDO_API uint64_t rondo_ring_byte_length(const struct rondo_ring *ring);                                   // of a slot

// A slot to be written, which nobody reads until it is ended; its old contents are of no use.
//   returns  NULL: readers hold all slots but one just now; at most one reader a slot, so slot_count >= readers + 2 excludes it
//   thread   one at a time      phase  rt
RONDO_API void *rondo_ring_begin(struct rondo_ring *ring);

// Makes it the newest.
RONDO_API void rondo_ring_end(struct rondo_ring *ring);

// Both, with a copy.
//   returns  OK, INVALID_ARGUMENT (of another size than a slot), UNAVAILABLE (no slot)
RONDO_API enum rondo_status rondo_ring_write(struct rondo_ring *ring, const void *bytes, uint64_t byte_length) RONDO_MUST_USE;

// Files ----------------------------------------------------------------------------------------------

// Zero-initialise, then set what should differ from the defaults.
struct rondo_load_options {
  struct rondo_player_options player;  // its CPUs: NULL = those of the machine file, if there is one
  const char *machine_path;            // in place of the one that the jobs file names; NULL = that
  enum rondo_on_error on_error;        // of jobs that do not say it
  // Makes the value of an argument from text as `rondo run --input` takes it: "1x64xf32=0.5", "@frame.npy" with the file's
  // whole path. NULL: files with such inputs are refused.
  //   out_value  holds become the job's
  enum rondo_status (*read_input)(void *user, struct rondo_job *job, int argument, const char *text, struct rondo_value *out_value,
                                  struct rondo_diag *diag);
  void *user;
  // Told of each thing in the file that is remarkable, such as a key that nobody reads. NULL = nobody.
  void (*note)(void *user, const char *text);
};

// Creates a player with the jobs of a jobs file (docs/files.md), in its order, with their inputs; or of a plan that carries its jobs, which is not
// followed, and neither is its machine.
//   out_player  owned by caller, end with rondo_player_release; NULL on error
//   diag        optional, filled unless OK: file, key path, reason
//   returns     what rondo_file_read, rondo_player_create and rondo_player_add_job return
//   phase       setup
RONDO_API enum rondo_status rondo_player_load(const char *path, const struct rondo_load_options *options, struct rondo_player **out_player,
                                              struct rondo_diag *diag) RONDO_MUST_USE;

// Jobs in the order in which they were added, or that of the file.
RONDO_API int rondo_player_job_count(const struct rondo_player *player);
RONDO_API struct rondo_job *rondo_player_job(const struct rondo_player *player, int index);
RONDO_API struct rondo_job *rondo_player_find_job(const struct rondo_player *player, const char *name);  // NULL = none

// Limits of every run, of the player as a whole; 0 = none. A file sets them.
struct rondo_limits {
  int64_t duration_ns;
  int64_t iteration_count;  // of each job, if it has no lower limit itself
};
RONDO_API struct rondo_limits rondo_player_limits(const struct rondo_player *player);
RONDO_API void rondo_player_set_limits(struct rondo_player *player, const struct rondo_limits *limits);

// Runs -----------------------------------------------------------------------------------------------

// Plays all jobs, then waits until their last instances have ended. The calling thread sleeps meanwhile, on CPUs without workers where there are.
//   warm_up_ns   played first, not counted
//   duration_ns  then for so long; jobs' instances that were released by then are played to the end. 0 = as the limits say:
//                without any until all jobs have ended, or somebody stops them
//   returns      OK, also when deadlines were missed; FAILED_PRECONDITION (no job, inputs missing); the first
//                failure of an instance: its job stops there, others go on unless its on_error says otherwise
//   thread       one at a time, not from a callback      phase  steady
RONDO_API enum rondo_status rondo_player_run(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a run early, or the next one at its beginning. What waits for its release is taken back and does not count; what has
// started is played to its end.
//   thread  any, also in a signal handler      phase  rt
RONDO_API void rondo_player_stop(struct rondo_player *player);

// What has happened since the run began (its warm-up included), of all jobs or one of them. Each number is right, but they
// are read one after the other.
struct rondo_counters {
  uint64_t scheduled;  // instances handed to workers
  uint64_t completed, missed, failed, cancelled, skipped, degraded;
  uint64_t ready;      // released just now, and waiting for their worker
  int64_t latency_ns_mean;  // of the completed ones: end - release
};

//   thread  any, also during a run      phase  rt
RONDO_API void rondo_player_counters(const struct rondo_player *player, struct rondo_counters *out_counters);
RONDO_API void rondo_job_counters(const struct rondo_job *job, struct rondo_counters *out_counters);

// Time for which a worker has had its CPU since the player was created, for work or spinning: its load is the difference of
// two of them, divided by the time between.
//   worker   0 .. worker_count - 1
//   returns  nanoseconds; -1: no such worker, or the system does not tell
//   thread   any, also during a run      phase  steady
RONDO_API int64_t rondo_player_worker_time(const struct rondo_player *player, int worker);

// How much of that was spinning for releases.
//   returns  nanoseconds; -1: no such worker
//   thread   any, also during a run      phase  rt
RONDO_API int64_t rondo_player_worker_spun(const struct rondo_player *player, int worker);

// The cluster that a worker is on: that of the machine file, or as `rondo machine --output` would call it.
//   returns  borrowed, lives as long as the player; "" = none, or not known
//   thread   any                phase  rt
RONDO_API const char *rondo_player_worker_cluster(const struct rondo_player *player, int worker);

// Percentiles of a set of times, in nanoseconds.
struct rondo_percentiles {
  uint64_t count;
  int64_t min, p50, p90, p99, p999, max;  // exact; 0 when there are none
};

struct rondo_job_stats {
  uint64_t released, ended, missed, skipped, failed;  // ended: completed; released: begun, whatever became of it
  uint64_t cancelled, degraded;
  uint64_t stolen;  // instances around whose release the machine took the worker's CPU for over 20 us
  uint64_t missed_not_stolen;
  uint64_t skipped_not_stolen;  // without those that a stolen instance before them was late for
  struct rondo_percentiles start_delay;             // start - ready; of jobs with a period
  struct rondo_percentiles start_delay_not_stolen;  // without those instances
  struct rondo_percentiles run;                     // run_end - start
  struct rondo_percentiles latency;                 // end - release
  struct rondo_percentiles age;                     // of inputs from rings and other jobs
};

// Figures of the last run.
//   diag     optional, filled unless OK
//   returns  OK, RESOURCE_EXHAUSTED
//   thread   any, not during a run      phase  setup
RONDO_API enum rondo_status rondo_job_statistics(const struct rondo_job *job, struct rondo_job_stats *out_stats, struct rondo_diag *diag) RONDO_MUST_USE;

// The instances of the last run, in order: the first 2^20 at most, of a job without a period fewer when it is
// faster than one in 10 us. Of releases that were skipped at once the first 64. Counts in the statistics are of all,
// percentiles of these.
//   returns  how many; *out_instances is borrowed until the next run
//   thread   any, not during a run      phase  rt
RONDO_API uint64_t rondo_job_instances(const struct rondo_job *job, const struct rondo_instance **out_instances);

// A table of the instances of the last run, for rondo/trace.h: one iteration, a node for each instance. Planned is its
// release; docs/play.md has the columns.
//   out_table  owned by caller, end with rondo_trace_table_release; NULL on error
//   returns    OK, RESOURCE_EXHAUSTED
//   phase      setup; not during a run
RONDO_API enum rondo_status rondo_player_trace(const struct rondo_player *player, struct rondo_trace_table **out_table,
                                               struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif

#endif  // RONDO_PLAY_H_
