// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Job sets that cannot keep their deadlines: which job, why, and what would do.

#include "planner_test.h"

static void expect_reason(const struct rondo_planning *planning, int index, const char *words) {
  const char *reason = rondo_planning_reason(planning, index);
  if (reason == NULL || strstr(reason, words) == NULL) fail_msg("\"%s\" should have \"%s\"", reason != NULL ? reason : "(none)", words);
}

static struct rondo_planning_info info_of(const struct rondo_planning *planning) {
  struct rondo_planning_info info;
  rondo_planning_info(planning, &info);
  return info;
}

static void test_critical_path(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"deadline_us\": 100}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"deadline_us\": 160}");
  assert_null(rondo_planning_file(planning));
  assert_false(info_of(planning).is_admitted);
  assert_false(info_of(planning).has_schedule);
  expect_reason(planning, 0, "jobs.json: jobs[0].deadline: \"x\" cannot end within 0.1 ms: its critical path takes 0.17 ms wherever it runs (3 dispatches, of which x0_dispatch_0 takes 0.11 ms). A deadline of 0.17 ms would do");
  expect_reason(planning, 1, "jobs.json: jobs[1].deadline: \"y\" cannot end within 0.16 ms");
  rondo_planning_release(&planning);
  // Alone it needs deadlines 1.7 times as long.
  planning = plan_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"deadline_us\": 100}");
  expect_reason(planning, 1, "a plan was found: x each 3.4");
  assert_true(info_of(planning).scale >= 1.7 && info_of(planning).scale < 1.72);
  rondo_planning_release(&planning);
  // Without periods there are only deadlines to be longer.
  planning = plan_jobs("{\"name\": \"y\", \"model\": \"a.vmfb\", \"deadline_us\": 160}");
  expect_reason(planning, 1, "with all deadlines 1.0");
  rondo_planning_release(&planning);
}

static void test_utilisation(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"b.vmfb\", \"period_ms\": 5, \"lanes\": [\"E1\"]}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"period_ms\": 5, \"lanes\": [\"E1\"]}");
  assert_null(rondo_planning_file(planning));
  // 6 ms, and 0.02 + 0.8 + 0.1 ms, in each 5 ms.
  expect_reason(planning, 0, "jobs.json: lane E1 has a utilisation of 1.38, more than 1: x 1.2, y 0.184. Periods 1.384 times as long");
  assert_true(info_of(planning).scale >= 1.384 && info_of(planning).scale < 1.4);
  rondo_planning_release(&planning);
}

// Its deadline counts from its own start: then it does not begin while another job is in its way.
static void test_relative(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"b.vmfb\", \"period_ms\": 20, \"deadline_ms\": 7, \"lanes\": [\"E1\"]}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"deadline_us\": 1000, \"lanes\": [\"E1\"]}");
  assert_true(info_of(planning).is_admitted);
  rondo_planning_release(&planning);
  planning = plan_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"deadline_us\": 171, \"lanes\": [\"P\"]}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"deadline_us\": 172, \"lanes\": [\"P\"]}");
  assert_true(info_of(planning).is_admitted);
  rondo_planning_release(&planning);
}

// Three jobs of 6 ms in each 8 ms on lanes that share two CPUs: each lane has time for it, the CPUs have not.
static void test_shared_utilisation(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"b.vmfb\", \"period_ms\": 8, \"lanes\": [\"E1\"]}, {\"name\": \"y\", \"model\": \"b.vmfb\", \"period_ms\": 8, \"lanes\": [\"E2\"]}, {\"name\": \"z\", \"model\": \"b.vmfb\", \"period_ms\": 8, \"lanes\": [\"E2\"]}");
  expect_reason(planning, 0, "the CPUs that lane E1 shares has a utilisation of 1.12");
  rondo_planning_release(&planning);
}

// A dispatch of 6 ms, once begun, is in the way of a job that comes each 2 ms, though there is time for both.
static void test_blocking(void **state) {
  (void)state;
  const char *jobs = "{\"name\": \"control\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"deadline_ms\": 1, \"priority\": 0, \"lanes\": [\"E1\"]}, {\"name\": \"long\", \"model\": \"b.vmfb\", \"period_ms\": 60, \"deadline_ms\": 30, \"priority\": 255, \"lanes\": [\"E1\"]}";
  struct rondo_planning *planning = plan_jobs(jobs);
  assert_null(rondo_planning_file(planning));
  assert_true(info_of(planning).has_schedule);
  expect_reason(planning, 0, "jobs.json: jobs[0].deadline: \"control\" is late in");
  expect_reason(planning, 0, "among others for long0_dispatch_0, which takes 6 ms there");
  assert_non_null(strstr(rondo_planning_note(planning, 0), "\"control\" has a slack of 0.08 ms, and long0_dispatch_0 a tile of 6 ms"));
  assert_true(info_of(planning).scale > 1);
  rondo_planning_release(&planning);
  struct rondo_planner_options options = quick_options("jobs.json");
  options.allows_late = true;
  planning = plan_with(&options);
  assert_non_null(rondo_planning_file(planning));
  assert_false(info_of(planning).is_admitted);
  struct rdo_plan_check check = {.finder = NULL};
  assert_ok(rdo_plan_check(schedule_of(planning), NULL, &check, &diag), &diag);
  assert_true(check.late_count > 0);
  assert_int_equal(check.finding_count, check.late_count);
  rondo_planning_release(&planning);
  // On a lane of its own it is in nobody's way.
  planning = plan_jobs("{\"name\": \"control\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"deadline_ms\": 1, \"lanes\": [\"E1\"]}, {\"name\": \"long\", \"model\": \"b.vmfb\", \"period_ms\": 60, \"deadline_ms\": 60, \"lanes\": [\"P\"]}");
  assert_true(info_of(planning).is_admitted);
  rondo_planning_release(&planning);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_critical_path), cmocka_unit_test(test_utilisation), cmocka_unit_test(test_relative), cmocka_unit_test(test_shared_utilisation), cmocka_unit_test(test_blocking)};
  if (!can_read()) return 77;
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
