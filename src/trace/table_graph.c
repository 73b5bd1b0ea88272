// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_graph.h"

#include <stdlib.h>

#include "base/alloc.h"

struct finder {
  const struct rdo_table_index *index;
  const struct rdo_table *table;
  struct rdo_edges *edges;
  uint32_t *row_of_node;   // owned [node_count]: in this iteration, valid if its pass is
  size_t *pass_of_node;    // owned [node_count]: pass + 1
  struct end {
    int64_t time_ns;
    uint32_t row;
  } *ends;  // owned [row_count]: of an iteration, by time
  struct rondo_diag *diag;
};

static enum rondo_status add_edge(struct finder *f, uint32_t from, uint32_t to, enum rdo_edge_kind kind) {
  struct rdo_edges *edges = f->edges;
  RDO_TRY(rdo_grow_array(edges->count + 1, sizeof *edges->items, &edges->capacity, &edges->items, f->diag));
  edges->items[edges->count++] = (struct rdo_edge){from, to, kind};
  return RONDO_OK;
}

static enum rondo_status add_told(struct finder *f, size_t pass, uint32_t row, uint32_t key, enum rdo_edge_kind kind) {
  uint32_t node = rdo_table_find_node(f->table, key);
  if (node == RDO_TABLE_NO_INDEX || f->pass_of_node[node] != pass + 1) return RONDO_OK;
  return add_edge(f, f->row_of_node[node], row, kind);
}

// The row's edges as the graph has them; a time dependency that is a dependency too is one.
static enum rondo_status add_all_told(struct finder *f, size_t pass, uint32_t row) {
  const struct rdo_table_node *node = rdo_table_node_of(f->table, &f->table->rows[row]);
  bool has_time = node->time_dependency != 0;
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    RDO_TRY(add_told(f, pass, row, node->dependencies[i], RDO_EDGE_DATA));
    has_time = has_time && node->dependencies[i] != node->time_dependency;
  }
  return has_time ? add_told(f, pass, row, node->time_dependency, RDO_EDGE_TIME) : RONDO_OK;
}

static int compare_ends(const void *left, const void *right) {
  const struct end *a = left, *b = right;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

// The one row that ended when this one was ready; of several, the only one of its job.
static enum rondo_status add_inferred(struct finder *f, uint32_t row, size_t end_count) {
  const struct rdo_table_row *to = &f->table->rows[row];
  uint32_t job = rdo_table_node_of(f->table, to)->job, all_count = 0, job_count = 0, all = 0, own = 0;
  size_t low = 0;
  if (f->index->is_root[to->node]) return RONDO_OK;
  for (size_t size = end_count; size > 0;) {
    size_t half = size / 2;
    bool is_before = f->ends[low + half].time_ns < to->ready_ns;
    low = is_before ? low + half + 1 : low;
    size = is_before ? size - half - 1 : half;
  }
  for (; low < end_count && f->ends[low].time_ns == to->ready_ns && all_count < 16; ++low) {
    uint32_t from = f->ends[low].row;
    if (from == row) continue;
    ++all_count;
    all = from;
    if (rdo_table_node_of(f->table, &f->table->rows[from])->job != job) continue;
    ++job_count;
    own = from;
  }
  if (job_count == 1) return add_edge(f, own, row, RDO_EDGE_INFERRED);
  return all_count == 1 ? add_edge(f, all, row, RDO_EDGE_INFERRED) : RONDO_OK;
}

static enum rondo_status find_in_pass(struct finder *f, size_t number) {
  const struct rdo_pass *pass = &f->index->passes[number];
  size_t end_count = 0;
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t row = f->index->order[i];
    uint32_t node = f->table->rows[row].node;
    f->row_of_node[node] = row;
    f->pass_of_node[node] = number + 1;
    f->ends[end_count++] = (struct end){f->table->rows[row].end_ns, row};
  }
  if (end_count > 1) qsort(f->ends, end_count, sizeof *f->ends, compare_ends);
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t row = f->index->order[i];
    RDO_TRY(f->table->has_dependencies ? add_all_told(f, number, row) : add_inferred(f, row, end_count));
  }
  return RONDO_OK;
}

enum rondo_status rdo_edges_find(struct rdo_edges *edges, const struct rdo_table_index *index, size_t pass_begin, size_t pass_end,
                                 struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  struct finder f = {.index = index, .table = table, .edges = edges, .diag = diag};
  enum rondo_status status = rdo_alloc_array(table->node_count, sizeof *f.row_of_node, &f.row_of_node, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(table->node_count, sizeof *f.pass_of_node, &f.pass_of_node, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(table->row_count, sizeof *f.ends, &f.ends, diag);
  for (size_t i = pass_begin; i < pass_end && status == RONDO_OK; ++i) status = find_in_pass(&f, i);
  rdo_free(f.row_of_node);
  rdo_free(f.pass_of_node);
  rdo_free(f.ends);
  return status;
}

void rdo_edges_deinit(struct rdo_edges *edges) {
  rdo_free(edges->items);
  *edges = (struct rdo_edges){0};
}
