// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "base/checked.h"

static size_t tensor_bytes(int rank) { return sizeof(struct rondo_tensor) + (size_t)rank * sizeof(int64_t); }

static void destroy_tensor(struct rdo_object *object) {
  struct rondo_tensor *tensor = rdo_tensor_of(object);
  rdo_object_release(&tensor->buffer->object);
  rdo_pool_return(tensor, tensor_bytes(tensor->rank));
}

const struct rdo_object_type rdo_tensor_type = {"hal.buffer_view", destroy_tensor};

enum rondo_status rdo_shape_byte_length(uint32_t element_type, int rank, const int64_t *dims, uint64_t *out_byte_length,
                                        struct rondo_diag *diag) {
  uint64_t bits = rondo_element_bits(element_type);
  bool is_empty = false;
  if (rank < 0 || rank > RONDO_RANK_MAX) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "rank %d is not in 0..%d", rank, RONDO_RANK_MAX);
  for (int i = 0; i < rank; ++i) {
    if (dims[i] < 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "dimension %d is negative (%lld)", i, (long long)dims[i]);
    if (dims[i] == 0) is_empty = true;
  }
  uint64_t count = 1;  // counted apart: elements of an opaque type may have no bits
  for (int i = 0; i < rank && !is_empty; ++i) {
    if (!rdo_checked_mul(count, (uint64_t)dims[i], &count)) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "shape is too large");
  }
  if (is_empty) count = 0;
  if (!rdo_checked_mul(bits, count, &bits) || bits > (uint64_t)INT64_MAX || count > (uint64_t)INT64_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "shape is too large");
  }
  *out_byte_length = (bits + 7) / 8;
  return RONDO_OK;
}

enum rondo_status rdo_tensor_create(struct rdo_buffer *buffer, uint32_t element_type, uint32_t encoding, int rank, const int64_t *dims,
                                    struct rondo_tensor **out_tensor, struct rondo_diag *diag) {
  *out_tensor = NULL;
  uint64_t byte_length;
  RDO_TRY(rdo_shape_byte_length(element_type, rank, dims, &byte_length, diag));
  if (byte_length > buffer->byte_length) {  // whatever its encoding: readers go by the shape
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "tensor of %llu bytes does not fit in a buffer of %llu bytes", (unsigned long long)byte_length,
                    (unsigned long long)buffer->byte_length);
  }
  struct rondo_tensor *tensor;
  RDO_TRY(rdo_pool_acquire(tensor_bytes(rank), &tensor, diag));
  rdo_object_init(&tensor->object, &rdo_tensor_type);
  tensor->buffer = buffer;
  rdo_object_retain(&buffer->object);
  tensor->element_type = element_type;
  tensor->encoding = encoding;
  tensor->rank = rank;
  for (int i = 0; i < rank; ++i) tensor->dims[i] = dims[i];
  *out_tensor = tensor;
  return RONDO_OK;
}

int64_t rondo_tensor_element_count(const struct rondo_tensor *tensor) {
  int64_t count = 1;
  for (int i = 0; i < tensor->rank; ++i) {
    if (tensor->dims[i] == 0) return 0;
  }
  for (int i = 0; i < tensor->rank; ++i) count *= tensor->dims[i];  // fits: the byte length did
  return count;
}

// Element types --------------------------------------------------------------------------------------

static const struct {
  const char *name;
  uint32_t type;
} element_names[] = {
    {"i1", RONDO_ELEMENT_I1},         {"i4", RONDO_ELEMENT_I4},         {"si4", RONDO_ELEMENT_SI4},
    {"ui4", RONDO_ELEMENT_UI4},       {"i8", RONDO_ELEMENT_I8},         {"si8", RONDO_ELEMENT_SI8},
    {"ui8", RONDO_ELEMENT_UI8},       {"i16", RONDO_ELEMENT_I16},       {"si16", RONDO_ELEMENT_SI16},
    {"ui16", RONDO_ELEMENT_UI16},     {"i32", RONDO_ELEMENT_I32},       {"si32", RONDO_ELEMENT_SI32},
    {"ui32", RONDO_ELEMENT_UI32},     {"i64", RONDO_ELEMENT_I64},       {"si64", RONDO_ELEMENT_SI64},
    {"ui64", RONDO_ELEMENT_UI64},     {"f16", RONDO_ELEMENT_F16},       {"f32", RONDO_ELEMENT_F32},
    {"f64", RONDO_ELEMENT_F64},       {"bf16", RONDO_ELEMENT_BF16},     {"cf64", RONDO_ELEMENT_CF64},
    {"cf128", RONDO_ELEMENT_CF128},   {"f8E5M2", RONDO_ELEMENT_F8E5M2}, {"f8E4M3FN", RONDO_ELEMENT_F8E4M3FN},
    {"f8E5M2FNUZ", RONDO_ELEMENT_F8E5M2FNUZ}, {"f8E4M3FNUZ", RONDO_ELEMENT_F8E4M3FNUZ}, {"f8E8M0FNU", RONDO_ELEMENT_F8E8M0FNU},
};

void rondo_element_type_format(uint32_t element_type, char *buffer, size_t capacity) {
  for (size_t i = 0; i < sizeof element_names / sizeof element_names[0]; ++i) {
    if (element_names[i].type == element_type) {
      snprintf(buffer, capacity, "%s", element_names[i].name);
      return;
    }
  }
  if (element_type <= 0xFF) snprintf(buffer, capacity, "*%u", element_type);
  else snprintf(buffer, capacity, "%08X", element_type);
}

enum rondo_status rondo_element_type_parse(const char *text, size_t length, uint32_t *out_element_type) {
  for (size_t i = 0; i < sizeof element_names / sizeof element_names[0]; ++i) {
    if (strlen(element_names[i].name) == length && memcmp(element_names[i].name, text, length) == 0) {
      *out_element_type = element_names[i].type;
      return RONDO_OK;
    }
  }
  if (length < 2 || length > 4 || (text[0] != 'x' && text[0] != '*')) return RONDO_INVALID_ARGUMENT;
  uint32_t bits = 0;
  for (size_t i = 1; i < length; ++i) {
    if (text[i] < '0' || text[i] > '9') return RONDO_INVALID_ARGUMENT;
    bits = bits * 10 + (uint32_t)(text[i] - '0');
  }
  if (bits == 0 || bits > 255) return RONDO_INVALID_ARGUMENT;
  *out_element_type = bits;
  return RONDO_OK;
}

// Checks ---------------------------------------------------------------------------------------------

static bool is_integer_class(uint32_t element_type) { return (element_type >> 24) >= 0x10 && (element_type >> 24) <= 0x13; }

// Signedness does not matter, an unknown class fits everything.
static bool element_types_match(uint32_t actual, uint32_t expected) {
  if (actual == expected || (actual >> 24) == 0) return true;
  return is_integer_class(actual) && is_integer_class(expected) && rondo_element_bits(actual) == rondo_element_bits(expected);
}

static void format_shape(int rank, const int64_t *dims, char *out, size_t capacity) {
  size_t used = 0;
  out[0] = 0;
  for (int i = 0; i < rank && used + 24 < capacity; ++i) {
    if (i != 0) out[used++] = 'x';
    int written = dims[i] == -1 ? snprintf(out + used, capacity - used, "?") : snprintf(out + used, capacity - used, "%lld", (long long)dims[i]);
    used += (size_t)written;
  }
}

static enum rondo_status fail_shape(const struct rondo_tensor *tensor, int rank, const int64_t *dims, int axis, const char *name,
                                    int name_length, struct rondo_diag *diag) {
  char expected[160], actual[160];
  format_shape(rank, dims, expected, sizeof expected);
  format_shape(tensor->rank, tensor->dims, actual, sizeof actual);
  if (axis < 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%.*s shape rank mismatch; expected %d but have %d; expected shape `%s`, actual shape `%s`",
                    name_length, name, rank, tensor->rank, expected, actual);
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT,
                  "%.*s shape dimension %d mismatch; expected %lld but have %lld; expected shape `%s`, actual shape `%s`", name_length, name,
                  axis, (long long)dims[axis], (long long)tensor->dims[axis], expected, actual);
}

enum rondo_status rdo_tensor_check(const struct rondo_tensor *tensor, uint32_t element_type, uint32_t encoding, int rank, const int64_t *dims,
                                   const char *name, int name_length, struct rondo_diag *diag) {
  if (tensor->encoding != RDO_ENCODING_OPAQUE && tensor->encoding != encoding) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%.*s encoding mismatch; expected %08X but have %08X", name_length, name, encoding, tensor->encoding);
  }
  if (!element_types_match(tensor->element_type, element_type)) {
    char expected[16], actual[16];
    rondo_element_type_format(element_type, expected, sizeof expected);
    rondo_element_type_format(tensor->element_type, actual, sizeof actual);
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%.*s element type mismatch; expected %s (%08X) but have %s (%08X)", name_length, name,
                    expected, element_type, actual, tensor->element_type);
  }
  if (tensor->rank != rank) return fail_shape(tensor, rank, dims, -1, name, name_length, diag);
  for (int i = 0; i < rank; ++i) {
    if (dims[i] != -1 && dims[i] != tensor->dims[i]) return fail_shape(tensor, rank, dims, i, name, name_length, diag);
  }
  return RONDO_OK;
}
