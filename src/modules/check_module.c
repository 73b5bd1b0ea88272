// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "modules/check_module.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/float16.h"
#include "hal/tensor.h"
#include "modules/hal_arguments.h"

static enum rondo_status fail_expectation(const struct rdo_native_call *call, const char *what) {
  return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "expectation failed: %s", what);
}

// Elements of a tensor with memory.
struct elements {
  const uint8_t *data;
  uint64_t count;
  uint64_t byte_length;
  uint32_t type;
};

static enum rondo_status read_elements(const struct rdo_native_call *call, uint32_t index, struct rondo_tensor **out_tensor, struct elements *out) {
  RDO_TRY(rdo_arg_tensor(call, index, out_tensor));
  const struct rondo_tensor *tensor = *out_tensor;
  RDO_TRY(rdo_shape_byte_length(tensor->element_type, tensor->rank, tensor->dims, &out->byte_length, call->diag));
  out->data = rdo_buffer_data(tensor->buffer);
  if (out->data == NULL) return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "tensor has no memory yet");
  out->type = tensor->element_type;
  out->count = (uint64_t)rondo_tensor_element_count(tensor);
  return RONDO_OK;
}

// One element as a number; false for types without one.
static bool element_value(const struct elements *elements, uint64_t index, double *out) {
  const uint8_t *at = elements->data + index * rondo_element_bits(elements->type) / 8;
  float f32;
  switch (elements->type) {
    case RONDO_ELEMENT_F16: *out = (double)rdo_f16_to_f32(rdo_load_u16(at)); return true;
    case RONDO_ELEMENT_BF16: *out = (double)rdo_bf16_to_f32(rdo_load_u16(at)); return true;
    case RONDO_ELEMENT_F32: memcpy(&f32, at, sizeof f32); *out = (double)f32; return true;
    case RONDO_ELEMENT_F64: memcpy(out, at, sizeof *out); return true;
    default: return false;
  }
}

static enum rondo_status check_same_shape(const struct rdo_native_call *call, const struct rondo_tensor *lhs, const struct rondo_tensor *rhs) {
  bool is_same = lhs->element_type == rhs->element_type && lhs->rank == rhs->rank;
  for (int i = 0; is_same && i < lhs->rank; ++i) is_same = lhs->dims[i] == rhs->dims[i];
  return is_same ? RONDO_OK : fail_expectation(call, "shapes or element types differ");
}

// Equal as numbers, or both NaN, or within the tolerances. An infinity is close to itself only.
static bool is_close(double a, double b, double atol, double rtol) {
  if (a == b || (isnan(a) && isnan(b))) return true;
  return isfinite(a) && isfinite(b) && fabs(a - b) <= atol + rtol * fabs(b);
}

enum { ELEMENT_TEXT_BYTES = 128 };

// Bytes in memory order, as digits.
static void format_bytes(const uint8_t *bytes, uint64_t count, char *buffer, size_t capacity) {
  size_t length = 0;
  for (uint64_t i = 0; i < count && length + 3 < capacity; ++i) length += (size_t)snprintf(buffer + length, capacity - length, "%02X", bytes[i]);
}

static bool format_integer(uint32_t type, const uint8_t *at, char *buffer, size_t capacity) {
  uint32_t class = type >> 24, bits = rondo_element_bits(type);
  if (class < 0x10 || class > 0x13 || (bits != 8 && bits != 16 && bits != 32 && bits != 64)) return false;
  uint64_t value = 0;
  memcpy(&value, at, bits / 8);
  bool is_signed = class == 0x10 || class == 0x11;
  if (is_signed && bits < 64 && (value >> (bits - 1) & 1) != 0) value |= UINT64_MAX << bits;
  snprintf(buffer, capacity, is_signed ? "%" PRId64 : "%" PRIu64, value);
  return true;
}

// One element as a person reads it; behind it its bytes when asked for, or when it is no number.
static void format_element(const struct elements *elements, uint64_t index, bool with_bytes, char *buffer, size_t capacity) {
  uint64_t size = rondo_element_bits(elements->type) / 8;
  const uint8_t *at = elements->data + index * size;
  double value;
  size_t length = 0;
  buffer[0] = 0;
  if (element_value(elements, index, &value)) {
    length = (size_t)snprintf(buffer, capacity, "%.*g", elements->type == RONDO_ELEMENT_F64 ? 17 : 9, value);
  } else if (format_integer(elements->type, at, buffer, capacity)) {
    return;
  } else {
    with_bytes = true;
  }
  if (!with_bytes) return;
  if (length != 0) length += (size_t)snprintf(buffer + length, capacity - length, " of bytes ");
  format_bytes(at, size, buffer + length, capacity - length);
}

static enum rondo_status fail_element(const struct rdo_native_call *call, const struct elements *a, const struct elements *b, uint64_t index) {
  char actual[ELEMENT_TEXT_BYTES], expected[ELEMENT_TEXT_BYTES];
  for (int with_bytes = 0; with_bytes < 2; ++with_bytes) {  // with them when the numbers look alike
    format_element(a, index, with_bytes != 0, actual, sizeof actual);
    format_element(b, index, with_bytes != 0, expected, sizeof expected);
    if (strcmp(actual, expected) != 0) break;
  }
  return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "expectation failed: element %llu is %s, expected %s", (unsigned long long)index, actual, expected);
}

// Packed elements are told by their byte.
static enum rondo_status fail_bytes(const struct rdo_native_call *call, const struct elements *a, const struct elements *b) {
  uint64_t at = 0, size = rondo_element_bits(a->type) / 8;
  while (a->data[at] == b->data[at]) ++at;
  if (rondo_element_bits(a->type) % 8 == 0) return fail_element(call, a, b, at / size);
  return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "expectation failed: byte %llu is %02X, expected %02X", (unsigned long long)at, a->data[at], b->data[at]);
}

static enum rondo_status read_pair(const struct rdo_native_call *call, struct elements *a, struct elements *b) {
  struct rondo_tensor *lhs, *rhs;
  RDO_TRY(read_elements(call, 1, &lhs, a));
  RDO_TRY(read_elements(call, 2, &rhs, b));
  return check_same_shape(call, lhs, rhs);
}

static enum rondo_status expect_true(void *self, struct rdo_native_call *call) {
  (void)self;
  return rdo_arg_i32(call, 0) != 0 ? RONDO_OK : fail_expectation(call, "value is false");
}

static enum rondo_status expect_false(void *self, struct rdo_native_call *call) {
  (void)self;
  return rdo_arg_i32(call, 0) == 0 ? RONDO_OK : fail_expectation(call, "value is true");
}

// Not zero: NaN is, -0 is not.
static bool is_true(const struct elements *elements, uint64_t index) {
  double value;
  if (element_value(elements, index, &value)) return value != 0;
  uint64_t size = rondo_element_bits(elements->type) / 8;
  for (uint64_t k = 0; k < size; ++k) {
    if (elements->data[index * size + k] != 0) return true;
  }
  return false;
}

static enum rondo_status expect_all_true(void *self, struct rdo_native_call *call) {
  (void)self;
  struct rondo_tensor *tensor;
  struct elements elements;
  RDO_TRY(read_elements(call, 1, &tensor, &elements));
  if (rondo_element_bits(elements.type) % 8 != 0) return rdo_fail(call->diag, RONDO_UNIMPLEMENTED, "elements of part of a byte as truth values");
  for (uint64_t i = 0; i < elements.count; ++i) {
    if (!is_true(&elements, i)) return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "expectation failed: element %llu is false", (unsigned long long)i);
  }
  return RONDO_OK;
}

// Bit for bit: zeros of different signs differ, and NaNs of different payloads.
static enum rondo_status expect_eq(void *self, struct rdo_native_call *call) {
  (void)self;
  struct elements a, b;
  RDO_TRY(read_pair(call, &a, &b));
  return memcmp(a.data, b.data, (size_t)a.byte_length) == 0 ? RONDO_OK : fail_bytes(call, &a, &b);
}

// As numbers. Types that are none, and integers, are equal or not.
static enum rondo_status expect_almost_eq(void *self, struct rdo_native_call *call) {
  (void)self;
  struct elements a, b;
  RDO_TRY(read_pair(call, &a, &b));
  if (memcmp(a.data, b.data, (size_t)a.byte_length) == 0) return RONDO_OK;
  double atol = (double)rdo_arg_f32(call, 3), rtol = (double)rdo_arg_f32(call, 4);
  for (uint64_t i = 0; i < a.count; ++i) {
    double x, y;
    if (!element_value(&a, i, &x) || !element_value(&b, i, &y)) return fail_bytes(call, &a, &b);
    if (!is_close(x, y, atol, rtol)) return fail_element(call, &a, &b, i);
  }
  return RONDO_OK;
}

static const struct rdo_native_function functions[] = {
    {"expect_all_true", "0rr_v", expect_all_true},
    {"expect_almost_eq", "0rrrff_v", expect_almost_eq},
    {"expect_eq", "0rrr_v", expect_eq},
    {"expect_false", "0i_v", expect_false},
    {"expect_true", "0i_v", expect_true},
};

const struct rdo_native_module rdo_check_module = {
    .name = "check",
    .version = 0,
    .functions = functions,
    .function_count = sizeof functions / sizeof functions[0],
};
