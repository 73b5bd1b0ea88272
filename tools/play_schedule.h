// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The part of `rondo play` that plays a schedule file.

#ifndef RDO_TOOLS_PLAY_SCHEDULE_H_
#define RDO_TOOLS_PLAY_SCHEDULE_H_

#include "play.h"

// Whether a file that `rondo play` was given is a schedule: its content says so.
bool rdo_tool_is_schedule(const char *path);

// Why it was not played.
struct tool_play_refusal {
  enum rondo_status status;  // OK = it was
  bool is_late;              // it was seen when it ran: nodes are not those of the models
  struct rondo_diag diag;
};

// Plays it and reports.
//   out_refusal  what the caller has to tell
//   returns      an exit code
int rdo_tool_play_schedule(const char *path, const struct tool_play_args *args, struct tool_play_refusal *out_refusal);

#endif  // RDO_TOOLS_PLAY_SCHEDULE_H_
