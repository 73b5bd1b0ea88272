// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A file that appears when it is complete: written under a temporary name beside it, then renamed. A
// path to something that is no regular file (a pipe, /dev/null) is written directly.
//
// The first failure stays; what is written after it is dropped, and finishing tells it.

#ifndef RDO_BASE_OUTPUT_H_
#define RDO_BASE_OUTPUT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { RDO_OUTPUT_BUFFER_BYTES = 256 * 1024 };

struct rdo_output {
  int fd;                // -1 = closed
  char *path;            // owned
  char *temporary_path;  // owned, NULL = `path` itself is written
  uint8_t *buffer;       // owned [RDO_OUTPUT_BUFFER_BYTES]
  size_t buffered_bytes;
  uint64_t byte_count;     // written so far, with what is buffered
  struct rondo_diag diag;  // of the first failure
};

// Creates the file.
//   path     borrowed        out_output  filled; call rdo_output_deinit on it also on error
//   returns  OK, NOT_FOUND (no such folder), PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE
enum rondo_status rdo_output_init(struct rdo_output *out_output, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_output_write(struct rdo_output *output, const void *bytes, size_t size);

// Writes what is buffered and gives the file its name.
//   returns  OK, or what went wrong first; then no file has the name
enum rondo_status rdo_output_finish(struct rdo_output *output, struct rondo_diag *diag) RONDO_MUST_USE;

// Removes what was not finished.
void rdo_output_deinit(struct rdo_output *output);

#endif  // RDO_BASE_OUTPUT_H_
