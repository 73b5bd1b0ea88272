// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/perfetto_packet.h"

#include "trace/names.h"

enum { SEQUENCE_ID = 1 };

struct rdo_packet rdo_packet_begin(uint8_t *bytes, size_t capacity) {
  struct rdo_packet packet = {.message = {.data = bytes, .capacity = capacity}};
  packet.mark = rdo_protobuf_begin(&packet.message, TRACE_PACKET);
  rdo_protobuf_put_uint(&packet.message, PACKET_SEQUENCE_ID, SEQUENCE_ID);
  return packet;
}

bool rdo_packet_end(struct rdo_packet *packet) {
  rdo_protobuf_end(&packet->message, packet->mark);
  return !packet->message.is_overfull;
}

void rdo_packet_put_name(struct rdo_protobuf *message, uint32_t field, const char *name) {
  char text[RDO_NAME_BYTES_MAX];
  size_t length = rdo_name_copy(text, sizeof text, name);
  rdo_protobuf_put_bytes(message, field, text, length);
}

void rdo_packet_put_interned(struct rdo_protobuf *message, uint32_t field, uint64_t id, const char *name) {
  size_t mark = rdo_protobuf_begin(message, field);
  rdo_protobuf_put_uint(message, INTERNED_ID, id);
  rdo_packet_put_name(message, INTERNED_TEXT, name);
  rdo_protobuf_end(message, mark);
}

void rdo_packet_put_clock(struct rdo_protobuf *message, uint64_t clock_id, int64_t time_ns) {
  size_t mark = rdo_protobuf_begin(message, SNAPSHOT_CLOCKS);
  rdo_protobuf_put_uint(message, CLOCK_ID, clock_id);
  rdo_protobuf_put_uint(message, CLOCK_TIMESTAMP, (uint64_t)time_ns);
  rdo_protobuf_end(message, mark);
}

void rdo_packet_put_default_clock(struct rdo_protobuf *message) {
  size_t mark = rdo_protobuf_begin(message, PACKET_DEFAULTS);
  rdo_protobuf_put_uint(message, DEFAULTS_CLOCK_ID, CLOCK_MONOTONIC_ID);
  rdo_protobuf_end(message, mark);
}
