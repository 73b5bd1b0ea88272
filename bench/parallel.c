// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Parallel-fors of 64 tiles, alone and in dependent stages, on our executor and on those that others use.
//
//   parallel [--system=NAME] [--row=NAME] [--threads=N] [--seconds=S] [--steps=N] [--spin-us=N] [--quick] [--json]
//   parallel --list     the settings that were built in, a line each
//   parallel --steps    the steps that make a microsecond on this machine, for --steps=N of other runs
//
//   tiles64x1us   64 tiles of 1 us, back to back
//   stages16x64   16 dependent stages of 64 tiles of 1 us; parallel-fors in a row for those who know no stages
//   after_idle    the first tiles64x1us after 5 ms of sleep
//   empty64       64 tiles of nothing
//
// Without --system every setting runs, each in a process of its own: some read it from their environment when they
// start. A tile is the same number of dependent steps for everybody, and the ideal is what the caller alone takes for
// the tiles, measured in between, divided by the threads. `idle_cpu` is the process' CPU time while its caller sleeps.

#include "parallel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  STAGE_COUNT = 16,
  SAMPLES_MAX = 1000000,
  THREADS_DEFAULT = 2,
  CHUNK_NS = 50000000,  // so long back to back, then the caller alone
  SERIAL_COUNT = 5,     // tries of the caller alone in a chunk
  WARM_COUNT = 20,      // calls after that which do not count
  IDLE_NS = 5000000,
  SPIN_NS_DEFAULT = 20000,  // as the runtime's own default
};

static const struct parallel_system *const systems[] = {
    &parallel_rondo,
#ifdef BENCH_HAS_PTHREADPOOL
    &parallel_pthreadpool,
#endif
#ifdef BENCH_HAS_TBB
    &parallel_tbb,
#endif
#ifdef BENCH_HAS_GOMP
    &parallel_gomp,
#endif
};
enum { SYSTEM_COUNT = sizeof systems / sizeof systems[0] };

struct row {
  const char *name;
  uint32_t stage_count;
  bool is_empty;
  bool is_after_idle;
};

static const struct row rows[] = {
    {"tiles64x1us", 1, false, false},
    {"stages16x64", STAGE_COUNT, false, false},
    {"after_idle", 1, false, true},
    {"empty64", 1, true, false},
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

struct options {
  int argc;
  char **argv;
  const char *system;
  const char *row;
  int thread_count;
  double seconds;
  uint64_t steps;
  int64_t spin_ns;
  bool is_json;
};

struct parallel_mark parallel_marks[PARALLEL_TILE_COUNT] __attribute__((aligned(64)));

// Measuring ------------------------------------------------------------------------------------------

struct measurement {
  struct bench_samples samples, serial;
  int64_t idle_ns, idle_cpu_ns;
  uint64_t tile_runs;  // how often each tile must have run
};

static int64_t time_run(const struct parallel_system *system, const struct row *row, struct measurement *m) {
  m->tile_runs += row->stage_count;
  int64_t begin_ns = bench_now_ns();
  system->run();
  return bench_now_ns() - begin_ns;
}

static void time_serial(const struct row *row, uint64_t steps, struct measurement *m) {
  int64_t begin_ns = bench_now_ns();
  for (uint32_t stage = 0; stage < row->stage_count; ++stage) {
    for (uint32_t tile = 0; tile < PARALLEL_TILE_COUNT; ++tile) parallel_tile(tile, steps);
  }
  bench_add(&m->serial, (double)(bench_now_ns() - begin_ns));
  m->tile_runs += row->stage_count;
}

static void warm_up(const struct parallel_system *system, const struct row *row, struct measurement *m) {
  for (int i = 0; i < WARM_COUNT; ++i) (void)time_run(system, row, m);
}

static void measure_chunk(const struct parallel_system *system, const struct row *row, uint64_t steps, struct measurement *m) {
  for (int i = 0; i < SERIAL_COUNT; ++i) time_serial(row, steps, m);
  warm_up(system, row, m);
  int64_t end_ns = bench_now_ns() + CHUNK_NS;
  do {
    bench_add(&m->samples, (double)time_run(system, row, m));
  } while (bench_now_ns() < end_ns);
}

static void measure_after_idle(const struct parallel_system *system, const struct row *row, uint64_t steps, struct measurement *m) {
  time_serial(row, steps, m);
  warm_up(system, row, m);  // as after any work: spinners spin
  for (int i = 0; i < 10; ++i) {
    int64_t begin_ns = bench_now_ns(), begin_cpu_ns = bench_cpu_ns();
    bench_sleep_ns(IDLE_NS);
    m->idle_cpu_ns += bench_cpu_ns() - begin_cpu_ns;
    m->idle_ns += bench_now_ns() - begin_ns;
    bench_add(&m->samples, (double)time_run(system, row, m));
  }
}

// Every tile must have run as often as it was asked to.
static uint64_t check_marks(uint64_t tile_runs) {
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (uint32_t i = 0; i < PARALLEL_TILE_COUNT; ++i) {
    BENCH_CHECK(parallel_marks[i].count == tile_runs);
    hash = (hash ^ parallel_marks[i].sum) * UINT64_C(0x100000001B3);
  }
  return hash;
}

// Reporting ------------------------------------------------------------------------------------------

static void print_measurement(const struct options *o, const struct row *row, struct measurement *m, uint64_t hash) {
  struct bench_summary s = bench_summarize(&m->samples), serial = bench_summarize(&m->serial);
  double ideal_ns = serial.p50 / o->thread_count;
  double idle_cpu = m->idle_ns > 0 ? (double)m->idle_cpu_ns / (double)m->idle_ns : 0;
  if (o->is_json) {
    printf("{\"row\": \"%s\", \"system\": \"%s\", \"threads\": %d, \"unit\": \"ns\", \"n\": %" PRId64
           ", \"p50\": %.1f, \"p99\": %.1f, \"p999\": %.1f, \"max\": %.1f, \"ideal\": %.1f, \"overhead\": %.1f",
           row->name, o->system, o->thread_count, s.n, s.p50, s.p99, s.p999, s.max, ideal_ns, s.p50 - ideal_ns);
    if (row->is_after_idle) printf(", \"idle_cpu\": %.5f", idle_cpu);
    printf(", \"results\": \"%016" PRIx64 "\"}\n", hash);
  } else {
    printf("%-12s %-22s %10.2f %10.2f %10.2f %10.2f %9" PRId64, row->name, o->system, s.p50 / 1e3, s.p99 / 1e3, ideal_ns / 1e3, (s.p50 - ideal_ns) / 1e3, s.n);
    if (row->is_after_idle) printf("  %.2f %% CPU while idle", 100 * idle_cpu);
    printf("\n");
  }
  fflush(stdout);
}

static void measure_row(const struct options *o, const struct parallel_system *system, const struct row *row) {
  uint64_t steps = row->is_empty ? 0 : o->steps;
  struct measurement m = {0};
  bench_samples_init(&m.samples, SAMPLES_MAX);
  bench_samples_init(&m.serial, SAMPLES_MAX / 100);
  memset(parallel_marks, 0, sizeof parallel_marks);
  system->prepare(row->stage_count, steps);
  warm_up(system, row, &m);
  bench_find_threads();
  int64_t end_ns = bench_now_ns() + (int64_t)(o->seconds * 1e9);
  do {
    if (row->is_after_idle) measure_after_idle(system, row, steps, &m);
    else measure_chunk(system, row, steps, &m);
  } while (bench_now_ns() < end_ns);
  print_measurement(o, row, &m, check_marks(m.tile_runs));
  bench_samples_deinit(&m.samples);
  bench_samples_deinit(&m.serial);
}

// Settings -------------------------------------------------------------------------------------------

static const struct parallel_setting *find_setting(const char *name, const struct parallel_system **out_system) {
  for (int i = 0; i < SYSTEM_COUNT; ++i) {
    for (const struct parallel_setting *setting = systems[i]->settings; setting->name != NULL; ++setting) {
      *out_system = systems[i];
      if (strcmp(setting->name, name) == 0) return setting;
    }
  }
  return NULL;
}

static void list_settings(void) {
  for (int i = 0; i < SYSTEM_COUNT; ++i) {
    for (const struct parallel_setting *setting = systems[i]->settings; setting->name != NULL; ++setting) printf("%s\n", setting->name);
  }
}

// Its library has looked at the environment before main: starts over with the one that the setting wants.
static void use_environment(const struct options *o, const struct parallel_setting *setting) {
  if (setting->environment == NULL) return;
  const char *equals = strchr(setting->environment, '=');
  char name[64];
  BENCH_CHECK(equals != NULL && (size_t)(equals - setting->environment) < sizeof name);
  memcpy(name, setting->environment, (size_t)(equals - setting->environment));
  name[equals - setting->environment] = 0;
  const char *now = getenv(name);
  if (now != NULL && strcmp(now, equals + 1) == 0) return;
  BENCH_CHECK(setenv(name, equals + 1, 1) == 0);
  execv("/proc/self/exe", o->argv);
  BENCH_CHECK(!"started again");
}

static void measure_setting(const struct options *o) {
  const struct parallel_system *system;
  const struct parallel_setting *setting = find_setting(o->system, &system);
  if (setting == NULL) {
    fprintf(stderr, "parallel: no system named %s was built in; see --list\n", o->system);
    exit(2);
  }
  use_environment(o, setting);
  int cpus[BENCH_CPUS_MAX];
  (void)bench_pick_cpus(o->thread_count, cpus);
  bench_pin(cpus[0]);
  system->begin(&(const struct parallel_plan){.thread_count = o->thread_count, .cpus = cpus, .mode = setting->mode, .spin_ns = o->spin_ns});
  for (int i = 0; i < ROW_COUNT; ++i) {
    if (o->row == NULL || strcmp(o->row, rows[i].name) == 0) measure_row(o, system, &rows[i]);
  }
  system->end();
}

// All settings, a process each.
static int measure_all(const struct options *o) {
  char steps[64], system[96];
  char *argv[16] = {0};
  BENCH_CHECK(o->argc <= 12);
  memcpy(argv, o->argv, (size_t)o->argc * sizeof argv[0]);
  snprintf(steps, sizeof steps, "--steps=%" PRIu64, o->steps);
  argv[o->argc] = system;
  argv[o->argc + 1] = steps;
  int code = 0;
  for (int i = 0; i < SYSTEM_COUNT; ++i) {
    for (const struct parallel_setting *setting = systems[i]->settings; setting->name != NULL; ++setting) {
      snprintf(system, sizeof system, "--system=%s", setting->name);
      pid_t child = fork();
      BENCH_CHECK(child >= 0);
      if (child == 0) {
        execv("/proc/self/exe", argv);
        _exit(127);
      }
      int status;
      while (waitpid(child, &status, 0) < 0) BENCH_CHECK(errno == EINTR);
      if (status != 0) code = 1;
    }
  }
  return code;
}

static double number_of(const char *text, double fallback) { return text == NULL ? fallback : strtod(text, NULL); }

static void print_header(const struct options *o) {
  if (SYSTEM_COUNT == 1) fprintf(stderr, "parallel: built without peers (Debian: libpthreadpool-dev libtbb-dev, gcc)\n");
  if (o->is_json) return;
  printf("%d threads, the caller among them; %" PRIu64 " steps a microsecond\n", o->thread_count, o->steps);
  printf("%-12s %-22s %10s %10s %10s %10s %9s\n", "us", "", "p50", "p99", "ideal", "overhead", "n");
  fflush(stdout);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"system=", "row=", "threads=", "seconds=", "steps=", "spin-us=", "steps", "list", "quick", "json", NULL};
  bench_check_options(argc, argv, names, "parallel [--system=NAME] [--row=NAME] [--threads=N] [--seconds=S] [--steps=N] [--spin-us=N] [--quick] [--json] [--list]");
  bool is_quick = bench_flag(argc, argv, "quick");
  struct options o = {
      .argc = argc,
      .argv = argv,
      .system = bench_option(argc, argv, "system"),
      .row = bench_option(argc, argv, "row"),
      .thread_count = (int)number_of(bench_option(argc, argv, "threads"), THREADS_DEFAULT),
      .seconds = number_of(bench_option(argc, argv, "seconds"), is_quick ? 0.01 : 0.5),
      .steps = (uint64_t)number_of(bench_option(argc, argv, "steps"), 0),
      .spin_ns = (int64_t)(1000 * number_of(bench_option(argc, argv, "spin-us"), SPIN_NS_DEFAULT / 1000.0)),
      .is_json = bench_flag(argc, argv, "json"),
  };
  if (bench_flag(argc, argv, "list")) {
    list_settings();
    return 0;
  }
  if (o.thread_count < 1 || o.thread_count > BENCH_CPUS_MAX) return 2;
  if (o.steps == 0) o.steps = bench_calibrate_steps(1000);
  if (bench_flag(argc, argv, "steps")) {
    printf("%" PRIu64 "\n", o.steps);
    return 0;
  }
  if (o.system == NULL) {
    print_header(&o);
    return measure_all(&o);
  }
  measure_setting(&o);
  return 0;
}
