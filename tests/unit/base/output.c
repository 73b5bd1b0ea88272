// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/output.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char path[128];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/rondo-output-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/a.pftrace", folder);
  return 0;
}

static int count_files(void) {
  DIR *dir = opendir(folder);
  int count = 0;
  for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) count += entry->d_name[0] != '.';
  closedir(dir);
  return count;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void expect_file(const uint8_t *expected, size_t size) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  uint8_t *bytes = malloc(size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, size + 1, file), size);
  assert_memory_equal(bytes, expected, size);
  free(bytes);
  fclose(file);
}

// Pieces of all sizes: smaller, as large as, and larger than the buffer.
static void test_writes_all(void **state) {
  (void)state;
  enum { SIZE = 5 * RDO_OUTPUT_BUFFER_BYTES };
  static uint8_t bytes[SIZE];
  for (size_t i = 0; i < SIZE; ++i) bytes[i] = (uint8_t)(i * 31 ^ i >> 9);
  static const size_t pieces[] = {1, 100000, RDO_OUTPUT_BUFFER_BYTES, 0, 7, RDO_OUTPUT_BUFFER_BYTES + 1, RDO_OUTPUT_BUFFER_BYTES - 1};
  struct rdo_output output;
  assert_int_equal(rdo_output_init(&output, path, NULL), RONDO_OK);
  size_t at = 0;
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; ++i) {
    rdo_output_write(&output, bytes + at, pieces[i]);
    at += pieces[i];
    assert_int_equal(output.byte_count, at);
    assert_int_equal(access(path, F_OK), -1);  // not before it is complete
  }
  assert_int_equal(rdo_output_finish(&output, NULL), RONDO_OK);
  rdo_output_deinit(&output);
  expect_file(bytes, at);
  assert_int_equal(count_files(), 1);
}

static void test_replaces_a_file(void **state) {
  (void)state;
  for (int i = 0; i < 2; ++i) {
    struct rdo_output output;
    assert_int_equal(rdo_output_init(&output, path, NULL), RONDO_OK);
    rdo_output_write(&output, i == 0 ? "first" : "2nd", i == 0 ? 5 : 3);
    assert_int_equal(rdo_output_finish(&output, NULL), RONDO_OK);
    rdo_output_deinit(&output);
  }
  expect_file((const uint8_t *)"2nd", 3);
}

static void test_given_up_leaves_nothing(void **state) {
  (void)state;
  struct rdo_output output;
  assert_int_equal(rdo_output_init(&output, path, NULL), RONDO_OK);
  rdo_output_write(&output, "abc", 3);
  assert_int_equal(count_files(), 1);
  rdo_output_deinit(&output);
  assert_int_equal(count_files(), 0);
  rdo_output_deinit(&output);
}

static void test_bad_paths(void **state) {
  (void)state;
  struct rdo_output output;
  struct rondo_diag diag = {0};
  char missing[256];
  snprintf(missing, sizeof missing, "%s/none/a.pftrace", folder);
  assert_int_equal(rdo_output_init(&output, missing, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, missing));
  rdo_output_deinit(&output);
  diag = (struct rondo_diag){0};
  assert_int_not_equal(rdo_output_init(&output, folder, &diag), RONDO_OK);
  assert_true(diag.message_length > 0);
  rdo_output_deinit(&output);
  assert_int_equal(count_files(), 0);
}

// What is no regular file is written, not replaced.
static void test_devices_stay(void **state) {
  (void)state;
  struct rdo_output output;
  struct stat status;
  assert_int_equal(rdo_output_init(&output, "/dev/null", NULL), RONDO_OK);
  rdo_output_write(&output, "abc", 3);
  assert_int_equal(rdo_output_finish(&output, NULL), RONDO_OK);
  rdo_output_deinit(&output);
  assert_int_equal(stat("/dev/null", &status), 0);
  assert_true(S_ISCHR(status.st_mode));
}

static void test_full_device(void **state) {
  (void)state;
  static const uint8_t bytes[RDO_OUTPUT_BUFFER_BYTES];
  struct rdo_output output;
  struct rondo_diag diag = {0};
  if (access("/dev/full", W_OK) != 0) skip();
  assert_int_equal(rdo_output_init(&output, "/dev/full", NULL), RONDO_OK);
  for (int i = 0; i < 3; ++i) rdo_output_write(&output, bytes, sizeof bytes);
  assert_int_equal(rdo_output_finish(&output, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_non_null(strstr(diag.message, "/dev/full"));
  rdo_output_deinit(&output);
}

// A regular file that cannot grow: nothing gets the name, nothing is left.
static void test_file_too_large(void **state) {
  (void)state;
  static const uint8_t bytes[RDO_OUTPUT_BUFFER_BYTES];
  struct rlimit before, small;
  struct rondo_diag diag = {0};
  struct rdo_output output;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = (struct rlimit){100, before.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(rdo_output_init(&output, path, NULL), RONDO_OK);
  setrlimit(RLIMIT_FSIZE, &small);
  for (int i = 0; i < 3; ++i) rdo_output_write(&output, bytes, sizeof bytes);
  enum rondo_status status = rdo_output_finish(&output, &diag);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_int_equal(status, RONDO_RESOURCE_EXHAUSTED);
  rdo_output_deinit(&output);
  assert_int_equal(count_files(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_writes_all, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_replaces_a_file, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_given_up_leaves_nothing, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_bad_paths, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_devices_stay, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_full_device, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_file_too_large, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
