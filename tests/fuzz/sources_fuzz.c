// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any texts as the separate files that jobs are combined from. Parts end with a byte 0: dependencies, deadlines, the workload
// profile, then keys and values of attributes of a model's function, in turns. What can be combined must hold the invariants of a jobs
// file, and must read back as the same.
//
// Seeds: the examples of docs/files.md, each form of a side, each kind of error.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/job_sources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 3, ATTRIBUTES_MAX = 8, PATH_BYTES = 64, MODELS = 3 };

static void require(bool condition) {
  if (!condition) abort();
}

// Input ----------------------------------------------------------------------------------------------------

struct parts {
  char paths[PARTS][PATH_BYTES];
  bool is_given[PARTS];
  struct rdo_attribute_facts attributes[ATTRIBUTES_MAX];
  int attribute_count;
};

// The text up to the next 0, as a string of its own.
static char *take(const uint8_t **data, size_t *size) {
  const uint8_t *end = memchr(*data, 0, *size);
  size_t length = end != NULL ? (size_t)(end - *data) : *size;
  char *text = calloc(length + 1, 1);
  require(text != NULL);
  memcpy(text, *data, length);
  *data += length + (end != NULL);
  *size -= length + (end != NULL);
  return text;
}

static void split(const uint8_t *data, size_t size, struct parts *parts) {
  for (int i = 0; i < PARTS; ++i) {
    char *text = take(&data, &size);
    snprintf(parts->paths[i], PATH_BYTES, "/tmp/rondo-sources-fuzz-%ld-%d.json", (long)getpid(), i);
    parts->is_given[i] = text[0] != '\0';
    FILE *file = fopen(parts->paths[i], "wb");
    require(file != NULL && fwrite(text, 1, strlen(text), file) == strlen(text) && fclose(file) == 0);
    free(text);
  }
  while (size > 0 && parts->attribute_count < ATTRIBUTES_MAX) {
    char *key = take(&data, &size), *value = take(&data, &size);
    parts->attributes[parts->attribute_count++] = (struct rdo_attribute_facts){key, value};
  }
}

static void end_parts(struct parts *parts) {
  for (int i = 0; i < PARTS; ++i) unlink(parts->paths[i]);
  for (int i = 0; i < parts->attribute_count; ++i) {
    free((char *)(uintptr_t)parts->attributes[i].key);
    free((char *)(uintptr_t)parts->attributes[i].value);
  }
}

// Checks ---------------------------------------------------------------------------------------------------

static void check_order(const struct rdo_jobs_file *jobs) {
  int *places = calloc((size_t)jobs->job_count, sizeof *places);
  require(places != NULL);
  for (int i = 0; i < jobs->job_count; ++i) {
    require(places[jobs->order[i]] == 0);
    places[jobs->order[i]] = i + 1;
  }
  for (int i = 0; i < jobs->job_count; ++i) {
    const struct rdo_job_entry *job = &jobs->jobs[i];
    for (int k = 0; k < job->wait_count; ++k) require(places[job->waits_for[k]] < places[i] && job->wait_places[k] != NULL);
    for (int k = 0; k < job->input_count; ++k) require(places[job->inputs[k].job] < places[i] && job->inputs[k].place != NULL);
  }
  free(places);
}

static void check_jobs(const struct rdo_jobs_file *jobs) {
  static const char *const members[] = {"", ".name", ".function", ".period_ns", ".deadline_ns", ".lanes[0]", ".inputs"};
  char place[RDO_JOB_PLACE_BYTES];
  require(jobs->job_count >= MODELS);
  for (int i = 0; i < jobs->job_count; ++i) {
    const struct rdo_job_entry *job = &jobs->jobs[i];
    require(rdo_jobs_file_find(jobs, job->name) == i && job->model[0] != '\0' && job->priority >= 0 && job->priority <= 255);
    require((job->activation == RDO_JOB_PERIODIC) == (job->period_ns > 0) && job->trigger_job == -1);
    for (size_t k = 0; k < sizeof members / sizeof *members; ++k) {
      rdo_job_place(jobs, i, members[k], place);
      require(place[0] != '\0');
    }
  }
  check_order(jobs);
}

static void check_round_trip(const struct rdo_jobs_file *jobs) {
  char path[PATH_BYTES];
  struct rdo_jobs_file back;
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "/tmp/rondo-sources-fuzz-%ld-jobs.json", (long)getpid());
  require(rdo_jobs_file_write(jobs, path, &diag) == RONDO_OK);
  enum rondo_status status = rdo_jobs_file_read(path, NULL, &back, &diag);
  unlink(path);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  require(status == RONDO_OK && back.job_count == jobs->job_count);
  for (int i = 0; i < back.job_count; ++i) {
    const struct rdo_job_entry *a = &back.jobs[i], *b = &jobs->jobs[i];
    require(strcmp(a->name, b->name) == 0 && strcmp(a->function, b->function) == 0 && a->priority == b->priority);
    require(a->period_ns == b->period_ns && a->deadline_ns == b->deadline_ns && a->offset_ns == b->offset_ns);
    require(a->input_count == b->input_count && a->wait_count == b->wait_count && a->lane_count == b->lane_count);
  }
  rdo_jobs_file_deinit(&back);
}

// One model has a function with the attributes, one has several, one is not there.
static enum rondo_status combine(struct parts *parts, const struct rdo_workload *workload, struct rdo_jobs_file *jobs, struct rondo_diag *diag) {
  static const char *const modules[MODELS] = {"model_a.vmfb", "model_b.vmfb", "model.c.vmfb"};
  static struct rdo_port_facts ports[] = {{"input0", 16}, {"", -1}};
  struct rdo_function_facts only = {.name = "predict", .arguments = ports, .results = ports, .argument_count = 2, .result_count = 1};
  struct rdo_function_facts several[] = {only, {.name = "plan", .arguments = ports, .results = ports, .argument_count = 1, .result_count = 2}};
  only.attributes = several[1].attributes = parts->attributes;
  only.attribute_count = several[1].attribute_count = parts->attribute_count;
  const struct rdo_model_facts a = {.path = modules[0], .module = "module", .is_known = true, .functions = &only, .function_count = 1, .only = 0};
  const struct rdo_model_facts b = {.path = modules[1], .module = "m", .is_known = true, .functions = several, .function_count = 2, .only = -1};
  const struct rdo_model_facts c = {.path = modules[2], .module = "", .only = -1};
  const struct rdo_model_facts *const models[MODELS] = {&a, &b, &c};
  const struct rdo_job_sources sources = {.modules = modules,
                                          .module_count = MODELS,
                                          .dependencies = parts->is_given[0] ? parts->paths[0] : NULL,
                                          .deadlines = parts->is_given[1] ? parts->paths[1] : NULL,
                                          .workload = workload,
                                          .models = models};
  enum rondo_status status = rdo_jobs_file_combine(&sources, NULL, jobs, diag);
  if (status != RONDO_OK) return status;
  check_jobs(jobs);
  check_round_trip(jobs);
  const struct rdo_model_facts **by_job = calloc((size_t)jobs->job_count, sizeof *by_job);
  require(by_job != NULL);
  for (int i = 0; i < jobs->job_count; ++i) {
    for (int k = 0; k < MODELS; ++k) by_job[i] = strcmp(jobs->jobs[i].model, modules[k]) == 0 ? models[k] : by_job[i];
  }
  status = rdo_jobs_file_check_models(jobs, by_job, diag);
  free(by_job);
  return status == RONDO_OK ? rdo_jobs_file_check_plannable(jobs, true, diag) : status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct parts parts = {.attribute_count = 0};
  struct rdo_workload workload = {0};
  struct rdo_jobs_file jobs = {0};
  struct rondo_diag diag = {.status = RONDO_OK};
  split(data, size, &parts);
  enum rondo_status status = parts.is_given[2] ? rdo_workload_read(parts.paths[2], &workload, &diag) : RONDO_OK;
  if (status == RONDO_OK) status = combine(&parts, parts.is_given[2] ? &workload : NULL, &jobs, &diag);
  require(status == diag.status);
  if (status != RONDO_OK) require(diag.message[0] != '\0');
  rdo_jobs_file_deinit(&jobs);
  rdo_workload_deinit(&workload);
  end_parts(&parts);
  return 0;
}
