// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint32_t find(struct rdo_names *names, const char *text, bool is_new) {
  uint32_t number = 0;
  bool was_new = !is_new;
  assert_int_equal(rdo_names_find(names, text, &number, &was_new, NULL), RONDO_OK);
  assert_int_equal(was_new, is_new);
  return number;
}

static void expect_copy(const char *name, const char *expected) {
  char text[64];
  size_t length = rdo_name_copy(text, sizeof text, name);
  assert_int_equal(length, strlen(expected));
  assert_memory_equal(text, expected, length);
}

static void test_copies_are_text(void **state) {
  (void)state;
  expect_copy("", "");
  expect_copy("main$async_dispatch_0 (conv)", "main$async_dispatch_0 (conv)");
  expect_copy("a\nb\x7F\x01", "a?b??");
  expect_copy("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x8E\xB5", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x8E\xB5");
  expect_copy("\xC3", "?");                 // cut
  expect_copy("\xE2\x82x", "??x");          // cut
  expect_copy("\xC0\x80", "??");            // NUL in two bytes
  expect_copy("\xE0\x80\x80", "???");       // too long a form
  expect_copy("\xF0\x80\x80\x80", "????");  // too long a form
  expect_copy("\xED\xA0\x80", "???");       // a surrogate
  expect_copy("\xF4\x90\x80\x80", "????");  // beyond the last character
  expect_copy("\xF5\x80\xFF\x80", "????");
}

static void test_copies_are_cut(void **state) {
  (void)state;
  char text[3];
  assert_int_equal(rdo_name_copy(text, sizeof text, "abcdef"), 3);
  assert_memory_equal(text, "abc", 3);
}

static void test_equal_texts_are_one_name(void **state) {
  (void)state;
  static struct rdo_names names;
  char a[] = "a name", b[] = "a name", c[] = "another";
  assert_int_equal(find(&names, a, true), 1);
  assert_int_equal(find(&names, a, false), 1);
  assert_int_equal(find(&names, b, false), 1);
  assert_int_equal(find(&names, c, true), 2);
  assert_int_equal(find(&names, "", true), 3);
  // Another text at the same address: the model there is gone.
  memcpy(a, "b name", sizeof a);
  assert_int_equal(find(&names, a, true), 4);
  assert_int_equal(find(&names, b, false), 1);
  memcpy(a, "a name", sizeof a);
  assert_int_equal(find(&names, a, false), 1);
  assert_string_equal(rdo_names_get(&names, 4), "b name");
  assert_string_equal(rdo_names_get(&names, 3), "");
  rdo_names_deinit(&names);
}

static void test_many_names(void **state) {
  (void)state;
  static struct rdo_names names;
  char text[32];
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < 5000; ++i) {
      snprintf(text, sizeof text, "name_%u", i * 37);
      assert_int_equal(find(&names, text, round == 0), i + 1);
    }
  }
  for (uint32_t i = 0; i < 5000; ++i) {
    snprintf(text, sizeof text, "name_%u", i * 37);
    assert_string_equal(rdo_names_get(&names, i + 1), text);
  }
  rdo_names_deinit(&names);
}

static void test_long_names_are_cut(void **state) {
  (void)state;
  static struct rdo_names names;
  static char text[RDO_NAME_BYTES_MAX + 100];
  memset(text, 'x', sizeof text - 1);
  assert_int_equal(find(&names, text, true), 1);
  assert_int_equal(strlen(rdo_names_get(&names, 1)), RDO_NAME_BYTES_MAX);
  assert_int_equal(find(&names, text, false), 1);
  text[RDO_NAME_BYTES_MAX + 5] = 'y';  // behind the cut
  assert_int_equal(find(&names, text, false), 1);
  rdo_names_deinit(&names);
  rdo_names_deinit(&names);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_copies_are_text),
      cmocka_unit_test(test_copies_are_cut),
      cmocka_unit_test(test_equal_texts_are_one_name),
      cmocka_unit_test(test_many_names),
      cmocka_unit_test(test_long_names_are_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
