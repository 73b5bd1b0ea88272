// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "modules/check_module.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "hal/tensor.h"
#include "native_call.h"

static struct native_call call;

static enum rondo_status invoke(const char *name) {
  for (uint32_t i = 0; i < rdo_check_module.function_count; ++i) {
    const struct rdo_native_function *function = &rdo_check_module.functions[i];
    if (strcmp(function->name, name) == 0) return native_call_invoke(&call, function, NULL);
  }
  fail_msg("check.%s is missing", name);
  return RONDO_NOT_FOUND;
}

// A tensor over bytes of the test.
static struct rondo_tensor *make_shaped(uint32_t element_type, int rank, const int64_t *dims, const void *data, uint64_t byte_length) {
  struct rdo_buffer *buffer = NULL;
  struct rondo_tensor *tensor = NULL;
  assert_int_equal(rdo_buffer_wrap((void *)(uintptr_t)data, byte_length, 0, 0, NULL, NULL, &buffer, NULL), RONDO_OK);
  assert_int_equal(rdo_tensor_create(buffer, element_type, 1, rank, dims, &tensor, NULL), RONDO_OK);
  rdo_object_release(&buffer->object);
  return tensor;
}

static struct rondo_tensor *make(uint32_t element_type, int64_t count, const void *data) {
  uint64_t byte_length = ((uint64_t)count * rondo_element_bits(element_type) + 7) / 8;
  return make_shaped(element_type, 1, &count, data, byte_length);
}

static void end(struct rondo_tensor *tensor) { rdo_object_release(&tensor->object); }

static enum rondo_status compare(const char *name, struct rondo_tensor *a, struct rondo_tensor *b, float atol, float rtol) {
  native_call_begin(&call);
  native_call_ref(&call, NULL);  // the device, which nothing asks
  native_call_ref(&call, &a->object);
  native_call_ref(&call, &b->object);
  native_call_f32(&call, atol);
  native_call_f32(&call, rtol);
  return invoke(name);
}

static enum rondo_status compare_f32(const char *name, float a, float b, float atol, float rtol) {
  struct rondo_tensor *lhs = make(RONDO_ELEMENT_F32, 1, &a), *rhs = make(RONDO_ELEMENT_F32, 1, &b);
  enum rondo_status status = compare(name, lhs, rhs, atol, rtol);
  end(lhs);
  end(rhs);
  return status;
}

static bool is_equal(float a, float b) { return compare_f32("expect_eq", a, b, 0, 0) == RONDO_OK; }
static bool is_close(float a, float b, float atol, float rtol) { return compare_f32("expect_almost_eq", a, b, atol, rtol) == RONDO_OK; }

static void expect_unmet(enum rondo_status status, const char *message) {
  assert_int_equal(status, RONDO_FAILED_PRECONDITION);
  assert_string_equal(call.diag.message, message);
}

static void test_table(void **state) {
  (void)state;
  static const char *const functions[][2] = {
      {"expect_all_true", "0rr_v"}, {"expect_almost_eq", "0rrrff_v"}, {"expect_eq", "0rrr_v"}, {"expect_false", "0i_v"}, {"expect_true", "0i_v"}};
  assert_string_equal(rdo_check_module.name, "check");
  assert_int_equal(rdo_check_module.function_count, 5);
  for (uint32_t i = 0; i < 5; ++i) {
    assert_string_equal(rdo_check_module.functions[i].name, functions[i][0]);
    assert_string_equal(rdo_check_module.functions[i].cconv, functions[i][1]);
  }
}

static void test_truth(void **state) {
  (void)state;
  const int32_t values[] = {0, 1, -1, 2, INT32_MIN};
  for (int i = 0; i < 5; ++i) {
    native_call_begin(&call);
    native_call_i32(&call, values[i]);
    assert_int_equal(invoke("expect_true"), values[i] != 0 ? RONDO_OK : RONDO_FAILED_PRECONDITION);
    assert_int_equal(invoke("expect_false"), values[i] == 0 ? RONDO_OK : RONDO_FAILED_PRECONDITION);
  }
  expect_unmet(invoke("expect_false"), "expectation failed: value is true");
}

static enum rondo_status all_true(uint32_t element_type, int64_t count, const void *data) {
  struct rondo_tensor *tensor = make(element_type, count, data);
  native_call_begin(&call);
  native_call_ref(&call, NULL);
  native_call_ref(&call, &tensor->object);
  enum rondo_status status = invoke("expect_all_true");
  end(tensor);
  return status;
}

static void test_all_true(void **state) {
  (void)state;
  assert_int_equal(all_true(RONDO_ELEMENT_I1, 3, (const uint8_t[]){1, 1, 1}), RONDO_OK);
  expect_unmet(all_true(RONDO_ELEMENT_I1, 3, (const uint8_t[]){1, 1, 0}), "expectation failed: element 2 is false");
  assert_int_equal(all_true(RONDO_ELEMENT_I32, 2, (const uint32_t[]){0x01000000, 1}), RONDO_OK);  // any bit
  expect_unmet(all_true(RONDO_ELEMENT_I32, 2, (const uint32_t[]){1, 0}), "expectation failed: element 1 is false");
  assert_int_equal(all_true(RONDO_ELEMENT_I64, 1, (const uint64_t[]){UINT64_C(1) << 63}), RONDO_OK);
  assert_int_equal(all_true(RONDO_ELEMENT_I1, 0, ""), RONDO_OK);
  assert_int_equal(all_true(RONDO_ELEMENT_I4, 2, "\021"), RONDO_UNIMPLEMENTED);
}

// A float is true when it is not zero, of either sign.
static void test_all_true_floats(void **state) {
  (void)state;
  assert_int_equal(all_true(RONDO_ELEMENT_F32, 3, (const float[]){1.0f, NAN, -INFINITY}), RONDO_OK);
  assert_int_equal(all_true(RONDO_ELEMENT_F32, 1, (const float[]){0.0f}), RONDO_FAILED_PRECONDITION);
  assert_int_equal(all_true(RONDO_ELEMENT_F32, 1, (const float[]){-0.0f}), RONDO_FAILED_PRECONDITION);
  assert_int_equal(all_true(RONDO_ELEMENT_F64, 1, (const double[]){-0.0}), RONDO_FAILED_PRECONDITION);
  assert_int_equal(all_true(RONDO_ELEMENT_F16, 1, (const uint16_t[]){0x8000}), RONDO_FAILED_PRECONDITION);
  assert_int_equal(all_true(RONDO_ELEMENT_F16, 1, (const uint16_t[]){0x8001}), RONDO_OK);
  assert_int_equal(all_true(RONDO_ELEMENT_BF16, 1, (const uint16_t[]){0x8000}), RONDO_FAILED_PRECONDITION);
}

static void test_eq_floats(void **state) {
  (void)state;
  assert_true(is_equal(1.5f, 1.5f));
  assert_false(is_equal(1.5f, nextafterf(1.5f, 2.0f)));
  assert_false(is_equal(0.0f, -0.0f));
  assert_true(is_equal(NAN, NAN));
  assert_false(is_equal(NAN, -NAN));
  assert_false(is_equal(NAN, 1.0f));
  assert_false(is_equal(1.0f, NAN));
  assert_true(is_equal(INFINITY, INFINITY));
  assert_false(is_equal(INFINITY, -INFINITY));
  assert_false(is_equal(INFINITY, 1.0f));
  expect_unmet(compare_f32("expect_eq", 1.0f, 2.0f, 0, 0), "expectation failed: element 0 is 1, expected 2");
  expect_unmet(compare_f32("expect_eq", -0.0f, 0.0f, 0, 0), "expectation failed: element 0 is -0, expected 0");
  // What looks alike is told by its bytes.
  uint32_t nans[] = {0x7FC00001, 0x7FC00000};
  struct rondo_tensor *a = make(RONDO_ELEMENT_F32, 1, &nans[0]), *b = make(RONDO_ELEMENT_F32, 1, &nans[1]);
  expect_unmet(compare("expect_eq", a, b, 0, 0), "expectation failed: element 0 is nan of bytes 0100C07F, expected nan of bytes 0000C07F");
  assert_int_equal(compare("expect_almost_eq", a, b, 0, 0), RONDO_OK);
  end(a);
  end(b);
}

static void test_eq_small_floats(void **state) {
  (void)state;
  const uint32_t types[] = {RONDO_ELEMENT_F16, RONDO_ELEMENT_BF16};
  for (int i = 0; i < 2; ++i) {
    struct rondo_tensor *zeros = make(types[i], 2, (const uint16_t[]){0x0000, 0x8000}), *signs = make(types[i], 2, (const uint16_t[]){0x8000, 0x0000});
    struct rondo_tensor *other = make(types[i], 2, (const uint16_t[]){0x0000, 0x8001});
    expect_unmet(compare("expect_eq", zeros, signs, 0, 0), "expectation failed: element 0 is 0, expected -0");
    assert_int_equal(compare("expect_eq", zeros, other, 0, 0), RONDO_FAILED_PRECONDITION);
    assert_int_equal(compare("expect_almost_eq", zeros, signs, 0, 0), RONDO_OK);
    assert_int_equal(compare("expect_almost_eq", zeros, other, 0, 0), RONDO_FAILED_PRECONDITION);
    end(zeros);
    end(signs);
    end(other);
  }
}

static void test_eq_integers(void **state) {
  (void)state;
  const int32_t values[] = {1, -2, 3}, others[] = {1, -2, 4};
  struct rondo_tensor *a = make(RONDO_ELEMENT_I32, 3, values), *b = make(RONDO_ELEMENT_I32, 3, values), *c = make(RONDO_ELEMENT_I32, 3, others);
  assert_int_equal(compare("expect_eq", a, b, 0, 0), RONDO_OK);
  expect_unmet(compare("expect_eq", a, c, 0, 0), "expectation failed: element 2 is 3, expected 4");
  expect_unmet(compare("expect_almost_eq", a, c, 100, 100), "expectation failed: element 2 is 3, expected 4");  // tolerances are for floats
  end(a);
  end(b);
  end(c);
}

static void test_messages(void **state) {
  (void)state;
  static const struct {
    uint32_t type;
    int64_t count;
    const char *actual, *expected, *message;
  } cases[] = {
      {RONDO_ELEMENT_I8, 2, "\1\377", "\1\2", "element 1 is -1, expected 2"},
      {RONDO_ELEMENT_UI8, 2, "\1\377", "\1\2", "element 1 is 255, expected 2"},
      {RONDO_ELEMENT_I1, 1, "\1", "\0", "element 0 is 1, expected 0"},
      {RONDO_ELEMENT_SI16, 2, "\1\0\0\200", "\1\0\0\201", "element 1 is -32768, expected -32512"},
      {RONDO_ELEMENT_UI64, 1, "\377\377\377\377\377\377\377\377", "\0\0\0\0\0\0\0\1", "element 0 is 18446744073709551615, expected 72057594037927936"},
      {RONDO_ELEMENT_SI64, 1, "\377\377\377\377\377\377\377\377", "\0\0\0\0\0\0\0\0", "element 0 is -1, expected 0"},
      {RONDO_ELEMENT_F8E4M3FN, 2, "\1\2", "\1\3", "element 1 is 02, expected 03"},
      {RONDO_ELEMENT_CF64, 1, "\0\0\200\77\0\0\0\0", "\0\0\200\77\0\0\0\100", "element 0 is 0000803F00000000, expected 0000803F00000040"},
      {RONDO_ELEMENT_I4, 4, "\41\103", "\41\104", "byte 1 is 43, expected 44"},
      {24, 1, "\1\2\3", "\1\2\4", "element 0 is 010203, expected 010204"},
      {248, 1, "0123456789012345678901234567890", "0123456789012345678901234567891",
       "element 0 is 30313233343536373839303132333435363738393031323334353637383930, expected "
       "30313233343536373839303132333435363738393031323334353637383931"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    struct rondo_tensor *a = make(cases[i].type, cases[i].count, cases[i].actual), *b = make(cases[i].type, cases[i].count, cases[i].expected);
    char message[256];
    snprintf(message, sizeof message, "expectation failed: %s", cases[i].message);
    expect_unmet(compare("expect_eq", a, b, 0, 0), message);
    expect_unmet(compare("expect_almost_eq", a, b, 0, 0), message);
    end(a);
    end(b);
  }
  struct rondo_tensor *a = make(RONDO_ELEMENT_F64, 1, (const double[]){1.0}), *b = make(RONDO_ELEMENT_F64, 1, (const double[]){1.0 + 0x1p-52});
  expect_unmet(compare("expect_eq", a, b, 0, 0), "expectation failed: element 0 is 1, expected 1.0000000000000002");
  end(a);
  end(b);
}

static void test_shapes(void **state) {
  (void)state;
  static const float values[6] = {0};
  struct rondo_tensor *tensors[] = {
      make_shaped(RONDO_ELEMENT_F32, 2, (const int64_t[]){2, 3}, values, sizeof values),
      make_shaped(RONDO_ELEMENT_F32, 2, (const int64_t[]){3, 2}, values, sizeof values),
      make_shaped(RONDO_ELEMENT_F32, 1, (const int64_t[]){6}, values, sizeof values),
      make_shaped(RONDO_ELEMENT_I32, 2, (const int64_t[]){2, 3}, values, sizeof values),
  };
  for (int i = 0; i < 4; ++i) {
    for (int k = 0; k < 4; ++k) {
      enum rondo_status status = compare("expect_eq", tensors[i], tensors[k], 0, 0);
      if (i == k) {
        assert_int_equal(status, RONDO_OK);
      } else {
        expect_unmet(status, "expectation failed: shapes or element types differ");
      }
    }
  }
  for (int i = 0; i < 4; ++i) end(tensors[i]);
}

static void test_empty_and_scalar(void **state) {
  (void)state;
  const float one = 1.0f;
  struct rondo_tensor *a = make(RONDO_ELEMENT_F32, 0, &one), *b = make(RONDO_ELEMENT_F32, 0, &one);
  struct rondo_tensor *c = make_shaped(RONDO_ELEMENT_F32, 0, NULL, &one, 4);
  assert_int_equal(compare("expect_eq", a, b, 0, 0), RONDO_OK);
  assert_int_equal(compare("expect_eq", c, c, 0, 0), RONDO_OK);
  assert_int_equal(compare("expect_eq", a, c, 0, 0), RONDO_FAILED_PRECONDITION);
  end(a);
  end(b);
  end(c);
}

static void test_almost_eq(void **state) {
  (void)state;
  assert_true(is_close(1.0f, 1.25f, 0.25f, 0));
  assert_false(is_close(1.0f, 1.25f, 0.2f, 0));
  assert_true(is_close(100.0f, 101.0f, 0, 0.01f));
  assert_false(is_close(100.0f, 102.0f, 0, 0.01f));
  assert_true(is_close(1.0f, 1.0f, 0, 0));
  assert_true(is_close(-0.0f, 0.0f, 0, 0));
  // Tolerances stretch no further than numbers do.
  assert_true(is_close(NAN, NAN, 0, 0));
  assert_false(is_close(NAN, 1.0f, 100, 100));
  assert_false(is_close(1.0f, NAN, 100, 100));
  assert_true(is_close(INFINITY, INFINITY, 0, 0));
  assert_false(is_close(INFINITY, -INFINITY, 1, 1));
  assert_false(is_close(1.0f, INFINITY, 1, 1));
  assert_false(is_close(INFINITY, 1.0f, 1, 1));
  assert_false(is_close(1.0f, 2.0f, NAN, 0));
}

static void test_doubles(void **state) {
  (void)state;
  struct rondo_tensor *a = make(RONDO_ELEMENT_F64, 2, (const double[]){1.0, -0.0}), *b = make(RONDO_ELEMENT_F64, 2, (const double[]){1.0 + 1e-12, 0.0});
  assert_int_equal(compare("expect_eq", a, b, 0, 0), RONDO_FAILED_PRECONDITION);
  assert_int_equal(compare("expect_almost_eq", a, b, 1e-9f, 0), RONDO_OK);
  end(a);
  end(b);
}

static void test_wrong_arguments(void **state) {
  (void)state;
  native_call_begin(&call);
  native_call_ref(&call, NULL);
  native_call_ref(&call, NULL);
  native_call_ref(&call, NULL);
  assert_int_equal(invoke("expect_eq"), RONDO_INVALID_ARGUMENT);
  assert_int_equal(invoke("expect_all_true"), RONDO_INVALID_ARGUMENT);
}

// A tensor whose memory is still to come.
static void test_uncommitted(void **state) {
  (void)state;
  struct rdo_heap *heap = NULL;
  struct rdo_buffer *buffer = NULL;
  struct rondo_tensor *tensor = NULL;
  assert_int_equal(rdo_heap_create(0, &heap, NULL), RONDO_OK);
  assert_int_equal(rdo_buffer_create_transient(heap, 0, 0, 4, &buffer, NULL), RONDO_OK);
  assert_int_equal(rdo_tensor_create(buffer, RONDO_ELEMENT_F32, 1, 0, NULL, &tensor, NULL), RONDO_OK);
  assert_int_equal(compare("expect_eq", tensor, tensor, 0, 0), RONDO_FAILED_PRECONDITION);
  assert_string_equal(call.diag.message, "tensor has no memory yet");
  end(tensor);
  rdo_object_release(&buffer->object);
  rdo_object_release(&heap->object);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table),       cmocka_unit_test(test_truth),           cmocka_unit_test(test_all_true),
      cmocka_unit_test(test_all_true_floats), cmocka_unit_test(test_eq_floats),   cmocka_unit_test(test_eq_small_floats),
      cmocka_unit_test(test_eq_integers), cmocka_unit_test(test_messages), cmocka_unit_test(test_shapes),          cmocka_unit_test(test_empty_and_scalar),
      cmocka_unit_test(test_almost_eq),   cmocka_unit_test(test_doubles),         cmocka_unit_test(test_wrong_arguments),
      cmocka_unit_test(test_uncommitted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
