// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The player of schedules from inside; rondo/play_schedule.h has what it does.
//
//   schedule.c         life: files, workers, the table of what was played
//   schedule_graph.c   nodes, edges, resources
//   schedule_limits.c  the machine's jobs_max and memory
//   schedule_models.c  what nodes run: functions of models, dispatch modules
//   schedule_run.c     iterations
//
// SYNC(nodes). `changes` grows when an iteration has ended, after the last node was released; the runner sleeps on it. A graph belongs to the runner from
// then until it begins its next iteration.

#ifndef RDO_PLAY_SCHEDULE_IMPL_H_
#define RDO_PLAY_SCHEDULE_IMPL_H_

#include "plan/machine_file.h"
#include "plan/schedule_file.h"
#include "play/lanes.h"
#include "play/module_call.h"
#include "play/node.h"
#include "play/plan_call.h"
#include "rondo/play_schedule.h"
#include "trace/table.h"

#define RDO_SCHEDULE_ITERATIONS_MAX INT64_C(1000000000000)

struct rondo_schedule_player {
  struct rdo_node_graph graph;
  struct rdo_node_graph second_graph;  // the same with nodes of its own, for every other iteration; without nodes where iterations do not overlap
  uint32_t round_count;                // graphs that are used
  uint64_t begun_count;                // iterations, in all runs
  int64_t period_ns;                   // between their begins; 0 = none
  struct rdo_schedule schedule;      // that of the planning, if there is one
  struct rondo_planning *planning;   // owned; NULL = the schedule was read
  struct rdo_machine_file machine;
  struct rondo_schedule_play_options options;
  struct rdo_worker_lanes workers;
  uint32_t *successors;  // owned
  uint32_t *resources;   // owned: those of the nodes, as the schedule's resource_lists, ascending within a node
  struct rdo_plan_call **calls;  // owned [call_count]: of jobs with a model
  uint32_t call_count;
  struct rdo_plan_order order;
  struct rdo_module_call **modules;  // owned [module_count]: dispatch modules, each for one lane
  uint32_t module_count;
  uint32_t *module_of;               // owned [node_count]: index + 1, 0 = none
  struct rdo_table table;
  struct rdo_arena names;  // of modules
  bool has_machine;      // `machine` was read
  bool keeps_order;      // edges put instances behind one another: iterations do not overlap
  int64_t played_count, skipped_count, stolen_count;
  int64_t run_ns, spun_ns;
  struct hurrier *hurriers;    // owned [worker_count]
  rdo_atomic_u32 hurried_count;  // SYNC(nodes): hurriers that have ended
  rdo_atomic_u32 changes;      // SYNC(nodes): what ended, `hurried_count`, `is_stopping`; the runner's futex word
  rdo_atomic_u32 is_stopping;  // hint
};

// Timed work of one worker that ends what waits there for its release, again and again until all iterations are over.
struct hurrier {
  struct rdo_timed timed;
  struct rondo_schedule_player *player;
};

// Makes nodes and edges.
enum rondo_status rdo_schedule_player_make_nodes(struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// Edges between nodes beside those of the schedule.
struct rdo_schedule_edges {
  uint32_t (*pairs)[2];  // owned: from, to
  uint32_t count;
  size_t capacity;
};

// Edges by which no more instances are at work at once than the `jobs_max` of the machine says. The lanes of nodes are set.
//   out_edges  `pairs` is freed by the caller, also after an error
enum rondo_status rdo_schedule_player_chain_jobs(struct rondo_schedule_player *player, struct rdo_schedule_edges *out_edges, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether all nodes can run with these edges.
enum rondo_status rdo_schedule_player_check_chains(const struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether the models need no more memory than the machine gives. After they have been loaded.
enum rondo_status rdo_schedule_player_check_memory(const struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// After nodes and modules.
enum rondo_status rdo_schedule_player_make_resources(struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// How urgent what uses a resource may be: a node that has it is as urgent. After the resources.
enum rondo_status rdo_schedule_player_find_ceilings(struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether what a node waits for at run time includes its hard time dependency.
bool rdo_schedule_player_takes_time(const struct rondo_schedule_player *player, const struct rdo_schedule_node *node);

// Loads what nodes run. After the nodes.
enum rondo_status rdo_schedule_player_load_models(struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_schedule_player_load_modules(struct rondo_schedule_player *player, struct rondo_diag *diag) RONDO_MUST_USE;

// What all instances of a job are called.
const char *rdo_schedule_player_call_name(const struct rdo_schedule_job *job);

// `over` of a graph.
void rdo_schedule_player_end_iteration(struct rdo_node_graph *graph);

#endif  // RDO_PLAY_SCHEDULE_IMPL_H_
