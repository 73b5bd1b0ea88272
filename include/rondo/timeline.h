// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Timelines: values that only grow, which calls wait for and signal. A fence is one or more points on
// timelines; `rondo_fence_create` makes one with a timeline of its own, the calls below make them from
// timelines that the program keeps: one per model, per camera, per control loop.
//
// A wait may come before the signal that it waits for. Nothing polls. What a call does before its signal fence
// is reached can be seen by whoever has found the fence reached, by a wait, a query or a callback.

#ifndef RONDO_TIMELINE_H_
#define RONDO_TIMELINE_H_

#include "rondo/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_timeline;
struct rondo_fence_callback;

// Makes a timeline at `value`.
//   runtime       borrowed; the timeline keeps what it needs of it
//   out_timeline  owned by caller, end with rondo_timeline_release; NULL on error
//   returns       OK, RESOURCE_EXHAUSTED
//   thread        any                phase  setup
RONDO_API enum rondo_status rondo_timeline_create(struct rondo_runtime *runtime, uint64_t value, struct rondo_timeline **out_timeline,
                                                  struct rondo_diag *diag) RONDO_MUST_USE;

// One more hold on a timeline.
//   thread        any                phase  rt
RONDO_API void rondo_timeline_retain(struct rondo_timeline *timeline);

// Ends a hold and nulls the pointer; NULL and pointer to NULL are fine. Fences on it keep it alive, and so do
// calls that will signal it; what waits when nobody does fails as CANCELLED.
//   thread        any                phase  steady
RONDO_API void rondo_timeline_release(struct rondo_timeline **timeline);

// The value reached so far.
//   out_value     filled also on failure
//   returns       OK, or what the timeline has failed with
//   thread        any                phase  rt
RONDO_API enum rondo_status rondo_timeline_query(const struct rondo_timeline *timeline, uint64_t *out_value) RONDO_MUST_USE;

// Advances to `value`; a smaller or equal one changes nothing. Callbacks run now, on this thread; calls that
// waited for it too if the device is synchronous, else on its workers.
//   thread        any                phase  steady
RONDO_API void rondo_timeline_signal(struct rondo_timeline *timeline, uint64_t value);

// Fails every wait that is not reached yet, for good; the first failure stays. A later signal still reaches
// its value.
//   status        not OK             thread  any      phase  steady
RONDO_API void rondo_timeline_fail(struct rondo_timeline *timeline, enum rondo_status status);

// A fence that is reached when the timeline reaches `value`; signalling the fence advances the timeline to it.
//   out_fence     owned by caller, end with rondo_fence_release; NULL on error
//   returns       OK, RESOURCE_EXHAUSTED
//   thread        any                phase  steady
RONDO_API enum rondo_status rondo_fence_at(struct rondo_timeline *timeline, uint64_t value, struct rondo_fence **out_fence,
                                           struct rondo_diag *diag) RONDO_MUST_USE;

// A fence that is reached when all of `fences` are, and has failed when one has. Signalling or failing it is
// doing so to each of their timelines.
//   fences        borrowed, fences[fence_count], NULLs count as reached
//   out_fence     owned by caller; NULL, which every call takes for a reached fence, when there is nothing to wait for
//   returns       OK, RESOURCE_EXHAUSTED
//   thread        any                phase  steady
RONDO_API enum rondo_status rondo_fence_join(struct rondo_fence *const *fences, int fence_count, struct rondo_fence **out_fence,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// Blocks until one of the fences is reached or has failed. (For all of them: join, then rondo_fence_wait.)
// With "local-task" the caller may run work meanwhile, of the runtime of the first fence.
//   fences        borrowed, fences[fence_count], at least one; NULLs count as reached
//   timeout_ns    from now; negative = for ever
//   out_index     optional; the first one that is reached or has failed; -1 when none is
//   returns       the outcome of that fence; when there is none DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED,
//                 INVALID_ARGUMENT (no fences), or FAILED_PRECONDITION (inside a callback on a thread that works)
//   thread        any, not inside a callback      phase  steady
RONDO_API enum rondo_status rondo_fence_wait_any(struct rondo_fence *const *fences, int fence_count, int64_t timeout_ns,
                                                 int *out_index) RONDO_MUST_USE;

// Calls back when all that the fence stands for is over: with OK, or with the first failure.
//   fence         kept until the callback is cancelled, so letting go of it elsewhere does not cancel what waits;
//                 NULL = reached
//   callback      runs exactly once, on the thread that ends the fence (perhaps a worker: be brief, do not
//                 block), or inside this call when the fence is over already. It may signal, fail, query, and
//                 call asynchronous functions; on a synchronous device not those of a model that is being called.
//   out_callback  owned by caller, end with rondo_fence_callback_cancel, also after it has run; NULL on error
//   returns       OK, RESOURCE_EXHAUSTED; on error it is never called
//   thread        any                phase  steady
RONDO_API enum rondo_status rondo_fence_then(struct rondo_fence *fence, void (*callback)(void *user, enum rondo_status status), void *user,
                                             struct rondo_fence_callback **out_callback, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a callback and nulls the pointer: if it has not run, it runs now with CANCELLED. Returns when it has
// run. NULL and pointer to NULL are fine.
//   thread        any, not inside the callback itself      phase  steady
RONDO_API void rondo_fence_callback_cancel(struct rondo_fence_callback **callback);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_TIMELINE_H_
