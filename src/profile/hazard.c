// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/hazard.h"

#include <string.h>

#include "base/alloc.h"

enum { WORD_BITS = 64 };

static bool ranges_overlap(uint64_t a, uint64_t a_length, uint64_t b, uint64_t b_length) {
  if (a_length == 0 || b_length == 0) return false;
  return a <= b ? b - a < a_length : a - b < b_length;
}

bool rdo_access_conflicts(const struct rdo_access *a, const struct rdo_access *b) {
  if (!a->is_written && !b->is_written) return false;
  if (a->root != NULL && a->root == b->root && ranges_overlap(a->offset, a->length, b->offset, b->length)) return true;
  // Two buffers may be made over the same memory.
  return a->address != 0 && b->address != 0 && ranges_overlap(a->address, a->length, b->address, b->length);
}

static bool nodes_conflict(const struct rdo_hazard_node *a, const struct rdo_hazard_node *b, const struct rdo_access *accesses) {
  for (uint32_t i = 0; i < a->access_count; ++i) {
    for (uint32_t k = 0; k < b->access_count; ++k) {
      if (rdo_access_conflicts(&accesses[a->access_begin + i], &accesses[b->access_begin + k])) return true;
    }
  }
  return false;
}

// Edges while they are found: of nodes in order, predecessors of the newest in any order.
struct edge_list {
  uint32_t *begins;
  uint32_t *items;
  size_t count, capacity;
};

static enum rondo_status add_edge(struct edge_list *list, uint32_t predecessor, struct rondo_diag *diag) {
  if (list->count == UINT32_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "a call's commands wait for each other in more than 2^32 ways");
  if (list->count == list->capacity) RDO_TRY(rdo_grow_array(list->count + 1, sizeof *list->items, &list->capacity, &list->items, diag));
  list->items[list->count++] = predecessor;
  return RONDO_OK;
}

// They are found from the last to the first.
static void reverse_last(struct edge_list *list, size_t begin) {
  for (size_t end = list->count; begin + 1 < end; ++begin) {
    uint32_t item = list->items[begin];
    list->items[begin] = list->items[--end];
    list->items[end] = item;
  }
}

// Predecessors of node `index` by what it touches. A node that follows from a predecessor that is nearer is left out:
// ancestors[n] has a bit for each node of the recording that comes before its node n.
static enum rondo_status find_by_hazards(const struct rdo_hazard_node *nodes, uint32_t first, uint32_t index, const struct rdo_access *accesses,
                                         uint64_t *ancestors, size_t word_count, struct edge_list *list, struct rondo_diag *diag) {
  uint64_t *own = ancestors + (index - first) * word_count;
  for (uint32_t i = index; i-- > first;) {
    uint32_t bit = i - first;
    if (nodes[i].region == nodes[index].region || (own[bit / WORD_BITS] >> bit % WORD_BITS & 1) != 0) continue;
    if (!nodes_conflict(&nodes[i], &nodes[index], accesses)) continue;
    RDO_TRY(add_edge(list, i, diag));
    const uint64_t *theirs = ancestors + bit * word_count;
    for (size_t w = 0; w < word_count; ++w) own[w] |= theirs[w];
    own[bit / WORD_BITS] |= UINT64_C(1) << bit % WORD_BITS;
  }
  return RONDO_OK;
}

// Predecessors of a node by barriers: all of the region before its own.
static enum rondo_status find_by_barriers(const struct rdo_hazard_node *nodes, uint32_t first, uint32_t index, struct edge_list *list, struct rondo_diag *diag) {
  uint32_t i = index;
  while (i > first && nodes[i - 1].region == nodes[index].region) --i;
  for (uint32_t before = i; i > first && nodes[i - 1].region == nodes[before - 1].region; --i) RDO_TRY(add_edge(list, i - 1, diag));
  return RONDO_OK;
}

// What nothing of its recording waits for.
static void mark_sinks(const struct edge_list *list, uint32_t begin, uint32_t end, bool *is_sink) {
  for (uint32_t i = begin; i < end; ++i) is_sink[i] = true;
  for (size_t i = list->begins[begin]; i < list->count; ++i) {
    if (list->items[i] >= begin) is_sink[list->items[i]] = false;
  }
}

static enum rondo_status add_sinks(struct edge_list *list, uint32_t begin, uint32_t end, const bool *is_sink, struct rondo_diag *diag) {
  for (uint32_t i = end; i-- > begin;) {
    if (is_sink[i]) RDO_TRY(add_edge(list, i, diag));
  }
  return RONDO_OK;
}

static enum rondo_status find_edges(const struct rdo_hazard_node *nodes, uint32_t node_count, const struct rdo_access *accesses, uint64_t **ancestors,
                                    bool *is_sink, struct edge_list *list, struct rondo_diag *diag) {
  uint32_t former_begin = 0, former_end = 0;
  for (uint32_t begin = 0, end; begin < node_count; begin = end) {
    for (end = begin; end < node_count && nodes[end].recording == nodes[begin].recording;) ++end;
    size_t count = end - begin, word_count = (count + WORD_BITS - 1) / WORD_BITS;
    bool has_hazards = count <= RDO_HAZARD_COMMANDS_MAX;
    rdo_free(*ancestors);
    *ancestors = NULL;
    if (has_hazards) RDO_TRY(rdo_alloc_array(count * word_count, sizeof **ancestors, ancestors, diag));
    for (uint32_t i = begin; i < end; ++i) {
      size_t first_edge = list->count;
      list->begins[i] = (uint32_t)first_edge;
      if (has_hazards) RDO_TRY(find_by_hazards(nodes, begin, i, accesses, *ancestors, word_count, list, diag));
      else RDO_TRY(find_by_barriers(nodes, begin, i, list, diag));
      if (list->count == first_edge) RDO_TRY(add_sinks(list, former_begin, former_end, is_sink, diag));
      reverse_last(list, first_edge);
    }
    list->begins[end] = (uint32_t)list->count;
    mark_sinks(list, begin, end, is_sink);
    former_begin = begin;
    former_end = end;
  }
  return RONDO_OK;
}

enum rondo_status rdo_hazard_edges_build(const struct rdo_hazard_node *nodes, uint32_t node_count, const struct rdo_access *accesses,
                                         struct rdo_arena *arena, struct rdo_hazard_edges *out_edges, struct rondo_diag *diag) {
  struct edge_list list = {0};
  uint64_t *ancestors = NULL;
  bool *is_sink;
  *out_edges = (struct rdo_hazard_edges){0};
  RDO_TRY(rdo_arena_alloc(arena, (size_t)node_count + 1, sizeof *out_edges->begins, &out_edges->begins, diag));
  RDO_TRY(rdo_arena_alloc(arena, node_count, sizeof *is_sink, &is_sink, diag));
  list.begins = out_edges->begins;
  enum rondo_status status = find_edges(nodes, node_count, accesses, &ancestors, is_sink, &list, diag);
  if (status == RONDO_OK) status = rdo_arena_alloc(arena, list.count, sizeof *out_edges->predecessors, &out_edges->predecessors, diag);
  if (status == RONDO_OK && list.count > 0) memcpy(out_edges->predecessors, list.items, list.count * sizeof *list.items);
  rdo_free(ancestors);
  rdo_free(list.items);
  return status;
}
