// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#ifndef RDO_VM_CALL_SITE_H_
#define RDO_VM_CALL_SITE_H_

#include "vm/decode.h"
#include "vm/module.h"

// Makes the call site of a call instruction and says which code executes it (RDO_CODE_CallFunction,
// CallNative or CallUnresolved).
enum rondo_status rdo_call_site_create(struct rdo_module *module, const struct rdo_instruction *call,
                                       const struct rdo_call_site **out_site, uint32_t *out_code, struct rondo_diag *diag);

// Makes the source list of a return.
enum rondo_status rdo_return_site_create(struct rdo_module *module, const struct rdo_cconv *cconv,
                                         struct rdo_operand_list sources, const struct rdo_return_site **out_site,
                                         struct rondo_diag *diag);

// Writes `ordinals` (one a letter) to `grouped`: 32-bit registers first, then 64-bit, then refs.
void rdo_group_by_kind(const char *letters, uint32_t length, const uint16_t *ordinals, uint16_t *grouped,
                       uint16_t counts[3]);

#endif  // RDO_VM_CALL_SITE_H_
