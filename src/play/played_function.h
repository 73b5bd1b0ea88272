// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A function of a model on the executor of a player, and what it gets where nobody gives it anything.

#ifndef RDO_PLAY_PLAYED_FUNCTION_H_
#define RDO_PLAY_PLAYED_FUNCTION_H_

#include "hal/device.h"
#include "runtime/runtime.h"

// Loads a model on a device of its own over the executor.
//   memory_budget_bytes  0 = no limit
//   out_runtime          what it holds the caller ends, also on failure; so with out_model
enum rondo_status rdo_played_model_load(struct rdo_executor *executor, const char *path, uint64_t memory_budget_bytes, struct rondo_runtime **out_runtime,
                                        struct rondo_model **out_model, struct rondo_diag *diag) RONDO_MUST_USE;

// Finds a function that can be played.
//   job   whose it is, for messages
//   name  NULL = the model's only one
//   returns  what rondo_model_find returns; UNIMPLEMENTED: it takes fences
enum rondo_status rdo_played_function_find(const struct rondo_model *model, const char *job, const char *name, const struct rondo_function **out_function,
                                           struct rondo_diag *diag) RONDO_MUST_USE;

// A tensor of zeros for an argument, 0 .. count - 1.
//   out_value  written on success
//   returns    OK, INVALID_ARGUMENT (the file does not tell its shape, or it is no tensor), RESOURCE_EXHAUSTED
enum rondo_status rdo_played_function_make_tensor(const struct rondo_function *function, struct rondo_runtime *runtime, const char *job, int argument,
                                                  struct rondo_value *out_value, struct rondo_diag *diag) RONDO_MUST_USE;

// Zero, of the argument's kind.
enum rondo_status rdo_played_function_make_zero(const struct rondo_function *function, struct rondo_runtime *runtime, const char *job, int argument,
                                                struct rondo_value *out_value, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAY_PLAYED_FUNCTION_H_
