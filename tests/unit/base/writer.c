// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char last[8192];
static size_t last_length;

static void keep(void *user, const char *text, size_t length) {
  *(int *)user += 1;
  memcpy(last, text, length);
  last[length] = 0;
  last_length = length;
}

static void test_pieces(void **state) {
  (void)state;
  int count = 0;
  const struct rdo_writer writer = {keep, &count};
  rdo_write(&writer, "%d of %s\n", 3, "\033[2J\r\x7F\t\xC3\xA9");
  assert_int_equal(count, 1);
  assert_string_equal(last, "3 of ?[2J???\xC3\xA9\n");
  rdo_write(&writer, "%6000d", 1);
  assert_int_equal(last_length, 4095);
  rdo_write(&writer, "%s", "");
  assert_int_equal(count, 3);
  assert_int_equal(last_length, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_pieces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
