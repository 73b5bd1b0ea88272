// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Nodes get their rank by the tie-break alone; then a heap of ranks holds what has no predecessor left.

#include "trace/node_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "trace/table_index.h"

struct ranked {
  int64_t start_ns;
  int64_t id;
  int64_t ordinal;
  const char *key;
  uint32_t node;
};

struct sorter {
  struct ranked *ranked;    // owned [node_count], by rank
  uint32_t *rank_of_node;   // owned [node_count]
  uint32_t *left_counts;    // owned [node_count]: predecessors not yet placed
  uint32_t *first_edges;    // owned [node_count + 1]
  uint32_t *successors;     // owned [edge count]
  uint32_t *heap;           // owned [node_count]: ranks, the smallest first
  size_t heap_count;
  bool *is_placed;          // owned [node_count]
};

static int compare_ranked(const void *left, const void *right) {
  const struct ranked *a = left, *b = right;
  if (a->start_ns != b->start_ns) return a->start_ns < b->start_ns ? -1 : 1;
  if (a->id != b->id) return a->id < b->id ? -1 : 1;
  if (a->ordinal != b->ordinal) return a->ordinal < b->ordinal ? -1 : 1;
  int order = strcmp(a->key, b->key);
  return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static void push(struct sorter *s, uint32_t rank) {
  size_t at = s->heap_count++;
  for (; at > 0 && s->heap[(at - 1) / 2] > rank; at = (at - 1) / 2) s->heap[at] = s->heap[(at - 1) / 2];
  s->heap[at] = rank;
}

static uint32_t pop(struct sorter *s) {
  uint32_t top = s->heap[0], last = s->heap[--s->heap_count];
  size_t at = 0;
  for (size_t child = 1; child < s->heap_count; child = 2 * at + 1) {
    if (child + 1 < s->heap_count && s->heap[child + 1] < s->heap[child]) ++child;
    if (s->heap[child] >= last) break;
    s->heap[at] = s->heap[child];
    at = child;
  }
  s->heap[at] = last;
  return top;
}

// Calls for each effective predecessor that exists; one named twice counts twice, here and there.
static uint32_t find_predecessor(const struct rdo_table *table, const struct rdo_table_node *node, uint32_t i) {
  return rdo_table_find_node(table, i < node->dependency_count ? node->dependencies[i] : node->time_dependency);
}

static uint32_t count_predecessors(const struct rdo_table_node *node) { return node->dependency_count + rdo_node_is_time_hard(node); }

static enum rondo_status link_nodes(struct sorter *s, const struct rdo_table *table, struct rondo_diag *diag) {
  size_t edge_count = 0;
  RDO_TRY(rdo_alloc_array(table->node_count + 2, sizeof *s->first_edges, &s->first_edges, diag));
  for (uint32_t i = 0; i < table->node_count; ++i) {
    for (uint32_t k = 0; k < count_predecessors(&table->nodes[i]); ++k) {
      uint32_t from = find_predecessor(table, &table->nodes[i], k);
      if (from == RDO_TABLE_NO_INDEX) continue;
      ++s->first_edges[from + 2];
      ++s->left_counts[i];
      ++edge_count;
    }
  }
  for (size_t i = 0; i < table->node_count; ++i) s->first_edges[i + 2] += s->first_edges[i + 1];
  RDO_TRY(rdo_alloc_array(edge_count, sizeof *s->successors, &s->successors, diag));
  for (uint32_t i = 0; i < table->node_count; ++i) {
    for (uint32_t k = 0; k < count_predecessors(&table->nodes[i]); ++k) {
      uint32_t from = find_predecessor(table, &table->nodes[i], k);
      if (from != RDO_TABLE_NO_INDEX) s->successors[s->first_edges[from + 1]++] = i;
    }
  }
  return RONDO_OK;
}

static void place_nodes(struct sorter *s, const struct rdo_table *table, uint32_t *out_order) {
  size_t count = 0;
  for (uint32_t i = 0; i < table->node_count; ++i) {
    if (s->left_counts[i] == 0) push(s, s->rank_of_node[i]);
  }
  while (s->heap_count > 0) {
    uint32_t node = s->ranked[pop(s)].node;
    out_order[count++] = node;
    s->is_placed[node] = true;
    for (uint32_t i = s->first_edges[node]; i < s->first_edges[node + 1]; ++i) {
      uint32_t next = s->successors[i];
      if (--s->left_counts[next] == 0) push(s, s->rank_of_node[next]);
    }
  }
  for (size_t i = 0; i < table->node_count; ++i) {
    if (!s->is_placed[s->ranked[i].node]) out_order[count++] = s->ranked[i].node;
  }
}

static enum rondo_status prepare(struct sorter *s, const struct rdo_table *table, const int64_t *planned_starts_ns, struct rondo_diag *diag) {
  size_t count = table->node_count;
  RDO_TRY(rdo_alloc_array(count, sizeof *s->ranked, &s->ranked, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *s->rank_of_node, &s->rank_of_node, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *s->left_counts, &s->left_counts, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *s->heap, &s->heap, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *s->is_placed, &s->is_placed, diag));
  for (uint32_t i = 0; i < count; ++i) {
    const struct rdo_table_node *node = &table->nodes[i];
    s->ranked[i] = (struct ranked){planned_starts_ns[i], node->id, node->ordinal, rdo_table_text(table, node->key), i};
  }
  if (count > 0) qsort(s->ranked, count, sizeof *s->ranked, compare_ranked);
  for (uint32_t i = 0; i < count; ++i) s->rank_of_node[s->ranked[i].node] = i;
  return link_nodes(s, table, diag);
}

enum rondo_status rdo_nodes_order(const struct rdo_table *table, const int64_t *planned_starts_ns, uint32_t *out_order,
                                  struct rondo_diag *diag) {
  struct sorter s = {0};
  enum rondo_status status = prepare(&s, table, planned_starts_ns, diag);
  if (status == RONDO_OK) place_nodes(&s, table, out_order);
  rdo_free(s.ranked);
  rdo_free(s.rank_of_node);
  rdo_free(s.left_counts);
  rdo_free(s.first_edges);
  rdo_free(s.successors);
  rdo_free(s.heap);
  rdo_free(s.is_placed);
  return status;
}
