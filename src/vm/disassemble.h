// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#ifndef RDO_VM_DISASSEMBLE_H_
#define RDO_VM_DISASSEMBLE_H_

#include "base/writer.h"
#include "vm/module_file.h"

// Writes a function's bytecode, one instruction a line: offset, name, operands in the order of the
// encoding. %i4 is a 32-bit register, %i4:5 a 64-bit one, %r2 a ref, %r2! one that the instruction
// consumes; ^1F is the block at that offset.
enum rondo_status rdo_disassemble(const struct rdo_module_file *module_file, uint32_t ordinal, const struct rdo_writer *writer,
                                  struct rondo_diag *diag);

#endif  // RDO_VM_DISASSEMBLE_H_
