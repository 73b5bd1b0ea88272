// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/call_graph.h"

#include <string.h>

#include "base/alloc.h"

// Memory ---------------------------------------------------------------------------------------------------

static void locate(const struct rdo_buffer *buffer, uint64_t offset, uint64_t length, struct rdo_access *access) {
  const struct rdo_buffer *root = buffer->parent != NULL ? buffer->parent : buffer;
  const uint8_t *data = rdo_buffer_data(buffer);
  access->root = root;
  access->offset = offset + (buffer->parent != NULL ? buffer->parent_offset : 0);
  access->address = data != NULL ? (uint64_t)(uintptr_t)data + offset : 0;
  access->length = length;
  if (buffer->is_read_only) access->is_written = false;
}

// What is left of `size` behind `offset`, or the length that is asked for.
static uint64_t length_within(uint64_t size, uint64_t offset, uint64_t length) {
  uint64_t left = offset <= size ? size - offset : 0;
  return length < left ? length : left;
}

// A reference of a command. What it cannot be resolved to touches nothing: running it will fail, and say why.
static struct rdo_access resolve(const struct rdo_buffer_ref *ref, const struct rdo_binding_table *table, bool is_written) {
  struct rdo_access access = {.is_written = is_written};
  const struct rdo_buffer_ref *entry = ref;
  uint64_t offset = ref->offset, length = ref->length;
  if (ref->buffer == NULL) {
    if (ref->slot >= table->count || table->entries[ref->slot].buffer == NULL) return access;
    entry = &table->entries[ref->slot];
    uint64_t bound = length_within(entry->buffer->byte_length, entry->offset, entry->length);
    length = length_within(bound, ref->offset, ref->length);
    offset = entry->offset + ref->offset;
  }
  locate(entry->buffer, offset, length_within(entry->buffer->byte_length, offset, length), &access);
  return access;
}

// Nodes ----------------------------------------------------------------------------------------------------

static enum rondo_status add_access(struct rdo_call_graph *graph, const struct rdo_buffer_ref *ref, const struct rdo_binding_table *table, bool is_written) {
  if (graph->access_count == graph->access_capacity) {
    RDO_TRY(rdo_grow_array(graph->access_count + 1, sizeof *graph->accesses, &graph->access_capacity, &graph->accesses, &graph->diag));
  }
  struct rdo_access access = resolve(ref, table, is_written);
  graph->accesses[graph->access_count++] = access;
  graph->nodes[graph->node_count].bytes_touched += access.length;
  return RONDO_OK;
}

static enum rondo_status add_dispatch(struct rdo_call_graph *graph, const struct rdo_command_dispatch *dispatch, const struct rdo_binding_table *table) {
  const struct rdo_buffer_ref *bindings = rdo_dispatch_bindings(dispatch);
  uint64_t xy = (uint64_t)dispatch->workgroup_count[0] * dispatch->workgroup_count[1], total;
  if (__builtin_mul_overflow(xy, (uint64_t)dispatch->workgroup_count[2], &total)) total = UINT64_MAX;
  if (dispatch->is_indirect) total = UINT64_MAX;
  else if (total != 0 && rdo_dispatch_is_sequential(dispatch)) total = 1;
  graph->nodes[graph->node_count].name = dispatch->executable->names[dispatch->export_index];
  graph->nodes[graph->node_count].tile_count = total;
  for (uint32_t i = 0; i < dispatch->binding_count; ++i) RDO_TRY(add_access(graph, &bindings[i], table, true));
  return dispatch->is_indirect ? add_access(graph, &dispatch->workgroup_ref, table, false) : RONDO_OK;
}

static enum rondo_status add_accesses(struct rdo_call_graph *graph, const struct rdo_command *command, const struct rdo_binding_table *table) {
  const void *body = command;
  const struct rdo_command_copy *copy = body;
  switch ((enum rdo_command_kind)command->kind) {
    case RDO_COMMAND_DISPATCH: return add_dispatch(graph, body, table);
    case RDO_COMMAND_FILL:
      graph->nodes[graph->node_count].name = "fill";
      return add_access(graph, &((const struct rdo_command_fill *)body)->target, table, true);
    case RDO_COMMAND_UPDATE:
      graph->nodes[graph->node_count].name = "update";
      return add_access(graph, &((const struct rdo_command_update *)body)->target, table, true);
    case RDO_COMMAND_COPY:
      graph->nodes[graph->node_count].name = "copy";
      RDO_TRY(add_access(graph, &copy->source, table, false));
      return add_access(graph, &copy->target, table, true);
    default: return RONDO_OK;
  }
}

static enum rondo_status copy_name(struct rdo_call_graph *graph, struct rdo_call_node *node) {
  size_t size = strlen(node->name) + 1;
  char *name;
  RDO_TRY(rdo_arena_alloc(&graph->arena, size, 1, &name, &graph->diag));
  memcpy(name, node->name, size);
  node->name = name;
  return RONDO_OK;
}

static enum rondo_status add_command(struct rdo_call_graph *graph, const struct rdo_command *command, const struct rdo_binding_table *table) {
  if (graph->node_count == graph->node_capacity) {
    RDO_TRY(rdo_grow_array(graph->node_count + 1, sizeof *graph->nodes, &graph->node_capacity, &graph->nodes, &graph->diag));
  }
  if (graph->node_count == graph->place_capacity) {
    RDO_TRY(rdo_grow_array(graph->node_count + 1, sizeof *graph->places, &graph->place_capacity, &graph->places, &graph->diag));
  }
  struct rdo_hazard_node *place = &graph->places[graph->node_count];
  *place = (struct rdo_hazard_node){.recording = (uint32_t)graph->recording_count, .region = command->region, .access_begin = (uint32_t)graph->access_count};
  graph->nodes[graph->node_count] = (struct rdo_call_node){.name = "", .tile_count = 1};
  RDO_TRY(add_accesses(graph, command, table));
  place->access_count = (uint32_t)(graph->access_count - place->access_begin);
  RDO_TRY(copy_name(graph, &graph->nodes[graph->node_count]));
  ++graph->node_count;
  return RONDO_OK;
}

static enum rondo_status add_recording(struct rdo_call_graph *graph, const struct rdo_recording *recording, const struct rdo_binding_table *table) {
  if (graph->recording_count == graph->recording_capacity) {
    RDO_TRY(rdo_grow_array(graph->recording_count + 1, sizeof *graph->recording_begins, &graph->recording_capacity, &graph->recording_begins, &graph->diag));
  }
  graph->recording_begins[graph->recording_count] = (uint32_t)graph->node_count;
  // Joins, which are no commands, stand behind all others.
  for (uint32_t i = 0; i < recording->graph.node_count && recording->graph.nodes[i].command != NULL; ++i) {
    RDO_TRY(add_command(graph, recording->graph.nodes[i].command, table));
  }
  ++graph->recording_count;
  return RONDO_OK;
}

static enum rondo_status add_one_dispatch(struct rdo_call_graph *graph, const struct rdo_dispatch *dispatch) {
  static const struct rdo_binding_table empty;
  struct rdo_one_dispatch *one;
  RDO_TRY(rdo_alloc(sizeof *one, &one, &graph->diag));
  enum rondo_status status = rdo_one_dispatch_init(one, &dispatch->info, dispatch->constants, dispatch->bindings, &graph->diag);
  if (status == RONDO_OK) status = add_recording(graph, &one->recording, &empty);
  rdo_free(one);
  return status;
}

void rdo_call_graph_add(struct rdo_call_graph *graph, const struct rdo_operation *operation) {
  if (graph->status != RONDO_OK) return;
  if (operation->kind == RDO_OPERATION_EXECUTE && operation->recording != NULL) {
    graph->status = add_recording(graph, operation->recording, &operation->bindings);
  } else if (operation->kind == RDO_OPERATION_DISPATCH) {
    graph->status = add_one_dispatch(graph, operation->dispatch);
  } else if (operation->kind == RDO_OPERATION_EXECUTE_LIST) {
    graph->status = rdo_fail(&graph->diag, RONDO_UNIMPLEMENTED, "the program submits lists of recordings, whose commands cannot be told apart");
  }
}

enum rondo_status rdo_call_graph_finish(struct rdo_call_graph *graph, struct rondo_diag *diag) {
  if (graph->status != RONDO_OK) return rdo_fail(diag, graph->status, "%s", graph->diag.message);
  return rdo_hazard_edges_build(graph->places, (uint32_t)graph->node_count, graph->accesses, &graph->arena, &graph->edges, diag);
}

bool rdo_call_graph_equals(const struct rdo_call_graph *a, const struct rdo_call_graph *b) {
  if (a->node_count != b->node_count || a->recording_count != b->recording_count) return false;
  for (size_t i = 0; i < a->node_count; ++i) {
    if (strcmp(a->nodes[i].name, b->nodes[i].name) != 0 || a->nodes[i].tile_count != b->nodes[i].tile_count) return false;
    if (a->places[i].recording != b->places[i].recording || a->edges.begins[i + 1] != b->edges.begins[i + 1]) return false;
    for (uint32_t k = a->edges.begins[i]; k < a->edges.begins[i + 1]; ++k) {
      if (a->edges.predecessors[k] != b->edges.predecessors[k]) return false;
    }
  }
  return true;
}

void rdo_call_graph_deinit(struct rdo_call_graph *graph) {
  rdo_free(graph->nodes);
  rdo_free(graph->places);
  rdo_free(graph->accesses);
  rdo_free(graph->recording_begins);
  rdo_arena_deinit(&graph->arena);
  *graph = (struct rdo_call_graph){0};
}
