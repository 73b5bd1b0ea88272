// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo machine --check`.

#ifndef RDO_TOOLS_MACHINE_CHECK_H_
#define RDO_TOOLS_MACHINE_CHECK_H_

#include <stdbool.h>

#include "rondo/machine.h"

// Prints what stands in the way of real time.
//   returns  exit code: 0; 2 when the list of allowed CPUs is wrong; 1 when the machine cannot be read or, if `is_strict`, there are warnings
int rdo_tool_machine_check(const struct rondo_machine_options *options, bool wants_json, bool is_strict);

#endif  // RDO_TOOLS_MACHINE_CHECK_H_
