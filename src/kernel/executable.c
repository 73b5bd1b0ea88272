// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Executables: finds the loader, asks the loaded code for its library and checks that before any
// kernel runs. Pointers in the library come from native code that will run anyway, so they are checked
// for presence, not for place.
//
// Invariant: a half-built executable (zeroed members) can be destroyed.

#include "kernel/executable.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/cpu.h"
#include "base/event.h"
#include "kernel/loader.h"
#include "rondo/runtime.h"

enum {
  EXPORT_COUNT_MAX = 65536,
  IMPORT_COUNT_MAX = 65536,
  LINEAR_EXPORT_COUNT_MAX = 8,  // up to here comparing all names is as quick as hashing one
  LEARNED_NAME_COUNT_MAX = 8192,  // of an unbound executable; its tables never move, as replays read them
  LEARNED_NAME_BYTES_MAX = 1024,
  EXPORT_NAME_BYTES_MAX = 64 << 10,
  PHASE_TEXT_BYTES = 96,
};

// Read by a signal handler on the same thread only; volatile keeps the stores around what they are about.
static _Thread_local char phase_text[PHASE_TEXT_BYTES];
static _Thread_local const char *volatile current_phase;

const char *rondo_current_phase(void) { return current_phase; }

static void destroy_executable(struct rdo_object *object) {
  struct rdo_executable *executable = RDO_CONTAINER(object, struct rdo_executable, object);
  rdo_events_flush();  // events point to the names of exports
  if (executable->image != NULL) executable->loader->unload(executable->image);
  for (uint32_t i = 0; executable->is_unbound && i < executable->export_count; ++i) rdo_free(executable->learned_names[i]);
  rdo_free(executable->learned_names);
  rdo_free(executable->name_index);
  rdo_free(executable->import_slots);
  rdo_free(executable->constants);
  rdo_free(executable);
}

const struct rdo_object_type rdo_executable_type = {"hal.executable", destroy_executable};

bool rdo_executable_format_supported(struct rdo_bytes format) { return rdo_loader_find(format) != NULL; }

// Kernels call imports through this; the platform's C convention needs no more.
static int call_import(void *function, void *params, void *context, void *reserved) {
  int (*import)(void *, void *, void *);
  memcpy(&import, &function, sizeof import);
  return import(params, context, reserved);
}

// ---- Library checks -------------------------------------------------------------------------------

static enum rondo_status check_library(const struct rdo_library *library, struct rondo_diag *diag) {
  if (library == NULL || library->header == NULL || library->header->version != RDO_LIBRARY_VERSION) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                    "executable has no library of version %d (compiled by another compiler generation?)",
                    RDO_LIBRARY_VERSION);
  }
  if (library->header->sanitizer != 0) {
    return rdo_fail(diag, RONDO_UNAVAILABLE, "executable needs the runtime of sanitizer %u, which is not linked",
                    library->header->sanitizer);
  }
  if (library->export_count == 0 || library->export_count > EXPORT_COUNT_MAX) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "executable has %u exports, 1 to %d are supported",
                    library->export_count, EXPORT_COUNT_MAX);
  }
  if (library->export_functions == NULL || library->export_attrs == NULL || library->export_names == NULL) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                    "executable lacks a table of export functions, attributes or names");
  }
  return RONDO_OK;
}

static enum rondo_status check_export(const struct rdo_library *library, uint32_t index, struct rondo_diag *diag) {
  const char *name = library->export_names[index];
  if (name == NULL || library->export_functions[index] == NULL) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "export %u has no name or no function", index);
  }
  // Names are read again at each lookup: one that cannot be should show here.
  if (memchr(name, 0, EXPORT_NAME_BYTES_MAX) == NULL) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "name of export %u is longer than %d bytes", index, EXPORT_NAME_BYTES_MAX);
  }
  const struct rdo_dispatch_attrs *attrs = &library->export_attrs[index];
  if (attrs->binding_count > RDO_DISPATCH_BINDINGS_MAX || attrs->constant_count > RDO_DISPATCH_CONSTANTS_MAX) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                    "export %u '%s' takes %u bindings and %u constants, at most %d and %d are supported", index, name,
                    attrs->binding_count, attrs->constant_count, RDO_DISPATCH_BINDINGS_MAX, RDO_DISPATCH_CONSTANTS_MAX);
  }
  return RONDO_OK;
}

// Nothing is provided to import, so only weak imports ("?name") can be met: by NULL.
static enum rondo_status check_imports(const struct rdo_library *library, struct rondo_diag *diag) {
  if (library->import_count > IMPORT_COUNT_MAX || (library->import_count != 0 && library->import_symbols == NULL)) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "executable has %u imports and no list of them, or over %d",
                    library->import_count, IMPORT_COUNT_MAX);
  }
  for (uint32_t i = 0; i < library->import_count; ++i) {
    const char *symbol = library->import_symbols[i];
    if (symbol == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "import %u has no name", i);
    if (symbol[0] != '?') {
      return rdo_fail(diag, RONDO_UNAVAILABLE, "executable imports '%s', which this runtime does not provide", symbol);
    }
  }
  return RONDO_OK;
}

static enum rondo_status check_constant_count(const struct rdo_library *library, uint32_t constant_count,
                                              struct rondo_diag *diag) {
  if (library->constant_count == constant_count) return RONDO_OK;
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "executable takes %u specialization constants, %u were given",
                  library->constant_count, constant_count);
}

// ---- Names ----------------------------------------------------------------------------------------

// FNV-1a.
static uint32_t hash_name(struct rdo_bytes name) {
  uint32_t hash = 2166136261u;
  for (uint64_t i = 0; i < name.size; ++i) hash = (hash ^ name.data[i]) * 16777619u;
  return hash;
}

// Open addressing, at most half full.
static enum rondo_status create_name_index(struct rdo_executable *executable, uint32_t name_count,
                                           struct rondo_diag *diag) {
  uint32_t slot_count = 1;
  while (slot_count < 2 * name_count) slot_count *= 2;
  RDO_TRY(rdo_alloc_array(slot_count, sizeof(uint32_t), &executable->name_index, diag));
  executable->name_index_mask = slot_count - 1;
  return RONDO_OK;
}

static void add_to_name_index(struct rdo_executable *executable, uint32_t export_index) {
  const char *name = executable->names[export_index];
  uint32_t slot = hash_name((struct rdo_bytes){(const uint8_t *)name, strlen(name)});
  while (executable->name_index[slot & executable->name_index_mask] != 0) ++slot;
  executable->name_index[slot & executable->name_index_mask] = export_index + 1;
}

// The first of equal names is found first, as in a linear search.
static enum rondo_status build_name_index(struct rdo_executable *executable, struct rondo_diag *diag) {
  if (executable->export_count <= LINEAR_EXPORT_COUNT_MAX) return RONDO_OK;
  RDO_TRY(create_name_index(executable, executable->export_count, diag));
  for (uint32_t i = 0; i < executable->export_count; ++i) add_to_name_index(executable, i);
  return RONDO_OK;
}

int64_t rdo_executable_find(const struct rdo_executable *executable, struct rdo_bytes name) {
  if (executable->name_index == NULL) {
    for (uint32_t i = 0; i < executable->export_count; ++i) {
      if (rdo_bytes_equal(name, executable->names[i])) return i;
    }
    return -1;
  }
  for (uint32_t slot = hash_name(name);; ++slot) {
    uint32_t entry = executable->name_index[slot & executable->name_index_mask];
    if (entry == 0) return -1;
    if (rdo_bytes_equal(name, executable->names[entry - 1])) return entry - 1;
  }
}

// ---- Loading --------------------------------------------------------------------------------------

static enum rondo_status copy_constants(struct rdo_executable *executable, const uint32_t *constants,
                                        uint32_t constant_count, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc_array(constant_count, sizeof *constants, &executable->constants, diag));
  if (constant_count != 0) memcpy(executable->constants, constants, constant_count * sizeof *constants);
  return RONDO_OK;
}

static void init_environment(struct rdo_executable *executable) {
  struct rdo_library_environment *environment = &executable->environment;
  environment->constants = executable->constants;
  environment->import_thunk = call_import;
  memcpy(environment->processor_data, rdo_cpu_features(), sizeof environment->processor_data);
}

static void adopt_library(struct rdo_executable *executable, const struct rdo_library *library) {
  executable->export_count = library->export_count;
  executable->functions = library->export_functions;
  executable->attrs = library->export_attrs;
  executable->names = library->export_names;
  executable->source_locations = library->export_source_locations;
  executable->library_name = library->header->name != NULL ? library->header->name : "";
}

static enum rondo_status link_library(struct rdo_executable *executable, const struct rdo_library *library,
                                      uint32_t constant_count, struct rondo_diag *diag) {
  RDO_TRY(check_library(library, diag));
  for (uint32_t i = 0; i < library->export_count; ++i) RDO_TRY(check_export(library, i, diag));
  RDO_TRY(check_imports(library, diag));
  RDO_TRY(check_constant_count(library, constant_count, diag));
  RDO_TRY(rdo_alloc_array(library->import_count, sizeof(void *), &executable->import_slots, diag));
  // One array serves as both: functions and contexts are all NULL.
  executable->environment.import_functions = executable->import_slots;
  executable->environment.import_contexts = executable->import_slots;
  adopt_library(executable, library);
  return build_name_index(executable, diag);
}

static void begin_phase(const struct rdo_executable *executable, const char *what) {
  snprintf(phase_text, sizeof phase_text, "the %s executable of %llu bytes was %s", executable->loader->name,
           (unsigned long long)executable->byte_length, what);
  current_phase = phase_text;
}

static void end_phase(void) { current_phase = NULL; }

static enum rondo_status query_library(struct rdo_executable *executable, rdo_library_query_fn query,
                                       uint32_t constant_count, struct rondo_diag *diag) {
  begin_phase(executable, "queried");
  enum rondo_status status = link_library(executable, query(RDO_LIBRARY_VERSION, &executable->environment), constant_count, diag);
  end_phase();
  return status;
}

static enum rondo_status load_library(struct rdo_executable *executable, struct rdo_bytes data,
                                      uint32_t constant_count, struct rondo_diag *diag) {
  rdo_library_query_fn query = NULL;
  begin_phase(executable, "loaded");  // one for libc may run code of its own
  enum rondo_status status = executable->loader->load(data, &executable->image, &query, diag);
  end_phase();
  return status != RONDO_OK ? status : query_library(executable, query, constant_count, diag);
}

// An executable without code, for the loader of its format.
static enum rondo_status create_executable(struct rdo_bytes format, struct rdo_bytes data,
                                           struct rdo_executable **out_executable, struct rondo_diag *diag) {
  *out_executable = NULL;
  const struct rdo_loader *loader = rdo_loader_find(format);
  if (loader == NULL) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "no loader for executable format '%.*s' on this machine (%s)",
                    (int)(format.size < 64 ? format.size : 64), (const char *)format.data, rdo_cpu_arch());
  }
  struct rdo_executable *executable;
  RDO_TRY(rdo_alloc(sizeof *executable, &executable, diag));
  rdo_object_init(&executable->object, &rdo_executable_type);
  executable->loader = loader;
  executable->byte_length = data.size;
  *out_executable = executable;
  return RONDO_OK;
}

enum rondo_status rdo_executable_load(struct rdo_bytes format, struct rdo_bytes data, const uint32_t *constants,
                                      uint32_t constant_count, struct rdo_executable **out_executable,
                                      struct rondo_diag *diag) {
  struct rdo_executable *executable;
  *out_executable = NULL;
  RDO_TRY(create_executable(format, data, &executable, diag));
  enum rondo_status status = copy_constants(executable, constants, constant_count, diag);
  if (status != RONDO_OK) goto fail;
  init_environment(executable);
  status = load_library(executable, data, constant_count, diag);
  if (status != RONDO_OK) goto fail;
  *out_executable = executable;
  return RONDO_OK;
fail:
  rdo_object_release(&executable->object);
  return status;
}

// ---- Unbound executables --------------------------------------------------------------------------

enum rondo_status rdo_executable_load_unbound(struct rdo_bytes format, struct rdo_bytes data,
                                              struct rdo_executable **out_executable, struct rondo_diag *diag) {
  struct rdo_executable *executable;
  *out_executable = NULL;
  RDO_TRY(create_executable(format, data, &executable, diag));
  executable->is_unbound = true;
  executable->library_name = "";
  enum rondo_status status = executable->loader->verify(data, diag);
  if (status != RONDO_OK) goto fail;
  status = rdo_alloc_array(LEARNED_NAME_COUNT_MAX, sizeof(char *), &executable->learned_names, diag);
  if (status != RONDO_OK) goto fail;
  executable->names = (const char *const *)executable->learned_names;
  status = create_name_index(executable, LEARNED_NAME_COUNT_MAX, diag);
  if (status != RONDO_OK) goto fail;
  *out_executable = executable;
  return RONDO_OK;
fail:
  rdo_object_release(&executable->object);
  return status;
}

static enum rondo_status add_name(struct rdo_executable *executable, struct rdo_bytes name, struct rondo_diag *diag) {
  if (executable->export_count == LEARNED_NAME_COUNT_MAX || name.size > LEARNED_NAME_BYTES_MAX) {
    return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "executable with over %d dispatches, or a name of over %d bytes",
                    LEARNED_NAME_COUNT_MAX, LEARNED_NAME_BYTES_MAX);
  }
  if (name.size == 0 || memchr(name.data, 0, (size_t)name.size) != NULL) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "name of a dispatch is empty or not text");
  }
  char *copy;
  RDO_TRY(rdo_alloc_array((size_t)name.size + 1, 1, &copy, diag));
  memcpy(copy, name.data, (size_t)name.size);
  executable->learned_names[executable->export_count] = copy;
  add_to_name_index(executable, executable->export_count++);
  return RONDO_OK;
}

enum rondo_status rdo_executable_learn(struct rdo_executable *executable, struct rdo_bytes name, uint32_t *out_index,
                                       struct rondo_diag *diag) {
  int64_t found = rdo_executable_find(executable, name);
  if (found < 0) {
    found = executable->export_count;
    RDO_TRY(add_name(executable, name, diag));
  }
  *out_index = (uint32_t)found;
  return RONDO_OK;
}
