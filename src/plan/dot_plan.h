// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Graphs that rondo writes itself (`--graph`, `rondo plan graph -o`, `rondo trace export`), and schedule runners like it: a node for
// each dispatch, called by its key, whose label has a line each for key, job, target, planned start and planned duration; an edge
// for each dependency, labelled `time` where it is a time dependency only. Policies are not in it, and times to the microsecond.

#ifndef RDO_PLAN_DOT_PLAN_H_
#define RDO_PLAN_DOT_PLAN_H_

#include "base/bytes.h"
#include "plan/schedule_file.h"

struct rdo_dot_plan_edge {
  uint32_t from;
  bool is_time, is_inferred;
};

struct rdo_dot_plan_node {
  const char *key;
  const char *label;
  uint32_t line;
  uint32_t edge_begin, edge_count;  // of the list of all: edges that lead to it
};

// Whether a label has that form.
bool rdo_dot_plan_is_label(const char *label);

// Makes nodes, jobs and targets of nodes whose labels all have that form; the schedule has a path, and is not complete yet. It is
// timed if a duration is not 0.
enum rondo_status rdo_dot_plan_fill(const struct rdo_dot_plan_node *nodes, uint32_t count, const struct rdo_dot_plan_edge *edges,
                                    const struct rdo_schedule_options *options, struct rdo_schedule *schedule, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_DOT_PLAN_H_
