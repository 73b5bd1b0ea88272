// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The real path: a recording, submitted to local-task and waited for by the caller, who drains along in the place of
// the worker on its CPU. A stage is a dispatch, barriers stand between them. As many workers as threads: the caller's
// takes its CPU only while nobody waits.

#include "base/clock.h"
#include "fake_executable.h"
#include "hal/device.h"
#include "parallel.h"

static struct rdo_device *device;
static struct fake_executable *fake;
static struct rdo_recording *recording;
static struct rdo_semaphore *timeline;
static uint64_t timeline_value;
static uint64_t tile_steps;

static int run_tile(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *dispatch,
                    const struct rdo_workgroup_state *workgroup) {
  (void)environment, (void)dispatch;
  parallel_tile(workgroup->workgroup_id_x, tile_steps);
  return 0;
}

static void begin(const struct parallel_plan *plan) {
  struct rdo_cpu_set cpus[BENCH_CPUS_MAX];
  for (int i = 0; i < plan->thread_count; ++i) cpus[i] = rdo_cpu_set_one(plan->cpus[i]);
  const struct rdo_executor_options queue = {.worker_count = (uint32_t)plan->thread_count, .worker_cpus = cpus, .spin_ns = plan->spin_ns};
  const struct rdo_device_options options = {.name = "local-task", .queues = &queue, .queue_count = 1};
  BENCH_CHECK(rdo_device_create(&options, &device, NULL) == RONDO_OK);
  fake = fake_executable_create();
  fake_executable_add(fake, "tile", run_tile, 0, 0);
  struct rdo_fence *fence;
  BENCH_CHECK(rdo_fence_create(&fence, NULL) == RONDO_OK);  // for its timeline
  timeline = fence->points[0].semaphore;
  rdo_object_retain(&timeline->object);
  rdo_object_release(&fence->object);
}

static void record(uint32_t stage_count) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {PARALLEL_TILE_COUNT, 1, 1}};
  BENCH_CHECK(rdo_recording_create(0, 0, &recording, NULL) == RONDO_OK);
  for (uint32_t i = 0; i < stage_count; ++i) {
    uint32_t *constants;
    struct rdo_buffer_ref *bindings;
    if (i != 0) BENCH_CHECK(rdo_recording_barrier(recording, NULL) == RONDO_OK);
    BENCH_CHECK(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL) == RONDO_OK);
    rdo_recording_complete(recording);
  }
  BENCH_CHECK(rdo_recording_finalize(recording, NULL) == RONDO_OK);
}

static void prepare(uint32_t stage_count, uint64_t steps) {
  if (recording != NULL) rdo_object_release(&recording->object);
  record(stage_count);
  tile_steps = steps;
}

static void run(void) {
  struct rdo_fence *fence;
  BENCH_CHECK(rdo_fence_create_at(timeline, ++timeline_value, &fence, NULL) == RONDO_OK);
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .signal = fence, .recording = recording};
  BENCH_CHECK(rdo_device_submit_held(device, &operation, NULL) == RONDO_OK);
  BENCH_CHECK(rdo_device_wait(device, fence, RDO_DEADLINE_NONE) == RONDO_OK);
  rdo_object_release(&fence->object);
}

static void end(void) {
  rdo_object_release(&recording->object);
  rdo_device_close(device);
  rdo_object_release(&device->object);
  rdo_object_release(&timeline->object);
  rdo_object_release(&fake->executable.object);
}

const struct parallel_system parallel_rondo = {.settings = {{"rondo", NULL, 0}}, .begin = begin, .prepare = prepare, .run = run, .end = end};
