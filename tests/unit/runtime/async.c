// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public API on real modules: asynchronous calls and their fences, state between calls, messages,
// budgets, and what outlives what. Usage: unit_runtime_async FOLDER (of async.vmfb and counter.vmfb).

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rondo/model.h"

enum { ALIGNMENT = 64 };

static const int64_t SECOND_NS = 1000000000;
static const int64_t four[] = {4};
static const char *folder;

// One model on a runtime of its own.
struct fixture {
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
};

static struct rondo_model *load(struct rondo_runtime *runtime, const char *name) {
  char path[512];
  struct rondo_model *model;
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "%s/%s", folder, name);
  const struct rondo_module_source source = {.path = path};
  if (rondo_model_load(runtime, &source, 1, &model, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return model;
}

static struct fixture open_with(const char *name, const struct rondo_runtime_options *options) {
  struct fixture f;
  assert_int_equal(rondo_runtime_create(options, &f.runtime, NULL), RONDO_OK);
  f.model = load(f.runtime, name);
  assert_int_equal(rondo_model_find(f.model, NULL, &f.function, NULL), RONDO_OK);
  return f;
}

static struct fixture open_async(void) { return open_with("async.vmfb", NULL); }
static struct fixture open_counter(void) { return open_with("counter.vmfb", NULL); }

static void close_fixture(struct fixture *f) {
  struct rondo_memory_stats memory;
  rondo_model_release(&f->model);
  rondo_runtime_memory(f->runtime, &memory);
  assert_int_equal(memory.live_bytes, 0);
  rondo_runtime_release(&f->runtime);
}

static struct rondo_value tensor_of(struct rondo_runtime *runtime, float number) {
  const float data[] = {number, number, number, number};
  struct rondo_value value = {.kind = RONDO_VALUE_TENSOR};
  assert_int_equal(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 1, four, data, &value.tensor, NULL), RONDO_OK);
  return value;
}

static struct rondo_value fence_of(struct rondo_runtime *runtime) {
  struct rondo_value value = {.kind = RONDO_VALUE_FENCE};
  assert_int_equal(rondo_fence_create(runtime, &value.fence, NULL), RONDO_OK);
  return value;
}

static void release_all(struct rondo_value *values, int count) {
  for (int i = 0; i < count; ++i) rondo_value_release(&values[i]);
}

static void assert_tensor_is(const struct rondo_value *value, float number) {
  assert_int_equal(value->kind, RONDO_VALUE_TENSOR);
  assert_int_equal(rondo_tensor_byte_length(value->tensor), 16);
  const float *data = rondo_tensor_data(value->tensor);
  assert_non_null(data);
  for (int i = 0; i < 4; ++i) assert_true(data[i] == number);
}

// add(x, y, wait, signal): the inputs of a call of async.vmfb, 1 + 2.
enum { X, Y, WAIT, SIGNAL, INPUT_COUNT };

static void make_inputs(struct rondo_runtime *runtime, struct rondo_value inputs[INPUT_COUNT]) {
  inputs[X] = tensor_of(runtime, 1);
  inputs[Y] = tensor_of(runtime, 2);
  inputs[WAIT] = fence_of(runtime);
  inputs[SIGNAL] = fence_of(runtime);
}

static enum rondo_status call(const struct fixture *f, const struct rondo_value *inputs, struct rondo_value *output) {
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_function_invoke(f->function, INPUT_COUNT, inputs, 1, output, &diag);
  if (status != RONDO_OK) assert_true(diag.message_length > 0);
  return status;
}

// Asynchronous calls -----------------------------------------------------------------------------------

static void *signal_later(void *user) {
  const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
  nanosleep(&pause, NULL);
  rondo_fence_signal(user);
  return NULL;
}

static void test_pending_wait_is_ended_by_another_thread(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value inputs[INPUT_COUNT], output;
  pthread_t thread;
  make_inputs(f.runtime, inputs);
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  assert_int_equal(rondo_fence_query(inputs[SIGNAL].fence), RONDO_DEFERRED);
  assert_int_equal(rondo_fence_wait(inputs[SIGNAL].fence, 1000), RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(pthread_create(&thread, NULL, signal_later, inputs[WAIT].fence), 0);
  assert_int_equal(rondo_fence_wait(inputs[SIGNAL].fence, 60 * SECOND_NS), RONDO_OK);
  assert_tensor_is(&output, 3);
  assert_int_equal(pthread_join(thread, NULL), 0);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&f);
}

static void test_no_fences_start_now(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value inputs[INPUT_COUNT] = {tensor_of(f.runtime, 1), tensor_of(f.runtime, 2)}, output;
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  assert_tensor_is(&output, 3);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&f);
}

static void test_failed_wait_fails_the_signal(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value inputs[INPUT_COUNT], output;
  make_inputs(f.runtime, inputs);
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  rondo_fence_fail(inputs[WAIT].fence, RONDO_DATA_LOSS);
  assert_int_equal(rondo_fence_wait(inputs[SIGNAL].fence, 0), RONDO_DATA_LOSS);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&f);
}

static void test_wait_that_failed_before_the_call(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value inputs[INPUT_COUNT], output;
  make_inputs(f.runtime, inputs);
  rondo_fence_fail(inputs[WAIT].fence, RONDO_DATA_LOSS);
  enum rondo_status status = call(&f, inputs, &output);
  if (status == RONDO_OK) status = rondo_fence_wait(inputs[SIGNAL].fence, 0);
  assert_int_equal(status, RONDO_DATA_LOSS);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&f);
}

static void test_dropped_wait_cancels(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value inputs[INPUT_COUNT], output;
  make_inputs(f.runtime, inputs);
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  rondo_value_release(&inputs[WAIT]);
  assert_int_equal(rondo_fence_wait(inputs[SIGNAL].fence, 0), RONDO_CANCELLED);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&f);
}

static void test_calls_in_a_row(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value first[INPUT_COUNT], second[INPUT_COUNT], middle, output;
  make_inputs(f.runtime, first);
  assert_int_equal(call(&f, first, &middle), RONDO_OK);
  second[X] = middle;
  second[Y] = tensor_of(f.runtime, 10);
  second[WAIT] = first[SIGNAL];
  second[SIGNAL] = fence_of(f.runtime);
  assert_int_equal(call(&f, second, &output), RONDO_OK);
  assert_int_equal(rondo_fence_query(second[SIGNAL].fence), RONDO_DEFERRED);
  rondo_fence_signal(first[WAIT].fence);
  assert_int_equal(rondo_fence_query(second[SIGNAL].fence), RONDO_OK);
  assert_tensor_is(&output, 13);
  rondo_value_release(&output);
  release_all(first, WAIT + 1);
  release_all(second, INPUT_COUNT);
  close_fixture(&f);
}

// With the runtime and all its models gone nobody runs the call any more.
static void test_release_of_everything_cancels(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_value inputs[INPUT_COUNT], output;
  make_inputs(f.runtime, inputs);
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  rondo_model_release(&f.model);
  assert_int_equal(rondo_fence_query(inputs[SIGNAL].fence), RONDO_DEFERRED);
  rondo_runtime_release(&f.runtime);
  assert_int_equal(rondo_fence_query(inputs[SIGNAL].fence), RONDO_CANCELLED);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
}

static void test_null_device_gives_zeros(void **state) {
  (void)state;
  const struct rondo_runtime_options options = {.device = "null"};
  struct fixture f = open_with("async.vmfb", &options);
  struct rondo_value inputs[INPUT_COUNT], output;
  make_inputs(f.runtime, inputs);
  rondo_fence_signal(inputs[WAIT].fence);
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  assert_int_equal(rondo_fence_query(inputs[SIGNAL].fence), RONDO_OK);
  assert_tensor_is(&output, 0);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&f);
}

// Limits -----------------------------------------------------------------------------------------------

static void test_budget_is_kept(void **state) {
  (void)state;
  // The inputs of one call fit, its result does not.
  struct fixture probe = open_async();
  struct rondo_memory_stats memory;
  rondo_runtime_memory(probe.runtime, &memory);
  const struct rondo_runtime_options options = {.memory_budget_bytes = memory.live_bytes + memory.peak_bytes + 40};
  close_fixture(&probe);
  struct fixture f = open_with("async.vmfb", &options);
  struct rondo_value inputs[INPUT_COUNT], output;
  make_inputs(f.runtime, inputs);
  assert_int_equal(call(&f, inputs, &output), RONDO_OK);
  rondo_fence_signal(inputs[WAIT].fence);
  assert_int_equal(rondo_fence_wait(inputs[SIGNAL].fence, 0), RONDO_RESOURCE_EXHAUSTED);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);

  struct rondo_tensor *tensor;
  struct rondo_diag diag = {.status = RONDO_OK};
  const int64_t large[] = {1000, 1000};
  assert_int_equal(rondo_tensor_create(f.runtime, RONDO_ELEMENT_F32, 2, large, NULL, &tensor, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_null(tensor);
  assert_non_null(strstr(diag.message, "budget"));
  close_fixture(&f);
}

// Messages ---------------------------------------------------------------------------------------------

static void assert_fails(const struct fixture *f, int input_count, const struct rondo_value *inputs, int output_count, const char *words) {
  struct rondo_value outputs[4];
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rondo_function_invoke(f->function, input_count, inputs, output_count, outputs, &diag), RONDO_INVALID_ARGUMENT);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
  assert_null(strchr(diag.message, '\n'));
  for (int i = 0; i < output_count; ++i) assert_int_equal(outputs[i].kind, RONDO_VALUE_NONE);
}

static void test_wrong_inputs(void **state) {
  (void)state;
  struct fixture f = open_counter();
  struct rondo_value input = tensor_of(f.runtime, 1);
  const struct rondo_value number = {.kind = RONDO_VALUE_I32, .i32 = 1}, nothing = {.kind = RONDO_VALUE_NONE};
  const struct rondo_value fence = fence_of(f.runtime);
  assert_fails(&f, 0, NULL, 2, "takes 1 inputs, but 0 are given");
  assert_fails(&f, 1, &input, 1, "returns 2 results, but room for 1 is given");
  assert_fails(&f, 1, &number, 2, "input 0 of function step is a reference, but i32 is given");
  assert_fails(&f, 1, &nothing, 2, "null");
  assert_fails(&f, 1, &fence, 2, "hal.fence");
  struct rondo_value wrong = {.kind = RONDO_VALUE_TENSOR};
  assert_fails(&f, 1, &wrong, 2, "null");  // a tensor that is none
  static const int64_t shapes[][2] = {{3, 0}, {4, 1}};
  assert_int_equal(rondo_tensor_create(f.runtime, RONDO_ELEMENT_F32, 1, shapes[0], NULL, &wrong.tensor, NULL), RONDO_OK);
  assert_fails(&f, 1, &wrong, 2, "input0 shape dimension 0 mismatch; expected 4 but have 3");
  rondo_value_release(&wrong);
  wrong.kind = RONDO_VALUE_TENSOR;
  assert_int_equal(rondo_tensor_create(f.runtime, RONDO_ELEMENT_F32, 2, shapes[1], NULL, &wrong.tensor, NULL), RONDO_OK);
  assert_fails(&f, 1, &wrong, 2, "rank mismatch; expected 1 but have 2");
  rondo_value_release(&wrong);
  wrong.kind = RONDO_VALUE_TENSOR;
  assert_int_equal(rondo_tensor_create(f.runtime, RONDO_ELEMENT_I32, 1, four, NULL, &wrong.tensor, NULL), RONDO_OK);
  assert_fails(&f, 1, &wrong, 2, "element type mismatch; expected f32");
  rondo_value_release(&wrong);
  struct rondo_fence *held = fence.fence;
  rondo_fence_release(&held);
  rondo_value_release(&input);
  close_fixture(&f);
}

static void test_unknown_names(void **state) {
  (void)state;
  struct fixture f = open_counter();
  struct rondo_diag diag = {.status = RONDO_OK};
  const struct rondo_function *function;
  assert_int_equal(rondo_model_find(f.model, "nothing", &function, &diag), RONDO_NOT_FOUND);
  assert_null(function);
  assert_non_null(strstr(diag.message, "counter.step"));
  assert_int_equal(rondo_model_find(f.model, "counter.step", &function, NULL), RONDO_OK);
  assert_ptr_equal(function, f.function);

  struct rondo_model *model;
  struct rondo_runtime *runtime;
  diag = (struct rondo_diag){.status = RONDO_OK};
  const struct rondo_module_source missing = {.path = "no/such/file.vmfb"};
  assert_int_equal(rondo_model_load(f.runtime, &missing, 1, &model, &diag), RONDO_NOT_FOUND);
  assert_null(model);
  assert_non_null(strstr(diag.message, "no/such/file.vmfb"));
  diag = (struct rondo_diag){.status = RONDO_OK};
  const struct rondo_runtime_options options = {.device = "toaster"};
  assert_int_equal(rondo_runtime_create(&options, &runtime, &diag), RONDO_NOT_FOUND);
  assert_null(runtime);
  assert_non_null(strstr(diag.message, "toaster"));
  // What only local-task has.
  const struct rondo_runtime_options wrong[] = {{.worker_count = 1}, {.cpus = "0"}, {.spin_ns = 1}, {.worker_stack_bytes = 1 << 20}, {.worker_local_memory_bytes = 1}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    diag = (struct rondo_diag){.status = RONDO_OK};
    assert_int_equal(rondo_runtime_create(&wrong[i], &runtime, &diag), RONDO_INVALID_ARGUMENT);
    assert_non_null(strstr(diag.message, "local-task"));
  }
  close_fixture(&f);
}

// Descriptions -----------------------------------------------------------------------------------------

static void test_functions_are_described(void **state) {
  (void)state;
  struct fixture f = open_async();
  struct rondo_parameter parameter;
  assert_int_equal(rondo_model_function_count(f.model), 1);
  assert_null(rondo_model_function(f.model, 1));
  assert_string_equal(rondo_function_name(f.function), "add");
  assert_string_equal(rondo_function_module_name(f.function), "async");
  assert_true(rondo_function_is_async(f.function));
  assert_string_equal(rondo_function_attribute(f.function, "iree.abi.model"), "coarse-fences");
  assert_null(rondo_function_attribute(f.function, "none"));
  assert_int_equal(rondo_function_argument_count(f.function), INPUT_COUNT);
  assert_int_equal(rondo_function_result_count(f.function), 1);
  rondo_function_argument(f.function, Y, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_TENSOR);
  assert_string_equal(parameter.name, "input1");
  assert_true(parameter.has_shape);
  assert_int_equal(parameter.element_type, RONDO_ELEMENT_F32);
  assert_int_equal(parameter.rank, 1);
  assert_int_equal(parameter.dims[0], 4);
  rondo_function_argument(f.function, SIGNAL, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_FENCE);
  assert_string_equal(parameter.name, "signal");
  rondo_function_result(f.function, 0, &parameter);
  assert_true(parameter.has_shape);
  assert_string_equal(parameter.name, "output0");
  close_fixture(&f);
}

// Lifetimes and state ----------------------------------------------------------------------------------

static struct rondo_value step(const struct fixture *f, float number, int32_t expected_calls) {
  struct rondo_value input = tensor_of(f->runtime, number), outputs[2];
  assert_int_equal(rondo_function_invoke(f->function, 1, &input, 2, outputs, NULL), RONDO_OK);
  assert_int_equal(outputs[1].kind, RONDO_VALUE_I32);
  assert_int_equal(outputs[1].i32, expected_calls);
  rondo_value_release(&input);
  return outputs[0];
}

static void test_state_lives_with_the_model(void **state) {
  (void)state;
  struct fixture f = open_counter();
  struct rondo_value first = step(&f, 2, 1), second = step(&f, 3, 2);
  assert_tensor_is(&second, 6);
  struct fixture other = f;
  other.model = load(f.runtime, "counter.vmfb");
  assert_int_equal(rondo_model_find(other.model, NULL, &other.function, NULL), RONDO_OK);
  struct rondo_value fresh = step(&other, 5, 1), third = step(&f, 4, 3);
  assert_tensor_is(&fresh, 6);
  assert_tensor_is(&third, 10);
  assert_tensor_is(&first, 3);  // results are not overwritten by later calls
  rondo_model_release(&other.model);
  rondo_value_release(&first);
  rondo_value_release(&second);
  rondo_value_release(&third);
  rondo_value_release(&fresh);
  close_fixture(&f);
}

static void test_results_outlive_everything(void **state) {
  (void)state;
  struct fixture f = open_counter();
  struct rondo_value result = step(&f, 2, 1);
  rondo_model_release(&f.model);
  rondo_runtime_release(&f.runtime);
  assert_tensor_is(&result, 3);
  rondo_value_release(&result);
  rondo_value_release(&result);  // and once more, which does nothing
  rondo_model_release(&f.model);
  rondo_runtime_release(&f.runtime);
}

static void test_two_models_share_a_runtime(void **state) {
  (void)state;
  struct fixture f = open_counter();
  struct fixture other = f;
  other.model = load(f.runtime, "async.vmfb");
  assert_int_equal(rondo_model_find(other.model, NULL, &other.function, NULL), RONDO_OK);
  struct rondo_value inputs[INPUT_COUNT] = {step(&f, 2, 1), tensor_of(f.runtime, 7)}, output;
  rondo_model_release(&f.model);
  assert_int_equal(call(&other, inputs, &output), RONDO_OK);
  assert_tensor_is(&output, 10);
  rondo_value_release(&output);
  release_all(inputs, INPUT_COUNT);
  close_fixture(&other);
}

static void count_release(void *user) { ++*(int *)user; }

static void test_wrapped_memory(void **state) {
  (void)state;
  static _Alignas(ALIGNMENT) float memory[20] = {5, 5, 5, 5};
  struct fixture f = open_counter();
  struct rondo_tensor *tensor;
  struct rondo_diag diag = {.status = RONDO_OK};
  int release_count = 0;
  assert_int_equal(rondo_tensor_wrap(f.runtime, RONDO_ELEMENT_F32, 1, four, memory + 1, 64, count_release, &release_count, &tensor, &diag),
                   RONDO_INVALID_ARGUMENT);
  assert_int_equal(rondo_tensor_wrap(f.runtime, RONDO_ELEMENT_F32, 1, four, memory, 15, count_release, &release_count, &tensor, NULL),
                   RONDO_INVALID_ARGUMENT);
  assert_null(tensor);
  assert_int_equal(release_count, 0);
  assert_int_equal(rondo_tensor_wrap(f.runtime, RONDO_ELEMENT_F32, 1, four, memory, 16, count_release, &release_count, &tensor, NULL), RONDO_OK);
  assert_ptr_equal(rondo_tensor_data(tensor), memory);
  struct rondo_value input = {.kind = RONDO_VALUE_TENSOR, .tensor = tensor}, outputs[2];
  rondo_tensor_retain(tensor);
  assert_int_equal(rondo_function_invoke(f.function, 1, &input, 2, outputs, NULL), RONDO_OK);
  assert_tensor_is(&outputs[0], 6);
  rondo_value_release(&input);
  assert_int_equal(release_count, 0);
  rondo_value_release(&outputs[0]);
  rondo_tensor_release(&tensor);
  assert_int_equal(release_count, 1);
  close_fixture(&f);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pending_wait_is_ended_by_another_thread),
      cmocka_unit_test(test_no_fences_start_now),
      cmocka_unit_test(test_failed_wait_fails_the_signal),
      cmocka_unit_test(test_wait_that_failed_before_the_call),
      cmocka_unit_test(test_dropped_wait_cancels),
      cmocka_unit_test(test_calls_in_a_row),
      cmocka_unit_test(test_release_of_everything_cancels),
      cmocka_unit_test(test_null_device_gives_zeros),
      cmocka_unit_test(test_budget_is_kept),
      cmocka_unit_test(test_wrong_inputs),
      cmocka_unit_test(test_unknown_names),
      cmocka_unit_test(test_functions_are_described),
      cmocka_unit_test(test_state_lives_with_the_model),
      cmocka_unit_test(test_results_outlive_everything),
      cmocka_unit_test(test_two_models_share_a_runtime),
      cmocka_unit_test(test_wrapped_memory),
  };
  if (argc != 2) return 77;
  folder = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
