// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Branch and bound, for small problems and the makespan: it ends with a proof.
//
// Nodes are placed one after the other, each in each of its modes as early as it goes, and never before the node
// placed last: every active schedule is made once, by its own list sorted by starts (a node that could start earlier
// among those before it could do so in the whole schedule, as what starts later runs beside it anyway), and one of
// them is optimal. A branch ends when the longest path from what it has left cannot beat the best.

#ifndef RDO_SOLVE_EXACT_H_
#define RDO_SOLVE_EXACT_H_

#include "solve/search.h"

enum { RDO_EXACT_NODES_MAX = 16 };

// Searches on the calling thread and offers what it finds.
//   step_limit     nodes placed before it gives up
//   out_is_proved  whether it came to the end: then the best makespan is the smallest
//   returns        OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_exact_search(struct rdo_search *search, int64_t step_limit, bool *out_is_proved, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_EXACT_H_
