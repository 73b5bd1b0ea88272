// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The proactor: transfers and timers that run while nobody waits for them. One polling thread takes what
// any thread submits, hands it to the kernel, and calls back when it is over. It sleeps in the kernel while
// there is nothing to do, and never polls.
//
// Two back ends with one meaning (tests/unit/async/proactor.c runs on both):
//   URING    a ring of the kernel (io_uring), created here, enabled and used by the polling thread alone
//   THREADS  worker threads for files, poll for pipes; where the kernel refuses the ring
//
//   operation: idle → submitted → in flight ⇄ (short transfer, not ready) → ended → callback
//                        └────────────┴── cancel: ends with CANCELLED unless it was done already
//
// Operations run in no particular order, except that timers end in the order of their deadlines.
// Transfers of files in flight are limited (to the ring's entries, or the workers); the others wait their
// turn. Operations at a descriptor's current position, that is those of pipes, may stay in flight for ever
// and are not limited (THREADS fails with RESOURCE_EXHAUSTED what is more than the process may have
// descriptors). No operation allocates (on THREADS, the first so many pipes at once do).

#ifndef RDO_ASYNC_PROACTOR_H_
#define RDO_ASYNC_PROACTOR_H_

#include "async/io.h"

struct rdo_proactor;

enum rdo_proactor_backend { RDO_PROACTOR_AUTO, RDO_PROACTOR_URING, RDO_PROACTOR_THREADS };

struct rdo_proactor_options {
  enum rdo_proactor_backend backend;  // AUTO: the ring, or threads where the kernel refuses it
  uint32_t thread_count;       // workers of THREADS; 0 = 2
  uint32_t entry_count;        // of the ring; 0 = 64; the kernel takes the next power of two
  uint64_t chunk_bytes_max;    // of one transfer in flight; 0 = 1 GiB, which is also the most
  // Called first on each thread that the proactor starts, to keep it off the CPUs of others. The kernel's
  // own threads for the ring are bound to what the polling thread is bound to afterwards. A failure fails
  // create, with its words. NULL = threads stay as they come.
  enum rondo_status (*on_thread_start)(void *user, struct rondo_diag *diag);
  void *user;
  const struct rdo_io_os *os;  // NULL = the system; kept
};

// Starts a proactor.
//   options       borrowed, but for `user` and `os`; NULL = all zero
//   out_proactor  owned by caller, end with rdo_proactor_destroy; NULL on error
//   returns       OK, RESOURCE_EXHAUSTED (memory, descriptors, threads), UNAVAILABLE (URING was asked for
//                 and is refused), or what on_thread_start returned
//   thread        any      phase  setup
enum rondo_status rdo_proactor_create(const struct rdo_proactor_options *options, struct rdo_proactor **out_proactor,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

// Cancels what is in flight, waits until each of it has had its callback, and ends the threads. A submit
// or cancel that has done its work need not have returned yet, but none may come after this. Callbacks that
// submit when they see CANCELLED would go on for ever. NULL is fine.
//   thread        any but the polling thread      phase  setup
void rdo_proactor_destroy(struct rdo_proactor *proactor);

// Submits an operation. It can fail only in its callback.
//   io       *keeps* it until the callback
//   thread   any, callbacks too      phase  rt (one system call, when the polling thread sleeps)
void rdo_proactor_submit(struct rdo_proactor *proactor, struct rdo_io *io);

// Asks for an early end. The caller sees to it that `io` is still there during the call; its callback may
// have run.
//   returns  true: the callback comes, with CANCELLED unless the operation was done first; false: nothing
//            to cancel, it is ending, has ended, or is being cancelled already
//   thread   any, callbacks too      phase  rt, as submit
bool rdo_proactor_cancel(struct rdo_proactor *proactor, struct rdo_io *io);

// URING or THREADS; never AUTO.
enum rdo_proactor_backend rdo_proactor_backend(const struct rdo_proactor *proactor);

// Why AUTO did not get the ring; NULL when it did, or was not asked to.
const char *rdo_proactor_refusal(const struct rdo_proactor *proactor);

#endif  // RDO_ASYNC_PROACTOR_H_
