// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The demo's comparison: a perception net as fast as it can beside a controller every 2 ms, in several ways.

#ifndef RDO_TOOLS_DEMO_MODES_H_
#define RDO_TOOLS_DEMO_MODES_H_

#include <stdbool.h>

#include "measure.h"

enum { DEMO_PERCEIVE, DEMO_CONTROL, DEMO_JOB_COUNT, DEMO_PATH_BYTES = 4096 };

static const int64_t demo_period_ns = 2000000;
static const double demo_warm_up_s = 0.2;  // played first in each mode, not counted

struct demo_job_result {
  uint64_t count, missed, skipped;
  double delay_ns[3];    // start delay: p50, p99, p99.9; of the controller alone
  double latency_ns[2];  // p50, p99
};

struct demo_result_of_mode {
  struct demo_job_result jobs[DEMO_JOB_COUNT];
  double seconds, played_seconds;  // that count; with the warm-up
  double loads[256];  // of the workers, where they are known
  int load_count;
  double cpu_seconds; // of the whole process
};

struct demo_modes_args {
  const char *models;     // folder
  const char *directory;  // where reports go; NULL = chosen
  double duration_s;
  const volatile int *stop;  // looked at between the modes
};

// Without reservations: each job calls from a thread of its own.
//   is_apart  each on one core of its own; else both on worker threads on all cores
//   returns   OK, UNAVAILABLE (too few cores), or why a call failed
enum rondo_status rdo_tool_demo_threads(const struct demo_modes_args *args, bool is_apart, struct demo_result_of_mode *out_result,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// By a plan that is made on the spot, with a report of its own, DIR/planned.html.
enum rondo_status rdo_tool_demo_planned(const struct demo_modes_args *args, struct demo_result_of_mode *out_result, struct rondo_diag *diag) RONDO_MUST_USE;

// All of them, with a table and reports.
//   returns  exit code
int rdo_tool_demo_modes(const struct demo_modes_args *args);

// "DIR/NAME/NAME.vmfb", or another file there.
void rdo_tool_demo_path(const struct demo_modes_args *args, int job, const char *file, char *out_path);

const char *rdo_tool_demo_job_name(int job);

double rdo_tool_demo_cpu_seconds(void);

#endif  // RDO_TOOLS_DEMO_MODES_H_
