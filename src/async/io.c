// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/io.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "async/io_os.h"
#include "base/checked.h"

enum rondo_status rdo_io_begin(struct rdo_io *io) {
  io->bytes_done = 0;
  io->needs_poll = false;
  if (io->kind == RDO_IO_TIMER) return RONDO_DEFERRED;
  if (io->length == 0) return RONDO_OK;
  if (io->offset != RDO_IO_CURRENT && !rdo_range_fits(io->offset, io->length, INT64_MAX)) return RONDO_INVALID_ARGUMENT;
  return RONDO_DEFERRED;
}

int64_t rdo_io_transfer(const struct rdo_io_os *os, const struct rdo_io *io, uint64_t length_max, int flags) {
  struct iovec part = {(uint8_t *)io->data + io->bytes_done, (size_t)rdo_io_left(io, length_max)};
  off_t position = (off_t)rdo_io_position(io);
  ssize_t count = io->kind == RDO_IO_READ ? os->preadv2(io->fd, &part, 1, position, flags) : os->pwritev2(io->fd, &part, 1, position, flags);
  return count < 0 ? -(int64_t)errno : (int64_t)count;
}

enum rondo_status rdo_io_status_of(int error) {
  switch (error) {
    case ECANCELED: return RONDO_CANCELLED;
    case EBADF: return RONDO_FAILED_PRECONDITION;
    case EACCES: case EPERM: case EROFS: case ETXTBSY: return RONDO_PERMISSION_DENIED;
    case ENOSPC: case EDQUOT: case ENOMEM: case ENOBUFS: case EMFILE: case ENFILE: return RONDO_RESOURCE_EXHAUSTED;
    case EPIPE: case ECONNRESET: case ENOTCONN: return RONDO_UNAVAILABLE;
    case EFBIG: return RONDO_OUT_OF_RANGE;
    case EINVAL: case EFAULT: case EISDIR: case EOVERFLOW: return RONDO_INVALID_ARGUMENT;
    case EOPNOTSUPP: case ENOSYS: return RONDO_UNIMPLEMENTED;
    default: return RONDO_DATA_LOSS;
  }
}

enum rondo_status rdo_io_advance(struct rdo_io *io, int64_t result) {
  io->needs_poll = false;
  if (result > 0) {
    io->bytes_done += (uint64_t)result;
    return io->bytes_done == io->length ? RONDO_OK : RONDO_DEFERRED;
  }
  // Nothing was moved and nothing is wrong: the end of what is read, or a device that takes no more.
  if (result == 0) return io->kind == RDO_IO_READ ? RONDO_OUT_OF_RANGE : RONDO_DATA_LOSS;
  if (result == -EINTR) return RONDO_DEFERRED;
  if (result == -EAGAIN) {
    io->needs_poll = true;
    return RONDO_DEFERRED;
  }
  if (result == -ESPIPE && io->offset != RDO_IO_CURRENT) {
    io->offset = RDO_IO_CURRENT;
    return RONDO_DEFERRED;
  }
  return rdo_io_status_of((int)-result);
}

// The calling thread's own way ------------------------------------------------------------------------

// Writing may raise these two on the thread that writes; by default they end the process.
struct held_signals {
  sigset_t set;
  sigset_t mask_before;
  bool was_pending;
};

static void hold_signals(struct held_signals *held) {
  sigset_t pending;
  sigemptyset(&held->set);
  sigaddset(&held->set, SIGPIPE);
  sigaddset(&held->set, SIGXFSZ);
  sigpending(&pending);
  held->was_pending = sigismember(&pending, SIGPIPE) == 1 || sigismember(&pending, SIGXFSZ) == 1;
  pthread_sigmask(SIG_BLOCK, &held->set, &held->mask_before);
}

// Takes back what this write has raised, and leaves alone what the caller may wait for.
static void unhold_signals(const struct held_signals *held, enum rondo_status status) {
  static const struct timespec now = {0, 0};
  bool may_have_raised = status == RONDO_UNAVAILABLE || status == RONDO_OUT_OF_RANGE;
  if (may_have_raised && !held->was_pending) (void)sigtimedwait(&held->set, NULL, &now);
  pthread_sigmask(SIG_SETMASK, &held->mask_before, NULL);
}

static void wait_until_ready(const struct rdo_io_os *os, const struct rdo_io *io) {
  struct pollfd ready = {.fd = io->fd, .events = io->kind == RDO_IO_READ ? POLLIN : POLLOUT};
  (void)os->ppoll(&ready, 1, NULL);  // a failure shows at the transfer
}

enum rondo_status rdo_io_perform(const struct rdo_io_os *os, struct rdo_io *io) {
  if (io->kind == RDO_IO_TIMER) return RONDO_INVALID_ARGUMENT;
  enum rondo_status status = rdo_io_begin(io);
  if (status != RONDO_DEFERRED) return status;
  bool is_write = io->kind == RDO_IO_WRITE;
  struct held_signals held;
  if (is_write) hold_signals(&held);
  while (status == RONDO_DEFERRED) {
    if (io->needs_poll) wait_until_ready(os, io);
    status = rdo_io_advance(io, rdo_io_transfer(os, io, UINT64_MAX, 0));
  }
  if (is_write) unhold_signals(&held, status);
  return status;
}
