// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/shop.h"

#include <string.h>

#include "base/alloc.h"

// The constant part ----------------------------------------------------------------------------------------

// Adds a node's mode unless it has a shorter one on the same machine.
static void add_mode(struct rdo_shop *shop, uint32_t begin, uint32_t *count, const struct rdo_shop_mode *mode) {
  for (uint32_t i = begin; i < *count; ++i) {
    struct rdo_shop_mode *other = &shop->modes[i];
    if (other->machine != mode->machine) continue;
    if (mode->duration < other->duration) *other = *mode;
    return;
  }
  shop->modes[(*count)++] = *mode;
}

static void make_modes(struct rdo_shop *shop, const int64_t *excesses) {
  const struct rondo_problem *problem = shop->problem;
  uint32_t count = 0;
  for (int32_t i = 0; i < shop->operation_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    shop->mode_begins[i] = count;
    for (uint32_t k = 0; k < node->mode_count; ++k) {
      const struct rdo_mode *mode = &problem->modes[node->mode_begin + k];
      add_mode(shop, shop->mode_begins[i], &count, &(struct rdo_shop_mode){.duration = mode->duration, .excess = excesses != NULL ? excesses[node->mode_begin + k] : 0, .machine = problem->uses[mode->use_begin].machine, .mode = (int32_t)k});
    }
  }
  shop->mode_begins[shop->operation_count] = count;
  for (uint32_t i = 0; i < count; ++i) ++shop->sequence_begins[shop->modes[i].machine + 1];
  for (int32_t i = 0; i < shop->machine_count; ++i) shop->sequence_begins[i + 1] += shop->sequence_begins[i];
}

enum rondo_status rdo_shop_init(struct rdo_shop *shop, const struct rondo_problem *problem, const int64_t *excesses, struct rondo_diag *diag) {
  *shop = (struct rdo_shop){.problem = problem, .operation_count = (int32_t)problem->node_count, .machine_count = (int32_t)problem->machine_count};
  RDO_TRY(rdo_alloc_array(problem->mode_count, sizeof *shop->modes, &shop->modes, diag));
  RDO_TRY(rdo_alloc_array(problem->node_count + 1, sizeof *shop->mode_begins, &shop->mode_begins, diag));
  RDO_TRY(rdo_alloc_array(problem->machine_count + 1, sizeof *shop->sequence_begins, &shop->sequence_begins, diag));
  make_modes(shop, excesses);
  return RONDO_OK;
}

void rdo_shop_deinit(struct rdo_shop *shop) {
  rdo_free(shop->modes);
  rdo_free(shop->mode_begins);
  rdo_free(shop->sequence_begins);
  *shop = (struct rdo_shop){0};
}

// A solution -----------------------------------------------------------------------------------------------

static void init_operations(struct rdo_shop_state *state) {
  const struct rondo_problem *problem = state->shop->problem;
  int32_t none = state->shop->operation_count;
  for (int32_t i = 0; i <= none; ++i) {
    struct rdo_operation *operation = &state->operations[i];
    *operation = (struct rdo_operation){.job_before = none, .job_after = none, .machine_before = none, .machine_after = none, .machine = -1};
    if (i == none) break;
    const struct rdo_node *node = &problem->nodes[i];
    operation->release = node->release;
    if (node->predecessor_count == 1 && problem->predecessors[node->predecessor_begin].delay == 0) operation->job_before = (int32_t)problem->predecessors[node->predecessor_begin].node;
    if (node->successor_count == 1 && problem->successors[node->successor_begin].delay == 0) operation->job_after = (int32_t)problem->successors[node->successor_begin].node;
  }
}

enum rondo_status rdo_shop_state_init(struct rdo_shop_state *state, const struct rdo_shop *shop, struct rondo_diag *diag) {
  size_t count = (size_t)shop->operation_count + 1;
  *state = (struct rdo_shop_state){.shop = shop};
  state->operations = rdo_alloc_aligned(count * sizeof *state->operations, 64);
  if (state->operations == NULL) return rdo_fail_no_memory(diag, count * sizeof *state->operations);
  RDO_TRY(rdo_alloc_array(shop->sequence_begins[shop->machine_count] + 1, sizeof *state->sequences, &state->sequences, diag));
  RDO_TRY(rdo_alloc_array((size_t)shop->machine_count, sizeof *state->sequence_counts, &state->sequence_counts, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *state->order, &state->order, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *state->marks, &state->marks, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *state->scratch, &state->scratch, diag));
  init_operations(state);
  return RONDO_OK;
}

void rdo_shop_state_deinit(struct rdo_shop_state *state) {
  rdo_free(state->operations);
  rdo_free(state->sequences);
  rdo_free(state->sequence_counts);
  rdo_free(state->order);
  rdo_free(state->marks);
  rdo_free(state->scratch);
  *state = (struct rdo_shop_state){0};
}

static void compute_ends(struct rdo_shop_state *state, int32_t from) {
  int32_t count = state->shop->operation_count;
  struct rdo_operation *operations = state->operations;
  for (int32_t i = from; i < count; ++i) {
    struct rdo_operation *operation = &operations[state->order[i]];
    int64_t head = rdo_shop_state_ready(state, operation), before = operations[operation->machine_before].end;
    operation->end = (head > before ? head : before) + operation->duration;
  }
}

static void compute_outs(struct rdo_shop_state *state, int32_t from) {
  struct rdo_operation *operations = state->operations;
  for (int32_t i = from; i >= 0; --i) {
    struct rdo_operation *operation = &operations[state->order[i]];
    int64_t tail = rdo_shop_state_rest(state, operation), after = operations[operation->machine_after].out;
    operation->out = (tail > after ? tail : after) + operation->duration;
  }
}

static void find_makespan(struct rdo_shop_state *state) {
  int64_t makespan = 0;
  for (int32_t i = 0; i < state->shop->machine_count; ++i) {
    if (state->sequence_counts[i] == 0) continue;
    int32_t last = state->sequences[state->shop->sequence_begins[i] + (uint32_t)state->sequence_counts[i] - 1];
    if (state->operations[last].end > makespan) makespan = state->operations[last].end;
  }
  state->makespan = makespan;
}

void rdo_shop_state_compute(struct rdo_shop_state *state) {
  compute_ends(state, 0);
  compute_outs(state, state->shop->operation_count - 1);
  find_makespan(state);
}

void rdo_shop_state_load(struct rdo_shop_state *state, const int32_t *order, const int32_t *modes) {
  const struct rdo_shop *shop = state->shop;
  int32_t none = shop->operation_count;
  memset(state->sequence_counts, 0, (size_t)shop->machine_count * sizeof *state->sequence_counts);
  for (int32_t i = 0; i < none; ++i) {
    int32_t index = state->order[i] = order[i];
    struct rdo_operation *operation = &state->operations[index];
    const struct rdo_shop_mode *mode = &shop->modes[modes[index]];
    int32_t *sequence = &state->sequences[shop->sequence_begins[mode->machine]];
    operation->shop_mode = modes[index];
    operation->machine = mode->machine;
    operation->duration = mode->duration;
    operation->position = i;
    operation->index = state->sequence_counts[mode->machine]++;
    operation->machine_after = none;
    operation->machine_before = operation->index > 0 ? sequence[operation->index - 1] : none;
    if (operation->index > 0) state->operations[operation->machine_before].machine_after = index;
    sequence[operation->index] = index;
  }
  rdo_shop_state_compute(state);
}

// Moving ---------------------------------------------------------------------------------------------------

static void link_neighbours(struct rdo_shop_state *state, int32_t before, int32_t after) {
  int32_t none = state->shop->operation_count;
  if (before != none) state->operations[before].machine_after = after;
  if (after != none) state->operations[after].machine_before = before;
}

static void take_out(struct rdo_shop_state *state, int32_t index) {
  struct rdo_operation *operation = &state->operations[index];
  int32_t *sequence = &state->sequences[state->shop->sequence_begins[operation->machine]];
  int32_t count = --state->sequence_counts[operation->machine];
  for (int32_t i = operation->index; i < count; ++i) {
    sequence[i] = sequence[i + 1];
    state->operations[sequence[i]].index = i;
  }
  link_neighbours(state, operation->machine_before, operation->machine_after);
}

static void put_in(struct rdo_shop_state *state, int32_t index, int32_t shop_mode, int32_t place) {
  struct rdo_operation *operation = &state->operations[index];
  const struct rdo_shop_mode *mode = &state->shop->modes[shop_mode];
  int32_t *sequence = &state->sequences[state->shop->sequence_begins[mode->machine]];
  int32_t none = state->shop->operation_count, count = state->sequence_counts[mode->machine]++;
  for (int32_t i = count; i > place; --i) {
    sequence[i] = sequence[i - 1];
    state->operations[sequence[i]].index = i;
  }
  sequence[place] = index;
  operation->index = place;
  operation->machine = mode->machine;
  operation->shop_mode = shop_mode;
  operation->duration = mode->duration;
  operation->machine_before = place > 0 ? sequence[place - 1] : none;
  operation->machine_after = place < count ? sequence[place + 1] : none;
  link_neighbours(state, operation->machine_before, index);
  link_neighbours(state, index, operation->machine_after);
}

static int32_t last_predecessor(const struct rdo_shop_state *state, int32_t index) {
  const struct rdo_operation *operation = &state->operations[index];
  const struct rdo_node *node = &state->shop->problem->nodes[index];
  int32_t none = state->shop->operation_count, last = -1;
  if (operation->machine_before != none) last = state->operations[operation->machine_before].position;
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    int32_t position = state->operations[state->shop->problem->predecessors[node->predecessor_begin + i].node].position;
    if (position > last) last = position;
  }
  return last;
}

static int32_t first_successor(const struct rdo_shop_state *state, int32_t index) {
  const struct rdo_operation *operation = &state->operations[index];
  const struct rdo_node *node = &state->shop->problem->nodes[index];
  int32_t none = state->shop->operation_count, first = none;
  if (operation->machine_after != none) first = state->operations[operation->machine_after].position;
  for (uint32_t i = 0; i < node->successor_count; ++i) {
    int32_t position = state->operations[state->shop->problem->successors[node->successor_begin + i].node].position;
    if (position < first) first = position;
  }
  return first;
}

static bool follows_marked(const struct rdo_shop_state *state, int32_t index) {
  const struct rdo_operation *operation = &state->operations[index];
  const struct rdo_node *node = &state->shop->problem->nodes[index];
  if (state->marks[operation->machine_before] == state->mark) return true;
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    if (state->marks[state->shop->problem->predecessors[node->predecessor_begin + i].node] == state->mark) return true;
  }
  return false;
}

// Marks what comes after `index` at the positions first .. last; false if a predecessor of it is among them.
static bool mark_successors(struct rdo_shop_state *state, int32_t index, int32_t first, int32_t last) {
  if (++state->mark == 0) {
    memset(state->marks, 0, ((size_t)state->shop->operation_count + 1) * sizeof *state->marks);
    state->mark = 1;
  }
  state->marks[index] = state->mark;
  for (int32_t i = first; i <= last; ++i) {
    int32_t other = state->order[i];
    if (other != index && follows_marked(state, other)) state->marks[other] = state->mark;
  }
  return !follows_marked(state, index);
}

static void put_at(struct rdo_shop_state *state, int32_t position, int32_t index) {
  state->order[position] = index;
  state->operations[index].position = position;
}

// Shifts what stands between two positions by one and puts an operation into the hole.
static void shift_order(struct rdo_shop_state *state, int32_t from, int32_t to) {
  int32_t index = state->order[from];
  for (; from < to; ++from) put_at(state, from, state->order[from + 1]);
  for (; from > to; --from) put_at(state, from, state->order[from - 1]);
  put_at(state, to, index);
}

// The positions whose operations may have changed their ends or ways out.
struct stretch {
  int32_t first, last;
};

// Makes `order` topological again after put_in; false if there is a cycle.
static bool repair_order(struct rdo_shop_state *state, int32_t index, struct stretch *out) {
  int32_t place = state->operations[index].position;
  int32_t last = last_predecessor(state, index), first = first_successor(state, index);
  *out = (struct stretch){.first = place, .last = place};
  if (last < place && place < first) return true;
  if (last < first) {  // there is room between what must be before and what must be after
    int32_t target = place <= last ? last : first;
    shift_order(state, place, target);
    if (target < place) out->first = target;
    else out->last = target;
    return true;
  }
  if (!mark_successors(state, index, first, last)) return false;
  // Within first .. last: what comes after the operation goes behind it, all else keeps its order before it.
  if (place < first) shift_order(state, place, --first);
  else if (place > last) shift_order(state, place, ++last);
  int32_t next = first, kept = 0;
  for (int32_t i = first; i <= last; ++i) {
    int32_t other = state->order[i];
    if (state->marks[other] != state->mark) put_at(state, next++, other);
    else if (other != index) state->scratch[kept++] = other;
  }
  put_at(state, next++, index);
  for (int32_t i = 0; i < kept; ++i) put_at(state, next++, state->scratch[i]);
  if (first < out->first) out->first = first;
  if (last > out->last) out->last = last;
  return true;
}

bool rdo_shop_state_move(struct rdo_shop_state *state, int32_t operation, int32_t shop_mode, int32_t index) {
  int32_t old_mode = state->operations[operation].shop_mode, old_index = state->operations[operation].index;
  struct stretch stretch;
  take_out(state, operation);
  put_in(state, operation, shop_mode, index);
  if (!repair_order(state, operation, &stretch)) {
    take_out(state, operation);
    put_in(state, operation, old_mode, old_index);
    return false;
  }
  compute_ends(state, stretch.first);
  compute_outs(state, stretch.last);
  find_makespan(state);
  return true;
}
