// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/arena.h"

#include <string.h>

#include "base/alloc.h"

enum { BLOCK_BYTES = 16 * 1024, ARENA_ALIGNMENT = 16 };

struct rdo_arena_block {
  struct rdo_arena_block *previous;
  uint64_t padding;  // keeps what follows aligned
};

static enum rondo_status add_block(struct rdo_arena *arena, size_t size, struct rondo_diag *diag) {
  size_t room = size > BLOCK_BYTES / 4 ? size : BLOCK_BYTES;
  struct rdo_arena_block *block;
  RDO_TRY(rdo_alloc(sizeof *block + room, &block, diag));
  block->previous = arena->blocks;
  arena->blocks = block;
  arena->next = (uint8_t *)(block + 1);
  arena->room = room;
  return RONDO_OK;
}

enum rondo_status rdo_arena_alloc(struct rdo_arena *arena, size_t count, size_t size, void *out, struct rondo_diag *diag) {
  void *memory = NULL;
  memcpy(out, &memory, sizeof memory);
  if (count == 0) return RONDO_OK;
  if (size > (SIZE_MAX / 2 - ARENA_ALIGNMENT) / count) return rdo_fail_no_memory(diag, SIZE_MAX);
  size_t total = (count * size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
  if (total > arena->room) RDO_TRY(add_block(arena, total, diag));
  memory = arena->next;
  arena->next += total;
  arena->room -= total;
  memcpy(out, &memory, sizeof memory);
  return RONDO_OK;
}

void rdo_arena_deinit(struct rdo_arena *arena) {
  while (arena->blocks != NULL) {
    struct rdo_arena_block *block = arena->blocks;
    arena->blocks = block->previous;
    rdo_free(block);
  }
  memset(arena, 0, sizeof *arena);
}
