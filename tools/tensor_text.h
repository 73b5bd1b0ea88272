// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tensors as text, in the syntax of IREE's tools.
//
//   2x3xf32=[1 2 3][4 5 6]   values; whitespace , [ ] separate, in any mixture
//   2x3xf32=7                one value for all elements
//   2x3xf32  2x3xf32=        zeros
//   f32=7.25  xf32           rank 0
//   &4xf32  &4xf32=1 2 3 4   an untyped buffer with these bytes (storage for a result)
//   4xf32=@f.bin  =+f.bin    raw bytes of a file, from its start / from where the last read ended
//   @a.npy +a.npy *a.npy     a numpy file's first array / next array / all arrays that follow
//   (null)                   a null reference
//   (ignored)                an expected result nobody cares about
//
// Integers are decimal, 0x hexadecimal or 0 octal; signless ones take the unsigned range too, and unsigned
// ones of 32 and 64 bits negative numbers as two's complement. Floats are what strtod takes. Booleans (i1), complex, opaque and other types are bytes in hexadecimal, one
// group of digits per element, in memory order. Types that are not whole bytes (i4) are packed bytes,
// one group of two digits per byte, and print the same way without brackets.

#ifndef RDO_TOOLS_TENSOR_TEXT_H_
#define RDO_TOOLS_TENSOR_TEXT_H_

#include <stdio.h>

#include "array.h"

enum tool_text_kind {
  TOOL_TEXT_NULL,     // (null)
  TOOL_TEXT_IGNORED,  // (ignored)
  TOOL_TEXT_ARRAY,    // shape, type and contents
  TOOL_TEXT_STORAGE,  // the same as bytes of an untyped buffer
  TOOL_TEXT_NPY,      // arrays of a file
};

struct tool_text {
  enum tool_text_kind kind;
  char file_mode;          // '@', '+' or '*': contents come from `file_path`; 0: they are in `array`
  const char *file_path;   // points into the parsed text, up to its end
  struct tool_array array; // ARRAY, STORAGE: shape, with memory unless file_mode is set; owned
};

// Parses everything but scalars. Opens no file.
//   text        borrowed; `out_text` points into it
//   byte_limit  most bytes the array may have
//   out_text    filled; end with rdo_tool_text_release
//   returns     OK, INVALID_ARGUMENT, OUT_OF_RANGE (too few or too many values), RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_text_parse(const char *text, uint64_t byte_limit, struct tool_text *out_text,
                                      struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_tool_text_release(struct tool_text *text);

// Parses a scalar argument.
//   kind        I32, I64, F32 or F64
//   returns     OK, INVALID_ARGUMENT
enum rondo_status rdo_tool_text_parse_scalar(const char *text, enum rondo_value_kind kind,
                                             struct rondo_value *out_value, struct rondo_diag *diag) RONDO_MUST_USE;

// Prints shape, type and elements, without a line end.
//   element_limit  elements printed at most, then "..."; negative = all
void rdo_tool_text_print(FILE *file, const struct tool_array *array, int64_t element_limit);

// Shape and type alone, such as "2x3xf32".
//   dims        -1 prints as "?"
void rdo_tool_text_format_shape(uint32_t element_type, int rank, const int64_t *dims, char *buffer, size_t capacity);

enum { TOOL_SHAPE_TEXT_BYTES = RONDO_RANK_MAX * 21 + 32, TOOL_ELEMENT_TEXT_BYTES = 96 };

// One element as it prints. For packed types: byte `index`.
void rdo_tool_text_format_element(const struct tool_array *array, uint64_t index, char *buffer, size_t capacity);

// Whether values of this kind are numbers, not references.
static inline bool rdo_tool_kind_is_scalar(enum rondo_value_kind kind) {
  return kind >= RONDO_VALUE_I32 && kind <= RONDO_VALUE_F64;
}

// "i32=5", "f32=1e+10": a scalar as IREE's tools print it.
void rdo_tool_text_print_scalar(FILE *file, const struct rondo_value *value);

// Value of an element of a floating point type (IEEE, bf16 or 8 bit).
bool rdo_tool_text_is_float(uint32_t element_type);
double rdo_tool_text_float_at(const struct tool_array *array, uint64_t index);

#endif  // RDO_TOOLS_TENSOR_TEXT_H_
