// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Plans of periodic jobs can be repeated, or there is none: by examples, and random sets whose plans are laid out for several periods and
// looked at moment by moment, by a code that knows nothing of how plans are made or checked.

#include "planner_test.h"

#include "solve/random.h"

enum { REPETITIONS = 4, SET_COUNT = 40 };

// Two lanes of one worker and two workers, and an exclusive resource.
#define LANES "{\"clusters\": [{\"name\": \"A\", \"workers\": 1}, {\"name\": \"B\", \"workers\": 2}], \"resources\": [{\"name\": \"unit\"}]}"

static void write_set(const char *jobs, const char *profile) {
  char text[8192];
  write_file("machine.json", LANES);
  write_file("profile.json", profile);
  snprintf(text, sizeof text, "{\"machine\": \"machine.json\", \"jobs\": [%s]}", jobs);
  write_file("jobs.json", text);
}

// A plan, laid out -----------------------------------------------------------------------------------------

static int64_t end_of(const struct rdo_schedule_node *node) { return node->start_ns + node->duration_ns; }

// What is in use of something, when all nodes of several repetitions run as planned.
static void expect_room(const struct rdo_schedule *schedule, int lane, int resource, int64_t room) {
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    // It is fullest when something begins, in the last repetition, where all that may still run has begun before.
    int64_t at_ns = schedule->nodes[i].start_ns + (REPETITIONS - 1) * schedule->period_ns, used = 0;
    for (uint32_t k = 0; k < schedule->node_count; ++k) {
      const struct rdo_schedule_node *node = &schedule->nodes[k];
      bool is_there = lane >= 0 ? node->target == (uint32_t)lane : node->resource_count > 0;
      for (int64_t r = 0; is_there && r < 2 * REPETITIONS; ++r) {
        if (node->start_ns + r * schedule->period_ns <= at_ns && end_of(node) + r * schedule->period_ns > at_ns) used += resource >= 0 ? 1 : node->worker_count;
      }
    }
    if (used > room) fail_msg("%s: %d at once of %d", schedule->nodes[i].key, (int)used, (int)room);
  }
}

struct call_span {
  int64_t begin_ns, end_ns, release_ns, deadline_ns;
};

static int compare_spans(const void *left, const void *right) {
  const struct call_span *a = left, *b = right;
  return a->begin_ns < b->begin_ns ? -1 : a->begin_ns > b->begin_ns;
}

// All calls of a job in several repetitions: each in its time, one after the other, and as often as its period says.
static void expect_calls(const struct rdo_schedule *schedule, const struct rdo_job_entry *job) {
  static struct call_span spans[1 << 12];
  size_t count = 0;
  for (int64_t r = 0; r < REPETITIONS; ++r) {
    for (uint32_t i = 0; i < schedule->job_count; ++i) {
      if (strcmp(schedule->jobs[i].source, job->name) != 0) continue;
      int64_t shift_ns = r * schedule->period_ns;
      struct call_span span = {INT64_MAX, 0, schedule->jobs[i].release_ns + shift_ns, schedule->jobs[i].deadline_ns + shift_ns};
      for (uint32_t k = 0; k < schedule->node_count; ++k) {
        const struct rdo_schedule_node *node = &schedule->nodes[k];
        if (node->job != i) continue;
        if (node->start_ns + shift_ns < span.begin_ns) span.begin_ns = node->start_ns + shift_ns;
        if (end_of(node) + shift_ns > span.end_ns) span.end_ns = end_of(node) + shift_ns;
      }
      if (schedule->jobs[i].deadline_ns == 0) span.deadline_ns = INT64_MAX;
      assert_true(count < COUNT_OF(spans));
      spans[count++] = span;
    }
  }
  assert_true(count >= REPETITIONS);
  qsort(spans, count, sizeof *spans, compare_spans);
  for (size_t i = 0; i < count; ++i) {
    assert_true(spans[i].begin_ns >= spans[i].release_ns);
    assert_true(spans[i].end_ns <= spans[i].deadline_ns);
    if (i > 0 && spans[i].begin_ns < spans[i - 1].end_ns) fail_msg("%s: call %zu begins at %lld, before %lld", job->name, i, (long long)spans[i].begin_ns, (long long)spans[i - 1].end_ns);
    if (job->activation != RDO_JOB_PERIODIC) continue;
    // Not a release is left out, also where a repetition ends; near hyperperiods are off by a millionth.
    int64_t wanted_ns = job->offset_ns + (int64_t)i * job->period_ns, off_ns = spans[i].release_ns - wanted_ns;
    assert_true(llabs((long long)off_ns) <= 2 * (REPETITIONS * schedule->period_ns / 1000000));
    if (job->deadline_ns > 0 && spans[i].deadline_ns != spans[i].release_ns + job->deadline_ns) fail_msg("%s: deadline of call %zu", job->name, i);
  }
}

static void expect_repeatable(const struct rdo_schedule *schedule) {
  assert_true(schedule->period_ns > 0);
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    for (uint32_t k = 0; k < schedule->nodes[i].dependency_count; ++k) {
      assert_true(end_of(&schedule->nodes[schedule->dependencies[schedule->nodes[i].dependency_begin + k]]) <= schedule->nodes[i].start_ns);
    }
    assert_true(schedule->nodes[i].worker_count > 0);
  }
  for (int i = 0; i < 2; ++i) expect_room(schedule, i, -1, i == 0 ? 1 : 2);
  expect_room(schedule, -1, 0, 1);
  for (int i = 0; i < schedule->job_set->job_count; ++i) expect_calls(schedule, &schedule->job_set->jobs[i]);
}

// Examples -------------------------------------------------------------------------------------------------

// A profile of two models on lane A: `short.vmfb`, one dispatch, and `long.vmfb`, a chain.
static void write_two(const char *jobs, int short_us, int long_count, int long_us) {
  char profile[8192];
  size_t length = (size_t)snprintf(profile, sizeof profile,
                                   "{\"clusters\": [{\"name\": \"A\", \"workers\": 1}, {\"name\": \"B\", \"workers\": 2}], \"models\": [{\"model\": \"short.vmfb\", \"nodes\": ["
                                   "{\"export\": \"s\", \"costs\": [{\"cluster\": \"A\", \"p50_us\": %d, \"samples\": 9}]}]}, {\"model\": \"long.vmfb\", \"nodes\": [",
                                   short_us);
  for (int i = 0; i < long_count; ++i) {
    char before[16] = "";
    if (i > 0) snprintf(before, sizeof before, "%d", i - 1);
    length += (size_t)snprintf(profile + length, sizeof profile - length, "%s{\"export\": \"l\", \"command\": %d, \"predecessors\": [%s], \"costs\": [{\"cluster\": \"A\", \"p50_us\": %d, \"samples\": 9}]}",
                               i > 0 ? ", " : "", i, before, long_us);
  }
  snprintf(profile + length, sizeof profile - length, "]}]}");
  write_set(jobs, profile);
}

#define CONTROL "{\"name\": \"control\", \"model\": \"short.vmfb\", \"period_ms\": 2, \"deadline_ms\": 1, \"lanes\": [\"A\"]}"

// Plans jobs.json, expects a plan that can be repeated, and returns its period.
static int64_t plan_repeatable(const struct rondo_planner_options *options) {
  struct rondo_planning *planning = plan_with(options);
  struct rondo_planning_info info;
  if (rondo_planning_file(planning) == NULL) fail_msg("no plan: %s", rondo_planning_reason(planning, 0));
  expect_repeatable(schedule_of(planning));
  rondo_planning_info(planning, &info);
  assert_int_equal(info.period_ns, schedule_of(planning)->period_ns);
  rondo_planning_release(&planning);
  return info.period_ns;
}

static void expect_refusal(const struct rondo_planner_options *options, const char *words) {
  struct rondo_planning *planning = plan_with(options);
  assert_null(rondo_planning_file(planning));
  const char *reason = rondo_planning_reason(planning, 0);
  if (reason == NULL || strstr(reason, words) == NULL) fail_msg("\"%s\" should have \"%s\"", reason != NULL ? reason : "(none)", words);
  rondo_planning_release(&planning);
}

// A call that is longer than the hyperperiod: as many of these as it needs, and with several calls fewer for each.
static void test_long_call(void **state) {
  (void)state;
  write_two(CONTROL ", {\"name\": \"perceive\", \"model\": \"long.vmfb\", \"lanes\": [\"A\"]}", 100, 44, 100);
  struct rondo_planner_options options = quick_options("jobs.json");
  int64_t filled_ns = plan_repeatable(&options);
  assert_true(filled_ns > 6000000 && filled_ns <= 40000000);
  options.free_call_count = 1;
  assert_int_equal(plan_repeatable(&options), 6000000);
  // A horizon is one length; one that is no multiple, or too short, is refused.
  options.horizon_ns = 8000000;
  assert_int_equal(plan_repeatable(&options), 8000000);
  options.horizon_ns = 4000000;
  expect_refusal(&options, "jobs.json: jobs[1]: \"perceive\" takes at least 4.4 ms wherever it runs, but comes again after 4 ms");
  options.horizon_ns = 7000000;
  expect_failure(&options, RONDO_INVALID_ARGUMENT, "repeat each 2 ms, so a plan of 7 ms cannot be repeated");
  // One time only is a plan, too, if it is wanted.
  options.is_once = true;
  struct rondo_planning *planning = plan_with(&options);
  assert_int_equal(schedule_of(planning)->period_ns, 0);
  assert_int_equal(schedule_of(planning)->job_count, 4 + 1);
  rondo_planning_release(&planning);
}

// However slow the machine was when it was measured, and however little that is left behind the last end.
static void test_inflated(void **state) {
  (void)state;
  for (int percent = 100; percent <= 4000; percent += percent / 3) {
    write_two(CONTROL ", {\"name\": \"perceive\", \"model\": \"long.vmfb\", \"lanes\": [\"A\"]}", 10 + percent / 10, 40, percent);
    struct rondo_planner_options options = quick_options("jobs.json");
    options.solve.time_limit_s = -1;
    options.pause_ns = 700000;
    options.length_ns_least = 20000000;
    // With 40 * 0.9 ms and more of control in between nothing but single dispatches fits between two releases.
    if (percent / 10 + 10 + percent > 1900) {
      struct rondo_planning *planning = plan_with(&options);
      if (rondo_planning_file(planning) != NULL) expect_repeatable(schedule_of(planning));
      rondo_planning_release(&planning);
      continue;
    }
    (void)plan_repeatable(&options);
  }
}

// A release late in the period: what ends behind it is in nobody's way.
static void test_offset(void **state) {
  (void)state;
  write_two(CONTROL ", {\"name\": \"late\", \"model\": \"long.vmfb\", \"lanes\": [\"A\"], \"period_ms\": 20, \"offset_ms\": 18, \"deadline_ms\": 19}", 100, 11, 400);
  struct rondo_planner_options options = quick_options("jobs.json");
  struct rondo_planning *planning = plan_with(&options);
  assert_true(schedule_of(planning)->last_end_ns >= 22400000);
  rondo_planning_release(&planning);
  assert_int_equal(plan_repeatable(&options), 20000000);
  options.window_ns = 5000000;
  assert_int_equal(plan_repeatable(&options), 20000000);
}

static void test_refusals(void **state) {
  (void)state;
  // Two lanes, a call of 160 us each 100 us: within its deadline, but later each time, since calls of a job follow each other.
  write_set("{\"name\": \"a\", \"model\": \"m.vmfb\", \"period_us\": 100, \"deadline_us\": 200}",
            "{\"clusters\": [{\"name\": \"A\"}, {\"name\": \"B\", \"workers\": 2}], \"models\": [{\"model\": \"m.vmfb\", \"nodes\": [{\"export\": \"x\", \"costs\": [{\"cluster\": \"A\", \"p50_us\": 80},"
            " {\"cluster\": \"B\", \"p50_us\": 80}]}, {\"export\": \"y\", \"command\": 1, \"predecessors\": [0], \"costs\": [{\"cluster\": \"A\", \"p50_us\": 80}, {\"cluster\": \"B\", \"p50_us\": 80}]}]}]}");
  struct rondo_planner_options options = quick_options("jobs.json");
  options.is_brief = true;
  expect_refusal(&options, "jobs.json: jobs[0]: \"a\" takes at least 0.16 ms wherever it runs, but comes again after 0.1 ms");
  // As two jobs, one behind the other, it is a pipeline.
  write_two("{\"name\": \"a\", \"model\": \"m.vmfb\", \"period_us\": 100, \"lanes\": [\"A\"]}, {\"name\": \"b\", \"model\": \"m.vmfb\", \"trigger\": {\"job\": \"a\"}, \"lanes\": [\"B\"]}", 1, 1, 1);
  write_file("profile.json", "{\"clusters\": [{\"name\": \"A\"}, {\"name\": \"B\", \"workers\": 2}], \"models\": [{\"model\": \"m.vmfb\", \"nodes\": [{\"export\": \"x\", \"costs\": [{\"cluster\": \"A\", \"p50_us\": 80, \"samples\": 9},"
                             " {\"cluster\": \"B\", \"p50_us\": 80, \"samples\": 9}]}]}]}");
  assert_int_equal(plan_repeatable(&options), 100000);
  // There is time for both, but never at once enough: neither in one hyperperiod nor in several.
  write_two("{\"name\": \"a\", \"model\": \"short.vmfb\", \"period_us\": 150, \"deadline_us\": 110, \"lanes\": [\"A\"]}, {\"name\": \"f\", \"model\": \"short.vmfb\", \"lanes\": [\"A\"]}", 100, 1, 1);
  expect_refusal(&options, "no plan was found that can be repeated each");
}

// The published example's rates: 30 Hz are 33333333 ns.
static void test_near(void **state) {
  (void)state;
  write_two("{\"name\": \"fast\", \"model\": \"short.vmfb\", \"period_ns\": 33333333, \"deadline_ms\": 33}, {\"name\": \"slow\", \"model\": \"long.vmfb\", \"rate_hz\": 10}", 900, 3, 800);
  struct rondo_planner_options options = quick_options("jobs.json");
  assert_int_equal(plan_repeatable(&options), 100000000);
  options.horizon_ns = 200000000;
  assert_int_equal(plan_repeatable(&options), 200000000);
}

// Random sets ----------------------------------------------------------------------------------------------

static int below(struct rdo_random *random, int bound) { return (int)rdo_random_below(random, (uint32_t)bound); }

#define APPEND(text, length, ...) (length += (size_t)snprintf(text + length, sizeof text - length, __VA_ARGS__))

// Jobs with and without a period, with offsets, deadlines beyond the period and periods that hardly divide; triggers; the resource.
static void write_random(struct rdo_random *random) {
  static const int periods_us[] = {100, 200, 300, 400, 333, 600};
  char jobs[4096], profile[4096];
  size_t length = 0, profiled = 0;
  int count = 1 + below(random, 4);
  APPEND(profile, profiled, "{\"clusters\": [{\"name\": \"A\", \"workers\": 1}, {\"name\": \"B\", \"workers\": 2}], \"models\": [");
  for (int i = 0; i < count; ++i) {
    int period_us = periods_us[below(random, (int)COUNT_OF(periods_us))], kind = i == 0 ? 0 : below(random, 6), node_count = 1 + below(random, 3);
    APPEND(jobs, length, "%s{\"name\": \"%c\", \"model\": \"%c.vmfb\"", i > 0 ? ", " : "", 'a' + i, 'a' + i);
    if (kind == 4) APPEND(jobs, length, ", \"trigger\": {\"job\": \"%c\"}", 'a' + i - 1);
    if (kind < 4) APPEND(jobs, length, ", \"period_us\": %d, \"offset_us\": %d", period_us, below(random, 2) * below(random, 2 * period_us));
    if (kind < 4 && below(random, 2) == 0) APPEND(jobs, length, ", \"deadline_us\": %d", period_us / 2 + below(random, 2 * period_us));
    if (below(random, 3) == 0) APPEND(jobs, length, ", \"lanes\": [\"%c\"]", 'A' + below(random, 2));
    if (below(random, 3) == 0) APPEND(jobs, length, ", \"resources\": [\"unit\"]");
    APPEND(jobs, length, "}");
    APPEND(profile, profiled, "%s{\"model\": \"%c.vmfb\", \"nodes\": [", i > 0 ? ", " : "", 'a' + i);
    for (int k = 0; k < node_count; ++k) {
      int us = 1 + below(random, 110) / node_count;
      APPEND(profile, profiled, "%s{\"export\": \"n\", \"command\": %d, \"predecessors\": [", k > 0 ? ", " : "", k);
      if (k > 0) APPEND(profile, profiled, "%d", below(random, k));
      APPEND(profile, profiled, "], \"costs\": [{\"cluster\": \"A\", \"p50_us\": %d, \"samples\": 9}, {\"cluster\": \"B\", \"p50_us\": %d, \"samples\": 9}, {\"cluster\": \"B\", \"workers\": 2, \"p50_us\": %d, \"samples\": 9}]}",
             us, us, (us + 1) * 2 / 3);
    }
    APPEND(profile, profiled, "]}");
  }
  APPEND(profile, profiled, "]}");
  assert_true(length < sizeof jobs && profiled < sizeof profile);
  write_set(jobs, profile);
}

static void test_random(void **state) {
  (void)state;
  int planned_count = 0, late_end_count = 0;
  for (uint64_t seed = 0; seed < SET_COUNT; ++seed) {
    struct rdo_random random = rdo_random_seed(seed);
    write_random(&random);
    struct rondo_planner_options options = quick_options("jobs.json");
    struct rondo_planning *planning;
    options.solve.iteration_limit = 100;
    options.is_brief = true;
    // Periods that meet only after thousands of calls take long, and show nothing else.
    options.free_call_count = below(&random, 2);
    memset(&diag, 0, sizeof diag);
    assert_ok(rondo_planning_create(&options, &planning, &diag), &diag);
    if (rondo_planning_file(planning) == NULL) {
      assert_non_null(rondo_planning_reason(planning, 0));
    } else {
      const struct rdo_schedule *schedule = schedule_of(planning);
      struct rdo_plan_check check = {.finder = NULL};
      assert_ok(rdo_plan_check(schedule, NULL, &check, &diag), &diag);
      assert_int_equal(check.finding_count, 0);
      if (schedule->node_count < 1000) expect_repeatable(schedule);
      ++planned_count;
      late_end_count += schedule->last_end_ns > schedule->period_ns;
    }
    rondo_planning_release(&planning);
  }
  assert_true(planned_count >= SET_COUNT / 4);
  assert_true(late_end_count >= SET_COUNT / 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_long_call), cmocka_unit_test(test_inflated), cmocka_unit_test(test_offset),
                                     cmocka_unit_test(test_refusals),  cmocka_unit_test(test_near),     cmocka_unit_test(test_random)};
  if (!can_read()) return 77;
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
