// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_csv.h"

#include "tables.h"

// Byte for byte --------------------------------------------------------------------------------------

static void expect_round_trip(const char *csv) {
  struct rdo_text_out out;
  struct rondo_trace_table *table = parse_table(csv);
  begin_text(&out);
  rdo_table_write_csv(&table->table, &out);
  rdo_text_flush(&out);
  assert_string_equal(text_sink.bytes, csv);
  rondo_trace_table_release(&table);
}

#define ROW_A "0,a_dispatch_0,0,1,1,a,a$async,P,/x/a.vmfb,0,0,3,10,10,0,8,0,3,10,3,7,10"
#define ROW_B "0,b|x,-1,0,0,,,P,,5,10,12,15,5,5,2,10,12,15,2,3,10"

static void test_round_trip(void **state) {
  (void)state;
  expect_round_trip(HEADER_22 "\n");
  expect_round_trip(HEADER_22 "\n" ROW_A "\n" ROW_B "\n");
  // Of ours, of somebody else's, in any order.
  expect_round_trip(HEADER_22 ",colour,start_ns,worker,note\n" ROW_A ",red,2500,7,\n" ROW_B ",,12499,,x y\n");
  expect_round_trip(HEADER_22 ",dependencies,state,wake,deadline_ns,source\n" ROW_A ",,completed,spin,,a\n" ROW_B ",a_dispatch_0|q,failed,,-3,\n");
}

static void test_values(void **state) {
  (void)state;
  struct rondo_trace_table *table = parse_table(HEADER_22 ",start_ns,worker,dependencies\n" ROW_A ",2500,7,\n" ROW_B ",12499,,a_dispatch_0|q\n");
  const struct rdo_table *t = &table->table;
  assert_int_equal(t->row_count, 2);
  assert_int_equal(t->rows[0].start_ns, 2500);
  assert_int_equal(t->rows[0].end_ns, 10000);
  assert_int_equal(t->rows[0].worker, 7);
  assert_int_equal(t->rows[1].worker, -1);
  assert_int_equal(t->rows[1].t0_ns, RDO_TABLE_UNKNOWN);
  const struct rdo_table_node *node = rdo_table_node_of(t, &t->rows[1]);
  assert_int_equal(node->id, -1);
  assert_int_equal(node->dependency_count, 2);
  assert_int_equal(rdo_table_find_node(t, node->dependencies[0]), t->rows[0].node);
  assert_int_equal(rdo_table_find_node(t, node->dependencies[1]), RDO_TABLE_NO_INDEX);
  assert_true(t->has_dependencies);
  rondo_trace_table_release(&table);
}

// A key with two meanings is two nodes.
static void test_same_key(void **state) {
  (void)state;
  const char *csv = HEADER_22 "\n0,k,0,1,1,a,m,P,,0,0,1,2,2,0,1,0,1,2,1,1,2\n0,k,0,1,1,b,m,P,,0,0,3,4,4,0,1,0,3,4,3,1,4\n"
                              "1,k,0,1,1,a,m,P,,0,0,1,2,2,0,1,0,1,2,1,1,2\n";
  struct rondo_trace_table *table = parse_table(csv);
  assert_int_equal(table->table.node_count, 2);
  assert_int_equal(table->table.rows[2].node, table->table.rows[0].node);
  rondo_trace_table_release(&table);
  expect_round_trip(csv);
}

// Refusals -------------------------------------------------------------------------------------------

struct refusal {
  const char *csv;
  const char *words;
};

#define H HEADER_22 "\n"
static const struct refusal refusals[] = {
    {"", "1: the file ends within"},
    {"graph_iter", "1: the file ends within"},
    {"graph_iter,dispatch_key\n", "1: column 3: dispatch_id is missing"},
    {"time,dispatch_key\n", "1: column 1: 'time' stands where graph_iter belongs"},
    {HEADER_22 "\r\n", "1: column 22: 'total_latency_us\r' stands where"},
    {HEADER_22 ",\n", "1: column 23: '' is no name"},
    {HEADER_22 ",run_us\n", "1: column 23: 'run_us' is there twice"},
    {HEADER_22 ",cpu,x,cpu\n", "1: column 25: 'cpu' is there twice"},
    {HEADER_22 ",x,x\n", "1: column 24: 'x' is there twice"},
    {HEADER_22 ",\"x\"\n", "1: column 23: '\"x\"' has a quote"},
    {H ROW_A, "2: the file ends within this line"},
    {H ROW_A "\n\n", "3: column dispatch_key: 1 fields where the header has 22"},
    {H "0,k\n", "2: column dispatch_id: 2 fields where the header has 22"},
    {H ROW_A ",9\n", "2: column behind the last: 23 fields where the header has 22"},
    {H "-1,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column graph_iter: '-1' is negative"},
    {H "0,,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column dispatch_key: '' is no key"},
    {H "0,\"k\",0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column dispatch_key: '\"k\"' has a quote"},
    {H "0,k,x,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column dispatch_id: 'x' is no integer"},
    {H "0,k,0,1.5,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column ordinal: '1.5' is no integer"},
    {H "0,k,0,1,,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column total: '' is no integer"},
    {H "0,k,0,1,1,j\t,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column job_name: 'j\t' has a control character"},
    {H "0,k,0,1,1,j,m\r,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column module_name: 'm\r' has a carriage return"},
    {H "0,k,0,1,1,j,m,,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column target: '' is no target"},
    {H "0,k,0,1,1,j,m,P,\x7f,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column vmfb_path: '\x7f' has a control character"},
    {H "0,k,0,1,1,j,m,P,,-1,0,0,0,0,0,0,0,0,0,0,0,0\n", "2: column planned_start_us: '-1' is negative"},
    {H "0,k,0,1,1,j,m,P,,0,+1,0,0,0,0,0,0,0,0,0,0,0\n", "2: column eligible_us: '+1' is no integer"},
    {H "0,k,0,1,1,j,m,P,,0,0,01,0,0,0,0,0,0,0,0,0,0\n", "2: column submit_us: '01' is no integer in its shortest form"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,-0,0,0,0,0,0,0,0,0,0\n", "2: column complete_us: '-0' is no integer in its shortest form"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0, 0,0,0,0,0,0,0,0,0\n", "2: column residency_us: ' 0' is no integer"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0x1,0,0,0,0,0,0,0\n", "2: column dep_slip_us: '0x1' is no integer"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,-5,0,0,0,0,0,0\n", "2: column planned_duration_us: '-5' is negative"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,1000000000000001,0,0,0,0,0\n", "2: column ready_us: '1000000000000001' is too large"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,99999999999999999999,0,0,0,0\n", "2: column start_us: '99999999999999999999' is too large"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,-1000000000000001,0,0,0\n", "2: column end_us: '-1000000000000001' is too large"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,-,0,0\n", "2: column queue_delay_us: '-' is no integer"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,1e3,0\n", "2: column run_us: '1e3' is no integer"},
    {H "0,k,0,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0 \n", "2: column total_latency_us: '0 ' is no integer"},
    {HEADER_22 ",t0_ns\n" ROW_A ",now\n", "2: column t0_ns: 'now' is no integer"},
    {HEADER_22 ",planned_start_ns\n" ROW_A ",500\n", "2: column planned_start_ns: '500' does not agree with the column in microseconds"},
    {HEADER_22 ",planned_duration_ns\n" ROW_A ",\n", "2: column planned_duration_ns: '' is no integer"},
    {HEADER_22 ",release_ns\n" ROW_A ",1.0\n", "2: column release_ns: '1.0' is no integer"},
    {HEADER_22 ",ready_ns\n" ROW_A ",-501\n", "2: column ready_ns: '-501' does not agree"},
    {HEADER_22 ",start_ns\n" ROW_A ",2499\n", "2: column start_ns: '2499' does not agree"},
    {HEADER_22 ",end_ns\n" ROW_A ",10500\n", "2: column end_ns: '10500' does not agree"},
    {HEADER_22 ",deadline_ns\n" ROW_A ",-\n", "2: column deadline_ns: '-' is no integer"},
    {HEADER_22 ",worker\n" ROW_A ",-1\n", "2: column worker: '-1' is negative"},
    {HEADER_22 ",worker\n" ROW_A ",4096\n", "2: column worker: '4096' is too large"},
    {HEADER_22 ",cpu\n" ROW_A ",2147483648\n", "2: column cpu: '2147483648' is too large"},
    {HEADER_22 ",worker_count\n" ROW_A ",two\n", "2: column worker_count: 'two' is no integer"},
    {HEADER_22 ",preemption_count\n" ROW_A ",-2\n", "2: column preemption_count: '-2' is negative"},
    {HEADER_22 ",state\n" ROW_A ",done\n", "2: column state: 'done' is none of the words"},
    {HEADER_22 ",state\n" ROW_A ",\n", "2: column state: '' is none of the words"},
    {HEADER_22 ",wake\n" ROW_A ",nap\n", "2: column wake: 'nap' is none of the words"},
    {HEADER_22 ",release_policy\n" ROW_A ",locked\n", "2: column release_policy: 'locked' is none of the words"},
    {HEADER_22 ",time_dep_mode\n" ROW_A ",firm\n", "2: column time_dep_mode: 'firm' is none of the words"},
    {HEADER_22 ",time_dependency\n" ROW_A ",\"\n", "2: column time_dependency: '\"' has a quote"},
    {HEADER_22 ",dependencies\n" ROW_A ",a||b\n", "2: column dependencies: 'a||b' has an empty key"},
    {HEADER_22 ",dependencies\n" ROW_A ",a|\n", "2: column dependencies: 'a|' has an empty key"},
    {HEADER_22 ",mine\n" ROW_A ",\"x\n", "2: column mine: '\"x' has a quote"},
};
#undef H

static void expect_refusal(const char *csv, const char *words) {
  struct rdo_table table;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  assert_int_equal(rdo_table_read_csv(&table, csv, strlen(csv), NULL, &diag), RONDO_INVALID_ARGUMENT);
  // Messages are one line: what is quoted may hold anything.
  char expected[512];
  size_t length = strlen(words);
  for (size_t i = 0; i <= length; ++i) expected[i] = words[i] != '\0' && ((unsigned char)words[i] < 0x20 || words[i] == 0x7F) ? '?' : words[i];
  if (strncmp(diag.message, expected, length) != 0) print_error("'%s' where '%s' is expected\n", diag.message, expected);
  assert_memory_equal(diag.message, expected, length);
  rdo_table_deinit(&table);
}

static void test_refusals(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; ++i) expect_refusal(refusals[i].csv, refusals[i].words);
}

static void test_names_the_file(void **state) {
  (void)state;
  struct rondo_trace_table *table;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  const char *csv = HEADER_22 "\n0,k\n";
  assert_int_equal(rdo_trace_table_parse(csv, strlen(csv), "dir/x.csv", NULL, &table, &diag), RONDO_INVALID_ARGUMENT);
  assert_null(table);
  assert_string_equal(diag.message, "dir/x.csv:2: column dispatch_id: 2 fields where the header has 22");
}

// Too many columns of somebody else's.
static void test_many_columns(void **state) {
  (void)state;
  char csv[4096];
  size_t size = (size_t)snprintf(csv, sizeof csv, "%s", HEADER_22);
  for (int i = 0; i < RDO_TABLE_EXTRA_COUNT_MAX; ++i) size += (size_t)snprintf(csv + size, sizeof csv - size, ",x%d", i);
  strcpy(csv + size, "\n");
  struct rondo_trace_table *table = parse_table(csv);
  assert_int_equal(table->table.extra_count, RDO_TABLE_EXTRA_COUNT_MAX);
  rondo_trace_table_release(&table);
  strcpy(csv + size, ",more\n");
  expect_refusal(csv, "1: column 87: 'more' is one unknown column too many");
}

// Limits: a key with too many meanings, and too many targets.
static void test_limits(void **state) {
  (void)state;
  static char csv[128 * 1024];
  size_t size = (size_t)snprintf(csv, sizeof csv, "%s\n", HEADER_22);
  for (int i = 0; i <= RDO_TABLE_SAME_KEY_COUNT_MAX; ++i)
    size += (size_t)snprintf(csv + size, sizeof csv - size, "0,k,%d,1,1,j,m,P,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", i);
  expect_refusal(csv, "66: column dispatch_key: 'k' has too many meanings");
  size = (size_t)snprintf(csv, sizeof csv, "%s\n", HEADER_22);
  for (int i = 0; i <= RDO_TABLE_TARGET_COUNT_MAX; ++i)
    size += (size_t)snprintf(csv + size, sizeof csv - size, "%d,k,0,1,1,j,m,P%d,,0,0,0,0,0,0,0,0,0,0,0,0,0\n", i, i);
  expect_refusal(csv, "1026: column target: 'P1024' is one target too many");
}

// Writing --------------------------------------------------------------------------------------------

// One rule for all times: what was equal or ordered in ns still is in us.
static void test_rounding(void **state) {
  (void)state;
  assert_int_equal(rdo_table_us(0), 0);
  assert_int_equal(rdo_table_us(499), 0);
  assert_int_equal(rdo_table_us(500), 1);
  assert_int_equal(rdo_table_us(1499), 1);
  assert_int_equal(rdo_table_us(-500), 0);
  assert_int_equal(rdo_table_us(-501), -1);
  assert_int_equal(rdo_table_us(-1500), -1);
  assert_int_equal(rdo_table_us(-1501), -2);
}

static void test_builder(void **state) {
  (void)state;
  struct rdo_table table;
  struct rdo_text_out out;
  rdo_table_init(&table);
  uint32_t target = add_target(&table, "CPU,E"), node = add_node(&table, "ctl", 0, RDO_PLAYED_RELEASE_LOCKED),
           next = add_node(&table, "ctl", 1, RDO_PLAYED_RELEASE_IMMEDIATE);
  assert_int_equal(rdo_table_reserve(&table, 2, NULL), RONDO_OK);
  struct rdo_table_row row = row_us(node, target, 3, 2000, 50, 2000, 2001, 2049);
  row.start_ns += 400;
  row.end_ns += 700;
  row.t0_ns = 123456789;
  row.deadline_ns = 2500000;
  row.worker = 1;
  row.cpu = 5;
  row.worker_count = 2;
  row.wake = RDO_PLAYED_WAKE_SPIN;
  append(&table, row);
  append(&table, row_us(next, target, 3, 2050, 50, 2050, 2051, 2099));
  begin_text(&out);
  rdo_table_write_csv(&table, &out);
  rdo_text_flush(&out);
  assert_non_null(strstr(
      text_sink.bytes,
      "\n3,ctl_dispatch_0,0,1,1,ctl,,CPU_E,,2000,2000,2001,2050,50,0,50,2000,2001,2050,1,49,50,123456789,2000000,50000,,2000000,2001400,"
      "2049700,2500000,1,5,2,0,completed,spin,phase_locked,hard,,,\n"
      "3,ctl_dispatch_1,1,1,1,ctl,,CPU_E,,2050,2050,2051,2099,49,0,50,2050,2051,2099,1,48,49,,2050000,50000,,2050000,2051000,2099000,,,,,0,"
      "completed,,immediate,hard,,ctl_dispatch_0,\n"));
  rdo_table_deinit(&table);
  // What we write we read, and write again.
  char *copy = strdup(text_sink.bytes);
  assert_non_null(copy);
  expect_round_trip(copy);
  free(copy);
}

static void test_append_refuses(void **state) {
  (void)state;
  struct rdo_table table;
  rdo_table_init(&table);
  uint32_t target = add_target(&table, "P"), node = add_node(&table, "a", 0, RDO_PLAYED_RELEASE_UNKNOWN);
  const struct rdo_table_row good = row_us(node, target, 0, 0, 1, 0, 1, 2);
  struct rdo_table_row bad[] = {good, good, good, good, good, good, good, good};
  bad[0].node = 1;
  bad[1].target = 1;
  bad[2].iteration = -1;
  bad[3].planned_start_ns = -1;
  bad[4].end_ns = RDO_TABLE_TIME_MAX_NS + 1;
  bad[5].state = RDO_PLAYED_STATE_COUNT;
  bad[6].file = 1000;
  bad[7].worker = -2;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) assert_int_equal(rdo_table_append(&table, &bad[i], NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(table.row_count, 0);
  append(&table, good);
  rdo_table_deinit(&table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_values),         cmocka_unit_test(test_same_key),
      cmocka_unit_test(test_refusals),   cmocka_unit_test(test_names_the_file), cmocka_unit_test(test_many_columns),
      cmocka_unit_test(test_rounding),   cmocka_unit_test(test_builder),        cmocka_unit_test(test_append_refuses),
      cmocka_unit_test(test_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
