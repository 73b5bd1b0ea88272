// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From files to plans, through the public door.

#include "planner_test.h"

static void test_one_call(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"P\"]}");
  const struct rdo_schedule *schedule = schedule_of(planning);
  struct rondo_planning_info info;
  rondo_planning_info(planning, &info);
  assert_true(info.is_admitted);
  // The host program, then both dispatches, the first as wide as it gets faster; p50, since their spread is not known.
  assert_int_equal(info.solved.makespan, 10000 + 110000 + 50000);
  assert_true(info.solved.is_optimal);
  assert_int_equal(schedule->node_count, 3);
  assert_int_equal(node_of(schedule, "x_dispatch_0")->worker_count, 4);
  assert_int_equal(node_of(schedule, "x_dispatch_0")->start_ns, 10000);
  assert_int_equal(node_of(schedule, "x_program")->dispatch, -1);
  assert_string_equal(node_of(schedule, "x_program")->export_name, "program");
  assert_int_equal(node_of(schedule, "x_dispatch_1")->recording, 0);
  assert_int_equal(node_of(schedule, "x_dispatch_1")->dispatch, 3);
  assert_string_equal(schedule->nodes[node_of(schedule, "x_dispatch_1")->time_dependency].key, "x_dispatch_0");
  assert_int_equal(node_of(schedule, "x_dispatch_1")->time_mode, RDO_TIME_HARD);
  assert_string_equal(schedule->jobs[0].source, "x");
  assert_non_null(schedule->machine);
  assert_non_null(schedule->job_set);
  rondo_planning_release(&planning);
}

static void test_slack(void **state) {
  (void)state;
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"P\"], \"workers_max\": 1}");
  struct rondo_planner_options options = quick_options("jobs.json");
  const struct {
    double percent;
    int64_t duration_ns;
  } cases[] = {{0, 400000}, {50, 450000}, {100, 500000}, {200, 600000}};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    options.slack_percent = cases[i].percent;
    struct rondo_planning *planning = plan_with(&options);
    assert_int_equal(node_of(schedule_of(planning), "x_dispatch_0")->duration_ns, cases[i].duration_ns);
    assert_int_equal(node_of(schedule_of(planning), "x_dispatch_0")->worker_count, 1);
    rondo_planning_release(&planning);
  }
  options.slack_percent = -1;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "jobs.json: jobs[0]: a slack of -1 %");
}

// A narrow run is not planned with less than wide ones of its dispatch have shown, as far as the job may be wide.
static void test_narrow(void **state) {
  (void)state;
  write_file("narrow.json",
             "{\"schema\": \"rondo.profile/1\", \"clusters\": [{\"name\": \"P\", \"workers\": 4}], \"models\": [{\"model\": \"a.vmfb\", \"nodes\": ["
             "{\"export\": \"fill\", \"tiles\": 1, \"costs\": [{\"cluster\": \"P\", \"workers\": 1, \"p50_ns\": 1000, \"samples\": 9}, "
             "{\"cluster\": \"P\", \"workers\": 2, \"p50_ns\": 5000, \"samples\": 9}, {\"cluster\": \"P\", \"workers\": 4, \"p50_ns\": 4000, \"samples\": 9}]}]}]}");
  for (int width = 1; width <= 2; ++width) {
    write_jobs(width == 1 ? "{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"P\"], \"workers_max\": 1}" : "{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"P\"]}");
    struct rondo_planner_options options = quick_options("jobs.json");
    options.profile_path = "narrow.json";
    options.slack_percent = 0;
    struct rondo_planning *planning = plan_with(&options);
    assert_int_equal(node_of(schedule_of(planning), "x_dispatch_0")->duration_ns, width == 1 ? 1000 : 5000);
    assert_int_equal(node_of(schedule_of(planning), "x_dispatch_0")->worker_count, 1);
    rondo_planning_release(&planning);
  }
}

// What waits for something begins a hand-over later; what only shares a worker with it need not.
static void test_handover(void **state) {
  (void)state;
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"P\"], \"workers_max\": 1}");
  write_file("machine.json", "{\"clusters\": [{\"name\": \"P\", \"cpus\": \"0-3\", \"handover_us\": 2, \"wake_us\": 9}, {\"name\": \"E\", \"cpus\": \"4-5\", \"handover_us\": 3}]}");
  struct rondo_planner_options options = quick_options("jobs.json");
  options.slack_percent = 0;
  struct rondo_planning *planning = plan_with(&options);
  const struct rdo_schedule *schedule = schedule_of(planning);
  assert_int_equal(node_of(schedule, "x_program")->start_ns, 0);
  assert_int_equal(node_of(schedule, "x_dispatch_0")->start_ns, 12000);
  assert_int_equal(node_of(schedule, "x_dispatch_1")->start_ns, 414000);
  assert_int_equal(schedule->makespan_ns, 464000);
  assert_int_equal(schedule->machine->clusters[0].handover_ns, 2000);
  assert_int_equal(schedule->machine->clusters[0].wake_ns, 9000);
  rondo_planning_release(&planning);
}

static void test_hyperperiod(void **state) {
  (void)state;
  write_jobs(
      "{\"name\": \"fast\", \"model\": \"a.vmfb\", \"period_ms\": 4, \"deadline_ms\": 1, \"offset_ms\": 1, \"priority\": 200},"
      "{\"name\": \"slow\", \"model\": \"a.vmfb\", \"period_ms\": 6, \"waits_for\": [\"fast\"]},"
      "{\"name\": \"next\", \"model\": \"b.vmfb\", \"trigger\": {\"job\": \"slow\"}, \"resources\": [\"npu\"]}, {\"name\": \"once\", \"model\": \"a.vmfb\", \"deadline_ms\": 1}");
  struct rondo_planner_options options = quick_options("jobs.json");
  options.free_call_count = 1;
  struct rondo_planning *planning = plan_with(&options);
  const struct rdo_schedule *schedule = schedule_of(planning);
  struct rondo_planning_info info;
  int job_count;
  rondo_planning_info(planning, &info);
  assert_int_equal(info.hyperperiod_ns, 12000000);
  assert_int_equal(info.call_count, 3 + 2 + 2 + 1);
  for (int i = 0; i < 3; ++i) {
    char name[16];
    snprintf(name, sizeof name, "fast%d", i);
    const struct rdo_schedule_job *job = &schedule->jobs[rdo_schedule_find_job(schedule, name)];
    assert_int_equal(job->release_ns, 1000000 + i * 4000000);
    assert_int_equal(job->deadline_ns, job->release_ns + 1000000);
    assert_int_equal(job->instance, i);
  }
  const struct rdo_schedule_node *root = node_of(schedule, "fast1_program");
  assert_int_equal(root->release_policy, RDO_RELEASE_PHASE_LOCKED);
  assert_int_equal(root->priority, 200);
  // What waits is released by what it waits for. At 6 ms the last call of `fast` is the one of 5 ms, at 0 there is none yet: the first.
  assert_int_equal(node_of(schedule, "slow0_program")->release_policy, RDO_RELEASE_IMMEDIATE);
  assert_string_equal(schedule->nodes[schedule->dependencies[node_of(schedule, "slow0_program")->dependency_begin]].key, "fast0_dispatch_1");
  assert_string_equal(schedule->nodes[schedule->dependencies[node_of(schedule, "slow1_program")->dependency_begin]].key, "fast1_dispatch_1");
  // The resource is reached from all CPUs of these lanes only.
  const struct rdo_schedule_node *next = node_of(schedule, "next0_dispatch_0");
  assert_int_equal(schedule->targets[next->target].name[0], 'E');
  assert_int_equal(next->resource_count, 1);
  // 12 ms of `next` begin only after the first release of `slow`, so this plan ends behind its hyperperiod: what is left is in nobody's way.
  assert_int_equal(schedule->period_ns, 12000000);
  assert_int_equal(info.period_ns, 12000000);
  assert_true(schedule->last_end_ns > 12000000);
  const struct rondo_planned_job *jobs = rondo_planning_jobs(planning, &job_count);
  assert_int_equal(job_count, 4);
  assert_string_equal(jobs[0].name, "fast");
  assert_int_equal(jobs[0].call_count, 3);
  assert_int_equal(jobs[0].deadline_ns, 1000000);
  assert_true(jobs[0].worst_latency_ns > 0 && jobs[0].worst_latency_ns <= 1000000);
  // Relative to its own start.
  const struct rdo_schedule_job *once = &schedule->jobs[rdo_schedule_find_job(schedule, "once")];
  assert_int_equal(once->deadline_ns, node_of(schedule, "once_program")->start_ns + 1000000);
  rondo_planning_release(&planning);
}

static void test_horizon(void **state) {
  (void)state;
  struct rondo_planner_options options = quick_options("jobs.json");
  struct rondo_planning_info info;
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ns\": 3333333}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"period_ns\": 2000003, \"offset_ms\": 1}");
  expect_failure(&options, RONDO_OUT_OF_RANGE, "jobs.json: jobs[1].period_ns: all periods together repeat only after more than 60 s: 3.333333 ms (x), 2.000003 ms (y)");
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ns\": 3333333}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"period_ns\": 2000003, \"offset_ms\": 1, \"iterations\": 3}");
  expect_failure(&options, RONDO_UNIMPLEMENTED, "jobs.json: jobs[1].iterations: job \"y\": a plan repeats all jobs as long as it is played; play it without a plan");
  options.horizon_ns = 10000000;
  expect_failure(&options, RONDO_OUT_OF_RANGE, "or plan one time only with --once");
  options.is_once = true;
  struct rondo_planning *planning = plan_with(&options);
  rondo_planning_info(planning, &info);
  assert_int_equal(info.call_count, 4 + 3);
  assert_int_equal(schedule_of(planning)->period_ns, 0);
  rondo_planning_release(&planning);
  options.horizon_ns = 500000;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "jobs[1].offset_ns: the first release of \"y\", at 1 ms");
}

// Jobs that nothing releases are called as often as is asked for, one call after the other, and so is what they trigger.
static void test_free_calls(void **state) {
  (void)state;
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\"}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"trigger\": {\"job\": \"x\"}}, {\"name\": \"z\", \"model\": \"a.vmfb\", \"period_ms\": 100}");
  struct rondo_planner_options options = quick_options("jobs.json");
  struct rondo_planning_info info;
  options.free_call_count = 3;
  struct rondo_planning *planning = plan_with(&options);
  const struct rdo_schedule *schedule = schedule_of(planning);
  rondo_planning_info(planning, &info);
  assert_int_equal(info.call_count, 3 + 3 + 1);
  for (int i = 1; i < 3; ++i) {
    char key[32], before_key[32];
    snprintf(key, sizeof key, "x%d_program", i);
    snprintf(before_key, sizeof before_key, "x%d_dispatch_1", i - 1);
    const struct rdo_schedule_node *before = node_of(schedule, before_key);
    assert_true(node_of(schedule, key)->start_ns >= before->start_ns + before->duration_ns);
    assert_int_equal(schedule->jobs[node_of(schedule, key)->job].instance, i);
  }
  rondo_planning_release(&planning);
}

// A periodic set in windows: one plan, which passes the check of plans, and ends at most a fifth later than the whole.
static void test_windows(void **state) {
  (void)state;
  write_jobs(
      "{\"name\": \"fast\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"deadline_ms\": 2}, {\"name\": \"slow\", \"model\": \"b.vmfb\", \"period_ms\": 16,"
      " \"waits_for\": [\"fast\"]}, {\"name\": \"next\", \"model\": \"a.vmfb\", \"trigger\": {\"job\": \"slow\"}, \"lanes\": [\"E1\"]}");
  struct rondo_planner_options options = quick_options("jobs.json");
  struct rondo_planning_info whole, info;
  int count;
  struct rondo_planning *planning = plan_with(&options);
  rondo_planning_info(planning, &whole);
  assert_null(rondo_planning_windows(planning, &count));
  assert_int_equal(count, 0);
  rondo_planning_release(&planning);
  options.window_ns = 4000000;
  options.window_overlap_ns = 1000000;
  planning = plan_with(&options);
  rondo_planning_info(planning, &info);
  assert_true(info.is_admitted);
  assert_int_equal(info.dispatch_count, whole.dispatch_count);
  assert_int_equal(info.solved.bound, whole.solved.bound);
  assert_true(info.solved.makespan <= whole.solved.makespan * 6 / 5);
  assert_string_equal(info.solved.method, "windows");
  const struct rondo_planned_window *windows = rondo_planning_windows(planning, &count);
  assert_int_equal(count, 4);
  assert_int_equal(windows[3].begin_ns, 12000000);
  assert_int_equal(windows[3].end_ns, 16000000);
  assert_int_equal(windows[3].makespan_ns, info.solved.makespan);
  // 6 ms of `slow` are still at work when the second window begins.
  assert_true(windows[1].fixed_count > 0);
  rondo_planning_release(&planning);
  // The releases of three windows.
  options.window_count = 3;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "jobs.json: all periods together repeat each 16 ms, so a plan of 12 ms cannot be repeated");
  options.is_once = true;
  planning = plan_with(&options);
  rondo_planning_info(planning, &info);
  assert_int_equal(info.call_count, 6 + 1 + 1);
  (void)rondo_planning_windows(planning, &count);
  assert_int_equal(count, 3);
  rondo_planning_release(&planning);
  options.window_overlap_ns = 4000000;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "cannot overlap by 4000000");
  options.window_ns = options.window_count = 0;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "neither their length (--window) nor their number (--windows)");
  options.window_ns = INT64_MAX;
  options.window_count = 2;
  expect_failure(&options, RONDO_OUT_OF_RANGE, "longer than a plan can be");
}

// Lanes that share a CPU never have more workers at once than there are.
static void test_shared_cpus(void **state) {
  (void)state;
  struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"b.vmfb\", \"lanes\": [\"E1\"]}, {\"name\": \"y\", \"model\": \"b.vmfb\", \"lanes\": [\"E2\"]}, {\"name\": \"z\", \"model\": \"b.vmfb\", \"lanes\": [\"E2\"]}");
  struct rondo_planning_info info;
  rondo_planning_info(planning, &info);
  assert_int_equal(info.solved.makespan, 12000000);  // three workers on two CPUs
  rondo_planning_release(&planning);
}

static void test_same_seed_same_file(void **state) {
  (void)state;
  char *texts[2];
  for (int i = 0; i < 2; ++i) {
    struct rondo_planning *planning = plan_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 1}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"period_ms\": 3}, {\"name\": \"z\", \"model\": \"b.vmfb\"}");
    texts[i] = read_file("checked.json");
    rondo_planning_release(&planning);
  }
  assert_string_equal(texts[0], texts[1]);
  free(texts[0]);
  free(texts[1]);
}

// Paths of the jobs are found from where the plan is.
static void test_carried_paths(void **state) {
  (void)state;
  char folder[256], expected[300];
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\", \"inputs\": [{\"file\": \"x.npy\"}]}");
  struct rondo_planner_options options = quick_options("jobs.json");
  options.output_path = "plan.json";
  struct rondo_planning *planning = plan_with(&options);
  assert_string_equal(schedule_of(planning)->job_set->jobs[0].model, "a.vmfb");
  rondo_planning_release(&planning);
  options.output_path = "plans/plan.json";
  planning = plan_with(&options);
  assert_non_null(getcwd(folder, sizeof folder));
  snprintf(expected, sizeof expected, "%s/a.vmfb", folder);
  assert_string_equal(schedule_of(planning)->job_set->jobs[0].model, expected);
  snprintf(expected, sizeof expected, "%s/x.npy", folder);
  assert_string_equal(schedule_of(planning)->job_set->jobs[0].inputs[0].text, expected);
  rondo_planning_release(&planning);
}

// The four files of docs/files.md.
static void test_modules(void **state) {
  (void)state;
  static const char *const modules[] = {"model_a.vmfb", "model_b.vmfb"};
  struct rondo_planner_options options = quick_options(NULL);
  struct rondo_planning_info info;
  write_file("topology.json", "{\"clusters\": [{\"id\": 0, \"cores\": [0, 1], \"max_frequency_mhz\": 1000}, {\"id\": 1, \"cores\": [2], \"max_frequency_mhz\": 500, \"npu\": {\"type\": \"x\", \"ops_per_sec\": 1}}]}");
  write_file("workload.json", "{\"model_a\": {\"dispatches\": [{\"name\": \"conv\", \"estimated_cycles\": 1500000, \"frequency\": 100}, {\"name\": \"fc\", \"estimated_cycles\": 500000}]},"
                              " \"model_b\": {\"dispatches\": [{\"name\": \"mm\", \"estimated_cycles\": 2000000, \"requires_npu\": true, \"frequency\": 50}]}}");
  write_file("dependencies.json", "{\"model_b.input\": \"model_a.output\"}");
  write_file("deadlines.json", "{\"model_a.predict\": 9000000, \"model_b.control\": 15000000}");
  options.module_paths = modules;
  options.module_count = 2;
  options.profile_path = "workload.json";
  options.dependencies_path = "dependencies.json";
  options.deadlines_path = "deadlines.json";
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "--hardware-config");
  options.machine_path = "topology.json";
  struct rondo_planning *planning = plan_with(&options);
  rondo_planning_info(planning, &info);
  assert_int_equal(info.hyperperiod_ns, 20000000);
  assert_int_equal(info.call_count, 2 + 1);
  const struct rdo_schedule *schedule = schedule_of(planning);
  const struct rdo_schedule_node *b = node_of(schedule, "model_b0_dispatch_0");
  assert_string_equal(schedule->targets[b->target].name, "cluster1");
  assert_int_equal(b->duration_ns, 4000000);
  assert_int_equal(b->resource_count, 1);
  assert_string_equal(schedule->nodes[schedule->dependencies[b->dependency_begin]].key, "model_a0_dispatch_1");
  rondo_planning_release(&planning);
  // The rates of the published example: 30 Hz beside 10 Hz.
  write_file("workload.json", "{\"model_a\": {\"dispatches\": [{\"name\": \"conv2d_1\", \"estimated_cycles\": 1500000, \"memory_bytes\": 4096000, \"requires_npu\": false, \"frequency\": 30}]},"
                              " \"model_b\": {\"dispatches\": [{\"name\": \"npu_matmul\", \"estimated_cycles\": 2000000, \"requires_npu\": true, \"frequency\": 10}]}}");
  write_file("deadlines.json", "{\"model_a.predict\": 33000000, \"model_b.control\": 10000000}");
  planning = plan_with(&options);
  rondo_planning_info(planning, &info);
  assert_true(info.is_admitted);
  assert_int_equal(info.period_ns, 100000000);
  assert_int_equal(info.call_count, 3 + 1);
  rondo_planning_release(&planning);
}

static void test_bad_input(void **state) {
  (void)state;
  static const struct {
    const char *jobs, *profile;
    enum rondo_status status;
    const char *words;
  } cases[] = {
      {"{\"name\": \"x\", \"model\": \"c.vmfb\"}", NULL, RONDO_NOT_FOUND, "jobs.json: jobs[0].model: profile.json does not know c.vmfb"},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\"}, {\"name\": \"x\", \"model\": \"a.vmfb\"}", NULL, RONDO_INVALID_ARGUMENT, "jobs.json: jobs[1].name: jobs[0] is called \"x\" as well"},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 1}, {\"name\": \"x0\", \"model\": \"a.vmfb\"}", NULL, RONDO_INVALID_ARGUMENT, "jobs.json: jobs[1].name: jobs \"x\" and \"x0\" both have a call named x0"},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"Q\"]}", NULL, RONDO_NOT_FOUND, "jobs.json: jobs[0].lanes[0]: the machine has no lane or cluster \"Q\""},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\", \"lanes\": [\"P\"], \"resources\": [\"npu\"]}", NULL, RONDO_NOT_FOUND, "jobs[0].lanes: on none of them is it known what dispatch 0 (a_dispatch_0) of \"x\" costs"},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\", \"waits_for\": [\"y\"]}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"waits_for\": [\"x\"]}", NULL, RONDO_INVALID_ARGUMENT, "waits for itself"},
      {"{\"name\": \"x\", \"model\": \"b.vmfb\", \"period_ns\": 1}", NULL, RONDO_OK, NULL},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ns\": 1}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"period_ms\": 50000}", NULL, RONDO_OUT_OF_RANGE, "jobs[0].period_ns: \"x\" is released 50000000000 times"},
      {"{\"name\": \"x\", \"model\": \"a.vmfb\"}", "{\"clusters\": [{\"name\": \"Z\"}], \"models\": []}", RONDO_NOT_FOUND, "profile.json: clusters"},
  };
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    struct rondo_planner_options options = quick_options("jobs.json");
    write_jobs(cases[i].jobs);
    if (cases[i].profile != NULL) write_file("profile.json", cases[i].profile);
    if (cases[i].status != RONDO_OK) expect_failure(&options, cases[i].status, cases[i].words);
  }
  struct rondo_planner_options options = quick_options("jobs.json");
  write_jobs("{\"name\": \"x\", \"model\": \"a.vmfb\"}");
  options.profile_path = NULL;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "name a profile with --profile");
  options.profile_path = "none.json";
  expect_failure(&options, RONDO_NOT_FOUND, "none.json");
  write_file("odd.json", "{\"x\": 1}");
  options.input_path = "odd.json";
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "odd.json: is neither a jobs file");
  write_file("odd.json", "{\"jobs\": [{\"name\": \"x\", \"model\": \"a.vmfb\"}]}");
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "odd.json: machine: is missing");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_call),       cmocka_unit_test(test_slack), cmocka_unit_test(test_narrow), cmocka_unit_test(test_handover),          cmocka_unit_test(test_hyperperiod), cmocka_unit_test(test_horizon),
      cmocka_unit_test(test_free_calls), cmocka_unit_test(test_windows), cmocka_unit_test(test_shared_cpus),
      cmocka_unit_test(test_same_seed_same_file), cmocka_unit_test(test_carried_paths), cmocka_unit_test(test_modules),  cmocka_unit_test(test_bad_input),
  };
  if (!can_read()) return 77;
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
