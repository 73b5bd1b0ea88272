// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Traces while the system refuses: the n-th allocation, open, write, rename or thread fails, for n = 1, 2,
// 3, ... until nothing is left to fail. Each time the failure comes back with words and there is no file,
// or there is one and every event is in it or counted as dropped; nothing else is left behind, and the
// next trace is whole.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/event.h"
#include "inject.h"
#include "rondo/trace.h"

enum { THREAD_COUNT = 2, CALL_COUNT = 8, EVENT_COUNT = (THREAD_COUNT + 1) * 2 * CALL_COUNT };

// A run ----------------------------------------------------------------------------------------------

static char folder[] = "/tmp/rondo-trace-fail-XXXXXX";
static char path[64];

static void stop_test(const char *what) {
  inject_end();
  fprintf(stderr, "failure %u: %s\n", inject.target, what);
  exit(1);
}

static void emit_calls(void) {
  for (int i = 0; i < CALL_COUNT; ++i) {
    rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, "call", 0, 0);
    rdo_event_emit(RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  }
}

static void *work(void *user) {
  if (user != NULL) rdo_event_thread_begin("worker", 0);
  emit_calls();
  return NULL;
}

static void run_threads(void) {
  pthread_t threads[THREAD_COUNT];
  for (int i = 0; i < THREAD_COUNT; ++i) {
    if (__real_pthread_create(&threads[i], NULL, work, i == 0 ? NULL : path) != 0) stop_test("no threads for the test itself");
  }
  emit_calls();
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
}

// Returns whether there is a file.
static bool trace_once(void) {
  const struct rondo_trace_options options = {.path = path};
  struct rondo_trace *trace = NULL;
  struct rondo_trace_stats stats;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_trace_start(&options, &trace, &diag);
  if (status != RONDO_OK && (trace != NULL || rdo_events_are_on())) stop_test("a trace that failed to start is on");
  bool has_started = status == RONDO_OK;
  if (has_started) {
    run_threads();
    status = rondo_trace_stop(&trace, &stats, &diag);
    if (trace != NULL || rdo_events_are_on()) stop_test("a stopped trace is on");
  }
  if (status != RONDO_OK && diag.message_length <= 0) stop_test("failure without words");
  if (status != RONDO_OK && access(path, F_OK) == 0) stop_test("a file of a trace that failed");
  if (status == RONDO_OK && access(path, F_OK) != 0) stop_test("no file of a trace that did not fail");
  if (status == RONDO_OK && stats.event_count + stats.dropped_count < EVENT_COUNT) stop_test("events are missing and not counted");
  return status == RONDO_OK;
}

// Returns whether something was made to fail.
static bool run(uint32_t number) {
  int file_count = inject_count_entries("/proc/self/fd"), thread_count = inject_count_entries("/proc/self/task");
  uint32_t blocks = inject_live_blocks();
  inject.target = number;
  inject_begin(INJECT_MEMORY | INJECT_FILES | INJECT_THREADS);
  bool has_file = trace_once();
  inject_end();
  bool has_failed = inject_has_failed();
  if (!has_file && !has_failed) stop_test("a failure without a cause");
  if (has_file) unlink(path);
  // The main thread's ring stays.
  if (number != 0 && inject_live_blocks() > blocks + 2) stop_test("memory is left");
  if (inject_count_entries("/proc/self/fd") != file_count) stop_test("a file is left open");
  // The kernel forgets a thread a moment after it was joined.
  for (int i = 0; i < 1000 && inject_count_entries("/proc/self/task") != thread_count; ++i) usleep(1000);
  if (inject_count_entries("/proc/self/task") != thread_count) stop_test("a thread is left");
  if (inject_count_entries(folder) != 0) stop_test("a temporary file is left");
  return has_failed;
}

int main(void) {
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(path, sizeof path, "%s/x.pftrace", folder);
  inject.has_partial_writes = true;
  run_threads();  // the thread sanitizer has a thread of its own from the first one on
  uint32_t number = 1;
  while (run(number)) {
    ++number;
    (void)run(0);  // and everything works again
  }
  printf("%u failures\n", number - 1);
  return rmdir(folder) == 0 && number > 10 ? 0 : 1;
}
