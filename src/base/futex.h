// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Sleeping on a word until somebody changes it and says so.

#ifndef RDO_BASE_FUTEX_H_
#define RDO_BASE_FUTEX_H_

#include "base/atomic.h"

// Sleeps while *word == expected, at most until `deadline_ns` (CLOCK_MONOTONIC, INT64_MAX = none). May
// return early: callers look at the word again.
void rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns);

// Wakes one thread, or all, that sleep on `word`.
void rdo_futex_wake(rdo_atomic_u32 *word);
void rdo_futex_wake_all(rdo_atomic_u32 *word);

// Tells the processor that this is a spin loop.
static inline void rdo_cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#elif defined(__riscv)
  __asm__ volatile(".insn i 0x0F, 0, x0, x0, 0x010");  // pause; a hint that older cores take as fence
#endif
}

#endif  // RDO_BASE_FUTEX_H_
