// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where workers go: for each worker the CPUs its thread is pinned to, and its neighbours. Made from a
// topology by rule (one worker for each physical core, CPU, cluster or NUMA node) or from what a user asks
// for, in which case every CPU named is used or is an error.

#ifndef RDO_MACHINE_PLACEMENT_H_
#define RDO_MACHINE_PLACEMENT_H_

#include "machine/topology.h"

enum { RDO_PLACEMENT_WORKERS_MAX = RDO_CPU_SET_BITS };

// One worker for each of these.
enum rdo_placement_unit {
  RDO_PLACEMENT_CORE,     // physical core: pinned to the first of its CPUs that may be used
  RDO_PLACEMENT_CPU,      // CPU, SMT siblings too
  RDO_PLACEMENT_CLUSTER,  // cluster: may move among its CPUs
  RDO_PLACEMENT_NODE      // NUMA node: may move among its CPUs
};

struct rdo_worker_place {
  struct rdo_cpu_set cpus;     // what the thread is pinned to: one CPU, but for the units CLUSTER and NODE and for given sets
  struct rdo_cpu_set sharing;  // workers, by index and itself too, with which it shares an outermost cache
  int core;                    // index into the topology's cores; -1 = its CPUs are of several
  int cluster;                 // likewise
  int node;                    // likewise
};

struct rdo_placement {
  struct rdo_worker_place *workers;  // the first n of them are the best n: fastest clusters first, each filled before the next
  int worker_count;                  // at least 1
};

// One worker for each unit that has a usable CPU.
//   within   only CPUs of this set (a node's, a cluster's); NULL = all. CPUs of it that the process may not
//            use are left out
//   returns  OK, NOT_FOUND (no usable CPU at all), RESOURCE_EXHAUSTED; on error nothing is kept
//   thread   any      phase  setup
enum rondo_status rdo_placement_make(const struct rdo_topology *topology, enum rdo_placement_unit unit,
                                     const struct rdo_cpu_set *within, struct rdo_placement *out_placement,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// One worker for each CPU of a user's set, in ascending order.
//   returns  OK, what rdo_topology_check refuses, RESOURCE_EXHAUSTED; on error nothing is kept
//   thread   any      phase  setup
enum rondo_status rdo_placement_from_set(const struct rdo_topology *topology, const struct rdo_cpu_set *set,
                                         struct rdo_placement *out_placement, struct rondo_diag *diag) RONDO_MUST_USE;

// One worker for each of a user's sets, in their order.
//   sets     sets[count], no CPU in two of them
//   returns  OK, what rdo_topology_check refuses, INVALID_ARGUMENT (an empty set, two that overlap, too many
//            or none), RESOURCE_EXHAUSTED; the message names the set by its index; on error nothing is kept
//   thread   any      phase  setup
enum rondo_status rdo_placement_from_sets(const struct rdo_topology *topology, const struct rdo_cpu_set *sets, int count,
                                          struct rdo_placement *out_placement, struct rondo_diag *diag) RONDO_MUST_USE;

// Frees the memory; NULL and zeroed are fine.
void rdo_placement_deinit(struct rdo_placement *placement);

#endif  // RDO_MACHINE_PLACEMENT_H_
