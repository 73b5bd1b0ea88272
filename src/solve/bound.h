// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What no schedule can beat.

#ifndef RDO_SOLVE_BOUND_H_
#define RDO_SOLVE_BOUND_H_

#include "solve/schedule.h"

// Proves bounds from below for each objective.
//   out_floor     the makespan's is the largest of: the longest path of shortest durations; the work that has to be
//                 done on weighted sets of machines; one machine's preemptive schedule. The energy's is the sum of
//                 the smallest. Of the others it is 0.
//   out_excesses  optional, [mode_count]: what each mode costs more than the node's cheapest one, at the weights that
//                 gave the best bound by work: the prices of the machines' time. In time of an average machine
//   returns       OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_bound_find(const struct rondo_problem *problem, struct rdo_cost *out_floor, int64_t *out_excesses, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_BOUND_H_
