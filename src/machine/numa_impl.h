// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The two halves of rdo_machine_bind_memory, so that each can be tested on a machine with one node.

#ifndef RDO_MACHINE_NUMA_IMPL_H_
#define RDO_MACHINE_NUMA_IMPL_H_

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

// Checks the number of a node.
//   root         directory that holds `sys`; NULL = "/"
//   out_is_only  the machine has no other
//   returns      OK, NOT_FOUND
enum rondo_status rdo_numa_check(const char *root, int node, bool *out_is_only, struct rondo_diag *diag) RONDO_MUST_USE;

// The system call. `node` is in [0, 1024).
enum rondo_status rdo_numa_prefer(void *address, size_t bytes, int node, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_MACHINE_NUMA_IMPL_H_
