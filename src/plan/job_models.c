// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether jobs fit the models that they name.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan/jobs_file.h"

enum { LIST_BYTES = 300 };

struct checker {
  const struct rdo_jobs_file *file;
  const struct rdo_model_facts *const *models;
  struct rondo_diag *diag;
};

// The function that a job calls; NULL = not known.
static const struct rdo_function_facts *function_of(const struct checker *checker, int job) {
  const struct rdo_model_facts *model = checker->models[job];
  return model != NULL && model->is_known ? rdo_model_facts_find(model, checker->file->jobs[job].function) : NULL;
}

static enum rondo_status check_function(const struct checker *checker, int job) {
  const struct rdo_model_facts *model = checker->models[job];
  const struct rdo_job_entry *entry = &checker->file->jobs[job];
  const struct rdo_function_facts *function = function_of(checker, job);
  char place[RDO_JOB_PLACE_BYTES], list[LIST_BYTES];
  if (model == NULL || !model->is_known) return RONDO_OK;
  rdo_job_place(checker->file, job, ".function", place);
  rdo_model_facts_list(model, list, sizeof list);
  if (function == NULL && entry->function[0] != '\0') {
    return rdo_fail(checker->diag, RONDO_NOT_FOUND, "%s: %s has no function \"%s\"; it has: %s", place, model->path, entry->function, list);
  }
  if (function == NULL && model->function_count == 0) return rdo_fail(checker->diag, RONDO_NOT_FOUND, "%s: %s has no function to call", place, model->path);
  if (function == NULL) {
    return rdo_fail(checker->diag, RONDO_NOT_FOUND, "%s: %s has several functions, say which: %s", place, model->path, list);
  }
  if (!function->takes_fences) return RONDO_OK;
  return rdo_fail(checker->diag, RONDO_UNIMPLEMENTED, "%s: function %s of %s takes fences; play its synchronous twin", place, function->name, model->path);
}

static enum rondo_status fail_port(const struct checker *checker, int job, int input, const struct rdo_function_facts *function, const char *text, bool is_result) {
  char place[RDO_JOB_PLACE_BYTES], list[LIST_BYTES] = "";
  const struct rdo_port_facts *ports = is_result ? function->results : function->arguments;
  int count = is_result ? function->result_count : function->argument_count, length = 0;
  rdo_job_input_place(checker->file, job, input, place);
  for (int i = 0; i < count && length < LIST_BYTES; ++i) {
    if (ports[i].name[0] == '\0') length += snprintf(list + length, (size_t)(LIST_BYTES - length), "%s%d", i > 0 ? ", " : ": ", i);
    else length += snprintf(list + length, (size_t)(LIST_BYTES - length), "%s%.60s", i > 0 ? ", " : ": ", ports[i].name);
  }
  return rdo_fail(checker->diag, RONDO_NOT_FOUND, "%s: function %s has no %s %s%s%s (it has %d%s)", place, function->name, is_result ? "result" : "argument",
                  text[0] != '\0' ? "\"" : "for this input", text, text[0] != '\0' ? "\"" : "", count, list);
}

// The argument of an input, and what it reads from another job.
static enum rondo_status check_input(const struct checker *checker, int job, int place, int *out_argument) {
  const struct rdo_job_input *input = &checker->file->jobs[job].inputs[place];
  const struct rdo_function_facts *reader = function_of(checker, job), *source = input->kind == RDO_INPUT_JOB ? function_of(checker, input->job) : NULL;
  int argument = -1, result = -1;
  *out_argument = -1;
  if (reader != NULL) {
    argument = input->argument[0] != '\0' ? rdo_function_facts_port(reader, input->argument, false) : place < reader->argument_count ? place : -1;
    if (argument < 0) return fail_port(checker, job, place, reader, input->argument, false);
    *out_argument = argument;
  }
  if (source != NULL) {
    result = rdo_function_facts_port(source, input->result, true);
    if (result < 0) return fail_port(checker, job, place, source, input->result, true);
  }
  if (argument < 0 || result < 0) return RONDO_OK;
  int64_t has = source->results[result].byte_length, needs = reader->arguments[argument].byte_length;
  if (has == needs || has < 0 || needs < 0) return RONDO_OK;
  char text[RDO_JOB_PLACE_BYTES];
  rdo_job_input_place(checker->file, job, place, text);
  return rdo_fail(checker->diag, RONDO_INVALID_ARGUMENT,
                  "%s: result %d of function %s has %" PRId64 " bytes, argument %d of function %s reads %" PRId64 ": what one takes from the other must be of one size",
                  text, result, source->name, has, argument, reader->name, needs);
}

static enum rondo_status check_inputs(const struct checker *checker, int job) {
  const struct rdo_job_entry *entry = &checker->file->jobs[job];
  int first[64];  // inputs that arguments have; those of more than so many are checked where they are played
  int first_count = 0;
  for (int i = 0; i < entry->input_count; ++i) {
    int argument;
    RDO_TRY(check_input(checker, job, i, &argument));
    for (int k = 0; k < first_count && argument >= 0; ++k) {
      if (first[k] != argument) continue;
      char place[RDO_JOB_PLACE_BYTES];
      rdo_job_input_place(checker->file, job, i, place);
      return rdo_fail(checker->diag, RONDO_INVALID_ARGUMENT, "%s: argument %d has an input already", place, argument);
    }
    if (argument >= 0 && first_count < 64) first[first_count++] = argument;
  }
  return RONDO_OK;
}

enum rondo_status rdo_jobs_file_check_models(const struct rdo_jobs_file *file, const struct rdo_model_facts *const *models, struct rondo_diag *diag) {
  const struct checker checker = {file, models, diag};
  for (int i = 0; i < file->job_count; ++i) RDO_TRY(check_function(&checker, i));
  for (int i = 0; i < file->job_count; ++i) RDO_TRY(check_inputs(&checker, i));
  return RONDO_OK;
}
