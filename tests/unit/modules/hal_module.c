// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What programs may import from the `hal` module, and how its functions take their arguments.

#include "modules/hal_module.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "hal/tensor.h"
#include "native_call.h"
#include "vm/types.h"

struct import {
  const char *name;
  const char *cconv;
};

// Version 7 as compilers know it, in full.
static const struct import imports[] = {
    {"devices.count", "0v_i"},
    {"devices.get", "0i_r"},
    {"device.allocator", "0r_r"},
    {"device.query.i64", "0rrr_iI"},
    {"device.queue.alloca", "0rIrrIiiII_r"},
    {"device.queue.dealloca", "0rIrrrI_v"},
    {"device.queue.fill", "0rIrrrIIIiI_v"},
    {"device.queue.update", "0rIrrrIrIII_v"},
    {"device.queue.copy", "0rIrrrIrIII_v"},
    {"device.queue.read", "0rIrrrIrIII_v"},
    {"device.queue.write", "0rIrrrIrIII_v"},
    {"device.queue.barrier", "0rIrrI_v"},
    {"device.queue.execute", "0rIrrrI_v"},
    {"device.queue.execute.indirect", "0rIrrrICrIID_v"},
    {"device.queue.flush", "0rI_v"},
    {"command_buffer.create", "0riiIi_r"},
    {"command_buffer.finalize", "0r_v"},
    {"command_buffer.dispatch", "0rrIiiiICiDCiirIID_v"},
    {"command_buffer.dispatch.indirect", "0rrIirIICiDCiirIID_v"},
    {"command_buffer.execution_barrier", "0riiI_v"},
    {"command_buffer.fill_buffer", "0rrIIiIiI_v"},
    {"command_buffer.copy_buffer", "0riirIrIII_v"},
    {"command_buffer.update_buffer", "0rrIrIIiI_v"},
    {"command_buffer.begin_debug_group", "0rr_v"},
    {"command_buffer.end_debug_group", "0r_v"},
    {"command_buffer.advise_buffer", "0rrIIIi_v"},
    {"command_buffer.collective", "0rriiiirrIIIII_v"},
    {"executable.create", "0rIrrr_r"},
    {"executable.lookup.function", "0rr_I"},
    {"allocator.allocate", "0rIiiI_r"},
    {"allocator.import", "0riIiirII_r"},
    {"allocator.select", "0iiICrID_rI"},
    {"buffer.assert", "0rrrIii_v"},
    {"buffer.load", "0rIi_i"},
    {"buffer.store", "0irIi_v"},
    {"buffer.length", "0r_I"},
    {"buffer.subspan", "0rII_r"},
    {"buffer.allocation.preserve", "0r_v"},
    {"buffer.allocation.discard", "0r_i"},
    {"buffer.allocation.is_terminal", "0r_i"},
    {"buffer_view.create", "0rIIiiCID_r"},
    {"buffer_view.assert", "0rriiCID_v"},
    {"buffer_view.buffer", "0r_r"},
    {"buffer_view.dim", "0ri_I"},
    {"buffer_view.rank", "0r_i"},
    {"buffer_view.element_type", "0r_i"},
    {"buffer_view.encoding_type", "0r_i"},
    {"buffer_view.trace", "0rCrD_v"},
    {"fence.create", "0rI_r"},
    {"fence.join", "0ICrD_r"},
    {"fence.await", "0iICrD_i"},
    {"fence.query", "0r_i"},
    {"fence.signal", "0r_v"},
    {"fence.fail", "0ri_v"},
    {"ex.file.from_memory", "0rIirIIi_r"},
    {"channel.create", "0rIIrrii_r"},
    {"channel.split", "0riiI_r"},
    {"channel.rank_and_count", "0r_ii"},
};
enum { IMPORT_COUNT = sizeof imports / sizeof imports[0] };

static const char *const type_names[] = {
    "hal.allocator", "hal.buffer", "hal.buffer_view", "hal.channel", "hal.command_buffer", "hal.device",
    "hal.event", "hal.executable", "hal.fence", "hal.file", "hal.semaphore",
};
enum { TYPE_COUNT = sizeof type_names / sizeof type_names[0] };

static const struct rdo_native_function *find(const char *name) {
  for (uint32_t i = 0; i < rdo_hal_module.function_count; ++i) {
    if (strcmp(rdo_hal_module.functions[i].name, name) == 0) return &rdo_hal_module.functions[i];
  }
  fail_msg("hal.%s is missing", name);
  return NULL;
}

static void test_version(void **state) {
  (void)state;
  assert_string_equal(rdo_hal_module.name, "hal");
  assert_int_equal(rdo_hal_module.version, 7);
}

// The linker searches by halves.
static void test_sorted(void **state) {
  (void)state;
  for (uint32_t i = 1; i < rdo_hal_module.function_count; ++i) {
    const char *before = rdo_hal_module.functions[i - 1].name, *after = rdo_hal_module.functions[i].name;
    if (strcmp(before, after) >= 0) fail_msg("%s stands before %s", before, after);
  }
}

static void test_imports(void **state) {
  (void)state;
  for (int i = 0; i < IMPORT_COUNT; ++i) {
    const struct rdo_native_function *function = find(imports[i].name);
    if (strcmp(function->cconv, imports[i].cconv) != 0) fail_msg("%s is %s, not %s", function->name, function->cconv, imports[i].cconv);
    assert_non_null(function->fn);
  }
  assert_int_equal(rdo_hal_module.function_count, IMPORT_COUNT);
}

static void test_cconvs_parse(void **state) {
  (void)state;
  for (uint32_t i = 0; i < rdo_hal_module.function_count; ++i) {
    const char *text = rdo_hal_module.functions[i].cconv;
    struct rdo_cconv cconv;
    assert_int_equal(rdo_cconv_parse((struct rdo_bytes){(const uint8_t *)text, strlen(text)}, &cconv, NULL), RONDO_OK);
    assert_true(cconv.result_length <= RDO_NATIVE_RESULTS_MAX);
  }
}

static void test_types(void **state) {
  (void)state;
  assert_int_equal(rdo_hal_module.type_count, TYPE_COUNT);
  for (int i = 0; i < TYPE_COUNT; ++i) {
    bool is_found = false;
    for (uint32_t k = 0; k < rdo_hal_module.type_count; ++k) is_found |= strcmp(rdo_hal_module.types[k]->name, type_names[i]) == 0;
    if (!is_found) fail_msg("type %s is missing", type_names[i]);
  }
}

// Calls ----------------------------------------------------------------------------------------------

static struct rdo_device *device;
static struct native_call call;

static int begin(void **state) {
  (void)state;
  return rdo_device_create(&(const struct rdo_device_options){.name = "local-sync"}, &device, NULL) != RONDO_OK;
}

static int finish(void **state) {
  (void)state;
  uint32_t holds = rdo_atomic_load(&device->object.ref_count, rdo_relaxed);  // relaxed: one thread
  uint64_t live = rdo_atomic_load(&device->heap->live_bytes, rdo_relaxed);   // relaxed: counter
  rdo_object_release(&device->object);
  return holds != 1 || live != 0;
}

static enum rondo_status invoke(const char *name) { return native_call_invoke(&call, find(name), device); }

static union rdo_slot expect_result(const char *name) {
  if (invoke(name) != RONDO_OK) fail_msg("%s: %s", name, call.diag.message);
  return call.call.results[0];
}

static void expect_failure(const char *name, enum rondo_status wanted, const char *words) {
  enum rondo_status status = invoke(name);
  if (status != wanted || call.diag.status != wanted || strstr(call.diag.message, words) == NULL) {
    fail_msg("%s: wanted %s with '%s', got %s '%s'", name, rondo_status_name(wanted), words, rondo_status_name(status), call.diag.message);
  }
}

static void test_devices(void **state) {
  (void)state;
  native_call_begin(&call);
  assert_int_equal(expect_result("devices.count").i32, 1);
  for (int32_t i = -1; i < 3; ++i) {
    native_call_begin(&call);
    native_call_i32(&call, i);
    struct rdo_object *found = expect_result("devices.get").ref;
    assert_ptr_equal(found, i == 0 ? &device->object : NULL);
    rdo_object_release(found);
  }
}

static void expect_query(const char *category, const char *key, int32_t is_known, int64_t value) {
  struct rdo_vm_buffer *texts[2] = {native_text(category), native_text(key)};
  native_call_begin(&call);
  native_call_ref(&call, &device->object);
  native_call_ref(&call, &texts[0]->object);
  native_call_ref(&call, &texts[1]->object);
  if (expect_result("device.query.i64").i32 != is_known || call.call.results[1].i64 != value) {
    fail_msg("%s %s: %d %d", category, key, call.call.results[0].i32, (int)call.call.results[1].i64);
  }
  rdo_object_release(&texts[0]->object);
  rdo_object_release(&texts[1]->object);
}

static void test_queries(void **state) {
  (void)state;
  char format[64];
  snprintf(format, sizeof format, "embedded-elf-%s", rdo_cpu_arch());
  expect_query("hal.device.id", "local*", 1, 1);
  expect_query("hal.device.id", "vulkan*", 1, 0);
  expect_query("hal.executable.format", format, 1, 1);
  expect_query("hal.executable.format", "no-such-format", 1, 0);
  expect_query("hal.device", "concurrency", 1, 1);
  expect_query("hal.dispatch", "concurrency", 1, 1);
  expect_query("hal.cpu", "no-such-feature", 0, 0);
  expect_query("hal.device", "no-such-key", 0, 0);
  expect_query("no-such-category", "concurrency", 0, 0);
  expect_query("", "", 0, 0);
}

// A ref of another type, and a null where none may be.
static void test_wrong_refs(void **state) {
  (void)state;
  native_call_begin(&call);
  native_call_ref(&call, &device->object);
  expect_failure("buffer.length", RONDO_INVALID_ARGUMENT, "ref type mismatch: argument 0 must be a hal.buffer, but is hal.device");
  native_call_begin(&call);
  native_call_ref(&call, NULL);
  expect_failure("buffer.length", RONDO_INVALID_ARGUMENT, "but is null");
  expect_failure("command_buffer.finalize", RONDO_INVALID_ARGUMENT, "hal.command_buffer");
  expect_failure("device.allocator", RONDO_INVALID_ARGUMENT, "hal.device");
  // Fences may be null: reached already.
  native_call_i32(&call, 3);
  assert_int_equal(expect_result("fence.query").i32, RONDO_OK);
  assert_int_equal(invoke("fence.signal"), RONDO_OK);
  assert_int_equal(invoke("fence.fail"), RONDO_OK);
  native_call_begin(&call);
  native_call_ref(&call, &device->object);
  expect_failure("fence.query", RONDO_INVALID_ARGUMENT, "hal.fence");
}

// Flags that change what arguments mean are refused; with others it comes to the executable, which is none here.
static void test_dispatch_flags(void **state) {
  (void)state;
  static const struct {
    int64_t flags;
    bool is_known;
  } rows[] = {{0, true}, {1, true}, {2, true}, {0x20, true}, {0x40, true}, {0x63, true}, {4, false}, {8, false}, {0x10, false}, {0x21 | 4, false}, {0x80, false}, {INT64_MIN, false}};
  native_call_begin(&call);
  native_call_ref(&call, &device->object);
  native_call_i32(&call, 0);
  native_call_i32(&call, 3);
  native_call_i64(&call, -1);
  native_call_i32(&call, 0);
  struct rdo_object *recording = expect_result("command_buffer.create").ref;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    for (int is_indirect = 0; is_indirect < 2; ++is_indirect) {
      native_call_begin(&call);
      native_call_ref(&call, recording);
      native_call_ref(&call, NULL);
      native_call_i64(&call, 0);
      native_call_i32(&call, 1);
      if (is_indirect) {
        native_call_ref(&call, NULL);
        native_call_i64(&call, 0);
      } else {
        native_call_i32(&call, 1);
        native_call_i32(&call, 1);
      }
      native_call_i64(&call, rows[i].flags);
      native_call_span(&call, 0);
      native_call_span(&call, 0);
      const char *name = is_indirect ? "command_buffer.dispatch.indirect" : "command_buffer.dispatch";
      if (rows[i].is_known) expect_failure(name, RONDO_INVALID_ARGUMENT, "argument 1 must be a hal.executable");
      else expect_failure(name, RONDO_UNIMPLEMENTED, "dispatch with flags 0x");
    }
  }
  rdo_object_release(recording);
}

static struct rdo_buffer *allocate(int64_t byte_length) {
  native_call_begin(&call);
  native_call_ref(&call, &device->heap->object);
  native_call_i64(&call, -1);
  native_call_i32(&call, RDO_MEMORY_DEVICE_LOCAL);
  native_call_i32(&call, RDO_USAGE_DEFAULT);
  native_call_i64(&call, byte_length);
  return rdo_buffer_of(expect_result("allocator.allocate").ref);
}

static void begin_store(struct rdo_buffer *buffer, int32_t value, int64_t offset, int32_t byte_count) {
  native_call_begin(&call);
  native_call_i32(&call, value);
  native_call_ref(&call, &buffer->object);
  native_call_i64(&call, offset);
  native_call_i32(&call, byte_count);
}

static void begin_load(struct rdo_buffer *buffer, int64_t offset, int32_t byte_count) {
  native_call_begin(&call);
  native_call_ref(&call, &buffer->object);
  native_call_i64(&call, offset);
  native_call_i32(&call, byte_count);
}

static void test_load_and_store(void **state) {
  (void)state;
  struct rdo_buffer *buffer = allocate(8);
  memset(rdo_buffer_data(buffer), 0xEE, 8);
  for (int32_t size = 1; size <= 4; ++size) {
    begin_store(buffer, (int32_t)0x84838281, 8 - size, size);
    assert_int_equal(invoke("buffer.store"), RONDO_OK);
    begin_load(buffer, 8 - size, size);
    assert_int_equal((uint32_t)expect_result("buffer.load").i32, 0x84838281u & (uint32_t)((UINT64_C(1) << 8 * size) - 1));  // zero-extended
    begin_load(buffer, 9 - size, size);
    expect_failure("buffer.load", RONDO_OUT_OF_RANGE, "lie outside");
    begin_store(buffer, 0, 9 - size, size);
    expect_failure("buffer.store", RONDO_OUT_OF_RANGE, "lie outside");
  }
  assert_int_equal(rdo_buffer_data(buffer)[3], 0xEE);
  const int32_t sizes[] = {0, 5, 8, -1, INT32_MIN};
  for (int i = 0; i < 5; ++i) {
    begin_load(buffer, 0, sizes[i]);
    expect_failure("buffer.load", RONDO_INVALID_ARGUMENT, "scalar of");
  }
  begin_load(buffer, -1, 1);
  expect_failure("buffer.load", RONDO_OUT_OF_RANGE, "lie outside");
  rdo_object_release(&buffer->object);
}

static void begin_assert(struct rdo_buffer *buffer, struct rdo_vm_buffer *message, int64_t length, int32_t memory_type, int32_t usage) {
  native_call_begin(&call);
  native_call_ref(&call, &buffer->object);
  native_call_ref(&call, &message->object);
  native_call_ref(&call, &device->heap->object);
  native_call_i64(&call, length);
  native_call_i32(&call, memory_type);
  native_call_i32(&call, usage);
}

static void test_buffer_assert(void **state) {
  (void)state;
  struct rdo_buffer *buffer = allocate(100);
  struct rdo_vm_buffer *message = native_text("input0");
  begin_assert(buffer, message, 100, 0x10, 0xC03);  // what compilers ask of inputs
  assert_int_equal(invoke("buffer.assert"), RONDO_OK);
  begin_assert(buffer, message, 101, 0x10, 0xC03);
  expect_failure("buffer.assert", RONDO_INVALID_ARGUMENT, "input0 buffer is too small; need 0x65 but have 0x64");
  begin_assert(buffer, message, 100, 0x80, 0xC03);
  expect_failure("buffer.assert", RONDO_PERMISSION_DENIED, "input0 memory type mismatch");
  begin_assert(buffer, message, 100, 0x10, 0x1000);
  expect_failure("buffer.assert", RONDO_PERMISSION_DENIED, "input0 buffer usage mismatch");
  rdo_object_release(&buffer->object);
  rdo_object_release(&message->object);
}

static void test_ownership_counter(void **state) {
  (void)state;
  struct rdo_buffer *buffer = allocate(1);
  native_call_begin(&call);
  native_call_ref(&call, &buffer->object);
  assert_int_equal(expect_result("buffer.allocation.is_terminal").i32, 1);
  assert_int_equal(invoke("buffer.allocation.preserve"), RONDO_OK);
  assert_int_equal(expect_result("buffer.allocation.is_terminal").i32, 0);
  assert_int_equal(expect_result("buffer.allocation.discard").i32, 0);
  assert_int_equal(expect_result("buffer.allocation.is_terminal").i32, 1);
  assert_int_equal(expect_result("buffer.allocation.discard").i32, 1);
  rdo_object_release(&buffer->object);
}

static void begin_view(struct rdo_buffer *buffer, int64_t offset, int64_t length, const int64_t *dims, uint16_t rank) {
  native_call_begin(&call);
  native_call_ref(&call, &buffer->object);
  native_call_i64(&call, offset);
  native_call_i64(&call, length);
  native_call_i32(&call, RONDO_ELEMENT_F32);
  native_call_i32(&call, RDO_ENCODING_DENSE_ROW_MAJOR);
  native_call_span(&call, rank);
  for (int i = 0; i < rank; ++i) native_call_i64(&call, dims[i]);
}

static void test_views(void **state) {
  (void)state;
  struct rdo_buffer *buffer = allocate(96);
  begin_view(buffer, 32, 64, (const int64_t[]){4, 4}, 2);
  struct rdo_object *view = expect_result("buffer_view.create").ref;
  assert_ptr_equal(rdo_buffer_data(rdo_tensor_of(view)->buffer), rdo_buffer_data(buffer) + 32);
  native_call_begin(&call);
  native_call_ref(&call, view);
  assert_int_equal(expect_result("buffer_view.rank").i32, 2);
  assert_int_equal(expect_result("buffer_view.element_type").i32, RONDO_ELEMENT_F32);
  assert_int_equal(expect_result("buffer_view.encoding_type").i32, 1);
  struct rdo_object *inside = expect_result("buffer_view.buffer").ref;
  assert_ptr_equal(inside, &rdo_tensor_of(view)->buffer->object);
  rdo_object_release(inside);
  for (int32_t axis = -1; axis < 4; ++axis) {
    native_call_begin(&call);
    native_call_ref(&call, view);
    native_call_i32(&call, axis);
    assert_int_equal(expect_result("buffer_view.dim").i64, axis == 0 || axis == 1 ? 4 : 0);  // 0 past the ends
  }
  rdo_object_release(view);
  begin_view(buffer, 0, 96, NULL, 0);
  view = expect_result("buffer_view.create").ref;
  assert_int_equal(rdo_tensor_of(view)->rank, 0);
  rdo_object_release(view);
  begin_view(buffer, 32, 64, (const int64_t[]){17}, 1);
  expect_failure("buffer_view.create", RONDO_OUT_OF_RANGE, "tensor of 68 bytes does not fit in a buffer of 64 bytes");
  begin_view(buffer, 33, 64, (const int64_t[]){1}, 1);
  expect_failure("buffer_view.create", RONDO_OUT_OF_RANGE, "bytes 33 + 64 lie outside the buffer of 96 bytes");
  rdo_object_release(&buffer->object);
}

static void begin_import(struct rdo_vm_buffer *source, int32_t may_fail, int32_t usage, int64_t offset, int64_t length) {
  native_call_begin(&call);
  native_call_ref(&call, &device->heap->object);
  native_call_i32(&call, may_fail);
  native_call_i64(&call, -1);
  native_call_i32(&call, RDO_MEMORY_DEVICE_LOCAL);
  native_call_i32(&call, usage);
  native_call_ref(&call, &source->object);
  native_call_i64(&call, offset);
  native_call_i64(&call, length);
}

static void test_import(void **state) {
  (void)state;
  enum { IMMUTABLE = 0x80C03 };
  _Alignas(64) static const uint8_t constants[256] = {1};
  struct rdo_vm_buffer *source = NULL;
  assert_int_equal(rdo_vm_buffer_wrap((struct rdo_bytes){constants, sizeof constants}, false, NULL, &source, NULL), RONDO_OK);
  begin_import(source, 1, IMMUTABLE, 64, -1);
  struct rdo_buffer *buffer = rdo_buffer_of(expect_result("allocator.import").ref);
  assert_ptr_equal(rdo_buffer_data(buffer), constants + 64);
  assert_int_equal(buffer->byte_length, 192);
  begin_store(buffer, 0, 0, 1);
  expect_failure("buffer.store", RONDO_PERMISSION_DENIED, "read-only");
  // What cannot be imported is null for those who try, and an error for the others.
  begin_import(source, 1, IMMUTABLE, 65, 1);
  assert_null(expect_result("allocator.import").ref);
  begin_import(source, 0, IMMUTABLE, 65, 1);
  expect_failure("allocator.import", RONDO_OUT_OF_RANGE, "not aligned");
  begin_import(source, 1, 0xC03, 0, -1);
  assert_null(expect_result("allocator.import").ref);
  begin_import(source, 0, 0xC03, 0, -1);
  expect_failure("allocator.import", RONDO_PERMISSION_DENIED, "read-only memory");
  for (int32_t may_fail = 0; may_fail < 2; ++may_fail) {
    begin_import(source, may_fail, IMMUTABLE, 64, 193);
    expect_failure("allocator.import", RONDO_INVALID_ARGUMENT, "import of bytes 64 + 193 of a buffer of 256");
    begin_import(source, may_fail, IMMUTABLE, 257, -1);
    expect_failure("allocator.import", RONDO_INVALID_ARGUMENT, "import of");
  }
  rdo_object_release(&source->object);  // the import holds it
  rdo_object_release(&buffer->object);
}

static void test_fences(void **state) {
  (void)state;
  native_call_begin(&call);
  native_call_ref(&call, &device->object);
  native_call_i64(&call, 0);
  struct rdo_object *fences[2] = {expect_result("fence.create").ref, expect_result("fence.create").ref};
  native_call_begin(&call);
  native_call_i64(&call, 0);
  native_call_span(&call, 3);
  native_call_ref(&call, fences[0]);
  native_call_ref(&call, NULL);
  native_call_ref(&call, fences[1]);
  struct rdo_object *joined = expect_result("fence.join").ref;
  native_call_begin(&call);
  native_call_i64(&call, 0);
  native_call_span(&call, 1);
  native_call_ref(&call, NULL);
  assert_null(expect_result("fence.join").ref);
  native_call_begin(&call);
  native_call_ref(&call, joined);
  assert_int_equal(expect_result("fence.query").i32, RONDO_DEFERRED);
  native_call_begin(&call);
  native_call_ref(&call, fences[0]);
  assert_int_equal(invoke("fence.signal"), RONDO_OK);
  native_call_begin(&call);
  native_call_ref(&call, fences[1]);
  native_call_i32(&call, 0xE0 | RONDO_ABORTED);  // only the low five bits are the status
  assert_int_equal(invoke("fence.fail"), RONDO_OK);
  native_call_begin(&call);
  native_call_ref(&call, joined);
  assert_int_equal(expect_result("fence.query").i32, RONDO_ABORTED);
  rdo_object_release(joined);
  rdo_object_release(fences[0]);
  rdo_object_release(fences[1]);
}

// A fence cannot fail with what is no failure.
static void test_fail_with_no_failure(void **state) {
  (void)state;
  const int32_t statuses[] = {RONDO_OK, RONDO_DEFERRED};
  for (int i = 0; i < 2; ++i) {
    struct rdo_fence *fence = NULL;
    assert_int_equal(rdo_fence_create(&fence, NULL), RONDO_OK);
    native_call_begin(&call);
    native_call_ref(&call, &fence->object);
    native_call_i32(&call, statuses[i]);
    assert_int_equal(invoke("fence.fail"), RONDO_OK);
    assert_int_equal(rdo_fence_query(fence), RONDO_UNKNOWN);
    rdo_object_release(&fence->object);
  }
}

// What needs no waiting is answered at once.
static void test_await(void **state) {
  (void)state;
  struct rdo_fence *fence = NULL;
  assert_int_equal(rdo_fence_create(&fence, NULL), RONDO_OK);
  native_call_begin(&call);
  native_call_i32(&call, 0);  // ms
  native_call_i64(&call, 0);
  native_call_span(&call, 2);
  native_call_ref(&call, NULL);
  native_call_ref(&call, &fence->object);
  assert_int_equal(expect_result("fence.await").i32, RONDO_DEADLINE_EXCEEDED);  // a value, no failure
  rdo_fence_fail(fence, RONDO_DATA_LOSS);
  expect_failure("fence.await", RONDO_DATA_LOSS, "failed to wait");
  rdo_object_release(&fence->object);
  assert_int_equal(rdo_fence_create(&fence, NULL), RONDO_OK);
  rdo_fence_signal(fence);
  native_call_begin(&call);
  native_call_i32(&call, -1);
  native_call_i64(&call, 0);
  native_call_span(&call, 1);
  native_call_ref(&call, &fence->object);
  assert_int_equal(expect_result("fence.await").i32, RONDO_OK);
  rdo_object_release(&fence->object);
}

static void test_collectives(void **state) {
  (void)state;
  native_call_begin(&call);
  expect_failure("channel.create", RONDO_UNIMPLEMENTED, "collectives");
}

#define CALL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_version),  cmocka_unit_test(test_sorted), cmocka_unit_test(test_imports),
      cmocka_unit_test(test_cconvs_parse), cmocka_unit_test(test_types), CALL_TEST(test_devices),
      CALL_TEST(test_queries),         CALL_TEST(test_wrong_refs), CALL_TEST(test_dispatch_flags),    CALL_TEST(test_load_and_store),
      CALL_TEST(test_buffer_assert),   CALL_TEST(test_ownership_counter), CALL_TEST(test_views),
      CALL_TEST(test_import),          CALL_TEST(test_fences),        CALL_TEST(test_fail_with_no_failure),
      CALL_TEST(test_await),           CALL_TEST(test_collectives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
