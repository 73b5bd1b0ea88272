// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule file as a graph of nodes on workers: reading, setting up, telling.

#include "play/schedule_impl.h"

#include <string.h>

#include "base/alloc.h"
#include "machine/local_memory.h"
#include "machine/topology.h"
#include "plan/file.h"
#include "plan/plan_check.h"
#include "play/baseline.h"
#include "play/jobs_plan.h"
#include "trace/trace_table.h"

enum { SPIN_NS = 20000, BUSY_SPIN_NS = 200000 };

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

static void tell_notes(const struct rondo_schedule_player *player) {
  const struct rdo_notes *notes = &player->schedule.notes;
  char text[RDO_NOTE_BYTES + 32];
  for (size_t i = 0; i < notes->count && player->options.note != NULL; ++i) {
    size_t more = notes->items[i].count - 1;
    snprintf(text, sizeof text, more > 0 ? "%s (and %zu more)" : "%s", notes->items[i].text, more);
    player->options.note(player->options.user, text);
  }
}

static enum rondo_status read_files(struct rondo_schedule_player *player, const char *path, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  if (options->machine_file != NULL) {
    player->has_machine = true;
    RDO_TRY(rdo_machine_file_read(options->machine_file, NULL, &player->machine, diag));
  }
  if (options->plans_jobs) return plan_jobs(player, path, diag);
  struct rdo_schedule_options read = rdo_schedule_options_of(&options->reading);
  read.machine = player->has_machine ? &player->machine : NULL;
  RDO_TRY(rdo_schedule_read(path, &read, &player->schedule, diag));
  tell_notes(player);
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
  player->cpu_count = rdo_cpu_set_count(&topology->allowed);
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
  struct rdo_executor_options executor = {
      .worker_count = player->workers.worker_count,
      .worker_cpus = player->workers.cpus,
      .spin_ns = SPIN_NS,
      .busy_spin_ns = BUSY_SPIN_NS,
      .local_memory_bytes = local_memory_bytes,
      .is_played = true,
      .lanes = player->workers.lanes,
      .lane_count = player->workers.lane_count,
  };
  rdo_play_setup_apply(&player->setup, &executor);
  RDO_TRY(rdo_executor_create(&executor, &player->graph.executor, diag));
  rdo_play_setup_bind(&player->setup, player->graph.executor);
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
        .source = rdo_schedule_job_source(&schedule->jobs[node->job]),
        .module = node->module_name,
        .dependencies = keys,
        .dependency_count = node->dependency_count,
        .time_dependency = node->time_dependency == RDO_SCHEDULE_NONE ? NULL : schedule->nodes[node->time_dependency].key,
        .release = player->graph.nodes[i].is_locked ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE,
        .time_mode = rdo_schedule_player_takes_time(player, node) || (node->time_mode == RDO_TIME_HARD && !player->options.ignores_time) ? RDO_PLAYED_TIME_HARD
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

// With a period an iteration may begin before the one before it is over, but where the order of lanes, or of jobs, is kept: of lanes as long as the plan itself
// ends within its period.
static enum rondo_status add_round(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  struct rdo_node_graph *graph = &player->second_graph;
  player->period_ns = player->options.period_ns != 0 ? player->options.period_ns : player->schedule.period_ns;
  bool keeps_lanes = player->graph.policy->keeps_order && player->schedule.makespan_ns <= player->period_ns;
  player->round_count = 1;
  rdo_atomic_init(&graph->left, 0);
  rdo_atomic_init(&graph->is_stopping, 0);
  if (player->period_ns == 0 || keeps_lanes || player->keeps_order || player->options.baseline_count > 0) return RONDO_OK;
  *graph = player->graph;
  graph->nodes = NULL;
  RDO_TRY(rdo_alloc_array(graph->node_count, sizeof *graph->nodes, &graph->nodes, diag));
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    graph->nodes[i] = player->graph.nodes[i];
    graph->nodes[i].graph = graph;
  }
  player->round_count = RDO_PLAN_ROUNDS_MAX;
  for (uint32_t i = 0; i < player->call_count; ++i) RDO_TRY(rdo_plan_call_add_round(player->calls[i], graph, diag));
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
  if (options->iteration_count > RDO_SCHEDULE_ITERATIONS_MAX || options->warm_up_count > RDO_SCHEDULE_ITERATIONS_MAX || options->dispatch_iters < 0 || options->dispatch_iters > INT32_MAX ||
      options->period_ns > RDO_TIME_NS_MAX || options->duration_ns > RDO_TIME_NS_MAX || options->tile_ns > RDO_TIME_NS_MAX || options->late_ns > RDO_TIME_NS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "at most %lld iterations, %d runs of a kernel in a call, and times of 104 days", (long long)RDO_SCHEDULE_ITERATIONS_MAX, INT32_MAX);
  }
  RDO_TRY(set_baseline(player, diag));
  player->graph.policy_options = (struct rdo_policy_options){.late_ns = options->late_ns};
  player->graph.over = rdo_schedule_player_end_iteration;
  player->graph.user = player;
  // Jobs that no plan is to be followed for have none: it only tells what their dispatches cost.
  player->options.ignores_plan |= options->plans_jobs && !player->graph.policy->needs_plan;
  // What a list schedule puts behind a release of another job need not wait for it: measured in a moment, its times are an estimate.
  player->options.ignores_time |= player->options.ignores_plan || player->options.plans_jobs;
  RDO_TRY(rdo_text_copy(&player->names, path, &player->path, diag));
  RDO_TRY(read_files(player, path, diag));
  RDO_TRY(rdo_play_setup_begin(&player->setup, &options->setup, diag));
  RDO_TRY(make_workers(player, diag));
  RDO_TRY(rdo_schedule_player_make_nodes(player, diag));
  RDO_TRY(rdo_schedule_player_load_models(player, diag));
  RDO_TRY(rdo_schedule_player_check_memory(player, diag));
  RDO_TRY(rdo_schedule_player_load_modules(player, diag));
  if (options->baseline_count > 0) rdo_baseline_widen(&player->graph, (uint32_t)options->baseline_count);
  RDO_TRY(rdo_schedule_player_make_resources(player, diag));
  RDO_TRY(rdo_schedule_player_find_ceilings(player, diag));
  RDO_TRY(add_round(player, diag));
  return make_table(player, diag);
}

enum rondo_status rondo_schedule_player_create(const char *path, const struct rondo_schedule_play_options *options,
                                               struct rondo_schedule_player **out_player, struct rondo_diag *diag) {
  *out_player = NULL;
  struct rondo_schedule_player *player;
  RDO_TRY(rdo_alloc(sizeof *player, &player, diag));
  if (options != NULL) player->options = *options;
  player->setup.name_work = rdo_schedule_player_name_work;
  player->setup.user = player;
  rdo_atomic_init(&player->hurried_count, 0);
  rdo_atomic_init(&player->changes, 0);
  rdo_atomic_init(&player->is_stopping, 0);
  rdo_atomic_init(&player->graph.is_stopping, 0);
  rdo_atomic_init(&player->graph.left, 0);
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
  rdo_free(p->second_graph.nodes);
  rdo_free(p->graph.lanes);
  rdo_free(p);
  *player = NULL;
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
      .skipped_count = player->skipped_count,
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
  if (status == RONDO_OK) status = rdo_schedule_player_tell_config(player, *out_table, diag);
  rdo_table_deinit(&player->table);
  player->played_count = 0;
  if (status == RONDO_OK) status = make_table(player, diag);
  if (status != RONDO_OK) rondo_trace_table_release(out_table);
  return status;
}
