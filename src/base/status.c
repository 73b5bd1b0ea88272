// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Status names and the bounded writers of `struct rondo_diag`.

#include "base/status.h"

#include <stdio.h>
#include <string.h>

#undef rdo_fail  // see the header

const char *rondo_status_name(enum rondo_status status) {
  static const char *const names[] = {
      "OK",          "CANCELLED",         "UNKNOWN",        "INVALID_ARGUMENT",
      "DEADLINE_EXCEEDED", "NOT_FOUND",   "ALREADY_EXISTS", "PERMISSION_DENIED",
      "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
      "UNIMPLEMENTED", "INTERNAL",        "UNAVAILABLE",    "DATA_LOSS",
      "UNAUTHENTICATED", "DEFERRED",      "INCOMPATIBLE",
  };
  unsigned index = (unsigned)status;
  return index < sizeof names / sizeof names[0] ? names[index] : "UNKNOWN";
}

// Messages quote names from files: control bytes must not reach a terminal or break the one line.
static void make_printable(char *text, int length) {
  for (int i = 0; i < length; ++i) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c == 0x7F) text[i] = '?';
  }
}

static void write_at(struct rondo_diag *diag, int begin, const char *format, va_list args) {
  int room = RONDO_DIAG_MESSAGE_BYTES - begin;
  int written = vsnprintf(diag->message + begin, (size_t)room, format, args);
  if (written < 0) written = 0;
  if (written >= room) written = room - 1;
  make_printable(diag->message + begin, written);
  diag->message_length = begin + written;
}

enum rondo_status rdo_fail(struct rondo_diag *diag, enum rondo_status status, const char *format, ...) {
  if (diag == NULL || diag->status != RONDO_OK) return status;
  diag->status = status;
  va_list args;
  va_start(args, format);
  write_at(diag, 0, format, args);
  va_end(args);
  // A program may fail without words of its own.
  if (diag->message_length == 0) diag->message_length = snprintf(diag->message, sizeof diag->message, "%s", rondo_status_name(status));
  return status;
}

void rdo_annotate(struct rondo_diag *diag, const char *format, ...) {
  if (diag == NULL || diag->status == RONDO_OK) return;
  int begin = diag->message_length;
  if (begin + 8 > RONDO_DIAG_MESSAGE_BYTES) return;
  memcpy(diag->message + begin, "; ", 3);
  va_list args;
  va_start(args, format);
  write_at(diag, begin + 2, format, args);
  va_end(args);
}

void rdo_prefix(struct rondo_diag *diag, const char *format, ...) {
  if (diag == NULL || diag->status == RONDO_OK) return;
  char message[RONDO_DIAG_MESSAGE_BYTES];
  memcpy(message, diag->message, sizeof message);
  va_list args;
  va_start(args, format);
  write_at(diag, 0, format, args);
  va_end(args);
  int begin = diag->message_length;
  int room = RONDO_DIAG_MESSAGE_BYTES - begin;
  int written = snprintf(diag->message + begin, (size_t)room, ": %s", message);
  diag->message_length = begin + (written < room ? written : room - 1);
}

enum rondo_status rdo_fail_no_memory(struct rondo_diag *diag, unsigned long long byte_length) {
  return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "out of memory allocating %llu bytes", byte_length);
}
