// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/sys_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "machine_tree.h"

static char folder[64];
static struct rdo_sys_root root;

static int open_root(void **state) {
  (void)state;
  tree_make_root(folder);
  return rdo_sys_root_open(folder, &root, NULL) != RONDO_OK;
}

static int close_root(void **state) {
  (void)state;
  rdo_sys_root_close(&root);
  rdo_sys_root_close(&root);  // closed already
  tree_remove(folder);
  return 0;
}

static void test_numbers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_number;
    int64_t value;
  } cases[] = {
      {"0\n", true, 0},       {"7", true, 7},           {"1023 \n\n", true, 1023}, {"-5\n", true, -5},     {"007\n", true, 7},
      {"100000\n", true, 100000}, {"100001\n", false, 0}, {"-6\n", false, 0},      {"", false, 0},         {"\n", false, 0},
      {"-\n", false, 0},      {"--1\n", false, 0},      {"+1\n", false, 0},        {" 1\n", false, 0},     {"1 2\n", false, 0},
      {"1x\n", false, 0},     {"0x1\n", false, 0},      {"1e3\n", false, 0},       {"1\t\n", false, 0},    {"9223372036854775808\n", false, 0},
      {"999999999999999999999999999999999999999999999999999999999999999999999999\n", false, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    int64_t value = 42;
    tree_write_text(folder, "a/number", cases[i].text);
    if (rdo_sys_read_number(&root, -5, 100000, &value, "%s/number", "a") != cases[i].is_number) fail_msg("'%s'", cases[i].text);
    assert_int_equal(value, cases[i].is_number ? cases[i].value : 42);
  }
  int64_t value = 42;
  assert_false(rdo_sys_read_number(&root, 0, 9, &value, "not/there"));
  assert_false(rdo_sys_read_number(&root, 0, 9, &value, "a"));  // a directory
  assert_int_equal(value, 42);
}

static void test_texts(void **state) {
  (void)state;
  char text[8];
  tree_write_text(folder, "text", "Unified\n");
  assert_int_equal(rdo_sys_read_text(&root, text, sizeof text, "text"), -1);  // one byte too long
  tree_write_text(folder, "text", "Unified");
  assert_int_equal(rdo_sys_read_text(&root, text, sizeof text, "text"), 7);
  assert_string_equal(text, "Unified");
  tree_write_text(folder, "text", "");
  assert_int_equal(rdo_sys_read_text(&root, text, sizeof text, "text"), 0);
  assert_string_equal(text, "");
  assert_int_equal(rdo_sys_read_text(&root, text, sizeof text, "%0300d", 1), -1);  // a path too long
}

static void test_lists(void **state) {
  (void)state;
  struct rdo_cpu_set set;
  uint64_t beyond = 7;
  tree_write_text(folder, "list", "0-1,9999\n");
  assert_true(rdo_sys_read_list(&root, &set, &beyond, "list"));
  assert_int_equal(rdo_cpu_set_count(&set), 2);
  assert_int_equal(beyond, 1);
  tree_write_text(folder, "list", "0-1,,\n");
  assert_false(rdo_sys_read_list(&root, &set, &beyond, "list"));
  assert_true(rdo_cpu_set_is_empty(&set));
  assert_int_equal(beyond, 0);
  assert_false(rdo_sys_read_list(&root, &set, NULL, "not/there"));
}

static void test_root(void **state) {
  (void)state;
  struct rdo_sys_root other;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_sys_root_open("/no/such/folder", &other, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "'/no/such/folder': No such file"));
  assert_int_equal(other.fd, -1);
  assert_int_equal(rdo_sys_root_open(NULL, &other, NULL), RONDO_OK);
  rdo_sys_root_close(&other);
  if (geteuid() == 0) return;  // nothing is forbidden to root
  chmod(folder, 0);
  assert_int_equal(rdo_sys_root_open(folder, &other, NULL), RONDO_PERMISSION_DENIED);
  chmod(folder, 0700);
}

static void test_beginnings(void **state) {
  (void)state;
  char text[8];
  tree_write_text(folder, "begin", "Unified and more");
  assert_int_equal(rdo_sys_read_begin(&root, text, sizeof text, "%s", "begin"), 7);
  assert_string_equal(text, "Unified");
  tree_write_text(folder, "begin", "short\n");
  assert_int_equal(rdo_sys_read_begin(&root, text, sizeof text, "begin"), 5);
  assert_string_equal(text, "short");
  assert_int_equal(rdo_sys_read_begin(&root, text, sizeof text, "not/there"), -1);
  assert_true(rdo_sys_exists(&root, "begin"));
  tree_write_text(folder, "folder/", "");
  assert_true(rdo_sys_exists(&root, "folder"));
  assert_false(rdo_sys_exists(&root, "not/there"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers), cmocka_unit_test(test_texts), cmocka_unit_test(test_beginnings), cmocka_unit_test(test_lists), cmocka_unit_test(test_root)};
  return cmocka_run_group_tests(tests, open_root, close_root);
}
