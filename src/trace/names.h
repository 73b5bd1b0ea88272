// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Names by number. Equal texts have one number, wherever they stand: a name may have gone with its
// model, and another one may lie at its address, so an address is a hint only and the texts are
// compared.

#ifndef RDO_TRACE_NAMES_H_
#define RDO_TRACE_NAMES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/texts.h"

// Longer names are cut.
enum { RDO_NAME_BYTES_MAX = 1000,
       RDO_NAME_HINT_COUNT = 256 };

struct rdo_name_hint {
  const char *address;
  uint32_t number;
};

// Zero-initialise.
struct rdo_names {
  struct rdo_texts texts;  // interned: valid UTF-8 without control characters
  struct rdo_name_hint hints[RDO_NAME_HINT_COUNT];
};

// Finds a name or adds it.
//   text         borrowed         out_number  1, 2, ... in the order of adding
//   out_is_new   whether it was added
//   returns      OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_names_find(struct rdo_names *names, const char *text, uint32_t *out_number, bool *out_is_new,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

// A name that was found; valid until rdo_names_deinit.
static inline const char *rdo_names_get(const struct rdo_names *names, uint32_t number) { return rdo_texts_get(&names->texts, number); }

// Copies a name as it is kept: what is no UTF-8, or a control character, becomes '?'.
//   out_text  filled [capacity], not terminated
//   returns   bytes copied, at most capacity
size_t rdo_name_copy(char *out_text, size_t capacity, const char *name);

void rdo_names_deinit(struct rdo_names *names);

#endif  // RDO_TRACE_NAMES_H_
