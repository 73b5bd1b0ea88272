// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/names.h"

#include <string.h>

#include "base/alloc.h"

enum { SLOT_COUNT_FIRST = 256 };

// Bytes of the well-formed sequence that begins here: 2 to 4, or 0 when there is none. (1 is not asked.)
static size_t sequence_bytes(const uint8_t *text, size_t room) {
  uint8_t lead = text[0];
  size_t size = lead >= 0xC2 && lead <= 0xDF ? 2 : lead >= 0xE0 && lead <= 0xEF ? 3
                                               : lead >= 0xF0 && lead <= 0xF4   ? 4
                                                                                : 0;
  if (size == 0 || size > room) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((text[i] & 0xC0) != 0x80) return 0;
  }
  bool is_too_long = (lead == 0xE0 && text[1] < 0xA0) || (lead == 0xF0 && text[1] < 0x90);
  bool is_too_high = (lead == 0xED && text[1] > 0x9F) || (lead == 0xF4 && text[1] > 0x8F);
  return is_too_long || is_too_high ? 0 : size;
}

// Names come from files; viewers want text.
size_t rdo_name_copy(char *out_text, size_t capacity, const char *name) {
  size_t length = strnlen(name, capacity);
  memcpy(out_text, name, length);
  uint8_t *bytes = (uint8_t *)out_text;
  for (size_t i = 0; i < length;) {
    size_t size = bytes[i] < 0x80 ? 1 : sequence_bytes(bytes + i, length - i);
    bool is_bad = size == 0 || bytes[i] < 0x20 || bytes[i] == 0x7F;
    if (is_bad) bytes[i] = '?';
    i += is_bad ? 1 : size;
  }
  return length;
}

// FNV-1a.
static uint32_t hash_text(const char *text, size_t length) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < length; ++i) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
  return hash;
}

static enum rondo_status grow_slots(struct rdo_names *names, struct rondo_diag *diag) {
  size_t slot_count = names->slot_count == 0 ? SLOT_COUNT_FIRST : 2 * names->slot_count;
  uint32_t *slots = NULL;
  RDO_TRY(rdo_alloc_array(slot_count, sizeof *slots, &slots, diag));
  for (size_t i = 0; i < names->count; ++i) {
    size_t slot = names->names[i].hash & (slot_count - 1);
    while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
    slots[slot] = (uint32_t)i + 1;
  }
  rdo_free(names->slots);
  names->slots = slots;
  names->slot_count = slot_count;
  return RONDO_OK;
}

static enum rondo_status add_name(struct rdo_names *names, const char *text, uint32_t length, uint32_t hash, struct rondo_diag *diag) {
  char *copy = NULL;
  RDO_TRY(rdo_grow_array(names->count + 1, sizeof *names->names, &names->capacity, &names->names, diag));
  RDO_TRY(rdo_arena_alloc(&names->arena, length + 1, 1, &copy, diag));
  memcpy(copy, text, length);
  names->names[names->count++] = (struct rdo_name){copy, length, hash};
  return RONDO_OK;
}

// `text` is as it is kept.
static enum rondo_status find_text(struct rdo_names *names, const char *text, uint32_t length, uint32_t *out_number, bool *out_is_new,
                                   struct rondo_diag *diag) {
  if (2 * (names->count + 1) > names->slot_count) RDO_TRY(grow_slots(names, diag));
  uint32_t hash = hash_text(text, length);
  size_t slot = hash & (names->slot_count - 1);
  for (; names->slots[slot] != 0; slot = (slot + 1) & (names->slot_count - 1)) {
    const struct rdo_name *name = &names->names[names->slots[slot] - 1];
    if (name->hash != hash || name->length != length || memcmp(name->text, text, length) != 0) continue;
    *out_number = names->slots[slot];
    return RONDO_OK;
  }
  RDO_TRY(add_name(names, text, length, hash, diag));
  *out_number = names->slots[slot] = (uint32_t)names->count;
  *out_is_new = true;
  return RONDO_OK;
}

enum rondo_status rdo_names_find(struct rdo_names *names, const char *text, uint32_t *out_number, bool *out_is_new, struct rondo_diag *diag) {
  *out_is_new = false;
  struct rdo_name_hint *hint = &names->hints[((uintptr_t)text >> 3) % RDO_NAME_HINT_COUNT];
  if (hint->address == text && strcmp(text, names->names[hint->number - 1].text) == 0) {
    *out_number = hint->number;
    return RONDO_OK;
  }
  char clean[RDO_NAME_BYTES_MAX];
  size_t length = rdo_name_copy(clean, sizeof clean, text);
  RDO_TRY(find_text(names, clean, (uint32_t)length, out_number, out_is_new, diag));
  *hint = (struct rdo_name_hint){text, *out_number};
  return RONDO_OK;
}

void rdo_names_deinit(struct rdo_names *names) {
  rdo_arena_deinit(&names->arena);
  rdo_free(names->names);
  rdo_free(names->slots);
  *names = (struct rdo_names){0};
}
