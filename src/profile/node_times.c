// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/node_times.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { STEPS = 32, STEP_BITS = 5 };

enum rondo_status rdo_node_times_init(struct rdo_node_times *times, const struct rdo_call_graph *graph, size_t call_count, bool wants_tiles,
                                      struct rondo_diag *diag) {
  size_t node_count = graph->node_count;
  *times = (struct rdo_node_times){.graph = graph, .wants_tiles = wants_tiles, .sample_capacity = call_count};
  RDO_TRY(rdo_alloc_array(node_count * call_count + 1, sizeof *times->samples_ns, &times->samples_ns, diag));
  RDO_TRY(rdo_alloc_array(node_count + 1, sizeof *times->seen_tiles, &times->seen_tiles, diag));
  RDO_TRY(rdo_alloc_array(node_count + 1, sizeof *times->call_begins_ns, &times->call_begins_ns, diag));
  RDO_TRY(rdo_alloc_array(node_count + 1, sizeof *times->call_ends_ns, &times->call_ends_ns, diag));
  if (!wants_tiles) return RONDO_OK;
  return rdo_alloc_array((node_count + 1) * RDO_TILE_BUCKETS, sizeof *times->tiles, &times->tiles, diag);
}

void rdo_node_times_deinit(struct rdo_node_times *times) {
  rdo_free(times->spans);
  rdo_free(times->samples_ns);
  rdo_free(times->seen_tiles);
  rdo_free(times->call_begins_ns);
  rdo_free(times->call_ends_ns);
  rdo_free(times->tiles);
  *times = (struct rdo_node_times){0};
}

// Spans ----------------------------------------------------------------------------------------------------

static bool is_asked(const struct rdo_node_times *times, const struct rdo_event_thread *emitter) {
  return times->worker_count == 0 || (emitter->worker_index >= times->worker_begin && emitter->worker_index - times->worker_begin < times->worker_count);
}

static struct rdo_span_thread *find_thread(struct rdo_node_times *times, uint32_t id) {
  for (uint32_t i = 0; i < times->thread_count; ++i) {
    if (times->threads[i].id == id) return &times->threads[i];
  }
  if (times->thread_count == RDO_SPAN_THREADS_MAX) return NULL;
  struct rdo_span_thread *thread = &times->threads[times->thread_count++];
  *thread = (struct rdo_span_thread){.id = id};
  return thread;
}

static enum rondo_status add_span(struct rdo_node_times *times, const struct rdo_span_event *span) {
  if (times->span_count == times->span_capacity) {
    RDO_TRY(rdo_grow_array(times->span_count + 1, sizeof *times->spans, &times->span_capacity, &times->spans, &times->diag));
  }
  times->spans[times->span_count++] = *span;
  return RONDO_OK;
}

void rdo_node_times_take(void *user, const struct rdo_event_thread *emitter, const struct rdo_event *events, size_t count) {
  struct rdo_node_times *times = user;
  if (!is_asked(times, emitter)) return;
  struct rdo_span_thread *thread = find_thread(times, emitter->id);
  times->event_count += count;
  if (thread == NULL) times->has_dropped = true;
  for (size_t i = 0; i < count && thread != NULL && times->status == RONDO_OK; ++i) {
    const struct rdo_event *event = &events[i];
    if (event->kind == RDO_EVENT_DROPPED) {
      times->has_dropped = true;
      thread->is_open = false;
    } else if (event->kind == RDO_EVENT_DISPATCH_BEGIN) {
      thread->is_open = event->b != 0;
      thread->open = (struct rdo_span_event){
          .submission = event->b, .name = (const char *)(uintptr_t)event->subject, .ordinal = event->a, .begin_ns = event->time_ns};
    } else if (event->kind == RDO_EVENT_DISPATCH_END && thread->is_open) {
      thread->is_open = false;
      thread->open.end_ns = event->time_ns;
      thread->open.tile_count = event->a;
      times->status = add_span(times, &thread->open);
    }
  }
}

// Tiles ----------------------------------------------------------------------------------------------------

// Below STEPS each time has a bucket of its own; above, each power of two has STEPS of them.
static uint32_t bucket_of(uint64_t ns) {
  if (ns < STEPS) return (uint32_t)ns;
  uint32_t power = 63 - (uint32_t)__builtin_clzll(ns);
  return (power - STEP_BITS + 1) * STEPS + (uint32_t)(ns >> (power - STEP_BITS) & (STEPS - 1));
}

static int64_t bucket_end_ns(uint32_t bucket) {
  if (bucket < STEPS) return bucket;
  uint32_t shift = bucket / STEPS - 1;
  return (int64_t)((((uint64_t)STEPS + bucket % STEPS + 1) << shift) - 1);
}

static void count_tiles(struct rdo_node_times *times, size_t node, const struct rdo_span_event *span) {
  uint32_t tiles = span->tile_count > 0 ? span->tile_count : 1;
  int64_t ns = (span->end_ns - span->begin_ns) / tiles;
  uint32_t *count = &times->tiles[node * RDO_TILE_BUCKETS + bucket_of(ns > 0 ? (uint64_t)ns : 0)];
  *count = *count > UINT32_MAX - tiles ? UINT32_MAX : *count + tiles;
}

int64_t rdo_node_times_tile_ns(const struct rdo_node_times *times, size_t node, double share) {
  if (times->tiles == NULL) return 0;
  const uint32_t *counts = &times->tiles[node * RDO_TILE_BUCKETS];
  uint64_t total = 0, above = 0;
  for (uint32_t i = 0; i < RDO_TILE_BUCKETS; ++i) total += counts[i];
  if (total == 0) return 0;
  uint64_t allowed = (uint64_t)((double)total * share);
  for (uint32_t i = RDO_TILE_BUCKETS; i-- > 0;) {
    above += counts[i];
    if (above > allowed) return bucket_end_ns(i) > 0 ? bucket_end_ns(i) : 1;
  }
  return 1;
}

// Calls ----------------------------------------------------------------------------------------------------

static int compare_spans(const void *left, const void *right) {
  const struct rdo_span_event *a = left, *b = right;
  if (a->submission != b->submission) return a->submission < b->submission ? -1 : 1;
  return a->begin_ns < b->begin_ns ? -1 : a->begin_ns > b->begin_ns;
}

// Whether a recording runs anything.
static bool has_tiles(const struct rdo_call_graph *graph, size_t recording) {
  size_t end = recording + 1 < graph->recording_count ? graph->recording_begins[recording + 1] : graph->node_count;
  for (size_t i = graph->recording_begins[recording]; i < end; ++i) {
    if (graph->nodes[i].tile_count != 0) return true;
  }
  return false;
}

static size_t recording_end(const struct rdo_call_graph *graph, size_t recording) {
  return recording + 1 < graph->recording_count ? graph->recording_begins[recording + 1] : graph->node_count;
}

// Times of one call's nodes, from its spans.
//   returns  false: they are not those of the graph
static bool read_call(struct rdo_node_times *times, const struct rdo_span_event *spans, size_t count) {
  const struct rdo_call_graph *graph = times->graph;
  size_t recording = 0;
  memset(times->seen_tiles, 0, graph->node_count * sizeof *times->seen_tiles);
  for (size_t begin = 0, end; begin < count; begin = end, ++recording) {
    while (recording < graph->recording_count && !has_tiles(graph, recording)) ++recording;
    if (recording == graph->recording_count) return false;
    for (end = begin; end < count && spans[end].submission == spans[begin].submission; ++end) {
      const struct rdo_span_event *span = &spans[end];
      size_t node = graph->recording_begins[recording] + span->ordinal;
      if (node >= recording_end(graph, recording) || strcmp(graph->nodes[node].name, span->name) != 0) return false;
      bool is_first = times->seen_tiles[node] == 0;
      if (is_first || times->call_begins_ns[node] > span->begin_ns) times->call_begins_ns[node] = span->begin_ns;
      if (is_first || times->call_ends_ns[node] < span->end_ns) times->call_ends_ns[node] = span->end_ns;
      times->seen_tiles[node] += span->tile_count > 0 ? span->tile_count : 1;
    }
  }
  while (recording < graph->recording_count && !has_tiles(graph, recording)) ++recording;
  if (recording != graph->recording_count) return false;
  for (size_t i = 0; i < graph->node_count; ++i) {
    uint64_t tiles = graph->nodes[i].tile_count;
    // A sequential dispatch tells its workgroups, which are one tile.
    if (tiles != UINT64_MAX && (times->seen_tiles[i] < tiles || (tiles == 0 && times->seen_tiles[i] > 0))) return false;
  }
  return true;
}

static void keep_call(struct rdo_node_times *times, const struct rdo_span_event *spans, size_t count) {
  for (size_t i = 0; i < times->graph->node_count; ++i) {
    int64_t ns = times->seen_tiles[i] > 0 ? times->call_ends_ns[i] - times->call_begins_ns[i] : 0;
    rdo_node_times_samples(times, i)[times->sample_count] = ns > 0 ? ns : 0;
  }
  ++times->sample_count;
  // The second walk, because only now it is known that the spans are the graph's.
  for (size_t i = 0, recording = 0; i < count && times->tiles != NULL; ++i) {
    if (i > 0 && spans[i].submission != spans[i - 1].submission) ++recording;
    while (!has_tiles(times->graph, recording)) ++recording;
    count_tiles(times, times->graph->recording_begins[recording] + spans[i].ordinal, &spans[i]);
  }
}

void rdo_node_times_add_calls(struct rdo_node_times *times, const int64_t *begins_ns, const int64_t *ends_ns, size_t call_count, bool *out_is_used) {
  bool has_dropped = times->has_dropped;
  if (times->span_count > 1) qsort(times->spans, times->span_count, sizeof *times->spans, compare_spans);
  for (size_t call = 0, begin = 0, end; call < call_count; ++call, begin = end) {
    while (begin < times->span_count && times->spans[begin].begin_ns < begins_ns[call]) ++begin;
    for (end = begin; end < times->span_count && times->spans[end].begin_ns <= ends_ns[call];) ++end;
    const struct rdo_span_event *spans = end > begin ? times->spans + begin : NULL;
    out_is_used[call] = false;
    if (has_dropped || times->sample_count == times->sample_capacity) {
      ++times->dropped_count;
    } else if (!read_call(times, spans, end - begin)) {
      ++times->different_count;
    } else {
      out_is_used[call] = true;
      keep_call(times, spans, end - begin);
    }
  }
  times->span_count = 0;
  times->has_dropped = false;
}
