// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What this machine is made of: CPUs, physical cores, packages, NUMA nodes, caches and clusters, read once
// and then constant. Two readers fill the same structure: sysfs (a few small files, no library: what `rondo
// run` uses) and hwloc (optional, loaded on demand: for machines where sysfs says too little). Both can read
// a copy of another machine's files.
//
// A *CPU* is what the kernel schedules on (a hardware thread); a *core* has one or more of them (SMT). A
// *cluster* is a group of cores that are equally fast and share a cache: the unit that the scheduler plans
// work on. See rdo_cluster.
//
// Everything is found by index into the arrays below, all of them ordered by their lowest CPU. -1 is "none".

#ifndef RDO_MACHINE_TOPOLOGY_H_
#define RDO_MACHINE_TOPOLOGY_H_

#include "base/arena.h"
#include "machine/cpu_set.h"

enum {
  RDO_CACHE_L1D,
  RDO_CACHE_L2,
  RDO_CACHE_L3,
  RDO_CACHE_LEVELS,
  RDO_CAPACITY_MAX = 1024  // of the fastest kind of core
};

// Where capacities come from.
enum rdo_capacity_source {
  RDO_CAPACITY_KERNEL,     // cpu_capacity
  RDO_CAPACITY_FREQUENCY,  // in proportion to the highest frequency
  RDO_CAPACITY_ASSUMED     // nothing known: all are equally fast
};

struct rdo_cpu {
  int os_index;                  // the kernel's number, which is the one in every set
  bool is_online;                // an offline CPU has no package, core, node, cluster, caches: all are -1
  bool is_allowed;               // online, and this process may use it
  int package;                   // index into packages
  int core;                      // index into cores
  int smt_index;                 // place among the CPUs of its core, from 0
  int node;                      // index into nodes
  int cluster;                   // index into clusters
  int caches[RDO_CACHE_LEVELS];  // index into caches; -1 = not known
  int capacity;                  // 1..RDO_CAPACITY_MAX
  int64_t frequency_khz_max;     // 0 = not known
};

struct rdo_package {
  int os_index;
  struct rdo_cpu_set cpus;
};

struct rdo_core {
  int package, node, cluster;
  struct rdo_cpu_set cpus;  // one, or its SMT siblings
};

struct rdo_numa_node {
  int os_index;             // the kernel's number: what memory is bound to
  uint64_t memory_bytes;    // 0 = not known
  struct rdo_cpu_set cpus;  // empty for a node that is only memory
};

struct rdo_cache {
  int level;            // 1 (data), 2 or 3
  uint64_t size_bytes;  // 0 = not known
  uint64_t line_bytes;  // 0 = not known
  struct rdo_cpu_set cpus;
};

// Cores that belong together: of one package and one NUMA node, equally fast (capacities within a
// sixteenth), and sharing the innermost cache that joins three cores or more; on a machine where no cache
// does, the outermost that joins two; where no shared cache is known, the kernel's own clusters if they have
// three cores or more, else everything. So a cluster is an L2's cores on a SpacemiT K1, a CCX on an EPYC,
// the fast or the slow cores below the one L3 of a big.LITTLE, an E-core module on a hybrid.
struct rdo_cluster {
  int package, node;
  int capacity;  // of its fastest CPU
  int core_count;
  int cache;  // the cache that joins it: index into caches; -1 = none known
  struct rdo_cpu_set cpus;
};

struct rdo_topology {
  struct rdo_cpu *cpus;  // every CPU that the machine has, online or not, up to what a set can hold
  int cpu_count;
  struct rdo_package *packages;
  int package_count;
  struct rdo_core *cores;
  int core_count;
  struct rdo_numa_node *nodes;  // at least one
  int node_count;
  struct rdo_cache *caches;  // by level, then lowest CPU
  int cache_count;
  struct rdo_cluster *clusters;
  int cluster_count;
  struct rdo_cpu_set present, online, allowed;  // allowed is part of online, online of present
  struct rdo_cpu_set isolated;                  // kept free by the kernel (isolcpus)
  uint64_t beyond_count;                        // CPUs of the machine that no set can hold
  int64_t quota_millicpus;                      // CPU time that a cgroup grants (quota.h); 0 = no limit
  enum rdo_capacity_source capacity_source;
  bool has_nodes;    // false: the kernel tells of no NUMA nodes, and nodes[0] is everything
  bool is_injected;  // read from another root: not the machine that we run on
  struct rdo_arena arena;
};

struct rdo_topology_options {
  const char *root;                   // directory that holds another machine's `sys`; NULL = this machine
  const struct rdo_cpu_set *allowed;  // in place of the process' own mask; NULL = that, or with a root: all
};

// Reads sysfs. A file that is missing or holds nonsense means the default that its field names.
//   options       NULL = this machine
//   out_topology  end with rdo_topology_deinit, also after an error
//   returns       OK, NOT_FOUND (no such root, or no CPUs in it), PERMISSION_DENIED, OUT_OF_RANGE (this
//                 process may use CPUs that no set can hold), UNAVAILABLE (the system hides its CPUs),
//                 RESOURCE_EXHAUSTED
//   thread        any      phase  setup
enum rondo_status rdo_topology_read(const struct rdo_topology_options *options, struct rdo_topology *out_topology,
                                    struct rondo_diag *diag) RONDO_MUST_USE;

// The same through hwloc, which is loaded for it (dlopen) and stays loaded. With a root it sets hwloc's
// environment variables for the time of the call.
//   returns       as above, UNIMPLEMENTED (built without), UNAVAILABLE (the library is not there, or cannot
//                 read this machine)
//   thread        one at a time, and with everything that reads the environment      phase  setup
enum rondo_status rdo_topology_read_hwloc(const struct rdo_topology_options *options, struct rdo_topology *out_topology,
                                          struct rondo_diag *diag) RONDO_MUST_USE;

// Frees the memory; NULL and zeroed are fine.
void rdo_topology_deinit(struct rdo_topology *topology);

// The CPU with the kernel's number; NULL when the machine has none.
const struct rdo_cpu *rdo_topology_find(const struct rdo_topology *topology, int os_index);

// The CPUs that share the outermost known cache with this one (itself too); its package's part of its node
// where none is known. Empty for a CPU that is offline or not there.
struct rdo_cpu_set rdo_topology_sharing(const struct rdo_topology *topology, int os_index);

// Checks that this process may run on every one of these CPUs.
//   returns  OK, INVALID_ARGUMENT (empty), NOT_FOUND (does not exist), UNAVAILABLE (offline),
//            PERMISSION_DENIED (outside what this process may use); the message names the first such CPU
enum rondo_status rdo_topology_check(const struct rdo_topology *topology, const struct rdo_cpu_set *set,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_MACHINE_TOPOLOGY_H_
