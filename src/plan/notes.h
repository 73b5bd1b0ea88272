// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a reader has to say about a file that it accepts: keys that nobody reads, a plan that overlaps itself.
// Each kind of remark is kept once, with the place where it occurred first and how often it did.

#ifndef RDO_PLAN_NOTES_H_
#define RDO_PLAN_NOTES_H_

#include <stddef.h>

#include "base/status.h"

enum { RDO_NOTES_MAX = 64, RDO_NOTE_BYTES = 512 };

struct rdo_note {
  char *kind;    // owned; remarks of the same kind are counted, not kept
  char *text;    // owned, one line: the first of them
  size_t count;  // how many
};

// Zero-initialise; end with rdo_notes_deinit.
struct rdo_notes {
  struct rdo_note *items;
  size_t count, capacity;
  size_t beyond_count;  // remarks of other kinds, for which there was no room
};

// Keeps a remark, or counts it when there is one of its kind.
//   notes    NULL: nothing is kept
//   kind     borrowed; what makes remarks alike
//   returns  OK, RESOURCE_EXHAUSTED (no memory)
enum rondo_status rdo_notes_add(struct rdo_notes *notes, struct rondo_diag *diag, const char *kind, const char *format, ...)
    __attribute__((format(printf, 4, 5))) RONDO_MUST_USE;

void rdo_notes_deinit(struct rdo_notes *notes);

#endif  // RDO_PLAN_NOTES_H_
