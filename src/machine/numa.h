// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Memory on NUMA nodes, by the system calls alone.

#ifndef RDO_MACHINE_NUMA_H_
#define RDO_MACHINE_NUMA_H_

#include <stddef.h>

#include "base/status.h"

// Asks the kernel to keep memory on a NUMA node: pages that are there already move, later ones come from it
// when they are first touched. When the node is full the kernel takes another one: running slower is not a
// failure, ending the process would be. Covers the whole pages inside the range; what is left at its ends,
// less than a page each, stays with the neighbours it has. Does nothing, successfully, on a machine with one
// node.
//   address  memory of this process, mapped
//   node     the kernel's number (os_index of a struct rdo_numa_node)
//   returns  OK, NOT_FOUND (no such node), INVALID_ARGUMENT (not mapped), PERMISSION_DENIED or UNAVAILABLE
//            (the system does not do it)
//   thread   any      phase  setup
enum rondo_status rdo_machine_bind_memory(void *address, size_t bytes, int node, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether this process may do that: tries it on a page of its own, on a machine with one node, too.
//   returns  OK, PERMISSION_DENIED or UNAVAILABLE (the system does not do it), RESOURCE_EXHAUSTED
//   thread   any      phase  setup
enum rondo_status rdo_machine_try_memory(int node, struct rondo_diag *diag) RONDO_MUST_USE;

// The node that memory is on now, once something has been written there. -1 where the system does not tell.
int rdo_machine_memory_node(const void *address);

#endif  // RDO_MACHINE_NUMA_H_
