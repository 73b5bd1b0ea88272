// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/relink.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "solve/tabu.h"

enum {
  POPULATION = 10,
  CANDIDATES = 4,            // children made at a time; the best one is improved
  IDLE_STEPS = 2500,         // a run of tabu search ends after so many without a better solution: the first runs,
  IDLE_RUNS = 32,            // and with every so many runs that many more,
  IDLE_STEPS_MAX = 16000,    // up to these: short runs find much early, long ones more late
  STALE_RUNS = 60,           // in which no child was taken: a new population
  CHUNK_OPERATIONS = 40000,  // steps times operations between two looks at the clock: about a millisecond
  WEIGHT_BITS = 8,           // of a parent
  GUIDES = 5,
  CURIOUS_ONE_IN = 4,        // runs whose guide is chosen at random, not by its success
};

// Which of these does best depends on what makes a problem hard: work or order. So they compete.
static const int32_t guides[GUIDES] = {RDO_TABU_CHEAPEST, 0, 1, 3, 8};

// How well runs went with a guide.
struct relink_guide {
  double makespan;  // mean, with the weight of older runs fading
  int run_count;
};

struct relink_worker {
  struct rdo_tabu tabu;
  struct rdo_builder builder;
  struct rdo_shop_solution start;       // of the next run
  struct rdo_shop_solution candidate;   // scratch of a child
  struct rdo_shop_solution child;       // of the last run; makespan INT64_MAX: none
  struct rdo_shop_solution parents[2];
  uint64_t *keys;     // [operation_count] rank and operation
  int32_t *ranks[2];  // [operation_count] of the operations in the parents
  int64_t steps_left;
  int guide;           // of the last run, index of guides[]
  int64_t idle_limit;  // of the next run
};

struct relink {
  struct rdo_search *search;
  struct rdo_shop shop;
  struct relink_worker *workers;
  int worker_count;
  struct rondo_placed_node *first;  // the best schedule before the search
  // From here on, lock: search->lock; ordered: one worker alone, between two barriers.
  pthread_barrier_t barrier;
  bool has_barrier;
  bool is_over;
  struct rdo_shop_solution population[POPULATION];
  int count;  // of the population
  int stale_count;
  struct relink_guide guides[GUIDES];
  int32_t *machine_before[2];  // [operation_count] scratch of distances
  int32_t *machine_last;       // [machine_count]
};

// Solutions ------------------------------------------------------------------------------------------------

struct start_entry {
  int64_t start;
  int32_t position;
  int32_t operation;
};

static int compare_starts(const void *left, const void *right) {
  const struct start_entry *a = left, *b = right;
  if (a->start != b->start) return a->start < b->start ? -1 : 1;
  return a->position < b->position ? -1 : a->position > b->position;
}

// Sorts a solution's list by starts, which stand in the state; what starts together keeps its order.
static enum rondo_status sort_by_start(struct relink_worker *worker, struct rdo_shop_solution *solution, struct rondo_diag *diag) {
  const struct rdo_shop_state *state = &worker->tabu.state;
  int32_t count = state->shop->operation_count;
  struct start_entry *entries;
  RDO_TRY(rdo_alloc_array((size_t)count, sizeof *entries, &entries, diag));
  for (int32_t i = 0; i < count; ++i) {
    const struct rdo_operation *operation = &state->operations[solution->order[i]];
    entries[i] = (struct start_entry){.start = operation->end - operation->duration, .position = i, .operation = solution->order[i]};
  }
  qsort(entries, (size_t)count, sizeof *entries, compare_starts);
  for (int32_t i = 0; i < count; ++i) solution->order[i] = entries[i].operation;
  rdo_free(entries);
  return RONDO_OK;
}

static int32_t machine_of(const struct rondo_problem *problem, const struct rondo_placed_node *placed, int32_t node) {
  const struct rdo_mode *mode = &problem->modes[problem->nodes[node].mode_begin + (uint32_t)placed->mode];
  return problem->uses[mode->use_begin].machine;
}

static int32_t find_shop_mode(const struct rdo_shop *shop, int32_t operation, int32_t machine) {
  uint32_t i = shop->mode_begins[operation];
  while (shop->modes[i].machine != machine) ++i;
  return (int32_t)i;
}

// Makes a solution of a schedule; worker->start.order says what comes first of what starts together.
static enum rondo_status take_schedule(struct relink *relink, struct relink_worker *worker, const struct rondo_placed_node *nodes, struct rondo_diag *diag) {
  const struct rondo_problem *problem = relink->search->problem;
  const struct rdo_shop *shop = &relink->shop;
  struct rdo_shop_solution *start = &worker->start;
  struct start_entry *entries;
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *entries, &entries, diag));
  for (int32_t i = 0; i < shop->operation_count; ++i) {
    int32_t operation = start->order[i];
    const struct rondo_placed_node *placed = &nodes[operation];
    entries[i] = (struct start_entry){.start = placed->start, .position = i, .operation = operation};
    start->modes[operation] = find_shop_mode(shop, operation, machine_of(problem, placed, operation));
  }
  qsort(entries, problem->node_count, sizeof *entries, compare_starts);
  for (int32_t i = 0; i < shop->operation_count; ++i) start->order[i] = entries[i].operation;
  rdo_free(entries);
  return RONDO_OK;
}

// Makes the solution that the builder makes of worker->start.order, with machine time at its price, more or less.
static enum rondo_status build_start(struct relink *relink, struct relink_worker *worker, struct rondo_diag *diag) {
  static const int32_t excess_weights[] = {0, 1, 4, 16};
  const uint32_t *order = (const uint32_t *)(const void *)worker->start.order;  // indices are not negative
  worker->builder.excess_weight = excess_weights[rdo_random_below(&worker->tabu.random, sizeof excess_weights / sizeof excess_weights[0])];
  RDO_TRY(rdo_builder_build(&worker->builder, order, NULL, diag));
  return take_schedule(relink, worker, worker->builder.nodes, diag);
}

// A random topological order.
static void shuffle_order(struct relink_worker *worker, const struct rondo_problem *problem) {
  int32_t *waits = worker->ranks[0], *ready = worker->ranks[1], count = 0;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    waits[i] = (int32_t)problem->nodes[i].predecessor_count;
    if (waits[i] == 0) ready[count++] = (int32_t)i;
  }
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    int32_t pick = (int32_t)rdo_random_below(&worker->tabu.random, (uint32_t)count), operation = ready[pick];
    const struct rdo_node *node = &problem->nodes[operation];
    worker->start.order[i] = operation;
    ready[pick] = ready[--count];
    for (uint32_t k = 0; k < node->successor_count; ++k) {
      uint32_t successor = problem->successors[node->successor_begin + k].node;
      if (--waits[successor] == 0) ready[count++] = (int32_t)successor;
    }
  }
}

// Children -------------------------------------------------------------------------------------------------

static int compare_keys(const void *left, const void *right) {
  uint64_t a, b;
  memcpy(&a, left, sizeof a);
  memcpy(&b, right, sizeof b);
  return a < b ? -1 : a > b;
}

// Makes worker->candidate between the parents; `weight` of 1 << WEIGHT_BITS is the second one's.
static void make_candidate(struct relink_worker *worker, uint32_t weight) {
  const struct rdo_shop *shop = worker->tabu.state.shop;
  struct rdo_shop_solution *candidate = &worker->candidate;
  const uint32_t whole = 1u << WEIGHT_BITS;
  for (int32_t i = 0; i < shop->operation_count; ++i) {
    uint64_t rank = (uint64_t)worker->ranks[0][i] * (whole - weight) + (uint64_t)worker->ranks[1][i] * weight;
    worker->keys[i] = rank << 32 | (uint32_t)i;
    int parent = worker->parents[0].modes[i] != worker->parents[1].modes[i] && rdo_random_below(&worker->tabu.random, whole) < weight;
    candidate->modes[i] = worker->parents[parent].modes[i];
  }
  qsort(worker->keys, (size_t)shop->operation_count, sizeof *worker->keys, compare_keys);
  for (int32_t i = 0; i < shop->operation_count; ++i) candidate->order[i] = (int32_t)(uint32_t)worker->keys[i];
}

static void make_child(struct relink_worker *worker) {
  const struct rdo_shop *shop = worker->tabu.state.shop;
  const uint32_t whole = 1u << WEIGHT_BITS;
  for (int parent = 0; parent < 2; ++parent) {
    for (int32_t i = 0; i < shop->operation_count; ++i) worker->ranks[parent][worker->parents[parent].order[i]] = i;
  }
  worker->start.makespan = INT64_MAX;
  for (int i = 0; i < CANDIDATES; ++i) {
    make_candidate(worker, whole / 4 + rdo_random_below(&worker->tabu.random, whole / 2));
    rdo_shop_state_load(&worker->tabu.state, worker->candidate.order, worker->candidate.modes);
    worker->candidate.makespan = worker->tabu.state.makespan;
    if (worker->candidate.makespan >= worker->start.makespan) continue;
    struct rdo_shop_solution better = worker->candidate;
    worker->candidate = worker->start;
    worker->start = better;
  }
}

// The population -------------------------------------------------------------------------------------------

static void find_machine_before(struct relink *relink, const struct rdo_shop_solution *solution, int32_t *before) {
  const struct rdo_shop *shop = &relink->shop;
  for (int32_t i = 0; i < shop->machine_count; ++i) relink->machine_last[i] = -1;
  for (int32_t i = 0; i < shop->operation_count; ++i) {
    int32_t operation = solution->order[i], machine = shop->modes[solution->modes[operation]].machine;
    before[operation] = relink->machine_last[machine];
    relink->machine_last[machine] = operation;
  }
}

// Operations on another machine, or with another one before them.
static int32_t find_distance(struct relink *relink, const struct rdo_shop_solution *a, const struct rdo_shop_solution *b) {
  int32_t distance = 0;
  find_machine_before(relink, a, relink->machine_before[0]);
  find_machine_before(relink, b, relink->machine_before[1]);
  for (int32_t i = 0; i < relink->shop.operation_count; ++i) {
    distance += a->modes[i] != b->modes[i] || relink->machine_before[0][i] != relink->machine_before[1][i];
  }
  return distance;
}

static int find_worst(const struct relink *relink) {
  int worst = 0;
  for (int i = 1; i < relink->count; ++i) {
    if (relink->population[i].makespan > relink->population[worst].makespan) worst = i;
  }
  return worst;
}

static int find_best(const struct relink *relink) {
  int best = 0;
  for (int i = 1; i < relink->count; ++i) {
    if (relink->population[i].makespan < relink->population[best].makespan) best = i;
  }
  return best;
}

static void count_run(struct relink_guide *guide, int64_t makespan) {
  double share = guide->run_count < 7 ? 1.0 / (guide->run_count + 1) : 1.0 / 8;
  guide->makespan += share * ((double)makespan - guide->makespan);
  ++guide->run_count;
}

// The guide of the next run: what was tried least, until all were tried twice; then the best, or any.
static int choose_guide(const struct relink *relink, struct rdo_random *random) {
  const struct relink_guide *options = relink->guides;
  int fewest = 0, best = 0;
  for (int i = 1; i < GUIDES; ++i) {
    if (options[i].run_count < options[fewest].run_count) fewest = i;
    if (options[i].makespan < options[best].makespan) best = i;
  }
  if (options[fewest].run_count < 2) return fewest;
  return rdo_random_below(random, CURIOUS_ONE_IN) == 0 ? (int)rdo_random_below(random, GUIDES) : best;
}

static void choose_run(const struct relink *relink, struct relink_worker *worker) {
  int64_t run_count = 0;
  for (int i = 0; i < GUIDES; ++i) run_count += relink->guides[i].run_count;
  worker->guide = choose_guide(relink, &worker->tabu.random);
  worker->idle_limit = IDLE_STEPS + IDLE_STEPS * run_count / IDLE_RUNS;
  if (worker->idle_limit > IDLE_STEPS_MAX) worker->idle_limit = IDLE_STEPS_MAX;
}

// Takes a worker's child into the population, if it is good enough and not there yet.
static void take_child(struct relink *relink, struct relink_worker *worker) {
  struct rdo_shop_solution *child = &worker->child;
  if (child->makespan == INT64_MAX) return;
  count_run(&relink->guides[worker->guide], child->makespan);
  int place = relink->count;
  for (int i = 0; i < relink->count; ++i) {
    // Nearly the same: the better one stays.
    if (find_distance(relink, child, &relink->population[i]) * 50 <= relink->shop.operation_count) place = i;
  }
  if (place == POPULATION) place = find_worst(relink);
  bool is_new = place == relink->count;
  ++relink->stale_count;
  if (is_new || child->makespan < relink->population[place].makespan) {
    rdo_shop_solution_copy(&relink->population[place], child, &relink->shop);
    relink->count += is_new;
    relink->stale_count = 0;
  }
  child->makespan = INT64_MAX;
  if (relink->count < POPULATION || relink->stale_count < STALE_RUNS) return;
  // Nothing new comes from these any more: keep the best one and begin anew.
  int best = find_best(relink);
  struct rdo_shop_solution kept = relink->population[best];
  relink->population[best] = relink->population[0];
  relink->population[0] = kept;
  relink->count = 1;
  relink->stale_count = 0;
}

// Chooses two parents; false while there are too few.
static bool take_parents(struct relink *relink, struct relink_worker *worker) {
  if (relink->count < POPULATION) return false;
  uint32_t first = rdo_random_below(&worker->tabu.random, POPULATION), second = rdo_random_below(&worker->tabu.random, POPULATION - 1);
  second += second >= first;
  rdo_shop_solution_copy(&worker->parents[0], &relink->population[first], &relink->shop);
  rdo_shop_solution_copy(&worker->parents[1], &relink->population[second], &relink->shop);
  return true;
}

// Runs -----------------------------------------------------------------------------------------------------

// Improves worker->start into worker->child.
static enum rondo_status run_tabu(struct relink *relink, struct relink_worker *worker, struct rondo_diag *diag) {
  struct rdo_search *search = relink->search;
  struct rdo_tabu *tabu = &worker->tabu;
  int64_t target = search->floor.values[RONDO_OBJECTIVE_MAKESPAN], idle = 0, made = 0;
  int32_t chunk = CHUNK_OPERATIONS / relink->shop.operation_count + 1;
  rdo_tabu_begin(tabu, &worker->start, guides[worker->guide]);
  int64_t best = tabu->best.makespan;
  while (idle < worker->idle_limit && made < worker->steps_left && !rdo_search_is_over(search)) {
    int64_t room = worker->steps_left - made;
    int32_t steps = rdo_tabu_run(tabu, room < chunk ? (int32_t)room : chunk, target);
    made += steps;
    idle += steps;
    if (tabu->best.makespan < best) idle = 0;
    best = tabu->best.makespan;
    if (steps < chunk) break;
  }
  worker->steps_left -= made > 0 ? made : 1;  // a start without any move: the limit must still come
  rdo_shop_state_load(&tabu->state, tabu->best.order, tabu->best.modes);
  rdo_shop_solution_copy(&worker->child, &tabu->best, &relink->shop);
  pthread_mutex_lock(&search->lock);
  search->step_count += made;
  pthread_mutex_unlock(&search->lock);
  return sort_by_start(worker, &worker->child, diag);
}

// The tabu state still holds the child.
static void offer_child(struct relink *relink, struct relink_worker *worker) {
  if (worker->child.makespan == INT64_MAX) return;
  const struct rdo_shop_state *state = &worker->tabu.state;
  struct rdo_builder *builder = &worker->builder;
  for (int32_t i = 0; i < relink->shop.operation_count; ++i) {
    const struct rdo_operation *operation = &state->operations[i];
    builder->nodes[i] = (struct rondo_placed_node){.start = operation->end - operation->duration, .end = operation->end, .mode = relink->shop.modes[operation->shop_mode].mode};
  }
  rdo_builder_evaluate(builder);
  rdo_search_offer(relink->search, builder->nodes, &builder->cost);
}

// Gives the child to the population and takes parents from it; false when the search is over.
static bool exchange(struct relink *relink, struct relink_worker *worker, bool *out_has_parents) {
  struct rdo_search *search = relink->search;
  if (search->is_ordered) {
    if (pthread_barrier_wait(&relink->barrier) == PTHREAD_BARRIER_SERIAL_THREAD) {
      bool is_spent = true;
      for (int i = 0; i < search->thread_count; ++i) {
        offer_child(relink, &relink->workers[i]);
        take_child(relink, &relink->workers[i]);
        if (relink->workers[i].steps_left > 0) is_spent = false;
      }
      relink->is_over = is_spent || rdo_search_is_over(search);
    }
    pthread_barrier_wait(&relink->barrier);
    *out_has_parents = take_parents(relink, worker);
    choose_run(relink, worker);
    return !relink->is_over;
  }
  offer_child(relink, worker);
  pthread_mutex_lock(&search->lock);
  take_child(relink, worker);
  *out_has_parents = take_parents(relink, worker);
  choose_run(relink, worker);
  pthread_mutex_unlock(&search->lock);
  return worker->steps_left > 0 && !rdo_search_is_over(search);
}

// The first thread begins with the best list schedule, the others with what their weight makes of its list, which
// stands in `start`; all go on with random lists until the population is there.
static enum rondo_status work_on(struct relink *relink, struct relink_worker *worker, int thread, struct rondo_diag *diag) {
  bool has_parents = false, is_first = true;
  while (exchange(relink, worker, &has_parents)) {
    if (worker->steps_left <= 0) continue;
    if (has_parents) {
      make_child(worker);
    } else if (is_first && thread == 0) {
      RDO_TRY(take_schedule(relink, worker, relink->first, diag));
    } else {
      if (!is_first) shuffle_order(worker, relink->search->problem);
      RDO_TRY(build_start(relink, worker, diag));
    }
    is_first = false;
    RDO_TRY(run_tabu(relink, worker, diag));
  }
  return RONDO_OK;
}

static void work(void *user, int thread) {
  struct relink *relink = user;
  struct rondo_diag diag = {0};
  struct relink_worker *worker = &relink->workers[thread];
  enum rondo_status status = work_on(relink, worker, thread, &diag);
  if (status == RONDO_OK) return;
  rdo_search_fail(relink->search, status, &diag);
  // The others still count on it at the barrier.
  bool has_parents = false;
  worker->steps_left = 0;
  worker->child.makespan = INT64_MAX;
  while (relink->search->is_ordered && exchange(relink, worker, &has_parents)) continue;
}

// Memory ---------------------------------------------------------------------------------------------------

static enum rondo_status init_worker(struct relink *relink, struct relink_worker *worker, int index, struct rondo_diag *diag) {
  const struct rdo_shop *shop = &relink->shop;
  size_t count = (size_t)shop->operation_count;
  uint64_t seed = relink->search->options->seed * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)index;
  worker->steps_left = relink->search->step_limit;
  RDO_TRY(rdo_tabu_init(&worker->tabu, shop, seed, diag));
  RDO_TRY(rdo_builder_init(&worker->builder, relink->search->problem, diag));
  worker->builder.excesses = relink->search->excesses;
  RDO_TRY(rdo_shop_solution_init(&worker->start, shop, diag));
  RDO_TRY(rdo_shop_solution_init(&worker->candidate, shop, diag));
  RDO_TRY(rdo_shop_solution_init(&worker->child, shop, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *worker->keys, &worker->keys, diag));
  for (int i = 0; i < 2; ++i) {
    RDO_TRY(rdo_shop_solution_init(&worker->parents[i], shop, diag));
    RDO_TRY(rdo_alloc_array(count, sizeof *worker->ranks[i], &worker->ranks[i], diag));
  }
  return RONDO_OK;
}

static void deinit_worker(struct relink_worker *worker) {
  rdo_tabu_deinit(&worker->tabu);
  if (worker->builder.problem != NULL) rdo_builder_deinit(&worker->builder);
  rdo_shop_solution_deinit(&worker->start);
  rdo_shop_solution_deinit(&worker->candidate);
  rdo_shop_solution_deinit(&worker->child);
  rdo_free(worker->keys);
  for (int i = 0; i < 2; ++i) {
    rdo_shop_solution_deinit(&worker->parents[i]);
    rdo_free(worker->ranks[i]);
  }
}

static enum rondo_status init_relink(struct relink *relink, struct rondo_diag *diag) {
  struct rdo_search *search = relink->search;
  size_t count = search->problem->node_count;
  RDO_TRY(rdo_alloc_array(count, sizeof *relink->first, &relink->first, diag));
  memcpy(relink->first, search->best, count * sizeof *relink->first);  // no thread runs yet
  RDO_TRY(rdo_shop_init(&relink->shop, search->problem, search->excesses, diag));
  RDO_TRY(rdo_alloc_array((size_t)search->thread_count, sizeof *relink->workers, &relink->workers, diag));
  relink->worker_count = search->thread_count;
  for (int i = 0; i < relink->worker_count; ++i) RDO_TRY(init_worker(relink, &relink->workers[i], i, diag));
  for (int i = 0; i < POPULATION; ++i) RDO_TRY(rdo_shop_solution_init(&relink->population[i], &relink->shop, diag));
  for (int i = 0; i < 2; ++i) RDO_TRY(rdo_alloc_array(count, sizeof *relink->machine_before[i], &relink->machine_before[i], diag));
  RDO_TRY(rdo_alloc_array((size_t)relink->shop.machine_count, sizeof *relink->machine_last, &relink->machine_last, diag));
  if (pthread_barrier_init(&relink->barrier, NULL, (unsigned)search->thread_count) != 0) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "the system refused a barrier");
  relink->has_barrier = true;
  return RONDO_OK;
}

static void deinit_relink(struct relink *relink) {
  for (int i = 0; i < relink->worker_count; ++i) deinit_worker(&relink->workers[i]);
  rdo_free(relink->workers);
  rdo_free(relink->first);
  for (int i = 0; i < POPULATION; ++i) rdo_shop_solution_deinit(&relink->population[i]);
  for (int i = 0; i < 2; ++i) rdo_free(relink->machine_before[i]);
  rdo_free(relink->machine_last);
  rdo_shop_deinit(&relink->shop);
  if (relink->has_barrier) pthread_barrier_destroy(&relink->barrier);
}

enum rondo_status rdo_relink_search(struct rdo_search *search, const uint32_t *order, struct rondo_diag *diag) {
  struct relink relink = {.search = search};
  enum rondo_status status = init_relink(&relink, diag);
  if (status == RONDO_OK) {
    for (int i = 0; i < relink.worker_count; ++i) memcpy(relink.workers[i].start.order, order, search->problem->node_count * sizeof *order);
    status = rdo_search_run(search, work, &relink, diag);
  }
  deinit_relink(&relink);
  return status;
}
