// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(pending). `open_count` starts at the number of points and one for whoever begins, which is given back
// last: so the watch cannot end while its points are still being armed. Whoever brings it to 0 calls back.

#include "async/watch.h"

#include "base/alloc.h"
#include "base/futex.h"

static void end_points(struct rdo_fence_watch *watch, uint32_t count, enum rondo_status status) {
  uint32_t expected = RONDO_OK;
  // SYNC(pending): the first failure stays.
  if (status != RONDO_OK) (void)rdo_atomic_cas(&watch->failure, &expected, (uint32_t)status, rdo_acq_rel, rdo_acquire);
  // SYNC(pending): acq_rel, so that what every signaller wrote happens before the callback.
  if (rdo_atomic_sub(&watch->open_count, count, rdo_acq_rel) != count) return;
  watch->callback(watch->user, (enum rondo_status)rdo_atomic_load(&watch->failure, rdo_acquire));  // SYNC(pending)
}

static void end_point(void *user, enum rondo_status status) { end_points(user, 1, status); }

void rdo_fence_watch_begin(struct rdo_fence_watch *watch, const struct rdo_fence *fence, struct rdo_timepoint *timepoints,
                           void (*callback)(void *user, enum rondo_status status), void *user) {
  uint32_t count = fence == NULL ? 0 : fence->count;
  watch->callback = callback;
  watch->user = user;
  rdo_atomic_init(&watch->open_count, count + 1);
  rdo_atomic_init(&watch->failure, RONDO_OK);
  for (uint32_t i = 0; i < count; ++i) {
    timepoints[i] = (struct rdo_timepoint){.value = fence->points[i].value, .callback = end_point, .user = watch};
    enum rondo_status status = rdo_semaphore_arm(fence->points[i].semaphore, &timepoints[i]);
    if (status != RONDO_DEFERRED) end_points(watch, 1, status);
  }
  end_points(watch, 1, RONDO_OK);
}

void rdo_fence_watch_cancel(struct rdo_fence_watch *watch, const struct rdo_fence *fence, struct rdo_timepoint *timepoints) {
  uint32_t count = fence == NULL ? 0 : fence->count;
  uint32_t ended_count = 0;
  for (uint32_t i = 0; i < count; ++i) ended_count += rdo_semaphore_disarm(fence->points[i].semaphore, &timepoints[i]);
  if (ended_count != 0) end_points(watch, ended_count, RONDO_CANCELLED);
}

// Waiting for one of several -----------------------------------------------------------------------

enum { POINTS_INLINE = 32 };

// One sleeper, woken by every point that ends: a fence may be over, because it has failed, before all its
// points are.
struct any_wait {
  rdo_atomic_u64 over_count;  // SYNC(pending): points that have ended
  rdo_atomic_u32 left_count;  // SYNC(pending): callbacks that have returned, but for a few instructions
  struct rdo_fence *bell;     // its timeline follows over_count
};

static void ring(void *user, enum rondo_status status) {
  (void)status;
  struct any_wait *wait = user;
  uint64_t over_count = rdo_atomic_add(&wait->over_count, 1, rdo_seq_cst) + 1;  // SYNC(pending)
  rdo_semaphore_signal(wait->bell->points[0].semaphore, over_count);
  rdo_atomic_add(&wait->left_count, 1, rdo_release);  // SYNC(pending): nothing of the waiter is touched after this
}

static bool find_over(struct rdo_fence *const *fences, uint32_t count, enum rondo_status *out_status, uint32_t *out_index) {
  for (uint32_t i = 0; i < count; ++i) {
    *out_status = rdo_fence_query(fences[i]);
    *out_index = i;
    if (*out_status != RONDO_DEFERRED) return true;
  }
  *out_index = UINT32_MAX;
  return false;
}

static enum rondo_status wait_here(void *user, const struct rdo_fence *fence, int64_t deadline_ns) {
  (void)user;
  return rdo_fence_wait(fence, deadline_ns);
}

static enum rondo_status wait_with_points(struct any_wait *wait, struct rdo_timepoint *points, struct rdo_fence *const *fences, uint32_t count,
                                          rdo_wait_function *sleep, void *user, int64_t deadline_ns, uint32_t *out_index) {
  enum rondo_status status = RONDO_DEFERRED;
  uint32_t armed_count = 0;
  struct rdo_timepoint *next = points;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t k = 0; k < fences[i]->count; ++k, ++next) {
      *next = (struct rdo_timepoint){.value = fences[i]->points[k].value, .callback = ring, .user = wait};
      armed_count += rdo_semaphore_arm(fences[i]->points[k].semaphore, next) == RONDO_DEFERRED;
    }
  }
  for (;;) {
    uint64_t heard = rdo_atomic_load(&wait->over_count, rdo_seq_cst);  // SYNC(pending): before looking
    if (find_over(fences, count, &status, out_index)) break;
    wait->bell->points[0].value = heard + 1;
    status = sleep(user, wait->bell, deadline_ns);
    if (status != RONDO_OK) {
      enum rondo_status last;
      if (find_over(fences, count, &last, out_index)) status = last;
      break;
    }
  }
  next = points;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t k = 0; k < fences[i]->count; ++k, ++next) armed_count -= rdo_semaphore_disarm(fences[i]->points[k].semaphore, next);
  }
  // A callback may still be on its way on another thread; it is a few instructions long.
  while (rdo_atomic_load(&wait->left_count, rdo_acquire) != armed_count) rdo_cpu_relax();  // SYNC(pending)
  return status;
}

enum rondo_status rdo_fence_wait_any(struct rdo_fence *const *fences, uint32_t count, int64_t deadline_ns, rdo_wait_function *sleep, void *user,
                                     uint32_t *out_index) {
  enum rondo_status status;
  if (find_over(fences, count, &status, out_index)) return status;
  size_t point_count = 0;
  for (uint32_t i = 0; i < count; ++i) point_count += fences[i]->count;
  struct rdo_timepoint inline_points[POINTS_INLINE], *points = inline_points;
  struct any_wait wait;
  rdo_atomic_init(&wait.over_count, 0);
  rdo_atomic_init(&wait.left_count, 0);
  RDO_TRY(rdo_fence_create(&wait.bell, NULL));
  if (point_count > POINTS_INLINE) status = rdo_alloc_array(point_count, sizeof *points, &points, NULL);
  if (point_count <= POINTS_INLINE || status == RONDO_OK) {
    status = wait_with_points(&wait, points, fences, count, sleep == NULL ? wait_here : sleep, user, deadline_ns, out_index);
  }
  if (points != inline_points) rdo_free(points);
  rdo_object_release(&wait.bell->object);
  return status;
}
