// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public object: a table that is full, and its index.

#ifndef RDO_TRACE_TRACE_TABLE_H_
#define RDO_TRACE_TRACE_TABLE_H_

#include "base/arena.h"
#include "rondo/trace.h"
#include "trace/run_config.h"
#include "trace/table_csv.h"
#include "trace/table_index.h"

struct rdo_check;

struct rondo_trace_table {
  struct rdo_table table;
  struct rdo_table_index index;
  const struct rdo_run_config *config;  // in the arena; NULL = not known
  struct rdo_arena arena;
};

// Makes the public object of a table that somebody (the player) filled.
//   table      taken, also on error; left empty
//   out_table  owned by caller, end with rondo_trace_table_release; NULL on error
//   returns    OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_trace_table_create(struct rdo_table *table, struct rondo_trace_table **out_table,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

// Keeps what the run was made with: a copy.
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_trace_table_keep_config(struct rondo_trace_table *table, const struct rdo_run_config *config, struct rondo_diag *diag) RONDO_MUST_USE;

// What happens while a file is read.
struct rdo_load {
  const struct rdo_csv_observer *observer;  // optional: sees each line
  const char *plan_path;                    // NULL = none
  struct rdo_check *check;                  // findings of the plan go there; NULL = nowhere
};

// As rondo_trace_table_load.
enum rondo_status rdo_trace_table_open(const char *path, const struct rdo_load *load, struct rondo_trace_table **out_table,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// The same from bytes; the name is for messages.
//   load  NULL = nothing but the bytes
enum rondo_status rdo_trace_table_parse(const char *bytes, size_t size, const char *name, const struct rdo_load *load,
                                        struct rondo_trace_table **out_table, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_TRACE_TRACE_TABLE_H_
