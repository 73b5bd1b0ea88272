// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <pthread.h>
#include <pthreadpool.h>

#include "parallel.h"

static pthreadpool_t pool;
static pthread_barrier_t all_here;
static const int *worker_cpus;
static uint32_t call_flags, stages;
static uint64_t tile_steps;

// One item a thread, since none leaves before all have come.
static void pin_worker(void *user, size_t index) {
  (void)user;
  bench_pin(worker_cpus[index]);
  pthread_barrier_wait(&all_here);
}

static void run_item(void *user, size_t index) {
  (void)user;
  parallel_tile((uint32_t)index, tile_steps);
}

static void begin(const struct parallel_plan *plan) {
  pool = pthreadpool_create((size_t)plan->thread_count);
  BENCH_CHECK(pool != NULL && pthreadpool_get_threads_count(pool) == (size_t)plan->thread_count);
  call_flags = (uint32_t)plan->mode;
  worker_cpus = plan->cpus;
  pthread_barrier_init(&all_here, NULL, (unsigned)plan->thread_count);
  pthreadpool_parallelize_1d(pool, pin_worker, NULL, (size_t)plan->thread_count, call_flags);
  pthread_barrier_destroy(&all_here);
}

static void prepare(uint32_t stage_count, uint64_t steps) {
  stages = stage_count;
  tile_steps = steps;
}

static void run(void) {
  for (uint32_t i = 0; i < stages; ++i) pthreadpool_parallelize_1d(pool, run_item, NULL, PARALLEL_TILE_COUNT, call_flags);
}

static void end(void) { pthreadpool_destroy(pool); }

const struct parallel_system parallel_pthreadpool = {
    .settings = {{"pthreadpool", NULL, 0}, {"pthreadpool-yield", NULL, PTHREADPOOL_FLAG_YIELD_WORKERS}},
    .begin = begin,
    .prepare = prepare,
    .run = run,
    .end = end};
