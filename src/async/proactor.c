// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The polling thread: messages from other threads, timers, what results mean, and callbacks. What moves the
// bytes is a driver (proactor_uring.c, proactor_threads.c).

#include "async/proactor_impl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

#include "base/alloc.h"

enum { CHUNK_BYTES_MAX = 1 << 30 };
#ifdef RDO_HOSTILE
enum { THREAD_COUNT = 1, ENTRY_COUNT = 2, CHUNK_BYTES = 64 << 10 };
#else
enum { THREAD_COUNT = 2, ENTRY_COUNT = 64, CHUNK_BYTES = CHUNK_BYTES_MAX };
#endif

// io->state, SYNC(cancel).
enum { IDLE, LIVE, CANCELLING };

// Messages --------------------------------------------------------------------------------------------

void rdo_proactor_post(struct rdo_proactor *proactor, struct rdo_inbox_node *message, uint32_t kind) {
  // Read before the push: after it the operation may end, and with it the proactor. Unless the push owes the
  // wake: then the polling thread waits for that one.
  const struct rdo_io_os *os = proactor->os;
  int wake_fd = proactor->wake_fd;
  static const uint64_t one = 1;
  message->kind = kind;
  if (!rdo_inbox_push(&proactor->inbox, message)) return;  // SYNC(inbox)
  // There is no other way to wake it, and no way for this to fail but a signal.
  while (os->write(wake_fd, &one, sizeof one) < 0) continue;
}

void rdo_proactor_take_wake(struct rdo_proactor *proactor) {
  uint64_t count;
  // SYNC(inbox): whoever wrote is done with the proactor.
  if (proactor->os->read(proactor->wake_fd, &count, sizeof count) == (ssize_t)sizeof count) proactor->wakes_taken += count;
}

void rdo_proactor_submit(struct rdo_proactor *proactor, struct rdo_io *io) {
  rdo_atomic_store(&io->state, LIVE, rdo_relaxed);  // relaxed: ordered by SYNC(inbox)
  rdo_proactor_post(proactor, &io->message, RDO_MESSAGE_SUBMIT);
}

bool rdo_proactor_cancel(struct rdo_proactor *proactor, struct rdo_io *io) {
  uint32_t expected = LIVE;
  // SYNC(cancel): from here until the message has come the polling thread does not call back. Pairs with
  // end_operation. Forbidden: the callback frees the operation, and then the message is linked into it.
  // Shown by: tests/models/cancel.pml, tests/stress/proactor.c
  if (!rdo_atomic_cas(&io->state, &expected, CANCELLING, rdo_acq_rel, rdo_acquire)) return false;
  rdo_proactor_post(proactor, &io->cancel_message, RDO_MESSAGE_CANCEL);
  return true;
}

// The course of an operation --------------------------------------------------------------------------

static void call_back(struct rdo_proactor *proactor, struct rdo_io *io, enum rondo_status status) {
  --proactor->live_count;
  io->callback(io->user, status, io->bytes_done);  // last touch of it
}

static void end_operation(struct rdo_proactor *proactor, struct rdo_io *io, enum rondo_status status) {
  rdo_io_list_remove(&io->live);
  uint32_t expected = LIVE;
  // SYNC(cancel): the operation is either ended before it can be cancelled, or its cancel message is on its
  // way, and the callback, which may free it, waits for that.
  bool is_cancelling = !rdo_atomic_cas(&io->state, &expected, IDLE, rdo_acq_rel, rdo_acquire);
  if (is_cancelling && !io->has_cancel) {
    io->is_held = true;
    io->status = status;
    return;
  }
  // relaxed: ordered by SYNC(cancel), the canceller is done with it
  if (is_cancelling) rdo_atomic_store(&io->state, IDLE, rdo_relaxed);
  call_back(proactor, io, status);
}

static void begin_operation(struct rdo_proactor *proactor, struct rdo_io *io) {
  io->has_cancel = io->is_held = io->is_polling = io->is_queued = io->is_counted = false;
  ++proactor->live_count;
  rdo_io_list_append(&proactor->live, &io->live);
  enum rondo_status status = rdo_io_begin(io);
  if (status != RONDO_DEFERRED || proactor->is_stopping) {
    end_operation(proactor, io, status != RONDO_DEFERRED ? status : RONDO_CANCELLED);
  } else if (io->kind == RDO_IO_TIMER) {
    rdo_timer_heap_insert(&proactor->timers, &io->timer, io->deadline_ns);
  } else {
    proactor->driver->begin(proactor, io);
  }
}

static void cancel_operation(struct rdo_proactor *proactor, struct rdo_io *io) {
  if (io->kind != RDO_IO_TIMER) {
    proactor->driver->cancel(proactor, io);
    return;
  }
  rdo_timer_heap_remove(&proactor->timers, &io->timer);
  end_operation(proactor, io, RONDO_CANCELLED);
}

static void take_cancel_message(struct rdo_proactor *proactor, struct rdo_io *io) {
  io->has_cancel = true;
  if (io->is_held) {
    rdo_atomic_store(&io->state, IDLE, rdo_relaxed);  // relaxed: ordered by SYNC(cancel), its message has come
    call_back(proactor, io, io->status);
  } else {
    cancel_operation(proactor, io);
  }
}

void rdo_proactor_ready(struct rdo_proactor *proactor, struct rdo_io *io) {
  io->needs_poll = false;
  if (rdo_proactor_is_cancelled(proactor, io)) {
    end_operation(proactor, io, RONDO_CANCELLED);
  } else {
    proactor->driver->begin(proactor, io);
  }
}

void rdo_proactor_transferred(struct rdo_proactor *proactor, struct rdo_io *io, int64_t result) {
  enum rondo_status status = rdo_io_advance(io, result);
  if (status == RONDO_DEFERRED && rdo_proactor_is_cancelled(proactor, io)) status = RONDO_CANCELLED;
  if (status == RONDO_DEFERRED) {
    proactor->driver->begin(proactor, io);
  } else {
    end_operation(proactor, io, status);
  }
}

void rdo_proactor_cancelled(struct rdo_proactor *proactor, struct rdo_io *io) { end_operation(proactor, io, RONDO_CANCELLED); }

void rdo_proactor_failed(struct rdo_proactor *proactor, struct rdo_io *io, enum rondo_status status) { end_operation(proactor, io, status); }

// Callbacks run in here, but none of them can end another operation, so `next` stays.
static void stop(struct rdo_proactor *proactor) {
  proactor->is_stopping = true;
  struct rdo_io_link *next;
  for (struct rdo_io_link *link = proactor->live.next; link != &proactor->live; link = next) {
    next = link->next;
    struct rdo_io *io = RDO_IO_OF(link, live);
    if (!io->has_cancel) cancel_operation(proactor, io);
  }
}

// The polling thread ----------------------------------------------------------------------------------

static void take_message(struct rdo_proactor *proactor, struct rdo_inbox_node *node) {
  switch (node->kind) {
    case RDO_MESSAGE_SUBMIT: begin_operation(proactor, RDO_IO_OF(node, message)); break;
    case RDO_MESSAGE_CANCEL: take_cancel_message(proactor, RDO_IO_OF(node, cancel_message)); break;
    case RDO_MESSAGE_RESULT: rdo_proactor_transferred(proactor, RDO_IO_OF(node, message), RDO_IO_OF(node, message)->result); break;
    case RDO_MESSAGE_STOP: stop(proactor); break;
    default: break;
  }
}

static void expire_timers(struct rdo_proactor *proactor) {
  if (proactor->timers.first == NULL) return;
  int64_t now_ns = rdo_clock_now_ns();
  for (struct rdo_timer *timer; (timer = proactor->timers.first) != NULL && timer->deadline_ns <= now_ns;) {
    rdo_timer_heap_remove(&proactor->timers, timer);
    end_operation(proactor, RDO_IO_OF(timer, timer), RONDO_OK);
  }
}

// Nothing is in flight, and everybody who had to wake this thread has done so and is gone.
static bool is_finished(const struct rdo_proactor *proactor) {
  return proactor->is_stopping && proactor->live_count == 0 && proactor->wakes_taken == proactor->inbox.wakes_owed;
}

static void poll_until_stopped(struct rdo_proactor *proactor) {
  // Messages of callbacks are taken along before the next system call, but so many in a row may not keep
  // the results of others waiting.
  enum { ROUNDS_WITHOUT_WAIT_MAX = 8 };
  for (uint32_t round = 1;; ++round) {
    struct rdo_inbox_node *next, *node = rdo_inbox_take(&proactor->inbox);  // SYNC(inbox)
    proactor->driver->reap(proactor);
    for (; node != NULL; node = next) {
      next = node->next;  // the node is the caller's again when its callback has run
      take_message(proactor, node);
    }
    expire_timers(proactor);
    if (is_finished(proactor)) return;
    bool may_sleep = rdo_inbox_park(&proactor->inbox);  // SYNC(inbox)
    if (!may_sleep && round % ROUNDS_WITHOUT_WAIT_MAX != 0) continue;
    int64_t deadline_ns = proactor->timers.first == NULL ? RDO_DEADLINE_NONE : proactor->timers.first->deadline_ns;
    proactor->driver->wait(proactor, may_sleep ? deadline_ns : 0);
  }
}

static enum rondo_status use_driver(struct rdo_proactor *proactor, const struct rdo_proactor_driver *driver, struct rondo_diag *diag) {
  proactor->driver = driver;
  enum rondo_status status = driver->create(proactor, diag);
  if (status != RONDO_OK) driver->destroy(proactor);
  return status;
}

// AUTO goes on with threads when the kernel refuses the ring only now.
static enum rondo_status start_driver(struct rdo_proactor *proactor, struct rondo_diag *diag) {
  RDO_TRY(rdo_proactor_enter_thread(proactor, "rondo-io", diag));
  if (proactor->driver->backend == RDO_PROACTOR_THREADS) return proactor->driver->start(proactor, diag);
  enum rondo_status status = proactor->driver->start(proactor, &proactor->refusal);
  if (status == RONDO_OK) return RONDO_OK;
  if (proactor->options.backend == RDO_PROACTOR_URING) return rdo_fail(diag, status, "%s", proactor->refusal.message);
  proactor->driver->destroy(proactor);
  RDO_TRY(use_driver(proactor, &rdo_proactor_driver_threads, diag));
  return proactor->driver->start(proactor, diag);
}

static void *run(void *user) {
  struct rdo_proactor *proactor = user;
  (void)prctl(PR_SET_TIMERSLACK, 1);  // ns; the default lets every timer be 50 µs late
  enum rondo_status status = start_driver(proactor, proactor->start_diag);
  pthread_mutex_lock(&proactor->lock);
  proactor->is_started = true;
  proactor->start_status = status;
  pthread_cond_signal(&proactor->changed);
  pthread_mutex_unlock(&proactor->lock);
  if (status == RONDO_OK) poll_until_stopped(proactor);
  if (proactor->driver_state != NULL) proactor->driver->destroy(proactor);
  return NULL;
}

enum rondo_status rdo_proactor_start_thread(struct rdo_proactor *proactor, pthread_t *out_thread, void *(*run_thread)(void *),
                                            void *user, struct rondo_diag *diag) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; ++i) sigdelset(&blocked, faults[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  int error = proactor->os->thread_create(out_thread, run_thread, user);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error == 0 ? RONDO_OK : rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "cannot create an I/O thread: %s", strerror(error));
}

enum rondo_status rdo_proactor_enter_thread(struct rdo_proactor *proactor, const char *name, struct rondo_diag *diag) {
  (void)prctl(PR_SET_NAME, name);
  return proactor->options.on_thread_start == NULL ? RONDO_OK : proactor->options.on_thread_start(proactor->options.user, diag);
}

// Create and destroy ----------------------------------------------------------------------------------

static void set_options(struct rdo_proactor *proactor, const struct rdo_proactor_options *options) {
  struct rdo_proactor_options *own = &proactor->options;
  if (options != NULL) *own = *options;
  if (own->thread_count == 0) own->thread_count = THREAD_COUNT;
  if (own->entry_count == 0) own->entry_count = ENTRY_COUNT;
  if (own->chunk_bytes_max == 0) own->chunk_bytes_max = CHUNK_BYTES;
  if (own->chunk_bytes_max > CHUNK_BYTES_MAX) own->chunk_bytes_max = CHUNK_BYTES_MAX;
  proactor->os = own->os != NULL ? own->os : &rdo_io_os_linux;
}

static enum rondo_status create_driver(struct rdo_proactor *proactor, struct rondo_diag *diag) {
  enum rdo_proactor_backend wanted = proactor->options.backend;
  if (wanted == RDO_PROACTOR_THREADS) return use_driver(proactor, &rdo_proactor_driver_threads, diag);
#ifdef RDO_HAVE_IO_URING
  enum rondo_status status = use_driver(proactor, &rdo_proactor_driver_uring, &proactor->refusal);
#else
  enum rondo_status status = rdo_fail(&proactor->refusal, RONDO_UNAVAILABLE, "io_uring: left out of this build");
#endif
  if (status == RONDO_OK) return RONDO_OK;
  if (wanted == RDO_PROACTOR_URING) return rdo_fail(diag, status, "%s", proactor->refusal.message);
  return use_driver(proactor, &rdo_proactor_driver_threads, diag);
}

static void free_proactor(struct rdo_proactor *proactor) {
  if (proactor->driver_state != NULL) proactor->driver->destroy(proactor);
  if (proactor->wake_fd >= 0) proactor->os->close(proactor->wake_fd);
  pthread_cond_destroy(&proactor->changed);
  pthread_mutex_destroy(&proactor->lock);
  rdo_free(proactor);
}

// Waits for the polling thread's word; when that is a failure, for its end, too.
static enum rondo_status await_start(struct rdo_proactor *proactor) {
  pthread_mutex_lock(&proactor->lock);
  while (!proactor->is_started) pthread_cond_wait(&proactor->changed, &proactor->lock);
  enum rondo_status status = proactor->start_status;
  pthread_mutex_unlock(&proactor->lock);
  if (status != RONDO_OK) pthread_join(proactor->thread, NULL);
  return status;
}

enum rondo_status rdo_proactor_create(const struct rdo_proactor_options *options, struct rdo_proactor **out_proactor, struct rondo_diag *diag) {
  *out_proactor = NULL;
  struct rdo_proactor *proactor;
  RDO_TRY(rdo_alloc(sizeof *proactor, &proactor, diag));
  set_options(proactor, options);
  rdo_inbox_init(&proactor->inbox);
  rdo_io_list_init(&proactor->live);
  pthread_mutex_init(&proactor->lock, NULL);
  pthread_cond_init(&proactor->changed, NULL);
  proactor->start_diag = diag;
  enum rondo_status status = RONDO_OK;
  proactor->wake_fd = proactor->os->eventfd(0, EFD_CLOEXEC);
  if (proactor->wake_fd < 0) status = rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "cannot create an eventfd: %s", strerror(errno));
  if (status == RONDO_OK) status = create_driver(proactor, diag);
  if (status == RONDO_OK) status = rdo_proactor_start_thread(proactor, &proactor->thread, run, proactor, diag);
  if (status == RONDO_OK) status = await_start(proactor);
  if (status != RONDO_OK) {
    free_proactor(proactor);
    return status;
  }
  *out_proactor = proactor;
  return RONDO_OK;
}

void rdo_proactor_destroy(struct rdo_proactor *proactor) {
  if (proactor == NULL) return;
  rdo_proactor_post(proactor, &proactor->stop_message, RDO_MESSAGE_STOP);
  pthread_join(proactor->thread, NULL);
  free_proactor(proactor);
}

enum rdo_proactor_backend rdo_proactor_backend(const struct rdo_proactor *proactor) { return proactor->driver->backend; }

const char *rdo_proactor_refusal(const struct rdo_proactor *proactor) {
  return proactor->refusal.status != RONDO_OK ? proactor->refusal.message : NULL;
}
