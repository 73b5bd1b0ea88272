// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reads back what the encoder writes, and checks what holds for every trace: times of a track never
// fall, slices nest, all of them end. Names and numbers are checked by tests/trace/trace_check.py, with
// Perfetto's own message classes. Include behind cmocka.h.

#ifndef RDO_TESTS_PACKETS_H_
#define RDO_TESTS_PACKETS_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct packets_track {
  uint64_t last_ns;
  int depth;
  int event_count;
};

enum { PACKETS_TRACKS_MAX = 64,
       PACKETS_TYPE_BEGIN = 1,
       PACKETS_TYPE_END = 2,
       PACKETS_TYPE_INSTANT = 3 };

struct packets {
  int packet_count;
  int depth_max;
  int type_counts[4];                               // by type
  struct packets_track tracks[PACKETS_TRACKS_MAX];  // by uuid
};

struct field {
  uint32_t number;
  uint64_t value;  // of a number
  const uint8_t *bytes;
  size_t size;
};

static inline uint64_t read_varint(const uint8_t **at, const uint8_t *end) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    assert_true(*at < end && shift < 64);
    uint8_t byte = *(*at)++;
    value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}

static inline struct field read_field(const uint8_t **at, const uint8_t *end) {
  uint64_t tag = read_varint(at, end);
  struct field field = {.number = (uint32_t)(tag >> 3)};
  if ((tag & 7) == 0) {
    field.value = read_varint(at, end);
    return field;
  }
  assert_true((tag & 7) == 1 || (tag & 7) == 2);
  field.size = (tag & 7) == 1 ? 8 : (size_t)read_varint(at, end);
  assert_true(field.size <= (size_t)(end - *at));
  field.bytes = *at;
  *at += field.size;
  return field;
}

static inline void check_track_event(struct packets *packets, const struct field *event, uint64_t time_ns) {
  const uint8_t *at = event->bytes, *end = at + event->size;
  uint64_t type = 0, track_uuid = 0;
  while (at < end) {
    struct field field = read_field(&at, end);
    if (field.number == 9) type = field.value;
    if (field.number == 11) track_uuid = field.value;
  }
  assert_true(type >= 1 && type <= 3 && track_uuid < PACKETS_TRACKS_MAX);
  struct packets_track *track = &packets->tracks[track_uuid];
  assert_true(time_ns >= track->last_ns);
  track->last_ns = time_ns;
  ++track->event_count;
  ++packets->type_counts[type];
  if (type == PACKETS_TYPE_BEGIN) ++track->depth;
  if (type == PACKETS_TYPE_END) --track->depth;
  assert_true(track->depth >= 0);
  if (track->depth > packets->depth_max) packets->depth_max = track->depth;
}

// All of a trace.
static inline struct packets check_packets(const uint8_t *bytes, size_t size) {
  struct packets packets = {0};
  const uint8_t *at = bytes, *end = bytes + size;
  while (at < end) {
    struct field packet = read_field(&at, end);
    const uint8_t *in = packet.bytes, *packet_end = in + packet.size;
    assert_int_equal(packet.number, 1);
    ++packets.packet_count;
    uint64_t time_ns = 0;
    struct field event = {0};
    while (in < packet_end) {
      struct field field = read_field(&in, packet_end);
      if (field.number == 8) time_ns = field.value;
      if (field.number == 11) event = field;
    }
    if (event.bytes != NULL) check_track_event(&packets, &event, time_ns);
  }
  for (int i = 0; i < PACKETS_TRACKS_MAX; ++i) assert_int_equal(packets.tracks[i].depth, 0);
  return packets;
}

#endif  // RDO_TESTS_PACKETS_H_
