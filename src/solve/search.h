// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the threads of a search share: limits, the best schedule so far, and how they take turns.
//
// With a time limit threads run freely and meet in one lock. With an iteration limit alone they meet in a barrier
// after each round, and one of them does what must be done in order: then the result depends on the seed and the
// number of threads only.

#ifndef RDO_SOLVE_SEARCH_H_
#define RDO_SOLVE_SEARCH_H_

#include <pthread.h>

#include "base/atomic.h"
#include "solve/schedule.h"

struct rdo_search {
  // const after init
  const struct rondo_problem *problem;
  const struct rondo_solve_options *options;
  struct rdo_objectives objectives;
  struct rdo_cost floor;  // no schedule is better: with it the search is over
  int64_t *excesses;      // of each mode (bound.h)
  int64_t start_ns;
  int64_t deadline_ns;
  int64_t step_limit;  // of each thread, INT64_MAX: none
  bool is_ordered;     // threads meet in a barrier after each round
  int thread_count;

  pthread_mutex_t lock;
  pthread_cond_t ended;
  struct rondo_placed_node *best;  // lock: lock
  struct rdo_cost best_cost;       // lock: lock
  int64_t best_ns;                 // lock: lock; when it was found
  int64_t step_count;              // lock: lock
  int ended_count;                 // lock: lock; threads
  bool is_cancelled;               // lock: lock; threads end without working
  struct rondo_diag diag;          // lock: lock; the first failure
  rdo_atomic_u32 is_over;          // a flag to end by; carries no data
};

enum rondo_status rdo_search_init(struct rdo_search *search, const struct rondo_problem *problem, const struct rondo_solve_options *options, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_search_deinit(struct rdo_search *search);

// Whether to end: time is up, the caller's flag was seen, a failure, or nothing better can be found. Reads the clock.
bool rdo_search_is_over(struct rdo_search *search);

// Offers a schedule, which is copied if it is the best.
void rdo_search_offer(struct rdo_search *search, const struct rondo_placed_node *nodes, const struct rdo_cost *cost);

// Ends the search with a failure.
void rdo_search_fail(struct rdo_search *search, enum rondo_status status, const struct rondo_diag *diag);

// Runs `work` on all threads and waits, reporting meanwhile.
//   returns  OK, or the first failure
enum rondo_status rdo_search_run(struct rdo_search *search, void (*work)(void *user, int thread), void *user, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_SEARCH_H_
