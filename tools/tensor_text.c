// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Text to arrays. Printing is in tensor_print.c.

#include "tensor_text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "small_float.h"

// A piece of text that is not terminated.
struct span {
  const char *start;
  size_t length;
};

static bool is_space(char c) { return isspace((unsigned char)c) != 0; }

static bool is_separator(char c) { return is_space(c) || c == ',' || c == '[' || c == ']'; }

static struct span trim_span(const char *start, size_t length) {
  while (length > 0 && is_space(*start)) ++start, --length;
  while (length > 0 && is_space(start[length - 1])) --length;
  return (struct span){start, length};
}

static bool span_equals(struct span span, const char *text) {
  return span.length == strlen(text) && memcmp(span.start, text, span.length) == 0;
}

// Length of a span as a precision for printf; messages quote no more than this many bytes.
static int quote_length(struct span span) { return span.length < 80 ? (int)span.length : 80; }

static bool end_is(struct span span, const char *end) { return end == span.start + span.length; }

// Shapes

static enum rondo_status parse_dimension(struct span text, int axis, int64_t *out_dim, struct rondo_diag *diag) {
  uint64_t value = 0;
  for (size_t i = 0; i < text.length; ++i) {
    if (text.start[i] < '0' || text.start[i] > '9' || value > (uint64_t)INT64_MAX / 10) {
      value = UINT64_MAX;
      break;
    }
    value = value * 10 + (uint64_t)(text.start[i] - '0');
  }
  if (text.length == 0 || value > INT64_MAX) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "dimension %d is '%.*s', not a number of elements", axis,
                         quote_length(text), text.start);
  }
  *out_dim = (int64_t)value;
  return RONDO_OK;
}

static enum rondo_status parse_dims(struct span text, int64_t *dims, int *out_rank, struct rondo_diag *diag) {
  *out_rank = 0;
  if (text.length == 0) return RONDO_OK;
  size_t start = 0;
  for (size_t i = 0; i <= text.length; ++i) {
    if (i < text.length && text.start[i] != 'x') continue;
    if (*out_rank == RONDO_RANK_MAX) {
      return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "shape has more than %d dimensions", RONDO_RANK_MAX);
    }
    struct span dim = trim_span(text.start + start, i - start);
    enum rondo_status status = parse_dimension(dim, *out_rank, &dims[*out_rank], diag);
    if (status != RONDO_OK) return status;
    ++*out_rank;
    start = i + 1;
  }
  return RONDO_OK;
}

// "2x3xf32": the type begins after the last x. "f32" alone has no x and is accepted only before '='.
static enum rondo_status parse_shape(struct span text, uint64_t byte_limit, struct tool_array *array,
                                     struct rondo_diag *diag) {
  size_t type_start = text.length;
  while (type_start > 0 && text.start[type_start - 1] != 'x') --type_start;
  struct span shape = trim_span(text.start, type_start > 0 ? type_start - 1 : 0);
  struct span type = {text.start + type_start, text.length - type_start};
  uint32_t element_type = RONDO_ELEMENT_NONE;
  if (rondo_element_type_parse(type.start, type.length, &element_type) != RONDO_OK) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "'%.*s' is no element type", quote_length(type), type.start);
  }
  int64_t dims[RONDO_RANK_MAX];
  int rank = 0;
  enum rondo_status status = parse_dims(shape, dims, &rank, diag);
  if (status != RONDO_OK) return status;
  return rdo_tool_array_shape(array, element_type, rank, dims, byte_limit, diag);
}

// Elements. Each returns false for text that is no such value.

static bool store_integer(uint32_t bits, uint64_t value, uint8_t *out) {
  memcpy(out, &value, bits / 8);  // little-endian hosts
  return true;
}

static bool parse_integer(struct span text, uint32_t element_type, uint8_t *out) {
  uint32_t bits = rondo_element_bits(element_type), class = element_type >> 24;
  char *end = NULL;
  errno = 0;
  if (*text.start == '-') {
    int64_t value = strtoll(text.start, &end, 0);
    if (errno != 0 || !end_is(text, end)) return false;
    if (class == 0x12 && bits < 32 && value != 0) return false;  // wider ones: two's complement, as IREE's tools
    if (bits < 64 && value < -(INT64_C(1) << (bits - 1))) return false;
    return store_integer(bits, (uint64_t)value, out);
  }
  uint64_t value = strtoull(text.start, &end, 0);
  if (errno != 0 || !end_is(text, end)) return false;
  uint32_t value_bits = class == 0x11 ? bits - 1 : bits;
  if (value_bits < 64 && value >> value_bits != 0) return false;
  return store_integer(bits, value, out);
}

// What is too large for the type becomes infinity, as the C library does; what is too small, zero.
static bool parse_float(struct span text, uint32_t element_type, uint8_t *out) {
  char *end = NULL;
  if (element_type == RONDO_ELEMENT_F64) {
    double value = strtod(text.start, &end);
    memcpy(out, &value, sizeof value);
    return end_is(text, end);
  }
  float value = strtof(text.start, &end);
  if (!end_is(text, end)) return false;
  if (element_type == RONDO_ELEMENT_F32) {
    memcpy(out, &value, sizeof value);
    return true;
  }
  uint16_t encoded = rdo_tool_small_float_encode(element_type, value);
  memcpy(out, &encoded, rondo_element_bits(element_type) / 8);
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static bool parse_hex(struct span text, size_t byte_count, uint8_t *out) {
  if (text.length != byte_count * 2) return false;
  for (size_t i = 0; i < byte_count; ++i) {
    int high = hex_digit(text.start[2 * i]), low = hex_digit(text.start[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

static bool is_integer(uint32_t element_type) {
  uint32_t class = element_type >> 24, bits = rondo_element_bits(element_type);
  return class >= 0x10 && class <= 0x12 && (bits == 8 || bits == 16 || bits == 32 || bits == 64);
}

static bool parse_element(struct span text, uint32_t element_type, size_t byte_count, uint8_t *out) {
  if (is_integer(element_type)) return parse_integer(text, element_type, out);
  if (rdo_tool_text_is_float(element_type)) return parse_float(text, element_type, out);
  return parse_hex(text, byte_count, out);
}

static enum rondo_status fail_element(struct span text, uint32_t element_type, size_t byte_count,
                                      struct rondo_diag *diag) {
  char type[16];
  rondo_element_type_format(element_type, type, sizeof type);
  if (is_integer(element_type) || rdo_tool_text_is_float(element_type)) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "'%.*s' is no value of type %s", quote_length(text), text.start,
                         type);
  }
  return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "'%.*s' is no %s: write %zu hexadecimal digits for %s",
                       quote_length(text), text.start, type, byte_count * 2,
                       rdo_tool_type_has_whole_bytes(element_type) ? "each element" : "each packed byte");
}

static void splat_first(struct tool_array *array, size_t unit_bytes, uint64_t unit_count) {
  for (uint64_t i = 1; i < unit_count; ++i) memcpy(array->bytes + i * unit_bytes, array->bytes, unit_bytes);
}

// Fills an allocated array from the text after '='. A unit is what one group of characters gives: an
// element, or for packed types a byte.
static enum rondo_status parse_values(const char *text, struct tool_array *array, struct rondo_diag *diag) {
  bool is_whole = rdo_tool_type_has_whole_bytes(array->element_type);
  size_t unit_bytes = is_whole ? rondo_element_bits(array->element_type) / 8 : 1;
  uint64_t unit_count = array->byte_length / unit_bytes, parsed_count = 0;
  for (const char *p = text;;) {
    while (is_separator(*p)) ++p;
    if (*p == '\0') break;
    struct span value = {p, 0};
    while (p[value.length] != '\0' && !is_separator(p[value.length])) ++value.length;
    p += value.length;
    if (parsed_count == unit_count) {
      return rdo_tool_fail(diag, RONDO_OUT_OF_RANGE, "overflow: more than the %" PRIu64 " values of this shape",
                           unit_count);
    }
    if (!parse_element(value, array->element_type, unit_bytes, array->bytes + parsed_count * unit_bytes)) {
      return fail_element(value, array->element_type, unit_bytes, diag);
    }
    ++parsed_count;
  }
  if (parsed_count == 1) splat_first(array, unit_bytes, unit_count);
  if (parsed_count <= 1 || parsed_count == unit_count) return RONDO_OK;
  return rdo_tool_fail(diag, RONDO_OUT_OF_RANGE, "underflow: %" PRIu64 " values for the %" PRIu64 " of this shape",
                       parsed_count, unit_count);
}

static enum rondo_status parse_contents(const char *text, struct tool_text *out_text, struct rondo_diag *diag) {
  while (is_space(*text)) ++text;
  // "+5" would be a number elsewhere; here, as in IREE's tools, it names a file.
  if (*text == '@' || *text == '+') {
    out_text->file_mode = *text;
    out_text->file_path = text + 1;
    if (text[1] == '\0') return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "no file name after '%c'", *text);
    return RONDO_OK;
  }
  enum rondo_status status = rdo_tool_array_allocate(&out_text->array, diag);
  return status != RONDO_OK ? status : parse_values(text, &out_text->array, diag);
}

static enum rondo_status parse_array(const char *text, uint64_t byte_limit, struct tool_text *out_text,
                                     struct rondo_diag *diag) {
  const char *equals = strchr(text, '=');
  size_t shape_length = equals != NULL ? (size_t)(equals - text) : strlen(text);
  struct span shape = trim_span(text, shape_length);
  if (equals == NULL && memchr(shape.start, 'x', shape.length) == NULL) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "a tensor needs at least a shape and a type, such as 4x2xf32=...");
  }
  enum rondo_status status = parse_shape(shape, byte_limit, &out_text->array, diag);
  if (status != RONDO_OK) return status;
  return parse_contents(equals != NULL ? equals + 1 : "", out_text, diag);
}

static enum rondo_status parse_npy_name(const char *text, struct tool_text *out_text, struct rondo_diag *diag) {
  static const char suffix[] = ".npy";
  size_t length = strlen(text);
  out_text->kind = TOOL_TEXT_NPY;
  out_text->file_mode = *text;
  out_text->file_path = text + 1;
  if (length > sizeof suffix && strcmp(text + length - (sizeof suffix - 1), suffix) == 0) return RONDO_OK;
  return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT,
                       "only .npy files tell their shape; for raw bytes write SHAPExTYPE=@FILE");
}

enum rondo_status rdo_tool_text_parse(const char *text, uint64_t byte_limit, struct tool_text *out_text,
                                      struct rondo_diag *diag) {
  *out_text = (struct tool_text){.kind = TOOL_TEXT_NULL};
  struct span trimmed = trim_span(text, strlen(text));
  if (trimmed.length == 0) return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "empty value");
  if (span_equals(trimmed, "(null)")) return RONDO_OK;
  if (span_equals(trimmed, "(ignored)")) {
    out_text->kind = TOOL_TEXT_IGNORED;
    return RONDO_OK;
  }
  const char *start = trimmed.start;
  if (*start == '@' || *start == '+' || *start == '*') return parse_npy_name(start, out_text, diag);
  out_text->kind = *start == '&' ? TOOL_TEXT_STORAGE : TOOL_TEXT_ARRAY;
  enum rondo_status status = parse_array(*start == '&' ? start + 1 : start, byte_limit, out_text, diag);
  if (status != RONDO_OK) rdo_tool_text_release(out_text);
  return status;
}

void rdo_tool_text_release(struct tool_text *text) {
  if (text != NULL) rdo_tool_array_release(&text->array);
}

// Scalars

static enum rondo_status fail_scalar(struct span text, const char *type, struct rondo_diag *diag) {
  return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "'%.*s' is no value of type %s", quote_length(text), text.start,
                       type);
}

enum rondo_status rdo_tool_text_parse_scalar(const char *text, enum rondo_value_kind kind,
                                             struct rondo_value *out_value, struct rondo_diag *diag) {
  static const uint32_t element_types[] = {[RONDO_VALUE_I32] = RONDO_ELEMENT_I32, [RONDO_VALUE_I64] = RONDO_ELEMENT_I64,
                                           [RONDO_VALUE_F32] = RONDO_ELEMENT_F32, [RONDO_VALUE_F64] = RONDO_ELEMENT_F64};
  struct span trimmed = trim_span(text, strlen(text));
  uint8_t bytes[8] = {0};
  char type[16];
  rondo_element_type_format(element_types[kind], type, sizeof type);
  if (trimmed.length == 0 || !parse_element(trimmed, element_types[kind], 0, bytes)) {
    return fail_scalar(trimmed, type, diag);
  }
  *out_value = (struct rondo_value){.kind = kind};
  switch (kind) {
    case RONDO_VALUE_I32: memcpy(&out_value->i32, bytes, sizeof out_value->i32); break;
    case RONDO_VALUE_I64: memcpy(&out_value->i64, bytes, sizeof out_value->i64); break;
    case RONDO_VALUE_F32: memcpy(&out_value->f32, bytes, sizeof out_value->f32); break;
    default: memcpy(&out_value->f64, bytes, sizeof out_value->f64); break;
  }
  return RONDO_OK;
}
