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

// Opens and maps a file.
//   returns  OK, NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (empty, or a directory), DATA_LOSS,
//            RESOURCE_EXHAUSTED
enum rondo_status rdo_mapping_open(const char *path, struct rdo_mapping **out_mapping, struct rondo_diag *diag);

#endif  // RDO_BASE_MAPPING_H_
