// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// An arena: many small allocations with one lifetime. Memory is zeroed, aligned to 16 bytes, and never
// moves.

#ifndef RDO_BASE_ARENA_H_
#define RDO_BASE_ARENA_H_

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct rdo_arena_block;

struct rdo_arena {
  struct rdo_arena_block *blocks;  // newest first
  uint8_t *next;
  size_t room;  // bytes left behind `next`
};

// `count` elements of `size` bytes in *out; NULL when count is 0. A zeroed arena is ready for use.
enum rondo_status rdo_arena_alloc(struct rdo_arena *arena, size_t count, size_t size, void *out,
                                  struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_arena_deinit(struct rdo_arena *arena);

#endif  // RDO_BASE_ARENA_H_
