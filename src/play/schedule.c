// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule file as a graph of nodes, played iteration after iteration.
//
// SYNC(nodes). `over` grows when an iteration has ended, after the last node was released; the runner sleeps on it.

#include "rondo/play_schedule.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "base/object.h"
#include "machine/local_memory.h"
#include "machine/topology.h"
#include "plan/file.h"
#include "plan/module_path.h"
#include "plan/name_map.h"
#include "play/baseline.h"
#include "plan/plan_check.h"
#include "play/jobs_plan.h"
#include "play/lanes.h"
#include "play/module_call.h"
#include "play/node.h"
#include "play/plan_call.h"
#include "task/urgent.h"
#include "trace/trace_table.h"

// What an iteration needs between being set up and its begin: for workers that sleep deeply, and for host programs to run ahead; then, so that
// iterations with a period can follow each other closely, no more than a release needs.
enum { SPIN_NS = 20000, START_DELAY_NS = 2000000, NEXT_DELAY_NS = 500000 };
static const int64_t COUNT_MAX = INT64_C(1000000000000);

struct rondo_schedule_player {
  struct rdo_node_graph graph;
  struct rdo_schedule schedule;      // that of the planning, if there is one
  struct rondo_planning *planning;   // owned; NULL = the schedule was read
  struct rdo_machine_file machine;
  struct rondo_schedule_play_options options;
  struct rdo_worker_lanes workers;
  uint32_t *successors;  // owned
  uint32_t *resources;   // owned: those of the nodes, as the schedule's resource_lists, ascending within a node
  struct rdo_plan_call **calls;  // owned [call_count]: of jobs with a model
  uint32_t call_count;
  struct rdo_plan_order order;
  struct rdo_module_call **modules;  // owned [module_count]: dispatch modules, each for one lane
  uint32_t module_count;
  uint32_t *module_of;               // owned [node_count]: index + 1, 0 = none
  struct rdo_table table;
  struct rdo_arena names;  // of modules
  bool has_machine;      // `machine` was read
  int64_t played_count, stolen_count;
  int64_t run_ns, spun_ns;
  struct hurrier *hurriers;    // owned [worker_count]
  rdo_atomic_u32 over;         // SYNC(nodes): iterations and hurriers that have ended
  rdo_atomic_u32 changes;      // SYNC(nodes): of `over` and `is_stopping`; the runner's futex word
  rdo_atomic_u32 is_stopping;  // hint
};

// Timed work of one worker that ends what waits there for its release, again and again until the iteration is over.
struct hurrier {
  struct rdo_timed timed;
  struct rondo_schedule_player *player;
};

// Setup ----------------------------------------------------------------------------------------------

static enum rondo_status find_cpus(const struct rondo_schedule_play_options *options, const struct rdo_topology *topology, struct rdo_cpu_set *out_cpus,
                                   struct rondo_diag *diag) {
  *out_cpus = topology->allowed;
  if (options->cpus == NULL) return RONDO_OK;
  struct rdo_cpu_set wanted;
  RDO_TRY(rdo_cpu_set_parse((struct rdo_bytes){(const uint8_t *)options->cpus, strlen(options->cpus)}, &wanted, diag));
  struct rdo_cpu_set missing = rdo_cpu_set_andnot(wanted, out_cpus);
  if (!rdo_cpu_set_is_empty(&missing)) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "CPU %d is not there, or this process may not use it", rdo_cpu_set_first(&missing));
  }
  *out_cpus = wanted;
  return RONDO_OK;
}

static const int64_t JOBS_DURATION_NS = INT64_C(5000000000);

// What the jobs file says of the whole holds unless the caller says otherwise.
static enum rondo_status plan_jobs(struct rondo_schedule_player *player, const char *path, struct rondo_diag *diag) {
  struct rondo_schedule_play_options *options = &player->options;
  int64_t period_ns;
  RDO_TRY(rdo_jobs_plan_make(path, options, &player->planning, &period_ns, diag));
  player->schedule = rondo_planning_file(player->planning)->schedule;
  player->schedule.period_ns = period_ns;
  const struct rdo_jobs_file *jobs = player->schedule.job_set;
  if (options->duration_ns == 0 && options->iteration_count == 0) options->duration_ns = jobs->duration_ns != 0 ? jobs->duration_ns : JOBS_DURATION_NS;
  for (int i = 0; i < jobs->job_count; ++i) {
    if (jobs->jobs[i].warmup_count > options->warm_up_count) options->warm_up_count = jobs->jobs[i].warmup_count;
  }
  return RONDO_OK;
}

// A plan says itself what it runs on, so it can be told whether it is right. Deadlines that it misses are no reason not to play it.
static enum rondo_status check_plan(const struct rondo_schedule_player *player, const char *path, struct rondo_diag *diag) {
  struct rdo_plan_check check = {.finder = NULL};
  if (player->options.ignores_plan || player->schedule.machine == NULL) return RONDO_OK;
  RDO_TRY(rdo_plan_check(&player->schedule, player->has_machine ? &player->machine : NULL, &check, diag));
  if (check.finding_count == check.late_count) return RONDO_OK;
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: the plan is wrong: %s; rondo plan --check tells all", path, check.first);
}

static enum rondo_status read_files(struct rondo_schedule_player *player, const char *path, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  if (options->machine_file != NULL) {
    player->has_machine = true;
    RDO_TRY(rdo_machine_file_read(options->machine_file, NULL, &player->machine, diag));
  }
  if (options->plans_jobs) return plan_jobs(player, path, diag);
  const struct rdo_schedule_options read = {.machine = player->has_machine ? &player->machine : NULL};
  RDO_TRY(rdo_schedule_read(path, &read, &player->schedule, diag));
  const struct rdo_schedule *schedule = &player->schedule;
  for (size_t i = 0; i < schedule->notes.count && options->note != NULL; ++i) {
    // Of the remarks on the file what changes how it is played; `rondo plan --check` tells all.
    if (strcmp(schedule->notes.items[i].kind, RDO_NOTE_PERIOD) == 0) options->note(options->user, schedule->notes.items[i].text);
  }
  if (options->baseline_count > 0) return rdo_baseline_flatten(&player->schedule, diag);
  if (schedule->variant == RDO_SCHEDULE_GRAPH || schedule->variant == RDO_SCHEDULE_RUNNABLE) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: its nodes have no durations; plan it first: rondo plan %s", path, path);
  }
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    if (node->extra_count != 0) return rdo_fail(diag, RONDO_UNIMPLEMENTED, "%s: %s occupies several targets, which cannot be played", path, node->key);
  }
  return check_plan(player, path, diag);
}

//   out_local_memory_bytes  of each worker
static enum rondo_status place_workers(struct rondo_schedule_player *player, const struct rdo_topology *topology, size_t *out_local_memory_bytes,
                                       struct rondo_diag *diag) {
  struct rdo_cpu_set cpus, taken = rdo_cpu_set_none();
  RDO_TRY(find_cpus(&player->options, topology, &cpus, diag));
  const struct rdo_machine_file *machine = player->has_machine ? &player->machine : player->schedule.machine;
  if (machine != NULL) {
    enum rondo_status status = rdo_worker_lanes_make(machine, &cpus, player->options.is_anywhere, &player->workers, diag);
    if (status == RONDO_NOT_FOUND && player->options.ignores_plan) status = rdo_worker_lanes_make(machine, &cpus, true, &player->workers, diag);
    RDO_TRY(status);
  } else {
    RDO_TRY(rdo_worker_lanes_make_each(player->schedule.target_count, &cpus, &player->workers, diag));
  }
  if (player->options.baseline_count > 0) {
    RDO_TRY(rdo_baseline_workers(machine != NULL ? NULL : &cpus, (uint32_t)player->options.baseline_count, &player->workers, diag));
  }
  for (uint32_t i = 0; i < player->workers.worker_count; ++i) taken = rdo_cpu_set_or(taken, &player->workers.cpus[i]);
  *out_local_memory_bytes = rdo_local_memory_bytes(topology, &taken);
  return RONDO_OK;
}

static enum rondo_status make_workers(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  struct rdo_topology topology;
  size_t local_memory_bytes = 0;
  enum rondo_status status = rdo_topology_read(NULL, &topology, diag);
  if (status == RONDO_OK) status = place_workers(player, &topology, &local_memory_bytes, diag);
  rdo_topology_deinit(&topology);
  RDO_TRY(status);
  RDO_TRY(rdo_alloc_array(player->workers.worker_count, sizeof *player->hurriers, &player->hurriers, diag));
  const struct rdo_executor_options executor = {
      .worker_count = player->workers.worker_count,
      .worker_cpus = player->workers.cpus,
      .spin_ns = SPIN_NS,
      .local_memory_bytes = local_memory_bytes,
      .is_played = true,
      .lanes = player->workers.lanes,
      .lane_count = player->workers.lane_count,
  };
  RDO_TRY(rdo_executor_create(&executor, &player->graph.executor, diag));
  RDO_TRY(rdo_alloc_array(player->workers.lane_count, sizeof *player->graph.lanes, &player->graph.lanes, diag));
  player->graph.lane_count = player->workers.lane_count;
  for (uint32_t i = 0; i < player->graph.lane_count; ++i) {
    struct rdo_node_lane *lane = &player->graph.lanes[i];
    lane->name = player->schedule.targets[i].name;
    for (uint32_t w = 0; w < player->workers.worker_count; ++w) {
      if ((player->workers.lanes[i].workers[w / 64] >> w % 64 & 1) != 0) lane->workers[lane->worker_count++] = (uint16_t)w;
    }
  }
  return RONDO_OK;
}

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
static const char *call_name(const struct rdo_schedule_job *job) { return job->source[0] != '\0' ? job->source : job->base; }

static enum rondo_status find_call(struct rondo_schedule_player *player, const struct rdo_schedule_job *job, struct rdo_plan_call **out_call,
                                   struct rondo_diag *diag) {
  const struct rdo_job_entry *entry = find_entry(&player->schedule, job);
  const char *function, *path = find_model(player, job, entry, &function);
  *out_call = NULL;
  if (path == NULL) return RONDO_OK;
  for (uint32_t i = 0; i < player->call_count; ++i) {
    const struct rdo_plan_call *call = player->calls[i];
    if (strcmp(call->name, call_name(job)) == 0 && strcmp(call->path, path) == 0 && strcmp(call->function_name, function) == 0) *out_call = player->calls[i];
  }
  if (*out_call != NULL) return RONDO_OK;
  const struct rdo_played_inputs inputs = rdo_jobs_plan_inputs(call_name(job), entry, &player->options);
  const struct rdo_plan_call_options options = {
      .name = call_name(job), .path = path, .function = function, .memory_budget_bytes = entry == NULL ? 0 : (uint64_t)entry->memory_bytes_max, .inputs = &inputs,
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

static enum rondo_status load_models(struct rondo_schedule_player *player, struct rondo_diag *diag) {
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

static enum rondo_status load_modules(struct rondo_schedule_player *player, struct rondo_diag *diag) {
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

// Graph ----------------------------------------------------------------------------------------------

// Whether what a node waits for at run time includes its hard time dependency.
static bool takes_time_dependency(const struct rondo_schedule_player *player, const struct rdo_schedule_node *node) {
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
  size_t total = 0;
  for (int pass = 0; pass < 2 && status == RONDO_OK; ++pass) {
    for (uint32_t i = 0; i < count; ++i) {
      const struct rdo_schedule_node *node = &schedule->nodes[i];
      bool has_time = takes_time_dependency(player, node);
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
    if (pass == 1) break;
    status = rdo_alloc_array(total + 1, sizeof *player->successors, &player->successors, diag);
    for (uint32_t i = 0, place = 0; i < count && status == RONDO_OK; ++i) {
      at[i] = place;
      nodes[i].successors = player->successors + place;
      place += nodes[i].successor_count;
    }
  }
  rdo_free(before);
  return status;
}

// What so many at once may hold: as the machine says, else one. Behind them a module for each of its calls, and what as many nodes as a
// baseline has at once hold.
static enum rondo_status make_resources(struct rondo_schedule_player *player, struct rondo_diag *diag) {
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
  int index = schedule->job_set != NULL ? rdo_jobs_file_find(schedule->job_set, call_name(job)) : -1;
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
static enum rondo_status find_ceilings(struct rondo_schedule_player *player, struct rondo_diag *diag) {
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

static enum rondo_status make_nodes(struct rondo_schedule_player *player, struct rondo_diag *diag) {
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
    bool is_root = from->dependency_count == 0 && !takes_time_dependency(player, from);
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

static void tell_runner(struct rondo_schedule_player *player) {
  rdo_atomic_add(&player->changes, 1, rdo_seq_cst);  // SYNC(nodes): after what has changed
  rdo_futex_wake_all(&player->changes);
}

static void end_iteration(struct rdo_node_graph *graph) {
  struct rondo_schedule_player *player = RDO_CONTAINER(graph, struct rondo_schedule_player, graph);
  rdo_atomic_add(&player->over, 1, rdo_seq_cst);  // SYNC(nodes): after all nodes
  tell_runner(player);
}

// The table's nodes are the schedule's, in its order.
static enum rondo_status make_table(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &player->schedule;
  struct rdo_table *table = &player->table;
  rdo_table_init(table);
  for (uint32_t i = 0; i < schedule->target_count; ++i) {
    uint32_t target;
    RDO_TRY(rdo_table_add_target(table, schedule->targets[i].name, &target, diag));
  }
  for (uint32_t i = 0; i < player->module_count; ++i) {
    RDO_TRY(rdo_table_add_text(table, player->modules[i]->path, &player->modules[i]->path_text, diag));
  }
  const char **keys;
  RDO_TRY(rdo_alloc_array((size_t)schedule->dependency_count + 1, sizeof *keys, &keys, diag));
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < schedule->node_count && status == RONDO_OK; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    for (uint32_t k = 0; k < node->dependency_count; ++k) keys[k] = schedule->nodes[schedule->dependencies[node->dependency_begin + k]].key;
    const struct rdo_node_facts facts = {
        .key = node->key,
        .id = node->id,
        .ordinal = node->ordinal,
        .total = node->total,
        .job = schedule->jobs[node->job].name,
        .module = node->module_name,
        .dependencies = keys,
        .dependency_count = node->dependency_count,
        .time_dependency = node->time_dependency == RDO_SCHEDULE_NONE ? NULL : schedule->nodes[node->time_dependency].key,
        .release = player->graph.nodes[i].is_locked ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE,
        .time_mode = takes_time_dependency(player, node) || (node->time_mode == RDO_TIME_HARD && !player->options.ignores_time) ? RDO_PLAYED_TIME_HARD
                                                                                                                              : RDO_PLAYED_TIME_SOFT,
    };
    uint32_t index;
    status = rdo_table_add_node(table, &facts, &index, diag);
  }
  rdo_free(keys);
  return status;
}

static enum rondo_status set_baseline(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  if (options->baseline_count < 0 || options->baseline_count > RDO_WORKERS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "a baseline of %lld dispatches at once (at most %d)", (long long)options->baseline_count, RDO_WORKERS_MAX);
  }
  if (options->baseline_count > 0 && (options->policy != NULL || options->locks_all || options->is_boosted || options->late_ns != 0)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a baseline has neither policy nor times: it goes without --policy, --lock_all, --boost and --late");
  }
  if (options->baseline_count > 0) player->graph.policy = rdo_policy_find("fifo");
  return RONDO_OK;
}

static enum rondo_status set_up(struct rondo_schedule_player *player, const char *path, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  const char *name = options->policy != NULL ? options->policy : options->ignores_plan ? "dynamic" : "planned";
  player->graph.policy = rdo_policy_find(name);
  if (player->graph.policy == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no policy is called \"%s\"", name);
  if (options->ignores_plan && player->graph.policy->needs_plan) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the policy %s follows a plan, which is to be ignored", name);
  }
  if (options->iteration_count < 0 || options->warm_up_count < 0 || options->period_ns < 0 || options->duration_ns < 0 || options->tile_ns < 0 || options->late_ns < 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "counts and times of a play are not negative");
  }
  if (options->iteration_count > COUNT_MAX || options->warm_up_count > COUNT_MAX || options->dispatch_iters < 0 || options->dispatch_iters > INT32_MAX ||
      options->period_ns > RDO_TIME_NS_MAX || options->duration_ns > RDO_TIME_NS_MAX || options->tile_ns > RDO_TIME_NS_MAX || options->late_ns > RDO_TIME_NS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "at most %lld iterations, %d runs of a kernel in a call, and times of 104 days", (long long)COUNT_MAX, INT32_MAX);
  }
  RDO_TRY(set_baseline(player, diag));
  player->graph.policy_options = (struct rdo_policy_options){.late_ns = options->late_ns};
  player->graph.over = end_iteration;
  // Jobs that no plan is to be followed for have none: it only tells what their dispatches cost.
  player->options.ignores_plan |= options->plans_jobs && !player->graph.policy->needs_plan;
  // What a list schedule puts behind a release of another job need not wait for it: measured in a moment, its times are an estimate.
  player->options.ignores_time |= player->options.ignores_plan || player->options.plans_jobs;
  RDO_TRY(read_files(player, path, diag));
  RDO_TRY(make_workers(player, diag));
  RDO_TRY(make_nodes(player, diag));
  RDO_TRY(load_models(player, diag));
  RDO_TRY(load_modules(player, diag));
  if (options->baseline_count > 0) rdo_baseline_widen(&player->graph, (uint32_t)options->baseline_count);
  RDO_TRY(make_resources(player, diag));
  RDO_TRY(find_ceilings(player, diag));
  return make_table(player, diag);
}

enum rondo_status rondo_schedule_player_create(const char *path, const struct rondo_schedule_play_options *options,
                                               struct rondo_schedule_player **out_player, struct rondo_diag *diag) {
  *out_player = NULL;
  struct rondo_schedule_player *player;
  RDO_TRY(rdo_alloc(sizeof *player, &player, diag));
  if (options != NULL) player->options = *options;
  rdo_atomic_init(&player->over, 0);
  rdo_atomic_init(&player->changes, 0);
  rdo_atomic_init(&player->is_stopping, 0);
  rdo_atomic_init(&player->graph.is_stopping, 0);
  enum rondo_status status = set_up(player, path, diag);
  if (status != RONDO_OK) rondo_schedule_player_release(&player);
  *out_player = player;
  return status;
}

void rondo_schedule_player_release(struct rondo_schedule_player **player) {
  if (player == NULL || *player == NULL) return;
  struct rondo_schedule_player *p = *player;
  for (uint32_t i = 0; i < p->call_count; ++i) rdo_plan_call_close(p->calls[i]);
  rdo_executor_stop(p->graph.executor);  // a worker may still be leaving a process of a call
  for (uint32_t i = 0; i < p->call_count; ++i) rdo_plan_call_destroy(p->calls[i]);
  rdo_plan_order_deinit(&p->order);
  rdo_executor_destroy(p->graph.executor);
  for (uint32_t i = 0; i < p->module_count; ++i) rdo_module_call_destroy(p->modules[i]);
  rdo_free(p->modules);
  rdo_free(p->module_of);
  rdo_arena_deinit(&p->names);
  rdo_free(p->calls);
  rdo_table_deinit(&p->table);
  if (p->planning == NULL) rdo_schedule_deinit(&p->schedule);
  rondo_planning_release(&p->planning);
  if (p->has_machine) rdo_machine_file_deinit(&p->machine);
  rdo_free(p->hurriers);
  rdo_free(p->successors);
  rdo_free(p->resources);
  rdo_free(p->graph.resources);
  rdo_free(p->graph.nodes);
  rdo_free(p->graph.lanes);
  rdo_free(p);
  *player = NULL;
}

// Playing --------------------------------------------------------------------------------------------

void rondo_schedule_player_stop(struct rondo_schedule_player *player) {
  rdo_atomic_store(&player->is_stopping, 1, rdo_seq_cst);        // SYNC(nodes)
  rdo_atomic_store(&player->graph.is_stopping, 1, rdo_seq_cst);  // SYNC(nodes)
  tell_runner(player);
}

enum { HURRY_AGAIN_NS = 1000000 };

static void hurry(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct hurrier *hurrier = RDO_CONTAINER(timed, struct hurrier, timed);
  struct rondo_schedule_player *player = hurrier->player;
  rdo_node_graph_hurry(&player->graph, worker);
  if (rdo_atomic_load(&player->graph.left, rdo_acquire) != 0) {  // SYNC(nodes)
    rdo_timed_post(worker, timed, rdo_clock_now_ns() + HURRY_AGAIN_NS);
    return;
  }
  rdo_atomic_add(&player->over, 1, rdo_seq_cst);  // SYNC(nodes)
  tell_runner(player);
}

// When a node could have run, from the iteration's begin: as its last predecessor ended, a root at 0; not before its release.
// What a policy made it wait for beside that is delay.
static int64_t ready_ns(const struct rondo_schedule_player *player, uint32_t index) {
  const struct rdo_schedule *schedule = &player->schedule;
  const struct rdo_schedule_node *node = &schedule->nodes[index];
  const struct rdo_node *nodes = player->graph.nodes;
  int64_t last_ns = 0;
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    int64_t end_ns = nodes[schedule->dependencies[node->dependency_begin + i]].end_ns - player->graph.begin_ns;
    if (end_ns > last_ns) last_ns = end_ns;
  }
  bool has_time = takes_time_dependency(player, node);
  if (has_time && nodes[node->time_dependency].end_ns - player->graph.begin_ns > last_ns) last_ns = nodes[node->time_dependency].end_ns - player->graph.begin_ns;
  if (nodes[index].is_locked && last_ns < nodes[index].release_ns) last_ns = nodes[index].release_ns;
  return last_ns;
}

static enum rondo_status keep_rows(struct rondo_schedule_player *player, int64_t iteration, struct rondo_diag *diag) {
  const struct rdo_node_graph *graph = &player->graph;
  struct rondo_schedule_progress progress = {.iteration = iteration, .iteration_count = player->options.iteration_count};
  RDO_TRY(rdo_table_reserve(&player->table, graph->node_count, diag));
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_node *node = &graph->nodes[i];
    struct rdo_table_row row = rdo_table_row();
    row.iteration = iteration;
    row.node = i;
    row.target = node->lane;
    if (player->module_of[i] != 0) row.file = player->modules[player->module_of[i] - 1]->path_text;
    row.planned_start_ns = node->planned_start_ns;
    row.planned_duration_ns = node->duration_ns;
    row.t0_ns = graph->begin_ns;
    row.ready_ns = ready_ns(player, i);
    if (node->is_locked) row.release_ns = node->release_ns;
    if (node->is_abandoned) {
      row.state = RDO_PLAYED_CANCELLED;
      row.start_ns = row.end_ns = row.ready_ns;
    } else {
      if (node->is_failed) row.state = RDO_PLAYED_FAILED;
      row.start_ns = rdo_atomic_load(&node->start_ns, rdo_relaxed) - graph->begin_ns;  // relaxed: the iteration is over
      row.end_ns = node->end_ns - graph->begin_ns;
    }
    if (node->deadline_ns != INT64_MAX) row.deadline_ns = node->deadline_ns;
    row.worker = (int32_t)node->worker;
    row.cpu = graph->executor->workers[node->worker].cpu;
    row.worker_count = (int32_t)node->process.budget;
    row.preemption_count = (int32_t)rdo_atomic_load(&node->preemption_count, rdo_relaxed);  // relaxed: the iteration is over
    player->stolen_count += node->is_stolen;
    RDO_TRY(rdo_table_append(&player->table, &row, diag));
    if (row.end_ns > progress.makespan_ns) progress.makespan_ns = row.end_ns;
    if (row.start_ns - row.ready_ns > progress.delay_ns_max) progress.delay_ns_max = row.start_ns - row.ready_ns;
  }
  ++player->played_count;
  if (player->options.iterated != NULL) player->options.iterated(player->options.user, &progress);
  return RONDO_OK;
}

static int64_t sum_spun_ns(const struct rondo_schedule_player *player) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < player->graph.executor->worker_count; ++i) sum += player->graph.executor->workers[i].spun_ns;
  return sum;
}

// Plays one iteration to its end; if somebody stops it, to one that comes soon.
static void play(struct rondo_schedule_player *player, int64_t begin_ns) {
  uint32_t target = rdo_atomic_load(&player->over, rdo_acquire) + 1;  // SYNC(nodes)
  bool is_hurried = false;
  rdo_node_graph_begin(&player->graph, begin_ns);
  for (uint32_t i = 0; i < player->call_count; ++i) rdo_plan_call_prepare(player->calls[i]);
  for (uint32_t i = 0; i < player->call_count; ++i) rdo_plan_call_begin(player->calls[i]);
  for (;;) {
    uint32_t heard = rdo_atomic_load(&player->changes, rdo_seq_cst);  // SYNC(nodes): before looking
    if (rdo_atomic_load(&player->over, rdo_seq_cst) == target) return;  // SYNC(nodes)
    if (!is_hurried && rdo_atomic_load(&player->graph.is_stopping, rdo_seq_cst) != 0) {  // SYNC(nodes)
      is_hurried = true;
      for (uint32_t i = 0; i < player->graph.executor->worker_count; ++i) {
        struct hurrier *hurrier = &player->hurriers[i];
        *hurrier = (struct hurrier){.timed = {.run = hurry}, .player = player};
        rdo_timed_post(&player->graph.executor->workers[i], &hurrier->timed, 0);
      }
      target += player->graph.executor->worker_count;
    } else {
      rdo_futex_wait(&player->changes, heard, INT64_MAX);
    }
  }
}

static enum rondo_status first_failure(const struct rondo_schedule_player *player, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < player->module_count; ++i) {
    const struct rdo_module_call *module = player->modules[i];
    if (module->status == RONDO_OK) continue;
    if (diag != NULL) *diag = module->diag;
    rdo_prefix(diag, "%s", module->path);
    return module->status;
  }
  for (uint32_t i = 0; i < player->call_count; ++i) {
    const struct rdo_plan_call *call = player->calls[i];
    if (call->status == RONDO_OK) continue;
    if (diag != NULL) *diag = call->diag;
    rdo_annotate(diag, "job %s", call->name);
    return call->status;
  }
  return RONDO_OK;
}

enum rondo_status rondo_schedule_player_run(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  int64_t count = options->iteration_count != 0 ? options->iteration_count : options->duration_ns != 0 ? COUNT_MAX : 1, total = options->warm_up_count + count;
  int64_t period_ns = options->period_ns != 0 ? options->period_ns : player->schedule.period_ns;
  int64_t begin_ns = rdo_clock_now_ns() + START_DELAY_NS;
  int64_t first_ns = begin_ns, end_ns = INT64_MAX;
  for (int64_t i = 0; i < total; ++i) {
    if (rdo_atomic_load(&player->is_stopping, rdo_relaxed) != 0) return rdo_fail(diag, RONDO_CANCELLED, "stopped");  // relaxed: hint
    if (i == options->warm_up_count && options->duration_ns != 0) end_ns = begin_ns + options->duration_ns;
    if (begin_ns >= end_ns) break;
    play(player, begin_ns);
    bool is_stopped = rdo_atomic_load(&player->is_stopping, rdo_relaxed) != 0;  // relaxed: hint
    enum rondo_status status = first_failure(player, diag);
    // The iteration that failed is kept as far as it came; one that was stopped ended at once and tells nothing.
    if (i >= options->warm_up_count && (!is_stopped || status != RONDO_OK)) RDO_TRY(keep_rows(player, i - options->warm_up_count, status == RONDO_OK ? diag : NULL));
    RDO_TRY(status);
    if (is_stopped) return rdo_fail(diag, RONDO_CANCELLED, "stopped");
    begin_ns += period_ns;
    int64_t soonest_ns = rdo_clock_now_ns() + NEXT_DELAY_NS;
    if (period_ns == 0 || begin_ns < soonest_ns) begin_ns = soonest_ns;
  }
  player->run_ns += (rdo_clock_now_ns() - first_ns) * player->graph.executor->worker_count;
  player->spun_ns = sum_spun_ns(player);
  return RONDO_OK;
}

static bool is_refused(const struct rondo_schedule_player *player) {
  bool is_any = false;
  for (uint32_t i = 0; i < player->call_count; ++i) is_any |= player->calls[i]->is_refused;
  return is_any;
}

void rondo_schedule_player_info(const struct rondo_schedule_player *player, struct rondo_schedule_player_info *out_info) {
  *out_info = (struct rondo_schedule_player_info){
      .lane_count = (int)player->graph.lane_count,
      .worker_count = (int)player->graph.executor->worker_count,
      .node_count = (int)player->graph.node_count,
      .is_crowded = player->workers.is_crowded,
      .is_urgent = player->graph.executor->is_urgent_allowed,
      .planned_makespan_ns = player->schedule.makespan_ns,
      .iteration_count = player->played_count,
      .is_refused = is_refused(player),
      .stolen_count = player->stolen_count,
      .spun_share = player->run_ns > 0 ? (double)player->spun_ns / (double)player->run_ns : 0,
  };
}

void rondo_schedule_player_place(const struct rondo_schedule_player *player, int place, struct rondo_schedule_place *out_place) {
  const struct rdo_schedule *schedule = &player->schedule;
  const struct rdo_schedule_node *node = &schedule->nodes[schedule->order[place]];
  *out_place = (struct rondo_schedule_place){
      .key = node->key, .job = schedule->jobs[node->job].name, .target = schedule->targets[node->target].name, .start_ns = node->start_ns, .duration_ns = node->duration_ns};
}

enum rondo_status rondo_schedule_player_table(struct rondo_schedule_player *player, struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  *out_table = NULL;
  if (player->played_count == 0) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "nothing was played");
  enum rondo_status status = rdo_trace_table_create(&player->table, out_table, diag);
  rdo_table_deinit(&player->table);
  player->played_count = 0;
  if (status == RONDO_OK) status = make_table(player, diag);
  return status;
}
