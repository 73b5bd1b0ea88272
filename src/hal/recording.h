// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A recording: commands written once and executed any number of times, also several times at once
// with different binding tables ("hal.command_buffer" in compiled modules).
//
// The text is written forward into blocks. Each command begins with a header that gives its kind,
// size and region; the last command of a block is Branch (to the next block) or Return. A barrier
// begins a new region; commands of one region are independent of each other. After finalize the
// recording is immutable: what changes during an execution belongs to the execution.
//
//   OPEN → FINAL   rdo_recording_finalize      the recording thread
//   OPEN → BROKEN  a command that fails half-way  the recording thread; for good

#ifndef RDO_HAL_RECORDING_H_
#define RDO_HAL_RECORDING_H_

#include "base/arena.h"
#include "base/bytes.h"
#include "hal/buffer.h"
#include "hal/graph.h"
#include "kernel/executable.h"

enum rdo_command_kind {
  RDO_COMMAND_DISPATCH,
  RDO_COMMAND_FILL,
  RDO_COMMAND_COPY,
  RDO_COMMAND_UPDATE,
  RDO_COMMAND_BARRIER,
  RDO_COMMAND_BRANCH,
  RDO_COMMAND_RETURN,
};

struct rdo_command {
  uint16_t kind;
  uint16_t reserved;
  uint32_t byte_length;  // to the next command; multiple of 8
  uint32_t region;
  uint32_t ordinal;      // among the commands that do something, and among the graph's nodes
};

// A range of memory: of `buffer`, or of what the binding table has in `slot`.
struct rdo_buffer_ref {
  struct rdo_buffer *buffer;  // retained by the recording; NULL = slot
  uint32_t slot;
  uint64_t offset;  // bytes
  uint64_t length;  // bytes; RDO_WHOLE_BUFFER = the rest
};

struct rdo_command_dispatch {
  struct rdo_command command;
  const struct rdo_executable *executable;  // retained by the recording
  uint32_t export_index;
  uint32_t workgroup_count[3];
  // Set for an indirect dispatch: three u32 counts are read from there at execution.
  bool is_indirect;
  struct rdo_buffer_ref workgroup_ref;
  uint16_t constant_count;
  uint16_t binding_count;
  // Followed by the constants, u32[constant_count] padded to 8 bytes, and the bindings,
  // rdo_buffer_ref[binding_count].
};

struct rdo_command_fill {
  struct rdo_command command;
  struct rdo_buffer_ref target;
  uint64_t pattern;
  uint32_t pattern_length;  // 1, 2 or 4 bytes
};

struct rdo_command_copy {
  struct rdo_command command;
  struct rdo_buffer_ref source;
  struct rdo_buffer_ref target;
};

struct rdo_command_update {
  struct rdo_command command;
  struct rdo_buffer_ref target;
  uint64_t data_length;
  const uint8_t *data;  // in the recording's arena
};

struct rdo_command_branch {
  struct rdo_command command;
  const struct rdo_command *target;
};

struct rdo_recording {
  struct rdo_object object;
  uint32_t mode;            // enum rdo_recording_mode
  uint32_t slot_capacity;   // slots that references may name
  bool is_final;
  bool is_broken;           // its last command could not be completed: no more commands, never final
  uint32_t slot_count;      // slots that references do name: 1 + the largest
  uint32_t region_count;
  uint32_t dispatch_count;
  uint32_t command_count;   // without Branch, Return and Barrier
  uint32_t region_command_count;
  struct rdo_graph graph;   // made by finalize
  const struct rdo_command *first;
  struct rdo_arena arena;   // text and update data
  uint8_t *next;            // where the next command goes in the current block
  size_t room;              // bytes left for commands, one Branch kept back
  struct rdo_object **resources;  // retained once each time they are named
  size_t resource_count, resource_capacity;
};

extern const struct rdo_object_type rdo_recording_type;

static inline struct rdo_recording *rdo_recording_of(struct rdo_object *object) { return RDO_CONTAINER(object, struct rdo_recording, object); }

enum rondo_status rdo_recording_create(uint32_t mode, uint32_t slot_capacity, struct rdo_recording **out_recording, struct rondo_diag *diag);

struct rdo_dispatch_info {
  struct rdo_executable *executable;
  int64_t function_id;
  uint32_t workgroup_count[3];
  const struct rdo_buffer_ref *workgroup_ref;  // NULL = direct
  uint32_t constant_count;
  uint32_t binding_count;
};

// Adds a dispatch. The caller fills constants and bindings in place, checks each binding with
// rdo_recording_check_ref, and then calls rdo_recording_complete before anything else is recorded.
enum rondo_status rdo_recording_dispatch(struct rdo_recording *recording, const struct rdo_dispatch_info *info, uint32_t **out_constants,
                                         struct rdo_buffer_ref **out_bindings, struct rondo_diag *diag);
enum rondo_status rdo_recording_fill(struct rdo_recording *recording, const struct rdo_buffer_ref *target, uint64_t pattern,
                                     uint32_t pattern_length, struct rondo_diag *diag);
enum rondo_status rdo_recording_copy(struct rdo_recording *recording, const struct rdo_buffer_ref *source,
                                     const struct rdo_buffer_ref *target, struct rondo_diag *diag);
enum rondo_status rdo_recording_update(struct rdo_recording *recording, struct rdo_bytes data, const struct rdo_buffer_ref *target,
                                       struct rondo_diag *diag);
enum rondo_status rdo_recording_barrier(struct rdo_recording *recording, struct rondo_diag *diag);
enum rondo_status rdo_recording_finalize(struct rdo_recording *recording, struct rondo_diag *diag);

// A final recording of one dispatch in storage of the caller, for those that are executed once. It retains
// nothing: whoever executes it holds what it names.
struct rdo_one_dispatch {
  struct rdo_recording recording;
  struct rdo_graph_node node;
  rdo_atomic_u32 work_ns, tile_ns;
  _Alignas(8) uint8_t text[sizeof(struct rdo_command_dispatch) + RDO_DISPATCH_CONSTANTS_MAX * sizeof(uint32_t) +
                           RDO_DISPATCH_BINDINGS_MAX * sizeof(struct rdo_buffer_ref) + sizeof(struct rdo_command)];
};

// Checks a dispatch, as recording it does, and writes it.
//   constants  [info->constant_count], copied     bindings  [info->binding_count], copied; with buffers
//   returns    OK, OUT_OF_RANGE, INVALID_ARGUMENT; no memory is allocated
enum rondo_status rdo_one_dispatch_init(struct rdo_one_dispatch *one, const struct rdo_dispatch_info *info, const uint32_t *constants,
                                        const struct rdo_buffer_ref *bindings, struct rondo_diag *diag);

// Ends the command that dispatch began.
void rdo_recording_complete(struct rdo_recording *recording);

// Checks a reference (slot in the capacity, range inside a direct buffer) and retains its buffer.
enum rondo_status rdo_recording_check_ref(struct rdo_recording *recording, struct rdo_buffer_ref *ref, struct rondo_diag *diag);

// Where the variable parts of a dispatch stand.
static inline const uint32_t *rdo_dispatch_constants(const struct rdo_command_dispatch *dispatch) { return (const uint32_t *)(dispatch + 1); }
static inline const struct rdo_buffer_ref *rdo_dispatch_bindings(const struct rdo_command_dispatch *dispatch) {
  size_t constant_bytes = ((size_t)dispatch->constant_count * 4 + 7) & ~(size_t)7;
  return (const struct rdo_buffer_ref *)(const void *)((const uint8_t *)(dispatch + 1) + constant_bytes);
}

// Whether the workgroups must run one after the other, in order.
static inline bool rdo_dispatch_is_sequential(const struct rdo_command_dispatch *dispatch) {
  const struct rdo_executable *executable = dispatch->executable;
  return !executable->is_unbound && (executable->attrs[dispatch->export_index].flags & RDO_DISPATCH_FLAG_SEQUENTIAL) != 0;
}

static inline const struct rdo_command *rdo_command_next(const struct rdo_command *command) {
  return (const struct rdo_command *)(const void *)((const uint8_t *)command + command->byte_length);
}

#endif  // RDO_HAL_RECORDING_H_
