// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A device: memory, and queue operations that wait for fences, do something, and signal fences.
//
// On the synchronous device an operation whose wait is over runs inside submit, on the caller. One
// whose wait is not over is kept, with holds on all it needs, and runs on the thread that ends the
// wait. An operation that fails fails its signal fence, and so everything that waits for it. One whose
// wait can never be over, because the last hold on that fence was released, fails with CANCELLED.
//
//   submit: WAITING → READY → done   the signalling thread moves it; READY ones run in order, flat

#ifndef RDO_HAL_DEVICE_H_
#define RDO_HAL_DEVICE_H_

#include <pthread.h>

#include "async/fence.h"
#include "hal/file.h"
#include "hal/replay.h"

struct rdo_pending_operation;
struct rondo_tensor;

struct rdo_device {
  struct rdo_object object;
  const char *identifier;   // "local-sync" or "local-null"
  struct rdo_heap *heap;    // retained
  bool is_null;             // native code is checked, but not loaded; fresh memory is zeroed
  // Who hears of traced tensors; NULL = nobody. Set once after create.
  void (*trace)(void *user, const char *key, size_t key_length, struct rondo_tensor *const *tensors, int tensor_count);
  void *trace_user;
  int64_t wait_limit_ns;    // of a program's waits for fences, 0 = none; set once after create
  pthread_mutex_t lock;
  struct rdo_pending_operation *waiting;      // lock: lock: operations whose wait is not over
  struct rdo_pending_operation *ready_first;  // lock: lock
  struct rdo_pending_operation **ready_last;  // lock: lock
  bool is_draining;                           // lock: lock: some thread runs the ready list
};

extern const struct rdo_object_type rdo_device_type;

// Makes a device by the name a user gives it: "local-sync" or "null".
enum rondo_status rdo_device_create(const char *name, uint64_t memory_budget_bytes, struct rdo_device **out_device, struct rondo_diag *diag);

// Whether an identifier pattern with '*' and '?' names this device.
bool rdo_device_matches(const struct rdo_device *device, struct rdo_bytes pattern);

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
};

// One queue operation. What is not used by its kind is zero; everything is borrowed by submit.
struct rdo_operation {
  enum rdo_operation_kind kind;
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
  struct rdo_bytes data;              // UPDATE
  struct rdo_recording *recording;    // EXECUTE
  struct rdo_binding_table bindings;  // EXECUTE
};

// Submits an operation.
//   returns  OK: it has run, or will; its failure goes to the signal fence (and, when there is none
//            and it ran at once, comes back from here). RESOURCE_EXHAUSTED: it could not be kept.
enum rondo_status rdo_device_submit(struct rdo_device *device, const struct rdo_operation *operation, struct rondo_diag *diag);

// For the end of the runtime: fails, as CANCELLED, the signals of operations that still wait. Programs
// can make operations wait for each other in a circle, which would else stay in memory for ever.
void rdo_device_cancel(struct rdo_device *device);

#endif  // RDO_HAL_DEVICE_H_
