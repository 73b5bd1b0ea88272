// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The memory that a program can ask for at will (vm buffers and lists, with their headers; module state),
// counted against a budget. There is always one: a program is a file, and a file must not take the host.

#ifndef RDO_VM_HEAP_H_
#define RDO_VM_HEAP_H_

#include <pthread.h>

#include "base/object.h"
#include "base/status.h"

struct rdo_list;

// When nobody sets a budget. Compiled models use a few KiB; programs with tables of their own fit too.
#define RDO_VM_HEAP_BYTES_DEFAULT (UINT64_C(1) << 30)

// The largest budget. A slot of a list takes 16 bytes and a ref global 8, so programs of a few contexts cannot
// hold an object often enough to wrap its 32-bit reference count.
#define RDO_VM_HEAP_BYTES_MAX (UINT64_C(1) << 33)

struct rdo_vm_heap {
  struct rdo_object object;      // objects on the heap keep it alive
  rdo_atomic_u64 live_bytes;
  uint64_t budget_bytes;         // const after create
  pthread_mutex_t lock;          // leaf lock
  struct rdo_list *lists;        // lock: lock: all lists on the heap, for rdo_list_collect
};

// Makes a heap.
//   budget_bytes  0 = RDO_VM_HEAP_BYTES_DEFAULT; more than RDO_VM_HEAP_BYTES_MAX counts as that
enum rondo_status rdo_vm_heap_create(uint64_t budget_bytes, struct rdo_vm_heap **out_heap, struct rondo_diag *diag);

// Counts `bytes` in; RESOURCE_EXHAUSTED over the budget. Every success is paired with a return.
enum rondo_status rdo_vm_heap_acquire(struct rdo_vm_heap *heap, uint64_t bytes, struct rondo_diag *diag);
void rdo_vm_heap_return(struct rdo_vm_heap *heap, uint64_t bytes);

#endif  // RDO_VM_HEAP_H_
