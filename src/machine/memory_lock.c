// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/memory_lock.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifndef MCL_ONFAULT
#define MCL_ONFAULT 4  // Linux 4.4
#endif

enum { PAGE_BYTES = 4096, STACK_BYTES = 512 * 1024, STACK_LEFT_BYTES = 64 * 1024 };

// With a limit that counts the kernel refuses memory as soon as more than that is locked: also to whoever has never heard of it.
static bool can_still_map(size_t limit_bytes) {
  size_t bytes = limit_bytes + PAGE_BYTES;
  if (bytes < limit_bytes) return true;
  void *address = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) return false;
  munmap(address, bytes);
  return true;
}

enum rondo_status rdo_memory_lock(struct rondo_diag *diag) {
  struct rlimit limit = {.rlim_cur = RLIM_INFINITY};
  bool is_limited = getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  int error = mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 0 : errno;
  if (error == EINVAL || error == ENOSYS) return rdo_fail(diag, RONDO_UNAVAILABLE, "the kernel cannot lock memory as it is touched (mlockall: %s)", strerror(error));
  if (error == 0 && (!is_limited || can_still_map((size_t)limit.rlim_cur))) return RONDO_OK;
  if (error == 0) (void)munlockall();
  return rdo_fail(diag, RONDO_PERMISSION_DENIED,
                  "memory cannot be locked: RLIMIT_MEMLOCK is %llu KiB, and the process has no CAP_IPC_LOCK (ulimit -l unlimited; in a container "
                  "--ulimit memlock=-1)",
                  (unsigned long long)limit.rlim_cur / 1024);
}

void rdo_memory_prefault(void *address, size_t bytes) {
  volatile uint8_t *memory = address;
  for (size_t i = 0; i < bytes; i += PAGE_BYTES) memory[i] = memory[i];
}

// A frame of its own, which is gone when it returns: its pages stay.
__attribute__((noinline)) static void touch_pages(void) {
  volatile uint8_t pages[STACK_BYTES];
  // The far end is the lowest address: from the near one on, as a stack grows.
  for (size_t i = 0; i < sizeof pages; i += PAGE_BYTES) pages[sizeof pages - 1 - i] = 0;
}

void rdo_memory_prefault_stack(void) {
  pthread_attr_t attributes;
  void *lowest = NULL;
  size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
  int error = pthread_attr_getstack(&attributes, &lowest, &bytes);
  pthread_attr_destroy(&attributes);
  size_t left = (size_t)((uintptr_t)__builtin_frame_address(0) - (uintptr_t)lowest);
  if (error == 0 && left <= bytes && left > STACK_BYTES + STACK_LEFT_BYTES) touch_pages();
}
