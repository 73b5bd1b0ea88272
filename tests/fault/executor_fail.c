// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// An executor that cannot be made: the n-th allocation or the n-th thread fails, for n = 1, 2, ... until
// nothing is left to fail, or a CPU does not exist. Each time the cause comes back with words, no memory and
// no thread is left behind, and the next executor works.

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/watchdog.h"
#include "inject.h"
#include "machine/pin.h"
#include "task/executor.h"

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition)) stop(__LINE__, #condition);                                                  \
  } while (0)

static struct rondo_diag diag;

static void stop(int line, const char *condition) {
  fprintf(stderr, "%s:%d: not true: %s; failing %s %u%s: %s\n", __FILE__, line, condition,
          rdo_atomic_load(&inject.kinds, rdo_seq_cst) == INJECT_THREADS ? "thread" : "allocation", inject.target,
          inject.fails_from_on ? " and all after it" : "", diag.message);
  abort();
}

// What is left ---------------------------------------------------------------------------------------

static uint32_t count_threads(void) {
  int count = inject_count_entries("/proc/self/task");
  CHECK(count > 0);
  return (uint32_t)count;
}

static struct { uint32_t blocks, threads; } before;

static void note_before(void) {
  before.threads = count_threads();
  before.blocks = inject_live_blocks();
}

static void check_nothing_left(void) {
  CHECK(inject_live_blocks() == before.blocks);
  // A joined thread is in the list for a moment longer; the watchdog ends this if it stays there.
  while (count_threads() != before.threads) sched_yield();
  watchdog_tick();
}

// An executor that works -----------------------------------------------------------------------------

enum { WORKER_COUNT = 4 };

static rdo_atomic_u32 released_count;

static enum rdo_drain_result drain(struct rdo_process *process, struct rdo_worker *worker) {
  CHECK(worker->local_memory != NULL);
  memset(worker->local_memory, 1, worker->executor->local_memory_bytes);
  (void)process;
  return RDO_DRAIN_DONE;
}

static void release(struct rdo_process *process) {
  (void)process;
  rdo_atomic_add(&released_count, 1, rdo_seq_cst);
}

static const struct rdo_process_type type = {"fault", drain, NULL, release};

static void use_executor(struct rdo_executor *executor) {
  struct rdo_process processes[3 * WORKER_COUNT];
  rdo_atomic_store(&released_count, 0, rdo_seq_cst);
  for (int i = 0; i < 3 * WORKER_COUNT; ++i) {
    rdo_process_init(&processes[i], &type, executor, 1);
    rdo_process_resume(&processes[i]);
  }
  while (rdo_atomic_load(&released_count, rdo_seq_cst) != 3 * WORKER_COUNT) sched_yield();
}

// A seat needs local memory; without it there is no seat, and one the next time.
static void use_seat(struct rdo_executor *executor) {
  uint32_t failed_count = rdo_atomic_load(&inject.failed_count, rdo_seq_cst);
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  CHECK((seat != NULL) == (rdo_atomic_load(&inject.failed_count, rdo_seq_cst) == failed_count));
  CHECK(rdo_worker_current() == seat);
  if (seat == NULL) {
    inject_end();
    seat = rdo_executor_seat_acquire(executor);
    CHECK(seat != NULL);
  }
  rdo_executor_seat_return(seat);
}

static void ignore_stuck(void *user, int worker_id, const char *name, int64_t busy_ns) {
  (void)user;
  (void)worker_id;
  (void)name;
  (void)busy_ns;
}

// With a watchdog, which has memory and a thread too.
static const struct rdo_executor_options options = {
    .worker_count = WORKER_COUNT, .local_memory_bytes = 4096, .watchdog_ns = INT64_C(3600) * 1000000000, .stuck = ignore_stuck};

static void check_refusal(uint32_t kind, enum rondo_status status, struct rdo_executor *executor) {
  CHECK(status == RONDO_RESOURCE_EXHAUSTED);
  CHECK(executor == NULL && diag.status == status && diag.message_length > 0);
  if (kind != INJECT_THREADS) return;
  char words[128];
  if (inject.target <= WORKER_COUNT) snprintf(words, sizeof words, "cannot create worker %u: %s", inject.target - 1, strerror(EAGAIN));
  else snprintf(words, sizeof words, "cannot create the watchdog's thread: %s", strerror(EAGAIN));
  CHECK(strcmp(diag.message, words) == 0);
}

// Returns whether something was made to fail.
static bool fail_one(uint32_t kind, uint32_t target, bool fails_from_on) {
  struct rdo_executor *executor = (struct rdo_executor *)&inject;
  diag = (struct rondo_diag){.status = RONDO_OK};
  note_before();
  inject.target = target;
  inject.fails_from_on = fails_from_on;
  inject_begin(kind);
  enum rondo_status status = rdo_executor_create(&options, &executor, &diag);
  if (status == RONDO_OK) {
    // Without memory for its trace events a worker works all the same.
    CHECK(kind == INJECT_MEMORY || !inject_has_failed());
    use_seat(executor);
    inject_end();
    use_executor(executor);
    rdo_executor_destroy(executor);
  } else {
    CHECK(inject_has_failed());
    check_refusal(kind, status, executor);
  }
  inject_end();
  check_nothing_left();
  return inject_has_failed();
}

static void fail_each(uint32_t kind, const char *name) {
  for (int mode = 0; mode < 2; ++mode) {
    uint32_t count = 0;
    while (fail_one(kind, count + 1, mode == 1)) ++count;
    printf("%u %s failed%s\n", count, name, mode == 1 ? ", with all after each" : "");
    CHECK(count > WORKER_COUNT);
  }
}

// Without workers nothing would ever be done if those who wait could not get a seat.
static void keep_a_seat(void) {
  struct rdo_executor_options alone = options;
  struct rdo_executor *executor;
  alone.worker_count = 0;
  note_before();
  CHECK(rdo_executor_create(&alone, &executor, &diag) == RONDO_OK);
  inject.target = 1;
  inject.fails_from_on = true;
  inject_begin(INJECT_MEMORY);
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  inject_end();
  CHECK(seat != NULL);
  memset(seat->local_memory, 1, executor->local_memory_bytes);
  rdo_executor_seat_return(seat);
  rdo_executor_destroy(executor);
  check_nothing_left();
}

// One worker's CPU does not exist, the first's or the last's.
static void fail_cpu(void) {
  struct rdo_cpu_set cpus[WORKER_COUNT], allowed;
  CHECK(rdo_pin_allowed(&allowed, NULL) == RONDO_OK);
  int missing = -1;
  for (int cpu = 0; cpu < RDO_CPU_SET_BITS && missing < 0; ++cpu) {
    if (rdo_pin_refusal(NULL, cpu) == RDO_CPU_MISSING) missing = cpu;
  }
  if (missing < 0) return;
  for (int i = 0; i < WORKER_COUNT; ++i) {
    struct rdo_executor *executor = (struct rdo_executor *)&inject;
    for (int k = 0; k < WORKER_COUNT; ++k) cpus[k] = k == i ? rdo_cpu_set_one(missing) : allowed;
    struct rdo_executor_options pinned = options;
    pinned.worker_cpus = cpus;
    diag = (struct rondo_diag){.status = RONDO_OK};
    note_before();
    CHECK(rdo_executor_create(&pinned, &executor, &diag) == RONDO_NOT_FOUND);
    char words[64];
    snprintf(words, sizeof words, "CPU %d: this machine has no such CPU", missing);
    CHECK(executor == NULL && strstr(diag.message, words) != NULL);
    check_nothing_left();
    CHECK(rdo_executor_create(&pinned, &executor, NULL) == RONDO_NOT_FOUND);
    cpus[i] = rdo_cpu_set_none();
    CHECK(rdo_executor_create(&pinned, &executor, &diag) == RONDO_INVALID_ARGUMENT);
    check_nothing_left();
  }
  printf("CPU %d refused\n", missing);
}

int main(void) {
  watchdog_begin();
  // Once without a failure: what the C library allocates at its first use is not counted.
  (void)fail_one(INJECT_MEMORY, 0, false);
  fail_each(INJECT_MEMORY, "allocations");
  fail_each(INJECT_THREADS, "threads");
  keep_a_seat();
  fail_cpu();
  watchdog_end();
  return 0;
}
