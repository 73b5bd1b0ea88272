// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Results of one job as inputs of another, between the calls of a plan: the newest there is, copied when the first dispatch of a call begins; or
// that of the instance which the plan has before this one (its *gate*), for which the call waits before it begins.
//
// SYNC(calls). `decided` of a call is how many of its instances are over, through all iterations; whoever drains it stores it, then schedules the calls that read
// its results, which look at it in their drains.
// `latched` of an instance goes from 0 to 1 by whoever of its dispatches begins first, which copies, and then to 2; the others wait for
// that. A drainer that comes too late to do anything finds its own instance at 2, so it never touches the inputs of the next one.

#ifndef RDO_PLAY_PLAN_DATA_H_
#define RDO_PLAY_PLAN_DATA_H_

#include "base/atomic.h"
#include "play/ring.h"
#include "plan/jobs_file.h"
#include "rondo/status.h"

struct rdo_plan_call;
struct rdo_plan_instance;
struct rdo_plan_round;

// An input that is a result of another job.
struct rdo_plan_source {
  struct rdo_plan_call *call;
  struct rondo_ring *ring;  // that the other call owns
  int argument;
  bool waits;               // for the gate
};

// A result that another job reads.
struct rdo_plan_link {
  struct rondo_ring *ring;  // owned
  int result;
  struct rdo_plan_call *reader;
  bool wakes;               // it may wait
};

// Connects a call with those whose results it reads; of jobs that are not played it reads zeros.
//   jobs     the job set; `call->entry` is of it
enum rondo_status rdo_plan_call_connect(struct rdo_plan_call *call, const struct rdo_jobs_file *jobs, struct rdo_plan_call *const *calls, uint32_t call_count,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// Finds the gates of all instances: for each that waits, the last instance of the other call that one of its nodes waits for in the plan. After all calls are
// connected and have their instances.
//   node_count, predecessors_of  of the plan: nodes that a node waits for
enum rondo_status rdo_plan_calls_gate(struct rdo_plan_call *const *calls, uint32_t call_count, uint32_t node_count,
                                      const uint32_t *(*predecessors_of)(const void *user, uint32_t node, uint32_t *out_count), const void *user,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

// Before each iteration of a round: nobody has begun.
void rdo_plan_round_unlatch(const struct rdo_plan_round *round, uint32_t instance_count);

// Whether all that the next instance waits for is over.
bool rdo_plan_call_may_begin(struct rdo_plan_call *call);

// Copies what it has waited for to its inputs.
//   returns  OK, UNAVAILABLE (it failed, or has been overwritten)
enum rondo_status rdo_plan_call_take(struct rdo_plan_call *call, struct rondo_diag *diag) RONDO_MUST_USE;

// Tells those that wait how many instances are over.
void rdo_plan_call_decide(struct rdo_plan_call *call);

// When a dispatch of an instance begins. RT safe.
void rdo_plan_call_latch(struct rdo_plan_call *call, struct rdo_plan_instance *instance);

// Gives its outputs to those that read them.
enum rondo_status rdo_plan_call_publish(struct rdo_plan_call *call, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_plan_call_disconnect(struct rdo_plan_call *call);

#endif  // RDO_PLAY_PLAN_DATA_H_
