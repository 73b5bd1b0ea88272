// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What operations mean, on both back ends, and where it applies on the calling thread. The program runs all
// of it once for each; a kernel that refuses the ring leaves that half out.

#include "async/proactor.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "operation.h"

static enum { ON_THREADS, ON_RING, ON_CALLER } way;
static struct rdo_proactor_options options;
static struct rdo_proactor *proactor;

static int begin(void **state) {
  (void)state;
  operation_order = 0;
  options.backend = way == ON_RING ? RDO_PROACTOR_URING : RDO_PROACTOR_THREADS;
  return rdo_proactor_create(&options, &proactor, NULL) != RONDO_OK;
}

static int end(void **state) {
  (void)state;
  rdo_proactor_destroy(proactor);
  proactor = NULL;
  return 0;
}

// Performs one transfer and waits for it.
static enum rondo_status transfer(enum rdo_io_kind kind, int fd, uint64_t offset, void *data, uint64_t length, uint64_t *out_bytes_done) {
  struct operation operation;
  operation_init(&operation, proactor, kind, fd, offset, data, length);
  if (way == ON_CALLER) {
    operation.status = rdo_io_perform(&rdo_io_os_linux, &operation.io);
    *out_bytes_done = operation.io.bytes_done;
    return operation.status;
  }
  operation_submit(&operation);
  (void)operation_wait(&operation);
  assert_int_equal(operation.call_count, 1);
  *out_bytes_done = operation.bytes_done;
  return operation.status;
}

static void expect_transfer(enum rdo_io_kind kind, int fd, uint64_t offset, void *data, uint64_t length) {
  uint64_t bytes_done;
  assert_int_equal(transfer(kind, fd, offset, data, length, &bytes_done), RONDO_OK);
  assert_true(bytes_done == length);
}

static void expect_failure(enum rdo_io_kind kind, int fd, uint64_t offset, void *data, uint64_t length, enum rondo_status status, uint64_t bytes) {
  uint64_t bytes_done;
  assert_int_equal(transfer(kind, fd, offset, data, length, &bytes_done), status);
  assert_true(bytes_done == bytes);
}

static uint64_t file_length(int fd) { return (uint64_t)lseek(fd, 0, SEEK_END); }

// Files -----------------------------------------------------------------------------------------------

static void test_sub_ranges(void **state) {
  (void)state;
  static uint8_t target[3000];
  int fd = make_file(10000);
  memset(target, 0xEE, sizeof target);
  expect_transfer(RDO_IO_READ, fd, 4321, target + 500, 1999);
  assert_true(is_filled(target, 0xEE, 500));
  assert_true(is_pattern(target + 500, 4321, 1999));
  assert_true(is_filled(target + 2499, 0xEE, 501));
  close(fd);
}

static void test_read_modify_write(void **state) {
  (void)state;
  static uint8_t bytes[10000];
  int fd = make_file(sizeof bytes);
  expect_transfer(RDO_IO_READ, fd, 1000, bytes, 300);
  for (int i = 0; i < 300; ++i) bytes[i] ^= 0xFF;
  expect_transfer(RDO_IO_WRITE, fd, 1000, bytes, 300);
  expect_transfer(RDO_IO_READ, fd, 0, bytes, sizeof bytes);
  assert_true(is_pattern(bytes, 0, 1000));
  for (uint64_t i = 1000; i < 1300; ++i) assert_int_equal(bytes[i], pattern_at(i) ^ 0xFF);
  assert_true(is_pattern(bytes + 1300, 1300, sizeof bytes - 1300));
  assert_true(file_length(fd) == sizeof bytes);
  close(fd);
}

static void test_unaligned(void **state) {
  (void)state;
  static _Alignas(64) uint8_t target[4096 + 128];
  int fd = make_file(8192);
  for (uint64_t i = 1; i < 64; ++i) {
    memset(target, 0xEE, sizeof target);
    expect_transfer(RDO_IO_READ, fd, 64 - i, target + i, 4000 + i);
    assert_true(is_filled(target, 0xEE, i));
    assert_true(is_pattern(target + i, 64 - i, 4000 + i));
    assert_true(is_filled(target + i + 4000 + i, 0xEE, 16));
    expect_transfer(RDO_IO_WRITE, fd, 64 - i, target + i, 4000 + i);
  }
  close(fd);
}

static void test_large_blocks(void **state) {
  (void)state;
  enum { LENGTH = 3 << 20 };  // more than what the ring copies in the call itself
  uint8_t *bytes = malloc(LENGTH);
  int fd = make_file(256 << 10), other = make_file(0);
  expect_transfer(RDO_IO_READ, fd, 0, bytes, 256 << 10);
  assert_true(is_pattern(bytes, 0, 256 << 10));
  for (uint64_t i = 0; i < LENGTH; ++i) bytes[i] = pattern_at(i);
  expect_transfer(RDO_IO_WRITE, other, 0, bytes, LENGTH);
  memset(bytes, 0, LENGTH);
  expect_transfer(RDO_IO_READ, other, 0, bytes, LENGTH);
  assert_true(is_pattern(bytes, 0, LENGTH));
  close(fd);
  close(other);
  free(bytes);
}

// On a disk's file system, which reads and writes in other ways than memory does.
static void test_disk(void **state) {
  (void)state;
  enum { LENGTH = 2 << 20 };
  char path[] = "/tmp/rondo-proactor-XXXXXX";
  int fd = mkstemp(path);
  if (fd < 0) skip();
  unlink(path);
  uint8_t *bytes = malloc(LENGTH);
  for (uint64_t i = 0; i < LENGTH; ++i) bytes[i] = pattern_at(i);
  expect_transfer(RDO_IO_WRITE, fd, 5, bytes, LENGTH);
  assert_int_equal(fdatasync(fd), 0);
  (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);  // so that it has to be read
  memset(bytes, 0, LENGTH);
  expect_transfer(RDO_IO_READ, fd, 4101, bytes, 70000);
  assert_true(is_pattern(bytes, 4096, 70000));
  expect_transfer(RDO_IO_READ, fd, 5, bytes, LENGTH);
  assert_true(is_pattern(bytes, 0, LENGTH));
  expect_failure(RDO_IO_READ, fd, LENGTH, bytes, 4096, RONDO_OUT_OF_RANGE, 5);
  close(fd);
  free(bytes);
}

static void test_length_zero(void **state) {
  (void)state;
  int pipe_fds[2];
  assert_int_equal(pipe(pipe_fds), 0);
  expect_transfer(RDO_IO_READ, pipe_fds[0], RDO_IO_CURRENT, NULL, 0);
  expect_transfer(RDO_IO_WRITE, pipe_fds[1], RDO_IO_CURRENT, NULL, 0);
  expect_transfer(RDO_IO_READ, -1, 77, NULL, 0);
  close(pipe_fds[0]);
  close(pipe_fds[1]);
}

static void test_end_of_file(void **state) {
  (void)state;
  static uint8_t target[2000];
  int fd = make_file(1000);
  memset(target, 0xEE, sizeof target);
  expect_transfer(RDO_IO_READ, fd, 0, target, 1000);
  expect_failure(RDO_IO_READ, fd, 0, target, 1001, RONDO_OUT_OF_RANGE, 1000);
  memset(target, 0xEE, sizeof target);
  expect_failure(RDO_IO_READ, fd, 900, target, 2000, RONDO_OUT_OF_RANGE, 100);
  assert_true(is_pattern(target, 900, 100));
  assert_true(is_filled(target + 100, 0xEE, 1900));
  expect_failure(RDO_IO_READ, fd, 1000, target, 1, RONDO_OUT_OF_RANGE, 0);
  expect_failure(RDO_IO_READ, fd, UINT64_C(1) << 62, target, 1, RONDO_OUT_OF_RANGE, 0);
  close(fd);
}

static void test_writes_extend(void **state) {
  (void)state;
  static uint8_t bytes[1500];
  int fd = make_file(1000);
  memset(bytes, 0xAB, sizeof bytes);
  expect_transfer(RDO_IO_WRITE, fd, 1000, bytes, 500);  // append
  assert_true(file_length(fd) == 1500);
  expect_transfer(RDO_IO_WRITE, fd, 1400, bytes, 600);  // over the end
  assert_true(file_length(fd) == 2000);
  expect_transfer(RDO_IO_WRITE, fd, 5000, bytes, 10);   // beyond the end: a hole of zeroes
  assert_true(file_length(fd) == 5010);
  expect_transfer(RDO_IO_READ, fd, 0, bytes, 1500);
  assert_true(is_pattern(bytes, 0, 1000));
  assert_true(is_filled(bytes + 1000, 0xAB, 500));
  expect_transfer(RDO_IO_READ, fd, 3000, bytes, 1000);
  assert_true(is_filled(bytes, 0, 1000));
  close(fd);
}

static void test_append_mode(void **state) {
  (void)state;
  uint8_t bytes[8] = {1, 2, 3, 4};
  int fd = make_file(100);
  assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
  expect_transfer(RDO_IO_WRITE, fd, 0, bytes, 4);  // goes to the end, as Linux has it
  expect_transfer(RDO_IO_WRITE, fd, RDO_IO_CURRENT, bytes, 4);
  assert_true(file_length(fd) == 108);
  expect_transfer(RDO_IO_READ, fd, 99, bytes, 5);
  assert_int_equal(bytes[0], pattern_at(99));
  assert_int_equal(bytes[4], 4);
  close(fd);
}

// A file at its current position: one transfer after the other.
static void test_current_position(void **state) {
  (void)state;
  uint8_t bytes[100];
  int fd = make_file(1000);
  lseek(fd, 300, SEEK_SET);
  expect_transfer(RDO_IO_READ, fd, RDO_IO_CURRENT, bytes, 100);
  assert_true(is_pattern(bytes, 300, 100));
  expect_transfer(RDO_IO_READ, fd, RDO_IO_CURRENT, bytes, 100);
  assert_true(is_pattern(bytes, 400, 100));
  close(fd);
}

static void test_direction(void **state) {
  (void)state;
  uint8_t bytes[16] = {0};
  char path[64];
  int fd = make_file(100);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int read_only = open(path, O_RDONLY | O_CLOEXEC), write_only = open(path, O_WRONLY | O_CLOEXEC);
  assert_true(read_only >= 0 && write_only >= 0);
  expect_failure(RDO_IO_WRITE, read_only, 0, bytes, 16, RONDO_FAILED_PRECONDITION, 0);
  expect_failure(RDO_IO_READ, write_only, 0, bytes, 16, RONDO_FAILED_PRECONDITION, 0);
  expect_transfer(RDO_IO_READ, read_only, 0, bytes, 16);
  assert_true(is_pattern(bytes, 0, 16));
  expect_transfer(RDO_IO_WRITE, write_only, 50, bytes, 16);
  close(read_only);
  close(write_only);
  close(fd);
  expect_failure(RDO_IO_READ, fd, 0, bytes, 16, RONDO_FAILED_PRECONDITION, 0);
  expect_failure(RDO_IO_WRITE, fd, RDO_IO_CURRENT, bytes, 16, RONDO_FAILED_PRECONDITION, 0);
  expect_failure(RDO_IO_READ, -1, RDO_IO_CURRENT, bytes, 16, RONDO_FAILED_PRECONDITION, 0);
}

static void test_refusals_of_the_system(void **state) {
  (void)state;
  uint8_t bytes[16] = {0};
  int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  expect_failure(RDO_IO_READ, fd, 0, bytes, 16, RONDO_INVALID_ARGUMENT, 0);
  close(fd);
  fd = make_file(100);
  expect_failure(RDO_IO_READ, fd, UINT64_C(1) << 63, bytes, 16, RONDO_INVALID_ARGUMENT, 0);
  expect_failure(RDO_IO_READ, fd, INT64_MAX - 10, bytes, 16, RONDO_INVALID_ARGUMENT, 0);
  close(fd);
  fd = open("/dev/full", O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  expect_failure(RDO_IO_WRITE, fd, 0, bytes, 16, RONDO_RESOURCE_EXHAUSTED, 0);
  expect_failure(RDO_IO_WRITE, fd, RDO_IO_CURRENT, bytes, 16, RONDO_RESOURCE_EXHAUSTED, 0);
  close(fd);
  fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  expect_failure(RDO_IO_READ, fd, 0, bytes, 16, RONDO_DATA_LOSS, 0);  // nothing is mapped there: EIO
  close(fd);
}

// 5 GB of hole with something here and there; memory for a read of 2.2 GiB is one small file many times.
static void test_beyond_4_gib(void **state) {
  (void)state;
  const uint64_t length = UINT64_C(5000000000), places[] = {0, UINT64_C(0x7FFFF000) - 8, UINT64_C(0x80000000) - 8, UINT64_C(0xFFFFFFF8), length - 16};
  int fd = make_file(0);
  static uint8_t bytes[4096];
  if (ftruncate(fd, (off_t)length) != 0) skip();
  for (size_t i = 0; i < sizeof places / sizeof places[0]; ++i) {
    memset(bytes, (int)i + 1, 16);
    expect_transfer(RDO_IO_WRITE, fd, places[i], bytes, 16);
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; ++i) {
    uint64_t offset = places[i] < 2000 ? 0 : places[i] > length - 4096 ? length - 4096 : places[i] - 2000;
    memset(bytes, 0xEE, sizeof bytes);
    expect_transfer(RDO_IO_READ, fd, offset, bytes, sizeof bytes);
    for (size_t k = 0; k < sizeof bytes; ++k) sum += bytes[k];
  }
  // The second and third place lie in each other's block.
  assert_true(sum == 16 * (1 + 2 + 3 + 4 + 5));
  assert_true(file_length(fd) == length);
  close(fd);
}

static void test_length_beyond_2_gib(void **state) {
  (void)state;
  const uint64_t window = 64 << 20, length = UINT64_C(0x8C000000), offset = UINT64_C(0x20000000);
  int fd = make_file(0), window_fd = make_file(0);
  if (sizeof(size_t) < 8 || ftruncate(fd, INT64_C(5000000000)) != 0 || ftruncate(window_fd, (off_t)window) != 0) skip();
  uint8_t *memory = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) skip();
  for (uint64_t i = 0; i < length; i += window) {
    if (mmap(memory + i, window, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, window_fd, 0) == MAP_FAILED) skip();
  }
  uint8_t mark[4] = {1, 2, 3, 4};
  expect_transfer(RDO_IO_WRITE, fd, offset + length - 4, mark, 4);
  expect_transfer(RDO_IO_READ, fd, offset, memory, length);
  assert_memory_equal(memory + length - 4, mark, 4);
  assert_true(is_filled(memory, 0, 4096));
  munmap(memory, length);
  close(fd);
  close(window_fd);
}

// Pieces ----------------------------------------------------------------------------------------------

// The system moves at most 1000 bytes at a time, and after some of them somebody cuts the file.
static int cut_fd;
static rdo_atomic_u32 steps_until_cut;  // 0 = never

static void step(void) {
  uint32_t left = rdo_atomic_load(&steps_until_cut, rdo_acquire);
  if (left == 0) return;
  rdo_atomic_store(&steps_until_cut, left - 1, rdo_release);
  if (left == 1 && ftruncate(cut_fd, 5500) != 0) abort();
}

static ssize_t read_step(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  step();
  return preadv2(fd, parts, count, offset, flags);
}

static int enter_step(int ring_fd, uint32_t submit_count, uint32_t complete_count, uint32_t flags, const void *argument, size_t argument_bytes) {
  if (submit_count != 0) step();
  return rdo_io_os_linux.uring_enter(ring_fd, submit_count, complete_count, flags, argument, argument_bytes);
}

static void test_pieces(void **state) {
  static uint8_t bytes[10000];
  struct rdo_io_os os = rdo_io_os_linux;
  os.preadv2 = read_step;
  os.uring_enter = enter_step;
  options.os = &os;
  options.chunk_bytes_max = 1000;
  end(state);
  assert_int_equal(begin(state), 0);
  int fd = make_file(sizeof bytes), other = make_file(0);
  expect_transfer(RDO_IO_READ, fd, 0, bytes, sizeof bytes);
  assert_true(is_pattern(bytes, 0, sizeof bytes));
  expect_transfer(RDO_IO_WRITE, other, 0, bytes, sizeof bytes);
  memset(bytes, 0, sizeof bytes);
  expect_transfer(RDO_IO_READ, other, 0, bytes, sizeof bytes);
  assert_true(is_pattern(bytes, 0, sizeof bytes));
  // Cut in the middle of a read.
  uint64_t bytes_done;
  cut_fd = fd;
  rdo_atomic_store(&steps_until_cut, 4, rdo_release);
  assert_int_equal(transfer(RDO_IO_READ, fd, 0, bytes, sizeof bytes, &bytes_done), RONDO_OUT_OF_RANGE);
  assert_true(bytes_done == 5500);
  close(fd);
  close(other);
  end(state);
  options.os = NULL;
  options.chunk_bytes_max = 0;
  proactor = NULL;
}

// Chains ----------------------------------------------------------------------------------------------

enum { CHAIN_BLOCK_BYTES = 4096 };

static int chain_fds[2];

// Reads a block, then writes it to the other file, then the next one, without anybody waiting in between.
static void go_on(struct operation *operation) {
  if (operation->status != RONDO_OK) return;
  if (operation->io.kind == RDO_IO_READ) {
    operation->io.kind = RDO_IO_WRITE;
    operation->io.fd = chain_fds[1];
  } else {
    operation->io.kind = RDO_IO_READ;
    operation->io.fd = chain_fds[0];
    operation->io.offset += CHAIN_BLOCK_BYTES;
  }
  operation_submit(operation);
}

static void test_chain_from_callbacks(void **state) {
  (void)state;
  enum { BLOCK_COUNT = 64 };
  static uint8_t block[CHAIN_BLOCK_BYTES], bytes[CHAIN_BLOCK_BYTES * BLOCK_COUNT];
  chain_fds[0] = make_file(sizeof bytes);
  chain_fds[1] = make_file(0);
  struct operation operation;
  operation_init(&operation, proactor, RDO_IO_READ, chain_fds[0], 0, block, sizeof block);
  operation.then = go_on;
  operation_submit(&operation);
  for (int i = 0; i < 2 * BLOCK_COUNT + 1; ++i) (void)operation_wait(&operation);
  assert_int_equal(operation.status, RONDO_OUT_OF_RANGE);  // the end of the first file
  expect_transfer(RDO_IO_READ, chain_fds[1], 0, bytes, sizeof bytes);
  assert_true(is_pattern(bytes, 0, sizeof bytes));
  assert_true(file_length(chain_fds[1]) == sizeof bytes);
  close(chain_fds[0]);
  close(chain_fds[1]);
}

// Pipes -----------------------------------------------------------------------------------------------

static void test_pipe_read_accumulates(void **state) {
  (void)state;
  for (int is_nonblocking = 0; is_nonblocking < 2; ++is_nonblocking) {
    int fds[2];
    uint8_t bytes[10] = {0};
    struct operation operation;
    assert_int_equal(pipe2(fds, O_CLOEXEC | (is_nonblocking ? O_NONBLOCK : 0)), 0);
    operation_init(&operation, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 10);
    operation_submit(&operation);
    for (int i = 0; i < 5; ++i) {
      usleep(500);
      assert_int_equal(write(fds[1], "ab", 2), 2);
    }
    assert_int_equal(operation_wait(&operation), RONDO_OK);
    assert_true(operation.bytes_done == 10);
    assert_memory_equal(bytes, "ababababab", 10);
    // More is there than is asked for: the rest stays.
    assert_int_equal(write(fds[1], "0123456789", 10), 10);
    expect_transfer(RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 4);
    expect_transfer(RDO_IO_READ, fds[0], 123, bytes + 4, 6);  // a pipe has no positions
    assert_memory_equal(bytes, "0123456789", 10);
    // The end comes too early.
    operation_init(&operation, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 10);
    operation_submit(&operation);
    assert_int_equal(write(fds[1], "xyz", 3), 3);
    usleep(500);
    close(fds[1]);
    assert_int_equal(operation_wait(&operation), RONDO_OUT_OF_RANGE);
    assert_true(operation.bytes_done == 3);
    expect_failure(RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 1, RONDO_OUT_OF_RANGE, 0);
    close(fds[0]);
  }
}

static void test_pipe_write_waits_for_room(void **state) {
  (void)state;
  enum { LENGTH = 1 << 20 };
  uint8_t *source = malloc(LENGTH), *target = calloc(LENGTH, 1);
  for (uint64_t i = 0; i < LENGTH; ++i) source[i] = pattern_at(i);
  for (int is_nonblocking = 0; is_nonblocking < 2; ++is_nonblocking) {
    int fds[2];
    struct operation writing, reading;
    assert_int_equal(pipe2(fds, O_CLOEXEC | (is_nonblocking ? O_NONBLOCK : 0)), 0);
    memset(target, 0, LENGTH);
    operation_init(&writing, proactor, RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, source, LENGTH);
    operation_submit(&writing);
    usleep(1000);
    operation_init(&reading, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, target, LENGTH);
    operation_submit(&reading);
    assert_int_equal(operation_wait(&writing), RONDO_OK);
    assert_int_equal(operation_wait(&reading), RONDO_OK);
    assert_true(is_pattern(target, 0, LENGTH));
    // Nobody reads any more: a status, not a signal.
    operation_init(&writing, proactor, RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, source, LENGTH);
    operation_submit(&writing);
    usleep(500);
    close(fds[0]);
    assert_int_equal(operation_wait(&writing), RONDO_UNAVAILABLE);
    expect_failure(RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, source, 1, RONDO_UNAVAILABLE, 0);
    close(fds[1]);
  }
  free(source);
  free(target);
}

// On a system that cannot promise not to block for a pipe, for worker threads to get along with.
static ssize_t read_older(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  if (flags == 0) return preadv2(fd, parts, count, offset, flags);
  errno = EOPNOTSUPP;
  return -1;
}

static ssize_t write_older(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  if (flags == 0) return pwritev2(fd, parts, count, offset, flags);
  errno = EOPNOTSUPP;
  return -1;
}

// Several operations wait for the same pipe: what one of them takes is not there for the next.
static void expect_shared_pipe(void) {
  enum { COUNT = 5, LENGTH = 100000 };
  static struct operation readers[COUNT], writers[COUNT];
  static uint8_t source[LENGTH], targets[COUNT][LENGTH];
  int fds[2];
  assert_int_equal(pipe(fds), 0);
  memset(source, 0xAB, sizeof source);
  memset(targets, 0, sizeof targets);
  for (int i = 0; i < COUNT; ++i) {
    operation_init(&readers[i], proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, targets[i], LENGTH);
    operation_submit(&readers[i]);
  }
  usleep(1000);
  assert_int_equal(write(fds[1], source, 1), 1);  // too little for all of them
  usleep(1000);
  struct operation timer;
  operation_start_timer(&timer, proactor, 0);
  assert_int_equal(operation_wait(&timer), RONDO_OK);  // the polling thread is not blocked
  for (int i = 0; i < COUNT; ++i) {
    operation_init(&writers[i], proactor, RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, source, i == 0 ? LENGTH - 1 : LENGTH);
    operation_submit(&writers[i]);
  }
  for (int i = 0; i < COUNT; ++i) {
    assert_int_equal(operation_wait(&writers[i]), RONDO_OK);
    assert_int_equal(operation_wait(&readers[i]), RONDO_OK);
    assert_true(is_filled(targets[i], 0xAB, LENGTH));
  }
  close(fds[0]);
  close(fds[1]);
}

static void test_shared_pipe(void **state) {
  (void)state;
  expect_shared_pipe();
}

static void test_shared_pipe_of_an_older_system(void **state) {
  struct rdo_io_os os = rdo_io_os_linux;
  os.preadv2 = read_older;
  os.pwritev2 = write_older;
  options.os = &os;
  end(state);
  assert_int_equal(begin(state), 0);
  expect_shared_pipe();
  end(state);
  options.os = NULL;
}

// Pipes that nobody writes to keep neither files nor each other from going on.
static void test_waiting_pipes_block_nobody(void **state) {
  (void)state;
  enum { PIPE_COUNT = 200, FILE_COUNT = 200 };
  static struct operation waiting[PIPE_COUNT], reading[FILE_COUNT];
  static uint8_t bytes[FILE_COUNT][64], got[PIPE_COUNT];
  int fds[PIPE_COUNT][2], fd = make_file(FILE_COUNT * 64);
  for (int i = 0; i < PIPE_COUNT; ++i) {
    assert_int_equal(pipe(fds[i]), 0);
    operation_init(&waiting[i], proactor, RDO_IO_READ, fds[i][0], RDO_IO_CURRENT, &got[i], 1);
    operation_submit(&waiting[i]);
  }
  for (uint64_t i = 0; i < FILE_COUNT; ++i) {
    operation_init(&reading[i], proactor, RDO_IO_READ, fd, 64 * i, bytes[i], 64);
    operation_submit(&reading[i]);
  }
  for (int i = 0; i < FILE_COUNT; ++i) assert_int_equal(operation_wait(&reading[i]), RONDO_OK);
  assert_true(is_pattern(bytes[0], 0, sizeof bytes));
  for (int i = PIPE_COUNT - 1; i >= 0; --i) {
    assert_int_not_equal(sem_trywait(&waiting[i].done), 0);  // still waiting
    uint8_t value = (uint8_t)i;
    assert_int_equal(write(fds[i][1], &value, 1), 1);
    assert_int_equal(operation_wait(&waiting[i]), RONDO_OK);
    assert_int_equal(got[i], value);
    close(fds[i][0]);
    close(fds[i][1]);
  }
  close(fd);
}

// More operations become ready at once than there are places for completions in the ring; and more than the
// process may have descriptors, which ppoll does not take.
static void test_very_many_at_once(void **state) {
  (void)state;
  enum { COUNT = 3000 };
  static struct operation readers[COUNT];
  static uint8_t source[COUNT], targets[COUNT];
  int fds[2], done_count = 0, refused_count = 0;
  assert_int_equal(pipe(fds), 0);
  memset(source, 1, sizeof source);
  memset(targets, 0, sizeof targets);
  for (int i = 0; i < COUNT; ++i) {
    operation_init(&readers[i], proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, &targets[i], 1);
    operation_submit(&readers[i]);
  }
  usleep(2000);
  assert_int_equal(write(fds[1], source, sizeof source), sizeof source);
  for (int i = 0; i < COUNT; ++i) {
    enum rondo_status status = operation_wait(&readers[i]);
    assert_int_equal(readers[i].call_count, 1);
    assert_int_equal(targets[i], status == RONDO_OK);
    done_count += status == RONDO_OK;
    refused_count += status == RONDO_RESOURCE_EXHAUSTED;
  }
  assert_int_equal(done_count + refused_count, COUNT);
  assert_true(refused_count == 0 || (way == ON_THREADS && refused_count < COUNT));
  close(fds[0]);
  close(fds[1]);
}

static void test_socket(void **state) {
  (void)state;
  int fds[2];
  char bytes[6];
  struct operation reading;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  operation_init(&reading, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 6);
  operation_submit(&reading);
  expect_transfer(RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, "abc", 3);
  expect_transfer(RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, "def", 3);
  assert_int_equal(operation_wait(&reading), RONDO_OK);
  assert_memory_equal(bytes, "abcdef", 6);
  close(fds[0]);
  close(fds[1]);
}

// The calling thread does not die of a pipe that nobody reads, and keeps a signal that was there before.
static void test_caller_gets_no_signal(void **state) {
  (void)state;
  int fds[2];
  uint8_t byte = 0;
  sigset_t mask, before, pending;
  assert_int_equal(pipe(fds), 0);
  close(fds[0]);
  expect_failure(RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, &byte, 1, RONDO_UNAVAILABLE, 0);
  sigemptyset(&mask);
  sigaddset(&mask, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &mask, &before);
  sigpending(&pending);
  assert_int_equal(sigismember(&pending, SIGPIPE), 0);
  raise(SIGPIPE);
  expect_failure(RDO_IO_WRITE, fds[1], RDO_IO_CURRENT, &byte, 1, RONDO_UNAVAILABLE, 0);
  sigpending(&pending);
  assert_int_equal(sigismember(&pending, SIGPIPE), 1);
  int taken;
  sigwait(&mask, &taken);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(fds[1]);
}

// Timers ----------------------------------------------------------------------------------------------

static void test_timer_order(void **state) {
  (void)state;
  enum { COUNT = 40 };
  static struct operation timers[COUNT];
  int64_t base_ns = rdo_clock_now_ns() + 20 * 1000000;
  for (int i = 0; i < COUNT; ++i) operation_start_timer(&timers[i], proactor, base_ns + (i * 17 % COUNT) * 100000);
  for (int i = 0; i < COUNT; ++i) assert_int_equal(operation_wait(&timers[i]), RONDO_OK);
  for (int i = 0; i < COUNT; ++i) {
    assert_int_equal(timers[i].call_count, 1);
    assert_int_equal(timers[i].order, i * 17 % COUNT + 1);
  }
}

static void note_time(struct operation *operation) { operation->bytes_done = (uint64_t)rdo_clock_now_ns(); }

static void test_timer_is_never_early(void **state) {
  (void)state;
  for (int i = 0; i < 20; ++i) {
    struct operation timer;
    int64_t deadline_ns = rdo_clock_now_ns() + i * 100000;
    operation_init(&timer, proactor, RDO_IO_TIMER, -1, 0, NULL, 0);
    timer.io.deadline_ns = deadline_ns;
    timer.then = note_time;
    operation_submit(&timer);
    assert_int_equal(operation_wait(&timer), RONDO_OK);
    assert_true((int64_t)timer.bytes_done >= deadline_ns);
  }
}

static void test_timer_in_the_past(void **state) {
  (void)state;
  struct operation timers[3];
  operation_start_timer(&timers[0], proactor, INT64_MIN);
  operation_start_timer(&timers[1], proactor, 0);
  operation_start_timer(&timers[2], proactor, rdo_clock_now_ns());
  for (int i = 0; i < 3; ++i) assert_int_equal(operation_wait(&timers[i]), RONDO_OK);
}

// Cancel ----------------------------------------------------------------------------------------------

static void test_cancel(void **state) {
  (void)state;
  int fds[2], full_fds[2];
  static uint8_t bytes[1 << 20];
  struct operation timer, reading, writing;
  assert_int_equal(pipe(fds), 0);
  assert_int_equal(pipe(full_fds), 0);
  operation_start_timer(&timer, proactor, RDO_DEADLINE_NONE);
  operation_init(&reading, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 8);
  operation_submit(&reading);
  assert_int_equal(write(fds[1], "ab", 2), 2);
  operation_init(&writing, proactor, RDO_IO_WRITE, full_fds[1], RDO_IO_CURRENT, bytes, sizeof bytes);
  operation_submit(&writing);
  usleep(2000);
  struct operation *all[] = {&timer, &reading, &writing};
  for (int i = 0; i < 3; ++i) {
    assert_true(operation_cancel(all[i]));
    assert_int_equal(operation_wait(all[i]), RONDO_CANCELLED);
    assert_int_equal(all[i]->call_count, 1);
    assert_false(operation_cancel(all[i]));  // it has ended
  }
  assert_true(reading.bytes_done == 2);
  assert_true(writing.bytes_done > 0 && writing.bytes_done < sizeof bytes);
  // What was cancelled takes nothing from the pipe any more.
  assert_int_equal(write(fds[1], "cd", 2), 2);
  expect_transfer(RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 2);
  assert_memory_equal(bytes, "cd", 2);
  for (int i = 0; i < 2; ++i) {
    close(fds[i]);
    close(full_fds[i]);
  }
}

// At once after submit, when the operation is anywhere on its way. It can be submitted again afterwards.
static void test_cancel_races(void **state) {
  (void)state;
  uint8_t bytes[64];
  int fd = make_file(64), fds[2];
  struct operation operation;
  assert_int_equal(pipe(fds), 0);
  for (int i = 0; i < 500; ++i) {
    bool is_file = i % 2 == 0;
    operation_init(&operation, proactor, RDO_IO_READ, is_file ? fd : fds[0], is_file ? 0 : RDO_IO_CURRENT, bytes, 64);
    operation_submit(&operation);
    for (int k = i % 16; k > 0; --k) sched_yield();
    bool is_cancelling = operation_cancel(&operation);
    assert_true(is_cancelling || is_file);
    enum rondo_status status = operation_wait(&operation);
    assert_int_equal(operation.call_count, 1);
    assert_true(status == RONDO_CANCELLED || (is_file && status == RONDO_OK));
    assert_true(is_cancelling || status == RONDO_OK);
    if (is_file) {
      operation_submit(&operation);
      assert_int_equal(operation_wait(&operation), RONDO_OK);
      assert_int_equal(operation.call_count, 2);
      assert_true(operation.bytes_done == 64);
    }
  }
  close(fd);
  close(fds[0]);
  close(fds[1]);
}

static bool was_cancelled, was_cancelled_twice, own_was_cancelled;

static void cancel_other(struct operation *operation) {
  was_cancelled = operation_cancel(operation->other);
  was_cancelled_twice = operation_cancel(operation->other);
  own_was_cancelled = operation_cancel(operation);
}

static void test_cancel_from_a_callback(void **state) {
  (void)state;
  struct operation never, soon;
  operation_start_timer(&never, proactor, RDO_DEADLINE_NONE);
  operation_init(&soon, proactor, RDO_IO_TIMER, -1, 0, NULL, 0);
  soon.io.deadline_ns = 0;
  soon.then = cancel_other;
  soon.other = &never;
  operation_submit(&soon);
  assert_int_equal(operation_wait(&soon), RONDO_OK);
  assert_int_equal(operation_wait(&never), RONDO_CANCELLED);
  assert_true(was_cancelled);
  assert_false(was_cancelled_twice);
  assert_false(own_was_cancelled);
}

// Ends ------------------------------------------------------------------------------------------------

static void test_destroy_cancels(void **state) {
  enum { COUNT = 30 };
  static struct operation operations[COUNT];
  static uint8_t bytes[COUNT][16];
  int fds[2], fd = make_file(16);
  assert_int_equal(pipe(fds), 0);
  for (int i = 0; i < COUNT; ++i) {
    if (i % 3 == 0) {
      operation_start_timer(&operations[i], proactor, i % 2 == 0 ? RDO_DEADLINE_NONE : rdo_clock_now_ns() + INT64_C(3600) * 1000000000);
      continue;
    }
    bool is_file = i % 3 == 1;
    operation_init(&operations[i], proactor, RDO_IO_READ, is_file ? fd : fds[0], is_file ? 0 : RDO_IO_CURRENT, bytes[i], 16);
    operation_submit(&operations[i]);
  }
  end(state);
  for (int i = 0; i < COUNT; ++i) {
    bool is_done = operations[i].status == RONDO_OK && i % 3 == 1;
    assert_int_equal(operations[i].call_count, 1);
    assert_true(is_done || operations[i].status == RONDO_CANCELLED);
  }
  close(fd);
  close(fds[0]);
  close(fds[1]);
}

static void test_destroy_at_once(void **state) {
  for (int i = 0; i < 50; ++i) {
    end(state);
    assert_int_equal(begin(state), 0);
  }
  rdo_proactor_destroy(NULL);
}

// Many threads ----------------------------------------------------------------------------------------

enum { SUBMITTER_COUNT = 16, SUBMIT_COUNT = 100 };

static void *submit_many(void *user) {
  int fd = *(const int *)user;
  for (uint64_t i = 0; i < SUBMIT_COUNT; ++i) {
    uint8_t bytes[40];
    struct operation operation;
    operation_init(&operation, proactor, RDO_IO_READ, fd, i * 3, bytes, sizeof bytes);
    operation_submit(&operation);
    if (operation_wait(&operation) != RONDO_OK || !is_pattern(bytes, i * 3, sizeof bytes)) return user;
  }
  return NULL;
}

static void test_sixteen_submitters(void **state) {
  (void)state;
  pthread_t threads[SUBMITTER_COUNT];
  int fd = make_file(1000);
  for (int i = 0; i < SUBMITTER_COUNT; ++i) assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &fd), 0);
  for (int i = 0; i < SUBMITTER_COUNT; ++i) {
    void *failed;
    pthread_join(threads[i], &failed);
    assert_null(failed);
  }
  close(fd);
}

#define WITH_PROACTOR(test) cmocka_unit_test_setup_teardown(test, begin, end)

static int run_on_proactor(const char *name) {
  const struct CMUnitTest tests[] = {
      WITH_PROACTOR(test_sub_ranges),
      WITH_PROACTOR(test_read_modify_write),
      WITH_PROACTOR(test_unaligned),
      WITH_PROACTOR(test_large_blocks),
      WITH_PROACTOR(test_disk),
      WITH_PROACTOR(test_length_zero),
      WITH_PROACTOR(test_end_of_file),
      WITH_PROACTOR(test_writes_extend),
      WITH_PROACTOR(test_append_mode),
      WITH_PROACTOR(test_current_position),
      WITH_PROACTOR(test_direction),
      WITH_PROACTOR(test_refusals_of_the_system),
      WITH_PROACTOR(test_beyond_4_gib),
      WITH_PROACTOR(test_length_beyond_2_gib),
      WITH_PROACTOR(test_pieces),
      WITH_PROACTOR(test_chain_from_callbacks),
      WITH_PROACTOR(test_pipe_read_accumulates),
      WITH_PROACTOR(test_pipe_write_waits_for_room),
      WITH_PROACTOR(test_shared_pipe),
      WITH_PROACTOR(test_shared_pipe_of_an_older_system),
      WITH_PROACTOR(test_waiting_pipes_block_nobody),
      WITH_PROACTOR(test_very_many_at_once),
      WITH_PROACTOR(test_socket),
      WITH_PROACTOR(test_timer_order),
      WITH_PROACTOR(test_timer_is_never_early),
      WITH_PROACTOR(test_timer_in_the_past),
      WITH_PROACTOR(test_cancel),
      WITH_PROACTOR(test_cancel_races),
      WITH_PROACTOR(test_cancel_from_a_callback),
      WITH_PROACTOR(test_destroy_cancels),
      WITH_PROACTOR(test_destroy_at_once),
      WITH_PROACTOR(test_sixteen_submitters),
  };
  printf("on %s\n", name);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

static int run_on_caller(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sub_ranges),
      cmocka_unit_test(test_read_modify_write),
      cmocka_unit_test(test_unaligned),
      cmocka_unit_test(test_large_blocks),
      cmocka_unit_test(test_disk),
      cmocka_unit_test(test_length_zero),
      cmocka_unit_test(test_end_of_file),
      cmocka_unit_test(test_writes_extend),
      cmocka_unit_test(test_append_mode),
      cmocka_unit_test(test_current_position),
      cmocka_unit_test(test_direction),
      cmocka_unit_test(test_refusals_of_the_system),
      cmocka_unit_test(test_beyond_4_gib),
      cmocka_unit_test(test_length_beyond_2_gib),
      cmocka_unit_test(test_caller_gets_no_signal),
  };
  printf("on the calling thread\n");
  return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
  way = ON_CALLER;
  int failed_count = run_on_caller();
  way = ON_THREADS;
  failed_count += run_on_proactor("threads");
  way = ON_RING;
  struct rondo_diag diag = {.status = RONDO_OK};
  options.backend = RDO_PROACTOR_URING;
  enum rondo_status status = rdo_proactor_create(&options, &proactor, &diag);
  rdo_proactor_destroy(proactor);
  if (status == RONDO_OK) {
    failed_count += run_on_proactor("the ring");
  } else {
    printf("the ring is left out: %s\n", diag.message);
  }
  return failed_count;
}
