// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Buffers by themselves: creation, budget, owners, and the hash.

#include "vm/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../huge_allocations.h"

static void test_create(void **state) {
  (void)state;
  struct rdo_vm_heap *heap;
  struct rdo_vm_buffer *buffer;
  assert_int_equal(rdo_vm_heap_create(2 << 20, &heap, NULL), RONDO_OK);
  static const uint64_t alignments[] = {0, 1, 2, 16, 64, 4096, 1 << 20};
  for (size_t i = 0; i < sizeof alignments / sizeof alignments[0]; ++i) {
    assert_int_equal(rdo_vm_buffer_create(heap, 100, alignments[i], &buffer, NULL), RONDO_OK);
    uint64_t alignment = alignments[i] < 16 ? 16 : alignments[i];
    assert_int_equal((uintptr_t)buffer->data % alignment, 0);
    for (int k = 0; k < 100; ++k) assert_int_equal(buffer->data[k], 0);
    assert_true(buffer->is_mutable);
    assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 100 + alignment + sizeof *buffer);  // relaxed: one thread
    rdo_object_release(&buffer->object);
  }
  static const uint64_t wrong[] = {3, 24, 0x80000001, 1u << 31, UINT64_MAX};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    assert_int_equal(rdo_vm_buffer_create(heap, 1, wrong[i], &buffer, NULL), RONDO_INVALID_ARGUMENT);
    assert_null(buffer);
  }
  assert_int_equal(rdo_vm_buffer_create(heap, 0, 16, &buffer, NULL), RONDO_OK);
  assert_non_null(buffer->data);
  rdo_object_release(&buffer->object);
  static const uint64_t large[] = {(2 << 20) + 1, 1ull << 40, UINT64_MAX, UINT64_MAX - 15, 0x8000000000000000u};
  for (size_t i = 0; i < sizeof large / sizeof large[0]; ++i) {
    assert_int_equal(rdo_vm_buffer_create(heap, large[i], 16, &buffer, NULL), RONDO_RESOURCE_EXHAUSTED);
    assert_null(buffer);
  }
  assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 0);
  assert_int_equal(heap->object.ref_count, 1);
  rdo_object_release(&heap->object);
}

static void test_without_budget(void **state) {
  (void)state;
  struct rdo_vm_heap *heap;
  struct rdo_vm_buffer *buffer;
  assert_int_equal(rdo_vm_heap_create(0, &heap, NULL), RONDO_OK);
  static const uint64_t large[] = {UINT64_MAX, UINT64_MAX - 15, 0x8000000000000000u, 1ull << 62};
  for (size_t i = 0; i < sizeof large / sizeof large[0]; ++i) {
    assert_int_equal(rdo_vm_buffer_create(heap, large[i], 16, &buffer, NULL), RONDO_RESOURCE_EXHAUSTED);
  }
  assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 0);
  rdo_object_release(&heap->object);
}

static void test_wrap(void **state) {
  (void)state;
  struct rdo_vm_heap *heap;
  struct rdo_vm_buffer *owner, *view;
  assert_int_equal(rdo_vm_heap_create(0, &heap, NULL), RONDO_OK);
  assert_int_equal(rdo_vm_buffer_create(heap, 8, 0, &owner, NULL), RONDO_OK);
  assert_int_equal(rdo_vm_buffer_wrap((struct rdo_bytes){owner->data + 2, 4}, false, &owner->object, &view, NULL), RONDO_OK);
  rdo_object_release(&heap->object);
  rdo_object_release(&owner->object);  // the view holds it
  assert_false(view->is_mutable);
  assert_int_equal(view->length, 4);
  assert_int_equal(view->data[3], 0);
  assert_ptr_equal(rdo_vm_buffer_cast(&view->object), view);
  assert_null(rdo_vm_buffer_cast(NULL));
  rdo_object_release(&view->object);
}

static void test_hash(void **state) {
  (void)state;
  // The vectors of the SipHash paper (its key is ours): input 00 01 02 .. of each length.
  static const uint64_t vectors[] = {0x726FDB47DD0E0E31, 0x74F839C593DC67FD, 0x0D6C8009D9A94F5A, 0x85676696D7FB7E2D, 0xCF2794E0277187B7, 0x18765564CD99A68D,
                                     0xCBC9466E58FEE3CE, 0xAB0200F58B01D137, 0x93F5F5799A932462, 0x9E0082DF0BA9E4B0, 0x7A5DBBC594DDB9F3, 0xF4B32F46226BADA7,
                                     0x751E8FBC860EE5FB, 0x14EA5627C0843D90, 0xF723CA908E7AF2EE, 0xA129CA6149BE45E5};
  uint8_t input[17];
  for (uint8_t i = 0; i < 17; ++i) input[i] = i;
  for (uint64_t length = 0; length < 16; ++length) assert_true(rdo_siphash(input, length) == vectors[length]);
  assert_true((int64_t)rdo_siphash((const uint8_t *)"abcdefgh", 8) == -4383729067672451984);
  assert_true((int64_t)rdo_siphash((const uint8_t *)"bcd", 3) == -4691163542568535606);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_create), cmocka_unit_test(test_without_budget), cmocka_unit_test(test_wrap), cmocka_unit_test(test_hash)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
