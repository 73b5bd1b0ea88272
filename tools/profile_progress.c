// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#define _POSIX_C_SOURCE 200809L

#include "profile_progress.h"

#include <stdio.h>
#include <unistd.h>

static bool has_line;

void rdo_tool_profile_progress(void *user, const struct rondo_profile_progress *progress) {
  (void)user;
  if (!isatty(STDERR_FILENO)) return;
  fprintf(stderr, "\r%3d of %d  %3d %%  %.60s on %.40s, %d worker%s%s%.60s\x1b[K", progress->step + 1, progress->step_count,
          progress->call_count > 0 ? (int)((int64_t)progress->done_count * 100 / progress->call_count) : 0, progress->model, progress->cluster,
          progress->worker_count, progress->worker_count == 1 ? "" : "s", progress->beside != NULL ? ", beside " : "", progress->beside != NULL ? progress->beside : "");
  fflush(stderr);
  has_line = true;
}

void rdo_tool_profile_progress_end(void) {
  if (has_line) fputs("\r\x1b[K", stderr);
  has_line = false;
}
