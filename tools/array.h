// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Arrays on the tool's side: what the readers (command line text, npy) make and the printers take.
// Plain memory and a diag, no runtime, so that the readers can be tested and fuzzed alone.

#ifndef RDO_TOOLS_ARRAY_H_
#define RDO_TOOLS_ARRAY_H_

#include <stdbool.h>
#include <stdint.h>

#include "rondo/status.h"
#include "rondo/tensor.h"

#if defined(__GNUC__)
#define TOOL_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define TOOL_PRINTF(format_index, first_index)
#endif

// Most bytes one array may have: a typing mistake in a shape must not bring the machine to its knees.
#define TOOL_ARRAY_BYTES_MAX (UINT64_C(8) << 30)

// A dense row-major array. Elements narrower than a byte, or not a whole number of bytes wide, are
// packed: the array has ceil(elements * bits / 8) bytes.
struct tool_array {
  uint32_t element_type;  // enum rondo_element_type
  int rank;
  int64_t dims[RONDO_RANK_MAX];  // elements, outermost first
  uint64_t element_count;
  uint64_t byte_length;
  uint8_t *bytes;  // owned; never NULL once allocated, also for 0 bytes
};

// Sets type and shape and computes the sizes; allocates nothing. `array` may be uninitialised.
//   byte_limit  most bytes the array may have
//   returns     OK, INVALID_ARGUMENT (rank, negative dimension, a type of no bits), OUT_OF_RANGE
//               (the size overflows), RESOURCE_EXHAUSTED (over the limit); on error the array is empty
enum rondo_status rdo_tool_array_shape(struct tool_array *array, uint32_t element_type, int rank, const int64_t *dims,
                                       uint64_t byte_limit, struct rondo_diag *diag) RONDO_MUST_USE;

// Gives a shaped array its memory, zeroed.
//   returns     OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_array_allocate(struct tool_array *array, struct rondo_diag *diag) RONDO_MUST_USE;

// Frees the memory; NULL, zeroed and released arrays are fine.
void rdo_tool_array_release(struct tool_array *array);

// An array that looks into a tensor without owning anything: do not release it.
void rdo_tool_array_view(struct tool_array *array, const struct rondo_tensor *tensor);

// Whether elements are whole bytes; the others can only be handled as packed bytes.
static inline bool rdo_tool_type_has_whole_bytes(uint32_t element_type) {
  return rondo_element_bits(element_type) != 0 && rondo_element_bits(element_type) % 8 == 0;
}

// Replaces control characters by '?', in place: what is quoted in a message stays one line, and no terminal
// is told what to do.
void rdo_tool_make_printable(char *text);

// Fills a diag (if there is one) unless an earlier error did, and returns `status`. Control characters
// in what is quoted become '?'.
enum rondo_status rdo_tool_fail(struct rondo_diag *diag, enum rondo_status status, const char *format, ...)
    TOOL_PRINTF(3, 4);

#endif  // RDO_TOOLS_ARRAY_H_
