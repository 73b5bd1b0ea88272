// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Placing the rest of a plan anew, in bounded time. Tried one after the other, the first of the best is kept:
//
//   shift   all that waits, moved by the same amount
//   order   the planned order and modes, each node as early as it can but not before its planned start; then without
//           that limit
//   list    the list by latest starts, with whichever modes end first
//   repair  the best so far, the latest job and what it waits for in front: PASSES of them
//
// A node of `order` with its planned start as a limit never starts later than that of `shift`: by induction over the list,
// what was placed before it starts between its planned time and the shifted one, so it occupies a moment from the node's
// shifted start on only if it does so when shifted, and there the shifted plan has room. Deadlines that count from a job's
// own start are why `shift` is tried all the same.
//
// Invariant: everything is allocated when a repair is created. A usage has room for as many stretches as nodes can use its
// machine, lists are made by moving entries, the sort is in place.

#include "rondo/repair.h"

#include <string.h>

#include "base/alloc.h"
#include "solve/bound.h"
#include "solve/greedy.h"
#include "solve/schedule.h"

enum { PASSES = 12, EXCESS_WEIGHT = 1 };

static const struct rdo_objectives objectives = {
    .items = {RONDO_OBJECTIVE_TARDINESS, RONDO_OBJECTIVE_PHASE, RONDO_OBJECTIVE_MAKESPAN, RONDO_OBJECTIVE_ENERGY},
    .count = RONDO_OBJECTIVE_COUNT,
};

struct rondo_repair {
  const struct rondo_problem *problem;
  struct rdo_builder builder;        // what is tried; of nodes that have begun it holds what was told
  struct rdo_usage *planned_usages;  // of each machine: the nodes that wait, where they were planned
  struct rondo_placed_node *planned;
  int32_t *planned_modes;
  uint32_t *planned_order;  // by planned starts, equal ones in topological order
  uint32_t *list;           // by latest starts
  int64_t *floors, *excesses;
  uint32_t *positions;  // in the topological order
  bool *has_begun;      // in this run
  bool *was_begun;      // in the plan that was adopted

  // The best so far.
  struct rondo_placed_node *best;
  struct rdo_cost best_cost;
  int64_t *best_spans;
  uint32_t *best_order, *trial_order;
  bool *is_tried;  // of each job: nothing came of putting it in front
  bool *is_first;  // of each node: moves to the front
  int64_t now;
  struct rondo_repair_info info;
};

static const struct rdo_mode *mode_at(const struct rondo_problem *problem, uint32_t node, int32_t mode) {
  return &problem->modes[problem->nodes[node].mode_begin + (uint32_t)mode];
}

// Creating --------------------------------------------------------------------------------------------------

static bool comes_before(const struct rondo_repair *repair, uint32_t a, uint32_t b) {
  int64_t start_a = repair->planned[a].start, start_b = repair->planned[b].start;
  return start_a != start_b ? start_a < start_b : repair->positions[a] < repair->positions[b];
}

static void sift_down(const struct rondo_repair *repair, uint32_t *heap, size_t index, size_t count) {
  for (size_t child; (child = 2 * index + 1) < count; index = child) {
    if (child + 1 < count && comes_before(repair, heap[child], heap[child + 1])) ++child;
    if (!comes_before(repair, heap[index], heap[child])) return;
    uint32_t moved = heap[index];
    heap[index] = heap[child];
    heap[child] = moved;
  }
}

// A heap sort: qsort may allocate.
static void sort_plan(struct rondo_repair *repair) {
  size_t count = repair->problem->node_count;
  uint32_t *order = repair->planned_order;
  for (uint32_t i = 0; i < count; ++i) order[i] = i;
  for (size_t i = count / 2; i-- > 0;) sift_down(repair, order, i, count);
  for (size_t last = count; last-- > 1;) {
    uint32_t moved = order[0];
    order[0] = order[last];
    order[last] = moved;
    sift_down(repair, order, 0, last);
  }
}

static enum rondo_status reserve_usages(struct rondo_repair *repair, struct rondo_diag *diag) {
  const struct rondo_problem *problem = repair->problem;
  size_t *counts;
  uint32_t *last_nodes;  // that were counted, plus 1
  RDO_TRY(rdo_alloc_array(problem->machine_count + 1, sizeof *counts, &counts, diag));
  enum rondo_status status = rdo_alloc_array(problem->machine_count + 1, sizeof *last_nodes, &last_nodes, diag);
  for (uint32_t n = 0; n < problem->node_count && status == RONDO_OK; ++n) {
    for (uint32_t m = 0; m < problem->nodes[n].mode_count; ++m) {
      const struct rdo_mode *mode = mode_at(problem, n, (int32_t)m);
      for (uint32_t i = 0; i < mode->use_count; ++i) {
        int machine = problem->uses[mode->use_begin + i].machine;
        if (last_nodes[machine] != n + 1) ++counts[machine];
        last_nodes[machine] = n + 1;
      }
    }
  }
  for (size_t i = 0; i < problem->machine_count && status == RONDO_OK; ++i) {
    status = rdo_usage_reserve(&repair->builder.usages[i], counts[i], diag);
    if (status == RONDO_OK) status = rdo_usage_reserve(&repair->planned_usages[i], counts[i], diag);
  }
  rdo_free(counts);
  rdo_free(last_nodes);
  return status;
}

static enum rondo_status alloc_arrays(struct rondo_repair *repair, struct rondo_diag *diag) {
  const struct rondo_problem *problem = repair->problem;
  size_t count = problem->node_count;
  RDO_TRY(rdo_alloc_array(problem->machine_count + 1, sizeof *repair->planned_usages, &repair->planned_usages, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->planned, &repair->planned, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->planned_modes, &repair->planned_modes, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->planned_order, &repair->planned_order, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->list, &repair->list, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->floors, &repair->floors, diag));
  RDO_TRY(rdo_alloc_array(problem->mode_count, sizeof *repair->excesses, &repair->excesses, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->positions, &repair->positions, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->has_begun, &repair->has_begun, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->was_begun, &repair->was_begun, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->best, &repair->best, diag));
  RDO_TRY(rdo_alloc_array(problem->job_count * 2 + 1, sizeof *repair->best_spans, &repair->best_spans, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->best_order, &repair->best_order, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *repair->trial_order, &repair->trial_order, diag));
  RDO_TRY(rdo_alloc_array(problem->job_count + 1, sizeof *repair->is_tried, &repair->is_tried, diag));
  return rdo_alloc_array(count, sizeof *repair->is_first, &repair->is_first, diag);
}

static void take_over(struct rondo_repair *repair, const struct rondo_placed_node *nodes) {
  size_t count = repair->problem->node_count;
  memcpy(repair->planned, nodes, count * sizeof *nodes);
  for (size_t i = 0; i < count; ++i) repair->planned_modes[i] = nodes[i].mode;
  sort_plan(repair);
}

static enum rondo_status prepare(struct rondo_repair *repair, const struct rondo_placed_node *nodes, struct rondo_diag *diag) {
  const struct rondo_problem *problem = repair->problem;
  struct rdo_cost floor;
  RDO_TRY(rdo_builder_init(&repair->builder, problem, diag));
  RDO_TRY(alloc_arrays(repair, diag));
  RDO_TRY(reserve_usages(repair, diag));
  RDO_TRY(rdo_greedy_order(problem, repair->list, diag));
  RDO_TRY(rdo_bound_find(problem, &floor, repair->excesses, diag));
  repair->builder.excesses = repair->excesses;
  repair->builder.floors = repair->floors;
  for (uint32_t i = 0; i < problem->node_count; ++i) repair->positions[problem->order[i]] = i;
  take_over(repair, nodes);
  memcpy(repair->best, nodes, problem->node_count * sizeof *nodes);
  memcpy(repair->builder.nodes, nodes, problem->node_count * sizeof *nodes);
  rdo_builder_evaluate(&repair->builder);
  const struct rdo_cost *cost = &repair->builder.cost;
  repair->info = (struct rondo_repair_info){.violation = cost->violation,
                                            .tardiness = cost->values[RONDO_OBJECTIVE_TARDINESS],
                                            .makespan = cost->values[RONDO_OBJECTIVE_MAKESPAN],
                                            .method = "plan"};
  repair->info.shifted_violation = repair->info.violation;
  repair->info.shifted_tardiness = repair->info.tardiness;
  repair->info.shifted_makespan = repair->info.makespan;
  return RONDO_OK;
}

enum rondo_status rondo_repair_create(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, int node_count,
                                      struct rondo_repair **out_repair, struct rondo_diag *diag) {
  struct rondo_repair *repair;
  *out_repair = NULL;
  RDO_TRY(rondo_schedule_check(problem, nodes, node_count, diag));
  RDO_TRY(rdo_alloc(sizeof *repair, &repair, diag));
  repair->problem = problem;
  enum rondo_status status = prepare(repair, nodes, diag);
  if (status == RONDO_OK) *out_repair = repair;
  else rondo_repair_release(&repair);
  return status;
}

void rondo_repair_release(struct rondo_repair **repair) {
  if (repair == NULL || *repair == NULL) return;
  struct rondo_repair *r = *repair;
  for (size_t i = 0; r->planned_usages != NULL && i < r->problem->machine_count; ++i) rdo_usage_deinit(&r->planned_usages[i]);
  if (r->builder.problem != NULL) rdo_builder_deinit(&r->builder);
  rdo_free(r->planned_usages);
  rdo_free(r->planned);
  rdo_free(r->planned_modes);
  rdo_free(r->planned_order);
  rdo_free(r->list);
  rdo_free(r->floors);
  rdo_free(r->excesses);
  rdo_free(r->positions);
  rdo_free(r->has_begun);
  rdo_free(r->was_begun);
  rdo_free(r->best);
  rdo_free(r->best_spans);
  rdo_free(r->best_order);
  rdo_free(r->trial_order);
  rdo_free(r->is_tried);
  rdo_free(r->is_first);
  rdo_free(r);
  *repair = NULL;
}

// What has begun --------------------------------------------------------------------------------------------

#define WRONG(diag, ...) rdo_fail((diag), RONDO_INVALID_ARGUMENT, __VA_ARGS__)

static enum rondo_status check_begun(const struct rondo_problem *problem, uint32_t index, int64_t now, const struct rondo_node_progress *progress,
                                     struct rondo_diag *diag) {
  const struct rdo_node *node = &problem->nodes[index];
  const struct rondo_node_progress *one = &progress[index];
  if (one->mode < 0 || (uint32_t)one->mode >= node->mode_count) return WRONG(diag, "node %u has begun in mode %d of %u", index, one->mode, node->mode_count);
  if (one->start < 0 || one->start > now) return WRONG(diag, "node %u has begun at %lld: not in 0 .. now, which is %lld", index, (long long)one->start, (long long)now);
  if (one->state == RONDO_NODE_DONE && (one->end < one->start || one->end > now)) {
    return WRONG(diag, "node %u is done at %lld: not between its start at %lld and now, which is %lld", index, (long long)one->end, (long long)one->start, (long long)now);
  }
  if (one->state == RONDO_NODE_RUNNING && (one->end < 0 || one->end > RONDO_PROBLEM_TIME_MAX)) {
    return WRONG(diag, "node %u is expected to end at %lld: not in 0 .. %lld", index, (long long)one->end, (long long)RONDO_PROBLEM_TIME_MAX);
  }
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    uint32_t before = problem->predecessors[node->predecessor_begin + i].node;
    if (progress[before].state != RONDO_NODE_DONE) return WRONG(diag, "node %u has begun, but node %u, which it waits for, is not done", index, before);
  }
  return RONDO_OK;
}

static enum rondo_status check_progress(const struct rondo_repair *repair, int64_t now, const struct rondo_node_progress *progress, struct rondo_diag *diag) {
  const struct rondo_problem *problem = repair->problem;
  if (now < 0 || now > RONDO_PROBLEM_TIME_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "now is %lld: not in 0 .. %lld", (long long)now, (long long)RONDO_PROBLEM_TIME_MAX);
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    enum rondo_node_state state = progress[i].state;
    if ((unsigned)state > RONDO_NODE_DONE) return WRONG(diag, "node %u is in no state %d", i, (int)state);
    if (state != RONDO_NODE_WAITING) RDO_TRY(check_begun(problem, i, now, progress, diag));
    else if (repair->was_begun[i]) return WRONG(diag, "node %u waits, but the plan that was adopted has it begun", i);
  }
  return RONDO_OK;
}

static void load_progress(struct rondo_repair *repair, int64_t now, const struct rondo_node_progress *progress) {
  const struct rondo_problem *problem = repair->problem;
  repair->now = now;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    const struct rondo_node_progress *one = &progress[i];
    repair->has_begun[i] = one->state != RONDO_NODE_WAITING;
    if (!repair->has_begun[i]) continue;
    int64_t end = one->end;
    if (one->state == RONDO_NODE_RUNNING) {
      if (end == 0) end = one->start + mode_at(problem, i, one->mode)->duration;
      if (end < now) end = now;
    }
    repair->builder.nodes[i] = (struct rondo_placed_node){.start = one->start, .end = end, .mode = one->mode};
  }
}

static enum rondo_status take_stretch(const struct rondo_problem *problem, struct rdo_usage *usages, const struct rdo_mode *mode, int64_t start,
                                      int64_t end, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    const struct rondo_problem_use *use = &problem->uses[mode->use_begin + i];
    RDO_TRY(rdo_usage_take(&usages[use->machine], start, end, use->width, diag));
  }
  return RONDO_OK;
}

// What runs keeps its room from now on; more of it than a machine has is taken as told.
static enum rondo_status begin_trial(struct rondo_repair *repair, struct rondo_diag *diag) {
  struct rdo_builder *builder = &repair->builder;
  RDO_TRY(rdo_builder_clear(builder, diag));
  for (uint32_t i = 0; i < repair->problem->node_count; ++i) {
    const struct rondo_placed_node *placed = &builder->nodes[i];
    if (!repair->has_begun[i] || placed->end <= repair->now) continue;
    RDO_TRY(take_stretch(repair->problem, builder->usages, mode_at(repair->problem, i, placed->mode), repair->now, placed->end, diag));
  }
  return RONDO_OK;
}

// Trials ----------------------------------------------------------------------------------------------------

// Keeps what the builder has if it is better than the best, or the first.
static bool keep_better(struct rondo_repair *repair, const uint32_t *order, const char *method) {
  const struct rondo_problem *problem = repair->problem;
  struct rdo_builder *builder = &repair->builder;
  rdo_builder_evaluate(builder);
  ++repair->info.trial_count;
  if (repair->info.trial_count > 1 && rdo_cost_compare(&objectives, &builder->cost, &repair->best_cost) >= 0) return false;
  memcpy(repair->best, builder->nodes, problem->node_count * sizeof *repair->best);
  memcpy(repair->best_spans, builder->job_spans, problem->job_count * 2 * sizeof *repair->best_spans);
  memcpy(repair->best_order, order, problem->node_count * sizeof *order);
  repair->best_cost = builder->cost;
  repair->info.method = method;
  return true;
}

static enum rondo_status try_list(struct rondo_repair *repair, const uint32_t *order, const int32_t *modes, struct rondo_diag *diag) {
  RDO_TRY(begin_trial(repair, diag));
  for (size_t i = 0; i < repair->problem->node_count; ++i) {
    uint32_t node = order[i];
    if (repair->has_begun[node]) continue;
    RDO_TRY(rdo_builder_place(&repair->builder, node, modes != NULL ? modes[node] : RDO_MODE_EARLIEST, diag));
  }
  return RONDO_OK;
}

static void set_floors(struct rondo_repair *repair, bool is_planned) {
  for (size_t i = 0; i < repair->problem->node_count; ++i) {
    int64_t planned = is_planned ? repair->planned[i].start : 0;
    repair->floors[i] = planned > repair->now ? planned : repair->now;
  }
}

// By how much waiting nodes must move for what is there to be free: what runs ends one after the other, so for each stretch of
// the plan there is a moment from which on enough of it has ended.
static int64_t find_room_shift(const struct rdo_usage *running, const struct rdo_usage *planned) {
  int64_t shift = 0;
  for (size_t i = 0; i < planned->count; ++i) {
    int64_t room = planned->limit - planned->steps[i].used;
    if (planned->steps[i].used == 0) continue;
    for (size_t k = running->count - 1; k-- > 0;) {
      if (running->steps[k].used <= room) continue;
      if (running->steps[k + 1].time - planned->steps[i].time > shift) shift = running->steps[k + 1].time - planned->steps[i].time;
      break;
    }
  }
  return shift;
}

static int64_t find_node_shift(const struct rondo_repair *repair, uint32_t index) {
  const struct rondo_problem *problem = repair->problem;
  const struct rdo_node *node = &problem->nodes[index];
  const struct rdo_mode *mode = mode_at(problem, index, repair->planned_modes[index]);
  int64_t earliest = repair->now;
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    const struct rdo_link *link = &problem->predecessors[node->predecessor_begin + i];
    const struct rondo_placed_node *before = &repair->builder.nodes[link->node];
    if (!repair->has_begun[link->node]) continue;
    int64_t end = before->end + link->delay + rdo_problem_transition(problem, mode_at(problem, link->node, before->mode), mode);
    if (end > earliest) earliest = end;
  }
  return earliest - repair->planned[index].start;
}

// The whole rest, moved by the least amount that will do.
static enum rondo_status try_shift(struct rondo_repair *repair, struct rondo_diag *diag) {
  const struct rondo_problem *problem = repair->problem;
  int64_t shift = 0;
  RDO_TRY(begin_trial(repair, diag));
  for (size_t i = 0; i < problem->machine_count; ++i) RDO_TRY(rdo_usage_clear(&repair->planned_usages[i], problem->machines[i].capacity, diag));
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    if (repair->has_begun[i]) continue;
    const struct rondo_placed_node *planned = &repair->planned[i];
    RDO_TRY(take_stretch(problem, repair->planned_usages, mode_at(problem, i, planned->mode), planned->start, planned->end, diag));
    int64_t node_shift = find_node_shift(repair, i);
    if (node_shift > shift) shift = node_shift;
  }
  for (size_t i = 0; i < problem->machine_count; ++i) {
    int64_t room_shift = find_room_shift(&repair->builder.usages[i], &repair->planned_usages[i]);
    if (room_shift > shift) shift = room_shift;
  }
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    const struct rondo_placed_node *planned = &repair->planned[i];
    if (repair->has_begun[i]) continue;
    repair->builder.nodes[i] = (struct rondo_placed_node){.start = planned->start + shift, .end = planned->end + shift, .mode = planned->mode};
  }
  return RONDO_OK;
}

// The job that costs most in the best so far, among those not tried yet; -1 = none.
static int find_late_job(const struct rondo_repair *repair) {
  const struct rondo_problem *problem = repair->problem;
  double most = 0;
  int found = -1;
  for (size_t i = 0; i < problem->job_count; ++i) {
    const struct rdo_job *job = &problem->jobs[i];
    int64_t start = repair->best_spans[2 * i], end = repair->best_spans[2 * i + 1];
    if (job->deadline == INT64_MAX || end < 0 || repair->is_tried[i]) continue;
    double late = (double)(end - job->deadline - (job->is_relative ? start : 0)) * (double)job->weight;
    if (late <= most) continue;
    most = late;
    found = (int)i;
  }
  return found;
}

// A job's nodes and what they wait for come first, both parts in the order of the best: no node before its predecessors.
static void put_first(struct rondo_repair *repair, int job) {
  const struct rondo_problem *problem = repair->problem;
  size_t count = 0;
  for (size_t i = problem->node_count; i-- > 0;) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    bool is_first = node->job == job;
    for (uint32_t k = 0; k < node->successor_count; ++k) is_first |= repair->is_first[problem->successors[node->successor_begin + k].node];
    repair->is_first[index] = is_first;
  }
  for (int part = 0; part < 2; ++part) {
    for (size_t i = 0; i < problem->node_count; ++i) {
      if (repair->is_first[repair->best_order[i]] == (part == 0)) repair->trial_order[count++] = repair->best_order[i];
    }
  }
}

static enum rondo_status try_late_jobs(struct rondo_repair *repair, struct rondo_diag *diag) {
  size_t job_count = repair->problem->job_count;
  memset(repair->is_tried, 0, job_count * sizeof *repair->is_tried);
  for (int pass = 0; pass < PASSES; ++pass) {
    int job = find_late_job(repair);
    if (job < 0) return RONDO_OK;
    put_first(repair, job);
    RDO_TRY(try_list(repair, repair->trial_order, NULL, diag));
    bool is_better = keep_better(repair, repair->trial_order, "repair");
    if (!is_better) {
      RDO_TRY(try_list(repair, repair->trial_order, repair->planned_modes, diag));
      is_better = keep_better(repair, repair->trial_order, "repair");
    }
    if (is_better) memset(repair->is_tried, 0, job_count * sizeof *repair->is_tried);
    else repair->is_tried[job] = true;
  }
  return RONDO_OK;
}

static enum rondo_status try_all(struct rondo_repair *repair, struct rondo_diag *diag) {
  struct rondo_repair_info *info = &repair->info;
  info->trial_count = 0;
  RDO_TRY(try_shift(repair, diag));
  (void)keep_better(repair, repair->planned_order, "shift");
  set_floors(repair, true);
  RDO_TRY(try_list(repair, repair->planned_order, repair->planned_modes, diag));
  (void)keep_better(repair, repair->planned_order, "order");
  info->shifted_violation = repair->best_cost.violation;
  info->shifted_tardiness = repair->best_cost.values[RONDO_OBJECTIVE_TARDINESS];
  info->shifted_makespan = repair->best_cost.values[RONDO_OBJECTIVE_MAKESPAN];
  set_floors(repair, false);
  RDO_TRY(try_list(repair, repair->planned_order, repair->planned_modes, diag));
  (void)keep_better(repair, repair->planned_order, "order");
  for (repair->builder.excess_weight = 0; repair->builder.excess_weight <= EXCESS_WEIGHT; ++repair->builder.excess_weight) {
    RDO_TRY(try_list(repair, repair->list, NULL, diag));
    (void)keep_better(repair, repair->list, "list");
  }
  repair->builder.excess_weight = 0;
  return try_late_jobs(repair, diag);
}

enum rondo_status rondo_repair_run(struct rondo_repair *repair, int64_t now, const struct rondo_node_progress *progress, struct rondo_diag *diag) {
  struct rondo_repair_info *info = &repair->info;
  RDO_TRY(check_progress(repair, now, progress, diag));
  load_progress(repair, now, progress);
  RDO_TRY(try_all(repair, diag));
  info->violation = repair->best_cost.violation;
  info->tardiness = repair->best_cost.values[RONDO_OBJECTIVE_TARDINESS];
  info->makespan = repair->best_cost.values[RONDO_OBJECTIVE_MAKESPAN];
  info->moved_count = 0;
  for (size_t i = 0; i < repair->problem->node_count; ++i) {
    if (repair->has_begun[i]) continue;
    info->moved_count += repair->best[i].start != repair->planned[i].start || repair->best[i].mode != repair->planned[i].mode;
  }
  return RONDO_OK;
}

const struct rondo_placed_node *rondo_repair_nodes(const struct rondo_repair *repair) { return repair->best; }

void rondo_repair_adopt(struct rondo_repair *repair) {
  take_over(repair, repair->best);
  memcpy(repair->was_begun, repair->has_begun, repair->problem->node_count * sizeof *repair->was_begun);
}

void rondo_repair_info(const struct rondo_repair *repair, struct rondo_repair_info *out_info) { *out_info = repair->info; }
