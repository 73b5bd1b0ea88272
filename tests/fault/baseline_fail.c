// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures while a graph of dispatch modules is loaded and played without a plan, in sequence and several at once: the n-th allocation,
// or the n-th thread, is refused, for n = 1, 2, ... until all goes well. Each failure must come back as RESOURCE_EXHAUSTED with words; that
// nothing is left behind is seen by the address sanitizer.
// Usage: baseline_fail GRAPH_FILE

#include <stdio.h>

#include "inject.h"
#include "rondo/play_schedule.h"

static enum rondo_status play(const char *path, int64_t at_once, struct rondo_diag *diag) {
  struct rondo_schedule_player *player;
  struct rondo_trace_table *table = NULL;
  const struct rondo_schedule_play_options options = {.baseline_count = at_once, .iteration_count = 2, .setup = {.margin_ns = 200000}};  // given: measuring takes a moment
  enum rondo_status status = rondo_schedule_player_create(path, &options, &player, diag);
  if (status == RONDO_OK) status = rondo_schedule_player_run(player, diag);
  if (status == RONDO_OK) status = rondo_schedule_player_table(player, &table, diag);
  rondo_trace_table_release(&table);
  rondo_schedule_player_release(&player);
  return status;
}

static int fail_each(const char *path, int64_t at_once) {
  for (inject.target = 1;; ++inject.target) {
    struct rondo_diag diag = {.status = RONDO_OK};
    inject_begin(INJECT_MEMORY | INJECT_THREADS);
    enum rondo_status status = play(path, at_once, &diag);
    inject_end();
    bool is_through = inject_count() < inject.target;
    bool is_told = status == RONDO_RESOURCE_EXHAUSTED && diag.message[0] != '\0';
    if ((status != RONDO_OK && !is_told) || (is_through && status != RONDO_OK)) {
      fprintf(stderr, "%d at once, failure %u: %s '%s'\n", (int)at_once, inject.target, rondo_status_name(status), diag.message);
      return 1;
    }
    if (is_through) break;
  }
  printf("%d at once: %u failures\n", (int)at_once, inject.target - 1);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  return fail_each(argv[1], 1) != 0 || fail_each(argv[1], 2) != 0;
}
