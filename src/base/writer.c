// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Text quotes names from files: control bytes must not reach a terminal.

#include "base/writer.h"

#include <stdarg.h>
#include <stdio.h>

void rdo_write(const struct rdo_writer *writer, const char *format, ...) {
  char text[4096];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (length < 0) return;
  if ((size_t)length >= sizeof text) length = (int)sizeof text - 1;
  for (int i = 0; i < length; ++i) {
    unsigned char c = (unsigned char)text[i];
    if ((c < 0x20 && c != '\n') || c == 0x7F) text[i] = '?';
  }
  writer->write(writer->user, text, (size_t)length);
}
