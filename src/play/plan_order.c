// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/plan_order.h"

#include "base/alloc.h"
#include "play/plan_call.h"

#define NONE UINT32_MAX

// Edges --------------------------------------------------------------------------------------------------

typedef void visitor(void *user, uint32_t from, uint32_t to, bool is_recorded);

static uint32_t next_filled(const struct rdo_plan_call *call, uint32_t from) {
  while (from < call->instance_count && call->rounds[0].instances[from].place_count == 0) ++from;
  return from;
}

static void visit_gap(const struct rdo_plan_instance *first, const struct rdo_plan_instance *second, uint32_t gap, visitor *visit, void *user) {
  for (uint32_t i = 0; i < first->place_count; ++i) visit(user, first->places[i].node, gap, false);
  for (uint32_t i = 0; i < second->place_count; ++i) visit(user, gap, second->places[i].node, false);
}

static void visit_recorded(const struct rdo_plan_instance *instance, visitor *visit, void *user) {
  for (uint32_t part = 0; part < instance->part_count; ++part) {
    const struct rdo_recorded_order *recorded = instance->parts[part].recorded;
    for (uint32_t i = 0; i < recorded->edge_count; ++i) visit(user, recorded->edges[i][0], recorded->edges[i][1], true);
  }
}

// Gaps behind the instances that this one reads from.
static uint32_t visit_gates(const struct rdo_plan_call *call, const struct rdo_plan_instance *instance, uint32_t gap, visitor *visit, void *user) {
  for (uint32_t i = 0; instance->gates != NULL && i < call->source_count; ++i) {
    if (instance->gates[i] != 0) visit_gap(&call->sources[i].call->rounds[0].instances[instance->gates[i] - 1], instance, gap++, visit, user);
  }
  return gap;
}

static void visit_all(const struct rdo_plan_order *order, visitor *visit, void *user) {
  const struct rdo_node_graph *graph = order->graph;
  uint32_t gap = graph->node_count;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    for (uint32_t k = 0; k < graph->nodes[i].successor_count; ++k) visit(user, i, graph->nodes[i].successors[k], false);
  }
  for (uint32_t c = 0; c < order->call_count; ++c) {
    const struct rdo_plan_call *call = order->calls[c];
    for (uint32_t i = next_filled(call, 0), next; i < call->instance_count; i = next) {
      next = next_filled(call, i + 1);
      visit_recorded(&call->rounds[0].instances[i], visit, user);
      gap = visit_gates(call, &call->rounds[0].instances[i], gap, visit, user);
      if (next < call->instance_count) visit_gap(&call->rounds[0].instances[i], &call->rounds[0].instances[next], gap++, visit, user);
    }
  }
}

// The walk: what waits for nothing is taken away, and what then waits for nothing -------------------------

struct walk {
  uint32_t *pending;  // owned [vertex_count]: edges to it from what is left
  uint32_t *begins;   // owned [vertex_count + 1]: in successors
  uint32_t *at;       // owned [vertex_count]
  uint32_t *successors;  // owned
  uint32_t *stack;    // owned [vertex_count]
  uint32_t *before;   // owned [vertex_count]: of what is left, one that it waits for
  bool *is_recorded;  // owned [vertex_count]: because the model says so
};

static void end_walk(struct walk *walk) {
  rdo_free(walk->pending);
  rdo_free(walk->begins);
  rdo_free(walk->at);
  rdo_free(walk->successors);
  rdo_free(walk->stack);
  rdo_free(walk->before);
  rdo_free(walk->is_recorded);
}

static void count_edge(void *user, uint32_t from, uint32_t to, bool is_recorded) {
  struct walk *walk = user;
  (void)is_recorded;
  ++walk->begins[from + 1];
  ++walk->pending[to];
}

static void add_edge(void *user, uint32_t from, uint32_t to, bool is_recorded) {
  struct walk *walk = user;
  (void)is_recorded;
  walk->successors[walk->at[from]++] = to;
}

static void keep_before(void *user, uint32_t from, uint32_t to, bool is_recorded) {
  struct walk *walk = user;
  if (walk->pending[from] == 0 || walk->pending[to] == 0) return;
  walk->before[to] = from;
  walk->is_recorded[to] = is_recorded;
}

static enum rondo_status begin_walk(struct walk *walk, const struct rdo_plan_order *order, struct rondo_diag *diag) {
  size_t count = order->vertex_count;
  RDO_TRY(rdo_alloc_array(count + 1, sizeof *walk->pending, &walk->pending, diag));
  RDO_TRY(rdo_alloc_array(count + 1, sizeof *walk->begins, &walk->begins, diag));
  RDO_TRY(rdo_alloc_array(count + 1, sizeof *walk->at, &walk->at, diag));
  RDO_TRY(rdo_alloc_array(count + 1, sizeof *walk->stack, &walk->stack, diag));
  RDO_TRY(rdo_alloc_array(count + 1, sizeof *walk->before, &walk->before, diag));
  RDO_TRY(rdo_alloc_array(count + 1, sizeof *walk->is_recorded, &walk->is_recorded, diag));
  visit_all(order, count_edge, walk);
  for (size_t i = 0; i < count; ++i) {
    walk->begins[i + 1] += walk->begins[i];
    walk->at[i] = walk->begins[i];
  }
  RDO_TRY(rdo_alloc_array((size_t)walk->begins[count] + 1, sizeof *walk->successors, &walk->successors, diag));
  visit_all(order, add_edge, walk);
  return RONDO_OK;
}

//   returns  how many vertices are left
static uint32_t take_away(struct walk *walk, uint32_t vertex_count) {
  uint32_t stack_count = 0, left = vertex_count;
  for (uint32_t i = 0; i < vertex_count; ++i) {
    if (walk->pending[i] == 0) walk->stack[stack_count++] = i;
  }
  while (stack_count != 0) {
    uint32_t vertex = walk->stack[--stack_count];
    --left;
    for (uint32_t i = walk->begins[vertex]; i < walk->begins[vertex + 1]; ++i) {
      uint32_t to = walk->successors[i];
      if (--walk->pending[to] == 0) walk->stack[stack_count++] = to;
    }
  }
  return left;
}

// What is wrong ------------------------------------------------------------------------------------------

static const struct rdo_plan_place *find_place(const struct rdo_plan_order *order, uint32_t node, const struct rdo_plan_call **out_call,
                                               const struct rdo_plan_instance **out_instance) {
  for (uint32_t c = 0; c < order->call_count; ++c) {
    const struct rdo_plan_call *call = order->calls[c];
    for (uint32_t i = 0; i < call->instance_count; ++i) {
      for (uint32_t k = 0; k < call->rounds[0].instances[i].place_count; ++k) {
        if (call->rounds[0].instances[i].places[k].node != node) continue;
        *out_call = call;
        *out_instance = &call->rounds[0].instances[i];
        return &call->rounds[0].instances[i].places[k];
      }
    }
  }
  return NULL;
}

static enum rondo_status refuse_recorded(const struct rdo_plan_order *order, uint32_t first, uint32_t second, struct rondo_diag *diag) {
  const struct rdo_plan_call *call;
  const struct rdo_plan_instance *instance;
  const struct rdo_plan_place *before = find_place(order, first, &call, &instance), *after = find_place(order, second, &call, &instance);
  if (before == NULL || after == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the plan has nodes in another order than the models");
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT,
                  "%s: in the model \"%.80s\" (command %d, \"%.80s\") comes before \"%.80s\" (command %d, \"%.80s\"), in the plan after it: it would wait for ever",
                  instance->name, before->key, before->command, before->export_name, after->key, after->command, after->export_name);
}

static enum rondo_status refuse_calls(const struct rdo_plan_order *order, const struct walk *walk, struct rondo_diag *diag) {
  const struct rdo_plan_call *call;
  const struct rdo_plan_instance *instance;
  for (uint32_t i = 0; i < order->graph->node_count; ++i) {
    if (walk->pending[i] == 0 || find_place(order, i, &call, &instance) == NULL) continue;
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s waits for a later call of %s, which begins when this one has ended: plan their calls one after the other",
                    instance->name, call->name);
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the plan has nodes that wait for themselves");
}

// Follows what is left back until it comes round, and then once more round: there the model's own order is part of it.
static enum rondo_status refuse(const struct rdo_plan_order *order, struct walk *walk, struct rondo_diag *diag) {
  uint32_t vertex = 0, node_count = order->graph->node_count;
  visit_all(order, keep_before, walk);
  while (walk->pending[vertex] == 0) ++vertex;
  for (uint32_t i = 0; i < order->vertex_count; ++i) vertex = walk->before[vertex];
  for (uint32_t i = 0; i < order->vertex_count; ++i, vertex = walk->before[vertex]) {
    if (vertex >= node_count || !walk->is_recorded[vertex]) continue;
    uint32_t first = walk->before[vertex];
    while (first >= node_count && walk->is_recorded[first]) first = walk->before[first];
    if (first < node_count) return refuse_recorded(order, first, vertex, diag);
  }
  return refuse_calls(order, walk, diag);
}

enum rondo_status rdo_plan_order_check_locked(const struct rdo_plan_order *order, struct rondo_diag *diag) {
  struct walk walk = {0};
  enum rondo_status status = begin_walk(&walk, order, diag);
  if (status == RONDO_OK && take_away(&walk, order->vertex_count) != 0) status = refuse(order, &walk, diag);
  end_walk(&walk);
  return status;
}

// Recorded orders ----------------------------------------------------------------------------------------

static uint32_t vertex_of(const struct rdo_recorded_order *recorded, const uint32_t *node_of_command, uint32_t command) {
  return node_of_command[command] != NONE ? node_of_command[command] : recorded->command_begin + command;
}

bool rdo_recorded_order_is(const struct rdo_recorded_order *recorded, const struct rdo_graph *graph, const uint32_t *node_of_command) {
  uint32_t edge = 0;
  if (recorded->command_count != graph->node_count || recorded->edge_count != graph->successor_count) return false;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_graph_node *node = &graph->nodes[i];
    uint32_t from = vertex_of(recorded, node_of_command, i);
    for (uint32_t k = 0; k < node->successor_count; ++k, ++edge) {
      if (edge == recorded->edge_count || recorded->edges[edge][0] != from) return false;
      if (recorded->edges[edge][1] != vertex_of(recorded, node_of_command, graph->successors[node->successor_begin + k])) return false;
    }
  }
  return edge == recorded->edge_count;
}

enum rondo_status rdo_recorded_order_set_locked(struct rdo_plan_order *order, struct rdo_recorded_order *recorded, const struct rdo_graph *graph,
                                                const uint32_t *node_of_command, struct rondo_diag *diag) {
  if (graph->successor_count > recorded->edge_capacity) {
    RDO_TRY(rdo_grow_array(graph->successor_count, sizeof *recorded->edges, &recorded->edge_capacity, &recorded->edges, diag));
  }
  if (graph->node_count > recorded->command_count) {
    if (__builtin_add_overflow(order->vertex_count, graph->node_count, &order->vertex_count)) {
      return rdo_fail(diag, RONDO_OUT_OF_RANGE, "the recordings of all calls have too many commands");
    }
    recorded->command_begin = order->vertex_count - graph->node_count;
  }
  recorded->command_count = graph->node_count;
  recorded->edge_count = 0;
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_graph_node *node = &graph->nodes[i];
    for (uint32_t k = 0; k < node->successor_count && recorded->edge_count < graph->successor_count; ++k, ++recorded->edge_count) {
      recorded->edges[recorded->edge_count][0] = vertex_of(recorded, node_of_command, i);
      recorded->edges[recorded->edge_count][1] = vertex_of(recorded, node_of_command, graph->successors[node->successor_begin + k]);
    }
  }
  return RONDO_OK;
}

void rdo_recorded_order_destroy(struct rdo_recorded_order *recorded) {
  if (recorded == NULL) return;
  rdo_free(recorded->edges);
  rdo_free(recorded);
}

// Life ---------------------------------------------------------------------------------------------------

enum rondo_status rdo_plan_order_init(struct rdo_plan_order *order, const struct rdo_node_graph *graph, struct rdo_plan_call *const *calls, uint32_t call_count,
                                      struct rondo_diag *diag) {
  *order = (struct rdo_plan_order){.graph = graph, .calls = calls, .call_count = call_count};
  pthread_mutex_init(&order->lock, NULL);
  order->vertex_count = graph->node_count;
  for (uint32_t c = 0; c < call_count; ++c) {
    uint32_t filled_count = 0;
    for (uint32_t i = 0; i < calls[c]->instance_count; ++i) {
      const struct rdo_plan_instance *instance = &calls[c]->rounds[0].instances[i];
      filled_count += instance->place_count != 0;
      for (uint32_t k = 0; instance->gates != NULL && k < calls[c]->source_count; ++k) order->vertex_count += instance->gates[k] != 0;
    }
    if (filled_count > 1) order->vertex_count += filled_count - 1;
    calls[c]->order = order;
  }
  return rdo_plan_order_check_locked(order, diag);  // nobody else is there yet
}

void rdo_plan_order_deinit(struct rdo_plan_order *order) {
  if (order->graph != NULL) pthread_mutex_destroy(&order->lock);
}
