// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Long horizons in pieces (rolling horizon): one window after the other is solved, with what is placed already fixed.

#ifndef RDO_SOLVE_WINDOWS_H_
#define RDO_SOLVE_WINDOWS_H_

#include "solve/schedule.h"

enum { RDO_WINDOWS_MAX = 10000 };

struct rdo_window_options {
  int64_t length;   // 0 = so that `count` of them reach the last release
  int64_t overlap;  // less than the length: what starts in so much of a window's end is planned again with the next one
  int count;        // 0 = as many as reach the last release; the last one takes whatever is left
};

struct rdo_window {
  int64_t begin, end;              // on the problem's clock: releases before the end are its own
  int node_count;                  // that it placed
  int again_count;                 // of them: placed by the window before, too
  int fixed_count;                 // that were fixed before and still counted
  struct rondo_schedule_info info;  // of its problem; all 0 when it had none
};

// Cuts the problem's horizon into windows. Each places the nodes that are released before its end (with what they wait for) and
// are not fixed yet, none before the moment up to which all is fixed; what is fixed keeps its machines, its ends and its part in
// relative deadlines. Then nodes that start before the overlap are fixed, in the last window all.
//   options       of the whole: limits of time and steps are divided over the windows; their method is "windows"
//   out_schedule  owned by caller, end with rondo_schedule_release; NULL on error. It passes check.c if it is feasible
//   out_windows   array, owned by caller, end with rdo_free; NULL on error
//   returns       what rondo_solve returns, and INVALID_ARGUMENT, OUT_OF_RANGE (windows that cannot be)
enum rondo_status rdo_windows_solve(const struct rondo_problem *problem, const struct rondo_solve_options *options,
                                    const struct rdo_window_options *windows, struct rondo_schedule **out_schedule,
                                    struct rdo_window **out_windows, size_t *out_count, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_WINDOWS_H_
