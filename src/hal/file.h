// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// hal.file: bytes that queues read from; over memory that another object keeps alive.

#ifndef RDO_HAL_FILE_H_
#define RDO_HAL_FILE_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/object.h"
#include "base/status.h"

struct rdo_file {
  struct rdo_object object;
  uint8_t *data;
  uint64_t byte_length;
  bool is_writable;
  struct rdo_object *owner;  // retained
};

extern const struct rdo_object_type rdo_file_type;

static inline struct rdo_file *rdo_file_of(struct rdo_object *object) { return RDO_CONTAINER(object, struct rdo_file, object); }

enum rondo_status rdo_file_create_from_memory(uint8_t *data, uint64_t byte_length, bool is_writable, struct rdo_object *owner,
                                              struct rdo_file **out_file, struct rondo_diag *diag);

#endif  // RDO_HAL_FILE_H_
