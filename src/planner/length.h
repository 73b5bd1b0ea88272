// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How long a plan of jobs is that can be repeated: the time after which all periods begin again, or several times that, where a call
// of a job without a period takes longer.

#ifndef RDO_PLANNER_LENGTH_H_
#define RDO_PLANNER_LENGTH_H_

#include "plan/jobs_file.h"

// Longer hyperperiods are an error.
#define RDO_HYPERPERIOD_NS_MAX INT64_C(60000000000)

// Periods that are off by less than this part of a plan are taken to repeat.
#define RDO_NEAR_SHARE INT64_C(1000000)

struct rdo_hyperperiod {
  int64_t ns;    // 0 = no job has a period
  bool is_near;  // it is one but for a millionth: 30 Hz is 33333333 ns, which with 2 ms repeats after 19 hours, or after 100 ms but for 1 ns
};

// The least common multiple of all periods; where that is too long, the time after which they repeat as nearly as a clock can tell.
//   place    what messages begin with
//   returns  OK, OUT_OF_RANGE (there is neither: the periods are told)
enum rondo_status rdo_hyperperiod_find(const struct rdo_jobs_file *jobs, const char *place, struct rdo_hyperperiod *out_hyperperiod,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// Whether a time is a whole number of hyperperiods.
bool rdo_hyperperiod_divides(const struct rdo_hyperperiod *hyperperiod, int64_t time_ns);

// How often a periodic job is released in a plan that is repeated each `length_ns`.
int64_t rdo_length_releases(const struct rdo_job_entry *job, int64_t length_ns);

struct rdo_length {
  int64_t ns;
  int free_call_count;  // of each job that nothing releases
};

// What came of planning a length as quickly as that can be.
struct rdo_tried {
  bool is_kept;         // it can be repeated, and keeps all deadlines
  bool is_hopeless;     // no length changes that
  int64_t end_ns;       // of its last dispatch
  int64_t free_end_ns;  // of the calls of jobs without a period; 0 = there are none
  size_t node_count;
};

struct rdo_length_search {
  struct rdo_hyperperiod hyperperiod;
  int free_call_count;  // 0 = as many as fill the plan best
  int64_t pause_ns;     // wanted behind the last end, before it begins again; a plan that ends later is taken where there is no other
  int64_t least_ns;     // shorter plans only where there are no longer ones
  enum rondo_status (*try_length)(void *user, const struct rdo_length *length, struct rdo_tried *out_tried, struct rondo_diag *diag);
  void *user;
};

//   out_length    the first that is kept; if none is, the shortest that was tried without being hopeless
//   out_is_found  it is kept
//   returns       OK, what try_length fails with
enum rondo_status rdo_length_find(const struct rdo_length_search *search, struct rdo_length *out_length, bool *out_is_found,
                                  struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_LENGTH_H_
