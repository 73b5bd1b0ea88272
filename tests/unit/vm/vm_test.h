// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A context with assembled modules in it, for the tests of this folder.

#ifndef RDO_TESTS_UNIT_VM_VM_TEST_H_
#define RDO_TESTS_UNIT_VM_VM_TEST_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "module_builder.h"
#include "vm/decode.h"
#include "vm/module.h"

struct vm_test {
  struct rdo_context context;
  struct module_image images[4];
  int image_count;
  struct rdo_module *module;  // loaded last
  struct rondo_diag diag;     // of the last call
};

static inline void vm_test_begin_limited(struct vm_test *vm, uint64_t heap_bytes, int64_t step_limit) {
  memset(vm, 0, sizeof *vm);
  assert_int_equal(rdo_context_init(&vm->context, heap_bytes, step_limit, NULL), RONDO_OK);
}

static inline void vm_test_begin(struct vm_test *vm) { vm_test_begin_limited(vm, 0, INT64_MAX); }

static inline enum rondo_status vm_test_try_load(struct vm_test *vm, const struct module_def *def) {
  struct module_image *image = &vm->images[vm->image_count++];
  module_build(def, image);
  vm->diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_context_load(&vm->context, module_bytes(image), NULL, &vm->module, &vm->diag);
  if (status != RONDO_OK && (vm->diag.message_length == 0 || vm->diag.status != status)) fail_msg("a failure without words");
  return status;
}

// Loads a module that must load; begins the context if there is none.
static inline void vm_test_load(struct vm_test *vm, const struct module_def *def) {
  if (vm->context.heap == NULL) vm_test_begin(vm);
  if (vm_test_try_load(vm, def) != RONDO_OK) fail_msg("module does not load: %s", vm->diag.message);
}

static inline enum rondo_status vm_test_try(struct vm_test *vm, const char *name, const union rdo_slot *arguments, union rdo_slot *results) {
  const struct rdo_function *function = rdo_module_find(vm->module, name, strlen(name));
  assert_non_null(function);
  vm->diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_invoke(&vm->context.invocation, function, arguments, vm->context.step_limit, results, &vm->diag);
  if (status != RONDO_OK && (vm->diag.message_length == 0 || vm->diag.status != status)) fail_msg("a failure without words");
  return status;
}

static inline void vm_test_call(struct vm_test *vm, const char *name, const union rdo_slot *arguments, union rdo_slot *results) {
  if (vm_test_try(vm, name, arguments, results) != RONDO_OK) fail_msg("%s: %s", name, vm->diag.message);
}

static inline void vm_test_end(struct vm_test *vm) {
  rdo_context_deinit(&vm->context);
  for (int i = 0; i < vm->image_count; ++i) module_free(&vm->images[i]);
}

#endif  // RDO_TESTS_UNIT_VM_VM_TEST_H_
