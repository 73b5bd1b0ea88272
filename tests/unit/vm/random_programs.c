// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Translator and interpreter against the bytecode read literally: random functions that pass the
// verifier are run by the library and by the evaluator below, which decodes one instruction after the
// other and does what the opcode table says. All registers must end up equal.
//
// The generator aims at what the translator rewrites: dependent operations, compares in front of
// branches, additions in front of compares, remaps of fresh results (also wide, overlapping and
// chained ones), and counting loops in all the forms a compiler gives them.
//
//   usage: [seed] [program count]

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "module_builder.h"
#include "vm/decode.h"
#include "vm/module.h"

// Registers: FREE are written by anything; the loops' own ones are only read by what is around them.
enum {
  FREE_COUNT = 16,
  COUNTER = 16,
  SUM = 18,
  LIMIT = 20,
  ONE = 22,
  REGISTER_COUNT = 24,
  REF_COUNT = 4,
  RODATA_COUNT = 2,
  STEPS_MAX = 100000,
  DEFAULT_PROGRAM_COUNT = 20000,
  CHAIN_PERCENT = 60,  // how often an operand is the result just computed
};

static uint64_t seed = 1;
static int program_count = DEFAULT_PROGRAM_COUNT;

static uint32_t random_below(uint32_t bound) {  // xorshift64*
  seed ^= seed >> 12;
  seed ^= seed << 25;
  seed ^= seed >> 27;
  return (uint32_t)((seed * 0x2545F4914F6CDD1Du) >> 33) % bound;
}
static bool chance(uint32_t percent) { return random_below(100) < percent; }

// Generator ----------------------------------------------------------------------------------------

struct generator {
  struct assembler code;
  uint32_t label_count;
  int last;           // register written last, -1 = none in this block
  bool is_last_wide;
};

static const uint16_t binary32[] = {
    RDO_OP_AddI32, RDO_OP_SubI32, RDO_OP_MulI32, RDO_OP_AndI32, RDO_OP_OrI32, RDO_OP_XorI32, RDO_OP_AddI32, RDO_OP_SubI32, RDO_OP_MulI32,
    RDO_OP_AndI32, RDO_OP_OrI32, RDO_OP_XorI32, RDO_OP_AddI32, RDO_OP_ShlI32, RDO_OP_ShrI32S, RDO_OP_ShrI32U, RDO_OP_MinI32S, RDO_OP_MinI32U,
    RDO_OP_MaxI32S, RDO_OP_MaxI32U,
};
static const uint16_t binary64[] = {
    RDO_OP_AddI64, RDO_OP_SubI64, RDO_OP_MulI64, RDO_OP_AndI64, RDO_OP_OrI64, RDO_OP_XorI64, RDO_OP_AddI64, RDO_OP_SubI64, RDO_OP_MulI64,
    RDO_OP_AndI64, RDO_OP_OrI64, RDO_OP_XorI64, RDO_OP_AddI64, RDO_OP_MinI64S, RDO_OP_MinI64U, RDO_OP_MaxI64S, RDO_OP_MaxI64U,
};
static const uint16_t division[] = {RDO_OP_DivI32S, RDO_OP_DivI32U, RDO_OP_RemI32S, RDO_OP_RemI32U,
                                    RDO_OP_DivI64S, RDO_OP_DivI64U, RDO_OP_RemI64S, RDO_OP_RemI64U};
static const uint16_t others[] = {
    RDO_OP_NotI32, RDO_OP_NotI64, RDO_OP_AbsI32, RDO_OP_AbsI64, RDO_OP_CtlzI32, RDO_OP_CtlzI64, RDO_OP_TruncI32I8, RDO_OP_TruncI32I16,
    RDO_OP_TruncI64I32, RDO_OP_ExtI8I32S, RDO_OP_ExtI16I32S, RDO_OP_ExtI32I64S, RDO_OP_ExtI32I64U, RDO_OP_ShlI64, RDO_OP_ShrI64S, RDO_OP_ShrI64U,
    RDO_OP_SelectI32, RDO_OP_SelectI64, RDO_OP_FMAI32, RDO_OP_FMAI64, RDO_OP_ConstI32Zero, RDO_OP_ConstI64Zero, RDO_OP_ConstI32, RDO_OP_ConstI64,
};
static const uint16_t compares[] = {
    RDO_OP_CmpEQI32, RDO_OP_CmpNEI32, RDO_OP_CmpLTI32S, RDO_OP_CmpLTI32U, RDO_OP_CmpNZI32, RDO_OP_CmpEQI64, RDO_OP_CmpNEI64, RDO_OP_CmpLTI64S,
    RDO_OP_CmpLTI64U, RDO_OP_CmpNZI64, RDO_OP_CmpEQF32O, RDO_OP_CmpLTF32O, RDO_OP_CmpLTEF32O, RDO_OP_CmpNZRef, RDO_OP_CmpEQRef,
};
#define PICK(table) ((table)[random_below(sizeof(table) / sizeof((table)[0]))])

static bool is_wide(char letter) { return letter == 'l' || letter == 'd'; }

static int any_source(const struct generator *g, bool wide) {
  if (g->last >= 0 && chance(CHAIN_PERCENT)) return wide ? g->last & ~1 : g->last;
  return wide ? (int)random_below(REGISTER_COUNT / 2) * 2 : (int)random_below(REGISTER_COUNT);
}

static int any_target(bool wide) { return wide ? (int)random_below(FREE_COUNT / 2) * 2 : (int)random_below(FREE_COUNT); }

static void put_opcode(struct generator *g, uint16_t opcode) {
  if (opcode >= 0x100) asm_bytes(&g->code, opcode < 0x200 ? RDO_BYTECODE_PREFIX_F32 : RDO_BYTECODE_PREFIX_F64, 1);
  asm_bytes(&g->code, opcode & 0xFF, 1);
}

// Any instruction whose operands are registers and immediates. Returns its target.
static int put_instruction(struct generator *g, uint16_t opcode) {
  put_opcode(g, opcode);
  const char *letters = rdo_opcode_operands(opcode);
  for (size_t k = 0; letters[k] != 0; ++k) {
    bool is_result = letters[k + 1] == 0;
    switch (letters[k]) {
      case '4': asm_bytes(&g->code, chance(50) ? random_below(4) : random_below(1u << 31) * 3, 4); break;
      case '8': asm_bytes(&g->code, chance(50) ? random_below(4) : (uint64_t)random_below(1u << 31) * 0x123456789u, 8); break;
      case 'r': asm_bytes(&g->code, ASM_REF(random_below(REF_COUNT)), 2); break;
      default: {
        bool wide = is_wide(letters[k]);
        int ordinal = is_result ? any_target(wide) : any_source(g, wide);
        if (is_result) {
          g->last = ordinal;
          g->is_last_wide = wide;
        }
        asm_bytes(&g->code, (uint64_t)ordinal, 2);
        break;
      }
    }
  }
  return g->last;
}

static void put_ref_instruction(struct generator *g) {
  int target = (int)random_below(REF_COUNT);
  int source = (int)random_below(REF_COUNT);
  switch (random_below(3)) {
    case 0: asm_op(&g->code, RDO_OP_ConstRefRodata, random_below(RODATA_COUNT), ASM_REF(target)); break;
    case 1: asm_op(&g->code, RDO_OP_ConstRefZero, ASM_REF(target)); break;
    default: asm_op(&g->code, RDO_OP_AssignRef, chance(50) ? ASM_MOVED(source) : ASM_REF(source), ASM_REF(target)); break;
  }
}

static void put_body(struct generator *g, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t kind = random_below(100);
    if (kind < 38) put_instruction(g, PICK(binary32));
    else if (kind < 70) put_instruction(g, PICK(binary64));
    else if (kind < 86) put_instruction(g, PICK(others));
    else if (kind < 95) put_instruction(g, PICK(compares));
    else if (kind < 96) put_instruction(g, PICK(division));
    else put_ref_instruction(g);
  }
}

static void put_pair(uint16_t *list, int source, int target) {
  list[1 + list[0]++] = (uint16_t)source;
  list[1 + list[0]++] = (uint16_t)target;
}

// Adds up to `count` transfers of registers to free ones.
static void add_pairs(const struct generator *g, uint16_t *list, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    if (chance(12)) {
      int source = (int)random_below(REF_COUNT);
      put_pair(list, chance(50) ? ASM_MOVED(source) : ASM_REF(source), ASM_REF((int)random_below(REF_COUNT)));
    } else if (chance(50)) {
      int source = any_source(g, true), target = any_target(true);
      put_pair(list, source, target);
      put_pair(list, source + 1, target + 1);
    } else {
      put_pair(list, any_source(g, false), any_target(false));
    }
  }
}

static uint16_t *make_remap(const struct generator *g, uint16_t *list) {
  list[0] = 0;
  add_pairs(g, list, random_below(5));
  return list;
}

// Ends the current block by going forward, in one of the ways there are, and begins the next one.
static void put_forward(struct generator *g) {
  uint16_t first[64], second[64], third[64];
  int next = (int)g->label_count++;
  int after = (int)g->label_count++;
  int condition = any_source(g, false);
  switch (random_below(8)) {
    case 0: case 1:
      asm_op(&g->code, chance(80) ? RDO_OP_Branch : RDO_OP_Break, next, make_remap(g, first));
      break;
    case 2:
      asm_op(&g->code, RDO_OP_Yield, next, make_remap(g, first));
      break;
    case 3:
      asm_op(&g->code, RDO_OP_BranchTable, condition, next, make_remap(g, first), 2, after, make_remap(g, second), next, make_remap(g, third));
      break;
    case 4:
      asm_op(&g->code, RDO_OP_CondBreak, condition, next, make_remap(g, first));
      break;
    default:
      if (chance(40)) put_instruction(g, chance(50) ? RDO_OP_AddI32 : RDO_OP_AddI64);
      condition = put_instruction(g, PICK(compares));
      if (chance(10)) condition = any_source(g, false);
      asm_op(&g->code, RDO_OP_CondBranch, condition, chance(50) ? next : after, make_remap(g, first), chance(50) ? next : after, make_remap(g, second));
      break;
  }
  asm_block(&g->code, (uint32_t)next);
  g->last = -1;
  put_body(g, random_below(4));
  asm_op(&g->code, RDO_OP_Branch, after, make_remap(g, first));
  asm_block(&g->code, (uint32_t)after);
  g->last = -1;
}

// The pairs that carry the new count to the counter, somewhere among others.
static void make_latch_remap(const struct generator *g, uint16_t *list, int source, bool wide) {
  list[0] = 0;
  add_pairs(g, list, random_below(3));
  if (source != COUNTER) {
    put_pair(list, source, COUNTER);
    if (wide) put_pair(list, source + 1, COUNTER + 1);
  }
  add_pairs(g, list, random_below(3));
}

// count = 0; while (count < limit) { body; count += 1; } in its various shapes.
static void put_loop(struct generator *g) {
  static const uint16_t tests[2][4] = {{RDO_OP_CmpLTI32S, RDO_OP_CmpLTI32U, RDO_OP_CmpNEI32, RDO_OP_CmpEQI32},
                                       {RDO_OP_CmpLTI64S, RDO_OP_CmpLTI64U, RDO_OP_CmpNEI64, RDO_OP_CmpEQI64}};
  uint16_t list[64], other[64];
  bool wide = chance(50);
  bool is_rotated = chance(40);  // the latch compares by itself
  uint16_t test = tests[wide][random_below(4)];
  bool is_inverted = test == RDO_OP_CmpEQI32 || test == RDO_OP_CmpEQI64;
  uint16_t constant = wide ? RDO_OP_ConstI64 : RDO_OP_ConstI32;
  int head = (int)g->label_count++, body = (int)g->label_count++, done = (int)g->label_count++;
  int registers[3] = {COUNTER, LIMIT, ONE};
  uint64_t values[3] = {0, random_below(6), 1};
  if (is_rotated) ++values[1];
  for (int i = 0; i < 3; ++i) {
    asm_bytes(&g->code, constant, 1);
    asm_bytes(&g->code, values[i], wide ? 8 : 4);
    asm_bytes(&g->code, (uint64_t)registers[i], 2);
  }
  asm_op(&g->code, RDO_OP_Branch, is_rotated ? body : head, make_remap(g, list));
  if (!is_rotated) {
    asm_block(&g->code, (uint32_t)head);
    int condition = any_target(false);
    asm_op(&g->code, test, COUNTER, LIMIT, condition);
    if (chance(20)) {  // something in between, which may spoil the condition: test again
      put_body(g, 1);
      asm_op(&g->code, test, COUNTER, LIMIT, condition);
    }
    g->last = condition;
    asm_op(&g->code, RDO_OP_CondBranch, condition, is_inverted ? done : body, make_remap(g, list), is_inverted ? body : done, make_remap(g, other));
  }
  asm_block(&g->code, (uint32_t)body);
  g->last = -1;
  put_body(g, random_below(5));
  if (chance(25)) put_forward(g);
  int sum = chance(50) ? SUM : COUNTER;
  bool is_swapped = chance(30);
  asm_op(&g->code, wide ? RDO_OP_AddI64 : RDO_OP_AddI32, is_swapped ? ONE : COUNTER, is_swapped ? COUNTER : ONE, sum);
  g->last = sum;
  if (chance(25)) put_body(g, 1 + random_below(2));
  make_latch_remap(g, list, sum, wide);
  if (is_rotated) {
    int condition = any_target(false);
    asm_op(&g->code, test, sum, LIMIT, condition);
    asm_op(&g->code, RDO_OP_CondBranch, condition, is_inverted ? done : body, is_inverted ? make_remap(g, other) : list, is_inverted ? body : done,
           is_inverted ? list : make_remap(g, other));
  } else {
    asm_op(&g->code, RDO_OP_Branch, head, list);
  }
  asm_block(&g->code, (uint32_t)done);
  g->last = -1;
}

static void generate(struct generator *g) {
  memset(g, 0, sizeof *g);
  g->last = -1;
  asm_block(&g->code, g->label_count++);
  uint32_t part_count = 1 + random_below(5);
  for (uint32_t i = 0; i < part_count; ++i) {
    put_body(g, random_below(7));
    if (chance(50)) put_loop(g); else put_forward(g);
  }
  put_body(g, random_below(4));
  put_opcode(g, RDO_OP_Return);
  if (g->code.size % 2 != 0) asm_bytes(&g->code, 0, 1);
  asm_bytes(&g->code, REGISTER_COUNT + REF_COUNT, 2);
  for (uint64_t i = 0; i < REGISTER_COUNT; ++i) asm_bytes(&g->code, i, 2);
  for (uint64_t i = 0; i < REF_COUNT; ++i) asm_bytes(&g->code, ASM_MOVED(i), 2);
}

// Evaluator ----------------------------------------------------------------------------------------

struct machine {
  uint32_t registers[REGISTER_COUNT];
  int refs[REF_COUNT];  // 0 = null, else 1 + rodata ordinal
};

static uint64_t get64(const struct machine *m, uint64_t r) { return m->registers[r] | (uint64_t)m->registers[r + 1] << 32; }
static void put64(struct machine *m, uint64_t r, uint64_t value) {
  m->registers[r] = (uint32_t)value;
  m->registers[r + 1] = (uint32_t)(value >> 32);
}
static float as_float(uint32_t bits) { float value; memcpy(&value, &bits, sizeof value); return value; }

static void transfer_ref(struct machine *m, uint64_t source, uint64_t target) {
  int value = m->refs[source & 0x3FFF];
  if ((source & 0x4000) != 0) m->refs[source & 0x3FFF] = 0;
  m->refs[target & 0x3FFF] = value;
}

static void remap(struct machine *m, struct rdo_operand_list list) {
  for (uint32_t i = 0; i < list.count; ++i) {
    uint16_t source, target;
    rdo_list_pair(list, i, &source, &target);
    if ((source & 0x8000) != 0) transfer_ref(m, source, target);
    else m->registers[target] = m->registers[source];
  }
}

static uint32_t count_zeros(uint64_t value, uint32_t width) {
  uint32_t count = 0;
  while (count < width && (value >> (width - 1 - count) & 1) == 0) ++count;
  return count;
}

// One instruction that is not a terminator. Returns false when it fails.
static bool step(struct machine *m, const struct rdo_instruction *in) {
  uint64_t o[RDO_OPERANDS_MAX] = {0};
  for (uint32_t i = 0; i < in->operand_count; ++i) o[i] = in->operands[i].value;
  uint32_t *r = m->registers;
  bool has32 = o[0] < REGISTER_COUNT && o[1] < REGISTER_COUNT;
  uint32_t a = has32 ? r[o[0]] : 0, b = has32 ? r[o[1]] : 0;
  uint64_t A = has32 && o[0] + 1 < REGISTER_COUNT ? get64(m, o[0]) : 0, B = has32 && o[1] + 1 < REGISTER_COUNT ? get64(m, o[1]) : 0;
  switch (in->opcode) {
    case RDO_OP_ConstI32Zero: r[o[0]] = 0; return true;
    case RDO_OP_ConstI32: r[o[1]] = (uint32_t)o[0]; return true;
    case RDO_OP_ConstI64Zero: put64(m, o[0], 0); return true;
    case RDO_OP_ConstI64: put64(m, o[1], o[0]); return true;
    case RDO_OP_AddI32: r[o[2]] = a + b; return true;
    case RDO_OP_SubI32: r[o[2]] = a - b; return true;
    case RDO_OP_MulI32: r[o[2]] = a * b; return true;
    case RDO_OP_AndI32: r[o[2]] = a & b; return true;
    case RDO_OP_OrI32: r[o[2]] = a | b; return true;
    case RDO_OP_XorI32: r[o[2]] = a ^ b; return true;
    case RDO_OP_ShlI32: r[o[2]] = a << b % 32; return true;
    case RDO_OP_ShrI32S: r[o[2]] = (uint32_t)((int32_t)a >> b % 32); return true;
    case RDO_OP_ShrI32U: r[o[2]] = a >> b % 32; return true;
    case RDO_OP_MinI32S: r[o[2]] = (int32_t)a < (int32_t)b ? a : b; return true;
    case RDO_OP_MinI32U: r[o[2]] = a < b ? a : b; return true;
    case RDO_OP_MaxI32S: r[o[2]] = (int32_t)a > (int32_t)b ? a : b; return true;
    case RDO_OP_MaxI32U: r[o[2]] = a > b ? a : b; return true;
    case RDO_OP_DivI32S:
      if (b == 0) return false;
      r[o[2]] = b == UINT32_MAX ? 0 - a : (uint32_t)((int32_t)a / (int32_t)b);
      return true;
    case RDO_OP_RemI32S:
      if (b == 0) return false;
      r[o[2]] = b == UINT32_MAX ? 0 : (uint32_t)((int32_t)a % (int32_t)b);
      return true;
    case RDO_OP_DivI32U: if (b == 0) return false; r[o[2]] = a / b; return true;
    case RDO_OP_RemI32U: if (b == 0) return false; r[o[2]] = a % b; return true;
    case RDO_OP_DivI64S:
      if (B == 0) return false;
      put64(m, o[2], B == UINT64_MAX ? 0 - A : (uint64_t)((int64_t)A / (int64_t)B));
      return true;
    case RDO_OP_RemI64S:
      if (B == 0) return false;
      put64(m, o[2], B == UINT64_MAX ? 0 : (uint64_t)((int64_t)A % (int64_t)B));
      return true;
    case RDO_OP_DivI64U: if (B == 0) return false; put64(m, o[2], A / B); return true;
    case RDO_OP_RemI64U: if (B == 0) return false; put64(m, o[2], A % B); return true;
    case RDO_OP_AddI64: put64(m, o[2], A + B); return true;
    case RDO_OP_SubI64: put64(m, o[2], A - B); return true;
    case RDO_OP_MulI64: put64(m, o[2], A * B); return true;
    case RDO_OP_AndI64: put64(m, o[2], A & B); return true;
    case RDO_OP_OrI64: put64(m, o[2], A | B); return true;
    case RDO_OP_XorI64: put64(m, o[2], A ^ B); return true;
    case RDO_OP_ShlI64: put64(m, o[2], A << b % 64); return true;
    case RDO_OP_ShrI64S: put64(m, o[2], (uint64_t)((int64_t)A >> b % 64)); return true;
    case RDO_OP_ShrI64U: put64(m, o[2], A >> b % 64); return true;
    case RDO_OP_MinI64S: put64(m, o[2], (int64_t)A < (int64_t)B ? A : B); return true;
    case RDO_OP_MinI64U: put64(m, o[2], A < B ? A : B); return true;
    case RDO_OP_MaxI64S: put64(m, o[2], (int64_t)A > (int64_t)B ? A : B); return true;
    case RDO_OP_MaxI64U: put64(m, o[2], A > B ? A : B); return true;
    case RDO_OP_NotI32: r[o[1]] = ~a; return true;
    case RDO_OP_NotI64: put64(m, o[1], ~A); return true;
    case RDO_OP_AbsI32: r[o[1]] = (int32_t)a < 0 ? 0 - a : a; return true;
    case RDO_OP_AbsI64: put64(m, o[1], (int64_t)A < 0 ? 0 - A : A); return true;
    case RDO_OP_CtlzI32: r[o[1]] = count_zeros(a, 32); return true;
    case RDO_OP_CtlzI64: put64(m, o[1], count_zeros(A, 64)); return true;
    case RDO_OP_TruncI32I8: r[o[1]] = a % 256; return true;
    case RDO_OP_TruncI32I16: r[o[1]] = a % 65536; return true;
    case RDO_OP_TruncI64I32: r[o[1]] = (uint32_t)A; return true;
    case RDO_OP_ExtI8I32S: r[o[1]] = a % 256 < 128 ? a % 256 : a % 256 - 256; return true;
    case RDO_OP_ExtI16I32S: r[o[1]] = a % 65536 < 32768 ? a % 65536 : a % 65536 - 65536; return true;
    case RDO_OP_ExtI32I64S: put64(m, o[1], (uint64_t)(int64_t)(int32_t)a); return true;
    case RDO_OP_ExtI32I64U: put64(m, o[1], a); return true;
    case RDO_OP_SelectI32: r[o[3]] = a != 0 ? b : r[o[2]]; return true;
    case RDO_OP_SelectI64: put64(m, o[3], a != 0 ? B : get64(m, o[2])); return true;
    case RDO_OP_FMAI32: r[o[3]] = a * b + r[o[2]]; return true;
    case RDO_OP_FMAI64: put64(m, o[3], A * B + get64(m, o[2])); return true;
    case RDO_OP_CmpEQI32: r[o[2]] = a == b; return true;
    case RDO_OP_CmpNEI32: r[o[2]] = a != b; return true;
    case RDO_OP_CmpLTI32S: r[o[2]] = (int32_t)a < (int32_t)b; return true;
    case RDO_OP_CmpLTI32U: r[o[2]] = a < b; return true;
    case RDO_OP_CmpNZI32: r[o[1]] = a != 0; return true;
    case RDO_OP_CmpEQI64: r[o[2]] = A == B; return true;
    case RDO_OP_CmpNEI64: r[o[2]] = A != B; return true;
    case RDO_OP_CmpLTI64S: r[o[2]] = (int64_t)A < (int64_t)B; return true;
    case RDO_OP_CmpLTI64U: r[o[2]] = A < B; return true;
    case RDO_OP_CmpNZI64: r[o[1]] = A != 0; return true;
    case RDO_OP_CmpEQF32O: r[o[2]] = as_float(a) == as_float(b); return true;
    case RDO_OP_CmpLTF32O: r[o[2]] = as_float(a) < as_float(b); return true;
    case RDO_OP_CmpLTEF32O: r[o[2]] = as_float(a) <= as_float(b); return true;
    case RDO_OP_CmpNZRef: r[o[1]] = m->refs[o[0] & 0x3FFF] != 0; return true;
    case RDO_OP_CmpEQRef: r[o[2]] = m->refs[o[0] & 0x3FFF] == m->refs[o[1] & 0x3FFF]; return true;
    case RDO_OP_ConstRefRodata: m->refs[o[1] & 0x3FFF] = (int)o[0] + 1; return true;
    case RDO_OP_ConstRefZero: m->refs[o[0] & 0x3FFF] = 0; return true;
    case RDO_OP_AssignRef: transfer_ref(m, o[0], o[1]); return true;
    default: fail_msg("evaluator: opcode 0x%X", in->opcode); return false;
  }
}

// Where a terminator goes, its remap applied.
static uint32_t leave(struct machine *m, struct rdo_bytes code, const struct rdo_instruction *in) {
  const struct rdo_operand *o = in->operands;
  switch (in->opcode) {
    case RDO_OP_Branch: case RDO_OP_Break: case RDO_OP_Yield:
      remap(m, o[1].list);
      return (uint32_t)o[0].value;
    case RDO_OP_CondBreak:
      remap(m, o[2].list);
      return (uint32_t)o[1].value;
    case RDO_OP_CondBranch: {
      int side = m->registers[o[0].value] != 0 ? 1 : 3;
      remap(m, o[side + 1].list);
      return (uint32_t)o[side].value;
    }
    default: {  // BranchTable
      uint32_t target = (uint32_t)o[1].value, cursor = 0;
      struct rdo_operand_list list = o[2].list;
      int32_t index = (int32_t)m->registers[o[0].value];
      for (int32_t i = 0; index >= 0 && (uint32_t)index < o[3].list.count && i <= index; ++i) {
        rdo_branch_table_next(code, &o[3], &cursor, &target, &list);
      }
      remap(m, list);
      return target;
    }
  }
}

// Returns false when the program fails.
static bool evaluate(struct rdo_bytes code, struct machine *m) {
  uint32_t pc = 0;
  for (int steps = 0; steps < STEPS_MAX; ++steps) {
    struct rdo_instruction in;
    assert_int_equal(rdo_decode(code, pc, &in, NULL), RONDO_OK);
    pc = in.next_pc;
    if (in.opcode == RDO_OP_Block) continue;
    if (in.opcode == RDO_OP_Return) return true;
    if (rdo_opcode_is_terminator(in.opcode)) pc = leave(m, code, &in);
    else if (!step(m, &in)) return false;
  }
  fail_msg("evaluator: the program does not end");
  return false;
}

// Comparison ---------------------------------------------------------------------------------------

static void run_program(uint64_t program_seed) {
  static const char cconv[] = "0iiiiiiiiiiiiiiii_iiiiiiiiiiiiiiiiiiiiiiiirrrr";
  static struct generator g;
  generate(&g);
  struct module_def def = {
      .name = "random",
      .types = {"!vm.buffer"},
      .requirements = RDO_FEATURE_EXT_F32,
      .exports = {{"main", 0}},
      .functions = {{cconv, &g.code, RDO_FEATURE_EXT_F32, REGISTER_COUNT, REF_COUNT}},
      .rodata = {{"a", 1, 0}, {"b", 1, 0}},
  };
  struct module_image image;
  module_build(&def, &image);
  struct rdo_context context;
  struct rdo_module *module;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_context_init(&context, 0, STEPS_MAX, &diag), RONDO_OK);
  if (rdo_context_load(&context, module_bytes(&image), NULL, &module, &diag) != RONDO_OK) {
    fail_msg("seed %llu does not load: %s", (unsigned long long)program_seed, diag.message);
  }
  for (int round = 0; round < 2; ++round) {
    struct machine machine = {.refs = {0}};
    union rdo_slot arguments[FREE_COUNT], results[REGISTER_COUNT + REF_COUNT];
    for (int i = 0; i < FREE_COUNT; ++i) {
      machine.registers[i] = chance(60) ? random_below(5) - 2 : random_below(1u << 31) * 3;
      arguments[i].i32 = (int32_t)machine.registers[i];
    }
    bool is_ok = evaluate((struct rdo_bytes){g.code.bytes, g.code.size}, &machine);
    diag = (struct rondo_diag){.status = RONDO_OK};
    enum rondo_status status = rdo_invoke(&context.invocation, &module->functions[0], arguments, STEPS_MAX, results, &diag);
    if (status != (is_ok ? RONDO_OK : RONDO_INVALID_ARGUMENT)) {
      fail_msg("seed %llu: %s, wanted %s", (unsigned long long)program_seed, rondo_status_name(status), is_ok ? "OK" : "a division by zero");
    }
    if (!is_ok) continue;
    for (int i = 0; i < REGISTER_COUNT; ++i) {
      if ((uint32_t)results[i].i32 == machine.registers[i]) continue;
      fail_msg("seed %llu: register %d is %d, wanted %d", (unsigned long long)program_seed, i, results[i].i32, (int)machine.registers[i]);
    }
    for (int i = 0; i < REF_COUNT; ++i) {
      struct rdo_object *object = results[REGISTER_COUNT + i].ref;
      struct rdo_object *wanted = machine.refs[i] == 0 ? NULL : module->rodata[machine.refs[i] - 1];
      if (object != wanted) fail_msg("seed %llu: reference %d is wrong", (unsigned long long)program_seed, i);
      rdo_object_release(object);
    }
  }
  // Every count that the program took is given back.
  for (int i = 0; i < RODATA_COUNT; ++i) assert_int_equal(module->rodata[i]->ref_count, 1);
  rdo_context_deinit(&context);
  module_free(&image);
}

static void test_random_programs(void **state) {
  (void)state;
  uint64_t first = seed;
  printf("seed %llu, %d programs\n", (unsigned long long)first, program_count);
  for (int i = 0; i < program_count; ++i) {
    uint64_t program_seed = first + (uint64_t)i;
    seed = (program_seed + 1) * 0x9E3779B97F4A7C15u;
    run_program(program_seed);
  }
}

int main(int argc, char **argv) {
  if (argc > 1) seed = strtoull(argv[1], NULL, 0);
  if (argc > 2) program_count = atoi(argv[2]);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_programs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
