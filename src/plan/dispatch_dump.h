// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Dispatch graphs that the stock compiler dumps, as schedules without times: a dispatch a call site, in the order of the
// program, with the dispatches whose results it needs.
//
//     --iree-flow-dump-dispatch-graph      FILE.dot    dot_file.h   the data that flows
//     --compile-to=stream                  FILE.mlir   ir_file.h    what memory, barriers and timepoints order
//
// Keys are those of other tools: FAMILY_dispatch_ID, or FAMILY_dispatch_ID_ORDINAL where a kernel is called more than once.

#ifndef RDO_PLAN_DISPATCH_DUMP_H_
#define RDO_PLAN_DISPATCH_DUMP_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/mapping.h"
#include "plan/schedule_file.h"

enum rdo_dump_kind {
  RDO_DUMP_NONE,  // some other file
  RDO_DUMP_DOT,   // .dot, .gv
  RDO_DUMP_IR     // .mlir
};

// What a model is called: its file, without folder and .vmfb, .mlir, .dot or .gv.
//   out_name  part of the path
//   returns   its length
size_t rdo_model_name(const char *path, const char **out_name);

#define RDO_DUMP_BYTES_MAX (UINT64_C(1) << 30)

// What a file is, by its name.
enum rdo_dump_kind rdo_dump_kind(const char *path);

// Reads a dump. What has no place in a graph, such as dispatches of initializers, is told in notes.
//   options       as of rdo_schedule_read; NULL = defaults
//   out_schedule  variant A, or rondo's own with what is annotated (ir_annotate.h); end with rdo_schedule_deinit, also after an error
//   returns       what rdo_mapping_open returns; INVALID_ARGUMENT (malformed, no dispatch, a cycle), NOT_FOUND (the function, a target
//                 that the machine has not), OUT_OF_RANGE (a limit), UNIMPLEMENTED (dumped too early or too late), RESOURCE_EXHAUSTED
enum rondo_status rdo_dump_read(const char *path, const struct rdo_schedule_options *options, struct rdo_schedule *out_schedule,
                                struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_dump_parse(struct rdo_bytes text, const char *name, const struct rdo_schedule_options *options,
                                 struct rdo_schedule *out_schedule, struct rondo_diag *diag) RONDO_MUST_USE;

// Maps a dump; release its object. Failures name the file.
enum rondo_status rdo_dump_open(const char *path, struct rdo_mapping **out_mapping, struct rondo_diag *diag) RONDO_MUST_USE;

// For the readers -----------------------------------------------------------------------------------------------

// A call site. Names are parts of the text.
struct rdo_dump_site {
  struct rdo_bytes executable, export_name;  // of @executable::@export
  uint32_t line;
  int32_t recording, command;                     // -1 = not known
  uint32_t predecessor_begin, predecessor_count;  // of the list of all: sites
};

// Makes nodes, jobs and targets of call sites; the schedule has a path, and is not complete yet.
enum rondo_status rdo_dump_fill_schedule(const struct rdo_dump_site *sites, uint32_t count, const uint32_t *predecessors,
                                         const struct rdo_schedule_options *options, struct rdo_schedule *schedule,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

// What follows "dispatch_" in a kernel's name, such as "3_matmul_1x64x64_f32"; the name if there is no such thing. It does not
// depend on what the module is called.
const char *rdo_dump_kernel_tail(const char *export_name);

#endif  // RDO_PLAN_DISPATCH_DUMP_H_
