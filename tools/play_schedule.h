// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The part of `rondo play` that plays a schedule file.

#ifndef RDO_TOOLS_PLAY_SCHEDULE_H_
#define RDO_TOOLS_PLAY_SCHEDULE_H_

#include "options.h"
#include "rondo/play_schedule.h"

// What of the command line is about schedules.
struct play_schedule_args {
  struct rondo_schedule_play_options options;
  struct tool_strings models;  // JOB=FILE
  const char *trace_path;    // NULL = none; its ending says the format
  const char *summary_path;  // NULL = none
  bool wants_json;
};

// Whether a file that `rondo play` was given is a schedule: its content says so.
bool rdo_tool_is_schedule(const char *path);

// Plays it and reports.
//   returns  an exit code
int rdo_tool_play_schedule(const char *path, const struct play_schedule_args *args);

#endif  // RDO_TOOLS_PLAY_SCHEDULE_H_
