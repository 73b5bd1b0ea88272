// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo_solve: bound, list schedule, search, check.

#include <math.h>
#include <sched.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "solve/bound.h"
#include "solve/exact.h"
#include "solve/greedy.h"
#include "solve/lns.h"
#include "solve/relink.h"

#define TIME_LIMIT_DEFAULT_S 10.0
#define TIME_LIMIT_MAX_S 1e8
enum {
  THREADS_MAX = 256,
  EXACT_STEPS_MAX = 1000000,  // a fraction of a second
};

static enum rondo_status check_options(const struct rondo_problem *problem, const struct rondo_solve_options *options, struct rondo_diag *diag) {
  if (!problem->is_finished) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "the problem is not finished");
  if (isnan(options->time_limit_s)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the time limit is not a number");
  if (options->iteration_limit < 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the iteration limit is negative");
  if (options->thread_count < 0 || options->thread_count > THREADS_MAX) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d threads: not in 0 .. %d", options->thread_count, THREADS_MAX);
  if (options->objective_count < 0 || options->objective_count > RONDO_OBJECTIVE_COUNT) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d objectives: not in 0 .. %d", options->objective_count, RONDO_OBJECTIVE_COUNT);
  for (int i = 0; i < options->objective_count; ++i) {
    if ((unsigned)options->objectives[i] >= RONDO_OBJECTIVE_COUNT) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no objective %d", (int)options->objectives[i]);
    for (int k = 0; k < i; ++k) {
      if (options->objectives[k] == options->objectives[i]) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "objective %d is named twice", (int)options->objectives[i]);
    }
  }
  return RONDO_OK;
}

// Whether schedules of the problem can differ in an objective.
static bool counts(const struct rondo_problem *problem, enum rondo_objective objective) {
  if (objective == RONDO_OBJECTIVE_MAKESPAN) return true;
  for (size_t i = 0; objective == RONDO_OBJECTIVE_TARDINESS && i < problem->job_count; ++i) {
    if (problem->jobs[i].deadline != INT64_MAX) return true;
  }
  for (size_t i = 0; objective == RONDO_OBJECTIVE_PHASE && i < problem->node_count; ++i) {
    if (problem->nodes[i].phase_weight != 0) return true;
  }
  for (size_t i = 0; objective == RONDO_OBJECTIVE_ENERGY && i < problem->mode_count; ++i) {
    if (problem->modes[i].energy != 0) return true;
  }
  return false;
}

static void choose_objectives(struct rdo_search *search) {
  static const enum rondo_objective all[] = {RONDO_OBJECTIVE_TARDINESS, RONDO_OBJECTIVE_PHASE, RONDO_OBJECTIVE_MAKESPAN, RONDO_OBJECTIVE_ENERGY};
  const struct rondo_solve_options *options = search->options;
  int count = options->objective_count != 0 ? options->objective_count : RONDO_OBJECTIVE_COUNT;
  for (int i = 0; i < count; ++i) {
    enum rondo_objective objective = options->objective_count != 0 ? options->objectives[i] : all[i];
    if (counts(search->problem, objective)) search->objectives.items[search->objectives.count++] = objective;
  }
}

static int allowed_cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : count;
}

static void set_limits(struct rdo_search *search) {
  const struct rondo_solve_options *options = search->options;
  double limit_s = options->time_limit_s;
  bool has_steps = options->iteration_limit != 0;
  if (limit_s == 0 && !has_steps) limit_s = TIME_LIMIT_DEFAULT_S;
  search->is_ordered = has_steps && limit_s == 0;
  search->step_limit = has_steps ? options->iteration_limit : INT64_MAX;
  search->thread_count = options->thread_count != 0 ? options->thread_count : allowed_cpu_count();
  search->deadline_ns = limit_s == 0 || limit_s > TIME_LIMIT_MAX_S ? RDO_DEADLINE_NONE : search->start_ns + (int64_t)(limit_s * 1e9);
}

static double seconds_since(const struct rdo_search *search, int64_t time_ns) { return (double)(time_ns - search->start_ns) * 1e-9; }

// The list schedule in time, and once machine time has prices those that heed them.
static enum rondo_status find_first(struct rdo_search *search, uint32_t *order, struct rondo_schedule_info *info, struct rondo_diag *diag) {
  static const int32_t excess_weights[] = {1, 4, 16};
  const struct rondo_problem *problem = search->problem;
  struct rdo_builder builder;
  RDO_TRY(rdo_greedy_order(problem, order, diag));
  enum rondo_status status = rdo_builder_init(&builder, problem, diag);
  if (status == RONDO_OK) status = rdo_builder_build(&builder, order, NULL, diag);
  if (status == RONDO_OK) {
    info->first_seconds = seconds_since(search, rdo_clock_now_ns());
    info->first_makespan = builder.cost.values[RONDO_OBJECTIVE_MAKESPAN];
    status = rdo_bound_find(problem, &search->floor, search->excesses, diag);
  }
  if (status == RONDO_OK) rdo_search_offer(search, builder.nodes, &builder.cost);
  builder.excesses = search->excesses;
  for (size_t i = 0; i < sizeof excess_weights / sizeof excess_weights[0] && status == RONDO_OK && !rdo_search_is_over(search); ++i) {
    builder.excess_weight = excess_weights[i];
    status = rdo_builder_build(&builder, order, NULL, diag);
    if (status == RONDO_OK) rdo_search_offer(search, builder.nodes, &builder.cost);
  }
  rdo_builder_deinit(&builder);
  return status;
}

// Small problems to their end; a proof closes the gap.
static enum rondo_status try_exact(struct rdo_search *search, struct rondo_schedule_info *info, struct rondo_diag *diag) {
  bool is_proved;
  RDO_TRY(rdo_exact_search(search, EXACT_STEPS_MAX, &is_proved, diag));
  if (!is_proved) return RONDO_OK;
  info->method = "exact";
  search->floor.values[RONDO_OBJECTIVE_MAKESPAN] = search->best_cost.values[RONDO_OBJECTIVE_MAKESPAN];
  rdo_search_offer(search, search->best, &search->best_cost);
  return RONDO_OK;
}

static enum rondo_status find_schedule(struct rdo_search *search, uint32_t *order, struct rondo_schedule_info *info, struct rondo_diag *diag) {
  const struct rondo_problem *problem = search->problem;
  RDO_TRY(find_first(search, order, info, diag));
  info->method = "list";
  if (search->options->time_limit_s < 0 || rdo_search_is_over(search)) return RONDO_OK;
  bool is_makespan = search->objectives.count == 1 && search->objectives.items[0] == RONDO_OBJECTIVE_MAKESPAN, is_shop = problem->is_unary && is_makespan;
  if (is_makespan && problem->period == 0 && problem->node_count <= RDO_EXACT_NODES_MAX && search->best_cost.violation == 0) RDO_TRY(try_exact(search, info, diag));
  if (rdo_search_is_over(search)) return RONDO_OK;
  info->method = is_shop ? "tabu" : "lns";
  info->thread_count = search->thread_count;
  return is_shop ? rdo_relink_search(search, order, diag) : rdo_lns_search(search, order, diag);
}

static void fill_info(const struct rdo_search *search, struct rondo_schedule_info *info) {
  const struct rdo_cost *cost = &search->best_cost;
  info->makespan = cost->values[RONDO_OBJECTIVE_MAKESPAN];
  info->tardiness = cost->values[RONDO_OBJECTIVE_TARDINESS];
  info->phase_error = cost->values[RONDO_OBJECTIVE_PHASE];
  info->energy = cost->values[RONDO_OBJECTIVE_ENERGY];
  info->violation = cost->violation;
  info->is_feasible = cost->violation == 0;
  info->bound = search->floor.values[RONDO_OBJECTIVE_MAKESPAN];
  info->gap = info->makespan == info->bound ? 0 : (double)(info->makespan - info->bound) / (double)info->bound;
  info->is_optimal = info->makespan == info->bound;
  info->best_seconds = seconds_since(search, search->best_ns);
  info->seconds = seconds_since(search, rdo_clock_now_ns());
  info->iteration_count = search->step_count;
}

static enum rondo_status solve(struct rdo_search *search, struct rondo_schedule *schedule, struct rondo_diag *diag) {
  const struct rondo_problem *problem = search->problem;
  uint32_t *order;
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *order, &order, diag));
  choose_objectives(search);
  set_limits(search);
  enum rondo_status status = find_schedule(search, order, &schedule->info, diag);
  rdo_free(order);
  RDO_TRY(status);
  fill_info(search, &schedule->info);
  schedule->nodes = search->best;
  search->best = NULL;
  if (!schedule->info.is_feasible) return RONDO_OK;
  struct rondo_diag broken = {0};
  status = rondo_schedule_check(problem, schedule->nodes, (int)problem->node_count, &broken);
  if (status == RONDO_OK) return RONDO_OK;
  if (status == RONDO_RESOURCE_EXHAUSTED) return rdo_fail(diag, status, "%s", broken.message);
  return rdo_fail(diag, RONDO_INTERNAL, "the schedule is wrong, which is a bug: %s", broken.message);
}

enum rondo_status rondo_solve(const struct rondo_problem *problem, const struct rondo_solve_options *options, struct rondo_schedule **out_schedule, struct rondo_diag *diag) {
  static const struct rondo_solve_options defaults = {0};
  struct rdo_search search;
  struct rondo_schedule *schedule = NULL;
  *out_schedule = NULL;
  if (options == NULL) options = &defaults;
  RDO_TRY(check_options(problem, options, diag));
  RDO_TRY(rdo_alloc(sizeof *schedule, &schedule, diag));
  enum rondo_status status = rdo_search_init(&search, problem, options, diag);
  if (status == RONDO_OK) status = solve(&search, schedule, diag);
  rdo_search_deinit(&search);
  if (status == RONDO_OK) *out_schedule = schedule;
  else rondo_schedule_release(&schedule);
  return status;
}
