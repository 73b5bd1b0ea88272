// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Simulation: a plan, or another tool's schedule, run through a scheduling policy on a virtual clock. It answers within
// seconds what would happen: who is late, by how much, how busy each lane is; with durations as planned, or with noise and
// stalls. Nothing is executed, no model is needed. What is simulated exactly: docs/simulate.md.

#ifndef RONDO_SIMULATE_H_
#define RONDO_SIMULATE_H_

#include <stdbool.h>
#include <stdint.h>

#include "rondo/status.h"
#include "rondo/trace.h"

#ifdef __cplusplus
extern "C" {
#endif

// The policies that there are.
//   index            from 0
//   out_description  optional: one line
//   returns          the name: "dynamic", "fifo", "priority", "edf", "shortest", "planned", "strict"; static; NULL: no such index
//   thread           any, concurrently   phase  rt
RONDO_API const char *rondo_simulation_policy(int index, const char **out_description);

// How far a simulation is.
struct rondo_simulation_progress {
  uint64_t run, run_count;              // from 0
  uint64_t iteration, iteration_count;  // of this run: as many have ended
  int probe;                            // of a sweep: simulations so far; else 0
};

// Zero-initialise, then set what should differ from the defaults.
struct rondo_simulation_options {
  const char *policy;        // NULL = "planned" if the file tells times, else "dynamic"
  const char *machine_file;  // path: the lanes' workers and speeds; NULL = of the machine that the plan carries, if it does
  uint64_t iteration_count;  // of the whole plan; 0 = 1
  uint64_t run_count;        // each with noise of its own; 0 = 1
  uint64_t seed;             // of noise and stalls; the same seed meets every policy with the same durations
  double noise;              // durations' standard deviation by their mean, 0..10: 0.1 is 10 %. Log-normal, the mean stays
  double stall_probability;  // of a dispatch, 0..1
  int64_t stall_ns;          // that it then takes longer
  double interference;       // how much longer a dispatch takes while all other lanes are busy, 0..100: 0.1 is 10 %; in proportion
  int64_t late_ns;           // "planned": later dispatches are urgent and may change lanes; 0 = never
  double load_ratio;         // policies that place by load leave the previous lane for one with less than this of its load, 0..1; 0 = 0.7
  bool keeps_table;          // of the first run: rondo_simulation_table
  // Told after each iteration, on the calling thread; NULL = nobody.
  void (*report)(void *user, const struct rondo_simulation_progress *progress);
  void *user;
};

// A mean over runs. Its 95 % interval is mean - half_width .. mean + half_width (Student's, over runs); with one run, half_width is 0.
struct rondo_simulation_estimate {
  double mean, half_width;
};

// A job with all its instances, of all iterations and runs.
struct rondo_simulation_job {
  const char *name;
  uint64_t instance_count;
  uint64_t deadline_count;  // instances with one
  uint64_t miss_count;      // of those, the ones that ended after it
  struct rondo_trace_spread start_delay;  // of its roots: start - ready, which is their planned start where they are phase-locked
  struct rondo_trace_spread latency;      // from an instance's release to its last end
  // Of one run each.
  struct rondo_simulation_estimate miss_ratio;       // misses by deadlines
  struct rondo_simulation_estimate latency_mean_ns;
  struct rondo_simulation_estimate latency_p99_ns;
  struct rondo_simulation_estimate start_delay_p99_ns;
};

struct rondo_simulation_lane {
  const char *name;
  uint32_t worker_count;
  uint64_t dispatch_count;  // begun there, in all runs
  double busy_ns;           // of all its workers, in all runs
  double utilization;       // busy time by the workers' time, from the first start to the last end
  struct rondo_simulation_estimate utilization_mean;  // of one run each
};

struct rondo_simulation_totals {
  const char *policy;
  uint64_t run_count, iteration_count;
  int job_count, lane_count, node_count;
  uint64_t instance_count, deadline_count, miss_count;  // of all jobs
  uint64_t moved_count;                                 // dispatches that ran on another lane than planned
  int64_t planned_makespan_ns;
  struct rondo_trace_spread makespan;                   // of iterations, from their start by the plan to their last end
  struct rondo_simulation_estimate makespan_mean_ns;    // of one run each
};

// A simulation, finished. Names in what it gives live as long as it does.
struct rondo_simulation;

// Simulates a plan file or a schedule of another tool (docs/files.md).
//   path            borrowed
//   options         borrowed; NULL = defaults
//   out_simulation  owned by caller, end with rondo_simulation_release; NULL on error
//   diag            optional, filled unless OK: file, reason, what to do
//   returns         OK; INVALID_ARGUMENT (malformed; an option out of its range; no durations), NOT_FOUND (the file; the policy; a
//                   lane that the machine has not), FAILED_PRECONDITION (a policy that follows a plan, and a file without times),
//                   OUT_OF_RANGE (too many workers; rows to keep; dispatches, 10^10 in all runs, or values to keep of them, 2^28; 31 years), or what rondo_file_read returns
//   thread          any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_simulation_run(const char *path, const struct rondo_simulation_options *options, struct rondo_simulation **out_simulation,
                                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Nulls the pointer. NULL and a pointer to NULL are fine.
RONDO_API void rondo_simulation_release(struct rondo_simulation **simulation);

//   thread          any, concurrently   phase  rt
RONDO_API const struct rondo_simulation_totals *rondo_simulation_totals(const struct rondo_simulation *simulation);

// Arrays of the totals' job_count and lane_count, in the order of the file.
RONDO_API const struct rondo_simulation_job *rondo_simulation_jobs(const struct rondo_simulation *simulation);
RONDO_API const struct rondo_simulation_lane *rondo_simulation_lanes(const struct rondo_simulation *simulation);

// What is remarkable about the file, one line each.
//   returns  the text, which belongs to the simulation; NULL: no such index
RONDO_API const char *rondo_simulation_note(const struct rondo_simulation *simulation, int index);

// The table of what ran in the first run, as a player would have made it: for statistics, pictures and checks of rondo/trace.h.
// NULL unless keeps_table was set. Lives as long as the simulation.
RONDO_API const struct rondo_trace_table *rondo_simulation_table(const struct rondo_simulation *simulation);

// The highest rate of a periodic job at which no job misses a deadline.
struct rondo_simulation_rate {
  int64_t period_ns;         // at that rate
  double rate_hz;
  int64_t failed_period_ns;  // the longest that was tried and missed a deadline; 0 = none did
  int64_t planned_period_ns;
  int probe_count;           // simulations that this took
};

// Bisects the period of one job, to 0.1 % of it: its instances are made anew, copies of its first one, released at the first
// one's release and every period from then on, in the plan's length; deadlines that are as long as the period, or not said, are
// the period. Everything else stays as it is. More work may end earlier, so of several such rates this is one.
//   options   as above; of run_count runs each must hold. The policy must not keep the plan's order ("strict"); NULL = "dynamic".
//   job       borrowed; the name as in rondo_simulation_job
//   out_rate  filled when OK
//   returns   what rondo_simulation_run returns; NOT_FOUND (no such job), FAILED_PRECONDITION (the job has no period; other jobs need its
//             results; the policy; deadlines are missed at any rate)
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_simulation_sweep(const char *path, const struct rondo_simulation_options *options, const char *job,
                                                   struct rondo_simulation_rate *out_rate, struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_SIMULATE_H_
