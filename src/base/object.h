// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reference-counted objects: the first member of everything that a compiled program can hold in a
// ref register (buffers, tensors, fences, recordings, lists, ...). The type is part of the object, so
// a reference is one pointer and a type check one compare.

#ifndef RDO_BASE_OBJECT_H_
#define RDO_BASE_OBJECT_H_

#include <stddef.h>

#include "base/atomic.h"

struct rdo_object;

struct rdo_object_type {
  const char *name;                      // as compiled modules spell it, without '!': "hal.buffer"
  void (*destroy)(struct rdo_object *);  // called by the last release, on that thread
};

struct rdo_object {
  const struct rdo_object_type *type;  // const after init
  rdo_atomic_u32 ref_count;            // SYNC(refcount)
};

static inline void rdo_object_init(struct rdo_object *object, const struct rdo_object_type *type) {
  object->type = type;
  rdo_atomic_init(&object->ref_count, 1);
}

// Retain and release accept NULL, so that null refs need no branch at the call.
static inline void rdo_object_retain(struct rdo_object *object) {
  // relaxed: ordered by SYNC(refcount), the caller already owns a count, so nothing is published here.
  if (object != NULL) rdo_count_add_u32(&object->ref_count, 1, rdo_relaxed);
}

static inline void rdo_object_release(struct rdo_object *object) {
  if (object == NULL) return;
  // SYNC(refcount): acq_rel, so that every owner's writes happen before destroy reads them.
  if (rdo_count_add_u32(&object->ref_count, UINT32_MAX, rdo_acq_rel) == 1) object->type->destroy(object);
}

// Gets the enclosing struct; every object embeds its header as the member `object`.
#define RDO_CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#endif  // RDO_BASE_OBJECT_H_
