// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/tensor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rondo_diag diag;
static _Alignas(64) uint8_t memory[4096];

static struct rdo_buffer *wrap(uint64_t byte_length) {
  struct rdo_buffer *buffer = NULL;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_buffer_wrap(memory, byte_length, 0, 0, NULL, NULL, &buffer, NULL), RONDO_OK);
  return buffer;
}

static struct rondo_tensor *make(uint32_t element_type, uint32_t encoding, int rank, const int64_t *dims) {
  struct rdo_buffer *buffer = wrap(sizeof memory);
  struct rondo_tensor *tensor = NULL;
  if (rdo_tensor_create(buffer, element_type, encoding, rank, dims, &tensor, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  rdo_object_release(&buffer->object);  // the tensor holds it
  return tensor;
}

static void end(struct rondo_tensor *tensor) { rdo_object_release(&tensor->object); }

// Shapes ---------------------------------------------------------------------------------------------

static void expect_bytes(uint32_t element_type, int rank, const int64_t *dims, uint64_t wanted) {
  uint64_t byte_length = 0;
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rdo_shape_byte_length(element_type, rank, dims, &byte_length, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(byte_length, wanted);
}

static void expect_no_shape(uint32_t element_type, int rank, const int64_t *dims, enum rondo_status wanted) {
  uint64_t byte_length = 42;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_shape_byte_length(element_type, rank, dims, &byte_length, &diag), wanted);
  assert_int_equal(diag.status, wanted);
}

static void test_byte_length(void **state) {
  (void)state;
  expect_bytes(RONDO_ELEMENT_F32, 0, NULL, 4);
  expect_bytes(RONDO_ELEMENT_F32, 3, (const int64_t[]){2, 3, 4}, 96);
  expect_bytes(RONDO_ELEMENT_CF128, 1, (const int64_t[]){3}, 48);
  expect_bytes(RONDO_ELEMENT_I1, 1, (const int64_t[]){9}, 9);
  expect_bytes(RONDO_ELEMENT_I4, 1, (const int64_t[]){1}, 1);
  expect_bytes(RONDO_ELEMENT_I4, 2, (const int64_t[]){3, 3}, 5);  // packed, the last byte half full
  expect_bytes(7, 1, (const int64_t[]){9}, 8);
  expect_bytes(RONDO_ELEMENT_F64, 1, (const int64_t[]){INT64_MAX / 64}, INT64_MAX / 64 * 8);
}

// A dimension of 0 makes the shape empty, however large the others are.
static void test_empty_shapes(void **state) {
  (void)state;
  expect_bytes(RONDO_ELEMENT_F32, 1, (const int64_t[]){0}, 0);
  expect_bytes(RONDO_ELEMENT_F32, 4, (const int64_t[]){INT64_MAX, INT64_MAX, 0, INT64_MAX}, 0);
  struct rondo_tensor *tensor = make(RONDO_ELEMENT_F32, 1, 4, (const int64_t[]){INT64_MAX, INT64_MAX, 0, INT64_MAX});
  assert_int_equal(rondo_tensor_element_count(tensor), 0);
  end(tensor);
}

static void test_impossible_shapes(void **state) {
  (void)state;
  expect_no_shape(RONDO_ELEMENT_F32, 1, (const int64_t[]){-1}, RONDO_INVALID_ARGUMENT);
  expect_no_shape(RONDO_ELEMENT_F32, 2, (const int64_t[]){0, -5}, RONDO_INVALID_ARGUMENT);  // also behind a 0
  expect_no_shape(RONDO_ELEMENT_F32, 2, (const int64_t[]){INT64_MIN, 2}, RONDO_INVALID_ARGUMENT);
  expect_no_shape(RONDO_ELEMENT_F32, -1, NULL, RONDO_INVALID_ARGUMENT);
  expect_no_shape(RONDO_ELEMENT_F32, 1, (const int64_t[]){INT64_MAX}, RONDO_OUT_OF_RANGE);
  expect_no_shape(RONDO_ELEMENT_F32, 2, (const int64_t[]){INT64_C(1) << 32, INT64_C(1) << 32}, RONDO_OUT_OF_RANGE);
  expect_no_shape(RONDO_ELEMENT_I8, 3, (const int64_t[]){INT64_C(1) << 31, INT64_C(1) << 31, 2}, RONDO_OUT_OF_RANGE);
  expect_no_shape(RONDO_ELEMENT_F32, 3, (const int64_t[]){INT64_C(1) << 32, INT64_C(1) << 32, 1}, RONDO_OUT_OF_RANGE);
  // No bits an element, but still more elements than can be counted.
  expect_no_shape(0, 2, (const int64_t[]){INT64_C(1) << 32, INT64_C(1) << 32}, RONDO_OUT_OF_RANGE);
  static int64_t dims[RONDO_RANK_MAX + 1];
  for (int i = 0; i <= RONDO_RANK_MAX; ++i) dims[i] = 1;
  expect_bytes(RONDO_ELEMENT_F32, RONDO_RANK_MAX, dims, 4);
  expect_no_shape(RONDO_ELEMENT_F32, RONDO_RANK_MAX + 1, dims, RONDO_INVALID_ARGUMENT);
}

static void test_create(void **state) {
  (void)state;
  const int64_t dims[] = {2, 3, 4};
  struct rdo_buffer *buffer = wrap(96);
  struct rondo_tensor *tensor = NULL;
  assert_int_equal(rdo_tensor_create(buffer, RONDO_ELEMENT_F32, 1, 3, dims, &tensor, NULL), RONDO_OK);
  assert_ptr_equal(tensor->buffer, buffer);
  assert_int_equal(rondo_tensor_element_count(tensor), 24);
  assert_int_equal(tensor->rank, 3);
  assert_memory_equal(tensor->dims, dims, sizeof dims);
  end(tensor);
  // One byte too many for the buffer, in either encoding.
  for (uint32_t encoding = 0; encoding < 2; ++encoding) {
    tensor = (struct rondo_tensor *)&diag;
    const int64_t longer[] = {97};
    diag = (struct rondo_diag){.status = RONDO_OK};
    assert_int_equal(rdo_tensor_create(buffer, RONDO_ELEMENT_I8, encoding, 1, longer, &tensor, &diag), RONDO_OUT_OF_RANGE);
    assert_null(tensor);
  }
  rdo_object_release(&buffer->object);
}

// Element types --------------------------------------------------------------------------------------

struct named_type {
  const char *name;
  uint32_t type;
};

// Written down again here: the numbers are the ABI's.
static const struct named_type named_types[] = {
    {"i1", 0x13000008},       {"i4", 0x10000004},         {"si4", 0x11000004},       {"ui4", 0x12000004},
    {"i8", 0x10000008},       {"si8", 0x11000008},        {"ui8", 0x12000008},       {"i16", 0x10000010},
    {"si16", 0x11000010},     {"ui16", 0x12000010},       {"i32", 0x10000020},       {"si32", 0x11000020},
    {"ui32", 0x12000020},     {"i64", 0x10000040},        {"si64", 0x11000040},      {"ui64", 0x12000040},
    {"f16", 0x21000010},      {"f32", 0x21000020},        {"f64", 0x21000040},       {"bf16", 0x22000010},
    {"cf64", 0x23000040},     {"cf128", 0x23000080},      {"f8E5M2", 0x24000008},    {"f8E4M3FN", 0x25000008},
    {"f8E5M2FNUZ", 0x26000008}, {"f8E4M3FNUZ", 0x27000008}, {"f8E8M0FNU", 0x28000008},
};

static void test_names(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof named_types / sizeof named_types[0]; ++i) {
    char name[16], longer[20];
    uint32_t type = 0;
    rondo_element_type_format(named_types[i].type, name, sizeof name);
    assert_string_equal(name, named_types[i].name);
    assert_int_equal(rondo_element_type_parse(name, strlen(name), &type), RONDO_OK);
    assert_int_equal(type, named_types[i].type);
    // Exactly this length counts.
    snprintf(longer, sizeof longer, "%sz", name);
    assert_int_equal(rondo_element_type_parse(longer, strlen(name), &type), RONDO_OK);
    assert_int_equal(rondo_element_type_parse(longer, strlen(longer), &type), RONDO_INVALID_ARGUMENT);
    assert_int_equal(type, named_types[i].type);
  }
}

static void test_opaque_names(void **state) {
  (void)state;
  for (uint32_t bits = 1; bits <= 255; ++bits) {
    char name[16];
    uint32_t type = 0;
    rondo_element_type_format(bits, name, sizeof name);
    assert_int_equal(name[0], '*');
    assert_int_equal(rondo_element_type_parse(name, strlen(name), &type), RONDO_OK);
    assert_int_equal(type, bits);
    name[0] = 'x';
    assert_int_equal(rondo_element_type_parse(name, strlen(name), &type), RONDO_OK);
    assert_int_equal(type, bits);
  }
}

static void test_no_names(void **state) {
  (void)state;
  const char *const texts[] = {"", "f", "f3", "F32", "i", "i2", "x", "*", "x0", "x256", "x-1", "x1a", "x0001", "*999", "y8", "f32 ", "1"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; ++i) {
    uint32_t type = 42;
    if (rondo_element_type_parse(texts[i], strlen(texts[i]), &type) != RONDO_INVALID_ARGUMENT) fail_msg("'%s' is a type", texts[i]);
    assert_int_equal(type, 42);
  }
}

static void test_format_of_others(void **state) {
  (void)state;
  char name[16], tiny[3];
  rondo_element_type_format(0x20000010, name, sizeof name);
  assert_string_equal(name, "20000010");
  rondo_element_type_format(RONDO_ELEMENT_F8E4M3FNUZ, tiny, sizeof tiny);
  assert_string_equal(tiny, "f8");
}

// Checks ---------------------------------------------------------------------------------------------

static void expect_accepted(const struct rondo_tensor *tensor, uint32_t element_type, uint32_t encoding, int rank, const int64_t *dims) {
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rdo_tensor_check(tensor, element_type, encoding, rank, dims, "input1", 6, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

static void expect_mismatch(const struct rondo_tensor *tensor, uint32_t element_type, uint32_t encoding, int rank, const int64_t *dims,
                            const char *message) {
  diag = (struct rondo_diag){.status = RONDO_OK};
  // Six letters of a longer text are the name.
  assert_int_equal(rdo_tensor_check(tensor, element_type, encoding, rank, dims, "input1 and more", 6, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(diag.status, RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, message);
}

static void test_check_shape(void **state) {
  (void)state;
  struct rondo_tensor *tensor = make(RONDO_ELEMENT_F32, 1, 1, (const int64_t[]){4});
  expect_accepted(tensor, RONDO_ELEMENT_F32, 1, 1, (const int64_t[]){4});
  expect_accepted(tensor, RONDO_ELEMENT_F32, 1, 1, (const int64_t[]){-1});
  expect_mismatch(tensor, RONDO_ELEMENT_F32, 1, 1, (const int64_t[]){8},
                  "input1 shape dimension 0 mismatch; expected 8 but have 4; expected shape `8`, actual shape `4`");
  end(tensor);
  tensor = make(RONDO_ELEMENT_F32, 1, 3, (const int64_t[]){2, 3, 4});
  expect_accepted(tensor, RONDO_ELEMENT_F32, 1, 3, (const int64_t[]){-1, 3, -1});
  expect_mismatch(tensor, RONDO_ELEMENT_F32, 1, 3, (const int64_t[]){-1, 3, 5},
                  "input1 shape dimension 2 mismatch; expected 5 but have 4; expected shape `?x3x5`, actual shape `2x3x4`");
  expect_mismatch(tensor, RONDO_ELEMENT_F32, 1, 2, (const int64_t[]){-1, 3},
                  "input1 shape rank mismatch; expected 2 but have 3; expected shape `?x3`, actual shape `2x3x4`");
  expect_mismatch(tensor, RONDO_ELEMENT_F32, 1, 0, NULL, "input1 shape rank mismatch; expected 0 but have 3; expected shape ``, actual shape `2x3x4`");
  end(tensor);
  tensor = make(RONDO_ELEMENT_F32, 1, 0, NULL);
  expect_accepted(tensor, RONDO_ELEMENT_F32, 1, 0, NULL);
  end(tensor);
}

static void test_check_element_type(void **state) {
  (void)state;
  const int64_t dims[] = {4};
  struct rondo_tensor *tensor = make(RONDO_ELEMENT_I32, 1, 1, dims);
  expect_mismatch(tensor, RONDO_ELEMENT_F32, 1, 1, dims, "input1 element type mismatch; expected f32 (21000020) but have i32 (10000020)");
  expect_mismatch(tensor, RONDO_ELEMENT_I16, 1, 1, dims, "input1 element type mismatch; expected i16 (10000010) but have i32 (10000020)");
  // Signedness does not matter.
  expect_accepted(tensor, RONDO_ELEMENT_SI32, 1, 1, dims);
  expect_accepted(tensor, RONDO_ELEMENT_UI32, 1, 1, dims);
  end(tensor);
  tensor = make(RONDO_ELEMENT_I8, 1, 1, dims);
  expect_accepted(tensor, RONDO_ELEMENT_I1, 1, 1, dims);
  expect_mismatch(tensor, RONDO_ELEMENT_F8E5M2, 1, 1, dims, "input1 element type mismatch; expected f8E5M2 (24000008) but have i8 (10000008)");
  end(tensor);
  // Two kinds of float of one width differ; so do classes without a name.
  tensor = make(RONDO_ELEMENT_F16, 1, 1, dims);
  expect_mismatch(tensor, RONDO_ELEMENT_BF16, 1, 1, dims, "input1 element type mismatch; expected bf16 (22000010) but have f16 (21000010)");
  expect_mismatch(tensor, 0x20000010, 1, 1, dims, "input1 element type mismatch; expected 20000010 (20000010) but have f16 (21000010)");
  end(tensor);
  // An opaque tensor is taken for anything.
  tensor = make(32, 1, 1, dims);
  expect_accepted(tensor, RONDO_ELEMENT_F32, 1, 1, dims);
  end(tensor);
  tensor = make(RONDO_ELEMENT_F32, 1, 1, dims);
  expect_mismatch(tensor, 32, 1, 1, dims, "input1 element type mismatch; expected *32 (00000020) but have f32 (21000020)");
  end(tensor);
}

static void test_check_encoding(void **state) {
  (void)state;
  const int64_t dims[] = {4};
  struct rondo_tensor *tensor = make(RONDO_ELEMENT_F32, RDO_ENCODING_DENSE_ROW_MAJOR, 1, dims);
  expect_mismatch(tensor, RONDO_ELEMENT_F32, RDO_ENCODING_OPAQUE, 1, dims, "input1 encoding mismatch; expected 00000000 but have 00000001");
  expect_mismatch(tensor, RONDO_ELEMENT_F32, 7, 1, dims, "input1 encoding mismatch; expected 00000007 but have 00000001");
  end(tensor);
  tensor = make(RONDO_ELEMENT_F32, RDO_ENCODING_OPAQUE, 1, dims);
  expect_accepted(tensor, RONDO_ELEMENT_F32, RDO_ENCODING_DENSE_ROW_MAJOR, 1, dims);
  end(tensor);
}

// A message never outgrows its place.
static void test_check_of_many_dims(void **state) {
  (void)state;
  static int64_t dims[RONDO_RANK_MAX], wanted[RONDO_RANK_MAX];
  for (int i = 0; i < RONDO_RANK_MAX; ++i) {
    dims[i] = 1;
    wanted[i] = INT64_MIN + 7;
  }
  struct rondo_tensor *tensor = make(RONDO_ELEMENT_I8, 1, RONDO_RANK_MAX, dims);
  assert_int_equal(rdo_tensor_check(tensor, RONDO_ELEMENT_I8, 1, RONDO_RANK_MAX, wanted, "t", 1, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(strlen(diag.message), diag.message_length);
  assert_non_null(strstr(diag.message, "t shape dimension 0 mismatch; expected -9223372036854775801 but have 1; expected shape `-92"));
  end(tensor);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_byte_length),   cmocka_unit_test(test_empty_shapes),       cmocka_unit_test(test_impossible_shapes),
      cmocka_unit_test(test_create),        cmocka_unit_test(test_names),              cmocka_unit_test(test_opaque_names),
      cmocka_unit_test(test_no_names),      cmocka_unit_test(test_format_of_others),   cmocka_unit_test(test_check_shape),
      cmocka_unit_test(test_check_element_type), cmocka_unit_test(test_check_encoding), cmocka_unit_test(test_check_of_many_dims),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
