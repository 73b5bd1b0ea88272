// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A dispatch module as the body of nodes: a file with one kernel, which is called as a whole on the worker of its node. The same file on
// the same lane is loaded once; nodes that share it hold it as a resource while they run, since two calls of a model may not overlap.

#ifndef RDO_PLAY_MODULE_CALL_H_
#define RDO_PLAY_MODULE_CALL_H_

#include "play/node.h"
#include "runtime/call.h"

struct rdo_module_call {
  char *path;              // owned
  uint32_t path_text;      // its number in the table of what was played
  uint32_t lane;
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
  struct rdo_call call;
  struct rondo_value *outputs;
  int32_t batch_count;     // what its function gets, if it takes an i32
  int output_count;
  enum rondo_status status;  // the first failure
  rdo_atomic_u64 failed_in;  // the iteration of it: stored with release after it, for the runner; UINT64_MAX = none
  struct rondo_diag diag;
};

// Loads a file and chooses its function: the only one, else the first that takes one i32, else the first; it takes nothing, or one i32:
// how often the dispatch runs. Calls it once, with 0.
//   out_call  ended with rdo_module_call_destroy
//   returns   what loading returns, INVALID_ARGUMENT (the function takes something else), or what the call failed with
enum rondo_status rdo_module_call_create(const char *path, uint32_t lane, int32_t batch_count, struct rdo_module_call **out_call,
                                         struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_module_call_destroy(struct rdo_module_call *call);

// The status of its first failure, if that was in this iteration or before, which is over; OK = none.
enum rondo_status rdo_module_call_failure(const struct rdo_module_call *call, uint64_t iteration);

// Bodies of nodes whose `user` is a module call.
extern const struct rdo_node_body rdo_node_module;

#endif  // RDO_PLAY_MODULE_CALL_H_
