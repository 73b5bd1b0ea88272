// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Small objects that come and go with every call of a model: fences, buffer handles, tensors. Freed
// ones wait in a list of the freeing thread for the next one of their size, so that in steady state
// no call reaches the heap.
//
// Blocks belong to no thread: any thread may free what another one allocated. A thread's lists are
// bounded: what is too much goes to a depot that threads with empty lists take from. They go back to the
// heap when the thread ends. Sanitizer and hostile builds keep no lists, so that
// use after free stays visible and every allocation can be made to fail.

#ifndef RDO_BASE_POOL_H_
#define RDO_BASE_POOL_H_

#include <stddef.h>

#include "base/status.h"

enum {
  RDO_POOL_BYTES_MAX = 512,       // larger objects come from the heap directly
  RDO_POOL_CLASS_BYTES = 64,      // sizes are rounded up to this
  RDO_POOL_BLOCKS_CACHED_MAX = 16 // per class and thread
};

// One zeroed object of `size` bytes in *out.
enum rondo_status rdo_pool_acquire(size_t size, void *out, struct rondo_diag *diag) RONDO_MUST_USE;

// Returns an object with the size it was acquired with; NULL is fine.
void rdo_pool_return(void *memory, size_t size);

// Gives what the calling thread and the depot keep back to the heap.
void rdo_pool_trim(void);

#endif  // RDO_BASE_POOL_H_
