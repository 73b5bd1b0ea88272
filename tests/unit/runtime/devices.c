// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Asynchronous calls of models, the same on every device: chains, failures, threads, and releases in any order
// while work is in flight. Usage: unit_runtime_devices FOLDER (of async.vmfb and counter.vmfb).

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rondo/model.h"
#include "rondo/timeline.h"

enum { CHAIN_LENGTH = 50, REPEAT_COUNT = 20, THREAD_COUNT = 2, CALL_COUNT = 30, WAITER_COUNT = 6, CROWD_COUNT = 20 };
enum { X, Y, WAIT, SIGNAL, INPUT_COUNT };  // add(x, y) of async.vmfb
enum { MODEL, RUNTIME, INPUTS, OUTPUT, WAIT_FENCE, SIGNAL_FENCE, PART_COUNT };  // what a call in flight consists of

static const int64_t FAR_NS = INT64_C(60) * 1000000000;
static const int64_t four[] = {4};
static const char *folder;
static struct rondo_runtime_options device;

// One model on a runtime.
struct fixture {
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
};

static void load(struct fixture *f, const char *name) {
  char path[512];
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "%s/%s", folder, name);
  const struct rondo_module_source source = {.path = path};
  if (rondo_model_load(f->runtime, &source, 1, &f->model, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(rondo_model_find(f->model, NULL, &f->function, NULL), RONDO_OK);
}

static struct fixture open_async(void) {
  struct fixture f;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_runtime_create(&device, &f.runtime, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  load(&f, "async.vmfb");
  return f;
}

static void close_fixture(struct fixture *f) {
  rondo_model_release(&f->model);
  rondo_runtime_release(&f->runtime);
}

// These come back as NONE when something fails, so that threads may use them; the call then says so.
static struct rondo_value tensor_of(struct rondo_runtime *runtime, float number) {
  const float data[] = {number, number, number, number};
  struct rondo_value value = {.kind = RONDO_VALUE_TENSOR};
  if (rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 1, four, data, &value.tensor, NULL) != RONDO_OK) value.kind = RONDO_VALUE_NONE;
  return value;
}

static struct rondo_value fence_of(struct rondo_runtime *runtime) {
  struct rondo_value value = {.kind = RONDO_VALUE_FENCE};
  if (rondo_fence_create(runtime, &value.fence, NULL) != RONDO_OK) value.kind = RONDO_VALUE_NONE;
  return value;
}

static bool is_number(const struct rondo_value *value, float number) {
  const float *data = value->kind == RONDO_VALUE_TENSOR ? rondo_tensor_data(value->tensor) : NULL;
  return data != NULL && data[0] == number && data[3] == number;
}

// x + y when `wait` is reached; takes x and y.
static enum rondo_status add(const struct fixture *f, struct rondo_value x, struct rondo_value y, struct rondo_value wait, struct rondo_value signal,
                             struct rondo_value *out) {
  struct rondo_value inputs[INPUT_COUNT] = {x, y, wait, signal};
  enum rondo_status status = rondo_function_invoke(f->function, INPUT_COUNT, inputs, 1, out, NULL);
  rondo_value_release(&inputs[X]);
  rondo_value_release(&inputs[Y]);
  return status;
}

// Calls --------------------------------------------------------------------------------------------------

static void test_one_call(void **state) {
  (void)state;
  struct fixture f = open_async();
  for (int i = 0; i < REPEAT_COUNT; ++i) {
    struct rondo_value signal = fence_of(f.runtime), output;
    assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, (float)i), (struct rondo_value){.kind = RONDO_VALUE_NONE}, signal, &output), RONDO_OK);
    assert_int_equal(rondo_fence_wait(signal.fence, FAR_NS), RONDO_OK);
    assert_true(is_number(&output, (float)i + 1));
    rondo_value_release(&output);
    rondo_value_release(&signal);
  }
  close_fixture(&f);
}

// Everything is called before anything can start. Fences of its own, or points on one timeline.
static void run_chain(bool has_timeline, bool is_any) {
  struct fixture f = open_async();
  struct rondo_timeline *timeline;
  struct rondo_value fences[CHAIN_LENGTH + 1], number = tensor_of(f.runtime, 0);
  assert_int_equal(rondo_timeline_create(f.runtime, 0, &timeline, NULL), RONDO_OK);
  for (int i = 0; i <= CHAIN_LENGTH; ++i) {
    fences[i] = (struct rondo_value){.kind = RONDO_VALUE_FENCE};
    if (has_timeline) {
      assert_int_equal(rondo_fence_at(timeline, (uint64_t)i + 1, &fences[i].fence, NULL), RONDO_OK);
    } else {
      fences[i] = fence_of(f.runtime);
    }
  }
  for (int i = 0; i < CHAIN_LENGTH; ++i) {
    assert_int_equal(add(&f, number, tensor_of(f.runtime, 1), fences[i], fences[i + 1], &number), RONDO_OK);
  }
  assert_int_equal(rondo_fence_query(fences[1].fence), RONDO_DEFERRED);
  rondo_fence_signal(fences[0].fence);
  if (is_any) {
    int index;
    assert_int_equal(rondo_fence_wait_any(&fences[CHAIN_LENGTH].fence, 1, FAR_NS, &index), RONDO_OK);
    assert_int_equal(index, 0);
  } else {
    assert_int_equal(rondo_fence_wait(fences[CHAIN_LENGTH].fence, FAR_NS), RONDO_OK);
  }
  assert_true(is_number(&number, CHAIN_LENGTH));
  for (int i = 0; i <= CHAIN_LENGTH; ++i) rondo_value_release(&fences[i]);
  rondo_value_release(&number);
  rondo_timeline_release(&timeline);
  close_fixture(&f);
}

static void test_chain_of_fences(void **state) {
  (void)state;
  run_chain(false, false);
}

static void test_chain_on_a_timeline(void **state) {
  (void)state;
  run_chain(true, false);
}

static void test_wait_any_lets_work_be_done(void **state) {
  (void)state;
  run_chain(true, true);
}

struct follow_up {
  const struct fixture *f;
  struct rondo_value x, signal, output;
  enum rondo_status status;
};

static void call_again(void *user, enum rondo_status status) {
  struct follow_up *next = user;
  next->status = status;
  if (status == RONDO_OK) next->status = add(next->f, next->x, tensor_of(next->f->runtime, 5), (struct rondo_value){.kind = RONDO_VALUE_NONE}, next->signal, &next->output);
}

static void test_call_from_a_callback(void **state) {
  (void)state;
  struct fixture f = open_async(), second = {.runtime = f.runtime};
  load(&second, "async.vmfb");
  struct rondo_value first = fence_of(f.runtime), start = fence_of(f.runtime);
  struct follow_up next = {.f = &second, .signal = fence_of(f.runtime)};
  struct rondo_fence_callback *callback;
  assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, 2), start, first, &next.x), RONDO_OK);
  rondo_tensor_retain(next.x.tensor);
  struct rondo_value middle = next.x;
  assert_int_equal(rondo_fence_then(first.fence, call_again, &next, &callback, NULL), RONDO_OK);
  rondo_fence_signal(start.fence);
  assert_int_equal(rondo_fence_wait(next.signal.fence, FAR_NS), RONDO_OK);
  rondo_fence_callback_cancel(&callback);
  assert_int_equal(next.status, RONDO_OK);
  assert_true(is_number(&next.output, 8));
  rondo_value_release(&next.output);
  rondo_value_release(&next.signal);
  rondo_value_release(&middle);
  rondo_value_release(&first);
  rondo_value_release(&start);
  rondo_model_release(&second.model);
  close_fixture(&f);
}

struct sync_call {
  struct fixture counter;
  struct rondo_value input, outputs[2];
  struct rondo_fence *done;
  enum rondo_status call_status, wait_status;
};

static void call_and_wait(void *user, enum rondo_status status) {
  struct sync_call *c = user;
  struct rondo_fence *never;
  (void)status;
  c->call_status = rondo_function_invoke(c->counter.function, 1, &c->input, 2, c->outputs, NULL);
  c->wait_status = rondo_fence_create(c->counter.runtime, &never, NULL);
  if (c->wait_status == RONDO_OK) c->wait_status = rondo_fence_wait(never, 1000);
  rondo_fence_release(&never);
  rondo_fence_signal(c->done);
}

// A worker that waited might wait for itself: it is refused, not blocked.
static void test_wait_in_a_callback(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct sync_call c = {.counter = {.runtime = f.runtime}, .input = tensor_of(f.runtime, 2)};
  struct rondo_fence_callback *callback;
  struct rondo_value start = fence_of(f.runtime), signal = fence_of(f.runtime), output;
  load(&c.counter, "counter.vmfb");
  assert_int_equal(rondo_fence_create(f.runtime, &c.done, NULL), RONDO_OK);
  assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, 2), start, signal, &output), RONDO_OK);
  assert_int_equal(rondo_fence_then(signal.fence, call_and_wait, &c, &callback, NULL), RONDO_OK);
  rondo_fence_signal(start.fence);
  assert_int_equal(rondo_fence_wait(c.done, FAR_NS), RONDO_OK);
  rondo_fence_callback_cancel(&callback);
  // Not refused: on a synchronous device, or when another worker was quicker than the question.
  bool is_sync = strcmp(device.device, "local-sync") == 0;
  assert_int_equal(c.wait_status, is_sync ? RONDO_DEADLINE_EXCEEDED : RONDO_FAILED_PRECONDITION);
  if (is_sync || c.call_status == RONDO_OK) {
    assert_int_equal(c.call_status, RONDO_OK);
    assert_true(is_number(&c.outputs[0], 3));
  } else {
    assert_int_equal(c.call_status, RONDO_FAILED_PRECONDITION);
  }
  rondo_value_release(&c.outputs[0]);
  rondo_value_release(&c.input);
  rondo_fence_release(&c.done);
  rondo_value_release(&output);
  rondo_value_release(&signal);
  rondo_value_release(&start);
  rondo_model_release(&c.counter.model);
  close_fixture(&f);
}

// Failures -----------------------------------------------------------------------------------------------

// Two calls wait for `broken`, one of them for both; one waits for `whole` alone.
static void test_failure_reaches_dependents_only(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value broken = fence_of(f.runtime), whole = fence_of(f.runtime), both = {.kind = RONDO_VALUE_FENCE}, signals[4], outputs[4];
  assert_int_equal(rondo_fence_join((struct rondo_fence *const[]){broken.fence, whole.fence}, 2, &both.fence, NULL), RONDO_OK);
  for (int i = 0; i < 4; ++i) signals[i] = fence_of(f.runtime);
  const struct rondo_value waits[] = {broken, both, whole, signals[0]};
  for (int i = 0; i < 4; ++i) {
    assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, 2), waits[i], signals[i], &outputs[i]), RONDO_OK);
  }
  rondo_fence_fail(broken.fence, RONDO_DATA_LOSS);
  rondo_fence_signal(whole.fence);
  static const enum rondo_status expected[] = {RONDO_DATA_LOSS, RONDO_DATA_LOSS, RONDO_OK, RONDO_DATA_LOSS};
  for (int i = 0; i < 4; ++i) assert_int_equal(rondo_fence_wait(signals[i].fence, FAR_NS), expected[i]);
  assert_true(is_number(&outputs[2], 3));
  // And the model goes on.
  struct rondo_value signal = fence_of(f.runtime), output;
  assert_int_equal(add(&f, tensor_of(f.runtime, 3), tensor_of(f.runtime, 4), whole, signal, &output), RONDO_OK);
  assert_int_equal(rondo_fence_wait(signal.fence, FAR_NS), RONDO_OK);
  assert_true(is_number(&output, 7));
  rondo_value_release(&output);
  rondo_value_release(&signal);
  for (int i = 0; i < 4; ++i) {
    rondo_value_release(&signals[i]);
    rondo_value_release(&outputs[i]);
  }
  rondo_value_release(&both);
  rondo_value_release(&broken);
  rondo_value_release(&whole);
  close_fixture(&f);
}

// Fails while it runs, on whichever thread: there is no memory for the result.
static void test_failure_inside_a_call(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_memory_stats memory;
  rondo_runtime_memory(f.runtime, &memory);
  close_fixture(&f);
  struct rondo_runtime_options whole = device;
  device.memory_budget_bytes = memory.live_bytes + memory.peak_bytes + 40;  // two tensors fit, a result does not
  f = open_async();
  device = whole;
  struct rondo_value start = fence_of(f.runtime), signals[2] = {fence_of(f.runtime), fence_of(f.runtime)}, outputs[2];
  struct rondo_value x = tensor_of(f.runtime, 1), other = tensor_of(f.runtime, 1);
  for (int i = 0; i < 2; ++i) {
    rondo_tensor_retain(x.tensor);
    rondo_tensor_retain(x.tensor);
    assert_int_equal(add(&f, x, x, i == 0 ? start : signals[0], signals[i], &outputs[i]), RONDO_OK);
  }
  rondo_fence_signal(start.fence);
  for (int i = 0; i < 2; ++i) assert_int_equal(rondo_fence_wait(signals[i].fence, FAR_NS), RONDO_RESOURCE_EXHAUSTED);
  for (int i = 0; i < 2; ++i) {
    rondo_value_release(&outputs[i]);
    rondo_value_release(&signals[i]);
  }
  rondo_value_release(&other);
  rondo_value_release(&x);
  rondo_value_release(&start);
  close_fixture(&f);
}

// Threads ------------------------------------------------------------------------------------------------

struct caller {
  pthread_t thread;
  struct fixture f;
  struct fixture counter;
  int error_line;  // 0 = none
};

// A model with state called synchronously, and one called asynchronously with a result of the other.
static void *call_often(void *user) {
  struct caller *caller = user;
  struct rondo_runtime *runtime = caller->f.runtime;
  for (int i = 1; i <= CALL_COUNT && caller->error_line == 0; ++i) {
    struct rondo_value input = tensor_of(runtime, 1), sums[2], signal = fence_of(runtime), output = {.kind = RONDO_VALUE_NONE};
    if (rondo_function_invoke(caller->counter.function, 1, &input, 2, sums, NULL) != RONDO_OK) caller->error_line = __LINE__;
    if (caller->error_line == 0 && sums[1].i32 != i) caller->error_line = __LINE__;
    if (caller->error_line == 0 && add(&caller->f, sums[0], tensor_of(runtime, 10), (struct rondo_value){.kind = RONDO_VALUE_NONE}, signal, &output) != RONDO_OK) {
      caller->error_line = __LINE__;
    }
    if (caller->error_line == 0 && rondo_fence_wait(signal.fence, FAR_NS) != RONDO_OK) caller->error_line = __LINE__;
    if (caller->error_line == 0 && !is_number(&output, (float)i + 11)) caller->error_line = __LINE__;  // the sum begins at 1
    rondo_value_release(&output);
    rondo_value_release(&input);
    rondo_value_release(&signal);
  }
  return NULL;
}

static void run_callers(bool is_shared) {
  struct caller callers[THREAD_COUNT];
  memset(callers, 0, sizeof callers);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    if (i == 0 || !is_shared) {
      callers[i].f = open_async();
    } else {
      callers[i].f.runtime = callers[0].f.runtime;
      load(&callers[i].f, "async.vmfb");
    }
    callers[i].counter.runtime = callers[i].f.runtime;
    load(&callers[i].counter, "counter.vmfb");
  }
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    assert_int_equal(callers[i].error_line, 0);
    rondo_model_release(&callers[i].counter.model);
    rondo_model_release(&callers[i].f.model);
    if (i == 0 || !is_shared) continue;
    callers[i].f.runtime = NULL;
  }
  for (int i = 0; i < THREAD_COUNT; ++i) rondo_runtime_release(&callers[i].f.runtime);
}

static void test_two_threads_on_one_runtime(void **state) {
  (void)state;
  run_callers(true);
}

static void test_two_threads_on_two_runtimes(void **state) {
  (void)state;
  run_callers(false);
}

// Both threads call the same model.
static void test_two_threads_call_one_model(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct caller callers[THREAD_COUNT];
  memset(callers, 0, sizeof callers);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    callers[i].f = f;
    callers[i].counter.runtime = f.runtime;
    load(&callers[i].counter, "counter.vmfb");
  }
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
    assert_int_equal(callers[i].error_line, 0);
    rondo_model_release(&callers[i].counter.model);
  }
  close_fixture(&f);
}

// Ends ---------------------------------------------------------------------------------------------------

// The parts of a call are let go in the order that `rest` encodes, while it waits (or, when it does not, while it
// may be running).
static void release_in_order(unsigned rest, bool is_waiting) {
  struct fixture f = open_async();
  struct rondo_value inputs[2] = {tensor_of(f.runtime, 1), tensor_of(f.runtime, 2)}, wait = fence_of(f.runtime), signal = fence_of(f.runtime), output;
  const struct rondo_value all[INPUT_COUNT] = {inputs[X], inputs[Y], wait, signal};
  assert_int_equal(rondo_function_invoke(f.function, INPUT_COUNT, all, 1, &output, NULL), RONDO_OK);
  if (!is_waiting) rondo_fence_signal(wait.fence);
  bool is_done[PART_COUNT] = {false};
  for (unsigned left = PART_COUNT; left != 0; --left) {
    unsigned pick = rest % left, part = 0;
    rest /= left;
    for (; is_done[part] || pick-- != 0; ++part) continue;
    is_done[part] = true;
    switch (part) {
      case MODEL: rondo_model_release(&f.model); break;
      case RUNTIME: rondo_runtime_release(&f.runtime); break;
      case INPUTS:
        rondo_value_release(&inputs[X]);
        rondo_value_release(&inputs[Y]);
        break;
      case OUTPUT: rondo_value_release(&output); break;
      case WAIT_FENCE: rondo_value_release(&wait); break;
      default: rondo_value_release(&signal); break;
    }
    if (!is_done[SIGNAL_FENCE] && is_done[WAIT_FENCE] && is_waiting) assert_int_equal(rondo_fence_wait(signal.fence, FAR_NS), RONDO_CANCELLED);
  }
}

static void test_releases_in_any_order(void **state) {
  (void)state;
  const unsigned order_count = 720;  // of six parts
  for (unsigned order = 0; order < order_count; order += 11) {
    release_in_order(order, true);
    release_in_order(order + 5 < order_count ? order + 5 : order, false);
  }
}

struct waiter {
  pthread_t thread;
  struct rondo_fence *fence;
  bool is_any;
  enum rondo_status status;
};

static void *wait_for_end(void *user) {
  struct waiter *waiter = user;
  waiter->status = waiter->is_any ? rondo_fence_wait_any(&waiter->fence, 1, FAR_NS, NULL) : rondo_fence_wait(waiter->fence, FAR_NS);
  return NULL;
}

// Calls wait, threads wait for the calls, and the runtime goes.
static void test_runtime_released_while_threads_wait(void **state) {
  (void)state;
  for (int round = 0; round < REPEAT_COUNT; ++round) {
    struct fixture f = open_async();
    struct rondo_value start = fence_of(f.runtime), outputs[WAITER_COUNT], signal = {.kind = RONDO_VALUE_FENCE};
    struct waiter waiters[WAITER_COUNT];
    for (int i = 0; i < WAITER_COUNT; ++i) {
      assert_int_equal(rondo_fence_create(f.runtime, &waiters[i].fence, NULL), RONDO_OK);
      signal.fence = waiters[i].fence;
      waiters[i].is_any = i % 2 == 1;
      assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, 2), start, signal, &outputs[i]), RONDO_OK);
      assert_int_equal(pthread_create(&waiters[i].thread, NULL, wait_for_end, &waiters[i]), 0);
    }
    const struct timespec pause = {.tv_nsec = round * 100 * 1000};
    nanosleep(&pause, NULL);
    close_fixture(&f);
    for (int i = 0; i < WAITER_COUNT; ++i) {
      assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
      assert_int_equal(waiters[i].status, RONDO_CANCELLED);
      rondo_fence_release(&waiters[i].fence);
      rondo_value_release(&outputs[i]);
    }
    rondo_value_release(&start);
  }
}

// More threads than a device without workers has seats for those that help.
static void test_crowd_of_waiters(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value start = fence_of(f.runtime), outputs[CROWD_COUNT], signal = {.kind = RONDO_VALUE_FENCE};
  struct waiter waiters[CROWD_COUNT];
  for (int i = 0; i < CROWD_COUNT; ++i) {
    assert_int_equal(rondo_fence_create(f.runtime, &waiters[i].fence, NULL), RONDO_OK);
    signal.fence = waiters[i].fence;
    waiters[i].is_any = i % 2 == 1;
    assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, (float)i), start, signal, &outputs[i]), RONDO_OK);
    assert_int_equal(pthread_create(&waiters[i].thread, NULL, wait_for_end, &waiters[i]), 0);
  }
  rondo_fence_signal(start.fence);
  for (int i = 0; i < CROWD_COUNT; ++i) {
    assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
    assert_int_equal(waiters[i].status, RONDO_OK);
    assert_true(is_number(&outputs[i], (float)i + 1));
    rondo_fence_release(&waiters[i].fence);
    rondo_value_release(&outputs[i]);
  }
  rondo_value_release(&start);
  close_fixture(&f);
}

static void expect_dump(const struct rondo_runtime *runtime, const char *const *words, int count) {
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  rondo_runtime_dump(runtime, file);
  fclose(file);
  for (int i = 0; i < count; ++i) {
    if (strstr(text, words[i]) == NULL) fail_msg("no \"%s\" in:\n%s", words[i], text);
  }
  free(text);
}

// What a person sees who looks why nothing comes.
static void test_dump(void **state) {
  (void)state;
  struct fixture f = open_async();
  bool is_task = strcmp(device.device, "local-task") == 0;
  char executor[64];
  snprintf(executor, sizeof executor, "executor: %d workers, ", rondo_runtime_worker_count(f.runtime));
  const char *const idle[] = {is_task ? "device local-task\n" : "device local-sync\n", "queue 0: 0 operations have ended; 0 wait for fences, ",
                              is_task ? executor : "queue 0"};
  expect_dump(f.runtime, idle, 3);
  struct rondo_value start = fence_of(f.runtime), signal = fence_of(f.runtime), output;
  assert_int_equal(add(&f, tensor_of(f.runtime, 1), tensor_of(f.runtime, 2), start, signal, &output), RONDO_OK);
  const char *const waits[] = {" wait for fences, 0 move bytes of files, 0 are ready or run\n"};
  expect_dump(f.runtime, waits, 1);
  const char *const none[] = {"; 0 wait for fences"};
  rondo_fence_signal(start.fence);
  assert_int_equal(rondo_fence_wait(signal.fence, FAR_NS), RONDO_OK);
  expect_dump(f.runtime, none, 1);
  rondo_value_release(&output);
  rondo_value_release(&start);
  rondo_value_release(&signal);
  close_fixture(&f);
}

static int run(const struct rondo_runtime_options *options) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_call),
      cmocka_unit_test(test_chain_of_fences),
      cmocka_unit_test(test_chain_on_a_timeline),
      cmocka_unit_test(test_wait_any_lets_work_be_done),
      cmocka_unit_test(test_call_from_a_callback),
      cmocka_unit_test(test_wait_in_a_callback),
      cmocka_unit_test(test_failure_reaches_dependents_only),
      cmocka_unit_test(test_failure_inside_a_call),
      cmocka_unit_test(test_two_threads_on_one_runtime),
      cmocka_unit_test(test_two_threads_on_two_runtimes),
      cmocka_unit_test(test_two_threads_call_one_model),
      cmocka_unit_test(test_releases_in_any_order),
      cmocka_unit_test(test_runtime_released_while_threads_wait),
      cmocka_unit_test(test_crowd_of_waiters),
      cmocka_unit_test(test_dump),
  };
  device = *options;
  printf("on %s, worker count %d\n", device.device, device.worker_count);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv) {
  static const struct rondo_runtime_options devices[] = {
      {.device = "local-sync"},
      {.device = "local-task", .worker_count = -1},
      {.device = "local-task", .worker_count = 1},
      {.device = "local-task", .worker_count = 2},
      {.device = "local-task", .worker_count = 8},
      {.device = "local-task", .worker_count = 2, .spin_ns = -1},
  };
  if (argc != 2) return 77;
  folder = argv[1];
  int failed_count = 0;
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; ++i) failed_count += run(&devices[i]);
  return failed_count;
}
