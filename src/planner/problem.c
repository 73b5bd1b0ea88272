// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/problem.h"

#include "base/alloc.h"
#include "solve/problem.h"

// Memory for one node on its way into the problem.
struct maker {
  const struct rdo_draft *draft;
  struct rondo_problem *problem;
  int64_t scale;
  bool repeats;
  struct rondo_problem_mode *modes;
  struct rondo_problem_use *uses;
  size_t mode_capacity, use_capacity;
  struct rondo_diag *diag;
};

int64_t rdo_scale_time(int64_t time_ns, int64_t scale) {
  int64_t product;
  if (__builtin_mul_overflow(time_ns, scale, &product)) return RDO_TIME_NS_MAX;
  product /= RDO_SCALE_ONE;
  return product < RDO_TIME_NS_MAX ? product : RDO_TIME_NS_MAX;
}

static enum rondo_status add_machines(struct maker *maker) {
  const struct rdo_draft *draft = maker->draft;
  const struct rdo_machine_file *machine = draft->machine;
  for (int i = 0; i < machine->lane_count; ++i) RDO_TRY(rondo_problem_add_machine(maker->problem, machine->lanes[i].worker_count, maker->diag));
  for (int i = 0; i < draft->group_count; ++i) RDO_TRY(rondo_problem_add_resource(maker->problem, draft->groups[i].capacity, maker->diag));
  for (int i = 0; i < machine->resource_count; ++i) RDO_TRY(rondo_problem_add_resource(maker->problem, machine->resources[i].capacity, maker->diag));
  for (int i = 0; i < machine->transition_count; ++i) {
    const struct rdo_transition_entry *transition = &machine->transitions[i];
    const struct rdo_cluster_entry *from = &machine->clusters[transition->from], *to = &machine->clusters[transition->to];
    for (int a = 0; a < from->lane_count && transition->cost_ns > 0; ++a) {
      for (int b = 0; b < to->lane_count; ++b) {
        RDO_TRY(rondo_problem_set_transition(maker->problem, from->lane_begin + a, to->lane_begin + b, transition->cost_ns, maker->diag));
      }
    }
  }
  return RONDO_OK;
}

static enum rondo_status add_calls(struct maker *maker) {
  for (size_t i = 0; i < maker->draft->call_count; ++i) {
    const struct rdo_draft_call *call = &maker->draft->calls[i];
    const struct rdo_jobs_file *jobs = maker->draft->job_set;
    // Who is more urgent is late at a higher price.
    int64_t weight = call->job >= 0 && jobs != NULL ? 1 + jobs->jobs[call->job].priority : 1;
    const struct rondo_problem_job job = {.release = rdo_scale_time(call->release_ns, maker->scale),
                                          .deadline = rdo_scale_time(call->deadline_ns, maker->scale),
                                          .is_relative = call->is_relative,
                                          .weight = weight};
    RDO_TRY(rondo_problem_add_job(maker->problem, &job, maker->diag));
  }
  return RONDO_OK;
}

static int group_width(const struct rdo_draft *draft, const struct rdo_draft_mode *mode, int group) {
  int width = 0;
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    const struct rdo_draft_use *use = &draft->uses[mode->use_begin + i];
    if (draft->lane_groups[use->lane] == group) width += use->width;
  }
  return width;
}

// What a mode occupies; returns how much that is.
static int fill_uses(const struct rdo_draft *draft, const struct rdo_draft_node *node, const struct rdo_draft_mode *mode,
                     struct rondo_problem_use *uses) {
  int count = 0, group_begin = draft->machine->lane_count, resource_begin = group_begin + draft->group_count;
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    const struct rdo_draft_use *use = &draft->uses[mode->use_begin + i];
    uses[count++] = (struct rondo_problem_use){use->lane, use->width};
  }
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    int group = draft->lane_groups[draft->uses[mode->use_begin + i].lane];
    bool is_there = group < 0;
    for (int k = (int)mode->use_count; k < count; ++k) is_there |= uses[k].machine == group_begin + group;
    if (!is_there) uses[count++] = (struct rondo_problem_use){group_begin + group, group_width(draft, mode, group)};
  }
  for (uint32_t i = 0; i < node->resource_count; ++i) {
    uses[count++] = (struct rondo_problem_use){resource_begin + draft->resources[node->resource_begin + i], 1};
  }
  return count;
}

static enum rondo_status add_node(struct maker *maker, const struct rdo_draft_node *node) {
  const struct rdo_draft *draft = maker->draft;
  size_t use_count = 0;
  for (uint32_t i = 0; i < node->mode_count; ++i) use_count += draft->modes[node->mode_begin + i].use_count * (size_t)2 + node->resource_count;
  RDO_TRY(rdo_grow_array(node->mode_count, sizeof *maker->modes, &maker->mode_capacity, &maker->modes, maker->diag));
  RDO_TRY(rdo_grow_array(use_count, sizeof *maker->uses, &maker->use_capacity, &maker->uses, maker->diag));
  struct rondo_problem_use *uses = maker->uses;
  for (uint32_t i = 0; i < node->mode_count; ++i) {
    const struct rdo_draft_mode *mode = &draft->modes[node->mode_begin + i];
    maker->modes[i] = (struct rondo_problem_mode){.duration = mode->duration_ns, .uses = uses, .use_count = fill_uses(draft, node, mode, uses)};
    uses += maker->modes[i].use_count;
  }
  const struct rondo_problem_node made = {.job = (int)node->call,
                                          .release = rdo_scale_time(node->release_ns, maker->scale),
                                          .is_fixed = node->is_fixed,
                                          .phase_weight = node->has_phase,
                                          .modes = maker->modes,
                                          .mode_count = (int)node->mode_count};
  enum rondo_status status = rondo_problem_add_node(maker->problem, &made, maker->diag);
  if (status != RONDO_OK) rdo_prefix(maker->diag, "%s: dispatches.%.200s", draft->place, node->key);
  return status;
}

static enum rondo_status fill(struct maker *maker) {
  const struct rdo_draft *draft = maker->draft;
  RDO_TRY(add_machines(maker));
  RDO_TRY(add_calls(maker));
  for (size_t i = 0; i < draft->node_count; ++i) RDO_TRY(add_node(maker, &draft->nodes[i]));
  int64_t handover_ns = rdo_draft_handover_ns(draft);
  for (size_t i = 0; i < draft->edge_count; ++i) {
    RDO_TRY(rondo_problem_add_edge(maker->problem, (int)draft->edges[i].from, (int)draft->edges[i].to, handover_ns, maker->diag));
  }
  if (draft->period_ns > 0 && maker->repeats) {
    rdo_problem_set_period(maker->problem, rdo_scale_time(draft->period_ns, maker->scale));
    for (size_t i = 0; i < draft->return_count; ++i) {
      RDO_TRY(rdo_problem_add_return(maker->problem, draft->returns[i].from, draft->returns[i].to, handover_ns, maker->diag));
    }
  }
  return rondo_problem_finish(maker->problem, maker->diag);
}

enum rondo_status rdo_draft_make_problem(const struct rdo_draft *draft, int64_t scale, bool repeats, struct rondo_problem **out_problem,
                                         struct rondo_diag *diag) {
  struct maker maker = {.draft = draft, .scale = scale, .repeats = repeats, .diag = diag};
  enum rondo_status status = rondo_problem_create(&maker.problem, diag);
  if (status == RONDO_OK) status = fill(&maker);
  if (status != RONDO_OK) rondo_problem_release(&maker.problem);
  rdo_free(maker.modes);
  rdo_free(maker.uses);
  *out_problem = maker.problem;
  return status;
}
