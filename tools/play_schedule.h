// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The part of `rondo play` that plays a schedule file.

#ifndef RDO_TOOLS_PLAY_SCHEDULE_H_
#define RDO_TOOLS_PLAY_SCHEDULE_H_

#include "play.h"

// Whether a file that `rondo play` was given is a schedule: its content says so.
bool rdo_tool_is_schedule(const char *path);

// Plays it and reports.
//   returns  an exit code
int rdo_tool_play_schedule(const char *path, const struct tool_play_args *args);

#endif  // RDO_TOOLS_PLAY_SCHEDULE_H_
