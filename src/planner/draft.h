// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A draft: all that a plan is made from before any of it has a place. Jobs with a profile and schedule files both become
// one; from it come the problem that the solver is given, the test whether deadlines can be met at all, and, once the
// solver has placed its nodes, the plan.
//
//     jobs + machine + profile ──► unroll.h ─────┐            ┌─► problem.h ──► rondo_problem
//     schedule file ─────────────► reschedule.h ─┴─► draft ───┼─► admission.h
//                                                             └─► compose.h ──► rdo_schedule
//
// Invariants once it is made: indices are in range, edges are acyclic and `order` is a topological order of the nodes; every
// node has a mode; uses of a mode name different lanes, with widths that these have; times are 0 or more and at most
// RDO_TIME_NS_MAX. Modes and resources of a node may be those of another: calls of one job share them.

#ifndef RDO_PLANNER_DRAFT_H_
#define RDO_PLANNER_DRAFT_H_

#include "plan/profile_file.h"
#include "plan/schedule_file.h"

#define RDO_DRAFT_NONE UINT32_MAX

// Workers of a lane.
struct rdo_draft_use {
  int lane;
  int width;
};

// One way to run a node.
struct rdo_draft_mode {
  int64_t duration_ns;
  uint32_t use_begin, use_count;  // of uses[], at least one
};

struct rdo_draft_node {
  const char *key;
  uint32_t call;
  int32_t id, ordinal, total;
  int32_t recording, dispatch, priority;  // -1 = not said
  const char *export_name, *module_name, *family, *vmfb_path;
  int64_t release_ns;  // earliest start
  bool is_fixed;       // starts at its release, not later
  bool has_phase;      // should start at its release
  bool tells_workers;  // its width is part of the plan; else it has its lanes to itself
  enum rdo_release_policy release_policy;
  enum rdo_time_mode time_mode;  // a hard one stays hard where that cannot delay anything against the plan
  int64_t tile_ns_max;           // 0 = not known
  uint32_t mode_begin, mode_count;
  uint32_t resource_begin, resource_count;  // of resources[]
};

// One call of a job's function: what has a release and a deadline.
struct rdo_draft_call {
  const char *name;    // job_name of its nodes
  const char *source;  // the job's name; "" = not said
  int job;             // of the jobs file; -1 = none
  int32_t index;       // number of the call, from 0; -1 = not said
  int64_t release_ns;
  int64_t deadline_ns;  // 0 = none; else on the plan's clock, or from the start of its first node on
  bool is_relative;
};

// `to` begins when `from` has ended.
struct rdo_draft_edge {
  uint32_t from, to;
  bool is_data;  // part of the plan; else only the calls of one job in their order, which every player keeps by itself
};

// Lanes that share CPUs, directly or through others, have fewer workers at once than each of them by itself.
struct rdo_draft_group {
  int capacity;
};

struct rdo_draft {
  const struct rdo_machine_file *machine;  // borrowed, or own_machine
  struct rdo_machine_file *own_machine;    // owned: made for a schedule that has none; NULL = none
  bool carries_machine;                    // the plan says which machine it is for
  const struct rdo_jobs_file *job_set;     // borrowed; NULL = none
  int *lane_groups;                        // owned [lane_count]: of groups[]; -1 = none
  struct rdo_draft_group *groups;
  int group_count;

  // Arrays, owned.
  struct rdo_draft_call *calls;
  struct rdo_draft_node *nodes;
  struct rdo_draft_mode *modes;
  struct rdo_draft_use *uses;
  struct rdo_draft_edge *edges;
  int *resources;  // indices of the machine's
  size_t call_count, node_count, mode_count, use_count, edge_count, resource_count;
  size_t call_capacity, node_capacity, mode_capacity, use_capacity, edge_capacity, resource_capacity;

  // Filled by rdo_draft_finish: owned.
  uint32_t *order;
  uint32_t *predecessors, *predecessor_begins;  // of node i from [begins[i]] to [begins[i + 1]]: indices of edges
  // Where the whole is repeated: `to`, of a job's first call, begins again when `from`, of its last one, has ended.
  struct rdo_draft_edge *returns;
  size_t return_count, return_capacity;

  int64_t period_ns;  // after which the whole is repeated; 0 = it is not
  const char *place;  // what messages begin with, such as "jobs.json"
  struct rdo_notes notes;
  struct rdo_arena arena;  // texts
};

// Begins a draft for a machine: finds what lanes share.
//   machine  borrowed for the draft's life
enum rondo_status rdo_draft_init(struct rdo_draft *draft, const struct rdo_machine_file *machine, const char *place,
                                 struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_draft_deinit(struct rdo_draft *draft);

// Each adds one element; the arrays may move. Limits are those of the solver and of plan files.
//   returns  OK, OUT_OF_RANGE, RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_add_call(struct rdo_draft *draft, const struct rdo_draft_call *call, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_draft_add_node(struct rdo_draft *draft, const struct rdo_draft_node *node, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_draft_add_edge(struct rdo_draft *draft, uint32_t from, uint32_t to, bool is_data, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_draft_add_resource(struct rdo_draft *draft, int resource, struct rondo_diag *diag) RONDO_MUST_USE;

// A mode of the node that is added next, or after more modes.
enum rondo_status rdo_draft_add_mode(struct rdo_draft *draft, int64_t duration_ns, const struct rdo_draft_use *uses, uint32_t use_count,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// Orders the nodes, checks that keys and names are unique and that times add up.
//   returns  OK, INVALID_ARGUMENT (a cycle, with its keys; a name that occurs twice), OUT_OF_RANGE, RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_finish(struct rdo_draft *draft, struct rondo_diag *diag) RONDO_MUST_USE;

// A node without anything.
struct rdo_draft_node rdo_draft_node(const char *key, uint32_t call);

// A text in the draft's arena, printed.
enum rondo_status rdo_draft_text(struct rdo_draft *draft, const char **out_text, struct rondo_diag *diag, const char *format, ...)
    __attribute__((format(printf, 4, 5))) RONDO_MUST_USE;

// The shortest of a node's modes; its workers are those of all its uses.
int64_t rdo_draft_duration_min(const struct rdo_draft *draft, const struct rdo_draft_node *node);
int rdo_draft_mode_width(const struct rdo_draft *draft, const struct rdo_draft_mode *mode);

// What passes at least between a dispatch and one that waits for it, wherever they run: the shortest hand-over of all clusters.
int64_t rdo_draft_handover_ns(const struct rdo_draft *draft);

#endif  // RDO_PLANNER_DRAFT_H_
