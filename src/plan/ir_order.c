// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/ir_order.h"

#include <string.h>

#include "base/alloc.h"

struct order {
  const struct rdo_ir *ir;
  const struct rdo_ir_function *function;
  size_t word_count;  // of a row
  uint64_t *rows;     // [command_count][word_count]: all that comes before a command
  uint64_t step_count;
};

static bool has_bit(const uint64_t *row, uint32_t index) { return (row[index / 64] >> (index % 64) & 1) != 0; }
static void set_bit(uint64_t *row, uint32_t index) { row[index / 64] |= UINT64_C(1) << (index % 64); }

static bool conflicts(const struct rdo_ir_access *a, const struct rdo_ir_access *b) {
  if (!a->is_written && !b->is_written) return false;
  if (a->root == RDO_IR_NONE || b->root == RDO_IR_NONE) return true;
  return a->root == b->root && a->begin < b->end && b->begin < a->end;
}

static bool touch_the_same(const struct rdo_ir *ir, const struct rdo_ir_command *a, const struct rdo_ir_command *b) {
  for (uint32_t i = 0; i < a->access_count; ++i) {
    for (uint32_t k = 0; k < b->access_count; ++k) {
      if (conflicts(&ir->accesses[a->access_begin + i], &ir->accesses[b->access_begin + k])) return true;
    }
  }
  return false;
}

// Whether the innermost group that holds both is one whose parts are independent.
static bool are_concurrent(const struct rdo_ir *ir, const struct rdo_ir_command *a, const struct rdo_ir_command *b) {
  uint32_t left = a->block, right = b->block;
  while (left != right) {
    if (ir->blocks[left].depth >= ir->blocks[right].depth) left = ir->blocks[left].parent;
    else right = ir->blocks[right].parent;
  }
  return ir->blocks[left].is_concurrent;
}

// Whether a command of the text comes before a later one, not counting what stands between them.
static bool comes_before(const struct order *order, const struct rdo_ir_command *a, const struct rdo_ir_command *b) {
  if (a->execute == b->execute) return !are_concurrent(order->ir, a, b) && touch_the_same(order->ir, a, b);
  return has_bit(order->ir->executes[b->execute].before.words, a->execute - order->function->execute_begin);
}

static void unite(uint64_t *into, const uint64_t *row, size_t word_count) {
  for (size_t i = 0; i < word_count; ++i) into[i] |= row[i];
}

// From the nearest to the farthest, so that what follows from nearer ones is not asked.
static enum rondo_status fill_rows(struct order *order, struct rondo_diag *diag) {
  const struct rdo_ir_command *commands = order->ir->commands + order->function->command_begin;
  for (uint32_t i = 0; i < order->function->command_count; ++i) {
    uint64_t *row = order->rows + i * order->word_count;
    for (uint32_t k = i; k-- > 0;) {
      if (has_bit(row, k)) continue;
      order->step_count += (uint64_t)commands[k].access_count * commands[i].access_count + 1;
      if (order->step_count > RDO_IR_STEPS_MAX) {
        return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: the commands of a function have too many bindings to compare all with all", order->ir->path);
      }
      if (!comes_before(order, &commands[k], &commands[i])) continue;
      set_bit(row, k);
      unite(row, order->rows + k * order->word_count, order->word_count);
    }
  }
  return RONDO_OK;
}

// Commands that are no dispatches are left out; what they put in order stays in order.
static enum rondo_status list_edges(const struct order *order, uint64_t *covered, struct rdo_arena *arena, struct rdo_ir_edges *out_edges,
                                    struct rondo_diag *diag) {
  const struct rdo_ir *ir = order->ir;
  const struct rdo_ir_function *function = order->function;
  uint32_t edge_count = 0;
  size_t capacity = 0;
  uint32_t *list = NULL;
  enum rondo_status status = rdo_arena_alloc(arena, (size_t)function->dispatch_count + 1, sizeof *out_edges->begins, &out_edges->begins, diag);
  for (uint32_t i = 0; i < function->dispatch_count && status == RONDO_OK; ++i) {
    uint32_t command = ir->dispatches[function->dispatch_begin + i].command - function->command_begin;
    memset(covered, 0, order->word_count * sizeof *covered);
    for (uint32_t k = i; k-- > 0 && status == RONDO_OK;) {
      uint32_t other = ir->dispatches[function->dispatch_begin + k].command - function->command_begin;
      if (!has_bit(order->rows + command * order->word_count, other) || has_bit(covered, other)) continue;
      status = rdo_grow_array((size_t)edge_count + 1, sizeof *list, &capacity, &list, diag);
      if (status == RONDO_OK) list[edge_count++] = k;
      unite(covered, order->rows + other * order->word_count, order->word_count);
    }
    out_edges->begins[i + 1] = edge_count;
  }
  if (status == RONDO_OK) status = rdo_arena_alloc(arena, edge_count, sizeof *out_edges->predecessors, &out_edges->predecessors, diag);
  // They were found from the last to the first.
  for (uint32_t i = 0; i < function->dispatch_count && status == RONDO_OK; ++i) {
    uint32_t begin = out_edges->begins[i], end = out_edges->begins[i + 1];
    for (uint32_t k = begin; k < end; ++k) out_edges->predecessors[k] = list[end - 1 - (k - begin)];
  }
  rdo_free(list);
  return status;
}

enum rondo_status rdo_ir_order(const struct rdo_ir *ir, const struct rdo_ir_function *function, struct rdo_arena *arena,
                               struct rdo_ir_edges *out_edges, struct rondo_diag *diag) {
  struct order order = {.ir = ir, .function = function, .word_count = ((size_t)function->command_count + 63) / 64};
  uint64_t *covered = NULL;
  *out_edges = (struct rdo_ir_edges){0};
  enum rondo_status status = rdo_alloc_array(order.word_count * function->command_count, sizeof *order.rows, &order.rows, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(order.word_count, sizeof *covered, &covered, diag);
  if (status == RONDO_OK) status = fill_rows(&order, diag);
  if (status == RONDO_OK) status = list_edges(&order, covered, arena, out_edges, diag);
  rdo_free(order.rows);
  rdo_free(covered);
  return status;
}
