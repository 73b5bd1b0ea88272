// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The proactor and its back ends, to each other. All of it runs on the polling thread unless said.

#ifndef RDO_ASYNC_PROACTOR_IMPL_H_
#define RDO_ASYNC_PROACTOR_IMPL_H_

#include <pthread.h>

#include "async/io_os.h"
#include "async/proactor.h"
#include "base/clock.h"
#include "base/object.h"

// A back end performs transfers; proactor.c knows what they mean, and the timers.
struct rdo_proactor_driver {
  enum rdo_proactor_backend backend;
  // On the thread that creates the proactor; sets proactor->driver_state.
  enum rondo_status (*create)(struct rdo_proactor *proactor, struct rondo_diag *diag);
  enum rondo_status (*start)(struct rdo_proactor *proactor, struct rondo_diag *diag);
  // Begins an operation, or goes on with it; rdo_proactor_transferred says how it went, never from inside.
  void (*begin)(struct rdo_proactor *proactor, struct rdo_io *io);
  // io->has_cancel is set. May end it from inside with rdo_proactor_cancelled, or leave it to its result.
  void (*cancel)(struct rdo_proactor *proactor, struct rdo_io *io);
  // Sends what has begun, then sleeps until something is over, a wake comes, or the deadline; with
  // deadline 0 it does not sleep.
  void (*wait)(struct rdo_proactor *proactor, int64_t deadline_ns);
  // Reports what is over.
  void (*reap)(struct rdo_proactor *proactor);
  // Accepts what create or start left half-built. Nothing is in flight.
  void (*destroy)(struct rdo_proactor *proactor);
};

extern const struct rdo_proactor_driver rdo_proactor_driver_threads;
#ifdef RDO_HAVE_IO_URING
extern const struct rdo_proactor_driver rdo_proactor_driver_uring;
#endif

enum { RDO_MESSAGE_SUBMIT, RDO_MESSAGE_CANCEL, RDO_MESSAGE_RESULT, RDO_MESSAGE_STOP };

struct rdo_proactor {
  const struct rdo_proactor_driver *driver;  // const after create
  void *driver_state;
  const struct rdo_io_os *os;
  struct rdo_proactor_options options;       // with the defaults filled in
  struct rondo_diag refusal;                 // of the ring
  int wake_fd;                               // an eventfd
  pthread_t thread;
  struct rdo_inbox inbox;                    // SYNC(inbox), owner: polling thread
  struct rdo_inbox_node stop_message;
  // The polling thread's.
  uint64_t wakes_taken;
  uint64_t live_count;                       // operations begun, callbacks not run
  struct rdo_io_link live;
  struct rdo_timer_heap timers;
  bool is_stopping;
  // Of the start.
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool is_started;                           // lock: lock
  enum rondo_status start_status;            // lock: lock
  struct rondo_diag *start_diag;             // create's, until is_started
};

// From back ends. A transfer moved `result` bytes, or failed with an errno below zero.
void rdo_proactor_transferred(struct rdo_proactor *proactor, struct rdo_io *io, int64_t result);
// The descriptor is ready now.
void rdo_proactor_ready(struct rdo_proactor *proactor, struct rdo_io *io);
// The operation is in nobody's hands any more.
void rdo_proactor_cancelled(struct rdo_proactor *proactor, struct rdo_io *io);
// The operation can go no further.
void rdo_proactor_failed(struct rdo_proactor *proactor, struct rdo_io *io, enum rondo_status status);

// The eventfd is readable.
void rdo_proactor_take_wake(struct rdo_proactor *proactor);

// Whether an operation is to end as soon as possible; all are while the proactor stops.
static inline bool rdo_proactor_is_cancelled(const struct rdo_proactor *proactor, const struct rdo_io *io) {
  return io->has_cancel || proactor->is_stopping;
}

// Hands a message to the polling thread. From any thread.
void rdo_proactor_post(struct rdo_proactor *proactor, struct rdo_inbox_node *message, uint32_t kind);

// Starts a thread that takes no signals but those that its own faults raise. From any thread.
enum rondo_status rdo_proactor_start_thread(struct rdo_proactor *proactor, pthread_t *out_thread, void *(*run)(void *),
                                            void *user, struct rondo_diag *diag);
// What each of the threads does first.
enum rondo_status rdo_proactor_enter_thread(struct rdo_proactor *proactor, const char *name, struct rondo_diag *diag);

// Lists: a circle with its head ------------------------------------------------------------------------

#define RDO_IO_OF(pointer, member) RDO_CONTAINER(pointer, struct rdo_io, member)

static inline void rdo_io_list_init(struct rdo_io_link *list) { list->next = list->previous = list; }

static inline bool rdo_io_list_is_empty(const struct rdo_io_link *list) { return list->next == list; }

static inline void rdo_io_list_insert_after(struct rdo_io_link *place, struct rdo_io_link *link) {
  link->next = place->next;
  link->previous = place;
  place->next->previous = link;
  place->next = link;
}

static inline void rdo_io_list_append(struct rdo_io_link *list, struct rdo_io_link *link) { rdo_io_list_insert_after(list->previous, link); }

static inline void rdo_io_list_remove(struct rdo_io_link *link) {
  link->previous->next = link->next;
  link->next->previous = link->previous;
  link->next = link->previous = NULL;
}

#endif  // RDO_ASYNC_PROACTOR_IMPL_H_
