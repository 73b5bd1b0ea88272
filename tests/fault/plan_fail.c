// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures while planning: the n-th allocation, or the n-th thread, is refused, for n = 1, 2, ... until all goes well.
// Each failure must come back as RESOURCE_EXHAUSTED with words, end all threads and leave nothing behind.

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rondo/plan.h"

static atomic_long count, target, live_blocks;  // target 0: nothing fails

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
void __real_free(void *memory);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
void __wrap_free(void *memory);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);

static bool fails(void) { return atomic_fetch_add(&count, 1) + 1 == atomic_load(&target); }

static void *counted(void *memory) {
  if (memory != NULL) atomic_fetch_add(&live_blocks, 1);
  return memory;
}

void *__wrap_calloc(size_t n, size_t size) { return fails() ? NULL : counted(__real_calloc(n, size)); }
void *__wrap_malloc(size_t size) { return fails() ? NULL : counted(__real_malloc(size)); }
void *__wrap_realloc(void *memory, size_t size) {
  if (fails()) return NULL;
  return memory != NULL ? __real_realloc(memory, size) : counted(__real_malloc(size));
}
int __wrap_posix_memalign(void **out, size_t alignment, size_t size) {
  if (fails()) return ENOMEM;
  int code = __real_posix_memalign(out, alignment, size);
  if (code == 0) atomic_fetch_add(&live_blocks, 1);
  return code;
}
void __wrap_free(void *memory) {
  if (memory != NULL) atomic_fetch_sub(&live_blocks, 1);
  __real_free(memory);
}
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user) {
  return fails() ? EAGAIN : __real_pthread_create(thread, attributes, run, user);
}

// Problems -------------------------------------------------------------------------------------------------

static enum rondo_status make_shop(struct rondo_problem **out, struct rondo_diag *diag) {
  char text[4096];
  int length = snprintf(text, sizeof text, "6 4\n");
  for (int job = 0; job < 6; ++job) {
    length += snprintf(text + length, sizeof text - (size_t)length, "5");
    for (int i = 0; i < 5; ++i) {
      length += snprintf(text + length, sizeof text - (size_t)length, " 2 %d %d %d %d", (job + i) % 4, job * 3 % 7 + i + 1, (job + 2 * i + 1) % 4, 2 * i + 1);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "\n");
  }
  return rondo_problem_read_fjsp(text, (size_t)length, "text", out, diag);
}

static enum rondo_status fill_general(struct rondo_problem *problem, struct rondo_diag *diag) {
  enum rondo_status status = rondo_problem_add_machine(problem, 3, diag);
  if (status == RONDO_OK) status = rondo_problem_add_machine(problem, 2, diag);
  if (status == RONDO_OK) status = rondo_problem_set_transition(problem, 0, 1, 2, diag);
  if (status == RONDO_OK) status = rondo_problem_add_job(problem, &(struct rondo_problem_job){.deadline = 9}, diag);
  for (int i = 0; i < 20 && status == RONDO_OK; ++i) {
    const struct rondo_problem_use uses[] = {{.machine = i % 2, .width = 1 + i % 2}, {.machine = 0, .width = 3}};
    const struct rondo_problem_mode modes[] = {{.duration = 4 + i % 3, .uses = uses, .use_count = 1}, {.duration = 3, .uses = uses + 1, .use_count = 1}};
    status = rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = 0, .modes = modes, .mode_count = 2}, diag);
    if (status == RONDO_OK && i > 3) status = rondo_problem_add_edge(problem, i - 3, i, 0, diag);
  }
  return status == RONDO_OK ? rondo_problem_finish(problem, diag) : status;
}

static enum rondo_status make_general(struct rondo_problem **out, struct rondo_diag *diag) {
  enum rondo_status status = rondo_problem_create(out, diag);
  if (status == RONDO_OK) status = fill_general(*out, diag);
  return status;
}

static enum rondo_status plan(enum rondo_status (*make)(struct rondo_problem **, struct rondo_diag *), double time_limit_s, struct rondo_diag *diag) {
  const struct rondo_solve_options options = {.iteration_limit = 60, .time_limit_s = time_limit_s, .thread_count = 2};
  struct rondo_problem *problem = NULL;
  struct rondo_schedule *schedule = NULL;
  enum rondo_status status = make(&problem, diag);
  if (status == RONDO_OK) status = rondo_solve(problem, &options, &schedule, diag);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
  return status;
}

// With a time limit threads run freely, and one of two is enough.
static long fail_each(const char *name, enum rondo_status (*make)(struct rondo_problem **, struct rondo_diag *), double time_limit_s) {
  for (long n = 1;; ++n) {
    struct rondo_diag diag = {0};
    long before = atomic_load(&live_blocks);
    atomic_store(&count, 0);
    atomic_store(&target, n);
    enum rondo_status status = plan(make, time_limit_s, &diag);
    atomic_store(&target, 0);
    long left = atomic_load(&live_blocks) - before;
    bool is_through = atomic_load(&count) < n;
    if ((status != RONDO_OK && (status != RONDO_RESOURCE_EXHAUSTED || diag.message[0] == '\0')) || (is_through && status != RONDO_OK) || left != 0) {
      fprintf(stderr, "%s: failure %ld: %s '%s', %ld blocks left\n", name, n, rondo_status_name(status), diag.message, left);
      exit(1);
    }
    if (is_through) return n - 1;
  }
}

int main(void) {
  printf("shop: %ld failures\n", fail_each("shop", make_shop, 0));
  printf("shop, timed: %ld failures\n", fail_each("shop, timed", make_shop, 60));
  printf("general: %ld failures\n", fail_each("general", make_general, 0));
  printf("general, timed: %ld failures\n", fail_each("general, timed", make_general, 60));
  return 0;
}
