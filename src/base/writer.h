// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Formatted text to a callback.

#ifndef RDO_BASE_WRITER_H_
#define RDO_BASE_WRITER_H_

#include <stddef.h>

struct rdo_writer {
  void (*write)(void *user, const char *text, size_t length);
  void *user;
};

// Writes one formatted piece; what is longer than 4 KiB is cut, control bytes but the newline become '?'.
void rdo_write(const struct rdo_writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif  // RDO_BASE_WRITER_H_
