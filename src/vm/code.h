// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The executable form of a function: what the translator writes and the interpreter runs.
//
// Code is an array of 64-bit words. An instruction begins with the address of its handler (in the
// switch build: its number) and goes on with operand words; register operands are u16 ordinals, four
// a word, without bank or move bits. Addresses of globals, call sites and callees stand in the code
// itself: it belongs to one linked module.
//
// Every pure value instruction has one more operand than the bytecode: a second target register, which
// equals the first unless the translator folded a branch's remap into it. Writing both costs one
// store; not having to prove the first one dead keeps the translator simple.

#ifndef RDO_VM_CODE_H_
#define RDO_VM_CODE_H_

#include "vm/native.h"
#include "vm/opcodes.h"
#include "vm/types.h"

union rdo_word {
  uint64_t u64;
  int64_t i64;
  uint32_t u32[2];
  int32_t i32[2];
  uint16_t u16[4];
  const void *pointer;
  void *mutable_pointer;
};

// clang-format off
// X(name, words) for the instructions that are not a bytecode opcode of the same name and form.
//   Br            1: {offset}                                     offsets count words from the instruction
//   BrIf          1: {cond}, {offset true, offset false}
//   BrTable       1: {index, case count}, default and case offsets, two a word
//   Br<compare>   1: {a, b, target, target2}, {offset true, offset false}
//   AddBr<cmp>    1: {a, b, target, target2}, {limit, compare target}, {offset true, offset false}
//   <alu><alu>    1: {a, b, target, c}, {target', target2'}   target = a op b; target' = target op' c
//   Move*         1: {source, target}
#define RDO_CODES_CONTROL(X)                                                                       \
  X(Halt) X(Br) X(BrIf) X(BrTable) X(Move32) X(Move64) X(MoveRef) X(RetainRef) X(Const32) X(Const64) \
  X(CallFunction) X(CallNative) X(CallNativeYieldable) X(CallUnresolved) X(ReturnFrame) X(FailWith)  \
  X(YieldTo) X(LoadGlobal32) X(StoreGlobal32) X(LoadGlobal64) X(StoreGlobal64) X(LoadGlobalRef)      \
  X(StoreGlobalRef) X(LoadRodata) X(Slow)

// Compares that fuse with a conditional branch. X(compare)
#define RDO_CODES_BRANCH_COMPARE(X)                                                            \
  X(CmpEQI32) X(CmpNEI32) X(CmpLTI32S) X(CmpLTI32U) X(CmpNZI32) X(CmpEQI64) X(CmpNEI64)         \
  X(CmpLTI64S) X(CmpLTI64U) X(CmpNZI64) X(CmpNZRef) X(CmpEQF32O) X(CmpLTF32O) X(CmpLTEF32O)

// Compares that fuse with a conditional branch and the addition in front. X(compare, add)
#define RDO_CODES_ADD_BRANCH(X)                                                             \
  X(CmpEQI32, AddI32) X(CmpNEI32, AddI32) X(CmpLTI32S, AddI32) X(CmpLTI32U, AddI32)          \
  X(CmpEQI64, AddI64) X(CmpNEI64, AddI64) X(CmpLTI64S, AddI64) X(CmpLTI64U, AddI64)

// Two dependent operations in one instruction. The second one's left operand is the first's result.
#define RDO_CODES_PAIR_SECOND(X, first, width) \
  X(first##width, Add##width) X(first##width, Sub##width) X(first##width, Mul##width) \
  X(first##width, And##width) X(first##width, Or##width) X(first##width, Xor##width)
#define RDO_CODES_PAIR(X)                                                                     \
  RDO_CODES_PAIR_SECOND(X, Add, I32) RDO_CODES_PAIR_SECOND(X, Sub, I32) RDO_CODES_PAIR_SECOND(X, Mul, I32) \
  RDO_CODES_PAIR_SECOND(X, And, I32) RDO_CODES_PAIR_SECOND(X, Or, I32) RDO_CODES_PAIR_SECOND(X, Xor, I32)  \
  RDO_CODES_PAIR_SECOND(X, Add, I64) RDO_CODES_PAIR_SECOND(X, Sub, I64) RDO_CODES_PAIR_SECOND(X, Mul, I64) \
  RDO_CODES_PAIR_SECOND(X, And, I64) RDO_CODES_PAIR_SECOND(X, Or, I64) RDO_CODES_PAIR_SECOND(X, Xor, I64)
// clang-format on

// A code number: bytecode opcodes keep theirs (those that are executed under their own name), the
// others follow.
enum rdo_code {
  RDO_CODE_FIRST_ = RDO_OPCODE_LIMIT,
#define CODE_ENUM(name) RDO_CODE_##name,
  RDO_CODES_CONTROL(CODE_ENUM)
#undef CODE_ENUM
#define CODE_ENUM(compare) RDO_CODE_Br##compare,
  RDO_CODES_BRANCH_COMPARE(CODE_ENUM)
#undef CODE_ENUM
#define CODE_ENUM(compare, add) RDO_CODE_AddBr##compare,
  RDO_CODES_ADD_BRANCH(CODE_ENUM)
#undef CODE_ENUM
#define CODE_ENUM(first, second) RDO_CODE_##first##_##second,
  RDO_CODES_PAIR(CODE_ENUM)
#undef CODE_ENUM
  RDO_CODE_LIMIT,
};

struct rdo_function;

// One call in the program. Lists are grouped by kind: 32-bit registers, 64-bit registers, refs.
struct rdo_call_site {
  const struct rdo_function *callee;  // of a bytecode call
  rdo_native_fn native;               // of a native call
  void *native_self;
  const char *import_name;            // for messages, NULL for internal calls
  uint32_t import_name_length;
  const uint16_t *operands;       // native: as the calling convention flattens them, move bits kept
  const uint16_t *spans;
  const uint16_t *moved_refs;     // native: ref registers that the call consumes
  uint16_t moved_ref_count;
  uint16_t copy_count[3];         // bytecode: pairs (source, target) by kind; refs keep their move bit
  const uint16_t *copies;
  const uint16_t *result_targets; // bytecode: grouped; native: in order of the results
  const char *result_letters;     // native
  uint16_t result_count;          // native
};

// The operands of a Return, grouped like the result targets of the call it answers.
struct rdo_return_site {
  uint16_t count[3];
  const uint16_t *sources;
};

// Operands of the instructions that are not worth a handler of their own.
struct rdo_frame_view {
  uint32_t *registers;
  struct rdo_object **refs;
  struct rdo_invocation *invocation;
  struct rondo_diag *diag;
};

struct rdo_slow_operands {
  uint16_t registers[6];          // bank bit dropped, move bit kept on refs
  uint16_t list_count;
  const uint8_t *list;            // register list in the bytecode, unaligned
  struct rdo_type type;           // of T
  struct rdo_object **globals;    // ref globals and their number, or bytes
  uint8_t *global_bytes;
  uint32_t global_count;
  uint32_t immediate;
};

typedef enum rondo_status (*rdo_slow_fn)(const struct rdo_frame_view *frame, const struct rdo_slow_operands *operands);

struct rdo_module;

// A function ready to run.
struct rdo_function {
  const struct rdo_module *module;
  uint32_t ordinal;
  struct rdo_cconv cconv;
  uint16_t i32_count;
  uint16_t ref_count;
  uint32_t value_bytes;  // of the value bank in a frame, multiple of 16
  uint32_t frame_bytes;  // header, value bank, ref bank; multiple of 8
  const union rdo_word *code;
  uint32_t word_count;
  // How a host call receives results: a frame whose first registers they are.
  const union rdo_word *halt;        // what to return to
  const uint16_t *result_targets;    // grouped
  const uint16_t *result_ordinals;   // in order
  const uint16_t *argument_ordinals; // in order
  uint16_t result_i32_count;
  uint16_t result_ref_count;
};

#endif  // RDO_VM_CODE_H_
