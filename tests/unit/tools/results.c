// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Comparing and writing results, calling with and without fences, on the fake runtime. The texts are
// those of IREE's tool.

#define _POSIX_C_SOURCE 200809L

#include "results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "fake_runtime.h"

static struct rondo_runtime *runtime;

static int set_up(void **state) {
  (void)state;
  return rondo_runtime_create(NULL, &runtime, NULL) == RONDO_OK ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  rondo_runtime_release(&runtime);
  return fake_live_count == 0 ? 0 : -1;
}

static enum rondo_value_kind pick_kind(const void *user, int index) {
  (void)index;
  return *(const enum rondo_value_kind *)user;
}

static struct tool_values read_value(const char *text, enum rondo_value_kind kind) {
  struct tool_strings strings = {.items = &text, .count = 1};
  struct tool_values values;
  assert_int_equal(rdo_tool_values_read(runtime, "--input", &strings, pick_kind, &kind, 1, &values, NULL), RONDO_OK);
  return values;
}

static void check_compare(const char *actual_text, const char *expected_text, enum rondo_value_kind kind, bool is_exact,
                          const char *message) {
  struct tool_values actual = read_value(actual_text, kind), expected = read_value(expected_text, kind);
  struct tool_tolerance tolerance = TOOL_TOLERANCE_DEFAULT;
  tolerance.is_exact = is_exact;
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  bool matches = rdo_tool_results_compare(file, actual.items, actual.count, &expected, &tolerance);
  fclose(file);
  assert_int_equal(matches, message == NULL);
  assert_string_equal(text, message != NULL ? message : "[SUCCESS] all function outputs matched their expected values.\n");
  free(text);
  rdo_tool_values_release(&actual);
  rdo_tool_values_release(&expected);
}

#define VIEW RONDO_VALUE_TENSOR

static void test_matches(void **state) {
  (void)state;
  check_compare("4xf32=1 2 3 4", "4xf32=1 2 3.00009 4", VIEW, false, NULL);
  check_compare("2xf32=nan inf", "2xf32=nan inf", VIEW, false, NULL);
  check_compare("f32=100000000", "f32=100000008", VIEW, false, NULL);
  check_compare("f32=0", "f32=-0", VIEW, false, NULL);
  check_compare("f32=1", "(ignored)", VIEW, false, NULL);
  check_compare("(null)", "(null)", VIEW, false, NULL);
  check_compare("2xi32=1 2", "2xsi32=1 2", VIEW, false, NULL);
  check_compare("&4xi8=1", "&4xui8=1", VIEW, false, NULL);
  check_compare("1.5", "1.50005", RONDO_VALUE_F32, false, NULL);
  check_compare("1.5", "(ignored)", RONDO_VALUE_F32, false, NULL);
  check_compare("5", "5", RONDO_VALUE_I64, true, NULL);
  check_compare("3xi4=21 03", "3xi4=21 03", VIEW, false, NULL);
}

static void test_differences(void **state) {
  (void)state;
  check_compare("4xf32=1 2 3 4", "4xf32=1 2 3.0002 5", VIEW, false,
                "[FAILED] result[0]: element at index 2 (3) does not match the expected (3.0002); expected that the "
                "view is equal to contents of a view of 4xf32\n  expected:\n4xf32=1 2 3.0002 5\n  actual:\n4xf32=1 2 3 4\n");
  check_compare("4xf32=1 2 3 4", "2x2xf32=1 2 3 4", VIEW, false,
                "[FAILED] result[0]: metadata is 4xf32; expected that the view matches 2x2xf32; expected that the view "
                "is equal to contents of a view of 2x2xf32\n  expected:\n2x2xf32=[1 2][3 4]\n  actual:\n4xf32=1 2 3 4\n");
  check_compare("f32=0", "f32=-0", VIEW, true,
                "[FAILED] result[0]: element at index 0 (0) does not match the expected (-0); expected that the view "
                "is equal to contents of a view of f32\n  expected:\nf32=-0\n  actual:\nf32=0\n");
  check_compare("f32=4", "f32=inf", VIEW, false,
                "[FAILED] result[0]: element at index 0 (4) does not match the expected (INF); expected that the view "
                "is equal to contents of a view of f32\n  expected:\nf32=INF\n  actual:\nf32=4\n");
  check_compare("2xi1=01", "2xi1=01 00", VIEW, false,
                "[FAILED] result[0]: element at index 1 (01) does not match the expected (00); expected that the view "
                "is equal to contents of a view of 2xi1\n  expected:\n2xi1=01 00\n  actual:\n2xi1=01 01\n");
  check_compare("(null)", "4xf32=1", VIEW, false,
                "[FAILED] result[0]: variant types mismatch; expected hal.buffer_view but got empty\n");
  check_compare("f32=1", "&4xi8=1", VIEW, false,
                "[FAILED] result[0]: variant types mismatch; expected hal.buffer but got hal.buffer_view\n");
  check_compare("5", "6", RONDO_VALUE_I32, false,
                "[FAILED] result[0]: value (i32=5) does not match the expected (i32=6)\n");
}

static void test_count(void **state) {
  (void)state;
  struct tool_values expected = read_value("f32=1", VIEW);
  struct tool_tolerance tolerance = TOOL_TOLERANCE_DEFAULT;
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  assert_false(rdo_tool_results_compare(file, expected.items, 0, &expected, &tolerance));
  fclose(file);
  assert_string_equal(text, "[FAILED] expected 1 list elements but 0 provided\n");
  free(text);
  rdo_tool_values_release(&expected);
}

// Calls the fake model's function once with one argument.
static enum rondo_status call_once(const char *name, struct rondo_diag *diag, bool *out_has_result) {
  struct rondo_model *model = NULL;
  const struct rondo_module_source source = {.path = "/dev/null"};
  const struct rondo_function *function = NULL;
  assert_int_equal(rondo_model_load(runtime, &source, 1, &model, NULL), RONDO_OK);
  assert_int_equal(rondo_model_find(model, name, &function, NULL), RONDO_OK);
  struct tool_values arguments = read_value("2xf32=1", VIEW);
  struct tool_call call;
  assert_int_equal(rdo_tool_call_init(&call, runtime, function, &arguments, diag), RONDO_OK);
  enum rondo_status status = rdo_tool_call_invoke(&call, diag);
  *out_has_result = call.output_count > 0 && call.outputs[0].kind == RONDO_VALUE_TENSOR;
  rdo_tool_call_deinit(&call);
  rdo_tool_values_release(&arguments);
  rondo_model_release(&model);
  return status;
}

static void test_calls(void **state) {
  (void)state;
  bool has_result = false;
  struct rondo_diag diag = {0};
  assert_int_equal(call_once("view", &diag, &has_result), RONDO_OK);
  assert_true(has_result);
  assert_int_equal(call_once("later$async", &diag, &has_result), RONDO_OK);
  assert_true(has_result);
  assert_int_equal(call_once("never", &diag, &has_result), RONDO_ABORTED);
  assert_false(has_result);
  assert_non_null(strstr(diag.message, "never"));
  diag = (struct rondo_diag){0};
  assert_int_equal(call_once("released", &diag, &has_result), RONDO_FAILED_PRECONDITION);
  assert_false(has_result);
  assert_non_null(strstr(diag.message, "result 0"));
}

static void test_output_names(void **state) {
  (void)state;
  assert_true(rdo_tool_output_is_valid(""));
  assert_true(rdo_tool_output_is_valid("-"));
  assert_true(rdo_tool_output_is_valid("@a"));
  assert_true(rdo_tool_output_is_valid("+a.npy"));
  assert_false(rdo_tool_output_is_valid("@"));
  assert_false(rdo_tool_output_is_valid("a.npy"));
  assert_false(rdo_tool_output_is_valid("--"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_matches), cmocka_unit_test(test_differences),  cmocka_unit_test(test_count),
      cmocka_unit_test(test_calls),   cmocka_unit_test(test_output_names),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
