// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzzes the pure half of the ELF loader: verification of any bytes for any machine, and relocation of
// what it accepted into memory of exactly the stated size. Nothing is executed.
//
// Input: one byte that selects the machine (and a FatELF wrapper), then the container.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "kernel/elf.h"
#include "kernel/fat_elf.h"

enum { MEMORY_BYTES_MAX = 1 << 20 };  // larger images are verified only

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void relocate(const struct rdo_elf_layout *layout, struct rdo_bytes file) {
  if (layout->memory_bytes > MEMORY_BYTES_MAX) return;
  uint8_t *memory = calloc(1, layout->memory_bytes);
  if (memory == NULL) return;
  rdo_elf_copy(layout, file, memory);
  rdo_elf_relocate(layout, file, memory, UINT64_C(0x7F0000000000));
  free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const uint16_t machines[] = {RDO_ELF_MACHINE_X86_64, RDO_ELF_MACHINE_AARCH64, RDO_ELF_MACHINE_RISCV};
  if (size == 0) return 0;
  uint16_t machine = machines[data[0] % 3];
  struct rdo_bytes file = {data + 1, size - 1};
  struct rdo_elf_layout layout;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_fat_elf_select(file, machine, &file, &diag) != RONDO_OK) return 0;
  if (rdo_elf_verify(file, machine, &layout, &diag) == RONDO_OK) {
    relocate(&layout, file);
  } else if (diag.message_length <= 0) {
    abort();  // a refusal without words
  }
  return 0;
}
