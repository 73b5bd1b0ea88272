// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The threads that an executor has beside its workers: where the kernel says they may run.

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine/pin.h"
#include "task/executor.h"

enum { LOOKS_MAX = 10000, THREADS_MAX = 32 };

static void be_told(void *user, int worker_id, const char *name, int64_t busy_ns) { (void)user, (void)worker_id, (void)name, (void)busy_ns; }

static bool read_name(int thread_id, char name[32]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread_id);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  bool is_read = fgets(name, 32, file) != NULL;
  fclose(file);
  name[strcspn(name, "\n")] = '\0';
  return is_read;
}

// Threads with a name of ours, workers apart.
static int find_helpers(int *thread_ids, char names[][32]) {
  int count = 0;
  DIR *directory = opendir("/proc/self/task");
  assert_non_null(directory);
  for (const struct dirent *entry; count < THREADS_MAX && (entry = readdir(directory)) != NULL;) {
    thread_ids[count] = atoi(entry->d_name);
    if (thread_ids[count] == 0 || thread_ids[count] == getpid() || !read_name(thread_ids[count], names[count])) continue;
    if (strncmp(names[count], "rondo/", 6) == 0 && strspn(names[count] + 6, "0123456789") == 0) ++count;
  }
  closedir(directory);
  return count;
}

// A thread names itself, and moves, a moment after it has been made.
static void assert_all_are_on(int wanted_count, const struct rdo_cpu_set *cpus) {
  int thread_ids[THREADS_MAX], count = 0;
  char names[THREADS_MAX][32] = {{0}};
  for (int i = 0; i < LOOKS_MAX; ++i) {
    int there_count = 0;
    count = find_helpers(thread_ids, names);
    for (int k = 0; k < count; ++k) {
      struct rdo_cpu_set now;
      if (rdo_pin_allowed_of(thread_ids[k], &now, NULL) == RONDO_OK && rdo_cpu_set_equals(&now, cpus)) ++there_count;
    }
    if (count == wanted_count && there_count == count) return;
    usleep(1000);
  }
  fail_msg("%d threads beside workers, %d wanted; the first is %s", count, wanted_count, names[0]);
}

static void test_keep_off(void **state) {
  (void)state;
  struct rdo_cpu_set allowed;
  assert_int_equal(rdo_pin_allowed(&allowed, NULL), RONDO_OK);
  if (rdo_cpu_set_count(&allowed) < 2) skip();
  const struct rdo_cpu_set first = rdo_cpu_set_one(rdo_cpu_set_first(&allowed)), others = rdo_cpu_set_andnot(allowed, &first);
  const struct rdo_executor_options options = {.worker_count = 1, .worker_cpus = &first, .is_played = true, .watchdog_ns = INT64_C(3600000000000), .stuck = be_told};
  struct rdo_executor *executor, *rest;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_executor_create(&options, &executor, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  int helper_count = executor->guard != NULL ? 2 : 1;
  assert_all_are_on(helper_count, &others);
  // Another executor has the rest: now all share.
  const struct rdo_executor_options rest_options = {.worker_count = 1, .worker_cpus = &others, .worker_base = 1};
  if (rdo_executor_create(&rest_options, &rest, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_all_are_on(helper_count, &allowed);
  rdo_executor_destroy(rest);
  assert_all_are_on(helper_count, &others);
  rdo_executor_destroy(executor);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_keep_off)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
