// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/timer_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

// The heap beside a plain array: what comes out is what a search of the array finds.
enum { TIMER_COUNT = 200 };

static struct rdo_timer timers[TIMER_COUNT];
static bool is_in[TIMER_COUNT];

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

static int find_earliest(void) {
  int found = -1;
  for (int i = 0; i < TIMER_COUNT; ++i) {
    if (!is_in[i]) continue;
    if (found < 0 || timers[i].deadline_ns < timers[found].deadline_ns ||
        (timers[i].deadline_ns == timers[found].deadline_ns && timers[i].sequence < timers[found].sequence)) {
      found = i;
    }
  }
  return found;
}

static void expect_earliest(const struct rdo_timer_heap *heap) {
  int earliest = find_earliest();
  if (earliest < 0) {
    assert_null(heap->first);
  } else {
    assert_ptr_equal(heap->first, &timers[earliest]);
  }
}

static void test_random_order(void **state) {
  (void)state;
  struct rdo_timer_heap heap = {.first = NULL};
  uint32_t random = 1;
  for (int step = 0; step < 20000; ++step) {
    uint32_t i = next_random(&random) % TIMER_COUNT;
    if (!is_in[i]) {
      rdo_timer_heap_insert(&heap, &timers[i], (int64_t)(next_random(&random) % 50));
      is_in[i] = true;
    } else if (next_random(&random) % 3 == 0) {
      rdo_timer_heap_remove(&heap, &timers[i]);
      is_in[i] = false;
    } else {
      int earliest = find_earliest();
      rdo_timer_heap_remove(&heap, heap.first);
      is_in[earliest] = false;
    }
    expect_earliest(&heap);
  }
  for (int earliest; (earliest = find_earliest()) >= 0;) {
    assert_ptr_equal(heap.first, &timers[earliest]);
    rdo_timer_heap_remove(&heap, heap.first);
    is_in[earliest] = false;
  }
  assert_null(heap.first);
}

static void test_equal_deadlines_keep_their_order(void **state) {
  (void)state;
  struct rdo_timer_heap heap = {.first = NULL};
  for (int i = 0; i < TIMER_COUNT; ++i) rdo_timer_heap_insert(&heap, &timers[i], 5);
  for (int i = 0; i < TIMER_COUNT; ++i) {
    assert_ptr_equal(heap.first, &timers[i]);
    rdo_timer_heap_remove(&heap, heap.first);
  }
  assert_null(heap.first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_order),
      cmocka_unit_test(test_equal_deadlines_keep_their_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
