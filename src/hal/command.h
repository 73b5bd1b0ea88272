// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One command of a recording: its references resolved against a binding table, then run, in whole or some
// of its workgroups. What replay does in order on one thread and an execution with many.

#ifndef RDO_HAL_COMMAND_H_
#define RDO_HAL_COMMAND_H_

#include "hal/recording.h"
#include "task/executor.h"

// What one execution of a recording binds to its slots.
struct rdo_binding_table {
  const struct rdo_buffer_ref *entries;  // [count], buffer set or NULL; borrowed
  uint32_t count;
};

// Resolved memory.
struct rdo_span {
  uint8_t *data;  // NULL = nothing is bound
  uint64_t length;
  bool is_read_only;
};

// What the references of an execution are resolved against.
struct rdo_bound {
  const struct rdo_span *slots;  // the binding table, resolved once for the whole execution
  uint32_t slot_count;
  uint32_t concurrency;          // threads that run its workgroups, at most 255
  bool is_null;                  // no kernel runs
  struct rondo_diag *diag;
};

// Whose kernels run, and for what. Without one (NULL) it is the caller of a synchronous device, processor 0.
struct rdo_scratch {
  struct rdo_worker *worker;  // NULL: local memory comes from the heap for each run
  uint32_t processor_id;      // what kernels get, another for each worker
  uint64_t submission;        // for trace events, 0 = none
};

// Resolves a whole table into slots[table->count].
enum rondo_status rdo_bindings_resolve(const struct rdo_binding_table *table, struct rdo_span *slots, struct rondo_diag *diag);

// Resolves a dispatch: bindings into pointers and lengths [binding_count], counts of indirect ones from memory.
enum rondo_status rdo_dispatch_prepare(const struct rdo_bound *bound, const struct rdo_command_dispatch *dispatch, void **pointers, size_t *lengths,
                                       struct rdo_dispatch_state *out_state);

static inline uint64_t rdo_dispatch_workgroup_total(const struct rdo_dispatch_state *state, bool *out_is_too_many) {
  uint64_t xy = (uint64_t)state->workgroup_count_x * state->workgroup_count_y;
  *out_is_too_many = __builtin_mul_overflow(xy, (uint64_t)state->workgroup_count_z, &xy);
  return xy;
}

// Runs workgroups [first, first + count) of a prepared dispatch, x innermost.
//   scratch  NULL = none
enum rondo_status rdo_dispatch_run(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, uint64_t first,
                                   uint64_t count, const struct rdo_scratch *scratch, struct rondo_diag *diag);

// Runs a fill, copy or update; other kinds do nothing.
//   submission  for trace events, 0 = none
enum rondo_status rdo_transfer_run(const struct rdo_bound *bound, const struct rdo_command *command, uint64_t submission);

#endif  // RDO_HAL_COMMAND_H_
