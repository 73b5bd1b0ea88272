// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any bytes as a flexible job shop. What is refused says why; what reads is solved for a few steps, and
// no bound is above the makespan (rondo_solve verifies the schedule itself).

#include <stdint.h>
#include <stdlib.h>

#include "rondo/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void solve(const struct rondo_problem *problem) {
  struct rondo_problem_info info;
  rondo_problem_info(problem, &info);
  if (info.node_count > 500 || info.mode_count > 5000) return;
  const struct rondo_solve_options options = {.iteration_limit = 30, .thread_count = 1};
  struct rondo_schedule *schedule;
  struct rondo_schedule_info result;
  require(rondo_solve(problem, &options, &schedule, NULL) == RONDO_OK);
  rondo_schedule_info(schedule, &result);
  require(result.bound <= result.makespan && result.makespan <= result.first_makespan);
  rondo_schedule_release(&schedule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct rondo_problem *problem;
  struct rondo_diag diag = {0};
  if (rondo_problem_read_fjsp((const char *)data, size, "input", &problem, &diag) != RONDO_OK) {
    require(problem == NULL && diag.message[0] != '\0');
    return 0;
  }
  solve(problem);
  rondo_problem_release(&problem);
  return 0;
}
