// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Ctrl-C in verbs that take long: the first one asks for an end with what there is by then, which may never come; the
// second one means it.

#ifndef RDO_TOOLS_INTERRUPT_H_
#define RDO_TOOLS_INTERRUPT_H_

#include <signal.h>

// Whether an end was asked for: for loops that look, and `stop` of the library's options.
extern volatile sig_atomic_t rdo_tool_was_interrupted;

// From here on Ctrl-C asks.
//   ask  called when it does, NULL = the loops look; in a signal handler, so only what may be called there
void rdo_tool_interrupt_begin(void (*ask)(void *user), void *user);

// From here on Ctrl-C ends the process, as it did before.
void rdo_tool_interrupt_end(void);

#endif  // RDO_TOOLS_INTERRUPT_H_
