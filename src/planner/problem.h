// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A draft as the solver wants it: lanes are machines whose capacity is their workers; CPUs that lanes share and the machine's
// resources are resources. Nodes, modes and calls keep their numbers.

#ifndef RDO_PLANNER_PROBLEM_H_
#define RDO_PLANNER_PROBLEM_H_

#include "planner/draft.h"
#include "rondo/plan.h"

enum { RDO_SCALE_ONE = 1024 };

//   draft        finished
//   scale        what releases and deadlines are multiplied with, in 1024ths: what would fit if all were slower
//   repeats      of a draft that is repeated: so is the problem
//   out_problem  finished; owned by caller, end with rondo_problem_release; NULL on error
//   returns      OK, INVALID_ARGUMENT (a window that no start fits), OUT_OF_RANGE (a limit), RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_make_problem(const struct rdo_draft *draft, int64_t scale, bool repeats, struct rondo_problem **out_problem,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

// A time at a scale; at most RDO_TIME_NS_MAX.
int64_t rdo_scale_time(int64_t time_ns, int64_t scale);

#endif  // RDO_PLANNER_PROBLEM_H_
