// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/ir_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "plan/ir_text.h"
#include "plan/name_map.h"

enum { RESULTS_MAX = 256,
       OPERANDS_MAX = 4096 };

// What is known of a value of the host program.
struct value {
  bool is_constant;
  uint64_t constant;
  uint32_t root;                   // of a resource; RDO_IR_NONE = unknown
  uint64_t offset;                 // in it
  const struct rdo_ir_set *waits;  // executions that it comes from; NULL = none
};

static const struct value unknown_value = {.root = RDO_IR_NONE};

struct parser {
  struct rdo_ir *ir;
  struct rdo_ir_text text;
  struct rdo_ir_token token;
  // Of the function that is read.
  struct rdo_name_map names;
  struct value *values;
  size_t value_count, value_capacity;
  struct rdo_name_map globals;  // symbols of roots
  uint32_t root_count;
  bool has_stored;  // a global may be any memory from here on
  uint32_t execute_begin, command_begin;
  struct rdo_ir_set host;  // executions that the host program has waited for
  uint32_t depth;
  // Of the operation that is read.
  uint32_t results[RESULTS_MAX], operands[OPERANDS_MAX];
  uint32_t result_count, operand_count;
  bool has_packs;          // a result stands for several, %4:2
  struct rdo_arena arena;  // of the function
  struct rondo_diag *diag;
};

static enum rondo_status fail_at(struct parser *parser, uint32_t line, enum rondo_status status, const char *reason) {
  return rdo_fail(parser->diag, status, "%s:%u: %s", parser->text.path, (unsigned)line, reason);
}

static enum rondo_status fail_here(struct parser *parser, const char *reason) {
  return fail_at(parser, parser->token.line, RONDO_INVALID_ARGUMENT, reason);
}

static enum rondo_status advance(struct parser *parser) { return rdo_ir_next(&parser->text, &parser->token, parser->diag); }

static bool is_mark(const struct parser *parser, char mark) { return parser->token.kind == RDO_IR_MARK && parser->token.mark == mark; }

static bool is_word(const struct parser *parser, const char *word) {
  return parser->token.kind == RDO_IR_WORD && rdo_bytes_equal(parser->token.text, word);
}

static bool begins_with(struct rdo_bytes text, const char *begin) {
  size_t length = strlen(begin);
  return text.size >= length && memcmp(text.data, begin, length) == 0;
}

static bool opens(const struct parser *parser) { return is_mark(parser, '(') || is_mark(parser, '[') || is_mark(parser, '{'); }
static bool closes(const struct parser *parser) { return is_mark(parser, ')') || is_mark(parser, ']') || is_mark(parser, '}'); }

// From an opening bracket over all that it holds, to behind its end.
static enum rondo_status skip_brackets(struct parser *parser) {
  uint32_t line = parser->token.line;
  uint64_t depth = 0;
  do {
    if (parser->token.kind == RDO_IR_END) return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the bracket that opens here is not closed");
    if (opens(parser)) ++depth;
    if (closes(parser)) --depth;
    RDO_TRY(advance(parser));
  } while (depth > 0);
  return RONDO_OK;
}

// Values ----------------------------------------------------------------------------------------------------

static enum rondo_status find_value(struct parser *parser, struct rdo_bytes name, uint32_t *out_value) {
  char *text;
  if (name.size > 1000) return fail_here(parser, "the name of a value is longer than 1000 bytes");
  char key[1001];
  memcpy(key, name.data, name.size);
  key[name.size] = '\0';
  *out_value = rdo_name_map_find(&parser->names, key);
  if (*out_value != RDO_NAME_NONE) return RONDO_OK;
  if (parser->value_count == RDO_IR_VALUES_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "a function has more than 1048576 values");
  RDO_TRY(rdo_arena_alloc(&parser->arena, name.size + 1, 1, &text, parser->diag));
  memcpy(text, name.data, name.size);
  RDO_TRY(rdo_grow_array(parser->value_count + 1, sizeof *parser->values, &parser->value_capacity, &parser->values, parser->diag));
  *out_value = (uint32_t)parser->value_count;
  parser->values[parser->value_count++] = unknown_value;
  return rdo_name_map_add(&parser->names, text, *out_value, parser->diag);
}

static void unite(struct rdo_ir_set *into, const struct rdo_ir_set *other) {
  for (size_t i = 0; i < sizeof into->words / sizeof *into->words; ++i) into->words[i] |= other->words[i];
}

static bool is_empty(const struct rdo_ir_set *set) {
  for (size_t i = 0; i < sizeof set->words / sizeof *set->words; ++i) {
    if (set->words[i] != 0) return false;
  }
  return true;
}

// A set for as long as the function is read; most are that of an operand.
static enum rondo_status keep_set(struct parser *parser, const struct rdo_ir_set *set, const struct rdo_ir_set **out_set) {
  struct rdo_ir_set *kept;
  *out_set = NULL;
  if (is_empty(set)) return RONDO_OK;
  for (uint32_t i = 0; i < parser->operand_count; ++i) {
    *out_set = parser->values[parser->operands[i]].waits;
    if (*out_set != NULL && memcmp(*out_set, set, sizeof *set) == 0) return RONDO_OK;
  }
  RDO_TRY(rdo_arena_alloc(&parser->arena, 1, sizeof *kept, &kept, parser->diag));
  *kept = *set;
  *out_set = kept;
  return RONDO_OK;
}

// From here on everything comes after everything that was executed so far.
static void wait_for_all(struct parser *parser) {
  for (uint32_t i = 0; i < parser->ir->execute_count - parser->execute_begin; ++i) parser->host.words[i / 64] |= UINT64_C(1) << (i % 64);
}

static void unite_operands(const struct parser *parser, struct rdo_ir_set *into) {
  for (uint32_t i = 0; i < parser->operand_count; ++i) {
    const struct rdo_ir_set *waits = parser->values[parser->operands[i]].waits;
    if (waits != NULL) unite(into, waits);
  }
}

// Accesses -------------------------------------------------------------------------------------------------

static struct rdo_ir_access whole_of(const struct value *value) {
  return (struct rdo_ir_access){.root = value->root, .begin = value->root == RDO_IR_NONE ? 0 : value->offset, .end = UINT64_MAX};
}

static enum rondo_status add_access(struct parser *parser, struct rdo_ir_command *command, const struct rdo_ir_access *access) {
  struct rdo_ir *ir = parser->ir;
  if (ir->access_count == RDO_IR_ACCESSES_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "there are more than 1048576 operands of commands");
  RDO_TRY(rdo_grow_array(ir->access_count + 1, sizeof *ir->accesses, &ir->access_capacity, &ir->accesses, parser->diag));
  ir->accesses[ir->access_count++] = *access;
  ++command->access_count;
  return RONDO_OK;
}

static void set_length(struct rdo_ir_access *access, const struct value *length) {
  uint64_t end;
  if (length->is_constant && access->root != RDO_IR_NONE && rdo_checked_add(access->begin, length->constant, &end)) access->end = end;
}

// %resource[%offset for %length], or %resource[%offset]: with a place that is not constant all of the resource.
static enum rondo_status read_range(struct parser *parser, uint32_t resource, struct rdo_ir_access *out_access) {
  uint32_t offset, length;
  *out_access = whole_of(&parser->values[resource]);
  RDO_TRY(advance(parser));  // [
  if (parser->token.kind != RDO_IR_VALUE) return fail_here(parser, "the offset of a range is missing");
  RDO_TRY(find_value(parser, parser->token.text, &offset));
  RDO_TRY(advance(parser));
  const struct value *place = &parser->values[offset];
  uint64_t begin;
  bool is_known = place->is_constant && out_access->root != RDO_IR_NONE && rdo_checked_add(out_access->begin, place->constant, &begin);
  if (is_known) out_access->begin = begin;
  if (is_word(parser, "for")) {
    RDO_TRY(advance(parser));
    if (parser->token.kind != RDO_IR_VALUE) return fail_here(parser, "the length of a range is missing");
    RDO_TRY(find_value(parser, parser->token.text, &length));
    if (is_known) set_length(out_access, &parser->values[length]);
    RDO_TRY(advance(parser));
  }
  if (!is_mark(parser, ']')) return fail_here(parser, "a range does not end: ] is missing");
  return advance(parser);
}

// Commands -------------------------------------------------------------------------------------------------

static enum rondo_status begin_command(struct parser *parser, uint32_t block, uint32_t number, uint32_t *out_command) {
  struct rdo_ir *ir = parser->ir;
  if (ir->command_count - parser->command_begin == RDO_IR_COMMANDS_MAX) {
    return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "a function has more than 8192 commands");
  }
  RDO_TRY(rdo_grow_array(ir->command_count + 1, sizeof *ir->commands, &ir->command_capacity, &ir->commands, parser->diag));
  *out_command = (uint32_t)ir->command_count;
  ir->commands[ir->command_count++] =
      (struct rdo_ir_command){.execute = (uint32_t)ir->execute_count - 1, .block = block, .dispatch = RDO_IR_NONE, .number = number, .access_begin = (uint32_t)ir->access_count};
  return RONDO_OK;
}

static bool ends_statement(const struct parser *parser) {
  return parser->token.kind == RDO_IR_END || parser->token.is_first || closes(parser);
}

// A fill writes all that it names, a copy writes the second and is as long as the value behind it, of others nothing is known.
static enum rondo_status read_transfer(struct parser *parser, struct rdo_bytes operation, struct rdo_ir_command *command) {
  bool is_fill = rdo_bytes_equal(operation, "stream.cmd.fill"), is_copy = rdo_bytes_equal(operation, "stream.cmd.copy");
  uint32_t begin = (uint32_t)parser->ir->access_count, value;
  while (!ends_statement(parser)) {
    if (parser->token.kind != RDO_IR_VALUE) {
      if (is_mark(parser, '{')) RDO_TRY(skip_brackets(parser));  // the size of a type
      else RDO_TRY(advance(parser));
      continue;
    }
    RDO_TRY(find_value(parser, parser->token.text, &value));
    RDO_TRY(advance(parser));
    uint32_t count = (uint32_t)parser->ir->access_count - begin;
    if (is_mark(parser, '[')) {
      struct rdo_ir_access access;
      RDO_TRY(read_range(parser, value, &access));
      access.is_read = !is_fill && !(is_copy && count == 1);
      access.is_written = !(is_copy && count == 0);
      RDO_TRY(add_access(parser, command, &access));
    } else if (is_copy && count == 2) {
      set_length(&parser->ir->accesses[begin], &parser->values[value]);
      set_length(&parser->ir->accesses[begin + 1], &parser->values[value]);
    }
    if (is_mark(parser, ')')) RDO_TRY(advance(parser));
  }
  return RONDO_OK;
}

// @executable::@export, or {@a::@b, @c::@d} for several kinds of devices: the first.
static enum rondo_status read_kernel(struct parser *parser, struct rdo_ir_dispatch *dispatch) {
  bool has_braces = is_mark(parser, '{');
  if (has_braces) RDO_TRY(advance(parser));
  if (parser->token.kind != RDO_IR_SYMBOL) return fail_here(parser, "a dispatch does not name its kernel: @executable::@export is missing");
  dispatch->executable = parser->token.text;
  RDO_TRY(advance(parser));
  if (parser->token.kind != RDO_IR_SCOPE) return fail_here(parser, "a dispatch does not name its kernel: ::@export is missing");
  RDO_TRY(advance(parser));
  if (parser->token.kind != RDO_IR_SYMBOL) return fail_here(parser, "a dispatch does not name its kernel: ::@export is missing");
  dispatch->export_name = parser->token.text;
  RDO_TRY(advance(parser));
  while (has_braces && !is_mark(parser, '}')) {
    if (parser->token.kind == RDO_IR_END || opens(parser)) return fail_here(parser, "the list of kernels does not end: } is missing");
    RDO_TRY(advance(parser));
  }
  return has_braces ? advance(parser) : RONDO_OK;
}

// ro %a[%b for %c] : type{%d}, ...
static enum rondo_status read_bindings(struct parser *parser, struct rdo_ir_command *command) {
  uint32_t value;
  while (!is_mark(parser, '}')) {
    bool is_read = is_word(parser, "ro") || is_word(parser, "rw"), is_written = is_word(parser, "wo") || is_word(parser, "rw");
    if (!is_read && !is_written) return fail_here(parser, "a binding begins with ro, wo or rw");
    RDO_TRY(advance(parser));
    if (parser->token.kind != RDO_IR_VALUE) return fail_here(parser, "a binding does not name its resource");
    RDO_TRY(find_value(parser, parser->token.text, &value));
    RDO_TRY(advance(parser));
    struct rdo_ir_access access;
    if (!is_mark(parser, '[')) return fail_here(parser, "a binding has no range: [ is missing");
    RDO_TRY(read_range(parser, value, &access));
    access.is_read = is_read;
    access.is_written = is_written;
    RDO_TRY(add_access(parser, command, &access));
    while (!is_mark(parser, ',') && !is_mark(parser, '}')) {  // the type
      if (parser->token.kind == RDO_IR_END) return fail_here(parser, "the bindings of a dispatch do not end: } is missing");
      if (is_mark(parser, '{')) RDO_TRY(skip_brackets(parser));
      else RDO_TRY(advance(parser));
    }
    if (is_mark(parser, ',')) RDO_TRY(advance(parser));
  }
  return RONDO_OK;
}

static enum rondo_status read_attribute(struct parser *parser, struct rdo_ir_attribute *attribute) {
  bool has_name = parser->token.kind == RDO_IR_WORD || parser->token.kind == RDO_IR_STRING;
  if (!has_name) return fail_here(parser, "the name of an attribute is missing");
  *attribute = (struct rdo_ir_attribute){.name = parser->token.text, .begin = parser->token.begin, .end = parser->token.end};
  RDO_TRY(advance(parser));
  if (!is_mark(parser, '=')) return RONDO_OK;
  RDO_TRY(advance(parser));
  attribute->is_string = parser->token.kind == RDO_IR_STRING;
  attribute->is_number = parser->token.kind == RDO_IR_NUMBER;
  attribute->value = parser->token.text;
  bool is_first = true;
  while (!is_mark(parser, ',') && !is_mark(parser, '}')) {
    if (parser->token.kind == RDO_IR_END) return fail_here(parser, "the attributes of a dispatch do not end: } is missing");
    bool is_colon = is_mark(parser, ':');
    if (!is_first && !is_colon && attribute->is_string) attribute->is_string = false;
    attribute->end = parser->token.end;
    if (opens(parser)) {
      uint32_t line = parser->token.line;
      uint64_t depth = 0;
      do {
        if (parser->token.kind == RDO_IR_END) return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the bracket that opens here is not closed");
        depth += opens(parser);
        depth -= closes(parser);
        attribute->end = parser->token.end;
        RDO_TRY(advance(parser));
      } while (depth > 0);
    } else {
      RDO_TRY(advance(parser));
    }
    is_first = false;
  }
  if (is_first) return fail_here(parser, "the value of an attribute is missing");
  return RONDO_OK;
}

// attributes {a = 1 : i64, b = "c"}
static enum rondo_status read_dictionary(struct parser *parser, struct rdo_ir_dispatch *dispatch) {
  struct rdo_ir *ir = parser->ir;
  RDO_TRY(advance(parser));
  if (!is_mark(parser, '{')) return fail_here(parser, "attributes have no list: { is missing");
  RDO_TRY(advance(parser));
  while (!is_mark(parser, '}')) {
    if (ir->attribute_count == RDO_IR_ACCESSES_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "there are more than 1048576 attributes");
    RDO_TRY(rdo_grow_array(ir->attribute_count + 1, sizeof *ir->attributes, &ir->attribute_capacity, &ir->attributes, parser->diag));
    RDO_TRY(read_attribute(parser, &ir->attributes[ir->attribute_count]));
    ++ir->attribute_count;
    ++dispatch->attribute_count;
    if (is_mark(parser, ',')) RDO_TRY(advance(parser));
    else if (!is_mark(parser, '}')) return fail_here(parser, "attributes do not end: } is missing");
  }
  dispatch->dictionary_end = parser->token.end;
  return advance(parser);
}

static enum rondo_status read_dispatch(struct parser *parser, struct rdo_ir_command *command, uint32_t command_index) {
  struct rdo_ir *ir = parser->ir;
  struct rdo_ir_dispatch dispatch = {.line = parser->token.line, .command = command_index, .attribute_begin = (uint32_t)ir->attribute_count};
  RDO_TRY(read_kernel(parser, &dispatch));
  while (is_mark(parser, '[') || is_mark(parser, '(')) RDO_TRY(skip_brackets(parser));  // workload, uniforms
  if (!is_mark(parser, '{')) return fail_here(parser, "a dispatch has no bindings: { is missing");
  RDO_TRY(advance(parser));
  RDO_TRY(read_bindings(parser, command));
  dispatch.body_end = parser->token.end;
  RDO_TRY(advance(parser));
  if (is_word(parser, "attributes")) RDO_TRY(read_dictionary(parser, &dispatch));
  if (ir->dispatch_count == RDO_IR_DISPATCHES_MAX) return fail_at(parser, dispatch.line, RONDO_OUT_OF_RANGE, "there are more than 1048576 dispatches");
  RDO_TRY(rdo_grow_array(ir->dispatch_count + 1, sizeof *ir->dispatches, &ir->dispatch_capacity, &ir->dispatches, parser->diag));
  command->dispatch = (uint32_t)ir->dispatch_count;
  ir->dispatches[ir->dispatch_count++] = dispatch;
  return RONDO_OK;
}

static enum rondo_status read_command(struct parser *parser, uint32_t block, uint32_t *number) {
  struct rdo_bytes operation = parser->token.text;
  uint32_t index;
  RDO_TRY(begin_command(parser, block, (*number)++, &index));
  struct rdo_ir_command command = parser->ir->commands[index];
  RDO_TRY(advance(parser));
  if (rdo_bytes_equal(operation, "stream.cmd.dispatch")) RDO_TRY(read_dispatch(parser, &command, index));
  else RDO_TRY(read_transfer(parser, operation, &command));
  parser->ir->commands[index] = command;
  return RONDO_OK;
}

static enum rondo_status add_block(struct parser *parser, uint32_t parent, bool is_concurrent, uint32_t *out_block) {
  struct rdo_ir *ir = parser->ir;
  uint32_t depth = parent == RDO_IR_NONE ? 0 : ir->blocks[parent].depth + 1;
  if (depth == RDO_IR_DEPTH_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "groups of commands are nested more than 64 deep");
  RDO_TRY(rdo_grow_array(ir->block_count + 1, sizeof *ir->blocks, &ir->block_capacity, &ir->blocks, parser->diag));
  *out_block = (uint32_t)ir->block_count;
  ir->blocks[ir->block_count++] = (struct rdo_ir_block){parent, depth, is_concurrent};
  return RONDO_OK;
}

// From behind the { of an execution to behind its }. The groups that are open are a path in the tree of blocks.
static enum rondo_status read_commands(struct parser *parser, uint32_t line) {
  uint32_t block, number = 0;
  RDO_TRY(add_block(parser, RDO_IR_NONE, false, &block));
  while (block != RDO_IR_NONE) {
    if (parser->token.kind == RDO_IR_END) return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the execution that begins here does not end: } is missing");
    if (is_mark(parser, '}')) {
      block = parser->ir->blocks[block].parent;
      RDO_TRY(advance(parser));
    } else if (is_word(parser, "stream.cmd.concurrent") || is_word(parser, "stream.cmd.serial")) {
      RDO_TRY(add_block(parser, block, is_word(parser, "stream.cmd.concurrent"), &block));
      RDO_TRY(advance(parser));
      if (!is_mark(parser, '{')) return fail_here(parser, "a group of commands does not begin: { is missing");
      RDO_TRY(advance(parser));
    } else if (parser->token.kind == RDO_IR_WORD && begins_with(parser->token.text, "stream.cmd.")) {
      RDO_TRY(read_command(parser, block, &number));
    } else {
      return fail_here(parser, "here a command of the execution should begin: stream.cmd.dispatch, .fill, .copy, .concurrent, .serial");
    }
  }
  return RONDO_OK;
}

// The host program ------------------------------------------------------------------------------------------

static enum rondo_status add_operand(struct parser *parser) {
  if (parser->operand_count == OPERANDS_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "an operation has more than 4096 operands");
  return find_value(parser, parser->token.text, &parser->operands[parser->operand_count++]);
}

// with(%0 as %arg3: type{%size}, ...): what stands inside is what stands outside.
static enum rondo_status read_captures(struct parser *parser) {
  uint32_t outer = RDO_IR_NONE, depth = 0;
  bool is_as = false;
  do {
    if (parser->token.kind == RDO_IR_END) return fail_here(parser, "the list of an execution's resources does not end: ) is missing");
    depth += opens(parser);
    depth -= closes(parser);
    if (parser->token.kind == RDO_IR_VALUE && depth == 1) {
      uint32_t value;
      RDO_TRY(find_value(parser, parser->token.text, &value));
      if (is_as && outer != RDO_IR_NONE) parser->values[value] = parser->values[outer];
      outer = is_as ? RDO_IR_NONE : value;
    }
    is_as = is_word(parser, "as");
    RDO_TRY(advance(parser));
  } while (depth > 0);
  return RONDO_OK;
}

static enum rondo_status read_execute(struct parser *parser) {
  struct rdo_ir *ir = parser->ir;
  uint32_t line = parser->token.line, number = (uint32_t)ir->execute_count - parser->execute_begin;
  if (number == RDO_IR_EXECUTES_MAX) return fail_at(parser, line, RONDO_OUT_OF_RANGE, "a function has more than 1024 executions");
  parser->operand_count = 0;
  while (!is_mark(parser, '{')) {
    if (parser->token.kind == RDO_IR_END || parser->token.is_first) return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "an execution has no commands: { is missing");
    bool is_with = is_word(parser, "with");
    if (parser->token.kind == RDO_IR_VALUE) RDO_TRY(add_operand(parser));
    RDO_TRY(advance(parser));
    if (is_with && is_mark(parser, '(')) RDO_TRY(read_captures(parser));
  }
  RDO_TRY(rdo_grow_array(ir->execute_count + 1, sizeof *ir->executes, &ir->execute_capacity, &ir->executes, parser->diag));
  struct rdo_ir_execute execute = {.before = parser->host};
  unite_operands(parser, &execute.before);
  ir->executes[ir->execute_count++] = execute;
  RDO_TRY(advance(parser));
  RDO_TRY(read_commands(parser, line));
  const struct rdo_ir_set *waits;
  execute.before.words[number / 64] |= UINT64_C(1) << (number % 64);
  RDO_TRY(keep_set(parser, &execute.before, &waits));
  for (uint32_t i = 0; i < parser->result_count; ++i) {
    parser->values[parser->results[i]] = unknown_value;
    parser->values[parser->results[i]].waits = waits;
  }
  return RONDO_OK;
}

// Numbers that fit 64 bits; %c256 = arith.constant 256 : index.
static enum rondo_status read_constant(struct parser *parser) {
  struct value value = unknown_value;
  if (parser->token.kind == RDO_IR_NUMBER) {
    value.is_constant = true;
    for (uint64_t i = 0; i < parser->token.text.size && value.is_constant; ++i) {
      uint8_t c = parser->token.text.data[i];
      value.is_constant = c >= '0' && c <= '9' && rdo_checked_mul(value.constant, 10, &value.constant) &&
                          rdo_checked_add(value.constant, (uint64_t)(c - '0'), &value.constant);
    }
  }
  if (parser->result_count == 1) parser->values[parser->results[0]] = value;
  return RONDO_OK;
}

static enum rondo_status find_global(struct parser *parser, struct rdo_bytes symbol, uint32_t *out_root) {
  char *text;
  RDO_TRY(rdo_arena_alloc(&parser->arena, symbol.size + 1, 1, &text, parser->diag));
  memcpy(text, symbol.data, symbol.size);
  *out_root = rdo_name_map_find(&parser->globals, text);
  if (*out_root != RDO_NAME_NONE) return RONDO_OK;
  *out_root = parser->root_count++;
  return rdo_name_map_add(&parser->globals, text, *out_root, parser->diag);
}

// What an operation whose operands are read makes of its first result.
static void define_resource(struct parser *parser, struct rdo_bytes operation, uint32_t global, uint32_t arrow_operand) {
  struct value *first = &parser->values[parser->results[0]];
  const struct rdo_ir_set *waits = first->waits;
  if (rdo_bytes_equal(operation, "stream.resource.alloca") || rdo_bytes_equal(operation, "stream.resource.alloc")) {
    first->root = parser->root_count++;
  } else if (rdo_bytes_equal(operation, "stream.tensor.import") && parser->operand_count > 0) {
    struct value *source = &parser->values[parser->operands[0]];
    if (source->root == RDO_IR_NONE) source->root = parser->root_count++;
    first->root = source->root;
  } else if (rdo_bytes_equal(operation, "util.global.load") && !parser->has_stored) {
    first->root = global;
  } else if (rdo_bytes_equal(operation, "stream.resource.subview") && parser->operand_count >= 2) {
    const struct value *source = &parser->values[parser->operands[0]], *offset = &parser->values[parser->operands[1]];
    uint32_t root = source->root;
    uint64_t begin = source->offset;
    if (offset->is_constant && rdo_checked_add(begin, offset->constant, &begin)) first->offset = begin;
    else first->offset = source->offset;
    first->root = root;
  } else if (rdo_bytes_equal(operation, "stream.timepoint.await")) {
    for (uint32_t i = 0; i < parser->result_count && arrow_operand + i < parser->operand_count; ++i) {
      struct value source = parser->values[parser->operands[arrow_operand + i]];
      source.waits = waits;
      parser->values[parser->results[i]] = source;
    }
  }
}

// What an operation makes the host wait for, or what others wait for that take its operands later.
static enum rondo_status follow_host(struct parser *parser, struct rdo_bytes operation, const struct rdo_ir_set *set) {
  const struct rdo_ir_set *waits;
  if (rdo_bytes_equal(operation, "stream.timepoint.await")) unite(&parser->host, set);
  if (rdo_bytes_equal(operation, "hal.fence.await") || rdo_bytes_equal(operation, "util.call")) wait_for_all(parser);
  if (rdo_bytes_equal(operation, "util.global.store")) parser->has_stored = true;
  if (!rdo_bytes_equal(operation, "stream.timepoint.chain_external")) return RONDO_OK;
  RDO_TRY(keep_set(parser, set, &waits));
  for (uint32_t i = 0; i < parser->operand_count; ++i) parser->values[parser->operands[i]].waits = waits;
  return RONDO_OK;
}

static enum rondo_status follow_bracket(struct parser *parser, char *brackets, uint32_t *depth, uint32_t line) {
  if (opens(parser)) {
    if (*depth == RDO_IR_DEPTH_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "brackets are nested more than 64 deep");
    brackets[(*depth)++] = parser->token.mark;
  }
  if (!closes(parser)) return RONDO_OK;
  if (*depth == 0) return fail_here(parser, "a bracket closes that was not opened");
  char opened = brackets[--*depth], closed = parser->token.mark;
  if ((opened == '(' && closed == ')') || (opened == '[' && closed == ']') || (opened == '{' && closed == '}')) return RONDO_OK;
  return rdo_fail(parser->diag, RONDO_INVALID_ARGUMENT, "%s:%u: a bracket of another kind was opened in line %u", parser->text.path,
                  (unsigned)parser->token.line, (unsigned)line);
}

static enum rondo_status read_body(struct parser *parser);

// Any other operation: its results wait for its operands. A region in it may run or not, or several times.
static enum rondo_status read_other(struct parser *parser, struct rdo_bytes operation) {
  uint32_t depth = 0, arrow_operand = 0, global = RDO_IR_NONE, line = parser->token.line;
  char brackets[RDO_IR_DEPTH_MAX];
  bool is_arrow_first = true;
  parser->operand_count = 0;
  while (depth > 0 || !(parser->token.is_first || is_mark(parser, '}'))) {
    if (parser->token.kind == RDO_IR_END) {
      if (depth == 0) break;
      return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "an operation that begins here does not end: a bracket is not closed");
    }
    if (is_mark(parser, '{') && parser->token.is_last && depth == 0) {
      for (uint32_t i = 0; i < parser->result_count; ++i) parser->values[parser->results[i]] = unknown_value;
      RDO_TRY(advance(parser));
      wait_for_all(parser);
      RDO_TRY(read_body(parser));
      wait_for_all(parser);
      parser->result_count = parser->operand_count = 0;  // what follows waits for all anyway
      continue;
    }
    RDO_TRY(follow_bracket(parser, brackets, &depth, line));
    if (parser->token.kind == RDO_IR_VALUE) RDO_TRY(add_operand(parser));
    if (parser->token.kind == RDO_IR_SYMBOL && global == RDO_IR_NONE) RDO_TRY(find_global(parser, parser->token.text, &global));
    if (parser->token.kind == RDO_IR_ARROW && is_arrow_first) {
      arrow_operand = parser->operand_count;
      is_arrow_first = false;
    }
    RDO_TRY(advance(parser));
  }
  struct rdo_ir_set set = {{0}};
  const struct rdo_ir_set *waits;
  unite_operands(parser, &set);
  RDO_TRY(keep_set(parser, &set, &waits));
  RDO_TRY(follow_host(parser, operation, &set));
  // Operands may be results of the same name from another region: they are read before they change.
  for (uint32_t i = 0; i < parser->result_count; ++i) {
    parser->values[parser->results[i]] = unknown_value;
    parser->values[parser->results[i]].waits = waits;
  }
  if (parser->result_count > 0 && !parser->has_packs) define_resource(parser, operation, global, arrow_operand);
  return RONDO_OK;
}

// %a, %b:2 = ...
static enum rondo_status read_results(struct parser *parser) {
  parser->result_count = 0;
  parser->has_packs = false;
  while (parser->token.kind == RDO_IR_VALUE) {
    if (parser->result_count == RESULTS_MAX) return fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "an operation has more than 256 results");
    RDO_TRY(find_value(parser, parser->token.text, &parser->results[parser->result_count++]));
    RDO_TRY(advance(parser));
    if (is_mark(parser, ':')) {
      parser->has_packs = true;
      RDO_TRY(advance(parser));
      if (parser->token.kind != RDO_IR_NUMBER) return fail_here(parser, "the number of results is missing");
      RDO_TRY(advance(parser));
    }
    if (is_mark(parser, ',')) RDO_TRY(advance(parser));
  }
  if (parser->result_count == 0) return RONDO_OK;
  if (!is_mark(parser, '=')) return fail_here(parser, "results of an operation have no operation: = is missing");
  return advance(parser);
}

static enum rondo_status check_phase(struct parser *parser) {
  static const char *const early[] = {"flow.dispatch", "stream.async.", "stream.tensor.dispatch", "linalg."};
  static const char *const late[] = {"hal.command_buffer.", "hal.device.queue."};
  for (size_t i = 0; i < sizeof early / sizeof *early; ++i) {
    if (begins_with(parser->token.text, early[i])) {
      return fail_at(parser, parser->token.line, RONDO_UNIMPLEMENTED, "this IR is of an earlier phase: dump it with iree-compile --compile-to=stream");
    }
  }
  for (size_t i = 0; i < sizeof late / sizeof *late; ++i) {
    if (begins_with(parser->token.text, late[i])) {
      return fail_at(parser, parser->token.line, RONDO_UNIMPLEMENTED, "this IR is of a later phase: dump it with iree-compile --compile-to=stream");
    }
  }
  return RONDO_OK;
}

// ^bb1(%3: type): the values come from elsewhere, and what was executed before may or may not have been.
static enum rondo_status read_label(struct parser *parser) {
  uint32_t value;
  wait_for_all(parser);
  RDO_TRY(advance(parser));
  while (parser->token.kind != RDO_IR_END && !parser->token.is_first) {
    if (parser->token.kind == RDO_IR_VALUE) {
      RDO_TRY(find_value(parser, parser->token.text, &value));
      parser->values[value] = unknown_value;
    }
    RDO_TRY(advance(parser));
  }
  return RONDO_OK;
}

static enum rondo_status read_statement(struct parser *parser) {
  RDO_TRY(read_results(parser));
  struct rdo_bytes operation = parser->token.text;
  if (parser->token.kind != RDO_IR_WORD && parser->token.kind != RDO_IR_STRING) return fail_here(parser, "here an operation should begin");
  RDO_TRY(check_phase(parser));
  bool is_execute = is_word(parser, "stream.cmd.execute"), is_constant = is_word(parser, "arith.constant");
  if (!is_execute && is_word(parser, "stream.cmd.dispatch")) return fail_here(parser, "a dispatch stands outside of stream.cmd.execute");
  RDO_TRY(advance(parser));
  if (is_execute && !parser->token.is_first) RDO_TRY(read_execute(parser));
  if (is_constant) {
    struct rdo_ir_token number = parser->token;
    RDO_TRY(read_other(parser, operation));
    struct rdo_ir_token next = parser->token;
    parser->token = number;
    RDO_TRY(read_constant(parser));
    parser->token = next;
    return RONDO_OK;
  }
  if (is_execute) parser->result_count = 0;  // known; what follows is the type of the timepoint
  return read_other(parser, operation);
}

// From behind a { to behind its }.
static enum rondo_status read_body(struct parser *parser) {
  uint32_t line = parser->token.line;
  if (++parser->depth > RDO_IR_DEPTH_MAX) return fail_at(parser, line, RONDO_OUT_OF_RANGE, "regions are nested more than 64 deep");
  while (!is_mark(parser, '}')) {
    if (parser->token.kind == RDO_IR_END) return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the region that begins here does not end: } is missing");
    if (parser->token.kind == RDO_IR_BLOCK) RDO_TRY(read_label(parser));
    else RDO_TRY(read_statement(parser));
  }
  --parser->depth;
  return advance(parser);
}

// The module ------------------------------------------------------------------------------------------------

// To behind the { of a function's or executable's body: the one that ends its line. False: it has none, as a declaration.
static enum rondo_status find_body(struct parser *parser, bool *out_is_found) {
  uint32_t depth = 0;
  *out_is_found = false;
  while (parser->token.kind != RDO_IR_END && !(depth == 0 && (parser->token.is_first || closes(parser)))) {
    if (depth == 0 && is_mark(parser, '{') && parser->token.is_last) {
      *out_is_found = true;
      return advance(parser);
    }
    depth += opens(parser);
    depth -= closes(parser);
    RDO_TRY(advance(parser));
  }
  return RONDO_OK;
}

static void forget_function(struct parser *parser) {
  rdo_name_map_deinit(&parser->names);
  rdo_name_map_deinit(&parser->globals);
  rdo_arena_deinit(&parser->arena);
  parser->names = parser->globals = (struct rdo_name_map){0};
  parser->arena = (struct rdo_arena){0};
  parser->value_count = 0;
  parser->root_count = 0;
  parser->has_stored = false;
  parser->host = (struct rdo_ir_set){{0}};
}

static enum rondo_status read_function(struct parser *parser, bool is_initializer) {
  struct rdo_ir *ir = parser->ir;
  struct rdo_ir_function function = {.execute_begin = (uint32_t)ir->execute_count, .command_begin = (uint32_t)ir->command_count, .dispatch_begin = (uint32_t)ir->dispatch_count};
  bool has_body;
  parser->execute_begin = function.execute_begin;
  parser->command_begin = function.command_begin;
  RDO_TRY(advance(parser));
  while (!is_initializer && parser->token.kind == RDO_IR_WORD && !parser->token.is_first) RDO_TRY(advance(parser));  // public, private
  if (!is_initializer && parser->token.kind != RDO_IR_SYMBOL) return fail_here(parser, "the name of a function is missing");
  if (!is_initializer) function.name = parser->token.text;
  RDO_TRY(find_body(parser, &has_body));
  if (!has_body) return RONDO_OK;
  parser->depth = 0;
  RDO_TRY(read_body(parser));
  forget_function(parser);
  function.execute_count = (uint32_t)ir->execute_count - function.execute_begin;
  function.command_count = (uint32_t)ir->command_count - function.command_begin;
  function.dispatch_count = (uint32_t)ir->dispatch_count - function.dispatch_begin;
  if (is_initializer) {
    ir->initializer_dispatch_count += function.dispatch_count;
    return RONDO_OK;
  }
  RDO_TRY(rdo_grow_array(ir->function_count + 1, sizeof *ir->functions, &ir->function_capacity, &ir->functions, parser->diag));
  ir->functions[ir->function_count++] = function;
  return RONDO_OK;
}

// Executables hold kernels, whose functions are none of the host program.
static enum rondo_status skip_executable(struct parser *parser) {
  bool has_body;
  uint32_t line = parser->token.line;
  uint64_t depth = 1;
  RDO_TRY(advance(parser));
  RDO_TRY(find_body(parser, &has_body));
  while (has_body && depth > 0) {
    if (parser->token.kind == RDO_IR_END) return fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the executable that begins here does not end: } is missing");
    depth += is_mark(parser, '{');
    depth -= is_mark(parser, '}');
    RDO_TRY(advance(parser));
  }
  return RONDO_OK;
}

static enum rondo_status read_module(struct parser *parser) {
  RDO_TRY(advance(parser));
  while (parser->token.kind != RDO_IR_END) {
    bool is_first = parser->token.is_first;
    if (is_first && is_word(parser, "stream.executable")) RDO_TRY(skip_executable(parser));
    else if (is_first && (is_word(parser, "flow.executable") || is_word(parser, "hal.executable"))) {
      return fail_at(parser, parser->token.line, RONDO_UNIMPLEMENTED, "this IR is of another phase: dump it with iree-compile --compile-to=stream");
    } else if (is_first && (is_word(parser, "util.func") || is_word(parser, "func.func"))) RDO_TRY(read_function(parser, false));
    else if (is_first && is_word(parser, "util.initializer")) RDO_TRY(read_function(parser, true));
    else RDO_TRY(advance(parser));
  }
  return RONDO_OK;
}

enum rondo_status rdo_ir_read(struct rdo_bytes text, const char *path, struct rdo_ir *out_ir, struct rondo_diag *diag) {
  struct parser *parser;
  *out_ir = (struct rdo_ir){.text = text, .path = path};
  RDO_TRY(rdo_alloc(sizeof *parser, &parser, diag));
  parser->ir = out_ir;
  parser->text = (struct rdo_ir_text){.bytes = text, .line = 1, .is_line_begin = true, .path = path};
  parser->diag = diag;
  enum rondo_status status = read_module(parser);
  forget_function(parser);
  rdo_free(parser->values);
  rdo_free(parser);
  return status;
}

void rdo_ir_deinit(struct rdo_ir *ir) {
  rdo_free(ir->functions);
  rdo_free(ir->executes);
  rdo_free(ir->commands);
  rdo_free(ir->blocks);
  rdo_free(ir->accesses);
  rdo_free(ir->dispatches);
  rdo_free(ir->attributes);
  *ir = (struct rdo_ir){0};
}

static bool is_called(struct rdo_bytes symbol, const char *name) {
  static const char twin[] = "$async";
  size_t length = strlen(name);
  if (rdo_bytes_equal(symbol, name)) return true;
  return symbol.size == length + strlen(twin) && begins_with(symbol, name) && memcmp(symbol.data + length, twin, strlen(twin)) == 0;
}

enum rondo_status rdo_ir_find_function(const struct rdo_ir *ir, const char *name, const struct rdo_ir_function **out_function,
                                       struct rondo_diag *diag) {
  uint32_t count = 0;
  *out_function = NULL;
  for (size_t i = 0; i < ir->function_count; ++i) {
    const struct rdo_ir_function *function = &ir->functions[i];
    if (function->dispatch_count == 0 || (name != NULL && !is_called(function->name, name))) continue;
    if (*out_function == NULL) *out_function = function;
    ++count;
  }
  if (count == 1) return RONDO_OK;
  if (name != NULL && count == 0) return rdo_fail(diag, RONDO_NOT_FOUND, "%s: no function @%.200s has dispatches", ir->path, name);
  if (count == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: there is no dispatch: no function has stream.cmd.dispatch", ir->path);
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: %u functions have dispatches, @%.*s is the first: say which one, with --function", ir->path,
                  (unsigned)count, rdo_bytes_print_length((*out_function)->name), (const char *)(*out_function)->name.data);
}
