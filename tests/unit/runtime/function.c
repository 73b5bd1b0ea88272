// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a function tells about its arguments and results, from the calling convention and the declaration.

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "module_builder.h"
#include "rondo/model.h"

struct fixture {
  struct assembler code;
  struct module_def def;
  struct module_image image;
  struct rondo_runtime *runtime;
  struct rondo_model *model;
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  *state = f;
  asm_block(&f->code, 0);
  f->def = (struct module_def){
      .name = "module",
      .exports = {{"first", 0}},
      .functions = {{"0v_v", &f->code, 0, 8, 8}},
      .attribute_key = "iree.abi.declaration",
  };
  return rondo_runtime_create(NULL, &f->runtime, NULL) == RONDO_OK ? 0 : -1;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  rondo_model_release(&f->model);
  rondo_runtime_release(&f->runtime);
  module_free(&f->image);
  free(f);
  return 0;
}

static const struct rondo_function *load(struct fixture *f, const char *cconv, const char *declaration) {
  f->def.functions[0].cconv = cconv;
  f->def.attribute_value = declaration;
  if (declaration == NULL) f->def.attribute_key = NULL;
  module_build(&f->def, &f->image);
  const struct rondo_module_source source = {.data = f->image.data, .size = f->image.size};
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_model_load(f->runtime, &source, 1, &f->model, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return rondo_model_function(f->model, 0);
}

static void test_parameters(void **state) {
  struct fixture *f = *state;
  asm_op(&f->code, RDO_OP_Return, ASM_LIST(ASM_REF(1), 0));
  const struct rondo_function *function =
      load(f, "0rriIr_ri", "sync func @first(%input0: tensor<2x?xf32>, %b: !hal.fence, %n: i32, %m: i64, %o: tensor<complex<f32>>) -> "
                           "(%output0: tensor<7xi8>, %c: i32)");
  struct rondo_parameter parameter;
  rondo_function_argument(function, 0, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_TENSOR);
  assert_string_equal(parameter.name, "input0");
  assert_true(parameter.has_shape);
  assert_int_equal(parameter.rank, 2);
  assert_int_equal(parameter.dims[0], 2);
  assert_int_equal(parameter.dims[1], -1);
  rondo_function_argument(function, 1, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_FENCE);
  assert_string_equal(parameter.name, "b");
  rondo_function_argument(function, 2, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_I32);
  rondo_function_argument(function, 3, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_I64);
  assert_string_equal(parameter.name, "m");
  rondo_function_argument(function, 4, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_TENSOR);
  assert_false(parameter.has_shape);
  rondo_function_result(function, 0, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_TENSOR);
  assert_int_equal(parameter.element_type, RONDO_ELEMENT_I8);
  assert_int_equal(parameter.dims[0], 7);
  rondo_function_result(function, 1, &parameter);
  assert_int_equal(parameter.kind, RONDO_VALUE_I32);
  assert_string_equal(parameter.name, "c");
}

// Declarations that say less than the calling convention, more, or nothing sensible.
static void test_odd_declarations(void **state) {
  static const char *const declarations[] = {
      NULL, "", "(", "()", "() -> ()", "(%a: i32", "(,,) -> (,", ")(", "(%a: tensor<4xf32>, %b, %c: i32, %d: i32)", "(%: tensor<) -> (%: tensor<>)",
      "(%a: tensor<99999999999999999999xf32>)",
  };
  for (size_t i = 0; i < sizeof declarations / sizeof declarations[0]; ++i) {
    struct fixture *f = NULL;
    if (setup(state) != 0) fail();
    f = *state;
    asm_op(&f->code, RDO_OP_Return, ASM_LIST(0));
    const struct rondo_function *function = load(f, "0ir_i", declarations[i]);
    struct rondo_parameter parameter;
    rondo_function_argument(function, 1, &parameter);
    assert_int_equal(parameter.kind, RONDO_VALUE_OBJECT);
    rondo_function_result(function, 0, &parameter);
    assert_int_equal(parameter.kind, RONDO_VALUE_I32);
    assert_string_equal(parameter.name, "");
    teardown(state);
  }
}

// All exports name one function with thousands of arguments: a file of 20 KB, and not much more in memory.
static void test_many_exports(void **state) {
  struct fixture *f = *state;
  enum { LETTERS = 4000 };
  char cconv[LETTERS + 4] = "0";
  memset(cconv + 1, 'i', LETTERS);
  strcpy(cconv + 1 + LETTERS, "_v");
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"};
  for (uint32_t i = 0; i < MODULE_ITEMS_MAX; ++i) f->def.exports[i] = (struct module_export){names[i], 0};
  f->def.functions[0].i32_count = LETTERS;
  asm_op(&f->code, RDO_OP_Return, ASM_NONE);
  struct mallinfo2 before = mallinfo2();
  const struct rondo_function *function = load(f, cconv, NULL);
  struct mallinfo2 after = mallinfo2();
  assert_int_equal(rondo_model_function_count(f->model), MODULE_ITEMS_MAX);
  assert_int_equal(rondo_function_argument_count(function), LETTERS);
  assert_true(after.uordblks + after.hblkhd < before.uordblks + before.hblkhd + (1u << 20));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_parameters, setup, teardown),
      cmocka_unit_test(test_odd_declarations),
      cmocka_unit_test_setup_teardown(test_many_exports, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
