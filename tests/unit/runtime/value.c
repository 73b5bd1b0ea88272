// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Lists through the public API: every kind of element, holds, and what is refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rondo/tensor.h"
#include "vm/list.h"

static struct rondo_runtime *runtime;
static struct rdo_vm_heap *heap;

static int setup(void **state) {
  (void)state;
  if (rondo_runtime_create(NULL, &runtime, NULL) != RONDO_OK) return -1;
  return rdo_vm_heap_create(0, &heap, NULL) == RONDO_OK ? 0 : -1;
}

// Everything that was taken from the heap is back.
static int teardown(void **state) {
  (void)state;
  bool is_clean = rdo_atomic_load(&heap->live_bytes, rdo_relaxed) == 0;
  rdo_object_release(&heap->object);
  rondo_runtime_release(&runtime);
  return is_clean ? 0 : -1;
}

static struct rdo_list *make_list(struct rdo_type element, uint32_t count) {
  struct rdo_list *list;
  assert_int_equal(rdo_list_create(heap, element, 0, &list, NULL), RONDO_OK);
  assert_int_equal(rdo_list_resize(list, count, NULL), RONDO_OK);
  return list;
}

static struct rondo_value value_of(struct rdo_list *list) { return (struct rondo_value){.kind = RONDO_VALUE_OBJECT, .object = &list->object}; }

static void set_value(struct rdo_list *list, uint32_t index, struct rdo_variant value) {
  assert_int_equal(rdo_list_set_value(list, index, value, NULL), RONDO_OK);
}

static struct rondo_value get(const struct rondo_value *value, int64_t index) {
  struct rondo_value element;
  assert_int_equal(rondo_list_get(value, index, &element), RONDO_OK);
  return element;
}

static void test_scalars(void **state) {
  (void)state;
  const struct rdo_type any = {RDO_VALUE_NONE, NULL};
  struct rdo_list *list = make_list(any, 7);
  struct rondo_value value = value_of(list);
  set_value(list, 0, (struct rdo_variant){.value = RDO_VALUE_I8, .i32 = -56});
  set_value(list, 1, (struct rdo_variant){.value = RDO_VALUE_I16, .i32 = -3});
  set_value(list, 2, (struct rdo_variant){.value = RDO_VALUE_I32, .i32 = INT32_MIN});
  set_value(list, 3, (struct rdo_variant){.value = RDO_VALUE_I64, .i64 = INT64_MIN});
  set_value(list, 4, (struct rdo_variant){.value = RDO_VALUE_F32, .f32 = 2.5f});
  set_value(list, 5, (struct rdo_variant){.value = RDO_VALUE_F64, .f64 = -0.1});
  assert_int_equal(rondo_list_count(&value), 7);
  const enum rondo_value_kind kinds[] = {RONDO_VALUE_I32, RONDO_VALUE_I32, RONDO_VALUE_I32, RONDO_VALUE_I64,
                                         RONDO_VALUE_F32, RONDO_VALUE_F64, RONDO_VALUE_NONE};
  for (int i = 0; i < 7; ++i) assert_int_equal(get(&value, i).kind, kinds[i]);
  assert_int_equal(get(&value, 0).i32, -56);
  assert_int_equal(get(&value, 1).i32, -3);
  assert_int_equal(get(&value, 2).i32, INT32_MIN);
  assert_true(get(&value, 3).i64 == INT64_MIN);
  assert_true(get(&value, 4).f32 == 2.5f);
  assert_true(get(&value, 5).f64 == -0.1);
  rondo_value_release(&value);
}

static void test_typed(void **state) {
  (void)state;
  struct rdo_list *list = make_list((struct rdo_type){.value = RDO_VALUE_F64}, 2);
  struct rondo_value value = value_of(list);
  assert_int_equal(get(&value, 1).kind, RONDO_VALUE_F64);
  assert_true(get(&value, 1).f64 == 0);
  rondo_value_release(&value);
}

// An element outlives its list.
static void test_references(void **state) {
  (void)state;
  const struct rdo_type any = {RDO_VALUE_NONE, NULL};
  struct rdo_list *list = make_list(any, 5), *inner = make_list(any, 3);
  struct rondo_value value = value_of(list);
  const int64_t dims[] = {2};
  const float contents[] = {1, 2};
  struct rondo_value tensor = {.kind = RONDO_VALUE_TENSOR}, buffer = {.kind = RONDO_VALUE_BUFFER}, fence = {.kind = RONDO_VALUE_FENCE};
  assert_int_equal(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 1, dims, contents, &tensor.tensor, NULL), RONDO_OK);
  assert_int_equal(rondo_buffer_create(runtime, 9, &buffer.buffer, NULL), RONDO_OK);
  assert_int_equal(rondo_fence_create(runtime, &fence.fence, NULL), RONDO_OK);
  struct rondo_value *parts[] = {&tensor, &buffer, &fence};
  // The handles are the objects: see runtime/runtime.h.
  for (uint32_t i = 0; i < 3; ++i) {
    assert_int_equal(rdo_list_set_ref(list, i, parts[i]->object, NULL), RONDO_OK);
    rondo_value_release(parts[i]);
  }
  assert_int_equal(rdo_list_set_ref(list, 3, &inner->object, NULL), RONDO_OK);
  rdo_object_release(&inner->object);
  struct rondo_value elements[5];
  for (int i = 0; i < 5; ++i) elements[i] = get(&value, i);
  rondo_value_release(&value);
  assert_int_equal(elements[0].kind, RONDO_VALUE_TENSOR);
  assert_memory_equal(rondo_tensor_data(elements[0].tensor), contents, sizeof contents);
  assert_int_equal(elements[1].kind, RONDO_VALUE_BUFFER);
  assert_int_equal(rondo_buffer_byte_length(elements[1].buffer), 9);
  assert_int_equal(elements[2].kind, RONDO_VALUE_FENCE);
  assert_int_equal(rondo_fence_query(elements[2].fence), RONDO_DEFERRED);
  assert_int_equal(elements[3].kind, RONDO_VALUE_OBJECT);
  assert_string_equal(rondo_value_type_name(&elements[3]), "vm.list");
  assert_int_equal(rondo_list_count(&elements[3]), 3);
  assert_int_equal(elements[4].kind, RONDO_VALUE_NONE);
  for (int i = 0; i < 5; ++i) rondo_value_release(&elements[i]);
}

static void test_refusals(void **state) {
  (void)state;
  struct rdo_list *list = make_list((struct rdo_type){.value = RDO_VALUE_I32}, 2);
  struct rondo_value value = value_of(list), number = {.kind = RONDO_VALUE_I32, .i32 = 1}, none = {.kind = RONDO_VALUE_NONE}, element;
  const int64_t outside[] = {-1, 2, INT64_MAX, INT64_MIN, INT64_C(1) << 32};
  for (size_t i = 0; i < sizeof outside / sizeof outside[0]; ++i) {
    assert_int_equal(rondo_list_get(&value, outside[i], &element), RONDO_OUT_OF_RANGE);
    assert_int_equal(element.kind, RONDO_VALUE_NONE);
  }
  const struct rondo_value *const others[] = {&number, &none};
  for (int i = 0; i < 2; ++i) {
    assert_int_equal(rondo_list_count(others[i]), -1);
    assert_int_equal(rondo_list_get(others[i], 0, &element), RONDO_INVALID_ARGUMENT);
    assert_int_equal(element.kind, RONDO_VALUE_NONE);
  }
  rondo_value_release(&value);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_scalars, setup, teardown),
      cmocka_unit_test_setup_teardown(test_typed, setup, teardown),
      cmocka_unit_test_setup_teardown(test_references, setup, teardown),
      cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
