// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule as a graph of nodes on lanes.

#include "play/schedule_impl.h"

#include <string.h>

#include "base/alloc.h"
#include "play/baseline.h"

// Whether what a node waits for at run time includes its hard time dependency.
bool rdo_schedule_player_takes_time(const struct rondo_schedule_player *player, const struct rdo_schedule_node *node) {
  if (node->time_dependency == RDO_SCHEDULE_NONE || node->time_mode != RDO_TIME_HARD || player->options.ignores_time) return false;
  const struct rdo_schedule *schedule = &player->schedule;
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    if (schedule->dependencies[node->dependency_begin + i] == node->time_dependency) return false;
  }
  return true;
}

// Which of its lane's workers a node has in the plan, and, for policies that keep a lane's order, which node it follows there: the one that the plan lets end last before it starts. Edges lead forward in the schedule's order, so there is no cycle, however it was planned.
//   out_before  [node_count]; the place goes into the node
static enum rondo_status find_before(const struct rondo_schedule_player *player, uint32_t *out_before, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  uint32_t *last, place_count = 0, *first;
  RDO_TRY(rdo_alloc_array((size_t)player->graph.lane_count + 1, sizeof *first, &first, diag));
  for (uint32_t i = 0; i < player->graph.lane_count; ++i) {
    first[i] = place_count;
    place_count += player->graph.lanes[i].worker_count;
  }
  enum rondo_status status = rdo_alloc_array((size_t)place_count + 1, sizeof *last, &last, diag);
  for (uint32_t i = 0; i < place_count && status == RONDO_OK; ++i) last[i] = RDO_SCHEDULE_NONE;
  for (uint32_t i = 0; i < schedule->node_count && status == RONDO_OK; ++i) {
    uint32_t number = schedule->order[i], target = schedule->nodes[number].target, best = first[target];
    int64_t best_ns = INT64_MIN;
    for (uint32_t k = 0; k < player->graph.lanes[target].worker_count; ++k) {
      uint32_t other = last[first[target] + k];
      int64_t end_ns = other == RDO_SCHEDULE_NONE ? -1 : schedule->nodes[other].start_ns + schedule->nodes[other].duration_ns;
      bool is_free = end_ns <= schedule->nodes[number].start_ns;
      // Of those that are free by then the last to be; if none is, the first to be.
      int64_t worth_ns = is_free ? end_ns : -1 - end_ns;
      if (worth_ns > best_ns || (is_free && best_ns < -1)) {
        best_ns = worth_ns;
        best = first[target] + k;
      }
    }
    out_before[number] = last[best];
    last[best] = number;
    player->graph.nodes[number].planned_place = best - first[target];
  }
  rdo_free(first);
  if (status == RONDO_OK) rdo_free(last);
  return status;
}

// Predecessors become successor lists: counted first, then written.
static enum rondo_status make_edges(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  struct rdo_node *nodes = player->graph.nodes;
  uint32_t count = schedule->node_count, *before, *at;
  RDO_TRY(rdo_alloc_array((size_t)count * 2 + 1, sizeof *before, &before, diag));
  at = before + count;
  enum rondo_status status = find_before(player, before, diag);
  for (uint32_t i = 0; i < count && !player->graph.policy->keeps_order; ++i) before[i] = RDO_SCHEDULE_NONE;
  if (player->options.baseline_count == 1) rdo_baseline_chain(schedule, before);
  struct rdo_schedule_edges more = {.count = 0};
  if (status == RONDO_OK) status = rdo_schedule_player_chain_jobs(player, &more, diag);
  size_t total = more.count;
  for (int pass = 0; pass < 2 && status == RONDO_OK; ++pass) {
    for (uint32_t i = 0; i < count; ++i) {
      const struct rdo_schedule_node *node = &schedule->nodes[i];
      bool has_time = rdo_schedule_player_takes_time(player, node);
      uint32_t edge_count = node->dependency_count + (has_time ? 1 : 0) + (before[i] != RDO_SCHEDULE_NONE ? 1 : 0);
      for (uint32_t k = 0; k < edge_count; ++k) {
        uint32_t from = k < node->dependency_count ? schedule->dependencies[node->dependency_begin + k]
                        : has_time && k == node->dependency_count ? node->time_dependency : before[i];
        if (pass == 0) ++nodes[from].successor_count;
        else player->successors[at[from]++] = i;
      }
      nodes[i].predecessor_count = edge_count;
      total += pass == 0 ? edge_count : 0;
    }
    for (uint32_t i = 0; i < more.count; ++i) {
      ++nodes[more.pairs[i][1]].predecessor_count;
      if (pass == 0) ++nodes[more.pairs[i][0]].successor_count;
      else player->successors[at[more.pairs[i][0]]++] = more.pairs[i][1];
    }
    if (pass == 1) break;
    status = rdo_alloc_array(total + 1, sizeof *player->successors, &player->successors, diag);
    for (uint32_t i = 0, place = 0; i < count && status == RONDO_OK; ++i) {
      at[i] = place;
      nodes[i].successors = player->successors + place;
      place += nodes[i].successor_count;
    }
  }
  rdo_free(before);
  rdo_free(more.pairs);
  return status == RONDO_OK && more.count != 0 ? rdo_schedule_player_check_chains(player, diag) : status;
}

// What so many at once may hold: as the machine says, else one. Behind them a module for each of its calls, and what as many nodes as a
// baseline has at once hold.
enum rondo_status rdo_schedule_player_make_resources(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  const struct rdo_machine_file *machine = player->has_machine ? &player->machine : schedule->machine;
  struct rdo_node_graph *graph = &player->graph;
  uint32_t slot = schedule->resource_count + player->module_count;
  // With as many as there are workers, or in a chain, nothing needs to hold them.
  bool needs_slot = player->options.baseline_count > 1 && (uint32_t)player->options.baseline_count < graph->lanes[0].worker_count;
  graph->resource_count = slot + (needs_slot ? 1U : 0U);
  RDO_TRY(rdo_alloc_array((size_t)graph->resource_count + 1, sizeof *graph->resources, &graph->resources, diag));
  if (needs_slot) rdo_resource_init(&graph->resources[slot], RDO_BASELINE_NAME, (uint32_t)player->options.baseline_count);
  for (uint32_t i = 0; i < player->module_count; ++i) rdo_resource_init(&graph->resources[schedule->resource_count + i], player->modules[i]->path, 1);
  for (uint32_t i = 0; i < schedule->resource_count; ++i) {
    int index = machine == NULL ? -1 : rdo_machine_file_find_resource(machine, schedule->resources[i]);
    rdo_resource_init(&graph->resources[i], schedule->resources[i], index < 0 ? 1 : (uint32_t)machine->resources[index].capacity);
  }
  RDO_TRY(rdo_alloc_array((size_t)schedule->resource_list_count + (size_t)schedule->node_count * 2 + 1, sizeof *player->resources, &player->resources, diag));
  uint32_t *list = player->resources;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    graph->nodes[i].resources = list;
    graph->nodes[i].resource_count = node->resource_count;
    // A lane with one worker runs one after the other anyway.
    bool needs_module = player->module_of[i] != 0 && graph->lanes[node->target].worker_count > 1;
    for (uint32_t k = 0; k < node->resource_count; ++k) {
      uint32_t resource = schedule->resource_lists[node->resource_begin + k], place = k;
      for (; place > 0 && list[place - 1] > resource; --place) list[place] = list[place - 1];
      list[place] = resource;
    }
    list += node->resource_count;
    if (needs_module) *list++ = schedule->resource_count + player->module_of[i] - 1;
    if (needs_slot) *list++ = slot;
    graph->nodes[i].resource_count += (needs_module ? 1U : 0U) + (needs_slot ? 1U : 0U);
  }
  return RONDO_OK;
}

// A node's own priority, else that of its job in the job set that a plan carries.
static uint8_t find_priority(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node) {
  const struct rdo_schedule_job *job = &schedule->jobs[node->job];
  if (node->priority >= 0) return (uint8_t)node->priority;
  int index = schedule->job_set != NULL ? rdo_jobs_file_find(schedule->job_set, rdo_schedule_player_call_name(job)) : -1;
  return (uint8_t)(index >= 0 ? schedule->job_set->jobs[index].priority : RDO_JOB_PRIORITY_DEFAULT);
}

static struct rdo_urgency_successors successors_of(const void *user, uint32_t index) {
  const struct rdo_node *node = &((const struct rdo_node *)user)[index];
  return (struct rdo_urgency_successors){node->successors, node->successor_count};
}

// What something urgent waits for is as urgent.
static enum rondo_status inherit(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  struct rdo_node_graph *graph = &player->graph;
  struct rdo_urgency *urgencies;
  RDO_TRY(rdo_alloc_array((size_t)graph->node_count + 1, sizeof *urgencies, &urgencies, diag));
  for (uint32_t i = 0; i < graph->node_count; ++i) urgencies[i] = graph->nodes[i].urgency;
  rdo_urgency_inherit(urgencies, player->schedule.order, graph->node_count, successors_of, graph->nodes);
  for (uint32_t i = 0; i < graph->node_count; ++i) graph->nodes[i].urgency = urgencies[i];
  rdo_free(urgencies);
  return RONDO_OK;
}

// How urgent what uses a resource may be: a node that has it is as urgent.
enum rondo_status rdo_schedule_player_find_ceilings(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  struct rdo_node_graph *graph = &player->graph;
  struct rdo_urgency *ceilings;
  RDO_TRY(rdo_alloc_array((size_t)graph->resource_count + 1, sizeof *ceilings, &ceilings, diag));
  for (uint32_t i = 0; i < graph->resource_count; ++i) ceilings[i].deadline_ns = INT64_MAX;
  for (int pass = 0; pass < 2; ++pass) {
    for (uint32_t i = 0; i < graph->node_count; ++i) {
      struct rdo_node *node = &graph->nodes[i];
      node->ceiling = node->urgency;
      for (uint32_t k = 0; k < node->resource_count; ++k) {
        struct rdo_urgency *ceiling = &ceilings[node->resources[k]];
        if (pass == 0) *ceiling = rdo_urgency_join(*ceiling, node->urgency);
        else node->ceiling = rdo_urgency_join(node->ceiling, *ceiling);
      }
    }
  }
  rdo_free(ceilings);
  return RONDO_OK;
}

// What of a node is its job's, not the plan's.
static void free_node(const struct rondo_schedule_player *player, const struct rdo_schedule_node *from, struct rdo_node *node) {
  const struct rdo_schedule_job *job = &player->schedule.jobs[from->job];
  const struct rdo_jobs_file *jobs = player->schedule.job_set;
  int index = jobs == NULL || job->source[0] == '\0' ? -1 : rdo_jobs_file_find(jobs, job->source);
  node->lanes = 0;
  for (int i = 0; index >= 0 && i < jobs->jobs[index].lane_index_count; ++i) node->lanes |= UINT64_C(1) << jobs->jobs[index].lane_indices[i];
  if (node->lanes == 0) node->lanes = (UINT64_C(1) << player->graph.lane_count) - 1;
  // Without jobs the times of locked roots are all that is known of releases.
  if (index >= 0) node->planned_start_ns = node->release_ns = job->release_ns;
}

enum rondo_status rdo_schedule_player_make_nodes(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  struct rdo_node_graph *graph = &player->graph;
  RDO_TRY(rdo_alloc_array(schedule->node_count, sizeof *graph->nodes, &graph->nodes, diag));
  graph->node_count = schedule->node_count;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_schedule_node *from = &schedule->nodes[i];
    const struct rdo_schedule_job *job = &schedule->jobs[from->job];
    struct rdo_node *node = &graph->nodes[i];
    uint32_t width = from->worker_count > 0 ? (uint32_t)from->worker_count : 1, worker_count = graph->lanes[from->target].worker_count;
    node->graph = graph;
    node->body = &rdo_node_synthetic;
    // A lock acts on what waits for nothing else, unless the caller wants it on all.
    bool is_root = from->dependency_count == 0 && !rdo_schedule_player_takes_time(player, from);
    node->is_locked = player->options.locks_all || (is_root && from->release_policy == RDO_RELEASE_PHASE_LOCKED);
    node->is_boosted = node->is_locked && player->options.is_boosted;
    node->planned_lane = from->target;
    node->planned_width = width < worker_count ? width : worker_count;
    node->width_max = width;
    node->lanes = UINT64_C(1) << from->target;
    node->planned_start_ns = node->release_ns = from->start_ns;
    node->deadline_ns = job->deadline_ns > 0 ? job->deadline_ns : INT64_MAX;
    node->urgency = (struct rdo_urgency){find_priority(schedule, from), node->deadline_ns};
    node->duration_ns = from->duration_ns;
    node->tile_ns = player->options.tile_ns;
    if (player->options.ignores_plan) free_node(player, from, node);
  }
  RDO_TRY(make_edges(player, diag));
  return inherit(player, diag);
}
