// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From a machine's lanes to workers: which worker has which CPU, and which workers a lane has.

#ifndef RDO_PLAY_LANES_H_
#define RDO_PLAY_LANES_H_

#include "base/arena.h"
#include "plan/machine_file.h"
#include "task/executor.h"

struct rdo_worker_lanes {
  uint32_t worker_count, lane_count;
  struct rdo_cpu_set cpus[RDO_WORKERS_MAX];  // of each worker
  struct rdo_lane lanes[RDO_LANES_MAX - 1];
  bool is_crowded;  // several workers share a CPU
};

// A worker for each CPU of each cluster, or as many as its `worker_count`; those of a lane are those of its cluster whose CPU it
// names, `worker_count` of them, such as are in the fewest lanes before it.
//   allowed         CPUs that this process may use
//   is_anywhere     the file's CPUs are those of another machine: workers go to the allowed ones in turn
//   returns         OK, NOT_FOUND (a CPU that may not be used, or a lane without any: named), OUT_OF_RANGE (too many workers or lanes)
enum rondo_status rdo_worker_lanes_make(const struct rdo_machine_file *machine, const struct rdo_cpu_set *allowed, bool is_anywhere,
                                        struct rdo_worker_lanes *out_lanes, struct rondo_diag *diag) RONDO_MUST_USE;

// A machine's lanes on workers that are there, on `cpus` [worker_count]: each has those whose CPU it names, `workers` of them at most, such as
// are in the fewest lanes before it. A lane may have none.
enum rondo_status rdo_worker_lanes_find(const struct rdo_machine_file *machine, const struct rdo_cpu_set *cpus, uint32_t worker_count,
                                        struct rdo_worker_lanes *out_lanes, struct rondo_diag *diag) RONDO_MUST_USE;

// A worker for each of `lane_count` lanes, on the allowed CPUs in turn.
enum rondo_status rdo_worker_lanes_make_each(uint32_t lane_count, const struct rdo_cpu_set *allowed, struct rdo_worker_lanes *out_lanes,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// So many workers on one lane, on the allowed CPUs in turn.
enum rondo_status rdo_worker_lanes_make_one(uint32_t worker_count, const struct rdo_cpu_set *allowed, struct rdo_worker_lanes *out_lanes,
                                            struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAY_LANES_H_
