// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/verify.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "vm/decode.h"

enum { FUNCTION_BYTES_MAX = 0x00FFFFFF };

struct verifier {
  const struct rdo_module_file *file;
  const struct rdo_type *types;
  const struct rdo_function_def *function;
  struct rdo_bytes code;
  uint8_t *is_block;  // one bit a pc
  struct rdo_instruction instruction;  // being checked
  struct rondo_diag *diag;
};

static enum rondo_status refuse(const struct verifier *v, enum rondo_status status, const char *what) {
  return rdo_fail(v->diag, status, "pc 0x%X %s: %s", v->instruction.pc, rdo_opcode_name(v->instruction.opcode), what);
}

static enum rondo_status check_value_register(const struct verifier *v, uint64_t ordinal, bool is_wide) {
  if ((ordinal & RDO_REGISTER_REF_BIT) != 0) return refuse(v, RONDO_INVALID_ARGUMENT, "ref register where a value register is needed");
  if (is_wide && ordinal % 2 != 0) return refuse(v, RONDO_INVALID_ARGUMENT, "64-bit register ordinal is odd");
  if (ordinal + (is_wide ? 1 : 0) >= v->function->i32_count) return refuse(v, RONDO_OUT_OF_RANGE, "value register lies outside the frame");
  return RONDO_OK;
}

static enum rondo_status check_ref_register(const struct verifier *v, uint64_t ordinal, bool may_move) {
  if ((ordinal & RDO_REGISTER_REF_BIT) == 0) return refuse(v, RONDO_INVALID_ARGUMENT, "value register where a ref register is needed");
  if (!may_move && (ordinal & RDO_REGISTER_MOVE_BIT) != 0) return refuse(v, RONDO_INVALID_ARGUMENT, "move bit where none is allowed");
  if ((ordinal & RDO_REGISTER_REF_MASK) >= v->function->ref_count) return refuse(v, RONDO_OUT_OF_RANGE, "ref register lies outside the frame");
  return RONDO_OK;
}

static enum rondo_status check_letter_register(const struct verifier *v, char letter, uint64_t ordinal) {
  switch (letter) {
    case 'i': case 'f':
      return check_value_register(v, ordinal, false);
    case 'I': case 'F':
      return check_value_register(v, ordinal, true);
    default:
      return check_ref_register(v, ordinal, true);
  }
}

// Whether the opcode's G is a ref global's ordinal, and if not, how many bytes it covers.
static uint32_t global_bytes(uint16_t opcode) {
  switch (opcode) {
    case RDO_OP_GlobalLoadRef:
    case RDO_OP_GlobalStoreRef:
      return 0;
    case RDO_OP_GlobalLoadI64:
    case RDO_OP_GlobalStoreI64:
    case RDO_OP_GlobalLoadF64:
    case RDO_OP_GlobalStoreF64:
      return 8;
    default:
      return 4;
  }
}

static enum rondo_status check_global(const struct verifier *v, uint64_t global) {
  uint32_t bytes = global_bytes(v->instruction.opcode);
  bool fits = bytes == 0 ? global < v->file->global_ref_count : rdo_range_fits(global, bytes, v->file->global_byte_count);
  return fits ? RONDO_OK : refuse(v, RONDO_OUT_OF_RANGE, "global lies outside the module state");
}

static enum rondo_status check_type(const struct verifier *v, uint64_t type) {
  if (type >= v->file->type_count) return refuse(v, RONDO_OUT_OF_RANGE, "type ordinal does not exist");
  if (v->types[type].value != RDO_VALUE_NONE && v->instruction.opcode != RDO_OP_ListAlloc) {
    return refuse(v, RONDO_INVALID_ARGUMENT, "value type where a ref type is needed");
  }
  return RONDO_OK;
}

static enum rondo_status check_target(const struct verifier *v, uint64_t target) {
  if (target >= v->code.size || (v->is_block[target / 8] >> (target % 8) & 1) == 0) {
    return refuse(v, RONDO_INVALID_ARGUMENT, "branch target is not a block");
  }
  return RONDO_OK;
}

static enum rondo_status check_remap(const struct verifier *v, struct rdo_operand_list list) {
  for (uint32_t i = 0; i < list.count; ++i) {
    uint16_t source, target;
    rdo_list_pair(list, i, &source, &target);
    if ((source & RDO_REGISTER_REF_BIT) != 0) {
      RDO_TRY(check_ref_register(v, source, true));
      RDO_TRY(check_ref_register(v, target, false));
    } else {
      RDO_TRY(check_value_register(v, source, false));
      RDO_TRY(check_value_register(v, target, false));
    }
  }
  return RONDO_OK;
}

static enum rondo_status check_branch_table(const struct verifier *v, const struct rdo_operand *table) {
  uint32_t cursor = 0;
  for (uint32_t i = 0; i < table->list.count; ++i) {
    uint32_t target;
    struct rdo_operand_list remap;
    rdo_branch_table_next(v->code, table, &cursor, &target, &remap);
    RDO_TRY(check_target(v, target));
    RDO_TRY(check_remap(v, remap));
  }
  return RONDO_OK;
}

// Matches a register list with calling-convention letters; `spans` gives tuple counts, or NULL.
static enum rondo_status check_list(const struct verifier *v, const char *letters, uint32_t letter_count,
                                    const struct rdo_operand_list *spans, struct rdo_operand_list list) {
  uint32_t next = 0;
  uint32_t element = 0;
  for (uint32_t i = 0; i < letter_count; ++i, ++element) {
    uint32_t begin = i;
    uint32_t tuple_length = 1;
    uint32_t repeat = 1;
    if (letters[i] == 'C') {
      begin = i + 1;
      while (letters[begin + tuple_length] != 'D') ++tuple_length;
      i = begin + tuple_length;
      repeat = spans != NULL && element < spans->count ? rdo_list_u16(*spans, element) : RDO_SPAN_NONE;
      if (repeat == RDO_SPAN_NONE) return refuse(v, RONDO_INVALID_ARGUMENT, "span argument without a count");
    }
    if ((uint64_t)next + (uint64_t)tuple_length * repeat > list.count) return refuse(v, RONDO_OUT_OF_RANGE, "register list is too short for the signature");
    for (uint32_t k = 0; k < tuple_length * repeat; ++k) {
      RDO_TRY(check_letter_register(v, letters[begin + k % tuple_length], rdo_list_u16(list, next++)));
    }
  }
  if (next != list.count) return refuse(v, RONDO_INVALID_ARGUMENT, "register list is longer than the signature");
  if (spans != NULL && element != spans->count) return refuse(v, RONDO_INVALID_ARGUMENT, "span counts do not match the signature");
  return RONDO_OK;
}

// The four calls: F Z? V B? V.
static enum rondo_status check_call(const struct verifier *v) {
  const struct rdo_instruction *in = &v->instruction;
  bool is_variadic = in->opcode == RDO_OP_CallVariadic || in->opcode == RDO_OP_CallVariadicYieldable;
  uint32_t callee = (uint32_t)in->operands[0].value;
  const struct rdo_cconv *cconv;
  if ((callee & 0x80000000u) != 0) {
    callee &= 0x7FFFFFFFu;
    if (callee >= v->file->import_count) return refuse(v, RONDO_INVALID_ARGUMENT, "import does not exist");
    cconv = &v->file->imports[callee].cconv;
  } else {
    if (is_variadic) return refuse(v, RONDO_FAILED_PRECONDITION, "variadic call of a function that is not an import");
    if (callee >= v->file->function_count) return refuse(v, RONDO_INVALID_ARGUMENT, "function does not exist");
    cconv = &v->file->functions[callee].cconv;
  }
  const struct rdo_operand_list *spans = is_variadic ? &in->operands[1].list : NULL;
  RDO_TRY(check_list(v, cconv->arguments, cconv->argument_length, spans, in->operands[is_variadic ? 2 : 1].list));
  return check_list(v, cconv->results, cconv->result_length, NULL, in->operands[in->operand_count - 1].list);
}

// Lists whose meaning depends on the opcode alone.
static enum rondo_status check_plain_list(const struct verifier *v, struct rdo_operand_list list) {
  for (uint32_t i = 0; i < list.count; ++i) {
    uint16_t ordinal = rdo_list_u16(list, i);
    char letter = 'i';
    switch (v->instruction.opcode) {
      case RDO_OP_SwitchI64: case RDO_OP_SwitchF64: letter = 'I'; break;
      case RDO_OP_SwitchRef: case RDO_OP_DiscardRefs: letter = 'r'; break;
      case RDO_OP_Trace: case RDO_OP_Print: letter = (ordinal & RDO_REGISTER_REF_BIT) != 0 ? 'r' : 'i'; break;
      default: break;
    }
    RDO_TRY(check_letter_register(v, letter, ordinal));
  }
  return RONDO_OK;
}

static enum rondo_status check_register_list(const struct verifier *v, struct rdo_operand_list list) {
  switch (v->instruction.opcode) {
    case RDO_OP_Call: case RDO_OP_CallVariadic: case RDO_OP_CallYieldable: case RDO_OP_CallVariadicYieldable:
      return RONDO_OK;  // check_call has seen them
    case RDO_OP_Return:
      return check_list(v, v->function->cconv.results, v->function->cconv.result_length, NULL, list);
    default:
      return check_plain_list(v, list);
  }
}

static enum rondo_status check_operand(const struct verifier *v, const struct rdo_operand *operand) {
  switch (operand->letter) {
    case 'i': case 'f': return check_value_register(v, operand->value, false);
    case 'l': case 'd': return check_value_register(v, operand->value, true);
    case 'r': return check_ref_register(v, operand->value, false);
    case 'm': return check_ref_register(v, operand->value, true);
    case 'G': return check_global(v, operand->value);
    case 'R': return operand->value < v->file->rodata_count ? RONDO_OK : refuse(v, RONDO_OUT_OF_RANGE, "rodata does not exist");
    case 'T': return check_type(v, operand->value);
    case 'B': return check_target(v, operand->value);
    case 'O': return check_remap(v, operand->list);
    case 'W': return check_branch_table(v, operand);
    case 'V': return check_register_list(v, operand->list);
    default: return RONDO_OK;  // immediates and strings are any bytes; F and Z are checked by call
  }
}

static enum rondo_status check_instruction(const struct verifier *v) {
  const struct rdo_instruction *in = &v->instruction;
  if (in->opcode >= 0x100) {
    uint32_t needed = in->opcode < 0x200 ? RDO_FEATURE_EXT_F32 : RDO_FEATURE_EXT_F64;
    if ((v->function->requirements & needed) == 0) return refuse(v, RONDO_INVALID_ARGUMENT, "function does not declare this extension");
  }
  if (in->operand_count != 0 && in->operands[0].letter == 'F') {
    if (in->opcode != RDO_OP_ImportResolved) {
      RDO_TRY(check_call(v));
    } else if ((in->operands[0].value & 0x80000000u) == 0 || (in->operands[0].value & 0x7FFFFFFFu) >= v->file->import_count) {
      return refuse(v, RONDO_INVALID_ARGUMENT, "import does not exist");
    }
  }
  for (uint32_t i = 0; i < in->operand_count; ++i) RDO_TRY(check_operand(v, &in->operands[i]));
  return RONDO_OK;
}

// First walk: instructions are whole, blocks tile the function, markers are noted.
static enum rondo_status find_blocks(struct verifier *v) {
  const struct rdo_instruction *in = &v->instruction;
  uint32_t block_count = 0;
  bool in_block = false;
  for (uint32_t pc = 0; pc < v->code.size; pc = in->next_pc) {
    RDO_TRY(rdo_decode(v->code, pc, &v->instruction, v->diag));
    if ((in->opcode == RDO_OP_Block) == in_block) {
      return refuse(v, RONDO_INVALID_ARGUMENT, in_block ? "block marker inside a block" : "instruction outside a block");
    }
    if (in->opcode == RDO_OP_Block) {
      in_block = true;
      ++block_count;
      v->is_block[pc / 8] |= (uint8_t)(1u << (pc % 8));
    } else if (rdo_opcode_is_terminator(in->opcode)) {
      in_block = false;
    }
  }
  if (in_block) return refuse(v, RONDO_INVALID_ARGUMENT, "last block has no terminator");
  if (block_count != v->function->block_count) return refuse(v, RONDO_INVALID_ARGUMENT, "block count differs from the descriptor's");
  return RONDO_OK;
}

static enum rondo_status verify_body(struct verifier *v) {
  RDO_TRY(find_blocks(v));
  for (uint32_t pc = 0; pc < v->code.size; pc = v->instruction.next_pc) {
    RDO_TRY(rdo_decode(v->code, pc, &v->instruction, v->diag));
    RDO_TRY(check_instruction(v));
  }
  return RONDO_OK;
}

// Arguments arrive in the first registers of each bank: the frame must hold them.
static enum rondo_status check_frame(const struct verifier *v) {
  uint32_t i32_count, ref_count;
  rdo_cconv_assign(v->function->cconv.arguments, v->function->cconv.argument_length, NULL, &i32_count, &ref_count);
  if (i32_count > v->function->i32_count || ref_count > v->function->ref_count) {
    return rdo_fail(v->diag, RONDO_INVALID_ARGUMENT, "frame of %u value and %u ref registers cannot hold the arguments",
                    v->function->i32_count, v->function->ref_count);
  }
  if (v->code.size > FUNCTION_BYTES_MAX) return rdo_fail(v->diag, RONDO_OUT_OF_RANGE, "function is longer than %d bytes", FUNCTION_BYTES_MAX);
  return RONDO_OK;
}

enum rondo_status rdo_verify_function(const struct rdo_module_file *module_file, const struct rdo_type *types,
                                      uint32_t ordinal, struct rondo_diag *diag) {
  const struct rdo_function_def *function = &module_file->functions[ordinal];
  struct verifier v = {
      .file = module_file,
      .types = types,
      .function = function,
      .code = {module_file->bytecode.data + function->bytecode_offset, function->bytecode_length},
      .diag = diag,
  };
  enum rondo_status status = check_frame(&v);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)v.code.size / 8 + 1, 1, &v.is_block, diag);
  if (status == RONDO_OK) status = verify_body(&v);
  rdo_free(v.is_block);
  if (status != RONDO_OK) {
    rdo_annotate(diag, "in function %u at byte %llu", ordinal,
                 (unsigned long long)(module_file->bytecode_file_offset + function->bytecode_offset));
  }
  return status;
}
