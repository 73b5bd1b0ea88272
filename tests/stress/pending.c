// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(pending): threads submit operations that wait for fences of each other's operations and for fences
// that more threads signal, fail or drop. Every operation runs exactly once when all its waits are reached,
// and else fails its fence without running; everything it held is released.

#include <pthread.h>
#include <sched.h>

#include "../unit/hal/fake_executable.h"
#include "hal/device.h"
#include "stress.h"

enum { OPERATION_COUNT = 400, ROOT_COUNT = 24, SUBMITTER_COUNT = 3, SIGNALLER_COUNT = 2, WAITS_MAX = 3 };

enum ending { SIGNALLED, FAILED, DROPPED };

// What one operation waits for: roots, and operations of smaller index. Const in the round.
struct plan {
  uint32_t wait_count;
  struct { bool is_root; uint32_t index; } waits[WAITS_MAX];
  bool is_failing;  // its kernel
  bool is_expected_ok;
};

static struct plan plans[OPERATION_COUNT];
static enum ending endings[ROOT_COUNT];
static struct rdo_fence *roots[ROOT_COUNT];        // held by every submitter and one signaller
static struct rdo_fence *fences[OPERATION_COUNT];  // that operations signal; held by the round
static struct rdo_recording *recordings[OPERATION_COUNT];
static rdo_atomic_u32 run_counts[OPERATION_COUNT];
static rdo_atomic_u32 next_operation;
static rdo_atomic_u32 next_root;
static struct rdo_device *device;
static struct rdo_buffer *target;
static struct fake_executable *fake;

static int run_kernel(const struct rdo_library_environment *environment, const struct rdo_dispatch_state *state,
                      const struct rdo_workgroup_state *workgroup) {
  (void)environment;
  (void)workgroup;
  uint32_t index = state->constants[0];
  const struct plan *plan = &plans[index];
  // All that it waited for has run.
  for (uint32_t i = 0; i < plan->wait_count; ++i) {
    if (!plan->waits[i].is_root) STRESS_CHECK(rdo_atomic_load(&run_counts[plan->waits[i].index], rdo_relaxed) == 1);  // relaxed: ordered by SYNC(pending)
  }
  rdo_atomic_add(&run_counts[index], 1, rdo_relaxed);  // relaxed: ordered by SYNC(pending)
  *(uint32_t *)state->binding_ptrs[0] = index;
  return plan->is_failing;
}

static struct rdo_recording *record(uint32_t index) {
  struct rdo_recording *recording = NULL;
  const struct rdo_dispatch_info info = {.executable = &fake->executable, .workgroup_count = {1, 1, 1}, .constant_count = 1, .binding_count = 1};
  uint32_t *constants;
  struct rdo_buffer_ref *bindings;
  STRESS_CHECK(rdo_recording_create(0, 1, &recording, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_recording_dispatch(recording, &info, &constants, &bindings, NULL) == RONDO_OK);
  constants[0] = index;
  bindings[0] = (struct rdo_buffer_ref){.slot = 0, .offset = 4 * index, .length = 4};
  STRESS_CHECK(rdo_recording_check_ref(recording, &bindings[0], NULL) == RONDO_OK);
  rdo_recording_complete(recording);
  STRESS_CHECK(rdo_recording_finalize(recording, NULL) == RONDO_OK);
  return recording;
}

static void submit(uint32_t index) {
  const struct plan *plan = &plans[index];
  struct rdo_fence *waits[WAITS_MAX], *wait;
  for (uint32_t i = 0; i < plan->wait_count; ++i) waits[i] = plan->waits[i].is_root ? roots[plan->waits[i].index] : fences[plan->waits[i].index];
  STRESS_CHECK(rdo_fence_join(waits, plan->wait_count, &wait, NULL) == RONDO_OK);
  const struct rdo_buffer_ref entry = {.buffer = target, .length = RDO_WHOLE_BUFFER};
  const struct rdo_operation operation = {
      .kind = RDO_OPERATION_EXECUTE, .wait = wait, .signal = fences[index], .recording = recordings[index], .bindings = {&entry, 1}};
  STRESS_CHECK(rdo_device_submit(device, &operation, NULL) == RONDO_OK);
  if (wait != NULL) rdo_object_release(&wait->object);
}

static void *submit_operations(void *user) {
  uint64_t random = *(const uint64_t *)user;
  for (;;) {
    uint32_t index = rdo_atomic_add(&next_operation, 1, rdo_relaxed);  // relaxed: counter
    if (index >= OPERATION_COUNT) break;
    submit(index);
    if (stress_below(&random, 8) == 0) sched_yield();
  }
  for (int i = 0; i < ROOT_COUNT; ++i) rdo_object_release(&roots[i]->object);
  return NULL;
}

static void *end_roots(void *user) {
  uint64_t random = *(const uint64_t *)user;
  for (;;) {
    uint32_t index = rdo_atomic_add(&next_root, 1, rdo_relaxed);  // relaxed: counter
    if (index >= ROOT_COUNT) return NULL;
    for (uint32_t i = stress_below(&random, 20); i > 0; --i) sched_yield();
    if (endings[index] == SIGNALLED) rdo_fence_signal(roots[index]);
    if (endings[index] == FAILED) rdo_fence_fail(roots[index], RONDO_DATA_LOSS);
    rdo_object_release(&roots[index]->object);
  }
}

static void make_plan(uint32_t index, uint64_t *random) {
  struct plan *plan = &plans[index];
  *plan = (struct plan){.wait_count = stress_below(random, WAITS_MAX + 1), .is_failing = stress_below(random, 100) == 0};
  plan->is_expected_ok = !plan->is_failing;
  for (uint32_t i = 0; i < plan->wait_count; ++i) {
    bool is_root = index == 0 || stress_below(random, 3) == 0;
    plan->waits[i].is_root = is_root;
    plan->waits[i].index = is_root ? stress_below(random, ROOT_COUNT) : stress_below(random, index);
    bool is_reached = is_root ? endings[plan->waits[i].index] == SIGNALLED : plans[plan->waits[i].index].is_expected_ok;
    plan->is_expected_ok &= is_reached;
  }
}

// Whether the operation runs: when all its waits are reached, even if it then fails by itself.
static bool is_expected_to_run(const struct plan *plan) {
  for (uint32_t i = 0; i < plan->wait_count; ++i) {
    uint32_t index = plan->waits[i].index;
    if (plan->waits[i].is_root ? endings[index] != SIGNALLED : !plans[index].is_expected_ok) return false;
  }
  return true;
}

static void begin_round(uint64_t *random) {
  STRESS_CHECK(rdo_device_create(&(const struct rdo_device_options){.name = "local-sync"}, &device, NULL) == RONDO_OK);
  STRESS_CHECK(rdo_buffer_create(device->heap, 0, 0, 4 * OPERATION_COUNT, true, &target, NULL) == RONDO_OK);
  fake = fake_executable_create();
  fake_executable_add(fake, "run", run_kernel, 1, 1);
  rdo_atomic_init(&next_operation, 0);
  rdo_atomic_init(&next_root, 0);
  for (uint32_t i = 0; i < ROOT_COUNT; ++i) {
    uint32_t choice = stress_below(random, 24);
    endings[i] = choice == 0 ? FAILED : choice == 1 ? DROPPED : SIGNALLED;
    STRESS_CHECK(rdo_fence_create(&roots[i], NULL) == RONDO_OK);
    for (int k = 0; k < SUBMITTER_COUNT; ++k) rdo_object_retain(&roots[i]->object);
  }
  for (uint32_t i = 0; i < OPERATION_COUNT; ++i) {
    make_plan(i, random);
    rdo_atomic_init(&run_counts[i], 0);
    STRESS_CHECK(rdo_fence_create(&fences[i], NULL) == RONDO_OK);
    recordings[i] = record(i);
  }
}

static void check_operation(uint32_t index) {
  const struct plan *plan = &plans[index];
  uint32_t written;
  bool has_run = is_expected_to_run(plan);
  memcpy(&written, rdo_buffer_data(target) + 4 * index, sizeof written);
  STRESS_CHECK(rdo_atomic_load(&run_counts[index], rdo_acquire) == has_run);
  STRESS_CHECK(written == (has_run ? index : 0));
  enum rondo_status status = rdo_fence_query(fences[index]);
  STRESS_CHECK((status == RONDO_OK) == plan->is_expected_ok);
  STRESS_CHECK(plan->is_expected_ok || status == RONDO_INTERNAL || status == RONDO_DATA_LOSS || status == RONDO_CANCELLED);
}

// The holds of this function are the last ones.
static void end_round(void) {
  for (uint32_t i = 0; i < OPERATION_COUNT; ++i) {
    check_operation(i);
    STRESS_CHECK(rdo_atomic_load(&fences[i]->object.ref_count, rdo_acquire) == 1);
    STRESS_CHECK(rdo_atomic_load(&recordings[i]->object.ref_count, rdo_acquire) == 1);
    rdo_object_release(&fences[i]->object);
    rdo_object_release(&recordings[i]->object);
  }
  STRESS_CHECK(rdo_atomic_load(&target->object.ref_count, rdo_acquire) == 1);
  STRESS_CHECK(rdo_atomic_load(&device->object.ref_count, rdo_acquire) == 1);
  STRESS_CHECK(rdo_atomic_load(&fake->executable.object.ref_count, rdo_acquire) == 1);
  rdo_object_release(&target->object);
  STRESS_CHECK(rdo_atomic_load(&device->heap->live_bytes, rdo_acquire) == 0);
  rdo_object_release(&device->object);
  rdo_object_release(&fake->executable.object);
}

static void run_round(uint64_t random) {
  enum { THREAD_COUNT = SUBMITTER_COUNT + SIGNALLER_COUNT };
  pthread_t threads[THREAD_COUNT];
  uint64_t seeds[THREAD_COUNT];
  begin_round(&random);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    seeds[i] = stress_random(&random);
    STRESS_CHECK(pthread_create(&threads[i], NULL, i < SUBMITTER_COUNT ? submit_operations : end_roots, &seeds[i]) == 0);
  }
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
  end_round();
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  uint64_t seed;
  while (stress_next(&stress, &seed)) run_round(seed);
  return 0;
}
