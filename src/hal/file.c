// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/file.h"

#include "base/alloc.h"

static void destroy_file(struct rdo_object *object) {
  struct rdo_file *file = rdo_file_of(object);
  rdo_object_release(file->owner);
  rdo_free(file);
}

const struct rdo_object_type rdo_file_type = {"hal.file", destroy_file};

enum rondo_status rdo_file_create_from_memory(uint8_t *data, uint64_t byte_length, bool is_writable, struct rdo_object *owner,
                                              struct rdo_file **out_file, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc(sizeof **out_file, out_file, diag));
  struct rdo_file *file = *out_file;
  rdo_object_init(&file->object, &rdo_file_type);
  file->data = data;
  file->byte_length = byte_length;
  file->is_writable = is_writable;
  file->owner = owner;
  rdo_object_retain(owner);
  return RONDO_OK;
}
