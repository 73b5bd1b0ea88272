// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures while jobs of a file are loaded, played and written, and a plan with a model: the n-th allocation, or the n-th thread, is refused, for
// n = 1, 2, ... until all goes well. Each failure must come back as RESOURCE_EXHAUSTED with words, and end all jobs and
// threads; that nothing is left behind is seen by the address sanitizer.
// Usage: play_fail JOBS_FILE PLAN_FILE

#include <stdio.h>

#include "inject.h"
#include "rondo/play.h"
#include "rondo/play_schedule.h"
#include "rondo/trace.h"

// What there is of one player --------------------------------------------------------------------------------

static void be_told(void *user, const struct rondo_stuck *stuck) { (void)user, (void)stuck; }

// A margin is given: measuring it would take a moment, hundreds of times.
static const struct rondo_play_setup setup = {.margin_ns = 200000, .watchdog_ns = INT64_C(3600000000000), .stuck = be_told};

static enum rondo_status play(const char *path, struct rondo_diag *diag) {
  struct rondo_player *player;
  struct rondo_trace_table *table = NULL;
  enum rondo_status status = rondo_player_load(path, &(const struct rondo_load_options){.player = {.worker_count = 2, .setup = setup}}, &player, diag);
  if (status == RONDO_OK) status = rondo_player_run(player, 0, 0, diag);
  if (status == RONDO_OK) status = rondo_player_trace(player, &table, diag);
  rondo_trace_table_release(&table);
  rondo_player_release(&player);
  return status;
}

static enum rondo_status play_plan(const char *path, struct rondo_diag *diag) {
  struct rondo_schedule_player *player;
  struct rondo_trace_table *table = NULL;
  enum rondo_status status = rondo_schedule_player_create(path, &(const struct rondo_schedule_play_options){.iteration_count = 2, .setup = setup}, &player, diag);
  if (status == RONDO_OK) status = rondo_schedule_player_run(player, diag);
  if (status == RONDO_OK) status = rondo_schedule_player_table(player, &table, diag);
  rondo_trace_table_release(&table);
  rondo_schedule_player_release(&player);
  return status;
}

static bool fail_each(const char *path, enum rondo_status (*play_file)(const char *path, struct rondo_diag *diag)) {
  for (inject.target = 1;; ++inject.target) {
    struct rondo_diag diag = {.status = RONDO_OK};
    inject_begin(INJECT_MEMORY | INJECT_THREADS);
    enum rondo_status status = play_file(path, &diag);
    inject_end();
    bool is_through = inject_count() < inject.target;
    bool is_told = status == RONDO_RESOURCE_EXHAUSTED && diag.message[0] != '\0';
    if ((status != RONDO_OK && !is_told) || (is_through && status != RONDO_OK)) {
      fprintf(stderr, "%s: failure %u: %s '%s'\n", path, inject.target, rondo_status_name(status), diag.message);
      return false;
    }
    if (is_through) {
      printf("%s: %u failures\n", path, inject.target - 1);
      return true;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  return fail_each(argv[1], play) && fail_each(argv[2], play_plan) ? 0 : 1;
}
