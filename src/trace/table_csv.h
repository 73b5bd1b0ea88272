// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The table as CSV: the 22 columns of dispatch-schedule traces in whole microseconds, and columns of our own behind
// them, whose times are nanoseconds. docs/trace.md defines every column. No quoting; one line, one row.

#ifndef RDO_TRACE_TABLE_CSV_H_
#define RDO_TRACE_TABLE_CSV_H_

#include "trace/table.h"
#include "trace/text_out.h"

// Name, and what is in it.
#define RDO_CSV_COLUMNS(X)             \
  X(GRAPH_ITER, graph_iter, COUNT)     \
  X(KEY, dispatch_key, TEXT)           \
  X(ID, dispatch_id, INT)              \
  X(ORDINAL, ordinal, INT)             \
  X(TOTAL, total, INT)                 \
  X(JOB, job_name, TEXT)               \
  X(MODULE, module_name, TEXT)         \
  X(TARGET, target, TEXT)              \
  X(FILE, vmfb_path, TEXT)             \
  X(PLANNED_START, planned_start_us, LENGTH)       \
  X(ELIGIBLE, eligible_us, TIME)                   \
  X(SUBMIT, submit_us, TIME)                       \
  X(COMPLETE, complete_us, TIME)                   \
  X(RESIDENCY, residency_us, TIME)                 \
  X(DEP_SLIP, dep_slip_us, TIME)                   \
  X(PLANNED_DURATION, planned_duration_us, LENGTH) \
  X(READY, ready_us, TIME)                         \
  X(START, start_us, TIME)                         \
  X(END, end_us, TIME)                             \
  X(QUEUE_DELAY, queue_delay_us, TIME)             \
  X(RUN, run_us, TIME)                             \
  X(TOTAL_LATENCY, total_latency_us, TIME)

#define X(id, name, kind) RDO_CSV_##id,
enum rdo_csv_column { RDO_CSV_COLUMNS(X) RDO_CSV_COLUMN_COUNT };
#undef X

extern const char *const rdo_csv_column_names[RDO_CSV_COLUMN_COUNT];

// A row as the file has it, for who wants to check what the table does not keep.
struct rdo_csv_line {
  size_t number;                         // in the file, from 1
  size_t row;                            // index in the table
  int64_t values[RDO_CSV_COLUMN_COUNT];  // of the columns that are numbers
};

struct rdo_csv_observer {
  enum rondo_status (*see)(void *user, const struct rdo_csv_line *line, struct rondo_diag *diag);
  void *user;
};

// The columns that follow from others, as the file format defines them.
//   values  in: graph_iter ... end_us of the stamped columns; out: eligible_us, submit_us, ... are set
void rdo_csv_derive(int64_t values[RDO_CSV_COLUMN_COUNT]);

// Reads a file's bytes, strictly.
//   bytes      borrowed [size]       observer  optional; its failure ends the reading
//   out_table  filled; end with rdo_table_deinit, also on error
//   diag       the message begins with "LINE: column NAME: "
//   returns    OK, INVALID_ARGUMENT, RESOURCE_EXHAUSTED
enum rondo_status rdo_table_read_csv(struct rdo_table *out_table, const char *bytes, size_t size, const struct rdo_csv_observer *observer,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_table_write_csv(const struct rdo_table *table, struct rdo_text_out *out);

#endif  // RDO_TRACE_TABLE_CSV_H_
