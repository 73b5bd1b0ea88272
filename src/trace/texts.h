// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Texts by number, exactly as they came: equal texts have one number. (names.h makes texts fit for a viewer first;
// here a file must come back byte for byte.)

#ifndef RDO_TRACE_TEXTS_H_
#define RDO_TRACE_TEXTS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct rdo_text {
  const char *bytes;  // NUL-terminated, in the arena
  uint32_t length;
  uint32_t hash;
};

// Zero-initialise.
struct rdo_texts {
  struct rdo_arena arena;
  struct rdo_text *items;  // owned [count]; items[number - 1]
  size_t count;
  size_t capacity;
  uint32_t *slots;    // owned [slot_count]: number or 0 = free
  size_t slot_count;  // a power of two, or 0
};

// Finds a text or adds it.
//   text        borrowed [length], no NUL in it       out_number  0 = the empty text, else 1, 2, ...
//   returns     OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_texts_add(struct rdo_texts *texts, const char *text, size_t length, uint32_t *out_number,
                                struct rondo_diag *diag) RONDO_MUST_USE;

// The same for those to whom the empty text is one like any other: it is added, too, and has a number from 1 on.
// Who interns does not ask rdo_texts_find.
//   out_is_new  whether it was added
enum rondo_status rdo_texts_intern(struct rdo_texts *texts, const char *text, size_t length, uint32_t *out_number, bool *out_is_new,
                                   struct rondo_diag *diag) RONDO_MUST_USE;

// The number of a text, or UINT32_MAX when it is not there.
uint32_t rdo_texts_find(const struct rdo_texts *texts, const char *text, size_t length);

static inline const char *rdo_texts_get(const struct rdo_texts *texts, uint32_t number) {
  return number == 0 ? "" : texts->items[number - 1].bytes;
}

void rdo_texts_deinit(struct rdo_texts *texts);

#endif  // RDO_TRACE_TEXTS_H_
