// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Measuring as a whole: each function on each cluster with each number of workers, then each pair of functions.

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "machine/placement.h"
#include "plan/machine_file.h"
#include "plan/profile_public.h"
#include "profile/cost_run.h"

static const double time_limit_s_max = 1e6;
static const int64_t pause_ns_max = INT64_C(10000000000);
enum { WARM_UP_TIME_SHARE = 4 };  // of a limited time
enum { REPEAT_DEFAULT = 100, REPEAT_MAX = 100000, WARM_UP_SHARE = 5, WARM_UP_LEAST = 5, WARM_UP_MOST = 100 };

// A cluster and a number of workers on it.
struct setting {
  uint32_t cluster, worker_count;
};

struct measure {
  const struct rondo_profile_options *options;
  const struct rondo_profile_call *calls;
  int call_count;
  size_t repeat, warm_up;
  struct rdo_topology topology;
  struct rdo_machine_file machine;
  struct rdo_placement *places;  // [machine.cluster_count]
  struct setting *settings;
  uint32_t setting_count;
  int step, step_count;
  int64_t end_ns;                // on CLOCK_MONOTONIC; 0 = no limit
  struct rondo_profile_progress progress;  // of the step
  int64_t told_ns;                         // when it was told last
  struct rdo_profile *profile;   // the result
  struct rondo_diag *diag;
};

// What is measured, and where ------------------------------------------------------------------------------

static enum rondo_status read_machine(struct measure *measure) {
  const char *path = measure->options->machine_file;
  RDO_TRY(rdo_topology_read(NULL, &measure->topology, measure->diag));
  if (path == NULL) return rdo_machine_file_detect(&measure->topology, &measure->machine, measure->diag);
  RDO_TRY(rdo_machine_file_read(path, &measure->topology, &measure->machine, measure->diag));
  enum rondo_status status = rdo_machine_file_check(&measure->machine, &measure->topology, "", measure->diag);
  if (status != RONDO_OK) rdo_prefix(measure->diag, "%s", path);
  return status;
}

// A CPU for each worker of each cluster: of different cores where there are enough.
static enum rondo_status place_workers(struct measure *measure) {
  RDO_TRY(rdo_alloc_array((size_t)measure->machine.cluster_count, sizeof *measure->places, &measure->places, measure->diag));
  for (int i = 0; i < measure->machine.cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &measure->machine.clusters[i];
    struct rdo_placement *place = &measure->places[i];
    RDO_TRY(rdo_placement_make(&measure->topology, RDO_PLACEMENT_CORE, &cluster->cpus, place, measure->diag));
    if (place->worker_count >= cluster->worker_count) continue;
    rdo_placement_deinit(place);
    *place = (struct rdo_placement){0};
    RDO_TRY(rdo_placement_from_set(&measure->topology, &cluster->cpus, place, measure->diag));
  }
  return RONDO_OK;
}

static uint32_t most_workers(const struct measure *measure, int cluster) {
  int count = measure->places[cluster].worker_count, wanted = measure->machine.clusters[cluster].worker_count;
  if (count > wanted) count = wanted;
  return (uint32_t)(count < RDO_PROFILE_WORKERS_MAX ? count : RDO_PROFILE_WORKERS_MAX);
}

// Whether a number of workers is measured on a cluster: it was asked for, or it is a power of two, or all.
static bool is_wanted(const struct measure *measure, uint32_t worker_count, uint32_t most) {
  const struct rondo_profile_options *options = measure->options;
  if (options->worker_counts == NULL) return worker_count == most || (worker_count & (worker_count - 1)) == 0;
  for (int i = 0; i < options->worker_count_count; ++i) {
    if (options->worker_counts[i] == (int)worker_count) return true;
  }
  return false;
}

static enum rondo_status choose_settings(struct measure *measure) {
  uint32_t capacity = 0;
  for (int i = 0; i < measure->machine.cluster_count; ++i) capacity += most_workers(measure, i);
  RDO_TRY(rdo_alloc_array(capacity, sizeof *measure->settings, &measure->settings, measure->diag));
  for (int i = 0; i < measure->machine.cluster_count; ++i) {
    uint32_t most = most_workers(measure, i);
    for (uint32_t k = 1; k <= most; ++k) {
      if (is_wanted(measure, k, most)) measure->settings[measure->setting_count++] = (struct setting){(uint32_t)i, k};
    }
  }
  if (measure->setting_count > 0) return RONDO_OK;
  return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "no cluster has one of the numbers of workers that are asked for");
}

static enum rondo_status check_options(struct measure *measure) {
  const struct rondo_profile_options *options = measure->options;
  if (measure->call_count < 1 || measure->call_count > RDO_PROFILE_MODELS_MAX) {
    return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "%d functions (1 to %d)", measure->call_count, RDO_PROFILE_MODELS_MAX);
  }
  if (options->wants_together && measure->call_count < 2) {
    return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "one function is not measured together with others: give all that will be played, or leave that out");
  }
  if (options->repeat < 0 || options->repeat > REPEAT_MAX || options->warm_up < 0 || options->warm_up > REPEAT_MAX) {
    return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "%d calls after %d to warm up (at most %d)", options->repeat, options->warm_up, REPEAT_MAX);
  }
  if (!(options->time_limit_s >= 0 && options->time_limit_s <= time_limit_s_max)) {
    return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "%g s to measure in (at most %g)", options->time_limit_s, time_limit_s_max);
  }
  if (options->pause_ns < 0 || options->pause_ns > pause_ns_max) {
    return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "a pause of %lld ns (0 to 10 s)", (long long)options->pause_ns);
  }
  if (options->time_limit_s > 0) measure->end_ns = rdo_clock_now_ns() + (int64_t)(options->time_limit_s * 1e9);
  measure->repeat = options->repeat > 0 ? (size_t)options->repeat : REPEAT_DEFAULT;
  measure->warm_up = options->warm_up > 0 ? (size_t)options->warm_up : measure->repeat / WARM_UP_SHARE;
  if (options->warm_up > 0) return RONDO_OK;
  if (measure->warm_up < WARM_UP_LEAST) measure->warm_up = WARM_UP_LEAST;
  if (measure->warm_up > WARM_UP_MOST) measure->warm_up = WARM_UP_MOST;
  return RONDO_OK;
}

// CPUs of the first workers of a cluster.
static enum rondo_status copy_cpus(struct measure *measure, const struct setting *setting, struct rdo_cpu_set **out_cpus) {
  RDO_TRY(rdo_alloc_array(setting->worker_count, sizeof **out_cpus, out_cpus, measure->diag));
  for (uint32_t i = 0; i < setting->worker_count; ++i) (*out_cpus)[i] = measure->places[setting->cluster].workers[i].cpus;
  return RONDO_OK;
}

static enum rondo_status tell_step(struct measure *measure, int call, uint32_t cluster, uint32_t worker_count, int beside) {
  const struct rondo_profile_options *options = measure->options;
  if (options->stop != NULL && *options->stop != 0) return rdo_fail(measure->diag, RONDO_CANCELLED, "measuring was stopped");
  measure->progress = (struct rondo_profile_progress){.model = measure->calls[call].path,
                                                      .cluster = measure->machine.clusters[cluster].name,
                                                      .beside = beside >= 0 ? measure->calls[beside].path : NULL,
                                                      .worker_count = (int)worker_count,
                                                      .step = measure->step++,
                                                      .step_count = measure->step_count,
                                                      .call_count = (int)measure->repeat};
  measure->told_ns = rdo_clock_now_ns();
  if (options->report != NULL) options->report(options->user, &measure->progress);
  return RONDO_OK;
}

static void tell_calls(void *user, size_t done_count) {
  const int64_t pause_ns = 100000000;
  struct measure *measure = user;
  int64_t now_ns = rdo_clock_now_ns();
  if (measure->options->report == NULL || now_ns - measure->told_ns < pause_ns) return;
  measure->told_ns = now_ns;
  measure->progress.done_count = (int)done_count;
  measure->options->report(measure->options->user, &measure->progress);
}

// One function ---------------------------------------------------------------------------------------------

// A profile of one model, from all its runs.
struct part {
  struct measure *measure;
  struct rdo_profile profile;
  const struct rdo_call_graph *graph;
  struct rdo_cost_run *runs;  // [measure->setting_count]
};

static enum rondo_status add_clusters(struct part *part) {
  struct rdo_profile *profile = &part->profile;
  const struct rdo_machine_file *machine = &part->measure->machine;
  size_t count = (size_t)machine->cluster_count;
  struct rondo_diag *diag = part->measure->diag;
  if (count > RDO_PROFILE_CLUSTERS_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "the machine has %zu clusters, a profile may have %d", count, RDO_PROFILE_CLUSTERS_MAX);
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->clusters, &profile->clusters, diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->cluster_capacities, &profile->cluster_capacities, diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->cluster_workers, &profile->cluster_workers, diag));
  for (size_t i = 0; i < count; ++i) {
    profile->clusters[i] = machine->clusters[i].name;
    profile->cluster_capacities[i] = (uint32_t)machine->clusters[i].capacity;
    profile->cluster_workers[i] = (uint32_t)machine->clusters[i].worker_count;
  }
  profile->cluster_count = (uint32_t)count;
  return RONDO_OK;
}

static enum rondo_status add_nodes(struct part *part) {
  struct rdo_profile *profile = &part->profile;
  const struct rdo_call_graph *graph = part->graph;
  struct rondo_diag *diag = part->measure->diag;
  uint32_t node_count = (uint32_t)graph->node_count, run_count = part->measure->setting_count;
  if (graph->node_count > RDO_PROFILE_NODES_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "a call runs %zu commands, a profile may have %d", graph->node_count, RDO_PROFILE_NODES_MAX);
  RDO_TRY(rdo_arena_alloc(&profile->arena, node_count, sizeof *profile->nodes, &profile->nodes, diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, ((size_t)node_count + 2) * run_count, sizeof *profile->costs, &profile->costs, diag));
  profile->predecessors = graph->edges.predecessors;
  profile->predecessor_count = graph->edges.begins[node_count];
  for (uint32_t i = 0; i < node_count; ++i) {
    const struct rdo_call_node *source = &graph->nodes[i];
    uint32_t recording = graph->places[i].recording;
    profile->nodes[i] = (struct rdo_profile_node){.export_name = source->name,
                                                  .recording = recording,
                                                  .command = i - graph->recording_begins[recording],
                                                  .tile_count = source->tile_count == UINT64_MAX ? 0 : source->tile_count,
                                                  .bytes_touched = source->bytes_touched,
                                                  .resource = "",
                                                  .predecessor_begin = graph->edges.begins[i],
                                                  .predecessor_count = graph->edges.begins[i + 1] - graph->edges.begins[i],
                                                  .cost_begin = profile->cost_count,
                                                  .cost_count = run_count};
    for (uint32_t k = 0; k < run_count; ++k) profile->costs[profile->cost_count++] = part->runs[k].costs[i];
  }
  profile->node_count = node_count;
  return RONDO_OK;
}

static enum rondo_status add_model(struct part *part, const struct rondo_profile_call *call) {
  struct rdo_profile *profile = &part->profile;
  struct rondo_diag *diag = part->measure->diag;
  uint32_t run_count = part->measure->setting_count;
  RDO_TRY(rdo_arena_alloc(&profile->arena, 1, sizeof *profile->models, &profile->models, diag));
  struct rdo_profile_model *model = &profile->models[profile->model_count++];
  *model = (struct rdo_profile_model){.model = call->path, .function = part->runs[0].function, .node_count = profile->node_count, .priority = -1, .call_begin = profile->cost_count};
  for (uint32_t i = 0; i < run_count; ++i) profile->costs[profile->cost_count++] = part->runs[i].call_cost;
  model->call_count = run_count;
  model->program_begin = profile->cost_count;
  for (uint32_t i = 0; i < run_count; ++i) {
    if (part->runs[i].program_cost.sample_count > 0) profile->costs[profile->cost_count++] = part->runs[i].program_cost;
  }
  model->program_count = profile->cost_count - model->program_begin;
  RDO_TRY(rdo_arena_alloc(&profile->arena, (size_t)run_count * RDO_COST_REMARKS_MAX, sizeof *model->remarks, &model->remarks, diag));
  for (uint32_t i = 0; i < run_count; ++i) {
    for (int k = 0; k < part->runs[i].remark_count && model->remark_count < RDO_PROFILE_REMARKS_MAX; ++k) model->remarks[model->remark_count++] = part->runs[i].remarks[k];
  }
  return RONDO_OK;
}

// What is left of a limited time is shared by the steps that are left, the present one among them.
static void limit_run(const struct measure *measure, struct rdo_cost_run *run) {
  if (measure->end_ns == 0) return;
  int64_t now_ns = rdo_clock_now_ns(), left_ns = measure->end_ns > now_ns ? measure->end_ns - now_ns : 0;
  int64_t share_ns = left_ns / (measure->step_count - measure->step + 1);
  run->warm_up_end_ns = now_ns + share_ns / WARM_UP_TIME_SHARE;
  run->end_ns = now_ns + share_ns;
}

// What a function is played together with, and where.
struct company {
  const struct rondo_profile_call **calls;  // owned [call_count]
  struct rdo_cpu_set *cpus;                 // owned [cpu_count]
  uint32_t call_count, cpu_count;
};

// Adds the CPUs of a cluster's workers that nobody has.
static void add_free_cpus(const struct measure *measure, uint32_t cluster, struct rdo_cpu_set *taken, struct company *company) {
  uint32_t most = most_workers(measure, (int)cluster);
  for (uint32_t i = 0; i < most && company->cpu_count < company->call_count; ++i) {
    const struct rdo_cpu_set *cpus = &measure->places[cluster].workers[i].cpus;
    struct rdo_cpu_set left = rdo_cpu_set_andnot(*cpus, taken);
    if (rdo_cpu_set_count(&left) < rdo_cpu_set_count(cpus)) continue;
    *taken = rdo_cpu_set_or(*taken, cpus);
    company->cpus[company->cpu_count++] = *cpus;
  }
}

// All other functions, on CPUs of the same cluster before those of others.
static enum rondo_status find_company(const struct measure *measure, int call, const struct setting *setting, struct company *company) {
  struct rdo_cpu_set taken = rdo_cpu_set_none();
  if (!measure->options->wants_together) return RONDO_OK;
  RDO_TRY(rdo_alloc_array((size_t)measure->call_count, sizeof *company->calls, &company->calls, measure->diag));
  RDO_TRY(rdo_alloc_array((size_t)measure->call_count, sizeof *company->cpus, &company->cpus, measure->diag));
  for (int i = 0; i < measure->call_count; ++i) {
    if (i != call) company->calls[company->call_count++] = &measure->calls[i];
  }
  for (uint32_t i = 0; i < setting->worker_count; ++i) taken = rdo_cpu_set_or(taken, &measure->places[setting->cluster].workers[i].cpus);
  add_free_cpus(measure, setting->cluster, &taken, company);
  for (int i = 0; i < measure->machine.cluster_count; ++i) {
    if ((uint32_t)i != setting->cluster) add_free_cpus(measure, (uint32_t)i, &taken, company);
  }
  return RONDO_OK;
}

static void leave_company(struct company *company) {
  rdo_free(company->calls);
  rdo_free(company->cpus);
}

static enum rondo_status run_settings(struct measure *measure, int call, struct rdo_cost_run *runs, struct rdo_call_graph *graph) {
  for (uint32_t i = 0; i < measure->setting_count; ++i) {
    const struct setting *setting = &measure->settings[i];
    struct rdo_cpu_set *cpus = NULL;
    struct company company = {0};
    RDO_TRY(tell_step(measure, call, setting->cluster, setting->worker_count, -1));
    RDO_TRY(copy_cpus(measure, setting, &cpus));
    enum rondo_status status = find_company(measure, call, setting, &company);
    runs[i] = (struct rdo_cost_run){.call = &measure->calls[call],
                                    .pause_ns = measure->options->pause_ns,
                                    .cpus = cpus,
                                    .worker_count = setting->worker_count,
                                    .cluster = setting->cluster,
                                    .cluster_name = measure->machine.clusters[setting->cluster].name,
                                    .others = company.calls,
                                    .other_count = company.call_count,
                                    .other_cpus = company.cpus,
                                    .other_cpu_count = company.cpu_count,
                                    .repeat = measure->repeat,
                                    .warm_up = measure->warm_up,
                                    .stop = measure->options->stop,
                                    .report = tell_calls,
                                    .user = measure};
    limit_run(measure, &runs[i]);
    if (status == RONDO_OK) status = rdo_cost_run_measure(&runs[i], graph, measure->diag);
    leave_company(&company);
    rdo_free(cpus);
    if (status != RONDO_OK) {
      rdo_annotate(measure->diag, "on %s, %u worker%s", runs[i].cluster_name, setting->worker_count, setting->worker_count == 1 ? "" : "s");
      return status;
    }
  }
  return RONDO_OK;
}

static enum rondo_status measure_call(struct measure *measure, int call) {
  struct rdo_call_graph graph = {0};
  struct part part = {.measure = measure, .profile = {.machine = "", .path = measure->calls[call].path}, .graph = &graph};
  RDO_TRY(rdo_alloc_array(measure->setting_count, sizeof *part.runs, &part.runs, measure->diag));
  enum rondo_status status = run_settings(measure, call, part.runs, &graph);
  if (status == RONDO_OK) status = add_clusters(&part);
  if (status == RONDO_OK) status = add_nodes(&part);
  if (status == RONDO_OK) status = add_model(&part, &measure->calls[call]);
  if (status == RONDO_OK) status = rdo_profile_append(measure->profile, &part.profile, measure->diag);
  for (uint32_t i = 0; i < measure->setting_count; ++i) rdo_cost_run_deinit(&part.runs[i]);
  rdo_free(part.runs);
  rdo_profile_deinit(&part.profile);
  rdo_call_graph_deinit(&graph);
  return status;
}

// Pairs ----------------------------------------------------------------------------------------------------

// Where a call has come to in the result: the same function may be given twice.
static uint32_t find_model(const struct measure *measure, int call) {
  const char *function = measure->calls[call].function;
  return rdo_profile_find_model(measure->profile, measure->calls[call].path, function != NULL ? function : "");
}

// A call with one worker on the first CPU of a cluster, beside another one on the second, or alone.
static enum rondo_status time_call(struct measure *measure, uint32_t cluster, int call, int beside, int64_t *out_ns) {
  const struct rdo_worker_place *places = measure->places[cluster].workers;
  const struct rdo_cost_run run = {.call = &measure->calls[call], .cpus = &places[0].cpus, .repeat = measure->repeat, .warm_up = measure->warm_up, .stop = measure->options->stop};
  RDO_TRY(tell_step(measure, call, cluster, 1, beside));
  return rdo_cost_run_call(&run, beside >= 0 ? &measure->calls[beside] : NULL, &places[1].cpus, out_ns, measure->diag);
}

static enum rondo_status measure_pair(struct measure *measure, uint32_t cluster, int call, int beside, int64_t alone_ns, struct rdo_profile_interference *interference) {
  int64_t ns;
  RDO_TRY(time_call(measure, cluster, call, beside, &ns));
  *interference = (struct rdo_profile_interference){.model = find_model(measure, call), .beside = find_model(measure, beside), .cluster = cluster,
                                                    .factor = alone_ns > 0 ? (double)ns / (double)alone_ns : 1};
  return RONDO_OK;
}

static bool has_pairs(const struct measure *measure, uint32_t cluster) { return most_workers(measure, (int)cluster) >= 2; }

// In the order that a profile has: model, beside, cluster.
static enum rondo_status measure_pairs(struct measure *measure) {
  struct rdo_profile *profile = measure->profile;
  uint32_t cluster_count = (uint32_t)measure->machine.cluster_count;
  size_t count = (size_t)measure->call_count * (size_t)measure->call_count * cluster_count;
  if (count > RDO_PROFILE_NODES_MAX) return rdo_fail(measure->diag, RONDO_OUT_OF_RANGE, "%zu pairs of functions are more than %d", count, RDO_PROFILE_NODES_MAX);
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->interferences, &profile->interferences, measure->diag));
  for (int call = 0; call < measure->call_count; ++call) {
    int64_t alone_ns[RDO_PROFILE_CLUSTERS_MAX] = {0};
    for (uint32_t cluster = 0; cluster < cluster_count; ++cluster) {
      if (!has_pairs(measure, cluster)) continue;
      RDO_TRY(time_call(measure, cluster, call, -1, &alone_ns[cluster]));
    }
    for (int beside = 0; beside < measure->call_count; ++beside) {
      for (uint32_t cluster = 0; cluster < cluster_count; ++cluster) {
        if (!has_pairs(measure, cluster)) continue;
        RDO_TRY(measure_pair(measure, cluster, call, beside, alone_ns[cluster], &profile->interferences[profile->interference_count]));
        ++profile->interference_count;
      }
    }
  }
  return RONDO_OK;
}

static enum rondo_status check_pairs(const struct measure *measure) {
  for (int i = 0; i < measure->call_count; ++i) {
    for (int k = 0; k < i; ++k) {
      if (find_model(measure, i) != find_model(measure, k) && find_model(measure, i) != RDO_PROFILE_NONE) continue;
      return rdo_fail(measure->diag, RONDO_INVALID_ARGUMENT, "%s is given twice, or with several functions and none named: its pairs cannot be told apart", measure->calls[i].path);
    }
  }
  return RONDO_OK;
}

// The whole ------------------------------------------------------------------------------------------------

static int count_steps(const struct measure *measure) {
  int pairs = 0;
  for (int i = 0; i < measure->machine.cluster_count && measure->options->wants_interference; ++i) pairs += has_pairs(measure, (uint32_t)i);
  return measure->call_count * ((int)measure->setting_count + pairs * (measure->call_count + 1));
}

static enum rondo_status measure_all(struct measure *measure) {
  struct rdo_profile *profile = measure->profile;
  RDO_TRY(check_options(measure));
  RDO_TRY(read_machine(measure));
  RDO_TRY(place_workers(measure));
  RDO_TRY(choose_settings(measure));
  measure->step_count = count_steps(measure);
  if (measure->options->machine_file != NULL) RDO_TRY(rdo_text_copy(&profile->arena, measure->options->machine_file, &profile->machine, measure->diag));
  for (int i = 0; i < measure->call_count; ++i) {
    enum rondo_status status = measure_call(measure, i);
    if (status == RONDO_OK) continue;
    if (status != RONDO_CANCELLED) rdo_prefix(measure->diag, "%s", measure->calls[i].path);
    return status;
  }
  if (!measure->options->wants_interference) return RONDO_OK;
  RDO_TRY(check_pairs(measure));
  return measure_pairs(measure);
}

enum rondo_status rondo_profile_measure(const struct rondo_profile_options *options, const struct rondo_profile_call *calls, int call_count,
                                        struct rondo_profile **out_profile, struct rondo_diag *diag) {
  static const struct rondo_profile_options defaults;
  RDO_TRY(rdo_profile_create(out_profile, diag));
  struct measure measure = {.options = options != NULL ? options : &defaults, .calls = calls, .call_count = call_count, .profile = &(*out_profile)->profile, .diag = diag};
  enum rondo_status status = measure_all(&measure);
  for (int i = 0; i < measure.machine.cluster_count && measure.places != NULL; ++i) rdo_placement_deinit(&measure.places[i]);
  rdo_free(measure.places);
  rdo_free(measure.settings);
  rdo_machine_file_deinit(&measure.machine);
  rdo_topology_deinit(&measure.topology);
  if (status != RONDO_OK) rondo_profile_release(out_profile);
  return status;
}
