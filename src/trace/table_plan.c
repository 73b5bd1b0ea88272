// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_plan.h"

#include "base/alloc.h"
#include "plan/file.h"
#include "trace/trace_table.h"

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
  to->facts.source = rdo_schedule_job_source(&schedule->jobs[from->job]);
  to->facts.dependencies = plan->keys + from->dependency_begin;
  to->facts.dependency_count = from->dependency_count;
  if (from->time_dependency != RDO_SCHEDULE_NONE) to->facts.time_dependency = schedule->nodes[from->time_dependency].key;
  to->facts.release = from->release_policy == RDO_RELEASE_PHASE_LOCKED ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE;
  to->facts.time_mode = from->time_mode == RDO_TIME_SOFT ? RDO_PLAYED_TIME_SOFT : RDO_PLAYED_TIME_HARD;
  plan->targets[number] = schedule->targets[from->target].name;
  to->targets = &plan->targets[number];
  to->target_count = 1;
}

static enum rondo_status alloc_nodes(struct plan_nodes *plan, const struct rdo_schedule *schedule, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc_array(schedule->node_count, sizeof *plan->nodes, &plan->nodes, diag));
  RDO_TRY(rdo_alloc_array(schedule->dependency_count + 1, sizeof *plan->keys, &plan->keys, diag));
  return rdo_alloc_array(schedule->node_count, sizeof *plan->targets, &plan->targets, diag);
}

static void free_nodes(struct plan_nodes *plan) {
  rdo_free(plan->nodes);
  rdo_free(plan->keys);
  rdo_free(plan->targets);
}

static enum rondo_status apply(struct rdo_table *table, const struct rdo_schedule *schedule, struct rdo_check *check, struct rondo_diag *diag) {
  struct plan_nodes plan = {0};
  enum rondo_status status = alloc_nodes(&plan, schedule, diag);
  for (uint32_t i = 0; i < schedule->node_count && status == RONDO_OK; ++i) fill_node(&plan, schedule, i);
  if (status == RONDO_OK) status = rdo_check_plan(check, table, plan.nodes, schedule->node_count, diag);
  free_nodes(&plan);
  return status;
}

enum rondo_status rdo_table_apply_plan_file(struct rdo_table *table, const char *path, struct rdo_check *check, struct rondo_diag *diag) {
  struct rdo_schedule schedule;
  enum rondo_status status = rdo_schedule_read(path, NULL, &schedule, diag);
  if (status == RONDO_OK) status = apply(table, &schedule, check, diag);
  rdo_schedule_deinit(&schedule);
  return status;
}

// A plan as if it had been played ---------------------------------------------------------------------------

static enum rondo_status append_row(struct rdo_table *table, const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, const struct rdo_node_facts *facts,
                                    struct rondo_diag *diag) {
  const struct rdo_schedule_job *job = &schedule->jobs[node->job];
  struct rdo_table_row row = rdo_table_row();
  RDO_TRY(rdo_table_add_node(table, facts, &row.node, diag));
  RDO_TRY(rdo_table_add_target(table, schedule->targets[node->target].name, &row.target, diag));
  row.planned_start_ns = row.ready_ns = row.start_ns = node->start_ns;
  row.planned_duration_ns = node->duration_ns;
  row.end_ns = node->start_ns + node->duration_ns;
  row.worker_count = node->worker_count;
  if (job->deadline_ns > 0) row.deadline_ns = job->deadline_ns;
  return rdo_table_append(table, &row, diag);
}

static enum rondo_status fill_table(struct rdo_table *table, const struct rdo_schedule *schedule, struct plan_nodes *plan, struct rondo_diag *diag) {
  RDO_TRY(rdo_table_reserve(table, schedule->node_count, diag));
  for (uint32_t i = 0; i < schedule->node_count; ++i) fill_node(plan, schedule, i);
  for (uint32_t rank = 0; rank < schedule->node_count; ++rank) {
    uint32_t index = schedule->by_rank[rank];
    RDO_TRY(append_row(table, schedule, &schedule->nodes[index], &plan->nodes[index].facts, diag));
  }
  table->has_dependencies = true;
  return RONDO_OK;
}

enum rondo_status rondo_trace_table_of_plan(const struct rondo_file *plan, struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = &plan->schedule;
  struct plan_nodes nodes = {0};
  struct rdo_table table;
  *out_table = NULL;
  if (plan->kind != RONDO_FILE_PLAN) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the file is no plan");
  rdo_table_init(&table);
  enum rondo_status status = alloc_nodes(&nodes, schedule, diag);
  if (status == RONDO_OK) status = fill_table(&table, schedule, &nodes, diag);
  free_nodes(&nodes);
  if (status == RONDO_OK) return rdo_trace_table_create(&table, out_table, diag);
  rdo_table_deinit(&table);
  return status;
}
