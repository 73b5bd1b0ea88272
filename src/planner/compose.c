// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/compose.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct composer {
  const struct rdo_draft *draft;
  const struct rondo_placed_node *placed;
  struct rdo_schedule *schedule;
  struct rondo_diag *diag;
};

static enum rondo_status alloc(struct composer *composer, size_t count, size_t size, void *out) {
  return rdo_arena_alloc(&composer->schedule->arena, count, size, out, composer->diag);
}

static enum rondo_status copy(struct composer *composer, const char *text, const char **out_text) {
  *out_text = "";
  return text[0] == '\0' ? RONDO_OK : rdo_text_copy(&composer->schedule->arena, text, out_text, composer->diag);
}

static const struct rdo_draft_mode *mode_of(const struct composer *composer, uint32_t node) {
  return &composer->draft->modes[composer->draft->nodes[node].mode_begin + (uint32_t)composer->placed[node].mode];
}

// Targets, resources and sets of targets --------------------------------------------------------------------

static enum rondo_status fill_machine(struct composer *composer) {
  struct rdo_schedule *schedule = composer->schedule;
  const struct rdo_machine_file *machine = composer->draft->machine;
  RDO_TRY(alloc(composer, (size_t)machine->lane_count, sizeof *schedule->targets, &schedule->targets));
  schedule->target_count = (uint32_t)machine->lane_count;
  for (int i = 0; i < machine->lane_count; ++i) RDO_TRY(copy(composer, machine->lanes[i].name, &schedule->targets[i].name));
  RDO_TRY(alloc(composer, (size_t)machine->resource_count, sizeof *schedule->resources, &schedule->resources));
  schedule->resource_count = (uint32_t)machine->resource_count;
  for (int i = 0; i < machine->resource_count; ++i) RDO_TRY(copy(composer, machine->resources[i].name, &schedule->resources[i]));
  return RONDO_OK;
}

// Whether a set of several lanes is one that stands in the list already.
static bool is_listed(const struct rdo_schedule *schedule, const struct rdo_draft *draft, const struct rdo_draft_mode *mode) {
  for (uint32_t i = schedule->target_count; i < schedule->combination_count; ++i) {
    const struct rdo_schedule_set *set = &schedule->combinations[i];
    bool is_same = set->count == mode->use_count;
    for (uint32_t k = 0; k < set->count && is_same; ++k) {
      is_same = schedule->target_lists[set->begin + k] == (uint32_t)draft->uses[mode->use_begin + k].lane;
    }
    if (is_same) return true;
  }
  return false;
}

// Each lane by itself, and the sets that nodes might have occupied. Lists of nodes come behind them.
static enum rondo_status fill_combinations(struct composer *composer) {
  struct rdo_schedule *schedule = composer->schedule;
  const struct rdo_draft *draft = composer->draft;
  size_t set_count = 0, member_count = 0, extra_count = 0;
  for (size_t i = 0; i < draft->mode_count; ++i) {
    if (draft->modes[i].use_count < 2) continue;
    ++set_count;
    member_count += draft->modes[i].use_count;
  }
  for (uint32_t i = 0; i < draft->node_count; ++i) extra_count += mode_of(composer, i)->use_count - 1;
  RDO_TRY(alloc(composer, schedule->target_count + set_count, sizeof *schedule->combinations, &schedule->combinations));
  RDO_TRY(alloc(composer, schedule->target_count + member_count + extra_count, sizeof *schedule->target_lists, &schedule->target_lists));
  for (uint32_t i = 0; i < schedule->target_count; ++i) {
    schedule->target_lists[i] = i;
    schedule->combinations[i] = (struct rdo_schedule_set){i, 1};
  }
  schedule->combination_count = schedule->target_list_count = schedule->target_count;
  for (size_t i = 0; i < draft->mode_count; ++i) {
    const struct rdo_draft_mode *mode = &draft->modes[i];
    if (mode->use_count < 2 || is_listed(schedule, draft, mode)) continue;
    schedule->combinations[schedule->combination_count++] = (struct rdo_schedule_set){schedule->target_list_count, mode->use_count};
    for (uint32_t k = 0; k < mode->use_count; ++k) {
      schedule->target_lists[schedule->target_list_count++] = (uint32_t)draft->uses[mode->use_begin + k].lane;
    }
  }
  return RONDO_OK;
}

// Nodes and calls -------------------------------------------------------------------------------------------

static enum rondo_status fill_texts(struct composer *composer, const struct rdo_draft_node *from, struct rdo_schedule_node *to) {
  RDO_TRY(copy(composer, from->key, &to->key));
  RDO_TRY(copy(composer, from->module_name, &to->module_name));
  RDO_TRY(copy(composer, from->family, &to->family));
  RDO_TRY(copy(composer, from->vmfb_path, &to->vmfb_path));
  return copy(composer, from->export_name, &to->export_name);
}

static enum rondo_status fill_node(struct composer *composer, uint32_t index) {
  struct rdo_schedule *schedule = composer->schedule;
  const struct rdo_draft *draft = composer->draft;
  const struct rdo_draft_node *from = &draft->nodes[index];
  const struct rdo_draft_mode *mode = mode_of(composer, index);
  struct rdo_schedule_node *to = &schedule->nodes[index];
  rdo_schedule_node_init(to);
  RDO_TRY(fill_texts(composer, from, to));
  to->id = from->id;
  to->ordinal = from->ordinal;
  to->total = from->total;
  to->job = from->call;
  to->priority = from->priority;
  to->recording = from->recording;
  to->dispatch = from->dispatch;
  to->start_ns = composer->placed[index].start;
  to->duration_ns = mode->duration_ns;
  to->release_policy = from->release_policy;
  to->has_policies = true;
  to->worker_count = from->tells_workers ? rdo_draft_mode_width(draft, mode) : 0;
  to->target = (uint32_t)draft->uses[mode->use_begin].lane;
  to->extra_begin = schedule->target_list_count;
  to->extra_count = mode->use_count - 1;
  for (uint32_t i = 1; i < mode->use_count; ++i) {
    schedule->target_lists[schedule->target_list_count++] = (uint32_t)draft->uses[mode->use_begin + i].lane;
  }
  to->resource_begin = schedule->resource_list_count;
  to->resource_count = from->resource_count;
  for (uint32_t i = 0; i < from->resource_count; ++i) {
    schedule->resource_lists[schedule->resource_list_count++] = (uint32_t)draft->resources[from->resource_begin + i];
  }
  to->dependency_begin = schedule->dependency_count;
  for (uint32_t i = draft->predecessor_begins[index]; i < draft->predecessor_begins[index + 1]; ++i) {
    const struct rdo_draft_edge *edge = &draft->edges[draft->predecessors[i]];
    if (edge->is_data) schedule->dependencies[schedule->dependency_count++] = edge->from;
  }
  to->dependency_count = schedule->dependency_count - to->dependency_begin;
  return RONDO_OK;
}

static enum rondo_status fill_nodes(struct composer *composer) {
  struct rdo_schedule *schedule = composer->schedule;
  const struct rdo_draft *draft = composer->draft;
  size_t resource_count = 0;
  for (size_t i = 0; i < draft->node_count; ++i) resource_count += draft->nodes[i].resource_count;
  RDO_TRY(alloc(composer, draft->node_count, sizeof *schedule->nodes, &schedule->nodes));
  RDO_TRY(alloc(composer, draft->edge_count, sizeof *schedule->dependencies, &schedule->dependencies));
  RDO_TRY(alloc(composer, resource_count, sizeof *schedule->resource_lists, &schedule->resource_lists));
  schedule->node_count = (uint32_t)draft->node_count;
  for (uint32_t i = 0; i < schedule->node_count; ++i) RDO_TRY(fill_node(composer, i));
  return RONDO_OK;
}

// Deadlines that count from a call's start become times of the plan.
static enum rondo_status fill_calls(struct composer *composer) {
  struct rdo_schedule *schedule = composer->schedule;
  const struct rdo_draft *draft = composer->draft;
  RDO_TRY(alloc(composer, draft->call_count, sizeof *schedule->jobs, &schedule->jobs));
  schedule->job_count = (uint32_t)draft->call_count;
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    const struct rdo_draft_call *call = &draft->calls[i];
    struct rdo_schedule_job *job = &schedule->jobs[i];
    const char *name;
    RDO_TRY(copy(composer, call->name, &name));
    rdo_schedule_job_init(job, name);
    RDO_TRY(copy(composer, call->source, &job->source));
    job->instance = call->index;
    job->release_ns = call->release_ns;
    job->deadline_ns = call->deadline_ns;
    if (call->is_relative && call->deadline_ns > 0) job->deadline_ns = INT64_MAX;
  }
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_draft_call *call = &draft->calls[schedule->nodes[i].job];
    struct rdo_schedule_job *job = &schedule->jobs[schedule->nodes[i].job];
    if (!call->is_relative || call->deadline_ns == 0) continue;
    int64_t deadline_ns = schedule->nodes[i].start_ns + call->deadline_ns;
    if (deadline_ns < job->deadline_ns) job->deadline_ns = deadline_ns;
  }
  return RONDO_OK;
}

// Time dependencies -----------------------------------------------------------------------------------------

// The order of schedule_file.h.
static int compare_nodes(const void *left, const void *right) {
  const struct rdo_schedule_node *const *at_a = left, *const *at_b = right, *a = *at_a, *b = *at_b;
  if (a->start_ns != b->start_ns) return a->start_ns < b->start_ns ? -1 : 1;
  if (a->id != b->id) return a->id < b->id ? -1 : 1;
  if (a->ordinal != b->ordinal) return a->ordinal < b->ordinal ? -1 : 1;
  return strcmp(a->key, b->key);
}

static void link_lanes(struct composer *composer, const struct rdo_schedule_node **sorted, uint32_t *last) {
  struct rdo_schedule *schedule = composer->schedule;
  for (uint32_t i = 0; i < schedule->target_count; ++i) last[i] = RDO_SCHEDULE_NONE;
  for (uint32_t i = 0; i < schedule->node_count; ++i) sorted[i] = &schedule->nodes[i];
  qsort(sorted, schedule->node_count, sizeof *sorted, compare_nodes);
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    uint32_t index = (uint32_t)(sorted[i] - schedule->nodes), before = last[sorted[i]->target];
    struct rdo_schedule_node *node = &schedule->nodes[index];
    node->time_dependency = before;
    node->time_mode = composer->draft->nodes[index].time_mode;
    if (before != RDO_SCHEDULE_NONE) {
      const struct rdo_schedule_node *other = &schedule->nodes[before];
      // A strictly earlier start also keeps hard ones from closing a circle with dependencies between nodes without length.
      if (other->start_ns >= node->start_ns || other->start_ns + other->duration_ns > node->start_ns) node->time_mode = RDO_TIME_SOFT;
    }
    last[node->target] = index;
    for (uint32_t k = 0; k < node->extra_count; ++k) last[schedule->target_lists[node->extra_begin + k]] = index;
  }
}

static enum rondo_status add_time_dependencies(struct composer *composer) {
  const struct rdo_schedule_node **sorted = NULL;
  uint32_t *last = NULL;
  enum rondo_status status = rdo_alloc_array(composer->schedule->node_count, sizeof *sorted, &sorted, composer->diag);
  if (status == RONDO_OK) status = rdo_alloc_array(composer->schedule->target_count, sizeof *last, &last, composer->diag);
  if (status == RONDO_OK) link_lanes(composer, sorted, last);
  rdo_free(sorted);
  rdo_free(last);
  return status;
}

enum rondo_status rdo_draft_compose(const struct rdo_draft *draft, const struct rondo_placed_node *placed, int64_t bound_ns, const char *name,
                                    struct rdo_schedule *out_schedule, struct rondo_diag *diag) {
  struct composer composer = {draft, placed, out_schedule, diag};
  *out_schedule = (struct rdo_schedule){.variant = RDO_SCHEDULE_PLAN, .bound_ns = bound_ns};
  RDO_TRY(copy(&composer, name, &out_schedule->path));
  RDO_TRY(fill_machine(&composer));
  RDO_TRY(fill_combinations(&composer));
  RDO_TRY(fill_nodes(&composer));
  RDO_TRY(fill_calls(&composer));
  RDO_TRY(add_time_dependencies(&composer));
  RDO_TRY(rdo_schedule_complete(out_schedule, diag));
  out_schedule->period_ns = draft->period_ns;
  return RONDO_OK;
}
