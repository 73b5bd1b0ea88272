// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(pending). `open_count` starts at the number of points and one for whoever begins, which is given back
// last: so the watch cannot end while its points are still being armed. Whoever brings it to 0 calls back.

#include "async/watch.h"

#include "base/alloc.h"
#include "base/clock.h"
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

enum { POINTS_INLINE = 32, FENCES_INLINE = 16 };

struct any_wait {
  rdo_atomic_u32 over_count;  // SYNC(pending): watches whose callback has run; the sleeper's futex word
};

struct any_watch {
  struct rdo_fence_watch watch;
  struct any_wait *wait;
};

static void count_over(void *user, enum rondo_status status) {
  (void)status;
  struct any_wait *wait = ((struct any_watch *)user)->wait;
  // SYNC(pending): the waiter leaves only when all have counted, so the word is there for the wake of the
  // last one as well: the kernel takes an address that nobody sleeps on for what it is.
  rdo_atomic_add(&wait->over_count, 1, rdo_seq_cst);
  rdo_futex_wake(&wait->over_count);
}

static bool find_over(struct rdo_fence *const *fences, uint32_t count, enum rondo_status *out_status, uint32_t *out_index) {
  for (uint32_t i = 0; i < count; ++i) {
    *out_status = rdo_fence_query(fences[i]);
    *out_index = i;
    if (*out_status != RONDO_DEFERRED) return true;
  }
  return false;
}

enum rondo_status rdo_fence_wait_any(struct rdo_fence *const *fences, uint32_t count, int64_t deadline_ns, uint32_t *out_index) {
  enum rondo_status status;
  if (find_over(fences, count, &status, out_index)) return status;
  size_t point_count = 0;
  for (uint32_t i = 0; i < count; ++i) point_count += fences[i]->count;
  struct rdo_timepoint inline_points[POINTS_INLINE], *points = inline_points;
  struct any_watch inline_watches[FENCES_INLINE], *watches = inline_watches;
  if (point_count > POINTS_INLINE) RDO_TRY(rdo_alloc_array(point_count, sizeof *points, &points, NULL));
  status = RONDO_OK;
  if (count > FENCES_INLINE) status = rdo_alloc_array(count, sizeof *watches, &watches, NULL);
  if (status == RONDO_OK) {
    struct any_wait wait;
    rdo_atomic_init(&wait.over_count, 0);
    struct rdo_timepoint *next = points;
    for (uint32_t i = 0; i < count; ++i) {
      watches[i].wait = &wait;
      rdo_fence_watch_begin(&watches[i].watch, fences[i], next, count_over, &watches[i]);
      next += fences[i]->count;
    }
    while (!find_over(fences, count, &status, out_index)) {
      uint32_t over_count = rdo_atomic_load(&wait.over_count, rdo_seq_cst);  // SYNC(pending): before looking again
      if (find_over(fences, count, &status, out_index)) break;
      rdo_futex_wait(&wait.over_count, over_count, deadline_ns);
      if (deadline_ns != RDO_DEADLINE_NONE && rdo_clock_now_ns() >= deadline_ns) {
        if (!find_over(fences, count, &status, out_index)) status = RONDO_DEADLINE_EXCEEDED;
        break;
      }
    }
    next = points;
    for (uint32_t i = 0; i < count; ++i) {
      rdo_fence_watch_cancel(&watches[i].watch, fences[i], next);
      next += fences[i]->count;
    }
    // A callback may still be on its way on another thread; it is a few instructions long.
    while (rdo_atomic_load(&wait.over_count, rdo_acquire) != count) rdo_cpu_relax();  // SYNC(pending)
  }
  if (points != inline_points) rdo_free(points);
  if (watches != inline_watches) rdo_free(watches);
  return status;
}
