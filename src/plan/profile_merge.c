// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Two profiles become one. All arrays are made anew in the arena of the first: first all that it has, then
// what only the other one has.

#include <string.h>

#include "plan/profile_file.h"

struct merger {
  const struct rdo_profile *a, *b;
  struct rdo_profile *out;  // shares a's arena
  uint32_t *clusters;       // of b's clusters, in out
  uint32_t *models;         // of b's models, in out
  bool is_by_path;          // models are the same only if their paths are
  struct rondo_diag *diag;
};

static enum rondo_status copy_text(struct merger *merger, const char *text, const char **out_text) {
  return rdo_text_copy(&merger->out->arena, text, out_text, merger->diag);
}

static enum rondo_status merge_clusters(struct merger *merger) {
  struct rdo_profile *out = merger->out;
  size_t count = (size_t)merger->a->cluster_count + merger->b->cluster_count;
  RDO_TRY(rdo_arena_alloc(&out->arena, count, sizeof *out->clusters, &out->clusters, merger->diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, count, sizeof *out->cluster_capacities, &out->cluster_capacities, merger->diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, count, sizeof *out->cluster_workers, &out->cluster_workers, merger->diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, merger->b->cluster_count, sizeof *merger->clusters, &merger->clusters, merger->diag));
  out->cluster_count = merger->a->cluster_count;
  for (uint32_t i = 0; i < out->cluster_count; ++i) {
    out->clusters[i] = merger->a->clusters[i];
    out->cluster_capacities[i] = merger->a->cluster_capacities[i];
    out->cluster_workers[i] = merger->a->cluster_workers[i];
  }
  for (uint32_t i = 0; i < merger->b->cluster_count; ++i) {
    uint32_t index = rdo_profile_find_cluster(out, merger->b->clusters[i]);
    if (index == RDO_PROFILE_NONE) {
      index = out->cluster_count++;
      RDO_TRY(copy_text(merger, merger->b->clusters[i], &out->clusters[index]));
    }
    merger->clusters[i] = index;
    if (out->cluster_capacities[index] == 0) out->cluster_capacities[index] = merger->b->cluster_capacities[i];
    if (out->cluster_workers[index] < merger->b->cluster_workers[i]) out->cluster_workers[index] = merger->b->cluster_workers[i];
  }
  if (out->cluster_count <= RDO_PROFILE_CLUSTERS_MAX) return RONDO_OK;
  return rdo_fail(merger->diag, RONDO_OUT_OF_RANGE, "%s and %s have %u clusters, together they may have %d", merger->a->path, merger->b->path, out->cluster_count,
                  RDO_PROFILE_CLUSTERS_MAX);
}

// Costs ----------------------------------------------------------------------------------------------------

static int64_t weigh(int64_t a_ns, uint64_t a_count, int64_t b_ns, uint64_t b_count) {
  return a_ns + (int64_t)((double)(b_ns - a_ns) * ((double)b_count / ((double)a_count + (double)b_count)));
}

static int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static struct rdo_profile_cost combine(const struct rdo_profile_cost *a, const struct rdo_profile_cost *b) {
  const uint64_t sample_count_max = UINT64_C(1) << 53;
  struct rdo_profile_cost cost = *a;
  if (b->sample_count == 0) return a->sample_count == 0 ? *b : *a;
  if (a->sample_count == 0) return *b;
  cost.p50_ns = weigh(a->p50_ns, a->sample_count, b->p50_ns, b->sample_count);
  cost.p99_ns = larger(cost.p50_ns, weigh(a->p99_ns, a->sample_count, b->p99_ns, b->sample_count));
  cost.min_ns = lesser(a->min_ns, b->min_ns);
  cost.max_ns = larger(a->max_ns, b->max_ns);
  cost.tile_ns_max = larger(a->tile_ns_max, b->tile_ns_max);
  cost.sample_count = a->sample_count + b->sample_count;
  if (cost.sample_count > sample_count_max) cost.sample_count = sample_count_max;
  return cost;
}

// Costs of b, in the order of out's clusters.
static void append_renumbered(struct merger *merger, uint32_t begin, uint32_t count) {
  struct rdo_profile *out = merger->out;
  for (uint32_t cluster = 0; cluster < out->cluster_count; ++cluster) {
    for (uint32_t i = 0; i < count; ++i) {
      const struct rdo_profile_cost *cost = &merger->b->costs[begin + i];
      if (merger->clusters[cost->cluster] != cluster) continue;
      out->costs[out->cost_count] = *cost;
      out->costs[out->cost_count++].cluster = cluster;
    }
  }
}

static bool is_before(const struct rdo_profile_cost *a, const struct rdo_profile_cost *b) {
  return a->cluster != b->cluster ? a->cluster < b->cluster : a->worker_count < b->worker_count;
}

// Both lists are in order; b's is renumbered behind where the result ends at most, so nothing is overwritten too early.
static void merge_costs(struct merger *merger, uint32_t a_begin, uint32_t a_count, uint32_t b_begin, uint32_t b_count, uint32_t *out_begin, uint32_t *out_count) {
  struct rdo_profile *out = merger->out;
  uint32_t begin = out->cost_count, a_end = a_begin + a_count;
  out->cost_count = begin + a_count;
  append_renumbered(merger, b_begin, b_count);
  uint32_t b = begin + a_count, b_end = out->cost_count;
  out->cost_count = begin;
  for (uint32_t a = a_begin; a < a_end || b < b_end;) {
    const struct rdo_profile_cost *left = a < a_end ? &merger->a->costs[a] : NULL, *right = b < b_end ? &out->costs[b] : NULL;
    bool takes_left = right == NULL || (left != NULL && !is_before(right, left)), takes_right = left == NULL || (right != NULL && !is_before(left, right));
    struct rdo_profile_cost cost = takes_left && takes_right ? combine(left, right) : takes_left ? *left : *right;
    a += takes_left;
    b += takes_right;
    out->costs[out->cost_count++] = cost;
  }
  *out_begin = begin;
  *out_count = out->cost_count - begin;
}

// Models ---------------------------------------------------------------------------------------------------

static enum rondo_status fail_node(const struct merger *merger, const struct rdo_profile_model *a, const struct rdo_profile_model *b, uint32_t index, const char *what) {
  return rdo_fail(merger->diag, RONDO_INVALID_ARGUMENT,
                  "%s: function \"%s\" of %s: node %u (%s) and node %u (%s) of %s in %s differ in %s: they are of two versions of the model, profile it anew",
                  merger->a->path, a->function, a->model, index, merger->a->nodes[a->node_begin + index].export_name, index,
                  merger->b->nodes[b->node_begin + index].export_name, b->model, merger->b->path, what);
}

static enum rondo_status check_graphs(const struct merger *merger, const struct rdo_profile_model *a, const struct rdo_profile_model *b) {
  for (uint32_t i = 0; i < a->node_count && i < b->node_count; ++i) {
    const struct rdo_profile_node *left = &merger->a->nodes[a->node_begin + i], *right = &merger->b->nodes[b->node_begin + i];
    if (strcmp(left->export_name, right->export_name) != 0) return fail_node(merger, a, b, i, "their kernels");
    if (left->recording != right->recording || left->command != right->command) return fail_node(merger, a, b, i, "their places in the recordings");
    if (left->tile_count != right->tile_count) return fail_node(merger, a, b, i, "their tiles");
    bool is_same = left->predecessor_count == right->predecessor_count;
    for (uint32_t k = 0; k < left->predecessor_count && is_same; ++k) {
      is_same = merger->a->predecessors[left->predecessor_begin + k] == merger->b->predecessors[right->predecessor_begin + k];
    }
    if (!is_same) return fail_node(merger, a, b, i, "their predecessors");
  }
  if (a->node_count == b->node_count) return RONDO_OK;
  return rdo_fail(merger->diag, RONDO_INVALID_ARGUMENT, "%s: function \"%s\" of %s has %u nodes, that of %s in %s has %u: they are of two versions of the model, profile it anew",
                  merger->a->path, a->function, a->model, a->node_count, b->model, merger->b->path, b->node_count);
}

// The nodes of a model, from one side with the costs of the other, which may have none.
static enum rondo_status merge_nodes(struct merger *merger, const struct rdo_profile_model *a, const struct rdo_profile_model *b, struct rdo_profile_model *model) {
  struct rdo_profile *out = merger->out;
  const struct rdo_profile *source = a != NULL ? merger->a : merger->b;
  const struct rdo_profile_model *from = a != NULL ? a : b;
  model->node_begin = out->node_count;
  for (uint32_t i = 0; i < from->node_count; ++i) {
    struct rdo_profile_node *node = &out->nodes[out->node_count++];
    const struct rdo_profile_node *left = a != NULL ? &merger->a->nodes[a->node_begin + i] : NULL;
    const struct rdo_profile_node *right = b != NULL ? &merger->b->nodes[b->node_begin + i] : NULL;
    *node = source->nodes[from->node_begin + i];
    if (a == NULL) {
      RDO_TRY(copy_text(merger, node->export_name, &node->export_name));
      RDO_TRY(copy_text(merger, node->resource, &node->resource));
    }
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      out->predecessors[out->predecessor_count + k] = source->predecessors[node->predecessor_begin + k];
    }
    node->predecessor_begin = out->predecessor_count;
    out->predecessor_count += node->predecessor_count;
    merge_costs(merger, left != NULL ? left->cost_begin : 0, left != NULL ? left->cost_count : 0, right != NULL ? right->cost_begin : 0,
                right != NULL ? right->cost_count : 0, &node->cost_begin, &node->cost_count);
  }
  return RONDO_OK;
}

// Remarks of both, each once.
static enum rondo_status merge_remarks(struct merger *merger, const struct rdo_profile_model *a, const struct rdo_profile_model *b, struct rdo_profile_model *model) {
  const struct rdo_profile_model *const sides[] = {a, b};
  size_t count = (a != NULL ? a->remark_count : 0) + (b != NULL ? b->remark_count : 0);
  model->remark_count = 0;
  RDO_TRY(rdo_arena_alloc(&merger->out->arena, count, sizeof *model->remarks, &model->remarks, merger->diag));
  for (int side = 0; side < 2; ++side) {
    for (uint32_t i = 0; sides[side] != NULL && i < sides[side]->remark_count; ++i) {
      bool is_known = model->remark_count == RDO_PROFILE_REMARKS_MAX;
      for (uint32_t k = 0; k < model->remark_count && !is_known; ++k) is_known = strcmp(model->remarks[k], sides[side]->remarks[i]) == 0;
      if (!is_known) RDO_TRY(copy_text(merger, sides[side]->remarks[i], &model->remarks[model->remark_count++]));
    }
  }
  return RONDO_OK;
}

static enum rondo_status merge_model(struct merger *merger, const struct rdo_profile_model *a, const struct rdo_profile_model *b) {
  struct rdo_profile *out = merger->out;
  struct rdo_profile_model *model = &out->models[out->model_count++];
  *model = a != NULL ? *a : *b;
  if (a != NULL && b != NULL) {
    RDO_TRY(check_graphs(merger, a, b));
    if (model->priority < 0) model->priority = b->priority;
    if (model->frequency_hz == 0) model->frequency_hz = b->frequency_hz;
  }
  if (a == NULL) {
    RDO_TRY(copy_text(merger, b->model, &model->model));
    RDO_TRY(copy_text(merger, b->function, &model->function));
  }
  RDO_TRY(merge_remarks(merger, a, b, model));
  merge_costs(merger, a != NULL ? a->call_begin : 0, a != NULL ? a->call_count : 0, b != NULL ? b->call_begin : 0, b != NULL ? b->call_count : 0,
              &model->call_begin, &model->call_count);
  merge_costs(merger, a != NULL ? a->program_begin : 0, a != NULL ? a->program_count : 0, b != NULL ? b->program_begin : 0,
              b != NULL ? b->program_count : 0, &model->program_begin, &model->program_count);
  return merge_nodes(merger, a, b, model);
}

static uint32_t find_partner(const struct merger *merger, const struct rdo_profile_model *model) {
  const struct rdo_profile *a = merger->a;
  uint32_t index = rdo_profile_find_model(a, model->model, model->function);
  if (index == RDO_PROFILE_NONE || strcmp(a->models[index].function, model->function) != 0) return RDO_PROFILE_NONE;
  return merger->is_by_path && strcmp(a->models[index].model, model->model) != 0 ? RDO_PROFILE_NONE : index;
}

// Each model of b is one of a's, by name and function, or a new one.
static enum rondo_status merge_models(struct merger *merger) {
  const struct rdo_profile *a = merger->a, *b = merger->b;
  uint32_t *partners;
  RDO_TRY(rdo_arena_alloc(&merger->out->arena, a->model_count, sizeof *partners, &partners, merger->diag));
  RDO_TRY(rdo_arena_alloc(&merger->out->arena, b->model_count, sizeof *merger->models, &merger->models, merger->diag));
  for (uint32_t i = 0; i < a->model_count; ++i) partners[i] = RDO_PROFILE_NONE;
  for (uint32_t i = 0; i < b->model_count; ++i) {
    uint32_t index = find_partner(merger, &b->models[i]);
    if (index != RDO_PROFILE_NONE && partners[index] != RDO_PROFILE_NONE) index = RDO_PROFILE_NONE;
    if (index != RDO_PROFILE_NONE) partners[index] = i;
    merger->models[i] = index;
  }
  for (uint32_t i = 0; i < a->model_count; ++i) {
    RDO_TRY(merge_model(merger, &a->models[i], partners[i] != RDO_PROFILE_NONE ? &b->models[partners[i]] : NULL));
  }
  for (uint32_t i = 0; i < b->model_count; ++i) {
    if (merger->models[i] != RDO_PROFILE_NONE) continue;
    merger->models[i] = merger->out->model_count;
    RDO_TRY(merge_model(merger, NULL, &b->models[i]));
  }
  return RONDO_OK;
}

// Interference ---------------------------------------------------------------------------------------------

static bool is_earlier(const struct rdo_profile_interference *a, const struct rdo_profile_interference *b) {
  if (a->model != b->model) return a->model < b->model;
  return a->beside != b->beside ? a->beside < b->beside : a->cluster < b->cluster;
}

// Puts one where it belongs; the same one again takes the place of the former.
static void put_interference(struct rdo_profile *out, struct rdo_profile_interference interference) {
  uint32_t index = out->interference_count;
  while (index > 0 && is_earlier(&interference, &out->interferences[index - 1])) --index;
  if (index > 0 && !is_earlier(&out->interferences[index - 1], &interference)) {
    out->interferences[index - 1] = interference;
    return;
  }
  memmove(&out->interferences[index + 1], &out->interferences[index], (out->interference_count - index) * sizeof *out->interferences);
  out->interferences[index] = interference;
  ++out->interference_count;
}

static enum rondo_status merge_interferences(struct merger *merger) {
  struct rdo_profile *out = merger->out;
  size_t count = (size_t)merger->a->interference_count + merger->b->interference_count;
  if (count > RDO_PROFILE_NODES_MAX) return rdo_fail(merger->diag, RONDO_OUT_OF_RANGE, "%s and %s have %zu interferences, together they may have %d", merger->a->path, merger->b->path, count, RDO_PROFILE_NODES_MAX);
  RDO_TRY(rdo_arena_alloc(&out->arena, count, sizeof *out->interferences, &out->interferences, merger->diag));
  for (uint32_t i = 0; i < merger->a->interference_count; ++i) put_interference(out, merger->a->interferences[i]);
  for (uint32_t i = 0; i < merger->b->interference_count; ++i) {
    struct rdo_profile_interference interference = merger->b->interferences[i];
    interference.model = merger->models[interference.model];
    interference.beside = merger->models[interference.beside];
    interference.cluster = merger->clusters[interference.cluster];
    put_interference(out, interference);
  }
  return RONDO_OK;
}

// The whole ------------------------------------------------------------------------------------------------

static enum rondo_status reserve(struct merger *merger) {
  struct rdo_profile *out = merger->out;
  const struct rdo_profile *a = merger->a, *b = merger->b;
  uint64_t model_count = (uint64_t)a->model_count + b->model_count, node_count = (uint64_t)a->node_count + b->node_count;
  uint64_t cost_count = (uint64_t)a->cost_count + b->cost_count, predecessor_count = (uint64_t)a->predecessor_count + b->predecessor_count;
  if (model_count > RDO_PROFILE_MODELS_MAX || node_count > RDO_PROFILE_NODES_MAX || cost_count > UINT32_MAX || predecessor_count > UINT32_MAX) {
    return rdo_fail(merger->diag, RONDO_OUT_OF_RANGE, "%s and %s are too large to become one profile", a->path, b->path);
  }
  RDO_TRY(rdo_arena_alloc(&out->arena, (size_t)model_count, sizeof *out->models, &out->models, merger->diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, (size_t)node_count, sizeof *out->nodes, &out->nodes, merger->diag));
  RDO_TRY(rdo_arena_alloc(&out->arena, (size_t)cost_count, sizeof *out->costs, &out->costs, merger->diag));
  return rdo_arena_alloc(&out->arena, (size_t)predecessor_count, sizeof *out->predecessors, &out->predecessors, merger->diag);
}

static enum rondo_status merge(struct rdo_profile *into, const struct rdo_profile *other, bool is_by_path, struct rondo_diag *diag) {
  struct rdo_profile out = {.arena = into->arena, .machine = into->machine, .path = into->path, .notes = into->notes};
  struct merger merger = {.a = into, .b = other, .out = &out, .is_by_path = is_by_path, .diag = diag};
  enum rondo_status status = reserve(&merger);
  if (status == RONDO_OK) status = merge_clusters(&merger);
  if (status == RONDO_OK) status = merge_models(&merger);
  if (status == RONDO_OK) status = merge_interferences(&merger);
  if (status == RONDO_OK) status = rdo_profile_complete(&out, diag);
  // Blocks that were added stay, also after an error.
  into->arena = out.arena;
  if (status == RONDO_OK) *into = out;
  return status;
}

enum rondo_status rdo_profile_merge(struct rdo_profile *into, const struct rdo_profile *other, struct rondo_diag *diag) {
  return merge(into, other, false, diag);
}

enum rondo_status rdo_profile_append(struct rdo_profile *into, const struct rdo_profile *other, struct rondo_diag *diag) {
  return merge(into, other, true, diag);
}
