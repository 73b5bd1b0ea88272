// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The verifier: one minimal malformed function for each of its rules, among them the ones that the
// reference implementation lets pass.

#include "vm_test.h"

enum { I32_COUNT = 5, REF_COUNT = 2 };  // five: the last one has no partner for a 64-bit value
enum { TYPE_BUFFER = 0, TYPE_I32 = 1, TYPE_COUNT = 2 };

// A module with one function "0ir_i" to fill, a second one "0iIr_rI" to call, and imports.
static struct assembler code;
static struct assembler callee;
static struct module_def def;

static void begin(void) {
  memset(&code, 0, sizeof code);
  memset(&callee, 0, sizeof callee);
  asm_block(&callee, 0);
  asm_op(&callee, RDO_OP_Return, ASM_LIST(ASM_MOVED(0), 2));
  asm_block(&code, 0);
  def = (struct module_def){
      .name = "m",
      .requirements = RDO_FEATURES_ALL,
      .types = {"!vm.buffer", "i32"},
      .imports = {{"a.fixed", "0iI_r", 2}, {"a.spans", "0rCIiDiCrD_i", 2}},
      .functions = {{"0ir_i", &code, RDO_FEATURES_ALL, I32_COUNT, REF_COUNT}, {"0iIr_rI", &callee, 0, 4, 1}},
      .rodata = {{"x", 1, 0}},
      .global_bytes = 12,
      .global_refs = 1,
  };
}

#define IMPORT(n) (0x80000000u | (n))

static void expect(enum rondo_status wanted, const char *words) {
  static struct vm_test vm;
  vm_test_begin(&vm);
  enum rondo_status status = vm_test_try_load(&vm, &def);
  if (status != wanted) fail_msg("wanted %s (%s), got %s: %s", rondo_status_name(wanted), words, rondo_status_name(status), vm.diag.message);
  if (wanted != RONDO_OK && strstr(vm.diag.message, words) == NULL) fail_msg("wanted '%s', got: %s", words, vm.diag.message);
  assert_true((vm.context.modules != NULL) == (wanted == RONDO_OK));
  vm_test_end(&vm);
  begin();
}

static void expect_ending_with_return(enum rondo_status wanted, const char *words) {
  asm_op(&code, RDO_OP_Return, ASM_LIST(0));
  expect(wanted, words);
}

// Emits one instruction in front of a return and expects that answer.
#define REFUSE(status, words, ...) do { asm_op(&code, __VA_ARGS__); expect_ending_with_return(status, words); } while (0)
#define ACCEPT(...) REFUSE(RONDO_OK, "", __VA_ARGS__)

static int setup(void **state) {
  (void)state;
  begin();
  return 0;
}

static void test_value_registers(void **state) {
  (void)state;
  ACCEPT(RDO_OP_AddI32, 4, 4, 4);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AddI32, 5, 0, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AddI32, 0, 7, 0);  // 7 < the next power of two
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AddI32, 0, 0, 0x7FFF);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AddI32, 0, 0, 0x4000);
  REFUSE(RONDO_INVALID_ARGUMENT, "ref register", RDO_OP_AddI32, ASM_REF(0), 0, 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "ref register", RDO_OP_AddI32, 0, 0, ASM_REF(0));
  ACCEPT(RDO_OP_AddI64, 0, 2, 2);
  REFUSE(RONDO_INVALID_ARGUMENT, "odd", RDO_OP_AddI64, 1, 0, 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "odd", RDO_OP_AddI64, 0, 0, 3);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AddI64, 0, 0, 4);  // register 5 does not exist
  REFUSE(RONDO_INVALID_ARGUMENT, "ref register", RDO_OP_NotI64, ASM_REF(0), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "odd", RDO_OP_AbsF64, 0, 1);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_ConstI32Zero, 5);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_ConstF64, (uint64_t)0, 4);
}

static void test_ref_registers(void **state) {
  (void)state;
  ACCEPT(RDO_OP_CmpEQRef, ASM_REF(1), ASM_REF(0), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_CmpEQRef, 1, ASM_REF(0), 0);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_CmpNZRef, ASM_REF(2), 0);
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_CmpNZRef, ASM_REF(0x3FFF), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "move bit", RDO_OP_CmpNZRef, ASM_MOVED(0), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "move bit", RDO_OP_ListSize, ASM_MOVED(0), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "move bit", RDO_OP_BufferLength, ASM_MOVED(0), 0);
  ACCEPT(RDO_OP_AssignRef, ASM_MOVED(0), ASM_MOVED(1));
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AssignRef, ASM_MOVED(2), ASM_REF(1));
  REFUSE(RONDO_OUT_OF_RANGE, "outside the frame", RDO_OP_AssignRef, ASM_MOVED(0), ASM_REF(2));
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_AssignRef, 0, ASM_REF(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_AssignRef, ASM_REF(0), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_ConstRefZero, 0x4000);
}

static void test_globals(void **state) {
  (void)state;
  ACCEPT(RDO_OP_GlobalLoadI32, 8u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalLoadI32, 9u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalStoreI32, 12u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalStoreI32, 0xFFFFFFFFu, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalLoadF32, 0xFFFFFFFDu, 0);
  ACCEPT(RDO_OP_GlobalStoreI64, 4u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalLoadI64, 5u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalStoreI64, 8u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalLoadF64, 8u, 0);
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalStoreF64, 8u, 0);
  ACCEPT(RDO_OP_GlobalLoadRef, 0u, (unsigned)TYPE_BUFFER, ASM_MOVED(0));
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalLoadRef, 1u, (unsigned)TYPE_BUFFER, ASM_REF(0));
  REFUSE(RONDO_OUT_OF_RANGE, "global", RDO_OP_GlobalStoreRef, 0x80000000u, (unsigned)TYPE_BUFFER, ASM_REF(0));
}

static void test_types_and_rodata(void **state) {
  (void)state;
  REFUSE(RONDO_OUT_OF_RANGE, "type", RDO_OP_GlobalLoadRef, 0u, (unsigned)TYPE_COUNT, ASM_REF(0));
  REFUSE(RONDO_OUT_OF_RANGE, "type", RDO_OP_CastAnyRef, ASM_REF(0), 0xFFFFFFFFu, ASM_REF(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "value type", RDO_OP_CastAnyRef, ASM_REF(0), (unsigned)TYPE_I32, ASM_REF(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "value type", RDO_OP_SelectRef, 0, (unsigned)TYPE_I32, ASM_REF(0), ASM_REF(0), ASM_REF(0));
  ACCEPT(RDO_OP_ListAlloc, (unsigned)TYPE_I32, 0, ASM_REF(0));
  REFUSE(RONDO_OUT_OF_RANGE, "type", RDO_OP_ListAlloc, (unsigned)TYPE_COUNT, 0, ASM_REF(0));
  ACCEPT(RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  REFUSE(RONDO_OUT_OF_RANGE, "rodata", RDO_OP_ConstRefRodata, 1u, ASM_REF(0));
}

static void test_branches(void **state) {
  (void)state;
  asm_op(&code, RDO_OP_Branch, 1, ASM_LIST(0, 1, ASM_MOVED(0), ASM_REF(1)));
  asm_block(&code, 1);
  expect_ending_with_return(RONDO_OK, "");

  asm_op(&code, RDO_OP_Branch, 1, ASM_NONE);
  asm_block(&code, 1);
  code.label_pcs[1] -= 1;  // inside the branch
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "target");

  asm_op(&code, RDO_OP_Branch, 1, ASM_NONE);
  asm_block(&code, 1);
  code.label_pcs[1] = 0x7FFFFFFF;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "target");

  asm_op(&code, RDO_OP_CondBranch, 0, 1, ASM_NONE, 2, ASM_NONE);
  asm_block(&code, 1);
  code.label_pcs[2] = 1;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "target");

  static const struct {
    uint16_t source, target;
    enum rondo_status status;
    const char *words;
  } pairs[] = {
      {5, 0, RONDO_OUT_OF_RANGE, "outside"},
      {0, 5, RONDO_OUT_OF_RANGE, "outside"},
      {0, ASM_REF(0), RONDO_INVALID_ARGUMENT, "ref register"},
      {ASM_REF(0), 0, RONDO_INVALID_ARGUMENT, "value register"},
      {ASM_REF(2), ASM_REF(0), RONDO_OUT_OF_RANGE, "outside"},
      {ASM_REF(0), ASM_REF(2), RONDO_OUT_OF_RANGE, "outside"},
      {ASM_REF(0), ASM_MOVED(1), RONDO_INVALID_ARGUMENT, "move bit"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; ++i) {
    for (int form = 0; form < 6; ++form) {
      const uint16_t *list = ASM_LIST(pairs[i].source, pairs[i].target);
      switch (form) {
        case 0: asm_op(&code, RDO_OP_Branch, 1, list); break;
        case 1: asm_op(&code, RDO_OP_CondBranch, 0, 1, ASM_NONE, 1, list); break;
        case 2: asm_op(&code, RDO_OP_BranchTable, 0, 1, ASM_NONE, 2, 1, ASM_NONE, 1, list); break;
        case 3: asm_op(&code, RDO_OP_Yield, 1, list); break;
        case 4: asm_op(&code, RDO_OP_Break, 1, list); break;
        default: asm_op(&code, RDO_OP_CondBreak, 0, 1, list); break;
      }
      asm_block(&code, 1);
      expect_ending_with_return(pairs[i].status, pairs[i].words);
    }
  }
  asm_op(&code, RDO_OP_BranchTable, 0, 0, ASM_NONE, 1, 1, ASM_NONE);
  asm_block(&code, 1);
  code.label_pcs[1] += 1;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "target");
  asm_op(&code, RDO_OP_CallYieldable, 1u, ASM_LIST(0, 2, ASM_REF(0)), 1, ASM_LIST(ASM_REF(0), 2));
  asm_block(&code, 1);
  code.label_pcs[1] += 1;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "target");
}

static void test_blocks(void **state) {
  (void)state;
  // An instruction after a terminator, a marker in the middle, no terminator, no marker at all.
  asm_op(&code, RDO_OP_Return, ASM_LIST(0));
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "outside a block");
  asm_block(&code, 1);
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "inside a block");
  asm_op(&code, RDO_OP_ConstI32Zero, 0);
  expect(RONDO_INVALID_ARGUMENT, "terminator");
  code.size = 0;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "outside a block");
  expect(RONDO_INVALID_ARGUMENT, "terminator");  // a marker alone
  // Wrong counts.
  code.block_count = 2;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "block count");
  asm_op(&code, RDO_OP_Branch, 1, ASM_NONE);
  asm_block(&code, 1);
  code.block_count = 1;
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "block count");
  // One stray byte behind the last terminator.
  asm_op(&code, RDO_OP_Return, ASM_LIST(0));
  asm_bytes(&code, 0, 1);
  expect(RONDO_OUT_OF_RANGE, "runs past");
}

static void test_opcodes(void **state) {
  (void)state;
  static const uint8_t unknown[] = {0x89, 0xA0, 0xDF, 0xE2, 0xFF};
  for (size_t i = 0; i < sizeof unknown; ++i) {
    asm_bytes(&code, unknown[i], 1);
    expect_ending_with_return(RONDO_INVALID_ARGUMENT, "unknown opcode");
  }
  asm_bytes(&code, 0x3EE0, 2);
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "unknown opcode");
  asm_bytes(&code, 0x40E1, 2);
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "unknown opcode");
  // A function cut at every byte.
  asm_op(&code, RDO_OP_AddF32, 0, 1, 2);
  asm_op(&code, RDO_OP_ConstI64, (uint64_t)1, 0);
  asm_op(&code, RDO_OP_SwitchI32, 0, 0, ASM_LIST(0, 1), 0);
  asm_op(&code, RDO_OP_Fail, 0, "words");
  struct assembler whole = code;
  expect(RONDO_OK, "");
  for (uint32_t size = 1; size < whole.size; ++size) {
    code = whole;
    code.size = size;
    static struct vm_test vm;
    vm_test_begin(&vm);
    enum rondo_status status = vm_test_try_load(&vm, &def);
    assert_true(status == RONDO_OUT_OF_RANGE || status == RONDO_INVALID_ARGUMENT);
    vm_test_end(&vm);
    begin();
  }
  // Padding must be zero.
  asm_op(&code, RDO_OP_DiscardRefs, ASM_NONE);  // ends at an even offset: 1, 2, 4
  asm_op(&code, RDO_OP_Return, ASM_LIST(0));    // 5: padded at 5
  whole = code;
  expect(RONDO_OK, "");
  code = whole;
  assert_int_equal(code.bytes[5], 0);
  code.bytes[5] = 1;
  expect(RONDO_INVALID_ARGUMENT, "padding");
}

static void test_extensions(void **state) {
  (void)state;
  def.functions[0].requirements = RDO_FEATURE_EXT_F64;
  REFUSE(RONDO_INVALID_ARGUMENT, "extension", RDO_OP_AddF32, 0, 0, 0);
  def.functions[0].requirements = RDO_FEATURE_EXT_F32;
  REFUSE(RONDO_INVALID_ARGUMENT, "extension", RDO_OP_AddF64, 0, 0, 0);
  def.functions[0].requirements = 0;
  ACCEPT(RDO_OP_AddI32, 0, 0, 0);
  def.functions[0].requirements = 16;
  REFUSE(RONDO_INVALID_ARGUMENT, "features", RDO_OP_AddI32, 0, 0, 0);
  def.requirements = 32;
  REFUSE(RONDO_INVALID_ARGUMENT, "features", RDO_OP_AddI32, 0, 0, 0);
}

static void test_calls(void **state) {
  (void)state;
#define OPERANDS ASM_LIST(0, 2, ASM_MOVED(0))
#define RESULTS ASM_LIST(ASM_REF(0), 2)
  ACCEPT(RDO_OP_Call, 1u, OPERANDS, RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "function does not exist", RDO_OP_Call, 2u, OPERANDS, RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "function does not exist", RDO_OP_Call, 0x7FFFFFFFu, OPERANDS, RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "import does not exist", RDO_OP_Call, IMPORT(2), OPERANDS, RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "import does not exist", RDO_OP_Call, 0xFFFFFFFFu, OPERANDS, RESULTS);
  REFUSE(RONDO_OUT_OF_RANGE, "too short", RDO_OP_Call, 1u, ASM_LIST(0, 2), RESULTS);
  REFUSE(RONDO_OUT_OF_RANGE, "too short", RDO_OP_Call, 1u, OPERANDS, ASM_LIST(ASM_REF(0)));
  REFUSE(RONDO_INVALID_ARGUMENT, "longer", RDO_OP_Call, 1u, ASM_LIST(0, 2, ASM_REF(0), 0), RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "longer", RDO_OP_Call, 1u, OPERANDS, ASM_LIST(ASM_REF(0), 2, 0));
  REFUSE(RONDO_INVALID_ARGUMENT, "odd", RDO_OP_Call, 1u, ASM_LIST(0, 1, ASM_REF(0)), RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_Call, 1u, ASM_LIST(0, 2, 0), RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "ref register", RDO_OP_Call, 1u, ASM_LIST(ASM_REF(0), 2, ASM_REF(0)), RESULTS);
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_Call, 1u, ASM_LIST(0, 4, ASM_REF(0)), RESULTS);
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_Call, 1u, OPERANDS, ASM_LIST(ASM_REF(0), 4));
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_Call, 1u, OPERANDS, ASM_LIST(ASM_REF(2), 2));
  ACCEPT(RDO_OP_Call, IMPORT(0), ASM_LIST(0, 2), ASM_LIST(ASM_REF(0)));
  REFUSE(RONDO_OUT_OF_RANGE, "too short", RDO_OP_Call, IMPORT(0), ASM_LIST(0), ASM_LIST(ASM_REF(0)));
  REFUSE(RONDO_INVALID_ARGUMENT, "span", RDO_OP_Call, IMPORT(1), ASM_LIST(ASM_REF(0), 0), ASM_LIST(0));
}

static void test_variadic_calls(void **state) {
  (void)state;
  // rCIiDiCrD: a ref, tuples of (i64, i32), an i32, refs.
#define SPANNED ASM_LIST(ASM_REF(0), 0, 4, 2, 4, 1, ASM_REF(0), ASM_MOVED(1))
  ACCEPT(RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 2, 0xFFFF, 2), SPANNED, ASM_LIST(0));
  ACCEPT(RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 0, 0xFFFF, 0), ASM_LIST(ASM_REF(0), 0), ASM_LIST(0));
  REFUSE(RONDO_FAILED_PRECONDITION, "not an import", RDO_OP_CallVariadic, 1u, ASM_NONE, OPERANDS, RESULTS);
  REFUSE(RONDO_INVALID_ARGUMENT, "import does not exist", RDO_OP_CallVariadic, IMPORT(2), ASM_NONE, OPERANDS, RESULTS);
  REFUSE(RONDO_OUT_OF_RANGE, "too short", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 4, 0xFFFF, 2), SPANNED, ASM_LIST(0));
  REFUSE(RONDO_OUT_OF_RANGE, "too short", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 0xFFFE, 0xFFFF, 2), SPANNED, ASM_LIST(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "longer", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 2, 0xFFFF, 1), SPANNED, ASM_LIST(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "without a count", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 0xFFFF, 0xFFFF, 2), SPANNED, ASM_LIST(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "without a count", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 2, 0xFFFF), SPANNED, ASM_LIST(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "span counts", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 2, 0xFFFF, 2, 0), SPANNED, ASM_LIST(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "odd", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 1, 0xFFFF, 0), ASM_LIST(ASM_REF(0), 1, 4, 1), ASM_LIST(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_CallVariadic, IMPORT(1), ASM_LIST(0xFFFF, 0, 0xFFFF, 1), ASM_LIST(ASM_REF(0), 1, 1), ASM_LIST(0));
  asm_op(&code, RDO_OP_CallVariadicYieldable, IMPORT(1), ASM_LIST(0xFFFF, 2, 0xFFFF, 2), SPANNED, 1, ASM_LIST(0));
  asm_block(&code, 1);
  expect_ending_with_return(RONDO_OK, "");
  asm_op(&code, RDO_OP_CallVariadicYieldable, 1u, ASM_NONE, OPERANDS, 1, RESULTS);
  asm_block(&code, 1);
  expect_ending_with_return(RONDO_FAILED_PRECONDITION, "not an import");
}

static void test_import_resolved(void **state) {
  (void)state;
  ACCEPT(RDO_OP_ImportResolved, IMPORT(1), 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "import", RDO_OP_ImportResolved, 0u, 0);
  REFUSE(RONDO_INVALID_ARGUMENT, "import", RDO_OP_ImportResolved, IMPORT(2), 0);
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_ImportResolved, IMPORT(0), 5);
}

static void test_lists(void **state) {
  (void)state;
  ACCEPT(RDO_OP_SwitchI64, 0, 2, ASM_LIST(0, 2), 2);
  REFUSE(RONDO_INVALID_ARGUMENT, "odd", RDO_OP_SwitchI64, 0, 2, ASM_LIST(0, 1), 2);
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_SwitchF64, 0, 2, ASM_LIST(4), 2);
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_SwitchI32, 0, 2, ASM_LIST(5), 2);
  REFUSE(RONDO_INVALID_ARGUMENT, "ref register", RDO_OP_SwitchF32, 0, 2, ASM_LIST(ASM_REF(0)), 2);
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_SwitchRef, 0, 0u, ASM_REF(0), ASM_LIST(0), ASM_REF(0));
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_SwitchRef, 0, 0u, ASM_REF(0), ASM_LIST(ASM_MOVED(2)), ASM_REF(0));
  REFUSE(RONDO_INVALID_ARGUMENT, "value register", RDO_OP_DiscardRefs, ASM_LIST(0));
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_DiscardRefs, ASM_LIST(ASM_REF(2)));
  ACCEPT(RDO_OP_Trace, "t", ASM_LIST(4, ASM_MOVED(1)));
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_Trace, "t", ASM_LIST(5));
  REFUSE(RONDO_OUT_OF_RANGE, "outside", RDO_OP_Print, "t", ASM_LIST(ASM_REF(2)));
}

static void test_returns(void **state) {
  (void)state;
  asm_op(&code, RDO_OP_Return, ASM_NONE);
  expect(RONDO_OUT_OF_RANGE, "too short");
  asm_op(&code, RDO_OP_Return, ASM_LIST(0, 1));
  expect(RONDO_INVALID_ARGUMENT, "longer");
  asm_op(&code, RDO_OP_Return, ASM_LIST(ASM_REF(0)));
  expect(RONDO_INVALID_ARGUMENT, "ref register");
  asm_op(&code, RDO_OP_Return, ASM_LIST(5));
  expect(RONDO_OUT_OF_RANGE, "outside");
  def.functions[0].cconv = "0ir_I";
  asm_op(&code, RDO_OP_Return, ASM_LIST(4));
  expect(RONDO_OUT_OF_RANGE, "outside");
  def.functions[0].cconv = "0ir_r";
  asm_op(&code, RDO_OP_Return, ASM_LIST(1));
  expect(RONDO_INVALID_ARGUMENT, "value register");
}

static void test_frames(void **state) {
  (void)state;
  def.functions[0].cconv = "0iIif_i";  // i0, i2:3, i4, f5
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "cannot hold the arguments");
  def.functions[0].cconv = "0iII_i";  // i0, i2:3, i4:5
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "cannot hold the arguments");
  def.functions[0].cconv = "0rrr_i";
  expect_ending_with_return(RONDO_INVALID_ARGUMENT, "cannot hold the arguments");
  def.functions[0].cconv = "0iIirr_i";
  expect_ending_with_return(RONDO_OK, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_value_registers, setup), cmocka_unit_test_setup(test_ref_registers, setup),
      cmocka_unit_test_setup(test_globals, setup),         cmocka_unit_test_setup(test_types_and_rodata, setup),
      cmocka_unit_test_setup(test_branches, setup),        cmocka_unit_test_setup(test_blocks, setup),
      cmocka_unit_test_setup(test_opcodes, setup),         cmocka_unit_test_setup(test_extensions, setup),
      cmocka_unit_test_setup(test_calls, setup),           cmocka_unit_test_setup(test_variadic_calls, setup),
      cmocka_unit_test_setup(test_import_resolved, setup), cmocka_unit_test_setup(test_lists, setup),
      cmocka_unit_test_setup(test_returns, setup),         cmocka_unit_test_setup(test_frames, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
