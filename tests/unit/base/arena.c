// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../huge_allocations.h"

static uint8_t *take(struct rdo_arena *arena, size_t count, size_t size) {
  uint8_t *memory = NULL;
  assert_int_equal(rdo_arena_alloc(arena, count, size, &memory, NULL), RONDO_OK);
  return memory;
}

static int is_zero(const uint8_t *memory, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (memory[i] != 0) return 0;
  }
  return 1;
}

static void test_empty(void **state) {
  (void)state;
  struct rdo_arena arena = {0};
  rdo_arena_deinit(&arena);
  assert_null(take(&arena, 0, 16));
  assert_null(arena.blocks);
  rdo_arena_deinit(&arena);
}

// Pieces of many sizes are aligned, zero and apart; they keep their contents.
static void test_pieces(void **state) {
  (void)state;
  enum { PIECE_COUNT = 3000 };
  static uint8_t *pieces[PIECE_COUNT];
  struct rdo_arena arena = {0};
  for (size_t i = 0; i < PIECE_COUNT; ++i) {
    size_t size = 1 + i * 7 % 200;
    pieces[i] = take(&arena, 1, size);
    assert_int_equal((uintptr_t)pieces[i] % 16, 0);
    assert_true(is_zero(pieces[i], size));
    memset(pieces[i], (int)(i & 0xFF), size);
  }
  for (size_t i = 0; i < PIECE_COUNT; ++i) {
    size_t size = 1 + i * 7 % 200;
    for (size_t k = 0; k < size; ++k) assert_int_equal(pieces[i][k], i & 0xFF);
  }
  rdo_arena_deinit(&arena);
  assert_null(arena.blocks);
  assert_int_equal(arena.room, 0);
}

// Larger than a block: served by one of its own, and what follows works on.
static void test_large(void **state) {
  (void)state;
  struct rdo_arena arena = {0};
  uint8_t *small = take(&arena, 1, 1);
  uint8_t *large = take(&arena, 1000, 1000);
  assert_int_equal((uintptr_t)large % 16, 0);
  assert_true(is_zero(large, 1000 * 1000));
  memset(large, 1, 1000 * 1000);
  *small = 2;
  assert_true(is_zero(take(&arena, 4, 5000), 4 * 5000));
  assert_true(is_zero(take(&arena, 1, 1), 1));
  rdo_arena_deinit(&arena);
}

// A deinitialised arena is a new one.
static void test_reuse(void **state) {
  (void)state;
  struct rdo_arena arena = {0};
  for (int round = 0; round < 3; ++round) {
    uint8_t *memory = take(&arena, 10, 10);
    assert_true(is_zero(memory, 100));
    memset(memory, 0xFF, 100);
    rdo_arena_deinit(&arena);
  }
}

static void test_too_large(void **state) {
  (void)state;
  struct rdo_arena arena = {0};
  take(&arena, 1, 1);
  const size_t cases[][2] = {{SIZE_MAX, 1}, {1, SIZE_MAX}, {SIZE_MAX, SIZE_MAX}, {SIZE_MAX / 16, 32}, {2, SIZE_MAX / 4}, {1, SIZE_MAX / 4}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    struct rondo_diag diag = {.status = RONDO_OK};
    uint8_t *memory = (uint8_t *)&arena;
    assert_int_equal(rdo_arena_alloc(&arena, cases[i][0], cases[i][1], &memory, &diag), RONDO_RESOURCE_EXHAUSTED);
    assert_int_equal(diag.status, RONDO_RESOURCE_EXHAUSTED);
    assert_null(memory);
  }
  assert_non_null(take(&arena, 1, 1));
  rdo_arena_deinit(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_empty), cmocka_unit_test(test_pieces),    cmocka_unit_test(test_large),
      cmocka_unit_test(test_reuse), cmocka_unit_test(test_too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
