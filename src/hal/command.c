// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/command.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/event.h"
#include "hal/replay.h"
#include "rondo/runtime.h"

// A fill copies from its own beginning; this much stays in the first-level cache.
enum { FILL_STEP_BYTES_MAX = 4096 };

// Read by a signal handler on the same thread only; volatile keeps the stores around the kernel call.
static _Thread_local const char *volatile current_dispatch;

const char *rondo_current_dispatch(void) { return current_dispatch; }

// References ---------------------------------------------------------------------------------------

static enum rondo_status fail_uncommitted(struct rondo_diag *diag) {
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "buffer has no memory: used before its alloca or after its dealloca");
}

static enum rondo_status resolve_entry(const struct rdo_buffer_ref *entry, struct rdo_span *out, struct rondo_diag *diag) {
  *out = (struct rdo_span){NULL, 0, false};
  if (entry->buffer == NULL) return RONDO_OK;
  uint64_t length = entry->length;
  RDO_TRY(rdo_buffer_check_range(entry->buffer, entry->offset, &length, diag));
  uint8_t *data = rdo_buffer_data(entry->buffer);
  if (data == NULL) return fail_uncommitted(diag);
  *out = (struct rdo_span){data + entry->offset, length, entry->buffer->is_read_only};
  return RONDO_OK;
}

enum rondo_status rdo_bindings_resolve(const struct rdo_binding_table *table, struct rdo_span *slots, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < table->count; ++i) RDO_TRY(resolve_entry(&table->entries[i], &slots[i], diag));
  return RONDO_OK;
}

static inline enum rondo_status resolve_ref(const struct rdo_bound *b, const struct rdo_buffer_ref *ref, struct rdo_span *out) {
  if (ref->buffer != NULL) {  // its range was checked when it was recorded
    uint8_t *data = rdo_buffer_data(ref->buffer);
    if (data == NULL) return fail_uncommitted(b->diag);
    *out = (struct rdo_span){data + ref->offset, ref->length, ref->buffer->is_read_only};
    return RONDO_OK;
  }
  const struct rdo_span *slot = &b->slots[ref->slot];
  if (slot->data == NULL) return rdo_fail(b->diag, RONDO_INVALID_ARGUMENT, "binding slot %u has no buffer", ref->slot);
  uint64_t length = ref->length == RDO_WHOLE_BUFFER && ref->offset <= slot->length ? slot->length - ref->offset : ref->length;
  if (!rdo_range_fits(ref->offset, length, slot->length)) {
    return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "binding slot %u: bytes %llu + %llu lie outside the %llu bound", ref->slot,
                    (unsigned long long)ref->offset, (unsigned long long)length, (unsigned long long)slot->length);
  }
  *out = (struct rdo_span){slot->data + ref->offset, length, slot->is_read_only};
  return RONDO_OK;
}

// A reference that a transfer writes. (What kernels write is theirs to know.)
static enum rondo_status resolve_target(const struct rdo_bound *b, const struct rdo_buffer_ref *ref, struct rdo_span *out) {
  RDO_TRY(resolve_ref(b, ref, out));
  return out->is_read_only ? rdo_fail(b->diag, RONDO_PERMISSION_DENIED, "write to a buffer over read-only memory") : RONDO_OK;
}

// Dispatches ---------------------------------------------------------------------------------------

static enum rondo_status fail_kernel(const struct rdo_command_dispatch *dispatch, int result, struct rondo_diag *diag) {
  return rdo_fail(diag, RONDO_INTERNAL, "dispatch %s failed with %d", dispatch->executable->names[dispatch->export_index], result);
}

// A program can be handed a recording of another device's.
static enum rondo_status fail_unbound(const struct rdo_command_dispatch *dispatch, struct rondo_diag *diag) {
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "dispatch %s was recorded on the null device, which loads no code",
                  dispatch->executable->names[dispatch->export_index]);
}

// Counts of an indirect dispatch are data of the program: checked like data.
static enum rondo_status read_workgroup_count(const struct rdo_bound *b, const struct rdo_command_dispatch *dispatch, uint32_t count[3]) {
  struct rdo_span span;
  RDO_TRY(resolve_ref(b, &dispatch->workgroup_ref, &span));
  if (span.length < 12) return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "indirect workgroup counts need 12 bytes, have %llu", (unsigned long long)span.length);
  for (int i = 0; i < 3; ++i) count[i] = rdo_load_u32(span.data + 4 * i);
  if (count[2] > UINT16_MAX) return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "indirect workgroup count z %u is over 65535", count[2]);
  return RONDO_OK;
}

enum rondo_status rdo_dispatch_prepare(const struct rdo_bound *b, const struct rdo_command_dispatch *dispatch, void **pointers, size_t *lengths,
                                      struct rdo_dispatch_state *out_state) {
  const struct rdo_buffer_ref *bindings = rdo_dispatch_bindings(dispatch);
  for (uint32_t i = 0; i < dispatch->binding_count; ++i) {
    struct rdo_span span;
    enum rondo_status status = resolve_ref(b, &bindings[i], &span);
    if (status != RONDO_OK) {
      rdo_annotate(b->diag, "in binding %u of dispatch %s", i, dispatch->executable->names[dispatch->export_index]);
      return status;
    }
    pointers[i] = span.data;
    lengths[i] = (size_t)span.length;
  }
  uint32_t count[3] = {dispatch->workgroup_count[0], dispatch->workgroup_count[1], dispatch->workgroup_count[2]};
  if (dispatch->is_indirect) RDO_TRY(read_workgroup_count(b, dispatch, count));
  if (!b->is_null && dispatch->executable->is_unbound) return fail_unbound(dispatch, b->diag);
  *out_state = (struct rdo_dispatch_state){
      .workgroup_size_x = 1,
      .workgroup_size_y = 1,
      .workgroup_size_z = 1,
      .constant_count = dispatch->constant_count,
      .workgroup_count_x = count[0],
      .workgroup_count_y = count[1],
      .workgroup_count_z = (uint16_t)count[2],
      .max_concurrency = (uint8_t)b->concurrency,
      .binding_count = (uint8_t)dispatch->binding_count,
      .constants = rdo_dispatch_constants(dispatch),
      .binding_ptrs = pointers,
      .binding_lengths = lengths,
  };
  return RONDO_OK;
}

// Workgroups [first, first + count) in order, x innermost. `workgroup` comes with ids of 0.
static int run_workgroups(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, uint64_t first, uint64_t count,
                          struct rdo_workgroup_state *workgroup) {
  const struct rdo_library_environment *environment = &dispatch->executable->environment;
  rdo_dispatch_fn kernel = dispatch->executable->functions[dispatch->export_index];
  if (first != 0) {
    workgroup->workgroup_id_x = (uint32_t)(first % state->workgroup_count_x);
    workgroup->workgroup_id_y = (uint32_t)(first / state->workgroup_count_x % state->workgroup_count_y);
    workgroup->workgroup_id_z = (uint16_t)(first / state->workgroup_count_x / state->workgroup_count_y);
  }
  for (;;) {
    int result = kernel(environment, state, workgroup);
    if (result != 0 || --count == 0) return result;
    if (++workgroup->workgroup_id_x != state->workgroup_count_x) continue;
    workgroup->workgroup_id_x = 0;
    if (++workgroup->workgroup_id_y != state->workgroup_count_y) continue;
    workgroup->workgroup_id_y = 0;
    ++workgroup->workgroup_id_z;
  }
}

enum rondo_status rdo_dispatch_run(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, uint64_t first,
                                   uint64_t count, const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  if (count == 0) return RONDO_OK;
  const char *name = dispatch->executable->names[dispatch->export_index];
  uint32_t bytes = (uint32_t)dispatch->executable->attrs[dispatch->export_index].local_memory_pages * RDO_LOCAL_MEMORY_PAGE_BYTES;
  struct rdo_workgroup_state workgroup = {.local_memory_bytes = bytes};
  void *own_memory = NULL;
  struct rdo_worker *worker = scratch == NULL ? NULL : scratch->worker;
  workgroup.processor_id = scratch == NULL ? 0 : scratch->processor_id;
  if (worker != NULL) {
    size_t room = worker->executor->local_memory_bytes;
    if (bytes > room) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "dispatch %s needs %u bytes of local memory, workers have %zu", name, bytes, room);
    workgroup.local_memory = worker->local_memory;
    rdo_worker_set_busy(worker, name);
  } else if (bytes != 0) {
    own_memory = rdo_alloc_aligned(bytes, RDO_LOCAL_MEMORY_PAGE_BYTES);
    if (own_memory == NULL) return rdo_fail_no_memory(diag, bytes);
    workgroup.local_memory = own_memory;
  }
  current_dispatch = name;
  rdo_event_emit_name(RDO_EVENT_DISPATCH_BEGIN, name, dispatch->command.ordinal, scratch == NULL ? 0 : scratch->submission);
  int result = run_workgroups(dispatch, state, first, count, &workgroup);
  rdo_event_emit(RDO_EVENT_DISPATCH_END, 0, count > UINT32_MAX ? UINT32_MAX : (uint32_t)count, 0);
  current_dispatch = NULL;
  if (worker != NULL) rdo_worker_set_busy(worker, NULL);
  if (own_memory != NULL) rdo_free(own_memory);
  return result == 0 ? RONDO_OK : fail_kernel(dispatch, result, diag);
}

// Transfers ----------------------------------------------------------------------------------------

// The pattern is written once, then what is there is doubled until the range is full.
static void fill_bytes(uint8_t *target, uint64_t length, uint64_t pattern, uint32_t pattern_length) {
  uint8_t bytes[8];
  rdo_store_u64(bytes, pattern);
  bool is_uniform = true;
  for (uint32_t i = 1; i < pattern_length; ++i) is_uniform &= bytes[i] == bytes[0];
  if (is_uniform || length < pattern_length) {
    memset(target, bytes[0], (size_t)length);
    return;
  }
  memcpy(target, bytes, pattern_length);
  for (uint64_t done = pattern_length; done < length;) {
    uint64_t step = done < length - done ? done : length - done;
    if (step > FILL_STEP_BYTES_MAX) step = FILL_STEP_BYTES_MAX;
    memcpy(target + done, target, (size_t)step);
    done += step;
  }
}

static enum rondo_status run_fill(const struct rdo_bound *b, const struct rdo_command_fill *fill) {
  struct rdo_span target;
  RDO_TRY(resolve_target(b, &fill->target, &target));
  if (target.length % fill->pattern_length != 0) {
    return rdo_fail(b->diag, RONDO_INVALID_ARGUMENT, "fill of %llu bytes is not a multiple of the pattern's %u", (unsigned long long)target.length,
                    fill->pattern_length);
  }
  fill_bytes(target.data, target.length, fill->pattern, fill->pattern_length);
  return RONDO_OK;
}

static enum rondo_status run_copy(const struct rdo_bound *b, const struct rdo_command_copy *copy) {
  struct rdo_span source, target;
  RDO_TRY(resolve_ref(b, &copy->source, &source));
  RDO_TRY(resolve_target(b, &copy->target, &target));
  if (source.length != target.length) {
    return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "copy of %llu bytes to a range of %llu", (unsigned long long)source.length, (unsigned long long)target.length);
  }
  memmove(target.data, source.data, (size_t)source.length);
  return RONDO_OK;
}

static enum rondo_status run_update(const struct rdo_bound *b, const struct rdo_command_update *update) {
  struct rdo_span target;
  RDO_TRY(resolve_target(b, &update->target, &target));
  if (target.length != update->data_length) return rdo_fail(b->diag, RONDO_OUT_OF_RANGE, "update does not fit its target");
  if (target.length != 0) memcpy(target.data, update->data, (size_t)target.length);
  return RONDO_OK;
}

static enum rondo_status run_transfer(const struct rdo_bound *b, const struct rdo_command *command) {
  const void *body = command;
  switch ((enum rdo_command_kind)command->kind) {
    case RDO_COMMAND_FILL: return run_fill(b, body);
    case RDO_COMMAND_COPY: return run_copy(b, body);
    case RDO_COMMAND_UPDATE: return run_update(b, body);
    default: return RONDO_OK;
  }
}

static const char *transfer_name(const struct rdo_command *command) {
  return command->kind == RDO_COMMAND_FILL ? "fill" : command->kind == RDO_COMMAND_COPY ? "copy" : "update";
}

enum rondo_status rdo_transfer_run(const struct rdo_bound *b, const struct rdo_command *command, uint64_t submission) {
  rdo_event_emit_name(RDO_EVENT_DISPATCH_BEGIN, transfer_name(command), command->ordinal, submission);
  enum rondo_status status = run_transfer(b, command);
  rdo_event_emit(RDO_EVENT_DISPATCH_END, 0, 1, 0);
  return status;
}

enum rondo_status rdo_transfer_fill(const struct rdo_buffer *target, uint64_t offset, uint64_t length, uint64_t pattern,
                                    uint32_t pattern_length, struct rondo_diag *diag) {
  RDO_TRY(rdo_buffer_check_writable(target, diag));
  RDO_TRY(rdo_buffer_check_range(target, offset, &length, diag));
  if ((pattern_length != 1 && pattern_length != 2 && pattern_length != 4) || offset % pattern_length != 0 || length % pattern_length != 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "fill of %llu + %llu bytes with a pattern of %u bytes", (unsigned long long)offset,
                    (unsigned long long)length, pattern_length);
  }
  uint8_t *data = rdo_buffer_data(target);
  if (data == NULL) return fail_uncommitted(diag);
  fill_bytes(data + offset, length, pattern, pattern_length);
  return RONDO_OK;
}

enum rondo_status rdo_transfer_copy(const struct rdo_buffer *source, uint64_t source_offset, const struct rdo_buffer *target,
                                    uint64_t target_offset, uint64_t length, struct rondo_diag *diag) {
  uint64_t target_length = length;
  RDO_TRY(rdo_buffer_check_writable(target, diag));
  RDO_TRY(rdo_buffer_check_range(source, source_offset, &length, diag));
  if (target_length == RDO_WHOLE_BUFFER) target_length = length;
  RDO_TRY(rdo_buffer_check_range(target, target_offset, &target_length, diag));
  const uint8_t *from = rdo_buffer_data(source);
  uint8_t *to = rdo_buffer_data(target);
  if (from == NULL || to == NULL) return fail_uncommitted(diag);
  memmove(to + target_offset, from + source_offset, (size_t)length);
  return RONDO_OK;
}
