// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/exact.h"

enum { CLOCK_STEPS = 1024 };  // between two looks at the clock

struct exact {
  struct rdo_search *search;
  struct rdo_builder builder;
  int64_t tails[RDO_EXACT_NODES_MAX];  // longest path behind the end of a node
  bool is_placed[RDO_EXACT_NODES_MAX];
  int64_t best;  // makespan to beat
  int64_t steps_left;
};

// What is known of a branch.
struct exact_branch {
  uint32_t placed_count;
  int64_t start;  // of the node placed last: no other may start before
  int64_t end;    // the latest
};

static void find_tails(struct exact *exact) {
  const struct rondo_problem *problem = exact->builder.problem;
  for (size_t i = problem->node_count; i-- > 0;) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    for (uint32_t k = 0; k < node->successor_count; ++k) {
      const struct rdo_link *link = &problem->successors[node->successor_begin + k];
      int64_t tail = link->delay + problem->nodes[link->node].duration_min + exact->tails[link->node];
      if (tail > exact->tails[index]) exact->tails[index] = tail;
    }
  }
}

static bool is_eligible(const struct exact *exact, uint32_t index) {
  const struct rondo_problem *problem = exact->builder.problem;
  const struct rdo_node *node = &problem->nodes[index];
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    if (!exact->is_placed[problem->predecessors[node->predecessor_begin + i].node]) return false;
  }
  return !exact->is_placed[index];
}

// No schedule of the branch ends before this.
static int64_t branch_bound(const struct exact *exact, const struct exact_branch *branch) {
  const struct rondo_problem *problem = exact->builder.problem;
  int64_t bound = branch->end;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    if (exact->is_placed[i]) continue;
    const struct rdo_node *node = &problem->nodes[i];
    int64_t ready = node->release > branch->start ? node->release : branch->start;
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      const struct rdo_link *link = &problem->predecessors[node->predecessor_begin + k];
      int64_t end = exact->is_placed[link->node] ? exact->builder.nodes[link->node].end + link->delay : 0;
      if (end > ready) ready = end;
    }
    if (ready + node->duration_min + exact->tails[i] > bound) bound = ready + node->duration_min + exact->tails[i];
  }
  return bound;
}

static enum rondo_status branch_on(struct exact *exact, const struct exact_branch *branch, struct rondo_diag *diag);

// Places a node in a mode and goes on from there.
static enum rondo_status branch_on_mode(struct exact *exact, const struct exact_branch *branch, uint32_t index, int32_t mode, struct rondo_diag *diag) {
  struct rdo_builder *builder = &exact->builder;
  RDO_TRY(rdo_builder_place(builder, index, mode, diag));
  const struct rondo_placed_node *placed = &builder->nodes[index];
  struct exact_branch next = {.placed_count = branch->placed_count + 1, .start = placed->start, .end = placed->end > branch->end ? placed->end : branch->end};
  exact->is_placed[index] = true;
  --exact->steps_left;
  enum rondo_status status = RONDO_OK;
  bool is_allowed = placed->start >= branch->start && placed->start <= builder->problem->nodes[index].latest_start;
  if (is_allowed && next.end < exact->best && branch_bound(exact, &next) < exact->best) status = branch_on(exact, &next, diag);
  exact->is_placed[index] = false;
  RDO_TRY(rdo_builder_displace(builder, index, diag));
  return status;
}

static enum rondo_status branch_on(struct exact *exact, const struct exact_branch *branch, struct rondo_diag *diag) {
  const struct rondo_problem *problem = exact->builder.problem;
  if (branch->placed_count == problem->node_count) {
    exact->best = branch->end;
    rdo_builder_evaluate(&exact->builder);
    rdo_search_offer(exact->search, exact->builder.nodes, &exact->builder.cost);
    return RONDO_OK;
  }
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    if (!is_eligible(exact, i)) continue;
    for (uint32_t mode = 0; mode < problem->nodes[i].mode_count; ++mode) {
      if (exact->steps_left % CLOCK_STEPS == 0 && rdo_search_is_over(exact->search)) exact->steps_left = 0;
      if (exact->steps_left <= 0 || exact->best <= exact->search->floor.values[RONDO_OBJECTIVE_MAKESPAN]) return RONDO_OK;
      RDO_TRY(branch_on_mode(exact, branch, i, (int32_t)mode, diag));
    }
  }
  return RONDO_OK;
}

enum rondo_status rdo_exact_search(struct rdo_search *search, int64_t step_limit, bool *out_is_proved, struct rondo_diag *diag) {
  struct exact exact = {.search = search, .best = search->best_cost.values[RONDO_OBJECTIVE_MAKESPAN], .steps_left = step_limit};
  *out_is_proved = false;
  enum rondo_status status = rdo_builder_init(&exact.builder, search->problem, diag);
  if (status == RONDO_OK) status = rdo_builder_clear(&exact.builder, diag);
  if (status == RONDO_OK) {
    find_tails(&exact);
    status = branch_on(&exact, &(struct exact_branch){0}, diag);
  }
  if (status == RONDO_OK) *out_is_proved = exact.steps_left > 0;
  rdo_builder_deinit(&exact.builder);
  return status;
}
