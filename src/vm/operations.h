// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#ifndef RDO_VM_OPERATIONS_H_
#define RDO_VM_OPERATIONS_H_

#include "vm/code.h"

// The function behind an opcode that runs out of line (lists, whole-buffer operations, switches,
// indirect globals); NULL for an opcode that has a handler of its own.
rdo_slow_fn rdo_operation_find(uint16_t opcode);

#endif  // RDO_VM_OPERATIONS_H_
