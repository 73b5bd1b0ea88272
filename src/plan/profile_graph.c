// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A hand-written profile says what dispatches cost, a dump of the compiler what they wait for: together they can be planned.

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/dispatch_dump.h"
#include "plan/name_map.h"
#include "plan/profile_file.h"

enum { NAME_BYTES = RDO_NAME_BYTES_MAX + 32 };

struct matcher {
  struct rdo_profile *profile;
  struct rdo_profile_model *model;
  const struct rdo_schedule *graph;
  struct rdo_name_map names;   // "NAME NUMBER" of the graph: nodes
  struct rdo_name_map counts;  // names of the profile
  uint32_t *matches;           // [node_count] of the profile: nodes of the graph
  uint32_t *places;            // [node_count] of the graph: nodes of the profile, by index in the model
  struct rdo_arena arena;
  struct rondo_diag *diag;
};

// The `number`-th dispatch of a name.
static enum rondo_status add_name(struct matcher *matcher, const char *name, uint32_t number, uint32_t node) {
  char *text;
  size_t size = strlen(name) + 16;
  RDO_TRY(rdo_arena_alloc(&matcher->arena, size, 1, &text, matcher->diag));
  snprintf(text, size, "%s %u", name, (unsigned)number);
  if (rdo_name_map_find(&matcher->names, text) != RDO_NAME_NONE) return RONDO_OK;
  return rdo_name_map_add(&matcher->names, text, node, matcher->diag);
}

// A dispatch may be called by its kernel, with or without what the module is called, or by its key, with or without that.
static enum rondo_status index_graph(struct matcher *matcher) {
  for (uint32_t i = 0; i < matcher->graph->node_count; ++i) {
    const struct rdo_schedule_node *node = &matcher->graph->nodes[i];
    const char *mark = strstr(node->key, "_dispatch_");
    RDO_TRY(add_name(matcher, node->export_name, (uint32_t)node->ordinal, i));
    RDO_TRY(add_name(matcher, rdo_dump_kernel_tail(node->export_name), (uint32_t)node->ordinal, i));
    RDO_TRY(add_name(matcher, node->key, 1, i));
    if (mark != NULL) RDO_TRY(add_name(matcher, mark + 1, 1, i));
  }
  return RONDO_OK;
}

static enum rondo_status count_name(struct matcher *matcher, const char *name, uint32_t *counts, uint32_t *out_number) {
  uint32_t index = rdo_name_map_find(&matcher->counts, name);
  if (index == RDO_NAME_NONE) {
    index = (uint32_t)matcher->counts.count;
    RDO_TRY(rdo_name_map_add(&matcher->counts, name, index, matcher->diag));
  }
  *out_number = ++counts[index];
  return RONDO_OK;
}

static enum rondo_status fail_node(struct matcher *matcher, uint32_t index, const char *reason) {
  return rdo_fail(matcher->diag, RONDO_INVALID_ARGUMENT, "%s: dispatch %u (%.200s) of %.200s %s %s; call dispatches as there, such as %.200s",
                  matcher->profile->path, (unsigned)index, matcher->profile->nodes[matcher->model->node_begin + index].export_name, matcher->model->model,
                  reason, matcher->graph->path, matcher->graph->nodes[0].key);
}

// Fills and copies are none of the graph's.
static bool is_transfer(const char *export_name) {
  return strcmp(export_name, "fill") == 0 || strcmp(export_name, "copy") == 0 || strcmp(export_name, "update") == 0;
}

static enum rondo_status match_nodes(struct matcher *matcher) {
  const struct rdo_schedule *graph = matcher->graph;
  uint32_t count = matcher->model->node_count, *counts;
  char name[NAME_BYTES];
  RDO_TRY(rdo_arena_alloc(&matcher->arena, count, sizeof *counts, &counts, matcher->diag));
  RDO_TRY(rdo_arena_alloc(&matcher->arena, count, sizeof *matcher->matches, &matcher->matches, matcher->diag));
  RDO_TRY(rdo_arena_alloc(&matcher->arena, graph->node_count, sizeof *matcher->places, &matcher->places, matcher->diag));
  for (uint32_t i = 0; i < graph->node_count; ++i) matcher->places[i] = RDO_PROFILE_NONE;
  for (uint32_t i = 0; i < count; ++i) {
    const struct rdo_profile_node *node = &matcher->profile->nodes[matcher->model->node_begin + i];
    uint32_t number;
    if (is_transfer(node->export_name)) continue;
    RDO_TRY(count_name(matcher, node->export_name, counts, &number));
    snprintf(name, sizeof name, "%s %u", node->export_name, (unsigned)number);
    uint32_t match = rdo_name_map_find(&matcher->names, name);
    if (match == RDO_NAME_NONE) {
      snprintf(name, sizeof name, "%s %u", rdo_dump_kernel_tail(node->export_name), (unsigned)number);
      match = rdo_name_map_find(&matcher->names, name);
    }
    if (match == RDO_NAME_NONE) return fail_node(matcher, i, "is none of");
    if (matcher->places[match] != RDO_PROFILE_NONE) return fail_node(matcher, i, "is there twice, but not in");
    matcher->matches[i] = match;
    matcher->places[match] = i;
  }
  return RONDO_OK;
}

static enum rondo_status check_complete(struct matcher *matcher) {
  const struct rdo_schedule *graph = matcher->graph;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    if (matcher->places[i] != RDO_PROFILE_NONE) continue;
    return rdo_fail(matcher->diag, RONDO_INVALID_ARGUMENT, "%s: %.200s has no dispatch %.200s (%.200s), which %s has: add it", matcher->profile->path,
                    matcher->model->model, graph->nodes[i].key, graph->nodes[i].export_name, graph->path);
  }
  return RONDO_OK;
}

// Nodes take the order of the graph, in which predecessors come before.
static enum rondo_status take_edges(struct matcher *matcher) {
  struct rdo_profile *profile = matcher->profile;
  const struct rdo_schedule *graph = matcher->graph;
  struct rdo_profile_node *nodes = profile->nodes + matcher->model->node_begin, *old;
  uint32_t *predecessors, *ranks, next = profile->predecessor_count;
  RDO_TRY(rdo_arena_alloc(&matcher->arena, graph->node_count, sizeof *old, &old, matcher->diag));
  RDO_TRY(rdo_arena_alloc(&matcher->arena, graph->node_count, sizeof *ranks, &ranks, matcher->diag));
  uint32_t edge_count = 0;
  for (uint32_t i = 0; i < graph->node_count; ++i) edge_count += graph->nodes[i].dependency_count;
  RDO_TRY(rdo_arena_alloc(&profile->arena, (size_t)next + edge_count, sizeof *predecessors, &predecessors, matcher->diag));
  if (next > 0) memcpy(predecessors, profile->predecessors, next * sizeof *predecessors);
  memcpy(old, nodes, graph->node_count * sizeof *old);
  for (uint32_t i = 0; i < graph->node_count; ++i) ranks[graph->order[i]] = i;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_schedule_node *from = &graph->nodes[graph->order[i]];
    nodes[i] = old[matcher->places[graph->order[i]]];
    nodes[i].export_name = from->export_name;
    nodes[i].recording = from->recording > 0 ? (uint32_t)from->recording : 0;
    nodes[i].command = from->dispatch >= 0 ? (uint32_t)from->dispatch : i;
    nodes[i].predecessor_begin = next;
    nodes[i].predecessor_count = from->dependency_count;
    for (uint32_t k = 0; k < from->dependency_count; ++k) predecessors[next++] = ranks[graph->dependencies[from->dependency_begin + k]];
  }
  profile->predecessors = predecessors;
  profile->predecessor_count = next;
  return RONDO_OK;
}

// Kernels of the graph outlive it in the profile.
static enum rondo_status keep_names(struct rdo_profile *profile, struct rdo_profile_model *model, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < model->node_count; ++i) {
    struct rdo_profile_node *node = &profile->nodes[model->node_begin + i];
    RDO_TRY(rdo_text_copy(&profile->arena, node->export_name, &node->export_name, diag));
  }
  return RONDO_OK;
}

enum rondo_status rdo_profile_use_graph(struct rdo_profile *profile, uint32_t model, const struct rdo_schedule *graph, struct rondo_diag *diag) {
  struct matcher matcher = {.profile = profile, .model = &profile->models[model], .graph = graph, .diag = diag};
  for (uint32_t i = 0; i < matcher.model->node_count; ++i) {
    if (!is_transfer(profile->nodes[matcher.model->node_begin + i].export_name)) continue;
    return rdo_notes_add(&profile->notes, diag, "graph", "%s: %.200s was measured with its fills and copies: its graph stays that of its recordings",
                         profile->path, matcher.model->model);
  }
  enum rondo_status status = index_graph(&matcher);
  if (status == RONDO_OK) status = match_nodes(&matcher);
  if (status == RONDO_OK) status = check_complete(&matcher);
  if (status == RONDO_OK) status = take_edges(&matcher);
  if (status == RONDO_OK) status = keep_names(profile, matcher.model, diag);
  rdo_name_map_deinit(&matcher.names);
  rdo_name_map_deinit(&matcher.counts);
  rdo_arena_deinit(&matcher.arena);
  return status;
}

// Durations of a graph ------------------------------------------------------------------------------------------

// The shortest median on one worker; -1 = it is not known.
static int64_t find_duration(const struct rdo_profile *profile, const struct rdo_profile_node *node) {
  int64_t shortest_ns = -1;
  for (uint32_t i = 0; i < node->cost_count; ++i) {
    const struct rdo_profile_cost *cost = &profile->costs[node->cost_begin + i];
    if (cost->worker_count == 1 && (shortest_ns < 0 || cost->p50_ns < shortest_ns)) shortest_ns = cost->p50_ns;
  }
  return shortest_ns;
}

static enum rondo_status take_durations(struct matcher *matcher, struct rdo_schedule *graph) {
  const struct rdo_profile *profile = matcher->profile;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    uint32_t place = matcher->places[i];
    int64_t duration_ns = place == RDO_PROFILE_NONE ? -1 : find_duration(profile, &profile->nodes[matcher->model->node_begin + place]);
    if (duration_ns < 0) {
      return rdo_fail(matcher->diag, RONDO_NOT_FOUND, "%s: does not say what %.200s (%.200s) of %s costs on one worker", profile->path,
                      graph->nodes[i].key, graph->nodes[i].export_name, graph->path);
    }
    graph->nodes[i].start_ns = 0;
    graph->nodes[i].duration_ns = duration_ns;
  }
  graph->makespan_ns = graph->last_end_ns = 0;
  return rdo_schedule_complete(graph, matcher->diag);
}

enum rondo_status rdo_profile_time_graph(struct rdo_profile *profile, uint32_t model, struct rdo_schedule *graph, struct rondo_diag *diag) {
  struct matcher matcher = {.profile = profile, .model = &profile->models[model], .graph = graph, .diag = diag};
  enum rondo_status status = index_graph(&matcher);
  if (status == RONDO_OK) status = match_nodes(&matcher);
  if (status == RONDO_OK) status = take_durations(&matcher, graph);
  rdo_name_map_deinit(&matcher.names);
  rdo_name_map_deinit(&matcher.counts);
  rdo_arena_deinit(&matcher.arena);
  return status;
}
