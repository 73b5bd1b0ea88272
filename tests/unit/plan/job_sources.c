// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/job_sources.h"

#include "plan_test.h"

static struct rdo_jobs_file file;
static struct rdo_workload workload;
static struct rondo_diag diag;

static const char *const modules[] = {"models/model_a.vmfb", "model_b.vmfb", "model_c"};

static enum rondo_status combine(const char *dependencies, const char *deadlines, const struct rdo_workload *with) {
  struct rdo_job_sources sources = {.modules = modules, .module_count = 3, .workload = with};
  memset(&diag, 0, sizeof diag);
  if (dependencies != NULL) write_file("deps.json", dependencies);
  if (deadlines != NULL) write_file("deadlines.json", deadlines);
  sources.dependencies = dependencies != NULL ? "deps.json" : NULL;
  sources.deadlines = deadlines != NULL ? "deadlines.json" : NULL;
  return rdo_jobs_file_combine(&sources, NULL, &file, &diag);
}

static enum rondo_status read_profile(const char *text) {
  memset(&diag, 0, sizeof diag);
  write_file("profile.json", text);
  return rdo_workload_read("profile.json", &workload, &diag);
}

// The examples that users bring.
static void test_examples(void **state) {
  (void)state;
  assert_ok(read_profile("{\"model_a\": {\"dispatches\": [{\"name\": \"conv2d_1\", \"estimated_cycles\": 1500000, \"memory_bytes\": 4096000, \"requires_npu\": false, \"frequency\": 30}]},"
                         " \"model_b\": {\"dispatches\": [{\"name\": \"npu_matmul\", \"estimated_cycles\": 2000000, \"requires_npu\": true, \"frequency\": 10}]}}"),
            &diag);
  assert_int_equal(workload.model_count, 2);
  const struct rdo_workload_model *model = rdo_workload_find(&workload, "model_a");
  assert_string_equal(model->dispatches[0].name, "conv2d_1");
  assert_int_equal(model->dispatches[0].memory_bytes, 4096000);
  assert_null(rdo_workload_find(&workload, "model_c"));
  const struct rdo_cluster_entry cluster = {.frequency_khz = 2400000}, unknown = {.frequency_khz = 0};
  assert_int_equal(rdo_workload_duration_ns(&model->dispatches[0], &cluster), 625000);
  assert_int_equal(rdo_workload_duration_ns(&model->dispatches[0], &unknown), 0);

  assert_ok(combine("{\"model_b.input\": \"model_a.output\", \"model_c.planning\": \"model_b.features\"}",
                    "{\"model_a.predict\": 33000000, \"model_b.plan\": 100000000, \"model_c.control\": 10000000}", &workload),
            &diag);
  assert_int_equal(file.job_count, 3);
  assert_string_equal(file.jobs[0].name, "model_a");
  assert_string_equal(file.jobs[0].model_path, "models/model_a.vmfb");
  assert_string_equal(file.jobs[0].function, "predict");
  assert_int_equal(file.jobs[0].deadline_ns, 33000000);
  assert_int_equal(file.jobs[0].period_ns, 33333333);
  assert_int_equal(file.jobs[1].activation, RDO_JOB_PERIODIC);
  assert_int_equal(file.jobs[1].resource_count, 0);  // what its dispatches need is theirs
  assert_int_equal(file.jobs[1].input_count, 1);
  assert_string_equal(file.jobs[1].inputs[0].argument, "input");
  assert_string_equal(file.jobs[1].inputs[0].result, "output");
  assert_int_equal(file.jobs[1].inputs[0].job, 0);
  assert_true(file.jobs[1].inputs[0].waits);
  assert_int_equal(file.jobs[2].activation, RDO_JOB_FREE);
  assert_string_equal(file.jobs[2].inputs[0].argument, "planning");
  assert_string_equal(file.jobs[2].inputs[0].result, "features");
  // What came out is a jobs file.
  assert_ok(rdo_jobs_file_write(&file, "jobs.json", &diag), &diag);
  rdo_jobs_file_deinit(&file);
  assert_ok(rdo_jobs_file_read("jobs.json", NULL, &file, &diag), &diag);
  assert_int_equal(file.job_count, 3);
  assert_int_equal(file.notes.count, 0);
  rdo_jobs_file_deinit(&file);
  rdo_workload_deinit(&workload);
}

static void test_functions(void **state) {
  (void)state;
  assert_ok(combine("{\"model_c.run\": \"model_a.fast\", \"model_b.0\": \"model_a.slow.1\", \"model_a.slow.x\": \"model_b.out\"}",
                    "{\"model_a.fast\": 5, \"model_a.slow\": 6, \"model_c.run\": 7}", NULL) == RONDO_INVALID_ARGUMENT ? RONDO_OK : RONDO_UNKNOWN, &diag);
  assert_string_equal(diag.message, "deps.json: [\"model_b.0\"]: waits for itself: \"model_a.slow\" waits for \"model_b\" waits for \"model_a.slow\"; leave one of them out, "
                                    "or plan a jobs file, which may take the latest result instead (\"waits\": false)");
  rdo_jobs_file_deinit(&file);
  assert_ok(combine("{\"model_c.run\": \"model_a.fast\", \"model_b.0\": \"model_a.slow.1\"}", "{\"model_a.fast\": 5, \"model_a.slow\": 6, \"model_c.run\": 7}", NULL), &diag);
  assert_int_equal(file.job_count, 4);
  assert_string_equal(file.jobs[0].name, "model_a.fast");
  assert_string_equal(file.jobs[1].name, "model_a.slow");
  assert_int_equal(file.jobs[3].wait_count, 1);  // the whole call
  assert_int_equal(file.jobs[3].waits_for[0], 0);
  assert_int_equal(file.jobs[2].inputs[0].job, 1);
  assert_string_equal(file.jobs[2].inputs[0].result, "1");
  rdo_jobs_file_deinit(&file);
}

static void test_frequencies(void **state) {
  (void)state;
  assert_ok(read_profile("{\"model_a\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 1, \"frequency\": 10}, {\"name\": \"y\", \"estimated_cycles\": 1, \"frequency\": 20}]}}"), &diag);
  assert_ok(combine(NULL, NULL, &workload), &diag);
  assert_int_equal(file.jobs[0].period_ns, 50000000);
  assert_note(&file.notes, 0, 1, "model_a: the profile's dispatches have several frequencies; the job runs at the highest, 20 Hz");
  rdo_jobs_file_deinit(&file);
  rdo_workload_deinit(&workload);
}

// What profiles say counts less than what others say; its times need no frequency.
static void test_workload(void **state) {
  (void)state;
  assert_ok(read_profile("{\"model_a\": {\"dispatches\": [{\"name\": \"x\", \"duration_us\": 250, \"priority\": 3}, {\"name\": \"y\", \"estimated_cycles\": 1, \"duration_ms\": 2, \"priority\": 9}]},"
                         " \"model_b\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 1, \"requires_npu\": true}]}}"),
            &diag);
  const struct rdo_cluster_entry unknown = {.frequency_khz = 0};
  assert_int_equal(rdo_workload_duration_ns(&workload.models[0].dispatches[0], &unknown), 250000);
  assert_int_equal(rdo_workload_duration_ns(&workload.models[0].dispatches[1], &unknown), 2000000);
  assert_int_equal(workload.notes.count, 0);
  assert_ok(combine(NULL, NULL, &workload), &diag);
  assert_int_equal(file.jobs[0].priority, 9);
  assert_int_equal(file.jobs[1].priority, RDO_JOB_PRIORITY_DEFAULT);
  assert_note(&file.notes, 0, 1, "model_a: the profile's dispatches have several priorities; the job has the highest, 9");
  rdo_jobs_file_deinit(&file);
  const struct rdo_machine_file machine = {.resource_count = 0};
  const struct rdo_job_sources sources = {.modules = modules, .module_count = 3, .workload = &workload};
  assert_int_equal(rdo_jobs_file_combine(&sources, &machine, &file, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "profile.json: model_b.dispatches[0].requires_npu: \"x\" needs an NPU, and the machine has no resource: give one of its clusters `npu`, or "
                                    "the machine `resources`");
  rdo_jobs_file_deinit(&file);
  rdo_workload_deinit(&workload);
}

// Models whose functions are known: a name is a function or a port, and attributes say what nothing else does.
static struct rdo_port_facts arguments[] = {{"input0", 256}, {"frame", -1}}, results[] = {{"output0", 256}, {"", 16}};
static struct rdo_attribute_facts told[] = {{"period_ms", "2"}, {"deadline_ms", "1.5"}, {"priority", "200"}, {"lanes", "P, E"}, {"cpu.x86_64", "avx"}, {"colour", "red"}};
static struct rdo_function_facts one_function[] = {{.name = "mlp", .arguments = arguments, .results = results, .argument_count = 2, .result_count = 2}};
static struct rdo_function_facts two_functions[] = {
    {.name = "quiet", .arguments = arguments, .results = results, .argument_count = 1, .result_count = 1},
    {.name = "told", .arguments = arguments, .results = results, .attributes = told, .argument_count = 1, .result_count = 1, .attribute_count = 6}};
static const struct rdo_model_facts one = {.path = "model_a.vmfb", .module = "module", .is_known = true, .functions = one_function, .function_count = 1, .only = 0};
static const struct rdo_model_facts two = {.path = "model_b.vmfb", .module = "module", .is_known = true, .functions = two_functions, .function_count = 2, .only = -1};
static const struct rdo_model_facts unknown_model = {.path = "model_c", .module = "", .only = -1};
static const struct rdo_model_facts *const known[] = {&one, &two, &unknown_model};

static enum rondo_status combine_known(const char *dependencies, const char *deadlines, const struct rdo_workload *with) {
  struct rdo_job_sources sources = {.modules = modules, .module_count = 3, .workload = with, .models = known};
  const struct rdo_model_facts *by_job[8] = {NULL};
  memset(&diag, 0, sizeof diag);
  if (dependencies != NULL) write_file("deps.json", dependencies);
  if (deadlines != NULL) write_file("deadlines.json", deadlines);
  sources.dependencies = dependencies != NULL ? "deps.json" : NULL;
  sources.deadlines = deadlines != NULL ? "deadlines.json" : NULL;
  enum rondo_status status = rdo_jobs_file_combine(&sources, NULL, &file, &diag);
  for (int i = 0; status == RONDO_OK && i < file.job_count; ++i) {
    for (int k = 0; k < 3; ++k) {
      if (strcmp(file.jobs[i].model, modules[k]) == 0) by_job[i] = known[k];
    }
  }
  return status == RONDO_OK ? rdo_jobs_file_check_models(&file, by_job, &diag) : status;
}

static void test_known_models(void **state) {
  (void)state;
  assert_ok(read_profile("{\"model_b\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 1, \"frequency\": 10, \"priority\": 7}]}}"), &diag);
  // A function that is told is the job of its model; what it is told counts more than the profile.
  assert_ok(combine_known("{\"model_b.input\": \"model_a.output\", \"model_c.run\": \"model_a.mlp\"}", NULL, &workload), &diag);
  assert_int_equal(file.job_count, 3);
  assert_string_equal(file.jobs[1].function, "told");
  assert_int_equal(file.jobs[1].period_ns, 2000000);
  assert_int_equal(file.jobs[1].deadline_ns, 1500000);
  assert_int_equal(file.jobs[1].priority, 200);
  assert_int_equal(file.jobs[1].lane_count, 2);
  assert_string_equal(file.jobs[1].lanes[1], "E");
  assert_note(&file.notes, 0, 1, "model_b.vmfb: told.rondo.colour: nobody reads this attribute");
  assert_string_equal(file.jobs[2].inputs[0].result, "0");  // a port takes from a call its first result
  rdo_jobs_file_deinit(&file);
  // Deadlines count more than attributes.
  assert_ok(combine_known(NULL, "{\"model_b.told\": 7, \"model_b.quiet\": 9}", &workload), &diag);
  assert_int_equal(file.job_count, 4);
  assert_int_equal(file.jobs[1].deadline_ns, 7);
  assert_int_equal(file.jobs[1].period_ns, 2000000);
  assert_int_equal(file.jobs[2].period_ns, 100000000);
  assert_int_equal(file.jobs[2].priority, 7);
  rdo_jobs_file_deinit(&file);
  // A function's name means the whole call, without a deadline as well.
  assert_ok(combine_known("{\"model_b.told\": \"model_a.mlp\"}", NULL, NULL), &diag);
  assert_int_equal(file.jobs[1].wait_count, 1);
  assert_int_equal(file.jobs[1].input_count, 0);
  rdo_jobs_file_deinit(&file);
  rdo_workload_deinit(&workload);
}

static void test_known_errors(void **state) {
  (void)state;
  static const struct {
    const char *dependencies, *deadlines;
    enum rondo_status status;
    const char *message;
  } bad[] = {
      {NULL, "{\"model_a.predict\": 5}", RONDO_NOT_FOUND, "deadlines.json: [\"model_a.predict\"]: model_a.vmfb has no function \"predict\"; it has: mlp"},
      {"{\"model_b.told\": \"model_b.quiet\"}", NULL, RONDO_NOT_FOUND, "deps.json: [\"model_b.told\"]: no job calls function quiet of model_b.vmfb: give it a deadline, which makes it one"},
      {"{\"model_b.input7\": \"model_a.output\"}", NULL, RONDO_NOT_FOUND, "deps.json: [\"model_b.input7\"]: function told has no argument \"input7\" (it has 1: input0)"},
      {"{\"model_b.0\": \"model_a.zzz\"}", NULL, RONDO_NOT_FOUND, "deps.json: [\"model_b.0\"]: function mlp has no result \"zzz\" (it has 2: output0, 1)"},
      {"{\"model_b.0\": \"model_a.1\"}", NULL, RONDO_INVALID_ARGUMENT,
       "deps.json: [\"model_b.0\"]: result 1 of function mlp has 16 bytes, argument 0 of function told reads 256: what one takes from the other must be of one size"},
      {"{\"model_b.0\": \"model_a.0\", \"model_b.input\": \"model_a.0\"}", NULL, RONDO_INVALID_ARGUMENT, "deps.json: [\"model_b.input\"]: argument 0 has an input already"},
      {"{\"model_b\": \"model_a.output\"}", NULL, RONDO_INVALID_ARGUMENT, "deps.json: model_b: .PORT is missing behind \"model_b\": write \"model_b.PORT\""},
      {"{\"model_b.0\": \"model_a.\"}", NULL, RONDO_INVALID_ARGUMENT, "deps.json: [\"model_b.0\"]: .PORT is missing behind \"model_a.\": write \"model_a.PORT\""},
      {NULL, "{\"model_a\": 5}", RONDO_INVALID_ARGUMENT, "deadlines.json: model_a: .FUNCTION is missing behind \"model_a\": write \"model_a.FUNCTION\""},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(combine_known(bad[i].dependencies, bad[i].deadlines, NULL), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    rdo_jobs_file_deinit(&file);
  }
  // Attributes are checked as a jobs file is.
  static const struct rdo_attribute_facts wrong[] = {{"priority", "300"}, {"priority", "high"}, {"period_ms", "0x2"}, {"overrun", "wait"}, {"lanes", ""}, {"lanes", "a\"b\\,\n"}};
  static const char *const messages[] = {"m: told.rondo.priority: is 300, must be 255 or less", "m: told.rondo.priority: is a text", "m: told.rondo.period_ms: is a text",
                                         "m: told.rondo.overrun: ", "m: told.rondo.lanes: is empty", NULL};
  for (size_t i = 0; i < COUNT_OF(wrong); ++i) {
    struct rdo_attribute_facts attribute = wrong[i];
    const struct rdo_function_facts function = {.name = "told", .attributes = &attribute, .attribute_count = 1};
    memset(&diag, 0, sizeof diag);
    assert_ok(combine(NULL, NULL, NULL), &diag);
    enum rondo_status status = rdo_jobs_file_use_attributes(&file, 0, "m", &function, &diag);
    assert_int_equal(status == RONDO_OK, messages[i] == NULL);
    if (messages[i] == NULL) assert_string_equal(file.jobs[0].lanes[0], "a\"b\\");
    else if (strncmp(diag.message, messages[i], strlen(messages[i])) != 0) fail_msg("%s", diag.message);
    rdo_jobs_file_deinit(&file);
  }
}

static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *dependencies, *deadlines;
    enum rondo_status status;
    const char *message;
  } bad[] = {
      {NULL, "{\"x.predict\": 1}", RONDO_NOT_FOUND, "deadlines.json: [\"x.predict\"]: \"x.predict\" begins with the name of none of the 3 modules, such as \"model_a.\""},
      {NULL, "{\"model_a.predict\": 0}", RONDO_OUT_OF_RANGE, "deadlines.json: [\"model_a.predict\"]: is 0 ns, must be more than 0"},
      {NULL, "[]", RONDO_INVALID_ARGUMENT, "deadlines.json: is an array, must be an object"},
      {"{\"model_a.x\": 1}", NULL, RONDO_INVALID_ARGUMENT, "deps.json: [\"model_a.x\"]: is a whole number, must be a text"},
      {"{\"model_a.x\": \"model_z.y\"}", NULL, RONDO_NOT_FOUND, "deps.json: [\"model_a.x\"]: \"model_z.y\" begins with the name of none of the 3 modules, such as \"model_a.\""},
      {"{\"model_a.x\": \"model_a.y\"}", NULL, RONDO_INVALID_ARGUMENT, "deps.json: [\"model_a.x\"]: job model_a would wait for itself"},
      {"{\"model_b.x\": \"model_a.y\"}", "{\"model_a.f\": 1, \"model_a.g\": 1}", RONDO_INVALID_ARGUMENT,
       "deps.json: [\"model_b.x\"]: model model_a has several functions: say which, as in \"model_a.f.y\""},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(combine(bad[i].dependencies, bad[i].deadlines, NULL), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    rdo_jobs_file_deinit(&file);
  }
  static const struct bad_text profiles[] = {
      {"[]", RONDO_INVALID_ARGUMENT, "profile.json: is an array, must be an object"},
      {"{\"a\": {}}", RONDO_INVALID_ARGUMENT, "profile.json: a.dispatches: is missing: an array of dispatches, each with `name` and `estimated_cycles` or `duration_us`"},
      {"{\"a\": {\"dispatches\": [{\"name\": \"x\"}]}}", RONDO_INVALID_ARGUMENT, "profile.json: a.dispatches[0].estimated_cycles: is missing: the processor cycles that it takes, or `duration_us`"},
      {"{\"a\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 0}]}}", RONDO_OUT_OF_RANGE, "profile.json: a.dispatches[0].estimated_cycles: is 0, must be 1 or more"},
      {"{\"a\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 1, \"requires_npu\": 1}]}}", RONDO_INVALID_ARGUMENT,
       "profile.json: a.dispatches[0].requires_npu: is a whole number, must be true or false"},
  };
  for (size_t i = 0; i < COUNT_OF(profiles); ++i) {
    assert_int_equal(read_profile(profiles[i].text), profiles[i].status);
    assert_string_equal(diag.message, profiles[i].message);
    rdo_workload_deinit(&workload);
  }
  static const char *const same[] = {"x/a.vmfb", "y/a.vmfb"};
  const struct rdo_job_sources twice = {.modules = same, .module_count = 2}, none = {.module_count = 0};
  memset(&diag, 0, sizeof diag);
  assert_int_equal(rdo_jobs_file_combine(&twice, NULL, &file, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "x/a.vmfb and y/a.vmfb are both called \"a\": rename one of the files");
  rdo_jobs_file_deinit(&file);
  assert_int_equal(rdo_jobs_file_combine(&none, NULL, &file, NULL), RONDO_INVALID_ARGUMENT);
  rdo_jobs_file_deinit(&file);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_functions), cmocka_unit_test(test_frequencies), cmocka_unit_test(test_workload), cmocka_unit_test(test_known_models),
                                     cmocka_unit_test(test_known_errors), cmocka_unit_test(test_errors)};
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
