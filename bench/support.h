// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the measuring programs share: percentiles, work of a known length, CPUs, rows as JSON.

#ifndef RDO_BENCH_SUPPORT_H_
#define RDO_BENCH_SUPPORT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BENCH_CPUS_MAX = 64 };

// Ends the program, with words, unless `condition` holds.
#define BENCH_CHECK(condition) ((condition) ? (void)0 : bench_stop(__FILE__, __LINE__, #condition))
__attribute__((noreturn)) void bench_stop(const char *file, int line, const char *what);

// Options. Understands --name=value for the names it is asked for; NULL = absent.
const char *bench_option(int argc, char **argv, const char *name);
bool bench_flag(int argc, char **argv, const char *name);
// Ends with exit code 2 and `usage` if there is an argument that `names` does not list.
//   names  NULL-terminated; "seconds=" takes a value, "json" does not
void bench_check_options(int argc, char **argv, const char *const *names, const char *usage);

// Of programs that divide their time among rows: --quick, --seconds=S for all of them (default 5), --json.
struct bench_arguments {
  bool is_json;
  double row_seconds;
};
struct bench_arguments bench_read_arguments(int argc, char **argv, const char *program, int row_count);

// Samples ------------------------------------------------------------------------------------------

struct bench_samples {
  double *values;  // room is taken, and touched, before measuring
  int64_t count, capacity;
};

struct bench_summary {
  int64_t n;
  double p50, p99, p999, max;
};

void bench_samples_init(struct bench_samples *samples, int64_t capacity);
void bench_samples_deinit(struct bench_samples *samples);
static inline void bench_add(struct bench_samples *samples, double value) {
  if (samples->count < samples->capacity) samples->values[samples->count++] = value;
}
// Sorts. Nearest rank: the smallest sample that at least the fraction of all do not exceed.
struct bench_summary bench_summarize(struct bench_samples *samples);

// Work -----------------------------------------------------------------------------------------------

// A chain of `steps` operations each of which needs the one before: takes the same time whatever the compiler does
// and whatever a neighbour on the same core does.
//   returns  a value that depends on all of it
static inline uint64_t bench_work(uint64_t steps) {
  uint64_t x = steps;
  for (uint64_t i = 0; i < steps; ++i) {
    x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    __asm__ volatile("" : "+r"(x));
  }
  return x;
}

// How many steps take so long on an undisturbed core: the fastest of many tries.
uint64_t bench_calibrate_steps(double ns);

// CPUs -----------------------------------------------------------------------------------------------

// The last `count` CPUs that this process may use (the first serves most interrupts), again from the last when there
// are fewer.
//   returns  how many different ones
int bench_pick_cpus(int count, int *out_cpus);
void bench_pin(int cpu);  // the calling thread
int64_t bench_now_ns(void);
// CPU time of the whole process, to the nanosecond: the system's own sum leaves out what threads on other CPUs have run
// since their last tick. Looks for new threads only when told to.
void bench_find_threads(void);
int64_t bench_cpu_ns(void);
void bench_sleep_ns(int64_t ns);

// Rows -----------------------------------------------------------------------------------------------

// A figure of ours, with a goal of its own and no peer. See "results.json" in README.md.
struct bench_row {
  const char *name;
  const char *unit;  // "ns", "us", "calls", "share"
  double ours;
  double goal;                   // < 0: none
  struct bench_summary summary;  // n 0: none
  const char *note;              // NULL = none
};
void bench_print_row(const struct bench_row *row, bool is_json);

#ifdef __cplusplus
}
#endif
#endif  // RDO_BENCH_SUPPORT_H_
