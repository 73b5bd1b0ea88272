// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Every kind of operation by itself: what it writes, and that it writes nothing else.

#include "suite.h"

enum { SMALL_BYTES = 256, LARGE_BYTES = 256 * 1024 };

static uint8_t model[LARGE_BYTES + SMALL_BYTES];  // what a buffer should be

static void reset_model(uint64_t byte_length) {
  for (uint64_t i = 0; i < byte_length; ++i) model[i] = suite_byte(i);
}

static void fill_model(uint64_t offset, uint64_t length, uint64_t pattern, uint32_t pattern_length) {
  for (uint64_t i = 0; i < length; ++i) model[offset + i] = (uint8_t)(pattern >> 8 * (i % pattern_length));
}

// Fills -------------------------------------------------------------------------------------------------

static void test_fill_ranges(void **state) {
  (void)state;
  static const uint64_t offsets[] = {0, 4, 60, 64, 100}, lengths[] = {0, 4, 8, 60, 128, RDO_WHOLE_BUFFER};
  static const uint64_t patterns[] = {0, 0x5A, 0xFFFFFFFF, 0xA1B2C3D4, 0x01020101};
  for (uint32_t pattern_length = 1; pattern_length <= 4; pattern_length *= 2) {
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0] * (sizeof lengths / sizeof lengths[0]); ++i) {
      uint64_t offset = offsets[i % 5], length = lengths[i / 5], pattern = patterns[i % 5];
      struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES);
      reset_model(SMALL_BYTES);
      fill_model(offset, length == RDO_WHOLE_BUFFER ? SMALL_BYTES - offset : length, pattern, pattern_length);
      suite_run(op_fill(buffer, offset, length, pattern, pattern_length));
      suite_expect_bytes(buffer, model, SMALL_BYTES);
    }
  }
}

// Ranges that only patterns of one or two bytes can have.
static void test_fill_odd_ranges(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES);
  reset_model(SMALL_BYTES);
  suite_run(op_fill(buffer, 1, 7, 0xEE, 1));
  fill_model(1, 7, 0xEE, 1);
  suite_run(op_fill(buffer, 255, 1, 0xDD, 1));
  fill_model(255, 1, 0xDD, 1);
  suite_run(op_fill(buffer, 34, 70, 0xBEEF, 2));
  fill_model(34, 70, 0xBEEF, 2);
  suite_run(op_fill(buffer, 254, RDO_WHOLE_BUFFER, 0xCAFE, 2));
  fill_model(254, 2, 0xCAFE, 2);
  suite_expect_bytes(buffer, model, SMALL_BYTES);
}

static void test_fill_large(void **state) {
  (void)state;
  for (uint32_t pattern_length = 1; pattern_length <= 4; pattern_length *= 2) {
    struct rdo_buffer *buffer = suite_buffer(LARGE_BYTES + SMALL_BYTES);
    reset_model(LARGE_BYTES + SMALL_BYTES);
    fill_model(64, LARGE_BYTES, 0x12345678, pattern_length);
    suite_run(op_fill(buffer, 64, LARGE_BYTES, 0x12345678, pattern_length));
    suite_expect_bytes(buffer, model, LARGE_BYTES + SMALL_BYTES);
  }
}

static void test_fill_errors(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES), *constant = suite_buffer(SMALL_BYTES);
  constant->is_read_only = true;
  reset_model(SMALL_BYTES);
  suite_wait_words(suite_submit(op_fill(buffer, 0, 4, 0, 3), NULL), RONDO_INVALID_ARGUMENT, "pattern of 3 bytes");
  suite_wait_failure(suite_submit(op_fill(buffer, 0, 4, 0, 0), NULL), RONDO_INVALID_ARGUMENT);
  suite_wait_failure(suite_submit(op_fill(buffer, 2, 4, 0, 4), NULL), RONDO_INVALID_ARGUMENT);
  suite_wait_failure(suite_submit(op_fill(buffer, 0, 6, 0, 4), NULL), RONDO_INVALID_ARGUMENT);
  suite_wait_words(suite_submit(op_fill(buffer, 252, 8, 0, 4), NULL), RONDO_OUT_OF_RANGE, "bytes 252 + 8 lie outside");
  suite_wait_failure(suite_submit(op_fill(buffer, UINT64_MAX - 3, 4, 0, 4), NULL), RONDO_OUT_OF_RANGE);
  suite_wait_words(suite_submit(op_fill(constant, 0, 4, 0, 4), NULL), RONDO_PERMISSION_DENIED, "read-only");
  suite_expect_bytes(buffer, model, SMALL_BYTES);
  suite_expect_bytes(constant, model, SMALL_BYTES);
}

// Copies ------------------------------------------------------------------------------------------------

static void test_copy_ranges(void **state) {
  (void)state;
  static const struct {
    uint64_t source_offset, target_offset, length;
  } ranges[] = {{0, 0, 0}, {0, 0, 256}, {1, 0, 255}, {0, 1, 255}, {3, 100, 17}, {255, 0, 1}, {256, 256, 0}, {64, 64, 64}};
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; ++i) {
    struct rdo_buffer *source = suite_buffer(SMALL_BYTES), *target = suite_zeroes(SMALL_BYTES);
    memset(model, 0, SMALL_BYTES);
    for (uint64_t k = 0; k < ranges[i].length; ++k) model[ranges[i].target_offset + k] = suite_byte(ranges[i].source_offset + k);
    suite_run(op_copy(source, ranges[i].source_offset, target, ranges[i].target_offset, ranges[i].length));
    suite_expect_bytes(target, model, SMALL_BYTES);
    reset_model(SMALL_BYTES);
    suite_expect_bytes(source, model, SMALL_BYTES);
  }
}

// Within one buffer, where the ranges overlap, in both directions; and the rest of a buffer.
static void test_copy_overlapping(void **state) {
  (void)state;
  for (int is_up = 0; is_up < 2; ++is_up) {
    struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES);
    uint64_t from = is_up ? 10 : 50, to = is_up ? 50 : 10;
    reset_model(SMALL_BYTES);
    memmove(model + to, model + from, 150);
    suite_run(op_copy(buffer, from, buffer, to, 150));
    suite_expect_bytes(buffer, model, SMALL_BYTES);
  }
  struct rdo_buffer *source = suite_buffer(SMALL_BYTES), *target = suite_zeroes(SMALL_BYTES);
  memset(model, 0, SMALL_BYTES);
  for (uint64_t k = 0; k < 56; ++k) model[k + 8] = suite_byte(200 + k);
  suite_run(op_copy(source, 200, target, 8, RDO_WHOLE_BUFFER));
  suite_expect_bytes(target, model, SMALL_BYTES);
}

static void test_copy_large(void **state) {
  (void)state;
  struct rdo_buffer *source = suite_buffer(LARGE_BYTES), *target = suite_zeroes(LARGE_BYTES + SMALL_BYTES);
  memset(model, 0, sizeof model);
  for (uint64_t k = 0; k < LARGE_BYTES - 12; ++k) model[k + 36] = suite_byte(k + 12);
  suite_run(op_copy(source, 12, target, 36, LARGE_BYTES - 12));
  suite_expect_bytes(target, model, LARGE_BYTES + SMALL_BYTES);
}

static void test_copy_errors(void **state) {
  (void)state;
  struct rdo_buffer *source = suite_buffer(SMALL_BYTES), *target = suite_buffer(SMALL_BYTES);
  reset_model(SMALL_BYTES);
  suite_wait_words(suite_submit(op_copy(source, 200, target, 0, 57), NULL), RONDO_OUT_OF_RANGE, "bytes 200 + 57 lie outside");
  suite_wait_words(suite_submit(op_copy(source, 0, target, 200, 57), NULL), RONDO_OUT_OF_RANGE, "bytes 200 + 57 lie outside");
  suite_wait_failure(suite_submit(op_copy(source, 2, target, UINT64_MAX, 2), NULL), RONDO_OUT_OF_RANGE);
  target->is_read_only = true;
  suite_wait_failure(suite_submit(op_copy(source, 0, target, 0, 8), NULL), RONDO_PERMISSION_DENIED);
  suite_expect_bytes(target, model, SMALL_BYTES);
}

// Updates -----------------------------------------------------------------------------------------------

static void test_update_ranges(void **state) {
  (void)state;
  static const struct {
    uint64_t offset, length;
  } ranges[] = {{0, 0}, {256, 0}, {0, 1}, {255, 1}, {3, 100}, {0, 256}};
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; ++i) {
    struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES);
    uint8_t data[SMALL_BYTES];
    for (int k = 0; k < SMALL_BYTES; ++k) data[k] = (uint8_t)(k + 99);
    reset_model(SMALL_BYTES);
    memcpy(model + ranges[i].offset, data, ranges[i].length);
    struct rdo_fence *end = suite_submit(op_update(buffer, ranges[i].offset, data, ranges[i].length), NULL);
    memset(data, 0, sizeof data);  // it is the caller's again
    suite_wait_ok(end);
    suite_expect_bytes(buffer, model, SMALL_BYTES);
  }
}

static void test_update_large(void **state) {
  (void)state;
  static uint8_t data[LARGE_BYTES];
  struct rdo_buffer *buffer = suite_zeroes(LARGE_BYTES + SMALL_BYTES);
  memset(model, 0, sizeof model);
  for (uint32_t i = 0; i < LARGE_BYTES; ++i) data[i] = model[i + 20] = (uint8_t)(i * 3 + i / 251);
  struct rdo_fence *end = suite_submit(op_update(buffer, 20, data, LARGE_BYTES), NULL);
  memset(data, 0, sizeof data);
  suite_wait_ok(end);
  suite_expect_bytes(buffer, model, LARGE_BYTES + SMALL_BYTES);
}

static void test_update_errors(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES);
  reset_model(SMALL_BYTES);
  suite_wait_words(suite_submit(op_update(buffer, 250, "sevenby", 7), NULL), RONDO_OUT_OF_RANGE, "bytes 250 + 7 lie outside");
  buffer->is_read_only = true;
  suite_wait_failure(suite_submit(op_update(buffer, 0, "a", 1), NULL), RONDO_PERMISSION_DENIED);
  suite_expect_bytes(buffer, model, SMALL_BYTES);
}

// Files -------------------------------------------------------------------------------------------------

static void test_read(void **state) {
  (void)state;
  static uint8_t data[LARGE_BYTES];
  for (uint32_t i = 0; i < LARGE_BYTES; ++i) data[i] = (uint8_t)(i * 5 + i / 253);
  struct rdo_file *file = suite_file(data, sizeof data, false);
  struct rdo_buffer *buffer = suite_zeroes(LARGE_BYTES);
  memset(model, 0, sizeof model);
  memcpy(model + 3, data + 11, 1000);
  suite_run(op_read(file, 11, buffer, 3, 1000));
  suite_run(op_read(file, LARGE_BYTES, buffer, 5, 0));
  suite_expect_bytes(buffer, model, LARGE_BYTES);
  suite_run(op_read(file, 0, buffer, 0, RDO_WHOLE_BUFFER));
  suite_expect_bytes(buffer, data, LARGE_BYTES);
  suite_wait_words(suite_submit(op_read(file, 1, buffer, 0, LARGE_BYTES), NULL), RONDO_OUT_OF_RANGE, "lies outside the file");
  suite_wait_failure(suite_submit(op_read(file, 0, buffer, 1, LARGE_BYTES), NULL), RONDO_OUT_OF_RANGE);
  suite_wait_failure(suite_submit(op_read(file, UINT64_MAX, buffer, 0, 2), NULL), RONDO_OUT_OF_RANGE);
  buffer->is_read_only = true;
  suite_wait_failure(suite_submit(op_read(file, 0, buffer, 0, 4), NULL), RONDO_PERMISSION_DENIED);
  suite_expect_bytes(buffer, data, LARGE_BYTES);
}

static void test_write(void **state) {
  (void)state;
  uint8_t data[SMALL_BYTES] = {0};
  struct rdo_file *file = suite_file(data, sizeof data, true), *constant = suite_file(data, sizeof data, false);
  struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES);
  memset(model, 0, SMALL_BYTES);
  for (uint64_t i = 0; i < 100; ++i) model[7 + i] = suite_byte(50 + i);
  suite_run(op_write(buffer, 50, file, 7, 100));
  assert_memory_equal(data, model, SMALL_BYTES);
  suite_wait_words(suite_submit(op_write(buffer, 0, file, 200, 57), NULL), RONDO_OUT_OF_RANGE, "lies outside the file");
  suite_wait_failure(suite_submit(op_write(buffer, 200, file, 0, 57), NULL), RONDO_OUT_OF_RANGE);
  suite_wait_words(suite_submit(op_write(buffer, 0, constant, 0, 4), NULL), RONDO_PERMISSION_DENIED, "read-only file");
  assert_memory_equal(data, model, SMALL_BYTES);
}

// Memory that comes and goes ----------------------------------------------------------------------------

static uint64_t live_bytes(void) { return rdo_atomic_load(&suite.heap->live_bytes, rdo_acquire); }

static void test_alloca(void **state) {
  (void)state;
  static const uint64_t sizes[] = {0, 1, 64, 4096, 4097, LARGE_BYTES};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
    uint64_t before = live_bytes();
    struct rdo_buffer *transient = suite_transient(sizes[i]);
    assert_null(rdo_buffer_data(transient));
    assert_int_equal(live_bytes(), before);
    suite_run(op_alloca(transient));
    assert_non_null(rdo_buffer_data(transient));
    assert_int_equal((uintptr_t)rdo_buffer_data(transient) % RDO_BUFFER_ALIGNMENT, 0);
    assert_int_equal(live_bytes(), before + sizes[i]);
    suite_run(op_fill(transient, 0, RDO_WHOLE_BUFFER, 0x77, 1));
    for (uint64_t k = 0; k < sizes[i]; ++k) assert_int_equal(rdo_buffer_data(transient)[k], 0x77);
    suite_run(op_dealloca(transient));
    assert_null(rdo_buffer_data(transient));
    assert_int_equal(live_bytes(), before);
    suite_run(op_dealloca(transient));  // there is nothing left to do
  }
}

static void test_alloca_again(void **state) {
  (void)state;
  struct rdo_buffer *transient = suite_transient(100);
  for (int i = 0; i < 5; ++i) {
    suite_run(op_alloca(transient));
    suite_run(op_fill(transient, 0, 100, (uint64_t)i, 1));
    assert_int_equal(rdo_buffer_data(transient)[99], i);
    suite_run(op_dealloca(transient));
  }
}

// Whatever an operation does with a transient that has no memory fails, and nothing else does.
static void test_without_memory(void **state) {
  (void)state;
  uint8_t data[16] = {0};
  struct rdo_file *file = suite_file(data, sizeof data, true);
  struct rdo_buffer *buffer = suite_buffer(16), *transient = suite_transient(16);
  for (int is_gone = 0; is_gone < 2; ++is_gone) {
    const struct rdo_operation operations[] = {op_fill(transient, 0, 4, 0, 4), op_update(transient, 0, data, 4), op_copy(buffer, 0, transient, 0, 4),
                                               op_copy(transient, 0, buffer, 0, 4), op_read(file, 0, transient, 0, 4),
                                               op_write(transient, 0, file, 0, 4)};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; ++i) {
      suite_wait_words(suite_submit(operations[i], NULL), RONDO_FAILED_PRECONDITION, "memory");
    }
    suite_run(op_alloca(transient));
    suite_run(op_fill(transient, 0, 16, 1, 1));
    suite_run(op_dealloca(transient));
  }
}

static void test_alloca_over_budget(void **state) {
  (void)state;
  struct rdo_buffer *transient = suite_transient(1000), *small = suite_transient(100);
  suite.heap->budget_bytes = live_bytes() + 999;
  struct rdo_fence *ready = suite_submit(op_alloca(transient), NULL);
  suite_wait_words(ready, RONDO_RESOURCE_EXHAUSTED, "over the memory budget");
  suite_wait_failure(suite_submit(op_fill(transient, 0, 4, 0, 4), ready), RONDO_RESOURCE_EXHAUSTED);
  suite_run(op_alloca(small));  // which still fits
  suite_run(op_fill(small, 0, 100, 9, 1));
}

// Views are made before there is memory, and reach it when there is.
static void test_views_of_transients(void **state) {
  (void)state;
  struct rdo_buffer *transient = suite_transient(SMALL_BYTES), *view = NULL, *inner = NULL;
  suite_expect_ok(rdo_buffer_subspan(transient, 64, 128, &view, &suite.diag));
  suite_keep(&view->object);
  suite_expect_ok(rdo_buffer_subspan(view, 32, 32, &inner, &suite.diag));
  suite_keep(&inner->object);
  suite_run(op_alloca(transient));
  suite_run(op_fill(transient, 0, SMALL_BYTES, 1, 1));
  suite_run(op_fill(view, 0, 128, 2, 1));
  suite_run(op_fill(inner, 4, RDO_WHOLE_BUFFER, 3, 1));
  memset(model, 1, SMALL_BYTES);
  memset(model + 64, 2, 128);
  memset(model + 64 + 32 + 4, 3, 28);
  suite_expect_bytes(transient, model, SMALL_BYTES);
  suite_wait_failure(suite_submit(op_fill(inner, 4, 29, 3, 1), NULL), RONDO_OUT_OF_RANGE);
}

// The rest ----------------------------------------------------------------------------------------------

static void test_barrier(void **state) {
  (void)state;
  suite_run(op_barrier());
  struct rdo_fence *start = suite_fence(), *end = suite_submit(op_barrier(), start);
  assert_int_equal(rdo_fence_query(end), RONDO_DEFERRED);
  rdo_fence_signal(start);
  suite_wait_ok(end);
  suite_submit_to(op_barrier(), NULL, NULL);  // that nobody hears of
}

struct called {
  uint32_t count;
  enum rondo_status status;
};

static enum rondo_status call(void *user, struct rondo_diag *diag) {
  struct called *called = user;
  ++called->count;
  return called->status == RONDO_OK ? RONDO_OK : rdo_fail(diag, called->status, "the host said no");
}

static void test_host_call(void **state) {
  (void)state;
  struct called good = {0, RONDO_OK}, bad = {0, RONDO_ABORTED};
  suite_run(op_call(call, &good));
  assert_int_equal(good.count, 1);
  suite_wait_words(suite_submit(op_call(call, &bad), NULL), RONDO_ABORTED, "the host said no");
  assert_int_equal(bad.count, 1);
  struct rdo_fence *start = suite_fence(), *end = suite_submit(op_call(call, &good), start);
  assert_int_equal(good.count, 1);
  rdo_fence_signal(start);
  suite_wait_ok(end);
  assert_int_equal(good.count, 2);
}

static void test_execute_transfers(void **state) {
  (void)state;
  struct rdo_buffer *buffer = suite_buffer(SMALL_BYTES), *target = suite_zeroes(SMALL_BYTES);
  struct rdo_recording *recording = suite_recording(2);
  const struct rdo_buffer_ref filled = ref_direct(buffer, 16, 32), updated = ref_slot(0, 100, 5);
  const struct rdo_buffer_ref from = ref_direct(buffer, 8, 200), to = ref_slot(1, 4, 200);
  suite_expect_ok(rdo_recording_fill(recording, &filled, 0x4433, 2, &suite.diag));
  suite_expect_ok(rdo_recording_update(recording, (struct rdo_bytes){(const uint8_t *)"hello", 5}, &updated, &suite.diag));
  suite_record_barrier(recording);
  suite_expect_ok(rdo_recording_copy(recording, &from, &to, &suite.diag));
  suite_finalize(recording);
  const struct rdo_buffer_ref entries[2] = {ref_whole(buffer), ref_whole(target)};
  suite_run(op_execute(recording, entries, 2));
  reset_model(SMALL_BYTES);
  fill_model(16, 32, 0x4433, 2);
  memcpy(model + 100, "hello", 5);
  suite_expect_bytes(buffer, model, SMALL_BYTES);
  assert_memory_equal(rdo_buffer_data(target) + 4, model + 8, 200);
  suite_run((struct rdo_operation){.kind = RDO_OPERATION_EXECUTE});  // of nothing
}

int suite_run_transfers(void) {
  const struct CMUnitTest tests[] = {
      SUITE_TEST(test_fill_ranges),
      SUITE_TEST(test_fill_odd_ranges),
      SUITE_TEST(test_fill_large),
      SUITE_TEST(test_fill_errors),
      SUITE_TEST(test_copy_ranges),
      SUITE_TEST(test_copy_overlapping),
      SUITE_TEST(test_copy_large),
      SUITE_TEST(test_copy_errors),
      SUITE_TEST(test_update_ranges),
      SUITE_TEST(test_update_large),
      SUITE_TEST(test_update_errors),
      SUITE_TEST(test_read),
      SUITE_TEST(test_write),
      SUITE_TEST(test_alloca),
      SUITE_TEST(test_alloca_again),
      SUITE_TEST(test_without_memory),
      SUITE_TEST(test_alloca_over_budget),
      SUITE_TEST(test_views_of_transients),
      SUITE_TEST(test_barrier),
      SUITE_TEST(test_host_call),
      SUITE_TEST(test_execute_transfers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
