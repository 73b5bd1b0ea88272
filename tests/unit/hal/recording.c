// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/recording.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fake_executable.h"

enum { SLOT_CAPACITY = 4 };

static struct rondo_diag diag;
static struct rdo_recording *recording;
static struct fake_executable *fake;
static int64_t kernel_id;  // takes one constant and two bindings
static int executable_ends;
static int release_count;

static int no_kernel(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *dispatch,
                     const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)dispatch;
  (void)workgroup;
  return 1;
}

static int begin(void **state) {
  (void)state;
  diag = (struct rondo_diag){.status = RONDO_OK};
  executable_ends = release_count = 0;
  fake = fake_executable_create();
  fake->destroy_count = &executable_ends;
  kernel_id = fake_executable_add(fake, "kernel", no_kernel, 1, 2);
  return rdo_recording_create(0, SLOT_CAPACITY, &recording, NULL) != RONDO_OK;
}

static void end_recording(void) {
  rdo_object_release(&recording->object);
  recording = NULL;
}

static int finish(void **state) {
  (void)state;
  if (recording != NULL) end_recording();
  rdo_object_release(&fake->executable.object);
  return executable_ends != 1;
}

static void note_release(void *user) {
  (void)user;
  ++release_count;
}

static struct rdo_buffer *wrap(uint64_t byte_length) {
  static _Alignas(64) uint8_t memory[4096];
  struct rdo_buffer *buffer = NULL;
  assert_int_equal(rdo_buffer_wrap(memory, byte_length, 0, 0, note_release, NULL, &buffer, NULL), RONDO_OK);
  return buffer;
}

static void end(struct rdo_buffer *buffer) { rdo_object_release(&buffer->object); }

static struct rdo_buffer_ref direct(struct rdo_buffer *buffer, uint64_t offset, uint64_t length) {
  return (struct rdo_buffer_ref){.buffer = buffer, .offset = offset, .length = length};
}

static struct rdo_buffer_ref slot(uint32_t index, uint64_t offset, uint64_t length) {
  return (struct rdo_buffer_ref){.slot = index, .offset = offset, .length = length};
}

static void expect_ok(enum rondo_status status) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag.message);
}

// The failure, with `words` in its message.
static void expect_failure(enum rondo_status status, enum rondo_status wanted, const char *words) {
  assert_int_equal(status, wanted);
  assert_int_equal(diag.status, wanted);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
  diag = (struct rondo_diag){.status = RONDO_OK};
}

static enum rondo_status fill(struct rdo_buffer_ref target, uint32_t pattern_length) {
  return rdo_recording_fill(recording, &target, 0, pattern_length, &diag);
}

static enum rondo_status copy(struct rdo_buffer_ref source, struct rdo_buffer_ref target) {
  return rdo_recording_copy(recording, &source, &target, &diag);
}

static enum rondo_status update(uint64_t size, struct rdo_buffer_ref target) {
  static const uint8_t data[RDO_UPDATE_BYTES_MAX + 1];
  return rdo_recording_update(recording, (struct rdo_bytes){data, size}, &target, &diag);
}

// A whole dispatch of the kernel.
static enum rondo_status dispatch(uint32_t constant, struct rdo_buffer_ref a, struct rdo_buffer_ref b) {
  const struct rdo_dispatch_info info = {
      .executable = &fake->executable, .function_id = kernel_id, .workgroup_count = {3, 2, 1}, .constant_count = 1, .binding_count = 2};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  RDO_TRY(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
  constants[0] = constant;
  bindings[0] = a;
  bindings[1] = b;
  RDO_TRY(rdo_recording_check_ref(recording, &bindings[0], &diag));
  RDO_TRY(rdo_recording_check_ref(recording, &bindings[1], &diag));
  rdo_recording_complete(recording);
  return RONDO_OK;
}

static enum rondo_status begin_dispatch(const struct rdo_dispatch_info *info) {
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  return rdo_recording_dispatch(recording, info, &constants, &bindings, &diag);
}

static void test_create(void **state) {
  (void)state;
  struct rdo_recording *other = recording;
  expect_ok(rdo_recording_create(0, RDO_BINDING_SLOTS_MAX, &other, &diag));
  rdo_object_release(&other->object);
  expect_failure(rdo_recording_create(0, RDO_BINDING_SLOTS_MAX + 1, &other, &diag), RONDO_OUT_OF_RANGE, "4097 binding slots");
  assert_null(other);
  expect_failure(rdo_recording_create(0, UINT32_MAX, &other, &diag), RONDO_OUT_OF_RANGE, "binding slots");
}

static void test_empty(void **state) {
  (void)state;
  expect_ok(rdo_recording_finalize(recording, &diag));
  assert_true(recording->is_final);
  assert_int_equal(recording->region_count, 0);
  assert_int_equal(recording->command_count, 0);
  assert_int_equal(recording->slot_count, 0);
  assert_int_equal(recording->first->kind, RDO_COMMAND_RETURN);
}

static void test_final_is_immutable(void **state) {
  (void)state;
  expect_ok(fill(slot(0, 0, 4), 4));
  expect_ok(rdo_recording_finalize(recording, &diag));
  expect_failure(fill(slot(0, 0, 4), 4), RONDO_FAILED_PRECONDITION, "already finalized");
  expect_failure(copy(slot(0, 0, 4), slot(1, 0, 4)), RONDO_FAILED_PRECONDITION, "already finalized");
  expect_failure(update(4, slot(0, 0, 4)), RONDO_FAILED_PRECONDITION, "already finalized");
  expect_failure(dispatch(0, slot(0, 0, 4), slot(1, 0, 4)), RONDO_FAILED_PRECONDITION, "already finalized");
  expect_failure(rdo_recording_barrier(recording, &diag), RONDO_FAILED_PRECONDITION, "already finalized");
  expect_failure(rdo_recording_finalize(recording, &diag), RONDO_FAILED_PRECONDITION, "already finalized");
  assert_int_equal(recording->command_count, 1);
  assert_true(recording->is_final);
}

// Commands and barriers in every mixture; barriers that separate nothing do not count.
static void test_regions(void **state) {
  (void)state;
  const char *const text = "||c||cc|c||c|";  // c = command, | = barrier
  const uint32_t regions[] = {0, 1, 1, 2, 3};
  for (const char *at = text; *at != 0; ++at) expect_ok(*at == 'c' ? fill(slot(0, 0, 4), 4) : rdo_recording_barrier(recording, &diag));
  expect_ok(rdo_recording_finalize(recording, &diag));
  assert_int_equal(recording->region_count, 4);
  assert_int_equal(recording->command_count, 5);
  int found = 0;
  for (const struct rdo_command *command = recording->first; command->kind != RDO_COMMAND_RETURN; command = rdo_command_next(command)) {
    if (command->kind == RDO_COMMAND_FILL) assert_int_equal(command->region, regions[found++]);
  }
  assert_int_equal(found, 5);
}

static void test_last_region_without_barrier(void **state) {
  (void)state;
  expect_ok(fill(slot(0, 0, 4), 4));
  expect_ok(rdo_recording_barrier(recording, &diag));
  expect_ok(fill(slot(0, 0, 4), 4));
  expect_ok(rdo_recording_finalize(recording, &diag));
  assert_int_equal(recording->region_count, 2);
}

// Far more than one block: every command is found again, in order, with its contents.
static void test_long_text(void **state) {
  (void)state;
  enum { COUNT = 10000 };
  for (uint32_t i = 0; i < COUNT; ++i) {
    switch (i % 4) {
      case 0: expect_ok(dispatch(i, slot(0, i, 4), slot(1, 0, i))); break;
      case 1: expect_ok(fill(slot(2, i * 4, 4), 4)); break;
      case 2: expect_ok(copy(slot(0, i, 1), slot(1, i, 1))); break;
      default: expect_ok(rdo_recording_barrier(recording, &diag)); break;
    }
  }
  expect_ok(rdo_recording_finalize(recording, &diag));
  assert_int_equal(recording->command_count, COUNT / 4 * 3);
  assert_int_equal(recording->dispatch_count, COUNT / 4);
  assert_int_equal(recording->region_count, COUNT / 4);
  uint32_t i = 0, branch_count = 0;
  const struct rdo_command *command = recording->first;
  while (command->kind != RDO_COMMAND_RETURN) {
    const void *body = command;
    assert_int_equal((uintptr_t)command % 8, 0);
    if (command->kind == RDO_COMMAND_BRANCH) {
      command = ((const struct rdo_command_branch *)body)->target;
      ++branch_count;
      continue;
    }
    assert_int_equal(command->byte_length % 8, 0);
    assert_int_equal(command->region, i / 4);
    if (i % 4 == 0) {
      const struct rdo_command_dispatch *found = body;
      assert_int_equal(command->kind, RDO_COMMAND_DISPATCH);
      assert_int_equal(rdo_dispatch_constants(found)[0], i);
      assert_int_equal(rdo_dispatch_bindings(found)[0].offset, i);
      assert_int_equal(rdo_dispatch_bindings(found)[1].length, i);
      assert_int_equal(rdo_dispatch_bindings(found)[1].slot, 1);
    } else if (i % 4 == 1) {
      assert_int_equal(command->kind, RDO_COMMAND_FILL);
      assert_int_equal(((const struct rdo_command_fill *)body)->target.offset, i * 4);
    } else if (i % 4 == 2) {
      assert_int_equal(command->kind, RDO_COMMAND_COPY);
      assert_int_equal(((const struct rdo_command_copy *)body)->source.offset, i);
    } else {
      assert_int_equal(command->kind, RDO_COMMAND_BARRIER);
    }
    ++i;
    command = rdo_command_next(command);
  }
  assert_int_equal(i, COUNT);
  assert_true(branch_count > 10);
}

// The largest dispatch does not fit the first block, and follows and precedes small commands.
static void test_large_dispatch(void **state) {
  (void)state;
  enum { COUNT = RDO_DISPATCH_BINDINGS_MAX };
  int64_t id = fake_executable_add(fake, "large", no_kernel, RDO_DISPATCH_CONSTANTS_MAX, COUNT);
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = id, .workgroup_count = {1, 1, 1},
                                         .constant_count = RDO_DISPATCH_CONSTANTS_MAX, .binding_count = COUNT};
  for (int round = 0; round < 10; ++round) {
    uint32_t *constants;
    struct rdo_buffer_ref *bindings;
    expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
    for (uint32_t i = 0; i < COUNT; ++i) {
      constants[i] = i;
      bindings[i] = slot(i % SLOT_CAPACITY, i, 1);
      expect_ok(rdo_recording_check_ref(recording, &bindings[i], &diag));
    }
    rdo_recording_complete(recording);
    expect_ok(fill(slot(0, 0, 4), 4));
  }
  expect_ok(rdo_recording_finalize(recording, &diag));
  assert_int_equal(recording->command_count, 20);
}

static void test_slots(void **state) {
  (void)state;
  expect_ok(fill(slot(1, 0, RDO_WHOLE_BUFFER), 4));
  assert_int_equal(recording->slot_count, 2);
  expect_ok(fill(slot(0, UINT64_MAX - 3, 0), 4));
  assert_int_equal(recording->slot_count, 2);
  expect_ok(fill(slot(SLOT_CAPACITY - 1, 0, 4), 4));
  assert_int_equal(recording->slot_count, SLOT_CAPACITY);
  expect_failure(fill(slot(SLOT_CAPACITY, 0, 4), 4), RONDO_OUT_OF_RANGE, "slot 4 is not among the recording's 4");
}

static void test_slot_without_capacity(void **state) {
  (void)state;
  end_recording();
  expect_ok(rdo_recording_create(RDO_RECORDING_ONE_SHOT, 0, &recording, &diag));
  expect_failure(fill(slot(0, 0, 4), 4), RONDO_OUT_OF_RANGE, "slot 0 is not among the recording's 0");
}

static void test_slot_range_overflow(void **state) {
  (void)state;
  expect_failure(fill(slot(0, UINT64_MAX - 3, 4), 4), RONDO_OUT_OF_RANGE, "overflows");
}

static void test_direct_ranges(void **state) {
  (void)state;
  struct rdo_buffer *buffer = wrap(100);
  expect_ok(fill(direct(buffer, 0, 100), 4));
  expect_ok(fill(direct(buffer, 100, 0), 4));
  expect_ok(fill(direct(buffer, 96, RDO_WHOLE_BUFFER), 4));
  expect_failure(fill(direct(buffer, 4, 100), 4), RONDO_OUT_OF_RANGE, "bytes 4 + 100 lie outside the buffer of 100 bytes");
  end(buffer);
}

static void test_direct_range_behind_end(void **state) {
  (void)state;
  struct rdo_buffer *buffer = wrap(100);
  expect_failure(copy(direct(buffer, 0, 4), direct(buffer, 101, RDO_WHOLE_BUFFER)), RONDO_OUT_OF_RANGE, "lie outside");
  end(buffer);
}

// The rest of a direct buffer is known while recording.
static void test_whole_is_resolved(void **state) {
  (void)state;
  struct rdo_buffer *buffer = wrap(100);
  expect_ok(fill(direct(buffer, 40, RDO_WHOLE_BUFFER), 4));
  const void *first = recording->first;
  assert_int_equal(((const struct rdo_command_fill *)first)->target.length, 60);
  end(buffer);
}

static void test_fill_patterns(void **state) {
  (void)state;
  for (uint32_t length = 0; length <= 9; ++length) {
    if (length == 1 || length == 2 || length == 4) {
      expect_ok(fill(slot(0, 8, 16), length));
    } else {
      expect_failure(fill(slot(0, 8, 16), length), RONDO_INVALID_ARGUMENT, "fill pattern of");
    }
  }
  expect_failure(fill(slot(0, 1, 4), 2), RONDO_INVALID_ARGUMENT, "not a multiple");
  expect_failure(fill(slot(0, 2, 4), 4), RONDO_INVALID_ARGUMENT, "not a multiple");
  expect_failure(fill(slot(0, 0, 3), 2), RONDO_INVALID_ARGUMENT, "not a multiple");
  expect_failure(fill(slot(0, 4, 6), 4), RONDO_INVALID_ARGUMENT, "not a multiple");
  expect_ok(fill(slot(0, 1, 3), 1));  // these were refused before they began: the recording is whole
  expect_ok(rdo_recording_finalize(recording, &diag));
}

static void test_update_sizes(void **state) {
  (void)state;
  expect_ok(update(0, slot(0, 0, 0)));
  expect_ok(update(RDO_UPDATE_BYTES_MAX, slot(0, 0, RDO_UPDATE_BYTES_MAX)));
  expect_failure(update(RDO_UPDATE_BYTES_MAX + 1, slot(0, 0, RDO_UPDATE_BYTES_MAX + 1)), RONDO_OUT_OF_RANGE, "update of 65537 bytes");
}

// The bytes are those of the time of recording.
static void test_update_copies(void **state) {
  (void)state;
  uint8_t data[3] = {1, 2, 3};
  const struct rdo_buffer_ref target = slot(0, 0, 3);
  expect_ok(rdo_recording_update(recording, (struct rdo_bytes){data, 3}, &target, &diag));
  memset(data, 0, sizeof data);
  const void *first = recording->first;
  assert_memory_equal(((const struct rdo_command_update *)first)->data, "\1\2\3", 3);
}

static void test_dispatch_errors(void **state) {
  (void)state;
  const struct rdo_dispatch_info right = {
      .executable = &fake->executable, .function_id = kernel_id, .workgroup_count = {1, 1, 1}, .constant_count = 1, .binding_count = 2};
  struct rdo_dispatch_info info = right;
  info.function_id = -1;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "function id -1 is not among the executable's 1");
  info.function_id = 1;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "function id 1");
  info.function_id = INT64_MAX;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "function id");
  info = right;
  info.constant_count = 2;
  expect_failure(begin_dispatch(&info), RONDO_INVALID_ARGUMENT, "dispatch kernel takes 1 constants and 2 bindings, but is given 2 and 2");
  info = right;
  info.binding_count = 1;
  expect_failure(begin_dispatch(&info), RONDO_INVALID_ARGUMENT, "is given 1 and 1");
  info.binding_count = RDO_DISPATCH_BINDINGS_MAX + 1;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "65 bindings (at most 64 and 64)");
  info = right;
  info.constant_count = RDO_DISPATCH_CONSTANTS_MAX + 1;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "65 constants");
  info = right;
  info.workgroup_count[2] = UINT16_MAX + 1;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "workgroup count z is over 65535");
  expect_ok(rdo_recording_finalize(recording, &diag));
  assert_int_equal(recording->dispatch_count, 0);
}

// What an unbound executable takes is unknown, but not without bounds.
static void test_unbound_dispatch(void **state) {
  (void)state;
  fake->executable.is_unbound = true;
  struct rdo_dispatch_info info = {.executable = &fake->executable, .function_id = kernel_id, .constant_count = 7, .binding_count = 0};
  expect_ok(begin_dispatch(&info));
  rdo_recording_complete(recording);
  info.binding_count = RDO_DISPATCH_BINDINGS_MAX + 1;
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "bindings");
}

static void test_indirect_dispatch(void **state) {
  (void)state;
  struct rdo_buffer *counts = wrap(16);
  struct rdo_buffer_ref ref = direct(counts, 4, 12);
  const struct rdo_dispatch_info info = {
      .executable = &fake->executable, .function_id = kernel_id, .workgroup_ref = &ref, .constant_count = 1, .binding_count = 2};
  expect_ok(begin_dispatch(&info));
  ref = slot(9, 0, 12);  // it was copied
  const void *first = recording->first;
  assert_true(((const struct rdo_command_dispatch *)first)->is_indirect);
  assert_ptr_equal(((const struct rdo_command_dispatch *)first)->workgroup_ref.buffer, counts);
  rdo_recording_complete(recording);
  end(counts);
  assert_int_equal(release_count, 0);
  expect_failure(begin_dispatch(&info), RONDO_OUT_OF_RANGE, "slot 9");
}

// A command that fails half-way may name what is not held: the recording is of no use any more.
static void test_broken(void **state) {
  (void)state;
  expect_ok(fill(slot(0, 0, 4), 4));
  expect_failure(fill(slot(9, 0, 4), 4), RONDO_OUT_OF_RANGE, "slot 9");
  expect_failure(fill(slot(0, 0, 4), 4), RONDO_FAILED_PRECONDITION, "command that failed");
  expect_failure(rdo_recording_barrier(recording, &diag), RONDO_FAILED_PRECONDITION, "command that failed");
  expect_failure(rdo_recording_finalize(recording, &diag), RONDO_FAILED_PRECONDITION, "command that failed");
  assert_false(recording->is_final);
}

// An unfinished dispatch is such a command.
static void test_incomplete_dispatch(void **state) {
  (void)state;
  expect_failure(dispatch(0, slot(0, 0, 4), slot(9, 0, 4)), RONDO_OUT_OF_RANGE, "slot 9");
  expect_failure(rdo_recording_finalize(recording, &diag), RONDO_FAILED_PRECONDITION, "command that failed");
}

// Recycled memory ----------------------------------------------------------------------------------------

static void expect_same_ref(const struct rdo_buffer_ref *a, const struct rdo_buffer_ref *b) {
  assert_ptr_equal(a->buffer, b->buffer);
  assert_int_equal(a->slot, b->slot);
  assert_int_equal(a->offset, b->offset);
  assert_int_equal(a->length, b->length);
}

// Every field that a reader may look at, also those of the other kind of dispatch.
static void expect_same_dispatch(const struct rdo_command_dispatch *a, const struct rdo_command_dispatch *b) {
  assert_ptr_equal(a->executable, b->executable);
  assert_int_equal(a->export_index, b->export_index);
  assert_memory_equal(a->workgroup_count, b->workgroup_count, sizeof a->workgroup_count);
  assert_int_equal(a->is_indirect, b->is_indirect);
  expect_same_ref(&a->workgroup_ref, &b->workgroup_ref);
  assert_int_equal(a->constant_count, b->constant_count);
  assert_int_equal(a->binding_count, b->binding_count);
  assert_memory_equal(rdo_dispatch_constants(a), rdo_dispatch_constants(b), a->constant_count * sizeof(uint32_t));
  for (uint32_t i = 0; i < a->binding_count; ++i) expect_same_ref(&rdo_dispatch_bindings(a)[i], &rdo_dispatch_bindings(b)[i]);
}

static void expect_same_command(const struct rdo_command *a, const struct rdo_command *b) {
  const void *left = a, *right = b;
  assert_memory_equal(a, b, sizeof *a);
  if (a->kind == RDO_COMMAND_DISPATCH) {
    expect_same_dispatch(left, right);
  } else if (a->kind == RDO_COMMAND_FILL) {
    const struct rdo_command_fill *x = left, *y = right;
    expect_same_ref(&x->target, &y->target);
    assert_int_equal(x->pattern, y->pattern);
    assert_int_equal(x->pattern_length, y->pattern_length);
  } else if (a->kind == RDO_COMMAND_COPY) {
    expect_same_ref(&((const struct rdo_command_copy *)left)->source, &((const struct rdo_command_copy *)right)->source);
    expect_same_ref(&((const struct rdo_command_copy *)left)->target, &((const struct rdo_command_copy *)right)->target);
  } else if (a->kind == RDO_COMMAND_UPDATE) {
    const struct rdo_command_update *x = left, *y = right;
    expect_same_ref(&x->target, &y->target);
    assert_int_equal(x->data_length, y->data_length);
    assert_memory_equal(x->data, y->data, x->data_length);
  }
}

// The following command, in the next block where one ends.
static const struct rdo_command *behind(const struct rdo_command *command) {
  const struct rdo_command *next = rdo_command_next(command);
  return next->kind == RDO_COMMAND_BRANCH ? ((const struct rdo_command_branch *)(const void *)next)->target : next;
}

// Some of everything, over several blocks.
static struct rdo_recording *record_mixture(struct rdo_buffer *buffer) {
  enum { ROUNDS = 60 };
  struct rdo_recording *kept = recording;
  expect_ok(rdo_recording_create(0, SLOT_CAPACITY, &recording, NULL));
  const struct rdo_buffer_ref counts = direct(buffer, 16, 12), target = slot(3, 8, 4);
  for (uint32_t i = 0; i < ROUNDS; ++i) {
    const struct rdo_dispatch_info info = {.executable = &fake->executable,
                                           .function_id = kernel_id,
                                           .workgroup_count = {i, 2, 3},
                                           .workgroup_ref = i % 3 == 0 ? &counts : NULL,
                                           .constant_count = 1,
                                           .binding_count = 2};
    uint32_t *constants;
    struct rdo_buffer_ref *bindings;
    expect_ok(rdo_recording_dispatch(recording, &info, &constants, &bindings, &diag));
    constants[0] = i;
    bindings[0] = slot(i % SLOT_CAPACITY, i, 4);
    bindings[1] = direct(buffer, i, 4);
    for (int k = 0; k < 2; ++k) expect_ok(rdo_recording_check_ref(recording, &bindings[k], &diag));
    rdo_recording_complete(recording);
    expect_ok(fill(target, 4));
    expect_ok(copy(target, counts));
    expect_ok(rdo_recording_update(recording, (struct rdo_bytes){(const uint8_t *)&i, sizeof i}, &target, &diag));
    if (i % 4 == 0) expect_ok(rdo_recording_barrier(recording, &diag));
  }
  expect_ok(rdo_recording_finalize(recording, &diag));
  struct rdo_recording *made = recording;
  recording = kept;
  return made;
}

// Memory that was used before and holds anything: the C library fills what is freed, and what it gives, with rubbish.
static void test_poisoned_blocks(void **state) {
  (void)state;
  struct rdo_buffer *buffer = wrap(256);
  struct rdo_recording *clean = record_mixture(buffer);
  mallopt(M_PERTURB, 0xA5);
  for (int round = 0; round < 3; ++round) {
    struct rdo_recording *poisoned = record_mixture(buffer);
    const struct rdo_command *a = clean->first, *b = poisoned->first;
    uint32_t count = 0;
    for (; a->kind != RDO_COMMAND_RETURN; a = behind(a), b = behind(b), ++count) expect_same_command(a, b);
    assert_int_equal(b->kind, RDO_COMMAND_RETURN);
    assert_int_equal(count, clean->command_count + 15);  // and the barriers
    for (uint32_t i = 0; i < clean->graph.node_count; ++i) {
      assert_int_equal(clean->graph.nodes[i].predecessor_count, poisoned->graph.nodes[i].predecessor_count);
      assert_int_equal(clean->graph.nodes[i].tile_count, poisoned->graph.nodes[i].tile_count);
      assert_int_equal(rdo_atomic_load(&poisoned->graph.tile_ns[i], rdo_relaxed), 0);  // relaxed: one thread
    }
    rdo_object_release(&poisoned->object);
  }
  mallopt(M_PERTURB, 0);
  rdo_object_release(&clean->object);
  end(buffer);
}

// A dispatch alone is written into memory that the one before has left as it was, with more of everything.
static void test_poisoned_dispatch(void **state) {
  (void)state;
  static struct rdo_one_dispatch clean, poisoned;
  struct rdo_buffer *buffer = wrap(256);
  const struct rdo_buffer_ref refs[2] = {direct(buffer, 0, 4), direct(buffer, 8, RDO_WHOLE_BUFFER)}, counts = direct(buffer, 16, 12);
  const uint32_t constant = 5;
  for (int is_indirect = 0; is_indirect < 2; ++is_indirect) {
    const struct rdo_dispatch_info info = {.executable = &fake->executable,
                                           .function_id = kernel_id,
                                           .workgroup_count = {4, 5, 6},
                                           .workgroup_ref = is_indirect ? &counts : NULL,
                                           .constant_count = 1,
                                           .binding_count = 2};
    memset(&clean, 0, sizeof clean);
    memset(&poisoned, 0xA5, sizeof poisoned);
    expect_ok(rdo_one_dispatch_init(&clean, &info, &constant, refs, &diag));
    expect_ok(rdo_one_dispatch_init(&poisoned, &info, &constant, refs, &diag));
    const struct rdo_recording *a = &clean.recording, *b = &poisoned.recording;
    expect_same_command(a->first, b->first);
    assert_memory_equal(rdo_command_next(a->first), rdo_command_next(b->first), sizeof(struct rdo_command));
    assert_int_equal(rdo_command_next(b->first)->kind, RDO_COMMAND_RETURN);
    assert_true(b->is_final && !b->is_broken && b->slot_capacity == 0 && b->slot_count == 0 && b->mode == 0 && b->resource_count == 0);
    assert_int_equal(b->command_count, 1);
    assert_int_equal(b->dispatch_count, 1);
    assert_int_equal(b->region_count, 1);
    assert_ptr_equal(b->graph.nodes, &poisoned.node);
    assert_int_equal(b->graph.node_count, 1);
    assert_int_equal(b->graph.root_count, 1);
    assert_int_equal(b->graph.width, a->graph.width);
    assert_int_equal(poisoned.node.tile_count, clean.node.tile_count);
    assert_int_equal(poisoned.node.predecessor_count + poisoned.node.successor_begin + poisoned.node.successor_count + poisoned.node.binding_begin, 0);
    assert_int_equal(rdo_atomic_load(&poisoned.work_ns, rdo_relaxed), 0);  // relaxed: one thread
    assert_int_equal(rdo_atomic_load(&poisoned.tile_ns, rdo_relaxed), 0);  // relaxed: one thread
  }
  end(buffer);
}

static void test_resources_are_held(void **state) {
  (void)state;
  struct rdo_buffer *buffers[3] = {wrap(64), wrap(64), wrap(64)};
  for (int round = 0; round < 3; ++round) {
    expect_ok(dispatch(0, direct(buffers[0], 0, 64), direct(buffers[1], 0, 64)));
    expect_ok(copy(direct(buffers[1], 0, 64), direct(buffers[2], 0, 64)));
  }
  expect_ok(rdo_recording_finalize(recording, &diag));
  for (int i = 0; i < 3; ++i) end(buffers[i]);
  rdo_object_release(&fake->executable.object);
  assert_int_equal(release_count, 0);
  assert_int_equal(executable_ends, 0);
  rdo_object_retain(&fake->executable.object);  // for the end of the test
  end_recording();
  assert_int_equal(release_count, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_create, begin, finish),
      cmocka_unit_test_setup_teardown(test_empty, begin, finish),
      cmocka_unit_test_setup_teardown(test_final_is_immutable, begin, finish),
      cmocka_unit_test_setup_teardown(test_regions, begin, finish),
      cmocka_unit_test_setup_teardown(test_last_region_without_barrier, begin, finish),
      cmocka_unit_test_setup_teardown(test_long_text, begin, finish),
      cmocka_unit_test_setup_teardown(test_large_dispatch, begin, finish),
      cmocka_unit_test_setup_teardown(test_slots, begin, finish),
      cmocka_unit_test_setup_teardown(test_slot_without_capacity, begin, finish),
      cmocka_unit_test_setup_teardown(test_slot_range_overflow, begin, finish),
      cmocka_unit_test_setup_teardown(test_direct_ranges, begin, finish),
      cmocka_unit_test_setup_teardown(test_direct_range_behind_end, begin, finish),
      cmocka_unit_test_setup_teardown(test_whole_is_resolved, begin, finish),
      cmocka_unit_test_setup_teardown(test_fill_patterns, begin, finish),
      cmocka_unit_test_setup_teardown(test_update_sizes, begin, finish),
      cmocka_unit_test_setup_teardown(test_update_copies, begin, finish),
      cmocka_unit_test_setup_teardown(test_dispatch_errors, begin, finish),
      cmocka_unit_test_setup_teardown(test_unbound_dispatch, begin, finish),
      cmocka_unit_test_setup_teardown(test_indirect_dispatch, begin, finish),
      cmocka_unit_test_setup_teardown(test_broken, begin, finish),
      cmocka_unit_test_setup_teardown(test_incomplete_dispatch, begin, finish),
      cmocka_unit_test_setup_teardown(test_poisoned_blocks, begin, finish),
      cmocka_unit_test_setup_teardown(test_poisoned_dispatch, begin, finish),
      cmocka_unit_test_setup_teardown(test_resources_are_held, begin, finish),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
