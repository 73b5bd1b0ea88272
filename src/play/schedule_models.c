// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the nodes of a schedule run: functions of models, whose calls are instances of the plan, and dispatch modules.

#include "play/schedule_impl.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/module_path.h"
#include "plan/name_map.h"
#include "play/jobs_plan.h"

// Models ---------------------------------------------------------------------------------------------

// The job in the job set that a plan carries; NULL = none.
static const struct rdo_job_entry *find_entry(const struct rdo_schedule *schedule, const struct rdo_schedule_job *job) {
  for (int i = 0; schedule->job_set != NULL && job->source[0] != '\0' && i < schedule->job_set->job_count; ++i) {
    if (strcmp(schedule->job_set->jobs[i].name, job->source) == 0) return &schedule->job_set->jobs[i];
  }
  return NULL;
}

// The model of a schedule's job: as the caller says, by its name or that of all its instances; else that of its entry.
//   entry    of the job, may be NULL
//   returns  NULL = none: its nodes are synthetic
static const char *find_model(const struct rondo_schedule_player *player, const struct rdo_schedule_job *job, const struct rdo_job_entry *entry,
                              const char **out_function) {
  *out_function = "";
  for (int i = 0; i < player->options.model_count; ++i) {
    const struct rondo_schedule_model *model = &player->options.models[i];
    if (model->job != NULL && strcmp(model->job, job->name) != 0 && strcmp(model->job, job->base) != 0 && strcmp(model->job, job->source) != 0) continue;
    if (model->function != NULL) *out_function = model->function;
    return model->path;
  }
  // Whoever asks for dispatch modules does not mean what the plan was made from.
  if (entry == NULL || player->options.wants_modules || player->options.vmfb_dir != NULL) return NULL;
  *out_function = entry->function;
  return entry->model_path;
}

// What all instances of a job are called.
const char *rdo_schedule_player_call_name(const struct rdo_schedule_job *job) { return job->source[0] != '\0' ? job->source : job->base; }

static enum rondo_status find_call(struct rondo_schedule_player *player, const struct rdo_schedule_job *job, struct rdo_plan_call **out_call,
                                   struct rondo_diag *diag) {
  const struct rdo_job_entry *entry = find_entry(&player->schedule, job);
  const char *function, *path = find_model(player, job, entry, &function);
  *out_call = NULL;
  if (path == NULL) return RONDO_OK;
  for (uint32_t i = 0; i < player->call_count; ++i) {
    const struct rdo_plan_call *call = player->calls[i];
    if (strcmp(call->name, rdo_schedule_player_call_name(job)) == 0 && strcmp(call->path, path) == 0 && strcmp(call->function_name, function) == 0) *out_call = player->calls[i];
  }
  if (*out_call != NULL) return RONDO_OK;
  const struct rdo_played_inputs inputs = rdo_jobs_plan_inputs(rdo_schedule_player_call_name(job), entry, &player->options);
  const struct rdo_plan_call_options options = {
      .name = rdo_schedule_player_call_name(job), .path = path, .function = function, .memory_budget_bytes = entry == NULL ? 0 : (uint64_t)entry->memory_bytes_max, .inputs = &inputs,
      .entry = entry};
  RDO_TRY(rdo_plan_call_create(&player->graph, &options, out_call, diag));
  (*out_call)->ended = player->options.ended;
  (*out_call)->user = player->options.user;
  player->calls[player->call_count++] = *out_call;
  return RONDO_OK;
}

// The place of a node in the recording: told, or by the number of its dispatch and which one of that number it is, among those of the job
// in the order of numbers.
static int32_t command_of(const struct rdo_schedule *schedule, const uint32_t *nodes, uint32_t count, uint32_t number) {
  const struct rdo_schedule_node *node = &schedule->nodes[number];
  if (node->dispatch >= 0 || node->module_name[0] == '\0') return node->dispatch;
  int32_t place = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const struct rdo_schedule_node *other = &schedule->nodes[nodes[i]];
    place += other->id < node->id || (other->id == node->id && other->ordinal < node->ordinal);
  }
  return place;
}

// Instances in the order of their first planned starts.
static enum rondo_status add_instances(struct rondo_schedule_player *player, uint32_t *nodes, struct rdo_plan_place *places, bool *is_added,
                                       struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  for (uint32_t r = 0; r < schedule->node_count; ++r) {
    uint32_t job = schedule->nodes[schedule->by_rank[r]].job;
    struct rdo_plan_call *call;
    if (is_added[job]) continue;
    is_added[job] = true;
    RDO_TRY(find_call(player, &schedule->jobs[job], &call, diag));
    if (call == NULL) continue;
    uint32_t count = 0;
    for (uint32_t i = 0; i < schedule->node_count; ++i) {
      if (schedule->nodes[i].job == job) nodes[count++] = i;
    }
    for (uint32_t i = 0; i < count; ++i) {
      const struct rdo_schedule_node *node = &schedule->nodes[nodes[i]];
      places[i] = (struct rdo_plan_place){nodes[i], node->recording < 0 ? 0 : node->recording, command_of(schedule, nodes, count, nodes[i]), node->export_name, node->key};
    }
    RDO_TRY(rdo_plan_call_add_instance(call, schedule->jobs[job].name, places, count, diag));
  }
  return RONDO_OK;
}

// Each input is for one of the calls.
static enum rondo_status check_inputs(const struct rondo_schedule_player *player, struct rondo_diag *diag) {
  for (int i = 0; i < player->options.input_count; ++i) {
    uint32_t call = 0;
    while (call < player->call_count && strcmp(player->calls[call]->name, player->options.inputs[i].job) != 0) ++call;
    if (call == player->call_count) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no job with a model is called \"%.200s\": it cannot have an input", player->options.inputs[i].job);
  }
  return RONDO_OK;
}

static const uint32_t *predecessors_of(const void *user, uint32_t node, uint32_t *out_count) {
  const struct rdo_schedule *schedule = user;
  *out_count = schedule->nodes[node].dependency_count;
  return schedule->dependencies + schedule->nodes[node].dependency_begin;
}

// Results that calls read from others.
static enum rondo_status connect_calls(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  for (uint32_t i = 0; i < player->call_count; ++i) {
    RDO_TRY(rdo_plan_call_connect(player->calls[i], schedule->job_set, player->calls, player->call_count, diag));
  }
  return rdo_plan_calls_gate(player->calls, player->call_count, schedule->node_count, predecessors_of, schedule, diag);
}

enum rondo_status rdo_schedule_player_load_models(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  uint32_t *nodes;
  struct rdo_plan_place *places = NULL;
  bool *is_added = NULL;
  if (player->options.is_synthetic) return RONDO_OK;
  RDO_TRY(rdo_alloc_array((size_t)schedule->job_count + 1, sizeof *player->calls, &player->calls, diag));
  RDO_TRY(rdo_alloc_array((size_t)schedule->node_count + 1, sizeof *nodes, &nodes, diag));
  enum rondo_status status = rdo_alloc_array((size_t)schedule->job_count + 1, sizeof *is_added, &is_added, diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)schedule->node_count + 1, sizeof *places, &places, diag);
  if (status == RONDO_OK) status = add_instances(player, nodes, places, is_added, diag);
  rdo_free(nodes);
  rdo_free(places);
  rdo_free(is_added);
  player->graph.actor_count = player->call_count;
  if (status == RONDO_OK) status = check_inputs(player, diag);
  if (status == RONDO_OK) status = connect_calls(player, diag);
  if (status == RONDO_OK) status = rdo_plan_order_init(&player->order, &player->graph, player->calls, player->call_count, diag);
  return status;
}

// Dispatch modules -----------------------------------------------------------------------------------

static bool has_modules(const struct rondo_schedule_player *player) {
  if (player->options.is_synthetic) return false;
  if (player->options.vmfb_dir != NULL || player->options.wants_modules) return true;
  for (uint32_t i = 0; i < player->schedule.node_count; ++i) {
    if (player->schedule.nodes[i].vmfb_path[0] != '\0') return true;
  }
  return false;
}

// What modules of a target are compiled for: as the caller says, else the machine, else as the reference board has it.
static const char *find_variant(const struct rondo_schedule_player *player, uint32_t target) {
  const struct rdo_machine_file *machine = player->has_machine ? &player->machine : player->schedule.machine;
  const char *name = player->schedule.targets[target].name;
  for (int i = 0; i < player->options.variant_count; ++i) {
    if (strcmp(player->options.variants[i].target, name) == 0) return player->options.variants[i].variant;
  }
  int lane = machine == NULL ? -1 : rdo_machine_file_find_lane(machine, name);
  if (lane >= 0 && machine->clusters[machine->lanes[lane].cluster].variant[0] != '\0') return machine->clusters[machine->lanes[lane].cluster].variant;
  return strcmp(name, "CPU_P") == 0 ? "RVV" : "scalar";
}

static enum rondo_status load_module(struct rondo_schedule_player *player, const struct rdo_module_path_rules *rules, struct rdo_name_map *map, uint32_t number,
                                     struct rondo_diag *diag) {
  const struct rdo_schedule_node *node = &player->schedule.nodes[number];
  char key[RDO_MODULE_PATH_BYTES + 16], path[RDO_MODULE_PATH_BYTES];
  RDO_TRY(rdo_module_path_find(rules, &player->schedule, node, find_variant(player, node->target), path, diag));
  snprintf(key, sizeof key, "%u:%s", node->target, path);
  uint32_t index = rdo_name_map_find(map, key);
  if (index == UINT32_MAX) {
    int32_t batch_count = player->options.dispatch_iters > 0 ? (int32_t)player->options.dispatch_iters : 1;
    index = player->module_count;
    RDO_TRY(rdo_module_call_create(path, node->target, batch_count, &player->modules[index], diag));
    ++player->module_count;
    char *kept;
    RDO_TRY(rdo_arena_alloc(&player->names, strlen(key) + 1, 1, &kept, diag));
    memcpy(kept, key, strlen(key) + 1);
    RDO_TRY(rdo_name_map_add(map, kept, index, diag));
  }
  player->module_of[number] = index + 1;
  player->graph.nodes[number].body = &rdo_node_module;
  player->graph.nodes[number].user = player->modules[index];
  return RONDO_OK;
}

enum rondo_status rdo_schedule_player_load_modules(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  uint32_t count = player->schedule.node_count;
  RDO_TRY(rdo_alloc_array((size_t)count + 1, sizeof *player->module_of, &player->module_of, diag));
  if (!has_modules(player)) return RONDO_OK;
  RDO_TRY(rdo_alloc_array((size_t)count + 1, sizeof *player->modules, &player->modules, diag));
  const struct rondo_schedule_play_options *options = &player->options;
  const struct rdo_module_path_rules rules = {options->vmfb_dir, options->platform, options->suffix, options->look, options->user};
  struct rdo_name_map map = {0};
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < count && status == RONDO_OK; ++i) {
    // The host program of a plan's call is no dispatch: it takes its planned time.
    bool is_program = player->schedule.nodes[i].id < 0 && strcmp(player->schedule.nodes[i].export_name, "program") == 0;
    if (!player->graph.nodes[i].needs_body && !is_program) status = load_module(player, &rules, &map, i, diag);
  }
  rdo_name_map_deinit(&map);
  return status;
}
