// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Calls whose deadline counts from their own start should not begin before they can go on. The solver starts everything as
// early as it can; here their dispatches move towards those that wait for them. No end of a call becomes later.

#ifndef RDO_PLANNER_DELAY_H_
#define RDO_PLANNER_DELAY_H_

#include "planner/draft.h"
#include "rondo/plan.h"

//   inout_placed  of each node: a schedule of the draft, and still one afterwards
//   returns       OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_delay(const struct rdo_draft *draft, struct rondo_placed_node *inout_placed, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_DELAY_H_
