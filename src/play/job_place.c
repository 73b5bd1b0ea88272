// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where a job's kernels run, what they give way to, and what the job holds meanwhile: resources, and places among the jobs that may have work
// somewhere at once. A job that needs any is not armed ahead: it asks at its release, for one after the other in the order of their numbers, so
// that no two wait for each other; then its call begins. It gives all back when the instance has ended, however it did.

#include "base/alloc.h"
#include "base/object.h"
#include "play/player.h"

enum rondo_status rdo_player_add_resource(struct rondo_player *player, uint32_t capacity, bool has_ceiling, uint32_t *out_index, struct rondo_diag *diag) {
  RDO_TRY(rdo_grow_array((size_t)player->resource_count + 1, sizeof *player->resources, &player->resource_capacity, &player->resources, diag));
  struct rdo_player_resource *resource = &player->resources[player->resource_count];
  rdo_resource_init(&resource->resource, "", capacity);
  resource->has_ceiling = has_ceiling;
  *out_index = player->resource_count++;
  return RONDO_OK;
}

static bool share_workers(const struct rdo_executor *executor, uint32_t lane, uint32_t other) {
  uint64_t shared = 0;
  for (int i = 0; i < RDO_IDLE_WORDS; ++i) shared |= executor->lanes[lane].workers[i] & executor->lanes[other].workers[i];
  return shared != 0;
}

static uint64_t own_key(const struct rondo_job *job) { return (uint64_t)(RDO_PLAYER_PRIORITY_MAX - job->priority); }

static struct rdo_queue_place *place_of(const struct rondo_job *job) { return &job->runtime->device->queues[0].place; }

static void place_job(struct rondo_job *job) {
  const struct rdo_executor *executor = job->player->executor;
  struct rdo_queue_place *place = place_of(job);
  uint32_t worker_count = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) worker_count += (uint32_t)(executor->lanes[job->lane].workers[i / 64] >> i % 64 & 1);
  *place = (struct rdo_queue_place){.lane = job->lane, .width_max = worker_count, .key = own_key(job)};
  if (job->width_max != 0 && job->width_max < worker_count) place->width_max = job->width_max;
  for (uint32_t i = 0; i < job->resource_count; ++i) {
    const struct rdo_player_resource *resource = &job->player->resources[job->resources[i]];
    if (resource->has_ceiling && resource->ceiling_key < place->key) place->key = resource->ceiling_key;
  }
}

void rdo_player_place_jobs(struct rondo_player *player) {
  for (uint32_t i = 0; i < player->resource_count; ++i) player->resources[i].ceiling_key = UINT64_MAX;
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    for (uint32_t i = 0; i < job->resource_count; ++i) {
      uint64_t *ceiling_key = &player->resources[job->resources[i]].ceiling_key;
      if (own_key(job) < *ceiling_key) *ceiling_key = own_key(job);
    }
  }
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) place_job(job);
  for (struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    for (const struct rondo_job *other = player->jobs; other != NULL; other = other->next) {
      place_of(job)->gives_way |= place_of(other)->key < place_of(job)->key && share_workers(player->executor, job->lane, other->lane);
    }
  }
}

// Resources ----------------------------------------------------------------------------------------

static void take(struct rdo_resource_wait *wait) {
  struct rondo_job *job = RDO_CONTAINER(wait, struct rondo_job, wait);
  ++job->held_count;
  rdo_job_ask(job);
}

void rdo_job_ask(struct rondo_job *job) {
  if (job->held_count == job->resource_count) {
    rdo_job_resume(job);
    return;
  }
  job->wait.key = own_key(job);
  job->wait.granted = take;
  rdo_resource_acquire(&job->player->resources[job->resources[job->held_count]].resource, &job->wait);
}

void rdo_job_give_back(struct rondo_job *job) {
  while (job->held_count != 0) rdo_resource_release(&job->player->resources[job->resources[--job->held_count]].resource);
}
