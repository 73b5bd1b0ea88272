// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// .npy files: what is written reads back, what numpy writes reads as it should, and every damaged
// header is refused with its offset.

#include "npy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DICT(descr, order, shape) "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }"

// A file with one array: `dict` padded as numpy does, then contents.
static struct tool_bytes make_file(int version, const char *dict, const void *contents, size_t size) {
  struct tool_bytes file = {0};
  size_t preamble_bytes = version == 1 ? 10 : 12;
  size_t used = preamble_bytes + strlen(dict) + 1;
  size_t padding = (64 - used % 64) % 64;
  size_t header_bytes = strlen(dict) + padding + 1;
  const uint8_t preamble[12] = {0x93, 'N', 'U', 'M', 'P', 'Y', (uint8_t)version, 0, (uint8_t)(header_bytes & 0xFF),
                                (uint8_t)(header_bytes >> 8), 0, 0};
  const char spaces[64] = "                                                               ";
  assert_int_equal(rdo_tool_bytes_append(&file, preamble, preamble_bytes, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_bytes_append(&file, dict, strlen(dict), NULL), RONDO_OK);
  assert_int_equal(rdo_tool_bytes_append(&file, spaces, padding, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_bytes_append(&file, "\n", 1, NULL), RONDO_OK);
  assert_int_equal(rdo_tool_bytes_append(&file, contents, size, NULL), RONDO_OK);
  return file;
}

static void check_failure(int version, const char *dict, size_t contents_bytes, enum rondo_status status,
                          const char *words) {
  static const uint8_t zeros[64];
  struct tool_bytes file = make_file(version, dict, zeros, contents_bytes);
  struct tool_array array;
  struct rondo_diag diag = {0};
  uint64_t offset = 0;
  assert_int_equal(rdo_tool_npy_read(file.data, file.size, 1 << 20, &offset, &array, &diag), status);
  assert_non_null(strstr(diag.message, words));
  assert_int_equal(offset, 0);
  assert_null(array.bytes);
  rdo_tool_bytes_release(&file);
}

static void check_read(int version, const char *dict, const void *contents, size_t size, uint32_t element_type,
                       int rank, const void *expected) {
  struct tool_bytes file = make_file(version, dict, contents, size);
  struct tool_array array;
  struct rondo_diag diag = {0};
  uint64_t offset = 0;
  assert_int_equal(rdo_tool_npy_read(file.data, file.size, 1 << 20, &offset, &array, &diag), RONDO_OK);
  assert_int_equal(offset, file.size);
  assert_int_equal(array.element_type, element_type);
  assert_int_equal(array.rank, rank);
  assert_int_equal(array.byte_length, size);
  if (size > 0) assert_memory_equal(array.bytes, expected, size);
  rdo_tool_array_release(&array);
  rdo_tool_bytes_release(&file);
}

static void test_read(void **state) {
  (void)state;
  static const uint8_t little[4] = {1, 2, 3, 4}, swapped[4] = {4, 3, 2, 1}, halves[4] = {2, 1, 4, 3};
  check_read(1, DICT("<i4", "False", "(1,)"), little, 4, RONDO_ELEMENT_SI32, 1, little);
  check_read(2, DICT("<u4", "False", "()"), little, 4, RONDO_ELEMENT_UI32, 0, little);
  check_read(3, DICT("<f4", "False", "(1, 1)"), little, 4, RONDO_ELEMENT_F32, 2, little);
  check_read(1, DICT(">i4", "False", "(1,)"), little, 4, RONDO_ELEMENT_SI32, 1, swapped);
  check_read(1, DICT(">f2", "False", "(2,)"), little, 4, RONDO_ELEMENT_F16, 1, halves);
  check_read(1, DICT("|b1", "False", "(4,)"), little, 4, RONDO_ELEMENT_I1, 1, little);
  // As hand-written files have it, and IREE's tools accept.
  check_read(1, DICT("=i4", "False", "(1)"), little, 4, RONDO_ELEMENT_SI32, 1, little);
  check_read(1, DICT("|f4", "False", "( 1 )"), little, 4, RONDO_ELEMENT_F32, 1, little);
  check_read(1, DICT("f2", "False", "(2,)"), little, 4, RONDO_ELEMENT_F16, 1, little);
  check_read(1, DICT("u1", "False", "(4)"), little, 4, RONDO_ELEMENT_UI8, 1, little);
  check_read(1, DICT("V4", "False", "()"), little, 4, 32, 0, little);
  check_read(1, DICT("|i1", "False", "(2, 2)"), little, 4, RONDO_ELEMENT_SI8, 2, little);
  check_read(1, DICT("|V2", "False", "(2,)"), little, 4, 16, 1, little);
  check_read(1, DICT("<f4", "False", "(0, 3)"), little, 0, RONDO_ELEMENT_F32, 2, little);
  check_read(1, "{\"shape\":(4L,),\"fortran_order\":False,\"descr\":\"|u1\"}", little, 4, RONDO_ELEMENT_UI8, 1, little);
}

static void test_complex_swap(void **state) {
  (void)state;
  static const uint8_t big[8] = {1, 2, 3, 4, 5, 6, 7, 8}, expected[8] = {4, 3, 2, 1, 8, 7, 6, 5};
  check_read(1, DICT(">c8", "False", "(1,)"), big, 8, RONDO_ELEMENT_CF64, 1, expected);
  check_read(1, DICT("<c8", "False", "(1,)"), big, 8, RONDO_ELEMENT_CF64, 1, big);
}

static void test_fortran_order(void **state) {
  (void)state;
  // Element (i, j, k) of a 2x3x2 array has the value 6i + 2j + k.
  static const uint8_t column_major[12] = {0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11};
  static const uint8_t row_major[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  check_read(1, DICT("|u1", "True", "(2, 3, 2)"), column_major, 12, RONDO_ELEMENT_UI8, 3, row_major);
  check_read(1, DICT("|u1", "True", "(12,)"), row_major, 12, RONDO_ELEMENT_UI8, 1, row_major);
}

static void test_bad_headers(void **state) {
  (void)state;
  static const struct { const char *dict; enum rondo_status status; const char *words; } cases[] = {
      {"", RONDO_INVALID_ARGUMENT, "no dict"},
      {"{}", RONDO_INVALID_ARGUMENT, "missing"},
      {"{'descr': '<f4', 'fortran_order': False}", RONDO_INVALID_ARGUMENT, "missing"},
      {DICT("<f4", "False", "(1,)") " x", RONDO_INVALID_ARGUMENT, "after the dict"},
      {"{'descr': '<f4', 'descr': '<f4', 'shape': ()}", RONDO_INVALID_ARGUMENT, "twice"},
      {"{'dtype': '<f4'}", RONDO_INVALID_ARGUMENT, "unknown key"},
      {"{'descr': '<f4' 'shape': ()}", RONDO_INVALID_ARGUMENT, "expected ,"},
      {"{'descr': '<f4", RONDO_INVALID_ARGUMENT, "without end"},
      {"{'descr: 0}", RONDO_INVALID_ARGUMENT, "without end"},
      {"{descr: '<f4'}", RONDO_INVALID_ARGUMENT, "quoted"},
      {DICT("<f4", "false", "(1,)"), RONDO_INVALID_ARGUMENT, "bool"},
      {DICT("<f4", "False", "1"), RONDO_INVALID_ARGUMENT, "tuple"},
      {DICT("<f4", "False", "[1]"), RONDO_INVALID_ARGUMENT, "tuple"},
      {DICT("<f4", "False", "(-1,)"), RONDO_INVALID_ARGUMENT, "dimension"},
      {DICT("<f4", "False", "(1 2)"), RONDO_INVALID_ARGUMENT, "expected , or )"},
      {DICT("<f4", "False", "(1,"), RONDO_INVALID_ARGUMENT, "dimension"},
      {DICT("<f4", "False", "(99999999999999999999,)"), RONDO_INVALID_ARGUMENT, "too large"},
      {DICT("<f4", "False", "(4294967296, 4294967296)"), RONDO_OUT_OF_RANGE, "counted"},
      {DICT("<f4", "False", "(1000000,)"), RONDO_RESOURCE_EXHAUSTED, "limit"},
      {DICT("<f4", "False", "(100,)"), RONDO_DATA_LOSS, "400 needed"},
      {DICT("", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("!f4", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("==f4", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("float32", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("f", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("<f3", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("<f16", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("<f", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("<", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("<U3", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("<M8[s]", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("|O", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {DICT("|V32", "False", "(1,)"), RONDO_UNIMPLEMENTED, "not supported"},
      {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", RONDO_UNIMPLEMENTED, "structured"},
  };
  for (size_t i = 0; i < COUNT(cases); ++i) check_failure(1, cases[i].dict, 64, cases[i].status, cases[i].words);
  check_failure(4, DICT("<f4", "False", "(1,)"), 64, RONDO_UNIMPLEMENTED, "version 4.0");
}

// Cut anywhere, a file is refused, and nothing beyond its end is looked at (under a sanitizer).
static void test_truncation(void **state) {
  (void)state;
  static const uint8_t contents[8] = {1};
  for (int version = 1; version <= 3; ++version) {
    struct tool_bytes file = make_file(version, DICT("<i8", "False", "(1,)"), contents, 8);
    for (size_t size = 0; size < file.size; ++size) {
      struct tool_bytes cut = {0};
      assert_int_equal(rdo_tool_bytes_append(&cut, file.data, size, NULL), RONDO_OK);
      struct tool_array array;
      uint64_t offset = 0;
      enum rondo_status status = rdo_tool_npy_read(cut.data, cut.size, 1 << 20, &offset, &array, NULL);
      assert_int_equal(status, size == 0 ? RONDO_OUT_OF_RANGE : RONDO_DATA_LOSS);
      rdo_tool_bytes_release(&cut);
    }
    rdo_tool_bytes_release(&file);
  }
}

// A reader who asks before each step what to read gets the whole array, and not one byte behind it.
static void test_wanted(void **state) {
  (void)state;
  static const uint8_t contents[8] = {1};
  for (int version = 1; version <= 3; ++version) {
    struct tool_bytes file = make_file(version, DICT("<i8", "False", "(1,)"), contents, 8);
    uint64_t wanted = 0;
    for (uint64_t size = 0; size <= file.size; ++size) {
      uint64_t next = rdo_tool_npy_wanted(size > 0 ? file.data : NULL, size, 1 << 20);
      assert_true(next >= wanted && next <= file.size && (next > size || size == file.size));
      wanted = next;
    }
    assert_int_equal(wanted, file.size);
    assert_int_equal(rdo_tool_npy_wanted(file.data, file.size, 7), 0);  // over the limit
    for (size_t i = 0; i < 6; ++i) {
      file.data[i] ^= 1;
      for (size_t size = i + 1; size < file.size; ++size) assert_int_equal(rdo_tool_npy_wanted(file.data, size, 1 << 20), 0);
      file.data[i] ^= 1;
    }
    rdo_tool_bytes_release(&file);
  }
  struct tool_bytes bad = make_file(1, DICT("<i9", "False", "(1,)"), contents, 8);
  assert_int_equal(rdo_tool_npy_wanted(bad.data, bad.size, 1 << 20), 0);
  rdo_tool_bytes_release(&bad);
  struct tool_bytes claims = make_file(1, DICT("<i8", "False", "(1000,)"), contents, 8);
  assert_int_equal(rdo_tool_npy_wanted(claims.data, claims.size, 1 << 20), claims.size - 8 + 8000);
  rdo_tool_bytes_release(&claims);
}

static void test_long_header(void **state) {
  (void)state;
  const uint8_t bytes[16] = {0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, 0xFF, 0xFF, 0xFF, 0x7F};
  struct tool_array array;
  uint64_t offset = 0;
  assert_int_equal(rdo_tool_npy_read(bytes, sizeof bytes, 1 << 20, &offset, &array, NULL), RONDO_INVALID_ARGUMENT);
}

// The exact bytes numpy.save writes.
static void test_write(void **state) {
  (void)state;
  uint8_t contents[24] = {1, 2, 3};
  struct tool_array array = {.element_type = RONDO_ELEMENT_F32, .rank = 2, .dims = {2, 3}, .element_count = 6,
                             .byte_length = 24, .bytes = contents};
  struct tool_bytes file = {0};
  assert_int_equal(rdo_tool_npy_append(&array, &file, NULL), RONDO_OK);
  struct tool_bytes expected = make_file(1, DICT("<f4", "False", "(2, 3)"), contents, 24);
  assert_int_equal(file.size, expected.size);
  assert_memory_equal(file.data, expected.data, file.size);
  rdo_tool_bytes_release(&file);
  rdo_tool_bytes_release(&expected);
}

static void test_write_then_read(void **state) {
  (void)state;
  static const uint32_t types[] = {RONDO_ELEMENT_I1,  RONDO_ELEMENT_SI8,  RONDO_ELEMENT_UI16, RONDO_ELEMENT_SI64,
                                   RONDO_ELEMENT_F16, RONDO_ELEMENT_CF64, RONDO_ELEMENT_CF128, 24};
  struct tool_bytes file = {0};
  uint8_t contents[64];
  for (size_t i = 0; i < sizeof contents; ++i) contents[i] = (uint8_t)i;
  for (size_t i = 0; i < COUNT(types); ++i) {
    uint64_t bytes = rondo_element_bits(types[i]) / 8;
    struct tool_array array = {.element_type = types[i], .rank = i % 2 == 0, .dims = {1}, .element_count = 1,
                               .byte_length = bytes, .bytes = contents};
    assert_int_equal(rdo_tool_npy_append(&array, &file, NULL), RONDO_OK);
  }
  uint64_t offset = 0;
  for (size_t i = 0; i < COUNT(types); ++i) {
    struct tool_array array;
    assert_int_equal(rdo_tool_npy_read(file.data, file.size, 1 << 20, &offset, &array, NULL), RONDO_OK);
    assert_int_equal(array.element_type, types[i]);
    assert_int_equal(array.rank, i % 2 == 0);
    assert_memory_equal(array.bytes, contents, array.byte_length);
    rdo_tool_array_release(&array);
  }
  struct tool_array array;
  assert_int_equal(rdo_tool_npy_read(file.data, file.size, 1 << 20, &offset, &array, NULL), RONDO_OUT_OF_RANGE);
  rdo_tool_bytes_release(&file);
}

static void test_no_npy_form(void **state) {
  (void)state;
  static const uint32_t types[] = {RONDO_ELEMENT_BF16, RONDO_ELEMENT_F8E4M3FN, RONDO_ELEMENT_I4, RONDO_ELEMENT_UI4, 7};
  for (size_t i = 0; i < COUNT(types); ++i) {
    uint8_t contents[4] = {0};
    struct tool_array array = {.element_type = types[i], .element_count = 1, .byte_length = 1, .bytes = contents};
    struct tool_bytes file = {0};
    assert_int_equal(rdo_tool_npy_append(&array, &file, NULL), RONDO_UNIMPLEMENTED);
    assert_int_equal(file.size, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_read),        cmocka_unit_test(test_complex_swap),
      cmocka_unit_test(test_fortran_order), cmocka_unit_test(test_bad_headers),
      cmocka_unit_test(test_truncation),  cmocka_unit_test(test_wanted),
      cmocka_unit_test(test_long_header),
      cmocka_unit_test(test_write),       cmocka_unit_test(test_write_then_read),
      cmocka_unit_test(test_no_npy_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
