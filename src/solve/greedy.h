// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The list that the first schedule is made from.

#ifndef RDO_SOLVE_GREEDY_H_
#define RDO_SOLVE_GREEDY_H_

#include "solve/problem.h"

// Puts all nodes in the order of their latest starts: deadline, or a common end, less the longest path behind
// with shortest durations (the LST rule, Kolisch 1996, section 4). Nodes with a limit to their start, and what
// they wait for, come before all others. No node comes before its predecessors.
//   out_order  array of node_count
//   returns    OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_greedy_order(const struct rondo_problem *problem, uint32_t *out_order, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_GREEDY_H_
