// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/memory_lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BYTES = 1 << 20, NOBODY = 65534, LIMIT_BYTES = 1 << 16 };

static size_t resident_count(const void *address, size_t bytes) {
  static unsigned char pages[BYTES / 4096];
  size_t count = 0;
  if (mincore((void *)(uintptr_t)address, bytes, pages) != 0) return SIZE_MAX;
  for (size_t i = 0; i < bytes / 4096; ++i) count += pages[i] & 1;
  return count;
}

static void test_prefault(void **state) {
  (void)state;
  uint8_t *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(memory != MAP_FAILED);
  memory[5000] = 7;
  rdo_memory_prefault(memory, BYTES);
  assert_int_equal(memory[5000], 7);
  assert_int_equal(resident_count(memory, BYTES), BYTES / 4096);
  munmap(memory, BYTES);
  rdo_memory_prefault(NULL, 0);
  rdo_memory_prefault_stack();
}

// In a process of its own, which may lock as much as the limit says, and as whom the kernel says.
//   returns  what went wrong; 0 = nothing
static int lock_with_limit(void) {
  const struct rlimit limit = {LIMIT_BYTES, LIMIT_BYTES};
  struct rondo_diag diag = {.status = RONDO_OK};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 77;
  if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) return 77;
  enum rondo_status status = rdo_memory_lock(&diag);
  if (status != RONDO_PERMISSION_DENIED) return 1;
  if (strstr(diag.message, "RLIMIT_MEMLOCK is 64 KiB") == NULL) return 2;
  // Nothing of it is left: there is memory as before.
  void *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 3;
  memset(memory, 1, BYTES);
  return 0;
}

static int lock(void) {
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_memory_lock(&diag);
  if (status != RONDO_OK) return diag.message[0] != '\0' ? 77 : 1;
  uint8_t *memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 2;
  memset(memory, 1, BYTES);
  return resident_count(memory, BYTES) == BYTES / 4096 ? 0 : 3;
}

static void in_child(int (*run)(void)) {
  int status;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) _exit(run());
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_limited(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  skip();  // they lock nothing, and say that they have
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  skip();
#endif
#endif
  in_child(lock_with_limit);
}

static void test_lock(void **state) {
  (void)state;
  in_child(lock);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_prefault), cmocka_unit_test(test_limited), cmocka_unit_test(test_lock)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
