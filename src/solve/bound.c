// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Three bounds of the makespan, the largest one counts.
//
// 1. The longest path, every node in its shortest mode.
//
// 2. Work. Give every machine a weight w of 0 or more. Whatever modes are chosen, the weighted work (width times
//    duration) of a node is at least that of its cheapest mode; and machine m, of capacity c, has room only between
//    the earliest head h and the smallest tail q of all nodes that might run there. So for every T that is reached,
//        sum over m of w c (T - h - q)  >=  sum over nodes of (least weighted work).
//    This is the dual of the linear program that spreads work over machines: weights of 0 and 1 give the load of
//    any set of machines by the nodes confined to it. Good weights are found in floating point by multiplicative
//    updates towards the machines that are loaded above average; the bound is then computed from whole numbers, so
//    that rounding costs quality but never makes it wrong.
//
// 3. One machine of capacity 1 and the nodes that have to run there, preempted (Jackson's preemptive schedule,
//    Carlier 1982, section 3).

#include "solve/bound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum {
  WEIGHT_ONE = 1 << 16,        // whole-number weights: the largest one
  ROUNDS_MAX = 600,            // of updates
  ROUND_MODES_MAX = 20000000,  // rounds times modes: about 50 ms
};

struct bound {
  const struct rondo_problem *problem;
  int64_t *heads;           // earliest start of each node
  int64_t *tails;           // longest path behind its end
  int64_t *machine_slacks;  // of each machine: earliest head and smallest tail of what might run there, added
  int64_t *weights;         // of each machine, whole numbers
  int64_t *best_weights;    // those of the best bound by work
  double *levels;           // of each machine: its weight, as a logarithm
  double *loads;            // of each machine in the round
};

static int64_t max_time(int64_t a, int64_t b) { return a > b ? a : b; }

// Paths ----------------------------------------------------------------------------------------------------

static void find_heads(struct bound *bound) {
  const struct rondo_problem *problem = bound->problem;
  for (size_t i = 0; i < problem->node_count; ++i) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    int64_t head = node->release;
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      const struct rdo_link *link = &problem->predecessors[node->predecessor_begin + k];
      head = max_time(head, bound->heads[link->node] + problem->nodes[link->node].duration_min + link->delay);
    }
    bound->heads[index] = head;
  }
}

static void find_tails(struct bound *bound) {
  const struct rondo_problem *problem = bound->problem;
  for (size_t i = problem->node_count; i-- > 0;) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    int64_t tail = 0;
    for (uint32_t k = 0; k < node->successor_count; ++k) {
      const struct rdo_link *link = &problem->successors[node->successor_begin + k];
      tail = max_time(tail, link->delay + problem->nodes[link->node].duration_min + bound->tails[link->node]);
    }
    bound->tails[index] = tail;
  }
}

static int64_t longest_path(const struct bound *bound) {
  int64_t longest = 0;
  for (size_t i = 0; i < bound->problem->node_count; ++i) {
    longest = max_time(longest, bound->heads[i] + bound->problem->nodes[i].duration_min + bound->tails[i]);
  }
  return longest;
}

// Work -----------------------------------------------------------------------------------------------------

static enum rondo_status find_slacks(struct bound *bound, struct rondo_diag *diag) {
  const struct rondo_problem *problem = bound->problem;
  int64_t *heads, *tails;
  RDO_TRY(rdo_alloc_array(problem->machine_count * 2 + 1, sizeof *heads, &heads, diag));
  tails = heads + problem->machine_count;
  for (size_t i = 0; i < problem->machine_count; ++i) heads[i] = tails[i] = INT64_MAX;
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    uint32_t use_begin = problem->modes[node->mode_begin].use_begin;
    const struct rdo_mode *last = &problem->modes[node->mode_begin + node->mode_count - 1];
    for (uint32_t k = use_begin; k < last->use_begin + last->use_count; ++k) {
      int machine = problem->uses[k].machine;
      if (bound->heads[i] < heads[machine]) heads[machine] = bound->heads[i];
      if (bound->tails[i] < tails[machine]) tails[machine] = bound->tails[i];
    }
  }
  for (size_t i = 0; i < problem->machine_count; ++i) bound->machine_slacks[i] = heads[i] != INT64_MAX ? heads[i] + tails[i] : 0;
  rdo_free(heads);
  return RONDO_OK;
}

static double priced_work(const struct bound *bound, const int64_t *weights, const struct rdo_mode *mode) {
  double price = 0;
  for (uint32_t u = 0; u < mode->use_count; ++u) {
    const struct rondo_problem_use *use = &bound->problem->uses[mode->use_begin + u];
    price += (double)weights[use->machine] * use->width;
  }
  return price * (double)mode->duration;
}

// Updates the loads under the weights, and returns the value of the dual.
static double spread_work(struct bound *bound, double *out_weight) {
  const struct rondo_problem *problem = bound->problem;
  double value = 0, weight = 0;
  for (size_t i = 0; i < problem->machine_count; ++i) {
    double capacity_weight = (double)bound->weights[i] * problem->machines[i].capacity;
    bound->loads[i] = (double)bound->machine_slacks[i] * problem->machines[i].capacity;
    value += capacity_weight * (double)bound->machine_slacks[i];
    weight += capacity_weight;
  }
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    const struct rdo_mode *cheapest = NULL;
    double least = INFINITY;
    for (uint32_t k = 0; k < node->mode_count; ++k) {
      const struct rdo_mode *mode = &problem->modes[node->mode_begin + k];
      double work = priced_work(bound, bound->weights, mode);
      if (work >= least) continue;
      least = work;
      cheapest = mode;
    }
    value += least;
    for (uint32_t u = 0; u < cheapest->use_count; ++u) {
      const struct rondo_problem_use *use = &problem->uses[cheapest->use_begin + u];
      bound->loads[use->machine] += (double)use->width * (double)cheapest->duration;
    }
  }
  *out_weight = weight;
  return weight > 0 ? value / weight : 0;
}

// The bound of the whole-number weights, exactly. 128 bits: 2^16 weight, 2^20 width, 2^53 time, 2^20 nodes.
static int64_t weighted_bound(const struct bound *bound) {
  const struct rondo_problem *problem = bound->problem;
  unsigned __int128 value = 0, weight = 0;
  for (size_t i = 0; i < problem->machine_count; ++i) {
    unsigned __int128 capacity_weight = (unsigned __int128)bound->weights[i] * (unsigned)problem->machines[i].capacity;
    value += capacity_weight * (uint64_t)bound->machine_slacks[i];
    weight += capacity_weight;
  }
  if (weight == 0) return 0;
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    unsigned __int128 least = 0;
    for (uint32_t k = 0; k < node->mode_count; ++k) {
      const struct rdo_mode *mode = &problem->modes[node->mode_begin + k];
      unsigned __int128 work = 0;
      for (uint32_t u = 0; u < mode->use_count; ++u) {
        const struct rondo_problem_use *use = &problem->uses[mode->use_begin + u];
        work += (unsigned __int128)bound->weights[use->machine] * (unsigned)use->width * (uint64_t)mode->duration;
      }
      if (k == 0 || work < least) least = work;
    }
    value += least;
  }
  return (int64_t)((value + weight - 1) / weight);
}

// Whole-number weights in proportion to exp(level).
static void set_weights(struct bound *bound) {
  size_t count = bound->problem->machine_count;
  double top = -INFINITY;
  for (size_t i = 0; i < count; ++i) {
    if (bound->levels[i] > top) top = bound->levels[i];
  }
  for (size_t i = 0; i < count; ++i) bound->weights[i] = (int64_t)(exp(bound->levels[i] - top) * WEIGHT_ONE);
}

static int64_t work_bound(struct bound *bound) {
  const struct rondo_problem *problem = bound->problem;
  int64_t best = 0;
  double best_value = 0;
  size_t rounds = ROUND_MODES_MAX / (problem->mode_count + problem->use_count + 1) + 1;
  if (rounds > ROUNDS_MAX) rounds = ROUNDS_MAX;
  for (size_t round = 0; round < rounds; ++round) {
    double weight, step = 0.5 / sqrt((double)round + 1);
    set_weights(bound);
    double value = spread_work(bound, &weight);
    if (value <= 0) break;
    if (value > best_value) {
      best_value = value;
      best = max_time(best, weighted_bound(bound));
      memcpy(bound->best_weights, bound->weights, problem->machine_count * sizeof *bound->weights);
    }
    for (size_t i = 0; i < problem->machine_count; ++i) {
      double excess = bound->loads[i] / (problem->machines[i].capacity * value) - 1;
      bound->levels[i] += step * (excess < -1 ? -1 : excess > 1 ? 1 : excess);
    }
  }
  return best;
}

// One machine ----------------------------------------------------------------------------------------------

struct bound_task {
  int64_t head, duration, tail;
};

static int compare_heads(const void *left, const void *right) {
  const struct bound_task *a = left, *b = right;
  return a->head < b->head ? -1 : a->head > b->head;
}

static void sift_down(struct bound_task *heap, size_t count, size_t i) {
  for (size_t child; (child = 2 * i + 1) < count; i = child) {
    if (child + 1 < count && heap[child + 1].tail > heap[child].tail) ++child;
    if (heap[i].tail >= heap[child].tail) return;
    struct bound_task task = heap[i];
    heap[i] = heap[child];
    heap[child] = task;
  }
}

static void push_task(struct bound_task *heap, size_t *count, struct bound_task task) {
  size_t i = (*count)++;
  for (; i > 0 && heap[(i - 1) / 2].tail < task.tail; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = task;
}

// Jackson's preemptive schedule: at every moment the released task with the longest tail runs.
static int64_t preemptive_bound(struct bound_task *tasks, size_t count, struct bound_task *heap) {
  size_t waiting = 0, next = 0;
  int64_t time = 0, best = 0;
  qsort(tasks, count, sizeof *tasks, compare_heads);
  while (next < count || waiting > 0) {
    if (waiting == 0) time = max_time(time, tasks[next].head);
    while (next < count && tasks[next].head <= time) push_task(heap, &waiting, tasks[next++]);
    int64_t room = next < count ? tasks[next].head - time : INT64_MAX;
    if (heap[0].duration > room) {
      heap[0].duration -= room;
      time += room;
      continue;
    }
    time += heap[0].duration;
    best = max_time(best, time + heap[0].tail);
    heap[0] = heap[--waiting];
    sift_down(heap, waiting, 0);
  }
  return best;
}

// The machine of capacity 1 that every mode of a node occupies, or -1. A node with several: the first.
static int confining_machine(const struct rondo_problem *problem, const struct rdo_node *node) {
  const struct rdo_mode *first = &problem->modes[node->mode_begin];
  for (uint32_t i = 0; i < first->use_count; ++i) {
    int machine = problem->uses[first->use_begin + i].machine;
    bool is_everywhere = problem->machines[machine].capacity == 1;
    for (uint32_t k = 1; k < node->mode_count && is_everywhere; ++k) {
      const struct rdo_mode *mode = &problem->modes[node->mode_begin + k];
      bool is_here = false;
      for (uint32_t u = 0; u < mode->use_count; ++u) is_here |= problem->uses[mode->use_begin + u].machine == machine;
      is_everywhere = is_here;
    }
    if (is_everywhere) return machine;
  }
  return -1;
}

static enum rondo_status machine_bound(const struct bound *bound, int64_t *out, struct rondo_diag *diag) {
  const struct rondo_problem *problem = bound->problem;
  struct bound_task *tasks;
  size_t *begins;
  RDO_TRY(rdo_alloc_array(problem->machine_count + 2, sizeof *begins, &begins, diag));
  enum rondo_status status = rdo_alloc_array(problem->node_count * 2, sizeof *tasks, &tasks, diag);
  for (size_t i = 0; i < problem->node_count && status == RONDO_OK; ++i) {
    int machine = confining_machine(problem, &problem->nodes[i]);
    if (machine >= 0) ++begins[machine + 2];
  }
  for (size_t i = 0; i < problem->machine_count; ++i) begins[i + 2] += begins[i + 1];
  for (size_t i = 0; i < problem->node_count && status == RONDO_OK; ++i) {
    int machine = confining_machine(problem, &problem->nodes[i]);
    if (machine < 0) continue;
    tasks[begins[machine + 1]++] = (struct bound_task){.head = bound->heads[i], .duration = problem->nodes[i].duration_min, .tail = bound->tails[i]};
  }
  for (size_t i = 0; i < problem->machine_count && status == RONDO_OK; ++i) {
    *out = max_time(*out, preemptive_bound(&tasks[begins[i]], begins[i + 1] - begins[i], tasks + problem->node_count));
  }
  rdo_free(begins);
  if (status == RONDO_OK) rdo_free(tasks);
  return status;
}

// Prices ---------------------------------------------------------------------------------------------------

static void find_excesses(const struct bound *bound, int64_t *out_excesses) {
  const struct rondo_problem *problem = bound->problem;
  double sum = 0, total_capacity = 0;
  for (size_t i = 0; i < problem->machine_count; ++i) {
    sum += (double)bound->best_weights[i] * problem->machines[i].capacity;
    total_capacity += problem->machines[i].capacity;
  }
  double mean = sum > 0 ? sum / total_capacity : 1;
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    double least = INFINITY;
    for (uint32_t k = 0; k < node->mode_count; ++k) least = fmin(least, priced_work(bound, bound->best_weights, &problem->modes[node->mode_begin + k]));
    for (uint32_t k = 0; k < node->mode_count; ++k) {
      double excess = (priced_work(bound, bound->best_weights, &problem->modes[node->mode_begin + k]) - least) / mean;
      out_excesses[node->mode_begin + k] = excess < (double)RONDO_PROBLEM_TIME_MAX ? (int64_t)(excess + 0.5) : RONDO_PROBLEM_TIME_MAX;
    }
  }
}

// All ------------------------------------------------------------------------------------------------------

static int64_t energy_floor(const struct rondo_problem *problem) {
  int64_t sum = 0;
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    int64_t least = INT64_MAX;
    for (uint32_t k = 0; k < node->mode_count; ++k) {
      if (problem->modes[node->mode_begin + k].energy < least) least = problem->modes[node->mode_begin + k].energy;
    }
    if (__builtin_add_overflow(sum, least, &sum)) return INT64_MAX;
  }
  return sum;
}

static enum rondo_status init_bound(struct bound *bound, struct rondo_diag *diag) {
  const struct rondo_problem *problem = bound->problem;
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *bound->heads, &bound->heads, diag));
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *bound->tails, &bound->tails, diag));
  RDO_TRY(rdo_alloc_array(problem->machine_count, sizeof *bound->machine_slacks, &bound->machine_slacks, diag));
  RDO_TRY(rdo_alloc_array(problem->machine_count, sizeof *bound->weights, &bound->weights, diag));
  RDO_TRY(rdo_alloc_array(problem->machine_count, sizeof *bound->best_weights, &bound->best_weights, diag));
  RDO_TRY(rdo_alloc_array(problem->machine_count, sizeof *bound->levels, &bound->levels, diag));
  return rdo_alloc_array(problem->machine_count, sizeof *bound->loads, &bound->loads, diag);
}

static enum rondo_status find_makespan_bound(struct bound *bound, int64_t *out, struct rondo_diag *diag) {
  find_heads(bound);
  find_tails(bound);
  RDO_TRY(find_slacks(bound, diag));
  *out = max_time(longest_path(bound), work_bound(bound));
  return machine_bound(bound, out, diag);
}

enum rondo_status rdo_bound_find(const struct rondo_problem *problem, struct rdo_cost *out_floor, int64_t *out_excesses, struct rondo_diag *diag) {
  struct bound bound = {.problem = problem};
  *out_floor = (struct rdo_cost){.values[RONDO_OBJECTIVE_ENERGY] = energy_floor(problem)};
  enum rondo_status status = init_bound(&bound, diag);
  if (status == RONDO_OK) status = find_makespan_bound(&bound, &out_floor->values[RONDO_OBJECTIVE_MAKESPAN], diag);
  if (status == RONDO_OK && out_excesses != NULL) find_excesses(&bound, out_excesses);
  rdo_free(bound.heads);
  rdo_free(bound.tails);
  rdo_free(bound.machine_slacks);
  rdo_free(bound.weights);
  rdo_free(bound.best_weights);
  rdo_free(bound.levels);
  rdo_free(bound.loads);
  return status;
}
