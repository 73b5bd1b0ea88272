// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/urgency.h"

void rdo_urgency_inherit(struct rdo_urgency *urgencies, const uint32_t *order, uint32_t count,
                         struct rdo_urgency_successors (*successors)(const void *user, uint32_t node), const void *user) {
  // From the end: what waits for a node has its own by then.
  for (uint32_t i = count; i > 0; --i) {
    uint32_t node = order[i - 1];
    const struct rdo_urgency_successors after = successors(user, node);
    for (uint32_t k = 0; k < after.count; ++k) urgencies[node] = rdo_urgency_join(urgencies[node], urgencies[after.nodes[k]]);
  }
}
