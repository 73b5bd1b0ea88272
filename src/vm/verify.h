// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The bytecode verifier. After it has passed a function, these hold and nobody checks them again:
//
//  - decoding from pc 0 reaches the exact end through whole, known instructions;
//  - blocks tile the function: marker, instructions, one terminator; branches go to markers only;
//  - every register operand is of the right bank, inside the frame, even where it is 64 bits wide,
//    and carries a move bit only where one is allowed;
//  - globals, rodata, types, functions and imports named by an operand exist;
//  - call and return lists match the calling convention letter by letter, spans included;
//  - float instructions appear only in functions that declare them.
//
// What depends on values stays for run time: null and wrongly typed refs, buffer ranges, list indices,
// indirect globals.

#ifndef RDO_VM_VERIFY_H_
#define RDO_VM_VERIFY_H_

#include "vm/module_file.h"

// Verifies one function.
//   types    the module's type table, resolved: types[module_file->type_count]
//   returns  OK, INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION (variadic call of a function that
//            is not an import); diag names function and pc
enum rondo_status rdo_verify_function(const struct rdo_module_file *module_file, const struct rdo_type *types,
                                      uint32_t ordinal, struct rondo_diag *diag);

#endif  // RDO_VM_VERIFY_H_
