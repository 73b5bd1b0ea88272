// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Ends a test that hangs. A lost wake must be a failure with a picture, not a slow test, and nothing here
// repairs it: after WATCHDOG_SECONDS without a sign of life it writes what the watched executor's workers do
// to stderr and aborts. One a program.

#ifndef RDO_TESTS_WATCHDOG_H_
#define RDO_TESTS_WATCHDOG_H_

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "task/executor.h"

enum { WATCHDOG_SECONDS = 60 };

static struct {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;              // the end; between CLOCK_MONOTONIC deadlines
  bool is_over;                        // lock: lock
  const struct rdo_executor *watched;  // lock: lock; NULL = none
  rdo_atomic_u64 signs;                // of life
} watchdog = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *watch_for_hang(void *user) {
  (void)user;
  uint64_t seen = 0;
  int error = 0;
  pthread_mutex_lock(&watchdog.lock);
  while (!watchdog.is_over) {
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += WATCHDOG_SECONDS;
    for (error = 0; error == 0 && !watchdog.is_over;) error = pthread_cond_timedwait(&watchdog.changed, &watchdog.lock, &deadline);
    if (watchdog.is_over) break;
    uint64_t signs = rdo_atomic_load(&watchdog.signs, rdo_relaxed);  // relaxed: counter
    if (signs == seen) {
      fprintf(stderr, "watchdog: nothing has happened for %d seconds\n", WATCHDOG_SECONDS);
      if (watchdog.watched != NULL) rdo_executor_dump(watchdog.watched, stderr);
      abort();
    }
    seen = signs;
  }
  pthread_mutex_unlock(&watchdog.lock);
  return NULL;
}

static inline void watchdog_begin(void) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&watchdog.changed, &attributes);
  pthread_condattr_destroy(&attributes);
  rdo_atomic_init(&watchdog.signs, 1);
  if (pthread_create(&watchdog.thread, NULL, watch_for_hang, NULL) != 0) abort();
}

static inline void watchdog_end(void) {
  pthread_mutex_lock(&watchdog.lock);
  watchdog.is_over = true;
  pthread_cond_signal(&watchdog.changed);
  pthread_mutex_unlock(&watchdog.lock);
  pthread_join(watchdog.thread, NULL);
}

// Which executor to show; NULL before it is destroyed.
static inline void watchdog_watch(const struct rdo_executor *executor) {
  pthread_mutex_lock(&watchdog.lock);
  watchdog.watched = executor;
  pthread_mutex_unlock(&watchdog.lock);
}

// A sign of life, from any thread.
static inline void watchdog_tick(void) { rdo_atomic_add(&watchdog.signs, 1, rdo_relaxed); }  // relaxed: counter

#endif  // RDO_TESTS_WATCHDOG_H_
