// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/list.h"

#include "base/alloc.h"

enum { LIST_CAPACITY_STEP = 64 };

static bool is_integer(enum rdo_value_type type) { return type >= RDO_VALUE_I8 && type <= RDO_VALUE_I64; }

static int64_t integer_of(struct rdo_variant value) {
  return value.value == RDO_VALUE_I64 ? value.i64 : value.i32;
}

static struct rdo_variant convert_integer(int64_t value, enum rdo_value_type type) {
  struct rdo_variant out = {.value = type};
  switch (type) {
    case RDO_VALUE_I8: out.i32 = (int8_t)value; break;
    case RDO_VALUE_I16: out.i32 = (int16_t)value; break;
    case RDO_VALUE_I32: out.i32 = (int32_t)value; break;
    default: out.i64 = value; break;
  }
  return out;
}

struct rdo_variant rdo_variant_convert(struct rdo_variant value, enum rdo_value_type type) {
  if (is_integer(type)) return convert_integer(is_integer(value.value) ? integer_of(value) : 0, type);
  struct rdo_variant out = {.value = type};
  double number = 0;
  if (value.value == RDO_VALUE_F32) number = (double)value.f32;
  if (value.value == RDO_VALUE_F64) number = value.f64;
  if (type == RDO_VALUE_F32) out.f32 = (float)number;
  if (type == RDO_VALUE_F64) out.f64 = number;
  return out;
}

static void clear_item(struct rdo_variant *item) {
  if (item->value == RDO_VALUE_NONE) rdo_object_release(item->ref);
}

static void free_list(struct rdo_list *list) {
  for (uint32_t i = 0; i < list->count; ++i) clear_item(&list->items[i]);
  rdo_free(list->items);
  rdo_vm_heap_return(list->heap, sizeof *list + list->capacity * sizeof *list->items);
  rdo_object_release(&list->heap->object);
  rdo_free(list);
}

static void link_list(struct rdo_list *list) {
  struct rdo_vm_heap *heap = list->heap;
  pthread_mutex_lock(&heap->lock);
  list->next = heap->lists;
  list->link = &heap->lists;
  if (list->next != NULL) list->next->link = &list->next;
  heap->lists = list;
  pthread_mutex_unlock(&heap->lock);
}

static void unlink_list(struct rdo_list *list) {
  pthread_mutex_lock(&list->heap->lock);
  *list->link = list->next;
  if (list->next != NULL) list->next->link = list->link;
  pthread_mutex_unlock(&list->heap->lock);
}

// A program can nest lists as deep as its budget allows. Lists that die while another one is being
// freed wait in a chain, so that the C stack stays flat.
static _Thread_local struct rdo_list *dead_lists;
static _Thread_local bool is_freeing;

static void destroy_list(struct rdo_object *object) {
  struct rdo_list *list = RDO_CONTAINER(object, struct rdo_list, object);
  unlink_list(list);
  list->next_dead = dead_lists;
  dead_lists = list;
  if (is_freeing) return;
  is_freeing = true;
  while (dead_lists != NULL) {
    struct rdo_list *next = dead_lists;
    dead_lists = next->next_dead;
    free_list(next);
  }
  is_freeing = false;
}

const struct rdo_object_type rdo_list_type = {"vm.list", destroy_list};

enum rondo_status rdo_list_create(struct rdo_vm_heap *heap, struct rdo_type element, uint32_t capacity,
                                  struct rdo_list **out_list, struct rondo_diag *diag) {
  *out_list = NULL;
  struct rdo_list *list;
  RDO_TRY(rdo_vm_heap_acquire(heap, sizeof *list, diag));
  enum rondo_status status = rdo_alloc(sizeof *list, &list, diag);
  if (status != RONDO_OK) {
    rdo_vm_heap_return(heap, sizeof *list);
    return status;
  }
  rdo_object_init(&list->object, &rdo_list_type);
  rdo_object_retain(&heap->object);
  list->heap = heap;
  list->element = element;
  list->is_variant = rdo_type_is_any(element);
  link_list(list);
  status = rdo_list_reserve(list, capacity, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&list->object);
    return status;
  }
  *out_list = list;
  return RONDO_OK;
}

// Collection -----------------------------------------------------------------------------------------

// The list that an item holds, if it is on the same heap.
static struct rdo_list *inner_list(const struct rdo_list *list, uint32_t index) {
  const struct rdo_variant *item = &list->items[index];
  struct rdo_list *inner = item->value == RDO_VALUE_NONE ? rdo_list_cast(item->ref) : NULL;
  return inner != NULL && inner->heap == list->heap ? inner : NULL;
}

static void count_inner_locked(struct rdo_vm_heap *heap) {
  for (struct rdo_list *list = heap->lists; list != NULL; list = list->next) {
    list->inner_count = 0;
    list->is_reached = false;
  }
  for (struct rdo_list *list = heap->lists; list != NULL; list = list->next) {
    for (uint32_t i = 0; i < list->count; ++i) {
      struct rdo_list *inner = inner_list(list, i);
      if (inner != NULL) ++inner->inner_count;
    }
  }
}

static void reach(struct rdo_list *list, struct rdo_list **work) {
  if (list == NULL || list->is_reached) return;
  list->is_reached = true;
  list->next_work = *work;
  *work = list;
}

// Reached is what somebody else holds, what is being destroyed already, and what is in those.
static void mark_reached_locked(struct rdo_vm_heap *heap) {
  struct rdo_list *work = NULL;
  for (struct rdo_list *list = heap->lists; list != NULL; list = list->next) {
    uint32_t holds = rdo_atomic_load(&list->object.ref_count, rdo_acquire);
    if (list->inner_count == 0 || holds != list->inner_count) reach(list, &work);
  }
  while (work != NULL) {
    struct rdo_list *list = work;
    work = list->next_work;
    for (uint32_t i = 0; i < list->count; ++i) reach(inner_list(list, i), &work);
  }
}

void rdo_list_collect(struct rdo_vm_heap *heap) {
  struct rdo_list *garbage = NULL;
  pthread_mutex_lock(&heap->lock);
  count_inner_locked(heap);
  mark_reached_locked(heap);
  for (struct rdo_list *list = heap->lists; list != NULL; list = list->next) {
    if (list->is_reached) continue;
    rdo_object_retain(&list->object);  // until all are empty
    list->next_work = garbage;
    garbage = list;
  }
  pthread_mutex_unlock(&heap->lock);
  for (struct rdo_list *list = garbage; list != NULL; list = list->next_work) {
    for (uint32_t i = 0; i < list->count; ++i) clear_item(&list->items[i]);
    list->count = 0;
  }
  while (garbage != NULL) {
    struct rdo_list *list = garbage;
    garbage = list->next_work;
    rdo_object_release(&list->object);
  }
}

// Elements -------------------------------------------------------------------------------------------

enum rondo_status rdo_list_reserve(struct rdo_list *list, uint32_t capacity, struct rondo_diag *diag) {
  if (capacity <= list->capacity) return RONDO_OK;
  size_t target = ((size_t)capacity + LIST_CAPACITY_STEP - 1) / LIST_CAPACITY_STEP * LIST_CAPACITY_STEP;
  uint64_t bytes = (target - list->capacity) * sizeof *list->items;
  RDO_TRY(rdo_vm_heap_acquire(list->heap, bytes, diag));
  struct rdo_variant *items;
  enum rondo_status status = rdo_alloc_array(target, sizeof *items, &items, diag);
  if (status != RONDO_OK) {
    rdo_vm_heap_return(list->heap, bytes);
    return status;
  }
  for (uint32_t i = 0; i < list->count; ++i) items[i] = list->items[i];
  rdo_free(list->items);
  list->items = items;
  list->capacity = target;
  return RONDO_OK;
}

enum rondo_status rdo_list_resize(struct rdo_list *list, uint32_t count, struct rondo_diag *diag) {
  if (count > list->capacity) {
    uint64_t doubled = (uint64_t)list->capacity * 2;
    uint32_t target = doubled > count && doubled <= UINT32_MAX ? (uint32_t)doubled : count;
    RDO_TRY(rdo_list_reserve(list, target, diag));
  }
  for (uint32_t i = count; i < list->count; ++i) clear_item(&list->items[i]);
  // A fresh slot is a zero of the element type; NONE with a null ref is "null" and "empty" at once.
  for (uint32_t i = list->count; i < count; ++i) {
    list->items[i] = (struct rdo_variant){.value = list->is_variant ? RDO_VALUE_NONE : list->element.value, .i64 = 0};
  }
  list->count = count;
  return RONDO_OK;
}

static enum rondo_status check_index(const struct rdo_list *list, uint32_t index, struct rondo_diag *diag) {
  if (index < list->count) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "list index %u is past the list's %u elements", index, list->count);
}

enum rondo_status rdo_list_get_value(const struct rdo_list *list, uint32_t index, enum rdo_value_type type,
                                     struct rdo_variant *out, struct rondo_diag *diag) {
  RDO_TRY(check_index(list, index, diag));
  if (list->items[index].value == RDO_VALUE_NONE) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "list element %u holds no value", index);
  }
  *out = rdo_variant_convert(list->items[index], type);
  return RONDO_OK;
}

enum rondo_status rdo_list_set_value(struct rdo_list *list, uint32_t index, struct rdo_variant value, struct rondo_diag *diag) {
  RDO_TRY(check_index(list, index, diag));
  if (!list->is_variant && list->element.value == RDO_VALUE_NONE) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "a list of refs cannot hold a value");
  }
  clear_item(&list->items[index]);
  list->items[index] = list->is_variant ? value : rdo_variant_convert(value, list->element.value);
  return RONDO_OK;
}

enum rondo_status rdo_list_get_ref(const struct rdo_list *list, uint32_t index, const struct rdo_object_type *wanted,
                                   struct rdo_object **out, struct rondo_diag *diag) {
  RDO_TRY(check_index(list, index, diag));
  const struct rdo_variant *item = &list->items[index];
  if (item->value != RDO_VALUE_NONE) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "list element %u holds a value, not a ref", index);
  *out = rdo_type_accepts(wanted, item->ref) ? item->ref : NULL;
  return RONDO_OK;
}

enum rondo_status rdo_list_set_ref(struct rdo_list *list, uint32_t index, struct rdo_object *ref, struct rondo_diag *diag) {
  RDO_TRY(check_index(list, index, diag));
  if (!list->is_variant && list->element.value != RDO_VALUE_NONE) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "a list of values cannot hold a ref");
  }
  if (!list->is_variant && !rdo_type_accepts(list->element.object, ref)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "list of %s cannot hold a %s", list->element.object->name, ref->type->name);
  }
  rdo_object_retain(ref);
  clear_item(&list->items[index]);
  list->items[index] = (struct rdo_variant){.value = RDO_VALUE_NONE, .ref = ref};
  return RONDO_OK;
}
