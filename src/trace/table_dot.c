// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_dot.h"

#include "trace/table_graph.h"

// Keys are what nodes are called; two nodes of one key would be one, so the others get their number.
static void put_id(const struct rondo_trace_summary *summary, uint32_t node, struct rdo_text_out *out) {
  const struct rdo_table *table = summary->index->table;
  uint32_t key = table->nodes[node].key;
  if (rdo_table_find_node(table, key) == node) rdo_text_put_json(out, rdo_table_text(table, key));
  else rdo_text_printf(out, "\"node %u\"", node);
}

static void put_node(const struct rondo_trace_summary *summary, uint32_t number, struct rdo_text_out *out) {
  const struct rondo_trace_node *node = &summary->nodes[number];
  const char *const names[] = {node->key, node->job, node->target};
  rdo_text_puts(out, "  ");
  put_id(summary, number, out);
  rdo_text_puts(out, " [label=\"");
  for (int i = 0; i < 3; ++i) {
    rdo_text_put_quotable(out, names[i]);
    rdo_text_puts(out, "\\n");
  }
  rdo_text_puts(out, "start ");
  rdo_text_put_time(out, node->planned_start_ns, 6, 3);
  rdo_text_puts(out, " ms\\nplan ");
  rdo_text_put_time(out, node->planned_duration_ns, 6, 3);
  rdo_text_printf(out, " ms\\nmean run %.3f ms\"", node->run.mean_ns / 1e6);
  rdo_text_puts(out, (node->flags & (RONDO_TRACE_SLOWER | RONDO_TRACE_WRONG_MODULE)) != 0 ? ", penwidth=2.5];\n" : "];\n");
}

// Edges of time do not place nodes: they chain all of a target, and would draw everything as one line.
static void put_edge(const struct rondo_trace_summary *summary, const struct rdo_edge *edge, struct rdo_text_out *out) {
  static const char *const styles[] = {
      [RDO_EDGE_DATA] = "", [RDO_EDGE_TIME] = " [style=dashed, label=\"time\", constraint=false]", [RDO_EDGE_INFERRED] = " [style=dotted]"};
  const struct rdo_table *table = summary->index->table;
  rdo_text_puts(out, "  ");
  put_id(summary, table->rows[edge->from].node, out);
  rdo_text_puts(out, " -> ");
  put_id(summary, table->rows[edge->to].node, out);
  rdo_text_printf(out, "%s;\n", styles[edge->kind]);
}

// Edges are those of the first iteration: the graph is the same in all.
enum rondo_status rdo_table_write_dot(const struct rondo_trace_summary *summary, struct rdo_text_out *out, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  struct rdo_edges edges = {0};
  enum rondo_status status = rdo_edges_find(&edges, index, 0, index->pass_count > 0, diag);
  rdo_text_puts(out, "digraph dispatch_graph {\n  rankdir=LR;\n  node [shape=box];\n");
  if (!index->table->has_dependencies)
    rdo_text_puts(out, "  // The trace does not tell the graph: an edge leads to what was ready when its source ended.\n");
  for (uint32_t i = 0; i < index->table->node_count; ++i) put_node(summary, i, out);
  for (size_t i = 0; i < edges.count; ++i) put_edge(summary, &edges.items[i], out);
  rdo_text_puts(out, "}\n");
  rdo_edges_deinit(&edges);
  return status;
}
