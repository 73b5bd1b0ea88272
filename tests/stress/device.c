// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Devices with workers against a serial model: up to 16 host threads submit a random graph of operations of all
// kinds, in any order, hold some, wait for some in all the ways there are; some operations fail, and so do some of
// the fences that the host ends, now and then while another thread signals them. Every operation whose waits are
// reached is done once, with the result that the model has; one that fails, by itself or with what it waits for,
// fails what waits for it with that status and nothing else, and what is behind it is not done.
//
//   calm     nothing else happens
//   cancel   another thread cancels what waits, a few times: that is not done, and fails as CANCELLED
//   close    the device is closed in the middle, with work in flight: the same of what waited then
//
// In some rounds of each kind all operations are executions of one recording that one fence starts together, each
// with its own binding table: many more than there are compute slots.

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../support/watchdog.h"
#include "../unit/hal/fake_executable.h"
#include "base/futex.h"
#include "hal/device.h"
#include "stress.h"

enum { OPERATIONS_MAX = 160, WAITS_MAX = 3, ROOT_COUNT = 4, HOSTS_MAX = 16, WORDS = 16, STAGES = 3, QUEUES_MAX = 3 };

enum { BURST_TILE_NS = 3000 };

enum kind { FILL, UPDATE, COPY, MIX, SMALL, INLINE, HOST_CALL, TRANSIENT, FILE_COPY, DISK_COPY, BARRIER, BAD_CALL, BAD_KERNEL, BAD_RANGE, KIND_COUNT };

// What an operation has to itself in the device's memory.
struct block {
  uint32_t out[WORDS];
  uint32_t scratch[2][WORDS];
  uint32_t counts[STAGES * WORDS];  // of workgroups, or one of calls
};

// One operation; const in the round. It waits for roots and for operations of smaller index, and reads what the
// last of those that it waits for has written.
struct plan {
  enum kind kind;
  uint32_t wait_count;
  struct {
    bool is_root;
    uint32_t index;
  } waits[WAITS_MAX];
  int source;                  // operation that it reads from, -1 = the constant block
  bool may_hold;
  uint64_t affinity;
  enum rondo_status status;    // of the operation itself, when its waits are reached
  uint32_t out[WORDS];         // when all that it reads from is done
};

enum disturbance { CALM, CANCEL, CLOSE, DISTURBANCE_COUNT };
enum ending { SIGNAL, FAIL, EITHER };

static struct plan plans[OPERATIONS_MAX];
static uint32_t operation_count, host_count, root_count;
static enum ending endings[ROOT_COUNT];
static struct rdo_fence *roots[ROOT_COUNT], *fences[OPERATIONS_MAX];
static struct rdo_device *device;
static uint32_t worker_count, queue_count;
static enum disturbance disturbance;
static bool is_burst;
static struct rdo_heap *heap;
static struct rdo_buffer *memory;    // block[operation_count + 1], the last one is the constant one
static struct rdo_recording *mix, *small, *bad;
static struct fake_executable *fake;
static int64_t good_id, bad_id;
static rdo_atomic_u32 next_operation, finished_count;
static uint32_t order[OPERATIONS_MAX];  // of submission
static uint8_t file_memory[OPERATIONS_MAX][4 * WORDS];
static struct rdo_file *disk;  // 4 * WORDS bytes for each operation
static rdo_atomic_u32 call_counts[OPERATIONS_MAX];
// Of all rounds: bursts on several workers, and workgroups that ran while recordings waited for a slot.
static uint64_t burst_count;
static rdo_atomic_u64 overflow_count;

// Kernels: (stage; in, out, counts). A workgroup a word; each reads two words of the stage before.

static uint32_t mixed(const uint32_t *in, uint32_t i, uint32_t stage) { return in[i] * 3 + in[(i + 5) % WORDS] + stage; }

static int run_mix(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  uint32_t i = workgroup->workgroup_id_x, stage = state->constants[0];
  const uint32_t *in = state->binding_ptrs[0];
  uint32_t *out = state->binding_ptrs[1], *counts = state->binding_ptrs[2];
  const struct rdo_worker *worker = rdo_worker_current();
  // relaxed: counters
  if (worker != NULL && rdo_atomic_load(&worker->executor->overflow, rdo_relaxed) != NULL) rdo_atomic_add(&overflow_count, 1, rdo_relaxed);
  out[i] = mixed(in, i, stage);
  ++counts[stage * WORDS + i];  // not atomic: nobody else has this workgroup
  // Else recordings turn out to be too small for several workers.
  for (int64_t end_ns = rdo_clock_now_ns() + BURST_TILE_NS; is_burst && stage == 0 && rdo_clock_now_ns() < end_ns;) rdo_cpu_relax();
  return 0;
}

static int run_bad(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  int result = run_mix(environment, state, workgroup);
  return workgroup->workgroup_id_x == 11 ? 1 : result;
}

static struct rdo_buffer_ref slot(uint32_t index) { return (struct rdo_buffer_ref){.slot = index, .length = RDO_WHOLE_BUFFER}; }

// Stage s from slot `from` to slot `to`; slot 4 counts.
static void record_stage(struct rdo_recording *recording, int64_t function, uint32_t stage, uint32_t from, uint32_t to) {
  const struct rdo_dispatch_info info = {
      .executable = &fake->executable, .function_id = function, .workgroup_count = {WORDS, 1, 1}, .constant_count = 1, .binding_count = 3};
  const struct rdo_buffer_ref refs[3] = {slot(from), slot(to), slot(4)};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  STRESS_CHECK(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL) == RONDO_OK);
  constants[0] = stage;
  for (int i = 0; i < 3; ++i) {
    bindings[i] = refs[i];
    STRESS_CHECK(rdo_recording_check_ref(recording, &bindings[i], NULL) == RONDO_OK);
  }
  rdo_recording_complete(recording);
  STRESS_CHECK(rdo_recording_barrier(recording, NULL) == RONDO_OK);
}

// New in each round, as they learn how much work they are. Slots: 0 source, 1 and 2 scratch, 3 result, 4 counts.
static void make_recordings(void) {
  STRESS_CHECK(rdo_recording_create(0, 5, &mix, NULL) == RONDO_OK);
  record_stage(mix, good_id, 0, 0, 1);
  record_stage(mix, good_id, 1, 1, 2);
  record_stage(mix, good_id, 2, 2, 3);
  STRESS_CHECK(rdo_recording_finalize(mix, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_recording_create(0, 5, &bad, NULL) == RONDO_OK);
  record_stage(bad, good_id, 0, 0, 1);
  record_stage(bad, bad_id, 1, 1, 2);
  record_stage(bad, good_id, 2, 2, 3);
  STRESS_CHECK(rdo_recording_finalize(bad, NULL) == RONDO_OK);
  // No kernel, and one worker is enough.
  const struct rdo_buffer_ref from = slot(0), between = slot(1), to = slot(3);
  STRESS_CHECK(rdo_recording_create(0, 5, &small, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_recording_copy(small, &from, &between, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_recording_barrier(small, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_recording_copy(small, &between, &to, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_recording_finalize(small, NULL) == RONDO_OK);
}

// The model ---------------------------------------------------------------------------------------------

static uint32_t constant_word(uint32_t i) { return 1000 + 7 * i; }

static const uint32_t *model_source(const struct plan *plan) {
  static uint32_t constants[WORDS];
  for (uint32_t i = 0; i < WORDS; ++i) constants[i] = constant_word(i);
  return plan->source < 0 ? constants : plans[plan->source].out;
}

static void compute_model(uint32_t index) {
  struct plan *plan = &plans[index];
  const uint32_t *source = model_source(plan);
  uint32_t stages[STAGES + 1][WORDS];
  memcpy(stages[0], source, sizeof stages[0]);
  for (uint32_t s = 0; s < STAGES; ++s) {
    for (uint32_t i = 0; i < WORDS; ++i) stages[s + 1][i] = mixed(stages[s], i, s);
  }
  for (uint32_t i = 0; i < WORDS; ++i) {
    switch (plan->kind) {
      case FILL: plan->out[i] = index + 1; break;
      case UPDATE: plan->out[i] = index * 100 + i; break;
      case HOST_CALL: plan->out[i] = source[i] + 1; break;
      case MIX: plan->out[i] = stages[STAGES][i]; break;
      case COPY: case SMALL: case INLINE: case TRANSIENT: case FILE_COPY: case DISK_COPY: plan->out[i] = source[i]; break;
      default: plan->out[i] = 0; break;
    }
  }
}

static enum rondo_status own_status(enum kind kind) {
  switch (kind) {
    case BAD_CALL: return RONDO_DATA_LOSS;
    case BAD_KERNEL: return RONDO_INTERNAL;
    case BAD_RANGE: return RONDO_OUT_OF_RANGE;
    default: return RONDO_OK;
  }
}

static enum kind choose_kind(uint64_t *random) {
  uint32_t choice = stress_below(random, 40);
  if (is_burst) return choice == 0 ? BAD_KERNEL : MIX;
  return choice == 0 ? (enum kind)(BAD_CALL + (int)stress_below(random, 3)) : (enum kind)(choice % BAD_CALL);
}

static void make_plan(uint32_t index, uint64_t *random) {
  struct plan *plan = &plans[index];
  *plan = (struct plan){.source = -1, .kind = choose_kind(random)};
  plan->status = own_status(plan->kind);
  plan->wait_count = is_burst ? 1 : stress_below(random, WAITS_MAX + 1);
  plan->may_hold = stress_below(random, 3) == 0;
  plan->affinity = stress_below(random, 4) == 0 ? 0 : UINT64_C(1) << stress_below(random, queue_count);
  for (uint32_t i = 0; i < plan->wait_count; ++i) {
    bool is_root = is_burst || index == 0 || stress_below(random, 6) == 0;
    uint32_t waited = is_root ? stress_below(random, root_count) : index - 1 - stress_below(random, index < 20 ? index : 20);
    plan->waits[i].is_root = is_root;
    plan->waits[i].index = waited;
    // What has nothing to show passes on the constant block.
    if (!is_root && plans[waited].kind < BARRIER) plan->source = (int)waited;
  }
  compute_model(index);
}

// Submission --------------------------------------------------------------------------------------------

static struct block *block_of(int index) {
  return (struct block *)(void *)rdo_buffer_data(memory) + (index < 0 ? (int)operation_count : index);
}

static uint64_t offset_of(int index) { return (uint64_t)((uint8_t *)block_of(index) - rdo_buffer_data(memory)); }

static enum rondo_status call_host(void *user, struct rondo_diag *diag) {
  uint32_t index = (uint32_t)(uintptr_t)user;
  const struct plan *plan = &plans[index];
  rdo_atomic_add(&call_counts[index], 1, rdo_relaxed);  // relaxed: counter
  if (plan->kind == BAD_CALL) return rdo_fail(diag, RONDO_DATA_LOSS, "call %u", index);
  for (uint32_t i = 0; i < WORDS; ++i) block_of((int)index)->out[i] = block_of(plan->source)->out[i] + 1;
  return RONDO_OK;
}

static void submit(struct rdo_operation operation, const struct plan *plan, struct rdo_fence *wait, struct rdo_fence *signal) {
  operation.wait = wait;
  operation.signal = signal;
  operation.affinity = plan->affinity;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = plan->may_hold ? rdo_device_submit_held(device, &operation, &diag) : rdo_device_submit(device, &operation, &diag);
  STRESS_CHECK(status == RONDO_OK || signal == NULL);  // a failed wait goes to the signal, or comes back
}

static struct rdo_fence *make_fence(void) {
  struct rdo_fence *fence;
  STRESS_CHECK(rdo_fence_create(&fence, NULL) == RONDO_OK);
  return fence;
}

static void submit_execute(uint32_t index, struct rdo_recording *recording, struct rdo_buffer *source, uint64_t source_offset, struct rdo_fence *wait,
                           struct rdo_fence *signal) {
  const struct plan *plan = &plans[index];
  uint64_t here = offset_of((int)index);
  const struct rdo_buffer_ref entries[5] = {
      {.buffer = source, .offset = source_offset, .length = 4 * WORDS},
      {.buffer = memory, .offset = here + offsetof(struct block, scratch[0]), .length = 4 * WORDS},
      {.buffer = memory, .offset = here + offsetof(struct block, scratch[1]), .length = 4 * WORDS},
      {.buffer = memory, .offset = here + offsetof(struct block, out), .length = 4 * WORDS},
      {.buffer = memory, .offset = here + offsetof(struct block, counts), .length = 4 * STAGES * WORDS},
  };
  submit((struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recording, .bindings = {entries, 5}, .may_inline = plan->kind == INLINE}, plan,
         wait, signal);
}

// alloca, copy into it, a recording that was made before it has memory, dealloca; the result is the copy's.
static void submit_transient(uint32_t index, struct rdo_fence *wait, struct rdo_fence *signal) {
  const struct plan *plan = &plans[index];
  struct rdo_buffer *transient = NULL;
  struct rdo_fence *ready = make_fence(), *copied = make_fence();
  STRESS_CHECK(rdo_buffer_create_transient(heap, 0, 0, 4 * WORDS, &transient, NULL) == RONDO_OK);
  submit((struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .target = transient}, plan, wait, ready);
  submit((struct rdo_operation){.kind = RDO_OPERATION_COPY, .source = memory, .source_offset = offset_of(plan->source), .target = transient, .length = 4 * WORDS},
         plan, ready, copied);
  submit_execute(index, small, transient, 0, copied, signal);
  submit((struct rdo_operation){.kind = RDO_OPERATION_DEALLOCA, .target = transient}, plan, signal, NULL);
  rdo_object_release(&ready->object);
  rdo_object_release(&copied->object);
  rdo_object_release(&transient->object);
}

// Into a file and out of it.
static void submit_file_copy(uint32_t index, struct rdo_fence *wait, struct rdo_fence *signal) {
  const struct plan *plan = &plans[index];
  bool is_disk = plan->kind == DISK_COPY;
  uint64_t place = is_disk ? (uint64_t)index * 4 * WORDS : 0;
  struct rdo_file *file = disk;
  struct rdo_fence *written = make_fence();
  if (is_disk) {
    rdo_object_retain(&disk->object);
  } else {
    STRESS_CHECK(rdo_file_create_from_memory(file_memory[index], sizeof file_memory[index], true, NULL, &file, NULL) == RONDO_OK);
  }
  submit((struct rdo_operation){.kind = RDO_OPERATION_WRITE, .source = memory, .source_offset = offset_of(plan->source), .file = file,
                                .target_offset = place, .length = 4 * WORDS}, plan, wait, written);
  submit((struct rdo_operation){.kind = RDO_OPERATION_READ, .file = file, .source_offset = place, .target = memory,
                                .target_offset = offset_of((int)index), .length = 4 * WORDS}, plan, written, signal);
  rdo_object_release(&written->object);
  rdo_object_release(&file->object);
}

static void submit_plan(uint32_t index, struct rdo_fence *wait, struct rdo_fence *signal) {
  const struct plan *plan = &plans[index];
  uint64_t here = offset_of((int)index), there = offset_of(plan->source);
  struct rdo_operation operation = {.kind = RDO_OPERATION_BARRIER};
  uint32_t data[WORDS];
  switch (plan->kind) {
    case FILL:
      operation = (struct rdo_operation){
          .kind = RDO_OPERATION_FILL, .target = memory, .target_offset = here, .length = 4 * WORDS, .pattern = index + 1, .pattern_length = 4};
      break;
    case UPDATE:
      for (uint32_t i = 0; i < WORDS; ++i) data[i] = index * 100 + i;
      operation = (struct rdo_operation){.kind = RDO_OPERATION_UPDATE, .target = memory, .target_offset = here, .data = {(const uint8_t *)data, sizeof data}};
      break;
    case COPY:
      operation = (struct rdo_operation){
          .kind = RDO_OPERATION_COPY, .source = memory, .source_offset = there, .target = memory, .target_offset = here, .length = 4 * WORDS};
      break;
    case HOST_CALL:
    case BAD_CALL:
      operation = (struct rdo_operation){.kind = RDO_OPERATION_HOST_CALL};
      operation.host.call = call_host;
      operation.host.user = (void *)(uintptr_t)index;
      break;
    case BAD_RANGE:
      operation = (struct rdo_operation){.kind = RDO_OPERATION_COPY, .source = memory, .source_offset = there, .target = memory, .target_offset = UINT64_MAX, .length = 4};
      break;
    case MIX: submit_execute(index, mix, memory, there, wait, signal); return;
    case BAD_KERNEL: submit_execute(index, bad, memory, there, wait, signal); return;
    case SMALL:
    case INLINE: submit_execute(index, small, memory, there, wait, signal); return;
    case TRANSIENT: submit_transient(index, wait, signal); return;
    case FILE_COPY:
    case DISK_COPY: submit_file_copy(index, wait, signal); return;
    case BARRIER:
    case KIND_COUNT: break;
  }
  submit(operation, plan, wait, signal);
}

static void submit_index(uint32_t index) {
  const struct plan *plan = &plans[index];
  struct rdo_fence *waits[WAITS_MAX], *wait;
  for (uint32_t i = 0; i < plan->wait_count; ++i) waits[i] = plan->waits[i].is_root ? roots[plan->waits[i].index] : fences[plan->waits[i].index];
  STRESS_CHECK(rdo_fence_join(waits, plan->wait_count, &wait, NULL) == RONDO_OK);
  submit_plan(index, wait, fences[index]);
  if (wait != NULL) rdo_object_release(&wait->object);
}

// Hosts -------------------------------------------------------------------------------------------------

static void end_root(uint32_t index, uint64_t *random) {
  if (endings[index] == FAIL || (endings[index] == EITHER && stress_below(random, 2) == 0)) {
    rdo_fence_fail(roots[index], RONDO_UNAVAILABLE);
  } else {
    rdo_fence_signal(roots[index]);
  }
}

// Waits for a while, or until it is over; a thread that holds something lets go of it here.
static void wait_somehow(const struct rdo_fence *fence, uint64_t *random) {
  int64_t deadline_ns = rdo_clock_now_ns() + stress_below(random, 300000);
  if (stress_below(random, 3) == 0) {
    rdo_queue_flush();
    (void)rdo_fence_wait(fence, deadline_ns);
  } else {
    (void)rdo_device_wait(device, fence, deadline_ns);
  }
}

static void *run_host(void *user) {
  uint64_t random = *(const uint64_t *)user;
  for (;;) {
    uint32_t place = rdo_atomic_add(&next_operation, 1, rdo_relaxed);  // relaxed: counter
    if (place >= operation_count) break;
    submit_index(order[place]);
    if (place % 31 == 7 && !is_burst) end_root(place / 31 % root_count, &random);
    if (stress_below(&random, 12) == 0) wait_somehow(fences[order[stress_below(&random, place + 1)]], &random);
    if (stress_below(&random, 8) == 0) sched_yield();
  }
  rdo_queue_flush();
  rdo_atomic_add(&finished_count, 1, rdo_acq_rel);
  if (disturbance == CLOSE) return NULL;
  while (rdo_atomic_load(&finished_count, rdo_acquire) < host_count) sched_yield();
  // Without workers everything depends on those that wait.
  for (uint32_t i = 0; i < root_count; ++i) end_root(i, &random);
  uint32_t first = stress_below(&random, operation_count);
  for (uint32_t i = 0; i < operation_count; ++i) (void)rdo_device_wait(device, fences[order[(first + i) % operation_count]], RDO_DEADLINE_NONE);
  return NULL;
}

// A round -----------------------------------------------------------------------------------------------

static void make_device(uint64_t *random) {
  struct rdo_executor_options queues[QUEUES_MAX] = {{0}};
  static const uint32_t worker_counts[] = {0, 1, 2, 2, 3, 4, 8};
  worker_count = worker_counts[stress_below(random, 7)];
  queue_count = worker_count == 0 || stress_below(random, 2) == 0 ? 1 : 2 + stress_below(random, 2);
  for (uint32_t i = 0; i < queue_count; ++i) {
    queues[i].worker_count = worker_count;
#ifndef RDO_HOSTILE
    if (stress_below(random, 2) == 0) queues[i].spin_ns = 20000;
#endif
  }
  const struct rdo_device_options options = {.name = "local-task", .queues = queues, .queue_count = queue_count};
  STRESS_CHECK(rdo_device_create(&options, &device, NULL) == RONDO_OK);
  heap = device->heap;
  rdo_object_retain(&heap->object);
  watchdog_watch(device->executors[0]);
}

// A file that the proactor reads and writes; the descriptor is duplicated.
static void make_disk(void) {
  int fd = memfd_create("stress", MFD_CLOEXEC);
  STRESS_CHECK(fd >= 0 && rdo_device_import_file(device, fd, 0, &disk, NULL) == RONDO_OK);
  close(fd);
}

static void begin_round(uint64_t *random) {
  static const uint32_t host_counts[] = {1, 2, 3, HOSTS_MAX};
  make_device(random);
  make_disk();
  make_recordings();
  disturbance = (enum disturbance)stress_below(random, DISTURBANCE_COUNT);
  is_burst = stress_below(random, 3) == 0;
  if (is_burst && worker_count > 1) ++burst_count;
  operation_count = is_burst ? OPERATIONS_MAX : 1 + stress_below(random, OPERATIONS_MAX);
  host_count = host_counts[stress_below(random, 4)];
  root_count = is_burst ? 1 : 1 + stress_below(random, ROOT_COUNT);
  rdo_atomic_init(&next_operation, 0);
  rdo_atomic_init(&finished_count, 0);
  STRESS_CHECK(rdo_buffer_create(heap, 0, 0, (operation_count + 1) * sizeof(struct block), true, &memory, NULL) == RONDO_OK);
  for (uint32_t i = 0; i < WORDS; ++i) block_of(-1)->out[i] = constant_word(i);
  for (uint32_t i = 0; i < root_count; ++i) {
    roots[i] = make_fence();
    uint32_t choice = stress_below(random, 40);
    endings[i] = choice == 0 ? FAIL : choice == 1 ? EITHER : SIGNAL;
  }
  for (uint32_t i = 0; i < operation_count; ++i) {
    make_plan(i, random);
    fences[i] = make_fence();
    rdo_atomic_init(&call_counts[i], 0);
    order[i] = i;
  }
  // Nearly in order, so that all meet: what is ready at once, what waits, and what waits for what comes later.
  for (uint32_t i = 0; i < operation_count; ++i) {
    uint32_t other = i + stress_below(random, operation_count - i < 10 ? operation_count - i : 10), kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
}

// What an operation that has not begun has left alone.
static void check_not_done(uint32_t index, enum rondo_status status) {
  const struct block *block = block_of((int)index);
  for (uint32_t i = 0; i < STAGES * WORDS; ++i) STRESS_CHECK(block->counts[i] == 0);
  STRESS_CHECK(rdo_atomic_load(&call_counts[index], rdo_acquire) == 0);
  // A transfer is cancelled in the middle, too.
  if (plans[index].kind == DISK_COPY && status == RONDO_CANCELLED) return;
  for (uint32_t i = 0; i < WORDS; ++i) STRESS_CHECK(block->out[i] == 0);
}

static void check_done(uint32_t index) {
  const struct plan *plan = &plans[index];
  const struct block *block = block_of((int)index);
  bool is_mix = plan->kind == MIX || plan->kind == BAD_KERNEL, is_call = plan->kind == HOST_CALL || plan->kind == BAD_CALL;
  for (uint32_t i = 0; i < STAGES * WORDS; ++i) {
    // Of the failing recording the stage before has run, the one behind has not.
    if (plan->kind == BAD_KERNEL && i / WORDS == 1) {
      STRESS_CHECK(block->counts[i] <= 1);
    } else {
      STRESS_CHECK(block->counts[i] == (is_mix && (plan->kind == MIX || i < WORDS)));
    }
  }
  STRESS_CHECK(rdo_atomic_load(&call_counts[index], rdo_acquire) == is_call);
  for (uint32_t i = 0; i < WORDS; ++i) STRESS_CHECK(block->out[i] == plan->out[i]);
}

// Against what became of all that it waits for.
static void check_operation(uint32_t index) {
  const struct plan *plan = &plans[index];
  enum rondo_status status = rdo_fence_query(fences[index]);
  bool is_reached = true, is_handed_on = false;
  for (uint32_t i = 0; i < plan->wait_count; ++i) {
    uint32_t index_waited = plan->waits[i].index;
    enum rondo_status waited = rdo_fence_query(plan->waits[i].is_root ? roots[index_waited] : fences[index_waited]);
    // A fence that is signalled after it has failed is reached; who waited before has seen it fail.
    if (plan->waits[i].is_root && endings[index_waited] == EITHER && status == RONDO_UNAVAILABLE) waited = status;
    is_reached &= waited == RONDO_OK;
    is_handed_on |= waited != RONDO_OK && waited == status;
  }
  if (disturbance != CALM && status == RONDO_CANCELLED) {
    check_not_done(index, status);
  } else if (is_reached) {
    STRESS_CHECK(status == plan->status);
    check_done(index);
  } else {
    STRESS_CHECK(is_handed_on);
    check_not_done(index, status);
  }
}

static void release_fences(struct rdo_fence **released, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    STRESS_CHECK(rdo_atomic_load(&released[i]->object.ref_count, rdo_acquire) == 1);
    rdo_object_release(&released[i]->object);
  }
}

static void release_recording(struct rdo_recording *recording) {
  STRESS_CHECK(rdo_atomic_load(&recording->object.ref_count, rdo_acquire) == 1);
  rdo_object_release(&recording->object);
}

// Closes, if that has not happened; then nothing is left that anybody holds.
static void end_round(uint64_t *random) {
  rdo_device_close(device);
  for (uint32_t i = 0; i < root_count; ++i) end_root(i, random);  // what the device has cancelled ends with its wait
  watchdog_watch(NULL);
  rdo_object_release(&disk->object);
  STRESS_CHECK(rdo_atomic_load(&device->object.ref_count, rdo_acquire) == 1);
  rdo_object_release(&device->object);
  for (uint32_t i = 0; i < operation_count; ++i) check_operation(i);
  release_fences(fences, operation_count);
  release_fences(roots, root_count);
  STRESS_CHECK(rdo_atomic_load(&memory->object.ref_count, rdo_acquire) == 1);
  release_recording(mix);
  release_recording(small);
  release_recording(bad);
  rdo_object_release(&memory->object);
  STRESS_CHECK(rdo_atomic_load(&heap->live_bytes, rdo_acquire) == 0);
  STRESS_CHECK(rdo_atomic_load(&heap->object.ref_count, rdo_acquire) == 1);
  rdo_object_release(&heap->object);
}

static void disturb(uint64_t *random) {
  uint32_t limit = stress_below(random, operation_count + 1);
  while (disturbance == CANCEL && limit < operation_count) {
    // relaxed: hint
    while (rdo_atomic_load(&next_operation, rdo_relaxed) < limit) sched_yield();
    rdo_queue_cancel(&device->queues[stress_below(random, queue_count)]);
    limit += 1 + stress_below(random, operation_count);
  }
  if (disturbance != CLOSE) return;
  // relaxed: hint
  while (rdo_atomic_load(&next_operation, rdo_relaxed) < limit) sched_yield();
  if (is_burst) end_root(0, random);
  rdo_device_close(device);
}

static void run_round(uint64_t random) {
  pthread_t threads[HOSTS_MAX];
  uint64_t seeds[HOSTS_MAX];
  begin_round(&random);
  for (uint32_t i = 0; i < host_count; ++i) {
    seeds[i] = stress_random(&random);
    STRESS_CHECK(pthread_create(&threads[i], NULL, run_host, &seeds[i]) == 0);
  }
  disturb(&random);
  for (uint32_t i = 0; i < host_count; ++i) pthread_join(threads[i], NULL);
  end_round(&random);
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  uint64_t seed;
  watchdog_begin();
  fake = fake_executable_create();
  good_id = fake_executable_add(fake, "mix", run_mix, 1, 3);
  bad_id = fake_executable_add(fake, "bad", run_bad, 1, 3);
  while (stress_next(&stress, &seed)) {
    run_round(seed);
    watchdog_tick();
  }
  STRESS_CHECK(rdo_atomic_load(&fake->executable.object.ref_count, rdo_acquire) == 1);
  rdo_object_release(&fake->executable.object);
  watchdog_end();
  printf("%llu bursts, %llu workgroups beside an overflow\n", (unsigned long long)burst_count,
         (unsigned long long)rdo_atomic_load(&overflow_count, rdo_acquire));
  // One burst may be drained as fast as it comes.
  STRESS_CHECK(burst_count < 20 || rdo_atomic_load(&overflow_count, rdo_acquire) != 0);
  return 0;
}
