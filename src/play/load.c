// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A player from a jobs file: reads it and its machine file, places workers and jobs, adds the jobs, connects them.

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/jobs_file.h"
#include "planner/model_reader.h"
#include "play/jobs_limits.h"
#include "play/lanes.h"
#include "play/memory_limit.h"
#include "play/played_input.h"
#include "play/player.h"

struct loader {
  const struct rondo_load_options *options;
  struct rdo_topology topology;
  struct rdo_machine_file machine;
  struct rdo_jobs_file file;
  bool has_machine;
  struct rondo_player *player;
  struct rondo_job **jobs;  // owned [file.job_count]
  uint32_t *lanes;          // owned [file.job_count]: of the player
  struct rdo_jobs_limits limits;
  struct rondo_diag *diag;
};

// Reading ------------------------------------------------------------------------------------------

static void tell_notes(const struct loader *loader, const struct rdo_notes *notes) {
  for (size_t i = 0; i < notes->count && loader->options->note != NULL; ++i) loader->options->note(loader->options->user, notes->items[i].text);
}

static void tell_clusters(const struct loader *loader) {
  const struct rondo_player_options *options = &loader->options->player;
  for (int i = 0; i < loader->machine.cluster_count && options->cpus == NULL && options->worker_count == 0; ++i) {
    const struct rdo_cluster_entry *cluster = &loader->machine.clusters[i];
    int cpu_count = rdo_cpu_set_count(&cluster->cpus);
    char text[1024];
    if (cpu_count == 0 || cluster->worker_count <= cpu_count || loader->options->note == NULL) continue;
    snprintf(text, sizeof text, "clusters[%d].workers: cluster \"%.200s\": without a plan it has one worker for each of its CPUs, %d", i, cluster->name, cpu_count);
    loader->options->note(loader->options->user, text);
  }
}

static void tell_unused(const struct loader *loader, int job, const char *key, const char *what) {
  char text[1024];
  if (loader->options->note == NULL) return;
  snprintf(text, sizeof text, "%.300s: jobs[%d].%s: job \"%.200s\": %s", loader->file.path, job, key, loader->file.jobs[job].name, what);
  loader->options->note(loader->options->user, text);
}

// What is not heeded.
static void tell_all_unused(const struct loader *loader) {
  tell_clusters(loader);
  for (int i = 0; i < loader->file.job_count; ++i) {
    const struct rdo_job_entry *job = &loader->file.jobs[i];
    if (loader->machine.memory_bytes_max != 0 && job->memory_bytes_max == 0) {
      tell_unused(loader, i, "memory_bytes_max", "it has none, so of the machine's memory_bytes_max only what it needs at the start is counted");
    }
    if (job->lane_count > 0 && !loader->has_machine) tell_unused(loader, i, "lanes", "it may run on all workers: no machine file tells which lanes there are");
  }
}

// Jobs that a plan carries, if the file is one.
static enum rondo_status read_plan(struct loader *loader, const char *path, const struct rdo_machine_file *machine, bool *out_is_plan) {
  struct rdo_document document;
  struct rdo_value member, jobs;
  *out_is_plan = false;
  enum rondo_status status = rdo_document_open(path, NULL, &document, loader->diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    *out_is_plan = rdo_value_kind(&root) == RDO_VALUE_OBJECT && rdo_value_find(&root, "dispatches", &member);
    if (*out_is_plan && !rdo_value_find(&root, "jobs", &jobs)) {
      status = rdo_value_fail(&root, loader->diag, RONDO_INVALID_ARGUMENT, "carries no jobs that could be played without it");
    } else if (*out_is_plan) {
      status = rdo_jobs_file_read_value(&jobs, machine, &loader->file, loader->diag);
    }
  }
  rdo_document_deinit(&document);
  return status;
}

static enum rondo_status read_jobs(struct loader *loader, const char *path, const struct rdo_machine_file *machine) {
  bool is_plan;
  RDO_TRY(read_plan(loader, path, machine, &is_plan));
  if (is_plan) return RONDO_OK;  // which has what attributes say
  RDO_TRY(rdo_jobs_file_read(path, machine, &loader->file, loader->diag));
  struct rdo_model_set models = {0};
  enum rondo_status status = rdo_jobs_file_use_models(&loader->file, machine, &models, loader->diag);
  rdo_model_set_deinit(&models);
  return status;
}

// The jobs file names its machine file, and only with that can all of it be checked.
static enum rondo_status read_files(struct loader *loader, const char *path) {
  const char *machine_path = loader->options->machine_path;
  RDO_TRY(rdo_topology_read(NULL, &loader->topology, loader->diag));
  RDO_TRY(read_jobs(loader, path, NULL));
  tell_notes(loader, &loader->file.notes);
  if (machine_path == NULL && loader->file.machine[0] != '\0') machine_path = loader->file.machine_path;
  if (machine_path == NULL) return RONDO_OK;
  enum rondo_status status = rdo_machine_file_read(machine_path, &loader->topology, &loader->machine, loader->diag);
  loader->has_machine = true;
  RDO_TRY(status);
  tell_notes(loader, &loader->machine.notes);
  rdo_jobs_file_deinit(&loader->file);
  return read_jobs(loader, path, &loader->machine);
}

// Placing ------------------------------------------------------------------------------------------

// Of a cluster with fewer workers than CPUs the last ones: the first one is where interrupts and other programs most often are.
static struct rdo_cpu_set worker_cpus(const struct rdo_cluster_entry *cluster) {
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  int count = rdo_cpu_set_count(&cluster->cpus);
  for (int i = cluster->worker_count < count ? count - cluster->worker_count : 0; i < count; ++i) {
    struct rdo_cpu_set one = rdo_cpu_set_one(rdo_cpu_set_nth(&cluster->cpus, i));
    cpus = rdo_cpu_set_or(cpus, &one);
  }
  return cpus;
}

// The workers of all of a job's lanes.
static enum rondo_status find_workers(const struct loader *loader, int index, const struct rdo_worker_lanes *lanes, struct rdo_lane *out_lane) {
  const struct rdo_job_entry *entry = &loader->file.jobs[index];
  bool has_cpus = false, has_workers = false;
  for (int i = 0; i < entry->lane_index_count; ++i) {
    has_cpus |= !rdo_cpu_set_is_empty(&loader->machine.lanes[entry->lane_indices[i]].cpus);
    for (int w = 0; w < RDO_IDLE_WORDS; ++w) {
      out_lane->workers[w] |= lanes->lanes[entry->lane_indices[i]].workers[w];
      has_workers |= out_lane->workers[w] != 0;
    }
  }
  if (has_workers || entry->lane_index_count == 0) return RONDO_OK;
  return rdo_fail(loader->diag, RONDO_NOT_FOUND, "%s: jobs[%d].lanes: %s \"%s\": %s", loader->file.path, index,
                  has_cpus ? "no worker is on the CPUs of" : "there are no CPUs in", entry->lanes[0],
                  has_cpus ? "let --cpus have them" : "it can be planned for, but not played on");
}

// Leaves the workers from whose CPUs a job's resources can be used.
static enum rondo_status keep_reaching(const struct loader *loader, int index, const struct rdo_worker_lanes *lanes, struct rdo_lane *lane) {
  const struct rdo_job_entry *entry = &loader->file.jobs[index];
  for (int i = 0; i < entry->resource_count; ++i) {
    const struct rdo_resource_entry *resource = &loader->machine.resources[entry->resource_indices[i]];
    uint64_t left = 0;
    if (rdo_cpu_set_is_empty(&resource->cpus)) continue;
    for (uint32_t w = 0; w < lanes->worker_count; ++w) {
      if (!rdo_cpu_set_is_subset(&lanes->cpus[w], &resource->cpus)) lane->workers[w / 64] &= ~(UINT64_C(1) << w % 64);
    }
    for (int w = 0; w < RDO_IDLE_WORDS; ++w) left |= lane->workers[w];
    if (left != 0) continue;
    return rdo_fail(loader->diag, RONDO_NOT_FOUND, "%s: jobs[%d].resources[%d]: no worker that the job may use is on a CPU from where \"%s\" can be used: let its lanes, or --cpus, have one",
                    loader->file.path, index, i, resource->name);
  }
  return RONDO_OK;
}

// A lane of the player for each set of workers that jobs may use, if that is not all.
static enum rondo_status make_lanes(void *user, const struct rdo_cpu_set *cpus, uint32_t worker_count, struct rdo_player_lanes *out_lanes,
                                    struct rondo_diag *diag) {
  struct loader *loader = user;
  struct rdo_worker_lanes lanes;
  RDO_TRY(rdo_worker_lanes_find(&loader->machine, cpus, worker_count, &lanes, diag));
  struct rdo_lane all = {{0}};
  for (uint32_t w = 0; w < worker_count; ++w) all.workers[w / 64] |= UINT64_C(1) << w % 64;
  for (int i = 0; i < loader->file.job_count; ++i) {
    struct rdo_lane lane = {{0}};
    uint32_t found = 0;
    if (loader->file.jobs[i].lane_index_count == 0) lane = all;
    RDO_TRY(find_workers(loader, i, &lanes, &lane));
    RDO_TRY(keep_reaching(loader, i, &lanes, &lane));
    if (memcmp(&lane, &all, sizeof lane) == 0) continue;
    while (found < out_lanes->count && memcmp(&out_lanes->lanes[found], &lane, sizeof lane) != 0) ++found;
    if (found == sizeof out_lanes->lanes / sizeof out_lanes->lanes[0]) {
      return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: jobs[%d].lanes: jobs name %u different sets of workers (a player at most %u)", loader->file.path, i, found + 1, found);
    }
    if (found == out_lanes->count) out_lanes->lanes[out_lanes->count++] = lane;
    loader->lanes[i] = RDO_PLAYER_LANE_ALL + 1 + found;
  }
  return RONDO_OK;
}

// Workers on all CPUs of the machine file, unless the caller says otherwise.
static enum rondo_status create_player(struct loader *loader) {
  struct rondo_player_options options = loader->options->player;
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  char text[RDO_CPU_SET_TEXT_BYTES];
  for (int i = 0; i < loader->machine.cluster_count; ++i) {
    struct rdo_cpu_set some = worker_cpus(&loader->machine.clusters[i]);
    cpus = rdo_cpu_set_or(cpus, &some);
  }
  if (options.cpus == NULL && !rdo_cpu_set_is_empty(&cpus)) {
    rdo_cpu_set_format(&cpus, text, sizeof text);
    options.cpus = text;
  }
  RDO_TRY(rdo_alloc_array((size_t)loader->file.job_count, sizeof *loader->lanes, &loader->lanes, loader->diag));
  for (int i = 0; i < loader->file.job_count; ++i) loader->lanes[i] = RDO_PLAYER_LANE_ALL;
  const struct rdo_player_lane_maker maker = {make_lanes, loader};
  RDO_TRY(rdo_player_create(&options, loader->has_machine ? &maker : NULL, &loader->player, loader->diag));
  if (loader->machine.cluster_count != 0) rdo_player_set_clusters(loader->player, &loader->machine);
  return RONDO_OK;
}

// A worker of the job's lanes: jobs of one lane take turns on its workers, from the last one. The player's choice if it names none.
static int choose_worker(const struct loader *loader, int index) {
  const struct rdo_executor *executor = loader->player->executor;
  uint64_t bit = UINT64_C(1) << loader->lanes[index];
  uint32_t found_count = 0;
  if (loader->lanes[index] == RDO_PLAYER_LANE_ALL) return -1;
  for (uint32_t i = 0; i < executor->worker_count; ++i) found_count += (executor->workers[i].lanes & bit) != 0;
  uint32_t wanted = found_count - 1 - (uint32_t)loader->player->job_count % found_count, worker = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    if ((executor->workers[i].lanes & bit) != 0 && wanted-- == 0) worker = i;
  }
  return (int)worker;
}

// Jobs ---------------------------------------------------------------------------------------------

static enum rondo_status add_job(struct loader *loader, int index) {
  const struct rdo_job_entry *entry = &loader->file.jobs[index];
  struct rondo_job **waits_for = NULL;
  struct rondo_job_options options = {
      .name = entry->name,
      .path = entry->model_path,
      .function = entry->function[0] != '\0' ? entry->function : NULL,
      .period_ns = entry->activation == RDO_JOB_PERIODIC ? entry->period_ns : 0,
      .trigger = entry->activation == RDO_JOB_AFTER ? loader->jobs[entry->trigger_job] : NULL,
      .is_called = entry->activation == RDO_JOB_CALLED,
      .offset_ns = entry->offset_ns,
      .deadline_ns = entry->deadline_ns != 0 ? entry->deadline_ns : RONDO_DEADLINE_NONE,
      .priority = entry->priority,
      .overrun = entry->overrun,
      .degrade_function = entry->degrade_function[0] != '\0' ? entry->degrade_function : NULL,
      .on_error = entry->has_on_error ? entry->on_error : loader->options->on_error,
      .wait_count = entry->wait_count,
      .warm_up_count = entry->warmup_count,
      .iteration_count = entry->iteration_count,
      .duration_ns = entry->duration_ns,
      .memory_budget_bytes = (uint64_t)entry->memory_bytes_max,
  };
  struct rdo_job_placing placing = {.lane = loader->lanes[index], .width_max = (uint32_t)entry->worker_count_max};
  placing.resources = rdo_jobs_limits_of(&loader->limits, index, &placing.resource_count);
  options.worker = choose_worker(loader, index);
  RDO_TRY(rdo_alloc_array((size_t)entry->wait_count, sizeof *waits_for, &waits_for, loader->diag));
  for (int i = 0; i < entry->wait_count; ++i) waits_for[i] = loader->jobs[entry->waits_for[i]];
  options.waits_for = waits_for;
  enum rondo_status status = rdo_player_add_job(loader->player, &options, &placing, &loader->jobs[index], loader->diag);
  rdo_free(waits_for);
  if (status != RONDO_OK) rdo_prefix(loader->diag, "%s: jobs[%d]", loader->file.path, index);
  return status;
}

// Those that others wait for come first; then all stand in the order of the file.
static enum rondo_status add_jobs(struct loader *loader) {
  RDO_TRY(rdo_alloc_array((size_t)loader->file.job_count, sizeof *loader->jobs, &loader->jobs, loader->diag));
  for (int i = 0; i < loader->file.job_count; ++i) RDO_TRY(add_job(loader, loader->file.order[i]));
  struct rondo_job **end = &loader->player->jobs;
  for (int i = 0; i < loader->file.job_count; ++i) {
    *end = loader->jobs[i];
    end = &loader->jobs[i]->next;
  }
  *end = NULL;
  return RONDO_OK;
}

// Inputs -------------------------------------------------------------------------------------------

static enum rondo_status read_text(const struct loader *loader, struct rondo_job *job, int argument, const struct rdo_job_input *input) {
  char buffer[RDO_INPUT_TEXT_BYTES];
  const char *text;
  struct rondo_value value = {.kind = RONDO_VALUE_NONE};
  RDO_TRY(rdo_played_input_text(input, buffer, &text, loader->diag));
  if (loader->options->read_input == NULL) {
    return rdo_fail(loader->diag, RONDO_UNIMPLEMENTED, "the program that plays the file reads no such inputs: give it a ring, or zeros");
  }
  RDO_TRY(loader->options->read_input(loader->options->user, job, argument, text, &value, loader->diag));
  enum rondo_status status = rondo_job_set_input(job, argument, &value, loader->diag);
  if (status != RONDO_OK) rondo_value_release(&value);
  return status;
}

static enum rondo_status give_input(const struct loader *loader, struct rondo_job *job, const struct rdo_job_input *input, int place) {
  int argument;
  RDO_TRY(rdo_played_input_find(job->function, input, place, &argument, loader->diag));
  if (job->is_given[argument]) return rdo_fail(loader->diag, RONDO_INVALID_ARGUMENT, "argument %d has an input already", argument);
  if (input->kind == RDO_INPUT_RING) return rondo_job_read_ring(job, argument, input->text, input->slot_count, NULL, loader->diag);
  if (input->kind != RDO_INPUT_JOB) return read_text(loader, job, argument, input);
  struct rondo_job *source = loader->jobs[input->job];
  int result = rdo_played_port_find(source->function, input->result, true);
  if (result < 0) {
    return rdo_fail(loader->diag, RONDO_NOT_FOUND, "function %s of job \"%s\" has no result \"%s\" (it has %d)", rondo_function_name(source->function),
                    source->name, input->result, source->output_count);
  }
  return rondo_job_read_result(job, argument, source, result, input->waits, input->age_ns_max, loader->diag);
}

static enum rondo_status give_inputs(const struct loader *loader) {
  for (int i = 0; i < loader->file.job_count; ++i) {
    const struct rdo_job_entry *entry = &loader->file.jobs[i];
    enum rondo_status status = RONDO_OK;
    for (int k = 0; k < entry->input_count && status == RONDO_OK; ++k) {
      status = give_input(loader, loader->jobs[i], &entry->inputs[k], k);
      if (status != RONDO_OK) rdo_prefix(loader->diag, "%s: jobs[%d].inputs[%d]", loader->file.path, i, k);
    }
    if (status == RONDO_OK) {
      status = rondo_job_set_zeros(loader->jobs[i], loader->diag);
      if (status != RONDO_OK) rdo_prefix(loader->diag, "%s: jobs[%d].inputs", loader->file.path, i);
    }
    RDO_TRY(status);
  }
  return RONDO_OK;
}

// Memory -------------------------------------------------------------------------------------------

static enum rondo_status check_memory(const struct loader *loader) {
  struct rdo_memory_use *uses;
  if (loader->machine.memory_bytes_max == 0) return RONDO_OK;
  const char *path = loader->options->machine_path != NULL ? loader->options->machine_path : loader->file.machine_path;
  RDO_TRY(rdo_alloc_array((size_t)loader->file.job_count, sizeof *uses, &uses, loader->diag));
  for (int i = 0; i < loader->file.job_count; ++i) {
    const struct rdo_job_entry *entry = &loader->file.jobs[i];
    uses[i] = (struct rdo_memory_use){entry->name, entry->model_path, rondo_job_runtime(loader->jobs[i]), (uint64_t)entry->memory_bytes_max};
  }
  enum rondo_status status = rdo_memory_limit_check(loader->machine.memory_bytes_max, path, uses, (size_t)loader->file.job_count, loader->diag);
  rdo_free(uses);
  return status;
}

// The whole ----------------------------------------------------------------------------------------

enum rondo_status rondo_player_load(const char *path, const struct rondo_load_options *options, struct rondo_player **out_player,
                                    struct rondo_diag *diag) {
  static const struct rondo_load_options defaults;
  struct loader loader = {.options = options == NULL ? &defaults : options, .diag = diag};
  *out_player = NULL;
  enum rondo_status status = read_files(&loader, path);
  if (status == RONDO_OK) tell_all_unused(&loader);
  if (status == RONDO_OK) status = create_player(&loader);
  if (status == RONDO_OK) status = rdo_jobs_limits_make(loader.player, &loader.file, loader.has_machine ? &loader.machine : NULL, &loader.limits, diag);
  if (status == RONDO_OK) status = add_jobs(&loader);
  if (status == RONDO_OK) status = give_inputs(&loader);
  if (status == RONDO_OK) status = check_memory(&loader);
  if (status == RONDO_OK) {
    loader.player->limits = (struct rondo_limits){loader.file.duration_ns, loader.file.iteration_count};
    *out_player = loader.player;
  } else {
    rondo_player_release(&loader.player);
  }
  rdo_free(loader.jobs);
  rdo_free(loader.lanes);
  rdo_jobs_limits_deinit(&loader.limits);
  rdo_jobs_file_deinit(&loader.file);
  if (loader.has_machine) rdo_machine_file_deinit(&loader.machine);
  rdo_topology_deinit(&loader.topology);
  return status;
}
