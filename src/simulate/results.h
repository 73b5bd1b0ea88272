// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What simulations were like: values of all runs, and means of each.

#ifndef RDO_SIMULATE_RESULTS_H_
#define RDO_SIMULATE_RESULTS_H_

#include "simulate/estimate.h"
#include "simulate/simulator.h"
#include "trace/spread.h"

// Values of the runs that have ended, and of the one that is under way.
struct rdo_sim_values {
  struct rdo_values all;
  struct rdo_values run;
};

struct rdo_sim_job_result {
  uint64_t instance_count, deadline_count, miss_count;
  uint64_t run_deadline_count, run_miss_count;
  struct rdo_sim_values start_delay, latency;
  struct rdo_samples miss_ratio, latency_mean, latency_p99, start_delay_p99;
};

struct rdo_sim_lane_result {
  uint64_t dispatch_count;
  double busy_ns;
  struct rdo_samples utilization;
};

struct rdo_sim_results {
  const struct rdo_sim_model *model;
  struct rdo_sim_job_result *jobs;    // owned [job_count]
  struct rdo_sim_lane_result *lanes;  // owned [lane_count]
  struct rdo_sim_values makespan;
  struct rdo_samples makespan_mean;
  double span_ns;                     // of all runs together
  uint64_t moved_count;
};

enum rondo_status rdo_sim_results_init(struct rdo_sim_results *out_results, const struct rdo_sim_model *model, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_sim_results_deinit(struct rdo_sim_results *results);

// When an iteration has ended, and when a run has.
enum rondo_status rdo_sim_results_add_iteration(struct rdo_sim_results *results, const struct rdo_simulator *simulator, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_sim_results_add_run(struct rdo_sim_results *results, const struct rdo_simulator *simulator, struct rondo_diag *diag) RONDO_MUST_USE;

uint64_t rdo_sim_results_miss_count(const struct rdo_sim_results *results);

#endif  // RDO_SIMULATE_RESULTS_H_
