// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether a measurement was disturbed from outside: other threads on its CPUs, a hypervisor that took them away, a
// frequency that changed. What the system does not tell is taken for steady.

#ifndef RDO_PROFILE_STEADY_H_
#define RDO_PROFILE_STEADY_H_

#include "task/executor.h"

enum { RDO_REMARK_BYTES = 256 };

struct rdo_steadiness {
  const struct rdo_executor *executor;  // borrowed
  struct rdo_cpu_set cpus;  // of its workers
  int64_t switch_count;   // of its workers, against their will
  int64_t stolen_ticks;   // on these CPUs
  int64_t frequency_khz;  // lowest of these CPUs; 0 = not told
  int64_t begin_ns;
};

// Workers of an executor that are pinned.
void rdo_steadiness_begin(struct rdo_steadiness *steadiness, const struct rdo_executor *executor);

// What was unsteady since, one cause a call.
//   cause    0, 1, ... until the answer is false
//   calls    that were made since
//   batches  in which they were made: who measures wakes up between two of them, maybe on a worker's CPU
//   text     empty if this cause was none
bool rdo_steadiness_remark(const struct rdo_steadiness *steadiness, int cause, uint64_t calls, uint64_t batches, char text[RDO_REMARK_BYTES]);

#endif  // RDO_PROFILE_STEADY_H_
