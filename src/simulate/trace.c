// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Nodes and lanes are told once, before anything runs; then a row is a few integers.

#include "simulate/trace.h"

#include "base/alloc.h"

enum { ROWS_MAX = 1 << 26 };

static enum rondo_status add_node(struct rdo_sim_trace *trace, uint32_t index, bool follows_plan, const char **keys, struct rondo_diag *diag) {
  const struct rdo_schedule *schedule = trace->model->schedule;
  const struct rdo_schedule_node *from = &schedule->nodes[trace->model->nodes[index].schedule_node];
  bool is_locked = from->release_policy == RDO_RELEASE_PHASE_LOCKED, is_soft = from->time_mode == RDO_TIME_SOFT || !follows_plan;
  struct rdo_node_facts facts = {.key = from->key,
                                 .id = from->id,
                                 .ordinal = from->ordinal,
                                 .total = from->total,
                                 .job = schedule->jobs[from->job].name,
                                 .source = rdo_schedule_job_source(&schedule->jobs[from->job]),
                                 .module = from->module_name,
                                 .dependencies = keys,
                                 .dependency_count = from->dependency_count,
                                 .release = is_locked ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE,
                                 .time_mode = is_soft ? RDO_PLAYED_TIME_SOFT : RDO_PLAYED_TIME_HARD};
  for (uint32_t i = 0; i < from->dependency_count; ++i) keys[i] = schedule->nodes[schedule->dependencies[from->dependency_begin + i]].key;
  if (from->time_dependency != RDO_SCHEDULE_NONE) facts.time_dependency = schedule->nodes[from->time_dependency].key;
  return rdo_table_add_node(&trace->table, &facts, &trace->nodes[index], diag);
}

static enum rondo_status check_size(const struct rdo_sim_model *model, uint64_t iteration_count, struct rondo_diag *diag) {
  const char *path = model->schedule->path;
  if (iteration_count > ROWS_MAX / model->node_count) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: %u dispatches in so many iterations are more than the %d rows that a trace may have: trace fewer iterations", path,
                    (unsigned)model->node_count, ROWS_MAX);
  }
  if (model->lane_count > RDO_TABLE_TARGET_COUNT_MAX || model->worker_count > RDO_TABLE_WORKER_COUNT_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: a trace has at most %d lanes and %d workers: simulate without one", path, RDO_TABLE_TARGET_COUNT_MAX,
                    RDO_TABLE_WORKER_COUNT_MAX);
  }
  return RONDO_OK;
}

enum rondo_status rdo_sim_trace_init(struct rdo_sim_trace *out_trace, const struct rdo_sim_model *model, bool follows_plan, uint64_t iteration_count,
                                     struct rondo_diag *diag) {
  const char **keys = NULL;
  *out_trace = (struct rdo_sim_trace){.model = model};
  rdo_table_init(&out_trace->table);
  RDO_TRY(check_size(model, iteration_count, diag));
  RDO_TRY(rdo_alloc_array(model->node_count, sizeof *out_trace->nodes, &out_trace->nodes, diag));
  RDO_TRY(rdo_alloc_array(model->lane_count, sizeof *out_trace->targets, &out_trace->targets, diag));
  for (uint32_t i = 0; i < model->lane_count; ++i) RDO_TRY(rdo_table_add_target(&out_trace->table, model->lanes[i].name, &out_trace->targets[i], diag));
  RDO_TRY(rdo_alloc_array((size_t)model->schedule->dependency_count + 1, sizeof *keys, &keys, diag));
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < model->node_count && status == RONDO_OK; ++i) status = add_node(out_trace, i, follows_plan, keys, diag);
  rdo_free(keys);
  if (status == RONDO_OK) status = rdo_table_reserve(&out_trace->table, (size_t)(model->node_count * iteration_count), diag);
  return status;
}

void rdo_sim_trace_deinit(struct rdo_sim_trace *trace) {
  rdo_table_deinit(&trace->table);
  rdo_free(trace->nodes);
  rdo_free(trace->targets);
  *trace = (struct rdo_sim_trace){0};
}

enum rondo_status rdo_sim_trace_add(struct rdo_sim_trace *trace, const struct rdo_simulator *simulator, uint32_t node, struct rondo_diag *diag) {
  const struct rdo_sim_node *from = &trace->model->nodes[node];
  const struct rdo_sim_state *state = &simulator->seen[node];
  const struct rdo_sim_instance *instance = &trace->model->instances[from->instance];
  int64_t t0_ns = simulator->iteration.t0_ns;
  struct rdo_table_row row = rdo_table_row();
  row.iteration = (int64_t)simulator->iteration.index;
  row.planned_start_ns = from->planned_start_ns;
  row.planned_duration_ns = from->duration_ns;
  row.t0_ns = t0_ns;
  row.release_ns = from->release_ns;
  row.ready_ns = state->ready_ns - t0_ns;
  row.start_ns = state->start_ns - t0_ns;
  row.end_ns = state->end_ns - t0_ns;
  if (instance->deadline_ns != INT64_MAX) row.deadline_ns = instance->deadline_ns;
  row.node = trace->nodes[node];
  row.target = trace->targets[state->lane];
  row.worker = (int32_t)state->worker;
  row.worker_count = (int32_t)state->taken_count;
  RDO_TRY(rdo_table_add_text(&trace->table, trace->model->schedule->nodes[from->schedule_node].vmfb_path, &row.file, diag));
  return rdo_table_append(&trace->table, &row, diag);
}
