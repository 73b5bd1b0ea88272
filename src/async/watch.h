// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Watching a fence: one callback when all its points are over, with the first failure among them. What queue
// operations, callbacks of callers and waits for one of several fences are made of.
//
// SYNC(pending): see watch.c and docs/sync.md.

#ifndef RDO_ASYNC_WATCH_H_
#define RDO_ASYNC_WATCH_H_

#include "async/fence.h"

struct rdo_fence_watch {
  rdo_atomic_u32 open_count;      // SYNC(pending): points not over, and one for whoever begins
  rdo_atomic_u32 failure;         // SYNC(pending): first failed point
  void (*callback)(void *user, enum rondo_status status);
  void *user;
};

// Begins to watch. Cannot fail: storage is the caller's, and stays until the callback has begun.
//   fence       borrowed for the call, NULL = over; its semaphores are not held: when the last hold on one
//               ends, its point ends as CANCELLED
//   timepoints  [fence->count]
//   callback    runs exactly once, on the thread that ends the last point, with no lock held; that may be
//               this thread, inside this call. It may end the watch's storage.
void rdo_fence_watch_begin(struct rdo_fence_watch *watch, const struct rdo_fence *fence, struct rdo_timepoint *timepoints,
                           void (*callback)(void *user, enum rondo_status status), void *user);

// Ends the points that are not over as CANCELLED. The callback runs as ever: inside this call, or on another
// thread that is just ending a point.
//   fence  the one of begin, still held by the caller
void rdo_fence_watch_cancel(struct rdo_fence_watch *watch, const struct rdo_fence *fence, struct rdo_timepoint *timepoints);

// How a thread waits for a fence; what it returns is as of rdo_fence_wait, or a reason why it does not wait.
typedef enum rondo_status rdo_wait_function(void *user, const struct rdo_fence *fence, int64_t deadline_ns);

// Blocks until one of the fences is over, as rdo_fence_query tells.
//   fences       [count], at least one; NULL = over
//   deadline_ns  on CLOCK_MONOTONIC; INT64_MAX = none
//   sleep        how to block, with `user`; NULL = rdo_fence_wait
//   out_index    the lowest that is over; UINT32_MAX when none is
//   returns      the outcome of that fence; when none is over DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, or what `sleep` refused with
enum rondo_status rdo_fence_wait_any(struct rdo_fence *const *fences, uint32_t count, int64_t deadline_ns, rdo_wait_function *sleep, void *user,
                                     uint32_t *out_index);

#endif  // RDO_ASYNC_WATCH_H_
