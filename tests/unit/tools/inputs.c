// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Values from strings and the files they name, on the fake runtime.

#define _POSIX_C_SOURCE 200809L

#include "inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_runtime.h"
#include "npy.h"
#include "results.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static struct rondo_runtime *runtime;
static struct rondo_model *model;

static int set_up(void **state) {
  static char folder[] = "/tmp/rondo-inputs-XXXXXX";
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return -1;
  *state = folder;
  // two.npy: f32 [1, 2], then u8 [3]; raw.bin: the bytes 0 .. 15.
  float floats[2] = {1, 2};
  uint8_t byte = 3, raw[16];
  for (int i = 0; i < 16; ++i) raw[i] = (uint8_t)i;
  struct tool_array a = {.element_type = RONDO_ELEMENT_F32, .rank = 1, .dims = {2}, .element_count = 2,
                         .byte_length = 8, .bytes = (uint8_t *)floats};
  struct tool_array b = {.element_type = RONDO_ELEMENT_UI8, .element_count = 1, .byte_length = 1, .bytes = &byte};
  struct tool_bytes file = {0};
  if (rdo_tool_npy_append(&a, &file, NULL) != RONDO_OK || rdo_tool_npy_append(&b, &file, NULL) != RONDO_OK) return -1;
  if (rdo_tool_file_write("two.npy", file.data, file.size, false, NULL) != RONDO_OK) return -1;
  rdo_tool_bytes_release(&file);
  if (rdo_tool_file_write("raw.bin", raw, sizeof raw, false, NULL) != RONDO_OK) return -1;
  if (rondo_runtime_create(NULL, &runtime, NULL) != RONDO_OK) return -1;
  const struct rondo_module_source source = {.path = "raw.bin"};
  return rondo_model_load(runtime, &source, 1, &model, NULL) == RONDO_OK ? 0 : -1;
}

static int tear_down(void **state) {
  rondo_model_release(&model);
  rondo_runtime_release(&runtime);
  unlink("two.npy");
  unlink("raw.bin");
  rmdir(*state);
  return fake_live_count == 0 ? 0 : -1;
}

static enum rondo_value_kind tensor_kind(const void *user, int index) {
  (void)user;
  (void)index;
  return RONDO_VALUE_TENSOR;
}

static enum rondo_value_kind scalar_kind(const void *user, int index) {
  (void)index;
  return *(const enum rondo_value_kind *)user;
}

// Reads the strings and prints the values as a verb would, in one line each.
static char *read_and_print(int count, const char **texts, enum rondo_status expected_status) {
  struct tool_strings strings = {.items = texts, .count = count};
  struct tool_values values;
  struct rondo_diag diag = {0};
  assert_int_equal(rdo_tool_values_read(runtime, "--input", &strings, tensor_kind, NULL, 4, &values, &diag), expected_status);
  assert_int_equal(diag.message[0] != '\0', expected_status != RONDO_OK);
  assert_int_equal(strncmp(diag.message, "--input[", 8) == 0, expected_status != RONDO_OK);
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  rdo_tool_results_print(file, values.items, values.count, 16);
  fclose(file);
  rdo_tool_values_release(&values);
  return text;
}

#define CHECK(expected, ...)                                                \
  do {                                                                      \
    const char *texts[] = {__VA_ARGS__};                                    \
    char *printed = read_and_print(COUNT(texts), texts, RONDO_OK);          \
    assert_string_equal(printed, expected);                                 \
    free(printed);                                                          \
  } while (0)

#define CHECK_FAILS(status, ...)                                            \
  do {                                                                      \
    const char *texts[] = {__VA_ARGS__};                                    \
    free(read_and_print(COUNT(texts), texts, status));                      \
  } while (0)

#define FIRST(index) "result[" #index "]: hal.buffer_view\n2xf32=1 2\n"
#define SECOND(index) "result[" #index "]: hal.buffer_view\nui8=3\n"

static void test_text(void **state) {
  (void)state;
  CHECK("result[0]: hal.buffer_view\n2xi8=5 5\nresult[1]: (null)\nresult[2]: hal.buffer\n(no printer)\n", "2xi8=5",
        "(null)", "&3xf32=1");
  CHECK_FAILS(RONDO_INVALID_ARGUMENT, "i8=1", "i8=2", "i8=3", "i8=4", "i8=5");
  CHECK_FAILS(RONDO_OUT_OF_RANGE, "i8=1", "2xi8=1 2 3");
}

static void test_npy_positions(void **state) {
  (void)state;
  CHECK(FIRST(0) SECOND(1), "*two.npy");
  CHECK(FIRST(0) SECOND(1), "@two.npy", "+two.npy");
  CHECK(FIRST(0) SECOND(1), "+two.npy", "+two.npy");
  CHECK(FIRST(0) FIRST(1), "@two.npy", "@two.npy");
  CHECK(FIRST(0) SECOND(1), "@two.npy", "*two.npy");
  CHECK(FIRST(0) SECOND(1), "*two.npy", "*two.npy");  // nothing is left
  CHECK_FAILS(RONDO_OUT_OF_RANGE, "*two.npy", "+two.npy");
  CHECK_FAILS(RONDO_INVALID_ARGUMENT, "*two.npy", "@two.npy", "*two.npy", "@two.npy");
  CHECK_FAILS(RONDO_NOT_FOUND, "@missing.npy");
}

// What has no end is read as far as needed.
static void test_endless(void **state) {
  (void)state;
  CHECK("result[0]: hal.buffer_view\n2xi8=0 0\nresult[1]: hal.buffer_view\n3xui8=0 0 0\n", "2xi8=@/dev/zero",
        "3xui8=+/dev/zero");
  CHECK("result[0]: hal.buffer_view\n0xi8=\n", "0xi8=@/dev/zero");
  assert_int_equal(symlink("/dev/zero", "zero.npy"), 0);
  CHECK_FAILS(RONDO_INVALID_ARGUMENT, "@zero.npy");
  CHECK_FAILS(RONDO_INVALID_ARGUMENT, "*zero.npy");
  unlink("zero.npy");
}

static void test_raw_positions(void **state) {
  (void)state;
  CHECK("result[0]: hal.buffer_view\n2xi8=0 1\nresult[1]: hal.buffer_view\n3xui8=2 3 4\n", "2xi8=@raw.bin",
        "3xui8=+raw.bin");
  CHECK("result[0]: hal.buffer_view\n2xi8=0 1\nresult[1]: hal.buffer_view\n2xi8=0 1\n", "2xi8=@raw.bin",
        "2xi8=@raw.bin");
  CHECK_FAILS(RONDO_OUT_OF_RANGE, "17xi8=@raw.bin");
  CHECK_FAILS(RONDO_OUT_OF_RANGE, "10xi8=@raw.bin", "10xi8=+raw.bin");
  CHECK_FAILS(RONDO_NOT_FOUND, "2xi8=@missing.bin");
}

static void check_scalar(const char *text, enum rondo_value_kind kind, enum rondo_status status, double expected) {
  struct tool_strings strings = {.items = &text, .count = 1};
  struct tool_values values;
  assert_int_equal(rdo_tool_values_read(runtime, "--input", &strings, scalar_kind, &kind, 1, &values, NULL), status);
  if (status == RONDO_OK) {
    double value = kind == RONDO_VALUE_I32 ? values.items[0].i32 : (double)values.items[0].f32;
    assert_true(value == expected);
  }
  rdo_tool_values_release(&values);
}

static void test_scalars(void **state) {
  (void)state;
  float quarter = 0.25f;
  struct tool_array array = {.element_type = RONDO_ELEMENT_F32, .element_count = 1, .byte_length = 4,
                             .bytes = (uint8_t *)&quarter};
  struct tool_bytes file = {0};
  assert_int_equal(rdo_tool_npy_append(&array, &file, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_file_write("scalar.npy", file.data, file.size, false, NULL), RONDO_OK);
  rdo_tool_bytes_release(&file);
  check_scalar("7", RONDO_VALUE_I32, RONDO_OK, 7);
  check_scalar("0.5", RONDO_VALUE_F32, RONDO_OK, 0.5);
  check_scalar("@scalar.npy", RONDO_VALUE_F32, RONDO_OK, 0.25);
  check_scalar("@scalar.npy", RONDO_VALUE_I32, RONDO_INVALID_ARGUMENT, 0);
  check_scalar("@two.npy", RONDO_VALUE_F32, RONDO_INVALID_ARGUMENT, 0);
  check_scalar("4xf32=1", RONDO_VALUE_F32, RONDO_INVALID_ARGUMENT, 0);
  unlink("scalar.npy");
}

static int count_read(const char *function_name, int count, const char **texts) {
  const struct rondo_function *function = NULL;
  assert_int_equal(rondo_model_find(model, function_name, &function, NULL), RONDO_OK);
  struct tool_strings strings = {.items = texts, .count = count};
  struct tool_values values;
  int code = rdo_tool_arguments_read(runtime, function, &strings, &values);
  int read_count = code == TOOL_EXIT_OK ? values.count : -code;
  rdo_tool_values_release(&values);
  return read_count;
}

static void test_arity(void **state) {
  (void)state;
  const char *texts[] = {"f32=1", "f32=2"};
  assert_int_equal(count_read("two", 2, texts), 2);
  assert_int_equal(count_read("two", 1, texts), -TOOL_EXIT_FAILURE);
  assert_int_equal(count_read("view", 2, texts), -TOOL_EXIT_FAILURE);
  assert_int_equal(count_read("none", 0, texts), 0);
  assert_int_equal(count_read("shaped", 0, texts), -TOOL_EXIT_FAILURE);
  assert_int_equal(count_read("later$async", 1, texts), 1);  // the tool supplies the fences
}

static void test_write(void **state) {
  (void)state;
  struct tool_bytes bytes = {0};
  assert_int_equal(rdo_tool_file_write("out.bin", "ab", 2, true, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_file_write("out.bin", "cd", 2, true, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_file_read("out.bin", 100, &bytes, NULL), RONDO_OK);
  assert_int_equal(bytes.size, 4);
  assert_memory_equal(bytes.data, "abcd", 4);
  assert_int_equal(rdo_tool_file_read("out.bin", 3, &bytes, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_int_equal(rdo_tool_file_write("out.bin", "x", 1, false, NULL), RONDO_OK);
  assert_int_equal(symlink("out.bin", "link.bin"), 0);
  assert_int_equal(rdo_tool_file_write("link.bin", "yz", 2, false, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_file_read("out.bin", 100, &bytes, NULL), RONDO_OK);
  assert_int_equal(bytes.size, 2);
  assert_int_equal(rdo_tool_file_write("/dev/null", "x", 1, false, NULL), RONDO_OK);
  assert_int_equal(access("/dev/null", W_OK), 0);
  assert_int_equal(rdo_tool_file_write("missing/out.bin", "x", 1, false, NULL), RONDO_NOT_FOUND);
  rdo_tool_bytes_release(&bytes);
  unlink("link.bin");
  unlink("out.bin");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text),    cmocka_unit_test(test_npy_positions), cmocka_unit_test(test_raw_positions),
      cmocka_unit_test(test_endless),
      cmocka_unit_test(test_scalars), cmocka_unit_test(test_arity),         cmocka_unit_test(test_write),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
