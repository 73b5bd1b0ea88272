// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Schedules from a few words, simulated once. Every simulation is traced, and the trace checked.

#ifndef RDO_TEST_SIMULATE_TEST_H_
#define RDO_TEST_SIMULATE_TEST_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "simulate/results.h"
#include "simulate/trace.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define US INT64_C(1000)
#define MS INT64_C(1000000)

static inline void assert_ok(enum rondo_status status, const struct rondo_diag *diag) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag->message);
}

static inline bool is_readable(const char *text, struct rdo_schedule *schedule) {
  struct rondo_diag diag = {0};
  const struct rdo_bytes bytes = {(const uint8_t *)text, strlen(text)};
  enum rondo_status status = rdo_schedule_parse(bytes, "test", NULL, schedule, &diag);
  if (status != RONDO_UNIMPLEMENTED) assert_ok(status, &diag);
  return status == RONDO_OK;
}

// One simulation of a schedule.
struct simulated {
  struct rdo_schedule schedule;
  struct rdo_sim_model model;
  struct rdo_sim_options options;
  struct rdo_sim_results results;
  struct rdo_sim_trace trace;
  struct rondo_trace_table *table;
};

static inline enum rondo_status see_end(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, uint32_t node, struct rondo_diag *diag) {
  (void)iteration;
  return rdo_sim_trace_add(&((struct simulated *)user)->trace, simulator, node, diag);
}

static inline enum rondo_status see_iteration(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, struct rondo_diag *diag) {
  (void)iteration;
  return rdo_sim_results_add_iteration(&((struct simulated *)user)->results, simulator, diag);
}

static inline void print_finding(void *user, const struct rondo_trace_finding *finding) {
  (void)user;
  print_message("row %d: %s: %s\n", (int)finding->line - 2, finding->rule_name, finding->message);
}

static inline void check_trace(const struct rondo_trace_table *table) {
  const struct rondo_trace_finder finder = {print_finding, NULL};
  struct rondo_diag diag = {0};
  uint64_t findings = 1;
  assert_ok(rondo_trace_table_check(table, &finder, &findings, &diag), &diag);
  assert_int_equal(findings, 0);
}

// Simulates s->schedule once with s->options.
static inline void run_schedule(struct simulated *s, const struct rdo_machine_file *machine, uint64_t run) {
  struct rondo_diag diag = {0};
  const struct rdo_policy *policy = s->options.policy;
  const struct rdo_sim_model_options how = {.machine = machine, .follows_plan = policy->needs_plan, .keeps_order = policy->keeps_order};
  const struct rdo_sim_observer observer = {see_end, see_iteration, s};
  struct rdo_simulator simulator;
  if (s->options.iteration_count == 0) s->options.iteration_count = 1;
  assert_ok(rdo_sim_model_init(&s->model, &s->schedule, &how, &diag), &diag);
  assert_ok(rdo_sim_results_init(&s->results, &s->model, &diag), &diag);
  assert_ok(rdo_sim_trace_init(&s->trace, &s->model, how.follows_plan, s->options.iteration_count, &diag), &diag);
  assert_ok(rdo_simulator_init(&simulator, &s->model, &s->options, &diag), &diag);
  assert_ok(rdo_simulator_run(&simulator, run, &observer, &diag), &diag);
  assert_ok(rdo_sim_results_add_run(&s->results, &simulator, &diag), &diag);
  assert_ok(rdo_trace_table_create(&s->trace.table, &s->table, &diag), &diag);
  rdo_simulator_deinit(&simulator);
  assert_int_equal(s->table->table.row_count, s->model.node_count * s->options.iteration_count);
  check_trace(s->table);
}

// False: built without a JSON library. End with end_simulated.
static inline bool simulate_with(struct simulated *s, const char *text, struct rdo_sim_options options) {
  memset(s, 0, sizeof *s);
  if (!is_readable(text, &s->schedule)) {
    rdo_schedule_deinit(&s->schedule);
    return false;
  }
  s->options = options;
  run_schedule(s, NULL, 0);
  return true;
}

static inline bool simulate(struct simulated *s, const char *text, const char *policy) {
  const struct rdo_sim_options options = {.policy = rdo_policy_find(policy)};
  assert_non_null(options.policy);
  return simulate_with(s, text, options);
}

static inline void end_simulated(struct simulated *s) {
  rondo_trace_table_release(&s->table);
  rdo_sim_trace_deinit(&s->trace);
  rdo_sim_results_deinit(&s->results);
  rdo_sim_model_deinit(&s->model);
  rdo_schedule_deinit(&s->schedule);
}

static inline const struct rdo_table_row *find_row(const struct simulated *s, const char *key, int64_t iteration) {
  const struct rdo_table *table = &s->table->table;
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    if (row->iteration == iteration && strcmp(rdo_table_text(table, rdo_table_node_of(table, row)->key), key) == 0) return row;
  }
  fail_msg("no row of %s", key);
  return NULL;
}

// Dispatches of a schedule. Both policies stand in each, so that none is inferred.
struct spec {
  const char *key, *job, *lane;
  int start_us, duration_us;
  const char *dependencies;  // "\"a\", \"b\""
  const char *more;          // further keys, each behind a comma; NULL = none
};

static const char *const immediate = ", \"release_policy\": \"immediate\"";
static const char *const locked = ", \"release_policy\": \"phase_locked\"";

// A schedule as JSON. `more` are further keys of the whole, each behind a comma.
static inline const char *write_schedule(char *text, size_t size, const struct spec *specs, size_t count, const char *more) {
  int length = snprintf(text, size, "{\"dispatches\": {");
  for (size_t i = 0; i < count; ++i) {
    const struct spec *spec = &specs[i];
    const char *policy = spec->more != NULL && strstr(spec->more, "release_policy") != NULL ? "" : immediate;
    length += snprintf(text + length, size - (size_t)length,
                       "%s\"%s\": {\"job_name\": \"%s\", \"hardware_target\": \"%s\", \"start_ns\": %lld, \"duration_ns\": %lld, \"dependencies\": [%s]%s%s}",
                       i > 0 ? ", " : "", spec->key, spec->job, spec->lane, (long long)(spec->start_us * US), (long long)(spec->duration_us * US), spec->dependencies, policy,
                       spec->more != NULL ? spec->more : "");
    assert_true((size_t)length < size);
  }
  length += snprintf(text + length, size - (size_t)length, "}%s}", more);
  assert_true((size_t)length < size);
  return text;
}

// Start and end of a node in an iteration, in us from its start.
static inline void expect_at(const struct simulated *s, const char *key, int64_t iteration, int64_t start_us, int64_t end_us) {
  const struct rdo_table_row *row = find_row(s, key, iteration);
  if (row->start_ns != start_us * US || row->end_ns != end_us * US) {
    fail_msg("%s in iteration %d: %lld to %lld ns, not %lld to %lld us", key, (int)iteration, (long long)row->start_ns, (long long)row->end_ns, (long long)start_us,
             (long long)end_us);
  }
}

static inline void expect_run(const struct simulated *s, const char *key, int64_t start_us, int64_t end_us) { expect_at(s, key, 0, start_us, end_us); }

static inline const char *target_of(const struct simulated *s, const char *key) { return rdo_table_target_name(&s->table->table, find_row(s, key, 0)->target); }

#endif  // RDO_TEST_SIMULATE_TEST_H_
