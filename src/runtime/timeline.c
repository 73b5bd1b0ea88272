// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Timelines and callbacks of the public API.

#include "rondo/timeline.h"

#include "async/watch.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "runtime/runtime.h"

struct rondo_timeline {
  struct rdo_semaphore semaphore;
  struct rdo_device *device;  // retained
};

static void destroy_timeline(struct rdo_object *object) {
  struct rondo_timeline *timeline = RDO_CONTAINER(object, struct rondo_timeline, semaphore.object);
  rdo_semaphore_deinit(&timeline->semaphore);
  rdo_object_release(&timeline->device->object);
  rdo_free(timeline);
}

static const struct rdo_object_type timeline_type = {"hal.semaphore", destroy_timeline};

enum rondo_status rondo_timeline_create(struct rondo_runtime *runtime, uint64_t value, struct rondo_timeline **out_timeline,
                                        struct rondo_diag *diag) {
  struct rondo_timeline *timeline;
  *out_timeline = NULL;
  RDO_TRY(rdo_alloc(sizeof *timeline, &timeline, diag));
  rdo_semaphore_init(&timeline->semaphore, &timeline_type, value);
  timeline->device = runtime->device;
  rdo_object_retain(&timeline->device->object);
  *out_timeline = timeline;
  return RONDO_OK;
}

void rondo_timeline_retain(struct rondo_timeline *timeline) { rdo_object_retain(&timeline->semaphore.object); }

void rondo_timeline_release(struct rondo_timeline **timeline) {
  if (timeline == NULL || *timeline == NULL) return;
  rdo_object_release(&(*timeline)->semaphore.object);
  *timeline = NULL;
}

enum rondo_status rondo_timeline_query(const struct rondo_timeline *timeline, uint64_t *out_value) {
  // SYNC(timeline): what was written before the value is seen after it.
  *out_value = rdo_atomic_load(&timeline->semaphore.value, rdo_acquire);
  return (enum rondo_status)rdo_atomic_load(&timeline->semaphore.failure, rdo_seq_cst);  // SYNC(timeline)
}

void rondo_timeline_signal(struct rondo_timeline *timeline, uint64_t value) { rdo_semaphore_signal(&timeline->semaphore, value); }

void rondo_timeline_fail(struct rondo_timeline *timeline, enum rondo_status status) {
  rdo_semaphore_fail(&timeline->semaphore, rdo_failure_of(status));
}

enum rondo_status rondo_fence_at(struct rondo_timeline *timeline, uint64_t value, struct rondo_fence **out_fence, struct rondo_diag *diag) {
  struct rdo_fence *fence;
  *out_fence = NULL;
  RDO_TRY(rdo_fence_create_at(&timeline->semaphore, value, &fence, diag));
  fence->home = &timeline->device->object;
  rdo_object_retain(fence->home);
  *out_fence = rdo_fence_public(fence);
  return RONDO_OK;
}

enum rondo_status rondo_fence_join(struct rondo_fence *const *fences, int fence_count, struct rondo_fence **out_fence, struct rondo_diag *diag) {
  struct rdo_fence *joined;
  *out_fence = NULL;
  if (fence_count < 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d fences", fence_count);
  RDO_TRY(rdo_fence_join((struct rdo_fence *const *)(const void *)fences, (uint32_t)fence_count, &joined, diag));
  *out_fence = rdo_fence_public(joined);
  return RONDO_OK;
}

// As rondo_fence_wait does: a device without workers needs a thread that waits to do its work.
static enum rondo_status wait_and_help(void *user, const struct rdo_fence *fence, int64_t deadline_ns) { return rdo_device_wait(user, fence, deadline_ns); }

enum rondo_status rondo_fence_wait_any(struct rondo_fence *const *fences, int fence_count, int64_t timeout_ns, int *out_index) {
  if (out_index != NULL) *out_index = -1;
  if (fence_count <= 0) return RONDO_INVALID_ARGUMENT;
  struct rdo_object *home = NULL;
  for (int i = 0; i < fence_count && home == NULL; ++i) home = fences[i] == NULL ? NULL : rdo_fence_from(fences[i])->home;
  uint32_t index;
  enum rondo_status status = rdo_fence_wait_any((struct rdo_fence *const *)(const void *)fences, (uint32_t)fence_count, rdo_clock_deadline_ns(timeout_ns),
                                                home == NULL ? NULL : wait_and_help, home == NULL ? NULL : RDO_CONTAINER(home, struct rdo_device, object),
                                                &index);
  if (out_index != NULL && index != UINT32_MAX) *out_index = (int)index;
  return status;
}

// Callbacks ------------------------------------------------------------------------------------------

struct rondo_fence_callback {
  struct rdo_fence_watch watch;
  struct rdo_fence *fence;  // retained, so that its points can be cancelled
  void (*callback)(void *user, enum rondo_status status);
  void *user;
  rdo_atomic_u32 is_over;  // SYNC(pending): the callback has returned; futex word of cancel
  struct rdo_timepoint timepoints[];
};

static void run_callback(void *user, enum rondo_status status) {
  struct rondo_fence_callback *callback = user;
  callback->callback(callback->user, status);
  rdo_atomic_store(&callback->is_over, 1, rdo_seq_cst);  // SYNC(pending): pairs with the wait in cancel
  rdo_futex_wake_all(&callback->is_over);
}

enum rondo_status rondo_fence_then(struct rondo_fence *fence, void (*function)(void *user, enum rondo_status status), void *user,
                                   struct rondo_fence_callback **out_callback, struct rondo_diag *diag) {
  struct rdo_fence *f = rdo_fence_from(fence);
  struct rondo_fence_callback *callback;
  *out_callback = NULL;
  size_t point_count = f == NULL ? 0 : f->count;
  RDO_TRY(rdo_alloc(sizeof *callback + point_count * sizeof callback->timepoints[0], &callback, diag));
  callback->fence = f;
  callback->callback = function;
  callback->user = user;
  rdo_atomic_init(&callback->is_over, 0);
  if (f != NULL) rdo_object_retain(&f->object);
  *out_callback = callback;
  rdo_fence_watch_begin(&callback->watch, f, callback->timepoints, run_callback, callback);
  return RONDO_OK;
}

void rondo_fence_callback_cancel(struct rondo_fence_callback **callback) {
  if (callback == NULL || *callback == NULL) return;
  struct rondo_fence_callback *c = *callback;
  *callback = NULL;
  rdo_fence_watch_cancel(&c->watch, c->fence, c->timepoints);
  while (rdo_atomic_load(&c->is_over, rdo_seq_cst) == 0) rdo_futex_wait(&c->is_over, 0, RDO_DEADLINE_NONE);  // SYNC(pending)
  if (c->fence != NULL) rdo_object_release(&c->fence->object);
  rdo_free(c);
}
