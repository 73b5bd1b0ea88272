// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One good run of two jobs on two targets; every test breaks it in one way, and that alone is found.

#include "trace/table_check.h"

#include "tables.h"

enum { CTL_0, CTL_1, NET_0, NET_1, NET_2, NODE_COUNT };

struct run {
  struct rdo_table table;
  uint32_t nodes[NODE_COUNT];
  uint32_t targets[2];
};

// Rows of an iteration, by node.
static struct rdo_table_row good_row(const struct run *run, int node, int64_t iteration) {
  static const int64_t times[NODE_COUNT][5] = {
      {100, 20, 100, 101, 121}, {120, 20, 121, 122, 140}, {0, 50, 0, 2, 50}, {50, 50, 50, 51, 98}, {100, 40, 98, 99, 145}};
  const int64_t *t = times[node];
  struct rdo_table_row row = row_us(run->nodes[node], run->targets[node >= NET_0], iteration, t[0], t[1], t[2], t[3], t[4]);
  row.t0_ns = 1000000 * (iteration + 1);
  row.worker = node >= NET_0;
  return row;
}

static void begin_run(struct run *run) {
  rdo_table_init(&run->table);
  run->targets[0] = add_target(&run->table, "E");
  run->targets[1] = add_target(&run->table, "P");
  for (int i = 0; i < 2; ++i)
    run->nodes[CTL_0 + i] = add_node(&run->table, "ctl", i, i == 0 ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE);
  for (int i = 0; i < 3; ++i) run->nodes[NET_0 + i] = add_node(&run->table, "net", i, RDO_PLAYED_RELEASE_IMMEDIATE);
}

static struct rdo_table_row *row_at(struct run *run, int node) { return &run->table.rows[node]; }

static void fill(struct run *run) {
  begin_run(run);
  for (int64_t iteration = 0; iteration < 2; ++iteration) {
    for (int node = 0; node < NODE_COUNT; ++node) append(&run->table, good_row(run, node, iteration));
  }
}

struct found {
  uint64_t counts[RONDO_TRACE_RULE_PLAN + 1];
  uint64_t count;
  uint64_t line;
  char message[256];
};

static void take_finding(void *user, const struct rondo_trace_finding *finding) {
  struct found *found = user;
  ++found->counts[finding->rule];
  ++found->count;
  found->line = finding->line;
  snprintf(found->message, sizeof found->message, "%s: %s", finding->rule_name, finding->message);
}

static void expect(struct run *run, enum rondo_trace_rule rule, uint64_t count, const char *words) {
  struct found found = {{0}, 0, 0, ""};
  const struct rondo_trace_finder finder = {take_finding, &found};
  struct rondo_trace_table *table = finish(&run->table);
  uint64_t finding_count;
  assert_int_equal(rondo_trace_table_check(table, &finder, &finding_count, NULL), RONDO_OK);
  assert_int_equal(finding_count, found.count);
  if (found.count != count || found.counts[rule] != count)
    print_error("%llu findings, the last: %s\n", (unsigned long long)found.count, found.message);
  assert_int_equal(found.counts[rule], count);
  assert_int_equal(found.count, count);
  if (count > 0 && strstr(found.message, words) == NULL) print_error("%s\n", found.message);
  assert_true(count == 0 || strstr(found.message, words) != NULL);
  rondo_trace_table_release(&table);
}

static void test_good(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  expect(&run, RONDO_TRACE_RULE_STAMPS, 0, "");
}

static void test_stamps(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  row_at(&run, NET_2)->end_ns = 98500;
  row_at(&run, NET_2)->start_ns = 99000;
  expect(&run, RONDO_TRACE_RULE_STAMPS, 1, "net_dispatch_2 ended 500 ns before it started");
  fill(&run);
  row_at(&run, CTL_0)->release_ns = 100001;
  expect(&run, RONDO_TRACE_RULE_STAMPS, 1, "was ready 1 ns before its release");
}

static void test_precedence(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  // Ready at the right time, and on another worker, but begun too early.
  row_at(&run, CTL_1)->start_ns = 120000;
  row_at(&run, CTL_1)->ready_ns = 120000;
  row_at(&run, CTL_1)->worker = 5;
  struct found found = {{0}, 0, 0, ""};
  const struct rondo_trace_finder finder = {take_finding, &found};
  struct rondo_trace_table *table = finish(&run.table);
  uint64_t count;
  assert_int_equal(rondo_trace_table_check(table, &finder, &count, NULL), RONDO_OK);
  assert_int_equal(found.counts[RONDO_TRACE_RULE_PRECEDENCE], 1);
  assert_int_equal(found.counts[RONDO_TRACE_RULE_READY], 1);
  assert_int_equal(count, 2);
  assert_int_equal(found.line, 3);
  rondo_trace_table_release(&table);
}

static void test_missing_predecessor(void **state) {
  (void)state;
  struct run run;
  begin_run(&run);
  append(&run.table, good_row(&run, NET_0, 0));
  append(&run.table, good_row(&run, NET_2, 0));
  expect(&run, RONDO_TRACE_RULE_PRECEDENCE, 1, "net_dispatch_2 ran, but its predecessor net_dispatch_1 is not in this iteration");
}

static void test_ready(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  row_at(&run, NET_1)->ready_ns = 50500;
  expect(&run, RONDO_TRACE_RULE_READY, 1, "net_dispatch_1 was ready at 50500 ns, but its last predecessor ended at 50000 ns");
  fill(&run);
  row_at(&run, CTL_0)->ready_ns = 100400;
  expect(&run, RONDO_TRACE_RULE_READY, 1, "which is not its planned start");
  fill(&run);
  row_at(&run, NET_0)->ready_ns = 700;
  expect(&run, RONDO_TRACE_RULE_READY, 1, "which is not 0");
  fill(&run);  // a release that the trace names
  row_at(&run, NET_0)->ready_ns = row_at(&run, NET_0)->release_ns = 700;
  expect(&run, RONDO_TRACE_RULE_READY, 0, "");
}

static void test_overlap(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  row_at(&run, CTL_0)->worker = 1;  // ctl runs from 101, net_dispatch_2 from 99 to 145
  expect(&run, RONDO_TRACE_RULE_OVERLAP, 1, "ctl_dispatch_0 started on worker 1 while net_dispatch_2 (line 6) ran there for another 44000 ns");
  fill(&run);  // the same as a preemption
  row_at(&run, CTL_0)->worker = 1;
  row_at(&run, NET_2)->preemption_count = 1;
  expect(&run, RONDO_TRACE_RULE_OVERLAP, 0, "");
  fill(&run);  // iterations have clocks: the second one began before the first one ended
  for (int i = NODE_COUNT; i < 2 * NODE_COUNT; ++i) row_at(&run, i)->t0_ns = 1000000 + 144000;
  expect(&run, RONDO_TRACE_RULE_OVERLAP, 0, "");
  fill(&run);
  for (int i = NODE_COUNT; i < 2 * NODE_COUNT; ++i) row_at(&run, i)->t0_ns = 1000000 + 142000;
  expect(&run, RONDO_TRACE_RULE_OVERLAP, 1, "net_dispatch_0 started on worker 1 while net_dispatch_2");
}

// Without workers: on the target.
static void test_overlap_on_target(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  for (int i = 0; i < 2 * NODE_COUNT; ++i) row_at(&run, i)->worker = -1;
  row_at(&run, CTL_0)->target = run.targets[1];
  expect(&run, RONDO_TRACE_RULE_OVERLAP, 1, "ctl_dispatch_0 started on target P while net_dispatch_2");
}

static void test_states(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  row_at(&run, NET_1)->state = RDO_PLAYED_FAILED;
  expect(&run, RONDO_TRACE_RULE_STATES, 1, "net_dispatch_2 ran, but its predecessor net_dispatch_1 was failed");
  fill(&run);
  row_at(&run, NET_2)->state = RDO_PLAYED_SKIPPED;
  expect(&run, RONDO_TRACE_RULE_STATES, 1, "net_dispatch_2 was skipped, but has a run time");
  fill(&run);
  row_at(&run, NET_2)->state = RDO_PLAYED_CANCELLED;
  row_at(&run, NET_2)->wake = RDO_PLAYED_WAKE_SLEEP;
  expect(&run, RONDO_TRACE_RULE_STATES, 1, "was cancelled, but a worker woke for it");
  fill(&run);  // a failure, and what follows from it
  row_at(&run, NET_1)->state = RDO_PLAYED_FAILED;
  row_at(&run, NET_2)->state = RDO_PLAYED_CANCELLED;
  expect(&run, RONDO_TRACE_RULE_STATES, 0, "");
}

static void test_duplicates(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  struct rdo_table_row again = good_row(&run, CTL_1, 1);
  again.start_ns = 300000;
  again.end_ns = 300100;
  append(&run.table, again);
  expect(&run, RONDO_TRACE_RULE_DUPLICATES, 1, "ctl_dispatch_1 ran in iteration 1 before, on line 8");
}

static void test_missing(void **state) {
  (void)state;
  struct run run;
  fill(&run);
  --run.table.row_count;  // where the trace ends a job may be cut
  expect(&run, RONDO_TRACE_RULE_MISSING, 0, "");
  begin_run(&run);
  for (int node = 0; node < NODE_COUNT - 1; ++node) append(&run.table, good_row(&run, node, 0));
  for (int node = 0; node < NODE_COUNT; ++node) append(&run.table, good_row(&run, node, 1));
  expect(&run, RONDO_TRACE_RULE_MISSING, 1, "of job net iteration 0 has 2 of 3 nodes");
}

// Columns --------------------------------------------------------------------------------------------

static void test_columns(void **state) {
  (void)state;
  static const char good[] = HEADER_22 "\n0,k,0,1,1,j,m,P,,5,7,11,19,12,2,3,7,11,19,4,8,14\n";
  static const struct {
    int column;
    const char *words;
  } derived[] = {{RDO_CSV_ELIGIBLE, "eligible_us is 99, but ready_us is 7"},
                 {RDO_CSV_SUBMIT, "submit_us is 99, but start_us is 11"},
                 {RDO_CSV_COMPLETE, "complete_us is 99, but end_us is 19"},
                 {RDO_CSV_RESIDENCY, "residency_us is 99, but max(0, complete_us - eligible_us) is 12"},
                 {RDO_CSV_DEP_SLIP, "dep_slip_us is 99, but max(0, eligible_us"},
                 {RDO_CSV_QUEUE_DELAY, "queue_delay_us is 99, but max(0, start_us - ready_us) is 4"},
                 {RDO_CSV_RUN, "run_us is 99, but max(0, end_us - start_us) is 8"},
                 {RDO_CSV_TOTAL_LATENCY, "total_latency_us is 99, but max(0, end_us"}};
  for (size_t i = 0; i < sizeof derived / sizeof derived[0]; ++i) {
    struct found found = {{0}, 0, 0, ""};
    const struct rondo_trace_finder finder = {take_finding, &found};
    struct rdo_check check = {.finder = &finder};
    struct rdo_csv_line line = {.number = 2,
                                .values = {[RDO_CSV_PLANNED_START] = 5, [RDO_CSV_READY] = 7, [RDO_CSV_START] = 11, [RDO_CSV_END] = 19}};
    rdo_csv_derive(line.values);
    rdo_check_line(&check, &line);
    assert_int_equal(found.count, 0);
    line.values[derived[i].column] = 99;
    rdo_check_line(&check, &line);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.counts[RONDO_TRACE_RULE_COLUMNS], 1);
    assert_non_null(strstr(found.message, derived[i].words));
  }
  // The good row is what the derivation says.
  struct rdo_text_out out;
  struct rondo_trace_table *table = parse_table(good);
  begin_text(&out);
  rdo_table_write_csv(&table->table, &out);
  rdo_text_flush(&out);
  assert_string_equal(text_sink.bytes, good);
  rondo_trace_table_release(&table);
}

// Without the graph a ready time is 0, the planned start, or somebody's end.
static void test_ready_without_graph(void **state) {
  (void)state;
  static const char csv[] = HEADER_22 "\n0,a,0,1,1,j,m,P,,0,0,1,5,5,0,3,0,1,5,1,4,5\n0,b,1,1,1,j,m,P,,3,5,6,9,4,2,3,5,6,9,1,3,6\n"
                                      "0,c,2,1,1,j,m,P,,6,8,9,12,4,2,3,8,9,12,1,3,6\n";
  struct found found = {{0}, 0, 0, ""};
  const struct rondo_trace_finder finder = {take_finding, &found};
  struct rondo_trace_table *table = parse_table(csv);
  uint64_t count;
  assert_int_equal(rondo_trace_table_check(table, &finder, &count, NULL), RONDO_OK);
  assert_int_equal(count, 1);
  assert_int_equal(found.counts[RONDO_TRACE_RULE_READY], 1);
  assert_int_equal(found.line, 4);
  rondo_trace_table_release(&table);
}

// Against a plan -------------------------------------------------------------------------------------

static void test_plan(void **state) {
  (void)state;
  static const char csv[] = HEADER_22 "\n0,a,0,1,1,j,m,P,,0,0,1,5,5,0,3,0,1,5,1,4,5\n0,b,1,1,1,j,m,E,,3,5,6,9,4,2,3,5,6,9,1,3,6\n"
                                      "0,z,2,1,1,j,m,P,,6,9,9,12,3,3,3,9,9,12,0,3,6\n";
  const char *const only_p[] = {"P"};
  const char *const after_a[] = {"a"};
  const struct rdo_check_plan_node plan[] = {
      {{.key = "a"}, 0, 3000, only_p, 1},
      {{.key = "b", .dependencies = after_a, .dependency_count = 1}, 4000, 3000, only_p, 1},  // elsewhere, and at another time
      {{.key = "c"}, 6000, 3000, NULL, 0},                                                  // never ran
  };
  struct found found = {{0}, 0, 0, ""};
  const struct rondo_trace_finder finder = {take_finding, &found};
  struct rdo_check check = {.finder = &finder};
  struct rdo_table table;
  assert_int_equal(rdo_table_read_csv(&table, csv, strlen(csv), NULL, NULL), RONDO_OK);
  assert_int_equal(rdo_check_plan(&check, &table, plan, 3, NULL), RONDO_OK);
  assert_int_equal(found.counts[RONDO_TRACE_RULE_AFFINITY], 1);
  assert_int_equal(found.counts[RONDO_TRACE_RULE_PLAN], 3);
  assert_int_equal(check.finding_count, 4);
  assert_true(table.has_dependencies);
  assert_int_equal(table.nodes[1].dependency_count, 1);
  rdo_table_deinit(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_good),
      cmocka_unit_test(test_stamps),
      cmocka_unit_test(test_precedence),
      cmocka_unit_test(test_missing_predecessor),
      cmocka_unit_test(test_ready),
      cmocka_unit_test(test_overlap),
      cmocka_unit_test(test_overlap_on_target),
      cmocka_unit_test(test_states),
      cmocka_unit_test(test_duplicates),
      cmocka_unit_test(test_missing),
      cmocka_unit_test(test_columns),
      cmocka_unit_test(test_ready_without_graph),
      cmocka_unit_test(test_plan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
