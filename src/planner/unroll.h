// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Jobs become calls: a periodic job one for each of its releases within what is planned, a job that another one triggers as many as
// that one, all others one, from 0 on. A call becomes its function's dispatches, as the profile knows them: what each costs on
// each lane with each number of workers, and what it waits for; in front of them the host program, if its cost is known.
//
// What a job waits for is the call with the latest release that is not behind its own; when there is none, the first.

#ifndef RDO_PLANNER_UNROLL_H_
#define RDO_PLANNER_UNROLL_H_

#include "planner/draft.h"

struct rdo_unroll_options {
  double slack_percent;  // a dispatch is planned to take p50 + so much of (p99 - p50)
  int64_t period_ns;     // the plan is repeated each time so much later: a multiple of the hyperperiod (length.h); 0 = it is not
  int64_t horizon_ns;    // of a plan that is not: releases from here on are left out
  int free_call_count;   // calls of each job that nothing releases, one after the other; 0 = 1
};

//   draft    fresh; finished when OK; end with rdo_draft_deinit in any case
//   jobs, machine, profile  borrowed for the draft's life; the jobs were read with this machine
//   returns  OK, NOT_FOUND (a model, cluster or resource that there is not), INVALID_ARGUMENT, OUT_OF_RANGE (the hyperperiod,
//            a limit), RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_unroll(struct rdo_draft *draft, const struct rdo_jobs_file *jobs, const struct rdo_machine_file *machine,
                                   const struct rdo_profile *profile, const struct rdo_unroll_options *options,
                                   struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_UNROLL_H_
