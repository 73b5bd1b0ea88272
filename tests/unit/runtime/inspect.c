// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How recordings are shown: one with every kind of command, by hand, since no compiler writes all of them.

#include "rondo/inspect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "../hal/fake_executable.h"
#include "runtime/runtime.h"

static char text[8192];
static size_t text_length;

static void take(void *user, const char *bytes, size_t length) {
  (void)user;
  assert_true(text_length + length < sizeof text);
  memcpy(text + text_length, bytes, length);
  text_length += length;
  text[text_length] = '\0';
}

static int no_kernel(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *dispatch,
                     const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)dispatch;
  (void)workgroup;
  return 1;
}

static void ok(enum rondo_status status) { assert_int_equal(status, RONDO_OK); }

static void record_dispatch(struct rdo_recording *recording, const struct rdo_dispatch_info *info, const uint32_t *values, const struct rdo_buffer_ref *refs) {
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  ok(rdo_recording_dispatch(recording, info, &constants, &bindings, NULL));
  for (uint32_t i = 0; i < info->constant_count; ++i) constants[i] = values[i];
  for (uint32_t i = 0; i < info->binding_count; ++i) {
    bindings[i] = refs[i];
    ok(rdo_recording_check_ref(recording, &bindings[i], NULL));
  }
  rdo_recording_complete(recording);
}

static struct rdo_recording *record(struct fake_executable *fake, struct rdo_buffer *a, struct rdo_buffer *b) {
  struct rdo_recording *recording;
  int64_t kernel = fake_executable_add(fake, "kernel", no_kernel, 2, 2), sequential = fake_executable_add(fake, "in order", no_kernel, 0, 0);
  fake->attrs[sequential].flags = RDO_DISPATCH_FLAG_SEQUENTIAL;
  const struct rdo_buffer_ref slot = {.slot = 2, .offset = 64, .length = RDO_WHOLE_BUFFER}, part = {.buffer = a, .offset = 16, .length = 12};
  const struct rdo_buffer_ref whole = {.buffer = b, .length = RDO_WHOLE_BUFFER};
  const struct rdo_dispatch_info direct = {
      .executable = &fake->executable, .function_id = kernel, .workgroup_count = {5, 6, 7}, .constant_count = 2, .binding_count = 2};
  const struct rdo_dispatch_info indirect = {.executable = &fake->executable, .function_id = sequential, .workgroup_ref = &part};
  ok(rdo_recording_create(0, 3, &recording, NULL));
  record_dispatch(recording, &direct, (const uint32_t[]){11, UINT32_MAX}, (const struct rdo_buffer_ref[]){slot, whole});
  ok(rdo_recording_fill(recording, &slot, 0xAB, 1, NULL));
  ok(rdo_recording_barrier(recording, NULL));
  ok(rdo_recording_update(recording, (struct rdo_bytes){(const uint8_t *)"twelve bytes", 12}, &part, NULL));
  ok(rdo_recording_barrier(recording, NULL));
  record_dispatch(recording, &indirect, NULL, NULL);
  ok(rdo_recording_copy(recording, &part, &(const struct rdo_buffer_ref){.slot = 0, .length = 12}, NULL));
  ok(rdo_recording_finalize(recording, NULL));
  return recording;
}

static void test_every_command(void **state) {
  (void)state;
  static _Alignas(64) uint8_t memory[2][128];
  struct rondo_runtime *runtime;
  struct rdo_buffer *buffers[2];
  struct fake_executable *fake = fake_executable_create();
  ok(rondo_runtime_create(NULL, &runtime, NULL));
  for (int i = 0; i < 2; ++i) ok(rdo_buffer_wrap(memory[i], sizeof memory[i], 0, 0, NULL, NULL, &buffers[i], NULL));
  struct rdo_recording *recording = record(fake, buffers[0], buffers[1]);
  const struct rdo_device *device = runtime->device;
  assert_null(device->recorded);
  rondo_inspect_new_recordings(runtime, take, NULL);
  device->recorded(device->recorded_user, recording);
  device->recorded(device->recorded_user, recording);
  static const char commands[] =
      "  5 commands (2 dispatches) in 3 regions, 3 binding slots\n"
      "  region   0  dispatch kernel  5x6x7 workgroups  constants 11 4294967295  bindings slot 2[64...], buffer #1[0+128]\n"
      "  region   0  fill slot 2[64...] with 0xAB (1 bytes)\n"
      "  region   1  update buffer #2[16+12] with 12 bytes\n"
      "  region   2  dispatch in order  workgroups from buffer #2[16+12], one after the other\n"
      "  region   2  copy buffer #2[16+12] to slot 0[0+12]\n";
  char wanted[2 * sizeof commands + 64];
  snprintf(wanted, sizeof wanted, "recording made 1%srecording made 2%s", commands, commands);
  assert_string_equal(text, wanted);
  rondo_inspect_new_recordings(runtime, NULL, NULL);
  assert_null(device->recorded);
  rdo_object_release(&recording->object);
  for (int i = 0; i < 2; ++i) rdo_object_release(&buffers[i]->object);
  rdo_object_release(&fake->executable.object);
  rondo_runtime_release(&runtime);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_command)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
