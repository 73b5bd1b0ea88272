// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/perfetto.h"

#include <string.h>

#include "base/alloc.h"
#include "trace/names.h"
#include "trace/perfetto_packet.h"

enum { PROCESS_UUID = 1 };  // a thread's track is PROCESS_UUID + its id

// Longest packet: one name of RDO_NAME_BYTES_MAX and some numbers, or the first one.
enum { PACKET_BYTES_MAX = 2048,
       DEPTH_MAX = 32,
       LABEL_COUNT_MAX = 32 };

// The kinds ----------------------------------------------------------------------------------------

enum phase { PHASE_BEGIN,
             PHASE_END,
             PHASE_INSTANT };
enum subject { SUBJECT_NONE,
               SUBJECT_NAME,
               SUBJECT_SUBMISSION,
               SUBJECT_OBJECT };
enum flow { FLOW_NONE,
            FLOW_STEP,
            FLOW_LAST };

struct kind {
  const char *title;
  const char *a;
  const char *b;
  enum phase phase;
  enum subject subject;
  enum flow flow;
};

static const struct kind kinds[RDO_EVENT_KIND_COUNT] = {
#define KIND(kind, phase, title, subject, a, b, flow) [RDO_EVENT_##kind] = {title, a, b, PHASE_##phase, SUBJECT_##subject, FLOW_##flow},
    RDO_EVENT_KINDS(KIND)
#undef KIND
};

// An END stands behind its BEGIN in the list.
_Static_assert(RDO_EVENT_DISPATCH_END == RDO_EVENT_DISPATCH_BEGIN + 1, "");
_Static_assert(RDO_EVENT_SLEEP_END == RDO_EVENT_SLEEP_BEGIN + 1, "");
_Static_assert(RDO_EVENT_SPIN_END == RDO_EVENT_SPIN_BEGIN + 1, "");
_Static_assert(RDO_EVENT_HOST_CALL_END == RDO_EVENT_HOST_CALL_BEGIN + 1, "");

// Numbers of an event, and the id of what each is called; 0 = the kind has no such number.
struct labels {
  uint8_t subject;
  uint8_t a;
  uint8_t b;
};

// The encoder --------------------------------------------------------------------------------------

struct track {
  struct rdo_event_thread thread;
  int64_t last_ns;
  int depth;                // slices open
  int hidden_depth;         // more of them, nested too deeply to be written
  uint8_t open[DEPTH_MAX];  // kinds of their BEGINs
};

struct rdo_perfetto {
  struct rdo_perfetto_writer writer;
  int64_t process_id;
  struct rdo_names names;
  const char *label_texts[LABEL_COUNT_MAX];  // by id - 1
  int label_count;
  struct labels labels[RDO_EVENT_KIND_COUNT];
  struct track *tracks;  // owned [track_count]
  size_t track_count;
  size_t track_capacity;
  uint8_t bytes[PACKET_BYTES_MAX];
};

static struct rdo_packet begin_packet(struct rdo_perfetto *p) { return rdo_packet_begin(p->bytes, sizeof p->bytes); }

static void end_packet(struct rdo_perfetto *p, struct rdo_packet *packet) {
  if (rdo_packet_end(packet)) p->writer.write(p->writer.user, packet->message.data, packet->message.size);
}

// The beginning ------------------------------------------------------------------------------------

static uint8_t find_label(struct rdo_perfetto *p, const char *text) {
  if (text == NULL) return 0;
  int i = 0;
  while (i < p->label_count && strcmp(p->label_texts[i], text) != 0) ++i;
  if (i == LABEL_COUNT_MAX) return 0;
  if (i == p->label_count) p->label_texts[p->label_count++] = text;
  return (uint8_t)(i + 1);
}

static void collect_labels(struct rdo_perfetto *p) {
  static const char *const subjects[] = {[SUBJECT_SUBMISSION] = "submission", [SUBJECT_OBJECT] = "object"};
  for (int i = 0; i < RDO_EVENT_KIND_COUNT; ++i) {
    p->labels[i] = (struct labels){find_label(p, subjects[kinds[i].subject]), find_label(p, kinds[i].a), find_label(p, kinds[i].b)};
  }
}

// Clocks, what holds for all packets, and the names of annotations.
static void write_beginning(struct rdo_perfetto *p, const struct rdo_perfetto_origin *origin) {
  struct rdo_packet packet = begin_packet(p);
  struct rdo_protobuf *message = &packet.message;
  rdo_protobuf_put_uint(message, PACKET_SEQUENCE_FLAGS, FLAG_STATE_CLEARED);
  size_t mark = rdo_protobuf_begin(message, PACKET_CLOCK_SNAPSHOT);
  rdo_packet_put_clock(message, CLOCK_MONOTONIC_ID, origin->monotonic_ns);
  rdo_packet_put_clock(message, CLOCK_BOOTTIME_ID, origin->boot_ns);
  rdo_packet_put_clock(message, CLOCK_REALTIME_ID, origin->real_ns);
  rdo_protobuf_put_uint(message, SNAPSHOT_PRIMARY_CLOCK, CLOCK_MONOTONIC_ID);
  rdo_protobuf_end(message, mark);
  rdo_packet_put_default_clock(message);
  mark = rdo_protobuf_begin(message, PACKET_INTERNED_DATA);
  for (int i = 0; i < p->label_count; ++i) rdo_packet_put_interned(message, INTERNED_ANNOTATION_NAME, (uint64_t)i + 1, p->label_texts[i]);
  rdo_protobuf_end(message, mark);
  end_packet(p, &packet);
}

static void write_process(struct rdo_perfetto *p, const char *name) {
  struct rdo_packet packet = begin_packet(p);
  struct rdo_protobuf *message = &packet.message;
  size_t track = rdo_protobuf_begin(message, PACKET_TRACK_DESCRIPTOR);
  rdo_protobuf_put_uint(message, TRACK_UUID, PROCESS_UUID);
  size_t process = rdo_protobuf_begin(message, TRACK_PROCESS);
  rdo_protobuf_put_uint(message, PROCESS_PID, (uint64_t)p->process_id);
  rdo_packet_put_name(message, PROCESS_NAME, name);
  rdo_protobuf_end(message, process);
  rdo_protobuf_end(message, track);
  end_packet(p, &packet);
}

enum rondo_status rdo_perfetto_create(const struct rdo_perfetto_origin *origin, const struct rdo_perfetto_writer *writer,
                                      struct rdo_perfetto **out_perfetto, struct rondo_diag *diag) {
  struct rdo_perfetto *p = NULL;
  *out_perfetto = NULL;
  RDO_TRY(rdo_alloc(sizeof *p, &p, diag));
  p->writer = *writer;
  p->process_id = origin->process_id;
  collect_labels(p);
  write_beginning(p, origin);
  write_process(p, origin->process_name);
  *out_perfetto = p;
  return RONDO_OK;
}

void rdo_perfetto_destroy(struct rdo_perfetto *perfetto) {
  if (perfetto == NULL) return;
  rdo_names_deinit(&perfetto->names);
  rdo_free(perfetto->tracks);
  rdo_free(perfetto);
}

// Tracks -------------------------------------------------------------------------------------------

static uint64_t track_uuid(const struct track *track) { return (uint64_t)PROCESS_UUID + track->thread.id; }

static void write_track(struct rdo_perfetto *p, const struct track *track) {
  struct rdo_packet packet = begin_packet(p);
  struct rdo_protobuf *message = &packet.message;
  size_t mark = rdo_protobuf_begin(message, PACKET_TRACK_DESCRIPTOR);
  rdo_protobuf_put_uint(message, TRACK_UUID, track_uuid(track));
  rdo_protobuf_put_uint(message, TRACK_PARENT_UUID, PROCESS_UUID);
  size_t thread = rdo_protobuf_begin(message, TRACK_THREAD);
  rdo_protobuf_put_uint(message, THREAD_PID, (uint64_t)p->process_id);
  rdo_protobuf_put_uint(message, THREAD_TID, (uint64_t)track->thread.system_id);
  rdo_packet_put_name(message, THREAD_NAME, track->thread.name);
  rdo_protobuf_end(message, thread);
  rdo_protobuf_end(message, mark);
  end_packet(p, &packet);
}

static enum rondo_status find_track(struct rdo_perfetto *p, const struct rdo_event_thread *thread, struct track **out_track,
                                    struct rondo_diag *diag) {
  for (size_t i = 0; i < p->track_count; ++i) {
    *out_track = &p->tracks[i];
    if (p->tracks[i].thread.id == thread->id) return RONDO_OK;
  }
  RDO_TRY(rdo_grow_array(p->track_count + 1, sizeof *p->tracks, &p->track_capacity, &p->tracks, diag));
  *out_track = &p->tracks[p->track_count++];
  **out_track = (struct track){.thread = *thread};
  write_track(p, *out_track);
  return RONDO_OK;
}

// Events -------------------------------------------------------------------------------------------

static void put_annotation(struct rdo_protobuf *message, uint8_t label, uint32_t field, uint64_t value) {
  if (label == 0) return;
  size_t mark = rdo_protobuf_begin(message, EVENT_ANNOTATION);
  rdo_protobuf_put_uint(message, ANNOTATION_NAME_ID, label);
  rdo_protobuf_put_uint(message, field, value);
  rdo_protobuf_end(message, mark);
}

static void put_annotations(const struct rdo_perfetto *p, struct rdo_protobuf *message, const struct rdo_event *event) {
  const struct labels *labels = &p->labels[event->kind];
  bool is_object = kinds[event->kind].subject == SUBJECT_OBJECT;
  put_annotation(message, labels->subject, is_object ? ANNOTATION_POINTER : ANNOTATION_UINT, event->subject);
  put_annotation(message, labels->a, ANNOTATION_UINT, event->a);
  put_annotation(message, labels->b, ANNOTATION_UINT, event->b);
}

static void put_flow(struct rdo_protobuf *message, const struct kind *kind, const struct rdo_event *event) {
  uint64_t id = kind->subject == SUBJECT_SUBMISSION ? event->subject : event->b;
  if (kind->flow == FLOW_NONE || id == 0) return;
  rdo_protobuf_put_fixed64(message, kind->flow == FLOW_LAST ? EVENT_LAST_FLOW_ID : EVENT_FLOW_ID, id);
}

static struct rdo_packet begin_event(struct rdo_perfetto *p, int64_t time_ns) {
  struct rdo_packet packet = begin_packet(p);
  rdo_protobuf_put_uint(&packet.message, PACKET_TIMESTAMP, (uint64_t)time_ns);
  rdo_protobuf_put_uint(&packet.message, PACKET_SEQUENCE_FLAGS, FLAG_NEEDS_STATE);
  return packet;
}

// Ends the innermost slice.
//   event  the END, NULL when there is none for this slice
static void write_end(struct rdo_perfetto *p, struct track *track, const struct rdo_event *event) {
  struct rdo_packet packet = begin_event(p, track->last_ns);
  struct rdo_protobuf *message = &packet.message;
  size_t mark = rdo_protobuf_begin(message, PACKET_TRACK_EVENT);
  rdo_protobuf_put_uint(message, EVENT_TYPE, TYPE_SLICE_END);
  rdo_protobuf_put_uint(message, EVENT_TRACK_UUID, track_uuid(track));
  if (event != NULL) put_annotations(p, message, event);
  rdo_protobuf_end(message, mark);
  end_packet(p, &packet);
  --track->depth;
}

static void end_all(struct rdo_perfetto *p, struct track *track) {
  while (track->depth > 0) write_end(p, track, NULL);
  track->hidden_depth = 0;
}

static void add_end(struct rdo_perfetto *p, struct track *track, const struct rdo_event *event) {
  if (track->hidden_depth > 0) {
    --track->hidden_depth;
    return;
  }
  int depth = track->depth;
  while (depth > 0 && track->open[depth - 1] + 1u != event->kind) --depth;
  if (depth == 0) return;
  while (track->depth > depth) write_end(p, track, NULL);
  write_end(p, track, event);
}

// A slice's beginning, or an instant.
static enum rondo_status add_named(struct rdo_perfetto *p, struct track *track, const struct rdo_event *event, struct rondo_diag *diag) {
  const struct kind *kind = &kinds[event->kind];
  const char *text = kind->subject == SUBJECT_NAME ? (const char *)(uintptr_t)event->subject : kind->title;
  bool is_begin = kind->phase == PHASE_BEGIN;
  if (is_begin && track->depth == DEPTH_MAX) {
    ++track->hidden_depth;
    return RONDO_OK;
  }
  uint32_t number = 0;
  bool is_new = false;
  RDO_TRY(rdo_names_find(&p->names, text == NULL ? "(no name)" : text, &number, &is_new, diag));
  struct rdo_packet packet = begin_event(p, track->last_ns);
  struct rdo_protobuf *message = &packet.message;
  if (is_new) {
    size_t interned = rdo_protobuf_begin(message, PACKET_INTERNED_DATA);
    rdo_packet_put_interned(message, INTERNED_EVENT_NAME, number, rdo_names_get(&p->names, number));
    rdo_protobuf_end(message, interned);
  }
  size_t mark = rdo_protobuf_begin(message, PACKET_TRACK_EVENT);
  rdo_protobuf_put_uint(message, EVENT_TYPE, is_begin ? TYPE_SLICE_BEGIN : TYPE_INSTANT);
  rdo_protobuf_put_uint(message, EVENT_TRACK_UUID, track_uuid(track));
  rdo_protobuf_put_uint(message, EVENT_NAME_ID, number);
  put_annotations(p, message, event);
  put_flow(message, kind, event);
  rdo_protobuf_end(message, mark);
  end_packet(p, &packet);
  if (is_begin) track->open[track->depth++] = (uint8_t)event->kind;
  return RONDO_OK;
}

static enum rondo_status add_event(struct rdo_perfetto *p, struct track *track, const struct rdo_event *event, struct rondo_diag *diag) {
  if (event->kind >= RDO_EVENT_KIND_COUNT) return RONDO_OK;
  // What was open before a gap ends with the last event that is known.
  if (event->kind == RDO_EVENT_DROPPED) end_all(p, track);
  if (event->time_ns > track->last_ns) track->last_ns = event->time_ns;
  if (kinds[event->kind].phase != PHASE_END) return add_named(p, track, event, diag);
  add_end(p, track, event);
  return RONDO_OK;
}

enum rondo_status rdo_perfetto_add(struct rdo_perfetto *perfetto, const struct rdo_event_thread *thread, const struct rdo_event *events,
                                   size_t count, struct rondo_diag *diag) {
  struct track *track = NULL;
  RDO_TRY(find_track(perfetto, thread, &track, diag));
  for (size_t i = 0; i < count; ++i) RDO_TRY(add_event(perfetto, track, &events[i], diag));
  return RONDO_OK;
}

void rdo_perfetto_finish(struct rdo_perfetto *perfetto, int64_t end_ns) {
  for (size_t i = 0; i < perfetto->track_count; ++i) {
    struct track *track = &perfetto->tracks[i];
    if (end_ns > track->last_ns) track->last_ns = end_ns;
    end_all(perfetto, track);
  }
}
