// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures under the proactor: create one, transfer files and pipes, wait for timers, cancel and destroy,
// while the n-th allocation or system call fails, for n = 1, 2, 3, ... until nothing is left to fail; with
// several errors for each call, once with that call alone failing, once with all of its kind from it on.
// Each time the failure must come back from create with words, or from operations with a status, or not
// matter; every callback runs once; nothing hangs and nothing is left behind.

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/io_os.h"
#include "async/proactor.h"
#include "base/clock.h"
#include "inject.h"

// Injection ------------------------------------------------------------------------------------------

enum call { ALLOC, EVENTFD, THREAD, SETUP, REGISTER, MAP, FSTAT, TRANSFER, ENTER, POLL, WAKE_READ, WAKE_WRITE, CALL_COUNT };

static const char *const call_names[CALL_COUNT] = {"alloc", "eventfd", "pthread_create", "io_uring_setup", "io_uring_register", "mmap", "fstat",
                                                   "preadv2", "io_uring_enter", "ppoll", "read", "write"};

// Zero ends a list. EINVAL of setup stands for an older kernel, too.
static const int errors[CALL_COUNT][5] = {{ENOMEM}, {EMFILE}, {EAGAIN}, {EPERM, EINVAL, ENOMEM}, {EPERM}, {ENOMEM}, {EIO},
                                          {EIO, EINTR, ENOSPC}, {EAGAIN, EINTR, EBUSY, EIO}, {EINTR, ENOMEM}, {EINTR}, {EINTR}};

static enum call failing_call;
static int failing_error;
static rdo_atomic_u32 live_mappings;

static uint32_t kind_of(enum call call) { return call == ALLOC ? INJECT_MEMORY : (uint32_t)INJECT_OTHER << call; }
static bool fails(enum call call) { return inject_fails(kind_of(call), failing_error); }

static int fail_eventfd(unsigned value, int flags) { return fails(EVENTFD) ? -1 : rdo_io_os_linux.eventfd(value, flags); }
static int fail_fstat(int fd, struct stat *info) { return fails(FSTAT) ? -1 : fstat(fd, info); }
static ssize_t fail_read(int fd, void *data, size_t length) { return fails(WAKE_READ) ? -1 : read(fd, data, length); }
static ssize_t fail_write(int fd, const void *data, size_t length) { return fails(WAKE_WRITE) ? -1 : write(fd, data, length); }
static int fail_setup(uint32_t count, void *params) { return fails(SETUP) ? -1 : rdo_io_os_linux.uring_setup(count, params); }

static int fail_thread(pthread_t *out_thread, void *(*run)(void *), void *user) {
  return fails(THREAD) ? failing_error : rdo_io_os_linux.thread_create(out_thread, run, user);
}

static int fail_enter(int fd, uint32_t submit_count, uint32_t complete_count, uint32_t flags, const void *argument, size_t argument_bytes) {
  return fails(ENTER) ? -1 : rdo_io_os_linux.uring_enter(fd, submit_count, complete_count, flags, argument, argument_bytes);
}

static int fail_register(int fd, uint32_t operation, void *argument, uint32_t count) {
  return fails(REGISTER) ? -1 : rdo_io_os_linux.uring_register(fd, operation, argument, count);
}

static int fail_poll(struct pollfd *fds, nfds_t count, const struct timespec *timeout) {
  return fails(POLL) ? -1 : rdo_io_os_linux.ppoll(fds, count, timeout);
}

static ssize_t fail_preadv2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  return fails(TRANSFER) ? -1 : preadv2(fd, parts, count, offset, flags);
}

static ssize_t fail_pwritev2(int fd, const struct iovec *parts, int count, off_t offset, int flags) {
  return fails(TRANSFER) ? -1 : pwritev2(fd, parts, count, offset, flags);
}

static void *fail_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  if (fails(MAP)) return MAP_FAILED;
  void *memory = mmap(address, length, protection, flags, fd, offset);
  if (memory != MAP_FAILED) rdo_atomic_add(&live_mappings, 1, rdo_acq_rel);
  return memory;
}

static int count_munmap(void *address, size_t length) {
  rdo_atomic_sub(&live_mappings, 1, rdo_acq_rel);
  return munmap(address, length);
}

static const struct rdo_io_os os = {
    .preadv2 = fail_preadv2, .pwritev2 = fail_pwritev2, .ppoll = fail_poll, .fstat = fail_fstat, .eventfd = fail_eventfd,
    .read = fail_read, .write = fail_write, .close = close, .thread_create = fail_thread, .uring_setup = fail_setup,
    .uring_enter = fail_enter, .uring_register = fail_register, .mmap = fail_mmap, .munmap = count_munmap};

static void stop(const char *what, enum rondo_status status) {
  inject_end();
  fprintf(stderr, "%s %u%s with %s: %s: %s\n", call_names[failing_call], inject.target, inject.fails_from_on ? " and all after it" : "",
          strerror(failing_error), what, rondo_status_name(status));
  exit(1);
}

// What is run ----------------------------------------------------------------------------------------

enum { OPERATION_COUNT = 16, BLOCK_BYTES = 3000, CHUNK_BYTES = 1000 };

struct operation {
  struct rdo_io io;
  rdo_atomic_u32 call_count;
  enum rondo_status status;
  sem_t done;
  uint8_t data[BLOCK_BYTES];
};

static struct operation operations[OPERATION_COUNT];

static void finish(void *user, enum rondo_status status, uint64_t bytes_done) {
  struct operation *operation = user;
  if (rdo_atomic_add(&operation->call_count, 1, rdo_acq_rel) != 0) stop("called back twice", status);
  if (status == RONDO_OK && operation->io.kind != RDO_IO_TIMER && bytes_done != operation->io.length) stop("moved another length", status);
  operation->status = status;
  sem_post(&operation->done);
}

static void prepare(struct operation *operation, enum rdo_io_kind kind, int fd, uint64_t offset, uint64_t length) {
  operation->io = (struct rdo_io){.kind = kind, .fd = fd, .offset = offset, .data = operation->data, .length = length,
                                  .callback = finish, .user = operation};
  rdo_atomic_store(&operation->call_count, 0, rdo_release);
  sem_init(&operation->done, 0, 0);
}

static void check_end(const struct operation *operation) {
  if (rdo_atomic_load(&operation->call_count, rdo_acquire) != 1) stop("callbacks", (enum rondo_status)rdo_atomic_load(&operation->call_count, rdo_acquire));
  bool has_failed = inject_has_failed();
  enum rondo_status status = operation->status;
  if (status != RONDO_OK && status != RONDO_CANCELLED && !has_failed) stop("failed without a cause", status);
  if (status != RONDO_OK && status != RONDO_CANCELLED && status != RONDO_RESOURCE_EXHAUSTED && status != RONDO_DATA_LOSS) {
    stop("is not what the error means", status);
  }
}

// The first twelve end by themselves, the others when they are cancelled or destroyed.
static void use(struct rdo_proactor *proactor, int file_fd, int pipe_fds[2], int silent_fd) {
  usleep(200);  // the polling thread sleeps by now, and has to be woken
  for (int i = 0; i < OPERATION_COUNT; ++i) {
    struct operation *operation = &operations[i];
    if (i >= 12) {
      prepare(operation, i % 2 == 0 ? RDO_IO_TIMER : RDO_IO_READ, silent_fd, RDO_IO_CURRENT, 8);
      operation->io.deadline_ns = RDO_DEADLINE_NONE;
    } else if (i % 3 == 0) {
      prepare(operation, RDO_IO_TIMER, -1, 0, 0);
      operation->io.deadline_ns = rdo_clock_now_ns() + 50000 * i;
    } else if (i % 3 == 1) {
      prepare(operation, i % 2 == 0 ? RDO_IO_WRITE : RDO_IO_READ, file_fd, (uint64_t)i * BLOCK_BYTES, BLOCK_BYTES);
    } else {
      prepare(operation, i % 2 == 0 ? RDO_IO_WRITE : RDO_IO_READ, pipe_fds[i % 2 == 0], RDO_IO_CURRENT, 8);
    }
    rdo_proactor_submit(proactor, &operation->io);
  }
  for (int i = 0; i < 12; ++i) {
    // What a failed write to the pipe leaves undone, its reader waits for.
    if (i % 3 == 2 && i % 2 == 1 && inject_has_failed()) (void)rdo_proactor_cancel(proactor, &operations[i].io);
    while (sem_wait(&operations[i].done) != 0) continue;
  }
  usleep(200);
  (void)rdo_proactor_cancel(proactor, &operations[12].io);
  (void)rdo_proactor_cancel(proactor, &operations[13].io);
}

static void use_files(struct rdo_proactor *proactor) {
  int file_fd = memfd_create("fault", MFD_CLOEXEC), pipe_fds[2], silent_fds[2];
  if (file_fd < 0 || ftruncate(file_fd, (OPERATION_COUNT + 1) * BLOCK_BYTES) != 0 || pipe(pipe_fds) != 0 || pipe(silent_fds) != 0) abort();
  // So that no reader waits when a writer before it has failed unseen.
  if (write(pipe_fds[1], "0123456789abcdef", 16) != 16) abort();
  use(proactor, file_fd, pipe_fds, silent_fds[0]);
  rdo_proactor_destroy(proactor);
  for (int i = 0; i < OPERATION_COUNT; ++i) check_end(&operations[i]);
  close(file_fd);
  for (int i = 0; i < 2; ++i) {
    close(pipe_fds[i]);
    close(silent_fds[i]);
  }
}

// One run. Returns whether something was made to fail.
static bool run(enum rdo_proactor_backend backend) {
  const struct rdo_proactor_options options = {.backend = backend, .entry_count = 4, .chunk_bytes_max = CHUNK_BYTES, .os = &os};
  struct rdo_proactor *proactor;
  struct rondo_diag diag = {.status = RONDO_OK};
  uint32_t blocks = inject_live_blocks(), mappings = rdo_atomic_load(&live_mappings, rdo_acquire);
  int file_count = inject_count_entries("/proc/self/fd");
  inject_begin(inject.target == 0 ? 0 : kind_of(failing_call));
  enum rondo_status status = rdo_proactor_create(&options, &proactor, &diag);
  if (status == RONDO_OK) use_files(proactor);
  inject_end();
  bool has_failed = inject_has_failed();
  if (status != RONDO_OK) {
    if (!has_failed && inject.target != 0) stop("create failed without a cause", status);
    if (proactor != NULL || diag.message_length <= 0) stop("create failed without words", status);
    if (status != RONDO_RESOURCE_EXHAUSTED && status != RONDO_UNAVAILABLE) stop("create reports something else", status);
  }
  if (inject_live_blocks() != blocks) stop("memory is left", status);
  if (rdo_atomic_load(&live_mappings, rdo_acquire) != mappings) stop("a mapping is left", status);
  if (inject_count_entries("/proc/self/fd") != file_count) stop("a file is left open", status);
  return has_failed || (inject.target == 0 && status != RONDO_OK);
}

// Calls without which nothing can ever be over fail one at a time only.
static bool may_persist(enum call call) { return call < ENTER; }

static void fail_each(enum rdo_proactor_backend backend, const char *name) {
  for (failing_call = 0; failing_call < CALL_COUNT; ++failing_call) {
    uint32_t count = 0;
    for (int i = 0; errors[failing_call][i] != 0; ++i) {
      failing_error = errors[failing_call][i];
      for (int persistent = 0; persistent <= may_persist(failing_call); ++persistent) {
        // A transfer that is interrupted every time never ends.
        if (persistent && failing_error == EINTR) continue;
        inject.fails_from_on = persistent;
        // How often threads sleep depends on the day.
        for (inject.target = 1; inject.target <= 200 && run(backend); ++inject.target) ++count;
      }
    }
    printf("%s: %s: %u failed\n", name, call_names[failing_call], count);
  }
}

int main(void) {
  alarm(100);  // a hang ends the program
  inject.target = 0;
  bool has_ring = !run(RDO_PROACTOR_URING);
  fail_each(RDO_PROACTOR_THREADS, "threads");
  if (has_ring) {
    fail_each(RDO_PROACTOR_URING, "the ring");
    fail_each(RDO_PROACTOR_AUTO, "either");
  } else {
    printf("the ring is left out\n");
  }
  inject.target = 0;
  return run(RDO_PROACTOR_AUTO);
}
