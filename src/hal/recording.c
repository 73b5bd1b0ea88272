// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The builder of recordings. Everything that can be checked without a binding table is checked here,
// once, so that execution does not.

#include "hal/recording.h"

#include "base/alloc.h"
#include "base/checked.h"

// A first block fits the one or two dispatches of a small recording, later ones are larger.
enum { FIRST_BLOCK_BYTES = 1024, BLOCK_BYTES = 8 * 1024 };

static void destroy_recording(struct rdo_object *object) {
  struct rdo_recording *recording = rdo_recording_of(object);
  for (size_t i = 0; i < recording->resource_count; ++i) rdo_object_release(recording->resources[i]);
  rdo_free(recording->resources);
  rdo_arena_deinit(&recording->arena);
  rdo_free(recording);
}

const struct rdo_object_type rdo_recording_type = {"hal.command_buffer", destroy_recording};

enum rondo_status rdo_recording_create(uint32_t mode, uint32_t slot_capacity, struct rdo_recording **out_recording, struct rondo_diag *diag) {
  *out_recording = NULL;
  if (slot_capacity > RDO_BINDING_SLOTS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "recording with %u binding slots (at most %d)", slot_capacity, RDO_BINDING_SLOTS_MAX);
  }
  RDO_TRY(rdo_alloc(sizeof **out_recording, out_recording, diag));
  rdo_object_init(&(*out_recording)->object, &rdo_recording_type);
  (*out_recording)->mode = mode;
  (*out_recording)->slot_capacity = slot_capacity;
  return RONDO_OK;
}

static enum rondo_status retain_resource(struct rdo_recording *recording, struct rdo_object *object, struct rondo_diag *diag) {
  if (recording->resource_count != 0 && recording->resources[recording->resource_count - 1] == object) return RONDO_OK;
  RDO_TRY(rdo_grow_array(recording->resource_count + 1, sizeof *recording->resources, &recording->resource_capacity, &recording->resources, diag));
  rdo_object_retain(object);
  recording->resources[recording->resource_count++] = object;
  return RONDO_OK;
}

static void init_command(const struct rdo_recording *recording, void *place, enum rdo_command_kind kind, size_t byte_length) {
  struct rdo_command *command = place;
  command->kind = (uint16_t)kind;
  command->byte_length = (uint32_t)byte_length;
  command->region = recording->region_count;
  command->ordinal = recording->command_count;
}

// Opens a block with room for `byte_length` and a Branch, and lets the current block branch to it.
static enum rondo_status add_block(struct rdo_recording *recording, size_t byte_length, struct rondo_diag *diag) {
  size_t size = recording->first == NULL ? FIRST_BLOCK_BYTES : BLOCK_BYTES;
  if (size < byte_length + sizeof(struct rdo_command_branch)) size = byte_length + sizeof(struct rdo_command_branch);
  uint8_t *block;
  RDO_TRY(rdo_arena_alloc(&recording->arena, size, 1, &block, diag));
  if (recording->first == NULL) {
    recording->first = (const struct rdo_command *)(const void *)block;
  } else {
    struct rdo_command_branch *branch = (struct rdo_command_branch *)(void *)recording->next;
    init_command(recording, branch, RDO_COMMAND_BRANCH, sizeof *branch);
    branch->target = (const struct rdo_command *)(const void *)block;
  }
  recording->next = block;
  recording->room = size - sizeof(struct rdo_command_branch);
  return RONDO_OK;
}

// Appends a zeroed command. Until complete is called the recording is broken: a command that fails
// half-way may name what is not held.
static enum rondo_status append(struct rdo_recording *recording, enum rdo_command_kind kind, size_t byte_length, void *out_command,
                                struct rondo_diag *diag) {
  if (recording->is_final) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "recording is already finalized");
  if (recording->is_broken) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "recording has a command that failed");
  byte_length = (byte_length + 7) & ~(size_t)7;
  if (byte_length > recording->room) RDO_TRY(add_block(recording, byte_length, diag));
  recording->is_broken = true;
  uint8_t *place = recording->next;
  init_command(recording, place, kind, byte_length);
  recording->next += byte_length;
  recording->room -= byte_length;
  memcpy(out_command, &place, sizeof place);
  return RONDO_OK;
}

void rdo_recording_complete(struct rdo_recording *recording) {
  recording->is_broken = false;
  ++recording->command_count;
  ++recording->region_command_count;
}

enum rondo_status rdo_recording_check_ref(struct rdo_recording *recording, struct rdo_buffer_ref *ref, struct rondo_diag *diag) {
  if (ref->buffer != NULL) {
    RDO_TRY(rdo_buffer_check_range(ref->buffer, ref->offset, &ref->length, diag));
    return retain_resource(recording, &ref->buffer->object, diag);
  }
  if (ref->slot >= recording->slot_capacity) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "binding slot %u is not among the recording's %u", ref->slot, recording->slot_capacity);
  }
  uint64_t end;
  if (ref->length != RDO_WHOLE_BUFFER && !rdo_checked_add(ref->offset, ref->length, &end)) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "binding range %llu + %llu overflows", (unsigned long long)ref->offset, (unsigned long long)ref->length);
  }
  if (recording->slot_count <= ref->slot) recording->slot_count = ref->slot + 1;
  return RONDO_OK;
}

// Counts and workgroups of a dispatch against what the kernel takes; of an unbound one against what any may.
static enum rondo_status check_dispatch(const struct rdo_dispatch_info *info, struct rondo_diag *diag) {
  const struct rdo_executable *executable = info->executable;
  if (info->function_id < 0 || info->function_id >= executable->export_count) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "function id %lld is not among the executable's %u", (long long)info->function_id, executable->export_count);
  }
  const char *name = executable->names[info->function_id];
  if (info->constant_count > RDO_DISPATCH_CONSTANTS_MAX || info->binding_count > RDO_DISPATCH_BINDINGS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "dispatch %s: %u constants and %u bindings (at most %d and %d)", name, info->constant_count,
                    info->binding_count, RDO_DISPATCH_CONSTANTS_MAX, RDO_DISPATCH_BINDINGS_MAX);
  }
  if (!executable->is_unbound) {
    const struct rdo_dispatch_attrs *attrs = &executable->attrs[info->function_id];
    if (info->constant_count != attrs->constant_count || info->binding_count != attrs->binding_count) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "dispatch %s takes %u constants and %u bindings, but is given %u and %u", name,
                      attrs->constant_count, attrs->binding_count, info->constant_count, info->binding_count);
    }
  }
  if (info->workgroup_count[2] > UINT16_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "dispatch %s: workgroup count z is over 65535", name);
  return RONDO_OK;
}

static size_t dispatch_bytes(const struct rdo_dispatch_info *info) {
  size_t constant_bytes = ((size_t)info->constant_count * 4 + 7) & ~(size_t)7;
  return sizeof(struct rdo_command_dispatch) + constant_bytes + info->binding_count * sizeof(struct rdo_buffer_ref);
}

// Fills in a zeroed dispatch, all but its references.
static void write_dispatch(struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_info *info) {
  dispatch->executable = info->executable;
  dispatch->export_index = (uint32_t)info->function_id;
  memcpy(dispatch->workgroup_count, info->workgroup_count, sizeof dispatch->workgroup_count);
  dispatch->constant_count = (uint16_t)info->constant_count;
  dispatch->binding_count = (uint16_t)info->binding_count;
  dispatch->is_indirect = info->workgroup_ref != NULL;
  if (dispatch->is_indirect) dispatch->workgroup_ref = *info->workgroup_ref;
}

enum rondo_status rdo_recording_dispatch(struct rdo_recording *recording, const struct rdo_dispatch_info *info, uint32_t **out_constants,
                                         struct rdo_buffer_ref **out_bindings, struct rondo_diag *diag) {
  RDO_TRY(check_dispatch(info, diag));
  struct rdo_command_dispatch *dispatch;
  RDO_TRY(append(recording, RDO_COMMAND_DISPATCH, dispatch_bytes(info), &dispatch, diag));
  write_dispatch(dispatch, info);
  if (dispatch->is_indirect) RDO_TRY(rdo_recording_check_ref(recording, &dispatch->workgroup_ref, diag));
  RDO_TRY(retain_resource(recording, &info->executable->object, diag));
  *out_constants = (uint32_t *)(dispatch + 1);
  // The same places as those that are read later.
  *out_bindings = (struct rdo_buffer_ref *)(uintptr_t)rdo_dispatch_bindings(dispatch);
  ++recording->dispatch_count;
  return RONDO_OK;
}

// A reference of a recording that has no slots and holds nothing.
static enum rondo_status check_direct_ref(struct rdo_buffer_ref *ref, const char *name, struct rondo_diag *diag) {
  if (ref->buffer == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "dispatch %s: a binding has no buffer", name);
  return rdo_buffer_check_range(ref->buffer, ref->offset, &ref->length, diag);
}

enum rondo_status rdo_one_dispatch_init(struct rdo_one_dispatch *one, const struct rdo_dispatch_info *info, const uint32_t *constants,
                                        const struct rdo_buffer_ref *bindings, struct rondo_diag *diag) {
  RDO_TRY(check_dispatch(info, diag));
  struct rdo_recording *recording = &one->recording;
  const char *name = info->executable->names[info->function_id];
  memset(recording, 0, sizeof *recording);
  size_t byte_length = dispatch_bytes(info);
  memset(one->text, 0, sizeof(struct rdo_command_dispatch));
  struct rdo_command_dispatch *dispatch = (struct rdo_command_dispatch *)(void *)one->text;
  init_command(recording, dispatch, RDO_COMMAND_DISPATCH, byte_length);
  write_dispatch(dispatch, info);
  if (dispatch->is_indirect) RDO_TRY(check_direct_ref(&dispatch->workgroup_ref, name, diag));
  if (info->constant_count != 0) memcpy(dispatch + 1, constants, info->constant_count * sizeof *constants);
  struct rdo_buffer_ref *refs = (struct rdo_buffer_ref *)(uintptr_t)rdo_dispatch_bindings(dispatch);
  for (uint32_t i = 0; i < info->binding_count; ++i) {
    refs[i] = bindings[i];
    RDO_TRY(check_direct_ref(&refs[i], name, diag));
  }
  recording->dispatch_count = 1;
  rdo_recording_complete(recording);
  struct rdo_command *end = (struct rdo_command *)(void *)(one->text + byte_length);
  *end = (struct rdo_command){0};
  init_command(recording, end, RDO_COMMAND_RETURN, sizeof *end);
  recording->first = &dispatch->command;
  recording->region_count = 1;
  rdo_graph_build_one(&dispatch->command, &one->node, &one->work_ns, &one->tile_ns, &recording->graph);
  recording->is_final = true;
  return RONDO_OK;
}

enum rondo_status rdo_recording_fill(struct rdo_recording *recording, const struct rdo_buffer_ref *target, uint64_t pattern,
                                     uint32_t pattern_length, struct rondo_diag *diag) {
  if (pattern_length != 1 && pattern_length != 2 && pattern_length != 4) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "fill pattern of %u bytes (1, 2 or 4)", pattern_length);
  }
  if (target->offset % pattern_length != 0 || (target->length != RDO_WHOLE_BUFFER && target->length % pattern_length != 0)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "fill range %llu + %llu is not a multiple of the pattern's %u bytes",
                    (unsigned long long)target->offset, (unsigned long long)target->length, pattern_length);
  }
  struct rdo_command_fill *fill;
  RDO_TRY(append(recording, RDO_COMMAND_FILL, sizeof *fill, &fill, diag));
  fill->target = *target;
  fill->pattern = pattern;
  fill->pattern_length = pattern_length;
  RDO_TRY(rdo_recording_check_ref(recording, &fill->target, diag));
  rdo_recording_complete(recording);
  return RONDO_OK;
}

enum rondo_status rdo_recording_copy(struct rdo_recording *recording, const struct rdo_buffer_ref *source,
                                     const struct rdo_buffer_ref *target, struct rondo_diag *diag) {
  struct rdo_command_copy *copy;
  RDO_TRY(append(recording, RDO_COMMAND_COPY, sizeof *copy, &copy, diag));
  copy->source = *source;
  copy->target = *target;
  RDO_TRY(rdo_recording_check_ref(recording, &copy->source, diag));
  RDO_TRY(rdo_recording_check_ref(recording, &copy->target, diag));
  rdo_recording_complete(recording);
  return RONDO_OK;
}

enum rondo_status rdo_recording_update(struct rdo_recording *recording, struct rdo_bytes data, const struct rdo_buffer_ref *target,
                                       struct rondo_diag *diag) {
  if (data.size > RDO_UPDATE_BYTES_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "update of %llu bytes (at most %d)", (unsigned long long)data.size, RDO_UPDATE_BYTES_MAX);
  }
  struct rdo_command_update *update;
  uint8_t *copy;
  RDO_TRY(rdo_arena_alloc(&recording->arena, (size_t)data.size, 1, &copy, diag));
  if (data.size != 0) memcpy(copy, data.data, (size_t)data.size);
  RDO_TRY(append(recording, RDO_COMMAND_UPDATE, sizeof *update, &update, diag));
  update->target = *target;
  update->data = copy;
  update->data_length = data.size;
  RDO_TRY(rdo_recording_check_ref(recording, &update->target, diag));
  rdo_recording_complete(recording);
  return RONDO_OK;
}

enum rondo_status rdo_recording_barrier(struct rdo_recording *recording, struct rondo_diag *diag) {
  struct rdo_command *barrier;
  RDO_TRY(append(recording, RDO_COMMAND_BARRIER, sizeof *barrier, &barrier, diag));
  recording->is_broken = false;
  // Barriers next to each other separate nothing.
  if (recording->region_command_count != 0) ++recording->region_count;
  recording->region_command_count = 0;
  return RONDO_OK;
}

enum rondo_status rdo_recording_finalize(struct rdo_recording *recording, struct rondo_diag *diag) {
  struct rdo_command *command;
  RDO_TRY(append(recording, RDO_COMMAND_RETURN, sizeof *command, &command, diag));
  if (recording->region_command_count != 0) ++recording->region_count;
  RDO_TRY(rdo_graph_build(recording, &recording->arena, &recording->graph, diag));
  recording->is_broken = false;
  recording->is_final = true;
  return RONDO_OK;
}
