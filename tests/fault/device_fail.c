// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Devices without memory or threads: a chain of all kinds of operations while the n-th allocation of any thread
// fails, or the n-th thread cannot be made, for n = 1, 2, 3, ... until nothing is left to fail. What fails says
// RESOURCE_EXHAUSTED, and so does what depends on it, and nothing else fails; the same chain works right after it
// on the same device; nothing hangs and nothing is left behind. And without failures: how often memory is asked for
// when the same operations come again, which is never, and by a recording of many commands.

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/watchdog.h"
#include "../unit/hal/fake_executable.h"
#include "base/clock.h"
#include "base/pool.h"
#include "hal/device.h"
#include "inject.h"

#define CHECK(condition)                          \
  do {                                            \
    if (!(condition)) stop(__LINE__, #condition); \
  } while (0)

static const char *device_name;
static uint32_t device_workers;
static struct rondo_diag diag;

static void stop(int line, const char *condition) {
  fprintf(stderr, "%s:%d: not true: %s; %s on %u workers, failing %s %u%s: %s\n", __FILE__, line, condition, device_name, device_workers,
          rdo_atomic_load(&inject.kinds, rdo_seq_cst) == INJECT_THREADS ? "thread" : "allocation", inject.target, inject.fails_from_on ? " and all after it" : "",
          diag.message);
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
  rdo_pool_trim();
  before.threads = count_threads();
  before.blocks = inject_live_blocks();
}

static void check_nothing_left(void) {
  rdo_pool_trim();
  // A joined thread is in the list, and so is its memory in use, for a moment longer; the watchdog ends this if it stays.
  while (count_threads() != before.threads) sched_yield();
  CHECK(inject_live_blocks() == before.blocks);
  watchdog_tick();
}

// A chain of operations ------------------------------------------------------------------------------

enum { WORDS = 64, LINKS = 9 };

static struct fake_executable *fake;
static uint8_t file_memory[4 * WORDS];

static int run_add(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  ((uint32_t *)state->binding_ptrs[0])[workgroup->workgroup_id_x] += 5;
  return 0;
}

// What a chain needs; what could not be made is NULL.
struct chain {
  struct rdo_buffer *result, *transient;
  struct rdo_recording *recording;
  struct rdo_file *file;
  struct rdo_fence *start, *ends[LINKS];
  struct rdo_fence *aside, *both;  // signalled by nobody but the host; with the last but one of `ends`
  uint32_t call_count;
};

static enum rondo_status count_call(void *user, struct rondo_diag *call_diag) {
  (void)call_diag;
  ++*(uint32_t *)user;
  return RONDO_OK;
}

// A step: OK, or the failure that was injected.
#define STEP(call)                                                                  \
  if (status == RONDO_OK) {                                                         \
    status = (call);                                                                \
    CHECK(status == RONDO_OK || (status == RONDO_RESOURCE_EXHAUSTED && inject_has_failed())); \
  }

static enum rondo_status record_add(struct rdo_recording *recording) {
  enum rondo_status status = RONDO_OK;
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {WORDS, 1, 1}, .binding_count = 1};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  STEP(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  if (status != RONDO_OK) return status;
  bindings[0] = (struct rdo_buffer_ref){.slot = 0, .length = RDO_WHOLE_BUFFER};
  STEP(rdo_recording_check_ref(recording, &bindings[0], &diag));
  if (status != RONDO_OK) return status;
  rdo_recording_complete(recording);
  STEP(rdo_recording_barrier(recording, &diag));
  return status;
}

static enum rondo_status make_chain(struct rdo_device *device, struct chain *chain) {
  enum rondo_status status = RONDO_OK;
  *chain = (struct chain){.call_count = 0};
  STEP(rdo_buffer_create(device->heap, 0, 0, 4 * WORDS, true, &chain->result, &diag));
  STEP(rdo_buffer_create_transient(device->heap, 0, 0, 4 * WORDS, &chain->transient, &diag));
  STEP(rdo_recording_create(0, 1, &chain->recording, &diag));
  for (int i = 0; i < 3; ++i) STEP(record_add(chain->recording));
  STEP(rdo_recording_finalize(chain->recording, &diag));
  STEP(rdo_file_create_from_memory(file_memory, sizeof file_memory, true, NULL, &chain->file, &diag));
  STEP(rdo_fence_create(&chain->start, &diag));
  STEP(rdo_fence_create(&chain->aside, &diag));
  for (int i = 0; i < LINKS; ++i) STEP(rdo_fence_create(&chain->ends[i], &diag));
  STEP(rdo_fence_join((struct rdo_fence *const[]){chain->ends[LINKS - 2], chain->aside}, 2, &chain->both, &diag));
  return status;
}

static void release_chain(struct chain *chain) {
  struct rdo_object *const objects[] = {
      chain->result == NULL ? NULL : &chain->result->object,       chain->transient == NULL ? NULL : &chain->transient->object,
      chain->recording == NULL ? NULL : &chain->recording->object, chain->file == NULL ? NULL : &chain->file->object,
      chain->start == NULL ? NULL : &chain->start->object,         chain->aside == NULL ? NULL : &chain->aside->object,
      chain->both == NULL ? NULL : &chain->both->object,
  };
  for (size_t i = 0; i < sizeof objects / sizeof objects[0]; ++i) {
    if (objects[i] != NULL) rdo_object_release(objects[i]);
  }
  for (int i = 0; i < LINKS; ++i) {
    if (chain->ends[i] != NULL) rdo_object_release(&chain->ends[i]->object);
  }
}

// What could not be kept fails its signal, as compiled modules do it.
static void submit(struct rdo_device *device, struct rdo_operation operation, struct rdo_fence *wait, struct rdo_fence *signal, bool may_hold) {
  operation.wait = wait;
  operation.signal = signal;
  operation.affinity = 1;
  enum rondo_status status = may_hold ? rdo_device_submit_held(device, &operation, &diag) : rdo_device_submit(device, &operation, &diag);
  CHECK(status == RONDO_OK || (status == RONDO_RESOURCE_EXHAUSTED && inject_has_failed()));
  if (status != RONDO_OK) rdo_fence_fail(signal, status);
}

// Every operation waits for the one before; the first waits for `start`, or runs at once. The last one waits for a fence of the host, too.
static void submit_chain(struct rdo_device *device, struct chain *c, bool is_later, bool may_hold) {
  static const uint32_t seven = 7;
  const struct rdo_buffer_ref entry = {.buffer = c->transient, .length = RDO_WHOLE_BUFFER};
  struct rdo_operation operations[LINKS] = {
      {.kind = RDO_OPERATION_ALLOCA, .target = c->transient},
      {.kind = RDO_OPERATION_FILL, .target = c->transient, .length = 4 * WORDS, .pattern = 1, .pattern_length = 4},
      {.kind = RDO_OPERATION_UPDATE, .target = c->transient, .data = {(const uint8_t *)&seven, 4}},
      {.kind = RDO_OPERATION_EXECUTE, .recording = c->recording, .bindings = {&entry, 1}},
      {.kind = RDO_OPERATION_WRITE, .source = c->transient, .file = c->file, .length = 4 * WORDS},
      {.kind = RDO_OPERATION_READ, .file = c->file, .target = c->result, .length = 4 * WORDS},
      {.kind = RDO_OPERATION_HOST_CALL},
      {.kind = RDO_OPERATION_DEALLOCA, .target = c->transient},
      {.kind = RDO_OPERATION_COPY, .source = c->result, .target = c->result, .target_offset = 4, .length = 4},
  };
  operations[6].host.call = count_call;
  operations[6].host.user = &c->call_count;
  for (int i = 0; i < LINKS; ++i) {
    struct rdo_fence *wait = i == LINKS - 1 ? c->both : i > 0 ? c->ends[i - 1] : is_later ? c->start : NULL;
    submit(device, operations[i], wait, c->ends[i], may_hold);
  }
  rdo_fence_signal(c->aside);
  rdo_fence_signal(c->start);
}

// Reached up to some operation, failed from there on.
static enum rondo_status wait_chain(struct rdo_device *device, const struct chain *c) {
  int64_t deadline_ns = rdo_clock_now_ns() + INT64_C(50000000000);
  enum rondo_status status = rdo_device_wait(device, c->ends[LINKS - 1], deadline_ns);
  bool is_reached = true;
  uint32_t reached_count = 0;
  for (int i = 0; i < LINKS; ++i) {
    enum rondo_status one = rdo_device_wait(device, c->ends[i], deadline_ns);  // a failure behind it may have been first
    CHECK(one == RONDO_OK || (one == RONDO_RESOURCE_EXHAUSTED && inject_has_failed()));
    CHECK(is_reached || one != RONDO_OK);
    is_reached = one == RONDO_OK;
    reached_count += is_reached;
  }
  CHECK(status == (is_reached ? RONDO_OK : RONDO_RESOURCE_EXHAUSTED));
  CHECK(c->call_count == (reached_count > 6));
  const uint32_t *words = (const uint32_t *)(const void *)rdo_buffer_data(c->result);
  for (uint32_t i = 0; i < WORDS && reached_count > 5; ++i) CHECK(words[i] == (i == 0 || (i == 1 && is_reached) ? 22 : 16));
  return status;
}

static enum rondo_status use_device(struct rdo_device *device, bool is_later, bool may_hold) {
  struct chain chain;
  enum rondo_status status = make_chain(device, &chain);
  if (status == RONDO_OK) {
    submit_chain(device, &chain, is_later, may_hold);
    status = wait_chain(device, &chain);
  }
  release_chain(&chain);
  return status;
}

// Devices --------------------------------------------------------------------------------------------

enum { QUEUES = 2 };

static struct rdo_device_options options_of(int worker_count, struct rdo_executor_options *queues) {
  for (int i = 0; i < QUEUES; ++i) queues[i] = (struct rdo_executor_options){.worker_count = (uint32_t)(worker_count < 0 ? 0 : worker_count), .local_memory_bytes = 4096};
  device_name = worker_count < 0 ? "local-sync" : "local-task";
  device_workers = queues[0].worker_count;
  return (struct rdo_device_options){.name = device_name, .queues = queues, .queue_count = QUEUES};
}

static void end_device(struct rdo_device *device) {
  rdo_device_close(device);
  watchdog_watch(NULL);
  CHECK(rdo_atomic_load(&device->object.ref_count, rdo_seq_cst) == 1);
  CHECK(rdo_atomic_load(&device->heap->live_bytes, rdo_seq_cst) == 0);
  rdo_object_release(&device->object);
}

// Returns whether something was made to fail.
static bool fail_one(int worker_count, uint32_t kind, uint32_t target, uint32_t variant) {
  struct rdo_executor_options queues[QUEUES];
  const struct rdo_device_options options = options_of(worker_count, queues);
  struct rdo_device *device = (struct rdo_device *)&inject;
  diag = (struct rondo_diag){.status = RONDO_OK};
  note_before();
  inject.target = target;
  inject.fails_from_on = (variant & 1) != 0;
  inject_begin(kind);
  enum rondo_status status = rdo_device_create(&options, &device, &diag);
  CHECK(status == RONDO_OK ? device != NULL : status == RONDO_RESOURCE_EXHAUSTED && device == NULL && diag.message_length > 0);
  CHECK(status == RONDO_OK || inject_has_failed());
  if (status == RONDO_OK) {
    if (device->executors[0] != NULL) watchdog_watch(device->executors[0]);
    status = use_device(device, (variant & 2) != 0, (variant & 4) != 0);
    CHECK(status == RONDO_OK || inject_has_failed());
    inject_end();
    CHECK(use_device(device, (variant & 2) != 0, (variant & 4) != 0) == RONDO_OK);
    end_device(device);
  }
  inject_end();
  check_nothing_left();
  return inject_has_failed();
}

static void fail_each(int worker_count, uint32_t kind, const char *name) {
  for (uint32_t variant = 0; variant < 8; ++variant) {
    uint32_t count = 0;
    while (fail_one(worker_count, kind, count + 1, variant)) ++count;
    if (variant == 0) printf("%s, %d workers: %u %s failed\n", device_name, worker_count, count, name);
    CHECK(kind == INJECT_MEMORY ? count > 10 : count == (uint32_t)worker_count * QUEUES);
  }
}

// Again and again ------------------------------------------------------------------------------------

// The same operations with the same things; fences of a timeline, as a program that runs for long has them.
static void repeat(int worker_count) {
  enum { WARM = 100, ROUNDS = 2000 };
  struct rdo_executor_options queues[QUEUES];
  const struct rdo_device_options options = options_of(worker_count, queues);
  struct rdo_device *device;
  static struct rdo_fence *fences[ROUNDS][LINKS], *boths[ROUNDS];
  struct chain chain;
  inject.target = 0;
  CHECK(rdo_device_create(&options, &device, &diag) == RONDO_OK);
  CHECK(make_chain(device, &chain) == RONDO_OK);
  struct chain used = chain;
  for (int r = 0; r < ROUNDS; ++r) {
    for (int i = 0; i < LINKS; ++i) CHECK(rdo_fence_create(&fences[r][i], NULL) == RONDO_OK);
    CHECK(rdo_fence_join((struct rdo_fence *const[]){fences[r][LINKS - 2], chain.aside}, 2, &boths[r], NULL) == RONDO_OK);
  }
  for (int r = 0; r < ROUNDS; ++r) {
    if (r == WARM) inject_begin(INJECT_MEMORY);
    memcpy(used.ends, fences[r], sizeof used.ends);
    used.both = boths[r];
    used.call_count = 0;
    submit_chain(device, &used, r % 2 == 0, r % 3 == 0);
    CHECK(wait_chain(device, &used) == RONDO_OK);
    watchdog_tick();
  }
  uint32_t count = inject_count();
  inject_end();
  printf("%s, %d workers: %u allocations in %d operations\n", device_name, worker_count, count, (ROUNDS - WARM) * LINKS);
  // A submission keeps what it once needed. With workers another one may be next in line.
  CHECK(count <= (worker_count > 0 ? RDO_SUBMISSION_CHUNK_FIRST * 10u : 0));
  for (int r = 0; r < ROUNDS; ++r) {
    for (int i = 0; i < LINKS; ++i) rdo_object_release(&fences[r][i]->object);
    rdo_object_release(&boths[r]->object);
  }
  release_chain(&chain);
  end_device(device);
}

// Commands go into blocks, and what grows doubles: a recording of many asks for memory a few times only.
static void record_many(void) {
  enum { COMMANDS = 100000, BYTES_A_COMMAND = 256, BLOCK_BYTES = 16384 };
  const struct rdo_buffer_ref target = {.slot = 0, .length = RDO_WHOLE_BUFFER};
  struct rdo_recording *recording;
  note_before();
  inject.target = 0;
  inject_begin(INJECT_MEMORY);
  CHECK(rdo_recording_create(0, 1, &recording, &diag) == RONDO_OK);
  for (int i = 0; i < COMMANDS; ++i) {
    CHECK(rdo_recording_fill(recording, &target, 1, 4, &diag) == RONDO_OK);
    if (i % 4 == 0) CHECK(rdo_recording_barrier(recording, &diag) == RONDO_OK);
  }
  CHECK(rdo_recording_finalize(recording, &diag) == RONDO_OK);
  uint32_t count = inject_count();
  inject_end();
  printf("%u allocations for %d commands\n", count, COMMANDS);
  CHECK(count <= COMMANDS / (BLOCK_BYTES / BYTES_A_COMMAND));
  rdo_object_release(&recording->object);
  check_nothing_left();
}

int main(void) {
  watchdog_begin();
  fake = fake_executable_create();
  (void)fake_executable_add(fake, "add", run_add, 0, 1);
  // Once without a failure: what the C library allocates at its first use is not counted.
  for (int worker_count = -1; worker_count <= 2; ++worker_count) (void)fail_one(worker_count, INJECT_MEMORY, 0, 0);
  for (int worker_count = -1; worker_count <= 2; ++worker_count) fail_each(worker_count, INJECT_MEMORY, "allocations");
  for (int worker_count = 1; worker_count <= 2; ++worker_count) fail_each(worker_count, INJECT_THREADS, "threads");
  for (int worker_count = -1; worker_count <= 2; ++worker_count) repeat(worker_count);
  record_many();
  rdo_object_release(&fake->executable.object);
  watchdog_end();
  return 0;
}
