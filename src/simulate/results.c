// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One pass over the nodes of an iteration.

#include "simulate/results.h"

#include <string.h>

#include "base/alloc.h"

enum rondo_status rdo_sim_results_init(struct rdo_sim_results *out_results, const struct rdo_sim_model *model, struct rondo_diag *diag) {
  *out_results = (struct rdo_sim_results){.model = model};
  RDO_TRY(rdo_alloc_array(model->job_count, sizeof *out_results->jobs, &out_results->jobs, diag));
  return rdo_alloc_array(model->lane_count, sizeof *out_results->lanes, &out_results->lanes, diag);
}

static void deinit_values(struct rdo_sim_values *values) {
  rdo_values_deinit(&values->all);
  rdo_values_deinit(&values->run);
}

void rdo_sim_results_deinit(struct rdo_sim_results *results) {
  for (uint32_t i = 0; results->jobs != NULL && i < results->model->job_count; ++i) {
    deinit_values(&results->jobs[i].start_delay);
    deinit_values(&results->jobs[i].latency);
  }
  deinit_values(&results->makespan);
  rdo_free(results->jobs);
  rdo_free(results->lanes);
  *results = (struct rdo_sim_results){0};
}

static int64_t min_ns(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t max_ns(int64_t a, int64_t b) { return a > b ? a : b; }

// An instance's release is when the first of its nodes was ready.
static enum rondo_status add_instance(struct rdo_sim_results *results, const struct rdo_simulator *s, const struct rdo_sim_instance *instance,
                                      struct rondo_diag *diag) {
  struct rdo_sim_job_result *job = &results->jobs[instance->job];
  int64_t release_ns = INT64_MAX, end_ns = 0;
  for (uint32_t i = instance->node_begin; i < instance->node_begin + instance->node_count; ++i) {
    const struct rdo_sim_node *node = &results->model->nodes[i];
    const struct rdo_sim_state *state = &s->seen[i];
    if (node->is_root) RDO_TRY(rdo_values_add(&job->start_delay.run, state->start_ns - state->ready_ns, diag));
    release_ns = min_ns(release_ns, state->ready_ns);
    end_ns = max_ns(end_ns, state->end_ns);
    results->moved_count += state->lane != node->lane;
  }
  ++job->instance_count;
  if (instance->node_count == 0) return RONDO_OK;
  if (instance->deadline_ns != INT64_MAX) {
    ++job->run_deadline_count;
    job->run_miss_count += end_ns > s->iteration.t0_ns + instance->deadline_ns;
  }
  return rdo_values_add(&job->latency.run, end_ns - release_ns, diag);
}

enum rondo_status rdo_sim_results_add_iteration(struct rdo_sim_results *results, const struct rdo_simulator *simulator, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < results->model->instance_count; ++i) RDO_TRY(add_instance(results, simulator, &results->model->instances[i], diag));
  return rdo_values_add(&results->makespan.run, simulator->iteration.end_ns - simulator->iteration.t0_ns, diag);
}

// The run's spread; its values go to all.
static enum rondo_status end_run(struct rdo_sim_values *values, struct rondo_trace_spread *out_spread, struct rondo_diag *diag) {
  struct rdo_values *all = &values->all, *run = &values->run;
  *out_spread = rdo_values_spread(run);
  if (run->count == 0) return RONDO_OK;
  RDO_TRY(rdo_grow_array(all->count + run->count, sizeof *all->items, &all->capacity, &all->items, diag));
  memcpy(all->items + all->count, run->items, run->count * sizeof *all->items);
  all->count += run->count;
  run->count = 0;
  return RONDO_OK;
}

static enum rondo_status end_job(struct rdo_sim_job_result *job, struct rondo_diag *diag) {
  struct rondo_trace_spread start_delay, latency;
  RDO_TRY(end_run(&job->start_delay, &start_delay, diag));
  RDO_TRY(end_run(&job->latency, &latency, diag));
  if (job->run_deadline_count > 0) rdo_samples_add(&job->miss_ratio, (double)job->run_miss_count / (double)job->run_deadline_count);
  rdo_samples_add(&job->latency_mean, latency.mean_ns);
  rdo_samples_add(&job->latency_p99, (double)latency.p99_ns);
  rdo_samples_add(&job->start_delay_p99, (double)start_delay.p99_ns);
  job->deadline_count += job->run_deadline_count;
  job->miss_count += job->run_miss_count;
  job->run_deadline_count = job->run_miss_count = 0;
  return RONDO_OK;
}

enum rondo_status rdo_sim_results_add_run(struct rdo_sim_results *results, const struct rdo_simulator *simulator, struct rondo_diag *diag) {
  struct rondo_trace_spread makespan;
  for (uint32_t i = 0; i < results->model->job_count; ++i) RDO_TRY(end_job(&results->jobs[i], diag));
  RDO_TRY(end_run(&results->makespan, &makespan, diag));
  rdo_samples_add(&results->makespan_mean, makespan.mean_ns);
  for (uint32_t i = 0; i < results->model->lane_count; ++i) {
    double span_ns = (double)simulator->now_ns * results->model->lanes[i].worker_count;
    rdo_samples_add(&results->lanes[i].utilization, span_ns > 0 ? (double)simulator->pools[i].busy_ns / span_ns : 0);
    results->lanes[i].busy_ns += simulator->pools[i].busy_ns;
    results->lanes[i].dispatch_count += simulator->pools[i].dispatch_count;
  }
  results->span_ns += (double)simulator->now_ns;
  return RONDO_OK;
}

uint64_t rdo_sim_results_miss_count(const struct rdo_sim_results *results) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < results->model->job_count; ++i) count += results->jobs[i].miss_count;
  return count;
}
