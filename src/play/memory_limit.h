// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The `memory_bytes_max` of a machine file: what models need that are loaded together. Known when they are: each file once, and of each job its
// `memory_bytes_max`, which its tensors do not exceed, else the tensors that it has so far, constants and inputs.

#ifndef RDO_PLAY_MEMORY_LIMIT_H_
#define RDO_PLAY_MEMORY_LIMIT_H_

#include "plan/notes.h"
#include "rondo/runtime.h"

struct rdo_memory_use {
  const char *job, *path;               // borrowed; the model's file
  const struct rondo_runtime *runtime;  // borrowed
  uint64_t budget_bytes;                // 0 = no limit
};

//   bytes_max  0 = no limit
//   place      what the message begins with: the machine's file
//   returns    OK, RESOURCE_EXHAUSTED (too much: how much, and what needs most), what the system says of a file
enum rondo_status rdo_memory_limit_check(int64_t bytes_max, const char *place, const struct rdo_memory_use *uses, size_t use_count,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAY_MEMORY_LIMIT_H_
