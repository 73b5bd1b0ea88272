// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A player from a jobs file: reads it and its machine file, places workers and jobs, adds the jobs, connects them.

#include <stdio.h>

#include "base/alloc.h"
#include "plan/jobs_file.h"
#include "planner/model_reader.h"
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
  struct rondo_diag *diag;
};

// Reading ------------------------------------------------------------------------------------------

static void tell_notes(const struct loader *loader, const struct rdo_notes *notes) {
  for (size_t i = 0; i < notes->count && loader->options->note != NULL; ++i) loader->options->note(loader->options->user, notes->items[i].text);
}

static void tell_unused(const struct loader *loader, int job, const char *key, const char *what) {
  char text[1024];
  if (loader->options->note == NULL) return;
  snprintf(text, sizeof text, "%.300s: jobs[%d].%s: job \"%.200s\": %s; a plan does it: --plan", loader->file.path, job, key, loader->file.jobs[job].name, what);
  loader->options->note(loader->options->user, text);
}

// What only plans heed.
static void tell_all_unused(const struct loader *loader) {
  for (int i = 0; i < loader->file.job_count; ++i) {
    const struct rdo_job_entry *job = &loader->file.jobs[i];
    if (job->priority != RDO_JOB_PRIORITY_DEFAULT) tell_unused(loader, i, "priority", "without a plan no job goes before another");
    if (job->resource_count > 0) tell_unused(loader, i, "resources", "without a plan nothing keeps two jobs from holding one at a time");
    if (job->worker_count_max > 0) tell_unused(loader, i, "workers_max", "without a plan a job may have all workers");
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

// Workers on all CPUs of the machine file, unless the caller says otherwise.
static enum rondo_status create_player(struct loader *loader) {
  struct rondo_player_options options = loader->options->player;
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  char text[RDO_CPU_SET_TEXT_BYTES];
  for (int i = 0; i < loader->machine.cluster_count; ++i) cpus = rdo_cpu_set_or(cpus, &loader->machine.clusters[i].cpus);
  if (options.cpus == NULL && !rdo_cpu_set_is_empty(&cpus)) {
    rdo_cpu_set_format(&cpus, text, sizeof text);
    options.cpus = text;
  }
  return rondo_player_create(&options, &loader->player, loader->diag);
}

// A worker on CPUs of the job's lanes; the player's choice if it names none.
static enum rondo_status choose_worker(const struct loader *loader, int index, int *out_worker) {
  const struct rdo_job_entry *entry = &loader->file.jobs[index];
  const struct rdo_executor *executor = loader->player->executor;
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  *out_worker = -1;
  for (int i = 0; i < entry->lane_index_count; ++i) cpus = rdo_cpu_set_or(cpus, &loader->machine.lanes[entry->lane_indices[i]].cpus);
  if (rdo_cpu_set_is_empty(&cpus)) return RONDO_OK;
  // Jobs of one lane take turns on its workers, from the last one.
  uint32_t found_count = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) found_count += rdo_cpu_set_intersects(&executor->workers[i].cpus, &cpus);
  if (found_count == 0) {
    return rdo_fail(loader->diag, RONDO_NOT_FOUND, "%s: jobs[%d].lanes: no worker is on the CPUs of \"%s\": let --cpus have them", loader->file.path, index,
                    entry->lanes[0]);
  }
  uint32_t wanted = found_count - 1 - (uint32_t)loader->player->job_count % found_count;
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    if (rdo_cpu_set_intersects(&executor->workers[i].cpus, &cpus) && wanted-- == 0) *out_worker = (int)i;
  }
  return RONDO_OK;
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
      .on_error = entry->on_error,
      .wait_count = entry->wait_count,
      .warm_up_count = entry->warmup_count,
      .iteration_count = entry->iteration_count,
      .duration_ns = entry->duration_ns,
      .memory_budget_bytes = (uint64_t)entry->memory_bytes_max,
  };
  RDO_TRY(choose_worker(loader, index, &options.worker));
  RDO_TRY(rdo_alloc_array((size_t)entry->wait_count, sizeof *waits_for, &waits_for, loader->diag));
  for (int i = 0; i < entry->wait_count; ++i) waits_for[i] = loader->jobs[entry->waits_for[i]];
  options.waits_for = waits_for;
  enum rondo_status status = rondo_player_add_job(loader->player, &options, &loader->jobs[index], loader->diag);
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

// The whole ----------------------------------------------------------------------------------------

enum rondo_status rondo_player_load(const char *path, const struct rondo_load_options *options, struct rondo_player **out_player,
                                    struct rondo_diag *diag) {
  static const struct rondo_load_options defaults;
  struct loader loader = {.options = options == NULL ? &defaults : options, .diag = diag};
  *out_player = NULL;
  enum rondo_status status = read_files(&loader, path);
  if (status == RONDO_OK) tell_all_unused(&loader);
  if (status == RONDO_OK) status = create_player(&loader);
  if (status == RONDO_OK) status = add_jobs(&loader);
  if (status == RONDO_OK) status = give_inputs(&loader);
  if (status == RONDO_OK) {
    loader.player->limits = (struct rondo_limits){loader.file.duration_ns, loader.file.iteration_count};
    *out_player = loader.player;
  } else {
    rondo_player_release(&loader.player);
  }
  rdo_free(loader.jobs);
  rdo_jobs_file_deinit(&loader.file);
  if (loader.has_machine) rdo_machine_file_deinit(&loader.machine);
  rdo_topology_deinit(&loader.topology);
  return status;
}
