// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <oneapi/tbb.h>

#include <memory>

#include "parallel.h"

namespace {

enum { MODE_AUTO, MODE_STATIC, MODE_SIMPLE };

int thread_count, mode;
const int *cpus;
uint32_t stages;
uint64_t tile_steps;

// Pins each thread as it comes in; the caller is thread 0.
class Pinner : public tbb::task_scheduler_observer {
 public:
  Pinner() { observe(true); }
  ~Pinner() override { observe(false); }
  void on_scheduler_entry(bool) override { bench_pin(cpus[tbb::this_task_arena::current_thread_index() % thread_count]); }
};

std::unique_ptr<tbb::global_control> limit;
std::unique_ptr<Pinner> pinner;

void run_stage() {
  const auto run_range = [](const tbb::blocked_range<uint32_t> &range) {
    for (uint32_t i = range.begin(); i != range.end(); ++i) parallel_tile(i, tile_steps);
  };
  const tbb::blocked_range<uint32_t> tiles(0, PARALLEL_TILE_COUNT, 1);
  switch (mode) {
    case MODE_AUTO: tbb::parallel_for(tiles, run_range, tbb::auto_partitioner()); break;
    case MODE_STATIC: tbb::parallel_for(tiles, run_range, tbb::static_partitioner()); break;
    default: tbb::parallel_for(tiles, run_range, tbb::simple_partitioner()); break;
  }
}

void begin(const struct parallel_plan *plan) {
  thread_count = plan->thread_count;
  cpus = plan->cpus;
  mode = plan->mode;
  limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(thread_count));
  pinner = std::make_unique<Pinner>();
}

void prepare(uint32_t stage_count, uint64_t steps) {
  stages = stage_count;
  tile_steps = steps;
}

void run() {
  for (uint32_t i = 0; i < stages; ++i) run_stage();
}

void end() {
  pinner.reset();
  limit.reset();
}

}  // namespace

extern "C" const struct parallel_system parallel_tbb = {
    {{"tbb", nullptr, MODE_AUTO}, {"tbb-static", nullptr, MODE_STATIC}, {"tbb-simple", nullptr, MODE_SIMPLE}}, begin, prepare, run, end};
