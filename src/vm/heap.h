// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The memory that a program can ask for at will (vm buffers and lists), counted against a budget.

#ifndef RDO_VM_HEAP_H_
#define RDO_VM_HEAP_H_

#include <pthread.h>

#include "base/object.h"
#include "base/status.h"

struct rdo_list;

struct rdo_vm_heap {
  struct rdo_object object;      // objects on the heap keep it alive
  rdo_atomic_u64 live_bytes;
  uint64_t budget_bytes;         // const after create, UINT64_MAX = no limit
  pthread_mutex_t lock;          // leaf lock
  struct rdo_list *lists;        // lock: lock: all lists on the heap, for rdo_list_collect
};

enum rondo_status rdo_vm_heap_create(uint64_t budget_bytes, struct rdo_vm_heap **out_heap, struct rondo_diag *diag);

// Counts `bytes` in; RESOURCE_EXHAUSTED over the budget. Every success is paired with a return.
enum rondo_status rdo_vm_heap_acquire(struct rdo_vm_heap *heap, uint64_t bytes, struct rondo_diag *diag);
void rdo_vm_heap_return(struct rdo_vm_heap *heap, uint64_t bytes);

#endif  // RDO_VM_HEAP_H_
