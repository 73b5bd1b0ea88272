// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/lns.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "solve/random.h"

enum {
  HISTORY = 60,            // late acceptance: against the cost of so many steps ago
  STRETCH_MAX = 40,        // nodes that change places in one step
  IDLE_STEPS = 3000,       // without a better schedule: back to the best one
  SHARE_STEPS = 500,       // between two reports of the steps made
  EXCESS_WEIGHTS = 5,
  JUSTIFY_ONE_IN = 40,     // steps
};

// Of a mode's excess, where the builder chooses it; one of these at random for each step.
static const int32_t excess_weights[EXCESS_WEIGHTS] = {0, 0, 1, 4, 16};

struct lns_worker {
  struct rdo_builder builder;
  struct rdo_random random;
  uint32_t *order, *candidate_order, *best_order;
  int32_t *modes, *candidate_modes, *best_modes;
  uint64_t *keys;  // rank with noise, and node
  uint32_t *ranks;
  struct rdo_cost history[HISTORY];
  struct rdo_cost cost, best_cost;
  struct rondo_placed_node *best_nodes;
  int64_t steps_left;
};

struct lns {
  struct rdo_search *search;
  struct lns_worker *workers;
  int worker_count;
};

static int compare_keys(const void *left, const void *right) {
  uint64_t a, b;
  memcpy(&a, left, sizeof a);
  memcpy(&b, right, sizeof b);
  return a < b ? -1 : a > b;
}

// Gives the nodes of a stretch of the list new places in it, and some of them other modes. No node gets a key below
// those of its predecessors; where they are equal the old rank decides, which is below.
static void disturb(const struct rondo_problem *problem, struct lns_worker *worker) {
  struct rdo_random *random = &worker->random;
  uint32_t count = (uint32_t)problem->node_count, width = 2 + rdo_random_below(random, STRETCH_MAX - 1);
  if (width > count) width = count;
  uint32_t first = rdo_random_below(random, count - width + 1), share = 1 + rdo_random_below(random, 4);
  memcpy(worker->candidate_order, worker->order, count * sizeof *worker->order);
  memcpy(worker->candidate_modes, worker->modes, count * sizeof *worker->modes);
  for (uint32_t i = 0; i < width; ++i) worker->ranks[worker->order[first + i]] = i;
  for (uint32_t i = 0; i < width; ++i) {
    uint32_t index = worker->order[first + i];
    const struct rdo_node *node = &problem->nodes[index];
    uint64_t key = rdo_random_below(random, 4) < share ? rdo_random_below(random, width) : i;
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      uint32_t predecessor = problem->predecessors[node->predecessor_begin + k].node, rank = worker->ranks[predecessor];
      if (rank >= width || worker->order[first + rank] != predecessor) continue;  // in front of the stretch
      uint64_t least = worker->keys[rank] >> 32;
      if (key < least) key = least;
    }
    worker->keys[i] = key << 32 | i;
    if (node->mode_count == 1 || rdo_random_below(random, 8) >= share) continue;
    worker->candidate_modes[index] = rdo_random_below(random, 2) == 0 ? RDO_MODE_EARLIEST : (int32_t)rdo_random_below(random, node->mode_count);
  }
  qsort(worker->keys, width, sizeof *worker->keys, compare_keys);
  for (uint32_t i = 0; i < width; ++i) worker->candidate_order[first + i] = worker->order[first + (uint32_t)worker->keys[i]];
}

// The current solution, pushed towards its end and back.
static enum rondo_status justify(const struct rondo_problem *problem, struct lns_worker *worker, struct rondo_diag *diag) {
  RDO_TRY(rdo_builder_build(&worker->builder, worker->order, worker->modes, diag));
  memcpy(worker->candidate_modes, worker->modes, problem->node_count * sizeof *worker->modes);
  return rdo_builder_justify(&worker->builder, worker->candidate_order, diag);
}

// The builder's choices become the candidate's.
static void fix_modes(const struct rondo_problem *problem, struct lns_worker *worker) {
  for (size_t i = 0; i < problem->node_count; ++i) worker->candidate_modes[i] = worker->builder.nodes[i].mode;
}

static void accept(struct lns_worker *worker) {
  uint32_t *order = worker->order;
  int32_t *modes = worker->modes;
  worker->order = worker->candidate_order;
  worker->modes = worker->candidate_modes;
  worker->candidate_order = order;
  worker->candidate_modes = modes;
  worker->cost = worker->builder.cost;
}

static void keep_best(struct lns *lns, struct lns_worker *worker) {
  size_t count = lns->search->problem->node_count;
  worker->best_cost = worker->cost;
  memcpy(worker->best_order, worker->order, count * sizeof *worker->order);
  memcpy(worker->best_modes, worker->modes, count * sizeof *worker->modes);
  memcpy(worker->best_nodes, worker->builder.nodes, count * sizeof *worker->best_nodes);
  if (!lns->search->is_ordered) rdo_search_offer(lns->search, worker->best_nodes, &worker->best_cost);
}

static void return_to_best(struct lns *lns, struct lns_worker *worker) {
  size_t count = lns->search->problem->node_count;
  memcpy(worker->order, worker->best_order, count * sizeof *worker->order);
  memcpy(worker->modes, worker->best_modes, count * sizeof *worker->modes);
  worker->cost = worker->best_cost;
  for (int i = 0; i < HISTORY; ++i) worker->history[i] = worker->cost;
}

static enum rondo_status begin(struct lns *lns, struct lns_worker *worker, struct rondo_diag *diag) {
  RDO_TRY(rdo_builder_build(&worker->builder, worker->candidate_order, worker->candidate_modes, diag));
  fix_modes(lns->search->problem, worker);
  accept(worker);
  keep_best(lns, worker);
  return_to_best(lns, worker);
  return RONDO_OK;
}

static enum rondo_status work_on(struct lns *lns, struct lns_worker *worker, struct rondo_diag *diag) {
  const struct rondo_problem *problem = lns->search->problem;
  const struct rdo_objectives *objectives = &lns->search->objectives;
  int64_t step = 0, improved = 0, reported = 0;
  RDO_TRY(begin(lns, worker, diag));
  for (; step < worker->steps_left; ++step) {
    if (rdo_search_is_over(lns->search) || rdo_cost_compare(objectives, &worker->best_cost, &lns->search->floor) <= 0) break;
    bool is_justified = rdo_random_below(&worker->random, JUSTIFY_ONE_IN) == 0;
    if (is_justified) RDO_TRY(justify(problem, worker, diag));
    else disturb(problem, worker);
    worker->builder.excess_weight = excess_weights[rdo_random_below(&worker->random, EXCESS_WEIGHTS)];
    RDO_TRY(rdo_builder_build(&worker->builder, worker->candidate_order, worker->candidate_modes, diag));
    struct rdo_cost *before = &worker->history[step % HISTORY], *cost = &worker->builder.cost;
    if (rdo_cost_compare(objectives, cost, before) <= 0 || rdo_cost_compare(objectives, cost, &worker->cost) <= 0) {
      fix_modes(problem, worker);
      accept(worker);
      if (rdo_cost_compare(objectives, &worker->cost, &worker->best_cost) < 0) {
        keep_best(lns, worker);
        improved = step;
      }
    }
    *before = worker->cost;
    if (step - improved >= IDLE_STEPS) {
      return_to_best(lns, worker);
      improved = step;
    }
    if (step - reported < SHARE_STEPS) continue;
    pthread_mutex_lock(&lns->search->lock);
    lns->search->step_count += step - reported;
    pthread_mutex_unlock(&lns->search->lock);
    reported = step;
  }
  pthread_mutex_lock(&lns->search->lock);
  lns->search->step_count += step - reported;
  pthread_mutex_unlock(&lns->search->lock);
  return RONDO_OK;
}

static void work(void *user, int thread) {
  struct lns *lns = user;
  struct rondo_diag diag = {0};
  enum rondo_status status = work_on(lns, &lns->workers[thread], &diag);
  if (status != RONDO_OK) rdo_search_fail(lns->search, status, &diag);
}

// Memory ---------------------------------------------------------------------------------------------------

static enum rondo_status init_worker(struct lns *lns, struct lns_worker *worker, int index, const uint32_t *order, struct rondo_diag *diag) {
  size_t count = lns->search->problem->node_count;
  worker->random = rdo_random_seed(lns->search->options->seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)index);
  worker->steps_left = lns->search->step_limit;
  RDO_TRY(rdo_builder_init(&worker->builder, lns->search->problem, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->order, &worker->order, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->order, &worker->candidate_order, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->order, &worker->best_order, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->modes, &worker->modes, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->modes, &worker->candidate_modes, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->modes, &worker->best_modes, diag));
  RDO_TRY(rdo_alloc_array(STRETCH_MAX, sizeof *worker->keys, &worker->keys, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->ranks, &worker->ranks, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->best_nodes, &worker->best_nodes, diag));
  worker->builder.excesses = lns->search->excesses;
  memcpy(worker->candidate_order, order, count * sizeof *order);
  for (size_t i = 0; i < count; ++i) worker->candidate_modes[i] = lns->search->best[i].mode;  // no thread runs yet
  return RONDO_OK;
}

static void deinit_worker(struct lns_worker *worker) {
  if (worker->builder.problem != NULL) rdo_builder_deinit(&worker->builder);
  rdo_free(worker->order);
  rdo_free(worker->candidate_order);
  rdo_free(worker->best_order);
  rdo_free(worker->modes);
  rdo_free(worker->candidate_modes);
  rdo_free(worker->best_modes);
  rdo_free(worker->keys);
  rdo_free(worker->ranks);
  rdo_free(worker->best_nodes);
}

static enum rondo_status search_with(struct lns *lns, const uint32_t *order, struct rondo_diag *diag) {
  struct rdo_search *search = lns->search;
  RDO_TRY(rdo_alloc_array((size_t)search->thread_count, sizeof *lns->workers, &lns->workers, diag));
  lns->worker_count = search->thread_count;
  for (int i = 0; i < lns->worker_count; ++i) RDO_TRY(init_worker(lns, &lns->workers[i], i, order, diag));
  RDO_TRY(rdo_search_run(search, work, lns, diag));
  for (int i = 0; i < search->thread_count && search->is_ordered; ++i) rdo_search_offer(search, lns->workers[i].best_nodes, &lns->workers[i].best_cost);
  return RONDO_OK;
}

enum rondo_status rdo_lns_search(struct rdo_search *search, const uint32_t *order, struct rondo_diag *diag) {
  struct lns lns = {.search = search};
  enum rondo_status status = search_with(&lns, order, diag);
  for (int i = 0; i < lns.worker_count; ++i) deinit_worker(&lns.workers[i]);
  rdo_free(lns.workers);
  return status;
}
