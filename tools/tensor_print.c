// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Arrays to text: the other half of tensor_text.h.
//
// Every dimension but the outermost is a pair of brackets; between the values of a row stands one
// space, between brackets nothing. Beyond the element limit a row ends in "...", and every row after
// it is "[...]".

#include <inttypes.h>
#include <string.h>

#include "small_float.h"
#include "tensor_text.h"

// An array of no elements can still have any number of rows; open no more than this many brackets.
enum { EMPTY_GROUPS_MAX = 1024 };

struct printer {
  FILE *file;
  const struct tool_array *array;
  uint64_t next_index;  // element to print next
  uint64_t limit;       // elements to print
  uint64_t group_count; // brackets opened
};

bool rdo_tool_text_is_float(uint32_t element_type) {
  return element_type == RONDO_ELEMENT_F32 || element_type == RONDO_ELEMENT_F64 ||
         rdo_tool_small_float_is(element_type);
}

double rdo_tool_text_float_at(const struct tool_array *array, uint64_t index) {
  size_t element_bytes = rondo_element_bits(array->element_type) / 8;
  const uint8_t *bytes = array->bytes + index * element_bytes;
  if (array->element_type == RONDO_ELEMENT_F64) {
    double value;
    memcpy(&value, bytes, sizeof value);
    return value;
  }
  if (array->element_type == RONDO_ELEMENT_F32) {
    float value;
    memcpy(&value, bytes, sizeof value);
    return (double)value;
  }
  uint16_t bits = 0;
  memcpy(&bits, bytes, element_bytes);
  return (double)rdo_tool_small_float_decode(array->element_type, bits);
}

static void format_hex(const uint8_t *bytes, size_t byte_count, char *buffer, size_t capacity) {
  static const char digits[] = "0123456789ABCDEF";
  size_t length = 0;
  for (size_t i = 0; i < byte_count && length + 2 < capacity; ++i) {
    buffer[length++] = digits[bytes[i] >> 4];
    buffer[length++] = digits[bytes[i] & 15];
  }
  buffer[length] = '\0';
}

static bool format_integer(uint32_t element_type, const uint8_t *bytes, char *buffer, size_t capacity) {
  uint32_t bits = rondo_element_bits(element_type), class = element_type >> 24;
  if (class < 0x10 || class > 0x12 || (bits != 8 && bits != 16 && bits != 32 && bits != 64)) return false;
  uint64_t value = 0;
  memcpy(&value, bytes, bits / 8);
  if (class != 0x12 && (value >> (bits - 1) & 1) != 0) {
    if (bits < 64) value |= UINT64_MAX << bits;
    snprintf(buffer, capacity, "-%" PRIu64, UINT64_C(0) - value);
  } else {
    snprintf(buffer, capacity, "%" PRIu64, value);
  }
  return true;
}

void rdo_tool_text_format_element(const struct tool_array *array, uint64_t index, char *buffer, size_t capacity) {
  uint32_t type = array->element_type;
  if (!rdo_tool_type_has_whole_bytes(type)) {
    format_hex(array->bytes + index, 1, buffer, capacity);
    return;
  }
  size_t element_bytes = rondo_element_bits(type) / 8;
  const uint8_t *bytes = array->bytes + index * element_bytes;
  if (format_integer(type, bytes, buffer, capacity)) return;
  if (rdo_tool_text_is_float(type)) snprintf(buffer, capacity, "%G", rdo_tool_text_float_at(array, index));
  else format_hex(bytes, element_bytes, buffer, capacity);
}

static void print_row(struct printer *printer, uint64_t element_count) {
  for (uint64_t i = 0; i < element_count; ++i) {
    if (printer->next_index >= printer->limit) {
      fputs("...", printer->file);
      return;
    }
    char text[TOOL_ELEMENT_TEXT_BYTES];
    rdo_tool_text_format_element(printer->array, printer->next_index++, text, sizeof text);
    fprintf(printer->file, "%s%s", i > 0 ? " " : "", text);
  }
}

static void print_axis(struct printer *printer, int axis) {
  if (axis >= printer->array->rank - 1) {
    print_row(printer, axis < 0 ? 1 : (uint64_t)printer->array->dims[axis]);
    return;
  }
  for (int64_t i = 0; i < printer->array->dims[axis]; ++i) {
    if (printer->array->element_count == 0 && printer->group_count >= EMPTY_GROUPS_MAX) {
      fputs("...", printer->file);
      return;
    }
    ++printer->group_count;
    fputc('[', printer->file);
    print_axis(printer, axis + 1);
    fputc(']', printer->file);
  }
}

void rdo_tool_text_format_shape(uint32_t element_type, int rank, const int64_t *dims, char *buffer, size_t capacity) {
  size_t length = 0;
  for (int axis = 0; axis < rank && length + 24 < capacity; ++axis) {
    char *end = buffer + length;
    int written = dims[axis] < 0 ? snprintf(end, capacity - length, "?x")
                                 : snprintf(end, capacity - length, "%" PRId64 "x", dims[axis]);
    length += written > 0 ? (size_t)written : 0;
  }
  rondo_element_type_format(element_type, buffer + length, capacity - length);
}

void rdo_tool_text_print(FILE *file, const struct tool_array *array, int64_t element_limit) {
  char shape[TOOL_SHAPE_TEXT_BYTES];
  rdo_tool_text_format_shape(array->element_type, array->rank, array->dims, shape, sizeof shape);
  fprintf(file, "%s=", shape);
  struct printer printer = {.file = file, .array = array};
  printer.limit = element_limit < 0 ? UINT64_MAX : (uint64_t)element_limit;
  if (!rdo_tool_type_has_whole_bytes(array->element_type)) print_row(&printer, array->byte_length);
  else print_axis(&printer, array->rank == 0 ? -1 : 0);
}

void rdo_tool_text_print_scalar(FILE *file, const struct rondo_value *value) {
  switch (value->kind) {
    case RONDO_VALUE_I32: fprintf(file, "i32=%" PRId32, value->i32); break;
    case RONDO_VALUE_I64: fprintf(file, "i64=%" PRId64, value->i64); break;
    case RONDO_VALUE_F32: fprintf(file, "f32=%g", (double)value->f32); break;
    case RONDO_VALUE_F64: fprintf(file, "f64=%g", value->f64); break;
    default: break;
  }
}
