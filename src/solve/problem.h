// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A problem as arrays: what is built by rondo_problem_add_* and, once finished, only read.
//
// Invariants once finished: edges are acyclic and `order` is a topological order of the nodes; every width is at
// most its machine's capacity; any sum of durations, delays and one release is at most RONDO_PROBLEM_TIME_MAX,
// so that no path through the graph needs checked arithmetic.

#ifndef RDO_SOLVE_PROBLEM_H_
#define RDO_SOLVE_PROBLEM_H_

#include "rondo/plan.h"

struct rdo_machine_limit {
  int32_t capacity;
  bool is_resource;
};

struct rdo_mode {
  int64_t duration;
  int64_t energy;
  uint32_t use_begin;
  uint32_t use_count;
  int32_t place;  // index of its set of machines; 0 when there are no transitions
};

struct rdo_node {
  int64_t release;       // of the node and of its job
  int64_t latest_start;  // INT64_MAX: none
  int64_t phase_weight;
  int64_t duration_min, duration_max;  // over its modes
  int32_t job;                         // -1: none
  uint32_t mode_begin, mode_count;
  uint32_t predecessor_begin, predecessor_count;  // of predecessors[]
  uint32_t successor_begin, successor_count;      // of successors[]
};

struct rdo_job {
  int64_t release;
  int64_t deadline;  // INT64_MAX: none
  int64_t weight;
  bool is_relative;
};

struct rdo_edge {
  uint32_t from, to;
  int64_t delay;
};

// One end of an edge, seen from the other.
struct rdo_link {
  uint32_t node;
  int64_t delay;
};

// In a problem that repeats: `to` of the next repetition starts no earlier than `delay` after the end of `from`.
struct rdo_return {
  uint32_t from, to;
  int64_t delay;
};

struct rdo_transition {
  int32_t from, to;
  int64_t delay;
};

struct rondo_problem {
  struct rdo_machine_limit *machines;
  struct rdo_job *jobs;
  struct rdo_node *nodes;
  struct rdo_mode *modes;
  struct rondo_problem_use *uses;
  struct rdo_edge *edges;
  struct rdo_transition *transitions;
  size_t machine_count, job_count, node_count, mode_count, use_count, edge_count, transition_count;
  struct rdo_return *returns;
  size_t return_count, return_capacity;
  int64_t period;  // 0: it runs once; else again and again, each time so much later, and machines count modulo it
  size_t machine_capacity, job_capacity, node_capacity, mode_capacity, use_capacity, edge_capacity, transition_capacity;

  // Made by rondo_problem_finish.
  bool is_finished;
  bool is_unary;
  struct rdo_link *predecessors, *successors;
  uint32_t *order;        // topological: equal choices in the order of the indices
  int64_t *place_delays;  // [from * place_count + to]; NULL when there are no transitions
  size_t place_count;
  int64_t horizon;        // no sensible schedule is longer
};

// Lets a problem repeat: what one repetition has in use at the end is in the way of the next one's begin. A schedule that cannot be
// repeated has a violation. Before it is finished; such problems are solved as a whole, neither in windows nor repaired.
//   period   at least 1, at most RONDO_PROBLEM_TIME_MAX
void rdo_problem_set_period(struct rondo_problem *problem, int64_t period);

// Adds an order across the border between two repetitions, of nodes that are there.
enum rondo_status rdo_problem_add_return(struct rondo_problem *problem, uint32_t from, uint32_t to, int64_t delay, struct rondo_diag *diag) RONDO_MUST_USE;

// What an edge between nodes in these modes waits for because of where they run.
static inline int64_t rdo_problem_transition(const struct rondo_problem *problem, const struct rdo_mode *from, const struct rdo_mode *to) {
  if (problem->place_delays == NULL) return 0;
  return problem->place_delays[(size_t)from->place * problem->place_count + (size_t)to->place];
}

#endif  // RDO_SOLVE_PROBLEM_H_
