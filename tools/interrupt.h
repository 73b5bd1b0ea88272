// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Signals to verbs that take long.
//
//   SIGINT (Ctrl-C), SIGTERM   a verb that can be asked is asked for an end with what there is by then, which may
//                              never come; a second one, and the first to any other verb, ends the process: traces
//                              get their files first. A third one ends it whatever happens.
//   SIGUSR1                    the state of queues and workers goes to stderr, and the verb goes on
//
// What a signal handler cannot do a thread does that only waits for it.

#ifndef RDO_TOOLS_INTERRUPT_H_
#define RDO_TOOLS_INTERRUPT_H_

#include <signal.h>
#include <stdio.h>

// The signal that asked for an end, or 0: for loops that look, and `stop` of the library's options.
extern volatile sig_atomic_t rdo_tool_was_interrupted;

// From here on signals do as above; until `ask` there is nobody to ask. A second time does nothing.
void rdo_tool_interrupt_begin(void);

// From here on there is.
//   ask  called with the signal, NULL = the loops look; in a signal handler, so only what may be called there
void rdo_tool_interrupt_ask(void (*ask)(void *user), void *user);

// From here on there is nobody to ask any more.
void rdo_tool_interrupt_end_asking(void);

// What to do before the process ends; NULL = nothing. When this returns, the one before is not called any more.
void rdo_tool_interrupt_before_end(void (*last)(void *user), void *user);

// What SIGUSR1 shows; NULL = nothing. When this returns, the one before is not called any more.
void rdo_tool_interrupt_show(void (*show)(void *user, FILE *file), void *user);

// What an interrupted verb exits with, as shells tell it: 128 + the signal's number.
int rdo_tool_interrupt_exit_code(void);

#endif  // RDO_TOOLS_INTERRUPT_H_
