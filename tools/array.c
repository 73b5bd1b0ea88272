// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "array.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// 0x80 to 0x9F are control characters, too: in UTF-8 two bytes, of which the first is 0xC2.
void rdo_tool_make_printable(char *text) {
  for (; *text != '\0'; ++text) {
    unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];
    if (c < 0x20 || c == 0x7F) *text = '?';
    if (c == 0xC2 && next >= 0x80 && next < 0xA0) text[0] = text[1] = '?';
  }
}

enum rondo_status rdo_tool_fail(struct rondo_diag *diag, enum rondo_status status, const char *format, ...) {
  if (diag == NULL || diag->status != RONDO_OK) return status;
  diag->status = status;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(diag->message, sizeof diag->message, format, arguments);
  va_end(arguments);
  if (length < 0) diag->message[0] = '\0';
  rdo_tool_make_printable(diag->message);
  diag->message_length = (int)strlen(diag->message);
  return status;
}

static bool multiply_checked(uint64_t a, uint64_t b, uint64_t *out) {
  *out = a * b;
  return a == 0 || *out / a == b;
}

// Product of the dimensions. A 0 anywhere makes the array empty, but the other factors must still fit,
// as every stride does.
static bool count_elements(int rank, const int64_t *dims, uint64_t *out_count) {
  uint64_t product = 1;
  bool is_empty = false;
  for (int axis = 0; axis < rank; ++axis) {
    if (dims[axis] == 0) is_empty = true;
    else if (!multiply_checked(product, (uint64_t)dims[axis], &product)) return false;
  }
  *out_count = is_empty ? 0 : product;
  return product <= INT64_MAX;
}

enum rondo_status rdo_tool_array_shape(struct tool_array *array, uint32_t element_type, int rank, const int64_t *dims,
                                       uint64_t byte_limit, struct rondo_diag *diag) {
  *array = (struct tool_array){0};
  if (rank < 0 || rank > RONDO_RANK_MAX) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "rank %d is beyond %d", rank, RONDO_RANK_MAX);
  }
  if (rondo_element_bits(element_type) == 0) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "element type of no bits");
  }
  for (int axis = 0; axis < rank; ++axis) {
    if (dims[axis] < 0) {
      return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "dimension %d is negative (%" PRId64 ")", axis, dims[axis]);
    }
  }
  uint64_t count = 0, bits = 0;
  if (!count_elements(rank, dims, &count) || !multiply_checked(count, rondo_element_bits(element_type), &bits)) {
    return rdo_tool_fail(diag, RONDO_OUT_OF_RANGE, "shape has more elements than can be counted");
  }
  uint64_t byte_length = bits / 8 + (bits % 8 != 0);
  if (byte_length > byte_limit) {
    return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "shape needs %" PRIu64 " bytes, the limit is %" PRIu64,
                         byte_length, byte_limit);
  }
  array->element_type = element_type;
  array->rank = rank;
  if (rank > 0) memcpy(array->dims, dims, sizeof *dims * (size_t)rank);
  array->element_count = count;
  array->byte_length = byte_length;
  return RONDO_OK;
}

enum rondo_status rdo_tool_array_allocate(struct tool_array *array, struct rondo_diag *diag) {
  if (array->byte_length < SIZE_MAX) array->bytes = calloc(1, array->byte_length != 0 ? (size_t)array->byte_length : 1);
  if (array->bytes != NULL) return RONDO_OK;
  return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory for an array of %" PRIu64 " bytes",
                       array->byte_length);
}

void rdo_tool_array_release(struct tool_array *array) {
  if (array == NULL) return;
  free(array->bytes);
  array->bytes = NULL;
}

void rdo_tool_array_view(struct tool_array *array, const struct rondo_tensor *tensor) {
  *array = (struct tool_array){.element_type = rondo_tensor_element_type(tensor), .rank = rondo_tensor_rank(tensor)};
  for (int axis = 0; axis < array->rank; ++axis) array->dims[axis] = rondo_tensor_dim(tensor, axis);
  array->element_count = (uint64_t)rondo_tensor_element_count(tensor);
  array->byte_length = rondo_tensor_byte_length(tensor);
  array->bytes = rondo_tensor_data(tensor);
}
