// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Lines for people. They quote names from the command line and from files, which may hold anything: what
// is printed here stays one line, and no terminal is told what to do.

#ifndef RDO_TOOLS_MESSAGE_H_
#define RDO_TOOLS_MESSAGE_H_

#include <stddef.h>

#include "array.h"

// Prints "rondo: ", the message and a line end to stderr. Control characters become '?'; what is beyond
// 6 KiB is left out.
void rdo_tool_message(const char *format, ...) TOOL_PRINTF(1, 2);

// A name as it may be printed.
//   buffer   receives it, cut to fit
//   returns  `buffer`
const char *rdo_tool_printable(const char *name, char *buffer, size_t capacity);

enum { TOOL_NAME_TEXT_BYTES = 4096 };

#endif  // RDO_TOOLS_MESSAGE_H_
