// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The executor's watchdog. (The one of the tests, which all of them have, is in support/.)

#include "task/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "probe.h"

enum { LIMIT_NS = 20000000, WORKER_BASE = 40 };

// What it said last.
struct words {
  int worker_id;
  char name[32];
  int64_t busy_ns;
  long thread;
};

static struct {
  rdo_atomic_u32 count;
  pthread_mutex_t lock;  // what is read may be of a call that has gone on: nothing else orders that
  struct words words;    // lock: lock
} report = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void take_report(void *user, int worker_id, const char *name, int64_t busy_ns) {
  CHECK(user == &report);
  pthread_mutex_lock(&report.lock);
  report.words = (struct words){.worker_id = worker_id, .busy_ns = busy_ns, .thread = thread_id()};
  snprintf(report.words.name, sizeof report.words.name, "%s", name);
  pthread_mutex_unlock(&report.lock);
  count_up(&report.count);
}

static struct words words_said(void) {
  pthread_mutex_lock(&report.lock);
  struct words words = report.words;
  pthread_mutex_unlock(&report.lock);
  return words;
}

static const struct rdo_executor_options options = {
    .worker_count = 2, .worker_base = WORKER_BASE, .local_memory_bytes = 1, .watchdog_ns = LIMIT_NS, .stuck = take_report, .stuck_user = &report};

// What the caller of a kernel does around the call.
static void set_busy(struct rdo_worker *worker, const char *name) {
  rdo_atomic_store(&worker->busy_name, (void *)(uintptr_t)name, rdo_relaxed);
  rdo_atomic_add(&worker->busy_count, 1, rdo_relaxed);
}

static void pause_for(int64_t ns) {
  nanosleep(&(const struct timespec){.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)}, NULL);
}

// A call that takes too long, two short ones, and another that takes too long.
static enum rdo_drain_result drain_stuck(struct probe *probe, struct rdo_worker *worker) {
  static const char *const names[] = {"matmul", "relu", "relu", "softmax"};
  for (uint32_t i = 0; i < 4; ++i) {
    set_busy(worker, names[i]);
    if (i % 3 != 0) continue;
    await_count(&report.count, i == 0 ? 1 : 2);
    CHECK((uint32_t)words_said().worker_id == WORKER_BASE + worker->index);
    CHECK(strcmp(words_said().name, names[i]) == 0);
    CHECK(words_said().busy_ns >= LIMIT_NS);
    CHECK(words_said().thread != thread_id());
    if (i == 0) pause_for(4 * LIMIT_NS);  // said once for each call
    CHECK(count_of(&report.count) == (i == 0 ? 1 : 2));
  }
  set_busy(worker, NULL);
  return probe_end(probe);
}

static void test_stuck(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor_with(&options);
  struct probe probe;
  rdo_atomic_store(&report.count, 0, rdo_seq_cst);
  probe_init(&probe, executor, 1, drain_stuck);
  rdo_process_resume(&probe.process);
  await_release(&probe);
  // Donors run kernels, too.
  struct rdo_worker *seat = take_seat(executor);
  set_busy(seat, "donated");
  await_count(&report.count, 3);
  assert_int_equal(words_said().worker_id, -1);  // no worker: those of other executors may have the next numbers
  assert_string_equal(words_said().name, "donated");
  set_busy(seat, NULL);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static enum rdo_drain_result drain_short_calls(struct probe *probe, struct rdo_worker *worker) {
  for (int i = 0; i < 1000; ++i) set_busy(worker, "short");
  set_busy(worker, NULL);
  return count_up(&probe->ticket_count) < 200 ? RDO_DRAIN_MORE : probe_end(probe);
}

// Neither busy workers nor idle ones are stuck.
static void test_not_stuck(void **state) {
  (void)state;
  struct rdo_executor_options patient = options;
  patient.watchdog_ns = INT64_C(1000000000) * 30;  // longer than a loaded machine keeps a thread from running
  struct rdo_executor *executor = start_executor_with(&patient);
  struct probe probe;
  rdo_atomic_store(&report.count, 0, rdo_seq_cst);
  probe_init(&probe, executor, 1, drain_short_calls);
  rdo_process_resume(&probe.process);
  await_release(&probe);
  assert_int_equal(count_of(&report.count), 0);
  stop_executor(executor);  // at once: it does not wait for the next look
  executor = start_executor_with(&options);
  pause_for(4 * LIMIT_NS);  // nobody does anything
  assert_int_equal(count_of(&report.count), 0);
  stop_executor(executor);
}

static void test_nobody_to_tell(void **state) {
  (void)state;
  struct rdo_executor_options silent = options;
  struct rdo_executor *executor;
  struct rondo_diag diag = {.status = RONDO_OK};
  silent.stuck = NULL;
  assert_int_equal(rdo_executor_create(&silent, &executor, &diag), RONDO_INVALID_ARGUMENT);
  assert_null(executor);
  assert_string_equal(diag.message, "a watchdog needs somebody to tell");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stuck),
      cmocka_unit_test(test_not_stuck),
      cmocka_unit_test(test_nobody_to_tell),
  };
  return cmocka_run_group_tests(tests, begin_watching, end_watching);
}
