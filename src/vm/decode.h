// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One instruction at a time from bytecode, by the operand letters of the opcode table. The verifier,
// the translator and the disassembler all see the program through this one decoder. It checks that
// an instruction is known and complete; what its operands may be is the verifier's business.

#ifndef RDO_VM_DECODE_H_
#define RDO_VM_DECODE_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"
#include "vm/opcodes.h"

// `count` entries of u16 (V, Z), of u16 pairs (O), of table cases (W), or bytes (S), not aligned.
struct rdo_operand_list {
  const uint8_t *data;
  uint32_t count;
};

struct rdo_operand {
  char letter;                   // see opcodes.h
  uint32_t pc;                   // where it stands
  uint64_t value;                // register, immediate, ordinal or target
  struct rdo_operand_list list;  // for the letters O V Z S W
};

enum { RDO_OPERANDS_MAX = 6 };

struct rdo_instruction {
  uint32_t pc;
  uint32_t next_pc;
  uint16_t opcode;  // enum rdo_opcode
  uint16_t operand_count;
  struct rdo_operand operands[RDO_OPERANDS_MAX];
};

// Decodes the instruction at `pc` of a function.
//   returns  OK, INVALID_ARGUMENT (unknown opcode, padding not zero), OUT_OF_RANGE (runs past the end)
enum rondo_status rdo_decode(struct rdo_bytes function, uint32_t pc, struct rdo_instruction *out, struct rondo_diag *diag);

static inline uint16_t rdo_list_u16(struct rdo_operand_list list, uint32_t index) {
  return rdo_load_u16(list.data + (uint64_t)index * 2);
}

static inline void rdo_list_pair(struct rdo_operand_list list, uint32_t index, uint16_t *out_source, uint16_t *out_target) {
  *out_source = rdo_load_u16(list.data + (uint64_t)index * 4);
  *out_target = rdo_load_u16(list.data + (uint64_t)index * 4 + 2);
}

// Walks a branch table. Start with *cursor = 0; `function` is what was decoded.
void rdo_branch_table_next(struct rdo_bytes function, const struct rdo_operand *table, uint32_t *cursor,
                           uint32_t *out_target, struct rdo_operand_list *out_remap);

const char *rdo_opcode_name(uint16_t opcode);

// Operand letters of an opcode; NULL when there is no such opcode.
const char *rdo_opcode_operands(uint16_t opcode);

// Whether an opcode ends its block.
bool rdo_opcode_is_terminator(uint16_t opcode);

#endif  // RDO_VM_DECODE_H_
