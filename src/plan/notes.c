// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static enum rondo_status copy_text(const char *text, char **out, struct rondo_diag *diag) {
  size_t size = strlen(text) + 1;
  RDO_TRY(rdo_alloc(size, out, diag));
  memcpy(*out, text, size);
  return RONDO_OK;
}

// Names come from files: a remark stays one line.
static void make_printable(char *text) {
  for (; *text != '\0'; ++text) {
    if ((unsigned char)*text < 0x20 || *text == 0x7F) *text = '?';
  }
}

enum rondo_status rdo_notes_add(struct rdo_notes *notes, struct rondo_diag *diag, const char *kind, const char *format, ...) {
  if (notes == NULL) return RONDO_OK;
  for (size_t i = 0; i < notes->count; ++i) {
    if (strcmp(notes->items[i].kind, kind) != 0) continue;
    ++notes->items[i].count;
    return RONDO_OK;
  }
  if (notes->count == RDO_NOTES_MAX) {
    ++notes->beyond_count;
    return RONDO_OK;
  }
  char text[RDO_NOTE_BYTES];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  make_printable(text);
  RDO_TRY(rdo_grow_array(notes->count + 1, sizeof *notes->items, &notes->capacity, &notes->items, diag));
  struct rdo_note note = {.count = 1};
  enum rondo_status status = copy_text(kind, &note.kind, diag);
  if (status == RONDO_OK) status = copy_text(text, &note.text, diag);
  if (status != RONDO_OK) {
    rdo_free(note.kind);
    return status;
  }
  notes->items[notes->count++] = note;
  return RONDO_OK;
}

void rdo_notes_deinit(struct rdo_notes *notes) {
  if (notes == NULL) return;
  for (size_t i = 0; i < notes->count; ++i) {
    rdo_free(notes->items[i].kind);
    rdo_free(notes->items[i].text);
  }
  rdo_free(notes->items);
  *notes = (struct rdo_notes){0};
}
