// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/heap.h"

#include "base/alloc.h"

static void destroy_heap(struct rdo_object *object) {
  struct rdo_vm_heap *heap = RDO_CONTAINER(object, struct rdo_vm_heap, object);
  pthread_mutex_destroy(&heap->lock);
  rdo_free(heap);
}

static const struct rdo_object_type heap_type = {"vm.heap", destroy_heap};

enum rondo_status rdo_vm_heap_create(uint64_t budget_bytes, struct rdo_vm_heap **out_heap, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc(sizeof **out_heap, out_heap, diag));
  rdo_object_init(&(*out_heap)->object, &heap_type);
  pthread_mutex_init(&(*out_heap)->lock, NULL);
  if (budget_bytes == 0) budget_bytes = RDO_VM_HEAP_BYTES_DEFAULT;
  (*out_heap)->budget_bytes = budget_bytes < RDO_VM_HEAP_BYTES_MAX ? budget_bytes : RDO_VM_HEAP_BYTES_MAX;
  return RONDO_OK;
}

enum rondo_status rdo_vm_heap_acquire(struct rdo_vm_heap *heap, uint64_t bytes, struct rondo_diag *diag) {
  uint64_t live;
  if (rdo_count_try_add_u64(&heap->live_bytes, bytes, heap->budget_bytes, &live)) return RONDO_OK;
  return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "host program asks for %llu bytes with %llu live, over its memory budget of %llu",
                  (unsigned long long)bytes, (unsigned long long)live, (unsigned long long)heap->budget_bytes);
}

void rdo_vm_heap_return(struct rdo_vm_heap *heap, uint64_t bytes) {
  // relaxed: counter
  rdo_atomic_sub(&heap->live_bytes, bytes, rdo_relaxed);
}
