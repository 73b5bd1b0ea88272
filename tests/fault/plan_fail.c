// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures while planning: the n-th allocation, or the n-th thread, is refused, for n = 1, 2, ... until all goes well.
// Each failure must come back as RESOURCE_EXHAUSTED with words, end all threads and leave nothing behind.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inject.h"
#include "rondo/plan.h"
#include "base/alloc.h"
#include "rondo/repair.h"
#include "solve/windows.h"

// Problems -------------------------------------------------------------------------------------------------

static enum rondo_status make_shop(struct rondo_problem **out, struct rondo_diag *diag) {
  char text[4096];
  int length = snprintf(text, sizeof text, "6 4\n");
  for (int job = 0; job < 6; ++job) {
    length += snprintf(text + length, sizeof text - (size_t)length, "5");
    for (int i = 0; i < 5; ++i) {
      length += snprintf(text + length, sizeof text - (size_t)length, " 2 %d %d %d %d", (job + i) % 4, job * 3 % 7 + i + 1, (job + 2 * i + 1) % 4, 2 * i + 1);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "\n");
  }
  return rondo_problem_read_fjsp(text, (size_t)length, "text", out, diag);
}

static enum rondo_status fill_general(struct rondo_problem *problem, struct rondo_diag *diag) {
  enum rondo_status status = rondo_problem_add_machine(problem, 3, diag);
  if (status == RONDO_OK) status = rondo_problem_add_machine(problem, 2, diag);
  if (status == RONDO_OK) status = rondo_problem_set_transition(problem, 0, 1, 2, diag);
  if (status == RONDO_OK) status = rondo_problem_add_job(problem, &(struct rondo_problem_job){.deadline = 9}, diag);
  for (int i = 0; i < 20 && status == RONDO_OK; ++i) {
    const struct rondo_problem_use uses[] = {{.machine = i % 2, .width = 1 + i % 2}, {.machine = 0, .width = 3}};
    const struct rondo_problem_mode modes[] = {{.duration = 4 + i % 3, .uses = uses, .use_count = 1}, {.duration = 3, .uses = uses + 1, .use_count = 1}};
    status = rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 0, .modes = modes, .mode_count = 2}, diag);
    if (status == RONDO_OK && i > 3) status = rondo_problem_add_edge(problem, i - 3, i, 0, diag);
  }
  return status == RONDO_OK ? rondo_problem_finish(problem, diag) : status;
}

static enum rondo_status make_general(struct rondo_problem **out, struct rondo_diag *diag) {
  enum rondo_status status = rondo_problem_create(out, diag);
  if (status == RONDO_OK) status = fill_general(*out, diag);
  return status;
}

// Creating may fail; once that is done nothing is allocated, so nothing can fail.
static enum rondo_status repair(const struct rondo_problem *problem, const struct rondo_schedule *schedule, struct rondo_diag *diag) {
  static const struct rondo_node_progress nothing_begun[40] = {0};
  const struct rondo_placed_node *planned = rondo_schedule_nodes(schedule);
  struct rondo_problem_info info;
  struct rondo_repair *repair;
  rondo_problem_info(problem, &info);
  enum rondo_status status = rondo_repair_create(problem, planned, info.node_count, &repair, diag);
  if (status != RONDO_OK) return status;
  uint32_t count = inject_count();
  for (int64_t now = 3; now < 40 && status == RONDO_OK; now += 9) {
    status = rondo_repair_run(repair, now, nothing_begun, diag);
    rondo_repair_adopt(repair);
  }
  if (status != RONDO_OK || inject_count() != count) {
    fprintf(stderr, "repair: %s '%s', %u allocations\n", rondo_status_name(status), diag->message, inject_count() - count);
    exit(1);
  }
  rondo_repair_release(&repair);
  return RONDO_OK;
}

static enum rondo_status solve_windows(const struct rondo_problem *problem, const struct rondo_solve_options *options, struct rondo_diag *diag) {
  const struct rdo_window_options layout = {.count = 3};
  struct rondo_schedule *schedule;
  struct rdo_window *windows;
  size_t count;
  enum rondo_status status = rdo_windows_solve(problem, options, &layout, &schedule, &windows, &count, diag);
  rondo_schedule_release(&schedule);
  rdo_free(windows);
  return status;
}

static enum rondo_status plan(enum rondo_status (*make)(struct rondo_problem **, struct rondo_diag *), double time_limit_s, struct rondo_diag *diag) {
  const struct rondo_solve_options options = {.iteration_limit = 60, .time_limit_s = time_limit_s, .thread_count = 2};
  struct rondo_problem *problem = NULL;
  struct rondo_schedule *schedule = NULL;
  enum rondo_status status = make(&problem, diag);
  if (status == RONDO_OK) status = rondo_solve(problem, &options, &schedule, diag);
  if (status == RONDO_OK) status = repair(problem, schedule, diag);
  if (status == RONDO_OK) status = solve_windows(problem, &options, diag);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
  return status;
}

// With a time limit threads run freely, and one of two is enough.
static uint32_t fail_each(const char *name, enum rondo_status (*make)(struct rondo_problem **, struct rondo_diag *), double time_limit_s) {
  for (uint32_t n = 1;; ++n) {
    struct rondo_diag diag = {0};
    uint32_t before = inject_live_blocks();
    inject.target = n;
    inject_begin(INJECT_MEMORY | INJECT_THREADS);
    enum rondo_status status = plan(make, time_limit_s, &diag);
    inject_end();
    uint32_t left = inject_live_blocks() - before;
    bool is_through = !inject_has_failed();
    if ((status != RONDO_OK && (status != RONDO_RESOURCE_EXHAUSTED || diag.message[0] == '\0')) || (is_through && status != RONDO_OK) || left != 0) {
      fprintf(stderr, "%s: failure %u: %s '%s', %d blocks left\n", name, n, rondo_status_name(status), diag.message, (int)left);
      exit(1);
    }
    if (is_through) return n - 1;
  }
}

int main(void) {
  printf("shop: %u failures\n", fail_each("shop", make_shop, 0));
  printf("shop, timed: %u failures\n", fail_each("shop, timed", make_shop, 60));
  printf("general: %u failures\n", fail_each("general", make_general, 0));
  printf("general, timed: %u failures\n", fail_each("general, timed", make_general, 60));
  return 0;
}
