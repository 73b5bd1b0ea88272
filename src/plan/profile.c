// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public face of profiles, but for measuring them (layer `profile`).

#include "base/alloc.h"
#include "plan/machine_file.h"
#include "plan/profile_public.h"

enum rondo_status rdo_profile_create(struct rondo_profile **out_profile, struct rondo_diag *diag) {
  struct rondo_profile *profile;
  *out_profile = NULL;
  RDO_TRY(rdo_alloc(sizeof *profile, &profile, diag));
  profile->profile = (struct rdo_profile){.machine = "", .path = ""};
  *out_profile = profile;
  return RONDO_OK;
}

void rondo_profile_release(struct rondo_profile **profile) {
  if (profile == NULL || *profile == NULL) return;
  rdo_profile_deinit(&(*profile)->profile);
  rdo_free(*profile);
  *profile = NULL;
}

enum rondo_status rondo_profile_read(const char *path, const char *machine_file, struct rondo_profile **out_profile, struct rondo_diag *diag) {
  struct rdo_machine_file machine = {0};
  RDO_TRY(rdo_profile_create(out_profile, diag));
  enum rondo_status status = RONDO_OK;
  if (machine_file != NULL) status = rdo_machine_file_read(machine_file, NULL, &machine, diag);
  if (status == RONDO_OK) status = rdo_profile_read(path, machine_file != NULL ? &machine : NULL, &(*out_profile)->profile, diag);
  rdo_machine_file_deinit(&machine);
  if (status != RONDO_OK) rondo_profile_release(out_profile);
  return status;
}

enum rondo_status rondo_profile_merge(struct rondo_profile *into, const struct rondo_profile *other, struct rondo_diag *diag) {
  return rdo_profile_merge(&into->profile, &other->profile, diag);
}

enum rondo_status rondo_profile_write(const struct rondo_profile *profile, const char *path, struct rondo_diag *diag) {
  return rdo_profile_write(&profile->profile, path, diag);
}

void rondo_profile_info(const struct rondo_profile *profile, struct rondo_profile_info *out_info) {
  *out_info = (struct rondo_profile_info){.cluster_count = (int)profile->profile.cluster_count,
                                          .model_count = (int)profile->profile.model_count,
                                          .interference_count = (int)profile->profile.interference_count};
}

const char *rondo_profile_cluster(const struct rondo_profile *profile, int cluster) {
  return cluster >= 0 && (uint32_t)cluster < profile->profile.cluster_count ? profile->profile.clusters[cluster] : NULL;
}

static const struct rdo_profile_model *model_at(const struct rondo_profile *profile, int model) {
  return model >= 0 && (uint32_t)model < profile->profile.model_count ? &profile->profile.models[model] : NULL;
}

static const struct rdo_profile_node *node_at(const struct rondo_profile *profile, int model, int node) {
  const struct rdo_profile_model *entry = model_at(profile, model);
  return entry != NULL && node >= 0 && (uint32_t)node < entry->node_count ? &profile->profile.nodes[entry->node_begin + (uint32_t)node] : NULL;
}

bool rondo_profile_model(const struct rondo_profile *profile, int model, struct rondo_profile_model *out_model) {
  const struct rdo_profile_model *entry = model_at(profile, model);
  if (entry == NULL) return false;
  *out_model = (struct rondo_profile_model){.path = entry->model,
                                            .function = entry->function,
                                            .node_count = (int)entry->node_count,
                                            .remark_count = (int)entry->remark_count,
                                            .is_calibrated = entry->is_calibrated};
  return true;
}

const char *rondo_profile_remark(const struct rondo_profile *profile, int model, int index) {
  const struct rdo_profile_model *entry = model_at(profile, model);
  return entry != NULL && index >= 0 && (uint32_t)index < entry->remark_count ? entry->remarks[index] : NULL;
}

bool rondo_profile_node(const struct rondo_profile *profile, int model, int node, struct rondo_profile_node *out_node) {
  const struct rdo_profile_node *entry = node_at(profile, model, node);
  if (entry == NULL) return false;
  *out_node = (struct rondo_profile_node){.name = entry->export_name,
                                          .recording = entry->recording,
                                          .command = entry->command,
                                          .tile_count = entry->tile_count,
                                          .bytes_touched = entry->bytes_touched,
                                          .predecessors = entry->predecessor_count > 0 ? &profile->profile.predecessors[entry->predecessor_begin] : NULL,
                                          .predecessor_count = (int)entry->predecessor_count};
  return true;
}

// One of a list of costs.
static const struct rdo_profile_cost *cost_in(const struct rdo_profile *profile, uint32_t begin, uint32_t count, uint32_t cluster, uint32_t worker_count) {
  for (uint32_t i = begin; i < begin + count; ++i) {
    if (profile->costs[i].cluster == cluster && profile->costs[i].worker_count == worker_count) return &profile->costs[i];
  }
  return NULL;
}

bool rondo_profile_find_cost(const struct rondo_profile *profile, int model, int node, int cluster, int worker_count,
                             struct rondo_profile_cost *out_cost) {
  const struct rdo_profile_model *entry = model_at(profile, model);
  const struct rdo_profile_node *place = node_at(profile, model, node);
  const struct rdo_profile_cost *cost = NULL;
  if (entry == NULL || cluster < 0 || worker_count < 1) return false;
  uint32_t k = (uint32_t)worker_count, c = (uint32_t)cluster;
  if (node == RONDO_PROFILE_CALL) cost = cost_in(&profile->profile, entry->call_begin, entry->call_count, c, k);
  else if (node == RONDO_PROFILE_PROGRAM) cost = cost_in(&profile->profile, entry->program_begin, entry->program_count, c, k);
  else if (place != NULL) cost = rdo_profile_find_cost(&profile->profile, place, c, k);
  if (cost == NULL) return false;
  *out_cost = (struct rondo_profile_cost){.worker_count = (int)cost->worker_count,
                                          .p50_ns = cost->p50_ns,
                                          .p99_ns = cost->p99_ns,
                                          .min_ns = cost->min_ns,
                                          .max_ns = cost->max_ns,
                                          .tile_ns_max = cost->tile_ns_max,
                                          .sample_count = cost->sample_count,
                                          .error = cost->error};
  return true;
}

bool rondo_profile_interference(const struct rondo_profile *profile, int index, struct rondo_profile_interference *out_interference) {
  if (index < 0 || (uint32_t)index >= profile->profile.interference_count) return false;
  const struct rdo_profile_interference *entry = &profile->profile.interferences[index];
  *out_interference = (struct rondo_profile_interference){(int)entry->model, (int)entry->beside, (int)entry->cluster, entry->factor};
  return true;
}
