// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table.h"

#include <string.h>

#include "base/alloc.h"

enum { CLEAN_BYTES = 256 };

#define X(name, text) text,
const char *const rdo_own_column_names[RDO_OWN_COLUMN_COUNT] = {RDO_OWN_COLUMNS(X)};
const char *const rdo_played_state_names[RDO_PLAYED_STATE_COUNT] = {RDO_PLAYED_STATES(X)};
const char *const rdo_played_wake_names[RDO_PLAYED_WAKE_COUNT] = {RDO_PLAYED_WAKES(X)};
const char *const rdo_played_release_names[RDO_PLAYED_RELEASE_COUNT] = {RDO_PLAYED_RELEASES(X)};
const char *const rdo_played_time_mode_names[RDO_PLAYED_TIME_COUNT] = {RDO_PLAYED_TIME_MODES(X)};
#undef X

void rdo_table_init(struct rdo_table *out_table) {
  *out_table = (struct rdo_table){.column_count = RDO_OWN_COLUMN_COUNT, .has_dependencies = true};
  for (int i = 0; i < RDO_OWN_COLUMN_COUNT; ++i) out_table->columns[i].own = i;
}

void rdo_table_deinit(struct rdo_table *table) {
  rdo_texts_deinit(&table->texts);
  rdo_arena_deinit(&table->arena);
  rdo_free(table->nodes);
  rdo_free(table->targets);
  rdo_free(table->rows);
  rdo_free(table->extras);
  rdo_free(table->node_of_key);
  *table = (struct rdo_table){0};
}

bool rdo_table_has_column(const struct rdo_table *table, enum rdo_own_column column) {
  for (size_t i = 0; i < table->column_count; ++i) {
    if (table->columns[i].own == (int)column) return true;
  }
  return false;
}

// Texts --------------------------------------------------------------------------------------------

static bool is_bad(char c) { return (uint8_t)c < 0x20 || c == 0x7F || c == ',' || c == '"' || c == '|'; }

enum rondo_status rdo_table_add_text(struct rdo_table *table, const char *text, uint32_t *out_number, struct rondo_diag *diag) {
  char clean[CLEAN_BYTES];
  size_t length = text == NULL ? 0 : strlen(text), good = 0;
  while (good < length && !is_bad(text[good])) ++good;
  if (good == length) return rdo_texts_add(&table->texts, text, length, out_number, diag);
  char *copy = clean;
  if (length > sizeof clean) RDO_TRY(rdo_alloc(length, &copy, diag));
  for (size_t i = 0; i < length; ++i) copy[i] = is_bad(text[i]) ? '_' : text[i];
  enum rondo_status status = rdo_texts_add(&table->texts, copy, length, out_number, diag);
  if (copy != clean) rdo_free(copy);
  return status;
}

enum rondo_status rdo_table_push_target(struct rdo_table *table, uint32_t name, uint32_t *out_target, struct rondo_diag *diag) {
  for (*out_target = 0; *out_target < table->target_count; ++*out_target) {
    if (table->targets[*out_target] == name) return RONDO_OK;
  }
  if (table->target_count == RDO_TABLE_TARGET_COUNT_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "more than %d targets", RDO_TABLE_TARGET_COUNT_MAX);
  }
  RDO_TRY(rdo_grow_array(table->target_count + 1, sizeof *table->targets, &table->target_capacity, &table->targets, diag));
  table->targets[table->target_count++] = name;
  return RONDO_OK;
}

enum rondo_status rdo_table_add_target(struct rdo_table *table, const char *name, uint32_t *out_target, struct rondo_diag *diag) {
  uint32_t number;
  RDO_TRY(rdo_table_add_text(table, name, &number, diag));
  return rdo_table_push_target(table, number, out_target, diag);
}

// Nodes --------------------------------------------------------------------------------------------

uint32_t rdo_table_find_node(const struct rdo_table *table, uint32_t key) {
  if (key >= table->node_of_key_capacity) return RDO_TABLE_NO_INDEX;
  return table->node_of_key[key] - 1u;
}

static enum rondo_status note_key(struct rdo_table *table, uint32_t key, uint32_t node, struct rondo_diag *diag) {
  size_t old = table->node_of_key_capacity;
  if (key >= old) {
    RDO_TRY(rdo_grow_array((size_t)key + 1, sizeof *table->node_of_key, &table->node_of_key_capacity, &table->node_of_key, diag));
    memset(table->node_of_key + old, 0, (table->node_of_key_capacity - old) * sizeof *table->node_of_key);
  }
  table->node_of_key[key] = node + 1;
  return RONDO_OK;
}

static enum rondo_status fill_node(struct rdo_table *table, struct rdo_table_node *node, const struct rdo_node_facts *facts,
                                   struct rondo_diag *diag) {
  uint32_t *dependencies = NULL;
  node->id = facts->id;
  node->ordinal = facts->ordinal;
  node->total = facts->total;
  node->release = (uint8_t)facts->release;
  node->time_mode = (uint8_t)facts->time_mode;
  RDO_TRY(rdo_table_add_text(table, facts->job, &node->job, diag));
  RDO_TRY(rdo_table_add_text(table, facts->source, &node->source, diag));
  RDO_TRY(rdo_table_add_text(table, facts->module, &node->module, diag));
  RDO_TRY(rdo_table_add_text(table, facts->time_dependency, &node->time_dependency, diag));
  RDO_TRY(rdo_arena_alloc(&table->arena, facts->dependency_count, sizeof *dependencies, &dependencies, diag));
  for (size_t i = 0; i < facts->dependency_count; ++i) RDO_TRY(rdo_table_add_text(table, facts->dependencies[i], &dependencies[i], diag));
  node->dependencies = dependencies;
  node->dependency_count = (uint32_t)facts->dependency_count;
  return RONDO_OK;
}

enum rondo_status rdo_table_push_node(struct rdo_table *table, const struct rdo_table_node *node, uint32_t *out_node, struct rondo_diag *diag) {
  if (table->node_count >= RDO_TABLE_NO_INDEX - 1) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "too many nodes");
  RDO_TRY(rdo_grow_array(table->node_count + 1, sizeof *node, &table->node_capacity, &table->nodes, diag));
  uint32_t before = rdo_table_find_node(table, node->key) + 1;
  int count = 1;
  for (uint32_t i = before; i != 0; i = table->nodes[i - 1].same_key) ++count;
  if (count > RDO_TABLE_SAME_KEY_COUNT_MAX)
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "more than %d different nodes have one key", RDO_TABLE_SAME_KEY_COUNT_MAX);
  RDO_TRY(note_key(table, node->key, (uint32_t)table->node_count, diag));
  *out_node = (uint32_t)table->node_count;
  table->nodes[table->node_count] = *node;
  table->nodes[table->node_count++].same_key = before;
  return RONDO_OK;
}

enum rondo_status rdo_table_add_node(struct rdo_table *table, const struct rdo_node_facts *facts, uint32_t *out_node, struct rondo_diag *diag) {
  struct rdo_table_node node = {0};
  RDO_TRY(rdo_table_add_text(table, facts->key, &node.key, diag));
  RDO_TRY(fill_node(table, &node, facts, diag));
  return rdo_table_push_node(table, &node, out_node, diag);
}

enum rondo_status rdo_table_describe_node(struct rdo_table *table, uint32_t node, const struct rdo_node_facts *facts, struct rondo_diag *diag) {
  struct rdo_table_node described = table->nodes[node];
  RDO_TRY(fill_node(table, &described, facts, diag));
  table->nodes[node] = described;
  table->has_dependencies = true;
  return RONDO_OK;
}

// Rows ---------------------------------------------------------------------------------------------

struct rdo_table_row rdo_table_row(void) {
  return (struct rdo_table_row){
      .t0_ns = RDO_TABLE_UNKNOWN, .release_ns = RDO_TABLE_UNKNOWN, .deadline_ns = RDO_TABLE_UNKNOWN, .worker = -1, .cpu = -1};
}

enum rondo_status rdo_table_reserve(struct rdo_table *table, size_t count, struct rondo_diag *diag) {
  if (count > SIZE_MAX / 2 - table->row_count) return rdo_fail_no_memory(diag, UINT64_MAX);
  return rdo_grow_array(table->row_count + count, sizeof *table->rows, &table->row_capacity, &table->rows, diag);
}

static bool is_time(int64_t time_ns) { return time_ns >= -RDO_TABLE_TIME_MAX_NS && time_ns <= RDO_TABLE_TIME_MAX_NS; }
static bool is_length(int64_t time_ns) { return time_ns >= 0 && time_ns <= RDO_TABLE_TIME_MAX_NS; }
static bool is_optional_time(int64_t time_ns) { return time_ns == RDO_TABLE_UNKNOWN || is_time(time_ns); }

static bool has_good_times(const struct rdo_table_row *row) {
  return is_length(row->planned_start_ns) && is_length(row->planned_duration_ns) && is_time(row->ready_ns) && is_time(row->start_ns) &&
         is_time(row->end_ns) && is_optional_time(row->t0_ns) && is_optional_time(row->release_ns) && is_optional_time(row->deadline_ns);
}

static bool has_good_numbers(const struct rdo_table *table, const struct rdo_table_row *row) {
  return row->iteration >= 0 && row->iteration <= RDO_TABLE_TIME_MAX_NS && row->node < table->node_count && row->target < table->target_count &&
         row->file <= table->texts.count && row->worker >= -1 && row->worker < RDO_TABLE_WORKER_COUNT_MAX && row->cpu >= -1 &&
         row->worker_count >= 0 && row->preemption_count >= 0 && row->state < RDO_PLAYED_STATE_COUNT && row->wake < RDO_PLAYED_WAKE_COUNT;
}

enum rondo_status rdo_table_append(struct rdo_table *table, const struct rdo_table_row *row, struct rondo_diag *diag) {
  if (!has_good_numbers(table, row)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a row of the trace names what is not there");
  if (!has_good_times(row)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a row of the trace has a time that cannot be");
  if (table->row_count == table->row_capacity) RDO_TRY(rdo_table_reserve(table, 1, diag));
  table->rows[table->row_count++] = *row;
  return RONDO_OK;
}
