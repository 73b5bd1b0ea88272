// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule file: for each dispatch where and when it runs, and what it waits for. The variants A-D that other tools
// write are read, and our own `plan.json`, which is variant D with exact times and a few keys more. docs/files.md has the
// keys.
//
// Invariants once read: keys are unique; dependencies are acyclic, each once, and exist; times are 0 or more and their
// sums at most RDO_TIME_NS_MAX; every index is in range. Nodes stand in the order of the file. Read-only, by any number of
// threads, once it is read.

#ifndef RDO_PLAN_SCHEDULE_FILE_H_
#define RDO_PLAN_SCHEDULE_FILE_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/document.h"
#include "plan/jobs_file.h"
#include "plan/machine_file.h"
#include "plan/notes.h"
#include "rondo/files.h"

enum {
  RDO_SCHEDULE_NODES_MAX = 1 << 20,
  RDO_SCHEDULE_EDGES_MAX = 1 << 24,  // dependencies of all nodes
  RDO_SCHEDULE_TARGETS_MAX = RDO_MACHINE_LANES_MAX
};

#define RDO_SCHEDULE_NONE UINT32_MAX  // no node, job, target

enum rdo_schedule_variant {
  RDO_SCHEDULE_GRAPH,     // A: what depends on what
  RDO_SCHEDULE_RUNNABLE,  // B: and in which file each dispatch is
  RDO_SCHEDULE_TIMED,     // C: and when and where it runs
  RDO_SCHEDULE_POLICIES,  // D: and how its start is decided
  RDO_SCHEDULE_PLAN       // our own
};

enum rdo_release_policy {
  RDO_RELEASE_IMMEDIATE,    // as soon as its predecessors have ended
  RDO_RELEASE_PHASE_LOCKED  // nor before its planned start
};

enum rdo_time_mode {
  RDO_TIME_HARD,  // the time dependency is waited for
  RDO_TIME_SOFT   // it is told only
};

struct rdo_schedule_node {
  const char *key;
  int32_t id, ordinal, total;
  uint32_t job;             // of jobs[]
  uint32_t target;          // of targets[]; of several, the first
  const char *module_name;  // "" = none
  const char *family;       // the module's: its name up to "$async_dispatch_"; "" = none
  const char *vmfb_path;    // as in the file; "" = none
  int64_t start_ns, duration_ns;
  enum rdo_release_policy release_policy;
  enum rdo_time_mode time_mode;
  bool has_policies;         // false: both policies are inferred
  uint32_t time_dependency;  // RDO_SCHEDULE_NONE = none
  uint32_t rank;             // place in the order by (start, id, ordinal, key)
  uint32_t tie;              // the same among those that policies cannot tell apart by their starts: in a row with less than 1.024 us between them

  // Parts of the schedule's arrays.
  uint32_t dependency_begin, dependency_count;    // of dependencies[]: data predecessors, in the order of the file
  uint32_t predecessor_begin, predecessor_count;  // of predecessors[]: the same, and a hard time dependency
  uint32_t successor_begin, successor_count;      // of successors[]: whose predecessor this is, in the order of the file
  uint32_t extra_begin, extra_count;              // of target_lists[]: targets that it occupies beside the first
  uint32_t resource_begin, resource_count;        // of resource_lists[]: what it uses

  // Our own keys.
  int32_t worker_count;     // 0 = not said
  int32_t priority;         // 0..255; -1 = not said
  int32_t recording;        // number of the execution in one call of its function, from 0; -1 = not said, which is 0
  int32_t dispatch;         // its place in that recording; -1 = not said
  const char *export_name;  // of its kernel; "" = not said
};

// What the nodes of one `job_name` have in common: an instance of a job. Nodes without a name share the job "".
struct rdo_schedule_job {
  const char *name;
  const char *base;     // what its periodic instances have in common: "mlp" of "mlp0", "mlp1"; else the name
  const char *family;   // that most of its nodes with a module have; "" = none has one
  uint32_t node_count;
  const char *source;   // job of the jobs file that this is an instance of; "" = not said
  int32_t instance;     // its number, from 0; -1 = not said
  int64_t release_ns;   // on the schedule's clock
  int64_t deadline_ns;  // on the schedule's clock; 0 = none
};

// What all calls of a job are called together: the job's name where the file tells it, else what their names have in common.
static inline const char *rdo_schedule_job_source(const struct rdo_schedule_job *job) { return job->source[0] != '\0' ? job->source : job->base; }

struct rdo_schedule_target {
  const char *name;
  uint32_t node_count;
};

struct rdo_schedule_set {
  uint32_t begin, count;  // of target_lists[]
};

struct rdo_schedule {
  enum rdo_schedule_variant variant;
  struct rdo_schedule_node *nodes;
  struct rdo_schedule_job *jobs;
  struct rdo_schedule_target *targets;  // where a machine was given or carried: its lanes, in its order
  uint32_t node_count, job_count, target_count;
  uint32_t *dependencies, *predecessors, *successors;  // node indices
  uint32_t dependency_count, predecessor_count;        // as many successors as predecessors
  uint32_t *target_lists;    // target indices
  uint32_t *resource_lists;  // indices into resources
  const char **resources;    // names
  uint32_t target_list_count, resource_list_count, resource_count;
  struct rdo_schedule_set *combinations;  // sets of targets that one node may occupy at once, as the file names them
  uint32_t combination_count;
  uint32_t *order;       // all nodes, each behind its predecessors; of those that could come next the lowest rank comes
  uint32_t *by_rank;     // all nodes by (start, id, ordinal, key)
  int64_t makespan_ns;   // the file's, else the last planned end
  int64_t last_end_ns;   // the last planned end
  int64_t bound_ns;      // no plan is shorter, says the file; 0 = not said
  int64_t period_ns;     // between iterations of the whole; 0 = back to back
  const char *dot_file;  // "" = none; told only
  const char *vmfb_dir;  // "dispatch_vmfb_dir"; "" = none
  const char *path;      // of the file
  struct rdo_machine_file *machine;  // that a plan carries; NULL = none
  struct rdo_jobs_file *job_set;     // likewise
  struct rdo_notes notes;
  struct rdo_arena arena;
};

// How to read. Zero-initialise, then set what should differ.
struct rdo_schedule_options {
  const struct rdo_machine_file *machine;  // its lanes are the targets that there are, and another name is an error; NULL: every name is a target
  const char *default_target;              // of nodes that name none; NULL = "CPU_P"
  const char *locked_prefix;               // jobs whose policies are inferred as periodic; NULL = "mlp", "" = none is
  const char *function;                    // of a dump of the compiler (dispatch_dump.h); NULL = its only one with dispatches
  bool is_strict;                          // remarks are errors
  // As the reference tool does it.
  bool rounds_to_us;          // starts and durations to whole microseconds
  bool clamps_negative;       // negative times are 0; else an error
  bool truncates_integers;    // 3.7 is 3; else an error
  bool ignores_bad_policies;  // an unknown policy counts as absent; else an error
};

// How to read as a caller of rondo/files.h wants it.
struct rdo_schedule_options rdo_schedule_options_of(const struct rondo_schedule_reading *reading);

// Reads and checks a schedule. Remarks are made of unknown keys, of planned overlaps on one target, of predecessors that are
// planned to end after a node's start, of time dependencies that are not the node before on its target, and of modules that
// are not those of their job's family.
//   options       NULL = defaults
//   out_schedule  end with rdo_schedule_deinit, also after an error
//   returns       what rdo_document_open returns; INVALID_ARGUMENT (a cycle, a key that does not exist, a wrong value),
//                 OUT_OF_RANGE (a number, or a limit), NOT_FOUND (a target or resource that the machine has not)
enum rondo_status rdo_schedule_read(const char *path, const struct rdo_schedule_options *options, struct rdo_schedule *out_schedule,
                                    struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_schedule_parse(struct rdo_bytes text, const char *name, const struct rdo_schedule_options *options,
                                     struct rdo_schedule *out_schedule, struct rondo_diag *diag) RONDO_MUST_USE;

// Writes variant D with our own keys: what reads back as the same schedule.
enum rondo_status rdo_schedule_write(const struct rdo_schedule *schedule, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_schedule_deinit(struct rdo_schedule *schedule);

// The index of the node with a key, of the target or of the job with a name; RDO_SCHEDULE_NONE = none. Linear.
uint32_t rdo_schedule_find_node(const struct rdo_schedule *schedule, const char *key);
uint32_t rdo_schedule_find_target(const struct rdo_schedule *schedule, const char *name);
uint32_t rdo_schedule_find_job(const struct rdo_schedule *schedule, const char *name);

// For those that make a schedule without a file: fill nodes (rdo_schedule_node_init, then what differs, with dependencies
// and time dependency), dependencies, jobs (rdo_schedule_job_init) and targets, all from the schedule's arena; this adds the rest: predecessors, successors, ranks, order, counts, last end,
// and the makespan if it is 0.
//   returns  OK, INVALID_ARGUMENT (a cycle: the diag names it), OUT_OF_RANGE (times add up to too much), RESOURCE_EXHAUSTED
enum rondo_status rdo_schedule_complete(struct rdo_schedule *schedule, struct rondo_diag *diag) RONDO_MUST_USE;

// A node with the defaults of the format, and a job with a name.
void rdo_schedule_node_init(struct rdo_schedule_node *node);
void rdo_schedule_job_init(struct rdo_schedule_job *job, const char *name);

// The kind of the remark on periodic jobs in a schedule without a period.
#define RDO_NOTE_PERIOD "period"

// The checks that make remarks, alone.
enum rondo_status rdo_schedule_lint(const struct rdo_schedule *schedule, bool is_strict, struct rdo_notes *notes,
                                    struct rondo_diag *diag) RONDO_MUST_USE;

const char *rdo_schedule_variant_name(enum rdo_schedule_variant variant);

#endif  // RDO_PLAN_SCHEDULE_FILE_H_
