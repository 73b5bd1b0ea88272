// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How errors travel inside the library: a status by value, its words in the caller's diag.
// The first failure writes the diag; frames further up only append where they were.

#ifndef RDO_BASE_STATUS_H_
#define RDO_BASE_STATUS_H_

#include <stdarg.h>
#include <stdbool.h>

#include "rondo/status.h"

// Propagates a failure from a function that owns nothing. Functions that own something end in one
// `fail:` label instead.
#define RDO_TRY(call)                                  \
  do {                                                 \
    enum rondo_status rdo_try_status_ = (call);        \
    if (rdo_try_status_ != RONDO_OK) return rdo_try_status_; \
  } while (0)

// What a caller fails something with, as a failure: what is none, or no status, is UNKNOWN.
static inline enum rondo_status rdo_failure_of(enum rondo_status status) {
  bool is_failure = status > RONDO_OK && status <= RONDO_INCOMPATIBLE && status != RONDO_DEFERRED;
  return is_failure ? status : RONDO_UNKNOWN;
}

// Records a failure and returns its status, so that `return rdo_fail(...)` reads as one thought.
//   diag  may be NULL; left alone when it already holds an earlier failure
enum rondo_status rdo_fail(struct rondo_diag *diag, enum rondo_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));
#ifdef __clang_analyzer__  // sees one file at a time, and would follow paths on which a failure is OK
#define rdo_fail(diag, status, ...) ((void)rdo_fail((diag), (status), __VA_ARGS__), (enum rondo_status)(status))
#endif

// Appends "; <text>" to a diag that holds a failure: the place or call the error passed through.
void rdo_annotate(struct rondo_diag *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

// Puts "<text>: " in front of the message: the file a failure belongs to.
void rdo_prefix(struct rondo_diag *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

// RESOURCE_EXHAUSTED for an allocation of `byte_length` bytes that the system refused.
enum rondo_status rdo_fail_no_memory(struct rondo_diag *diag, unsigned long long byte_length)
    __attribute__((cold));

// Makes a diag ready for use without clearing all of it.
static inline void rdo_diag_clear(struct rondo_diag *diag) {
  diag->status = RONDO_OK;
  diag->message_length = 0;
  diag->message[0] = 0;
}

#endif  // RDO_BASE_STATUS_H_
