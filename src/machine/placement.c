// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/placement.h"

#include <string.h>

#include "base/alloc.h"

static enum rondo_status allocate(int count, struct rdo_placement *placement, struct rondo_diag *diag) {
  memset(placement, 0, sizeof *placement);
  return rdo_alloc_array((size_t)count, sizeof *placement->workers, &placement->workers, diag);
}

void rdo_placement_deinit(struct rdo_placement *placement) {
  if (placement == NULL) return;
  rdo_free(placement->workers);
  memset(placement, 0, sizeof *placement);
}

// The index that all CPUs of a worker have in common, as `get` says; -1 when they have none.
static int find_common(const struct rdo_topology *topology, const struct rdo_cpu_set *cpus, int (*get)(const struct rdo_cpu *)) {
  int common = -2;
  for (int cpu = rdo_cpu_set_first(cpus); cpu >= 0; cpu = rdo_cpu_set_next(cpus, cpu)) {
    int index = get(rdo_topology_find(topology, cpu));
    if (common != -2 && index != common) return -1;
    common = index;
  }
  return common;
}

static int get_core(const struct rdo_cpu *cpu) { return cpu->core; }
static int get_cluster(const struct rdo_cpu *cpu) { return cpu->cluster; }
static int get_node(const struct rdo_cpu *cpu) { return cpu->node; }

static void add_worker(const struct rdo_topology *topology, const struct rdo_cpu_set *cpus, struct rdo_placement *placement) {
  struct rdo_worker_place *worker = &placement->workers[placement->worker_count++];
  worker->cpus = *cpus;
  worker->core = find_common(topology, cpus, get_core);
  worker->cluster = find_common(topology, cpus, get_cluster);
  worker->node = find_common(topology, cpus, get_node);
}

// CPUs that share a cache with any of the worker's.
static struct rdo_cpu_set find_reach(const struct rdo_topology *topology, const struct rdo_cpu_set *cpus) {
  struct rdo_cpu_set reach = *cpus;
  for (int cpu = rdo_cpu_set_first(cpus); cpu >= 0; cpu = rdo_cpu_set_next(cpus, cpu)) {
    struct rdo_cpu_set sharing = rdo_topology_sharing(topology, cpu);
    reach = rdo_cpu_set_or(reach, &sharing);
  }
  return reach;
}

// Symmetric: two workers share when either reaches the other.
static void set_sharing(const struct rdo_topology *topology, struct rdo_placement *placement) {
  for (int i = 0; i < placement->worker_count; ++i) {
    struct rdo_cpu_set reach = find_reach(topology, &placement->workers[i].cpus);
    for (int k = 0; k < placement->worker_count; ++k) {
      if (!rdo_cpu_set_intersects(&reach, &placement->workers[k].cpus)) continue;
      rdo_cpu_set_add(&placement->workers[i].sharing, k);
      rdo_cpu_set_add(&placement->workers[k].sharing, i);
    }
  }
}

// By rule ------------------------------------------------------------------------------------------------

// The next cluster in order of preference after `after` (NULL begins): fastest first, then in the
// topology's order. NULL = that was the last.
static const struct rdo_cluster *next_cluster(const struct rdo_topology *topology, const struct rdo_cluster *after) {
  const struct rdo_cluster *best = NULL;
  for (int i = 0; i < topology->cluster_count; ++i) {
    const struct rdo_cluster *candidate = &topology->clusters[i];
    bool is_behind = after == NULL || candidate->capacity < after->capacity || (candidate->capacity == after->capacity && candidate > after);
    if (is_behind && (best == NULL || candidate->capacity > best->capacity)) best = candidate;
  }
  return best;
}

// The workers of one cluster: a core each, or a CPU each.
static void add_cluster_workers(const struct rdo_topology *topology, enum rdo_placement_unit unit, struct rdo_cpu_set usable,
                                struct rdo_placement *placement) {
  for (int cpu = rdo_cpu_set_first(&usable); cpu >= 0; cpu = rdo_cpu_set_next(&usable, cpu)) {
    struct rdo_cpu_set one = rdo_cpu_set_one(cpu);
    add_worker(topology, &one, placement);
    if (unit == RDO_PLACEMENT_CORE) usable = rdo_cpu_set_andnot(usable, &topology->cores[rdo_topology_find(topology, cpu)->core].cpus);
  }
}

static void add_clusters(const struct rdo_topology *topology, enum rdo_placement_unit unit, const struct rdo_cpu_set *usable,
                         struct rdo_placement *placement) {
  for (const struct rdo_cluster *cluster = next_cluster(topology, NULL); cluster != NULL; cluster = next_cluster(topology, cluster)) {
    struct rdo_cpu_set cpus = rdo_cpu_set_and(cluster->cpus, usable);
    if (rdo_cpu_set_is_empty(&cpus)) continue;
    if (unit == RDO_PLACEMENT_CLUSTER) add_worker(topology, &cpus, placement);
    else add_cluster_workers(topology, unit, cpus, placement);
  }
}

static void add_nodes(const struct rdo_topology *topology, const struct rdo_cpu_set *usable, struct rdo_placement *placement) {
  for (int i = 0; i < topology->node_count; ++i) {
    struct rdo_cpu_set cpus = rdo_cpu_set_and(topology->nodes[i].cpus, usable);
    if (!rdo_cpu_set_is_empty(&cpus)) add_worker(topology, &cpus, placement);
  }
}

enum rondo_status rdo_placement_make(const struct rdo_topology *topology, enum rdo_placement_unit unit,
                                     const struct rdo_cpu_set *within, struct rdo_placement *out_placement,
                                     struct rondo_diag *diag) {
  struct rdo_cpu_set usable = within != NULL ? rdo_cpu_set_and(topology->allowed, within) : topology->allowed;
  memset(out_placement, 0, sizeof *out_placement);
  if (rdo_cpu_set_is_empty(&usable)) {
    char asked[RDO_CPU_SET_TEXT_BYTES], allowed[RDO_CPU_SET_TEXT_BYTES];
    rdo_cpu_set_format(within != NULL ? within : &topology->online, asked, sizeof asked);
    rdo_cpu_set_format(&topology->allowed, allowed, sizeof allowed);
    return rdo_fail(diag, RONDO_NOT_FOUND, "no CPU is left for workers: of %.400s this process may use none (it may use '%.400s')", asked, allowed);
  }
  RDO_TRY(allocate(rdo_cpu_set_count(&usable), out_placement, diag));
  if (unit == RDO_PLACEMENT_NODE) add_nodes(topology, &usable, out_placement);
  else add_clusters(topology, unit, &usable, out_placement);
  set_sharing(topology, out_placement);
  return RONDO_OK;
}

// As a user asks -----------------------------------------------------------------------------------------

enum rondo_status rdo_placement_from_set(const struct rdo_topology *topology, const struct rdo_cpu_set *set,
                                         struct rdo_placement *out_placement, struct rondo_diag *diag) {
  memset(out_placement, 0, sizeof *out_placement);
  RDO_TRY(rdo_topology_check(topology, set, diag));
  RDO_TRY(allocate(rdo_cpu_set_count(set), out_placement, diag));
  add_cluster_workers(topology, RDO_PLACEMENT_CPU, *set, out_placement);
  set_sharing(topology, out_placement);
  return RONDO_OK;
}

static enum rondo_status check_sets(const struct rdo_topology *topology, const struct rdo_cpu_set *sets, int count, struct rondo_diag *diag) {
  struct rdo_cpu_set taken = rdo_cpu_set_none();
  for (int i = 0; i < count; ++i) {
    enum rondo_status status = rdo_topology_check(topology, &sets[i], diag);
    if (status != RONDO_OK) {
      rdo_prefix(diag, "CPU set %d", i);
      return status;
    }
    struct rdo_cpu_set common = rdo_cpu_set_and(sets[i], &taken);
    if (!rdo_cpu_set_is_empty(&common)) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "CPU set %d: CPU %d is in an earlier set, too", i, rdo_cpu_set_first(&common));
    }
    taken = rdo_cpu_set_or(taken, &sets[i]);
  }
  return RONDO_OK;
}

enum rondo_status rdo_placement_from_sets(const struct rdo_topology *topology, const struct rdo_cpu_set *sets, int count,
                                          struct rdo_placement *out_placement, struct rondo_diag *diag) {
  memset(out_placement, 0, sizeof *out_placement);
  if (count < 1) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no CPU sets for workers");
  if (count > RDO_PLACEMENT_WORKERS_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d CPU sets for workers, and there can be %d workers", count, RDO_PLACEMENT_WORKERS_MAX);
  }
  RDO_TRY(check_sets(topology, sets, count, diag));
  RDO_TRY(allocate(count, out_placement, diag));
  for (int i = 0; i < count; ++i) add_worker(topology, &sets[i], out_placement);
  set_sharing(topology, out_placement);
  return RONDO_OK;
}
