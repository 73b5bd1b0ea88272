// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Instructions that are rare or long enough to live outside the interpreter's loop, one function
// each. `o->registers` are the register operands in bytecode order.

#include "vm/operations.h"

#include "base/checked.h"
#include "vm/buffer.h"
#include "vm/invocation.h"
#include "vm/list.h"

typedef const struct rdo_frame_view *frame_view;
typedef const struct rdo_slow_operands *operands;

static uint32_t get_u32(frame_view f, operands o, int k) { return f->registers[o->registers[k]]; }
static uint64_t get_u64(frame_view f, operands o, int k) { return rdo_load_u64(&f->registers[o->registers[k]]); }
static void put_u32(frame_view f, operands o, int k, uint32_t value) { f->registers[o->registers[k]] = value; }
static void put_u64(frame_view f, operands o, int k, uint64_t value) { rdo_store_u64(&f->registers[o->registers[k]], value); }
static struct rdo_object **ref_at(frame_view f, uint16_t operand) { return &f->refs[operand & RDO_REGISTER_REF_MASK]; }
static bool is_move(uint16_t operand) { return (operand & RDO_REGISTER_MOVE_BIT) != 0; }

static void put_ref(struct rdo_object **slot, struct rdo_object *object) {
  struct rdo_object *old = *slot;
  *slot = object;
  rdo_object_release(old);
}

// Takes a count of a register's object: its own one when moved, a new one otherwise.
static struct rdo_object *take_ref(frame_view f, uint16_t operand) {
  struct rdo_object **slot = ref_at(f, operand);
  struct rdo_object *object = *slot;
  if (is_move(operand)) {
    *slot = NULL;
  } else {
    rdo_object_retain(object);
  }
  return object;
}

static enum rondo_status check_type(frame_view f, operands o, const struct rdo_object *object) {
  if (rdo_type_accepts(o->type.object, object)) return RONDO_OK;
  return rdo_fail(f->diag, RONDO_INVALID_ARGUMENT, "source ref type mismatch; expected %s but have %s", o->type.object->name,
                  object->type->name);
}

static enum rondo_status get_list(frame_view f, operands o, struct rdo_list **out) {
  *out = rdo_list_cast(*ref_at(f, o->registers[0]));
  return *out != NULL ? RONDO_OK : rdo_fail(f->diag, RONDO_INVALID_ARGUMENT, "list is null or not a vm.list");
}

static enum rondo_status get_buffer(frame_view f, operands o, int k, const char *what, struct rdo_vm_buffer **out) {
  *out = rdo_vm_buffer_cast(*ref_at(f, o->registers[k]));
  return *out != NULL ? RONDO_OK : rdo_fail(f->diag, RONDO_INVALID_ARGUMENT, "%s is null or not a vm.buffer", what);
}

static enum rondo_status check_mutable(frame_view f, const struct rdo_vm_buffer *buffer) {
  return buffer->is_mutable ? RONDO_OK : rdo_fail(f->diag, RONDO_PERMISSION_DENIED, "write to a read-only buffer");
}

static enum rondo_status check_range(frame_view f, const struct rdo_vm_buffer *buffer, uint64_t offset, uint64_t length) {
  if (rdo_range_fits(offset, length, buffer->length)) return RONDO_OK;
  return rdo_fail(f->diag, RONDO_OUT_OF_RANGE, "bytes %llu + %llu lie outside the buffer of %llu bytes",
                  (unsigned long long)offset, (unsigned long long)length, (unsigned long long)buffer->length);
}

// Lists ------------------------------------------------------------------------------------------

static struct rdo_vm_heap *heap_of(frame_view f) { return f->invocation->heap; }

static enum rondo_status op_list_alloc(frame_view f, operands o) {
  struct rdo_list *list;
  RDO_TRY(rdo_list_create(heap_of(f), o->type, get_u32(f, o, 0), &list, f->diag));
  put_ref(ref_at(f, o->registers[1]), &list->object);
  return RONDO_OK;
}

static enum rondo_status op_list_reserve(frame_view f, operands o) {
  struct rdo_list *list;
  RDO_TRY(get_list(f, o, &list));
  return rdo_list_reserve(list, get_u32(f, o, 1), f->diag);
}

static enum rondo_status op_list_size(frame_view f, operands o) {
  struct rdo_list *list;
  RDO_TRY(get_list(f, o, &list));
  put_u32(f, o, 1, list->count);
  return RONDO_OK;
}

static enum rondo_status op_list_resize(frame_view f, operands o) {
  struct rdo_list *list;
  RDO_TRY(get_list(f, o, &list));
  return rdo_list_resize(list, get_u32(f, o, 1), f->diag);
}

static enum rondo_status list_get(frame_view f, operands o, enum rdo_value_type type) {
  struct rdo_list *list;
  struct rdo_variant value;
  RDO_TRY(get_list(f, o, &list));
  RDO_TRY(rdo_list_get_value(list, get_u32(f, o, 1), type, &value, f->diag));
  if (type == RDO_VALUE_I64 || type == RDO_VALUE_F64) {
    put_u64(f, o, 2, (uint64_t)value.i64);
  } else {
    put_u32(f, o, 2, (uint32_t)value.i32);
  }
  return RONDO_OK;
}

static enum rondo_status list_set(frame_view f, operands o, enum rdo_value_type type) {
  struct rdo_list *list;
  struct rdo_variant value = {.value = type, .i64 = 0};
  RDO_TRY(get_list(f, o, &list));
  if (type == RDO_VALUE_I64 || type == RDO_VALUE_F64) {
    value.i64 = (int64_t)get_u64(f, o, 2);
  } else {
    value.i32 = (int32_t)get_u32(f, o, 2);
  }
  return rdo_list_set_value(list, get_u32(f, o, 1), value, f->diag);
}

static enum rondo_status op_list_get_i32(frame_view f, operands o) { return list_get(f, o, RDO_VALUE_I32); }
static enum rondo_status op_list_get_i64(frame_view f, operands o) { return list_get(f, o, RDO_VALUE_I64); }
static enum rondo_status op_list_get_f32(frame_view f, operands o) { return list_get(f, o, RDO_VALUE_F32); }
static enum rondo_status op_list_get_f64(frame_view f, operands o) { return list_get(f, o, RDO_VALUE_F64); }
static enum rondo_status op_list_set_i32(frame_view f, operands o) { return list_set(f, o, RDO_VALUE_I32); }
static enum rondo_status op_list_set_i64(frame_view f, operands o) { return list_set(f, o, RDO_VALUE_I64); }
static enum rondo_status op_list_set_f32(frame_view f, operands o) { return list_set(f, o, RDO_VALUE_F32); }
static enum rondo_status op_list_set_f64(frame_view f, operands o) { return list_set(f, o, RDO_VALUE_F64); }

static enum rondo_status op_list_get_ref(frame_view f, operands o) {
  struct rdo_list *list;
  struct rdo_object *object;
  uint32_t index = get_u32(f, o, 1);
  RDO_TRY(get_list(f, o, &list));
  RDO_TRY(rdo_list_get_ref(list, index, o->type.object, &object, f->diag));
  rdo_object_retain(object);
  // A moving get leaves null in the list. The list may be what the result register held, so it is
  // touched before that register is.
  enum rondo_status status = RONDO_OK;
  if (is_move(o->registers[2]) && object != NULL) status = rdo_list_set_ref(list, index, NULL, f->diag);
  put_ref(ref_at(f, o->registers[2]), object);
  return status;
}

static enum rondo_status op_list_set_ref(frame_view f, operands o) {
  struct rdo_list *list;
  RDO_TRY(get_list(f, o, &list));
  RDO_TRY(rdo_list_set_ref(list, get_u32(f, o, 1), *ref_at(f, o->registers[2]), f->diag));
  if (is_move(o->registers[2])) put_ref(ref_at(f, o->registers[2]), NULL);
  return RONDO_OK;
}

// Refs and switches ------------------------------------------------------------------------------

static enum rondo_status op_select_ref(frame_view f, operands o) {
  bool first = get_u32(f, o, 0) != 0;
  uint16_t chosen = o->registers[first ? 1 : 2];
  uint16_t other = o->registers[first ? 2 : 1];
  struct rdo_object **result = ref_at(f, o->registers[3]);
  RDO_TRY(check_type(f, o, *ref_at(f, chosen)));
  struct rdo_object *object = take_ref(f, chosen);
  if (is_move(other) && ref_at(f, other) != result) put_ref(ref_at(f, other), NULL);
  put_ref(result, object);
  return RONDO_OK;
}

static uint16_t switch_source(frame_view f, operands o) {
  uint32_t index = get_u32(f, o, 0);  // a negative index is a large one
  return index < o->list_count ? rdo_load_u16(o->list + 2 * (size_t)index) : o->registers[1];
}

static enum rondo_status op_switch_32(frame_view f, operands o) {
  put_u32(f, o, 2, f->registers[switch_source(f, o)]);
  return RONDO_OK;
}

static enum rondo_status op_switch_64(frame_view f, operands o) {
  put_u64(f, o, 2, rdo_load_u64(&f->registers[switch_source(f, o)]));
  return RONDO_OK;
}

static enum rondo_status op_switch_ref(frame_view f, operands o) {
  uint16_t source = switch_source(f, o);
  RDO_TRY(check_type(f, o, *ref_at(f, source)));
  struct rdo_object *object = take_ref(f, source);
  put_ref(ref_at(f, o->registers[2]), object);
  return RONDO_OK;
}

static enum rondo_status op_cast_any_ref(frame_view f, operands o) {
  RDO_TRY(check_type(f, o, *ref_at(f, o->registers[0])));
  struct rdo_object *object = take_ref(f, o->registers[0]);
  put_ref(ref_at(f, o->registers[1]), object);
  return RONDO_OK;
}

static enum rondo_status op_discard_refs(frame_view f, operands o) {
  for (uint32_t i = 0; i < o->list_count; ++i) put_ref(ref_at(f, rdo_load_u16(o->list + 2 * (size_t)i)), NULL);
  return RONDO_OK;
}

// Trace and Print say nothing; they only consume what is moved into them.
static enum rondo_status op_trace(frame_view f, operands o) {
  for (uint32_t i = 0; i < o->list_count; ++i) {
    uint16_t operand = rdo_load_u16(o->list + 2 * (size_t)i);
    if ((operand & RDO_REGISTER_REF_BIT) != 0 && is_move(operand)) put_ref(ref_at(f, operand), NULL);
  }
  return RONDO_OK;
}

static enum rondo_status op_import_resolved(frame_view f, operands o) {
  put_u32(f, o, 0, o->immediate);
  return RONDO_OK;
}

// Indirect globals -------------------------------------------------------------------------------

static enum rondo_status global_address(frame_view f, operands o, uint32_t size, uint8_t **out) {
  uint32_t offset = get_u32(f, o, 0);
  if (!rdo_range_fits(offset, size, o->global_count)) {
    return rdo_fail(f->diag, RONDO_OUT_OF_RANGE, "global at byte %u lies outside the module state", offset);
  }
  *out = o->global_bytes + offset;
  return RONDO_OK;
}

static enum rondo_status op_global_load_32(frame_view f, operands o) {
  uint8_t *at = NULL;
  RDO_TRY(global_address(f, o, 4, &at));
  put_u32(f, o, 1, rdo_load_u32(at));
  return RONDO_OK;
}

static enum rondo_status op_global_store_32(frame_view f, operands o) {
  uint8_t *at = NULL;
  RDO_TRY(global_address(f, o, 4, &at));
  rdo_store_u32(at, get_u32(f, o, 1));
  return RONDO_OK;
}

static enum rondo_status op_global_load_64(frame_view f, operands o) {
  uint8_t *at = NULL;
  RDO_TRY(global_address(f, o, 8, &at));
  put_u64(f, o, 1, rdo_load_u64(at));
  return RONDO_OK;
}

static enum rondo_status op_global_store_64(frame_view f, operands o) {
  uint8_t *at = NULL;
  RDO_TRY(global_address(f, o, 8, &at));
  rdo_store_u64(at, get_u64(f, o, 1));
  return RONDO_OK;
}

static enum rondo_status global_slot(frame_view f, operands o, struct rdo_object ***out) {
  uint32_t ordinal = get_u32(f, o, 0);
  if (ordinal >= o->global_count) return rdo_fail(f->diag, RONDO_OUT_OF_RANGE, "ref global %u does not exist", ordinal);
  *out = &o->globals[ordinal];
  return RONDO_OK;
}

static enum rondo_status op_global_load_ref(frame_view f, operands o) {
  struct rdo_object **global = NULL;
  RDO_TRY(global_slot(f, o, &global));
  RDO_TRY(check_type(f, o, *global));
  struct rdo_object *object = *global;
  if (is_move(o->registers[1])) {
    *global = NULL;
  } else {
    rdo_object_retain(object);
  }
  put_ref(ref_at(f, o->registers[1]), object);
  return RONDO_OK;
}

static enum rondo_status op_global_store_ref(frame_view f, operands o) {
  struct rdo_object **global = NULL;
  RDO_TRY(global_slot(f, o, &global));
  RDO_TRY(check_type(f, o, *ref_at(f, o->registers[1])));
  put_ref(global, take_ref(f, o->registers[1]));
  return RONDO_OK;
}

// Buffers ----------------------------------------------------------------------------------------

static enum rondo_status op_buffer_alloc(frame_view f, operands o) {
  struct rdo_vm_buffer *buffer;
  RDO_TRY(rdo_vm_buffer_create(heap_of(f), get_u64(f, o, 0), get_u32(f, o, 1), &buffer, f->diag));
  put_ref(ref_at(f, o->registers[2]), &buffer->object);
  return RONDO_OK;
}

static enum rondo_status op_buffer_clone(frame_view f, operands o) {
  struct rdo_vm_buffer *source, *buffer;
  uint64_t offset = get_u64(f, o, 1);
  uint64_t length = get_u64(f, o, 2);
  RDO_TRY(get_buffer(f, o, 0, "source buffer", &source));
  RDO_TRY(check_range(f, source, offset, length));
  RDO_TRY(rdo_vm_buffer_create(heap_of(f), length, get_u32(f, o, 3), &buffer, f->diag));
  memcpy(buffer->data, source->data + offset, (size_t)length);
  put_ref(ref_at(f, o->registers[4]), &buffer->object);
  return RONDO_OK;
}

static enum rondo_status op_buffer_length(frame_view f, operands o) {
  struct rdo_vm_buffer *buffer;
  RDO_TRY(get_buffer(f, o, 0, "buffer", &buffer));
  put_u64(f, o, 1, buffer->length);
  return RONDO_OK;
}

static enum rondo_status op_buffer_copy(frame_view f, operands o) {
  struct rdo_vm_buffer *source, *target;
  uint64_t source_offset = get_u64(f, o, 1);
  uint64_t target_offset = get_u64(f, o, 3);
  uint64_t length = get_u64(f, o, 4);
  RDO_TRY(get_buffer(f, o, 0, "source buffer", &source));
  RDO_TRY(get_buffer(f, o, 2, "target buffer", &target));
  RDO_TRY(check_mutable(f, target));
  RDO_TRY(check_range(f, source, source_offset, length));
  RDO_TRY(check_range(f, target, target_offset, length));
  memmove(target->data + target_offset, source->data + source_offset, (size_t)length);
  return RONDO_OK;
}

static enum rondo_status op_buffer_compare(frame_view f, operands o) {
  struct rdo_vm_buffer *lhs, *rhs;
  uint64_t lhs_offset = get_u64(f, o, 1);
  uint64_t rhs_offset = get_u64(f, o, 3);
  uint64_t length = get_u64(f, o, 4);
  RDO_TRY(get_buffer(f, o, 0, "left buffer", &lhs));
  RDO_TRY(get_buffer(f, o, 2, "right buffer", &rhs));
  RDO_TRY(check_range(f, lhs, lhs_offset, length));
  RDO_TRY(check_range(f, rhs, rhs_offset, length));
  put_u32(f, o, 5, memcmp(lhs->data + lhs_offset, rhs->data + rhs_offset, (size_t)length) == 0);
  return RONDO_OK;
}

static enum rondo_status op_buffer_hash(frame_view f, operands o) {
  struct rdo_vm_buffer *buffer;
  uint64_t offset = get_u64(f, o, 1);
  uint64_t length = get_u64(f, o, 2);
  RDO_TRY(get_buffer(f, o, 0, "buffer", &buffer));
  RDO_TRY(check_range(f, buffer, offset, length));
  put_u64(f, o, 3, rdo_siphash(buffer->data + offset, length));
  return RONDO_OK;
}

// Offset and count are in elements.
static enum rondo_status buffer_fill(frame_view f, operands o, const void *pattern, uint64_t size) {
  struct rdo_vm_buffer *buffer;
  uint64_t index = get_u64(f, o, 1);
  uint64_t count = get_u64(f, o, 2);
  RDO_TRY(get_buffer(f, o, 0, "buffer", &buffer));
  RDO_TRY(check_mutable(f, buffer));
  if (!rdo_range_fits(index, count, buffer->length / size)) {
    return rdo_fail(f->diag, RONDO_OUT_OF_RANGE, "fill of %llu elements at %llu lies outside the buffer", (unsigned long long)count,
                    (unsigned long long)index);
  }
  for (uint64_t i = 0; i < count; ++i) memcpy(buffer->data + (index + i) * size, pattern, (size_t)size);
  return RONDO_OK;
}

static enum rondo_status buffer_fill_32(frame_view f, operands o, uint64_t size) {
  uint32_t pattern = get_u32(f, o, 3);  // little-endian: the low bytes come first
  return buffer_fill(f, o, &pattern, size);
}

static enum rondo_status op_buffer_fill_8(frame_view f, operands o) { return buffer_fill_32(f, o, 1); }
static enum rondo_status op_buffer_fill_16(frame_view f, operands o) { return buffer_fill_32(f, o, 2); }
static enum rondo_status op_buffer_fill_32(frame_view f, operands o) { return buffer_fill_32(f, o, 4); }
static enum rondo_status op_buffer_fill_64(frame_view f, operands o) {
  uint64_t pattern = get_u64(f, o, 3);
  return buffer_fill(f, o, &pattern, 8);
}

rdo_slow_fn rdo_operation_find(uint16_t opcode) {
  // clang-format off
  static const struct {
    uint16_t opcode;
    rdo_slow_fn fn;
  } table[] = {
      {RDO_OP_GlobalLoadIndirectI32, op_global_load_32},   {RDO_OP_GlobalStoreIndirectI32, op_global_store_32},
      {RDO_OP_GlobalLoadIndirectI64, op_global_load_64},   {RDO_OP_GlobalStoreIndirectI64, op_global_store_64},
      {RDO_OP_GlobalLoadIndirectF32, op_global_load_32},   {RDO_OP_GlobalStoreIndirectF32, op_global_store_32},
      {RDO_OP_GlobalLoadIndirectF64, op_global_load_64},   {RDO_OP_GlobalStoreIndirectF64, op_global_store_64},
      {RDO_OP_GlobalLoadIndirectRef, op_global_load_ref},  {RDO_OP_GlobalStoreIndirectRef, op_global_store_ref},
      {RDO_OP_ListAlloc, op_list_alloc},                   {RDO_OP_ListReserve, op_list_reserve},
      {RDO_OP_ListSize, op_list_size},                     {RDO_OP_ListResize, op_list_resize},
      {RDO_OP_ListGetI32, op_list_get_i32},                {RDO_OP_ListSetI32, op_list_set_i32},
      {RDO_OP_ListGetI64, op_list_get_i64},                {RDO_OP_ListSetI64, op_list_set_i64},
      {RDO_OP_ListGetF32, op_list_get_f32},                {RDO_OP_ListSetF32, op_list_set_f32},
      {RDO_OP_ListGetF64, op_list_get_f64},                {RDO_OP_ListSetF64, op_list_set_f64},
      {RDO_OP_ListGetRef, op_list_get_ref},                {RDO_OP_ListSetRef, op_list_set_ref},
      {RDO_OP_SelectRef, op_select_ref},                   {RDO_OP_SwitchRef, op_switch_ref},
      {RDO_OP_SwitchI32, op_switch_32},                    {RDO_OP_SwitchI64, op_switch_64},
      {RDO_OP_SwitchF32, op_switch_32},                    {RDO_OP_SwitchF64, op_switch_64},
      {RDO_OP_CastAnyRef, op_cast_any_ref},                {RDO_OP_DiscardRefs, op_discard_refs},
      {RDO_OP_Trace, op_trace},                            {RDO_OP_Print, op_trace},
      {RDO_OP_ImportResolved, op_import_resolved},         {RDO_OP_BufferAlloc, op_buffer_alloc},
      {RDO_OP_BufferClone, op_buffer_clone},               {RDO_OP_BufferLength, op_buffer_length},
      {RDO_OP_BufferCopy, op_buffer_copy},                 {RDO_OP_BufferCompare, op_buffer_compare},
      {RDO_OP_BufferFillI8, op_buffer_fill_8},             {RDO_OP_BufferFillI16, op_buffer_fill_16},
      {RDO_OP_BufferFillI32, op_buffer_fill_32},           {RDO_OP_BufferFillI64, op_buffer_fill_64},
      {RDO_OP_BufferFillF32, op_buffer_fill_32},           {RDO_OP_BufferFillF64, op_buffer_fill_64},
      {RDO_OP_BufferHash, op_buffer_hash},
  };
  // clang-format on
  for (size_t i = 0; i < sizeof table / sizeof table[0]; ++i) {
    if (table[i].opcode == opcode) return table[i].fn;
  }
  return NULL;
}
