// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The runtime: one device with its memory, shared by every model loaded into it.
//
// How the doc blocks read: `borrowed` is used for the call only, `owned by caller` must be ended by
// the caller, `any` thread means concurrently from any thread. A phase says what a call may cost:
// setup may allocate, block and read files; steady may wait but does not touch files; rt is bounded,
// without locks or system calls.
//
// A handle is one hold: a call needs it from its beginning to its end, also when another thread releases its
// own. Threads that do not wait for each other each need a hold (the retain calls).
//
// Callbacks (of fences, of traced tensors, of the watchdog, the release of wrapped memory) run in the middle of somebody
// else's work. Inside one: do not wait for a fence, call no synchronous function, release no model or runtime.

#ifndef RONDO_RUNTIME_H_
#define RONDO_RUNTIME_H_

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_runtime;
struct rondo_tensor;

// Which queues "local-task" has. A model says for each thing it submits which queues it may go to, a bit for
// each: it goes to the lowest of these that there is, and to the first queue when there is none of them or
// when the model does not say (as models compiled for one device do not).
enum rondo_queue_unit {
  RONDO_QUEUE_SINGLE,       // one, whose workers are all there are
  RONDO_QUEUE_PER_NODE,     // one for each NUMA node, by number
  RONDO_QUEUE_PER_CLUSTER,  // one for each cluster of cores (see machine.h), the fastest first
};

// How to make a runtime. Zero-initialise, then set what should differ from the defaults.
struct rondo_runtime_options {
  // Device name: "local-sync" (NULL = this; kernels run on the thread that calls, or that ends what a call
  // waits for), "local-task" (kernels run on worker threads, and on callers while they wait) or "null"
  // (everything is recorded and checked, nothing of a model's native code runs, results are zeros).
  const char *device;
  // Bytes of tensor memory that may be live at once; beyond it RESOURCE_EXHAUSTED. 0 = no limit.
  // What a model's host program allocates for itself (lists, buffers, its state) is counted apart, for
  // each model: against a budget of the same size, never over 8 GiB, and 1 GiB when this is 0.
  uint64_t memory_budget_bytes;
  // Branches and calls one invocation may take in a model's host program, for models nobody
  // vouches for; beyond it RESOURCE_EXHAUSTED. 0 = no limit.
  uint64_t step_limit;
  // Longest single wait of a model's host program for a fence, in nanoseconds, for models nobody
  // vouches for; beyond it DEADLINE_EXCEEDED. 0 = no limit.
  int64_t wait_limit_ns;
  // The same for waits that have no timeout of their own only: where one thread does everything, such a wait
  // that is not over soon never will be. 0 = no limit.
  int64_t endless_wait_limit_ns;
  // Receives tensors that a model was compiled to trace; NULL = nobody. Called on the thread that
  // calls the model (several at once for several models), and must not call the model; the tensors are
  // borrowed for the call.
  //   key  borrowed, `key_length` bytes, not terminated: what the trace point is called
  void (*trace)(void *user, const char *key, size_t key_length, struct rondo_tensor *const *tensors, int tensor_count);
  void *trace_user;
  // The rest is for "local-task" only; with another device INVALID_ARGUMENT.
  // Worker threads of each queue, altogether at most 256: 0 = one for each CPU of `cpus`, -1 = none: then callers do all the work
  // while they wait (rondo_fence_wait, rondo_fence_wait_any, calls of synchronous functions), and without one
  // nothing moves. Several queues need workers.
  int worker_count;
  // CPUs that workers are pinned to, such as "0-3,6", or a mask, "0x4f"; NULL = one of each physical core that this process
  // may use, the fastest first. A CPU that it may not use is an error.
  const char *cpus;
  // How long a worker that ran out of work spins before it sleeps, in nanoseconds; 0 = 20 us, -1 = not
  // at all, an hour the most.
  int64_t spin_ns;
  uint64_t worker_stack_bytes;         // 0 = the system's default
  // Told when a worker has been inside one call of a kernel for `watchdog_ns`, once each time; 0 and NULL = nobody
  // looks. Called on a thread of its own.
  //   worker    -1 = a caller that works while it waits
  //   dispatch  name of the kernel, borrowed for the call      busy_ns  so far
  int64_t watchdog_ns;
  void (*stuck)(void *user, int worker, const char *dispatch, int64_t busy_ns);
  void *stuck_user;
  // Scratch of a worker for kernels; a dispatch that asks for more fails as RESOURCE_EXHAUSTED. Rounded up to a power of
  // two. 0 = half of the workers' second-level cache, from 64 KiB to 1 MiB, and 256 KiB where that is not known.
  uint64_t worker_local_memory_bytes;
  // Several queues, each with workers of its own: one for each node or cluster that has a CPU to use (of `cpus`,
  // if that is set), or one for each of the lists, such as {"0-3", "4-5"}, at most 64. Lists must not overlap, and
  // exclude `cpus` and `queue_unit`.
  enum rondo_queue_unit queue_unit;
  const char *const *queue_cpus;  // [queue_cpus_count]
  int queue_cpus_count;
};

// Creates a runtime. On "local-task" its workers have started, and are on their CPUs, when this returns.
//   options      borrowed, NULL = all defaults
//   out_runtime  owned by caller, end with rondo_runtime_release; NULL on error
//   diag         optional, filled unless OK
//   returns      OK, NOT_FOUND (no such device, or CPU), INVALID_ARGUMENT (options that it does not have or that
//                exclude each other, negative ones without a meaning, lists of CPUs that overlap, too many workers or queues),
//                OUT_OF_RANGE (the number of a CPU), PERMISSION_DENIED or UNAVAILABLE (a CPU that may not be used, or is
//                offline), RESOURCE_EXHAUSTED (memory, threads)
//   thread       any                phase  setup
RONDO_API enum rondo_status rondo_runtime_create(const struct rondo_runtime_options *options,
                                                 struct rondo_runtime **out_runtime,
                                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Ends the caller's hold and nulls the pointer; models and tensors keep what they need alive. When the
// last model is gone as well, the signal fences of asynchronous calls that still wait fail as CANCELLED, what
// runs is waited for, and the workers end. Fences and timelines stay usable; threads that wait for one go on
// waiting.
//   runtime      may be NULL or point to NULL
//   thread       any, not inside a callback      phase  setup
RONDO_API void rondo_runtime_release(struct rondo_runtime **runtime);

// Tensor memory of a runtime, in bytes. Constants used in place from a model file are not counted.
struct rondo_memory_stats {
  uint64_t live_bytes;        // allocated now
  uint64_t peak_bytes;        // highest `live_bytes` so far
  uint64_t allocated_bytes;   // sum of all allocations so far
  uint64_t freed_bytes;       // sum of all releases so far
  uint64_t allocation_count;  // number of allocations so far
  uint64_t budget_bytes;      // as set at creation, 0 = no limit
};

// Reads the counters; each is exact, together they are not one instant.
//   runtime      borrowed           out_stats  filled
//   thread       any                phase  rt
RONDO_API void rondo_runtime_memory(const struct rondo_runtime *runtime, struct rondo_memory_stats *out_stats);

// Worker threads of the runtime; 0 when callers do all the work.
//   runtime      borrowed           thread  any      phase  rt
RONDO_API int rondo_runtime_worker_count(const struct rondo_runtime *runtime);

// Queues of the runtime; 1 unless it was asked for several.
//   runtime      borrowed           thread  any      phase  rt
RONDO_API int rondo_runtime_queue_count(const struct rondo_runtime *runtime);

// Gives memory that is kept for the next calls back to the system: of the runtime, and of the calling thread.
//   runtime      borrowed           thread  any      phase  setup
RONDO_API void rondo_runtime_trim(struct rondo_runtime *runtime);

// Writes what a runtime does right now, for people who look for the reason why a program hangs: for each queue how many
// operations have ended, wait for fences and run; for each worker whether it runs, spins or sleeps, and which kernel it
// is in; what the executor keeps for them. The words may change with any version.
//   runtime      borrowed           file    borrowed; flushed
//   thread       any, also while all others hang; not in a signal handler      phase  steady
RONDO_API void rondo_runtime_dump(const struct rondo_runtime *runtime, FILE *file);

// Name of the kernel that the calling thread is executing right now, NULL outside a kernel. Meant
// for a handler of SIGILL, SIGSEGV or SIGFPE: a model's kernels are native code, and this says which
// one the processor refused.
//   returns      string owned by the model, valid while the kernel runs
//   thread       any, async-signal-safe        phase  rt
RONDO_API const char *rondo_current_dispatch(void);

// What the calling thread has a model's native code do right now outside of a kernel, NULL when it does
// nothing: "the embedded ELF executable of 3552 bytes was queried". For the same handlers: a damaged
// executable can crash before its first kernel runs.
//   returns      string that lives as long as the thread, valid until the phase ends
//   thread       any, async-signal-safe        phase  rt
RONDO_API const char *rondo_current_phase(void);

// Version of the library, such as "0.1.0".
//   returns      static string      thread  any      phase  rt
RONDO_API const char *rondo_version(void);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_RUNTIME_H_
