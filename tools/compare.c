// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Results against expectations: the comparing half of results.h. Three things that IREE's tools do
// differently are on purpose: scalars can be compared, a signed integer array matches a signless one
// (npy files know only signed ones), and (null) matches only null.

#include <math.h>
#include <string.h>

#include "results.h"
#include "tensor_text.h"

static bool is_near(double actual, double expected, double atol, double rtol) {
  if (isnan(actual) || isnan(expected)) return isnan(actual) && isnan(expected);
  if (actual == expected) return true;  // infinities too
  return fabs(actual - expected) <= atol + rtol * fabs(expected) && isfinite(expected);
}

static double pick_atol(const struct tool_tolerance *tolerance, uint32_t element_type) {
  switch (element_type) {
    case RONDO_ELEMENT_F16: return tolerance->f16_atol;
    case RONDO_ELEMENT_F32: return tolerance->f32_atol;
    case RONDO_ELEMENT_F64: return tolerance->f64_atol;
    default: return tolerance->bf16_atol;
  }
}

static bool find_float_difference(const struct tool_array *actual, const struct tool_array *expected,
                                  const struct tool_tolerance *tolerance, uint64_t *out_index) {
  double atol = pick_atol(tolerance, actual->element_type);
  for (uint64_t i = 0; i < actual->element_count; ++i) {
    double a = rdo_tool_text_float_at(actual, i), b = rdo_tool_text_float_at(expected, i);
    if (is_near(a, b, atol, tolerance->rtol)) continue;
    *out_index = i;
    return true;
  }
  return false;
}

static bool find_byte_difference(const struct tool_array *actual, const struct tool_array *expected,
                                 uint64_t *out_index) {
  uint32_t bits = rondo_element_bits(actual->element_type);
  uint64_t unit_bytes = rdo_tool_type_has_whole_bytes(actual->element_type) ? bits / 8 : 1;
  for (uint64_t offset = 0; offset < actual->byte_length; offset += unit_bytes) {
    if (memcmp(actual->bytes + offset, expected->bytes + offset, (size_t)unit_bytes) == 0) continue;
    *out_index = offset / unit_bytes;
    return true;
  }
  return false;
}

bool rdo_tool_arrays_match(const struct tool_array *actual, const struct tool_array *expected,
                           const struct tool_tolerance *tolerance, uint64_t *out_index) {
  if (!tolerance->is_exact && rdo_tool_text_is_float(actual->element_type)) {
    return !find_float_difference(actual, expected, tolerance, out_index);
  }
  return !find_byte_difference(actual, expected, out_index);
}

// Signless and signed integers of one width are one type here.
static uint32_t fold_type(uint32_t element_type) {
  return element_type >> 24 == 0x11 ? (element_type & 0xFFFFFFu) | 0x10000000u : element_type;
}

static bool shapes_match(const struct tool_array *a, const struct tool_array *b) {
  if (fold_type(a->element_type) != fold_type(b->element_type) || a->rank != b->rank) return false;
  return a->rank == 0 || memcmp(a->dims, b->dims, sizeof a->dims[0] * (size_t)a->rank) == 0;
}

static void format_type(const struct tool_array *array, char *buffer, size_t capacity) {
  rdo_tool_text_format_shape(array->element_type, array->rank, array->dims, buffer, capacity);
}

static void print_arrays(FILE *file, const struct tool_array *actual, const struct tool_array *expected) {
  fprintf(file, "  expected:\n");
  rdo_tool_text_print(file, expected, TOOL_ELEMENT_LIMIT_DEFAULT);
  fprintf(file, "\n  actual:\n");
  rdo_tool_text_print(file, actual, TOOL_ELEMENT_LIMIT_DEFAULT);
  fputc('\n', file);
}

static bool compare_tensors(FILE *file, int index, const struct rondo_tensor *actual_tensor,
                            const struct rondo_tensor *expected_tensor, const struct tool_tolerance *tolerance) {
  struct tool_array actual, expected;
  rdo_tool_array_view(&actual, actual_tensor);
  rdo_tool_array_view(&expected, expected_tensor);
  char expected_type[TOOL_SHAPE_TEXT_BYTES], actual_type[TOOL_SHAPE_TEXT_BYTES];
  format_type(&expected, expected_type, sizeof expected_type);
  uint64_t at = 0;
  if (!shapes_match(&actual, &expected)) {
    format_type(&actual, actual_type, sizeof actual_type);
    fprintf(file, "[FAILED] result[%d]: metadata is %s; expected that the view matches %s", index, actual_type,
            expected_type);
  } else if (!rdo_tool_arrays_match(&actual, &expected, tolerance, &at)) {
    char a[TOOL_ELEMENT_TEXT_BYTES], b[TOOL_ELEMENT_TEXT_BYTES];
    rdo_tool_text_format_element(&actual, at, a, sizeof a);
    rdo_tool_text_format_element(&expected, at, b, sizeof b);
    fprintf(file, "[FAILED] result[%d]: element at index %llu (%s) does not match the expected (%s)", index,
            (unsigned long long)at, a, b);
  } else {
    return true;
  }
  fprintf(file, "; expected that the view is equal to contents of a view of %s\n", expected_type);
  print_arrays(file, &actual, &expected);
  return false;
}

static bool scalars_match(const struct rondo_value *a, const struct rondo_value *b,
                          const struct tool_tolerance *tolerance) {
  bool is_exact = tolerance->is_exact;
  switch (a->kind) {
    case RONDO_VALUE_I32: return a->i32 == b->i32;
    case RONDO_VALUE_I64: return a->i64 == b->i64;
    case RONDO_VALUE_F32:
      if (is_exact) return memcmp(&a->f32, &b->f32, sizeof a->f32) == 0;
      return is_near((double)a->f32, (double)b->f32, tolerance->f32_atol, tolerance->rtol);
    default:
      if (is_exact) return memcmp(&a->f64, &b->f64, sizeof a->f64) == 0;
      return is_near(a->f64, b->f64, tolerance->f64_atol, tolerance->rtol);
  }
}

static bool buffers_match(const struct rondo_buffer *a, const struct rondo_buffer *b) {
  uint64_t length = rondo_buffer_byte_length(a);
  if (length != rondo_buffer_byte_length(b)) return false;
  return length == 0 || memcmp(rondo_buffer_data(a), rondo_buffer_data(b), (size_t)length) == 0;
}

static const char *name_type(const struct rondo_value *value) {
  return value->kind == RONDO_VALUE_NONE ? "empty" : rondo_value_type_name(value);
}

static bool compare_values(FILE *file, int index, const struct rondo_value *actual, const struct rondo_value *expected,
                           const struct tool_tolerance *tolerance) {
  if (actual->kind != expected->kind) {
    fprintf(file, "[FAILED] result[%d]: variant types mismatch; expected %s but got %s\n", index, name_type(expected),
            name_type(actual));
    return false;
  }
  if (actual->kind == RONDO_VALUE_NONE) return true;
  if (actual->kind == RONDO_VALUE_TENSOR) {
    return compare_tensors(file, index, actual->tensor, expected->tensor, tolerance);
  }
  if (rdo_tool_kind_is_scalar(actual->kind)) {
    if (scalars_match(actual, expected, tolerance)) return true;
    fprintf(file, "[FAILED] result[%d]: value (", index);
    rdo_tool_text_print_scalar(file, actual);
    fprintf(file, ") does not match the expected (");
    rdo_tool_text_print_scalar(file, expected);
    fprintf(file, ")\n");
    return false;
  }
  if (actual->kind == RONDO_VALUE_BUFFER && buffers_match(actual->buffer, expected->buffer)) return true;
  fprintf(file, "[FAILED] result[%d]: contents of the %s do not match the expected\n", index, name_type(actual));
  return false;
}

bool rdo_tool_results_compare(FILE *file, const struct rondo_value *values, int count,
                              const struct tool_values *expected, const struct tool_tolerance *tolerance) {
  if (expected->count != count) {
    fprintf(file, "[FAILED] expected %d list elements but %d provided\n", expected->count, count);
    return false;
  }
  bool all_match = true;
  for (int i = 0; i < count; ++i) {
    if (expected->is_ignored[i]) continue;
    if (!compare_values(file, i, &values[i], &expected->items[i], tolerance)) all_match = false;
  }
  if (all_match) fprintf(file, "[SUCCESS] all function outputs matched their expected values.\n");
  return all_match;
}
