// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What both players do to be on time, and what came of it; rondo/play_setup.h.

#ifndef RDO_PLAY_SETUP_H_
#define RDO_PLAY_SETUP_H_

#include "rondo/play_setup.h"
#include "task/executor.h"

// Of one player, at a fixed address.
struct rdo_play_setup {
  // const after begin
  struct rondo_play_setup options;
  bool is_memory_locked;
  struct rondo_diag memory_diag;  // why not, "" = nobody asked
  // Names what a worker works for (rdo_worker.busy_for), which may have gone on meanwhile; on the watchdog's thread. NULL = nobody can.
  void (*name_work)(void *user, const void *work, struct rondo_stuck *stuck);
  void *user;
  rdo_atomic_ptr executor;        // for the watchdog: release after it was made
};

// Checks what is asked for, and locks memory.
//   setup    zeroed, but for name_work and user
//   returns  OK, INVALID_ARGUMENT, or what rdo_memory_lock returns where it is demanded
enum rondo_status rdo_play_setup_begin(struct rdo_play_setup *setup, const struct rondo_play_setup *options, struct rondo_diag *diag) RONDO_MUST_USE;

// Sets what concerns it in an executor's options; then rdo_play_setup_bind says which it was.
void rdo_play_setup_apply(struct rdo_play_setup *setup, struct rdo_executor_options *out);
void rdo_play_setup_bind(struct rdo_play_setup *setup, struct rdo_executor *executor);

void rdo_play_setup_granted(const struct rdo_play_setup *setup, const struct rdo_executor *executor, struct rondo_play_granted *out_granted);

#endif  // RDO_PLAY_SETUP_H_
