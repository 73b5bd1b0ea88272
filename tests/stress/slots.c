// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(slot): producers put processes with a budget above 1 into the compute slots, more than there are, and
// every process is poisoned and freed, or becomes another one, right in its release. Workers drain them
// together; donors come and go, and in some rounds only look. Every tile of a process runs once, never more
// drainers than its budget, complete and release once and in this order, and nobody is inside after release.

#include <pthread.h>
#include <sched.h>

#include "../support/watchdog.h"
#include "base/object.h"
#include "stress.h"
#include "task/executor.h"

enum { PRODUCER_COUNT = 3, DONOR_COUNT = 3, TASKS_PER_PRODUCER = 300, IN_FLIGHT_MAX = 3 * RDO_SLOT_COUNT, TILES_MAX = 24, WORKERS_MAX = 6 };

enum { ALIVE = 0x600D, POISON = 0xDD };

struct task {
  struct rdo_process process;
  uint32_t mark;  // ALIVE, from init to release
  uint32_t tile_count;
  bool is_failing;
  bool is_staged;        // the second half comes after the first
  rdo_atomic_u32 limit;  // tiles that may be claimed: half of them, until that half is done
  rdo_atomic_u32 inside, claimed_count, done_count, complete_count;
  uint32_t tiles[TILES_MAX];  // not atomic: whoever claimed a tile has it alone
};

// What becomes of a process' memory; const in a round.
static bool is_recycling;
static struct rdo_executor *executor;
static rdo_atomic_u32 in_flight_count, released_count, failed_count, producers_left;

// Memory of released tasks, by single cells: whoever exchanges one has it.
static rdo_atomic_ptr spare_tasks[IN_FLIGHT_MAX];

static struct task *acquire_task(uint64_t *random) {
  struct task *task = NULL;
  for (uint32_t i = 0, first = stress_below(random, IN_FLIGHT_MAX); i < IN_FLIGHT_MAX && task == NULL; ++i) {
    task = rdo_atomic_exchange(&spare_tasks[(first + i) % IN_FLIGHT_MAX], NULL, rdo_acq_rel);
  }
  if (task == NULL) task = malloc(sizeof *task);
  STRESS_CHECK(task != NULL);
  return task;
}

static void release_memory(struct task *task) {
  memset((void *)task, POISON, sizeof *task);
  for (uint32_t i = 0; i < IN_FLIGHT_MAX && is_recycling && task != NULL; ++i) {
    void *expected = NULL;
    if (rdo_atomic_cas(&spare_tasks[i], &expected, task, rdo_acq_rel, rdo_acquire)) task = NULL;
  }
  free(task);
}

// The next tile, or -1.
static int claim_tile(struct task *task) {
  uint32_t claimed = rdo_atomic_load(&task->claimed_count, rdo_relaxed);  // relaxed: hint
  do {
    if (claimed >= rdo_atomic_load(&task->limit, rdo_acquire)) return -1;  // pairs with the store of the limit
  } while (!rdo_atomic_cas_weak(&task->claimed_count, &claimed, claimed + 1, rdo_relaxed, rdo_relaxed));  // relaxed: a claim orders nothing
  return (int)claimed;
}

static void run_tile(struct task *task, uint32_t tile) {
  uint32_t half = task->tile_count / 2;
  for (uint32_t i = 0; tile >= half && i < half && task->is_staged; ++i) STRESS_CHECK(task->tiles[i] == i + 1);
  STRESS_CHECK(task->tiles[tile] == 0);
  task->tiles[tile] = tile + 1;
  if (task->is_failing && tile == half) (void)rdo_process_fail(&task->process, RONDO_ABORTED);
}

static enum rdo_drain_result drain_tiles(struct task *task) {
  STRESS_CHECK(task->mark == ALIVE);
  int tile = claim_tile(task);
  if (tile < 0) return RDO_DRAIN_IDLE;
  run_tile(task, (uint32_t)tile);
  uint32_t done_count = rdo_atomic_add(&task->done_count, 1, rdo_acq_rel) + 1;  // acq_rel: the last one sees all tiles
  if (done_count == task->tile_count) return RDO_DRAIN_DONE;
  if (task->is_staged && done_count == task->tile_count / 2) {
    rdo_atomic_store(&task->limit, task->tile_count, rdo_release);
    // This drainer comes back; the others have gone to sleep or will.
    uint32_t count = task->tile_count - done_count;
    rdo_process_announce(&task->process, (count < task->process.budget ? count : task->process.budget) - 1);
  }
  return RDO_DRAIN_MORE;
}

static enum rdo_drain_result drain_task(struct rdo_process *process, struct rdo_worker *worker) {
  struct task *task = RDO_CONTAINER(process, struct task, process);
  STRESS_CHECK(rdo_worker_current() == worker && worker->executor == executor);
  // relaxed: counter
  STRESS_CHECK(rdo_atomic_add(&task->inside, 1, rdo_relaxed) < process->budget);
  enum rdo_drain_result result = drain_tiles(task);
  rdo_atomic_sub(&task->inside, 1, rdo_relaxed);  // relaxed: counter
  return result;
}

static void complete_task(struct rdo_process *process, enum rondo_status status) {
  struct task *task = RDO_CONTAINER(process, struct task, process);
  STRESS_CHECK(task->mark == ALIVE);
  STRESS_CHECK(status == (task->is_failing ? RONDO_ABORTED : RONDO_OK));
  STRESS_CHECK(rdo_atomic_add(&task->complete_count, 1, rdo_relaxed) == 0);  // relaxed: ordered by SYNC(slot)
  for (uint32_t i = 0; i < task->tile_count; ++i) STRESS_CHECK(task->tiles[i] == i + 1);
  if (status != RONDO_OK) rdo_atomic_add(&failed_count, 1, rdo_relaxed);  // relaxed: counter
}

static void release_task(struct rdo_process *process) {
  struct task *task = RDO_CONTAINER(process, struct task, process);
  STRESS_CHECK(task->mark == ALIVE);
  STRESS_CHECK(rdo_atomic_load(&task->inside, rdo_relaxed) == 0);          // relaxed: ordered by SYNC(slot)
  STRESS_CHECK(rdo_atomic_load(&task->complete_count, rdo_relaxed) == 1);  // relaxed: ordered by SYNC(slot)
  release_memory(task);
  rdo_atomic_add(&released_count, 1, rdo_acq_rel);
  rdo_atomic_sub(&in_flight_count, 1, rdo_acq_rel);
}

static const struct rdo_process_type task_type = {"task", drain_task, complete_task, release_task};

static void put_task(uint64_t *random) {
  struct task *task = acquire_task(random);
  memset((void *)task, 0, sizeof *task);
  task->mark = ALIVE;
  task->tile_count = 1 + stress_below(random, TILES_MAX);
  task->is_failing = stress_below(random, 10) == 0;
  task->is_staged = task->tile_count > 1 && stress_below(random, 2) == 0;
  rdo_atomic_init(&task->limit, task->is_staged ? task->tile_count / 2 : task->tile_count);
  rdo_atomic_init(&task->inside, 0);
  rdo_atomic_init(&task->claimed_count, 0);
  rdo_atomic_init(&task->done_count, 0);
  rdo_atomic_init(&task->complete_count, 0);
  rdo_process_init(&task->process, &task_type, executor, 2 + stress_below(random, 5));
  rdo_process_resume(&task->process);  // it may be gone when this returns
}

static void *produce(void *user) {
  uint64_t random = *(const uint64_t *)user;
  for (uint32_t i = 0; i < TASKS_PER_PRODUCER; ++i) {
    while (rdo_atomic_load(&in_flight_count, rdo_acquire) >= IN_FLIGHT_MAX) sched_yield();
    rdo_atomic_add(&in_flight_count, 1, rdo_acq_rel);
    put_task(&random);
    // Now and then until all are idle, so that the next one has to wake them.
    while (i % 64 == 0 && rdo_atomic_load(&in_flight_count, rdo_acquire) != 0) sched_yield();
  }
  rdo_atomic_sub(&producers_left, 1, rdo_acq_rel);
  rdo_executor_ring_bell(executor);
  return NULL;
}

// Whether a donor wants a process: as dice fall. The process must be there to be looked at.
static bool is_wanted(const struct rdo_process *process, void *user) {
  const struct task *task = RDO_CONTAINER(process, const struct task, process);
  STRESS_CHECK(task->mark == ALIVE && process->type == &task_type);
  uint32_t dice = stress_below(user, 4);
  if (dice == 0) sched_yield();
  return dice >= 2;
}

static bool is_over(void) {
  return rdo_atomic_load(&producers_left, rdo_acquire) == 0 && rdo_atomic_load(&in_flight_count, rdo_acquire) == 0;
}

// Beside workers: takes a seat, looks or drains a few times, goes away.
static void donate_a_little(uint64_t *random) {
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  STRESS_CHECK(seat != NULL);
  for (uint32_t i = stress_below(random, 8); i > 0; --i) {
    if (stress_below(random, 4) == 0) {
      (void)rdo_worker_pump(seat);
    } else {
      (void)rdo_worker_visit_slots(seat, is_wanted, random);
    }
  }
  rdo_executor_seat_return(seat);
  sched_yield();
}

// Without workers: donors drain everything, and sleep on the bell while there is nothing.
static void donate_all(uint64_t *random) {
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  STRESS_CHECK(seat != NULL);
  for (uint32_t left = 200; left > 0 && !is_over(); --left) {
    uint32_t heard = rdo_executor_bell(executor);
    if (rdo_worker_pump(seat) || is_over()) continue;
    if (stress_below(random, 4) == 0) break;
    rdo_executor_wait_bell(executor, heard, INT64_MAX);
  }
  rdo_executor_seat_return(seat);
}

static void *donate(void *user) {
  uint64_t random = *(const uint64_t *)user;
  while (!is_over()) {
    if (executor->worker_count == 0) {
      donate_all(&random);
    } else {
      donate_a_little(&random);
    }
  }
  rdo_executor_ring_bell(executor);  // the others may sleep
  return NULL;
}

static void run_round(uint64_t random) {
  enum { THREAD_COUNT = PRODUCER_COUNT + DONOR_COUNT };
  pthread_t threads[THREAD_COUNT];
  uint64_t seeds[THREAD_COUNT];
  uint32_t worker_count = stress_below(&random, WORKERS_MAX + 1);
  bool has_donors = worker_count == 0 || stress_below(&random, 2) == 0;
  const struct rdo_executor_options options = {
      .worker_count = worker_count, .spin_ns = stress_below(&random, 2) == 0 ? 0 : 5000, .local_memory_bytes = 1};
  is_recycling = stress_below(&random, 2) == 0;
  STRESS_CHECK(rdo_executor_create(&options, &executor, NULL) == RONDO_OK);
  watchdog_watch(executor);
  rdo_atomic_init(&in_flight_count, 0);
  rdo_atomic_init(&released_count, 0);
  rdo_atomic_init(&producers_left, PRODUCER_COUNT);
  uint32_t thread_count = has_donors ? THREAD_COUNT : PRODUCER_COUNT;
  for (uint32_t i = 0; i < thread_count; ++i) {
    seeds[i] = stress_random(&random);
    STRESS_CHECK(pthread_create(&threads[i], NULL, i < PRODUCER_COUNT ? produce : donate, &seeds[i]) == 0);
  }
  for (uint32_t i = 0; i < thread_count; ++i) pthread_join(threads[i], NULL);
  while (!is_over()) sched_yield();
  STRESS_CHECK(rdo_atomic_load(&released_count, rdo_acquire) == PRODUCER_COUNT * TASKS_PER_PRODUCER);
  watchdog_watch(NULL);
  rdo_executor_destroy(executor);  // with whatever a worker is still doing after the last release
  for (uint32_t i = 0; i < IN_FLIGHT_MAX; ++i) free(rdo_atomic_exchange(&spare_tasks[i], NULL, rdo_acq_rel));
  watchdog_tick();
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  uint64_t seed;
  watchdog_begin();
  while (stress_next(&stress, &seed)) run_round(seed);
  watchdog_end();
  return 0;
}
