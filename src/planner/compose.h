// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A draft whose nodes the solver has placed becomes a plan.

#ifndef RDO_PLANNER_COMPOSE_H_
#define RDO_PLANNER_COMPOSE_H_

#include "planner/draft.h"
#include "rondo/plan.h"

// Every node names the one before it on its first lane; its time dependency is hard only where it cannot make anything later than
// planned: between nodes that do not overlap, and where the draft wants it.
//   placed        of each node; borrowed
//   bound_ns      proved; 0 = none
//   out_schedule  complete, without machine and jobs, its texts its own; end with rdo_schedule_deinit, also after an error
//   returns       OK, OUT_OF_RANGE (times add up to too much), RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_compose(const struct rdo_draft *draft, const struct rondo_placed_node *placed, int64_t bound_ns, const char *name,
                                    struct rdo_schedule *out_schedule, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_COMPOSE_H_
