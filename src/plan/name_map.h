// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From a name to a number: the keys of a schedule, the jobs that nodes name. Nothing is ever taken out.

#ifndef RDO_PLAN_NAME_MAP_H_
#define RDO_PLAN_NAME_MAP_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define RDO_NAME_NONE UINT32_MAX

struct rdo_name_slot {
  const char *name;  // borrowed; NULL = free
  uint32_t value;
};

// Zero-initialise; end with rdo_name_map_deinit.
struct rdo_name_map {
  struct rdo_name_slot *slots;
  size_t capacity;  // a power of two, or 0
  size_t count;     // at most half of them
};

// Adds a name that the map does not hold.
//   name     kept: it must outlive the map
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_name_map_add(struct rdo_name_map *map, const char *name, uint32_t value, struct rondo_diag *diag) RONDO_MUST_USE;

// The number of a name, RDO_NAME_NONE when the map does not hold it.
uint32_t rdo_name_map_find(const struct rdo_name_map *map, const char *name);

void rdo_name_map_deinit(struct rdo_name_map *map);

#endif  // RDO_PLAN_NAME_MAP_H_
