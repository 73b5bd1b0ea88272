// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Lists by themselves: conversions, modes, budget, and death of deep nests.

#include "vm/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../huge_allocations.h"
#include "vm/buffer.h"

static struct rdo_vm_heap *heap;

static int setup(void **state) {
  (void)state;
  return rdo_vm_heap_create(0, &heap, NULL) == RONDO_OK ? 0 : -1;
}

// Everything that was taken from the heap is back.
static int teardown(void **state) {
  (void)state;
  bool is_clean = rdo_atomic_load(&heap->live_bytes, rdo_relaxed) == 0 && heap->object.ref_count == 1;
  rdo_object_release(&heap->object);
  return is_clean ? 0 : -1;
}

static const struct rdo_type any = {RDO_VALUE_NONE, NULL};

static struct rdo_list *list_of(struct rdo_type element, uint32_t count) {
  struct rdo_list *list;
  assert_int_equal(rdo_list_create(heap, element, 0, &list, NULL), RONDO_OK);
  assert_int_equal(rdo_list_resize(list, count, NULL), RONDO_OK);
  return list;
}

static struct rdo_vm_buffer *new_buffer(void) {
  struct rdo_vm_buffer *buffer;
  assert_int_equal(rdo_vm_buffer_create(heap, 4, 0, &buffer, NULL), RONDO_OK);
  return buffer;
}

static struct rdo_variant i32(int32_t value) { return (struct rdo_variant){.value = RDO_VALUE_I32, .i32 = value}; }

static void test_conversions(void **state) {
  (void)state;
  struct rdo_variant wide = {.value = RDO_VALUE_I64, .i64 = 0x1234567890ABCDEF};
  struct rdo_variant f32 = {.value = RDO_VALUE_F32, .f32 = 2.5f};
  struct rdo_variant f64 = {.value = RDO_VALUE_F64, .f64 = -0.1};
  assert_int_equal(rdo_variant_convert(wide, RDO_VALUE_I8).i32, (int8_t)0xEF);
  assert_int_equal(rdo_variant_convert(wide, RDO_VALUE_I16).i32, (int16_t)0xCDEF);
  assert_int_equal(rdo_variant_convert(wide, RDO_VALUE_I32).i32, (int32_t)0x90ABCDEF);
  assert_int_equal(rdo_variant_convert(i32(-5), RDO_VALUE_I64).i64, -5);
  assert_int_equal(rdo_variant_convert(i32(200), RDO_VALUE_I8).i32, -56);
  assert_true(rdo_variant_convert(f32, RDO_VALUE_F64).f64 == 2.5);
  assert_true(rdo_variant_convert(f64, RDO_VALUE_F32).f32 == -0.1f);
  assert_int_equal(rdo_variant_convert(f32, RDO_VALUE_I32).i32, 0);
  assert_int_equal(rdo_variant_convert(f64, RDO_VALUE_I64).i64, 0);
  assert_true(rdo_variant_convert(wide, RDO_VALUE_F32).f32 == 0);
  assert_true(rdo_variant_convert(wide, RDO_VALUE_F64).f64 == 0);
}

static void test_ref_list(void **state) {
  (void)state;
  struct rdo_list *list = list_of((struct rdo_type){RDO_VALUE_NONE, &rdo_vm_buffer_type}, 2);
  struct rdo_list *other = list_of(any, 0);
  struct rdo_vm_buffer *buffer = new_buffer();
  struct rdo_object *object;
  struct rdo_variant value;
  assert_int_equal(rdo_list_get_ref(list, 0, NULL, &object, NULL), RONDO_OK);
  assert_null(object);
  assert_int_equal(rdo_list_set_ref(list, 0, &buffer->object, NULL), RONDO_OK);
  assert_int_equal(buffer->object.ref_count, 2);
  assert_int_equal(rdo_list_set_ref(list, 0, &buffer->object, NULL), RONDO_OK);  // onto itself
  assert_int_equal(buffer->object.ref_count, 2);
  assert_int_equal(rdo_list_set_ref(list, 1, &other->object, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rdo_list_set_ref(list, 2, NULL, NULL), RONDO_OUT_OF_RANGE);
  assert_int_equal(rdo_list_set_value(list, 0, i32(1), NULL), RONDO_FAILED_PRECONDITION);
  assert_int_equal(rdo_list_get_value(list, 0, RDO_VALUE_I32, &value, NULL), RONDO_FAILED_PRECONDITION);
  assert_int_equal(rdo_list_get_ref(list, 0, &rdo_list_type, &object, NULL), RONDO_OK);
  assert_null(object);  // of another type: null, and still there
  assert_int_equal(rdo_list_get_ref(list, 0, &rdo_vm_buffer_type, &object, NULL), RONDO_OK);
  assert_ptr_equal(object, &buffer->object);
  assert_int_equal(rdo_list_set_ref(list, 0, NULL, NULL), RONDO_OK);
  assert_int_equal(buffer->object.ref_count, 1);
  assert_int_equal(rdo_list_set_ref(list, 1, &buffer->object, NULL), RONDO_OK);
  assert_int_equal(rdo_list_resize(list, 1, NULL), RONDO_OK);
  assert_int_equal(buffer->object.ref_count, 1);
  rdo_object_release(&buffer->object);
  rdo_object_release(&other->object);
  rdo_object_release(&list->object);
}

static void test_value_list(void **state) {
  (void)state;
  struct rdo_list *list = list_of((struct rdo_type){RDO_VALUE_I8, NULL}, 1);
  struct rdo_vm_buffer *buffer = new_buffer();
  struct rdo_object *object;
  struct rdo_variant value;
  assert_int_equal(rdo_list_get_value(list, 0, RDO_VALUE_I64, &value, NULL), RONDO_OK);
  assert_int_equal(value.i64, 0);
  assert_int_equal(rdo_list_set_value(list, 0, i32(200), NULL), RONDO_OK);
  assert_int_equal(rdo_list_get_value(list, 0, RDO_VALUE_I64, &value, NULL), RONDO_OK);
  assert_int_equal(value.i64, -56);
  assert_int_equal(rdo_list_set_ref(list, 0, &buffer->object, NULL), RONDO_FAILED_PRECONDITION);
  assert_int_equal(rdo_list_set_ref(list, 0, NULL, NULL), RONDO_FAILED_PRECONDITION);
  assert_int_equal(rdo_list_get_ref(list, 0, NULL, &object, NULL), RONDO_FAILED_PRECONDITION);
  assert_int_equal(rdo_list_get_value(list, 1, RDO_VALUE_I64, &value, NULL), RONDO_OUT_OF_RANGE);
  assert_int_equal(rdo_list_set_value(list, UINT32_MAX, value, NULL), RONDO_OUT_OF_RANGE);
  rdo_object_release(&buffer->object);
  rdo_object_release(&list->object);
}

static void test_variant_list(void **state) {
  (void)state;
  struct rdo_list *list = list_of(any, 1);
  struct rdo_vm_buffer *buffer = new_buffer();
  struct rdo_object *object;
  struct rdo_variant value;
  assert_int_equal(rdo_list_get_value(list, 0, RDO_VALUE_I32, &value, NULL), RONDO_FAILED_PRECONDITION);  // empty
  assert_int_equal(rdo_list_get_ref(list, 0, NULL, &object, NULL), RONDO_OK);
  assert_null(object);
  assert_int_equal(rdo_list_set_ref(list, 0, &buffer->object, NULL), RONDO_OK);
  assert_int_equal(rdo_list_set_value(list, 0, i32(-7), NULL), RONDO_OK);  // drops the ref
  assert_int_equal(buffer->object.ref_count, 1);
  assert_int_equal(rdo_list_get_value(list, 0, RDO_VALUE_I64, &value, NULL), RONDO_OK);
  assert_int_equal(value.i64, -7);
  assert_int_equal(rdo_list_get_ref(list, 0, NULL, &object, NULL), RONDO_FAILED_PRECONDITION);
  assert_int_equal(rdo_list_set_ref(list, 0, &buffer->object, NULL), RONDO_OK);
  rdo_object_release(&buffer->object);
  rdo_object_release(&list->object);
}

static void test_growth(void **state) {
  (void)state;
  struct rdo_list *list = list_of((struct rdo_type){RDO_VALUE_I32, NULL}, 0);
  struct rdo_variant value;
  for (int32_t i = 0; i < 1000; ++i) {
    assert_int_equal(rdo_list_resize(list, (uint32_t)i + 1, NULL), RONDO_OK);
    assert_int_equal(rdo_list_set_value(list, (uint32_t)i, i32(i), NULL), RONDO_OK);
  }
  assert_int_equal(rdo_list_reserve(list, 10, NULL), RONDO_OK);
  assert_int_equal(list->count, 1000);
  assert_int_equal(rdo_list_resize(list, 500, NULL), RONDO_OK);
  assert_int_equal(rdo_list_resize(list, 501, NULL), RONDO_OK);
  assert_int_equal(rdo_list_get_value(list, 500, RDO_VALUE_I32, &value, NULL), RONDO_OK);
  assert_int_equal(value.i32, 0);  // a fresh slot is zero, not what was there
  assert_int_equal(rdo_list_get_value(list, 499, RDO_VALUE_I32, &value, NULL), RONDO_OK);
  assert_int_equal(value.i32, 499);
  rdo_object_release(&list->object);
}

static void test_budget(void **state) {
  (void)state;
  struct rdo_vm_heap *small;
  struct rdo_list *list;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_vm_heap_create(sizeof(struct rdo_list) + 64 * sizeof(struct rdo_variant), &small, NULL), RONDO_OK);
  assert_int_equal(rdo_list_create(small, any, 65, &list, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_null(list);
  assert_true(diag.message_length != 0);
  assert_int_equal(rdo_atomic_load(&small->live_bytes, rdo_relaxed), 0);
  assert_int_equal(rdo_list_create(small, any, 64, &list, NULL), RONDO_OK);
  assert_int_equal(rdo_list_resize(list, 64, NULL), RONDO_OK);
  assert_int_equal(rdo_list_resize(list, 65, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_int_equal(rdo_list_reserve(list, UINT32_MAX, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_int_equal(rdo_list_resize(list, UINT32_MAX, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_int_equal(list->count, 64);
  rdo_object_release(&small->object);  // the list holds it
  rdo_object_release(&list->object);
}

static void test_default_budget(void **state) {
  (void)state;
  // `heap` has no budget of its own: 2 GiB of items are refused, with words, before memory is asked for.
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_list *list = list_of(any, 1);
  assert_int_equal(rdo_list_resize(list, 1u << 27, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_non_null(strstr(diag.message, "memory budget of 1073741824"));
  rdo_object_release(&list->object);

  struct rdo_vm_heap *boundless;
  assert_int_equal(rdo_vm_heap_create(UINT64_MAX, &boundless, NULL), RONDO_OK);
  assert_true(boundless->budget_bytes == RDO_VM_HEAP_BYTES_MAX);
  rdo_object_release(&boundless->object);
}

static void test_empty_lists_count(void **state) {
  (void)state;
  struct rdo_vm_heap *small;
  struct rdo_list *lists[3], *another;
  struct rdo_vm_buffer *buffer;
  assert_int_equal(rdo_vm_heap_create(sizeof lists[0][0] * 3, &small, NULL), RONDO_OK);
  for (int i = 0; i < 3; ++i) assert_int_equal(rdo_list_create(small, any, 0, &lists[i], NULL), RONDO_OK);
  assert_int_equal(rdo_list_create(small, any, 0, &another, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_null(another);
  assert_int_equal(rdo_vm_buffer_create(small, 0, 0, &buffer, NULL), RONDO_RESOURCE_EXHAUSTED);
  assert_null(buffer);
  for (int i = 0; i < 3; ++i) rdo_object_release(&lists[i]->object);
  assert_int_equal(rdo_atomic_load(&small->live_bytes, rdo_relaxed), 0);  // relaxed: one thread
  assert_int_equal(rdo_vm_buffer_create(small, 1, 1 << 20, &buffer, NULL), RONDO_RESOURCE_EXHAUSTED);  // mostly padding
  rdo_object_release(&small->object);
}

static void test_deep_nest(void **state) {
  (void)state;
  // A chain of lists; freeing it must not recurse.
  enum { DEPTH = 200000 };
  struct rdo_list *outer = list_of(any, 1);
  for (int i = 0; i < DEPTH; ++i) {
    struct rdo_list *list = list_of(any, 1);
    assert_int_equal(rdo_list_set_ref(list, 0, &outer->object, NULL), RONDO_OK);
    rdo_object_release(&outer->object);
    outer = list;
  }
  rdo_object_release(&outer->object);
}

// Holds `inner` in `outer`.
static void put_list(struct rdo_list *outer, struct rdo_list *inner) {
  assert_int_equal(rdo_list_set_ref(outer, 0, &inner->object, NULL), RONDO_OK);
}

static void test_collect(void **state) {
  (void)state;
  // One in itself, two in each other with a third hanging on, and two that somebody holds.
  struct rdo_list *self = list_of(any, 1), *a = list_of(any, 1), *b = list_of(any, 2), *leaf = list_of(any, 1);
  struct rdo_list *held = list_of(any, 1), *inner = list_of(any, 1);
  struct rdo_vm_buffer *buffer = new_buffer();
  put_list(self, self);
  put_list(a, b);
  put_list(b, a);
  assert_int_equal(rdo_list_set_ref(b, 1, &leaf->object, NULL), RONDO_OK);
  assert_int_equal(rdo_list_set_ref(leaf, 0, &buffer->object, NULL), RONDO_OK);
  put_list(held, inner);
  struct rdo_list *dropped[] = {self, a, b, leaf, inner};
  for (int i = 0; i < 5; ++i) rdo_object_release(&dropped[i]->object);
  assert_int_equal(buffer->object.ref_count, 2);
  rdo_list_collect(heap);
  assert_int_equal(buffer->object.ref_count, 1);
  assert_int_equal(held->count, 1);
  assert_int_equal(inner->object.ref_count, 1);
  rdo_object_release(&buffer->object);
  rdo_object_release(&held->object);
  assert_null(heap->lists);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(test_conversions), TEST(test_ref_list), TEST(test_value_list), TEST(test_variant_list),
                                     TEST(test_growth),      TEST(test_budget),   TEST(test_default_budget), TEST(test_empty_lists_count),
                                     TEST(test_deep_nest), TEST(test_collect)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
