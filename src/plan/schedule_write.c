// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Writes plan files: variant D, a dispatch a line, with exact times and a few keys more. Policies are always written, so that no
// reader has to infer them.

#include <string.h>

#include "plan/json_writer.h"
#include "plan/schedule_file.h"

static void write_word(struct rdo_json_writer *writer, const char *key, const char *text) {
  if (text[0] != '\0') rdo_json_write_text(writer, key, text);
}

static void write_lists(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, struct rdo_json_writer *writer) {
  if (node->extra_count > 0) {
    rdo_json_begin_array(writer, "targets", RDO_JSON_INLINE);
    rdo_json_write_text(writer, NULL, schedule->targets[node->target].name);
    for (uint32_t i = 0; i < node->extra_count; ++i) {
      rdo_json_write_text(writer, NULL, schedule->targets[schedule->target_lists[node->extra_begin + i]].name);
    }
    rdo_json_end(writer);
  }
  if (node->resource_count == 0) return;
  rdo_json_begin_array(writer, "resources", RDO_JSON_INLINE);
  for (uint32_t i = 0; i < node->resource_count; ++i) {
    rdo_json_write_text(writer, NULL, schedule->resources[schedule->resource_lists[node->resource_begin + i]]);
  }
  rdo_json_end(writer);
}

static void write_dependencies(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, struct rdo_json_writer *writer) {
  rdo_json_begin_array(writer, "dependencies", RDO_JSON_INLINE);
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    rdo_json_write_text(writer, NULL, schedule->nodes[schedule->dependencies[node->dependency_begin + i]].key);
  }
  rdo_json_end(writer);
}

static void write_node(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, node->key, RDO_JSON_INLINE);
  rdo_json_write_integer(writer, "id", node->id);
  rdo_json_write_integer(writer, "ordinal", node->ordinal);
  rdo_json_write_integer(writer, "total", node->total);
  write_dependencies(schedule, node, writer);
  rdo_json_write_text(writer, "hardware_target", schedule->targets[node->target].name);
  rdo_json_write_ms(writer, "start_time", node->start_ns);
  rdo_json_write_ms(writer, "duration", node->duration_ns);
  rdo_json_write_integer(writer, "start_ns", node->start_ns);
  rdo_json_write_integer(writer, "duration_ns", node->duration_ns);
  rdo_json_write_text(writer, "job_name", schedule->jobs[node->job].name);
  rdo_json_write_text(writer, "module_name", node->module_name);
  write_word(writer, "vmfb_path", node->vmfb_path);
  if (node->time_dependency != RDO_SCHEDULE_NONE) rdo_json_write_text(writer, "time_dependency", schedule->nodes[node->time_dependency].key);
  rdo_json_write_text(writer, "release_policy", node->release_policy == RDO_RELEASE_PHASE_LOCKED ? "phase_locked" : "immediate");
  rdo_json_write_text(writer, "time_dep_mode", node->time_mode == RDO_TIME_SOFT ? "soft" : "hard");
  if (node->worker_count > 0) rdo_json_write_integer(writer, "workers", node->worker_count);
  if (node->priority >= 0) rdo_json_write_integer(writer, "priority", node->priority);
  if (node->recording >= 0) rdo_json_write_integer(writer, "recording", node->recording);
  if (node->dispatch >= 0) rdo_json_write_integer(writer, "dispatch", node->dispatch);
  write_word(writer, "export", node->export_name);
  write_lists(schedule, node, writer);
  rdo_json_end(writer);
}

static void write_metadata(const struct rdo_schedule *schedule, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, "metadata", RDO_JSON_LINES);
  rdo_json_write_ms(writer, "makespan", schedule->makespan_ns);
  rdo_json_write_integer(writer, "makespan_ns", schedule->makespan_ns);
  if (schedule->bound_ns > 0) rdo_json_write_integer(writer, "bound_ns", schedule->bound_ns);
  rdo_json_write_integer(writer, "num_operations", schedule->node_count);
  rdo_json_begin_array(writer, "machines", RDO_JSON_INLINE);
  for (uint32_t i = 0; i < schedule->target_count; ++i) rdo_json_write_text(writer, NULL, schedule->targets[i].name);
  rdo_json_end(writer);
  rdo_json_begin_array(writer, "machine_combinations", RDO_JSON_INLINE);
  for (uint32_t i = 0; i < schedule->combination_count; ++i) {
    const struct rdo_schedule_set *set = &schedule->combinations[i];
    rdo_json_begin_array(writer, NULL, RDO_JSON_INLINE);
    for (uint32_t k = 0; k < set->count; ++k) rdo_json_write_text(writer, NULL, schedule->targets[schedule->target_lists[set->begin + k]].name);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
  rdo_json_end(writer);
}

static void write_instances(const struct rdo_schedule *schedule, struct rdo_json_writer *writer) {
  bool has_any = false;
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    const struct rdo_schedule_job *job = &schedule->jobs[i];
    if (job->source[0] == '\0' && job->instance < 0 && job->release_ns == 0 && job->deadline_ns == 0) continue;
    if (!has_any) rdo_json_begin_object(writer, "instances", RDO_JSON_LINES);
    has_any = true;
    rdo_json_begin_object(writer, job->name, RDO_JSON_INLINE);
    write_word(writer, "job", job->source);
    if (job->instance >= 0) rdo_json_write_integer(writer, "index", job->instance);
    rdo_json_write_integer(writer, "release_ns", job->release_ns);
    if (job->deadline_ns > 0) rdo_json_write_integer(writer, "deadline_ns", job->deadline_ns);
    rdo_json_end(writer);
  }
  if (has_any) rdo_json_end(writer);
}

static void write_schedule(const struct rdo_schedule *schedule, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_LINES);
  rdo_json_write_text(writer, "schema", "rondo.plan/1");
  write_word(writer, "dot_file", schedule->dot_file);
  write_word(writer, "dispatch_vmfb_dir", schedule->vmfb_dir);
  if (schedule->period_ns > 0) rdo_json_write_integer(writer, "period_ns", schedule->period_ns);
  rdo_json_begin_object(writer, "dispatches", RDO_JSON_LINES);
  for (uint32_t i = 0; i < schedule->node_count; ++i) write_node(schedule, &schedule->nodes[i], writer);
  rdo_json_end(writer);
  write_metadata(schedule, writer);
  write_instances(schedule, writer);
  if (schedule->machine != NULL) rdo_machine_file_write_value(schedule->machine, writer, "machine");
  if (schedule->job_set != NULL) rdo_jobs_file_write_value(schedule->job_set, writer, "jobs");
  rdo_json_end(writer);
}

enum rondo_status rdo_schedule_write(const struct rdo_schedule *schedule, const char *path, struct rondo_diag *diag) {
  struct rdo_json_writer writer;
  enum rondo_status status = rdo_json_writer_init(&writer, path, diag);
  if (status == RONDO_OK) {
    write_schedule(schedule, &writer);
    status = rdo_json_writer_finish(&writer, diag);
  }
  rdo_json_writer_deinit(&writer);
  return status;
}
