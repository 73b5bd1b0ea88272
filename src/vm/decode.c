// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/decode.h"

#include "base/checked.h"

struct opcode_info {
  const char *name;
  const char *operands;
};

static const struct opcode_info opcode_infos[RDO_OPCODE_LIMIT] = {
#define OPCODE_INFO(number, name, operands) [number] = {#name, operands},
    RDO_OPCODES(OPCODE_INFO)
#undef OPCODE_INFO
};

const char *rdo_opcode_name(uint16_t opcode) { return opcode < RDO_OPCODE_LIMIT ? opcode_infos[opcode].name : NULL; }
const char *rdo_opcode_operands(uint16_t opcode) { return opcode < RDO_OPCODE_LIMIT ? opcode_infos[opcode].operands : NULL; }

bool rdo_opcode_is_terminator(uint16_t opcode) {
  switch (opcode) {
    case RDO_OP_Branch:
    case RDO_OP_CondBranch:
    case RDO_OP_BranchTable:
    case RDO_OP_Return:
    case RDO_OP_Fail:
    case RDO_OP_Yield:
    case RDO_OP_CallYieldable:
    case RDO_OP_CallVariadicYieldable:
    case RDO_OP_Break:
    case RDO_OP_CondBreak:
      return true;
    default:
      return false;
  }
}

struct cursor {
  struct rdo_bytes function;
  uint64_t pc;
  uint32_t begin;
  struct rondo_diag *diag;
};

// Takes `size` bytes, which the caller then reads.
static enum rondo_status take(struct cursor *c, uint64_t size, const uint8_t **out) {
  if (!rdo_range_fits(c->pc, size, c->function.size)) {
    return rdo_fail(c->diag, RONDO_OUT_OF_RANGE, "instruction at pc 0x%X runs past the function's %llu bytes", c->begin,
                    (unsigned long long)c->function.size);
  }
  *out = c->function.data + c->pc;
  c->pc += size;
  return RONDO_OK;
}

static enum rondo_status take_u16(struct cursor *c, uint64_t *out) {
  const uint8_t *bytes = NULL;
  RDO_TRY(take(c, 2, &bytes));
  *out = rdo_load_u16(bytes);
  return RONDO_OK;
}

static enum rondo_status take_u32(struct cursor *c, uint64_t *out) {
  const uint8_t *bytes = NULL;
  RDO_TRY(take(c, 4, &bytes));
  *out = rdo_load_u32(bytes);
  return RONDO_OK;
}

static enum rondo_status take_list(struct cursor *c, bool even, uint32_t entry_bytes, struct rdo_operand_list *out) {
  if (even && c->pc % 2 != 0) {
    const uint8_t *padding;
    RDO_TRY(take(c, 1, &padding));
    if (*padding != 0) return rdo_fail(c->diag, RONDO_INVALID_ARGUMENT, "instruction at pc 0x%X: padding is not zero", c->begin);
  }
  uint64_t count;
  RDO_TRY(take_u16(c, &count));
  out->count = (uint32_t)count;
  return take(c, count * entry_bytes, &out->data);
}

static enum rondo_status take_branch_table(struct cursor *c, struct rdo_operand_list *out) {
  uint64_t count;
  RDO_TRY(take_u16(c, &count));
  out->count = (uint32_t)count;
  out->data = c->function.data + c->pc;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t target;
    struct rdo_operand_list remap;
    RDO_TRY(take_u32(c, &target));
    RDO_TRY(take_list(c, true, 4, &remap));
  }
  return RONDO_OK;
}

static enum rondo_status take_operand(struct cursor *c, struct rdo_operand *out) {
  const uint8_t *bytes = NULL;
  out->pc = (uint32_t)c->pc;
  switch (out->letter) {
    case 'i': case 'f': case 'l': case 'd': case 'r': case 'm':
      return take_u16(c, &out->value);
    case '4': case 'G': case 'R': case 'T': case 'F': case 'B':
      return take_u32(c, &out->value);
    case '8':
      RDO_TRY(take(c, 8, &bytes));
      out->value = rdo_load_u64(bytes);
      return RONDO_OK;
    case 'S':
      return take_list(c, false, 1, &out->list);
    case 'V': case 'Z':
      return take_list(c, true, 2, &out->list);
    case 'O':
      return take_list(c, true, 4, &out->list);
    default:  // 'W'
      return take_branch_table(c, &out->list);
  }
}

static enum rondo_status take_opcode(struct cursor *c, uint16_t *out_opcode) {
  const uint8_t *byte;
  RDO_TRY(take(c, 1, &byte));
  uint16_t opcode = *byte;
  if (opcode == RDO_BYTECODE_PREFIX_F32 || opcode == RDO_BYTECODE_PREFIX_F64) {
    uint16_t table = opcode == RDO_BYTECODE_PREFIX_F32 ? 0x100 : 0x200;
    RDO_TRY(take(c, 1, &byte));
    opcode = (uint16_t)(table + *byte);
  }
  if (opcode_infos[opcode].name == NULL) {
    return rdo_fail(c->diag, RONDO_INVALID_ARGUMENT, "pc 0x%X: unknown opcode 0x%X", c->begin, opcode);
  }
  *out_opcode = opcode;
  return RONDO_OK;
}

enum rondo_status rdo_decode(struct rdo_bytes function, uint32_t pc, struct rdo_instruction *out, struct rondo_diag *diag) {
  struct cursor c = {function, pc, pc, diag};
  out->pc = pc;
  out->operand_count = 0;
  RDO_TRY(take_opcode(&c, &out->opcode));
  for (const char *letter = opcode_infos[out->opcode].operands; *letter != 0; ++letter) {
    struct rdo_operand *operand = &out->operands[out->operand_count++];
    *operand = (struct rdo_operand){.letter = *letter};
    RDO_TRY(take_operand(&c, operand));
  }
  out->next_pc = (uint32_t)c.pc;
  return RONDO_OK;
}

void rdo_branch_table_next(struct rdo_bytes function, const struct rdo_operand *table, uint32_t *cursor,
                           uint32_t *out_target, struct rdo_operand_list *out_remap) {
  const uint8_t *at = table->list.data + *cursor;
  *out_target = rdo_load_u32(at);
  at += 4;
  if ((at - function.data) % 2 != 0) ++at;
  out_remap->count = rdo_load_u16(at);
  out_remap->data = at + 2;
  *cursor = (uint32_t)(at + 2 + (uint64_t)out_remap->count * 4 - table->list.data);
}
