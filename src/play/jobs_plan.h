// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A plan of a jobs file, made when a play begins: each function is measured for a moment, and the planner's list schedule is taken as it is.

#ifndef RDO_PLAY_JOBS_PLAN_H_
#define RDO_PLAY_JOBS_PLAN_H_

#include "play/played_input.h"
#include "rondo/planner.h"
#include "rondo/play_schedule.h"

// Makes it.
//   options        borrowed: calibration_s, calibrating, note, read_input, machine_file, stop
//   out_planning   with a plan that carries jobs and machine; owned by caller, NULL on error
//   out_period_ns  between iterations of the plan; 0 = back to back: there are no periods
//   returns        OK, UNIMPLEMENTED (a plan cannot express a job: it is named), FAILED_PRECONDITION (deadlines cannot be kept, or it does not
//                  repeat), CANCELLED, or what files and models fail with
enum rondo_status rdo_jobs_plan_make(const char *path, const struct rondo_schedule_play_options *options, struct rondo_planning **out_planning,
                                     int64_t *out_period_ns, struct rondo_diag *diag) RONDO_MUST_USE;

// How the inputs of a job are read.
struct rdo_played_inputs rdo_jobs_plan_inputs(const char *name, const struct rdo_job_entry *entry, const struct rondo_schedule_play_options *options);

#endif  // RDO_PLAY_JOBS_PLAN_H_
