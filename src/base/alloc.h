// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The library's one door to the heap. Sizes are checked for overflow here, once, and every
// allocation can be made to fail by linking with a wrapped malloc (tests/fault).

#ifndef RDO_BASE_ALLOC_H_
#define RDO_BASE_ALLOC_H_

#include <stddef.h>

#include "base/status.h"

// Returns zeroed memory for `count` elements of `size` bytes in *out (NULL when count is 0).
enum rondo_status rdo_alloc_array(size_t count, size_t size, void *out, struct rondo_diag *diag) RONDO_MUST_USE;

// One zeroed object of `size` bytes.
enum rondo_status rdo_alloc(size_t size, void *out, struct rondo_diag *diag) RONDO_MUST_USE;

// Grows *array (in place or moved) to at least `count` elements, at least doubling; *capacity is
// in elements. New elements are not cleared. On failure the old array stays.
enum rondo_status rdo_grow_array(size_t count, size_t size, size_t *capacity, void *array,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Uninitialised memory aligned to `alignment` (a power of two >= sizeof(void*)); NULL on failure.
void *rdo_alloc_aligned(size_t size, size_t alignment);

// Ends memory of any of the above; NULL is fine.
void rdo_free(void *memory);

#endif  // RDO_BASE_ALLOC_H_
