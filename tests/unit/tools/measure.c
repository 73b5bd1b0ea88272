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
  double kept_ns[1000];
  struct tool_samples samples = {.kept_ns = kept_ns, .capacity = 1000};
  for (int i = 0; i < 1000; ++i) rdo_tool_samples_add(&samples, (double)(1000 - i));
  struct tool_summary summary;
  rdo_tool_summarize(&samples, &summary);
  assert_int_equal(summary.sample_count, 1000);
  assert_int_equal(summary.kept_count, 1000);
  assert_true(summary.min_ns == 1 && summary.max_ns == 1000 && summary.mean_ns == 500.5);
  assert_true(summary.p50_ns == 500 && summary.p90_ns == 900);
  assert_true(summary.p99_ns == 990 && summary.p999_ns == 999);
}

static void test_few_samples(void **state) {
  (void)state;
  struct tool_summary summary;
  double kept_ns;
  struct tool_samples samples = {.kept_ns = &kept_ns, .capacity = 1}, none = samples;
  rdo_tool_samples_add(&samples, 7);
  rdo_tool_summarize(&samples, &summary);
  assert_true(summary.min_ns == 7 && summary.p50_ns == 7 && summary.p999_ns == 7 && summary.max_ns == 7);
  rdo_tool_summarize(&none, &summary);
  assert_int_equal(summary.sample_count, 0);
  assert_true(summary.max_ns == 0);
}

// More samples than there is room for: the extremes and the mean are exact, the percentiles near.
static void test_many_samples(void **state) {
  (void)state;
  enum { CAPACITY = 10000, COUNT = 300000 };
  static double kept_ns[CAPACITY];
  struct tool_samples samples = {.kept_ns = kept_ns, .capacity = CAPACITY};
  for (int i = 0; i < COUNT; ++i) rdo_tool_samples_add(&samples, (double)i);  // ascending: the worst for a bad choice
  struct tool_summary summary;
  rdo_tool_summarize(&samples, &summary);
  assert_int_equal(summary.sample_count, COUNT);
  assert_int_equal(summary.kept_count, CAPACITY);
  assert_true(summary.min_ns == 0 && summary.max_ns == COUNT - 1 && summary.mean_ns == (COUNT - 1) / 2.0);
  // The deviation of the rank is sqrt(p (1 - p) / CAPACITY); five of them.
  assert_true(summary.p50_ns > 0.475 * COUNT && summary.p50_ns < 0.525 * COUNT);
  assert_true(summary.p90_ns > 0.885 * COUNT && summary.p90_ns < 0.915 * COUNT);
  assert_true(summary.p99_ns > 0.985 * COUNT && summary.p99_ns < 0.995 * COUNT);
  assert_true(summary.p999_ns > 0.9974 * COUNT && summary.p999_ns <= COUNT);
  for (int i = 1; i < CAPACITY; ++i) assert_true(kept_ns[i - 1] < kept_ns[i]);  // none is kept twice
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
      cmocka_unit_test(test_many_samples),
      cmocka_unit_test(test_durations),
      cmocka_unit_test(test_clock),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
