// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule file becomes a draft, so that it can be planned again: its graph, its durations or those of a profile, its phase
// locks. Where and when its dispatches run is forgotten, but for the targets that each may use: its own, or those that its job is
// moved to.

#ifndef RDO_PLANNER_RESCHEDULE_H_
#define RDO_PLANNER_RESCHEDULE_H_

#include "planner/draft.h"

struct rdo_reschedule_options {
  // "JOB=LANE,LANE+LANE": dispatches of a job, or of all whose names are JOB and a number, may use these lanes, or sets of
  // lanes, instead of their own. What is not profiled scales by the clusters' capacities.
  const char *const *moves;
  int move_count;
  int overlap_count;     // a dispatch that tells no workers takes such a part of its lane's; 0 or 1 = all
  bool is_once;          // a period of the schedule is forgotten
  double slack_percent;  // with a profile, as for rdo_unroll_options
};

//   draft      fresh; finished when OK; end with rdo_draft_deinit in any case
//   schedule   borrowed for the draft's life
//   machine    NULL: the one that the schedule carries, else one with a worker for each target
//   profile    NULL: durations are the schedule's
//   returns    OK, NOT_FOUND (a job, lane or cost that there is not), INVALID_ARGUMENT, OUT_OF_RANGE, RESOURCE_EXHAUSTED
enum rondo_status rdo_draft_reschedule(struct rdo_draft *draft, const struct rdo_schedule *schedule, const struct rdo_machine_file *machine,
                                       const struct rdo_profile *profile, const struct rdo_reschedule_options *options,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_RESCHEDULE_H_
