// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From what a reader found to packages, cores, nodes, caches and clusters. Every grouping is made a
// partition of the online CPUs: a CPU belongs to the first group that claims it, whatever the kernel's files
// (or somebody who wrote them) say about each other.

#include "machine/topology.h"

#include <string.h>

#include "machine/facts_impl.h"
#include "machine/pin.h"

struct builder {
  const struct rdo_machine_facts *facts;
  struct rdo_topology *out;
  int *classes;                // of each CPU: capacity class, 0 = fastest
  struct rdo_cpu_set *groups;  // of each CPU: the sharing group that its cluster is cut from
  int *group_caches;           // of each CPU: the cache that makes its group, or -1
  struct rdo_arena scratch;
};

// Index of a CPU that is known to be there.
static int cpu_index(const struct rdo_topology *topology, int os_index) {
  int first = 0, last = topology->cpu_count - 1;
  while (first < last) {
    int middle = (first + last) / 2;
    if (topology->cpus[middle].os_index < os_index) first = middle + 1;
    else last = middle;
  }
  return first;
}

const struct rdo_cpu *rdo_topology_find(const struct rdo_topology *topology, int os_index) {
  if (!rdo_cpu_set_contains(&topology->present, os_index)) return NULL;
  return &topology->cpus[cpu_index(topology, os_index)];
}

// Runs `cpu` over the members of a set, in ascending order.
#define EACH_CPU(cpu, set) \
  int cpu = rdo_cpu_set_first(set); \
  cpu >= 0; \
  cpu = rdo_cpu_set_next((set), cpu)

static enum rondo_status allocate(struct builder *b, struct rondo_diag *diag) {
  struct rdo_topology *out = b->out;
  size_t cpus = (size_t)rdo_cpu_set_count(&b->facts->present);
  size_t nodes = b->facts->node_count > 0 ? (size_t)b->facts->node_count : 1;
  RDO_TRY(rdo_arena_alloc(&out->arena, cpus, sizeof *out->cpus, &out->cpus, diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, cpus, sizeof *out->packages, &out->packages, diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, cpus, sizeof *out->cores, &out->cores, diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, nodes, sizeof *out->nodes, &out->nodes, diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, cpus * RDO_CACHE_LEVELS, sizeof *out->caches, &out->caches, diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, cpus, sizeof *out->clusters, &out->clusters, diag));
  RDO_TRY(rdo_arena_alloc(&b->scratch, cpus, sizeof *b->classes, &b->classes, diag));
  RDO_TRY(rdo_arena_alloc(&b->scratch, cpus, sizeof *b->groups, &b->groups, diag));
  return rdo_arena_alloc(&b->scratch, cpus, sizeof *b->group_caches, &b->group_caches, diag);
}

static void add_cpus(struct builder *b) {
  struct rdo_topology *out = b->out;
  for (EACH_CPU(cpu, &out->present)) {
    out->cpus[out->cpu_count] = (struct rdo_cpu){
        .os_index = cpu,
        .is_online = rdo_cpu_set_contains(&out->online, cpu),
        .is_allowed = rdo_cpu_set_contains(&out->allowed, cpu),
        .package = -1,
        .core = -1,
        .smt_index = -1,
        .node = -1,
        .cluster = -1,
        .caches = {-1, -1, -1},
        .frequency_khz_max = b->facts->cpus[out->cpu_count].frequency_khz_max,
    };
    ++out->cpu_count;
  }
}

// Whether the kernel's capacities decide, the frequencies, or nothing. Capacities that are all the same say
// nothing where frequencies differ: on x86 hybrids with SMT the kernel calls all cores equal.
static enum rdo_capacity_source find_capacity_source(const struct builder *b) {
  const struct rdo_topology *out = b->out;
  int capacity_min = INT32_MAX, capacity_max = 0;
  int64_t frequency_min = INT64_MAX, frequency_max = 0;
  for (int i = 0; i < out->cpu_count; ++i) {
    const struct rdo_cpu_facts *facts = &b->facts->cpus[i];
    if (!out->cpus[i].is_online) continue;
    if (facts->capacity < capacity_min) capacity_min = facts->capacity;
    if (facts->capacity > capacity_max) capacity_max = facts->capacity;
    if (facts->frequency_khz_max < frequency_min) frequency_min = facts->frequency_khz_max;
    if (facts->frequency_khz_max > frequency_max) frequency_max = facts->frequency_khz_max;
  }
  if (capacity_max > capacity_min) return RDO_CAPACITY_KERNEL;
  if (frequency_min > 0 && (frequency_max > frequency_min || capacity_max == 0)) return RDO_CAPACITY_FREQUENCY;
  return capacity_max > 0 ? RDO_CAPACITY_KERNEL : RDO_CAPACITY_ASSUMED;
}

static void set_capacities(struct builder *b) {
  struct rdo_topology *out = b->out;
  int64_t highest = 1;
  for (int i = 0; i < out->cpu_count; ++i) {
    if (out->cpus[i].is_online && out->cpus[i].frequency_khz_max > highest) highest = out->cpus[i].frequency_khz_max;
  }
  out->capacity_source = find_capacity_source(b);
  for (int i = 0; i < out->cpu_count; ++i) {
    int64_t capacity = b->facts->cpus[i].capacity;
    if (out->capacity_source == RDO_CAPACITY_FREQUENCY) capacity = (out->cpus[i].frequency_khz_max * RDO_CAPACITY_MAX + highest - 1) / highest;
    out->cpus[i].capacity = capacity > 0 && capacity < RDO_CAPACITY_MAX ? (int)capacity : RDO_CAPACITY_MAX;
  }
}

// CPUs within a sixteenth of the fastest that no class has yet are the next class.
static void set_classes(struct builder *b) {
  const struct rdo_topology *out = b->out;
  for (int i = 0; i < out->cpu_count; ++i) b->classes[i] = -1;
  for (int class = 0;; ++class) {
    int fastest = 0;
    for (int i = 0; i < out->cpu_count; ++i) {
      if (b->classes[i] < 0 && out->cpus[i].capacity > fastest) fastest = out->cpus[i].capacity;
    }
    if (fastest == 0) return;
    for (int i = 0; i < out->cpu_count; ++i) {
      if (b->classes[i] < 0 && out->cpus[i].capacity * 16 >= fastest * 15) b->classes[i] = class;
    }
  }
}

static void add_packages(struct builder *b) {
  struct rdo_topology *out = b->out;
  for (EACH_CPU(cpu, &out->online)) {
    int i = cpu_index(out, cpu), package = 0;
    while (package < out->package_count && out->packages[package].os_index != b->facts->cpus[i].package) ++package;
    if (package == out->package_count) out->packages[out->package_count++].os_index = b->facts->cpus[i].package;
    rdo_cpu_set_add(&out->packages[package].cpus, cpu);
    out->cpus[i].package = package;
  }
}

static void add_nodes(struct builder *b) {
  struct rdo_topology *out = b->out;
  struct rdo_cpu_set homeless = out->online;
  for (int i = 0; i < b->facts->node_count; ++i) {
    const struct rdo_node_facts *facts = &b->facts->nodes[i];
    struct rdo_numa_node *node = &out->nodes[out->node_count++];
    *node = (struct rdo_numa_node){facts->os_index, facts->memory_bytes, rdo_cpu_set_and(facts->cpus, &homeless)};
    homeless = rdo_cpu_set_andnot(homeless, &node->cpus);
  }
  out->has_nodes = out->node_count > 0;
  if (!out->has_nodes) out->nodes[out->node_count++].memory_bytes = b->facts->memory_bytes;
  out->nodes[0].cpus = rdo_cpu_set_or(out->nodes[0].cpus, &homeless);
  for (int node = 0; node < out->node_count; ++node) {
    for (EACH_CPU(cpu, &out->nodes[node].cpus)) out->cpus[cpu_index(out, cpu)].node = node;
  }
}

// CPUs of different packages are no siblings, whoever says so.
static void add_cores(struct builder *b) {
  struct rdo_topology *out = b->out;
  struct rdo_cpu_set rest = out->online;
  for (EACH_CPU(first, &out->online)) {
    if (!rdo_cpu_set_contains(&rest, first)) continue;
    const struct rdo_cpu *leader = &out->cpus[cpu_index(out, first)];
    struct rdo_cpu_set members = rdo_cpu_set_and(b->facts->cpus[cpu_index(out, first)].siblings, &rest);
    members = rdo_cpu_set_and(members, &out->packages[leader->package].cpus);
    members = rdo_cpu_set_and(members, &out->nodes[leader->node].cpus);
    rdo_cpu_set_add(&members, first);
    int smt_index = 0;
    for (EACH_CPU(cpu, &members)) {
      struct rdo_cpu *member = &out->cpus[cpu_index(out, cpu)];
      member->core = out->core_count;
      member->smt_index = smt_index++;
    }
    out->cores[out->core_count++] = (struct rdo_core){leader->package, leader->node, -1, members};
    rest = rdo_cpu_set_andnot(rest, &members);
  }
}

static void add_caches(struct builder *b) {
  struct rdo_topology *out = b->out;
  for (int level = 0; level < RDO_CACHE_LEVELS; ++level) {
    struct rdo_cpu_set rest = out->online;
    for (EACH_CPU(first, &out->online)) {
      const struct rdo_cache_facts *facts = &b->facts->cpus[cpu_index(out, first)].caches[level];
      if (!facts->is_known || !rdo_cpu_set_contains(&rest, first)) continue;
      struct rdo_cpu_set members = rdo_cpu_set_and(facts->cpus, &rest);
      rdo_cpu_set_add(&members, first);
      for (EACH_CPU(cpu, &members)) out->cpus[cpu_index(out, cpu)].caches[level] = out->cache_count;
      out->caches[out->cache_count++] = (struct rdo_cache){level + 1, facts->size_bytes, facts->line_bytes, members};
      rest = rdo_cpu_set_andnot(rest, &members);
    }
  }
}

// Clusters -----------------------------------------------------------------------------------------------

static int count_cores(const struct rdo_topology *topology, const struct rdo_cpu_set *set) {
  int count = 0;
  for (EACH_CPU(cpu, set)) {
    const struct rdo_cpu *member = &topology->cpus[cpu_index(topology, cpu)];
    if (member->core >= 0 && rdo_cpu_set_first(&topology->cores[member->core].cpus) == cpu) ++count;
  }
  return count;
}

// The cache that joins a CPU with others: the innermost of three cores or more, else the outermost of two.
static int find_group_cache(const struct rdo_topology *topology, const struct rdo_cpu *cpu) {
  int pair = -1;
  for (int level = RDO_CACHE_L2; level < RDO_CACHE_LEVELS; ++level) {
    int cache = cpu->caches[level];
    int core_count = cache < 0 ? 0 : count_cores(topology, &topology->caches[cache].cpus);
    if (core_count > 2) return cache;
    if (core_count == 2) pair = cache;
  }
  return pair;
}

static void set_groups(struct builder *b) {
  const struct rdo_topology *out = b->out;
  for (int i = 0; i < out->cpu_count; ++i) {
    const struct rdo_cpu *cpu = &out->cpus[i];
    b->group_caches[i] = -1;
    if (!cpu->is_online) continue;
    int cache = b->group_caches[i] = find_group_cache(out, cpu);
    const struct rdo_cpu_set *kernel_cluster = &b->facts->cpus[i].kernel_cluster;
    if (cache >= 0) b->groups[i] = out->caches[cache].cpus;
    else if (count_cores(out, kernel_cluster) > 2) b->groups[i] = rdo_cpu_set_and(*kernel_cluster, &out->online);
    else b->groups[i] = out->online;
  }
}

// The CPU that decides for a core.
static int leader_of(const struct rdo_topology *topology, int core) {
  return cpu_index(topology, rdo_cpu_set_first(&topology->cores[core].cpus));
}

// Whether another core belongs to the cluster of `core`.
static bool is_cluster_mate(const struct builder *b, int core, int other) {
  const struct rdo_core *x = &b->out->cores[core], *y = &b->out->cores[other];
  int i = leader_of(b->out, core), k = leader_of(b->out, other);
  return y->cluster < 0 && y->package == x->package && y->node == x->node && b->classes[k] == b->classes[i] &&
         b->group_caches[k] == b->group_caches[i] && rdo_cpu_set_equals(&b->groups[k], &b->groups[i]);
}

static void join_cluster(struct rdo_topology *topology, int core, int index) {
  struct rdo_cluster *cluster = &topology->clusters[index];
  topology->cores[core].cluster = index;
  ++cluster->core_count;
  cluster->cpus = rdo_cpu_set_or(cluster->cpus, &topology->cores[core].cpus);
  for (EACH_CPU(cpu, &topology->cores[core].cpus)) {
    struct rdo_cpu *member = &topology->cpus[cpu_index(topology, cpu)];
    member->cluster = index;
    if (member->capacity > cluster->capacity) cluster->capacity = member->capacity;
  }
}

static void add_clusters(struct builder *b) {
  struct rdo_topology *out = b->out;
  for (int core = 0; core < out->core_count; ++core) {
    if (out->cores[core].cluster >= 0) continue;
    int index = out->cluster_count++;
    out->clusters[index] = (struct rdo_cluster){
        .package = out->cores[core].package,
        .node = out->cores[core].node,
        .cache = b->group_caches[leader_of(out, core)],
    };
    for (int other = core; other < out->core_count; ++other) {
      if (is_cluster_mate(b, core, other)) join_cluster(out, other, index);
    }
  }
}

static enum rondo_status find_allowed(const struct rdo_machine_facts *facts, const struct rdo_cpu_set *allowed, struct rdo_cpu_set *out,
                                      struct rondo_diag *diag) {
  *out = facts->online;
  if (allowed == NULL && facts->is_injected) return RONDO_OK;
  struct rdo_cpu_set mask;
  if (allowed != NULL) mask = *allowed;
  else RDO_TRY(rdo_pin_allowed(&mask, diag));
  *out = rdo_cpu_set_and(mask, &facts->online);
  return RONDO_OK;
}

enum rondo_status rdo_topology_build(const struct rdo_machine_facts *facts, const struct rdo_cpu_set *allowed,
                                     struct rdo_topology *out_topology, struct rondo_diag *diag) {
  struct builder b = {.facts = facts, .out = out_topology};
  *out_topology = (struct rdo_topology){
      .present = facts->present,
      .online = facts->online,
      .isolated = facts->isolated,
      .beyond_count = facts->beyond_count,
      .quota_millicpus = facts->quota_millicpus,
      .is_injected = facts->is_injected,
  };
  enum rondo_status status = find_allowed(facts, allowed, &out_topology->allowed, diag);
  if (status == RONDO_OK) status = allocate(&b, diag);
  if (status == RONDO_OK) {
    add_cpus(&b);
    set_capacities(&b);
    set_classes(&b);
    add_packages(&b);
    add_nodes(&b);
    add_cores(&b);
    add_caches(&b);
    set_groups(&b);
    add_clusters(&b);
  }
  rdo_arena_deinit(&b.scratch);
  return status;
}

void rdo_topology_deinit(struct rdo_topology *topology) {
  if (topology == NULL) return;
  rdo_arena_deinit(&topology->arena);
  memset(topology, 0, sizeof *topology);
}

// Questions ----------------------------------------------------------------------------------------------

struct rdo_cpu_set rdo_topology_sharing(const struct rdo_topology *topology, int os_index) {
  const struct rdo_cpu *cpu = rdo_topology_find(topology, os_index);
  if (cpu == NULL || !cpu->is_online) return rdo_cpu_set_none();
  for (int level = RDO_CACHE_LEVELS - 1; level >= 0; --level) {
    if (cpu->caches[level] >= 0) return topology->caches[cpu->caches[level]].cpus;
  }
  return rdo_cpu_set_and(topology->packages[cpu->package].cpus, &topology->nodes[cpu->node].cpus);
}

static enum rondo_status fail_forbidden(const struct rdo_topology *topology, int cpu, struct rondo_diag *diag) {
  char allowed[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(&topology->allowed, allowed, sizeof allowed);
  const char *why = rdo_cpu_set_contains(&topology->isolated, cpu)
                        ? "the kernel keeps it free (isolcpus): start the process with taskset -c"
                        : "taskset or a cgroup forbids it";
  return rdo_fail(diag, RONDO_PERMISSION_DENIED, "this process may not use CPU %d: %s; it may use %.400s", cpu, why, allowed);
}

enum rondo_status rdo_topology_check(const struct rdo_topology *topology, const struct rdo_cpu_set *set, struct rondo_diag *diag) {
  if (rdo_cpu_set_is_empty(set)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no CPU is named");
  for (EACH_CPU(cpu, set)) {
    const struct rdo_cpu *found = rdo_topology_find(topology, cpu);
    if (found == NULL) {
      char present[RDO_CPU_SET_TEXT_BYTES];
      rdo_cpu_set_format(&topology->present, present, sizeof present);
      return rdo_fail(diag, RONDO_NOT_FOUND, "this machine has no CPU %d; it has %.400s", cpu, present);
    }
    if (!found->is_online) return rdo_fail(diag, RONDO_UNAVAILABLE, "CPU %d is offline", cpu);
    if (!found->is_allowed) return fail_forbidden(topology, cpu, diag);
  }
  return RONDO_OK;
}
