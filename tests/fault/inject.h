// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Failures on order: the n-th call of a kind fails, or all from there on. The linker puts the wrappers below in front
// of the library's calls (-Wl,--wrap, see CMakeLists.txt). Counts are atomic: other threads allocate, too. Included
// once, by the file that has main().
//
// A test sets what should fail and begins; it counts up `target` until nothing has failed.

#ifndef RDO_TESTS_INJECT_H_
#define RDO_TESTS_INJECT_H_

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "base/atomic.h"

// Kinds of calls, as bits; what a test wraps itself begins with INJECT_OTHER.
enum { INJECT_MEMORY = 1,
       INJECT_THREADS = 2,
       INJECT_FILES = 4,
       INJECT_OTHER = 8 };

static struct {
  uint32_t target;           // number of the call that fails, from 1; 0 = none, they are counted only
  bool fails_from_on;        // all after it, too
  bool is_for_one_thread;    // only calls of threads that have set inject_is_here
  bool has_partial_writes;   // write() also is interrupted, and takes only half
  rdo_atomic_u32 kinds;      // that are counted and may fail; 0 = none
  rdo_atomic_u32 count;      // calls since it began
  rdo_atomic_u32 failed_count;
  rdo_atomic_u32 live_blocks;  // always counted
} inject;

static _Thread_local bool inject_is_here;

// Whether the call that asks fails; errno is then `error`.
static inline bool inject_fails(uint32_t kind, int error) {
  if ((rdo_atomic_load(&inject.kinds, rdo_seq_cst) & kind) == 0) return false;
  if (inject.is_for_one_thread && !inject_is_here) return false;
  uint32_t number = rdo_atomic_add(&inject.count, 1, rdo_seq_cst) + 1;
  if (inject.target == 0 || (inject.fails_from_on ? number < inject.target : number != inject.target)) return false;
  rdo_atomic_add(&inject.failed_count, 1, rdo_seq_cst);
  errno = error;
  return true;
}

// Counts from 0. `target` and what is beside it are set before.
static inline void inject_begin(uint32_t kinds) {
  rdo_atomic_store(&inject.count, 0, rdo_seq_cst);
  rdo_atomic_store(&inject.failed_count, 0, rdo_seq_cst);
  rdo_atomic_store(&inject.kinds, kinds, rdo_seq_cst);
}

static inline void inject_end(void) { rdo_atomic_store(&inject.kinds, 0, rdo_seq_cst); }

static inline uint32_t inject_count(void) { return rdo_atomic_load(&inject.count, rdo_seq_cst); }
static inline bool inject_has_failed(void) { return rdo_atomic_load(&inject.failed_count, rdo_seq_cst) != 0; }
static inline uint32_t inject_live_blocks(void) { return rdo_atomic_load(&inject.live_blocks, rdo_seq_cst); }

// Entries of a folder, without those that begin with a dot: of /proc/self/task threads, of /proc/self/fd open files
// (and the one that looks).
static inline int inject_count_entries(const char *folder) {
  int count = 0;
  DIR *directory = opendir(folder);
  if (directory == NULL) return -1;
  for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) count += entry->d_name[0] != '.';
  closedir(directory);
  return count;
}

// The linker's names for what is wrapped and what wraps it. --------------------------------------------

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
void __real_free(void *memory);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
int __real_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_rename(const char *from, const char *to);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
void __wrap_free(void *memory);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_rename(const char *from, const char *to);

static inline void *inject_count_block(void *memory) {
  if (memory != NULL) rdo_atomic_add(&inject.live_blocks, 1, rdo_seq_cst);
  return memory;
}

void *__wrap_malloc(size_t size) { return inject_fails(INJECT_MEMORY, ENOMEM) ? NULL : inject_count_block(__real_malloc(size)); }

void *__wrap_calloc(size_t count, size_t size) {
  return inject_fails(INJECT_MEMORY, ENOMEM) ? NULL : inject_count_block(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size) {
  if (inject_fails(INJECT_MEMORY, ENOMEM)) return NULL;
  void *grown = __real_realloc(memory, size);
  return memory == NULL ? inject_count_block(grown) : grown;
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size) {
  if (inject_fails(INJECT_MEMORY, ENOMEM)) return ENOMEM;
  int error = __real_posix_memalign(out, alignment, size);
  if (error == 0) (void)inject_count_block(*out);
  return error;
}

void __wrap_free(void *memory) {
  if (memory != NULL) rdo_atomic_sub(&inject.live_blocks, 1, rdo_seq_cst);
  __real_free(memory);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user) {
  return inject_fails(INJECT_THREADS, EAGAIN) ? EAGAIN : __real_pthread_create(thread, attributes, run, user);
}

int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return inject_fails(INJECT_FILES, EMFILE) ? -1 : __real_open(path, flags, mode);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
  if (inject_fails(INJECT_FILES, ENOSPC)) return -1;
  if (!inject.has_partial_writes) return __real_write(fd, bytes, size);
  if (inject_fails(INJECT_FILES, EINTR)) return -1;
  return __real_write(fd, bytes, size > 100 ? size / 2 : size);
}

int __wrap_rename(const char *from, const char *to) { return inject_fails(INJECT_FILES, EIO) ? -1 : __real_rename(from, to); }

#endif  // RDO_TESTS_INJECT_H_
