// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// An array is: magic "\x93NUMPY", major, minor, header length (u16 or u32, little-endian), header
// (a Python dict literal, padded with spaces, ended by a newline), contents.

#include "npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

enum {
  HEADER_ALIGNMENT = 64,         // numpy's own: contents begin at a multiple of this
  PREAMBLE_BYTES_MAX = 12,       // of versions 2 and 3; version 1 has 10, and a longer header than the rest
  HEADER_BYTES_MAX = 64 * 1024,  // a dict of three entries; anything longer is no array of ours
};

// A header being read. `error` is the first thing found wrong; nothing is read after it.
struct header {
  const char *text;
  size_t length;
  size_t position;
  const char *error;
  bool is_unimplemented;  // well-formed, but not for us
  // Found so far
  bool has_descr, has_order, has_shape;
  bool is_big_endian, is_fortran_order;
  uint32_t element_type;
  int rank;
  int64_t dims[RONDO_RANK_MAX];
};

static void fail_header(struct header *header, const char *error) {
  if (header->error == NULL) header->error = error;
}

static char peek_char(const struct header *header) {
  return header->position < header->length ? header->text[header->position] : '\0';
}

static void skip_spaces(struct header *header) {
  while (peek_char(header) == ' ' || peek_char(header) == '\t') ++header->position;
}

// Takes one character after spaces if it is the expected one.
static bool take_char(struct header *header, char expected) {
  skip_spaces(header);
  if (header->position >= header->length || peek_char(header) != expected) return false;
  ++header->position;
  return true;
}

static void expect_char(struct header *header, char expected, const char *error) {
  if (!take_char(header, expected)) fail_header(header, error);
}

static bool take_word(struct header *header, const char *word) {
  skip_spaces(header);
  size_t length = strlen(word);
  if (header->length - header->position < length) return false;
  if (memcmp(header->text + header->position, word, length) != 0) return false;
  header->position += length;
  return true;
}

// A quoted string without escapes; empty on error.
static void read_string(struct header *header, char *buffer, size_t capacity) {
  buffer[0] = '\0';
  char quote = take_char(header, '\'') ? '\'' : take_char(header, '"') ? '"' : '\0';
  if (quote == '\0') {
    fail_header(header, "expected a quoted string");
    return;
  }
  size_t length = 0;
  while (header->position < header->length && peek_char(header) != quote && length + 1 < capacity) {
    buffer[length++] = header->text[header->position++];
  }
  buffer[length] = '\0';
  if (header->position >= header->length || peek_char(header) != quote) {
    fail_header(header, "string without end, or too long");
    buffer[0] = '\0';
    return;
  }
  ++header->position;
}

static int64_t read_dimension(struct header *header) {
  skip_spaces(header);
  int64_t value = 0;
  size_t start = header->position;
  while (peek_char(header) >= '0' && peek_char(header) <= '9') {
    if (value > (INT64_MAX - 9) / 10) {
      fail_header(header, "dimension too large");
      return 0;
    }
    value = value * 10 + (header->text[header->position++] - '0');
  }
  if (header->position == start) fail_header(header, "expected a dimension");
  if (peek_char(header) == 'L') ++header->position;  // written by Python 2
  return value;
}

static void read_shape(struct header *header) {
  expect_char(header, '(', "expected the shape, a tuple");
  while (header->error == NULL && !take_char(header, ')')) {
    if (header->rank == RONDO_RANK_MAX) {
      fail_header(header, "too many dimensions");
      return;
    }
    header->dims[header->rank++] = read_dimension(header);
    if (take_char(header, ',')) continue;
    // "(3)" is no tuple in Python, but some writers mean one.
    expect_char(header, ')', "expected , or ) in the shape");
    return;
  }
}

static bool set_type(struct header *header, uint32_t class, uint64_t bytes) {
  header->element_type = class << 24 | (uint32_t)(bytes * 8);
  return true;
}

// Element type of a kind letter and a number of bytes.
static bool find_type(struct header *header, char kind, uint64_t bytes) {
  bool is_integer = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  switch (kind) {
    case 'b': return bytes == 1 && set_type(header, 0x13, bytes);
    case 'i': return is_integer && set_type(header, 0x11, bytes);
    case 'u': return is_integer && set_type(header, 0x12, bytes);
    case 'f': return is_integer && bytes >= 2 && set_type(header, 0x21, bytes);
    case 'c': return (bytes == 8 || bytes == 16) && set_type(header, 0x23, bytes);
    case 'V': return bytes >= 1 && bytes < 32 && set_type(header, 0x00, bytes);
    default: return false;
  }
}

static void refuse_type(struct header *header, const char *error) {
  fail_header(header, error);
  header->is_unimplemented = true;
}

static void read_descr(struct header *header) {
  if (take_char(header, '[')) {
    refuse_type(header, "structured arrays are not supported");
    return;
  }
  char text[32];
  read_string(header, text, sizeof text);
  if (header->error != NULL) return;
  // Without one, or with one that says nothing, the order is the host's: little.
  bool has_order = text[0] != '\0' && strchr("<>=|", text[0]) != NULL;
  const char *type = text + has_order;
  uint64_t bytes = 0;
  size_t i = 1;
  for (; type[0] != '\0' && type[i] >= '0' && type[i] <= '9' && bytes < 1000; ++i) bytes = bytes * 10 + (uint64_t)(type[i] - '0');
  if (type[0] == '\0' || i == 1 || type[i] != '\0' || !find_type(header, type[0], bytes)) {
    refuse_type(header, "element type is not supported");
    return;
  }
  header->is_big_endian = text[0] == '>';
}

static void read_order(struct header *header) {
  header->is_fortran_order = take_word(header, "True");
  if (!header->is_fortran_order && !take_word(header, "False")) fail_header(header, "fortran_order is no bool");
}

static void mark_key(struct header *header, bool *seen) {
  if (*seen) fail_header(header, "key twice");
  *seen = true;
}

static void read_entry(struct header *header) {
  char key[24];
  read_string(header, key, sizeof key);
  expect_char(header, ':', "expected : after a key");
  if (header->error != NULL) return;
  if (strcmp(key, "descr") == 0) {
    mark_key(header, &header->has_descr);
    read_descr(header);
  } else if (strcmp(key, "fortran_order") == 0) {
    mark_key(header, &header->has_order);
    read_order(header);
  } else if (strcmp(key, "shape") == 0) {
    mark_key(header, &header->has_shape);
    read_shape(header);
  } else {
    fail_header(header, "unknown key");
  }
}

static void read_header(struct header *header) {
  expect_char(header, '{', "header is no dict");
  while (header->error == NULL && !take_char(header, '}')) {
    read_entry(header);
    if (header->error == NULL && !take_char(header, ',')) {
      expect_char(header, '}', "expected , or } after an entry");
      break;
    }
  }
  if (header->error != NULL) return;
  skip_spaces(header);
  if (peek_char(header) == '\n') ++header->position;
  if (header->position != header->length) fail_header(header, "bytes after the dict");
  if (!header->has_descr || !header->has_order || !header->has_shape) {
    fail_header(header, "descr, fortran_order or shape is missing");
  }
}

// Where an array's parts lie in the file.
struct layout {
  uint64_t header_offset;
  uint64_t header_bytes;
  uint64_t contents_offset;
};

// As far as the bytes go.
static bool has_magic(const uint8_t *data, uint64_t size) {
  return size == 0 || memcmp(data, magic, size < sizeof magic ? (size_t)size : sizeof magic) == 0;
}

static enum rondo_status read_layout(const uint8_t *data, uint64_t size, uint64_t offset, struct layout *layout,
                                     struct rondo_diag *diag) {
  if (offset >= size) return rdo_tool_fail(diag, RONDO_OUT_OF_RANGE, "offset %" PRIu64 ": no array is left", offset);
  const uint8_t *p = data + offset;
  uint64_t left = size - offset;
  if (!has_magic(p, left)) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "offset %" PRIu64 ": no .npy array begins here", offset);
  }
  if (left < 10) return rdo_tool_fail(diag, RONDO_DATA_LOSS, "offset %" PRIu64 ": ends within the preamble", offset);
  uint64_t length_bytes = p[6] == 1 ? 2 : 4;
  if (p[6] < 1 || p[6] > 3 || p[7] != 0) {
    return rdo_tool_fail(diag, RONDO_UNIMPLEMENTED, "offset %" PRIu64 ": .npy version %d.%d", offset, p[6], p[7]);
  }
  if (left < 8 + length_bytes) return rdo_tool_fail(diag, RONDO_DATA_LOSS, "offset %" PRIu64 ": ends within the preamble", offset);
  layout->header_offset = offset + 8 + length_bytes;
  layout->header_bytes = (uint64_t)p[8] | (uint64_t)p[9] << 8;
  if (length_bytes == 4) layout->header_bytes |= (uint64_t)p[10] << 16 | (uint64_t)p[11] << 24;
  if (layout->header_bytes > HEADER_BYTES_MAX) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "offset %" PRIu64 ": header of %" PRIu64 " bytes", offset, layout->header_bytes);
  }
  if (layout->header_bytes > size - layout->header_offset) {
    return rdo_tool_fail(diag, RONDO_DATA_LOSS, "offset %" PRIu64 ": ends within the header", layout->header_offset);
  }
  layout->contents_offset = layout->header_offset + layout->header_bytes;
  return RONDO_OK;
}

// Contents

static void swap_bytes(struct tool_array *array) {
  size_t element_bytes = rondo_element_bits(array->element_type) / 8;
  uint32_t class = array->element_type >> 24;
  if (class == 0x00 || class == 0x13) return;             // raw bytes and booleans have no order
  size_t word_bytes = class == 0x23 ? element_bytes / 2 : element_bytes;  // complex: two floats
  for (uint64_t start = 0; start + word_bytes <= array->byte_length; start += word_bytes) {
    uint8_t *word = array->bytes + start;
    for (size_t i = 0, j = word_bytes - 1; i < j; ++i, --j) {
      uint8_t byte = word[i];
      word[i] = word[j];
      word[j] = byte;
    }
  }
}

// Copies column-major contents: walks the source in its order and keeps the row-major index of the
// element, which grows by `strides[axis]` as the axis' index grows.
static void copy_transposed(struct tool_array *array, const uint8_t *source) {
  size_t element_bytes = rondo_element_bits(array->element_type) / 8;
  uint64_t strides[RONDO_RANK_MAX];
  int64_t indices[RONDO_RANK_MAX] = {0};
  uint64_t stride = 1, target = 0;
  for (int axis = array->rank - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= (uint64_t)array->dims[axis];
  }
  for (uint64_t i = 0; i < array->element_count; ++i) {
    memcpy(array->bytes + target * element_bytes, source + i * element_bytes, element_bytes);
    for (int axis = 0; axis < array->rank; ++axis) {
      target += strides[axis];
      if (++indices[axis] < array->dims[axis]) break;
      target -= strides[axis] * (uint64_t)array->dims[axis];
      indices[axis] = 0;
    }
  }
}

static void copy_contents(const struct header *header, const uint8_t *source, struct tool_array *array) {
  if (header->is_fortran_order && array->rank > 1) copy_transposed(array, source);
  else memcpy(array->bytes, source, (size_t)array->byte_length);
  if (header->is_big_endian) swap_bytes(array);
}

uint64_t rdo_tool_npy_wanted(const uint8_t *data, uint64_t size, uint64_t byte_limit) {
  if (!has_magic(data, size)) return 0;
  if (size < PREAMBLE_BYTES_MAX) return PREAMBLE_BYTES_MAX;
  struct layout layout = {0};
  enum rondo_status status = read_layout(data, size, 0, &layout, NULL);
  if (status == RONDO_DATA_LOSS) return layout.header_offset + layout.header_bytes;
  if (status != RONDO_OK) return 0;
  struct header header = {.text = (const char *)data + layout.header_offset, .length = (size_t)layout.header_bytes};
  struct tool_array array;
  read_header(&header);
  if (header.error != NULL) return 0;
  status = rdo_tool_array_shape(&array, header.element_type, header.rank, header.dims, byte_limit, NULL);
  return status == RONDO_OK ? layout.contents_offset + array.byte_length : 0;
}

enum rondo_status rdo_tool_npy_read(const uint8_t *data, uint64_t size, uint64_t byte_limit, uint64_t *offset,
                                    struct tool_array *out_array, struct rondo_diag *diag) {
  *out_array = (struct tool_array){0};
  struct layout layout = {0};
  enum rondo_status status = read_layout(data, size, *offset, &layout, diag);
  if (status != RONDO_OK) return status;
  struct header header = {.text = (const char *)data + layout.header_offset, .length = (size_t)layout.header_bytes};
  read_header(&header);
  if (header.error != NULL) {
    return rdo_tool_fail(diag, header.is_unimplemented ? RONDO_UNIMPLEMENTED : RONDO_INVALID_ARGUMENT,
                         "offset %" PRIu64 ": %s", layout.header_offset + header.position, header.error);
  }
  status = rdo_tool_array_shape(out_array, header.element_type, header.rank, header.dims, byte_limit, diag);
  if (status != RONDO_OK) return status;
  // Before any memory is asked for: a few bytes of header must not cost more than the file has.
  if (out_array->byte_length > size - layout.contents_offset) {
    uint64_t wanted = out_array->byte_length;
    *out_array = (struct tool_array){0};
    return rdo_tool_fail(diag, RONDO_DATA_LOSS, "offset %" PRIu64 ": %" PRIu64 " bytes of contents, %" PRIu64 " needed",
                         layout.contents_offset, size - layout.contents_offset, wanted);
  }
  status = rdo_tool_array_allocate(out_array, diag);
  if (status != RONDO_OK) return status;
  if (out_array->byte_length != 0) copy_contents(&header, data + layout.contents_offset, out_array);
  *offset = layout.contents_offset + out_array->byte_length;
  return RONDO_OK;
}

// Writing

// numpy's letter for a type, '\0' if it has none.
static char type_letter(uint32_t element_type) {
  if (!rdo_tool_type_has_whole_bytes(element_type)) return '\0';
  uint32_t bytes = rondo_element_bits(element_type) / 8;
  bool is_power_of_two = (bytes & (bytes - 1)) == 0;
  switch (element_type >> 24) {
    case 0x00: return 'V';
    case 0x10:
    case 0x11: return is_power_of_two && bytes <= 8 ? 'i' : '\0';
    case 0x12: return is_power_of_two && bytes <= 8 ? 'u' : '\0';
    case 0x13: return bytes == 1 ? 'b' : '\0';
    case 0x21: return is_power_of_two && bytes >= 2 && bytes <= 8 ? 'f' : '\0';
    case 0x23: return bytes == 8 || bytes == 16 ? 'c' : '\0';
    default: return '\0';
  }
}

static enum rondo_status append_text(struct tool_bytes *bytes, const char *text, struct rondo_diag *diag) {
  return rdo_tool_bytes_append(bytes, text, strlen(text), diag);
}

static enum rondo_status append_dict(const struct tool_array *array, struct tool_bytes *bytes,
                                     struct rondo_diag *diag) {
  char text[96];
  uint32_t element_bytes = rondo_element_bits(array->element_type) / 8;
  snprintf(text, sizeof text, "{'descr': '%c%c%" PRIu32 "', 'fortran_order': False, 'shape': (",
           element_bytes == 1 ? '|' : '<', type_letter(array->element_type), element_bytes);
  enum rondo_status status = append_text(bytes, text, diag);
  for (int axis = 0; axis < array->rank && status == RONDO_OK; ++axis) {
    const char *separator = axis + 1 < array->rank ? ", " : array->rank == 1 ? "," : "";
    snprintf(text, sizeof text, "%" PRId64 "%s", array->dims[axis], separator);
    status = append_text(bytes, text, diag);
  }
  return status != RONDO_OK ? status : append_text(bytes, "), }", diag);
}

// Pads the header that began at `start` and writes its length into the preamble.
static enum rondo_status finish_header(struct tool_bytes *bytes, size_t start, struct rondo_diag *diag) {
  size_t used = bytes->size - start + 1;  // with the newline
  size_t padding = (HEADER_ALIGNMENT - used % HEADER_ALIGNMENT) % HEADER_ALIGNMENT;
  char tail[HEADER_ALIGNMENT];
  memset(tail, ' ', sizeof tail);
  tail[padding] = '\n';
  enum rondo_status status = rdo_tool_bytes_append(bytes, tail, padding + 1, diag);
  if (status != RONDO_OK) return status;
  size_t header_bytes = bytes->size - start - 10;
  bytes->data[start + 8] = (uint8_t)(header_bytes & 0xFF);
  bytes->data[start + 9] = (uint8_t)(header_bytes >> 8);
  return RONDO_OK;
}

enum rondo_status rdo_tool_npy_append(const struct tool_array *array, struct tool_bytes *bytes,
                                      struct rondo_diag *diag) {
  if (type_letter(array->element_type) == '\0') {
    char type[16];
    rondo_element_type_format(array->element_type, type, sizeof type);
    return rdo_tool_fail(diag, RONDO_UNIMPLEMENTED, "numpy has no %s; write raw bytes instead (@FILE.bin)", type);
  }
  size_t start = bytes->size;
  static const uint8_t preamble[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0};
  enum rondo_status status = rdo_tool_bytes_append(bytes, preamble, sizeof preamble, diag);
  if (status == RONDO_OK) status = append_dict(array, bytes, diag);
  if (status == RONDO_OK) status = finish_header(bytes, start, diag);
  if (status == RONDO_OK) status = rdo_tool_bytes_append(bytes, array->bytes, (size_t)array->byte_length, diag);
  if (status != RONDO_OK) bytes->size = start;
  return status;
}
