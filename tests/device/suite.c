// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "suite.h"

#include <sched.h>
#include <stdio.h>

#include "base/clock.h"

// Far above what anything takes, also under a sanitizer on a busy machine; below CTest's own limit.
#define PATIENCE_NS INT64_C(60000000000)

struct suite suite;

static rdo_atomic_u32 check_failure_count;
static rdo_atomic_u32 is_gate_open, gate_count;
static rdo_atomic_u32 inside[SUITE_PROCESSORS_MAX];

void suite_check_at(bool is_true, const char *file, int line, const char *text) {
  if (is_true) return;
  if (rdo_atomic_add(&check_failure_count, 1, rdo_relaxed) < 10) fprintf(stderr, "%s:%d: not true: %s\n", file, line, text);  // relaxed: counter
}

void suite_expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), suite.diag.message);
}

// Kernels -----------------------------------------------------------------------------------------------

static uint32_t number_of(const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  return (workgroup->workgroup_id_z * state->workgroup_count_y + workgroup->workgroup_id_y) * state->workgroup_count_x + workgroup->workgroup_id_x;
}

static uint32_t *words_of(const struct rdo_dispatch_state *state, uint32_t binding, uint32_t index) {
  SUITE_CHECK(((size_t)index + 1) * 4 <= state->binding_lengths[binding]);
  return (uint32_t *)state->binding_ptrs[binding];
}

#define KERNEL(name)                                                                                                     \
  static int name(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, \
                  const struct rdo_workgroup_state *workgroup)

KERNEL(run_count) {
  (void)environment;
  uint32_t i = number_of(state, workgroup);
  ++words_of(state, 0, i)[i];
  return 0;
}

KERNEL(run_stage) {
  (void)environment;
  uint32_t i = number_of(state, workgroup);
  uint32_t *x = words_of(state, 0, i);
  x[i] = x[i] * state->constants[0] + state->constants[1];
  return 0;
}

KERNEL(run_neighbour) {
  (void)environment;
  uint32_t i = number_of(state, workgroup), from = (i + 7) % state->constants[0];
  words_of(state, 1, i)[i] = words_of(state, 0, from)[from] + i;
  return 0;
}

KERNEL(run_fail) {
  (void)environment;
  uint32_t i = number_of(state, workgroup);
  ++words_of(state, 0, i)[i];
  return i == state->constants[0] ? 7 : 0;
}

KERNEL(run_order) {
  (void)environment;
  uint32_t *x = words_of(state, 0, 0);
  uint32_t place = ++x[0];
  words_of(state, 0, place)[place] = number_of(state, workgroup);
  return 0;
}

KERNEL(run_grid) {
  (void)environment;
  (void)workgroup;
  memcpy(words_of(state, 0, 2), state->constants, 12);
  return 0;
}

KERNEL(run_scratch) {
  (void)environment;
  uint32_t i = number_of(state, workgroup);
  uint8_t *memory = workgroup->local_memory;
  memset(memory, (int)(i & 0xFF), workgroup->local_memory_bytes);
  sched_yield();
  bool is_same = true;
  for (uint32_t k = 0; k < workgroup->local_memory_bytes; k += 61) is_same &= memory[k] == (uint8_t)i;
  SUITE_CHECK(is_same);
  words_of(state, 0, i)[i] += is_same;
  return 0;
}

KERNEL(run_processor) {
  (void)environment;
  uint32_t i = number_of(state, workgroup), id = workgroup->processor_id;
  SUITE_CHECK(id < SUITE_PROCESSORS_MAX);
  SUITE_CHECK(rdo_atomic_add(&inside[id], 1, rdo_acq_rel) == 0);
  sched_yield();
  ++words_of(state, 0, i)[i];
  rdo_atomic_sub(&inside[id], 1, rdo_acq_rel);
  return 0;
}

KERNEL(run_gate) {
  (void)environment;
  uint32_t i = number_of(state, workgroup);
  rdo_atomic_add(&gate_count, 1, rdo_acq_rel);
  int64_t end_ns = rdo_clock_now_ns() + PATIENCE_NS;
  while (rdo_atomic_load(&is_gate_open, rdo_acquire) == 0 && rdo_clock_now_ns() < end_ns) sched_yield();
  ++words_of(state, 0, i)[i];
  return 0;
}

void suite_open_gate(void) { rdo_atomic_store(&is_gate_open, 1, rdo_release); }
uint32_t suite_gate_count(void) { return rdo_atomic_load(&gate_count, rdo_acquire); }

static const struct {
  const char *name;
  rdo_dispatch_fn function;
  uint8_t constant_count, binding_count;
  uint16_t local_memory_pages;
} kernels[KERNEL_TOTAL] = {
    [KERNEL_COUNT] = {"count", run_count, 0, 1, 0},
    [KERNEL_STAGE] = {"stage", run_stage, 2, 1, 0},
    [KERNEL_NEIGHBOUR] = {"neighbour", run_neighbour, 1, 2, 0},
    [KERNEL_FAIL] = {"fail", run_fail, 1, 1, 0},
    [KERNEL_ORDER] = {"order", run_order, 0, 1, 0},
    [KERNEL_GRID] = {"grid", run_grid, 3, 1, 0},
    [KERNEL_SCRATCH] = {"scratch", run_scratch, 0, 1, 4},
    [KERNEL_HUGE] = {"huge", run_count, 0, 1, SUITE_HUGE_PAGES},
    [KERNEL_PROCESSOR] = {"processor", run_processor, 0, 1, 0},
    [KERNEL_GATE] = {"gate", run_gate, 0, 1, 0},
};

static void make_executable(void) {
  suite.fake = fake_executable_create();
  for (int i = 0; i < KERNEL_TOTAL; ++i) {
    int64_t id = fake_executable_add(suite.fake, kernels[i].name, kernels[i].function, kernels[i].constant_count, kernels[i].binding_count);
    suite.fake->attrs[id].local_memory_pages = kernels[i].local_memory_pages;
  }
  suite.fake->attrs[KERNEL_ORDER].flags = RDO_DISPATCH_FLAG_SEQUENTIAL;
}

// Objects -----------------------------------------------------------------------------------------------

static struct rdo_object **objects;
static size_t object_count, object_capacity;

void suite_keep(struct rdo_object *object) {
  if (object_count == object_capacity) {
    object_capacity = object_capacity == 0 ? 64 : 2 * object_capacity;
    objects = realloc(objects, object_capacity * sizeof *objects);
    if (objects == NULL) abort();
  }
  objects[object_count++] = object;
}

void suite_end_objects(void) {
  while (object_count != 0) rdo_object_release(objects[--object_count]);
}

struct rdo_fence *suite_fence(void) {
  struct rdo_fence *fence = NULL;
  suite_expect_ok(rdo_fence_create(&fence, &suite.diag));
  suite_keep(&fence->object);
  return fence;
}

struct rdo_fence *suite_join(struct rdo_fence *const *fences, uint32_t count) {
  struct rdo_fence *fence = NULL;
  suite_expect_ok(rdo_fence_join(fences, count, &fence, &suite.diag));
  if (fence != NULL) suite_keep(&fence->object);
  return fence;
}

struct rdo_buffer *suite_zeroes(uint64_t byte_length) {
  struct rdo_buffer *buffer = NULL;
  suite_expect_ok(rdo_buffer_create(suite.heap, 0, 0, byte_length, true, &buffer, &suite.diag));
  suite_keep(&buffer->object);
  return buffer;
}

struct rdo_buffer *suite_buffer(uint64_t byte_length) {
  struct rdo_buffer *buffer = suite_zeroes(byte_length);
  for (uint64_t i = 0; i < byte_length; ++i) rdo_buffer_data(buffer)[i] = suite_byte(i);
  return buffer;
}

struct rdo_buffer *suite_transient(uint64_t byte_length) {
  struct rdo_buffer *buffer = NULL;
  suite_expect_ok(rdo_buffer_create_transient(suite.heap, 0, 0, byte_length, &buffer, &suite.diag));
  suite_keep(&buffer->object);
  return buffer;
}

struct rdo_file *suite_file(uint8_t *data, uint64_t byte_length, bool is_writable) {
  struct rdo_file *file = NULL;
  suite_expect_ok(rdo_file_create_from_memory(data, byte_length, is_writable, NULL, &file, &suite.diag));
  suite_keep(&file->object);
  return file;
}

struct rdo_recording *suite_recording(uint32_t slot_capacity) {
  struct rdo_recording *recording = NULL;
  suite_expect_ok(rdo_recording_create(0, slot_capacity, &recording, &suite.diag));
  suite_keep(&recording->object);
  return recording;
}

static void destroy_timeline(struct rdo_object *object) {
  struct rdo_semaphore *semaphore = RDO_CONTAINER(object, struct rdo_semaphore, object);
  rdo_semaphore_deinit(semaphore);
  free(semaphore);
}

struct rdo_semaphore *suite_timeline(void) {
  static const struct rdo_object_type type = {"test.semaphore", destroy_timeline};
  struct rdo_semaphore *semaphore = calloc(1, sizeof *semaphore);
  if (semaphore == NULL) abort();
  rdo_semaphore_init(semaphore, &type, 0);
  suite_keep(&semaphore->object);
  return semaphore;
}

static void destroy_fence_at(struct rdo_object *object) {
  struct rdo_fence *fence = RDO_CONTAINER(object, struct rdo_fence, object);
  for (uint32_t i = 0; i < fence->count; ++i) rdo_object_release(&fence->points[i].semaphore->object);
  free(fence);
}

struct rdo_fence *suite_fence_at(struct rdo_semaphore *const *semaphores, const uint64_t *values, uint32_t count) {
  static const struct rdo_object_type type = {"test.fence", destroy_fence_at};
  struct rdo_fence *fence = calloc(1, sizeof *fence + count * sizeof fence->points[0]);
  if (fence == NULL) abort();
  rdo_object_init(&fence->object, &type);
  for (uint32_t i = 0; i < count; ++i) {
    rdo_object_retain(&semaphores[i]->object);
    fence->points[i] = (struct rdo_fence_point){semaphores[i], values[i]};
  }
  fence->count = count;
  suite_keep(&fence->object);
  return fence;
}

// The device --------------------------------------------------------------------------------------------

int suite_begin(void **state) {
  (void)state;
  enum { QUEUES_MAX = 8 };
  struct rdo_executor_options queues[QUEUES_MAX];
  suite.diag = (struct rondo_diag){.status = RONDO_OK};
  rdo_atomic_init(&check_failure_count, 0);
  rdo_atomic_init(&is_gate_open, 0);
  rdo_atomic_init(&gate_count, 0);
  for (int i = 0; i < SUITE_PROCESSORS_MAX; ++i) rdo_atomic_init(&inside[i], 0);
  for (uint32_t i = 0; i < suite.queue_count && i < QUEUES_MAX; ++i) {
    queues[i] = (struct rdo_executor_options){.worker_count = suite.worker_count, .worker_base = i * suite.worker_count};
#ifndef RDO_HOSTILE
    if (suite.way != SUITE_ASIDE) queues[i].spin_ns = 20000;
#endif
  }
  const struct rdo_device_options options = {.name = suite.device_name, .queues = queues, .queue_count = suite.queue_count};
  if (rdo_device_create(&options, &suite.device, &suite.diag) != RONDO_OK) {
    fprintf(stderr, "%s\n", suite.diag.message);
    return 1;
  }
  suite.heap = suite.device->heap;
  rdo_object_retain(&suite.heap->object);
  make_executable();
  return 0;
}

static bool expect_count(uint64_t count, uint64_t wanted, const char *what) {
  if (count != wanted) fprintf(stderr, "%s: %llu, should be %llu\n", what, (unsigned long long)count, (unsigned long long)wanted);
  return count == wanted;
}

int suite_end(void **state) {
  (void)state;
  suite_open_gate();
  rdo_queue_flush();
  suite_end_objects();
  if (suite.device != NULL) {
    rdo_device_close(suite.device);
    bool is_last = expect_count(rdo_atomic_load(&suite.device->object.ref_count, rdo_acquire), 1, "holds on the device");
    rdo_object_release(&suite.device->object);
    suite.device = NULL;
    if (!is_last) return 1;
  }
  bool is_clean = expect_count(rdo_atomic_load(&suite.heap->live_bytes, rdo_acquire), 0, "bytes of device memory");
  is_clean &= expect_count(rdo_atomic_load(&suite.heap->object.ref_count, rdo_acquire), 1, "holds on the heap");
  is_clean &= expect_count(rdo_atomic_load(&suite.fake->executable.object.ref_count, rdo_acquire), 1, "holds on the executable");
  is_clean &= expect_count(rdo_atomic_load(&check_failure_count, rdo_acquire), 0, "checks that failed");
  rdo_object_release(&suite.heap->object);
  rdo_object_release(&suite.fake->executable.object);
  return !is_clean;
}

// Contents ----------------------------------------------------------------------------------------------

void suite_expect_bytes(struct rdo_buffer *buffer, const uint8_t *wanted, uint64_t byte_length) {
  const uint8_t *data = rdo_buffer_data(buffer);
  assert_non_null(data);
  for (uint64_t i = 0; i < byte_length; ++i) {
    if (data[i] != wanted[i]) fail_msg("byte %llu is %#x, should be %#x", (unsigned long long)i, data[i], wanted[i]);
  }
}

void suite_expect_word_each(struct rdo_buffer *buffer, uint32_t count, uint32_t wanted) {
  for (uint32_t i = 0; i < count; ++i) {
    if (suite_words(buffer)[i] != wanted) fail_msg("word %u is %u, should be %u", i, suite_words(buffer)[i], wanted);
  }
}

// Operations --------------------------------------------------------------------------------------------

void suite_submit_to(struct rdo_operation operation, struct rdo_fence *wait, struct rdo_fence *signal) {
  static rdo_atomic_u32 turn;
  operation.wait = wait;
  operation.signal = signal;
  // With several queues every one gets its share; order comes from fences alone.
  if (suite.queue_count > 1 && operation.affinity == 0) operation.affinity = UINT64_C(1) << rdo_atomic_add(&turn, 1, rdo_relaxed) % suite.queue_count;  // relaxed: counter
  bool is_held = suite.way == SUITE_HOLDING;
  suite.diag = (struct rondo_diag){.status = RONDO_OK};  // a synchronous device says here what failed
  enum rondo_status status = is_held ? rdo_device_submit_held(suite.device, &operation, &suite.diag) : rdo_device_submit(suite.device, &operation, &suite.diag);
  suite_expect_ok(status);
}

struct rdo_fence *suite_submit(struct rdo_operation operation, struct rdo_fence *wait) {
  struct rdo_fence *signal = suite_fence();
  suite_submit_to(operation, wait, signal);
  return signal;
}

enum rondo_status suite_wait(const struct rdo_fence *fence) {
  int64_t deadline_ns = rdo_clock_now_ns() + PATIENCE_NS;
  enum rondo_status status = suite.way == SUITE_ASIDE ? rdo_fence_wait(fence, deadline_ns) : rdo_device_wait(suite.device, fence, deadline_ns);
  if (status != RONDO_DEADLINE_EXCEEDED) return status;
  for (uint32_t i = 0; suite.is_task && i < suite.queue_count; ++i) rdo_executor_dump(suite.device->executors[i], stderr);
  fail_msg("nothing happens any more");
  return status;
}

void suite_wait_ok(const struct rdo_fence *fence) { suite_expect_ok(suite_wait(fence)); }

void suite_wait_failure(const struct rdo_fence *fence, enum rondo_status wanted) {
  enum rondo_status status = suite_wait(fence);
  if (status != wanted) fail_msg("wanted %s, got %s", rondo_status_name(wanted), rondo_status_name(status));
}

void suite_wait_words(const struct rdo_fence *fence, enum rondo_status wanted, const char *words) {
  suite_wait_failure(fence, wanted);
  struct rondo_diag diag = {.status = RONDO_OK};
  (void)rdo_fail(&diag, wanted, "it failed");
  rdo_device_explain(suite.device, wanted, &diag);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' does not say '%s'", diag.message, words);
}

void suite_run(struct rdo_operation operation) { suite_wait_ok(suite_submit(operation, NULL)); }

// Recordings --------------------------------------------------------------------------------------------

static struct rdo_dispatch_info info_of(const struct suite_dispatch *dispatch) {
  uint32_t x = dispatch->x, y = dispatch->y, z = dispatch->z;
  if (!dispatch->is_empty && y == 0) y = 1;
  if (!dispatch->is_empty && z == 0) z = 1;
  return (struct rdo_dispatch_info){
      .executable = &suite.fake->executable,
      .function_id = dispatch->kernel,
      .workgroup_count = {x, y, z},
      .workgroup_ref = dispatch->indirect,
      .constant_count = kernels[dispatch->kernel].constant_count,
      .binding_count = kernels[dispatch->kernel].binding_count,
  };
}

const struct rdo_operation *suite_direct(struct suite_direct *direct, const struct suite_dispatch *dispatch) {
  direct->dispatch = (struct rdo_dispatch){info_of(dispatch), dispatch->constants, dispatch->bindings};
  direct->operation = (struct rdo_operation){.kind = RDO_OPERATION_DISPATCH, .dispatch = &direct->dispatch};
  return &direct->operation;
}

void suite_record_dispatch(struct rdo_recording *recording, const struct suite_dispatch *dispatch) {
  const struct rdo_dispatch_info info = info_of(dispatch);
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  suite_expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &suite.diag));
  for (uint32_t i = 0; i < info.constant_count; ++i) constants[i] = dispatch->constants[i];
  for (uint32_t i = 0; i < info.binding_count; ++i) {
    bindings[i] = dispatch->bindings[i];
    suite_expect_ok(rdo_recording_check_ref(recording, &bindings[i], &suite.diag));
  }
  rdo_recording_complete(recording);
}

void suite_record_barrier(struct rdo_recording *recording) { suite_expect_ok(rdo_recording_barrier(recording, &suite.diag)); }
void suite_finalize(struct rdo_recording *recording) { suite_expect_ok(rdo_recording_finalize(recording, &suite.diag)); }

struct rdo_recording *suite_record_one(const struct suite_dispatch *dispatch, uint32_t slot_capacity) {
  struct rdo_recording *recording = suite_recording(slot_capacity);
  suite_record_dispatch(recording, dispatch);
  suite_finalize(recording);
  return recording;
}

// The program -------------------------------------------------------------------------------------------

static bool parse_device(const char *text) {
  static const char task[] = "local-task:";
  suite.is_sync = strcmp(text, "local-sync") == 0;
  suite.is_null = strcmp(text, "null") == 0;
  suite.queue_count = 1;
  suite.device_name = text;
  if (suite.is_sync || suite.is_null) return true;
  if (strncmp(text, task, sizeof task - 1) != 0) return false;
  char *end;
  suite.is_task = true;
  suite.device_name = "local-task";
  suite.worker_count = (uint32_t)strtoul(text + sizeof task - 1, &end, 10);
  if (*end == 'x') suite.queue_count = (uint32_t)strtoul(end + 1, &end, 10);
  return *end == 0 && suite.worker_count <= RDO_WORKERS_MAX && suite.queue_count >= 1 && suite.queue_count <= 8;
}

int main(int argc, char **argv) {
  static const char *const way_names[] = {"the host helps", "the host holds", "the host stands aside"};
  if (argc != 2 || !parse_device(argv[1])) {
    fprintf(stderr, "usage: %s local-sync | null | local-task:<workers>[x<queues>]\n", argv[0]);
    return 2;
  }
  int failure_count = 0;
  for (int way = 0; way < SUITE_WAY_COUNT; ++way) {
    if (way != SUITE_HELPING && !suite.is_task) continue;
    if (way == SUITE_ASIDE && suite.worker_count == 0) continue;  // nobody else would do anything
    suite.way = (enum suite_way)way;
    printf("%s, %s\n", argv[1], way_names[way]);
    fflush(stdout);
    failure_count += suite_run_transfers() + suite_run_chains() + suite_run_failures() + suite_run_lifetime();
    if (!suite.is_null) failure_count += suite_run_executions() + suite_run_dispatches() + suite_run_lists() + suite_run_recordings() + suite_run_threads();
  }
  free(objects);
  return failure_count != 0;
}
