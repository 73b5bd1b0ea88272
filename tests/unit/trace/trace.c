// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "rondo/trace.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/event.h"
#include "machine/keep_off.h"
#include "machine/pin.h"
#include "packets.h"

enum { THREAD_COUNT = 4,
       FILE_BYTES_MAX = 1 << 24 };

static char path[64];
static uint8_t bytes[FILE_BYTES_MAX];

static int make_path(void **state) {
  (void)state;
  strcpy(path, "/tmp/rondo-trace-XXXXXX");
  int fd = mkstemp(path);
  return fd < 0 ? -1 : close(fd) + unlink(path);
}

static struct rondo_trace *start(uint64_t size_limit_bytes) {
  struct rondo_trace *trace = NULL;
  const struct rondo_trace_options options = {.path = path, .size_limit_bytes = size_limit_bytes};
  assert_int_equal(rondo_trace_start(&options, &trace, NULL), RONDO_OK);
  assert_int_equal(access(path, F_OK), -1);
  return trace;
}

static struct packets stop(struct rondo_trace *trace, struct rondo_trace_stats *out_stats) {
  assert_int_equal(rondo_trace_stop(&trace, out_stats, NULL), RONDO_OK);
  assert_null(trace);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  unlink(path);
  assert_int_equal(size, out_stats->byte_count);
  return check_packets(bytes, size);
}

static void emit_calls(int count) {
  for (int i = 0; i < count; ++i) {
    rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, "call", 0, 0);
    rdo_event_emit(RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  }
}

static void test_empty(void **state) {
  (void)state;
  struct rondo_trace_stats stats;
  struct packets packets = stop(start(0), &stats);
  assert_int_equal(stats.event_count, 0);
  assert_int_equal(stats.dropped_count, 0);
  assert_int_equal(packets.packet_count, 2);
}

static void test_one_at_a_time(void **state) {
  (void)state;
  struct rondo_diag diag = {0};
  struct rondo_trace_stats stats;
  struct rondo_trace *trace = start(0), *second = trace;
  const struct rondo_trace_options options = {.path = path};
  assert_int_equal(rondo_trace_start(&options, &second, &diag), RONDO_ALREADY_EXISTS);
  assert_null(second);
  emit_calls(3);
  stop(trace, &stats);
  assert_int_equal(stats.event_count, 6);
  emit_calls(3);
  stop(start(0), &stats);  // and again
  assert_int_equal(stats.event_count, 0);
}

static void test_bad_path(void **state) {
  (void)state;
  struct rondo_diag diag = {0};
  struct rondo_trace *trace = NULL;
  const struct rondo_trace_options options = {.path = "/nonexistent/folder/x.pftrace"};
  assert_int_equal(rondo_trace_start(&options, &trace, &diag), RONDO_NOT_FOUND);
  assert_null(trace);
  assert_non_null(strstr(diag.message, "/nonexistent/folder/x.pftrace"));
  assert_false(rdo_events_are_on());
}

static void test_stop_of_nothing(void **state) {
  (void)state;
  struct rondo_trace *trace = NULL;
  struct rondo_trace_stats stats;
  assert_int_equal(rondo_trace_stop(&trace, &stats, NULL), RONDO_OK);
  assert_int_equal(rondo_trace_stop(NULL, NULL, NULL), RONDO_OK);
}

static void test_write_failure(void **state) {
  (void)state;
  if (access("/dev/full", W_OK) != 0) skip();
  struct rondo_diag diag = {0};
  struct rondo_trace *trace = NULL;
  const struct rondo_trace_options options = {.path = "/dev/full"};
  assert_int_equal(rondo_trace_start(&options, &trace, NULL), RONDO_OK);
  emit_calls(3);
  assert_int_equal(rondo_trace_stop(&trace, NULL, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_null(trace);
  assert_non_null(strstr(diag.message, "/dev/full"));
}

static void test_size_limit(void **state) {
  (void)state;
  enum { LIMIT = 10000,
         CALLS = RDO_EVENT_RING_CAPACITY / 4 };
  struct rondo_trace_stats stats;
  struct rondo_trace *trace = start(LIMIT);
  uint64_t emitted = 0;
  for (int i = 0; i < 64; ++i) {
    rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, "outer", 0, 0);
    emit_calls(CALLS / 2);
    rdo_events_flush();
    emitted += 1 + 2 * (CALLS / 2);
  }
  stop(trace, &stats);
  assert_int_equal(stats.event_count + stats.dropped_count, emitted);
  assert_true(stats.dropped_count > 0);
  // A chunk of a ring is written whole, 32 slices may have to end.
  assert_true(stats.byte_count >= LIMIT && stats.byte_count < LIMIT + RDO_EVENT_RING_CAPACITY / 16 * 64 + 4000);
}

static void *work(void *user) {
  int index = (int)(intptr_t)user;
  rdo_event_thread_begin("worker", index);
  emit_calls(RDO_EVENT_RING_CAPACITY / 8);
  rdo_event_emit(RDO_EVENT_SLEEP_BEGIN, 0, 0, 0);  // ends with the trace
  rdo_event_thread_end();
  return NULL;
}

static void test_threads(void **state) {
  (void)state;
  struct rondo_trace_stats stats;
  struct rondo_trace *trace = start(0);
  pthread_t threads[THREAD_COUNT];
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i), 0);
  emit_calls(10);
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
  usleep(20000);  // the collector's turn, for the thread sanitizer to see it
  emit_calls(10);
  struct packets packets = stop(trace, &stats);
  assert_int_equal(stats.dropped_count, 0);
  assert_int_equal(stats.event_count, THREAD_COUNT * (2 * (RDO_EVENT_RING_CAPACITY / 8) + 1) + 40);
  assert_int_equal(packets.packet_count, 2 + THREAD_COUNT + 1 + (int)stats.event_count + THREAD_COUNT);
}

// The collector's thread, by its name; 0 = there is none.
static pid_t find_collector(void) {
  pid_t found = 0;
  DIR *directory = opendir("/proc/self/task");
  if (directory == NULL) return 0;
  for (const struct dirent *entry; found == 0 && (entry = readdir(directory)) != NULL;) {
    char name[300], text[32] = "";
    snprintf(name, sizeof name, "/proc/self/task/%s/comm", entry->d_name);
    FILE *file = fopen(name, "r");
    if (file == NULL) continue;
    if (fgets(text, sizeof text, file) != NULL && strcmp(text, "rondo/trace\n") == 0) found = (pid_t)atoi(entry->d_name);
    fclose(file);
  }
  closedir(directory);
  return found;
}

static bool comes_to(pid_t thread, const struct rdo_cpu_set *wanted) {
  struct rdo_cpu_set now;
  for (int i = 0; i < 10000; ++i) {
    if (rdo_pin_allowed_of(thread, &now, NULL) == RONDO_OK && rdo_cpu_set_equals(&now, wanted)) return true;
    usleep(1000);
  }
  return false;
}

// It leaves a CPU when workers turn up there, and comes back when no other is left; its priority is low anyway.
static void test_keeps_off_workers(void **state) {
  (void)state;
  struct rdo_cpu_set allowed;
  if (rdo_pin_allowed(&allowed, NULL) != RONDO_OK || rdo_cpu_set_count(&allowed) < 2) skip();
  struct rdo_cpu_set first = rdo_cpu_set_one(rdo_cpu_set_first(&allowed)), others = rdo_cpu_set_andnot(allowed, &first);
  struct rondo_trace_stats stats;
  struct rondo_trace *trace = start(0);
  pid_t collector = 0;
  for (int i = 0; collector == 0 && i < 10000; ++i, usleep(1000)) collector = find_collector();  // it names itself
  assert_int_not_equal(collector, 0);
  assert_true(comes_to(collector, &allowed));
  rdo_keep_off_add_workers(&first);
  bool has_left = comes_to(collector, &others);
  rdo_keep_off_add_workers(&others);
  bool has_come_back = comes_to(collector, &allowed);
  int niceness = getpriority(PRIO_PROCESS, (id_t)collector);
  rdo_keep_off_remove_workers(&first);
  rdo_keep_off_remove_workers(&others);
  (void)stop(trace, &stats);
  assert_true(has_left);
  assert_true(has_come_back);
  assert_true(niceness >= 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_empty, make_path),
      cmocka_unit_test_setup(test_one_at_a_time, make_path),
      cmocka_unit_test(test_bad_path),
      cmocka_unit_test(test_stop_of_nothing),
      cmocka_unit_test(test_write_failure),
      cmocka_unit_test_setup(test_size_limit, make_path),
      cmocka_unit_test_setup(test_threads, make_path),
      cmocka_unit_test_setup(test_keeps_off_workers, make_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
