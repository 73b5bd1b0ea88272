// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a device's queues do that the conformance suite (tests/device) does not look at: which queue, in what
// order, from whose memory, with what words. Executors are stepped where the order matters: this thread is all
// of their workers.

#include "hal/queue.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fake_executable.h"
#include "hal/device.h"

enum { QUEUES = 3, LOG_MAX = 4096 };

static struct rondo_diag diag;
static struct rdo_device *device;
static struct rdo_buffer *buffer;
static struct fake_executable *fake;

static void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

// Calls write down what they were given and on whose worker they ran.
static struct {
  uint32_t count;
  uint32_t numbers[LOG_MAX];
  const struct rdo_executor *executors[LOG_MAX];
} log_of;

static enum rondo_status note(void *user, struct rondo_diag *words) {
  uint32_t number = (uint32_t)(uintptr_t)user;
  const struct rdo_worker *worker = rdo_worker_current();
  log_of.numbers[log_of.count % LOG_MAX] = number;
  log_of.executors[log_of.count % LOG_MAX] = worker == NULL ? NULL : worker->executor;
  ++log_of.count;
  return number == UINT32_MAX ? rdo_fail(words, RONDO_DATA_LOSS, "call %u of this test", log_of.count) : RONDO_OK;
}

static int note_kernel(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state, const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)workgroup;
  return note((void *)(uintptr_t)state->constants[0], NULL) == RONDO_OK ? 0 : 3;
}

static void make_device_of(const struct rdo_executor_options *queue, uint32_t queue_count) {
  struct rdo_executor_options queues[QUEUES] = {{0}};
  for (uint32_t i = 0; i < queue_count; ++i) queues[i] = *queue;
  expect_ok(rdo_device_create(&(const struct rdo_device_options){.name = "local-task", .queues = queues, .queue_count = queue_count}, &device, &diag));
  expect_ok(rdo_buffer_create(device->heap, 0, 0, 64, true, &buffer, &diag));
}

static void make_device(uint32_t queue_count, uint32_t worker_count, bool is_stepped) {
  make_device_of(&(const struct rdo_executor_options){.worker_count = worker_count, .is_stepped = is_stepped}, queue_count);
}

static int begin(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  log_of.count = 0;
  fake = fake_executable_create();
  fake_executable_add(fake, "note", note_kernel, 1, 0);
  device = NULL;
  buffer = NULL;
  return 0;
}

static int finish(void **state) {
  (void)state;
  if (buffer != NULL) rdo_object_release(&buffer->object);
  if (device != NULL) {
    rdo_device_close(device);
    rdo_object_release(&device->object);
  }
  uint32_t holds = rdo_atomic_load(&fake->executable.object.ref_count, rdo_acquire);
  rdo_object_release(&fake->executable.object);
  return holds != 1;
}

static struct rdo_fence *make_fence(void) {
  struct rdo_fence *fence = NULL;
  expect_ok(rdo_fence_create(&fence, NULL));
  return fence;
}

static void end(struct rdo_fence *fence) { rdo_object_release(&fence->object); }

static void submit(struct rdo_operation operation, uint64_t affinity, struct rdo_fence *wait, struct rdo_fence *signal) {
  operation.affinity = affinity;
  operation.wait = wait;
  operation.signal = signal;
  expect_ok(rdo_device_submit(device, &operation, &diag));
}

static struct rdo_operation op_note(uint32_t number) {
  struct rdo_operation operation = {.kind = RDO_OPERATION_HOST_CALL};
  operation.host.call = note;
  operation.host.user = (void *)(uintptr_t)number;
  return operation;
}

static struct rdo_operation op_fill(void) {
  return (struct rdo_operation){.kind = RDO_OPERATION_FILL, .target = buffer, .length = 64, .pattern = 1, .pattern_length = 1};
}

static struct rdo_operation op_copy_too_much(void) {
  return (struct rdo_operation){.kind = RDO_OPERATION_COPY, .source = buffer, .target = buffer, .source_offset = 60, .length = 5};
}

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

static void wait_ok(struct rdo_fence *fence) { expect_ok(rdo_fence_wait(fence, rdo_clock_now_ns() + INT64_C(60000000000))); }

// Lets the workers of a stepped queue do whatever there is.
static uint32_t step_all(uint32_t queue_index) {
  struct rdo_executor *executor = device->executors[queue_index];
  uint32_t step_count = 0;
  for (bool is_worked = true; is_worked;) {
    is_worked = false;
    for (uint32_t i = 0; i < executor->worker_count; ++i) {
      if (!rdo_worker_step(&executor->workers[i])) continue;
      is_worked = true;
      if (++step_count > 100000) fail_msg("there is no end to it");
    }
  }
  return step_count;
}

static void expect_log(const uint32_t *numbers, uint32_t count) {
  assert_int_equal(log_of.count, count);
  for (uint32_t i = 0; i < count; ++i) assert_int_equal(log_of.numbers[i], numbers[i]);
}

static uint64_t frontier(uint32_t queue_index) { return rdo_queue_frontier(&device->queues[queue_index]); }

// Order -------------------------------------------------------------------------------------------------

// What one fence starts, and what needs no wait, is done in the order of submission, by one drain.
static void test_order(void **state) {
  (void)state;
  enum { COUNT = 100 };
  uint32_t wanted[COUNT];
  make_device(1, 2, true);
  for (int is_later = 0; is_later < 2; ++is_later) {
    struct rdo_fence *start = is_later ? make_fence() : NULL, *last = make_fence();
    log_of.count = 0;
    (void)step_all(0);
    for (uint32_t i = 0; i < COUNT; ++i) {
      wanted[i] = i;
      submit(op_note(i), 0, start, i + 1 == COUNT ? last : NULL);
    }
    assert_int_equal(log_of.count, 0);
    rdo_fence_signal(start);
    assert_int_equal(log_of.count, 0);  // signalling only hands over
    assert_true(step_all(0) <= 8);      // looks of both workers, and one drain
    expect_log(wanted, COUNT);
    assert_int_equal(rdo_fence_query(last), RONDO_OK);
    end(last);
    if (start != NULL) end(start);
  }
}

// What becomes ready while the queue is drained comes after what was ready before.
static void test_order_with_followers(void **state) {
  (void)state;
  make_device(1, 1, true);
  struct rdo_fence *start = make_fence(), *middle = make_fence();
  submit(op_note(4), 0, middle, NULL);
  submit(op_note(1), 0, start, middle);
  submit(op_note(2), 0, start, NULL);
  submit(op_note(3), 0, start, NULL);
  rdo_fence_signal(start);
  (void)step_all(0);
  expect_log((const uint32_t[]){1, 2, 3, 4}, 4);
  end(start);
  end(middle);
}

// Barriers and memory need no worker when they need not wait.
static void test_done_at_once(void **state) {
  (void)state;
  make_device(1, 1, true);
  struct rdo_buffer *transient = NULL;
  struct rdo_fence *fences[4] = {make_fence(), make_fence(), make_fence(), make_fence()};
  expect_ok(rdo_buffer_create_transient(device->heap, 0, 0, 64, &transient, NULL));
  submit((struct rdo_operation){.kind = RDO_OPERATION_BARRIER}, 0, NULL, fences[0]);
  submit((struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .target = transient}, 0, fences[0], fences[1]);
  submit((struct rdo_operation){.kind = RDO_OPERATION_DEALLOCA, .target = transient}, 0, fences[1], fences[2]);
  for (int i = 0; i < 3; ++i) assert_int_equal(rdo_fence_query(fences[i]), RONDO_OK);
  submit(op_fill(), 0, NULL, fences[3]);
  assert_int_equal(rdo_fence_query(fences[3]), RONDO_DEFERRED);
  (void)step_all(0);
  assert_int_equal(rdo_fence_query(fences[3]), RONDO_OK);
  for (int i = 0; i < 4; ++i) end(fences[i]);
  rdo_object_release(&transient->object);
}

// An execution that may be inline is done where it stands in the queue; others are handed on, behind it.
static void test_inline(void **state) {
  (void)state;
  make_device(1, 1, true);
  struct rdo_fence *start = make_fence();
  struct rdo_recording *recordings[3];
  for (uint32_t i = 0; i < 3; ++i) {
    recordings[i] = record_note(i);
    submit((struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recordings[i], .may_inline = i != 0}, 0, start, NULL);
    rdo_object_release(&recordings[i]->object);
  }
  rdo_fence_signal(start);
  (void)step_all(0);
  expect_log((const uint32_t[]){1, 2, 0}, 3);
  end(start);
}

// Which queue -------------------------------------------------------------------------------------------

static void test_affinity(void **state) {
  (void)state;
  static const struct {
    uint64_t mask;
    uint32_t queue_index;
  } cases[] = {{0, 0}, {1, 0}, {2, 1}, {4, 2}, {6, 1}, {7, 0}, {UINT64_MAX, 0}, {UINT64_MAX - 1, 1}, {UINT64_C(1) << 63, 0}, {8, 0}, {12, 2}};
  enum { CASES = sizeof cases / sizeof cases[0] };
  make_device(QUEUES, 1, false);
  uint64_t counts[QUEUES] = {0};
  for (uint32_t is_later = 0; is_later < 2; ++is_later) {
    for (uint32_t i = 0; i < CASES; ++i) {
      struct rdo_fence *start = make_fence(), *done = make_fence();
      log_of.count = 0;
      submit(op_note(i), cases[i].mask, is_later ? start : NULL, done);
      rdo_fence_signal(start);
      wait_ok(done);
      assert_int_equal(log_of.count, 1);
      assert_ptr_equal(log_of.executors[0], device->executors[cases[i].queue_index]);
      ++counts[cases[i].queue_index];
      end(start);
      end(done);
    }
  }
  for (uint32_t q = 0; q < QUEUES; ++q) assert_int_equal(frontier(q), counts[q]);
}

// Executions go to the workers of their queue, too, and fences lead from one queue to the other.
static void test_from_queue_to_queue(void **state) {
  (void)state;
  enum { LENGTH = 60 };
  make_device(QUEUES, 1, false);
  struct rdo_fence *start = make_fence(), *fences[LENGTH];
  for (uint32_t i = 0; i < LENGTH; ++i) {
    fences[i] = make_fence();
    struct rdo_recording *recording = record_note(i);
    struct rdo_operation operation = i % 2 == 0 ? op_note(i) : (struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recording};
    submit(operation, UINT64_C(1) << i % QUEUES, i == 0 ? start : fences[i - 1], fences[i]);
    rdo_object_release(&recording->object);
  }
  rdo_fence_signal(start);
  wait_ok(fences[LENGTH - 1]);
  assert_int_equal(log_of.count, LENGTH);
  for (uint32_t i = 0; i < LENGTH; ++i) {
    assert_int_equal(log_of.numbers[i], i);
    assert_ptr_equal(log_of.executors[i], device->executors[i % QUEUES]);
    end(fences[i]);
  }
  end(start);
}

// Memory ------------------------------------------------------------------------------------------------

static uint32_t submission_count(void) { return rdo_atomic_load(&device->queues[0].submission_count, rdo_acquire); }

// The pool begins small and grows by doubling; what has been made is used again.
static void test_pool(void **state) {
  (void)state;
  enum { COUNT = 1000 };
  make_device(1, 1, true);
  uint32_t made_count = 0;
  for (int round = 0; round < 4; ++round) {
    struct rdo_fence *start = make_fence(), *last = make_fence();
    log_of.count = 0;
    for (uint32_t i = 0; i < COUNT; ++i) {
      submit(op_note(i), 0, start, i + 1 == COUNT ? last : NULL);
      if (round == 0 && i == 0) assert_int_equal(submission_count(), RDO_SUBMISSION_CHUNK_FIRST);
      assert_true(submission_count() > i);
    }
    if (round == 0) made_count = submission_count();
    assert_int_equal(made_count, 16 + 32 + 64 + 128 + 256 + 512);
    assert_int_equal(submission_count(), made_count);
    rdo_fence_signal(start);
    (void)step_all(0);
    assert_int_equal(rdo_fence_query(last), RONDO_OK);
    assert_int_equal(log_of.count, COUNT);
    if (round == 1) rdo_device_trim(device);
    end(start);
    end(last);
  }
}

// Everything that an operation brings along finds room, whatever the submission carried before.
static void test_pool_of_sizes(void **state) {
  (void)state;
  static uint8_t data[3000];
  make_device(1, 1, true);
  struct rdo_recording *recording = NULL;
  expect_ok(rdo_recording_create(0, 100, &recording, NULL));
  for (uint32_t i = 0; i < 100; i += 10) {
    const struct rdo_buffer_ref ref = {.slot = i, .offset = i / 10 * 4, .length = 4};
    expect_ok(rdo_recording_fill(recording, &ref, i, 4, &diag));
  }
  expect_ok(rdo_recording_finalize(recording, &diag));
  struct rdo_buffer *large = NULL;
  expect_ok(rdo_buffer_create(device->heap, 0, 0, sizeof data, true, &large, NULL));
  for (uint32_t i = 0; i < 200; ++i) {
    struct rdo_fence *waits[9], *wait = NULL;
    uint32_t wait_count = 1 + i % 9;
    for (uint32_t k = 0; k < wait_count; ++k) waits[k] = make_fence();
    expect_ok(rdo_fence_join(waits, wait_count, &wait, NULL));
    struct rdo_buffer_ref entries[100] = {{.buffer = NULL}};
    uint32_t data_length = i * 13 % (uint32_t)sizeof data;
    memset(data, (int)i, sizeof data);
    for (uint32_t k = 0; k < 100; k += 10) entries[k] = (struct rdo_buffer_ref){.buffer = buffer, .length = 64};
    submit((struct rdo_operation){.kind = RDO_OPERATION_UPDATE, .target = large, .data = {data, data_length}}, 0, wait, NULL);
    submit((struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recording, .bindings = {entries, 100}}, 0, wait, NULL);
    memset(entries, 0, sizeof entries);
    memset(data, 0, sizeof data);
    for (uint32_t k = 0; k < wait_count; ++k) rdo_fence_signal(waits[k]);
    (void)step_all(0);
    for (uint32_t k = 0; k < data_length; ++k) assert_int_equal(rdo_buffer_data(large)[k], (uint8_t)i);
    for (uint32_t k = 0; k < 10; ++k) assert_int_equal(((uint32_t *)(void *)rdo_buffer_data(buffer))[k], 10 * k);
    memset(rdo_buffer_data(buffer), 0xFF, 64);
    for (uint32_t k = 0; k < wait_count; ++k) end(waits[k]);
    end(wait);
  }
  rdo_object_release(&large->object);
  rdo_object_release(&recording->object);
}

// Progress and failure ----------------------------------------------------------------------------------

static void test_frontier(void **state) {
  (void)state;
  make_device(2, 1, true);
  assert_int_equal(frontier(0), 0);
  submit(op_note(1), 0, NULL, NULL);
  assert_int_equal(frontier(0), 0);
  (void)step_all(0);
  assert_int_equal(frontier(0), 1);
  submit((struct rdo_operation){.kind = RDO_OPERATION_BARRIER}, 0, NULL, NULL);
  assert_int_equal(frontier(0), 2);
  struct rdo_recording *recording = record_note(2);
  submit((struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recording}, 0, NULL, NULL);
  rdo_object_release(&recording->object);
  (void)step_all(0);
  assert_int_equal(frontier(0), 3);
  // A failure is remembered for good, and on its queue alone.
  struct rdo_fence *bad = make_fence();
  submit(op_note(UINT32_MAX), 0, NULL, bad);
  (void)step_all(0);
  assert_int_equal(frontier(0), RDO_FRONTIER_FAILED | 4);
  submit(op_note(3), 0, NULL, NULL);
  (void)step_all(0);
  assert_int_equal(frontier(0), RDO_FRONTIER_FAILED | 5);
  assert_int_equal(frontier(1), 0);
  // One that does not run because its wait has failed, before it was submitted or after.
  struct rdo_fence *passed_on = make_fence();
  submit(op_note(4), 2, bad, passed_on);
  assert_int_equal(rdo_fence_query(passed_on), RONDO_DATA_LOSS);
  end(passed_on);
  assert_int_equal(frontier(1), RDO_FRONTIER_FAILED | 1);
  struct rdo_fence *start = make_fence();
  submit(op_note(5), 2, start, NULL);
  assert_int_equal(frontier(1), RDO_FRONTIER_FAILED | 1);
  rdo_fence_fail(start, RONDO_ABORTED);
  (void)step_all(1);
  assert_int_equal(frontier(1), RDO_FRONTIER_FAILED | 2);
  end(start);
  end(bad);
}

// What is cancelled is counted when its wait is over, and a list of recordings is one operation.
static void test_frontier_of_others(void **state) {
  (void)state;
  make_device(1, 1, true);
  struct rdo_recording *recording = record_note(7);
  const struct rdo_execution_item items[3] = {{recording, {NULL, 0}}, {recording, {NULL, 0}}, {recording, {NULL, 0}}};
  struct rdo_operation list = {.kind = RDO_OPERATION_EXECUTE_LIST};
  list.list.items = items;
  list.list.count = 3;
  struct rdo_fence *done = make_fence();
  submit(list, 0, NULL, done);
  rdo_object_release(&recording->object);
  while (rdo_fence_query(done) == RONDO_DEFERRED) {
    assert_int_equal(frontier(0), 0);
    assert_true(rdo_worker_step(&device->executors[0]->workers[0]));
  }
  assert_int_equal(log_of.count, 3);
  assert_int_equal(frontier(0), 1);
  struct rdo_fence *start = make_fence(), *cancelled = make_fence();
  submit(op_note(8), 0, start, cancelled);
  rdo_queue_cancel(&device->queues[0]);
  assert_int_equal(rdo_fence_query(cancelled), RONDO_CANCELLED);
  assert_int_equal(frontier(0), 1);
  rdo_fence_signal(start);
  (void)step_all(0);
  assert_int_equal(frontier(0), RDO_FRONTIER_FAILED | 2);
  assert_int_equal(log_of.count, 3);
  end(done);
  end(start);
  end(cancelled);
}

struct watcher {
  pthread_t thread;
  uint64_t good_count;  // operations before the one that fails
  rdo_atomic_u32 must_stop, error_count;
};

// A count that includes the failure has its bit; what was seen once is never taken back.
static void *watch_frontier(void *user) {
  struct watcher *watcher = user;
  uint64_t count = 0, failed = 0;
  while (rdo_atomic_load(&watcher->must_stop, rdo_acquire) == 0) {
    uint64_t now = frontier(0);
    bool is_true = (now & ~RDO_FRONTIER_FAILED) >= count && (now & RDO_FRONTIER_FAILED) >= failed;
    count = now & ~RDO_FRONTIER_FAILED;
    failed = now & RDO_FRONTIER_FAILED;
    is_true &= count <= watcher->good_count || failed != 0;
    if (!is_true) rdo_atomic_add(&watcher->error_count, 1, rdo_relaxed);  // relaxed: counter
  }
  return NULL;
}

static void test_frontier_is_watched(void **state) {
  (void)state;
  enum { ROUNDS = 20, CHAIN = 50, BEHIND = 50 };
  for (int round = 0; round < ROUNDS; ++round) {
    make_device(1, 2, false);
    struct watcher watcher = {.good_count = CHAIN};
    rdo_atomic_init(&watcher.must_stop, 0);
    rdo_atomic_init(&watcher.error_count, 0);
    assert_int_equal(pthread_create(&watcher.thread, NULL, watch_frontier, &watcher), 0);
    struct rdo_fence *fences[CHAIN + 1 + BEHIND];
    for (int i = 0; i < CHAIN + 1 + BEHIND; ++i) {
      fences[i] = make_fence();
      submit(i == CHAIN ? op_copy_too_much() : op_fill(), 0, i == 0 ? NULL : fences[i - 1], fences[i]);
    }
    for (int i = 0; i < CHAIN + 1 + BEHIND; ++i) {
      enum rondo_status status = rdo_fence_wait(fences[i], rdo_clock_now_ns() + INT64_C(60000000000));
      assert_int_equal(status, i < CHAIN ? RONDO_OK : RONDO_OUT_OF_RANGE);
      uint64_t now = frontier(0);  // what is over has been counted
      assert_true((now & ~RDO_FRONTIER_FAILED) > (uint64_t)i && (i < CHAIN || (now & RDO_FRONTIER_FAILED) != 0));
    }
    assert_int_equal(frontier(0), RDO_FRONTIER_FAILED | (CHAIN + 1 + BEHIND));
    rdo_atomic_store(&watcher.must_stop, 1, rdo_release);
    pthread_join(watcher.thread, NULL);
    assert_int_equal(rdo_atomic_load(&watcher.error_count, rdo_acquire), 0);
    for (int i = 0; i < CHAIN + 1 + BEHIND; ++i) end(fences[i]);
    rdo_object_release(&buffer->object);
    rdo_device_close(device);
    rdo_object_release(&device->object);
    buffer = NULL;
    device = NULL;
  }
}

static const char *explained(enum rondo_status status) {
  static struct rondo_diag words;
  words = (struct rondo_diag){.status = RONDO_OK};
  (void)rdo_fail(&words, status, "-");
  rdo_device_explain(device, status, &words);
  return words.message;
}

// The words of the last failure with that status; those that only passed a failure on have none of their own.
static void test_explain(void **state) {
  (void)state;
  make_device(2, 1, true);
  struct rdo_fence *bad[4] = {make_fence(), make_fence(), make_fence(), make_fence()};
  assert_string_equal(explained(RONDO_DATA_LOSS), "-");
  submit(op_note(UINT32_MAX), 0, NULL, bad[0]);
  (void)step_all(0);
  assert_int_equal(rdo_fence_query(bad[0]), RONDO_DATA_LOSS);
  assert_string_equal(explained(RONDO_DATA_LOSS), "-; call 1 of this test");
  assert_string_equal(explained(RONDO_INTERNAL), "-");
  submit(op_note(1), 0, bad[0], bad[1]);  // passes it on
  (void)step_all(0);
  assert_int_equal(rdo_fence_query(bad[1]), RONDO_DATA_LOSS);
  assert_string_equal(explained(RONDO_DATA_LOSS), "-; call 1 of this test");
  submit(op_note(UINT32_MAX), 0, NULL, bad[2]);
  (void)step_all(0);
  assert_string_equal(explained(RONDO_DATA_LOSS), "-; call 2 of this test");
  // The other queue has words of its own.
  submit(op_copy_too_much(), 2, NULL, bad[3]);
  (void)step_all(1);
  assert_non_null(strstr(explained(RONDO_OUT_OF_RANGE), "bytes 60 + 5 lie outside"));
  assert_string_equal(explained(RONDO_DATA_LOSS), "-; call 2 of this test");
  for (int i = 0; i < 4; ++i) end(bad[i]);
}

// Cancelling ends what waits, and nothing else.
static void test_cancel(void **state) {
  (void)state;
  make_device(1, 1, true);
  struct rdo_fence *start = make_fence(), *waiting = make_fence(), *ready = make_fence();
  submit(op_note(1), 0, start, waiting);
  submit(op_note(2), 0, NULL, ready);
  rdo_queue_cancel(&device->queues[0]);
  assert_int_equal(rdo_fence_query(waiting), RONDO_CANCELLED);
  assert_int_equal(rdo_fence_query(ready), RONDO_DEFERRED);
  (void)step_all(0);
  assert_int_equal(rdo_fence_query(ready), RONDO_OK);
  rdo_fence_signal(start);
  (void)step_all(0);
  expect_log((const uint32_t[]){2}, 1);
  end(start);
  end(waiting);
  end(ready);
}

// Callers -----------------------------------------------------------------------------------------------

static void submit_held(struct rdo_recording *recording, struct rdo_fence *signal) {
  const struct rdo_operation operation = {.kind = RDO_OPERATION_EXECUTE, .recording = recording, .signal = signal};
  expect_ok(rdo_device_submit_held(device, &operation, &diag));
}

// A caller holds one execution: the next one, a flush or its own wait lets it go.
// A dispatch that is an operation of its own, on a played executor, which measures tiles: alone, and by several workers.
static void test_played_dispatch(void **state) {
  (void)state;
  make_device_of(&(const struct rdo_executor_options){.worker_count = 2, .is_stepped = true, .is_played = true}, 1);
  const uint32_t number = 7;
  for (uint32_t count = 1; count <= 100; count += 99) {
    const struct rdo_dispatch dispatch = {{.executable = &fake->executable, .workgroup_count = {count, 1, 1}, .constant_count = 1}, &number, NULL};
    for (int again = 0; again < 3; ++again) {
      struct rdo_fence *done = make_fence();
      log_of.count = 0;
      submit((struct rdo_operation){.kind = RDO_OPERATION_DISPATCH, .dispatch = &dispatch}, 0, NULL, done);
      step_all(0);
      assert_int_equal(rdo_fence_query(done), RONDO_OK);
      assert_int_equal(log_of.count, count);
      end(done);
    }
  }
}

static void test_held(void **state) {
  (void)state;
  make_device(1, 1, true);
  struct rdo_recording *recordings[3] = {record_note(0), record_note(1), record_note(2)};
  struct rdo_fence *fences[3] = {make_fence(), make_fence(), make_fence()};
  submit_held(recordings[0], fences[0]);
  assert_int_equal(step_all(0), 0);
  assert_int_equal(log_of.count, 0);
  submit_held(recordings[1], fences[1]);
  (void)step_all(0);
  assert_int_equal(rdo_fence_query(fences[0]), RONDO_OK);
  assert_int_equal(rdo_fence_query(fences[1]), RONDO_DEFERRED);
  rdo_queue_flush();
  (void)step_all(0);
  assert_int_equal(rdo_fence_query(fences[1]), RONDO_OK);
  rdo_queue_flush();  // of nothing
  submit_held(recordings[2], fences[2]);
  expect_ok(rdo_device_wait(device, fences[2], RDO_DEADLINE_NONE));  // here: nobody steps the worker
  expect_log((const uint32_t[]){0, 1, 2}, 3);
  assert_null(rdo_worker_current());
  for (int i = 0; i < 3; ++i) {
    rdo_object_release(&recordings[i]->object);
    end(fences[i]);
  }
}

// What a caller's own work makes ready it does itself, and goes when its fence is over.
static void test_wait_follows(void **state) {
  (void)state;
  enum { LENGTH = 20 };
  make_device(1, 1, true);
  struct rdo_fence *fences[LENGTH];
  for (uint32_t i = 0; i < LENGTH; ++i) fences[i] = make_fence();
  for (uint32_t i = LENGTH; i-- > 0;) {
    struct rdo_recording *recording = record_note(i);
    struct rdo_operation operation = i % 3 == 1 ? op_note(i) : (struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recording};
    operation.wait = i == 0 ? NULL : fences[i - 1];
    operation.signal = fences[i];
    expect_ok(rdo_device_submit_held(device, &operation, &diag));
    rdo_object_release(&recording->object);
  }
  assert_int_equal(log_of.count, 0);
  expect_ok(rdo_device_wait(device, fences[LENGTH - 1], RDO_DEADLINE_NONE));
  assert_int_equal(log_of.count, LENGTH);
  for (uint32_t i = 0; i < LENGTH; ++i) {
    assert_int_equal(log_of.numbers[i], i);
    end(fences[i]);
  }
}

static struct rdo_fence *call_fence;
static enum rondo_status call_status;

static enum rondo_status wait_in_call(void *user, struct rondo_diag *words) {
  (void)user;
  (void)words;
  call_status = rdo_device_wait(device, call_fence, RDO_DEADLINE_NONE);
  return RONDO_OK;
}

// Those who drain must not block in a wait.
static void test_wait_in_a_call(void **state) {
  (void)state;
  make_device(1, 1, false);
  struct rdo_operation operation = {.kind = RDO_OPERATION_HOST_CALL};
  operation.host.call = wait_in_call;
  struct rdo_fence *done = make_fence();
  call_fence = make_fence();
  call_status = RONDO_OK;
  submit(operation, 0, NULL, done);
  wait_ok(done);
  assert_int_equal(call_status, RONDO_FAILED_PRECONDITION);
  rdo_fence_signal(call_fence);
  end(done);
  done = make_fence();
  submit(operation, 0, NULL, done);
  wait_ok(done);
  assert_int_equal(call_status, RONDO_OK);  // what is over is not waited for
  end(done);
  end(call_fence);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_order),
      TEST(test_order_with_followers),
      TEST(test_done_at_once),
      TEST(test_inline),
      TEST(test_affinity),
      TEST(test_from_queue_to_queue),
      TEST(test_pool),
      TEST(test_pool_of_sizes),
      TEST(test_frontier),
      TEST(test_frontier_of_others),
      TEST(test_frontier_is_watched),
      TEST(test_explain),
      TEST(test_cancel),
      TEST(test_played_dispatch),
      TEST(test_held),
      TEST(test_wait_follows),
      TEST(test_wait_in_a_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
