// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What an execution holds: groups, dispatches with their attributes, fills and copies, and the bytes that each touches.

#include "base/alloc.h"
#include "base/checked.h"
#include "plan/ir_parser_impl.h"

// Accesses -------------------------------------------------------------------------------------------------

static struct rdo_ir_access whole_of(const struct rdo_ir_value *value) {
  return (struct rdo_ir_access){.root = value->root, .begin = value->root == RDO_IR_NONE ? 0 : value->offset, .end = UINT64_MAX};
}

static enum rondo_status add_access(struct rdo_ir_parser *parser, struct rdo_ir_command *command, const struct rdo_ir_access *access) {
  struct rdo_ir *ir = parser->ir;
  if (ir->access_count == RDO_IR_ACCESSES_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "there are more than 1048576 operands of commands");
  RDO_TRY(rdo_grow_array(ir->access_count + 1, sizeof *ir->accesses, &ir->access_capacity, &ir->accesses, parser->diag));
  ir->accesses[ir->access_count++] = *access;
  ++command->access_count;
  return RONDO_OK;
}

static void set_length(struct rdo_ir_access *access, const struct rdo_ir_value *length) {
  uint64_t end;
  if (length->is_constant && access->root != RDO_IR_NONE && rdo_checked_add(access->begin, length->constant, &end)) access->end = end;
}

// %resource[%offset for %length], or %resource[%offset]: with a place that is not constant all of the resource.
static enum rondo_status read_range(struct rdo_ir_parser *parser, uint32_t resource, struct rdo_ir_access *out_access) {
  uint32_t offset, length;
  *out_access = whole_of(&parser->values[resource]);
  RDO_TRY(rdo_ir_advance(parser));  // [
  if (parser->token.kind != RDO_IR_VALUE) return rdo_ir_fail_here(parser, "the offset of a range is missing");
  RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &offset));
  RDO_TRY(rdo_ir_advance(parser));
  const struct rdo_ir_value *place = &parser->values[offset];
  uint64_t begin;
  bool is_known = place->is_constant && out_access->root != RDO_IR_NONE && rdo_checked_add(out_access->begin, place->constant, &begin);
  if (is_known) out_access->begin = begin;
  if (rdo_ir_is_word(parser, "for")) {
    RDO_TRY(rdo_ir_advance(parser));
    if (parser->token.kind != RDO_IR_VALUE) return rdo_ir_fail_here(parser, "the length of a range is missing");
    RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &length));
    if (is_known) set_length(out_access, &parser->values[length]);
    RDO_TRY(rdo_ir_advance(parser));
  }
  if (!rdo_ir_is_mark(parser, ']')) return rdo_ir_fail_here(parser, "a range does not end: ] is missing");
  return rdo_ir_advance(parser);
}

// Commands -------------------------------------------------------------------------------------------------

static enum rondo_status begin_command(struct rdo_ir_parser *parser, uint32_t block, uint32_t number, uint32_t *out_command) {
  struct rdo_ir *ir = parser->ir;
  if (ir->command_count - parser->command_begin == RDO_IR_COMMANDS_MAX) {
    return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "a function has more than 8192 commands");
  }
  RDO_TRY(rdo_grow_array(ir->command_count + 1, sizeof *ir->commands, &ir->command_capacity, &ir->commands, parser->diag));
  *out_command = (uint32_t)ir->command_count;
  ir->commands[ir->command_count++] =
      (struct rdo_ir_command){.execute = (uint32_t)ir->execute_count - 1, .block = block, .dispatch = RDO_IR_NONE, .number = number, .access_begin = (uint32_t)ir->access_count};
  return RONDO_OK;
}

static bool ends_statement(const struct rdo_ir_parser *parser) {
  return parser->token.kind == RDO_IR_END || parser->token.is_first || rdo_ir_closes(parser);
}

// A fill writes all that it names, a copy writes the second and is as long as the value behind it, of others nothing is known.
static enum rondo_status read_transfer(struct rdo_ir_parser *parser, struct rdo_bytes operation, struct rdo_ir_command *command) {
  bool is_fill = rdo_bytes_equal(operation, "stream.cmd.fill"), is_copy = rdo_bytes_equal(operation, "stream.cmd.copy");
  uint32_t begin = (uint32_t)parser->ir->access_count, value;
  while (!ends_statement(parser)) {
    if (parser->token.kind != RDO_IR_VALUE) {
      if (rdo_ir_is_mark(parser, '{')) RDO_TRY(rdo_ir_skip_brackets(parser));  // the size of a type
      else RDO_TRY(rdo_ir_advance(parser));
      continue;
    }
    RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &value));
    RDO_TRY(rdo_ir_advance(parser));
    uint32_t count = (uint32_t)parser->ir->access_count - begin;
    if (rdo_ir_is_mark(parser, '[')) {
      struct rdo_ir_access access;
      RDO_TRY(read_range(parser, value, &access));
      access.is_read = !is_fill && !(is_copy && count == 1);
      access.is_written = !(is_copy && count == 0);
      RDO_TRY(add_access(parser, command, &access));
    } else if (is_copy && count == 2) {
      set_length(&parser->ir->accesses[begin], &parser->values[value]);
      set_length(&parser->ir->accesses[begin + 1], &parser->values[value]);
    }
    if (rdo_ir_is_mark(parser, ')')) RDO_TRY(rdo_ir_advance(parser));
  }
  return RONDO_OK;
}

// @executable::@export, or {@a::@b, @c::@d} for several kinds of devices: the first.
static enum rondo_status read_kernel(struct rdo_ir_parser *parser, struct rdo_ir_dispatch *dispatch) {
  bool has_braces = rdo_ir_is_mark(parser, '{');
  if (has_braces) RDO_TRY(rdo_ir_advance(parser));
  if (parser->token.kind != RDO_IR_SYMBOL) return rdo_ir_fail_here(parser, "a dispatch does not name its kernel: @executable::@export is missing");
  dispatch->executable = parser->token.text;
  RDO_TRY(rdo_ir_advance(parser));
  if (parser->token.kind != RDO_IR_SCOPE) return rdo_ir_fail_here(parser, "a dispatch does not name its kernel: ::@export is missing");
  RDO_TRY(rdo_ir_advance(parser));
  if (parser->token.kind != RDO_IR_SYMBOL) return rdo_ir_fail_here(parser, "a dispatch does not name its kernel: ::@export is missing");
  dispatch->export_name = parser->token.text;
  RDO_TRY(rdo_ir_advance(parser));
  while (has_braces && !rdo_ir_is_mark(parser, '}')) {
    if (parser->token.kind == RDO_IR_END || rdo_ir_opens(parser)) return rdo_ir_fail_here(parser, "the list of kernels does not end: } is missing");
    RDO_TRY(rdo_ir_advance(parser));
  }
  return has_braces ? rdo_ir_advance(parser) : RONDO_OK;
}

// ro %a[%b for %c] : type{%d}, ...
static enum rondo_status read_bindings(struct rdo_ir_parser *parser, struct rdo_ir_command *command) {
  uint32_t value;
  while (!rdo_ir_is_mark(parser, '}')) {
    bool is_read = rdo_ir_is_word(parser, "ro") || rdo_ir_is_word(parser, "rw"), is_written = rdo_ir_is_word(parser, "wo") || rdo_ir_is_word(parser, "rw");
    if (!is_read && !is_written) return rdo_ir_fail_here(parser, "a binding begins with ro, wo or rw");
    RDO_TRY(rdo_ir_advance(parser));
    if (parser->token.kind != RDO_IR_VALUE) return rdo_ir_fail_here(parser, "a binding does not name its resource");
    RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &value));
    RDO_TRY(rdo_ir_advance(parser));
    struct rdo_ir_access access;
    if (!rdo_ir_is_mark(parser, '[')) return rdo_ir_fail_here(parser, "a binding has no range: [ is missing");
    RDO_TRY(read_range(parser, value, &access));
    access.is_read = is_read;
    access.is_written = is_written;
    RDO_TRY(add_access(parser, command, &access));
    while (!rdo_ir_is_mark(parser, ',') && !rdo_ir_is_mark(parser, '}')) {  // the type
      if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_here(parser, "the bindings of a dispatch do not end: } is missing");
      if (rdo_ir_is_mark(parser, '{')) RDO_TRY(rdo_ir_skip_brackets(parser));
      else RDO_TRY(rdo_ir_advance(parser));
    }
    if (rdo_ir_is_mark(parser, ',')) RDO_TRY(rdo_ir_advance(parser));
  }
  return RONDO_OK;
}

static enum rondo_status read_attribute(struct rdo_ir_parser *parser, struct rdo_ir_attribute *attribute) {
  bool has_name = parser->token.kind == RDO_IR_WORD || parser->token.kind == RDO_IR_STRING;
  if (!has_name) return rdo_ir_fail_here(parser, "the name of an attribute is missing");
  *attribute = (struct rdo_ir_attribute){.name = parser->token.text, .begin = parser->token.begin, .end = parser->token.end};
  RDO_TRY(rdo_ir_advance(parser));
  if (!rdo_ir_is_mark(parser, '=')) return RONDO_OK;
  RDO_TRY(rdo_ir_advance(parser));
  attribute->is_string = parser->token.kind == RDO_IR_STRING;
  attribute->is_number = parser->token.kind == RDO_IR_NUMBER;
  attribute->value = parser->token.text;
  bool is_first = true;
  while (!rdo_ir_is_mark(parser, ',') && !rdo_ir_is_mark(parser, '}')) {
    if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_here(parser, "the attributes of a dispatch do not end: } is missing");
    bool is_colon = rdo_ir_is_mark(parser, ':');
    if (!is_first && !is_colon && attribute->is_string) attribute->is_string = false;
    attribute->end = parser->token.end;
    if (rdo_ir_opens(parser)) {
      uint32_t line = parser->token.line;
      uint64_t depth = 0;
      do {
        if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the bracket that opens here is not closed");
        depth += rdo_ir_opens(parser);
        depth -= rdo_ir_closes(parser);
        attribute->end = parser->token.end;
        RDO_TRY(rdo_ir_advance(parser));
      } while (depth > 0);
    } else {
      RDO_TRY(rdo_ir_advance(parser));
    }
    is_first = false;
  }
  if (is_first) return rdo_ir_fail_here(parser, "the value of an attribute is missing");
  return RONDO_OK;
}

// attributes {a = 1 : i64, b = "c"}
static enum rondo_status read_dictionary(struct rdo_ir_parser *parser, struct rdo_ir_dispatch *dispatch) {
  struct rdo_ir *ir = parser->ir;
  RDO_TRY(rdo_ir_advance(parser));
  if (!rdo_ir_is_mark(parser, '{')) return rdo_ir_fail_here(parser, "attributes have no list: { is missing");
  RDO_TRY(rdo_ir_advance(parser));
  while (!rdo_ir_is_mark(parser, '}')) {
    if (ir->attribute_count == RDO_IR_ACCESSES_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "there are more than 1048576 attributes");
    RDO_TRY(rdo_grow_array(ir->attribute_count + 1, sizeof *ir->attributes, &ir->attribute_capacity, &ir->attributes, parser->diag));
    RDO_TRY(read_attribute(parser, &ir->attributes[ir->attribute_count]));
    ++ir->attribute_count;
    ++dispatch->attribute_count;
    if (rdo_ir_is_mark(parser, ',')) RDO_TRY(rdo_ir_advance(parser));
    else if (!rdo_ir_is_mark(parser, '}')) return rdo_ir_fail_here(parser, "attributes do not end: } is missing");
  }
  dispatch->dictionary_end = parser->token.end;
  return rdo_ir_advance(parser);
}

static enum rondo_status read_dispatch(struct rdo_ir_parser *parser, struct rdo_ir_command *command, uint32_t command_index) {
  struct rdo_ir *ir = parser->ir;
  struct rdo_ir_dispatch dispatch = {.line = parser->token.line, .command = command_index, .attribute_begin = (uint32_t)ir->attribute_count};
  RDO_TRY(read_kernel(parser, &dispatch));
  while (rdo_ir_is_mark(parser, '[') || rdo_ir_is_mark(parser, '(')) RDO_TRY(rdo_ir_skip_brackets(parser));  // workload, uniforms
  if (!rdo_ir_is_mark(parser, '{')) return rdo_ir_fail_here(parser, "a dispatch has no bindings: { is missing");
  RDO_TRY(rdo_ir_advance(parser));
  RDO_TRY(read_bindings(parser, command));
  dispatch.body_end = parser->token.end;
  RDO_TRY(rdo_ir_advance(parser));
  if (rdo_ir_is_word(parser, "attributes")) RDO_TRY(read_dictionary(parser, &dispatch));
  if (ir->dispatch_count == RDO_IR_DISPATCHES_MAX) return rdo_ir_fail_at(parser, dispatch.line, RONDO_OUT_OF_RANGE, "there are more than 1048576 dispatches");
  RDO_TRY(rdo_grow_array(ir->dispatch_count + 1, sizeof *ir->dispatches, &ir->dispatch_capacity, &ir->dispatches, parser->diag));
  command->dispatch = (uint32_t)ir->dispatch_count;
  ir->dispatches[ir->dispatch_count++] = dispatch;
  return RONDO_OK;
}

static enum rondo_status read_command(struct rdo_ir_parser *parser, uint32_t block, uint32_t *number) {
  struct rdo_bytes operation = parser->token.text;
  uint32_t index;
  RDO_TRY(begin_command(parser, block, (*number)++, &index));
  struct rdo_ir_command command = parser->ir->commands[index];
  RDO_TRY(rdo_ir_advance(parser));
  if (rdo_bytes_equal(operation, "stream.cmd.dispatch")) RDO_TRY(read_dispatch(parser, &command, index));
  else RDO_TRY(read_transfer(parser, operation, &command));
  parser->ir->commands[index] = command;
  return RONDO_OK;
}

static enum rondo_status add_block(struct rdo_ir_parser *parser, uint32_t parent, bool is_concurrent, uint32_t *out_block) {
  struct rdo_ir *ir = parser->ir;
  uint32_t depth = parent == RDO_IR_NONE ? 0 : ir->blocks[parent].depth + 1;
  if (depth == RDO_IR_DEPTH_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "groups of commands are nested more than 64 deep");
  RDO_TRY(rdo_grow_array(ir->block_count + 1, sizeof *ir->blocks, &ir->block_capacity, &ir->blocks, parser->diag));
  *out_block = (uint32_t)ir->block_count;
  ir->blocks[ir->block_count++] = (struct rdo_ir_block){parent, depth, is_concurrent};
  return RONDO_OK;
}

// From behind the { of an execution to behind its }. The groups that are open are a path in the tree of blocks.
enum rondo_status rdo_ir_read_commands(struct rdo_ir_parser *parser, uint32_t line) {
  uint32_t block, number = 0;
  RDO_TRY(add_block(parser, RDO_IR_NONE, false, &block));
  while (block != RDO_IR_NONE) {
    if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the execution that begins here does not end: } is missing");
    if (rdo_ir_is_mark(parser, '}')) {
      block = parser->ir->blocks[block].parent;
      RDO_TRY(rdo_ir_advance(parser));
    } else if (rdo_ir_is_word(parser, "stream.cmd.concurrent") || rdo_ir_is_word(parser, "stream.cmd.serial")) {
      RDO_TRY(add_block(parser, block, rdo_ir_is_word(parser, "stream.cmd.concurrent"), &block));
      RDO_TRY(rdo_ir_advance(parser));
      if (!rdo_ir_is_mark(parser, '{')) return rdo_ir_fail_here(parser, "a group of commands does not begin: { is missing");
      RDO_TRY(rdo_ir_advance(parser));
    } else if (parser->token.kind == RDO_IR_WORD && rdo_ir_begins_with(parser->token.text, "stream.cmd.")) {
      RDO_TRY(read_command(parser, block, &number));
    } else {
      return rdo_ir_fail_here(parser, "here a command of the execution should begin: stream.cmd.dispatch, .fill, .copy, .concurrent, .serial");
    }
  }
  return RONDO_OK;
}
