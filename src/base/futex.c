// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/futex.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns) {
  struct timespec deadline = {.tv_sec = deadline_ns / 1000000000, .tv_nsec = (long)(deadline_ns % 1000000000)};
  // WAIT_BITSET takes an absolute time on CLOCK_MONOTONIC.
  (void)syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, deadline_ns == INT64_MAX ? NULL : &deadline, NULL,
                FUTEX_BITSET_MATCH_ANY);
}

void rdo_futex_wake(rdo_atomic_u32 *word) {
  (void)syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

void rdo_futex_wake_all(rdo_atomic_u32 *word) {
  (void)syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, NULL, NULL, 0);
}
