// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The highest rate that holds: bisection between a period that holds and one that does not.

#include <limits.h>

#include "simulate/results.h"
#include "simulate/setup.h"

struct sweep {
  const struct rondo_simulation_options *asked;  // borrowed; NULL = defaults
  struct rdo_sim_results results;                // of the probe that is under way
  struct rdo_sim_setup setup;
  struct rdo_sim_model_options how;
  struct rdo_sim_rate now;  // the job as planned
  int probe_count;
};

static enum rondo_status see_iteration(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, struct rondo_diag *diag) {
  struct sweep *sweep = user;
  const struct rondo_simulation_options *asked = sweep->asked;
  const struct rondo_simulation_progress progress = {iteration->run, sweep->setup.run_count, iteration->index + 1, sweep->setup.options.iteration_count, sweep->probe_count};
  if (asked != NULL && asked->report != NULL) asked->report(asked->user, &progress);
  return rdo_sim_results_add_iteration(&sweep->results, simulator, diag);
}

static enum rondo_status count_misses(struct sweep *sweep, const struct rdo_sim_model *model, uint64_t *out_count, struct rondo_diag *diag) {
  struct rdo_simulator simulator = {0};
  struct rdo_sim_results *results = &sweep->results;
  const struct rdo_sim_observer observer = {NULL, see_iteration, sweep};
  *out_count = 0;
  enum rondo_status status = rdo_sim_setup_check(&sweep->setup, model, diag);
  if (status != RONDO_OK) return status;
  status = rdo_sim_results_init(results, model, diag);
  if (status == RONDO_OK) status = rdo_simulator_init(&simulator, model, &sweep->setup.options, diag);
  for (uint64_t run = 0; run < sweep->setup.run_count && status == RONDO_OK && *out_count == 0; ++run) {
    status = rdo_simulator_run(&simulator, run, &observer, diag);
    if (status == RONDO_OK) status = rdo_sim_results_add_run(results, &simulator, diag);
    *out_count = rdo_sim_results_miss_count(results);
  }
  rdo_simulator_deinit(&simulator);
  rdo_sim_results_deinit(results);
  return status;
}

// Does every deadline hold at this period?
static enum rondo_status probe(struct sweep *sweep, int64_t period_ns, bool *out_holds, struct rondo_diag *diag) {
  struct rdo_sim_model model;
  uint64_t misses = 0;
  sweep->how.period_ns = period_ns;
  ++sweep->probe_count;
  enum rondo_status status = rdo_sim_model_init(&model, &sweep->setup.schedule, &sweep->how, diag);
  if (status == RONDO_OK) status = count_misses(sweep, &model, &misses, diag);
  rdo_sim_model_deinit(&model);
  *out_holds = misses == 0;
  return status;
}

static enum rondo_status prepare(struct sweep *sweep, const char *path, const struct rondo_simulation_options *options, const char *job, struct rondo_diag *diag) {
  RDO_TRY(rdo_sim_setup_init(&sweep->setup, path, options, "dynamic", diag));
  const struct rdo_schedule *schedule = &sweep->setup.schedule;
  if (sweep->setup.options.policy->keeps_order) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "the policy '%s' keeps the plan's order, which has no place for other releases: sweep with another one",
                    sweep->setup.options.policy->name);
  }
  RDO_TRY(rdo_sim_model_rate(schedule, job, &sweep->now, diag));
  sweep->how = rdo_sim_setup_model(&sweep->setup);
  sweep->how.job = job;
  sweep->how.horizon_ns = schedule->period_ns > 0 ? schedule->period_ns : schedule->makespan_ns;
  // The last instance of the plan is one of the sweep's, too.
  if (sweep->how.horizon_ns < sweep->now.period_ns) sweep->how.horizon_ns = sweep->now.period_ns;
  return RONDO_OK;
}

// A period that holds: the planned one, else a longer one. A job that misses even when it comes once does so at any rate.
static enum rondo_status find_slow(struct sweep *sweep, struct rondo_simulation_rate *rate, struct rondo_diag *diag) {
  bool holds = false;
  for (int64_t period_ns = rate->planned_period_ns;; period_ns *= 2) {
    RDO_TRY(probe(sweep, period_ns, &holds, diag));
    if (holds) rate->period_ns = period_ns;
    else rate->failed_period_ns = period_ns;
    if (holds) return RONDO_OK;
    if (period_ns >= sweep->how.horizon_ns) {
      return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "%s: deadlines are missed at any rate of job '%s', also when it comes once in %.3f ms: see which ones without --sweep",
                      sweep->setup.schedule.path, sweep->how.job, (double)sweep->how.horizon_ns * 1e-6);
    }
  }
}

// No rate that all workers together can serve for ever is higher, were every lane as fast as the fastest; and more dispatches
// than a schedule may have are not looked at.
static int64_t shortest_period_ns(const struct sweep *sweep, const struct rdo_sim_model *model) {
  int slowest = INT_MAX, fastest = 1;
  for (uint32_t i = 0; i < model->lane_count; ++i) {
    slowest = model->lanes[i].speed < slowest ? model->lanes[i].speed : slowest;
    fastest = model->lanes[i].speed > fastest ? model->lanes[i].speed : fastest;
  }
  int64_t copy_count_max = (RDO_SCHEDULE_NODES_MAX - (int64_t)sweep->setup.schedule.node_count) / sweep->now.node_count;
  int64_t tellable_ns = sweep->how.horizon_ns / (copy_count_max > 0 ? copy_count_max : 1) + 2;
  double period_ns = (double)sweep->now.work_ns * slowest / fastest / model->worker_count;
  return period_ns > (double)tellable_ns ? (int64_t)period_ns : tellable_ns;
}

static enum rondo_status bisect(struct sweep *sweep, struct rondo_simulation_rate *rate, struct rondo_diag *diag) {
  struct rdo_sim_model model;
  bool holds = false;
  sweep->how.period_ns = rate->planned_period_ns;
  enum rondo_status status = rdo_sim_model_init(&model, &sweep->setup.schedule, &sweep->how, diag);
  int64_t low_ns = status == RONDO_OK ? shortest_period_ns(sweep, &model) - 1 : 0;
  rdo_sim_model_deinit(&model);
  RDO_TRY(status);
  if (rate->failed_period_ns > low_ns) low_ns = rate->failed_period_ns;
  while (rate->period_ns - low_ns > 1 && rate->period_ns - low_ns > rate->period_ns / 1000) {
    int64_t middle_ns = low_ns + (rate->period_ns - low_ns) / 2;
    RDO_TRY(probe(sweep, middle_ns, &holds, diag));
    if (holds) rate->period_ns = middle_ns;
    else rate->failed_period_ns = low_ns = middle_ns;
  }
  return RONDO_OK;
}

enum rondo_status rondo_simulation_sweep(const char *path, const struct rondo_simulation_options *options, const char *job,
                                         struct rondo_simulation_rate *out_rate, struct rondo_diag *diag) {
  struct sweep sweep = {.asked = options};
  *out_rate = (struct rondo_simulation_rate){0};
  enum rondo_status status = prepare(&sweep, path, options, job, diag);
  out_rate->planned_period_ns = sweep.now.period_ns;
  if (status == RONDO_OK) status = find_slow(&sweep, out_rate, diag);
  if (status == RONDO_OK) status = bisect(&sweep, out_rate, diag);
  if (status == RONDO_OK) out_rate->rate_hz = 1e9 / (double)out_rate->period_ns;
  out_rate->probe_count = sweep.probe_count;
  rdo_sim_setup_deinit(&sweep.setup);
  return status;
}
