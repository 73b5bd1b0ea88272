// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Instructions and forms that no compiler writes, assembled by hand: indirect globals, the runtime's
// form of CondBreak, casts between 32-bit integers and f64, moves into the same register, moving loads,
// switches of every kind, opaque types, recursion, leftovers at a return.

#include "vm_test.h"

// One function, called with integers; compares all results.
struct run {
  struct assembler code;
  struct module_def def;
  struct vm_test vm;
};

static struct run *begin(const char *cconv, uint16_t i32_count, uint16_t ref_count) {
  struct run *run = calloc(1, sizeof *run);
  assert_non_null(run);
  run->def = (struct module_def){
      .name = "m",
      .requirements = RDO_FEATURES_ALL,
      .types = {"!vm.buffer", "!vm.list<i32>", "!vm.opaque", "i8", "i64", "f32"},
      .exports = {{"f", 0}},
      .functions = {{cconv, &run->code, RDO_FEATURES_ALL, i32_count, ref_count}},
      .rodata = {{"abcdefgh", 8, 0}, {"xyz", 3, 1}},
      .global_bytes = 24,
      .global_refs = 3,
  };
  asm_block(&run->code, 0);
  return run;
}

enum { BUFFER = 0, LIST = 1, OPAQUE = 2, I8 = 3 };

static void load(struct run *run) { vm_test_load(&run->vm, &run->def); }

static void end(struct run *run) {
  vm_test_end(&run->vm);
  free(run);
}

static int64_t call1(struct run *run, int64_t a) {
  union rdo_slot argument = {.i64 = a}, result = {.i64 = 0};
  vm_test_call(&run->vm, "f", &argument, &result);
  return result.i64;
}

static enum rondo_status status1(struct run *run, int64_t a) {
  union rdo_slot argument = {.i64 = a}, results[8];
  return vm_test_try(&run->vm, "f", &argument, results);
}

// Indirect globals ---------------------------------------------------------------------------------

static void check_indirect(uint16_t store, uint16_t load_op, bool wide) {
  // f(offset): stores a pattern there and reads it back.
  struct run *run = begin(wide ? "0i_I" : "0i_i", 8, 0);
  asm_op(&run->code, RDO_OP_ConstI64, (uint64_t)0x1122334455667788u, 2);
  asm_op(&run->code, store, 0, 2);
  asm_op(&run->code, load_op, 0, 4);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(4));
  load(run);
  int64_t wanted = wide ? 0x1122334455667788 : 0x55667788;
  int32_t size = wide ? 8 : 4;
  assert_int_equal(call1(run, 0), wanted);
  assert_int_equal(call1(run, 24 - size), wanted);
  assert_int_equal(call1(run, 3), wanted);
  const int32_t outside[] = {24 - size + 1, 24, 25, -1, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof outside / sizeof outside[0]; ++i) assert_int_equal(status1(run, outside[i]), RONDO_OUT_OF_RANGE);
  end(run);
}

static void test_indirect_globals(void **state) {
  (void)state;
  check_indirect(RDO_OP_GlobalStoreIndirectI32, RDO_OP_GlobalLoadIndirectI32, false);
  check_indirect(RDO_OP_GlobalStoreIndirectF32, RDO_OP_GlobalLoadIndirectF32, false);
  check_indirect(RDO_OP_GlobalStoreIndirectI64, RDO_OP_GlobalLoadIndirectI64, true);
  check_indirect(RDO_OP_GlobalStoreIndirectF64, RDO_OP_GlobalLoadIndirectF64, true);
}

static void test_indirect_load_refuses(void **state) {
  (void)state;
  struct run *run = begin("0i_i", 4, 0);
  asm_op(&run->code, RDO_OP_GlobalLoadIndirectI32, 0, 1);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1));
  load(run);
  assert_int_equal(call1(run, 20), 0);
  assert_int_equal(status1(run, 21), RONDO_OUT_OF_RANGE);
  end(run);
}

static void test_indirect_refs(void **state) {
  (void)state;
  // f(ordinal): stores rodata 0 there (moved), loads it back (kept), then loads it away (moved), and
  // tells what is in the registers: the loaded one, the source of the move, a third load.
  struct run *run = begin("0i_iiii", 8, 4);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_GlobalStoreIndirectRef, 0, (unsigned)BUFFER, ASM_MOVED(0));
  asm_op(&run->code, RDO_OP_GlobalLoadIndirectRef, 0, (unsigned)BUFFER, ASM_REF(1));
  asm_op(&run->code, RDO_OP_GlobalLoadIndirectRef, 0, (unsigned)OPAQUE, ASM_MOVED(2));
  asm_op(&run->code, RDO_OP_GlobalLoadIndirectRef, 0, (unsigned)BUFFER, ASM_REF(3));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 1);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(1), 2);
  asm_op(&run->code, RDO_OP_CmpEQRef, ASM_REF(1), ASM_REF(2), 3);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(3), 4);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1, 2, 3, 4));
  load(run);
  for (int32_t ordinal = 0; ordinal < 3; ++ordinal) {
    union rdo_slot argument = {.i32 = ordinal}, results[4];
    vm_test_call(&run->vm, "f", &argument, results);
    assert_int_equal(results[0].i32, 0);
    assert_int_equal(results[1].i32, 1);
    assert_int_equal(results[2].i32, 1);
    assert_int_equal(results[3].i32, 0);
  }
  assert_int_equal(status1(run, 3), RONDO_OUT_OF_RANGE);
  assert_int_equal(status1(run, -1), RONDO_OUT_OF_RANGE);
  end(run);
}

static void test_indirect_ref_types(void **state) {
  (void)state;
  // A buffer where the instruction says list.
  struct run *run = begin("0i_i", 4, 2);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_CondBranch, 0, 1, ASM_NONE, 2, ASM_NONE);
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_GlobalStoreIndirectRef, 0, (unsigned)LIST, ASM_REF(0));
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  asm_block(&run->code, 2);
  asm_op(&run->code, RDO_OP_GlobalStoreIndirectRef, 0, (unsigned)BUFFER, ASM_REF(0));
  asm_op(&run->code, RDO_OP_GlobalLoadIndirectRef, 0, (unsigned)LIST, ASM_REF(1));
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  load(run);
  assert_int_equal(status1(run, 1), RONDO_INVALID_ARGUMENT);
  assert_int_equal(status1(run, 0), RONDO_INVALID_ARGUMENT);
  end(run);
}

static void test_global_ref_moves(void **state) {
  (void)state;
  // The direct forms: a moving store nulls its source, a moving load empties the global.
  struct run *run = begin("0i_iii", 8, 3);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 1u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_GlobalStoreRef, 2u, (unsigned)OPAQUE, ASM_MOVED(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 1);
  asm_op(&run->code, RDO_OP_GlobalLoadRef, 2u, (unsigned)BUFFER, ASM_MOVED(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 2);
  asm_op(&run->code, RDO_OP_GlobalLoadRef, 2u, (unsigned)BUFFER, ASM_REF(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 3);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1, 2, 3));
  load(run);
  union rdo_slot argument = {.i32 = 0}, results[3];
  vm_test_call(&run->vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 0);
  assert_int_equal(results[1].i32, 1);
  assert_int_equal(results[2].i32, 0);
  end(run);
}

// Casts --------------------------------------------------------------------------------------------

static void check_cast(uint16_t opcode, bool to_float, int64_t input, int64_t wanted) {
  struct run *run = begin(to_float ? "0i_I" : "0I_i", 8, 0);
  asm_op(&run->code, opcode, 0, 4);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(4));
  load(run);
  int64_t have = call1(run, input);
  if (!to_float) have = (int32_t)have;
  if (have != wanted) fail_msg("%s(0x%llx) is 0x%llx", rdo_opcode_name(opcode), (unsigned long long)input, (unsigned long long)have);
  end(run);
}

static int64_t bits(double value) {
  int64_t out;
  memcpy(&out, &value, sizeof out);
  return out;
}

static void test_f64_casts(void **state) {
  (void)state;
  check_cast(RDO_OP_CastSI32F64, true, -1, bits(-1.0));
  check_cast(RDO_OP_CastSI32F64, true, INT32_MIN, bits(-2147483648.0));
  check_cast(RDO_OP_CastUI32F64, true, -1, bits(4294967295.0));
  check_cast(RDO_OP_CastUI32F64, true, 0, bits(0.0));
  check_cast(RDO_OP_CastF64SI32, false, bits(2.5), 3);
  check_cast(RDO_OP_CastF64SI32, false, bits(-2.5), -3);
  check_cast(RDO_OP_CastF64SI32, false, bits(-0.5), -1);
  check_cast(RDO_OP_CastF64SI32, false, bits(3e10), -64770048);
  check_cast(RDO_OP_CastF64SI32, false, bits(1e300), 0);
  check_cast(RDO_OP_CastF64SI32, false, bits(16777217.0), 16777216);  // through f32, as the sheet says
  check_cast(RDO_OP_CastF64UI32, false, bits(4294967040.0), -256);
  check_cast(RDO_OP_CastF64UI32, false, bits(-2.5), -3);
}

// References ---------------------------------------------------------------------------------------

static void test_self_moves(void **state) {
  (void)state;
  // A move to the register itself keeps the value; in an assignment, a remap, a select and a cast.
  struct run *run = begin("0i_iiii", 8, 2);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_AssignRef, ASM_MOVED(0), ASM_REF(0));
  asm_op(&run->code, RDO_OP_AssignRef, ASM_REF(0), ASM_REF(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 1);
  asm_op(&run->code, RDO_OP_Branch, 1, ASM_LIST(ASM_MOVED(0), ASM_REF(0), ASM_REF(0), ASM_REF(0)));
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 2);
  asm_op(&run->code, RDO_OP_SelectRef, 0, (unsigned)BUFFER, ASM_MOVED(0), ASM_MOVED(0), ASM_REF(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 3);
  asm_op(&run->code, RDO_OP_CastAnyRef, ASM_MOVED(0), (unsigned)BUFFER, ASM_REF(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 4);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1, 2, 3, 4));
  load(run);
  for (int32_t condition = 0; condition < 2; ++condition) {
    union rdo_slot argument = {.i32 = condition}, results[4];
    vm_test_call(&run->vm, "f", &argument, results);
    for (int i = 0; i < 4; ++i) assert_int_equal(results[i].i32, 1);
  }
  end(run);
}

static void test_select_moves(void **state) {
  (void)state;
  // f(condition): the chosen operand goes, the other one is dropped; neither register keeps its object.
  struct run *run = begin("0i_Iii", 8, 3);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_ConstRefRodata, 1u, ASM_REF(1));
  asm_op(&run->code, RDO_OP_SelectRef, 0, (unsigned)OPAQUE, ASM_MOVED(0), ASM_MOVED(1), ASM_REF(2));
  asm_op(&run->code, RDO_OP_BufferLength, ASM_REF(2), 2);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 4);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(1), 5);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(2, 4, 5));
  load(run);
  for (int32_t condition = 0; condition < 2; ++condition) {
    union rdo_slot argument = {.i32 = condition}, results[3];
    vm_test_call(&run->vm, "f", &argument, results);
    assert_int_equal(results[0].i64, condition != 0 ? 8 : 3);
    assert_int_equal(results[1].i32, 0);
    assert_int_equal(results[2].i32, 0);
  }
  end(run);
}

static void test_switch_ref_moves(void **state) {
  (void)state;
  // The chosen one is consumed, the others stay.
  struct run *run = begin("0i_Iii", 8, 4);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_ConstRefRodata, 1u, ASM_REF(1));
  asm_op(&run->code, RDO_OP_SwitchRef, 0, (unsigned)BUFFER, ASM_MOVED(0), ASM_LIST(ASM_MOVED(1)), ASM_REF(2));
  asm_op(&run->code, RDO_OP_BufferLength, ASM_REF(2), 2);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 4);
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(1), 5);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(2, 4, 5));
  load(run);
  const int32_t indices[] = {0, 1, -1};
  for (int i = 0; i < 3; ++i) {
    union rdo_slot argument = {.i32 = indices[i]}, results[3];
    vm_test_call(&run->vm, "f", &argument, results);
    assert_int_equal(results[0].i64, indices[i] == 0 ? 3 : 8);
    assert_int_equal(results[1].i32, indices[i] == 0);
    assert_int_equal(results[2].i32, indices[i] != 0);
  }
  end(run);
}

static void test_wrong_types(void **state) {
  (void)state;
  // A list where a buffer must be, and the reverse, fails like a null; checked transfers say so too.
  struct run *run = begin("0i_i", 8, 3);
  asm_op(&run->code, RDO_OP_ConstI32, 1u, 1);
  asm_op(&run->code, RDO_OP_ListAlloc, (unsigned)I8, 1, ASM_REF(0));
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(1));
  asm_op(&run->code, RDO_OP_BranchTable, 0, 1, ASM_NONE, 5, 2, ASM_NONE, 3, ASM_NONE, 4, ASM_NONE, 5, ASM_NONE, 6, ASM_NONE);
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  asm_block(&run->code, 2);
  asm_op(&run->code, RDO_OP_BufferLength, ASM_REF(0), 2);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  asm_block(&run->code, 3);
  asm_op(&run->code, RDO_OP_ListSize, ASM_REF(1), 2);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  asm_block(&run->code, 4);
  asm_op(&run->code, RDO_OP_CastAnyRef, ASM_MOVED(0), (unsigned)BUFFER, ASM_REF(2));
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  asm_block(&run->code, 5);
  asm_op(&run->code, RDO_OP_GlobalStoreRef, 0u, (unsigned)LIST, ASM_REF(1));
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  asm_block(&run->code, 6);
  asm_op(&run->code, RDO_OP_SelectRef, 0, (unsigned)LIST, ASM_MOVED(1), ASM_MOVED(0), ASM_REF(2));
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(0));
  load(run);
  assert_int_equal(call1(run, -1) & UINT32_MAX, UINT32_MAX);
  for (int32_t i = 0; i < 5; ++i) assert_int_equal(status1(run, i), RONDO_INVALID_ARGUMENT);
  end(run);
}

static void test_moving_list_get(void **state) {
  (void)state;
  // A moving get takes the element out, even when the result replaces the last hold of the list; one of
  // the wrong type yields null and leaves it in.
  struct run *run = begin("0i_iiiI", 8, 3);
  asm_op(&run->code, RDO_OP_ConstI32, 1u, 1);
  asm_op(&run->code, RDO_OP_ConstI32Zero, 2);
  asm_op(&run->code, RDO_OP_ListAlloc, (unsigned)OPAQUE, 1, ASM_REF(0));
  asm_op(&run->code, RDO_OP_ListResize, ASM_REF(0), 1);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 1u, ASM_REF(1));
  asm_op(&run->code, RDO_OP_ListSetRef, ASM_REF(0), 2, ASM_MOVED(1));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(1), 3);
  asm_op(&run->code, RDO_OP_ListGetRef, ASM_REF(0), 2, (unsigned)LIST, ASM_MOVED(1));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(1), 4);
  asm_op(&run->code, RDO_OP_ListGetRef, ASM_REF(0), 2, (unsigned)BUFFER, ASM_REF(1));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(1), 5);
  asm_op(&run->code, RDO_OP_ListGetRef, ASM_REF(0), 2, (unsigned)OPAQUE, ASM_MOVED(0));
  asm_op(&run->code, RDO_OP_BufferLength, ASM_REF(0), 6);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(3, 4, 5, 6));
  load(run);
  union rdo_slot argument = {.i32 = 0}, results[4];
  vm_test_call(&run->vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 0);
  assert_int_equal(results[1].i32, 0);
  assert_int_equal(results[2].i32, 1);
  assert_int_equal(results[3].i64, 3);
  end(run);
}

static void test_discard_trace_print(void **state) {
  (void)state;
  // Discard drops whatever the move bit; Trace and Print drop moved ones only.
  struct run *run = begin("0i_iiiii", 8, 5);
  for (unsigned i = 0; i < 5; ++i) asm_op(&run->code, RDO_OP_ConstRefRodata, i % 2, ASM_REF(i));
  asm_op(&run->code, RDO_OP_DiscardRefs, ASM_LIST(ASM_REF(0), ASM_MOVED(1)));
  asm_op(&run->code, RDO_OP_Trace, "here", ASM_LIST(0, ASM_REF(2), ASM_MOVED(3)));
  asm_op(&run->code, RDO_OP_Print, "", ASM_LIST(ASM_MOVED(4)));
  for (int i = 0; i < 5; ++i) asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(i), 1 + i);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1, 2, 3, 4, 5));
  load(run);
  union rdo_slot argument = {.i32 = 0}, results[5];
  vm_test_call(&run->vm, "f", &argument, results);
  for (int i = 0; i < 5; ++i) assert_int_equal(results[i].i32, i == 2);
  end(run);
}

// Control ------------------------------------------------------------------------------------------

static void test_cond_break(void **state) {
  (void)state;
  // The runtime's form: condition, target, remap. It goes on at the target either way.
  struct run *run = begin("0i_i", 4, 0);
  asm_op(&run->code, RDO_OP_ConstI32, 7u, 1);
  asm_op(&run->code, RDO_OP_CondBreak, 0, 1, ASM_LIST(1, 2));
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(2));
  load(run);
  assert_int_equal(call1(run, 0), 7);
  assert_int_equal(call1(run, 1), 7);
  end(run);
}

static void test_sequential_remap(void **state) {
  (void)state;
  // (0 -> 1), (1 -> 2): the second pair sees what the first one wrote.
  struct run *run = begin("0i_ii", 4, 0);
  asm_op(&run->code, RDO_OP_AddI32, 0, 0, 1);
  asm_op(&run->code, RDO_OP_Branch, 1, ASM_LIST(0, 1, 1, 2));
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1, 2));
  load(run);
  union rdo_slot argument = {.i32 = 5}, results[2];
  vm_test_call(&run->vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 5);
  assert_int_equal(results[1].i32, 5);
  end(run);
}

static void test_recursion(void **state) {
  (void)state;
  // f(n) = n == 0 ? 1 : n * f(n - 1), on 64 bits.
  struct run *run = begin("0I_I", 8, 1);
  asm_op(&run->code, RDO_OP_CmpNZI64, 0, 2);
  asm_op(&run->code, RDO_OP_CondBranch, 2, 1, ASM_NONE, 2, ASM_NONE);
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));  // left in the frame on purpose
  asm_op(&run->code, RDO_OP_ConstI64, (uint64_t)1, 4);
  asm_op(&run->code, RDO_OP_SubI64, 0, 4, 4);
  asm_op(&run->code, RDO_OP_Call, 0u, ASM_LIST(4), ASM_LIST(6));
  asm_op(&run->code, RDO_OP_MulI64, 0, 6, 6);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(6));
  asm_block(&run->code, 2);
  asm_op(&run->code, RDO_OP_ConstI64, (uint64_t)1, 4);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(4));
  load(run);
  assert_int_equal(call1(run, 20), 2432902008176640000);
  assert_int_equal(run->vm.module->rodata[0]->ref_count, 1);  // leftovers were released
  assert_int_equal(status1(run, 10000000), RONDO_RESOURCE_EXHAUSTED);
  assert_non_null(strstr(run->vm.diag.message, "stack"));
  assert_int_equal(run->vm.module->rodata[0]->ref_count, 1);
  assert_int_equal(call1(run, 3), 6);  // and the invocation is as good as new
  end(run);
}

static void test_ackermann(void **state) {
  (void)state;
  struct run *run = begin("0ii_i", 8, 0);
  asm_op(&run->code, RDO_OP_ConstI32, 1u, 2);
  asm_op(&run->code, RDO_OP_CondBranch, 0, 1, ASM_NONE, 4, ASM_NONE);
  asm_block(&run->code, 1);
  asm_op(&run->code, RDO_OP_SubI32, 0, 2, 3);
  asm_op(&run->code, RDO_OP_CondBranch, 1, 2, ASM_NONE, 3, ASM_LIST(2, 5));
  asm_block(&run->code, 2);
  asm_op(&run->code, RDO_OP_SubI32, 1, 2, 4);
  asm_op(&run->code, RDO_OP_CallYieldable, 0u, ASM_LIST(0, 4), 3, ASM_LIST(5));
  asm_block(&run->code, 3);
  asm_op(&run->code, RDO_OP_Call, 0u, ASM_LIST(3, 5), ASM_LIST(1));
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1));
  asm_block(&run->code, 4);
  asm_op(&run->code, RDO_OP_AddI32, 1, 2, 1);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1));
  load(run);
  union rdo_slot arguments[2] = {{.i32 = 2}, {.i32 = 3}}, result;
  vm_test_call(&run->vm, "f", arguments, &result);
  assert_int_equal(result.i32, 9);
  end(run);
}

static void test_same_ref_often(void **state) {
  (void)state;
  // One reference as several operands, moved by the last; and moved ones come back as results of the
  // same call, in swapped places.
  struct run *run = begin("0i_iiii", 8, 4);
  struct assembler callee = {.size = 0};
  asm_block(&callee, 0);
  asm_op(&callee, RDO_OP_Return, ASM_LIST(ASM_MOVED(2), ASM_MOVED(0)));
  run->def.functions[1] = (struct module_function){"0rrr_rr", &callee, 0, 0, 3};
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_ConstRefRodata, 1u, ASM_REF(1));
  asm_op(&run->code, RDO_OP_AssignRef, ASM_REF(1), ASM_REF(2));
  asm_op(&run->code, RDO_OP_Call, 1u, ASM_LIST(ASM_REF(0), ASM_MOVED(0), ASM_MOVED(1)), ASM_LIST(ASM_REF(0), ASM_REF(1)));
  asm_op(&run->code, RDO_OP_CmpEQRef, ASM_REF(0), ASM_REF(2), 1);
  asm_op(&run->code, RDO_OP_BufferLength, ASM_REF(1), 2);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1, 2, 3, 0));
  load(run);
  union rdo_slot argument = {.i32 = 0}, results[4];
  vm_test_call(&run->vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 1);
  assert_int_equal(results[1].i32, 8);
  assert_int_equal(run->vm.module->rodata[0]->ref_count, 1);
  assert_int_equal(run->vm.module->rodata[1]->ref_count, 1);
  end(run);
}

static void test_fail_words(void **state) {
  (void)state;
  struct run *run = begin("0i_i", 4, 0);
  asm_op(&run->code, RDO_OP_Fail, 0, "");
  load(run);
  assert_int_equal(status1(run, 42), RONDO_ABORTED);
  assert_true(run->vm.diag.message[0] != ';' && run->vm.diag.message_length > 0);
  assert_int_equal(status1(run, 0), RONDO_INTERNAL);
  assert_int_equal(status1(run, 17), RONDO_INTERNAL);
  assert_int_equal(status1(run, 31), 31);
  end(run);
}

static void test_opaque_is_any(void **state) {
  (void)state;
  struct run *run = begin("0i_i", 4, 2);
  asm_op(&run->code, RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&run->code, RDO_OP_CastAnyRef, ASM_MOVED(0), (unsigned)OPAQUE, ASM_REF(1));
  asm_op(&run->code, RDO_OP_SwitchRef, 0, (unsigned)OPAQUE, ASM_MOVED(1), ASM_NONE, ASM_REF(0));
  asm_op(&run->code, RDO_OP_CmpNZRef, ASM_REF(0), 1);
  asm_op(&run->code, RDO_OP_Return, ASM_LIST(1));
  load(run);
  assert_int_equal(call1(run, 0), 1);
  end(run);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_indirect_globals), cmocka_unit_test(test_indirect_load_refuses), cmocka_unit_test(test_indirect_refs),
      cmocka_unit_test(test_indirect_ref_types), cmocka_unit_test(test_global_ref_moves), cmocka_unit_test(test_f64_casts),
      cmocka_unit_test(test_self_moves), cmocka_unit_test(test_select_moves), cmocka_unit_test(test_switch_ref_moves),
      cmocka_unit_test(test_wrong_types), cmocka_unit_test(test_moving_list_get), cmocka_unit_test(test_discard_trace_print),
      cmocka_unit_test(test_cond_break), cmocka_unit_test(test_sequential_remap), cmocka_unit_test(test_recursion),
      cmocka_unit_test(test_ackermann), cmocka_unit_test(test_same_ref_often), cmocka_unit_test(test_fail_words),
      cmocka_unit_test(test_opaque_is_any),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
