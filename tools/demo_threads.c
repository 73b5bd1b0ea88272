// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a program plays two models without rondo's player: a thread for each, which sleeps until its release and then calls.

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "demo_modes.h"
#include "inputs.h"
#include "interrupt.h"
#include "model_args.h"

struct thread_job {
  const struct demo_modes_args *args;
  int job;
  int cpu;  // -1 = not pinned
  struct tool_model model;
  struct tool_values inputs;
  struct tool_call call;
  int64_t begin_ns, count_ns, end_ns;  // of the warm-up; of what counts
  pthread_t thread;
  struct tool_samples delays, latencies;
  uint64_t missed, skipped;
  enum rondo_status status;
  struct rondo_diag diag;
  pthread_mutex_t lock;
  uint64_t count;  // lock: lock
};

double rdo_tool_demo_cpu_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum rondo_value_kind tensor_kind(const void *user, int index) {
  (void)user;
  (void)index;
  return RONDO_VALUE_TENSOR;
}

static enum rondo_status load(struct thread_job *job, const struct rondo_runtime_options *options) {
  char path[DEMO_PATH_BYTES], input[DEMO_PATH_BYTES + 1] = "@";
  struct tool_strings texts = {NULL, 0};
  const struct rondo_function *function;
  rdo_tool_demo_path(job->args, job->job, NULL, path);
  rdo_tool_demo_path(job->args, job->job, "case0_input0.npy", input + 1);
  const struct rondo_module_source source = {.path = path};
  enum rondo_status status = rondo_runtime_create(options, &job->model.runtime, &job->diag);
  if (status == RONDO_OK) status = rondo_model_load(job->model.runtime, &source, 1, &job->model.model, &job->diag);
  if (status == RONDO_OK) status = rondo_model_find(job->model.model, NULL, &function, &job->diag);
  if (status == RONDO_OK && !rdo_tool_strings_append(&texts, input)) status = RONDO_RESOURCE_EXHAUSTED;
  if (status == RONDO_OK) status = rdo_tool_values_read(job->model.runtime, "file", &texts, tensor_kind, NULL, 1, &job->inputs, &job->diag);
  if (status == RONDO_OK) status = rdo_tool_call_init(&job->call, job->model.runtime, function, &job->inputs, &job->diag);
  rdo_tool_strings_release(&texts);
  return status;
}

static bool make_samples(struct tool_samples *samples) {
  samples->capacity = TOOL_SAMPLES_MAX / 8;
  samples->kept_ns = malloc((size_t)samples->capacity * sizeof *samples->kept_ns);
  return samples->kept_ns != NULL;
}

static void sleep_until(int64_t time_ns) {
  const struct timespec at = {.tv_sec = (time_t)(time_ns / 1000000000), .tv_nsec = (long)(time_ns % 1000000000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) continue;
}

static void note_call(struct thread_job *job, int64_t release_ns, int64_t start_ns, int64_t end_ns) {
  rdo_tool_samples_add(&job->delays, (double)(start_ns - release_ns));
  rdo_tool_samples_add(&job->latencies, (double)(end_ns - release_ns));
  job->missed += job->job == DEMO_CONTROL && end_ns > release_ns + demo_period_ns;
  pthread_mutex_lock(&job->lock);
  ++job->count;
  pthread_mutex_unlock(&job->lock);
}

static void *run_job(void *user) {
  struct thread_job *job = user;
  bool has_period = job->job == DEMO_CONTROL;
  if (job->cpu >= 0) {
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)job->cpu, &cpus);
    (void)pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
  }
  for (int64_t release_ns = job->begin_ns; release_ns < job->end_ns && !*job->args->stop && job->status == RONDO_OK;) {
    if (has_period) sleep_until(release_ns);
    int64_t start_ns = rdo_tool_clock_ns();
    job->status = rdo_tool_call_invoke(&job->call, &job->diag);
    int64_t end_ns = rdo_tool_clock_ns();
    rdo_tool_call_release_outputs(&job->call);
    if (!has_period) release_ns = start_ns;
    if (release_ns >= job->count_ns) note_call(job, release_ns, start_ns, end_ns);
    // What has passed meanwhile is skipped, as the player does.
    release_ns = has_period ? release_ns + demo_period_ns : end_ns;
    for (; has_period && release_ns < end_ns; release_ns += demo_period_ns) job->skipped += release_ns >= job->count_ns && release_ns < job->end_ns;
  }
  return NULL;
}

static uint64_t count_of(struct thread_job *job) {
  pthread_mutex_lock(&job->lock);
  uint64_t count = job->count;
  pthread_mutex_unlock(&job->lock);
  return count;
}

static void show(struct thread_job *jobs, int64_t now_ns) {
  double seconds = (double)(now_ns - jobs[0].count_ns) / 1e9;
  if (seconds <= 0) return;
  fprintf(stderr, "\r%5.1f s  perceive %.0f/s  control %.0f/s\033[K", seconds, (double)count_of(&jobs[DEMO_PERCEIVE]) / seconds,
          (double)count_of(&jobs[DEMO_CONTROL]) / seconds);
  fflush(stderr);
}

static void play(struct thread_job *jobs, double duration_s, const volatile int *stop) {
  bool is_live = isatty(STDERR_FILENO) != 0, is_started[DEMO_JOB_COUNT];
  int64_t begin_ns = rdo_tool_clock_ns() + 10000000;
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    jobs[i].begin_ns = begin_ns;
    jobs[i].count_ns = begin_ns + (int64_t)(demo_warm_up_s * 1e9);
    jobs[i].end_ns = jobs[i].count_ns + (int64_t)(duration_s * 1e9);
    is_started[i] = pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) == 0;
    if (!is_started[i]) jobs[i].status = RONDO_RESOURCE_EXHAUSTED;
  }
  while (is_live && rdo_tool_clock_ns() < jobs[0].end_ns && !*stop) {
    show(jobs, rdo_tool_clock_ns());
    sleep_until(rdo_tool_clock_ns() + 200000000);
  }
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    if (is_started[i]) pthread_join(jobs[i].thread, NULL);
  }
  if (is_live) fputs("\r\033[K", stderr);
}

static void summarize(struct thread_job *job, struct demo_job_result *result) {
  struct tool_summary delays, latencies;
  rdo_tool_summarize(&job->delays, &delays);
  rdo_tool_summarize(&job->latencies, &latencies);
  *result = (struct demo_job_result){.count = job->count,
                                     .missed = job->missed,
                                     .skipped = job->skipped,
                                     .delay_ns = {delays.p50_ns, delays.p99_ns, delays.p999_ns},
                                     .latency_ns = {latencies.p50_ns, latencies.p99_ns}};
}

// The first and the last CPU that the process may use; 1 when there is one only.
static int find_cpus(int *cpus) {
  cpu_set_t allowed;
  int count = 0;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (!CPU_ISSET((size_t)i, &allowed)) continue;
    cpus[count == 0 ? 0 : 1] = i;
    ++count;
  }
  return count;
}

enum rondo_status rdo_tool_demo_threads(const struct demo_modes_args *args, bool is_apart, struct demo_result_of_mode *out_result,
                                        struct rondo_diag *diag) {
  static const struct rondo_runtime_options shared = {.device = "local-task"};
  struct thread_job jobs[DEMO_JOB_COUNT];
  int cpus[2] = {-1, -1};
  enum rondo_status status = RONDO_OK;
  memset(jobs, 0, sizeof jobs);
  if (is_apart && find_cpus(cpus) < 2) return rdo_tool_fail(diag, RONDO_UNAVAILABLE, "needs two CPUs");
  for (int i = 0; i < DEMO_JOB_COUNT && status == RONDO_OK; ++i) {
    jobs[i] = (struct thread_job){.args = args, .job = i, .cpu = is_apart ? cpus[i] : -1};
    pthread_mutex_init(&jobs[i].lock, NULL);
    status = load(&jobs[i], is_apart ? NULL : &shared);
    if (status == RONDO_OK && (!make_samples(&jobs[i].delays) || !make_samples(&jobs[i].latencies))) status = RONDO_RESOURCE_EXHAUSTED;
    if (status != RONDO_OK) *diag = jobs[i].diag;
  }
  if (status == RONDO_OK) {
    double cpu_seconds = rdo_tool_demo_cpu_seconds();
    rdo_tool_interrupt_begin();
    rdo_tool_interrupt_ask(NULL, NULL);
    play(jobs, args->duration_s, args->stop);
    rdo_tool_interrupt_end_asking();
    out_result->cpu_seconds = rdo_tool_demo_cpu_seconds() - cpu_seconds;
    out_result->played_seconds = (double)(rdo_tool_clock_ns() - jobs[0].begin_ns) / 1e9;
    out_result->seconds = out_result->played_seconds - demo_warm_up_s;
    out_result->load_count = 0;
  }
  for (int i = 0; i < DEMO_JOB_COUNT; ++i) {
    if (status == RONDO_OK && jobs[i].status != RONDO_OK) {
      status = jobs[i].status;
      *diag = jobs[i].diag;
    }
    if (status == RONDO_OK) summarize(&jobs[i], &out_result->jobs[i]);
    rdo_tool_call_deinit(&jobs[i].call);
    rdo_tool_values_release(&jobs[i].inputs);
    rdo_tool_model_release(&jobs[i].model);
    free(jobs[i].delays.kept_ns);
    free(jobs[i].latencies.kept_ns);
    if (jobs[i].args != NULL) pthread_mutex_destroy(&jobs[i].lock);
  }
  return status;
}
