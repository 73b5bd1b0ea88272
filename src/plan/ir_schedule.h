// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A function of stream-level IR as a schedule: its graph, and what stands at its dispatches of when and where they run. With
// ir_annotate.h what is written is read again as the same schedule.

#ifndef RDO_PLAN_IR_SCHEDULE_H_
#define RDO_PLAN_IR_SCHEDULE_H_

#include "plan/ir_file.h"
#include "plan/schedule_file.h"

// Attributes of a dispatch. The first four are those of a published proposal, which other tools may read, too.
#define RDO_IR_START "iree.scheduling.start_time_ns"  // i64
#define RDO_IR_AFFINITY "iree.scheduling.affinity"    // i64: a bit for each of CPUs 0..62, those of its targets' lanes
#define RDO_IR_PRIORITY "iree.scheduling.priority"    // i32: 0..255
#define RDO_IR_RESOURCE "iree.scheduling.resource"    // string: names, with commas between them
// What a schedule says beside that.
#define RDO_IR_DURATION "rondo.duration_ns"  // i64
#define RDO_IR_TARGET "rondo.target"         // string: names, with commas between them
#define RDO_IR_WORKERS "rondo.workers"       // i32
#define RDO_IR_JOB "rondo.job"               // string: the instance of a job that the times are of
#define RDO_IR_POLICY "rondo.policy"         // string: "phase_locked" if it is that, and "hard" or "soft"

enum { RDO_IR_NAMES_MAX = 16 };  // targets, and resources, of a dispatch

// Reads a graph, and what is annotated, into a schedule with a path; see dispatch_dump.h.
enum rondo_status rdo_ir_parse(struct rdo_bytes text, const struct rdo_schedule_options *options, struct rdo_schedule *schedule,
                               struct rondo_diag *diag) RONDO_MUST_USE;

// Of a complete schedule with annotations: each dispatch follows the one before it on its target. They do not tell that, since in a
// plan it may be one of another function.
enum rondo_status rdo_ir_link_targets(struct rdo_schedule *schedule, struct rondo_diag *diag) RONDO_MUST_USE;

// The CPUs of a lane as bits; false: it has none, or some beyond 62.
bool rdo_ir_lane_mask(const struct rdo_lane_entry *lane, uint64_t *out_mask);

// Whether an attribute is one of the above.
bool rdo_ir_is_ours(struct rdo_bytes name);

#endif  // RDO_PLAN_IR_SCHEDULE_H_
