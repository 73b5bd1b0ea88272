// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From waking a worker to its work, and from the end of work to who waits for it.
//
//   wake [--row=NAME] [--seconds=S] [--quick] [--json]
//
//   wake              a process is scheduled → its drain on a worker that slept (no spinning)
//   wake_futex        the same between the same two CPUs with a bare futex
//   signal_host       end of a submission's only tile → a caller that sleeps in a wait
//   signal_donor      end of the last of two tiles, one on each side → the caller, who drained along; only when the
//                     worker's was the last
//   signal_dependent  end of a submission's only tile → first instruction of one that waits for it
//   signal_round      host signals what a copy of 64 bytes waits for → host, asleep, knows that it is done
//   signal_chain      what each further copy adds, when each waits for the one before
//
// The waker spins while the other side goes to sleep: its own CPU is awake and warm, as that of a thread that has just
// made work. Samples of the first two alternate. Exit code 77: there are no two CPUs.

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/futex.h"
#include "fake_executable.h"
#include "hal/device.h"
#include "support.h"

enum {
  WARM_COUNT = 10,
  SAMPLES_MIN = 30,
  SAMPLES_MAX = 1000000,
  REST_NS = 100000,         // after which a thread that has nothing to do sleeps, and its CPU too
  TILE_NS = 100000,         // long enough for the caller to fall asleep
  SHARED_TILE_NS = 100000,  // worth a wake, and the worker is there before the caller has done half of both
  SPIN_NS = 20000,          // the runtime's default
};

static int cpus[2];  // the waker's, the sleeper's
static double seconds;
static const char *only;  // NULL = all rows
static bool is_json;

static bool is_chosen(const char *name) { return only == NULL || strcmp(only, name) == 0; }

static void busy_wait_ns(int64_t ns) {
  int64_t end_ns = bench_now_ns() + ns;
  while (bench_now_ns() < end_ns) rdo_cpu_relax();
}

// Waits until somebody has written a time.
static int64_t take_time(rdo_atomic_u64 *time_ns) {
  uint64_t at_ns;
  while ((at_ns = rdo_atomic_load(time_ns, rdo_acquire)) == 0) rdo_cpu_relax();
  rdo_atomic_store(time_ns, 0, rdo_relaxed);  // relaxed: the other side sleeps
  return (int64_t)at_ns;
}

static void print(const char *name, struct bench_samples *samples, const char *note) {
  struct bench_row row = {.name = name, .unit = "ns", .goal = -1, .summary = bench_summarize(samples), .note = note};
  row.ours = row.summary.p50;
  bench_print_row(&row, is_json);
  bench_samples_deinit(samples);
}

// Wakes ----------------------------------------------------------------------------------------------

static rdo_atomic_u64 woken_at_ns;

static enum rdo_drain_result drain_stamp(struct rdo_process *process, struct rdo_worker *worker) {
  (void)process, (void)worker;
  rdo_atomic_store(&woken_at_ns, (uint64_t)bench_now_ns(), rdo_release);
  return RDO_DRAIN_IDLE;
}

static const struct rdo_process_type stamp_type = {"stamp", drain_stamp, NULL, NULL};

static struct {
  rdo_atomic_u32 word;  // 0 sleep, 1 wake, 2 end
  rdo_atomic_u64 woken_at_ns;
} bare;

static void *sleep_bare(void *user) {
  (void)user;
  bench_pin(cpus[1]);
  for (;;) {
    uint32_t word;
    while ((word = rdo_atomic_load(&bare.word, rdo_acquire)) == 0) rdo_futex_wait(&bare.word, 0, INT64_MAX);
    int64_t now_ns = bench_now_ns();
    if (word == 2) return NULL;
    rdo_atomic_store(&bare.word, 0, rdo_relaxed);  // relaxed: the waker waits for the time
    rdo_atomic_store(&bare.woken_at_ns, (uint64_t)now_ns, rdo_release);
  }
}

static void wake_bare(uint32_t word) {
  rdo_atomic_store(&bare.word, word, rdo_release);
  rdo_futex_wake(&bare.word);
}

static double sample_bare(void) {
  busy_wait_ns(REST_NS);
  int64_t begin_ns = bench_now_ns();
  wake_bare(1);
  return (double)(take_time(&bare.woken_at_ns) - begin_ns);
}

static double sample_worker(struct rdo_process *process) {
  busy_wait_ns(REST_NS);
  int64_t begin_ns = bench_now_ns();
  rdo_process_schedule(process);
  return (double)(take_time(&woken_at_ns) - begin_ns);
}

static void measure_wake(void) {
  const struct rdo_cpu_set set = rdo_cpu_set_one(cpus[1]);
  const struct rdo_executor_options options = {.worker_count = 1, .worker_cpus = &set};
  struct rdo_executor *executor;
  struct rdo_process process;
  pthread_t thread;
  struct bench_samples ours, peer;
  BENCH_CHECK(rdo_executor_create(&options, &executor, NULL) == RONDO_OK);
  BENCH_CHECK(pthread_create(&thread, NULL, sleep_bare, NULL) == 0);
  rdo_process_init(&process, &stamp_type, executor, 1);
  rdo_process_start_idle(&process);
  bench_samples_init(&ours, SAMPLES_MAX);
  bench_samples_init(&peer, SAMPLES_MAX);
  int64_t end_ns = bench_now_ns() + (int64_t)(seconds * 1e9);
  for (int i = 0; i < WARM_COUNT + SAMPLES_MIN || bench_now_ns() < end_ns; ++i) {
    double first = i % 2 == 0 ? sample_worker(&process) : sample_bare();
    double second = i % 2 == 0 ? sample_bare() : sample_worker(&process);
    if (i < WARM_COUNT) continue;
    bench_add(&ours, i % 2 == 0 ? first : second);
    bench_add(&peer, i % 2 == 0 ? second : first);
  }
  wake_bare(2);
  pthread_join(thread, NULL);
  busy_wait_ns(REST_NS);
  char note[64];
  snprintf(note, sizeof note, "of %" PRId64 " samples the worker slept before %" PRIu64, ours.count + WARM_COUNT, executor->workers[0].sleep_count - 1);
  rdo_process_cancel(&process);
  rdo_executor_destroy(executor);
  print("wake", &ours, note);
  print("wake_futex", &peer, NULL);
}

// Signals --------------------------------------------------------------------------------------------

static struct rdo_device *device;
static struct fake_executable *fake;
static rdo_atomic_u64 begin_ns;       // of the dependent's tile
static rdo_atomic_u64 worker_end_ns;  // of the last tile that a worker ran
static int64_t caller_end_ns;         // of the last tile that the caller ran
static int64_t tile_ns;

static int run_tile(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *dispatch,
                    const struct rdo_workgroup_state *workgroup) {
  (void)environment, (void)dispatch;
  bool is_caller = workgroup->processor_id >= device->queues[0].executor->worker_count;
  busy_wait_ns(is_caller ? tile_ns / 2 : tile_ns);
  int64_t now_ns = bench_now_ns();
  if (is_caller) caller_end_ns = now_ns;
  else rdo_atomic_store(&worker_end_ns, (uint64_t)now_ns, rdo_release);
  return 0;
}

static int run_dependent(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *dispatch,
                         const struct rdo_workgroup_state *workgroup) {
  (void)environment, (void)dispatch, (void)workgroup;
  rdo_atomic_store(&begin_ns, (uint64_t)bench_now_ns(), rdo_release);
  return 0;
}

static struct rdo_recording *record(uint32_t function, uint32_t tile_count) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = function, .workgroup_count = {tile_count, 1, 1}};
  struct rdo_recording *recording;
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  BENCH_CHECK(rdo_recording_create(0, 0, &recording, NULL) == RONDO_OK);
  BENCH_CHECK(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL) == RONDO_OK);
  rdo_recording_complete(recording);
  BENCH_CHECK(rdo_recording_finalize(recording, NULL) == RONDO_OK);
  return recording;
}

static void begin_device(uint32_t worker_count) {
  const struct rdo_cpu_set sets[2] = {rdo_cpu_set_one(cpus[1]), rdo_cpu_set_one(cpus[0])};
  const struct rdo_executor_options queue = {.worker_count = worker_count, .worker_cpus = sets, .spin_ns = SPIN_NS};
  const struct rdo_device_options options = {.name = "local-task", .queues = &queue, .queue_count = 1};
  BENCH_CHECK(rdo_device_create(&options, &device, NULL) == RONDO_OK);
  fake = fake_executable_create();
  fake_executable_add(fake, "tile", run_tile, 0, 0);
  fake_executable_add(fake, "dependent", run_dependent, 0, 0);
}

static void end_device(void) {
  rdo_device_close(device);
  rdo_object_release(&device->object);
  rdo_object_release(&fake->executable.object);
}

static struct rdo_fence *make_fence(void) {
  struct rdo_fence *fence;
  BENCH_CHECK(rdo_fence_create(&fence, NULL) == RONDO_OK);
  return fence;
}

static void submit(struct rdo_recording *recording, struct rdo_fence *wait, struct rdo_fence *signal, bool is_held) {
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .wait = wait, .signal = signal, .recording = recording};
  BENCH_CHECK((is_held ? rdo_device_submit_held(device, &operation, NULL) : rdo_device_submit(device, &operation, NULL)) == RONDO_OK);
}

// Negative: the caller ran the last tile itself.
static double since_end(int64_t now_ns) {
  int64_t end_ns = (int64_t)rdo_atomic_exchange(&worker_end_ns, 0, rdo_acq_rel);
  return end_ns > caller_end_ns ? (double)(now_ns - end_ns) : -1;
}

static double sample_host(struct rdo_recording *recording) {
  struct rdo_fence *fence = make_fence();
  submit(recording, NULL, fence, false);
  BENCH_CHECK(rdo_fence_wait(fence, RDO_DEADLINE_NONE) == RONDO_OK);
  int64_t now_ns = bench_now_ns();
  rdo_object_release(&fence->object);
  return since_end(now_ns);
}

static double sample_donor(struct rdo_recording *recording) {
  struct rdo_fence *fence = make_fence();
  submit(recording, NULL, fence, true);
  BENCH_CHECK(rdo_device_wait(device, fence, RDO_DEADLINE_NONE) == RONDO_OK);
  int64_t now_ns = bench_now_ns();
  rdo_object_release(&fence->object);
  return since_end(now_ns);
}

static double sample_dependent(struct rdo_recording *recording, struct rdo_recording *dependent) {
  struct rdo_fence *first = make_fence(), *second = make_fence();
  submit(dependent, first, second, false);
  submit(recording, NULL, first, false);
  BENCH_CHECK(rdo_fence_wait(second, RDO_DEADLINE_NONE) == RONDO_OK);
  rdo_object_release(&first->object);
  rdo_object_release(&second->object);
  return since_end(take_time(&begin_ns));
}

enum signal_kind { SIGNAL_HOST, SIGNAL_DONOR, SIGNAL_DEPENDENT };

static double sample_signal(enum signal_kind kind, struct rdo_recording *recording, struct rdo_recording *dependent) {
  switch (kind) {
    case SIGNAL_HOST: return sample_host(recording);
    case SIGNAL_DONOR: return sample_donor(recording);
    default: return sample_dependent(recording, dependent);
  }
}

static void measure_signal(enum signal_kind kind, const char *name) {
  if (!is_chosen(name)) return;
  struct bench_samples samples;
  bench_samples_init(&samples, SAMPLES_MAX);
  begin_device(kind == SIGNAL_DONOR ? 2 : 1);
  tile_ns = kind == SIGNAL_DONOR ? SHARED_TILE_NS : TILE_NS;
  struct rdo_recording *recording = record(0, kind == SIGNAL_DONOR ? 2 : 1), *dependent = record(1, 1);
  int64_t end_ns = bench_now_ns() + (int64_t)(seconds * 1e9);
  for (int i = 0; i < WARM_COUNT + SAMPLES_MIN || bench_now_ns() < end_ns; ++i) {
    double sample = sample_signal(kind, recording, dependent);
    if (i >= WARM_COUNT && sample >= 0) bench_add(&samples, sample);
  }
  rdo_object_release(&recording->object);
  rdo_object_release(&dependent->object);
  end_device();
  print(name, &samples, NULL);
}

// Chains: the same as iree_signal.py makes of the peer -------------------------------------------------

enum { COPY_BYTES = 64, CHAIN_LENGTH = 65 };

static struct rdo_fence *fence_at(struct rdo_semaphore *semaphore, uint64_t value) {
  struct rdo_fence *fence;
  BENCH_CHECK(rdo_fence_create_at(semaphore, value, &fence, NULL) == RONDO_OK);
  return fence;
}

static double sample_chain(struct rdo_buffer *const *buffers, uint32_t length) {
  struct rdo_fence *first = make_fence(), *wait = first;
  rdo_object_retain(&first->object);
  for (uint32_t i = 0; i < length; ++i) {
    struct rdo_fence *signal = fence_at(first->points[0].semaphore, first->points[0].value + 1 + i);
    const struct rdo_operation operation = {
        .kind = RDO_OPERATION_COPY, .wait = wait, .signal = signal, .source = buffers[0], .target = buffers[1], .length = COPY_BYTES};
    BENCH_CHECK(rdo_device_submit(device, &operation, NULL) == RONDO_OK);
    rdo_object_release(&wait->object);
    wait = signal;
  }
  busy_wait_ns(2 * REST_NS);
  int64_t start_ns = bench_now_ns();
  rdo_fence_signal(first);
  BENCH_CHECK(rdo_fence_wait(wait, RDO_DEADLINE_NONE) == RONDO_OK);
  int64_t end_ns = bench_now_ns();
  rdo_object_release(&wait->object);
  rdo_object_release(&first->object);
  return (double)(end_ns - start_ns);
}

static void measure_chains(void) {
  if (!is_chosen("signal_round") && !is_chosen("signal_chain")) return;
  struct rdo_buffer *buffers[2];
  struct bench_samples rounds, chains;
  bench_samples_init(&rounds, SAMPLES_MAX);
  bench_samples_init(&chains, SAMPLES_MAX);
  begin_device(1);
  for (int i = 0; i < 2; ++i) {
    BENCH_CHECK(rdo_buffer_create(device->heap, RDO_MEMORY_CPU, RDO_USAGE_DEFAULT, COPY_BYTES, true, &buffers[i], NULL) == RONDO_OK);
  }
  int64_t end_ns = bench_now_ns() + (int64_t)(seconds * 1e9);
  for (int i = 0; i < WARM_COUNT + SAMPLES_MIN || bench_now_ns() < end_ns; ++i) {
    double round = sample_chain(buffers, 1), chain = sample_chain(buffers, CHAIN_LENGTH);
    if (i < WARM_COUNT) continue;
    bench_add(&rounds, round);
    bench_add(&chains, (chain - round) / (CHAIN_LENGTH - 1));
  }
  for (int i = 0; i < 2; ++i) rdo_object_release(&buffers[i]->object);
  end_device();
  print("signal_round", &rounds, NULL);
  print("signal_chain", &chains, NULL);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"row=", "seconds=", "quick", "json", NULL};
  bench_check_options(argc, argv, names, "wake [--row=NAME] [--seconds=S] [--quick] [--json]");
  const char *text = bench_option(argc, argv, "seconds");
  seconds = bench_flag(argc, argv, "quick") ? 0.05 : 2;
  if (text != NULL) seconds = strtod(text, NULL);
  only = bench_option(argc, argv, "row");
  is_json = bench_flag(argc, argv, "json");
  if (bench_pick_cpus(2, cpus) < 2) {
    fprintf(stderr, "wake: needs two CPUs\n");
    return 77;
  }
  bench_pin(cpus[0]);
  if (is_chosen("wake")) measure_wake();
  measure_signal(SIGNAL_HOST, "signal_host");
  measure_signal(SIGNAL_DONOR, "signal_donor");
  measure_signal(SIGNAL_DEPENDENT, "signal_dependent");
  measure_chains();
  return 0;
}
