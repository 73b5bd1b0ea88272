// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/texts.h"

#include <string.h>

#include "base/alloc.h"

enum { SLOT_COUNT_FIRST = 256 };

// FNV-1a.
static uint32_t hash_text(const char *text, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; ++i) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
  return hash;
}

static enum rondo_status grow_slots(struct rdo_texts *texts, struct rondo_diag *diag) {
  size_t slot_count = texts->slot_count == 0 ? SLOT_COUNT_FIRST : 2 * texts->slot_count;
  uint32_t *slots = NULL;
  RDO_TRY(rdo_alloc_array(slot_count, sizeof *slots, &slots, diag));
  for (size_t i = 0; i < texts->count; ++i) {
    size_t slot = texts->items[i].hash & (slot_count - 1);
    while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
    slots[slot] = (uint32_t)i + 1;
  }
  rdo_free(texts->slots);
  texts->slots = slots;
  texts->slot_count = slot_count;
  return RONDO_OK;
}

// The slot that has the text, or the free one where it belongs.
static size_t find_slot(const struct rdo_texts *texts, const char *text, size_t length, uint32_t hash) {
  size_t slot = hash & (texts->slot_count - 1);
  for (; texts->slots[slot] != 0; slot = (slot + 1) & (texts->slot_count - 1)) {
    const struct rdo_text *item = &texts->items[texts->slots[slot] - 1];
    if (item->hash == hash && item->length == length && memcmp(item->bytes, text, length) == 0) break;
  }
  return slot;
}

uint32_t rdo_texts_find(const struct rdo_texts *texts, const char *text, size_t length) {
  if (length == 0) return 0;
  if (texts->slot_count == 0) return UINT32_MAX;
  uint32_t number = texts->slots[find_slot(texts, text, length, hash_text(text, length))];
  return number == 0 ? UINT32_MAX : number;
}

enum rondo_status rdo_texts_intern(struct rdo_texts *texts, const char *text, size_t length, uint32_t *out_number, bool *out_is_new,
                                   struct rondo_diag *diag) {
  *out_number = 0;
  *out_is_new = false;
  if (length >= UINT32_MAX || texts->count >= UINT32_MAX - 1) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "too many texts");
  if (2 * (texts->count + 1) > texts->slot_count) RDO_TRY(grow_slots(texts, diag));
  uint32_t hash = hash_text(text, length);
  size_t slot = find_slot(texts, text, length, hash);
  if (texts->slots[slot] == 0) {
    char *copy = NULL;
    RDO_TRY(rdo_grow_array(texts->count + 1, sizeof *texts->items, &texts->capacity, &texts->items, diag));
    RDO_TRY(rdo_arena_alloc(&texts->arena, length + 1, 1, &copy, diag));
    memcpy(copy, text, length);
    texts->items[texts->count++] = (struct rdo_text){copy, (uint32_t)length, hash};
    texts->slots[slot] = (uint32_t)texts->count;
    *out_is_new = true;
  }
  *out_number = texts->slots[slot];
  return RONDO_OK;
}

enum rondo_status rdo_texts_add(struct rdo_texts *texts, const char *text, size_t length, uint32_t *out_number, struct rondo_diag *diag) {
  bool is_new;
  *out_number = 0;
  return length == 0 ? RONDO_OK : rdo_texts_intern(texts, text, length, out_number, &is_new, diag);
}

void rdo_texts_deinit(struct rdo_texts *texts) {
  rdo_arena_deinit(&texts->arena);
  rdo_free(texts->items);
  rdo_free(texts->slots);
  *texts = (struct rdo_texts){0};
}
