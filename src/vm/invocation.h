// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One call of a function from outside: its stack of frames and where it stands. An invocation can be
// suspended (a native call or a Yield answered DEFERRED) and run on later, from any thread, one at a
// time.
//
//   READY    -> RUNNING    rdo_invocation_begin, rdo_invocation_run        caller
//   RUNNING  -> DEFERRED   a yieldable native call is not finished, Yield  inside run
//   DEFERRED -> RUNNING    rdo_invocation_run                              caller, after waiting
//   RUNNING  -> READY      OK: results stand in the host frame; failure: all frames released

#ifndef RDO_VM_INVOCATION_H_
#define RDO_VM_INVOCATION_H_

#include "vm/code.h"
#include "vm/heap.h"

// How to learn when running a suspended invocation on makes sense: one of the two.
struct rdo_wait_type {
  void (*block)(struct rdo_object *user);  // returns then
  // Calls `resume` then, once, on whatever thread; that may be inside this call. NULL: there is only `block`.
  //   returns  not OK: it will not be called
  enum rondo_status (*watch)(struct rdo_object *user, void (*resume)(void *resume_user), void *resume_user, struct rondo_diag *diag);
};

// A frame; its value and ref banks follow it in memory.
struct rdo_frame {
  struct rdo_frame *parent;
  const struct rdo_function *function;  // NULL for the host's
  const union rdo_word *return_ip;      // in the parent's code
  const uint16_t *result_targets;       // in the parent's banks
  uint32_t *registers;
  struct rdo_object **refs;
  uint32_t ref_count;
  uint32_t byte_length;  // whole frame: where the next one begins; multiple of 8
};

struct rdo_invocation {
  struct rdo_vm_heap *heap;   // borrowed from the context: what the program allocates from
  uint8_t *stack;
  uint64_t stack_bytes;
  struct rdo_frame *top;      // NULL when READY without results
  const union rdo_word *ip;   // where to run on
  int64_t steps_left;         // branches and calls it may still take
  bool is_resumed;
  struct rondo_diag *diag;    // never NULL while running
  const struct rdo_wait_type *wait;  // how to wait while suspended; NULL: run on at once
  struct rdo_object *wait_user;      // held until the call that deferred is over
  struct rondo_diag own_diag;  // used when the caller passes none
};

enum { RDO_STACK_BYTES = 1 << 20 };

enum rondo_status rdo_invocation_init(struct rdo_invocation *invocation, struct rdo_vm_heap *heap, struct rondo_diag *diag);
void rdo_invocation_deinit(struct rdo_invocation *invocation);

// Puts a call on the empty stack.
//   arguments   one slot a letter of the calling convention; refs are retained
//   step_limit  INT64_MAX = none
enum rondo_status rdo_invocation_begin(struct rdo_invocation *invocation, const struct rdo_function *function,
                                       const union rdo_slot *arguments, int64_t step_limit, struct rondo_diag *diag);

// Runs until the call has returned, failed or deferred.
enum rondo_status rdo_invocation_run(struct rdo_invocation *invocation);

// Takes the results of a call that returned OK, one slot a letter; refs are given to the caller.
void rdo_invocation_end(struct rdo_invocation *invocation, const struct rdo_function *function, union rdo_slot *results);

// Releases every frame.
void rdo_invocation_unwind(struct rdo_invocation *invocation);

// For native functions: suspends the invocation until `wait` says so, and makes the call again then, with
// `user` at hand. Returns DEFERRED.
//   user  given to the invocation, which releases it when the call has returned or is abandoned
enum rondo_status rdo_invocation_defer(struct rdo_invocation *invocation, const struct rdo_wait_type *wait, struct rdo_object *user);

// For native functions that are made again: what the first call gave to defer.
struct rdo_object *rdo_invocation_deferred(const struct rdo_invocation *invocation);

// begin, run (waiting where it defers) and end in one: a blocking call.
enum rondo_status rdo_invoke(struct rdo_invocation *invocation, const struct rdo_function *function,
                             const union rdo_slot *arguments, int64_t step_limit, union rdo_slot *results,
                             struct rondo_diag *diag);

#endif  // RDO_VM_INVOCATION_H_
