// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
//   trace_sample FILE SUBMISSIONS   two workers that do nothing, and a host thread that gives them work
//   trace_sample FILE gaps          a thread that emits faster than anybody collects
//
// Writes a trace in which all kinds of events occur, and prints what is in it:
// `events N dropped N submissions N`.

#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/event.h"
#include "rondo/trace.h"

enum { WORKER_COUNT = 2,
       NODE_COUNT = 3,
       GAP_COUNT = 3 };

struct worker {
  pthread_t thread;
  int index;
  sem_t wake;
  sem_t done;
  uint64_t submission;  // 0 = end
  const char *name;     // of its dispatches, gone after the call
};

static void run_submission(const struct worker *worker) {
  uint64_t id = worker->submission;
  rdo_event_emit(RDO_EVENT_READY, id, 0, 0);
  for (uint32_t node = 0; node < NODE_COUNT; ++node) {
    rdo_event_emit_name(RDO_EVENT_DISPATCH_BEGIN, worker->name, node, id);
    rdo_event_emit(RDO_EVENT_DISPATCH_END, 0, 10 + node, 0);
  }
  rdo_event_emit(RDO_EVENT_FENCE_SIGNAL, 4096, 0, id);
  rdo_event_emit(RDO_EVENT_COMPLETE, id, 0, 0);
  rdo_event_emit(RDO_EVENT_SPIN_BEGIN, 0, 0, 0);
  rdo_event_emit(RDO_EVENT_SPIN_END, 0, 0, 0);
}

static void *work(void *user) {
  struct worker *worker = user;
  char name[16];
  snprintf(name, sizeof name, "worker %d", worker->index);
  rdo_event_thread_begin(name, worker->index);
  rdo_event_emit(RDO_EVENT_SLEEP_BEGIN, 0, 0, 0);
  for (;;) {
    while (sem_wait(&worker->wake) != 0) {}
    rdo_event_emit(RDO_EVENT_SLEEP_END, 0, 0, 0);
    if (worker->submission == 0) break;
    run_submission(worker);
    rdo_event_emit(RDO_EVENT_SLEEP_BEGIN, 0, 0, 0);
    sem_post(&worker->done);
  }
  rdo_event_thread_end();
  return NULL;
}

static void begin_worker(struct worker *worker, int index) {
  worker->index = index;
  sem_init(&worker->wake, 0, 0);
  sem_init(&worker->done, 0, 0);
  if (pthread_create(&worker->thread, NULL, work, worker) != 0) abort();
}

static void end_worker(struct worker *worker) {
  worker->submission = 0;
  sem_post(&worker->wake);
  pthread_join(worker->thread, NULL);
  sem_destroy(&worker->wake);
  sem_destroy(&worker->done);
}

// A model is loaded, called and unloaded.
static void call(struct worker *worker) {
  char *name = malloc(32);
  if (name == NULL) abort();
  snprintf(name, 32, "dispatch_of_worker_%d", worker->index);
  rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, "sample.main", 0, 0);
  worker->name = name;
  worker->submission = rdo_event_new_id();
  rdo_event_emit(RDO_EVENT_SUBMIT, worker->submission, 0, 0);
  rdo_event_emit(RDO_EVENT_WAKE, 0, (uint32_t)worker->index, 0);
  sem_post(&worker->wake);
  while (sem_wait(&worker->done) != 0) {}
  rdo_event_emit(RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  rdo_events_flush();
  memset(name, '#', 31);
  free(name);
}

static int64_t run_calls(int64_t call_count) {
  static struct worker workers[WORKER_COUNT];
  for (int i = 0; i < WORKER_COUNT; ++i) begin_worker(&workers[i], i);
  for (int64_t i = 0; i < call_count; ++i) call(&workers[i % WORKER_COUNT]);
  for (int i = 0; i < WORKER_COUNT; ++i) end_worker(&workers[i]);
  return call_count;
}

static int64_t run_gaps(void) {
  for (int i = 0; i < GAP_COUNT; ++i) {
    rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, "outer", 0, 0);
    // The collector may take some of it in between.
    for (int j = 0; j < 2 * RDO_EVENT_RING_CAPACITY; ++j) {
      rdo_event_emit_name(RDO_EVENT_DISPATCH_BEGIN, "inner", 0, 0);
      rdo_event_emit(RDO_EVENT_DISPATCH_END, 0, 1, 0);
    }
    rdo_event_emit(RDO_EVENT_HOST_CALL_END, 0, 0, 0);
    rdo_events_flush();
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const struct rondo_trace_options options = {.path = argv[1]};
  struct rondo_trace *trace;
  struct rondo_trace_stats stats;
  struct rondo_diag diag = {0};
  enum rondo_status status = rondo_trace_start(&options, &trace, &diag);
  int64_t submission_count = 0;
  if (status == RONDO_OK) {
    submission_count = strcmp(argv[2], "gaps") == 0 ? run_gaps() : run_calls(strtoll(argv[2], NULL, 10));
    status = rondo_trace_stop(&trace, &stats, &diag);
  }
  if (status != RONDO_OK) {
    fprintf(stderr, "%s\n", diag.message);
    return 1;
  }
  printf("events %" PRIu64 " dropped %" PRIu64 " submissions %" PRId64 "\n", stats.event_count, stats.dropped_count, submission_count);
  return 0;
}
