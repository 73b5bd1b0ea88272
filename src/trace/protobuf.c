// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/protobuf.h"

#include <string.h>

#include "base/bytes.h"

enum { VARINT_BYTES_MAX = 10 };
enum wire_type { WIRE_VARINT = 0,
                 WIRE_FIXED64 = 1,
                 WIRE_BYTES = 2 };

static bool has_room(struct rdo_protobuf *message, size_t size) {
  if (size > message->capacity - message->size) message->is_overfull = true;
  return !message->is_overfull;
}

static size_t format_varint(uint64_t value, uint8_t out[VARINT_BYTES_MAX]) {
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) out[size++] = (uint8_t)(value | 0x80);
  out[size++] = (uint8_t)value;
  return size;
}

static void put_raw(struct rdo_protobuf *message, const void *bytes, size_t size) {
  if (!has_room(message, size)) return;
  if (size != 0) memcpy(message->data + message->size, bytes, size);
  message->size += size;
}

static void put_varint(struct rdo_protobuf *message, uint64_t value) {
  uint8_t bytes[VARINT_BYTES_MAX];
  put_raw(message, bytes, format_varint(value, bytes));
}

static void put_tag(struct rdo_protobuf *message, uint32_t field, enum wire_type type) {
  put_varint(message, (uint64_t)field << 3 | (uint64_t)type);
}

void rdo_protobuf_put_uint(struct rdo_protobuf *message, uint32_t field, uint64_t value) {
  put_tag(message, field, WIRE_VARINT);
  put_varint(message, value);
}

void rdo_protobuf_put_fixed64(struct rdo_protobuf *message, uint32_t field, uint64_t value) {
  uint8_t bytes[8];
  rdo_store_u64(bytes, value);
  put_tag(message, field, WIRE_FIXED64);
  put_raw(message, bytes, sizeof bytes);
}

void rdo_protobuf_put_bytes(struct rdo_protobuf *message, uint32_t field, const void *bytes, size_t size) {
  put_tag(message, field, WIRE_BYTES);
  put_varint(message, size);
  put_raw(message, bytes, size);
}

// Most messages are shorter than 128 bytes, so one byte is kept for the length.
size_t rdo_protobuf_begin(struct rdo_protobuf *message, uint32_t field) {
  put_tag(message, field, WIRE_BYTES);
  put_varint(message, 0);
  return message->size;
}

void rdo_protobuf_end(struct rdo_protobuf *message, size_t mark) {
  if (message->is_overfull) return;
  uint8_t length[VARINT_BYTES_MAX];
  size_t size = message->size - mark;
  size_t length_size = format_varint(size, length);
  if (!has_room(message, length_size - 1)) return;
  uint8_t *body = message->data + mark;
  memmove(body + length_size - 1, body, size);
  memcpy(body - 1, length, length_size);
  message->size += length_size - 1;
}
