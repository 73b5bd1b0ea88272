// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo bench --timer: what the machine makes of sleeps and wakes. All CPUs sleep at once, as workers do; wakes
// are measured one pair after the other. Threads have the class that the command has, and the timer slack of
// workers.

#include "bench_timer.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"
#include "measure.h"
#include "message.h"
#include "options.h"

enum {
  CPUS_MAX = 4096,
  SLEEP_KINDS = 4,
  RELEASE_MARGIN_NS = 200000,  // the executor's, where it is not measured or given: src/task/margin.h; a test compares them
  MARGIN_STEP_NS = 10000,
  TIMER_SLACK_NS = 1,
  YIELDS_MAX = 20000,
  WAKES_MAX = 2000,
  WAKES_MIN = 5,
  FALL_ASLEEP_NS = 50000,  // what a waker leaves the sleeper to fall asleep
};

static const int64_t sleeps_ns[SLEEP_KINDS] = {100000, 500000, 1000000, 5000000};

// How long is measured: for each kind of sleep, for yields, and for all wakes together.
struct timer_plan {
  int64_t sleep_span_ns, yield_span_ns, wake_span_ns;
};
static const struct timer_plan whole = {500000000, 20000000, 600000000};
static const struct timer_plan quick = {50000000, 2000000, 60000000};

// What was measured on one CPU.
struct cpu_times {
  int cpu;
  int waker_cpu;  // of wake_across; -1 = there is only one CPU
  double clock_ns;
  struct tool_summary yield, sleeps[SLEEP_KINDS], wake_same, wake_across;
  int64_t sleep_count, late_count;  // of all sleeps; of those the ones that ended later than RELEASE_MARGIN_NS
  double margin_ns;                 // 0 = nothing was measured
};

struct timer_bench {
  struct timer_plan plan;
  struct cpu_times *cpus;
  int cpu_count;
  int kind;  // of the sleeps that are measured
};

// Threads --------------------------------------------------------------------------------------------------

// Posted by the signal handler, and then never taken: all threads see it, and a semaphore they may share with a handler.
static sem_t stop_asked;

static void ask_for_end(void *user) {
  (void)user;
  sem_post(&stop_asked);
}

static bool should_stop(void) {
  int value = 0;
  sem_getvalue(&stop_asked, &value);
  return value > 0;
}

// Binds the calling thread to a CPU and gives it a worker's timer slack; false after a message.
static bool begin_thread(int cpu) {
  cpu_set_t *set = CPU_ALLOC((size_t)cpu + 1);
  size_t size = CPU_ALLOC_SIZE((size_t)cpu + 1);
  bool is_bound = false;
  if (set != NULL) {
    CPU_ZERO_S(size, set);
    CPU_SET_S((size_t)cpu, size, set);
    is_bound = sched_setaffinity(0, size, set) == 0;
    CPU_FREE(set);
  }
  if (!is_bound) rdo_tool_message("cannot put a thread on CPU %d: %s", cpu, strerror(errno));
  (void)prctl(PR_SET_TIMERSLACK, (unsigned long)TIMER_SLACK_NS, 0UL, 0UL, 0UL);
  return is_bound;
}

static bool begin_samples(struct tool_samples *samples, int64_t capacity) {
  *samples = (struct tool_samples){.kept_ns = malloc(sizeof(double) * (size_t)capacity), .capacity = capacity};
  if (samples->kept_ns == NULL) {
    rdo_tool_message("no memory for %" PRId64 " samples", capacity);
    return false;
  }
  memset(samples->kept_ns, 0, sizeof(double) * (size_t)capacity);  // page faults now, not while measuring
  return true;
}

static void end_samples(struct tool_samples *samples, struct tool_summary *out_summary) {
  rdo_tool_summarize(samples, out_summary);
  free(samples->kept_ns);
}

static struct timespec to_timespec(int64_t ns) { return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}; }

// Sleeps until a point of the clock; false when a signal ended it.
static bool sleep_until(int64_t target_ns) {
  const struct timespec target = to_timespec(target_ns);
  return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &target, NULL) == 0;
}

// Sleeps and calls -----------------------------------------------------------------------------------------

// A CPU's thread. It returns NULL when it did its work, else what it could not do that for.
struct cpu_thread {
  pthread_t id;
  const struct timer_bench *bench;
  struct cpu_times *times;
};

static void *measure_sleeps(void *user) {
  struct cpu_thread *thread = user;
  struct cpu_times *times = thread->times;
  int64_t length_ns = sleeps_ns[thread->bench->kind], span_ns = thread->bench->plan.sleep_span_ns;
  struct tool_samples samples;
  if (!begin_thread(times->cpu) || !begin_samples(&samples, span_ns / length_ns + 1)) return times;
  int64_t end_ns = rdo_tool_clock_ns() + span_ns;
  while (!should_stop()) {
    int64_t target_ns = rdo_tool_clock_ns() + length_ns;
    if (target_ns > end_ns && samples.count > 0) break;
    if (!sleep_until(target_ns)) continue;
    int64_t late_ns = rdo_tool_clock_ns() - target_ns;
    rdo_tool_samples_add(&samples, (double)late_ns);
    ++times->sleep_count;
    if (late_ns > RELEASE_MARGIN_NS) ++times->late_count;
  }
  end_samples(&samples, &times->sleeps[thread->bench->kind]);
  return NULL;
}

static void *measure_calls(void *user) {
  struct cpu_thread *thread = user;
  struct cpu_times *times = thread->times;
  struct tool_samples samples;
  if (!begin_thread(times->cpu) || !begin_samples(&samples, YIELDS_MAX)) return times;
  times->clock_ns = rdo_tool_clock_cost_ns();
  int64_t now_ns = rdo_tool_clock_ns(), end_ns = now_ns + thread->bench->plan.yield_span_ns;
  while (!should_stop() && samples.count < YIELDS_MAX && now_ns < end_ns) {
    sched_yield();
    int64_t after_ns = rdo_tool_clock_ns();
    rdo_tool_samples_add(&samples, (double)(after_ns - now_ns));
    now_ns = after_ns;
  }
  end_samples(&samples, &times->yield);
  return NULL;
}

static bool begin_one(pthread_t *id, void *(*run)(void *user), void *user) {
  int error = pthread_create(id, NULL, run, user);
  if (error != 0) rdo_tool_message("cannot make a thread: %s", strerror(error));
  return error == 0;
}

// On all CPUs at once; false after a message.
static bool run_on_all(const struct timer_bench *bench, void *(*run)(void *user)) {
  struct cpu_thread *threads = calloc((size_t)bench->cpu_count, sizeof *threads);
  bool is_done = threads != NULL;
  int count = 0;
  if (threads == NULL) rdo_tool_message("no memory for %d threads", bench->cpu_count);
  while (is_done && count < bench->cpu_count) {
    threads[count] = (struct cpu_thread){.bench = bench, .times = &bench->cpus[count]};
    is_done = begin_one(&threads[count].id, run, &threads[count]);
    if (is_done) ++count;
  }
  for (int i = 0; i < count; ++i) {
    void *failed = NULL;
    pthread_join(threads[i].id, &failed);
    if (failed != NULL) is_done = false;
  }
  free(threads);
  return is_done;
}

// Wakes ----------------------------------------------------------------------------------------------------

// A sleeper and its waker. What is posted passes from the one to the other with `go`, and back with `done`.
struct pair {
  sem_t go, done;
  int64_t posted_ns, span_ns;
  int sleeper_cpu, waker_cpu;
  bool is_over;
  struct tool_samples samples;
};

static void wait_for(sem_t *semaphore) {
  while (sem_wait(semaphore) != 0 && errno == EINTR) continue;
}

static void *sleep_for_waker(void *user) {
  struct pair *pair = user;
  bool is_bound = begin_thread(pair->sleeper_cpu);
  for (;;) {
    wait_for(&pair->go);
    int64_t now_ns = rdo_tool_clock_ns();
    if (pair->is_over) return is_bound ? NULL : pair;
    rdo_tool_samples_add(&pair->samples, (double)(now_ns - pair->posted_ns));
    sem_post(&pair->done);
  }
}

static void *wake_sleeper(void *user) {
  struct pair *pair = user;
  bool is_bound = begin_thread(pair->waker_cpu);
  int64_t end_ns = rdo_tool_clock_ns() + pair->span_ns;
  for (int i = 0; i < WAKES_MAX && is_bound && !should_stop(); ++i) {
    sleep_until(rdo_tool_clock_ns() + FALL_ASLEEP_NS);
    pair->posted_ns = rdo_tool_clock_ns();
    if (pair->posted_ns > end_ns && i >= WAKES_MIN) break;
    sem_post(&pair->go);
    wait_for(&pair->done);
  }
  pair->is_over = true;
  sem_post(&pair->go);
  return is_bound ? NULL : pair;
}

static bool measure_wakes(int sleeper_cpu, int waker_cpu, int64_t span_ns, struct tool_summary *out_summary) {
  struct pair pair = {.span_ns = span_ns, .sleeper_cpu = sleeper_cpu, .waker_cpu = waker_cpu};
  pthread_t sleeper, waker;
  void *sleeper_failed = NULL, *waker_failed = NULL;
  if (!begin_samples(&pair.samples, WAKES_MAX)) return false;
  sem_init(&pair.go, 0, 0);
  sem_init(&pair.done, 0, 0);
  bool has_sleeper = begin_one(&sleeper, sleep_for_waker, &pair);
  bool has_waker = has_sleeper && begin_one(&waker, wake_sleeper, &pair);
  if (has_waker) {
    pthread_join(waker, &waker_failed);
  } else if (has_sleeper) {
    pair.is_over = true;
    sem_post(&pair.go);
  }
  if (has_sleeper) pthread_join(sleeper, &sleeper_failed);
  sem_destroy(&pair.go);
  sem_destroy(&pair.done);
  end_samples(&pair.samples, out_summary);
  return has_waker && sleeper_failed == NULL && waker_failed == NULL;
}

// All of it ------------------------------------------------------------------------------------------------

static void show_progress(const char *what, int done, int count) {
  if (isatty(STDERR_FILENO) == 0) return;
  if (what != NULL) fprintf(stderr, "\r%s, %d of %d\x1b[K", what, done, count);
  else fputs("\r\x1b[K", stderr);
  fflush(stderr);
}

// What would have been enough for all but one in a thousand sleeps of each length.
static double find_margin(const struct cpu_times *times) {
  double latest_ns = 0;
  if (times->sleep_count == 0) return 0;
  for (int i = 0; i < SLEEP_KINDS; ++i) {
    if (times->sleeps[i].p999_ns > latest_ns) latest_ns = times->sleeps[i].p999_ns;
  }
  int64_t steps = ((int64_t)latest_ns + MARGIN_STEP_NS - 1) / MARGIN_STEP_NS;  // samples are whole ns
  return (double)((steps < 1 ? 1 : steps) * MARGIN_STEP_NS);
}

// False after a message. What an interruption left out has no samples.
static bool measure_all(struct timer_bench *bench) {
  int stage_count = SLEEP_KINDS + 1 + bench->cpu_count;
  bool is_done = true;
  for (bench->kind = 0; bench->kind < SLEEP_KINDS && is_done && !should_stop(); ++bench->kind) {
    show_progress("sleeping on all CPUs", bench->kind + 1, stage_count);
    is_done = run_on_all(bench, measure_sleeps);
  }
  show_progress("calling the kernel", SLEEP_KINDS + 1, stage_count);
  if (is_done && !should_stop()) is_done = run_on_all(bench, measure_calls);
  int64_t span_ns = bench->plan.wake_span_ns / bench->cpu_count / 2;
  for (int i = 0; i < bench->cpu_count && is_done && !should_stop(); ++i) {
    struct cpu_times *times = &bench->cpus[i];
    show_progress("waking sleepers", SLEEP_KINDS + 2 + i, stage_count);
    is_done = measure_wakes(times->cpu, times->cpu, span_ns, &times->wake_same);
    if (is_done && times->waker_cpu >= 0) is_done = measure_wakes(times->cpu, times->waker_cpu, span_ns, &times->wake_across);
  }
  for (int i = 0; i < bench->cpu_count; ++i) bench->cpus[i].margin_ns = find_margin(&bench->cpus[i]);
  show_progress(NULL, 0, 0);
  return is_done;
}

// The CPUs that this process may use; each one's waker is the next one. False after a message.
static bool find_cpus(struct timer_bench *bench) {
  cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
  size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
  if (set != NULL && sched_getaffinity(0, size, set) == 0) {
    bench->cpus = calloc((size_t)CPU_COUNT_S(size, set), sizeof *bench->cpus);
    for (size_t cpu = 0; cpu < CPUS_MAX && bench->cpus != NULL; ++cpu) {
      if (CPU_ISSET_S(cpu, size, set)) bench->cpus[bench->cpu_count++].cpu = (int)cpu;
    }
  }
  CPU_FREE(set);
  for (int i = 0; i < bench->cpu_count; ++i) bench->cpus[i].waker_cpu = bench->cpu_count > 1 ? bench->cpus[(i + 1) % bench->cpu_count].cpu : -1;
  if (bench->cpu_count == 0) rdo_tool_message("the system does not tell which CPUs this process may use: %s", strerror(errno));
  return bench->cpu_count > 0;
}

// What all CPUs have in common.
struct verdict {
  double margin_ns;  // 0 = nothing was measured
  int64_t sleep_count, late_count;
  bool is_enough;  // the executor's margin
};

static struct verdict judge(const struct timer_bench *bench) {
  struct verdict verdict = {0};
  for (int i = 0; i < bench->cpu_count; ++i) {
    const struct cpu_times *times = &bench->cpus[i];
    if (times->margin_ns > verdict.margin_ns) verdict.margin_ns = times->margin_ns;
    verdict.sleep_count += times->sleep_count;
    verdict.late_count += times->late_count;
  }
  verdict.is_enough = verdict.margin_ns <= RELEASE_MARGIN_NS;
  return verdict;
}

static const char *class_name(void) {
  switch (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) {
    case SCHED_OTHER: return "SCHED_OTHER";
    case SCHED_FIFO: return "SCHED_FIFO";
    case SCHED_RR: return "SCHED_RR";
    default: return "another class";
  }
}

// Table ----------------------------------------------------------------------------------------------------

static void print_time(double ns) {
  char text[TOOL_DURATION_TEXT_BYTES];
  rdo_tool_format_duration(ns, text, sizeof text);
  printf("%11s", text);
}

static void print_wake(int cpu, int waker_cpu, const struct tool_summary *wake) {
  printf("  %4d  %8d  %8" PRId64, cpu, waker_cpu, wake->sample_count);
  print_time(wake->p50_ns);
  print_time(wake->p99_ns);
  print_time(wake->max_ns);
  putchar('\n');
}

static void print_verdict(const struct timer_bench *bench) {
  struct verdict verdict = judge(bench);
  char text[TOOL_DURATION_TEXT_BYTES];
  if (verdict.sleep_count == 0) return;
  printf("\nMargin: how long to spin before a release, p99.9 of the latest sleeps rounded up (p99.9 of fewer than 1000 is their maximum)\n");
  for (int i = 0; i < bench->cpu_count; ++i) {
    printf("  CPU %-4d", bench->cpus[i].cpu);
    print_time(bench->cpus[i].margin_ns);
    putchar('\n');
  }
  rdo_tool_format_duration(RELEASE_MARGIN_NS, text, sizeof text);
  printf("Workers leave %s unless each measures its own, as in play: %s here; %" PRId64 " of %" PRId64 " sleeps ended later than that\n", text,
         verdict.is_enough ? "enough" : "not enough", verdict.late_count, verdict.sleep_count);
  if (!verdict.is_enough) printf("What can be done about it: rondo machine --check\n");
}

static void print_text(const struct timer_bench *bench) {
  char cpu[TOOL_CPU_TEXT_BYTES], governor[TOOL_CPU_TEXT_BYTES];
  rdo_tool_format_cpu(cpu, sizeof cpu);
  rdo_tool_format_governor(governor, sizeof governor);
  printf("%s, governor %s, rondo %s\n%d CPU%s at once, %s, timer slack %d ns\n", cpu, governor, rondo_version(), bench->cpu_count,
         bench->cpu_count == 1 ? "" : "s", class_name(), TIMER_SLACK_NS);
  printf("\nHow late sleeps end\n   CPU     sleep   samples        p50        p99      p99.9        max\n");
  for (int i = 0; i < bench->cpu_count; ++i) {
    for (int kind = 0; kind < SLEEP_KINDS; ++kind) {
      const struct tool_summary *s = &bench->cpus[i].sleeps[kind];
      printf("  %4d  %5" PRId64 " us  %8" PRId64, bench->cpus[i].cpu, sleeps_ns[kind] / 1000, s->sample_count);
      print_time(s->p50_ns);
      print_time(s->p99_ns);
      print_time(s->p999_ns);
      print_time(s->max_ns);
      putchar('\n');
    }
  }
  printf("\nHow soon a sleeper runs\n   CPU  woken by   samples        p50        p99        max\n");
  for (int i = 0; i < bench->cpu_count; ++i) {
    const struct cpu_times *times = &bench->cpus[i];
    print_wake(times->cpu, times->cpu, &times->wake_same);
    if (times->waker_cpu >= 0) print_wake(times->cpu, times->waker_cpu, &times->wake_across);
  }
  printf("\nWhat calls cost\n   CPU      clock   sched_yield: samples        p50        p99\n");
  for (int i = 0; i < bench->cpu_count; ++i) {
    const struct cpu_times *times = &bench->cpus[i];
    printf("  %4d", times->cpu);
    print_time(times->clock_ns);
    printf("%23" PRId64, times->yield.sample_count);
    print_time(times->yield.p50_ns);
    print_time(times->yield.p99_ns);
    putchar('\n');
  }
  print_verdict(bench);
}

// JSON -----------------------------------------------------------------------------------------------------

// The inside of an object.
static void print_json_summary(const struct tool_summary *s) {
  printf("\"samples\": %" PRId64 ", \"p50_ns\": %.0f, \"p99_ns\": %.0f, \"p99.9_ns\": %.0f, \"max_ns\": %.0f", s->sample_count, s->p50_ns,
         s->p99_ns, s->p999_ns, s->max_ns);
}

static void print_json_cpu(const struct cpu_times *times) {
  printf("\n    {\"cpu\": %d, \"margin_ns\": %.0f, \"clock_ns\": %.1f,\n     \"yield\": {", times->cpu, times->margin_ns, times->clock_ns);
  print_json_summary(&times->yield);
  printf("},\n     \"sleeps\": [");
  for (int kind = 0; kind < SLEEP_KINDS; ++kind) {
    printf("%s\n       {\"sleep_ns\": %" PRId64 ", ", kind > 0 ? "," : "", sleeps_ns[kind]);
    print_json_summary(&times->sleeps[kind]);
    putchar('}');
  }
  printf("],\n     \"wakes\": [\n       {\"waker_cpu\": %d, ", times->cpu);
  print_json_summary(&times->wake_same);
  if (times->waker_cpu >= 0) {
    printf("},\n       {\"waker_cpu\": %d, ", times->waker_cpu);
    print_json_summary(&times->wake_across);
  }
  printf("}]}");
}

static void print_json(const struct timer_bench *bench) {
  struct verdict verdict = judge(bench);
  printf("{\n  \"rondo\": \"%s\",\n  \"class\": \"%s\",\n  \"timer_slack_ns\": %d,\n  \"interrupted\": %s,\n", rondo_version(), class_name(),
         TIMER_SLACK_NS, rdo_tool_was_interrupted ? "true" : "false");
  printf("  \"margin_ns\": %.0f,\n  \"release_margin_ns\": %d,\n  \"is_enough\": %s,\n", verdict.margin_ns, RELEASE_MARGIN_NS,
         verdict.sleep_count == 0 ? "null" : verdict.is_enough ? "true" : "false");
  printf("  \"sleeps\": %" PRId64 ",\n  \"late_sleeps\": %" PRId64 ",\n  \"cpus\": [", verdict.sleep_count, verdict.late_count);
  for (int i = 0; i < bench->cpu_count; ++i) {
    if (i > 0) putchar(',');
    print_json_cpu(&bench->cpus[i]);
  }
  printf("\n  ]\n}\n");
}

int rdo_tool_bench_timer(bool is_quick, bool wants_json) {
  struct timer_bench bench = {.plan = is_quick ? quick : whole};
  if (sem_init(&stop_asked, 0, 0) != 0) {
    rdo_tool_message("cannot make a semaphore: %s", strerror(errno));
    return TOOL_EXIT_FAILURE;
  }
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(ask_for_end, NULL);
  bool is_done = find_cpus(&bench) && measure_all(&bench);
  if (is_done && wants_json) print_json(&bench);
  else if (is_done) print_text(&bench);
  free(bench.cpus);
  rdo_tool_interrupt_end_asking();
  if (!is_done) return TOOL_EXIT_FAILURE;
  return rdo_tool_was_interrupted ? rdo_tool_interrupt_exit_code() : TOOL_EXIT_OK;
}
