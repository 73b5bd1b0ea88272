// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A context: modules linked together, each with its state. Loading a module goes
//
//   bytes -> module_file (read) -> types resolved -> functions verified -> imports resolved
//         -> functions translated -> initializer run -> usable
//
// and a failure anywhere leaves the context as it was.

#ifndef RDO_VM_MODULE_H_
#define RDO_VM_MODULE_H_

#include "base/arena.h"
#include "vm/code.h"
#include "vm/heap.h"
#include "vm/invocation.h"
#include "vm/module_file.h"

struct rdo_import {
  bool is_resolved;
  const struct rdo_function *function;  // of another bytecode module, or NULL
  const struct rdo_native_function *native;
  void *native_self;
};

struct rdo_context;

struct rdo_module {
  struct rdo_context *context;
  struct rdo_object *image;  // keeps the file's bytes alive; rodata buffers hold it too
  struct rdo_module_file file;
  struct rdo_type *types;           // [file.type_count]
  struct rdo_import *imports;       // [file.import_count]
  struct rdo_function *functions;   // [file.function_count]
  struct rdo_object **rodata;       // [file.rodata_count] vm.buffer
  uint8_t *global_bytes;            // 16-byte aligned
  struct rdo_object **global_refs;
  bool is_state_counted;            // the globals are part of the heap's live bytes
  struct rdo_arena arena;           // code and call sites
  struct rdo_module *next;          // loaded before this one
};

struct rdo_native_instance {
  const struct rdo_native_module *module;
  void *self;
};

enum { RDO_NATIVE_MODULES_MAX = 8 };

struct rdo_context {
  struct rdo_native_instance natives[RDO_NATIVE_MODULES_MAX];
  uint32_t native_count;
  struct rdo_module *modules;  // newest first
  struct rdo_vm_heap *heap;
  int64_t step_limit;          // for every invocation, INT64_MAX = none
  struct rdo_invocation invocation;  // for initializers and __notify; calls from outside bring their own
};

enum rondo_status rdo_context_init(struct rdo_context *context, uint64_t heap_budget_bytes, int64_t step_limit,
                                   struct rondo_diag *diag);
void rdo_context_deinit(struct rdo_context *context);

// Makes a native module known; `self` is passed to its functions and outlives the context.
void rdo_context_add_native(struct rdo_context *context, const struct rdo_native_module *module, void *self);

// Loads a module and runs its initializer.
//   file   bytes that `image` (retained; may be NULL) keeps alive
enum rondo_status rdo_context_load(struct rdo_context *context, struct rdo_bytes file, struct rdo_object *image,
                                   struct rdo_module **out_module, struct rondo_diag *diag);

// Finds the export `name` of a module; NULL when it has none.
const struct rdo_function *rdo_module_find(const struct rdo_module *module, const char *name, size_t name_length);

// Appends "in <module>.<function>" to a failure.
void rdo_module_annotate(const struct rdo_function *function, struct rondo_diag *diag);

// Finds a module by name, newest first; NULL when there is none.
struct rdo_module *rdo_context_find(const struct rdo_context *context, struct rdo_bytes name);

#endif  // RDO_VM_MODULE_H_
