// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A fence: points on timelines that must all be reached. A null fence is always reached, and
// signalling it tells nobody.

#ifndef RDO_ASYNC_FENCE_H_
#define RDO_ASYNC_FENCE_H_

#include "async/semaphore.h"

struct rdo_fence_point {
  struct rdo_semaphore *semaphore;  // retained
  uint64_t value;
};

struct rdo_fence {
  struct rdo_object object;
  uint32_t count;
  uint32_t capacity;  // of a joined fence: points it has room for
  struct rdo_object *home;  // retained; what a wait may help to drain, NULL = nothing; set once after create
  struct rdo_fence_point points[];  // const after create
};

extern const struct rdo_object_type rdo_fence_type;

// A fence with a timeline of its own, not yet reached.
enum rondo_status rdo_fence_create(struct rdo_fence **out_fence, struct rondo_diag *diag);

// A fence on somebody's timeline, reached at `value`.
enum rondo_status rdo_fence_create_at(struct rdo_semaphore *semaphore, uint64_t value, struct rdo_fence **out_fence, struct rondo_diag *diag);

// A fence that is reached when all of `fences` are (NULLs allowed); NULL when there is nothing to
// wait for.
enum rondo_status rdo_fence_join(struct rdo_fence *const *fences, uint32_t count, struct rdo_fence **out_fence,
                                 struct rondo_diag *diag);

// All of these accept NULL.
enum rondo_status rdo_fence_query(const struct rdo_fence *fence);
void rdo_fence_signal(struct rdo_fence *fence);
void rdo_fence_fail(struct rdo_fence *fence, enum rondo_status status);
enum rondo_status rdo_fence_wait(const struct rdo_fence *fence, int64_t deadline_ns);

#endif  // RDO_ASYNC_FENCE_H_
