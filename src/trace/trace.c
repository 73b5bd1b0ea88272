// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public API of traces, and the thread that collects while one is under way.

#include "rondo/trace.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/event.h"
#include "base/output.h"
#include "machine/keep_off.h"
#include "trace/perfetto.h"

// Rings hold 16 ms of 2 events a microsecond (RDO_EVENT_RING_CAPACITY); a wake costs the collector 5 us.
#define COLLECT_PERIOD_NS INT64_C(5000000)
#define SIZE_LIMIT_BYTES_DEFAULT (UINT64_C(1) << 30)
enum { COLLECTOR_NICENESS = 10 };

struct rondo_trace {
  uint64_t size_limit_bytes;  // const after init
  pthread_t collector;        // const after init
  pthread_mutex_t lock;
  pthread_cond_t wake;
  bool must_stop;  // lock: lock

  // Used by `take` only, which runs under the drain lock of base/event.c, until the collection ends.
  struct rdo_output output;
  struct rdo_perfetto *perfetto;  // owned
  uint64_t event_count;
  uint64_t left_out_count;   // behind the limit
  enum rondo_status status;  // not OK: events are missing that should be there
  struct rondo_diag diag;
};

// Taking events ------------------------------------------------------------------------------------

static void write_packet(void *user, const void *bytes, size_t size) {
  struct rondo_trace *trace = user;
  rdo_output_write(&trace->output, bytes, size);
}

static void take(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count) {
  struct rondo_trace *trace = user;
  if (trace->output.byte_count >= trace->size_limit_bytes) {
    // What is open ends where the file does.
    if (trace->left_out_count == 0) rdo_perfetto_finish(trace->perfetto, 0);
    trace->left_out_count += count;
    return;
  }
  trace->event_count += count;
  if (trace->status == RONDO_OK) trace->status = rdo_perfetto_add(trace->perfetto, thread, events, count, &trace->diag);
}

// The collector ------------------------------------------------------------------------------------

// It must not take time from threads that run models, whoever started it.
static void lower_priority(void) {
  struct sched_param none = {0};
  (void)sched_setscheduler(0, SCHED_OTHER, &none);
  (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), COLLECTOR_NICENESS);
}

static struct timespec period_end(void) {
  int64_t end_ns = rdo_clock_now_ns() + COLLECT_PERIOD_NS;
  return (struct timespec){.tv_sec = (time_t)(end_ns / 1000000000), .tv_nsec = (long)(end_ns % 1000000000)};
}

static void *collect(void *user) {
  struct rondo_trace *trace = user;
  lower_priority();
  (void)rdo_keep_off_begin("rondo/trace");  // where workers have all CPUs, the priority has to do
  pthread_mutex_lock(&trace->lock);
  while (!trace->must_stop) {
    struct timespec end = period_end();
    while (!trace->must_stop && pthread_cond_timedwait(&trace->wake, &trace->lock, &end) != ETIMEDOUT) {}
    pthread_mutex_unlock(&trace->lock);
    rdo_events_flush();
    pthread_mutex_lock(&trace->lock);
  }
  pthread_mutex_unlock(&trace->lock);
  return NULL;
}

// Signals are for the program's own threads.
static enum rondo_status start_collector(struct rondo_trace *trace, struct rondo_diag *diag) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&trace->collector, NULL, collect, trace);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "cannot create the thread that writes a trace: error %d", error);
  return RONDO_OK;
}

static void stop_collector(struct rondo_trace *trace) {
  pthread_mutex_lock(&trace->lock);
  trace->must_stop = true;
  pthread_cond_signal(&trace->wake);
  pthread_mutex_unlock(&trace->lock);
  pthread_join(trace->collector, NULL);
}

static void init_wake(struct rondo_trace *trace) {
  pthread_condattr_t attributes;
  pthread_mutex_init(&trace->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&trace->wake, &attributes);
  pthread_condattr_destroy(&attributes);
}

// Start and stop -----------------------------------------------------------------------------------

static void destroy_trace(struct rondo_trace *trace) {
  rdo_perfetto_destroy(trace->perfetto);
  rdo_output_deinit(&trace->output);
  pthread_cond_destroy(&trace->wake);
  pthread_mutex_destroy(&trace->lock);
  rdo_free(trace);
}

static int64_t read_clock_ns(clockid_t clock) {
  struct timespec now = {0};
  (void)clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static enum rondo_status create_encoder(struct rondo_trace *trace, struct rondo_diag *diag) {
  const struct rdo_perfetto_origin origin = {.process_id = getpid(),
                                             .process_name = program_invocation_short_name,
                                             .monotonic_ns = rdo_clock_now_ns(),
                                             .boot_ns = read_clock_ns(CLOCK_BOOTTIME),
                                             .real_ns = read_clock_ns(CLOCK_REALTIME)};
  const struct rdo_perfetto_writer writer = {write_packet, trace};
  return rdo_perfetto_create(&origin, &writer, &trace->perfetto, diag);
}

static enum rondo_status begin_events(struct rondo_trace *trace, struct rondo_diag *diag) {
  const struct rdo_event_sink sink = {take, trace};
  RDO_TRY(rdo_events_begin(&sink, diag));
  enum rondo_status status = start_collector(trace, diag);
  if (status != RONDO_OK) rdo_events_end(NULL);
  return status;
}

enum rondo_status rondo_trace_start(const struct rondo_trace_options *options, struct rondo_trace **out_trace, struct rondo_diag *diag) {
  struct rondo_trace *trace = NULL;
  *out_trace = NULL;
  RDO_TRY(rdo_alloc(sizeof *trace, &trace, diag));
  trace->size_limit_bytes = options->size_limit_bytes != 0 ? options->size_limit_bytes : SIZE_LIMIT_BYTES_DEFAULT;
  init_wake(trace);
  enum rondo_status status = rdo_output_init(&trace->output, options->path, diag);
  if (status == RONDO_OK) status = create_encoder(trace, diag);
  if (status == RONDO_OK) status = begin_events(trace, diag);
  if (status != RONDO_OK) destroy_trace(trace);
  else *out_trace = trace;
  return status;
}

enum rondo_status rondo_trace_stop(struct rondo_trace **trace_at, struct rondo_trace_stats *out_stats, struct rondo_diag *diag) {
  struct rondo_trace *trace = trace_at == NULL ? NULL : *trace_at;
  if (out_stats != NULL) *out_stats = (struct rondo_trace_stats){0};
  if (trace == NULL) return RONDO_OK;
  *trace_at = NULL;
  struct rdo_event_counts counts;
  stop_collector(trace);
  rdo_events_end(&counts);
  rdo_perfetto_finish(trace->perfetto, trace->left_out_count == 0 ? rdo_clock_now_ns() : 0);
  enum rondo_status status = trace->status;
  if (status == RONDO_OK) status = rdo_output_finish(&trace->output, diag);
  else (void)rdo_fail(diag, status, "%s", trace->diag.message);
  if (out_stats != NULL) {
    *out_stats = (struct rondo_trace_stats){.event_count = trace->event_count,
                                            .dropped_count = counts.dropped + trace->left_out_count,
                                            .byte_count = trace->output.byte_count};
  }
  destroy_trace(trace);
  return status;
}
