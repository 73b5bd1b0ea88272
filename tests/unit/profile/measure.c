// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Measuring through the public API: what is asked for is what is measured, and what is wrong is told.
// Usage: unit_profile_measure MODELS_FOLDER

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/event.h"
#include "base/status.h"
#include "rondo/profile.h"

static char mlp[4096], int8[4096];
static struct rondo_profile *profile;
static struct rondo_diag diag;

static const int one_worker[] = {1};

static struct rondo_profile_options options_of(int repeat) {
  return (struct rondo_profile_options){.worker_counts = one_worker, .worker_count_count = 1, .repeat = repeat};
}

static enum rondo_status measure(const struct rondo_profile_options *options, const struct rondo_profile_call *call) {
  memset(&diag, 0, sizeof diag);
  enum rondo_status status = rondo_profile_measure(options, call, 1, &profile, &diag);
  assert_int_equal(status, diag.status);
  assert_int_equal(status == RONDO_OK, profile != NULL);
  return status;
}

struct heard {
  int count, steps;
  bool is_in_order;
};

static void hear(void *user, const struct rondo_profile_progress *progress) {
  struct heard *heard = user;
  if (progress->done_count < 0 || progress->done_count > progress->call_count) heard->is_in_order = false;
  if (progress->done_count > 0) return;
  if (progress->step != heard->count++ || progress->model == NULL || progress->cluster == NULL || progress->worker_count != 1) heard->is_in_order = false;
  heard->steps = progress->step_count;
}

static void test_measure(void **state) {
  (void)state;
  struct heard heard = {.is_in_order = true};
  struct rondo_profile_options options = options_of(7);
  options.report = hear;
  options.user = &heard;
  const struct rondo_profile_call call = {.path = mlp};
  if (measure(&options, &call) != RONDO_OK) fail_msg("%s", diag.message);
  assert_true(heard.is_in_order && heard.count == heard.steps && heard.count >= 1);
  struct rondo_profile_info info;
  rondo_profile_info(profile, &info);
  assert_int_equal(info.model_count, 1);
  assert_int_equal(info.cluster_count, heard.count);
  assert_int_equal(info.interference_count, 0);
  assert_non_null(rondo_profile_cluster(profile, 0));
  assert_null(rondo_profile_cluster(profile, info.cluster_count));
  assert_null(rondo_profile_cluster(profile, -1));
  struct rondo_profile_model model;
  assert_true(rondo_profile_model(profile, 0, &model));
  assert_false(rondo_profile_model(profile, 1, &model));
  assert_string_equal(model.path, mlp);
  assert_string_equal(model.function, "mlp");
  assert_int_equal(model.node_count, 5);
  assert_int_equal(model.is_calibrated, model.remark_count == 0);
  assert_int_equal(rondo_profile_remark(profile, 0, 0) != NULL, model.remark_count > 0);
  for (int i = 0; i < 5; ++i) {
    struct rondo_profile_node node;
    struct rondo_profile_cost cost;
    assert_true(rondo_profile_node(profile, 0, i, &node));
    assert_non_null(strstr(node.name, "mlp_dispatch_"));
    assert_int_equal(node.predecessor_count, i > 0);
    if (i > 0) assert_int_equal(node.predecessors[0], i - 1);
    assert_true(rondo_profile_find_cost(profile, 0, i, 0, 1, &cost));
    assert_int_equal(cost.sample_count, 7);
    assert_true(cost.p50_ns > 0 && cost.tile_ns_max > 0 && cost.error == 0);
    assert_false(rondo_profile_find_cost(profile, 0, i, 0, 0, &cost));
    assert_false(rondo_profile_find_cost(profile, 0, i, info.cluster_count, 1, &cost));
  }
  struct rondo_profile_node node;
  struct rondo_profile_cost call_cost, program_cost;
  assert_false(rondo_profile_node(profile, 0, 5, &node));
  assert_true(rondo_profile_find_cost(profile, 0, RONDO_PROFILE_CALL, 0, 1, &call_cost));
  assert_true(rondo_profile_find_cost(profile, 0, RONDO_PROFILE_PROGRAM, 0, 1, &program_cost));
  assert_true(program_cost.p50_ns < call_cost.p50_ns);
  assert_false(rondo_profile_find_cost(profile, 0, RONDO_PROFILE_CALL, 0, 2, &call_cost));
  rondo_profile_release(&profile);
  assert_null(profile);
  rondo_profile_release(&profile);
}

// Arguments of the caller, in each runtime anew.
static int made_count;
static enum rondo_status make_inputs(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int count, struct rondo_value *out_inputs,
                                     struct rondo_diag *out_diag) {
  (void)function;
  assert_int_equal(count, 1);
  ++made_count;
  if (user != NULL) return rdo_fail(out_diag, RONDO_DATA_LOSS, "no input today");
  const int64_t dims[] = {1, 64};
  RDO_TRY(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 2, dims, NULL, &out_inputs[0].tensor, out_diag));
  out_inputs[0].kind = RONDO_VALUE_TENSOR;
  return RONDO_OK;
}

static void test_inputs(void **state) {
  (void)state;
  struct rondo_profile_options options = options_of(2);
  struct rondo_profile_call call = {.path = mlp, .make_inputs = make_inputs};
  made_count = 0;
  if (measure(&options, &call) != RONDO_OK) fail_msg("%s", diag.message);
  assert_true(made_count >= 2);
  rondo_profile_release(&profile);
  call.user = &call;
  assert_int_equal(measure(&options, &call), RONDO_DATA_LOSS);
  assert_non_null(strstr(diag.message, "no input today"));
}

// Together with the others: each of them is loaded once more at least, beside the measured one, and only its own calls count.
static void test_together(void **state) {
  (void)state;
  static const char machine[] = "unit_profile_together.json";
  struct rondo_profile_options options = options_of(3);
  struct rondo_profile_call calls[2] = {{.path = mlp}, {.path = int8, .make_inputs = make_inputs}};
  FILE *file = fopen(machine, "w");
  assert_non_null(file);
  assert_true(fprintf(file, "{\"schema\": \"rondo.machine/1\", \"clusters\": [{\"name\": \"all\", \"cpus\": [%d]}]}", sched_getcpu()) > 0);
  assert_int_equal(fclose(file), 0);
  options.machine_file = machine;
  int alone_count = 0;
  for (int is_together = 0; is_together < 2; ++is_together) {
    made_count = 0;
    options.wants_together = is_together != 0;
    memset(&diag, 0, sizeof diag);
    if (rondo_profile_measure(&options, calls, 2, &profile, &diag) != RONDO_OK) fail_msg("%s", diag.message);
    if (is_together == 0) alone_count = made_count;
    else assert_int_equal(made_count, alone_count + 1);  // on the one CPU, in turn with the first
    for (int model = 0; model < 2; ++model) {
      struct rondo_profile_model told;
      struct rondo_profile_cost cost;
      assert_true(rondo_profile_model(profile, model, &told));
      assert_int_equal(told.node_count, model == 0 ? 5 : 6);
      assert_true(rondo_profile_find_cost(profile, model, RONDO_PROFILE_CALL, 0, 1, &cost));
      assert_int_equal(cost.sample_count, 3);
    }
    rondo_profile_release(&profile);
  }
  // On several CPUs they run beside each other.
  options.machine_file = NULL;
  memset(&diag, 0, sizeof diag);
  if (rondo_profile_measure(&options, calls, 2, &profile, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  rondo_profile_release(&profile);
  // Who fails beside others is told, too.
  calls[1].user = calls;
  assert_int_equal(rondo_profile_measure(&options, calls, 2, &profile, &diag), RONDO_DATA_LOSS);
  assert_non_null(strstr(diag.message, "no input today"));
  assert_int_equal(rondo_profile_measure(&options, calls, 1, &profile, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(remove(machine), 0);
}

static void test_errors(void **state) {
  (void)state;
  struct rondo_profile_options options = options_of(2);
  const struct rondo_profile_call call = {.path = mlp}, none = {.path = "none.vmfb"}, wrong = {.path = mlp, .function = "none"};
  assert_int_equal(measure(&options, &none), RONDO_NOT_FOUND);
  assert_int_equal(measure(&options, &wrong), RONDO_NOT_FOUND);
  assert_int_equal(rondo_profile_measure(&options, NULL, 0, &profile, NULL), RONDO_INVALID_ARGUMENT);
  assert_null(profile);
  options.repeat = -1;
  assert_int_equal(measure(&options, &call), RONDO_INVALID_ARGUMENT);
  options = options_of(2);
  options.worker_counts = (const int[]){999};
  assert_int_equal(measure(&options, &call), RONDO_INVALID_ARGUMENT);
  options = options_of(2);
  options.machine_file = "none.json";
  assert_int_equal(measure(&options, &call), RONDO_NOT_FOUND);
}

static void stop_at_once(void *user, const struct rondo_profile_progress *progress) {
  (void)progress;
  *(volatile int *)user = 1;
}

static void test_stop(void **state) {
  (void)state;
  volatile int stop = 0;
  struct rondo_profile_options options = options_of(100000);
  options.report = stop_at_once;
  options.user = (void *)(uintptr_t)&stop;
  options.stop = &stop;
  options.warm_up = 1;
  const struct rondo_profile_call call = {.path = mlp};
  assert_int_equal(measure(&options, &call), RONDO_CANCELLED);
}

static void ignore(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count) {
  (void)user;
  (void)thread;
  (void)events;
  (void)count;
}

// Events have one collector.
static void test_trace(void **state) {
  (void)state;
  const struct rdo_event_sink sink = {ignore, NULL};
  struct rondo_profile_options options = options_of(2);
  const struct rondo_profile_call call = {.path = mlp};
  assert_int_equal(rdo_events_begin(&sink, &diag), RONDO_OK);
  assert_int_equal(measure(&options, &call), RONDO_ALREADY_EXISTS);
  rdo_events_end(NULL);
  assert_int_equal(measure(&options, &call), RONDO_OK);
  rondo_profile_release(&profile);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  snprintf(mlp, sizeof mlp, "%s/mlp_f32/mlp_f32.vmfb", argv[1]);
  snprintf(int8, sizeof int8, "%s/mlp_int8/mlp_int8.vmfb", argv[1]);
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_measure), cmocka_unit_test(test_inputs), cmocka_unit_test(test_together), cmocka_unit_test(test_errors), cmocka_unit_test(test_stop), cmocka_unit_test(test_trace)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
