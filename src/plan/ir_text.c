// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/ir_text.h"

static bool is_letter(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }
static bool is_word_byte(uint8_t c) { return is_letter(c) || is_digit(c) || c == '$' || c == '.'; }
static bool is_name_byte(uint8_t c) { return is_word_byte(c) || c == '-'; }

static uint8_t byte_at(const struct rdo_ir_text *text, uint64_t at) { return at < text->bytes.size ? text->bytes.data[at] : 0; }

// Spaces and comments.
static void skip_space(struct rdo_ir_text *text) {
  for (; text->at < text->bytes.size; ++text->at) {
    uint8_t c = text->bytes.data[text->at];
    if (c == '/' && byte_at(text, text->at + 1) == '/') {
      const uint8_t *end = memchr(text->bytes.data + text->at, '\n', text->bytes.size - text->at);
      text->at = end != NULL ? (uint64_t)(end - text->bytes.data) : text->bytes.size;
      if (end == NULL) return;
      c = '\n';
    }
    if (c == '\n') {
      ++text->line;
      text->is_line_begin = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
  }
}

// Whether only space, or a comment, is left on the line.
static bool ends_line(const struct rdo_ir_text *text) {
  uint64_t at = text->at;
  while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t' || byte_at(text, at) == '\r') ++at;
  return at >= text->bytes.size || text->bytes.data[at] == '\n' || (text->bytes.data[at] == '/' && byte_at(text, at + 1) == '/');
}

static enum rondo_status read_string(struct rdo_ir_text *text, struct rdo_ir_token *token, struct rondo_diag *diag) {
  uint64_t begin = ++text->at;
  for (; text->at < text->bytes.size; ++text->at) {
    uint8_t c = text->bytes.data[text->at];
    if (c == '"') {
      token->text = (struct rdo_bytes){text->bytes.data + begin, text->at++ - begin};
      return RONDO_OK;
    }
    if (c == '\n') break;
    if (c == '\\') ++text->at;
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s:%u: the text that begins here does not end on its line: a \" is missing", text->path,
                  (unsigned)token->line);
}

static void read_name(struct rdo_ir_text *text, struct rdo_ir_token *token, bool (*belongs)(uint8_t c)) {
  uint64_t begin = text->at;
  while (text->at < text->bytes.size && belongs(text->bytes.data[text->at])) ++text->at;
  token->text = (struct rdo_bytes){text->bytes.data + begin, text->at - begin};
}

static bool is_pair(const struct rdo_ir_text *text, char first, char second) {
  return byte_at(text, text->at) == (uint8_t)first && byte_at(text, text->at + 1) == (uint8_t)second;
}

static void read_mark(struct rdo_ir_text *text, struct rdo_ir_token *token) {
  bool is_scope = is_pair(text, ':', ':'), is_arrow = is_pair(text, '-', '>') || is_pair(text, '=', '>');
  token->kind = is_scope ? RDO_IR_SCOPE : is_arrow ? RDO_IR_ARROW
                                                   : RDO_IR_MARK;
  token->mark = (char)text->bytes.data[text->at];
  text->at += is_scope || is_arrow ? 2 : 1;
}

// %4#1 is a result of %4:2, and is told as %4: what is known is known of all results.
static void read_value(struct rdo_ir_text *text, struct rdo_ir_token *token) {
  token->kind = RDO_IR_VALUE;
  ++text->at;
  read_name(text, token, is_name_byte);
  if (byte_at(text, text->at) != '#' || !is_digit(byte_at(text, text->at + 1))) return;
  for (++text->at; is_digit(byte_at(text, text->at));) ++text->at;
}

static enum rondo_status read_token(struct rdo_ir_text *text, struct rdo_ir_token *token, struct rondo_diag *diag) {
  uint8_t c = text->bytes.data[text->at], next = byte_at(text, text->at + 1);
  if (c == '"') {
    token->kind = RDO_IR_STRING;
    return read_string(text, token, diag);
  }
  if (c == '@' && next == '"') {
    token->kind = RDO_IR_SYMBOL;
    ++text->at;
    return read_string(text, token, diag);
  }
  if (c == '%' && is_name_byte(next)) {
    read_value(text, token);
  } else if ((c == '@' || c == '^') && is_name_byte(next)) {
    token->kind = c == '@' ? RDO_IR_SYMBOL : RDO_IR_BLOCK;
    ++text->at;
    read_name(text, token, is_name_byte);
  } else if (is_letter(c)) {
    token->kind = RDO_IR_WORD;
    read_name(text, token, is_word_byte);
  } else if (is_digit(c)) {
    token->kind = RDO_IR_NUMBER;
    read_name(text, token, is_word_byte);
  } else {
    read_mark(text, token);
  }
  return RONDO_OK;
}

enum rondo_status rdo_ir_next(struct rdo_ir_text *text, struct rdo_ir_token *out_token, struct rondo_diag *diag) {
  skip_space(text);
  *out_token = (struct rdo_ir_token){.kind = RDO_IR_END, .is_first = text->is_line_begin, .begin = text->at, .end = text->at, .line = text->line};
  if (text->at >= text->bytes.size) return RONDO_OK;
  text->is_line_begin = false;
  RDO_TRY(read_token(text, out_token, diag));
  out_token->end = text->at;
  out_token->is_last = ends_line(text);
  return RONDO_OK;
}
