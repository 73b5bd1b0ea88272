// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "kernel/fat_elf.h"

#include "base/checked.h"

// Header: u8[4] magic, u16 version, u8 record count, u8 zero. Record: u16 machine, u8 system ABI, u8 its
// version, u8 word size, u8 byte order, u8[2] zero, u64 offset, u64 size.
enum {
  MAGIC = 0x1F0E70FA,  // as a little-endian word
  HEADER_BYTES = 8,
  RECORD_BYTES = 24,
  RECORD_OFFSET = 8,
  RECORD_SIZE = 16,
  VERSION = 1,
  WORD_64 = 2,
  LITTLE_ENDIAN_ORDER = 1,
};

static bool record_matches(const uint8_t *record, uint16_t machine) {
  return rdo_load_u16(record) == machine && record[4] == WORD_64 && record[5] == LITTLE_ENDIAN_ORDER;
}

enum rondo_status rdo_fat_elf_select(struct rdo_bytes data, uint16_t machine, struct rdo_bytes *out_file,
                                     struct rondo_diag *diag) {
  *out_file = data;
  if (data.size < HEADER_BYTES || rdo_load_u32(data.data) != MAGIC) return RONDO_OK;
  unsigned version = rdo_load_u16(data.data + 4), count = data.data[6];
  if (version != VERSION || !rdo_range_fits(HEADER_BYTES, (uint64_t)count * RECORD_BYTES, data.size)) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                    "FatELF: byte 4: version %u (%d is known) with %u records in %llu bytes", version, VERSION, count,
                    (unsigned long long)data.size);
  }
  for (unsigned i = 0; i < count; ++i) {
    const uint8_t *record = data.data + HEADER_BYTES + (size_t)i * RECORD_BYTES;
    if (!record_matches(record, machine)) continue;
    uint64_t offset = rdo_load_u64(record + RECORD_OFFSET), size = rdo_load_u64(record + RECORD_SIZE);
    if (!rdo_range_fits(offset, size, data.size)) {
      return rdo_fail(diag, RONDO_FAILED_PRECONDITION,
                      "FatELF: record %u: bytes %llu + %llu leave the container of %llu bytes", i,
                      (unsigned long long)offset, (unsigned long long)size, (unsigned long long)data.size);
    }
    *out_file = (struct rdo_bytes){data.data + offset, size};
    return RONDO_OK;
  }
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "FatELF: none of %u records is for machine %u", count, machine);
}
