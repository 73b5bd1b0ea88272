// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a proactor comes up: the ring refused at every step, older kernels, threads that are where they
// should be; and that it sleeps while there is nothing to do.

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "operation.h"

// The kernel's numbers, so that the test does not need its headers.
enum { PARAMS_FLAGS = 2, PARAMS_FEATURES = 5 };  // words of struct io_uring_params
enum { SETUP_R_DISABLED = 1 << 6, SETUP_SUBMIT_ALL = 1 << 7, SETUP_COOP_TASKRUN = 1 << 8, SETUP_SINGLE_ISSUER = 1 << 12, SETUP_DEFER_TASKRUN = 1 << 13 };
enum { FEATURE_EXT_ARG = 1 << 8, REGISTER_ENABLE_RINGS = 12, REGISTER_IOWQ_AFF = 17 };

static bool has_ring, is_ring_built_in;

// What the operating system does, as far as it differs from the real one. Reset before each test.
static struct rdo_io_os os;
static struct {
  int setup_error;             // of io_uring_setup
  uint32_t flags_known;        // other setup flags are an EINVAL, as older kernels have it
  uint32_t features_hidden;
  int mmap_error;              // of the mmap_failing_call-th one
  int mmap_failing_call;
  int register_error;          // of register_failing_operation
  uint32_t register_failing_operation;
  int enter_error;             // of the first io_uring_enter
  int thread_error;            // of the thread_failing_call-th one
  int thread_failing_call;
} fake;
static struct {
  int mmap_count, thread_count;
  uint32_t setup_flags;        // that the kernel accepted
  long setup_thread, enter_thread;
} seen;
static rdo_atomic_u32 sleep_count;  // calls that may sleep
static rdo_atomic_u32 wake_count;   // writes to the eventfd

static int fail_with(int error) {
  errno = error;
  return -1;
}

static int setup(uint32_t entry_count, void *user) {
  uint32_t *params = user;
  seen.setup_thread = syscall(SYS_gettid);
  if (fake.setup_error != 0) return fail_with(fake.setup_error);
  if ((params[PARAMS_FLAGS] & ~fake.flags_known) != 0) return fail_with(EINVAL);
  int fd = rdo_io_os_linux.uring_setup(entry_count, user);
  params[PARAMS_FEATURES] &= ~fake.features_hidden;
  if (fd >= 0) seen.setup_flags = params[PARAMS_FLAGS];
  return fd;
}

static int enter(int fd, uint32_t submit_count, uint32_t complete_count, uint32_t flags, const void *argument, size_t argument_bytes) {
  seen.enter_thread = syscall(SYS_gettid);
  if (fake.enter_error != 0) return fail_with(fake.enter_error);
  rdo_atomic_add(&sleep_count, 1, rdo_relaxed);  // relaxed: counter
  return rdo_io_os_linux.uring_enter(fd, submit_count, complete_count, flags, argument, argument_bytes);
}

static int do_register(int fd, uint32_t operation, void *argument, uint32_t count) {
  if (fake.register_error != 0 && operation == fake.register_failing_operation) return fail_with(fake.register_error);
  return rdo_io_os_linux.uring_register(fd, operation, argument, count);
}

static void *map(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (++seen.mmap_count == fake.mmap_failing_call) {
    errno = fake.mmap_error;
    return MAP_FAILED;
  }
  return mmap(address, length, protection, flags, fd, offset);
}

static int create_thread(pthread_t *out_thread, void *(*run)(void *), void *user) {
  if (++seen.thread_count == fake.thread_failing_call) return fake.thread_error;
  return rdo_io_os_linux.thread_create(out_thread, run, user);
}

static int poll_counted(struct pollfd *fds, nfds_t count, const struct timespec *timeout) {
  rdo_atomic_add(&sleep_count, 1, rdo_relaxed);  // relaxed: counter
  return rdo_io_os_linux.ppoll(fds, count, timeout);
}

static ssize_t write_counted(int fd, const void *data, size_t length) {
  rdo_atomic_add(&wake_count, 1, rdo_relaxed);  // relaxed: counter
  return write(fd, data, length);
}

static int reset(void **state) {
  (void)state;
  memset(&fake, 0, sizeof fake);
  memset(&seen, 0, sizeof seen);
  fake.flags_known = UINT32_MAX;
  os = rdo_io_os_linux;
  os.uring_setup = setup;
  os.uring_enter = enter;
  os.uring_register = do_register;
  os.mmap = map;
  os.thread_create = create_thread;
  os.ppoll = poll_counted;
  os.write = write_counted;
  return 0;
}

// A read of a file, one of a pipe, a timer and a cancel.
static void expect_works(struct rdo_proactor *proactor) {
  uint8_t bytes[100];
  int fd = make_file(100), fds[2];
  struct operation operation;
  operation_init(&operation, proactor, RDO_IO_READ, fd, 20, bytes, 50);
  operation_submit(&operation);
  assert_int_equal(operation_wait(&operation), RONDO_OK);
  assert_true(is_pattern(bytes, 20, 50));
  assert_int_equal(pipe(fds), 0);
  operation_init(&operation, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, bytes, 2);
  operation_submit(&operation);
  assert_int_equal(write(fds[1], "ab", 2), 2);
  assert_int_equal(operation_wait(&operation), RONDO_OK);
  operation_submit(&operation);
  assert_true(operation_cancel(&operation));
  assert_int_equal(operation_wait(&operation), RONDO_CANCELLED);
  operation_start_timer(&operation, proactor, rdo_clock_now_ns() + 1000000);
  assert_int_equal(operation_wait(&operation), RONDO_OK);
  close(fd);
  close(fds[0]);
  close(fds[1]);
}

static int count_open_files(void) {
  int count = 0;
  DIR *directory = opendir("/proc/self/fd");
  while (directory != NULL && readdir(directory) != NULL) ++count;
  if (directory != NULL) closedir(directory);
  return count;
}

// AUTO gets threads and says why; URING fails with the same words; nothing is left behind.
static void expect_fallback(const char *words) {
  int file_count = count_open_files();
  struct rdo_proactor *proactor;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_proactor_options options = {.os = &os};
  assert_int_equal(rdo_proactor_create(&options, &proactor, &diag), RONDO_OK);
  assert_int_equal(rdo_proactor_backend(proactor), RDO_PROACTOR_THREADS);
  assert_non_null(rdo_proactor_refusal(proactor));
  assert_non_null(strstr(rdo_proactor_refusal(proactor), words));
  expect_works(proactor);
  rdo_proactor_destroy(proactor);
  assert_int_equal(count_open_files(), file_count);
  options.backend = RDO_PROACTOR_URING;
  seen.mmap_count = 0;
  assert_int_equal(rdo_proactor_create(&options, &proactor, &diag), RONDO_UNAVAILABLE);
  assert_null(proactor);
  assert_non_null(strstr(diag.message, words));
  assert_int_equal(count_open_files(), file_count);
}

static void test_ring_refused(void **state) {
  if (!is_ring_built_in) skip();
  static const int errors[] = {ENOSYS, EPERM, EACCES, ENOMEM, EMFILE, EINVAL};
  for (size_t i = 0; i < sizeof errors / sizeof errors[0]; ++i) {
    reset(state);
    fake.setup_error = errors[i];
    expect_fallback(strerror(errors[i]));
  }
  reset(state);
  os.uring_setup = NULL;  // a system without the calls
  expect_fallback(strerror(ENOSYS));
}

// The kernel says yes at first.
static void test_ring_refused_later(void **state) {
  if (!has_ring) skip();
  for (int call = 1; call <= 2; ++call) {
    reset(state);
    fake.mmap_error = ENOMEM;
    fake.mmap_failing_call = call;
    expect_fallback("cannot map");
  }
  reset(state);
  fake.features_hidden = FEATURE_EXT_ARG;
  expect_fallback("too old");
  reset(state);
  fake.register_error = EPERM;
  fake.register_failing_operation = REGISTER_ENABLE_RINGS;
  expect_fallback("cannot enable");
  reset(state);
  fake.enter_error = EPERM;
  expect_fallback("cannot submit");
}

// As far back as rings go that are created disabled.
static void test_older_kernels(void **state) {
  static const uint32_t newer[] = {0, SETUP_DEFER_TASKRUN, SETUP_DEFER_TASKRUN | SETUP_SINGLE_ISSUER,
                                   SETUP_DEFER_TASKRUN | SETUP_SINGLE_ISSUER | SETUP_COOP_TASKRUN | SETUP_SUBMIT_ALL};
  if (!has_ring) skip();
  for (size_t i = 0; i < sizeof newer / sizeof newer[0]; ++i) {
    reset(state);
    fake.flags_known = ~newer[i];
    struct rdo_proactor *proactor;
    struct rdo_proactor_options options = {.backend = RDO_PROACTOR_URING, .os = &os};
    assert_int_equal(rdo_proactor_create(&options, &proactor, NULL), RONDO_OK);
    assert_null(rdo_proactor_refusal(proactor));
    assert_true((seen.setup_flags & SETUP_R_DISABLED) != 0);
    expect_works(proactor);
    rdo_proactor_destroy(proactor);
    printf("ring with flags %#x\n", seen.setup_flags);
  }
}

static void test_ring_is_used_by_its_thread_alone(void **state) {
  (void)state;
  if (!has_ring) skip();
  struct rdo_proactor *proactor;
  struct rdo_proactor_options options = {.backend = RDO_PROACTOR_URING, .os = &os};
  assert_int_equal(rdo_proactor_create(&options, &proactor, NULL), RONDO_OK);
  expect_works(proactor);
  rdo_proactor_destroy(proactor);
  assert_int_equal(seen.setup_thread, syscall(SYS_gettid));
  assert_int_not_equal(seen.enter_thread, seen.setup_thread);
}

static void test_threads_cannot_be_created(void **state) {
  for (int call = 1; call <= 4; ++call) {
    reset(state);
    int file_count = count_open_files();
    fake.thread_error = EAGAIN;
    fake.thread_failing_call = call;
    struct rdo_proactor *proactor;
    struct rondo_diag diag = {.status = RONDO_OK};
    const struct rdo_proactor_options options = {.backend = RDO_PROACTOR_THREADS, .thread_count = 3, .os = &os};
    assert_int_equal(rdo_proactor_create(&options, &proactor, &diag), RONDO_RESOURCE_EXHAUSTED);
    assert_null(proactor);
    assert_non_null(strstr(diag.message, "cannot create an I/O thread"));
    assert_int_equal(count_open_files(), file_count);
  }
}

// Pinning ---------------------------------------------------------------------------------------------

static rdo_atomic_u32 start_count;
static uint32_t failing_start;  // 0 = none
static int start_cpu;

static enum rondo_status pin(void *user, struct rondo_diag *diag) {
  if (user != &start_count) return RONDO_INTERNAL;
  if (rdo_atomic_add(&start_count, 1, rdo_relaxed) + 1 == failing_start) return rdo_fail(diag, RONDO_NOT_FOUND, "there is no such CPU");  // relaxed: counter
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)start_cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0 ? RONDO_OK : RONDO_INTERNAL;
}

static enum rondo_status create_pinned(enum rdo_proactor_backend backend, uint32_t failing, struct rdo_proactor **out_proactor, struct rondo_diag *diag) {
  rdo_atomic_store(&start_count, 0, rdo_release);
  failing_start = failing;
  start_cpu = 0;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    while (!CPU_ISSET((size_t)start_cpu, &set)) ++start_cpu;
  }
  const struct rdo_proactor_options options = {
      .backend = backend, .thread_count = 3, .on_thread_start = pin, .user = &start_count, .os = &os};
  return rdo_proactor_create(&options, out_proactor, diag);
}

// Threads of this process that are named like the proactor's or the kernel's for it; each is where it should be.
static int count_pinned_threads(void) {
  int count = 0;
  DIR *directory = opendir("/proc/self/task");
  assert_non_null(directory);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    char path[300], name[32] = "";
    snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
    FILE *file = fopen(path, "r");
    if (file == NULL) continue;
    if (fgets(name, sizeof name, file) == NULL) name[0] = 0;
    fclose(file);
    if (strncmp(name, "rondo-io", 8) != 0 && strncmp(name, "iou-wrk", 7) != 0) continue;
    cpu_set_t set;
    if (sched_getaffinity(atoi(entry->d_name), sizeof set, &set) != 0) continue;
    assert_int_equal(CPU_COUNT(&set), 1);
    assert_true(CPU_ISSET((size_t)start_cpu, &set));
    ++count;
  }
  closedir(directory);
  return count;
}

static void test_all_threads_are_pinned(void **state) {
  (void)state;
  enum { LENGTH = 4 << 20 };  // enough for the kernel to use threads of its own
  for (enum rdo_proactor_backend backend = RDO_PROACTOR_URING; backend <= RDO_PROACTOR_THREADS; ++backend) {
    if (backend == RDO_PROACTOR_URING && !has_ring) continue;
    struct rdo_proactor *proactor;
    assert_int_equal(create_pinned(backend, 0, &proactor, NULL), RONDO_OK);
    assert_int_equal(rdo_proactor_backend(proactor), backend);
    uint8_t *bytes = malloc(LENGTH);
    int fd = make_file(LENGTH);
    struct operation operation;
    operation_init(&operation, proactor, RDO_IO_READ, fd, 0, bytes, LENGTH);
    operation_submit(&operation);
    assert_int_equal(operation_wait(&operation), RONDO_OK);
    assert_true(is_pattern(bytes, 0, LENGTH));
    assert_int_equal(rdo_atomic_load(&start_count, rdo_acquire), backend == RDO_PROACTOR_URING ? 1 : 4);
    assert_true(count_pinned_threads() >= (backend == RDO_PROACTOR_URING ? 2 : 4));
    rdo_proactor_destroy(proactor);
    close(fd);
    free(bytes);
  }
}

static void test_thread_that_cannot_be_pinned(void **state) {
  (void)state;
  int file_count = count_open_files();
  for (enum rdo_proactor_backend backend = RDO_PROACTOR_AUTO; backend <= RDO_PROACTOR_THREADS; ++backend) {
    if (backend == RDO_PROACTOR_URING && !has_ring) continue;
    for (uint32_t failing = 1; failing <= (backend == RDO_PROACTOR_THREADS ? 4 : 1); ++failing) {
      struct rdo_proactor *proactor;
      struct rondo_diag diag = {.status = RONDO_OK};
      assert_int_equal(create_pinned(backend, failing, &proactor, &diag), RONDO_NOT_FOUND);
      assert_null(proactor);
      assert_string_equal(diag.message, "there is no such CPU");
    }
  }
  assert_int_equal(count_open_files(), file_count);
}

// A kernel whose own threads cannot be bound does not get the ring.
static void test_kernel_threads_cannot_be_pinned(void **state) {
  (void)state;
  if (!has_ring) skip();
  struct rdo_proactor *proactor;
  fake.register_error = EINVAL;
  fake.register_failing_operation = REGISTER_IOWQ_AFF;
  assert_int_equal(create_pinned(RDO_PROACTOR_AUTO, 0, &proactor, NULL), RONDO_OK);
  assert_int_equal(rdo_proactor_backend(proactor), RDO_PROACTOR_THREADS);
  expect_works(proactor);
  rdo_proactor_destroy(proactor);
}

// Sleep -----------------------------------------------------------------------------------------------

// Idle, or with a pipe that nothing comes from and a timer that is far away, the thread is not woken.
static void test_sleeps(void **state) {
  for (enum rdo_proactor_backend backend = RDO_PROACTOR_URING; backend <= RDO_PROACTOR_THREADS; ++backend) {
    if (backend == RDO_PROACTOR_URING && !has_ring) continue;
    reset(state);
    const struct rdo_proactor_options options = {.backend = backend, .os = &os};
    struct rdo_proactor *proactor;
    int fds[2];
    uint8_t byte;
    struct operation reading, timer;
    assert_int_equal(rdo_proactor_create(&options, &proactor, NULL), RONDO_OK);
    assert_int_equal(pipe(fds), 0);
    operation_init(&reading, proactor, RDO_IO_READ, fds[0], RDO_IO_CURRENT, &byte, 1);
    operation_submit(&reading);
    operation_start_timer(&timer, proactor, rdo_clock_now_ns() + INT64_C(3600) * 1000000000);
    usleep(20000);
    uint32_t before = rdo_atomic_load(&sleep_count, rdo_acquire);
    usleep(50000);
    assert_int_equal(rdo_atomic_load(&sleep_count, rdo_acquire), before);
    // One that comes wakes it once.
    uint32_t wakes_before = rdo_atomic_load(&wake_count, rdo_acquire);
    struct operation soon;
    operation_start_timer(&soon, proactor, 0);
    assert_int_equal(operation_wait(&soon), RONDO_OK);
    assert_int_equal(rdo_atomic_load(&wake_count, rdo_acquire), wakes_before + 1);
    usleep(10000);
    assert_true(rdo_atomic_load(&sleep_count, rdo_acquire) - before <= 2);
    rdo_proactor_destroy(proactor);
    assert_int_equal(operation_wait(&reading), RONDO_CANCELLED);
    assert_int_equal(operation_wait(&timer), RONDO_CANCELLED);
    close(fds[0]);
    close(fds[1]);
  }
}

// Transfers go straight to and from the operation's memory.
static const uint8_t *memory_begin, *memory_end;
static rdo_atomic_u32 transfer_count, stray_count;

static ssize_t read_watched(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  const uint8_t *begin = parts[0].iov_base;
  rdo_atomic_add(&transfer_count, 1, rdo_relaxed);  // relaxed: counter
  if (count != 1 || begin < memory_begin || begin + parts[0].iov_len > memory_end) rdo_atomic_add(&stray_count, 1, rdo_relaxed);  // relaxed: counter
  return preadv2(fd, parts, count, offset, flags);
}

static void test_no_bounce_buffer(void **state) {
  (void)state;
  enum { LENGTH = 256 << 10 };
  os.preadv2 = read_watched;
  const struct rdo_proactor_options options = {.backend = RDO_PROACTOR_THREADS, .os = &os};
  struct rdo_proactor *proactor;
  uint8_t *bytes = malloc(LENGTH);
  memory_begin = bytes;
  memory_end = bytes + LENGTH;
  int fd = make_file(LENGTH);
  struct operation operation;
  assert_int_equal(rdo_proactor_create(&options, &proactor, NULL), RONDO_OK);
  operation_init(&operation, proactor, RDO_IO_READ, fd, 0, bytes, LENGTH);
  operation_submit(&operation);
  assert_int_equal(operation_wait(&operation), RONDO_OK);
  assert_true(is_pattern(bytes, 0, LENGTH));
  rdo_proactor_destroy(proactor);
  assert_true(rdo_atomic_load(&transfer_count, rdo_acquire) >= 1);
  assert_int_equal(rdo_atomic_load(&stray_count, rdo_acquire), 0);
  close(fd);
  free(bytes);
}

int main(void) {
  struct rdo_proactor *proactor;
  struct rondo_diag diag = {.status = RONDO_OK};
  const struct rdo_proactor_options options = {.backend = RDO_PROACTOR_URING};
  has_ring = rdo_proactor_create(&options, &proactor, &diag) == RONDO_OK;
  rdo_proactor_destroy(proactor);
  is_ring_built_in = has_ring || strstr(diag.message, "left out of this build") == NULL;
  if (!has_ring) printf("tests with a ring are left out: %s\n", diag.message);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_ring_refused, reset),
      cmocka_unit_test_setup(test_ring_refused_later, reset),
      cmocka_unit_test_setup(test_older_kernels, reset),
      cmocka_unit_test_setup(test_ring_is_used_by_its_thread_alone, reset),
      cmocka_unit_test_setup(test_threads_cannot_be_created, reset),
      cmocka_unit_test_setup(test_all_threads_are_pinned, reset),
      cmocka_unit_test_setup(test_thread_that_cannot_be_pinned, reset),
      cmocka_unit_test_setup(test_kernel_threads_cannot_be_pinned, reset),
      cmocka_unit_test_setup(test_sleeps, reset),
      cmocka_unit_test_setup(test_no_bounce_buffer, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
