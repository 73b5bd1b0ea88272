// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/json_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "plan_test.h"

static int count_files(void) {
  DIR *folder = opendir(".");
  int count = 0;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static void test_text(void **state) {
  (void)state;
  struct rdo_json_writer writer;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_ok(rdo_json_writer_init(&writer, "a.json", &diag), &diag);
  rdo_json_begin_object(&writer, NULL, RDO_JSON_LINES);
  rdo_json_write_text(&writer, "a\"b", "x\\y\n\x01\xC3\xA4");
  rdo_json_begin_array(&writer, "numbers", RDO_JSON_INLINE);
  rdo_json_write_integer(&writer, NULL, INT64_MIN);
  rdo_json_write_number(&writer, NULL, 0.1);
  rdo_json_write_number(&writer, NULL, 1e30);
  rdo_json_write_number(&writer, NULL, 0.1 + 0.2);
  rdo_json_begin_object(&writer, NULL, RDO_JSON_LINES);
  rdo_json_write_flag(&writer, "is", true);
  rdo_json_end(&writer);
  rdo_json_end(&writer);
  rdo_json_begin_array(&writer, "times", RDO_JSON_LINES);
  rdo_json_write_ms(&writer, NULL, 0);
  rdo_json_write_ms(&writer, NULL, 32567000);
  rdo_json_write_ms(&writer, NULL, -1);
  rdo_json_write_ms(&writer, NULL, RDO_TIME_NS_MAX);
  rdo_json_end(&writer);
  rdo_json_begin_object(&writer, "empty", RDO_JSON_LINES);
  assert_int_equal(access("a.json", F_OK), -1);  // it appears when it is complete
  assert_ok(rdo_json_writer_finish(&writer, &diag), &diag);
  rdo_json_writer_deinit(&writer);
  char *text = read_file("a.json");
  assert_string_equal(text,
                      "{\n  \"a\\\"b\": \"x\\\\y\\u000a\\u0001\xC3\xA4\",\n"
                      "  \"numbers\": [-9223372036854775808, 0.1, 1e+30, 0.30000000000000004, {\"is\": true}],\n"
                      "  \"times\": [\n    0.0,\n    32.567,\n    -0.000001,\n    9007199254.740992\n  ],\n"
                      "  \"empty\": {}\n}\n");
  free(text);
  assert_int_equal(count_files(), 1);
  unlink("a.json");
}

// More than the buffer holds, and depths that there are not.
static void test_large(void **state) {
  (void)state;
  struct rdo_json_writer writer;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_ok(rdo_json_writer_init(&writer, "a.json", &diag), &diag);
  rdo_json_begin_array(&writer, NULL, RDO_JSON_LINES);
  for (int i = 0; i < 50000; ++i) rdo_json_write_integer(&writer, NULL, i);
  assert_ok(rdo_json_writer_finish(&writer, &diag), &diag);
  rdo_json_writer_deinit(&writer);
  struct rdo_document document;
  assert_ok(rdo_document_open("a.json", NULL, &document, &diag), &diag);
  struct rdo_value root = rdo_document_root(&document);
  assert_int_equal(rdo_value_count(&root), 50000);
  rdo_document_deinit(&document);
  unlink("a.json");

  assert_ok(rdo_json_writer_init(&writer, "a.json", &diag), &diag);
  for (int i = 0; i < 2 * RDO_JSON_DEPTH_MAX; ++i) rdo_json_begin_array(&writer, NULL, RDO_JSON_INLINE);
  for (int i = 0; i < 3 * RDO_JSON_DEPTH_MAX; ++i) rdo_json_end(&writer);
  assert_int_equal(rdo_json_writer_finish(&writer, &diag), RONDO_INTERNAL);
  rdo_json_writer_deinit(&writer);
  assert_int_equal(count_files(), 0);
}

static void test_failures(void **state) {
  (void)state;
  struct rdo_json_writer writer;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_json_writer_init(&writer, "none/a.json", &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "cannot create none/a.json: No such file or directory");
  rdo_json_writer_deinit(&writer);
  // An old file stays as it is until the new one is complete.
  write_file("a.json", "old");
  memset(&diag, 0, sizeof diag);
  assert_ok(rdo_json_writer_init(&writer, "a.json", &diag), &diag);
  rdo_json_begin_object(&writer, NULL, RDO_JSON_LINES);
  assert_int_equal(count_files(), 2);
  rdo_json_writer_deinit(&writer);
  assert_int_equal(count_files(), 1);
  char *text = read_file("a.json");
  assert_string_equal(text, "old");
  free(text);
  unlink("a.json");
  // A device is written directly.
  assert_ok(rdo_json_writer_init(&writer, "/dev/null", &diag), &diag);
  rdo_json_begin_object(&writer, NULL, RDO_JSON_LINES);
  assert_ok(rdo_json_writer_finish(&writer, &diag), &diag);
  rdo_json_writer_deinit(&writer);
  if (access("/dev/full", W_OK) != 0) return;
  assert_ok(rdo_json_writer_init(&writer, "/dev/full", &diag), &diag);
  rdo_json_begin_object(&writer, NULL, RDO_JSON_LINES);
  assert_int_equal(rdo_json_writer_finish(&writer, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_string_equal(diag.message, "cannot write /dev/full: No space left on device");
  rdo_json_writer_deinit(&writer);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_large), cmocka_unit_test(test_failures)};
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
