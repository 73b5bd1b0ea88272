// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/urgency.h"

enum { COUNT = 40 };

struct graph {
  uint32_t successors[COUNT][COUNT], counts[COUNT];
};

static struct rdo_urgency_successors successors_of(const void *user, uint32_t node) {
  const struct graph *graph = user;
  return (struct rdo_urgency_successors){graph->successors[node], graph->counts[node]};
}

static uint64_t next_random(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static void test_chain(void **state) {
  (void)state;
  const struct graph chain = {.successors = {{1}, {2}, {0}}, .counts = {1, 1, 0}};
  const uint32_t order[] = {0, 1, 2, 3};
  struct rdo_urgency urgencies[] = {{10, INT64_MAX}, {5, 300}, {200, 500}, {255, 1}};
  rdo_urgency_inherit(urgencies, order, 4, successors_of, &chain);
  assert_int_equal(urgencies[0].priority, 200);
  assert_int_equal(urgencies[0].deadline_ns, 300);
  assert_int_equal(urgencies[1].priority, 200);
  assert_int_equal(urgencies[1].deadline_ns, 300);
  assert_int_equal(urgencies[2].priority, 200);  // what it waits for is nothing to it
  assert_int_equal(urgencies[2].deadline_ns, 500);
  assert_int_equal(urgencies[3].priority, 255);
}

// What each inherits is the most urgent of all that can be reached from it.
static void test_random(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    struct graph graph = {.counts = {0}};
    bool reaches[COUNT][COUNT] = {{false}};
    struct rdo_urgency own[COUNT], urgencies[COUNT];
    uint32_t order[COUNT];
    uint64_t random = seed;
    for (uint32_t i = 0; i < COUNT; ++i) {
      order[i] = (i * 7 + 3) % COUNT;  // any numbering, edges along it
      own[i] = (struct rdo_urgency){(uint8_t)(next_random(&random) % 256), next_random(&random) % 4 == 0 ? INT64_MAX : (int64_t)next_random(&random)};
    }
    for (uint32_t i = COUNT; i > 0; --i) {
      uint32_t from = order[i - 1];
      reaches[from][from] = true;
      for (uint32_t k = i; k < COUNT; ++k) {
        if (next_random(&random) % 12 != 0) continue;
        graph.successors[from][graph.counts[from]++] = order[k];
        for (uint32_t n = 0; n < COUNT; ++n) reaches[from][n] |= reaches[order[k]][n];
      }
    }
    memcpy(urgencies, own, sizeof own);
    rdo_urgency_inherit(urgencies, order, COUNT, successors_of, &graph);
    for (uint32_t i = 0; i < COUNT; ++i) {
      struct rdo_urgency most = own[i];
      for (uint32_t n = 0; n < COUNT; ++n) {
        if (reaches[i][n] && own[n].priority > most.priority) most.priority = own[n].priority;
        if (reaches[i][n] && own[n].deadline_ns < most.deadline_ns) most.deadline_ns = own[n].deadline_ns;
      }
      assert_int_equal(urgencies[i].priority, most.priority);
      assert_int_equal(urgencies[i].deadline_ns, most.deadline_ns);
    }
  }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chain),
      cmocka_unit_test(test_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
