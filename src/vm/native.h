// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a compiled program calls C: native modules and the one calling form of their functions.
//
// A native function reads its arguments in place, from the caller's registers, through the operand
// list of the call site; nothing is marshalled. The operands follow the function's calling
// convention letter by letter, spans flattened; the verifier has seen to banks and counts, so the
// getters below check nothing. Refs are borrowed for the call and may be null or of any type.

#ifndef RDO_VM_NATIVE_H_
#define RDO_VM_NATIVE_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/object.h"
#include "base/status.h"

struct rdo_invocation;

enum { RDO_NATIVE_RESULTS_MAX = 4 };

union rdo_slot {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  struct rdo_object *ref;
};

struct rdo_native_call {
  uint32_t *registers;
  struct rdo_object **refs;
  const uint16_t *operands;
  const uint16_t *spans;  // tuple counts of the span arguments, one entry an argument element
  struct rdo_invocation *invocation;
  struct rondo_diag *diag;  // never NULL
  bool is_resumed;          // the call answered DEFERRED before and is made again
  union rdo_slot results[RDO_NATIVE_RESULTS_MAX];  // refs in here are given to the caller
};

// Returns OK with `results` set, DEFERRED (only where the program yields; see rdo_invocation_defer),
// or a failure.
typedef enum rondo_status (*rdo_native_fn)(void *self, struct rdo_native_call *call);

struct rdo_native_function {
  const char *name;   // without the module's
  const char *cconv;  // "0rI_r"
  rdo_native_fn fn;
};

struct rdo_native_module {
  const char *name;
  uint32_t version;
  const struct rdo_native_function *functions;  // sorted by name
  uint32_t function_count;
  const struct rdo_object_type *const *types;  // that the module registers
  uint32_t type_count;
};

static inline int32_t rdo_arg_i32(const struct rdo_native_call *call, uint32_t index) {
  return (int32_t)call->registers[call->operands[index]];
}
static inline int64_t rdo_arg_i64(const struct rdo_native_call *call, uint32_t index) {
  return (int64_t)rdo_load_u64(&call->registers[call->operands[index]]);
}
static inline float rdo_arg_f32(const struct rdo_native_call *call, uint32_t index) {
  float value;
  memcpy(&value, &call->registers[call->operands[index]], sizeof value);
  return value;
}
static inline struct rdo_object *rdo_arg_ref(const struct rdo_native_call *call, uint32_t index) {
  return call->refs[call->operands[index] & 0x3FFF];
}
// A ref that must be of `type`; null or anything else is INVALID_ARGUMENT.
enum rondo_status rdo_arg_object(const struct rdo_native_call *call, uint32_t index, const struct rdo_object_type *type,
                                 struct rdo_object **out);
// As above, but null is fine.
enum rondo_status rdo_arg_object_or_null(const struct rdo_native_call *call, uint32_t index,
                                         const struct rdo_object_type *type, struct rdo_object **out);
// Bytes of a vm.buffer argument.
enum rondo_status rdo_arg_bytes(const struct rdo_native_call *call, uint32_t index, struct rdo_bytes *out);

#endif  // RDO_VM_NATIVE_H_
