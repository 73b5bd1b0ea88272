// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_diff.h"

#include "rondo/trace.h"
#include "tables.h"

// Ranks as tables of the sign test have them.
static void test_ranks(void **state) {
  (void)state;
  static const size_t expected[][2] = {{6, 1}, {8, 1}, {9, 2}, {10, 2}, {12, 3}, {17, 5}, {20, 6}, {25, 8}, {50, 18}, {100, 40}};
  size_t low, high;
  assert_false(rdo_median_ranks(5, &low, &high));
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; ++i) {
    assert_true(rdo_median_ranks(expected[i][0], &low, &high));
    assert_int_equal(low, expected[i][1]);
    assert_int_equal(high, expected[i][0] + 1 - low);
  }
  // Where the sum ends and the approximation begins they agree.
  size_t next_low = 0, next_high = 0;
  assert_true(rdo_median_ranks(1000, &low, &high) && rdo_median_ranks(1001, &next_low, &next_high));
  assert_true(next_low + 1 >= low && next_low <= low + 1);
}

// One job of one node; the new trace's run times and delays are changed by what the arguments say.
static struct rondo_trace_table *make_trace(int iterations, int64_t run_us, int64_t delay_us, bool alternates) {
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t p = add_target(&table, "P"), node = add_node(&table, "ctl", 0, RDO_PLAYED_RELEASE_LOCKED);
  for (int i = 0; i < iterations; ++i) {
    int64_t extra = alternates && i % 2 != 0 ? 40 : 0;
    struct rdo_table_row row = row_us(node, p, i, 10, 100, 10, 10 + delay_us, 10 + delay_us + run_us + extra);
    row.deadline_ns = 500000;
    append(&table, row);
  }
  return finish(&table);
}

static struct rondo_trace_diff *diff_traces(struct rondo_trace_table *a, struct rondo_trace_table *b,
                                            const struct rondo_trace_diff_options *options) {
  struct rondo_trace_diff *diff;
  assert_int_equal(rondo_trace_table_diff(a, b, options, &diff, NULL), RONDO_OK);
  return diff;
}

static const struct rondo_trace_difference *find_item(const struct rondo_trace_diff *diff, bool is_job, enum rondo_trace_measure measure) {
  uint64_t count;
  const struct rondo_trace_difference *items = rondo_trace_diff_items(diff, &count);
  for (uint64_t i = 0; i < count; ++i) {
    if (items[i].is_job == is_job && items[i].measure == measure) return &items[i];
  }
  fail();
  return NULL;
}

static void test_run_times(void **state) {
  (void)state;
  const struct rondo_trace_diff_options options = {0};
  struct rondo_trace_table *old_table = make_trace(10, 100, 1, false), *new_table = make_trace(10, 120, 1, false);
  struct rondo_trace_diff *diff = diff_traces(old_table, new_table, &options);
  const struct rondo_trace_difference *item = find_item(diff, false, RONDO_TRACE_MEASURE_RUN);
  assert_string_equal(item->name, "ctl_dispatch_0");
  assert_int_equal(item->pair_count, 10);
  assert_true(item->median == 1.2 && item->low == 1.2 && item->high == 1.2 && item->is_regression);
  assert_true(find_item(diff, true, RONDO_TRACE_MEASURE_LATENCY)->is_regression);
  assert_false(find_item(diff, true, RONDO_TRACE_MEASURE_DELAY)->is_regression);
  assert_true(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  diff = diff_traces(new_table, old_table, &options);  // the other way round
  assert_true(find_item(diff, false, RONDO_TRACE_MEASURE_RUN)->is_improvement);
  assert_false(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  const struct rondo_trace_diff_options wide = {.run_ratio = 1.25};
  diff = diff_traces(old_table, new_table, &wide);
  assert_false(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  rondo_trace_table_release(&old_table);
  rondo_trace_table_release(&new_table);
}

// Too few pairs, or an interval that reaches below the threshold, decide nothing.
static void test_noise(void **state) {
  (void)state;
  const struct rondo_trace_diff_options options = {0};
  struct rondo_trace_table *old_table = make_trace(5, 100, 1, false), *new_table = make_trace(5, 200, 1, false);
  struct rondo_trace_diff *diff = diff_traces(old_table, new_table, &options);
  assert_false(find_item(diff, false, RONDO_TRACE_MEASURE_RUN)->has_interval);
  assert_false(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  rondo_trace_table_release(&old_table);
  rondo_trace_table_release(&new_table);
  old_table = make_trace(20, 100, 1, false), new_table = make_trace(20, 100, 1, true);
  diff = diff_traces(old_table, new_table, &options);
  const struct rondo_trace_difference *item = find_item(diff, false, RONDO_TRACE_MEASURE_RUN);
  assert_true(item->median > 1.19 && item->low == 1 && item->high == 1.4);
  assert_false(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  rondo_trace_table_release(&old_table);
  rondo_trace_table_release(&new_table);
}

static void test_delays(void **state) {
  (void)state;
  const struct rondo_trace_diff_options options = {.delay_ns = 4000};
  struct rondo_trace_table *old_table = make_trace(10, 100, 1, false), *new_table = make_trace(10, 100, 6, false);
  struct rondo_trace_diff *diff = diff_traces(old_table, new_table, &options);
  const struct rondo_trace_difference *item = find_item(diff, true, RONDO_TRACE_MEASURE_DELAY);
  assert_true(item->median == 5000 && item->is_regression);
  rondo_trace_diff_release(&diff);
  rondo_trace_table_release(&old_table);
  rondo_trace_table_release(&new_table);
}

static void test_lost_rows_and_misses(void **state) {
  (void)state;
  const struct rondo_trace_diff_options options = {0};
  struct rondo_trace_table *old_table = make_trace(10, 100, 1, false), *new_table = make_trace(9, 100, 1, false);
  struct rondo_trace_diff *diff = diff_traces(old_table, new_table, &options);
  assert_int_equal(rondo_trace_diff_totals(diff)->only_old_count, 1);
  assert_true(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  diff = diff_traces(new_table, old_table, &options);
  assert_int_equal(rondo_trace_diff_totals(diff)->only_new_count, 1);
  assert_false(rondo_trace_diff_totals(diff)->is_regression);
  rondo_trace_diff_release(&diff);
  new_table->table.rows[3].deadline_ns = 50000;
  diff = diff_traces(old_table, new_table, &options);
  assert_int_equal(rondo_trace_diff_totals(diff)->new_miss_count, 1);
  rondo_trace_diff_release(&diff);
  const struct rondo_trace_diff_options bad = {.run_ratio = 0.5};
  assert_int_equal(rondo_trace_table_diff(old_table, new_table, &bad, &diff, NULL), RONDO_INVALID_ARGUMENT);
  rondo_trace_table_release(&old_table);
  rondo_trace_table_release(&new_table);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranks), cmocka_unit_test(test_run_times), cmocka_unit_test(test_noise),
                                     cmocka_unit_test(test_delays), cmocka_unit_test(test_lost_rows_and_misses)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
