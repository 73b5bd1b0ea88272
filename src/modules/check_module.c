// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "modules/check_module.h"

#include <math.h>

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

static enum rondo_status compare(const struct rdo_native_call *call, double atol, double rtol) {
  struct rondo_tensor *lhs, *rhs;
  struct elements a, b;
  RDO_TRY(read_elements(call, 1, &lhs, &a));
  RDO_TRY(read_elements(call, 2, &rhs, &b));
  RDO_TRY(check_same_shape(call, lhs, rhs));
  if (memcmp(a.data, b.data, (size_t)a.byte_length) == 0) return RONDO_OK;
  for (uint64_t i = 0; i < a.count; ++i) {
    double x, y;
    if (!element_value(&a, i, &x) || !element_value(&b, i, &y)) return fail_expectation(call, "contents differ");
    if (!is_close(x, y, atol, rtol)) {
      return rdo_fail(call->diag, RONDO_FAILED_PRECONDITION, "expectation failed: element %llu is %.9g, expected %.9g", (unsigned long long)i, x, y);
    }
  }
  return RONDO_OK;
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

static enum rondo_status expect_eq(void *self, struct rdo_native_call *call) {
  (void)self;
  return compare(call, 0, 0);
}

static enum rondo_status expect_almost_eq(void *self, struct rdo_native_call *call) {
  (void)self;
  return compare(call, (double)rdo_arg_f32(call, 3), (double)rdo_arg_f32(call, 4));
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
