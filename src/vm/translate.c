// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The translator: verified bytecode to executable code, block by block in file order.
//
// It does five small things on the way, all local to a block and safe without liveness analysis,
// because every result that the bytecode would have written is still written:
//
//  1. remap folding: a branch's remap pair (t -> v) becomes the second target of the instruction that
//     computes t, when nothing between reads or writes v or writes t;
//  2. compare and branch become one instruction;
//  3. a branch to a loop header that only compares and branches gets a copy of the header: one
//     dispatch an iteration less;
//  4. an addition in front of such a compare joins it (the usual loop latch);
//  5. two dependent integer operations become one, so that the value between them stays in a host
//     register. (Pairs: Ertl, Gregg: Combining stack caching with dynamic superinstructions, 2004,
//     describe the general form.)

#include "vm/translate.h"

#include "base/alloc.h"
#include "vm/call_site.h"
#include "vm/interpret.h"
#include "vm/operations.h"

enum {
  NO_REGISTER = 0xFFFF,
  OFFSET_SLOTS_PER_WORD = 2,
  // Bounds on what is looked at and copied, so that translating stays linear in the size of a hostile
  // function. Compiled models stay below all of them.
  FOLDED_MOVES_MAX = 64,
  FOLD_DISTANCE_MAX = 128,
  HEADER_MOVES_MAX = 32,
};

struct block {
  uint32_t pc;
  uint32_t begin;  // index of the instruction behind the marker
  uint32_t end;    // index behind the terminator
  uint32_t word;   // where its code begins
};

// A branch offset to be filled in when its target's place is known.
struct fixup {
  uint32_t instruction_word;
  uint32_t slot;  // i32 index in the code: 2 * word + half
  uint32_t block;
};

// A copy of remap moves that runs on one edge of a conditional branch.
struct edge {
  uint32_t instruction_word;
  uint32_t slot;
  uint32_t block;
  struct rdo_operand_list remap;
};

struct move {
  uint16_t source;  // with bank and move bits
  uint16_t target;
  bool is_wide;
  bool is_folded;
};

struct translator {
  struct rdo_module *module;
  struct rdo_bytes code;
  const struct rdo_cconv *cconv;
  struct rdo_instruction *instructions;
  size_t instruction_count, instruction_capacity;
  struct block *blocks;
  size_t block_count, block_capacity;
  uint16_t *second_targets;  // [instruction_count]
  union rdo_word *words;
  size_t word_count, word_capacity;
  struct fixup *fixups;
  size_t fixup_count, fixup_capacity;
  struct edge *edges;  // of the block being translated
  size_t edge_count, edge_capacity;
  struct move *moves;  // of the terminator being translated
  size_t move_count, move_capacity;
  struct rondo_diag *diag;
};

// Decoding -----------------------------------------------------------------------------------------

static enum rondo_status decode_all(struct translator *t) {
  struct rdo_instruction in;
  for (uint32_t pc = 0; pc < t->code.size; pc = in.next_pc) {
    RDO_TRY(rdo_decode(t->code, pc, &in, t->diag));
    if (in.opcode == RDO_OP_Block) {
      RDO_TRY(rdo_grow_array(t->block_count + 1, sizeof *t->blocks, &t->block_capacity, &t->blocks, t->diag));
      t->blocks[t->block_count++] = (struct block){.pc = pc, .begin = (uint32_t)t->instruction_count};
      continue;
    }
    RDO_TRY(rdo_grow_array(t->instruction_count + 1, sizeof in, &t->instruction_capacity, &t->instructions, t->diag));
    t->instructions[t->instruction_count++] = in;
    t->blocks[t->block_count - 1].end = (uint32_t)t->instruction_count;
  }
  RDO_TRY(rdo_alloc_array(t->instruction_count, sizeof *t->second_targets, &t->second_targets, t->diag));
  for (size_t i = 0; i < t->instruction_count; ++i) t->second_targets[i] = NO_REGISTER;
  return RONDO_OK;
}

static uint32_t find_block(const struct translator *t, uint64_t pc) {
  size_t low = 0, high = t->block_count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (t->blocks[middle].pc <= pc) low = middle; else high = middle;
  }
  return (uint32_t)low;
}

// What instructions read and write --------------------------------------------------------------------

static bool is_wide_letter(char letter) { return letter == 'l' || letter == 'd'; }

static bool is_constant(uint16_t opcode) {
  switch (opcode) {
    case RDO_OP_ConstI32Zero: case RDO_OP_ConstI32: case RDO_OP_ConstI64Zero: case RDO_OP_ConstI64:
    case RDO_OP_ConstF32Zero: case RDO_OP_ConstF32: case RDO_OP_ConstF64Zero: case RDO_OP_ConstF64:
      return true;
    default:
      return false;
  }
}

// Instructions whose only effect is their last operand, a value register, from value registers.
static bool is_pure_value(uint16_t opcode) {
  if (is_constant(opcode)) return true;
  const char *letters = rdo_opcode_operands(opcode);
  if (letters[0] == 0 || letters[strspn(letters, "ilfd")] != 0) return false;
  return rdo_operation_find(opcode) == NULL;
}

static bool overlaps(uint16_t a, bool a_wide, uint16_t b, bool b_wide) {
  return a <= b + (b_wide ? 1 : 0) && b <= a + (a_wide ? 1 : 0);
}

static const struct rdo_operand *target_of(const struct rdo_instruction *in) { return &in->operands[in->operand_count - 1]; }

static bool reads_register(const struct rdo_instruction *in, uint16_t ordinal, bool is_wide) {
  for (uint32_t i = 0; i + 1 < in->operand_count; ++i) {
    char letter = in->operands[i].letter;
    if (strchr("ilfd", letter) != NULL && overlaps((uint16_t)in->operands[i].value, is_wide_letter(letter), ordinal, is_wide)) return true;
  }
  return false;
}

// Emitting -----------------------------------------------------------------------------------------

static enum rondo_status emit_words(struct translator *t, uint32_t code, uint32_t count, uint32_t *out_begin) {
  RDO_TRY(rdo_grow_array(t->word_count + count, sizeof *t->words, &t->word_capacity, &t->words, t->diag));
  memset(t->words + t->word_count, 0, count * sizeof *t->words);
  t->words[t->word_count] = rdo_code_word(code);
  *out_begin = (uint32_t)t->word_count;
  t->word_count += count;
  return RONDO_OK;
}

static void put_operand(struct translator *t, uint32_t begin, uint32_t index, uint64_t value) {
  t->words[begin + 1 + index / 4].u16[index % 4] = (uint16_t)value;
}

// Asks for the offset to `block` in half `slot` % 2 of a word.
static enum rondo_status add_fixup(struct translator *t, uint32_t instruction_word, uint32_t slot, uint32_t block) {
  RDO_TRY(rdo_grow_array(t->fixup_count + 1, sizeof *t->fixups, &t->fixup_capacity, &t->fixups, t->diag));
  t->fixups[t->fixup_count++] = (struct fixup){instruction_word, slot, block};
  return RONDO_OK;
}

static void put_offset(struct translator *t, uint32_t slot, int64_t offset) {
  t->words[slot / OFFSET_SLOTS_PER_WORD].i32[slot % OFFSET_SLOTS_PER_WORD] = (int32_t)offset;
}

// One edge of a conditional branch: straight to the block, or through moves emitted behind it.
static enum rondo_status add_edge(struct translator *t, uint32_t instruction_word, uint32_t slot, uint64_t target_pc,
                                  struct rdo_operand_list remap) {
  uint32_t block = find_block(t, target_pc);
  if (remap.count == 0) return add_fixup(t, instruction_word, slot, block);
  RDO_TRY(rdo_grow_array(t->edge_count + 1, sizeof *t->edges, &t->edge_capacity, &t->edges, t->diag));
  t->edges[t->edge_count++] = (struct edge){instruction_word, slot, block, remap};
  return RONDO_OK;
}

static enum rondo_status emit_move(struct translator *t, uint32_t code, uint16_t source, uint16_t target) {
  uint32_t begin;
  RDO_TRY(emit_words(t, code, 2, &begin));
  put_operand(t, begin, 0, source);
  put_operand(t, begin, 1, target);
  return RONDO_OK;
}

// Remap pairs as moves: a pair of halves becomes one wide move, a move to itself none.
static enum rondo_status collect_moves(struct translator *t, struct rdo_operand_list remap) {
  t->move_count = 0;
  RDO_TRY(rdo_grow_array(remap.count, sizeof *t->moves, &t->move_capacity, &t->moves, t->diag));
  for (uint32_t i = 0; i < remap.count; ++i) {
    struct move move = {.is_wide = false};
    rdo_list_pair(remap, i, &move.source, &move.target);
    bool is_ref = (move.source & RDO_REGISTER_REF_BIT) != 0;
    if (!is_ref && i + 1 < remap.count && move.source % 2 == 0 && move.target % 2 == 0) {
      uint16_t next_source, next_target;
      rdo_list_pair(remap, i + 1, &next_source, &next_target);
      move.is_wide = next_source == move.source + 1 && next_target == move.target + 1;
    }
    if (move.is_wide) ++i;
    uint16_t source_register = is_ref ? move.source & (uint16_t)~RDO_REGISTER_MOVE_BIT : move.source;
    if (source_register != move.target) t->moves[t->move_count++] = move;
  }
  return RONDO_OK;
}

static enum rondo_status emit_moves(struct translator *t) {
  for (size_t i = 0; i < t->move_count; ++i) {
    const struct move *move = &t->moves[i];
    if (move->is_folded) continue;
    if ((move->source & RDO_REGISTER_REF_BIT) == 0) {
      RDO_TRY(emit_move(t, move->is_wide ? RDO_CODE_Move64 : RDO_CODE_Move32, move->source, move->target));
    } else {
      bool is_moved = (move->source & RDO_REGISTER_MOVE_BIT) != 0;
      RDO_TRY(emit_move(t, is_moved ? RDO_CODE_MoveRef : RDO_CODE_RetainRef, move->source & RDO_REGISTER_REF_MASK,
                        move->target & RDO_REGISTER_REF_MASK));
    }
  }
  return RONDO_OK;
}

static enum rondo_status emit_branch(struct translator *t, uint64_t target_pc) {
  uint32_t begin;
  RDO_TRY(emit_words(t, RDO_CODE_Br, 2, &begin));
  return add_fixup(t, begin, (begin + 1) * OFFSET_SLOTS_PER_WORD, find_block(t, target_pc));
}

static enum rondo_status emit_edges(struct translator *t) {
  for (size_t i = 0; i < t->edge_count; ++i) {
    struct edge edge = t->edges[i];
    put_offset(t, edge.slot, (int64_t)t->word_count - edge.instruction_word);
    RDO_TRY(collect_moves(t, edge.remap));
    RDO_TRY(emit_moves(t));
    RDO_TRY(emit_branch(t, t->blocks[edge.block].pc));
  }
  t->edge_count = 0;
  return RONDO_OK;
}

// Remap folding ------------------------------------------------------------------------------------

// Whether pair `index` may be applied early: no earlier pair of the list touches what it touches.
static bool is_independent(const struct translator *t, size_t index) {
  const struct move *move = &t->moves[index];
  for (size_t i = 0; i < index; ++i) {
    const struct move *earlier = &t->moves[i];
    if ((earlier->source & RDO_REGISTER_REF_BIT) != 0) continue;
    if (overlaps(earlier->source, earlier->is_wide, move->target, move->is_wide) ||
        overlaps(earlier->target, earlier->is_wide, move->target, move->is_wide) ||
        overlaps(earlier->target, earlier->is_wide, move->source, move->is_wide)) {
      return false;
    }
  }
  return true;
}

// Finds the instruction of the block that computes the pair's source and can write its target too.
static bool find_definition(const struct translator *t, const struct block *block, const struct move *move, uint32_t *out) {
  uint32_t last = block->end - 1;
  for (uint32_t i = last; i-- > block->begin && last - i <= FOLD_DISTANCE_MAX;) {
    const struct rdo_instruction *in = &t->instructions[i];
    if (!is_pure_value(in->opcode)) return false;
    const struct rdo_operand *target = target_of(in);
    bool wide = is_wide_letter(target->letter);
    if (t->second_targets[i] != NO_REGISTER && (overlaps(t->second_targets[i], wide, move->target, move->is_wide) ||
                                                overlaps(t->second_targets[i], wide, move->source, move->is_wide))) {
      return false;
    }
    if (overlaps((uint16_t)target->value, wide, move->source, move->is_wide)) {
      *out = i;
      return target->value == move->source && wide == move->is_wide && t->second_targets[i] == NO_REGISTER &&
             !overlaps(move->source, wide, move->target, wide);
    }
    if (overlaps((uint16_t)target->value, wide, move->target, move->is_wide) || reads_register(in, move->target, move->is_wide)) return false;
  }
  return false;
}

static void fold_moves(struct translator *t, const struct block *block) {
  if (t->move_count > FOLDED_MOVES_MAX) return;
  for (size_t i = 0; i < t->move_count; ++i) {
    struct move *move = &t->moves[i];
    uint32_t definition;
    if ((move->source & RDO_REGISTER_REF_BIT) != 0 || !is_independent(t, i)) continue;
    if (!find_definition(t, block, move, &definition)) continue;
    t->second_targets[definition] = move->target;
    move->is_folded = true;
  }
}

// Fusion -------------------------------------------------------------------------------------------

static uint32_t branch_code_of(uint16_t compare) {
  switch (compare) {
#define BRANCH_CODE(name) case RDO_OP_##name: return RDO_CODE_Br##name;
    RDO_CODES_BRANCH_COMPARE(BRANCH_CODE)
#undef BRANCH_CODE
    default: return 0;
  }
}

static uint32_t add_branch_code_of(uint16_t compare, uint16_t add) {
#define ADD_BRANCH_CODE(name, sum) if (compare == RDO_OP_##name && add == RDO_OP_##sum) return RDO_CODE_AddBr##name;
  RDO_CODES_ADD_BRANCH(ADD_BRANCH_CODE)
#undef ADD_BRANCH_CODE
  return 0;
}

static uint32_t pair_code_of(uint16_t first, uint16_t second) {
#define PAIR_CODE(a, b) if (first == RDO_OP_##a && second == RDO_OP_##b) return RDO_CODE_##a##_##b;
  RDO_CODES_PAIR(PAIR_CODE)
#undef PAIR_CODE
  return 0;
}

static bool is_commutative(uint16_t opcode) { return opcode != RDO_OP_SubI32 && opcode != RDO_OP_SubI64; }

// Whether `branch` tests what `compare` computes, and the two have one form.
static bool is_compare_branch(const struct rdo_instruction *compare, const struct rdo_instruction *branch) {
  return branch->opcode == RDO_OP_CondBranch && branch_code_of(compare->opcode) != 0 &&
         branch->operands[0].value == target_of(compare)->value;
}

static enum rondo_status emit_compare_branch(struct translator *t, const struct rdo_instruction *compare, uint16_t second_target,
                                             const struct rdo_instruction *branch) {
  uint32_t begin;
  RDO_TRY(emit_words(t, branch_code_of(compare->opcode), 3, &begin));
  uint64_t target = target_of(compare)->value;
  uint64_t right = compare->operands[compare->operand_count == 3 ? 1 : 0].value;
  put_operand(t, begin, 0, compare->operands[0].value & 0x7FFF);
  put_operand(t, begin, 1, right & 0x7FFF);
  put_operand(t, begin, 2, target);
  put_operand(t, begin, 3, second_target == NO_REGISTER ? target : second_target);
  RDO_TRY(add_edge(t, begin, (begin + 2) * 2, branch->operands[1].value, branch->operands[2].list));
  return add_edge(t, begin, (begin + 2) * 2 + 1, branch->operands[3].value, branch->operands[4].list);
}

// add; compare(sum, limit); branch.  `add` is at index `add_index`.
static bool is_add_branch(const struct translator *t, uint32_t add_index, const struct rdo_instruction *compare) {
  const struct rdo_instruction *add = &t->instructions[add_index];
  if (add_branch_code_of(compare->opcode, add->opcode) == 0) return false;
  uint64_t left = compare->operands[0].value;
  return left == target_of(add)->value || left == t->second_targets[add_index];
}

static enum rondo_status emit_add_branch(struct translator *t, uint32_t add_index, const struct rdo_instruction *compare,
                                         const struct rdo_instruction *branch) {
  const struct rdo_instruction *add = &t->instructions[add_index];
  uint16_t second = t->second_targets[add_index];
  uint32_t begin;
  RDO_TRY(emit_words(t, add_branch_code_of(compare->opcode, add->opcode), 4, &begin));
  put_operand(t, begin, 0, add->operands[0].value);
  put_operand(t, begin, 1, add->operands[1].value);
  put_operand(t, begin, 2, add->operands[2].value);
  put_operand(t, begin, 3, second == NO_REGISTER ? add->operands[2].value : second);
  put_operand(t, begin, 4, compare->operands[1].value);
  put_operand(t, begin, 5, compare->operands[2].value);
  RDO_TRY(add_edge(t, begin, (begin + 3) * 2, branch->operands[1].value, branch->operands[2].list));
  return add_edge(t, begin, (begin + 3) * 2 + 1, branch->operands[3].value, branch->operands[4].list);
}

// Emits instructions `index` and `index` + 1 as one, if they are a dependent pair.
static enum rondo_status try_pair(struct translator *t, uint32_t index, bool *out_done) {
  const struct rdo_instruction *first = &t->instructions[index];
  const struct rdo_instruction *second = first + 1;
  uint32_t code = pair_code_of(first->opcode, second->opcode);
  *out_done = false;
  if (code == 0 || t->second_targets[index] != NO_REGISTER) return RONDO_OK;
  uint64_t target = target_of(first)->value;
  uint64_t other;
  if (second->operands[0].value == target) {
    other = second->operands[1].value;
  } else if (second->operands[1].value == target && is_commutative(second->opcode)) {
    other = second->operands[0].value;
  } else {
    return RONDO_OK;
  }
  *out_done = true;
  uint32_t begin;
  uint16_t second_target = t->second_targets[index + 1];
  RDO_TRY(emit_words(t, code, 3, &begin));
  put_operand(t, begin, 0, first->operands[0].value);
  put_operand(t, begin, 1, first->operands[1].value);
  put_operand(t, begin, 2, target);
  put_operand(t, begin, 3, other);
  put_operand(t, begin, 4, target_of(second)->value);
  put_operand(t, begin, 5, second_target == NO_REGISTER ? target_of(second)->value : second_target);
  return RONDO_OK;
}

// Instructions that are not terminators ------------------------------------------------------------

static enum rondo_status emit_constant(struct translator *t, const struct rdo_instruction *in, uint16_t second_target) {
  const struct rdo_operand *target = target_of(in);
  uint64_t value = in->operand_count == 2 ? in->operands[0].value : 0;
  uint16_t second = second_target == NO_REGISTER ? (uint16_t)target->value : second_target;
  uint32_t begin;
  if (is_wide_letter(target->letter)) {
    RDO_TRY(emit_words(t, RDO_CODE_Const64, 3, &begin));
    t->words[begin + 1].u64 = value;
    put_operand(t, begin, 4, target->value);
    put_operand(t, begin, 5, second);
  } else {
    RDO_TRY(emit_words(t, RDO_CODE_Const32, 2, &begin));
    t->words[begin + 1].u32[0] = (uint32_t)value;
    put_operand(t, begin, 2, target->value);
    put_operand(t, begin, 3, second);
  }
  return RONDO_OK;
}

// Operands in order, then the second target. Three words where there are more than four.
static enum rondo_status emit_value(struct translator *t, const struct rdo_instruction *in, uint16_t second_target) {
  uint32_t begin;
  RDO_TRY(emit_words(t, in->opcode, in->operand_count < 4 ? 2 : 3, &begin));
  for (uint32_t i = 0; i < in->operand_count; ++i) {
    uint64_t value = in->operands[i].value;
    put_operand(t, begin, i, (value & RDO_REGISTER_REF_BIT) != 0 ? value & RDO_REGISTER_REF_MASK : value);
  }
  uint64_t target = target_of(in)->value;
  put_operand(t, begin, in->operand_count, second_target == NO_REGISTER ? target & 0x7FFF : second_target);
  return RONDO_OK;
}

static enum rondo_status emit_global(struct translator *t, uint32_t code, void *address, uint64_t ordinal) {
  uint32_t begin;
  RDO_TRY(emit_words(t, code, 3, &begin));
  t->words[begin + 1].mutable_pointer = address;
  t->words[begin + 2].u16[0] = (uint16_t)ordinal;
  return RONDO_OK;
}

static enum rondo_status emit_ref_global(struct translator *t, uint32_t code, const struct rdo_instruction *in) {
  uint32_t begin;
  RDO_TRY(emit_words(t, code, 4, &begin));
  t->words[begin + 1].mutable_pointer = &t->module->global_refs[in->operands[0].value];
  t->words[begin + 2].u16[0] = (uint16_t)(in->operands[2].value & 0x7FFF);
  t->words[begin + 3].pointer = t->module->types[in->operands[1].value].object;
  return RONDO_OK;
}

static enum rondo_status emit_call(struct translator *t, const struct rdo_instruction *in, bool is_yieldable) {
  const struct rdo_call_site *site;
  uint32_t code, begin;
  RDO_TRY(rdo_call_site_create(t->module, in, &site, &code, t->diag));
  if (code == RDO_CODE_CallNative && is_yieldable) code = RDO_CODE_CallNativeYieldable;
  RDO_TRY(emit_words(t, code, 2, &begin));
  t->words[begin + 1].pointer = site;
  return RONDO_OK;
}

static bool is_ref_global(uint16_t opcode) {
  return opcode == RDO_OP_GlobalLoadIndirectRef || opcode == RDO_OP_GlobalStoreIndirectRef;
}

// An out-of-line operation; its operands are unpacked here, once.
static enum rondo_status emit_slow(struct translator *t, const struct rdo_instruction *in, rdo_slow_fn fn) {
  struct rdo_slow_operands *operands;
  RDO_TRY(rdo_arena_alloc(&t->module->arena, 1, sizeof *operands, &operands, t->diag));
  uint32_t next = 0;
  for (uint32_t i = 0; i < in->operand_count; ++i) {
    const struct rdo_operand *operand = &in->operands[i];
    switch (operand->letter) {
      case 'T':
        operands->type = t->module->types[operand->value];
        break;
      case 'V':
        operands->list = operand->list.data;
        operands->list_count = (uint16_t)operand->list.count;
        break;
      case 'F':
        operands->immediate = t->module->imports[operand->value & 0x7FFFFFFFu].is_resolved;
        break;
      case 'S':
        break;
      default:
        operands->registers[next++] = (uint16_t)(operand->value & 0x7FFF);
        break;
    }
  }
  operands->globals = t->module->global_refs;
  operands->global_bytes = t->module->global_bytes;
  operands->global_count = is_ref_global(in->opcode) ? t->module->file.global_ref_count : t->module->file.global_byte_count;
  uint32_t begin;
  RDO_TRY(emit_words(t, RDO_CODE_Slow, 3, &begin));
  memcpy(&t->words[begin + 1], &fn, sizeof fn);
  t->words[begin + 2].pointer = operands;
  return RONDO_OK;
}

static enum rondo_status emit_instruction(struct translator *t, uint32_t index) {
  const struct rdo_instruction *in = &t->instructions[index];
  struct rdo_module *module = t->module;
  if (is_constant(in->opcode)) return emit_constant(t, in, t->second_targets[index]);
  rdo_slow_fn fn = rdo_operation_find(in->opcode);
  if (fn != NULL) return emit_slow(t, in, fn);
  switch (in->opcode) {
    case RDO_OP_GlobalLoadI32: case RDO_OP_GlobalLoadF32:
      return emit_global(t, RDO_CODE_LoadGlobal32, module->global_bytes + in->operands[0].value, in->operands[1].value);
    case RDO_OP_GlobalStoreI32: case RDO_OP_GlobalStoreF32:
      return emit_global(t, RDO_CODE_StoreGlobal32, module->global_bytes + in->operands[0].value, in->operands[1].value);
    case RDO_OP_GlobalLoadI64: case RDO_OP_GlobalLoadF64:
      return emit_global(t, RDO_CODE_LoadGlobal64, module->global_bytes + in->operands[0].value, in->operands[1].value);
    case RDO_OP_GlobalStoreI64: case RDO_OP_GlobalStoreF64:
      return emit_global(t, RDO_CODE_StoreGlobal64, module->global_bytes + in->operands[0].value, in->operands[1].value);
    case RDO_OP_GlobalLoadRef: return emit_ref_global(t, RDO_CODE_LoadGlobalRef, in);
    case RDO_OP_GlobalStoreRef: return emit_ref_global(t, RDO_CODE_StoreGlobalRef, in);
    case RDO_OP_ConstRefRodata:
      return emit_global(t, RDO_CODE_LoadRodata, module->rodata[in->operands[0].value], in->operands[1].value & RDO_REGISTER_REF_MASK);
    case RDO_OP_AssignRef: {
      uint64_t source = in->operands[0].value;
      bool is_moved = (source & RDO_REGISTER_MOVE_BIT) != 0;
      return emit_move(t, is_moved ? RDO_CODE_MoveRef : RDO_CODE_RetainRef, (uint16_t)(source & RDO_REGISTER_REF_MASK),
                       (uint16_t)(in->operands[1].value & RDO_REGISTER_REF_MASK));
    }
    case RDO_OP_Call: case RDO_OP_CallVariadic:
      return emit_call(t, in, false);
    default:
      return emit_value(t, in, t->second_targets[index]);
  }
}

// Terminators --------------------------------------------------------------------------------------

static enum rondo_status emit_cond_branch(struct translator *t, const struct rdo_instruction *in) {
  uint32_t begin;
  RDO_TRY(emit_words(t, RDO_CODE_BrIf, 3, &begin));
  put_operand(t, begin, 0, in->operands[0].value);
  RDO_TRY(add_edge(t, begin, (begin + 2) * 2, in->operands[1].value, in->operands[2].list));
  return add_edge(t, begin, (begin + 2) * 2 + 1, in->operands[3].value, in->operands[4].list);
}

static enum rondo_status emit_branch_table(struct translator *t, const struct rdo_instruction *in) {
  const struct rdo_operand *table = &in->operands[3];
  uint32_t begin;
  RDO_TRY(emit_words(t, RDO_CODE_BrTable, 2 + (table->list.count + 2) / 2, &begin));
  put_operand(t, begin, 0, in->operands[0].value);
  put_operand(t, begin, 1, table->list.count);
  uint32_t slot = (begin + 2) * 2;
  RDO_TRY(add_edge(t, begin, slot++, in->operands[1].value, in->operands[2].list));
  uint32_t cursor = 0;
  for (uint32_t i = 0; i < table->list.count; ++i) {
    uint32_t target;
    struct rdo_operand_list remap;
    rdo_branch_table_next(t->code, table, &cursor, &target, &remap);
    RDO_TRY(add_edge(t, begin, slot++, target, remap));
  }
  return RONDO_OK;
}

static enum rondo_status emit_return(struct translator *t, const struct rdo_instruction *in) {
  const struct rdo_return_site *site;
  uint32_t begin;
  RDO_TRY(rdo_return_site_create(t->module, t->cconv, in->operands[0].list, &site, t->diag));
  RDO_TRY(emit_words(t, RDO_CODE_ReturnFrame, 2, &begin));
  t->words[begin + 1].pointer = site;
  return RONDO_OK;
}

static enum rondo_status emit_fail(struct translator *t, const struct rdo_instruction *in) {
  uint32_t begin;
  RDO_TRY(emit_words(t, RDO_CODE_FailWith, 4, &begin));
  put_operand(t, begin, 0, in->operands[0].value);
  t->words[begin + 2].pointer = in->operands[1].list.data;
  t->words[begin + 3].u64 = in->operands[1].list.count;
  return RONDO_OK;
}

static enum rondo_status emit_yield(struct translator *t, const struct rdo_instruction *in) {
  uint32_t begin;
  RDO_TRY(collect_moves(t, in->operands[1].list));
  RDO_TRY(emit_moves(t));
  RDO_TRY(emit_words(t, RDO_CODE_YieldTo, 2, &begin));
  return add_fixup(t, begin, (begin + 1) * 2, find_block(t, in->operands[0].value));
}

static enum rondo_status emit_terminator(struct translator *t, const struct rdo_instruction *in) {
  switch (in->opcode) {
    case RDO_OP_CondBranch: return emit_cond_branch(t, in);
    case RDO_OP_BranchTable: return emit_branch_table(t, in);
    case RDO_OP_Return: return emit_return(t, in);
    case RDO_OP_Fail: return emit_fail(t, in);
    case RDO_OP_Yield: return emit_yield(t, in);
    case RDO_OP_CallYieldable: case RDO_OP_CallVariadicYieldable:
      RDO_TRY(emit_call(t, in, true));
      return emit_branch(t, in->operands[in->operand_count - 2].value);
    default: {  // CondBreak, as the runtime form has it: go on at the target either way
      RDO_TRY(collect_moves(t, in->operands[2].list));
      RDO_TRY(emit_moves(t));
      return emit_branch(t, in->operands[1].value);
    }
  }
}

// Blocks -------------------------------------------------------------------------------------------

// The compare of a block that consists of a compare and a branch on it and is small enough to copy; NULL
// for any other block.
static const struct rdo_instruction *as_header(const struct translator *t, uint32_t block_index) {
  const struct block *block = &t->blocks[block_index];
  if (block->end - block->begin != 2) return NULL;
  const struct rdo_instruction *compare = &t->instructions[block->begin];
  if (!is_compare_branch(compare, compare + 1)) return NULL;
  return compare[1].operands[2].list.count + compare[1].operands[4].list.count <= HEADER_MOVES_MAX ? compare : NULL;
}

static enum rondo_status emit_range(struct translator *t, uint32_t begin, uint32_t end) {
  for (uint32_t i = begin; i < end; ++i) {
    bool is_pair = false;
    if (i + 1 < end) RDO_TRY(try_pair(t, i, &is_pair));
    if (is_pair) {
      ++i;
    } else {
      RDO_TRY(emit_instruction(t, i));
    }
  }
  return RONDO_OK;
}

static bool has_open_moves(const struct translator *t) {
  for (size_t i = 0; i < t->move_count; ++i) {
    if (!t->moves[i].is_folded) return true;
  }
  return false;
}

// A block that ends in an unconditional branch.
static enum rondo_status emit_branch_block(struct translator *t, uint32_t index) {
  const struct block *block = &t->blocks[index];
  const struct rdo_instruction *branch = &t->instructions[block->end - 1];
  uint32_t target = find_block(t, branch->operands[0].value);
  RDO_TRY(collect_moves(t, branch->operands[1].list));
  fold_moves(t, block);
  uint32_t last = block->end - 1;
  const struct rdo_instruction *header = as_header(t, target);
  if (header != NULL && last > block->begin && !has_open_moves(t) && is_add_branch(t, last - 1, header)) {
    RDO_TRY(emit_range(t, block->begin, last - 1));
    return emit_add_branch(t, last - 1, header, header + 1);
  }
  RDO_TRY(emit_range(t, block->begin, last));
  RDO_TRY(emit_moves(t));
  if (header != NULL) return emit_compare_branch(t, header, NO_REGISTER, header + 1);
  if (target == index + 1) return RONDO_OK;  // falls through: its code follows
  return emit_branch(t, t->blocks[target].pc);
}

static enum rondo_status emit_block(struct translator *t, uint32_t index) {
  struct block *block = &t->blocks[index];
  block->word = (uint32_t)t->word_count;
  uint32_t last = block->end - 1;
  const struct rdo_instruction *terminator = &t->instructions[last];
  if (terminator->opcode == RDO_OP_Branch || terminator->opcode == RDO_OP_Break) return emit_branch_block(t, index);
  if (last > block->begin && is_compare_branch(terminator - 1, terminator)) {
    if (last - 1 > block->begin && is_add_branch(t, last - 2, terminator - 1)) {
      RDO_TRY(emit_range(t, block->begin, last - 2));
      return emit_add_branch(t, last - 2, terminator - 1, terminator);
    }
    RDO_TRY(emit_range(t, block->begin, last - 1));
    return emit_compare_branch(t, terminator - 1, NO_REGISTER, terminator);
  }
  RDO_TRY(emit_range(t, block->begin, last));
  return emit_terminator(t, terminator);
}

static enum rondo_status translate(struct translator *t) {
  RDO_TRY(decode_all(t));
  for (uint32_t i = 0; i < t->block_count; ++i) {
    RDO_TRY(emit_block(t, i));
    RDO_TRY(emit_edges(t));
  }
  for (size_t i = 0; i < t->fixup_count; ++i) {
    put_offset(t, t->fixups[i].slot, (int64_t)t->blocks[t->fixups[i].block].word - t->fixups[i].instruction_word);
  }
  return RONDO_OK;
}

// What a call from outside needs: where arguments go, and a frame whose first registers receive the
// results, with a Halt to return to.
static enum rondo_status add_host_entry(struct rdo_module *module, struct rdo_function *function, struct rondo_diag *diag) {
  const struct rdo_cconv *cconv = &function->cconv;
  struct rdo_arena *arena = &module->arena;
  uint16_t *arguments, *results, *grouped;
  union rdo_word *halt;
  uint16_t counts[3];
  uint32_t i32_count, ref_count;
  RDO_TRY(rdo_arena_alloc(arena, cconv->argument_length, sizeof *arguments, &arguments, diag));
  RDO_TRY(rdo_arena_alloc(arena, cconv->result_length, sizeof *results, &results, diag));
  RDO_TRY(rdo_arena_alloc(arena, cconv->result_length, sizeof *grouped, &grouped, diag));
  RDO_TRY(rdo_arena_alloc(arena, 1, sizeof *halt, &halt, diag));
  rdo_cconv_assign(cconv->arguments, cconv->argument_length, arguments, &i32_count, &ref_count);
  rdo_cconv_assign(cconv->results, cconv->result_length, results, &i32_count, &ref_count);
  rdo_group_by_kind(cconv->results, cconv->result_length, results, grouped, counts);
  *halt = rdo_code_word(RDO_CODE_Halt);
  function->argument_ordinals = arguments;
  function->result_ordinals = results;
  function->result_targets = grouped;
  function->result_i32_count = (uint16_t)i32_count;
  function->result_ref_count = (uint16_t)ref_count;
  function->halt = halt;
  return RONDO_OK;
}

static void free_translator(struct translator *t) {
  rdo_free(t->instructions);
  rdo_free(t->blocks);
  rdo_free(t->second_targets);
  rdo_free(t->words);
  rdo_free(t->fixups);
  rdo_free(t->edges);
  rdo_free(t->moves);
}

enum rondo_status rdo_translate_function(struct rdo_module *module, uint32_t ordinal, struct rondo_diag *diag) {
  const struct rdo_function_def *def = &module->file.functions[ordinal];
  struct rdo_function *function = &module->functions[ordinal];
  struct translator t = {
      .module = module,
      .code = {module->file.bytecode.data + def->bytecode_offset, def->bytecode_length},
      .cconv = &def->cconv,
      .diag = diag,
  };
  enum rondo_status status = translate(&t);
  union rdo_word *code = NULL;
  if (status == RONDO_OK) status = rdo_arena_alloc(&module->arena, t.word_count, sizeof *code, &code, diag);
  if (status == RONDO_OK) {
    memcpy(code, t.words, t.word_count * sizeof *code);
    function->code = code;
    function->word_count = (uint32_t)t.word_count;
    status = add_host_entry(module, function, diag);
  }
  free_translator(&t);
  return status;
}
