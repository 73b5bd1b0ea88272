// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// numpy's .npy format: versions 1, 2 and 3, several arrays one after the other in a file.
//
// Read: booleans, integers, f2 f4 f8, complex, raw bytes (V); either byte order, either storage
// order; signed integers become si8 .. si64, as in IREE's tools. Not read: structured types,
// strings, times, objects. Two things that numpy does not write are read as IREE's tools do: a descr whose
// byte order is missing or says nothing ("f4", "=f4", "|f4": little), and (3) for (3,). Written: version 1, row-major. Types numpy does not know (bf16, the 8 bit
// floats, packed ones) have no .npy form.

#ifndef RDO_TOOLS_NPY_H_
#define RDO_TOOLS_NPY_H_

#include "files.h"

// Reads the array that begins at `*offset`.
//   data, size  the whole file
//   byte_limit  most bytes of contents
//   offset      in: where the array begins; out: its end, unchanged on error
//   out_array   filled, end with rdo_tool_array_release; empty on error
//   diag        tells the byte offset and why, not the file
//   returns     OK, OUT_OF_RANGE (no array is left there), INVALID_ARGUMENT (malformed),
//               DATA_LOSS (ends early), UNIMPLEMENTED, RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_npy_read(const uint8_t *data, uint64_t size, uint64_t byte_limit, uint64_t *offset,
                                    struct tool_array *out_array, struct rondo_diag *diag) RONDO_MUST_USE;

// How many bytes an array has, header and all, as far as its first bytes tell: no more than that needs to be
// read. Asked again with so many bytes, it tells more.
//   data, size  the first bytes; NULL, 0 is fine
//   returns     at most `size` when all is there, or what is there is malformed
uint64_t rdo_tool_npy_wanted(const uint8_t *data, uint64_t size, uint64_t byte_limit);

// Appends an array to `bytes`, header first.
//   returns     OK, UNIMPLEMENTED (no .npy form of this type), RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_npy_append(const struct tool_array *array, struct tool_bytes *bytes,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TOOLS_NPY_H_
