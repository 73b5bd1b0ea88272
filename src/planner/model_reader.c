// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/model_reader.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/mapping.h"
#include "plan/dispatch_dump.h"
#include "rondo/tensor.h"
#include "runtime/declaration.h"
#include "vm/module_file.h"

struct reader {
  struct rdo_arena *arena;
  const struct rdo_module_file *file;
  struct rdo_model_facts *facts;
  struct rondo_diag *diag;
};

// Functions ------------------------------------------------------------------------------------------------

static enum rondo_status keep_bytes(struct reader *reader, struct rdo_bytes bytes, const char **out_text) {
  char *text;
  RDO_TRY(rdo_arena_alloc(reader->arena, (size_t)bytes.size + 1, 1, &text, reader->diag));
  if (bytes.size > 0) memcpy(text, bytes.data, (size_t)bytes.size);
  *out_text = text;
  return RONDO_OK;
}

static int64_t byte_length(const struct rondo_parameter *parameter) {
  int64_t bits = (int64_t)rondo_element_bits(parameter->element_type);
  if (!parameter->has_shape) return -1;
  for (int i = 0; i < parameter->rank; ++i) {
    if (parameter->dims[i] < 0 || __builtin_mul_overflow(bits, parameter->dims[i], &bits)) return -1;
  }
  return bits % 8 == 0 ? bits / 8 : -1;
}

static enum rondo_status keep_port(struct reader *reader, const struct rondo_parameter *parameter, struct rdo_port_facts *port) {
  port->byte_length = byte_length(parameter);
  return keep_bytes(reader, (struct rdo_bytes){(const uint8_t *)parameter->name, strlen(parameter->name)}, &port->name);
}

static enum rondo_status keep_ports(struct reader *reader, uint32_t ordinal, struct rdo_function_facts *function) {
  const struct rdo_cconv *cconv = &reader->file->functions[ordinal].cconv;
  const char *declaration = (const char *)rdo_module_file_attribute(reader->file, ordinal, "iree.abi.declaration").data;
  struct rondo_parameter parameter;
  function->takes_fences = rdo_declaration_has_fences(cconv, (const char *)rdo_module_file_attribute(reader->file, ordinal, "iree.abi.model").data);
  function->argument_count = cconv->argument_length;
  function->result_count = cconv->result_length;
  RDO_TRY(rdo_arena_alloc(reader->arena, cconv->argument_length, sizeof *function->arguments, &function->arguments, reader->diag));
  RDO_TRY(rdo_arena_alloc(reader->arena, cconv->result_length, sizeof *function->results, &function->results, reader->diag));
  for (int i = 0; i < function->argument_count; ++i) {
    rdo_declaration_argument(cconv, declaration, function->takes_fences, i, &parameter);
    RDO_TRY(keep_port(reader, &parameter, &function->arguments[i]));
  }
  for (int i = 0; i < function->result_count; ++i) {
    rdo_declaration_result(cconv, declaration, i, &parameter);
    RDO_TRY(keep_port(reader, &parameter, &function->results[i]));
  }
  return RONDO_OK;
}

static enum rondo_status keep_attributes(struct reader *reader, uint32_t ordinal, struct rdo_function_facts *function) {
  static const char prefix[] = "rondo.";
  const size_t length = sizeof prefix - 1;
  const struct rdo_function_def *def = &reader->file->functions[ordinal];
  RDO_TRY(rdo_arena_alloc(reader->arena, def->attribute_count, sizeof *function->attributes, &function->attributes, reader->diag));
  for (uint32_t i = 0; i < def->attribute_count; ++i) {
    const struct rdo_attribute *attribute = &reader->file->attributes[def->attribute_begin + i];
    if (attribute->key.size <= length || memcmp(attribute->key.data, prefix, length) != 0) continue;
    struct rdo_attribute_facts *kept = &function->attributes[function->attribute_count++];
    RDO_TRY(keep_bytes(reader, (struct rdo_bytes){attribute->key.data + length, attribute->key.size - length}, &kept->key));
    RDO_TRY(keep_bytes(reader, attribute->value, &kept->value));
  }
  return RONDO_OK;
}

// Models ---------------------------------------------------------------------------------------------------

// Names that begin with "__" are the lifecycle's, not the user's.
static bool is_public(const struct rdo_export_def *def) { return def->name.size < 2 || memcmp(def->name.data, "__", 2) != 0; }

// Whether a function is the asynchronous twin ("main$async") of another one.
static bool is_twin(const struct rdo_model_facts *facts, const char *name) {
  const char *suffix = strstr(name, "$async");
  if (suffix == NULL || suffix[6] != '\0') return false;
  size_t length = (size_t)(suffix - name);
  for (int i = 0; i < facts->function_count; ++i) {
    if (strlen(facts->functions[i].name) == length && memcmp(facts->functions[i].name, name, length) == 0) return true;
  }
  return false;
}

static void find_only(struct rdo_model_facts *facts) {
  int count = 0;
  for (int i = 0; i < facts->function_count; ++i) {
    if (is_twin(facts, facts->functions[i].name)) continue;
    facts->only = i;
    ++count;
  }
  if (count != 1) facts->only = -1;
}

static enum rondo_status keep_model(struct reader *reader) {
  struct rdo_model_facts *facts = reader->facts;
  RDO_TRY(keep_bytes(reader, reader->file->name, &facts->module));
  RDO_TRY(rdo_arena_alloc(reader->arena, reader->file->export_count, sizeof *facts->functions, &facts->functions, reader->diag));
  for (uint32_t i = 0; i < reader->file->export_count; ++i) {
    const struct rdo_export_def *def = &reader->file->exports[i];
    if (!is_public(def)) continue;
    struct rdo_function_facts *function = &facts->functions[facts->function_count++];
    RDO_TRY(keep_bytes(reader, def->name, &function->name));
    RDO_TRY(keep_ports(reader, def->function_ordinal, function));
    RDO_TRY(keep_attributes(reader, def->function_ordinal, function));
  }
  find_only(facts);
  facts->is_known = true;
  return RONDO_OK;
}

static enum rondo_status read_model(struct rdo_arena *arena, struct rdo_model_facts *facts, struct rondo_diag *diag) {
  struct rdo_mapping *mapping = NULL;
  struct rdo_module_file file = {0};
  enum rondo_status status = rdo_mapping_open(facts->path, &mapping, diag);
  if (status == RONDO_OK) status = rdo_module_file_read(mapping->bytes, &file, diag);
  if (status == RONDO_OK) {
    struct reader reader = {arena, &file, facts, diag};
    status = keep_model(&reader);
  }
  if (status != RONDO_OK) rdo_prefix(diag, "%s", facts->path);
  rdo_module_file_deinit(&file);
  if (mapping != NULL) rdo_object_release(&mapping->object);
  return status;
}

// What comes through a pipe can be read once, and is for who loads it.
static bool is_file(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

enum rondo_status rdo_model_set_read(struct rdo_model_set *set, const char *path, const struct rdo_model_facts **out_facts, struct rondo_diag *diag) {
  struct rdo_model_facts *facts;
  for (size_t i = 0; i < set->count; ++i) {
    *out_facts = set->models[i];
    if (strcmp(set->models[i]->path, path) == 0) return RONDO_OK;
  }
  RDO_TRY(rdo_grow_array(set->count + 1, sizeof(struct rdo_model_facts *), &set->capacity, &set->models, diag));
  RDO_TRY(rdo_arena_alloc(&set->arena, 1, sizeof *facts, &facts, diag));
  RDO_TRY(rdo_text_copy(&set->arena, path, &facts->path, diag));
  facts->module = "";
  facts->only = -1;
  if (rdo_dump_kind(path) == RDO_DUMP_NONE && is_file(path)) RDO_TRY(read_model(&set->arena, facts, diag));
  *out_facts = set->models[set->count++] = facts;
  return RONDO_OK;
}

void rdo_model_set_deinit(struct rdo_model_set *set) {
  rdo_free(set->models);
  rdo_arena_deinit(&set->arena);
  *set = (struct rdo_model_set){0};
}

// Jobs -----------------------------------------------------------------------------------------------------

static enum rondo_status read_model_of(const struct rdo_jobs_file *file, int job, struct rdo_model_set *set, const struct rdo_model_facts **out_facts,
                                       struct rondo_diag *diag) {
  char place[RDO_JOB_PLACE_BYTES];
  enum rondo_status status = rdo_model_set_read(set, file->jobs[job].model_path, out_facts, diag);
  if (status == RONDO_OK || file->jobs[job].place != NULL) return status;
  rdo_job_place(file, job, ".model", place);
  rdo_prefix(diag, "%s", place);
  return status;
}

enum rondo_status rdo_jobs_file_use_models(struct rdo_jobs_file *file, const struct rdo_machine_file *machine, struct rdo_model_set *set,
                                           struct rondo_diag *diag) {
  const struct rdo_model_facts *facts;
  bool is_changed = false;
  for (int i = 0; i < file->job_count; ++i) {
    struct rdo_job_entry *job = &file->jobs[i];
    RDO_TRY(read_model_of(file, i, set, &facts, diag));
    const struct rdo_function_facts *function = facts->is_known ? rdo_model_facts_find(facts, job->function) : NULL;
    if (function == NULL) continue;
    uint32_t before = job->given;
    RDO_TRY(rdo_jobs_file_use_attributes(file, i, job->model, function, diag));
    is_changed |= job->given != before;
  }
  return is_changed ? rdo_jobs_file_complete(file, machine, diag) : RONDO_OK;
}

enum rondo_status rdo_jobs_file_check_set(const struct rdo_jobs_file *file, struct rdo_model_set *set, struct rondo_diag *diag) {
  const struct rdo_model_facts **models;
  RDO_TRY(rdo_alloc_array((size_t)file->job_count, sizeof *models, &models, diag));
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < file->job_count && status == RONDO_OK; ++i) status = read_model_of(file, i, set, &models[i], diag);
  if (status == RONDO_OK) status = rdo_jobs_file_check_models(file, models, diag);
  rdo_free(models);
  return status;
}
