// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// An executable: loaded native code with its exports (one per dispatch), made by the first loader in
// the table whose format matches.
//
// An unbound executable is one whose bytes were checked but not loaded: for devices that run no kernels,
// and so for modules that nobody trusts. Only the code itself knows its exports, so every name that is
// asked for becomes one, and what an export takes is unknown.

#ifndef RDO_KERNEL_EXECUTABLE_H_
#define RDO_KERNEL_EXECUTABLE_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/object.h"
#include "base/status.h"
#include "kernel/library.h"

struct rdo_loader;

struct rdo_executable {
  struct rdo_object object;
  // All below: const after load, except that unbound executables learn names.
  bool is_unbound;
  uint32_t export_count;
  const rdo_dispatch_fn *functions;        // functions[export_count], none NULL; unbound: NULL
  const struct rdo_dispatch_attrs *attrs;  // attrs[export_count]; unbound: NULL
  const char *const *names;                // names[export_count]
  const struct rdo_source_location *source_locations;  // [export_count] or NULL
  const char *library_name;
  struct rdo_library_environment environment;
  const struct rdo_loader *loader;
  void *image;          // owned, ended by the loader
  uint32_t *constants;  // owned copy of the specialization constants, NULL when none
  void **import_slots;  // owned [imports of the library], all NULL (weak imports); NULL when none
  uint32_t *name_index;     // owned hash table of export index + 1 by name, 0 = free; NULL for few exports
  uint32_t name_index_mask; // slots - 1
  char **learned_names;     // owned, what `names` is of an unbound executable, else NULL
  uint64_t byte_length; // size of the container in the file
};

extern const struct rdo_object_type rdo_executable_type;

// Whether some loader takes this format on this machine.
bool rdo_executable_format_supported(struct rdo_bytes format);

// Loads an executable.
//   format     e.g. "embedded-elf-x86_64"        data  borrowed during the call
//   constants  borrowed, copied
//   returns    OK, NOT_FOUND (no loader for the format), FAILED_PRECONDITION (malformed, wrong
//              library version, wrong constant count), UNAVAILABLE (missing import), RESOURCE_EXHAUSTED
enum rondo_status rdo_executable_load(struct rdo_bytes format, struct rdo_bytes data, const uint32_t *constants,
                                      uint32_t constant_count, struct rdo_executable **out_executable,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

// Makes an unbound executable: checks the bytes, runs none of them.
//   returns    OK, NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED as rdo_executable_load
enum rondo_status rdo_executable_load_unbound(struct rdo_bytes format, struct rdo_bytes data,
                                              struct rdo_executable **out_executable,
                                              struct rondo_diag *diag) RONDO_MUST_USE;

// Finds an export of an unbound executable; a name that is new becomes one. Equal names get equal indices.
//   returns  OK, RESOURCE_EXHAUSTED (also for more or longer names than compilers make)
enum rondo_status rdo_executable_learn(struct rdo_executable *executable, struct rdo_bytes name, uint32_t *out_index,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// Finds an export.
//   returns  its index, or -1
int64_t rdo_executable_find(const struct rdo_executable *executable, struct rdo_bytes name);

#endif  // RDO_KERNEL_EXECUTABLE_H_
