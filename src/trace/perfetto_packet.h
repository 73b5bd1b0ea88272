// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Packets of a Perfetto trace, as both encoders write them: perfetto.c (events) and table_perfetto.c (tables).
// Numbers and types of the fields are those of Perfetto's public definition (perfetto_trace.proto).
//
// All packets of a file belong to one sequence: names and defaults are told once, in the first packet or in the
// one that needs them, and hold for all packets behind it.

#ifndef RDO_TRACE_PERFETTO_PACKET_H_
#define RDO_TRACE_PERFETTO_PACKET_H_

#include "base/status.h"
#include "trace/protobuf.h"

enum {
  TRACE_PACKET = 1,

  PACKET_CLOCK_SNAPSHOT = 6,
  PACKET_TIMESTAMP = 8,
  PACKET_SEQUENCE_ID = 10,
  PACKET_TRACK_EVENT = 11,
  PACKET_INTERNED_DATA = 12,
  PACKET_SEQUENCE_FLAGS = 13,
  PACKET_DEFAULTS = 59,
  PACKET_TRACK_DESCRIPTOR = 60,

  SNAPSHOT_CLOCKS = 1,
  SNAPSHOT_PRIMARY_CLOCK = 2,
  CLOCK_ID = 1,
  CLOCK_TIMESTAMP = 2,

  DEFAULTS_CLOCK_ID = 58,

  TRACK_UUID = 1,
  TRACK_NAME = 2,
  TRACK_PROCESS = 3,
  TRACK_THREAD = 4,
  TRACK_PARENT_UUID = 5,
  TRACK_CHILD_ORDERING = 11,
  TRACK_SIBLING_RANK = 12,
  PROCESS_PID = 1,
  PROCESS_NAME = 6,
  THREAD_PID = 1,
  THREAD_TID = 2,
  THREAD_NAME = 5,

  EVENT_ANNOTATION = 4,
  EVENT_TYPE = 9,
  EVENT_NAME_ID = 10,
  EVENT_TRACK_UUID = 11,
  EVENT_FLOW_ID = 47,
  EVENT_LAST_FLOW_ID = 48,
  ANNOTATION_NAME_ID = 1,
  ANNOTATION_UINT = 3,
  ANNOTATION_INT = 4,
  ANNOTATION_STRING = 6,
  ANNOTATION_POINTER = 7,

  INTERNED_EVENT_NAME = 2,
  INTERNED_ANNOTATION_NAME = 3,
  INTERNED_ID = 1,
  INTERNED_TEXT = 2,
};

// Values of PACKET_SEQUENCE_FLAGS, EVENT_TYPE, TRACK_CHILD_ORDERING, CLOCK_ID.
enum { FLAG_STATE_CLEARED = 1,
       FLAG_NEEDS_STATE = 2 };
enum { TYPE_SLICE_BEGIN = 1,
       TYPE_SLICE_END = 2,
       TYPE_INSTANT = 3 };
enum { ORDERING_EXPLICIT = 3 };
enum { CLOCK_REALTIME_ID = 1,
       CLOCK_MONOTONIC_ID = 3,
       CLOCK_BOOTTIME_ID = 6 };

struct rdo_packet {
  struct rdo_protobuf message;
  size_t mark;
};

// Begins a packet of the sequence in the caller's memory, which stays the caller's.
struct rdo_packet rdo_packet_begin(uint8_t *bytes, size_t capacity);

// Ends it.
//   returns  whether all of it fitted: `message` then has the bytes to write, otherwise there is nothing to write
bool rdo_packet_end(struct rdo_packet *packet) RONDO_MUST_USE;

// Fields inside of a packet. Names are made fit for a viewer and cut (names.h).
void rdo_packet_put_name(struct rdo_protobuf *message, uint32_t field, const char *name);
void rdo_packet_put_interned(struct rdo_protobuf *message, uint32_t field, uint64_t id, const char *name);
void rdo_packet_put_clock(struct rdo_protobuf *message, uint64_t clock_id, int64_t time_ns);

// What begins a file: all its times are those of the monotonic clock.
void rdo_packet_put_default_clock(struct rdo_protobuf *message);

#endif  // RDO_TRACE_PERFETTO_PACKET_H_
