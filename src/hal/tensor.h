// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A tensor: a buffer with an element type and a shape ("hal.buffer_view" in compiled modules).

#ifndef RDO_HAL_TENSOR_H_
#define RDO_HAL_TENSOR_H_

#include "hal/buffer.h"
#include "rondo/tensor.h"

struct rondo_tensor {
  struct rdo_object object;
  struct rdo_buffer *buffer;  // retained
  uint32_t element_type;
  uint32_t encoding;
  int32_t rank;
  int64_t dims[];  // const after create
};

extern const struct rdo_object_type rdo_tensor_type;

static inline struct rondo_tensor *rdo_tensor_of(struct rdo_object *object) { return RDO_CONTAINER(object, struct rondo_tensor, object); }

// Makes a tensor over `buffer` (retained). The buffer must hold all elements.
enum rondo_status rdo_tensor_create(struct rdo_buffer *buffer, uint32_t element_type, uint32_t encoding, int rank, const int64_t *dims,
                                    struct rondo_tensor **out_tensor, struct rondo_diag *diag);

// Bytes of a dense shape; INVALID_ARGUMENT for a negative dimension, OUT_OF_RANGE on overflow.
enum rondo_status rdo_shape_byte_length(uint32_t element_type, int rank, const int64_t *dims, uint64_t *out_byte_length,
                                        struct rondo_diag *diag);

// Checks a tensor as programs ask for: type, encoding, rank and dims (-1 = any).
//   name  of the argument, for the message
enum rondo_status rdo_tensor_check(const struct rondo_tensor *tensor, uint32_t element_type, uint32_t encoding,
                                   int rank, const int64_t *dims, const char *name, int name_length, struct rondo_diag *diag);

#endif  // RDO_HAL_TENSOR_H_
