// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct rdo_heap *heap;
static struct rondo_diag diag;

static int make_heap(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  return rdo_heap_create(0, &heap, NULL) != RONDO_OK;
}

// Every test gives back all it took.
static int end_heap(void **state) {
  (void)state;
  uint64_t live = rdo_atomic_load(&heap->live_bytes, rdo_relaxed);  // relaxed: counter
  rdo_object_release(&heap->object);
  return live != 0;
}

static struct rdo_buffer *make(uint64_t byte_length) {
  struct rdo_buffer *buffer = NULL;
  assert_int_equal(rdo_buffer_create(heap, RDO_MEMORY_DEVICE_LOCAL, RDO_USAGE_DEFAULT, byte_length, true, &buffer, NULL), RONDO_OK);
  return buffer;
}

static struct rdo_buffer *subspan(struct rdo_buffer *buffer, uint64_t offset, uint64_t length) {
  struct rdo_buffer *view = NULL;
  if (rdo_buffer_subspan(buffer, offset, length, &view, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return view;
}

static void end(struct rdo_buffer *buffer) { rdo_object_release(&buffer->object); }

static void test_create(void **state) {
  (void)state;
  static const uint8_t zeros[100];
  struct rdo_buffer *buffer = make(100);
  assert_int_equal(buffer->byte_length, 100);
  assert_memory_equal(rdo_buffer_data(buffer), zeros, 100);
  rdo_buffer_decommit(buffer);  // not a transient: nothing happens
  assert_non_null(rdo_buffer_data(buffer));
  end(buffer);
  buffer = make(0);
  assert_non_null(rdo_buffer_data(buffer));
  end(buffer);
}

// Host memory is all of it at once; the allocation hint is no property.
static void test_types(void **state) {
  (void)state;
  struct rdo_buffer *buffer = NULL;
  assert_int_equal(rdo_buffer_create(heap, 0x31, 0x400, 1, false, &buffer, NULL), RONDO_OK);
  assert_int_equal(buffer->memory_type & RDO_MEMORY_OPTIMAL, 0);
  assert_int_equal(buffer->memory_type & RDO_MEMORY_DEVICE_LOCAL, RDO_MEMORY_DEVICE_LOCAL);
  assert_int_equal(buffer->memory_type & RDO_MEMORY_HOST_VISIBLE, RDO_MEMORY_HOST_VISIBLE);
  assert_int_equal(buffer->usage, 0x400 | RDO_USAGE_MAPPING);
  end(buffer);
}

static void test_over_budget(void **state) {
  (void)state;
  struct rdo_heap *small;
  struct rdo_buffer *buffer = (struct rdo_buffer *)&diag;
  assert_int_equal(rdo_heap_create(10, &small, NULL), RONDO_OK);
  assert_int_equal(rdo_buffer_create(small, 0, 0, 11, false, &buffer, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_null(buffer);
  assert_int_equal(diag.status, RONDO_RESOURCE_EXHAUSTED);
  rdo_object_release(&small->object);
}

// The heap lives as long as a buffer of it.
static void test_holds_heap(void **state) {
  (void)state;
  struct rdo_heap *own;
  struct rdo_buffer *buffer = NULL;
  assert_int_equal(rdo_heap_create(0, &own, NULL), RONDO_OK);
  assert_int_equal(rdo_buffer_create(own, 0, 0, 100, false, &buffer, NULL), RONDO_OK);
  rdo_object_release(&own->object);
  memset(rdo_buffer_data(buffer), 1, 100);
  assert_int_equal(rdo_atomic_load(&own->live_bytes, rdo_relaxed), 100);  // relaxed: counter
  end(buffer);
}

static void test_subspan(void **state) {
  (void)state;
  struct rdo_buffer *buffer = make(1000);
  struct rdo_buffer *view = subspan(buffer, 100, 500);
  struct rdo_buffer *inner = subspan(view, 64, 128);
  struct rdo_buffer *rest = subspan(inner, 28, RDO_WHOLE_BUFFER);
  assert_int_equal(view->byte_length, 500);
  assert_int_equal(inner->byte_length, 128);
  assert_int_equal(rest->byte_length, 100);
  assert_ptr_equal(rdo_buffer_data(view), rdo_buffer_data(buffer) + 100);
  assert_ptr_equal(rdo_buffer_data(inner), rdo_buffer_data(buffer) + 164);
  assert_ptr_equal(rdo_buffer_data(rest), rdo_buffer_data(buffer) + 192);
  assert_int_equal(view->usage, buffer->usage);
  assert_int_equal(view->memory_type, buffer->memory_type);
  // Each view holds the memory by itself.
  end(buffer);
  end(view);
  end(inner);
  memset(rdo_buffer_data(rest), 1, 100);
  end(rest);
}

static void test_whole_subspan_is_itself(void **state) {
  (void)state;
  struct rdo_buffer *buffer = make(100);
  struct rdo_buffer *same = subspan(buffer, 0, 100), *also = subspan(buffer, 0, RDO_WHOLE_BUFFER);
  assert_ptr_equal(same, buffer);
  assert_ptr_equal(also, buffer);
  struct rdo_buffer *empty = subspan(buffer, 100, 0), *none = subspan(buffer, 100, RDO_WHOLE_BUFFER);
  assert_int_equal(empty->byte_length, 0);
  assert_int_equal(none->byte_length, 0);
  end(buffer);
  end(same);
  end(also);
  end(empty);
  end(none);
}

static void expect_outside(struct rdo_buffer *buffer, uint64_t offset, uint64_t length) {
  struct rdo_buffer *view = buffer;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_buffer_subspan(buffer, offset, length, &view, &diag), RONDO_OUT_OF_RANGE);
  assert_int_equal(diag.status, RONDO_OUT_OF_RANGE);
  assert_null(view);
}

static void test_subspan_outside(void **state) {
  (void)state;
  struct rdo_buffer *buffer = make(1000);
  struct rdo_buffer *view = subspan(buffer, 100, 100);
  for (int i = 0; i < 2; ++i) {
    struct rdo_buffer *each = i == 0 ? buffer : view;
    expect_outside(each, 0, each->byte_length + 1);
    expect_outside(each, each->byte_length, 1);
    expect_outside(each, each->byte_length + 1, 0);
    expect_outside(each, each->byte_length + 1, RDO_WHOLE_BUFFER);
    expect_outside(each, UINT64_MAX, 1);
    expect_outside(each, UINT64_MAX - 1, RDO_WHOLE_BUFFER);
    expect_outside(each, 10, UINT64_MAX - 10);
    expect_outside(each, 10, UINT64_MAX - 9);
  }
  end(view);
  end(buffer);
}

static void test_check_range(void **state) {
  (void)state;
  struct rdo_buffer *buffer = make(100);
  uint64_t length = RDO_WHOLE_BUFFER;
  assert_int_equal(rdo_buffer_check_range(buffer, 30, &length, NULL), RONDO_OK);
  assert_int_equal(length, 70);
  length = RDO_WHOLE_BUFFER;
  assert_int_equal(rdo_buffer_check_range(buffer, 100, &length, NULL), RONDO_OK);
  assert_int_equal(length, 0);
  length = 71;
  assert_int_equal(rdo_buffer_check_range(buffer, 30, &length, &diag), RONDO_OUT_OF_RANGE);
  assert_string_equal(diag.message, "bytes 30 + 71 lie outside the buffer of 100 bytes");
  end(buffer);
}

static void test_transient(void **state) {
  (void)state;
  struct rdo_buffer *buffer = NULL;
  assert_int_equal(rdo_buffer_create_transient(heap, 0, 0, 200, &buffer, NULL), RONDO_OK);
  struct rdo_buffer *view = subspan(buffer, 50, 50);
  assert_null(rdo_buffer_data(buffer));
  assert_null(rdo_buffer_data(view));
  assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 0);  // relaxed: counter
  rdo_buffer_decommit(buffer);  // not committed: nothing happens
  for (int round = 0; round < 2; ++round) {
    assert_int_equal(rdo_buffer_commit(buffer, true, NULL), RONDO_OK);
    assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 200);  // relaxed: counter
    assert_ptr_equal(rdo_buffer_data(view), rdo_buffer_data(buffer) + 50);
    rdo_buffer_decommit(view);  // the view is not the transient
    assert_non_null(rdo_buffer_data(buffer));
    rdo_buffer_decommit(buffer);
    rdo_buffer_decommit(buffer);
    assert_null(rdo_buffer_data(buffer));
    assert_null(rdo_buffer_data(view));
    assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 0);  // relaxed: counter
  }
  // With the last hold the memory goes too.
  assert_int_equal(rdo_buffer_commit(buffer, false, NULL), RONDO_OK);
  end(buffer);
  assert_non_null(rdo_buffer_data(view));
  end(view);
  assert_int_equal(rdo_atomic_load(&heap->live_bytes, rdo_relaxed), 0);  // relaxed: counter
}

static int release_count;
static void note_release(void *user) { release_count += *(int *)user; }

static void test_wrap(void **state) {
  (void)state;
  _Alignas(64) static uint8_t memory[256];
  int step = 1;
  struct rdo_buffer *buffer = NULL;
  release_count = 0;
  assert_int_equal(rdo_buffer_wrap(memory, sizeof memory, 0, 0, note_release, &step, &buffer, NULL), RONDO_OK);
  assert_ptr_equal(rdo_buffer_data(buffer), memory);
  struct rdo_buffer *view = subspan(buffer, 64, 64);
  rdo_buffer_decommit(buffer);
  assert_ptr_equal(rdo_buffer_data(buffer), memory);
  end(buffer);
  assert_int_equal(release_count, 0);
  assert_ptr_equal(rdo_buffer_data(view), memory + 64);
  end(view);
  assert_int_equal(release_count, 1);
  assert_int_equal(rdo_buffer_wrap(memory, sizeof memory, 0, 0, NULL, NULL, &buffer, NULL), RONDO_OK);
  end(buffer);
}

static void test_read_only(void **state) {
  (void)state;
  uint8_t memory[64];
  struct rdo_buffer *buffer = NULL;
  assert_int_equal(rdo_buffer_wrap(memory, sizeof memory, 0, 0, NULL, NULL, &buffer, NULL), RONDO_OK);
  assert_int_equal(rdo_buffer_check_writable(buffer, NULL), RONDO_OK);
  buffer->is_read_only = true;
  struct rdo_buffer *view = subspan(buffer, 8, 32), *inner = subspan(view, 8, 8);
  struct rdo_buffer *const all[3] = {buffer, view, inner};
  for (int i = 0; i < 3; ++i) {
    diag = (struct rondo_diag){.status = RONDO_OK};
    assert_int_equal(rdo_buffer_check_writable(all[i], &diag), RONDO_PERMISSION_DENIED);
    assert_int_equal(diag.status, RONDO_PERMISSION_DENIED);
    end(all[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_create, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_types, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_over_budget, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_holds_heap, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_subspan, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_whole_subspan_is_itself, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_subspan_outside, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_check_range, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_transient, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_wrap, make_heap, end_heap),
      cmocka_unit_test_setup_teardown(test_read_only, make_heap, end_heap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
