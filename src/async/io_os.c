// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/io_os.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int poll_fds(struct pollfd *fds, nfds_t count, const struct timespec *timeout) { return ppoll(fds, count, timeout, NULL); }

static int create_eventfd(unsigned value, int flags) { return eventfd(value, flags); }

static int create_thread(pthread_t *out_thread, void *(*run)(void *), void *user) { return pthread_create(out_thread, NULL, run, user); }

// The C library has no names for these three.
#ifdef SYS_io_uring_setup
static int setup_ring(uint32_t entry_count, void *params) { return (int)syscall(SYS_io_uring_setup, entry_count, params); }

static int enter_ring(int ring_fd, uint32_t submit_count, uint32_t complete_count, uint32_t flags, const void *argument, size_t argument_bytes) {
  return (int)syscall(SYS_io_uring_enter, ring_fd, submit_count, complete_count, flags, argument, argument_bytes);
}

static int register_ring(int ring_fd, uint32_t operation, void *argument, uint32_t count) {
  return (int)syscall(SYS_io_uring_register, ring_fd, operation, argument, count);
}
#else
#define setup_ring NULL
#define enter_ring NULL
#define register_ring NULL
#endif

const struct rdo_io_os rdo_io_os_linux = {
    .preadv2 = preadv2,
    .pwritev2 = pwritev2,
    .ppoll = poll_fds,
    .fstat = fstat,
    .eventfd = create_eventfd,
    .read = read,
    .write = write,
    .close = close,
    .thread_create = create_thread,
    .uring_setup = setup_ring,
    .uring_enter = enter_ring,
    .uring_register = register_ring,
    .mmap = mmap,
    .munmap = munmap,
};
