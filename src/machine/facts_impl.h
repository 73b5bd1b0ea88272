// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a reader finds out, before anything is concluded from it. Sets may be inconsistent (A calls B its
// sibling, B does not): rdo_topology_build makes partitions of them.

#ifndef RDO_MACHINE_FACTS_IMPL_H_
#define RDO_MACHINE_FACTS_IMPL_H_

#include "machine/topology.h"

struct rdo_cache_facts {
  bool is_known;
  uint64_t size_bytes, line_bytes;
  struct rdo_cpu_set cpus;
};

struct rdo_cpu_facts {
  int package;                        // the kernel's number; 0 when it has none
  struct rdo_cpu_set siblings;        // CPUs of the same core
  struct rdo_cpu_set kernel_cluster;  // cluster_cpus_list
  int capacity;                       // 0 = not known
  int64_t frequency_khz_max;          // 0 = not known
  struct rdo_cache_facts caches[RDO_CACHE_LEVELS];
};

struct rdo_node_facts {
  int os_index;
  uint64_t memory_bytes;
  struct rdo_cpu_set cpus;
};

struct rdo_machine_facts {
  struct rdo_cpu_set present, online, isolated;
  uint64_t beyond_count;
  struct rdo_cpu_facts *cpus;    // in the order of `present`
  struct rdo_node_facts *nodes;  // none: the machine is one node
  int node_count;
  int64_t quota_millicpus;  // of this process
  uint64_t memory_bytes;    // of the machine, for that one node
  bool is_injected;
  struct rdo_arena arena;
};

// Concludes cores, caches, clusters, and which CPUs are allowed: those of `allowed`; when that is NULL all of
// another machine's, or what this process' mask says.
//   out_topology  end with rdo_topology_deinit, also after an error
//   returns       OK, RESOURCE_EXHAUSTED, what rdo_pin_allowed returns
enum rondo_status rdo_topology_build(const struct rdo_machine_facts *facts, const struct rdo_cpu_set *allowed,
                                     struct rdo_topology *out_topology, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_MACHINE_FACTS_IMPL_H_
