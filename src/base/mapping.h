// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A file's bytes in memory, reference-counted: mapped read-only when it is a regular file, read when it
// is a pipe. Either way the first byte is page-aligned, so alignment in the file is alignment in memory, and at
// least a page behind the last one reads as zeros: kernels may load a vector past the end of a constant.

#ifndef RDO_BASE_MAPPING_H_
#define RDO_BASE_MAPPING_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/object.h"
#include "base/status.h"

struct rdo_mapping {
  struct rdo_object object;
  struct rdo_bytes bytes;
  size_t reserved_bytes;  // of address space from bytes.data on
};

// Most bytes that are read from a pipe: it may have no end, and unlike a mapped file it costs memory.
#define RDO_MAPPING_PIPE_BYTES_MAX (UINT64_C(2) << 30)

// Opens and maps a file, or reads a pipe or socket to its end.
//   returns  OK, NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (empty, a directory or a device), DATA_LOSS,
//            RESOURCE_EXHAUSTED (no memory, or a pipe with more than the limit)
enum rondo_status rdo_mapping_open(const char *path, struct rdo_mapping **out_mapping, struct rondo_diag *diag);

// The same with another limit for pipes.
enum rondo_status rdo_mapping_open_limited(const char *path, uint64_t pipe_bytes_max, struct rdo_mapping **out_mapping,
                                           struct rondo_diag *diag);

#endif  // RDO_BASE_MAPPING_H_
