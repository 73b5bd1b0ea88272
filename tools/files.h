// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files in and out of memory.

#ifndef RDO_TOOLS_FILES_H_
#define RDO_TOOLS_FILES_H_

#include <stddef.h>

#include "array.h"

// Bytes that grow. Zero-initialise; end with rdo_tool_bytes_release.
struct tool_bytes {
  uint8_t *data;
  size_t size;
  size_t capacity;
};

// Appends `size` bytes.
//   returns  OK, RESOURCE_EXHAUSTED; on error nothing is appended
enum rondo_status rdo_tool_bytes_append(struct tool_bytes *bytes, const void *data, size_t size,
                                        struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_tool_bytes_release(struct tool_bytes *bytes);

// Reads a file to its end; pipes are fine.
//   byte_limit  a larger file fails
//   out_bytes   released and filled
//   returns     OK, NOT_FOUND, PERMISSION_DENIED, DATA_LOSS (read error), RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_file_read(const char *path, uint64_t byte_limit, struct tool_bytes *out_bytes,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// A file being read from its start, no further than asked for: a pipe or a device may have no end.
// Zero-initialise; end with rdo_tool_stream_close, also after an error.
struct tool_stream {
  const char *path;         // borrowed
  struct tool_bytes bytes;  // what was read so far
  bool is_open;             // there may be more
  int file;                 // while it is open
};

//   returns     OK, NOT_FOUND, PERMISSION_DENIED, DATA_LOSS
enum rondo_status rdo_tool_stream_open(struct tool_stream *stream, const char *path,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// Reads on until `bytes` has at least `size` bytes, or the file has ended and it has fewer.
//   returns     OK, DATA_LOSS (read error), RESOURCE_EXHAUSTED
enum rondo_status rdo_tool_stream_fill(struct tool_stream *stream, uint64_t size,
                                       struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_tool_stream_close(struct tool_stream *stream);

// Writes a file so that readers see the old contents or the new, never half: under a temporary name
// beside it, then renamed. What is no regular file (a pipe, /dev/null) is written to as it is.
//   keep_old    put the bytes after what the file has now
//   returns     OK, NOT_FOUND (the folder), PERMISSION_DENIED, DATA_LOSS (write error)
enum rondo_status rdo_tool_file_write(const char *path, const void *data, size_t size, bool keep_old,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TOOLS_FILES_H_
