// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Allocations of the thread under test that fail on order, for unit tests without threads: the n-th while armed. The linker puts
// these in front of the library's (-Wl,--wrap= calloc, malloc, realloc, free). Included once, by the file that has main(). Tests
// with threads, files or kinds of failures use tests/fault/inject.h.

#ifndef RDO_TESTS_ALLOC_FAIL_H_
#define RDO_TESTS_ALLOC_FAIL_H_

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

static struct {
  bool is_armed;
  long target, count;
  long live_blocks;  // made and not freed while armed
} inject;

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

static inline bool inject_fails(bool makes_block) {
  if (!inject.is_armed) return false;
  if (++inject.count == inject.target) {
    errno = ENOMEM;
    return true;
  }
  inject.live_blocks += makes_block;
  return false;
}

void *__wrap_calloc(size_t count, size_t size) { return inject_fails(true) ? NULL : __real_calloc(count, size); }
void *__wrap_malloc(size_t size) { return inject_fails(true) ? NULL : __real_malloc(size); }
void *__wrap_realloc(void *memory, size_t size) { return inject_fails(memory == NULL) ? NULL : __real_realloc(memory, size); }

void __wrap_free(void *memory) {
  if (inject.is_armed && memory != NULL) --inject.live_blocks;
  __real_free(memory);
}

#endif  // RDO_TESTS_ALLOC_FAIL_H_
