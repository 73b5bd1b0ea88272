// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Arithmetic on sizes that come from a file or a program: 64-bit, and false instead of a wrap.

#ifndef RDO_BASE_CHECKED_H_
#define RDO_BASE_CHECKED_H_

#include <stdbool.h>
#include <stdint.h>

static inline bool rdo_checked_add(uint64_t a, uint64_t b, uint64_t *out) {
  *out = a + b;
  return *out >= a;
}

static inline bool rdo_checked_mul(uint64_t a, uint64_t b, uint64_t *out) {
  *out = a * b;
  return a == 0 || *out / a == b;
}

// Rounds up to a power of two.
static inline bool rdo_checked_align(uint64_t value, uint64_t alignment, uint64_t *out) {
  if (!rdo_checked_add(value, alignment - 1, out)) return false;
  *out &= ~(alignment - 1);
  return true;
}

// Whether [offset, offset + length) lies inside [0, size).
static inline bool rdo_range_fits(uint64_t offset, uint64_t length, uint64_t size) {
  return offset <= size && length <= size - offset;
}

static inline bool rdo_is_power_of_two(uint64_t value) { return value != 0 && (value & (value - 1)) == 0; }

#endif  // RDO_BASE_CHECKED_H_
