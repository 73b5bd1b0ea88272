// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Nodes that are free to choose their lane, and more of them than there is room for: on a virtual clock, of a graph without a file.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/futex.h"
#include "play/node.h"
#include "trace/trace_table.h"
#include "virtual_clock.h"

enum { NODES_MAX = 512, LANES_MAX = 8, SEED_COUNT = 5 };
static const int64_t us = 1000;

static struct rdo_node nodes[NODES_MAX];
static struct rdo_node_lane lanes[LANES_MAX];
static struct rdo_node_graph graph;
static uint32_t gate_successors[NODES_MAX];
static rdo_atomic_u32 over;

static void note_over(struct rdo_node_graph *ended) {
  (void)ended;
  rdo_atomic_add(&over, 1, rdo_seq_cst);
  rdo_futex_wake_all(&over);
}

//   worker_counts  [lane_count]; no two lanes share a worker
static void begin_graph(uint64_t seed, const char *policy, uint32_t lane_count, const uint32_t *worker_counts) {
  static const char *const names[LANES_MAX] = {"L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7"};
  struct rdo_lane executor_lanes[LANES_MAX] = {{{0}}};
  struct rondo_diag diag = {.status = RONDO_OK};
  uint32_t worker_count = 0;
  memset(nodes, 0, sizeof nodes);
  memset(lanes, 0, sizeof lanes);
  graph = (struct rdo_node_graph){.policy = rdo_policy_find(policy), .lanes = lanes, .lane_count = lane_count, .nodes = nodes, .over = note_over};
  for (uint32_t i = 0; i < lane_count; ++i) {
    lanes[i].name = names[i];
    for (uint32_t k = 0; k < worker_counts[i]; ++k, ++worker_count) {
      lanes[i].workers[lanes[i].worker_count++] = (uint16_t)worker_count;
      executor_lanes[i].workers[0] |= UINT64_C(1) << worker_count;
    }
  }
  rdo_atomic_init(&over, 0);
  rdo_atomic_init(&graph.is_stopping, 0);
  virtual_clock_begin(seed);
  const struct rdo_executor_options options = {.worker_count = worker_count, .spin_ns = 20 * us, .is_played = true, .lanes = executor_lanes, .lane_count = lane_count};
  if (rdo_executor_create(&options, &graph.executor, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

// A node; the first one is the gate, which all later ones that say so wait for.
static struct rdo_node *add_node(int64_t duration_ns, uint64_t allowed_lanes, bool is_behind_gate) {
  uint32_t index = graph.node_count++;
  struct rdo_node *node = &nodes[index];
  assert_true(index < NODES_MAX);
  node->graph = &graph;
  node->body = &rdo_node_synthetic;
  node->lanes = allowed_lanes;
  node->planned_lane = RDO_POLICY_NONE;
  node->width_max = 1;
  node->duration_ns = duration_ns;
  node->deadline_ns = INT64_MAX;
  node->urgency = (struct rdo_urgency){64, INT64_MAX};
  if (!is_behind_gate) return node;
  gate_successors[nodes[0].successor_count++] = index;
  nodes[0].successors = gate_successors;
  node->predecessor_count = 1;
  return node;
}

static void report_finding(void *user, const struct rondo_trace_finding *finding) {
  (void)user;
  fprintf(stderr, "%s: %s\n", finding->rule_name, finding->message);
}

static int64_t start_of(const struct rdo_node *node) { return rdo_atomic_load(&node->start_ns, rdo_relaxed) - graph.begin_ns; }  // relaxed: it is over
static int64_t end_of(const struct rdo_node *node) { return node->end_ns - graph.begin_ns; }

static void check_trace(void) {
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_table table;
  struct rondo_trace_table *played;
  const struct rondo_trace_finder finder = {report_finding, NULL};
  uint64_t finding_count;
  rdo_table_init(&table);
  for (uint32_t i = 0; i < graph.lane_count; ++i) {
    uint32_t target;
    assert_int_equal(rdo_table_add_target(&table, lanes[i].name, &target, &diag), RONDO_OK);
  }
  assert_int_equal(rdo_table_reserve(&table, graph.node_count, &diag), RONDO_OK);
  for (uint32_t i = 0; i < graph.node_count; ++i) {
    char key[16];
    static const char *const gate[] = {"n0"};
    snprintf(key, sizeof key, "n%u", i);
    const struct rdo_node_facts facts = {.key = key, .id = i, .job = "one", .dependencies = gate, .dependency_count = nodes[i].predecessor_count};
    struct rdo_table_row row = rdo_table_row();
    assert_int_equal(rdo_table_add_node(&table, &facts, &row.node, &diag), RONDO_OK);
    row.target = nodes[i].lane;
    row.planned_duration_ns = nodes[i].duration_ns;
    row.t0_ns = graph.begin_ns;
    row.ready_ns = nodes[i].predecessor_count == 0 ? 0 : end_of(&nodes[0]);
    row.start_ns = start_of(&nodes[i]);
    row.end_ns = end_of(&nodes[i]);
    row.worker = (int32_t)nodes[i].worker;
    row.worker_count = 1;
    assert_int_equal(rdo_table_append(&table, &row, &diag), RONDO_OK);
  }
  assert_int_equal(rdo_trace_table_create(&table, &played, &diag), RONDO_OK);
  assert_int_equal(rondo_trace_table_check(played, &finder, &finding_count, &diag), RONDO_OK);
  assert_int_equal(finding_count, 0);
  rondo_trace_table_release(&played);
}

static void play_graph(void) {
  rdo_node_graph_begin(&graph, 0, rdo_clock_now_ns() + 1000 * us);
  while (rdo_atomic_load(&over, rdo_seq_cst) == 0) rdo_futex_wait(&over, 0, INT64_MAX);
  rdo_executor_destroy(graph.executor);
  virtual_clock_end();
  check_trace();
}

static const uint32_t ones[LANES_MAX] = {1, 1, 1, 1, 1, 1, 1, 1};

// Eight single workers, all busy: four nodes that may run anywhere go to the four that have the least to do, wherever those are.
static void test_least_loaded(void **state) {
  (void)state;
  static const char *const policies[] = {"dynamic", "fifo", "priority", "edf", "shortest"};
  if (LANES_MAX > (int)RDO_SLOT_COUNT) skip();  // a hostile build: some of those that were to be busy wait for a slot
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      uint64_t taken = 0;
      begin_graph(seed, policies[p], 8, ones);
      add_node(50 * us, UINT64_C(1) << 7, false);
      static const int load_us[LANES_MAX] = {200, 2000, 200, 2000, 200, 2000, 2000, 100};
      for (uint32_t i = 0; i < 8; ++i) add_node(load_us[i] * us, UINT64_C(1) << i, false);
      for (int i = 0; i < 4; ++i) add_node(800 * us, 0xFF, true);
      play_graph();
      for (int i = 0; i < 4; ++i) taken |= UINT64_C(1) << nodes[9 + i].lane;
      assert_int_equal(taken, 0x95);  // 10010101
    }
  }
}

// Far more nodes than slots, all at once: none is lost, none runs twice, and the worker is never without one.
static void test_crowd(void **state) {
  (void)state;
  enum { COUNT = 300 };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    begin_graph(seed, "fifo", 1, ones);
    add_node(50 * us, 1, false);
    for (int i = 0; i < COUNT; ++i) add_node(10 * us, 1, true);
    play_graph();
    for (int i = 0; i < COUNT; ++i) assert_int_equal(start_of(&nodes[i + 1]), (50 + 10 * i) * us);
  }
}

// Never more of a lane's nodes at once than it has workers, and never fewer while there are any.
static void test_limit(void **state) {
  (void)state;
  enum { COUNT = 60, WORKERS = 3 };
  static const uint32_t three[1] = {WORKERS};
  if (WORKERS > (int)RDO_SLOT_COUNT) skip();  // a hostile build
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    begin_graph(seed, "dynamic", 1, three);
    add_node(50 * us, 1, false);
    for (int i = 0; i < COUNT; ++i) add_node(100 * us, 1, true);
    play_graph();
    for (int i = 0; i < COUNT; ++i) {
      int at_once = 0;
      for (int k = 0; k < COUNT; ++k) at_once += start_of(&nodes[k + 1]) <= start_of(&nodes[i + 1]) && start_of(&nodes[i + 1]) < end_of(&nodes[k + 1]);
      assert_int_equal(at_once, WORKERS);
    }
    assert_int_equal(virtual_clock_now_ns() - graph.begin_ns, (50 + 100 * COUNT / WORKERS) * us);
  }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_least_loaded),
      cmocka_unit_test(test_crowd),
      cmocka_unit_test(test_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
