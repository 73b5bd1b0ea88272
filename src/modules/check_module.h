// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The `check` module: expectations of self-checking programs. One that is not met fails the call.

#ifndef RDO_MODULES_CHECK_MODULE_H_
#define RDO_MODULES_CHECK_MODULE_H_

#include "vm/native.h"

// Its functions take no `self`.
extern const struct rdo_native_module rdo_check_module;

#endif  // RDO_MODULES_CHECK_MODULE_H_
