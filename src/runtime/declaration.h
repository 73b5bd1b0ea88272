// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a function's file tells about its arguments and results: the letters of its calling convention, and the text of its
// "iree.abi.declaration". Both are read where they lie, so a module need not be loaded for it.

#ifndef RDO_RUNTIME_DECLARATION_H_
#define RDO_RUNTIME_DECLARATION_H_

#include "rondo/model.h"
#include "vm/types.h"

// What a letter of a calling convention stands for, as far as it tells.
enum rondo_value_kind rdo_declaration_kind(char letter);

// Whether the last two arguments are fences, as far as the file tells.
//   model  the attribute "iree.abi.model"; NULL = none
bool rdo_declaration_has_fences(const struct rdo_cconv *cconv, const char *model);

// As rondo_function_argument and rondo_function_result.
//   declaration  NULL = none
//   has_fences   the last two arguments are fences
void rdo_declaration_argument(const struct rdo_cconv *cconv, const char *declaration, bool has_fences, int index, struct rondo_parameter *out_parameter);
void rdo_declaration_result(const struct rdo_cconv *cconv, const char *declaration, int index, struct rondo_parameter *out_parameter);

#endif  // RDO_RUNTIME_DECLARATION_H_
