// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#ifndef RDO_VM_INTERPRET_H_
#define RDO_VM_INTERPRET_H_

#include "vm/invocation.h"

// Runs an invocation from where it stands.
//   returns  OK (the host frame is on top), DEFERRED, or a failure with its diag filled
enum rondo_status rdo_interpret(struct rdo_invocation *invocation);

// The word that begins an instruction of this code (enum rdo_code or a bytecode opcode).
union rdo_word rdo_code_word(uint32_t code);

#endif  // RDO_VM_INTERPRET_H_
