// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The pure half of the ELF loader: verifies untrusted bytes, and relocates a copy of them. Nothing
// here maps memory or runs code, and every function takes images of every machine, so that tests, the
// fuzzer and `inspect` need no such machine.
//
// Accepted is what stands alone: a 64-bit little-endian ET_DYN without dependencies, initializers,
// thread-local storage or undefined symbols, that needs nothing but to be copied and relocated.

#ifndef RDO_KERNEL_ELF_H_
#define RDO_KERNEL_ELF_H_

#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

enum {
  RDO_ELF_MACHINE_X86_64 = 62,
  RDO_ELF_MACHINE_AARCH64 = 183,
  RDO_ELF_MACHINE_RISCV = 243,
#if defined(__x86_64__)
  RDO_ELF_MACHINE_HOST = RDO_ELF_MACHINE_X86_64,
#elif defined(__aarch64__)
  RDO_ELF_MACHINE_HOST = RDO_ELF_MACHINE_AARCH64,
#elif defined(__riscv)
  RDO_ELF_MACHINE_HOST = RDO_ELF_MACHINE_RISCV,
#endif
};

enum { RDO_ELF_EXECUTE = 1, RDO_ELF_WRITE = 2, RDO_ELF_READ = 4 };  // segment flags, as in the file

enum {
  RDO_ELF_SEGMENT_COUNT_MAX = 16,      // linkers make three or four
  RDO_ELF_PROGRAM_HEADER_COUNT_MAX = 64,
  RDO_ELF_ALIGNMENT_MAX = 1 << 21,     // a huge page; linkers use 4 KiB or 64 KiB
  RDO_ELF_MEMORY_BYTES_MAX = 1 << 30,
  RDO_ELF_MEMORY_BYTES_FREE = 1 << 26,  // any image may use this much; more needs a file in proportion
  RDO_ELF_MEMORY_PER_FILE_BYTE = 64,
};

// One PT_LOAD: file [offset, offset + file_bytes) becomes memory at `address`, zeros up to memory_bytes.
struct rdo_elf_segment {
  uint64_t address;  // all addresses are relative to the image
  uint64_t offset;
  uint64_t file_bytes;
  uint64_t memory_bytes;
  uint32_t flags;
};

struct rdo_elf_relocations {
  uint64_t offset;  // in the file
  uint64_t count;
};

// What verification found; every range in it lies in the file or in the image as its use requires.
struct rdo_elf_layout {
  uint16_t machine;
  uint32_t segment_count;
  struct rdo_elf_segment segments[RDO_ELF_SEGMENT_COUNT_MAX];  // by address, disjoint, none W and X
  uint64_t memory_bytes;  // end of the last segment: the image occupies [0, memory_bytes)
  uint64_t alignment;     // of the image, power of two
  uint64_t read_only_begin, read_only_end;  // to protect after relocation, in one writable segment; or 0, 0
  struct rdo_elf_relocations relocations[2];
  uint64_t symbols_offset, symbol_count;  // dynamic symbols in the file, number 0 unused
  uint64_t query_address;                 // of the library query function, in an executable segment
};

// Checks everything that loading relies on.
//   data        borrowed; offsets and addresses in messages are relative to it
//   machine     e_machine that the image must have
//   out_layout  valid when OK
//   returns     OK, FAILED_PRECONDITION (what, where and why in diag)
//   thread      any                       phase  setup; no allocation
enum rondo_status rdo_elf_verify(struct rdo_bytes data, uint16_t machine, struct rdo_elf_layout *out_layout,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Copies the segments to `memory` and relocates them for an image that will stand at `base`.
//   layout, data  verified together; data unchanged since
//   memory        u8[layout->memory_bytes], zeroed; only bytes of segments are touched
void rdo_elf_copy(const struct rdo_elf_layout *layout, struct rdo_bytes data, uint8_t *memory);
void rdo_elf_relocate(const struct rdo_elf_layout *layout, struct rdo_bytes data, uint8_t *memory, uint64_t base);

#endif  // RDO_KERNEL_ELF_H_
