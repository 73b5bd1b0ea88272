// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "modules/hal_arguments.h"

enum { TRACED_TENSORS_MAX = 64 };

enum rondo_status rdo_hal_tensor_trace(void *self, struct rdo_native_call *call) {
  const struct rdo_device *device = self;
  struct rondo_tensor *tensors[TRACED_TENSORS_MAX];
  struct rdo_bytes key;
  uint32_t count = call->spans[1];
  RDO_TRY(rdo_arg_bytes(call, 0, &key));
  if (count > TRACED_TENSORS_MAX) return rdo_fail(call->diag, RONDO_OUT_OF_RANGE, "trace of %u tensors (at most %d)", count, TRACED_TENSORS_MAX);
  for (uint32_t i = 0; i < count; ++i) RDO_TRY(rdo_arg_tensor(call, 1 + i, &tensors[i]));
  if (device->trace != NULL) device->trace(device->trace_user, (const char *)key.data, (size_t)key.size, tensors, (int)count);
  return RONDO_OK;
}
