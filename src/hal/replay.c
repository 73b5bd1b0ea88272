// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/replay.h"

#include "base/alloc.h"
#include "base/cpu.h"

// Slots of nearly every recording fit here; more come from the heap.
enum { INLINE_SLOT_COUNT = 16 };

static enum rondo_status run_dispatch(const struct rdo_bound *bound, const struct rdo_command_dispatch *dispatch, const struct rdo_scratch *scratch) {
  void *pointers[RDO_DISPATCH_BINDINGS_MAX];
  size_t lengths[RDO_DISPATCH_BINDINGS_MAX];
  struct rdo_dispatch_state state;
  RDO_TRY(rdo_dispatch_prepare(bound, dispatch, pointers, lengths, &state));
  if (bound->is_null) return RONDO_OK;
  bool is_too_many;
  uint64_t total = rdo_dispatch_workgroup_total(&state, &is_too_many);
  if (is_too_many) return rdo_fail(bound->diag, RONDO_OUT_OF_RANGE, "dispatch has over 2^64 workgroups");
  return rdo_dispatch_run(dispatch, &state, 0, total, scratch, bound->diag);
}

static enum rondo_status run_commands(const struct rdo_bound *bound, const struct rdo_command *command, const struct rdo_scratch *scratch) {
  for (;;) {
    enum rondo_status status = RONDO_OK;
    const void *body = command;
    switch ((enum rdo_command_kind)command->kind) {
      case RDO_COMMAND_DISPATCH: status = run_dispatch(bound, body, scratch); break;
      case RDO_COMMAND_FILL:
      case RDO_COMMAND_COPY:
      case RDO_COMMAND_UPDATE: status = rdo_transfer_run(bound, command, scratch == NULL ? 0 : scratch->submission); break;
      case RDO_COMMAND_BARRIER: break;  // in order anyway
      case RDO_COMMAND_BRANCH: command = ((const struct rdo_command_branch *)body)->target; continue;
      case RDO_COMMAND_RETURN: return RONDO_OK;
    }
    if (status != RONDO_OK) return status;
    command = rdo_command_next(command);
  }
}

enum rondo_status rdo_replay_bound(const struct rdo_recording *recording, const struct rdo_span *slots, uint32_t slot_count, bool is_null,
                                   const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  const struct rdo_bound bound = {slots, slot_count, 1, is_null, diag};
  uint64_t mode = rdo_cpu_flush_denormals_begin();
  enum rondo_status status = run_commands(&bound, recording->first, scratch);
  rdo_cpu_flush_denormals_end(mode);
  return status;
}

enum rondo_status rdo_replay(const struct rdo_recording *recording, const struct rdo_binding_table *table, bool is_null,
                             const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  if (!recording->is_final) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "recording is not finalized");
  if (recording->slot_count > table->count) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "recording names %u binding slots, the table has %u", recording->slot_count, table->count);
  }
  struct rdo_span inline_slots[INLINE_SLOT_COUNT];
  struct rdo_span *slots = inline_slots;
  if (table->count > INLINE_SLOT_COUNT) RDO_TRY(rdo_alloc_array(table->count, sizeof *slots, &slots, diag));
  enum rondo_status status = rdo_bindings_resolve(table, slots, diag);
  if (status == RONDO_OK) status = rdo_replay_bound(recording, slots, table->count, is_null, scratch, diag);
  if (slots != inline_slots) rdo_free(slots);
  return status;
}
