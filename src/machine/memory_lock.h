// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Memory that is there when it is needed: not taken back by the system, and touched before.

#ifndef RDO_MACHINE_MEMORY_LOCK_H_
#define RDO_MACHINE_MEMORY_LOCK_H_

#include <stddef.h>

#include "base/status.h"

// Locks the process' memory: what there is, and what comes, each page once it has been touched. Where the kernel would refuse a later
// allocation for it, nothing is locked.
//   returns  OK, PERMISSION_DENIED (RLIMIT_MEMLOCK, without CAP_IPC_LOCK), UNAVAILABLE (the kernel cannot)
//   thread   any      phase  setup
enum rondo_status rdo_memory_lock(struct rondo_diag *diag) RONDO_MUST_USE;

// Writes to each page, as it is.
//   thread   whoever uses it: its node gives the pages      phase  setup
void rdo_memory_prefault(void *address, size_t bytes);

// The same for what the calling thread has of its stack below this call, half a megabyte at most.
void rdo_memory_prefault_stack(void);

#endif  // RDO_MACHINE_MEMORY_LOCK_H_
