// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/flatbuffer.h"

#include "base/checked.h"

static enum rondo_status fail_at(const struct rdo_flatbuffer *fb, uint64_t position, const char *what) {
  return rdo_fail(fb->diag, RONDO_INVALID_ARGUMENT, "byte %llu: %s",
                  (unsigned long long)(fb->file_offset + position), what);
}

static bool fits(const struct rdo_flatbuffer *fb, uint64_t position, uint64_t length) {
  return rdo_range_fits(position, length, fb->size);
}

static enum rondo_status open_table(const struct rdo_flatbuffer *fb, uint64_t position, struct rdo_fb_table *out) {
  if (position % 4 != 0 || !fits(fb, position, 4)) return fail_at(fb, position, "table lies outside the FlatBuffer");
  int64_t vtable = (int64_t)position - (int32_t)rdo_load_u32(fb->data + position);
  if (vtable < 0 || vtable % 2 != 0 || !fits(fb, (uint64_t)vtable, 4)) {
    return fail_at(fb, position, "table's vtable lies outside the FlatBuffer");
  }
  uint16_t vtable_size = rdo_load_u16(fb->data + vtable);
  uint16_t inline_size = rdo_load_u16(fb->data + vtable + 2);
  if (vtable_size < 4 || vtable_size % 2 != 0 || !fits(fb, (uint64_t)vtable, vtable_size)) {
    return fail_at(fb, (uint64_t)vtable, "vtable size is wrong");
  }
  if (inline_size < 4 || !fits(fb, position, inline_size)) {
    return fail_at(fb, (uint64_t)vtable, "table size is wrong");
  }
  *out = (struct rdo_fb_table){(uint32_t)position, (uint32_t)vtable, vtable_size, inline_size};
  return RONDO_OK;
}

enum rondo_status rdo_fb_root(const struct rdo_flatbuffer *fb, const char identifier[4], struct rdo_fb_table *out_table) {
  if (!fits(fb, 0, 8)) return fail_at(fb, 0, "FlatBuffer is shorter than its header");
  if (memcmp(fb->data + 4, identifier, 4) != 0) {
    return rdo_fail(fb->diag, RONDO_INVALID_ARGUMENT, "byte %llu: identifier is not '%.4s': not a compiled module",
                    (unsigned long long)(fb->file_offset + 4), identifier);
  }
  return open_table(fb, rdo_load_u32(fb->data), out_table);
}

// Finds a field's bytes; *out_position = 0 when absent (0 is the root offset, never a field).
static enum rondo_status find_field(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint32_t size,
                                    uint32_t *out_position) {
  *out_position = 0;
  uint32_t slot = 4 + 2 * (uint32_t)id;
  if (slot + 2 > table.vtable_size) return RONDO_OK;
  uint16_t offset = rdo_load_u16(fb->data + table.vtable + slot);
  if (offset == 0) return RONDO_OK;
  if (offset < 4 || (uint32_t)offset + size > table.inline_size) {
    return fail_at(fb, table.vtable + slot, "field lies outside its table");
  }
  *out_position = table.position + offset;
  return RONDO_OK;
}

enum rondo_status rdo_fb_u8(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint8_t fallback, uint8_t *out) {
  uint32_t position;
  RDO_TRY(find_field(fb, table, id, 1, &position));
  *out = position == 0 ? fallback : fb->data[position];
  return RONDO_OK;
}

enum rondo_status rdo_fb_u32(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint32_t fallback,
                             uint32_t *out) {
  uint32_t position;
  RDO_TRY(find_field(fb, table, id, 4, &position));
  *out = position == 0 ? fallback : rdo_load_u32(fb->data + position);
  return RONDO_OK;
}

enum rondo_status rdo_fb_u64(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint64_t fallback,
                             uint64_t *out) {
  uint32_t position;
  RDO_TRY(find_field(fb, table, id, 8, &position));
  *out = position == 0 ? fallback : rdo_load_u64(fb->data + position);
  return RONDO_OK;
}

// Follows a field's relative offset; *out_target = 0 when the field is absent.
static enum rondo_status follow_field(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id,
                                      uint64_t *out_target) {
  *out_target = 0;
  uint32_t position;
  RDO_TRY(find_field(fb, table, id, 4, &position));
  if (position == 0) return RONDO_OK;
  uint64_t target = (uint64_t)position + rdo_load_u32(fb->data + position);
  if (target == position || target % 4 != 0 || !fits(fb, target, 4)) {
    return fail_at(fb, position, "offset points outside the FlatBuffer");
  }
  *out_target = target;
  return RONDO_OK;
}

enum rondo_status rdo_fb_string(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, struct rdo_bytes *out) {
  *out = (struct rdo_bytes){NULL, 0};
  uint64_t target;
  RDO_TRY(follow_field(fb, table, id, &target));
  if (target == 0) return RONDO_OK;
  uint32_t length = rdo_load_u32(fb->data + target);
  if (!fits(fb, target + 4, (uint64_t)length + 1)) return fail_at(fb, target, "string runs past the FlatBuffer");
  if (memchr(fb->data + target + 4, 0, (size_t)length + 1) != fb->data + target + 4 + length) {
    return fail_at(fb, target, "string is not terminated where its length says");
  }
  *out = (struct rdo_bytes){fb->data + target + 4, length};
  return RONDO_OK;
}

enum rondo_status rdo_fb_vector(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint32_t element_size,
                                struct rdo_fb_vector *out) {
  *out = (struct rdo_fb_vector){0, 0};
  uint64_t target;
  RDO_TRY(follow_field(fb, table, id, &target));
  if (target == 0) return RONDO_OK;
  uint32_t count = rdo_load_u32(fb->data + target);
  if (!fits(fb, target + 4, (uint64_t)count * element_size)) return fail_at(fb, target, "vector runs past the FlatBuffer");
  *out = (struct rdo_fb_vector){(uint32_t)target + 4, count};
  return RONDO_OK;
}

enum rondo_status rdo_fb_table(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, bool *out_present,
                               struct rdo_fb_table *out) {
  uint64_t target;
  RDO_TRY(follow_field(fb, table, id, &target));
  *out_present = target != 0;
  return target == 0 ? RONDO_OK : open_table(fb, target, out);
}

enum rondo_status rdo_fb_vector_table(const struct rdo_flatbuffer *fb, struct rdo_fb_vector vector, uint32_t index,
                                      struct rdo_fb_table *out) {
  uint64_t slot = (uint64_t)vector.position + (uint64_t)index * 4;
  uint64_t target = slot + rdo_load_u32(fb->data + slot);
  if (target == slot) return fail_at(fb, slot, "table offset is zero");
  return open_table(fb, target, out);
}
