// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a plan is compared with: the same dispatches on one lane of all workers, one after the other or a few at once, with no
// regard for targets, times and time dependencies.

#ifndef RDO_PLAY_BASELINE_H_
#define RDO_PLAY_BASELINE_H_

#include "plan/schedule_file.h"
#include "play/lanes.h"
#include "play/node.h"

// The lane, and what at most so many dispatches hold.
#define RDO_BASELINE_NAME "all"

// Leaves nothing of where and when: one target, all start as soon as what they depend on has ended. Planned times are kept to be told.
enum rondo_status rdo_baseline_flatten(struct rdo_schedule *schedule, struct rondo_diag *diag) RONDO_MUST_USE;

// A worker for each CPU, at least one for each of the dispatches at once, all on one lane.
//   cpus     NULL = those that the workers have
//   lanes    replaced
//   returns  OK, OUT_OF_RANGE (too many workers)
enum rondo_status rdo_baseline_workers(const struct rdo_cpu_set *cpus, uint32_t at_once, struct rdo_worker_lanes *lanes, struct rondo_diag *diag) RONDO_MUST_USE;

// Which node each follows when they run one after the other: in the schedule's topological order.
//   out_before  [node_count]
void rdo_baseline_chain(const struct rdo_schedule *schedule, uint32_t *out_before);

// Nodes of models share the workers evenly; all others have one.
void rdo_baseline_widen(struct rdo_node_graph *graph, uint32_t at_once);

#endif  // RDO_PLAY_BASELINE_H_
