// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/jobs_limits.h"

#include <string.h>

#include "base/alloc.h"

// Limits in the order of their numbers: the machine, its clusters, its lanes, then resources by name as jobs name them first. Whoever wants a
// place among jobs and a resource so takes the place first, and holds nothing exclusive while it waits for it.
struct finder {
  struct rondo_player *player;
  const struct rdo_jobs_file *file;
  const struct rdo_machine_file *machine;
  struct rdo_jobs_limits *limits;
  struct rondo_diag *diag;
};

static void hold(const struct finder *finder, int job, uint32_t limit) {
  finder->limits->held[(size_t)job * finder->limits->word_count + limit / 64] |= UINT64_C(1) << limit % 64;
}

static bool holds(const struct rdo_jobs_limits *limits, int job, uint32_t limit) {
  return (limits->held[(size_t)job * limits->word_count + limit / 64] >> limit % 64 & 1) != 0;
}

static enum rondo_status end_limit(const struct finder *finder, int capacity, bool has_ceiling) {
  struct rdo_jobs_limits *limits = finder->limits;
  uint32_t limit = limits->limit_count++;
  int wanted = 0;
  for (int i = 0; i < finder->file->job_count; ++i) wanted += holds(limits, i, limit);
  limits->numbers[limit] = UINT32_MAX;
  if (wanted <= capacity) return RONDO_OK;
  return rdo_player_add_resource(finder->player, (uint32_t)capacity, has_ceiling, &limits->numbers[limit], finder->diag);
}

static bool uses_lane(const struct rdo_job_entry *job, int lane) {
  bool is_used = job->lane_index_count == 0;
  for (int i = 0; i < job->lane_index_count; ++i) is_used |= job->lane_indices[i] == lane;
  return is_used;
}

// Places among the jobs that may use one of some lanes.
static enum rondo_status add_places(const struct finder *finder, int lane_begin, int lane_end, int job_count_max) {
  if (job_count_max == 0) return RONDO_OK;
  for (int i = 0; i < finder->file->job_count; ++i) {
    for (int lane = lane_begin; lane < lane_end; ++lane) {
      if (uses_lane(&finder->file->jobs[i], lane)) hold(finder, i, finder->limits->limit_count);
    }
  }
  return end_limit(finder, job_count_max, false);
}

static enum rondo_status add_all_places(const struct finder *finder) {
  const struct rdo_machine_file *machine = finder->machine;
  RDO_TRY(add_places(finder, 0, machine->lane_count, machine->job_count_max));
  for (int i = 0; i < machine->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &machine->clusters[i];
    RDO_TRY(add_places(finder, cluster->lane_begin, cluster->lane_begin + cluster->lane_count, cluster->job_count_max));
  }
  for (int i = 0; i < machine->lane_count; ++i) RDO_TRY(add_places(finder, i, i + 1, machine->lanes[i].job_count_max));
  return RONDO_OK;
}

static bool uses_resource(const struct rdo_job_entry *job, const char *name) {
  for (int i = 0; i < job->resource_count; ++i) {
    if (strcmp(job->resources[i], name) == 0) return true;
  }
  return false;
}

// The resources that a job is the first to name.
static enum rondo_status add_resources(const struct finder *finder, int job) {
  const struct rdo_job_entry *entry = &finder->file->jobs[job];
  for (int i = 0; i < entry->resource_count; ++i) {
    const char *name = entry->resources[i];
    bool is_known = false;
    for (int k = 0; k < i; ++k) is_known |= strcmp(entry->resources[k], name) == 0;
    for (int k = 0; k < job && !is_known; ++k) is_known = uses_resource(&finder->file->jobs[k], name);
    if (is_known) continue;
    for (int k = job; k < finder->file->job_count; ++k) {
      if (uses_resource(&finder->file->jobs[k], name)) hold(finder, k, finder->limits->limit_count);
    }
    int index = finder->machine == NULL ? -1 : rdo_machine_file_find_resource(finder->machine, name);
    RDO_TRY(end_limit(finder, index < 0 ? 1 : finder->machine->resources[index].capacity, true));
  }
  return RONDO_OK;
}

enum rondo_status rdo_jobs_limits_make(struct rondo_player *player, const struct rdo_jobs_file *file, const struct rdo_machine_file *machine,
                                       struct rdo_jobs_limits *out_limits, struct rondo_diag *diag) {
  const struct finder finder = {player, file, machine, out_limits, diag};
  memset(out_limits, 0, sizeof *out_limits);
  size_t limit_count_max = machine == NULL ? 0 : 1 + (size_t)machine->cluster_count + (size_t)machine->lane_count;
  for (int i = 0; i < file->job_count; ++i) limit_count_max += (size_t)file->jobs[i].resource_count;
  if (limit_count_max == 0) return RONDO_OK;
  out_limits->word_count = (uint32_t)(limit_count_max / 64 + 1);
  RDO_TRY(rdo_alloc_array((size_t)file->job_count * out_limits->word_count, sizeof *out_limits->held, &out_limits->held, diag));
  RDO_TRY(rdo_alloc_array(limit_count_max, sizeof *out_limits->numbers, &out_limits->numbers, diag));
  RDO_TRY(rdo_alloc_array(limit_count_max, sizeof *out_limits->list, &out_limits->list, diag));
  if (machine != NULL) RDO_TRY(add_all_places(&finder));
  for (int i = 0; i < file->job_count; ++i) RDO_TRY(add_resources(&finder, i));
  return RONDO_OK;
}

const uint32_t *rdo_jobs_limits_of(const struct rdo_jobs_limits *limits, int job, uint32_t *out_count) {
  *out_count = 0;
  for (uint32_t i = 0; i < limits->limit_count; ++i) {
    if (limits->numbers[i] != UINT32_MAX && holds(limits, job, i)) limits->list[(*out_count)++] = limits->numbers[i];
  }
  return limits->list;
}

void rdo_jobs_limits_deinit(struct rdo_jobs_limits *limits) {
  rdo_free(limits->held);
  rdo_free(limits->numbers);
  rdo_free(limits->list);
}
