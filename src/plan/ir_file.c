// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/ir_file.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "plan/ir_parser_impl.h"

static const struct rdo_ir_value unknown_value = {.root = RDO_IR_NONE};

// Values ----------------------------------------------------------------------------------------------------

enum rondo_status rdo_ir_find_value(struct rdo_ir_parser *parser, struct rdo_bytes name, uint32_t *out_value) {
  char *text;
  if (name.size > 1000) return rdo_ir_fail_here(parser, "the name of a value is longer than 1000 bytes");
  char key[1001];
  memcpy(key, name.data, name.size);
  key[name.size] = '\0';
  *out_value = rdo_name_map_find(&parser->names, key);
  if (*out_value != RDO_NAME_NONE) return RONDO_OK;
  if (parser->value_count == RDO_IR_VALUES_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "a function has more than 1048576 values");
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
static enum rondo_status keep_set(struct rdo_ir_parser *parser, const struct rdo_ir_set *set, const struct rdo_ir_set **out_set) {
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
static void wait_for_all(struct rdo_ir_parser *parser) {
  for (uint32_t i = 0; i < parser->ir->execute_count - parser->execute_begin; ++i) parser->host.words[i / 64] |= UINT64_C(1) << (i % 64);
}

static void unite_operands(const struct rdo_ir_parser *parser, struct rdo_ir_set *into) {
  for (uint32_t i = 0; i < parser->operand_count; ++i) {
    const struct rdo_ir_set *waits = parser->values[parser->operands[i]].waits;
    if (waits != NULL) unite(into, waits);
  }
}

// The host program ------------------------------------------------------------------------------------------

static enum rondo_status add_operand(struct rdo_ir_parser *parser) {
  if (parser->operand_count == RDO_IR_OPERANDS_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "an operation has more than 4096 operands");
  return rdo_ir_find_value(parser, parser->token.text, &parser->operands[parser->operand_count++]);
}

// with(%0 as %arg3: type{%size}, ...): what stands inside is what stands outside.
static enum rondo_status read_captures(struct rdo_ir_parser *parser) {
  uint32_t outer = RDO_IR_NONE, depth = 0;
  bool is_as = false;
  do {
    if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_here(parser, "the list of an execution's resources does not end: ) is missing");
    depth += rdo_ir_opens(parser);
    depth -= rdo_ir_closes(parser);
    if (parser->token.kind == RDO_IR_VALUE && depth == 1) {
      uint32_t value;
      RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &value));
      if (is_as && outer != RDO_IR_NONE) parser->values[value] = parser->values[outer];
      outer = is_as ? RDO_IR_NONE : value;
    }
    is_as = rdo_ir_is_word(parser, "as");
    RDO_TRY(rdo_ir_advance(parser));
  } while (depth > 0);
  return RONDO_OK;
}

static enum rondo_status read_execute(struct rdo_ir_parser *parser) {
  struct rdo_ir *ir = parser->ir;
  uint32_t line = parser->token.line, number = (uint32_t)ir->execute_count - parser->execute_begin;
  if (number == RDO_IR_EXECUTES_MAX) return rdo_ir_fail_at(parser, line, RONDO_OUT_OF_RANGE, "a function has more than 1024 executions");
  parser->operand_count = 0;
  while (!rdo_ir_is_mark(parser, '{')) {
    if (parser->token.kind == RDO_IR_END || parser->token.is_first) return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "an execution has no commands: { is missing");
    bool is_with = rdo_ir_is_word(parser, "with");
    if (parser->token.kind == RDO_IR_VALUE) RDO_TRY(add_operand(parser));
    RDO_TRY(rdo_ir_advance(parser));
    if (is_with && rdo_ir_is_mark(parser, '(')) RDO_TRY(read_captures(parser));
  }
  RDO_TRY(rdo_grow_array(ir->execute_count + 1, sizeof *ir->executes, &ir->execute_capacity, &ir->executes, parser->diag));
  struct rdo_ir_execute execute = {.before = parser->host};
  unite_operands(parser, &execute.before);
  ir->executes[ir->execute_count++] = execute;
  RDO_TRY(rdo_ir_advance(parser));
  RDO_TRY(rdo_ir_read_commands(parser, line));
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
static enum rondo_status read_constant(struct rdo_ir_parser *parser) {
  struct rdo_ir_value value = unknown_value;
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

static enum rondo_status find_global(struct rdo_ir_parser *parser, struct rdo_bytes symbol, uint32_t *out_root) {
  char *text;
  RDO_TRY(rdo_arena_alloc(&parser->arena, symbol.size + 1, 1, &text, parser->diag));
  memcpy(text, symbol.data, symbol.size);
  *out_root = rdo_name_map_find(&parser->globals, text);
  if (*out_root != RDO_NAME_NONE) return RONDO_OK;
  *out_root = parser->root_count++;
  return rdo_name_map_add(&parser->globals, text, *out_root, parser->diag);
}

// What an operation whose operands are read makes of its first result.
static void define_resource(struct rdo_ir_parser *parser, struct rdo_bytes operation, uint32_t global, uint32_t arrow_operand) {
  struct rdo_ir_value *first = &parser->values[parser->results[0]];
  const struct rdo_ir_set *waits = first->waits;
  if (rdo_bytes_equal(operation, "stream.resource.alloca") || rdo_bytes_equal(operation, "stream.resource.alloc")) {
    first->root = parser->root_count++;
  } else if (rdo_bytes_equal(operation, "stream.tensor.import") && parser->operand_count > 0) {
    struct rdo_ir_value *source = &parser->values[parser->operands[0]];
    if (source->root == RDO_IR_NONE) source->root = parser->root_count++;
    first->root = source->root;
  } else if (rdo_bytes_equal(operation, "util.global.load") && !parser->has_stored) {
    first->root = global;
  } else if (rdo_bytes_equal(operation, "stream.resource.subview") && parser->operand_count >= 2) {
    const struct rdo_ir_value *source = &parser->values[parser->operands[0]], *offset = &parser->values[parser->operands[1]];
    uint32_t root = source->root;
    uint64_t begin = source->offset;
    if (offset->is_constant && rdo_checked_add(begin, offset->constant, &begin)) first->offset = begin;
    else first->offset = source->offset;
    first->root = root;
  } else if (rdo_bytes_equal(operation, "stream.timepoint.await")) {
    for (uint32_t i = 0; i < parser->result_count && arrow_operand + i < parser->operand_count; ++i) {
      struct rdo_ir_value source = parser->values[parser->operands[arrow_operand + i]];
      source.waits = waits;
      parser->values[parser->results[i]] = source;
    }
  }
}

// What an operation makes the host wait for, or what others wait for that take its operands later.
static enum rondo_status follow_host(struct rdo_ir_parser *parser, struct rdo_bytes operation, const struct rdo_ir_set *set) {
  const struct rdo_ir_set *waits;
  if (rdo_bytes_equal(operation, "stream.timepoint.await")) unite(&parser->host, set);
  if (rdo_bytes_equal(operation, "hal.fence.await") || rdo_bytes_equal(operation, "util.call")) wait_for_all(parser);
  if (rdo_bytes_equal(operation, "util.global.store")) parser->has_stored = true;
  if (!rdo_bytes_equal(operation, "stream.timepoint.chain_external")) return RONDO_OK;
  RDO_TRY(keep_set(parser, set, &waits));
  for (uint32_t i = 0; i < parser->operand_count; ++i) parser->values[parser->operands[i]].waits = waits;
  return RONDO_OK;
}

static enum rondo_status follow_bracket(struct rdo_ir_parser *parser, char *brackets, uint32_t *depth, uint32_t line) {
  if (rdo_ir_opens(parser)) {
    if (*depth == RDO_IR_DEPTH_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "brackets are nested more than 64 deep");
    brackets[(*depth)++] = parser->token.mark;
  }
  if (!rdo_ir_closes(parser)) return RONDO_OK;
  if (*depth == 0) return rdo_ir_fail_here(parser, "a bracket closes that was not opened");
  char opened = brackets[--*depth], closed = parser->token.mark;
  if ((opened == '(' && closed == ')') || (opened == '[' && closed == ']') || (opened == '{' && closed == '}')) return RONDO_OK;
  return rdo_fail(parser->diag, RONDO_INVALID_ARGUMENT, "%s:%u: a bracket of another kind was opened in line %u", parser->text.path,
                  (unsigned)parser->token.line, (unsigned)line);
}

static enum rondo_status read_body(struct rdo_ir_parser *parser);

// Any other operation: its results wait for its operands. A region in it may run or not, or several times.
static enum rondo_status read_other(struct rdo_ir_parser *parser, struct rdo_bytes operation) {
  uint32_t depth = 0, arrow_operand = 0, global = RDO_IR_NONE, line = parser->token.line;
  char brackets[RDO_IR_DEPTH_MAX];
  bool is_arrow_first = true;
  parser->operand_count = 0;
  while (depth > 0 || !(parser->token.is_first || rdo_ir_is_mark(parser, '}'))) {
    if (parser->token.kind == RDO_IR_END) {
      if (depth == 0) break;
      return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "an operation that begins here does not end: a bracket is not closed");
    }
    if (rdo_ir_is_mark(parser, '{') && parser->token.is_last && depth == 0) {
      for (uint32_t i = 0; i < parser->result_count; ++i) parser->values[parser->results[i]] = unknown_value;
      RDO_TRY(rdo_ir_advance(parser));
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
    RDO_TRY(rdo_ir_advance(parser));
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
static enum rondo_status read_results(struct rdo_ir_parser *parser) {
  parser->result_count = 0;
  parser->has_packs = false;
  while (parser->token.kind == RDO_IR_VALUE) {
    if (parser->result_count == RDO_IR_RESULTS_MAX) return rdo_ir_fail_at(parser, parser->token.line, RONDO_OUT_OF_RANGE, "an operation has more than 256 results");
    RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &parser->results[parser->result_count++]));
    RDO_TRY(rdo_ir_advance(parser));
    if (rdo_ir_is_mark(parser, ':')) {
      parser->has_packs = true;
      RDO_TRY(rdo_ir_advance(parser));
      if (parser->token.kind != RDO_IR_NUMBER) return rdo_ir_fail_here(parser, "the number of results is missing");
      RDO_TRY(rdo_ir_advance(parser));
    }
    if (rdo_ir_is_mark(parser, ',')) RDO_TRY(rdo_ir_advance(parser));
  }
  if (parser->result_count == 0) return RONDO_OK;
  if (!rdo_ir_is_mark(parser, '=')) return rdo_ir_fail_here(parser, "results of an operation have no operation: = is missing");
  return rdo_ir_advance(parser);
}

static enum rondo_status check_phase(struct rdo_ir_parser *parser) {
  static const char *const early[] = {"flow.dispatch", "stream.async.", "stream.tensor.dispatch", "linalg."};
  static const char *const late[] = {"hal.command_buffer.", "hal.device.queue."};
  for (size_t i = 0; i < sizeof early / sizeof *early; ++i) {
    if (rdo_ir_begins_with(parser->token.text, early[i])) {
      return rdo_ir_fail_at(parser, parser->token.line, RONDO_UNIMPLEMENTED, "this IR is of an earlier phase: dump it with iree-compile --compile-to=stream");
    }
  }
  for (size_t i = 0; i < sizeof late / sizeof *late; ++i) {
    if (rdo_ir_begins_with(parser->token.text, late[i])) {
      return rdo_ir_fail_at(parser, parser->token.line, RONDO_UNIMPLEMENTED, "this IR is of a later phase: dump it with iree-compile --compile-to=stream");
    }
  }
  return RONDO_OK;
}

// ^bb1(%3: type): the values come from elsewhere, and what was executed before may or may not have been.
static enum rondo_status read_label(struct rdo_ir_parser *parser) {
  uint32_t value;
  wait_for_all(parser);
  RDO_TRY(rdo_ir_advance(parser));
  while (parser->token.kind != RDO_IR_END && !parser->token.is_first) {
    if (parser->token.kind == RDO_IR_VALUE) {
      RDO_TRY(rdo_ir_find_value(parser, parser->token.text, &value));
      parser->values[value] = unknown_value;
    }
    RDO_TRY(rdo_ir_advance(parser));
  }
  return RONDO_OK;
}

static enum rondo_status read_statement(struct rdo_ir_parser *parser) {
  RDO_TRY(read_results(parser));
  struct rdo_bytes operation = parser->token.text;
  if (parser->token.kind != RDO_IR_WORD && parser->token.kind != RDO_IR_STRING) return rdo_ir_fail_here(parser, "here an operation should begin");
  RDO_TRY(check_phase(parser));
  bool is_execute = rdo_ir_is_word(parser, "stream.cmd.execute"), is_constant = rdo_ir_is_word(parser, "arith.constant");
  if (!is_execute && rdo_ir_is_word(parser, "stream.cmd.dispatch")) return rdo_ir_fail_here(parser, "a dispatch stands outside of stream.cmd.execute");
  RDO_TRY(rdo_ir_advance(parser));
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
static enum rondo_status read_body(struct rdo_ir_parser *parser) {
  uint32_t line = parser->token.line;
  if (++parser->depth > RDO_IR_DEPTH_MAX) return rdo_ir_fail_at(parser, line, RONDO_OUT_OF_RANGE, "regions are nested more than 64 deep");
  while (!rdo_ir_is_mark(parser, '}')) {
    if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the region that begins here does not end: } is missing");
    if (parser->token.kind == RDO_IR_BLOCK) RDO_TRY(read_label(parser));
    else RDO_TRY(read_statement(parser));
  }
  --parser->depth;
  return rdo_ir_advance(parser);
}

// The module ------------------------------------------------------------------------------------------------

// To behind the { of a function's or executable's body: the one that ends its line. False: it has none, as a declaration.
static enum rondo_status find_body(struct rdo_ir_parser *parser, bool *out_is_found) {
  uint32_t depth = 0;
  *out_is_found = false;
  while (parser->token.kind != RDO_IR_END && !(depth == 0 && (parser->token.is_first || rdo_ir_closes(parser)))) {
    if (depth == 0 && rdo_ir_is_mark(parser, '{') && parser->token.is_last) {
      *out_is_found = true;
      return rdo_ir_advance(parser);
    }
    depth += rdo_ir_opens(parser);
    depth -= rdo_ir_closes(parser);
    RDO_TRY(rdo_ir_advance(parser));
  }
  return RONDO_OK;
}

static void forget_function(struct rdo_ir_parser *parser) {
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

static enum rondo_status read_function(struct rdo_ir_parser *parser, bool is_initializer) {
  struct rdo_ir *ir = parser->ir;
  struct rdo_ir_function function = {.execute_begin = (uint32_t)ir->execute_count, .command_begin = (uint32_t)ir->command_count, .dispatch_begin = (uint32_t)ir->dispatch_count};
  bool has_body;
  parser->execute_begin = function.execute_begin;
  parser->command_begin = function.command_begin;
  RDO_TRY(rdo_ir_advance(parser));
  while (!is_initializer && parser->token.kind == RDO_IR_WORD && !parser->token.is_first) RDO_TRY(rdo_ir_advance(parser));  // public, private
  if (!is_initializer && parser->token.kind != RDO_IR_SYMBOL) return rdo_ir_fail_here(parser, "the name of a function is missing");
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
static enum rondo_status skip_executable(struct rdo_ir_parser *parser) {
  bool has_body;
  uint32_t line = parser->token.line;
  uint64_t depth = 1;
  RDO_TRY(rdo_ir_advance(parser));
  RDO_TRY(find_body(parser, &has_body));
  while (has_body && depth > 0) {
    if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the executable that begins here does not end: } is missing");
    depth += rdo_ir_is_mark(parser, '{');
    depth -= rdo_ir_is_mark(parser, '}');
    RDO_TRY(rdo_ir_advance(parser));
  }
  return RONDO_OK;
}

static enum rondo_status read_module(struct rdo_ir_parser *parser) {
  RDO_TRY(rdo_ir_advance(parser));
  while (parser->token.kind != RDO_IR_END) {
    bool is_first = parser->token.is_first;
    if (is_first && rdo_ir_is_word(parser, "stream.executable")) RDO_TRY(skip_executable(parser));
    else if (is_first && (rdo_ir_is_word(parser, "flow.executable") || rdo_ir_is_word(parser, "hal.executable"))) {
      return rdo_ir_fail_at(parser, parser->token.line, RONDO_UNIMPLEMENTED, "this IR is of another phase: dump it with iree-compile --compile-to=stream");
    } else if (is_first && (rdo_ir_is_word(parser, "util.func") || rdo_ir_is_word(parser, "func.func"))) RDO_TRY(read_function(parser, false));
    else if (is_first && rdo_ir_is_word(parser, "util.initializer")) RDO_TRY(read_function(parser, true));
    else RDO_TRY(rdo_ir_advance(parser));
  }
  return RONDO_OK;
}

enum rondo_status rdo_ir_read(struct rdo_bytes text, const char *path, struct rdo_ir *out_ir, struct rondo_diag *diag) {
  struct rdo_ir_parser *parser;
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
  return symbol.size == length + strlen(twin) && rdo_ir_begins_with(symbol, name) && memcmp(symbol.data + length, twin, strlen(twin)) == 0;
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
