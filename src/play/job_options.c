// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Jobs that a program adds, as the attributes of their functions have them.

#include "planner/model_reader.h"
#include "rondo/play.h"

static void mark(struct rdo_job_entry *entry, enum rdo_job_key key, bool is_given) {
  if (is_given) entry->given |= 1u << key;
}

static enum rondo_status take_over(struct rondo_job_options *options, const struct rdo_job_entry *entry, struct rondo_diag *diag) {
  if (entry->overrun == RONDO_OVERRUN_DEGRADE && options->overrun != RONDO_OVERRUN_DEGRADE) {
    return rdo_fail(diag, RONDO_UNIMPLEMENTED, "%s: degrade needs a jobs file, or another overrun here", entry->places[RDO_JOB_OVERRUN]);
  }
  if (entry->activation == RDO_JOB_PERIODIC && options->trigger == NULL && !options->is_called) options->period_ns = entry->period_ns;
  options->offset_ns = entry->offset_ns;
  options->deadline_ns = entry->deadline_ns;
  options->priority = (entry->given & 1u << RDO_JOB_PRIORITY) != 0 ? entry->priority : options->priority;
  options->overrun = entry->overrun;
  options->on_error = entry->on_error;
  options->warm_up_count = entry->warmup_count;
  options->memory_budget_bytes = (uint64_t)entry->memory_bytes_max;
  return RONDO_OK;
}

enum rondo_status rondo_job_options_use_attributes(struct rondo_job_options *options, struct rondo_diag *diag) {
  struct rdo_model_set models = {0};
  struct rdo_job_entry entry;
  struct rdo_jobs_file file = {.jobs = &entry, .job_count = 1, .path = ""};
  if (options->path == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job without a model");
  rdo_job_entry_init(&entry);
  entry.model = entry.model_path = entry.place = options->path;
  if (options->function != NULL) entry.function = options->function;
  entry.offset_ns = options->offset_ns;
  entry.deadline_ns = options->deadline_ns;
  entry.priority = options->priority;
  entry.overrun = options->overrun;
  entry.on_error = options->on_error;
  entry.warmup_count = options->warm_up_count;
  entry.memory_bytes_max = (int64_t)options->memory_budget_bytes;
  mark(&entry, RDO_JOB_ACTIVATION, options->period_ns != 0 || options->trigger != NULL || options->is_called);
  mark(&entry, RDO_JOB_OFFSET, options->offset_ns != 0);
  mark(&entry, RDO_JOB_DEADLINE, options->deadline_ns != 0);
  mark(&entry, RDO_JOB_PRIORITY, options->priority != 0);
  mark(&entry, RDO_JOB_OVERRUN, options->overrun != RONDO_OVERRUN_SKIP);
  mark(&entry, RDO_JOB_ON_ERROR, options->on_error != 0);
  mark(&entry, RDO_JOB_WARMUP, options->warm_up_count != 0);
  mark(&entry, RDO_JOB_MEMORY, options->memory_budget_bytes != 0);
  enum rondo_status status = rdo_jobs_file_use_models(&file, NULL, &models, diag);
  if (status == RONDO_OK) status = take_over(options, &entry, diag);
  rdo_model_set_deinit(&models);
  rdo_jobs_file_deinit(&file);
  return status;
}
