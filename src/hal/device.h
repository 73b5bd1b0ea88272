// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A device: memory and queues. Three kinds: "local-sync" works on the calling thread, "local-task" on the
// workers of its executors, one executor a queue, and "null" checks everything and runs no kernel.
//
// An operation that fails fails its signal fence, and so everything that waits for it, and nothing else.
// One whose wait can never be over, because the last hold on that fence was released, fails with CANCELLED.

#ifndef RDO_HAL_DEVICE_H_
#define RDO_HAL_DEVICE_H_

#include "hal/queue.h"

struct rondo_tensor;

enum { RDO_QUEUES_MAX = 64 };

struct rdo_device_options {
  const char *name;                     // "local-sync", "local-task" or "null"
  uint64_t memory_budget_bytes;         // 0 = no limit
  // Of "local-task": one queue with an executor of its own for each of these.
  const struct rdo_executor_options *queues;  // borrowed, [queue_count]
  uint32_t queue_count;                       // 1 .. RDO_QUEUES_MAX
  // Or, if not NULL, queues on these, which several devices may share.
  struct rdo_executor *const *shared_executors;  // [queue_count]; outlive the device
};

struct rdo_device {
  struct rdo_object object;
  const char *identifier;   // "local-sync", "local-task" or "local-null"
  struct rdo_heap *heap;    // retained
  bool is_null;             // native code is checked, but not loaded; fresh memory is zeroed
  bool has_own_executors;
  bool is_closed;           // owner: whoever closes it
  // Who hears of traced tensors; NULL = nobody. Set once after create.
  void (*trace)(void *user, const char *key, size_t key_length, struct rondo_tensor *const *tensors, int tensor_count);
  void *trace_user;
  // Who hears of recordings that programs have finished, on the thread that did; NULL = nobody. Set while no program runs.
  void (*recorded)(void *user, const struct rdo_recording *recording);
  void *recorded_user;
  int64_t wait_limit_ns;    // of a program's waits for fences, 0 = none; set once after create
  int64_t endless_wait_limit_ns;  // of those without a timeout; likewise
  // Told of each operation before it is submitted, on the thread that does; NULL = nobody. Set while nothing is.
  void (*observe)(void *user, const struct rdo_operation *operation);
  void *observe_user;
  uint32_t queue_count;     // const after create
  pthread_mutex_t lock;            // leaf lock
  struct rdo_proactor *proactor;   // lock: lock: made with the first file over a descriptor
  struct rdo_executor *executors[RDO_QUEUES_MAX];  // const after create
  struct rdo_queue queues[];                       // [queue_count]
};

extern const struct rdo_object_type rdo_device_type;

enum rondo_status rdo_device_create(const struct rdo_device_options *options, struct rdo_device **out_device, struct rondo_diag *diag);

// Fails what waits, as CANCELLED, waits for what runs, and stops the workers. Operations that wait for fences
// which outlive the device end with those, on the thread that ends them. Not from a worker. Again: nothing.
void rdo_device_close(struct rdo_device *device);

// A file over a duplicate of a descriptor. Its transfers run beside the workers, and on their CPUs only where
// there are no others; on a synchronous device they run inside submit.
//   access    enum rdo_memory_access that is wanted; 0 = all that the descriptor allows
//   returns   as rdo_file_create_from_descriptor. Where the kernel lets nobody transfer in the background, the
//             file's transfers block whoever drains the queue.
enum rondo_status rdo_device_import_file(struct rdo_device *device, int fd, uint32_t access, struct rdo_file **out_file, struct rondo_diag *diag);

// Writes what its queues and workers do, for diagnosis; from any thread at any time.
void rdo_device_dump(const struct rdo_device *device, FILE *file);

// Gives memory that is kept for later operations back.
void rdo_device_trim(struct rdo_device *device);

// Whether an identifier pattern with '*' and '?' names this device.
bool rdo_device_matches(const struct rdo_device *device, struct rdo_bytes pattern);

// The queue that an affinity mask selects: the lowest it has; 0 = any.
static inline struct rdo_queue *rdo_device_queue(struct rdo_device *device, uint64_t affinity) {
  if (device->queue_count < 64) affinity &= (UINT64_C(1) << device->queue_count) - 1;
  return &device->queues[affinity == 0 ? 0 : __builtin_ctzll(affinity)];
}

// Threads that one recording's workgroups may run on.
static inline uint32_t rdo_device_concurrency(const struct rdo_device *device) {
  const struct rdo_executor *executor = device->queues[0].executor;
  return executor == NULL || executor->worker_count == 0 ? 1 : executor->worker_count;
}

// Submits an operation to the queue that its affinity selects; see rdo_queue_submit.
enum rondo_status rdo_device_submit(struct rdo_device *device, const struct rdo_operation *operation, struct rondo_diag *diag);

// The same from a thread that is about to wait or to flush: the work may stay with it until then.
enum rondo_status rdo_device_submit_held(struct rdo_device *device, const struct rdo_operation *operation, struct rondo_diag *diag);

// Waits for a fence and helps: see rdo_queue_wait.
//   returns  OK, the failure, DEADLINE_EXCEEDED; FAILED_PRECONDITION on a worker, which must not block
enum rondo_status rdo_device_wait(struct rdo_device *device, const struct rdo_fence *fence, int64_t deadline_ns);

// Adds the words of the last operation that failed with `status`, if there is one.
void rdo_device_explain(struct rdo_device *device, enum rondo_status status, struct rondo_diag *diag);

#endif  // RDO_HAL_DEVICE_H_
