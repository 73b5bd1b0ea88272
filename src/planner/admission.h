// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether a draft can keep its deadlines, and if not, which job and why. What is proved before the search: a critical path that
// is longer than a deadline, more work than a lane has time. What shows after it: calls that are late all the same, and
// what they wait for.

#ifndef RDO_PLANNER_ADMISSION_H_
#define RDO_PLANNER_ADMISSION_H_

#include "planner/draft.h"
#include "rondo/plan.h"

// Proofs that no plan exists.
//   reasons  receives one line each; none: nothing is proved
//   notes    receives what is possible but tight: a slack shorter than a tile of somebody else
//   out_utilisation  the highest of any lane, of CPUs that lanes share, of any resource, of the machine; 0 = there is no hyperperiod
enum rondo_status rdo_admission_test(const struct rdo_draft *draft, struct rdo_notes *reasons, struct rdo_notes *notes, double *out_utilisation,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// What the calls of jobs that nothing releases take at least, one after the other: no plan that is repeated earlier has all of them.
//   out_free_ns  0 = there are none
enum rondo_status rdo_admission_turns(const struct rdo_draft *draft, int64_t *out_free_ns, struct rondo_diag *diag) RONDO_MUST_USE;

// Who is late in a schedule: the worst call of each job, and what it waits for.
enum rondo_status rdo_admission_explain(const struct rdo_draft *draft, const struct rondo_placed_node *placed, struct rdo_notes *reasons,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// How much longer all periods and deadlines must be for a schedule that was found, in 1024ths: the smallest of a search that
// solves the problem several times.
//   utilisation  a scale below it cannot do
//   options      for each of them
//   out_scale    0 = none up to 64 times as long
enum rondo_status rdo_admission_scale(const struct rdo_draft *draft, double utilisation, const struct rondo_solve_options *options,
                                      int64_t *out_scale, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_ADMISSION_H_
