// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Playing a schedule file: a plan of `rondo plan`, or one of another tool (docs/files.md, variants A-D), on the lanes of a
// machine. Each node runs after its predecessors, where and when a policy says.
//
//   create → run → table → release

#ifndef RONDO_PLAY_SCHEDULE_H_
#define RONDO_PLAY_SCHEDULE_H_

#include <stdbool.h>
#include <stdint.h>

#include "rondo/model.h"
#include "rondo/profile.h"
#include "rondo/status.h"
#include "rondo/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_schedule_player;
struct rondo_schedule_progress;

// The model of a job of the schedule.
struct rondo_schedule_model {
  const char *job;       // its name, or what its periodic instances have in common: "mlp" of "mlp0", "mlp1"; NULL = all that have none before this
  const char *path;      // a .vmfb
  const char *function;  // NULL = its only one
};

struct rondo_schedule_variant {
  const char *target, *variant;
};

// An argument of a job's calls.
struct rondo_schedule_input {
  const char *job;   // what its instances have in common, as above
  const char *text;  // what read_input takes
};

// Zero-initialise, then set what should differ from the defaults.
struct rondo_schedule_play_options {
  // Path of the machine file whose lanes the targets are; NULL = the machine that a plan carries, else a worker for each target.
  const char *machine_file;
  bool is_anywhere;       // the CPUs of the machine file are another machine's: workers take the ones of this process in turn
  const char *cpus;       // CPUs that workers may have, such as "0-3,6"; NULL = those of this process
  const char *policy;     // "planned", "strict", "dynamic", ...; NULL = "planned"
  int64_t late_ns;        // planned: a node later than this is urgent and may run elsewhere; 0 = never
  bool locks_all;         // no node starts before its planned start; else those with the policy phase_locked
  bool is_boosted;        // nothing that would run past a locked start begins before it, whatever its place in the plan
  bool ignores_time;      // time dependencies are soft, all of them
  // Of a plan only what its nodes are and wait for counts: they begin when they can, but for releases, on any lane that their job may use; CPUs that
  // are not there are replaced. It is not checked before. The policy is one that follows no plan; NULL = "dynamic".
  bool ignores_plan;
  int64_t tile_ns;        // nodes look up so often for what comes before them; 0 = they run in one piece
  // What plans are compared with: 0 = not; else all nodes on one lane of all CPUs, so many at once, 1 = one after the other in topological
  // order. Without targets, planned times and time dependencies; variants A and B can be played too, nodes without a duration take no time.
  int64_t baseline_count;
  // Models of jobs, borrowed for the call. Jobs without one have that of the job set which a plan carries; where there is none, their nodes
  // are synthetic: each spins for its planned duration.
  const struct rondo_schedule_model *models;
  int model_count;
  bool is_synthetic;        // all nodes are
  // The path is that of a jobs file: what its functions cost is measured for a moment, and a list schedule of one hyperperiod, or a few, is played.
  bool plans_jobs;
  double calibration_s;     // about how long everything is measured together; 0 = 1
  void (*calibrating)(void *user, const struct rondo_profile_progress *progress);  // how far measuring is; NULL = nobody
  void (*note)(void *user, const char *text);  // told of each thing that is remarkable about files and plan, during create; NULL = nobody
  const volatile int *stop; // not 0: measuring ends with CANCELLED; NULL = never
  // Makes the value of an argument that a jobs file gives as text, as `rondo run --input` takes it: "1x64xf32=0.5", "@frame.npy" with the
  // file's whole path. NULL: jobs with such inputs are refused. Rings give zeros in a plan, other jobs the newest
  // result there is when the first dispatch of a call begins, or that of the call which the plan has before it.
  //   out_value  what it holds becomes the player's
  enum rondo_status (*read_input)(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int argument, const char *text,
                                  struct rondo_value *out_value, struct rondo_diag *diag);
  // The arguments of jobs with a model, each job's in order, in place of all that a jobs file gives to it. Borrowed for the call.
  const struct rondo_schedule_input *inputs;
  int input_count;
  // Dispatch modules: a file with one kernel a node, called as a whole on one worker; where a node names a file, or with one of the next two.
  bool wants_modules;
  const char *vmfb_dir;     // where they are looked for; NULL = the schedule's folder
  const char *platform, *suffix;  // parts of their folders; NULL = "spacemit_x60" and ".q.int8"
  const struct rondo_schedule_variant *variants;  // what targets' modules are compiled for; else as the machine says, else RVV for CPU_P, scalar for others
  int variant_count;
  int64_t dispatch_iters;   // how often a module runs its kernel in a call; 0 = 1
  void (*look)(void *user, const char *path, bool is_there);  // told of each place where a file is looked for, during create; NULL = nobody
  // Told of each iteration that is kept, on the thread of the run, with `user`: what it takes may make the next one late. NULL = nobody.
  void (*iterated)(void *user, const struct rondo_schedule_progress *progress);
  // Told of each call of a model when it has ended, on a worker: must return soon, not wait, and call nothing of the player. NULL = nobody.
  //   instance  name of the schedule's job
  //   outputs   borrowed for the call
  void (*ended)(void *user, const char *instance, const struct rondo_value *outputs, int output_count);
  void *user;               // of all of these
  int64_t iteration_count;  // 0 = 1, or as many as begin within the duration
  int64_t duration_ns;      // no iteration begins so long after the first that counts; 0 = any may. Of jobs without a count: as their
                            // file says, else 5 s
  int64_t warm_up_count;    // iterations before, which do not count; of jobs at least the highest `warmup` of their file
  int64_t period_ns;        // iterations begin at its multiples, whatever the ones before take; 0 = as in the file, else one follows the other
};

// Reads a schedule, or plans jobs, and starts workers for it.
//   path        borrowed
//   options     borrowed; NULL = defaults
//   out_player  owned by caller, end with rondo_schedule_player_release; NULL on error
//   diag        optional, filled unless OK
//   returns     what rondo_file_read returns; INVALID_ARGUMENT (options; nodes without durations; a plan with its machine that rondo_plan_check finds
//               wrong, but for deadlines), UNIMPLEMENTED (nodes that occupy several targets;
//               a job that a plan cannot express), FAILED_PRECONDITION (jobs whose list schedule does not keep their deadlines, or does not repeat),
//               OUT_OF_RANGE (more than 63 lanes or 256 workers), NOT_FOUND (a module's file: the first candidate is named), RESOURCE_EXHAUSTED,
//               or what a model failed with
//   thread      any                 phase  setup
RONDO_API enum rondo_status rondo_schedule_player_create(const char *path, const struct rondo_schedule_play_options *options,
                                                         struct rondo_schedule_player **out_player, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends it and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread      owner               phase  setup
RONDO_API void rondo_schedule_player_release(struct rondo_schedule_player **player);

// Plays all iterations. The calling thread sleeps meanwhile. Nodes of a job with a model are the dispatches of its recording, with its
// real data flow: matched by their place in it and the names of their kernels.
//   returns     OK, CANCELLED (stopped), INVALID_ARGUMENT (a plan is not that of a model, or has its dispatches in another order: both sides are
//               named), UNIMPLEMENTED (a call that
//               submits several recordings), RESOURCE_EXHAUSTED, or what a model failed with
//   thread      owner               phase  steady
RONDO_API enum rondo_status rondo_schedule_player_run(struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a run early: releases that lie ahead are not waited for, synthetic work ends at once, what runs of models is played to its end; the
// iteration is kept as far as it came. From any thread, or a signal handler.
//   thread      any, concurrently   phase  rt
RONDO_API void rondo_schedule_player_stop(struct rondo_schedule_player *player);

// An iteration that has been played and kept.
struct rondo_schedule_progress {
  int64_t iteration, iteration_count;  // from 0; as in the options
  int64_t makespan_ns;                 // from its begin to the end of its last node
  int64_t delay_ns_max;                // the longest that a node started after it could have
};

struct rondo_schedule_player_info {
  int lane_count, worker_count, node_count;
  bool is_crowded;          // several workers share a CPU: what they do at the same time is late
  bool is_urgent;           // workers may be of the real-time class around releases
  int64_t planned_makespan_ns;
  int64_t iteration_count;  // played and kept so far
  int64_t skipped_count;    // iterations that were not begun, because those before them took longer than their period
  bool is_refused;          // the plan is not that of its models, or has their dispatches in another order
  int64_t stolen_count;     // nodes around whose release the machine took the worker's CPU
  double spun_share;        // of the workers' time: spinning for releases
};

//   thread      owner               phase  setup
RONDO_API void rondo_schedule_player_info(const struct rondo_schedule_player *player, struct rondo_schedule_player_info *out_info);

// A dispatch of the schedule.
struct rondo_schedule_place {
  const char *key, *job, *target;  // live as long as the player
  int64_t start_ns, duration_ns;   // planned
};

// The topological order: each dispatch behind what it waits for; of those that could come next the one with the lowest planned start, id,
// ordinal and key.
//   place       0 .. node_count - 1
//   thread      any                 phase  setup
RONDO_API void rondo_schedule_player_place(const struct rondo_schedule_player *player, int place, struct rondo_schedule_place *out_place);

// What was played since the last call: a row for each node of each iteration.
//   out_table   owned by caller, end with rondo_trace_table_release; NULL on error
//   returns     OK, FAILED_PRECONDITION (nothing was played), RESOURCE_EXHAUSTED
//   thread      owner               phase  setup
RONDO_API enum rondo_status rondo_schedule_player_table(struct rondo_schedule_player *player, struct rondo_trace_table **out_table,
                                                        struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_PLAY_SCHEDULE_H_
