// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Contexts: linking modules and running their initializers.

#include "vm/module.h"

#include "base/alloc.h"
#include "vm/buffer.h"
#include "vm/list.h"
#include "vm/translate.h"
#include "vm/verify.h"

enum rondo_status rdo_context_init(struct rdo_context *context, uint64_t heap_budget_bytes, int64_t step_limit,
                                   struct rondo_diag *diag) {
  memset(context, 0, sizeof *context);
  context->step_limit = step_limit;
  RDO_TRY(rdo_vm_heap_create(heap_budget_bytes, &context->heap, diag));
  return rdo_invocation_init(&context->invocation, context->heap, diag);
}

void rdo_context_add_native(struct rdo_context *context, const struct rdo_native_module *module, void *self) {
  context->natives[context->native_count++] = (struct rdo_native_instance){module, self};
}

struct rdo_module *rdo_context_find(const struct rdo_context *context, struct rdo_bytes name) {
  for (struct rdo_module *module = context->modules; module != NULL; module = module->next) {
    if (module->file.name.size == name.size && memcmp(module->file.name.data, name.data, (size_t)name.size) == 0) return module;
  }
  return NULL;
}

static const struct rdo_native_instance *find_native_module(const struct rdo_context *context, struct rdo_bytes name) {
  for (uint32_t i = context->native_count; i-- > 0;) {
    if (rdo_bytes_equal(name, context->natives[i].module->name)) return &context->natives[i];
  }
  return NULL;
}

static const struct rdo_native_function *find_native(const struct rdo_native_module *module, struct rdo_bytes name) {
  uint32_t low = 0, high = module->function_count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    const char *candidate = module->functions[middle].name;
    int order = strncmp(candidate, (const char *)name.data, (size_t)name.size);
    if (order == 0 && candidate[name.size] == 0) return &module->functions[middle];
    if (order < 0) low = middle + 1; else high = middle;
  }
  return NULL;
}

const struct rdo_function *rdo_module_find(const struct rdo_module *module, const char *name, size_t name_length) {
  for (uint32_t i = 0; i < module->file.export_count; ++i) {
    const struct rdo_export_def *def = &module->file.exports[i];
    if (def->name.size == name_length && memcmp(def->name.data, name, name_length) == 0) return &module->functions[def->function_ordinal];
  }
  return NULL;
}

void rdo_module_annotate(const struct rdo_function *function, struct rondo_diag *diag) {
  const struct rdo_module_file *file = &function->module->file;
  const struct rdo_export_def *def = rdo_module_file_export_of(file, function->ordinal);
  if (def != NULL) {
    rdo_annotate(diag, "in %.*s.%.*s", (int)file->name.size, (const char *)file->name.data, (int)def->name.size, (const char *)def->name.data);
  } else {
    rdo_annotate(diag, "in %.*s.function%u", (int)file->name.size, (const char *)file->name.data, function->ordinal);
  }
}

// Types --------------------------------------------------------------------------------------------

static const struct rdo_object_type *find_object_type(const struct rdo_context *context, struct rdo_bytes name) {
  if (rdo_bytes_equal(name, rdo_vm_buffer_type.name)) return &rdo_vm_buffer_type;
  for (uint32_t i = 0; i < context->native_count; ++i) {
    const struct rdo_native_module *module = context->natives[i].module;
    for (uint32_t k = 0; k < module->type_count; ++k) {
      if (rdo_bytes_equal(name, module->types[k]->name)) return module->types[k];
    }
  }
  return NULL;
}

static enum rondo_status resolve_type(const struct rdo_context *context, struct rdo_bytes name, struct rdo_type *out,
                                      struct rondo_diag *diag) {
  static const char *const value_names[] = {[RDO_VALUE_I8] = "i8",   [RDO_VALUE_I16] = "i16", [RDO_VALUE_I32] = "i32",
                                            [RDO_VALUE_I64] = "i64", [RDO_VALUE_F32] = "f32", [RDO_VALUE_F64] = "f64"};
  static const char list_prefix[] = "!vm.list";
  *out = (struct rdo_type){RDO_VALUE_NONE, NULL};
  for (int value = RDO_VALUE_I8; value <= RDO_VALUE_F64; ++value) {
    if (rdo_bytes_equal(name, value_names[value])) {
      out->value = (enum rdo_value_type)value;
      return RONDO_OK;
    }
  }
  if (rdo_bytes_equal(name, "!vm.opaque")) return RONDO_OK;  // anything
  if (name.size >= sizeof list_prefix - 1 && memcmp(name.data, list_prefix, sizeof list_prefix - 1) == 0) {
    out->object = &rdo_list_type;
    return RONDO_OK;
  }
  if (name.data[0] == '!') out->object = find_object_type(context, (struct rdo_bytes){name.data + 1, name.size - 1});
  if (out->object != NULL) return RONDO_OK;
  return rdo_fail(diag, RONDO_NOT_FOUND, "type '%.*s' is not known", (int)name.size, (const char *)name.data);
}

// Imports ------------------------------------------------------------------------------------------

static enum rondo_status check_dependency(const struct rdo_context *context, const struct rdo_dependency_def *dependency,
                                          struct rondo_diag *diag) {
  const struct rdo_module *module = rdo_context_find(context, dependency->name);
  const struct rdo_native_instance *native = find_native_module(context, dependency->name);
  if (dependency->is_optional) return RONDO_OK;
  if (module == NULL && native == NULL) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "needs module '%.*s', which is not loaded (give it first, with --module)",
                    (int)dependency->name.size, (const char *)dependency->name.data);
  }
  uint32_t version = module != NULL ? module->file.version : native->module->version;
  if (version < dependency->minimum_version) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "needs module '%.*s' of version %u or later, have %u", (int)dependency->name.size,
                    (const char *)dependency->name.data, dependency->minimum_version, version);
  }
  return RONDO_OK;
}

static enum rondo_status check_signature(const struct rdo_import_def *def, const struct rdo_cconv *have, struct rondo_diag *diag) {
  if (rdo_cconv_equal(&def->cconv, have)) return RONDO_OK;
  return rdo_fail(diag, RONDO_INTERNAL, "import '%.*s' has signature %.*s_%.*s, but the function has %.*s_%.*s",
                  (int)def->full_name.size, (const char *)def->full_name.data, def->cconv.argument_length, def->cconv.arguments,
                  def->cconv.result_length, def->cconv.results, have->argument_length, have->arguments, have->result_length, have->results);
}

// Binds one import to the newest module of its name; false when that has no such function.
static enum rondo_status bind_import(const struct rdo_context *context, const struct rdo_import_def *def, struct rdo_import *out,
                                     struct rondo_diag *diag) {
  const uint8_t *dot = memchr(def->full_name.data, '.', (size_t)def->full_name.size);
  if (dot == NULL) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "import '%.*s' names no module", (int)def->full_name.size, (const char *)def->full_name.data);
  }
  struct rdo_bytes module_name = {def->full_name.data, (uint64_t)(dot - def->full_name.data)};
  struct rdo_bytes name = {dot + 1, def->full_name.size - module_name.size - 1};
  const struct rdo_module *module = rdo_context_find(context, module_name);
  if (module != NULL) {
    out->function = rdo_module_find(module, (const char *)name.data, (size_t)name.size);
    out->is_resolved = out->function != NULL;
    return out->is_resolved ? check_signature(def, &out->function->cconv, diag) : RONDO_OK;
  }
  const struct rdo_native_instance *native = find_native_module(context, module_name);
  if (native == NULL) return RONDO_OK;
  out->native = find_native(native->module, name);
  out->native_self = native->self;
  out->is_resolved = out->native != NULL;
  if (!out->is_resolved) return RONDO_OK;
  struct rdo_cconv have;
  RDO_TRY(rdo_cconv_parse((struct rdo_bytes){(const uint8_t *)out->native->cconv, strlen(out->native->cconv)}, &have, diag));
  return check_signature(def, &have, diag);
}

static enum rondo_status resolve_imports(struct rdo_module *module, struct rondo_diag *diag) {
  const struct rdo_module_file *file = &module->file;
  for (uint32_t i = 0; i < file->dependency_count; ++i) RDO_TRY(check_dependency(module->context, &file->dependencies[i], diag));
  RDO_TRY(rdo_alloc_array(file->import_count, sizeof *module->imports, &module->imports, diag));
  for (uint32_t i = 0; i < file->import_count; ++i) {
    const struct rdo_import_def *def = &file->imports[i];
    RDO_TRY(bind_import(module->context, def, &module->imports[i], diag));
    if (!module->imports[i].is_resolved && !def->is_optional) {
      return rdo_fail(diag, RONDO_NOT_FOUND, "needs function '%.*s', which no loaded module has", (int)def->full_name.size,
                      (const char *)def->full_name.data);
    }
  }
  return RONDO_OK;
}

// State --------------------------------------------------------------------------------------------

static enum rondo_status create_state(struct rdo_module *module, struct rondo_diag *diag) {
  const struct rdo_module_file *file = &module->file;
  RDO_TRY(rdo_vm_heap_acquire(module->context->heap, file->global_byte_count + 8 * (uint64_t)file->global_ref_count, diag));
  module->is_state_counted = true;
  RDO_TRY(rdo_alloc_array(file->global_byte_count, 1, &module->global_bytes, diag));
  RDO_TRY(rdo_alloc_array(file->global_ref_count, sizeof *module->global_refs, &module->global_refs, diag));
  RDO_TRY(rdo_alloc_array(file->rodata_count, sizeof *module->rodata, &module->rodata, diag));
  for (uint32_t i = 0; i < file->rodata_count; ++i) {
    struct rdo_vm_buffer *buffer;
    RDO_TRY(rdo_vm_buffer_wrap(file->rodata[i], false, module->image, &buffer, diag));
    module->rodata[i] = &buffer->object;
  }
  return RONDO_OK;
}

static uint32_t align16(uint32_t bytes) { return (bytes + 15) & ~15u; }

static enum rondo_status create_functions(struct rdo_module *module, struct rondo_diag *diag) {
  const struct rdo_module_file *file = &module->file;
  RDO_TRY(rdo_alloc_array(file->function_count, sizeof *module->functions, &module->functions, diag));
  for (uint32_t i = 0; i < file->function_count; ++i) {
    const struct rdo_function_def *def = &file->functions[i];
    struct rdo_function *function = &module->functions[i];
    function->module = module;
    function->ordinal = i;
    function->cconv = def->cconv;
    function->i32_count = def->i32_count;
    function->ref_count = def->ref_count;
    function->value_bytes = align16(4u * def->i32_count);
    function->frame_bytes = (uint32_t)sizeof(struct rdo_frame) + function->value_bytes + align16(8u * def->ref_count);
  }
  return RONDO_OK;
}

static enum rondo_status resolve_types(struct rdo_module *module, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc_array(module->file.type_count, sizeof *module->types, &module->types, diag));
  for (uint32_t i = 0; i < module->file.type_count; ++i) {
    RDO_TRY(resolve_type(module->context, module->file.type_names[i], &module->types[i], diag));
  }
  return RONDO_OK;
}

// Lifecycle ----------------------------------------------------------------------------------------

// Calls a lifecycle function: no arguments or one i32, no results.
static enum rondo_status call_hook(struct rdo_module *module, const char *name, const char *arguments, struct rondo_diag *diag) {
  const struct rdo_function *function = rdo_module_find(module, name, strlen(name));
  if (function == NULL) return RONDO_OK;
  size_t length = strlen(arguments);
  if (function->cconv.argument_length != length || memcmp(function->cconv.arguments, arguments, length) != 0 ||
      function->cconv.result_length != 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "function %s has the wrong signature", name);
  }
  union rdo_slot slot = {.i64 = 0};
  struct rdo_context *context = module->context;
  return rdo_invoke(&context->invocation, function, &slot, context->step_limit, &slot, diag);
}

static enum rondo_status build_module(struct rdo_module *module, struct rdo_bytes bytes, struct rondo_diag *diag) {
  struct rdo_module_file *file = &module->file;
  RDO_TRY(rdo_module_file_read(bytes, file, diag));
  RDO_TRY(resolve_types(module, diag));
  for (uint32_t i = 0; i < file->function_count; ++i) RDO_TRY(rdo_verify_function(file, module->types, i, diag));
  RDO_TRY(resolve_imports(module, diag));
  RDO_TRY(create_state(module, diag));
  RDO_TRY(create_functions(module, diag));
  for (uint32_t i = 0; i < file->function_count; ++i) RDO_TRY(rdo_translate_function(module, i, diag));
  return RONDO_OK;
}

static void destroy_module(struct rdo_module *module) {
  struct rdo_module_file *file = &module->file;
  for (uint32_t i = 0; module->global_refs != NULL && i < file->global_ref_count; ++i) rdo_object_release(module->global_refs[i]);
  for (uint32_t i = 0; module->rodata != NULL && i < file->rodata_count; ++i) rdo_object_release(module->rodata[i]);
  if (module->is_state_counted) rdo_vm_heap_return(module->context->heap, file->global_byte_count + 8 * (uint64_t)file->global_ref_count);
  rdo_free(module->global_refs);
  rdo_free(module->global_bytes);
  rdo_free(module->rodata);
  rdo_free(module->types);
  rdo_free(module->imports);
  rdo_free(module->functions);
  rdo_arena_deinit(&module->arena);
  rdo_module_file_deinit(file);
  rdo_object_release(module->image);
  rdo_free(module);
}

enum rondo_status rdo_context_load(struct rdo_context *context, struct rdo_bytes file, struct rdo_object *image,
                                   struct rdo_module **out_module, struct rondo_diag *diag) {
  *out_module = NULL;
  struct rdo_module *module;
  RDO_TRY(rdo_alloc(sizeof *module, &module, diag));
  module->context = context;
  module->image = image;
  rdo_object_retain(image);
  enum rondo_status status = build_module(module, file, diag);
  if (status == RONDO_OK) status = call_hook(module, "__init", "", diag);
  if (status != RONDO_OK) {
    destroy_module(module);
    return status;
  }
  module->next = context->modules;
  context->modules = module;
  *out_module = module;
  return RONDO_OK;
}

void rdo_context_deinit(struct rdo_context *context) {
  for (struct rdo_module *module = context->modules; module != NULL; module = module->next) {
    (void)call_hook(module, "__deinit", "", NULL);  // nobody is left to hear of a failure
  }
  while (context->modules != NULL) {
    struct rdo_module *module = context->modules;
    context->modules = module->next;
    destroy_module(module);
  }
  rdo_invocation_deinit(&context->invocation);
  if (context->heap != NULL) {
    rdo_list_collect(context->heap);
    rdo_object_release(&context->heap->object);
  }
  context->heap = NULL;
}
