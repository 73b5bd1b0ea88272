// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures while jobs of a file are loaded, played and written: the n-th allocation, or the n-th thread, is refused, for
// n = 1, 2, ... until all goes well. Each failure must come back as RESOURCE_EXHAUSTED with words, and end all jobs and
// threads; that nothing is left behind is seen by the address sanitizer.
// Usage: play_fail JOBS_FILE

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "rondo/play.h"
#include "rondo/trace.h"

static atomic_long count, target;  // target 0: nothing fails

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);

static bool fails(void) { return atomic_fetch_add(&count, 1) + 1 == atomic_load(&target); }

void *__wrap_calloc(size_t n, size_t size) { return fails() ? NULL : __real_calloc(n, size); }
void *__wrap_malloc(size_t size) { return fails() ? NULL : __real_malloc(size); }
void *__wrap_realloc(void *memory, size_t size) { return fails() ? NULL : __real_realloc(memory, size); }
int __wrap_posix_memalign(void **out, size_t alignment, size_t size) { return fails() ? ENOMEM : __real_posix_memalign(out, alignment, size); }
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user) {
  return fails() ? EAGAIN : __real_pthread_create(thread, attributes, run, user);
}

// What there is of one player --------------------------------------------------------------------------------

static enum rondo_status play(const char *path, struct rondo_diag *diag) {
  struct rondo_player *player;
  struct rondo_trace_table *table = NULL;
  enum rondo_status status = rondo_player_load(path, &(const struct rondo_load_options){.player = {.worker_count = 2}}, &player, diag);
  if (status == RONDO_OK) status = rondo_player_run(player, 0, 0, diag);
  if (status == RONDO_OK) status = rondo_player_trace(player, &table, diag);
  rondo_trace_table_release(&table);
  rondo_player_release(&player);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  for (long n = 1;; ++n) {
    struct rondo_diag diag = {.status = RONDO_OK};
    atomic_store(&count, 0);
    atomic_store(&target, n);
    enum rondo_status status = play(argv[1], &diag);
    atomic_store(&target, 0);
    bool is_through = atomic_load(&count) < n;
    bool is_told = status == RONDO_RESOURCE_EXHAUSTED && diag.message[0] != '\0';
    if ((status != RONDO_OK && !is_told) || (is_through && status != RONDO_OK)) {
      fprintf(stderr, "failure %ld: %s '%s'\n", n, rondo_status_name(status), diag.message);
      return 1;
    }
    if (is_through) {
      printf("%ld failures\n", n - 1);
      return 0;
    }
  }
}
