// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Queue operations: what is to be done, what it waits for, what it signals.

#ifndef RDO_HAL_OPERATION_H_
#define RDO_HAL_OPERATION_H_

#include "async/fence.h"
#include "hal/file.h"
#include "hal/replay.h"

enum rdo_operation_kind {
  RDO_OPERATION_BARRIER,
  RDO_OPERATION_ALLOCA,
  RDO_OPERATION_DEALLOCA,
  RDO_OPERATION_FILL,
  RDO_OPERATION_UPDATE,
  RDO_OPERATION_COPY,
  RDO_OPERATION_READ,
  RDO_OPERATION_WRITE,
  RDO_OPERATION_EXECUTE,
  RDO_OPERATION_EXECUTE_LIST,
  RDO_OPERATION_DISPATCH,
  RDO_OPERATION_HOST_CALL,
};

// One of several recordings that an operation executes, each with its own table.
struct rdo_execution_item {
  struct rdo_recording *recording;    // NULL = nothing
  struct rdo_binding_table bindings;
};

// A dispatch that is not part of a recording.
struct rdo_dispatch {
  struct rdo_dispatch_info info;
  const uint32_t *constants;               // [info.constant_count]
  const struct rdo_buffer_ref *bindings;   // [info.binding_count], each with its buffer
};

// One operation; fields that its kind does not use are 0. Everything is borrowed by submit.
struct rdo_operation {
  enum rdo_operation_kind kind;
  bool may_inline;                    // EXECUTE, EXECUTE_LIST, DISPATCH: small enough to be run by the queue's control process itself
  uint64_t affinity;                  // queues it may go to, bit per queue; 0 = any
  struct rdo_fence *wait;             // NULL = now
  struct rdo_fence *signal;           // NULL = nobody
  struct rdo_buffer *source;          // COPY, WRITE
  struct rdo_buffer *target;          // ALLOCA, DEALLOCA, FILL, UPDATE, COPY, READ
  struct rdo_file *file;              // READ, WRITE
  uint64_t source_offset;             // bytes; of the file for READ
  uint64_t target_offset;             // bytes; of the file for WRITE
  uint64_t length;                    // bytes
  uint64_t pattern;                   // FILL
  uint32_t pattern_length;            // FILL
  struct rdo_recording *recording;    // EXECUTE
  union {
    struct rdo_bytes data;              // UPDATE
    struct rdo_binding_table bindings;  // EXECUTE
    struct {
      const struct rdo_execution_item *items;
      uint32_t count;
    } list;                               // EXECUTE_LIST: in this order, each when the one before is over; none after one that fails
    const struct rdo_dispatch *dispatch;  // DISPATCH
    struct {
      enum rondo_status (*call)(void *user, struct rondo_diag *diag);  // on a thread that drains the queue
      void *user;
    } host;                             // HOST_CALL
  };
};

// Programs submit several operations a call, each on the stack: a larger one is cleared by a slower loop.
_Static_assert(sizeof(struct rdo_operation) <= 128, "an operation is two cache lines");

// Does it on this thread, all but waiting and signalling. What runs kernels is replayed.
//   scratch  whose kernels run; NULL: the caller of a synchronous device
enum rondo_status rdo_operation_perform(const struct rdo_operation *operation, bool is_null, const struct rdo_scratch *scratch, struct rondo_diag *diag);

// Whether it runs kernels.
static inline bool rdo_operation_is_compute(const struct rdo_operation *operation) {
  return operation->kind >= RDO_OPERATION_EXECUTE && operation->kind <= RDO_OPERATION_DISPATCH;
}

// Begins a READ or WRITE.
//   transfer  with callback and user; *kept* while DEFERRED
//   returns   DEFERRED: the callback will run; else it is over
enum rondo_status rdo_operation_transfer(const struct rdo_operation *operation, struct rdo_file_transfer *transfer, struct rondo_diag *diag);

// Says which of several recordings failed.
void rdo_operation_name_item(const struct rdo_operation *operation, uint32_t item_index, struct rondo_diag *diag);

// Takes or drops a hold on everything that an operation names, but not on its wait fence.
void rdo_operation_retain(const struct rdo_operation *operation);
void rdo_operation_release(const struct rdo_operation *operation);

#endif  // RDO_HAL_OPERATION_H_
