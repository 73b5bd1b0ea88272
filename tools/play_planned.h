// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Playing from a plan, or a jobs file from one that is made at the start, and what is done when that cannot be.

#ifndef RDO_TOOLS_PLAY_PLANNED_H_
#define RDO_TOOLS_PLAY_PLANNED_H_

#include "play.h"

// Plays and reports.
//   args            its options of the library are completed
//   out_needs_jobs  it cannot be played, and a fallback was asked for: its jobs are to be played by themselves
//   returns         an exit code
int rdo_tool_play_planned(const char *path, struct tool_play_args *args, bool *out_needs_jobs);

#endif  // RDO_TOOLS_PLAY_PLANNED_H_
