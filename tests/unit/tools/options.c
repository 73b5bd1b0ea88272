// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The flag parser: every form of flag, every kind of value, and what is wrong usage.

#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

struct targets {
  bool is_on;
  const char *text;
  struct tool_strings list;
  int64_t integer;
  int64_t count;
  int64_t positive;
  int64_t at_once;
  uint64_t bytes;
  double number;
  struct tool_strings positional;
  bool wants_help;
};

static bool parse(struct targets *targets, int argc, const char *const *arguments) {
  const struct tool_option options[] = {
      {"on", TOOL_OPTION_SWITCH, &targets->is_on, NULL, ""},
      {"text_name", TOOL_OPTION_TEXT, &targets->text, "TEXT", ""},
      {"list", TOOL_OPTION_LIST, &targets->list, "ITEM", ""},
      {"integer", TOOL_OPTION_INTEGER, &targets->integer, "N", ""},
      {"count", TOOL_OPTION_COUNT, &targets->count, "N", ""},
      {"positive", TOOL_OPTION_POSITIVE, &targets->positive, "N", ""},
      {"at_once", TOOL_OPTION_AT_ONCE, &targets->at_once, "N", ""},
      {"bytes", TOOL_OPTION_BYTES, &targets->bytes, "BYTES", ""},
      {"number", TOOL_OPTION_NUMBER, &targets->number, "X", ""},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {.verb = "test", .synopsis = "", .about = "", .options = options, .examples = "",
                                   .exit_codes = ""};
  static char storage[16][64];
  char *argv[16];
  for (int i = 0; i < argc; ++i) {
    strncpy(storage[i], arguments[i], sizeof storage[i] - 1);
    argv[i] = storage[i];
  }
  return rdo_tool_options_parse(&usage, argc, argv, &targets->positional, &targets->wants_help);
}

static void release(struct targets *targets) {
  rdo_tool_strings_release(&targets->list);
  rdo_tool_strings_release(&targets->positional);
}

static void test_forms(void **state) {
  (void)state;
  struct targets t = {0};
  const char *const arguments[] = {"a.vmfb", "--on", "--text-name=x=y", "--list", "1", "--list=", "--integer=-3",
                                   "--count", "7", "b.vmfb", "--", "--on", "-x"};
  assert_true(parse(&t, COUNT(arguments), arguments));
  assert_true(t.is_on);
  assert_string_equal(t.text, "x=y");
  assert_int_equal(t.list.count, 2);
  assert_string_equal(t.list.items[0], "1");
  assert_string_equal(t.list.items[1], "");
  assert_int_equal(t.integer, -3);
  assert_int_equal(t.count, 7);
  assert_int_equal(t.positional.count, 4);
  assert_string_equal(t.positional.items[1], "b.vmfb");
  assert_string_equal(t.positional.items[2], "--on");
  assert_string_equal(t.positional.items[3], "-x");
  release(&t);
}

static void test_values(void **state) {
  (void)state;
  static const struct { const char *text; uint64_t bytes; } sizes[] = {
      {"--bytes=0", 0}, {"--bytes=100", 100}, {"--bytes=2K", 2048}, {"--bytes=3MiB", 3u << 20},
      {"--bytes=1gB", 1u << 30}};
  for (int i = 0; i < COUNT(sizes); ++i) {
    struct targets t = {.bytes = 5};
    assert_true(parse(&t, 1, &sizes[i].text));
    assert_int_equal(t.bytes, sizes[i].bytes);
    release(&t);
  }
  struct targets t = {.is_on = true, .number = 1};
  const char *const arguments[] = {"--on=false", "--number=0.25", "--count=0", "--positive=1"};
  assert_true(parse(&t, 4, arguments));
  assert_int_equal(t.count, 0);
  assert_int_equal(t.positive, 1);
  assert_false(t.is_on);
  assert_true(t.number == 0.25);
  release(&t);
}

// A count that may be left out does not take the argument behind it.
static void test_at_once(void **state) {
  (void)state;
  struct targets t = {0};
  const char *const alone[] = {"--at_once", "7"}, *const counted[] = {"--at-once=3"};
  assert_true(parse(&t, 2, alone));
  assert_int_equal(t.at_once, 1);
  assert_int_equal(t.positional.count, 1);
  release(&t);
  assert_true(parse(&t, 1, counted));
  assert_int_equal(t.at_once, 3);
  release(&t);
}

static void test_failures(void **state) {
  (void)state;
  static const char *const bad[] = {"--onn",        "--on=maybe",  "--text_name", "--integer=x",  "--integer=",
                                    "--count=-1",   "--positive=0", "--positive=-1", "--at_once=0", "--at_once=", "--bytes=-1",  "--bytes=5Q",  "--bytes=1KiBx", "--bytes=99999999999G",
                                    "--number=-1",  "--number=nan", "--number=",   "-o",           "--",
                                    "--unknown_and_very_long_name_that_does_not_fit_anywhere=1"};
  for (int i = 0; i < COUNT(bad); ++i) {
    struct targets t = {0};
    bool is_separator = strcmp(bad[i], "--") == 0;
    assert_int_equal(parse(&t, 1, &bad[i]), is_separator);
    release(&t);
  }
}

static void test_help(void **state) {
  (void)state;
  struct targets t = {0};
  const char *const arguments[] = {"--nonsense", "--help"};
  assert_true(parse(&t, 2, arguments));
  assert_true(t.wants_help);
  release(&t);
  const char *const hidden[] = {"--", "--help"};
  assert_true(parse(&t, 2, hidden));
  assert_false(t.wants_help);
  release(&t);
}

static void test_nearest(void **state) {
  (void)state;
  static const char *const names[] = {"input", "output", "expected_output", "module"};
  assert_string_equal(rdo_tool_nearest_name("inptu", names, 4), "input");
  assert_string_equal(rdo_tool_nearest_name("OUTPUT", names, 4), "output");
  assert_string_equal(rdo_tool_nearest_name("expected-outputs", names, 4), "expected_output");
  assert_null(rdo_tool_nearest_name("zzz", names, 4));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_forms), cmocka_unit_test(test_values), cmocka_unit_test(test_at_once), cmocka_unit_test(test_failures),
      cmocka_unit_test(test_help),  cmocka_unit_test(test_nearest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
