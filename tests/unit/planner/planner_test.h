// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Machines, profiles and jobs for the tests of src/planner, as texts, and plans that are always checked.

#ifndef RDO_TEST_PLANNER_TEST_H_
#define RDO_TEST_PLANNER_TEST_H_

#include "plan/file.h"
#include "plan/plan_check.h"
#include "../plan/plan_test.h"
#include "rondo/planner.h"

static struct rondo_diag diag;

// Two clusters; the slow one has two lanes, which share CPU 4.
#define MACHINE                                                                                                                       \
  "{\"clusters\": [{\"name\": \"P\", \"cpus\": \"0-3\"}, {\"name\": \"E\", \"cpus\": \"4-5\", \"capacity\": 512}],"                     \
  " \"lanes\": [{\"name\": \"E1\", \"cluster\": \"E\", \"cpus\": \"4\"}, {\"name\": \"E2\", \"cluster\": \"E\"}],"                      \
  " \"resources\": [{\"name\": \"npu\", \"cpus\": \"4-5\"}],"                                                                         \
  " \"transitions\": [{\"from\": \"P\", \"to\": \"E\", \"cost_us\": 3}, {\"from\": \"E\", \"to\": \"P\", \"cost_us\": 5}]}"

// a: two dispatches in a row, the first on one to four workers of P, both on one of E. b: one dispatch of 6 ms, one tile.
#define PROFILE                                                                                                                            \
  "{\"clusters\": [{\"name\": \"P\", \"workers\": 4}, {\"name\": \"E\", \"capacity\": 512, \"workers\": 2}], \"models\": ["                   \
  "{\"model\": \"a.vmfb\", \"function\": \"f\", \"program\": [{\"cluster\": \"P\", \"p50_us\": 10}, {\"cluster\": \"E\", \"p50_us\": 20}], \"nodes\": [" \
  "{\"export\": \"a_dispatch_0\", \"tiles\": 4, \"costs\": [{\"cluster\": \"P\", \"p50_us\": 400, \"p99_us\": 500, \"samples\": 9},"          \
  " {\"cluster\": \"P\", \"workers\": 2, \"p50_us\": 210, \"samples\": 9}, {\"cluster\": \"P\", \"workers\": 3, \"p50_us\": 210, \"samples\": 9},"  \
  " {\"cluster\": \"P\", \"workers\": 4, \"p50_us\": 110, \"samples\": 9}, {\"cluster\": \"E\", \"p50_us\": 800, \"samples\": 9}, {\"cluster\": \"E\", \"workers\": 2, \"p50_us\": 800, \"samples\": 9}]}," \
  "{\"export\": \"a_dispatch_1\", \"command\": 3, \"predecessors\": [0], \"costs\": [{\"cluster\": \"P\", \"p50_us\": 50, \"samples\": 9}, {\"cluster\": \"E\", \"p50_us\": 100, \"samples\": 9}]}]},"  \
  "{\"model\": \"b.vmfb\", \"function\": \"g\", \"nodes\": [{\"export\": \"b_dispatch_0\", \"costs\": [{\"cluster\": \"P\", \"p50_us\": 6000, \"tile_max_us\": 6000, \"samples\": 9}, {\"cluster\": \"E\", \"p50_us\": 6000, \"tile_max_us\": 6000, \"samples\": 9}]}]}]}"

static inline struct rondo_planner_options quick_options(const char *path) {
  struct rondo_planner_options options;
  rondo_planner_options_init(&options);
  options.input_path = path;
  options.profile_path = "profile.json";
  options.solve.iteration_limit = 500;
  options.solve.thread_count = 1;
  return options;
}

// Writes jobs ("{...}, {...}") with the machine and the profile beside them.
static inline void write_jobs(const char *jobs) {
  char text[4096];
  write_file("machine.json", MACHINE);
  write_file("profile.json", PROFILE);
  snprintf(text, sizeof text, "{\"machine\": \"machine.json\", \"jobs\": [%s]}", jobs);
  write_file("jobs.json", text);
}

static inline void find_nothing(void *user, const struct rondo_plan_finding *finding) {
  (void)user;
  fail_msg("%s: %s: %s", finding->place, finding->rule_name, finding->message);
}

// Plans; whatever is planned is written, read again and checked.
static inline struct rondo_planning *plan_with(const struct rondo_planner_options *options) {
  const struct rondo_plan_finder finder = {find_nothing, NULL};
  struct rondo_planning *planning;
  struct rondo_file *file;
  uint64_t finding_count;
  memset(&diag, 0, sizeof diag);
  assert_ok(rondo_planning_create(options, &planning, &diag), &diag);
  if (rondo_planning_file(planning) == NULL || options->allows_late) return planning;
  assert_ok(rondo_file_write(rondo_planning_file(planning), "checked.json", &diag), &diag);
  assert_ok(rondo_file_read("checked.json", RONDO_FILE_PLAN, NULL, &file, &diag), &diag);
  assert_ok(rondo_plan_check(file, &finder, &finding_count, &diag), &diag);
  assert_int_equal(finding_count, 0);
  rondo_file_release(&file);
  return planning;
}

static inline struct rondo_planning *plan_jobs(const char *jobs) {
  write_jobs(jobs);
  struct rondo_planner_options options = quick_options("jobs.json");
  return plan_with(&options);
}

static inline const struct rdo_schedule *schedule_of(const struct rondo_planning *planning) {
  assert_non_null(rondo_planning_file(planning));
  return &rondo_planning_file(planning)->schedule;
}

static inline const struct rdo_schedule_node *node_of(const struct rdo_schedule *schedule, const char *key) {
  uint32_t index = rdo_schedule_find_node(schedule, key);
  if (index == RDO_SCHEDULE_NONE) fail_msg("no dispatch %s", key);
  return &schedule->nodes[index];
}

static inline void expect_failure(const struct rondo_planner_options *options, enum rondo_status status, const char *words) {
  struct rondo_planning *planning;
  memset(&diag, 0, sizeof diag);
  enum rondo_status got = rondo_planning_create(options, &planning, &diag);
  if (got != status || strstr(diag.message, words) == NULL) fail_msg("%s, not %s: \"%s\" should have \"%s\"", rondo_status_name(got), rondo_status_name(status), diag.message, words);
  assert_null(planning);
}

#endif  // RDO_TEST_PLANNER_TEST_H_
