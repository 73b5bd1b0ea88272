// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From files to a plan: jobs, a machine and a profile of what their models cost, or a schedule that is to be planned again,
// become a plan file's contents, or the reasons why there is none. What is solved on the way is rondo/plan.h; what the files
// say is docs/files.md, what is done with it docs/plan.md.

#ifndef RONDO_PLANNER_H_
#define RONDO_PLANNER_H_

#include "rondo/files.h"
#include "rondo/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_planning;
struct rondo_profile;  // rondo/profile.h

// What is added to a dispatch's median if nothing is said: this share of what its 99th percentile is above it. Those of many
// dispatches add up to more than the percentile of the whole, so all of it would be too much.
#define RONDO_SLACK_PERCENT_DEFAULT 50.0

// How to plan. Zero-initialise, or rondo_planner_options_init, then set what should differ.
struct rondo_planner_options {
  // One of them: a jobs file, or a schedule or plan file, which is planned again; or modules, with what is said of them.
  const char *input_path;
  struct rondo_schedule_reading reading;  // of a schedule
  const char *const *module_paths;
  int module_count;
  const char *dependencies_path;  // with modules; NULL = none
  const char *deadlines_path;     // with modules; NULL = none
  const char *machine_path;       // NULL = the one that jobs name, or the schedule carries
  bool detects_machine;           // of jobs, where no machine file is named: plan for the clusters of this machine
  const char *profile_path;       // needed for jobs and modules; of a schedule NULL = its own durations
  const struct rondo_profile *profile;  // of jobs: one that is there already, in place of a file; borrowed
  // Dumps of the compiler (docs/graphs.md): the graphs of models whose files are called the same, for profiles that tell none. A model may
  // be such a file itself.
  const char *const *graph_paths;
  int graph_count;
  double slack_percent;           // see above: 0 = medians are planned with
  int64_t horizon_ns;             // so much is planned, a multiple of the hyperperiod unless it is for one time; 0 = as much as can be repeated
  int free_call_count;            // calls of each job without a period, one after the other; 0 = as many as fill a plan that is repeated best, else 1
  bool is_once;                   // the plan is for one time, not to be repeated: releases before the horizon, or of one hyperperiod
  // Of plans that are repeated, where there is a choice: time left behind the last end, and the shortest length of those whose jobs all have a period.
  int64_t pause_ns, length_ns_least;
  // Long horizons in pieces (docs/plan.md). Windows are used if one of the first two is not 0.
  int64_t window_ns;          // 0 = as long as so many windows must be to reach the last release
  int window_count;           // 0 = as many as reach the last release. Of jobs without a horizon: it is that of all windows, if both are told
  int64_t window_overlap_ns;  // what begins in so much of a window's end is planned again with the next one; less than its length
  // Of a schedule: "JOB=LANE,LANE+LANE" lets a job's dispatches use other lanes, or sets of them.
  const char *const *moves;
  int move_count;
  int overlap_count;        // of a schedule: dispatches that tell no workers share a lane with so many; 0 = 1
  bool is_brief;            // of a refusal only the reasons are wanted, not what would fit, for which a second is searched
  bool allows_late;         // a plan that misses deadlines is a plan, too
  const char *output_path;  // where the plan will be written: paths in it begin there. NULL = in the current folder
  // How to search. Deadlines come before the objectives in any case, unless a plan may be late.
  struct rondo_solve_options solve;
};

// The defaults.
RONDO_API void rondo_planner_options_init(struct rondo_planner_options *out_options);

// Reads the files, checks jobs against the models that exist (which are read, and not loaded), tests whether deadlines can be kept,
// searches, and checks the plan.
//   options       borrowed
//   out_planning  owned by caller, end with rondo_planning_release; NULL on error
//   diag          optional, filled unless OK: file, key path, reason, what to do
//   returns       OK, also when there is no plan (see reasons); what reading files returns; INVALID_ARGUMENT, NOT_FOUND,
//                 OUT_OF_RANGE (what the files say does not fit together, or not their models), UNIMPLEMENTED (what a plan cannot express), RESOURCE_EXHAUSTED, INTERNAL (a bug: the plan did
//                 not pass its check)
//   thread        any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_planning_create(const struct rondo_planner_options *options, struct rondo_planning **out_planning,
                                                  struct rondo_diag *diag) RONDO_MUST_USE;

// Ends it and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread       owner               phase  setup
RONDO_API void rondo_planning_release(struct rondo_planning **planning);

// The plan: a file of kind RONDO_FILE_PLAN, to be written, checked or looked into; NULL: there is none.
//   returns      belongs to the planning
RONDO_API const struct rondo_file *rondo_planning_file(const struct rondo_planning *planning);

struct rondo_planning_info {
  bool is_admitted;          // there is a plan, and it keeps all deadlines
  bool is_schedule;          // the input was a schedule
  int dispatch_count, call_count, lane_count;
  int64_t mode_count;        // ways to run all dispatches
  int64_t hyperperiod_ns;    // after which all periods begin again, if not but for a millionth; 0 = none
  int64_t period_ns;         // the plan is repeated each time so much later, a multiple of the hyperperiod; 0 = it is for one time, or has no periods
  bool has_schedule;         // the solver ran: `solved` is filled
  struct rondo_schedule_info solved;  // times in nanoseconds
  double scale;              // of a refusal: deadlines are kept when all periods and deadlines are so much longer; 0 = not known
};

//   thread       any, concurrently   phase  rt
RONDO_API void rondo_planning_info(const struct rondo_planning *planning, struct rondo_planning_info *out_info);

// A job in the plan, with all its calls.
struct rondo_planned_job {
  const char *name;
  int call_count;
  int64_t period_ns;          // 0 = none
  int64_t deadline_ns;        // from the release on, or from the start if it has no releases; 0 = none
  int64_t worst_latency_ns;   // from there to the end of the last dispatch
  int64_t worst_delay_ns;     // from the release to the first start
  int late_count;             // calls that end after their deadline
};

//   out_count    their number
//   returns      an array that belongs to the planning; NULL when there is no plan
RONDO_API const struct rondo_planned_job *rondo_planning_jobs(const struct rondo_planning *planning, int *out_count);

// A window of a plan that was made in windows.
struct rondo_planned_window {
  int64_t begin_ns, end_ns;
  int dispatch_count;     // that it placed
  int again_count;        // of them: placed by the window before, too
  int fixed_count;        // placed before, and in its way or waited for
  int64_t makespan_ns;    // the last end it saw
  int64_t tardiness_ns;   // weighted, of the calls it saw
  double seconds;
};

//   out_count    their number; 0 = the plan was made as a whole
//   returns      an array that belongs to the planning
RONDO_API const struct rondo_planned_window *rondo_planning_windows(const struct rondo_planning *planning, int *out_count);

// Why there is no plan, one line each, and what is worth knowing about it.
//   returns      the text, which belongs to the planning; NULL: no such index
RONDO_API const char *rondo_planning_reason(const struct rondo_planning *planning, int index);
RONDO_API const char *rondo_planning_note(const struct rondo_planning *planning, int index);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_PLANNER_H_
