// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A function that is called again and again on workers of its own: k workers on k CPUs, its own copy of the model on a device of
// its own, and a process that runs the host program on whichever worker is free. The thread that made it sleeps meanwhile.
// Other functions may be called in turn with it, each once before each of its calls, as when they are played together: they leave
// their data in the caches, and nothing of them is kept.
//
//   IDLE → RUNNING  rdo_runner_start     RUNNING → IDLE  the process, after the last call
//
// What a batch of calls writes belongs to the process while RUNNING; the lock hands it over.

#ifndef RDO_PROFILE_RUNNER_H_
#define RDO_PROFILE_RUNNER_H_

#include <pthread.h>

#include "hal/device.h"
#include "profile/call_graph.h"
#include "rondo/profile.h"
#include "runtime/call.h"

struct rdo_runner_options {
  const struct rondo_profile_call *call;           // borrowed
  const struct rondo_profile_call *const *others;  // borrowed, [other_count]: called in turn with it
  uint32_t other_count;
  const struct rdo_cpu_set *cpus;         // borrowed, [worker_count]: one for each worker
  uint32_t worker_count;
  uint32_t worker_base;                   // number of the first worker, to tell its events from those of other runners
  bool is_played;                         // tiles are claimed one by one, as when there are releases to keep free
};

struct rdo_runner_function {
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
  struct rdo_call call;
  struct rondo_value *inputs, *outputs;
  int input_count, output_count;
};

struct rdo_runner {
  struct rdo_executor *executor;
  struct rdo_runner_function *functions;  // owned [function_count]; the first one is what it is about
  uint32_t function_count;
  uint32_t current;  // owner: the process: which of them is called
  struct rdo_process process;
  bool has_process;  // lock: lock, once it has started
  bool is_calling;   // owner: the process
  rdo_atomic_u32 must_stop;   // hint: no further call begins
  int64_t *begins_ns, *ends_ns;  // of the first function's calls in a batch
  size_t capacity, wanted_count, done_count;
  enum rondo_status status;
  struct rondo_diag diag;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool is_running;  // lock: lock
  bool has_ended;   // set while IDLE: the process ends with the next drain
};

// Loads the models and starts the workers.
//   capacity    the most calls in a batch
//   out_runner  does not move; end with rdo_runner_deinit, also after an error
enum rondo_status rdo_runner_init(struct rdo_runner *out_runner, const struct rdo_runner_options *options, size_t capacity, struct rondo_diag *diag)
    RONDO_MUST_USE;
void rdo_runner_deinit(struct rdo_runner *runner);

// Begins a batch of `count` calls of the first function; with 0 calls go on until rdo_runner_stop, and their times are not kept but for the last ones.
void rdo_runner_start(struct rdo_runner *runner, size_t count);
void rdo_runner_stop(struct rdo_runner *runner);

// Waits for its end.
//   returns  OK, or what a call failed with
enum rondo_status rdo_runner_wait(struct rdo_runner *runner, struct rondo_diag *diag) RONDO_MUST_USE;

// One call, and what it ran.
//   graph  to be ended by the caller, also after an error
enum rondo_status rdo_runner_observe(struct rdo_runner *runner, struct rdo_call_graph *graph, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PROFILE_RUNNER_H_
