// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What only a running machine can tell, asked of this one.

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "machine/check.h"

enum { FIFO_PRIORITY = 1,  // what workers take (task/urgent.c)
       PAUSE_MS = 200 };

// In a thread of its own, which ends with the class that it got.
static void *try_class(void *user) {
  const struct sched_param fifo = {.sched_priority = FIFO_PRIORITY};
  enum rdo_realtime *out = user;
  if (sched_getscheduler(0) != SCHED_OTHER) *out = RDO_REALTIME_OTHER_CLASS;
  else *out = sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &fifo) == 0 ? RDO_REALTIME_ALLOWED : RDO_REALTIME_REFUSED;
  return NULL;
}

static enum rdo_realtime try_realtime(void *user) {
  (void)user;
  enum rdo_realtime realtime = RDO_REALTIME_UNKNOWN;
  pthread_t thread;
  if (pthread_create(&thread, NULL, try_class, &realtime) != 0) return RDO_REALTIME_UNKNOWN;
  pthread_join(thread, NULL);
  return realtime;
}

// Opening asks for nothing until something is written.
static int64_t idle_latency_us(void *user) {
  (void)user;
  int32_t latency_us = -1;
  int fd = open("/dev/cpu_dma_latency", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  if (read(fd, &latency_us, sizeof latency_us) != (ssize_t)sizeof latency_us) latency_us = -1;
  close(fd);
  return latency_us;
}

static void pause_between(void *user) {
  (void)user;
  const struct timespec span = {.tv_nsec = PAUSE_MS * 1000000L};
  nanosleep(&span, NULL);
}

const struct rdo_check_live rdo_check_here = {.try_realtime = try_realtime, .idle_latency_us = idle_latency_us, .pause = pause_between};
