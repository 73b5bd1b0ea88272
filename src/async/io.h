// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One transfer between memory and a descriptor, or one timer: what a proactor performs (proactor.h), and
// what rdo_io_perform performs on the calling thread, with the same meaning.
//
// READ and WRITE move exactly `length` bytes straight between the file and `data`. What the system moves
// in pieces is continued until all is done; more than 2 GiB is as good as one byte. Length 0 is OK and
// touches nothing, not even the descriptor. A write beyond the end of a file extends it, one to a
// descriptor in append mode goes to the end whatever its offset, as everywhere on Linux.
//
//   OK                  all `length` bytes; TIMER: the deadline has passed
//   OUT_OF_RANGE        READ: the file (or pipe) ends before that; WRITE: beyond the largest file allowed
//   CANCELLED           cancelled, or the proactor ended, before all was done
//   DATA_LOSS           the device or file system failed (EIO and the like)
//   FAILED_PRECONDITION the descriptor is closed, or not open for this direction
//   PERMISSION_DENIED   the system forbids it
//   RESOURCE_EXHAUSTED  no space or quota left, or no memory for the transfer
//   UNAVAILABLE         nobody reads the pipe any more
//   INVALID_ARGUMENT    bad memory, a directory, an offset beyond 2^63
//   UNIMPLEMENTED       the descriptor is of a kind that knows no such transfer
//
// `bytes_done` counts what was moved in every case.

#ifndef RDO_ASYNC_IO_H_
#define RDO_ASYNC_IO_H_

#include <stdbool.h>

#include "async/inbox.h"
#include "base/timer_heap.h"
#include "base/status.h"

struct rdo_io_os;

enum rdo_io_kind { RDO_IO_READ, RDO_IO_WRITE, RDO_IO_TIMER };

// As an offset: where the descriptor stands, for pipes and the like. (A descriptor without positions
// ignores any other offset.)
#define RDO_IO_CURRENT UINT64_MAX

struct rdo_io_link {
  struct rdo_io_link *next;
  struct rdo_io_link *previous;
};

struct rdo_io {
  // Set before submit, borrowed until the callback. `fd` stays open until then.
  enum rdo_io_kind kind;
  int fd;
  uint64_t offset;      // bytes, or RDO_IO_CURRENT
  void *data;           // of a WRITE: only read
  uint64_t length;      // bytes
  int64_t deadline_ns;  // TIMER: CLOCK_MONOTONIC; RDO_DEADLINE_NONE waits to be cancelled
  // Runs exactly once, on the proactor's polling thread, one callback at a time; must be short and must not
  // block. The operation is the caller's again: it may be submitted anew, or freed.
  void (*callback)(void *user, enum rondo_status status, uint64_t bytes_done);
  void *user;

  // The proactor's.
  struct rdo_inbox_node message;         // submitted; later a worker's result
  struct rdo_inbox_node cancel_message;
  rdo_atomic_u32 state;                  // SYNC(cancel)
  bool has_cancel;      // the cancel message has come
  bool is_held;         // it has ended, and waits for its cancel message
  bool needs_poll;      // the descriptor was not ready
  bool is_polling;      // back end: that is being waited for
  bool is_queued;       // back end: not in the hands of the system
  bool is_counted;      // back end: among those whose number in flight is limited
  enum rondo_status status;  // while held
  uint64_t bytes_done;
  int64_t result;            // of the worker
  uint32_t poll_index;       // back end: where it is polled
  struct rdo_io_link live;   // all that have begun and not ended
  struct rdo_io_link link;   // the back end's lists
  struct rdo_timer timer;
};

// Performs a READ or WRITE now, blocking the calling thread. A pipe that nobody reads is a status, never a
// signal to the process.
//   io       borrowed; callback and user are not used; io->bytes_done is set
//   thread   any      phase  steady
enum rondo_status rdo_io_perform(const struct rdo_io_os *os, struct rdo_io *io);

// The pieces that all ways of performing have in common ------------------------------------------------

// Checks an operation and sets it to its start.
//   returns  DEFERRED: there is something to transfer; else the operation has ended with this
enum rondo_status rdo_io_begin(struct rdo_io *io);

// Transfers at most `length_max` of what is left. `flags` are those of preadv2 and pwritev2.
//   returns  bytes, or an errno below zero
int64_t rdo_io_transfer(const struct rdo_io_os *os, const struct rdo_io *io, uint64_t length_max, int flags);

// What a transfer of `result` bytes (or an errno below zero) means. Sets needs_poll when the descriptor
// was not ready.
//   returns  DEFERRED: go on; else the operation has ended with this
enum rondo_status rdo_io_advance(struct rdo_io *io, int64_t result);

// What an errno means for an operation.
enum rondo_status rdo_io_status_of(int error);

// Bytes of the next transfer.
static inline uint64_t rdo_io_left(const struct rdo_io *io, uint64_t length_max) {
  uint64_t left = io->length - io->bytes_done;
  return left < length_max ? left : length_max;
}

// Where the next transfer begins, as system calls spell it.
static inline int64_t rdo_io_position(const struct rdo_io *io) {
  return io->offset == RDO_IO_CURRENT ? -1 : (int64_t)(io->offset + io->bytes_done);
}

#endif  // RDO_ASYNC_IO_H_
