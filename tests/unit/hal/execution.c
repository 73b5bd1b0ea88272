// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/execution.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/futex.h"
#include "fake_executable.h"

enum { WORKERS_MAX = 8, STAGES_MAX = 40, LANES_MAX = 4, TILES_MAX = 600 };

static struct rondo_diag diag;
static struct fake_executable *fake;
static struct rdo_recording *recording;
static struct rdo_executor *executor;

static void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

// What runs ---------------------------------------------------------------------------------------------
// A dispatch is named by its stage and lane, constants of the kernel. Dispatches of one stage are lanes of one
// region.

static struct {
  rdo_atomic_u32 run_counts[STAGES_MAX][LANES_MAX][TILES_MAX];
  rdo_atomic_u32 ended_count[STAGES_MAX];  // tiles
  uint32_t tile_count[STAGES_MAX];         // of all lanes together
  rdo_atomic_u32 mistake_count;
  rdo_atomic_u32 inside_count, inside_count_max;
  uint32_t failing_stage, failing_tile;    // UINT32_MAX = none
  uint32_t skipped_from;                   // stages from here on must not run
  void (*in_tile)(void);                   // runs in the middle of each tile, may be NULL
} work;

static void mistake(const char *what, uint32_t stage, uint32_t tile) {
  if (rdo_atomic_add(&work.mistake_count, 1, rdo_relaxed) < 5) fprintf(stderr, "stage %u tile %u: %s\n", stage, tile, what);  // relaxed: counter
}

static int run_tile(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  uint32_t stage = state->constants[0], lane = state->constants[1];
  uint32_t tile = (workgroup->workgroup_id_z * state->workgroup_count_y + workgroup->workgroup_id_y) * state->workgroup_count_x + workgroup->workgroup_id_x;
  // All tiles of all stages before have ended. Relaxed: a missing happens-before is what the thread sanitizer is
  // to find, in the array that the tiles write.
  for (uint32_t s = 0; s < stage; ++s) {
    uint32_t ended_count = rdo_atomic_load(&work.ended_count[s], rdo_relaxed);  // relaxed: ordered by SYNC(tiles)
    if (ended_count != work.tile_count[s]) mistake("began before an earlier stage ended", stage, tile);
  }
  if (stage >= work.skipped_from) mistake("ran behind a failure", stage, tile);
  uint32_t inside = rdo_atomic_add(&work.inside_count, 1, rdo_relaxed) + 1;  // relaxed: counter
  uint32_t most = rdo_atomic_load(&work.inside_count_max, rdo_relaxed);      // relaxed: counter
  while (most < inside && !rdo_atomic_cas_weak(&work.inside_count_max, &most, inside, rdo_relaxed, rdo_relaxed)) {  // relaxed: counter
  }
  if (work.in_tile != NULL) work.in_tile();
  if (rdo_atomic_add(&work.run_counts[stage][lane][tile], 1, rdo_relaxed) != 0) mistake("ran twice", stage, tile);  // relaxed: counter
  if (state->binding_count != 0) {
    uint32_t *words = state->binding_ptrs[0];
    // Written by the stage before, all of it.
    if (stage != 0 && words[tile % 16] != stage - 1) mistake("does not see what the stage before wrote", stage, tile);
    if (tile < 16 && lane == 0) ((uint32_t *)state->binding_ptrs[1])[tile] = stage;
  }
  rdo_atomic_sub(&work.inside_count, 1, rdo_relaxed);         // relaxed: counter
  rdo_atomic_add(&work.ended_count[stage], 1, rdo_relaxed);   // relaxed: ordered by SYNC(tiles)
  return stage == work.failing_stage && tile == work.failing_tile ? 9 : 0;
}

static void forget_work(void) {
  for (uint32_t s = 0; s < STAGES_MAX; ++s) {
    rdo_atomic_init(&work.ended_count[s], 0);
    for (uint32_t l = 0; l < LANES_MAX; ++l) {
      for (uint32_t t = 0; t < TILES_MAX; ++t) rdo_atomic_init(&work.run_counts[s][l][t], 0);
    }
  }
  rdo_atomic_init(&work.mistake_count, 0);
  rdo_atomic_init(&work.inside_count, 0);
  rdo_atomic_init(&work.inside_count_max, 0);
  work.failing_stage = work.failing_tile = work.skipped_from = UINT32_MAX;
  work.in_tile = NULL;
}

static int begin(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  memset(work.tile_count, 0, sizeof work.tile_count);
  forget_work();
  fake = fake_executable_create();
  fake_executable_add(fake, "tile", run_tile, 2, 0);
  fake_executable_add(fake, "bound tile", run_tile, 2, 2);
  expect_ok(rdo_recording_create(0, 2, &recording, NULL));
  executor = NULL;
  return 0;
}

static int finish(void **state) {
  (void)state;
  rdo_executor_destroy(executor);
  rdo_object_release(&recording->object);
  uint32_t holds = rdo_atomic_load(&fake->executable.object.ref_count, rdo_acquire);
  rdo_object_release(&fake->executable.object);
  return holds != 1;
}

static void renew_recording(void) {
  rdo_object_release(&recording->object);
  memset(work.tile_count, 0, sizeof work.tile_count);
  expect_ok(rdo_recording_create(0, 2, &recording, NULL));
}

static void make_executor(uint32_t worker_count, bool is_stepped) {
  rdo_executor_destroy(executor);
  struct rdo_executor_options options = {.worker_count = worker_count, .is_stepped = is_stepped};
#ifndef RDO_HOSTILE
  if (!is_stepped) options.spin_ns = 20000;
#endif
  expect_ok(rdo_executor_create(&options, &executor, &diag));
}

static void add_dispatch(uint32_t stage, uint32_t lane, uint32_t x, uint32_t y, uint32_t z) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {x, y, z}, .constant_count = 2};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  constants[0] = stage;
  constants[1] = lane;
  work.tile_count[stage] += x * y * z;
  rdo_recording_complete(recording);
}

static void barrier(void) { expect_ok(rdo_recording_barrier(recording, &diag)); }
static void finalize(void) { expect_ok(rdo_recording_finalize(recording, &diag)); }

// One run -----------------------------------------------------------------------------------------------

struct run {
  struct rdo_process process;
  struct rdo_execution execution;
  enum rondo_status status;
  uint32_t complete_count;
  rdo_atomic_u32 is_released;  // futex word
};

static enum rdo_drain_result drain(struct rdo_process *process, struct rdo_worker *worker) {
  return rdo_execution_drain(&RDO_CONTAINER(process, struct run, process)->execution, worker);
}

static void complete(struct rdo_process *process, enum rondo_status status) {
  struct run *run = RDO_CONTAINER(process, struct run, process);
  run->status = status;
  ++run->complete_count;
}

static void release(struct rdo_process *process) {
  struct run *run = RDO_CONTAINER(process, struct run, process);
  rdo_atomic_store(&run->is_released, 1, rdo_seq_cst);
  rdo_futex_wake_all(&run->is_released);
}

static const struct rdo_process_type run_type = {"run", drain, complete, release};

// The execution's arrays stay from one run to the next, as those of a submission do.
static struct run run;

static bool start(const struct rdo_buffer_ref *entries, uint32_t count, uint32_t budget) {
  const struct rdo_binding_table table = {entries, count};
  run.status = RONDO_OK;
  run.complete_count = 0;
  rdo_atomic_init(&run.is_released, 0);
  expect_ok(rdo_execution_bind(&run.execution, recording, &table, false, budget, &diag));
  rdo_process_init(&run.process, &run_type, executor, budget);
  if (!rdo_execution_begin(&run.execution, &run.process)) {
    run.status = rdo_process_status(&run.process);
    return false;
  }
  rdo_process_resume(&run.process);
  return true;
}

static void wait_for_release(void) {
  int64_t end_ns = rdo_clock_now_ns() + INT64_C(60000000000);
  while (rdo_atomic_load(&run.is_released, rdo_acquire) == 0) {
    rdo_futex_wait(&run.is_released, 0, end_ns);
    if (rdo_clock_now_ns() < end_ns) continue;
    rdo_executor_dump(executor, stderr);
    fail_msg("nothing happens any more");
  }
  assert_int_equal(run.complete_count, 1);
}

static void expect_work_done(uint32_t stage_count) {
  assert_int_equal(rdo_atomic_load(&work.mistake_count, rdo_acquire), 0);
  for (uint32_t s = 0; s < stage_count; ++s) assert_int_equal(rdo_atomic_load(&work.ended_count[s], rdo_acquire), work.tile_count[s]);
}

static void run_all(uint32_t worker_count) {
  if (start(NULL, 0, worker_count)) wait_for_release();
}

// By threads --------------------------------------------------------------------------------------------

static void record_stages(uint32_t stage_count, uint32_t lane_count, uint32_t tile_count) {
  for (uint32_t s = 0; s < stage_count; ++s) {
    for (uint32_t l = 0; l < lane_count; ++l) add_dispatch(s, l, tile_count, 1, 1);
    barrier();
  }
  finalize();
}

static void yield_in_tile(void) { sched_yield(); }

static void test_each_tile_once(void **state) {
  (void)state;
  static const struct {
    uint32_t stage_count, lane_count, tile_count;
  } shapes[] = {{1, 1, 1}, {1, 1, 2}, {1, 1, 599}, {40, 1, 1}, {40, 1, 7}, {12, 3, 33}, {8, 4, 1}, {3, 2, 400}};
  for (uint32_t worker_count = 1; worker_count <= WORKERS_MAX; ++worker_count) {
    make_executor(worker_count, false);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; ++i) {
      renew_recording();
      record_stages(shapes[i].stage_count, shapes[i].lane_count, shapes[i].tile_count);
      for (int is_yielding = 0; is_yielding < 2; ++is_yielding) {
        forget_work();
        if (is_yielding) work.in_tile = yield_in_tile;
        run_all(worker_count);
        assert_int_equal(run.status, RONDO_OK);
        expect_work_done(shapes[i].stage_count);
        assert_true(rdo_atomic_load(&work.inside_count_max, rdo_acquire) <= worker_count);
      }
    }
  }
}

// Plain memory that one stage writes and the next one reads.
static void test_memory_order(void **state) {
  (void)state;
  enum { STAGES = 40, TILES = 48 };
  uint32_t words[2][16];
  struct rdo_buffer *buffers[2];
  for (int i = 0; i < 2; ++i) expect_ok(rdo_buffer_wrap(words[i], sizeof words[i], 0, 0, NULL, NULL, &buffers[i], NULL));
  for (uint32_t s = 0; s < STAGES; ++s) {
    const struct rdo_dispatch_info info = {
        .executable = &fake->executable, .function_id = 1, .workgroup_count = {TILES, 1, 1}, .constant_count = 2, .binding_count = 2};
    uint32_t *constants;
    struct rdo_buffer_ref *bindings;
    expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
    constants[0] = s;
    constants[1] = 0;
    for (uint32_t i = 0; i < 2; ++i) {
      bindings[i] = (struct rdo_buffer_ref){.slot = (s + i) % 2, .length = RDO_WHOLE_BUFFER};
      expect_ok(rdo_recording_check_ref(recording, &bindings[i], &diag));
    }
    work.tile_count[s] = TILES;
    rdo_recording_complete(recording);
    barrier();
  }
  finalize();
  make_executor(4, false);
  const struct rdo_buffer_ref entries[2] = {{.buffer = buffers[0], .length = RDO_WHOLE_BUFFER}, {.buffer = buffers[1], .length = RDO_WHOLE_BUFFER}};
  for (int i = 0; i < 50; ++i) {
    forget_work();
    if (start(entries, 2, 4)) wait_for_release();
    expect_work_done(STAGES);
  }
  for (int i = 0; i < 2; ++i) rdo_object_release(&buffers[i]->object);
}

// A failing tile: the rest of its stage may run or not, nothing behind it does.
static void test_failure(void **state) {
  (void)state;
  static const uint32_t tiles[] = {0, 1, 50, 99};
  record_stages(6, 1, 100);
  for (uint32_t worker_count = 1; worker_count <= 4; ++worker_count) {
    make_executor(worker_count, false);
    for (uint32_t i = 0; i < 40; ++i) {
      forget_work();
      work.failing_stage = i % 5;
      work.failing_tile = tiles[i / 5 % 4];
      work.skipped_from = work.failing_stage + 1;
      run_all(worker_count);
      assert_int_equal(run.status, RONDO_INTERNAL);
      assert_non_null(strstr(run.execution.diag.message, "dispatch tile failed with 9"));
      expect_work_done(work.failing_stage);
      assert_int_equal(rdo_atomic_load(&work.run_counts[work.failing_stage][0][work.failing_tile], rdo_acquire), 1);
    }
  }
}

// As much scratch memory as a worker has is fine; a dispatch that wants more fails before one of its tiles runs.
static void test_local_memory(void **state) {
  (void)state;
  for (uint32_t tile_count = 1; tile_count <= 100; tile_count += 99) {
    renew_recording();
    record_stages(2, 1, tile_count);
    for (uint32_t worker_count = 1; worker_count <= 2; ++worker_count) {
      make_executor(worker_count, false);
      uint16_t pages = (uint16_t)(executor->local_memory_bytes / RDO_LOCAL_MEMORY_PAGE_BYTES);
      forget_work();
      fake->attrs[0].local_memory_pages = pages;
      run_all(worker_count);
      assert_int_equal(run.status, RONDO_OK);
      expect_work_done(2);
      forget_work();
      fake->attrs[0].local_memory_pages = (uint16_t)(pages + 1);
      run_all(worker_count);
      char words[128];
      snprintf(words, sizeof words, "dispatch tile needs %zu bytes of local memory, workers have %zu", executor->local_memory_bytes + RDO_LOCAL_MEMORY_PAGE_BYTES,
               executor->local_memory_bytes);
      assert_int_equal(run.status, RONDO_RESOURCE_EXHAUSTED);
      assert_non_null(strstr(run.execution.diag.message, words));
      for (uint32_t s = 0; s < 2; ++s) assert_int_equal(rdo_atomic_load(&work.ended_count[s], rdo_acquire), 0);
    }
  }
}

// State that is used again, by recordings of all sizes.
static void test_used_again(void **state) {
  (void)state;
  uint64_t random = 7;
  make_executor(3, false);
  for (int i = 0; i < 150; ++i) {
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
    uint32_t stages = 1 + (uint32_t)(random >> 33) % STAGES_MAX, lanes = 1 + (uint32_t)(random >> 40) % LANES_MAX, tiles = (uint32_t)(random >> 50) % 20;
    renew_recording();
    forget_work();
    record_stages(stages, lanes, tiles);
    run_all(3);
    assert_int_equal(run.status, RONDO_OK);
    expect_work_done(stages);
  }
}

// Without work ------------------------------------------------------------------------------------------

static void test_nothing_to_drain(void **state) {
  (void)state;
  make_executor(2, false);
  finalize();
  assert_false(start(NULL, 0, 2));
  renew_recording();
  for (uint32_t s = 0; s < 5; ++s) {  // dispatches and joins without tiles
    for (uint32_t l = 0; l < 3; ++l) add_dispatch(s, l, s % 2, l, 0);
    barrier();
  }
  finalize();
  assert_false(start(NULL, 0, 2));
  assert_int_equal(run.status, RONDO_OK);
  expect_work_done(5);
}

// Nodes without tiles between, beside, before and behind others.
static void test_some_without_tiles(void **state) {
  (void)state;
  static const uint32_t tile_counts[][3] = {{0, 0, 0}, {0, 5, 0}, {0, 0, 0}, {7, 0, 9}, {0, 0, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}};
  enum { STAGES = sizeof tile_counts / sizeof tile_counts[0] };
  for (uint32_t s = 0; s < STAGES; ++s) {
    for (uint32_t l = 0; l < 3; ++l) add_dispatch(s, l, tile_counts[s][l], 1, 1);
    barrier();
  }
  finalize();
  for (uint32_t worker_count = 1; worker_count <= 4; ++worker_count) {
    make_executor(worker_count, false);
    for (int i = 0; i < 20; ++i) {
      forget_work();
      run_all(worker_count);
      assert_int_equal(run.status, RONDO_OK);
      expect_work_done(STAGES);
    }
  }
}

// By hand -----------------------------------------------------------------------------------------------
// One thread plays all workers: in the middle of a tile it lets others take a step, chosen by a seed.

static struct {
  uint64_t random;
  uint32_t depth;
} hand;

static uint32_t hand_below(uint32_t count) {
  hand.random = hand.random * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (uint32_t)(hand.random >> 33) % count;
}

static bool is_in_tile[WORKERS_MAX];

static void step(uint32_t index) {
  if (is_in_tile[index]) return;  // it cannot be at two places
  is_in_tile[index] = true;
  ++hand.depth;
  (void)rdo_worker_step(&executor->workers[index]);
  --hand.depth;
  is_in_tile[index] = false;
}

static void step_others(void) {
  for (uint32_t i = hand_below(3); i > 0; --i) step(hand_below(executor->worker_count));
}

static void test_stepped(void **state) {
  (void)state;
  enum { STAGES = 6, LANES = 2, TILES = 5 };
  for (uint32_t s = 0; s < STAGES; ++s) {
    for (uint32_t l = 0; l < LANES; ++l) add_dispatch(s, l, (s + l) % TILES, 1, 1);
    barrier();
  }
  finalize();
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    uint32_t worker_count = 2 + (uint32_t)(seed % 4);
    if (executor == NULL || executor->worker_count != worker_count) make_executor(worker_count, true);
    forget_work();
    work.in_tile = step_others;
    hand.random = seed;
    assert_true(start(NULL, 0, 2 + hand_below(worker_count - 1)));
    for (int i = 0; rdo_atomic_load(&run.is_released, rdo_acquire) == 0; ++i) {
      if (i == 10000) fail_msg("seed %d: nothing happens any more", (int)seed);
      step(hand_below(worker_count));
    }
    assert_int_equal(run.complete_count, 1);
    expect_work_done(STAGES);
  }
}

// Donors: callers that drain this process and nothing else, one of which leaves in the middle.
static bool wants_run(const struct rdo_process *process, void *user) {
  (void)user;
  return process == &run.process;
}

static void test_stepped_donors(void **state) {
  (void)state;
  enum { DONORS = 3 };
  record_stages(5, 1, 4);
  make_executor(1, true);
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    forget_work();
    hand.random = seed;
    assert_true(start(NULL, 0, 3));
    // Seats are one a thread: this thread plays them in turn, with the worker struct of each.
    struct rdo_worker *donors = &executor->workers[executor->worker_count];
    for (int i = 0; rdo_atomic_load(&run.is_released, rdo_acquire) == 0; ++i) {
      if (i == 10000) fail_msg("seed %d: nothing happens any more", (int)seed);
      if (hand_below(4) == 0) {
        step(0);
      } else {
        (void)rdo_worker_visit_slots(&donors[hand_below(DONORS)], wants_run, NULL);
      }
    }
    assert_int_equal(run.complete_count, 1);
    expect_work_done(5);
  }
}

// Counts ------------------------------------------------------------------------------------------------

static struct {
  uint64_t first;       // number of the first tile that may run
  uint64_t run_count;
  uint32_t mistake_count;
} huge;

static int run_huge(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  uint64_t number = ((uint64_t)workgroup->workgroup_id_z * state->workgroup_count_y + workgroup->workgroup_id_y) * state->workgroup_count_x +
                    workgroup->workgroup_id_x;
  if (number != huge.first + huge.run_count) ++huge.mistake_count;
  ++huge.run_count;
  return 0;
}

// More tiles than fit 32 bits; all but the last ones are taken for done.
static void test_huge_tile_count(void **state) {
  (void)state;
  enum { LEFT = 1000 };
  const uint64_t total = (uint64_t)70000 * 70000 * 3;
  int64_t id = fake_executable_add(fake, "huge", run_huge, 0, 0);
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = id, .workgroup_count = {70000, 70000, 3}};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  rdo_recording_complete(recording);
  finalize();
  make_executor(2, true);
  const struct rdo_binding_table table = {NULL, 0};
  rdo_atomic_init(&run.is_released, 0);
  run.complete_count = 0;
  expect_ok(rdo_execution_bind(&run.execution, recording, &table, false, 2, &diag));
  rdo_process_init(&run.process, &run_type, executor, 2);
  assert_true(rdo_execution_begin(&run.execution, &run.process));
  assert_int_equal(run.execution.nodes[0].tile_count, total);
  huge.first = total - LEFT;
  huge.run_count = huge.mistake_count = 0;
  rdo_atomic_store(&run.execution.nodes[0].next, huge.first, rdo_relaxed);  // relaxed: one thread
  rdo_atomic_store(&run.execution.nodes[0].open, LEFT, rdo_relaxed);        // relaxed: one thread
  rdo_process_resume(&run.process);
  for (int i = 0; i < 100 && rdo_atomic_load(&run.is_released, rdo_acquire) == 0; ++i) (void)rdo_worker_step(&executor->workers[i % 2]);
  assert_int_equal(rdo_atomic_load(&run.is_released, rdo_acquire), 1);
  assert_int_equal(huge.run_count, LEFT);
  assert_int_equal(huge.mistake_count, 0);
}

static void test_too_many_tiles(void **state) {
  (void)state;
  work.skipped_from = 0;
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {UINT32_MAX, UINT32_MAX, 65535}, .constant_count = 2};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  constants[0] = constants[1] = 0;
  rdo_recording_complete(recording);
  finalize();
  make_executor(2, true);
  assert_false(start(NULL, 0, 2));
  assert_int_equal(run.status, RONDO_OUT_OF_RANGE);
  assert_int_equal(rdo_atomic_load(&work.mistake_count, rdo_acquire), 0);
}

// How many workers a recording is worth: its widest node, as far as its measured time pays for the wakes.
static void test_width(void **state) {
  (void)state;
  add_dispatch(0, 0, 1, 1, 1);
  barrier();
  add_dispatch(1, 0, 6, 1, 1);
  barrier();
  add_dispatch(2, 0, 1, 1, 1);
  finalize();
  assert_int_equal(rdo_execution_width(recording, 1), 1);
  assert_int_equal(rdo_execution_width(recording, 4), 4);
  assert_int_equal(rdo_execution_width(recording, 64), 6);
  rdo_atomic_u32 *work_ns = recording->graph.work_ns;
  rdo_atomic_store(&work_ns[1], 100, rdo_relaxed);  // relaxed: one thread
  assert_int_equal(rdo_execution_width(recording, 64), 1);
  rdo_atomic_store(&work_ns[1], 100000000, rdo_relaxed);  // relaxed: one thread
  assert_int_equal(rdo_execution_width(recording, 64), 6);
  rdo_atomic_store(&work_ns[0], 100000000, rdo_relaxed);  // relaxed: one thread; it has one tile
  assert_int_equal(rdo_execution_width(recording, 64), 6);
}

static void test_width_of_little(void **state) {
  (void)state;
  finalize();
  assert_int_equal(rdo_execution_width(recording, 8), 1);
  renew_recording();
  add_dispatch(0, 0, 0, 1, 1);
  finalize();
  assert_int_equal(rdo_execution_width(recording, 8), 1);
  renew_recording();
  record_stages(10, 1, 1);
  assert_int_equal(rdo_execution_width(recording, 8), 1);
}

// Bind --------------------------------------------------------------------------------------------------

static void test_bind(void **state) {
  (void)state;
  static uint8_t bytes[64];
  struct rdo_buffer *buffer = NULL;
  struct rdo_execution execution = {0};
  const struct rdo_buffer_ref ref = {.slot = 1, .length = 16};
  expect_ok(rdo_buffer_wrap(bytes, sizeof bytes, 0, 0, NULL, NULL, &buffer, NULL));
  struct rdo_buffer_ref entries[2] = {{.buffer = NULL}, {.buffer = buffer, .length = 64}};
  assert_int_equal(rdo_execution_bind(&execution, recording, &(const struct rdo_binding_table){entries, 2}, false, 1, &diag), RONDO_FAILED_PRECONDITION);
  expect_ok(rdo_recording_fill(recording, &ref, 0x55, 1, NULL));
  expect_ok(rdo_recording_finalize(recording, NULL));
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_execution_bind(&execution, recording, &(const struct rdo_binding_table){entries, 1}, false, 1, &diag), RONDO_OUT_OF_RANGE);
  diag = (struct rondo_diag){.status = RONDO_OK};
  expect_ok(rdo_execution_bind(&execution, recording, &(const struct rdo_binding_table){entries, 2}, false, 1000, &diag));
  assert_int_equal(execution.bound.concurrency, 255);
  expect_ok(rdo_execution_replay(&execution, NULL, &diag));
  assert_int_equal(bytes[15], 0x55);
  assert_int_equal(bytes[16], 0);
  rdo_execution_deinit(&execution);
  rdo_object_release(&buffer->object);
}

// Placed dispatch by dispatch ---------------------------------------------------------------------------

enum { PLACED_MAX = 16 };

// A process for each dispatch, as a player has.
static struct placed {
  struct rdo_process process;
  uint32_t index;
} placed[PLACED_MAX];

static rdo_atomic_u32 told_counts[PLACED_MAX], skipped_counts[PLACED_MAX];

static bool is_placed(const struct rdo_execution_placer *placer, uint32_t index) {
  (void)placer, (void)index;
  return true;
}

static enum rdo_drain_result drain_placed(struct rdo_process *process, struct rdo_worker *worker) {
  bool is_last, is_worked;
  uint32_t index = RDO_CONTAINER(process, struct placed, process)->index;
  enum rdo_drain_result result = rdo_execution_drain_node(&run.execution, index, process, worker, &is_last, &is_worked);
  if (is_last) release(&run.process);
  return result;
}

static const struct rdo_process_type placed_type = {"placed", drain_placed, NULL, NULL};

static void tell_ready(const struct rdo_execution_placer *placer, struct rdo_execution *execution, uint32_t index) {
  (void)placer, (void)execution;
  rdo_atomic_add(&told_counts[index], 1, rdo_relaxed);  // relaxed: counter
  placed[index].index = index;
  rdo_process_init(&placed[index].process, &placed_type, executor, 2);
  rdo_process_resume(&placed[index].process);
}

static void tell_skipped(const struct rdo_execution_placer *placer, uint32_t index) {
  (void)placer;
  rdo_atomic_add(&skipped_counts[index], 1, rdo_relaxed);  // relaxed: counter
}

// Of each dispatch the placer is told once, whether it has tiles, has none, or does not run behind a failure.
static void test_placer_is_told_of_all(void **state) {
  (void)state;
  static const struct rdo_execution_placer placer = {is_placed, tell_ready, tell_skipped};
  static const uint32_t tile_counts[] = {0, 5, 0, 0, 7, 3, 0};
  enum { COUNT = sizeof tile_counts / sizeof tile_counts[0] };
  for (uint32_t failing = 0; failing < 2; ++failing) {
    make_executor(3, false);
    forget_work();
    for (uint32_t i = 0; i < COUNT; ++i) {
      rdo_atomic_init(&told_counts[i], 0);
      rdo_atomic_init(&skipped_counts[i], 0);
    }
    renew_recording();
    for (uint32_t s = 0; s < COUNT; ++s) {
      add_dispatch(s, 0, tile_counts[s], 1, 1);
      barrier();
    }
    finalize();
    if (failing != 0) work.failing_stage = 4, work.failing_tile = 6, work.skipped_from = 5;
    const struct rdo_binding_table table = {NULL, 0};
    rdo_atomic_init(&run.is_released, 0);
    run.complete_count = 1;  // nobody drains the run as a whole
    expect_ok(rdo_execution_bind(&run.execution, recording, &table, false, 3, &diag));
    run.execution.placer = &placer;
    rdo_process_init(&run.process, &run_type, executor, 1);
    if (rdo_execution_begin(&run.execution, &run.process)) wait_for_release();
    // Drainers may still be inside for a moment.
    rdo_executor_destroy(executor);
    executor = NULL;
    run.execution.placer = NULL;
    for (uint32_t i = 0; i < COUNT; ++i) {
      bool is_run = tile_counts[i] != 0 && !(failing != 0 && i > 4);
      assert_int_equal(rdo_atomic_load(&told_counts[i], rdo_acquire), is_run ? 1 : 0);
      assert_int_equal(rdo_atomic_load(&skipped_counts[i], rdo_acquire), is_run ? 0 : 1);
    }
    assert_int_equal(rdo_process_status(&run.process) != RONDO_OK, failing);
    if (failing == 0) expect_work_done(COUNT);
  }
}

static int end_run(void **state) {
  (void)state;
  rdo_execution_deinit(&run.execution);
  return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_each_tile_once),
      TEST(test_memory_order),
      TEST(test_failure),
      TEST(test_local_memory),
      TEST(test_used_again),
      TEST(test_nothing_to_drain),
      TEST(test_some_without_tiles),
      TEST(test_stepped),
      TEST(test_stepped_donors),
      TEST(test_huge_tile_count),
      TEST(test_too_many_tiles),
      TEST(test_width),
      TEST(test_width_of_little),
      TEST(test_bind),
      TEST(test_placer_is_told_of_all),
  };
  return cmocka_run_group_tests(tests, NULL, end_run);
}
