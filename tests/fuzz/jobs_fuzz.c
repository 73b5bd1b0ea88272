// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as a jobs file. What can be read must hold its invariants, and must read back as the same.
//
// Seeds: the keys of docs/files.md, and errors.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/jobs_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void check_jobs(const struct rdo_jobs_file *jobs) {
  int *places = calloc((size_t)jobs->job_count, sizeof *places);
  require(places != NULL);
  for (int i = 0; i < jobs->job_count; ++i) {
    require(places[jobs->order[i]] == 0);
    places[jobs->order[i]] = i + 1;
  }
  for (int i = 0; i < jobs->job_count; ++i) {
    const struct rdo_job_entry *job = &jobs->jobs[i];
    require(rdo_jobs_file_find(jobs, job->name) == i && job->model[0] != '\0' && job->priority >= 0 && job->priority <= 255);
    require((job->activation == RDO_JOB_PERIODIC) == (job->period_ns > 0) && (job->activation == RDO_JOB_AFTER) == (job->trigger_job >= 0));
    require((job->overrun == RONDO_OVERRUN_DEGRADE) == (job->degrade_function[0] != '\0'));
    if (job->trigger_job >= 0) require(places[job->trigger_job] < places[i]);
    for (int k = 0; k < job->wait_count; ++k) require(places[job->waits_for[k]] < places[i]);
    for (int k = 0; k < job->input_count; ++k) {
      const struct rdo_job_input *input = &job->inputs[k];
      require((input->kind == RDO_INPUT_JOB) == (input->job >= 0));
      if (input->waits) require(places[input->job] < places[i]);
    }
  }
  free(places);
}

static void check_round_trip(const struct rdo_jobs_file *jobs) {
  static char path[64];
  if (path[0] == '\0') snprintf(path, sizeof path, "/tmp/rondo-jobs-fuzz-%ld.json", (long)getpid());
  struct rdo_jobs_file back;
  struct rondo_diag diag = {.status = RONDO_OK};
  require(rdo_jobs_file_write(jobs, path, &diag) == RONDO_OK);
  enum rondo_status status = rdo_jobs_file_read(path, NULL, &back, &diag);
  unlink(path);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  require(status == RONDO_OK && back.job_count == jobs->job_count);
  for (int i = 0; i < back.job_count; ++i) {
    const struct rdo_job_entry *a = &back.jobs[i], *b = &jobs->jobs[i];
    require(strcmp(a->name, b->name) == 0 && strcmp(a->model, b->model) == 0 && strcmp(a->function, b->function) == 0);
    require(a->period_ns == b->period_ns && a->deadline_ns == b->deadline_ns && a->offset_ns == b->offset_ns && a->overrun == b->overrun);
    require(a->input_count == b->input_count && a->wait_count == b->wait_count && a->lane_count == b->lane_count && a->trigger_job == b->trigger_job);
    for (int k = 0; k < a->input_count; ++k) {
      require(a->inputs[k].kind == b->inputs[k].kind && a->inputs[k].number == b->inputs[k].number && strcmp(a->inputs[k].text,
                                                                                                             b->inputs[k].text) == 0);
    }
  }
  require(memcmp(back.order, jobs->order, sizeof *back.order * (size_t)back.job_count) == 0);
  rdo_jobs_file_deinit(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct rdo_notes notes = {0};
  struct rdo_document document;
  struct rdo_jobs_file jobs = {0};
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_document_parse((struct rdo_bytes){data, size}, "j.json", &notes, &document, &diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    status = rdo_jobs_file_read_value(&root, NULL, &jobs, &diag);
  }
  require(status == diag.status);
  if (status != RONDO_OK) require(strncmp(diag.message, "j.json:", 7) == 0);
  rdo_document_deinit(&document);
  if (status == RONDO_OK) {
    check_jobs(&jobs);
    check_round_trip(&jobs);
  }
  rdo_jobs_file_deinit(&jobs);
  rdo_notes_deinit(&notes);
  return 0;
}
