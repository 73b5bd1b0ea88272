// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public object, for layers that make or look into one.

#ifndef RDO_PLAN_FILE_H_
#define RDO_PLAN_FILE_H_

#include "plan/profile_file.h"
#include "plan/schedule_file.h"
#include "rondo/files.h"

struct rondo_file {
  enum rondo_file_kind kind;
  struct rdo_machine_file machine;  // read, or what the others were checked against
  struct rdo_jobs_file jobs;
  struct rdo_schedule schedule;
  struct rdo_profile profile;
};

// Makes the public object of a plan.
//   schedule  taken, also on error; left empty
//   out_file  owned by caller, end with rondo_file_release; NULL on error
//   returns   OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_file_of_schedule(struct rdo_schedule *schedule, struct rondo_file **out_file, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_FILE_H_
