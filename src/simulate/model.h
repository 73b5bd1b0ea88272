// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What is simulated: a schedule as lanes, resources, instances of jobs, and nodes, each with what it waits for. Made from a
// schedule as it is, or with one job's instances made anew at another period.
//
// Invariants: edges are acyclic; every width is at most its lane's workers; constant once it is made.

#ifndef RDO_SIMULATE_MODEL_H_
#define RDO_SIMULATE_MODEL_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/schedule_file.h"
#include "plan/urgency.h"

enum {
  RDO_SIM_LANES_MAX = RDO_SCHEDULE_TARGETS_MAX,
  RDO_SIM_WORKERS_MAX = 1 << 20  // of all lanes together
};

#define RDO_SIM_NONE UINT32_MAX  // no lane, node, job

struct rdo_sim_lane {
  const char *name;
  uint32_t worker_begin, worker_count;  // of all workers
  int cluster;                          // of the machine
  int speed;                            // its cluster's capacity
  int64_t handover_ns, wake_ns;         // its cluster's: what passes before a worker begins that is awake, or has fallen asleep
  uint32_t order_begin, order_count;    // of lane_orders[]
};

// A job: all instances of one periodic job.
struct rdo_sim_job {
  const char *name;
  const struct rdo_job_entry *entry;  // of the jobs file that the schedule carries; NULL = none
  uint32_t instance_count;
};

struct rdo_sim_instance {
  uint32_t job;
  uint32_t schedule_job;
  int64_t shift_ns;                 // of all its times, from the schedule's
  uint32_t node_begin, node_count;  // of nodes[]
  int64_t release_ns;               // from the iteration's start on
  int64_t deadline_ns;              // likewise; INT64_MAX = none
};

// What a node takes beside its lane's workers, all at once: a part of another lane, or a resource.
struct rdo_sim_claim {
  uint32_t pool;  // lanes first, then resources
  uint32_t count;
};

struct rdo_sim_node {
  uint32_t schedule_node, instance;
  uint32_t lane, width;        // planned
  int64_t duration_ns;         // there, with that width
  int64_t planned_start_ns;    // from the iteration's start on, as all times here
  int64_t release_ns;          // it is not ready before
  bool is_root;                // without predecessors
  struct rdo_urgency urgency;  // with what it inherits; the deadline from the iteration's start on
  bool is_locked;              // to its release: a worker is kept free and awake for it
  uint32_t tie;                // the schedule's
  uint32_t rank;               // of equal choices the lowest comes first, then the lowest index
  uint32_t predecessor_count;
  uint32_t successor_begin, successor_count;  // of successors[]
  uint32_t claim_begin, claim_count;          // of claims[]
  size_t input_begin;          // of inputs[]
  uint32_t input_count;        // 0 where transitions cost nothing
  uint32_t window;             // where it may run: lanes window .. window + 63, of those the ones in lane_mask
  uint64_t lane_mask;
};

// From one iteration to the next: `to` waits for `from` of the one before. Calls of a job follow each other.
struct rdo_sim_return {
  uint32_t from, to;
};

struct rdo_sim_model {
  const struct rdo_schedule *schedule;
  struct rdo_sim_lane *lanes;
  uint32_t *resource_capacities;
  struct rdo_sim_job *jobs;
  struct rdo_sim_instance *instances;
  struct rdo_sim_node *nodes;
  uint32_t *successors;
  struct rdo_sim_claim *claims;
  uint32_t *inputs;       // nodes whose results each needs
  struct rdo_transition_entry *transitions;  // by (from, to)
  struct rdo_sim_return *returns;  // only where iterations overlap
  uint32_t return_count;
  uint32_t overlap_count;  // iterations that are at work at once by the plan: 1 where each ends before the next begins
  uint32_t *lane_orders;  // nodes of each lane in the plan's order; only where it is kept
  uint32_t lane_count, resource_count, job_count, instance_count, node_count, successor_count, claim_count, worker_count, transition_count;
  bool keeps_order;
  struct rdo_arena arena;
};

// How to read a schedule.
struct rdo_sim_model_options {
  const struct rdo_machine_file *machine;  // NULL: the one that the schedule carries, if it does
  bool follows_plan;  // time dependencies that are hard are waited for, as results are
  bool keeps_order;   // nodes stay on their lanes, in the plan's order
  // Another period for one job, by its name; NULL = none. Copies of its first instance are released at the first one's release
  // and every period_ns from then on, before horizon_ns. A deadline that is as long as the period, or none, becomes the period.
  const char *job;
  int64_t period_ns, horizon_ns;
};

//   schedule   borrowed for the model's life
//   out_model  end with rdo_sim_model_deinit, also after an error
//   returns    OK, INVALID_ARGUMENT (nothing has a duration), NOT_FOUND (a lane that the machine has not; the job),
//              FAILED_PRECONDITION (the job's instances cannot stand alone), OUT_OF_RANGE (too many nodes or workers),
//              RESOURCE_EXHAUSTED
enum rondo_status rdo_sim_model_init(struct rdo_sim_model *out_model, const struct rdo_schedule *schedule, const struct rdo_sim_model_options *options,
                                     struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_sim_model_deinit(struct rdo_sim_model *model);

// What a job has now: its period, and what one of its instances is: so many nodes, which take so long one after the other.
struct rdo_sim_rate {
  int64_t period_ns;
  int64_t work_ns;
  int64_t node_count;
};
//   returns  OK, NOT_FOUND (no such job), FAILED_PRECONDITION (it has no period: one instance, and none in the jobs file)
enum rondo_status rdo_sim_model_rate(const struct rdo_schedule *schedule, const char *job, struct rdo_sim_rate *out_rate, struct rondo_diag *diag) RONDO_MUST_USE;

// Expected time of a node on a lane with a number of workers: as planned there; else work is shared evenly, and time goes with
// the lane's speed.
int64_t rdo_sim_model_expect(const struct rdo_sim_model *model, const struct rdo_sim_node *node, uint32_t lane, uint32_t width);

// What it costs when a node needs a result of another lane's.
int64_t rdo_sim_model_transition_ns(const struct rdo_sim_model *model, uint32_t from_lane, uint32_t to_lane);

#endif  // RDO_SIMULATE_MODEL_H_
