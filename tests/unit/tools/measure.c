// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Percentiles and how durations print.

#include "measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_percentiles(void **state) {
  (void)state;
  double samples[1000];
  for (int i = 0; i < 1000; ++i) samples[i] = (double)(1000 - i);
  struct tool_summary summary;
  rdo_tool_summarize(samples, 1000, &summary);
  assert_int_equal(summary.sample_count, 1000);
  assert_true(summary.min_ns == 1 && summary.max_ns == 1000 && summary.mean_ns == 500.5);
  assert_true(summary.p50_ns == 500 && summary.p90_ns == 900);
  assert_true(summary.p99_ns == 990 && summary.p999_ns == 999);
}

static void test_few_samples(void **state) {
  (void)state;
  struct tool_summary summary;
  double sample = 7;
  rdo_tool_summarize(&sample, 1, &summary);
  assert_true(summary.min_ns == 7 && summary.p50_ns == 7 && summary.p999_ns == 7 && summary.max_ns == 7);
  rdo_tool_summarize(&sample, 0, &summary);
  assert_int_equal(summary.sample_count, 0);
  assert_true(summary.max_ns == 0);
}

static void test_durations(void **state) {
  (void)state;
  static const struct { double ns; const char *text; } cases[] = {
      {0, "0 ns"},          {1.234, "1.23 ns"},     {12.34, "12.3 ns"},   {999.4, "999 ns"},    {999.6, "1.00 us"},
      {12345, "12.3 us"},   {99949, "99.9 us"},     {99960, "100 us"},    {1234567, "1.23 ms"}, {5e9, "5.00 s"},
      {123456789000, "123 s"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    char text[TOOL_DURATION_TEXT_BYTES];
    rdo_tool_format_duration(cases[i].ns, text, sizeof text);
    assert_string_equal(text, cases[i].text);
  }
}

static void test_clock(void **state) {
  (void)state;
  int64_t before_ns = rdo_tool_clock_ns();
  double cost_ns = rdo_tool_clock_cost_ns();
  assert_true(cost_ns > 0);
  assert_true(rdo_tool_clock_ns() >= before_ns);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_percentiles),
      cmocka_unit_test(test_few_samples),
      cmocka_unit_test(test_durations),
      cmocka_unit_test(test_clock),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
