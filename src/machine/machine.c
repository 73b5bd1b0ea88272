// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public face of the topology and of placements: the same with sets as text, so that no program depends
// on how many CPUs a set holds.

#include "machine/machine.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/cpu.h"
#include "machine/numa.h"
#include "machine/placement.h"
#include "machine/topology.h"

struct rondo_machine {
  struct rdo_topology topology;
  const char *present, *online, *allowed, *isolated;
  const char *memory_refusal;  // NULL = none
  const char **packages, **cores, **nodes, **caches, **clusters;  // CPUs of each
  struct rdo_arena arena;
};

struct rondo_placement {
  struct rdo_placement places;
  const char **cpus, **sharing;  // of each worker
  struct rdo_arena arena;
};

_Static_assert((int)RONDO_CAPACITY_KERNEL == (int)RDO_CAPACITY_KERNEL && (int)RONDO_CAPACITY_ASSUMED == (int)RDO_CAPACITY_ASSUMED, "same numbers");
_Static_assert((int)RONDO_WORKER_PER_CORE == (int)RDO_PLACEMENT_CORE && (int)RONDO_WORKER_PER_NODE == (int)RDO_PLACEMENT_NODE, "same numbers");

static struct rdo_bytes bytes_of(const char *text) { return (struct rdo_bytes){(const uint8_t *)text, strlen(text)}; }

// Texts ----------------------------------------------------------------------------------------------------

static enum rondo_status make_text(struct rdo_arena *arena, const struct rdo_cpu_set *set, const char **out, struct rondo_diag *diag) {
  char *text;
  size_t length = rdo_cpu_set_format(set, NULL, 0);
  RDO_TRY(rdo_arena_alloc(arena, length + 1, 1, &text, diag));
  rdo_cpu_set_format(set, text, length + 1);
  *out = text;
  return RONDO_OK;
}

// The texts of the sets that stand `stride` bytes apart.
static enum rondo_status make_texts(struct rdo_arena *arena, const struct rdo_cpu_set *first, size_t stride, int count,
                                    const char ***out, struct rondo_diag *diag) {
  RDO_TRY(rdo_arena_alloc(arena, (size_t)count, sizeof **out, out, diag));
  for (int i = 0; i < count; ++i) {
    const void *set = (const char *)first + (size_t)i * stride;
    RDO_TRY(make_text(arena, set, &(*out)[i], diag));
  }
  return RONDO_OK;
}

#define TEXTS(owner, array, count, member, out, diag) \
  make_texts(&(owner)->arena, &(array)->member, sizeof *(array), (count), (out), (diag))

static enum rondo_status make_machine_texts(struct rondo_machine *machine, struct rondo_diag *diag) {
  const struct rdo_topology *t = &machine->topology;
  RDO_TRY(make_text(&machine->arena, &t->present, &machine->present, diag));
  RDO_TRY(make_text(&machine->arena, &t->online, &machine->online, diag));
  RDO_TRY(make_text(&machine->arena, &t->allowed, &machine->allowed, diag));
  RDO_TRY(make_text(&machine->arena, &t->isolated, &machine->isolated, diag));
  RDO_TRY(TEXTS(machine, t->packages, t->package_count, cpus, &machine->packages, diag));
  RDO_TRY(TEXTS(machine, t->cores, t->core_count, cpus, &machine->cores, diag));
  RDO_TRY(TEXTS(machine, t->nodes, t->node_count, cpus, &machine->nodes, diag));
  RDO_TRY(TEXTS(machine, t->caches, t->cache_count, cpus, &machine->caches, diag));
  return TEXTS(machine, t->clusters, t->cluster_count, cpus, &machine->clusters, diag);
}

// Machine --------------------------------------------------------------------------------------------------

static enum rondo_status read_topology(const struct rondo_machine_options *options, struct rdo_topology *out, struct rondo_diag *diag) {
  struct rdo_topology_options internal = {.root = options->root};
  struct rdo_cpu_set allowed;
  if (options->allowed != NULL) {
    RDO_TRY(rdo_cpu_set_parse(bytes_of(options->allowed), &allowed, diag));
    internal.allowed = &allowed;
  }
  switch (options->reader) {
    case RONDO_MACHINE_SYSFS: return rdo_topology_read(&internal, out, diag);
    case RONDO_MACHINE_HWLOC: return rdo_topology_read_hwloc(&internal, out, diag);
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no reader of machines has number %d", (int)options->reader);
}

// Whether memory can be put on nodes, where there are several and they are those of this machine.
static enum rondo_status try_nodes(struct rondo_machine *machine, struct rondo_diag *diag) {
  const struct rdo_topology *t = &machine->topology;
  struct rondo_diag refusal = {.status = RONDO_OK};
  char *text;
  if (t->is_injected || t->node_count < 2 || rdo_machine_try_memory(t->nodes[0].os_index, &refusal) == RONDO_OK) return RONDO_OK;
  RDO_TRY(rdo_arena_alloc(&machine->arena, strlen(refusal.message) + 1, 1, &text, diag));
  strcpy(text, refusal.message);
  machine->memory_refusal = text;
  return RONDO_OK;
}

enum rondo_status rondo_machine_read(const struct rondo_machine_options *options, struct rondo_machine **out_machine,
                                     struct rondo_diag *diag) {
  const struct rondo_machine_options defaults = {0};
  struct rondo_machine *machine;
  *out_machine = NULL;
  RDO_TRY(rdo_alloc(sizeof *machine, &machine, diag));
  enum rondo_status status = read_topology(options != NULL ? options : &defaults, &machine->topology, diag);
  if (status == RONDO_OK) status = make_machine_texts(machine, diag);
  if (status == RONDO_OK) status = try_nodes(machine, diag);
  if (status == RONDO_OK) *out_machine = machine;
  else rondo_machine_release(&machine);
  return status;
}

void rondo_machine_release(struct rondo_machine **machine) {
  if (machine == NULL || *machine == NULL) return;
  rdo_topology_deinit(&(*machine)->topology);
  rdo_arena_deinit(&(*machine)->arena);
  rdo_free(*machine);
  *machine = NULL;
}

const struct rdo_topology *rdo_machine_topology(const struct rondo_machine *machine) { return &machine->topology; }

void rondo_machine_info(const struct rondo_machine *machine, struct rondo_machine_info *out_info) {
  const struct rdo_topology *t = &machine->topology;
  *out_info = (struct rondo_machine_info){
      .cpu_count = t->cpu_count,
      .package_count = t->package_count,
      .core_count = t->core_count,
      .node_count = t->node_count,
      .cache_count = t->cache_count,
      .cluster_count = t->cluster_count,
      .present = machine->present,
      .online = machine->online,
      .allowed = machine->allowed,
      .isolated = machine->isolated,
      .allowed_count = rdo_cpu_set_count(&t->allowed),
      .beyond_count = t->beyond_count,
      .quota_millicpus = t->quota_millicpus,
      .capacity_source = (enum rondo_capacity_source)t->capacity_source,
      .has_nodes = t->has_nodes,
      .memory_refusal = machine->memory_refusal,
      .arch = t->is_injected ? NULL : rdo_cpu_arch(),
  };
}

// Elements -------------------------------------------------------------------------------------------------

static int count_cores(const struct rdo_topology *t, const struct rdo_cpu_set *cpus) {
  int count = 0;
  for (int i = 0; i < t->core_count; ++i) count += rdo_cpu_set_intersects(&t->cores[i].cpus, cpus);
  return count;
}

enum rondo_status rondo_machine_cpu(const struct rondo_machine *machine, int index, struct rondo_machine_cpu *out_cpu) {
  *out_cpu = (struct rondo_machine_cpu){0};
  if (index < 0 || index >= machine->topology.cpu_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_cpu *cpu = &machine->topology.cpus[index];
  *out_cpu = (struct rondo_machine_cpu){
      .number = cpu->os_index,
      .is_online = cpu->is_online,
      .is_allowed = cpu->is_allowed,
      .package = cpu->package,
      .core = cpu->core,
      .node = cpu->node,
      .cluster = cpu->cluster,
      .smt_index = cpu->smt_index,
      .l1d = cpu->caches[RDO_CACHE_L1D],
      .l2 = cpu->caches[RDO_CACHE_L2],
      .l3 = cpu->caches[RDO_CACHE_L3],
      .capacity = cpu->capacity,
      .frequency_khz_max = cpu->frequency_khz_max,
  };
  return RONDO_OK;
}

enum rondo_status rondo_machine_package(const struct rondo_machine *machine, int index, struct rondo_machine_package *out_package) {
  *out_package = (struct rondo_machine_package){0};
  if (index < 0 || index >= machine->topology.package_count) return RONDO_OUT_OF_RANGE;
  *out_package = (struct rondo_machine_package){machine->topology.packages[index].os_index, machine->packages[index]};
  return RONDO_OK;
}

enum rondo_status rondo_machine_core(const struct rondo_machine *machine, int index, struct rondo_machine_core *out_core) {
  *out_core = (struct rondo_machine_core){0};
  if (index < 0 || index >= machine->topology.core_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_core *core = &machine->topology.cores[index];
  *out_core = (struct rondo_machine_core){core->package, core->node, core->cluster, machine->cores[index]};
  return RONDO_OK;
}

enum rondo_status rondo_machine_node(const struct rondo_machine *machine, int index, struct rondo_machine_node *out_node) {
  *out_node = (struct rondo_machine_node){0};
  if (index < 0 || index >= machine->topology.node_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_numa_node *node = &machine->topology.nodes[index];
  *out_node = (struct rondo_machine_node){node->os_index, node->memory_bytes, machine->nodes[index]};
  return RONDO_OK;
}

enum rondo_status rondo_machine_cache(const struct rondo_machine *machine, int index, struct rondo_machine_cache *out_cache) {
  *out_cache = (struct rondo_machine_cache){0};
  if (index < 0 || index >= machine->topology.cache_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_cache *cache = &machine->topology.caches[index];
  *out_cache = (struct rondo_machine_cache){
      cache->level, cache->size_bytes, cache->line_bytes, count_cores(&machine->topology, &cache->cpus), machine->caches[index]};
  return RONDO_OK;
}

enum rondo_status rondo_machine_cluster(const struct rondo_machine *machine, int index, struct rondo_machine_cluster *out_cluster) {
  *out_cluster = (struct rondo_machine_cluster){0};
  if (index < 0 || index >= machine->topology.cluster_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_cluster *cluster = &machine->topology.clusters[index];
  *out_cluster = (struct rondo_machine_cluster){
      cluster->package, cluster->node, cluster->capacity, cluster->core_count, cluster->cache, machine->clusters[index]};
  return RONDO_OK;
}

// Placement ------------------------------------------------------------------------------------------------

static enum rondo_status fill_from_sets(const struct rdo_topology *topology, const struct rondo_placement_options *options,
                                        struct rdo_placement *out, struct rondo_diag *diag) {
  struct rdo_cpu_set *sets;
  if (options->set_count > RDO_PLACEMENT_WORKERS_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d CPU sets for workers, and there can be %d workers", options->set_count, RDO_PLACEMENT_WORKERS_MAX);
  }
  RDO_TRY(rdo_alloc_array((size_t)options->set_count, sizeof *sets, &sets, diag));
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < options->set_count && status == RONDO_OK; ++i) status = rdo_cpu_set_parse(bytes_of(options->sets[i]), &sets[i], diag);
  if (status == RONDO_OK) status = rdo_placement_from_sets(topology, sets, options->set_count, out, diag);
  rdo_free(sets);
  return status;
}

static enum rondo_status fill_places(const struct rdo_topology *topology, const struct rondo_placement_options *options,
                                     struct rdo_placement *out, struct rondo_diag *diag) {
  struct rdo_cpu_set cpus;
  if (options->cpus != NULL && options->set_count > 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "workers are placed on a list of CPUs or on sets, not both");
  if (options->set_count > 0) return fill_from_sets(topology, options, out, diag);
  if (options->cpus != NULL) {
    RDO_TRY(rdo_cpu_set_parse(bytes_of(options->cpus), &cpus, diag));
    return rdo_placement_from_set(topology, &cpus, out, diag);
  }
  if ((int)options->unit < (int)RONDO_WORKER_PER_CORE || (int)options->unit > (int)RONDO_WORKER_PER_NODE) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no unit of workers has number %d", (int)options->unit);
  }
  if (options->within != NULL) RDO_TRY(rdo_cpu_set_parse(bytes_of(options->within), &cpus, diag));
  return rdo_placement_make(topology, (enum rdo_placement_unit)options->unit, options->within != NULL ? &cpus : NULL, out, diag);
}

enum rondo_status rondo_machine_place(const struct rondo_machine *machine, const struct rondo_placement_options *options,
                                      struct rondo_placement **out_placement, struct rondo_diag *diag) {
  const struct rondo_placement_options defaults = {0};
  struct rondo_placement *placement;
  *out_placement = NULL;
  RDO_TRY(rdo_alloc(sizeof *placement, &placement, diag));
  enum rondo_status status = fill_places(&machine->topology, options != NULL ? options : &defaults, &placement->places, diag);
  const struct rdo_placement *places = &placement->places;
  if (status == RONDO_OK) status = TEXTS(placement, places->workers, places->worker_count, cpus, &placement->cpus, diag);
  if (status == RONDO_OK) status = TEXTS(placement, places->workers, places->worker_count, sharing, &placement->sharing, diag);
  if (status == RONDO_OK) *out_placement = placement;
  else rondo_placement_release(&placement);
  return status;
}

void rondo_placement_release(struct rondo_placement **placement) {
  if (placement == NULL || *placement == NULL) return;
  rdo_placement_deinit(&(*placement)->places);
  rdo_arena_deinit(&(*placement)->arena);
  rdo_free(*placement);
  *placement = NULL;
}

int rondo_placement_worker_count(const struct rondo_placement *placement) { return placement->places.worker_count; }

enum rondo_status rondo_placement_worker(const struct rondo_placement *placement, int index, struct rondo_worker_place *out_place) {
  *out_place = (struct rondo_worker_place){0};
  if (index < 0 || index >= placement->places.worker_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_worker_place *worker = &placement->places.workers[index];
  *out_place = (struct rondo_worker_place){placement->cpus[index], placement->sharing[index], worker->core, worker->cluster, worker->node};
  return RONDO_OK;
}
