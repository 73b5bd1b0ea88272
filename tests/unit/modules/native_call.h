// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Calls of native functions without an interpreter: begin, add arguments in the order of the calling
// convention, invoke. A call may be invoked again.

#ifndef RDO_TESTS_UNIT_MODULES_NATIVE_CALL_H_
#define RDO_TESTS_UNIT_MODULES_NATIVE_CALL_H_

#include <stdlib.h>
#include <string.h>

#include "vm/buffer.h"
#include "vm/native.h"

enum { NATIVE_ARGUMENTS_MAX = 32 };

struct native_call {
  struct rdo_native_call call;
  struct rondo_diag diag;
  uint32_t registers[2 * NATIVE_ARGUMENTS_MAX];
  struct rdo_object *refs[NATIVE_ARGUMENTS_MAX];
  uint16_t operands[NATIVE_ARGUMENTS_MAX];
  uint16_t spans[NATIVE_ARGUMENTS_MAX];
  uint16_t register_count, ref_count, operand_count, argument_count;
  uint16_t spanned_count;  // operands of the span that is being added
};

static inline void native_call_begin(struct native_call *call) {
  memset(call, 0, sizeof *call);
  call->call.registers = call->registers;
  call->call.refs = call->refs;
  call->call.operands = call->operands;
  call->call.spans = call->spans;
  call->call.diag = &call->diag;
}

// Arguments behind a span would need its tuple size; the tests end with their spans.
static inline void native_call_add(struct native_call *call, uint16_t operand) {
  if (call->operand_count == NATIVE_ARGUMENTS_MAX) abort();
  call->operands[call->operand_count++] = operand;
  if (call->spanned_count == 0) ++call->argument_count;
}

static inline void native_call_i64(struct native_call *call, int64_t value) {
  uint16_t at = (uint16_t)((call->register_count + 1) & ~1);
  rdo_store_u64(&call->registers[at], (uint64_t)value);
  call->register_count = (uint16_t)(at + 2);
  native_call_add(call, at);
}

static inline void native_call_i32(struct native_call *call, int32_t value) {
  call->registers[call->register_count] = (uint32_t)value;
  native_call_add(call, call->register_count++);
}

static inline void native_call_f32(struct native_call *call, float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  native_call_i32(call, bits);
}

static inline void native_call_ref(struct native_call *call, struct rdo_object *ref) {
  call->refs[call->ref_count] = ref;
  native_call_add(call, (uint16_t)(0x8000 | call->ref_count++));
}

// The arguments that follow are `count` tuples of a span.
static inline void native_call_span(struct native_call *call, uint16_t count) {
  call->spans[call->argument_count++] = count;
  call->spanned_count = 1;
}

static inline enum rondo_status native_call_invoke(struct native_call *call, const struct rdo_native_function *function, void *self) {
  memset(&call->diag, 0, sizeof call->diag);
  memset(call->call.results, 0, sizeof call->call.results);
  return function->fn(self, &call->call);
}

// A string as programs pass it.
static inline struct rdo_vm_buffer *native_text(const char *text) {
  struct rdo_vm_buffer *buffer = NULL;
  if (rdo_vm_buffer_wrap((struct rdo_bytes){(const uint8_t *)text, strlen(text)}, false, NULL, &buffer, NULL) != RONDO_OK) abort();
  return buffer;
}

#endif  // RDO_TESTS_UNIT_MODULES_NATIVE_CALL_H_
