// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Schedules into stream-level IR. What is read again is tested with real dumps in tests/graphs.

#include "plan/ir_annotate.h"

#include "dump_test.h"

#define DISPATCH(kernel, attributes) "    stream.cmd.dispatch @m_dispatch_" kernel " :: @m_dispatch_" kernel "_k { // why\n      rw %a[%c for %l] : x{%l}\n    }" attributes "\t// then\n"
#define TEXT(first, second, third) "\n#a = 1\nutil.func @f() {\r\n  %1 = stream.cmd.execute with(%r as %a : x{%l}) {\n" \
  DISPATCH("0", first) DISPATCH("1", second) DISPATCH("1", third) "  } => t\n  util.return\n}\n\n{-# x: \"0x00\" #-}"

// Two calls of a job of this module, and one of another.
#define NODE(key, job, id, export, start) \
  "\"" key "\": {\"id\": " #id ", \"job_name\": \"" job "\", \"export\": \"" export "\", \"start_ns\": " #start ", \"duration_ns\": 5, \"hardware_target\": \"E\"}"
#define OTHERS \
  NODE("p", "j0", -1, "program", 0) ", " NODE("a0", "j0", 0, "n$async_dispatch_0_k", 10) ", " NODE("a1", "j0", 0, "fill", 15) ", " \
  NODE("a2", "j0", 0, "n$async_dispatch_1_k", 20) ", " NODE("a3", "j0", 0, "n$async_dispatch_1_k", 30) ", " \
  NODE("b0", "j1", 0, "n$async_dispatch_0_k", 110) ", " NODE("b2", "j1", 0, "n$async_dispatch_1_k", 120) ", " \
  NODE("b3", "j1", 0, "n$async_dispatch_1_k", 130) ", " NODE("c0", "other", 0, "m_dispatch_0_k", 0)
#define PLAN(nodes) "{\"dispatches\": {" nodes "}}"

#define ATTRIBUTES(start, job) \
  "iree.scheduling.start_time_ns = " start " : i64, rondo.duration_ns = 5 : i64, rondo.job = \"" job "\", rondo.policy = \"hard\", rondo.target = \"E\""

static struct rdo_schedule schedule;
static struct rdo_ir_annotated annotated;
static struct rondo_diag diag;

static enum rondo_status annotate(const char *text, const char *plan, const struct rdo_ir_annotate_options *options) {
  memset(&diag, 0, sizeof diag);
  assert_ok(rdo_schedule_parse(text_bytes(plan), "p.json", NULL, &schedule, &diag), &diag);
  return rdo_ir_annotate(text_bytes(text), "f.mlir", &schedule, options, "out.mlir", &annotated, &diag);
}

static void expect_text(const char *expected) {
  char *text = read_file("out.mlir");
  assert_string_equal(text, expected);
  free(text);
}

static void test_all_else_stays(void **state) {
  (void)state;
  if (!can_read()) skip();
  const struct rdo_ir_annotate_options none = {0}, second = {.job = "j1"};
  assert_ok(annotate(TEXT("", "", ""), PLAN(OTHERS), &none), &diag);
  expect_text(TEXT(" attributes {" ATTRIBUTES("10", "j0") "}", " attributes {" ATTRIBUTES("20", "j0") "}", " attributes {" ATTRIBUTES("30", "j0") "}"));
  assert_int_equal(annotated.dispatch_count, 3);
  assert_string_equal(schedule.jobs[annotated.job].name, "j0");
  assert_int_equal(annotated.other_count, 1);
  rdo_schedule_deinit(&schedule);
  assert_ok(annotate(TEXT("", "", ""), PLAN(OTHERS), &second), &diag);
  expect_text(TEXT(" attributes {" ATTRIBUTES("110", "j1") "}", " attributes {" ATTRIBUTES("120", "j1") "}", " attributes {" ATTRIBUTES("130", "j1") "}"));
  rdo_schedule_deinit(&schedule);
}

// What was annotated before is replaced, what others have annotated is kept.
static void test_other_attributes(void **state) {
  (void)state;
  if (!can_read()) skip();
  const struct rdo_ir_annotate_options none = {0};
  assert_ok(annotate(TEXT(" attributes  {b = [1, {c = \"}\"}] , iree.scheduling.priority=3, flag}", " attributes {}", "\n attributes {rondo.target = \"X\"}"), PLAN(OTHERS), &none), &diag);
  expect_text(TEXT(" attributes {b = [1, {c = \"}\"}], flag, " ATTRIBUTES("10", "j0") "}", " attributes {" ATTRIBUTES("20", "j0") "}",
                   " attributes {" ATTRIBUTES("30", "j0") "}"));
  rdo_schedule_deinit(&schedule);
}

// Schedules of other tools tell family and id.
static void test_by_id(void **state) {
  (void)state;
  if (!can_read()) skip();
  const struct rdo_ir_annotate_options none = {0};
#define THEIRS(key, family, id, start) \
  "\"" key "\": {\"id\": " #id ", \"job_name\": \"" family "\", \"module_name\": \"" family "$async_dispatch_" #id "_elf_x\", \"start_time\": " #start ", \"duration\": 0.1}"
  assert_ok(annotate(TEXT("", "", ""), PLAN(THEIRS("o0", "o", 0, 1) ", " THEIRS("o1", "o", 1, 2) ", " THEIRS("o2", "o", 1, 3) ", "
                                            THEIRS("m0", "m", 0, 4) ", " THEIRS("m1", "m", 1, 5) ", " THEIRS("m2", "m", 1, 6)), &none), &diag);
  assert_string_equal(schedule.jobs[annotated.job].name, "m");
  char *text = read_file("out.mlir");
  assert_non_null(strstr(text, "start_time_ns = 5000000"));
  free(text);
  rdo_schedule_deinit(&schedule);
}

static void test_everything_that_a_node_says(void **state) {
  (void)state;
  if (!can_read()) skip();
  const struct rdo_ir_annotate_options none = {0};
  static const char *const plan =
      "{\"machine\": {\"clusters\": [{\"name\": \"P\", \"cpus\": \"0-3\"}, {\"name\": \"E\", \"cpus\": \"4-7\"}, {\"name\": \"V\", \"workers\": 2}],"
      " \"resources\": [{\"name\": \"npu\"}, {\"name\": \"dma\"}]}, \"dispatches\": {"
      "\"a\": {\"id\": 0, \"hardware_target\": \"E\", \"targets\": [\"E\", \"P\"], \"start_ns\": 1, \"duration_ns\": 2, \"priority\": 200, \"workers\": 8,"
      " \"resources\": [\"npu\", \"dma\"], \"release_policy\": \"phase_locked\", \"time_dep_mode\": \"soft\"},"
      "\"b\": {\"id\": 1, \"hardware_target\": \"E\"}, \"c\": {\"id\": 1, \"hardware_target\": \"V\"}}}";
  assert_ok(annotate(TEXT("", "", ""), plan, &none), &diag);
  expect_text(TEXT(" attributes {iree.scheduling.affinity = 255 : i64, iree.scheduling.priority = 200 : i32, iree.scheduling.resource = \"npu,dma\", "
                   "iree.scheduling.start_time_ns = 1 : i64, rondo.duration_ns = 2 : i64, rondo.policy = \"phase_locked soft\", rondo.target = \"E,P\", rondo.workers = 8 : i32}",
                   " attributes {iree.scheduling.affinity = 240 : i64, iree.scheduling.start_time_ns = 0 : i64, rondo.duration_ns = 0 : i64, rondo.policy = \"hard\", rondo.target = \"E\"}",
                   " attributes {iree.scheduling.start_time_ns = 0 : i64, rondo.duration_ns = 0 : i64, rondo.policy = \"hard\", rondo.target = \"V\"}"));
  rdo_schedule_deinit(&schedule);
}

static void test_what_does_not_fit(void **state) {
  (void)state;
  if (!can_read()) skip();
  const struct rdo_ir_annotate_options none = {0}, nobody = {.job = "nobody"}, other = {.job = "other"};
  struct {
    const char *plan;
    const struct rdo_ir_annotate_options *options;
    enum rondo_status status;
    const char *message;
  } cases[] = {
      {PLAN(OTHERS), &nobody, RONDO_NOT_FOUND, "p.json: there is no job \"nobody\""},
      {PLAN(OTHERS), &other, RONDO_NOT_FOUND,
       "p.json: no call of the name other has all dispatches of f.mlir: m_dispatch_1_1 (m_dispatch_1_k) is missing; plan this module, or annotate another dump"},
      {PLAN(NODE("c0", "x", 0, "m_dispatch_0_k", 0)), &none, RONDO_NOT_FOUND,
       "p.json: no job has all dispatches of f.mlir: m_dispatch_1_1 (m_dispatch_1_k) is missing; plan this module, or annotate another dump"},
      {PLAN(OTHERS ", " NODE("d", "z", 0, "m_dispatch_0_k", 0) ", " NODE("e", "z", 0, "m_dispatch_1_k", 0) ", " NODE("f", "z", 0, "m_dispatch_1_k", 0)), &none,
       RONDO_INVALID_ARGUMENT, "p.json: jobs \"j0\" and \"z\" both have the dispatches of f.mlir: say which one with --job"},
      {PLAN(NODE("d", "a\\\"b", 0, "m_dispatch_0_k", 0) ", " NODE("e", "a\\\"b", 0, "m_dispatch_1_k", 0) ", " NODE("f", "a\\\"b", 0, "m_dispatch_1_k", 0)), &none,
       RONDO_INVALID_ARGUMENT,
       "p.json: the name \"a\"b\" cannot stand in an attribute: it has a comma, quote, backslash, or other bytes than printable ASCII"},
  };
  unlink("out.mlir");
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    enum rondo_status status = annotate(TEXT("", "", ""), cases[i].plan, cases[i].options);
    assert_string_equal(diag.message, cases[i].message);
    assert_int_equal(status, cases[i].status);
    assert_int_equal(access("out.mlir", F_OK), -1);
    rdo_schedule_deinit(&schedule);
  }
  assert_int_equal(annotate("util.func @f(", PLAN(OTHERS), &none), RONDO_INVALID_ARGUMENT);
  rdo_schedule_deinit(&schedule);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_else_stays), cmocka_unit_test(test_other_attributes),  cmocka_unit_test(test_by_id),
      cmocka_unit_test(test_everything_that_a_node_says), cmocka_unit_test(test_what_does_not_fit),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
