// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The part of `rondo play` that plays a schedule file.

#ifndef RDO_TOOLS_PLAY_SCHEDULE_H_
#define RDO_TOOLS_PLAY_SCHEDULE_H_

#include "play.h"

// Whether a file that `rondo play` was given is a schedule: its content says so.
bool rdo_tool_is_schedule(const char *path);

// Plays it, or a jobs file from a plan, and reports.
//   out_needs_jobs  it cannot be played, and a fallback was asked for: its jobs are to be played by themselves
//   returns         an exit code
int rdo_tool_play_schedule(const char *path, const struct tool_play_args *args, bool *out_needs_jobs);

#endif  // RDO_TOOLS_PLAY_SCHEDULE_H_
