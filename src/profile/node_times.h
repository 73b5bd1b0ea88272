// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// From the events that workers emit (base/event.h) to the times of the nodes of a call graph, call by call.
//
// A span is a worker's time in tiles of one node. A node's time is from the begin of its first span to the end of its
// last. Submissions are numbered in the order in which they are made, so the n-th that has spans in a call is the n-th
// recording of the call that runs anything.

#ifndef RDO_PROFILE_NODE_TIMES_H_
#define RDO_PROFILE_NODE_TIMES_H_

#include "base/event.h"
#include "profile/call_graph.h"

// Tile times, in buckets whose bounds are 1/32 apart: weights of tiles, up to 2^64 of them.
enum { RDO_TILE_BUCKETS = 64 * 32 };

struct rdo_span_event {
  uint64_t submission;
  const char *name;  // of the model: valid until it is released
  uint32_t ordinal, tile_count;
  int64_t begin_ns, end_ns;
};

// A thread that has begun a span and not ended it.
struct rdo_span_thread {
  uint32_t id;
  bool is_open;
  struct rdo_span_event open;
};

enum { RDO_SPAN_THREADS_MAX = 512 };

struct rdo_node_times {
  const struct rdo_call_graph *graph;  // borrowed
  bool wants_tiles;                    // tile times count
  int32_t worker_begin, worker_count;  // whose events count, as they are numbered in the process; 0 workers = everybody's
  // Spans of calls that have not been looked at.
  struct rdo_span_event *spans;
  size_t span_count, span_capacity;
  struct rdo_span_thread threads[RDO_SPAN_THREADS_MAX];
  uint32_t thread_count;
  bool has_dropped;                    // events are missing since the last look
  enum rondo_status status;            // the first failure of the sink
  struct rondo_diag diag;
  // What was found.
  int64_t *samples_ns;                 // [node_count][sample_capacity]
  size_t sample_count, sample_capacity;
  uint64_t *seen_tiles;                // [node_count] in the last call
  int64_t *call_begins_ns, *call_ends_ns;  // [node_count] while one call is looked at
  uint32_t *tiles;                     // [node_count][RDO_TILE_BUCKETS] in 1/32 steps; NULL without wants_tiles
  uint64_t different_count;            // calls that ran something else
  uint64_t dropped_count;              // calls whose events are not complete
  uint64_t event_count;                // taken so far
};

// Makes room for so many calls.
//   out_times  end with rdo_node_times_deinit, also after an error
enum rondo_status rdo_node_times_init(struct rdo_node_times *out_times, const struct rdo_call_graph *graph, size_t call_count, bool wants_tiles,
                                      struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_node_times_deinit(struct rdo_node_times *times);

// For rdo_events_begin; user: the times.
void rdo_node_times_take(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count);

// Looks at calls whose events have all been taken, in order: each adds a sample to every node, or is counted as different
// or dropped.
//   begins_ns, ends_ns  [call_count]
//   out_is_used         [call_count]: it has added its samples
void rdo_node_times_add_calls(struct rdo_node_times *times, const int64_t *begins_ns, const int64_t *ends_ns, size_t call_count, bool *out_is_used);

// The samples of a node, in the order of the calls.
static inline int64_t *rdo_node_times_samples(const struct rdo_node_times *times, size_t node) { return times->samples_ns + node * times->sample_capacity; }

// The time that all but `share` of a node's tiles do not exceed, to 1/32 above; 0 = no tile was seen.
int64_t rdo_node_times_tile_ns(const struct rdo_node_times *times, size_t node, double share);

#endif  // RDO_PROFILE_NODE_TIMES_H_
