// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Traces, of two kinds.
//
// Events: what every thread did and when, as a file for Perfetto's viewer (https://ui.perfetto.dev). Such a trace
// covers the whole process: all runtimes and models, from its start to its end.
//
// Tables of played nodes: for each dispatch of each iteration of a plan when it was to run, and when it did. They
// come from a run of the player or from its CSV file; docs/trace.md describes the columns. Statistics, pictures,
// comparisons and a checker work on them.

#ifndef RONDO_TRACE_H_
#define RONDO_TRACE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_trace;

// What to trace. Zero-initialise, then set what should differ from the defaults.
struct rondo_trace_options {
  // File to write, replaced if it exists. It gets its name when the trace ends; until then it grows
  // under another one beside it. Never NULL.
  const char *path;
  // Bytes after which no more events are written; they are counted as dropped. 0 = 1 GiB.
  uint64_t size_limit_bytes;
};

// What became of the events of a trace.
struct rondo_trace_stats {
  uint64_t event_count;    // in the file
  uint64_t dropped_count;  // emitted, but not in the file: threads were faster than the file, or it was full
  uint64_t byte_count;     // size of the file
};

// Begins a trace. A thread of low priority writes it while it lasts, on CPUs that have no worker if there are
// any; threads that run models write to memory only (a clock reading and some 3 ns an event), and never wait for it.
//   options    borrowed
//   out_trace  owned by caller, end with rondo_trace_stop; NULL on error
//   diag       optional, filled unless OK
//   returns    OK, ALREADY_EXISTS (a trace is under way), NOT_FOUND or PERMISSION_DENIED (of the file),
//              RESOURCE_EXHAUSTED, UNAVAILABLE (other trouble with the file)
//   thread     any                phase  setup
RONDO_API enum rondo_status rondo_trace_start(const struct rondo_trace_options *options,
                                              struct rondo_trace **out_trace,
                                              struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a trace and gives the file its name; nulls the pointer, also on error. NULL and pointer to NULL
// are fine.
//   out_stats  optional, filled
//   diag       optional, filled unless OK
//   returns    OK, or what kept the file from being written: then there is none of this trace
//   thread     one at a time      phase  setup
RONDO_API enum rondo_status rondo_trace_stop(struct rondo_trace **trace, struct rondo_trace_stats *out_stats,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// Tables of played nodes --------------------------------------------------------------------------------

struct rondo_trace_table;

// How to read. Zero-initialise, then set what should differ from the defaults.
struct rondo_trace_load_options {
  // Schedule file that the trace was played from. It tells the graph and the policies, which a CSV of 22 columns does
  // not; of nodes that are in both it is believed. NULL = none.
  const char *plan_path;
};

// Reads a CSV file with the 22 columns of dispatch-schedule traces, and rondo's own behind them if there are any.
//   path       borrowed; a pipe will do
//   options    borrowed; NULL = defaults
//   out_table  owned by caller, end with rondo_trace_table_release; NULL on error
//   diag       optional, filled unless OK: "FILE:LINE: column NAME: what is wrong"
//   returns    OK, NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT (malformed), DATA_LOSS, RESOURCE_EXHAUSTED, or what
//              reading the schedule failed with
//   thread     any, concurrently         phase  setup
RONDO_API enum rondo_status rondo_trace_table_load(const char *path, const struct rondo_trace_load_options *options,
                                                   struct rondo_trace_table **out_table, struct rondo_diag *diag) RONDO_MUST_USE;

struct rondo_file;

// Makes the table of a run that did exactly what a plan says: for the pictures and graphs of plans.
//   plan       a file of kind RONDO_FILE_PLAN (rondo/files.h), borrowed
//   out_table  owned by caller, end with rondo_trace_table_release; NULL on error
//   returns    OK, INVALID_ARGUMENT (no plan, or more targets than a table has), RESOURCE_EXHAUSTED
//   thread     any, concurrently         phase  setup
RONDO_API enum rondo_status rondo_trace_table_of_plan(const struct rondo_file *plan, struct rondo_trace_table **out_table,
                                                      struct rondo_diag *diag) RONDO_MUST_USE;

// Nulls the pointer. NULL and pointer to NULL are fine.
RONDO_API void rondo_trace_table_release(struct rondo_trace_table **table);

enum rondo_trace_format {
  RONDO_TRACE_CSV,       // the table itself
  RONDO_TRACE_JSON,      // summary: a superset of what schedule runners write
  RONDO_TRACE_DOT,       // the graph, for Graphviz; dashed edges are those of time
  RONDO_TRACE_PERFETTO,  // for https://ui.perfetto.dev: a track for each worker, target and job, planned beside observed
  RONDO_TRACE_SVG,       // picture: planned above observed, by target
  RONDO_TRACE_HTML,      // report with picture, histograms and tables; needs no network
};

// How to write. Zero-initialise, then set what should differ from the defaults.
struct rondo_trace_write_options {
  enum rondo_trace_format format;
  // A dispatch is flagged when its time differs from the plan by this factor or more. 0 = 2.
  double factor;
  // Iterations in pictures: the first and how many. Of 0 the picture has the first 4.
  uint64_t first_iteration;
  uint64_t iteration_count;
  // Part of the iterations in pictures, from their start. End 0 = all.
  int64_t from_ns;
  int64_t to_ns;
  // What to call the trace in pictures, such as its file's name. NULL = "trace".
  const char *title;
  // Of JSON: members of its object that stand first, such as "\"key\": 1", of whoever knows more than the table. NULL = none.
  const char *members;
};

// Receives what is written, piece by piece.
struct rondo_trace_sink {
  void (*write)(void *user, const void *bytes, size_t size);
  void *user;
};

// Writes a table, in whole, to a file: it appears under its name when it is complete.
//   path       borrowed; replaced if it exists; a pipe or device is written as it is
//   returns    OK, NOT_FOUND or PERMISSION_DENIED (of the file), RESOURCE_EXHAUSTED, UNAVAILABLE
//   thread     any, concurrently         phase  setup
RONDO_API enum rondo_status rondo_trace_table_write(const struct rondo_trace_table *table,
                                                    const struct rondo_trace_write_options *options, const char *path,
                                                    struct rondo_diag *diag) RONDO_MUST_USE;

// The same to a callback.
RONDO_API enum rondo_status rondo_trace_table_write_to(const struct rondo_trace_table *table,
                                                       const struct rondo_trace_write_options *options,
                                                       const struct rondo_trace_sink *sink,
                                                       struct rondo_diag *diag) RONDO_MUST_USE;

// Statistics of a table ---------------------------------------------------------------------------------

// Values of one kind, sorted: percentiles are exact (the smallest value that at least so many are not above), so
// p999 of less than 1000 values is the largest. All 0 when there are none.
struct rondo_trace_spread {
  uint64_t count;
  double mean_ns;
  int64_t min_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
};

// A summary, computed once. Names in what it gives live as long as it and the table do.
struct rondo_trace_summary;

struct rondo_trace_totals {
  uint64_t row_count;
  uint64_t iteration_count;
  int node_count, job_count, target_count;
  int worker_count;        // 0 = the trace does not tell
  int flagged_count;       // nodes with flags
  uint64_t completed_count, failed_count, cancelled_count, skipped_count;
  uint64_t deadline_count;  // instances with a deadline, of all jobs
  uint64_t miss_count;      // of those, the ones that ended after it, or of which a part never ran
  bool has_dependencies;   // whether the trace tells the graph; otherwise roots are inferred from ready times
  int64_t planned_makespan_ns;
  struct rondo_trace_spread makespan;          // of the iterations
  // Start behind plan of the roots of phase-locked jobs: how punctual the player is.
  struct rondo_trace_spread root_delay;
  struct rondo_trace_spread root_delay_later;  // without those planned at 0, which pay for the iteration's start
  struct rondo_trace_spread start_delay;       // of all roots, from when they were ready
  struct rondo_trace_spread queue_delay;       // of all nodes
  struct rondo_trace_spread handover;          // from the last predecessor's end, and its worker free, to the start
  struct rondo_trace_spread slip;              // of ready times behind the plan
};

// A job with all its instances: mlp0, mlp1, ... of a schedule are one job, mlp.
struct rondo_trace_job {
  const char *name;
  int family_count;         // names that were joined: 17 for mlp0 to mlp16
  bool is_locked;           // its roots wait for their planned start
  uint64_t instance_count;
  uint64_t deadline_count;  // of instances
  uint64_t miss_count;
  double rate_hz;           // instances a second; 0 = there is one only
  struct rondo_trace_spread start_delay;  // of its roots: from planned start when it is locked, else from ready
  struct rondo_trace_spread latency;      // from its release to its last end
  struct rondo_trace_spread run;          // of its dispatches together
};

struct rondo_trace_target {
  const char *name;
  uint64_t row_count;
  int worker_count;  // seen; 0 = the trace does not tell
  int64_t busy_ns;   // time with at least one dispatch
  double utilization, planned_utilization;  // busy time of the iterations' length, planned of the plan's
};

// Why a node stands out.
enum rondo_trace_flag {
  RONDO_TRACE_SLOWER = 1,        // its time is `factor` times the plan's, or more
  RONDO_TRACE_FASTER = 2,        // or less than the factor's inverse
  RONDO_TRACE_WRONG_MODULE = 4,  // its executable is of another job's model
};

struct rondo_trace_node {
  const char *key;
  const char *job;
  const char *module;
  const char *target;  // where it ran first
  int64_t id;
  uint64_t count;      // completed
  bool is_root;
  unsigned flags;      // of enum rondo_trace_flag
  double ratio;        // p50 of its run time to plan; 0 = nothing planned
  int64_t planned_start_ns, planned_duration_ns;
  struct rondo_trace_spread run;
  struct rondo_trace_spread queue_delay;
};

// Computes a summary.
//   table        borrowed for the summary's life
//   factor       see rondo_trace_write_options
//   out_summary  owned by caller, end with rondo_trace_summary_release; NULL on error
//   returns      OK, INVALID_ARGUMENT (a factor below 1), RESOURCE_EXHAUSTED
//   thread       any, concurrently         phase  setup
RONDO_API enum rondo_status rondo_trace_table_summarize(const struct rondo_trace_table *table, double factor,
                                                        struct rondo_trace_summary **out_summary,
                                                        struct rondo_diag *diag) RONDO_MUST_USE;
RONDO_API void rondo_trace_summary_release(struct rondo_trace_summary **summary);
RONDO_API const struct rondo_trace_totals *rondo_trace_summary_totals(const struct rondo_trace_summary *summary);

// Arrays of the totals' job_count, target_count, node_count; nodes in the order of their first rows.
RONDO_API const struct rondo_trace_job *rondo_trace_summary_jobs(const struct rondo_trace_summary *summary);
RONDO_API const struct rondo_trace_target *rondo_trace_summary_targets(const struct rondo_trace_summary *summary);
RONDO_API const struct rondo_trace_node *rondo_trace_summary_nodes(const struct rondo_trace_summary *summary);

// Checks ------------------------------------------------------------------------------------------------

// What a trace must obey, and how findings are called.
#define RONDO_TRACE_RULES(X)     \
  X(COLUMNS, "columns")          \
  X(STAMPS, "stamps")            \
  X(READY, "ready")              \
  X(PRECEDENCE, "precedence")    \
  X(OVERLAP, "overlap")          \
  X(AFFINITY, "affinity")        \
  X(STATES, "states")            \
  X(DUPLICATES, "duplicates")    \
  X(MISSING, "missing")          \
  X(PLAN, "plan")

enum rondo_trace_rule {
  RONDO_TRACE_RULE_COLUMNS,     // columns that follow from others do
  RONDO_TRACE_RULE_STAMPS,      // release, ready, start, end in this order
  RONDO_TRACE_RULE_READY,       // ready when the last predecessor ended, a root at 0 or at its planned start
  RONDO_TRACE_RULE_PRECEDENCE,  // no start before a predecessor's end
  RONDO_TRACE_RULE_OVERLAP,     // one at a time on a worker, or on a target whose workers are not known; what several workers ran, or
                                // one left in between, is not looked at
  RONDO_TRACE_RULE_AFFINITY,    // only where the plan allows
  RONDO_TRACE_RULE_STATES,      // what was skipped or cancelled did not run, nor what waits for it
  RONDO_TRACE_RULE_DUPLICATES,  // each node once an iteration
  RONDO_TRACE_RULE_MISSING,     // of a job that ran, all nodes did
  RONDO_TRACE_RULE_PLAN,        // the plan's nodes, and no others, at the plan's times
};

struct rondo_trace_finding {
  enum rondo_trace_rule rule;
  const char *rule_name;
  uint64_t line;        // in the file, from 1; 0 = of none. Row i of a table is line i + 2.
  const char *message;  // one line; valid during the call
};

struct rondo_trace_finder {
  void (*find)(void *user, const struct rondo_trace_finding *finding);
  void *user;
};

// Checks a CSV file, independently of the player that wrote it. Where it tells the graph, precedence is checked
// against that; otherwise that each ready time is 0, the planned start or somebody's end.
//   options  as for rondo_trace_table_load; with a schedule the trace is compared to it, too
//   finder   optional, called for each finding on this thread
//   returns  OK, also with findings; otherwise as rondo_trace_table_load
//   thread   any, concurrently           phase  setup
RONDO_API enum rondo_status rondo_trace_check_file(const char *path, const struct rondo_trace_load_options *options,
                                                   const struct rondo_trace_finder *finder, uint64_t *out_row_count,
                                                   uint64_t *out_finding_count, struct rondo_diag *diag) RONDO_MUST_USE;

// The same of a table, but for columns that follow from others: it does not keep them.
//   returns  OK, RESOURCE_EXHAUSTED
RONDO_API enum rondo_status rondo_trace_table_check(const struct rondo_trace_table *table,
                                                    const struct rondo_trace_finder *finder, uint64_t *out_finding_count,
                                                    struct rondo_diag *diag) RONDO_MUST_USE;

// Differences -------------------------------------------------------------------------------------------

// When is a difference a regression. Zero-initialise for the defaults.
struct rondo_trace_diff_options {
  double run_ratio;     // time of dispatches and instances of jobs, new to old; 0 = 1.1
  int64_t delay_ns;     // start delay of jobs' roots, new minus old; 0 = 10000
};

enum rondo_trace_measure {
  RONDO_TRACE_MEASURE_RUN,      // run times: ratio
  RONDO_TRACE_MEASURE_LATENCY,  // of a job's instances: ratio
  RONDO_TRACE_MEASURE_DELAY,    // start delays of a job's roots: difference in ns
};

// Values of two traces, paired by iteration and node (or instance of a job). The median pair decides, and only when its
// whole interval, of at least 95 % confidence and free of any assumption on distributions, is beyond the threshold.
// Less than 6 pairs have no interval: they are shown and decide nothing.
struct rondo_trace_difference {
  const char *name;       // of the node or job, "" = of all
  bool is_job;
  enum rondo_trace_measure measure;
  uint64_t pair_count;
  double old_median_ns, new_median_ns;
  double median, low, high;  // of the pairs' ratios or differences; low and high 0 without an interval
  bool has_interval;
  bool is_regression;
  bool is_improvement;       // the same in the other direction
};

struct rondo_trace_diff_totals {
  uint64_t pair_count;          // rows that are in both, completed
  uint64_t only_old_count;      // rows completed in the old trace only: a regression
  uint64_t only_new_count;
  uint64_t old_miss_count, new_miss_count;  // instances that missed their deadline; more of them are a regression
  uint64_t regression_count;    // of the differences
  bool is_regression;           // any of the above
};

struct rondo_trace_diff;

// Compares two tables.
//   out_diff  owned by caller, end with rondo_trace_diff_release; NULL on error. Names in it live as long as `old_table`.
//   returns   OK, INVALID_ARGUMENT (a threshold below 1 or below 0), RESOURCE_EXHAUSTED
//   thread    any, concurrently           phase  setup
RONDO_API enum rondo_status rondo_trace_table_diff(const struct rondo_trace_table *old_table,
                                                   const struct rondo_trace_table *new_table,
                                                   const struct rondo_trace_diff_options *options,
                                                   struct rondo_trace_diff **out_diff, struct rondo_diag *diag) RONDO_MUST_USE;
RONDO_API void rondo_trace_diff_release(struct rondo_trace_diff **diff);
RONDO_API const struct rondo_trace_diff_totals *rondo_trace_diff_totals(const struct rondo_trace_diff *diff);

// Jobs first, then nodes, in the order of the old trace.
RONDO_API const struct rondo_trace_difference *rondo_trace_diff_items(const struct rondo_trace_diff *diff, uint64_t *out_count);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_TRACE_H_
