// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The device conformance suite: what every device has to do, whoever does the work. One program, the device
// is its argument. The files of tests use what stands here; nothing in it asks which device it is but where a
// device may differ by its nature.
//
// Everything that a test makes through `suite_` functions belongs to the suite and ends with the test. The end
// of each test also checks that no memory and no hold is left.

#ifndef RDO_TESTS_DEVICE_SUITE_H_
#define RDO_TESTS_DEVICE_SUITE_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/hal/fake_executable.h"
#include "hal/device.h"

// How the host deals with the device; every test runs in each way that the device knows.
enum suite_way {
  SUITE_HELPING,  // waits by rdo_device_wait, which drains along
  SUITE_HOLDING,  // the same, and submits what it promises to wait for
  SUITE_ASIDE,    // waits by rdo_fence_wait: the workers do everything, and sleep at once when they have nothing
  SUITE_WAY_COUNT,
};

// Kernels of the suite's executable, by their export index. A workgroup's number is its place in the serial
// loop; u32 arrays have one element for each.
enum suite_kernel {
  KERNEL_COUNT,      // (binding x)            x[i] += 1
  KERNEL_STAGE,      // (a, b; x)              x[i] = x[i] * a + b: two of these in the wrong order show
  KERNEL_NEIGHBOUR,  // (n; x, y)              y[i] = x[(i + 7) % n] + i: needs what other workgroups wrote before
  KERNEL_FAIL,       // (index; x)             x[i] += 1; fails in workgroup `index`
  KERNEL_ORDER,      // (x)                    x[++x[0]] = i: sequential
  KERNEL_GRID,       // (a, b, c; x)           x[0..2] = a, b, c: workgroup counts for a later dispatch
  KERNEL_SCRATCH,    // (x)                    x[i] += 1 if local memory stays what it was written while it yields
  KERNEL_HUGE,       // (x)                    asks for more local memory than workers have
  KERNEL_PROCESSOR,  // (x)                    x[i] += 1; nobody else runs under the same processor id meanwhile
  KERNEL_GATE,       // (x)                    x[i] += 1 when suite_open_gate has been called
  KERNEL_TOTAL,
};

enum { SUITE_PROCESSORS_MAX = RDO_WORKERS_MAX + RDO_DONORS_MAX, SUITE_HUGE_PAGES = 65535 };

struct suite {
  // const in the program
  const char *device_name;
  bool is_sync, is_task, is_null;
  uint32_t worker_count;  // of one queue
  uint32_t queue_count;
  // const in a test
  enum suite_way way;
  struct rdo_device *device;
  struct rdo_heap *heap;
  struct fake_executable *fake;
  struct rondo_diag diag;
};

extern struct suite suite;

int suite_begin(void **state);
int suite_end(void **state);

#define SUITE_TEST(name) cmocka_unit_test_setup_teardown(name, suite_begin, suite_end)

// One a file.
int suite_run_transfers(void);
int suite_run_chains(void);
int suite_run_executions(void);
int suite_run_lists(void);
int suite_run_recordings(void);
int suite_run_dispatches(void);
int suite_run_failures(void);
int suite_run_lifetime(void);
int suite_run_threads(void);

// What is not true on a thread that must not leave its function; the test fails in the end.
void suite_check_at(bool is_true, const char *file, int line, const char *text);
#define SUITE_CHECK(condition) suite_check_at((condition), __FILE__, __LINE__, #condition)

void suite_expect_ok(enum rondo_status status);

// Things that end with the test -----------------------------------------------------------------------

// Gives an object to the suite.
void suite_keep(struct rdo_object *object);
// Ends all of them now.
void suite_end_objects(void);

struct rdo_fence *suite_fence(void);
struct rdo_fence *suite_join(struct rdo_fence *const *fences, uint32_t count);
// A buffer of the device whose byte i is suite_byte(i).
struct rdo_buffer *suite_buffer(uint64_t byte_length);
static inline uint8_t suite_byte(uint64_t index) { return (uint8_t)(index * 7 + index / 256); }
// The same with zeroes.
struct rdo_buffer *suite_zeroes(uint64_t byte_length);
struct rdo_buffer *suite_transient(uint64_t byte_length);
struct rdo_file *suite_file(uint8_t *data, uint64_t byte_length, bool is_writable);
struct rdo_recording *suite_recording(uint32_t slot_capacity);

// A timeline, and fences at its values.
struct rdo_semaphore *suite_timeline(void);
struct rdo_fence *suite_fence_at(struct rdo_semaphore *const *semaphores, const uint64_t *values, uint32_t count);

// Contents ----------------------------------------------------------------------------------------------

static inline uint32_t *suite_words(struct rdo_buffer *buffer) { return (uint32_t *)(void *)rdo_buffer_data(buffer); }

void suite_expect_bytes(struct rdo_buffer *buffer, const uint8_t *wanted, uint64_t byte_length);
void suite_expect_word_each(struct rdo_buffer *buffer, uint32_t count, uint32_t wanted);

// Operations --------------------------------------------------------------------------------------------

// Submits an operation that waits for `wait` and signals the fence that is returned.
struct rdo_fence *suite_submit(struct rdo_operation operation, struct rdo_fence *wait);
// The same with a signal of the caller's choice, NULL for none.
void suite_submit_to(struct rdo_operation operation, struct rdo_fence *wait, struct rdo_fence *signal);

// Waits; the test fails when it takes longer than anything here may.
enum rondo_status suite_wait(const struct rdo_fence *fence);
void suite_wait_ok(const struct rdo_fence *fence);
void suite_wait_failure(const struct rdo_fence *fence, enum rondo_status wanted);
// Also that the device explains it with `words`.
void suite_wait_words(const struct rdo_fence *fence, enum rondo_status wanted, const char *words);

// Submits and waits for it.
void suite_run(struct rdo_operation operation);

static inline struct rdo_operation op_alloca(struct rdo_buffer *target) { return (struct rdo_operation){.kind = RDO_OPERATION_ALLOCA, .target = target}; }
static inline struct rdo_operation op_dealloca(struct rdo_buffer *target) {
  return (struct rdo_operation){.kind = RDO_OPERATION_DEALLOCA, .target = target};
}
static inline struct rdo_operation op_barrier(void) { return (struct rdo_operation){.kind = RDO_OPERATION_BARRIER}; }
static inline struct rdo_operation op_fill(struct rdo_buffer *target, uint64_t offset, uint64_t length, uint64_t pattern, uint32_t pattern_length) {
  return (struct rdo_operation){
      .kind = RDO_OPERATION_FILL, .target = target, .target_offset = offset, .length = length, .pattern = pattern, .pattern_length = pattern_length};
}
static inline struct rdo_operation op_update(struct rdo_buffer *target, uint64_t offset, const void *data, uint64_t length) {
  return (struct rdo_operation){.kind = RDO_OPERATION_UPDATE, .target = target, .target_offset = offset, .data = {data, length}};
}
static inline struct rdo_operation op_copy(struct rdo_buffer *source, uint64_t source_offset, struct rdo_buffer *target, uint64_t target_offset,
                                           uint64_t length) {
  return (struct rdo_operation){.kind = RDO_OPERATION_COPY, .source = source, .source_offset = source_offset, .target = target,
                                .target_offset = target_offset, .length = length};
}
static inline struct rdo_operation op_read(struct rdo_file *file, uint64_t source_offset, struct rdo_buffer *target, uint64_t target_offset,
                                           uint64_t length) {
  return (struct rdo_operation){.kind = RDO_OPERATION_READ, .file = file, .source_offset = source_offset, .target = target,
                                .target_offset = target_offset, .length = length};
}
static inline struct rdo_operation op_write(struct rdo_buffer *source, uint64_t source_offset, struct rdo_file *file, uint64_t target_offset,
                                            uint64_t length) {
  return (struct rdo_operation){.kind = RDO_OPERATION_WRITE, .source = source, .source_offset = source_offset, .file = file,
                                .target_offset = target_offset, .length = length};
}
static inline struct rdo_operation op_call(enum rondo_status (*call)(void *user, struct rondo_diag *diag), void *user) {
  struct rdo_operation operation = {.kind = RDO_OPERATION_HOST_CALL};
  operation.host.call = call;
  operation.host.user = user;
  return operation;
}
// The table is borrowed until submit.
static inline struct rdo_operation op_execute(struct rdo_recording *recording, const struct rdo_buffer_ref *entries, uint32_t count) {
  return (struct rdo_operation){.kind = RDO_OPERATION_EXECUTE, .recording = recording, .bindings = {entries, count}};
}

// Recordings --------------------------------------------------------------------------------------------

static inline struct rdo_buffer_ref ref_direct(struct rdo_buffer *buffer, uint64_t offset, uint64_t length) {
  return (struct rdo_buffer_ref){.buffer = buffer, .offset = offset, .length = length};
}
static inline struct rdo_buffer_ref ref_whole(struct rdo_buffer *buffer) { return ref_direct(buffer, 0, RDO_WHOLE_BUFFER); }
static inline struct rdo_buffer_ref ref_slot(uint32_t slot, uint64_t offset, uint64_t length) {
  return (struct rdo_buffer_ref){.slot = slot, .offset = offset, .length = length};
}
static inline struct rdo_buffer_ref ref_slot_whole(uint32_t slot) { return ref_slot(slot, 0, RDO_WHOLE_BUFFER); }

struct suite_dispatch {
  enum suite_kernel kernel;
  uint32_t x, y, z;                       // workgroups; a y or z of 0 is 1, unless is_empty
  bool is_empty;                          // the counts as they are
  const struct rdo_buffer_ref *indirect;  // counts come from there
  uint32_t constants[3];
  struct rdo_buffer_ref bindings[2];
};

void suite_record_dispatch(struct rdo_recording *recording, const struct suite_dispatch *dispatch);
void suite_record_barrier(struct rdo_recording *recording);
void suite_finalize(struct rdo_recording *recording);
// A final recording of one dispatch.
struct rdo_recording *suite_record_one(const struct suite_dispatch *dispatch, uint32_t slot_capacity);

// The operation that does a dispatch without a recording; borrowed until submit.
struct suite_direct {
  struct rdo_dispatch dispatch;
  struct rdo_operation operation;
};
const struct rdo_operation *suite_direct(struct suite_direct *direct, const struct suite_dispatch *dispatch);

// KERNEL_GATE waits, for as long as a test may take, until it is open; it is shut when a test begins. Only
// where another thread than the test's runs kernels.
void suite_open_gate(void);
// How many workgroups have come to the gate.
uint32_t suite_gate_count(void);

static inline bool suite_has_workers(void) { return suite.is_task && suite.worker_count != 0; }

#endif  // RDO_TESTS_DEVICE_SUITE_H_
