// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "play/player.h"

static int compare_times(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

// The smallest time that at least this share of all do not exceed ("nearest rank").
static int64_t rank(const int64_t *sorted, uint64_t count, uint64_t per_mille) {
  uint64_t place = (count * per_mille + 999) / 1000;
  return sorted[place == 0 ? 0 : place - 1];
}

static struct rondo_percentiles percentiles_of(int64_t *times, uint64_t count) {
  if (count == 0) return (struct rondo_percentiles){0};
  qsort(times, (size_t)count, sizeof *times, compare_times);
  return (struct rondo_percentiles){count,
                                    times[0],
                                    rank(times, count, 500),
                                    rank(times, count, 900),
                                    rank(times, count, 990),
                                    rank(times, count, 999),
                                    times[count - 1]};
}

enum time_of { START_DELAY, START_DELAY_NOT_STOLEN, RUN, LATENCY, AGE };

static bool read_time(const struct rondo_instance *instance, bool has_period, enum time_of what, int64_t *out_ns) {
  if (instance->start_ns == 0 || instance->state != RONDO_INSTANCE_COMPLETED) return false;
  switch (what) {
    case START_DELAY: *out_ns = instance->start_ns - instance->ready_ns; return has_period;
    case START_DELAY_NOT_STOLEN: *out_ns = instance->start_ns - instance->ready_ns; return has_period && !instance->is_stolen;
    case RUN: *out_ns = instance->run_end_ns - instance->start_ns; return true;
    case AGE: *out_ns = instance->age_ns; return instance->age_ns >= 0;
    default: *out_ns = instance->end_ns - instance->release_ns; return true;
  }
}

enum rondo_status rondo_job_statistics(const struct rondo_job *job, struct rondo_job_stats *out_stats, struct rondo_diag *diag) {
  struct rondo_job_stats stats = {
      .released = job->ended_count + job->failed_count + job->cancelled_count,
      .ended = job->ended_count,
      .missed = job->missed_count,
      .skipped = job->skipped_count,
      .failed = job->failed_count,
      .cancelled = job->cancelled_count,
      .degraded = job->degraded_count,
      .stolen = job->stolen_count,
      .missed_not_stolen = job->missed_not_stolen_count,
      .skipped_not_stolen = job->skipped_not_stolen_count,
  };
  int64_t *times;
  RDO_TRY(rdo_alloc_array((size_t)job->instance_count + 1, sizeof *times, &times, diag));
  struct rondo_percentiles *const sets[] = {&stats.start_delay, &stats.start_delay_not_stolen, &stats.run, &stats.latency, &stats.age};
  for (int what = START_DELAY; what <= AGE; ++what) {
    uint64_t count = 0;
    for (uint64_t i = 0; i < job->instance_count; ++i) count += read_time(&job->instances[i], job->period_ns != 0, (enum time_of)what, &times[count]);
    *sets[what] = percentiles_of(times, count);
  }
  rdo_free(times);
  *out_stats = stats;
  return RONDO_OK;
}

uint64_t rondo_job_instances(const struct rondo_job *job, const struct rondo_instance **out_instances) {
  *out_instances = job->instances;
  return job->instance_count;
}

// Counters -----------------------------------------------------------------------------------------

static uint64_t read_count(const rdo_atomic_u64 *counter) {
  return rdo_atomic_load(counter, rdo_relaxed);  // relaxed: counter
}

// Released, and on no worker so far.
static bool is_ready(const struct rdo_job_counts *counts, int64_t now_ns) {
  uint32_t state = rdo_atomic_load(&counts->state, rdo_relaxed);  // relaxed: counter
  int64_t ready_ns = rdo_atomic_load(&counts->ready_ns, rdo_relaxed);  // relaxed: counter
  return state == RONDO_INSTANCE_READY || (state == RONDO_INSTANCE_SCHEDULED && ready_ns <= now_ns);
}

static void add_counts(const struct rondo_job *job, struct rondo_counters *out, uint64_t *latency_ns) {
  const struct rdo_job_counts *counts = &job->counts;
  out->scheduled += read_count(&counts->scheduled);
  out->completed += read_count(&counts->completed);
  out->missed += read_count(&counts->missed);
  out->failed += read_count(&counts->failed);
  out->cancelled += read_count(&counts->cancelled);
  out->skipped += read_count(&counts->skipped);
  out->degraded += read_count(&counts->degraded);
  out->ready += is_ready(counts, rdo_clock_now_ns());
  *latency_ns += read_count(&counts->latency_ns);
}

static void set_mean(struct rondo_counters *out, uint64_t latency_ns) {
  out->latency_ns_mean = out->completed == 0 ? 0 : (int64_t)(latency_ns / out->completed);
}

void rondo_job_counters(const struct rondo_job *job, struct rondo_counters *out_counters) {
  uint64_t latency_ns = 0;
  *out_counters = (struct rondo_counters){0};
  add_counts(job, out_counters, &latency_ns);
  set_mean(out_counters, latency_ns);
}

void rondo_player_counters(const struct rondo_player *player, struct rondo_counters *out_counters) {
  uint64_t latency_ns = 0;
  *out_counters = (struct rondo_counters){0};
  for (const struct rondo_job *job = player->jobs; job != NULL; job = job->next) add_counts(job, out_counters, &latency_ns);
  set_mean(out_counters, latency_ns);
}

int64_t rondo_player_worker_time(const struct rondo_player *player, int worker) {
  return worker < 0 || worker >= (int)player->executor->worker_count ? -1 : rdo_worker_time_ns(&player->executor->workers[worker]);
}

int64_t rondo_player_worker_spun(const struct rondo_player *player, int worker) {
  if (worker < 0 || worker >= (int)player->executor->worker_count) return -1;
  return rdo_atomic_load(&player->executor->workers[worker].spun_ns, rdo_relaxed);  // relaxed: counter
}

const char *rondo_player_worker_cluster(const struct rondo_player *player, int worker) {
  return worker < 0 || worker >= (int)player->executor->worker_count || player->clusters == NULL ? "" : player->clusters[worker].name;
}
