// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a dispatch costs each of 4 to 256 workers, in counts that no machine has a say in: shared read-modify-writes,
// wakes, futex calls. One thread plays all workers of a stepped executor.
//
//   scaling [--seed=N] [--places] [--quick] [--json]
//
//   chain    16 dispatches, one after the other, of 4 tiles a worker
//   wide     4 times 4 dispatches side by side, of 1 tile a worker each
//   mixed    8 dispatches of 4 tiles a worker, each after one of a single tile: all but one worker go to sleep
//   narrow   16 dispatches of 8 tiles, however many workers there are
//
// Each worker is a context of its own. It gives way in the middle of its tiles and, now and then, just before a
// read-modify-write; who goes on is drawn. So a worker that is woken begins some time later, a tile takes much longer
// than a claim, and every order is possible that a few instructions of delay can bring about. Nobody spins: who finds
// nothing sleeps, which is the dearest way to wait. Counted is everything from the submission until all sleep again.
//
//   rmw      read-modify-writes of the workers, for a worker and dispatch; narrow: for a dispatch
//   wakes    workers woken, likewise
//   futex    system calls to sleep and to wake, likewise
//   hottest  read-modify-writes of the cache line that has most of them, likewise, and where it is
//   caller   read-modify-writes of the thread that submits, a submission
//
// The rows are what a dispatch costs for each worker that joins 128 others, over each that joins 4: so the one that
// is awake already, a quarter of the fewest, does not count. narrow: what it costs 256 workers over what it costs 8,
// the fewest that can share its tiles.
//
// --places also prints which lines of the sources they come from, for the most workers.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "base/clock.h"
#include "fake_executable.h"
#include "hal/device.h"
#include "support.h"

#ifndef RDO_COUNT_ATOMICS
#error "needs the layers built with RDO_COUNT_ATOMICS"
#endif

enum {
  STACK_BYTES = 128 * 1024,
  TILE_TURNS = 12,      // turns of others while one runs a tile
  PAUSE_ODDS = 4,       // one read-modify-write in so many lets others go first
  LINES_MAX = 1 << 14,  // cache lines told apart
  PLACES_MAX = 512,
  PLACES_PRINTED = 12,
  WARM_COUNT = 3,
  CACHE_LINE_SHIFT = 6,
};

struct player {
  ucontext_t context;
  struct rdo_worker *worker;
  bool is_asleep;
  void *stack;
};

static struct player players[RDO_WORKERS_MAX];
static uint32_t player_count;
static struct player *playing;  // NULL: the director, who is also the caller that submits
static ucontext_t director;
static uint64_t random_state;

static uint32_t draw(uint32_t below) {  // SplitMix64
  uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return (uint32_t)((z ^ z >> 31) % below);
}

// Counting -------------------------------------------------------------------------------------------

struct tally {
  const void *key;
  const char *place;  // the last one, for a cache line
  uint64_t count;
};

static struct tally lines[LINES_MAX], places[PLACES_MAX];
static uint64_t worker_rmws, caller_rmws;
static bool is_counting;

static void tally(struct tally *table, uint32_t capacity, const void *key, const char *place) {
  uint32_t slot = (uint32_t)(((uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) % capacity;
  for (uint32_t tries = 0; table[slot].key != key; ++tries) {
    BENCH_CHECK(tries < capacity);
    if (table[slot].key == NULL) table[slot].key = key;
    else slot = (slot + 1) % capacity;
  }
  table[slot].place = place;
  ++table[slot].count;
}

static void give_way(void) {
  struct player *me = playing;
  playing = NULL;
  BENCH_CHECK(swapcontext(&me->context, &director) == 0);
}

// No locks are held there.
static bool may_pause_at(const char *place) { return strstr(place, "src/task/") != NULL || strstr(place, "src/hal/execution.c") != NULL; }

static void observe(const volatile void *word, const char *place) {
  if (!is_counting) return;
  if (playing == NULL) {
    ++caller_rmws;
    return;
  }
  ++worker_rmws;
  tally(lines, LINES_MAX, (const void *)((uintptr_t)word >> CACHE_LINE_SHIFT), place);
  tally(places, PLACES_MAX, place, place);
  if (draw(PAUSE_ODDS) == 0 && may_pause_at(place)) give_way();
}

// Playing --------------------------------------------------------------------------------------------

static struct rdo_device *device;
static struct rdo_executor *executor;
static struct fake_executable *fake;
static uint64_t tile_runs;

static int run_tile(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *dispatch,
                    const struct rdo_workgroup_state *workgroup) {
  (void)environment, (void)dispatch, (void)workgroup;
  ++tile_runs;
  for (int i = 0; i < TILE_TURNS; ++i) give_way();
  return 0;
}

static void play(void) {
  for (;;) {
    playing->is_asleep = false;  // also while it gives way in the middle of its step
    bool is_worked = rdo_worker_step(playing->worker);
    playing->is_asleep = !is_worked;
    give_way();
  }
}

static void let_play(struct player *player) {
  playing = player;
  BENCH_CHECK(swapcontext(&director, &player->context) == 0);
}

static void play_until(const struct rdo_fence *fence) {
  while (rdo_fence_query(fence) == RONDO_DEFERRED) let_play(&players[draw(player_count)]);
}

// Until all sleep.
static void settle(void) {
  for (uint32_t asleep = 0; asleep < player_count;) {
    struct player *player = &players[draw(player_count)];
    let_play(player);
    if (!player->is_asleep) continue;
    asleep = 0;
    for (uint32_t i = 0; i < player_count; ++i) {
      let_play(&players[i]);
      asleep += players[i].is_asleep;
    }
  }
}

static void begin(uint32_t worker_count) {
  const struct rdo_executor_options queue = {.worker_count = worker_count, .local_memory_bytes = 4096, .is_stepped = true};
  const struct rdo_device_options options = {.name = "local-task", .queues = &queue, .queue_count = 1};
  BENCH_CHECK(rdo_device_create(&options, &device, NULL) == RONDO_OK);
  executor = device->queues[0].executor;
  fake = fake_executable_create();
  fake_executable_add(fake, "tile", run_tile, 0, 0);
  player_count = worker_count;
  for (uint32_t i = 0; i < worker_count; ++i) {
    struct player *player = &players[i];
    *player = (struct player){.worker = &executor->workers[i], .stack = malloc(STACK_BYTES)};
    BENCH_CHECK(player->stack != NULL && getcontext(&player->context) == 0);
    player->context.uc_stack.ss_sp = player->stack;
    player->context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&player->context, play, 0);
  }
  settle();
}

static void end(void) {
  rdo_device_close(device);
  rdo_object_release(&device->object);
  rdo_object_release(&fake->executable.object);
  for (uint32_t i = 0; i < player_count; ++i) free(players[i].stack);
}

// Recordings -----------------------------------------------------------------------------------------

static void add_dispatch(struct rdo_recording *recording, uint32_t tile_count) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {tile_count, 1, 1}};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  BENCH_CHECK(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL) == RONDO_OK);
  rdo_recording_complete(recording);
}

static void add_barrier(struct rdo_recording *recording) { BENCH_CHECK(rdo_recording_barrier(recording, NULL) == RONDO_OK); }

static void record_chain(struct rdo_recording *recording, uint32_t workers) {
  for (int i = 0; i < 16; ++i) {
    add_dispatch(recording, 4 * workers);
    add_barrier(recording);
  }
}

static void record_wide(struct rdo_recording *recording, uint32_t workers) {
  for (int i = 0; i < 16; ++i) {
    add_dispatch(recording, workers);
    if (i % 4 == 3) add_barrier(recording);
  }
}

static void record_mixed(struct rdo_recording *recording, uint32_t workers) {
  for (int i = 0; i < 16; ++i) {
    add_dispatch(recording, i % 2 == 0 ? 1 : 4 * workers);
    add_barrier(recording);
  }
}

static void record_narrow(struct rdo_recording *recording, uint32_t workers) {
  (void)workers;
  for (int i = 0; i < 16; ++i) {
    add_dispatch(recording, 8);
    add_barrier(recording);
  }
}

struct shape {
  const char *name;
  void (*record)(struct rdo_recording *recording, uint32_t workers);
  bool is_per_worker;       // its work grows with the workers
  uint32_t fewest_workers;  // that it keeps busy
};

static const struct shape shapes[] = {
    {"chain", record_chain, true, 4}, {"wide", record_wide, true, 4}, {"mixed", record_mixed, true, 4}, {"narrow", record_narrow, false, 8}};
enum { SHAPE_COUNT = sizeof shapes / sizeof shapes[0] };

// Measuring ------------------------------------------------------------------------------------------

struct result {
  double workers;
  double rmws, wakes, futexes, hottest;  // for a dispatch, of all workers together
  double caller_rmws;                    // for a submission
  const char *hottest_place;
};

// Measured times of an earlier execution say nothing here: each node is to look worth every worker.
static void forget_times(struct rdo_recording *recording) {
  for (uint32_t i = 0; i < recording->graph.node_count; ++i) rdo_atomic_store(&recording->graph.work_ns[i], 0, rdo_relaxed);  // relaxed: hint
}

// Whoever stepped last may have left this thread in its role, since steps do not end in the order they began: while
// they play, this thread sits in a donor's seat, and whoever ends a step leaves it as somebody of this executor.
static void run_once(struct rdo_recording *recording) {
  struct rdo_fence *fence;
  BENCH_CHECK(rdo_fence_create(&fence, NULL) == RONDO_OK);
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .signal = fence, .recording = recording};
  forget_times(recording);
  BENCH_CHECK(rdo_device_submit(device, &operation, NULL) == RONDO_OK);
  bool was_counting = is_counting;
  is_counting = false;
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  BENCH_CHECK(seat != NULL);
  is_counting = was_counting;
  play_until(fence);
  settle();
  is_counting = false;
  rdo_executor_seat_return(seat);
  is_counting = was_counting;
  rdo_object_release(&fence->object);
}

static void sum_workers(uint64_t *out_wakes, uint64_t *out_sleeps) {
  *out_wakes = *out_sleeps = 0;
  for (uint32_t i = 0; i < player_count; ++i) {
    *out_wakes += executor->workers[i].wake_count;
    *out_sleeps += executor->workers[i].sleep_count;
  }
}

static uint64_t tiles_of(const struct rdo_recording *recording) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < recording->graph.node_count; ++i) count += recording->graph.nodes[i].tile_count;
  return count;
}

static int compare_tallies(const void *a, const void *b) {
  uint64_t x = ((const struct tally *)a)->count, y = ((const struct tally *)b)->count;
  return (x < y) - (x > y);
}

static struct result measure(const struct shape *shape, uint32_t worker_count, int run_count) {
  struct rdo_recording *recording;
  begin(worker_count);
  BENCH_CHECK(rdo_recording_create(0, 0, &recording, NULL) == RONDO_OK);
  shape->record(recording, worker_count);
  BENCH_CHECK(rdo_recording_finalize(recording, NULL) == RONDO_OK);
  for (int i = 0; i < WARM_COUNT; ++i) run_once(recording);
  uint64_t wakes, sleeps, wakes_before, sleeps_before;
  sum_workers(&wakes_before, &sleeps_before);
  memset(lines, 0, sizeof lines);
  memset(places, 0, sizeof places);
  worker_rmws = caller_rmws = tile_runs = 0;
  rdo_atomic_counts = (struct rdo_atomic_counts){0};
  is_counting = true;
  for (int i = 0; i < run_count; ++i) run_once(recording);
  is_counting = false;
  BENCH_CHECK(tile_runs == tiles_of(recording) * (uint64_t)run_count);
  sum_workers(&wakes, &sleeps);
  qsort(lines, LINES_MAX, sizeof lines[0], compare_tallies);
  qsort(places, PLACES_MAX, sizeof places[0], compare_tallies);
  double dispatches = (double)recording->dispatch_count * run_count;
  struct result result = {
      .workers = worker_count,
      .rmws = (double)worker_rmws / dispatches,
      .wakes = (double)(wakes - wakes_before) / dispatches,
      .futexes = (double)(rdo_atomic_counts.futex_wake_count + sleeps - sleeps_before) / dispatches,
      .hottest = (double)lines[0].count / dispatches,
      .hottest_place = lines[0].place,
      .caller_rmws = (double)caller_rmws / run_count,
  };
  rdo_object_release(&recording->object);
  end();
  return result;
}

// Reporting ------------------------------------------------------------------------------------------

static const char *short_place(const char *place) {
  const char *found = strstr(place, "src/");
  return found != NULL ? found : place;
}

static void print_places(double unit) {
  for (int i = 0; i < PLACES_PRINTED && places[i].count != 0; ++i) printf("    %8.3f  %s\n", (double)places[i].count / unit, short_place(places[i].place));
}

static void print_result(const struct shape *shape, const struct result *r) {
  double share = shape->is_per_worker ? 1 / r->workers : 1;
  printf("%-7s %4.0f  %8.3f %8.3f %8.3f %8.3f  %7.1f  %s\n", shape->name, r->workers, share * r->rmws, share * r->wakes, share * r->futexes,
         share * r->hottest, r->caller_rmws, short_place(r->hottest_place));
  fflush(stdout);
}

// Of results for ever more workers.
enum { COUNTS_MAX = 8 };
struct series {
  struct result results[COUNTS_MAX];
  int count;
};

// What each worker adds between two neighbours in a series; `field` is an offset.
static double added(const struct series *series, int index, size_t field) {
  const struct result *fewer = &series->results[index], *more = &series->results[index + 1];
  double before = *(const double *)(const void *)((const char *)fewer + field), after = *(const double *)(const void *)((const char *)more + field);
  return (after - before) / (more->workers - fewer->workers);
}

// Nothing is as much as nothing.
static double growth(const struct series *series, size_t field) {
  double last = added(series, series->count - 2, field);
  return last == 0 ? 1 : last / added(series, 0, field);
}

static void raise_to(double *worst, double value) {
  if (value > *worst) *worst = value;
}

static void print_row(const char *name, double ratio, bool is_json) {
  bench_print_row(&(const struct bench_row){.name = name, .unit = "ratio", .ours = ratio, .goal = 1.2}, is_json);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"seed=", "places", "quick", "json", NULL};
  static const uint32_t counts[] = {4, 8, 16, 32, 64, 128, 256}, counts_quick[] = {4, 16, 64};
  bench_check_options(argc, argv, names, "scaling [--seed=N] [--places] [--quick] [--json]");
  bool is_json = bench_flag(argc, argv, "json"), is_quick = bench_flag(argc, argv, "quick"), wants_places = bench_flag(argc, argv, "places");
  const char *seed = bench_option(argc, argv, "seed");
  const uint32_t *workers = is_quick ? counts_quick : counts;
  int count = is_quick ? 3 : 7, run_count = is_quick ? 2 : 5;
  double rmws = 0, wakes = 0, futexes = 0, narrow = 0;
  random_state = seed != NULL ? strtoull(seed, NULL, 10) : 1;
  rdo_atomic_observer = observe;
  if (!is_json) printf("shape   workers    rmw    wakes    futex  hottest   caller  hottest line\n");
  for (int s = 0; s < SHAPE_COUNT; ++s) {
    struct series series = {0};
    for (int i = 0; i < count; ++i) {
      if (workers[i] < shapes[s].fewest_workers) continue;
      struct result *result = &series.results[series.count++];
      *result = measure(&shapes[s], workers[i], run_count);
      if (!is_json) print_result(&shapes[s], result);
    }
    if (wants_places && !is_json) print_places(16.0 * run_count * (shapes[s].is_per_worker ? workers[count - 1] : 1));
    if (!shapes[s].is_per_worker) {
      raise_to(&narrow, series.results[series.count - 1].rmws / series.results[0].rmws);
      continue;
    }
    raise_to(&rmws, growth(&series, offsetof(struct result, rmws)));
    raise_to(&wakes, growth(&series, offsetof(struct result, wakes)));
    raise_to(&futexes, growth(&series, offsetof(struct result, futexes)));
  }
  print_row("scaling_rmw", rmws, is_json);
  print_row("scaling_wakes", wakes, is_json);
  print_row("scaling_futex", futexes, is_json);
  print_row("scaling_narrow", narrow, is_json);
  return 0;
}
