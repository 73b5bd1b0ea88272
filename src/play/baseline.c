// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/baseline.h"

enum rondo_status rdo_baseline_flatten(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  static const char name[] = RDO_BASELINE_NAME;
  struct rdo_schedule_target *target;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, 1, sizeof *target, &target, diag));
  *target = (struct rdo_schedule_target){name, schedule->node_count};
  schedule->targets = target;
  schedule->target_count = 1;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    struct rdo_schedule_node *node = &schedule->nodes[i];
    node->target = 0;
    node->extra_count = 0;
    node->worker_count = 0;
    node->release_policy = RDO_RELEASE_IMMEDIATE;
    node->time_mode = RDO_TIME_SOFT;
  }
  return RONDO_OK;
}

enum rondo_status rdo_baseline_workers(const struct rdo_cpu_set *cpus, uint32_t at_once, struct rdo_worker_lanes *lanes, struct rondo_diag *diag) {
  struct rdo_cpu_set all = cpus != NULL ? *cpus : rdo_cpu_set_none();
  for (uint32_t i = 0; cpus == NULL && i < lanes->worker_count; ++i) all = rdo_cpu_set_or(all, &lanes->cpus[i]);
  uint32_t cpu_count = (uint32_t)rdo_cpu_set_count(&all);
  return rdo_worker_lanes_make_one(at_once > cpu_count ? at_once : cpu_count, &all, lanes, diag);
}

void rdo_baseline_chain(const struct rdo_schedule *schedule, uint32_t *out_before) {
  uint32_t previous = RDO_SCHEDULE_NONE;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    out_before[schedule->order[i]] = previous;
    previous = schedule->order[i];
  }
}

void rdo_baseline_widen(struct rdo_node_graph *graph, uint32_t at_once) {
  uint32_t worker_count = graph->lanes[0].worker_count, share = worker_count / at_once + (worker_count % at_once != 0);
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    if (graph->nodes[i].needs_body) graph->nodes[i].width_max = graph->nodes[i].planned_width = share;
  }
}
