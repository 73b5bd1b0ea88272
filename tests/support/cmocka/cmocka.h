// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The part of cmocka's interface that our unit tests use, for cross builds only: no distribution has
// cmocka for every machine that qemu-user can run. Native builds use the real library.

#ifndef RDO_TESTS_CMOCKA_H_
#define RDO_TESTS_CMOCKA_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
  const char *name;
  void (*test)(void **state);
  int (*setup)(void **state);
  int (*teardown)(void **state);
  void *initial_state;
};

enum { CMOCKA_LITE_FAILED = 1, CMOCKA_LITE_SKIPPED = 2 };

// Weak, so that several files of one program share it.
__attribute__((weak)) jmp_buf cmocka_lite_return;

__attribute__((noreturn, format(printf, 3, 4), unused)) static void cmocka_lite_fail(const char *file, int line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s:%d: error: ", file, line);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  longjmp(cmocka_lite_return, CMOCKA_LITE_FAILED);
}

__attribute__((unused)) static void cmocka_lite_equal(uintmax_t a, uintmax_t b, int want_equal, const char *text, const char *file, int line) {
  if ((a == b) != want_equal) cmocka_lite_fail(file, line, "%s: %#jx and %#jx", text, a, b);
}

__attribute__((unused)) static void cmocka_lite_strings(const char *a, const char *b, const char *file, int line) {
  if (strcmp(a, b) != 0) cmocka_lite_fail(file, line, "\"%s\" is not \"%s\"", a, b);
}

__attribute__((unused)) static void cmocka_lite_memory(const void *a, const void *b, size_t size, const char *file, int line) {
  if (memcmp(a, b, size) != 0) cmocka_lite_fail(file, line, "%zu bytes differ", size);
}

#define fail() cmocka_lite_fail(__FILE__, __LINE__, "failed")
#define fail_msg(...) cmocka_lite_fail(__FILE__, __LINE__, __VA_ARGS__)
#define skip() longjmp(cmocka_lite_return, CMOCKA_LITE_SKIPPED)
#define assert_true(a) cmocka_lite_equal((a) ? 1u : 0u, 1, 1, #a, __FILE__, __LINE__)
#define assert_false(a) cmocka_lite_equal((a) ? 1u : 0u, 0, 1, #a, __FILE__, __LINE__)
#define assert_int_equal(a, b) cmocka_lite_equal((uintmax_t)(a), (uintmax_t)(b), 1, #a " is " #b, __FILE__, __LINE__)
#define assert_int_not_equal(a, b) cmocka_lite_equal((uintmax_t)(a), (uintmax_t)(b), 0, #a " is not " #b, __FILE__, __LINE__)
#define assert_ptr_equal(a, b) cmocka_lite_equal((uintptr_t)(a), (uintptr_t)(b), 1, #a " is " #b, __FILE__, __LINE__)
#define assert_ptr_not_equal(a, b) cmocka_lite_equal((uintptr_t)(a), (uintptr_t)(b), 0, #a " is not " #b, __FILE__, __LINE__)
#define assert_null(a) cmocka_lite_equal((uintptr_t)(a), 0, 1, #a " is NULL", __FILE__, __LINE__)
#define assert_non_null(a) cmocka_lite_equal((uintptr_t)(a), 0, 0, #a " is not NULL", __FILE__, __LINE__)
#define assert_string_equal(a, b) cmocka_lite_strings((a), (b), __FILE__, __LINE__)
#define assert_memory_equal(a, b, size) cmocka_lite_memory((a), (b), (size), __FILE__, __LINE__)

#define cmocka_unit_test(f) {#f, f, NULL, NULL, NULL}
#define cmocka_unit_test_setup(f, setup) {#f, f, setup, NULL, NULL}
#define cmocka_unit_test_teardown(f, teardown) {#f, f, NULL, teardown, NULL}
#define cmocka_unit_test_setup_teardown(f, setup, teardown) {#f, f, setup, teardown, NULL}
#define cmocka_unit_test_prestate(f, state) {#f, f, NULL, NULL, state}

// Runs one test; 0, FAILED or SKIPPED.
__attribute__((unused)) static int cmocka_lite_run(const struct CMUnitTest *test, void **state) {
  int result = setjmp(cmocka_lite_return);
  if (result != 0) return result;
  if (test->setup != NULL && test->setup(state) != 0) return CMOCKA_LITE_FAILED;
  test->test(state);
  return 0;
}

// The number of failed tests, as cmocka returns it.
__attribute__((unused)) static int cmocka_lite_run_group(const struct CMUnitTest *tests, size_t count, int (*setup)(void **),
                                                         int (*teardown)(void **)) {
  void *group_state = NULL;
  int failed_count = 0;
  if (setup != NULL && setup(&group_state) != 0) return 1;
  for (size_t i = 0; i < count; ++i) {
    void *state = tests[i].initial_state != NULL ? tests[i].initial_state : group_state;
    int result = cmocka_lite_run(&tests[i], &state);
    if (tests[i].teardown != NULL && tests[i].teardown(&state) != 0) result = CMOCKA_LITE_FAILED;
    failed_count += result == CMOCKA_LITE_FAILED;
    fprintf(stderr, "[ %s ] %s\n", result == 0 ? "OK" : result == CMOCKA_LITE_SKIPPED ? "SKIPPED" : "FAILED", tests[i].name);
  }
  if (teardown != NULL && teardown(&group_state) != 0) ++failed_count;
  fprintf(stderr, "%zu tests, %d failed\n", count, failed_count);
  return failed_count;
}

#define cmocka_run_group_tests(tests, setup, teardown) \
  cmocka_lite_run_group((tests), sizeof(tests) / sizeof((tests)[0]), (setup), (teardown))

#endif  // RDO_TESTS_CMOCKA_H_
