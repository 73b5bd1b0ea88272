// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Writes profiles: a node a line, then a line for each of its costs. Estimates are not written: they follow from what is.

#include "plan/profile_file.h"

static void write_cost(const struct rdo_profile *profile, const struct rdo_profile_cost *cost, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
  rdo_json_write_text(writer, "cluster", profile->clusters[cost->cluster]);
  rdo_json_write_integer(writer, "workers", cost->worker_count);
  rdo_json_write_integer(writer, "p50_ns", cost->p50_ns);
  rdo_json_write_integer(writer, "p99_ns", cost->p99_ns);
  rdo_json_write_integer(writer, "min_ns", cost->min_ns);
  rdo_json_write_integer(writer, "max_ns", cost->max_ns);
  if (cost->tile_ns_max > 0) rdo_json_write_integer(writer, "tile_max_ns", cost->tile_ns_max);
  rdo_json_write_integer(writer, "samples", (int64_t)cost->sample_count);
  if (cost->error > 0) rdo_json_write_number(writer, "error", cost->error);
  rdo_json_end(writer);
}

static void write_costs(const struct rdo_profile *profile, const char *key, uint32_t begin, uint32_t count, struct rdo_json_writer *writer) {
  if (count == 0) return;
  rdo_json_begin_array(writer, key, RDO_JSON_LINES);
  for (uint32_t i = 0; i < count; ++i) write_cost(profile, &profile->costs[begin + i], writer);
  rdo_json_end(writer);
}

static void write_node(const struct rdo_profile *profile, const struct rdo_profile_node *node, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_LINES);
  rdo_json_write_text(writer, "export", node->export_name);
  rdo_json_write_integer(writer, "recording", node->recording);
  rdo_json_write_integer(writer, "command", node->command);
  rdo_json_write_integer(writer, "tiles", (int64_t)node->tile_count);
  rdo_json_write_integer(writer, "bytes", (int64_t)node->bytes_touched);
  if (node->resource[0] != '\0') rdo_json_write_text(writer, "resource", node->resource);
  rdo_json_begin_array(writer, "predecessors", RDO_JSON_INLINE);
  for (uint32_t i = 0; i < node->predecessor_count; ++i) rdo_json_write_integer(writer, NULL, profile->predecessors[node->predecessor_begin + i]);
  rdo_json_end(writer);
  write_costs(profile, "costs", node->cost_begin, node->cost_count, writer);
  rdo_json_end(writer);
}

static void write_model(const struct rdo_profile *profile, const struct rdo_profile_model *model, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_LINES);
  rdo_json_write_text(writer, "model", model->model);
  if (model->function[0] != '\0') rdo_json_write_text(writer, "function", model->function);
  if (model->priority >= 0) rdo_json_write_integer(writer, "priority", model->priority);
  if (model->frequency_hz > 0) rdo_json_write_number(writer, "frequency_hz", model->frequency_hz);
  rdo_json_write_flag(writer, "calibrated", model->is_calibrated);
  if (model->remark_count > 0) {
    rdo_json_begin_array(writer, "remarks", RDO_JSON_LINES);
    for (uint32_t i = 0; i < model->remark_count; ++i) rdo_json_write_text(writer, NULL, model->remarks[i]);
    rdo_json_end(writer);
  }
  write_costs(profile, "call", model->call_begin, model->call_count, writer);
  write_costs(profile, "program", model->program_begin, model->program_count, writer);
  rdo_json_begin_array(writer, "nodes", RDO_JSON_LINES);
  for (uint32_t i = 0; i < model->node_count; ++i) write_node(profile, &profile->nodes[model->node_begin + i], writer);
  rdo_json_end(writer);
  rdo_json_end(writer);
}

static void write_clusters(const struct rdo_profile *profile, struct rdo_json_writer *writer) {
  rdo_json_begin_array(writer, "clusters", RDO_JSON_LINES);
  for (uint32_t i = 0; i < profile->cluster_count; ++i) {
    rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
    rdo_json_write_text(writer, "name", profile->clusters[i]);
    if (profile->cluster_capacities[i] > 0) rdo_json_write_integer(writer, "capacity", profile->cluster_capacities[i]);
    rdo_json_write_integer(writer, "workers", profile->cluster_workers[i]);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
}

static void write_interferences(const struct rdo_profile *profile, struct rdo_json_writer *writer) {
  if (profile->interference_count == 0) return;
  rdo_json_begin_array(writer, "interference", RDO_JSON_LINES);
  for (uint32_t i = 0; i < profile->interference_count; ++i) {
    const struct rdo_profile_interference *interference = &profile->interferences[i];
    rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
    rdo_json_write_integer(writer, "model", interference->model);
    rdo_json_write_integer(writer, "beside", interference->beside);
    rdo_json_write_text(writer, "cluster", profile->clusters[interference->cluster]);
    rdo_json_write_number(writer, "factor", interference->factor);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
}

static void write_profile(const struct rdo_profile *profile, struct rdo_json_writer *writer) {
  rdo_json_begin_object(writer, NULL, RDO_JSON_LINES);
  rdo_json_write_text(writer, "schema", "rondo.profile/1");
  if (profile->machine[0] != '\0') rdo_json_write_text(writer, "machine", profile->machine);
  write_clusters(profile, writer);
  rdo_json_begin_array(writer, "models", RDO_JSON_LINES);
  for (uint32_t i = 0; i < profile->model_count; ++i) write_model(profile, &profile->models[i], writer);
  rdo_json_end(writer);
  write_interferences(profile, writer);
  rdo_json_end(writer);
}

enum rondo_status rdo_profile_write(const struct rdo_profile *profile, const char *path, struct rondo_diag *diag) {
  struct rdo_json_writer writer;
  enum rondo_status status = rdo_json_writer_init(&writer, path, diag);
  if (status == RONDO_OK) {
    write_profile(profile, &writer);
    status = rdo_json_writer_finish(&writer, diag);
  }
  rdo_json_writer_deinit(&writer);
  return status;
}
