// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/archive.h"

#include "base/checked.h"

enum {
  ZIP_LOCAL_HEADER_MAGIC = 0x04034B50,
  ZIP_LOCAL_HEADER_BYTES = 30,
  ZIP_NAME_LENGTH_OFFSET = 26,
  ZIP_EXTRA_LENGTH_OFFSET = 28,
  PREFIX_BYTES = 4,
  ARCHIVE_BYTES_MIN = 16,  // prefix, root offset, identifier, one more word
  RODATA_ALIGNMENT = 64,
};

// Where the FlatBuffer's size prefix stands: behind the first ZIP local header, or at 0. Sizes in ZIP
// records are never used: they describe the archive for unzip, not the module.
static uint64_t find_prefix(struct rdo_bytes file) {
  if (file.size < ZIP_LOCAL_HEADER_BYTES || rdo_load_u32(file.data) != ZIP_LOCAL_HEADER_MAGIC) return 0;
  return (uint64_t)ZIP_LOCAL_HEADER_BYTES + rdo_load_u16(file.data + ZIP_NAME_LENGTH_OFFSET) +
         rdo_load_u16(file.data + ZIP_EXTRA_LENGTH_OFFSET);
}

enum rondo_status rdo_archive_open(struct rdo_bytes file, struct rdo_archive *out_archive, struct rondo_diag *diag) {
  uint64_t prefix = find_prefix(file);
  if (!rdo_range_fits(prefix, ARCHIVE_BYTES_MIN, file.size)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "byte %llu: file of %llu bytes ends before its FlatBuffer begins",
                    (unsigned long long)prefix, (unsigned long long)file.size);
  }
  uint32_t size = rdo_load_u32(file.data + prefix);
  if (size < ARCHIVE_BYTES_MIN - PREFIX_BYTES || size > INT32_MAX ||
      !rdo_range_fits(prefix + PREFIX_BYTES, size, file.size)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT,
                    "byte %llu: FlatBuffer of %u bytes does not fit in the %llu bytes left (truncated file?)",
                    (unsigned long long)prefix, size, (unsigned long long)(file.size - prefix - PREFIX_BYTES));
  }
  uint64_t end = prefix + PREFIX_BYTES + size;
  *out_archive = (struct rdo_archive){
      .file = file,
      .flatbuffer_offset = prefix + PREFIX_BYTES,
      .flatbuffer = {file.data + prefix + PREFIX_BYTES, size},
      .rodata_base = (end + RODATA_ALIGNMENT - 1) & ~(uint64_t)(RODATA_ALIGNMENT - 1),
  };
  return RONDO_OK;
}
