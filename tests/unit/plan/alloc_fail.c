// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Allocation failure: read and write every kind of file while the n-th allocation fails, for n = 1, 2, ... until all goes
// well. Each failure must come back as RESOURCE_EXHAUSTED with words, and leave nothing behind. Links the library with
// its allocating functions wrapped (-Wl,--wrap).
//
// The JSON library is made to fail apart: it may not notice when its buffer for a text cannot grow, and then go on with a
// shorter text. So there any outcome is right that has words for a failure and leaves nothing behind.

#include <errno.h>
#include <jansson.h>

#include "plan/dispatch_dump.h"
#include "plan/ir_annotate.h"
#include "plan/job_sources.h"
#include "plan/profile_file.h"
#include "plan/schedule_file.h"
#include "planner/model_reader.h"
#include "plan_test.h"
#include "../../support/alloc_fail.h"
#include "rondo/planner.h"

// The JSON library's own.
static bool json_is_armed;
static void *json_malloc(size_t size) {
  bool was_armed = inject.is_armed;
  inject.is_armed = json_is_armed;
  void *memory = inject_fails(true) ? NULL : __real_malloc(size);
  inject.is_armed = was_armed;
  return memory;
}

static void json_free(void *memory) {
  if (json_is_armed && memory != NULL) --inject.live_blocks;
  __real_free(memory);
}

// What is done; the first failure ends it.
static enum rondo_status use_machine(struct rondo_diag *diag) {
  struct rdo_machine_file machine;
  enum rondo_status status = rdo_machine_file_read("m.json", NULL, &machine, diag);
  if (status == RONDO_OK) status = rdo_machine_file_write(&machine, "out.json", diag);
  rdo_machine_file_deinit(&machine);
  return status;
}

static enum rondo_status use_jobs(struct rondo_diag *diag) {
  struct rdo_machine_file machine;
  struct rdo_jobs_file jobs = {0};
  enum rondo_status status = rdo_machine_file_read("m.json", NULL, &machine, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_read("j.json", &machine, &jobs, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_write(&jobs, "out.json", diag);
  rdo_jobs_file_deinit(&jobs);
  rdo_machine_file_deinit(&machine);
  return status;
}

static enum rondo_status use_schedule(struct rondo_diag *diag) {
  struct rdo_schedule schedule;
  enum rondo_status status = rdo_schedule_read("s.json", NULL, &schedule, diag);
  if (status == RONDO_OK) status = rdo_schedule_write(&schedule, "out.json", diag);
  rdo_schedule_deinit(&schedule);
  return status;
}

static enum rondo_status use_sources(struct rondo_diag *diag) {
  static const char *const modules[] = {"a.vmfb", "b.vmfb"};
  struct rdo_workload workload;
  struct rdo_jobs_file jobs = {0};
  const struct rdo_job_sources sources = {.modules = modules, .module_count = 2, .dependencies = "deps.json", .deadlines = "deadlines.json", .workload = &workload};
  enum rondo_status status = rdo_workload_read("profile.json", &workload, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_combine(&sources, NULL, &jobs, diag);
  rdo_jobs_file_deinit(&jobs);
  rdo_workload_deinit(&workload);
  return status;
}

// Jobs of a model whose functions have attributes.
static enum rondo_status use_models(struct rondo_diag *diag) {
  struct rdo_machine_file machine;
  struct rdo_jobs_file jobs = {0};
  struct rdo_model_set models = {0};
  enum rondo_status status = rdo_machine_file_read("m.json", NULL, &machine, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_read("told.json", &machine, &jobs, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_use_models(&jobs, &machine, &models, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_check_set(&jobs, &models, diag);
  // The JSON library may leave out a member that it has no memory for.
  if (status == RONDO_OK && !json_is_armed && (jobs.jobs[0].priority != 200 || jobs.jobs[1].period_ns != 40000000)) status = RONDO_INTERNAL;
  rdo_model_set_deinit(&models);
  rdo_jobs_file_deinit(&jobs);
  rdo_machine_file_deinit(&machine);
  return status;
}

static enum rondo_status use_profile(struct rondo_diag *diag) {
  struct rdo_machine_file machine;
  struct rdo_profile profile = {0}, other = {0};
  enum rondo_status status = rdo_machine_file_read("m.json", NULL, &machine, diag);
  if (status == RONDO_OK) status = rdo_profile_read("p.json", &machine, &profile, diag);
  if (status == RONDO_OK) status = rdo_profile_read("profile.json", &machine, &other, diag);
  if (status == RONDO_OK) status = rdo_profile_merge(&profile, &other, diag);
  if (status == RONDO_OK) status = rdo_profile_write(&profile, "out.json", diag);
  rdo_profile_deinit(&other);
  rdo_profile_deinit(&profile);
  rdo_machine_file_deinit(&machine);
  return status;
}

static enum rondo_status use_dumps(struct rondo_diag *diag) {
  const struct rdo_ir_annotate_options options = {0};
  struct rdo_machine_file machine;
  struct rdo_profile profile = {0};
  struct rdo_schedule graph = {0}, plan = {0};
  struct rdo_ir_annotated annotated;
  struct rdo_mapping *mapping = NULL;
  enum rondo_status status = rdo_machine_file_read("m.json", NULL, &machine, diag);
  if (status == RONDO_OK) status = rdo_schedule_read("g.dot", NULL, &graph, diag);
  if (status == RONDO_OK) status = rdo_profile_read("profile.json", &machine, &profile, diag);
  if (status == RONDO_OK) status = rdo_profile_use_graph(&profile, 0, &graph, diag);
  if (status == RONDO_OK) status = rdo_profile_time_graph(&profile, 0, &graph, diag);
  if (status == RONDO_OK) status = rdo_schedule_read("f.mlir", NULL, &plan, diag);
  if (status == RONDO_OK) status = rdo_dump_open("f.mlir", &mapping, diag);
  if (status == RONDO_OK) status = rdo_ir_annotate(mapping->bytes, "f.mlir", &plan, &options, "out.mlir", &annotated, diag);
  if (mapping != NULL) rdo_object_release(&mapping->object);
  rdo_schedule_deinit(&plan);
  rdo_schedule_deinit(&graph);
  rdo_profile_deinit(&profile);
  rdo_machine_file_deinit(&machine);
  return status;
}

// From jobs and a profile to a plan, and that planned again; late jobs are refused on the way. One thread, and no search.
static enum rondo_status use_planner(struct rondo_diag *diag) {
  static const char *const inputs[] = {"jobs.json", "late.json", "plan.json"};
  enum rondo_status status = RONDO_OK;
  for (size_t i = 0; i < COUNT_OF(inputs) && status == RONDO_OK; ++i) {
    struct rondo_planner_options options;
    struct rondo_planning *planning;
    rondo_planner_options_init(&options);
    options.free_call_count = 1;  // not as many as fit: that is the same again and again
    options.input_path = inputs[i];
    options.profile_path = "costs.json";
    options.output_path = "plans/plan.json";
    options.solve.thread_count = 1;
    options.solve.iteration_limit = 1;
    options.solve.time_limit_s = -1;
    status = rondo_planning_create(&options, &planning, diag);
    if (status == RONDO_OK && rondo_planning_file(planning) != NULL) status = rondo_file_write(rondo_planning_file(planning), "plan.json", diag);
    rondo_planning_release(&planning);
  }
  return status;
}

static void write_files(void) {
  write_file("m.json", "{\"clusters\": [{\"name\": \"P\", \"cpus\": \"0\", \"max_frequency_mhz\": 1000, \"odd\": 1, \"npu\": {}}, {\"name\": \"E\", \"cpus\": [1, 2]}], \"lanes\": [{\"name\": \"A\", \"cluster\": \"E\"}],"
                       " \"resources\": [{\"name\": \"dma\"}], \"transitions\": [{\"from\": \"P\", \"to\": \"E\", \"cost_ns\": 4}]}");
  write_file("j.json", "{\"jobs\": [{\"name\": \"a\", \"model\": \"a.vmfb\", \"period_ms\": 2, \"lanes\": [\"E\"], \"resources\": [\"npu\"], \"odd\": 1,"
                       " \"inputs\": [{\"job\": \"b\", \"waits\": true}, {\"file\": \"x.npy\"}]}, {\"name\": \"b\", \"model\": \"b.vmfb\"}]}");
  char text[4096] = "{\"odd\": 1, \"machine\": {\"clusters\": [{\"name\": \"CPU_P\", \"workers\": 1}], \"resources\": [{\"name\": \"npu\"}]}, \"jobs\": {\"jobs\": [{\"name\": \"mlp\", \"model\": \"m\"}]},"
                    " \"instances\": {\"mlp0\": {\"job\": \"mlp\"}}, \"dispatches\": {";
  for (int i = 0; i < 12; ++i) {
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s\"k%d\": {\"job_name\": \"mlp%d\", \"duration\": 1, \"module_name\": \"f%d$async_dispatch_0\", \"resources\": [\"npu\"]%s}", i > 0 ? ", " : "",
             i, i, i % 2, i > 0 ? ", \"dependencies\": [\"k0\"]" : "");
  }
  strcat(text, "}, \"metadata\": {\"machine_combinations\": [[\"CPU_P\"]]}}");
  write_file("s.json", text);
  write_file("profile.json", "{\"a\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 5, \"requires_npu\": true, \"frequency\": 3}, {\"name\": \"y\", \"estimated_cycles\": 5, \"frequency\": 4}]}}");
  write_file("p.json", "{\"clusters\": [{\"name\": \"E\"}], \"models\": [{\"model\": \"x/a.vmfb\", \"remarks\": [\"r\"], \"nodes\": [{\"export\": \"x\", \"odd\": 1}, {\"export\": \"y\", \"predecessors\": [0],"
                       " \"costs\": [{\"cluster\": \"E\", \"p50_ns\": 5, \"samples\": 3}]}]}, {\"model\": \"c\", \"nodes\": []}], \"interference\": [{\"model\": 0, \"beside\": 1, \"cluster\": \"E\", \"factor\": 2}]}");
  write_file("costs.json", "{\"clusters\": [{\"name\": \"P\"}, {\"name\": \"E\", \"workers\": 2}], \"models\": [{\"model\": \"a.vmfb\", \"program\": [{\"cluster\": \"P\", \"p50_us\": 1}], \"nodes\": [{\"export\": \"d\","
                           " \"costs\": [{\"cluster\": \"P\", \"p50_us\": 5, \"samples\": 1}, {\"cluster\": \"E\", \"p50_us\": 9, \"samples\": 1}]}, {\"export\": \"e\", \"command\": 1, \"predecessors\": [0], \"costs\": [{\"cluster\": \"P\", \"p50_us\": 5}]}]}]}");
  write_file("jobs.json", "{\"machine\": \"m.json\", \"jobs\": [{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 1, \"deadline_ms\": 1, \"inputs\": [{\"file\": \"x.npy\"}]}, {\"name\": \"y\", \"model\": \"a.vmfb\", \"waits_for\": [\"x\"], \"deadline_ms\": 1}]}");
  write_file("late.json", "{\"machine\": \"m.json\", \"jobs\": [{\"name\": \"x\", \"model\": \"a.vmfb\", \"period_ms\": 1, \"deadline_us\": 2}]}");
  write_file("g.dot", "digraph G { a [label=\" = flow.dispatch @x::@x\"] b [label=\" = flow.dispatch @y::@y\"] a -> c -> b }");
  write_file("f.mlir", "util.initializer {\n %1 = stream.cmd.execute with() {\n stream.cmd.dispatch @x::@x {\n }\n }\n}\nutil.func @f() {\n %c = arith.constant 1 : index\n"
                       " %g = util.global.load @g : r\n %1 = stream.cmd.execute with(%g as %a : x) {\n stream.cmd.dispatch @x::@x {\n rw %a[%c for %c] : x\n } attributes {rondo.target = \"A,B\","
                       " iree.scheduling.resource = \"npu\", rondo.job = \"j\"}\n }\n %2 = stream.cmd.execute await(%1) => with(%g as %a : x) {\n stream.cmd.dispatch @y::@y {\n"
                       " ro %a[%c for %c] : x\n } attributes {iree.scheduling.affinity = 3 : i64, rondo.job = \"j\"}\n }\n}\n");
  write_file("deps.json", "{\"b.0\": \"a.f.0\"}");
  write_file("told.json", "{\"jobs\": [{\"name\": \"a\", \"model\": \"" RDO_TEST_TOLD "\", \"function\": \"sense\"}, {\"name\": \"b\", \"model\": \"" RDO_TEST_TOLD "\", \"function\": \"act\","
                          " \"inputs\": [{\"job\": \"a\", \"waits\": true}]}]}");
  write_file("deadlines.json", "{\"a.f\": 5, \"a.g\": 5}");
}

static void arm(long target, bool is_json) {
  memset(&inject, 0, sizeof inject);
  inject.target = target;
  json_is_armed = is_json;
  inject.is_armed = !is_json;
}

static void disarm(void) { json_is_armed = inject.is_armed = false; }

static void fail_each(const char *name, enum rondo_status (*use)(struct rondo_diag *diag)) {
  for (long target = 1;; ++target) {
    struct rondo_diag diag = {.status = RONDO_OK};
    arm(target, false);
    enum rondo_status status = use(&diag);
    disarm();
    assert_int_equal(inject.live_blocks, 0);
    if (inject.count < target) {
      assert_ok(status, &diag);
      assert_true(target > 5);
      printf("%s: %ld allocations\n", name, target - 1);
      break;
    }
    assert_int_equal(status, RONDO_RESOURCE_EXHAUSTED);
    assert_int_equal(diag.status, RONDO_RESOURCE_EXHAUSTED);
    assert_true(diag.message_length > 0);
  }
  json_set_alloc_funcs(json_malloc, json_free);
  for (long target = 1;; ++target) {
    struct rondo_diag diag = {.status = RONDO_OK};
    arm(target, true);
    enum rondo_status status = use(&diag);
    disarm();
    assert_int_equal(inject.live_blocks, 0);
    assert_int_equal(diag.status, status);
    if (inject.count < target) {
      assert_ok(status, &diag);
      break;
    }
    assert_true(status == RONDO_OK || diag.message_length > 0);
  }
}

static void test_machine(void **state) {
  (void)state;
  fail_each("machine", use_machine);
}

static void test_jobs(void **state) {
  (void)state;
  fail_each("jobs", use_jobs);
}

static void test_schedule(void **state) {
  (void)state;
  fail_each("schedule", use_schedule);
}

static void test_sources(void **state) {
  (void)state;
  fail_each("sources", use_sources);
}

static void test_models(void **state) {
  (void)state;
  fail_each("models", use_models);
}

static void test_profile(void **state) {
  (void)state;
  fail_each("profile", use_profile);
}

static void test_dumps(void **state) {
  (void)state;
  fail_each("dumps", use_dumps);
}

static void test_planner(void **state) {
  (void)state;
  fail_each("planner", use_planner);
}

static int set_up(void **state) {
  if (enter_folder(state) != 0) return -1;
  write_files();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_machine), cmocka_unit_test(test_jobs), cmocka_unit_test(test_schedule), cmocka_unit_test(test_sources), cmocka_unit_test(test_models), cmocka_unit_test(test_dumps), cmocka_unit_test(test_planner), cmocka_unit_test(test_profile)};
  return cmocka_run_group_tests(tests, set_up, leave_folder);
}
