// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One description per format, one decoder and one encoder for all that have a mantissa.

#include "small_float.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "rondo/tensor.h"

// What a format does with its top exponent, and with its zero.
enum special {
  SPECIAL_IEEE,  // top exponent: infinity and NaNs
  SPECIAL_FN,    // no infinity; all bits set is NaN
  SPECIAL_FNUZ,  // no infinity, no negative zero: its encoding is the only NaN
};

struct format {
  uint32_t element_type;
  int exponent_bits;
  int mantissa_bits;
  int bias;
  enum special special;
};

static const struct format formats[] = {
    {RONDO_ELEMENT_F16, 5, 10, 15, SPECIAL_IEEE},      {RONDO_ELEMENT_BF16, 8, 7, 127, SPECIAL_IEEE},
    {RONDO_ELEMENT_F8E5M2, 5, 2, 15, SPECIAL_IEEE},    {RONDO_ELEMENT_F8E4M3FN, 4, 3, 7, SPECIAL_FN},
    {RONDO_ELEMENT_F8E5M2FNUZ, 5, 2, 16, SPECIAL_FNUZ}, {RONDO_ELEMENT_F8E4M3FNUZ, 4, 3, 8, SPECIAL_FNUZ},
};

static const struct format *find_format(uint32_t element_type) {
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; ++i) {
    if (formats[i].element_type == element_type) return &formats[i];
  }
  return NULL;
}

bool rdo_tool_small_float_is(uint32_t element_type) {
  return element_type == RONDO_ELEMENT_F8E8M0FNU || find_format(element_type) != NULL;
}

static uint32_t sign_bit(const struct format *format) {
  return 1u << (format->exponent_bits + format->mantissa_bits);
}

static uint32_t mantissa_mask(const struct format *format) { return (1u << format->mantissa_bits) - 1; }

// Encoding of infinity, and for formats without one of the magnitude just beyond the largest finite.
static uint32_t overflow_bits(const struct format *format) {
  uint32_t exponent_mask = (1u << format->exponent_bits) - 1;
  switch (format->special) {
    case SPECIAL_IEEE: return exponent_mask << format->mantissa_bits;
    case SPECIAL_FN: return sign_bit(format) - 1;
    case SPECIAL_FNUZ: break;
  }
  return sign_bit(format);
}

static uint32_t nan_bits(const struct format *format) {
  switch (format->special) {
    case SPECIAL_IEEE: return overflow_bits(format) | mantissa_mask(format);
    case SPECIAL_FN: return sign_bit(format) - 1;
    case SPECIAL_FNUZ: break;
  }
  return sign_bit(format);
}

static float decode_e8m0(uint8_t bits) { return bits == 0xFF ? NAN : ldexpf(1.0f, (int)bits - 127); }

float rdo_tool_small_float_decode(uint32_t element_type, uint16_t bits) {
  const struct format *format = find_format(element_type);
  if (format == NULL) return decode_e8m0((uint8_t)bits);
  uint32_t magnitude = bits & (sign_bit(format) - 1);
  bool is_negative = (bits & sign_bit(format)) != 0;
  if (format->special == SPECIAL_FNUZ && is_negative && magnitude == 0) return NAN;
  if (format->special == SPECIAL_FN && magnitude == nan_bits(format)) return NAN;
  if (format->special == SPECIAL_IEEE && magnitude > overflow_bits(format)) return NAN;
  if (format->special == SPECIAL_IEEE && magnitude == overflow_bits(format)) return is_negative ? -INFINITY : INFINITY;
  int exponent = (int)(magnitude >> format->mantissa_bits);
  uint32_t mantissa = magnitude & mantissa_mask(format);
  if (exponent != 0) mantissa |= 1u << format->mantissa_bits;
  else exponent = 1;
  float value = ldexpf((float)mantissa, exponent - format->bias - format->mantissa_bits);
  return is_negative ? -value : value;
}

static uint8_t encode_e8m0(float value) {
  if (isnan(value) || isinf(value)) return 0xFF;
  if (!(value > 0)) return 0;
  int exponent = 0;
  float fraction = frexpf(value, &exponent);  // value = fraction * 2^exponent, 0.5 <= fraction < 1
  int biased = exponent - 1 + 127 + (fraction >= 0.75f);
  return biased < 0 ? 0 : biased > 0xFF ? 0xFF : (uint8_t)biased;
}

// Rounds a positive finite f32 to the format's magnitude bits. Magnitudes of neighbouring values are
// neighbouring integers, so a carry out of the mantissa lands where it must.
static uint32_t round_magnitude(const struct format *format, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  int exponent = (int)(bits >> 23);
  uint64_t mantissa = bits & 0x7FFFFFu;
  if (exponent != 0) mantissa |= 0x800000u;
  else exponent = 1;
  int target = exponent - 127 + format->bias;  // exponent field if the value is normal in the format
  int shift = 23 - format->mantissa_bits;
  if (target < 1) {  // subnormal: the fixed step of exponent 1
    shift += 1 - target;
    target = 1;
  }
  if (shift > 30) return 0;  // far below half the smallest value
  uint64_t kept = mantissa >> shift;
  uint64_t rest = mantissa & ((UINT64_C(1) << shift) - 1);
  uint64_t half = shift == 0 ? 1 : UINT64_C(1) << (shift - 1);
  if (rest > half || (rest == half && (kept & 1) != 0)) ++kept;
  // `kept` includes the implicit one for normals, so it counts as one exponent step already.
  return (uint32_t)(((uint64_t)(target - 1) << format->mantissa_bits) + kept);
}

uint16_t rdo_tool_small_float_encode(uint32_t element_type, float value) {
  const struct format *format = find_format(element_type);
  if (format == NULL) return encode_e8m0(value);
  bool is_negative = signbit(value) != 0;
  uint32_t sign = is_negative ? sign_bit(format) : 0;
  if (isnan(value)) return (uint16_t)(format->special == SPECIAL_FNUZ ? nan_bits(format) : sign | nan_bits(format));
  uint32_t magnitude = isinf(value) ? overflow_bits(format) : round_magnitude(format, fabsf(value));
  if (magnitude > overflow_bits(format)) magnitude = overflow_bits(format);
  if (format->special != SPECIAL_FNUZ) return (uint16_t)(sign | magnitude);
  if (magnitude >= sign_bit(format)) return (uint16_t)nan_bits(format);
  return (uint16_t)(magnitude == 0 ? 0 : sign | magnitude);
}
