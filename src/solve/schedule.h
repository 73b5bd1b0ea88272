// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule and what it costs; and how a list of nodes becomes one.

#ifndef RDO_SOLVE_SCHEDULE_H_
#define RDO_SOLVE_SCHEDULE_H_

#include "solve/problem.h"
#include "solve/usage.h"

struct rondo_schedule {
  struct rondo_placed_node *nodes;
  struct rondo_schedule_info info;
};

// Sums are cut off at INT64_MAX.
struct rdo_cost {
  int64_t violation;  // counts before every objective
  int64_t values[RONDO_OBJECTIVE_COUNT];
};

// Objectives in the order of their importance.
struct rdo_objectives {
  enum rondo_objective items[RONDO_OBJECTIVE_COUNT];
  int count;
};

// Negative, 0 or positive, as `a` is better than, as good as, or worse than `b`.
int rdo_cost_compare(const struct rdo_objectives *objectives, const struct rdo_cost *a, const struct rdo_cost *b);

struct rdo_builder_entry {
  int64_t time;
  uint32_t position;  // in the topological order
  uint32_t node;
};

// A builder of schedules: memory for one, used again and again. Zero-initialise; end with rdo_builder_deinit.
struct rdo_builder {
  const struct rondo_problem *problem;
  struct rdo_usage *usages;  // of each machine
  int64_t *job_spans;        // first start and last end of each job
  struct rondo_placed_node *nodes;
  struct rdo_cost cost;
  int64_t overload;  // of a problem that repeats: time of nodes for which there was no room, since it was cleared
  struct rdo_builder_entry *entries;  // scratch of sorting
  int64_t *late;                      // scratch: how long before the end a node starts, once pushed towards it
  const int64_t *excesses;  // of each mode (bound.h), borrowed; NULL: all 0
  int32_t excess_weight;    // what an excess of 1 counts against an end that is 1 later
  const int64_t *floors;    // of each node, borrowed: starts no earlier; NULL: no such limit
};

enum rondo_status rdo_builder_init(struct rdo_builder *builder, const struct rondo_problem *problem, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_builder_deinit(struct rdo_builder *builder);

enum { RDO_MODE_EARLIEST = -1 };  // whichever ends first, its weighted excess added; among equals less energy, then less width times duration

// Serial schedule generation (Kolisch 1996, section 2): each node of a list in turn starts as early as edges and
// what was placed before it allow. In a problem that repeats machines count modulo its period; a node without room starts as if there
// were some, which is a violation. Fills `nodes` and `cost`.
//   order    all nodes, none before its predecessors
//   modes    of each node, RDO_MODE_EARLIEST to let the builder choose; NULL: all so
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_builder_build(struct rdo_builder *builder, const uint32_t *order, const int32_t *modes, struct rondo_diag *diag) RONDO_MUST_USE;

// The same step by step: begin with nothing placed; place a node, all of whose predecessors are placed; take the node
// that was placed last away again.
enum rondo_status rdo_builder_clear(struct rdo_builder *builder, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_builder_place(struct rdo_builder *builder, uint32_t node, int32_t mode, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_builder_displace(struct rdo_builder *builder, uint32_t node, struct rondo_diag *diag) RONDO_MUST_USE;

// The list of `builder->nodes` once all of them have been pushed towards the end: in the order of those starts the
// builder often finds an earlier end (forward-backward improvement, Tormos and Lova 2001; justification, Valls,
// Ballestin and Quintanilla 2005). Keeps modes and nodes; releases do not count meanwhile.
//   out_order  array of node_count
enum rondo_status rdo_builder_justify(struct rdo_builder *builder, uint32_t *out_order, struct rondo_diag *diag) RONDO_MUST_USE;

// What `builder->nodes` costs.
void rdo_builder_evaluate(struct rdo_builder *builder);

#endif  // RDO_SOLVE_SCHEDULE_H_
