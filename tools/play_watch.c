// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a run goes, told while it goes. The thread reads counters and writes to stderr; workers know nothing of it.

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"
#include "message.h"
#include "play.h"
#include "rondo/machine.h"

enum { LINE_BYTES = 512, JOBS_SHOWN = 4, WORKERS_SHOWN = 8, LANES_SHOWN = 4 };

static const double live_every_s = 0.2;

struct watch_thread {
  pthread_t id;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool is_over;  // lock: lock
  bool is_live;
  uint64_t completed[JOBS_SHOWN];  // when the line was printed last
  int64_t last_ns;
  struct tool_play_watch *watch;
};

__attribute__((format(printf, 3, 4))) static void append(char *line, size_t *length, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(line + *length, LINE_BYTES - *length, format, arguments);
  va_end(arguments);
  if (added > 0) *length += (size_t)added;
  if (*length >= LINE_BYTES) *length = LINE_BYTES - 1;
}

static double load_since(const struct tool_play_watch *watch, int worker, int64_t now_ns) {
  int64_t time_ns = rondo_player_worker_time(watch->player, worker);
  double span = (double)(now_ns - watch->begin_ns);
  return time_ns < 0 || span <= 0 ? 0 : (double)(time_ns - watch->worker_begin_ns[worker]) / span;
}

// Of a plan: its lanes in place of workers, of which it may have many.
static void format_schedule_line(struct watch_thread *thread, int64_t now_ns, char *line) {
  const struct rondo_schedule_player *player = thread->watch->schedule;
  struct rondo_schedule_counters counters;
  struct rondo_schedule_lane lane;
  size_t length = 0;
  double span_s = (double)(now_ns - thread->last_ns) / 1e9;
  rondo_schedule_player_counters(player, &counters);
  append(line, &length, "%s%5.1f s  %" PRId64 " iterations  %.0f dispatches/s", thread->watch->title, (double)(now_ns - thread->watch->begin_ns) / 1e9,
         counters.iteration_count, span_s > 0 ? (double)(counters.completed - thread->completed[0]) / span_s : 0);
  if (counters.missed != 0) append(line, &length, "  %" PRIu64 " missed", counters.missed);
  if (counters.skipped_count != 0) append(line, &length, "  %" PRId64 " skipped", counters.skipped_count);
  append(line, &length, "  load");
  for (int i = 0; i < LANES_SHOWN && rondo_schedule_player_lane(player, i, &lane) == RONDO_OK; ++i) {
    char name[TOOL_NAME_TEXT_BYTES];
    append(line, &length, " %.24s %.0f %%", rdo_tool_printable(lane.name, name, sizeof name), 100 * lane.load);
  }
  append(line, &length, "  spinning %.1f %%", 100 * counters.spun_share);
  thread->completed[0] = counters.completed;
  thread->last_ns = now_ns;
}

static void format_line(struct watch_thread *thread, int64_t now_ns, char *line) {
  const struct tool_play_watch *watch = thread->watch;
  const struct rondo_player *player = watch->player;
  size_t length = 0;
  double span_s = (double)(now_ns - thread->last_ns) / 1e9;
  int job_count = rondo_player_job_count(player), worker_count = rondo_player_worker_count(player);
  append(line, &length, "%s%5.1f s", watch->title, (double)(now_ns - watch->begin_ns) / 1e9);
  for (int i = 0; i < job_count && i < JOBS_SHOWN; ++i) {
    struct rondo_counters counters;
    char name[TOOL_NAME_TEXT_BYTES], latency[TOOL_DURATION_TEXT_BYTES];
    const struct rondo_job *job = rondo_player_job(player, i);
    rondo_job_counters(job, &counters);
    rdo_tool_format_duration((double)counters.latency_ns_mean, latency, sizeof latency);
    append(line, &length, "  %.24s %.0f/s %s", rdo_tool_printable(rondo_job_name(job), name, sizeof name),
           span_s > 0 ? (double)(counters.completed - thread->completed[i]) / span_s : 0, latency);
    if (counters.missed != 0) append(line, &length, " %" PRIu64 " missed", counters.missed);
    if (counters.skipped != 0) append(line, &length, " %" PRIu64 " skipped", counters.skipped);
    if (counters.cancelled != 0) append(line, &length, " %" PRIu64 " cancelled", counters.cancelled);
    if (counters.failed != 0) append(line, &length, " FAILED");
    thread->completed[i] = counters.completed;
  }
  if (job_count > JOBS_SHOWN) append(line, &length, "  and %d more", job_count - JOBS_SHOWN);
  append(line, &length, "  load");
  for (int i = 0; i < worker_count && i < WORKERS_SHOWN; ++i) append(line, &length, " %.0f %%", 100 * load_since(watch, i, now_ns));
  thread->last_ns = now_ns;
}

static void *watch_run(void *user) {
  struct watch_thread *thread = user;
  double every_s = thread->is_live ? live_every_s : thread->watch->report_every_s;
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  rondo_thread_keep_off("rondo/report");
  pthread_mutex_lock(&thread->lock);
  while (!thread->is_over) {
    double next_s = (double)at.tv_nsec / 1e9 + every_s;
    at.tv_sec += (time_t)next_s;
    at.tv_nsec = (long)((next_s - (double)(time_t)next_s) * 1e9);
    while (!thread->is_over && pthread_cond_timedwait(&thread->changed, &thread->lock, &at) != ETIMEDOUT) continue;
    if (thread->is_over) break;
    char line[LINE_BYTES];
    if (thread->watch->player != NULL) format_line(thread, rdo_tool_clock_ns(), line);
    else format_schedule_line(thread, rdo_tool_clock_ns(), line);
    fprintf(stderr, thread->is_live ? "\r%s\033[K" : "%s\n", line);
    fflush(stderr);
  }
  pthread_mutex_unlock(&thread->lock);
  if (thread->is_live) fputs("\r\033[K", stderr);
  return NULL;
}

static bool start_thread(struct watch_thread *thread) {
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes) != 0) return false;
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&thread->lock, NULL);
  pthread_cond_init(&thread->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  if (pthread_create(&thread->id, NULL, watch_run, thread) == 0) return true;
  pthread_cond_destroy(&thread->changed);
  pthread_mutex_destroy(&thread->lock);
  return false;
}

void rdo_tool_play_watch_begin(struct tool_play_watch *watch) {
  int worker_count = watch->player == NULL ? 0 : rondo_player_worker_count(watch->player);
  bool is_live = watch->report_every_s == 0 && isatty(STDERR_FILENO) != 0;
  watch->begin_ns = rdo_tool_clock_ns();
  for (int i = 0; i < worker_count; ++i) {
    watch->worker_begin_ns[i] = rondo_player_worker_time(watch->player, i);
    watch->worker_begin_spun_ns[i] = rondo_player_worker_spun(watch->player, i);
  }
  if (watch->player == NULL && watch->schedule == NULL) return;
  if (!is_live && watch->report_every_s == 0) return;
  struct watch_thread *thread = calloc(1, sizeof *thread);
  if (thread == NULL) return;  // a run without its line is a run
  thread->watch = watch;
  thread->is_live = is_live;
  thread->last_ns = watch->begin_ns;
  if (start_thread(thread)) watch->thread = thread;
  else free(thread);
}

void rdo_tool_play_watch_end(struct tool_play_watch *watch) {
  int64_t now_ns = rdo_tool_clock_ns();
  int worker_count = watch->player == NULL ? 0 : rondo_player_worker_count(watch->player);
  double span_ns = (double)(now_ns - watch->begin_ns) * worker_count;
  for (int i = 0; i < worker_count; ++i) {
    watch->loads[i] = load_since(watch, i, now_ns);
    if (span_ns > 0) watch->spun_share += (double)(rondo_player_worker_spun(watch->player, i) - watch->worker_begin_spun_ns[i]) / span_ns;
  }
  struct watch_thread *thread = watch->thread;
  if (thread == NULL) return;
  pthread_mutex_lock(&thread->lock);
  thread->is_over = true;
  pthread_cond_signal(&thread->changed);
  pthread_mutex_unlock(&thread->lock);
  pthread_join(thread->id, NULL);
  pthread_cond_destroy(&thread->changed);
  pthread_mutex_destroy(&thread->lock);
  free(thread);
  watch->thread = NULL;
}
