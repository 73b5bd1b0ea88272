// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the parts of the IR's reader share: ir_file.c reads modules and the host program, ir_command.c what an execution holds.

#ifndef RDO_PLAN_IR_PARSER_IMPL_H_
#define RDO_PLAN_IR_PARSER_IMPL_H_

#include <string.h>

#include "plan/ir_file.h"
#include "plan/ir_text.h"
#include "plan/name_map.h"

enum { RDO_IR_RESULTS_MAX = 256,
       RDO_IR_OPERANDS_MAX = 4096 };  // of an operation

// What is known of a value of the host program.
struct rdo_ir_value {
  bool is_constant;
  uint64_t constant;
  uint32_t root;                   // of a resource; RDO_IR_NONE = unknown
  uint64_t offset;                 // in it
  const struct rdo_ir_set *waits;  // executions that it comes from; NULL = none
};

struct rdo_ir_parser {
  struct rdo_ir *ir;
  struct rdo_ir_text text;
  struct rdo_ir_token token;
  // Of the function that is read.
  struct rdo_name_map names;
  struct rdo_ir_value *values;
  size_t value_count, value_capacity;
  struct rdo_name_map globals;  // symbols of roots
  uint32_t root_count;
  bool has_stored;  // a global may be any memory from here on
  uint32_t execute_begin, command_begin;
  struct rdo_ir_set host;  // executions that the host program has waited for
  uint32_t depth;
  // Of the operation that is read.
  uint32_t results[RDO_IR_RESULTS_MAX], operands[RDO_IR_OPERANDS_MAX];
  uint32_t result_count, operand_count;
  bool has_packs;          // a result stands for several, %4:2
  struct rdo_arena arena;  // of the function
  struct rondo_diag *diag;
};

static inline enum rondo_status rdo_ir_fail_at(struct rdo_ir_parser *parser, uint32_t line, enum rondo_status status, const char *reason) {
  return rdo_fail(parser->diag, status, "%s:%u: %s", parser->text.path, (unsigned)line, reason);
}

static inline enum rondo_status rdo_ir_fail_here(struct rdo_ir_parser *parser, const char *reason) {
  return rdo_ir_fail_at(parser, parser->token.line, RONDO_INVALID_ARGUMENT, reason);
}

static inline enum rondo_status rdo_ir_advance(struct rdo_ir_parser *parser) { return rdo_ir_next(&parser->text, &parser->token, parser->diag); }

static inline bool rdo_ir_is_mark(const struct rdo_ir_parser *parser, char mark) { return parser->token.kind == RDO_IR_MARK && parser->token.mark == mark; }

static inline bool rdo_ir_is_word(const struct rdo_ir_parser *parser, const char *word) {
  return parser->token.kind == RDO_IR_WORD && rdo_bytes_equal(parser->token.text, word);
}

static inline bool rdo_ir_begins_with(struct rdo_bytes text, const char *begin) {
  size_t length = strlen(begin);
  return text.size >= length && memcmp(text.data, begin, length) == 0;
}

static inline bool rdo_ir_opens(const struct rdo_ir_parser *parser) { return rdo_ir_is_mark(parser, '(') || rdo_ir_is_mark(parser, '[') || rdo_ir_is_mark(parser, '{'); }
static inline bool rdo_ir_closes(const struct rdo_ir_parser *parser) { return rdo_ir_is_mark(parser, ')') || rdo_ir_is_mark(parser, ']') || rdo_ir_is_mark(parser, '}'); }

// From an opening bracket over all that it holds, to behind its end.
static inline enum rondo_status rdo_ir_skip_brackets(struct rdo_ir_parser *parser) {
  uint32_t line = parser->token.line;
  uint64_t depth = 0;
  do {
    if (parser->token.kind == RDO_IR_END) return rdo_ir_fail_at(parser, line, RONDO_INVALID_ARGUMENT, "the bracket that opens here is not closed");
    if (rdo_ir_opens(parser)) ++depth;
    if (rdo_ir_closes(parser)) --depth;
    RDO_TRY(rdo_ir_advance(parser));
  } while (depth > 0);
  return RONDO_OK;
}

// The value with a name; one that is new is unknown.
enum rondo_status rdo_ir_find_value(struct rdo_ir_parser *parser, struct rdo_bytes name, uint32_t *out_value) RONDO_MUST_USE;

// Commands of an execution, from behind its { to behind its }.
//   line  where it begins
enum rondo_status rdo_ir_read_commands(struct rdo_ir_parser *parser, uint32_t line) RONDO_MUST_USE;

#endif  // RDO_PLAN_IR_PARSER_IMPL_H_
