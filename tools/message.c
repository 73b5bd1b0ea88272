// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "message.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_BYTES = 6 * 1024 };  // a path and a diag

void rdo_tool_message(const char *format, ...) {
  char text[MESSAGE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(text, sizeof text, format, arguments) < 0) text[0] = '\0';
  va_end(arguments);
  rdo_tool_make_printable(text);
  fprintf(stderr, "rondo: %s\n", text);
}

const char *rdo_tool_printable(const char *name, char *buffer, size_t capacity) {
  snprintf(buffer, capacity, "%s", name);
  rdo_tool_make_printable(buffer);
  return buffer;
}
