// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reading and printing tensors: a table of texts and what they print as, taken from IREE's tool, and
// a table of texts that must fail.

#define _POSIX_C_SOURCE 200809L

#include "tensor_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char *print_array(const struct tool_array *array, int64_t element_limit) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  rdo_tool_text_print(file, array, element_limit);
  fclose(file);
  return text;
}

static void check_print(const char *input, int64_t element_limit, const char *expected) {
  struct tool_text text;
  struct rondo_diag diag = {0};
  assert_int_equal(rdo_tool_text_parse(input, TOOL_ARRAY_BYTES_MAX, &text, &diag), RONDO_OK);
  assert_non_null(text.array.bytes);
  char *printed = print_array(&text.array, element_limit);
  assert_string_equal(printed, expected);
  free(printed);
  rdo_tool_text_release(&text);
}

static void test_print(void **state) {
  (void)state;
  static const struct { const char *input, *expected; } cases[] = {
      {"2x3xf32=1 2 3 4 5 6", "2x3xf32=[1 2 3][4 5 6]"},
      {"2x2xf32=[[1 2][3 4]]", "2x2xf32=[1 2][3 4]"},
      {"2x2xf32=1,2,,3,\n4", "2x2xf32=[1 2][3 4]"},
      {"2x3xf32=7", "2x3xf32=[7 7 7][7 7 7]"},
      {"2x3xf32", "2x3xf32=[0 0 0][0 0 0]"},
      {" 2xf32 = ", "2xf32=0 0"},
      {"2x 3xf32", "2x3xf32=[0 0 0][0 0 0]"},
      {"f32=7.25", "f32=7.25"},
      {"xf32", "f32=0"},
      {"0x3xf32=", "0x3xf32="},
      {"2x0x3xf32=", "2x0x3xf32=[][]"},
      {"2x2x2xi32=1 2 3 4 5 6 7 8", "2x2x2xi32=[[1 2][3 4]][[5 6][7 8]]"},
      {"1x1x1x1xf32=1", "1x1x1x1xf32=[[[1]]]"},
      {"3xi8=200 -3 0x10", "3xi8=-56 -3 16"},
      {"2xi16=65535 -32768", "2xi16=-1 -32768"},
      {"2xi32=4294967295 -1", "2xi32=-1 -1"},
      {"2xui8=0xFF 010", "2xui8=255 8"},
      {"2xi64=-9223372036854775808 9223372036854775807", "2xi64=-9223372036854775808 9223372036854775807"},
      {"2xui64=18446744073709551615 1", "2xui64=18446744073709551615 1"},
      {"2xui32=-1 -2147483648", "2xui32=4294967295 2147483648"},
      {"2xui64=-1 -9223372036854775808", "2xui64=18446744073709551615 9223372036854775808"},
      {" 4 x 2 xf32 = 1", "4x2xf32=[1 1][1 1][1 1][1 1]"},
      {"3xi1=01 00 ff", "3xi1=01 00 FF"},
      {"3xi1=01", "3xi1=01 01 01"},
      {"6xf32=nan inf -inf 1e-9 16777216 0x10", "6xf32=NAN INF -INF 1E-09 1.67772E+07 16"},
      {"2xf64=0.1 1e300", "2xf64=0.1 1E+300"},
      {"4xf16=0.1 2 1e9 -nan", "4xf16=0.0999756 2 INF NAN"},
      {"4xbf16=0.1 1e40 nan -inf", "4xbf16=0.100098 INF NAN -INF"},
      {"4xf8E4M3FN=0.1 449 465 -1e9", "4xf8E4M3FN=0.101562 448 NAN NAN"},
      {"2xf8E5M2=0.1 61440", "2xf8E5M2=0.09375 INF"},
      {"2xf8E4M3FNUZ=-0 247", "2xf8E4M3FNUZ=0 240"},
      {"1xcf64=0000803f00000040", "1xcf64=0000803F00000040"},
      {"1xcf128", "1xcf128=00000000000000000000000000000000"},
      {"2x*16=0aFF,1234", "2x*16=0AFF 1234"},
      {"3xi4=21 03", "3xi4=21 03"},
      {"2x2xi4=21", "2x2xi4=21 21"},
  };
  for (size_t i = 0; i < COUNT(cases); ++i) check_print(cases[i].input, 1024, cases[i].expected);
}

static void test_element_limit(void **state) {
  (void)state;
  static const struct { const char *input; int64_t limit; const char *expected; } cases[] = {
      {"4xi32=1", 0, "4xi32=..."},          {"4xi32=1", 2, "4xi32=1 1..."},
      {"4xi32=1", 4, "4xi32=1 1 1 1"},      {"4xi32=1", -1, "4xi32=1 1 1 1"},
      {"i32=3", 0, "i32=..."},              {"i32=3", 1, "i32=3"},
      {"2x4xi32=7", 3, "2x4xi32=[7 7 7...][...]"}, {"2x4xi32=7", 4, "2x4xi32=[7 7 7 7][...]"},
      {"2x2x2xi32=5", 3, "2x2x2xi32=[[5 5][5...]][[...][...]]"},
      {"2x0xi32", 0, "2x0xi32=[][]"},       {"0x3xi32", 0, "0x3xi32="},
  };
  for (size_t i = 0; i < COUNT(cases); ++i) check_print(cases[i].input, cases[i].limit, cases[i].expected);
}

// No elements, but more rows than anybody lives to see.
static void test_endless_rows(void **state) {
  (void)state;
  struct tool_text text;
  assert_int_equal(rdo_tool_text_parse("999999999999x0x3xf32", 1 << 20, &text, NULL), RONDO_OK);
  char *printed = print_array(&text.array, 1024);
  assert_true(strlen(printed) < 4096);
  free(printed);
  rdo_tool_text_release(&text);
}

static void test_failures(void **state) {
  (void)state;
  static const struct { const char *input; enum rondo_status status; const char *words; } cases[] = {
      {"", RONDO_INVALID_ARGUMENT, "empty"},
      {"  ", RONDO_INVALID_ARGUMENT, "empty"},
      {"5", RONDO_INVALID_ARGUMENT, "shape and a type"},
      {"f32", RONDO_INVALID_ARGUMENT, "shape and a type"},
      {"(null", RONDO_INVALID_ARGUMENT, "shape and a type"},
      {"2x2", RONDO_INVALID_ARGUMENT, "'2' is no element type"},
      {"4xF32=1", RONDO_INVALID_ARGUMENT, "'F32' is no element type"},
      {"4x f32=1", RONDO_INVALID_ARGUMENT, "' f32' is no element type"},
      {"4x=1", RONDO_INVALID_ARGUMENT, "'' is no element type"},
      {"-1xf32", RONDO_INVALID_ARGUMENT, "dimension 0 is '-1'"},
      {"?xf32=1", RONDO_INVALID_ARGUMENT, "dimension 0 is '?'"},
      {"2xxf32", RONDO_INVALID_ARGUMENT, "dimension 1 is ''"},
      {"4xf32=1 2", RONDO_OUT_OF_RANGE, "underflow"},
      {"4xf32=1 2 3 4 5", RONDO_OUT_OF_RANGE, "overflow"},
      {"0xf32=1", RONDO_OUT_OF_RANGE, "overflow"},
      {"3xf32=1;2;3", RONDO_INVALID_ARGUMENT, "'1;2;3' is no value of type f32"},
      {"2xf32==1", RONDO_INVALID_ARGUMENT, "no value"},
      {"2xi32=1.5", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xi8=256", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xi8=-129", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xsi8=128", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xui8=-1", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xui16=-1", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xui32=-2147483649", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xui64=-9223372036854775809", RONDO_INVALID_ARGUMENT, "no value"},
      {"1xi64=18446744073709551616", RONDO_INVALID_ARGUMENT, "no value"},
      {"3xi1=1", RONDO_INVALID_ARGUMENT, "2 hexadecimal digits for each element"},
      {"3xi4=1", RONDO_INVALID_ARGUMENT, "2 hexadecimal digits for each packed byte"},
      {"3xi4=01 02 03", RONDO_OUT_OF_RANGE, "overflow"},
      {"99999999999xf32", RONDO_RESOURCE_EXHAUSTED, "399999999996 bytes"},
      {"4294967296x4294967296xf32", RONDO_OUT_OF_RANGE, "counted"},
      {"0x4294967296x4294967296xf32", RONDO_OUT_OF_RANGE, "counted"},
      {"99999999999999999999xf32", RONDO_INVALID_ARGUMENT, "dimension 0"},
      {"@x.txt", RONDO_INVALID_ARGUMENT, "only .npy"},
      {"@.npy", RONDO_INVALID_ARGUMENT, "only .npy"},
      {"@", RONDO_INVALID_ARGUMENT, "only .npy"},
      {"4xf32=@", RONDO_INVALID_ARGUMENT, "no file name"},
      {"&", RONDO_INVALID_ARGUMENT, "shape and a type"},
      {"&foo", RONDO_INVALID_ARGUMENT, "shape and a type"},
  };
  for (size_t i = 0; i < COUNT(cases); ++i) {
    struct tool_text text;
    struct rondo_diag diag = {0};
    assert_int_equal(rdo_tool_text_parse(cases[i].input, TOOL_ARRAY_BYTES_MAX, &text, &diag), cases[i].status);
    assert_non_null(strstr(diag.message, cases[i].words));
    assert_int_equal(diag.message_length, strlen(diag.message));
    assert_null(text.array.bytes);
  }
}

static void test_rank_limit(void **state) {
  (void)state;
  char input[600] = "";
  for (int i = 0; i < RONDO_RANK_MAX; ++i) strcat(input, "1x");
  struct tool_text text;
  strcat(input, "i8=5");
  assert_int_equal(rdo_tool_text_parse(input, 100, &text, NULL), RONDO_OK);
  assert_int_equal(text.array.rank, RONDO_RANK_MAX);
  rdo_tool_text_release(&text);
  char deeper[620];
  snprintf(deeper, sizeof deeper, "1x%s", input);
  assert_int_equal(rdo_tool_text_parse(deeper, 100, &text, NULL), RONDO_INVALID_ARGUMENT);
}

static void test_kinds(void **state) {
  (void)state;
  static const struct { const char *input; enum tool_text_kind kind; char mode; const char *path; } cases[] = {
      {"(null)", TOOL_TEXT_NULL, 0, NULL},       {" (ignored) ", TOOL_TEXT_IGNORED, 0, NULL},
      {"&4xf32", TOOL_TEXT_STORAGE, 0, NULL},    {"@a.npy", TOOL_TEXT_NPY, '@', "a.npy"},
      {"+b/a.npy", TOOL_TEXT_NPY, '+', "b/a.npy"}, {"*a.npy", TOOL_TEXT_NPY, '*', "a.npy"},
      {"4xf32=@f.bin", TOOL_TEXT_ARRAY, '@', "f.bin"}, {"&4xf32= +f.bin", TOOL_TEXT_STORAGE, '+', "f.bin"},
  };
  for (size_t i = 0; i < COUNT(cases); ++i) {
    struct tool_text text;
    assert_int_equal(rdo_tool_text_parse(cases[i].input, 1 << 20, &text, NULL), RONDO_OK);
    assert_int_equal(text.kind, cases[i].kind);
    assert_int_equal(text.file_mode, cases[i].mode);
    if (cases[i].path != NULL) assert_string_equal(text.file_path, cases[i].path);
    rdo_tool_text_release(&text);
  }
}

static void check_scalar(const char *input, enum rondo_value_kind kind, const char *expected) {
  struct rondo_value value;
  enum rondo_status status = rdo_tool_text_parse_scalar(input, kind, &value, NULL);
  assert_int_equal(status, expected != NULL ? RONDO_OK : RONDO_INVALID_ARGUMENT);
  if (expected == NULL) return;
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  assert_non_null(file);
  rdo_tool_text_print_scalar(file, &value);
  fclose(file);
  assert_string_equal(text, expected);
  free(text);
}

static void test_scalars(void **state) {
  (void)state;
  check_scalar("-5", RONDO_VALUE_I32, "i32=-5");
  check_scalar(" 0x10 ", RONDO_VALUE_I32, "i32=16");
  check_scalar("4294967295", RONDO_VALUE_I32, "i32=-1");
  check_scalar("4294967296", RONDO_VALUE_I32, NULL);
  check_scalar("5 6", RONDO_VALUE_I32, NULL);
  check_scalar("abc", RONDO_VALUE_I32, NULL);
  check_scalar("", RONDO_VALUE_I64, NULL);
  check_scalar("9223372036854775807", RONDO_VALUE_I64, "i64=9223372036854775807");
  check_scalar("1e10", RONDO_VALUE_F32, "f32=1e+10");
  check_scalar("nan", RONDO_VALUE_F32, "f32=nan");
  check_scalar("1e40", RONDO_VALUE_F32, "f32=inf");
  check_scalar("0.123456789", RONDO_VALUE_F64, "f64=0.123457");
  check_scalar("1xf32=5", RONDO_VALUE_F64, NULL);
}

// What a user or a file says must not reach the terminal as control characters.
static void test_messages_are_printable(void **state) {
  (void)state;
  struct tool_text text;
  struct rondo_diag diag = {0};
  assert_int_equal(rdo_tool_text_parse("2x\033[31mf32=1", 100, &text, &diag), RONDO_INVALID_ARGUMENT);
  for (const char *p = diag.message; *p != '\0'; ++p) assert_true((unsigned char)*p >= 0x20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_print),        cmocka_unit_test(test_element_limit),
      cmocka_unit_test(test_endless_rows), cmocka_unit_test(test_failures),
      cmocka_unit_test(test_rank_limit),   cmocka_unit_test(test_kinds),
      cmocka_unit_test(test_scalars),      cmocka_unit_test(test_messages_are_printable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
