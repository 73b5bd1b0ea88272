// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/futex.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifdef RDO_COUNT_ATOMICS
_Thread_local struct rdo_atomic_counts rdo_atomic_counts;
_Thread_local void (*rdo_atomic_observer)(const volatile void *word, const char *place);

void rdo_atomic_note(const volatile void *word, const char *place) {
  ++rdo_atomic_counts.rmw_count;
  if (rdo_atomic_observer != NULL) rdo_atomic_observer(word, place);
}

#define COUNT_CALL(count) (++rdo_atomic_counts.count)
#else
#define COUNT_CALL(count) ((void)0)
#endif

void rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns) {
  struct timespec deadline = {.tv_sec = deadline_ns / 1000000000, .tv_nsec = (long)(deadline_ns % 1000000000)};
  COUNT_CALL(futex_wait_count);
  // WAIT_BITSET takes an absolute time on CLOCK_MONOTONIC.
  (void)syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, deadline_ns == INT64_MAX ? NULL : &deadline, NULL,
                FUTEX_BITSET_MATCH_ANY);
}

void rdo_futex_wake(rdo_atomic_u32 *word) {
  COUNT_CALL(futex_wake_count);
  (void)syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

void rdo_futex_wake_all(rdo_atomic_u32 *word) {
  COUNT_CALL(futex_wake_count);
  (void)syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, NULL, NULL, 0);
}
