// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/operation.h"

#include "base/clock.h"
#include "base/futex.h"

enum rondo_status rdo_operation_transfer(const struct rdo_operation *o, struct rdo_file_transfer *transfer, struct rondo_diag *diag) {
  bool is_read = o->kind == RDO_OPERATION_READ;
  struct rdo_buffer *buffer = is_read ? o->target : o->source;
  uint64_t offset = is_read ? o->target_offset : o->source_offset, length = o->length;
  if (is_read) RDO_TRY(rdo_buffer_check_writable(buffer, diag));
  RDO_TRY(rdo_buffer_check_range(buffer, offset, &length, diag));
  uint8_t *data = rdo_buffer_data(buffer);
  if (data == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "%s a buffer without memory", is_read ? "read into" : "write from");
  if (is_read) return rdo_file_read(o->file, o->source_offset, data + offset, length, transfer, diag);
  return rdo_file_write(o->file, o->target_offset, data + offset, length, transfer, diag);
}

// For whoever performs a transfer as a step of its own work, and so has to wait for it.
struct transfer_wait {
  struct rdo_file_transfer transfer;
  enum rondo_status status;  // set before is_over
  rdo_atomic_u32 is_over;    // SYNC(pending): futex word
};

static void end_transfer(void *user, enum rondo_status status, uint64_t bytes_done) {
  (void)bytes_done;
  struct transfer_wait *wait = user;
  wait->status = status;
  rdo_atomic_store(&wait->is_over, 1, rdo_seq_cst);  // SYNC(pending): pairs with the loop below
  rdo_futex_wake(&wait->is_over);
}

static enum rondo_status transfer_and_wait(const struct rdo_operation *o, struct rondo_diag *diag) {
  struct transfer_wait wait = {.transfer = {.callback = end_transfer, .user = &wait}};
  rdo_atomic_init(&wait.is_over, 0);
  enum rondo_status status = rdo_operation_transfer(o, &wait.transfer, diag);
  if (status != RONDO_DEFERRED) return status;
  while (rdo_atomic_load(&wait.is_over, rdo_seq_cst) == 0) rdo_futex_wait(&wait.is_over, 0, RDO_DEADLINE_NONE);  // SYNC(pending)
  return wait.status == RONDO_OK ? RONDO_OK : rdo_fail(diag, wait.status, "file transfer failed");
}

static enum rondo_status update_buffer(const struct rdo_operation *o, struct rondo_diag *diag) {
  RDO_TRY(rdo_buffer_check_writable(o->target, diag));
  uint64_t length = o->data.size;
  RDO_TRY(rdo_buffer_check_range(o->target, o->target_offset, &length, diag));
  uint8_t *target = rdo_buffer_data(o->target);
  if (target == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "update of a buffer without memory");
  if (length != 0) memmove(target + o->target_offset, o->data.data, (size_t)length);
  return RONDO_OK;
}

// This and the next are kept apart, so that other operations need no room for them on the stack.
__attribute__((noinline)) static enum rondo_status replay_dispatch(const struct rdo_dispatch *dispatch, bool is_null, const struct rdo_scratch *scratch,
                                                                   struct rondo_diag *diag) {
  struct rdo_one_dispatch one;
  RDO_TRY(rdo_one_dispatch_init(&one, &dispatch->info, dispatch->constants, dispatch->bindings, diag));
  return rdo_replay(&one.recording, &(const struct rdo_binding_table){0}, is_null, scratch, diag);
}

void rdo_operation_name_item(const struct rdo_operation *o, uint32_t item_index, struct rondo_diag *diag) {
  if (o->kind == RDO_OPERATION_EXECUTE_LIST && diag->message[0] != 0) rdo_prefix(diag, "recording %u of %u", item_index + 1, o->list.count);
}

__attribute__((noinline)) static enum rondo_status replay_list(const struct rdo_operation *o, bool is_null, const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < o->list.count; ++i) {
    const struct rdo_execution_item *item = &o->list.items[i];
    enum rondo_status status = item->recording == NULL ? RONDO_OK : rdo_replay(item->recording, &item->bindings, is_null, scratch, diag);
    if (status == RONDO_OK) continue;
    if (diag != NULL) rdo_operation_name_item(o, i, diag);
    return status;
  }
  return RONDO_OK;
}

enum rondo_status rdo_operation_perform(const struct rdo_operation *o, bool is_null, const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  switch (o->kind) {
    case RDO_OPERATION_BARRIER: return RONDO_OK;
    case RDO_OPERATION_ALLOCA: return rdo_buffer_commit(o->target, is_null, diag);
    case RDO_OPERATION_DEALLOCA: rdo_buffer_decommit(o->target); return RONDO_OK;
    case RDO_OPERATION_FILL: return rdo_transfer_fill(o->target, o->target_offset, o->length, o->pattern, o->pattern_length, diag);
    case RDO_OPERATION_UPDATE: return update_buffer(o, diag);
    case RDO_OPERATION_COPY: return rdo_transfer_copy(o->source, o->source_offset, o->target, o->target_offset, o->length, diag);
    case RDO_OPERATION_READ:
    case RDO_OPERATION_WRITE: return transfer_and_wait(o, diag);
    case RDO_OPERATION_EXECUTE: return o->recording == NULL ? RONDO_OK : rdo_replay(o->recording, &o->bindings, is_null, scratch, diag);
    case RDO_OPERATION_EXECUTE_LIST: return replay_list(o, is_null, scratch, diag);
    case RDO_OPERATION_DISPATCH: return replay_dispatch(o->dispatch, is_null, scratch, diag);
    case RDO_OPERATION_HOST_CALL: return o->host.call(o->host.user, diag);
  }
  return RONDO_INTERNAL;
}

// Inlined into retain and release, which each submission goes through; what few operations have stays apart.
static inline __attribute__((always_inline)) void apply_to_refs(const struct rdo_buffer_ref *refs, uint32_t count, void (*apply)(struct rdo_object *)) {
  for (uint32_t i = 0; i < count; ++i) {
    if (refs[i].buffer != NULL) apply(&refs[i].buffer->object);
  }
}

static __attribute__((noinline)) void apply_to_dispatch(const struct rdo_dispatch *dispatch, void (*apply)(struct rdo_object *)) {
  apply(&dispatch->info.executable->object);
  if (dispatch->info.workgroup_ref != NULL) apply_to_refs(dispatch->info.workgroup_ref, 1, apply);
  apply_to_refs(dispatch->bindings, dispatch->info.binding_count, apply);
}

static __attribute__((noinline)) void apply_to_items(const struct rdo_execution_item *items, uint32_t count, void (*apply)(struct rdo_object *)) {
  for (uint32_t i = 0; i < count; ++i) {
    if (items[i].recording != NULL) apply(&items[i].recording->object);
    apply_to_refs(items[i].bindings.entries, items[i].bindings.count, apply);
  }
}

static inline __attribute__((always_inline)) void apply_to_all(const struct rdo_operation *o, void (*apply)(struct rdo_object *)) {
  if (o->signal != NULL) apply(&o->signal->object);
  if (o->source != NULL) apply(&o->source->object);
  if (o->target != NULL) apply(&o->target->object);
  if (o->file != NULL) apply(&o->file->object);
  if (o->recording != NULL) apply(&o->recording->object);
  if (o->kind == RDO_OPERATION_EXECUTE) apply_to_refs(o->bindings.entries, o->bindings.count, apply);
  if (o->kind == RDO_OPERATION_EXECUTE_LIST) apply_to_items(o->list.items, o->list.count, apply);
  if (o->kind == RDO_OPERATION_DISPATCH) apply_to_dispatch(o->dispatch, apply);
}

void rdo_operation_retain(const struct rdo_operation *operation) { apply_to_all(operation, rdo_object_retain); }
void rdo_operation_release(const struct rdo_operation *operation) { apply_to_all(operation, rdo_object_release); }
