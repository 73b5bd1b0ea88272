// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Loading models and finding their functions.

#include <stdio.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/event.h"
#include "base/mapping.h"
#include "modules/check_module.h"
#include "modules/hal_module.h"
#include "runtime/runtime.h"

static enum rondo_status load_source(struct rondo_model *model, const struct rondo_module_source *source, struct rondo_diag *diag) {
  struct rdo_module *module;
  const char *path = source->path != NULL ? source->path : "module";
  enum rondo_status status;
  if (source->data != NULL) {
    status = rdo_context_load(&model->context, (struct rdo_bytes){source->data, source->size}, NULL, &module, diag);
  } else {
    struct rdo_mapping *mapping;
    status = rdo_mapping_open(path, &mapping, diag);
    if (status == RONDO_OK) {
      status = rdo_context_load(&model->context, mapping->bytes, &mapping->object, &module, diag);
      rdo_object_release(&mapping->object);  // the module holds it
    }
  }
  if (status == RONDO_INCOMPATIBLE || status == RONDO_UNAVAILABLE) {
    rdo_annotate(diag, "this is device %s on %s: compile the model for embedded-elf-%s", model->runtime->device->identifier, rdo_cpu_arch(), rdo_cpu_arch());
  }
  if (status != RONDO_OK) rdo_prefix(diag, "%s", path);
  return status;
}

// Names that begin with "__" are the lifecycle's, not the user's.
static bool is_public(const struct rdo_export_def *def) { return def->name.size < 2 || memcmp(def->name.data, "__", 2) != 0; }

static int count_public(const struct rdo_module *module) {
  int count = 0;
  for (uint32_t i = 0; i < module->file.export_count; ++i) count += is_public(&module->file.exports[i]);
  return count;
}

// Many exports may name one function: what is kept for each does not depend on its signature.
static void init_function(struct rondo_model *model, const struct rdo_module *module, const struct rdo_export_def *def,
                          struct rondo_function *out) {
  const struct rdo_function *function = &module->functions[def->function_ordinal];
  *out = (struct rondo_function){
      .model = model,
      .module = module,
      .function = function,
      .name = (const char *)def->name.data,  // strings of the file are terminated
      .module_name = (const char *)module->file.name.data,
  };
  out->is_async = rdo_function_has_fences(out);
}

// The context lists modules newest first, users see them in load order.
static enum rondo_status list_functions(struct rondo_model *model, struct rondo_diag *diag) {
  int total = 0;
  for (const struct rdo_module *module = model->context.modules; module != NULL; module = module->next) total += count_public(module);
  RDO_TRY(rdo_arena_alloc(&model->arena, (size_t)total, sizeof *model->functions, &model->functions, diag));
  model->function_count = total;
  int end = total;
  size_t slot_count = 1;
  for (const struct rdo_module *module = model->context.modules; module != NULL; module = module->next) {
    int next = end - count_public(module);
    end = next;
    for (uint32_t i = 0; i < module->file.export_count; ++i) {
      if (!is_public(&module->file.exports[i])) continue;
      struct rondo_function *function = &model->functions[next++];
      init_function(model, module, &module->file.exports[i], function);
      size_t needed = (size_t)function->function->cconv.argument_length + function->function->cconv.result_length;
      if (needed > slot_count) slot_count = needed;
    }
  }
  return rdo_arena_alloc(&model->arena, slot_count, sizeof *model->slots, &model->slots, diag);
}

static enum rondo_status load_all(struct rondo_model *model, const struct rondo_module_source *sources, int source_count, struct rondo_diag *diag) {
  struct rondo_runtime *runtime = model->runtime;
  RDO_TRY(rdo_context_init(&model->context, runtime->memory_budget_bytes, runtime->step_limit, diag));
  rdo_context_add_native(&model->context, &rdo_hal_module, runtime->device);
  rdo_context_add_native(&model->context, &rdo_check_module, NULL);
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < source_count && status == RONDO_OK; ++i) status = load_source(model, &sources[i], diag);
  rdo_queue_flush();  // what initializers did not wait for
  return status != RONDO_OK ? status : list_functions(model, diag);
}

enum rondo_status rondo_model_load(struct rondo_runtime *runtime, const struct rondo_module_source *sources, int source_count,
                                   struct rondo_model **out_model, struct rondo_diag *diag) {
  *out_model = NULL;
  if (source_count <= 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no module given");
  struct rondo_model *model;
  RDO_TRY(rdo_alloc(sizeof *model, &model, diag));
  pthread_mutex_init(&model->lock, NULL);
  model->runtime = runtime;
  rdo_object_retain(&runtime->object);
  enum rondo_status status = load_all(model, sources, source_count, diag);
  if (status != RONDO_OK) {
    rondo_model_release(&model);
    return status;
  }
  *out_model = model;
  return RONDO_OK;
}

void rondo_model_release(struct rondo_model **model) {
  if (model == NULL || *model == NULL) return;
  struct rondo_model *m = *model;
  rdo_events_flush();  // events point to the names of functions
  rdo_context_deinit(&m->context);
  rdo_arena_deinit(&m->arena);
  pthread_mutex_destroy(&m->lock);
  rdo_object_release(&m->runtime->object);
  rdo_free(m);
  *model = NULL;
}

int rondo_model_function_count(const struct rondo_model *model) { return model->function_count; }

const struct rondo_function *rondo_model_function(const struct rondo_model *model, int index) {
  return index >= 0 && index < model->function_count ? &model->functions[index] : NULL;
}

// Finding --------------------------------------------------------------------------------------------

static bool has_name(const struct rondo_function *function, const char *name) {
  size_t module_length = strlen(function->module_name);
  if (strcmp(function->name, name) == 0) return true;
  return strncmp(name, function->module_name, module_length) == 0 && name[module_length] == '.' && strcmp(name + module_length + 1, function->name) == 0;
}

// Whether a function is the asynchronous twin ("main$async") of another one in its module.
static bool is_twin(const struct rondo_model *model, const struct rondo_function *function) {
  const char *suffix = strstr(function->name, "$async");
  if (suffix == NULL || suffix[6] != 0) return false;
  size_t length = (size_t)(suffix - function->name);
  for (int i = 0; i < model->function_count; ++i) {
    const struct rondo_function *other = &model->functions[i];
    if (other->module == function->module && strlen(other->name) == length && memcmp(other->name, function->name, length) == 0) return true;
  }
  return false;
}

static enum rondo_status fail_find(const struct rondo_model *model, const char *name, int candidate_count, struct rondo_diag *diag) {
  char names[512] = "";
  size_t used = 0;
  for (int i = 0; i < model->function_count && used + 96 < sizeof names; ++i) {
    const struct rondo_function *function = &model->functions[i];
    int written = snprintf(names + used, sizeof names - used, "%s%.40s.%.40s", used == 0 ? "" : ", ", function->module_name, function->name);
    used += (size_t)written;
  }
  if (name != NULL) return rdo_fail(diag, RONDO_NOT_FOUND, "no function '%s'; there %s: %s", name, model->function_count == 1 ? "is" : "are", used == 0 ? "none" : names);
  if (candidate_count == 0) return rdo_fail(diag, RONDO_NOT_FOUND, "the module exports no function to call");
  return rdo_fail(diag, RONDO_NOT_FOUND, "several functions to choose from, name one with --function: %s", names);
}

enum rondo_status rondo_model_find(const struct rondo_model *model, const char *name, const struct rondo_function **out_function,
                                   struct rondo_diag *diag) {
  const struct rondo_function *found = NULL;
  int candidate_count = 0;
  *out_function = NULL;
  for (int i = model->function_count; i-- > 0;) {
    const struct rondo_function *function = &model->functions[i];
    if (name != NULL) {
      if (found == NULL && has_name(function, name)) found = function;
    } else if (function->module == model->context.modules && !is_twin(model, function)) {
      found = function;
      ++candidate_count;
    }
  }
  if (found == NULL || candidate_count > 1) return fail_find(model, name, candidate_count, diag);
  *out_function = found;
  return RONDO_OK;
}
