// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/replay.h"

#include <float.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fake_executable.h"
#include "rondo/runtime.h"

enum { SLOT_CAPACITY = 32, BUFFER_BYTES = 256 };

static struct rondo_diag diag;
static struct rdo_heap *heap;
static struct rdo_recording *recording;
static struct fake_executable *fake;
static struct rdo_buffer *buffers[4];  // of BUFFER_BYTES, byte i of buffer b is 64 * b + i % 64

static uint8_t initial_byte(uint32_t buffer, uint64_t index) { return (uint8_t)(64 * buffer + index % 64); }

static void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

static void expect_failure(enum rondo_status status, enum rondo_status wanted, const char *words) {
  if (status != wanted || diag.status != wanted || strstr(diag.message, words) == NULL) {
    fail_msg("wanted %s with '%s', got %s '%s'", rondo_status_name(wanted), words, rondo_status_name(status), diag.message);
  }
  diag = (struct rondo_diag){.status = RONDO_OK};
}

static void renew_recording(void) {
  if (recording != NULL) rdo_object_release(&recording->object);
  expect_ok(rdo_recording_create(0, SLOT_CAPACITY, &recording, NULL));
}

static int begin(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  expect_ok(rdo_heap_create(0, &heap, NULL));
  for (uint32_t i = 0; i < 4; ++i) {
    expect_ok(rdo_buffer_create(heap, 0, 0, BUFFER_BYTES, false, &buffers[i], NULL));
    for (uint64_t k = 0; k < BUFFER_BYTES; ++k) rdo_buffer_data(buffers[i])[k] = initial_byte(i, k);
  }
  fake = fake_executable_create();
  recording = NULL;
  renew_recording();
  return 0;
}

static int finish(void **state) {
  (void)state;
  rdo_object_release(&recording->object);
  rdo_object_release(&fake->executable.object);
  for (int i = 0; i < 4; ++i) rdo_object_release(&buffers[i]->object);
  uint64_t live = rdo_atomic_load(&heap->live_bytes, rdo_relaxed);  // relaxed: counter
  rdo_object_release(&heap->object);
  return live != 0;
}

static struct rdo_buffer_ref direct(int buffer, uint64_t offset, uint64_t length) {
  return (struct rdo_buffer_ref){.buffer = buffers[buffer], .offset = offset, .length = length};
}

static struct rdo_buffer_ref slot(uint32_t index, uint64_t offset, uint64_t length) {
  return (struct rdo_buffer_ref){.slot = index, .offset = offset, .length = length};
}

static void finalize(void) { expect_ok(rdo_recording_finalize(recording, &diag)); }

static enum rondo_status replay(const struct rdo_buffer_ref *entries, uint32_t count) {
  const struct rdo_binding_table table = {entries, count};
  return rdo_replay(recording, &table, false, NULL, &diag);
}

static void record_dispatch(int64_t id, uint32_t x, uint32_t y, uint32_t z, const uint32_t *constants, uint32_t constant_count,
                            const struct rdo_buffer_ref *bindings, uint32_t binding_count) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = id, .workgroup_count = {x, y, z},
                                         .constant_count = constant_count, .binding_count = binding_count};
  uint32_t *to_constants;
  struct rdo_buffer_ref *to_bindings;
  expect_ok(rdo_recording_dispatch(recording, &info, &to_constants, &to_bindings, &diag));
  for (uint32_t i = 0; i < constant_count; ++i) to_constants[i] = constants[i];
  for (uint32_t i = 0; i < binding_count; ++i) {
    to_bindings[i] = bindings[i];
    expect_ok(rdo_recording_check_ref(recording, &to_bindings[i], &diag));
  }
  rdo_recording_complete(recording);
}

static void expect_unchanged(int buffer, uint64_t offset, uint64_t length) {
  for (uint64_t i = offset; i < offset + length; ++i) {
    if (rdo_buffer_data(buffers[buffer])[i] != initial_byte((uint32_t)buffer, i)) fail_msg("byte %d of buffer %d changed", (int)i, buffer);
  }
}

// What kernels see ---------------------------------------------------------------------------------

enum { SEEN_BINDINGS_MAX = 8, SEEN_GROUPS_MAX = 128 };

// What the last dispatch was given.
static struct {
  struct rdo_dispatch_state state;
  uint32_t constants[RDO_DISPATCH_CONSTANTS_MAX];
  void *bindings[SEEN_BINDINGS_MAX];
  size_t lengths[SEEN_BINDINGS_MAX];
  const struct rdo_library_environment *environment;
  uint32_t group_count;
  uint32_t groups[SEEN_GROUPS_MAX][3];
  void *local_memory;
  uint32_t local_memory_bytes;
  char name[32];
} seen;

static int see(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state,
               const struct rdo_workgroup_state *workgroup) {
  seen.environment = environment;
  seen.state = *state;
  for (uint32_t i = 0; i < state->constant_count; ++i) seen.constants[i] = state->constants[i];
  for (uint32_t i = 0; i < state->binding_count && i < SEEN_BINDINGS_MAX; ++i) {
    seen.bindings[i] = state->binding_ptrs[i];
    seen.lengths[i] = state->binding_lengths[i];
  }
  if (seen.group_count < SEEN_GROUPS_MAX) {
    uint32_t *group = seen.groups[seen.group_count];
    group[0] = workgroup->workgroup_id_x;
    group[1] = workgroup->workgroup_id_y;
    group[2] = workgroup->workgroup_id_z;
  }
  ++seen.group_count;
  seen.local_memory = workgroup->local_memory;
  seen.local_memory_bytes = workgroup->local_memory_bytes;
  snprintf(seen.name, sizeof seen.name, "%s", rondo_current_dispatch() == NULL ? "" : rondo_current_dispatch());
  if (workgroup->local_memory_bytes != 0) memset(workgroup->local_memory, 1, workgroup->local_memory_bytes);
  return 0;
}

static void expect_binding(int index, int buffer, uint64_t offset, uint64_t length) {
  assert_ptr_equal(seen.bindings[index], rdo_buffer_data(buffers[buffer]) + offset);
  assert_int_equal(seen.lengths[index], length);
}

static void test_bindings(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 6);
  const struct rdo_buffer_ref bindings[6] = {
      direct(0, 64, 32), direct(1, 128, RDO_WHOLE_BUFFER), slot(0, 0, 64), slot(1, 64, 64), slot(1, 16, RDO_WHOLE_BUFFER), slot(2, 0, 0),
  };
  record_dispatch(id, 1, 1, 1, NULL, 0, bindings, 6);
  finalize();
  const struct rdo_buffer_ref table[3] = {direct(2, 0, RDO_WHOLE_BUFFER), direct(3, 64, 160), direct(3, BUFFER_BYTES, 0)};
  expect_ok(replay(table, 3));
  expect_binding(0, 0, 64, 32);
  expect_binding(1, 1, 128, BUFFER_BYTES - 128);
  expect_binding(2, 2, 0, 64);
  expect_binding(3, 3, 64 + 64, 64);
  expect_binding(4, 3, 64 + 16, 144);
  expect_binding(5, 3, BUFFER_BYTES, 0);
  assert_int_equal(seen.state.binding_count, 6);
}

// The same text under another table, also longer than what fits on the stack.
static void test_tables(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 2);
  const struct rdo_buffer_ref bindings[2] = {slot(0, 0, 64), slot(1, 0, RDO_WHOLE_BUFFER)};
  record_dispatch(id, 1, 1, 1, NULL, 0, bindings, 2);
  finalize();
  struct rdo_buffer_ref table[SLOT_CAPACITY] = {direct(0, 0, 64), direct(1, 0, 64)};
  expect_ok(replay(table, 2));
  expect_binding(0, 0, 0, 64);
  expect_binding(1, 1, 0, 64);
  table[0] = direct(2, 64, 64);
  table[1] = direct(0, 0, 10);
  expect_ok(replay(table, SLOT_CAPACITY));  // slots that nothing names may be empty
  expect_binding(0, 2, 64, 64);
  expect_binding(1, 0, 0, 10);
}

static void test_views_in_tables(void **state) {
  (void)state;
  struct rdo_buffer *view = NULL;
  int64_t id = fake_executable_add(fake, "see", see, 0, 1);
  record_dispatch(id, 1, 1, 1, NULL, 0, (const struct rdo_buffer_ref[]){slot(0, 16, 16)}, 1);
  finalize();
  expect_ok(rdo_buffer_subspan(buffers[1], 64, 128, &view, &diag));
  const struct rdo_buffer_ref table[1] = {{.buffer = view, .offset = 32, .length = RDO_WHOLE_BUFFER}};
  expect_ok(replay(table, 1));
  expect_binding(0, 1, 64 + 32 + 16, 16);
  rdo_object_release(&view->object);
}

static void test_table_errors(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 1);
  record_dispatch(id, 1, 1, 1, NULL, 0, (const struct rdo_buffer_ref[]){slot(2, 64, 64)}, 1);
  finalize();
  struct rdo_buffer_ref table[4] = {direct(0, 0, 64), direct(0, 0, 64), direct(0, 0, 64), {.buffer = NULL}};
  seen.group_count = 0;
  expect_failure(replay(table, 0), RONDO_OUT_OF_RANGE, "names 3 binding slots, the table has 0");
  expect_failure(replay(table, 2), RONDO_OUT_OF_RANGE, "the table has 2");
  expect_failure(replay(table, 3), RONDO_OUT_OF_RANGE, "binding slot 2: bytes 64 + 64 lie outside the 64 bound; in binding 0 of dispatch see");
  table[2].buffer = NULL;
  expect_failure(replay(table, 3), RONDO_INVALID_ARGUMENT, "binding slot 2 has no buffer");
  table[2] = direct(0, 0, BUFFER_BYTES + 1);
  expect_failure(replay(table, 3), RONDO_OUT_OF_RANGE, "lie outside the buffer");
  table[2] = direct(0, BUFFER_BYTES + 1, RDO_WHOLE_BUFFER);
  expect_failure(replay(table, 3), RONDO_OUT_OF_RANGE, "lie outside the buffer");
  table[2] = direct(0, UINT64_MAX, 2);
  expect_failure(replay(table, 3), RONDO_OUT_OF_RANGE, "lie outside the buffer");
  assert_int_equal(seen.group_count, 0);  // nothing ran
  table[2] = direct(0, 0, 128);
  expect_ok(replay(table, 4));
  assert_int_equal(seen.group_count, 1);
}

// The rest of a slot that is shorter than the offset.
static void test_whole_slot_behind_end(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 1);
  record_dispatch(id, 1, 1, 1, NULL, 0, (const struct rdo_buffer_ref[]){slot(0, 64, RDO_WHOLE_BUFFER)}, 1);
  finalize();
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(0, 0, 64)}, 1));
  assert_int_equal(seen.lengths[0], 0);
  expect_failure(replay((const struct rdo_buffer_ref[]){direct(0, 0, 63)}, 1), RONDO_OUT_OF_RANGE, "lie outside");
}

static void test_not_final(void **state) {
  (void)state;
  expect_failure(replay(NULL, 0), RONDO_FAILED_PRECONDITION, "not finalized");
}

static void test_uncommitted(void **state) {
  (void)state;
  struct rdo_buffer *transient = NULL;
  expect_ok(rdo_buffer_create_transient(heap, 0, 0, 64, &transient, NULL));
  int64_t id = fake_executable_add(fake, "see", see, 0, 1);
  const struct rdo_buffer_ref ref = {.buffer = transient, .length = 64};
  record_dispatch(id, 1, 1, 1, NULL, 0, &ref, 1);
  finalize();
  expect_failure(replay(NULL, 0), RONDO_FAILED_PRECONDITION, "no memory");
  expect_failure(replay(&ref, 1), RONDO_FAILED_PRECONDITION, "no memory");
  expect_ok(rdo_buffer_commit(transient, false, NULL));
  expect_ok(replay(NULL, 0));
  assert_ptr_equal(seen.bindings[0], rdo_buffer_data(transient));
  rdo_buffer_decommit(transient);
  expect_failure(replay(NULL, 0), RONDO_FAILED_PRECONDITION, "no memory");
  rdo_object_release(&transient->object);
}

// The serial loop that a dispatch equals: x fastest, z outermost.
static void test_grid(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 0);
  record_dispatch(id, 3, 4, 5, NULL, 0, NULL, 0);
  finalize();
  seen.group_count = 0;
  expect_ok(replay(NULL, 0));
  assert_int_equal(seen.group_count, 60);
  uint32_t i = 0;
  for (uint32_t z = 0; z < 5; ++z) {
    for (uint32_t y = 0; y < 4; ++y) {
      for (uint32_t x = 0; x < 3; ++x, ++i) assert_memory_equal(seen.groups[i], ((const uint32_t[]){x, y, z}), sizeof seen.groups[i]);
    }
  }
  assert_int_equal(seen.state.workgroup_count_x, 3);
  assert_int_equal(seen.state.workgroup_count_y, 4);
  assert_int_equal(seen.state.workgroup_count_z, 5);
  assert_int_equal(seen.state.workgroup_size_x * seen.state.workgroup_size_y * seen.state.workgroup_size_z, 1);
  assert_true(seen.state.max_concurrency >= 1);
  assert_ptr_equal(seen.environment, &fake->executable.environment);
}

static void test_empty_grids(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 0);
  record_dispatch(id, 0, 4, 5, NULL, 0, NULL, 0);
  record_dispatch(id, 3, 0, 5, NULL, 0, NULL, 0);
  record_dispatch(id, 3, 4, 0, NULL, 0, NULL, 0);
  finalize();
  seen.group_count = 0;
  expect_ok(replay(NULL, 0));
  assert_int_equal(seen.group_count, 0);
}

static void test_constants(void **state) {
  (void)state;
  const uint32_t constants[5] = {1, UINT32_MAX, 3, 0x80000000, 5};
  int64_t id = fake_executable_add(fake, "see", see, 5, 1);
  record_dispatch(id, 1, 1, 1, constants, 5, (const struct rdo_buffer_ref[]){direct(0, 0, 4)}, 1);
  finalize();
  expect_ok(replay(NULL, 0));
  assert_int_equal(seen.state.constant_count, 5);
  assert_memory_equal(seen.constants, constants, sizeof constants);
  expect_binding(0, 0, 0, 4);  // behind an odd number of constants
}

static void test_local_memory(void **state) {
  (void)state;
  int64_t none = fake_executable_add(fake, "none", see, 0, 0), some = fake_executable_add(fake, "some", see, 0, 0);
  fake->attrs[some].local_memory_pages = 3;
  record_dispatch(none, 1, 1, 1, NULL, 0, NULL, 0);
  finalize();
  expect_ok(replay(NULL, 0));
  assert_int_equal(seen.local_memory_bytes, 0);
  renew_recording();
  record_dispatch(some, 2, 2, 1, NULL, 0, NULL, 0);
  finalize();
  expect_ok(replay(NULL, 0));
  assert_int_equal(seen.local_memory_bytes, 3 * RDO_LOCAL_MEMORY_PAGE_BYTES);
  assert_int_equal((uintptr_t)seen.local_memory % RDO_LOCAL_MEMORY_PAGE_BYTES, 0);
}

static void test_current_dispatch(void **state) {
  (void)state;
  int64_t first = fake_executable_add(fake, "first", see, 0, 0), second = fake_executable_add(fake, "second", see, 0, 0);
  assert_null(rondo_current_dispatch());
  record_dispatch(first, 1, 1, 1, NULL, 0, NULL, 0);
  finalize();
  expect_ok(replay(NULL, 0));
  assert_string_equal(seen.name, "first");
  assert_null(rondo_current_dispatch());
  renew_recording();
  record_dispatch(first, 1, 1, 1, NULL, 0, NULL, 0);
  record_dispatch(second, 1, 1, 1, NULL, 0, NULL, 0);
  finalize();
  expect_ok(replay(NULL, 0));
  assert_string_equal(seen.name, "second");
  assert_null(rondo_current_dispatch());
}

// Half of the smallest normal number is a denormal; true where those survive.
static bool denormals_survive(void) {
  volatile float smallest = FLT_MIN, half = 0.5f;
  volatile float result = smallest * half;
  return result != 0.0f;
}

static bool survived_inside;
static int kernel_result;

static int look_at_mode(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state,
                        const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)state;
  (void)workgroup;
  survived_inside = denormals_survive();
  return kernel_result;
}

static void test_flush_to_zero(void **state) {
  (void)state;
#if defined(__riscv)
  skip();  // no such mode
#endif
  int64_t id = fake_executable_add(fake, "look", look_at_mode, 0, 0);
  record_dispatch(id, 1, 1, 1, NULL, 0, NULL, 0);
  finalize();
  for (kernel_result = 0; kernel_result < 2; ++kernel_result) {
    assert_true(denormals_survive());
    survived_inside = true;
    assert_int_equal(replay(NULL, 0), kernel_result == 0 ? RONDO_OK : RONDO_INTERNAL);
    assert_false(survived_inside);
    assert_true(denormals_survive());
  }
}

static int fail_at_third(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state,
                         const struct rdo_workgroup_state *workgroup) {
  return see(environment, state, workgroup) != 0 || workgroup->workgroup_id_x == 2 ? -7 : 0;
}

// The first workgroup that fails ends the execution.
static void test_failing_kernel(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "bad_dispatch", fail_at_third, 0, 0);
  const struct rdo_buffer_ref target = direct(0, 0, 4);
  record_dispatch(id, 5, 5, 1, NULL, 0, NULL, 0);
  expect_ok(rdo_recording_fill(recording, &target, 0, 4, &diag));
  finalize();
  seen.group_count = 0;
  expect_failure(replay(NULL, 0), RONDO_INTERNAL, "dispatch bad_dispatch failed with -7");
  assert_int_equal(seen.group_count, 3);
  assert_null(rondo_current_dispatch());
  expect_unchanged(0, 0, BUFFER_BYTES);
  assert_int_equal(rdo_replay(recording, &(const struct rdo_binding_table){NULL, 0}, false, NULL, NULL), RONDO_INTERNAL);
}

static void record_indirect(int64_t id, struct rdo_buffer_ref ref) {
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = id, .workgroup_ref = &ref};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  rdo_recording_complete(recording);
}

static void write_counts(uint32_t x, uint32_t y, uint32_t z) {
  const uint32_t counts[3] = {x, y, z};
  memcpy(rdo_buffer_data(buffers[0]) + 4, counts, sizeof counts);
}

// Counts are read when the dispatch runs.
static void test_indirect_counts(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 0);
  record_indirect(id, slot(0, 4, 12));
  finalize();
  const struct rdo_buffer_ref table[1] = {direct(0, 0, BUFFER_BYTES)};
  write_counts(2, 3, 4);
  seen.group_count = 0;
  expect_ok(replay(table, 1));
  assert_int_equal(seen.group_count, 24);
  assert_int_equal(seen.state.workgroup_count_z, 4);
  write_counts(1, 1, UINT16_MAX);
  seen.group_count = 0;
  expect_ok(replay(table, 1));
  assert_int_equal(seen.group_count, UINT16_MAX);
  write_counts(1, 1, UINT16_MAX + 1);
  expect_failure(replay(table, 1), RONDO_OUT_OF_RANGE, "workgroup count z 65536 is over 65535");
  write_counts(0, 0, 0);
  seen.group_count = 0;
  expect_ok(replay(table, 1));
  assert_int_equal(seen.group_count, 0);
  const struct rdo_buffer_ref shorter[1] = {direct(0, 0, 15)};
  expect_failure(replay(shorter, 1), RONDO_OUT_OF_RANGE, "lie outside");
}

static void test_indirect_counts_too_short(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 0);
  record_indirect(id, direct(0, BUFFER_BYTES - 8, RDO_WHOLE_BUFFER));
  finalize();
  expect_failure(replay(NULL, 0), RONDO_OUT_OF_RANGE, "need 12 bytes, have 8");
}

// Counts that an earlier command of the same recording writes.
static void test_indirect_counts_from_commands(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 0);
  const uint32_t counts[3] = {3, 1, 2};
  const struct rdo_buffer_ref target = direct(1, 0, 12);
  expect_ok(rdo_recording_update(recording, (struct rdo_bytes){(const uint8_t *)counts, 12}, &target, &diag));
  expect_ok(rdo_recording_barrier(recording, &diag));
  record_indirect(id, direct(1, 0, 12));
  finalize();
  seen.group_count = 0;
  expect_ok(replay(NULL, 0));
  assert_int_equal(seen.group_count, 6);
}

// The null device checks all and moves bytes, but no kernel runs.
static void test_null_replay(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "see", see, 0, 1);
  const struct rdo_buffer_ref target = direct(0, 0, 4);
  record_dispatch(id, 1, 1, 1, NULL, 0, (const struct rdo_buffer_ref[]){slot(0, 0, 64)}, 1);
  expect_ok(rdo_recording_fill(recording, &target, 0, 4, &diag));
  finalize();
  seen.group_count = 0;
  struct rdo_buffer_ref entry = direct(1, 0, 64);
  const struct rdo_binding_table table = {&entry, 1};
  expect_ok(rdo_replay(recording, &table, true, NULL, &diag));
  assert_int_equal(seen.group_count, 0);
  assert_memory_equal(rdo_buffer_data(buffers[0]), "\0\0\0\0", 4);
  entry.length = 63;
  expect_failure(rdo_replay(recording, &table, true, NULL, &diag), RONDO_OUT_OF_RANGE, "lie outside");
}

static void test_unbound_executable(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "elsewhere", NULL, 0, 0);
  fake->executable.is_unbound = true;
  record_dispatch(id, 1, 1, 1, NULL, 0, NULL, 0);
  finalize();
  expect_ok(rdo_replay(recording, &(const struct rdo_binding_table){NULL, 0}, true, NULL, &diag));
  expect_failure(replay(NULL, 0), RONDO_FAILED_PRECONDITION, "dispatch elsewhere was recorded on the null device");
}

// Transfers ------------------------------------------------------------------------------------------

static void expect_fill(int buffer, uint64_t offset, uint64_t length, uint64_t pattern, uint32_t pattern_length) {
  const uint8_t *data = rdo_buffer_data(buffers[buffer]);
  expect_unchanged(buffer, 0, offset);
  for (uint64_t i = 0; i < length; ++i) {
    uint8_t wanted = (uint8_t)(pattern >> 8 * (i % pattern_length));
    if (data[offset + i] != wanted) fail_msg("byte %d of the fill is %x", (int)i, data[offset + i]);
  }
  expect_unchanged(buffer, offset + length, BUFFER_BYTES - offset - length);
}

static void restore(int buffer) {
  for (uint64_t i = 0; i < BUFFER_BYTES; ++i) rdo_buffer_data(buffers[buffer])[i] = initial_byte((uint32_t)buffer, i);
}

// Patterns of every width, uniform and not, at odd places; only their low bytes count. Both ways to fill.
static void test_fill(void **state) {
  (void)state;
  const uint64_t patterns[] = {0, UINT64_MAX, 0xABABABAB, 0x11223344, UINT64_C(0xFFFFFFFF00000001), 0x00FF, 0xAB00};
  for (uint32_t pattern_length = 1; pattern_length <= 4; pattern_length *= 2) {
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; ++i) {
      for (uint64_t count = 0; count <= 33; count += count < 5 ? 1 : 7) {
        const struct rdo_buffer_ref target = direct(0, 3 * pattern_length, count * pattern_length);
        renew_recording();
        expect_ok(rdo_recording_fill(recording, &target, patterns[i], pattern_length, &diag));
        finalize();
        expect_ok(replay(NULL, 0));
        expect_fill(0, target.offset, target.length, patterns[i], pattern_length);
        restore(0);
        expect_ok(rdo_transfer_fill(buffers[0], target.offset, target.length, patterns[i], pattern_length, &diag));
        expect_fill(0, target.offset, target.length, patterns[i], pattern_length);
        restore(0);
      }
    }
  }
}

static void test_large_fill(void **state) {
  (void)state;
  enum { BYTES = 100004 };
  struct rdo_buffer *large = NULL;
  expect_ok(rdo_buffer_create(heap, 0, 0, BYTES, true, &large, NULL));
  expect_ok(rdo_transfer_fill(large, 0, RDO_WHOLE_BUFFER, 0x04030201, 4, &diag));
  for (uint32_t i = 0; i < BYTES; ++i) assert_int_equal(rdo_buffer_data(large)[i], i % 4 + 1);
  rdo_object_release(&large->object);
}

static void test_fill_of_whole_slot(void **state) {
  (void)state;
  const struct rdo_buffer_ref target = slot(0, 4, RDO_WHOLE_BUFFER);
  expect_ok(rdo_recording_fill(recording, &target, 0x11223344, 4, &diag));
  finalize();
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(0, 0, 64)}, 1));
  expect_fill(0, 4, 60, 0x11223344, 4);
  restore(0);
  expect_failure(replay((const struct rdo_buffer_ref[]){direct(0, 0, 63)}, 1), RONDO_INVALID_ARGUMENT, "fill of 59 bytes is not a multiple");
  expect_unchanged(0, 0, BUFFER_BYTES);
}

static void test_transfer_fill_errors(void **state) {
  (void)state;
  expect_failure(rdo_transfer_fill(buffers[0], 0, 12, 0, 3, &diag), RONDO_INVALID_ARGUMENT, "pattern of 3 bytes");
  expect_failure(rdo_transfer_fill(buffers[0], 0, 12, 0, 0, &diag), RONDO_INVALID_ARGUMENT, "pattern of 0 bytes");
  expect_failure(rdo_transfer_fill(buffers[0], 0, 8, 0, 8, &diag), RONDO_INVALID_ARGUMENT, "pattern of 8 bytes");
  expect_failure(rdo_transfer_fill(buffers[0], 2, 8, 0, 4, &diag), RONDO_INVALID_ARGUMENT, "fill of 2 + 8");
  expect_failure(rdo_transfer_fill(buffers[0], 0, 7, 0, 2, &diag), RONDO_INVALID_ARGUMENT, "fill of 0 + 7");
  expect_failure(rdo_transfer_fill(buffers[0], 0, BUFFER_BYTES + 4, 0, 4, &diag), RONDO_OUT_OF_RANGE, "lie outside");
  expect_failure(rdo_transfer_fill(buffers[0], UINT64_MAX - 3, 4, 0, 4, &diag), RONDO_OUT_OF_RANGE, "lie outside");
  expect_unchanged(0, 0, BUFFER_BYTES);
}

static void record_copy(struct rdo_buffer_ref source, struct rdo_buffer_ref target) {
  renew_recording();
  expect_ok(rdo_recording_copy(recording, &source, &target, &diag));
  finalize();
}

static void test_copy(void **state) {
  (void)state;
  record_copy(direct(0, 10, 50), slot(0, 20, 50));
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(1, 30, 100)}, 1));
  for (uint64_t i = 0; i < 50; ++i) assert_int_equal(rdo_buffer_data(buffers[1])[50 + i], initial_byte(0, 10 + i));
  expect_unchanged(1, 0, 50);
  expect_unchanged(1, 100, BUFFER_BYTES - 100);
}

// As if through another place, in both directions.
static void test_overlapping_copy(void **state) {
  (void)state;
  const uint64_t places[2][2] = {{10, 20}, {20, 10}};
  for (int i = 0; i < 2; ++i) {
    for (int is_single = 0; is_single < 2; ++is_single) {
      if (is_single) {
        expect_ok(rdo_transfer_copy(buffers[0], places[i][0], buffers[0], places[i][1], 40, &diag));
      } else {
        record_copy(direct(0, places[i][0], 40), direct(0, places[i][1], 40));
        expect_ok(replay(NULL, 0));
      }
      for (uint64_t k = 0; k < 40; ++k) assert_int_equal(rdo_buffer_data(buffers[0])[places[i][1] + k], initial_byte(0, places[i][0] + k));
      restore(0);
    }
  }
}

static void test_copy_lengths(void **state) {
  (void)state;
  record_copy(slot(0, 0, RDO_WHOLE_BUFFER), slot(1, 0, RDO_WHOLE_BUFFER));
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(0, 0, 64), direct(1, 64, 64)}, 2));
  for (uint64_t i = 0; i < 64; ++i) assert_int_equal(rdo_buffer_data(buffers[1])[64 + i], initial_byte(0, i));
  expect_failure(replay((const struct rdo_buffer_ref[]){direct(0, 0, 64), direct(1, 0, 65)}, 2), RONDO_OUT_OF_RANGE,
                 "copy of 64 bytes to a range of 65");
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(0, 64, 0), direct(1, 64, 0)}, 2));
}

static void test_transfer_copy_ranges(void **state) {
  (void)state;
  expect_ok(rdo_transfer_copy(buffers[0], 200, buffers[1], 100, RDO_WHOLE_BUFFER, &diag));
  for (uint64_t i = 0; i < 56; ++i) assert_int_equal(rdo_buffer_data(buffers[1])[100 + i], initial_byte(0, 200 + i));
  expect_unchanged(1, 0, 100);
  expect_unchanged(1, 156, 100);
  expect_failure(rdo_transfer_copy(buffers[0], 0, buffers[1], 1, RDO_WHOLE_BUFFER, &diag), RONDO_OUT_OF_RANGE, "bytes 1 + 256");
  expect_failure(rdo_transfer_copy(buffers[0], 1, buffers[1], 0, BUFFER_BYTES, &diag), RONDO_OUT_OF_RANGE, "bytes 1 + 256");
  expect_failure(rdo_transfer_copy(buffers[0], UINT64_MAX, buffers[1], 0, 1, &diag), RONDO_OUT_OF_RANGE, "lie outside");
}

static void test_update(void **state) {
  (void)state;
  const uint8_t data[5] = {1, 2, 3, 4, 5};
  const struct rdo_buffer_ref target = slot(0, 3, 5);
  expect_ok(rdo_recording_update(recording, (struct rdo_bytes){data, 5}, &target, &diag));
  finalize();
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(2, 10, 20)}, 1));
  assert_memory_equal(rdo_buffer_data(buffers[2]) + 13, data, 5);
  expect_unchanged(2, 0, 13);
  expect_unchanged(2, 18, BUFFER_BYTES - 18);
  expect_failure(replay((const struct rdo_buffer_ref[]){direct(2, 10, 7)}, 1), RONDO_OUT_OF_RANGE, "lie outside");
}

static void test_update_of_another_length(void **state) {
  (void)state;
  const uint8_t data[4] = {1, 2, 3, 4};
  const struct rdo_buffer_ref target = slot(0, 0, RDO_WHOLE_BUFFER);
  expect_ok(rdo_recording_update(recording, (struct rdo_bytes){data, 4}, &target, &diag));
  finalize();
  expect_ok(replay((const struct rdo_buffer_ref[]){direct(0, 0, 4)}, 1));
  expect_failure(replay((const struct rdo_buffer_ref[]){direct(0, 0, 5)}, 1), RONDO_OUT_OF_RANGE, "update does not fit");
}

static void test_read_only(void **state) {
  (void)state;
  static _Alignas(64) uint8_t constants[64];
  struct rdo_buffer *buffer = NULL;
  expect_ok(rdo_buffer_wrap(constants, 64, 0, 0, NULL, NULL, &buffer, NULL));
  buffer->is_read_only = true;
  const struct rdo_buffer_ref ref = {.buffer = buffer, .length = 64}, whole = slot(0, 0, RDO_WHOLE_BUFFER);
  expect_failure(rdo_transfer_fill(buffer, 0, 4, 0, 4, &diag), RONDO_PERMISSION_DENIED, "read-only");
  expect_failure(rdo_transfer_copy(buffers[0], 0, buffer, 0, 4, &diag), RONDO_PERMISSION_DENIED, "read-only");
  expect_ok(rdo_transfer_copy(buffer, 0, buffers[0], 0, 4, &diag));
  // Whether direct or bound to a slot.
  expect_ok(rdo_recording_fill(recording, &whole, 1, 4, &diag));
  finalize();
  expect_failure(replay(&ref, 1), RONDO_PERMISSION_DENIED, "read-only");
  renew_recording();
  expect_ok(rdo_recording_fill(recording, &ref, 1, 4, &diag));
  finalize();
  expect_failure(replay(NULL, 0), RONDO_PERMISSION_DENIED, "read-only");
  record_copy(direct(0, 0, 64), ref);
  expect_failure(replay(NULL, 0), RONDO_PERMISSION_DENIED, "read-only");
  record_copy(ref, direct(0, 0, 64));
  expect_ok(replay(NULL, 0));
  assert_int_equal(constants[0], 0);
  rdo_object_release(&buffer->object);
}

// The whole language -----------------------------------------------------------------------------------

// Adds its constant to each u32 of a binding.
static int add_constant(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state,
                        const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  uint32_t *values = state->binding_ptrs[0];
  size_t count = state->binding_lengths[0] / sizeof *values;
  for (size_t i = workgroup->workgroup_id_x; i < count; i += state->workgroup_count_x) values[i] += state->constants[0];
  return 0;
}

// Commands take effect in order, over many blocks.
static void test_order(void **state) {
  (void)state;
  enum { COUNT = 10000 };
  int64_t id = fake_executable_add(fake, "add", add_constant, 1, 1);
  const struct rdo_buffer_ref first = direct(0, 0, 64), second = direct(1, 0, 64);
  uint32_t wanted = 0, constant = 1;
  expect_ok(rdo_recording_fill(recording, &first, 0, 4, &diag));
  for (uint32_t i = 0; i < COUNT; ++i) {
    constant = constant * 1103515245 + 12345;
    record_dispatch(id, 3, 1, 1, &constant, 1, i % 2 == 0 ? &first : &second, 1);
    expect_ok(rdo_recording_barrier(recording, &diag));
    expect_ok(i % 2 == 0 ? rdo_recording_copy(recording, &first, &second, &diag) : rdo_recording_copy(recording, &second, &first, &diag));
    wanted += constant;
  }
  finalize();
  expect_ok(replay(NULL, 0));
  uint32_t value;
  for (int i = 0; i < 16; ++i) {
    memcpy(&value, rdo_buffer_data(buffers[0]) + 4 * i, sizeof value);
    assert_int_equal(value, wanted);
  }
}

struct execution {
  int buffer;
  enum rondo_status status;
};

static void *execute(void *user) {
  struct execution *execution = user;
  const struct rdo_buffer_ref entry = direct(execution->buffer, 0, 64);
  const struct rdo_binding_table table = {&entry, 1};
  for (int i = 0; i < 200 && execution->status == RONDO_OK; ++i) execution->status = rdo_replay(recording, &table, false, NULL, NULL);
  return NULL;
}

// A final recording may run several times at once.
static void test_concurrent_executions(void **state) {
  (void)state;
  int64_t id = fake_executable_add(fake, "add", add_constant, 1, 1);
  const struct rdo_buffer_ref target = slot(0, 0, RDO_WHOLE_BUFFER);
  const uint32_t constant = 3;
  for (int i = 0; i < 50; ++i) record_dispatch(id, 2, 1, 1, &constant, 1, &target, 1);
  finalize();
  pthread_t threads[4];
  struct execution executions[4];
  for (int i = 0; i < 4; ++i) {
    memset(rdo_buffer_data(buffers[i]), 0, 64);
    executions[i] = (struct execution){i, RONDO_OK};
    assert_int_equal(pthread_create(&threads[i], NULL, execute, &executions[i]), 0);
  }
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < 4; ++i) {
    uint32_t value;
    memcpy(&value, rdo_buffer_data(buffers[i]) + 60, sizeof value);
    assert_int_equal(executions[i].status, RONDO_OK);
    assert_int_equal(value, 200 * 50 * 3);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(test_bindings),
      TEST(test_tables),
      TEST(test_views_in_tables),
      TEST(test_table_errors),
      TEST(test_whole_slot_behind_end),
      TEST(test_not_final),
      TEST(test_uncommitted),
      TEST(test_grid),
      TEST(test_empty_grids),
      TEST(test_constants),
      TEST(test_local_memory),
      TEST(test_current_dispatch),
      TEST(test_flush_to_zero),
      TEST(test_failing_kernel),
      TEST(test_indirect_counts),
      TEST(test_indirect_counts_too_short),
      TEST(test_indirect_counts_from_commands),
      TEST(test_null_replay),
      TEST(test_unbound_executable),
      TEST(test_fill),
      TEST(test_large_fill),
      TEST(test_fill_of_whole_slot),
      TEST(test_transfer_fill_errors),
      TEST(test_copy),
      TEST(test_overlapping_copy),
      TEST(test_copy_lengths),
      TEST(test_transfer_copy_ranges),
      TEST(test_update),
      TEST(test_update_of_another_length),
      TEST(test_read_only),
      TEST(test_order),
      TEST(test_concurrent_executions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
