// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/tabu.h"

#include <string.h>

#include "base/alloc.h"

// Steps for which a move must not be undone: this many, and up to as many more at random.
enum { TENURE_STEPS = 12 };

enum { PAIR_TABLE_BITS = 16 };

// Longest shift within a block: a block of n operations takes n^2 estimates of up to n operations each.
enum { SHIFT_MAX = 100 };

// Keys of moves that shorten the makespan are below all others: no time is as long.
#define SHORTENING_KEY (INT64_C(1) << 60)

// Solutions at rest ----------------------------------------------------------------------------------------

enum rondo_status rdo_shop_solution_init(struct rdo_shop_solution *solution, const struct rdo_shop *shop, struct rondo_diag *diag) {
  *solution = (struct rdo_shop_solution){.makespan = INT64_MAX};
  RDO_TRY(rdo_alloc_array((size_t)shop->operation_count, sizeof *solution->order, &solution->order, diag));
  return rdo_alloc_array((size_t)shop->operation_count, sizeof *solution->modes, &solution->modes, diag);
}

void rdo_shop_solution_deinit(struct rdo_shop_solution *solution) {
  rdo_free(solution->order);
  rdo_free(solution->modes);
  *solution = (struct rdo_shop_solution){0};
}

void rdo_shop_solution_copy(struct rdo_shop_solution *to, const struct rdo_shop_solution *from, const struct rdo_shop *shop) {
  size_t count = (size_t)shop->operation_count;
  to->makespan = from->makespan;
  memcpy(to->order, from->order, count * sizeof *to->order);
  memcpy(to->modes, from->modes, count * sizeof *to->modes);
}

void rdo_shop_solution_store(struct rdo_shop_solution *to, const struct rdo_shop_state *state) {
  to->makespan = state->makespan;
  memcpy(to->order, state->order, (size_t)state->shop->operation_count * sizeof *to->order);
  for (int32_t i = 0; i < state->shop->operation_count; ++i) to->modes[i] = state->operations[i].shop_mode;
}

// Memory ---------------------------------------------------------------------------------------------------

enum rondo_status rdo_tabu_init(struct rdo_tabu *tabu, const struct rdo_shop *shop, uint64_t seed, struct rondo_diag *diag) {
  size_t count = (size_t)shop->operation_count + 1;
  *tabu = (struct rdo_tabu){.random = rdo_random_seed(seed)};
  RDO_TRY(rdo_shop_state_init(&tabu->state, shop, diag));
  RDO_TRY(rdo_shop_solution_init(&tabu->best, shop, diag));
  RDO_TRY(rdo_alloc_array(shop->mode_begins[shop->operation_count], sizeof *tabu->mode_until, &tabu->mode_until, diag));
  RDO_TRY(rdo_alloc_array((size_t)1 << PAIR_TABLE_BITS, sizeof *tabu->pair_until, &tabu->pair_until, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *tabu->path, &tabu->path, diag));
  return rdo_alloc_array(count, sizeof *tabu->shifted_ends, &tabu->shifted_ends, diag);
}

void rdo_tabu_deinit(struct rdo_tabu *tabu) {
  rdo_shop_state_deinit(&tabu->state);
  rdo_shop_solution_deinit(&tabu->best);
  rdo_free(tabu->mode_until);
  rdo_free(tabu->pair_until);
  rdo_free(tabu->path);
  rdo_free(tabu->shifted_ends);
  *tabu = (struct rdo_tabu){0};
}

// What is tabu ---------------------------------------------------------------------------------------------

// Whether `first` was lately made to come after `second` on a machine.
static uint32_t *pair_slot(struct rdo_tabu *tabu, int32_t first, int32_t second) {
  uint32_t hash = (uint32_t)first * UINT32_C(0x9e3779b1) + (uint32_t)second * UINT32_C(0x85ebca77);
  return &tabu->pair_until[hash >> (32 - PAIR_TABLE_BITS)];
}

static uint32_t tenure(struct rdo_tabu *tabu) { return TENURE_STEPS + rdo_random_below(&tabu->random, TENURE_STEPS); }

static void forbid(struct rdo_tabu *tabu, const struct rdo_tabu_move *move) {
  struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *operation = &state->operations[move->operation];
  uint32_t until = tabu->step + tenure(tabu);
  if (operation->shop_mode != move->shop_mode) {
    tabu->mode_until[operation->shop_mode] = until;
    return;
  }
  const int32_t *sequence = &state->sequences[state->shop->sequence_begins[operation->machine]];
  for (int32_t i = operation->index + 1; i <= move->index; ++i) *pair_slot(tabu, move->operation, sequence[i]) = until;
  for (int32_t i = move->index; i < operation->index; ++i) *pair_slot(tabu, sequence[i], move->operation) = until;
}

// Rises with the estimate, so that a bound of the estimate gives one of the key.
static int64_t move_key(const struct rdo_tabu *tabu, int64_t estimate, int64_t added_excess) {
  if (tabu->guide != RDO_TABU_CHEAPEST) return estimate + tabu->guide * added_excess;
  return estimate < tabu->state.makespan ? added_excess - SHORTENING_KEY : estimate;
}

static void consider(struct rdo_tabu *tabu, const struct rdo_tabu_move *move, bool is_tabu) {
  if (is_tabu && move->estimate >= tabu->best.makespan) {
    if (rdo_random_below(&tabu->random, ++tabu->fallback_count) == 0) tabu->fallback = *move;
    return;
  }
  if (tabu->choice_count > 0 && move->key > tabu->choice.key) return;
  if (tabu->choice_count == 0 || move->key < tabu->choice.key) tabu->choice_count = 0;
  if (rdo_random_below(&tabu->random, ++tabu->choice_count) == 0) tabu->choice = *move;
}

// Other machines -------------------------------------------------------------------------------------------

static int64_t max_time(int64_t a, int64_t b) { return a > b ? a : b; }

// The operations of a sequence with ends of at most `ready` come first: their number. No branch depends on a time,
// which nobody could predict.
static int32_t count_early(const struct rdo_operation *operations, const int32_t *sequence, int32_t count, int64_t ready) {
  int32_t low = 0;
  if (count == 0) return 0;
  for (int32_t half; count > 1; count -= half) {
    half = count / 2;
    low += operations[sequence[low + half - 1]].end <= ready ? half : 0;
  }
  return low + (operations[sequence[low]].end <= ready);
}

// Those with ways out of more than `rest` come first: their number.
static int32_t count_long(const struct rdo_operation *operations, const int32_t *sequence, int32_t count, int64_t rest) {
  int32_t low = 0;
  if (count == 0) return 0;
  for (int32_t half; count > 1; count -= half) {
    half = count / 2;
    low += operations[sequence[low + half - 1]].out > rest ? half : 0;
  }
  return low + (operations[sequence[low]].out > rest);
}

// Mastrolilli and Gambardella's places: after all that are early and long, before all that are neither. When more
// are early than long, every place between them lets the operation start when it is ready and delays nobody.
static void consider_machine(struct rdo_tabu *tabu, int32_t index, int32_t shop_mode, int64_t ready, int64_t rest, int64_t left) {
  const struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *operations = state->operations;
  const struct rdo_shop_mode *mode = &state->shop->modes[shop_mode];
  const int32_t *sequence = &state->sequences[state->shop->sequence_begins[mode->machine]];
  int64_t added = mode->excess - state->shop->modes[operations[index].shop_mode].excess;
  struct rdo_tabu_move move = {.operation = index, .shop_mode = shop_mode, .estimate = max_time(left, ready + mode->duration + rest)};
  move.key = move_key(tabu, move.estimate, added);
  // No place is better than one that delays nobody.
  if (tabu->choice_count > 0 && move.key > tabu->choice.key) return;
  int32_t count = state->sequence_counts[mode->machine];
  int32_t early = count_early(operations, sequence, count, ready), late = count_long(operations, sequence, count, rest);
  bool is_tabu = tabu->mode_until[shop_mode] > tabu->step;
  if (late <= early) {
    move.index = late + (int32_t)rdo_random_below(&tabu->random, (uint32_t)(early - late) + 1);
    consider(tabu, &move, is_tabu);
    return;
  }
  for (move.index = early; move.index <= late; ++move.index) {
    int64_t head = move.index > 0 ? max_time(ready, operations[sequence[move.index - 1]].end) : ready;
    int64_t tail = move.index < count ? max_time(rest, operations[sequence[move.index]].out) : rest;
    move.estimate = max_time(left, head + mode->duration + tail);
    move.key = move_key(tabu, move.estimate, added);
    consider(tabu, &move, is_tabu);
  }
}

// The longest path through the neighbours that an operation leaves behind, which no place elsewhere can shorten.
static int64_t estimate_leaving(const struct rdo_tabu *tabu, const struct rdo_operation *operation) {
  const struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *before = &state->operations[operation->machine_before], *after = &state->operations[operation->machine_after];
  int64_t left = 0;
  if (operation->machine_after != state->shop->operation_count) left = max_time(rdo_shop_state_ready(state, after), before->end) + after->out;
  if (operation->machine_before == state->shop->operation_count) return left;
  return max_time(left, before->end + max_time(rdo_shop_state_rest(state, before), after->out));
}

static void consider_machines(struct rdo_tabu *tabu, int32_t index) {
  const struct rdo_shop *shop = tabu->state.shop;
  const struct rdo_operation *operation = &tabu->state.operations[index];
  uint32_t begin = shop->mode_begins[index], end = shop->mode_begins[index + 1];
  if (end - begin == 1) return;
  int64_t ready = rdo_shop_state_ready(&tabu->state, operation), rest = rdo_shop_state_rest(&tabu->state, operation);
  int64_t left = estimate_leaving(tabu, operation);
  for (uint32_t i = begin; i < end; ++i) {
    if ((int32_t)i != operation->shop_mode) consider_machine(tabu, index, (int32_t)i, ready, rest, left);
  }
}

// Within a block -------------------------------------------------------------------------------------------

// The longest path through any of what a shift to the right touches: from > to are indices of `sequence`.
static int64_t estimate_right(struct rdo_tabu *tabu, const int32_t *sequence, int32_t count, int32_t from, int32_t to) {
  const struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *operations = state->operations, *moved = &operations[sequence[from]];
  int64_t end = from > 0 ? operations[sequence[from - 1]].end : 0;
  for (int32_t i = from + 1; i <= to; ++i) {
    const struct rdo_operation *operation = &operations[sequence[i]];
    end = tabu->shifted_ends[i] = max_time(rdo_shop_state_ready(state, operation), end) + operation->duration;
  }
  int64_t out = to + 1 < count ? operations[sequence[to + 1]].out : 0;
  int64_t head = max_time(rdo_shop_state_ready(state, moved), end);
  out = max_time(rdo_shop_state_rest(state, moved), out) + moved->duration;
  int64_t longest = head + out;
  for (int32_t i = to; i > from; --i) {
    const struct rdo_operation *operation = &operations[sequence[i]];
    int64_t tail = max_time(rdo_shop_state_rest(state, operation), out);
    longest = max_time(longest, tabu->shifted_ends[i] + tail);
    out = tail + operation->duration;
  }
  return longest;
}

// The same to the left: to < from.
static int64_t estimate_left(struct rdo_tabu *tabu, const int32_t *sequence, int32_t count, int32_t from, int32_t to) {
  const struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *operations = state->operations, *moved = &operations[sequence[from]];
  int64_t end = to > 0 ? operations[sequence[to - 1]].end : 0;
  int64_t moved_end = end = max_time(rdo_shop_state_ready(state, moved), end) + moved->duration;
  for (int32_t i = to; i < from; ++i) {
    const struct rdo_operation *operation = &operations[sequence[i]];
    end = tabu->shifted_ends[i] = max_time(rdo_shop_state_ready(state, operation), end) + operation->duration;
  }
  int64_t out = from + 1 < count ? operations[sequence[from + 1]].out : 0, longest = 0;
  for (int32_t i = from - 1; i >= to; --i) {
    const struct rdo_operation *operation = &operations[sequence[i]];
    int64_t tail = max_time(rdo_shop_state_rest(state, operation), out);
    longest = max_time(longest, tabu->shifted_ends[i] + tail);
    out = tail + operation->duration;
  }
  return max_time(longest, moved_end + max_time(rdo_shop_state_rest(state, moved), out));
}

// No path leads from what follows `moved` to `target`, so that `moved` may come behind it: either its way out is as
// long as any that such a path would begin with, or it starts before the path could.
static bool may_follow(const struct rdo_operation *moved, int64_t rest, const struct rdo_operation *target) {
  return target->out >= rest || target->end - target->duration < moved->end;
}

static bool may_precede(const struct rdo_operation *moved, int64_t ready, const struct rdo_operation *target) {
  return target->end >= ready || target->out - target->duration < moved->out;
}

static void consider_shift(struct rdo_tabu *tabu, int32_t index, int32_t to, int64_t estimate, bool is_tabu) {
  const struct rdo_tabu_move move = {.key = move_key(tabu, estimate, 0), .estimate = estimate, .operation = index, .shop_mode = tabu->state.operations[index].shop_mode, .index = to};
  consider(tabu, &move, is_tabu);
}

static void consider_right(struct rdo_tabu *tabu, const int32_t *sequence, int32_t count, int32_t from, int32_t to) {
  bool is_tabu = false;
  for (int32_t i = from + 1; i <= to; ++i) is_tabu |= *pair_slot(tabu, sequence[i], sequence[from]) > tabu->step;
  consider_shift(tabu, sequence[from], to, estimate_right(tabu, sequence, count, from, to), is_tabu);
}

static void consider_left(struct rdo_tabu *tabu, const int32_t *sequence, int32_t count, int32_t from, int32_t to) {
  bool is_tabu = false;
  for (int32_t i = to; i < from; ++i) is_tabu |= *pair_slot(tabu, sequence[from], sequence[i]) > tabu->step;
  consider_shift(tabu, sequence[from], to, estimate_left(tabu, sequence, count, from, to), is_tabu);
}

// As far to the right as may be, at most to `last`; the block's first operation to all places on the way.
static void consider_rightward(struct rdo_tabu *tabu, const int32_t *sequence, int32_t count, int32_t from, int32_t first, int32_t last) {
  const struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *moved = &state->operations[sequence[from]];
  int64_t rest = rdo_shop_state_rest(state, moved);
  if (last - from > SHIFT_MAX && from != first) return;
  for (int32_t to = last - from > SHIFT_MAX ? from + SHIFT_MAX : last; to > from; --to) {
    if (!may_follow(moved, rest, &state->operations[sequence[to]])) continue;
    consider_right(tabu, sequence, count, from, to);
    if (from != first) return;
  }
}

static void consider_leftward(struct rdo_tabu *tabu, const int32_t *sequence, int32_t count, int32_t from, int32_t first, int32_t last) {
  const struct rdo_shop_state *state = &tabu->state;
  const struct rdo_operation *moved = &state->operations[sequence[from]];
  int64_t ready = rdo_shop_state_ready(state, moved);
  if (from - first > SHIFT_MAX && from != last) return;
  for (int32_t to = from - first > SHIFT_MAX ? from - SHIFT_MAX : first; to < from; ++to) {
    if (!may_precede(moved, ready, &state->operations[sequence[to]])) continue;
    consider_left(tabu, sequence, count, from, to);
    if (from != last) return;
  }
}

static void consider_block(struct rdo_tabu *tabu, int32_t machine, int32_t first, int32_t last) {
  const int32_t *sequence = &tabu->state.sequences[tabu->state.shop->sequence_begins[machine]];
  int32_t count = tabu->state.sequence_counts[machine];
  for (int32_t i = first; i <= last; ++i) {
    consider_rightward(tabu, sequence, count, i, first, last);
    // Neighbours that swap were considered from the left one.
    if (i > first + 1 || last - first > 1) consider_leftward(tabu, sequence, count, i, first, last);
  }
}

// Critical paths -------------------------------------------------------------------------------------------

static int32_t choose_last(struct rdo_tabu *tabu) {
  const struct rdo_shop_state *state = &tabu->state;
  int32_t chosen = -1;
  uint32_t count = 0;
  for (int32_t i = 0; i < state->shop->machine_count; ++i) {
    if (state->sequence_counts[i] == 0) continue;
    int32_t last = state->sequences[state->shop->sequence_begins[i] + (uint32_t)state->sequence_counts[i] - 1];
    if (state->operations[last].end == state->makespan && rdo_random_below(&tabu->random, ++count) == 0) chosen = last;
  }
  return chosen;
}

// The predecessor by an edge that ends when the operation starts, less the delay; the sentinel when there is none.
static int32_t critical_predecessor(const struct rdo_shop_state *state, int32_t index, int64_t head) {
  const struct rdo_operation *operation = &state->operations[index];
  int32_t none = state->shop->operation_count;
  if (operation->job_before != none) return state->operations[operation->job_before].end == head ? operation->job_before : none;
  const struct rdo_node *node = &state->shop->problem->nodes[index];
  for (uint32_t i = 0; i < node->predecessor_count; ++i) {
    const struct rdo_link *link = &state->shop->problem->predecessors[node->predecessor_begin + i];
    if (state->operations[link->node].end + link->delay == head) return (int32_t)link->node;
  }
  return none;
}

// Walks a critical path at random, from its end; returns its length.
static int32_t find_path(struct rdo_tabu *tabu) {
  const struct rdo_shop_state *state = &tabu->state;
  int32_t none = state->shop->operation_count, length = 0;
  for (int32_t index = choose_last(tabu); index != none && index >= 0;) {
    const struct rdo_operation *operation = &state->operations[index];
    int64_t head = operation->end - operation->duration;
    tabu->path[length++] = index;
    int32_t by_edge = critical_predecessor(state, index, head), by_machine = operation->machine_before;
    if (by_machine != none && state->operations[by_machine].end != head) by_machine = none;
    bool takes_machine = by_edge == none || (by_machine != none && rdo_random_below(&tabu->random, 2) == 0);
    index = takes_machine ? by_machine : by_edge;
  }
  return length;
}

// Steps ----------------------------------------------------------------------------------------------------

static void find_move(struct rdo_tabu *tabu) {
  const struct rdo_operation *operations = tabu->state.operations;
  int32_t length = find_path(tabu);
  tabu->choice_count = tabu->fallback_count = 0;
  for (int32_t i = 0; i < length;) {
    // A block: neighbours in one sequence, the last first.
    int32_t end = i + 1, machine = operations[tabu->path[i]].machine;
    while (end < length && operations[tabu->path[end - 1]].machine_before == tabu->path[end]) ++end;
    if (end - i > 1) consider_block(tabu, machine, operations[tabu->path[end - 1]].index, operations[tabu->path[i]].index);
    for (; i < end; ++i) consider_machines(tabu, tabu->path[i]);
  }
}

void rdo_tabu_begin(struct rdo_tabu *tabu, const struct rdo_shop_solution *solution, int32_t guide) {
  const struct rdo_shop *shop = tabu->state.shop;
  rdo_shop_state_load(&tabu->state, solution->order, solution->modes);
  rdo_shop_solution_store(&tabu->best, &tabu->state);
  tabu->step = 0;
  tabu->guide = guide;
  memset(tabu->mode_until, 0, shop->mode_begins[shop->operation_count] * sizeof *tabu->mode_until);
  memset(tabu->pair_until, 0, sizeof *tabu->pair_until << PAIR_TABLE_BITS);
}

int32_t rdo_tabu_run(struct rdo_tabu *tabu, int32_t step_count, int64_t target) {
  for (int32_t i = 0; i < step_count; ++i) {
    if (tabu->best.makespan <= target) return i;
    find_move(tabu);
    if (tabu->choice_count == 0 && tabu->fallback_count == 0) return i;
    const struct rdo_tabu_move move = tabu->choice_count > 0 ? tabu->choice : tabu->fallback;
    ++tabu->step;
    forbid(tabu, &move);
    // A cycle is possible only through operations of no duration: the move is then left out, and tabu.
    if (!rdo_shop_state_move(&tabu->state, move.operation, move.shop_mode, move.index)) continue;
    if (tabu->state.makespan < tabu->best.makespan) rdo_shop_solution_store(&tabu->best, &tabu->state);
  }
  return step_count;
}
