// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/fence.h"

#include "async/watch.h"
#include "base/pool.h"

// Programs make a fence for every queue operation, so a fence and its own semaphore are one
// allocation: the semaphore, behind it the fence with its one point. Each has a count of its own; the
// fence holds the semaphore, whose end frees both.
enum { OWN_BYTES = sizeof(struct rdo_semaphore) + sizeof(struct rdo_fence) + sizeof(struct rdo_fence_point) };
_Static_assert(sizeof(struct rdo_semaphore) % _Alignof(struct rdo_fence) == 0, "the fence follows the semaphore");

static struct rdo_fence *own_fence(struct rdo_semaphore *semaphore) { return (struct rdo_fence *)(void *)(semaphore + 1); }

static void destroy_own_semaphore(struct rdo_object *object) {
  struct rdo_semaphore *semaphore = RDO_CONTAINER(object, struct rdo_semaphore, object);
  rdo_semaphore_deinit(semaphore);
  rdo_pool_return(semaphore, OWN_BYTES);
}

const struct rdo_object_type rdo_semaphore_type = {"hal.semaphore", destroy_own_semaphore};

static size_t fence_bytes(uint64_t capacity) { return sizeof(struct rdo_fence) + (size_t)capacity * sizeof(struct rdo_fence_point); }

static bool owns_semaphore(const struct rdo_fence *fence) {
  return fence->count == 1 && fence->capacity == 0 && own_fence(fence->points[0].semaphore) == fence;
}

static void destroy_fence(struct rdo_object *object) {
  struct rdo_fence *fence = RDO_CONTAINER(object, struct rdo_fence, object);
  bool is_embedded = owns_semaphore(fence);
  uint32_t count = fence->count;
  rdo_object_release(fence->home);
  for (uint32_t i = 0; i < count; ++i) rdo_object_release(&fence->points[i].semaphore->object);
  if (!is_embedded) rdo_pool_return(fence, fence_bytes(fence->capacity));
}

const struct rdo_object_type rdo_fence_type = {"hal.fence", destroy_fence};

enum rondo_status rdo_fence_create(struct rdo_fence **out_fence, struct rondo_diag *diag) {
  *out_fence = NULL;
  struct rdo_semaphore *semaphore;
  RDO_TRY(rdo_pool_acquire(OWN_BYTES, &semaphore, diag));
  rdo_semaphore_init(semaphore, &rdo_semaphore_type, 0);
  struct rdo_fence *fence = own_fence(semaphore);
  rdo_object_init(&fence->object, &rdo_fence_type);
  fence->count = 1;
  fence->points[0] = (struct rdo_fence_point){semaphore, 1};
  *out_fence = fence;
  return RONDO_OK;
}

enum rondo_status rdo_fence_create_at(struct rdo_semaphore *semaphore, uint64_t value, struct rdo_fence **out_fence, struct rondo_diag *diag) {
  struct rdo_fence *fence;
  *out_fence = NULL;
  RDO_TRY(rdo_pool_acquire(fence_bytes(1), &fence, diag));
  rdo_object_init(&fence->object, &rdo_fence_type);
  fence->capacity = 1;
  fence->count = 1;
  fence->points[0] = (struct rdo_fence_point){semaphore, value};
  rdo_object_retain(&semaphore->object);
  *out_fence = fence;
  return RONDO_OK;
}

// Adds a point, or raises the one on the same timeline.
static void add_point(struct rdo_fence *fence, struct rdo_fence_point point) {
  for (uint32_t i = 0; i < fence->count; ++i) {
    if (fence->points[i].semaphore != point.semaphore) continue;
    if (fence->points[i].value < point.value) fence->points[i].value = point.value;
    return;
  }
  rdo_object_retain(&point.semaphore->object);
  fence->points[fence->count++] = point;
}

enum rondo_status rdo_fence_join(struct rdo_fence *const *fences, uint32_t count, struct rdo_fence **out_fence,
                                 struct rondo_diag *diag) {
  *out_fence = NULL;
  uint64_t point_count = 0;
  struct rdo_fence *only = NULL;
  uint32_t fence_count = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (fences[i] == NULL || fences[i]->count == 0) continue;
    point_count += fences[i]->count;
    only = fences[i];
    ++fence_count;
  }
  if (fence_count <= 1) {
    if (only != NULL) rdo_object_retain(&only->object);
    *out_fence = only;
    return RONDO_OK;
  }
  struct rdo_fence *fence;
  RDO_TRY(rdo_pool_acquire(fence_bytes(point_count), &fence, diag));
  rdo_object_init(&fence->object, &rdo_fence_type);
  fence->capacity = (uint32_t)point_count;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t k = 0; fences[i] != NULL && k < fences[i]->count; ++k) add_point(fence, fences[i]->points[k]);
    if (fence->home != NULL || fences[i] == NULL || fences[i]->home == NULL) continue;
    fence->home = fences[i]->home;
    rdo_object_retain(fence->home);
  }
  *out_fence = fence;
  return RONDO_OK;
}

enum rondo_status rdo_fence_query(const struct rdo_fence *fence) {
  enum rondo_status result = RONDO_OK;
  for (uint32_t i = 0; fence != NULL && i < fence->count; ++i) {
    enum rondo_status status = rdo_semaphore_query(fence->points[i].semaphore, fence->points[i].value);
    if (status == RONDO_OK) continue;
    if (status != RONDO_DEFERRED) return status;
    result = RONDO_DEFERRED;
  }
  return result;
}

void rdo_fence_signal(struct rdo_fence *fence) {
  for (uint32_t i = 0; fence != NULL && i < fence->count; ++i) rdo_semaphore_signal(fence->points[i].semaphore, fence->points[i].value);
}

void rdo_fence_fail(struct rdo_fence *fence, enum rondo_status status) {
  for (uint32_t i = 0; fence != NULL && i < fence->count; ++i) rdo_semaphore_fail(fence->points[i].semaphore, status);
}

enum rondo_status rdo_fence_wait(const struct rdo_fence *fence, int64_t deadline_ns) {
  if (fence != NULL && fence->count > 1) {
    // Also when the first point that ends is one that fails.
    struct rdo_fence *only = (struct rdo_fence *)(uintptr_t)fence;
    uint32_t index;
    enum rondo_status status = rdo_fence_wait_any(&only, 1, deadline_ns, NULL, NULL, &index);
    if (index == 0 || status == RONDO_DEADLINE_EXCEEDED) return status;
  }
  // Without memory for that: one after the other.
  for (uint32_t i = 0; fence != NULL && i < fence->count; ++i) {
    RDO_TRY(rdo_semaphore_wait(fence->points[i].semaphore, fence->points[i].value, deadline_ns));
  }
  return RONDO_OK;
}
