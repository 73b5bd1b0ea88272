// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#ifndef RDO_VM_TRANSLATE_H_
#define RDO_VM_TRANSLATE_H_

#include "vm/module.h"

// Translates one verified function into executable form. Types, imports, rodata and state of the
// module are in place; the code goes into the module's arena.
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_translate_function(struct rdo_module *module, uint32_t ordinal, struct rondo_diag *diag);

#endif  // RDO_VM_TRANSLATE_H_
