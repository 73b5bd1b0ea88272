// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// In which order the nodes of a lane run.

#include "policy_test.h"

struct runnable {
  struct rdo_policy_node node;
  int64_t expected_ns;
  uint64_t key;
};

static int compare_keys(const void *a, const void *b) {
  uint64_t x = ((const struct runnable *)a)->key, y = ((const struct runnable *)b)->key;
  return (x > y) - (x < y);
}

// Gives keys and sorts by them; they must all differ.
static void order_by(const char *name, struct runnable *nodes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    nodes[i].node.lane_ns = &nodes[i].expected_ns;
    nodes[i].key = key_of(name, &nodes[i].node);
  }
  qsort(nodes, count, sizeof *nodes, compare_keys);
  for (size_t i = 1; i < count; ++i) assert_true(nodes[i - 1].key != nodes[i].key);
}

static uint64_t next_random(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

enum { MANY = 3000 };

// Nodes with few different values, so that each level has many, from a sequence that crosses 2^16 or 2^24.
static void fill(struct runnable *nodes, uint64_t first_sequence, uint64_t *random) {
  for (size_t i = 0; i < MANY; ++i) {
    nodes[i] = (struct runnable){.node = plain_node(first_sequence + i, 1)};
    nodes[i].node.priority = (uint8_t)(next_random(random) % 4 * 85);
    nodes[i].node.deadline_ns = next_random(random) % 4 == 0 ? INT64_MAX : (int64_t)(next_random(random) % 8) * MS;
    nodes[i].expected_ns = (int64_t)(next_random(random) % 4) * 1000;
  }
}

static void test_fifo(void **state) {
  (void)state;
  static struct runnable nodes[MANY];
  uint64_t random = 1;
  fill(nodes, UINT64_C(0xFFFFFF00), &random);
  order_by("fifo", nodes, MANY);
  for (size_t i = 0; i < MANY; ++i) assert_int_equal(nodes[i].node.sequence, UINT64_C(0xFFFFFF00) + i);
}

static void test_priority(void **state) {
  (void)state;
  static const char *const names[] = {"priority", "dynamic"};
  for (size_t k = 0; k < COUNT_OF(names); ++k) {
    static struct runnable nodes[MANY];
    uint64_t random = 2;
    fill(nodes, UINT64_C(0xFFFFFF00), &random);
    order_by(names[k], nodes, MANY);
    for (size_t i = 1; i < MANY; ++i) {
      assert_true(nodes[i - 1].node.priority >= nodes[i].node.priority);
      if (nodes[i - 1].node.priority == nodes[i].node.priority) assert_true(nodes[i - 1].node.sequence < nodes[i].node.sequence);
    }
    assert_int_equal(nodes[0].node.priority, 255);
    assert_int_equal(nodes[MANY - 1].node.priority, 0);
  }
}

static void test_edf_order(void **state) {
  (void)state;
  static struct runnable nodes[MANY];
  uint64_t random = 3;
  fill(nodes, UINT64_C(0x10000), &random);
  order_by("edf", nodes, MANY);
  for (size_t i = 1; i < MANY; ++i) {
    assert_true(nodes[i - 1].node.deadline_ns <= nodes[i].node.deadline_ns);
    if (nodes[i - 1].node.deadline_ns == nodes[i].node.deadline_ns) assert_true(nodes[i - 1].node.sequence < nodes[i].node.sequence);
  }
  assert_int_equal(nodes[MANY - 1].node.deadline_ns, INT64_MAX);
}

// Deadlines that differ by 1.024 us or more are told apart, also after years; the priority says nothing.
static void test_edf_range(void **state) {
  (void)state;
  static const int64_t deadlines[] = {-5, 0, 1024, MS, INT64_C(1) << 56, (INT64_C(1) << 56) + 1024, INT64_MAX};
  for (size_t i = 1; i < COUNT_OF(deadlines); ++i) {
    struct rdo_policy_node sooner = plain_node(9, 1), later = plain_node(8, 1);
    sooner.deadline_ns = deadlines[i - 1];
    later.deadline_ns = deadlines[i];
    later.priority = 255;
    if (deadlines[i] == 0) later.sequence = 10;  // before the clock began is like its beginning
    assert_true(key_of("edf", &sooner) < key_of("edf", &later));
  }
}

static void test_shortest(void **state) {
  (void)state;
  static struct runnable nodes[MANY];
  uint64_t random = 4;
  fill(nodes, UINT64_C(0x1000000), &random);
  order_by("shortest", nodes, MANY);
  for (size_t i = 1; i < MANY; ++i) {
    int64_t before_ns = nodes[i - 1].expected_ns > 0 ? nodes[i - 1].expected_ns : INT64_MAX, ns = nodes[i].expected_ns > 0 ? nodes[i].expected_ns : INT64_MAX;
    assert_true(before_ns <= ns);
    if (before_ns == ns) assert_true(nodes[i - 1].node.sequence < nodes[i].node.sequence);
  }
  assert_int_equal(nodes[MANY - 1].expected_ns, 0);
}

// The time of the lane where it was placed counts, not another one's.
static void test_shortest_lane(void **state) {
  (void)state;
  static const int64_t first_ns[] = {500, 100}, second_ns[] = {300, 900};
  static const struct rdo_policy_lane lanes[] = {{1, 0, 0}, {1, 1, 5000}};
  struct rdo_policy_node first = plain_node(1, 2), second = plain_node(2, 2);
  first.lane_ns = first_ns;
  second.lane_ns = second_ns;
  assert_true(decide("shortest", &second, lanes, 2).key < decide("shortest", &first, lanes, 2).key);
}

// One machine, brute force ------------------------------------------------------------------------------

enum { JOBS_MAX = 6 };

struct task {
  int64_t release_ms, deadline_ms, length_ms;
};

static int64_t max_ms(int64_t a, int64_t b) { return a > b ? a : b; }

// Is there an order of the rest in which no deadline is missed? Without idling but for releases: that loses nothing.
static bool can_meet(const struct task *tasks, int count, unsigned done, int64_t now_ms) {
  if (done == (1U << count) - 1) return true;
  for (int i = 0; i < count; ++i) {
    if (done >> i & 1) continue;
    int64_t end_ms = max_ms(now_ms, tasks[i].release_ms) + tasks[i].length_ms;
    if (end_ms <= tasks[i].deadline_ms && can_meet(tasks, count, done | 1U << i, end_ms)) return true;
  }
  return false;
}

// Runs the tasks under a policy: whenever the machine is free, of what is released the smallest key. Does none miss?
static bool meets(const char *name, const struct task *tasks, int count) {
  unsigned done = 0;
  int64_t now_ms = 0;
  while (done != (1U << count) - 1) {
    int best = -1;
    uint64_t best_key = 0;
    int64_t next_ms = INT64_MAX;
    for (int i = 0; i < count; ++i) {
      if (done >> i & 1) continue;
      if (tasks[i].release_ms > now_ms) {
        if (tasks[i].release_ms < next_ms) next_ms = tasks[i].release_ms;
        continue;
      }
      int64_t expected_ns = tasks[i].length_ms * MS;
      struct rdo_policy_node node = plain_node((uint64_t)i, 1);
      node.deadline_ns = tasks[i].deadline_ms * MS;
      node.lane_ns = &expected_ns;
      uint64_t key = key_of(name, &node);
      if (best < 0 || key < best_key) {
        best = i;
        best_key = key;
      }
    }
    if (best < 0) {
      now_ms = next_ms;
      continue;
    }
    now_ms += tasks[best].length_ms;
    if (now_ms > tasks[best].deadline_ms) return false;
    done |= 1U << best;
  }
  return true;
}

// Without preemption earliest deadline first is optimal when all lengths are one, and when all releases are equal. Then it
// misses nothing whenever any order misses nothing. With both free it is not: the sets must show that, too.
static void test_edf_optimal(void **state) {
  (void)state;
  uint64_t random = 11;
  int feasible[3] = {0}, infeasible[3] = {0}, lost[3] = {0}, fifo_lost = 0;
  for (int round = 0; round < 6000; ++round) {
    struct task tasks[JOBS_MAX];
    int kind = round % 3, count = 2 + (int)(next_random(&random) % (JOBS_MAX - 1));
    for (int i = 0; i < count; ++i) {
      tasks[i].length_ms = kind == 0 ? 1 : 1 + (int64_t)(next_random(&random) % 4);
      tasks[i].release_ms = kind == 1 ? 3 : (int64_t)(next_random(&random) % 3);
      tasks[i].deadline_ms = tasks[i].release_ms + tasks[i].length_ms + (int64_t)(next_random(&random) % (kind == 0 ? 4 : 14));
    }
    if (!can_meet(tasks, count, 0, 0)) {
      ++infeasible[kind];
      assert_false(meets("edf", tasks, count));
      continue;
    }
    ++feasible[kind];
    lost[kind] += !meets("edf", tasks, count);
    fifo_lost += kind != 2 && !meets("fifo", tasks, count);
  }
  for (int kind = 0; kind < 3; ++kind) assert_true(feasible[kind] > 200 && infeasible[kind] > 200);
  assert_int_equal(lost[0], 0);
  assert_int_equal(lost[1], 0);
  assert_true(lost[2] > 0);
  assert_true(fifo_lost > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_fifo),      cmocka_unit_test(test_priority), cmocka_unit_test(test_edf_order),
                                     cmocka_unit_test(test_edf_range), cmocka_unit_test(test_shortest), cmocka_unit_test(test_shortest_lane),
                                     cmocka_unit_test(test_edf_optimal)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
