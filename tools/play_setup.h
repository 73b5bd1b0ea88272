// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a play prepares for real time, as asked for by flags, and what it was granted.

#ifndef RDO_TOOLS_PLAY_SETUP_H_
#define RDO_TOOLS_PLAY_SETUP_H_

#include <stdio.h>

#include "options.h"
#include "rondo/play_setup.h"

// As typed, NULL = the default.
struct tool_play_setup_args {
  const char *watchdog, *margin, *memory_lock;
};

// Lines for a verb's table of options; `args` is a struct tool_play_setup_args.
#define TOOL_PLAY_SETUP_OPTIONS(args)                                                                                                          \
  {"watchdog", TOOL_OPTION_TEXT, &(args).watchdog, "TIME",                                                                                     \
   "Tell when a worker has been in one call of a kernel for so long; default 10s, 0s: never."},                                                \
      {"margin", TOOL_OPTION_TEXT, &(args).margin, "TIME",                                                                                     \
       "How long before a release its worker ends its sleep and spins; default what each of them measures at the start, from 150us to 400us."}, \
      {"lock-memory", TOOL_OPTION_TEXT, &(args).memory_lock, "auto|on|off",                                                                    \
       "Keep all memory where it is: auto (default) where the system allows it, on: or do not play."}

// Reads the flags.
//   returns  false after saying what is wrong
bool rdo_tool_play_setup_read(const struct tool_play_setup_args *args, struct rondo_play_setup *out_setup);

// One line.
void rdo_tool_play_granted_print(const struct rondo_play_granted *granted, FILE *file);

enum { TOOL_GRANTED_JSON_BYTES = 4096 };

// A member of a JSON object, "granted".
//   out_text  [TOOL_GRANTED_JSON_BYTES]
void rdo_tool_play_granted_json(const struct rondo_play_granted *granted, char *out_text);

#endif  // RDO_TOOLS_PLAY_SETUP_H_
