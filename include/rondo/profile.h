// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Profiles: what each dispatch of each model costs, on each cluster of a machine and with each number of workers, and what it
// waits for. They are measured, read, merged and written here; `rondo/files.h` checks them as it does other files.
//
//   measure, or read → merge others → look up → write → release
//
// docs/profile.md says how measuring is done, docs/files.md what the file looks like.

#ifndef RONDO_PROFILE_H_
#define RONDO_PROFILE_H_

#include <stdbool.h>

#include "rondo/model.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_profile;

// Measuring ------------------------------------------------------------------------------------------------

// One function that is called. Zero-initialise, then set what should differ from the defaults.
struct rondo_profile_call {
  const char *path;      // the model, a .vmfb file; the profile names it so
  const char *function;  // NULL = the only one
  // Makes the arguments of all calls. Several times: each measurement has a runtime of its own. NULL = zeros, for functions
  // whose file tells all shapes.
  //   out_inputs  [count]; what they hold is the profile's when OK
  enum rondo_status (*make_inputs)(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int count,
                                   struct rondo_value *out_inputs, struct rondo_diag *diag);
  void *user;
};

// How far it is: step `step` of `step_count`, what that is, and how many of its calls are done. Told at the beginning of each
// step, with 0 calls, and now and then while it lasts.
struct rondo_profile_progress {
  const char *model;    // borrowed for the call, as are the others
  const char *cluster;
  const char *beside;   // the model that runs at the same time; NULL = none
  int worker_count;
  int step, step_count;
  int done_count, call_count;
};

// Zero-initialise, then set what should differ from the defaults.
struct rondo_profile_options {
  const char *machine_file;  // path; NULL = a cluster for each of this machine's
  const int *worker_counts;  // [worker_count_count] numbers of workers, for clusters that have as many; NULL = 1, 2, 4, ... and all
  int worker_count_count;
  int repeat;                // calls that count, for each cluster and number of workers; 0 = 100
  int64_t pause_ns;          // before each call that counts, as jobs have it whose periods are longer than their calls: caches cool, workers sleep;
                             // 0 = calls follow each other
  int warm_up;               // calls before; 0 = a fifth of these, from 5 to 100
  // About how long all of it may take: where so many calls take longer there are fewer, but one at least; tiles are not timed. 0 = as long
  // as it takes.
  double time_limit_s;
  bool wants_together;       // each is measured while the others run in turn with it, and on the CPUs that it leaves
  bool wants_interference;   // each model is also measured while each one of them runs on another CPU of its cluster
  void (*report)(void *user, const struct rondo_profile_progress *progress);  // NULL = nobody
  void *user;
  const volatile int *stop;  // not 0: measuring ends with CANCELLED; NULL = never
};

// Measures functions, one after the other. Threads of this process are pinned and keep CPUs busy meanwhile; nothing else
// should run. Events are collected (rondo/trace.h), so no trace may be under way.
//   calls        borrowed, [call_count]
//   out_profile  owned by caller, end with rondo_profile_release; NULL on error
//   returns      OK, also when the numbers should not be trusted (rondo_profile_remark); what rondo_model_load and a call fail
//                with; what rondo_file_read says of a machine file; INVALID_ARGUMENT (options; a function that takes fences, or
//                arguments whose shape is not known); FAILED_PRECONDITION (a cluster without CPUs; calls that run something else
//                each time), ALREADY_EXISTS (a trace is under way), CANCELLED
//   thread       any, one at a time in the process   phase  setup
RONDO_API enum rondo_status rondo_profile_measure(const struct rondo_profile_options *options, const struct rondo_profile_call *calls, int call_count,
                                                  struct rondo_profile **out_profile, struct rondo_diag *diag) RONDO_MUST_USE;

// Files ----------------------------------------------------------------------------------------------------

// Reads a profile, or a hand-written workload profile, which needs a machine file with frequencies.
//   machine_file  path, NULL = none: its clusters are added, and the profile's must be among them
//   returns       as rondo_file_read
//   thread        any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_profile_read(const char *path, const char *machine_file, struct rondo_profile **out_profile, struct rondo_diag *diag)
    RONDO_MUST_USE;

// Adds what another profile knows: samples of the same model, function, node, cluster and number of workers are put together.
//   returns  OK, INVALID_ARGUMENT (the graphs of a model differ: both are named), OUT_OF_RANGE (a limit), RESOURCE_EXHAUSTED;
//            nothing has changed unless OK
//   thread   owner of `into`          phase  setup
RONDO_API enum rondo_status rondo_profile_merge(struct rondo_profile *into, const struct rondo_profile *other, struct rondo_diag *diag) RONDO_MUST_USE;

// Adds what a trace of a played plan has observed (the CSV of docs/trace.md): each completed row is a sample of the node that it is
// of. A row's job is called as a model's file or its function, an instance's number behind it; its node is the call site with
// that kernel, or with the compiler's number, and that ordinal. Where the plan is given that says which dispatch a row is. Its
// target is a cluster, or a lane of the machine file.
//   plan_file       path of the plan that was played, NULL = not given
//   machine_file    path, NULL = none
//   out_row_count   optional: rows of the trace
//   out_used_count  optional: of these, samples
//   returns         OK, INVALID_ARGUMENT (no row is of the profile), what rondo_trace_table_load and rondo_file_read return
//   thread          owner of `into`          phase  setup
RONDO_API enum rondo_status rondo_profile_merge_trace(struct rondo_profile *into, const char *path, const char *plan_file, const char *machine_file,
                                                      uint64_t *out_row_count, uint64_t *out_used_count, struct rondo_diag *diag) RONDO_MUST_USE;

//   returns   as rondo_file_write
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_profile_write(const struct rondo_profile *profile, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a profile and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread    owner               phase  setup
RONDO_API void rondo_profile_release(struct rondo_profile **profile);

// What is in it --------------------------------------------------------------------------------------------
// Texts live as long as the profile, and until something is merged into it.   thread  any, concurrently   phase  rt

struct rondo_profile_info {
  int cluster_count, model_count, interference_count;
};
RONDO_API void rondo_profile_info(const struct rondo_profile *profile, struct rondo_profile_info *out_info);

RONDO_API const char *rondo_profile_cluster(const struct rondo_profile *profile, int cluster);  // its name; NULL = there is none

struct rondo_profile_model {
  const char *path;
  const char *function;  // "" = not said
  int node_count;
  int remark_count;
  bool is_calibrated;    // every node was measured, and there are no remarks
};
//   returns  false: no such index
RONDO_API bool rondo_profile_model(const struct rondo_profile *profile, int model, struct rondo_profile_model *out_model);

// What was unsteady while a model was measured, one line each; NULL = no such index.
RONDO_API const char *rondo_profile_remark(const struct rondo_profile *profile, int model, int index);

// A dispatch of a function, or "fill", "copy", "update".
struct rondo_profile_node {
  const char *name;
  uint32_t recording, command;   // which execution in a call; its place among the commands of that recording
  uint64_t tile_count;
  uint64_t bytes_touched;        // of all its bindings
  const uint32_t *predecessors;  // nodes of the same model, ascending
  int predecessor_count;
};
RONDO_API bool rondo_profile_node(const struct rondo_profile *profile, int model, int node, struct rondo_profile_node *out_node);

// In place of a node: a whole call; the host program in it.
enum { RONDO_PROFILE_CALL = -1, RONDO_PROFILE_PROGRAM = -2 };

struct rondo_profile_cost {
  int worker_count;  // may be less than was asked for: more would change nothing
  int64_t p50_ns, p99_ns, min_ns, max_ns;
  int64_t tile_ns_max;    // the longest tile, outliers left out; 0 = not known
  uint64_t sample_count;  // 0 = estimated
  double error;           // of an estimate: by what share it may be wrong
};

// What a node, a call or a host program costs. Of nodes that were not measured it is estimated.
//   returns  false: nothing is known
RONDO_API bool rondo_profile_find_cost(const struct rondo_profile *profile, int model, int node, int cluster, int worker_count,
                                       struct rondo_profile_cost *out_cost);

// What a call of a model takes while another one runs all the time on the same cluster, by what it takes alone.
struct rondo_profile_interference {
  int model, beside, cluster;
  double factor;
};
RONDO_API bool rondo_profile_interference(const struct rondo_profile *profile, int index, struct rondo_profile_interference *out_interference);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_PROFILE_H_
