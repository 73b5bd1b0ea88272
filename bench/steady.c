// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a loaded model costs once it is warm: blocks of the heap and futex calls of an inference, and the processor's
// time while nobody calls.
//
//   steady --mlp=MODULE.vmfb --dronet=MODULE.vmfb [--seconds=S] [--quick] [--json]
//
//   heap_mlp1 heap_mlp2 heap_dronet1 heap_dronet2   calls of malloc and its like an inference, with 1 and 2 workers
//   futex_mlp1 futex_mlp2                           system calls to sleep or to wake, an inference
//   futex_dronet1 futex_dronet2                     the same, no goal
//   idle_cpu                                        share of a processor that the loaded, idle process takes
//
// Inputs are zeros. What is counted is counted by the linker: it puts a wrapper in front of each function. So locks
// of the C library are not in the futex calls; they are held for a few instructions, and the voluntary sleeps that
// the note tells would show one that is fought for.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/atomic.h"
#include "loaded.h"
#include "support.h"

enum {
  // Calls before counting. Blocks that one thread frees and another one wants wait in the first one's list until it
  // is full (base/pool.h), and only then go round: where that is one block in a hundred calls it takes a while.
  WARM_COUNT = 2000,
};
static const double warm_share = 0.2;  // of the time that is measured

// Counting -------------------------------------------------------------------------------------------

static rdo_atomic_u64 heap_calls, futex_calls;

static void count(rdo_atomic_u64 *counter) { rdo_atomic_add(counter, 1, rdo_relaxed); }                 // relaxed: counter
static uint64_t take(rdo_atomic_u64 *counter) { return rdo_atomic_exchange(counter, 0, rdo_relaxed); }  // relaxed: counter

// The linker's names for what is wrapped and what wraps it.
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **out, size_t alignment, size_t size);
void *__real_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void __real_rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns);
void __real_rdo_futex_wake(rdo_atomic_u32 *word);
void __real_rdo_futex_wake_all(rdo_atomic_u32 *word);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **out, size_t alignment, size_t size);
void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset);
void __wrap_rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns);
void __wrap_rdo_futex_wake(rdo_atomic_u32 *word);
void __wrap_rdo_futex_wake_all(rdo_atomic_u32 *word);

void *__wrap_malloc(size_t size) {
  count(&heap_calls);
  return __real_malloc(size);
}

void *__wrap_calloc(size_t element_count, size_t size) {
  count(&heap_calls);
  return __real_calloc(element_count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  count(&heap_calls);
  return __real_realloc(memory, size);
}

int __wrap_posix_memalign(void **out, size_t alignment, size_t size) {
  count(&heap_calls);
  return __real_posix_memalign(out, alignment, size);
}

void *__wrap_mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  count(&heap_calls);
  return __real_mmap(address, length, protection, flags, fd, offset);
}

void __wrap_rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns) {
  count(&futex_calls);
  __real_rdo_futex_wait(word, expected, deadline_ns);
}

void __wrap_rdo_futex_wake(rdo_atomic_u32 *word) {
  count(&futex_calls);
  __real_rdo_futex_wake(word);
}

void __wrap_rdo_futex_wake_all(rdo_atomic_u32 *word) {
  count(&futex_calls);
  __real_rdo_futex_wake_all(word);
}

// Rows -----------------------------------------------------------------------------------------------

static double seconds;
static int64_t warm_count;
static bool is_json;

static void warm_up(struct bench_loaded *loaded) {
  int64_t end_ns = bench_now_ns() + (int64_t)(warm_share * seconds * 1e9);
  for (int64_t i = 0; i < warm_count || bench_now_ns() < end_ns; ++i) bench_call(loaded);
}

static int64_t count_sleeps(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nvcsw;
}

static void print(const char *kind, const char *name, int worker_count, double calls, double goal, int64_t n, const char *note) {
  char text[32];
  snprintf(text, sizeof text, "%s_%s%d", kind, name, worker_count);
  bench_print_row(&(const struct bench_row){.name = text, .unit = "calls", .ours = calls, .goal = goal, .summary = {n, calls, calls, calls, calls}, .note = note}, is_json);
}

static void measure_model(const char *name, const char *path, int worker_count, double futex_goal) {
  struct bench_loaded loaded;
  bench_load(&loaded, path, worker_count);
  warm_up(&loaded);
  int64_t n = 0, sleeps = count_sleeps(), end_ns = bench_now_ns() + (int64_t)(seconds * 1e9);
  (void)take(&heap_calls);
  (void)take(&futex_calls);
  do {
    bench_call(&loaded);
    ++n;
  } while (bench_now_ns() < end_ns);
  double heap = (double)take(&heap_calls) / (double)n, futex = (double)take(&futex_calls) / (double)n;
  char note[64];
  snprintf(note, sizeof note, "%.3f voluntary sleeps", (double)(count_sleeps() - sleeps) / (double)n);
  print("heap", name, worker_count, heap, 0, n, NULL);
  print("futex", name, worker_count, futex, futex_goal, n, note);
  bench_unload(&loaded);
}

static void measure_idle(const char *path) {
  struct bench_loaded loaded;
  bench_load(&loaded, path, 0);
  warm_up(&loaded);
  bench_find_threads();
  bench_sleep_ns(100000000);  // whoever spins on for a while has stopped
  int64_t begin_ns = bench_now_ns(), begin_cpu_ns = bench_cpu_ns();
  bench_sleep_ns((int64_t)(4 * seconds * 1e9));
  double share = (double)(bench_cpu_ns() - begin_cpu_ns) / (double)(bench_now_ns() - begin_ns);
  bench_print_row(&(const struct bench_row){.name = "idle_cpu", .unit = "share", .ours = share, .goal = 0.001}, is_json);
  bench_unload(&loaded);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"mlp=", "dronet=", "seconds=", "quick", "json", NULL};
  bench_check_options(argc, argv, names, "steady --mlp=MODULE --dronet=MODULE [--seconds=S] [--quick] [--json]");
  const char *mlp = bench_option(argc, argv, "mlp"), *dronet = bench_option(argc, argv, "dronet"), *text = bench_option(argc, argv, "seconds");
  bool is_quick = bench_flag(argc, argv, "quick");
  seconds = is_quick ? 0.02 : 1;
  if (text != NULL) seconds = strtod(text, NULL);
  warm_count = is_quick ? 3 : WARM_COUNT;
  is_json = bench_flag(argc, argv, "json");
  BENCH_CHECK(mlp != NULL && dronet != NULL);
  for (int workers = 1; workers <= 2; ++workers) {
    measure_model("mlp", mlp, workers, 1);
    measure_model("dronet", dronet, workers, -1);
  }
  measure_idle(dronet);
  return 0;
}
