// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve_test.h"

#include "solve/shop.h"

// A random solution.
static void load_random(struct rdo_shop_state *state, struct rdo_random *random) {
  const struct rdo_shop *shop = state->shop;
  uint32_t order[64];
  int32_t list[64], modes[64];
  random_list(shop->problem, random, order);
  for (int32_t i = 0; i < shop->operation_count; ++i) {
    list[i] = (int32_t)order[i];
    modes[i] = (int32_t)shop->mode_begins[i] + below(random, (int)(shop->mode_begins[i + 1] - shop->mode_begins[i]));
  }
  rdo_shop_state_load(state, list, modes);
}

// What must hold after every move: sequences, neighbours and positions agree, and the order is topological.
static void check_state(const struct rdo_shop_state *state) {
  const struct rdo_shop *shop = state->shop;
  const struct rondo_problem *problem = shop->problem;
  int32_t none = shop->operation_count, listed = 0;
  for (int32_t i = 0; i < none; ++i) {
    const struct rdo_operation *operation = &state->operations[i];
    assert_int_equal(state->order[operation->position], i);
    assert_int_equal(shop->modes[operation->shop_mode].machine, operation->machine);
    assert_int_equal(shop->modes[operation->shop_mode].duration, operation->duration);
    assert_int_equal(state->sequences[shop->sequence_begins[operation->machine] + (uint32_t)operation->index], i);
    if (operation->machine_before != none) {
      assert_true(state->operations[operation->machine_before].position < operation->position);
      assert_int_equal(state->operations[operation->machine_before].machine_after, i);
      assert_int_equal(state->operations[operation->machine_before].index, operation->index - 1);
    } else {
      assert_int_equal(operation->index, 0);
    }
    for (uint32_t k = 0; k < problem->nodes[i].predecessor_count; ++k) {
      assert_true(state->operations[problem->predecessors[problem->nodes[i].predecessor_begin + k].node].position < operation->position);
    }
  }
  for (int32_t m = 0; m < shop->machine_count; ++m) listed += state->sequence_counts[m];
  assert_int_equal(listed, none);
  assert_int_equal(state->operations[none].end, 0);
  assert_int_equal(state->operations[none].out, 0);
}

// Whether a move would close a cycle, by searching for a path from an operation to another.
static bool reaches(const struct rdo_shop_state *state, int32_t from, int32_t to) {
  const struct rondo_problem *problem = state->shop->problem;
  if (from == to) return true;
  const struct rdo_operation *operation = &state->operations[from];
  if (operation->machine_after != state->shop->operation_count && reaches(state, operation->machine_after, to)) return true;
  for (uint32_t i = 0; i < problem->nodes[from].successor_count; ++i) {
    if (reaches(state, (int32_t)problem->successors[problem->nodes[from].successor_begin + i].node, to)) return true;
  }
  return false;
}

// Random moves: the ends, ways out and makespan are those of a computation from nothing; a move that is refused
// leaves everything as it was.
static void test_random_moves(void **state_unused) {
  (void)state_unused;
  int refused_count = 0, made_count = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    struct rondo_problem *problem = random_shop(seed, 6, 5, 4, seed % 2 == 1);
    struct rdo_random random = rdo_random_seed(seed + 77);
    struct rdo_shop shop;
    struct rdo_shop_state state, fresh;
    expect_ok(rdo_shop_init(&shop, problem, NULL, &diag));
    expect_ok(rdo_shop_state_init(&state, &shop, &diag));
    expect_ok(rdo_shop_state_init(&fresh, &shop, &diag));
    load_random(&state, &random);
    check_state(&state);
    for (int step = 0; step < 300; ++step) {
      int32_t operation = below(&random, shop.operation_count), modes[64], list[64];
      int32_t mode = (int32_t)shop.mode_begins[operation] + below(&random, (int)(shop.mode_begins[operation + 1] - shop.mode_begins[operation]));
      int32_t machine = shop.modes[mode].machine, count = state.sequence_counts[machine] - (state.operations[operation].machine == machine);
      int32_t index = below(&random, count + 1);
      int64_t before = state.makespan;
      if (rdo_shop_state_move(&state, operation, mode, index)) {
        ++made_count;
        assert_int_equal(state.operations[operation].index, index);
        assert_int_equal(state.operations[operation].shop_mode, mode);
      } else {
        ++refused_count;
        assert_int_equal(state.makespan, before);
      }
      check_state(&state);
      for (int32_t i = 0; i < shop.operation_count; ++i) {
        list[i] = state.order[i];
        modes[i] = state.operations[i].shop_mode;
      }
      rdo_shop_state_load(&fresh, list, modes);
      assert_int_equal(state.makespan, fresh.makespan);
      for (int32_t i = 0; i < shop.operation_count; ++i) {
        assert_int_equal(state.operations[i].end, fresh.operations[i].end);
        assert_int_equal(state.operations[i].out, fresh.operations[i].out);
        assert_true(state.operations[i].end + state.operations[i].out - state.operations[i].duration <= state.makespan);
      }
    }
    rdo_shop_state_deinit(&fresh);
    rdo_shop_state_deinit(&state);
    rdo_shop_deinit(&shop);
    rondo_problem_release(&problem);
  }
  assert_true(refused_count > 100);
  assert_true(made_count > 1000);
}

// A move is refused exactly when there is a path from what would come after the operation to what would come before.
static void test_cycles(void **state_unused) {
  (void)state_unused;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    struct rondo_problem *problem = random_shop(seed, 4, 4, 3, true);
    struct rdo_random random = rdo_random_seed(seed + 7);
    struct rdo_shop shop;
    struct rdo_shop_state state;
    expect_ok(rdo_shop_init(&shop, problem, NULL, &diag));
    expect_ok(rdo_shop_state_init(&state, &shop, &diag));
    load_random(&state, &random);
    for (int step = 0; step < 100; ++step) {
      // To the right on its machine: a cycle if and only if a successor by an edge reaches one that it passes.
      int32_t operation = below(&random, shop.operation_count), machine = state.operations[operation].machine, from = state.operations[operation].index;
      int32_t to = from + below(&random, state.sequence_counts[machine] - from);
      bool has_path = false;
      for (uint32_t i = 0; i < problem->nodes[operation].successor_count; ++i) {
        for (int32_t k = from + 1; k <= to; ++k) {
          int32_t successor = (int32_t)problem->successors[problem->nodes[operation].successor_begin + i].node;
          has_path |= reaches(&state, successor, state.sequences[shop.sequence_begins[machine] + (uint32_t)k]);
        }
      }
      assert_int_equal(rdo_shop_state_move(&state, operation, state.operations[operation].shop_mode, to), !has_path);
    }
    rdo_shop_state_deinit(&state);
    rdo_shop_deinit(&shop);
    rondo_problem_release(&problem);
  }
}

// Of two modes on one machine the shorter one is kept, and points back to the node's.
static void test_modes(void **state_unused) {
  (void)state_unused;
  struct rondo_problem *problem = read_fjsp("1 2\n1 2 0 9 1 4\n");
  struct rdo_shop shop;
  expect_ok(rdo_shop_init(&shop, problem, NULL, &diag));
  assert_int_equal(shop.mode_begins[1], 2);
  rdo_shop_deinit(&shop);
  rondo_problem_release(&problem);
  problem = create_problem(2, 1);
  const struct rondo_problem_use uses[] = {{.machine = 1, .width = 1}, {.machine = 0, .width = 1}};
  const struct rondo_problem_mode modes[] = {{.duration = 9, .uses = &uses[0], .use_count = 1}, {.duration = 5, .uses = &uses[1], .use_count = 1}, {.duration = 4, .uses = &uses[0], .use_count = 1}};
  expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = -1, .modes = modes, .mode_count = 3}, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  expect_ok(rdo_shop_init(&shop, problem, NULL, &diag));
  assert_int_equal(shop.mode_begins[1], 2);
  assert_int_equal(shop.modes[0].duration, 4);
  assert_int_equal(shop.modes[0].mode, 2);
  assert_int_equal(shop.modes[1].mode, 1);
  rdo_shop_deinit(&shop);
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_moves),
      cmocka_unit_test(test_cycles),
      cmocka_unit_test(test_modes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
