// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/replay.h"

#include "base/alloc.h"
#include "base/checked.h"
#include "base/cpu.h"
#include "rondo/runtime.h"

// Slots of nearly every recording fit here; more come from the heap.
enum { INLINE_SLOT_COUNT = 16 };

// A fill copies from its own beginning; this much stays in the first-level cache.
enum { FILL_STEP_BYTES_MAX = 4096 };

struct span {
  uint8_t *data;
  uint64_t length;
  bool is_read_only;
};

struct replay {
  const struct span *slots;  // the binding table, resolved once for the whole execution
  uint32_t slot_count;
  bool is_null;
  struct rondo_diag *diag;
};

// Read by a signal handler on the same thread only; volatile keeps the stores around the kernel call.
static _Thread_local const char *volatile current_dispatch;

const char *rondo_current_dispatch(void) { return current_dispatch; }

static enum rondo_status fail_uncommitted(struct rondo_diag *diag) {
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "buffer has no memory: used before its alloca or after its dealloca");
}

static enum rondo_status resolve_entry(const struct rdo_buffer_ref *entry, struct span *out, struct rondo_diag *diag) {
  *out = (struct span){NULL, 0, false};
  if (entry->buffer == NULL) return RONDO_OK;
  uint64_t length = entry->length;
  RDO_TRY(rdo_buffer_check_range(entry->buffer, entry->offset, &length, diag));
  uint8_t *data = rdo_buffer_data(entry->buffer);
  if (data == NULL) return fail_uncommitted(diag);
  *out = (struct span){data + entry->offset, length, entry->buffer->is_read_only};
  return RONDO_OK;
}

static enum rondo_status resolve_ref(const struct replay *r, const struct rdo_buffer_ref *ref, struct span *out) {
  if (ref->buffer != NULL) {  // its range was checked when it was recorded
    uint8_t *data = rdo_buffer_data(ref->buffer);
    if (data == NULL) return fail_uncommitted(r->diag);
    *out = (struct span){data + ref->offset, ref->length, ref->buffer->is_read_only};
    return RONDO_OK;
  }
  const struct span *slot = &r->slots[ref->slot];
  if (slot->data == NULL) return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "binding slot %u has no buffer", ref->slot);
  uint64_t length = ref->length == RDO_WHOLE_BUFFER && ref->offset <= slot->length ? slot->length - ref->offset : ref->length;
  if (!rdo_range_fits(ref->offset, length, slot->length)) {
    return rdo_fail(r->diag, RONDO_OUT_OF_RANGE, "binding slot %u: bytes %llu + %llu lie outside the %llu bound", ref->slot,
                    (unsigned long long)ref->offset, (unsigned long long)length, (unsigned long long)slot->length);
  }
  *out = (struct span){slot->data + ref->offset, length, slot->is_read_only};
  return RONDO_OK;
}

// A reference that a transfer writes. (What kernels write is theirs to know.)
static enum rondo_status resolve_target(const struct replay *r, const struct rdo_buffer_ref *ref, struct span *out) {
  RDO_TRY(resolve_ref(r, ref, out));
  return out->is_read_only ? rdo_fail(r->diag, RONDO_PERMISSION_DENIED, "write to a buffer over read-only memory") : RONDO_OK;
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

// Every workgroup in order, z outermost.
static int run_workgroups(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, void *local_memory,
                          uint32_t local_memory_bytes) {
  const struct rdo_library_environment *environment = &dispatch->executable->environment;
  rdo_dispatch_fn kernel = dispatch->executable->functions[dispatch->export_index];
  struct rdo_workgroup_state workgroup = {.local_memory = local_memory, .local_memory_bytes = local_memory_bytes};
  for (uint32_t z = 0; z < state->workgroup_count_z; ++z) {
    workgroup.workgroup_id_z = (uint16_t)z;
    for (uint32_t y = 0; y < state->workgroup_count_y; ++y) {
      workgroup.workgroup_id_y = y;
      for (uint32_t x = 0; x < state->workgroup_count_x; ++x) {
        workgroup.workgroup_id_x = x;
        int result = kernel(environment, state, &workgroup);
        if (result != 0) return result;
      }
    }
  }
  return 0;
}

static enum rondo_status run_kernel(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state,
                                    struct rondo_diag *diag) {
  uint32_t local_memory_bytes = (uint32_t)dispatch->executable->attrs[dispatch->export_index].local_memory_pages * RDO_LOCAL_MEMORY_PAGE_BYTES;
  void *local_memory = NULL;
  if (local_memory_bytes != 0) {
    local_memory = rdo_alloc_aligned(local_memory_bytes, RDO_LOCAL_MEMORY_PAGE_BYTES);
    if (local_memory == NULL) return rdo_fail_no_memory(diag, local_memory_bytes);
  }
  current_dispatch = dispatch->executable->names[dispatch->export_index];
  int result = run_workgroups(dispatch, state, local_memory, local_memory_bytes);
  current_dispatch = NULL;
  rdo_free(local_memory);
  return result == 0 ? RONDO_OK : fail_kernel(dispatch, result, diag);
}

// Counts of an indirect dispatch are data of the program: checked like data.
static enum rondo_status read_workgroup_count(const struct replay *r, const struct rdo_command_dispatch *dispatch, uint32_t count[3]) {
  struct span span;
  RDO_TRY(resolve_ref(r, &dispatch->workgroup_ref, &span));
  if (span.length < 12) return rdo_fail(r->diag, RONDO_OUT_OF_RANGE, "indirect workgroup counts need 12 bytes, have %llu", (unsigned long long)span.length);
  for (int i = 0; i < 3; ++i) count[i] = rdo_load_u32(span.data + 4 * i);
  if (count[2] > UINT16_MAX) return rdo_fail(r->diag, RONDO_OUT_OF_RANGE, "indirect workgroup count z %u is over 65535", count[2]);
  return RONDO_OK;
}

static enum rondo_status run_dispatch(const struct replay *r, const struct rdo_command_dispatch *dispatch) {
  void *pointers[RDO_DISPATCH_BINDINGS_MAX];
  size_t lengths[RDO_DISPATCH_BINDINGS_MAX];
  const struct rdo_buffer_ref *bindings = rdo_dispatch_bindings(dispatch);
  for (uint32_t i = 0; i < dispatch->binding_count; ++i) {
    struct span span;
    enum rondo_status status = resolve_ref(r, &bindings[i], &span);
    if (status != RONDO_OK) {
      rdo_annotate(r->diag, "in binding %u of dispatch %s", i, dispatch->executable->names[dispatch->export_index]);
      return status;
    }
    pointers[i] = span.data;
    lengths[i] = (size_t)span.length;
  }
  uint32_t count[3] = {dispatch->workgroup_count[0], dispatch->workgroup_count[1], dispatch->workgroup_count[2]};
  if (dispatch->is_indirect) RDO_TRY(read_workgroup_count(r, dispatch, count));
  if (r->is_null) return RONDO_OK;
  if (dispatch->executable->is_unbound) return fail_unbound(dispatch, r->diag);
  const struct rdo_dispatch_state state = {
      .workgroup_size_x = 1,
      .workgroup_size_y = 1,
      .workgroup_size_z = 1,
      .constant_count = dispatch->constant_count,
      .workgroup_count_x = count[0],
      .workgroup_count_y = count[1],
      .workgroup_count_z = (uint16_t)count[2],
      .max_concurrency = 1,
      .binding_count = (uint8_t)dispatch->binding_count,
      .constants = rdo_dispatch_constants(dispatch),
      .binding_ptrs = pointers,
      .binding_lengths = lengths,
  };
  return run_kernel(dispatch, &state, r->diag);
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

static enum rondo_status run_fill(const struct replay *r, const struct rdo_command_fill *fill) {
  struct span target;
  RDO_TRY(resolve_target(r, &fill->target, &target));
  if (target.length % fill->pattern_length != 0) {
    return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "fill of %llu bytes is not a multiple of the pattern's %u", (unsigned long long)target.length,
                    fill->pattern_length);
  }
  fill_bytes(target.data, target.length, fill->pattern, fill->pattern_length);
  return RONDO_OK;
}

static enum rondo_status run_copy(const struct replay *r, const struct rdo_command_copy *copy) {
  struct span source, target;
  RDO_TRY(resolve_ref(r, &copy->source, &source));
  RDO_TRY(resolve_target(r, &copy->target, &target));
  if (source.length != target.length) {
    return rdo_fail(r->diag, RONDO_OUT_OF_RANGE, "copy of %llu bytes to a range of %llu", (unsigned long long)source.length, (unsigned long long)target.length);
  }
  memmove(target.data, source.data, (size_t)source.length);
  return RONDO_OK;
}

static enum rondo_status run_update(const struct replay *r, const struct rdo_command_update *update) {
  struct span target;
  RDO_TRY(resolve_target(r, &update->target, &target));
  if (target.length != update->data_length) return rdo_fail(r->diag, RONDO_OUT_OF_RANGE, "update does not fit its target");
  if (target.length != 0) memcpy(target.data, update->data, (size_t)target.length);
  return RONDO_OK;
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

// The loop -----------------------------------------------------------------------------------------

static enum rondo_status run_commands(const struct replay *r, const struct rdo_command *command) {
  for (;;) {
    enum rondo_status status = RONDO_OK;
    const void *body = command;
    switch ((enum rdo_command_kind)command->kind) {
      case RDO_COMMAND_DISPATCH: status = run_dispatch(r, body); break;
      case RDO_COMMAND_FILL: status = run_fill(r, body); break;
      case RDO_COMMAND_COPY: status = run_copy(r, body); break;
      case RDO_COMMAND_UPDATE: status = run_update(r, body); break;
      case RDO_COMMAND_BARRIER: break;  // in order anyway
      case RDO_COMMAND_BRANCH: command = ((const struct rdo_command_branch *)body)->target; continue;
      case RDO_COMMAND_RETURN: return RONDO_OK;
    }
    if (status != RONDO_OK) return status;
    command = rdo_command_next(command);
  }
}

enum rondo_status rdo_replay(const struct rdo_recording *recording, const struct rdo_binding_table *table, bool is_null,
                             struct rondo_diag *diag) {
  if (!recording->is_final) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "recording is not finalized");
  if (recording->slot_count > table->count) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "recording names %u binding slots, the table has %u", recording->slot_count, table->count);
  }
  struct span inline_slots[INLINE_SLOT_COUNT];
  struct span *slots = inline_slots;
  if (table->count > INLINE_SLOT_COUNT) RDO_TRY(rdo_alloc_array(table->count, sizeof *slots, &slots, diag));
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < table->count && status == RONDO_OK; ++i) status = resolve_entry(&table->entries[i], &slots[i], diag);
  if (status == RONDO_OK) {
    const struct replay r = {slots, table->count, is_null, diag};
    uint64_t mode = rdo_cpu_flush_denormals_begin();
    status = run_commands(&r, recording->first);
    rdo_cpu_flush_denormals_end(mode);
  }
  if (slots != inline_slots) rdo_free(slots);
  return status;
}
