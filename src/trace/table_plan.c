// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_plan.h"

#include "base/alloc.h"
#include "plan/schedule_file.h"

// The schedule's nodes as the checker takes them: arrays that live as long as the comparison.
struct plan_nodes {
  struct rdo_check_plan_node *nodes;  // owned [node_count]
  const char **keys;                  // owned [dependency_count]
  const char **targets;               // owned [node_count]
};

static void fill_node(struct plan_nodes *plan, const struct rdo_schedule *schedule, uint32_t number) {
  const struct rdo_schedule_node *from = &schedule->nodes[number];
  struct rdo_check_plan_node *to = &plan->nodes[number];
  for (uint32_t i = 0; i < from->dependency_count; ++i) {
    plan->keys[from->dependency_begin + i] = schedule->nodes[schedule->dependencies[from->dependency_begin + i]].key;
  }
  *to = (struct rdo_check_plan_node){.planned_start_ns = from->start_ns, .planned_duration_ns = from->duration_ns};
  to->facts = (struct rdo_node_facts){.key = from->key, .id = from->id, .ordinal = from->ordinal, .total = from->total, .module = from->module_name};
  to->facts.job = schedule->jobs[from->job].name;
  to->facts.dependencies = plan->keys + from->dependency_begin;
  to->facts.dependency_count = from->dependency_count;
  if (from->time_dependency != RDO_SCHEDULE_NONE) to->facts.time_dependency = schedule->nodes[from->time_dependency].key;
  to->facts.release = from->release_policy == RDO_RELEASE_PHASE_LOCKED ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE;
  to->facts.time_mode = from->time_mode == RDO_TIME_SOFT ? RDO_PLAYED_TIME_SOFT : RDO_PLAYED_TIME_HARD;
  plan->targets[number] = schedule->targets[from->target].name;
  to->targets = &plan->targets[number];
  to->target_count = 1;
}

static enum rondo_status apply(struct rdo_table *table, const struct rdo_schedule *schedule, struct rdo_check *check, struct rondo_diag *diag) {
  struct plan_nodes plan = {0};
  enum rondo_status status = rdo_alloc_array(schedule->node_count, sizeof *plan.nodes, &plan.nodes, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->dependency_count + 1, sizeof *plan.keys, &plan.keys, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->node_count, sizeof *plan.targets, &plan.targets, diag);
  for (uint32_t i = 0; i < schedule->node_count && status == RONDO_OK; ++i) fill_node(&plan, schedule, i);
  if (status == RONDO_OK) status = rdo_check_plan(check, table, plan.nodes, schedule->node_count, diag);
  rdo_free(plan.nodes);
  rdo_free(plan.keys);
  rdo_free(plan.targets);
  return status;
}

enum rondo_status rdo_table_apply_plan_file(struct rdo_table *table, const char *path, struct rdo_check *check, struct rondo_diag *diag) {
  struct rdo_schedule schedule;
  enum rondo_status status = rdo_schedule_read(path, NULL, &schedule, diag);
  if (status == RONDO_OK) status = apply(table, &schedule, check, diag);
  rdo_schedule_deinit(&schedule);
  return status;
}
