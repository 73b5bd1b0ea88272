// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/hazard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NODES_MAX = 64, ACCESSES_MAX = 256 };

static struct rdo_hazard_node nodes[NODES_MAX];
static struct rdo_access accesses[ACCESSES_MAX];
static uint32_t node_count, access_count;
static struct rdo_arena arena;
static struct rdo_hazard_edges edges;
static char memory[4096];

static void clear(void) {
  rdo_arena_deinit(&arena);
  arena = (struct rdo_arena){0};
  node_count = access_count = 0;
}

static void add_node(uint32_t recording, uint32_t region) {
  nodes[node_count++] = (struct rdo_hazard_node){recording, region, access_count, 0};
}

// The newest node touches bytes of `memory`.
static void touch(uint64_t offset, uint64_t length, bool is_written) {
  accesses[access_count++] = (struct rdo_access){.root = memory, .offset = offset, .length = length, .is_written = is_written};
  ++nodes[node_count - 1].access_count;
}

static void build(void) {
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_hazard_edges_build(nodes, node_count, accesses, &arena, &edges, &diag), RONDO_OK);
}

// "0 1" and the like.
static void expect(uint32_t node, const char *expected) {
  char text[256] = "";
  for (uint32_t i = edges.begins[node], length = 0; i < edges.begins[node + 1]; ++i) {
    length += (uint32_t)snprintf(text + length, sizeof text - length, length > 0 ? " %u" : "%u", edges.predecessors[i]);
  }
  assert_string_equal(text, expected);
}

static void test_accesses(void **state) {
  (void)state;
  struct rdo_access read = {.root = memory, .offset = 10, .length = 10}, write = {.root = memory, .offset = 19, .length = 1, .is_written = true};
  assert_false(rdo_access_conflicts(&read, &read));
  assert_true(rdo_access_conflicts(&read, &write));
  assert_true(rdo_access_conflicts(&write, &read));
  assert_true(rdo_access_conflicts(&write, &write));
  write.offset = 20;
  assert_false(rdo_access_conflicts(&read, &write));
  write.offset = 9;
  assert_false(rdo_access_conflicts(&read, &write));
  write.length = 2;
  assert_true(rdo_access_conflicts(&read, &write));
  write.length = 0;
  assert_false(rdo_access_conflicts(&read, &write));
  write.length = UINT64_MAX;
  assert_true(rdo_access_conflicts(&read, &write));
  // Of another owner, but at the same place.
  write = (struct rdo_access){.root = memory + 1, .offset = 10, .length = 10, .is_written = true};
  assert_false(rdo_access_conflicts(&read, &write));
  read.address = 0x1000;
  assert_false(rdo_access_conflicts(&read, &write));
  write.address = 0x1009;
  assert_true(rdo_access_conflicts(&read, &write));
  write.address = 0x100A;
  assert_false(rdo_access_conflicts(&read, &write));
  // What nobody knows touches nothing.
  read = (struct rdo_access){.is_written = true};
  assert_false(rdo_access_conflicts(&read, &read));
}

// Read after write, write after read, write after write: each kind alone is a dependency.
static void test_kinds(void **state) {
  (void)state;
  for (int kind = 0; kind < 4; ++kind) {
    clear();
    add_node(0, 0);
    touch(0, 8, kind == 0 || kind == 2);
    add_node(0, 1);
    touch(4, 8, kind == 1 || kind == 2);
    build();
    expect(0, "");
    expect(1, kind == 3 ? "" : "0");
  }
}

// Barriers alone order nothing, and what is side by side stays so, whatever it touches.
static void test_regions(void **state) {
  (void)state;
  clear();
  add_node(0, 0);
  touch(0, 8, true);
  add_node(0, 0);
  touch(0, 8, true);
  add_node(0, 1);
  touch(8, 8, true);
  add_node(0, 2);
  touch(0, 4, false);
  touch(12, 4, false);
  build();
  expect(1, "");
  expect(2, "");
  expect(3, "0 1 2");
}

// An edge that follows from others is left out, also over several regions; one that does not is kept.
static void test_reduction(void **state) {
  (void)state;
  clear();
  add_node(0, 0);
  touch(0, 8, true);
  add_node(0, 1);
  touch(0, 8, true);
  add_node(0, 2);
  touch(16, 8, true);
  add_node(0, 3);
  touch(0, 8, true);
  add_node(0, 4);
  touch(0, 8, false);
  touch(16, 8, false);
  build();
  expect(1, "0");
  expect(2, "");
  expect(3, "1");
  expect(4, "2 3");
}

// The first of a later recording wait for all that nothing waits for in the one before; an empty recording between is none.
static void test_recordings(void **state) {
  (void)state;
  clear();
  add_node(0, 0);
  touch(0, 8, true);
  add_node(0, 1);
  touch(0, 8, true);
  add_node(0, 1);
  touch(100, 8, true);
  add_node(2, 0);
  touch(200, 8, true);
  add_node(2, 1);
  touch(300, 8, true);
  add_node(2, 2);
  touch(200, 8, true);
  add_node(3, 0);
  build();
  expect(1, "0");
  expect(2, "");
  expect(3, "1 2");
  expect(4, "1 2");
  expect(5, "3");
  expect(6, "4 5");
}

// Against the definition: the order is that of all conflicts in different regions, and no edge follows from the others.
static void test_random(void **state) {
  (void)state;
  uint32_t seed = 5;
  for (int round = 0; round < 200; ++round) {
    bool before[NODES_MAX][NODES_MAX] = {{false}}, reached[NODES_MAX][NODES_MAX] = {{false}};
    clear();
    uint32_t region = 0;
    for (uint32_t i = 0; i < NODES_MAX; ++i) {
      seed = seed * 1664525u + 1013904223u;
      region += seed >> 30 != 0;
      add_node(0, region);
      for (uint32_t k = 0; k < 1 + (seed >> 20 & 1); ++k) {
        seed = seed * 1664525u + 1013904223u;
        touch(seed >> 26, 1 + (seed >> 22 & 7), (seed >> 8 & 3) == 0);
      }
    }
    build();
    for (uint32_t j = 0; j < NODES_MAX; ++j) {
      for (uint32_t i = 0; i < j; ++i) {
        if (nodes[i].region == nodes[j].region) continue;
        for (uint32_t a = 0; a < nodes[i].access_count; ++a) {
          for (uint32_t b = 0; b < nodes[j].access_count; ++b) {
            before[i][j] |= rdo_access_conflicts(&accesses[nodes[i].access_begin + a], &accesses[nodes[j].access_begin + b]);
          }
        }
      }
    }
    for (uint32_t j = 0; j < NODES_MAX; ++j) {  // what comes before each, by the definition
      for (uint32_t i = j; i-- > 0;) {
        for (uint32_t m = i + 1; m < j && !before[i][j]; ++m) before[i][j] = before[i][m] && before[m][j];
      }
    }
    for (uint32_t j = 0; j < NODES_MAX; ++j) {  // and by the edges
      for (uint32_t e = edges.begins[j]; e < edges.begins[j + 1]; ++e) {
        uint32_t p = edges.predecessors[e];
        assert_true(e == edges.begins[j] || edges.predecessors[e - 1] < p);
        for (uint32_t i = 0; i < p; ++i) reached[i][j] |= reached[i][p];
        reached[p][j] = true;
      }
      for (uint32_t e = edges.begins[j]; e < edges.begins[j + 1]; ++e) {
        for (uint32_t f = edges.begins[j]; f < edges.begins[j + 1]; ++f) assert_false(reached[edges.predecessors[e]][edges.predecessors[f]]);
      }
    }
    assert_memory_equal(before, reached, sizeof before);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_accesses),  cmocka_unit_test(test_kinds),      cmocka_unit_test(test_regions),
                                     cmocka_unit_test(test_reduction), cmocka_unit_test(test_recordings), cmocka_unit_test(test_random)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  clear();
  return failed;
}
