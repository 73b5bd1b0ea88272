// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files that say what runs where and when: `machine.json`, `jobs.json`, `profile.json` and `plan.json`, and the schedules of
// other tools. docs/files.md has their keys. Dispatch graphs that the compiler dumps, `.dot` and `.mlir`, are read as schedules
// without times: docs/graphs.md.
//
// A file is read once, checked as a whole, and does not change afterwards, unless a machine file is given hand-overs. What is wrong with it is one line: file, key
// path, reason, and what to do. What is only remarkable about it, such as a key that nobody reads, is a note.

#ifndef RONDO_FILES_H_
#define RONDO_FILES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rondo/machine.h"
#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_file;

enum rondo_file_kind {
  RONDO_FILE_MACHINE,
  RONDO_FILE_JOBS,
  RONDO_FILE_PLAN,     // or a schedule of another tool
  RONDO_FILE_PROFILE,  // or a hand-written workload profile
};

// How to read a schedule of another tool. Zero-initialise, then set what should differ from the defaults.
struct rondo_schedule_reading {
  bool is_strict;              // what is remarkable about it is an error: keys that nobody reads, times that overlap, modules that look like another job's
  const char *default_target;  // of dispatches that name none; NULL = "CPU_P"
  const char *locked_prefix;   // jobs whose policies are inferred as periodic; NULL = "mlp", "" = none is
  // As other tools do it; else each is an error.
  bool rounds_to_us;          // starts and durations to whole microseconds; else they are taken as they are
  bool clamps_negative;       // negative times are 0
  bool truncates_integers;    // 3.7 is 3
  bool ignores_bad_policies;  // an unknown policy counts as absent
};

// What the dispatch modules of a target are compiled for.
struct rondo_schedule_variant {
  const char *target, *variant;
};

// How to read a file. Zero-initialise, then set what should differ from the defaults.
struct rondo_file_options {
  const struct rondo_machine *machine;  // a machine file's CPUs must be there and usable; NULL: they are not looked for
  const char *machine_file;  // path: lanes, targets, resources and clusters of the others must be in it; NULL: any name will do
  struct rondo_schedule_reading reading;  // of a plan
  const char *function;      // of a dump with stream-level IR; NULL: its only one with dispatches
  const char *profile_file;  // path: what the dispatches of a dump cost, which is read as a plan; NULL: nobody says
};

// Reads and checks a file.
//   path      borrowed
//   options   borrowed; NULL = defaults
//   out_file  owned by caller, end with rondo_file_release; NULL on error
//   diag      optional, filled unless OK: file, key path or line and column, reason, what to do
//   returns   OK, NOT_FOUND (no such file; or a lane, target, resource or CPU that is not there), PERMISSION_DENIED,
//             INVALID_ARGUMENT (malformed), OUT_OF_RANGE (a number, or a limit), INCOMPATIBLE (of a later version),
//             UNAVAILABLE (a CPU is offline), FAILED_PRECONDITION (cycles without a machine's frequencies), DATA_LOSS,
//             RESOURCE_EXHAUSTED, UNIMPLEMENTED (built without a JSON library)
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_file_read(const char *path, enum rondo_file_kind kind, const struct rondo_file_options *options,
                                            struct rondo_file **out_file, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a file and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread    owner               phase  setup
RONDO_API void rondo_file_release(struct rondo_file **file);

struct rondo_file_info {
  enum rondo_file_kind kind;
  const char *description;  // "a machine", "jobs", "C, a schedule", ...; lives as long as the file
  int cluster_count, lane_count, resource_count;  // of a machine file, or of the machine that a plan carries; of a profile: clusters
  int job_count;       // of a jobs file; of a plan: instances
  int model_count;     // of a profile: functions of models
  int dispatch_count;  // of a plan or profile
  int target_count;    // of a plan
  int64_t makespan_ns; // of a plan
  int note_count;
};

//   thread    any, concurrently   phase  rt
RONDO_API void rondo_file_info(const struct rondo_file *file, struct rondo_file_info *out_info);

// What is remarkable about the file: one line each, however often it occurs.
//   index      0 .. note_count - 1
//   out_count  optional: how often
//   returns    the text, with file and key path of its first occurrence; lives as long as the file; NULL: no such index
//   thread     any, concurrently   phase  rt
RONDO_API const char *rondo_file_note(const struct rondo_file *file, int index, size_t *out_count);

// Writes the file anew: in our form, complete, a part a line. It appears when it is complete.
//   returns   OK, NOT_FOUND (no such folder), PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_file_write(const struct rondo_file *file, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

// Writes a machine file for a machine, to be edited: a cluster for each of its clusters with CPUs that this process may
// use, with a worker for each core. The fastest ones are called CPU_P, slower ones CPU_E, with a number behind it where
// there are several.
//   returns   as rondo_file_write; NOT_FOUND also when no CPU may be used
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_machine_write(const struct rondo_machine *machine, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

// Puts into a machine file what hand-overs a trace of a played plan shows: for each cluster the middle of those to a worker that was
// awake, and of those to one that slept (`handover_ns`, `wake_ns`). Traces of the policy `planned` tell most.
//   machine   changed
//   path      CSV, docs/trace.md
//   returns   OK; what rondo_trace_table_load returns; INVALID_ARGUMENT (another kind of file; nothing is to be seen)
//   thread    owner               phase  setup
RONDO_API enum rondo_status rondo_machine_merge_trace(struct rondo_file *machine, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

// Plans -------------------------------------------------------------------------------------------------

// A dispatch of a plan. Texts live as long as the file.
struct rondo_plan_dispatch {
  const char *key;
  const char *job;     // instance: one call
  const char *source;  // the job that it is a call of, or what the names of its calls have in common
  const char *target;  // the first, when it occupies several
  int job_index;       // 0 .. job_count - 1
  int target_index;    // 0 .. target_count - 1
  int64_t start_ns, duration_ns;
  int worker_count;    // 0 = not said
};

//   index    0 .. dispatch_count - 1, in the order of the file
//   returns  false: no such dispatch, or the file is no plan
//   thread   any, concurrently   phase  rt
RONDO_API bool rondo_plan_dispatch(const struct rondo_file *plan, int index, struct rondo_plan_dispatch *out_dispatch);

// The name of a target; NULL: no such target, or the file is no plan.
//   thread   any, concurrently   phase  rt
RONDO_API const char *rondo_plan_target(const struct rondo_file *plan, int index);

// What a plan's graph looks like, by its dependencies and planned durations, whatever it was given to run on.
struct rondo_plan_graph {
  bool is_timed;             // false: no duration is known; times are 0, and the critical path is the one with the most dispatches
  int64_t work_ns;           // of all dispatches together
  int64_t critical_ns;       // the longest path
  int critical_count;        // dispatches on it
  int stage_count;           // a dispatch stands one stage behind its last predecessor
  int stage_width_max;       // dispatches of the widest stage
  double parallelism;        // work by critical path: no number of workers makes it faster by more, if each dispatch has one
  int planned_parallel_max;  // dispatches that the plan has at work at once
};

// Measures a plan's graph.
//   out_critical  optional, array of dispatch_count: the critical path's dispatches in order, critical_count of them
//   out_stages    optional, array of dispatch_count: the stage of each dispatch, from 0
//   returns       OK, INVALID_ARGUMENT (no plan), RESOURCE_EXHAUSTED
//   thread        any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_plan_graph(const struct rondo_file *plan, struct rondo_plan_graph *out_graph, int *out_critical,
                                             int *out_stages, struct rondo_diag *diag) RONDO_MUST_USE;

// Which of the plan's calls is written into IR, and into which of its functions. Zero-initialise.
struct rondo_annotate_options {
  const char *function;  // NULL: the only one with dispatches
  const char *job;       // instance; NULL: the first that has all of the function's dispatches
};

struct rondo_annotated {
  int dispatch_count;  // of the function
  const char *job;     // whose times were written; lives as long as the plan
  int other_count;     // other calls of it, which an operation has no room for
};

// Writes a plan into stream-level IR (iree-compile --compile-to=stream), as attributes of its dispatches: docs/graphs.md. All else
// of the text stays as it is. The copy is read again by rondo_file_read, as a plan.
//   path         of the IR, FILE.mlir
//   options      NULL = defaults
//   output_path  may be `path`
//   returns      OK; what rondo_file_read returns; NOT_FOUND also when no call has all dispatches, INVALID_ARGUMENT also when calls of
//                several jobs have
//   thread       any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_plan_annotate(const struct rondo_file *plan, const char *path, const struct rondo_annotate_options *options,
                                                const char *output_path, struct rondo_annotated *out_annotated,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// What a plan must obey, and how findings are called.
#define RONDO_PLAN_RULES(X)               \
  X(PRECEDENCE, "precedence")             \
  X(OVERLAP, "overlap")                   \
  X(SHARED, "shared")                     \
  X(RESOURCE, "resource")                 \
  X(TARGET, "target")                     \
  X(WIDTH, "width")                       \
  X(RELEASE, "release")                   \
  X(DEADLINE, "deadline")                 \
  X(CALLS, "calls")                       \
  X(TIME_DEPENDENCY, "time_dependency")   \
  X(MAKESPAN, "makespan")                 \
  X(MODULE, "module")

enum rondo_plan_rule {
  RONDO_PLAN_RULE_PRECEDENCE,       // no start before a predecessor's end, and what moving between clusters costs
  RONDO_PLAN_RULE_OVERLAP,          // no more workers of a target at once than it has; without a machine one dispatch
  RONDO_PLAN_RULE_SHARED,           // no more workers at once on CPUs that targets share than there are
  RONDO_PLAN_RULE_RESOURCE,         // no more users of a resource at once than it has room for, and all that a job holds
  RONDO_PLAN_RULE_TARGET,           // only on lanes of the machine, and of those on the job's
  RONDO_PLAN_RULE_WIDTH,            // no more workers than the targets have, or the job may have
  RONDO_PLAN_RULE_RELEASE,          // no start before the release, and releases as the job has them
  RONDO_PLAN_RULE_DEADLINE,         // no end after the deadline, and deadlines as the job has them
  RONDO_PLAN_RULE_CALLS,            // the calls of a job one after the other
  RONDO_PLAN_RULE_TIME_DEPENDENCY,  // each names the dispatch before it on its target
  RONDO_PLAN_RULE_MAKESPAN,         // makespan, bound and period fit the dispatches
  RONDO_PLAN_RULE_MODULE,           // the file of each dispatch module can be read
};

struct rondo_plan_finding {
  enum rondo_plan_rule rule;
  const char *rule_name;
  const char *place;    // key path; valid during the call, as the message is
  const char *message;  // one line
};

struct rondo_plan_finder {
  void (*find)(void *user, const struct rondo_plan_finding *finding);
  void *user;
};

// Checks a plan, or a schedule of another tool, independently of who made it.
//   plan      a file of kind RONDO_FILE_PLAN, borrowed; checked against the machine file it was read with, else the one that it carries
//   finder    optional, called for each finding on this thread
//   returns   OK, also with findings; INVALID_ARGUMENT (no plan), RESOURCE_EXHAUSTED
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_plan_check(const struct rondo_file *plan, const struct rondo_plan_finder *finder, uint64_t *out_finding_count,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// Where dispatch modules are looked for (docs/files.md). Zero-initialise, then set what should differ from the defaults.
struct rondo_plan_modules {
  const char *vmfb_dir;           // NULL = the plan's folder
  const char *platform, *suffix;  // NULL = "spacemit_x60", ".q.int8"
  const struct rondo_schedule_variant *variants;  // what targets' modules are compiled for; else as the machine says, else RVV for CPU_P, scalar for others
  int variant_count;
};

// Looks for the dispatch module of each dispatch, as a player would; each that cannot be read is a finding.
//   modules   borrowed for the call; NULL = defaults
//   finder    as above
//   returns   OK, also with findings; INVALID_ARGUMENT (no plan)
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_plan_check_modules(const struct rondo_file *plan, const struct rondo_plan_modules *modules, const struct rondo_plan_finder *finder,
                                                     uint64_t *out_finding_count, struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_FILES_H_
