// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The two file shapes and their bounds.

#include "vm/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FILE_BYTES = 512, ZIP_PREFIX = 64 };

static uint8_t file[FILE_BYTES];

// A file whose size prefix stands at `prefix` and says `flatbuffer_bytes`.
static void make(uint32_t prefix, uint32_t flatbuffer_bytes) {
  memset(file, 0, sizeof file);
  if (prefix != 0) {
    rdo_store_u32(file, 0x04034B50);
    file[26] = 9;
    file[28] = (uint8_t)(prefix - 30 - 9);
  }
  rdo_store_u32(file + prefix, flatbuffer_bytes);
}

// Opens the first `size` bytes from memory of exactly that size, so that a sanitizer sees over-reads.
static enum rondo_status open_size(uint64_t size, struct rdo_archive *archive) {
  struct rondo_diag diag = {.status = RONDO_OK};
  uint8_t *copy = malloc(size == 0 ? 1 : (size_t)size);
  assert_non_null(copy);
  memcpy(copy, file, (size_t)size);
  enum rondo_status status = rdo_archive_open((struct rdo_bytes){copy, size}, archive, &diag);
  assert_true((status == RONDO_OK) == (diag.message_length == 0));
  free(copy);
  return status;
}

static void test_flat(void **state) {
  (void)state;
  struct rdo_archive archive;
  make(0, 100);
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_OK);
  assert_int_equal(archive.flatbuffer_offset, 4);
  assert_int_equal(archive.flatbuffer.size, 100);
  assert_int_equal(archive.rodata_base, 128);
  make(0, 60);  // ends on a multiple of 64 already
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_OK);
  assert_int_equal(archive.rodata_base, 64);
  // The FlatBuffer may be all there is; its padding to the rodata need not be there.
  make(0, 61);
  assert_int_equal(open_size(65, &archive), RONDO_OK);
  assert_int_equal(archive.rodata_base, 128);
}

static void test_zip(void **state) {
  (void)state;
  struct rdo_archive archive;
  make(ZIP_PREFIX, 100);
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_OK);
  assert_int_equal(archive.flatbuffer_offset, ZIP_PREFIX + 4);
  assert_int_equal(archive.flatbuffer.size, 100);
  assert_int_equal(archive.rodata_base, 192);
  make(51, 100);  // an odd place is fine: the base counts from the file's beginning
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_OK);
  assert_int_equal(archive.rodata_base, 192);
  // A header that points past the end.
  make(ZIP_PREFIX, 100);
  file[29] = 0xFF;
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_INVALID_ARGUMENT);
  // Fewer than 30 bytes are no ZIP, whatever they begin with: the magic is a size then.
  make(ZIP_PREFIX, 100);
  assert_int_equal(open_size(29, &archive), RONDO_INVALID_ARGUMENT);
}

static void test_every_truncation(void **state) {
  (void)state;
  struct rdo_archive archive;
  for (int is_zip = 0; is_zip < 2; ++is_zip) {
    uint32_t prefix = is_zip != 0 ? ZIP_PREFIX : 0;
    make(prefix, 100);
    for (uint64_t size = 0; size < prefix + 104; ++size) assert_int_equal(open_size(size, &archive), RONDO_INVALID_ARGUMENT);
    assert_int_equal(open_size(prefix + 104, &archive), RONDO_OK);
  }
}

static void test_sizes(void **state) {
  (void)state;
  struct rdo_archive archive;
  static const uint32_t wrong[] = {0, 1, 11, FILE_BYTES - 3, FILE_BYTES, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    make(0, wrong[i]);
    assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_INVALID_ARGUMENT);
  }
  make(0, 12);
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_OK);
  make(0, FILE_BYTES - 4);
  assert_int_equal(open_size(FILE_BYTES, &archive), RONDO_OK);
  assert_int_equal(archive.rodata_base, FILE_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_flat), cmocka_unit_test(test_zip), cmocka_unit_test(test_every_truncation), cmocka_unit_test(test_sizes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
