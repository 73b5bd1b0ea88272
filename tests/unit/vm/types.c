// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Calling conventions: their grammar and the registers they assign.

#include "vm/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static enum rondo_status parse(const char *text, struct rdo_cconv *cconv) {
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_cconv_parse((struct rdo_bytes){(const uint8_t *)text, strlen(text)}, cconv, &diag);
  assert_true((status == RONDO_OK) == (diag.message_length == 0));
  return status;
}

static void expect(const char *text, const char *arguments, const char *results) {
  struct rdo_cconv cconv;
  if (parse(text, &cconv) != RONDO_OK) fail_msg("'%s' is refused", text);
  assert_int_equal(cconv.argument_length, strlen(arguments));
  assert_int_equal(cconv.result_length, strlen(results));
  assert_memory_equal(cconv.arguments, arguments, strlen(arguments));
  assert_memory_equal(cconv.results, results, strlen(results));
}

static void test_accepted(void **state) {
  (void)state;
  expect("", "", "");
  expect("0", "", "");
  expect("0_", "", "");
  expect("0v", "", "");
  expect("0v_v", "", "");
  expect("0r_v", "r", "");
  expect("0v_r", "", "r");
  expect("0iIfFr", "iIfFr", "");
  expect("0iIfFr_rFfIi", "iIfFr", "rFfIi");
  expect("0rrIiiiICiDCiirIID_v", "rrIiiiICiDCiirIID", "");
}

static void test_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"0x", "0vv", "0iv_i", "0_iv", "0C", "0CD", "0Ci", "0D", "0CCiDD", "0CiDD", "0i_CiD", "0i_i_i", "0 i", "0i_?", "0CvD", "00"};
  struct rdo_cconv cconv;
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    if (parse(wrong[i], &cconv) != RONDO_INVALID_ARGUMENT) fail_msg("'%s' is accepted", wrong[i]);
  }
  assert_int_equal(parse("1i_i", &cconv), RONDO_UNIMPLEMENTED);
  assert_int_equal(parse("i_i", &cconv), RONDO_UNIMPLEMENTED);
  assert_int_equal(parse("_", &cconv), RONDO_UNIMPLEMENTED);
  static char text[RDO_CCONV_LENGTH_MAX + 3];
  memset(text, 'i', sizeof text - 1);
  text[0] = '0';
  assert_int_equal(parse(text, &cconv), RONDO_INVALID_ARGUMENT);
  text[RDO_CCONV_LENGTH_MAX + 1] = 0;
  assert_int_equal(parse(text, &cconv), RONDO_OK);
  // A NUL is no letter.
  assert_int_equal(rdo_cconv_parse((struct rdo_bytes){(const uint8_t *)"0i\0i", 4}, &cconv, NULL), RONDO_INVALID_ARGUMENT);
}

static void test_assignment(void **state) {
  (void)state;
  // The sheet's example: i0, i2:3, i4, i6:7, i8, i10:11; refs count apart.
  static const uint16_t wanted[] = {0, 2, 0, 4, 6, 8, 1, 10};
  uint16_t ordinals[8];
  uint32_t i32_count, ref_count;
  rdo_cconv_assign("iIriIfrF", 8, ordinals, &i32_count, &ref_count);
  assert_memory_equal(ordinals, wanted, sizeof wanted);
  assert_int_equal(i32_count, 12);
  assert_int_equal(ref_count, 2);
  rdo_cconv_assign("", 0, NULL, &i32_count, &ref_count);
  assert_int_equal(i32_count, 0);
  assert_int_equal(ref_count, 0);
}

static void test_equality(void **state) {
  (void)state;
  struct rdo_cconv a, b;
  assert_int_equal(parse("0iI_r", &a), RONDO_OK);
  assert_int_equal(parse("0iI_r", &b), RONDO_OK);
  assert_true(rdo_cconv_equal(&a, &b));
  static const char *const others[] = {"0iI_v", "0iI_i", "0i_r", "0Ii_r", "0iI_rr", ""};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
    assert_int_equal(parse(others[i], &b), RONDO_OK);
    assert_false(rdo_cconv_equal(&a, &b));
  }
  assert_false(rdo_cconv_has_span(&a));
  assert_int_equal(parse("0iCrD_i", &b), RONDO_OK);
  assert_true(rdo_cconv_has_span(&b));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused), cmocka_unit_test(test_assignment), cmocka_unit_test(test_equality)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
