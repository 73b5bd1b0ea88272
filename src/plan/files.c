// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public face of the readers and writers: one kind of object for all kinds of files.

#include "plan/file.h"

#include "base/alloc.h"
#include "machine/machine.h"
#include "plan/dispatch_dump.h"
#include "plan/profile_file.h"

// The model is the one that is called as the dump.
static enum rondo_status time_graph(struct rondo_file *file, const char *path, const struct rondo_file_options *options, struct rondo_diag *diag) {
  RDO_TRY(rdo_profile_read(options->profile_file, options->machine_file != NULL ? &file->machine : NULL, &file->profile, diag));
  uint32_t model = rdo_profile_find_model(&file->profile, path, options->function != NULL ? options->function : "");
  if (model == RDO_PROFILE_NONE) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "%s: no model, or several, are called as %s is: call the file as the model's", options->profile_file, path);
  }
  return rdo_profile_time_graph(&file->profile, model, &file->schedule, diag);
}

static enum rondo_status read_file(struct rondo_file *file, const char *path, const struct rondo_file_options *options,
                                   struct rondo_diag *diag) {
  const struct rdo_topology *topology = options->machine != NULL ? rdo_machine_topology(options->machine) : NULL;
  if (file->kind == RONDO_FILE_MACHINE) return rdo_machine_file_read(path, topology, &file->machine, diag);
  const struct rdo_machine_file *machine = options->machine_file != NULL ? &file->machine : NULL;
  if (machine != NULL) RDO_TRY(rdo_machine_file_read(options->machine_file, topology, &file->machine, diag));
  if (file->kind == RONDO_FILE_JOBS) return rdo_jobs_file_read(path, machine, &file->jobs, diag);
  if (file->kind == RONDO_FILE_PROFILE) return rdo_profile_read(path, machine, &file->profile, diag);
  struct rdo_schedule_options how = rdo_schedule_options_of(&options->reading);
  how.machine = machine;
  how.function = options->function;
  RDO_TRY(rdo_schedule_read(path, &how, &file->schedule, diag));
  return options->profile_file != NULL && rdo_dump_kind(path) != RDO_DUMP_NONE ? time_graph(file, path, options, diag) : RONDO_OK;
}

enum rondo_status rondo_file_read(const char *path, enum rondo_file_kind kind, const struct rondo_file_options *options,
                                  struct rondo_file **out_file, struct rondo_diag *diag) {
  const struct rondo_file_options defaults = {0};
  struct rondo_file *file;
  *out_file = NULL;
  if (kind < RONDO_FILE_MACHINE || kind > RONDO_FILE_PROFILE) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no kind of file has number %d", (int)kind);
  }
  RDO_TRY(rdo_alloc(sizeof *file, &file, diag));
  file->kind = kind;
  enum rondo_status status = read_file(file, path, options != NULL ? options : &defaults, diag);
  if (status == RONDO_OK) *out_file = file;
  else rondo_file_release(&file);
  return status;
}

void rondo_file_release(struct rondo_file **file) {
  if (file == NULL || *file == NULL) return;
  rdo_profile_deinit(&(*file)->profile);
  rdo_schedule_deinit(&(*file)->schedule);
  rdo_jobs_file_deinit(&(*file)->jobs);
  rdo_machine_file_deinit(&(*file)->machine);
  rdo_free(*file);
  *file = NULL;
}

static const struct rdo_notes *notes_of(const struct rondo_file *file) {
  switch (file->kind) {
    case RONDO_FILE_MACHINE: return &file->machine.notes;
    case RONDO_FILE_JOBS: return &file->jobs.notes;
    case RONDO_FILE_PROFILE: return &file->profile.notes;
    case RONDO_FILE_PLAN: break;
  }
  return &file->schedule.notes;
}

static void describe_machine(const struct rdo_machine_file *machine, struct rondo_file_info *info) {
  info->cluster_count = machine->cluster_count;
  info->lane_count = machine->lane_count;
  info->resource_count = machine->resource_count;
}

void rondo_file_info(const struct rondo_file *file, struct rondo_file_info *out_info) {
  const struct rdo_schedule *schedule = &file->schedule;
  *out_info = (struct rondo_file_info){.kind = file->kind, .note_count = (int)notes_of(file)->count};
  switch (file->kind) {
    case RONDO_FILE_MACHINE:
      out_info->description = "a machine";
      describe_machine(&file->machine, out_info);
      break;
    case RONDO_FILE_JOBS:
      out_info->description = "jobs";
      out_info->job_count = file->jobs.job_count;
      break;
    case RONDO_FILE_PLAN:
      out_info->description = rdo_schedule_variant_name(schedule->variant);
      out_info->job_count = (int)schedule->job_count;
      out_info->dispatch_count = (int)schedule->node_count;
      out_info->target_count = (int)schedule->target_count;
      out_info->makespan_ns = schedule->makespan_ns;
      if (schedule->machine != NULL) describe_machine(schedule->machine, out_info);
      break;
    case RONDO_FILE_PROFILE:
      out_info->description = "a profile";
      out_info->cluster_count = (int)file->profile.cluster_count;
      out_info->model_count = (int)file->profile.model_count;
      out_info->dispatch_count = (int)file->profile.node_count;
      break;
  }
}

const char *rondo_file_note(const struct rondo_file *file, int index, size_t *out_count) {
  const struct rdo_notes *notes = notes_of(file);
  bool is_there = index >= 0 && (size_t)index < notes->count;
  if (out_count != NULL) *out_count = is_there ? notes->items[index].count : 0;
  return is_there ? notes->items[index].text : NULL;
}

enum rondo_status rondo_file_write(const struct rondo_file *file, const char *path, struct rondo_diag *diag) {
  switch (file->kind) {
    case RONDO_FILE_MACHINE: return rdo_machine_file_write(&file->machine, path, diag);
    case RONDO_FILE_JOBS: return rdo_jobs_file_write(&file->jobs, path, diag);
    case RONDO_FILE_PROFILE: return rdo_profile_write(&file->profile, path, diag);
    case RONDO_FILE_PLAN: break;
  }
  return rdo_schedule_write(&file->schedule, path, diag);
}

enum rondo_status rondo_machine_write(const struct rondo_machine *machine, const char *path, struct rondo_diag *diag) {
  struct rdo_machine_file file;
  enum rondo_status status = rdo_machine_file_detect(rdo_machine_topology(machine), &file, diag);
  if (status == RONDO_OK) status = rdo_machine_file_write(&file, path, diag);
  rdo_machine_file_deinit(&file);
  return status;
}
