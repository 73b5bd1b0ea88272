// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Types and calling conventions of the VM.

#ifndef RDO_VM_TYPES_H_
#define RDO_VM_TYPES_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/object.h"
#include "base/status.h"

// The numbers are the ones of the file format.
enum rdo_value_type {
  RDO_VALUE_NONE = 0,
  RDO_VALUE_I8 = 1,
  RDO_VALUE_I16 = 2,
  RDO_VALUE_I32 = 3,
  RDO_VALUE_I64 = 4,
  RDO_VALUE_F32 = 5,
  RDO_VALUE_F64 = 6,
};

// One entry of a module's type table: a value type, one object type, or anything (both zero).
struct rdo_type {
  enum rdo_value_type value;
  const struct rdo_object_type *object;
};

static inline bool rdo_type_is_any(struct rdo_type type) { return type.value == RDO_VALUE_NONE && type.object == NULL; }

// The rule of every checked ref transfer: null fits all, any takes all, else the types are equal.
static inline bool rdo_type_accepts(const struct rdo_object_type *wanted, const struct rdo_object *object) {
  return object == NULL || wanted == NULL || object->type == wanted;
}

// A calling convention: one letter an argument ('i' 'I' 'f' 'F' 'r'), spans in 'C'...'D' brackets in
// arguments of imports. The letters are views into the file or a static string, 'v' already removed.
struct rdo_cconv {
  const char *arguments;
  const char *results;
  uint16_t argument_length;  // letters, brackets included
  uint16_t result_length;
};

enum { RDO_CCONV_LENGTH_MAX = 4096 };

// Parses and checks "0<arguments>_<results>"; empty text means no arguments and no results.
enum rondo_status rdo_cconv_parse(struct rdo_bytes text, struct rdo_cconv *out_cconv, struct rondo_diag *diag);

bool rdo_cconv_equal(const struct rdo_cconv *a, const struct rdo_cconv *b);
bool rdo_cconv_has_span(const struct rdo_cconv *cconv);

// Assigns registers to a span-free fragment, left to right: the rule for function arguments. Each
// 64-bit value starts at an even ordinal.
//   ordinals   filled with ordinals[length] (no bank bits) when not NULL
void rdo_cconv_assign(const char *letters, uint32_t length, uint16_t *ordinals, uint32_t *out_i32_count,
                      uint32_t *out_ref_count);

#endif  // RDO_VM_TYPES_H_
