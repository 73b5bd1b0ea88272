// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files over memory and over descriptors; the latter on the calling thread and on each kind of proactor.

#include "hal/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../async/operation.h"
#include "hal/types.h"

static struct rdo_proactor *proactor;  // NULL = transfers run on this thread

// A transfer that remembers how it ended.
struct test_transfer {
  struct rdo_file_transfer transfer;
  sem_t done;
  int call_count;
  enum rondo_status status;
};

static void note_end(void *user, enum rondo_status status, uint64_t bytes_done) {
  struct test_transfer *test = user;
  (void)bytes_done;
  ++test->call_count;
  test->status = status;
  sem_post(&test->done);
}

static void init_transfer(struct test_transfer *test) {
  *test = (struct test_transfer){.transfer = {.callback = note_end}};
  test->transfer.user = test;
  sem_init(&test->done, 0, 0);
}

// What a transfer ends with, now or later.
static enum rondo_status finish(struct test_transfer *test, enum rondo_status status) {
  if (status != RONDO_DEFERRED) {
    assert_int_equal(test->call_count, 0);
    return status;
  }
  assert_non_null(proactor);
  while (sem_wait(&test->done) != 0) continue;
  assert_int_equal(test->call_count, 1);
  return test->status;
}

static enum rondo_status read_file(struct rdo_file *file, uint64_t offset, void *target, uint64_t length) {
  struct test_transfer test;
  init_transfer(&test);
  return finish(&test, rdo_file_read(file, offset, target, length, &test.transfer, NULL));
}

static enum rondo_status write_file(struct rdo_file *file, uint64_t offset, const void *source, uint64_t length) {
  struct test_transfer test;
  init_transfer(&test);
  return finish(&test, rdo_file_write(file, offset, source, length, &test.transfer, NULL));
}

static struct rdo_file *import(int fd, uint32_t access) {
  const struct rdo_file_options options = {.proactor = proactor};
  struct rdo_file *file;
  assert_int_equal(rdo_file_create_from_descriptor(fd, access, &options, &file, NULL), RONDO_OK);
  return file;
}

static void release(struct rdo_file *file) {
  assert_int_equal(rdo_atomic_load(&file->object.ref_count, rdo_acquire), 1);
  rdo_object_release(&file->object);
}

// Memory ----------------------------------------------------------------------------------------------

static void test_memory(void **state) {
  (void)state;
  uint8_t data[256], target[256];
  struct rdo_file *file;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct test_transfer test;
  for (int i = 0; i < 256; ++i) data[i] = pattern_at((uint64_t)i);
  assert_int_equal(rdo_file_create_from_memory(data, sizeof data, true, NULL, &file, NULL), RONDO_OK);
  assert_int_equal(file->access, RDO_ACCESS_READ | RDO_ACCESS_WRITE | RDO_ACCESS_DISCARD);
  memset(target, 0xEE, sizeof target);
  assert_int_equal(read_file(file, 100, target + 10, 50), RONDO_OK);
  assert_true(is_filled(target, 0xEE, 10) && is_pattern(target + 10, 100, 50) && is_filled(target + 60, 0xEE, 196));
  assert_int_equal(write_file(file, 200, target, 10), RONDO_OK);
  assert_true(is_pattern(data, 0, 200) && is_filled(data + 200, 0xEE, 10) && is_pattern(data + 210, 210, 46));
  assert_int_equal(read_file(file, 256, target, 0), RONDO_OK);
  assert_int_equal(read_file(file, 250, target, 7), RONDO_OUT_OF_RANGE);
  assert_int_equal(read_file(file, UINT64_MAX, target, 2), RONDO_OUT_OF_RANGE);
  init_transfer(&test);
  assert_int_equal(rdo_file_write(file, 250, target, 7, &test.transfer, &diag), RONDO_OUT_OF_RANGE);  // memory does not grow
  assert_non_null(strstr(diag.message, "write of 7 bytes at 250"));
  assert_false(rdo_file_cancel(file, &test.transfer));
  release(file);
}

static void test_read_only_memory(void **state) {
  (void)state;
  uint8_t data[16] = {1}, target[16];
  struct rdo_file *file;
  assert_int_equal(rdo_file_create_from_memory(data, sizeof data, false, NULL, &file, NULL), RONDO_OK);
  assert_int_equal(file->access, RDO_ACCESS_READ);
  assert_int_equal(read_file(file, 0, target, 16), RONDO_OK);
  assert_int_equal(write_file(file, 0, target, 16), RONDO_PERMISSION_DENIED);
  assert_int_equal(write_file(file, 0, target, 0), RONDO_PERMISSION_DENIED);
  release(file);
}

static void test_unaligned_memory(void **state) {
  (void)state;
  static _Alignas(64) uint8_t data[64 + 300], target[300];
  for (uint64_t i = 1; i < 64; ++i) {
    struct rdo_file *file;
    for (uint64_t k = 0; k < 300; ++k) data[i + k] = pattern_at(k);
    assert_int_equal(rdo_file_create_from_memory(data + i, 300, false, NULL, &file, NULL), RONDO_OK);
    memset(target, 0, sizeof target);
    assert_int_equal(read_file(file, 0, target, 300), RONDO_OK);
    assert_true(is_pattern(target, 0, 300));
    release(file);
  }
}

// Descriptors -----------------------------------------------------------------------------------------

static int open_again(int fd, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return open(path, flags | O_CLOEXEC);
}

static void test_descriptor(void **state) {
  (void)state;
  enum { LENGTH = 256 << 10 };
  uint8_t *bytes = malloc(LENGTH);
  int fd = make_file(LENGTH);
  struct rdo_file *file = import(fd, 0);
  close(fd);  // the file has its own
  assert_true(file->byte_length == LENGTH);
  assert_false(file->is_stream);
  assert_int_equal(read_file(file, 0, bytes, LENGTH), RONDO_OK);
  assert_true(is_pattern(bytes, 0, LENGTH));
  memset(bytes, 0xEE, LENGTH);
  assert_int_equal(read_file(file, 12345, bytes + 100, 777), RONDO_OK);
  assert_true(is_filled(bytes, 0xEE, 100) && is_pattern(bytes + 100, 12345, 777) && is_filled(bytes + 877, 0xEE, 1000));
  // Read, modify, write.
  for (int i = 100; i < 877; ++i) bytes[i] = (uint8_t)~bytes[i];
  assert_int_equal(write_file(file, 12345, bytes + 100, 777), RONDO_OK);
  assert_int_equal(read_file(file, 0, bytes, LENGTH), RONDO_OK);
  assert_true(is_pattern(bytes, 0, 12345) && is_pattern(bytes + 12345 + 777, 12345 + 777, LENGTH - 12345 - 777));
  for (uint64_t i = 12345; i < 12345 + 777; ++i) assert_int_equal(bytes[i], (uint8_t)~pattern_at(i));
  release(file);
  free(bytes);
}

static void test_lengths(void **state) {
  (void)state;
  uint8_t bytes[200];
  int fd = make_file(100);
  struct rdo_file *file = import(fd, RDO_ACCESS_READ | RDO_ACCESS_WRITE);
  memset(bytes, 0xEE, sizeof bytes);
  assert_int_equal(read_file(file, 50, bytes, 51), RONDO_OUT_OF_RANGE);
  assert_true(is_filled(bytes, 0xEE, sizeof bytes));  // told before anything was moved
  assert_int_equal(read_file(file, 100, bytes, 0), RONDO_OK);
  assert_int_equal(read_file(file, 101, bytes, 0), RONDO_OK);
  assert_int_equal(write_file(file, 100, bytes, 60), RONDO_OK);  // append
  assert_int_equal(read_file(file, 50, bytes, 110), RONDO_OK);
  assert_true(is_pattern(bytes, 50, 50) && is_filled(bytes + 50, 0xEE, 60));
  assert_int_equal(ftruncate(fd, 10), 0);
  assert_int_equal(read_file(file, 0, bytes, 11), RONDO_OUT_OF_RANGE);
  assert_int_equal(read_file(file, 0, bytes, 10), RONDO_OK);
  close(fd);
  release(file);
}

static enum rondo_status try_import(int fd, uint32_t access, struct rondo_diag *diag) {
  struct rdo_file *file;
  *diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_file_create_from_descriptor(fd, access, NULL, &file, diag);
  assert_true((status == RONDO_OK) == (file != NULL));
  assert_true((status == RONDO_OK) == (diag->message_length == 0));
  if (file != NULL) release(file);
  return status;
}

static void test_access(void **state) {
  (void)state;
  uint8_t bytes[16] = {0};
  struct rondo_diag diag;
  int fd = make_file(100), read_only = open_again(fd, O_RDONLY), write_only = open_again(fd, O_WRONLY), path_only = open_again(fd, O_PATH);
  assert_int_equal(try_import(fd, RDO_ACCESS_ALL, &diag), RONDO_OK);
  assert_int_equal(try_import(read_only, RDO_ACCESS_READ, &diag), RONDO_OK);
  assert_int_equal(try_import(read_only, RDO_ACCESS_WRITE, &diag), RONDO_PERMISSION_DENIED);
  assert_int_equal(try_import(read_only, RDO_ACCESS_DISCARD, &diag), RONDO_PERMISSION_DENIED);
  assert_int_equal(try_import(read_only, RDO_ACCESS_ALL, &diag), RONDO_PERMISSION_DENIED);
  assert_int_equal(try_import(write_only, RDO_ACCESS_WRITE, &diag), RONDO_OK);
  assert_int_equal(try_import(write_only, RDO_ACCESS_READ, &diag), RONDO_PERMISSION_DENIED);
  assert_int_equal(try_import(path_only, RDO_ACCESS_READ, &diag), RONDO_PERMISSION_DENIED);
  // All that it allows.
  struct rdo_file *file = import(read_only, 0);
  assert_int_equal(file->access, RDO_ACCESS_READ);
  assert_int_equal(read_file(file, 0, bytes, 16), RONDO_OK);
  assert_int_equal(write_file(file, 0, bytes, 16), RONDO_PERMISSION_DENIED);
  release(file);
  file = import(write_only, 0);
  assert_int_equal(write_file(file, 0, bytes, 16), RONDO_OK);
  assert_int_equal(read_file(file, 0, bytes, 16), RONDO_PERMISSION_DENIED);
  release(file);
  // Less than it allows.
  file = import(fd, RDO_ACCESS_READ);
  assert_int_equal(write_file(file, 0, bytes, 16), RONDO_PERMISSION_DENIED);
  release(file);
  close(path_only);
  close(write_only);
  close(read_only);
  close(fd);
}

static void test_no_file(void **state) {
  (void)state;
  struct rondo_diag diag;
  int fd = make_file(1), directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  close(fd);
  assert_int_equal(try_import(fd, RDO_ACCESS_READ, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(try_import(-1, 0, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(try_import(directory, RDO_ACCESS_READ, &diag), RONDO_INVALID_ARGUMENT);
  assert_non_null(strstr(diag.message, "directory"));
  close(directory);
}

// The file closes its duplicate and nothing else.
static void test_duplicate(void **state) {
  (void)state;
  int fd = make_file(10);
  struct rdo_file *file = import(fd, 0);
  int duplicate = file->fd;
  assert_int_not_equal(duplicate, fd);
  assert_true((fcntl(duplicate, F_GETFD) & FD_CLOEXEC) != 0);
  release(file);
  assert_int_equal(fcntl(duplicate, F_GETFD), -1);
  assert_int_equal(close(fd), 0);
}

static void test_stream(void **state) {
  (void)state;
  int fds[2];
  uint8_t bytes[8];
  assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
  struct rdo_file *source = import(fds[0], 0), *target = import(fds[1], 0);
  assert_true(source->is_stream && source->byte_length == 0);
  assert_int_equal(write_file(target, 1000, "abcdefgh", 8), RONDO_OK);  // offsets mean nothing
  assert_int_equal(read_file(source, 5, bytes, 3), RONDO_OK);
  assert_int_equal(read_file(source, 0, bytes + 3, 5), RONDO_OK);
  assert_memory_equal(bytes, "abcdefgh", 8);
  close(fds[1]);
  release(target);
  assert_int_equal(read_file(source, 0, bytes, 1), RONDO_OUT_OF_RANGE);
  close(fds[0]);
  release(source);
}

// Without a proactor, or with its import refused, the call returns when all is done.
static void test_refused_import(void **state) {
  (void)state;
  uint8_t bytes[100];
  int fd = make_file(100);
  const struct rdo_file_options options = {.proactor = proactor, .is_import_refused = true};
  struct rdo_file *file;
  struct test_transfer test;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_file_create_from_descriptor(fd, 0, &options, &file, NULL), RONDO_OK);
  init_transfer(&test);
  assert_int_equal(rdo_file_read(file, 0, bytes, 100, &test.transfer, NULL), RONDO_OK);
  assert_true(is_pattern(bytes, 0, 100));
  assert_int_equal(rdo_file_write(file, 50, bytes, 100, &test.transfer, NULL), RONDO_OK);
  assert_int_equal(rdo_file_read(file, 0, bytes, 151, &test.transfer, &diag), RONDO_OUT_OF_RANGE);
  assert_non_null(strstr(diag.message, "read of 151 bytes at 0 lies outside the file of 150"));
  assert_int_equal(test.call_count, 0);
  release(file);
  close(fd);
  // Words of a failure in the middle.
  fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_file_create_from_descriptor(fd, 0, &options, &file, NULL), RONDO_OK);
  assert_int_equal(rdo_file_write(file, 0, bytes, 100, &test.transfer, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_non_null(strstr(diag.message, "write of 100 bytes at 0 ended after 0"));
  release(file);
  close(fd);
}

// A transfer in flight holds the file, and can be cancelled.
static void test_in_flight(void **state) {
  (void)state;
  int fds[2];
  uint8_t byte;
  struct test_transfer test;
  assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
  struct rdo_file *file = import(fds[0], 0);
  close(fds[0]);
  init_transfer(&test);
  assert_int_equal(rdo_file_read(file, 0, &byte, 1, &test.transfer, NULL), RONDO_DEFERRED);
  assert_int_equal(rdo_atomic_load(&file->object.ref_count, rdo_acquire), 2);
  assert_true(rdo_file_cancel(file, &test.transfer));
  assert_int_equal(finish(&test, RONDO_DEFERRED), RONDO_CANCELLED);
  init_transfer(&test);
  assert_int_equal(rdo_file_read(file, 0, &byte, 1, &test.transfer, NULL), RONDO_DEFERRED);
  rdo_object_release(&file->object);  // the transfer's is the last hold
  assert_int_equal(write(fds[1], "x", 1), 1);
  assert_int_equal(finish(&test, RONDO_DEFERRED), RONDO_OK);
  assert_int_equal(byte, 'x');
  close(fds[1]);
}

static int run(const char *name) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_memory),
      cmocka_unit_test(test_read_only_memory),
      cmocka_unit_test(test_unaligned_memory),
      cmocka_unit_test(test_descriptor),
      cmocka_unit_test(test_lengths),
      cmocka_unit_test(test_access),
      cmocka_unit_test(test_no_file),
      cmocka_unit_test(test_duplicate),
      cmocka_unit_test(test_stream),
      cmocka_unit_test(test_refused_import),
  };
  const struct CMUnitTest asynchronous[] = {cmocka_unit_test(test_in_flight)};
  printf("transfers on %s\n", name);
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  return proactor == NULL ? failed_count : failed_count + cmocka_run_group_tests(asynchronous, NULL, NULL);
}

int main(void) {
  int failed_count = run("the calling thread");
  for (enum rdo_proactor_backend backend = RDO_PROACTOR_URING; backend <= RDO_PROACTOR_THREADS; ++backend) {
    const struct rdo_proactor_options options = {.backend = backend};
    struct rondo_diag diag = {.status = RONDO_OK};
    if (rdo_proactor_create(&options, &proactor, &diag) == RONDO_OK) {
      failed_count += run(backend == RDO_PROACTOR_URING ? "the ring" : "threads");
      rdo_proactor_destroy(proactor);
    } else {
      printf("the ring is left out: %s\n", diag.message);
    }
  }
  return failed_count;
}
