// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Results of one job as inputs of another, between the calls of a plan: the newest there is, copied when the first dispatch of a call begins.
//
// SYNC(calls). `latched` of an instance goes from 0 to 1 by whoever of its dispatches begins first, which copies, and then to 2; the others wait for
// that. A drainer that comes too late to do anything finds its own instance at 2, so it never touches the inputs of the next one.

#ifndef RDO_PLAY_PLAN_DATA_H_
#define RDO_PLAY_PLAN_DATA_H_

#include "base/atomic.h"
#include "play/ring.h"
#include "plan/jobs_file.h"
#include "rondo/status.h"

struct rdo_plan_call;
struct rdo_plan_instance;

// An input that is a result of another job.
struct rdo_plan_source {
  struct rondo_ring *ring;  // that the other call owns
  int argument;
};

// A result that another job reads.
struct rdo_plan_link {
  struct rondo_ring *ring;  // owned
  int result;
  const char *reader;       // borrowed: the job
};

// Connects a call with those whose results it reads; of jobs that are not played it reads zeros.
//   jobs     the job set; `call->entry` is of it
enum rondo_status rdo_plan_call_connect(struct rdo_plan_call *call, const struct rdo_jobs_file *jobs, struct rdo_plan_call *const *calls, uint32_t call_count,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// Before each iteration: nobody has begun.
void rdo_plan_call_unlatch(struct rdo_plan_call *call);

// When a dispatch of an instance begins. RT safe.
void rdo_plan_call_latch(struct rdo_plan_call *call, struct rdo_plan_instance *instance);

// Gives its outputs to those that read them.
enum rondo_status rdo_plan_call_publish(struct rdo_plan_call *call, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_plan_call_disconnect(struct rdo_plan_call *call);

#endif  // RDO_PLAY_PLAN_DATA_H_
