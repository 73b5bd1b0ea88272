// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How long a profiled dispatch is planned to take, and so the ways to run it.

#ifndef RDO_PLANNER_COST_H_
#define RDO_PLANNER_COST_H_

#include "planner/draft.h"

// p50 and a share of what p99 is above it.
//   returns  OK, INVALID_ARGUMENT (a slack that is no number, or negative), OUT_OF_RANGE (more than 104 days)
enum rondo_status rdo_cost_plan(const struct rdo_profile_cost *cost, double slack_percent, int64_t *out_ns, struct rondo_diag *diag) RONDO_MUST_USE;

// Adds modes of a node on one lane: with 1, 2, ... workers, as many as the lane has and as there are tiles; more of them only
// where that makes it faster.
//   cluster         the profile's number of the lane's cluster
//   width_max       0 = no other limit
//   inout_node      mode_count grows; its modes must be the last ones
enum rondo_status rdo_cost_add_modes(struct rdo_draft *draft, const struct rdo_profile *profile, const struct rdo_profile_node *from,
                                     uint32_t cluster, int lane, int width_max, double slack_percent, struct rdo_draft_node *inout_node,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// The same of a model's host program, which takes one worker.
enum rondo_status rdo_cost_add_program_mode(struct rdo_draft *draft, const struct rdo_profile *profile, const struct rdo_profile_model *model,
                                            uint32_t cluster, int lane, double slack_percent, struct rdo_draft_node *inout_node,
                                            struct rondo_diag *diag) RONDO_MUST_USE;

// What a plan calls it, where dispatches have the name of their kernel.
#define RDO_PROGRAM_EXPORT "program"

// The profile's number of each of the machine's clusters, RDO_PROFILE_NONE for one that it does not know.
//   out_clusters  array of the machine's cluster_count
//   returns       OK, NOT_FOUND (it knows none of them)
enum rondo_status rdo_cost_find_clusters(const struct rdo_profile *profile, const struct rdo_machine_file *machine, uint32_t *out_clusters,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_COST_H_
