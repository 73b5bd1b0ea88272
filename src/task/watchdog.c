// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The watchdog: notices workers that do not come back from a kernel. It reads, a few times in the allowed
// time, a name and a count that workers store anyway, so it costs them nothing and needs no clock there.

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "machine/keep_off.h"
#include "task/worker.h"

enum { LOOKS_PER_LIMIT = 4 };

// What was seen of a worker at the last look.
struct sight {
  uint32_t busy_count;
  int64_t since_ns;
  bool is_reported;
};

struct rdo_watchdog {
  const struct rdo_executor *executor;
  int64_t limit_ns;
  void (*stuck)(void *user, int worker_id, const char *name, int64_t busy_ns);
  void *user;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t stop;
  bool is_stopping;  // lock: lock
  struct sight sights[];
};

static void look(struct rdo_watchdog *watchdog, uint32_t index, int64_t now_ns) {
  const struct rdo_worker *worker = &watchdog->executor->workers[index];
  struct sight *sight = &watchdog->sights[index];
  char name[RDO_BUSY_NAME_BYTES];
  // relaxed: hint, both; the count is read first, so a name that has changed since belongs to a later count
  uint32_t busy_count = rdo_atomic_load(&worker->busy_count, rdo_relaxed);
  bool is_busy = rdo_atomic_load(&worker->busy_name, rdo_relaxed) != NULL;  // relaxed: hint
  if (!is_busy || busy_count != sight->busy_count) {
    *sight = (struct sight){busy_count, now_ns, false};
    return;
  }
  if (sight->is_reported || now_ns - sight->since_ns < watchdog->limit_ns || !rdo_worker_read_busy_name(worker, name, sizeof name)) return;
  sight->is_reported = true;
  // A caller that drains along has a seat, which is nobody's number.
  int worker_id = index < watchdog->executor->worker_count ? (int)(watchdog->executor->worker_base + index) : -1;
  watchdog->stuck(watchdog->user, worker_id, name, now_ns - sight->since_ns);
}

static void *run_watchdog(void *user) {
  struct rdo_watchdog *watchdog = user;
  uint32_t worker_count = watchdog->executor->worker_count + RDO_DONORS_MAX;
  (void)rdo_keep_off_begin("rondo/watchdog");
  pthread_mutex_lock(&watchdog->lock);
  while (!watchdog->is_stopping) {
    int64_t now_ns = rdo_clock_now_ns();
    for (uint32_t i = 0; i < worker_count; ++i) look(watchdog, i, now_ns);
    int64_t next_ns = now_ns + watchdog->limit_ns / LOOKS_PER_LIMIT + 1;
    struct timespec next = {.tv_sec = next_ns / 1000000000, .tv_nsec = (long)(next_ns % 1000000000)};
    while (!watchdog->is_stopping && pthread_cond_timedwait(&watchdog->stop, &watchdog->lock, &next) != ETIMEDOUT) {
    }
  }
  pthread_mutex_unlock(&watchdog->lock);
  return NULL;
}

enum rondo_status rdo_watchdog_create(const struct rdo_executor *executor, const struct rdo_executor_options *options,
                                      struct rdo_watchdog **out_watchdog, struct rondo_diag *diag) {
  struct rdo_watchdog *watchdog;
  *out_watchdog = NULL;
  if (options->stuck == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a watchdog needs somebody to tell");
  uint32_t worker_count = executor->worker_count + RDO_DONORS_MAX;
  RDO_TRY(rdo_alloc(sizeof *watchdog + worker_count * sizeof watchdog->sights[0], &watchdog, diag));
  watchdog->executor = executor;
  watchdog->limit_ns = options->watchdog_ns;
  watchdog->stuck = options->stuck;
  watchdog->user = options->stuck_user;
  // A worker may be in its first kernel, which it has not counted yet, at the first look.
  for (uint32_t i = 0; i < worker_count; ++i) watchdog->sights[i].since_ns = rdo_clock_now_ns();
  pthread_mutex_init(&watchdog->lock, NULL);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&watchdog->stop, &attributes);
  pthread_condattr_destroy(&attributes);
  int error = pthread_create(&watchdog->thread, NULL, run_watchdog, watchdog);
  if (error == 0) {
    *out_watchdog = watchdog;
    return RONDO_OK;
  }
  pthread_mutex_destroy(&watchdog->lock);
  pthread_cond_destroy(&watchdog->stop);
  rdo_free(watchdog);
  return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "cannot create the watchdog's thread: %s", strerror(error));
}

void rdo_watchdog_destroy(struct rdo_watchdog *watchdog) {
  if (watchdog == NULL) return;
  pthread_mutex_lock(&watchdog->lock);
  watchdog->is_stopping = true;
  pthread_cond_signal(&watchdog->stop);
  pthread_mutex_unlock(&watchdog->lock);
  pthread_join(watchdog->thread, NULL);
  pthread_mutex_destroy(&watchdog->lock);
  pthread_cond_destroy(&watchdog->stop);
  rdo_free(watchdog);
}
