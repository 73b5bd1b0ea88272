// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_executable.h"
#include "hal/recording.h"

static struct rondo_diag diag;
static struct rdo_recording *recording;
static struct fake_executable *fake;
static int64_t plain_id, bound_id, sequential_id;

static void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

static int do_nothing(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)state;
  (void)workgroup;
  return 0;
}

static int begin(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  fake = fake_executable_create();
  plain_id = fake_executable_add(fake, "plain", do_nothing, 0, 0);
  bound_id = fake_executable_add(fake, "bound", do_nothing, 0, 3);
  sequential_id = fake_executable_add(fake, "sequential", do_nothing, 0, 0);
  fake->attrs[sequential_id].flags = RDO_DISPATCH_FLAG_SEQUENTIAL;
  expect_ok(rdo_recording_create(0, 1, &recording, NULL));
  return 0;
}

static int finish(void **state) {
  (void)state;
  rdo_object_release(&recording->object);
  rdo_object_release(&fake->executable.object);
  return 0;
}

static void add_dispatch(int64_t id, uint32_t x, uint32_t y, uint32_t z, const struct rdo_buffer_ref *indirect) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = id, .workgroup_count = {x, y, z}, .workgroup_ref = indirect,
                                         .binding_count = fake->attrs[id].binding_count};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  rdo_recording_complete(recording);
}

static void add_plain(uint32_t tile_count) { add_dispatch(plain_id, tile_count, 1, 1, NULL); }

static void add_plains(uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) add_plain(1);
}

static void add_fill(void) {
  const struct rdo_buffer_ref ref = {.slot = 0, .length = 4};
  expect_ok(rdo_recording_fill(recording, &ref, 0, 4, &diag));
}

static void barrier(void) { expect_ok(rdo_recording_barrier(recording, &diag)); }

static const struct rdo_graph *finalize(void) {
  expect_ok(rdo_recording_finalize(recording, &diag));
  return &recording->graph;
}

// What holds of every graph: edges and counts agree, and a node waits for all commands of the regions before
// its own and for nothing else.
static void check_graph(const struct rdo_graph *graph) {
  uint32_t edge_count = 0, incoming[4096] = {0};
  assert_true(graph->node_count <= 4096);
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_graph_node *node = &graph->nodes[i];
    edge_count += node->successor_count;
    assert_true(node->successor_begin + node->successor_count <= graph->successor_count);
    for (uint32_t k = 0; k < node->successor_count; ++k) ++incoming[graph->successors[node->successor_begin + k]];
  }
  assert_int_equal(edge_count, graph->successor_count);
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    assert_int_equal(incoming[i], graph->nodes[i].predecessor_count);
    assert_int_equal(graph->nodes[i].predecessor_count == 0, i < graph->root_count);
    assert_int_equal(rdo_atomic_load(&graph->work_ns[i], rdo_relaxed), 0);  // relaxed: one thread
  }
  // Takes nodes whose predecessors are done, the last one first: regions must come out whole and in order.
  uint32_t stack[4096], depth = 0, region = 0, done_count = 0;
  for (uint32_t i = 0; i < graph->root_count; ++i) stack[depth++] = i;
  while (depth != 0) {
    const struct rdo_graph_node *node = &graph->nodes[stack[--depth]];
    ++done_count;
    if (node->command != NULL) {
      assert_true(node->command->region == region || node->command->region == region + 1);
      region = node->command->region;
    }
    for (uint32_t k = 0; k < node->successor_count; ++k) {
      uint32_t successor = graph->successors[node->successor_begin + k];
      if (--incoming[successor] == 0) stack[depth++] = successor;
    }
  }
  assert_int_equal(done_count, graph->node_count);
}

static void expect_graph(uint32_t node_count, uint32_t root_count, uint32_t successor_count, uint32_t width) {
  const struct rdo_graph *graph = finalize();
  check_graph(graph);
  assert_int_equal(graph->node_count, node_count);
  assert_int_equal(graph->root_count, root_count);
  assert_int_equal(graph->successor_count, successor_count);
  assert_int_equal(graph->width, width);
}

// Edges -------------------------------------------------------------------------------------------------

static void test_empty(void **state) {
  (void)state;
  expect_graph(0, 0, 0, 0);
}

static void test_only_barriers(void **state) {
  (void)state;
  for (int i = 0; i < 5; ++i) barrier();
  expect_graph(0, 0, 0, 0);
}

static void test_one_region(void **state) {
  (void)state;
  add_plains(5);
  add_fill();
  expect_graph(6, 6, 0, 6);
}

static void test_chain(void **state) {
  (void)state;
  for (int i = 0; i < 100; ++i) {
    add_fill();
    barrier();
  }
  expect_graph(100, 1, 99, 1);
  for (uint32_t i = 0; i + 1 < 100; ++i) {
    assert_int_equal(recording->graph.nodes[i].successor_count, 1);
    assert_int_equal(recording->graph.successors[recording->graph.nodes[i].successor_begin], i + 1);
  }
}

// One and several need no join between them, in either order.
static void test_one_and_several(void **state) {
  (void)state;
  add_plain(1);
  barrier();
  add_plains(7);
  barrier();
  add_plain(1);
  expect_graph(9, 1, 14, 7);
  assert_int_equal(recording->graph.nodes[0].successor_count, 7);
  assert_int_equal(recording->graph.nodes[8].predecessor_count, 7);
}

static void test_join(void **state) {
  (void)state;
  add_plains(3);
  barrier();
  add_plains(4);
  expect_graph(8, 3, 7, 4);
  const struct rdo_graph_node *join = &recording->graph.nodes[7];
  assert_null(join->command);
  assert_int_equal(join->tile_count, 0);
  assert_int_equal(join->predecessor_count, 3);
  assert_int_equal(join->successor_count, 4);
  for (uint32_t i = 0; i < 3; ++i) assert_int_equal(recording->graph.nodes[i].successor_count, 1);
  for (uint32_t i = 3; i < 7; ++i) assert_int_equal(recording->graph.nodes[i].predecessor_count, 1);
}

// Edges are as many as commands, not as their products.
static void test_wide_regions(void **state) {
  (void)state;
  for (int i = 0; i < 4; ++i) {
    add_plains(300);
    barrier();
  }
  expect_graph(1200 + 3, 300, 3 * 600, 300);
}

// Barriers at the ends and in numbers.
static void test_empty_regions(void **state) {
  (void)state;
  barrier();
  barrier();
  add_plains(2);
  barrier();
  barrier();
  barrier();
  add_plain(1);
  barrier();
  expect_graph(3, 2, 2, 2);
}

// Over many blocks of text: nodes are the commands in their order.
static void test_blocks(void **state) {
  (void)state;
  uint32_t counts[] = {1, 40, 3, 90, 1, 1, 200, 2, 500, 1}, total = 0;
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    for (uint32_t k = 0; k < counts[i]; ++k) add_dispatch(k % 2 == 0 ? bound_id : plain_id, ++total, 1, 1, NULL);
    barrier();
  }
  const struct rdo_graph *graph = finalize();
  check_graph(graph);
  uint32_t binding_count = 0;
  for (uint32_t i = 0; i < total; ++i) {
    const struct rdo_command_dispatch *dispatch = (const struct rdo_command_dispatch *)(const void *)graph->nodes[i].command;
    assert_int_equal(dispatch->workgroup_count[0], i + 1);
    assert_int_equal(graph->nodes[i].tile_count, i + 1);
    assert_int_equal(graph->nodes[i].binding_begin, binding_count);
    assert_int_equal(graph->nodes[i].command->ordinal, i);
    binding_count += dispatch->binding_count;
  }
  assert_int_equal(graph->binding_count, binding_count);
}

static void test_random(void **state) {
  (void)state;
  uint64_t random = 1;
  for (uint32_t round = 0; round < 200; ++round) {
    uint32_t region_count = 1 + round % 12;
    for (uint32_t r = 0; r < region_count; ++r) {
      random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
      add_plains((uint32_t)(random >> 33) % 6);
      barrier();
    }
    check_graph(finalize());
    rdo_object_release(&recording->object);
    expect_ok(rdo_recording_create(0, 1, &recording, NULL));
  }
}

// Tiles and widths --------------------------------------------------------------------------------------

static void test_tile_counts(void **state) {
  (void)state;
  const struct rdo_buffer_ref ref = {.slot = 0, .length = 12};
  add_dispatch(plain_id, 3, 4, 5, NULL);
  add_dispatch(plain_id, 7, 0, 2, NULL);
  add_dispatch(sequential_id, 100, 100, 1, NULL);
  add_fill();
  add_dispatch(plain_id, UINT32_MAX, 1, 1, NULL);
  add_dispatch(plain_id, UINT32_MAX, 2, 1, NULL);
  add_dispatch(plain_id, UINT32_MAX, UINT32_MAX, 65535, NULL);
  add_dispatch(plain_id, 0, 0, 0, &ref);
  add_dispatch(sequential_id, 0, 0, 0, &ref);
  const uint32_t counts[] = {60, 0, 1, 1, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, 1};
  const struct rdo_graph *graph = finalize();
  check_graph(graph);
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) assert_int_equal(graph->nodes[i].tile_count, counts[i]);
  assert_int_equal(graph->width, UINT32_MAX);
}

// The widest region counts, all that stands side by side in it together.
static void test_width(void **state) {
  (void)state;
  add_plain(10);
  barrier();
  add_plain(4);
  add_plain(5);
  add_fill();
  add_fill();
  add_dispatch(sequential_id, 1000, 1, 1, NULL);
  barrier();
  add_plain(3);
  expect_graph(7, 1, 5 + 5, 12);
}

static void test_width_saturates(void **state) {
  (void)state;
  add_plain(UINT32_MAX - 1);
  add_plain(1);
  add_plain(1);
  add_plain(UINT32_MAX - 1);
  expect_graph(4, 4, 0, UINT32_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_empty),
      TEST(test_only_barriers),
      TEST(test_one_region),
      TEST(test_chain),
      TEST(test_one_and_several),
      TEST(test_join),
      TEST(test_wide_regions),
      TEST(test_empty_regions),
      TEST(test_blocks),
      TEST(test_random),
      TEST(test_tile_counts),
      TEST(test_width),
      TEST(test_width_saturates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
