// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One plan that is right, and what is found when one thing in it is wrong.

#include "plan/plan_check.h"

#include "plan_test.h"

static struct rdo_schedule schedule;
static struct rondo_diag diag;

// Findings as lines "place: rule".
static char found[4096], messages[8192];

static void keep_finding(void *user, const struct rondo_plan_finding *finding) {
  (void)user;
  snprintf(found + strlen(found), sizeof found - strlen(found), "%s: %s\n", finding->place, finding->rule_name);
  snprintf(messages + strlen(messages), sizeof messages - strlen(messages), "%s\n", finding->message);
}

static void check_text(const char *text) {
  const struct rondo_plan_finder finder = {keep_finding, NULL};
  struct rdo_plan_check check = {.finder = &finder};
  found[0] = messages[0] = '\0';
  memset(&diag, 0, sizeof diag);
  assert_ok(rdo_schedule_parse(text_bytes(text), "p.json", NULL, &schedule, &diag), &diag);
  assert_ok(rdo_plan_check(&schedule, NULL, &check, &diag), &diag);
  size_t count = 0;
  for (const char *c = found; *c != '\0'; ++c) count += *c == '\n';
  assert_int_equal(check.finding_count, count);
  rdo_schedule_deinit(&schedule);
}

// Job x comes each 10 us on P, with 4 workers; y waits for it and holds the unit, on E1 or E2, which share CPU 4.
#define HEAD \
  "{\"machine\": {\"clusters\": [{\"name\": \"P\", \"cpus\": \"0-3\"}, {\"name\": \"E\", \"cpus\": \"4-5\"}], \"lanes\": [{\"name\": \"E1\", \"cluster\": \"E\", \"cpus\": \"4\"}, {\"name\": \"E2\", \"cluster\": \"E\"}]," \
  " \"resources\": [{\"name\": \"unit\"}], \"transitions\": [{\"from\": \"P\", \"to\": \"E\", \"cost_us\": 1}]},"                          \
  " \"jobs\": {\"jobs\": [{\"name\": \"x\", \"model\": \"x.vmfb\", \"period_us\": 10, \"deadline_us\": 9, \"lanes\": [\"P\"], \"workers_max\": 3}, {\"name\": \"y\", \"model\": \"y.vmfb\", \"waits_for\": [\"x\"], \"resources\": [\"unit\"]}]}, \"dispatches\": {"
#define X0 "\"x0\": {\"id\": 0, \"hardware_target\": \"P\", \"start_ns\": 0, \"duration_ns\": 4000, \"job_name\": \"x0\", \"workers\": 3},"
#define Z0 "\"z0\": {\"id\": 1, \"hardware_target\": \"P\", \"start_ns\": 1000, \"duration_ns\": 1000, \"job_name\": \"z\", \"workers\": 1, \"time_dependency\": \"x0\", \"time_dep_mode\": \"soft\"},"
#define Y0 "\"y0\": {\"id\": 2, \"hardware_target\": \"E1\", \"start_ns\": 5000, \"duration_ns\": 2000, \"job_name\": \"y0\", \"workers\": 1, \"dependencies\": [\"x0\"], \"resources\": [\"unit\"]},"
#define W0 "\"w0\": {\"id\": 3, \"hardware_target\": \"E2\", \"start_ns\": 5000, \"duration_ns\": 2000, \"job_name\": \"z\", \"workers\": 1},"
#define X1 "\"x1\": {\"id\": 4, \"hardware_target\": \"P\", \"start_ns\": 10000, \"duration_ns\": 4000, \"job_name\": \"x1\", \"workers\": 3, \"time_dependency\": \"z0\"}"
#define MIDDLE "}, \"metadata\": {\"makespan_ns\": 14000, \"bound_ns\": 14000}, \"period_ns\": 20000, \"instances\": {"
#define TAIL "\"x0\": {\"job\": \"x\", \"index\": 0, \"deadline_ns\": 9000}, \"x1\": {\"job\": \"x\", \"index\": 1, \"release_ns\": 10000, \"deadline_ns\": 19000}, \"y0\": {\"job\": \"y\", \"index\": 0}}}"
#define GOOD HEAD X0 Z0 Y0 W0 X1 MIDDLE TAIL

// The good plan with one text replaced by another.
static void check_with(const char *from, const char *to, const char *expected) {
  const char *at = strstr(GOOD, from);
  char text[4096];
  if (at == NULL) fail_msg("no %s", from);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, to, at + strlen(from));
  check_text(text);
  if (strcmp(found, expected) != 0) fail_msg("%s -> %s: found\n%s%sinstead of\n%s", from, to, found, messages, expected);
}

static void test_good(void **state) {
  (void)state;
  check_text(GOOD);
  assert_string_equal(found, "");
}

static void test_each_rule(void **state) {
  (void)state;
  // Precedence, with what moving costs: 4 us + 1 us.
  check_with("\"start_ns\": 5000, \"duration_ns\": 2000, \"job_name\": \"y0\"", "\"start_ns\": 4999, \"duration_ns\": 2000, \"job_name\": \"y0\"", "dispatches.y0.dependencies: precedence\n");
  check_with("\"start_ns\": 5000, \"duration_ns\": 2000, \"job_name\": \"y0\"", "\"start_ns\": 3000, \"duration_ns\": 2000, \"job_name\": \"y0\"", "dispatches.y0.dependencies: precedence\ninstances.y0: precedence\n");
  check_with("\"dependencies\": [\"x0\"], ", "\"dependencies\": [\"x1\"], ", "dispatches.y0.dependencies: precedence\n");
  check_with("\"time_dependency\": \"x0\", \"time_dep_mode\": \"soft\"", "\"time_dependency\": \"x0\", \"time_dep_mode\": \"hard\"", "dispatches.z0.time_dependency: precedence\n");
  // Room.
  check_with("\"workers\": 1, \"time_dependency\"", "\"workers\": 2, \"time_dependency\"", "dispatches.z0.start_time: overlap\n");
  check_with("\"workers\": 1, \"time_dependency\"", "\"time_dependency\"", "dispatches.z0.start_time: overlap\n");
  check_with("\"job_name\": \"z\", \"workers\": 1},", "\"job_name\": \"z\", \"workers\": 2},", "dispatches.w0.start_time: shared\n");
  check_with("\"job_name\": \"z\", \"workers\": 1},", "\"job_name\": \"z\", \"workers\": 1, \"resources\": [\"unit\"]},", "dispatches.w0.resources: resource\n");
  check_with(", \"resources\": [\"unit\"]},\"w0\"", "},\"w0\"", "dispatches.y0.resources: resource\n");
  // Lanes and widths.
  check_with("\"job_name\": \"x1\", \"workers\": 3", "\"job_name\": \"x1\", \"workers\": 4", "dispatches.x1.workers: width\n");
  check_with("\"job_name\": \"z\", \"workers\": 1, \"time_dependency\"", "\"job_name\": \"z\", \"workers\": 5, \"time_dependency\"", "dispatches.z0.workers: width\ndispatches.z0.start_time: overlap\n");
  check_with("\"lanes\": [\"P\"]", "\"lanes\": [\"E\"]", "dispatches.x0.hardware_target: target\ndispatches.x1.hardware_target: target\n");
  // Releases, deadlines, calls.
  check_with("\"start_ns\": 10000, \"duration_ns\": 4000", "\"start_ns\": 9000, \"duration_ns\": 5000", "dispatches.x1.start_time: release\n");
  check_with("\"release_ns\": 10000, \"deadline_ns\": 19000", "\"release_ns\": 9000, \"deadline_ns\": 18000", "instances.x1.release: release\n");
  check_with("\"deadline_ns\": 19000", "\"deadline_ns\": 13000", "instances.x1.deadline: deadline\ninstances.x1.deadline: deadline\n");
  check_with("\"deadline_us\": 9", "\"deadline_us\": 8", "instances.x0.deadline: deadline\ninstances.x1.deadline: deadline\n");
  check_with("\"index\": 1", "\"index\": 0", "instances.x1.release: release\ninstances.x1.index: calls\n");
  // Time dependencies.
  check_with(", \"time_dependency\": \"z0\"", "", "dispatches.x1.time_dependency: time_dependency\n");
  check_with(", \"time_dependency\": \"z0\"", ", \"time_dependency\": \"x0\"", "dispatches.x1.time_dependency: time_dependency\n");
  check_with("\"job_name\": \"x0\", \"workers\": 3", "\"job_name\": \"x0\", \"workers\": 3, \"time_dependency\": \"y0\", \"time_dep_mode\": \"soft\"", "dispatches.x0.time_dependency: time_dependency\n");
  // The whole.
  check_with("\"makespan_ns\": 14000", "\"makespan_ns\": 13999", "metadata.makespan: makespan\n");
  check_with("\"bound_ns\": 14000", "\"bound_ns\": 14001", "metadata.bound_ns: makespan\n");
  check_with("\"period_ns\": 20000", "\"period_ns\": 13000", "dispatches.x1.start_time: overlap\ninstances.x1: calls\nperiod: calls\n");
}

// A plan with a period may end behind it, if what comes again does not meet its end.
static void test_repetition(void **state) {
  (void)state;
  // What of v is behind 20 us stands at the begin of the next iteration, beside x0 with 3 of 4 workers, and from 1 us on z0 with the fourth.
  const char *text = HEAD X0 Z0 Y0 W0 "\"v\": {\"id\": 5, \"hardware_target\": \"P\", \"start_ns\": 17000, \"duration_ns\": %d, \"job_name\": \"v\", \"workers\": 1, \"time_dependency\": \"x1\"}," X1
      "}, \"period_ns\": 20000, \"instances\": {" TAIL;
  static const struct {
    int duration_ns;
    const char *findings;
  } cases[] = {{3000, ""}, {4000, ""}, {4001, "dispatches.z0.start_time: overlap\n"}, {20000, "dispatches.z0.start_time: overlap\n"},
               {20001, "dispatches.v.duration: overlap\ndispatches.z0.start_time: overlap\n"}};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    char made[4096];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(made, sizeof made, text, cases[i].duration_ns);
#pragma GCC diagnostic pop
    check_text(made);
    if (strcmp(found, cases[i].findings) != 0) fail_msg("%d ns: found\n%s%sinstead of\n%s", cases[i].duration_ns, found, messages, cases[i].findings);
  }
  // The job's rate: two calls of x each 20 us; three would be too many, and one in 20.00001 us is near enough.
  check_with("\"period_ns\": 20000", "\"period_ns\": 30000", "period: calls\n");
  check_with("\"period_us\": 10", "\"period_ns\": 9999", "instances.x1.release: release\nperiod: calls\n");
}

// Calls of one job on two lanes at once.
static void test_calls(void **state) {
  (void)state;
  check_text("{\"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 1}, {\"name\": \"Q\", \"workers\": 1}]}, \"jobs\": {\"jobs\": [{\"name\": \"x\", \"model\": \"x\", \"period_us\": 1}]}, \"dispatches\": {"
             "\"a\": {\"hardware_target\": \"P\", \"start_ns\": 0, \"duration_ns\": 2000, \"job_name\": \"x0\"}, \"b\": {\"hardware_target\": \"Q\", \"start_ns\": 1000, \"duration_ns\": 500, \"job_name\": \"x1\"}},"
             " \"instances\": {\"x0\": {\"job\": \"x\", \"index\": 0}, \"x1\": {\"job\": \"x\", \"index\": 1, \"release_ns\": 1000}}}");
  assert_string_equal(found, "instances.x1: calls\n");
}

// A dispatch that has several targets has them to itself, and is the one before on all of them.
static void test_targets(void **state) {
  (void)state;
#define SETS(time_dependency, start)                                                                                                                                    \
  "{\"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 4}, {\"name\": \"Q\", \"workers\": 2}]}, \"dispatches\": {"                                                \
  "\"a\": {\"id\": 0, \"targets\": [\"P\", \"Q\"], \"start_ns\": 0, \"duration_ns\": 2000, \"workers\": 6},"                                                              \
  "\"b\": {\"id\": 1, \"hardware_target\": \"Q\", \"start_ns\": " start ", \"duration_ns\": 1000, \"workers\": 1, \"time_dep_mode\": \"soft\"" time_dependency "}}}"
  check_text(SETS(", \"time_dependency\": \"a\"", "2000"));
  assert_string_equal(found, "");
  check_text(SETS("", "2000"));
  assert_string_equal(found, "dispatches.b.time_dependency: time_dependency\n");
  check_text(SETS(", \"time_dependency\": \"a\"", "1000"));
  assert_string_equal(found, "dispatches.b.start_time: overlap\n");
}

// Other tools' times are sums of floats, and their targets run one dispatch at a time.
static void test_foreign(void **state) {
  (void)state;
#define FOREIGN(start) "{\"dispatches\": {\"a\": {\"start_time\": 0, \"duration\": 1}, \"b\": {\"start_time\": " start ", \"duration\": 1, \"dependencies\": [\"a\"], \"time_dependency\": \"a\"}}}"
  check_text(FOREIGN("0.9995"));
  assert_string_equal(found, "");
  check_text(FOREIGN("0.5"));
  assert_string_equal(found, "dispatches.b.dependencies: precedence\ndispatches.b.time_dependency: precedence\ndispatches.b.start_time: overlap\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_good), cmocka_unit_test(test_each_rule), cmocka_unit_test(test_repetition), cmocka_unit_test(test_calls), cmocka_unit_test(test_targets), cmocka_unit_test(test_foreign)};
  if (!can_read()) return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
