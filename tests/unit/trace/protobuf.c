// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/protobuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint8_t bytes[40000];

static struct rdo_protobuf begin(size_t capacity) {
  memset(bytes, 0xEE, sizeof bytes);
  return (struct rdo_protobuf){.data = bytes, .capacity = capacity};
}

static void expect(const struct rdo_protobuf *message, const char *expected, size_t size) {
  assert_false(message->is_overfull);
  assert_int_equal(message->size, size);
  assert_memory_equal(message->data, expected, size);
}

#define EXPECT(message, text) expect(&(message), (text), sizeof(text) - 1)

// Examples of the format's public description, and the borders of its lengths.
static void test_numbers(void **state) {
  (void)state;
  struct rdo_protobuf m = begin(100);
  rdo_protobuf_put_uint(&m, 1, 150);
  EXPECT(m, "\x08\x96\x01");
  m = begin(100);
  rdo_protobuf_put_uint(&m, 15, 0);
  rdo_protobuf_put_uint(&m, 16, 127);
  EXPECT(m, "\x78\x00\x80\x01\x7F");
  m = begin(100);
  rdo_protobuf_put_uint(&m, 1, UINT64_MAX);
  EXPECT(m, "\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  m = begin(100);
  rdo_protobuf_put_fixed64(&m, 47, UINT64_C(0x0123456789ABCDEF));
  EXPECT(m, "\xF9\x02\xEF\xCD\xAB\x89\x67\x45\x23\x01");
}

static void test_bytes(void **state) {
  (void)state;
  struct rdo_protobuf m = begin(100);
  rdo_protobuf_put_bytes(&m, 2, "testing", 7);
  EXPECT(m, "\x12\x07testing");
  m = begin(100);
  rdo_protobuf_put_bytes(&m, 2, NULL, 0);
  EXPECT(m, "\x12\x00");
}

static void test_nested(void **state) {
  (void)state;
  struct rdo_protobuf m = begin(100);
  size_t outer = rdo_protobuf_begin(&m, 3);
  rdo_protobuf_put_uint(&m, 1, 150);
  size_t inner = rdo_protobuf_begin(&m, 4);
  rdo_protobuf_end(&m, inner);
  rdo_protobuf_end(&m, outer);
  EXPECT(m, "\x1A\x05\x08\x96\x01\x22\x00");
}

// A length that needs more than the one byte kept for it moves the body.
static void test_long_messages(void **state) {
  (void)state;
  static const size_t sizes[] = {126, 127, 128, 16383, 16384};
  static uint8_t body[16384];
  for (size_t i = 0; i < sizeof body; ++i) body[i] = (uint8_t)(i * 7);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    size_t size = sizes[i];
    struct rdo_protobuf m = begin(sizeof bytes);
    size_t mark = rdo_protobuf_begin(&m, 1);
    m.size += size;
    memcpy(m.data + mark, body, size);
    rdo_protobuf_end(&m, mark);
    rdo_protobuf_put_uint(&m, 2, 5);
    size_t length_size = size < 128 ? 1 : size < 16384 ? 2
                                                       : 3;
    assert_int_equal(m.size, 1 + length_size + size + 2);
    size_t length = 0;
    for (size_t j = 0; j < length_size; ++j) length |= (size_t)(bytes[1 + j] & 0x7F) << (7 * j);
    assert_int_equal(length, size);
    assert_int_equal(bytes[length_size] & 0x80, 0);
    assert_memory_equal(bytes + 1 + length_size, body, size);
    assert_memory_equal(bytes + m.size - 2, "\x10\x05", 2);
  }
}

static void put_everything(struct rdo_protobuf *m) {
  size_t outer = rdo_protobuf_begin(m, 1);
  rdo_protobuf_put_uint(m, 2, 1000000);
  size_t inner = rdo_protobuf_begin(m, 300);
  rdo_protobuf_put_bytes(m, 4, bytes + 20000, 150);
  rdo_protobuf_put_fixed64(m, 5, 1);
  rdo_protobuf_end(m, inner);
  rdo_protobuf_end(m, outer);
}

static void test_never_beyond_its_memory(void **state) {
  (void)state;
  struct rdo_protobuf m = begin(1000);
  put_everything(&m);
  size_t needed = m.size;
  assert_false(m.is_overfull);
  for (size_t capacity = 0; capacity <= needed; ++capacity) {
    m = begin(capacity);
    put_everything(&m);
    assert_int_equal(m.is_overfull, capacity < needed);
    for (size_t i = capacity; i < needed + 20; ++i) assert_int_equal(bytes[i], 0xEE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_bytes),
      cmocka_unit_test(test_nested),
      cmocka_unit_test(test_long_messages),
      cmocka_unit_test(test_never_beyond_its_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
