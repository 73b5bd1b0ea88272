// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/call_site.h"

// The kind of a calling-convention letter: 0 = 32-bit, 1 = 64-bit, 2 = ref.
static int kind_of(char letter) { return letter == 'r' ? 2 : letter == 'I' || letter == 'F' ? 1 : 0; }

static uint16_t strip_bank(uint16_t ordinal) {
  return (ordinal & RDO_REGISTER_REF_BIT) != 0 ? ordinal & RDO_REGISTER_REF_MASK : ordinal;
}

void rdo_group_by_kind(const char *letters, uint32_t length, const uint16_t *ordinals, uint16_t *grouped,
                       uint16_t counts[3]) {
  for (int kind = 0; kind < 3; ++kind) {
    counts[kind] = 0;
    for (uint32_t i = 0; i < length; ++i) {
      if (kind_of(letters[i]) != kind) continue;
      *grouped++ = ordinals[i];
      ++counts[kind];
    }
  }
}

static enum rondo_status copy_list(struct rdo_arena *arena, struct rdo_operand_list list, uint16_t **out, struct rondo_diag *diag) {
  RDO_TRY(rdo_arena_alloc(arena, list.count, sizeof **out, out, diag));
  for (uint32_t i = 0; i < list.count; ++i) (*out)[i] = rdo_list_u16(list, i);
  return RONDO_OK;
}

// Targets of results, without bank bits; the verifier let a meaningless move bit pass.
static enum rondo_status copy_targets(struct rdo_arena *arena, struct rdo_operand_list list, uint16_t **out, struct rondo_diag *diag) {
  RDO_TRY(copy_list(arena, list, out, diag));
  for (uint32_t i = 0; i < list.count; ++i) (*out)[i] = strip_bank((*out)[i]);
  return RONDO_OK;
}

static enum rondo_status init_native(struct rdo_module *module, struct rdo_call_site *site, const struct rdo_import *import,
                                     const struct rdo_cconv *cconv, struct rdo_operand_list operands,
                                     const struct rdo_operand_list *spans, struct rdo_operand_list results,
                                     struct rondo_diag *diag) {
  site->native = import->native->fn;
  site->native_self = import->native_self;
  uint16_t *list;
  RDO_TRY(copy_list(&module->arena, operands, &list, diag));
  site->operands = list;
  uint16_t *moved;
  RDO_TRY(rdo_arena_alloc(&module->arena, operands.count, sizeof *moved, &moved, diag));
  for (uint32_t i = 0; i < operands.count; ++i) {
    if ((list[i] & RDO_REGISTER_REF_BIT) != 0 && (list[i] & RDO_REGISTER_MOVE_BIT) != 0) {
      moved[site->moved_ref_count++] = list[i] & RDO_REGISTER_REF_MASK;
    }
  }
  site->moved_refs = moved;
  if (spans != NULL) {
    RDO_TRY(copy_list(&module->arena, *spans, &list, diag));
    site->spans = list;
  }
  RDO_TRY(copy_targets(&module->arena, results, &list, diag));
  site->result_targets = list;
  site->result_letters = cconv->results;
  site->result_count = cconv->result_length;
  return RONDO_OK;
}

static enum rondo_status init_bytecode(struct rdo_module *module, struct rdo_call_site *site, const struct rdo_function *callee,
                                       const struct rdo_cconv *cconv, struct rdo_operand_list operands,
                                       struct rdo_operand_list results, struct rondo_diag *diag) {
  site->callee = callee;
  uint32_t length = cconv->argument_length;
  uint16_t *targets, *copies, *grouped;
  RDO_TRY(rdo_arena_alloc(&module->arena, length, sizeof *targets, &targets, diag));
  RDO_TRY(rdo_arena_alloc(&module->arena, length, 2 * sizeof *copies, &copies, diag));
  uint32_t i32_count, ref_count;
  rdo_cconv_assign(cconv->arguments, length, targets, &i32_count, &ref_count);
  uint32_t next = 0;
  for (int kind = 0; kind < 3; ++kind) {
    for (uint32_t i = 0; i < length; ++i) {
      if (kind_of(cconv->arguments[i]) != kind) continue;
      copies[next++] = (uint16_t)(rdo_list_u16(operands, i) & ~RDO_REGISTER_REF_BIT);
      copies[next++] = targets[i];
      ++site->copy_count[kind];
    }
  }
  site->copies = copies;
  uint16_t *ordinals;
  uint16_t counts[3];
  RDO_TRY(copy_targets(&module->arena, results, &ordinals, diag));
  RDO_TRY(rdo_arena_alloc(&module->arena, results.count, sizeof *grouped, &grouped, diag));
  rdo_group_by_kind(cconv->results, cconv->result_length, ordinals, grouped, counts);
  site->result_targets = grouped;
  return RONDO_OK;
}

enum rondo_status rdo_call_site_create(struct rdo_module *module, const struct rdo_instruction *call,
                                       const struct rdo_call_site **out_site, uint32_t *out_code, struct rondo_diag *diag) {
  bool is_variadic = call->opcode == RDO_OP_CallVariadic || call->opcode == RDO_OP_CallVariadicYieldable;
  const struct rdo_operand_list *spans = is_variadic ? &call->operands[1].list : NULL;
  struct rdo_operand_list operands = call->operands[is_variadic ? 2 : 1].list;
  struct rdo_operand_list results = call->operands[call->operand_count - 1].list;
  uint32_t ordinal = (uint32_t)call->operands[0].value & 0x7FFFFFFFu;

  struct rdo_call_site *site;
  RDO_TRY(rdo_arena_alloc(&module->arena, 1, sizeof *site, &site, diag));
  *out_site = site;
  *out_code = RDO_CODE_CallFunction;
  if ((call->operands[0].value & 0x80000000u) == 0) {
    return init_bytecode(module, site, &module->functions[ordinal], &module->file.functions[ordinal].cconv, operands, results, diag);
  }
  const struct rdo_import_def *def = &module->file.imports[ordinal];
  const struct rdo_import *import = &module->imports[ordinal];
  site->import_name = (const char *)def->full_name.data;
  site->import_name_length = (uint32_t)def->full_name.size;
  if (!import->is_resolved) {
    *out_code = RDO_CODE_CallUnresolved;
    return RONDO_OK;
  }
  if (import->function != NULL) {
    return init_bytecode(module, site, import->function, &def->cconv, operands, results, diag);
  }
  *out_code = RDO_CODE_CallNative;
  return init_native(module, site, import, &def->cconv, operands, spans, results, diag);
}

enum rondo_status rdo_return_site_create(struct rdo_module *module, const struct rdo_cconv *cconv,
                                         struct rdo_operand_list sources, const struct rdo_return_site **out_site,
                                         struct rondo_diag *diag) {
  struct rdo_return_site *site;
  uint16_t *ordinals, *grouped;
  RDO_TRY(rdo_arena_alloc(&module->arena, 1, sizeof *site, &site, diag));
  RDO_TRY(copy_list(&module->arena, sources, &ordinals, diag));
  RDO_TRY(rdo_arena_alloc(&module->arena, sources.count, sizeof *grouped, &grouped, diag));
  for (uint32_t i = 0; i < sources.count; ++i) ordinals[i] = (uint16_t)(ordinals[i] & ~RDO_REGISTER_REF_BIT);
  rdo_group_by_kind(cconv->results, cconv->result_length, ordinals, grouped, site->count);
  site->sources = grouped;
  *out_site = site;
  return RONDO_OK;
}
