// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tabu search for the flexible job shop, along critical paths.
//
// The neighbourhood has two parts. An operation of a critical path goes to another of its machines, between the
// places that Mastrolilli and Gambardella (2000, section 4) prove to keep the graph acyclic and to hold the best
// insertion. Or it moves within its block, to the block's ends or, if it is at an end, to anywhere in it (N6, Balas
// and Vazacopoulos 1998, section 3). Both are judged by the longest path through what moves, and through the
// neighbours that it leaves behind, from ends and ways out as they stand: constant time for a place on another
// machine, the length of the shift within a block.
//
// Judged by paths alone, a search fills every gap with whatever fits and ends with machines that never idle, but do
// work that others would do in less time. So the choice among moves also looks at the excess of a mode: what it
// costs more than the operation's cheapest one at the prices of the machines' time, which are the dual variables of
// the bound by work (bound.h). The makespan is above that bound by exactly the excess and the idle time, priced.

#ifndef RDO_SOLVE_TABU_H_
#define RDO_SOLVE_TABU_H_

#include "solve/random.h"
#include "solve/shop.h"

// A solution at rest.
struct rdo_shop_solution {
  int64_t makespan;  // INT64_MAX: none
  int32_t *order;    // topological
  int32_t *modes;    // indices of rdo_shop.modes
};

enum rondo_status rdo_shop_solution_init(struct rdo_shop_solution *solution, const struct rdo_shop *shop, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_shop_solution_deinit(struct rdo_shop_solution *solution);
void rdo_shop_solution_copy(struct rdo_shop_solution *to, const struct rdo_shop_solution *from, const struct rdo_shop *shop);
void rdo_shop_solution_store(struct rdo_shop_solution *to, const struct rdo_shop_state *state);

struct rdo_tabu_move {
  int64_t key;       // the smallest is chosen
  int64_t estimate;  // of the makespan
  int32_t operation;
  int32_t shop_mode;
  int32_t index;  // in the sequence without the operation
};

// How much the excess counts. At 0 or more a move's key is its estimate, and so many times the excess that it adds.
// The guide CHEAPEST takes, of the moves that should shorten the makespan, one that adds the least.
enum { RDO_TABU_CHEAPEST = -1 };

// One search. Zero-initialise; end with rdo_tabu_deinit.
struct rdo_tabu {
  struct rdo_shop_state state;
  struct rdo_random random;
  struct rdo_shop_solution best;  // of the run
  uint32_t *mode_until;           // of each shop mode: the step up to which it is tabu
  uint32_t *pair_until;           // hashed: of an order of two operations
  uint32_t step;
  int32_t guide;          // RDO_TABU_CHEAPEST, or the weight of the excess
  int32_t *path;          // a critical path, last operation first
  int64_t *shifted_ends;  // scratch of an estimate

  // The choice of one step.
  struct rdo_tabu_move choice;    // the best that is allowed
  struct rdo_tabu_move fallback;  // any, should all be tabu
  uint32_t choice_count, fallback_count;
};

enum rondo_status rdo_tabu_init(struct rdo_tabu *tabu, const struct rdo_shop *shop, uint64_t seed, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_tabu_deinit(struct rdo_tabu *tabu);

// Begins a run from a solution; its makespan need not be set.
void rdo_tabu_begin(struct rdo_tabu *tabu, const struct rdo_shop_solution *solution, int32_t guide);

// Makes up to `step_count` moves.
//   returns  the moves made; fewer when no move is left (then the solution is optimal) or `best` has reached `target`
int32_t rdo_tabu_run(struct rdo_tabu *tabu, int32_t step_count, int64_t target);

#endif  // RDO_SOLVE_TABU_H_
