// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Slices of one track must nest, so what overlaps goes to further tracks of the same name, which the viewer shows
// as one.

#include "trace/table_perfetto.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "trace/perfetto_packet.h"
#include "trace/table_graph.h"

enum { PACKET_BYTES_MAX = 8192,
       SUB_TRACKS_MAX = 64,
       FLOWS_MAX = 200 };

enum label {
  LABEL_JOB,
  LABEL_TARGET,
  LABEL_ITERATION,
  LABEL_PLANNED_START,
  LABEL_PLANNED_DURATION,
  LABEL_READY,
  LABEL_START,
  LABEL_RUN,
  LABEL_CPU,
  LABEL_DEADLINE,
  LABEL_STATE,
  LABEL_COUNT
};

static const char *const labels[LABEL_COUNT] = {
    "job", "target",      "iteration", "planned_start_ns", "planned_duration_ns", "queue_delay_ns", "start_ns", "run_ns",
    "cpu", "deadline_ns", "state"};

struct slice {
  int64_t begin_ns;  // on the common axis
  int64_t end_ns;
  uint32_t row;
};

// A row and the worker, target or family it is of.
struct subject_row {
  int64_t value;
  uint32_t row;
};

struct writer {
  const struct rdo_table_index *index;
  const struct rdo_table *table;
  struct rdo_text_out *out;
  struct rdo_edges edges;
  uint32_t *first_outgoing;  // owned [row_count + 1], into `outgoing`
  uint32_t *outgoing;        // owned [edge count]: edges by their source
  uint32_t *first_incoming;  // owned [row_count + 1]
  uint32_t *incoming;        // owned [edge count]: edges by their target
  struct slice *slices;      // owned [row_count]
  size_t slice_count;
  struct subject_row *rows;  // owned [row_count]
  int64_t base_ns;
  uint64_t last_uuid;
  uint8_t bytes[PACKET_BYTES_MAX];
};

static struct rdo_packet begin_packet(struct writer *w) { return rdo_packet_begin(w->bytes, sizeof w->bytes); }

static void end_packet(struct writer *w, struct rdo_packet *packet) {
  if (rdo_packet_end(packet)) rdo_text_put(w->out, (const char *)packet->message.data, packet->message.size);
}

// The beginning ------------------------------------------------------------------------------------

static void write_beginning(struct writer *w) {
  struct rdo_packet packet = begin_packet(w);
  struct rdo_protobuf *message = &packet.message;
  rdo_protobuf_put_uint(message, PACKET_SEQUENCE_FLAGS, FLAG_STATE_CLEARED);
  size_t mark = rdo_protobuf_begin(message, PACKET_CLOCK_SNAPSHOT);
  rdo_packet_put_clock(message, CLOCK_MONOTONIC_ID, w->base_ns);
  rdo_packet_put_clock(message, CLOCK_BOOTTIME_ID, w->base_ns);
  rdo_protobuf_put_uint(message, SNAPSHOT_PRIMARY_CLOCK, CLOCK_MONOTONIC_ID);
  rdo_protobuf_end(message, mark);
  rdo_packet_put_default_clock(message);
  mark = rdo_protobuf_begin(message, PACKET_INTERNED_DATA);
  for (int i = 0; i < LABEL_COUNT; ++i) rdo_packet_put_interned(message, INTERNED_ANNOTATION_NAME, (uint64_t)i + 1, labels[i]);
  rdo_protobuf_end(message, mark);
  end_packet(w, &packet);
  for (uint32_t i = 0; i < w->table->node_count; ++i) {
    packet = begin_packet(w);
    rdo_protobuf_put_uint(&packet.message, PACKET_SEQUENCE_FLAGS, FLAG_NEEDS_STATE);
    mark = rdo_protobuf_begin(&packet.message, PACKET_INTERNED_DATA);
    rdo_packet_put_interned(&packet.message, INTERNED_EVENT_NAME, (uint64_t)i + 1, rdo_table_text(w->table, w->table->nodes[i].key));
    rdo_protobuf_end(&packet.message, mark);
    end_packet(w, &packet);
  }
}

// Tracks -------------------------------------------------------------------------------------------

static uint64_t write_track(struct writer *w, const char *name, uint64_t parent, uint64_t rank) {
  struct rdo_packet packet = begin_packet(w);
  struct rdo_protobuf *message = &packet.message;
  size_t mark = rdo_protobuf_begin(message, PACKET_TRACK_DESCRIPTOR);
  rdo_protobuf_put_uint(message, TRACK_UUID, ++w->last_uuid);
  rdo_packet_put_name(message, TRACK_NAME, name);
  if (parent != 0) rdo_protobuf_put_uint(message, TRACK_PARENT_UUID, parent);
  rdo_protobuf_put_uint(message, TRACK_CHILD_ORDERING, ORDERING_EXPLICIT);
  rdo_protobuf_put_uint(message, TRACK_SIBLING_RANK, rank);
  rdo_protobuf_end(message, mark);
  end_packet(w, &packet);
  return w->last_uuid;
}

static int compare_slices(const void *left, const void *right) {
  const struct slice *a = left, *b = right;
  if (a->begin_ns != b->begin_ns) return a->begin_ns < b->begin_ns ? -1 : 1;
  if (a->end_ns != b->end_ns) return a->end_ns < b->end_ns ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

static void put_int(struct rdo_protobuf *message, enum label label, int64_t value) {
  size_t mark = rdo_protobuf_begin(message, EVENT_ANNOTATION);
  rdo_protobuf_put_uint(message, ANNOTATION_NAME_ID, (uint64_t)label + 1);
  rdo_protobuf_put_uint(message, ANNOTATION_INT, (uint64_t)value);
  rdo_protobuf_end(message, mark);
}

static void put_string(struct rdo_protobuf *message, enum label label, const char *text) {
  size_t mark = rdo_protobuf_begin(message, EVENT_ANNOTATION);
  rdo_protobuf_put_uint(message, ANNOTATION_NAME_ID, (uint64_t)label + 1);
  rdo_packet_put_name(message, ANNOTATION_STRING, text);
  rdo_protobuf_end(message, mark);
}

static void put_annotations(const struct writer *w, struct rdo_protobuf *message, const struct rdo_table_row *row) {
  put_string(message, LABEL_JOB, rdo_table_text(w->table, rdo_table_node_of(w->table, row)->job));
  put_string(message, LABEL_TARGET, rdo_table_target_name(w->table, row->target));
  put_int(message, LABEL_ITERATION, row->iteration);
  put_int(message, LABEL_PLANNED_START, row->planned_start_ns);
  put_int(message, LABEL_PLANNED_DURATION, row->planned_duration_ns);
  put_int(message, LABEL_READY, row->start_ns - row->ready_ns);
  put_int(message, LABEL_START, row->start_ns);
  put_int(message, LABEL_RUN, row->end_ns - row->start_ns);
  if (row->cpu >= 0) put_int(message, LABEL_CPU, row->cpu);
  if (row->deadline_ns != RDO_TABLE_UNKNOWN) put_int(message, LABEL_DEADLINE, row->deadline_ns);
  if (!rdo_row_has_run(row)) put_string(message, LABEL_STATE, rdo_played_state_names[row->state]);
}

// An arrow's number is its edge's.
static void put_flows(const struct writer *w, struct rdo_protobuf *message, uint32_t row) {
  uint32_t outgoing = w->first_outgoing[row + 1] - w->first_outgoing[row], incoming = w->first_incoming[row + 1] - w->first_incoming[row];
  for (uint32_t i = 0; i < outgoing && i < FLOWS_MAX; ++i)
    rdo_protobuf_put_fixed64(message, EVENT_FLOW_ID, w->outgoing[w->first_outgoing[row] + i] + 1u);
  for (uint32_t i = 0; i < incoming && i < FLOWS_MAX; ++i)
    rdo_protobuf_put_fixed64(message, EVENT_LAST_FLOW_ID, w->incoming[w->first_incoming[row] + i] + 1u);
}

//   is_full  with all numbers and arrows: one track of those that show a row
static void write_event(struct writer *w, uint64_t track, const struct slice *slice, bool is_begin, bool is_full) {
  const struct rdo_table_row *row = &w->table->rows[slice->row];
  struct rdo_packet packet = begin_packet(w);
  struct rdo_protobuf *message = &packet.message;
  rdo_protobuf_put_uint(message, PACKET_TIMESTAMP, (uint64_t)(w->base_ns + (is_begin ? slice->begin_ns : slice->end_ns)));
  rdo_protobuf_put_uint(message, PACKET_SEQUENCE_FLAGS, FLAG_NEEDS_STATE);
  size_t mark = rdo_protobuf_begin(message, PACKET_TRACK_EVENT);
  rdo_protobuf_put_uint(message, EVENT_TYPE, is_begin ? TYPE_SLICE_BEGIN : TYPE_SLICE_END);
  rdo_protobuf_put_uint(message, EVENT_TRACK_UUID, track);
  if (is_begin) {
    rdo_protobuf_put_uint(message, EVENT_NAME_ID, (uint64_t)row->node + 1);
    if (is_full) {
      put_annotations(w, message, row);
      put_flows(w, message, slice->row);
    } else {
      put_int(message, LABEL_ITERATION, row->iteration);
    }
  }
  rdo_protobuf_end(message, mark);
  end_packet(w, &packet);
}

// The collected slices, one after the other; those that begin while another one runs go to the next track.
static void write_slices(struct writer *w, const char *name, uint64_t parent, uint64_t rank, bool is_full) {
  uint64_t tracks[SUB_TRACKS_MAX];
  int64_t ends_ns[SUB_TRACKS_MAX];
  int count = 0;
  if (w->slice_count > 1) qsort(w->slices, w->slice_count, sizeof *w->slices, compare_slices);
  for (size_t i = 0; i < w->slice_count; ++i) {
    const struct slice *slice = &w->slices[i];
    int sub = 0;
    while (sub < count && ends_ns[sub] > slice->begin_ns) ++sub;
    if (sub == SUB_TRACKS_MAX) continue;
    if (sub == count) tracks[count++] = write_track(w, name, parent, rank);
    ends_ns[sub] = slice->end_ns;
    write_event(w, tracks[sub], slice, true, is_full);
    write_event(w, tracks[sub], slice, false, false);
  }
}

static void collect(struct writer *w, uint32_t row, bool is_planned) {
  const struct rdo_table_row *r = &w->table->rows[row];
  int64_t begin_ns = is_planned ? r->planned_start_ns : r->start_ns, length_ns = is_planned ? r->planned_duration_ns : r->end_ns - r->start_ns;
  if (!is_planned && (r->state == RDO_PLAYED_SKIPPED || r->state == RDO_PLAYED_CANCELLED)) return;
  begin_ns += w->index->offsets_ns[row];
  w->slices[w->slice_count++] = (struct slice){begin_ns, begin_ns + (length_ns > 0 ? length_ns : 0), row};
}

// Rows by what a track is of --------------------------------------------------------------------------

enum subject { SUBJECT_WORKER, SUBJECT_TARGET, SUBJECT_JOB };

static int64_t subject_of(const struct writer *w, enum subject subject, uint32_t row) {
  const struct rdo_table_row *r = &w->table->rows[row];
  if (subject == SUBJECT_WORKER) return r->worker;
  return subject == SUBJECT_TARGET ? r->target : w->index->family_of_node[r->node];
}

static int compare_rows(const void *left, const void *right) {
  const struct subject_row *a = left, *b = right;
  if (a->value != b->value) return a->value < b->value ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

static const char *name_of(const struct writer *w, enum subject subject, int64_t value, char buffer[32]) {
  if (subject == SUBJECT_TARGET) return rdo_table_target_name(w->table, (uint32_t)value);
  if (subject == SUBJECT_JOB) return rdo_table_text(w->table, w->index->families[value].name);
  snprintf(buffer, 32, "worker %d", (int)value);
  return buffer;
}

static void collect_all(struct writer *w, const struct subject_row *rows, size_t count, bool is_planned) {
  w->slice_count = 0;
  for (size_t i = 0; i < count; ++i) collect(w, rows[i].row, is_planned);
}

// A worker has one track; a target and a job have one for the plan and one for what was observed.
static void write_group(struct writer *w, enum subject subject, const struct subject_row *rows, size_t count, uint64_t parent) {
  char buffer[32];
  const char *name = name_of(w, subject, rows[0].value, buffer);
  uint64_t rank = (uint64_t)rows[0].value;
  if (subject == SUBJECT_WORKER) {
    collect_all(w, rows, count, false);
    write_slices(w, name, parent, rank, false);
    return;
  }
  uint64_t group = write_track(w, name, parent, rank);
  collect_all(w, rows, count, true);
  write_slices(w, "planned", group, 0, false);
  collect_all(w, rows, count, false);
  write_slices(w, "observed", group, 1, subject == SUBJECT_TARGET);
}

static void write_groups(struct writer *w, enum subject subject, const char *title) {
  uint64_t parent = 0;
  size_t row_count = w->table->row_count;
  for (uint32_t i = 0; i < row_count; ++i) w->rows[i] = (struct subject_row){subject_of(w, subject, i), i};
  if (row_count > 1) qsort(w->rows, row_count, sizeof *w->rows, compare_rows);
  for (size_t begin = 0, end; begin < row_count; begin = end) {
    for (end = begin + 1; end < row_count && w->rows[end].value == w->rows[begin].value;) ++end;
    if (w->rows[begin].value < 0) continue;  // a worker that is not known
    if (parent == 0) parent = write_track(w, title, 0, (uint64_t)subject);
    write_group(w, subject, w->rows + begin, end - begin, parent);
  }
}

static void write_tracks(struct writer *w) {
  write_groups(w, SUBJECT_WORKER, "workers");
  write_groups(w, SUBJECT_TARGET, "targets");
  write_groups(w, SUBJECT_JOB, "jobs");
}

// Arrows by their ends -------------------------------------------------------------------------------

static enum rondo_status sort_edges(struct writer *w, bool by_source, uint32_t **out_first, uint32_t **out_edges, struct rondo_diag *diag) {
  size_t row_count = w->table->row_count;
  RDO_TRY(rdo_alloc_array(row_count + 2, sizeof **out_first, out_first, diag));
  RDO_TRY(rdo_alloc_array(w->edges.count, sizeof **out_edges, out_edges, diag));
  uint32_t *first = *out_first;
  for (size_t i = 0; i < w->edges.count; ++i) ++first[(by_source ? w->edges.items[i].from : w->edges.items[i].to) + 2];
  for (size_t i = 0; i < row_count; ++i) first[i + 2] += first[i + 1];
  for (uint32_t i = 0; i < w->edges.count; ++i) (*out_edges)[first[(by_source ? w->edges.items[i].from : w->edges.items[i].to) + 1]++] = i;
  return RONDO_OK;
}

static enum rondo_status prepare(struct writer *w, struct rondo_diag *diag) {
  RDO_TRY(rdo_edges_find(&w->edges, w->index, 0, w->index->pass_count, diag));
  RDO_TRY(sort_edges(w, true, &w->first_outgoing, &w->outgoing, diag));
  RDO_TRY(sort_edges(w, false, &w->first_incoming, &w->incoming, diag));
  RDO_TRY(rdo_alloc_array(w->table->row_count, sizeof *w->slices, &w->slices, diag));
  RDO_TRY(rdo_alloc_array(w->table->row_count, sizeof *w->rows, &w->rows, diag));
  if (w->index->origin_ns != RDO_TABLE_UNKNOWN && w->index->origin_ns > 0) w->base_ns = w->index->origin_ns;
  return RONDO_OK;
}

enum rondo_status rdo_table_write_perfetto(const struct rondo_trace_summary *summary, struct rdo_text_out *out, struct rondo_diag *diag) {
  struct writer *w = NULL;
  RDO_TRY(rdo_alloc(sizeof *w, &w, diag));
  w->index = summary->index;
  w->table = summary->index->table;
  w->out = out;
  enum rondo_status status = prepare(w, diag);
  if (status == RONDO_OK) {
    write_beginning(w);
    write_tracks(w);
  }
  rdo_edges_deinit(&w->edges);
  rdo_free(w->first_outgoing);
  rdo_free(w->outgoing);
  rdo_free(w->first_incoming);
  rdo_free(w->incoming);
  rdo_free(w->slices);
  rdo_free(w->rows);
  rdo_free(w);
  return status;
}
