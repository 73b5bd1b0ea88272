// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "rondo/files.h"

#include "plan_test.h"

static struct rondo_file *file;
static struct rondo_file_info info;
static struct rondo_diag diag;

static enum rondo_status read_as(const char *path, enum rondo_file_kind kind, const struct rondo_file_options *options) {
  memset(&diag, 0, sizeof diag);
  enum rondo_status status = rondo_file_read(path, kind, options, &file, &diag);
  assert_int_equal(status, diag.status);
  assert_int_equal(status == RONDO_OK, file != NULL);
  if (file != NULL) rondo_file_info(file, &info);
  return status;
}

static void write_files(void) {
  write_file("m.json", "{\"clusters\": [{\"name\": \"CPU_P\", \"workers\": 4}, {\"name\": \"CPU_E\", \"workers\": 2}], \"lanes\": [{\"name\": \"A\", \"cluster\": \"CPU_E\"}, {\"name\": \"B\", \"cluster\": \"CPU_E\"}],"
                       " \"resources\": [{\"name\": \"npu\"}]}");
  write_file("j.json", "{\"jobs\": [{\"name\": \"a\", \"model\": \"a.vmfb\", \"lanes\": [\"A\"]}], \"odd\": 1}");
  write_file("p.json", "{\"clusters\": [{\"name\": \"CPU_E\"}], \"odd\": 1, \"models\": [{\"model\": \"a\", \"nodes\": [{\"export\": \"x\"}, {\"export\": \"y\"}]}]}");
  write_file("s.json", "{\"dispatches\": {\"a\": {\"duration\": 2, \"hardware_target\": \"A\"}, \"b\": {\"start_time\": 1, \"duration\": 2, \"hardware_target\": \"A\"}}}");
}

static void test_kinds(void **state) {
  (void)state;
  write_files();
  assert_ok(read_as("m.json", RONDO_FILE_MACHINE, NULL), &diag);
  assert_string_equal(info.description, "a machine");
  assert_int_equal(info.cluster_count, 2);
  assert_int_equal(info.lane_count, 3);
  assert_int_equal(info.resource_count, 1);
  assert_int_equal(info.note_count, 0);
  assert_null(rondo_file_note(file, 0, NULL));
  rondo_file_release(&file);
  assert_null(file);

  assert_ok(read_as("j.json", RONDO_FILE_JOBS, &(struct rondo_file_options){.machine_file = "m.json"}), &diag);
  assert_string_equal(info.description, "jobs");
  assert_int_equal(info.job_count, 1);
  assert_int_equal(info.note_count, 1);
  size_t count;
  assert_string_equal(rondo_file_note(file, 0, &count), "j.json: odd: nobody reads this key: is its name right?");
  assert_int_equal(count, 1);
  assert_null(rondo_file_note(file, 1, &count));
  assert_int_equal(count, 0);
  assert_null(rondo_file_note(file, -1, NULL));
  rondo_file_release(&file);

  assert_ok(read_as("s.json", RONDO_FILE_PLAN, &(struct rondo_file_options){.machine_file = "m.json"}), &diag);
  assert_string_equal(info.description, "C, a schedule");
  assert_int_equal(info.dispatch_count, 2);
  assert_int_equal(info.target_count, 3);
  assert_int_equal(info.makespan_ns, 3000000);
  assert_int_equal(info.note_count, 1);
  rondo_file_release(&file);

  assert_ok(read_as("p.json", RONDO_FILE_PROFILE, &(struct rondo_file_options){.machine_file = "m.json"}), &diag);
  assert_string_equal(info.description, "a profile");
  assert_int_equal(info.cluster_count, 2);
  assert_int_equal(info.model_count, 1);
  assert_int_equal(info.dispatch_count, 2);
  assert_int_equal(info.note_count, 1);
  assert_ok(rondo_file_write(file, "out.json", &diag), &diag);
  rondo_file_release(&file);
  assert_ok(read_as("out.json", RONDO_FILE_PROFILE, NULL), &diag);
  rondo_file_release(&file);
  rondo_file_release(&file);
  rondo_file_release(NULL);
}

static void test_errors(void **state) {
  (void)state;
  write_files();
  assert_int_equal(read_as("none.json", RONDO_FILE_PLAN, NULL), RONDO_NOT_FOUND);
  assert_int_equal(read_as("s.json", (enum rondo_file_kind)7, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(read_as("s.json", RONDO_FILE_PLAN, &(struct rondo_file_options){.machine_file = "none.json"}), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "none.json: cannot open: No such file or directory");
  assert_int_equal(read_as("s.json", RONDO_FILE_PLAN, &(struct rondo_file_options){.reading = {.is_strict = true}}), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "s.json: dispatches.b: is planned on A at 1 ms, where a is planned until 2 ms");
  write_file("other.json", "{\"clusters\": [{\"name\": \"CPU_P\", \"workers\": 4}]}");
  assert_int_equal(read_as("s.json", RONDO_FILE_PLAN, &(struct rondo_file_options){.machine_file = "other.json"}), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "s.json: dispatches.a.hardware_target: the machine has no target \"A\": it has CPU_P");
  assert_int_equal(read_as("m.json", RONDO_FILE_JOBS, NULL), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "m.json: jobs: is missing: an array of jobs, each with `name` and `model`");
}

static void test_write(void **state) {
  (void)state;
  static const char *const names[] = {"m.json", "j.json", "s.json"};
  write_files();
  for (int i = 0; i < 3; ++i) {
    assert_ok(read_as(names[i], (enum rondo_file_kind)i, NULL), &diag);
    assert_ok(rondo_file_write(file, "first.json", &diag), &diag);
    rondo_file_release(&file);
    assert_ok(read_as("first.json", (enum rondo_file_kind)i, NULL), &diag);
    assert_ok(rondo_file_write(file, "second.json", &diag), &diag);
    assert_same_files("first.json", "second.json");
    assert_int_equal(rondo_file_write(file, "none/x.json", &diag), RONDO_NOT_FOUND);
    rondo_file_release(&file);
  }
}

// This machine's own file fits it.
static void test_machine(void **state) {
  (void)state;
  struct rondo_machine *machine;
  memset(&diag, 0, sizeof diag);
  assert_ok(rondo_machine_read(NULL, &machine, &diag), &diag);
  assert_ok(rondo_machine_write(machine, "here.json", &diag), &diag);
  assert_ok(read_as("here.json", RONDO_FILE_MACHINE, &(struct rondo_file_options){.machine = machine}), &diag);
  assert_true(info.cluster_count >= 1);
  assert_int_equal(info.note_count, 0);
  rondo_file_release(&file);
  rondo_machine_release(&machine);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds), cmocka_unit_test(test_errors), cmocka_unit_test(test_write), cmocka_unit_test(test_machine)};
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
