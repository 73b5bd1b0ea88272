// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Linking and running modules together: imports and dependencies, initializers, limits, suspension.

#include "vm_test.h"

#include "../huge_allocations.h"
#include "vm/buffer.h"
#include "vm/list.h"

// A native module to import from -------------------------------------------------------------------

struct native_state {
  int deferrals_left;  // how often `later` answers DEFERRED before it is done
  int waits;
  int resumed_calls;
  int released;
  enum rondo_status fail_with;
};

struct token {
  struct rdo_object object;
  struct native_state *state;
};

static void destroy_token(struct rdo_object *object) {
  struct token *token = RDO_CONTAINER(object, struct token, object);
  ++token->state->released;
  free(token);
}
static const struct rdo_object_type token_type = {"test.token", destroy_token};

static void wait_for_token(struct rdo_object *user) { ++RDO_CONTAINER(user, struct token, object)->state->waits; }
static const struct rdo_wait_type token_wait = {wait_for_token, NULL};

// 0iI_I: defers some times, then adds.
static enum rondo_status native_later(void *self, struct rdo_native_call *call) {
  struct native_state *state = self;
  if (call->is_resumed) {
    ++state->resumed_calls;
    if (rdo_invocation_deferred(call->invocation) == NULL) return RONDO_INTERNAL;
  }
  if (state->deferrals_left > 0) {
    --state->deferrals_left;
    if (call->is_resumed) return rdo_invocation_defer(call->invocation, &token_wait, rdo_invocation_deferred(call->invocation));
    struct token *token = calloc(1, sizeof *token);
    if (token == NULL) return RONDO_RESOURCE_EXHAUSTED;
    rdo_object_init(&token->object, &token_type);
    token->state = state;
    return rdo_invocation_defer(call->invocation, &token_wait, &token->object);
  }
  if (state->fail_with != RONDO_OK) return rdo_fail(call->diag, state->fail_with, "native words");
  call->results[0].i64 = rdo_arg_i32(call, 0) + rdo_arg_i64(call, 1);
  return RONDO_OK;
}

// 0rCiIDi_rI: gives back its ref and the sum of everything in the span.
static enum rondo_status native_spans(void *self, struct rdo_native_call *call) {
  (void)self;
  uint32_t count = call->spans[1];
  int64_t sum = 0;
  for (uint32_t i = 0; i < count; ++i) sum += rdo_arg_i32(call, 1 + 2 * i) * rdo_arg_i64(call, 2 + 2 * i);
  call->results[0].ref = rdo_arg_ref(call, 0);
  rdo_object_retain(call->results[0].ref);
  call->results[1].i64 = sum + rdo_arg_i32(call, 1 + 2 * count);
  return RONDO_OK;
}

static const struct rdo_native_function native_functions[] = {
    {"later", "0iI_I", native_later},
    {"laterr", "0v_v", NULL},  // neighbours in the sorted list
    {"spans", "0rCiIDi_rI", native_spans},
};
static const struct rdo_object_type *const native_types[] = {&token_type};
static const struct rdo_native_module native_module = {
    .name = "test",
    .version = 5,
    .functions = native_functions,
    .function_count = sizeof native_functions / sizeof native_functions[0],
    .types = native_types,
    .type_count = 1,
};

#define IMPORT(n) (0x80000000u | (n))

struct fixture {
  struct vm_test vm;
  struct native_state native;
  struct assembler code[4];
  struct module_def def;
};

static int setup_limited(void **state, uint64_t heap_bytes, int64_t step_limit) {
  struct fixture *f = calloc(1, sizeof *f);
  if (f == NULL) return -1;
  vm_test_begin_limited(&f->vm, heap_bytes, step_limit);
  rdo_context_add_native(&f->vm.context, &native_module, &f->native);
  f->def = (struct module_def){
      .name = "m",
      .requirements = RDO_FEATURES_ALL,
      .types = {"!vm.buffer", "!vm.opaque"},
      .exports = {{"f", 0}},
      .rodata = {{"abcdefgh", 8, 0}},
      .global_refs = 2,
      .global_bytes = 8,
  };
  for (int i = 0; i < 4; ++i) asm_block(&f->code[i], 0);
  *state = f;
  return 0;
}

static int setup(void **state) { return setup_limited(state, 0, INT64_MAX); }
static int setup_steps(void **state) { return setup_limited(state, 0, 1000); }
static int setup_heap(void **state) { return setup_limited(state, 1 << 16, INT64_MAX); }

static int teardown(void **state) {
  struct fixture *f = *state;
  struct rdo_vm_heap *heap = f->vm.context.heap;
  rdo_object_retain(&heap->object);
  vm_test_end(&f->vm);
  bool is_clean = rdo_atomic_load(&heap->live_bytes, rdo_relaxed) == 0 && heap->object.ref_count == 1;
  rdo_object_release(&heap->object);
  free(f);
  return is_clean ? 0 : -1;
}

static void set_function(struct fixture *f, int index, const char *cconv, uint16_t i32_count, uint16_t ref_count) {
  f->def.functions[index] = (struct module_function){cconv, &f->code[index], RDO_FEATURES_ALL, i32_count, ref_count};
}

// A function that does nothing, so that a module is complete.
static void set_empty(struct fixture *f) {
  set_function(f, 0, "0v_v", 0, 0);
  asm_op(&f->code[0], RDO_OP_Return, ASM_NONE);
}

static void refuse(struct fixture *f, enum rondo_status wanted, const char *words) {
  enum rondo_status status = vm_test_try_load(&f->vm, &f->def);
  if (status != wanted || strstr(f->vm.diag.message, words) == NULL) {
    fail_msg("wanted %s '%s', got %s '%s'", rondo_status_name(wanted), words, rondo_status_name(status), f->vm.diag.message);
  }
  assert_null(f->vm.context.modules);
}

// Dependencies and imports -------------------------------------------------------------------------

static void test_dependencies(void **state) {
  struct fixture *f = *state;
  set_empty(f);
  f->def.dependencies[0] = (struct module_dependency){"nobody", 0, 0};
  refuse(f, RONDO_NOT_FOUND, "nobody");
  f->def.dependencies[0] = (struct module_dependency){"test", 6, 1};
  refuse(f, RONDO_NOT_FOUND, "version");
  f->def.dependencies[0] = (struct module_dependency){"test", 5, 1};
  f->def.dependencies[1] = (struct module_dependency){"nobody", 1, 2};
  f->def.dependencies[2] = (struct module_dependency){"test", 6, 2};  // optional: any version
  vm_test_load(&f->vm, &f->def);
}

static void test_imports_refused(void **state) {
  struct fixture *f = *state;
  set_empty(f);
  static const struct {
    struct module_import import;
    enum rondo_status status;
    const char *words;
  } wrong[] = {
      {{"test.nothing", "0v_v", 0}, RONDO_NOT_FOUND, "test.nothing"},
      {{"test.late", "0iI_I", 0}, RONDO_NOT_FOUND, "test.late"},
      {{"test.laterx", "0iI_I", 0}, RONDO_NOT_FOUND, "test.laterx"},
      {{"nobody.f", "0v_v", 1}, RONDO_NOT_FOUND, "nobody.f"},
      {{"nodot", "0v_v", 0}, RONDO_INVALID_ARGUMENT, "nodot"},
      {{"test.later", "0iI_i", 0}, RONDO_INTERNAL, "signature"},
      {{"test.later", "0Ii_I", 2}, RONDO_INTERNAL, "signature"},
      {{"test.spans", "0rCiDi_rI", 2}, RONDO_INTERNAL, "signature"},
      {{"m.f", "0v_v", 0}, RONDO_NOT_FOUND, "m.f"},  // a module cannot import from itself
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    f->vm.image_count = 0;
    module_free(&f->vm.images[0]);
    f->def.imports[0] = wrong[i].import;
    refuse(f, wrong[i].status, wrong[i].words);
  }
}

static void test_types_refused(void **state) {
  struct fixture *f = *state;
  set_empty(f);
  static const char *const wrong[] = {"!hal.device", "i33", "vm.buffer", "!vm.buffe", "!", "!vm.lis"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    f->vm.image_count = 0;
    module_free(&f->vm.images[0]);
    f->def.types[0] = wrong[i];
    refuse(f, RONDO_NOT_FOUND, wrong[i]);
  }
  f->def.types[0] = "!test.token";
  f->def.types[1] = "!vm.list<!whatever>";
  vm_test_load(&f->vm, &f->def);
}

static void test_optional_import(void **state) {
  struct fixture *f = *state;
  f->def.imports[0] = (struct module_import){"test.nothing", "0i_i", 2};
  f->def.imports[1] = (struct module_import){"test.later", "0iI_I", 2};
  set_function(f, 0, "0i_ii", 4, 0);
  asm_op(&f->code[0], RDO_OP_ImportResolved, IMPORT(0), 1);
  asm_op(&f->code[0], RDO_OP_ImportResolved, IMPORT(1), 2);
  asm_op(&f->code[0], RDO_OP_CondBranch, 0, 1, ASM_NONE, 2, ASM_NONE);
  asm_block(&f->code[0], 1);
  asm_op(&f->code[0], RDO_OP_Call, IMPORT(0), ASM_LIST(0), ASM_LIST(1));
  asm_op(&f->code[0], RDO_OP_Branch, 2, ASM_NONE);
  asm_block(&f->code[0], 2);
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(1, 2));
  vm_test_load(&f->vm, &f->def);
  union rdo_slot argument = {.i32 = 0}, results[2];
  vm_test_call(&f->vm, "f", &argument, results);
  assert_int_equal(results[0].i32, 0);
  assert_int_equal(results[1].i32, 1);
  argument.i32 = 1;
  assert_int_equal(vm_test_try(&f->vm, "f", &argument, results), RONDO_NOT_FOUND);
  assert_non_null(strstr(f->vm.diag.message, "test.nothing"));
}

static void test_spans(void **state) {
  struct fixture *f = *state;
  f->def.imports[0] = (struct module_import){"test.spans", "0rCiIDi_rI", 0};
  set_function(f, 0, "0iIiIi_IiII", 16, 2);
  asm_op(&f->code[0], RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_AssignRef, ASM_REF(0), ASM_REF(1));
  // i0, i2:3, i4, i6:7, i8; the moved operand's register takes the result.
  asm_op(&f->code[0], RDO_OP_CallVariadic, IMPORT(0), ASM_LIST(0xFFFF, 2, 0xFFFF), ASM_LIST(ASM_MOVED(0), 0, 2, 4, 6, 8), ASM_LIST(ASM_REF(0), 10));
  asm_op(&f->code[0], RDO_OP_CmpEQRef, ASM_REF(0), ASM_REF(1), 12);
  // The same with one tuple, then with none, in the form that may yield.
  asm_op(&f->code[0], RDO_OP_CallVariadicYieldable, IMPORT(0), ASM_LIST(0xFFFF, 1, 0xFFFF), ASM_LIST(ASM_REF(1), 4, 6, 0), 1, ASM_LIST(ASM_REF(1), 2));
  asm_block(&f->code[0], 1);
  asm_op(&f->code[0], RDO_OP_CallVariadic, IMPORT(0), ASM_LIST(0xFFFF, 0, 0xFFFF), ASM_LIST(ASM_REF(1), 8), ASM_LIST(ASM_REF(0), 6));
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(10, 12, 2, 6));
  vm_test_load(&f->vm, &f->def);
  union rdo_slot arguments[5] = {{.i32 = 2}, {.i64 = 1ll << 40}, {.i32 = -3}, {.i64 = 7}, {.i32 = 5}}, results[4];
  vm_test_call(&f->vm, "f", arguments, results);
  assert_int_equal(results[0].i64, (2ll << 40) - 21 + 5);
  assert_int_equal(results[1].i32, 1);
  assert_int_equal(results[2].i64, -21 + 2);
  assert_int_equal(results[3].i64, 5);
  assert_int_equal(f->vm.module->rodata[0]->ref_count, 1);
}

// Two modules of bytecode --------------------------------------------------------------------------

static void load_adder(struct fixture *f) {
  struct assembler *code = &f->code[3];
  asm_op(code, RDO_OP_ExtI32I64S, 0, 4);
  asm_op(code, RDO_OP_AddI64, 2, 4, 2);
  asm_op(code, RDO_OP_GlobalLoadI32, 0u, 6);
  asm_op(code, RDO_OP_ConstI32, 1u, 7);
  asm_op(code, RDO_OP_AddI32, 6, 7, 6);
  asm_op(code, RDO_OP_GlobalStoreI32, 0u, 6);
  asm_op(code, RDO_OP_Return, ASM_LIST(2, ASM_MOVED(0), 6));
  struct module_def def = {
      .name = "adder",
      .version = 2,
      .exports = {{"add", 0}},
      .functions = {{"0iIr_Iri", code, 0, 8, 1}},
      .global_bytes = 4,
  };
  vm_test_load(&f->vm, &def);
}

static void test_cross_module(void **state) {
  struct fixture *f = *state;
  load_adder(f);
  f->def.dependencies[0] = (struct module_dependency){"adder", 2, 1};
  f->def.imports[0] = (struct module_import){"adder.add", "0iIr_Iri", 0};
  set_function(f, 0, "0iI_IIi", 8, 1);
  asm_op(&f->code[0], RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_Call, IMPORT(0), ASM_LIST(0, 2, ASM_MOVED(0)), ASM_LIST(4, ASM_REF(0), 6));
  asm_op(&f->code[0], RDO_OP_BufferLength, ASM_REF(0), 2);
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(4, 2, 6));
  vm_test_load(&f->vm, &f->def);
  for (int32_t round = 1; round < 4; ++round) {
    union rdo_slot arguments[2] = {{.i32 = -3}, {.i64 = 1ll << 40}}, results[3];
    vm_test_call(&f->vm, "f", arguments, results);
    assert_int_equal(results[0].i64, (1ll << 40) - 3);
    assert_int_equal(results[1].i64, 8);
    assert_int_equal(results[2].i32, round);  // the callee's own state
  }
}

static void test_cross_module_refused(void **state) {
  struct fixture *f = *state;
  load_adder(f);
  struct rdo_module *adder = f->vm.module;
  set_empty(f);
  f->def.imports[0] = (struct module_import){"adder.add", "0iI_I", 0};
  assert_int_equal(vm_test_try_load(&f->vm, &f->def), RONDO_INTERNAL);
  f->def.imports[0] = (struct module_import){"adder.sub", "0iI_I", 0};
  assert_int_equal(vm_test_try_load(&f->vm, &f->def), RONDO_NOT_FOUND);
  f->def.imports[0] = (struct module_import){NULL, NULL, 0};
  f->def.dependencies[0] = (struct module_dependency){"adder", 3, 0};
  assert_int_equal(vm_test_try_load(&f->vm, &f->def), RONDO_NOT_FOUND);
  assert_ptr_equal(f->vm.context.modules, adder);
}

// Initializers -------------------------------------------------------------------------------------

static void test_initializer(void **state) {
  struct fixture *f = *state;
  f->def.exports[1] = (struct module_export){"__init", 1};
  set_function(f, 0, "0v_i", 2, 0);
  asm_op(&f->code[0], RDO_OP_GlobalLoadI32, 4u, 0);
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(0));
  set_function(f, 1, "0v_v", 2, 1);
  asm_op(&f->code[1], RDO_OP_ConstI32, 77u, 0);
  asm_op(&f->code[1], RDO_OP_GlobalStoreI32, 4u, 0);
  asm_op(&f->code[1], RDO_OP_ListAlloc, 1u, 0, ASM_REF(0));
  asm_op(&f->code[1], RDO_OP_GlobalStoreRef, 1u, 1u, ASM_REF(0));
  asm_op(&f->code[1], RDO_OP_Return, ASM_NONE);
  vm_test_load(&f->vm, &f->def);
  union rdo_slot result;
  vm_test_call(&f->vm, "f", NULL, &result);
  assert_int_equal(result.i32, 77);
}

static void test_initializer_fails(void **state) {
  struct fixture *f = *state;
  f->def.exports[1] = (struct module_export){"__init", 1};
  set_empty(f);
  set_function(f, 1, "0v_v", 2, 1);
  asm_op(&f->code[1], RDO_OP_ConstI32, 18u, 0);
  asm_op(&f->code[1], RDO_OP_ListAlloc, 1u, 0, ASM_REF(0));  // one hold in the frame, one in a global
  asm_op(&f->code[1], RDO_OP_GlobalStoreRef, 1u, 1u, ASM_REF(0));
  asm_op(&f->code[1], RDO_OP_Fail, 0, "no device");
  refuse(f, RONDO_INCOMPATIBLE, "no device");
  assert_int_equal(rdo_atomic_load(&f->vm.context.heap->live_bytes, rdo_relaxed), 0);
  // The context is as it was: the next module loads.
  load_adder(f);
}

static void test_initializer_signature(void **state) {
  struct fixture *f = *state;
  f->def.exports[1] = (struct module_export){"__init", 1};
  set_empty(f);
  set_function(f, 1, "0i_v", 2, 1);
  asm_op(&f->code[1], RDO_OP_Return, ASM_NONE);
  refuse(f, RONDO_INVALID_ARGUMENT, "__init");
}

// Limits -------------------------------------------------------------------------------------------

static void expect_exhausted(struct fixture *f, const char *words) {
  union rdo_slot argument = {.i32 = 1}, result;
  assert_int_equal(vm_test_try(&f->vm, "f", &argument, &result), RONDO_RESOURCE_EXHAUSTED);
  if (strstr(f->vm.diag.message, words) == NULL) fail_msg("wanted '%s', got '%s'", words, f->vm.diag.message);
}

static void test_step_limit_of_branches(void **state) {
  struct fixture *f = *state;
  set_function(f, 0, "0i_i", 2, 0);
  asm_op(&f->code[0], RDO_OP_Branch, 0, ASM_NONE);
  vm_test_load(&f->vm, &f->def);
  expect_exhausted(f, "step limit");
}

static void test_step_limit_of_yields(void **state) {
  struct fixture *f = *state;
  set_function(f, 0, "0i_i", 2, 0);
  asm_op(&f->code[0], RDO_OP_Yield, 0, ASM_NONE);
  vm_test_load(&f->vm, &f->def);
  expect_exhausted(f, "step limit");
}

static void test_step_limit_of_calls(void **state) {
  struct fixture *f = *state;
  // Each level calls twice: the depth is small, the number of calls is not.
  set_function(f, 0, "0i_i", 4, 0);
  asm_op(&f->code[0], RDO_OP_ConstI32, 40u, 0);
  asm_op(&f->code[0], RDO_OP_Call, 1u, ASM_LIST(0), ASM_LIST(0));
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(0));
  set_function(f, 1, "0i_i", 4, 0);
  asm_op(&f->code[1], RDO_OP_CondBranch, 0, 1, ASM_NONE, 2, ASM_NONE);
  asm_block(&f->code[1], 1);
  asm_op(&f->code[1], RDO_OP_ConstI32, 1u, 1);
  asm_op(&f->code[1], RDO_OP_SubI32, 0, 1, 1);
  asm_op(&f->code[1], RDO_OP_Call, 1u, ASM_LIST(1), ASM_LIST(2));
  asm_op(&f->code[1], RDO_OP_Call, 1u, ASM_LIST(1), ASM_LIST(2));
  asm_op(&f->code[1], RDO_OP_Return, ASM_LIST(2));
  asm_block(&f->code[1], 2);
  asm_op(&f->code[1], RDO_OP_Return, ASM_LIST(0));
  vm_test_load(&f->vm, &f->def);
  expect_exhausted(f, "step limit");
}

static void test_step_limit_of_initializer(void **state) {
  struct fixture *f = *state;
  set_empty(f);
  f->def.exports[1] = (struct module_export){"__init", 1};
  set_function(f, 1, "0v_v", 0, 0);
  asm_op(&f->code[1], RDO_OP_Branch, 0, ASM_NONE);
  refuse(f, RONDO_RESOURCE_EXHAUSTED, "step limit");
}

static void test_heap_budget(void **state) {
  struct fixture *f = *state;
  // A loop that keeps what it allocates in a list.
  set_function(f, 0, "0i_i", 8, 2);
  asm_op(&f->code[0], RDO_OP_ListAlloc, 1u, 0, ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_Branch, 1, ASM_NONE);
  asm_block(&f->code[0], 1);
  asm_op(&f->code[0], RDO_OP_ListSize, ASM_REF(0), 1);
  asm_op(&f->code[0], RDO_OP_AddI32, 1, 0, 2);
  asm_op(&f->code[0], RDO_OP_ListResize, ASM_REF(0), 2);
  asm_op(&f->code[0], RDO_OP_ConstI64, (uint64_t)1000, 4);
  asm_op(&f->code[0], RDO_OP_ConstI32Zero, 3);
  asm_op(&f->code[0], RDO_OP_BufferAlloc, 4, 3, ASM_REF(1));
  asm_op(&f->code[0], RDO_OP_ListSetRef, ASM_REF(0), 1, ASM_MOVED(1));
  asm_op(&f->code[0], RDO_OP_Branch, 1, ASM_NONE);
  vm_test_load(&f->vm, &f->def);
  uint64_t before = rdo_atomic_load(&f->vm.context.heap->live_bytes, rdo_relaxed);
  for (int round = 0; round < 3; ++round) {
    expect_exhausted(f, "budget");
    assert_int_equal(rdo_atomic_load(&f->vm.context.heap->live_bytes, rdo_relaxed), before);
  }
}

static void test_budget_of_globals(void **state) {
  struct fixture *f = *state;
  set_empty(f);
  f->def.global_bytes = 1 << 17;
  refuse(f, RONDO_RESOURCE_EXHAUSTED, "budget");
}

static void test_stack_overflow(void **state) {
  struct fixture *f = *state;
  // Endless recursion with a ref in every frame, through the largest frame there is.
  set_function(f, 0, "0i_i", 2, 0);
  asm_op(&f->code[0], RDO_OP_Call, 1u, ASM_LIST(0), ASM_LIST(0));
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(0));
  set_function(f, 1, "0i_i", RDO_I32_REGISTERS_MAX, RDO_REF_REGISTERS_MAX);
  asm_op(&f->code[1], RDO_OP_ConstRefRodata, 0u, ASM_REF(RDO_REF_REGISTERS_MAX - 1));
  asm_op(&f->code[1], RDO_OP_ConstI32, 1u, RDO_I32_REGISTERS_MAX - 1);
  asm_op(&f->code[1], RDO_OP_Call, 1u, ASM_LIST(0), ASM_LIST(0));
  asm_op(&f->code[1], RDO_OP_Return, ASM_LIST(0));
  vm_test_load(&f->vm, &f->def);
  for (int round = 0; round < 2; ++round) {
    expect_exhausted(f, "stack");
    assert_int_equal(f->vm.module->rodata[0]->ref_count, 1);
  }
}

// Nested lists, a chain as long as the loop, die at once.
static void test_deep_nest(void **state) {
  struct fixture *f = *state;
  set_function(f, 0, "0i_i", 8, 2);
  asm_op(&f->code[0], RDO_OP_ConstI32, 1u, 1);
  asm_op(&f->code[0], RDO_OP_ConstI32Zero, 2);
  asm_op(&f->code[0], RDO_OP_ConstI32, 50000u, 3);
  asm_op(&f->code[0], RDO_OP_ConstI32Zero, 4);
  asm_op(&f->code[0], RDO_OP_Branch, 1, ASM_NONE);
  asm_block(&f->code[0], 1);
  asm_op(&f->code[0], RDO_OP_ListAlloc, 1u, 1, ASM_REF(1));
  asm_op(&f->code[0], RDO_OP_ListResize, ASM_REF(1), 1);
  asm_op(&f->code[0], RDO_OP_ListSetRef, ASM_REF(1), 2, ASM_MOVED(0));
  asm_op(&f->code[0], RDO_OP_AssignRef, ASM_MOVED(1), ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_AddI32, 4, 1, 4);
  asm_op(&f->code[0], RDO_OP_CmpLTI32S, 4, 3, 5);
  asm_op(&f->code[0], RDO_OP_CondBranch, 5, 1, ASM_NONE, 2, ASM_NONE);
  asm_block(&f->code[0], 2);
  asm_op(&f->code[0], RDO_OP_DiscardRefs, ASM_LIST(ASM_REF(0)));
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(4));
  vm_test_load(&f->vm, &f->def);
  union rdo_slot argument = {.i32 = 1}, result;
  vm_test_call(&f->vm, "f", &argument, &result);
  assert_int_equal(result.i32, 50000);
}

// A list in itself, in a global and left in a frame: nothing of it stays behind (see teardown).
static void test_list_in_itself(void **state) {
  struct fixture *f = *state;
  set_function(f, 0, "0i_i", 4, 2);
  asm_op(&f->code[0], RDO_OP_ConstI32Zero, 1);
  asm_op(&f->code[0], RDO_OP_ListAlloc, 1u, 0, ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_ListResize, ASM_REF(0), 0);
  asm_op(&f->code[0], RDO_OP_ListSetRef, ASM_REF(0), 1, ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_GlobalStoreRef, 0u, 1u, ASM_MOVED(0));
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(0));
  vm_test_load(&f->vm, &f->def);
  union rdo_slot argument = {.i32 = 1}, result;
  for (int round = 0; round < 3; ++round) vm_test_call(&f->vm, "f", &argument, &result);
}

// Suspension ---------------------------------------------------------------------------------------

// f(i, I): yields, calls `later` (may defer), calls a function that yields, returns the sum.
static void build_suspending(struct fixture *f) {
  f->def.imports[0] = (struct module_import){"test.later", "0iI_I", 0};
  set_function(f, 0, "0iI_I", 8, 1);
  asm_op(&f->code[0], RDO_OP_ConstRefRodata, 0u, ASM_REF(0));
  asm_op(&f->code[0], RDO_OP_Yield, 1, ASM_LIST(2, 4, 3, 5));
  asm_block(&f->code[0], 1);
  asm_op(&f->code[0], RDO_OP_CallYieldable, IMPORT(0), ASM_LIST(0, 4), 2, ASM_LIST(6));
  asm_block(&f->code[0], 2);
  asm_op(&f->code[0], RDO_OP_CallYieldable, 1u, ASM_LIST(6), 3, ASM_LIST(6));
  asm_block(&f->code[0], 3);
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(6));
  set_function(f, 1, "0I_I", 4, 0);
  asm_op(&f->code[1], RDO_OP_Yield, 1, ASM_NONE);
  asm_block(&f->code[1], 1);
  asm_op(&f->code[1], RDO_OP_AddI64, 0, 0, 0);
  asm_op(&f->code[1], RDO_OP_Return, ASM_LIST(0));
  vm_test_load(&f->vm, &f->def);
}

static void test_resume(void **state) {
  struct fixture *f = *state;
  build_suspending(f);
  const struct rdo_function *function = rdo_module_find(f->vm.module, "f", 1);
  struct rdo_invocation *invocation = &f->vm.context.invocation;
  union rdo_slot arguments[2] = {{.i32 = 3}, {.i64 = 1ll << 33}}, result;
  f->native.deferrals_left = 2;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_invocation_begin(invocation, function, arguments, INT64_MAX, &diag), RONDO_OK);
  assert_int_equal(rdo_invocation_run(invocation), RONDO_DEFERRED);  // the yield: nothing to wait for
  assert_null(invocation->wait);
  for (int i = 0; i < 2; ++i) {
    assert_int_equal(rdo_invocation_run(invocation), RONDO_DEFERRED);  // the native call
    assert_non_null(invocation->wait);
  }
  assert_int_equal(f->native.released, 0);
  assert_int_equal(rdo_invocation_run(invocation), RONDO_DEFERRED);  // the callee's yield
  assert_null(invocation->wait);
  assert_int_equal(rdo_invocation_run(invocation), RONDO_OK);
  rdo_invocation_end(invocation, function, &result);
  assert_int_equal(result.i64, 2 * ((1ll << 33) + 3));
  assert_int_equal(f->native.resumed_calls, 2);
  assert_int_equal(f->native.released, 1);
  assert_int_equal(f->vm.module->rodata[0]->ref_count, 1);
}

static void test_blocking_call(void **state) {
  struct fixture *f = *state;
  build_suspending(f);
  union rdo_slot arguments[2] = {{.i32 = 1}, {.i64 = 2}}, result;
  f->native.deferrals_left = 3;
  vm_test_call(&f->vm, "f", arguments, &result);
  assert_int_equal(result.i64, 6);
  assert_int_equal(f->native.waits, 3);
  assert_int_equal(f->native.released, 1);
  // And one that never defers, and one that fails after deferring.
  vm_test_call(&f->vm, "f", arguments, &result);
  assert_int_equal(result.i64, 6);
  assert_int_equal(f->native.resumed_calls, 3);
  f->native.deferrals_left = 1;
  f->native.fail_with = RONDO_DATA_LOSS;
  assert_int_equal(vm_test_try(&f->vm, "f", arguments, &result), RONDO_DATA_LOSS);
  assert_non_null(strstr(f->vm.diag.message, "native words"));
  assert_non_null(strstr(f->vm.diag.message, "test.later"));
  assert_int_equal(f->native.released, 2);
  assert_int_equal(f->vm.module->rodata[0]->ref_count, 1);
}

static void test_abandoned(void **state) {
  struct fixture *f = *state;
  build_suspending(f);
  const struct rdo_function *function = rdo_module_find(f->vm.module, "f", 1);
  struct rdo_invocation *invocation = &f->vm.context.invocation;
  union rdo_slot arguments[2] = {{.i32 = 3}, {.i64 = 4}};
  f->native.deferrals_left = 1;
  assert_int_equal(rdo_invocation_begin(invocation, function, arguments, INT64_MAX, NULL), RONDO_OK);
  assert_int_equal(rdo_invocation_run(invocation), RONDO_DEFERRED);
  assert_int_equal(rdo_invocation_run(invocation), RONDO_DEFERRED);
  assert_int_equal(f->vm.module->rodata[0]->ref_count, 2);
  rdo_invocation_unwind(invocation);
  assert_int_equal(f->vm.module->rodata[0]->ref_count, 1);
}

static void test_plain_call_cannot_defer(void **state) {
  struct fixture *f = *state;
  f->def.imports[0] = (struct module_import){"test.later", "0iI_I", 0};
  set_function(f, 0, "0iI_I", 4, 0);
  asm_op(&f->code[0], RDO_OP_Call, IMPORT(0), ASM_LIST(0, 2), ASM_LIST(2));
  asm_op(&f->code[0], RDO_OP_Return, ASM_LIST(2));
  vm_test_load(&f->vm, &f->def);
  union rdo_slot arguments[2] = {{.i32 = 3}, {.i64 = 4}}, result;
  vm_test_call(&f->vm, "f", arguments, &result);
  assert_int_equal(result.i64, 7);
  f->native.deferrals_left = 1;
  assert_int_equal(vm_test_try(&f->vm, "f", arguments, &result), RONDO_UNIMPLEMENTED);
  assert_int_equal(f->native.released, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define STEP_TEST(name) cmocka_unit_test_setup_teardown(name, setup_steps, teardown)
#define HEAP_TEST(name) cmocka_unit_test_setup_teardown(name, setup_heap, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_dependencies),
      TEST(test_imports_refused),
      TEST(test_types_refused),
      TEST(test_optional_import),
      TEST(test_spans),
      TEST(test_cross_module),
      TEST(test_cross_module_refused),
      TEST(test_initializer),
      TEST(test_initializer_fails),
      TEST(test_initializer_signature),
      STEP_TEST(test_step_limit_of_branches),
      STEP_TEST(test_step_limit_of_yields),
      STEP_TEST(test_step_limit_of_calls),
      STEP_TEST(test_step_limit_of_initializer),
      HEAP_TEST(test_heap_budget),
      HEAP_TEST(test_budget_of_globals),
      TEST(test_stack_overflow),
      TEST(test_deep_nest),
      TEST(test_list_in_itself),
      TEST(test_resume),
      TEST(test_blocking_call),
      TEST(test_abandoned),
      TEST(test_plain_call_cannot_defer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
