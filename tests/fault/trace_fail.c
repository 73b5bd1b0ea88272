// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Traces while the system refuses: the n-th allocation, open, write, rename or thread fails, for n = 1, 2,
// 3, ... until nothing is left to fail. Each time the failure comes back with words and there is no file,
// or there is one and every event is in it or counted as dropped; nothing else is left behind, and the
// next trace is whole. Links the static library with those functions wrapped, as alloc_fail does.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/event.h"
#include "rondo/trace.h"

enum { THREAD_COUNT = 2, CALL_COUNT = 8, EVENT_COUNT = (THREAD_COUNT + 1) * 2 * CALL_COUNT };

// Injection ------------------------------------------------------------------------------------------

// Counters are relaxed: they are counters, and threads are joined before they are read.
static rdo_atomic_u32 is_armed;
static rdo_atomic_u64 target;  // number of the call that fails, from 1
static rdo_atomic_u64 count;
static rdo_atomic_u64 failed_count;
static rdo_atomic_u64 live_blocks;

static bool fails(int error) {
  if (!rdo_atomic_load(&is_armed, rdo_relaxed)) return false;
  if (rdo_atomic_add(&count, 1, rdo_relaxed) + 1 != rdo_atomic_load(&target, rdo_relaxed)) return false;
  rdo_atomic_add(&failed_count, 1, rdo_relaxed);
  errno = error;
  return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t element_count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
void __real_free(void *memory);
int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_rename(const char *from, const char *to);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t element_count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
void __wrap_free(void *memory);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_rename(const char *from, const char *to);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);

static void *count_block(void *memory) {
  if (memory != NULL) rdo_atomic_add(&live_blocks, 1, rdo_relaxed);
  return memory;
}

void *__wrap_malloc(size_t size) { return fails(ENOMEM) ? NULL : count_block(__real_malloc(size)); }
void *__wrap_calloc(size_t element_count, size_t size) { return fails(ENOMEM) ? NULL : count_block(__real_calloc(element_count, size)); }

void *__wrap_realloc(void *memory, size_t size) {
  if (fails(ENOMEM)) return NULL;
  void *grown = __real_realloc(memory, size);
  return memory == NULL ? count_block(grown) : grown;
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size) {
  if (fails(ENOMEM)) return ENOMEM;
  int error = __real_posix_memalign(out, alignment, size);
  if (error == 0) rdo_atomic_add(&live_blocks, 1, rdo_relaxed);
  return error;
}

void __wrap_free(void *memory) {
  if (memory != NULL) rdo_atomic_sub(&live_blocks, 1, rdo_relaxed);
  __real_free(memory);
}

int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int mode = (flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0;
  va_end(arguments);
  return fails(EMFILE) ? -1 : __real_open(path, flags, mode);
}

// Also writes less than it is asked to, and is interrupted.
ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
  if (fails(ENOSPC)) return -1;
  if (fails(EINTR)) return -1;
  return __real_write(fd, bytes, size > 100 ? size / 2 : size);
}

int __wrap_rename(const char *from, const char *to) { return fails(EIO) ? -1 : __real_rename(from, to); }

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user) {
  return fails(EAGAIN) ? EAGAIN : __real_pthread_create(thread, attributes, run, user);
}

// A run ----------------------------------------------------------------------------------------------

static char folder[] = "/tmp/rondo-trace-fail-XXXXXX";
static char path[64];

static void stop_test(const char *what) {
  rdo_atomic_store(&is_armed, 0, rdo_relaxed);
  fprintf(stderr, "failure %llu: %s\n", (unsigned long long)rdo_atomic_load(&target, rdo_relaxed), what);
  exit(1);
}

static int count_entries(const char *directory_path) {
  int entries = 0;
  DIR *directory = opendir(directory_path);
  while (directory != NULL && readdir(directory) != NULL) ++entries;
  if (directory != NULL) closedir(directory);
  return entries;
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
static bool run(uint64_t number) {
  int file_count = count_entries("/proc/self/fd"), thread_count = count_entries("/proc/self/task");
  uint64_t blocks = rdo_atomic_load(&live_blocks, rdo_relaxed);
  rdo_atomic_store(&target, number, rdo_relaxed);
  rdo_atomic_store(&count, 0, rdo_relaxed);
  rdo_atomic_store(&failed_count, 0, rdo_relaxed);
  rdo_atomic_store(&is_armed, 1, rdo_relaxed);
  bool has_file = trace_once();
  rdo_atomic_store(&is_armed, 0, rdo_relaxed);
  bool has_failed = rdo_atomic_load(&failed_count, rdo_relaxed) != 0;
  if (!has_file && !has_failed) stop_test("a failure without a cause");
  if (has_file) unlink(path);
  // The main thread's ring stays.
  if (number != 0 && rdo_atomic_load(&live_blocks, rdo_relaxed) > blocks + 2) stop_test("memory is left");
  if (count_entries("/proc/self/fd") != file_count) stop_test("a file is left open");
  // The kernel forgets a thread a moment after it was joined.
  for (int i = 0; i < 1000 && count_entries("/proc/self/task") != thread_count; ++i) usleep(1000);
  if (count_entries("/proc/self/task") != thread_count) stop_test("a thread is left");
  if (count_entries(folder) != 2) stop_test("a temporary file is left");
  return has_failed;
}

int main(void) {
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(path, sizeof path, "%s/x.pftrace", folder);
  run_threads();  // the thread sanitizer has a thread of its own from the first one on
  uint64_t number = 1;
  while (run(number)) {
    ++number;
    (void)run(0);  // and everything works again
  }
  printf("%llu failures\n", (unsigned long long)(number - 1));
  return rmdir(folder) == 0 && number > 10 ? 0 : 1;
}
