// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The only place that names <stdatomic.h>. Every operation spells its order; each use names the
// protocol it belongs to (docs/sync.md) or why relaxed suffices.

#ifndef RDO_BASE_ATOMIC_H_
#define RDO_BASE_ATOMIC_H_

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef _Atomic uint32_t rdo_atomic_u32;
typedef _Atomic uint64_t rdo_atomic_u64;
typedef _Atomic int64_t rdo_atomic_i64;
typedef _Atomic int32_t rdo_atomic_i32;
typedef void *_Atomic rdo_atomic_ptr;

#define rdo_relaxed memory_order_relaxed
#define rdo_acquire memory_order_acquire
#define rdo_release memory_order_release
#define rdo_acq_rel memory_order_acq_rel
#define rdo_seq_cst memory_order_seq_cst

// Counting builds (CMake: RONDO_COUNT_ATOMICS; bench/scaling.c) tell every read-modify-write, which is what cores
// compete for, before it happens; in others nothing is left of this.
//   word   what is about to be changed     place  "file:line", static
#ifdef RDO_COUNT_ATOMICS
struct rdo_atomic_counts {
  uint64_t rmw_count;         // read-modify-writes
  uint64_t futex_wait_count;  // system calls
  uint64_t futex_wake_count;
};
extern _Thread_local struct rdo_atomic_counts rdo_atomic_counts;  // of the calling thread
extern _Thread_local void (*rdo_atomic_observer)(const volatile void *word, const char *place);  // NULL = none
void rdo_atomic_note(const volatile void *word, const char *place);
#define RDO_ATOMIC_TEXT(line) #line
#define RDO_ATOMIC_PLACE(file, line) file ":" RDO_ATOMIC_TEXT(line)
#define RDO_ATOMIC_NOTE(p) rdo_atomic_note((p), RDO_ATOMIC_PLACE(__FILE__, __LINE__)),
#else
#define RDO_ATOMIC_NOTE(p)
#endif

// Hostile builds give the processor away before some of the operations, so that what can happen between two
// of them does happen. Not before every one: then all threads would go in step.
#ifdef RDO_HOSTILE
#include <sched.h>
#include <time.h>
static inline void rdo_hostile_yield(void) {
  static _Thread_local uint32_t random;
  if (random == 0) random = (uint32_t)((uintptr_t)&random >> 4) | 1;
  random ^= random << 13;
  random ^= random >> 17;
  random ^= random << 5;
  if (random % 64 == 0) sched_yield();
  if (random % 1024 == 1) nanosleep(&(const struct timespec){.tv_nsec = 50000}, NULL);
}
#define RDO_ATOMIC_YIELD rdo_hostile_yield(),
#else
#define RDO_ATOMIC_YIELD
#endif

#define rdo_atomic_init(p, v) atomic_init((p), (v))
#define rdo_atomic_load(p, order) (RDO_ATOMIC_YIELD atomic_load_explicit((p), (order)))
#define rdo_atomic_store(p, v, order) (RDO_ATOMIC_YIELD atomic_store_explicit((p), (v), (order)))
#define rdo_atomic_add(p, v, order) (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_fetch_add_explicit((p), (v), (order)))
#define rdo_atomic_sub(p, v, order) (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_fetch_sub_explicit((p), (v), (order)))
#define rdo_atomic_or(p, v, order) (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_fetch_or_explicit((p), (v), (order)))
#define rdo_atomic_and(p, v, order) (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_fetch_and_explicit((p), (v), (order)))
#define rdo_atomic_exchange(p, v, order) (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_exchange_explicit((p), (v), (order)))
#define rdo_atomic_cas(p, expected, v, success, failure) \
  (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_compare_exchange_strong_explicit((p), (expected), (v), (success), (failure)))
#define rdo_atomic_cas_weak(p, expected, v, success, failure) \
  (RDO_ATOMIC_YIELD RDO_ATOMIC_NOTE(p) atomic_compare_exchange_weak_explicit((p), (expected), (v), (success), (failure)))

// Counts: reference counts and statistics, the read-modify-writes that a model's host program makes
// by the dozen in every call. While the process has a single thread there is nobody to race with, and
// a load and a store do without the locked instruction (libstdc++ does the same for shared_ptr). The
// C library clears the flag before a second thread can run. Sanitizers and who counts see the atomic form always.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(RDO_COUNT_ATOMICS)
#define RDO_SINGLE_THREADED 0
#elif defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define RDO_SINGLE_THREADED (__libc_single_threaded != 0)
#endif
#endif
#ifndef RDO_SINGLE_THREADED
#define RDO_SINGLE_THREADED 0
#endif

// Both return the value before.
static inline uint32_t rdo_count_add_u32(rdo_atomic_u32 *count, uint32_t value, memory_order order) {
  if (!RDO_SINGLE_THREADED) return rdo_atomic_add(count, value, order);
  uint32_t before = atomic_load_explicit(count, memory_order_relaxed);  // relaxed: one thread
  atomic_store_explicit(count, before + value, memory_order_relaxed);   // relaxed: one thread
  return before;
}

static inline uint64_t rdo_count_add_u64(rdo_atomic_u64 *count, uint64_t value, memory_order order) {
  if (!RDO_SINGLE_THREADED) return rdo_atomic_add(count, value, order);
  uint64_t before = atomic_load_explicit(count, memory_order_relaxed);  // relaxed: one thread
  atomic_store_explicit(count, before + value, memory_order_relaxed);   // relaxed: one thread
  return before;
}

// Adds unless the sum would be over `limit`: at no moment does the count hold what was refused.
// *out_before is the value before, either way.
static inline bool rdo_count_try_add_u64(rdo_atomic_u64 *count, uint64_t value, uint64_t limit, uint64_t *out_before) {
  uint64_t before = atomic_load_explicit(count, memory_order_relaxed);  // relaxed: counter
  for (;;) {
    *out_before = before;
    if (before > limit || value > limit - before) return false;
    if (RDO_SINGLE_THREADED) {
      atomic_store_explicit(count, before + value, memory_order_relaxed);  // relaxed: one thread
      return true;
    }
    // relaxed: counter
    if (rdo_atomic_cas_weak(count, &before, before + value, rdo_relaxed, rdo_relaxed)) return true;
  }
}

#endif  // RDO_BASE_ATOMIC_H_
