// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "api_test.h"

#define INSTANCE(name, job, release_us) "\"" name "\": {\"job\": \"" job "\", \"release_us\": " #release_us "}"

// A controller of 1 ms every 4 ms, four times.
static const struct spec controllers[] = {
    {"c0", "ctl0", "P", 0, 1000, "", ", \"priority\": 200"},
    {"c1", "ctl1", "P", 4000, 1000, "", ", \"priority\": 200"},
    {"c2", "ctl2", "P", 8000, 1000, "", ", \"priority\": 200"},
    {"c3", "ctl3", "P", 12000, 1000, "", ", \"priority\": 200"},
    {"b", "bulk", "P", 13000, 4000, "", ", \"priority\": 10"},
    {"e", "else", "E", 0, 1, "", NULL},
};

#define INSTANCES ", \"instances\": {" INSTANCE("ctl0", "ctl", 0) ", " INSTANCE("ctl1", "ctl", 4000) ", " INSTANCE("ctl2", "ctl", 8000) ", " INSTANCE("ctl3", "ctl", 12000) "}"
#define JOBS(more, lanes) \
  ", \"jobs\": {\"jobs\": [{\"name\": \"ctl\", \"model\": \"m\", \"period_ms\": 4" more ", \"lanes\": [" lanes "]}, {\"name\": \"bulk\", \"model\": \"m\", \"lanes\": [\"P\"], \"deadline_ms\": 14}]}"

static struct rondo_simulation_rate sweep(const struct rondo_simulation_options *options) {
  struct rondo_simulation_rate rate;
  struct rondo_diag diag = {0};
  assert_ok(rondo_simulation_sweep("plan.json", options, "ctl", &rate, &diag), &diag);
  assert_true(rate.rate_hz > 1e9 / (double)rate.period_ns - 1e-6 && rate.rate_hz < 1e9 / (double)rate.period_ns + 1e-6);
  assert_true(rate.probe_count >= 1 && rate.probe_count < 40);
  assert_true(rate.failed_period_ns < rate.period_ns);
  return rate;
}

// The shortest period that holds, to 0.1 %.
static void expect_period(struct rondo_simulation_rate rate, int64_t period_ns) {
  if (rate.period_ns < period_ns || rate.period_ns > period_ns + period_ns / 990) fail_msg("%lld ns, not %lld", (long long)rate.period_ns, (long long)period_ns);
}

// Without the bulk: as long as the work, for the deadline is the period.
static void test_alone(void **state) {
  (void)state;
  if (!can_read()) skip();
  write_specs("plan.json", controllers, 4, INSTANCES JOBS("", "\"P\"") ", \"metadata\": {\"makespan\": 16}");
  struct rondo_simulation_rate rate = sweep(NULL);
  expect_period(rate, 1 * MS);
  assert_int_equal(rate.planned_period_ns, 4 * MS);
}

// The bulk begins when the first controller has ended and runs 4 ms: one that is released at p < 5 ends at 6, in time if p is
// 3 or more.
static void test_beside(void **state) {
  (void)state;
  if (!can_read()) skip();
  write_specs("plan.json", controllers, 5, INSTANCES JOBS("", "\"P\"") ", \"metadata\": {\"makespan\": 17}");
  struct rondo_simulation_rate rate = sweep(NULL);
  expect_period(rate, 3 * MS);
  assert_true(rate.failed_period_ns < 3 * MS && rate.failed_period_ns > 2990 * US);
  // In the order of the plan, the bulk comes last of what is as urgent, not of what is more so: the same.
  expect_period(sweep(&(struct rondo_simulation_options){.policy = "planned"}), 3 * MS);
}

// Two lanes, and a deadline of its own that is shorter than the period: two at once.
static void test_two_lanes(void **state) {
  (void)state;
  if (!can_read()) skip();
  static struct spec specs[COUNT_OF(controllers)];
  memcpy(specs, controllers, sizeof specs);
  specs[4] = specs[5];
  write_specs("plan.json", specs, 5, INSTANCES JOBS(", \"deadline_ms\": 1.001", "\"P\", \"E\"") ", \"metadata\": {\"makespan\": 16}");
  expect_period(sweep(NULL), 500 * US);
}

// The planned rate does not hold (1 ms of work with a noise that makes some of it longer than 4 ms), a lower one does.
static void test_slower(void **state) {
  (void)state;
  if (!can_read()) skip();
  write_specs("plan.json", controllers, 4, INSTANCES JOBS("", "\"P\"") ", \"metadata\": {\"makespan\": 64}");
  struct rondo_simulation_rate rate = sweep(&(struct rondo_simulation_options){.noise = 1.5, .run_count = 100});
  assert_true(rate.period_ns > 4 * MS && rate.failed_period_ns >= 4 * MS);
  assert_true(rate.period_ns - rate.failed_period_ns <= rate.period_ns / 1000);
}

// Without instances and jobs that are told: periods from where phase-locked roots are planned.
static void test_locked(void **state) {
  (void)state;
  if (!can_read()) skip();
  static struct spec specs[3];
  memcpy(specs, controllers, sizeof specs);
  for (int i = 0; i < 3; ++i) specs[i].more = locked;
  write_specs("plan.json", specs, 3, ", \"metadata\": {\"makespan\": 12}");
  struct rondo_simulation_rate rate = sweep(NULL);
  assert_int_equal(rate.planned_period_ns, 4 * MS);
  expect_period(rate, 1 * MS);
}

static void expect_failure(const struct rondo_simulation_options *options, const char *job, enum rondo_status status, const char *words) {
  struct rondo_simulation_rate rate;
  struct rondo_diag diag = {0};
  assert_int_equal(rondo_simulation_sweep("plan.json", options, job, &rate, &diag), status);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' does not say '%s'", diag.message, words);
}

static void test_failures(void **state) {
  (void)state;
  if (!can_read()) skip();
  write_specs("plan.json", controllers, 5, INSTANCES JOBS("", "\"P\""));
  expect_failure(NULL, "none", RONDO_NOT_FOUND, "no dispatch is of a job 'none'");
  expect_failure(NULL, "bulk", RONDO_FAILED_PRECONDITION, "job 'bulk' has no period");
  expect_failure(&(struct rondo_simulation_options){.policy = "strict"}, "ctl", RONDO_FAILED_PRECONDITION, "keeps the plan's order");
  expect_failure(&(struct rondo_simulation_options){.noise = -1}, "ctl", RONDO_INVALID_ARGUMENT, "noise");
  // Every dispatch takes 20 ms longer: no period of the plan's length would do.
  expect_failure(&(struct rondo_simulation_options){.stall_probability = 1, .stall_ns = 20 * MS}, "ctl", RONDO_FAILED_PRECONDITION, "missed at any rate of job 'ctl'");
  static struct spec specs[5];
  memcpy(specs, controllers, sizeof specs);
  specs[4].dependencies = "\"c3\"";
  write_specs("plan.json", specs, 5, INSTANCES JOBS("", "\"P\""));
  expect_failure(NULL, "ctl", RONDO_FAILED_PRECONDITION, "'b' needs results of 'c3'");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_alone),  cmocka_unit_test(test_beside), cmocka_unit_test(test_two_lanes),
                                     cmocka_unit_test(test_slower), cmocka_unit_test(test_locked), cmocka_unit_test(test_failures)};
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
