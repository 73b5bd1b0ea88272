// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the translator makes of typical loops, and that a hostile function stays small. (That the code
// computes the right thing is for random_programs.c.)

#include "vm/translate.h"

#include "vm_test.h"
#include "vm/interpret.h"

static struct assembler code;
static struct vm_test vm;

static int begin(void **state) {
  (void)state;
  memset(&code, 0, sizeof code);
  asm_block(&code, 0);
  return 0;
}

static int end(void **state) {
  (void)state;
  vm_test_end(&vm);
  return 0;
}

static const struct rdo_function *load(const char *cconv) {
  struct module_def def = {.name = "m", .exports = {{"f", 0}}, .functions = {{cconv, &code, 0, 16, 0}}};
  vm_test_begin(&vm);
  vm_test_load(&vm, &def);
  return &vm.module->functions[0];
}

static int count_codes(const struct rdo_function *function, uint32_t which) {
  int count = 0;
  for (uint32_t i = 0; i < function->word_count; ++i) count += function->code[i].u64 == rdo_code_word(which).u64;
  return count;
}

// while (i < n) { x = (x ^ i) + i; i += 1; }: two instructions an iteration.
static void test_loop(void **state) {
  (void)state;
  asm_op(&code, RDO_OP_ConstI32, 1u, 4);
  asm_op(&code, RDO_OP_ConstI32Zero, 2);
  asm_op(&code, RDO_OP_Branch, 1, ASM_LIST(0, 1));
  asm_block(&code, 1);
  asm_op(&code, RDO_OP_CmpLTI32S, 2, 0, 3);
  asm_op(&code, RDO_OP_CondBranch, 3, 2, ASM_NONE, 3, ASM_NONE);
  asm_block(&code, 2);
  asm_op(&code, RDO_OP_XorI32, 1, 2, 5);
  asm_op(&code, RDO_OP_AddI32, 5, 2, 5);
  asm_op(&code, RDO_OP_AddI32, 2, 4, 6);
  asm_op(&code, RDO_OP_Branch, 1, ASM_LIST(5, 1, 6, 2));
  asm_block(&code, 3);
  asm_op(&code, RDO_OP_Return, ASM_LIST(1));
  const struct rdo_function *function = load("0i_i");
  assert_int_equal(count_codes(function, RDO_CODE_XorI32_AddI32), 1);
  assert_int_equal(count_codes(function, RDO_CODE_AddBrCmpLTI32S), 1);
  assert_int_equal(count_codes(function, RDO_CODE_Br), 0);
  assert_int_equal(count_codes(function, RDO_CODE_Move32), 1);  // into the loop, not inside
  union rdo_slot argument = {.i32 = 10}, result;
  vm_test_call(&vm, "f", &argument, &result);
  int32_t wanted = 10;
  for (int32_t i = 0; i < 10; ++i) wanted = (wanted ^ i) + i;
  assert_int_equal(result.i32, wanted);
}

// Swapped values cannot be folded: their moves stay, in order.
static void test_swap(void **state) {
  (void)state;
  asm_op(&code, RDO_OP_AddI32, 0, 0, 1);
  asm_op(&code, RDO_OP_Branch, 1, ASM_LIST(0, 2, 1, 0, 2, 1));
  asm_block(&code, 1);
  asm_op(&code, RDO_OP_Return, ASM_LIST(0, 1));
  const struct rdo_function *function = load("0i_ii");
  assert_int_equal(count_codes(function, RDO_CODE_Move32), 3);
  union rdo_slot argument = {.i32 = 10}, results[2];
  vm_test_call(&vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 20);
  assert_int_equal(results[1].i32, 10);
}

// Many branches to a header with a long remap: copying it each time would square the size.
static void test_large_header(void **state) {
  (void)state;
  enum { BRANCHES = 700, PAIRS = 1000 };
  static uint16_t list[1 + 2 * PAIRS];
  list[0] = 2 * PAIRS;
  for (int i = 0; i < 2 * PAIRS; ++i) list[1 + i] = (uint16_t)(i % 2 == 0 ? 1 : 2);
  for (int i = 0; i < BRANCHES; ++i) {
    asm_op(&code, RDO_OP_Branch, 1, ASM_NONE);
    asm_block(&code, 2);
  }
  asm_op(&code, RDO_OP_Branch, 1, ASM_NONE);
  asm_block(&code, 1);
  asm_op(&code, RDO_OP_CmpLTI32S, 0, 0, 1);
  asm_op(&code, RDO_OP_CondBranch, 1, 1, list, 3, list);
  asm_block(&code, 3);
  asm_op(&code, RDO_OP_Return, ASM_LIST(0));
  const struct rdo_function *function = load("0i_i");
  assert_true(function->word_count < 2 * code.size);
  union rdo_slot argument = {.i32 = 10}, result;
  vm_test_call(&vm, "f", &argument, &result);
  assert_int_equal(result.i32, 10);
}

// A remap longer than the translator cares to fold is still done, in order.
static void test_long_remap(void **state) {
  (void)state;
  enum { PAIRS = 1000 };
  static uint16_t list[1 + 2 * PAIRS];
  list[0] = 2 * PAIRS;
  for (int i = 0; i < PAIRS; ++i) {  // a token wanders round and round
    list[1 + 2 * i] = (uint16_t)(i % 10);
    list[2 + 2 * i] = (uint16_t)((i + 1) % 10);
  }
  for (int i = 1; i < 10; ++i) asm_op(&code, RDO_OP_AddI32, 0, i - 1, i);
  asm_op(&code, RDO_OP_Branch, 1, list);
  asm_block(&code, 1);
  asm_op(&code, RDO_OP_Return, ASM_LIST(0, 9));
  load("0i_ii");
  union rdo_slot argument = {.i32 = 7}, results[2];
  vm_test_call(&vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 7);
  assert_int_equal(results[1].i32, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(test_loop), TEST(test_swap), TEST(test_large_header), TEST(test_long_remap)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
