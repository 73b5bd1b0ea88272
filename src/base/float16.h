// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The two 16-bit floats as 32-bit ones; exact.

#ifndef RDO_BASE_FLOAT16_H_
#define RDO_BASE_FLOAT16_H_

#include <stdint.h>
#include <string.h>

static inline float rdo_bf16_to_f32(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static inline float rdo_f16_to_f32(uint16_t bits) {
  uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
  uint32_t exponent = (bits >> 10) & 0x1F;
  uint32_t mantissa = bits & 0x3FF;
  if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24
    float value = (float)mantissa * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  uint32_t wide = exponent == 31 ? sign | 0x7F800000u | mantissa << 13 : sign | (exponent + 112) << 23 | mantissa << 13;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

#endif  // RDO_BASE_FLOAT16_H_
