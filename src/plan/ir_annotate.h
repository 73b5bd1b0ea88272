// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Writes a schedule into stream-level IR, as attributes of its dispatches (ir_schedule.h). All else of the text stays as it is,
// byte for byte; what was annotated before is replaced.
//
// An operation has one set of attributes, a plan may have many calls of a function: one of them is written.

#ifndef RDO_PLAN_IR_ANNOTATE_H_
#define RDO_PLAN_IR_ANNOTATE_H_

#include "plan/ir_schedule.h"

struct rdo_ir_annotate_options {
  const char *function;                    // NULL = the only one with dispatches
  const char *job;                         // instance whose times are written; NULL = the first that has all dispatches
  const struct rdo_machine_file *machine;  // NULL = the one that the schedule carries; without any no affinity is written
};

struct rdo_ir_annotated {
  uint32_t dispatch_count;
  uint32_t job;          // of the schedule
  uint32_t other_count;  // instances that would have fitted, too
};

// Writes an annotated copy.
//   text      of the file `path`
//   returns   what rdo_ir_read returns; NOT_FOUND (no such job, or none has all dispatches), INVALID_ARGUMENT (a name that
//             cannot be written, jobs of several kinds that fit), or what rdo_output_init returns
enum rondo_status rdo_ir_annotate(struct rdo_bytes text, const char *path, const struct rdo_schedule *schedule,
                                  const struct rdo_ir_annotate_options *options, const char *output_path, struct rdo_ir_annotated *out_annotated,
                                  struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_IR_ANNOTATE_H_
