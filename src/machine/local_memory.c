// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/local_memory.h"

enum { BYTES_MIN = 64 * 1024,
       BYTES_MAX = 1024 * 1024,
       BYTES_UNKNOWN = 256 * 1024 };

static uint64_t cache_bytes(const struct rdo_topology *topology, int os_index) {
  const struct rdo_cpu *cpu = rdo_topology_find(topology, os_index);
  int cache = cpu == NULL ? -1 : cpu->caches[RDO_CACHE_L2];
  return cache < 0 ? 0 : topology->caches[cache].size_bytes;
}

size_t rdo_local_memory_bytes(const struct rdo_topology *topology, const struct rdo_cpu_set *cpus) {
  uint64_t smallest = 0;
  for (int os_index = rdo_cpu_set_first(cpus); os_index >= 0; os_index = rdo_cpu_set_next(cpus, os_index)) {
    uint64_t bytes = cache_bytes(topology, os_index);
    if (bytes != 0 && (smallest == 0 || bytes < smallest)) smallest = bytes;
  }
  if (smallest == 0) return BYTES_UNKNOWN;
  size_t bytes = BYTES_MIN;
  while (bytes < BYTES_MAX && 2 * bytes <= smallest / 2) bytes *= 2;
  return bytes;
}
