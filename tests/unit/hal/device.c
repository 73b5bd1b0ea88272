// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/device.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "fake_executable.h"

enum { BUFFER_BYTES = 256, LOG_MAX = 20000 };

static struct rondo_diag diag;
static struct rdo_device *device;
static struct rdo_heap *heap;  // the device's
static struct rdo_buffer *buffer, *other;

// Executions write down a number.
static struct fake_executable *fake;
static uint32_t log_numbers[LOG_MAX];
static uint32_t log_count;

static void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

static void expect_failure(enum rondo_status status, enum rondo_status wanted, const char *words) {
  if (status != wanted || diag.status != wanted || strstr(diag.message, words) == NULL) {
    fail_msg("wanted %s with '%s', got %s '%s'", rondo_status_name(wanted), words, rondo_status_name(status), diag.message);
  }
  diag = (struct rondo_diag){.status = RONDO_OK};
}

// Kernels of one device run one at a time here: an execution is either inside submit or inside a drain, and
// the tests with threads submit waiting operations only.
static int note(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state,
                const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)workgroup;
  if (log_count < LOG_MAX) log_numbers[log_count] = state->constants[0];
  ++log_count;
  return state->constants[0] == UINT32_MAX;
}

static int begin(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  expect_ok(rdo_device_create(&(const struct rdo_device_options){.name = "local-sync"}, &device, NULL));
  heap = device->heap;
  rdo_object_retain(&heap->object);
  expect_ok(rdo_buffer_create(heap, 0, 0, BUFFER_BYTES, true, &buffer, NULL));
  expect_ok(rdo_buffer_create(heap, 0, 0, BUFFER_BYTES, true, &other, NULL));
  fake = fake_executable_create();
  fake_executable_add(fake, "note", note, 1, 0);
  log_count = 0;
  return 0;
}

static void end_buffers(void) {
  if (buffer != NULL) rdo_object_release(&buffer->object);
  if (other != NULL) rdo_object_release(&other->object);
  buffer = other = NULL;
}

static void end_device(void) {
  if (device != NULL) rdo_object_release(&device->object);
  device = NULL;
}

// Nothing that an operation held may be left.
static int finish(void **state) {
  (void)state;
  end_buffers();
  end_device();
  uint64_t live = rdo_atomic_load(&heap->live_bytes, rdo_relaxed);  // relaxed: counter
  uint32_t heap_holds = rdo_atomic_load(&heap->object.ref_count, rdo_relaxed);  // relaxed: all threads are done
  uint32_t fake_holds = rdo_atomic_load(&fake->executable.object.ref_count, rdo_relaxed);  // relaxed: as above
  rdo_object_release(&heap->object);
  rdo_object_release(&fake->executable.object);
  return live != 0 || heap_holds != 1 || fake_holds != 1;
}

static struct rdo_fence *make_fence(void) {
  struct rdo_fence *fence = NULL;
  expect_ok(rdo_fence_create(&fence, NULL));
  return fence;
}

static void end(struct rdo_fence *fence) { rdo_object_release(&fence->object); }

static enum rondo_status submit(const struct rdo_operation *operation) { return rdo_device_submit(device, operation, &diag); }

static struct rdo_recording *record_note(uint32_t number) {
  struct rdo_recording *recording = NULL;
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {1, 1, 1}, .constant_count = 1};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  expect_ok(rdo_recording_create(0, 0, &recording, NULL));
  expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  constants[0] = number;
  rdo_recording_complete(recording);
  expect_ok(rdo_recording_finalize(recording, &diag));
  return recording;
}

// Submits the execution that logs `number`; UINT32_MAX makes it fail.
static enum rondo_status submit_note(uint32_t number, struct rdo_fence *wait, struct rdo_fence *signal) {
  struct rdo_recording *recording = record_note(number);
  enum rondo_status status = submit(&(const struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .wait = wait, .signal = signal, .recording = recording});
  rdo_object_release(&recording->object);
  return status;
}

static void expect_log(const uint32_t *numbers, uint32_t count) {
  assert_int_equal(log_count, count);
  for (uint32_t i = 0; i < count; ++i) assert_int_equal(log_numbers[i], numbers[i]);
}

// Names ----------------------------------------------------------------------------------------------

static void test_names(void **state) {
  (void)state;
  struct rdo_device *null_device = NULL;
  assert_string_equal(device->identifier, "local-sync");
  expect_ok(rdo_device_create(&(const struct rdo_device_options){.name = "null"}, &null_device, &diag));
  assert_string_equal(null_device->identifier, "local-null");
  rdo_object_release(&null_device->object);
  const char *const others[] = {"", "local", "local-sync ", "local-tasks", "LOCAL-SYNC", "cuda"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
    struct rdo_device *none = device;
    expect_failure(rdo_device_create(&(const struct rdo_device_options){.name = others[i]}, &none, &diag), RONDO_NOT_FOUND, "there are: local-sync, local-task, null");
    assert_null(none);
  }
}

static bool matches(const char *pattern) {
  return rdo_device_matches(device, (struct rdo_bytes){(const uint8_t *)pattern, strlen(pattern)});
}

static void test_patterns(void **state) {
  (void)state;
  const char *const yes[] = {"local-sync", "local*", "*", "**", "*sync", "l*c", "local-????", "l?cal-*", "*-*", "?*?", "*l*l*s*", "local-sync*",
                             "*local-sync", "??????????", "*c*c", "*sy*nc*"};
  const char *const no[] = {"", "local", "local-task", "local-sync-", "local-syn", "ocal-sync", "?local-sync", "local-sync?", "*task", "l*k",
                            "???????????", "?????????", "*x*", "*sync-", "LOCAL*", "*c*c*c*", "local\\*"};
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; ++i) {
    if (!matches(yes[i])) fail_msg("'%s' does not match", yes[i]);
  }
  for (size_t i = 0; i < sizeof no / sizeof no[0]; ++i) {
    if (matches(no[i])) fail_msg("'%s' matches", no[i]);
  }
  // Patterns have a length, not an end: a NUL is a byte like others.
  assert_true(rdo_device_matches(device, (struct rdo_bytes){(const uint8_t *)"local*xyz", 6}));
  assert_false(rdo_device_matches(device, (struct rdo_bytes){(const uint8_t *)"local-sync\0", 11}));
  assert_false(rdo_device_matches(device, (struct rdo_bytes){NULL, 0}));
}

// Operations at once ---------------------------------------------------------------------------------

static void test_runs_inside_submit(void **state) {
  (void)state;
  struct rdo_fence *signal = make_fence();
  expect_ok(submit_note(1, NULL, NULL));
  expect_ok(submit_note(2, NULL, signal));
  assert_int_equal(rdo_fence_query(signal), RONDO_OK);
  expect_ok(submit_note(3, signal, NULL));  // reached already
  expect_log((const uint32_t[]){1, 2, 3}, 3);
  end(signal);
}

// A failure goes to the signal fence; without one it comes back.
static void test_failures_at_once(void **state) {
  (void)state;
  struct rdo_fence *signal = make_fence();
  expect_failure(submit_note(UINT32_MAX, NULL, NULL), RONDO_INTERNAL, "dispatch note failed");
  assert_int_equal(submit_note(UINT32_MAX, NULL, signal), RONDO_OK);
  assert_int_equal(rdo_fence_query(signal), RONDO_INTERNAL);
  assert_int_equal(log_count, 2);
  struct rdo_fence *after = make_fence();
  assert_int_equal(submit_note(1, signal, after), RONDO_OK);
  assert_int_equal(rdo_fence_query(after), RONDO_INTERNAL);
  assert_int_equal(submit_note(1, signal, NULL), RONDO_INTERNAL);
  assert_int_equal(log_count, 2);  // not performed
  end(signal);
  end(after);
}

static void test_barrier(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence(), *signal = make_fence();
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_BARRIER, .wait = wait, .signal = signal}));
  assert_int_equal(rdo_fence_query(signal), RONDO_DEFERRED);
  rdo_fence_signal(wait);
  assert_int_equal(rdo_fence_query(signal), RONDO_OK);
  end(wait);
  end(signal);
  // Executing nothing is a barrier too.
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_EXECUTE}));
}

static void test_fill_copy_update(void **state) {
  (void)state;
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_FILL, .target = buffer, .target_offset = 8, .length = 8, .pattern = 0x0201, .pattern_length = 2}));
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_COPY, .source = buffer, .source_offset = 10, .target = other, .target_offset = 100, .length = 4}));
  assert_memory_equal(rdo_buffer_data(other) + 98, "\0\0\1\2\1\2\0\0", 8);
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_UPDATE, .target = other, .target_offset = 254, .data = {(const uint8_t *)"ab", 2}}));
  assert_memory_equal(rdo_buffer_data(other) + 253, "\0ab", 3);
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_UPDATE, .target = other, .target_offset = 256}));
  expect_failure(submit(&(const struct rdo_operation){
                     .kind = RDO_OPERATION_UPDATE, .target = other, .target_offset = 255, .data = {(const uint8_t *)"ab", 2}}),
                 RONDO_OUT_OF_RANGE, "bytes 255 + 2 lie outside");
}

static struct rdo_file *make_file(uint8_t *data, uint64_t byte_length, bool is_writable) {
  struct rdo_file *file = NULL;
  expect_ok(rdo_file_create_from_memory(data, byte_length, is_writable, NULL, &file, NULL));
  return file;
}

static void test_read(void **state) {
  (void)state;
  uint8_t data[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  struct rdo_file *file = make_file(data, sizeof data, false);
  struct rdo_operation operation = {
      .kind = RDO_OPERATION_READ, .file = file, .source_offset = 4, .target = buffer, .target_offset = 250, .length = 6};
  expect_ok(submit(&operation));
  assert_memory_equal(rdo_buffer_data(buffer) + 249, "\0\4\5\6\7\10\11", 7);
  operation.source_offset = 5;
  expect_failure(submit(&operation), RONDO_OUT_OF_RANGE, "read of 6 bytes at 5 lies outside the file of 10");
  operation.source_offset = UINT64_MAX;
  expect_failure(submit(&operation), RONDO_OUT_OF_RANGE, "outside the file");
  operation.source_offset = 0;
  operation.length = 7;
  expect_failure(submit(&operation), RONDO_OUT_OF_RANGE, "bytes 250 + 7 lie outside the buffer");
  operation.length = RDO_WHOLE_BUFFER;  // the rest of the buffer
  expect_ok(submit(&operation));
  assert_memory_equal(rdo_buffer_data(buffer) + 250, data, 6);
  rdo_object_release(&file->object);
}

static void test_write(void **state) {
  (void)state;
  uint8_t data[10] = {0};
  struct rdo_file *file = make_file(data, sizeof data, true), *constant = make_file(data, sizeof data, false);
  for (int i = 0; i < BUFFER_BYTES; ++i) rdo_buffer_data(buffer)[i] = (uint8_t)i;
  struct rdo_operation operation = {
      .kind = RDO_OPERATION_WRITE, .source = buffer, .source_offset = 250, .file = file, .target_offset = 4, .length = 6};
  expect_ok(submit(&operation));
  assert_memory_equal(data, "\0\0\0\0\372\373\374\375\376\377", 10);
  operation.target_offset = 5;
  expect_failure(submit(&operation), RONDO_OUT_OF_RANGE, "write of 6 bytes at 5 lies outside the file of 10");
  operation.target_offset = 0;
  operation.length = 7;
  expect_failure(submit(&operation), RONDO_OUT_OF_RANGE, "bytes 250 + 7 lie outside the buffer");
  operation.length = 6;
  operation.file = constant;
  expect_failure(submit(&operation), RONDO_PERMISSION_DENIED, "read-only file");
  rdo_object_release(&file->object);
  rdo_object_release(&constant->object);
}

static void test_read_only_targets(void **state) {
  (void)state;
  uint8_t data[16] = {0};
  struct rdo_file *file = make_file(data, sizeof data, false);
  buffer->is_read_only = true;
  const struct rdo_operation operations[] = {
      {.kind = RDO_OPERATION_FILL, .target = buffer, .length = 4, .pattern_length = 4},
      {.kind = RDO_OPERATION_UPDATE, .target = buffer, .data = {data, 4}},
      {.kind = RDO_OPERATION_COPY, .source = other, .target = buffer, .length = 4},
      {.kind = RDO_OPERATION_READ, .file = file, .target = buffer, .length = 4},
  };
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; ++i) {
    expect_failure(submit(&operations[i]), RONDO_PERMISSION_DENIED, "read-only");
  }
  rdo_object_release(&file->object);
}

// Files hold what keeps their memory.
static void test_file_holds_owner(void **state) {
  (void)state;
  struct rdo_file *file = NULL;
  expect_ok(rdo_file_create_from_memory(rdo_buffer_data(buffer), 16, true, &buffer->object, &file, NULL));
  rdo_object_release(&buffer->object);
  buffer = NULL;
  memset(file->data, 1, 16);
  rdo_object_release(&file->object);
}

static struct rdo_buffer *make_transient(uint64_t byte_length) {
  struct rdo_buffer *transient = NULL;
  expect_ok(rdo_buffer_create_transient(heap, 0, 0, byte_length, &transient, NULL));
  return transient;
}

static void test_alloca_and_dealloca(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence(), *ready = make_fence(), *filled = make_fence(), *gone = make_fence();
  struct rdo_buffer *transient = make_transient(100);
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .wait = wait, .signal = ready, .target = transient}));
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_FILL, .wait = ready, .signal = filled, .target = transient, .length = 100, .pattern = 7, .pattern_length = 1}));
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_COPY, .wait = filled, .source = transient, .source_offset = 96, .target = buffer, .length = 4}));
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_DEALLOCA, .wait = filled, .signal = gone, .target = transient}));
  assert_null(rdo_buffer_data(transient));
  rdo_fence_signal(wait);
  assert_int_equal(rdo_fence_query(gone), RONDO_OK);
  assert_null(rdo_buffer_data(transient));
  assert_memory_equal(rdo_buffer_data(buffer), "\7\7\7\7\0", 5);
  // Memory that is no more cannot be used, and a second dealloca does nothing.
  expect_failure(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_FILL, .target = transient, .length = 4, .pattern_length = 4}),
                 RONDO_FAILED_PRECONDITION, "no memory");
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_DEALLOCA, .target = transient}));
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_DEALLOCA, .target = buffer}));  // not from alloca
  assert_non_null(rdo_buffer_data(buffer));
  rdo_object_release(&transient->object);
  end(wait);
  end(ready);
  end(filled);
  end(gone);
}

static void test_alloca_over_budget(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence(), *ready = make_fence(), *used = make_fence();
  heap->budget_bytes = 1000;
  struct rdo_buffer *transient = make_transient(1000);
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .wait = wait, .signal = ready, .target = transient}));
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_FILL, .wait = ready, .signal = used, .target = transient, .length = 4, .pattern_length = 4}));
  rdo_fence_signal(wait);
  assert_int_equal(rdo_fence_query(ready), RONDO_RESOURCE_EXHAUSTED);
  assert_int_equal(rdo_fence_query(used), RONDO_RESOURCE_EXHAUSTED);
  rdo_object_release(&transient->object);
  end(wait);
  end(ready);
  end(used);
}

static void test_null_device_zeroes(void **state) {
  (void)state;
  static const uint8_t zeros[64];
  end_device();
  expect_ok(rdo_device_create(&(const struct rdo_device_options){.name = "null"}, &device, NULL));
  for (int round = 0; round < 2; ++round) {
    struct rdo_buffer *transient = NULL;
    expect_ok(rdo_buffer_create_transient(device->heap, 0, 0, 64, &transient, NULL));
    expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .target = transient}));
    assert_memory_equal(rdo_buffer_data(transient), zeros, 64);
    memset(rdo_buffer_data(transient), 0xFF, 64);
    rdo_object_release(&transient->object);
  }
  expect_ok(submit_note(1, NULL, NULL));
  assert_int_equal(log_count, 0);  // no kernel runs
}

// Operations for later -------------------------------------------------------------------------------

static void test_order_of_submission(void **state) {
  (void)state;
  enum { COUNT = 100 };
  struct rdo_fence *wait = make_fence();
  uint32_t wanted[COUNT];
  for (uint32_t i = 0; i < COUNT; ++i) {
    expect_ok(submit_note(i, wait, NULL));
    wanted[i] = i;
  }
  assert_int_equal(log_count, 0);
  rdo_fence_signal(wait);
  expect_log(wanted, COUNT);
  end(wait);
}

// A submission that does not wait overtakes those that do.
static void test_waiting_is_overtaken(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence();
  expect_ok(submit_note(1, wait, NULL));
  expect_ok(submit_note(2, NULL, NULL));
  rdo_fence_signal(wait);
  expect_log((const uint32_t[]){2, 1}, 2);
  end(wait);
}

static uint32_t position(uint32_t number) {
  uint32_t i = 0;
  while (i < log_count && log_numbers[i] != number) ++i;
  return i;
}

// What one fence starts runs in the order of submission; what that starts may run in between.
static void test_order_with_followers(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence(), *middle = make_fence();
  expect_ok(submit_note(4, middle, NULL));
  expect_ok(submit_note(1, wait, middle));
  expect_ok(submit_note(2, wait, NULL));
  expect_ok(submit_note(3, wait, NULL));
  rdo_fence_signal(wait);
  assert_int_equal(log_count, 4);
  assert_true(position(1) < position(2) && position(2) < position(3));
  assert_true(position(1) < position(4) && position(4) < log_count);
  end(wait);
  end(middle);
}

enum { CHAIN_COUNT = 10000 };

// Each operation waits for the one before; fences[0] starts them, fences[CHAIN_COUNT] is the end.
static struct rdo_fence *chain[CHAIN_COUNT + 1];

static void submit_chain(uint32_t failing_index) {
  for (uint32_t i = 0; i <= CHAIN_COUNT; ++i) chain[i] = make_fence();
  for (uint32_t i = 0; i < CHAIN_COUNT; ++i) expect_ok(submit_note(i == failing_index ? UINT32_MAX : i, chain[i], chain[i + 1]));
  assert_int_equal(log_count, 0);
}

static void end_chain(void) {
  for (uint32_t i = 0; i <= CHAIN_COUNT; ++i) end(chain[i]);
}

static void *signal_first(void *user) {
  (void)user;
  rdo_fence_signal(chain[0]);
  return NULL;
}

// Runs `fn` on a stack that 10000 nested operations would overflow.
static void run_on_small_stack(void *(*fn)(void *)) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  assert_int_equal(pthread_create(&thread, &attributes, fn, NULL), 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
}

static void test_long_chain(void **state) {
  (void)state;
  submit_chain(CHAIN_COUNT);
  run_on_small_stack(signal_first);
  assert_int_equal(log_count, CHAIN_COUNT);
  for (uint32_t i = 0; i < CHAIN_COUNT; ++i) assert_int_equal(log_numbers[i], i);
  assert_int_equal(rdo_fence_query(chain[CHAIN_COUNT]), RONDO_OK);
  end_chain();
}

static void test_failure_runs_along_the_chain(void **state) {
  (void)state;
  enum { FAILING = 5000 };
  submit_chain(FAILING);
  run_on_small_stack(signal_first);
  assert_int_equal(log_count, FAILING + 1);  // nothing behind it was performed
  for (uint32_t i = 0; i <= CHAIN_COUNT; ++i) assert_int_equal(rdo_fence_query(chain[i]), i <= FAILING ? RONDO_OK : RONDO_INTERNAL);
  end_chain();
}

static void test_failed_start(void **state) {
  (void)state;
  submit_chain(CHAIN_COUNT);
  rdo_fence_fail(chain[0], RONDO_DATA_LOSS);
  assert_int_equal(log_count, 0);
  for (uint32_t i = 0; i <= CHAIN_COUNT; ++i) assert_int_equal(rdo_fence_query(chain[i]), RONDO_DATA_LOSS);
  end_chain();
}

static void *end_first(void *user) {
  (void)user;
  end(chain[0]);
  return NULL;
}

// Nobody can start it any more, so it is cancelled, link by link.
static void test_abandoned_chain(void **state) {
  (void)state;
  submit_chain(CHAIN_COUNT);
  for (uint32_t i = 1; i < CHAIN_COUNT; ++i) end(chain[i]);
  assert_int_equal(rdo_fence_query(chain[CHAIN_COUNT]), RONDO_DEFERRED);
  run_on_small_stack(end_first);
  assert_int_equal(rdo_fence_query(chain[CHAIN_COUNT]), RONDO_CANCELLED);
  assert_int_equal(log_count, 0);
  end(chain[CHAIN_COUNT]);
}

static struct rdo_fence *join(struct rdo_fence *const *fences, uint32_t count) {
  struct rdo_fence *joined = NULL;
  expect_ok(rdo_fence_join(fences, count, &joined, &diag));
  return joined;
}

// Whatever the order, the last of several fences starts the operation; some may be reached before.
static void test_several_waits(void **state) {
  (void)state;
  const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (int reached_before = 0; reached_before < 3; ++reached_before) {
    for (int i = 0; i < 6; ++i) {
      struct rdo_fence *fences[3] = {make_fence(), make_fence(), make_fence()};
      struct rdo_fence *wait = join(fences, 3);
      log_count = 0;
      for (int k = 0; k < reached_before; ++k) rdo_fence_signal(fences[orders[i][k]]);
      expect_ok(submit_note(1, wait, NULL));
      end(wait);
      for (int k = reached_before; k < 3; ++k) {
        assert_int_equal(log_count, 0);
        rdo_fence_signal(fences[orders[i][k]]);
      }
      assert_int_equal(log_count, 1);
      for (int k = 0; k < 3; ++k) end(fences[k]);
    }
  }
}

// The operation ends when all waits have, with the first failure among them.
static void test_several_waits_fail(void **state) {
  (void)state;
  struct rdo_fence *fences[3] = {make_fence(), make_fence(), make_fence()}, *signal = make_fence();
  struct rdo_fence *wait = join(fences, 3);
  expect_ok(submit_note(1, wait, signal));
  rdo_fence_fail(fences[1], RONDO_ABORTED);
  rdo_fence_fail(fences[2], RONDO_DATA_LOSS);
  rdo_fence_signal(fences[0]);
  assert_int_equal(rdo_fence_query(signal), RONDO_ABORTED);
  assert_int_equal(log_count, 0);
  for (int i = 0; i < 3; ++i) end(fences[i]);
  end(wait);
  end(signal);
}

// All that the caller passed may go or change after submit.
static void test_keeps_its_arguments(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence();
  uint8_t data[4] = {1, 2, 3, 4};
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_UPDATE, .wait = wait, .target = buffer, .data = {data, 4}}));
  memset(data, 0, sizeof data);
  struct rdo_recording *recording = NULL;
  const struct rdo_buffer_ref source = {.slot = 0, .length = 4}, target = {.slot = 1, .offset = 8, .length = 4};
  expect_ok(rdo_recording_create(0, 2, &recording, NULL));
  expect_ok(rdo_recording_copy(recording, &source, &target, &diag));
  expect_ok(rdo_recording_finalize(recording, &diag));
  struct rdo_buffer_ref entries[2] = {{.buffer = buffer, .length = 64}, {.buffer = other, .length = 64}};
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .wait = wait, .recording = recording, .bindings = {entries, 2}}));
  memset(entries, 0, sizeof entries);
  rdo_object_release(&recording->object);
  rdo_object_release(&buffer->object);
  buffer = NULL;
  rdo_fence_signal(wait);
  assert_memory_equal(rdo_buffer_data(other) + 7, "\0\1\2\3\4\0", 6);
  end(wait);
}

// The device lives until its last operation is done.
static void test_operations_outlive_the_device(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence(), *signal = make_fence();
  for (uint32_t i = 0; i < 3; ++i) expect_ok(submit_note(i, wait, i == 2 ? signal : NULL));
  end_device();
  end_buffers();
  rdo_fence_signal(wait);
  assert_int_equal(log_count, 3);
  assert_int_equal(rdo_fence_query(signal), RONDO_OK);
  end(wait);
  end(signal);
}

// Everything is given up with operations pending; `finish` sees that nothing of it is left.
static void test_end_with_pending_operations(void **state) {
  (void)state;
  struct rdo_fence *fences[3] = {make_fence(), make_fence(), make_fence()}, *signal = make_fence();
  struct rdo_fence *wait = join(fences, 3);
  struct rdo_buffer *transient = make_transient(64);
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .wait = fences[0], .signal = fences[1], .target = transient}));
  expect_ok(submit(&(const struct rdo_operation){
      .kind = RDO_OPERATION_COPY, .wait = wait, .signal = signal, .source = transient, .target = buffer, .length = 64}));
  expect_ok(submit_note(1, signal, NULL));
  expect_ok(submit(&(const struct rdo_operation){.kind = RDO_OPERATION_UPDATE, .wait = signal, .target = buffer, .data = {(const uint8_t *)"abc", 3}}));
  rdo_object_release(&transient->object);
  end(signal);
  end(wait);
  end_device();
  end_buffers();
  end(fences[1]);
  end(fences[2]);
  end(fences[0]);
  assert_int_equal(log_count, 0);
}

// Cancelled operations do not run any more, whatever becomes of their wait.
static void test_cancel(void **state) {
  (void)state;
  struct rdo_fence *wait = make_fence(), *signal = make_fence(), *last = make_fence();
  expect_ok(submit_note(1, wait, signal));
  expect_ok(submit_note(2, signal, last));
  expect_ok(submit_note(3, wait, NULL));
  rdo_device_close(device);
  assert_int_equal(rdo_fence_query(signal), RONDO_CANCELLED);
  assert_int_equal(rdo_fence_query(last), RONDO_CANCELLED);
  rdo_fence_signal(wait);
  assert_int_equal(rdo_fence_query(signal), RONDO_CANCELLED);
  assert_int_equal(log_count, 0);
  expect_ok(submit_note(4, NULL, NULL));  // the device goes on
  assert_int_equal(log_count, 1);
  end(wait);
  end(signal);
  end(last);
}

// Operations that wait for each other hold each other's fences: only cancelling ends them.
static void test_cancel_circle(void **state) {
  (void)state;
  struct rdo_fence *fences[3] = {make_fence(), make_fence(), make_fence()};
  for (uint32_t i = 0; i < 3; ++i) expect_ok(submit_note(i, fences[i], fences[(i + 1) % 3]));
  for (int i = 0; i < 3; ++i) end(fences[i]);
  rdo_device_close(device);
  assert_int_equal(log_count, 0);
}

// Threads --------------------------------------------------------------------------------------------

enum { THREAD_COUNT = 4, PER_THREAD_COUNT = 500 };

struct submitter {
  struct rdo_fence *start;
  struct rdo_fence *ends[PER_THREAD_COUNT];
  uint32_t first_number;
  enum rondo_status status;
};

static void *submit_many(void *user) {
  struct submitter *submitter = user;
  for (uint32_t i = 0; i < PER_THREAD_COUNT; ++i) {
    // Two of three wait for the common fence, the third for the one before it of this thread.
    struct rdo_fence *wait = i % 3 == 2 ? submitter->ends[i - 1] : submitter->start;
    enum rondo_status status = submit_note(submitter->first_number + i, wait, submitter->ends[i]);
    if (status != RONDO_OK) submitter->status = status;
  }
  return NULL;
}

// Operations of one drain never run at the same time, so only waiting ones may log: the fence is signalled
// when all have been submitted.
static void test_submitting_threads(void **state) {
  (void)state;
  static struct submitter submitters[THREAD_COUNT];
  static uint8_t seen[THREAD_COUNT * PER_THREAD_COUNT];
  pthread_t threads[THREAD_COUNT];
  struct rdo_fence *start = make_fence();
  memset(seen, 0, sizeof seen);
  for (uint32_t i = 0; i < THREAD_COUNT; ++i) {
    submitters[i] = (struct submitter){.start = start, .first_number = i * PER_THREAD_COUNT, .status = RONDO_OK};
    for (int k = 0; k < PER_THREAD_COUNT; ++k) submitters[i].ends[k] = make_fence();
    assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &submitters[i]), 0);
  }
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
  rdo_fence_signal(start);
  assert_int_equal(log_count, THREAD_COUNT * PER_THREAD_COUNT);
  for (uint32_t i = 0; i < log_count; ++i) ++seen[log_numbers[i]];
  for (uint32_t i = 0; i < log_count; ++i) assert_int_equal(seen[i], 1);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    assert_int_equal(submitters[i].status, RONDO_OK);
    for (int k = 0; k < PER_THREAD_COUNT; ++k) {
      assert_int_equal(rdo_fence_query(submitters[i].ends[k]), RONDO_OK);
      end(submitters[i].ends[k]);
    }
  }
  end(start);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_names),
      TEST(test_patterns),
      TEST(test_runs_inside_submit),
      TEST(test_failures_at_once),
      TEST(test_barrier),
      TEST(test_fill_copy_update),
      TEST(test_read),
      TEST(test_write),
      TEST(test_read_only_targets),
      TEST(test_file_holds_owner),
      TEST(test_alloca_and_dealloca),
      TEST(test_alloca_over_budget),
      TEST(test_null_device_zeroes),
      TEST(test_order_of_submission),
      TEST(test_waiting_is_overtaken),
      TEST(test_order_with_followers),
      TEST(test_long_chain),
      TEST(test_failure_runs_along_the_chain),
      TEST(test_failed_start),
      TEST(test_abandoned_chain),
      TEST(test_several_waits),
      TEST(test_several_waits_fail),
      TEST(test_keeps_its_arguments),
      TEST(test_operations_outlive_the_device),
      TEST(test_end_with_pending_operations),
      TEST(test_cancel),
      TEST(test_cancel_circle),
      TEST(test_submitting_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
