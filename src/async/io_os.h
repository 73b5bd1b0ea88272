// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the proactor asks of the operating system, as a table: tests put failures, short transfers and
// counters in front of the entries. Each has the meaning of the call it is named after; -1 and errno say
// that it failed (thread_create returns the error).

#ifndef RDO_ASYNC_IO_OS_H_
#define RDO_ASYNC_IO_OS_H_

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

struct rdo_io_os {
  // Transfers; offset -1 is the current position.
  ssize_t (*preadv2)(int fd, const struct iovec *parts, int part_count, off_t offset, int flags);
  ssize_t (*pwritev2)(int fd, const struct iovec *parts, int part_count, off_t offset, int flags);
  int (*ppoll)(struct pollfd *fds, nfds_t count, const struct timespec *timeout);  // NULL = none
  int (*fstat)(int fd, struct stat *info);
  // The descriptor that wakes the polling thread.
  int (*eventfd)(unsigned value, int flags);
  ssize_t (*read)(int fd, void *data, size_t length);
  ssize_t (*write)(int fd, const void *data, size_t length);
  int (*close)(int fd);
  int (*thread_create)(pthread_t *out_thread, void *(*run)(void *), void *user);
  // The ring.
  int (*uring_setup)(uint32_t entry_count, void *params);  // struct io_uring_params
  int (*uring_enter)(int ring_fd, uint32_t submit_count, uint32_t complete_count, uint32_t flags, const void *argument, size_t argument_bytes);
  int (*uring_register)(int ring_fd, uint32_t operation, void *argument, uint32_t count);
  void *(*mmap)(void *address, size_t length, int protection, int flags, int fd, off_t offset);
  int (*munmap)(void *address, size_t length);
};

extern const struct rdo_io_os rdo_io_os_linux;

#endif  // RDO_ASYNC_IO_OS_H_
