// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve_test.h"

static void expect_malformed(const char *text, enum rondo_status status, const char *words) {
  struct rondo_problem *problem;
  memset(&diag, 0, sizeof diag);
  expect_failure(rondo_problem_read_fjsp(text, strlen(text), "name", &problem, &diag), status, words);
  assert_null(problem);
}

static void test_reads(void **state) {
  (void)state;
  struct rondo_problem *problem = read_fjsp("2 2\r\n\n 2 1 0 3 2 0 4 1 5\t\n\n1 1 1 7\n\n");
  struct rondo_problem_info info;
  rondo_problem_info(problem, &info);
  assert_int_equal(info.job_count, 2);
  assert_int_equal(info.machine_count, 2);
  assert_int_equal(info.node_count, 3);
  assert_int_equal(info.mode_count, 4);
  assert_int_equal(info.edge_count, 1);
  assert_true(info.is_unary);
  assert_int_equal(problem->modes[2].duration, 5);
  assert_int_equal(problem->uses[2].machine, 1);
  assert_int_equal(rondo_problem_node_job(problem, 2), 1);
  rondo_problem_release(&problem);
}

static void test_other_copies(void **state) {
  (void)state;
  // Machines from 1, and the mean number of alternatives behind the counts.
  struct rondo_problem *problem = read_fjsp("2 2 1.5\n2 1 1 3 2 1 4 2 5\n1 1 2 7");
  assert_int_equal(problem->machine_count, 2);
  assert_int_equal(problem->uses[0].machine, 0);
  assert_int_equal(problem->uses[2].machine, 1);
  rondo_problem_release(&problem);
  // From 0, the highest machine not in use.
  problem = read_fjsp("1 3\n1 2 1 3 2 4\n");
  assert_int_equal(problem->uses[0].machine, 1);
  rondo_problem_release(&problem);
}

static void test_malformed(void **state) {
  (void)state;
  expect_malformed("", RONDO_INVALID_ARGUMENT, "name:1: the file is empty");
  expect_malformed("\n \n", RONDO_INVALID_ARGUMENT, "the file is empty");
  expect_malformed("1", RONDO_INVALID_ARGUMENT, "name:1: the line ends where the number of machines should be");
  expect_malformed("x 1", RONDO_INVALID_ARGUMENT, "name:1: 'x' where the number of jobs should be");
  expect_malformed("-1 1", RONDO_INVALID_ARGUMENT, "name:1: '-1' where");
  expect_malformed("0 1", RONDO_OUT_OF_RANGE, "name:1: the number of jobs is 0");
  expect_malformed("1 5000", RONDO_OUT_OF_RANGE, "name:1: the number of machines is 5000: not in 1 .. 4096");
  expect_malformed("1 1 1 1", RONDO_INVALID_ARGUMENT, "more than the numbers");
  expect_malformed("1 1", RONDO_INVALID_ARGUMENT, "the file ends after 0 of 1 jobs");
  expect_malformed("2 1\n1 1 0 3", RONDO_INVALID_ARGUMENT, "the file ends after 1 of 2 jobs");
  expect_malformed("1 1\n\n1 1 0", RONDO_INVALID_ARGUMENT, "name:3: the line ends where a duration should be");
  expect_malformed("1 1\n1 1 0 3 4", RONDO_INVALID_ARGUMENT, "name:2: more on the line of job 0");
  expect_malformed("1 1\n1 1 0 3\n1 1 0 3", RONDO_INVALID_ARGUMENT, "name:3: more lines");
  expect_malformed("1 1\n1 1 2 3", RONDO_OUT_OF_RANGE, "name:2: a machine is 2: not in 0 .. 1");
  expect_malformed("1 2\n1 2 0 3 2 3", RONDO_INVALID_ARGUMENT, "numbered 0 to 2, but there are 2");
  expect_malformed("1 2\n1 3 0 3 1 3 0 3", RONDO_OUT_OF_RANGE, "a number of alternatives is 3");
  expect_malformed("1 1\n1 1 0 3.5", RONDO_INVALID_ARGUMENT, "'3.5' where a duration should be");
  expect_malformed("1 1\n1 1 0 99999999999999999999999", RONDO_OUT_OF_RANGE, "a duration is too large");
  expect_malformed("1 1\n1 1 0 9007199254740993", RONDO_OUT_OF_RANGE, "a duration is 9007199254740993");
  expect_malformed("1 1\n2 1 0 9007199254740992 1 0 1", RONDO_OUT_OF_RANGE, "name: durations");
}

// No prefix of a text, and no text with one byte changed, does harm.
static void test_damaged(void **state) {
  (void)state;
  static const char text[] = "2 2 1.5\n2 1 1 3 2 1 4 2 5\n1 1 2 7\n";
  static const char replacements[] = " \n\t0129.-x\xFF";
  for (size_t i = 0; i < sizeof text; ++i) {
    struct rondo_problem *problem;
    if (rondo_problem_read_fjsp(text, i, "text", &problem, NULL) == RONDO_OK) rondo_problem_release(&problem);
    for (const char *r = replacements; *r != '\0' && i + 1 < sizeof text; ++r) {
      char damaged[sizeof text];
      memcpy(damaged, text, sizeof text);
      damaged[i] = *r;
      if (rondo_problem_read_fjsp(damaged, sizeof text - 1, "text", &problem, NULL) == RONDO_OK) rondo_problem_release(&problem);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads),
      cmocka_unit_test(test_other_copies),
      cmocka_unit_test(test_malformed),
      cmocka_unit_test(test_damaged),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
