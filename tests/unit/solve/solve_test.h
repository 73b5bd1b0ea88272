// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Problems for the tests of src/solve: written out, or at random from a seed.

#ifndef RDO_TESTS_UNIT_SOLVE_SOLVE_TEST_H_
#define RDO_TESTS_UNIT_SOLVE_SOLVE_TEST_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "solve/problem.h"
#include "solve/random.h"
#include "solve/schedule.h"

static struct rondo_diag diag;

static inline void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

// A failure with these words.
static inline void expect_failure(enum rondo_status status, enum rondo_status expected, const char *words) {
  assert_string_equal(rondo_status_name(status), rondo_status_name(expected));
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in: %s", words, diag.message);
  memset(&diag, 0, sizeof diag);
}

static inline struct rondo_problem *create_problem(int machine_count, int capacity) {
  struct rondo_problem *problem;
  memset(&diag, 0, sizeof diag);
  expect_ok(rondo_problem_create(&problem, &diag));
  for (int i = 0; i < machine_count; ++i) expect_ok(rondo_problem_add_machine(problem, capacity, &diag));
  return problem;
}

// A node with one mode on one machine.
static inline int add_simple_node(struct rondo_problem *problem, int machine, int64_t duration) {
  const struct rondo_problem_use use = {.machine = machine, .width = 1};
  const struct rondo_problem_mode mode = {.duration = duration, .uses = &use, .use_count = 1};
  const struct rondo_problem_node node = {.job = -1, .modes = &mode, .mode_count = 1};
  expect_ok(rondo_problem_add_node(problem, &node, &diag));
  return (int)problem->node_count - 1;
}

static inline void add_edge(struct rondo_problem *problem, int from, int to, int64_t delay) { expect_ok(rondo_problem_add_edge(problem, from, to, delay, &diag)); }

static inline struct rondo_problem *read_fjsp(const char *text) {
  struct rondo_problem *problem;
  memset(&diag, 0, sizeof diag);
  expect_ok(rondo_problem_read_fjsp(text, strlen(text), "text", &problem, &diag));
  return problem;
}

static inline int below(struct rdo_random *random, int bound) { return (int)rdo_random_below(random, (uint32_t)bound); }

// Adds nodes that change nothing, one after the other on a machine of their own: too many for branch and bound.
static inline void add_padding(struct rondo_problem *problem, int count) {
  if (count == 0) return;
  expect_ok(rondo_problem_add_machine(problem, 1, &diag));
  for (int i = 0; i < count; ++i) add_simple_node(problem, (int)problem->machine_count - 1, 0);
}

// A flexible job shop: chains, machines of capacity 1. With `has_extras` also edges between jobs, delays, releases
// and operations of no duration.
static inline struct rondo_problem *random_padded_shop(uint64_t seed, int job_count, int operation_count, int machine_count, bool has_extras, int padding) {
  struct rdo_random random = rdo_random_seed(seed);
  struct rondo_problem *problem = create_problem(machine_count, 1);
  for (int j = 0; j < job_count; ++j) {
    const struct rondo_problem_job job = {.release = has_extras && below(&random, 3) == 0 ? below(&random, 20) : 0};
    expect_ok(rondo_problem_add_job(problem, &job, &diag));
    for (int o = 0; o < operation_count; ++o) {
      struct rondo_problem_mode modes[3];
      struct rondo_problem_use uses[3];
      int count = 1 + below(&random, 3), last = (int)problem->node_count;
      for (int i = 0; i < count; ++i) {
        uses[i] = (struct rondo_problem_use){.machine = below(&random, machine_count), .width = 1};
        modes[i] = (struct rondo_problem_mode){.duration = (has_extras ? 0 : 1) + below(&random, 9), .uses = &uses[i], .use_count = 1};
      }
      const struct rondo_problem_node node = {.job = j, .modes = modes, .mode_count = count};
      expect_ok(rondo_problem_add_node(problem, &node, &diag));
      if (o > 0) add_edge(problem, last - 1, last, has_extras ? below(&random, 3) : 0);
      if (has_extras && j > 0 && below(&random, 4) == 0) add_edge(problem, below(&random, last - o), last, 0);
    }
  }
  add_padding(problem, padding);
  expect_ok(rondo_problem_finish(problem, &diag));
  return problem;
}

static inline struct rondo_problem *random_shop(uint64_t seed, int job_count, int operation_count, int machine_count, bool has_extras) {
  return random_padded_shop(seed, job_count, operation_count, machine_count, has_extras, 0);
}

// Clusters of several workers, widths, a resource, modes over sets of clusters, transitions, deadlines, phase weights.
static inline struct rondo_problem *random_padded_general(uint64_t seed, int node_count, int padding) {
  struct rdo_random random = rdo_random_seed(seed);
  struct rondo_problem *problem = create_problem(0, 0);
  int capacities[4];
  for (int i = 0; i < 3; ++i) expect_ok(rondo_problem_add_machine(problem, capacities[i] = 1 + below(&random, 4), &diag));
  expect_ok(rondo_problem_add_resource(problem, capacities[3] = 1 + below(&random, 2), &diag));
  for (int i = 0; i < 3; ++i) expect_ok(rondo_problem_set_transition(problem, i, (i + 1) % 3, below(&random, 4), &diag));
  for (int i = 0; i < 3; ++i) {
    const struct rondo_problem_job job = {.release = below(&random, 10), .deadline = below(&random, 30), .weight = below(&random, 4), .is_relative = below(&random, 2) == 0};
    expect_ok(rondo_problem_add_job(problem, &job, &diag));
  }
  for (int n = 0; n < node_count; ++n) {
    struct rondo_problem_mode modes[3];
    struct rondo_problem_use uses[3][3];
    int count = 1 + below(&random, 3);
    for (int i = 0; i < count; ++i) {
      int use_count = 0, machine = below(&random, 3), other = (machine + 1) % 3;
      uses[i][use_count++] = (struct rondo_problem_use){.machine = machine, .width = 1 + below(&random, capacities[machine])};
      if (below(&random, 4) == 0) uses[i][use_count++] = (struct rondo_problem_use){.machine = other, .width = 1 + below(&random, capacities[other])};
      if (below(&random, 3) == 0) uses[i][use_count++] = (struct rondo_problem_use){.machine = 3, .width = 1};
      modes[i] = (struct rondo_problem_mode){.duration = below(&random, 8), .energy = below(&random, 5), .uses = uses[i], .use_count = use_count};
    }
    const struct rondo_problem_node node = {.job = below(&random, 4) - 1, .release = below(&random, 3) == 0 ? below(&random, 15) : 0, .phase_weight = below(&random, 3), .modes = modes, .mode_count = count};
    expect_ok(rondo_problem_add_node(problem, &node, &diag));
    for (int k = below(&random, 3); k > 0 && n > 0; --k) add_edge(problem, below(&random, n), n, below(&random, 3));
  }
  add_padding(problem, padding);
  expect_ok(rondo_problem_finish(problem, &diag));
  return problem;
}

static inline struct rondo_problem *random_general(uint64_t seed, int node_count) { return random_padded_general(seed, node_count, 0); }

// A random list of all nodes, none before its predecessors.
static inline void random_list(const struct rondo_problem *problem, struct rdo_random *random, uint32_t *order) {
  bool *is_listed = calloc(problem->node_count, sizeof *is_listed);
  for (size_t count = 0; count < problem->node_count;) {
    uint32_t node = rdo_random_below(random, (uint32_t)problem->node_count);
    bool is_ready = !is_listed[node];
    for (uint32_t i = 0; i < problem->nodes[node].predecessor_count; ++i) is_ready &= is_listed[problem->predecessors[problem->nodes[node].predecessor_begin + i].node];
    if (!is_ready) continue;
    is_listed[node] = true;
    order[count++] = node;
  }
  free(is_listed);
}

// The smallest makespan of all lists and modes: of few nodes only.
struct brute_force {
  struct rdo_builder builder;
  uint32_t order[8];
  int32_t modes[8];
  bool is_listed[8];
  int64_t best;
};

static inline void try_lists(struct brute_force *force, size_t count) {
  const struct rondo_problem *problem = force->builder.problem;
  if (count == problem->node_count) {
    expect_ok(rdo_builder_build(&force->builder, force->order, force->modes, &diag));
    int64_t makespan = force->builder.cost.values[RONDO_OBJECTIVE_MAKESPAN];
    if (makespan < force->best) force->best = makespan;
    return;
  }
  for (uint32_t node = 0; node < problem->node_count; ++node) {
    bool is_ready = !force->is_listed[node];
    for (uint32_t i = 0; i < problem->nodes[node].predecessor_count; ++i) is_ready &= force->is_listed[problem->predecessors[problem->nodes[node].predecessor_begin + i].node];
    if (!is_ready) continue;
    force->is_listed[node] = true;
    force->order[count] = node;
    for (uint32_t mode = 0; mode < problem->nodes[node].mode_count; ++mode) {
      force->modes[node] = (int32_t)mode;
      try_lists(force, count + 1);
    }
    force->is_listed[node] = false;
  }
}

static inline int64_t find_optimum(const struct rondo_problem *problem) {
  struct brute_force force = {.best = INT64_MAX};
  assert_true(problem->node_count <= 8);
  expect_ok(rdo_builder_init(&force.builder, problem, &diag));
  try_lists(&force, 0);
  rdo_builder_deinit(&force.builder);
  return force.best;
}

#endif  // RDO_TESTS_UNIT_SOLVE_SOLVE_TEST_H_
