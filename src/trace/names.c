// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/names.h"

#include <string.h>

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

enum rondo_status rdo_names_find(struct rdo_names *names, const char *text, uint32_t *out_number, bool *out_is_new, struct rondo_diag *diag) {
  *out_is_new = false;
  struct rdo_name_hint *hint = &names->hints[((uintptr_t)text >> 3) % RDO_NAME_HINT_COUNT];
  if (hint->address == text && strcmp(text, rdo_names_get(names, hint->number)) == 0) {
    *out_number = hint->number;
    return RONDO_OK;
  }
  char clean[RDO_NAME_BYTES_MAX];
  size_t length = rdo_name_copy(clean, sizeof clean, text);
  RDO_TRY(rdo_texts_intern(&names->texts, clean, length, out_number, out_is_new, diag));
  *hint = (struct rdo_name_hint){text, *out_number};
  return RONDO_OK;
}

void rdo_names_deinit(struct rdo_names *names) {
  rdo_texts_deinit(&names->texts);
  *names = (struct rdo_names){0};
}
