// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From a schedule to arrays that a simulator runs through. Instances come first, then the nodes of each side by side, so that
// an instance may be there several times.

#include "simulate/model.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"
#include "plan/policy.h"

enum { OVERLAPS_MAX = 64 };

struct builder {
  struct rdo_sim_model *model;
  const struct rdo_schedule *schedule;
  const struct rdo_sim_model_options *options;
  const struct rdo_machine_file *machine;
  struct rondo_diag *diag;
  uint32_t *job_nodes;       // owned [node_count]: the schedule's nodes, job after job
  uint32_t *job_begins;      // owned [job_count + 1]: of job_nodes[]
  uint32_t *places;          // owned [node_count]: place among its job's nodes
  int64_t *releases_ns;      // owned [job_count]
  uint32_t *job_of;          // owned [job_count]: of the model
  uint32_t *instance_of_job; // owned [job_count]: the first one; RDO_SIM_NONE = none
  uint32_t template_job;     // of which there are copies; RDO_SIM_NONE = none
  int64_t template_release_ns, template_period_ns;
};

// What the instances of one periodic job have in common.

// Whether the schedule tells its release.
static bool is_told(const struct rdo_schedule_job *job) { return job->source[0] != '\0'; }

static const struct rdo_job_entry *find_entry(const struct rdo_schedule *schedule, const char *name) {
  int index = schedule->job_set != NULL ? rdo_jobs_file_find(schedule->job_set, name) : -1;
  return index >= 0 ? &schedule->job_set->jobs[index] : NULL;
}

// Where each job is released if the schedule tells; else when its first dispatch that is phase-locked was to start.
static void find_releases(const struct rdo_schedule *schedule, int64_t *releases_ns) {
  for (uint32_t i = 0; i < schedule->job_count; ++i) releases_ns[i] = is_told(&schedule->jobs[i]) ? schedule->jobs[i].release_ns : INT64_MAX;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    bool is_release = node->release_policy == RDO_RELEASE_PHASE_LOCKED && !is_told(&schedule->jobs[node->job]);
    if (is_release && node->start_ns < releases_ns[node->job]) releases_ns[node->job] = node->start_ns;
  }
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    if (releases_ns[i] == INT64_MAX) releases_ns[i] = schedule->jobs[i].release_ns;
  }
}

static enum rondo_status sort_by_job(struct builder *b) {
  const struct rdo_schedule *schedule = b->schedule;
  RDO_TRY(rdo_alloc_array(schedule->node_count, sizeof *b->job_nodes, &b->job_nodes, b->diag));
  RDO_TRY(rdo_alloc_array(schedule->node_count, sizeof *b->places, &b->places, b->diag));
  RDO_TRY(rdo_alloc_array((size_t)schedule->job_count + 1, sizeof *b->job_begins, &b->job_begins, b->diag));
  RDO_TRY(rdo_alloc_array(schedule->job_count, sizeof *b->releases_ns, &b->releases_ns, b->diag));
  RDO_TRY(rdo_alloc_array(schedule->job_count, sizeof *b->job_of, &b->job_of, b->diag));
  RDO_TRY(rdo_alloc_array(schedule->job_count, sizeof *b->instance_of_job, &b->instance_of_job, b->diag));
  find_releases(schedule, b->releases_ns);
  for (uint32_t i = 0; i < schedule->node_count; ++i) b->places[i] = b->job_begins[schedule->nodes[i].job + 1]++;
  for (uint32_t i = 0; i < schedule->job_count; ++i) b->job_begins[i + 1] += b->job_begins[i];
  for (uint32_t i = 0; i < schedule->node_count; ++i) b->job_nodes[b->job_begins[schedule->nodes[i].job] + b->places[i]] = i;
  return RONDO_OK;
}

static const uint32_t *nodes_of(const struct builder *b, uint32_t job, uint32_t *out_count) {
  *out_count = b->job_begins[job + 1] - b->job_begins[job];
  return b->job_nodes + b->job_begins[job];
}

// Lanes and resources ---------------------------------------------------------------------------------

static enum rondo_status fill_lane(struct builder *b, uint32_t index) {
  struct rdo_sim_lane *lane = &b->model->lanes[index];
  lane->name = b->schedule->targets[index].name;
  lane->worker_begin = b->model->worker_count;
  lane->speed = 1;
  if (b->machine != NULL) {
    int entry = rdo_machine_file_find_lane(b->machine, lane->name);
    if (entry < 0) return rdo_fail(b->diag, RONDO_NOT_FOUND, "%s: the machine has no lane '%s', where dispatches are planned", b->schedule->path, lane->name);
    lane->worker_count = (uint32_t)b->machine->lanes[entry].worker_count;
    lane->cluster = b->machine->lanes[entry].cluster;
    lane->speed = b->machine->clusters[lane->cluster].capacity;
    lane->handover_ns = b->machine->clusters[lane->cluster].handover_ns;
    lane->wake_ns = b->machine->clusters[lane->cluster].wake_ns;
  }
  if (lane->worker_count > RDO_SIM_WORKERS_MAX - b->model->worker_count) {
    return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "%s: its lanes have more than %d workers together", b->schedule->path, RDO_SIM_WORKERS_MAX);
  }
  b->model->worker_count += lane->worker_count;
  return RONDO_OK;
}

// Without a machine a lane has as many workers as its widest dispatch.
static void guess_workers(struct rdo_sim_model *model, const struct rdo_schedule *schedule) {
  for (uint32_t i = 0; i < model->lane_count; ++i) model->lanes[i].worker_count = 1;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    struct rdo_sim_lane *lane = &model->lanes[node->target];
    if (node->worker_count > 0 && (uint32_t)node->worker_count > lane->worker_count) lane->worker_count = (uint32_t)node->worker_count;
  }
}

static int compare_transitions(const void *a, const void *b) {
  const struct rdo_transition_entry *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->to > y->to) - (x->to < y->to);
}

static enum rondo_status fill_transitions(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  if (b->machine == NULL || b->machine->transition_count == 0) return RONDO_OK;
  model->transition_count = (uint32_t)b->machine->transition_count;
  RDO_TRY(rdo_arena_alloc(&model->arena, model->transition_count, sizeof *model->transitions, &model->transitions, b->diag));
  memcpy(model->transitions, b->machine->transitions, model->transition_count * sizeof *model->transitions);
  qsort(model->transitions, model->transition_count, sizeof *model->transitions, compare_transitions);
  return RONDO_OK;
}

static enum rondo_status fill_pools(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  const struct rdo_schedule *schedule = b->schedule;
  model->lane_count = schedule->target_count;
  model->resource_count = schedule->resource_count;
  RDO_TRY(rdo_arena_alloc(&model->arena, model->lane_count, sizeof *model->lanes, &model->lanes, b->diag));
  RDO_TRY(rdo_arena_alloc(&model->arena, model->resource_count, sizeof *model->resource_capacities, &model->resource_capacities, b->diag));
  guess_workers(model, schedule);
  for (uint32_t i = 0; i < model->lane_count; ++i) RDO_TRY(fill_lane(b, i));
  for (uint32_t i = 0; i < model->resource_count; ++i) {
    int entry = b->machine != NULL ? rdo_machine_file_find_resource(b->machine, schedule->resources[i]) : -1;
    model->resource_capacities[i] = entry >= 0 ? (uint32_t)b->machine->resources[entry].capacity : 1;
  }
  return RONDO_OK;
}

// Jobs and their instances ------------------------------------------------------------------------------

static enum rondo_status name_jobs(struct builder *b, struct rdo_name_map *names) {
  struct rdo_sim_model *model = b->model;
  RDO_TRY(rdo_arena_alloc(&model->arena, b->schedule->job_count, sizeof *model->jobs, &model->jobs, b->diag));
  for (uint32_t i = 0; i < b->schedule->job_count; ++i) {
    const char *name = rdo_schedule_job_source(&b->schedule->jobs[i]);
    b->job_of[i] = rdo_name_map_find(names, name);
    if (b->job_of[i] != RDO_NAME_NONE) continue;
    b->job_of[i] = model->job_count++;
    model->jobs[b->job_of[i]] = (struct rdo_sim_job){.name = name, .entry = find_entry(b->schedule, name)};
    RDO_TRY(rdo_name_map_add(names, name, b->job_of[i], b->diag));
  }
  return RONDO_OK;
}

static enum rondo_status fill_jobs(struct builder *b) {
  struct rdo_name_map names = {0};
  enum rondo_status status = name_jobs(b, &names);
  rdo_name_map_deinit(&names);
  return status;
}

static bool is_of(const struct builder *b, uint32_t job, const char *name) { return name != NULL && strcmp(rdo_schedule_job_source(&b->schedule->jobs[job]), name) == 0; }

// The instance that is released first is the one that is copied.
static enum rondo_status find_template(struct builder *b) {
  struct rdo_sim_rate rate;
  b->template_job = RDO_SIM_NONE;
  if (b->options->job == NULL) return RONDO_OK;
  RDO_TRY(rdo_sim_model_rate(b->schedule, b->options->job, &rate, b->diag));
  b->template_period_ns = rate.period_ns;
  for (uint32_t i = 0; i < b->schedule->job_count; ++i) {
    if (!is_of(b, i, b->options->job)) continue;
    int64_t release_ns = b->releases_ns[i];
    if (b->template_job != RDO_SIM_NONE && release_ns >= b->template_release_ns) continue;
    b->template_job = i;
    b->template_release_ns = release_ns;
  }
  return RONDO_OK;
}

// From its release on; INT64_MAX = none.
static int64_t relative_deadline_ns(const struct builder *b, uint32_t job, int64_t release_ns) {
  const struct rdo_job_entry *entry = b->model->jobs[b->job_of[job]].entry;
  int64_t deadline_ns = INT64_MAX;
  if (b->schedule->jobs[job].deadline_ns > 0) deadline_ns = b->schedule->jobs[job].deadline_ns - release_ns;
  else if (entry != NULL && entry->deadline_ns > 0) deadline_ns = entry->deadline_ns;
  if (job != b->template_job) return deadline_ns;
  return deadline_ns == INT64_MAX || deadline_ns == b->template_period_ns ? b->options->period_ns : deadline_ns;
}

static enum rondo_status add_instance(struct builder *b, uint32_t job, int64_t shift_ns) {
  struct rdo_sim_model *model = b->model;
  uint32_t count;
  (void)nodes_of(b, job, &count);
  int64_t release_ns = b->releases_ns[job], deadline_ns = relative_deadline_ns(b, job, release_ns);
  if (count > RDO_SCHEDULE_NODES_MAX - model->node_count) {
    return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "%s: with all instances there are more than %d dispatches", b->schedule->path, RDO_SCHEDULE_NODES_MAX);
  }
  release_ns += shift_ns;
  model->instances[model->instance_count++] = (struct rdo_sim_instance){.job = b->job_of[job],
                                                                        .schedule_job = job,
                                                                        .shift_ns = shift_ns,
                                                                        .node_begin = model->node_count,
                                                                        .node_count = count,
                                                                        .release_ns = release_ns,
                                                                        .deadline_ns = deadline_ns == INT64_MAX ? INT64_MAX : release_ns + deadline_ns};
  model->node_count += count;
  ++model->jobs[b->job_of[job]].instance_count;
  return RONDO_OK;
}

static int64_t copy_count(const struct builder *b) {
  int64_t span_ns = b->options->horizon_ns - b->template_release_ns;
  return b->template_job == RDO_SIM_NONE || span_ns <= 0 ? 0 : (span_ns - 1) / b->options->period_ns + 1;
}

static enum rondo_status fill_instances(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  int64_t copies = copy_count(b);
  if (copies > RDO_SCHEDULE_NODES_MAX) {
    return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "%s: job '%s' has more than %d instances with a period of %lld ns", b->schedule->path, b->options->job,
                    RDO_SCHEDULE_NODES_MAX, (long long)b->options->period_ns);
  }
  RDO_TRY(rdo_arena_alloc(&model->arena, (size_t)b->schedule->job_count + (size_t)copies, sizeof *model->instances, &model->instances, b->diag));
  for (uint32_t i = 0; i < b->schedule->job_count; ++i) {
    bool is_copied = is_of(b, i, b->options->job);
    b->instance_of_job[i] = is_copied && i != b->template_job ? RDO_SIM_NONE : model->instance_count;
    if (!is_copied) RDO_TRY(add_instance(b, i, 0));
    for (int64_t k = 0; i == b->template_job && k < copies; ++k) RDO_TRY(add_instance(b, i, k * b->options->period_ns));
  }
  return RONDO_OK;
}

// Nodes ---------------------------------------------------------------------------------------------------

static void allow_lane(struct rdo_sim_node *node, uint32_t lane) {
  if (lane >= node->window && lane - node->window < RDO_POLICY_LANES_MAX) node->lane_mask |= UINT64_C(1) << (lane - node->window);
}

// Where it may run: where its job may, of the lanes that stand near the planned one.
static void fill_window(const struct builder *b, struct rdo_sim_node *node, const struct rdo_schedule_node *from, const struct rdo_job_entry *entry) {
  node->window = node->lane / RDO_POLICY_LANES_MAX * RDO_POLICY_LANES_MAX;
  allow_lane(node, node->lane);
  if (b->options->keeps_order || from->extra_count > 0) return;
  if (entry == NULL || entry->lane_count == 0) {
    for (uint32_t i = node->window; i < b->model->lane_count && i < node->window + RDO_POLICY_LANES_MAX; ++i) allow_lane(node, i);
    return;
  }
  for (int i = 0; i < (entry->lane_indices != NULL ? entry->lane_index_count : entry->lane_count); ++i) {
    uint32_t lane = entry->lane_indices != NULL ? (uint32_t)entry->lane_indices[i] : rdo_schedule_find_target(b->schedule, entry->lanes[i]);
    if (lane < b->model->lane_count) allow_lane(node, lane);
  }
}

static void add_claim(struct rdo_sim_model *model, struct rdo_sim_node *node, uint32_t pool, uint32_t count) {
  for (uint32_t i = 0; i < node->claim_count; ++i) {
    if (model->claims[node->claim_begin + i].pool == pool) return;
  }
  if (pool == node->lane) return;
  model->claims[model->claim_count++] = (struct rdo_sim_claim){pool, count};
  ++node->claim_count;
}

// How many of a lane's workers a node takes: all, where the plan does not say.
static uint32_t planned_width(const struct rdo_sim_model *model, const struct rdo_schedule_node *from, uint32_t lane) {
  uint32_t all = model->lanes[lane].worker_count, said = (uint32_t)from->worker_count;
  return said > 0 && said < all ? said : all;
}

static void fill_claims(const struct builder *b, struct rdo_sim_node *node, const struct rdo_schedule_node *from) {
  struct rdo_sim_model *model = b->model;
  node->claim_begin = model->claim_count;
  for (uint32_t i = 0; i < from->extra_count; ++i) {
    uint32_t lane = b->schedule->target_lists[from->extra_begin + i];
    add_claim(model, node, lane, planned_width(model, from, lane));
  }
  for (uint32_t i = 0; i < from->resource_count; ++i) add_claim(model, node, model->lane_count + b->schedule->resource_lists[from->resource_begin + i], 1);
}

static void fill_node(const struct builder *b, uint32_t index, uint32_t instance_index) {
  const struct rdo_sim_instance *instance = &b->model->instances[instance_index];
  uint32_t count, number = nodes_of(b, instance->schedule_job, &count)[index - instance->node_begin];
  const struct rdo_schedule_node *from = &b->schedule->nodes[number];
  const struct rdo_schedule_job *job = &b->schedule->jobs[from->job];
  const struct rdo_job_entry *entry = b->model->jobs[instance->job].entry;
  struct rdo_sim_node *node = &b->model->nodes[index];
  int priority = from->priority >= 0 ? from->priority : entry != NULL ? entry->priority : RDO_JOB_PRIORITY_DEFAULT;
  *node = (struct rdo_sim_node){.schedule_node = number,
                                .instance = instance_index,
                                .lane = from->target,
                                .width = planned_width(b->model, from, from->target),
                                .duration_ns = from->duration_ns,
                                .planned_start_ns = from->start_ns + instance->shift_ns,
                                .release_ns = is_told(job) ? job->release_ns + instance->shift_ns : 0,
                                .urgency = {(uint8_t)priority, instance->deadline_ns},
                                .tie = from->tie,
                                .rank = from->rank};
  fill_window(b, node, from, entry);
  fill_claims(b, node, from);
}

// A root that is phase-locked waits for its planned start; where no plan is followed and the release is known, for that.
static void lock_root(const struct builder *b, struct rdo_sim_node *node) {
  const struct rdo_schedule_node *from = &b->schedule->nodes[node->schedule_node];
  node->is_root = node->predecessor_count == 0;
  node->is_locked = node->is_root && from->release_policy == RDO_RELEASE_PHASE_LOCKED;
  bool uses_plan = b->options->follows_plan || !is_told(&b->schedule->jobs[from->job]);
  if (node->is_locked && uses_plan && node->planned_start_ns > node->release_ns) node->release_ns = node->planned_start_ns;
}

static enum rondo_status fill_nodes(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  size_t claim_room = 0;
  int64_t longest_ns = 0;
  for (uint32_t i = 0; i < model->instance_count; ++i) {
    uint32_t count;
    const uint32_t *nodes = nodes_of(b, model->instances[i].schedule_job, &count);
    for (uint32_t k = 0; k < count; ++k) claim_room += (size_t)b->schedule->nodes[nodes[k]].extra_count + b->schedule->nodes[nodes[k]].resource_count;
  }
  RDO_TRY(rdo_arena_alloc(&model->arena, model->node_count, sizeof *model->nodes, &model->nodes, b->diag));
  RDO_TRY(rdo_arena_alloc(&model->arena, claim_room, sizeof *model->claims, &model->claims, b->diag));
  for (uint32_t i = 0; i < model->instance_count; ++i) {
    for (uint32_t k = 0; k < model->instances[i].node_count; ++k) fill_node(b, model->instances[i].node_begin + k, i);
  }
  for (uint32_t i = 0; i < model->node_count; ++i) longest_ns = model->nodes[i].duration_ns > longest_ns ? model->nodes[i].duration_ns : longest_ns;
  if (longest_ns == 0) return rdo_fail(b->diag, RONDO_INVALID_ARGUMENT, "%s: no dispatch has a duration: simulate a plan, not a graph", b->schedule->path);
  return RONDO_OK;
}

// Edges ---------------------------------------------------------------------------------------------------

static bool is_dependency(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, uint32_t other) {
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    if (schedule->dependencies[node->dependency_begin + i] == other) return true;
  }
  return false;
}

// The node of the model that a node waits for. Of copied instances, time dependencies on another instance fall away: they
// are the old plan's order.
static enum rondo_status find_predecessor(const struct builder *b, uint32_t index, uint32_t other, uint32_t *out_index) {
  const struct rdo_sim_node *node = &b->model->nodes[index];
  const struct rdo_sim_instance *instance = &b->model->instances[node->instance];
  uint32_t job = b->schedule->nodes[other].job;
  *out_index = RDO_SIM_NONE;
  if (job == instance->schedule_job) {
    *out_index = instance->node_begin + b->places[other];
  } else if (!is_of(b, job, b->options->job) && !is_of(b, instance->schedule_job, b->options->job)) {
    *out_index = b->model->instances[b->instance_of_job[job]].node_begin + b->places[other];
  } else if (is_dependency(b->schedule, &b->schedule->nodes[node->schedule_node], other)) {
    return rdo_fail(b->diag, RONDO_FAILED_PRECONDITION, "%s: '%s' needs results of '%s', so instances of job '%s' cannot be released at another rate than the rest",
                    b->schedule->path, b->schedule->nodes[node->schedule_node].key, b->schedule->nodes[other].key, b->options->job);
  }
  return RONDO_OK;
}

static uint32_t predecessor_count(const struct builder *b, const struct rdo_schedule_node *from) {
  return b->options->follows_plan ? from->predecessor_count : from->dependency_count;
}

static uint32_t predecessor_at(const struct builder *b, const struct rdo_schedule_node *from, uint32_t index) {
  return b->options->follows_plan ? b->schedule->predecessors[from->predecessor_begin + index] : b->schedule->dependencies[from->dependency_begin + index];
}

// Each edge twice: counted at its source, then put there.
static enum rondo_status fill_edges(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  for (int pass = 0; pass < 2; ++pass) {
    for (uint32_t i = 0; i < model->node_count; ++i) {
      const struct rdo_schedule_node *node = &b->schedule->nodes[model->nodes[i].schedule_node];
      for (uint32_t k = 0; k < predecessor_count(b, node); ++k) {
        uint32_t before;
        RDO_TRY(find_predecessor(b, i, predecessor_at(b, node, k), &before));
        if (before == RDO_SIM_NONE) continue;
        struct rdo_sim_node *source = &model->nodes[before];
        if (pass == 1) model->successors[source->successor_begin + source->successor_count] = i;
        else ++model->nodes[i].predecessor_count;
        ++source->successor_count;
      }
    }
    for (uint32_t i = 0; pass == 0 && i < model->node_count; ++i) {
      model->nodes[i].successor_begin = model->successor_count;
      model->successor_count += model->nodes[i].successor_count;
      model->nodes[i].successor_count = 0;
    }
    if (pass == 0) RDO_TRY(rdo_arena_alloc(&model->arena, model->successor_count, sizeof *model->successors, &model->successors, b->diag));
  }
  for (uint32_t i = 0; i < model->node_count; ++i) lock_root(b, &model->nodes[i]);
  return RONDO_OK;
}

static struct rdo_urgency_successors successors_of(const void *user, uint32_t index) {
  const struct rdo_sim_model *model = user;
  const struct rdo_sim_node *node = &model->nodes[index];
  if (node->successor_count == 0) return (struct rdo_urgency_successors){NULL, 0};
  return (struct rdo_urgency_successors){model->successors + node->successor_begin, node->successor_count};
}

// What something urgent waits for is as urgent. The order of the schedule's nodes is one of the model's, copies side by side: edges stay within
// an instance, or are between instances that are not copied.
static enum rondo_status inherit(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  uint32_t count = model->node_count, schedule_count = b->schedule->node_count, *order, *at;
  struct rdo_urgency *urgencies = NULL;
  RDO_TRY(rdo_alloc_array((size_t)count + schedule_count + 1, sizeof *order, &order, b->diag));
  enum rondo_status status = rdo_alloc_array((size_t)count + 1, sizeof *urgencies, &urgencies, b->diag);
  if (status == RONDO_OK) {
    at = order + count;  // of a schedule's node: where its next copy goes
    for (uint32_t i = 0; i < count; ++i) ++at[model->nodes[i].schedule_node];
    for (uint32_t i = 0, place = 0; i < schedule_count; ++i) {
      uint32_t copies = at[b->schedule->order[i]];
      at[b->schedule->order[i]] = place;
      place += copies;
    }
    for (uint32_t i = 0; i < count; ++i) {
      order[at[model->nodes[i].schedule_node]++] = i;
      urgencies[i] = model->nodes[i].urgency;
    }
    rdo_urgency_inherit(urgencies, order, count, successors_of, model);
    for (uint32_t i = 0; i < count; ++i) model->nodes[i].urgency = urgencies[i];
  }
  rdo_free(order);
  rdo_free(urgencies);
  return status;
}

// Whose results a node needs, where it matters on which cluster they are.
static enum rondo_status fill_inputs(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  size_t room = 0;
  if (model->transition_count == 0) return RONDO_OK;
  for (uint32_t i = 0; i < model->node_count; ++i) room += b->schedule->nodes[model->nodes[i].schedule_node].dependency_count;
  RDO_TRY(rdo_arena_alloc(&model->arena, room, sizeof *model->inputs, &model->inputs, b->diag));
  room = 0;
  for (uint32_t i = 0; i < model->node_count; ++i) {
    struct rdo_sim_node *node = &model->nodes[i];
    const struct rdo_schedule_node *from = &b->schedule->nodes[node->schedule_node];
    node->input_begin = room;
    node->input_count = from->dependency_count;
    for (uint32_t k = 0; k < from->dependency_count; ++k) RDO_TRY(find_predecessor(b, i, b->schedule->dependencies[from->dependency_begin + k], &model->inputs[room++]));
  }
  return RONDO_OK;
}

// Iterations that overlap ---------------------------------------------------------------------------------

// The instance of a job that is called first, or last; RDO_SIM_NONE = the job has no numbered ones.
static uint32_t find_turn(const struct builder *b, uint32_t job, bool is_last) {
  const struct rdo_sim_model *model = b->model;
  uint32_t found = RDO_SIM_NONE;
  int32_t best = 0;
  for (uint32_t i = 0; i < model->instance_count; ++i) {
    int32_t number = b->schedule->jobs[model->instances[i].schedule_job].instance;
    if (model->instances[i].job != job || number < 0) continue;
    if (found != RDO_SIM_NONE && (is_last ? number < best : number > best)) continue;
    found = i;
    best = number;
  }
  return found;
}

static enum rondo_status fill_returns(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  const struct rdo_schedule *schedule = b->schedule;
  bool *has_before = NULL, *has_after = NULL;
  size_t room = 0;
  model->overlap_count = 1;
  if (schedule->period_ns == 0 || schedule->last_end_ns <= schedule->period_ns || b->options->job != NULL) return RONDO_OK;
  int64_t overlap_count = (schedule->last_end_ns + schedule->period_ns - 1) / schedule->period_ns;
  model->overlap_count = overlap_count < OVERLAPS_MAX ? (uint32_t)overlap_count : OVERLAPS_MAX;
  RDO_TRY(rdo_arena_alloc(&model->arena, model->node_count, sizeof *has_before, &has_before, b->diag));
  RDO_TRY(rdo_arena_alloc(&model->arena, model->node_count, sizeof *has_after, &has_after, b->diag));
  for (uint32_t i = 0; i < model->node_count; ++i) {
    for (uint32_t k = 0; k < model->nodes[i].successor_count; ++k) {
      uint32_t after = model->successors[model->nodes[i].successor_begin + k];
      if (model->nodes[after].instance == model->nodes[i].instance) has_after[i] = has_before[after] = true;
    }
  }
  for (int pass = 0; pass < 2; ++pass) {
    for (uint32_t job = 0; job < model->job_count; ++job) {
      uint32_t first = find_turn(b, job, false), last = find_turn(b, job, true);
      if (first == RDO_SIM_NONE) continue;
      const struct rdo_sim_instance *from = &model->instances[last], *to = &model->instances[first];
      for (uint32_t i = from->node_begin; i < from->node_begin + from->node_count; ++i) {
        for (uint32_t k = to->node_begin; k < to->node_begin + to->node_count && !has_after[i]; ++k) {
          if (has_before[k]) continue;
          if (pass == 0) ++room;
          else model->returns[model->return_count++] = (struct rdo_sim_return){i, k};
        }
      }
    }
    if (pass == 0) RDO_TRY(rdo_arena_alloc(&model->arena, room, sizeof *model->returns, &model->returns, b->diag));
  }
  return RONDO_OK;
}

// The plan's order on each lane, taken from one topological order of all nodes: so waiting for it cannot close a circle.
static void visit_lane(struct rdo_sim_model *model, uint32_t lane, uint32_t node, bool is_counting) {
  struct rdo_sim_lane *to = &model->lanes[lane];
  if (!is_counting) model->lane_orders[to->order_begin + to->order_count] = node;
  ++to->order_count;
}

static enum rondo_status fill_orders(struct builder *b) {
  struct rdo_sim_model *model = b->model;
  uint32_t room = model->node_count + model->claim_count, begin = 0;
  if (!b->options->keeps_order) return RONDO_OK;
  model->keeps_order = true;
  RDO_TRY(rdo_arena_alloc(&model->arena, room, sizeof *model->lane_orders, &model->lane_orders, b->diag));
  for (int pass = 0; pass < 2; ++pass) {
    for (uint32_t i = 0; i < b->schedule->node_count; ++i) {
      uint32_t number = b->schedule->order[i], job = b->schedule->nodes[number].job;
      uint32_t index = model->instances[b->instance_of_job[job]].node_begin + b->places[number];
      const struct rdo_sim_node *node = &model->nodes[index];
      visit_lane(model, node->lane, index, pass == 0);
      for (uint32_t k = 0; k < node->claim_count; ++k) {
        uint32_t pool = model->claims[node->claim_begin + k].pool;
        if (pool < model->lane_count) visit_lane(model, pool, index, pass == 0);
      }
    }
    for (uint32_t i = 0; pass == 0 && i < model->lane_count; ++i) {
      model->lanes[i].order_begin = begin;
      begin += model->lanes[i].order_count;
      model->lanes[i].order_count = 0;
    }
  }
  return RONDO_OK;
}

// The whole -----------------------------------------------------------------------------------------------

static enum rondo_status build(struct builder *b) {
  RDO_TRY(sort_by_job(b));
  RDO_TRY(fill_pools(b));
  RDO_TRY(fill_transitions(b));
  RDO_TRY(fill_jobs(b));
  RDO_TRY(find_template(b));
  RDO_TRY(fill_instances(b));
  RDO_TRY(fill_nodes(b));
  RDO_TRY(fill_edges(b));
  RDO_TRY(inherit(b));
  RDO_TRY(fill_inputs(b));
  RDO_TRY(fill_returns(b));
  return fill_orders(b);
}

enum rondo_status rdo_sim_model_init(struct rdo_sim_model *out_model, const struct rdo_schedule *schedule, const struct rdo_sim_model_options *options,
                                     struct rondo_diag *diag) {
  struct builder builder = {.model = out_model, .schedule = schedule, .options = options, .diag = diag};
  *out_model = (struct rdo_sim_model){.schedule = schedule};
  builder.machine = options->machine != NULL ? options->machine : schedule->machine;
  enum rondo_status status = build(&builder);
  rdo_free(builder.job_nodes);
  rdo_free(builder.job_begins);
  rdo_free(builder.places);
  rdo_free(builder.releases_ns);
  rdo_free(builder.job_of);
  rdo_free(builder.instance_of_job);
  return status;
}

void rdo_sim_model_deinit(struct rdo_sim_model *model) { rdo_arena_deinit(&model->arena); }

int64_t rdo_sim_model_expect(const struct rdo_sim_model *model, const struct rdo_sim_node *node, uint32_t lane, uint32_t width) {
  int there = model->lanes[lane].speed, planned = model->lanes[node->lane].speed;
  if (width == node->width && there == planned) return node->duration_ns;
  double ns = (double)node->duration_ns * node->width / width * planned / there;
  return ns < (double)RDO_TIME_NS_MAX ? (int64_t)(ns + 0.5) : RDO_TIME_NS_MAX;
}

int64_t rdo_sim_model_transition_ns(const struct rdo_sim_model *model, uint32_t from_lane, uint32_t to_lane) {
  const struct rdo_transition_entry wanted = {.from = model->lanes[from_lane].cluster, .to = model->lanes[to_lane].cluster};
  const struct rdo_transition_entry *found = NULL;
  if (model->transition_count > 0 && wanted.from != wanted.to) {
    found = bsearch(&wanted, model->transitions, model->transition_count, sizeof wanted, compare_transitions);
  }
  return found != NULL ? found->cost_ns : 0;
}

enum rondo_status rdo_sim_model_rate(const struct rdo_schedule *schedule, const char *job, struct rdo_sim_rate *out_rate, struct rondo_diag *diag) {
  const struct rdo_job_entry *entry = find_entry(schedule, job);
  int64_t first_ns = INT64_MAX, last_ns = 0, count = 0, *releases_ns = NULL;
  *out_rate = (struct rdo_sim_rate){0};
  RDO_TRY(rdo_alloc_array(schedule->job_count, sizeof *releases_ns, &releases_ns, diag));
  find_releases(schedule, releases_ns);
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    if (strcmp(rdo_schedule_job_source(&schedule->jobs[i]), job) != 0) continue;
    first_ns = releases_ns[i] < first_ns ? releases_ns[i] : first_ns;
    last_ns = releases_ns[i] > last_ns ? releases_ns[i] : last_ns;
    ++count;
  }
  rdo_free(releases_ns);
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    if (strcmp(rdo_schedule_job_source(&schedule->jobs[node->job]), job) != 0) continue;
    out_rate->work_ns += node->duration_ns;
    ++out_rate->node_count;
  }
  if (out_rate->node_count == 0) return rdo_fail(diag, RONDO_NOT_FOUND, "%s: no dispatch is of a job '%s'", schedule->path, job);
  out_rate->work_ns /= count;
  out_rate->node_count = (out_rate->node_count + count - 1) / count;
  if (entry != NULL && entry->activation == RDO_JOB_PERIODIC) out_rate->period_ns = entry->period_ns;
  else if (count > 1) out_rate->period_ns = (last_ns - first_ns) / (count - 1);
  if (out_rate->period_ns > 0) return RONDO_OK;
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "%s: job '%s' has no period: its instances are released at once, and the jobs of the plan do not tell one",
                  schedule->path, job);
}
