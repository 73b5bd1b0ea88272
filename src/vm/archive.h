// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The container of a `.vmfb` file: a size-prefixed FlatBuffer followed by data segments, either flat
// or inside a ZIP file whose first entry is the FlatBuffer.

#ifndef RDO_VM_ARCHIVE_H_
#define RDO_VM_ARCHIVE_H_

#include "base/bytes.h"
#include "base/status.h"

struct rdo_archive {
  struct rdo_bytes file;
  uint64_t flatbuffer_offset;  // in the file
  struct rdo_bytes flatbuffer;
  uint64_t rodata_base;  // file offset that segment offsets count from; may lie past the file's end
};

// Finds the parts.
//   file     the whole file; views into it are returned
//   returns  OK, INVALID_ARGUMENT (truncated or inconsistent, with the byte offset)
enum rondo_status rdo_archive_open(struct rdo_bytes file, struct rdo_archive *out_archive, struct rondo_diag *diag);

#endif  // RDO_VM_ARCHIVE_H_
