// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/graph.h"

#include "hal/recording.h"

static const struct rdo_command *skip_control(const struct rdo_command *command) {
  for (;;) {
    const void *body = command;
    if (command->kind == RDO_COMMAND_BRANCH) {
      command = ((const struct rdo_command_branch *)body)->target;
    } else if (command->kind == RDO_COMMAND_BARRIER) {
      command = rdo_command_next(command);
    } else {
      return command->kind == RDO_COMMAND_RETURN ? NULL : command;
    }
  }
}

static uint32_t recorded_tile_count(const struct rdo_command *command) {
  if (command->kind != RDO_COMMAND_DISPATCH) return 1;
  const struct rdo_command_dispatch *dispatch = (const struct rdo_command_dispatch *)(const void *)command;
  if (rdo_dispatch_is_sequential(dispatch)) return 1;
  if (dispatch->is_indirect) return UINT32_MAX;
  uint64_t xy = (uint64_t)dispatch->workgroup_count[0] * dispatch->workgroup_count[1], total;
  if (__builtin_mul_overflow(xy, (uint64_t)dispatch->workgroup_count[2], &total) || total > UINT32_MAX) return UINT32_MAX;
  return (uint32_t)total;
}

static uint32_t add_saturated(uint32_t a, uint32_t b) { return a > UINT32_MAX - b ? UINT32_MAX : a + b; }

static void add_edges(struct rdo_graph *graph, struct rdo_graph_node *from, uint32_t to_begin, uint32_t to_count) {
  from->successor_begin = graph->successor_count;
  from->successor_count = to_count;
  for (uint32_t i = 0; i < to_count; ++i) {
    graph->successors[graph->successor_count++] = to_begin + i;
    ++graph->nodes[to_begin + i].predecessor_count;
  }
}

// Lets every node of [after_begin, after_end) wait for all of [before_begin, before_end).
static void connect(struct rdo_graph *graph, uint32_t before_begin, uint32_t before_end, uint32_t after_begin, uint32_t after_end) {
  uint32_t before_count = before_end - before_begin, after_count = after_end - after_begin;
  bool needs_join = before_count > 1 && after_count > 1;
  uint32_t join = graph->node_count;
  if (needs_join) ++graph->node_count;
  for (uint32_t i = before_begin; i < before_end; ++i) {
    add_edges(graph, &graph->nodes[i], needs_join ? join : after_begin, needs_join ? 1 : after_count);
  }
  if (needs_join) add_edges(graph, &graph->nodes[join], after_begin, after_count);
}

static void init_node(struct rdo_graph *graph, struct rdo_graph_node *node, const struct rdo_command *command) {
  node->command = command;
  node->tile_count = recorded_tile_count(command);
  node->binding_begin = graph->binding_count;
  if (command->kind == RDO_COMMAND_DISPATCH) graph->binding_count += ((const struct rdo_command_dispatch *)(const void *)command)->binding_count;
}

void rdo_graph_build_one(const struct rdo_command *command, struct rdo_graph_node *node, rdo_atomic_u32 *work_ns, rdo_atomic_u32 *tile_ns,
                         struct rdo_graph *graph) {
  *graph = (struct rdo_graph){.node_count = 1, .root_count = 1, .nodes = node, .work_ns = work_ns, .tile_ns = tile_ns};
  *node = (struct rdo_graph_node){0};
  init_node(graph, node, command);
  graph->width = node->tile_count;
  rdo_atomic_init(work_ns, 0);
  rdo_atomic_init(tile_ns, 0);
}

// The most memory that a recording of `commands` commands in `regions` regions can ask for: each command is
// in at most two sets of edges, each join adds one.
enum rondo_status rdo_graph_build(const struct rdo_recording *recording, struct rdo_arena *arena, struct rdo_graph *graph, struct rondo_diag *diag) {
  uint32_t command_count = recording->command_count;
  size_t node_capacity = (size_t)command_count + recording->region_count;
  *graph = (struct rdo_graph){0};
  if (command_count == 0) return RONDO_OK;
  RDO_TRY(rdo_arena_alloc(arena, node_capacity, sizeof *graph->nodes, &graph->nodes, diag));
  RDO_TRY(rdo_arena_alloc(arena, node_capacity, sizeof *graph->work_ns, &graph->work_ns, diag));
  RDO_TRY(rdo_arena_alloc(arena, node_capacity, sizeof *graph->tile_ns, &graph->tile_ns, diag));
  RDO_TRY(rdo_arena_alloc(arena, 2 * node_capacity, sizeof *graph->successors, &graph->successors, diag));
  // Commands first, so that a region is a range of them; joins behind.
  uint32_t index = 0;
  for (const struct rdo_command *command = skip_control(recording->first); command != NULL; command = skip_control(rdo_command_next(command))) {
    init_node(graph, &graph->nodes[index++], command);
  }
  graph->node_count = command_count;
  for (size_t i = 0; i < node_capacity; ++i) {
    rdo_atomic_init(&graph->work_ns[i], 0);
    rdo_atomic_init(&graph->tile_ns[i], 0);
  }
  uint32_t before_begin = 0, before_end = 0;
  for (uint32_t begin = 0, end; begin < command_count; begin = end) {
    uint32_t region_width = 0;
    for (end = begin; end < command_count && graph->nodes[end].command->region == graph->nodes[begin].command->region; ++end) {
      region_width = add_saturated(region_width, graph->nodes[end].tile_count);
    }
    if (graph->width < region_width) graph->width = region_width;
    if (begin == 0) {
      graph->root_count = end;
    } else {
      connect(graph, before_begin, before_end, begin, end);
    }
    before_begin = begin;
    before_end = end;
  }
  return RONDO_OK;
}
