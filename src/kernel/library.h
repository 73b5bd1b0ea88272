// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The executable-library ABI, version 6: what a compiled module's native code exports and what it
// expects of its caller. Layouts are those of 64-bit hosts and fixed by the compiler; the asserts
// below hold them.

#ifndef RDO_KERNEL_LIBRARY_H_
#define RDO_KERNEL_LIBRARY_H_

#include <stddef.h>
#include <stdint.h>

#define RDO_LIBRARY_QUERY_SYMBOL "iree_hal_executable_library_query"

enum {
  RDO_LIBRARY_VERSION = 6,
  RDO_LOCAL_MEMORY_PAGE_BYTES = 4096,
  RDO_DISPATCH_CONSTANTS_MAX = 64,
  RDO_DISPATCH_BINDINGS_MAX = 64,
};

// const after the executable is loaded; read by every kernel call of it.
struct rdo_library_environment {
  const uint32_t *constants;
  int (*import_thunk)(void *function, void *params, void *context, void *reserved);
  void *const *import_functions;
  void *const *import_contexts;
  uint64_t processor_data[8];
};

// One dispatch: shared by all of its workgroups, read-only for the kernel.
struct rdo_dispatch_state {
  uint32_t workgroup_size_x;
  uint32_t workgroup_size_y;
  uint16_t workgroup_size_z;
  uint16_t constant_count;
  uint32_t workgroup_count_x;
  uint32_t workgroup_count_y;
  uint16_t workgroup_count_z;
  uint8_t max_concurrency;
  uint8_t binding_count;
  const uint32_t *constants;
  void *const *binding_ptrs;      // 64-byte aligned each
  const size_t *binding_lengths;  // bytes
};

// One workgroup of a dispatch.
struct rdo_workgroup_state {
  uint32_t workgroup_id_x;
  uint32_t workgroup_id_y;
  uint16_t workgroup_id_z;
  uint16_t reserved;
  uint32_t processor_id;
  void *local_memory;
  uint32_t local_memory_bytes;
  uint32_t padding;
};

// A kernel: any workgroup, any order, any thread; 0 = done, else the dispatch has failed.
typedef int (*rdo_dispatch_fn)(const struct rdo_library_environment *environment,
                               const struct rdo_dispatch_state *dispatch,
                               const struct rdo_workgroup_state *workgroup);

enum {
  RDO_DISPATCH_FLAG_SEQUENTIAL = 1,
  RDO_DISPATCH_FLAG_WORKGROUP_SIZE_DYNAMIC = 2,
};

struct rdo_dispatch_attrs {
  uint64_t flags;
  uint16_t local_memory_pages;
  uint8_t constant_count;
  uint8_t binding_count;
  uint32_t workgroup_size_x;
  uint32_t workgroup_size_y;
  uint16_t workgroup_size_z;
  uint16_t parameter_count;
  uint64_t reserved[5];
};

struct rdo_source_location {
  uint32_t line;
  uint32_t path_length;
  const char *path;
};

struct rdo_library_header {
  uint32_t version;
  const char *name;
  uint32_t features;
  uint32_t sanitizer;
};

struct rdo_library {
  const struct rdo_library_header *header;
  uint32_t import_count;
  const char *const *import_symbols;
  uint32_t export_count;
  const rdo_dispatch_fn *export_functions;
  const struct rdo_dispatch_attrs *export_attrs;
  const void *const *export_params;
  const void *export_occupancy;
  const char *const *export_names;
  const char *const *export_tags;
  const char *const *export_parameter_names;
  const struct rdo_source_location *export_source_locations;
  const void *export_stage_locations;
  uint32_t constant_count;
  uint32_t constant_padding;
  uint32_t source_count;
  const void *sources;
};

// Asks for the library; anything but RDO_LIBRARY_VERSION answers NULL.
typedef const struct rdo_library *(*rdo_library_query_fn)(uint32_t max_version,
                                                          const struct rdo_library_environment *environment);

_Static_assert(sizeof(struct rdo_library_environment) == 96, "environment layout");
_Static_assert(sizeof(struct rdo_dispatch_state) == 48, "dispatch state layout");
_Static_assert(offsetof(struct rdo_dispatch_state, constants) == 24, "dispatch state layout");
_Static_assert(sizeof(struct rdo_workgroup_state) == 32, "workgroup state layout");
_Static_assert(sizeof(struct rdo_dispatch_attrs) == 64, "dispatch attributes layout");
_Static_assert(offsetof(struct rdo_dispatch_attrs, workgroup_size_x) == 12, "dispatch attributes layout");
_Static_assert(sizeof(struct rdo_source_location) == 16, "source location layout");
_Static_assert(sizeof(struct rdo_library) == 128, "library layout");
_Static_assert(offsetof(struct rdo_library, export_names) == 64, "library layout");
_Static_assert(offsetof(struct rdo_library, constant_count) == 104, "library layout");

#endif  // RDO_KERNEL_LIBRARY_H_
