// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "support.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void bench_stop(const char *file, int line, const char *what) {
  fprintf(stderr, "%s:%d: not true: %s\n", file, line, what);
  exit(1);
}

// Options --------------------------------------------------------------------------------------------

const char *bench_option(int argc, char **argv, const char *name) {
  size_t length = strlen(name);
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "--", 2) == 0 && strncmp(argv[i] + 2, name, length) == 0 && argv[i][2 + length] == '=') return argv[i] + 3 + length;
  }
  return NULL;
}

bool bench_flag(int argc, char **argv, const char *name) {
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0) return true;
  }
  return false;
}

static bool is_known(const char *argument, const char *const *names) {
  if (strncmp(argument, "--", 2) != 0) return false;
  for (; *names != NULL; ++names) {
    size_t length = strlen(*names);
    bool takes_value = (*names)[length - 1] == '=';
    if (takes_value ? strncmp(argument + 2, *names, length) == 0 : strcmp(argument + 2, *names) == 0) return true;
  }
  return false;
}

void bench_check_options(int argc, char **argv, const char *const *names, const char *usage) {
  for (int i = 1; i < argc; ++i) {
    if (is_known(argv[i], names)) continue;
    fprintf(stderr, "%s: unknown argument\nusage: %s\n", argv[i], usage);
    exit(2);
  }
}

struct bench_arguments bench_read_arguments(int argc, char **argv, const char *program, int row_count) {
  static const char *const names[] = {"quick", "json", "seconds=", NULL};
  char usage[128];
  snprintf(usage, sizeof usage, "%s [--quick] [--seconds=S] [--json]", program);
  bench_check_options(argc, argv, names, usage);
  const char *seconds = bench_option(argc, argv, "seconds");
  double row_seconds = (seconds != NULL ? strtod(seconds, NULL) : 5) / row_count;
  return (struct bench_arguments){bench_flag(argc, argv, "json"), bench_flag(argc, argv, "quick") ? 0.01 : row_seconds};
}

// Samples --------------------------------------------------------------------------------------------

void bench_samples_init(struct bench_samples *samples, int64_t capacity) {
  *samples = (struct bench_samples){.values = malloc((size_t)capacity * sizeof(double)), .capacity = capacity};
  BENCH_CHECK(samples->values != NULL);
  memset(samples->values, 0, (size_t)capacity * sizeof(double));
}

void bench_samples_deinit(struct bench_samples *samples) { free(samples->values); }

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double percentile(const struct bench_samples *samples, double fraction) {
  int64_t rank = (int64_t)ceil(fraction * (double)samples->count);
  return samples->values[rank < 1 ? 0 : rank - 1];
}

struct bench_summary bench_summarize(struct bench_samples *samples) {
  if (samples->count == 0) return (struct bench_summary){0};
  qsort(samples->values, (size_t)samples->count, sizeof samples->values[0], compare_doubles);
  return (struct bench_summary){
      .n = samples->count,
      .p50 = percentile(samples, 0.5),
      .p99 = percentile(samples, 0.99),
      .p999 = percentile(samples, 0.999),
      .max = samples->values[samples->count - 1],
  };
}

// Work -----------------------------------------------------------------------------------------------

uint64_t bench_calibrate_steps(double ns) {
  enum { TRIES = 200, STEPS = 20000 };
  double best_ns = INFINITY;
  volatile uint64_t sink = 0;
  for (int i = 0; i < TRIES; ++i) {
    int64_t begin_ns = bench_now_ns();
    sink = bench_work(STEPS);
    double took_ns = (double)(bench_now_ns() - begin_ns);
    if (took_ns < best_ns) best_ns = took_ns;
  }
  (void)sink;
  double steps = ns * STEPS / best_ns;
  return steps < 1 ? 1 : (uint64_t)(steps + 0.5);
}

// CPUs -----------------------------------------------------------------------------------------------

int bench_pick_cpus(int count, int *out_cpus) {
  cpu_set_t allowed;
  BENCH_CHECK(count >= 1 && count <= BENCH_CPUS_MAX);
  BENCH_CHECK(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  int found = 0;
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && found < count; --cpu) {
    if (CPU_ISSET((size_t)cpu, &allowed)) out_cpus[found++] = cpu;
  }
  for (int i = found; i < count; ++i) out_cpus[i] = out_cpus[i % found];
  return found;
}

void bench_pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)cpu, &set);
  BENCH_CHECK(sched_setaffinity(0, sizeof set, &set) == 0);
}

static int64_t read_clock(clockid_t clock) {
  struct timespec now = {0};
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bench_now_ns(void) { return read_clock(CLOCK_MONOTONIC); }

enum { THREADS_MAX = 1024 };
static clockid_t thread_clocks[THREADS_MAX];
static int thread_count;

void bench_find_threads(void) {
  DIR *folder = opendir("/proc/self/task");
  BENCH_CHECK(folder != NULL);
  thread_count = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL && thread_count < THREADS_MAX;) {
    long id = strtol(entry->d_name, NULL, 10);
    // Linux's clock of a thread: the number inverted, "of a thread" 4, "time it was scheduled" 2.
    if (id > 0) thread_clocks[thread_count++] = (clockid_t)(~(unsigned)id << 3 | 6);
  }
  closedir(folder);
}

int64_t bench_cpu_ns(void) {
  int64_t sum_ns = 0;
  for (int i = 0; i < thread_count; ++i) sum_ns += read_clock(thread_clocks[i]);
  return sum_ns;
}

void bench_sleep_ns(int64_t ns) {
  struct timespec left = {.tv_sec = ns / 1000000000, .tv_nsec = (long)(ns % 1000000000)};
  while (nanosleep(&left, &left) != 0) {
  }
}

// Rows -----------------------------------------------------------------------------------------------

static void print_json(const struct bench_row *row) {
  printf("{\"name\": \"%s\", \"issue\": \"executor\", \"unit\": \"%s\", \"ours\": %.6g", row->name, row->unit, row->ours);
  const struct bench_summary *s = &row->summary;
  if (s->n > 0) printf(", \"n\": %" PRId64 ", \"p50\": %.6g, \"p99\": %.6g, \"p999\": %.6g, \"max\": %.6g", s->n, s->p50, s->p99, s->p999, s->max);
  if (row->goal >= 0) printf(", \"goal\": %g, \"holds\": %s", row->goal, row->ours <= row->goal ? "true" : "false");
  if (row->note != NULL) printf(", \"note\": \"%s\"", row->note);
  printf("}\n");
}

void bench_print_row(const struct bench_row *row, bool is_json) {
  if (is_json) {
    print_json(row);
  } else {
    printf("%-22s %10.4g %-6s", row->name, row->ours, row->unit);
    if (row->summary.n > 0) printf("  p50 %.4g, p99 %.4g, p99.9 %.4g, n %" PRId64, row->summary.p50, row->summary.p99, row->summary.p999, row->summary.n);
    if (row->goal >= 0) printf("  goal %g: %s", row->goal, row->ours <= row->goal ? "holds" : "MISSED");
    if (row->note != NULL) printf("  %s", row->note);
    printf("\n");
  }
  fflush(stdout);
}
