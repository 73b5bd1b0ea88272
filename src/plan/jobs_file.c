// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/jobs_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum { RING_SLOTS_DEFAULT = 4, RING_SLOTS_MAX = 1 << 16, WARMUP_MAX = 1 << 20, WORKERS_MAX = 4096 };

static const char *const overrun_names[] = {"skip", "queue", "cancel", "degrade"};
static const char *const on_error_names[] = {"contain", "stop"};

struct reader {
  const struct rdo_machine_file *machine;
  struct rdo_jobs_file *file;
  struct rdo_name_map names;
  struct rondo_diag *diag;
};

// Parts ----------------------------------------------------------------------------------------------------

// A text that outlives the document; `fallback` when there is none.
static enum rondo_status keep_text(struct reader *reader, const struct rdo_value *object, const char *key, const char *fallback,
                                   const char **out_text) {
  const char *text = fallback;
  RDO_TRY(rdo_member_text(object, key, &text, reader->diag));
  return rdo_text_copy(&reader->file->arena, text, out_text, reader->diag);
}

// A name or an index, kept as text.
static enum rondo_status keep_port(struct reader *reader, const struct rdo_value *object, const char *key, const char **out_text) {
  struct rdo_value member;
  int64_t index;
  char text[24];
  if (!rdo_value_find(object, key, &member) || rdo_value_kind(&member) == RDO_VALUE_TEXT) return keep_text(reader, object, key, "", out_text);
  RDO_TRY(rdo_value_integer(&member, 0, RDO_JOB_INPUTS_MAX, &index, reader->diag));
  snprintf(text, sizeof text, "%" PRId64, index);
  return rdo_text_copy(&reader->file->arena, text, out_text, reader->diag);
}

// The job that a value names.
static enum rondo_status read_job_ref(struct reader *reader, const struct rdo_value *value, int *out_job) {
  const char *name;
  RDO_TRY(rdo_value_text(value, RDO_NAME_BYTES_MAX, &name, reader->diag));
  uint32_t job = rdo_name_map_find(&reader->names, name);
  if (job == RDO_NAME_NONE) return rdo_value_fail(value, reader->diag, RONDO_NOT_FOUND, "there is no job \"%s\" in this file", name);
  *out_job = (int)job;
  return RONDO_OK;
}

// An array of names, kept; empty when there is none. An array that is there must not be empty.
static enum rondo_status keep_names(struct reader *reader, const struct rdo_value *object, const char *key, const char ***out_names,
                                    int *out_count) {
  struct rdo_value array;
  if (!rdo_value_find(object, key, &array)) return RONDO_OK;
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_MACHINE_LANES_MAX, &count, reader->diag));
  if (count == 0) return rdo_value_fail(&array, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: leave the key out if none is meant");
  RDO_TRY(rdo_arena_alloc(&reader->file->arena, count, sizeof **out_names, out_names, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    const char *text;
    RDO_TRY(rdo_value_text(&element, RDO_NAME_BYTES_MAX, &text, reader->diag));
    for (size_t k = 0; k < i; ++k) {
      if (strcmp((*out_names)[k], text) == 0) return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "names \"%s\" again", text);
    }
    RDO_TRY(rdo_text_copy(&reader->file->arena, text, &(*out_names)[i], reader->diag));
    ++*out_count;
  }
  return RONDO_OK;
}

static enum rondo_status read_waits(struct reader *reader, const struct rdo_value *object, struct rdo_job_entry *job) {
  struct rdo_value array;
  if (!rdo_value_find(object, "waits_for", &array)) return RONDO_OK;
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_JOBS_MAX, &count, reader->diag));
  RDO_TRY(rdo_arena_alloc(&reader->file->arena, count, sizeof *job->waits_for, &job->waits_for, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_job_ref(reader, &element, &job->waits_for[i]));
    ++job->wait_count;
  }
  return RONDO_OK;
}

// Inputs ---------------------------------------------------------------------------------------------------

static enum rondo_status read_job_input(struct reader *reader, const struct rdo_value *object, struct rdo_job_input *input) {
  struct rdo_value member;
  rdo_value_find(object, "job", &member);
  RDO_TRY(read_job_ref(reader, &member, &input->job));
  RDO_TRY(keep_port(reader, object, "result", &input->result));
  if (input->result[0] == '\0') input->result = "0";
  RDO_TRY(rdo_member_flag(object, "waits", &input->waits, reader->diag));
  return rdo_member_time(object, "age_max", 1, RDO_TIME_NS_MAX, &input->age_ns_max, NULL, reader->diag);
}

static enum rondo_status read_splat(struct reader *reader, const struct rdo_value *object, struct rdo_job_input *input) {
  struct rdo_value member;
  RDO_TRY(rdo_value_require(object, "type", RDO_VALUE_TEXT, "the tensor's type, such as \"1x64xf32\"", &member, reader->diag));
  RDO_TRY(keep_text(reader, object, "type", "", &input->text));
  return rdo_member_number(object, "splat", -1e308, 1e308, &input->number, reader->diag);
}

static enum rondo_status read_input(struct reader *reader, const struct rdo_value *object, struct rdo_job_input *input) {
  static const char *const kinds[] = {"file", "constant", "splat", "ring", "job"};
  static const char *const known[] = {"argument", "file", "constant", "splat", "type", "ring", "slots", "job", "result", "waits", "age_max_*"};
  struct rdo_value member;
  int kind = -1;
  *input = (struct rdo_job_input){.argument = "", .text = "", .path = "", .result = "", .job = -1};
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  for (int i = 0; i < COUNT(kinds); ++i) {
    if (!rdo_value_find(object, kinds[i], &member)) continue;
    if (kind >= 0) {
      return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "%s is given as well: an input has one source", kinds[kind]);
    }
    kind = i;
  }
  if (kind < 0) return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "has no source: give file, constant, splat, ring or job");
  input->kind = (enum rdo_job_input_kind)kind;
  RDO_TRY(keep_port(reader, object, "argument", &input->argument));
  if (input->kind == RDO_INPUT_JOB) return read_job_input(reader, object, input);
  if (input->kind == RDO_INPUT_SPLAT) return read_splat(reader, object, input);
  RDO_TRY(keep_text(reader, object, kinds[kind], "", &input->text));
  if (input->text[0] == '\0') return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "%s is empty", kinds[kind]);
  if (input->kind == RDO_INPUT_FILE) return rdo_text_beside(&reader->file->arena, reader->file->path, input->text, &input->path, reader->diag);
  if (input->kind == RDO_INPUT_RING) {
    input->slot_count = RING_SLOTS_DEFAULT;
    return rdo_member_int(object, "slots", 2, RING_SLOTS_MAX, &input->slot_count, reader->diag);
  }
  return RONDO_OK;
}

static enum rondo_status read_inputs(struct reader *reader, const struct rdo_value *object, struct rdo_job_entry *job) {
  struct rdo_value array;
  if (!rdo_value_find(object, "inputs", &array)) return RONDO_OK;
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_JOB_INPUTS_MAX, &count, reader->diag));
  RDO_TRY(rdo_arena_alloc(&reader->file->arena, count, sizeof *job->inputs, &job->inputs, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_input(reader, &element, &job->inputs[i]));
    ++job->input_count;
  }
  return RONDO_OK;
}

// Jobs -----------------------------------------------------------------------------------------------------

// When it runs: one of period, rate and trigger, or none of them.
static enum rondo_status read_activation(struct reader *reader, const struct rdo_value *object, struct rdo_job_entry *job) {
  struct rdo_value rate, trigger;
  bool has_period;
  RDO_TRY(rdo_member_time(object, "period", 1, RDO_TIME_NS_MAX, &job->period_ns, &has_period, reader->diag));
  if (rdo_value_find(object, "rate_hz", &rate)) {
    double hertz;
    if (has_period) return rdo_value_fail(&rate, reader->diag, RONDO_INVALID_ARGUMENT, "a period is given as well: keep one of them");
    RDO_TRY(rdo_value_number(&rate, 1e-6, 1e9, &hertz, reader->diag));
    job->period_ns = (int64_t)(1e9 / hertz + 0.5);
    has_period = true;
  }
  if (has_period) job->activation = RDO_JOB_PERIODIC;
  if (has_period) job->given |= 1u << RDO_JOB_ACTIVATION;
  if (!rdo_value_find(object, "trigger", &trigger)) return RONDO_OK;
  job->given |= 1u << RDO_JOB_ACTIVATION;
  if (has_period) return rdo_value_fail(&trigger, reader->diag, RONDO_INVALID_ARGUMENT, "a period is given as well: keep one of them");
  if (rdo_value_kind(&trigger) == RDO_VALUE_OBJECT) {
    static const char *const known[] = {"job"};
    struct rdo_value name;
    RDO_TRY(rdo_value_note_unknown(&trigger, known, COUNT(known), reader->diag));
    RDO_TRY(rdo_value_require(&trigger, "job", RDO_VALUE_TEXT, "the job after which this one runs", &name, reader->diag));
    job->activation = RDO_JOB_AFTER;
    return read_job_ref(reader, &name, &job->trigger_job);
  }
  const char *text;
  RDO_TRY(rdo_value_text(&trigger, RDO_NAME_BYTES_MAX, &text, reader->diag));
  if (strcmp(text, "call") != 0) {
    return rdo_value_fail(&trigger, reader->diag, RONDO_INVALID_ARGUMENT,
                          "is \"%s\", must be \"call\", or {\"job\": \"NAME\"} to run after another job", text);
  }
  job->activation = RDO_JOB_CALLED;
  return RONDO_OK;
}

static enum rondo_status read_rules(struct reader *reader, const struct rdo_value *object, struct rdo_job_entry *job) {
  struct rdo_value member;
  int overrun = (int)job->overrun, on_error = (int)job->on_error;
  RDO_TRY(rdo_member_choice(object, "overrun", overrun_names, COUNT(overrun_names), &overrun, reader->diag));
  RDO_TRY(rdo_member_choice(object, "on_error", on_error_names, COUNT(on_error_names), &on_error, reader->diag));
  job->overrun = (enum rondo_overrun)overrun;
  job->on_error = (enum rondo_on_error)on_error;
  job->has_on_error = rdo_value_find(object, "on_error", &member);
  bool degrades = job->overrun == RONDO_OVERRUN_DEGRADE;
  if (degrades) {
    RDO_TRY(rdo_value_require(object, "degrade_to", RDO_VALUE_TEXT, "the function that runs when the job is late", &member, reader->diag));
  } else if (rdo_value_find(object, "degrade_to", &member)) {
    return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "has no effect without \"overrun\": \"degrade\"");
  }
  RDO_TRY(keep_text(reader, object, "degrade_to", "", &job->degrade_function));
  if (!degrades || job->degrade_function[0] != '\0') return RONDO_OK;
  return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: name a function of the model");
}

void rdo_job_entry_init(struct rdo_job_entry *job) {
  *job = (struct rdo_job_entry){.name = "", .model = "", .model_path = "", .function = "", .degrade_function = "", .trigger_job = -1,
                                .priority = RDO_JOB_PRIORITY_DEFAULT};
}

static bool has(const struct rdo_value *object, const char *key) {
  struct rdo_value member;
  return rdo_value_find(object, key, &member);
}

static void mark(struct rdo_job_entry *job, enum rdo_job_key key, bool is_given) {
  if (is_given) job->given |= 1u << key;
}

// What attributes of a function may say as well.
static enum rondo_status read_terms(struct reader *reader, const struct rdo_value *object, struct rdo_job_entry *job) {
  bool has_offset, has_deadline;
  RDO_TRY(read_activation(reader, object, job));
  RDO_TRY(rdo_member_time(object, "offset", 0, RDO_TIME_NS_MAX, &job->offset_ns, &has_offset, reader->diag));
  RDO_TRY(rdo_member_time(object, "deadline", 1, RDO_TIME_NS_MAX, &job->deadline_ns, &has_deadline, reader->diag));
  RDO_TRY(rdo_member_int(object, "priority", 0, 255, &job->priority, reader->diag));
  RDO_TRY(read_rules(reader, object, job));
  RDO_TRY(rdo_member_int(object, "warmup", 0, WARMUP_MAX, &job->warmup_count, reader->diag));
  RDO_TRY(rdo_member_int(object, "workers_max", 0, WORKERS_MAX, &job->worker_count_max, reader->diag));
  RDO_TRY(rdo_member_integer(object, "memory_bytes_max", 0, INT64_MAX, &job->memory_bytes_max, reader->diag));
  RDO_TRY(keep_names(reader, object, "lanes", &job->lanes, &job->lane_count));
  RDO_TRY(keep_names(reader, object, "resources", &job->resources, &job->resource_count));
  mark(job, RDO_JOB_OFFSET, has_offset);
  mark(job, RDO_JOB_DEADLINE, has_deadline);
  mark(job, RDO_JOB_PRIORITY, has(object, "priority"));
  mark(job, RDO_JOB_OVERRUN, has(object, "overrun"));
  mark(job, RDO_JOB_ON_ERROR, has(object, "on_error"));
  mark(job, RDO_JOB_WARMUP, has(object, "warmup"));
  mark(job, RDO_JOB_WORKERS, has(object, "workers_max"));
  mark(job, RDO_JOB_MEMORY, has(object, "memory_bytes_max"));
  mark(job, RDO_JOB_LANES, has(object, "lanes"));
  mark(job, RDO_JOB_RESOURCES, has(object, "resources"));
  return RONDO_OK;
}

static enum rondo_status read_job(struct reader *reader, const struct rdo_value *object, struct rdo_job_entry *job) {
  static const char *const known[] = {"name", "model", "function", "period_*", "rate_hz", "trigger", "offset_*", "deadline_*", "priority",
                                      "overrun", "degrade_to", "on_error", "warmup", "iterations", "duration_*", "workers_max",
                                      "memory_bytes_max", "lanes", "resources", "inputs", "waits_for"};
  struct rdo_value model;
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(rdo_value_require(object, "model", RDO_VALUE_TEXT, "the path of a .vmfb file", &model, reader->diag));
  RDO_TRY(keep_text(reader, object, "model", "", &job->model));
  if (job->model[0] == '\0') return rdo_value_fail(&model, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: give the path of a .vmfb file");
  RDO_TRY(rdo_text_beside(&reader->file->arena, reader->file->path, job->model, &job->model_path, reader->diag));
  RDO_TRY(keep_text(reader, object, "function", "", &job->function));
  RDO_TRY(read_terms(reader, object, job));
  RDO_TRY(rdo_member_integer(object, "iterations", 0, INT64_MAX, &job->iteration_count, reader->diag));
  RDO_TRY(rdo_member_time(object, "duration", 0, RDO_TIME_NS_MAX, &job->duration_ns, NULL, reader->diag));
  RDO_TRY(read_inputs(reader, object, job));
  return read_waits(reader, object, job);
}

// Names first: jobs may refer to later ones.
static enum rondo_status read_names(struct reader *reader, const struct rdo_value *array) {
  struct rdo_jobs_file *file = reader->file;
  for (int i = 0; i < file->job_count; ++i) {
    struct rdo_value element = rdo_value_element(array, (size_t)i), name;
    const char *text;
    rdo_job_entry_init(&file->jobs[i]);
    RDO_TRY(rdo_value_expect(&element, RDO_VALUE_OBJECT, reader->diag));
    RDO_TRY(rdo_value_require(&element, "name", RDO_VALUE_TEXT, "a name of your choice, such as \"control\"", &name, reader->diag));
    RDO_TRY(rdo_value_text(&name, RDO_NAME_BYTES_MAX, &text, reader->diag));
    if (text[0] == '\0') return rdo_value_fail(&name, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: give each job a name");
    uint32_t other = rdo_name_map_find(&reader->names, text);
    if (other != RDO_NAME_NONE) {
      return rdo_value_fail(&name, reader->diag, RONDO_INVALID_ARGUMENT, "jobs[%u] is called \"%s\" as well: rename one", (unsigned)other, text);
    }
    RDO_TRY(rdo_text_copy(&file->arena, text, &file->jobs[i].name, reader->diag));
    RDO_TRY(rdo_name_map_add(&reader->names, file->jobs[i].name, (uint32_t)i, reader->diag));
  }
  return RONDO_OK;
}

static enum rondo_status read_all(struct reader *reader, const struct rdo_value *root) {
  static const char *const known[] = {"schema", "jobs", "machine", "iterations", "duration_*"};
  struct rdo_jobs_file *file = reader->file;
  struct rdo_value array;
  RDO_TRY(rdo_value_expect(root, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(root, known, COUNT(known), reader->diag));
  RDO_TRY(rdo_text_copy(&file->arena, root->document->name, &file->path, reader->diag));
  RDO_TRY(keep_text(reader, root, "machine", "", &file->machine));
  RDO_TRY(rdo_text_beside(&file->arena, file->path, file->machine, &file->machine_path, reader->diag));
  RDO_TRY(rdo_member_integer(root, "iterations", 0, INT64_MAX, &file->iteration_count, reader->diag));
  RDO_TRY(rdo_member_time(root, "duration", 0, RDO_TIME_NS_MAX, &file->duration_ns, NULL, reader->diag));
  RDO_TRY(rdo_value_require(root, "jobs", RDO_VALUE_ARRAY, "an array of jobs, each with `name` and `model`", &array, reader->diag));
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_JOBS_MAX, &count, reader->diag));
  if (count == 0) return rdo_value_fail(&array, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: there is nothing to run");
  RDO_TRY(rdo_arena_alloc(&file->arena, count, sizeof *file->jobs, &file->jobs, reader->diag));
  file->job_count = (int)count;
  RDO_TRY(read_names(reader, &array));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_job(reader, &element, &file->jobs[i]));
  }
  char path[RDO_NAME_BYTES_MAX], place[RDO_NAME_BYTES_MAX + RDO_PATH_BYTES_MAX];
  rdo_value_path(root, path, sizeof path);
  snprintf(place, sizeof place, "%s: %s%s", file->path, path, path[0] != '\0' ? "." : "");
  RDO_TRY(rdo_text_copy(&file->arena, place, &file->place, reader->diag));
  return rdo_jobs_file_complete(file, reader->machine, reader->diag);
}

enum rondo_status rdo_jobs_file_read_value(const struct rdo_value *value, const struct rdo_machine_file *machine, struct rdo_jobs_file *out_file,
                                           struct rondo_diag *diag) {
  struct reader reader = {.machine = machine, .file = out_file, .diag = diag};
  *out_file = (struct rdo_jobs_file){0};
  enum rondo_status status = read_all(&reader, value);
  rdo_name_map_deinit(&reader.names);
  return status;
}

enum rondo_status rdo_jobs_file_read(const char *path, const struct rdo_machine_file *machine, struct rdo_jobs_file *out_file,
                                     struct rondo_diag *diag) {
  struct rdo_notes notes = {0};
  struct rdo_document document;
  *out_file = (struct rdo_jobs_file){0};
  enum rondo_status status = rdo_document_open(path, &notes, &document, diag);
  if (status == RONDO_OK) status = rdo_document_check_schema(&document, "rondo.jobs", 1, diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    status = rdo_jobs_file_read_value(&root, machine, out_file, diag);
  }
  rdo_document_deinit(&document);
  out_file->notes = notes;
  return status;
}

void rdo_jobs_file_deinit(struct rdo_jobs_file *file) {
  if (file == NULL) return;
  rdo_notes_deinit(&file->notes);
  rdo_arena_deinit(&file->arena);
  *file = (struct rdo_jobs_file){0};
}

int rdo_jobs_file_find(const struct rdo_jobs_file *file, const char *name) {
  for (int i = 0; i < file->job_count; ++i) {
    if (strcmp(file->jobs[i].name, name) == 0) return i;
  }
  return -1;
}

// Attributes -----------------------------------------------------------------------------------------------

const char *const rdo_job_terms[RDO_JOB_TERM_COUNT] = {"period_*", "rate_hz", "offset_*", "deadline_*", "priority", "overrun", "degrade_to", "on_error",
                                                       "warmup", "workers_max", "memory_bytes_max", "lanes", "resources"};

static void take_over(const struct rdo_job_entry *from, enum rdo_job_key key, struct rdo_job_entry *to) {
  switch (key) {
    case RDO_JOB_ACTIVATION:
      to->activation = from->activation;
      to->period_ns = from->period_ns;
      break;
    case RDO_JOB_OFFSET: to->offset_ns = from->offset_ns; break;
    case RDO_JOB_DEADLINE: to->deadline_ns = from->deadline_ns; break;
    case RDO_JOB_PRIORITY: to->priority = from->priority; break;
    case RDO_JOB_OVERRUN:
      to->overrun = from->overrun;
      to->degrade_function = from->degrade_function;
      break;
    case RDO_JOB_ON_ERROR: to->on_error = from->on_error; break;
    case RDO_JOB_WARMUP: to->warmup_count = from->warmup_count; break;
    case RDO_JOB_WORKERS: to->worker_count_max = from->worker_count_max; break;
    case RDO_JOB_MEMORY: to->memory_bytes_max = from->memory_bytes_max; break;
    case RDO_JOB_LANES:
      to->lanes = from->lanes;
      to->lane_count = from->lane_count;
      break;
    case RDO_JOB_RESOURCES:
      to->resources = from->resources;
      to->resource_count = from->resource_count;
      break;
    case RDO_JOB_FUNCTION:
    case RDO_JOB_KEY_COUNT: break;
  }
}

enum rondo_status rdo_job_entry_read_terms(struct rdo_jobs_file *file, const struct rdo_value *object, struct rdo_job_entry *job, struct rondo_diag *diag) {
  struct reader reader = {.file = file, .diag = diag};
  struct rdo_job_entry told;
  char text[RDO_JOB_PLACE_BYTES], path[RDO_JOB_PLACE_BYTES];
  const char *kept;
  rdo_job_entry_init(&told);
  RDO_TRY(read_terms(&reader, object, &told));
  rdo_value_path(object, path, sizeof path);
  snprintf(text, sizeof text, "%.300s: %.200s", object->document->name, path);
  RDO_TRY(rdo_text_copy(&file->arena, text, &kept, diag));
  for (int key = 0; key < RDO_JOB_KEY_COUNT; ++key) {
    if ((told.given & 1u << key) == 0 || (job->given & 1u << key) != 0) continue;
    take_over(&told, (enum rdo_job_key)key, job);
    job->places[key] = kept;
    job->given |= 1u << key;
  }
  return RONDO_OK;
}

// Completing -----------------------------------------------------------------------------------------------

// A lane's name stands for itself, a cluster's for all its lanes.
static enum rondo_status resolve_lanes(struct rdo_jobs_file *file, int index, const struct rdo_machine_file *machine,
                                       struct rondo_diag *diag) {
  struct rdo_job_entry *job = &file->jobs[index];
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)machine->lane_count, sizeof *job->lane_indices, &job->lane_indices, diag));
  job->lane_index_count = 0;
  for (int i = 0; i < job->lane_count; ++i) {
    int lane = rdo_machine_file_find_lane(machine, job->lanes[i]), cluster = rdo_machine_file_find_cluster(machine, job->lanes[i]);
    if (lane < 0 && cluster < 0) {
      char place[RDO_JOB_PLACE_BYTES], member[32];
      snprintf(member, sizeof member, ".lanes[%d]", i);
      rdo_job_place(file, index, member, place);
      return rdo_fail(diag, RONDO_NOT_FOUND, "%s: the machine has no lane or cluster \"%s\"; its first is \"%s\"", place, job->lanes[i],
                      machine->lanes[0].name);
    }
    int begin = lane >= 0 ? lane : machine->clusters[cluster].lane_begin;
    int end = lane >= 0 ? lane + 1 : begin + machine->clusters[cluster].lane_count;
    for (int k = begin; k < end; ++k) {
      bool is_there = false;
      for (int m = 0; m < job->lane_index_count; ++m) is_there |= job->lane_indices[m] == k;
      if (!is_there) job->lane_indices[job->lane_index_count++] = k;
    }
  }
  return RONDO_OK;
}

static enum rondo_status resolve_resources(struct rdo_jobs_file *file, int index, const struct rdo_machine_file *machine,
                                           struct rondo_diag *diag) {
  struct rdo_job_entry *job = &file->jobs[index];
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)job->resource_count, sizeof *job->resource_indices, &job->resource_indices, diag));
  for (int i = 0; i < job->resource_count; ++i) {
    job->resource_indices[i] = rdo_machine_file_find_resource(machine, job->resources[i]);
    if (job->resource_indices[i] >= 0) continue;
    char place[RDO_JOB_PLACE_BYTES], member[32];
    snprintf(member, sizeof member, ".resources[%d]", i);
    rdo_job_place(file, index, member, place);
    return rdo_fail(diag, RONDO_NOT_FOUND, "%s: the machine has no resource \"%s\"", place, job->resources[i]);
  }
  return RONDO_OK;
}

// The n-th thing that a job may wait for: a job, -2 when it is none, -1 behind the last.
static int predecessor(const struct rdo_job_entry *job, int n) {
  if (n == 0) return job->activation == RDO_JOB_AFTER ? job->trigger_job : -2;
  if (n - 1 < job->wait_count) return job->waits_for[n - 1];
  if (n - 1 - job->wait_count >= job->input_count) return -1;
  const struct rdo_job_input *input = &job->inputs[n - 1 - job->wait_count];
  return input->kind == RDO_INPUT_JOB && input->waits ? input->job : -2;
}

enum { UNSEEN, OPEN, DONE };

struct visit {
  int job, next;
};

// "a waits for b waits for a": what is open on the stack from `job` on.
static enum rondo_status fail_cycle(const struct rdo_jobs_file *file, const struct visit *stack, int depth, int job, struct rondo_diag *diag) {
  char text[512], place[RDO_JOB_PLACE_BYTES];
  int begin = depth - 1;
  while (stack[begin].job != job) --begin;
  size_t length = (size_t)snprintf(text, sizeof text, "\"%s\"", file->jobs[job].name);
  for (int i = begin + 1; i < depth && length < sizeof text; ++i) {
    length += (size_t)snprintf(text + length, sizeof text - length, " waits for \"%s\"", file->jobs[stack[i].job].name);
  }
  // The last link is where the circle closes.
  const struct rdo_job_entry *last = &file->jobs[stack[depth - 1].job];
  int link = stack[depth - 1].next - 2, input = link - last->wait_count;
  bool is_file = last->place == NULL;
  if (is_file || link < 0) rdo_job_place(file, job, "", place);
  else if (input >= 0) rdo_job_input_place(file, stack[depth - 1].job, input, place);
  else snprintf(place, sizeof place, "%.500s", last->wait_places[link]);
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: waits for itself: %s waits for \"%s\"; %s", place, text, file->jobs[job].name,
                  is_file ? "take the latest result instead (\"waits\": false) at one place"
                          : "leave one of them out, or plan a jobs file, which may take the latest result instead (\"waits\": false)");
}

// Depth first, with a stack of our own: files may be deep.
static enum rondo_status order_from(struct rdo_jobs_file *file, int first, uint8_t *states, struct visit *stack,
                                    int *inout_count, struct rondo_diag *diag) {
  int depth = 0;
  stack[depth++] = (struct visit){first, 0};
  states[first] = OPEN;
  while (depth > 0) {
    struct visit *top = &stack[depth - 1];
    int next = predecessor(&file->jobs[top->job], top->next++);
    if (next == -1) {
      states[top->job] = DONE;
      file->order[(*inout_count)++] = top->job;
      --depth;
    } else if (next >= 0 && states[next] == OPEN) {
      return fail_cycle(file, stack, depth, next, diag);
    } else if (next >= 0 && states[next] == UNSEEN) {
      states[next] = OPEN;
      stack[depth++] = (struct visit){next, 0};
    }
  }
  return RONDO_OK;
}

enum rondo_status rdo_jobs_file_complete(struct rdo_jobs_file *file, const struct rdo_machine_file *machine, struct rondo_diag *diag) {
  uint8_t *states = NULL;
  struct visit *stack = NULL;
  int count = 0;
  for (int i = 0; i < file->job_count && machine != NULL; ++i) {
    RDO_TRY(resolve_lanes(file, i, machine, diag));
    RDO_TRY(resolve_resources(file, i, machine, diag));
  }
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)file->job_count, sizeof *file->order, &file->order, diag));
  enum rondo_status status = rdo_alloc_array((size_t)file->job_count, sizeof *states, &states, diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)file->job_count, sizeof *stack, &stack, diag);
  for (int i = 0; i < file->job_count && status == RONDO_OK; ++i) {
    if (states[i] == UNSEEN) status = order_from(file, i, states, stack, &count, diag);
  }
  rdo_free(states);
  rdo_free(stack);
  return status;
}

// Writing --------------------------------------------------------------------------------------------------

static void write_word(struct rdo_json_writer *writer, const char *key, const char *text) {
  if (text[0] != '\0') rdo_json_write_text(writer, key, text);
}

// 0 means what is left out means.
static void write_positive(struct rdo_json_writer *writer, const char *key, int64_t number) {
  if (number > 0) rdo_json_write_integer(writer, key, number);
}

static void write_names(struct rdo_json_writer *writer, const char *key, const char *const *names, int count) {
  if (count == 0) return;
  rdo_json_begin_array(writer, key, RDO_JSON_INLINE);
  for (int i = 0; i < count; ++i) rdo_json_write_text(writer, NULL, names[i]);
  rdo_json_end(writer);
}

static void write_input(const struct rdo_jobs_file *file, const struct rdo_job_input *input, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
  write_word(writer, "argument", input->argument);
  switch (input->kind) {
    case RDO_INPUT_FILE: rdo_json_write_text(writer, "file", input->text); break;
    case RDO_INPUT_CONSTANT: rdo_json_write_text(writer, "constant", input->text); break;
    case RDO_INPUT_SPLAT:
      rdo_json_write_number(writer, "splat", input->number);
      rdo_json_write_text(writer, "type", input->text);
      break;
    case RDO_INPUT_RING:
      rdo_json_write_text(writer, "ring", input->text);
      rdo_json_write_integer(writer, "slots", input->slot_count);
      break;
    case RDO_INPUT_JOB:
      rdo_json_write_text(writer, "job", file->jobs[input->job].name);
      rdo_json_write_text(writer, "result", input->result);
      if (input->waits) rdo_json_write_flag(writer, "waits", true);
      write_positive(writer, "age_max_ns", input->age_ns_max);
      break;
  }
  rdo_json_end(writer);
}

static void write_links(const struct rdo_jobs_file *file, const struct rdo_job_entry *job, struct rdo_json_writer *writer) {
  if (job->wait_count > 0) {
    rdo_json_begin_array(writer, "waits_for", RDO_JSON_INLINE);
    for (int i = 0; i < job->wait_count; ++i) rdo_json_write_text(writer, NULL, file->jobs[job->waits_for[i]].name);
    rdo_json_end(writer);
  }
  if (job->input_count == 0) return;
  rdo_json_begin_array(writer, "inputs", RDO_JSON_LINES);
  for (int i = 0; i < job->input_count; ++i) write_input(file, &job->inputs[i], writer);
  rdo_json_end(writer);
}

static void write_activation(const struct rdo_jobs_file *file, const struct rdo_job_entry *job, struct rdo_json_writer *writer) {
  if (job->activation == RDO_JOB_PERIODIC) rdo_json_write_integer(writer, "period_ns", job->period_ns);
  if (job->activation == RDO_JOB_CALLED) rdo_json_write_text(writer, "trigger", "call");
  if (job->activation != RDO_JOB_AFTER) return;
  rdo_json_begin_object(writer, "trigger", RDO_JSON_INLINE);
  rdo_json_write_text(writer, "job", file->jobs[job->trigger_job].name);
  rdo_json_end(writer);
}

static void write_job(const struct rdo_jobs_file *file, const struct rdo_job_entry *job, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_LINES);
  rdo_json_write_text(writer, "name", job->name);
  rdo_json_write_text(writer, "model", job->model);
  write_word(writer, "function", job->function);
  write_activation(file, job, writer);
  write_positive(writer, "offset_ns", job->offset_ns);
  write_positive(writer, "deadline_ns", job->deadline_ns);
  rdo_json_write_integer(writer, "priority", job->priority);
  rdo_json_write_text(writer, "overrun", overrun_names[job->overrun]);
  write_word(writer, "degrade_to", job->degrade_function);
  rdo_json_write_text(writer, "on_error", on_error_names[job->on_error]);
  write_positive(writer, "warmup", job->warmup_count);
  write_positive(writer, "iterations", job->iteration_count);
  write_positive(writer, "duration_ns", job->duration_ns);
  write_positive(writer, "workers_max", job->worker_count_max);
  write_positive(writer, "memory_bytes_max", job->memory_bytes_max);
  write_names(writer, "lanes", job->lanes, job->lane_count);
  write_names(writer, "resources", job->resources, job->resource_count);
  write_links(file, job, writer);
  rdo_json_end(writer);
}

void rdo_jobs_file_write_value(const struct rdo_jobs_file *file, struct rdo_json_writer *writer, const char *key) {
  rdo_json_begin_object(writer, key, RDO_JSON_LINES);
  rdo_json_write_text(writer, "schema", "rondo.jobs/1");
  write_word(writer, "machine", file->machine);
  write_positive(writer, "iterations", file->iteration_count);
  write_positive(writer, "duration_ns", file->duration_ns);
  rdo_json_begin_array(writer, "jobs", RDO_JSON_LINES);
  for (int i = 0; i < file->job_count; ++i) write_job(file, &file->jobs[i], writer);
  rdo_json_end(writer);
  rdo_json_end(writer);
}

enum rondo_status rdo_jobs_file_write(const struct rdo_jobs_file *file, const char *path, struct rondo_diag *diag) {
  struct rdo_json_writer writer;
  enum rondo_status status = rdo_json_writer_init(&writer, path, diag);
  if (status == RONDO_OK) {
    rdo_jobs_file_write_value(file, &writer, NULL);
    status = rdo_json_writer_finish(&writer, diag);
  }
  rdo_json_writer_deinit(&writer);
  return status;
}
