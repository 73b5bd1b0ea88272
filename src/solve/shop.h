// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A unary problem (a flexible job shop) in the form that tabu search runs on, and one solution of it as a
// disjunctive graph: for each machine the sequence of its operations.
//
// Of each operation the solution keeps the end (its head and its duration) and the way out (its duration and its
// tail): the longest paths to and from it, both with itself. So the longest path through it is end + out -
// duration, and it is critical when that is the makespan. One operation more, the sentinel, stands for "none":
// it ends at 0 and has a way out of 0.
//
// A move takes one operation out of its sequence and puts it into one. `order` is kept topological by reordering
// only the stretch between the old and the new place (Pearce & Kelly 2006, section 3, for one node with several
// new arcs), which also finds out whether the move would close a cycle; ends and ways out are then computed
// again from there on.

#ifndef RDO_SOLVE_SHOP_H_
#define RDO_SOLVE_SHOP_H_

#include "solve/problem.h"

// One machine for one operation: the shortest of its modes there.
struct rdo_shop_mode {
  int64_t duration;
  int64_t excess;  // bound.h
  int32_t machine;
  int32_t mode;  // of the node
};

// The constant part, shared by all threads. Zero-initialise; end with rdo_shop_deinit.
struct rdo_shop {
  const struct rondo_problem *problem;
  int32_t operation_count;
  int32_t machine_count;
  struct rdo_shop_mode *modes;
  uint32_t *mode_begins;      // [operation_count + 1]
  uint32_t *sequence_begins;  // [machine_count + 1]: room for every operation that may be there
};

//   excesses  of the problem's modes, or NULL: all 0
enum rondo_status rdo_shop_init(struct rdo_shop *shop, const struct rondo_problem *problem, const int64_t *excesses, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_shop_deinit(struct rdo_shop *shop);

// One cache line: the search reads little else.
struct rdo_operation {
  int64_t end;
  int64_t out;
  int64_t duration;
  int64_t release;
  int32_t job_before, job_after;          // its only predecessor and successor, when the edge has no delay; else the sentinel
  int32_t machine_before, machine_after;  // neighbours in the sequence; the sentinel when there is none
  int32_t machine;
  int32_t shop_mode;  // index of rdo_shop.modes
  int32_t index;      // in its sequence
  int32_t position;   // in `order`
};
_Static_assert(sizeof(struct rdo_operation) == 64, "a cache line");

struct rdo_shop_state {
  const struct rdo_shop *shop;
  struct rdo_operation *operations;  // [operation_count + 1], the last one is the sentinel
  int32_t *sequences;                // of machine m from sequence_begins[m] on
  int32_t *sequence_counts;
  int32_t *order;
  int64_t makespan;
  uint32_t *marks;  // equal to `mark`: comes after the operation that moves
  uint32_t mark;
  int32_t *scratch;  // [operation_count + 1]
};

enum rondo_status rdo_shop_state_init(struct rdo_shop_state *state, const struct rdo_shop *shop, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_shop_state_deinit(struct rdo_shop_state *state);

// Takes over a solution.
//   order   all operations, none before its predecessors
//   modes   indices of rdo_shop.modes, of each operation
void rdo_shop_state_load(struct rdo_shop_state *state, const int32_t *order, const int32_t *modes);

// Moves an operation to a machine, before what is `index`-th there once the operation has been taken out.
//   returns  false if that closes a cycle: then nothing has changed
bool rdo_shop_state_move(struct rdo_shop_state *state, int32_t operation, int32_t shop_mode, int32_t index);

// Computes all ends, ways out and the makespan from sequences and order.
void rdo_shop_state_compute(struct rdo_shop_state *state);

// Latest end of the predecessors by edges (with delays), at least the release.
static inline int64_t rdo_shop_state_ready(const struct rdo_shop_state *state, const struct rdo_operation *operation) {
  const struct rdo_operation *operations = state->operations;
  int64_t ready = operations[operation->job_before].end;
  if (operation->release > ready) ready = operation->release;
  if (operation->job_before != state->shop->operation_count) return ready;
  const struct rondo_problem *problem = state->shop->problem;
  const struct rdo_node *node = &problem->nodes[operation - operations];
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    const struct rdo_link *link = &problem->predecessors[node->predecessor_begin + i];
    int64_t end = operations[link->node].end + link->delay;
    if (end > ready) ready = end;
  }
  return ready;
}

// Longest way out of the successors by edges (with delays).
static inline int64_t rdo_shop_state_rest(const struct rdo_shop_state *state, const struct rdo_operation *operation) {
  const struct rdo_operation *operations = state->operations;
  if (operation->job_after != state->shop->operation_count) return operations[operation->job_after].out;
  const struct rondo_problem *problem = state->shop->problem;
  const struct rdo_node *node = &problem->nodes[operation - operations];
  int64_t rest = 0;
  for (uint32_t i = 0; i < node->successor_count; ++i) {
    const struct rdo_link *link = &problem->successors[node->successor_begin + i];
    int64_t out = operations[link->node].out + link->delay;
    if (out > rest) rest = out;
  }
  return rest;
}

#endif  // RDO_SOLVE_SHOP_H_
