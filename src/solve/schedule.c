// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/schedule.h"

#include <stdlib.h>

#include "base/alloc.h"

void rondo_schedule_release(struct rondo_schedule **schedule) {
  if (schedule == NULL || *schedule == NULL) return;
  rdo_free((*schedule)->nodes);
  rdo_free(*schedule);
  *schedule = NULL;
}

void rondo_schedule_info(const struct rondo_schedule *schedule, struct rondo_schedule_info *out_info) { *out_info = schedule->info; }

const struct rondo_placed_node *rondo_schedule_nodes(const struct rondo_schedule *schedule) { return schedule->nodes; }

int rdo_cost_compare(const struct rdo_objectives *objectives, const struct rdo_cost *a, const struct rdo_cost *b) {
  if (a->violation != b->violation) return a->violation < b->violation ? -1 : 1;
  for (int i = 0; i < objectives->count; ++i) {
    int64_t left = a->values[objectives->items[i]], right = b->values[objectives->items[i]];
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

enum rondo_status rdo_builder_init(struct rdo_builder *builder, const struct rondo_problem *problem, struct rondo_diag *diag) {
  *builder = (struct rdo_builder){.problem = problem};
  RDO_TRY(rdo_alloc_array(problem->machine_count + 1, sizeof *builder->usages, &builder->usages, diag));
  RDO_TRY(rdo_alloc_array(problem->job_count * 2 + 1, sizeof *builder->job_spans, &builder->job_spans, diag));
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *builder->entries, &builder->entries, diag));
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *builder->late, &builder->late, diag));
  return rdo_alloc_array(problem->node_count, sizeof *builder->nodes, &builder->nodes, diag);
}

void rdo_builder_deinit(struct rdo_builder *builder) {
  for (size_t i = 0; builder->usages != NULL && i < builder->problem->machine_count; ++i) rdo_usage_deinit(&builder->usages[i]);
  rdo_free(builder->usages);
  rdo_free(builder->job_spans);
  rdo_free(builder->entries);
  rdo_free(builder->late);
  rdo_free(builder->nodes);
  *builder = (struct rdo_builder){0};
}

// What it costs -------------------------------------------------------------------------------------------

static void add_capped(int64_t *sum, int64_t factor, int64_t value) {
  int64_t product;
  if (__builtin_mul_overflow(factor, value, &product) || __builtin_add_overflow(*sum, product, sum)) *sum = INT64_MAX;
}

static void add_tardiness(const struct rondo_problem *problem, const int64_t *job_spans, struct rdo_cost *cost) {
  for (size_t i = 0; i < problem->job_count; ++i) {
    const struct rdo_job *job = &problem->jobs[i];
    int64_t start = job_spans[2 * i], end = job_spans[2 * i + 1];
    if (job->deadline == INT64_MAX || end < 0) continue;
    int64_t late = end - job->deadline - (job->is_relative ? start : 0);
    if (late > 0) add_capped(&cost->values[RONDO_OBJECTIVE_TARDINESS], job->weight, late);
  }
}

void rdo_builder_evaluate(struct rdo_builder *builder) {
  const struct rondo_problem *problem = builder->problem;
  struct rdo_cost cost = {0};
  for (size_t i = 0; i < problem->job_count; ++i) {
    builder->job_spans[2 * i] = INT64_MAX;
    builder->job_spans[2 * i + 1] = -1;
  }
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    const struct rondo_placed_node *placed = &builder->nodes[i];
    if (placed->end > cost.values[RONDO_OBJECTIVE_MAKESPAN]) cost.values[RONDO_OBJECTIVE_MAKESPAN] = placed->end;
    if (placed->start > node->latest_start) add_capped(&cost.violation, 1, placed->start - node->latest_start);
    if (node->phase_weight != 0) add_capped(&cost.values[RONDO_OBJECTIVE_PHASE], node->phase_weight, placed->start - node->release);
    add_capped(&cost.values[RONDO_OBJECTIVE_ENERGY], 1, problem->modes[node->mode_begin + (uint32_t)placed->mode].energy);
    if (node->job < 0) continue;
    int64_t *span = &builder->job_spans[2 * node->job];
    if (placed->start < span[0]) span[0] = placed->start;
    if (placed->end > span[1]) span[1] = placed->end;
  }
  for (size_t i = 0; i < problem->return_count; ++i) {
    const struct rdo_return *back = &problem->returns[i];
    int64_t late = builder->nodes[back->from].end + back->delay - builder->nodes[back->to].start - problem->period;
    if (late > 0) add_capped(&cost.violation, 1, late);
  }
  add_capped(&cost.violation, 1, builder->overload);
  add_tardiness(problem, builder->job_spans, &cost);
  builder->cost = cost;
}

// Serial schedule generation --------------------------------------------------------------------------------

static int64_t find_ready(const struct rdo_builder *builder, const struct rdo_node *node, const struct rdo_mode *mode) {
  const struct rondo_problem *problem = builder->problem;
  int64_t ready = node->release;
  if (builder->floors != NULL && builder->floors[node - problem->nodes] > ready) ready = builder->floors[node - problem->nodes];
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    const struct rdo_link *link = &problem->predecessors[node->predecessor_begin + i];
    const struct rondo_placed_node *placed = &builder->nodes[link->node];
    const struct rdo_mode *from = &problem->modes[problem->nodes[link->node].mode_begin + (uint32_t)placed->mode];
    int64_t end = placed->end + link->delay + rdo_problem_transition(problem, from, mode);
    if (end > ready) ready = end;
  }
  return ready;
}

// The earliest time from `ready` on at which all machines of a mode have room: each pushes it on until all agree.
//   returns  RDO_USAGE_NONE: there is none in the whole period
static int64_t find_room(const struct rdo_builder *builder, const struct rdo_mode *mode, int64_t ready) {
  const struct rondo_problem_use *uses = &builder->problem->uses[mode->use_begin];
  int64_t period = builder->problem->period, start = ready;
  for (uint32_t agreed = 0, i = 0; agreed < mode->use_count; ++agreed, i = i + 1 < mode->use_count ? i + 1 : 0) {
    const struct rdo_usage *usage = &builder->usages[uses[i].machine];
    int64_t found = period == 0 ? rdo_usage_find(usage, start, mode->duration, uses[i].width)
                                : rdo_usage_find_again(usage, start, mode->duration, uses[i].width, period);
    if (found == RDO_USAGE_NONE || (period != 0 && found - ready >= period)) return RDO_USAGE_NONE;
    if (found > start) agreed = 0;
    start = found;
  }
  return start;
}

// `sign` of -1 gives back what was taken.
static enum rondo_status take_room(struct rdo_builder *builder, const struct rdo_mode *mode, int64_t start, int32_t sign, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    const struct rondo_problem_use *use = &builder->problem->uses[mode->use_begin + i];
    struct rdo_usage *usage = &builder->usages[use->machine];
    int64_t period = builder->problem->period;
    RDO_TRY(period == 0 ? rdo_usage_take(usage, start, start + mode->duration, sign * use->width, diag)
                        : rdo_usage_take_again(usage, start, mode->duration, sign * use->width, period, diag));
  }
  return RONDO_OK;
}

enum rondo_status rdo_builder_clear(struct rdo_builder *builder, struct rondo_diag *diag) {
  const struct rondo_problem *problem = builder->problem;
  builder->overload = 0;
  for (size_t i = 0; i < problem->machine_count; ++i) RDO_TRY(rdo_usage_clear(&builder->usages[i], problem->machines[i].capacity, diag));
  return RONDO_OK;
}

static int64_t mode_area(const struct rondo_problem *problem, const struct rdo_mode *mode) {
  int64_t area = 0;
  for (uint32_t i = 0; i < mode->use_count; ++i) add_capped(&area, problem->uses[mode->use_begin + i].width, mode->duration);
  return area;
}

static int64_t priced_end(const struct rdo_builder *builder, const struct rdo_mode *mode, int64_t end) {
  if (builder->excesses == NULL || builder->excess_weight == 0) return end;
  add_capped(&end, builder->excess_weight, builder->excesses[mode - builder->problem->modes]);
  return end;
}

static bool is_better(const struct rdo_builder *builder, const struct rdo_mode *a, int64_t end_a, const struct rdo_mode *b, int64_t end_b) {
  int64_t priced_a = priced_end(builder, a, end_a), priced_b = priced_end(builder, b, end_b);
  if (priced_a != priced_b) return priced_a < priced_b;
  if (a->energy != b->energy) return a->energy < b->energy;
  return mode_area(builder->problem, a) < mode_area(builder->problem, b);
}

// Where a node starts; a mode with room comes before all without.
static struct rondo_placed_node place_node(const struct rdo_builder *builder, const struct rdo_node *node, int32_t wanted, bool *out_has_room) {
  const struct rondo_problem *problem = builder->problem;
  struct rondo_placed_node best = {.mode = -1};
  *out_has_room = false;
  uint32_t begin = wanted >= 0 ? (uint32_t)wanted : 0, end = wanted >= 0 ? begin + 1 : node->mode_count;
  for (uint32_t i = begin; i < end; ++i) {
    const struct rdo_mode *mode = &problem->modes[node->mode_begin + i];
    int64_t ready = find_ready(builder, node, mode), start = find_room(builder, mode, ready);
    bool has_room = start != RDO_USAGE_NONE;
    if (!has_room) start = ready;
    if (best.mode >= 0 && has_room != *out_has_room) {
      if (*out_has_room) continue;
    } else if (best.mode >= 0 && !is_better(builder, mode, start + mode->duration, &problem->modes[node->mode_begin + (uint32_t)best.mode], best.end)) {
      continue;
    }
    *out_has_room = has_room;
    best = (struct rondo_placed_node){.start = start, .end = start + mode->duration, .mode = (int)i};
  }
  return best;
}

enum rondo_status rdo_builder_place(struct rdo_builder *builder, uint32_t node, int32_t mode, struct rondo_diag *diag) {
  const struct rdo_node *data = &builder->problem->nodes[node];
  bool has_room;
  struct rondo_placed_node placed = place_node(builder, data, mode, &has_room);
  if (!has_room) add_capped(&builder->overload, 1, placed.end - placed.start);
  builder->nodes[node] = placed;
  return take_room(builder, &builder->problem->modes[data->mode_begin + (uint32_t)placed.mode], placed.start, 1, diag);
}

enum rondo_status rdo_builder_displace(struct rdo_builder *builder, uint32_t node, struct rondo_diag *diag) {
  const struct rondo_placed_node *placed = &builder->nodes[node];
  return take_room(builder, &builder->problem->modes[builder->problem->nodes[node].mode_begin + (uint32_t)placed->mode], placed->start, -1, diag);
}

enum rondo_status rdo_builder_build(struct rdo_builder *builder, const uint32_t *order, const int32_t *modes, struct rondo_diag *diag) {
  RDO_TRY(rdo_builder_clear(builder, diag));
  for (size_t i = 0; i < builder->problem->node_count; ++i) {
    RDO_TRY(rdo_builder_place(builder, order[i], modes != NULL ? modes[order[i]] : RDO_MODE_EARLIEST, diag));
  }
  rdo_builder_evaluate(builder);
  return RONDO_OK;
}

// Justification ---------------------------------------------------------------------------------------------

static int compare_entries(const void *left, const void *right) {
  const struct rdo_builder_entry *a = left, *b = right;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return a->position < b->position ? -1 : a->position > b->position;
}

// Fills and sorts the entries; what is equal keeps the topological order.
static void sort_entries(struct rdo_builder *builder, bool is_late) {
  const struct rondo_problem *problem = builder->problem;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    uint32_t node = problem->order[i];
    builder->entries[i] = (struct rdo_builder_entry){.time = is_late ? -builder->late[node] : builder->nodes[node].end, .position = i, .node = node};
  }
  qsort(builder->entries, problem->node_count, sizeof *builder->entries, compare_entries);
}

static const struct rdo_mode *placed_mode(const struct rdo_builder *builder, uint32_t node) {
  return &builder->problem->modes[builder->problem->nodes[node].mode_begin + (uint32_t)builder->nodes[node].mode];
}

enum rondo_status rdo_builder_justify(struct rdo_builder *builder, uint32_t *out_order, struct rondo_diag *diag) {
  const struct rondo_problem *problem = builder->problem;
  RDO_TRY(rdo_builder_clear(builder, diag));
  sort_entries(builder, false);
  // Serial generation with time running backwards: successors first.
  for (size_t i = problem->node_count; i-- > 0;) {
    uint32_t index = builder->entries[i].node;
    const struct rdo_node *node = &problem->nodes[index];
    const struct rdo_mode *mode = placed_mode(builder, index);
    int64_t ready = 0;
    for (uint32_t k = 0; k < node->successor_count; ++k) {
      const struct rdo_link *link = &problem->successors[node->successor_begin + k];
      int64_t late = builder->late[link->node] + link->delay + rdo_problem_transition(problem, mode, placed_mode(builder, link->node));
      if (late > ready) ready = late;
    }
    int64_t start = find_room(builder, mode, ready);
    if (start == RDO_USAGE_NONE) start = ready;  // only the order counts
    builder->late[index] = start + mode->duration;
    RDO_TRY(take_room(builder, mode, start, 1, diag));
  }
  sort_entries(builder, true);
  for (size_t i = 0; i < problem->node_count; ++i) out_order[i] = builder->entries[i].node;
  return RONDO_OK;
}
