// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A bounded FlatBuffer reader. Nothing is trusted: every step from a table to a field, a string or a
// vector checks its range before it reads, and every failure names the byte offset in the file.
// Results are views into the file's bytes.

#ifndef RDO_VM_FLATBUFFER_H_
#define RDO_VM_FLATBUFFER_H_

#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"

struct rdo_flatbuffer {
  const uint8_t *data;
  uint32_t size;         // < 2^31, so that sums of two offsets cannot wrap in 64 bits
  uint64_t file_offset;  // of data[0], for messages
  struct rondo_diag *diag;
};

// A table whose vtable and inline part were found to lie inside the buffer.
struct rdo_fb_table {
  uint32_t position;
  uint32_t vtable;
  uint16_t vtable_size;
  uint16_t inline_size;
};

struct rdo_fb_vector {
  uint32_t position;  // of element 0
  uint32_t count;
};

enum rondo_status rdo_fb_root(const struct rdo_flatbuffer *fb, const char identifier[4], struct rdo_fb_table *out_table);

// Field getters: an absent field yields `fallback`, an empty view or a zero vector, and OK.
enum rondo_status rdo_fb_u8(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint8_t fallback, uint8_t *out);
enum rondo_status rdo_fb_u32(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint32_t fallback, uint32_t *out);
enum rondo_status rdo_fb_u64(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint64_t fallback, uint64_t *out);
// Strings exclude their NUL, which is checked, and hold no other NUL. data == NULL when absent.
enum rondo_status rdo_fb_string(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, struct rdo_bytes *out);
enum rondo_status rdo_fb_vector(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, uint32_t element_size,
                                struct rdo_fb_vector *out);
enum rondo_status rdo_fb_table(const struct rdo_flatbuffer *fb, struct rdo_fb_table table, int id, bool *out_present,
                               struct rdo_fb_table *out);
// Element `index` (< count) of a vector of tables.
enum rondo_status rdo_fb_vector_table(const struct rdo_flatbuffer *fb, struct rdo_fb_vector vector, uint32_t index,
                                      struct rdo_fb_table *out);

#endif  // RDO_VM_FLATBUFFER_H_
