// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// An executable whose kernels are C functions of the test.

#ifndef RDO_TESTS_UNIT_HAL_FAKE_EXECUTABLE_H_
#define RDO_TESTS_UNIT_HAL_FAKE_EXECUTABLE_H_

#include <stdlib.h>

#include "kernel/executable.h"

enum { FAKE_EXPORTS_MAX = 12 };

struct fake_executable {
  struct rdo_executable executable;
  rdo_dispatch_fn functions[FAKE_EXPORTS_MAX];
  struct rdo_dispatch_attrs attrs[FAKE_EXPORTS_MAX];
  const char *names[FAKE_EXPORTS_MAX];
  int *destroy_count;  // may be NULL
};

static void destroy_fake_executable(struct rdo_object *object) {
  struct fake_executable *fake = (struct fake_executable *)RDO_CONTAINER(object, struct rdo_executable, object);
  if (fake->destroy_count != NULL) ++*fake->destroy_count;
  free(fake);
}

static inline struct fake_executable *fake_executable_create(void) {
  static const struct rdo_object_type type = {"test.executable", destroy_fake_executable};
  struct fake_executable *fake = calloc(1, sizeof *fake);
  if (fake == NULL) abort();
  rdo_object_init(&fake->executable.object, &type);
  fake->executable.functions = fake->functions;
  fake->executable.attrs = fake->attrs;
  fake->executable.names = fake->names;
  fake->executable.library_name = "fake";
  return fake;
}

// Adds an export and returns its index.
static inline int64_t fake_executable_add(struct fake_executable *fake, const char *name, rdo_dispatch_fn function, uint8_t constant_count,
                                          uint8_t binding_count) {
  uint32_t index = fake->executable.export_count++;
  if (index >= FAKE_EXPORTS_MAX) abort();
  fake->names[index] = name;
  fake->functions[index] = function;
  fake->attrs[index].constant_count = constant_count;
  fake->attrs[index].binding_count = binding_count;
  return index;
}

#endif  // RDO_TESTS_UNIT_HAL_FAKE_EXECUTABLE_H_
