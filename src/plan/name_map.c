// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/name_map.h"

#include <string.h>

#include "base/alloc.h"

enum { SLOT_COUNT_MIN = 16 };

// FNV-1a, with its high bits folded in: the table uses the low ones.
static size_t hash_name(const char *name) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *name != '\0'; ++name) hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
  return (size_t)(hash ^ hash >> 32);
}

// The slot that holds the name, or the free one where it belongs. There is always a free one.
static struct rdo_name_slot *find_slot(struct rdo_name_slot *slots, size_t capacity, const char *name) {
  size_t index = hash_name(name) & (capacity - 1);
  while (slots[index].name != NULL && strcmp(slots[index].name, name) != 0) index = (index + 1) & (capacity - 1);
  return &slots[index];
}

static enum rondo_status grow_map(struct rdo_name_map *map, struct rondo_diag *diag) {
  size_t capacity = map->capacity == 0 ? SLOT_COUNT_MIN : map->capacity * 2;
  struct rdo_name_slot *slots;
  RDO_TRY(rdo_alloc_array(capacity, sizeof *slots, &slots, diag));
  for (size_t i = 0; i < map->capacity; ++i) {
    if (map->slots[i].name != NULL) *find_slot(slots, capacity, map->slots[i].name) = map->slots[i];
  }
  rdo_free(map->slots);
  map->slots = slots;
  map->capacity = capacity;
  return RONDO_OK;
}

enum rondo_status rdo_name_map_add(struct rdo_name_map *map, const char *name, uint32_t value, struct rondo_diag *diag) {
  if (map->count * 2 >= map->capacity) RDO_TRY(grow_map(map, diag));
  *find_slot(map->slots, map->capacity, name) = (struct rdo_name_slot){name, value};
  ++map->count;
  return RONDO_OK;
}

uint32_t rdo_name_map_find(const struct rdo_name_map *map, const char *name) {
  if (map->capacity == 0) return RDO_NAME_NONE;
  const struct rdo_name_slot *slot = find_slot(map->slots, map->capacity, name);
  return slot->name == NULL ? RDO_NAME_NONE : slot->value;
}

void rdo_name_map_deinit(struct rdo_name_map *map) {
  if (map == NULL) return;
  rdo_free(map->slots);
  *map = (struct rdo_name_map){0};
}
