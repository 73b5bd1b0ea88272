// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether a plan can be right: what its graph, the machine, the jobs and the format demand. It knows nothing of how plans are
// made, only what stands in the file, and shares no code with the planner.

#ifndef RDO_PLAN_PLAN_CHECK_H_
#define RDO_PLAN_PLAN_CHECK_H_

#include "plan/schedule_file.h"
#include "rondo/files.h"

// Counts findings and hands them on.
struct rdo_plan_check {
  const struct rondo_plan_finder *finder;  // NULL = they are only counted
  uint64_t finding_count;
  uint64_t late_count;  // of these: deadlines that are missed
  char first[512];      // message of the first that is no missed deadline; "" = none
};

// Finds every violation. Where a plan has a period, iterations may overlap: what of one is at work while the next has begun counts there, too. Planned times of other tools are sums of floats: theirs may be off by a microsecond.
//   machine  NULL: the one that the plan carries; without any each target runs one dispatch at a time
//   returns  OK, whatever was found; RESOURCE_EXHAUSTED
enum rondo_status rdo_plan_check(const struct rdo_schedule *schedule, const struct rdo_machine_file *machine, struct rdo_plan_check *check,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_PLAN_CHECK_H_
