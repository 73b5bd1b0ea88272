// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Floating point formats of 16 and 8 bits, to and from f32. Every conversion to f32 is exact; every
// conversion from f32 rounds once, to nearest, ties to even (f8E8M0FNU, which has only powers of
// two: ties up).

#ifndef RDO_TOOLS_SMALL_FLOAT_H_
#define RDO_TOOLS_SMALL_FLOAT_H_

#include <stdbool.h>
#include <stdint.h>

// Whether the element type (enum rondo_element_type) is one of these formats: f16, bf16, f8E5M2,
// f8E4M3FN, f8E5M2FNUZ, f8E4M3FNUZ, f8E8M0FNU.
bool rdo_tool_small_float_is(uint32_t element_type);

// Value of the encoded bits; NaNs lose sign and payload. `bits` beyond the format's width are ignored.
//   element_type  one for which rdo_tool_small_float_is
float rdo_tool_small_float_decode(uint32_t element_type, uint16_t bits);

// Nearest encoded value. What is too large becomes infinity where the format has one, else NaN; what
// f8E8M0FNU has no sign for, its smallest value. NaNs keep their sign where the format has one, and
// set every mantissa bit.
//   element_type  one for which rdo_tool_small_float_is
uint16_t rdo_tool_small_float_encode(uint32_t element_type, float value);

#endif  // RDO_TOOLS_SMALL_FLOAT_H_
