// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public object: a schedule, its model, and what came of it.

#include "rondo/simulate.h"

#include "base/alloc.h"
#include "simulate/results.h"
#include "simulate/setup.h"
#include "simulate/trace.h"

struct rondo_simulation {
  struct rdo_sim_setup setup;
  struct rdo_sim_model model;
  struct rdo_sim_results results;
  struct rdo_sim_trace trace;     // while the first run lasts
  struct rondo_trace_table *table;
  struct rondo_simulation_totals totals;
  struct rondo_simulation_job *jobs;    // owned [job_count]
  struct rondo_simulation_lane *lanes;  // owned [lane_count]
  bool is_tracing;
  const struct rondo_simulation_options *asked;  // borrowed during the call; NULL = defaults
};

static enum rondo_status see_end(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, uint32_t node, struct rondo_diag *diag) {
  struct rondo_simulation *simulation = user;
  (void)iteration;
  return simulation->is_tracing ? rdo_sim_trace_add(&simulation->trace, simulator, node, diag) : RONDO_OK;
}

static enum rondo_status see_iteration(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, struct rondo_diag *diag) {
  struct rondo_simulation *simulation = user;
  const struct rondo_simulation_options *asked = simulation->asked;
  const struct rondo_simulation_progress progress = {iteration->run, simulation->setup.run_count, iteration->index + 1, simulation->setup.options.iteration_count, 0};
  if (asked != NULL && asked->report != NULL) asked->report(asked->user, &progress);
  return rdo_sim_results_add_iteration(&simulation->results, simulator, diag);
}

static enum rondo_status run_once(struct rondo_simulation *simulation, struct rdo_simulator *simulator, uint64_t run, bool keeps_table, struct rondo_diag *diag) {
  const struct rdo_sim_observer observer = {see_end, see_iteration, simulation};
  const struct rdo_sim_options *options = &simulation->setup.options;
  simulation->is_tracing = keeps_table && run == 0;
  if (simulation->is_tracing) RDO_TRY(rdo_sim_trace_init(&simulation->trace, &simulation->model, options->policy->needs_plan, options->iteration_count, diag));
  RDO_TRY(rdo_simulator_run(simulator, run, &observer, diag));
  if (simulation->is_tracing) RDO_TRY(rdo_trace_table_create(&simulation->trace.table, &simulation->table, diag));
  return rdo_sim_results_add_run(&simulation->results, simulator, diag);
}

static enum rondo_status run_all(struct rondo_simulation *simulation, bool keeps_table, struct rondo_diag *diag) {
  struct rdo_simulator simulator;
  enum rondo_status status = rdo_simulator_init(&simulator, &simulation->model, &simulation->setup.options, diag);
  for (uint64_t run = 0; run < simulation->setup.run_count && status == RONDO_OK; ++run) status = run_once(simulation, &simulator, run, keeps_table, diag);
  rdo_simulator_deinit(&simulator);
  return status;
}

// What is shown -------------------------------------------------------------------------------------------

static void show_job(struct rondo_simulation *simulation, uint32_t index) {
  struct rdo_sim_job_result *from = &simulation->results.jobs[index];
  simulation->jobs[index] = (struct rondo_simulation_job){.name = simulation->model.jobs[index].name,
                                                          .instance_count = from->instance_count,
                                                          .deadline_count = from->deadline_count,
                                                          .miss_count = from->miss_count,
                                                          .start_delay = rdo_values_spread(&from->start_delay.all),
                                                          .latency = rdo_values_spread(&from->latency.all),
                                                          .miss_ratio = rdo_samples_estimate(&from->miss_ratio),
                                                          .latency_mean_ns = rdo_samples_estimate(&from->latency_mean),
                                                          .latency_p99_ns = rdo_samples_estimate(&from->latency_p99),
                                                          .start_delay_p99_ns = rdo_samples_estimate(&from->start_delay_p99)};
  simulation->totals.instance_count += from->instance_count;
  simulation->totals.deadline_count += from->deadline_count;
  simulation->totals.miss_count += from->miss_count;
}

static void show_lane(struct rondo_simulation *simulation, uint32_t index) {
  const struct rdo_sim_lane *lane = &simulation->model.lanes[index];
  const struct rdo_sim_lane_result *from = &simulation->results.lanes[index];
  double span_ns = simulation->results.span_ns * lane->worker_count;
  simulation->lanes[index] = (struct rondo_simulation_lane){.name = lane->name,
                                                            .worker_count = lane->worker_count,
                                                            .dispatch_count = from->dispatch_count,
                                                            .busy_ns = from->busy_ns,
                                                            .utilization = span_ns > 0 ? from->busy_ns / span_ns : 0,
                                                            .utilization_mean = rdo_samples_estimate(&from->utilization)};
}

static enum rondo_status show(struct rondo_simulation *simulation, struct rondo_diag *diag) {
  const struct rdo_sim_model *model = &simulation->model;
  RDO_TRY(rdo_alloc_array(model->job_count, sizeof *simulation->jobs, &simulation->jobs, diag));
  RDO_TRY(rdo_alloc_array(model->lane_count, sizeof *simulation->lanes, &simulation->lanes, diag));
  simulation->totals = (struct rondo_simulation_totals){.policy = simulation->setup.options.policy->name,
                                                        .run_count = simulation->setup.run_count,
                                                        .iteration_count = simulation->setup.options.iteration_count,
                                                        .job_count = (int)model->job_count,
                                                        .lane_count = (int)model->lane_count,
                                                        .node_count = (int)model->node_count,
                                                        .moved_count = simulation->results.moved_count,
                                                        .planned_makespan_ns = simulation->setup.schedule.makespan_ns,
                                                        .makespan = rdo_values_spread(&simulation->results.makespan.all),
                                                        .makespan_mean_ns = rdo_samples_estimate(&simulation->results.makespan_mean)};
  for (uint32_t i = 0; i < model->job_count; ++i) show_job(simulation, i);
  for (uint32_t i = 0; i < model->lane_count; ++i) show_lane(simulation, i);
  return RONDO_OK;
}

// Calls ---------------------------------------------------------------------------------------------------

static enum rondo_status simulate(struct rondo_simulation *simulation, const char *path, const struct rondo_simulation_options *options, struct rondo_diag *diag) {
  RDO_TRY(rdo_sim_setup_init(&simulation->setup, path, options, NULL, diag));
  const struct rdo_sim_model_options how = rdo_sim_setup_model(&simulation->setup);
  RDO_TRY(rdo_sim_model_init(&simulation->model, &simulation->setup.schedule, &how, diag));
  RDO_TRY(rdo_sim_setup_check(&simulation->setup, &simulation->model, diag));
  RDO_TRY(rdo_sim_results_init(&simulation->results, &simulation->model, diag));
  RDO_TRY(run_all(simulation, options != NULL && options->keeps_table, diag));
  return show(simulation, diag);
}

enum rondo_status rondo_simulation_run(const char *path, const struct rondo_simulation_options *options, struct rondo_simulation **out_simulation,
                                       struct rondo_diag *diag) {
  struct rondo_simulation *simulation;
  *out_simulation = NULL;
  RDO_TRY(rdo_alloc(sizeof *simulation, &simulation, diag));
  simulation->asked = options;
  enum rondo_status status = simulate(simulation, path, options, diag);
  simulation->asked = NULL;
  if (status == RONDO_OK) *out_simulation = simulation;
  else rondo_simulation_release(&simulation);
  return status;
}

void rondo_simulation_release(struct rondo_simulation **simulation) {
  if (simulation == NULL || *simulation == NULL) return;
  struct rondo_simulation *s = *simulation;
  rondo_trace_table_release(&s->table);
  rdo_sim_trace_deinit(&s->trace);
  rdo_sim_results_deinit(&s->results);
  rdo_sim_model_deinit(&s->model);
  rdo_sim_setup_deinit(&s->setup);
  rdo_free(s->jobs);
  rdo_free(s->lanes);
  rdo_free(s);
  *simulation = NULL;
}

const struct rondo_simulation_totals *rondo_simulation_totals(const struct rondo_simulation *simulation) { return &simulation->totals; }
const struct rondo_simulation_job *rondo_simulation_jobs(const struct rondo_simulation *simulation) { return simulation->jobs; }
const struct rondo_simulation_lane *rondo_simulation_lanes(const struct rondo_simulation *simulation) { return simulation->lanes; }
const struct rondo_trace_table *rondo_simulation_table(const struct rondo_simulation *simulation) { return simulation->table; }

const char *rondo_simulation_note(const struct rondo_simulation *simulation, int index) {
  const struct rdo_notes *notes = &simulation->setup.schedule.notes;
  return index >= 0 && (size_t)index < notes->count ? notes->items[index].text : NULL;
}
