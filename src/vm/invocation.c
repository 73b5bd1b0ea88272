// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/invocation.h"

#include <sys/mman.h>

#include "base/alloc.h"
#include "vm/interpret.h"

// The stack is address space: pages come into being when frames touch them, so its full size costs
// nothing and frames never move.
enum rondo_status rdo_invocation_init(struct rdo_invocation *invocation, struct rdo_vm_heap *heap, struct rondo_diag *diag) {
  memset(invocation, 0, sizeof *invocation);
  invocation->heap = heap;
  void *stack = mmap(NULL, RDO_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stack == MAP_FAILED) return rdo_fail_no_memory(diag, RDO_STACK_BYTES);
  invocation->stack = stack;
  invocation->stack_bytes = RDO_STACK_BYTES;
  return RONDO_OK;
}

static void forget_wait(struct rdo_invocation *invocation) {
  rdo_object_release(invocation->wait_user);
  invocation->wait_user = NULL;
  invocation->wait = NULL;
}

void rdo_invocation_deinit(struct rdo_invocation *invocation) {
  if (invocation->stack == NULL) return;
  rdo_invocation_unwind(invocation);
  forget_wait(invocation);
  munmap(invocation->stack, (size_t)invocation->stack_bytes);
  memset(invocation, 0, sizeof *invocation);
}

static uint32_t align16(uint64_t bytes) { return (uint32_t)((bytes + 15) & ~(uint64_t)15); }

// Lays out a frame of the given banks at `base` and clears it.
static struct rdo_frame *init_frame(uint8_t *base, uint32_t i32_count, uint32_t ref_count) {
  uint32_t value_bytes = align16(4 * (uint64_t)i32_count);
  uint32_t byte_length = (uint32_t)sizeof(struct rdo_frame) + value_bytes + align16(8 * (uint64_t)ref_count);
  memset(base, 0, byte_length);
  struct rdo_frame *frame = (struct rdo_frame *)(void *)base;
  frame->registers = (uint32_t *)(void *)(base + sizeof *frame);
  frame->refs = (struct rdo_object **)(void *)(base + sizeof *frame + value_bytes);
  frame->ref_count = ref_count;
  frame->byte_length = byte_length;
  return frame;
}

static void put_argument(struct rdo_frame *frame, char letter, uint16_t ordinal, union rdo_slot value) {
  switch (letter) {
    case 'r':
      rdo_object_retain(value.ref);
      frame->refs[ordinal] = value.ref;
      break;
    case 'I': case 'F':
      rdo_store_u64(&frame->registers[ordinal], (uint64_t)value.i64);
      break;
    default:
      frame->registers[ordinal] = (uint32_t)value.i32;
      break;
  }
}

enum rondo_status rdo_invocation_begin(struct rdo_invocation *invocation, const struct rdo_function *function,
                                       const union rdo_slot *arguments, int64_t step_limit, struct rondo_diag *diag) {
  if (diag == NULL) {
    memset(&invocation->own_diag, 0, offsetof(struct rondo_diag, message) + 1);
    diag = &invocation->own_diag;
  }
  invocation->diag = diag;
  invocation->steps_left = step_limit;
  invocation->is_resumed = false;
  invocation->wait = NULL;
  struct rdo_frame *host = init_frame(invocation->stack, function->result_i32_count, function->result_ref_count);
  invocation->top = host;
  if (function->frame_bytes > invocation->stack_bytes - host->byte_length) {
    return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "frame of %u bytes does not fit on the call stack", function->frame_bytes);
  }
  struct rdo_frame *frame = init_frame((uint8_t *)host + host->byte_length, function->i32_count, function->ref_count);
  frame->parent = host;
  frame->function = function;
  frame->return_ip = function->halt;
  frame->result_targets = function->result_targets;
  for (uint32_t i = 0; i < function->cconv.argument_length; ++i) {
    put_argument(frame, function->cconv.arguments[i], function->argument_ordinals[i], arguments[i]);
  }
  invocation->top = frame;
  invocation->ip = function->code;
  return RONDO_OK;
}

enum rondo_status rdo_invocation_run(struct rdo_invocation *invocation) {
  enum rondo_status status = rdo_interpret(invocation);
  if (status != RONDO_DEFERRED && invocation->wait_user != NULL) forget_wait(invocation);
  if (status != RONDO_OK && status != RONDO_DEFERRED) rdo_invocation_unwind(invocation);
  return status;
}

void rdo_invocation_end(struct rdo_invocation *invocation, const struct rdo_function *function, union rdo_slot *results) {
  struct rdo_frame *host = invocation->top;
  for (uint32_t i = 0; i < function->cconv.result_length; ++i) {
    uint16_t ordinal = function->result_ordinals[i];
    switch (function->cconv.results[i]) {
      case 'r': results[i].ref = host->refs[ordinal]; break;
      case 'I': case 'F': results[i].i64 = (int64_t)rdo_load_u64(&host->registers[ordinal]); break;
      default: results[i].i32 = (int32_t)host->registers[ordinal]; break;
    }
  }
  invocation->top = NULL;
}

void rdo_invocation_unwind(struct rdo_invocation *invocation) {
  for (struct rdo_frame *frame = invocation->top; frame != NULL; frame = frame->parent) {
    for (uint32_t i = 0; i < frame->ref_count; ++i) rdo_object_release(frame->refs[i]);
  }
  invocation->top = NULL;
}

enum rondo_status rdo_invocation_defer(struct rdo_invocation *invocation, const struct rdo_wait_type *wait, struct rdo_object *user) {
  invocation->wait = wait;
  if (invocation->wait_user != user) rdo_object_release(invocation->wait_user);
  invocation->wait_user = user;
  return RONDO_DEFERRED;
}

struct rdo_object *rdo_invocation_deferred(const struct rdo_invocation *invocation) { return invocation->wait_user; }

enum rondo_status rdo_invoke(struct rdo_invocation *invocation, const struct rdo_function *function,
                             const union rdo_slot *arguments, int64_t step_limit, union rdo_slot *results,
                             struct rondo_diag *diag) {
  RDO_TRY(rdo_invocation_begin(invocation, function, arguments, step_limit, diag));
  enum rondo_status status;
  while ((status = rdo_invocation_run(invocation)) == RONDO_DEFERRED) {
    if (invocation->wait != NULL) invocation->wait->block(invocation->wait_user);
  }
  if (status == RONDO_OK) rdo_invocation_end(invocation, function, results);
  return status;
}
