// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as a profile, or a hand-written workload profile. What can be read must hold its invariants, must
// read back as the same, and can be merged with itself.
//
// Seeds: the keys of docs/files.md, and errors.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/machine_file.h"
#include "plan/profile_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void check_costs(const struct rdo_profile *profile, uint32_t begin, uint32_t count) {
  require(begin <= profile->cost_count && count <= profile->cost_count - begin);
  for (uint32_t i = 0; i < count; ++i) {
    const struct rdo_profile_cost *cost = &profile->costs[begin + i];
    require(cost->cluster < profile->cluster_count && cost->worker_count >= 1 && cost->worker_count <= profile->cluster_workers[cost->cluster]);
    require(cost->min_ns >= 0 && cost->min_ns <= cost->p50_ns && cost->p50_ns <= cost->p99_ns && cost->p99_ns <= cost->max_ns);
    if (i == 0) continue;
    require(cost[-1].cluster < cost->cluster || (cost[-1].cluster == cost->cluster && cost[-1].worker_count < cost->worker_count));
  }
}

static void check_node(const struct rdo_profile *profile, const struct rdo_profile_node *node, uint32_t index) {
  require(node->export_name[0] != '\0');
  for (uint32_t i = 0; i < node->predecessor_count; ++i) require(profile->predecessors[node->predecessor_begin + i] < index);
  check_costs(profile, node->cost_begin, node->cost_count);
  for (uint32_t cluster = 0; cluster < profile->cluster_count; ++cluster) {
    for (uint32_t k = 1; k <= 8; ++k) {
      const struct rdo_profile_cost *cost = rdo_profile_find_cost(profile, node, cluster, k);
      require((cost != NULL) == (node->cost_count > 0));
      if (cost == NULL) continue;
      require(cost->cluster == cluster && cost->worker_count >= 1 && cost->worker_count <= k);
      require(cost->min_ns >= 0 && cost->min_ns <= cost->p50_ns && cost->p50_ns <= cost->p99_ns && cost->p99_ns <= cost->max_ns);
    }
  }
}

static void check_profile(const struct rdo_profile *profile) {
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    const struct rdo_profile_model *model = &profile->models[i];
    require(model->node_begin <= profile->node_count && model->node_count <= profile->node_count - model->node_begin);
    check_costs(profile, model->call_begin, model->call_count);
    check_costs(profile, model->program_begin, model->program_count);
    for (uint32_t k = 0; k < model->node_count; ++k) check_node(profile, &profile->nodes[model->node_begin + k], k);
  }
  for (uint32_t i = 0; i < profile->interference_count; ++i) {
    const struct rdo_profile_interference *interference = &profile->interferences[i];
    require(interference->model < profile->model_count && interference->beside < profile->model_count && interference->cluster < profile->cluster_count);
  }
}

static void check_round_trip(struct rdo_profile *profile) {
  static char path[64];
  if (path[0] == '\0') snprintf(path, sizeof path, "/tmp/rondo-profile-fuzz-%ld.json", (long)getpid());
  struct rdo_profile back;
  struct rondo_diag diag = {.status = RONDO_OK};
  require(rdo_profile_write(profile, path, &diag) == RONDO_OK);
  enum rondo_status status = rdo_profile_read(path, NULL, &back, &diag);
  unlink(path);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  require(status == RONDO_OK && back.model_count == profile->model_count && back.node_count == profile->node_count);
  require(back.cost_count == profile->cost_count && back.predecessor_count == profile->predecessor_count);
  for (uint32_t i = 0; i < back.cost_count; ++i) require(memcmp(&back.costs[i], &profile->costs[i], sizeof back.costs[i]) == 0);
  status = rdo_profile_merge(profile, &back, &diag);
  if (status == RONDO_OK) check_profile(profile);
  else require(status == RONDO_INVALID_ARGUMENT || status == RONDO_OUT_OF_RANGE);
  rdo_profile_deinit(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct rdo_machine_file machine;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (machine.cluster_count == 0) {
    static const char text[] = "{\"clusters\": [{\"name\": \"CPU_P\", \"workers\": 4, \"max_frequency_mhz\": 2000}, {\"name\": \"CPU_E\", \"workers\": 2}]}";
    struct rdo_document document;
    require(rdo_document_parse((struct rdo_bytes){(const uint8_t *)text, sizeof text - 1}, "machine", NULL, &document, &diag) == RONDO_OK);
    struct rdo_value root = rdo_document_root(&document);
    require(rdo_machine_file_read_value(&root, NULL, &machine, &diag) == RONDO_OK);
    rdo_document_deinit(&document);
  }
  for (int with_machine = 0; with_machine < 2; ++with_machine) {
    struct rdo_profile profile;
    diag = (struct rondo_diag){.status = RONDO_OK};
    enum rondo_status status = rdo_profile_parse((struct rdo_bytes){data, size}, "p.json", with_machine != 0 ? &machine : NULL, &profile, &diag);
    require(status == diag.status);
    if (status != RONDO_OK) require(strncmp(diag.message, "p.json:", 7) == 0);
    if (status == RONDO_OK) {
      check_profile(&profile);
      check_round_trip(&profile);
    }
    rdo_profile_deinit(&profile);
  }
  return 0;
}
