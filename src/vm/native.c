// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/native.h"

#include "vm/buffer.h"

static enum rondo_status fail_type(const struct rdo_native_call *call, uint32_t index, const struct rdo_object_type *type,
                                   const struct rdo_object *object) {
  return rdo_fail(call->diag, RONDO_INVALID_ARGUMENT, "ref type mismatch: argument %u must be a %s, but is %s", index, type->name,
                  object == NULL ? "null" : object->type->name);
}

enum rondo_status rdo_arg_object(const struct rdo_native_call *call, uint32_t index, const struct rdo_object_type *type,
                                 struct rdo_object **out) {
  *out = rdo_arg_ref(call, index);
  return *out != NULL && (*out)->type == type ? RONDO_OK : fail_type(call, index, type, *out);
}

enum rondo_status rdo_arg_object_or_null(const struct rdo_native_call *call, uint32_t index,
                                         const struct rdo_object_type *type, struct rdo_object **out) {
  *out = rdo_arg_ref(call, index);
  return *out == NULL || (*out)->type == type ? RONDO_OK : fail_type(call, index, type, *out);
}

enum rondo_status rdo_arg_bytes(const struct rdo_native_call *call, uint32_t index, struct rdo_bytes *out) {
  struct rdo_object *object;
  RDO_TRY(rdo_arg_object(call, index, &rdo_vm_buffer_type, &object));
  const struct rdo_vm_buffer *buffer = RDO_CONTAINER(object, struct rdo_vm_buffer, object);
  *out = (struct rdo_bytes){buffer->data, buffer->length};
  return RONDO_OK;
}
