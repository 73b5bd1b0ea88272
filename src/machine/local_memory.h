// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How much scratch memory for kernels a worker has when nobody says it.

#ifndef RDO_MACHINE_LOCAL_MEMORY_H_
#define RDO_MACHINE_LOCAL_MEMORY_H_

#include "machine/topology.h"

// For workers on these CPUs, who all get the same, since any of them may run any dispatch: half of the smallest
// second-level cache among them, so that the other half is left for what a kernel reads, rounded down to a power of
// two; 64 KiB at the least and 1 MiB at the most. 256 KiB where no such cache is known.
size_t rdo_local_memory_bytes(const struct rdo_topology *topology, const struct rdo_cpu_set *cpus);

#endif  // RDO_MACHINE_LOCAL_MEMORY_H_
