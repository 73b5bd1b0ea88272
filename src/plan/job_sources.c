// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/job_sources.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/dispatch_dump.h"
#include "plan/name_map.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

// Workload profiles ----------------------------------------------------------------------------------------

static enum rondo_status read_dispatch(struct rdo_workload *workload, const struct rdo_value *object,
                                       struct rdo_workload_dispatch *dispatch, struct rondo_diag *diag) {
  static const char *const known[] = {"name", "estimated_cycles", "duration_*", "memory_bytes", "requires_npu", "priority", "frequency"};
  struct rdo_value member;
  const char *name;
  bool has_duration;
  dispatch->priority = -1;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), diag));
  RDO_TRY(rdo_value_require(object, "name", RDO_VALUE_TEXT, "what the dispatch is called", &member, diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &name, diag));
  RDO_TRY(rdo_text_copy(&workload->arena, name, &dispatch->name, diag));
  RDO_TRY(rdo_member_time(object, "duration", 1, RDO_TIME_NS_MAX, &dispatch->duration_ns, &has_duration, diag));
  if (!has_duration) {
    RDO_TRY(rdo_value_require(object, "estimated_cycles", RDO_VALUE_INTEGER, "the processor cycles that it takes, or `duration_us`", &member, diag));
  }
  RDO_TRY(rdo_member_integer(object, "estimated_cycles", 1, INT64_C(1) << 53, &dispatch->cycle_count, diag));
  RDO_TRY(rdo_member_int(object, "priority", 0, 255, &dispatch->priority, diag));
  RDO_TRY(rdo_member_integer(object, "memory_bytes", 0, INT64_MAX, &dispatch->memory_bytes, diag));
  RDO_TRY(rdo_member_flag(object, "requires_npu", &dispatch->needs_npu, diag));
  if (!rdo_value_find(object, "frequency", &member)) return RONDO_OK;
  return rdo_value_number(&member, 1e-6, 1e9, &dispatch->frequency_hz, diag);
}

static enum rondo_status read_model(struct rdo_workload *workload, const struct rdo_value *object, struct rondo_diag *diag) {
  static const char *const known[] = {"dispatches"};
  struct rdo_workload_model *model = &workload->models[workload->model_count];
  struct rdo_value array;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), diag));
  RDO_TRY(rdo_value_require(object, "dispatches", RDO_VALUE_ARRAY, "an array of dispatches, each with `name` and `estimated_cycles` or `duration_us`",
                            &array, diag));
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_WORKLOAD_DISPATCHES_MAX, &count, diag));
  RDO_TRY(rdo_text_copy(&workload->arena, object->key, &model->name, diag));
  RDO_TRY(rdo_arena_alloc(&workload->arena, count, sizeof *model->dispatches, &model->dispatches, diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_dispatch(workload, &element, &model->dispatches[i], diag));
    ++model->dispatch_count;
  }
  ++workload->model_count;
  return RONDO_OK;
}

enum rondo_status rdo_workload_read_value(const struct rdo_value *root, struct rdo_workload *workload, struct rondo_diag *diag) {
  RDO_TRY(rdo_value_expect(root, RDO_VALUE_OBJECT, diag));
  RDO_TRY(rdo_text_copy(&workload->arena, root->document->name, &workload->path, diag));
  RDO_TRY(rdo_arena_alloc(&workload->arena, rdo_value_count(root), sizeof *workload->models, &workload->models, diag));
  for (void *at = rdo_value_begin(root); at != NULL; at = rdo_value_next(root, at)) {
    struct rdo_value object = rdo_value_at(root, at);
    RDO_TRY(read_model(workload, &object, diag));
  }
  return RONDO_OK;
}

enum rondo_status rdo_workload_read(const char *path, struct rdo_workload *out_workload, struct rondo_diag *diag) {
  struct rdo_document document;
  *out_workload = (struct rdo_workload){0};
  enum rondo_status status = rdo_document_open(path, &out_workload->notes, &document, diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    status = rdo_workload_read_value(&root, out_workload, diag);
  }
  rdo_document_deinit(&document);
  return status;
}

void rdo_workload_deinit(struct rdo_workload *workload) {
  if (workload == NULL) return;
  rdo_notes_deinit(&workload->notes);
  rdo_arena_deinit(&workload->arena);
  *workload = (struct rdo_workload){0};
}

const struct rdo_workload_model *rdo_workload_find(const struct rdo_workload *workload, const char *model) {
  for (int i = 0; i < workload->model_count; ++i) {
    if (strcmp(workload->models[i].name, model) == 0) return &workload->models[i];
  }
  return NULL;
}

int64_t rdo_workload_duration_ns(const struct rdo_workload_dispatch *dispatch, const struct rdo_cluster_entry *cluster) {
  if (dispatch->duration_ns > 0) return dispatch->duration_ns;
  if (cluster->frequency_khz == 0) return 0;
  double duration_ns = (double)dispatch->cycle_count * 1e6 / (double)cluster->frequency_khz;
  if (duration_ns < 1) return 1;
  return duration_ns < (double)RDO_TIME_NS_MAX ? (int64_t)(duration_ns + 0.5) : RDO_TIME_NS_MAX;
}

// Jobs from several files ----------------------------------------------------------------------------------

struct source_model {
  const char *name;
  const char *path;
  int job_begin, job_count;
};

struct source_deadline {
  int model;
  const char *function, *place;
  int64_t deadline_ns;
};

// One side of a dependency.
struct endpoint {
  int job;
  const char *port;  // NULL: the whole call
};

struct combiner {
  const struct rdo_job_sources *sources;
  const struct rdo_machine_file *machine;
  struct rdo_jobs_file *file;
  struct source_model *models;
  struct source_deadline *deadlines;
  int deadline_count;
  struct rondo_diag *diag;
};

static enum rondo_status name_models(struct combiner *combiner) {
  const struct rdo_job_sources *sources = combiner->sources;
  if (sources->module_count < 1 || sources->module_count > RDO_JOBS_MAX) {
    return rdo_fail(combiner->diag, RONDO_INVALID_ARGUMENT, "%d modules are given, 1 to %d are needed", sources->module_count, RDO_JOBS_MAX);
  }
  RDO_TRY(rdo_arena_alloc(&combiner->file->arena, (size_t)sources->module_count, sizeof *combiner->models, &combiner->models, combiner->diag));
  for (int i = 0; i < sources->module_count; ++i) {
    struct source_model *model = &combiner->models[i];
    const char *stem;
    size_t length = rdo_model_name(sources->modules[i], &stem);
    char *name;
    RDO_TRY(rdo_arena_alloc(&combiner->file->arena, length + 1, 1, &name, combiner->diag));
    memcpy(name, stem, length);
    model->name = name;
    RDO_TRY(rdo_text_copy(&combiner->file->arena, sources->modules[i], &model->path, combiner->diag));
    for (int k = 0; k < i; ++k) {
      if (strcmp(combiner->models[k].name, name) != 0) continue;
      return rdo_fail(combiner->diag, RONDO_INVALID_ARGUMENT, "%s and %s are both called \"%s\": rename one of the files",
                      combiner->models[k].path, model->path, name);
    }
  }
  return RONDO_OK;
}

// "MODEL.REST" cut where a module's name ends; of several such names the longest.
//   what  that is to follow, for messages
static enum rondo_status split(const struct combiner *combiner, const struct rdo_value *place, const char *text, const char *what, int *out_model,
                               const char **out_rest) {
  size_t longest = 0;
  *out_model = -1;
  for (int i = 0; i < combiner->sources->module_count; ++i) {
    size_t length = strlen(combiner->models[i].name);
    if (length < longest || strncmp(text, combiner->models[i].name, length) != 0 || text[length] != '.' || text[length + 1] == '\0') continue;
    longest = length;
    *out_model = i;
    *out_rest = text + length + 1;
  }
  if (*out_model >= 0) return RONDO_OK;
  for (int i = 0; i < combiner->sources->module_count; ++i) {
    size_t length = strlen(combiner->models[i].name);
    if (strncmp(text, combiner->models[i].name, length) != 0 || strspn(text + length, ".") != strlen(text + length)) continue;
    return rdo_value_fail(place, combiner->diag, RONDO_INVALID_ARGUMENT, ".%s is missing behind \"%s\": write \"%s.%s\"", what, text, combiner->models[i].name, what);
  }
  return rdo_value_fail(place, combiner->diag, RONDO_NOT_FOUND, "\"%s\" begins with the name of none of the %d modules, such as \"%s.\"",
                        text, combiner->sources->module_count, combiner->models[0].name);
}

// Where a value is told, as a text that outlives its document.
static enum rondo_status keep_place(struct combiner *combiner, const struct rdo_value *value, const char **out_place) {
  char path[RDO_JOB_PLACE_BYTES], text[RDO_JOB_PLACE_BYTES];
  rdo_value_path(value, path, sizeof path);
  snprintf(text, sizeof text, "%.250s: %.250s", value->document->name, path);
  return rdo_text_copy(&combiner->file->arena, text, out_place, combiner->diag);
}

static enum rondo_status read_deadlines(struct combiner *combiner, const struct rdo_value *root) {
  RDO_TRY(rdo_value_expect(root, RDO_VALUE_OBJECT, combiner->diag));
  RDO_TRY(rdo_arena_alloc(&combiner->file->arena, rdo_value_count(root), sizeof *combiner->deadlines, &combiner->deadlines, combiner->diag));
  for (void *at = rdo_value_begin(root); at != NULL; at = rdo_value_next(root, at)) {
    struct rdo_value value = rdo_value_at(root, at);
    struct source_deadline *deadline = &combiner->deadlines[combiner->deadline_count];
    const char *function;
    RDO_TRY(split(combiner, &value, value.key, "FUNCTION", &deadline->model, &function));
    RDO_TRY(rdo_text_copy(&combiner->file->arena, function, &deadline->function, combiner->diag));
    RDO_TRY(rdo_value_time(&value, RDO_UNIT_NS, 1, RDO_TIME_NS_MAX, &deadline->deadline_ns, combiner->diag));
    RDO_TRY(keep_place(combiner, &value, &deadline->place));
    ++combiner->deadline_count;
  }
  if (combiner->deadline_count <= RDO_JOBS_MAX) return RONDO_OK;
  return rdo_value_fail(root, combiner->diag, RONDO_OUT_OF_RANGE, "has %d members, may have %d at most", combiner->deadline_count, RDO_JOBS_MAX);
}

static enum rondo_status name_job(struct combiner *combiner, const struct source_model *model, struct rdo_job_entry *job) {
  if (model->job_count == 1) return rdo_text_copy(&combiner->file->arena, model->name, &job->name, combiner->diag);
  char *name;
  size_t size = strlen(model->name) + strlen(job->function) + 2;
  RDO_TRY(rdo_arena_alloc(&combiner->file->arena, size, 1, &name, combiner->diag));
  snprintf(name, size, "%s.%s", model->name, job->function);
  job->name = name;
  return RONDO_OK;
}

// What the workload profile says of a model.
static enum rondo_status keep_workload_place(struct combiner *combiner, const struct rdo_workload_model *workload, int dispatch, const char *key,
                                             const char **out_place) {
  char text[RDO_JOB_PLACE_BYTES];
  snprintf(text, sizeof text, "%.250s: %.150s.dispatches[%d].%s", combiner->sources->workload->path, workload->name, dispatch, key);
  return rdo_text_copy(&combiner->file->arena, text, out_place, combiner->diag);
}

// The dispatch with the highest frequency or priority; -1 = none has one.
static int find_highest(const struct rdo_workload_model *workload, bool of_priority, bool *out_differs) {
  int found = -1;
  *out_differs = false;
  for (int i = 0; i < workload->dispatch_count; ++i) {
    const struct rdo_workload_dispatch *dispatch = &workload->dispatches[i], *best = &workload->dispatches[found >= 0 ? found : i];
    double value = of_priority ? dispatch->priority : dispatch->frequency_hz, most = of_priority ? best->priority : best->frequency_hz;
    if (of_priority ? dispatch->priority < 0 : dispatch->frequency_hz == 0) continue;
    *out_differs |= found >= 0 && value != most;
    if (found < 0 || value > most) found = i;
  }
  return found;
}

// Period and priority of a model's jobs, where nothing else has told them. What its dispatches hold is theirs, not the job's.
static enum rondo_status apply_workload(struct combiner *combiner, const struct rdo_workload_model *workload, struct rdo_job_entry *job) {
  bool differs;
  int fastest = find_highest(workload, false, &differs);
  if (fastest >= 0 && (job->given & 1u << RDO_JOB_ACTIVATION) == 0) {
    double frequency_hz = workload->dispatches[fastest].frequency_hz;
    if (differs) {
      RDO_TRY(rdo_notes_add(&combiner->file->notes, combiner->diag, workload->name,
                            "%s: the profile's dispatches have several frequencies; the job runs at the highest, %g Hz", workload->name, frequency_hz));
    }
    job->activation = RDO_JOB_PERIODIC;
    job->period_ns = (int64_t)(1e9 / frequency_hz + 0.5);
    job->given |= 1u << RDO_JOB_ACTIVATION;
    RDO_TRY(keep_workload_place(combiner, workload, fastest, "frequency", &job->places[RDO_JOB_ACTIVATION]));
  }
  int most_urgent = find_highest(workload, true, &differs);
  if (most_urgent < 0 || (job->given & 1u << RDO_JOB_PRIORITY) != 0) return RONDO_OK;
  if (differs) {
    RDO_TRY(rdo_notes_add(&combiner->file->notes, combiner->diag, "priorities", "%s: the profile's dispatches have several priorities; the job has the highest, %d",
                          workload->name, workload->dispatches[most_urgent].priority));
  }
  job->priority = workload->dispatches[most_urgent].priority;
  job->given |= 1u << RDO_JOB_PRIORITY;
  return keep_workload_place(combiner, workload, most_urgent, "priority", &job->places[RDO_JOB_PRIORITY]);
}

static enum rondo_status check_npu(const struct combiner *combiner, const struct rdo_workload_model *workload) {
  for (int i = 0; i < workload->dispatch_count && combiner->machine != NULL && combiner->machine->resource_count == 0; ++i) {
    if (!workload->dispatches[i].needs_npu) continue;
    return rdo_fail(combiner->diag, RONDO_NOT_FOUND,
                    "%s: %s.dispatches[%d].requires_npu: \"%s\" needs an NPU, and the machine has no resource: give one of its clusters `npu`, or the machine `resources`",
                    combiner->sources->workload->path, workload->name, i, workload->dispatches[i].name);
  }
  return RONDO_OK;
}

static const struct rdo_model_facts *facts_of(const struct combiner *combiner, int model) {
  const struct rdo_model_facts *facts = combiner->sources->models != NULL ? combiner->sources->models[model] : NULL;
  return facts != NULL && facts->is_known ? facts : NULL;
}

// What a job's function is called: "" = not known.
static const char *function_name(const struct combiner *combiner, int model, const char *function) {
  const struct rdo_model_facts *facts = facts_of(combiner, model);
  const struct rdo_function_facts *found = facts != NULL ? rdo_model_facts_find(facts, function) : NULL;
  return found != NULL ? found->name : function;
}

// Functions with deadlines; those whose attributes say when they run, or else the only one.
static enum rondo_status list_jobs(struct combiner *combiner, int index) {
  struct rdo_jobs_file *file = combiner->file;
  struct source_model *model = &combiner->models[index];
  const struct rdo_model_facts *facts = facts_of(combiner, index);
  model->job_begin = file->job_count;
  for (int k = 0; k < combiner->deadline_count; ++k) {
    if (combiner->deadlines[k].model != index) continue;
    struct rdo_job_entry *job = &file->jobs[file->job_count++];
    rdo_job_entry_init(job);
    job->function = combiner->deadlines[k].function;
    job->deadline_ns = combiner->deadlines[k].deadline_ns;
    job->given |= 1u << RDO_JOB_DEADLINE | 1u << RDO_JOB_FUNCTION;
    job->places[RDO_JOB_DEADLINE] = job->places[RDO_JOB_FUNCTION] = combiner->deadlines[k].place;
  }
  for (int k = 0; facts != NULL && facts->only < 0 && k < facts->function_count; ++k) {
    bool is_job = facts->functions[k].takes_fences || !rdo_function_facts_tell_job(&facts->functions[k]);
    for (int m = model->job_begin; m < file->job_count && !is_job; ++m) {
      is_job = strcmp(function_name(combiner, index, file->jobs[m].function), facts->functions[k].name) == 0;
    }
    if (is_job) continue;
    rdo_job_entry_init(&file->jobs[file->job_count]);
    RDO_TRY(rdo_text_copy(&file->arena, facts->functions[k].name, &file->jobs[file->job_count++].function, combiner->diag));
  }
  if (file->job_count == model->job_begin) rdo_job_entry_init(&file->jobs[file->job_count++]);
  model->job_count = file->job_count - model->job_begin;
  return RONDO_OK;
}

static enum rondo_status fill_job(struct combiner *combiner, int index, int job) {
  const struct source_model *model = &combiner->models[index];
  const struct rdo_workload *workload = combiner->sources->workload;
  const struct rdo_workload_model *work = workload != NULL ? rdo_workload_find(workload, model->name) : NULL;
  const struct rdo_model_facts *facts = facts_of(combiner, index);
  struct rdo_job_entry *entry = &combiner->file->jobs[job];
  entry->model = entry->model_path = entry->place = model->path;
  RDO_TRY(name_job(combiner, model, entry));
  const struct rdo_function_facts *function = facts != NULL ? rdo_model_facts_find(facts, entry->function) : NULL;
  if (function != NULL) RDO_TRY(rdo_jobs_file_use_attributes(combiner->file, job, model->path, function, combiner->diag));
  if (work == NULL) return RONDO_OK;
  RDO_TRY(check_npu(combiner, work));
  return apply_workload(combiner, work, entry);
}

static enum rondo_status make_jobs(struct combiner *combiner) {
  struct rdo_jobs_file *file = combiner->file;
  size_t count_max = (size_t)(combiner->sources->module_count + combiner->deadline_count);
  for (int i = 0; i < combiner->sources->module_count; ++i) {
    const struct rdo_model_facts *facts = facts_of(combiner, i);
    if (facts != NULL) count_max += (size_t)facts->function_count;
  }
  RDO_TRY(rdo_arena_alloc(&file->arena, count_max, sizeof *file->jobs, &file->jobs, combiner->diag));
  for (int i = 0; i < combiner->sources->module_count; ++i) RDO_TRY(list_jobs(combiner, i));
  if (file->job_count > RDO_JOBS_MAX) {
    return rdo_fail(combiner->diag, RONDO_OUT_OF_RANGE, "the modules have %d jobs, %d are possible", file->job_count, RDO_JOBS_MAX);
  }
  for (int i = 0; i < combiner->sources->module_count; ++i) {
    const struct source_model *model = &combiner->models[i];
    for (int k = model->job_begin; k < model->job_begin + model->job_count; ++k) RDO_TRY(fill_job(combiner, i, k));
  }
  for (int i = 0; i < file->job_count; ++i) {
    if (rdo_jobs_file_find(file, file->jobs[i].name) == i) continue;
    return rdo_fail(combiner->diag, RONDO_INVALID_ARGUMENT, "two jobs are called \"%s\": rename a module", file->jobs[i].name);
  }
  return RONDO_OK;
}

// "MODEL.PORT", "MODEL.FUNCTION" or "MODEL.FUNCTION.PORT". What is called as a function is the function.
static enum rondo_status resolve(const struct combiner *combiner, const struct rdo_value *place, const char *text, struct endpoint *out_end) {
  int index;
  const char *rest;
  RDO_TRY(split(combiner, place, text, "PORT", &index, &rest));
  const struct source_model *model = &combiner->models[index];
  const struct rdo_model_facts *facts = facts_of(combiner, index);
  for (int i = model->job_begin; i < model->job_begin + model->job_count; ++i) {
    const char *function = function_name(combiner, index, combiner->file->jobs[i].function);
    size_t length = strlen(function);
    if (length == 0 || strncmp(rest, function, length) != 0) continue;
    *out_end = (struct endpoint){i, rest[length] == '.' && rest[length + 1] != '\0' ? rest + length + 1 : NULL};
    if (rest[length] == '\0' || out_end->port != NULL) return RONDO_OK;
  }
  if (facts != NULL && rdo_model_facts_find(facts, rest) != NULL) {
    return rdo_value_fail(place, combiner->diag, RONDO_NOT_FOUND, "no job calls function %s of %s: give it a deadline, which makes it one", rest, model->path);
  }
  *out_end = (struct endpoint){model->job_begin, rest};
  if (model->job_count == 1) return RONDO_OK;
  return rdo_value_fail(place, combiner->diag, RONDO_INVALID_ARGUMENT, "model %s has several functions: say which, as in \"%s.%s.%s\"",
                        model->name, model->name, combiner->file->jobs[model->job_begin].function, rest);
}

// The call as a whole: order only. Otherwise a result becomes an argument.
static enum rondo_status add_dependency(struct combiner *combiner, const struct rdo_value *value, const struct endpoint *consumer, const struct endpoint *producer) {
  struct rdo_job_entry *job = &combiner->file->jobs[consumer->job];
  const char *place;
  RDO_TRY(keep_place(combiner, value, &place));
  if (consumer->port == NULL) {
    job->wait_places[job->wait_count] = place;
    job->waits_for[job->wait_count++] = producer->job;
    return RONDO_OK;
  }
  struct rdo_job_input *input = &job->inputs[job->input_count++];
  *input = (struct rdo_job_input){.kind = RDO_INPUT_JOB, .place = place, .text = "", .path = "", .job = producer->job, .waits = true};
  RDO_TRY(rdo_text_copy(&combiner->file->arena, consumer->port, &input->argument, combiner->diag));
  return rdo_text_copy(&combiner->file->arena, producer->port != NULL ? producer->port : "0", &input->result, combiner->diag);
}

static enum rondo_status read_dependencies(struct combiner *combiner, const struct rdo_value *root) {
  struct rdo_jobs_file *file = combiner->file;
  int *counts;
  RDO_TRY(rdo_value_expect(root, RDO_VALUE_OBJECT, combiner->diag));
  if (rdo_value_count(root) > RDO_JOBS_MAX) {
    return rdo_value_fail(root, combiner->diag, RONDO_OUT_OF_RANGE, "has %zu members, may have %d at most", rdo_value_count(root), RDO_JOBS_MAX);
  }
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)file->job_count, sizeof *counts, &counts, combiner->diag));
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < file->job_count && pass == 1; ++i) {
      RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)counts[i], sizeof *file->jobs[i].inputs, &file->jobs[i].inputs, combiner->diag));
      RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)counts[i], sizeof *file->jobs[i].waits_for, &file->jobs[i].waits_for, combiner->diag));
      RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)counts[i], sizeof *file->jobs[i].wait_places, &file->jobs[i].wait_places, combiner->diag));
    }
    for (void *at = rdo_value_begin(root); at != NULL; at = rdo_value_next(root, at)) {
      struct rdo_value value = rdo_value_at(root, at);
      struct endpoint consumer, producer;
      const char *text;
      RDO_TRY(rdo_value_text(&value, RDO_NAME_BYTES_MAX, &text, combiner->diag));
      RDO_TRY(resolve(combiner, &value, value.key, &consumer));
      RDO_TRY(resolve(combiner, &value, text, &producer));
      if (consumer.job == producer.job) {
        return rdo_value_fail(&value, combiner->diag, RONDO_INVALID_ARGUMENT, "job %s would wait for itself", file->jobs[consumer.job].name);
      }
      ++counts[consumer.job];
      if (pass == 1) RDO_TRY(add_dependency(combiner, &value, &consumer, &producer));
    }
  }
  return RONDO_OK;
}

// Reads one of the files with a function that takes its root. No file: nothing to read.
static enum rondo_status read_source(struct combiner *combiner, const char *path,
                                     enum rondo_status (*read)(struct combiner *combiner, const struct rdo_value *root)) {
  struct rdo_document document;
  if (path == NULL) return RONDO_OK;
  enum rondo_status status = rdo_document_open(path, &combiner->file->notes, &document, combiner->diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    status = read(combiner, &root);
  }
  rdo_document_deinit(&document);
  return status;
}

enum rondo_status rdo_jobs_file_combine(const struct rdo_job_sources *sources, const struct rdo_machine_file *machine,
                                        struct rdo_jobs_file *out_file, struct rondo_diag *diag) {
  struct combiner combiner = {.sources = sources, .machine = machine, .file = out_file, .diag = diag};
  *out_file = (struct rdo_jobs_file){.machine = "", .machine_path = "", .path = ""};
  RDO_TRY(name_models(&combiner));
  RDO_TRY(read_source(&combiner, sources->deadlines, read_deadlines));
  RDO_TRY(make_jobs(&combiner));
  RDO_TRY(read_source(&combiner, sources->dependencies, read_dependencies));
  return rdo_jobs_file_complete(out_file, machine, diag);
}
