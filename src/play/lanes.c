// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/lanes.h"

#include <string.h>

static void add_worker(struct rdo_lane *lane, uint32_t worker) { lane->workers[worker / 64] |= UINT64_C(1) << worker % 64; }

static bool has_worker(const struct rdo_lane *lane, uint32_t worker) { return (lane->workers[worker / 64] >> worker % 64 & 1) != 0; }

// The CPU of the n-th worker of a set: the last ones first, since the first one is where interrupts and other programs most
// often are.
static int nth_cpu(const struct rdo_cpu_set *cpus, uint32_t n) {
  uint32_t count = (uint32_t)rdo_cpu_set_count(cpus);
  return rdo_cpu_set_nth(cpus, (int)(count - 1 - n % count));
}

static void note_crowd(struct rdo_worker_lanes *lanes) {
  struct rdo_cpu_set taken = rdo_cpu_set_none();
  for (uint32_t i = 0; i < lanes->worker_count; ++i) {
    lanes->is_crowded |= rdo_cpu_set_intersects(&taken, &lanes->cpus[i]);
    taken = rdo_cpu_set_or(taken, &lanes->cpus[i]);
  }
}

static enum rondo_status check_counts(uint64_t worker_count, uint64_t lane_count, struct rondo_diag *diag) {
  if (worker_count > RDO_WORKERS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "the machine has %llu workers (a player at most %d)", (unsigned long long)worker_count, RDO_WORKERS_MAX);
  }
  if (lane_count >= RDO_LANES_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "the machine has %llu lanes (a player at most %d)", (unsigned long long)lane_count, RDO_LANES_MAX - 1);
  }
  return RONDO_OK;
}

enum rondo_status rdo_worker_lanes_make_each(uint32_t lane_count, const struct rdo_cpu_set *allowed, struct rdo_worker_lanes *out_lanes,
                                             struct rondo_diag *diag) {
  memset(out_lanes, 0, sizeof *out_lanes);
  RDO_TRY(check_counts(lane_count, lane_count, diag));
  out_lanes->worker_count = out_lanes->lane_count = lane_count;
  for (uint32_t i = 0; i < lane_count; ++i) {
    out_lanes->cpus[i] = rdo_cpu_set_one(nth_cpu(allowed, i));
    add_worker(&out_lanes->lanes[i], i);
  }
  note_crowd(out_lanes);
  return RONDO_OK;
}

enum rondo_status rdo_worker_lanes_make_one(uint32_t worker_count, const struct rdo_cpu_set *allowed, struct rdo_worker_lanes *out_lanes,
                                            struct rondo_diag *diag) {
  memset(out_lanes, 0, sizeof *out_lanes);
  RDO_TRY(check_counts(worker_count, 1, diag));
  out_lanes->worker_count = worker_count;
  out_lanes->lane_count = 1;
  for (uint32_t i = 0; i < worker_count; ++i) {
    out_lanes->cpus[i] = rdo_cpu_set_one(nth_cpu(allowed, i));
    add_worker(&out_lanes->lanes[0], i);
  }
  note_crowd(out_lanes);
  return RONDO_OK;
}

// Workers of a cluster get its CPUs in turn.
static enum rondo_status add_cluster(struct rdo_worker_lanes *lanes, const struct rdo_cluster_entry *cluster, const struct rdo_cpu_set *allowed,
                                     bool is_anywhere, struct rondo_diag *diag) {
  struct rdo_cpu_set missing = rdo_cpu_set_andnot(cluster->cpus, allowed);
  if (!is_anywhere && rdo_cpu_set_is_empty(&cluster->cpus)) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "cluster %s has no CPUs: it can be planned for, but not played on", cluster->name);
  }
  if (!is_anywhere && !rdo_cpu_set_is_empty(&missing)) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "cluster %s: CPU %d is not there, or this process may not use it", cluster->name, rdo_cpu_set_first(&missing));
  }
  for (uint32_t i = 0; i < (uint32_t)cluster->worker_count; ++i) {
    uint32_t worker = lanes->worker_count++;
    lanes->cpus[worker] = rdo_cpu_set_one(is_anywhere ? nth_cpu(allowed, worker) : nth_cpu(&cluster->cpus, i));
  }
  return RONDO_OK;
}

// Picks the workers of a lane among those of its cluster.
static enum rondo_status add_lane(struct rdo_worker_lanes *lanes, const struct rdo_lane_entry *entry, uint32_t first, uint32_t end, bool is_anywhere,
                                  uint32_t *lane_counts, struct rondo_diag *diag) {
  struct rdo_lane *lane = &lanes->lanes[lanes->lane_count++];
  for (int i = 0; i < entry->worker_count; ++i) {
    uint32_t best = end;
    for (uint32_t worker = first; worker < end; ++worker) {
      if (has_worker(lane, worker) || (!is_anywhere && !rdo_cpu_set_is_subset(&lanes->cpus[worker], &entry->cpus))) continue;
      if (best == end || lane_counts[worker] < lane_counts[best]) best = worker;
    }
    if (best == end && i == 0) return rdo_fail(diag, RONDO_NOT_FOUND, "lane %s: no worker of its cluster has one of its CPUs", entry->name);
    if (best == end) break;
    add_worker(lane, best);
    ++lane_counts[best];
  }
  return RONDO_OK;
}

enum rondo_status rdo_worker_lanes_make(const struct rdo_machine_file *machine, const struct rdo_cpu_set *allowed, bool is_anywhere,
                                        struct rdo_worker_lanes *out_lanes, struct rondo_diag *diag) {
  memset(out_lanes, 0, sizeof *out_lanes);
  uint64_t worker_count = 0;
  for (int i = 0; i < machine->cluster_count; ++i) worker_count += (uint64_t)machine->clusters[i].worker_count;
  RDO_TRY(check_counts(worker_count, (uint64_t)machine->lane_count, diag));
  uint32_t lane_counts[RDO_WORKERS_MAX] = {0};
  for (int i = 0; i < machine->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &machine->clusters[i];
    uint32_t first = out_lanes->worker_count;
    RDO_TRY(add_cluster(out_lanes, cluster, allowed, is_anywhere, diag));
    for (int k = 0; k < cluster->lane_count; ++k) {
      RDO_TRY(add_lane(out_lanes, &machine->lanes[cluster->lane_begin + k], first, out_lanes->worker_count, is_anywhere, lane_counts, diag));
    }
  }
  note_crowd(out_lanes);
  return RONDO_OK;
}

enum rondo_status rdo_worker_lanes_find(const struct rdo_machine_file *machine, const struct rdo_cpu_set *cpus, uint32_t worker_count,
                                        struct rdo_worker_lanes *out_lanes, struct rondo_diag *diag) {
  memset(out_lanes, 0, sizeof *out_lanes);
  RDO_TRY(check_counts(worker_count, (uint64_t)machine->lane_count, diag));
  uint32_t lane_counts[RDO_WORKERS_MAX] = {0};
  out_lanes->worker_count = worker_count;
  for (uint32_t i = 0; i < worker_count; ++i) out_lanes->cpus[i] = cpus[i];
  for (int i = 0; i < machine->lane_count; ++i) {
    enum rondo_status status = add_lane(out_lanes, &machine->lanes[i], 0, worker_count, false, lane_counts, NULL);
    if (status != RONDO_OK && status != RONDO_NOT_FOUND) return status;  // not found: it has no worker
  }
  note_crowd(out_lanes);
  return RONDO_OK;
}
