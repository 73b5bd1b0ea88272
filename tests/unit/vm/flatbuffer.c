// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The bounded FlatBuffer reader, on a buffer of one table made by hand.

#include "vm/flatbuffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
  SIZE = 96,
  VTABLE = 8,   // 4 + 2 * 6 bytes
  TABLE = 24,   // 4 + 28 bytes
  STRING = 56,  // "abc"
  VECTOR = 64,  // of two u32: offsets to tables
};
enum { U8 = 0, U32 = 1, U64 = 2, TEXT = 3, NUMBERS = 4, ABSENT = 5, BEYOND = 6 };

static uint8_t bytes[SIZE];
static struct rondo_diag diag;

static void put16(uint32_t at, uint32_t value) {
  bytes[at] = (uint8_t)value;
  bytes[at + 1] = (uint8_t)(value >> 8);
}

static int make(void **state) {
  (void)state;
  memset(bytes, 0, sizeof bytes);
  rdo_store_u32(bytes, TABLE);
  memcpy(bytes + 4, "IREE", 4);
  put16(VTABLE, 16);
  put16(VTABLE + 2, 28);
  put16(VTABLE + 4 + 2 * U8, 4);
  put16(VTABLE + 4 + 2 * U32, 8);
  put16(VTABLE + 4 + 2 * U64, 12);
  put16(VTABLE + 4 + 2 * TEXT, 20);
  put16(VTABLE + 4 + 2 * NUMBERS, 24);
  rdo_store_u32(bytes + TABLE, TABLE - VTABLE);
  bytes[TABLE + 4] = 200;
  rdo_store_u32(bytes + TABLE + 8, 0x12345678);
  rdo_store_u64(bytes + TABLE + 12, 0x1122334455667788u);
  rdo_store_u32(bytes + TABLE + 20, STRING - (TABLE + 20));
  rdo_store_u32(bytes + TABLE + 24, VECTOR - (TABLE + 24));
  rdo_store_u32(bytes + STRING, 3);
  memcpy(bytes + STRING + 4, "abc", 4);
  rdo_store_u32(bytes + VECTOR, 2);
  rdo_store_u32(bytes + VECTOR + 4, (uint32_t)(TABLE - (VECTOR + 4)));  // wraps: backwards, not allowed
  diag = (struct rondo_diag){.status = RONDO_OK};
  return 0;
}

static struct rdo_flatbuffer buffer_of(uint32_t size) { return (struct rdo_flatbuffer){bytes, size, 1000, &diag}; }

static enum rondo_status root_of(uint32_t size, struct rdo_fb_table *table) {
  struct rdo_flatbuffer fb = buffer_of(size);
  diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rdo_fb_root(&fb, "IREE", table);
  assert_true((status == RONDO_OK) == (diag.message_length == 0));
  return status;
}

static void test_fields(void **state) {
  (void)state;
  struct rdo_flatbuffer fb = buffer_of(SIZE);
  struct rdo_fb_table table;
  uint8_t u8;
  uint32_t u32;
  uint64_t u64;
  struct rdo_bytes text;
  struct rdo_fb_vector vector;
  assert_int_equal(root_of(SIZE, &table), RONDO_OK);
  assert_int_equal(rdo_fb_u8(&fb, table, U8, 7, &u8), RONDO_OK);
  assert_int_equal(u8, 200);
  assert_int_equal(rdo_fb_u32(&fb, table, U32, 7, &u32), RONDO_OK);
  assert_int_equal(u32, 0x12345678);
  assert_int_equal(rdo_fb_u64(&fb, table, U64, 7, &u64), RONDO_OK);
  assert_int_equal(u64, 0x1122334455667788u);
  assert_int_equal(rdo_fb_string(&fb, table, TEXT, &text), RONDO_OK);
  assert_true(rdo_bytes_equal(text, "abc"));
  assert_int_equal(rdo_fb_vector(&fb, table, NUMBERS, 4, &vector), RONDO_OK);
  assert_int_equal(vector.count, 2);
  for (int id = ABSENT; id <= BEYOND; ++id) {
    bool present;
    struct rdo_fb_table inner;
    assert_int_equal(rdo_fb_u8(&fb, table, id, 7, &u8), RONDO_OK);
    assert_int_equal(u8, 7);
    assert_int_equal(rdo_fb_u32(&fb, table, id, 7, &u32), RONDO_OK);
    assert_int_equal(u32, 7);
    assert_int_equal(rdo_fb_u64(&fb, table, id, 7, &u64), RONDO_OK);
    assert_int_equal(u64, 7);
    assert_int_equal(rdo_fb_string(&fb, table, id, &text), RONDO_OK);
    assert_null(text.data);
    assert_int_equal(rdo_fb_vector(&fb, table, id, 4, &vector), RONDO_OK);
    assert_int_equal(vector.count, 0);
    assert_int_equal(rdo_fb_table(&fb, table, id, &present, &inner), RONDO_OK);
    assert_false(present);
  }
}

static void refuse_root(void) {
  struct rdo_fb_table table;
  assert_int_equal(root_of(SIZE, &table), RONDO_INVALID_ARGUMENT);
  make(NULL);
}

static void test_roots(void **state) {
  (void)state;
  struct rdo_fb_table table;
  assert_int_equal(root_of(7, &table), RONDO_INVALID_ARGUMENT);
  bytes[4] = 'X';
  refuse_root();
  static const uint32_t roots[] = {SIZE, SIZE - 3, SIZE + 4, TABLE + 2, 0x7FFFFFFC, 0xFFFFFFFC, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof roots / sizeof roots[0]; ++i) {
    rdo_store_u32(bytes, roots[i]);
    refuse_root();
  }
  static const uint32_t vtables[] = {TABLE + 2, 0x7FFFFFFF, 0x80000000, (uint32_t)(TABLE - SIZE), (uint32_t)(TABLE - SIZE + 2), TABLE - VTABLE + 1};
  for (size_t i = 0; i < sizeof vtables / sizeof vtables[0]; ++i) {
    rdo_store_u32(bytes + TABLE, vtables[i]);
    refuse_root();
  }
  static const uint32_t sizes[][2] = {{0, 28}, {2, 28}, {15, 28}, {0xFFFE, 28}, {SIZE, 28}, {16, 0}, {16, 3}, {16, SIZE - TABLE + 1}, {16, 0xFFFF}};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    put16(VTABLE, sizes[i][0]);
    put16(VTABLE + 2, sizes[i][1]);
    refuse_root();
  }
}

static void test_fields_outside(void **state) {
  (void)state;
  struct rdo_flatbuffer fb = buffer_of(SIZE);
  struct rdo_fb_table table;
  uint8_t u8;
  uint32_t u32;
  uint64_t u64;
  struct rdo_bytes text;
  static const uint32_t offsets[] = {1, 3, 28, 0xFFFF};  // over the vtable offset, or past the table
  for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; ++i) {
    for (uint32_t id = 0; id < 4; ++id) put16(VTABLE + 4 + 2 * id, offsets[i]);
    assert_int_equal(root_of(SIZE, &table), RONDO_OK);
    assert_int_equal(rdo_fb_u8(&fb, table, U8, 0, &u8), RONDO_INVALID_ARGUMENT);
    assert_int_equal(rdo_fb_u32(&fb, table, U32, 0, &u32), RONDO_INVALID_ARGUMENT);
    assert_int_equal(rdo_fb_u64(&fb, table, U64, 0, &u64), RONDO_INVALID_ARGUMENT);
    assert_int_equal(rdo_fb_string(&fb, table, TEXT, &text), RONDO_INVALID_ARGUMENT);
    assert_true(diag.message_length != 0);
  }
  put16(VTABLE + 4 + 2 * U64, 21);  // ends one byte too late
  assert_int_equal(rdo_fb_u64(&fb, table, U64, 0, &u64), RONDO_INVALID_ARGUMENT);
}

static void test_strings(void **state) {
  (void)state;
  struct rdo_flatbuffer fb = buffer_of(SIZE);
  struct rdo_fb_table table;
  struct rdo_bytes text;
  static const uint32_t lengths[] = {2, 4, SIZE - STRING - 4, SIZE, 0x7FFFFFFF, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; ++i) {
    make(NULL);
    memset(bytes + STRING + 8, 'x', SIZE - STRING - 8);
    assert_int_equal(root_of(SIZE, &table), RONDO_OK);
    rdo_store_u32(bytes + STRING, lengths[i]);
    assert_int_equal(rdo_fb_string(&fb, table, TEXT, &text), RONDO_INVALID_ARGUMENT);
  }
  make(NULL);
  bytes[STRING + 5] = 0;  // a NUL inside
  assert_int_equal(rdo_fb_string(&fb, table, TEXT, &text), RONDO_INVALID_ARGUMENT);
  static const uint32_t offsets[] = {0, 1, SIZE, 0x7FFFFFFF, 0xFFFFFFFF, SIZE - (TABLE + 20)};
  for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; ++i) {
    make(NULL);
    rdo_store_u32(bytes + TABLE + 20, offsets[i]);
    assert_int_equal(rdo_fb_string(&fb, table, TEXT, &text), RONDO_INVALID_ARGUMENT);
  }
}

static void test_vectors(void **state) {
  (void)state;
  struct rdo_flatbuffer fb = buffer_of(SIZE);
  struct rdo_fb_table table, inner;
  struct rdo_fb_vector vector;
  assert_int_equal(root_of(SIZE, &table), RONDO_OK);
  static const uint32_t counts[] = {8, 0x40000000, 0x7FFFFFFF, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    rdo_store_u32(bytes + VECTOR, counts[i]);
    assert_int_equal(rdo_fb_vector(&fb, table, NUMBERS, 4, &vector), RONDO_INVALID_ARGUMENT);
  }
  rdo_store_u32(bytes + VECTOR, 7);  // exactly to the end
  assert_int_equal(rdo_fb_vector(&fb, table, NUMBERS, 4, &vector), RONDO_OK);
  assert_int_equal(rdo_fb_vector_table(&fb, vector, 0, &inner), RONDO_INVALID_ARGUMENT);  // backwards
  assert_int_equal(rdo_fb_vector_table(&fb, vector, 1, &inner), RONDO_INVALID_ARGUMENT);  // zero
  rdo_store_u32(bytes + VECTOR + 4, 3);
  assert_int_equal(rdo_fb_vector_table(&fb, vector, 0, &inner), RONDO_INVALID_ARGUMENT);  // odd
}

// Every byte of the buffer in turn takes awkward values, at every size; nothing may be read outside.
static void test_every_edit(void **state) {
  (void)state;
  static const uint8_t values[] = {0, 1, 3, 0x7F, 0x80, 0xFF};
  for (uint32_t at = 0; at < SIZE; ++at) {
    for (size_t i = 0; i < sizeof values; ++i) {
      make(NULL);
      bytes[at] = values[i];
      uint32_t size = SIZE - (at * 7 + (uint32_t)i) % 40;
      uint8_t *copy = malloc(size);
      assert_non_null(copy);
      memcpy(copy, bytes, size);
      struct rdo_flatbuffer fb = {copy, size, 0, &diag};
      struct rdo_fb_table table, inner;
      struct rdo_fb_vector vector;
      struct rdo_bytes text;
      bool present;
      uint64_t u64;
      if (rdo_fb_root(&fb, "IREE", &table) == RONDO_OK) {
        for (int id = 0; id < 8; ++id) {
          (void)rdo_fb_u64(&fb, table, id, 0, &u64);
          (void)rdo_fb_string(&fb, table, id, &text);
          (void)rdo_fb_table(&fb, table, id, &present, &inner);
          if (rdo_fb_vector(&fb, table, id, 4, &vector) != RONDO_OK) continue;
          for (uint32_t k = 0; k < vector.count; ++k) (void)rdo_fb_vector_table(&fb, vector, k, &inner);
        }
      }
      free(copy);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_fields, make),         cmocka_unit_test_setup(test_roots, make),   cmocka_unit_test_setup(test_fields_outside, make),
      cmocka_unit_test_setup(test_strings, make),        cmocka_unit_test_setup(test_vectors, make), cmocka_unit_test_setup(test_every_edit, make),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
