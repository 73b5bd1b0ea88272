// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/summary.h"

#include "tables.h"

static struct rondo_trace_summary *summarize(const struct rondo_trace_table *table, double factor) {
  struct rondo_trace_summary *summary;
  assert_int_equal(rondo_trace_table_summarize(table, factor, &summary, NULL), RONDO_OK);
  return summary;
}

// Three instances ctl0, ctl1, ctl2 every 100 us, each two nodes; net beside them, once an iteration. Two iterations.
static struct rondo_trace_table *make_run(void) {
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t e = add_target(&table, "E"), p = add_target(&table, "P");
  for (int k = 0; k < 3; ++k) {
    char job[16];
    snprintf(job, sizeof job, "ctl%d", k);
    uint32_t first = add_node(&table, job, 0, RDO_PLAYED_RELEASE_LOCKED), second = add_node(&table, job, 1, RDO_PLAYED_RELEASE_IMMEDIATE);
    for (int64_t i = 0; i < 2; ++i) {
      int64_t at = 100 * k;
      struct rdo_table_row row = row_us(first, e, i, at, 10, at, at + k + 1, at + k + 11);
      row.t0_ns = 5000000 + 1000000 * i;
      append(&table, row);
      row = row_us(second, e, i, at + 10, 10, at + k + 11, at + k + 12, at + k + 22);
      row.t0_ns = 5000000 + 1000000 * i;
      row.deadline_ns = (at + 23) * 1000;
      append(&table, row);
    }
  }
  uint32_t net = add_node(&table, "net", 0, RDO_PLAYED_RELEASE_IMMEDIATE);
  for (int64_t i = 0; i < 2; ++i) {
    struct rdo_table_row row = row_us(net, p, i, 0, 100, 0, 5, 255 + i);
    row.t0_ns = 5000000 + 1000000 * i;
    append(&table, row);
  }
  return finish(&table);
}

static void test_totals(void **state) {
  (void)state;
  struct rondo_trace_table *table = make_run();
  struct rondo_trace_summary *summary = summarize(table, 0);
  const struct rondo_trace_totals *totals = rondo_trace_summary_totals(summary);
  assert_int_equal(totals->row_count, 14);
  assert_int_equal(totals->iteration_count, 2);
  assert_int_equal(totals->node_count, 7);
  assert_int_equal(totals->job_count, 2);
  assert_int_equal(totals->deadline_count, 6);
  assert_int_equal(totals->miss_count, 2);  // ctl2 ends 24 us behind its start
  assert_int_equal(totals->planned_makespan_ns, 220000);
  assert_int_equal(totals->makespan.count, 2);
  assert_int_equal(totals->makespan.min_ns, 255000);
  assert_int_equal(totals->makespan.max_ns, 256000);
  assert_int_equal(totals->root_delay.count, 6);
  assert_int_equal(totals->root_delay.p50_ns, 2000);
  assert_int_equal(totals->root_delay.max_ns, 3000);
  assert_int_equal(totals->root_delay_later.count, 4);
  assert_int_equal(totals->root_delay_later.min_ns, 2000);
  assert_int_equal(totals->start_delay.count, 8);
  assert_int_equal(totals->start_delay.max_ns, 5000);
  assert_int_equal(totals->handover.count, 6);
  assert_int_equal(totals->handover.max_ns, 1000);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
}

static void test_jobs(void **state) {
  (void)state;
  struct rondo_trace_table *table = make_run();
  struct rondo_trace_summary *summary = summarize(table, 0);
  const struct rondo_trace_job *jobs = rondo_trace_summary_jobs(summary);
  assert_string_equal(jobs[0].name, "ctl");
  assert_int_equal(jobs[0].family_count, 3);
  assert_true(jobs[0].is_locked);
  assert_int_equal(jobs[0].instance_count, 6);
  assert_int_equal(jobs[0].deadline_count, 6);
  assert_int_equal(jobs[0].miss_count, 2);
  assert_int_equal(jobs[0].latency.max_ns, 24000);
  assert_int_equal(jobs[0].latency.min_ns, 22000);
  assert_int_equal(jobs[0].run.p50_ns, 20000);
  // From 5.000 ms to 6.200 ms are 5 periods.
  assert_true(jobs[0].rate_hz > 4166 && jobs[0].rate_hz < 4167);
  assert_string_equal(jobs[1].name, "net");
  assert_false(jobs[1].is_locked);
  assert_int_equal(jobs[1].start_delay.max_ns, 5000);
  assert_int_equal(jobs[1].latency.max_ns, 256000);
  assert_true(jobs[1].rate_hz == 1000);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
}

static void test_targets_and_flags(void **state) {
  (void)state;
  struct rondo_trace_table *table = make_run();
  struct rondo_trace_summary *summary = summarize(table, 2.5);
  const struct rondo_trace_target *targets = rondo_trace_summary_targets(summary);
  assert_string_equal(targets[0].name, "E");
  assert_int_equal(targets[0].busy_ns, 120000);
  assert_true(targets[0].utilization > 0.2348 && targets[0].utilization < 0.2349);
  assert_int_equal(targets[1].busy_ns, 501000);
  const struct rondo_trace_node *nodes = rondo_trace_summary_nodes(summary);
  assert_string_equal(nodes[6].key, "net_dispatch_0");
  assert_int_equal(nodes[6].flags, RONDO_TRACE_SLOWER);
  assert_true(nodes[6].ratio == 2.5);
  assert_int_equal(rondo_trace_summary_totals(summary)->flagged_count, 1);
  rondo_trace_summary_release(&summary);
  summary = summarize(table, 2.51);
  assert_int_equal(rondo_trace_summary_totals(summary)->flagged_count, 0);
  rondo_trace_summary_release(&summary);
  assert_int_equal(rondo_trace_table_summarize(table, 0.5, &summary, NULL), RONDO_INVALID_ARGUMENT);
  assert_null(summary);
  rondo_trace_table_release(&table);
}

// A deadline stands in each row of an instance, and counts once: who ended late, and whose dispatches did not all run, missed it.
static void test_deadlines_are_of_instances(void **state) {
  (void)state;
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t p = add_target(&table, "P"), nodes[3];
  for (uint32_t k = 0; k < 3; ++k) nodes[k] = add_node(&table, "ctl", (int)k, RDO_PLAYED_RELEASE_IMMEDIATE);
  uint32_t net = add_node(&table, "net", 0, RDO_PLAYED_RELEASE_IMMEDIATE);
  enum { ON_TIME, LATE, CANCELLED, SKIPPED, CASE_COUNT };
  for (int64_t i = 0; i < CASE_COUNT; ++i) {
    for (int64_t k = 0; k < 3; ++k) {
      struct rdo_table_row row = row_us(nodes[k], p, i, 10 * k, 10, 10 * k, 10 * k, 10 * k + (i == LATE ? 11 : 10));
      row.deadline_ns = 30000;
      if (i == SKIPPED || (i == CANCELLED && k > 0)) {
        row.state = i == SKIPPED ? RDO_PLAYED_SKIPPED : RDO_PLAYED_CANCELLED;
        row.start_ns = row.end_ns = row.ready_ns;
      }
      append(&table, row);
    }
    append(&table, row_us(net, p, i, 30, 10, 30, 30, 40));
  }
  struct rondo_trace_table *whole = finish(&table);
  struct rondo_trace_summary *summary = summarize(whole, 0);
  assert_int_equal(rondo_trace_summary_totals(summary)->row_count, 16);
  assert_int_equal(rondo_trace_summary_totals(summary)->deadline_count, 4);
  assert_int_equal(rondo_trace_summary_totals(summary)->miss_count, 3);
  assert_int_equal(rondo_trace_summary_jobs(summary)[0].deadline_count, 4);
  assert_int_equal(rondo_trace_summary_jobs(summary)[0].miss_count, 3);
  assert_int_equal(rondo_trace_summary_jobs(summary)[1].deadline_count, 0);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&whole);
}

// Overlapping time on a target counts once; what did not complete has no run time.
static void test_overlap_and_states(void **state) {
  (void)state;
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t p = add_target(&table, "P"), a = add_node(&table, "a", 0, RDO_PLAYED_RELEASE_IMMEDIATE),
           b = add_node(&table, "b", 0, RDO_PLAYED_RELEASE_IMMEDIATE);
  append(&table, row_us(a, p, 0, 0, 10, 0, 0, 10));
  append(&table, row_us(b, p, 0, 0, 10, 0, 5, 20));
  struct rdo_table_row row = row_us(b, p, 1, 0, 10, 0, 0, 0);
  row.state = RDO_PLAYED_SKIPPED;
  row.deadline_ns = 30000;
  append(&table, row);
  struct rondo_trace_table *whole = finish(&table);
  struct rondo_trace_summary *summary = summarize(whole, 0);
  assert_int_equal(rondo_trace_summary_targets(summary)[0].busy_ns, 20000);
  assert_int_equal(rondo_trace_summary_nodes(summary)[1].count, 1);
  assert_int_equal(rondo_trace_summary_totals(summary)->skipped_count, 1);
  assert_int_equal(rondo_trace_summary_totals(summary)->miss_count, 1);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&whole);
}

static void test_empty(void **state) {
  (void)state;
  static const enum rondo_trace_format formats[] = {RONDO_TRACE_CSV, RONDO_TRACE_JSON, RONDO_TRACE_DOT, RONDO_TRACE_PERFETTO};
  struct rondo_trace_table *table = parse_table(HEADER_22 "\n");
  struct rondo_trace_summary *summary = summarize(table, 0);
  assert_int_equal(rondo_trace_summary_totals(summary)->row_count, 0);
  rondo_trace_summary_release(&summary);
  const struct rondo_trace_sink sink = {write_text, &text_sink};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; ++i) {
    const struct rondo_trace_write_options options = {.format = formats[i]};
    text_sink.size = 0;
    assert_int_equal(rondo_trace_table_write_to(table, &options, &sink, NULL), RONDO_OK);
    assert_true(text_sink.size > 0);
  }
  const struct rondo_trace_write_options picture = {.format = RONDO_TRACE_SVG};
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  assert_int_equal(rondo_trace_table_write_to(table, &picture, &sink, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "the trace has no rows to draw");
  rondo_trace_table_release(&table);
}

// Index ----------------------------------------------------------------------------------------------

// Names are joined only where they are numbered without holes.
static void test_families(void **state) {
  (void)state;
  static const char *const names[] = {"mlp0", "mlp1", "mlp2", "res18", "res50", "v2", "x00", "x1", "7", "a0", "a1", "a"};
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t p = add_target(&table, "P");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i)
    append(&table, row_us(add_node(&table, names[i], 0, RDO_PLAYED_RELEASE_IMMEDIATE), p, 0, 0, 1, 0, (int64_t)i, (int64_t)i + 1));
  struct rondo_trace_table *whole = finish(&table);
  const struct rdo_table_index *index = &whole->index;
  static const char *const families[] = {"mlp", "res18", "res50", "v2", "x00", "x1", "7", "a"};
  assert_int_equal(index->family_count, sizeof families / sizeof families[0]);
  for (size_t i = 0; i < index->family_count; ++i) assert_string_equal(rdo_table_text(index->table, index->families[i].name), families[i]);
  assert_int_equal(index->families[0].job_count, 3);
  assert_int_equal(index->families[7].job_count, 3);
  rondo_trace_table_release(&whole);
}

// Without the graph: roots are what was not ready at somebody's end; a root at 0 takes after its family.
static void test_inferred_roots(void **state) {
  (void)state;
  static const char csv[] = HEADER_22
      "\n0,m0_d,0,1,1,m0,x,E,,0,0,1,5,5,0,3,0,1,5,1,4,5\n0,m0_e,1,1,1,m0,x,E,,3,5,6,9,4,2,3,5,6,9,1,3,6\n"
      "0,m1_d,0,1,1,m1,x,E,,9,9,9,12,3,0,3,9,9,12,0,3,3\n0,n,0,1,1,n,x,P,,0,0,7,20,20,0,3,0,7,20,7,13,20\n";
  struct rondo_trace_table *table = parse_table(csv);
  const struct rdo_table_index *index = &table->index;
  assert_true(index->is_root[0] && !index->is_root[1] && index->is_root[2] && index->is_root[3]);
  assert_true(index->families[0].is_locked);
  assert_false(index->families[1].is_locked);
  struct rondo_trace_summary *summary = summarize(table, 0);
  assert_int_equal(rondo_trace_summary_totals(summary)->root_delay.count, 2);
  assert_int_equal(rondo_trace_summary_totals(summary)->start_delay.count, 3);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
}

// Without clocks iterations lie behind one another.
static void test_axis(void **state) {
  (void)state;
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t p = add_target(&table, "P"), a = add_node(&table, "a", 0, RDO_PLAYED_RELEASE_IMMEDIATE);
  append(&table, row_us(a, p, 4, 0, 10, 0, 1, 10));
  append(&table, row_us(a, p, 2, 0, 10, 0, -2, 30));
  struct rondo_trace_table *whole = finish(&table);
  assert_int_equal(whole->index.pass_count, 2);
  assert_int_equal(whole->index.passes[0].iteration, 2);
  assert_int_equal(whole->index.offsets_ns[1], 2000);
  assert_int_equal(whole->index.offsets_ns[0], 32000);
  assert_int_equal(whole->index.origin_ns, RDO_TABLE_UNKNOWN);
  rondo_trace_table_release(&whole);
}

// Order: behind predecessors, then planned start, id, key; cycles last.
static void test_order(void **state) {
  (void)state;
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t p = add_target(&table, "P");
  uint32_t b0 = add_node(&table, "b", 0, RDO_PLAYED_RELEASE_IMMEDIATE), b1 = add_node(&table, "b", 1, RDO_PLAYED_RELEASE_IMMEDIATE),
           a0 = add_node(&table, "a", 0, RDO_PLAYED_RELEASE_IMMEDIATE);
  append(&table, row_us(b1, p, 0, 0, 1, 0, 0, 1));  // planned before its predecessor
  append(&table, row_us(b0, p, 0, 5, 1, 0, 5, 6));
  append(&table, row_us(a0, p, 0, 5, 1, 0, 6, 7));
  struct rondo_trace_table *whole = finish(&table);
  struct rondo_trace_summary *summary = summarize(whole, 0);
  assert_int_equal(summary->order[0], a0);
  assert_int_equal(summary->order[1], b0);
  assert_int_equal(summary->order[2], b1);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_totals),
      cmocka_unit_test(test_jobs),
      cmocka_unit_test(test_targets_and_flags),
      cmocka_unit_test(test_deadlines_are_of_instances),
      cmocka_unit_test(test_overlap_and_states),
      cmocka_unit_test(test_empty),
      cmocka_unit_test(test_families),
      cmocka_unit_test(test_inferred_roots),
      cmocka_unit_test(test_axis),
      cmocka_unit_test(test_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
