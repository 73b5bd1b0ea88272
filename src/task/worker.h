// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A worker's life: what executor.c needs to know of it. For this layer alone.

#ifndef RDO_TASK_WORKER_H_
#define RDO_TASK_WORKER_H_

#include "base/futex.h"
#include "task/executor.h"

// Moves an idle worker to WOKEN.
//   returns  false: it is not idle any more, or somebody else has woken it
bool rdo_worker_wake(struct rdo_worker *worker, uint32_t relay_count);

// Whether the calling thread drains for `executor`, as a worker or a donor.
bool rdo_worker_is_of(const struct rdo_executor *executor);

// Whether it also looks at the list: workers do, and the donors of an executor that has none.
bool rdo_worker_pumps(const struct rdo_executor *executor);

// The CPU of the calling thread if it is a donor of `executor`, else -1.
int rdo_worker_donor_cpu(const struct rdo_executor *executor);

// Whether there is something that `worker` has not looked at; for one that is in the idle set.
bool rdo_worker_has_work(const struct rdo_worker *worker);

// For a worker with `owes_wake` that does not come to the list next.
void rdo_worker_pay_wake(struct rdo_worker *worker);

// For a worker with an `owed_slot` that does not come there next.
void rdo_worker_pay_slot(struct rdo_worker *worker);

// Announces work for one more worker in a slot, unless what was in it is over.
void rdo_executor_announce_open(struct rdo_executor *executor, uint32_t slot);

struct rdo_process *rdo_executor_pop_immediate(struct rdo_executor *executor);

// The thread that looks for workers that are stuck in a kernel; see rdo_executor_options.
enum rondo_status rdo_watchdog_create(const struct rdo_executor *executor, const struct rdo_executor_options *options,
                                      struct rdo_watchdog **out_watchdog, struct rondo_diag *diag);
void rdo_watchdog_destroy(struct rdo_watchdog *watchdog);

// The thread that raises workers before their releases, see guard.c; where the system allows it.
struct rdo_guard;
enum rondo_status rdo_guard_create(struct rdo_executor *executor, struct rdo_guard **out_guard, struct rondo_diag *diag);
void rdo_guard_destroy(struct rdo_guard *guard);

// A release has been told of: wakes the guard if it has given up looking. NULL is fine.
void rdo_guard_call(struct rdo_guard *guard);

const char *rdo_worker_state_name(const struct rdo_worker *worker);

enum { RDO_BUSY_NAME_BYTES = 256 };

// Copies the name of the kernel that a worker is in, cut to fit; from any thread.
//   returns  false: it is in none
bool rdo_worker_read_busy_name(const struct rdo_worker *worker, char *out_name, size_t capacity);

#endif  // RDO_TASK_WORKER_H_
