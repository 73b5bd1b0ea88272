// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Schedules that are planned again. RDO_TEST_REFERENCE is the path of the reference's schedule, which is not part of the
// repository; without it the test that needs it is skipped.

#include "planner_test.h"

static struct rondo_schedule_info solved_of(const struct rondo_planning *planning) {
  struct rondo_planning_info info;
  rondo_planning_info(planning, &info);
  assert_true(info.is_admitted);
  assert_true(info.is_schedule);
  return info.solved;
}

static void test_reference(void **state) {
  (void)state;
  static const char *const moves[] = {"dronet=CPU_P,CPU_E"};
  struct rondo_planner_options options = quick_options(RDO_TEST_REFERENCE);
  if (access(RDO_TEST_REFERENCE, R_OK) != 0) skip();
  options.profile_path = NULL;
  struct rondo_planning *planning = plan_with(&options);
  struct rondo_schedule_info info = solved_of(planning);
  assert_int_equal(info.makespan, 32649000);
  assert_int_equal(info.phase_error, 0);
  assert_true(info.seconds <= 1 || getenv("RONDO_SLOW") != NULL);
  const struct rdo_schedule *schedule = schedule_of(planning);
  assert_int_equal(schedule->node_count, 105);
  assert_null(schedule->machine);
  struct rdo_schedule source;
  assert_ok(rdo_schedule_read(RDO_TEST_REFERENCE, NULL, &source, &diag), &diag);
  for (uint32_t i = 0; i < 17; ++i) {
    char key[32];
    snprintf(key, sizeof key, "mlp%u_dispatch_0", (unsigned)i);
    assert_int_equal(node_of(schedule, key)->start_ns, node_of(&source, key)->start_ns);
    assert_int_equal(node_of(schedule, key)->release_policy, RDO_RELEASE_PHASE_LOCKED);
    assert_int_equal(node_of(schedule, key)->time_mode, RDO_TIME_SOFT);
  }
  rdo_schedule_deinit(&source);
  rondo_planning_release(&planning);
  // As the reference has it: two dispatches at once on one target.
  options.overlap_count = 2;
  planning = plan_with(&options);
  assert_int_equal(solved_of(planning).makespan, 32567000);
  rondo_planning_release(&planning);
  // Without that, once the net may use both clusters.
  options.overlap_count = 0;
  options.moves = moves;
  options.move_count = 1;
  planning = plan_with(&options);
  assert_int_equal(solved_of(planning).makespan, 32567000);
  assert_true(solved_of(planning).is_optimal);
  rondo_planning_release(&planning);
}

static void plan_text(const char *text, const char *const *moves, int move_count, struct rondo_planning **out_planning) {
  struct rondo_planner_options options = quick_options("s.json");
  options.profile_path = NULL;
  options.moves = moves;
  options.move_count = move_count;
  write_file("s.json", text);
  *out_planning = plan_with(&options);
}

#define TWO "{\"dispatches\": {\"a\": {\"id\": 0, \"hardware_target\": \"P\", \"duration\": 6, \"job_name\": \"j\"}, \"b\": {\"id\": 1, \"hardware_target\": \"P\", \"duration\": 4, \"job_name\": \"j\"}}, \"metadata\": {\"machines\": [\"P\", \"E\"]}}"

static void test_moves(void **state) {
  (void)state;
  static const char *const apart[] = {"j=P,E"}, *const both[] = {"j=P+E"};
  struct rondo_planning *planning;
  plan_text(TWO, NULL, 0, &planning);
  assert_int_equal(solved_of(planning).makespan, 10000000);
  rondo_planning_release(&planning);
  plan_text(TWO, apart, 1, &planning);
  assert_int_equal(solved_of(planning).makespan, 6000000);
  rondo_planning_release(&planning);
  // On both at once each takes half as long; the plan says which sets there are.
  plan_text(TWO, both, 1, &planning);
  assert_int_equal(solved_of(planning).makespan, 5000000);
  const struct rdo_schedule *schedule = schedule_of(planning);
  assert_int_equal(node_of(schedule, "a")->extra_count, 1);
  assert_int_equal(schedule->combination_count, 3);
  rondo_planning_release(&planning);
}

// What is moved to a slower cluster takes longer.
static void test_speeds(void **state) {
  (void)state;
  static const char *const moves[] = {"j=E"};
  struct rondo_planner_options options = quick_options("s.json");
  write_file("s.json", TWO);
  write_file("m.json", "{\"clusters\": [{\"name\": \"P\", \"workers\": 2}, {\"name\": \"E\", \"workers\": 1, \"capacity\": 256}]}");
  options.profile_path = NULL;
  options.machine_path = "m.json";
  options.moves = moves;
  options.move_count = 1;
  struct rondo_planning *planning = plan_with(&options);
  assert_int_equal(solved_of(planning).makespan, 40000000);
  assert_non_null(schedule_of(planning)->machine);
  rondo_planning_release(&planning);
}

// A plan of ours is planned again: releases, deadlines, workers and what it carries stay.
static void test_own_plan(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 1, \"deadline_ms\": 1}, {\"name\": \"y\", \"model\": \"b.vmfb\", \"deadline_ms\": 20}");
  assert_ok(rondo_file_write(rondo_planning_file(planning), "old.json", &diag), &diag);
  int64_t makespan = schedule_of(planning)->last_end_ns;
  rondo_planning_release(&planning);
  struct rondo_planner_options options = quick_options("old.json");
  options.profile_path = NULL;
  planning = plan_with(&options);
  assert_int_equal(schedule_of(planning)->last_end_ns, makespan);
  assert_non_null(schedule_of(planning)->machine);
  assert_int_equal(schedule_of(planning)->job_set->job_count, 2);
  assert_int_equal(schedule_of(planning)->jobs[0].deadline_ns, 1000000);
  rondo_planning_release(&planning);
  // With a profile dispatches may be wider or narrower than before.
  options.profile_path = "profile.json";
  planning = plan_with(&options);
  assert_true(schedule_of(planning)->last_end_ns <= makespan);
  rondo_planning_release(&planning);
}

// A graph without times gets them from a profile, by numbers of dispatches.
static void test_profiled_graph(void **state) {
  (void)state;
  struct rondo_planner_options options = quick_options("s.json");
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\"}");
  write_file("s.json", "{\"dispatches\": {\"a_dispatch_0\": {\"id\": 0, \"ordinal\": 1, \"total\": 1, \"dependencies\": [], \"hardware_target\": \"P\", \"job_name\": \"a\"},"
                       " \"a_dispatch_1\": {\"id\": 1, \"ordinal\": 1, \"total\": 1, \"dependencies\": [\"a_dispatch_0\"], \"hardware_target\": \"P\", \"job_name\": \"a\"}}}");
  options.machine_path = "machine.json";
  struct rondo_planning *planning = plan_with(&options);
  assert_int_equal(solved_of(planning).makespan, 110000 + 50000);
  assert_int_equal(node_of(schedule_of(planning), "a_dispatch_0")->worker_count, 4);
  rondo_planning_release(&planning);
  options.profile_path = NULL;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "s.json: dispatches: none has a duration");
}

static void test_many(void **state) {
  (void)state;
  enum { COUNT = 20000 };
  FILE *file = fopen("s.json", "wb");
  assert_non_null(file);
  fprintf(file, "{\"dispatches\": {");
  for (int i = 0; i < COUNT; ++i) {
    fprintf(file, "%s\"d%d\": {\"id\": %d, \"hardware_target\": \"T%d\", \"duration_ns\": %d, \"job_name\": \"j\", \"dependencies\": [", i > 0 ? ", " : "", i, i, i % 3, i % 9);
    if (i >= 3) fprintf(file, "\"d%d\"", i - 3);
    fprintf(file, "]}");
  }
  fprintf(file, "}}");
  fclose(file);
  struct rondo_planner_options options = quick_options("s.json");
  options.profile_path = NULL;
  options.solve.time_limit_s = -1;
  struct rondo_planning *planning = plan_with(&options);
  // Every third dispatch in a row; nodes without length among them.
  assert_true(solved_of(planning).is_optimal);
  rondo_planning_release(&planning);
}

static void test_bad_input(void **state) {
  (void)state;
  static const struct {
    const char *text, *move;
    enum rondo_status status;
    const char *words;
  } cases[] = {
      {TWO, "k=P", RONDO_NOT_FOUND, "--move=k=P: s.json has no job of this name"},
      {TWO, "j=Q", RONDO_NOT_FOUND, "--move=j=Q: there is no lane \"Q\""},
      {TWO, "j=P+P", RONDO_INVALID_ARGUMENT, "a set names P twice"},
      {TWO, "j=", RONDO_INVALID_ARGUMENT, "say which job goes where"},
      {TWO, "j=P,", RONDO_NOT_FOUND, "there is no lane \"\""},
      {"{\"dispatches\": {\"a\": {\"dependencies\": [\"b\"], \"duration\": 1}, \"b\": {\"dependencies\": [\"a\"]}}}", NULL, RONDO_INVALID_ARGUMENT, "s.json: dispatches.a: waits for itself"},
      {"{\"dispatches\": {\"a\": {\"duration\": 5e9}, \"b\": {\"duration\": 5e9}}}", NULL, RONDO_OUT_OF_RANGE, "s.json: dispatches.b: here the durations add up"},
      {"{\"dispatches\": {\"a\": {\"duration\": 0}}}", NULL, RONDO_INVALID_ARGUMENT, "s.json: dispatches: none has a duration"},
      {"{\"dispatches\": {}}", NULL, RONDO_INVALID_ARGUMENT, "dispatches: is empty"},
      {"{\"dispatches\": {\"a\": {\"duration\": 1, \"hardware_target\": \"Q\"}}, \"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 1}]}}", NULL, RONDO_NOT_FOUND, "the machine has no target \"Q\""},
  };
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    struct rondo_planner_options options = quick_options("s.json");
    write_file("s.json", cases[i].text);
    options.profile_path = NULL;
    options.moves = &cases[i].move;
    options.move_count = cases[i].move != NULL;
    expect_failure(&options, cases[i].status, cases[i].words);
  }
}

// Two dispatches that are locked at one time on one target.
static void test_infeasible(void **state) {
  (void)state;
  struct rondo_planning *planning;
  plan_text("{\"dispatches\": {\"a\": {\"duration\": 1, \"release_policy\": \"phase_locked\"}, \"b\": {\"duration\": 1, \"release_policy\": \"phase_locked\"}}}", NULL, 0, &planning);
  assert_null(rondo_planning_file(planning));
  assert_non_null(strstr(rondo_planning_reason(planning, 0), "start_time: is locked at 0 ms, where there is no room before 1 ms"));
  rondo_planning_release(&planning);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reference), cmocka_unit_test(test_moves),     cmocka_unit_test(test_speeds),     cmocka_unit_test(test_own_plan), cmocka_unit_test(test_profiled_graph),
      cmocka_unit_test(test_many),      cmocka_unit_test(test_bad_input), cmocka_unit_test(test_infeasible),
  };
  if (!can_read()) return 77;
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
