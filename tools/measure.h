// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Timing of repeated calls.

#ifndef RDO_TOOLS_MEASURE_H_
#define RDO_TOOLS_MEASURE_H_

#include <signal.h>

#include "call.h"

// Monotonic time.
int64_t rdo_tool_clock_ns(void);

// Mean cost of one reading of that clock, in ns.
double rdo_tool_clock_cost_ns(void);

struct tool_measure_plan {
  double warmup_s;       // call for at least so long before measuring
  int64_t warmup_count;  // and at least so often
  double min_time_s;     // measure for at least so long
  int64_t batch;         // calls between two readings of the clock; at least 1
  int64_t pause_us;      // sleep for so long before each sample; 0 = not at all
  const volatile sig_atomic_t *stop;  // non-zero ends early with what there is; may be NULL
};

// Latencies in ns. With batch > 1 a sample is the mean of its batch.
struct tool_summary {
  int64_t sample_count;
  int64_t kept_count;  // of these the percentiles are, chosen at random; all else is of all samples
  double min_ns, mean_ns, p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
};

struct tool_measurement {
  struct tool_summary summary;
  int64_t warmup_count;   // calls made to warm up
  double back_to_back_ns; // mean over many calls between only two readings, with releasing results; 0: none
  int64_t back_to_back_count;
};

// Samples while they are taken. When there is no room for more, a sample takes the place of a random one, so
// that at any time each has had the same chance to be kept (Vitter: Random sampling with a reservoir, 1985,
// algorithm R). Set `kept_ns` and `capacity`, zero the rest.
struct tool_samples {
  double *kept_ns;  // kept_ns[capacity]
  int64_t capacity;
  int64_t kept_count;
  int64_t count;
  double sum_ns, min_ns, max_ns;
  uint64_t random;
};
enum { TOOL_SAMPLES_MAX = 1000000 };  // capacity: 1000 beyond p99.9

void rdo_tool_samples_add(struct tool_samples *samples, double sample_ns);

// Warms up, samples single calls, then times calls back to back. A sample covers the call alone, for
// an asynchronous function until its results are there; releasing them is outside of it unless
// batch > 1. With pauses nothing is timed back to back.
//   call        prepared; its results of the last call are left in it
//   returns     OK, or what a call failed with
enum rondo_status rdo_tool_measure(struct tool_call *call, const struct tool_measure_plan *plan,
                                   struct tool_measurement *out_measurement, struct rondo_diag *diag) RONDO_MUST_USE;

// Sorts the kept samples and reads the percentiles off them (nearest rank). No samples: all zeros.
void rdo_tool_summarize(struct tool_samples *samples, struct tool_summary *out_summary);

// "812 ns", "12.3 us", "1.20 ms", "3.00 s": three significant digits.
void rdo_tool_format_duration(double ns, char *buffer, size_t capacity);

enum { TOOL_DURATION_TEXT_BYTES = 32, TOOL_CPU_TEXT_BYTES = 128 };

// Name of the processor and its frequency governor, for reports; "unknown" where the system hides it.
void rdo_tool_format_cpu(char *buffer, size_t capacity);
void rdo_tool_format_governor(char *buffer, size_t capacity);

#endif  // RDO_TOOLS_MEASURE_H_
