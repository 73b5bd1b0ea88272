// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/margin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "task/executor.h"
#include "task/urgent.h"

enum { COUNT = 100 };
static const int64_t us = 1000;

// All but one of these late by `late_ns`, that one by `latest_ns`.
static int64_t margin_of(int64_t late_ns, int64_t latest_ns) {
  int64_t lates_ns[COUNT];
  for (int i = 0; i < COUNT; ++i) lates_ns[i] = i == COUNT / 3 ? latest_ns : late_ns;
  return rdo_margin_from(lates_ns, COUNT);
}

static void test_from(void **state) {
  (void)state;
  assert_int_equal(margin_of(120 * us, 120 * us), 180 * us);
  assert_int_equal(margin_of(120 * us, 30000 * us), 180 * us);  // an accident
  assert_int_equal(margin_of(101 * us, 101 * us), 160 * us);    // rounded up
  assert_int_equal(margin_of(10 * us, 20 * us), RDO_MARGIN_LEAST_NS);
  assert_int_equal(margin_of(0, 0), RDO_MARGIN_LEAST_NS);
  assert_int_equal(margin_of(300 * us, 300 * us), RDO_MARGIN_MOST_NS);
  assert_int_equal(margin_of(INT64_MAX, INT64_MAX), RDO_MARGIN_MOST_NS);
  const int64_t few[] = {100000, 100000, 100000};
  assert_int_equal(rdo_margin_from(few, 3), 0);
  assert_int_equal(rdo_margin_from(few, 0), 0);
}

static struct rdo_executor *create(bool is_played, int64_t margin_ns) {
  const struct rdo_executor_options options = {.worker_count = 2, .is_played = is_played, .margin_ns = margin_ns};
  struct rdo_executor *executor;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_executor_create(&options, &executor, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return executor;
}

static void assert_margins(struct rdo_executor *executor, int64_t margin_ns, int64_t guard_ns, int64_t gap_ns) {
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    assert_int_equal(executor->workers[i].margin_ns, margin_ns);
    assert_int_equal(executor->workers[i].guard_ns, guard_ns);
    assert_int_equal(executor->workers[i].urgent_gap_ns, gap_ns);
    assert_false(executor->workers[i].is_margin_measured);
  }
  rdo_executor_destroy(executor);
}

static void test_given(void **state) {
  (void)state;
  assert_margins(create(true, 0), RDO_MARGIN_DEFAULT_NS, RDO_GUARD_SLEEP_NS, RDO_URGENT_GAP_NS);
  assert_margins(create(true, 30 * us), 30 * us, RDO_GUARD_SLEEP_NS, RDO_URGENT_GAP_NS);
  // The guard comes before the worker's sleep ends, and the worker is of the real-time class half of the time at most.
  assert_margins(create(true, 1000 * us), 1000 * us, 1050 * us, 2500 * us);
  assert_margins(create(false, RDO_MARGIN_MEASURED), RDO_MARGIN_DEFAULT_NS, RDO_GUARD_SLEEP_NS, RDO_URGENT_GAP_NS);
}

// Whatever the machine shows: what cannot be measured is as it was.
static void test_measured(void **state) {
  (void)state;
  struct rdo_executor *executor = create(true, RDO_MARGIN_MEASURED);
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    const struct rdo_worker *worker = &executor->workers[i];
    assert_true(worker->margin_ns >= RDO_MARGIN_LEAST_NS && worker->margin_ns <= RDO_MARGIN_MOST_NS);
    assert_true(worker->is_margin_measured || worker->margin_ns == RDO_MARGIN_DEFAULT_NS);
    assert_true(worker->guard_ns > worker->margin_ns);
    assert_true(worker->urgent_gap_ns >= 2 * worker->margin_ns);
    assert_int_equal(rdo_atomic_load(&worker->is_urgent, rdo_acquire), 0);
  }
  rdo_executor_destroy(executor);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_from), cmocka_unit_test(test_given), cmocka_unit_test(test_measured)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
