// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// FatELF: several ELF files, one a machine, in one container.

#ifndef RDO_KERNEL_FAT_ELF_H_
#define RDO_KERNEL_FAT_ELF_H_

#include "base/bytes.h"
#include "base/status.h"

// Finds the file for a machine; data that is no FatELF is its own answer.
//   out_file  a part of data, not verified
//   returns   OK, FAILED_PRECONDITION (malformed, or no record for the machine)
enum rondo_status rdo_fat_elf_select(struct rdo_bytes data, uint16_t machine, struct rdo_bytes *out_file,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_KERNEL_FAT_ELF_H_
