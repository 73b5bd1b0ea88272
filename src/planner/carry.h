// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Paths in a file begin at the file's folder, so those that a plan takes over from other files begin anew where it is written.

#ifndef RDO_PLANNER_CARRY_H_
#define RDO_PLANNER_CARRY_H_

#include "plan/schedule_file.h"

// Makes models and inputs of a jobs file, as read, be found from where the plan is written. The jobs name no machine file
// afterwards: the plan carries the machine.
//   output_path  of the plan; NULL = a file in the current folder
enum rondo_status rdo_jobs_file_carry(struct rdo_jobs_file *jobs, const char *output_path, struct rondo_diag *diag) RONDO_MUST_USE;

// The same for the files with single kernels that dispatches of a schedule name.
//   source_path  of the schedule that was read
enum rondo_status rdo_schedule_carry(struct rdo_schedule *schedule, const char *source_path, const char *output_path,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_CARRY_H_
