// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/mapping.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "rondo_mapping_XXXXXX";
static struct rondo_diag diag;

static const char *in_folder(const char *name) {
  static char path[64];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static struct rdo_mapping *open_at(const char *path) {
  struct rdo_mapping *mapping = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rdo_mapping_open(path, &mapping, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal((uintptr_t)mapping->bytes.data % (uintptr_t)sysconf(_SC_PAGESIZE), 0);
  return mapping;
}

static void expect_failure(const char *path, enum rondo_status status, const char *words) {
  struct rdo_mapping *mapping = (struct rdo_mapping *)&diag;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_mapping_open(path, &mapping, &diag), status);
  assert_null(mapping);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
}

static uint8_t byte_at(size_t index) { return (uint8_t)(index * 31 + index / 256); }

static void write_bytes(FILE *file, size_t size) {
  for (size_t i = 0; i < size; ++i) fputc(byte_at(i), file);
}

static void expect_bytes(const struct rdo_mapping *mapping, size_t size) {
  assert_int_equal(mapping->bytes.size, size);
  for (size_t i = 0; i < size; ++i) {
    if (mapping->bytes.data[i] != byte_at(i)) fail_msg("byte %zu differs", i);
  }
  for (size_t i = size; i < size + 4096; ++i) {
    if (mapping->bytes.data[i] != 0) fail_msg("byte %zu, behind the end, is not zero", i);
  }
}

static void test_file(void **state) {
  (void)state;
  const size_t sizes[] = {1, 4095, 4096, 4097, 100000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    const char *path = in_folder("file");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    write_bytes(file, sizes[i]);
    fclose(file);
    struct rdo_mapping *mapping = open_at(path);
    expect_bytes(mapping, sizes[i]);
    unlink(path);
    expect_bytes(mapping, sizes[i]);  // the name is not needed any more
    rdo_object_retain(&mapping->object);
    rdo_object_release(&mapping->object);
    expect_bytes(mapping, sizes[i]);
    rdo_object_release(&mapping->object);
  }
}

struct feed {
  int fd;
  size_t size;
};

static void *feed_pipe(void *user) {
  const struct feed *feed = user;
  FILE *file = fdopen(feed->fd, "wb");
  write_bytes(file, feed->size);
  fclose(file);
  return NULL;
}

// Opens the reading end of a pipe by name while another thread writes.
static void with_pipe(size_t size, void (*check)(const char *path, size_t size)) {
  int ends[2];
  char path[64];
  pthread_t thread;
  assert_int_equal(pipe(ends), 0);
  struct feed feed = {ends[1], size};
  snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
  assert_int_equal(pthread_create(&thread, NULL, feed_pipe, &feed), 0);
  check(path, size);
  pthread_join(thread, NULL);
  close(ends[0]);
}

static void check_pipe(const char *path, size_t size) {
  struct rdo_mapping *mapping = open_at(path);
  expect_bytes(mapping, size);
  rdo_object_release(&mapping->object);
}

static void check_empty_pipe(const char *path, size_t size) {
  (void)size;
  expect_failure(path, RONDO_INVALID_ARGUMENT, "empty");
}

// Around the sizes at which the buffer grows and pages end.
static void test_pipe(void **state) {
  (void)state;
  const size_t sizes[] = {1, 4096, 5000, (1 << 20) - 4097, (1 << 20) - 4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) with_pipe(sizes[i], check_pipe);
  with_pipe(0, check_empty_pipe);
}

static void check_pipe_limit(const char *path, size_t size) {
  struct rdo_mapping *mapping = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_mapping_open_limited(path, 5000, &mapping, &diag);
  assert_int_equal(status, size <= 5000 ? RONDO_OK : RONDO_RESOURCE_EXHAUSTED);
  if (status == RONDO_OK) expect_bytes(mapping, size);
  else assert_non_null(strstr(diag.message, "more than 5000 bytes"));
  if (mapping != NULL) rdo_object_release(&mapping->object);
}

static void test_pipe_limit(void **state) {
  (void)state;
  const size_t sizes[] = {4999, 5000, 5001, 60000};  // all fit into a pipe, so that its writer never meets a closed one
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) with_pipe(sizes[i], check_pipe_limit);
}

static void test_device(void **state) {
  (void)state;
  expect_failure("/dev/zero", RONDO_INVALID_ARGUMENT, "is a device");
  expect_failure("/dev/null", RONDO_INVALID_ARGUMENT, "is a device");
}

// Bytes mapped by this process. Not from statm: under qemu-user that tells of the emulator, and only `maps` of
// the program.
static uint64_t mapped_bytes(void) {
  uint64_t bytes = 0, begin, end;
  char line[512];
  FILE *file = fopen("/proc/self/maps", "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "%" SCNx64 "-%" SCNx64, &begin, &end) == 2) bytes += end - begin;
  }
  fclose(file);
  assert_true(bytes != 0);
  return bytes;
}

static void test_pipe_leaves_nothing(void **state) {
  (void)state;
  with_pipe(5000, check_pipe);
  uint64_t before = mapped_bytes();
  for (int i = 0; i < 50; ++i) with_pipe(5000, check_pipe);
  assert_true(mapped_bytes() < before + 50 * (256 << 10));  // a lost buffer would be 1 MiB each time
}

static void test_empty_file(void **state) {
  (void)state;
  const char *path = in_folder("empty");
  fclose(fopen(path, "wb"));
  expect_failure(path, RONDO_INVALID_ARGUMENT, "empty");
  unlink(path);
}

static void test_directory(void **state) {
  (void)state;
  expect_failure(folder, RONDO_INVALID_ARGUMENT, "directory");
}

static void test_missing(void **state) {
  (void)state;
  expect_failure(in_folder("missing"), RONDO_NOT_FOUND, "cannot open: ");
  const char *path = in_folder("file");
  fclose(fopen(path, "wb"));
  char below[80];
  snprintf(below, sizeof below, "%s/below", path);
  expect_failure(below, RONDO_NOT_FOUND, "cannot open: ");
  unlink(path);
  expect_failure("", RONDO_NOT_FOUND, "cannot open: ");
}

static void test_permission(void **state) {
  (void)state;
  if (geteuid() == 0) skip();  // nothing is forbidden to root
  const char *path = in_folder("secret");
  fclose(fopen(path, "wb"));
  chmod(path, 0);
  expect_failure(path, RONDO_PERMISSION_DENIED, "cannot open: ");
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_file),       cmocka_unit_test(test_pipe),
      cmocka_unit_test(test_pipe_limit), cmocka_unit_test(test_device),
      cmocka_unit_test(test_pipe_leaves_nothing), cmocka_unit_test(test_empty_file),
      cmocka_unit_test(test_directory),  cmocka_unit_test(test_missing),
      cmocka_unit_test(test_permission),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
