// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The back end without a ring: workers that block in file transfers, and the polling thread in ppoll for
// all that becomes ready by itself (pipes, sockets, terminals), which nobody has to block for.
//
//   begin: has the descriptor positions? ── yes ── queue ── worker ── result by the inbox
//                          │
//                          no ── polled ── ready ── transfer here, without blocking

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "async/proactor_impl.h"
#include "base/alloc.h"

struct worker_pool {
  pthread_t *threads;
  uint32_t thread_count;     // that were created
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct rdo_io_link queue;  // lock: lock: operations that no worker has taken
  bool is_stopping;          // lock: lock
  uint32_t started_count;    // lock: lock
  enum rondo_status start_status;  // lock: lock: the first failure among the workers' starts
  struct rondo_diag *start_diag;   // lock: lock
  // The polling thread's.
  struct rdo_io_link streams;  // operations that wait for their descriptor
  uint32_t stream_count;
  struct pollfd *polls;        // [0] is the wake, then one for each stream of the last wait
  struct rdo_io **polled;      // [i] = operation of polls[i]; NULL = ended meanwhile
  size_t polls_capacity;
  size_t polled_capacity;
  uint32_t polled_count;       // of the last wait; 0 when it was reaped
};

// Workers ---------------------------------------------------------------------------------------------

// The next operation; NULL when the pool stops.
static struct rdo_io *await_operation(struct worker_pool *pool) {
  pthread_mutex_lock(&pool->lock);
  while (!pool->is_stopping && rdo_io_list_is_empty(&pool->queue)) pthread_cond_wait(&pool->changed, &pool->lock);
  struct rdo_io *io = NULL;
  if (!pool->is_stopping) {
    io = RDO_IO_OF(pool->queue.next, link);
    rdo_io_list_remove(&io->link);
    io->is_queued = false;
  }
  pthread_mutex_unlock(&pool->lock);
  return io;
}

static enum rondo_status enter_worker(struct rdo_proactor *proactor) {
  struct worker_pool *pool = proactor->driver_state;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_proactor_enter_thread(proactor, "rondo-io-worker", &diag);
  pthread_mutex_lock(&pool->lock);
  ++pool->started_count;
  if (status != RONDO_OK && pool->start_status == RONDO_OK) {
    pool->start_status = rdo_fail(pool->start_diag, status, "%s", diag.message);
  }
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
  return status;
}

static void *work(void *user) {
  struct rdo_proactor *proactor = user;
  struct worker_pool *pool = proactor->driver_state;
  if (enter_worker(proactor) != RONDO_OK) return NULL;
  for (struct rdo_io *io; (io = await_operation(pool)) != NULL;) {
    io->result = rdo_io_transfer(proactor->os, io, proactor->options.chunk_bytes_max, 0);
    rdo_proactor_post(proactor, &io->message, RDO_MESSAGE_RESULT);
  }
  return NULL;
}

// Begin and cancel ------------------------------------------------------------------------------------

// Whether the operation is one for workers: a file always answers, so blocking for it comes to an end.
//   returns  1, 0, or an errno below zero
static int is_file(const struct rdo_proactor *proactor, const struct rdo_io *io) {
  if (io->offset != RDO_IO_CURRENT) return !io->needs_poll;
  struct stat info;
  if (proactor->os->fstat(io->fd, &info) != 0) return -errno;
  return S_ISREG(info.st_mode) || S_ISBLK(info.st_mode) || S_ISDIR(info.st_mode);
}

static void enqueue(struct worker_pool *pool, struct rdo_io *io) {
  pthread_mutex_lock(&pool->lock);
  io->is_queued = true;
  rdo_io_list_append(&pool->queue, &io->link);
  pthread_cond_signal(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
}

static void begin(struct rdo_proactor *proactor, struct rdo_io *io) {
  struct worker_pool *pool = proactor->driver_state;
  int is_for_workers = is_file(proactor, io);
  if (is_for_workers < 0) {
    rdo_proactor_failed(proactor, io, rdo_io_status_of(-is_for_workers));
    return;
  }
  if (is_for_workers) {
    enqueue(pool, io);
    return;
  }
  size_t count = (size_t)pool->stream_count + 2;  // the wake and this one
  enum rondo_status status = rdo_grow_array(count, sizeof *pool->polls, &pool->polls_capacity, &pool->polls, NULL);
  if (status == RONDO_OK) status = rdo_grow_array(count, sizeof *pool->polled, &pool->polled_capacity, &pool->polled, NULL);
  if (status != RONDO_OK) {
    rdo_proactor_failed(proactor, io, status);
    return;
  }
  io->is_polling = true;
  io->poll_index = 0;
  rdo_io_list_append(&pool->streams, &io->link);
  ++pool->stream_count;
}

static void end_polling(struct worker_pool *pool, struct rdo_io *io) {
  rdo_io_list_remove(&io->link);
  --pool->stream_count;
  io->is_polling = false;
  if (io->poll_index != 0) pool->polled[io->poll_index] = NULL;
}

static bool try_dequeue(struct worker_pool *pool, struct rdo_io *io) {
  pthread_mutex_lock(&pool->lock);
  bool is_queued = io->is_queued;
  if (is_queued) rdo_io_list_remove(&io->link);
  io->is_queued = false;
  pthread_mutex_unlock(&pool->lock);
  return is_queued;
}

// What a worker has taken ends with its transfer.
static void cancel(struct rdo_proactor *proactor, struct rdo_io *io) {
  struct worker_pool *pool = proactor->driver_state;
  if (io->is_polling) {
    end_polling(pool, io);
    rdo_proactor_cancelled(proactor, io);
  } else if (try_dequeue(pool, io)) {
    rdo_proactor_cancelled(proactor, io);
  }
}

// Waiting ---------------------------------------------------------------------------------------------

static struct pollfd poll_of(const struct rdo_io *io) {
  return (struct pollfd){.fd = io->fd, .events = io->kind == RDO_IO_READ ? POLLIN : POLLOUT};
}

static void fill_polls(struct rdo_proactor *proactor, struct worker_pool *pool) {
  pool->polls[0] = (struct pollfd){.fd = proactor->wake_fd, .events = POLLIN};
  uint32_t index = 1;
  for (struct rdo_io_link *link = pool->streams.next; link != &pool->streams; link = link->next, ++index) {
    struct rdo_io *io = RDO_IO_OF(link, link);
    io->poll_index = index;
    pool->polled[index] = io;
    pool->polls[index] = poll_of(io);
  }
  pool->polled_count = index;
}

static void wait_for_any(struct rdo_proactor *proactor, int64_t deadline_ns) {
  struct worker_pool *pool = proactor->driver_state;
  fill_polls(proactor, pool);
  int64_t left_ns = deadline_ns == 0 ? 0 : deadline_ns - rdo_clock_now_ns();
  if (left_ns < 0) left_ns = 0;
  const struct timespec timeout = {.tv_sec = (time_t)(left_ns / 1000000000), .tv_nsec = (long)(left_ns % 1000000000)};
  if (proactor->os->ppoll(pool->polls, pool->polled_count, deadline_ns == RDO_DEADLINE_NONE ? NULL : &timeout) >= 0) return;
  int error = errno;
  pool->polled_count = 0;
  // More streams than the process may have descriptors, or than the kernel has memory for: the newest one
  // has to go, so that the others can.
  if (error == EINTR || rdo_io_list_is_empty(&pool->streams)) return;
  struct rdo_io *newest = RDO_IO_OF(pool->streams.previous, link);
  newest->poll_index = 0;
  end_polling(pool, newest);
  rdo_proactor_failed(proactor, newest, RONDO_RESOURCE_EXHAUSTED);
}

// One transfer of a ready stream that does not block, although an operation before it, or somebody else, may
// have taken what was there. Older systems cannot promise that for pipes: then a second look at the descriptor
// right before, and no more than a ready pipe takes at once, leave only other processes to be afraid of.
static int64_t transfer_ready(const struct rdo_proactor *proactor, const struct rdo_io *io) {
  static const struct timespec now = {0, 0};
  int64_t result = rdo_io_transfer(proactor->os, io, proactor->options.chunk_bytes_max, RWF_NOWAIT);
  if (result != -EOPNOTSUPP && result != -ENOSYS && result != -EINVAL) return result;
  struct pollfd poll = poll_of(io);
  if (proactor->os->ppoll(&poll, 1, &now) == 0) return -EAGAIN;
  return rdo_io_transfer(proactor->os, io, io->kind == RDO_IO_READ ? proactor->options.chunk_bytes_max : PIPE_BUF, 0);
}

static void reap(struct rdo_proactor *proactor) {
  struct worker_pool *pool = proactor->driver_state;
  uint32_t count = pool->polled_count;
  pool->polled_count = 0;
  if (count != 0 && pool->polls[0].revents != 0) rdo_proactor_take_wake(proactor);
  for (uint32_t i = 1; i < count; ++i) {
    struct rdo_io *io = pool->polled[i];
    if (io == NULL) continue;
    io->poll_index = 0;
    if (pool->polls[i].revents == 0) continue;
    end_polling(pool, io);
    rdo_proactor_transferred(proactor, io, transfer_ready(proactor, io));
  }
}

// Create and destroy ----------------------------------------------------------------------------------

static enum rondo_status create(struct rdo_proactor *proactor, struct rondo_diag *diag) {
  struct worker_pool *pool;
  RDO_TRY(rdo_alloc(sizeof *pool, &pool, diag));
  proactor->driver_state = pool;
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->changed, NULL);
  rdo_io_list_init(&pool->queue);
  rdo_io_list_init(&pool->streams);
  RDO_TRY(rdo_grow_array(1, sizeof *pool->polls, &pool->polls_capacity, &pool->polls, diag));
  RDO_TRY(rdo_grow_array(1, sizeof *pool->polled, &pool->polled_capacity, &pool->polled, diag));
  return rdo_alloc_array(proactor->options.thread_count, sizeof *pool->threads, &pool->threads, diag);
}

static enum rondo_status start(struct rdo_proactor *proactor, struct rondo_diag *diag) {
  struct worker_pool *pool = proactor->driver_state;
  pool->start_diag = diag;
  for (; pool->thread_count < proactor->options.thread_count; ++pool->thread_count) {
    RDO_TRY(rdo_proactor_start_thread(proactor, &pool->threads[pool->thread_count], work, proactor, diag));
  }
  pthread_mutex_lock(&pool->lock);
  while (pool->started_count < pool->thread_count) pthread_cond_wait(&pool->changed, &pool->lock);
  enum rondo_status status = pool->start_status;
  pool->start_diag = NULL;
  pthread_mutex_unlock(&pool->lock);
  return status;
}

static void destroy(struct rdo_proactor *proactor) {
  struct worker_pool *pool = proactor->driver_state;
  if (pool == NULL) return;
  pthread_mutex_lock(&pool->lock);
  pool->is_stopping = true;
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
  for (uint32_t i = 0; i < pool->thread_count; ++i) pthread_join(pool->threads[i], NULL);
  pthread_cond_destroy(&pool->changed);
  pthread_mutex_destroy(&pool->lock);
  rdo_free(pool->threads);
  rdo_free(pool->polls);
  rdo_free(pool->polled);
  rdo_free(pool);
  proactor->driver_state = NULL;
}

const struct rdo_proactor_driver rdo_proactor_driver_threads = {
    .backend = RDO_PROACTOR_THREADS,
    .create = create,
    .start = start,
    .begin = begin,
    .cancel = cancel,
    .wait = wait_for_any,
    .reap = reap,
    .destroy = destroy,
};
