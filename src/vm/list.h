// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// vm.list: a growable list of the host program, of values, of refs, or of anything.

#ifndef RDO_VM_LIST_H_
#define RDO_VM_LIST_H_

#include "vm/heap.h"
#include "vm/types.h"

// A value with its type; `object` counts when `value` is NONE.
struct rdo_variant {
  enum rdo_value_type value;
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    struct rdo_object *ref;
  };
};

struct rdo_list {
  struct rdo_object object;
  struct rdo_vm_heap *heap;
  bool is_variant;
  struct rdo_type element;    // of a list that is no variant list
  struct rdo_variant *items;  // items[count]
  uint32_t count;
  size_t capacity;
  struct rdo_list *next_dead;  // while being freed
  struct rdo_list *next;       // lock: heap->lock: the heap's lists
  struct rdo_list **link;      // lock: heap->lock: what points at this one
  struct rdo_list *next_work;  // rdo_list_collect
  uint32_t inner_count;        // rdo_list_collect: holds by lists of the same heap
  bool is_reached;             // rdo_list_collect
};

extern const struct rdo_object_type rdo_list_type;

static inline struct rdo_list *rdo_list_cast(struct rdo_object *object) {
  return object != NULL && object->type == &rdo_list_type ? RDO_CONTAINER(object, struct rdo_list, object) : NULL;
}

// An `element` that accepts anything makes a variant list.
enum rondo_status rdo_list_create(struct rdo_vm_heap *heap, struct rdo_type element, uint32_t capacity,
                                  struct rdo_list **out_list, struct rondo_diag *diag);
enum rondo_status rdo_list_reserve(struct rdo_list *list, uint32_t capacity, struct rondo_diag *diag);

// For the end of a context, when no call can use its lists: empties those that only hold each other.
// A program can put a list into itself, and counting references would keep it for ever. (Trial deletion:
// Bacon, Rajan: Concurrent cycle collection in reference counted systems, 2001, section 2.)
void rdo_list_collect(struct rdo_vm_heap *heap);

// Shrinking releases the tail, growing appends zeros, nulls or empty slots.
enum rondo_status rdo_list_resize(struct rdo_list *list, uint32_t count, struct rondo_diag *diag);

// Reads an element as `type`, converting between integers or between floats; an integer read as a
// float, or the reverse, is 0.
enum rondo_status rdo_list_get_value(const struct rdo_list *list, uint32_t index, enum rdo_value_type type,
                                     struct rdo_variant *out, struct rondo_diag *diag);
enum rondo_status rdo_list_set_value(struct rdo_list *list, uint32_t index, struct rdo_variant value, struct rondo_diag *diag);

// Reads a ref without retaining it; one that is not of type `wanted` (NULL = any) reads as null.
enum rondo_status rdo_list_get_ref(const struct rdo_list *list, uint32_t index, const struct rdo_object_type *wanted,
                                   struct rdo_object **out, struct rondo_diag *diag);
// Stores a ref and retains it.
enum rondo_status rdo_list_set_ref(struct rdo_list *list, uint32_t index, struct rdo_object *ref, struct rondo_diag *diag);

// The conversion rule by itself.
struct rdo_variant rdo_variant_convert(struct rdo_variant value, enum rdo_value_type type);

#endif  // RDO_VM_LIST_H_
