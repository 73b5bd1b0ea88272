// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Which queues a runtime of "local-task" has, and where the workers of each go: what the options ask for, on a
// given machine.

#ifndef RDO_RUNTIME_QUEUE_PLAN_H_
#define RDO_RUNTIME_QUEUE_PLAN_H_

#include "hal/device.h"
#include "machine/topology.h"
#include "rondo/runtime.h"

struct rdo_queue_plan {
  uint32_t queue_count;
  uint32_t worker_count;  // of all queues
  struct rdo_executor_options queues[RDO_QUEUES_MAX];  // their CPU sets and nodes are those below
  struct rdo_cpu_set cpus[RDO_WORKERS_MAX];            // by worker id
  int nodes[RDO_WORKERS_MAX];                          // likewise; used if the machine has several
};

// Whether the options say something about workers or queues.
bool rdo_queue_plan_is_asked(const struct rondo_runtime_options *options);

// Whether options mean something, each by itself.
//   returns  OK, INVALID_ARGUMENT
enum rondo_status rdo_queue_plan_check(const struct rondo_runtime_options *options, struct rondo_diag *diag) RONDO_MUST_USE;

// Queues are in the order of the lists, or of the nodes, or of the clusters with the fastest first; worker ids
// go on from one queue to the next.
//   plan     filled unless it fails
//   returns  OK, INVALID_ARGUMENT (options that exclude each other, too many workers or queues, lists that
//            overlap), what rdo_topology_check says of a CPU, NOT_FOUND, RESOURCE_EXHAUSTED
enum rondo_status rdo_queue_plan_make(const struct rondo_runtime_options *options, const struct rdo_topology *topology, struct rdo_queue_plan *plan,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_RUNTIME_QUEUE_PLAN_H_
