// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <omp.h>

#include "parallel.h"

enum { MODE_STATIC, MODE_DYNAMIC };

static int threads, mode;
static uint32_t stages;
static uint64_t tile_steps;

static void begin(const struct parallel_plan *plan) {
  threads = plan->thread_count;
  mode = plan->mode;
  omp_set_dynamic(0);
#pragma omp parallel num_threads(threads)
  bench_pin(plan->cpus[omp_get_thread_num()]);
}

static void prepare(uint32_t stage_count, uint64_t steps) {
  stages = stage_count;
  tile_steps = steps;
}

static void run_static(void) {
#pragma omp parallel for num_threads(threads) schedule(static)
  for (uint32_t i = 0; i < PARALLEL_TILE_COUNT; ++i) parallel_tile(i, tile_steps);
}

static void run_dynamic(void) {
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
  for (uint32_t i = 0; i < PARALLEL_TILE_COUNT; ++i) parallel_tile(i, tile_steps);
}

static void run(void) {
  for (uint32_t i = 0; i < stages; ++i) {
    if (mode == MODE_STATIC) run_static();
    else run_dynamic();
  }
}

static void end(void) {}

const struct parallel_system parallel_gomp = {
    .settings = {{"gomp-static", NULL, MODE_STATIC},
                 {"gomp-static-active", "OMP_WAIT_POLICY=active", MODE_STATIC},
                 {"gomp-static-passive", "OMP_WAIT_POLICY=passive", MODE_STATIC},
                 {"gomp-dynamic", NULL, MODE_DYNAMIC},
                 {"gomp-dynamic-active", "OMP_WAIT_POLICY=active", MODE_DYNAMIC},
                 {"gomp-dynamic-passive", "OMP_WAIT_POLICY=passive", MODE_DYNAMIC}},
    .begin = begin,
    .prepare = prepare,
    .run = run,
    .end = end};
