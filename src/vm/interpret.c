// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The interpreter's loop. Direct-threaded: each handler jumps to the next one's address, which stands
// in the code (computed goto, the one GNU extension of the project); -DRDO_VM_SWITCH=1 builds the
// same handlers as a switch. The verifier has checked every operand, so handlers check only what
// depends on values.
//
// Invariants: `frame` is the top frame, `r` and `refs` are its banks; every ref register owns one
// count of its object; on any failure the frames stay and the caller unwinds them.

#include "vm/interpret.h"

#include "vm/arithmetic.h"
#include "vm/buffer.h"
#include "vm/module.h"

#ifndef RDO_VM_SWITCH
#define RDO_VM_SWITCH 0
#endif

// clang-format off
// Reads and writes registers of the current instruction by operand position.
#define OPERAND(k) ((k) < 4 ? ip[1].u16[(k) & 3] : ip[2].u16[(k) & 3])
#define GET_u32(k) (r[OPERAND(k)])
#define GET_i32(k) ((i32)r[OPERAND(k)])
#define GET_u64(k) rdo_load_u64(&r[OPERAND(k)])
#define GET_i64(k) ((i64)rdo_load_u64(&r[OPERAND(k)]))
#define GET_f32(k) rdo_f32_bits(r[OPERAND(k)])
#define GET_f64(k) rdo_f64_bits(rdo_load_u64(&r[OPERAND(k)]))
// Results go to two registers, the target and the second target behind it (see code.h).
#define PUT_u32(k, value) do { u32 put_ = (value); r[OPERAND(k)] = put_; r[OPERAND((k) + 1)] = put_; } while (0)
#define PUT_u64(k, value) do { u64 put_ = (value); rdo_store_u64(&r[OPERAND(k)], put_); rdo_store_u64(&r[OPERAND((k) + 1)], put_); } while (0)
#define PUT_f32(k, value) PUT_u32(k, rdo_bits_f32(value))
#define PUT_f64(k, value) PUT_u64(k, rdo_bits_f64(value))

#if RDO_VM_SWITCH
#define OP(name) case RDO_OP_##name:
#define CODE(name) case RDO_CODE_##name:
#define DISPATCH() goto dispatch
#else
#define OP(name) op_##name:
#define CODE(name) code_##name:
#define DISPATCH() goto *(void *)(uintptr_t)ip->pointer
#endif
#define NEXT(words) do { ip += (words); DISPATCH(); } while (0)
// A taken branch, by an offset in words. Branches are what a step limit counts.
#define BRANCH(offset) do { ip += (offset); if (--steps < 0) goto out_of_steps; DISPATCH(); } while (0)
// clang-format on

static inline struct rdo_object *take_ref(struct rdo_object **refs, uint16_t operand) {
  struct rdo_object **slot = &refs[operand & RDO_REGISTER_REF_MASK];
  struct rdo_object *object = *slot;
  if ((operand & RDO_REGISTER_MOVE_BIT) != 0) {
    *slot = NULL;
  } else {
    rdo_object_retain(object);
  }
  return object;
}

// Replaces what a ref register holds; takes over the count of `object`.
static inline void put_ref(struct rdo_object **slot, struct rdo_object *object) {
  struct rdo_object *old = *slot;
  *slot = object;
  rdo_object_release(old);
}

// Clears the banks of a fresh frame, 16 bytes at a time.
static inline void clear_banks(uint64_t *words, uint32_t byte_length) {
  for (uint32_t i = 0; i < byte_length / 8; i += 2) {
    words[i] = 0;
    words[i + 1] = 0;
  }
}

// Pushes a frame for `callee` above `frame`; NULL when the stack is full.
static inline struct rdo_frame *push_frame(struct rdo_invocation *invocation, struct rdo_frame *frame,
                                           const struct rdo_function *callee) {
  uint8_t *base = (uint8_t *)frame + frame->byte_length;
  if (callee->frame_bytes > (uint64_t)(invocation->stack + invocation->stack_bytes - base)) return NULL;
  struct rdo_frame *pushed = (struct rdo_frame *)(void *)base;
  pushed->parent = frame;
  pushed->function = callee;
  pushed->registers = (uint32_t *)(void *)(base + sizeof *pushed);
  pushed->refs = (struct rdo_object **)(void *)(base + sizeof *pushed + callee->value_bytes);
  pushed->ref_count = callee->ref_count;
  pushed->byte_length = callee->frame_bytes;
  clear_banks((uint64_t *)(void *)(base + sizeof *pushed), callee->frame_bytes - (uint32_t)sizeof *pushed);
  return pushed;
}

static inline void copy_arguments(const struct rdo_call_site *site, uint32_t *r, struct rdo_object **refs,
                                  struct rdo_frame *callee) {
  const uint16_t *pair = site->copies;
  for (uint32_t i = 0; i < site->copy_count[0]; ++i, pair += 2) callee->registers[pair[1]] = r[pair[0]];
  for (uint32_t i = 0; i < site->copy_count[1]; ++i, pair += 2) {
    rdo_store_u64(&callee->registers[pair[1]], rdo_load_u64(&r[pair[0]]));
  }
  for (uint32_t i = 0; i < site->copy_count[2]; ++i, pair += 2) callee->refs[pair[1]] = take_ref(refs, pair[0]);
}

static inline void copy_results(const struct rdo_return_site *site, const uint16_t *targets, struct rdo_frame *callee,
                                struct rdo_frame *parent) {
  const uint16_t *source = site->sources;
  for (uint32_t i = 0; i < site->count[0]; ++i) parent->registers[*targets++] = callee->registers[*source++];
  for (uint32_t i = 0; i < site->count[1]; ++i) {
    rdo_store_u64(&parent->registers[*targets++], rdo_load_u64(&callee->registers[*source++]));
  }
  for (uint32_t i = 0; i < site->count[2]; ++i) {
    put_ref(&parent->refs[*targets++], take_ref(callee->refs, *source++));
  }
}

// First drops the operands that the call consumes, then stores results: a consumed register may also
// be the one that receives a result.
static inline void finish_native(const struct rdo_call_site *site, const struct rdo_native_call *call, uint32_t *r,
                                 struct rdo_object **refs) {
  for (uint32_t i = 0; i < site->moved_ref_count; ++i) put_ref(&refs[site->moved_refs[i]], NULL);
  for (uint32_t i = 0; i < site->result_count; ++i) {
    uint16_t target = site->result_targets[i];
    switch (site->result_letters[i]) {
      case 'r': put_ref(&refs[target], call->results[i].ref); break;
      case 'I': case 'F': rdo_store_u64(&r[target], (u64)call->results[i].i64); break;
      default: r[target] = (u32)call->results[i].i32; break;
    }
  }
}

static enum rondo_status fail_call(const struct rdo_call_site *site, enum rondo_status status, struct rondo_diag *diag) {
  if (status == RONDO_DEFERRED) {
    status = rdo_fail(diag, RONDO_UNIMPLEMENTED, "a call that cannot yield was deferred");
  }
  rdo_fail(diag, status, "%s", rondo_status_name(status));
  rdo_annotate(diag, "while calling import %.*s", (int)site->import_name_length, site->import_name);
  return status;
}

// Compilers put whole target descriptions into their failures; what comes after must still fit.
enum { FAIL_TEXT_BYTES_MAX = 400 };

static enum rondo_status fail_text(uint32_t code, const char *text, uint64_t length, struct rondo_diag *diag) {
  enum rondo_status status = (enum rondo_status)(code & 0x1F);
  if (status == RONDO_OK) return rdo_fail(diag, RONDO_INTERNAL, "program failed with status OK: %.*s", (int)length, text);
  if (status == RONDO_DEFERRED) status = RONDO_INTERNAL;  // would read as a suspension
  if (length == 0) return rdo_fail(diag, status, "program failed without words");
  if (length <= FAIL_TEXT_BYTES_MAX) return rdo_fail(diag, status, "%.*s", (int)length, text);
  return rdo_fail(diag, status, "%.*s...", FAIL_TEXT_BYTES_MAX, text);
}

#if !RDO_VM_SWITCH
static rdo_atomic_u64 handler_table;  // address of the table inside rdo_interpret, 0 = not asked for yet

union rdo_word rdo_code_word(uint32_t code) {
  // relaxed: the table is constant, and every thread that asks stores the same address
  if (rdo_atomic_load(&handler_table, rdo_relaxed) == 0) (void)rdo_interpret(NULL);
  const void *const *table = (const void *const *)(uintptr_t)rdo_atomic_load(&handler_table, rdo_relaxed);  // relaxed: as above
  return (union rdo_word){.pointer = table[code]};
}
#else
union rdo_word rdo_code_word(uint32_t code) { return (union rdo_word){.u64 = code}; }
#endif

enum rondo_status rdo_interpret(struct rdo_invocation *invocation) {
#if !RDO_VM_SWITCH
  // clang-format off
  static const void *const handlers[RDO_CODE_LIMIT] = {
#define UNARY_ENTRY(name, A, R, value) [RDO_OP_##name] = &&op_##name,
#define BINARY_ENTRY(name, A, B, R, value) [RDO_OP_##name] = &&op_##name,
#define TERNARY_ENTRY(name, A, B, C, R, value) [RDO_OP_##name] = &&op_##name,
#define LOAD_ENTRY(name, E, R, value) [RDO_OP_##name] = &&op_##name,
#define STORE_ENTRY(name, E, R) [RDO_OP_##name] = &&op_##name,
#define CONTROL_ENTRY(name) [RDO_CODE_##name] = &&code_##name,
#define COMPARE_ENTRY(name) [RDO_CODE_Br##name] = &&code_Br##name,
#define ADD_ENTRY(name, add) [RDO_CODE_AddBr##name] = &&code_AddBr##name,
#define PAIR_ENTRY(first, second) [RDO_CODE_##first##_##second] = &&code_##first##_##second,
      RDO_UNARY(UNARY_ENTRY) RDO_BINARY(BINARY_ENTRY) RDO_DIVISION(BINARY_ENTRY) RDO_TERNARY(TERNARY_ENTRY)
      RDO_BUFFER_LOADS(LOAD_ENTRY) RDO_BUFFER_STORES(STORE_ENTRY)
      [RDO_OP_CmpEQRef] = &&op_CmpEQRef, [RDO_OP_CmpNERef] = &&op_CmpNERef, [RDO_OP_CmpNZRef] = &&op_CmpNZRef,
      [RDO_OP_ConstRefZero] = &&op_ConstRefZero,
      RDO_CODES_CONTROL(CONTROL_ENTRY) RDO_CODES_BRANCH_COMPARE(COMPARE_ENTRY) RDO_CODES_ADD_BRANCH(ADD_ENTRY)
      RDO_CODES_PAIR(PAIR_ENTRY)
  };
  // clang-format on
  if (invocation == NULL) {
    rdo_atomic_store(&handler_table, (uint64_t)(uintptr_t)handlers, rdo_relaxed);  // relaxed: see rdo_code_word
    return RONDO_OK;
  }
#endif

  struct rdo_frame *frame = invocation->top;
  const union rdo_word *ip = invocation->ip;
  uint32_t *r = frame->registers;
  struct rdo_object **refs = frame->refs;
  int64_t steps = invocation->steps_left;
  struct rondo_diag *diag = invocation->diag;
  enum rondo_status status = RONDO_OK;
  struct rdo_native_call call;
  call.invocation = invocation;
  call.diag = diag;

#if RDO_VM_SWITCH
dispatch:
  switch (ip->u64) {
#else
  DISPATCH();
#endif

// clang-format off
#define UNARY(name, A, R, value) OP(name) { A a = GET_##A(0); PUT_##R(1, (R)(value)); NEXT(2); }
  RDO_UNARY(UNARY)
#define BINARY(name, A, B, R, value) OP(name) { A a = GET_##A(0); B b = GET_##B(1); PUT_##R(2, (R)(value)); NEXT(2); }
  RDO_BINARY(BINARY)
#define DIVISION(name, A, B, R, value) \
  OP(name) { A a = GET_##A(0); B b = GET_##B(1); if (b == 0) goto divided_by_zero; PUT_##R(2, (R)(value)); NEXT(2); }
  RDO_DIVISION(DIVISION)
#define TERNARY(name, A, B, C, R, value) \
  OP(name) { A a = GET_##A(0); B b = GET_##B(1); C c = GET_##C(2); PUT_##R(3, (R)(value)); NEXT(3); }
  RDO_TERNARY(TERNARY)

  // Unsigned element index; the division by the element size cannot overflow where a product could.
#define ELEMENT_BUFFER() \
    struct rdo_vm_buffer *buffer = rdo_vm_buffer_cast(refs[OPERAND(0)]); \
    if (buffer == NULL) goto null_buffer;
#define ELEMENT_INDEX(E) \
    u64 index = GET_u64(1); \
    if (index >= buffer->length / sizeof(E)) goto buffer_range;
#define BUFFER_LOAD(name, E, R, value) \
  OP(name) { ELEMENT_BUFFER() ELEMENT_INDEX(E) E element; memcpy(&element, buffer->data + index * sizeof element, sizeof element); PUT_##R(2, value); NEXT(2); }
  RDO_BUFFER_LOADS(BUFFER_LOAD)
#define BUFFER_STORE(name, E, R) \
  OP(name) { ELEMENT_BUFFER() if (!buffer->is_mutable) goto read_only_buffer; ELEMENT_INDEX(E) \
    E element = (E)GET_##R(2); memcpy(buffer->data + index * sizeof element, &element, sizeof element); NEXT(2); }
  RDO_BUFFER_STORES(BUFFER_STORE)

  OP(CmpEQRef) { PUT_u32(2, refs[OPERAND(0)] == refs[OPERAND(1)]); NEXT(2); }
  OP(CmpNERef) { PUT_u32(2, refs[OPERAND(0)] != refs[OPERAND(1)]); NEXT(2); }
  OP(CmpNZRef) { PUT_u32(1, refs[OPERAND(0)] != NULL); NEXT(2); }
  OP(ConstRefZero) { put_ref(&refs[OPERAND(0)], NULL); NEXT(2); }

#define CONDITION_OPERANDS_2(T) T a = GET_##T(0); T b = GET_##T(1);
#define COMPARE_BRANCH(name, operands, condition) \
  CODE(Br##name) { operands u32 taken = (condition); PUT_u32(2, taken); BRANCH(ip[2].i32[taken ^ 1]); }
  COMPARE_BRANCH(CmpEQI32, CONDITION_OPERANDS_2(u32), a == b)
  COMPARE_BRANCH(CmpNEI32, CONDITION_OPERANDS_2(u32), a != b)
  COMPARE_BRANCH(CmpLTI32S, CONDITION_OPERANDS_2(i32), a < b)
  COMPARE_BRANCH(CmpLTI32U, CONDITION_OPERANDS_2(u32), a < b)
  COMPARE_BRANCH(CmpNZI32, u32 a = GET_u32(0);, a != 0)
  COMPARE_BRANCH(CmpEQI64, CONDITION_OPERANDS_2(u64), a == b)
  COMPARE_BRANCH(CmpNEI64, CONDITION_OPERANDS_2(u64), a != b)
  COMPARE_BRANCH(CmpLTI64S, CONDITION_OPERANDS_2(i64), a < b)
  COMPARE_BRANCH(CmpLTI64U, CONDITION_OPERANDS_2(u64), a < b)
  COMPARE_BRANCH(CmpNZI64, u64 a = GET_u64(0);, a != 0)
  COMPARE_BRANCH(CmpNZRef, const struct rdo_object *a = refs[OPERAND(0)];, a != NULL)
  COMPARE_BRANCH(CmpEQF32O, CONDITION_OPERANDS_2(f32), a == b)
  COMPARE_BRANCH(CmpLTF32O, CONDITION_OPERANDS_2(f32), a < b)
  COMPARE_BRANCH(CmpLTEF32O, CONDITION_OPERANDS_2(f32), a <= b)

  // The limit is read after the sum is stored: it may be the same register.
#define ADD_COMPARE_BRANCH(name, T, S, condition) \
  CODE(AddBr##name) { T sum = GET_##T(0) + GET_##T(1); PUT_##T(2, sum); S a = (S)sum; S b = (S)GET_##T(4); \
    u32 taken = (condition); r[OPERAND(5)] = taken; if (taken) BRANCH(ip[3].i32[0]); BRANCH(ip[3].i32[1]); }
  ADD_COMPARE_BRANCH(CmpEQI32, u32, u32, a == b)
  ADD_COMPARE_BRANCH(CmpNEI32, u32, u32, a != b)
  ADD_COMPARE_BRANCH(CmpLTI32S, u32, i32, a < b)
  ADD_COMPARE_BRANCH(CmpLTI32U, u32, u32, a < b)
  ADD_COMPARE_BRANCH(CmpEQI64, u64, u64, a == b)
  ADD_COMPARE_BRANCH(CmpNEI64, u64, u64, a != b)
  ADD_COMPARE_BRANCH(CmpLTI64S, u64, i64, a < b)
  ADD_COMPARE_BRANCH(CmpLTI64U, u64, u64, a < b)

#define APPLY_Add(a, b) ((a) + (b))
#define APPLY_Sub(a, b) ((a) - (b))
#define APPLY_Mul(a, b) ((a) * (b))
#define APPLY_And(a, b) ((a) & (b))
#define APPLY_Or(a, b) ((a) | (b))
#define APPLY_Xor(a, b) ((a) ^ (b))
#define PAIR32(first, second) \
  CODE(first##I32_##second##I32) { u32 a = APPLY_##first(GET_u32(0), GET_u32(1)); r[OPERAND(2)] = a; \
    u32 b = GET_u32(3); PUT_u32(4, APPLY_##second(a, b)); NEXT(3); }
#define PAIR64(first, second) \
  CODE(first##I64_##second##I64) { u64 a = APPLY_##first(GET_u64(0), GET_u64(1)); rdo_store_u64(&r[OPERAND(2)], a); \
    u64 b = GET_u64(3); PUT_u64(4, APPLY_##second(a, b)); NEXT(3); }
#define PAIRS(PAIR, first) PAIR(first, Add) PAIR(first, Sub) PAIR(first, Mul) PAIR(first, And) PAIR(first, Or) PAIR(first, Xor)
  PAIRS(PAIR32, Add) PAIRS(PAIR32, Sub) PAIRS(PAIR32, Mul) PAIRS(PAIR32, And) PAIRS(PAIR32, Or) PAIRS(PAIR32, Xor)
  PAIRS(PAIR64, Add) PAIRS(PAIR64, Sub) PAIRS(PAIR64, Mul) PAIRS(PAIR64, And) PAIRS(PAIR64, Or) PAIRS(PAIR64, Xor)

  CODE(Br) { BRANCH(ip[1].i32[0]); }
  CODE(BrIf) { BRANCH(ip[2].i32[GET_u32(0) == 0]); }
  CODE(BrTable) {
    u32 index = GET_u32(0);
    u32 slot = index < ip[1].u16[1] ? index + 1 : 0;
    BRANCH(ip[2 + slot / 2].i32[slot % 2]);
  }
  CODE(Move32) { r[OPERAND(1)] = r[OPERAND(0)]; NEXT(2); }
  CODE(Move64) { rdo_store_u64(&r[OPERAND(1)], GET_u64(0)); NEXT(2); }
  CODE(MoveRef) {
    struct rdo_object **source = &refs[OPERAND(0)];
    struct rdo_object **target = &refs[OPERAND(1)];
    if (source != target) {
      struct rdo_object *object = *source;
      *source = NULL;
      put_ref(target, object);
    }
    NEXT(2);
  }
  CODE(RetainRef) {
    struct rdo_object *object = refs[OPERAND(0)];
    rdo_object_retain(object);
    put_ref(&refs[OPERAND(1)], object);
    NEXT(2);
  }
  CODE(Const32) { u32 value = ip[1].u32[0]; r[ip[1].u16[2]] = value; r[ip[1].u16[3]] = value; NEXT(2); }
  CODE(Const64) { u64 value = ip[1].u64; rdo_store_u64(&r[ip[2].u16[0]], value); rdo_store_u64(&r[ip[2].u16[1]], value); NEXT(3); }
  CODE(LoadGlobal32) { r[ip[2].u16[0]] = rdo_load_u32(ip[1].pointer); NEXT(3); }
  CODE(StoreGlobal32) { rdo_store_u32(ip[1].mutable_pointer, r[ip[2].u16[0]]); NEXT(3); }
  CODE(LoadGlobal64) { rdo_store_u64(&r[ip[2].u16[0]], rdo_load_u64(ip[1].pointer)); NEXT(3); }
  CODE(StoreGlobal64) { rdo_store_u64(ip[1].mutable_pointer, rdo_load_u64(&r[ip[2].u16[0]])); NEXT(3); }
  CODE(LoadGlobalRef) {
    struct rdo_object **global = ip[1].mutable_pointer;
    uint16_t target = ip[2].u16[0];
    struct rdo_object *object = *global;
    if (!rdo_type_accepts(ip[3].pointer, object)) goto ref_type_mismatch;
    if ((target & RDO_REGISTER_MOVE_BIT) != 0) {
      *global = NULL;
    } else {
      rdo_object_retain(object);
    }
    put_ref(&refs[target & RDO_REGISTER_REF_MASK], object);
    NEXT(4);
  }
  CODE(StoreGlobalRef) {
    uint16_t source = ip[2].u16[0];
    if (!rdo_type_accepts(ip[3].pointer, refs[source & RDO_REGISTER_REF_MASK])) goto ref_type_mismatch;
    put_ref(ip[1].mutable_pointer, take_ref(refs, source));
    NEXT(4);
  }
  CODE(LoadRodata) {
    struct rdo_object *object = ip[1].mutable_pointer;
    rdo_object_retain(object);
    put_ref(&refs[ip[2].u16[0]], object);
    NEXT(3);
  }
  CODE(Slow) {
    const struct rdo_frame_view view = {r, refs, invocation, diag};
    rdo_slow_fn fn;
    memcpy(&fn, &ip[1], sizeof fn);
    status = fn(&view, ip[2].pointer);
    if (status != RONDO_OK) goto failed;
    NEXT(3);
  }
  CODE(CallFunction) {
    const struct rdo_call_site *site = ip[1].pointer;
    struct rdo_frame *callee = push_frame(invocation, frame, site->callee);
    if (callee == NULL) goto stack_full;
    copy_arguments(site, r, refs, callee);
    callee->return_ip = ip + 2;
    callee->result_targets = site->result_targets;
    frame = callee;
    r = frame->registers;
    refs = frame->refs;
    ip = frame->function->code;
    if (--steps < 0) goto out_of_steps;
    DISPATCH();
  }
  CODE(ReturnFrame) {
    struct rdo_frame *parent = frame->parent;
    copy_results(ip[1].pointer, frame->result_targets, frame, parent);
    // The compiler leaves all refs null by now; a program that does not must not leak.
    for (u32 i = 0; i < frame->ref_count; ++i) {
      if (refs[i] != NULL) put_ref(&refs[i], NULL);
    }
    ip = frame->return_ip;
    frame = parent;
    r = frame->registers;
    refs = frame->refs;
    DISPATCH();
  }
  CODE(CallNative) {
    const struct rdo_call_site *site = ip[1].pointer;
    call.registers = r;
    call.refs = refs;
    call.operands = site->operands;
    call.spans = site->spans;
    call.is_resumed = false;
    status = site->native(site->native_self, &call);
    if (status != RONDO_OK) {
      status = fail_call(site, status, diag);
      goto failed;
    }
    finish_native(site, &call, r, refs);
    NEXT(2);
  }
  CODE(CallNativeYieldable) {
    const struct rdo_call_site *site = ip[1].pointer;
    call.registers = r;
    call.refs = refs;
    call.operands = site->operands;
    call.spans = site->spans;
    call.is_resumed = invocation->is_resumed;
    invocation->is_resumed = false;
    status = site->native(site->native_self, &call);
    if (status == RONDO_DEFERRED) {
      invocation->is_resumed = true;
      goto suspended;
    }
    if (status != RONDO_OK) {
      status = fail_call(site, status, diag);
      goto failed;
    }
    finish_native(site, &call, r, refs);
    NEXT(2);
  }
  CODE(CallUnresolved) {
    const struct rdo_call_site *site = ip[1].pointer;
    status = rdo_fail(diag, RONDO_NOT_FOUND, "optional import %.*s is not resolved", (int)site->import_name_length, site->import_name);
    goto failed;
  }
  CODE(FailWith) {
    status = fail_text(r[ip[1].u16[0]], ip[2].pointer, ip[3].u64, diag);
    goto failed;
  }
  CODE(YieldTo) {
    ip += ip[1].i32[0];
    if (--steps < 0) goto out_of_steps;  // a loop may go through nothing but yields
    invocation->is_resumed = false;
    invocation->wait = NULL;
    status = RONDO_DEFERRED;
    goto suspended;
  }
  CODE(Halt) {
    invocation->top = frame;
    invocation->steps_left = steps;
    return RONDO_OK;
  }

#if RDO_VM_SWITCH
  }
#endif
  // clang-format on

suspended:
  invocation->top = frame;
  invocation->ip = ip;
  invocation->steps_left = steps;
  return status;

divided_by_zero:
  status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "integer division by zero");
  goto failed;
null_buffer:
  status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "buffer is null or not a vm.buffer");
  goto failed;
buffer_range:
  status = rdo_fail(diag, RONDO_OUT_OF_RANGE, "buffer access past the end");
  goto failed;
read_only_buffer:
  status = rdo_fail(diag, RONDO_PERMISSION_DENIED, "write to a read-only buffer");
  goto failed;
ref_type_mismatch:
  status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "source ref type mismatch");
  goto failed;
stack_full:
  status = rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "call stack of %llu bytes is full", (unsigned long long)invocation->stack_bytes);
  goto failed;
out_of_steps:
  status = rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "step limit reached");
  goto failed;
failed:
  rdo_fail(diag, status, "%s", rondo_status_name(status));
  if (frame->function != NULL) rdo_module_annotate(frame->function, diag);
  invocation->top = frame;
  invocation->steps_left = steps;
  return status;
}
