// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A window's problem is a problem of its own, made of the whole one: nodes to place, and fixed nodes with one mode and one start.
//
// Invariants: what is fixed is closed under predecessors, since a node starts no earlier than those it waits for; every node that
// is placed in a window starts at or after `from`, up to which all is fixed, so fixed nodes that ended before cannot be in its way.

#include "solve/windows.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "solve/bound.h"

#define TIME_LIMIT_DEFAULT_S 10.0  // of the whole, as in rondo_solve
#define TIME_LIMIT_MIN_S 1e-3

enum { NONE = -1 };

struct rolling {
  const struct rondo_problem *problem;
  struct rondo_solve_options options;
  struct rdo_window_options layout;
  int64_t *releases;                // of each node: none of what it waits for is released later
  struct rondo_placed_node *nodes;  // where each is; mode -1: not placed yet
  bool *is_fixed;
  int *indices;   // of each node in the window's problem, or NONE
  int *jobs;      // the same of jobs
  bool *is_open;  // of each job: some of its nodes are to be placed
  struct rondo_problem_mode *modes;
  int64_t start_ns;
  struct rondo_diag *diag;
};

// The layout ------------------------------------------------------------------------------------------------

static int64_t find_releases(struct rolling *rolling) {
  const struct rondo_problem *problem = rolling->problem;
  int64_t last = 0;
  for (size_t i = 0; i < problem->node_count; ++i) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    int64_t release = node->release;
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      int64_t before = rolling->releases[problem->predecessors[node->predecessor_begin + k].node];
      if (before > release) release = before;
    }
    rolling->releases[index] = release;
    if (release > last) last = release;
  }
  return last;
}

static enum rondo_status choose_layout(struct rolling *rolling, struct rondo_diag *diag) {
  struct rdo_window_options *layout = &rolling->layout;
  int64_t span = find_releases(rolling) + 1;
  if (layout->length < 0 || layout->length > RONDO_PROBLEM_TIME_MAX || layout->overlap < 0 || layout->count < 0) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%d windows of %lld that overlap by %lld cannot be", layout->count, (long long)layout->length, (long long)layout->overlap);
  }
  if (layout->length == 0 && layout->count == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "neither the length nor the number of windows is told");
  if (layout->length == 0) layout->length = (span + layout->count - 1) / layout->count;
  int64_t count = layout->count != 0 ? layout->count : (span + layout->length - 1) / layout->length;
  if (count > RDO_WINDOWS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%lld windows of %lld are too many: at most %d; make them longer", (long long)count, (long long)layout->length, RDO_WINDOWS_MAX);
  }
  if (layout->overlap >= layout->length) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "windows of %lld cannot overlap by %lld: nothing would be fixed between them", (long long)layout->length, (long long)layout->overlap);
  }
  layout->count = (int)count;
  return RONDO_OK;
}

// A window's problem ----------------------------------------------------------------------------------------

// Whether a fixed node matters to what is placed from `from` on.
static bool is_near(const struct rolling *rolling, uint32_t index, int64_t from, int64_t end) {
  const struct rondo_problem *problem = rolling->problem;
  const struct rdo_node *node = &problem->nodes[index];
  if (rolling->nodes[index].end > from) return true;
  if (node->job >= 0 && problem->jobs[node->job].is_relative && rolling->is_open[node->job]) return true;
  for (uint32_t i = 0; i < node->successor_count; ++i) {
    uint32_t after = problem->successors[node->successor_begin + i].node;
    if (!rolling->is_fixed[after] && rolling->releases[after] < end) return true;
  }
  return false;
}

static enum rondo_status add_job(struct rolling *rolling, struct rondo_problem *part, int32_t job, int *out_job) {
  *out_job = NONE;
  if (job < 0) return RONDO_OK;
  if (rolling->jobs[job] == NONE) {
    const struct rdo_job *from = &rolling->problem->jobs[job];
    const struct rondo_problem_job made = {.release = from->release,
                                           .deadline = from->deadline != INT64_MAX ? from->deadline : 0,
                                           .is_relative = from->is_relative,
                                           .weight = from->weight};
    rolling->jobs[job] = (int)part->job_count;
    RDO_TRY(rondo_problem_add_job(part, &made, rolling->diag));
  }
  *out_job = rolling->jobs[job];
  return RONDO_OK;
}

static enum rondo_status add_node(struct rolling *rolling, struct rondo_problem *part, uint32_t index, int64_t from) {
  const struct rondo_problem *problem = rolling->problem;
  const struct rdo_node *node = &problem->nodes[index];
  const struct rondo_placed_node *placed = &rolling->nodes[index];
  bool is_fixed = rolling->is_fixed[index];
  uint32_t begin = is_fixed ? (uint32_t)placed->mode : 0, end = is_fixed ? begin + 1 : node->mode_count;
  struct rondo_problem_node made = {.modes = rolling->modes, .mode_count = (int)(end - begin)};
  for (uint32_t i = begin; i < end; ++i) {
    const struct rdo_mode *mode = &problem->modes[node->mode_begin + i];
    rolling->modes[i - begin] = (struct rondo_problem_mode){
        .duration = mode->duration, .energy = mode->energy, .uses = &problem->uses[mode->use_begin], .use_count = (int)mode->use_count};
  }
  RDO_TRY(add_job(rolling, part, node->job, &made.job));
  made.release = is_fixed ? placed->start : node->release > from ? node->release : from;
  made.phase_weight = is_fixed ? 0 : node->phase_weight;
  // What can no longer start in time starts as early as it can; the whole schedule then says that it is not feasible.
  made.is_fixed = is_fixed || node->latest_start <= made.release;
  if (!made.is_fixed && node->latest_start != INT64_MAX) made.latest_start = node->latest_start;
  rolling->indices[index] = (int)part->node_count;
  return rondo_problem_add_node(part, &made, rolling->diag);
}

static enum rondo_status add_machines(const struct rondo_problem *problem, struct rondo_problem *part, struct rondo_diag *diag) {
  for (size_t i = 0; i < problem->machine_count; ++i) {
    const struct rdo_machine_limit *machine = &problem->machines[i];
    RDO_TRY(machine->is_resource ? rondo_problem_add_resource(part, machine->capacity, diag) : rondo_problem_add_machine(part, machine->capacity, diag));
  }
  for (size_t i = 0; i < problem->transition_count; ++i) {
    const struct rdo_transition *transition = &problem->transitions[i];
    RDO_TRY(rondo_problem_set_transition(part, transition->from, transition->to, transition->delay, diag));
  }
  return RONDO_OK;
}

static enum rondo_status fill_part(struct rolling *rolling, struct rondo_problem *part, int64_t from, struct rdo_window *window) {
  const struct rondo_problem *problem = rolling->problem;
  RDO_TRY(add_machines(problem, part, rolling->diag));
  for (size_t i = 0; i < problem->job_count; ++i) {
    rolling->jobs[i] = NONE;
    rolling->is_open[i] = false;
  }
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    rolling->indices[i] = NONE;
    bool is_open = !rolling->is_fixed[i] && rolling->releases[i] < window->end;
    if (is_open && problem->nodes[i].job >= 0) rolling->is_open[problem->nodes[i].job] = true;
  }
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    bool is_open = !rolling->is_fixed[i] && rolling->releases[i] < window->end;
    if (!is_open && !(rolling->is_fixed[i] && is_near(rolling, i, from, window->end))) continue;
    RDO_TRY(add_node(rolling, part, i, from));
    window->fixed_count += !is_open;
    window->node_count += is_open;
    window->again_count += is_open && rolling->nodes[i].mode != NONE;
  }
  for (size_t i = 0; i < problem->edge_count; ++i) {
    int before = rolling->indices[problem->edges[i].from], after = rolling->indices[problem->edges[i].to];
    if (before != NONE && after != NONE) RDO_TRY(rondo_problem_add_edge(part, before, after, problem->edges[i].delay, rolling->diag));
  }
  return RONDO_OK;
}

// What is left of the limits, shared by the windows that are left.
static struct rondo_solve_options share_limits(const struct rolling *rolling, int index) {
  struct rondo_solve_options options = rolling->options;
  int left_count = rolling->layout.count - index;
  if (options.iteration_limit > 0) {
    options.iteration_limit /= rolling->layout.count;
    if (options.iteration_limit == 0) options.iteration_limit = 1;
  }
  if (options.time_limit_s > 0) {
    double left_s = options.time_limit_s - (double)(rdo_clock_now_ns() - rolling->start_ns) * 1e-9;
    options.time_limit_s = left_s / left_count;
    if (options.time_limit_s < TIME_LIMIT_MIN_S) options.time_limit_s = TIME_LIMIT_MIN_S;
  }
  return options;
}

static void take_over(struct rolling *rolling, const struct rondo_schedule *solved, int64_t fixed_until) {
  for (uint32_t i = 0; i < rolling->problem->node_count; ++i) {
    if (rolling->indices[i] == NONE || rolling->is_fixed[i]) continue;
    rolling->nodes[i] = solved->nodes[rolling->indices[i]];
    rolling->is_fixed[i] = rolling->nodes[i].start < fixed_until;
  }
}

// A node with a limit to its start that was released too late to be foreseen may have taken the place of a fixed one.
static bool is_displaced(const struct rolling *rolling, const struct rondo_schedule *solved) {
  for (uint32_t i = 0; i < rolling->problem->node_count; ++i) {
    if (rolling->indices[i] != NONE && rolling->is_fixed[i] && solved->nodes[rolling->indices[i]].start != rolling->nodes[i].start) return true;
  }
  return false;
}

// The list schedule alone places what is fixed first, wherever that leaves the others.
static enum rondo_status solve_around_fixed(const struct rolling *rolling, const struct rondo_problem *part, int index, struct rondo_schedule **out_solved) {
  struct rondo_solve_options options = share_limits(rolling, index);
  RDO_TRY(rondo_solve(part, &options, out_solved, rolling->diag));
  if (!is_displaced(rolling, *out_solved)) return RONDO_OK;
  rondo_schedule_release(out_solved);
  options.time_limit_s = -1;
  return rondo_solve(part, &options, out_solved, rolling->diag);
}

static enum rondo_status solve_part(struct rolling *rolling, struct rondo_problem *part, int index, int64_t from, struct rdo_window *window) {
  struct rondo_schedule *solved;
  bool is_last = index == rolling->layout.count - 1;
  RDO_TRY(fill_part(rolling, part, from, window));
  if (window->node_count == 0) return RONDO_OK;
  RDO_TRY(rondo_problem_finish(part, rolling->diag));
  RDO_TRY(solve_around_fixed(rolling, part, index, &solved));
  window->info = solved->info;
  take_over(rolling, solved, is_last ? INT64_MAX : window->end - rolling->layout.overlap);
  rondo_schedule_release(&solved);
  return RONDO_OK;
}

static enum rondo_status solve_window(struct rolling *rolling, int index, struct rdo_window *window) {
  const struct rdo_window_options *layout = &rolling->layout;
  int64_t begin, end, from;
  bool is_last = index == layout->count - 1;
  if (__builtin_mul_overflow(layout->length, (int64_t)index, &begin) || begin > RONDO_PROBLEM_TIME_MAX) begin = RONDO_PROBLEM_TIME_MAX;
  end = is_last ? RONDO_PROBLEM_TIME_MAX + 1 : begin + layout->length;
  from = index == 0 ? 0 : begin - layout->overlap;
  *window = (struct rdo_window){.begin = begin, .end = end};
  struct rondo_problem *part;
  RDO_TRY(rondo_problem_create(&part, rolling->diag));
  enum rondo_status status = solve_part(rolling, part, index, from, window);
  rondo_problem_release(&part);
  if (status != RONDO_OK) rdo_annotate(rolling->diag, "window %d", index);
  if (is_last) window->end = begin + layout->length;
  return status;
}

// The whole -------------------------------------------------------------------------------------------------

static enum rondo_status evaluate(const struct rolling *rolling, struct rondo_schedule_info *info) {
  struct rdo_builder builder;
  struct rdo_cost floor;
  enum rondo_status status = rdo_builder_init(&builder, rolling->problem, rolling->diag);
  if (status == RONDO_OK) status = rdo_bound_find(rolling->problem, &floor, NULL, rolling->diag);
  if (status == RONDO_OK) {
    memcpy(builder.nodes, rolling->nodes, rolling->problem->node_count * sizeof *builder.nodes);
    rdo_builder_evaluate(&builder);
    info->makespan = builder.cost.values[RONDO_OBJECTIVE_MAKESPAN];
    info->tardiness = builder.cost.values[RONDO_OBJECTIVE_TARDINESS];
    info->phase_error = builder.cost.values[RONDO_OBJECTIVE_PHASE];
    info->energy = builder.cost.values[RONDO_OBJECTIVE_ENERGY];
    info->violation = builder.cost.violation;
    info->is_feasible = info->violation == 0;
    info->bound = floor.values[RONDO_OBJECTIVE_MAKESPAN];
    info->gap = info->makespan == info->bound ? 0 : (double)(info->makespan - info->bound) / (double)info->bound;
    info->is_optimal = info->makespan == info->bound;
  }
  rdo_builder_deinit(&builder);
  return status;
}

static enum rondo_status solve_all(struct rolling *rolling, struct rondo_schedule *schedule, struct rdo_window *windows) {
  struct rondo_schedule_info *info = &schedule->info;
  for (int i = 0; i < rolling->layout.count; ++i) {
    RDO_TRY(solve_window(rolling, i, &windows[i]));
    if (windows[i].node_count == 0) continue;
    if (info->first_makespan < windows[i].info.first_makespan) info->first_makespan = windows[i].info.first_makespan;
    info->first_seconds += windows[i].info.first_seconds;
    info->iteration_count += windows[i].info.iteration_count;
    if (windows[i].info.thread_count > info->thread_count) info->thread_count = windows[i].info.thread_count;
  }
  RDO_TRY(evaluate(rolling, info));
  info->seconds = info->best_seconds = (double)(rdo_clock_now_ns() - rolling->start_ns) * 1e-9;
  info->method = "windows";
  schedule->nodes = rolling->nodes;
  rolling->nodes = NULL;
  if (!info->is_feasible) return RONDO_OK;
  struct rondo_diag broken = {0};
  enum rondo_status status = rondo_schedule_check(rolling->problem, schedule->nodes, (int)rolling->problem->node_count, &broken);
  if (status == RONDO_OK) return RONDO_OK;
  if (status == RONDO_RESOURCE_EXHAUSTED) return rdo_fail(rolling->diag, status, "%s", broken.message);
  return rdo_fail(rolling->diag, RONDO_INTERNAL, "the windows do not fit together, which is a bug: %s", broken.message);
}

static enum rondo_status begin(struct rolling *rolling) {
  const struct rondo_problem *problem = rolling->problem;
  size_t count = problem->node_count, mode_count_max = 1;
  for (size_t i = 0; i < count; ++i) {
    if (problem->nodes[i].mode_count > mode_count_max) mode_count_max = problem->nodes[i].mode_count;
  }
  RDO_TRY(rdo_alloc_array(count, sizeof *rolling->releases, &rolling->releases, rolling->diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *rolling->nodes, &rolling->nodes, rolling->diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *rolling->is_fixed, &rolling->is_fixed, rolling->diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *rolling->indices, &rolling->indices, rolling->diag));
  RDO_TRY(rdo_alloc_array(problem->job_count + 1, sizeof *rolling->jobs, &rolling->jobs, rolling->diag));
  RDO_TRY(rdo_alloc_array(problem->job_count + 1, sizeof *rolling->is_open, &rolling->is_open, rolling->diag));
  RDO_TRY(rdo_alloc_array(mode_count_max, sizeof *rolling->modes, &rolling->modes, rolling->diag));
  for (size_t i = 0; i < count; ++i) rolling->nodes[i].mode = NONE;
  return choose_layout(rolling, rolling->diag);
}

enum rondo_status rdo_windows_solve(const struct rondo_problem *problem, const struct rondo_solve_options *options,
                                    const struct rdo_window_options *windows, struct rondo_schedule **out_schedule, struct rdo_window **out_windows,
                                    size_t *out_count, struct rondo_diag *diag) {
  struct rolling rolling = {.problem = problem, .options = *options, .layout = *windows, .start_ns = rdo_clock_now_ns(), .diag = diag};
  struct rondo_schedule *schedule = NULL;
  struct rdo_window *made = NULL;
  *out_schedule = NULL;
  *out_windows = NULL;
  *out_count = 0;
  if (!problem->is_finished) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "the problem is not finished");
  if (options->time_limit_s == 0 && options->iteration_limit == 0) rolling.options.time_limit_s = TIME_LIMIT_DEFAULT_S;
  enum rondo_status status = begin(&rolling);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)rolling.layout.count, sizeof *made, &made, diag);
  if (status == RONDO_OK) status = rdo_alloc(sizeof *schedule, &schedule, diag);
  if (status == RONDO_OK) status = solve_all(&rolling, schedule, made);
  rdo_free(rolling.releases);
  rdo_free(rolling.nodes);
  rdo_free(rolling.is_fixed);
  rdo_free(rolling.indices);
  rdo_free(rolling.jobs);
  rdo_free(rolling.is_open);
  rdo_free(rolling.modes);
  if (status == RONDO_OK) {
    *out_schedule = schedule;
    *out_windows = made;
    *out_count = (size_t)rolling.layout.count;
  } else {
    rondo_schedule_release(&schedule);
    rdo_free(made);
  }
  return status;
}
