// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../huge_allocations.h"

static void test_zeroed(void **state) {
  (void)state;
  static const uint8_t zeros[1000];
  uint8_t *memory = NULL;
  assert_int_equal(rdo_alloc(sizeof zeros, &memory, NULL), RONDO_OK);
  assert_memory_equal(memory, zeros, sizeof zeros);
  memset(memory, 0xFF, sizeof zeros);
  rdo_free(memory);
  assert_int_equal(rdo_alloc_array(10, 100, &memory, NULL), RONDO_OK);
  assert_memory_equal(memory, zeros, sizeof zeros);
  rdo_free(memory);
}

static void test_no_elements(void **state) {
  (void)state;
  int placeholder;
  int *memory = &placeholder;
  assert_int_equal(rdo_alloc_array(0, SIZE_MAX, &memory, NULL), RONDO_OK);
  assert_null(memory);
  rdo_free(NULL);
}

static void test_too_large(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  int placeholder;
  int *memory = &placeholder;
  assert_int_equal(rdo_alloc_array(SIZE_MAX / 2, 3, &memory, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_null(memory);
  assert_int_equal(diag.status, RONDO_RESOURCE_EXHAUSTED);
  assert_non_null(strstr(diag.message, "18446744073709551615 bytes"));
}

static void test_grow(void **state) {
  (void)state;
  uint32_t *array = NULL;
  size_t capacity = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    size_t before = capacity;
    assert_int_equal(rdo_grow_array(i + 1, sizeof *array, &capacity, &array, NULL), RONDO_OK);
    assert_true(capacity >= i + 1);
    assert_true(capacity == before || capacity >= 2 * before);
    array[i] = i;
  }
  for (uint32_t i = 0; i < 1000; ++i) assert_int_equal(array[i], i);
  // A jump of more than a doubling.
  assert_int_equal(rdo_grow_array(100000, sizeof *array, &capacity, &array, NULL), RONDO_OK);
  assert_true(capacity >= 100000);
  assert_int_equal(array[999], 999);
  rdo_free(array);
}

static void test_grow_fails(void **state) {
  (void)state;
  uint64_t *array = NULL;
  size_t capacity = 0;
  assert_int_equal(rdo_grow_array(4, sizeof *array, &capacity, &array, NULL), RONDO_OK);
  uint64_t *before = array;
  size_t capacity_before = capacity;
  array[3] = 42;
  const size_t counts[] = {SIZE_MAX, SIZE_MAX / 2 + 2, SIZE_MAX / 8 + 1, SIZE_MAX / 32};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    struct rondo_diag diag = {.status = RONDO_OK};
    assert_int_equal(rdo_grow_array(counts[i], sizeof *array, &capacity, &array, &diag), RONDO_RESOURCE_EXHAUSTED);
    assert_int_equal(diag.status, RONDO_RESOURCE_EXHAUSTED);
    assert_ptr_equal(array, before);
    assert_int_equal(capacity, capacity_before);
  }
  assert_int_equal(array[3], 42);
  rdo_free(array);
}

static void test_aligned(void **state) {
  (void)state;
  for (size_t alignment = sizeof(void *); alignment <= 65536; alignment *= 2) {
    uint8_t *memory = rdo_alloc_aligned(100, alignment);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % alignment, 0);
    memset(memory, 1, 100);
    rdo_free(memory);
  }
  assert_null(rdo_alloc_aligned(SIZE_MAX / 2, 64));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_zeroed), cmocka_unit_test(test_no_elements), cmocka_unit_test(test_too_large),
      cmocka_unit_test(test_grow),   cmocka_unit_test(test_grow_fails),  cmocka_unit_test(test_aligned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
