// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/jobs_file.h"

#include "plan_test.h"

static struct rdo_jobs_file file;
static struct rdo_machine_file machine;
static struct rondo_diag diag;

static enum rondo_status read_text(const char *text, const struct rdo_machine_file *with) {
  memset(&diag, 0, sizeof diag);
  write_file("j.json", text);
  return rdo_jobs_file_read("j.json", with, &file, &diag);
}

static void read_machine(void) {
  memset(&diag, 0, sizeof diag);
  write_file("m.json", "{\"clusters\": [{\"name\": \"CPU_P\", \"cpus\": \"0-1\"}, {\"name\": \"CPU_E\", \"cpus\": \"2-3\"}],"
                       " \"lanes\": [{\"name\": \"E_A\", \"cluster\": \"CPU_E\"}, {\"name\": \"E_B\", \"cluster\": \"CPU_E\"}], \"resources\": [{\"name\": \"npu\"}]}");
  assert_ok(rdo_machine_file_read("m.json", NULL, &machine, &diag), &diag);
}

static const char full[] =
    "{\"schema\": \"rondo.jobs/1\", \"machine\": \"m.json\", \"duration_s\": 5, \"iterations\": 9, \"jobs\": ["
    "{\"name\": \"control\", \"model\": \"mlp.vmfb\", \"function\": \"main\", \"period_ms\": 2, \"offset_us\": 500, \"deadline_ms\": 1.5, \"priority\": 255,"
    " \"overrun\": \"degrade\", \"degrade_to\": \"small\", \"on_error\": \"stop\", \"warmup\": 3, \"iterations\": 100, \"duration_ms\": 20, \"workers_max\": 1,"
    " \"memory_bytes_max\": 4096, \"lanes\": [\"CPU_E\", \"E_A\"], \"resources\": [\"npu\"],"
    " \"inputs\": [{\"job\": \"perceive\", \"result\": 1, \"age_max_ms\": 50}, {\"argument\": \"gain\", \"splat\": 0.5, \"type\": \"1x64xf32\"},"
    "  {\"file\": \"x.npy\"}, {\"constant\": \"2xf32=[1 2]\"}, {\"ring\": \"imu\", \"slots\": 8}, {\"ring\": \"gps\"}]},"
    "{\"name\": \"perceive\", \"model\": \"/models/dronet.vmfb\"},"
    "{\"name\": \"plan\", \"model\": \"plan.vmfb\", \"trigger\": {\"job\": \"perceive\"}, \"inputs\": [{\"job\": \"perceive\", \"result\": \"features\", \"waits\": true}]},"
    "{\"name\": \"ask\", \"model\": \"ask.vmfb\", \"trigger\": \"call\", \"waits_for\": [\"plan\", \"perceive\"]},"
    "{\"name\": \"slow\", \"model\": \"ask.vmfb\", \"rate_hz\": 30}]}";

static void test_full(void **state) {
  (void)state;
  read_machine();
  assert_ok(read_text(full, &machine), &diag);
  assert_int_equal(file.job_count, 5);
  assert_int_equal(file.duration_ns, 5000000000);
  assert_int_equal(file.iteration_count, 9);
  assert_string_equal(file.machine_path, "m.json");
  const struct rdo_job_entry *job = &file.jobs[0];
  assert_string_equal(job->name, "control");
  assert_string_equal(job->model_path, "mlp.vmfb");
  assert_string_equal(job->function, "main");
  assert_int_equal(job->activation, RDO_JOB_PERIODIC);
  assert_int_equal(job->period_ns, 2000000);
  assert_int_equal(job->offset_ns, 500000);
  assert_int_equal(job->deadline_ns, 1500000);
  assert_int_equal(job->priority, 255);
  assert_int_equal(job->overrun, RONDO_OVERRUN_DEGRADE);
  assert_string_equal(job->degrade_function, "small");
  assert_int_equal(job->on_error, RONDO_ON_ERROR_STOP);
  assert_int_equal(job->warmup_count, 3);
  assert_int_equal(job->iteration_count, 100);
  assert_int_equal(job->duration_ns, 20000000);
  assert_int_equal(job->worker_count_max, 1);
  assert_int_equal(job->memory_bytes_max, 4096);
  // A cluster stands for all its lanes, each once.
  assert_int_equal(job->lane_index_count, 2);
  assert_int_equal(job->lane_indices[0], 1);
  assert_int_equal(job->lane_indices[1], 2);
  assert_int_equal(job->resource_indices[0], 0);
  assert_int_equal(job->input_count, 6);
  assert_int_equal(job->inputs[0].kind, RDO_INPUT_JOB);
  assert_int_equal(job->inputs[0].job, 1);
  assert_string_equal(job->inputs[0].result, "1");
  assert_int_equal(job->inputs[0].age_ns_max, 50000000);
  assert_false(job->inputs[0].waits);
  assert_int_equal(job->inputs[1].kind, RDO_INPUT_SPLAT);
  assert_string_equal(job->inputs[1].argument, "gain");
  assert_string_equal(job->inputs[1].text, "1x64xf32");
  assert_true(job->inputs[1].number == 0.5);
  assert_int_equal(job->inputs[2].kind, RDO_INPUT_FILE);
  assert_string_equal(job->inputs[2].path, "x.npy");
  assert_int_equal(job->inputs[3].kind, RDO_INPUT_CONSTANT);
  assert_string_equal(job->inputs[3].text, "2xf32=[1 2]");
  assert_int_equal(job->inputs[4].slot_count, 8);
  assert_int_equal(job->inputs[5].slot_count, 4);
  assert_int_equal(file.jobs[1].activation, RDO_JOB_FREE);
  assert_int_equal(file.jobs[1].priority, 128);
  assert_int_equal(file.jobs[1].overrun, RONDO_OVERRUN_SKIP);
  assert_int_equal(file.jobs[1].on_error, RONDO_ON_ERROR_CONTAIN);
  assert_string_equal(file.jobs[1].model_path, "/models/dronet.vmfb");
  assert_int_equal(file.jobs[2].activation, RDO_JOB_AFTER);
  assert_int_equal(file.jobs[2].trigger_job, 1);
  assert_int_equal(file.jobs[3].activation, RDO_JOB_CALLED);
  assert_int_equal(file.jobs[3].wait_count, 2);
  assert_int_equal(file.jobs[4].period_ns, 33333333);
  // Control takes the latest result, so only plan and ask wait.
  static const int order[] = {0, 1, 2, 3, 4};
  assert_memory_equal(file.order, order, sizeof order);
  assert_int_equal(file.notes.count, 0);
  rdo_jobs_file_deinit(&file);
  rdo_machine_file_deinit(&machine);
}

static void test_round_trip(void **state) {
  (void)state;
  assert_ok(read_text(full, NULL), &diag);
  assert_ok(rdo_jobs_file_write(&file, "first.json", &diag), &diag);
  rdo_jobs_file_deinit(&file);
  read_machine();
  assert_ok(rdo_jobs_file_read("first.json", &machine, &file, &diag), &diag);
  assert_int_equal(file.notes.count, 0);
  assert_int_equal(file.jobs[2].inputs[0].waits, true);
  assert_ok(rdo_jobs_file_write(&file, "second.json", &diag), &diag);
  rdo_jobs_file_deinit(&file);
  rdo_machine_file_deinit(&machine);
  assert_same_files("first.json", "second.json");
}

static void test_places(void **state) {
  (void)state;
  memset(&diag, 0, sizeof diag);
  char path[128];
  snprintf(path, sizeof path, "%s/j.json", test_folder);
  write_file(path, "{\"jobs\": [{\"name\": \"a\", \"model\": \"m/a.vmfb\", \"inputs\": [{\"file\": \"x.npy\"}]}]}");
  assert_ok(rdo_jobs_file_read(path, NULL, &file, &diag), &diag);
  snprintf(path, sizeof path, "%s/m/a.vmfb", test_folder);
  assert_string_equal(file.jobs[0].model_path, path);
  assert_string_equal(file.jobs[0].model, "m/a.vmfb");
  snprintf(path, sizeof path, "%s/x.npy", test_folder);
  assert_string_equal(file.jobs[0].inputs[0].path, path);
  rdo_jobs_file_deinit(&file);
}

// One job with these keys more.
#define JOB(more) "{\"jobs\": [{\"name\": \"a\", \"model\": \"a.vmfb\"" more "}]}"
#define TWO(first, second) "{\"jobs\": [{\"name\": \"a\", \"model\": \"a.vmfb\"" first "}, {\"name\": \"b\", \"model\": \"b.vmfb\"" second "}]}"

static void test_errors(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"[]", RONDO_INVALID_ARGUMENT, "j.json: is an array, must be an object"},
      {"{}", RONDO_INVALID_ARGUMENT, "j.json: jobs: is missing: an array of jobs, each with `name` and `model`"},
      {"{\"jobs\": []}", RONDO_INVALID_ARGUMENT, "j.json: jobs: is empty: there is nothing to run"},
      {"{\"jobs\": [[]]}", RONDO_INVALID_ARGUMENT, "j.json: jobs[0]: is an array, must be an object"},
      {"{\"jobs\": [{\"model\": \"a\"}]}", RONDO_INVALID_ARGUMENT, "j.json: jobs[0].name: is missing: a name of your choice, such as \"control\""},
      {"{\"jobs\": [{\"name\": \"\", \"model\": \"a\"}]}", RONDO_INVALID_ARGUMENT, "j.json: jobs[0].name: is empty: give each job a name"},
      {"{\"jobs\": [{\"name\": \"a\"}]}", RONDO_INVALID_ARGUMENT, "j.json: jobs[0].model: is missing: the path of a .vmfb file"},
      {"{\"jobs\": [{\"name\": \"a\", \"model\": \"\"}]}", RONDO_INVALID_ARGUMENT, "j.json: jobs[0].model: is empty: give the path of a .vmfb file"},
      {"{\"jobs\": [{\"name\": \"a\", \"model\": \"x\"}, {\"name\": \"a\", \"model\": \"x\"}]}", RONDO_INVALID_ARGUMENT, "j.json: jobs[1].name: jobs[0] is called \"a\" as well: rename one"},
      {JOB(", \"period_ms\": 0"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].period_ms: is 0 ms, must be more than 0"},
      {JOB(", \"period_ms\": 2, \"period_us\": 1"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].period_ms: period_us is given as well: keep one of them"},
      {JOB(", \"period_ms\": 2, \"rate_hz\": 1"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].rate_hz: a period is given as well: keep one of them"},
      {JOB(", \"rate_hz\": 0"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].rate_hz: is 0, must be 1e-06 or more"},
      {JOB(", \"period_ms\": 2, \"trigger\": \"call\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].trigger: a period is given as well: keep one of them"},
      {JOB(", \"trigger\": \"x\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].trigger: is \"x\", must be \"call\", or {\"job\": \"NAME\"} to run after another job"},
      {JOB(", \"trigger\": {}"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].trigger.job: is missing: the job after which this one runs"},
      {JOB(", \"trigger\": {\"job\": \"z\"}"), RONDO_NOT_FOUND, "j.json: jobs[0].trigger.job: there is no job \"z\" in this file"},
      {JOB(", \"deadline_ms\": 0"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].deadline_ms: is 0 ms, must be more than 0"},
      {JOB(", \"offset_ms\": -1"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].offset_ms: is -1 ms, must be at least 0"},
      {JOB(", \"priority\": 256"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].priority: is 256, must be 255 or less"},
      {JOB(", \"overrun\": \"drop\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].overrun: is \"drop\", must be skip, queue, cancel or degrade"},
      {JOB(", \"overrun\": \"degrade\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].degrade_to: is missing: the function that runs when the job is late"},
      {JOB(", \"overrun\": \"degrade\", \"degrade_to\": \"\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].degrade_to: is empty: name a function of the model"},
      {JOB(", \"degrade_to\": \"f\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].degrade_to: has no effect without \"overrun\": \"degrade\""},
      {JOB(", \"on_error\": \"go\""), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].on_error: is \"go\", must be contain or stop"},
      {JOB(", \"lanes\": []"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].lanes: is empty: leave the key out if none is meant"},
      {JOB(", \"lanes\": [\"x\", \"x\"]"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].lanes[1]: names \"x\" again"},
      {JOB(", \"lanes\": [\"E_A\", \"x\"]"), RONDO_NOT_FOUND, "j.json: jobs[0].lanes[1]: the machine has no lane or cluster \"x\"; its first is \"CPU_P\""},
      {JOB(", \"resources\": [\"gpu\"]"), RONDO_NOT_FOUND, "j.json: jobs[0].resources[0]: the machine has no resource \"gpu\""},
      {JOB(", \"inputs\": {}"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].inputs: is an object, must be an array"},
      {JOB(", \"inputs\": [{}]"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].inputs[0]: has no source: give file, constant, splat, ring or job"},
      {JOB(", \"inputs\": [{\"file\": \"x\", \"ring\": \"y\"}]"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].inputs[0].ring: file is given as well: an input has one source"},
      {JOB(", \"inputs\": [{\"file\": \"\"}]"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].inputs[0]: file is empty"},
      {JOB(", \"inputs\": [{\"splat\": 1}]"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].inputs[0].type: is missing: the tensor's type, such as \"1x64xf32\""},
      {JOB(", \"inputs\": [{\"ring\": \"r\", \"slots\": 1}]"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].inputs[0].slots: is 1, must be 2 or more"},
      {JOB(", \"inputs\": [{\"job\": \"z\"}]"), RONDO_NOT_FOUND, "j.json: jobs[0].inputs[0].job: there is no job \"z\" in this file"},
      {JOB(", \"inputs\": [{\"job\": \"a\", \"result\": -1}]"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].inputs[0].result: is -1, must be 0 or more"},
      {JOB(", \"inputs\": [{\"job\": \"a\", \"age_max_ms\": 0}]"), RONDO_OUT_OF_RANGE, "j.json: jobs[0].inputs[0].age_max_ms: is 0 ms, must be more than 0"},
      {JOB(", \"waits_for\": [\"z\"]"), RONDO_NOT_FOUND, "j.json: jobs[0].waits_for[0]: there is no job \"z\" in this file"},
      {JOB(", \"waits_for\": [\"a\"]"), RONDO_INVALID_ARGUMENT,
       "j.json: jobs[0]: waits for itself: \"a\" waits for \"a\"; take the latest result instead (\"waits\": false) at one place"},
      {TWO(", \"trigger\": {\"job\": \"b\"}", ", \"inputs\": [{\"job\": \"a\", \"waits\": true}]"), RONDO_INVALID_ARGUMENT,
       "j.json: jobs[0]: waits for itself: \"a\" waits for \"b\" waits for \"a\"; take the latest result instead (\"waits\": false) at one place"},
      {JOB(", \"iterations\": 1.5"), RONDO_INVALID_ARGUMENT, "j.json: jobs[0].iterations: is a number, must be a whole number"},
      {"{\"jobs\": [{\"name\": \"a\", \"model\": \"x\"}], \"duration_ms\": -1}", RONDO_OUT_OF_RANGE, "j.json: duration_ms: is -1 ms, must be at least 0"},
  };
  read_machine();
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(read_text(bad[i].text, &machine), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    rdo_jobs_file_deinit(&file);
  }
  rdo_machine_file_deinit(&machine);
}

// Feedback is no cycle when nobody waits; unknown keys are told once each.
static void test_remarks(void **state) {
  (void)state;
  assert_ok(read_text(TWO(", \"inputs\": [{\"job\": \"b\"}], \"perod_ms\": 2", ", \"inputs\": [{\"job\": \"a\", \"sluts\": 1}, {\"job\": \"b\"}], \"perod_ms\": 3"), NULL), &diag);
  assert_int_equal(file.notes.count, 2);
  assert_note(&file.notes, 0, 2, "j.json: jobs[0].perod_ms: nobody reads this key: is its name right?");
  assert_note(&file.notes, 1, 1, "j.json: jobs[1].inputs[0].sluts: nobody reads this key: is its name right?");
  rdo_jobs_file_deinit(&file);
}

// A chain as long as there may be jobs, the first waiting for the last: depth costs no stack.
static void test_long_chain(void **state) {
  (void)state;
  FILE *out = fopen("chain.json", "wb");
  assert_non_null(out);
  fputs("{\"jobs\": [", out);
  for (int i = 0; i < RDO_JOBS_MAX; ++i) {
    fprintf(out, "%s{\"name\": \"j%d\", \"model\": \"x\"", i > 0 ? "," : "", i);
    if (i + 1 < RDO_JOBS_MAX) fprintf(out, ", \"waits_for\": [\"j%d\"]", i + 1);
    fputs("}", out);
  }
  fputs("]}", out);
  fclose(out);
  memset(&diag, 0, sizeof diag);
  assert_ok(rdo_jobs_file_read("chain.json", NULL, &file, &diag), &diag);
  for (int i = 0; i < RDO_JOBS_MAX; ++i) assert_int_equal(file.order[i], RDO_JOBS_MAX - 1 - i);
  rdo_jobs_file_deinit(&file);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_full), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_places),
      cmocka_unit_test(test_errors), cmocka_unit_test(test_remarks), cmocka_unit_test(test_long_chain),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
