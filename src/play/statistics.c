// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <stdlib.h>

#include "base/alloc.h"
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

enum time_of { START_DELAY, START_DELAY_NOT_STOLEN, RUN, LATENCY };

static bool read_time(const struct rondo_instance *instance, bool has_period, enum time_of what, int64_t *out_ns) {
  if (instance->start_ns == 0 || instance->status != RONDO_OK) return false;
  switch (what) {
    case START_DELAY: *out_ns = instance->start_ns - instance->release_ns; return has_period;
    case START_DELAY_NOT_STOLEN: *out_ns = instance->start_ns - instance->release_ns; return has_period && !instance->is_stolen;
    case RUN: *out_ns = instance->run_end_ns - instance->start_ns; return true;
    default: *out_ns = instance->end_ns - (has_period ? instance->release_ns : instance->start_ns); return true;
  }
}

enum rondo_status rondo_job_statistics(const struct rondo_job *job, struct rondo_job_stats *out_stats, struct rondo_diag *diag) {
  struct rondo_job_stats stats = {
      .released = job->ended_count + job->failed_count,
      .ended = job->ended_count,
      .missed = job->missed_count,
      .skipped = job->skipped_count,
      .failed = job->failed_count,
      .stolen = job->stolen_count,
      .missed_not_stolen = job->missed_not_stolen_count,
  };
  int64_t *times;
  RDO_TRY(rdo_alloc_array((size_t)job->instance_count + 1, sizeof *times, &times, diag));
  struct rondo_percentiles *const sets[] = {&stats.start_delay, &stats.start_delay_not_stolen, &stats.run, &stats.latency};
  for (int what = START_DELAY; what <= LATENCY; ++what) {
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
