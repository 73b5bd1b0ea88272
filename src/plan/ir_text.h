// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Words of MLIR's text form, as far as one must know them to find operations and operands without knowing every operation:
// brackets nest, names have a sign in front, and an operation begins on a line of its own.

#ifndef RDO_PLAN_IR_TEXT_H_
#define RDO_PLAN_IR_TEXT_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"

enum rdo_ir_token_kind {
  RDO_IR_END,
  RDO_IR_WORD,    // stream.cmd.dispatch
  RDO_IR_NUMBER,  // 256, 1x64xf32
  RDO_IR_VALUE,   // %arg3; %4#1 as %4 (without the sign)
  RDO_IR_SYMBOL,  // @mlp, @"a b" (without sign and quotes)
  RDO_IR_BLOCK,   // ^bb1
  RDO_IR_STRING,  // "npu" (without quotes, escapes as they are)
  RDO_IR_ARROW,   // -> =>
  RDO_IR_SCOPE,   // ::
  RDO_IR_MARK     // one character: brackets, punctuation, the sign of a type or attribute
};

struct rdo_ir_token {
  enum rdo_ir_token_kind kind;
  char mark;              // of RDO_IR_MARK
  bool is_first;          // on its line
  bool is_last;           // on its line, but for a comment
  struct rdo_bytes text;  // part of the file
  uint64_t begin, end;    // of the whole token, as offsets
  uint32_t line;
};

struct rdo_ir_text {
  struct rdo_bytes bytes;
  uint64_t at;
  uint32_t line;
  bool is_line_begin;  // nothing but space since the line began
  const char *path;
};

// Reads the next token; RDO_IR_END again and again at the end.
//   returns  OK, INVALID_ARGUMENT (a string that does not end)
enum rondo_status rdo_ir_next(struct rdo_ir_text *text, struct rdo_ir_token *out_token, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_IR_TEXT_H_
