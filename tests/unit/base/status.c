// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rondo_diag diag;

static void reset(void) { memset(&diag, 0, sizeof diag); }

// What holds after every write.
static void expect_sound(void) {
  assert_true(diag.message_length >= 0 && diag.message_length < RONDO_DIAG_MESSAGE_BYTES);
  assert_int_equal(strlen(diag.message), diag.message_length);
}

static void expect_message(enum rondo_status status, const char *message) {
  expect_sound();
  assert_int_equal(diag.status, status);
  assert_string_equal(diag.message, message);
}

static void test_names(void **state) {
  (void)state;
  static const char *const names[] = {
      "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
      "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
      "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED", "DEFERRED", "INCOMPATIBLE",
  };
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; ++i) {
    assert_string_equal(rondo_status_name((enum rondo_status)i), names[i]);
  }
  assert_string_equal(rondo_status_name((enum rondo_status)19), "UNKNOWN");
  assert_string_equal(rondo_status_name((enum rondo_status)-1), "UNKNOWN");
}

static void test_first_failure_wins(void **state) {
  (void)state;
  reset();
  assert_int_equal(rdo_fail(&diag, RONDO_NOT_FOUND, "no %s in %d", "door", 3), RONDO_NOT_FOUND);
  expect_message(RONDO_NOT_FOUND, "no door in 3");
  assert_int_equal(rdo_fail(&diag, RONDO_INTERNAL, "later"), RONDO_INTERNAL);
  expect_message(RONDO_NOT_FOUND, "no door in 3");
}

static void test_null_diag(void **state) {
  (void)state;
  assert_int_equal(rdo_fail(NULL, RONDO_ABORTED, "unheard"), RONDO_ABORTED);
  assert_int_equal(rdo_fail_no_memory(NULL, 1), RONDO_RESOURCE_EXHAUSTED);
  rdo_annotate(NULL, "unheard");
  rdo_prefix(NULL, "unheard");
}

static void test_a_failure_has_words(void **state) {
  (void)state;
  reset();
  rdo_fail(&diag, RONDO_ABORTED, "%s", "");
  expect_message(RONDO_ABORTED, "ABORTED");
}

static void test_no_memory(void **state) {
  (void)state;
  reset();
  assert_int_equal(rdo_fail_no_memory(&diag, UINT64_MAX), RONDO_RESOURCE_EXHAUSTED);
  expect_message(RONDO_RESOURCE_EXHAUSTED, "out of memory allocating 18446744073709551615 bytes");
}

static void test_annotate_and_prefix(void **state) {
  (void)state;
  reset();
  rdo_annotate(&diag, "nothing failed");
  rdo_prefix(&diag, "nothing failed");
  expect_message(RONDO_OK, "");
  rdo_fail(&diag, RONDO_DATA_LOSS, "broken");
  rdo_annotate(&diag, "in call %d", 1);
  rdo_annotate(&diag, "in call %d", 2);
  rdo_prefix(&diag, "%s", "model.vmfb");
  expect_message(RONDO_DATA_LOSS, "model.vmfb: broken; in call 1; in call 2");
}

static void test_control_bytes(void **state) {
  (void)state;
  reset();
  rdo_fail(&diag, RONDO_INTERNAL, "a%cb\nc\td\033[31me\177f", 1);
  expect_message(RONDO_INTERNAL, "a?b?c?d?[31me?f");
  rdo_annotate(&diag, "g\rh");
  rdo_prefix(&diag, "i\nj");
  expect_message(RONDO_INTERNAL, "i?j: a?b?c?d?[31me?f; g?h");
  reset();
  rdo_fail(&diag, RONDO_INTERNAL, "gr\xC3\xBC\xC3\x9F");  // text beyond ASCII is left alone
  expect_message(RONDO_INTERNAL, "gr\xC3\xBC\xC3\x9F");
}

// Messages of every length around the capacity, then written at from both ends.
static void test_truncation(void **state) {
  (void)state;
  static char text[RONDO_DIAG_MESSAGE_BYTES + 65];
  for (size_t length = RONDO_DIAG_MESSAGE_BYTES - 32; length < sizeof text; ++length) {
    memset(text, 'x', length);
    text[length] = 0;
    reset();
    rdo_fail(&diag, RONDO_INTERNAL, "%s", text);
    expect_sound();
    assert_int_equal(diag.message_length, length < RONDO_DIAG_MESSAGE_BYTES ? length : RONDO_DIAG_MESSAGE_BYTES - 1);
    assert_memory_equal(diag.message, text, (size_t)diag.message_length);
    for (int i = 0; i < 8; ++i) {
      rdo_annotate(&diag, "%d", i);
      expect_sound();
    }
    assert_memory_equal(diag.message, text, RONDO_DIAG_MESSAGE_BYTES - 32);
    rdo_prefix(&diag, "file");
    expect_sound();
    assert_memory_equal(diag.message, "file: xxx", 9);
    rdo_prefix(&diag, "%s", text);
    expect_sound();
    assert_memory_equal(diag.message, text, RONDO_DIAG_MESSAGE_BYTES - 32);
  }
}

static enum rondo_status pass_on(enum rondo_status status, int *out_reached) {
  RDO_TRY(status);
  ++*out_reached;
  return RONDO_OK;
}

static void test_try(void **state) {
  (void)state;
  int reached = 0;
  assert_int_equal(pass_on(RONDO_ABORTED, &reached), RONDO_ABORTED);
  assert_int_equal(reached, 0);
  assert_int_equal(pass_on(RONDO_OK, &reached), RONDO_OK);
  assert_int_equal(reached, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),           cmocka_unit_test(test_first_failure_wins),
      cmocka_unit_test(test_null_diag),       cmocka_unit_test(test_a_failure_has_words),
      cmocka_unit_test(test_no_memory),       cmocka_unit_test(test_annotate_and_prefix),
      cmocka_unit_test(test_control_bytes),   cmocka_unit_test(test_truncation),
      cmocka_unit_test(test_try),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
