// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Results of a call: to the screen, to files, and compared with what was expected. Text as IREE's
// tools print it.

#ifndef RDO_TOOLS_RESULTS_H_
#define RDO_TOOLS_RESULTS_H_

#include "inputs.h"

// Elements of an array that print at most, as IREE's tools have it.
enum { TOOL_ELEMENT_LIMIT_DEFAULT = 1024 };

// Prints "result[0]: hal.buffer_view" and the contents, for every value.
void rdo_tool_results_print(FILE *file, const struct rondo_value *values, int count, int64_t element_limit);

// Whether a string is a valid --output: "", "-", "@FILE" or "+FILE".
bool rdo_tool_output_is_valid(const char *output);

// Sends each value where its string says: "" nowhere, "-" prints, "@FILE" writes, "+FILE" appends;
// FILE.npy as an array, any other name as raw bytes.
//   outputs   one string per value
//   returns   OK, or what went wrong with which file
enum rondo_status rdo_tool_results_write(const struct tool_strings *outputs, const struct rondo_value *values,
                                         int64_t element_limit, struct rondo_diag *diag) RONDO_MUST_USE;

// How far apart floats may be: |actual - expected| <= atol + rtol * |expected|; NaN equals NaN.
struct tool_tolerance {
  bool is_exact;  // compare bytes, the rest is ignored
  double rtol;
  double f16_atol, f32_atol, f64_atol, bf16_atol;  // the 8 bit floats use bf16_atol
};
#define TOOL_TOLERANCE_DEFAULT \
  { .rtol = 1e-5, .f16_atol = 1e-3, .f32_atol = 1e-4, .f64_atol = 1e-4, .bf16_atol = 1e-2 }

// Prints a "[FAILED] result[0]: ..." for each value that differs, or one "[SUCCESS]" line.
//   returns   whether all values are as expected
bool rdo_tool_results_compare(FILE *file, const struct rondo_value *values, int count,
                              const struct tool_values *expected, const struct tool_tolerance *tolerance);

// Compares two arrays of one shape and type; `out_index` is the first element (or packed byte) that
// differs.
bool rdo_tool_arrays_match(const struct tool_array *actual, const struct tool_array *expected,
                           const struct tool_tolerance *tolerance, uint64_t *out_index);

#endif  // RDO_TOOLS_RESULTS_H_
