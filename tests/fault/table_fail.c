// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tables of played nodes while memory ends: the n-th allocation, open, write or rename fails, for n = 1, 2, 3, ...
// until nothing is left to fail. Each time the failure comes back with words, nothing is left behind, and no file
// that is only half there has its name.
//
//   table_fail CSV [SCHEDULE]

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rondo/trace.h"

static bool is_armed;
static uint64_t target;  // number of the call that fails, from 1
static uint64_t count;
static bool has_failed;
static uint64_t live_blocks;

static bool fails(int error) {
  if (!is_armed || ++count != target) return false;
  has_failed = true;
  errno = error;
  return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t element_count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_rename(const char *from, const char *to);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t element_count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_rename(const char *from, const char *to);

static void *count_block(void *memory) {
  live_blocks += memory != NULL;
  return memory;
}

void *__wrap_malloc(size_t size) { return fails(ENOMEM) ? NULL : count_block(__real_malloc(size)); }
void *__wrap_calloc(size_t element_count, size_t size) { return fails(ENOMEM) ? NULL : count_block(__real_calloc(element_count, size)); }

void *__wrap_realloc(void *memory, size_t size) {
  if (fails(ENOMEM)) return NULL;
  void *grown = __real_realloc(memory, size);
  return memory == NULL ? count_block(grown) : grown;
}

void __wrap_free(void *memory) {
  live_blocks -= memory != NULL;
  __real_free(memory);
}

int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int mode = (flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0;
  va_end(arguments);
  return fails(EMFILE) ? -1 : __real_open(path, flags, mode);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size) { return fails(ENOSPC) ? -1 : __real_write(fd, bytes, size); }
int __wrap_rename(const char *from, const char *to) { return fails(EIO) ? -1 : __real_rename(from, to); }

static char folder[] = "/tmp/rondo-table-fail-XXXXXX";
static char path[64];
static const char *plan_path;  // NULL = none

static void stop_test(const char *what) {
  is_armed = false;
  fprintf(stderr, "failure %llu: %s\n", (unsigned long long)target, what);
  exit(1);
}

static int count_entries(void) {
  int entries = 0;
  DIR *directory = opendir(folder);
  while (directory != NULL && readdir(directory) != NULL) ++entries;
  if (directory != NULL) closedir(directory);
  return entries;
}

// Everything that can be done with a table; ends at the first failure.
static enum rondo_status use_table(const char *csv, struct rondo_diag *diag) {
  const struct rondo_trace_load_options load = {.plan_path = plan_path};
  struct rondo_trace_table *table = NULL;
  struct rondo_trace_summary *summary = NULL;
  struct rondo_trace_diff *diff = NULL;
  const struct rondo_trace_diff_options thresholds = {.run_ratio = 0};
  uint64_t rows, findings;
  enum rondo_status status = rondo_trace_table_load(csv, &load, &table, diag);
  if (status != RONDO_OK && table != NULL) stop_test("a table in spite of a failure");
  if (status == RONDO_OK) status = rondo_trace_table_summarize(table, 0, &summary, diag);
  for (int format = RONDO_TRACE_CSV; format <= RONDO_TRACE_HTML && status == RONDO_OK; ++format) {
    const struct rondo_trace_write_options options = {.format = (enum rondo_trace_format)format};
    status = rondo_trace_table_write(table, &options, path, diag);
    if ((access(path, F_OK) == 0) != (status == RONDO_OK)) stop_test("a file without success, or success without one");
    unlink(path);
  }
  if (status == RONDO_OK) status = rondo_trace_table_diff(table, table, &thresholds, &diff, diag);
  if (status == RONDO_OK) status = rondo_trace_check_file(csv, &load, NULL, &rows, &findings, diag);
  rondo_trace_diff_release(&diff);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
  return status;
}

// Returns whether something was made to fail.
static bool run(const char *csv, uint64_t number) {
  struct rondo_diag diag = {.status = RONDO_OK};
  uint64_t blocks = live_blocks;
  target = number;
  count = 0;
  has_failed = false;
  is_armed = true;
  enum rondo_status status = use_table(csv, &diag);
  is_armed = false;
  if ((status != RONDO_OK) != has_failed) stop_test("a failure that nobody tells, or one without a cause");
  if (status != RONDO_OK && diag.message_length <= 0) stop_test("failure without words");
  if (live_blocks != blocks) stop_test("memory is left");
  if (count_entries() != 2) stop_test("a file is left");
  return has_failed;
}

int main(int argc, char **argv) {
  plan_path = argc == 3 ? argv[2] : NULL;
  if (argc < 2 || argc > 3 || mkdtemp(folder) == NULL) return 1;
  snprintf(path, sizeof path, "%s/x", folder);
  uint64_t number = 1;
  while (run(argv[1], number)) ++number;
  printf("%llu failures\n", (unsigned long long)(number - 1));
  return rmdir(folder) == 0 && number > 30 ? 0 : 1;
}
