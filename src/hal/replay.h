// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The block processor: executes a recording's text on the calling thread, in order, without atomics.

#ifndef RDO_HAL_REPLAY_H_
#define RDO_HAL_REPLAY_H_

#include "hal/command.h"

// Executes a final recording.
//   is_null   check everything, move bytes, but call no kernel
//   scratch   NULL = none
//   returns   OK, OUT_OF_RANGE (reference outside what is bound), INVALID_ARGUMENT (nothing bound),
//             FAILED_PRECONDITION (not finalized, or memory not committed), INTERNAL (a kernel failed)
enum rondo_status rdo_replay(const struct rdo_recording *recording, const struct rdo_binding_table *table, bool is_null,
                             const struct rdo_scratch *scratch, struct rondo_diag *diag);

// The same with the table already resolved and its size checked.
enum rondo_status rdo_replay_bound(const struct rdo_recording *recording, const struct rdo_span *slots, uint32_t slot_count, bool is_null,
                                   const struct rdo_scratch *scratch, struct rondo_diag *diag);

// Single transfers, as queues also have them. Ranges are checked; overlapping copies are fine.
enum rondo_status rdo_transfer_fill(const struct rdo_buffer *target, uint64_t offset, uint64_t length, uint64_t pattern,
                                    uint32_t pattern_length, struct rondo_diag *diag);
enum rondo_status rdo_transfer_copy(const struct rdo_buffer *source, uint64_t source_offset, const struct rdo_buffer *target,
                                    uint64_t target_offset, uint64_t length, struct rondo_diag *diag);

#endif  // RDO_HAL_REPLAY_H_
