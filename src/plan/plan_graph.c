// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the graph of a plan allows, and what the plan makes of it; and the other doors of rondo/files.h to plans.

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/file.h"
#include "plan/plan_check.h"

static enum rondo_status expect_plan(const struct rondo_file *file, struct rondo_diag *diag) {
  if (file->kind == RONDO_FILE_PLAN) return RONDO_OK;
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the file is no plan");
}

enum rondo_status rdo_file_of_schedule(struct rdo_schedule *schedule, struct rondo_file **out_file, struct rondo_diag *diag) {
  *out_file = NULL;
  enum rondo_status status = rdo_alloc(sizeof **out_file, out_file, diag);
  if (status != RONDO_OK) {
    rdo_schedule_deinit(schedule);
    return status;
  }
  (*out_file)->kind = RONDO_FILE_PLAN;
  (*out_file)->schedule = *schedule;
  *schedule = (struct rdo_schedule){0};
  return RONDO_OK;
}

bool rondo_plan_dispatch(const struct rondo_file *plan, int index, struct rondo_plan_dispatch *out_dispatch) {
  const struct rdo_schedule *schedule = &plan->schedule;
  *out_dispatch = (struct rondo_plan_dispatch){0};
  if (plan->kind != RONDO_FILE_PLAN || index < 0 || (uint32_t)index >= schedule->node_count) return false;
  const struct rdo_schedule_node *node = &schedule->nodes[index];
  *out_dispatch = (struct rondo_plan_dispatch){
      .key = node->key,
      .job = schedule->jobs[node->job].name,
      .source = rdo_schedule_job_source(&schedule->jobs[node->job]),
      .target = schedule->targets[node->target].name,
      .job_index = (int)node->job,
      .target_index = (int)node->target,
      .start_ns = node->start_ns,
      .duration_ns = node->duration_ns,
      .worker_count = node->worker_count,
  };
  return true;
}

const char *rondo_plan_target(const struct rondo_file *plan, int index) {
  if (plan->kind != RONDO_FILE_PLAN || index < 0 || (uint32_t)index >= plan->schedule.target_count) return NULL;
  return plan->schedule.targets[index].name;
}

enum rondo_status rondo_plan_check(const struct rondo_file *plan, const struct rondo_plan_finder *finder, uint64_t *out_finding_count,
                                   struct rondo_diag *diag) {
  struct rdo_plan_check check = {.finder = finder};
  *out_finding_count = 0;
  RDO_TRY(expect_plan(plan, diag));
  RDO_TRY(rdo_plan_check(&plan->schedule, plan->machine.lane_count > 0 ? &plan->machine : NULL, &check, diag));
  *out_finding_count = check.finding_count;
  return RONDO_OK;
}

// The graph -------------------------------------------------------------------------------------------------

// What is known of a node once its predecessors are done.
struct reached {
  int64_t end_ns;   // of the longest path up to and with it
  uint32_t before;  // on that path; RDO_SCHEDULE_NONE = it begins there
  int stage;        // from 0
};

static int compare_times(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return a < b ? -1 : a > b;
}

// Ends come before starts of the same moment.
static int count_parallel(const struct rdo_schedule *schedule, int64_t *starts, int64_t *ends) {
  size_t count = 0, ended = 0;
  int most = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    if (node->duration_ns == 0) continue;
    starts[count] = node->start_ns;
    ends[count++] = node->start_ns + node->duration_ns;
  }
  if (count == 0) return 0;
  qsort(starts, count, sizeof *starts, compare_times);
  qsort(ends, count, sizeof *ends, compare_times);
  for (size_t begun = 0; begun < count; ++begun) {
    while (ends[ended] <= starts[begun]) ++ended;
    if ((int)(begun + 1 - ended) > most) most = (int)(begun + 1 - ended);
  }
  return most;
}

// Where no duration is known, as in a graph, each dispatch counts alike.
static int64_t weigh(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node) {
  return schedule->last_end_ns > 0 ? node->duration_ns : 1;
}

// The order of the schedule also heeds hard time dependencies, so every data predecessor is done.
static uint32_t reach_all(const struct rdo_schedule *schedule, struct reached *reached, int *stage_widths, struct rondo_plan_graph *graph) {
  uint32_t last = RDO_SCHEDULE_NONE;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    uint32_t index = schedule->order[i];
    const struct rdo_schedule_node *node = &schedule->nodes[index];
    struct reached *here = &reached[index];
    *here = (struct reached){0, RDO_SCHEDULE_NONE, 0};
    for (uint32_t k = 0; k < node->dependency_count; ++k) {
      uint32_t other = schedule->dependencies[node->dependency_begin + k];
      const struct reached *before = &reached[other];
      if (here->before == RDO_SCHEDULE_NONE || before->end_ns > here->end_ns) {
        here->end_ns = before->end_ns;
        here->before = other;
      }
      if (before->stage + 1 > here->stage) here->stage = before->stage + 1;
    }
    here->end_ns += weigh(schedule, node);
    graph->work_ns += weigh(schedule, node);
    if (here->stage + 1 > graph->stage_count) graph->stage_count = here->stage + 1;
    if (++stage_widths[here->stage] > graph->stage_width_max) graph->stage_width_max = stage_widths[here->stage];
    if (last == RDO_SCHEDULE_NONE || here->end_ns > reached[last].end_ns) last = index;
  }
  return last;
}

static void measure(const struct rdo_schedule *schedule, struct reached *reached, int *stage_widths, struct rondo_plan_graph *graph,
                    int *out_critical, int *out_stages) {
  uint32_t last = reach_all(schedule, reached, stage_widths, graph);
  graph->critical_ns = reached[last].end_ns;
  graph->parallelism = graph->critical_ns > 0 ? (double)graph->work_ns / (double)graph->critical_ns : 0;
  graph->is_timed = schedule->last_end_ns > 0;
  for (uint32_t at = last; at != RDO_SCHEDULE_NONE; at = reached[at].before) ++graph->critical_count;
  if (!graph->is_timed) graph->work_ns = graph->critical_ns = 0;
  int place = graph->critical_count;
  for (uint32_t at = last; at != RDO_SCHEDULE_NONE && out_critical != NULL; at = reached[at].before) out_critical[--place] = (int)at;
  for (uint32_t i = 0; i < schedule->node_count && out_stages != NULL; ++i) out_stages[i] = reached[i].stage;
}

enum rondo_status rondo_plan_graph(const struct rondo_file *plan, struct rondo_plan_graph *out_graph, int *out_critical, int *out_stages,
                                   struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &plan->schedule;
  struct reached *reached = NULL;
  int *stage_widths = NULL;
  int64_t *times = NULL;
  *out_graph = (struct rondo_plan_graph){0};
  RDO_TRY(expect_plan(plan, diag));
  enum rondo_status status = rdo_alloc_array(schedule->node_count, sizeof *reached, &reached, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->node_count, sizeof *stage_widths, &stage_widths, diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)schedule->node_count * 2, sizeof *times, &times, diag);
  if (status == RONDO_OK) {
    measure(schedule, reached, stage_widths, out_graph, out_critical, out_stages);
    out_graph->planned_parallel_max = count_parallel(schedule, times, times + schedule->node_count);
  }
  rdo_free(reached);
  rdo_free(stage_widths);
  rdo_free(times);
  return status;
}
