// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What is counted while simulating is what rondo/trace.h finds in the trace, which knows nothing of simulations.

#include "generate.h"

static void expect_spread(const struct rondo_trace_spread *a, const struct rondo_trace_spread *b) {
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->min_ns, b->min_ns);
  assert_int_equal(a->p50_ns, b->p50_ns);
  assert_int_equal(a->p99_ns, b->p99_ns);
  assert_int_equal(a->p999_ns, b->p999_ns);
  assert_int_equal(a->max_ns, b->max_ns);
}

static void compare(struct simulated *s) {
  struct rondo_trace_summary *summary;
  struct rondo_diag diag = {0};
  assert_ok(rondo_trace_table_summarize(s->table, 2, &summary, &diag), &diag);
  const struct rondo_trace_totals *totals = rondo_trace_summary_totals(summary);
  assert_int_equal(totals->job_count, s->model.job_count);
  for (int i = 0; i < totals->job_count; ++i) {
    const struct rondo_trace_job *seen = &rondo_trace_summary_jobs(summary)[i];
    struct rdo_sim_job_result *job = NULL;
    for (uint32_t k = 0; k < s->model.job_count; ++k) job = strcmp(s->model.jobs[k].name, seen->name) == 0 ? &s->results.jobs[k] : job;
    assert_non_null(job);
    const struct rondo_trace_spread start_delay = rdo_values_spread(&job->start_delay.all), latency = rdo_values_spread(&job->latency.all);
    assert_int_equal(job->instance_count, seen->instance_count);
    assert_int_equal(job->deadline_count, seen->deadline_count);
    assert_int_equal(job->miss_count, seen->miss_count);
    expect_spread(&start_delay, &seen->start_delay);
    expect_spread(&latency, &seen->latency);
  }
  const struct rondo_trace_spread makespan = rdo_values_spread(&s->results.makespan.all);
  expect_spread(&makespan, &totals->makespan);
  rondo_trace_summary_release(&summary);
}

static void test_against_trace(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    struct shape shape = {.lanes = 3, .workers_max = 2, .resources = 1, .jobs = 6, .nodes = 60, .edges_max = 2, .duration_ns_max = 100000};
    struct rdo_machine_file machine;
    struct simulated s;
    memset(&s, 0, sizeof s);
    random_state = seed + 900;
    make_machine(&machine, &shape);
    make_schedule(&s.schedule, &shape);
    s.schedule.period_ns = 400000;
    s.options = (struct rdo_sim_options){.policy = rdo_policy_list()[seed % 7], .noise = {.seed = seed, .spread = 0.3}, .iteration_count = 5};
    run_schedule(&s, &machine, 0);
    compare(&s);
    end_simulated(&s);
    rdo_machine_file_deinit(&machine);
  }
}

// Two runs: all values together, and the means of each. One node of 10 and one of 30 in the first, 20 and 40 in the second.
static void test_runs(void **state) {
  (void)state;
  struct rdo_sim_node nodes[2] = {{.instance = 0, .is_root = true}, {.instance = 1, .is_root = true}};
  struct rdo_sim_instance instances[2] = {{.node_begin = 0, .node_count = 1, .deadline_ns = 15}, {.node_begin = 1, .node_count = 1, .deadline_ns = 100}};
  struct rdo_sim_job jobs[1] = {{.name = "j", .instance_count = 2}};
  struct rdo_sim_lane lanes[1] = {{.name = "P", .worker_count = 1}};
  const struct rdo_sim_model model = {.nodes = nodes, .instances = instances, .jobs = jobs, .lanes = lanes, .node_count = 2, .instance_count = 2, .job_count = 1, .lane_count = 1};
  struct rdo_sim_state states[2] = {{.start_ns = 1, .end_ns = 10}, {.start_ns = 2, .end_ns = 30}};
  struct rdo_sim_pool pools[1] = {{.busy_ns = 7, .dispatch_count = 2}};
  struct rdo_simulator simulator = {.model = &model, .seen = states, .pools = pools, .now_ns = 30, .iteration = {.end_ns = 30}};
  struct rdo_sim_results results;
  struct rondo_diag diag = {0};
  assert_ok(rdo_sim_results_init(&results, &model, &diag), &diag);
  assert_ok(rdo_sim_results_add_iteration(&results, &simulator, &diag), &diag);
  assert_ok(rdo_sim_results_add_run(&results, &simulator, &diag), &diag);
  assert_int_equal(rdo_sim_results_miss_count(&results), 0);
  states[0].end_ns = 20;
  states[1].end_ns = 40;
  simulator.now_ns = simulator.iteration.end_ns = 50;
  assert_ok(rdo_sim_results_add_iteration(&results, &simulator, &diag), &diag);
  assert_ok(rdo_sim_results_add_run(&results, &simulator, &diag), &diag);
  struct rondo_trace_spread latency = rdo_values_spread(&results.jobs[0].latency.all);
  assert_int_equal(latency.count, 4);
  assert_int_equal(latency.min_ns, 10);
  assert_int_equal(latency.p50_ns, 20);
  assert_int_equal(latency.max_ns, 40);
  assert_int_equal(results.jobs[0].deadline_count, 4);
  assert_int_equal(results.jobs[0].miss_count, 1);
  struct rondo_simulation_estimate ratio = rdo_samples_estimate(&results.jobs[0].miss_ratio), mean = rdo_samples_estimate(&results.jobs[0].latency_mean);
  assert_true(ratio.mean == 0.25 && mean.mean == 25);
  assert_true(mean.half_width > 63.5 && mean.half_width < 63.6);  // 12.7062 * sqrt(50 / 2)
  assert_true(results.lanes[0].busy_ns == 14 && results.lanes[0].dispatch_count == 4 && results.span_ns == 80);
  rdo_sim_results_deinit(&results);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_trace), cmocka_unit_test(test_runs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
